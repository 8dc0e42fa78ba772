/* src/tile/block.h - some hundred features, packed: one run of bytes that is the same in the file and in memory.
 *
 *   head | fid[] | key[] | size[] | box[] | start[] | first[] | tail_at[] | tag[] | step[] | value_at[] | id[] | type[]
 *        | values | tails
 *
 * key      the feature's place on the Hilbert curve; blocks and their features stand in its order
 * start    first vertex at full precision (MVT_FULL), first its command, tail_at its further commands
 * tag      per feature: its division and attributes as numbers of this block's values; NO_VALUE: null
 * step     pieces of a lower zoom, ready to be copied; step_from[z] … step_from[z + 1] are those of zoom z
 * A value is its kind (a byte) and its bytes. Offsets follow from the head's counts. Blocks are counted.
 */
#pragma once
#include "tile/tile.h"
#include <stdatomic.h>

enum {
    BLOCK_FEATURES = 256, /* aimed at */
    BLOCK_MOST = 512,     /* split above */
    STEP_ZOOMS = 15,      /* 0 … 14 */
    /* From this zoom on all features have a step; below, only those of many vertices. */
    STEP_BUSY = 12,
    STEP_VERTICES = 48,
    ID_ROOM = ULID_LEN,
};
#define NO_VALUE UINT32_MAX

typedef struct BlockBox {
    int32_t minx, miny, maxx, maxy; /* world units */
} BlockBox;
typedef struct BlockStep {
    int32_t x, y;
    uint32_t tail_at, tail_len;
    uint32_t feature;
} BlockStep;
typedef struct BlockHead {
    uint32_t n, ntag, nstep, nvalue, values_len, tails_len;
    uint32_t step_from[STEP_ZOOMS + 1];
    BlockBox box;
    uint64_t key_from, key_to; /* of its first and last feature */
} BlockHead;

typedef struct TileMap { /* a file mapped; counted by the blocks in it */
    atomic_int refs;
    void *at;
    size_t len;
} TileMap;
typedef struct Block { /* the pointers lead into `bytes` */
    atomic_int refs;
    TileMap *map; /* NULL: the bytes are this block's own */
    Bytes bytes;
    uint64_t hash;
    uint64_t file_at; /* its place in the pack file; 0: not written yet */
    const BlockHead *head;
    const int64_t *fid;
    const uint64_t *key;
    const double *size;
    const BlockBox *box;
    const int32_t *start; /* x, y */
    const uint32_t *first, *tail_at, *tag, *value_at;
    const BlockStep *step;
    const char *id; /* ID_ROOM each, blank-padded */
    const uint8_t *type, *values, *tails;
} Block;

/* NULL: no memory or not a block; takes a count of the map, or the bytes. */
Block *tile_block_of(Bytes bytes, TileMap *map);
Block *tile_block_keep(Block *b);
void tile_block_drop(Block *b);
MvtPiece tile_block_full(const Block *b, size_t i);
/* Tails of all its steps of the zoom: they lie together. */
size_t tile_block_step_bytes(const Block *b, int zoom);
/* The step of feature i, a number in b->step; UINT32_MAX: none. hint: 0 at first, i rising. */
static inline uint32_t tile_block_find_step(const Block *b, size_t i, int zoom, uint32_t *hint)
{
    uint32_t at = b->head->step_from[zoom] + *hint, end = b->head->step_from[zoom + 1];

    while (at < end && b->step[at].feature < i)
        at++;
    *hint = at - b->head->step_from[zoom];
    return at < end && b->step[at].feature == i ? at : UINT32_MAX;
}
static inline MvtPiece tile_block_step(const Block *b, uint32_t step, int zoom)
{
    const BlockStep *s = &b->step[step];
    const BlockBox *box = &b->box[s->feature];
    const int shift = MVT_FULL - zoom;

    return (MvtPiece){ .type = (GeoType)b->type[s->feature],
        .first = b->first[s->feature],
        .x = s->x,
        .y = s->y,
        .minx = box->minx >> shift, /* simplifying only makes it smaller */
        .miny = box->miny >> shift,
        .maxx = box->maxx >> shift,
        .maxy = box->maxy >> shift,
        .tail = { b->tails + s->tail_at, s->tail_len } };
}
MvtValue tile_block_value(const Block *b, uint32_t number);
void tile_map_drop(TileMap *m);
uint64_t tile_hash(Bytes in); /* of a multiple of 8 bytes */

/* --- making ------------------------------------------------------------------------------------------------- */
typedef struct Feature { /* on its way into a block; its bytes live in an arena or in an older block */
    int64_t fid;
    uint64_t key;
    double size;
    BlockBox box;
    char id[ID_ROOM];
    MvtPiece full;
    const MvtValue *value; /* division, attributes */
    MvtPiece step[STEP_ZOOMS];
    uint16_t steps; /* bit z: step[z] is there */
} Feature;
/* Full.tail NULL: nothing to show. */
bool tile_feature_of_row(
    const TileRow *r, size_t nattribute, MvtPen *pen, Arena *a, Feature *out, Err *err) MUST;
bool tile_feature_of_block(const Block *b, size_t i, Arena *a, Feature *out) MUST;
Block *tile_block_make(const Feature *f, size_t n, size_t ntag); /* in Hilbert order; NULL: no memory */
MvtValue tile_value(CqlValue v, Arena *a); /* dates and times as text; lists and geometries are left out */
uint64_t tile_key(BlockBox b);             /* of the middle */
