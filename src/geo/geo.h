/* src/geo/geo.h - geometry: its bytes, its truth on the plane, its measure on the ellipsoid, its tiles.
 *
 * A geometry in hand is ISO WKB, little-endian, 2-D or with Z (M is dropped on reading), of the seven simple-feature
 * types. Stores keep it as a GeoPackage blob (header + WKB). Degrees are longitude first, CGCS2000 (EPSG:4490).
 *
 * Stands on base; uses GEOS (reentrant, one handle a thread), PROJ (geodesic and transformations).
 * Memory   results in the arena handed in; GeoShape is GEOS' own, freed with its arena.
 * Threads  everything may be called from any thread; a GeoShape belongs to one.
 * Limits   16 MiB a geometry, 1,000,000 vertices, nesting 8; beyond them GEO_TOO_BIG.
 * Errors   GEO_BAD_WKB, GEO_BAD_GEOJSON, GEO_BAD_WKT (where = offset or JSON pointer), GEO_OUT_OF_RANGE
 *          (a coordinate no CRS has), GEO_INVALID (self-crossing; hint = where), GEO_NO_CRS.
 */
#pragma once
#include "base/base.h"

extern const ErrKind GEO_BAD_WKB, GEO_BAD_GEOJSON, GEO_BAD_WKT, GEO_OUT_OF_RANGE, GEO_INVALID, GEO_NO_CRS,
    GEO_TOO_BIG;

typedef struct GeoBox { /* empty: minx > maxx. Never crosses the antimeridian; such a query is two boxes */
    double minx, miny, maxx, maxy;
} GeoBox;
#define GEO_BOX_NONE ((GeoBox){ 1, 1, -1, -1 })
static inline bool geo_box_empty(GeoBox b)
{
    return !(b.minx <= b.maxx);
}
bool geo_box_meets(GeoBox a, GeoBox b);
GeoBox geo_box_join(GeoBox a, GeoBox b);

typedef enum GeoType {
    GEO_ANY,
    GEO_POINT,
    GEO_LINE,
    GEO_POLYGON,
    GEO_MULTIPOINT,
    GEO_MULTILINE,
    GEO_MULTIPOLYGON,
    GEO_COLLECTION
} GeoType;                                     /* = WKB type codes */
const char *geo_type_name(GeoType t);          /* "Point", "LineString" …; GEO_ANY "Geometry" */
bool geo_type_of(Str name, GeoType *out) MUST; /* any case */

/* --- bytes ------------------------------------------------------------------------------------------- */
/* Structure, limits, finite numbers; big-endian refused: geo_wkb_norm. */
bool geo_wkb_check(Bytes wkb, Err *err) MUST;
/* Any endianness, EWKB/ISO Z and M → ours. */
bool geo_wkb_norm(Bytes any, Arena *a, Bytes *wkb, Err *err) MUST;
GeoType geo_wkb_type(Bytes wkb);
GeoBox geo_wkb_box(Bytes wkb);
size_t geo_wkb_vertices(Bytes wkb);
typedef struct GeoBlob { /* an opened GeoPackage blob, OGC 12-128r19 clause 2.1.3 */
    int32_t srs;
    bool empty;
    GeoBox box; /* from the header, else computed */
    Bytes wkb;
} GeoBlob;
bool geo_blob_open(Bytes blob, GeoBlob *out, Err *err) MUST;
bool geo_blob_make(Bytes wkb, int32_t srs, Arena *a, Bytes *blob, Err *err) MUST; /* with envelope */
/* Calls `see` with every vertex in order; part rises with each point, line or ring. */
void geo_wkb_walk(Bytes wkb, void (*see)(void *ctx, size_t part, double x, double y), void *ctx);

/* Builders: coordinates are x,y pairs. */
bool geo_make_point(double x, double y, Arena *a, Bytes *wkb) MUST;
bool geo_make_line(const double *xy, size_t n, Arena *a, Bytes *wkb) MUST;
/* One polygon of nring rings, ring[i] vertices each (closed: first = last), shell first. */
bool geo_make_polygon(const double *xy, const size_t *ring, size_t nring, Arena *a, Bytes *wkb) MUST;
bool geo_make_multi(GeoType multi, const Bytes *part, size_t n, Arena *a, Bytes *wkb) MUST;

/* --- texts -------------------------------------------------------------------------------------------- */
/* RFC 7946; any CRS' numbers allowed. */
bool geo_from_geojson(const json_t *v, Arena *a, Bytes *wkb, Err *err) MUST;
bool geo_from_geojson_text(
    Str v, Arena *a, Bytes *wkb, Err *err) MUST; /* a value of scan_check; in little memory */
/* digits after the point (7 for degrees, 3 for metres); swap: latitude first */
void geo_to_geojson(Bytes wkb, int digits, bool swap, Buf *out);
/* Used: bytes read, rest not looked at. */
bool geo_from_wkt(Str wkt, Arena *a, Bytes *wkb, size_t *used, Err *err) MUST;
void geo_to_wkt(Bytes wkb, Buf *out); /* shortest numbers that read back; CQL2's spelling: POINT(1 2) */

/* --- truth on the plane (DE-9IM by GEOS) ---------------------------------------------------------------- */
typedef enum GeoOp {
    GEO_INTERSECTS,
    GEO_DISJOINT,
    GEO_EQUALS,
    GEO_WITHIN,
    GEO_CONTAINS,
    GEO_TOUCHES,
    GEO_CROSSES,
    GEO_OVERLAPS
} GeoOp;
typedef struct GeoShape GeoShape; /* a geometry made ready for questions; prepared at the second one */
bool geo_shape(Bytes wkb, Arena *a, GeoShape **out, Err *err) MUST;
bool geo_relate(const GeoShape *a, GeoOp op, const GeoShape *b); /* a `op` b; false also where GEOS fails */
/* OGC validity; GEO_INVALID names the place: "自相交 111.2345,31.4567". */
bool geo_valid(Bytes wkb, Err *err) MUST;
/* Shells counter-clockwise, rings closed. */
bool geo_clean_rings(Bytes wkb, Arena *a, Bytes *out, Err *err) MUST;
bool geo_simplify(Bytes wkb, double tolerance, Arena *a, Bytes *out, Err *err) MUST; /* topology kept */
bool geo_centre(Bytes wkb, double *x, double *y); /* a point on it: point on surface, middle of a line */
double geo_share(Bytes a, Bytes b);               /* area(a ∩ b) / area(a), planar; 0 when a has none */
double geo_distance_m(Bytes a, Bytes b);          /* nearest points found in degrees, measured geodesically */

/* --- measure on the CGCS2000 ellipsoid (a = 6378137, 1/f = 298.257222101) --------------------------------- */
double geo_area_m2(Bytes wkb);  /* polygons, holes taken off; Karney 2013 by PROJ's geodesic.h */
double geo_length_m(Bytes wkb); /* lines; a polygon's outline */
double geo_metres(double x1, double y1, double x2, double y2);
/* Point at a distance from the start; clamped. */
bool geo_along(Bytes line, double metres, double *x, double *y);
/* Metres along of the nearest place, distance off it. */
double geo_locate(Bytes line, double x, double y, double *off);

/* --- reference systems ---------------------------------------------------------------------------------------- */
#define GEO_SRS 4490
/* EPSG code from "http://www.opengis.net/def/crs/EPSG/0/4490", "…/OGC/1.3/CRS84", "EPSG:4525", "[…]"; CRS84 gives 4326
 * with *swap false, EPSG 4326 and 4490 give *swap true (latitude first). */
bool geo_crs_of(Str name, int *epsg, bool *swap, Err *err) MUST;
/* Longitude/easting first. */
bool geo_transform(Bytes wkb, int from, int to, Arena *a, Bytes *out, Err *err) MUST;
/* GCJ-02 and BD-09, the offset systems of consumer phone maps in China; published approximations, < 1 m when inverted. */
void geo_wgs_to_gcj(double *x, double *y);
void geo_gcj_to_wgs(double *x, double *y);
void geo_bd_to_gcj(double *x, double *y);
bool geo_shift(Bytes wkb, void (*move)(double *x, double *y), Arena *a, Bytes *out) MUST;

/* --- tiles ------------------------------------------------------------------------------------------------------ */
/* WebMercatorQuad; CGCS2000Quad: 天地图's _c grid, 2 × 1 tiles of 180° at z = 1 (0.703125°/px at z 1) as tileMatrix "z" */
typedef enum GeoGrid { GEO_WEBMERCATOR, GEO_CGCS2000 } GeoGrid;
enum { GEO_MAX_ZOOM = 22 };
GeoBox geo_tile_box(GeoGrid g, int z, uint32_t x, uint32_t y); /* degrees */
bool geo_tile_valid(GeoGrid g, int64_t z, int64_t x, int64_t y);
void geo_tile_at(GeoGrid g, int z, double lon, double lat, uint32_t *x, uint32_t *y);
/* Mercator as whole numbers: the world is [0, 2^31) both ways, y down; clamps to ± 85.05°. CGCS2000's: 360° wide, 180° high */
void geo_mercator(double lon, double lat, int32_t *x, int32_t *y);
void geo_world(GeoGrid g, double lon, double lat, int32_t *x, int32_t *y);
void geo_degrees(int32_t x, int32_t y, double *lon, double *lat); /* of geo_mercator, within 1 cm */
uint64_t geo_hilbert(uint32_t x, uint32_t y, int bits); /* place on the curve over 2^bits × 2^bits */

typedef struct MvtLayer MvtLayer; /* MVT 2.1 writer: one layer at a time, features from WKB in degrees */
typedef struct MvtValue {         /* one attribute */
    enum { MVT_NULL, MVT_TEXT, MVT_INT, MVT_DOUBLE, MVT_BOOL } kind;
    Str text;
    int64_t i;
    double d;
} MvtValue;
/* At zoom 19 a unit is a world unit. */
enum { MVT_EXTENT = 4096, MVT_BUFFER = 64, MVT_BUFFER_POINT = 128, MVT_FULL = 19 };
MvtLayer *mvt_layer(Str name, GeoGrid g, int z, uint32_t x, uint32_t y, Arena *a); /* NULL: no memory */
size_t mvt_key(MvtLayer *l, Str key); /* index of an attribute's name, from 0 in order of calls */
/* Clips, simplifies for the zoom, quantises; a polygon smaller than 4 units² or a line within one unit is dropped
 * (returns false, nothing written) unless `keep`. value[i] belongs to key i; MVT_NULL is left out. */
bool mvt_add(MvtLayer *l, uint64_t id, Bytes wkb, const MvtValue *value, size_t nvalue, bool keep);
/* Takes out the features, numbered from 0 as they were put, that `keep` says no to, and the values that only they had.
 * Nothing may be put behind it. */
bool mvt_thin(MvtLayer *l, bool (*keep)(void *ctx, size_t i), void *ctx) MUST; /* false: no memory */
size_t mvt_count(const MvtLayer *l);
size_t mvt_bytes(const MvtLayer *l); /* so far, but for a few of the end */
/* Appends the layer to a tile, nothing if it is empty; false: no memory. */
bool mvt_end(MvtLayer *l, Buf *out) MUST;

/* The same in two steps, so that the first can be kept: a piece is a geometry ready for every tile of one zoom. Only
 * its first vertex depends on the tile; what follows are MVT's own commands, copied as they stand. */
typedef struct MvtPiece {
    GeoType type;   /* GEO_POINT, GEO_LINE or GEO_POLYGON, single or multi */
    uint32_t first; /* the first command */
    int32_t x, y;   /* the first vertex, in units: the world is 2^(12 + zoom) of them wide, at most 2^31 */
    int32_t minx, miny, maxx, maxy;
    double size; /* of the unsimplified geometry, units², a line: units; what a crowded tile drops by */
    Bytes tail;  /* commands behind the first vertex */
} MvtPiece;
typedef struct MvtPen MvtPen; /* working memory; belongs to one thread */
MvtPen *mvt_pen(GeoGrid g, Arena *a);
bool mvt_load(MvtPen *p, Bytes wkb) MUST;                  /* degrees; false: empty or no memory */
bool mvt_load_piece(MvtPen *p, const MvtPiece *full) MUST; /* a piece of zoom MVT_FULL, in Mercator */
double mvt_size(const MvtPen *p); /* of what was loaded, world units² or world units; scale it by mvt_scale */
double mvt_scale(GeoType t, int zoom); /* units² of the zoom a world unit², units a world unit */
double mvt_least(GeoType t); /* below this size, in units of the zoom, a polygon is not seen; others: 0 */
/* What was loaded as a piece for the zoom (MVT_FULL: nothing is simplified); tail is borrowed until the next call. False:
 * too small to show, or no memory. */
bool mvt_piece(MvtPen *p, int zoom, bool keep, MvtPiece *out) MUST;
/* Values have numbers in a layer; `fresh`: not looked whether it is there already. `key`: whose value it is. */
uint32_t mvt_value(MvtLayer *l, size_t key, MvtValue v);
uint32_t mvt_value_fresh(MvtLayer *l, Str text);
/* What of a piece lies in the layer's tile (and its buffer); `part` may be `p`; its tail is borrowed until the next call. */
bool mvt_clip(MvtLayer *l, const MvtPiece *p, MvtPiece *part) MUST; /* false: nothing, or no memory */
/* Key, value, key …; id 0: none. */
bool mvt_put(MvtLayer *l, uint64_t id, const MvtPiece *part, const uint32_t *tag, size_t ntag);
/* `more`, of lines or polygons, behind `whole` as one; zeroed at first. Its commands go into `tail`. */
void mvt_join(MvtPiece *whole, Buf *tail, int32_t end[2], const MvtPiece *more);
/* What was loaded, shared out to the square cells (2^shift world units wide) from x0, y0 to before x1, y1: areas, doubled, in
 * world units²; lengths in mm. Of points nothing. Mercator only. */
typedef struct GeoCells {
    int32_t x0, y0, x1, y1;
} GeoCells;
typedef void MvtCellSee(void *ctx, int32_t x, int32_t y, int64_t measure);
bool mvt_cells(MvtPen *p, int shift, GeoCells in, MvtCellSee *see, void *ctx) MUST; /* false: no memory */
double mvt_unit_m2(double y); /* a world unit² there on the ellipsoid */
/* Labels of cells, row by row (0: nothing), as one valid polygon each, borders shared, in the zoom's and the pen's units. */
typedef bool MvtTraced(void *ctx, uint16_t label, const MvtPiece *piece); /* false: stop */
bool mvt_trace(
    MvtPen *p, const uint16_t *label, GeoCells in, int shift, int zoom, MvtTraced *see, void *ctx) MUST;
