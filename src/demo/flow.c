/* src/demo/flow.c - where water runs: one way down from each cell (D8) of the filled surface (fill.c), rivers where enough comes
 * together.
 */
#include "demo/county.h"
#include <math.h>

/* Steepest way down of the filled surface; where the flood came from is kept on flats. */
static void steepest(const float *z, Grid g, int32_t *down)
{
    for (int y = 1; y + 1 < g.h; y++)
        for (int x = 1; x + 1 < g.w; x++) {
            const int at = y * g.w + x;
            float best = 0.02F;

            for (int v = -1; v <= 1; v++)
                for (int u = -1; u <= 1; u++) {
                    const int to = at + v * g.w + u;
                    const float drop = (z[at] - z[to]) / (u && v ? 1.414F : 1);

                    if (drop > best) {
                        best = drop;
                        down[at] = to;
                    }
                }
        }
}

static void gather(County *c, const int32_t *order, size_t n)
{
    const float own =
        (float)(c->g.cell * c->g.cell / 1e6 / (c->scale * c->scale)); /* km² of the standard county */

    for (size_t i = 0; i < n; i++)
        c->upstream[i] = own;
    for (size_t i = n; i--;)
        if (c->down[order[i]] >= 0)
            c->upstream[c->down[order[i]]] += c->upstream[order[i]];
}

/* Two sweeps of a chamfer: metres to the nearest water, good to 8 %. */
static void distances(County *c)
{
    const int w = c->g.w, h = c->g.h;
    const float one = (float)c->g.cell, two = one * 1.414F;
    float *d = c->dwater;

    for (int i = 0; i < w * h; i++)
        d[i] = c->wet[i] ? 0 : 1e9F;
    for (int y = 1; y + 1 < h; y++)
        for (int x = 1; x + 1 < w; x++) {
            const int i = y * w + x;

            d[i] =
                fminf(d[i], fminf(fminf(d[i - 1], d[i - w]) + one, fminf(d[i - w - 1], d[i - w + 1]) + two));
        }
    for (int y = h - 2; y > 0; y--)
        for (int x = w - 2; x > 0; x--) {
            const int i = y * w + x;

            d[i] =
                fminf(d[i], fminf(fminf(d[i + 1], d[i + w]) + one, fminf(d[i + w + 1], d[i + w - 1]) + two));
        }
}

/* A lake: an ellipse with a ragged shore, or its lower half ring (an oxbow). */
static double lake_field(const County *c, const Yaml *lake, Xy p)
{
    const double km2 = demo_num(lake, "km2") * c->scale * c->scale, s = demo_num(lake, "stretch");
    const double r = sqrt(km2 * 1e6 / 3.14159 / s) * (demo_num(lake, "oxbow") != 0 ? 1.4 : 1);
    const double dx = (p.x - demo_num(lake, "x") * c->size.x) / (r * s),
                 dy = (p.y - demo_num(lake, "y") * c->size.y) / r;
    const double rough = 0.22 * demo_fractal(c->spec->seed ^ 77, p.x / r / 0.9, p.y / r / 0.9, 3);
    const double d = sqrt(dx * dx + dy * dy);

    if (demo_num(lake, "oxbow") != 0) /* a crescent: a round less a round */
        return fmax(d, 1.9 - hypot(dx * 1.05, dy + 0.5)) + rough / 3;
    return d + rough;
}

static void lakes(County *c, size_t n)
{
    const Yaml *y = yaml_get(c->d.county, "lakes");

    for (y = y ? y->first : NULL; y && c->nlake < LEN(c->lake); y = y->next) {
        if (demo_town_of(c, yaml_text(y, "township")) == SIZE_MAX)
            continue;
        const Xy mid = { demo_num(y, "x") * c->size.x, demo_num(y, "y") * c->size.y };
        const double reach = sqrt(demo_num(y, "km2") * 1e6 * demo_num(y, "stretch")) * c->scale * 2;

        for (size_t i = 0; i < n; i++) {
            const Xy p = demo_centre(c->g, i);

            if (fabs(p.x - mid.x) < reach && fabs(p.y - mid.y) < reach && lake_field(c, y, p) < 1)
                c->wet[i] = 2;
        }
        c->lake[c->nlake++] = (Stream){ yaml_text(y, "name"), yaml_text(y, "roman"), { 0 } };
    }
}

enum { STREAM_POINTS = 4096, AROUND = 30, WAYPOINTS = 16 };
static Xy waypoint(const County *c, const Yaml *path, size_t i)
{
    const Yaml *p = demo_at(path, i);

    return (Xy){ demo_num_at(p, 0) * c->size.x, demo_num_at(p, 1) * c->size.y };
}

/* How far the water that runs from `cell` stays from the course laid out for the river: squares, summed over its waypoints.
 * It ends in a river named before. Every third cell is looked at. */
static double astray(const County *c, const Xy *way, size_t n, size_t cell, const uint8_t *named)
{
    double near[WAYPOINTS], sum = 0;
    int64_t i = (int64_t)cell;

    for (size_t k = 0; k < n; k++)
        near[k] = INFINITY;
    for (size_t at = 0; i >= 0 && at < STREAM_POINTS; i = c->down[i], at++) {
        const Xy p = demo_centre(c->g, (size_t)i);

        for (size_t k = 0; at % 3 == 0 && k < n; k++)
            near[k] =
                fmin(near[k], (p.x - way[k].x) * (p.x - way[k].x) + (p.y - way[k].y) * (p.y - way[k].y));
        if (named[i])
            break;
    }
    for (size_t k = 0; k < n; k++)
        sum += sqrt(near[k]);
    return sum;
}

/* Where the river begins: of the streams near its first two waypoints the one that keeps best to its course. */
static size_t source(const County *c, const Yaml *path, const uint8_t *named)
{
    const size_t n = path->n < WAYPOINTS ? path->n : WAYPOINTS;
    size_t best = demo_cell(c->g, waypoint(c, path, 0));
    double least = INFINITY;
    Xy way[WAYPOINTS];

    for (size_t k = 0; k < n; k++)
        way[k] = waypoint(c, path, k);
    for (size_t k = 0; k < 2 && k < n; k++) {
        const size_t at = demo_cell(c->g, way[k]);
        const int x0 = (int)(at % (size_t)c->g.w), y0 = (int)(at / (size_t)c->g.w);

        for (int y = y0 - AROUND; y <= y0 + AROUND; y += 2)
            for (int x = x0 - AROUND; x <= x0 + AROUND; x += 2) {
                const size_t i = (size_t)y * (size_t)c->g.w + (size_t)x;
                double off;

                if (x < 0 || y < 0 || x >= c->g.w || y >= c->g.h || c->upstream[i] < 0.6F || named[i])
                    continue;
                off = astray(c, way, n, i, named);
                if (off < least) {
                    least = off;
                    best = i;
                }
            }
    }
    return best;
}

static bool named_streams(County *c)
{
    uint8_t *named = NEWS(c->a, uint8_t, (size_t)c->g.w * (size_t)c->g.h);
    const Yaml *y = yaml_get(c->d.county, "rivers");

    for (y = y ? y->first : NULL; y && c->nstream < LEN(c->stream); y = y->next) {
        const Yaml *path = yaml_get(y, "path");
        Line l = { NEWS(c->a, Xy, STREAM_POINTS), 0 };

        if (!l.p || !named || !path || !path->n)
            return false;
        for (int64_t i = (int64_t)source(c, path, named); i >= 0 && l.n < STREAM_POINTS; i = c->down[i]) {
            l.p[l.n++] = demo_centre(c->g, (size_t)i);
            if (named[i]) /* a tributary ends in the river named before it */
                break;
            named[i] = 1;
        }
        if (l.n > 8)
            c->stream[c->nstream++] = (Stream){ yaml_text(y, "name"), yaml_text(y, "roman"),
                demo_smooth(demo_thin(l, 100, c->a), 2, c->a) };
    }
    return true;
}

bool demo_flow(County *c, Err *err)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    const double least = demo_num(yaml_get(c->d.county, "terrain"), "river_km2");
    int32_t *order = NEWS(c->a, int32_t, n), *order2 = NEWS(c->a, int32_t, n);

    c->down = NEWS(c->a, int32_t, n);
    c->upstream = NEWS(c->a, float, n);
    c->wet = NEWS(c->a, uint8_t, n);
    c->dwater = NEWS(c->a, float, n);
    if (!order || !order2 || !c->down || !c->upstream || !c->wet || !c->dwater ||
        !demo_fill(c->z, c->g, c->down, order, c->a))
        return FAIL(err, BASE_NO_MEMORY, STR("flow"), "terrain");
    steepest(c->z, c->g, c->down);
    gather(c, order, n);
    for (size_t i = 0; i < n; i++)
        c->wet[i] = c->upstream[i] >= least;
    for (size_t i = (size_t)c->g.w; i + (size_t)c->g.w < n; i++) /* a big river is more than a cell wide */
        if (c->upstream[i] > 260) {
            c->wet[i + 1] = 1;
            c->wet[i + (size_t)c->g.w] = 1;
        }
    if (!named_streams(c))
        return FAIL(err, BASE_NO_MEMORY, STR("rivers"), "terrain");
    lakes(c, n);
    distances(c);
    return true;
}
