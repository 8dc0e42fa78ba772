/* src/geo/blob.c - GeoPackage geometry blobs, OGC 12-128r19 clause 2.1.3.
 *
 *   'G' 'P' | version 0 | flags: X(1 bit, extended) Y(empty) E(3 bits, envelope) B(byte order) | srs_id int32
 *   | envelope: minx maxx miny maxy [minz maxz] [minm maxm] | WKB
 */
#include "geo/geo.h"
#include "geo/run.h"
#include <math.h>

enum { FLAG_LITTLE = 1, FLAG_EMPTY = 0x10, FLAG_EXTENDED = 0x20, ENVELOPE_XY = 1, HEAD = 8, ENVELOPE = 32 };

bool geo_blob_open(Bytes blob, GeoBlob *out, Err *err)
{
    static const uint8_t envelope[] = { 0, 4, 6, 6, 8 }; /* numbers in it, by the E bits */
    Rd r = rd_of(blob);
    uint8_t g = rd_u8(&r), p = rd_u8(&r), version = rd_u8(&r), flags = rd_u8(&r), e = flags >> 1 & 7;
    bool little = flags & FLAG_LITTLE;
    int32_t srs = (int32_t)rd_u32(&r, little);
    double box[8];

    if (!rd_ok(&r) || g != 'G' || p != 'P' || version != 0 || e >= LEN(envelope))
        return FAIL(err, GEO_BAD_WKB, STR("GeoPackage header 头部"), "byte 0");
    if (flags & FLAG_EXTENDED)
        return FAIL(err, GEO_BAD_WKB, STR("extended GeoPackage type 扩展类型"), "byte 3");
    for (size_t i = 0; i < envelope[e]; i++)
        box[i] = rd_f64(&r, little);
    if (!rd_ok(&r))
        return FAIL(err, GEO_BAD_WKB, STR("too short 数据不完整"), "byte %zu", blob.len);
    out->srs = srs;
    out->empty = flags & FLAG_EMPTY;
    out->wkb = (Bytes){ r.ptr, (size_t)(r.end - r.ptr) };
    out->box = e ? (GeoBox){ box[0], box[2], box[1], box[3] } : geo_wkb_box(out->wkb);
    if (out->empty || isnan(out->box.minx))
        out->box = GEO_BOX_NONE;
    return true;
}

bool geo_blob_make(Bytes wkb, int32_t srs, Arena *a, Bytes *blob, Err *err)
{
    GeoBox box = geo_wkb_box(wkb);
    bool empty = geo_box_empty(box);
    size_t head = HEAD + (empty ? 0 : ENVELOPE);
    uint8_t *p = arena_take(a, head + wkb.len, 1);
    const double envelope[] = { box.minx, box.maxx, box.miny, box.maxy };

    if (!p)
        return FAIL(err, BASE_NO_MEMORY, STR("blob"), "%zu bytes", wkb.len);
    memcpy(p, "GP", 2);
    p[3] = FLAG_LITTLE | (empty ? FLAG_EMPTY : ENVELOPE_XY << 1);
    memcpy(p + 4, &srs, sizeof srs);
    if (!empty)
        memcpy(p + HEAD, envelope, sizeof envelope);
    memcpy(p + head, wkb.ptr, wkb.len);
    *blob = (Bytes){ p, head + wkb.len };
    return true;
}
