/* src/geo/shape.c - the DE-9IM predicates. A shape asked twice as the left side is prepared (indexed) by GEOS. */
#include "geo/lib.h"
#include "geo/run.h"

struct GeoShape {
    GeoLib *lib;
    GEOSGeometry *g;
    GeoBox box;
    struct Ready { /* changes with asking, also behind a const shape */
        const GEOSPreparedGeometry *prepared;
        unsigned asked;
    } * ready;
};
typedef char Plain(GEOSContextHandle_t, const GEOSGeometry *, const GEOSGeometry *);
typedef char Prepared(GEOSContextHandle_t, const GEOSPreparedGeometry *, const GEOSGeometry *);
static const struct Op {
    Plain *plain;
    Prepared *prepared; /* NULL: none */
} ops[] = {
    [GEO_INTERSECTS] = { GEOSIntersects_r, GEOSPreparedIntersects_r },
    [GEO_DISJOINT] = { GEOSDisjoint_r, GEOSPreparedDisjoint_r },
    [GEO_EQUALS] = { GEOSEquals_r, NULL },
    [GEO_WITHIN] = { GEOSWithin_r, GEOSPreparedWithin_r },
    [GEO_CONTAINS] = { GEOSContains_r, GEOSPreparedContains_r },
    [GEO_TOUCHES] = { GEOSTouches_r, GEOSPreparedTouches_r },
    [GEO_CROSSES] = { GEOSCrosses_r, GEOSPreparedCrosses_r },
    [GEO_OVERLAPS] = { GEOSOverlaps_r, GEOSPreparedOverlaps_r },
};

static void shape_close(void *thing) /* perhaps in another thread than the one that made it */
{
    GeoShape *s = thing;
    GeoLib *l = geo_lib();

    if (!l)
        return; /* a leak, where there is not even memory to free with */
    if (s->ready->prepared)
        GEOSPreparedGeom_destroy_r(l->h, s->ready->prepared);
    GEOSGeom_destroy_r(l->h, s->g);
}

/* GEOS relates no collections; parts of one dimension merge into a multi-geometry, which it does. */
static GEOSGeometry *merged(GeoLib *l, GEOSGeometry *g)
{
    GEOSGeometry *u;

    if (!g || GEOSGeomTypeId_r(l->h, g) != GEOS_GEOMETRYCOLLECTION)
        return g;
    u = GEOSUnaryUnion_r(l->h, g);
    if (!u)
        return g;
    GEOSGeom_destroy_r(l->h, g);
    return u;
}

bool geo_shape(Bytes wkb, Arena *a, GeoShape **out, Err *err)
{
    GeoLib *l = geo_lib();
    GeoShape *s = NEW(a, GeoShape);

    if (!l || !s || !(s->ready = NEW(a, struct Ready)))
        return FAIL(err, BASE_NO_MEMORY, STR("geometry"), "shape");
    s->box = geo_wkb_box(wkb);
    s->g = merged(l, geo_lib_read(l, wkb));
    if (!s->g)
        return FAIL(err, GEO_BAD_WKB, str_of(l->said), "shape");
    if (!arena_defer(a, shape_close, s)) {
        GEOSGeom_destroy_r(l->h, s->g);
        return FAIL(err, BASE_NO_MEMORY, STR("geometry"), "shape");
    }
    *out = s;
    return true;
}

static bool inside(GeoBox a, GeoBox b)
{
    return a.minx >= b.minx && a.maxx <= b.maxx && a.miny >= b.miny && a.maxy <= b.maxy;
}

/* Whether the boxes alone decide; *yes is then the answer. Empty geometries are left to GEOS. */
static bool boxes_decide(GeoBox a, GeoOp op, GeoBox b, bool *yes)
{
    if (geo_box_empty(a) || geo_box_empty(b))
        return false;
    *yes = op == GEO_DISJOINT;
    if (!geo_box_meets(a, b))
        return true;
    return (op == GEO_WITHIN && !inside(a, b)) || (op == GEO_CONTAINS && !inside(b, a)) ||
           (op == GEO_EQUALS && !(inside(a, b) && inside(b, a)));
}

bool geo_relate(const GeoShape *a, GeoOp op, const GeoShape *b)
{
    GeoLib *l = geo_lib();
    bool yes = false;

    if (boxes_decide(a->box, op, b->box, &yes))
        return yes;
    if (!l)
        return false;
    if (++a->ready->asked == 2)
        a->ready->prepared = GEOSPrepare_r(l->h, a->g);
    if (a->ready->prepared && ops[op].prepared)
        return ops[op].prepared(l->h, a->ready->prepared, b->g) == 1;
    return ops[op].plain(l->h, a->g, b->g) == 1;
}
