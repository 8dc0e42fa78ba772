/* src/geo/trace.c - a grid of labels as polygons, one a label, whose borders are shared to the point.
 *
 *      A  A           A border runs from the middle of one cell's side to the middle of the next: corners are cut, stairs
 *       ╲━━━          become slopes. The cut belongs to the border, so both neighbours have it. Where three or four
 *      B  ┃ C         labels meet is a node: all go through the lattice's vertex itself.
 *
 * Where one label meets itself only across a corner (A B over B A) one of the two goes through, by a rule that looks at
 * these four cells alone, and the other is cut: no ring touches itself or another of its label, so every polygon is valid. What
 * lies beyond the grid is a label of its own. Whatever grid shows a vertex with the four cells around it draws it alike,
 * so that neighbouring tiles join.
 */
#include "geo/pen_in.h"
#include <stdlib.h>

enum { EAST, SOUTH, WEST, NORTH, BEYOND = 0xFFFF };
static const int dx[4] = { 1, 0, -1, 0 }, dy[4] = { 0, 1, 0, -1 };

typedef struct Labels {
    const uint16_t *at; /* row by row of `in` */
    GeoCells in;
    int shift;
} Labels;
typedef struct Ring {
    size_t at, n; /* of trace.xy */
    uint32_t part;
    uint16_t label;
    bool shell;
} Ring;
typedef struct Trace {
    const Labels *g;
    int32_t w;       /* of the padded copy: one cell more on each side */
    uint16_t *label; /* padded */
    uint32_t *part;  /* of a cell: the cell that stands for all that hang together */
    uint8_t *walked; /* the side above a cell was walked */
    Path xy;         /* in half cells */
    Ring *ring;
    size_t nring, cap;
} Trace;
typedef struct Around { /* a vertex: what lies behind and ahead of the walker, left and right */
    uint16_t bl, br, al, ar;
} Around;

static int32_t width_of(const Labels *g)
{
    return g->in.x1 - g->in.x0;
}

static int32_t height_of(const Labels *g)
{
    return g->in.y1 - g->in.y0;
}

static size_t cell(const Trace *t, int32_t x, int32_t y)
{
    return (size_t)(y + 1) * (size_t)t->w + (size_t)(x + 1);
}

/* Do the equal labels a across a corner hang together there, when the other two are b and c? */
static bool goes_through(uint16_t a, uint16_t b, uint16_t c)
{
    return b != c || a > b;
}

/* --- what hangs together -------------------------------------------------------------------------------------- */
static uint32_t part_of(Trace *t, uint32_t i)
{
    while (t->part[i] != i)
        i = t->part[i] = t->part[t->part[i]];
    return i;
}

static void join(Trace *t, size_t i, size_t k)
{
    const uint32_t a = part_of(t, (uint32_t)i), b = part_of(t, (uint32_t)k);

    t->part[a > b ? a : b] = a < b ? a : b;
}

static void join_at(
    Trace *t, int32_t x, int32_t y) /* the cell with those before it; the corner at its upper left */
{
    const size_t se = cell(t, x, y), sw = se - 1, ne = se - (size_t)t->w, nw = ne - 1;
    const uint16_t *l = t->label;

    if (l[se] == l[sw])
        join(t, se, sw);
    if (l[se] == l[ne])
        join(t, se, ne);
    if (l[se] == l[nw] && l[se] != l[ne] && l[se] != l[sw] && goes_through(l[se], l[ne], l[sw]))
        join(t, se, nw);
    if (l[ne] == l[sw] && l[ne] != l[se] && l[ne] != l[nw] && goes_through(l[ne], l[se], l[nw]))
        join(t, ne, sw);
}

/* --- rings ------------------------------------------------------------------------------------------------------ */
static bool in_line(Xy a, Xy b, Xy c)
{
    return (int64_t)(b.x - a.x) * (c.y - b.y) == (int64_t)(b.y - a.y) * (c.x - b.x);
}

static void put(Path *p, size_t at, int32_t x, int32_t y)
{
    const Xy v = { x, y };
    Xy *to = geo_path_room(p, 1);
    size_t n = p->nxy - at;

    if (!to || (n > 0 && to[-1].x == x && to[-1].y == y))
        return;
    if (n > 1 && in_line(to[-2], to[-1], v))
        to[-1] = v;
    else {
        *to = v;
        p->nxy++;
    }
}

/* The ring's ends are joined: its seam, too, is to have no vertex on a straight line. */
static void close_ring(Path *p, size_t at)
{
    Xy *v = p->xy + at;
    size_t n = p->nxy - at;

    if (n > 1 && v[n - 1].x == v[0].x && v[n - 1].y == v[0].y)
        n--;
    while (n > 3 && in_line(v[n - 2], v[n - 1], v[0]))
        n--;
    if (n > 3 && in_line(v[n - 1], v[0], v[1])) {
        memmove(v, v + 1, (n - 1) * sizeof *v);
        n--;
    }
    p->nxy = at + n;
}

static Around around(
    const Trace *t, int32_t x, int32_t y, int d) /* the vertex at the upper left of cell x, y */
{
    const size_t se = cell(t, x, y),
                 at[4] = { se - (size_t)t->w - 1, se - (size_t)t->w, se, se - 1 }; /* nw ne se sw */
    const uint16_t *l = t->label;

    return (Around){
        .bl = l[at[d]], .al = l[at[(d + 1) & 3]], .ar = l[at[(d + 2) & 3]], .br = l[at[(d + 3) & 3]]
    };
}

/* The next direction: 0 straight on, 1 right, 3 left. */
static int turn_at(Around a)
{
    if (a.ar == a.br)
        return a.al == a.br ? 3 : 0;
    return a.al == a.br && goes_through(a.br, a.bl, a.ar) ? 3 : 1;
}

static void walk(Trace *t, int32_t x0, int32_t y0)
{
    int32_t x = x0, y = y0;
    const size_t at = t->xy.nxy;
    int d = EAST;

    do {
        Around a;
        int turn;

        if (d == EAST)
            t->walked[cell(t, x, y)] = 1;
        x += dx[d];
        y += dy[d];
        a = around(t, x, y, d);
        turn = turn_at(a);
        if (turn == 1 && a.bl != a.ar) /* a node */
            put(&t->xy, at, 2 * x, 2 * y);
        else if (turn) {
            put(&t->xy, at, 2 * x - dx[d], 2 * y - dy[d]);
            d = (d + turn) & 3;
            put(&t->xy, at, 2 * x + dx[d], 2 * y + dy[d]);
            continue;
        }
        d = (d + turn) & 3;
    } while (x != x0 || y != y0 || d != EAST);
    close_ring(&t->xy, at);
}

static bool add_ring(Trace *t, int32_t x, int32_t y)
{
    const size_t at = t->xy.nxy, i = cell(t, x, y);
    Ring *grown;

    if (t->nring == t->cap) {
        grown = mem_grow(t->ring, t->cap ? 2 * t->cap : 256, sizeof *grown);
        if (!grown)
            return false;
        t->ring = grown;
        t->cap = t->cap ? 2 * t->cap : 256;
    }
    walk(t, x, y);
    t->ring[t->nring++] = (Ring){ at, t->xy.nxy - at, part_of(t, (uint32_t)i), t->label[i],
        geo_path_area2(t->xy.xy + at, t->xy.nxy - at) > 0 };
    return !t->xy.bad;
}

static bool all_rings(Trace *t)
{
    const Labels *g = t->g;

    for (int32_t y = 0; y < height_of(g); y++)
        for (int32_t x = 0; x < width_of(g); x++)
            join_at(t, x, y);
    for (int32_t y = 0; y < height_of(g); y++)
        for (int32_t x = 0; x < width_of(g); x++) {
            const size_t i = cell(t, x, y);

            if (t->label[i] && !t->walked[i] && t->label[i - (size_t)t->w] != t->label[i] &&
                !add_ring(t, x, y))
                return false;
        }
    return true;
}

static int by_label(const void *a, const void *b) /* then by part, its shell first, then as they were found */
{
    const Ring *x = a, *y = b;

    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    if (x->shell != y->shell)
        return x->shell ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* --- to the units of a zoom ------------------------------------------------------------------------------------- */
static int32_t in_world(int64_t v)
{
    return v < 0 ? 0 : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

static Xy unit_of(const MvtPen *p, const Labels *g, int zoom, Xy half)
{
    const int64_t wx = (2 * (int64_t)g->in.x0 + half.x) << g->shift >> 1,
                  wy = (2 * (int64_t)g->in.y0 + half.y) << g->shift >> 1;
    const int down = zoom < MVT_FULL ? MVT_FULL - zoom : 0;
    double lon, lat;
    Xy v;

    if (p->grid == GEO_WEBMERCATOR)
        return (Xy){ in_world(wx >> down), in_world(wy >> down) };
    geo_degrees(in_world(wx), in_world(wy), &lon, &lat);
    geo_world(p->grid, lon, lat, &v.x, &v.y);
    return (Xy){ v.x >> down, v.y >> down };
}

static bool tell_label(MvtPen *p, const Trace *t, size_t from, size_t to, int zoom, MvtTraced *see, void *ctx)
{
    MvtPiece piece;

    geo_path_reset(&p->unit, GEO_POLYGON);
    for (size_t i = from; i < to; i++) {
        const Ring *r = &t->ring[i];
        const size_t at = p->unit.nxy;
        Xy *v = geo_path_room(&p->unit, r->n);

        if (!v)
            return false;
        for (size_t k = 0; k < r->n; k++)
            v[k] = unit_of(p, t->g, zoom, t->xy.xy[r->at + k]);
        p->unit.nxy += r->n;
        geo_path_run(&p->unit, at, r->shell);
    }
    if (!geo_path_tidy(&p->unit))
        return !p->unit.bad;
    geo_pen_finish(p, 0, &piece);
    return !p->tail.bad && see(ctx, t->ring[from].label, &piece);
}

static bool tell(MvtPen *p, Trace *t, int zoom, MvtTraced *see, void *ctx)
{
    if (t->nring)
        qsort(t->ring, t->nring, sizeof *t->ring, by_label);
    for (size_t i = 0, k; i < t->nring; i = k) {
        for (k = i; k < t->nring && t->ring[k].label == t->ring[i].label; k++)
            ;
        if (!tell_label(p, t, i, k, zoom, see, ctx))
            return false;
    }
    return true;
}

static bool begin(Trace *t)
{
    const Labels *g = t->g;
    const size_t n = (size_t)t->w * (size_t)(height_of(g) + 2);

    t->label = mem_new(n, sizeof *t->label);
    t->part = mem_new(n, sizeof *t->part);
    t->walked = mem_new(n, 1);
    if (!t->label || !t->part || !t->walked)
        return false;
    for (size_t i = 0; i < n; i++) {
        t->label[i] = BEYOND;
        t->part[i] = (uint32_t)i;
    }
    for (int32_t y = 0; y < height_of(g); y++)
        memcpy(t->label + cell(t, 0, y), g->at + (size_t)y * (size_t)width_of(g),
            (size_t)width_of(g) * sizeof *g->at);
    return true;
}

bool mvt_trace(MvtPen *p, const uint16_t *label, GeoCells in, int shift, int zoom, MvtTraced *see, void *ctx)
{
    const Labels g = { label, in, shift };
    Trace t = { .g = &g, .w = width_of(&g) + 2 };
    const bool good = begin(&t) && all_rings(&t) && tell(p, &t, zoom, see, ctx);

    geo_path_clear(&t.xy);
    mem_free(t.label);
    mem_free(t.part);
    mem_free(t.walked);
    mem_free(t.ring);
    return good;
}
