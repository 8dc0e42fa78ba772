/* src/geo/path.h - a geometry as whole numbers on its way into a tile: runs of vertices, each a point, line or ring.
 *
 *   WKB --load--> world units --quantise, simplify--> units of a zoom --clip--> one tile's part --write--> commands
 *
 * Rings are kept open (the last vertex is not the first again). A path grows and keeps its memory for the next feature;
 * once `bad` (no memory) it stays empty.
 */
#pragma once
#include "geo/geo.h"
#include <math.h>

typedef struct Xy {
    int32_t x, y;
} Xy;
typedef struct PathRun {
    size_t at, n; /* of vertices */
    bool shell;
} PathRun;
typedef struct Path {
    GeoType type; /* GEO_POINT, GEO_LINE, GEO_POLYGON */
    Xy *xy;
    size_t nxy, cap;
    PathRun *run;
    size_t nrun, cap_run;
    bool bad;
} Path;
typedef struct Box32 {
    int32_t minx, miny, maxx, maxy;
} Box32;

void geo_path_clear(Path *p);
void geo_path_reset(Path *p, GeoType type);
Xy *geo_path_room(Path *p, size_t n); /* n more vertices may be written at xy + nxy; NULL: no memory */
void geo_path_run(Path *p, size_t at, bool shell); /* the vertices since `at` are a run; none: no run */
Box32 geo_path_box(const Xy *v, size_t n);
double geo_path_area2(
    const Xy *v, size_t n); /* twice the area, positive as MVT's exterior rings; exact below 2^53 */

void geo_path_reverse(Xy *v, size_t n); /* a ring; its first vertex stays the first */

/* The vertices that stay within `tolerance` units, in place; ring: both ends are joined. Gives how many. */
size_t geo_path_simplify(Xy *v, size_t n, double tolerance, bool ring, Path *scratch);
/* What of `in` lies in the box, appended run by run to `out`. */
void geo_path_clip(const Path *in, Box32 box, Path *out, Path *scratch);
/* Turns rings as MVT wants them, drops those without area and holes whose shell went; false: nothing is left. */
bool geo_path_tidy(Path *p);
/* Mends a tidied polygon that crosses or touches itself as a valid one must not; false: nothing is left, or no memory. */
bool geo_path_valid(Path *p);

/* Commands of MVT 2.1 clause 4.3, from the first vertex on (see MvtPiece); and back. */
void geo_path_write(const Path *p, Buf *tail, uint32_t *first);
bool geo_path_read(const MvtPiece *piece, Path *out) MUST;

static inline uint8_t *geo_varint(uint8_t *p, uint64_t v)
{
    while (v >= 128) {
        *p++ = (uint8_t)(v | 128);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}
static inline uint32_t geo_zigzag(int32_t v)
{
    return (uint32_t)v << 1 ^ (uint32_t)(v >> 31);
}
static inline int32_t geo_minus(int32_t a, int32_t b) /* wraps, as MVT's pen does */
{
    return (int32_t)((uint32_t)a - (uint32_t)b);
}
