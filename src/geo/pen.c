/* src/geo/pen.c - a geometry made ready for the tiles of a zoom: world units, quantised, simplified, as commands. What
 * is done here does not know the tile, so that neighbouring tiles join.
 */
#include "geo/pen_in.h"
#include "geo/run.h"

enum { TAIL_MAX = 64 << 20, WHOLE_ZOOM = 13 };
#define LEAST_AREA 4.0 /* units²; below it a polygon is not seen */

static void pen_close(void *thing)
{
    MvtPen *p = thing;

    geo_path_clear(&p->world);
    geo_path_clear(&p->unit);
    geo_path_clear(&p->scratch);
    buf_clear(&p->tail);
}

MvtPen *mvt_pen(GeoGrid g, Arena *a)
{
    MvtPen *p = NEW(a, MvtPen);

    if (!p || !arena_defer(a, pen_close, p))
        return NULL;
    p->grid = g;
    buf_init(&p->tail, TAIL_MAX);
    return p;
}

/* --- sizes: of the world's units, so that every zoom and both ways of making tiles agree ------------------ */
static double length_of(const Xy *v, size_t n)
{
    double sum = 0;

    for (size_t k = 1; k < n; k++)
        sum += hypot((double)v[k].x - v[k - 1].x, (double)v[k].y - v[k - 1].y);
    return sum;
}

/* The world's size; rings are turned as MVT wants them, so that all that follows does not depend on how they came. */
static void settle(MvtPen *p)
{
    p->size = 0;
    for (size_t i = 0; i < p->world.nrun; i++) {
        const PathRun *r = &p->world.run[i];
        Xy *v = p->world.xy + r->at;
        double area;

        if (p->world.type == GEO_LINE)
            p->size += length_of(v, r->n);
        if (p->world.type != GEO_POLYGON)
            continue;
        area = geo_path_area2(v, r->n);
        p->size += r->shell ? fabs(area) / 2 : 0;
        if ((area > 0) != r->shell)
            geo_path_reverse(v, r->n);
    }
}

double mvt_scale(GeoType t, int zoom)
{
    int shift = zoom < MVT_FULL ? MVT_FULL - zoom : 0;

    return ldexp(1, t == GEO_POLYGON ? -2 * shift : -shift);
}

double mvt_least(GeoType t)
{
    return t == GEO_POLYGON ? LEAST_AREA : 0;
}

double mvt_size(const MvtPen *p)
{
    return p->size;
}

/* --- loading ---------------------------------------------------------------------------------------------- */
static GeoType shown_type(
    Bytes wkb) /* of a collection: its highest dimension, for a feature of a tile has but one */
{
    GeoType t = geo_wkb_type(wkb), best = GEO_POINT;
    GeoRun run;

    if (t >= GEO_POINT && t <= GEO_POLYGON)
        return t;
    if (t != GEO_COLLECTION)
        return t ? (GeoType)(t - 3) : GEO_POINT;
    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
        best = run.type > best ? run.type : best;
    return best;
}

static Xy vertex_of(MvtPen *p, double lon, double lat) /* as geo_world, quicker */
{
    Xy v;

    if (p->grid == GEO_WEBMERCATOR)
        return (Xy){ geo_world_x(lon), geo_strip_y(&p->strip, lat) };
    geo_world(p->grid, lon, lat, &v.x, &v.y);
    return v;
}

static void load_run(MvtPen *p, const GeoRun *run)
{
    size_t at = p->world.nxy, n = run->n;
    Xy *to;

    if (run->type == GEO_POLYGON && n > 1 && geo_run_closed(run))
        n--;
    if (!(to = geo_path_room(&p->world, n)))
        return;
    for (size_t i = 0; i < n; i++)
        to[i] = vertex_of(p, geo_run_x(run, i), geo_run_y(run, i));
    p->world.nxy += n;
    geo_path_run(&p->world, at, run->shell && run->type == GEO_POLYGON);
}

bool mvt_load(MvtPen *p, Bytes wkb)
{
    GeoRun run;

    geo_path_reset(&p->world, shown_type(wkb));
    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
        if (run.type == p->world.type)
            load_run(p, &run);
    settle(p);
    return p->world.nrun > 0 && !p->world.bad;
}

bool mvt_load_piece(MvtPen *p, const MvtPiece *full)
{
    if (!geo_path_read(full, &p->world))
        return false;
    for (size_t i = 0; p->grid == GEO_CGCS2000 && i < p->world.nxy; i++) {
        Xy *v = &p->world.xy[i];
        double lon, lat;

        geo_degrees(v->x, v->y, &lon, &lat);
        geo_world(p->grid, lon, lat, &v->x, &v->y);
    }
    settle(p);
    return p->world.nrun > 0;
}

/* --- to the units of a zoom ----------------------------------------------------------------------------------- */
/* Units; 8 are a pixel of a 512-pixel tile. From 14 on tiles are enlarged on screen. Polygons of the near zooms keep all
 * vertices: neighbours simplified one by one would not meet. */
static double tolerance(GeoType type, int zoom)
{
    if (zoom >= MVT_FULL || (type == GEO_POLYGON && zoom >= WHOLE_ZOOM))
        return 0;
    return zoom >= 14 ? 0.7 : 1.5;
}

static int32_t beside(int32_t v) /* one unit on; at the world's end, back */
{
    return v < INT32_MAX ? v + 1 : v - 1;
}

static void quantise(const Path *world, unsigned shift, Path *unit)
{
    geo_path_reset(unit, world->type);
    for (size_t i = 0; i < world->nrun; i++) {
        const Xy *v = world->xy + world->run[i].at;
        size_t at = unit->nxy, n = world->run[i].n, k = 0;
        Xy *to = geo_path_room(unit, n);

        if (!to)
            return;
        for (size_t j = 0; j < n; j++) {
            Xy u = { v[j].x >> shift, v[j].y >> shift };

            if (k == 0 || u.x != to[k - 1].x || u.y != to[k - 1].y)
                to[k++] = u;
        }
        unit->nxy += k;
        geo_path_run(unit, at, world->run[i].shell);
    }
}

static void simplify(MvtPen *p, double by)
{
    bool ring = p->unit.type == GEO_POLYGON;

    for (size_t i = 0; p->unit.type != GEO_POINT && i < p->unit.nrun; i++) {
        PathRun *r = &p->unit.run[i];
        Xy *v = p->unit.xy + r->at;
        size_t n = geo_path_simplify(v, r->n, by, ring, &p->scratch);

        if (ring && n < 3 && r->n >= 3) { /* a sliver: as a thin triangle it is still seen */
            for (size_t k = n; k < 3; k++)
                v[k] = (Xy){ beside(v[0].x), beside(v[0].y) };
            n = 3;
        }
        r->n = n;
    }
}

/* What must be shown however small: a square or a stroke of one unit where it is. */
static void enlarge(Path *p)
{
    Xy v = p->xy[p->run[0].at], *to;

    geo_path_reset(p, p->type);
    if (!(to = geo_path_room(p, 4)))
        return;
    to[0] = v;
    to[1] = (Xy){ beside(v.x), v.y };
    to[2] = (Xy){ beside(v.x), beside(v.y) };
    to[3] = (Xy){ v.x, beside(v.y) };
    p->nxy = p->type == GEO_POLYGON ? 4 : 2;
    geo_path_run(p, 0, p->type == GEO_POLYGON);
    (void)geo_path_tidy(p); /* stepping back at the world's end turns the ring */
}

void geo_pen_finish(MvtPen *p, double size, MvtPiece *out)
{
    Box32 b = { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN };
    Xy first = p->unit.xy[p->unit.run[0].at];

    for (size_t i = 0; i < p->unit.nrun; i++) {
        Box32 r = geo_path_box(p->unit.xy + p->unit.run[i].at, p->unit.run[i].n);

        b = (Box32){ r.minx < b.minx ? r.minx : b.minx, r.miny < b.miny ? r.miny : b.miny,
            r.maxx > b.maxx ? r.maxx : b.maxx, r.maxy > b.maxy ? r.maxy : b.maxy };
    }
    *out = (MvtPiece){ .type = p->unit.type,
        .x = first.x,
        .y = first.y,
        .size = size,
        .minx = b.minx,
        .miny = b.miny,
        .maxx = b.maxx,
        .maxy = b.maxy };
    p->tail.len = 0;
    geo_path_write(&p->unit, &p->tail, &out->first);
    out->tail = BYTES(buf_text(&p->tail));
}

bool mvt_piece(MvtPen *p, int zoom, bool keep, MvtPiece *out)
{
    double size = p->size * mvt_scale(p->world.type, zoom);

    if (p->world.nrun == 0 || p->world.bad)
        return false;
    if (!keep && zoom < MVT_FULL && size < mvt_least(p->world.type))
        return false;
    quantise(&p->world, zoom < MVT_FULL ? (unsigned)(MVT_FULL - zoom) : 0, &p->unit);
    if (p->unit.bad)
        return false;
    if (tolerance(p->unit.type, zoom) > 0)
        simplify(p, tolerance(p->unit.type, zoom));
    if (!geo_path_tidy(&p->unit) || (zoom < MVT_FULL && !geo_path_valid(&p->unit))) {
        if (!keep || p->unit.bad || !p->unit.nxy)
            return false;
        p->unit.nrun = 1;
        p->unit.run[0] = (PathRun){ 0, 1, true };
        enlarge(&p->unit);
    }
    geo_pen_finish(p, size, out);
    return !p->tail.bad && !p->unit.bad;
}
