/* src/tile/pack.c - packs built from all rows, and changed block by block. */
#include "tile/pack.h"
#include <stdlib.h>

enum { CHUNK = 2048, FILTER_BITS = 1 << 16 };

Pack *tile_pack_keep(Pack *p)
{
    atomic_fetch_add(&p->refs, 1);
    return p;
}

void tile_pack_drop(Pack *p)
{
    if (!p || atomic_fetch_sub(&p->refs, 1) > 1)
        return;
    for (size_t i = 0; i < p->n; i++)
        tile_block_drop(p->block[i]);
    tile_view_drop(p->view);
    mem_free(p->block);
    mem_free(p->box);
    mem_free(p);
}

bool tile_pack_seal(Pack *p)
{
    p->box = mem_new(p->n, sizeof *p->box);
    for (size_t i = 0; p->box && i < p->n; i++)
        p->box[i] = p->block[i]->head->box;
    return p->box != NULL;
}

size_t tile_pack_features(const Pack *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++)
        n += p->block[i]->head->n;
    return n;
}

static bool no_memory(Err *err)
{
    return FAIL(err, BASE_NO_MEMORY, STR("tile"), "pack");
}

/* --- features gathered, sorted, bound into blocks --------------------------------------------------------- */
typedef struct List {
    Feature **feature;
    size_t n, cap;
} List;
typedef struct Gather { /* rows on their way into features */
    Arena *a;
    MvtPen *pen;
    size_t nattribute;
    List list;
    Err *err;
} Gather;

static bool list_add(List *l, Feature *f)
{
    if (l->n == l->cap) {
        Feature **grown = mem_grow(l->feature, l->cap ? 2 * l->cap : 512, sizeof(Feature *));

        if (!grown)
            return false;
        l->feature = grown;
        l->cap = l->cap ? 2 * l->cap : 512;
    }
    l->feature[l->n++] = f;
    return true;
}

static bool gather_row(void *to, const TileRow *r)
{
    Gather *g = to;
    Feature *f = NEW(g->a, Feature);

    if (!f)
        return no_memory(g->err);
    if (!tile_feature_of_row(r, g->nattribute, g->pen, g->a, f, g->err))
        return false;
    if (!f->full.tail.ptr) /* nothing of it can be shown */
        return true;
    return list_add(&g->list, f) || no_memory(g->err);
}

static int by_key(const void *a, const void *b)
{
    const Feature *const *x = a, *const *y = b;

    if ((*x)->key != (*y)->key)
        return (*x)->key < (*y)->key ? -1 : 1;
    return (*x)->fid < (*y)->fid ? -1 : (*x)->fid > (*y)->fid;
}

static bool pack_add(Pack *p, size_t *cap, Block *b) /* takes the block over, also when it fails */
{
    if (p->n == *cap) {
        size_t more = *cap ? 2 * *cap : 64;
        Block **grown = mem_grow(p->block, more, sizeof(Block *));

        if (!grown) {
            tile_block_drop(b);
            return false;
        }
        p->block = grown;
        *cap = more;
    }
    p->block[p->n++] = b;
    return true;
}

/* The features, sorted, as blocks at the end of the pack. */
static bool bind(List *l, size_t ntag, Pack *p, size_t *cap, Err *err)
{
    size_t blocks = l->n <= BLOCK_MOST ? 1 : (l->n + BLOCK_FEATURES - 1) / BLOCK_FEATURES, from = 0;
    Feature *copy = l->n ? mem_new(l->n, sizeof *copy) : NULL;
    bool good = true;

    if (l->n == 0)
        return true;
    if (!copy)
        return no_memory(err);
    qsort(l->feature, l->n, sizeof *l->feature, by_key);
    for (size_t i = 0; i < l->n; i++)
        copy[i] = *l->feature[i];
    for (size_t i = 0; i < blocks && good; i++) {
        size_t to = l->n * (i + 1) / blocks;
        Block *b = tile_block_make(copy + from, to - from, ntag);

        good = b && pack_add(p, cap, b);
        from = to;
    }
    mem_free(copy);
    return good || no_memory(err);
}

/* --- all rows: first where each is, then block after block in that order ----------------------------------- */
typedef struct Place {
    uint64_t key;
    int64_t fid;
} Place;
typedef struct Places {
    Place *place;
    size_t n, cap;
    Err *err;
} Places;

static bool note_place(void *to, const TileRow *r)
{
    Places *p = to;
    GeoBox b = geo_wkb_box(r->wkb);
    BlockBox w;

    if (geo_box_empty(b))
        return true;
    if (p->n == p->cap) {
        Place *grown = mem_grow(p->place, p->cap ? 2 * p->cap : 4096, sizeof *grown);

        if (!grown)
            return no_memory(p->err);
        p->place = grown;
        p->cap = p->cap ? 2 * p->cap : 4096;
    }
    geo_mercator(b.minx, b.maxy, &w.minx, &w.miny);
    geo_mercator(b.maxx, b.miny, &w.maxx, &w.maxy);
    p->place[p->n++] = (Place){ tile_key(w), r->fid };
    return true;
}

static int by_place(const void *a, const void *b)
{
    const Place *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->fid < y->fid ? -1 : x->fid > y->fid;
}

static bool gather_some(
    const TileSource *s, size_t nattribute, const int64_t *fid, size_t n, Arena *a, List *out, Err *err)
{
    Gather g = { .a = a, .pen = mvt_pen(GEO_WEBMERCATOR, a), .nattribute = nattribute, .err = err };
    bool good = g.pen ? s->some(s->ctx, fid, n, gather_row, &g, err) : no_memory(err);

    *out = g.list;
    return good;
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static bool build_chunk(
    const TileSource *s, size_t nattribute, const Place *place, size_t n, Pack *p, size_t *cap, Err *err)
{
    int64_t fid[CHUNK];
    Arena *a = arena_new(0);
    List l = { 0 };
    bool good;

    for (size_t i = 0; i < n; i++)
        fid[i] = place[i].fid;
    qsort(fid, n, sizeof *fid, by_number); /* as they lie in the store */
    good = gather_some(s, nattribute, fid, n, a, &l, err) && bind(&l, nattribute + 1, p, cap, err);
    mem_free(l.feature);
    arena_free(a);
    return good;
}

bool tile_pack_build(const TileSource *s, size_t nattribute, Pack **out, Err *err)
{
    Pack *p = mem_new(1, sizeof *p);
    Places all = { .err = err };
    size_t cap = 0;
    bool good;

    if (!p)
        return no_memory(err);
    atomic_init(&p->refs, 1);
    p->seq = s->seq(s->ctx); /* before the rows: what they show beyond it comes again, as a change */
    good = s->rows(s->ctx, GEO_BOX_NONE, 0, note_place, &all, err);
    if (good && all.n)
        qsort(all.place, all.n, sizeof *all.place, by_place);
    for (size_t i = 0; good && i < all.n; i += CHUNK)
        good = build_chunk(s, nattribute, all.place + i, all.n - i < CHUNK ? all.n - i : CHUNK, p, &cap, err);
    mem_free(all.place);
    good = good && (tile_pack_seal(p) || no_memory(err));
    if (good)
        *out = p;
    else
        tile_pack_drop(p);
    return good;
}

/* --- a change ------------------------------------------------------------------------------------------------ */
typedef struct Changed { /* the fids, and a filter that answers "surely not" quickly */
    const int64_t *fid;
    size_t n;
    uint64_t filter[FILTER_BITS / 64];
} Changed;

static size_t bit_of(int64_t fid)
{
    return (size_t)((uint64_t)fid * 0x9E3779B97F4A7C15 >> 48);
}

static bool is_changed(const Changed *c, int64_t fid)
{
    size_t bit = bit_of(fid);

    if (!(c->filter[bit / 64] >> bit % 64 & 1))
        return false;
    return bsearch(&fid, c->fid, c->n, sizeof fid, by_number) != NULL;
}

static bool holds_changed(const Changed *c, const Block *b)
{
    for (size_t i = 0; i < b->head->n; i++)
        if (is_changed(c, b->fid[i]))
            return true;
    return false;
}

/* How many of the new features, from the first on, belong before block i + 1. */
static size_t share_of(const Pack *p, size_t i, const List *fresh, size_t from)
{
    size_t to = from;

    while (to < fresh->n && (i + 1 == p->n || fresh->feature[to]->key < p->block[i + 1]->head->key_from))
        to++;
    return to - from;
}

static bool remake(const Block *b, const Changed *c, Feature *const *fresh, size_t nfresh, size_t ntag,
    Arena *a, Pack *out, size_t *cap, Err *err)
{
    List l = { 0 };
    bool good = true;

    for (size_t i = 0; good && i < b->head->n; i++) {
        Feature *f;

        if (is_changed(c, b->fid[i]))
            continue;
        f = NEW(a, Feature);
        good = f && tile_feature_of_block(b, i, a, f) && list_add(&l, f);
    }
    for (size_t i = 0; good && i < nfresh; i++)
        good = list_add(&l, fresh[i]);
    good = good ? bind(&l, ntag, out, cap, err) : no_memory(err);
    mem_free(l.feature);
    return good;
}

static bool change_blocks(const Pack *p, const Changed *c, List *fresh, size_t ntag, Pack *out, Err *err)
{
    size_t cap = 0, at = 0;
    Arena *a = arena_new(0);
    bool good = true;

    for (size_t i = 0; good && i < p->n; i++) {
        size_t n = share_of(p, i, fresh, at);

        if (n == 0 && !holds_changed(c, p->block[i]))
            good = pack_add(out, &cap, tile_block_keep(p->block[i])) || no_memory(err);
        else
            good = remake(p->block[i], c, n ? fresh->feature + at : NULL, n, ntag, a, out, &cap, err);
        at += n;
        arena_clear(a);
    }
    if (good && p->n == 0)
        good = bind(fresh, ntag, out, &cap, err);
    arena_free(a);
    return good;
}

static bool change_chunk(
    const Pack *p, const TileSource *s, size_t nattribute, const Changed *c, Pack **out, Err *err)
{
    Arena *a = arena_new(0);
    Pack *next = mem_new(1, sizeof *next);
    List fresh = { 0 };
    bool good = next ? gather_some(s, nattribute, c->fid, c->n, a, &fresh, err) : no_memory(err);

    if (next)
        atomic_init(&next->refs, 1);
    if (good && fresh.n)
        qsort(fresh.feature, fresh.n, sizeof *fresh.feature, by_key);
    good = good && change_blocks(p, c, &fresh, nattribute + 1, next, err) &&
           (tile_pack_seal(next) || no_memory(err));
    mem_free(fresh.feature);
    arena_free(a);
    if (good)
        *out = next;
    else
        tile_pack_drop(next);
    return good;
}

bool tile_pack_change(const Pack *p, const TileSource *s, size_t nattribute, const int64_t *fid, size_t n,
    int64_t seq, Pack **out, Err *err)
{
    Pack *made = NULL;
    bool good = true;

    for (size_t from = 0; good && (from < n || !made); from += CHUNK) {
        Changed c = { fid + from, n - from < CHUNK ? n - from : CHUNK, { 0 } };
        Pack *next;

        for (size_t i = 0; i < c.n; i++)
            c.filter[bit_of(c.fid[i]) / 64] |= UINT64_C(1) << bit_of(c.fid[i]) % 64;
        good = change_chunk(made ? made : p, s, nattribute, &c, &next, err);
        tile_pack_drop(made);
        made = good ? next : NULL;
    }
    if (!good)
        return false;
    made->seq = seq > p->seq ? seq : p->seq;
    *out = made;
    return true;
}
