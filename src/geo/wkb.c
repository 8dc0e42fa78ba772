/* src/geo/wkb.c - well-known binary (OGC 06-103r4 clause 8; EWKB flags as PostGIS writes them): checked, brought
 * into our form, walked through.
 */
#include "geo/geo.h"
#include "geo/run.h"
#include <math.h>

enum { EWKB_SRID = 0x20000000, HEAD = 5 };
#define EWKB_Z 0x80000000u
#define EWKB_M 0x40000000u

static const char *const names[] = { "Geometry", "Point", "LineString", "Polygon", "MultiPoint",
    "MultiLineString", "MultiPolygon", "GeometryCollection" };

const char *geo_type_name(GeoType t)
{
    return t >= GEO_ANY && t <= GEO_COLLECTION ? names[t] : names[0];
}

bool geo_type_of(Str name, GeoType *out)
{
    for (size_t i = 0; i < LEN(names); i++)
        if (str_eq_nocase(name, str_of(names[i]))) {
            *out = (GeoType)i;
            return true;
        }
    return false;
}

bool geo_box_meets(GeoBox a, GeoBox b)
{
    return a.minx <= b.maxx && b.minx <= a.maxx && a.miny <= b.maxy && b.miny <= a.maxy &&
           !geo_box_empty(a) && !geo_box_empty(b);
}

GeoBox geo_box_join(GeoBox a, GeoBox b)
{
    if (geo_box_empty(a))
        return b;
    if (geo_box_empty(b))
        return a;
    return (GeoBox){ fmin(a.minx, b.minx), fmin(a.miny, b.miny), fmax(a.maxx, b.maxx), fmax(a.maxy, b.maxy) };
}

/* --- any form into ours: one recursive reader that writes, or only looks when `out` is NULL --------------- */
typedef struct Reader {
    Rd in;
    const uint8_t *start;
    Buf *out;
    size_t vertices;
    bool strict; /* only our own form is right */
    Err *err;
} Reader;
typedef struct Head {
    GeoType type;
    bool little, z, m;
} Head;

static bool bad(Reader *r, const char *why)
{
    return FAIL(r->err, GEO_BAD_WKB, str_of(why), "byte %zu", (size_t)(r->in.ptr - r->start));
}

static bool read_head(Reader *r, Head *h)
{
    uint8_t order = rd_u8(&r->in);
    uint32_t code;

    h->little = order == 1;
    code = rd_u32(&r->in, h->little);
    if (!rd_ok(&r->in) || order > 1)
        return bad(r, order > 1 ? "byte order 字节序" : "too short 数据不完整");
    h->z = (code & EWKB_Z) != 0;
    h->m = (code & EWKB_M) != 0;
    if (r->strict && (order != 1 || code & 0xE0000000u))
        return bad(r, "not little-endian ISO WKB 不是小端 ISO WKB");
    if (code & EWKB_SRID)
        (void)rd_u32(&r->in, h->little);
    code &= 0x1FFFFFFF;
    h->z |= code / GEO_ISO_Z == 1 || code / GEO_ISO_Z == 3;
    h->m |= code / GEO_ISO_Z == 2 || code / GEO_ISO_Z == 3;
    if (code >= 4 * GEO_ISO_Z || code % GEO_ISO_Z < GEO_POINT || code % GEO_ISO_Z > GEO_COLLECTION)
        return bad(r, "type (curves and surfaces are not read) 类型（不支持曲线、曲面）");
    if (r->strict && h->m)
        return bad(r, "M values 含 M 值");
    h->type = (GeoType)(code % GEO_ISO_Z);
    return true;
}

/* A count of things of at least `least` bytes each: cannot be larger than what is left. */
static bool read_count(Reader *r, bool little, size_t least, uint32_t *n)
{
    *n = rd_u32(&r->in, little);
    if (!rd_ok(&r->in) || *n > (size_t)(r->in.end - r->in.ptr) / least)
        return bad(r, "count larger than the data 计数超出数据");
    if (r->out)
        geo_put_u32(r->out, *n);
    return true;
}

static bool copy_vertex(Reader *r, const Head *h, bool may_be_empty)
{
    double x = rd_f64(&r->in, h->little), y = rd_f64(&r->in, h->little);
    double z = h->z ? rd_f64(&r->in, h->little) : 0;

    if (h->m)
        (void)rd_f64(&r->in, h->little);
    if (!rd_ok(&r->in))
        return bad(r, "too short 数据不完整");
    if (!(may_be_empty && isnan(x) && isnan(y)) && !(isfinite(x) && isfinite(y) && isfinite(z)))
        return bad(r, "a coordinate is no number 坐标不是数");
    if (r->out) {
        geo_put_f64(r->out, x);
        geo_put_f64(r->out, y);
        if (h->z)
            geo_put_f64(r->out, z);
    }
    return true;
}

static bool copy_run(Reader *r, const Head *h)
{
    uint32_t n;

    if (!read_count(r, h->little, 16 + 8 * (size_t)h->z + 8 * (size_t)h->m, &n))
        return false;
    if ((r->vertices += n) > GEO_MAX_VERTICES)
        return FAIL(r->err, GEO_TOO_BIG, STR("vertices 顶点"), "byte %zu", (size_t)(r->in.ptr - r->start));
    for (uint32_t i = 0; i < n; i++)
        if (!copy_vertex(r, h, false))
            return false;
    return true;
}

static bool fits(GeoType outer, GeoType inner)
{
    return outer == GEO_ANY || outer == GEO_COLLECTION || (int)inner == (int)outer - 3;
}

static bool copy_geometry(Reader *r, GeoType outer, const Head *above, int depth)
{
    Head h = { 0 };
    uint32_t n;

    if (depth > GEO_MAX_NEST)
        return FAIL(r->err, GEO_TOO_BIG, STR("nesting 嵌套"), "byte %zu", (size_t)(r->in.ptr - r->start));
    if (!read_head(r, &h))
        return false;
    if (!fits(outer, h.type) || (above && above->z != h.z))
        return bad(r, "a part of another type 成员类型不符");
    if (r->out)
        geo_put_head(r->out, h.type, h.z);
    if (h.type == GEO_POINT) {
        r->vertices++;
        return copy_vertex(r, &h, true);
    }
    if (h.type == GEO_LINE)
        return copy_run(r, &h);
    if (!read_count(r, h.little, h.type == GEO_POLYGON ? 4 : HEAD + 4, &n))
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (h.type == GEO_POLYGON ? !copy_run(r, &h) : !copy_geometry(r, h.type, &h, depth + 1))
            return false;
    return true;
}

static bool read_whole(Bytes wkb, bool strict, Buf *out, Err *err)
{
    Reader r = { rd_of(wkb), wkb.ptr, out, 0, strict, err };

    if (wkb.len > GEO_MAX_BYTES)
        return FAIL(err, GEO_TOO_BIG, STR("bytes 字节"), "byte %zu", wkb.len);
    if (!copy_geometry(&r, GEO_ANY, NULL, 1))
        return false;
    return r.in.ptr == r.in.end || bad(&r, "bytes after the end 结尾有多余数据");
}

bool geo_wkb_check(Bytes wkb, Err *err)
{
    return read_whole(wkb, true, NULL, err);
}

bool geo_wkb_norm(Bytes any, Arena *a, Bytes *wkb, Err *err)
{
    Buf b;

    buf_init(&b, GEO_MAX_BYTES);
    if (!read_whole(any, false, &b, err)) {
        buf_clear(&b);
        return false;
    }
    return geo_keep(&b, a, wkb) || FAIL(err, BASE_NO_MEMORY, STR("wkb"), "%zu bytes", any.len);
}

/* --- runs ---------------------------------------------------------------------------------------------- */
GeoRuns geo_runs(Bytes wkb)
{
    return (GeoRuns){ .at = wkb.ptr, .end = wkb.ptr ? wkb.ptr + wkb.len : NULL, .left = wkb.len > 0 };
}

static bool take_run(GeoRuns *r, GeoType type, size_t n, GeoRun *out)
{
    size_t stride = r->z ? 24 : 16;

    if (n > (size_t)(r->end - r->at) / stride)
        return false;
    *out = (GeoRun){ .type = type, .shell = r->shell, .z = r->z, .n = n, .stride = stride, .xy = r->at };
    r->at += n * stride;
    return true;
}

static bool take_count(GeoRuns *r, size_t *n)
{
    if (r->end - r->at < 4)
        return false;
    *n = geo_u32(r->at);
    r->at += 4;
    return *n <= (size_t)(r->end - r->at);
}

static bool take_ring(GeoRuns *r, GeoRun *out)
{
    size_t n;

    if (!take_count(r, &n) || !take_run(r, GEO_POLYGON, n, out))
        return false;
    r->shell = false;
    r->rings--;
    return true;
}

bool geo_run_next(GeoRuns *r, GeoRun *out)
{
    while (r->rings || r->left) {
        size_t n;
        uint32_t code;

        if (r->rings)
            return take_ring(r, out);
        if (r->end - r->at < HEAD || r->at[0] != 1)
            return false;
        code = geo_u32(r->at + 1);
        r->at += HEAD;
        r->z = code / GEO_ISO_Z == 1;
        r->left--;
        if (code % GEO_ISO_Z == GEO_POINT) {
            if (!take_run(r, GEO_POINT, 1, out))
                return false;
            out->n = isnan(geo_run_x(out, 0)) ? 0 : 1;
            return true;
        }
        if (!take_count(r, &n))
            return false;
        if (code % GEO_ISO_Z == GEO_LINE)
            return take_run(r, GEO_LINE, n, out);
        if (code % GEO_ISO_Z == GEO_POLYGON) {
            r->rings = n;
            r->shell = true;
        } else {
            r->left += n;
        }
    }
    return false;
}

GeoType geo_wkb_type(Bytes wkb)
{
    uint32_t code = wkb.len >= HEAD ? geo_u32(wkb.ptr + 1) % GEO_ISO_Z : GEO_ANY;

    return code <= GEO_COLLECTION ? (GeoType)code : GEO_ANY;
}

GeoBox geo_wkb_box(Bytes wkb)
{
    GeoBox b = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    GeoRun run;

    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
        for (size_t i = 0; i < run.n; i++) {
            double x = geo_run_x(&run, i), y = geo_run_y(&run, i);

            b.minx = x < b.minx ? x : b.minx;
            b.maxx = x > b.maxx ? x : b.maxx;
            b.miny = y < b.miny ? y : b.miny;
            b.maxy = y > b.maxy ? y : b.maxy;
        }
    return geo_box_empty(b) ? GEO_BOX_NONE : b;
}

size_t geo_wkb_vertices(Bytes wkb)
{
    size_t n = 0;
    GeoRun run;

    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
        n += run.n;
    return n;
}

void geo_wkb_walk(Bytes wkb, void (*see)(void *ctx, size_t part, double x, double y), void *ctx)
{
    size_t part = 0;
    GeoRun run;

    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run); part++)
        for (size_t i = 0; i < run.n; i++)
            see(ctx, part, geo_run_x(&run, i), geo_run_y(&run, i));
}
