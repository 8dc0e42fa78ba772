/* src/demo/divisions.c - the county's outline, townships of the wanted areas, villages around their seats, groups
 * around theirs: cost-distance Voronoi, each inside the one above, so that nothing overlaps and nothing is left. */
#include "demo/county.h"
#include "demo/seats.h"
#include <math.h>
#include <stdlib.h>

enum { COARSE = 4, ROUNDS = 36, FINE_ROUNDS = 6, BINS = 8192 };

/* --- the outline ---------------------------------------------------------------------------------------- */
static float outline_field(const County *c, Xy p)
{
    const double x = 2 * p.x / c->size.x - 1, y = 2 * p.y / c->size.y - 1;
    const double round = pow(pow(fabs(x), 2.6) + pow(fabs(y), 2.6), 1 / 2.6);

    return (float)(round + 0.13 * demo_fractal(c->spec->seed ^ 99, x * 2.1, y * 2.1, 5));
}

/* Only what hangs together with the middle stays. */
static void keep_middle(Grid g, uint16_t *in, uint32_t *stack)
{
    size_t n = 0, cells = (size_t)g.w * (size_t)g.h;

    stack[n++] = (uint32_t)((size_t)(g.h / 2) * (size_t)g.w + (size_t)g.w / 2);
    in[stack[0]] = 1;
    while (n) {
        const uint32_t i = stack[--n];
        const int x = (int)(i % (uint32_t)g.w);
        const int64_t to[4] = { x ? (int64_t)i - 1 : -1, x + 1 < g.w ? (int64_t)i + 1 : -1, (int64_t)i - g.w,
            (int64_t)i + g.w };

        for (int k = 0; k < 4; k++)
            if (to[k] >= 0 && to[k] < (int64_t)cells && in[to[k]] == 0) {
                in[to[k]] = 1;
                stack[n++] = (uint32_t)to[k];
            }
    }
    for (size_t i = 0; i < cells; i++)
        in[i] = in[i] == 1 ? 0 : NOBODY;
}

static bool outline(County *c, uint16_t *in)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    Arena *own = arena_new(n * 9 + (1 << 20));
    float *f = NEWS(own, float, n);
    uint32_t *bin = NEWS(own, uint32_t, BINS), *stack = NEWS(own, uint32_t, n + 1);
    double want = 0, got = 0, area = c->g.cell * c->g.cell;
    int limit = 0;
    const bool good = f && bin && stack;

    for (size_t i = 0; i < c->ntown; i++)
        want += c->town[i].area;
    for (size_t i = 0; good && i < n; i++) {
        f[i] = outline_field(c, demo_centre(c->g, i));
        bin[(int)fminf(fmaxf(f[i], 0) * (BINS / 3.0F), BINS - 1)]++;
    }
    for (; good && limit < BINS && got < want; limit++)
        got += bin[limit] * area;
    for (size_t i = 0; good && i < n; i++) {
        const int x = (int)(i % (size_t)c->g.w), y = (int)(i / (size_t)c->g.w);
        const bool edge = x < 2 || y < 2 || x > c->g.w - 3 || y > c->g.h - 3;

        in[i] = !edge && f[i] * (BINS / 3.0F) < (float)limit ? 0 : NOBODY;
    }
    if (good)
        keep_middle(c->g, in, stack);
    arena_free(own);
    return good;
}

/* --- townships: seeds with head starts until the areas fit ------------------------------------------------- */
static void ground_cost(const County *c, float *cost)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;

    for (size_t i = 0; i < n; i++) {
        const Xy p = demo_centre(c->g, i);
        const float whim = (float)demo_fractal(c->spec->seed ^ 31, p.x / 420, p.y / 420, 2);

        cost[i] = (1 + fminf(c->slope[i] * c->slope[i] / 60, 6)) * (1 + 0.55F * fmaxf(whim, -1)) +
                  (c->wet[i] == 1 && c->upstream[i] > 40 ? 12 : 0);
    }
}

typedef struct Coarse {
    Grid g;
    uint16_t *in, *label;
    float *cost, *far;
    size_t seed[TOWNS_MAX];
    double lead[TOWNS_MAX];
    uint16_t home[TOWNS_MAX];
} Coarse;

/* Mean of the fine cells of a coarse one that lie inside: a single sample would let areas differ by a fifth. */
static float mean_cost(const County *c, Grid coarse, size_t at, const uint16_t *in, const float *cost)
{
    const int x0 = (int)(at % (size_t)coarse.w) * COARSE, y0 = (int)(at / (size_t)coarse.w) * COARSE;
    float sum = 0;
    int n = 0;

    for (int y = y0; y < y0 + COARSE && y < c->g.h; y++)
        for (int x = x0; x < x0 + COARSE && x < c->g.w; x++) {
            const size_t i = (size_t)y * (size_t)c->g.w + (size_t)x;

            sum += in[i] == 0 ? cost[i] : 0;
            n += in[i] == 0;
        }
    return n ? sum / (float)n : cost[demo_cell(c->g, demo_centre(coarse, at))];
}

static bool coarse_make(const County *c, const uint16_t *in, const float *cost, Arena *a, Coarse *out)
{
    Coarse k = { .g = {
                     (c->g.w + COARSE - 1) / COARSE, (c->g.h + COARSE - 1) / COARSE, c->g.cell * COARSE } };
    const size_t n = (size_t)k.g.w * (size_t)k.g.h;

    k.in = NEWS(a, uint16_t, n);
    k.label = NEWS(a, uint16_t, n);
    k.cost = NEWS(a, float, n);
    k.far = NEWS(a, float, n);
    if (!k.in || !k.label || !k.cost || !k.far)
        return false;
    for (size_t i = 0; i < n; i++) {
        const Xy p = demo_centre(k.g, i);
        const size_t at = demo_cell(c->g, p);

        k.in[i] = demo_inside(c->g, p.x, p.y) ? in[at] : NOBODY;
        k.cost[i] = mean_cost(c, k.g, i, in, cost);
    }
    *out = k;
    return true;
}

static size_t nearest_inside(Grid g, const uint16_t *in, Xy p)
{
    const size_t n = (size_t)g.w * (size_t)g.h;
    double best = INFINITY;
    const size_t at = demo_cell(g, p);
    size_t found = at;

    for (size_t i = 0; in[at] != 0 && i < n; i++) {
        const double d = in[i] == 0 ? demo_distance(p, demo_centre(g, i)) : INFINITY;

        if (d < best) {
            best = d;
            found = i;
        }
    }
    return in[at] == 0 ? at : found;
}

static void adjust(const County *c, Coarse *k, int round)
{
    double area[TOWNS_MAX] = { 0 }, x[TOWNS_MAX] = { 0 }, y[TOWNS_MAX] = { 0 };
    const size_t n = (size_t)k->g.w * (size_t)k->g.h;
    const double one = k->g.cell * k->g.cell;

    for (size_t i = 0; i < n; i++) {
        const uint16_t t = k->label[i];
        const Xy p = demo_centre(k->g, i);

        if (t == NOBODY)
            continue;
        area[t] += one;
        x[t] += p.x * one;
        y[t] += p.y * one;
    }
    for (size_t t = 0; t < c->ntown; t++) {
        k->lead[t] += (round < 24 ? 1.1 : 0.6) * (sqrt(c->town[t].area) - sqrt(area[t]));
        if (round < ROUNDS / 2 && area[t] > 0) { /* seeds drift to the middle of what they have */
            const Xy now = demo_centre(k->g, k->seed[t]);
            const Xy to = { now.x + 0.3 * (x[t] / area[t] - now.x), now.y + 0.3 * (y[t] / area[t] - now.y) };

            k->seed[t] = nearest_inside(k->g, k->in, to);
        }
    }
}

/* Are all areas of the fine grid within 2 % of those wanted? Where not, the leads are set anew. */
static bool areas_fit(const County *c, double *lead)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    const double one = c->g.cell * c->g.cell;
    double area[TOWNS_MAX] = { 0 }, worst = 0;

    for (size_t i = 0; i < n; i++)
        if (c->town_at[i] != NOBODY)
            area[c->town_at[i]] += one;
    for (size_t t = 0; t < c->ntown; t++)
        worst = fmax(worst, fabs(area[t] / c->town[t].area - 1));
    for (size_t t = 0; t < c->ntown && worst > 0.02; t++)
        lead[t] += 0.9 * (sqrt(c->town[t].area) - sqrt(area[t]));
    return worst <= 0.02;
}

static bool towns(County *c, const uint16_t *in, const float *cost)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    Arena *own = arena_new((size_t)1 << 30);
    Coarse k;
    float *far = NEWS(own, float, n);
    bool good = far && coarse_make(c, in, cost, own, &k);
    size_t seed[TOWNS_MAX];

    for (size_t t = 0; good && t < c->ntown; t++) {
        const Xy p = { demo_num(c->town[t].yaml, "x") * c->size.x,
            demo_num(c->town[t].yaml, "y") * c->size.y };

        k.seed[t] = nearest_inside(k.g, k.in, p);
    }
    for (int round = 0; good && round < ROUNDS; round++) {
        Arena *tmp = arena_new((size_t)1 << 30);

        good = demo_spread(
            &(Spread){ k.g, k.cost, k.in, k.home, k.seed, k.lead, c->ntown }, k.label, k.far, tmp);
        arena_free(tmp);
        if (good)
            adjust(c, &k, round);
    }
    for (size_t t = 0; good && t < c->ntown; t++)
        seed[t] = nearest_inside(c->g, in, demo_centre(k.g, k.seed[t]));
    for (int round = 0; good && round < FINE_ROUNDS; round++) {
        Arena *tmp = arena_new((size_t)1 << 30);

        good = demo_spread(&(Spread){ c->g, cost, in, k.home, seed, k.lead, c->ntown }, c->town_at, far, tmp);
        arena_free(tmp);
        if (good && (round + 1 == FINE_ROUNDS || areas_fit(c, k.lead)))
            break;
    }
    arena_free(own);
    return good;
}

/* --- villages and groups ------------------------------------------------------------------------------------- */
/* The cells of each label, one behind the other; first[label] … first[label + 1]. */
static bool by_label(
    const uint16_t *label, size_t n, size_t nlabel, Arena *a, uint32_t **cell, size_t **first)
{
    uint32_t *list = NEWS(a, uint32_t, n + 1);
    size_t *at = NEWS(a, size_t, nlabel + 2);

    if (!list || !at)
        return false;
    for (size_t i = 0; i < n; i++)
        if (label[i] != NOBODY)
            at[label[i] + 2]++;
    for (size_t i = 2; i < nlabel + 2; i++)
        at[i] += at[i - 1];
    for (size_t i = 0; i < n; i++)
        if (label[i] != NOBODY)
            list[at[label[i] + 1]++] = (uint32_t)i;
    *cell = list;
    *first = at;
    return true;
}

typedef struct Seat {
    size_t cell;
    double far;
} Seat;

static int nearer(const void *p, const void *q)
{
    const Seat *a = p, *b = q;

    return a->far < b->far ? -1 : a->far > b->far ? 1 : a->cell < b->cell ? -1 : a->cell > b->cell;
}

/* Seats of one territory, the one nearest to its middle first. */
static bool seats_in(
    const County *c, const uint32_t *cell, size_t ncell, size_t n, Rng *r, size_t *out, const Xy *about)
{
    Seat s[600];
    Xy mid = { 0, 0 };

    if (n > LEN(s) || !ncell || !demo_seats(c, cell, ncell, n, r, out))
        return false;
    for (size_t i = 0; i < ncell; i++) {
        const Xy p = demo_centre(c->g, cell[i]);

        mid.x += p.x / (double)ncell;
        mid.y += p.y / (double)ncell;
    }
    if (about)
        mid = *about;
    for (size_t i = 0; i < n; i++)
        s[i] = (Seat){ out[i], demo_distance(mid, demo_centre(c->g, out[i])) };
    qsort(s, n, sizeof *s, nearer);
    for (size_t i = 0; i < n; i++)
        out[i] = s[i].cell;
    return true;
}

static Xy off_centre(const County *c, size_t cell, Rng *r) /* a seat stands anywhere in its cell */
{
    const Xy p = demo_centre(c->g, cell);

    const double x = p.x + (rng_unit(r) - 0.5) * c->g.cell * 0.6,
                 y = p.y + (rng_unit(r) - 0.5) * c->g.cell * 0.6;

    return (Xy){ x, y };
}

static bool villages(County *c, const float *cost, Arena *own)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    size_t *first, *seed = NEWS(own, size_t, c->nvillage);
    uint16_t *home = NEWS(own, uint16_t, c->nvillage);
    float *far = NEWS(own, float, n);
    uint32_t *cell;

    if (!seed || !home || !far || !by_label(c->town_at, n, c->ntown, own, &cell, &first))
        return false;
    for (size_t t = 0; t < c->ntown; t++) {
        Town *town = &c->town[t];
        Rng r = demo_rng(c, "villages", t);

        if (!seats_in(
                c, cell + first[t], first[t + 1] - first[t], town->nvillage, &r, seed + town->village, NULL))
            return false;
        for (size_t i = town->village; i < town->village + town->nvillage; i++) {
            c->village[i].town = t;
            c->village[i].seat = off_centre(c, seed[i], &r);
            home[i] = (uint16_t)t;
        }
        town->seat = c->village[town->village].seat;
    }
    return demo_spread(
        &(Spread){ c->g, cost, c->town_at, home, seed, NULL, c->nvillage }, c->village_at, far, own);
}

/* Ten groups a village on the whole: 8 to 12, in pairs that make up for each other. */
static void group_counts(County *c)
{
    Rng r = demo_rng(c, "group counts", 0);
    size_t at = 0;
    int owed = 0;

    for (size_t i = 0; i < c->nvillage; i++) {
        const int more = i % 2 ? -owed : (int)rng_below(&r, 5) - 2;

        c->village[i].group = at;
        const int groups = 10 + (i + 1 == c->nvillage && i % 2 == 0 ? 0 : more);
        c->village[i].ngroup = (size_t)groups;
        at += c->village[i].ngroup;
        owed = more;
    }
}

static bool groups(County *c, const float *cost, Arena *own)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    size_t *first, *seed = NEWS(own, size_t, c->ngroup);
    uint16_t *home = NEWS(own, uint16_t, c->ngroup);
    float *far = NEWS(own, float, n);
    uint32_t *cell;

    if (!seed || !home || !far || !by_label(c->village_at, n, c->nvillage, own, &cell, &first))
        return false;
    group_counts(c);
    for (size_t v = 0; v < c->nvillage; v++) {
        Village *p = &c->village[v];
        Rng r = demo_rng(c, "groups", v);

        if (!seats_in(c, cell + first[v], first[v + 1] - first[v], p->ngroup, &r, seed + p->group, &p->seat))
            return false;
        for (size_t i = p->group; i < p->group + p->ngroup; i++) {
            c->group[i].village = v;
            c->group[i].seat = i == p->group ? p->seat : off_centre(c, seed[i], &r);
            home[i] = (uint16_t)v;
        }
        seed[p->group] = demo_cell(c->g, p->seat);
    }
    return demo_spread(
        &(Spread){ c->g, cost, c->village_at, home, seed, NULL, c->ngroup }, c->group_at, far, own);
}

/* A small piece that no seed could reach goes to the neighbour. */
static void leftovers(const County *c, uint16_t *label, const uint16_t *within)
{
    const int w = c->g.w, n = w * c->g.h;

    for (int more = 1; more;) {
        more = 0;
        for (int i = 0; i < n; i++) {
            const int to[4] = { i - 1, i + 1, i - w, i + w };

            for (int k = 0; within[i] != NOBODY && label[i] == NOBODY && k < 4; k++)
                if (to[k] >= 0 && to[k] < n && label[to[k]] != NOBODY) {
                    label[i] = label[to[k]];
                    more = 1;
                }
        }
    }
}

static bool spread_people(County *c)
{
    for (size_t t = 0; t < c->ntown; t++) {
        Town *town = &c->town[t];
        Rng r = demo_rng(c, "village size", t);
        double sum = 0, w[600], at = 0;
        size_t gone = 0, houses = 0;

        for (size_t i = 0; i < town->nvillage && i < LEN(w); i++)
            sum += w[i] = exp(rng_normal(&r, 0, 0.22)) * (c->village[town->village + i].community ? 1.5 : 1);
        for (size_t i = 0; i < town->nvillage && i < LEN(w); i++) {
            Village *v = &c->village[town->village + i];

            at += w[i] / sum;
            v->persons = (size_t)((double)town->persons * at + 0.5) - gone;
            v->households = (size_t)((double)town->households * at + 0.5) - houses;
            gone += v->persons;
            houses += v->households;
        }
    }
    return true;
}

bool demo_divisions(County *c, Err *err)
{
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    Arena *own = arena_new((size_t)2 << 30);
    uint16_t *in = NEWS(own, uint16_t, n);
    float *cost = NEWS(own, float, n);
    bool good;

    c->town_at = NEWS(c->a, uint16_t, n);
    c->village_at = NEWS(c->a, uint16_t, n);
    c->group_at = NEWS(c->a, uint16_t, n);
    good = in && cost && c->town_at && c->village_at && c->group_at && outline(c, in);
    if (good) {
        ground_cost(c, cost);
        good = towns(c, in, cost);
    }
    if (good)
        leftovers(c, c->town_at, in);
    good = good && villages(c, cost, own);
    if (good)
        leftovers(c, c->village_at, c->town_at);
    good = good && groups(c, cost, own);
    if (good)
        leftovers(c, c->group_at, c->village_at);
    arena_free(own);
    if (!good)
        return FAIL(err, BASE_NO_MEMORY, STR("divisions"), "divisions");
    return spread_people(c) && demo_name_villages(c, err);
}
