/* src/geo/mvt.c - Mapbox Vector Tile 2.1, a layer at a time. Protocol buffers, written by hand: a field is a key
 * (number << 3 | wire), then a varint, or a length and bytes.
 */
#include "geo/mvt_in.h"

static void layer_close(void *thing)
{
    MvtLayer *l = thing;

    geo_path_clear(&l->whole);
    geo_path_clear(&l->part);
    geo_path_clear(&l->scratch);
    buf_clear(&l->features);
    buf_clear(&l->keys);
    buf_clear(&l->values);
    buf_clear(&l->tail);
    mem_free(l->slot);
    mem_free(l->at);
}

MvtLayer *mvt_layer(Str name, GeoGrid g, int z, uint32_t x, uint32_t y, Arena *a)
{
    MvtLayer *l = NEW(a, MvtLayer);

    if (!l || !arena_defer(a, layer_close, l))
        return NULL;
    l->name = str_copy(a, name);
    l->pen = mvt_pen(g, a);
    l->grid = g;
    l->zoom = z;
    l->up = z > MVT_FULL ? z - MVT_FULL : 0;
    l->extent = MVT_EXTENT >> l->up;
    l->origin = (Xy){ (int32_t)(x * (uint32_t)l->extent), (int32_t)(y * (uint32_t)l->extent) };
    buf_init(&l->features, LAYER_MAX);
    buf_init(&l->keys, LAYER_MAX);
    buf_init(&l->values, LAYER_MAX);
    buf_init(&l->tail, LAYER_MAX);
    return l->name.ptr && l->pen ? l : NULL;
}

static void put_varint(Buf *b, uint64_t v)
{
    uint8_t *p = (uint8_t *)buf_room(b, VARINT_ROOM);

    if (p)
        buf_took(b, (size_t)(geo_varint(p, v) - p));
}

static void put_bytes(Buf *b, int field, Str s)
{
    put_varint(b, TAG(field, BYTES_));
    put_varint(b, s.len);
    buf_str(b, s);
}

size_t mvt_key(MvtLayer *l, Str key)
{
    put_bytes(&l->keys, KEYS, key);
    return l->nkey++;
}

/* --- values ------------------------------------------------------------------------------------------------ */
static uint8_t *number_message(uint8_t *p, MvtValue v) /* of a Value that is no text */
{
    if (v.kind == MVT_DOUBLE) {
        *p++ = TAG(DOUBLE_VALUE, FIXED64);
        memcpy(p, &v.d, sizeof v.d);
        return p + sizeof v.d;
    }
    if (v.kind == MVT_BOOL) {
        *p++ = TAG(BOOL_VALUE, VARINT);
        *p++ = v.i != 0;
        return p;
    }
    *p++ = v.i < 0 ? TAG(SINT_VALUE, VARINT) : TAG(INT_VALUE, VARINT);
    return geo_varint(p, v.i < 0 ? (uint64_t)v.i << 1 ^ UINT64_MAX : (uint64_t)v.i);
}

static void put_value(Buf *b, MvtValue v) /* a whole Value message with its key and length */
{
    const size_t text = v.kind == MVT_TEXT ? v.text.len : 0;
    uint8_t *const from = (uint8_t *)buf_room(b, 3 + 3 * VARINT_ROOM + text), *p = from, *length;

    if (!p)
        return;
    *p++ = TAG(VALUES, BYTES_);
    if (v.kind == MVT_TEXT) {
        p = geo_varint(p, 1 + mvt_varint_len(text) + text);
        *p++ = TAG(STRING_VALUE, BYTES_);
        p = geo_varint(p, text);
        memcpy(p, v.text.ptr, text);
        p += text;
    } else {
        length = p++;
        p = number_message(p, v);
        *length = (uint8_t)(p - length - 1);
    }
    buf_took(b, (size_t)(p - from));
}

static Str value_bytes(const MvtLayer *l, uint32_t n)
{
    size_t end = n + 1 < l->nvalue ? l->at[n + 1] : l->values.len;

    return (Str){ l->values.ptr + l->at[n], end - l->at[n] };
}

/* Quick, for a table that lives as long as a tile: eight bytes at a time. */
static uint64_t hash_of(Str s)
{
    uint64_t h = s.len, word;

    for (; s.len >= sizeof word; s = (Str){ s.ptr + sizeof word, s.len - sizeof word }) {
        memcpy(&word, s.ptr, sizeof word);
        h = (h ^ word) * 0x9E3779B97F4A7C15;
        h ^= h >> 29;
    }
    word = 0;
    memcpy(&word, s.ptr, s.len);
    h = (h ^ word) * 0x9E3779B97F4A7C15;
    return h ^ h >> 32;
}

static bool grow_slots(MvtLayer *l)
{
    size_t n = l->nslot ? 2 * l->nslot : 256;
    uint32_t *slot = mem_new(n, sizeof *slot);

    if (!slot)
        return false;
    for (size_t i = 0; i < l->nslot; i++) {
        size_t h;

        if (!l->slot[i])
            continue;
        for (h = hash_of(value_bytes(l, l->slot[i] - 1)) & (n - 1); slot[h]; h = (h + 1) & (n - 1))
            ;
        slot[h] = l->slot[i];
    }
    mem_free(l->slot);
    l->slot = slot;
    l->nslot = n;
    return true;
}

static uint32_t append_value(MvtLayer *l, MvtValue v)
{
    if (l->nvalue == l->cap_at) {
        size_t cap = l->cap_at ? 2 * l->cap_at : 256;
        uint32_t *grown = mem_grow(l->at, cap, sizeof *grown);

        if (!grown) {
            l->bad = true;
            return 0;
        }
        l->at = grown;
        l->cap_at = cap;
    }
    l->at[l->nvalue] = (uint32_t)l->values.len;
    put_value(&l->values, v);
    return l->nvalue++;
}

uint32_t mvt_value_fresh(MvtLayer *l, Str text)
{
    return append_value(l, (MvtValue){ MVT_TEXT, text, 0, 0 });
}

/* The table's number of the value just written at the end; the new one's where it stands nowhere. */
static uint32_t look_up(MvtLayer *l, uint32_t n)
{
    const Str mine = value_bytes(l, n);
    size_t h;

    if (2 * (l->used + 1) > l->nslot && !grow_slots(l)) {
        l->bad = true;
        return n;
    }
    for (h = hash_of(mine) & (l->nslot - 1); l->slot[h]; h = (h + 1) & (l->nslot - 1))
        if (str_eq(value_bytes(l, l->slot[h] - 1), mine))
            return l->slot[h] - 1;
    l->slot[h] = n + 1;
    l->used++;
    return n;
}

static uint32_t known(MvtLayer *l, KeyUse *key, uint32_t n) /* the number of a value equal to n's, or n */
{
    uint32_t same;

    if (key->last && str_eq(value_bytes(l, key->last - 1), value_bytes(l, n)))
        return key->last - 1;
    if (key->asked >= KEY_TRIAL && key->found * KEY_WORTH < key->asked)
        return n;
    same = look_up(l, n);
    key->asked++;
    key->found += same != n;
    return same;
}

/* Written at the end first, then taken back if the same bytes stand there already. */
uint32_t mvt_value(MvtLayer *l, size_t key, MvtValue v)
{
    KeyUse *use = &l->key[key < KEYS_MAX ? key : KEYS_MAX - 1];
    const uint32_t n = append_value(l, v);
    uint32_t same;

    if (l->bad || l->values.bad)
        return 0;
    same = known(l, use, n);
    use->last = same + 1;
    if (same != n) {
        l->values.len = l->at[n];
        l->nvalue--;
    }
    return same;
}

/* --- features ---------------------------------------------------------------------------------------------- */
bool mvt_put(MvtLayer *l, uint64_t id, const MvtPiece *p, const uint32_t *tag, size_t ntag)
{
    uint8_t start[3 * VARINT_ROOM], *s = start, *b, *was;
    size_t tags = 0, geometry, whole;

    s = geo_varint(s, p->first);
    s = geo_varint(s, geo_zigzag(geo_minus(p->x, l->origin.x)));
    s = geo_varint(s, geo_zigzag(geo_minus(p->y, l->origin.y)));
    geometry = (size_t)(s - start) + p->tail.len;
    for (size_t i = 0; i < ntag; i++)
        tags += mvt_varint_len(tag[i]);
    whole = (id ? 1 + mvt_varint_len(id) : 0) + 1 + mvt_varint_len(tags) + tags + 2 + 1 +
            mvt_varint_len(geometry) + geometry;
    was = b = (uint8_t *)buf_room(&l->features, 1 + VARINT_ROOM + whole);
    if (!b)
        return false;
    *b++ = TAG(FEATURE, BYTES_);
    b = geo_varint(b, whole);
    if (id) {
        *b++ = TAG(ID, VARINT);
        b = geo_varint(b, id);
    }
    *b++ = TAG(TAGS, BYTES_);
    b = geo_varint(b, tags);
    for (size_t i = 0; i < ntag; i++)
        b = geo_varint(b, tag[i]);
    *b++ = TAG(TYPE, VARINT);
    *b++ = (uint8_t)p->type;
    *b++ = TAG(GEOMETRY, BYTES_);
    b = geo_varint(b, geometry);
    memcpy(b, start, (size_t)(s - start));
    b += s - start;
    if (p->tail.len)
        memcpy(b, p->tail.ptr, p->tail.len);
    b += p->tail.len;
    buf_took(&l->features, (size_t)(b - was));
    l->count++;
    return true;
}

static uint32_t take_varint(const uint8_t **p, const uint8_t *end)
{
    uint32_t v = 0;

    for (unsigned shift = 0; *p < end; shift += 7) {
        const uint8_t byte = *(*p)++;

        v |= shift < 32 ? (uint32_t)(byte & 127) << shift : 0;
        if (byte < 128)
            break;
    }
    return v;
}

static int32_t zagged(uint32_t v)
{
    return (int32_t)(v >> 1 ^ (0 - (v & 1)));
}

/* Where the pen is behind a piece's commands. */
static void pen_behind(const MvtPiece *p, int32_t end[2])
{
    const uint8_t *at = p->tail.ptr, *const last = at + p->tail.len;
    uint32_t x = (uint32_t)p->x, y = (uint32_t)p->y, left = (p->first >> 3) - 1;

    for (;;) {
        for (; left && at < last; left--) {
            x += (uint32_t)zagged(take_varint(&at, last));
            y += (uint32_t)zagged(take_varint(&at, last));
        }
        if (at >= last)
            break;
        left = take_varint(&at, last);
        left = (left & 7) == 7 ? 0 : left >> 3;
    }
    end[0] = (int32_t)x;
    end[1] = (int32_t)y;
}

void mvt_join(MvtPiece *whole, Buf *tail, int32_t end[2], const MvtPiece *more)
{
    uint8_t start[3 * VARINT_ROOM], *s = start;

    if (!whole->type)
        *whole = *more;
    else {
        s = geo_varint(s, more->first);
        s = geo_varint(s, geo_zigzag(geo_minus(more->x, end[0])));
        s = geo_varint(s, geo_zigzag(geo_minus(more->y, end[1])));
        buf_add(tail, start, (size_t)(s - start));
    }
    buf_add(tail, more->tail.ptr, more->tail.len);
    pen_behind(more, end);
}

static int32_t upto(int64_t v)
{
    return v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

static void enlarge(
    Path *p, Xy origin, int up) /* beyond MVT_FULL: units around the tile's origin, made longer */
{
    uint32_t ox = (uint32_t)origin.x, oy = (uint32_t)origin.y;

    for (size_t i = 0; i < p->nxy; i++)
        p->xy[i] = (Xy){ (int32_t)(ox + (((uint32_t)p->xy[i].x - ox) << up)),
            (int32_t)(oy + (((uint32_t)p->xy[i].y - oy) << up)) };
}

/* The piece's part in the box, written anew. */
static bool part_in(MvtLayer *l, const MvtPiece *p, Box32 box, MvtPiece *out)
{
    MvtPiece part = *p;
    Xy first;

    if (!geo_path_read(p, &l->whole))
        return false;
    geo_path_clip(&l->whole, box, &l->part, &l->scratch);
    if (!geo_path_tidy(&l->part) || l->scratch.bad || !geo_path_valid(&l->part))
        return false;
    if (l->up)
        enlarge(&l->part, l->origin, l->up);
    l->tail.len = 0;
    geo_path_write(&l->part, &l->tail, &part.first);
    first = l->part.xy[l->part.run[0].at];
    part.x = first.x;
    part.y = first.y;
    part.tail = BYTES(buf_text(&l->tail));
    *out = part;
    return !l->tail.bad;
}

bool mvt_clip(MvtLayer *l, const MvtPiece *p, MvtPiece *part)
{
    int32_t margin = (p->type == GEO_POINT ? MVT_BUFFER_POINT : MVT_BUFFER) >> l->up;
    Box32 box = { l->origin.x - margin, l->origin.y - margin, upto((int64_t)l->origin.x + l->extent + margin),
        upto((int64_t)l->origin.y + l->extent + margin) };

    if (p->minx > box.maxx || p->maxx < box.minx || p->miny > box.maxy || p->maxy < box.miny)
        return false;
    if (l->up || p->minx < box.minx || p->maxx > box.maxx || p->miny < box.miny || p->maxy > box.maxy)
        return part_in(l, p, box, part);
    *part = *p;
    return true;
}

bool mvt_add(MvtLayer *l, uint64_t id, Bytes wkb, const MvtValue *value, size_t nvalue, bool keep)
{
    MvtPiece piece;
    uint32_t tag[2 * KEYS_MAX];
    size_t ntag = 0;

    if (!mvt_load(l->pen, wkb) || !mvt_piece(l->pen, l->zoom, keep, &piece) || !mvt_clip(l, &piece, &piece))
        return false;
    for (size_t i = 0; i < nvalue && i < KEYS_MAX; i++)
        if (value[i].kind != MVT_NULL) {
            tag[ntag++] = (uint32_t)i;
            tag[ntag++] = mvt_value(l, i, value[i]);
        }
    return mvt_put(l, id, &piece, tag, ntag);
}

size_t mvt_count(const MvtLayer *l)
{
    return l->count;
}

size_t mvt_bytes(const MvtLayer *l)
{
    return l->features.len + l->keys.len + l->values.len + l->name.len;
}

bool mvt_end(MvtLayer *l, Buf *out)
{
    size_t whole;

    if (l->bad || l->features.bad || l->values.bad || l->keys.bad)
        return false;
    if (l->count == 0)
        return true;
    whole = 1 + mvt_varint_len(l->name.len) + l->name.len + l->features.len + l->keys.len + l->values.len +
            1 + mvt_varint_len(MVT_EXTENT) + 2;
    put_varint(out, TAG(LAYER, BYTES_));
    put_varint(out, whole);
    put_bytes(out, NAME, l->name);
    buf_str(out, buf_text(&l->features));
    buf_str(out, buf_text(&l->keys));
    buf_str(out, buf_text(&l->values));
    put_varint(out, TAG(EXTENT, VARINT));
    put_varint(out, MVT_EXTENT);
    put_varint(out, TAG(VERSION, VARINT));
    put_varint(out, 2);
    return !out->bad;
}
