/* src/demo/space.c - points, lines and cheapest ways on the county's grid. */
#include "demo/county.h"
#include "demo/heap.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

size_t demo_cell(Grid g, Xy p)
{
    const int x = (int)fmin(fmax(p.x / g.cell, 0), g.w - 1), y = (int)fmin(fmax(p.y / g.cell, 0), g.h - 1);

    return (size_t)y * (size_t)g.w + (size_t)x;
}

Xy demo_centre(Grid g, size_t cell)
{
    const size_t column = cell % (size_t)g.w, row = cell / (size_t)g.w;

    return (Xy){ ((double)column + 0.5) * g.cell, ((double)row + 0.5) * g.cell };
}

Xy demo_degrees(const County *c, Xy p) /* to 1e-8°: a millimetre */
{
    return (
        Xy){ round((c->west + p.x / c->mlon) * 1e8) / 1e8, round((c->north - p.y / c->mlat) * 1e8) / 1e8 };
}

double demo_distance(Xy a, Xy b)
{
    return hypot(a.x - b.x, a.y - b.y);
}

double demo_line_length(Line l)
{
    double m = 0;

    for (size_t i = 1; i < l.n; i++)
        m += demo_distance(l.p[i - 1], l.p[i]);
    return m;
}

static Xy between(Xy a, Xy b, double t)
{
    return (Xy){ a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t };
}

Xy demo_along(Line l, double m)
{
    for (size_t i = 1; i < l.n; i++) {
        const double d = demo_distance(l.p[i - 1], l.p[i]);

        if (m <= d)
            return between(l.p[i - 1], l.p[i], d > 0 ? fmax(m, 0) / d : 0);
        m -= d;
    }
    return l.p[l.n - 1];
}

Line demo_cut(Line l, double from, double to, Arena *a)
{
    Line out = { NEWS(a, Xy, l.n + 2), 0 };
    double at = 0;

    if (!out.p)
        return out;
    out.p[out.n++] = demo_along(l, from);
    for (size_t i = 1; i < l.n; i++) {
        at += demo_distance(l.p[i - 1], l.p[i]);
        if (at > from + 0.5 && at < to - 0.5)
            out.p[out.n++] = l.p[i];
    }
    out.p[out.n++] = demo_along(l, to);
    return out;
}

Line demo_smooth(Line l, int passes, Arena *a) /* Chaikin 1974 */
{
    for (; passes > 0 && l.n > 2; passes--) {
        Line s = { NEWS(a, Xy, 2 * l.n), 0 };

        if (!s.p)
            return l;
        s.p[s.n++] = l.p[0];
        for (size_t i = 1; i < l.n; i++) {
            if (i > 1)
                s.p[s.n++] = between(l.p[i - 1], l.p[i], 0.25);
            if (i + 1 < l.n)
                s.p[s.n++] = between(l.p[i - 1], l.p[i], 0.75);
        }
        s.p[s.n++] = l.p[l.n - 1];
        l = s;
    }
    return l;
}

static double off(Xy p, Xy a, Xy b)
{
    const double dx = b.x - a.x, dy = b.y - a.y, d2 = dx * dx + dy * dy;
    const double t = d2 > 0 ? fmin(fmax(((p.x - a.x) * dx + (p.y - a.y) * dy) / d2, 0), 1) : 0;

    return demo_distance(p, between(a, b, t));
}

Line demo_thin(Line l, double tolerance, Arena *a) /* Douglas & Peucker 1973, with a stack */
{
    uint8_t *keep = NEWS(a, uint8_t, l.n + 1);
    size_t *todo = NEWS(a, size_t, 2 * l.n + 2), n = 0;
    Line out = { NEWS(a, Xy, l.n + 1), 0 };

    if (!keep || !todo || !out.p || l.n < 3)
        return l;
    keep[0] = keep[l.n - 1] = 1;
    todo[n++] = 0;
    todo[n++] = l.n - 1;
    while (n) {
        const size_t last = todo[--n], first = todo[--n];
        double worst = tolerance;
        size_t at = 0;

        for (size_t i = first + 1; i < last; i++) {
            const double d = off(l.p[i], l.p[first], l.p[last]);

            if (d > worst) {
                worst = d;
                at = i;
            }
        }
        if (!at)
            continue;
        keep[at] = 1;
        todo[n++] = first;
        todo[n++] = at;
        todo[n++] = at;
        todo[n++] = last;
    }
    for (size_t i = 0; i < l.n; i++)
        if (keep[i])
            out.p[out.n++] = l.p[i];
    return out;
}

Bytes demo_wkb_point(const County *c, Xy p, Arena *a)
{
    const Xy d = demo_degrees(c, p);
    Bytes b = { 0 };

    return geo_make_point(d.x, d.y, a, &b) ? b : (Bytes){ 0 };
}

Bytes demo_wkb_line(const County *c, Line l, Arena *a)
{
    double *xy = NEWS(a, double, 2 * l.n + 1);
    Bytes b = { 0 };

    if (!xy)
        return b;
    for (size_t i = 0; i < l.n; i++) {
        const Xy d = demo_degrees(c, l.p[i]);

        xy[2 * i] = d.x;
        xy[2 * i + 1] = d.y;
    }
    return geo_make_line(xy, l.n, a, &b) ? b : (Bytes){ 0 };
}

/* --- cheapest ways ------------------------------------------------------------------------------------ */
static const int step_x[8] = { 1, -1, 0, 0, 1, 1, -1, -1 }, step_y[8] = { 0, 0, 1, -1, 1, -1, 1, -1 };
static const float step_m[8] = { 1, 1, 1, 1, 1.41421356F, 1.41421356F, 1.41421356F, 1.41421356F };

/* A cell reached over a corner must also touch its label by an edge, so that territories stay in one piece; where it
 * does not, it is asked for again over the cheapest edge. True: settled. */
static bool touches(const Spread *s, Heap *h, const uint8_t *done, uint16_t *label, float *far, uint32_t cell)
{
    const int x = (int)(cell % (size_t)s->g.w), y = (int)(cell / (size_t)s->g.w);
    uint32_t best = UINT32_MAX;
    float least = INFINITY;

    for (int k = 0; k < 4; k++) {
        const int nx = x + step_x[k], ny = y + step_y[k];
        const uint32_t at = (uint32_t)(ny * s->g.w + nx);

        if (nx < 0 || ny < 0 || nx >= s->g.w || ny >= s->g.h || !done[at])
            continue;
        if (label[at] == label[cell])
            return true;
        const float cost = far[at] + (float)s->g.cell * (s->cost[cell] + s->cost[at]) / 2;
        if (cost < least && (!s->within || s->within[cell] == s->home[label[at]])) {
            least = cost;
            best = at;
        }
    }
    far[cell] = INFINITY;
    label[cell] = NOBODY;
    if (best != UINT32_MAX) {
        far[cell] = least;
        label[cell] = label[best];
        heap_push(h, least, cell);
    }
    return false;
}

static void relax(const Spread *s, Heap *h, const uint8_t *done, uint16_t *label, float *far, HeapItem it)
{
    const int x = (int)(it.cell % (size_t)s->g.w), y = (int)(it.cell / (size_t)s->g.w);

    for (int k = 0; k < 8; k++) {
        const int nx = x + step_x[k], ny = y + step_y[k];
        const size_t to = (size_t)ny * (size_t)s->g.w + (size_t)nx;

        if (nx < 0 || ny < 0 || nx >= s->g.w || ny >= s->g.h || done[to])
            continue;
        if (s->within && s->within[to] != s->home[label[it.cell]])
            continue;
        const float cost = it.cost + step_m[k] * (float)s->g.cell * (s->cost[it.cell] + s->cost[to]) / 2;
        if (cost >= far[to])
            continue;
        far[to] = cost;
        label[to] = label[it.cell];
        heap_push(h, cost, to);
    }
}

static void sow(const Spread *s, Heap *h, uint16_t *label, float *far)
{
    double least = 0;

    for (size_t i = 0; i < s->n && s->lead; i++)
        least = fmin(least, -s->lead[i]);
    for (size_t i = 0; i < s->n; i++) {
        const float at = (float)((s->lead ? -s->lead[i] : 0) - least);

        if (at >= far[s->seed[i]])
            continue;
        far[s->seed[i]] = at;
        label[s->seed[i]] = (uint16_t)i;
        heap_push(h, at, s->seed[i]);
    }
}

bool demo_spread(const Spread *s, uint16_t *label, float *far, Arena *a)
{
    const size_t cells = (size_t)s->g.w * (size_t)s->g.h;
    Heap h = { NEWS(a, HeapItem, 3 * cells + s->n), 0, 3 * cells + s->n };
    uint8_t *done = NEWS(a, uint8_t, cells);

    if (!h.item || !done)
        return false;
    for (size_t i = 0; i < cells; i++) {
        far[i] = INFINITY;
        label[i] = NOBODY;
    }
    sow(s, &h, label, far);
    while (h.n) {
        const HeapItem it = heap_pop(&h);

        if (done[it.cell] || it.cost < far[it.cell] || it.cost > far[it.cell])
            continue;
        if (s->seed[label[it.cell]] != it.cell && !touches(s, &h, done, label, far, it.cell))
            continue;
        done[it.cell] = 1;
        relax(s, &h, done, label, far, it);
    }
    return true;
}

typedef struct Window {
    int x0, y0, w, h;
} Window;

static Window window(Grid g, size_t from, size_t to)
{
    const int ax = (int)(from % (size_t)g.w), ay = (int)(from / (size_t)g.w);
    const int bx = (int)(to % (size_t)g.w), by = (int)(to / (size_t)g.w);
    const int more = 12 + (abs(ax - bx) + abs(ay - by)) / 3;
    const int x0 = (ax < bx ? ax : bx) - more, y0 = (ay < by ? ay : by) - more;
    const int x1 = (ax > bx ? ax : bx) + more, y1 = (ay > by ? ay : by) + more;
    Window w = { x0 < 0 ? 0 : x0, y0 < 0 ? 0 : y0, 0, 0 };

    w.w = (x1 >= g.w ? g.w - 1 : x1) - w.x0 + 1;
    w.h = (y1 >= g.h ? g.h - 1 : y1) - w.y0 + 1;
    return w;
}

static bool walk_back(Grid g, Window w, const uint8_t *by, size_t from, size_t to, Arena *a, Line *out)
{
    size_t n = 1, at = to;
    Line l;

    for (; at != from; n++)
        at = (size_t)((int)at - step_x[by[at]] - step_y[by[at]] * w.w);
    l.p = NEWS(a, Xy, n);
    l.n = n;
    if (!l.p)
        return false;
    for (at = to; n--;) {
        l.p[n] = (Xy){ (w.x0 + (int)(at % (size_t)w.w) + 0.5) * g.cell,
            (w.y0 + (int)(at / (size_t)w.w) + 0.5) * g.cell };
        if (at != from)
            at = (size_t)((int)at - step_x[by[at]] - step_y[by[at]] * w.w);
    }
    *out = l;
    return true;
}

bool demo_way(Grid g, const float *cost, size_t from, size_t to, Arena *a, Line *out)
{
    const Window w = window(g, from, to);
    const size_t cells = (size_t)w.w * (size_t)w.h;
    Arena *own = arena_new(cells * 96 + (1 << 16));
    float *far = NEWS(own, float, cells);
    uint8_t *by = NEWS(own, uint8_t, cells);
    Heap h = { NEWS(own, HeapItem, 8 * cells + 1), 0, 8 * cells + 1 };
    const size_t start =
        (from / (size_t)g.w - (size_t)w.y0) * (size_t)w.w + from % (size_t)g.w - (size_t)w.x0;
    const size_t goal = (to / (size_t)g.w - (size_t)w.y0) * (size_t)w.w + to % (size_t)g.w - (size_t)w.x0;
    bool good = far && by && h.item;

    for (size_t i = 0; good && i < cells; i++)
        far[i] = INFINITY;
    if (good) {
        far[start] = 0;
        heap_push(&h, 0, start);
    }
    while (good && h.n) {
        const HeapItem it = heap_pop(&h);
        const int x = (int)(it.cell % (size_t)w.w), y = (int)(it.cell / (size_t)w.w);
        const size_t here = (size_t)(y + w.y0) * (size_t)g.w + (size_t)(x + w.x0);

        if (it.cell == goal)
            break;
        if (it.cost > far[it.cell])
            continue;
        for (int k = 0; k < 8; k++) {
            const int nx = x + step_x[k], ny = y + step_y[k];

            if (nx < 0 || ny < 0 || nx >= w.w || ny >= w.h)
                continue;
            const size_t t = (size_t)ny * (size_t)w.w + (size_t)nx;
            const size_t there = (size_t)(ny + w.y0) * (size_t)g.w + (size_t)(nx + w.x0);
            const float c = it.cost + step_m[k] * (cost[here] + cost[there]) / 2;
            if (c >= far[t])
                continue;
            far[t] = c;
            by[t] = (uint8_t)k;
            heap_push(&h, c, t);
        }
    }
    good = good && walk_back(g, w, by, start, goal, a, out);
    arena_free(own);
    return good;
}
