/* fuzz/geo_wkb.c - any bytes as WKB or as a GeoPackage blob. False exactly when err.kind is set; what is taken is of
 * our form, survives its texts, and no question about it crashes.
 */
#include "geo/geo.h"
#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(Bytes wkb, Arena *a)
{
    GeoShape *s;
    Bytes out;
    Buf b;
    double x, y;
    size_t used;
    Err err = { 0 };

    buf_init(&b, 1 << 24);
    geo_to_wkt(wkb, &b);
    assert(geo_from_wkt(buf_text(&b), a, &out, &used, &err) && used == b.len);
    b.len = 0;
    geo_to_geojson(wkb, 7, false, &b);
    buf_clear(&b);
    (void)geo_area_m2(wkb);
    (void)geo_length_m(wkb);
    (void)geo_centre(wkb, &x, &y);
    (void)geo_locate(wkb, 111, 31, &x);
    (void)geo_along(wkb, 10, &x, &y);
    if (geo_shape(wkb, a, &s, &err))
        (void)geo_relate(s, GEO_INTERSECTS, s);
    err.kind = NULL;
    assert(geo_valid(wkb, &err) == !err.kind);
    err.kind = NULL;
    assert(geo_clean_rings(wkb, a, &out, &err) == !err.kind);
}

static void draw(Bytes wkb, Arena *a)
{
    for (int z = 0; z <= GEO_MAX_ZOOM; z += 11) {
        MvtLayer *l = mvt_layer(STR("fuzz"), GEO_WEBMERCATOR, z, 0, 0, a);
        Buf b;

        buf_init(&b, 1 << 24);
        (void)mvt_add(l, 1, wkb, NULL, 0, true);
        assert(mvt_end(l, &b));
        buf_clear(&b);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64 << 20);
    Bytes in = { data, size }, wkb;
    GeoBlob blob;
    Err err = { 0 };

    (void)geo_wkb_box(in);
    if (geo_blob_open(in, &blob, &err))
        in = blob.wkb;
    err.kind = NULL;
    if (geo_wkb_norm(in, a, &wkb, &err)) {
        assert(!err.kind && geo_wkb_check(wkb, &err));
        ask(wkb, a);
        draw(wkb, a);
    } else {
        assert(err.kind);
    }
    arena_free(a);
    return 0;
}
