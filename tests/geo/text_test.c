/* tests/geo/text_test.c - GeoJSON and WKT, both ways. */
#include "geo/geo.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static Str geojson_of(Bytes wkb, int digits, bool swap, Arena *a)
{
    Buf b;
    Str s;

    buf_init(&b, 1 << 24);
    geo_to_geojson(wkb, digits, swap, &b);
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

static Str wkt_of(Bytes wkb, Arena *a)
{
    Buf b;
    Str s;

    buf_init(&b, 1 << 24);
    geo_to_wkt(wkb, &b);
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

/* clang-format off */
static const struct Both { /* made by us, after RFC 7946 appendix A and OGC 06-103r4 */
    const char *wkt, *geojson;
} both[] = {
    { "POINT(111.5 31.25)",                      "{\"type\":\"Point\",\"coordinates\":[111.5,31.25]}" },
    { "POINT Z(111.5 31.25 80.125)",             "{\"type\":\"Point\",\"coordinates\":[111.5,31.25,80.125]}" },
    { "POINT EMPTY",                             "{\"type\":\"Point\",\"coordinates\":[]}" },
    { "LINESTRING(0 0,-1.5 2)",                  "{\"type\":\"LineString\",\"coordinates\":[[0,0],[-1.5,2]]}" },
    { "POLYGON((0 0,4 0,4 4,0 0),(1 1,2 1,2 2,1 1))", "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}" },
    { "POLYGON EMPTY",                           "{\"type\":\"Polygon\",\"coordinates\":[]}" },
    { "MULTIPOINT((1 2),(3 4))",                 "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}" },
    { "MULTILINESTRING((1 2,3 4),(5 6,7 8))",    "{\"type\":\"MultiLineString\",\"coordinates\":[[[1,2],[3,4]],[[5,6],[7,8]]]}" },
    { "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))", "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}" },
    { "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))", "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[1,2]},{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}]}" },
    { "GEOMETRYCOLLECTION EMPTY",                "{\"type\":\"GeometryCollection\",\"geometries\":[]}" },
};
static const struct Wkt {
    const char *say, *in;
    size_t used;            /* 0: the whole */
    const ErrKind *want;
    const char *out;        /* or where the error is */
} wkts[] = {
    { "any case, blanks",            " point ( 1   2 ) ", 16, NULL, "POINT(1 2)" },
    { "Z beside the name",           "POINTZ(1 2 3)", 0, NULL, "POINT Z(1 2 3)" },
    { "M is dropped",                "POINT M (1 2 9)", 0, NULL, "POINT(1 2)" },
    { "ZM: M is dropped",            "linestring zm(1 2 3 4,5 6 7 8)", 0, NULL, "LINESTRING Z(1 2 3,5 6 7)" },
    { "points without parentheses",  "MULTIPOINT(1 2,3 4)", 0, NULL, "MULTIPOINT((1 2),(3 4))" },
    { "an empty part",               "MULTIPOINT((1 2),EMPTY)", 0, NULL, "MULTIPOINT((1 2),EMPTY)" },
    { "what follows is left",        "POINT(1 2) AND depth > 3", 10, NULL, "POINT(1 2)" },
    { "exponents",                   "POINT(1e2 -2.5E-1)", 0, NULL, "POINT(100 -0.25)" },
    { "not a geometry",              "CIRCLE(1 2)", 0, &GEO_BAD_WKT, "0" },
    { "a missing parenthesis",       "POINT(1 2", 0, &GEO_BAD_WKT, "9" },
    { "a missing coordinate",        "LINESTRING(1 2,3)", 0, &GEO_BAD_WKT, "16" },
    { "a word for a number",         "POINT(1 x)", 0, &GEO_BAD_WKT, "8" },
    { "a point without parentheses", "POINT 1 2", 0, &GEO_BAD_WKT, "6" },
    { "an overflowing number",       "POINT(1e999 2)", 0, &GEO_BAD_WKT, "6" },
    { "nothing",                     "", 0, &GEO_BAD_WKT, "0" },
};
static const struct Json {
    const char *say, *in;
    const ErrKind *want;
    const char *where;
} jsons[] = {
    { "mixed heights: none is kept", "{\"type\":\"LineString\",\"coordinates\":[[1,2,3],[4,5]]}", NULL, "LINESTRING(1 2,4 5)" },
    { "a fourth number is ignored",  "{\"type\":\"Point\",\"coordinates\":[1,2,3,4]}", NULL, "POINT Z(1 2 3)" },
    { "an easting with its zone",    "{\"type\":\"Point\",\"coordinates\":[37456789.5,3456789]}", NULL, "POINT(37456789.5 3456789)" },
    { "no type",                     "{\"coordinates\":[1,2]}", &GEO_BAD_GEOJSON, "/type" },
    { "a feature is no geometry",    "{\"type\":\"Feature\"}", &GEO_BAD_GEOJSON, "/type" },
    { "no coordinates",              "{\"type\":\"Point\"}", &GEO_BAD_GEOJSON, "/coordinates" },
    { "a text for a number",         "{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,\"4\"]]}", &GEO_BAD_GEOJSON, "/coordinates/1/1" },
    { "one level too few",           "{\"type\":\"Polygon\",\"coordinates\":[[1,2],[3,4]]}", &GEO_BAD_GEOJSON, "/coordinates/0/0" },
    { "out of every range",          "{\"type\":\"Point\",\"coordinates\":[1e12,2]}", &GEO_OUT_OF_RANGE, "/coordinates" },
    { "inside a collection",         "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[null,2]}]}", &GEO_BAD_GEOJSON, "/geometries/0/coordinates/0" },
    { "not an object",               "[1,2]", &GEO_BAD_GEOJSON, "" },
};
/* clang-format on */

static void both_ways(void **state)
{
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(both); i++) {
        Bytes w = { 0 }, g = { 0 };
        size_t used;
        json_t *v;
        Err err = { 0 };

        assert_true(geo_from_wkt(str_of(both[i].wkt), a, &w, &used, &err));
        assert_int_equal(used, strlen(both[i].wkt));
        assert_true(json_read_in(str_of(both[i].geojson), a, &v, &err));
        assert_true(geo_from_geojson(v, a, &g, &err));
        assert_int_equal(w.len, g.len);
        assert_memory_equal(w.ptr, g.ptr, w.len);
        assert_true(geo_wkb_check(w, &err));
        assert_string_equal(wkt_of(g, a).ptr, both[i].wkt);
        assert_string_equal(geojson_of(w, 7, false, a).ptr, both[i].geojson);
    }
    arena_free(a);
}

static void wkt_rows(void **state)
{
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(wkts); i++) {
        Bytes w = { 0 };
        size_t used = 0;
        Err err = { 0 };
        bool good = geo_from_wkt(str_of(wkts[i].in), a, &w, &used, &err);

        if (err.kind != wkts[i].want || (!good && strcmp(err.where, wkts[i].out)))
            print_error("%s: at %s\n", wkts[i].say, err.where);
        assert_ptr_equal(err.kind, wkts[i].want);
        assert_int_equal(good, !wkts[i].want);
        assert_string_equal(good ? wkt_of(w, a).ptr : err.where, wkts[i].out);
        if (good)
            assert_int_equal(used, wkts[i].used ? wkts[i].used : strlen(wkts[i].in));
    }
    arena_free(a);
}

static void geojson_rows(void **state)
{
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(jsons); i++) {
        Bytes w = { 0 };
        json_t *v;
        Err err = { 0 };
        bool good;

        assert_true(json_read_in(str_of(jsons[i].in), a, &v, &err));
        good = geo_from_geojson(v, a, &w, &err);
        if (err.kind != jsons[i].want)
            print_error("%s: at %s\n", jsons[i].say, err.where);
        assert_ptr_equal(err.kind, jsons[i].want);
        assert_string_equal(good ? wkt_of(w, a).ptr : err.where, jsons[i].where);
    }
    arena_free(a);
}

static void numbers_as_asked(void **state)
{
    static const struct {
        double x;
        int digits;
        const char *want;
    } row[] = { { 111.123456789, 7, "111.1234568" }, { -0.00000001, 7, "0" }, { 0.06, 1, "0.1" },
        { 12345.6789, 3, "12345.679" }, { -111.5, 7, "-111.5" }, { 100, 0, "100" },
        { 37456789.123, 3, "37456789.123" }, { 180, 9, "180" }, { 0.000001, 7, "0.000001" } };
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        Bytes w;
        Str want = str_fmt(a, "{\"type\":\"Point\",\"coordinates\":[2,%s]}", row[i].want);

        assert_true(geo_make_point(row[i].x, 2, a, &w));
        assert_string_equal(geojson_of(w, row[i].digits, true, a).ptr, want.ptr); /* swapped: y first */
    }
    arena_free(a);
}

/* Random geometries survive WKT exactly and GeoJSON to its digits. */
static Bytes random_polygon(Rng *r, Arena *a)
{
    double xy[40];
    size_t n = 4 + rng_below(r, 10);
    Bytes w = { 0 };

    for (size_t i = 0; i < 2 * n; i++)
        xy[i] = (rng_unit(r) - 0.5) * 300;
    memcpy(xy + 2 * n - 2, xy, 2 * sizeof *xy);
    assert_true(geo_make_polygon(xy, &n, 1, a, &w));
    return w;
}

static void there_and_back(void **state)
{
    uint64_t seed = (uint64_t)time_now();
    Rng r = rng_of(seed, STR("texts"));

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 500; i++) {
        Arena *a = arena_new(0);
        Bytes w = random_polygon(&r, a), back = { 0 }, again = { 0 };
        size_t used;
        json_t *v;
        Str text = wkt_of(w, a), json = geojson_of(w, 7, false, a);
        Err err = { 0 };

        assert_true(geo_from_wkt(text, a, &back, &used, &err) && used == text.len);
        assert_int_equal(back.len, w.len);
        assert_memory_equal(back.ptr, w.ptr, w.len);
        assert_true(json_read_in(json, a, &v, &err) && geo_from_geojson(v, a, &again, &err));
        assert_string_equal(geojson_of(again, 7, false, a).ptr, json.ptr);
        for (size_t cut = 0; cut < text.len; cut += 7) { /* a cut text is refused, never read as less */
            Err why = { 0 };

            assert_false(geo_from_wkt(str_sub(text, 0, cut), a, &back, &used, &why));
            assert_non_null(why.kind);
        }
        arena_free(a);
    }
}

static void no_memory_is_an_error(void **state)
{
    bool done = false;
    json_t *v;
    Err err = { 0 };

    (void)state;
    assert_true(json_read(STR("{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}"), &v, &err));
    for (long n = 0; !done; n++) {
        Arena *a = arena_failing_at(n);
        Bytes w = { 0 }, g = { 0 };
        size_t used;
        Err why = { 0 };

        done =
            geo_from_wkt(STR("LINESTRING(1 2,3 4)"), a, &w, &used, &why) && geo_from_geojson(v, a, &g, &why);
        assert_true(done || (why.kind == &BASE_NO_MEMORY && !g.ptr));
        arena_free(a);
    }
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(wkt_rows),
        cmocka_unit_test(geojson_rows),
        cmocka_unit_test(numbers_as_asked),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
