/* src/geo/mend.c - validity with its place, simplification, a point on a geometry, shares, distances. */
#include "geo/lib.h"
#include "geo/run.h"
#include <math.h>

static const struct
    Reason { /* GEOS' words, ours; GEOS 3.11, src/operation/valid/TopologyValidationError.cpp */
    const char *geos, *ours;
} reasons[] = {
    { "Hole lies outside shell", "洞在外环之外 hole outside the shell" },
    { "Holes are nested", "洞中套洞 nested holes" },
    { "Interior is disconnected", "内部不连通 interior is disconnected" },
    { "Ring Self-intersection", "环自相交 ring crosses itself" },
    { "Self-intersection", "自相交 crosses itself" },
    { "Nested shells", "外环互相包含 nested shells" },
    { "Duplicate Rings", "环重复 duplicate rings" },
    { "Too few points", "顶点太少 too few points" },
    { "Invalid Coordinate", "坐标不是数 a coordinate is no number" },
    { "Ring is not closed", "环未闭合 ring is not closed" },
};

static const char *reason_of(const char *geos)
{
    for (size_t i = 0; i < LEN(reasons); i++)
        if (str_starts(str_of(geos), str_of(reasons[i].geos)))
            return reasons[i].ours;
    return geos;
}

static bool invalid(Err *err, const char *why, double x, double y)
{
    (void)FAIL(err, GEO_INVALID, str_of(why), "geometry");
    err_hint(err, "%.7g,%.7g", x, y);
    if (isfinite(x) && isfinite(y))
        err_hint(err, "%.6f,%.6f", x, y);
    return false;
}

/* What GEOS refuses to read at all: a line of one point, a ring that is open or has fewer than four points. */
static bool runs_valid(Bytes wkb, Err *err)
{
    GeoRun run;

    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);) {
        if (run.type == GEO_LINE && run.n == 1)
            return invalid(err, "顶点太少 too few points", geo_run_x(&run, 0), geo_run_y(&run, 0));
        if (run.type != GEO_POLYGON || run.n == 0)
            continue;
        if (!geo_run_closed(&run))
            return invalid(
                err, "环未闭合 ring is not closed", geo_run_x(&run, run.n - 1), geo_run_y(&run, run.n - 1));
        if (run.n < 4)
            return invalid(err, "顶点太少 too few points", geo_run_x(&run, 0), geo_run_y(&run, 0));
    }
    return true;
}

bool geo_valid(Bytes wkb, Err *err)
{
    GeoLib *l = geo_lib();
    GEOSGeometry *g, *where = NULL;
    char *reason = NULL;
    double x = NAN, y = NAN;
    bool good;

    if (!l)
        return FAIL(err, BASE_NO_MEMORY, STR("geometry"), "valid");
    if (!runs_valid(wkb, err))
        return false;
    if (geo_wkb_type(wkb) == GEO_POINT && isfinite(geo_wkb_box(wkb).minx) && isfinite(geo_wkb_box(wkb).miny))
        return true; /* nothing else can be wrong with one */
    g = geo_lib_read(l, wkb);
    if (!g)
        return FAIL(err, GEO_BAD_WKB, str_of(l->said), "valid");
    good = GEOSisValidDetail_r(l->h, g, 0, &reason, &where) == 1;
    if (where && GEOSGeomGetX_r(l->h, where, &x) == 1)
        (void)GEOSGeomGetY_r(l->h, where, &y);
    if (!good)
        (void)invalid(err, reason_of(reason ? reason : l->said), x, y);
    GEOSFree_r(l->h, reason);
    GEOSGeom_destroy_r(l->h, where);
    GEOSGeom_destroy_r(l->h, g);
    return good;
}

bool geo_simplify(Bytes wkb, double tolerance, Arena *a, Bytes *out, Err *err)
{
    GeoLib *l = geo_lib();
    GEOSGeometry *g = l ? geo_lib_read(l, wkb) : NULL, *s = NULL;
    bool done = false;

    if (!l)
        return FAIL(err, BASE_NO_MEMORY, STR("geometry"), "simplify");
    if (g)
        s = GEOSTopologyPreserveSimplify_r(l->h, g, tolerance);
    if (!s)
        (void)FAIL(err, GEO_INVALID, str_of(l->said), "simplify");
    else if (!(done = geo_lib_write(l, s, a, out)))
        (void)FAIL(err, BASE_NO_MEMORY, STR("geometry"), "simplify");
    GEOSGeom_destroy_r(l->h, s);
    GEOSGeom_destroy_r(l->h, g);
    return done;
}

/* --- a point on it ---------------------------------------------------------------------------------------- */
static double planar_length(const GeoRun *r)
{
    double sum = 0;

    for (size_t i = 1; i < r->n; i++)
        sum += hypot(geo_run_x(r, i) - geo_run_x(r, i - 1), geo_run_y(r, i) - geo_run_y(r, i - 1));
    return sum;
}

static void middle_of(const GeoRun *r, double half, double *x, double *y)
{
    *x = geo_run_x(r, 0);
    *y = geo_run_y(r, 0);
    for (size_t i = 1; i < r->n; i++) {
        double x1 = geo_run_x(r, i), y1 = geo_run_y(r, i), d = hypot(x1 - *x, y1 - *y);

        if (d >= half && d > 0) {
            *x += (x1 - *x) * half / d;
            *y += (y1 - *y) * half / d;
            return;
        }
        half -= d;
        *x = x1;
        *y = y1;
    }
}

static bool on_longest_line(Bytes wkb, double *x, double *y)
{
    double best = -1;
    GeoRun run, longest = { .n = 0 };

    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
        if (run.n > 0 && planar_length(&run) > best) {
            best = planar_length(&run);
            longest = run;
        }
    if (longest.n == 0)
        return false;
    middle_of(&longest, best / 2, x, y);
    return true;
}

bool geo_centre(Bytes wkb, double *x, double *y)
{
    GeoType t = geo_wkb_type(wkb);
    GeoLib *l;
    GEOSGeometry *g, *p;
    bool done;

    if (t == GEO_POINT || t == GEO_MULTIPOINT || t == GEO_LINE || t == GEO_MULTILINE)
        return on_longest_line(wkb, x, y);
    l = geo_lib();
    g = l ? geo_lib_read(l, wkb) : NULL;
    p = g ? GEOSPointOnSurface_r(l->h, g) : NULL;
    done = p && !GEOSisEmpty_r(l->h, p) && GEOSGeomGetX_r(l->h, p, x) == 1 && GEOSGeomGetY_r(l->h, p, y) == 1;
    if (l) {
        GEOSGeom_destroy_r(l->h, p);
        GEOSGeom_destroy_r(l->h, g);
    }
    return done || on_longest_line(wkb, x, y); /* an invalid polygon still gets a place on its outline */
}

/* --- two geometries ------------------------------------------------------------------------------------------ */
double geo_share(Bytes a, Bytes b)
{
    GeoLib *l = geo_lib();
    GEOSGeometry *ga, *gb, *both = NULL;
    double whole = 0, part = 0;

    if (!l || !geo_box_meets(geo_wkb_box(a), geo_wkb_box(b)))
        return 0;
    ga = geo_lib_read(l, a);
    gb = geo_lib_read(l, b);
    if (ga && gb && GEOSArea_r(l->h, ga, &whole) == 1 && whole > 0)
        both = GEOSIntersection_r(l->h, ga, gb);
    if (both)
        (void)GEOSArea_r(l->h, both, &part);
    GEOSGeom_destroy_r(l->h, both);
    GEOSGeom_destroy_r(l->h, gb);
    GEOSGeom_destroy_r(l->h, ga);
    return whole > 0 ? part / whole : 0;
}

/* Degrees of longitude shrink with latitude: squeezed by its cosine, the plane tells the nearest points rightly. */
static GEOSGeometry *squeezed(GeoLib *l, Bytes wkb, double by, Arena *a)
{
    Bytes copy;
    uint8_t *w;
    GeoRun run;

    if (!geo_copy(wkb, a, &copy, &w))
        return NULL;
    for (GeoRuns r = geo_runs(copy); geo_run_next(&r, &run);)
        for (size_t i = 0; i < run.n; i++) {
            double x = geo_run_x(&run, i) * by;

            memcpy(w + (run.xy - copy.ptr) + i * run.stride, &x, sizeof x);
        }
    return geo_lib_read(l, copy);
}

static bool nearest(GeoLib *l, const GEOSGeometry *a, const GEOSGeometry *b, double xy[4])
{
    GEOSCoordSequence *s = a && b ? GEOSNearestPoints_r(l->h, a, b) : NULL;
    bool done = s && GEOSCoordSeq_getXY_r(l->h, s, 0, &xy[0], &xy[1]) == 1 &&
                GEOSCoordSeq_getXY_r(l->h, s, 1, &xy[2], &xy[3]) == 1;

    if (s)
        GEOSCoordSeq_destroy_r(l->h, s);
    return done;
}

double geo_distance_m(Bytes a, Bytes b)
{
    GeoLib *l = geo_lib();
    GeoBox box = geo_box_join(geo_wkb_box(a), geo_wkb_box(b));
    double by = fmax(cos((box.miny + box.maxy) / 2 * M_PI / 180), 0.01), xy[4], metres = NAN;
    Arena *scratch;
    GEOSGeometry *ga, *gb;

    if (!l)
        return NAN;
    scratch = arena_new(4 * GEO_MAX_BYTES);
    ga = squeezed(l, a, by, scratch);
    gb = squeezed(l, b, by, scratch);
    if (nearest(l, ga, gb, xy))
        metres = geo_metres(xy[0] / by, xy[1], xy[2] / by, xy[3]);
    GEOSGeom_destroy_r(l->h, gb);
    GEOSGeom_destroy_r(l->h, ga);
    arena_free(scratch);
    return metres;
}
