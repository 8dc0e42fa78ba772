/* src/tile/pyramid.h - for every cell of WebMercatorQuad z 0-14 the number of the last change that touched its tile.
 *
 * A change touches, at each zoom, the tiles whose box widened by the buffer meets its envelopes. Where these are more
 * than 4,096 the change is noted at their parents as touching all below. Only touched cells are held; beyond a million
 * all are forgotten and every tile counts as touched by the last change: too many tiles are made anew, never too few.
 */
#pragma once
#include "tile/tile.h"

enum { PYRAMID_ZOOM = 14, PYRAMID_CELLS = 4096, PYRAMID_MOST = 1 << 20 };
typedef struct Pyramid Pyramid;

Pyramid *tile_pyramid_new(int64_t base); /* `base`: every cell's number to begin with; NULL: no memory */
void tile_pyramid_free(Pyramid *p);
void tile_pyramid_raise(Pyramid *p, GeoBox box, int64_t seq); /* cannot fail: without memory it forgets */
/* The tiles of one zoom alone that the box and their buffers meet. */
void tile_pyramid_raise_at(Pyramid *p, int z, GeoBox box, int64_t seq);
void tile_pyramid_forget(Pyramid *p, int64_t seq); /* all cells */
int64_t tile_pyramid_number(Pyramid *p, GeoGrid g, int z, uint32_t x, uint32_t y);
