/* src/tile/draw_in.h - a tile while it is drawn; private to draw.c and far.c. */
#pragma once
#include "tile/draw.h"

enum {
    TAG_ROOM = 2 * (5 + TILE_ATTRIBUTES),
    REACH = MVT_BUFFER_POINT + 1
}; /* units around a tile that are looked at: the last unit counts whole */
typedef struct Drawn {
    double size;
    int64_t fid;
} Drawn;
typedef struct Draw {
    const DrawLayer *l;
    const TileAsk *ask;
    Arena *a;
    Err *err;
    MvtPen *pen;
    MvtLayer *layer;
    Crowd *crowd; /* NULL: not asked for yet */
    Cut cut;
    size_t dropped;
    Buf drawn;                   /* of rows: what the layer holds, a Drawn each */
    size_t weighed;              /* rows beyond what is drawn at all */
    BlockBox box;                /* of the tile with its buffer, Mercator world units */
    size_t key[TILE_ATTRIBUTES]; /* the layer's number of an attribute's name; SIZE_MAX: not shown */
    double scale[GEO_POLYGON + 1], least[GEO_POLYGON + 1]; /* by type: to the zoom's units; world size seen */
    uint32_t *number; /* the layer's number of a block's value; NO_VALUE: not met yet */
    size_t cap_number;
} Draw;

bool tile_draw_init(Draw *d, const DrawLayer *l, const TileAsk *ask, Arena *a, Err *err) MUST;
bool tile_draw_block(
    Draw *d, const Block *b) MUST; /* before its features: forgets the last block's numbers */
/* The feature for the tile's zoom: copied where it is ready, else made. Hint: as tile_block_find_step. */
bool tile_draw_piece(Draw *d, const Block *b, size_t i, uint32_t *hint, MvtPiece *out) MUST;
void tile_draw_put(Draw *d, const Block *b, size_t i, const MvtPiece *p);
bool tile_draw_finish(Draw *d, Buf *out, size_t *dropped) MUST;
static inline bool draw_meets(BlockBox a, BlockBox b)
{
    return a.minx <= b.maxx && b.minx <= a.maxx && a.miny <= b.maxy && b.miny <= a.maxy;
}
static inline size_t draw_tag(uint32_t *tag, size_t n, size_t key, uint32_t value)
{
    tag[n] = (uint32_t)key;
    tag[n + 1] = value;
    return n + 2;
}
