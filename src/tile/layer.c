/* src/tile/layer.c - a layer: its pack, its pyramid, and a tile asked of them. The order makes it never stale: a change
 * raises the pyramid first, then swaps the pack; a reader takes the number first, then the pack, and uses the pack
 * only if it has seen that number.
 */
#include "tile/cache.h"
#include "tile/draw.h"
#include "tile/overview.h"
#include "tile/pyramid.h"
#include "tile/metrics.h"
#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

/* Up to it a tile looks at most of a pack. */
enum { BODY_MAX = 64 << 20, ARENA_MAX = 1 << 30, GZIP_LEVEL = 4, MANY = 50000, WIDE_ZOOM = 10 };
#define SAVE_EVERY (10 * TIME_SECOND)

struct TileLayer {
    Arena *a; /* names, path */
    TileCache *cache;
    uint64_t number; /* in the cache */
    uint64_t model;
    atomic_uint_fast64_t epoch; /* of the last tile_layer_forget: bodies and ETags from before are not ours */
    TileSource source;
    DrawLayer draw;
    TileView how;
    atomic_int single_from; /* of the pack's view; 0: no zoom is far */
    Pyramid *pyramid;
    pthread_mutex_t lock;     /* guards pack */
    Pack *pack;               /* NULL: none yet */
    pthread_mutex_t changing; /* held by the one changer; guards file, saved_at, dirty */
    PackFile file;
    int64_t saved_at;
    bool dirty;
};

/* --- the pack ------------------------------------------------------------------------------------------------- */
static Pack *pack_of(TileLayer *l) /* the present one, counted; NULL: none */
{
    Pack *p;

    pthread_mutex_lock(&l->lock);
    p = l->pack ? tile_pack_keep(l->pack) : NULL;
    pthread_mutex_unlock(&l->lock);
    return p;
}

static void swap_pack(TileLayer *l, Pack *p) /* takes p over; NULL: rows from now on */
{
    Pack *old;

    atomic_store(&l->single_from, p && p->view ? p->view->single_from : 0);
    pthread_mutex_lock(&l->lock);
    old = l->pack;
    l->pack = p;
    pthread_mutex_unlock(&l->lock);
    tile_pack_drop(old);
}

static void save(TileLayer *l, Pack *p) /* a pack that cannot be written is made anew at the next start */
{
    Err err = { 0 };

    if (!tile_pack_save(&l->file, p, &err))
        log_err("tile.save", &err);
    l->saved_at = time_mono();
    l->dirty = false;
}

static bool add_view(TileLayer *l, Pack *p, Err *err)
{
    if (!tile_view_sums(p, &l->how, err) || !tile_single_from(&l->draw, p, err))
        return false;
    tile_view_levels(p->view);
    return tile_view_label(p, NULL, 0, l->source.ending, err);
}

static bool build(TileLayer *l, Err *err)
{
    Pack *p, *mapped;

    if (!tile_pack_build(&l->source, l->draw.nattribute, &p, err))
        return false;
    if (!add_view(l, p, err)) {
        tile_pack_drop(p);
        return false;
    }
    l->file.end = 0;
    save(l, p);
    mapped = tile_pack_load(&l->file, &l->how, p->seq); /* the file's pages instead of our own memory */
    if (mapped)
        tile_pack_drop(p);
    swap_pack(l, mapped ? mapped : p);
    malloc_trim(0); /* a whole layer was in memory: back to the system, the process idles small */
    return true;
}

bool tile_layer_packed(TileLayer *l)
{
    Pack *p = pack_of(l);

    tile_pack_drop(p);
    return p != NULL;
}

bool tile_layer_pack(TileLayer *l, Err *err)
{
    bool good;

    pthread_mutex_lock(&l->changing);
    good = l->pack || build(l, err);
    pthread_mutex_unlock(&l->changing);
    return good;
}

void tile_layer_forget(TileLayer *l)
{
    pthread_mutex_lock(&l->changing);
    swap_pack(l, NULL);
    atomic_store(&l->epoch, (uint64_t)time_now());
    tile_pyramid_forget(l->pyramid, l->source.seq(l->source.ctx));
    l->file.end = 0;
    (void)remove(l->file.path);
    pthread_mutex_unlock(&l->changing);
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static size_t sorted_once(int64_t *fid, size_t n) /* a commit may change a row twice */
{
    size_t k = 0;

    qsort(fid, n, sizeof *fid, by_number);
    for (size_t i = 0; i < n; i++)
        if (k == 0 || fid[i] != fid[k - 1])
            fid[k++] = fid[i];
    return k;
}

static bool change_view(TileLayer *l, Pack *next, const int64_t *fid, size_t n, Err *err)
{
    Arena *a = arena_new(0);
    BlockBox *box;
    size_t nbox;
    const bool good = tile_view_change(l->pack, next, &l->how, fid, n, a, &box, &nbox, err) &&
                      tile_view_label(next, box, nbox, l->source.ending, err);

    arena_free(a);
    return good;
}

static bool change_pack(TileLayer *l, const int64_t *fid, size_t n, int64_t seq, Err *err)
{
    Pack *next;

    if (n > MANY)
        return build(l, err);
    if (!tile_pack_change(l->pack, &l->source, l->draw.nattribute, fid, n, seq, &next, err))
        return false;
    if (!change_view(l, next, fid, n, err)) {
        tile_pack_drop(next);
        return false;
    }
    swap_pack(l, next);
    l->dirty = true;
    if (time_mono() - l->saved_at > SAVE_EVERY)
        save(l, next);
    return true;
}

/* What a change redraws of a far zoom: whole squares of its level, and a cell around them (see geo/trace.c). */
static void raise_far(TileLayer *l, const View *v, GeoBox box, int64_t seq)
{
    if (geo_box_empty(box))
        return;
    for (int z = 0; z < v->single_from; z++)
        if (v->level[z])
            tile_pyramid_raise_at(l->pyramid, z, tile_view_touched(v->level[z], box), seq);
}

void tile_touched(TileLayer *l, const TileChange *change, size_t n, int64_t seq)
{
    Pack *p = pack_of(l);

    for (size_t i = 0; i < n; i++) {
        tile_pyramid_raise(l->pyramid, change[i].before, seq);
        tile_pyramid_raise(l->pyramid, change[i].after, seq);
        if (p && p->view) {
            raise_far(l, p->view, change[i].before, seq);
            raise_far(l, p->view, change[i].after, seq);
        }
    }
    tile_pack_drop(p);
}

bool tile_followed(TileLayer *l, const TileChange *change, size_t n, int64_t seq, Err *err)
{
    int64_t *fid = mem_new(n, sizeof *fid);
    bool good = true;

    for (size_t i = 0; fid && i < n; i++)
        fid[i] = change[i].fid;
    pthread_mutex_lock(&l->changing);
    if (l->pack) {
        good = fid ? change_pack(l, fid, sorted_once(fid, n), seq, err)
                   : FAIL(err, BASE_NO_MEMORY, STR("tile"), "changes");
        if (!good)
            swap_pack(l, NULL); /* rows are always right */
    }
    pthread_mutex_unlock(&l->changing);
    mem_free(fid);
    return good;
}

bool tile_changed(TileLayer *l, const TileChange *change, size_t n, int64_t seq, Err *err)
{
    tile_touched(l, change, n, seq);
    return tile_followed(l, change, n, seq, err);
}

/* --- opening and closing ------------------------------------------------------------------------------------ */
static void put_view(const TileView *v, Buf *b)
{
    buf_fmt(b, "\n%d%d%d%d%d %d", v->main_filters, v->fills, v->lines, v->circles, v->words, v->from);
    for (size_t i = 0; i < v->nkey; i++)
        buf_fmt(b, " %d", v->key[i]);
}

static uint64_t model_of(Str name, const Str *attribute, size_t n, const TileView *how)
{
    Buf b;
    uint64_t h;

    buf_init(&b, 1 << 20);
    buf_str(&b, name);
    for (size_t i = 0; i < n; i++) {
        buf_c(&b, '\n');
        buf_str(&b, attribute[i]);
    }
    put_view(how, &b);
    h = hash64(BYTES(buf_text(&b)));
    buf_clear(&b);
    return h;
}

static bool fill(TileLayer *l, const char *dir, Str name, const Str *attribute, size_t n)
{
    Str *copy = NEWS(l->a, Str, n ? n : 1);
    Str path = str_fmt(l->a, "%s/%.*s.tiles", dir, STRV(name));

    l->draw = (DrawLayer){ str_copy(l->a, name), copy, n, &l->source };
    l->file.path = path.ptr;
    l->model = l->file.model = model_of(name, attribute, n, &l->how);
    if (!copy || !path.ptr || !l->draw.name.ptr)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!(copy[i] = str_copy(l->a, attribute[i])).ptr)
            return false;
    return true;
}

bool tile_layer_open(TileCache *c, const char *dir, Str name, const Str *attribute, size_t nattribute,
    const TileView *how, const TileSource *source, TileLayer **out, Err *err)
{
    TileLayer *l = mem_new(1, sizeof *l);
    int64_t seq = source->seq(source->ctx);

    assert(nattribute <= TILE_ATTRIBUTES);
    if (!l)
        return FAIL(err, BASE_NO_MEMORY, name, "tile layer");
    l->a = arena_new(0);
    l->cache = c;
    l->number = tile_cache_layer(c);
    l->source = *source;
    l->how = *how;
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->changing, NULL);
    l->pyramid = tile_pyramid_new(seq);
    if (!l->pyramid || !fill(l, dir, name, attribute, nattribute)) {
        tile_layer_close(l);
        return FAIL(err, BASE_NO_MEMORY, name, "tile layer");
    }
    if (!dir_make(dir, 0750, err)) {
        tile_layer_close(l);
        return false;
    }
    swap_pack(l, tile_pack_load(&l->file, &l->how, seq));
    l->saved_at = time_mono();
    *out = l;
    return true;
}

void tile_layer_save(TileLayer *l)
{
    pthread_mutex_lock(&l->changing);
    if (l->pack && l->dirty)
        save(l, l->pack);
    pthread_mutex_unlock(&l->changing);
}

void tile_layer_close(TileLayer *l)
{
    if (!l)
        return;
    if (l->pack && l->dirty)
        save(l, l->pack);
    tile_pack_drop(l->pack);
    tile_pyramid_free(l->pyramid);
    pthread_mutex_destroy(&l->changing);
    pthread_mutex_destroy(&l->lock);
    arena_free(l->a);
    mem_free(l);
}

GeoBox tile_layer_box(TileLayer *l)
{
    Pack *p = pack_of(l);
    GeoBox all = GEO_BOX_NONE, b;

    for (size_t i = 0; p && i < p->n; i++) {
        const BlockBox *w = &p->block[i]->head->box;

        geo_degrees(w->minx, w->miny, &b.minx, &b.maxy);
        geo_degrees(w->maxx, w->maxy, &b.maxx, &b.miny);
        all = geo_box_join(all, b);
    }
    tile_pack_drop(p);
    return all;
}

/* --- a tile --------------------------------------------------------------------------------------------------- */
static bool in_grid(const TileAsk *ask, Err *err)
{
    char what[64];

    if (geo_tile_valid(ask->grid, ask->z, ask->x, ask->y))
        return true;
    snprintf(what, sizeof what, "%d/%u/%u", ask->z, ask->y, ask->x);
    return FAIL(err, TILE_NO_TILE, str_of(what), "tile");
}

/* What a tile is, taken in this order before its pack: see the head of this file. */
typedef struct Want {
    const TileAsk *ask;
    uint64_t epoch;
    int64_t number;
    Pack *far; /* counted; NULL: the zoom is not far */
} Want;

/* A far tile cannot be drawn from rows: while a change is on its way into the pack, the tile is what it was after the last
 * change that the pack has seen, and says so by that number. */
static Want want_of(TileLayer *l, const TileAsk *ask)
{
    Want w = { ask, atomic_load(&l->epoch), 0, NULL };

    w.number = tile_pyramid_number(l->pyramid, ask->grid, ask->z, ask->x, ask->y);
    if (ask->z >= atomic_load(&l->single_from))
        return w;
    w.far = pack_of(l);
    if (w.far && !tile_is_far(w.far, ask->z)) {
        tile_pack_drop(w.far);
        w.far = NULL;
    }
    if (w.far && w.far->seq < w.number)
        w.number = w.far->seq;
    return w;
}

static void put_etag(const TileLayer *l, const Want *w, bool gzip, char etag[64])
{
    const TileAsk *ask = w->ask;
    uint64_t show =
        l->draw.nattribute < 64 ? ask->show & ((UINT64_C(1) << l->draw.nattribute) - 1) : ask->show;

    snprintf(etag, 64, "\"%llx-%llx-%llx%s%s\"", (unsigned long long)((l->model ^ w->epoch) >> 8),
        (unsigned long long)show, (unsigned long long)w->number, w->far ? "-f" : "", gzip ? "-g" : "");
}

bool tile_etag(TileLayer *l, const TileAsk *ask, char etag[64], Err *err)
{
    Want w;

    if (!in_grid(ask, err))
        return false;
    w = want_of(l, ask);
    put_etag(l, &w, ask->gzip, etag);
    tile_pack_drop(w.far);
    return true;
}

static CacheKey key_of(const TileLayer *l, const Want *w, bool gzip)
{
    const TileAsk *ask = w->ask;

    return (CacheKey){ l->number << 48 ^ w->epoch, ask->show,
        (uint64_t)ask->grid << 60 | (uint64_t)gzip << 59 | (uint64_t)(w->far != NULL) << 58 |
            (uint64_t)ask->z << 48 | (uint64_t)ask->x << 24 | ask->y };
}

static Body *kept_body(TileLayer *l, const Want *w, Bytes bytes, bool gzip, size_t dropped)
{
    Body *b = tile_body_new(bytes.len);
    CacheKey k = key_of(l, w, gzip);

    if (!b)
        return NULL;
    if (bytes.len)
        memcpy(tile_body_bytes(b), bytes.ptr, bytes.len);
    b->pub.gzip = gzip && bytes.len;
    b->pub.seq = w->number;
    b->pub.dropped = dropped;
    put_etag(l, w, gzip, b->pub.etag);
    tile_cache_put(l->cache, &k, b);
    return b;
}

static bool draw(TileLayer *l, const Want *w, Arena *a, Buf *out, size_t *dropped, Err *err)
{
    Pack *p;
    bool good;

    if (w->far) {
        good = tile_draw_far(&l->draw, w->far, w->ask, a, out, dropped, err);
        if (w->ask->z <= WIDE_ZOOM)
            tile_pack_rest(w->far);
        return good;
    }
    p = pack_of(l);
    if (p && p->seq >= w->number) {
        good = tile_draw_pack(&l->draw, p, w->ask, a, out, dropped, err);
        if (w->ask->z <= WIDE_ZOOM)
            tile_pack_rest(p);
    } else
        good = tile_draw_rows(&l->draw, w->ask, a, out, dropped, err);
    tile_pack_drop(p);
    return good;
}

static Body *drawn(TileLayer *l, const Want *w, Err *err)
{
    Arena *a = arena_new(ARENA_MAX);
    int64_t began = time_mono();
    size_t dropped = 0;
    Body *b = NULL;
    Buf out;

    buf_init(&out, BODY_MAX);
    if (draw(l, w, a, &out, &dropped, err)) {
        b = kept_body(l, w, BYTES(buf_text(&out)), false, dropped);
        if (!b)
            (void)FAIL(err, BASE_NO_MEMORY, STR("tile"), "body");
        metric_add(METRIC_tile_rendered, 1);
        metric_add(METRIC_tile_micros, time_mono() - began);
    }
    buf_clear(&out);
    arena_free(a);
    return b;
}

static bool compress_to(Bytes in, Buf *out)
{
    z_stream z = { 0 };
    char *to;
    bool good;

    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    to = buf_room(out, deflateBound(&z, in.len));
    z.next_in = (z_const Bytef *)(uintptr_t)in.ptr;
    z.avail_in = (uInt)in.len;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)(out->cap - out->len);
    good = to && deflate(&z, Z_FINISH) == Z_STREAM_END;
    if (good)
        buf_took(out, z.total_out);
    deflateEnd(&z);
    return good;
}

static Body *compressed(TileLayer *l, const Want *w, const Body *raw, Err *err)
{
    Body *b = NULL;
    Buf out;

    buf_init(&out, BODY_MAX);
    if (!raw->pub.bytes.len || compress_to(raw->pub.bytes, &out))
        b = kept_body(l, w, BYTES(buf_text(&out)), true, raw->pub.dropped);
    buf_clear(&out);
    if (!b)
        (void)FAIL(err, BASE_NO_MEMORY, STR("tile"), "gzip");
    return b;
}

static Body *found(TileLayer *l, const Want *w, Err *err)
{
    const TileAsk *ask = w->ask;
    const CacheKey key = key_of(l, w, ask->gzip), raw_key = key_of(l, w, false);
    Body *b = tile_cache_get(l->cache, &key, w->number), *raw;

    if (b) {
        metric_add(METRIC_tile_cached, 1);
        return b;
    }
    raw = ask->gzip ? tile_cache_get(l->cache, &raw_key, w->number) : NULL;
    if (!raw && !(raw = drawn(l, w, err)))
        return NULL;
    b = ask->gzip ? compressed(l, w, raw, err) : tile_body_keep(raw);
    tile_body_drop(raw);
    return b;
}

const TileBody *tile_cached(TileLayer *l, const TileAsk *ask)
{
    CacheKey key;
    Body *b;
    Want w;

    if (!in_grid(ask, &(Err){ 0 }))
        return NULL;
    w = want_of(l, ask);
    key = key_of(l, &w, ask->gzip);
    b = tile_cache_get(l->cache, &key, w.number);
    tile_pack_drop(w.far);
    if (!b)
        return NULL;
    metric_add(METRIC_tile_cached, 1);
    return &b->pub;
}

bool tile_get(TileLayer *l, const TileAsk *ask, const TileBody **out, Err *err)
{
    Body *b;
    Want w;

    if (!in_grid(ask, err))
        return false;
    w = want_of(l, ask);
    b = found(l, &w, err);
    tile_pack_drop(w.far);
    if (!b)
        return false;
    *out = &b->pub;
    return true;
}

int tile_layer_single_from(TileLayer *l)
{
    return tile_layer_packed(l) ? atomic_load(&l->single_from) : -1;
}

static void drop_pack(void *pack)
{
    tile_pack_drop(pack);
}

/* A change that is on its way into the pack is not in its sums: a figure of before would pass for today's, a 0 for none. */
bool tile_sums(TileLayer *l, GeoBox box, Arena *a, TileSums *out, Err *err)
{
    const int64_t changed = tile_pyramid_number(l->pyramid, GEO_WEBMERCATOR, 0, 0, 0);
    Pack *p = pack_of(l);

    if (!p || !p->view || p->seq < changed) {
        tile_pack_drop(p);
        return FAIL(err, TILE_NOT_READY, l->draw.name, "sums");
    }
    if (arena_defer(a, drop_pack, p)) /* the values are its own */
        return tile_view_ask(p, box, a, out, err);
    tile_pack_drop(p);
    return FAIL(err, BASE_NO_MEMORY, STR("tile"), "sums");
}
