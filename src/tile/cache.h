/* src/tile/cache.h - bodies kept in memory, counted; sixteen shelves, each with its lock, the longest unasked out first. */
#pragma once
#include "tile/tile.h"
#include <stdatomic.h>

typedef struct Body { /* what a TileBody is inside; its bytes follow it */
    TileBody pub;     /* first: a TileBody is its Body */
    atomic_int refs;
} Body;
typedef struct CacheKey {
    uint64_t layer, show, tile; /* tile: grid, zoom, column, row, gzip */
} CacheKey;

Body *tile_body_new(size_t len); /* pub.bytes is writable through tile_body_bytes; NULL: no memory */
uint8_t *tile_body_bytes(Body *b);
Body *tile_body_keep(Body *b);
void tile_body_drop(Body *b);
uint64_t tile_cache_layer(TileCache *c); /* a number no other layer has */
/* The body kept under the key, if it is of that number; counted for the caller. */
Body *tile_cache_get(TileCache *c, const CacheKey *k, int64_t number);
void tile_cache_put(TileCache *c, const CacheKey *k, Body *b); /* best effort */
