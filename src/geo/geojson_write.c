/* src/geo/geojson_write.c - WKB as GeoJSON, straight into a buffer: what feature pages are made of, so it counts
 * nanoseconds. Coordinates are written as whole numbers of the last digit with a point put in: no printf.
 */
#include "geo/geo.h"
#include "geo/run.h"
#include <math.h>

enum { NUMBER_ROOM = 24, DIGITS_MAX = 9, HEIGHT_DIGITS = 3 };
typedef struct Writer {
    Buf *out;
    const uint8_t *at, *end;
    int digits;
    bool swap;
} Writer;

/* v with at most `digits` decimals, trailing zeros dropped. Right for |v| < 1e9; the caller sees to others. */
static char *put_number(char *p, double v, int digits)
{
    static const double scale[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
    double whole = nearbyint(fabs(v) * scale[digits]);
    uint64_t n = (uint64_t)whole;
    char text[NUMBER_ROOM], *end = text + sizeof text, *t = end;

    if (v < 0 && n > 0)
        *p++ = '-';
    for (; digits > 0 && n % 10 == 0; digits--)
        n /= 10;
    for (int i = 0; i < digits; i++, n /= 10)
        *--t = (char)('0' + n % 10);
    if (digits > 0)
        *--t = '.';
    do
        *--t = (char)('0' + n % 10);
    while (n /= 10);
    memcpy(p, t, (size_t)(end - t));
    return p + (end - t);
}

static void put_vertex(Writer *w, const uint8_t *xy, bool z)
{
    double x = geo_f64(xy), y = geo_f64(xy + 8);
    char *p = buf_room(w->out, 3 * NUMBER_ROOM + 4), *start = p;

    if (!p)
        return;
    if (!(fabs(x) < 1e9 && fabs(y) < 1e9))
        x = y = 0; /* no CRS has it; checked WKB never gets here */
    *p++ = '[';
    p = put_number(p, w->swap ? y : x, w->digits);
    *p++ = ',';
    p = put_number(p, w->swap ? x : y, w->digits);
    if (z && fabs(geo_f64(xy + 16)) < 1e9) {
        *p++ = ',';
        p = put_number(p, geo_f64(xy + 16), HEIGHT_DIGITS);
    }
    *p++ = ']';
    buf_took(w->out, (size_t)(p - start));
}

static uint32_t take_u32(Writer *w)
{
    uint32_t v = w->end - w->at >= 4 ? geo_u32(w->at) : 0;

    w->at += w->end - w->at >= 4 ? 4 : w->end - w->at;
    return v;
}

static void put_run(Writer *w, uint32_t n, bool z)
{
    size_t stride = z ? 24 : 16;

    buf_c(w->out, '[');
    for (uint32_t i = 0; i < n && (size_t)(w->end - w->at) >= stride; i++, w->at += stride) {
        if (i)
            buf_c(w->out, ',');
        put_vertex(w, w->at, z);
    }
    buf_c(w->out, ']');
}

static void put_rings(Writer *w, bool z)
{
    uint32_t n = take_u32(w);

    buf_c(w->out, '[');
    for (uint32_t i = 0; i < n && w->at < w->end; i++) {
        if (i)
            buf_c(w->out, ',');
        put_run(w, take_u32(w), z);
    }
    buf_c(w->out, ']');
}

static bool take_head(Writer *w, GeoType *t, bool *z)
{
    uint32_t code;

    if (w->end - w->at < 5)
        return false;
    code = geo_u32(w->at + 1);
    w->at += 5;
    *z = code / GEO_ISO_Z == 1;
    *t = (GeoType)(code % GEO_ISO_Z);
    return *t >= GEO_POINT && *t <= GEO_COLLECTION;
}

static void put_coordinates(Writer *w, GeoType t, bool z)
{
    if (t == GEO_POINT) {
        size_t stride = z ? 24 : 16;

        if ((size_t)(w->end - w->at) < stride || isnan(geo_f64(w->at)))
            buf_str(w->out, STR("[]"));
        else
            put_vertex(w, w->at, z);
        w->at += (size_t)(w->end - w->at) < stride ? (size_t)(w->end - w->at) : stride;
    } else if (t == GEO_LINE) {
        put_run(w, take_u32(w), z);
    } else if (t == GEO_POLYGON) {
        put_rings(w, z);
    } else {
        uint32_t n = take_u32(w);

        buf_c(w->out, '[');
        for (uint32_t i = 0; i < n && take_head(w, &t, &z) && t < GEO_MULTIPOINT; i++) {
            if (i)
                buf_c(w->out, ',');
            put_coordinates(w, t, z);
        }
        buf_c(w->out, ']');
    }
}

static void put_geometry(Writer *w, int depth)
{
    GeoType t;
    bool z;

    if (depth > GEO_MAX_NEST || !take_head(w, &t, &z)) {
        buf_str(w->out, STR("null"));
        return;
    }
    buf_str(w->out, STR("{\"type\":\""));
    buf_str(w->out, str_of(geo_type_name(t)));
    if (t == GEO_COLLECTION) {
        uint32_t n = take_u32(w);

        buf_str(w->out, STR("\",\"geometries\":["));
        for (uint32_t i = 0; i < n && w->at < w->end; i++) {
            if (i)
                buf_c(w->out, ',');
            put_geometry(w, depth + 1);
        }
        buf_str(w->out, STR("]}"));
        return;
    }
    buf_str(w->out, STR("\",\"coordinates\":"));
    put_coordinates(w, t, z);
    buf_c(w->out, '}');
}

void geo_to_geojson(Bytes wkb, int digits, bool swap, Buf *out)
{
    Writer w = { out, wkb.ptr, wkb.ptr + wkb.len,
        digits < 0            ? 0
        : digits > DIGITS_MAX ? DIGITS_MAX
                              : digits,
        swap };

    put_geometry(&w, 1);
}
