/* src/tile/pyramid.c - see pyramid.h. An open-addressing table of cells behind a read-write lock. */
#include "tile/pyramid.h"
#include <math.h>
#include <pthread.h>

#define MARGIN (130.0 / MVT_EXTENT) /* of a tile's width: the wide buffer, and two units for rounding */
typedef struct Cell {
    uint64_t key;  /* 0: free */
    int64_t touch; /* the tile itself */
    int64_t below; /* it and all tiles under it */
} Cell;
struct Pyramid {
    pthread_rwlock_t lock; /* guards all below */
    Cell *cell;
    size_t n, cap; /* cap a power of 2 */
    int64_t base;
    bool any_below[PYRAMID_ZOOM + 1];
};
typedef struct Range {
    uint32_t x0, y0, x1, y1; /* tiles, both ends in */
} Range;

Pyramid *tile_pyramid_new(int64_t base)
{
    Pyramid *p = mem_new(1, sizeof *p);

    if (p && pthread_rwlock_init(&p->lock, NULL) != 0) {
        mem_free(p);
        return NULL;
    }
    if (p)
        p->base = base;
    return p;
}

void tile_pyramid_free(Pyramid *p)
{
    if (!p)
        return;
    pthread_rwlock_destroy(&p->lock);
    mem_free(p->cell);
    mem_free(p);
}

static uint64_t key_of(int z, uint32_t x, uint32_t y)
{
    return (uint64_t)(z + 1) << 56 | (uint64_t)x << 28 | y;
}

static size_t slot_of(const Pyramid *p, uint64_t key)
{
    uint64_t h = key * 0x9E3779B97F4A7C15;

    for (h ^= h >> 29; p->cell[h & (p->cap - 1)].key && p->cell[h & (p->cap - 1)].key != key; h++)
        ;
    return h & (p->cap - 1);
}

static void forget(Pyramid *p, int64_t seq)
{
    mem_free(p->cell);
    p->cell = NULL;
    p->n = p->cap = 0;
    p->base = seq > p->base ? seq : p->base;
    memset(p->any_below, 0, sizeof p->any_below);
}

static bool grow(Pyramid *p)
{
    const Pyramid old = *p;
    Cell *bigger = p->cap >= 2 * PYRAMID_MOST ? NULL : mem_new(p->cap ? 2 * p->cap : 1024, sizeof *bigger);

    if (!bigger)
        return false;
    p->cell = bigger;
    p->cap = p->cap ? 2 * p->cap : 1024;
    for (size_t i = 0; i < old.cap; i++)
        if (old.cell[i].key)
            p->cell[slot_of(p, old.cell[i].key)] = old.cell[i];
    mem_free(old.cell);
    return true;
}

static Cell *cell_at(Pyramid *p, uint64_t key) /* NULL: no room left for it */
{
    size_t i;

    if (2 * (p->n + 1) > p->cap && !grow(p))
        return NULL;
    i = slot_of(p, key);
    if (!p->cell[i].key) {
        p->cell[i].key = key;
        p->n++;
    }
    return &p->cell[i];
}

static double unit(double v) /* a share of the world, kept in it */
{
    return fmin(fmax(v, 0), 1 - 1e-12);
}

/* The box as shares of the Mercator world: x0, y0 (north), x1, y1. */
static void share_of(GeoBox b, double s[4])
{
    int32_t x, y;

    geo_mercator(b.minx, b.maxy, &x, &y);
    s[0] = x / 2147483648.0;
    s[1] = y / 2147483648.0;
    geo_mercator(b.maxx, b.miny, &x, &y);
    s[2] = (x + 1.0) / 2147483648.0;
    s[3] = (y + 1.0) / 2147483648.0;
}

static Range tiles_of(const double s[4], int z, double margin)
{
    double n = (double)(UINT32_C(1) << z), m = margin / n;

    return (Range){ (uint32_t)(unit(s[0] - m) * n), (uint32_t)(unit(s[1] - m) * n),
        (uint32_t)(unit(s[2] + m) * n), (uint32_t)(unit(s[3] + m) * n) };
}

static size_t count_of(Range r)
{
    return (size_t)(r.x1 - r.x0 + 1) * (r.y1 - r.y0 + 1);
}

static bool note(Pyramid *p, Range r, int z, bool below, int64_t seq)
{
    for (uint32_t x = r.x0; x <= r.x1; x++)
        for (uint32_t y = r.y0; y <= r.y1; y++) {
            Cell *c = cell_at(p, key_of(z, x, y));

            if (!c)
                return false;
            c->touch = seq > c->touch ? seq : c->touch;
            if (below)
                c->below = seq > c->below ? seq : c->below;
        }
    p->any_below[z] |= below;
    return true;
}

void tile_pyramid_raise(Pyramid *p, GeoBox box, int64_t seq)
{
    double s[4];
    bool good = true;

    if (geo_box_empty(box))
        return;
    share_of(box, s);
    pthread_rwlock_wrlock(&p->lock);
    for (int z = 0; z <= PYRAMID_ZOOM && good; z++) {
        bool last = z == PYRAMID_ZOOM || count_of(tiles_of(s, z + 1, MARGIN)) > PYRAMID_CELLS;

        good = note(p, tiles_of(s, z, MARGIN), z, last && z < PYRAMID_ZOOM, seq);
        if (last)
            break;
    }
    if (!good)
        forget(p, seq);
    pthread_rwlock_unlock(&p->lock);
}

void tile_pyramid_raise_at(Pyramid *p, int z, GeoBox box, int64_t seq)
{
    double s[4];
    Range r;

    if (geo_box_empty(box))
        return;
    share_of(box, s);
    r = tiles_of(s, z, MARGIN);
    pthread_rwlock_wrlock(&p->lock);
    if (count_of(r) > PYRAMID_CELLS || !note(p, r, z, false, seq))
        forget(p, seq);
    pthread_rwlock_unlock(&p->lock);
}

void tile_pyramid_forget(Pyramid *p, int64_t seq)
{
    pthread_rwlock_wrlock(&p->lock);
    forget(p, seq);
    pthread_rwlock_unlock(&p->lock);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t mercator_number(const Pyramid *p, int z, uint32_t x, uint32_t y)
{
    int64_t n = p->base;

    if (!p->cap)
        return n;
    for (int up = 0; up <= z; up++)
        if (up == z || p->any_below[up]) {
            const Cell *c = &p->cell[slot_of(p, key_of(up, x >> (z - up), y >> (z - up)))];

            n = later(n, up == z ? later(c->touch, c->below) : c->below);
        }
    return n;
}

/* A tile of the other grid: the latest of the Mercator tiles of about its size that it and its buffer meet. */
static int64_t other_number(const Pyramid *p, GeoGrid g, int z, uint32_t x, uint32_t y)
{
    GeoBox b = geo_tile_box(g, z, x, y);
    double s[4], m = (b.maxx - b.minx) * MARGIN;
    int level = z < PYRAMID_ZOOM ? z : PYRAMID_ZOOM;
    int64_t n = p->base;
    Range r;

    share_of((GeoBox){ b.minx - m, b.miny - m, b.maxx + m, b.maxy + m }, s);
    while (level > 0 && count_of(tiles_of(s, level, 0)) > 16)
        level--;
    r = tiles_of(s, level, 0);
    for (uint32_t i = r.x0; i <= r.x1; i++)
        for (uint32_t k = r.y0; k <= r.y1; k++)
            n = later(n, mercator_number(p, level, i, k));
    return n;
}

int64_t tile_pyramid_number(Pyramid *p, GeoGrid g, int z, uint32_t x, uint32_t y)
{
    int over = z > PYRAMID_ZOOM ? z - PYRAMID_ZOOM : 0;
    int64_t n;

    pthread_rwlock_rdlock(&p->lock);
    n = g == GEO_WEBMERCATOR ? mercator_number(p, z - over, x >> over, y >> over)
                             : other_number(p, g, z, x, y);
    pthread_rwlock_unlock(&p->lock);
    return n;
}
