/* tests/geo/shape_test.c - predicates, validity with its place, simplification, centre, share. */
#include "geo/geo.h"
#include "../handed.h"
#include <math.h>

static Bytes wkb_of(const char *wkt, Arena *a)
{
    Bytes w = { 0 };
    size_t used;
    Err err = { 0 };

    assert_true(geo_from_wkt(str_of(wkt), a, &w, &used, &err));
    return w;
}

#define SQUARE "POLYGON((0 0,4 0,4 4,0 4,0 0))"
/* clang-format off */
static const struct Row { /* definitions: OGC 06-103r4, 6.1.15 */
    const char *a;
    GeoOp op;
    const char *b;
    bool want;
} rows[] = {
    { SQUARE, GEO_INTERSECTS, "POINT(4 4)", true },
    { SQUARE, GEO_INTERSECTS, "POINT(5 4)", false },
    { SQUARE, GEO_DISJOINT, "POINT(5 4)", true },
    { SQUARE, GEO_DISJOINT, "POINT(3.9 3.9)", false },
    { SQUARE, GEO_CONTAINS, "POINT(1 1)", true },
    { SQUARE, GEO_CONTAINS, "POINT(4 4)", false },
    { SQUARE, GEO_CONTAINS, "LINESTRING(1 1,5 1)", false },
    { "POINT(1 1)", GEO_WITHIN, SQUARE, true },
    { SQUARE, GEO_WITHIN, SQUARE, true },
    { SQUARE, GEO_EQUALS, "POLYGON((4 4,0 4,0 0,4 0,4 4))", true },
    { SQUARE, GEO_EQUALS, "POLYGON((0 0,4 0,4 4,0 0))", false },
    { SQUARE, GEO_TOUCHES, "POLYGON((4 0,8 0,8 4,4 4,4 0))", true },
    { SQUARE, GEO_OVERLAPS, "POLYGON((4 0,8 0,8 4,4 4,4 0))", false },
    { SQUARE, GEO_OVERLAPS, "POLYGON((2 2,8 2,8 8,2 8,2 2))", true },
    { "LINESTRING(-1 2,5 2)", GEO_CROSSES, SQUARE, true },
    { "LINESTRING(1 2,2 2)", GEO_CROSSES, SQUARE, false },
    { "GEOMETRYCOLLECTION(POLYGON((0 0,1 0,1 1,0 1,0 0)),POLYGON((3 3,4 3,4 4,3 4,3 3)))", GEO_CONTAINS, "POINT(3.5 3.5)", true },
    { "POINT EMPTY", GEO_INTERSECTS, SQUARE, false },
    { "POINT EMPTY", GEO_DISJOINT, SQUARE, true },
    { "POLYGON((0 0,4 4,4 0,0 4,0 0))", GEO_INTERSECTS, "POINT(1 2)", true },
};
static const struct Bad {
    const char *wkt, *what, *hint; /* NULL: valid */
} bads[] = {
    { SQUARE, NULL, NULL },
    { "POLYGON((0 0,4 4,4 0,0 4,0 0))", "自相交", "2.000000,2.000000" },
    { "POLYGON((0 0,4 0,4 4,0 4))", "环未闭合", "0.000000,4.000000" },
    { "POLYGON((0 0,4 0,0 0))", "顶点太少", "0.000000,0.000000" },
    { "LINESTRING(1 1)", "顶点太少", "1.000000,1.000000" },
    { "LINESTRING(1 1,1 1)", "顶点太少", "1.000000,1.000000" },
    { "POLYGON((0 0,4 0,4 4,0 4,0 0),(8 8,9 8,9 9,8 8))", "洞在外环之外", "8.000000,8.000000" },
    { "MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((1 1,2 1,2 2,1 1)))", "外环互相包含", NULL },
    { "POINT(1 2)", NULL, NULL },
    { "POLYGON EMPTY", NULL, NULL },
};
/* clang-format on */

static void relations(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        Arena *a = arena_new(0);
        GeoShape *x, *y;
        Err err = { 0 };

        assert_true(geo_shape(wkb_of(rows[i].a, a), a, &x, &err));
        assert_true(geo_shape(wkb_of(rows[i].b, a), a, &y, &err));
        for (int again = 0; again < 3; again++) { /* plain, then prepared */
            if (geo_relate(x, rows[i].op, y) != rows[i].want)
                print_error("row %zu\n", i);
            assert_int_equal(geo_relate(x, rows[i].op, y), rows[i].want);
        }
        arena_free(a);
    }
}

static void validity(void **state)
{
    Arena *a = arena_new(0);

    (void)state;
    for (size_t i = 0; i < LEN(bads); i++) {
        Err err = { 0 };
        bool good = geo_valid(wkb_of(bads[i].wkt, a), &err);

        assert_int_equal(good, !bads[i].what);
        if (good)
            continue;
        assert_ptr_equal(err.kind, &GEO_INVALID);
        if (!str_starts(str_of(err.what), str_of(bads[i].what)))
            print_error("%s: %s %s\n", bads[i].wkt, err.what, err.hint);
        assert_true(str_starts(str_of(err.what), str_of(bads[i].what)));
        if (bads[i].hint)
            assert_string_equal(err.hint, bads[i].hint);
    }
    arena_free(a);
}

static void a_point_on_it(void **state)
{
    static const struct {
        const char *wkt;
        double x, y;
    } row[] = { { "POINT(3 4)", 3, 4 }, { "LINESTRING(0 0,2 0,2 2)", 2, 0 },
        { "MULTILINESTRING((9 9,9 10),(0 0,8 0))", 4, 0 }, { "POLYGON((0 0,4 0,4 4,0 4,0 0))", 2, 2 } };
    Arena *a = arena_new(0);
    double x, y;

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        assert_true(geo_centre(wkb_of(row[i].wkt, a), &x, &y));
        assert_true(fabs(x - row[i].x) < 1e-9 && fabs(y - row[i].y) < 1e-9);
    }
    assert_false(geo_centre(wkb_of("POLYGON EMPTY", a), &x, &y));
    arena_free(a);
}

static void shares_and_distances(void **state)
{
    Arena *a = arena_new(0);
    Bytes square = wkb_of(SQUARE, a), half = wkb_of("POLYGON((2 0,9 0,9 4,2 4,2 0))", a);
    Bytes west = wkb_of("LINESTRING(111 31,111 32)", a), east = wkb_of("POINT(111.01 31.5)", a);

    (void)state;
    assert_true(fabs(geo_share(square, half) - 0.5) < 1e-12);
    assert_true(geo_share(wkb_of("POINT(1 1)", a), square) == 0);
    assert_true(geo_distance_m(square, half) == 0);
    assert_true(fabs(geo_distance_m(west, east) - geo_metres(111, 31.5, 111.01, 31.5)) < 0.01);
    /* Two candidates: 0.010° east is nearer than 0.009° north, which only the squeezed plane sees. */
    assert_true(
        fabs(geo_distance_m(wkb_of("MULTIPOINT((111.01 31),(111 31.009))", a), wkb_of("POINT(111 31)", a)) -
             geo_metres(111, 31, 111.01, 31)) < 0.01);
    arena_free(a);
}

static void simplified(void **state)
{
    Arena *a = arena_new(0);
    Bytes out;
    Err err = { 0 };

    (void)state;
    assert_true(geo_simplify(wkb_of("LINESTRING(0 0,1 0.01,2 0,3 1)", a), 0.1, a, &out, &err));
    assert_int_equal(geo_wkb_vertices(out), 3);
    assert_true(geo_simplify(wkb_of(SQUARE, a), 100, a, &out, &err)); /* a ring stays a ring */
    assert_true(geo_wkb_vertices(out) >= 4 && geo_valid(out, &err));
    arena_free(a);
}

/* Each with what reading GeoJSON or OGC validity says of it. */
static const struct Broken {
    const char *say, *json;
    const ErrKind *want; /* NULL: nothing is wrong */
} broken[] = {
    { "自相交",
        "{\"type\":\"Polygon\",\"coordinates\":[[[110,30],[110.01,30.01],[110.01,30],[110,30.01],[110,30]]]}",
        &GEO_INVALID },
    { "外环顺时针",
        "{\"type\":\"Polygon\",\"coordinates\":[[[110,30],[110,30.01],[110.01,30.01],[110.01,30],[110,30]]]}",
        NULL },
    { "环未闭合",
        "{\"type\":\"Polygon\",\"coordinates\":[[[110,30],[110.01,30],[110.01,30.01],[110,30.01]]]}",
        &GEO_INVALID },
    { "重复点", "{\"type\":\"LineString\",\"coordinates\":[[110,30],[110,30],[110,30]]}", &GEO_INVALID },
    { "经纬颠倒", "{\"type\":\"Point\",\"coordinates\":[30.05,110.05]}", NULL },
    { "无几何", "null", NULL },
    { "空几何", "{\"type\":\"Point\",\"coordinates\":[]}", NULL },
    { "几何集合",
        "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[110,30]},"
        "{\"type\":\"LineString\",\"coordinates\":[[110,30],[110.1,30.1]]}]}",
        NULL },
    { "孔洞在外",
        "{\"type\":\"Polygon\",\"coordinates\":[[[110,30],[110.01,30],[110.01,30.01],[110,30.01],[110,30]],"
        "[[110.02,30.02],[110.03,30.02],[110.03,30.03],[110.02,30.02]]]}",
        &GEO_INVALID },
};

static void judge_broken(const struct Broken *b, json_t *geometry)
{
    Arena *a = arena_new(0);
    Bytes wkb = { 0 };
    Err err = { 0 };
    bool good;

    if (!json_is_object(geometry)) {
        assert_string_equal(b->json, "null");
        arena_free(a);
        return;
    }
    good = geo_from_geojson(geometry, a, &wkb, &err) && geo_valid(wkb, &err);
    if (err.kind != b->want)
        print_message("%s: %s\n", b->say, err.kind ? err.kind->code : "nothing wrong");
    assert_ptr_equal(err.kind, b->want);
    assert_int_equal(good, !b->want);
    arena_free(a);
}

static void broken_shapes(void **state)
{
    Arena *a = arena_new(0);
    json_t *v = NULL;
    Err err = { 0 };

    (void)state;
    for (size_t i = 0; i < LEN(broken); i++) {
        const bool none = !strcmp(broken[i].json, "null");

        assert_true(none || json_read_in(str_of(broken[i].json), a, &v, &err));
        judge_broken(&broken[i], none ? NULL : v);
    }
    arena_free(a);
}

static void file_of_broken_shapes(void **state)
{
    Arena *a = arena_new(0);
    char path[600];
    Str text;
    json_t *v;
    Err err = { 0 };

    (void)state;
    assert_true(file_read(handed("data/geo/made/broken.geojson", path), 1 << 20, a, &text, &err));
    assert_true(json_read_in(text, a, &v, &err));
    v = json_object_get(v, "features");
    assert_int_equal(json_array_size(v), LEN(broken));
    for (size_t i = 0; i < LEN(broken); i++)
        judge_broken(&broken[i], json_object_get(json_array_get(v, i), "geometry"));
    arena_free(a);
}

static void in_a_thread(void *arg)
{
    relations(arg);
}

static void threads_have_their_own(void **state)
{
    Pool *p = pool_new(2);

    for (int i = 0; i < 8; i++)
        assert_true(pool_run(p, in_a_thread, state));
    pool_free(p);
}

static void no_memory_is_an_error(void **state)
{
    Arena *kept = arena_new(0);
    Bytes in = wkb_of("POLYGON((0 0,4 4,4 0,0 4,0 0))", kept);
    bool done = false;

    (void)state;
    for (long n = 0; !done; n++) {
        Arena *a = arena_failing_at(n);
        GeoShape *s = NULL;
        Bytes out = { 0 };
        Err err = { 0 };

        done = geo_shape(in, a, &s, &err) && geo_clean_rings(in, a, &out, &err);
        assert_true(done || (err.kind == &BASE_NO_MEMORY && !out.ptr));
        arena_free(a);
    }
    arena_free(kept);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest handed_over[] = { cmocka_unit_test(file_of_broken_shapes) };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relations),
        cmocka_unit_test(validity),
        cmocka_unit_test(a_point_on_it),
        cmocka_unit_test(shares_and_distances),
        cmocka_unit_test(simplified),
        cmocka_unit_test(broken_shapes),
        cmocka_unit_test(threads_have_their_own),
        cmocka_unit_test(no_memory_is_an_error),
    };

    HANDED_GROUP(argc, argv, handed_over, NULL, NULL)
    return cmocka_run_group_tests(tests, NULL, NULL);
}
