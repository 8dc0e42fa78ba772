/* src/tile/single.c - from which zoom on a layer shows its records one by one: where no tile, gzipped, is heavier than
 * SINGLE_BYTES, and what is too small to be drawn is no more than SMALL_SHARE of all area. It is found by drawing.
 */
#include "tile/draw.h"
#include <stdlib.h>
#include <zlib.h>

enum { SINGLE_BYTES = 100000, HEAVIEST = 4, SURE = 40000, LAST_ZOOM = VIEW_ZOOMS - 1 };
#define SMALL_SHARE 0.005

static bool small_enough(const Pack *p, int z)
{
    const double scale = mvt_scale(GEO_POLYGON, z), least = mvt_least(GEO_POLYGON) / scale;
    double all = 0, lost = 0;

    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->block[i]->head->n; k++)
            if (p->block[i]->type[k] == GEO_POLYGON) {
                all += p->block[i]->size[k];
                lost += p->block[i]->size[k] < least ? p->block[i]->size[k] : 0;
            }
    return lost <= SMALL_SHARE * all;
}

static size_t gzipped(Str body) /* how many bytes */
{
    uLongf n = compressBound(body.len);
    Bytef *to = mem_new(n, 1);
    const bool good = to && compress2(to, &n, (const Bytef *)body.ptr, body.len, 4) == Z_OK;

    mem_free(to);
    return good ? n : body.len;
}

static bool light(const DrawLayer *l, const Pack *p, const TileAsk *ask, bool *yes, Err *err)
{
    Arena *a = arena_new(0);
    size_t dropped = 0;
    Buf out;
    bool good;

    buf_init(&out, 64 << 20);
    good = tile_draw_pack(l, p, ask, a, &out, &dropped, err);
    *yes = good && !dropped && (out.len <= SURE || gzipped(buf_text(&out)) <= SINGLE_BYTES);
    buf_clear(&out);
    arena_free(a);
    return good;
}

typedef struct Heavy {
    uint32_t x, y;
    uint64_t n;
} Heavy;

static int by_weight(const void *a, const void *b)
{
    const Heavy *x = a, *y = b;

    return x->n != y->n   ? (x->n > y->n ? -1 : 1)
           : x->y != y->y ? (x->y < y->y ? -1 : 1)
           : x->x < y->x  ? -1
                          : x->x > y->x;
}

static int by_place(const void *a, const void *b)
{
    const Heavy *x = a, *y = b;

    return x->y != y->y ? (x->y < y->y ? -1 : 1) : x->x < y->x ? -1 : x->x > y->x;
}

/* The tiles of a zoom by how many records have their middle in them, the fullest first. */
static bool tiles_of(const View *v, int z, Heavy **out, size_t *n)
{
    const int level = z - 2 < TOP_LEVEL   ? TOP_LEVEL
                      : z - 2 > SUM_LEVEL ? SUM_LEVEL
                                          : z - 2,
              up = level - (z - 2);
    Heavy *h = NULL;
    size_t k = 0, cap = 0;

    for (size_t i = tile_view_from(v, level); i < v->sorted && v->square[i]->head->level == (uint32_t)level;
         i++) {
        const Square *s = v->square[i];

        for (uint32_t c = 0; c < s->head->nsum; c++) {
            const uint32_t x = s->head->x * SQUARE + s->sum[c].cell % SQUARE,
                           y = s->head->y * SQUARE + s->sum[c].cell / SQUARE;
            const Heavy one = { up >= 0 ? x / SQUARE >> up : x / (SQUARE >> -up),
                up >= 0 ? y / SQUARE >> up : y / (SQUARE >> -up), sum_count(&s->sum[c]) };

            if (k && h[k - 1].x == one.x && h[k - 1].y == one.y) {
                h[k - 1].n += one.n;
                continue;
            }
            if (k == cap) {
                Heavy *grown = mem_grow(h, cap ? 2 * cap : 1024, sizeof *grown);

                if (!grown) {
                    mem_free(h);
                    return false;
                }
                h = grown;
                cap = cap ? 2 * cap : 1024;
            }
            h[k++] = one;
        }
    }
    if (k)
        qsort(h, k, sizeof *h, by_place);
    *n = 0;
    for (size_t i = 0; i < k; i++)
        if (*n && h[*n - 1].x == h[i].x && h[*n - 1].y == h[i].y)
            h[*n - 1].n += h[i].n;
        else
            h[(*n)++] = h[i];
    if (*n)
        qsort(h, *n, sizeof *h, by_weight);
    *out = h;
    return true;
}

static bool all_light(const DrawLayer *l, const Pack *p, int z, bool *yes, Err *err)
{
    Heavy *h = NULL;
    size_t n = 0;
    bool good = tiles_of(p->view, z, &h, &n) || FAIL(err, BASE_NO_MEMORY, STR("tile"), "single");

    *yes = true;
    for (size_t i = 0; good && *yes && i < n && i < HEAVIEST; i++)
        good = light(l, p, &(TileAsk){ GEO_WEBMERCATOR, z, h[i].x, h[i].y, ~UINT64_C(0), false }, yes, err);
    mem_free(h);
    return good;
}

bool tile_single_from(const DrawLayer *l, Pack *p, Err *err)
{
    const TileView *how = &p->view->how;
    bool yes = how->fills || how->lines || how->circles || how->words;
    int z = yes ? LAST_ZOOM + 1 : 0;

    p->view->single_from = 0;
    while (z > 0) {
        if (!all_light(l, p, z - 1, &yes, err))
            return false;
        if (!yes || (how->fills && !small_enough(p, z - 1)))
            break;
        z--;
    }
    p->view->single_from = z;
    return true;
}
