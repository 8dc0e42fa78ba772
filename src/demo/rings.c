/* src/demo/rings.c - polygons out of a raster of labels, neighbours sharing each vertex.
 *
 * A boundary runs on the lattice between cells. Each lattice vertex has one displaced place that depends on the labels
 * around it only, so both neighbours draw the same line:
 *
 *      A │ A          a vertex where two runs meet moves to ¼ before + ½ itself + ¼ after: stairs become slopes;
 *     ───┘            a vertex where three or four meet (a node) stays, but for a little jitter.
 *      B   B          Rings turn away from their own cell where only corners touch, so that no ring meets itself.
 */
#include "demo/county.h"
#include <math.h>

static uint16_t value_at(const Rings *r, const uint16_t *label, int x, int y)
{
    return x < 0 || y < 0 || x >= r->g.w || y >= r->g.h ? NOBODY
                                                        : label[(size_t)y * (size_t)r->g.w + (size_t)x];
}

/* Boundary edges at vertex (x, y): bits east, south, west, north. */
static int edges(const Rings *r, const uint16_t *label, int x, int y)
{
    const uint16_t nw = value_at(r, label, x - 1, y - 1), ne = value_at(r, label, x, y - 1),
                   sw = value_at(r, label, x - 1, y), se = value_at(r, label, x, y);

    return (ne != se) | (sw != se) << 1 | (nw != sw) << 2 | (nw != ne) << 3;
}

static Xy displaced(const Rings *r, int x, int y)
{
    static const int dx[4] = { 1, 0, -1, 0 }, dy[4] = { 0, 1, 0, -1 };
    const int border = r->zone ? edges(r, r->zone, x, y) : 0, e = border ? border : edges(r, r->label, x, y);
    const int n = (e & 1) + (e >> 1 & 1) + (e >> 2 & 1) + (e >> 3 & 1), gx = x + r->x0, gy = y + r->y0;
    Xy p = { gx, gy };

    if (n == 2) {
        if (r->thin && !border && (e == 5 || e == 10))
            return (Xy){ NAN, NAN };
        for (int k = 0; k < 4; k++)
            if (e >> k & 1) {
                p.x += 0.25 * dx[k];
                p.y += 0.25 * dy[k];
            }
    }
    if (n) { /* nothing in nature lies on a lattice */
        p.x += 0.16 * demo_noise(4711, gx * 0.37, gy * 0.37);
        p.y += 0.16 * demo_noise(1147, gx * 0.37, gy * 0.37);
    }
    return (Xy){ p.x * r->g.cell, p.y * r->g.cell };
}

static void free_scratch(void *a)
{
    arena_free(a);
}

bool demo_rings(Rings *r, Arena *a)
{
    r->at = NEWS(a, Xy, (size_t)(r->g.w + 1) * (size_t)(r->g.h + 1));
    r->scratch = arena_new((size_t)256 << 20);
    if (!r->at || !arena_defer(a, free_scratch, r->scratch))
        return false;
    for (int y = 0; y <= r->g.h; y++)
        for (int x = 0; x <= r->g.w; x++)
            r->at[(size_t)y * (size_t)(r->g.w + 1) + (size_t)x] = displaced(r, x, y);
    return true;
}

typedef struct Trace {
    const County *c;
    const Rings *r;
    const uint16_t *map;
    uint16_t want;
    int *box;
    uint8_t *seen; /* the edge above a cell of ours, walked east */
    double *xy;
    size_t n, cap;
    Arena *a;
} Trace;

static bool mine(const Trace *t, int x, int y)
{
    const uint16_t l = value_at(t->r, t->r->label, x, y);

    return l != NOBODY && (t->map ? t->map[l] : l) == t->want;
}

static bool room(Trace *t) /* for one more vertex */
{
    double *more;

    if (t->n < t->cap)
        return true;
    more = NEWS(t->a, double, 4 * t->cap);
    if (!more)
        return false;
    memcpy(more, t->xy, 2 * t->n * sizeof *more);
    t->xy = more;
    t->cap *= 2;
    return true;
}

static bool put(Trace *t, int x, int y)
{
    const Xy place = t->r->at[(size_t)y * (size_t)(t->r->g.w + 1) + (size_t)x];

    if (isnan(place.x))
        return true;
    if (!room(t))
        return false;
    const Xy p = demo_degrees(t->c, place);
    t->xy[2 * t->n] = p.x;
    t->xy[2 * t->n++ + 1] = p.y;
    return true;
}

/* Our cells lie on the right hand. Directions: east, south, west, north. Starts east along the top of (x, y). */
static bool walk(Trace *t, int x, int y)
{
    static const int dx[4] = { 1, 0, -1, 0 }, dy[4] = { 0, 1, 0, -1 };
    /* the cells ahead of a vertex, to the left and right of the direction */
    static const int lx[4] = { 0, 0, -1, -1 }, ly[4] = { -1, 0, 0, -1 };
    static const int rx[4] = { 0, -1, -1, 0 }, ry[4] = { 0, 0, -1, -1 };
    const int sx = x, sy = y;
    const size_t first = t->n;
    int d = 0;

    do {
        if (!put(t, x, y))
            return false;
        if (d == 0)
            t->seen[(size_t)(y - t->box[1]) * (size_t)(t->box[2] - t->box[0] + 1) + (size_t)(x - t->box[0])] =
                1;
        x += dx[d];
        y += dy[d];
        const bool left = mine(t, x + lx[d], y + ly[d]), right = mine(t, x + rx[d], y + ry[d]);
        if (left)
            d = (d + 3) % 4; /* also where only corners touch: stay with the other piece */
        else if (!right)
            d = (d + 1) % 4;
    } while (x != sx || y != sy || d != 0);
    if (!room(t))
        return false;
    t->xy[2 * t->n] = t->xy[2 * first];
    t->xy[2 * t->n++ + 1] = t->xy[2 * first + 1];
    return true;
}

static double ring_area(const double *xy, size_t n)
{
    double s = 0;

    for (size_t i = 0; i + 1 < n; i++)
        s += xy[2 * i] * xy[2 * i + 3] - xy[2 * i + 2] * xy[2 * i + 1];
    return s / 2;
}

static bool in_ring(const double *xy, size_t n, double x, double y)
{
    bool in = false;

    for (size_t i = 0, k = n - 1; i < n; k = i++)
        if ((xy[2 * i + 1] > y) != (xy[2 * k + 1] > y) &&
            x < (xy[2 * k] - xy[2 * i]) * (y - xy[2 * i + 1]) / (xy[2 * k + 1] - xy[2 * i + 1]) + xy[2 * i])
            in = !in;
    return in;
}

typedef struct Piece {
    size_t at, n; /* vertices */
    double area;  /* shells > 0 (counter-clockwise), holes < 0 */
} Piece;

static void reverse(double *xy, size_t n)
{
    for (size_t i = 0, k = n - 1; i < k; i++, k--) {
        const double x = xy[2 * i], y = xy[2 * i + 1];

        xy[2 * i] = xy[2 * k];
        xy[2 * i + 1] = xy[2 * k + 1];
        xy[2 * k] = x;
        xy[2 * k + 1] = y;
    }
}

/* One shell and the holes inside it. */
static bool polygon(const Trace *t, const Piece *p, size_t n, size_t shell, Arena *a, Bytes *out)
{
    double *xy = NEWS(a, double, 2 * t->n + 2);
    size_t *ring = NEWS(a, size_t, n), nring = 0, at = 0;

    if (!xy || !ring)
        return false;
    for (size_t k = 0; k < n; k++) {
        const size_t i = k == 0 ? shell : k <= shell ? k - 1 : k;
        const double *q = t->xy + 2 * p[i].at;

        if (i != shell && (p[i].area > 0 || !in_ring(t->xy + 2 * p[shell].at, p[shell].n, (q[0] + q[2]) / 2,
                                                (q[1] + q[3]) / 2)))
            continue;
        memcpy(xy + 2 * at, q, 2 * p[i].n * sizeof *xy);
        ring[nring++] = p[i].n;
        at += p[i].n;
    }
    return geo_make_polygon(xy, ring, nring, a, out);
}

static bool finish(const Trace *t, const Piece *p, size_t n, Arena *a, Bytes *wkb)
{
    Bytes part[64];
    size_t shells = 0;

    for (size_t i = 0; i < n && shells < LEN(part); i++)
        if (p[i].area > 0 && !polygon(t, p, n, i, a, &part[shells++]))
            return false;
    if (!shells)
        return false;
    *wkb = part[0];
    return shells == 1 || geo_make_multi(GEO_MULTIPOLYGON, part, shells, a, wkb);
}

/* box: first and last column and row that can hold cells of ours: x0, y0, x1, y1. */
bool demo_ring_polygon(
    const County *c, const Rings *r, const uint16_t *map, uint16_t want, int box[4], Arena *a, Bytes *wkb)
{
    enum { PIECES = 256 };
    const int w = box[2] - box[0] + 1, h = box[3] - box[1] + 1;
    Arena *own = (arena_clear(r->scratch), r->scratch);
    Trace t = { c, r, map, want, box, NEWS(own, uint8_t, (size_t)w * (size_t)h), NEWS(own, double, 512), 0,
        256, own };
    Piece *p = NEWS(own, Piece, PIECES);
    size_t n = 0;
    bool good = t.seen && t.xy && p;

    for (int y = box[1]; good && y <= box[3]; y++)
        for (int x = box[0]; good && x <= box[2]; x++) {
            if (!mine(&t, x, y) || mine(&t, x, y - 1) ||
                t.seen[(size_t)(y - box[1]) * (size_t)w + (size_t)(x - box[0])])
                continue;
            Piece q = { t.n, 0, 0 };
            good = n < PIECES && walk(&t, x, y);
            q.n = t.n - q.at;
            reverse(t.xy + 2 * q.at, q.n); /* rows run south: the right hand becomes the left */
            q.area = ring_area(t.xy + 2 * q.at, q.n);
            if (good)
                p[n++] = q;
        }
    return good && finish(&t, p, n, a, wkb);
}
