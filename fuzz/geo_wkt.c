/* fuzz/geo_wkt.c - a text as WKT. What is read becomes text that reads back to the same bytes. */
#include "geo/geo.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64 << 20);
    Bytes wkb, back;
    size_t used = 0;
    Buf b;
    Err err = { 0 };

    buf_init(&b, 1 << 26);
    if (geo_from_wkt((Str){ (const char *)data, size }, a, &wkb, &used, &err)) {
        assert(!err.kind && used <= size && geo_wkb_check(wkb, &err));
        geo_to_wkt(wkb, &b);
        assert(geo_from_wkt(buf_text(&b), a, &back, &used, &err) && used == b.len);
        assert(back.len == wkb.len && geo_wkb_vertices(back) == geo_wkb_vertices(wkb));
    } else {
        assert(err.kind);
    }
    buf_clear(&b);
    arena_free(a);
    return 0;
}
