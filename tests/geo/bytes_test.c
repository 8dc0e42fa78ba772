/* tests/geo/bytes_test.c - WKB in every dress becomes ours; broken bytes are refused; GeoPackage blobs. */
#include "geo/geo.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static Bytes from_hex(const char *hex, Arena *a)
{
    size_t n = strlen(hex) / 2;
    uint8_t *p = arena_take(a, n + 1, 1);

    for (size_t i = 0; i < n; i++) {
        unsigned v;

        assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
        p[i] = (uint8_t)v;
    }
    return (Bytes){ p, n };
}

static Str wkt_of(Bytes wkb, Arena *a)
{
    Buf b;
    Str s;

    buf_init(&b, 1 << 20);
    geo_to_wkt(wkb, &b);
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

/* clang-format off */
static const struct Row {
    const char *say, *hex;
    const ErrKind *want;
    const char *wkt;
} rows[] = {
    { "a point, little-endian",             "0101000000000000000000F03F0000000000000040", NULL, "POINT(1 2)" },
    { "big-endian (OGC 06-103r4, 8.2.3)",   "00000000013FF00000000000004000000000000000", NULL, "POINT(1 2)" },
    { "EWKB with SRID 4490 and Z",          "01010000A08A110000000000000000F03F00000000000000400000000000000840", NULL, "POINT Z(1 2 3)" },
    { "EWKB with M: dropped",               "0101000040000000000000F03F00000000000000400000000000000840", NULL, "POINT(1 2)" },
    { "ISO ZM: M dropped",                  "01B90B0000000000000000F03F000000000000004000000000000008400000000000001040", NULL, "POINT Z(1 2 3)" },
    { "an empty point is two NaN",          "0101000000000000000000F87F000000000000F87F", NULL, "POINT EMPTY" },
    { "a multipoint of both byte orders",   "010400000002000000" "0101000000000000000000F03F0000000000000040" "00000000013FF00000000000004000000000000000", NULL, "MULTIPOINT((1 2),(1 2))" },
    { "an empty collection",                "010700000000000000", NULL, "GEOMETRYCOLLECTION EMPTY" },
    { "nothing",                            "", &GEO_BAD_WKB, NULL },
    { "cut off",                            "0101000000000000000000F03F00000000000000", &GEO_BAD_WKB, NULL },
    { "one byte too many",                  "0101000000000000000000F03F000000000000004000", &GEO_BAD_WKB, NULL },
    { "infinity",                           "0101000000000000000000F07F0000000000000040", &GEO_BAD_WKB, NULL },
    { "byte order 2",                       "0201000000000000000000F03F0000000000000040", &GEO_BAD_WKB, NULL },
    { "a CIRCULARSTRING (type 8)",          "010800000000000000", &GEO_BAD_WKB, NULL },
    { "a line in a multipoint",             "01040000000100000001020000000000000000", &GEO_BAD_WKB, NULL },
    { "4,294,967,295 points in 9 bytes",    "0102000000FFFFFFFF", &GEO_BAD_WKB, NULL },
    { "nesting 9 deep",                     "010700000001000000" "010700000001000000" "010700000001000000" "010700000001000000" "010700000001000000"
                                            "010700000001000000" "010700000001000000" "010700000001000000" "010700000000000000", &GEO_TOO_BIG, NULL },
};
/* clang-format on */

static void every_dress(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        Arena *a = arena_new(0);
        Bytes in = from_hex(rows[i].hex, a), out = { 0 };
        Err err = { 0 };
        bool good = geo_wkb_norm(in, a, &out, &err);

        if (err.kind != rows[i].want)
            print_error("%s: %s at %s\n", rows[i].say, err.kind ? err.kind->code : "no error", err.where);
        assert_ptr_equal(err.kind, rows[i].want);
        assert_int_equal(good, rows[i].want == NULL);
        if (good) {
            assert_string_equal(wkt_of(out, a).ptr, rows[i].wkt);
            assert_true(geo_wkb_check(out, &err));
        }
        arena_free(a);
    }
}

static void only_ours_is_in_hand(void **state) /* geo_wkb_check refuses what norm would have to change */
{
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 1; i < 5; i++) {
        Err err = { 0 };

        assert_false(geo_wkb_check(from_hex(rows[i].hex, a), &err));
        assert_ptr_equal(err.kind, &GEO_BAD_WKB);
    }
    arena_free(a);
}

static void blobs(void **state)
{
    Arena *a = arena_new(0);
    const double xy[] = { 110, 30, 112, 30, 111, 33, 110, 30 };
    const size_t ring[] = { 4 };
    Bytes wkb, blob, empty, big;
    GeoBlob b;
    Err err = { 0 };

    (void)state;
    assert_true(geo_make_polygon(xy, ring, 1, a, &wkb));
    assert_true(geo_blob_make(wkb, 4490, a, &blob, &err));
    assert_int_equal(blob.len, 8 + 32 + wkb.len);
    assert_memory_equal(
        blob.ptr, "GP\0\3", 4); /* little-endian, envelope of x and y: clause 2.1.3, table 5 */
    assert_true(geo_blob_open(blob, &b, &err));
    assert_int_equal(b.srs, 4490);
    assert_true(b.box.minx == 110 && b.box.maxx == 112 && b.box.miny == 30 && b.box.maxy == 33);
    assert_memory_equal(b.wkb.ptr, wkb.ptr, wkb.len);
    assert_true(geo_make_multi(GEO_MULTIPOLYGON, &wkb, 0, a, &empty));
    assert_true(geo_blob_make(empty, 4490, a, &blob, &err) && geo_blob_open(blob, &b, &err));
    assert_true(b.empty && geo_box_empty(b.box));
    big = from_hex("4750000000000000"
                   "00000000013FF00000000000004000000000000000",
        a); /* big-endian header, no envelope */
    assert_true(geo_blob_open(big, &b, &err) && b.srs == 0 && geo_box_empty(b.box));
    for (size_t n = 0; n < 40; n++) {
        err.kind = NULL;
        assert_true(geo_blob_make(wkb, 4490, a, &blob, &err));
        assert_false(geo_blob_open((Bytes){ blob.ptr, n }, &b, &err));
        assert_ptr_equal(err.kind, &GEO_BAD_WKB);
    }
    arena_free(a);
}

static void count_parts(void *ctx, size_t part, double x, double y)
{
    size_t *n = ctx;

    (void)x, (void)y;
    n[0]++;
    n[1] = part + 1;
}

static void walked(void **state)
{
    Arena *a = arena_new(0);
    const double xy[] = { 0, 0, 4, 0, 4, 4, 0, 4, 0, 0, 1, 1, 1, 2, 2, 1, 1, 1 };
    const size_t ring[] = { 5, 4 };
    size_t n[2] = { 0, 0 };
    Bytes wkb, part[2], multi;

    (void)state;
    assert_true(geo_make_polygon(xy, ring, 2, a, &wkb));
    part[0] = part[1] = wkb;
    assert_true(geo_make_multi(GEO_MULTIPOLYGON, part, 2, a, &multi));
    geo_wkb_walk(multi, count_parts, n);
    assert_int_equal(n[0], 18);
    assert_int_equal(n[1], 4);
    assert_int_equal(geo_wkb_vertices(multi), 18);
    assert_int_equal(geo_wkb_type(multi), GEO_MULTIPOLYGON);
    for (size_t cut = 0; cut < multi.len; cut++) { /* a cut geometry ends early, no more */
        (void)geo_wkb_box((Bytes){ multi.ptr, cut });
        assert_true(geo_wkb_vertices((Bytes){ multi.ptr, cut }) <= 18);
    }
    arena_free(a);
}

static void rings_are_cleaned(void **state)
{
    static const char *const row[][2] = {
        { "POLYGON((0 0,0 1,1 1,1 0,0 0))", "POLYGON((0 0,1 0,1 1,0 1,0 0))" },
        { "POLYGON((0 0,4 0,4 4,0 4),(1 1,2 1,2 2))", "POLYGON((0 0,4 0,4 4,0 4,0 0),(2 2,2 1,1 1,2 2))" },
        { "LINESTRING(1 1,2 2)", "LINESTRING(1 1,2 2)" },
        { "GEOMETRYCOLLECTION(POINT(1 2),POLYGON((0 0,1 0,1 1)))",
            "GEOMETRYCOLLECTION(POINT(1 2),POLYGON((0 0,1 0,1 1,0 0)))" },
    };
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        Bytes wkb, out;
        size_t used;
        Err err = { 0 };

        assert_true(geo_from_wkt(str_of(row[i][0]), a, &wkb, &used, &err));
        assert_true(geo_clean_rings(wkb, a, &out, &err));
        assert_string_equal(wkt_of(out, a).ptr, row[i][1]);
    }
    arena_free(a);
}

/* Any bytes at all, from a seed: refused with a reason, or taken and then of our form. */
static void noise(void **state)
{
    uint64_t seed = (uint64_t)time_now();
    Rng r = rng_of(seed, STR("noise"));

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 20000; i++) {
        Arena *a = arena_new(0);
        uint8_t raw[96];
        size_t n = rng_below(&r, sizeof raw);
        Bytes out;
        Err err = { 0 };

        for (size_t k = 0; k < n; k++)
            raw[k] = (uint8_t)(rng_unit(&r) < 0.7 ? 0 : rng_below(&r, 256));
        raw[0] = 1;
        raw[1] = (uint8_t)rng_below(&r, 9);
        (void)geo_wkb_box((Bytes){ raw, n });
        if (geo_wkb_norm((Bytes){ raw, n }, a, &out, &err))
            assert_true(geo_wkb_check(out, &err) && !err.kind);
        else
            assert_non_null(err.kind);
        arena_free(a);
    }
}

static void no_memory_is_an_error(void **state)
{
    bool done = false;
    const double xy[] = { 0, 0, 1, 0, 1, 1, 0, 0 };
    const size_t ring[] = { 4 };

    (void)state;
    for (long n = 0; !done; n++) {
        Arena *a = arena_failing_at(n);
        Bytes wkb = { 0 }, norm, clean, blob = { 0 };
        Err err = { 0 };

        done = geo_make_polygon(xy, ring, 1, a, &wkb) && geo_wkb_norm(wkb, a, &norm, &err) &&
               geo_clean_rings(norm, a, &clean, &err) && geo_blob_make(clean, 4490, a, &blob, &err);
        if (!done)
            assert_true((n == 0 || err.kind == &BASE_NO_MEMORY) && !blob.ptr);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dress),
        cmocka_unit_test(only_ours_is_in_hand),
        cmocka_unit_test(blobs),
        cmocka_unit_test(walked),
        cmocka_unit_test(rings_are_cleaned),
        cmocka_unit_test(noise),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
