/* fuzz/geo_geojson.c - the body of a request as a GeoJSON geometry. What is read is written and read again alike. */
#include "geo/geo.h"
#include "scan/scan.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(Bytes wkb, Arena *a)
{
    Buf b;
    json_t *v;
    Bytes back;
    Err err = { 0 };

    buf_init(&b, 1 << 26);
    geo_to_geojson(wkb, 9, false, &b);
    assert(!b.bad && json_read_in(buf_text(&b), a, &v, &err));
    assert(
        geo_from_geojson(v, a, &back, &err) || err.kind == &BASE_NO_MEMORY || err.kind == &GEO_OUT_OF_RANGE);
    assert(err.kind || geo_wkb_vertices(back) == geo_wkb_vertices(wkb));
    buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64 << 20);
    Bytes wkb;
    Err err = { 0 };
    Str v;

    if (scan_check((Str){ (const char *)data, size }, &v, &err)) {
        if (geo_from_geojson_text(v, a, &wkb, &err)) {
            assert(!err.kind && geo_wkb_check(wkb, &err));
            again(wkb, a);
        } else {
            assert(err.kind);
        }
    }
    arena_free(a);
    return 0;
}
