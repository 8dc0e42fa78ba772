/* tests/geo/measure_test.c - geodesic measures against closed formulas; reference systems against the meridian arc;
 * the offset maps. */
#include "geo/geo.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

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

static void areas_and_lengths(void **state)
{
    const double a = 6378137, f = 1 / 298.257222101, e = sqrt(f * (2 - f));
    const double octant = 2 * M_PI * a * a * (1 + (1 - e * e) / e * atanh(e)) / 8;
    Arena *m = arena_new(0);
    double whole = geo_area_m2(wkb_of("POLYGON((110 30,110.1 30,110.1 30.1,110 30.1,110 30))", m));
    double hole = geo_area_m2(wkb_of("POLYGON((110.02 30.02,110.05 30.02,110.05 30.05,110.02 30.02))", m));

    (void)state;
    assert_true(near(geo_area_m2(wkb_of("POLYGON((0 0,90 0,0 90,0 0))", m)), octant, 1e3)); /* of 6.4e13 */
    assert_true(near(geo_length_m(wkb_of("LINESTRING(0 0,1 0)", m)), a * M_PI / 180, 1e-6));
    assert_true(near(geo_metres(111, 0, 111, 90), 10001965.7293, 1e-3)); /* GRS 80's meridian quadrant */
    assert_true(near(geo_area_m2(wkb_of("POLYGON((110 30,110 30.1,110.1 30.1,110.1 30,110 30),"
                                        "(110.02 30.02,110.05 30.02,110.05 30.05,110.02 30.02))",
                         m)),
        whole - hole, 1e-3));
    assert_true(geo_area_m2(wkb_of("LINESTRING(0 0,1 0)", m)) == 0);
    arena_free(m);
}

static void along_and_located(void **state)
{
    Arena *m = arena_new(0);
    Bytes line = wkb_of("LINESTRING(111 31,111 31.1,111.1 31.1)", m);
    double length = geo_length_m(line), x, y, off;

    (void)state;
    for (double at = 0; at <= length; at += length / 37) {
        assert_true(geo_along(line, at, &x, &y));
        assert_true(
            near(geo_locate(line, x, y, &off), at, 0.02)); /* a parallel is no geodesic: 2 cm over 10 km */
        assert_true(off < 1.2);                            /* the sagitta of that parallel */
    }
    assert_true(geo_along(line, -5, &x, &y) && x == 111 && y == 31);
    assert_true(geo_along(line, 1e9, &x, &y) && x == 111.1 && y == 31.1);
    assert_true(near(geo_locate(line, 110.99, 31.05, &off), geo_metres(111, 31, 111, 31.05), 1));
    assert_true(near(off, geo_metres(110.99, 31.05, 111, 31.05), 1));
    assert_false(geo_along(wkb_of("LINESTRING EMPTY", m), 1, &x, &y));
    arena_free(m);
}

/* clang-format off */
static const struct Name {
    const char *name;
    int epsg; /* 0: refused */
    bool swap;
} names[] = {
    { "http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, false },
    { "http://www.opengis.net/def/crs/EPSG/0/4490", 4490, true },
    { "https://www.opengis.net/def/crs/EPSG/0/4326", 4326, true },
    { "[EPSG:4525]", 4525, false },
    { "EPSG:3857", 3857, false },
    { "urn:ogc:def:crs:EPSG::4546", 4546, false },
    { "urn:ogc:def:crs:OGC:1.3:CRS84", 4326, false },
    { "4490", 4490, true },
    { "EPSG:4554", 4554, false },
    { "EPSG:4555", 0, false },
    { "EPSG:27700", 0, false },
    { "http://example.com/4490", 0, false },
    { "", 0, false },
    { "EPSG:4490x", 0, false },
};
static const struct Grid { /* the meridian 111°: easting is the false easting, northing the meridian's arc */
    int epsg;
    double easting;
    double meridian;
} grids[] = {
    { 4491, 13500000, 75 }, { 4497, 19500000, 111 }, { 4502, 500000, 75 }, { 4508, 500000, 111 },
    { 4513, 25500000, 75 }, { 4525, 37500000, 111 }, { 4533, 45500000, 135 },
    { 4534, 500000, 75 },   { 4546, 500000, 111 },   { 4554, 500000, 135 },
};
/* clang-format on */

static void crs_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(names); i++) {
        int epsg = 0;
        bool swap = false;
        Err err = { 0 };
        bool good = geo_crs_of(str_of(names[i].name), &epsg, &swap, &err);

        assert_int_equal(good, names[i].epsg != 0);
        assert_int_equal(epsg, names[i].epsg);
        assert_int_equal(swap, names[i].swap);
        assert_ptr_equal(err.kind, good ? NULL : &GEO_NO_CRS);
    }
}

static void first_vertex(void *ctx, size_t part, double x, double y)
{
    double *xy = ctx;

    (void)part;
    xy[0] = x;
    xy[1] = y;
}

static void transform_point(double x, double y, int from, int to, double xy[2])
{
    Arena *a = arena_new(0);
    Bytes w, out = { 0 };
    Err err = { 0 };

    assert_true(geo_make_point(x, y, a, &w) && geo_transform(w, from, to, a, &out, &err));
    geo_wkb_walk(out, first_vertex, xy);
    arena_free(a);
}

static void grids_of_cgcs2000(void **state)
{
    double xy[2], back[2];

    (void)state;
    for (size_t i = 0; i < LEN(grids); i++) {
        transform_point(grids[i].meridian, 31, 4490, grids[i].epsg, xy);
        assert_true(near(xy[0], grids[i].easting, 1e-3));
        assert_true(near(xy[1], geo_metres(grids[i].meridian, 0, grids[i].meridian, 31), 1e-3));
        transform_point(grids[i].meridian + 1.3, 31.2, 4490, grids[i].epsg, xy);
        transform_point(xy[0], xy[1], grids[i].epsg, 4490, back);
        assert_true(near(back[0], grids[i].meridian + 1.3, 1e-9) && near(back[1], 31.2, 1e-9));
    }
    transform_point(111, 31, 4490, 3857, xy);
    assert_true(near(xy[0], 6378137 * 111 * M_PI / 180, 1e-3));
    assert_true(near(xy[1], 6378137 * log(tan(M_PI / 4 + 31 * M_PI / 360)), 1e-3));
    transform_point(111, 31, 4490, 4326, xy);
    assert_true(xy[0] == 111 && xy[1] == 31);
}

static void no_such_transformation(void **state)
{
    Arena *a = arena_new(0);
    Bytes w, out = { 0 };
    Err err = { 0 };

    (void)state;
    assert_true(geo_make_point(111, 31, a, &w));
    assert_false(geo_transform(w, 4490, 27700, a, &out, &err));
    assert_ptr_equal(err.kind, &GEO_NO_CRS);
    assert_true(geo_make_point(111, 90, a, &w));
    assert_false(geo_transform(w, 4490, 3857, a, &out, &err)); /* the pole is at infinity */
    assert_ptr_equal(err.kind, &GEO_OUT_OF_RANGE);
    arena_free(a);
}

static void offset_maps(void **state)
{
    static const double row[][4] = {
        /* longitude, latitude in WGS 84 and GCJ-02: eviltransform's published tests */
        { 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597 },
        { 113.912316, 22.543847, 113.9171764808363, 22.540796131694766 },
        { 116.377817, 39.911954, 116.38404722455657, 39.91334545536069 },
    };
    double x = 2.35, y = 48.85;

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        x = row[i][0], y = row[i][1];
        geo_wgs_to_gcj(&x, &y);
        assert_true(near(x, row[i][2], 1e-6) && near(y, row[i][3], 1e-6));
        geo_gcj_to_wgs(&x, &y);
        assert_true(near(x, row[i][0], 1e-9) && near(y, row[i][1], 1e-9));
    }
    x = 2.35, y = 48.85;
    geo_wgs_to_gcj(&x, &y);
    assert_true(x == 2.35 && y == 48.85);
    x = 116.404,
    y = 39.915; /* Baidu's own example of coords translation: about (116.39762729, 39.90864899) */
    geo_bd_to_gcj(&x, &y);
    assert_true(near(x, 116.39762729, 1e-5) && near(y, 39.90864899, 1e-5));
}

static void no_memory_is_an_error(void **state)
{
    Arena *kept = arena_new(0);
    Bytes in = wkb_of("LINESTRING(111 31,112 32)", kept);
    bool done = false;

    (void)state;
    for (long n = 0; !done; n++) {
        Arena *a = arena_failing_at(n);
        Bytes out = { 0 };
        Err err = { 0 };

        done = geo_transform(in, 4490, 4525, a, &out, &err);
        assert_true(done || (err.kind == &BASE_NO_MEMORY && !out.ptr));
        arena_free(a);
    }
    arena_free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_and_lengths),
        cmocka_unit_test(along_and_located),
        cmocka_unit_test(crs_names),
        cmocka_unit_test(grids_of_cgcs2000),
        cmocka_unit_test(no_such_transformation),
        cmocka_unit_test(offset_maps),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
