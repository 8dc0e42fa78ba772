/* src/tile/block.c - blocks laid out, opened, asked. */
#include "tile/block.h"

/* The parts of a block in their order, each at a multiple of 8. */
typedef struct Layout {
    size_t fid, key, size, box, start, first, tail_at, tag, step, value_at, id, type, values, tails, end;
} Layout;

static size_t after(size_t *at, size_t count, size_t size)
{
    size_t here = *at;

    *at = (here + count * size + 7) & ~(size_t)7;
    return here;
}

static Layout layout_of(const BlockHead *h)
{
    Layout l;
    size_t at = 0, n = h->n;

    (void)after(&at, 1, sizeof *h);
    l.fid = after(&at, n, sizeof(int64_t));
    l.key = after(&at, n, sizeof(uint64_t));
    l.size = after(&at, n, sizeof(double));
    l.box = after(&at, n, sizeof(BlockBox));
    l.start = after(&at, n, 2 * sizeof(int32_t));
    l.first = after(&at, n, sizeof(uint32_t));
    l.tail_at = after(&at, n + 1, sizeof(uint32_t));
    l.tag = after(&at, n * h->ntag, sizeof(uint32_t));
    l.step = after(&at, h->nstep, sizeof(BlockStep));
    l.value_at = after(&at, (size_t)h->nvalue + 1, sizeof(uint32_t));
    l.id = after(&at, n, ID_ROOM);
    l.type = after(&at, n, 1);
    l.values = after(&at, h->values_len, 1);
    l.tails = after(&at, h->tails_len, 1);
    l.end = at;
    return l;
}

/* All blocks are hashed at every start: eight bytes at a step, four steps side by side. A block is a multiple of 8 long. */
uint64_t tile_hash(Bytes in)
{
    const uint64_t by = 0x9E3779B97F4A7C15;
    uint64_t h[4] = { in.len, 1, 2, 3 }, word;

    for (size_t at = 0; at + sizeof word <= in.len; at += sizeof word) {
        uint64_t *lane = &h[at / sizeof word % 4];

        memcpy(&word, in.ptr + at, sizeof word);
        *lane = (*lane ^ word) * by;
        *lane ^= *lane >> 29;
    }
    return (((h[0] * by ^ h[1]) * by ^ h[2]) * by ^ h[3]) * by;
}

Block *tile_block_of(Bytes bytes, TileMap *map)
{
    Block *b = bytes.len >= sizeof(BlockHead) ? mem_new(1, sizeof *b) : NULL;
    const uint8_t *p = bytes.ptr;
    Layout l;

    if (!b)
        return NULL;
    b->head = (const void *)p;
    l = layout_of(b->head);
    if (b->head->n > BLOCK_MOST || l.end != bytes.len) {
        mem_free(b);
        return NULL;
    }
    atomic_init(&b->refs, 1);
    b->bytes = bytes;
    b->map = map;
    if (map)
        atomic_fetch_add(&map->refs, 1);
    b->hash = tile_hash(bytes);
    b->fid = (const void *)(p + l.fid);
    b->key = (const void *)(p + l.key);
    b->size = (const void *)(p + l.size);
    b->box = (const void *)(p + l.box);
    b->start = (const void *)(p + l.start);
    b->first = (const void *)(p + l.first);
    b->tail_at = (const void *)(p + l.tail_at);
    b->tag = (const void *)(p + l.tag);
    b->step = (const void *)(p + l.step);
    b->value_at = (const void *)(p + l.value_at);
    b->id = (const void *)(p + l.id);
    b->type = p + l.type;
    b->values = p + l.values;
    b->tails = p + l.tails;
    return b;
}

Block *tile_block_keep(Block *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void tile_block_drop(Block *b)
{
    union {
        const uint8_t *borrowed;
        void *own;
    } bytes;

    if (!b || atomic_fetch_sub(&b->refs, 1) > 1)
        return;
    bytes.borrowed = b->bytes.ptr;
    if (b->map)
        tile_map_drop(b->map);
    else
        mem_free(bytes.own);
    mem_free(b);
}

/* --- asking ------------------------------------------------------------------------------------------------ */
MvtPiece tile_block_full(const Block *b, size_t i)
{
    return (MvtPiece){ .type = (GeoType)b->type[i],
        .first = b->first[i],
        .x = b->start[2 * i],
        .y = b->start[2 * i + 1],
        .minx = b->box[i].minx,
        .miny = b->box[i].miny,
        .maxx = b->box[i].maxx,
        .maxy = b->box[i].maxy,
        .size = b->size[i],
        .tail = { b->tails + b->tail_at[i], b->tail_at[i + 1] - b->tail_at[i] } };
}

size_t tile_block_step_bytes(const Block *b, int zoom)
{
    uint32_t from = b->head->step_from[zoom], to = b->head->step_from[zoom + 1];

    return from == to ? 0 : b->step[to - 1].tail_at + b->step[to - 1].tail_len - b->step[from].tail_at;
}

MvtValue tile_block_value(const Block *b, uint32_t number)
{
    const uint8_t *p = b->values + b->value_at[number];
    size_t len = b->value_at[number + 1] - b->value_at[number] - 1;
    MvtValue v = { .kind = p[0] };

    if (v.kind == MVT_TEXT)
        v.text = (Str){ (const char *)p + 1, len };
    else if (v.kind == MVT_DOUBLE)
        memcpy(&v.d, p + 1, sizeof v.d);
    else
        memcpy(&v.i, p + 1, sizeof v.i);
    return v;
}
