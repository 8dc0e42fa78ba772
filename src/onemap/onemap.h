/* src/onemap/onemap.h - the one map: what of the model is drawn, how, and the legend that says so (layers.yaml of a pack).
 *
 *     layer = onemap_layers(model, &n);   l = onemap_layer(model, STR("road_condition"));
 *
 * How the YAML is written: docs/packs.md, Layers. A model has layers when it was loaded with the part onemap_yaml.
 *     tiles = onemap_tiles(county, collection);   tile_get(tiles->layer, &ask, &body, err);
 * Stands on node, tile and below.
 * Memory   layers live in the model, as long as it does; borrowed.
 * Threads  they never change: any.
 */
#pragma once
#include "base/base.h"
#include "node/node.h"
#include "pack/pack.h"
#include "tile/tile.h"

typedef enum OnemapDraw { ONEMAP_LINE, ONEMAP_FILL, ONEMAP_CIRCLE, ONEMAP_SYMBOL } OnemapDraw;
typedef struct OnemapClass { /* one row of a legend */
    Str value;               /* of `property`: text, true or false … */
    double from, to;         /* … or from <= x < to; NAN: open or not a range */
    PackTitle title;
    Str color, border; /* "#RRGGBB" or empty */
    double width;      /* line width, circle radius, text size in px; NAN: the face's own */
    double opacity;    /* of a fill; NAN: the face's own */
    Str dash, pattern; /* "2,1"; hatch cross dots reeds trees: names the face draws */
} OnemapClass;
typedef struct OnemapLayer { /* one map layer */
    Str id, pack, collection;
    PackTitle title, source, group;
    OnemapDraw kind;
    Str property;   /* what the classes are of; empty: one class */
    Str label;      /* property written beside it; empty: none */
    int label_zoom; /* from this zoom */
    Str time;       /* property of a time slider; empty: none */
    Str filter_text;
    CqlExpr *filter; /* which records; NULL: all */
    bool visible;
    bool base;                   /* part of the ground: always there, in no count of visible layers */
    int minzoom, maxzoom, order; /* small order is drawn first, below */
    Str casing;                  /* colour of a 1 px edge under lines */
    const OnemapClass *class;
    size_t nclass;
    OnemapClass other;    /* value of no class, or none: "无数据"; color empty: not drawn */
    const Str *attribute; /* properties carried in tiles */
    size_t nattribute;
} OnemapLayer;
extern const PackPart onemap_yaml;
const OnemapLayer *onemap_layers(const PackModel *m, size_t *n); /* in the order of packs and lines */
const OnemapLayer *onemap_layer(const PackModel *m, Str id);     /* NULL: none */

/* --- the tiles of a running county: one packed layer a collection with a place, kept fresh ---------------------------- */
typedef struct OnemapTiles {
    const PackCollection *collection;
    TileLayer *layer;
    const PackProperty *attribute[TILE_ATTRIBUTES];
    size_t nattribute;
    TileView view;
} OnemapTiles;
const OnemapTiles *onemap_tiles(const NodeCounty *c, const PackCollection *of); /* NULL: none */
typedef struct OnemapSum {
    MvtValue value;
    uint64_t count;
    double area, length; /* m², m */
} OnemapSum;
typedef struct OnemapSums { /* what lies in a box, by the values of a property, from sums kept in the pack */
    OnemapSum all, *group;
    size_t ngroup;
    bool areas, lengths, exact; /* areas, lengths: there are such */
    double cell;                /* metres that the box was rounded to, unless exact */
} OnemapSums;
typedef struct OnemapAsk {
    const OnemapLayer *layer; /* only what it shows; NULL: all */
    const PackProperty *by;   /* a property that layers draw or filter the collection by; NULL: not grouped */
    GeoBox box;
} OnemapAsk;
extern const ErrKind
    ONEMAP_HIDDEN; /* sums are of all records: he sees all of them and what is asked by, or is refused */
bool onemap_sums(const OnemapTiles *t, const AccessWho *who, const OnemapAsk *ask, Arena *a, OnemapSums *out,
    Err *err) MUST;
uint64_t onemap_shown(const OnemapTiles *t, const AccessWho *who);  /* of TileAsk: the attributes he sees */
bool onemap_sees_whole(const OnemapTiles *t, const AccessWho *who); /* what is kept for all is for him too */
typedef struct OnemapPart { /* a tile made for one reader, of what he sees; in the arena */
    Bytes bytes;
    bool gzip;
    size_t dropped;
} OnemapPart;
bool onemap_tile_part(
    const OnemapTiles *t, LedgerView v, const TileAsk *ask, Arena *a, OnemapPart *out, Err *err) MUST;
const TileTerrain *onemap_terrain(const NodeCounty *c); /* NULL: none */
extern const NodeService onemap_service;
