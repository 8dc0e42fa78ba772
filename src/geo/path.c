/* src/geo/path.c - paths grow, are measured, simplified and tidied. */
#include "geo/path.h"

void geo_path_clear(Path *p)
{
    mem_free(p->xy);
    mem_free(p->run);
    *p = (Path){ 0 };
}

void geo_path_reset(Path *p, GeoType type)
{
    p->type = type;
    p->nxy = p->nrun = 0;
}

Xy *geo_path_room(Path *p, size_t n)
{
    size_t cap = p->cap ? p->cap : 64;
    Xy *grown;

    if (p->xy && p->nxy + n <= p->cap)
        return p->xy + p->nxy;
    while (cap < p->nxy + n)
        cap *= 2;
    grown = mem_grow(p->xy, cap, sizeof *grown);
    if (!grown) {
        p->bad = true;
        return NULL;
    }
    p->xy = grown;
    p->cap = cap;
    return p->xy + p->nxy;
}

void geo_path_run(Path *p, size_t at, bool shell)
{
    if (p->nxy == at)
        return;
    if (p->nrun == p->cap_run) {
        size_t cap = p->cap_run ? 2 * p->cap_run : 8;
        PathRun *grown = mem_grow(p->run, cap, sizeof *grown);

        if (!grown) {
            p->bad = true;
            p->nxy = at;
            return;
        }
        p->run = grown;
        p->cap_run = cap;
    }
    p->run[p->nrun++] = (PathRun){ at, p->nxy - at, shell };
}

Box32 geo_path_box(const Xy *v, size_t n)
{
    Box32 b = { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN };

    for (size_t i = 0; i < n; i++) {
        b.minx = v[i].x < b.minx ? v[i].x : b.minx;
        b.maxx = v[i].x > b.maxx ? v[i].x : b.maxx;
        b.miny = v[i].y < b.miny ? v[i].y : b.miny;
        b.maxy = v[i].y > b.maxy ? v[i].y : b.maxy;
    }
    return b;
}

double geo_path_area2(const Xy *v, size_t n)
{
    double sum = 0;

    for (size_t i = 1; i + 1 < n; i++)
        sum += ((double)v[i].x - v[0].x) * ((double)v[i + 1].y - v[0].y) -
               ((double)v[i + 1].x - v[0].x) * ((double)v[i].y - v[0].y);
    return sum;
}

/* --- simplification: D. H. Douglas, T. K. Peucker (1973), with a stack of its own ------------------------- */
/* The vertex between from and to that is farthest off the segment between them, beyond the tolerance; 0: none. Squares
 * of distances are compared times the segment's square, across² + beyond² (Lagrange's identity), where `beyond` is how far
 * along the segment's line a vertex lies before its start or behind its end: no division, no guess at a branch. */
static size_t farthest(const Xy *v, size_t from, size_t to, size_t n, double tolerance2)
{
    const double ax = v[from].x, ay = v[from].y, dy = v[to % n].y - ay, w = v[to % n].x - ax;
    const double square = w * w + dy * dy, dx = square > 0 ? w : 1; /* of no length: any direction will do */
    double most = tolerance2 * (square > 0 ? square : 1);
    size_t at = 0;

    for (size_t i = from + 1; i < to; i++) {
        const double px = v[i].x - ax, py = v[i].y - ay, along = px * dx + py * dy,
                     across = px * dy - py * dx;
        const double beyond = (along < 0 ? along : 0) + (along > square ? along - square : 0);
        const double d = across * across + beyond * beyond;

        at = d > most ? i : at;
        most = d > most ? d : most;
    }
    return at;
}

/* Marks in keep[] what stays between from and to (to = n: the first vertex again). stack: room for n pairs. */
static void mark(const Xy *v, size_t from, size_t to, size_t n, double tolerance2, uint8_t *keep, Xy *stack)
{
    size_t top = 0;

    stack[top++] = (Xy){ (int32_t)from, (int32_t)to };
    while (top) {
        Xy part = stack[--top];
        size_t m = farthest(v, (size_t)part.x, (size_t)part.y, n, tolerance2);

        if (!m)
            continue;
        keep[m] = 1;
        stack[top++] = (Xy){ part.x, (int32_t)m };
        stack[top++] = (Xy){ (int32_t)m, part.y };
    }
}

/* The first and the last vertex by x, then y: a ring gives the same result wherever it begins. */
static void extremes(const Xy *v, size_t n, size_t *least, size_t *most)
{
    *least = *most = 0;
    for (size_t i = 1; i < n; i++) {
        if (v[i].x < v[*least].x || (v[i].x == v[*least].x && v[i].y < v[*least].y))
            *least = i;
        if (v[i].x > v[*most].x || (v[i].x == v[*most].x && v[i].y > v[*most].y))
            *most = i;
    }
}

static size_t kept_only(Xy *v, size_t n, const uint8_t *keep)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++)
        if (keep[i])
            v[k++] = v[i];
    return k;
}

static void turn_to(Xy *v, size_t n, size_t first, Xy *scratch) /* the ring begins at `first` */
{
    memcpy(scratch, v, first * sizeof *v);
    memmove(v, v + first, (n - first) * sizeof *v);
    memcpy(v + n - first, scratch, first * sizeof *v);
}

size_t geo_path_simplify(Xy *v, size_t n, double tolerance, bool ring, Path *scratch)
{
    uint8_t *keep;
    Xy *stack;
    size_t least, most;

    if (n <= (ring ? 3u : 2u))
        return n;
    geo_path_reset(scratch, GEO_LINE);
    stack = geo_path_room(scratch, n + 2 + n / sizeof(Xy) + 1);
    if (!stack)
        return n;
    keep = (uint8_t *)(stack + n + 2);
    memset(keep, 0, n);
    if (ring) {
        extremes(v, n, &least, &most);
        turn_to(v, n, least, stack);
        most = (most + n - least) % n;
        keep[0] = keep[most] = 1;
        mark(v, 0, most, n, tolerance * tolerance, keep, stack);
        mark(v, most, n, n, tolerance * tolerance, keep, stack);
    } else {
        keep[0] = keep[n - 1] = 1;
        mark(v, 0, n - 1, n, tolerance * tolerance, keep, stack);
    }
    return kept_only(v, n, keep);
}

/* --- tidying ------------------------------------------------------------------------------------------------ */
static size_t without_repeats(Xy *v, size_t n, bool ring)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++)
        if (k == 0 || v[i].x != v[k - 1].x || v[i].y != v[k - 1].y)
            v[k++] = v[i];
    while (ring && k > 1 && v[0].x == v[k - 1].x && v[0].y == v[k - 1].y)
        k--;
    return k;
}

void geo_path_reverse(Xy *v, size_t n)
{
    for (size_t i = 1, j = n - 1; i < j; i++, j--) { /* the first stays the first */
        Xy t = v[i];

        v[i] = v[j];
        v[j] = t;
    }
}

/* Makes the run a right ring; its area, or 0: none. */
static double tidy_ring(Path *p, PathRun *r)
{
    double area;

    r->n = without_repeats(p->xy + r->at, r->n, true);
    area = r->n < 3 ? 0 : geo_path_area2(p->xy + r->at, r->n);
    if (area != 0 && (area > 0) != r->shell)
        geo_path_reverse(p->xy + r->at, r->n);
    return fabs(area);
}

static void tidy_rings(Path *p)
{
    size_t kept = 0, shell = 0;
    double whole = 0; /* area of the shell at p->run[shell]; 0: it went, its holes go too */

    for (size_t i = 0; i < p->nrun; i++) {
        PathRun r = p->run[i];
        double area = r.shell || whole > 0 ? tidy_ring(p, &r) : 0;

        if (r.shell) {
            whole = area;
            shell = kept;
        } else if (area >= whole) { /* the hole fills it: nothing is left in this tile */
            kept = whole > 0 ? shell : kept;
            whole = 0;
            continue;
        }
        if (area > 0)
            p->run[kept++] = r;
    }
    p->nrun = kept;
}

static void tidy_lines(Path *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->nrun; i++) {
        PathRun r = p->run[i];

        r.n = without_repeats(p->xy + r.at, r.n, false);
        if (r.n > 1)
            p->run[kept++] = r;
    }
    p->nrun = kept;
}

bool geo_path_tidy(Path *p)
{
    if (p->type == GEO_POLYGON)
        tidy_rings(p);
    else if (p->type == GEO_LINE)
        tidy_lines(p);
    return p->nrun > 0 && !p->bad;
}
