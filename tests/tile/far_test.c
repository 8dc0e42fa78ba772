/* tests/tile/far_test.c - what a layer looks like from afar: areas are true at every zoom, tiles join, polygons are valid, an
 * edit is in it and leaves it as a new pack would be; lines are whole, clusters say their count; sums are exact.
 */
#include "../geo/mvt_reader.h"
#include "tile/tile.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- a coverage of our own: a net of crooked quads, classed by place ------------------------------------------------- */
enum { NET = 110, ROWS = NET * NET, CLASSES = 6, OTHERS = 3000 };
static const char *const class_name[CLASSES] = { "0101", "0301", "0702", "1101", "1003", "rare" };
typedef struct Row {
    bool there;
    uint8_t wkb[128];
    size_t len;
    int class, slope;
} Row;
typedef struct World {
    double at[NET + 1][NET + 1][2];
    Row row[ROWS + 1];
    int64_t nrow, seq;
} World;
static const double west = 111, south = 31.2, step = 0.0011;

static bool give(const World *w, int64_t fid, TileSee *see, void *to)
{
    const Row *r = &w->row[fid];
    const char slope[] = { (char)('1' + r->slope), '\0' };
    const CqlValue value[] = { { .kind = CQL_TEXT, .text = str_of(class_name[r->class]) },
        { .kind = r->class == 0 ? CQL_TEXT : CQL_NULL, .text = str_of(slope) },
        { .kind = CQL_INT, .integer = fid } };
    char id[ULID_LEN + 1];

    snprintf(id, sizeof id, "01J%023lld", (long long)fid);
    return see(to, &(TileRow){ fid, str_of(id), STR("990121108204"), { r->wkb, r->len }, value });
}

static bool rows(void *ctx, GeoBox box, double least, TileSee *see, void *to, Err *err)
{
    const World *w = ctx;
    bool good = true;

    (void)err, (void)least;
    for (int64_t fid = 1; good && fid <= w->nrow; fid++)
        if (w->row[fid].there &&
            (geo_box_empty(box) ||
                geo_box_meets(box, geo_wkb_box((Bytes){ w->row[fid].wkb, w->row[fid].len }))))
            good = give(w, fid, see, to);
    return good;
}

static bool some(void *ctx, const int64_t *fid, size_t n, TileSee *see, void *to, Err *err)
{
    const World *w = ctx;
    bool good = true;

    (void)err;
    for (size_t i = 0; good && i < n; i++)
        if (w->row[fid[i]].there)
            good = give(w, fid[i], see, to);
    return good;
}

static int64_t seq(void *ctx)
{
    return ((World *)ctx)->seq;
}

static void set_row(World *w, int64_t fid, Bytes wkb)
{
    Row *r = &w->row[fid];

    assert_true(wkb.len <= sizeof r->wkb);
    if (wkb.len)
        memcpy(r->wkb, wkb.ptr, wkb.len);
    r->len = wkb.len;
    r->there = wkb.len > 0;
}

static void set_quad(World *w, int x, int y)
{
    const double *p = w->at[y][x], *q = w->at[y][x + 1], *t = w->at[y + 1][x + 1], *u = w->at[y + 1][x];
    const double xy[] = { p[0], p[1], q[0], q[1], t[0], t[1], u[0], u[1], p[0], p[1] };
    const size_t five = 5;
    Arena *a = arena_new(0);
    Bytes wkb;

    assert_true(geo_make_polygon(xy, &five, 1, a, &wkb));
    set_row(w, 1 + y * NET + x, wkb);
    arena_free(a);
}

/* A river, roads, hills and fields, much mixed; a lake without records in the middle. */
static int class_at(Rng *r, int x, int y)
{
    if (abs(x - y / 2 - 20) < 2)
        return 3;
    if (x % 13 == 0 && y % 3)
        return 4;
    if (rng_below(r, 150) == 0)
        return 5;
    return y > NET / 2 + (int)rng_below(r, 30) - 15 ? (rng_below(r, 4) ? 1 : 0) : rng_below(r, 5) ? 0 : 2;
}

static World *new_land(Rng *r)
{
    World *w = calloc(1, sizeof *w);

    w->seq = 1;
    w->nrow = ROWS;
    for (int y = 0; y <= NET; y++)
        for (int x = 0; x <= NET; x++) {
            w->at[y][x][0] = west + step * (x + 0.7 * rng_unit(r));
            w->at[y][x][1] = south + step * (y + 0.7 * rng_unit(r));
        }
    for (int y = 0; y < NET; y++)
        for (int x = 0; x < NET; x++) {
            Row *row = &w->row[1 + y * NET + x];

            if (hypot(x - 70, y - 40) < 9)
                continue;
            set_quad(w, x, y);
            row->class = class_at(r, x, y);
            row->slope = (int)rng_below(r, 3);
        }
    return w;
}

/* --- a bench ---------------------------------------------------------------------------------------------------------- */
typedef struct Bench {
    char dir[64], file[96];
    TileCache *cache;
    World *world;
    TileSource source;
    TileView view;
    Rng rng;
} Bench;
static const Str attributes[] = { { "class", 5 }, { "slope", 5 }, { "number", 6 } };

static void bench_open(Bench *b, const char *name, bool land)
{
    const uint64_t seed = (uint64_t)time_now();

    print_message("seed %llu\n", (unsigned long long)seed);
    b->rng = rng_of(seed, str_of(name));
    snprintf(b->dir, sizeof b->dir, "/tmp/sangzi-far-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->file, sizeof b->file, "%s/land.tiles", b->dir);
    b->cache = tile_cache_new(1 << 24);
    b->world = land ? new_land(&b->rng) : calloc(1, sizeof *b->world);
    b->source = (TileSource){ b->world, rows, some, seq };
    b->view = (TileView){ .nkey = 2, .key = { 0, 1 }, .fills = land };
}

static void bench_close(Bench *b)
{
    tile_cache_free(b->cache);
    free(b->world);
    unlink(b->file);
    rmdir(b->dir);
}

static TileLayer *layer(Bench *b, bool packed)
{
    TileLayer *l = NULL;
    Err err = { 0 };

    assert_true(tile_layer_open(
        b->cache, b->dir, STR("land"), attributes, LEN(attributes), &b->view, &b->source, &l, &err));
    assert_true(!packed || tile_layer_pack(l, &err));
    return l;
}

static const TileBody *body_of(TileLayer *l, TileAsk ask)
{
    const TileBody *b = NULL;
    Err err = { 0 };

    if (!tile_get(l, &ask, &b, &err))
        fail_msg("%s %s", err.kind->code, err.where);
    return b;
}

typedef void SeeTile(void *ctx, const TileAsk *ask, const ReadTile *t, const TileBody *b);
static void each_tile(TileLayer *l, int z, SeeTile *see, void *ctx) /* of the coverage's */
{
    TileAsk ask = { .grid = GEO_WEBMERCATOR, .z = z, .show = ~UINT64_C(0) };
    uint32_t x0, y0, x1, y1;

    geo_tile_at(GEO_WEBMERCATOR, z, west, south + (NET + 1) * step, &x0, &y0);
    geo_tile_at(GEO_WEBMERCATOR, z, west + (NET + 1) * step, south, &x1, &y1);
    for (ask.y = y0; ask.y <= y1; ask.y++)
        for (ask.x = x0; ask.x <= x1; ask.x++) {
            const TileBody *b = body_of(l, ask);
            ReadTile *t = read_tile(TEXT(b->bytes));

            see(ctx, &ask, t, b);
            tile_clear(t);
            tile_body_free(b);
        }
}

static int class_of(Str name)
{
    for (int i = 0; i < CLASSES; i++)
        if (str_eq(name, str_of(class_name[i])))
            return i;
    fail_msg("a class %.*s", STRV(name));
    return 0;
}

/* --- truth ---------------------------------------------------------------------------------------------------------- */
typedef struct Area { /* in units² of the zoom, Mercator; by class, and of one tile */
    double by[CLASSES], tile;
} Area;

static Bytes square(double x0, double y0, double x1, double y1, Arena *a)
{
    const double xy[] = { x0, y0, x1, y0, x1, y1, x0, y1, x0, y0 };
    const size_t five = 5;
    Bytes wkb;

    assert_true(geo_make_polygon(xy, &five, 1, a, &wkb));
    return wkb;
}

typedef struct Look {
    Area shown;
    int64_t records;
    bool far;
    size_t heaviest, tiles, full;
    const World *world;
} Look;

/* Doubled: the land of a tile that the records have. */
static void see_area(void *ctx, int32_t x, int32_t y, int64_t measure)
{
    double *to = ctx;

    (void)x, (void)y;
    *to += (double)measure;
}

static double true_land(const World *w, const TileAsk *ask, Arena *a)
{
    MvtPen *pen = mvt_pen(GEO_WEBMERCATOR, a);
    const int shift = 31 - ask->z;
    double sum = 0;

    for (int64_t fid = 1; fid <= w->nrow; fid++)
        if (w->row[fid].there && mvt_load(pen, (Bytes){ w->row[fid].wkb, w->row[fid].len }))
            assert_true(mvt_cells(pen, shift,
                (GeoCells){ (int32_t)ask->x, (int32_t)ask->y, (int32_t)ask->x + 1, (int32_t)ask->y + 1 },
                see_area, &sum));
    return ldexp(sum / 2, -2 * (MVT_FULL - ask->z));
}

static void see_truth(void *ctx, const TileAsk *ask, const ReadTile *t, const TileBody *b)
{
    Look *look = ctx;
    Arena *a = arena_new(0);
    const Bytes whole = square(0, 0, MVT_EXTENT, MVT_EXTENT, a);
    double land = 0, truth;

    for (size_t i = 0; i < t->n; i++) {
        const ReadFeature *f = &t->feature[i];
        const Bytes p = read_polygons(f, a);
        Err err = { 0 };
        double in;

        if (!geo_valid(p, &err))
            fail_msg("%d/%u/%u: %s at %s", ask->z, ask->y, ask->x, err.what, err.hint);
        in = geo_share(whole, p) * MVT_EXTENT * MVT_EXTENT;
        look->shown.by[class_of(read_text(t, f, STR("class")))] += in;
        land += in;
        if (read_value(t, f, STR("merged")).len) {
            look->far = true;
            look->records += read_number(t, f, STR("count"));
            assert_true(f->id == 0 && !f->ulid.len);
        }
    }
    truth = true_land(look->world, ask, a);
    if (truth >= 0.05 * MVT_EXTENT * MVT_EXTENT) { /* else it is within a row of units */
        look->tiles++;
        if (fabs(land / truth - 1) > 0.03)
            fail_msg("%d/%u/%u shows %.0f units² of land for %.0f", ask->z, ask->y, ask->x, land, truth);
    } else
        assert_true(fabs(land - truth) <= MVT_EXTENT);
    if (truth > 0.99999 * MVT_EXTENT * MVT_EXTENT && ask->z >= 13 &&
        !look->far) /* patches meet to the point */
        assert_true(fabs(land - MVT_EXTENT * MVT_EXTENT) < 1);
    look->full += truth > 0.99999 * MVT_EXTENT * MVT_EXTENT;
    if (b->bytes.len > look->heaviest)
        look->heaviest = b->bytes.len;
    arena_free(a);
}

static void true_areas(const World *w, int z, double by[CLASSES], double *all)
{
    Arena *a = arena_new(0);
    MvtPen *pen = mvt_pen(GEO_WEBMERCATOR, a);

    memset(by, 0, CLASSES * sizeof *by);
    *all = 0;
    for (int64_t fid = 1; fid <= w->nrow; fid++)
        if (w->row[fid].there && mvt_load(pen, (Bytes){ w->row[fid].wkb, w->row[fid].len }))
            by[w->row[fid].class] += mvt_size(pen) * mvt_scale(GEO_POLYGON, z);
    for (int i = 0; i < CLASSES; i++)
        *all += by[i];
    arena_free(a);
}

static void areas_are_true_at_every_zoom(void **state)
{
    Bench b;
    TileLayer *l;

    (void)state;
    bench_open(&b, "areas", true);
    l = layer(&b, true);
    print_message("single from %d\n", tile_layer_single_from(l));
    assert_true(tile_layer_single_from(l) > 8 && tile_layer_single_from(l) < 14);
    for (int z = 6; z <= 14; z++) {
        Look look = { .world = b.world };
        double by[CLASSES], all;

        each_tile(l, z, see_truth, &look);
        true_areas(b.world, z, by, &all);
        assert_int_equal(look.far, z < tile_layer_single_from(l));
        for (int i = 0; i < CLASSES; i++) {
            const double off = fabs(look.shown.by[i] - by[i]);

            /* At z 6 the coverage is 12 pixels wide: a cell is 2 × 2 units, and three of them may be missing. */
            if (by[i] >= 0.01 * all && off > fmax(0.02 * by[i], z == 6 ? 12 : 0))
                fail_msg(
                    "z %d: class %s shows %.0f units² for %.0f", z, class_name[i], look.shown.by[i], by[i]);
        }
        if (look.far && z > 6) /* a rare class may have no cell of its own */
            assert_true((double)look.records > 0.98 * ROWS * 0.9 && look.records <= ROWS);
        assert_true(z < 14 || look.full > 5);
        print_message("z %d: %zu tiles with land, the heaviest %zu bytes\n", z, look.tiles, look.heaviest);
    }
    tile_layer_close(l);
    bench_close(&b);
}

/* --- seams ------------------------------------------------------------------------------------------------------------ */
static double common(const ReadTile *t, const TileAsk *ask, Str class, Bytes strip, Arena *a)
{
    double sum = 0;

    (void)ask;
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(read_text(t, &t->feature[i], STR("class")), class))
            sum += geo_share(strip, read_polygons(&t->feature[i], a));
    return sum;
}

/* Both tiles show the strip around their common edge, each in its buffer: the same, class by class. */
static void neighbours_join(void **state)
{
    Bench b;
    TileLayer *l;
    size_t seen = 0;

    (void)state;
    bench_open(&b, "seams", true);
    l = layer(&b, true);
    for (int z = 9; z < tile_layer_single_from(l); z++) {
        TileAsk one = { .grid = GEO_WEBMERCATOR, .z = z, .show = ~UINT64_C(0) }, other;

        geo_tile_at(GEO_WEBMERCATOR, z, west + 40 * step, south + 50 * step, &one.x, &one.y);
        for (int right = 0; right < 2; right++) {
            Arena *a = arena_new(0);
            const TileBody *p, *q;
            ReadTile *t, *u;
            const double e = MVT_EXTENT, m = 48; /* the buffer's rim is the window's */

            other = one;
            other.x += (uint32_t)right;
            other.y += (uint32_t)!right;
            p = body_of(l, one);
            q = body_of(l, other);
            t = read_tile(TEXT(p->bytes));
            u = read_tile(TEXT(q->bytes));
            for (int i = 0; i < CLASSES; i++)
                for (int k = 0; k < 32; k++) {
                    const double from = k * 128;
                    const Bytes here = right ? square(e - m, from, e + m, from + 128, a)
                                             : square(from, e - m, from + 128, e + m, a),
                                there = right ? square(-m, from, m, from + 128, a)
                                              : square(from, -m, from + 128, m, a);
                    const double x = common(t, &one, str_of(class_name[i]), here, a),
                                 y = common(u, &other, str_of(class_name[i]), there, a);

                    if (fabs(x - y) > 1e-9)
                        fail_msg("z %d, %s: %s differs along the edge at %.0f: %g, %g", z,
                            right ? "right" : "below", class_name[i], from, x, y);
                    seen += x > 0;
                }
            tile_clear(t);
            tile_clear(u);
            tile_body_free(p);
            tile_body_free(q);
            arena_free(a);
        }
    }
    assert_true(seen > 100);
    tile_layer_close(l);
    bench_close(&b);
}

/* --- edits ------------------------------------------------------------------------------------------------------------ */
static GeoBox box_of(const World *w, int64_t fid)
{
    return w->row[fid].there ? geo_wkb_box((Bytes){ w->row[fid].wkb, w->row[fid].len }) : GEO_BOX_NONE;
}

/* Class, place, coming and going. */
static TileChange change_row(World *w, Rng *r, int64_t fid)
{
    TileChange c = { fid, box_of(w, fid), GEO_BOX_NONE };
    Row *row = &w->row[fid];

    if (row->there && rng_below(r, 4) == 0)
        row->there = false;
    else if (!row->there)
        set_quad(w, (int)((fid - 1) % NET), (int)((fid - 1) / NET));
    else
        row->class = (int)rng_below(r, CLASSES);
    c.after = box_of(w, fid);
    w->seq++;
    return c;
}

static void same_bodies(TileLayer *x, TileLayer *y, int z)
{
    TileAsk ask = { .grid = GEO_WEBMERCATOR, .z = z, .show = ~UINT64_C(0) };
    uint32_t x0, y0, x1, y1;

    geo_tile_at(GEO_WEBMERCATOR, z, west, south + (NET + 1) * step, &x0, &y0);
    geo_tile_at(GEO_WEBMERCATOR, z, west + (NET + 1) * step, south, &x1, &y1);
    for (ask.y = y0; ask.y <= y1; ask.y++)
        for (ask.x = x0; ask.x <= x1; ask.x++) {
            const TileBody *p = body_of(x, ask), *q = body_of(y, ask);
            const ReadTile *t = read_tile(TEXT(p->bytes)), *u = read_tile(TEXT(q->bytes));
            Arena *a = arena_new(0);

            assert_int_equal(t->n, u->n);
            for (size_t i = 0; i < t->n; i++) {
                bool found = false;

                for (size_t k = 0; k < u->n && !found; k++)
                    found = str_eq(t->feature[i].geometry, u->feature[k].geometry) &&
                            str_eq(read_text(t, &t->feature[i], STR("class")),
                                read_text(u, &u->feature[k], STR("class"))) &&
                            read_number(t, &t->feature[i], STR("count")) ==
                                read_number(u, &u->feature[k], STR("count"));
                if (!found)
                    fail_msg("%d/%u/%u is not as a new pack would have it", z, ask.y, ask.x);
            }
            arena_free(a);
            tile_clear((ReadTile *)(uintptr_t)t);
            tile_clear((ReadTile *)(uintptr_t)u);
            tile_body_free(p);
            tile_body_free(q);
        }
}

static void an_edited_view_is_a_new_one(void **state)
{
    Bench b, fresh;
    TileLayer *l, *n;
    Err err = { 0 };

    (void)state;
    bench_open(&b, "edits", true);
    l = layer(&b, true);
    for (int round = 0; round < 6; round++) {
        TileChange c[40];
        const size_t many = round < 4 ? 3 : LEN(c);

        for (size_t i = 0; i < many; i++)
            c[i] = change_row(b.world, &b.rng, 1 + (int64_t)rng_below(&b.rng, ROWS));
        assert_true(tile_changed(l, c, many, b.world->seq, &err));
    }
    fresh = b;
    snprintf(fresh.dir, sizeof fresh.dir, "/tmp/sangzi-far-XXXXXX");
    assert_non_null(mkdtemp(fresh.dir));
    n = layer(&fresh, true);
    assert_int_equal(tile_layer_single_from(l), tile_layer_single_from(n));
    for (int z = 6; z < tile_layer_single_from(l); z++)
        same_bodies(l, n, z);
    tile_layer_close(n);
    snprintf(fresh.file, sizeof fresh.file, "%s/land.tiles", fresh.dir);
    unlink(fresh.file);
    rmdir(fresh.dir);
    tile_layer_close(l); /* writes what it has not */
    n = layer(&b, false);
    assert_true(tile_layer_packed(n));
    l = layer(&b, false);
    same_bodies(l, n, 9);
    tile_layer_close(l);
    tile_layer_close(n);
    bench_close(&b);
}

/* Each tile whose picture is another has another tag, and none serves an old body. */
static void an_edit_is_seen_at_once_where_it_shows(void **state)
{
    Bench b;
    TileLayer *l;
    Err err = { 0 };

    (void)state;
    bench_open(&b, "fresh", true);
    l = layer(&b, true);
    for (int round = 0; round < 12; round++) {
        enum { Z = 11 };
        TileAsk ask = { .grid = GEO_WEBMERCATOR, .z = Z, .show = ~UINT64_C(0) };
        const int64_t fid = 1 + (int64_t)rng_below(&b.rng, ROWS);
        const GeoBox at = { west + step * (double)((fid - 1) % NET), south + step * (double)((fid - 1) / NET),
            0, 0 };
        const TileBody *before[9], *after;
        TileChange c;
        bool any = false;

        geo_tile_at(GEO_WEBMERCATOR, Z, at.minx, at.miny, &ask.x, &ask.y);
        for (uint32_t i = 0; i < 9; i++)
            before[i] = body_of(
                l, (TileAsk){ GEO_WEBMERCATOR, Z, ask.x + i % 3 - 1, ask.y + i / 3 - 1, ask.show, false });
        for (c = change_row(b.world, &b.rng, fid); b.world->row[fid].class == 5;)
            b.world->row[fid].class = 3;
        assert_true(tile_changed(l, &c, 1, b.world->seq, &err));
        for (uint32_t i = 0; i < 9; i++) {
            after = body_of(
                l, (TileAsk){ GEO_WEBMERCATOR, Z, ask.x + i % 3 - 1, ask.y + i / 3 - 1, ask.show, false });
            if (!str_eq(TEXT(before[i]->bytes), TEXT(after->bytes))) {
                any = true;
                assert_string_not_equal(before[i]->etag, after->etag);
            }
            tile_body_free(before[i]);
            tile_body_free(after);
        }
        (void)any;
    }
    { /* a whole field of them cannot be missed */
        TileChange c[100];
        Look was = { .world = b.world }, is = was;
        size_t n = 0;

        each_tile(l, 10, see_truth, &was);
        for (int y = 10; y < 20; y++)
            for (int x = 90; x < 100; x++) {
                const int64_t fid = 1 + y * NET + x;

                if (!b.world->row[fid].there)
                    continue;
                c[n++] = (TileChange){ fid, box_of(b.world, fid), box_of(b.world, fid) };
                b.world->row[fid].class = 3;
            }
        b.world->seq++;
        assert_true(tile_changed(l, c, n, b.world->seq, &err));
        each_tile(l, 10, see_truth, &is);
        assert_true(is.shown.by[3] > was.shown.by[3] * 1.1);
    }
    tile_layer_close(l);
    bench_close(&b);
}

/* --- what a reader may see ------------------------------------------------------------------------------------------- */
static void what_is_not_shown_is_merged(void **state)
{
    Bench b;
    TileLayer *l;
    TileAsk ask = { .grid = GEO_WEBMERCATOR, .z = 9, .show = ~UINT64_C(0) };
    size_t n[3];

    (void)state;
    bench_open(&b, "show", true);
    l = layer(&b, true);
    geo_tile_at(GEO_WEBMERCATOR, 9, west + 40 * step, south + 50 * step, &ask.x, &ask.y);
    for (int i = 0; i < 3; i++) {
        const TileBody *body;
        ReadTile *t;

        ask.show = i == 0 ? ~UINT64_C(0) : i == 1 ? 1 : 4; /* all, the class, neither of the two */
        body = body_of(l, ask);
        t = read_tile(TEXT(body->bytes));
        n[i] = t->n;
        for (size_t k = 0; k < t->n; k++) {
            assert_int_equal(read_text(t, &t->feature[k], STR("class")).len > 0, i < 2);
            assert_true(i == 0 || !read_text(t, &t->feature[k], STR("slope")).len);
        }
        tile_clear(t);
        tile_body_free(body);
    }
    assert_true(n[0] > n[1] && n[1] > 1 && n[2] == 1);
    tile_layer_close(l);
    bench_close(&b);
}

/* --- sums --------------------------------------------------------------------------------------------------------------- */
static void sums_are_exact(void **state)
{
    Bench b;
    TileLayer *l;
    TileSums s;
    Err err = { 0 };
    Arena *a = arena_new(0);
    const GeoBox everything = { -180, -85, 180, 85 };

    (void)state;
    bench_open(&b, "sums", true);
    l = layer(&b, false);
    assert_false(tile_sums(l, everything, a, &s, &err)); /* nothing is packed yet: not zero, but no answer */
    assert_ptr_equal(err.kind, &TILE_NOT_READY);
    err = (Err){ 0 };
    assert_true(tile_layer_pack(l, &err));
    for (int round = 0; round < 3; round++) {
        double area[CLASSES] = { 0 }, want[CLASSES] = { 0 };
        uint64_t count[CLASSES] = { 0 }, there[CLASSES] = { 0 };

        assert_true(tile_sums(l, everything, a, &s, &err) && s.exact);
        for (size_t i = 0; i < s.n; i++) {
            area[class_of(s.sum[i].value[0].text)] += s.sum[i].area;
            count[class_of(s.sum[i].value[0].text)] += s.sum[i].count;
        }
        for (int64_t fid = 1; fid <= ROWS; fid++)
            if (b.world->row[fid].there) {
                want[b.world->row[fid].class] +=
                    geo_area_m2((Bytes){ b.world->row[fid].wkb, b.world->row[fid].len });
                there[b.world->row[fid].class]++;
            }
        for (int i = 0; i < CLASSES; i++) {
            assert_int_equal(count[i], there[i]);
            assert_true(fabs(area[i] - want[i]) <= 5e-5 * want[i] + 1);
        }
        for (int i = 0; i < 8; i++) {
            TileChange c = change_row(b.world, &b.rng, 1 + (int64_t)rng_below(&b.rng, ROWS));

            if (i % 4 == 0)
                assert_true(tile_changed(l, &c, 1, b.world->seq, &err));
            else {
                TileChange two[2] = { c, c };

                assert_true(tile_changed(l, two, 2, b.world->seq, &err)); /* said twice, it counts once */
            }
        }
    }
    { /* four boxes are the whole: what a box is rounded by, its neighbour has */
        const GeoBox q = { west + 40 * step, south + 50 * step, 0, 0 };
        const GeoBox part[4] = { { -180, -85, q.minx, q.miny }, { q.minx, -85, 180, q.miny },
            { -180, q.miny, q.minx, 85 }, { q.minx, q.miny, 180, 85 } };
        uint64_t all = 0, parts = 0;
        double area = 0;

        assert_true(tile_sums(l, everything, a, &s, &err));
        for (size_t i = 0; i < s.n; i++) {
            all += s.sum[i].count;
            area += s.sum[i].area;
        }
        for (int k = 0; k < 4; k++) {
            assert_true(tile_sums(l, part[k], a, &s, &err) && !s.exact && s.cell > 1 && s.cell < 80);
            for (size_t i = 0; i < s.n; i++) {
                parts += s.sum[i].count;
                area -= s.sum[i].area;
            }
        }
        assert_int_equal(parts, all);
        assert_true(fabs(area) < 100);
    }
    arena_free(a);
    tile_layer_close(l);
    bench_close(&b);
}

/* --- a torn file ------------------------------------------------------------------------------------------------------- */
static void a_torn_view_is_made_anew(void **state)
{
    Bench b;
    struct stat st;
    Arena *a = arena_new(0);
    Str good;
    Err err = { 0 };

    (void)state;
    bench_open(&b, "torn", true);
    tile_layer_close(layer(&b, true));
    assert_int_equal(stat(b.file, &st), 0);
    assert_true(file_read(b.file, 1 << 28, a, &good, &err));
    for (int i = 0; i < 30; i++) {
        char *copy = str_c(a, good);
        const size_t at = 4096 + rng_below(&b.rng, good.len - 4096), len = i % 3 ? good.len : at;
        TileLayer *l;

        copy[at] = (char)(copy[at] ^ (1 << rng_below(&b.rng, 8)));
        assert_true(file_write(b.file, (Bytes){ (const uint8_t *)copy, len }, 0640, &err));
        l = layer(&b, false);
        assert_false(tile_layer_packed(l));
        tile_layer_close(l);
    }
    b.view.key[1] = 2; /* what layers are drawn by has changed: the file is not ours */
    assert_true(file_write(b.file, BYTES(good), 0640, &err));
    {
        TileLayer *l = layer(&b, false);

        assert_false(tile_layer_packed(l));
        tile_layer_close(l);
    }
    arena_free(a);
    bench_close(&b);
}

/* --- lines and points --------------------------------------------------------------------------------------------------- */
/* A net of roads, every piece a record of its own: from afar each class is one feature, and all its length is there. */
static void lines_are_whole(void **state)
{
    Bench b;
    TileLayer *l;
    double want = 0;
    uint32_t tx, ty;
    GeoBox middle;

    (void)state;
    geo_tile_at(GEO_WEBMERCATOR, 8, west, south, &tx, &ty); /* in one tile of each zoom */
    middle = geo_tile_box(GEO_WEBMERCATOR, 8, tx, ty);
    middle.minx += 0.4;
    middle.miny += 0.4;
    bench_open(&b, "lines", false);
    b.view = (TileView){ .nkey = 1, .key = { 0 }, .lines = true };
    for (int64_t fid = 1; fid <= OTHERS * 3; fid++) {
        const double x = middle.minx + step * (double)(fid % 90), y = middle.miny + step * (double)(fid / 90);
        const double xy[] = { x, y, x + step * (double)(fid % 2), y + step * (double)(fid % 2 == 0) };
        Arena *a = arena_new(0);
        Bytes wkb;

        assert_true(geo_make_line(xy, 2, a, &wkb));
        set_row(b.world, fid, wkb);
        b.world->row[fid].class = (int)(fid % 2);
        want += step;
        arena_free(a);
    }
    b.world->nrow = OTHERS * 3;
    b.world->seq = 1;
    l = layer(&b, true);
    assert_true(tile_layer_single_from(l) > 8);
    for (int z = 6; z <= 8; z++) {
        TileAsk ask = { .grid = GEO_WEBMERCATOR, .z = z, .show = ~UINT64_C(0) };
        const TileBody *body;
        ReadTile *t;
        double length = 0;
        int64_t count = 0;

        geo_tile_at(GEO_WEBMERCATOR, z, middle.minx, middle.miny, &ask.x, &ask.y);
        body = body_of(l, ask);
        t = read_tile(TEXT(body->bytes));
        assert_int_equal(t->n, 2);
        for (size_t i = 0; i < 2; i++) {
            assert_true(t->feature[i].id == 0 && t->feature[i].type == 2);
            length += t->feature[i].length;
            count += read_number(t, &t->feature[i], STR("count"));
        }
        assert_int_equal(count, b.world->nrow);
        /* North-south pieces are longer in Mercator, by the secant. */
        want =
            ldexp(step / 360 * OTHERS * 1.5 * (1 + 1 / cos((middle.miny + 50 * step) * M_PI / 180)), 12 + z);
        if (fabs(length / want - 1) > 0.02)
            fail_msg("z %d: %.0f units of road for %.0f", z, length, want);
        tile_clear(t);
        tile_body_free(body);
    }
    tile_layer_close(l);
    bench_close(&b);
}

static void points_are(bool words)
{
    Bench b;
    TileLayer *l;
    size_t alone = 0, clusters = 0;

    bench_open(&b, words ? "words" : "clusters", false);
    b.view = (TileView){ .nkey = 2, .key = { 0, 1 }, .circles = !words, .words = words };
    for (int64_t fid = 1; fid <= OTHERS * 3; fid++) {
        Arena *a = arena_new(0);
        const double d = fid % 3 ? 1 : 0.1; /* a third of them in a town */
        Bytes wkb;

        assert_true(geo_make_point(
            west + d * NET * step * rng_unit(&b.rng), south + d * NET * step * rng_unit(&b.rng), a, &wkb));
        set_row(b.world, fid, wkb);
        b.world->row[fid].class = (int)rng_below(&b.rng, 2);
        arena_free(a);
    }
    b.world->nrow = OTHERS * 3;
    b.world->seq = 1;
    l = layer(&b, true);
    assert_true(tile_layer_single_from(l) > 8);
    for (int z = 6; z < tile_layer_single_from(l); z++) {
        TileAsk ask = { .grid = GEO_WEBMERCATOR, .z = z, .show = ~UINT64_C(0) };
        uint32_t x0, y0, x1, y1;
        int64_t count = 0;

        geo_tile_at(GEO_WEBMERCATOR, z, west, south + NET * step, &x0, &y0);
        geo_tile_at(GEO_WEBMERCATOR, z, west + NET * step, south, &x1, &y1);
        for (ask.y = y0; ask.y <= y1; ask.y++)
            for (ask.x = x0; ask.x <= x1; ask.x++) {
                const TileBody *body = body_of(l, ask);
                ReadTile *t = read_tile(TEXT(body->bytes));

                for (size_t i = 0; i < t->n; i++) {
                    const ReadFeature *f = &t->feature[i];
                    const bool cluster = read_value(t, f, STR("cluster")).len > 0;

                    if (f->minx < 0 || f->miny < 0 || f->minx >= MVT_EXTENT || f->miny >= MVT_EXTENT)
                        continue; /* the neighbour's */
                    count += cluster ? read_number(t, f, STR("count")) : 1;
                    alone += !cluster;
                    clusters += cluster;
                    assert_true(cluster == (f->id == 0) && cluster == !f->ulid.len);
                }
                assert_true(body->bytes.len < 500000);
                tile_clear(t);
                tile_body_free(body);
            }
        if (!words)
            assert_int_equal(count, b.world->nrow); /* each counted once, in one tile */
    }
    assert_true(words ? clusters == 0 && alone > 100 : clusters > 100 && alone > 10);
    tile_layer_close(l);
    bench_close(&b);
}

static void clusters_say_their_count(void **state)
{
    (void)state;
    points_are(false);
}

static void names_are_thinned_not_clustered(void **state)
{
    (void)state;
    points_are(true);
}

int main(void)
{
    const struct CMUnitTest test[] = { cmocka_unit_test(areas_are_true_at_every_zoom),
        cmocka_unit_test(neighbours_join), cmocka_unit_test(an_edited_view_is_a_new_one),
        cmocka_unit_test(an_edit_is_seen_at_once_where_it_shows),
        cmocka_unit_test(what_is_not_shown_is_merged), cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(a_torn_view_is_made_anew), cmocka_unit_test(lines_are_whole),
        cmocka_unit_test(clusters_say_their_count), cmocka_unit_test(names_are_thinned_not_clustered) };

    return cmocka_run_group_tests(test, NULL, NULL);
}
