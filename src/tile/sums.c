/* src/tile/sums.c - exact sums of the features of a pack by cell and key, and what a change does to them. All numbers are
 * whole, so what is taken away is what was added: sums never drift.
 */
#include "tile/overview.h"
#include <stdlib.h>

enum { CELL_SHIFT = 23 - SUM_LEVEL, SLOTS_FIRST = 1024, KEY_SLOTS = 1024 };
typedef struct Delta {
    uint32_t place; /* cell << 16 | key */
    int32_t count;
    int64_t measure;
} Delta;
typedef struct Patch { /* what a square gains and loses */
    uint32_t x, y;
    Delta *delta;
    size_t n, cap;
} Patch;
typedef struct Gather {
    View *v;
    const TileView *how;
    MvtPen *pen;
    Patch *patch;
    size_t n, cap;
    uint32_t *slot; /* open addressing over the patches: number + 1 */
    size_t nslot, last;
    uint16_t key;
    int sign;
    bool bad;
    struct { /* a block's values that were met last, and their key */
        const Block *block;
        uint32_t value[TILE_VIEW_KEYS];
        GeoType type;
        uint16_t key;
    } met[KEY_SLOTS];
} Gather;

static bool no_memory(Err *err)
{
    return FAIL(err, BASE_NO_MEMORY, STR("tile"), "view");
}

/* --- patches ---------------------------------------------------------------------------------------------------- */
static size_t slot_of(const Gather *g, uint32_t x, uint32_t y)
{
    size_t h = (size_t)(((uint64_t)y << 32 | x) * 0x9E3779B97F4A7C15 >> 20) & (g->nslot - 1);

    while (g->slot[h] && (g->patch[g->slot[h] - 1].x != x || g->patch[g->slot[h] - 1].y != y))
        h = (h + 1) & (g->nslot - 1);
    return h;
}

static bool grow_slots(Gather *g)
{
    const size_t n = g->nslot ? 2 * g->nslot : SLOTS_FIRST;

    mem_free(g->slot);
    g->slot = mem_new(n, sizeof *g->slot);
    g->nslot = g->slot ? n : 0;
    for (size_t i = 0; g->slot && i < g->n; i++)
        g->slot[slot_of(g, g->patch[i].x, g->patch[i].y)] = (uint32_t)i + 1;
    return g->slot != NULL;
}

static Patch *new_patch(Gather *g, uint32_t x, uint32_t y)
{
    if (g->n == g->cap) {
        Patch *grown = mem_grow(g->patch, g->cap ? 2 * g->cap : 64, sizeof *grown);

        if (!grown)
            return NULL;
        g->patch = grown;
        g->cap = g->cap ? 2 * g->cap : 64;
    }
    g->patch[g->n] = (Patch){ .x = x, .y = y };
    return &g->patch[g->n++];
}

static Patch *patch_at(Gather *g, uint32_t x, uint32_t y)
{
    size_t h;

    if (g->n && g->patch[g->last].x == x && g->patch[g->last].y == y)
        return &g->patch[g->last];
    if (2 * (g->n + 1) > g->nslot && !grow_slots(g))
        return NULL;
    h = slot_of(g, x, y);
    if (!g->slot[h]) {
        if (!new_patch(g, x, y))
            return NULL;
        g->slot[h] = (uint32_t)g->n;
    }
    g->last = g->slot[h] - 1;
    return &g->patch[g->last];
}

static void add(Gather *g, int32_t x, int32_t y, int count, int64_t measure)
{
    Patch *p = patch_at(g, (uint32_t)x / SQUARE, (uint32_t)y / SQUARE);
    const uint32_t cell = (uint32_t)y % SQUARE * SQUARE + (uint32_t)x % SQUARE;

    if (p && p->n == p->cap) {
        Delta *grown = mem_grow(p->delta, p->cap ? 2 * p->cap : 64, sizeof *grown);

        if (grown) {
            p->delta = grown;
            p->cap = p->cap ? 2 * p->cap : 64;
        } else
            p = NULL;
    }
    if (p)
        p->delta[p->n++] = (Delta){ cell << 16 | g->key, g->sign * count, g->sign * measure };
    g->bad = g->bad || !p;
}

static void see_cell(void *ctx, int32_t x, int32_t y, int64_t measure)
{
    add(ctx, x, y, 0, measure);
}

/* --- features --------------------------------------------------------------------------------------------------- */
static size_t key_of(Gather *g, const Block *b, size_t i)
{
    const uint32_t *tag = b->tag + i * b->head->ntag;
    uint32_t number[TILE_VIEW_KEYS] = { 0 };
    MvtValue value[TILE_VIEW_KEYS] = { 0 };
    uint64_t h = b->type[i];
    size_t key, at;

    for (size_t k = 0; k < g->how->nkey; k++) {
        number[k] = tag[1 + g->how->key[k]];
        h = (h ^ number[k]) * 0x9E3779B97F4A7C15;
    }
    at = h >> 54;
    if (g->met[at].block == b && g->met[at].type == (GeoType)b->type[i] &&
        memcmp(g->met[at].value, number, sizeof number) == 0)
        return g->met[at].key;
    for (size_t k = 0; k < g->how->nkey; k++)
        if (number[k] != NO_VALUE)
            value[k] = tile_block_value(b, number[k]);
    key = tile_view_key(g->v, (GeoType)b->type[i], value);
    if (key != SIZE_MAX) {
        g->met[at].block = b;
        g->met[at].type = (GeoType)b->type[i];
        g->met[at].key = (uint16_t)key;
        memcpy(g->met[at].value, number, sizeof number);
    }
    return key;
}

static bool measured(const TileView *how, GeoType t)
{
    return t == GEO_LINE ? how->lines : t == GEO_POLYGON && how->fills;
}

static bool add_feature(Gather *g, const Block *b, size_t i, int sign)
{
    static const GeoCells everywhere = { INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX };
    const size_t key = key_of(g, b, i);
    const BlockBox *box = &b->box[i];
    const MvtPiece full = tile_block_full(b, i);

    if (key == SIZE_MAX)
        return false;
    g->key = (uint16_t)key;
    g->sign = sign;
    add(g, (box->minx + (box->maxx - box->minx) / 2) >> CELL_SHIFT,
        (box->miny + (box->maxy - box->miny) / 2) >> CELL_SHIFT, 1, 0);
    if (!measured(g->how, full.type))
        return !g->bad;
    return mvt_load_piece(g->pen, &full) && mvt_cells(g->pen, CELL_SHIFT, everywhere, see_cell, g) && !g->bad;
}

/* --- squares out of patches ------------------------------------------------------------------------------------- */
static int by_cell(const void *a, const void *b)
{
    const Delta *x = a, *y = b;

    return x->place < y->place ? -1 : x->place > y->place;
}

static void put_sum(Sum *out, size_t *n, uint32_t place, int64_t count, int64_t measure)
{
    const uint64_t most = (UINT64_C(1) << (64 - COUNT_SHIFT)) - 1, c = count < 0 ? 0 : (uint64_t)count,
                   m = measure < 0 ? 0 : (uint64_t)measure,
                   bits = (c < most ? c : most) << COUNT_SHIFT | (m < MEASURE_MOST ? m : MEASURE_MOST);

    if (bits)
        out[(*n)++] =
            (Sum){ (uint16_t)(place >> 16), (uint16_t)place, (uint32_t)bits, (uint32_t)(bits >> 32) };
}

static size_t merge(const Sum *old, size_t nold, const Delta *d, size_t nd, Sum *out)
{
    size_t n = 0, i = 0, k = 0;

    while (i < nold || k < nd) {
        const uint32_t a = i < nold ? (uint32_t)old[i].cell << 16 | old[i].key : UINT32_MAX,
                       b = k < nd ? d[k].place : UINT32_MAX, place = a < b ? a : b;
        int64_t count = 0, measure = 0;

        if (i < nold && a == place) {
            count = sum_count(&old[i]);
            measure = (int64_t)sum_measure(&old[i]);
            i++;
        }
        for (; k < nd && d[k].place == place; k++) {
            count += d[k].count;
            measure += d[k].measure;
        }
        put_sum(out, &n, place, count, measure);
    }
    return n;
}

static Square *changed(const Square *old, uint32_t level, uint32_t x, uint32_t y, Delta *d, size_t n)
{
    const size_t nold = old ? old->head->nsum : 0;
    Sum *sum = mem_new(nold + n + 1, sizeof *sum);
    Square *s = NULL;

    if (n)
        qsort(d, n, sizeof *d, by_cell);
    if (sum)
        s = tile_square_make(
            level, x, y, sum, merge(old ? old->sum : NULL, nold, d, n, sum), old ? old->label : NULL);
    mem_free(sum);
    return s;
}

/* --- up the levels ---------------------------------------------------------------------------------------------- */
static bool gather_child(const Square *child, Delta **d, size_t *n)
{
    Delta *grown;

    if (!child)
        return true;
    grown = mem_grow(*d, *n + child->head->nsum + 1, sizeof *grown);
    if (!grown)
        return false;
    *d = grown;
    for (size_t i = 0; i < child->head->nsum; i++) {
        const Sum *s = &child->sum[i];
        const uint32_t x = (child->head->x & 1) * SQUARE / 2 + s->cell % SQUARE / 2,
                       y = (child->head->y & 1) * SQUARE / 2 + s->cell / SQUARE / 2;

        grown[(*n)++] =
            (Delta){ (y * SQUARE + x) << 16 | s->key, (int32_t)sum_count(s), (int64_t)sum_measure(s) };
    }
    return true;
}

static Square *parent_of(const View *v, int level, uint32_t x, uint32_t y)
{
    const Square *was = tile_view_find(v, level, x, y);
    Delta *d = NULL;
    size_t n = 0;
    Square *s = NULL;
    Sum *sum;
    bool good = true;

    for (uint32_t i = 0; i < 4 && good; i++)
        good = gather_child(tile_view_find(v, level + 1, 2 * x + i % 2, 2 * y + i / 2), &d, &n);
    if (n)
        qsort(d, n, sizeof *d, by_cell);
    sum = good ? mem_new(n + 1, sizeof *sum) : NULL;
    if (sum)
        s = tile_square_make((uint32_t)level, x, y, sum, merge(NULL, 0, d, n, sum), was ? was->label : NULL);
    mem_free(sum);
    mem_free(d);
    return s;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static size_t once(uint64_t *v, size_t n)
{
    size_t k = 0;

    if (n)
        qsort(v, n, sizeof *v, by_number);
    for (size_t i = 0; i < n; i++)
        if (k == 0 || v[i] != v[k - 1])
            v[k++] = v[i];
    return k;
}

static bool go_up(View *v, const Gather *g)
{
    uint64_t *at = mem_new(g->n + 1, sizeof *at);
    size_t n = g->n;
    bool good = at != NULL;

    for (size_t i = 0; good && i < n; i++)
        at[i] = (uint64_t)g->patch[i].y << 32 | g->patch[i].x;
    for (int level = SUM_LEVEL - 1; good && level >= TOP_LEVEL; level--) {
        for (size_t i = 0; i < n; i++)
            at[i] = at[i] >> 33 << 32 | (uint32_t)at[i] >> 1;
        n = once(at, n);
        for (size_t i = 0; good && i < n; i++)
            good = tile_view_put(v, parent_of(v, level, (uint32_t)at[i], (uint32_t)(at[i] >> 32)));
        tile_view_sort(v);
    }
    mem_free(at);
    return good;
}

static bool settle(Gather *g)
{
    View *v = g->v;
    bool good = true;

    for (size_t i = 0; good && i < g->n; i++) {
        Patch *p = &g->patch[i];

        good = tile_view_put(
            v, changed(tile_view_find(v, SUM_LEVEL, p->x, p->y), SUM_LEVEL, p->x, p->y, p->delta, p->n));
    }
    tile_view_sort(v);
    return good && go_up(v, g) && tile_view_order(v);
}

static void gather_clear(Gather *g)
{
    for (size_t i = 0; i < g->n; i++)
        mem_free(g->patch[i].delta);
    mem_free(g->patch);
    mem_free(g->slot);
    mem_free(g);
}

static Gather *gather_new(View *v, const TileView *how, Arena *a)
{
    Gather *g = mem_new(1, sizeof *g);

    if (g)
        *g = (Gather){ .v = v, .how = how, .pen = mvt_pen(GEO_WEBMERCATOR, a) };
    if (g && g->pen && v)
        return g;
    mem_free(g);
    return NULL;
}

bool tile_view_sums(Pack *p, const TileView *how, Err *err)
{
    Arena *a = arena_new(0);
    View *v = tile_view_new(how);
    Gather *g = gather_new(v, how, a);
    bool good = g != NULL;

    for (size_t i = 0; good && i < p->n; i++)
        for (size_t k = 0; good && k < p->block[i]->head->n; k++)
            good = add_feature(g, p->block[i], k, 1);
    good = good && settle(g);
    if (g)
        gather_clear(g);
    arena_free(a);
    if (!good) {
        tile_view_drop(v);
        return no_memory(err);
    }
    tile_view_drop(p->view);
    p->view = v;
    return true;
}

/* --- a change ------------------------------------------------------------------------------------------------- */
typedef struct Place { /* of a changed feature, before or after */
    int64_t fid;
    const Block *block;
    size_t i;
} Place;
typedef struct Places {
    Place *place;
    size_t n, cap;
} Places;

static int by_block(const void *a, const void *b)
{
    const Block *const *x = a, *const *y = b;

    return *x < *y ? -1 : *x > *y;
}

static int by_fid(const void *a, const void *b)
{
    const Place *x = a, *y = b;

    return x->fid < y->fid ? -1 : x->fid > y->fid;
}

static int by_id(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static bool note(Places *to, const Block *b, size_t i)
{
    if (to->n == to->cap) {
        Place *grown = mem_grow(to->place, to->cap ? 2 * to->cap : 64, sizeof *grown);

        if (!grown)
            return false;
        to->place = grown;
        to->cap = to->cap ? 2 * to->cap : 64;
    }
    to->place[to->n++] = (Place){ b->fid[i], b, i };
    return true;
}

/* The changed features of the blocks that the other pack does not hold, by fid. */
static bool find_places(const Pack *p, const Pack *other, const int64_t *fid, size_t n, Places *out)
{
    const Block **held = mem_new(other->n + 1, sizeof *held);
    bool good = held != NULL;

    for (size_t i = 0; good && i < other->n; i++)
        held[i] = other->block[i];
    if (good && other->n)
        qsort(held, other->n, sizeof *held, by_block);
    for (size_t i = 0; good && i < p->n; i++) {
        const Block *b = p->block[i];

        if (other->n && bsearch(&b, held, other->n, sizeof *held, by_block))
            continue;
        for (size_t k = 0; good && k < b->head->n; k++)
            if (bsearch(&b->fid[k], fid, n, sizeof *fid, by_id))
                good = note(out, b, k);
    }
    if (out->n)
        qsort(out->place, out->n, sizeof *out->place, by_fid);
    mem_free(held);
    return good;
}

static bool alike(const Gather *g, const Place *a, const Place *b)
{
    const MvtPiece x = tile_block_full(a->block, a->i), y = tile_block_full(b->block, b->i);

    if (x.type != y.type || x.first != y.first || x.x != y.x || x.y != y.y || x.tail.len != y.tail.len ||
        memcmp(x.tail.ptr, y.tail.ptr, x.tail.len) != 0)
        return false;
    for (size_t k = 0; k < g->how->nkey; k++) {
        const uint32_t u = a->block->tag[a->i * a->block->head->ntag + 1 + g->how->key[k]],
                       v = b->block->tag[b->i * b->block->head->ntag + 1 + g->how->key[k]];
        MvtValue p, q;

        if (u == NO_VALUE || v == NO_VALUE) {
            if (u != v)
                return false;
            continue;
        }
        p = tile_block_value(a->block, u);
        q = tile_block_value(b->block, v);
        if (p.kind != q.kind || p.i != q.i || memcmp(&p.d, &q.d, sizeof p.d) != 0 || !str_eq(p.text, q.text))
            return false;
    }
    return true;
}

static bool weigh(Gather *g, const Place *p, int sign, BlockBox *box, size_t *nbox)
{
    box[(*nbox)++] = p->block->box[p->i];
    return add_feature(g, p->block, p->i, sign);
}

static bool differences(Gather *g, const Places *was, const Places *is, BlockBox *box, size_t *nbox)
{
    size_t i = 0, k = 0;
    bool good = true;

    while (good && (i < was->n || k < is->n)) {
        const Place *a = i < was->n ? &was->place[i] : NULL, *b = k < is->n ? &is->place[k] : NULL;

        if (a && b && a->fid == b->fid) {
            if (!alike(g, a, b))
                good = weigh(g, a, -1, box, nbox) && weigh(g, b, 1, box, nbox);
            i++, k++;
        } else if (a && (!b || a->fid < b->fid)) {
            good = weigh(g, a, -1, box, nbox);
            i++;
        } else {
            good = weigh(g, b, 1, box, nbox);
            k++;
        }
    }
    return good;
}

bool tile_view_change(const Pack *old, Pack *p, const TileView *how, const int64_t *fid, size_t n, Arena *a,
    BlockBox **box, size_t *nbox, Err *err)
{
    View *v = tile_view_like(old->view);
    Gather *g = gather_new(v, how, a);
    Places was = { 0 }, is = { 0 };
    bool good = g != NULL;

    for (size_t i = 0; good && i < old->view->n; i++)
        good = tile_view_add(v, tile_square_keep(old->view->square[i]));
    if (good)
        tile_view_sort(v);
    good = good && find_places(old, p, fid, n, &was) && find_places(p, old, fid, n, &is);
    *nbox = 0;
    *box = good ? NEWS(a, BlockBox, was.n + is.n + 1) : NULL;
    good = good && *box && differences(g, &was, &is, *box, nbox) && settle(g);
    mem_free(was.place);
    mem_free(is.place);
    if (g)
        gather_clear(g);
    if (!good) {
        tile_view_drop(v);
        return no_memory(err);
    }
    tile_view_drop(p->view);
    p->view = v;
    return true;
}
