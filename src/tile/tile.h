/* src/tile/tile.h - map tiles: vector tiles of a layer of records (MVT 2.1), elevation tiles of a terrain grid (PNG).
 *
 *     cache = tile_cache_new(64 << 20);
 *     tile_layer_open(cache, "county/tiles", STR("road"), attributes, n, &source, &layer, err);
 *     tile_layer_pack(layer, err);                       once, in the background; until then tiles come from rows
 *     tile_changed(layer, change, n, seq, err);          after each commit
 *     if (tile_get(layer, &(TileAsk){ GEO_WEBMERCATOR, z, x, y, ~0ull, true }, &body, err)) …  tile_body_free(body);
 *
 * A layer is served from its pack: a derived file, mapped into memory, of blocks of about 256 features in Hilbert order
 * with geometries in whole Mercator units and, for the busiest zooms, MVT commands ready to be copied. A commit rebuilds
 * the blocks it touches. The file may be deleted or broken at any time: it is checked when opened, and made anew.
 * Never stale: for every cell of a pyramid z 0-14 the number of the last change that touched it (its old or its new
 * envelope, with the buffer) is kept. A cached tile is good while its number stands; a pack is used where it has
 * seen that number, else the rows are. The ETag is made of layer, attributes and number.
 *
 * A tile's feature has the integer id `fid`, the attributes `id` (ULID) and `division`, then those shown of the layer's.
 * A body is smaller than 500 kB: where a tile is crowded, the smallest features (points: a sample by fid, the same at
 * every zoom) are left out, and `dropped` says how many. Polygons below 4 units² and lines within one unit are never in.
 *
 * From afar, before the zoom from which single records are light enough (found when a layer is packed), a tile shows merged
 * polygons with the true area of each class, joined lines, clusters (square.h, far.c), as a TileView says the layer is drawn.
 * These features have no id; `count` says how many records, `merged` or `cluster` that they are not one.
 *
 * Stands on base, geo, cql. Knows neither store nor ledger: a TileSource reads rows for it.
 * Memory   a TileBody is counted: it stays until its tile_body_free. Layers are freed by tile_layer_close.
 * Threads  tile_get, tile_etag: any number. tile_changed and tile_layer_pack: any, one at a time (they wait). Readers keep
 *          the snapshot they began with. A source's functions are called from those threads.
 * Errors   TILE_NO_TILE (not in the grid), TILE_BAD_DEM, TILE_NOT_READY; those of the source; BASE_NO_MEMORY, BASE_IO.
 */
#pragma once
#include "base/base.h"
#include "cql/cql.h"
#include "geo/geo.h"

extern const ErrKind TILE_NO_TILE, TILE_BAD_DEM, TILE_NOT_READY;

typedef struct TileRow { /* borrowed */
    int64_t fid;
    Str id, division;      /* ULID; 12-digit code */
    Bytes wkb;             /* longitude first */
    const CqlValue *value; /* one an attribute of the layer */
} TileRow;
typedef bool TileSee(void *to, const TileRow *row); /* false: stop */
typedef struct TileSource {
    void *ctx;
    /* Every current row whose envelope meets the box, in any order; GEO_BOX_NONE: every row. Polygons whose envelope is below
     * `least` square degrees are too small to be seen and may be left out. False and *err, or false without an error when
     * `row` said stop. */
    bool (*rows)(void *ctx, GeoBox box, double least, TileSee *row, void *to, Err *err);
    /* Of the fids those that are current. */
    bool (*some)(void *ctx, const int64_t *fid, size_t n, TileSee *row, void *to, Err *err);
    int64_t (*seq)(
        void *ctx);     /* the last committed change of the collection; rows read afterwards contain it */
    const bool *ending; /* atomic: what takes long ends unfinished; NULL: never */
} TileSource;

typedef struct TileCache TileCache;      /* bodies of all layers, the longest unasked dropped first */
TileCache *tile_cache_new(size_t bytes); /* NULL: no memory */
void tile_cache_free(TileCache *c);      /* after the last layer */

typedef struct TileLayer TileLayer;
enum { TILE_ATTRIBUTES = 64, TILE_VIEW_KEYS = 8 };
typedef struct TileView { /* how the packs' layers show a collection; all zeros: nobody draws it */
    size_t nkey;
    uint8_t key[TILE_VIEW_KEYS]; /* attributes that it is drawn and filtered by, the one drawn by first */
    int from;                    /* the first zoom that shows its polygons filled */
    bool main_filters;           /* the first is one that it is filtered by, too */
    bool fills, lines;           /* polygons are filled; lines are drawn */
    bool circles, words;         /* points are drawn as circles; their names are written */
} TileView;
/* Opens DIR/NAME.tiles when it is whole and of the source's seq; else rows are used until tile_layer_pack. */
bool tile_layer_open(TileCache *c, const char *dir, Str name, const Str *attribute, size_t nattribute,
    const TileView *view, const TileSource *source, TileLayer **out, Err *err) MUST;
void tile_layer_close(TileLayer *l); /* writes what is not yet written; NULL is taken */
void tile_layer_save(TileLayer *l);  /* what is not yet written, now */
bool tile_layer_packed(TileLayer *l);
bool tile_layer_pack(TileLayer *l, Err *err) MUST; /* builds the pack from all rows, unless there is one */
/* Everything may have changed (a restore, a model swap): all tiles are new; the pack is dropped. */
void tile_layer_forget(TileLayer *l);

typedef struct TileChange {
    int64_t fid;
    GeoBox before, after; /* GEO_BOX_NONE: was, is not there (or has no place) */
} TileChange;
/* After the commit `seq`, in order. Tiles are fresh as soon as it has begun (or tile_touched is back, which is quick), the pack
 * and what is drawn from afar when it returns. */
void tile_touched(TileLayer *l, const TileChange *change, size_t n, int64_t seq);
bool tile_changed(TileLayer *l, const TileChange *change, size_t n, int64_t seq, Err *err) MUST;
/* The second half alone, for many commits together that were touched one by one; `seq`: the last one's. */
bool tile_followed(TileLayer *l, const TileChange *change, size_t n, int64_t seq, Err *err) MUST;

typedef struct TileAsk {
    GeoGrid grid;
    int z;
    uint32_t x, y;
    uint64_t show; /* bit i: attribute i is shown; what this reader may see. ~0: all */
    bool gzip;
} TileAsk;
typedef struct TileBody {
    Bytes bytes; /* empty: no feature; answer 204 or an empty 200 */
    bool gzip;
    char etag[64]; /* with its quotes */
    size_t dropped;
    int64_t seq; /* the last change in it */
} TileBody;
bool tile_etag(TileLayer *l, const TileAsk *ask, char etag[64], Err *err) MUST; /* for 304, without a body */
const TileBody *tile_cached(
    TileLayer *l, const TileAsk *ask); /* in memory and fresh, at once; NULL: it has to be drawn */
bool tile_get(TileLayer *l, const TileAsk *ask, const TileBody **out, Err *err) MUST;
void tile_body_free(const TileBody *b); /* NULL is taken */
int tile_layer_single_from(
    TileLayer *l);                   /* records are shown one by one from this zoom on; -1: not known yet */
GeoBox tile_layer_box(TileLayer *l); /* of all features; GEO_BOX_NONE: unknown or none */

typedef struct
    TileSum { /* of the records of one kind of geometry that have these values of the view's keys */
    GeoType type;
    const MvtValue *value;
    uint64_t count;      /* whose envelope's middle lies in the box */
    double area, length; /* m², m in the box */
} TileSum;
typedef struct TileSums {
    TileSum *sum;
    size_t n;
    bool exact; /* else the box was rounded to cells of so many metres: */
    double cell;
} TileSums;
/* From sums kept in the pack, nothing is counted. TILE_NOT_READY: no pack yet, or a change is on its way into it. Values live in the arena, too. */
bool tile_sums(TileLayer *l, GeoBox box, Arena *a, TileSums *out, Err *err) MUST;

/* Elevation: a file of magic "SZDEM1\0\0", uint32 width, height, double minx, miny, maxx, maxy (degrees), then float32
 * metres, row by row, the northern first; NaN: unknown. Tiles are 256 px PNG in Terrarium encoding (metres = red * 256 +
 * green + blue / 256 - 32768), bilinear, WebMercatorQuad z 0-14; unknown places are 0 m, outside the grid its edge goes on, smoothed. */
typedef struct TileTerrain TileTerrain;
bool tile_terrain_open(const char *path, TileTerrain **out, Err *err) MUST;
void tile_terrain_close(TileTerrain *t);
GeoBox tile_terrain_box(const TileTerrain *t);
bool tile_terrain_get(
    const TileTerrain *t, int z, uint32_t x, uint32_t y, Buf *png, Err *err) MUST; /* any thread */
/* From a grid in memory (as the raster rooms make it): `width` × `height` metres over the box, north first. */
bool tile_terrain_of(
    const float *metres, uint32_t width, uint32_t height, GeoBox box, TileTerrain **out, Err *err) MUST;
