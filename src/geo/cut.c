/* src/geo/cut.c - what was loaded, shared out to the square cells of a grid: exact areas, lengths by the ellipsoid.
 *
 * An edge crosses the lines of the grid where its ends say, rounded to a whole unit and always reckoned from its upper
 * end: two neighbours that share it cross at the same places, so their parts leave no gap in a cell and count nothing
 * twice. Areas are added up as fonts are drawn: each piece of an edge gives the area on its right in its own cell, and
 * its height to all cells behind; from left to right these sums are the areas.
 */
#include "geo/pen_in.h"
#include "geo/mercator.h"

enum { STRIP_CELLS = 1 << 20 }; /* reckoned at a time */
#define EARTH_A  6378137.0      /* GB 22021-2008 */
#define EARTH_E2 0.006694380022903416
#define RADIAN   (2 * M_PI / GEO_WORLD) /* a world unit on the equator of the sphere */

typedef struct Cut {
    int shift; /* a cell is 2^shift units wide */
    int64_t side;
    int32_t x0, y0, x1, y1; /* cells, the ends out */
    int64_t *own, *behind;  /* doubled areas: of the cell, of each cell right of it */
    MvtCellSee *see;
    void *ctx;
} Cut;

/* Metres east and north of a world unit at the height y, squared; by the radii of curvature of the ellipsoid. */
static void metres_at(double y, double *east2, double *north2)
{
    const double t = tanh(M_PI - y * RADIAN), cos2 = 1 - t * t, w2 = 1 - EARTH_E2 * t * t,
                 prime2 = EARTH_A * EARTH_A / w2,
                 meridian = (1 - EARTH_E2) / w2; /* of the prime vertical's radius */

    *east2 = prime2 * cos2 * RADIAN * RADIAN;
    *north2 = *east2 * meridian * meridian;
}

double mvt_unit_m2(double y)
{
    double east2, north2;

    metres_at(y, &east2, &north2);
    return sqrt(east2 * north2);
}

static int32_t crossing(
    int32_t a0, int32_t a1, int32_t b0, int32_t b1, int64_t at) /* b where a is `at`; a0 < a1 */
{
    return (int32_t)llrint(b0 + ((double)at - a0) / ((double)a1 - a0) * ((double)b1 - b0));
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* --- areas --------------------------------------------------------------------------------------------------- */
static void add_piece(Cut *c, int32_t row, int32_t column, int64_t xa, int64_t xb, int64_t height)
{
    const int64_t right = ((int64_t)column + 1) << c->shift;
    const size_t line = (size_t)(row - c->y0) * (size_t)(c->x1 - c->x0);

    if (column >= c->x1 || height == 0)
        return;
    if (column < c->x0) {
        c->behind[line] -= 2 * c->side * height; /* all of the row: taken up by its first cell */
        return;
    }
    c->own[line + (size_t)(column - c->x0)] -= height * (2 * right - xa - xb);
    if (column + 1 < c->x1)
        c->behind[line + (size_t)(column - c->x0) + 1] -= 2 * c->side * height;
}

/* The part of the edge a-b in a row, from its upper to its lower end. */
static void add_row(Cut *c, Xy a, Xy b, int32_t row, Xy from, Xy to, int sign)
{
    const bool east = b.x > a.x;
    int32_t column = from.x >> c->shift;
    Xy at = from;

    if (!east && from.x > to.x && (from.x & (c->side - 1)) == 0)
        column--; /* westward from a line: the cell before it */
    while (east ? (int64_t)(column + 1) << c->shift < to.x : (int64_t)column << c->shift > to.x) {
        const int64_t line = (int64_t)(east ? column + 1 : column) << c->shift;
        const int32_t y = east ? crossing(a.x, b.x, a.y, b.y, line) : crossing(b.x, a.x, b.y, a.y, line);
        const Xy next = { (int32_t)line, (int32_t)most(at.y, least(y, to.y)) };

        add_piece(c, row, column, at.x, next.x, sign * (int64_t)(next.y - at.y));
        at = next;
        column += east ? 1 : -1;
    }
    add_piece(c, row, column, at.x, to.x, sign * (int64_t)(to.y - at.y));
}

static void add_edge(Cut *c, Xy a, Xy b)
{
    const int sign = a.y < b.y ? 1 : -1;
    int64_t first, last;

    if (a.y == b.y)
        return;
    if (sign < 0) {
        Xy t = a;

        a = b;
        b = t;
    }
    first = most(a.y >> c->shift, c->y0);
    last = least((b.y - 1) >> c->shift, (int64_t)c->y1 - 1);
    for (int64_t row = first; row <= last; row++) {
        const int64_t top = row << c->shift, bottom = top + c->side;
        const Xy from = top <= a.y ? a : (Xy){ crossing(a.y, b.y, a.x, b.x, top), (int32_t)top },
                 to = bottom >= b.y ? b : (Xy){ crossing(a.y, b.y, a.x, b.x, bottom), (int32_t)bottom };

        add_row(c, a, b, (int32_t)row, from, to, sign);
    }
}

static void tell_areas(Cut *c)
{
    const int32_t w = c->x1 - c->x0;

    for (int32_t y = c->y0; y < c->y1; y++) {
        const size_t line = (size_t)(y - c->y0) * (size_t)w;
        int64_t all = 0;

        for (int32_t x = 0; x < w; x++) {
            all += c->behind[line + (size_t)x];
            if (all + c->own[line + (size_t)x] > 0)
                c->see(c->ctx, c->x0 + x, y, all + c->own[line + (size_t)x]);
        }
    }
}

static bool areas(Cut *c, const Path *p)
{
    const size_t n = (size_t)(c->x1 - c->x0) * (size_t)(c->y1 - c->y0);
    int64_t *room = mem_new(2 * n, sizeof *room);

    if (!room)
        return false;
    c->own = room;
    c->behind = room + n;
    for (size_t i = 0; i < p->nrun; i++) {
        const Xy *v = p->xy + p->run[i].at;
        const size_t m = p->run[i].n;

        for (size_t k = 0; m > 2 && k < m; k++)
            add_edge(c, v[k], v[k + 1 < m ? k + 1 : 0]);
    }
    tell_areas(c);
    mem_free(room);
    return true;
}

/* --- lengths ------------------------------------------------------------------------------------------------- */
static double next_line(double at, double by, double side) /* how far to the next line that way; by != 0 */
{
    const double line = by > 0 ? floor(at / side) * side + side : ceil(at / side) * side - side;

    return (line - at) / by;
}

static void tell_segment(Cut *c, Xy a, Xy b)
{
    const double dx = (double)b.x - a.x, dy = (double)b.y - a.y, side = (double)c->side;
    double east2, north2, whole, from = 0;

    metres_at((a.y + (double)b.y) / 2, &east2, &north2);
    whole = sqrt(dx * dx * east2 + dy * dy * north2);
    for (int guard = 0; from < 1 && guard < STRIP_CELLS; guard++) {
        const double x = a.x + from * dx, y = a.y + from * dy;
        const double tx = dx != 0 ? next_line(x, dx, side) : 2, ty = dy != 0 ? next_line(y, dy, side) : 2;
        const double to = fmin(1, from + fmax(fmin(tx, ty), 1e-9)), mx = a.x + (from + to) / 2 * dx,
                     my = a.y + (from + to) / 2 * dy;
        const int32_t cx = (int32_t)((int64_t)mx >> c->shift), cy = (int32_t)((int64_t)my >> c->shift);

        if (cx >= c->x0 && cx < c->x1 && cy >= c->y0 && cy < c->y1)
            c->see(c->ctx, cx, cy, llrint((to - from) * whole * 1000));
        from = to;
    }
}

static void lengths(Cut *c, const Path *p)
{
    for (size_t i = 0; i < p->nrun; i++) {
        const Xy *v = p->xy + p->run[i].at;

        for (size_t k = 0; k + 1 < p->run[i].n; k++) {
            Xy a = v[k], b = v[k + 1];

            if (a.y > b.y || (a.y == b.y && a.x > b.x)) {
                Xy t = a;

                a = b;
                b = t;
            }
            tell_segment(c, a, b);
        }
    }
}

/* --- both ---------------------------------------------------------------------------------------------------- */
bool mvt_cells(MvtPen *p, int shift, GeoCells in, MvtCellSee *see, void *ctx)
{
    const Box32 b = geo_path_box(p->world.xy, p->world.nxy);
    Cut c = { .shift = shift, .side = INT64_C(1) << shift, .see = see, .ctx = ctx };
    int64_t rows, bottom;

    c.x0 = (int32_t)most(b.minx >> shift, in.x0);
    c.x1 = (int32_t)least(((int64_t)b.maxx >> shift) + 1, in.x1);
    c.y0 = (int32_t)most(b.miny >> shift, in.y0);
    bottom = least(((int64_t)b.maxy >> shift) + 1, in.y1);
    if (c.x0 >= c.x1 || c.y0 >= bottom)
        return true;
    rows = most(STRIP_CELLS / (c.x1 - c.x0), 1);
    for (; c.y0 < bottom; c.y0 = c.y1) {
        c.y1 = (int32_t)least(c.y0 + rows, bottom);
        if (p->world.type == GEO_LINE)
            lengths(&c, &p->world);
        else if (p->world.type == GEO_POLYGON && !areas(&c, &p->world))
            return false;
    }
    return true;
}
