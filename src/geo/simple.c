/* src/geo/simple.c - a polygon in whole units stays valid: rounded and simplified, or cut to a tile, some cross or touch
 * themselves. Most are seen to be simple by a look at their edges; the others are asked of GEOS, and mended by it.
 */
#include "geo/lib.h"
#include "geo/path.h"
#include "geo/run.h"
#include <stdlib.h>

enum { FEW = 24, PARTS_MAX = 64 << 20 };
typedef struct Edge {
    Xy a, b;
    int32_t number;
} Edge;

/* --- edges ---------------------------------------------------------------------------------------------------------- */
static double side_of(Xy a, Xy b, Xy c) /* exact where coordinates differ by less than 2^26 */
{
    return ((double)b.x - a.x) * ((double)c.y - a.y) - ((double)b.y - a.y) * ((double)c.x - a.x);
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static bool boxes_meet(const Edge *e, const Edge *f)
{
    return least(e->a.x, e->b.x) <= most(f->a.x, f->b.x) && least(f->a.x, f->b.x) <= most(e->a.x, e->b.x) &&
           least(e->a.y, e->b.y) <= most(f->a.y, f->b.y) && least(f->a.y, f->b.y) <= most(e->a.y, e->b.y);
}

static bool meet(const Edge *e, const Edge *f) /* in any point */
{
    const double p = side_of(e->a, e->b, f->a), q = side_of(e->a, e->b, f->b), r = side_of(f->a, f->b, e->a),
                 s = side_of(f->a, f->b, e->b);

    return !((p > 0 && q > 0) || (p < 0 && q < 0) || (r > 0 && s > 0) || (r < 0 && s < 0));
}

/* The one behind the other in the ring: they share a vertex, and must not fold back. */
static bool folds(Xy a, Xy b, Xy c)
{
    return side_of(a, b, c) == 0 &&
           ((double)b.x - a.x) * ((double)c.x - b.x) + ((double)b.y - a.y) * ((double)c.y - b.y) < 0;
}

static bool clash(const Edge *e, const Edge *f, int32_t n)
{
    const int32_t gap = e->number < f->number ? f->number - e->number : e->number - f->number;

    if (!boxes_meet(e, f))
        return false;
    if (gap == 1 || gap == n - 1) {
        const Edge *one = (e->number + 1) % n == f->number ? e : f, *next = one == e ? f : e;

        return folds(one->a, one->b, next->b) || (n == 3 && side_of(one->a, one->b, next->b) == 0);
    }
    return meet(e, f);
}

static int by_left(const void *a, const void *b)
{
    const Edge *x = a, *y = b;

    return least(x->a.x, x->b.x) < least(y->a.x, y->b.x) ? -1 : least(x->a.x, x->b.x) > least(y->a.x, y->b.x);
}

static bool edges_clash(Edge *e, int32_t n)
{
    if (n > FEW)
        qsort(e, (size_t)n, sizeof *e, by_left);
    for (int32_t i = 0; i < n; i++) {
        const int32_t right = most(e[i].a.x, e[i].b.x);

        for (int32_t k = i + 1; k < n && (n <= FEW || least(e[k].a.x, e[k].b.x) <= right); k++)
            if (clash(&e[i], &e[k], n))
                return true;
    }
    return false;
}

/* One ring that meets itself nowhere; false also where that is not sure. */
static bool surely_simple(const Path *p)
{
    const Xy *v = p->xy + p->run[0].at;
    const size_t n = p->run[0].n;
    Edge few[FEW], *e = n <= FEW ? few : mem_new(n, sizeof *e);
    bool simple = p->nrun == 1 && e != NULL;

    for (size_t i = 0; simple && i < n; i++)
        e[i] = (Edge){ v[i], v[i + 1 < n ? i + 1 : 0], (int32_t)i };
    simple = simple && !edges_clash(e, (int32_t)n);
    if (e != few)
        mem_free(e);
    return simple;
}

/* --- by GEOS ---------------------------------------------------------------------------------------------------------- */
static size_t rings_of(const Path *p, size_t shell) /* the polygon's */
{
    size_t n = 1;

    while (shell + n < p->nrun && !p->run[shell + n].shell)
        n++;
    return n;
}

static void put_ring(const Path *p, const PathRun *r, Buf *b)
{
    geo_put_u32(b, (uint32_t)r->n + 1);
    for (size_t i = 0; i <= r->n; i++) {
        geo_put_f64(b, p->xy[r->at + i % r->n].x);
        geo_put_f64(b, p->xy[r->at + i % r->n].y);
    }
}

static void put_polygons(const Path *p, Buf *b)
{
    uint32_t shells = 0;

    for (size_t i = 0; i < p->nrun; i++)
        shells += p->run[i].shell;
    geo_put_head(b, GEO_MULTIPOLYGON, false);
    geo_put_u32(b, shells);
    for (size_t i = 0, n; i < p->nrun; i += n) {
        n = rings_of(p, i);
        geo_put_head(b, GEO_POLYGON, false);
        geo_put_u32(b, (uint32_t)n);
        for (size_t k = 0; k < n; k++)
            put_ring(p, &p->run[i + k], b);
    }
}

static bool take_polygons(Bytes wkb, Path *p)
{
    GeoRun run;

    geo_path_reset(p, GEO_POLYGON);
    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);) {
        const size_t at = p->nxy, n = run.n > 1 ? run.n - 1 : 0;
        Xy *to;

        if (run.type != GEO_POLYGON || n < 3)
            continue;
        if (!(to = geo_path_room(p, n)))
            return false;
        for (size_t i = 0; i < n; i++)
            to[i] = (Xy){ (int32_t)lrint(geo_run_x(&run, i)), (int32_t)lrint(geo_run_y(&run, i)) };
        p->nxy += n;
        geo_path_run(p, at, run.shell);
    }
    return geo_path_tidy(p);
}

/* Made valid, then brought back to whole units so that it stays so. */
static bool mend(GeoLib *l, const GEOSGeometry *g, Path *p)
{
    GEOSGeometry *valid = GEOSMakeValid_r(l->h, g),
                 *whole = valid ? GEOSGeom_setPrecision_r(l->h, valid, 1, 0) : NULL;
    Arena *a = arena_new(0);
    Bytes wkb;
    const bool good = whole && geo_lib_write(l, whole, a, &wkb) && take_polygons(wkb, p);

    arena_free(a);
    GEOSGeom_destroy_r(l->h, whole);
    GEOSGeom_destroy_r(l->h, valid);
    return good;
}

bool geo_path_valid(Path *p)
{
    GeoLib *l;
    GEOSGeometry *g;
    bool good = true;
    Buf b;

    if (p->type != GEO_POLYGON || p->nrun == 0 || surely_simple(p))
        return !p->bad;
    l = geo_lib();
    buf_init(&b, PARTS_MAX);
    put_polygons(p, &b);
    g = l && !b.bad ? geo_lib_read(l, BYTES(buf_text(&b))) : NULL;
    if (g && GEOSisValid_r(l->h, g) != 1)
        good = mend(l, g, p);
    if (l)
        GEOSGeom_destroy_r(l->h, g);
    buf_clear(&b);
    return good && g && !p->bad;
}
