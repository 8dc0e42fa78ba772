/* src/geo/geojson_read.c - a GeoJSON geometry (RFC 7946) into WKB, from its text: no tree of its coordinates is made. Heights are
 * kept where every position has one. Err.where is a JSON pointer (RFC 6901) to the place.
 */
#include "geo/geo.h"
#include "geo/run.h"
#include "scan/scan.h"
#include <math.h>
#include <stdio.h>

#define COORDINATE_MAX 1e8 /* above every easting, also with its zone in front (45,7xx,xxx) */

typedef struct Path { /* where we are; printed only when something is wrong */
    const struct Path *up;
    const char *name; /* NULL: `index` */
    size_t index;
    unsigned depth;
} Path;
typedef struct Reader {
    Buf out;
    bool z;
    size_t vertices;
    Err *err;
} Reader;

static size_t path_text(const Path *p, char *text, size_t room)
{
    size_t at = p->up ? path_text(p->up, text, room) : 0;

    if (at >= room)
        return room;
    if (p->name)
        return at + (size_t)snprintf(text + at, room - at, "%s%s", *p->name ? "/" : "", p->name);
    return at + (size_t)snprintf(text + at, room - at, "/%zu", p->index);
}

static bool bad(Reader *r, const Path *p, const char *what, const char *hint)
{
    char where[96] = "";

    (void)path_text(p, where, sizeof where);
    (void)FAIL(r->err, GEO_BAD_GEOJSON, str_of(what), "%s", where);
    err_hint(r->err, "%s", hint);
    return false;
}

static bool no_such_place(Reader *r, const Path *p, Str v)
{
    char where[96] = "", what[40];
    double n;

    (void)path_text(p, where, sizeof where);
    if (scan_number(v, &n))
        snprintf(what, sizeof what, "%.9g", n);
    else
        snprintf(what, sizeof what, "%.*s", STRV(str_sub(v, 0, sizeof what - 1)));
    return FAIL(r->err, GEO_OUT_OF_RANGE, str_of(what), "%s", where);
}

static bool put_position(Reader *r, Str v, const Path *p)
{
    ScanWalk w;
    Str key, one;
    double c;

    if (scan_kind(v) != SCAN_LIST || scan_count(v) < 2)
        return bad(r, p, "position", "[x, y]");
    if (++r->vertices > GEO_MAX_VERTICES)
        return FAIL(r->err, GEO_TOO_BIG, STR("vertices 顶点"), "vertex %zu", r->vertices);
    scan_walk(v, &w);
    for (size_t i = 0; i < 2 + (size_t)r->z; i++) {
        if (!scan_next(&w, &key, &one) || scan_kind(one) != SCAN_NUMBER)
            return bad(r, &(Path){ p, NULL, i, 0 }, "coordinate", "a number 数字");
        if (!scan_number(one, &c) || !(fabs(c) <= COORDINATE_MAX))
            return no_such_place(r, p, one);
        geo_put_f64(&r->out, c);
    }
    return true;
}

static bool put_run(Reader *r, Str v, const Path *p)
{
    ScanWalk w;
    Str key, one;

    if (scan_kind(v) != SCAN_LIST)
        return bad(r, p, "coordinates", "an array of positions 坐标数组");
    geo_put_u32(&r->out, (uint32_t)scan_count(v));
    scan_walk(v, &w);
    for (size_t i = 0; scan_next(&w, &key, &one); i++)
        if (!put_position(r, one, &(Path){ p, NULL, i, 0 }))
            return false;
    return true;
}

static bool put_body(Reader *r, GeoType t, Str v, const Path *p);

static bool put_parts(Reader *r, GeoType t, Str v, const Path *p)
{
    GeoType part = (GeoType)(t - 3);
    ScanWalk w;
    Str key, one;

    if (scan_kind(v) != SCAN_LIST)
        return bad(r, p, "coordinates", "an array 数组");
    geo_put_u32(&r->out, (uint32_t)scan_count(v));
    scan_walk(v, &w);
    for (size_t i = 0; scan_next(&w, &key, &one); i++) {
        const Path at = { p, NULL, i, 0 };

        if (t != GEO_POLYGON)
            geo_put_head(&r->out, part, r->z);
        if (t == GEO_POLYGON ? !put_run(r, one, &at) : !put_body(r, part, one, &at))
            return false;
    }
    return true;
}

static bool put_body(Reader *r, GeoType t, Str v, const Path *p) /* all after the head */
{
    if (t == GEO_POINT) {
        if (scan_kind(v) != SCAN_LIST || scan_count(v) > 0)
            return put_position(r, v, p);
        for (size_t i = 0; i < 2 + (size_t)r->z; i++) /* an empty point */
            geo_put_f64(&r->out, NAN);
        return true;
    }
    return t == GEO_LINE ? put_run(r, v, p) : put_parts(r, t, v, p);
}

static bool put_geometry(Reader *r, Str v, const Path *p);

static bool put_collection(Reader *r, Str v, const Path *p)
{
    const Str list = scan_get(v, "geometries");
    const Path at = { p, "geometries", 0, 0 };
    ScanWalk w;
    Str key, one;

    if (scan_kind(list) != SCAN_LIST)
        return bad(r, &at, "geometries", "an array of geometries 图形数组");
    geo_put_u32(&r->out, (uint32_t)scan_count(list));
    scan_walk(list, &w);
    for (size_t i = 0; scan_next(&w, &key, &one); i++)
        if (!put_geometry(r, one, &(Path){ &at, NULL, i, p->depth + 1 }))
            return false;
    return true;
}

static bool read_type(Str v, GeoType *out) /* a name without escapes, as all of them are */
{
    return scan_kind(v) == SCAN_TEXT && geo_type_of(str_sub(v, 1, v.len - 2), out);
}

static bool put_geometry(Reader *r, Str v, const Path *p)
{
    static const char *const member[] = { "type", "coordinates", "geometries", NULL };
    const char *twice;
    GeoType t;

    if (scan_kind(v) != SCAN_MAP)
        return bad(r, p, "geometry", "an object 对象");
    if (p->depth >= GEO_MAX_NEST)
        return FAIL(r->err, GEO_TOO_BIG, STR("nesting 嵌套"), "depth %u", p->depth);
    if (scan_twice(v, member, &twice))
        return bad(r, &(Path){ p, twice, 0, 0 }, twice, "once 只能有一个");
    if (!read_type(scan_get(v, "type"), &t) || t == GEO_ANY)
        return bad(
            r, &(Path){ p, "type", 0, 0 }, "type", "Point, LineString, Polygon, Multi…, GeometryCollection");
    geo_put_head(&r->out, t, r->z);
    if (t == GEO_COLLECTION)
        return put_collection(r, v, p);
    return put_body(r, t, scan_get(v, "coordinates"), &(Path){ p, "coordinates", 0, 0 });
}

/* Whether no position lacks a height; *any: whether there is a position at all. */
static bool all_have_height(Str v, bool *any, int depth)
{
    const bool map = scan_kind(v) == SCAN_MAP;
    ScanWalk w;
    Str key, one, inner;

    if (depth > 2 * GEO_MAX_NEST + 4)
        return false;
    if (map) {
        inner = scan_get(v, "coordinates");
        return all_have_height(inner.len ? inner : scan_get(v, "geometries"), any, depth + 1);
    }
    scan_walk(v, &w);
    for (size_t i = 0; scan_next(&w, &key, &one); i++) {
        if (i == 0 && scan_kind(one) == SCAN_NUMBER) {
            *any = true;
            return scan_count(v) >= 3;
        }
        if (!all_have_height(one, any, depth + 1))
            return false;
    }
    return true;
}

bool geo_from_geojson_text(Str v, Arena *a, Bytes *wkb, Err *err)
{
    Reader r = { .err = err };
    bool any = false;

    buf_init(&r.out, GEO_MAX_BYTES);
    r.z = all_have_height(v, &any, 0) && any;
    if (!put_geometry(&r, v, &(Path){ NULL, "", 0, 0 })) {
        buf_clear(&r.out);
        return false;
    }
    if (r.out.bad && r.out.len + 24 > GEO_MAX_BYTES) {
        buf_clear(&r.out);
        return FAIL(err, GEO_TOO_BIG, STR("bytes 字节"), "/coordinates");
    }
    return geo_keep(&r.out, a, wkb) || FAIL(err, BASE_NO_MEMORY, STR("geojson"), "/coordinates");
}

bool geo_from_geojson(const json_t *v, Arena *a, Bytes *wkb, Err *err)
{
    Buf text;
    bool good;

    buf_init(&text, GEO_MAX_BYTES);
    if (v)
        buf_json(&text, v);
    good = !text.bad ? geo_from_geojson_text(buf_text(&text), a, wkb, err)
                     : FAIL(err, BASE_NO_MEMORY, STR("geojson"), "body");
    buf_clear(&text);
    return good;
}
