/* tests/tile/layer_test.c - a layer's tiles: pack and rows agree, nothing is ever stale, a broken file is made anew. */
#include "../geo/mvt_reader.h"
#include "tile/tile.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- a store of our own: rows in an array ------------------------------------------------------------------ */
enum { ROWS = 4000, WKB_ROOM = 600 };
typedef struct Row {
    bool there;
    char id[ULID_LEN + 1];
    uint8_t wkb[WKB_ROOM];
    size_t len;
    GeoBox box;
    int64_t depth;
} Row;
typedef struct World {
    pthread_rwlock_t lock; /* guards all below */
    Row row[ROWS + 1];
    int64_t seq;
} World;

static bool give(World *w, int64_t fid, TileSee *see, void *to)
{
    const Row *r = &w->row[fid];
    const CqlValue value[] = { { .kind = CQL_TEXT, .text = fid % 3 ? STR("水田") : STR("旱地") },
        { .kind = CQL_INT, .integer = r->depth },
        { .kind = fid % 5 ? CQL_TEXT : CQL_NULL, .text = str_of(r->id) } };

    return see(to, &(TileRow){ fid, str_of(r->id), STR("990121108204"), { r->wkb, r->len }, value });
}

static bool too_small(const Row *r, double least) /* leaves out all it may */
{
    const GeoBox b = r->box;

    return geo_wkb_type((Bytes){ r->wkb, r->len }) == GEO_POLYGON &&
           (b.maxx - b.minx) * (b.maxy - b.miny) < least;
}

static bool rows(void *ctx, GeoBox box, double least, TileSee *see, void *to, Err *err)
{
    World *w = ctx;
    bool good = true;

    (void)err;
    pthread_rwlock_rdlock(&w->lock);
    for (int64_t fid = 1; good && fid <= ROWS; fid++)
        if (w->row[fid].there && (geo_box_empty(box) || geo_box_meets(box, w->row[fid].box)) &&
            !too_small(&w->row[fid], least))
            good = give(w, fid, see, to);
    pthread_rwlock_unlock(&w->lock);
    return good;
}

static bool some(void *ctx, const int64_t *fid, size_t n, TileSee *see, void *to, Err *err)
{
    World *w = ctx;
    bool good = true;

    (void)err;
    pthread_rwlock_rdlock(&w->lock);
    for (size_t i = 0; good && i < n; i++)
        if (w->row[fid[i]].there)
            good = give(w, fid[i], see, to);
    pthread_rwlock_unlock(&w->lock);
    return good;
}

static int64_t seq(void *ctx)
{
    return ((World *)ctx)->seq;
}

static Bytes random_shape(Rng *r, Arena *a)
{
    double cx = 111 + 0.5 * rng_unit(r), cy = 31 + 0.4 * rng_unit(r),
           size = 0.0005 * exp(rng_normal(r, 1, 1)), xy[60];
    size_t n = 4 + rng_below(r, 12), ring = n + 1;
    Bytes w = { 0 };

    for (size_t i = 0; i < n; i++) {
        double t = 2 * M_PI * (double)i / (double)n, d = size * (0.5 + 0.5 * rng_unit(r));

        xy[2 * i] = cx + d * cos(t);
        xy[2 * i + 1] = cy + d * sin(t);
    }
    memcpy(xy + 2 * n, xy, 2 * sizeof *xy);
    switch (rng_below(r, 6)) {
    case 0:
        assert_true(geo_make_point(cx, cy, a, &w));
        break;
    case 1:
        assert_true(geo_make_line(xy, n, a, &w));
        break;
    default:
        assert_true(geo_make_polygon(xy, &ring, 1, a, &w));
    }
    return w;
}

static void set_row(World *w, int64_t fid, Bytes wkb)
{
    Row *r = &w->row[fid];

    assert_true(wkb.len <= WKB_ROOM);
    r->there = wkb.len > 0;
    if (r->there)
        memcpy(r->wkb, wkb.ptr, wkb.len);
    r->len = wkb.len;
    r->box = wkb.len ? geo_wkb_box(wkb) : GEO_BOX_NONE;
    snprintf(r->id, sizeof r->id, "01J%023lld", (long long)fid);
    r->depth++;
}

static World *new_world(Rng *r, int64_t n)
{
    World *w = calloc(1, sizeof *w);
    Arena *a = arena_new(0);

    pthread_rwlock_init(&w->lock, NULL);
    w->seq = 1;
    for (int64_t fid = 1; fid <= n; fid++)
        set_row(w, fid, random_shape(r, a));
    arena_free(a);
    return w;
}

static TileChange change_row(World *w, Rng *r, int64_t fid, bool gone)
{
    Arena *a = arena_new(0);
    TileChange c = { fid, w->row[fid].there ? w->row[fid].box : GEO_BOX_NONE, GEO_BOX_NONE };

    pthread_rwlock_wrlock(&w->lock);
    set_row(w, fid, gone ? (Bytes){ 0 } : random_shape(r, a));
    c.after = w->row[fid].box;
    w->seq++;
    pthread_rwlock_unlock(&w->lock);
    arena_free(a);
    return c;
}

/* --- a bench to work at: a folder, a cache, a layer ---------------------------------------------------------- */
typedef struct Bench {
    char dir[64], file[96];
    TileCache *cache;
    World *world;
    TileSource source;
    Rng rng;
} Bench;
static const Str attributes[] = { { "land_use", 8 }, { "depth", 5 }, { "note", 4 } };

static void bench_open(Bench *b, const char *name, int64_t n)
{
    uint64_t seed = (uint64_t)time_now();

    print_message("seed %llu\n", (unsigned long long)seed);
    b->rng = rng_of(seed, str_of(name));
    snprintf(b->dir, sizeof b->dir, "/tmp/sangzi-tile-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->file, sizeof b->file, "%s/parcel.tiles", b->dir);
    b->cache = tile_cache_new(1 << 24);
    b->world = new_world(&b->rng, n);
    b->source = (TileSource){ b->world, rows, some, seq };
}

static void bench_close(Bench *b)
{
    tile_cache_free(b->cache);
    pthread_rwlock_destroy(&b->world->lock);
    free(b->world);
    unlink(b->file);
    rmdir(b->dir);
}

static TileLayer *layer(Bench *b, bool packed)
{
    TileLayer *l = NULL;
    Err err = { 0 };

    assert_true(tile_layer_open(b->cache, b->dir, STR("parcel"), attributes, LEN(attributes),
        &(TileView){ 0 }, &b->source, &l, &err));
    assert_true(!packed || tile_layer_pack(l, &err));
    return l;
}

static TileAsk ask_at(GeoGrid g, int z, double lon, double lat)
{
    TileAsk a = { .grid = g, .z = z, .show = ~UINT64_C(0) };

    geo_tile_at(g, z, lon, lat, &a.x, &a.y);
    return a;
}

static TileAsk random_ask(Rng *r, bool any_grid)
{
    GeoGrid g = any_grid && rng_below(r, 3) == 0 ? GEO_CGCS2000 : GEO_WEBMERCATOR;

    return ask_at(g, 1 + (int)rng_below(r, 18), 110.98 + 0.54 * rng_unit(r), 30.98 + 0.44 * rng_unit(r));
}

static const TileBody *body_of(TileLayer *l, TileAsk ask)
{
    const TileBody *b = NULL;
    Err err = { 0 };

    if (!tile_get(l, &ask, &b, &err))
        fail_msg("%s %s", err.kind->code, err.where);
    return b;
}

static int by_id(const void *a, const void *b)
{
    const ReadFeature *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

/* Seen only just: in the buffer, or about the least size. Where places are rounded twice it may be in or out. */
static bool marginal(const ReadFeature *f)
{
    return f->maxx <= 0 || f->maxy <= 0 || f->minx >= MVT_EXTENT || f->miny >= MVT_EXTENT ||
           (f->type == 3 && f->area < 24) || (f->type == 2 && f->length < 4);
}

static bool same_feature(const ReadFeature *a, const ReadFeature *b, bool exact)
{
    return str_eq(a->ulid, b->ulid) && str_eq(a->division, b->division) &&
           (!exact || str_eq(a->geometry, b->geometry));
}

static bool same_features(const ReadTile *a, const ReadTile *b, bool exact) /* both by id */
{
    size_t i = 0, k = 0;

    while (i < a->n || k < b->n) {
        const ReadFeature *x = i < a->n ? &a->feature[i] : NULL, *y = k < b->n ? &b->feature[k] : NULL;

        if (x && y && x->id == y->id) {
            if (!same_feature(x, y, exact))
                return false;
            i++, k++;
        } else if (x && (!y || x->id < y->id)) {
            if (exact || !marginal(x))
                return false;
            i++;
        } else {
            if (exact || !marginal(y))
                return false;
            k++;
        }
    }
    return true;
}

/* The same features with the same geometries and texts; the order and the dictionaries may differ. */
static bool same_tile(Str one, Str other, bool exact)
{
    ReadTile *a = read_tile(one), *b = read_tile(other);
    bool same;

    if (a->n)
        qsort(a->feature, a->n, sizeof *a->feature, by_id);
    if (b->n)
        qsort(b->feature, b->n, sizeof *b->feature, by_id);
    same = same_features(a, b, exact);
    tile_clear(a);
    tile_clear(b);
    return same;
}

static void pack_equals_rows(void **state)
{
    Bench b;
    TileLayer *packed, *plain;

    (void)state;
    bench_open(&b, "pack equals rows", 1500);
    plain = layer(&b, false);
    packed = layer(&b, true);
    assert_true(tile_layer_packed(packed) && !tile_layer_packed(plain));
    for (int i = 0; i < 400; i++) {
        TileAsk ask = random_ask(&b.rng, false);
        const TileBody *x = body_of(packed, ask), *y = body_of(plain, ask);

        assert_int_equal(x->dropped, 0);
        assert_true(same_tile(TEXT(x->bytes), TEXT(y->bytes), true));
        tile_body_free(x);
        tile_body_free(y);
    }
    for (int i = 0; i < 100;
         i++) { /* the other grid: places come through whole Mercator units, so sizes may round */
        TileAsk ask = ask_at(GEO_CGCS2000, 8 + i % 8, 111 + 0.005 * i, 31.2);
        const TileBody *x = body_of(packed, ask), *y = body_of(plain, ask);

        assert_true(same_tile(TEXT(x->bytes), TEXT(y->bytes), false));
        tile_body_free(x);
        tile_body_free(y);
    }
    tile_layer_close(packed);
    tile_layer_close(plain);
    bench_close(&b);
}

static void an_edit_changes_its_tiles_only(void **state)
{
    Bench b;
    TileLayer *l;
    TileChange c;
    TileAsk near, far;
    char before[2][64], after[2][64];
    Err err = { 0 };

    (void)state;
    bench_open(&b, "edit", 500);
    l = layer(&b, true);
    near = ask_at(GEO_WEBMERCATOR, 14, b.world->row[7].box.minx, b.world->row[7].box.miny);
    far = ask_at(GEO_WEBMERCATOR, 14, 112.5, 33);
    assert_true(tile_etag(l, &near, before[0], &err) && tile_etag(l, &far, before[1], &err));
    tile_body_free(body_of(l, near));
    c = change_row(b.world, &b.rng, 7, true);
    assert_true(tile_changed(l, &c, 1, b.world->seq, &err));
    assert_true(tile_etag(l, &near, after[0], &err) && tile_etag(l, &far, after[1], &err));
    assert_string_not_equal(before[0], after[0]);
    assert_string_equal(before[1], after[1]);
    {
        const TileBody *x = body_of(l, near);
        ReadTile *t = read_tile(TEXT(x->bytes));

        assert_string_equal(x->etag, after[0]);
        for (size_t i = 0; i < t->n; i++)
            assert_true(t->feature[i].id != 7);
        tile_clear(t);
        tile_body_free(x);
    }
    tile_layer_close(l);
    bench_close(&b);
}

/* Random edits (moves, new rows, retired rows) and random tiles, through cache and pack: always as straight from rows. */
static void never_stale(void **state)
{
    Bench b;
    TileLayer *l, *plain;
    Err err = { 0 };

    (void)state;
    bench_open(&b, "never stale", 600);
    l = layer(&b, true);
    for (int round = 0; round < 120; round++) {
        TileChange c[8];
        size_t n = 1 + rng_below(&b.rng, LEN(c));

        for (size_t i = 0; i < n; i++)
            c[i] =
                change_row(b.world, &b.rng, 1 + (int64_t)rng_below(&b.rng, 900), rng_below(&b.rng, 4) == 0);
        if (round % 40 == 39) /* a box over half the county: the change is noted higher up */
            c[0].after = (GeoBox){ 100, 20, 120, 40 };
        assert_true(tile_changed(l, c, n, b.world->seq, &err));
        plain = layer(&b, false);
        for (int i = 0; i < 12; i++) {
            TileAsk ask = random_ask(&b.rng, true);
            const TileBody *x = body_of(l, ask), *y = body_of(plain, ask);

            if (!same_tile(TEXT(x->bytes), TEXT(y->bytes), ask.grid == GEO_WEBMERCATOR))
                fail_msg("round %d: %d/%u/%u of grid %d is stale", round, ask.z, ask.y, ask.x, (int)ask.grid);
            tile_body_free(x);
            tile_body_free(y);
        }
        tile_layer_close(plain);
    }
    assert_true(tile_layer_packed(l));
    tile_layer_close(l);
    l = layer(&b, false); /* closing wrote it: it opens packed */
    assert_true(tile_layer_packed(l));
    tile_layer_close(l);
    bench_close(&b);
}

static void rewrite(const char *path, size_t len, size_t flip) /* the first len bytes, one of them turned */
{
    Arena *a = arena_new(0);
    Str s;
    char *copy;
    Err err = { 0 };

    assert_true(file_read(path, 1 << 28, a, &s, &err));
    copy = str_c(a, s);
    if (flip < s.len)
        copy[flip] = (char)(copy[flip] ^ 0x10);
    assert_true(file_write(path, (Bytes){ (const uint8_t *)copy, len < s.len ? len : s.len }, 0640, &err));
    arena_free(a);
}

static void a_broken_file_is_made_anew(void **state)
{
    Bench b;
    struct stat st;
    TileAsk ask = ask_at(GEO_WEBMERCATOR, 11, 111.2, 31.2);

    (void)state;
    bench_open(&b, "broken", 800);
    tile_layer_close(layer(&b, true));
    assert_int_equal(stat(b.file, &st), 0);
    for (size_t i = 0; i < 40; i++) {
        size_t len = i < 20 ? rng_below(&b.rng, (size_t)st.st_size) : (size_t)st.st_size;
        size_t flip = i < 20 ? SIZE_MAX : i < 24 ? i : 4096 + rng_below(&b.rng, (size_t)st.st_size - 4096);
        TileLayer *l, *plain;
        const TileBody *x, *y;

        rewrite(b.file, len, flip);
        l = layer(&b, false);
        assert_false(tile_layer_packed(l));
        plain = l;
        x = body_of(plain, ask);
        tile_layer_close(l);
        l = layer(&b, true);
        y = body_of(l, ask);
        assert_true(same_tile(TEXT(x->bytes), TEXT(y->bytes), true));
        tile_body_free(x);
        tile_body_free(y);
        tile_layer_close(l);
        l = layer(&b, false);
        assert_true(tile_layer_packed(l));
        tile_layer_close(l);
    }
    b.world->seq++; /* a change that came while nobody listened: the file is old */
    {
        TileLayer *l = layer(&b, false);

        assert_false(tile_layer_packed(l));
        tile_layer_close(l);
    }
    bench_close(&b);
}

static void a_crowded_tile_stays_small(void **state)
{
    Bench b;
    TileLayer *plain, *packed;
    TileAsk ask = ask_at(GEO_WEBMERCATOR, 10, 111.2, 31.12);
    Err err = { 0 };

    (void)state;
    bench_open(&b, "crowd", ROWS);
    for (int64_t fid = 1; fid <= ROWS; fid++) { /* points weigh least; big squares must win over small ones */
        double s = fid % 10 ? 0.02 : 0.04, x = 111 + 0.005 * (double)(fid % 80),
               y = 31 + 0.005 * (double)(fid / 80);
        double xy[80];
        size_t n = 33;
        Bytes w = { 0 };
        Arena *a = arena_new(0);

        for (size_t i = 0; i < n; i++) {
            xy[2 * i] = x + s * (1 + 0.3 * (double)(i % 2)) * cos(2 * M_PI * (double)(i % 32) / 32);
            xy[2 * i + 1] = y + s * (1 + 0.3 * (double)(i % 2)) * sin(2 * M_PI * (double)(i % 32) / 32);
        }
        assert_true(geo_make_polygon(xy, &n, 1, a, &w));
        set_row(b.world, fid, w);
        arena_free(a);
    }
    plain = layer(&b, false);
    packed = layer(&b, true);
    for (int i = 0; i < 2; i++) {
        const TileBody *x = body_of(i ? packed : plain, ask);
        ReadTile *t = read_tile(TEXT(x->bytes));
        size_t big = 0;

        assert_true(x->bytes.len < 500000);
        if (x->dropped) {
            for (size_t k = 0; k < t->n; k++)
                big += t->feature[k].id % 10 == 0;
            assert_true(big >= 300 && t->n > big);
        }
        print_message("%zu shown, %zu left out, %zu bytes\n", t->n, x->dropped, x->bytes.len);
        assert_true(x->dropped > 0);
        tile_clear(t);
        tile_body_free(x);
    }
    assert_true(!err.kind);
    tile_layer_close(plain);
    tile_layer_close(packed);
    bench_close(&b);
}

enum { MANY_POINTS = 150000 };
static bool many(
    void *ctx, GeoBox box, double least, TileSee *see, void *to, Err *err) /* more than are ever drawn */
{
    (void)ctx, (void)box, (void)least, (void)err;
    for (int64_t fid = 1; fid <= MANY_POINTS; fid++) {
        const double x = 111 + 0.3 * (double)(fid % 387) / 387, y = 31 + 0.2 * (double)(fid / 387) / 388;
        const CqlValue value[] = { { .kind = CQL_TEXT, .text = STR("水田") },
            { .kind = CQL_INT, .integer = fid }, { 0 } };
        char id[ULID_LEN + 1];
        uint8_t wkb[21] = { 1, 1 };

        memcpy(wkb + 5, &x, sizeof x);
        memcpy(wkb + 13, &y, sizeof y);
        (void)snprintf(id, sizeof id, "01J%023lld", (long long)fid);
        if (!see(to, &(TileRow){ fid, str_of(id), STR("990121108204"), { wkb, sizeof wkb }, value }))
            return false;
    }
    return true;
}

static void far_too_many_are_read_twice(void **state)
{
    const TileAsk ask = ask_at(GEO_WEBMERCATOR, 8, 111.1, 31.1);
    const TileBody *x;
    TileLayer *l;
    ReadTile *t;
    Bench b;

    (void)state;
    bench_open(&b, "many", 1);
    b.source.rows = many;
    l = layer(&b, false);
    x = body_of(l, ask);
    t = read_tile(TEXT(x->bytes));
    print_message("%zu shown, %zu left out, %zu bytes\n", t->n, x->dropped, x->bytes.len);
    assert_true(x->bytes.len < 500000 && x->bytes.len > 300000);
    assert_true(t->n + x->dropped <= MANY_POINTS && t->n + x->dropped > MANY_POINTS / 2);
    tile_clear(t);
    tile_body_free(x);
    tile_layer_close(l);
    bench_close(&b);
}

static void only_what_is_shown(void **state)
{
    Bench b;
    TileLayer *l;
    TileAsk ask = ask_at(GEO_WEBMERCATOR, 9, 111.2, 31.2);
    const TileBody *x;
    ReadTile *t;
    Err err = { 0 };

    (void)state;
    bench_open(&b, "show", 50);
    l = layer(&b, true);
    ask.show = 2; /* depth */
    x = body_of(l, ask);
    t = read_tile(TEXT(x->bytes));
    assert_int_equal(t->nkey, 3);
    assert_true(str_eq(t->key[0], STR("id")) && str_eq(t->key[1], STR("division")) &&
                str_eq(t->key[2], STR("depth")));
    assert_true(t->n > 0 && t->feature[0].ulid.len == ULID_LEN &&
                str_eq(t->feature[0].division, STR("990121108204")));
    tile_clear(t);
    tile_body_free(x);
    ask.gzip = true;
    x = body_of(l, ask);
    assert_true(x->gzip && x->bytes.len > 18 && x->bytes.ptr[0] == 0x1F && x->bytes.ptr[1] == 0x8B);
    tile_body_free(x);
    ask.y = 1 << 9;
    assert_false(tile_get(l, &ask, &x, &err));
    assert_ptr_equal(err.kind, &TILE_NO_TILE);
    tile_layer_close(l);
    bench_close(&b);
}

typedef struct Reader {
    TileLayer *layer;
    atomic_bool *stop;
    uint64_t seed;
    atomic_size_t n;
} Reader;

static void *read_on(void *arg)
{
    Reader *r = arg;
    Rng rng = rng_of(r->seed, STR("reader"));

    for (; !atomic_load(r->stop); atomic_fetch_add(&r->n, 1)) {
        TileAsk ask = random_ask(&rng, true);
        const TileBody *x;
        Err err = { 0 };

        ask.z = 8 + ask.z % 8;
        ask = ask_at(ask.grid, ask.z, 111 + 0.5 * rng_unit(&rng), 31 + 0.4 * rng_unit(&rng));
        if (tile_get(r->layer, &ask, &x, &err))
            tile_body_free(x);
    }
    return NULL;
}

static void readers_and_a_changer(void **state)
{
    Bench b;
    atomic_bool stop = false;
    Reader r[2];
    pthread_t t[2];
    Err err = { 0 };

    (void)state;
    bench_open(&b, "threads", 400);
    r[0].layer = layer(&b, true);
    for (size_t i = 0; i < 2; i++) {
        r[i].layer = r[0].layer;
        r[i].stop = &stop;
        r[i].seed = i;
        atomic_init(&r[i].n, 0);
        assert_int_equal(pthread_create(&t[i], NULL, read_on, &r[i]), 0);
    }
    while (!atomic_load(&r[0].n) || !atomic_load(&r[1].n)) /* both are at it before anything changes */
        sched_yield();
    for (int i = 0; i < 150; i++) {
        TileChange c = change_row(b.world, &b.rng, 1 + (int64_t)rng_below(&b.rng, 500), i % 5 == 0);

        assert_true(tile_changed(r[0].layer, &c, 1, b.world->seq, &err));
        if (i == 75)
            tile_layer_forget(r[0].layer);
        if (i == 80)
            assert_true(tile_layer_pack(r[0].layer, &err));
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
    tile_layer_close(r[0].layer);
    bench_close(&b);
}

static void nothing_at_all(void **state) /* an empty layer: an empty body, and the first row appears */
{
    Bench b;
    TileLayer *l;
    TileChange c;
    const TileBody *x;
    TileAsk ask = ask_at(GEO_WEBMERCATOR, 5, 111.2, 31.2);
    Err err = { 0 };

    (void)state;
    bench_open(&b, "nothing", 0);
    l = layer(&b, true);
    x = body_of(l, ask);
    assert_int_equal(x->bytes.len, 0);
    tile_body_free(x);
    assert_true(geo_box_empty(tile_layer_box(l)));
    c = change_row(b.world, &b.rng, 1, false);
    assert_true(tile_changed(l, &c, 1, b.world->seq, &err));
    assert_false(geo_box_empty(tile_layer_box(l)));
    ask = ask_at(GEO_WEBMERCATOR, 16, c.after.minx, c.after.miny);
    x = body_of(l, ask);
    assert_true(x->seq == b.world->seq);
    tile_body_free(x);
    tile_layer_close(l);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pack_equals_rows),
        cmocka_unit_test(an_edit_changes_its_tiles_only),
        cmocka_unit_test(never_stale),
        cmocka_unit_test(a_broken_file_is_made_anew),
        cmocka_unit_test(a_crowded_tile_stays_small),
        cmocka_unit_test(far_too_many_are_read_twice),
        cmocka_unit_test(only_what_is_shown),
        cmocka_unit_test(readers_and_a_changer),
        cmocka_unit_test(nothing_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
