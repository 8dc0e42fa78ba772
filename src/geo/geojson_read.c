/* src/geo/geojson_read.c - a GeoJSON geometry (RFC 7946) into WKB. Heights are kept where every position has one.
 * Err.where is a JSON pointer (RFC 6901) to the place.
 */
#include "geo/geo.h"
#include "geo/run.h"
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

static bool no_such_place(Reader *r, const Path *p, double v)
{
    char where[96] = "", what[40];

    (void)path_text(p, where, sizeof where);
    snprintf(what, sizeof what, "%.9g", v);
    return FAIL(r->err, GEO_OUT_OF_RANGE, str_of(what), "%s", where);
}

static bool put_position(Reader *r, const json_t *v, const Path *p)
{
    size_t n = json_array_size(v);

    if (!json_is_array(v) || n < 2)
        return bad(r, p, "position", "[x, y]");
    if (++r->vertices > GEO_MAX_VERTICES)
        return FAIL(r->err, GEO_TOO_BIG, STR("vertices 顶点"), "vertex %zu", r->vertices);
    for (size_t i = 0; i < 2 + (size_t)r->z; i++) {
        const json_t *c = json_array_get(v, i);

        if (!json_is_number(c))
            return bad(r, &(Path){ p, NULL, i, 0 }, "coordinate", "a number 数字");
        if (!(fabs(json_number_value(c)) <= COORDINATE_MAX))
            return no_such_place(r, p, json_number_value(c));
        geo_put_f64(&r->out, json_number_value(c));
    }
    return true;
}

static bool put_run(Reader *r, const json_t *v, const Path *p)
{
    if (!json_is_array(v))
        return bad(r, p, "coordinates", "an array of positions 坐标数组");
    geo_put_u32(&r->out, (uint32_t)json_array_size(v));
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!put_position(r, json_array_get(v, i), &(Path){ p, NULL, i, 0 }))
            return false;
    return true;
}

static bool put_body(Reader *r, GeoType t, const json_t *v, const Path *p);

static bool put_parts(Reader *r, GeoType t, const json_t *v, const Path *p)
{
    GeoType part = (GeoType)(t - 3);

    if (!json_is_array(v))
        return bad(r, p, "coordinates", "an array 数组");
    geo_put_u32(&r->out, (uint32_t)json_array_size(v));
    for (size_t i = 0; i < json_array_size(v); i++) {
        const Path at = { p, NULL, i, 0 };

        if (t == GEO_POLYGON) {
            if (!put_run(r, json_array_get(v, i), &at))
                return false;
            continue;
        }
        geo_put_head(&r->out, part, r->z);
        if (!put_body(r, part, json_array_get(v, i), &at))
            return false;
    }
    return true;
}

static bool put_body(Reader *r, GeoType t, const json_t *v, const Path *p) /* all after the head */
{
    if (t == GEO_POINT) {
        if (!json_is_array(v) || json_array_size(v) > 0)
            return put_position(r, v, p);
        for (size_t i = 0; i < 2 + (size_t)r->z; i++) /* an empty point */
            geo_put_f64(&r->out, NAN);
        return true;
    }
    return t == GEO_LINE ? put_run(r, v, p) : put_parts(r, t, v, p);
}

static bool put_geometry(Reader *r, const json_t *v, const Path *p);

static bool put_collection(Reader *r, const json_t *v, const Path *p)
{
    const json_t *list = json_object_get(v, "geometries");
    const Path at = { p, "geometries", 0, 0 };

    if (!json_is_array(list))
        return bad(r, &at, "geometries", "an array of geometries 图形数组");
    geo_put_u32(&r->out, (uint32_t)json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!put_geometry(r, json_array_get(list, i), &(Path){ &at, NULL, i, p->depth + 1 }))
            return false;
    return true;
}

static bool put_geometry(Reader *r, const json_t *v, const Path *p)
{
    GeoType t;

    if (!json_is_object(v))
        return bad(r, p, "geometry", "an object 对象");
    if (p->depth >= GEO_MAX_NEST)
        return FAIL(r->err, GEO_TOO_BIG, STR("nesting 嵌套"), "depth %u", p->depth);
    if (!geo_type_of(json_str(json_object_get(v, "type")), &t) || t == GEO_ANY)
        return bad(
            r, &(Path){ p, "type", 0, 0 }, "type", "Point, LineString, Polygon, Multi…, GeometryCollection");
    geo_put_head(&r->out, t, r->z);
    if (t == GEO_COLLECTION)
        return put_collection(r, v, p);
    return put_body(r, t, json_object_get(v, "coordinates"), &(Path){ p, "coordinates", 0, 0 });
}

/* Whether no position lacks a height; *any: whether there is a position at all. */
static bool all_have_height(const json_t *v, bool *any, int depth)
{
    const json_t *inner = json_object_get(v, "coordinates");

    if (depth > 2 * GEO_MAX_NEST + 4)
        return false;
    if (json_is_object(v))
        return all_have_height(inner ? inner : json_object_get(v, "geometries"), any, depth + 1);
    if (json_is_number(json_array_get(v, 0))) {
        *any = true;
        return json_array_size(v) >= 3;
    }
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!all_have_height(json_array_get(v, i), any, depth + 1))
            return false;
    return true;
}

bool geo_from_geojson(const json_t *v, Arena *a, Bytes *wkb, Err *err)
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
