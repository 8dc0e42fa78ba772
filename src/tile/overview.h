/* src/tile/overview.h - a pack's view: made from its blocks, changed with it, drawn. See square.h for what it holds. */
#pragma once
#include "tile/pack.h"

/* The sums of all features; no labels yet, single_from 0. */
bool tile_view_sums(Pack *p, const TileView *how, Err *err) MUST;
/* The sums of `p`, which came from `old` by a change of the fids (rising); *box: where something is another than before. */
bool tile_view_change(const Pack *old, Pack *p, const TileView *how, const int64_t *fid, size_t n, Arena *a,
    BlockBox **box, size_t *nbox, Err *err) MUST;
/* Labels for the levels of its zooms, around the boxes; NULL: everywhere. False without an error: `ending` (a TileSource's). */
bool tile_view_label(Pack *p, const BlockBox *box, size_t nbox, const bool *ending, Err *err) MUST;
/* From which level each zoom below single_from is drawn. */
void tile_view_levels(View *v);
GeoBox tile_view_touched(
    int level, GeoBox box); /* what a change in the box labels anew, and a cell around it */

bool tile_view_ask(
    const Pack *p, GeoBox box, Arena *a, TileSums *out, Err *err) MUST; /* its values are the view's */

/* --- one square's labels, from shares alone (assign.c) --------------------------------------------------------- */
enum { SHARE_MARGIN = 2, SHARE_WIDTH = SQUARE + 2 * SHARE_MARGIN };
typedef struct Share { /* of a key in a cell of the square or its margin, 0 … 1 */
    uint32_t cell;     /* row by row of the window */
    uint16_t key;
    float share;
} Share;
/* Each cell the number of a key + 1, or 0: as many cells a key as the sum of its shares in the square, where it is
 * strongest, in clumps. `blur`: cells are coarser than what they show. */
bool tile_assign(const ViewKey *key, size_t nkey, const Share *share, size_t n, bool blur, Arena *a,
    uint16_t label[SQUARE_CELLS]) MUST;
