/* src/tile/make.c - features taken from rows or older blocks, and laid out as a block. */
#include "tile/block.h"
#include <stdlib.h>

MvtValue tile_value(CqlValue v, Arena *a)
{
    MvtValue out = { .kind = MVT_NULL };
    Buf b;

    buf_init(&b, 64);
    if (v.kind == CQL_TEXT)
        out = (MvtValue){ MVT_TEXT, v.text, 0, 0 };
    else if (v.kind == CQL_INT)
        out = (MvtValue){ .kind = MVT_INT, .i = v.integer };
    else if (v.kind == CQL_NUMBER)
        out = (MvtValue){ .kind = MVT_DOUBLE, .d = v.number };
    else if (v.kind == CQL_BOOL)
        out = (MvtValue){ .kind = MVT_BOOL, .i = v.truth };
    else if (v.kind == CQL_DATE)
        date_text(v.date, &b);
    else if (v.kind == CQL_TIME)
        time_text(v.time, 3, &b);
    if (b.len)
        out = (MvtValue){ MVT_TEXT, str_copy(a, buf_text(&b)), 0, 0 };
    buf_clear(&b);
    return out;
}

uint64_t tile_key(BlockBox b)
{
    return geo_hilbert(
        (uint32_t)(b.minx + (b.maxx - b.minx) / 2), (uint32_t)(b.miny + (b.maxy - b.miny) / 2), 31);
}

static bool keep_tail(MvtPiece *p, Arena *a) /* what the pen lends becomes the arena's */
{
    Str kept = str_copy(a, TEXT(p->tail));

    p->tail = BYTES(kept);
    return kept.ptr != NULL;
}

static bool worth_a_step(const MvtPiece *full, int zoom)
{
    return full->type != GEO_POINT && (zoom >= STEP_BUSY || full->tail.len > 2 * STEP_VERTICES);
}

static bool add_steps(Feature *f, MvtPen *pen, Arena *a)
{
    for (int z = 0; z < STEP_ZOOMS; z++) {
        if (!worth_a_step(&f->full, z) || !mvt_piece(pen, z, false, &f->step[z]))
            continue;
        if (!keep_tail(&f->step[z], a))
            return false;
        f->steps |= (uint16_t)(1 << z);
    }
    return true;
}

static bool no_memory(Err *err)
{
    return FAIL(err, BASE_NO_MEMORY, STR("tile"), "block");
}

bool tile_feature_of_row(const TileRow *r, size_t nattribute, MvtPen *pen, Arena *a, Feature *out, Err *err)
{
    Feature f = { .fid = r->fid };
    MvtValue *value = NEWS(a, MvtValue, nattribute + 1);

    if (!value)
        return no_memory(err);
    memset(f.id, ' ', sizeof f.id);
    memcpy(f.id, r->id.ptr, r->id.len < sizeof f.id ? r->id.len : sizeof f.id);
    value[0] = (MvtValue){ MVT_TEXT, str_copy(a, r->division), 0, 0 };
    for (size_t i = 0; i < nattribute; i++) {
        value[i + 1] = tile_value(r->value[i], a);
        if (value[i + 1].kind == MVT_TEXT)
            value[i + 1].text = str_copy(a, value[i + 1].text);
    }
    f.value = value;
    if (mvt_load(pen, r->wkb) && mvt_piece(pen, MVT_FULL, false, &f.full)) {
        f.size = mvt_size(pen);
        f.box = (BlockBox){ f.full.minx, f.full.miny, f.full.maxx, f.full.maxy };
        f.key = tile_key(f.box);
        if (!keep_tail(&f.full, a) || !add_steps(&f, pen, a))
            return no_memory(err);
    }
    *out = f;
    return true;
}

static uint32_t step_of(const Block *b, size_t i, int zoom) /* as block_find_step, from anywhere */
{
    uint32_t lo = b->head->step_from[zoom], hi = b->head->step_from[zoom + 1], hint;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;

        if (b->step[mid].feature < i)
            lo = mid + 1;
        else
            hi = mid;
    }
    hint = lo - b->head->step_from[zoom];
    return tile_block_find_step(b, i, zoom, &hint);
}

bool tile_feature_of_block(const Block *b, size_t i, Arena *a, Feature *out)
{
    Feature f = { .fid = b->fid[i],
        .key = b->key[i],
        .size = b->size[i],
        .box = b->box[i],
        .full = tile_block_full(b, i) };
    MvtValue *value = NEWS(a, MvtValue, b->head->ntag);

    if (!value)
        return false;
    memcpy(f.id, b->id + i * ID_ROOM, sizeof f.id);
    for (size_t k = 0; k < b->head->ntag; k++)
        if (b->tag[i * b->head->ntag + k] != NO_VALUE)
            value[k] = tile_block_value(b, b->tag[i * b->head->ntag + k]);
    f.value = value;
    for (int z = 0; z < STEP_ZOOMS; z++) {
        uint32_t step = step_of(b, i, z);

        if (step == UINT32_MAX)
            continue;
        f.step[z] = tile_block_step(b, step, z);
        f.steps |= (uint16_t)(1 << z);
    }
    *out = f;
    return true;
}

/* --- laying out --------------------------------------------------------------------------------------------- */
typedef struct Maker {
    BlockHead head;
    Buf fid, key, size, box, start, first, tail_at, tag, step, value_at, id, type, values, tails;
    uint32_t slot[4 * BLOCK_MOST * 4]; /* open addressing over the values: number + 1 */
} Maker;
enum { PARTS = 14, PART_MAX = 1 << 30, SLOTS = 4 * BLOCK_MOST * 4 };

static Buf *part(Maker *m, size_t i)
{
    Buf *all[PARTS] = { &m->fid, &m->key, &m->size, &m->box, &m->start, &m->first, &m->tail_at, &m->tag,
        &m->step, &m->value_at, &m->id, &m->type, &m->values, &m->tails };

    return all[i];
}

static void add_u32(Buf *b, size_t v)
{
    const uint32_t u = (uint32_t)v;

    buf_add(b, &u, sizeof u);
}

static uint32_t at_u32(const Buf *b, size_t i)
{
    uint32_t v;

    memcpy(&v, b->ptr + i * sizeof v, sizeof v);
    return v;
}

static bool same_value(const Maker *m, uint32_t number, size_t from)
{
    size_t at = at_u32(&m->value_at, number), to = at_u32(&m->value_at, number + 1);

    return m->values.len - from == to - at && memcmp(m->values.ptr + at, m->values.ptr + from, to - at) == 0;
}

/* The number of a value: written at the end, taken back when it is there already. */
static uint32_t number_of(Maker *m, MvtValue v)
{
    size_t from = m->values.len, h;
    const uint8_t kind = (uint8_t)v.kind;

    buf_add(&m->values, &kind, 1);
    if (v.kind == MVT_TEXT)
        buf_str(&m->values, v.text);
    else if (v.kind == MVT_DOUBLE)
        buf_add(&m->values, &v.d, sizeof v.d);
    else
        buf_add(&m->values, &v.i, sizeof v.i);
    if (m->values.bad)
        return NO_VALUE;
    h = hash64((Bytes){ (const uint8_t *)m->values.ptr + from, m->values.len - from }) % SLOTS;
    for (; m->slot[h]; h = (h + 1) % SLOTS)
        if (same_value(m, m->slot[h] - 1, from)) {
            m->values.len = from;
            return m->slot[h] - 1;
        }
    if (m->head.nvalue < SLOTS / 2) /* else not looked for any more, only added */
        m->slot[h] = m->head.nvalue + 1;
    add_u32(&m->value_at, m->values.len);
    return m->head.nvalue++;
}

static BlockBox joined(BlockBox a, BlockBox b)
{
    return (BlockBox){ a.minx < b.minx ? a.minx : b.minx, a.miny < b.miny ? a.miny : b.miny,
        a.maxx > b.maxx ? a.maxx : b.maxx, a.maxy > b.maxy ? a.maxy : b.maxy };
}

static void add_feature(Maker *m, const Feature *f, size_t ntag)
{
    const uint8_t type = (uint8_t)f->full.type;

    buf_add(&m->fid, &f->fid, sizeof f->fid);
    buf_add(&m->key, &f->key, sizeof f->key);
    buf_add(&m->size, &f->size, sizeof f->size);
    buf_add(&m->box, &f->box, sizeof f->box);
    buf_add(&m->start, &f->full.x, sizeof f->full.x);
    buf_add(&m->start, &f->full.y, sizeof f->full.y);
    add_u32(&m->first, f->full.first);
    for (size_t i = 0; i < ntag; i++)
        add_u32(&m->tag, f->value[i].kind == MVT_NULL ? NO_VALUE : number_of(m, f->value[i]));
    buf_add(&m->id, f->id, sizeof f->id);
    buf_add(&m->type, &type, 1);
    buf_add(&m->tails, f->full.tail.ptr, f->full.tail.len);
    add_u32(&m->tail_at, m->tails.len);
    m->head.box = m->head.n ? joined(m->head.box, f->box) : f->box;
    m->head.n++;
}

static void add_step_of(Maker *m, const Feature *f, int zoom, uint32_t number)
{
    const BlockStep s = { f->step[zoom].x, f->step[zoom].y, (uint32_t)m->tails.len,
        (uint32_t)f->step[zoom].tail.len, number };

    buf_add(&m->step, &s, sizeof s);
    buf_add(&m->tails, f->step[zoom].tail.ptr, f->step[zoom].tail.len);
    m->head.nstep++;
}

static Block *bound(Maker *m) /* the parts, one behind the other */
{
    size_t at = (sizeof m->head + 7) & ~(size_t)7, len = at;
    bool bad = false;
    uint8_t *bytes;
    Block *b = NULL;

    for (size_t i = 0; i < PARTS; i++) {
        len += (part(m, i)->len + 7) & ~(size_t)7;
        bad |= part(m, i)->bad;
    }
    bytes = bad ? NULL : mem_new(len, 1);
    if (!bytes)
        return NULL;
    memcpy(bytes, &m->head, sizeof m->head);
    for (size_t i = 0; i < PARTS; at += (part(m, i++)->len + 7) & ~(size_t)7)
        memcpy(bytes + at, buf_text(part(m, i)).ptr, part(m, i)->len);
    b = tile_block_of((Bytes){ bytes, len }, NULL);
    if (!b)
        mem_free(bytes);
    return b;
}

Block *tile_block_make(const Feature *f, size_t n, size_t ntag)
{
    Maker *m = mem_new(1, sizeof *m);
    Block *b;

    if (!m || n == 0 || n > BLOCK_MOST) {
        mem_free(m);
        return NULL;
    }
    for (size_t i = 0; i < PARTS; i++)
        buf_init(part(m, i), PART_MAX);
    m->head.ntag = (uint32_t)ntag;
    m->head.key_from = f[0].key;
    m->head.key_to = f[n - 1].key;
    add_u32(&m->tail_at, 0);
    add_u32(&m->value_at, 0);
    for (size_t i = 0; i < n; i++)
        add_feature(m, &f[i], ntag);
    for (int z = 0; z < STEP_ZOOMS; z++) {
        m->head.step_from[z] = m->head.nstep;
        for (size_t i = 0; i < n; i++)
            if (f[i].steps >> z & 1)
                add_step_of(m, &f[i], z, (uint32_t)i);
    }
    m->head.step_from[STEP_ZOOMS] = m->head.nstep;
    m->head.values_len = (uint32_t)m->values.len;
    m->head.tails_len = (uint32_t)m->tails.len;
    b = bound(m);
    for (size_t i = 0; i < PARTS; i++)
        buf_clear(part(m, i));
    mem_free(m);
    return b;
}
