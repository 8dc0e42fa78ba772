/* src/geo/mvt_thin.c - a layer that became too large loses features where it stands: nothing is read or drawn again. The
 * values that remain keep their order, so that no number becomes longer and all can be moved to the front.
 */
#include "geo/mvt_in.h"

typedef struct Part { /* a feature's bytes, see mvt_put */
    uint8_t *id;      /* its key and the number behind it */
    uint8_t *tag, *rest, *end;
} Part;

static uint8_t *take_varint(uint8_t *p, uint64_t *v)
{
    *v = 0;
    for (int shift = 0;; shift += 7) {
        *v |= (uint64_t)(*p & 127) << shift;
        if (*p++ < 128)
            return p;
    }
}

static Part part_at(uint8_t *p)
{
    uint64_t whole, id, tags;
    Part out;

    out.id = take_varint(p + 1, &whole);
    out.end = out.id + whole;
    out.tag = take_varint(take_varint(out.id + 1, &id) + 1, &tags);
    out.rest = out.tag + tags;
    return out;
}

static void mark(const Part *f, uint32_t *number)
{
    uint64_t key, value;

    for (uint8_t *p = f->tag; p < f->rest;) {
        p = take_varint(take_varint(p, &key), &value);
        number[value] = 1;
    }
}

static void close_ranks(MvtLayer *l, uint32_t *number) /* of the values marked; the others' bytes go */
{
    size_t len = 0;
    uint32_t n = 0;

    for (uint32_t i = 0; i < l->nvalue; i++) {
        const size_t at = l->at[i], end = i + 1 < l->nvalue ? l->at[i + 1] : l->values.len;

        if (!number[i])
            continue;
        memmove(l->values.ptr + len, l->values.ptr + at, end - at);
        l->at[n] = (uint32_t)len;
        number[i] = n++;
        len += end - at;
    }
    l->nvalue = n;
    l->values.len = len;
}

static size_t tags_len(const Part *f, const uint32_t *number)
{
    uint64_t key, value;
    size_t n = 0;

    for (uint8_t *p = f->tag; p < f->rest;) {
        p = take_varint(take_varint(p, &key), &value);
        n += mvt_varint_len(key) + mvt_varint_len(number[value]);
    }
    return n;
}

static uint8_t *move(uint8_t *to, const uint8_t *from, size_t n)
{
    memmove(to, from, n);
    return to + n;
}

/* Written over itself: every piece becomes as long or shorter, so what is still to be read is never touched. */
static uint8_t *rewrite(const Part *f, const uint32_t *number, uint8_t *to)
{
    const size_t tags = tags_len(f, number), rest = (size_t)(f->end - f->rest);
    uint64_t id, key, value;
    const size_t head = (size_t)(take_varint(f->id + 1, &id) - f->id);

    *to++ = TAG(FEATURE, BYTES_);
    to = geo_varint(to, head + 1 + mvt_varint_len(tags) + tags + rest);
    to = move(to, f->id, head);
    *to++ = TAG(TAGS, BYTES_);
    to = geo_varint(to, tags);
    for (uint8_t *p = f->tag; p < f->rest;) {
        p = take_varint(take_varint(p, &key), &value);
        to = geo_varint(geo_varint(to, key), number[value]);
    }
    return move(to, f->rest, rest);
}

bool mvt_thin(MvtLayer *l, bool (*keep)(void *ctx, size_t i), void *ctx)
{
    uint32_t *number = mem_new(l->nvalue + 1, sizeof *number);
    uint8_t *p = (uint8_t *)l->features.ptr, *const end = p + l->features.len, *to = p;
    size_t kept = 0;

    if (!number || l->bad || l->features.bad) {
        mem_free(number);
        return false;
    }
    for (size_t i = 0; i < l->count; i++) {
        const Part f = part_at(p);

        if (keep(ctx, i))
            mark(&f, number);
        p = f.end;
    }
    close_ranks(l, number);
    p = (uint8_t *)l->features.ptr;
    for (size_t i = 0; p < end; i++) {
        const Part f = part_at(p);

        if (keep(ctx, i)) {
            to = rewrite(&f, number, to);
            kept++;
        }
        p = f.end;
    }
    l->count = kept;
    l->features.len = (size_t)(to - (uint8_t *)l->features.ptr);
    mem_free(number);
    return true;
}
