/* src/tile/draw.h - one vector tile, from a pack or straight from rows; the same features either way. */
#pragma once
#include "tile/pack.h"

enum { DRAW_LIMIT = 499000 }; /* bytes of a body */
typedef struct DrawLayer {
    Str name;
    const Str *attribute;
    size_t nattribute;
    const TileSource *source;
} DrawLayer;
/* Into `out`; *dropped: features left out because the tile was crowded. */
bool tile_draw_pack(const DrawLayer *l, const Pack *p, const TileAsk *ask, Arena *a, Buf *out,
    size_t *dropped, Err *err) MUST;
bool tile_draw_rows(
    const DrawLayer *l, const TileAsk *ask, Arena *a, Buf *out, size_t *dropped, Err *err) MUST;
bool tile_is_far(const Pack *p, int z); /* single records would be too many */
/* Of a far zoom. */
bool tile_draw_far(const DrawLayer *l, const Pack *p, const TileAsk *ask, Arena *a, Buf *out, size_t *dropped,
    Err *err) MUST;
/* Finds out single_from of the pack's view. */
bool tile_single_from(const DrawLayer *l, Pack *p, Err *err) MUST;

/* --- which features a crowded tile shows ---------------------------------------------------------------------- */
/* Features fall into classes by size, an eighth of an octave wide. A cut keeps the classes above `bucket`, and of that
 * one a sample by fid; points are all of one class. A larger share keeps all that a smaller one kept. */
enum { CUT_BUCKETS = 512, CUT_ALL = 1 << 16 };
typedef struct Cut {
    uint32_t bucket, share; /* share of CUT_ALL */
} Cut;
typedef struct Crowd {
    uint64_t bytes[CUT_BUCKETS];
} Crowd;
void tile_crowd_add(Crowd *c, double size, size_t bytes);
Cut tile_crowd_cut(const Crowd *c, double budget); /* what is kept amounts to about `budget` bytes */
bool tile_cut_keeps(Cut c, double size, int64_t fid);
double tile_cut_least(Cut c); /* what is smaller is not kept */
