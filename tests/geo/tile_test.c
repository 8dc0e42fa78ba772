/* tests/geo/tile_test.c - grids, the Hilbert curve, and the vector tile writer, read back by the specification. */
#include "geo/geo.h"
#include "mvt_reader.h"
#include <stdio.h>

static Bytes wkb_of(const char *wkt, Arena *a)
{
    Bytes w = { 0 };
    size_t used;
    Err err = { 0 };

    assert_true(geo_from_wkt(str_of(wkt), a, &w, &used, &err));
    return w;
}

static bool near(double got, double want, double by)
{
    if (!(fabs(got - want) <= by))
        print_error("got %.9f, want %.9f\n", got, want);
    return fabs(got - want) <= by;
}

static void grids(void **state)
{
    GeoBox b = geo_tile_box(GEO_WEBMERCATOR, 1, 1, 0);
    uint32_t x, y;

    (void)state;
    assert_true(near(b.minx, 0, 0) && near(b.maxx, 180, 0) && near(b.maxy, 85.0511287798, 1e-9) &&
                near(b.miny, 0, 1e-12));
    geo_tile_at(GEO_WEBMERCATOR, 10, 111, 31, &x, &y); /* 10/827/419: the usual formula */
    assert_true(x == 827 && y == 419);
    b = geo_tile_box(GEO_CGCS2000, 1, 1, 0); /* 2 × 1 tiles of 180° */
    assert_true(b.minx == 0 && b.maxx == 180 && b.miny == -90 && b.maxy == 90);
    b = geo_tile_box(GEO_CGCS2000, 3, 0, 0);
    assert_true(b.minx == -180 && b.maxx == -135 && b.miny == 45 && b.maxy == 90);
    assert_true(geo_tile_valid(GEO_CGCS2000, 1, 1, 0) && !geo_tile_valid(GEO_CGCS2000, 1, 1, 1));
    assert_false(geo_tile_valid(GEO_CGCS2000, 0, 0, 0));
    assert_true(geo_tile_valid(GEO_WEBMERCATOR, 0, 0, 0) && !geo_tile_valid(GEO_WEBMERCATOR, 3, 99, 0));
    assert_true(!geo_tile_valid(GEO_WEBMERCATOR, 23, 0, 0) && !geo_tile_valid(GEO_WEBMERCATOR, 3, -1, 0));
    for (int g = 0; g < 2; g++)
        for (int z = 1; z <= GEO_MAX_ZOOM; z++) { /* the middle of a tile lies in it */
            uint32_t tx = (UINT32_C(1) << z) - 1, ty = ((UINT32_C(1) << z) - 1) / 2;

            b = geo_tile_box((GeoGrid)g, z, tx, ty);
            geo_tile_at((GeoGrid)g, z, (b.minx + b.maxx) / 2, (b.miny + b.maxy) / 2, &x, &y);
            assert_true(x == tx && y == ty);
        }
}

static void world_and_back(void **state)
{
    uint64_t seed = (uint64_t)time_now();
    Rng r = rng_of(seed, STR("world"));

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 10000; i++) {
        double lon = rng_unit(&r) * 360 - 180, lat = rng_unit(&r) * 170 - 85, lon2, lat2;
        int32_t x, y;

        geo_mercator(lon, lat, &x, &y);
        geo_degrees(x, y, &lon2, &lat2);
        assert_true(near(lon2, lon, 2e-7) && near(lat2, lat, 2e-7));
    }
}

/* The polynomial of a strip beside the closed form it stands for, EPSG method 1024, at the poles' edges and all between. */
static void mercator_is_the_closed_form(void **state)
{
    const double world = 2147483648.0;

    (void)state;
    for (int i = 0; i <= 340000; i++) {
        const double lat = -85 + i * 0.0005, s = sin(lat * M_PI / 180);
        const double y = world * (0.5 - log((1 + s) / (1 - s)) * (0.25 / M_PI));
        int32_t x, got;

        geo_mercator(i * 0.001 - 170, lat, &x, &got);
        assert_true(got <= y + 0.001 && got >= y - 1.001);
    }
}

static void hilbert_is_a_curve(
    void **state) /* a bijection whose neighbours on the curve are neighbours on the plane */
{
    static int32_t at[4096][2];

    (void)state;
    for (uint32_t x = 0; x < 64; x++)
        for (uint32_t y = 0; y < 64; y++) {
            uint64_t d = geo_hilbert(x, y, 6);

            assert_true(d < 4096);
            at[d][0] = (int32_t)x;
            at[d][1] = (int32_t)y;
        }
    for (int d = 1; d < 4096; d++)
        assert_int_equal(abs(at[d][0] - at[d - 1][0]) + abs(at[d][1] - at[d - 1][1]), 1);
}

/* --- the writer ----------------------------------------------------------------------------------------------- */
static Str tile_of(
    GeoGrid g, int z, uint32_t x, uint32_t y, const char *const *wkt, size_t n, bool keep, Arena *a)
{
    MvtLayer *l = mvt_layer(STR("road"), g, z, x, y, a);
    Buf b;
    Str s;

    mvt_key(l, STR("id"));
    mvt_key(l, STR("n"));
    for (size_t i = 0; i < n; i++) {
        const MvtValue v[] = { { MVT_TEXT, str_fmt(a, "%026zu", i), 0, 0 },
            { MVT_INT, { 0 }, (int64_t)(i % 3) - 1, 0 } };

        (void)mvt_add(l, i, wkb_of(wkt[i], a), v, LEN(v), keep);
    }
    buf_init(&b, 1 << 24);
    assert_true(mvt_end(l, &b));
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

static void a_square_to_the_byte(void **state)
{
    /* World tile 0/0/0: the equator and the zero meridian are unit 2048. The square goes round in tile coordinates (y
     * down) with a positive area: MVT 2.1, 4.3.3.3. */
    static const char *const wkt[] = { "POLYGON((0 0,90 0,90 -66.5133,0 -66.5133,0 0))" };
    Arena *a = arena_new(0);
    ReadTile *t = read_tile(tile_of(GEO_WEBMERCATOR, 0, 0, 0, wkt, 1, false, a));

    (void)state;
    assert_int_equal(t->n, 1);
    assert_true(str_eq(t->name, STR("road")) && t->nkey == 2 && t->nvalue == 2);
    assert_true(t->feature[0].type == 3 && t->feature[0].nring == 1 && t->feature[0].nvertex == 4);
    assert_true(t->feature[0].minx == 2048 && t->feature[0].maxx == 3072 && t->feature[0].miny == 2048);
    assert_int_equal(t->feature[0].maxy, 3072);
    assert_true(t->feature[0].area == 1024.0 * 1024.0);
    tile_clear(t);
    arena_free(a);
}

/* clang-format off */
static const struct Shown { /* in tile 10/827/419 of WebMercatorQuad: 110.742 … 111.094, 30.751 … 31.053 */
    const char *say, *wkt;
    bool keep, shown;
    unsigned type;
    size_t nring;
} shown[] = {
    { "a point",                        "POINT(111 31)", false, true, 1, 0 },
    { "a point within the wide buffer", "POINT(110.733 31)", false, true, 1, 0 },
    { "a point beyond it",              "POINT(110.70 31)", false, false, 0, 0 },
    { "a line across",                  "LINESTRING(110 31,112 31)", false, true, 2, 0 },
    { "a line in and out",              "MULTILINESTRING((110 31,112 31),(110 30.9,112 30.9))", false, true, 2, 0 },
    { "a line elsewhere",               "LINESTRING(120 31,121 31)", false, false, 0, 0 },
    { "a line too short",               "LINESTRING(111 31,111.000001 31)", false, false, 0, 0 },
    { "kept all the same",              "LINESTRING(111 31,111.000001 31)", true, true, 2, 0 },
    { "a polygon larger than the tile", "POLYGON((100 20,120 20,120 40,100 40,100 20))", false, true, 3, 1 },
    { "with a hole around the tile",    "POLYGON((100 20,120 20,120 40,100 40,100 20),(110 30,112 30,112 32,110 32,110 30))", false, false, 0, 0 },
    { "with a hole inside",             "POLYGON((110 30,112 30,112 32,110 32,110 30),(110.9 30.9,111 30.9,111 31,110.9 31,110.9 30.9))", false, true, 3, 2 },
    { "too small",                      "POLYGON((111 31,111.00001 31,111.00001 31.00001,111 31))", false, false, 0, 0 },
    { "small but kept",                 "POLYGON((111 31,111.00001 31,111.00001 31.00001,111 31))", true, true, 3, 1 },
    { "a hole too small",               "POLYGON((110.9 30.9,111 30.9,111 31,110.9 31,110.9 30.9),(110.95 30.95,110.950001 30.95,110.95 30.950001,110.95 30.95))", false, true, 3, 1 },
    { "a bow-tie is two triangles",     "POLYGON((110.8 30.8,111 31,111 30.8,110.8 30.9,110.8 30.8))", false, true, 3, 2 },
    { "a clockwise shell",              "POLYGON((110.9 30.9,110.9 31,111 31,111 30.9,110.9 30.9))", false, true, 3, 1 },
    { "a collection: its polygon",      "GEOMETRYCOLLECTION(POINT(111 31),POLYGON((110.9 30.9,110.9 31,111 31,110.9 30.9)))", false, true, 3, 1 },
    { "two polygons",                   "MULTIPOLYGON(((110.9 30.9,110.9 31,111 31,110.9 30.9)),((110.8 30.8,110.85 30.8,110.85 30.85,110.8 30.8)))", false, true, 3, 2 },
    { "points",                         "MULTIPOINT((111 31),(110.9 31),(130 31))", false, true, 1, 0 },
    { "nothing",                        "POLYGON EMPTY", true, false, 0, 0 },
};
/* clang-format on */

static void what_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(shown); i++) {
        Arena *a = arena_new(0);
        ReadTile *t = read_tile(tile_of(GEO_WEBMERCATOR, 10, 827, 419, &shown[i].wkt, 1, shown[i].keep, a));

        if (t->n != shown[i].shown || (t->n && t->feature[0].nring != shown[i].nring))
            print_error("%s\n", shown[i].say);
        assert_int_equal(t->n, shown[i].shown);
        if (t->n) {
            assert_int_equal(t->feature[0].type, shown[i].type);
            assert_int_equal(t->feature[0].nring, shown[i].nring);
        }
        tile_clear(t);
        arena_free(a);
    }
}

/* Crooked shapes with necks and spikes thinner than a unit, and with a hole, rounded, simplified and cut by the tile. */
static void polygons_in_tiles_are_valid(void **state)
{
    const uint64_t seed = (uint64_t)time_now();
    Rng r = rng_of(seed, STR("valid"));
    size_t seen = 0, holes = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 3000; round++) {
        Arena *a = arena_new(0);
        const int z = 8 + (int)rng_below(&r, 8), n = 4 + (int)rng_below(&r, 40);
        const double unit = 360 / ldexp(MVT_EXTENT, z), size = unit * exp(1 + 6 * rng_unit(&r)),
                     cx = 111 + rng_unit(&r), cy = 31 + rng_unit(&r);
        uint32_t x, y;
        ReadTile *t;
        Buf b;
        Str wkt;

        buf_init(&b, 1 << 16);
        buf_str(&b, STR("POLYGON("));
        for (int ring = 0; ring < 1 + round % 2; ring++) {
            double first[2] = { 0 };

            buf_str(&b, ring ? STR(",(") : STR("("));
            for (int i = 0; i < n; i++) {
                const double turn = 2 * M_PI * i / n,
                             d = size * (ring                  ? 0.04
                                            : rng_below(&r, 3) ? 0.05 + 0.02 * rng_unit(&r)
                                                               : 1);
                const double p[2] = { cx + d * cos(turn), cy + d * sin(turn) };

                memcpy(first, i ? first : p, sizeof first);
                buf_fmt(&b, "%.9f %.9f,", p[0], p[1]);
            }
            buf_fmt(&b, "%.9f %.9f)", first[0], first[1]);
        }
        buf_c(&b, ')');
        geo_tile_at(GEO_WEBMERCATOR, z, cx + size * 0.5 * rng_unit(&r), cy, &x, &y);
        wkt = buf_text(&b);
        {
            const char *text = str_c(a, wkt);

            t = read_tile(tile_of(GEO_WEBMERCATOR, z, x, y, &text, 1, false, a));
        }
        for (size_t i = 0; i < t->n; i++, seen++) {
            const Bytes p = read_polygons(&t->feature[i], a);
            Err err = { 0 };

            holes += t->feature[i].nring > 1;
            if (!geo_valid(p, &err))
                fail_msg("%s at %s in %d/%u/%u: %.*s", err.what, err.hint, z, y, x, STRV(wkt));
        }
        tile_clear(t);
        buf_clear(&b);
        arena_free(a);
    }
    assert_true(seen > 1000 && holes > 50);
}

static void kept_at_the_worlds_end(void **state) /* found by fuzzing: there is no unit beyond the last */
{
    static const char *const wkt[] = { "POLYGON((180 -89,180 -89.1,180 -89.2,180 -89))",
        "LINESTRING(180 -89,180 -89.1)" };
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(wkt); i++) {
        uint32_t last = (UINT32_C(1) << GEO_MAX_ZOOM) - 1;
        ReadTile *t = read_tile(tile_of(GEO_WEBMERCATOR, GEO_MAX_ZOOM, last, last, &wkt[i], 1, true, a));

        assert_int_equal(t->n, 1);
        tile_clear(t);
    }
    arena_free(a);
}

static const char *random_star(
    Rng *r, GeoBox b, Arena *a) /* a star-shaped polygon, sometimes far larger than b */
{
    double cx = b.minx + rng_unit(r) * (b.maxx - b.minx), cy = b.miny + rng_unit(r) * (b.maxy - b.miny);
    double size = (b.maxx - b.minx) * exp(rng_normal(r, -2, 1.5));
    size_t n = 3 + rng_below(r, 30);
    Buf w;
    Str s;

    buf_init(&w, 1 << 20);
    buf_str(&w, STR("POLYGON(("));
    for (size_t i = 0; i <= n; i++) {
        double t = 2 * M_PI * (double)(i % n) / (double)n,
               d = size * (0.3 + 0.7 * fabs(sin((double)(i % n) * 1.7)));

        buf_fmt(&w, "%s%.7f %.7f", i ? "," : "", cx + d * cos(t), fmin(fmax(cy + d * sin(t), -80), 80));
    }
    buf_str(&w, STR("))"));
    s = str_copy(a, buf_text(&w));
    buf_clear(&w);
    return s.ptr;
}

/* Whatever is put in: the reader's rules hold at every zoom of both grids. */
static void rules_hold(void **state)
{
    uint64_t seed = (uint64_t)time_now();
    Rng r = rng_of(seed, STR("rules"));

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 400; i++) {
        Arena *a = arena_new(0);
        int z = 1 + (int)rng_below(&r, GEO_MAX_ZOOM);
        GeoGrid g = rng_below(&r, 2) ? GEO_CGCS2000 : GEO_WEBMERCATOR;
        uint32_t x, y;
        const char *wkt[8];

        geo_tile_at(g, z, rng_unit(&r) * 360 - 180, rng_unit(&r) * 140 - 70, &x, &y);
        for (size_t k = 0; k < LEN(wkt); k++)
            wkt[k] = random_star(&r, geo_tile_box(g, z, x, y), a);
        tile_clear(read_tile(tile_of(g, z, x, y, wkt, LEN(wkt), false, a)));
        arena_free(a);
    }
}

/* A polygon over many tiles: the areas inside the tiles (buffers cut off) add up to its own. */
static double clipped_area(Str tile)
{
    ReadTile *t = read_tile(tile);
    double sum = 0;

    for (size_t i = 0; i < t->n; i++)
        sum += t->feature[i].area;
    tile_clear(t);
    return sum;
}

static void tiles_join(void **state)
{
    /* An octagon-like shape around tile corners at zoom 12; the buffer strips are covered twice or four times and are
     * taken off by counting each tile's share at z 12 against the whole drawn in one tile of z 10. */
    static const char *const wkt[] = {
        "POLYGON((110.85 30.85,110.95 30.82,111.0 30.9,110.99 31.0,110.9 31.02,110.8 30.95,110.85 30.85))"
    };
    Arena *a = arena_new(0);
    double whole = clipped_area(tile_of(GEO_WEBMERCATOR, 10, 827, 419, wkt, 1, false, a)) * 16, sum = 0;
    double strips = 4 * (2 * 64 * 4096.0) * 12; /* a bound: what buffers can add */

    (void)state;
    for (uint32_t x = 827 * 4; x < 828 * 4; x++)
        for (uint32_t y = 419 * 4; y < 420 * 4; y++)
            sum += clipped_area(tile_of(GEO_WEBMERCATOR, 12, x, y, wkt, 1, false, a));
    assert_true(sum >= whole * 0.999 && sum <= whole * 1.002 + strips);
    arena_free(a);
}

/* --- thinning ------------------------------------------------------------------------------------------------------ */
enum { THIN = 300 };
static bool a_third(void *ctx, size_t i)
{
    (void)ctx;
    return i % 3 == 1;
}

static Str layer_of(
    bool thinned, Arena *a) /* every third feature: put alone, or left when the others are taken out */
{
    MvtLayer *l = mvt_layer(STR("road"), GEO_WEBMERCATOR, 10, 827, 419, a);
    Buf b;
    Str s;

    mvt_key(l, STR("id"));
    mvt_key(l, STR("n"));
    for (size_t i = 0; i < THIN; i++) {
        const Bytes w = wkb_of(str_fmt(a, "POINT(%.6f 31)", 110.75 + 0.001 * (double)i).ptr, a);
        const MvtValue v[] = { { MVT_TEXT, str_fmt(a, "%026zu", i), 0, 0 },
            { MVT_INT, { 0 }, (int64_t)(i % 7), 0 } };

        if (thinned || a_third(NULL, i))
            assert_true(mvt_add(l, i, w, v, LEN(v), false));
    }
    assert_true(!thinned || mvt_thin(l, a_third, NULL));
    buf_init(&b, 1 << 20);
    assert_true(mvt_count(l) == THIN / 3 && mvt_end(l, &b));
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

static void thinned_is_as_never_put(void **state)
{
    Arena *a = arena_new(0);
    ReadTile *alone = read_tile(layer_of(false, a)), *thinned = read_tile(layer_of(true, a));

    (void)state;
    assert_true(alone->n == THIN / 3 && thinned->n == alone->n && thinned->nvalue == alone->nvalue);
    for (size_t i = 0; i < alone->n; i++) {
        assert_true(thinned->feature[i].id == alone->feature[i].id);
        assert_true(str_eq(thinned->feature[i].ulid, alone->feature[i].ulid));
        assert_true(str_eq(thinned->feature[i].geometry, alone->feature[i].geometry));
    }
    tile_clear(alone);
    tile_clear(thinned);
    arena_free(a);
}

static void no_memory_is_an_error(void **state)
{
    Arena *kept = arena_new(0);
    Bytes in = wkb_of("POLYGON((110 30,112 30,112 32,110 32,110 30))", kept);
    bool done = false;

    (void)state;
    for (long n = 0; !done; n++) {
        Arena *a = arena_failing_at(n);
        MvtLayer *l = mvt_layer(STR("x"), GEO_WEBMERCATOR, 10, 827, 419, a);

        done = l && mvt_add(l, 1, in, NULL, 0, false);
        assert_true(done || !l);
        arena_free(a);
    }
    arena_free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grids),
        cmocka_unit_test(world_and_back),
        cmocka_unit_test(mercator_is_the_closed_form),
        cmocka_unit_test(hilbert_is_a_curve),
        cmocka_unit_test(a_square_to_the_byte),
        cmocka_unit_test(what_is_shown),
        cmocka_unit_test(polygons_in_tiles_are_valid),
        cmocka_unit_test(polygons_in_tiles_are_valid),
        cmocka_unit_test(kept_at_the_worlds_end),
        cmocka_unit_test(rules_hold),
        cmocka_unit_test(tiles_join),
        cmocka_unit_test(thinned_is_as_never_put),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
