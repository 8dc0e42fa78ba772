/* src/demo/seats.c - where villages and groups have their middle: weighted Poisson discs in a territory, on gentle
 * ground, near water but not in it. */
#include "demo/county.h"
#include "demo/seats.h"
#include <math.h>
#include <stdlib.h>

typedef struct Spot {
    uint32_t cell;
    float rank;
} Spot;

static int by_rank(const void *p, const void *q)
{
    const Spot *a = p, *b = q;

    return a->rank < b->rank ? -1 : a->rank > b->rank ? 1 : a->cell < b->cell ? -1 : a->cell > b->cell;
}

/* Lower is better; 0 … 1 among the good. */
static float rank(const County *c, size_t cell, Rng *r)
{
    float k = (float)rng_unit(r);

    if (c->wet[cell])
        k += 40;
    if (c->dwater[cell] < 150 * fmin(1, c->scale * 2))
        k += 1.5F;
    if (c->dwater[cell] > 900)
        k += 0.7F;
    if (c->slope[cell] > 8)
        k += 0.4F * (c->slope[cell] - 8);
    return k;
}

static bool apart(const County *c, const size_t *seat, size_t n, size_t cell, double r)
{
    const Xy p = demo_centre(c->g, cell);

    for (size_t i = 0; i < n; i++)
        if (demo_distance(p, demo_centre(c->g, seat[i])) < r)
            return false;
    return true;
}

bool demo_seats(const County *c, const uint32_t *cell, size_t ncell, size_t n, Rng *r, size_t *seat)
{
    Arena *own = arena_new(ncell * sizeof(Spot) + 65536);
    Spot *s = NEWS(own, Spot, ncell + 1);
    double radius = 0.85 * sqrt((double)ncell * c->g.cell * c->g.cell / (double)(n ? n : 1));
    size_t got = 0;

    for (size_t i = 0; s && i < ncell; i++)
        s[i] = (Spot){ cell[i], rank(c, cell[i], r) };
    if (s)
        qsort(s, ncell, sizeof *s, by_rank);
    for (int pass = 0; s && ncell && got < n && pass < 60; pass++, radius *= 0.88)
        for (size_t i = 0; i < ncell && got < n; i++)
            if (s[i].rank < 3 + (float)pass && apart(c, seat, got, s[i].cell, radius))
                seat[got++] = s[i].cell;
    while (s && ncell && got < n) /* fewer cells than seats: a crowd on one spot */
        seat[got++] = s[rng_below(r, ncell)].cell;
    arena_free(own);
    return got == n;
}
