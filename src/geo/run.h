/* src/geo/run.h - a geometry as runs of vertices, one run a point, line or ring: what most of this room needs of a
 * WKB. Nesting is flattened, so no stack is needed and no input can overrun it; a malformed WKB just ends early.
 *
 *     for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
 *         for (size_t i = 0; i < run.n; i++)
 *             see(geo_run_x(&run, i), geo_run_y(&run, i));
 */
#pragma once
#include "geo/geo.h"

enum {
    GEO_MAX_BYTES = 16 << 20,
    GEO_MAX_VERTICES = 1000000,
    GEO_MAX_NEST = 8,
    GEO_ISO_Z = 1000, /* added to a WKB type code */
};

typedef struct GeoRun {
    GeoType type; /* GEO_POINT, GEO_LINE or GEO_POLYGON: what the run belongs to */
    bool shell;   /* the first ring of a polygon */
    bool z;
    size_t n, stride; /* an empty point has n = 0 */
    const uint8_t *xy;
} GeoRun;
typedef struct GeoRuns {
    const uint8_t *at, *end;
    size_t left;  /* geometries still to read */
    size_t rings; /* of the polygon begun */
    bool shell, z;
} GeoRuns;
GeoRuns geo_runs(Bytes wkb);
bool geo_run_next(GeoRuns *r, GeoRun *out);

static inline double geo_f64(const uint8_t *p)
{
    double v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline uint32_t geo_u32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline double geo_run_x(const GeoRun *r, size_t i)
{
    return geo_f64(r->xy + i * r->stride);
}
static inline double geo_run_y(const GeoRun *r, size_t i)
{
    return geo_f64(r->xy + i * r->stride + 8);
}
static inline bool geo_run_closed(const GeoRun *r)
{
    return r->n > 0 && memcmp(r->xy, r->xy + (r->n - 1) * r->stride, 16) == 0;
}

/* Writing: the same bytes, appended. */
void geo_put_head(Buf *b, GeoType t, bool z); /* byte order and type */
void geo_put_u32(Buf *b, uint32_t v);
void geo_put_f64(Buf *b, double v);
bool geo_keep(
    Buf *b, Arena *a, Bytes *out); /* moves what b holds into the arena, clears b; false: no memory */
/* A copy of wkb whose coordinates may be written over (same layout): the arena's own. */
bool geo_copy(Bytes wkb, Arena *a, Bytes *out, uint8_t **writable) MUST;
