/* src/cql/place.c - geometry literals: their range, boxes across the antimeridian, other reference systems, and
 * the spatial relations (clause 7.5 of OGC 21-065, by DE-9IM). */
#include "cql/tree.h"
#include <math.h>
#include <stdio.h>

/* --- boxes ------------------------------------------------------------------------------------------------ */
/* west south [low] east north [high] */
static GeoBox box_of(const CqlExpr *e)
{
    const size_t east = e->nbox == 6 ? 3 : 2;

    return (GeoBox){ e->box[0], e->box[1], e->box[east], e->box[east + 1] };
}

static size_t split(GeoBox b, bool planar, GeoBox out[2])
{
    if (planar || b.minx <= b.maxx) {
        out[0] = b;
        return 1;
    }
    out[0] = (GeoBox){ b.minx, b.miny, 180, b.maxy };
    out[1] = (GeoBox){ -180, b.miny, b.maxx, b.maxy };
    return 2;
}

/* A box without width or height is a line or a point: GEOS has no polygon of no area. */
static bool box_wkb(GeoBox b, Arena *a, Bytes *out)
{
    const double ring[] = { b.minx, b.miny, b.maxx, b.miny, b.maxx, b.maxy, b.minx, b.maxy, b.minx, b.miny };
    const double ends[] = { b.minx, b.miny, b.maxx, b.maxy };
    const size_t n = 5;

    if (b.minx == b.maxx && b.miny == b.maxy)
        return geo_make_point(b.minx, b.miny, a, out);
    if (b.minx == b.maxx || b.miny == b.maxy)
        return geo_make_line(ends, 2, a, out);
    return geo_make_polygon(ring, &n, 1, a, out);
}

static bool bad_range(CqlExpr *e, double x, double y, Err *err)
{
    char what[64];

    snprintf(what, sizeof what, "%.10g %.10g", x, y);
    FAIL_AT(err, GEO_OUT_OF_RANGE, e, str_of(what));
    err_hint(err, "%s", "-180…180 -90…90");
    return false;
}

static bool place_box(CqlExpr *e, bool planar, Arena *a, Err *err)
{
    const GeoBox b = box_of(e);
    GeoBox half[2];
    Bytes part[2];
    const size_t n = split(b, planar, half);
    GeoType multi = GEO_MULTIPOLYGON;
    bool ok = true;

    if (!planar && !(fabs(b.minx) <= 180 && fabs(b.maxx) <= 180 && fabs(b.miny) <= 90 && fabs(b.maxy) <= 90))
        return bad_range(e, fabs(b.minx) <= 180 && fabs(b.miny) <= 90 ? b.maxx : b.minx,
            fabs(b.minx) <= 180 && fabs(b.miny) <= 90 ? b.maxy : b.miny, err);
    if (b.miny > b.maxy || (planar && b.minx > b.maxx)) {
        FAIL_AT(err, CQL_BAD_VALUE, e, STR("BBOX"));
        err_hint(err, "%s", "BBOX(west, south, east, north)");
        return false;
    }
    for (size_t i = 0; i < n; i++)
        ok = ok && box_wkb(half[i], a, &part[i]);
    if (n == 2 && b.miny == b.maxy)
        multi = GEO_MULTILINE;
    if (n == 2 && (half[0].minx == half[0].maxx || half[1].minx == half[1].maxx) && b.miny <= b.maxy)
        multi = GEO_COLLECTION; /* one half is a line or a point */
    e->value.kind = CQL_GEOM;
    e->bounds = n == 2 ? geo_box_join(half[0], half[1]) : half[0];
    if (ok && n == 1)
        e->value.geom = part[0];
    else if (ok)
        ok = geo_make_multi(multi, part, n, a, &e->value.geom);
    return ok || FAIL_AT(err, BASE_NO_MEMORY, e, STR("cql"));
}

size_t cql_boxes(const CqlExpr *e, GeoBox out[2])
{
    if (e->op == CQL_OP_BBOX)
        return split(box_of(e), false, out);
    out[0] = e->bounds;
    return 1;
}

/* --- range --------------------------------------------------------------------------------------------------- */
/* Latitude has an end; longitude may pass ±180 where the shape itself lies across the antimeridian, as the standard's
 * data have it, but no shape lies wholly beyond. */
static bool place_literal(CqlExpr *e, bool planar, Err *err)
{
    const GeoBox b = e->bounds = geo_wkb_box(e->value.geom);

    if (planar || geo_box_empty(b))
        return true;
    if (b.miny < -90 || b.maxy > 90)
        return bad_range(e, b.miny < -90 ? b.minx : b.maxx, b.miny < -90 ? b.miny : b.maxy, err);
    if (b.minx < -360 || b.minx > 180)
        return bad_range(e, b.minx, b.miny, err);
    if (b.maxx > 360 || b.maxx < -180)
        return bad_range(e, b.maxx, b.maxy, err);
    return true;
}

bool cql_place(CqlExpr *e, const CqlSchema *schema, Arena *a, Err *err)
{
    return e->op == CQL_OP_BBOX ? place_box(e, schema->planar, a, err)
                                : place_literal(e, schema->planar, err);
}

/* --- reference systems (filter-crs) ------------------------------------------------------------------------------ */
static void swap_xy(double *x, double *y)
{
    const double t = *x;

    *x = *y;
    *y = t;
}

static bool is_degrees(int epsg)
{
    return epsg == GEO_SRS || epsg == 4326;
}

static bool move_literal(CqlExpr *e, int epsg, bool swap, Arena *a, Err *err)
{
    Bytes g = e->value.geom;

    if (swap && !geo_shift(g, swap_xy, a, &g))
        return FAIL_AT(err, BASE_NO_MEMORY, e, STR("cql"));
    if (!is_degrees(epsg) && !geo_transform(g, epsg, GEO_SRS, a, &g, err)) {
        cql_where(e, err->where);
        return false;
    }
    e->value.geom = g;
    return true;
}

/* In degrees a box stays a box; from another system it becomes the polygon of its corners. */
static bool move_box(CqlExpr *e, int epsg, bool swap, Arena *a, Err *err)
{
    double *box = NEWS(a, double, e->nbox);
    const size_t east = e->nbox == 6 ? 3 : 2;

    if (!box)
        return FAIL_AT(err, BASE_NO_MEMORY, e, STR("cql"));
    memcpy(box, e->box, e->nbox * sizeof *box);
    if (swap) {
        swap_xy(&box[0], &box[1]);
        swap_xy(&box[east], &box[east + 1]);
    }
    e->box = box;
    if (is_degrees(epsg))
        return true;
    if (!box_wkb(box_of(e), a, &e->value.geom))
        return FAIL_AT(err, BASE_NO_MEMORY, e, STR("cql"));
    e->op = CQL_OP_LITERAL;
    e->value.kind = CQL_GEOM;
    return move_literal(e, epsg, false, a, err);
}

bool cql_geometry(CqlExpr *e, int epsg, bool swap, Arena *a, Err *err)
{
    if (e->op == CQL_OP_LITERAL && e->value.kind == CQL_GEOM)
        return move_literal(e, epsg, swap, a, err);
    if (e->op == CQL_OP_BBOX)
        return move_box(e, epsg, swap, a, err);
    for (size_t i = 0; i < e->narg; i++)
        if (!cql_geometry(e->arg[i], epsg, swap, a, err))
            return false;
    return true;
}

/* --- relations ---------------------------------------------------------------------------------------------------- */
static GeoOp geo_op(CqlOp op)
{
    static const GeoOp of[] = { GEO_CONTAINS, GEO_CROSSES, GEO_DISJOINT, GEO_EQUALS, GEO_INTERSECTS,
        GEO_OVERLAPS, GEO_TOUCHES, GEO_WITHIN };

    return of[op - CQL_OP_S_CONTAINS];
}

/* Boxes apart settle most pairs without GEOS. */
CqlTruth cql_relate(CqlOp op, Bytes x, Bytes y, Arena *a)
{
    const GeoBox bx = geo_wkb_box(x), by = geo_wkb_box(y);
    GeoShape *p, *q;
    Err err = { 0 };

    if (!geo_box_empty(bx) && !geo_box_empty(by) && !geo_box_meets(bx, by))
        return op == CQL_OP_S_DISJOINT ? CQL_TRUE : CQL_FALSE;
    if (!geo_shape(x, a, &p, &err) || !geo_shape(y, a, &q, &err))
        return CQL_UNKNOWN;
    return geo_relate(p, geo_op(op), q) ? CQL_TRUE : CQL_FALSE;
}

bool cql_wkb_of(Bytes any, Bytes *wkb)
{
    GeoBlob b;
    Err err = { 0 };

    *wkb = any;
    if (any.len < 2 || any.ptr[0] != 'G' || any.ptr[1] != 'P')
        return any.len > 0;
    if (!geo_blob_open(any, &b, &err))
        return false;
    *wkb = b.wkb;
    return true;
}

int cql_sql_relate(Str op, Bytes x, Bytes y)
{
    Arena *a;
    CqlOp o;
    CqlTruth t;

    if (!cql_op_of_json(op, &o) || cql_op[o].family != CQL_SPATIAL || !cql_wkb_of(x, &x) ||
        !cql_wkb_of(y, &y))
        return -1;
    a = arena_new(0);
    t = cql_relate(o, x, y, a);
    arena_free(a);
    return t == CQL_UNKNOWN ? -1 : t == CQL_TRUE;
}
