/* src/geo/make.c - geometries put together: builders, rings set right, copies whose coordinates are moved. */
#include "geo/geo.h"
#include "geo/run.h"

void geo_put_u32(Buf *b, uint32_t v)
{
    buf_add(b, &v, sizeof v);
}

void geo_put_f64(Buf *b, double v)
{
    buf_add(b, &v, sizeof v);
}

void geo_put_head(Buf *b, GeoType t, bool z)
{
    buf_add(b, "\1", 1);
    geo_put_u32(b, (uint32_t)t + (z ? GEO_ISO_Z : 0));
}

bool geo_keep(Buf *b, Arena *a, Bytes *out)
{
    uint8_t *p = b->bad ? NULL : arena_take(a, b->len ? b->len : 1, 1);

    if (p) {
        memcpy(p, buf_text(b).ptr, b->len);
        *out = (Bytes){ p, b->len };
    }
    buf_clear(b);
    return p != NULL;
}

bool geo_copy(Bytes wkb, Arena *a, Bytes *out, uint8_t **writable)
{
    uint8_t *p = arena_take(a, wkb.len ? wkb.len : 1, 1);

    if (!p)
        return false;
    memcpy(p, wkb.ptr, wkb.len);
    *out = (Bytes){ p, wkb.len };
    *writable = p;
    return true;
}

bool geo_make_point(double x, double y, Arena *a, Bytes *wkb)
{
    Buf b;

    buf_init(&b, GEO_MAX_BYTES);
    geo_put_head(&b, GEO_POINT, false);
    geo_put_f64(&b, x);
    geo_put_f64(&b, y);
    return geo_keep(&b, a, wkb);
}

static void put_run(Buf *b, const double *xy, size_t n)
{
    geo_put_u32(b, (uint32_t)n);
    buf_add(b, xy, n * 2 * sizeof *xy);
}

bool geo_make_line(const double *xy, size_t n, Arena *a, Bytes *wkb)
{
    Buf b;

    if (n > GEO_MAX_VERTICES)
        return false;
    buf_init(&b, GEO_MAX_BYTES);
    geo_put_head(&b, GEO_LINE, false);
    put_run(&b, xy, n);
    return geo_keep(&b, a, wkb);
}

bool geo_make_polygon(const double *xy, const size_t *ring, size_t nring, Arena *a, Bytes *wkb)
{
    Buf b;

    buf_init(&b, GEO_MAX_BYTES);
    geo_put_head(&b, GEO_POLYGON, false);
    geo_put_u32(&b, (uint32_t)nring);
    for (size_t i = 0; i < nring && !b.bad; xy += 2 * ring[i++])
        put_run(&b, xy, ring[i]);
    return geo_keep(&b, a, wkb);
}

bool geo_make_multi(GeoType multi, const Bytes *part, size_t n, Arena *a, Bytes *wkb)
{
    Buf b;
    bool z = n > 0 && part[0].len >= 5 && geo_u32(part[0].ptr + 1) >= GEO_ISO_Z;

    buf_init(&b, GEO_MAX_BYTES);
    geo_put_head(&b, multi, z);
    geo_put_u32(&b, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        buf_add(&b, part[i].ptr, part[i].len);
    return geo_keep(&b, a, wkb);
}

bool geo_shift(Bytes wkb, void (*move)(double *x, double *y), Arena *a, Bytes *out)
{
    Bytes copy;
    uint8_t *w;
    GeoRun run;

    if (!geo_copy(wkb, a, &copy, &w))
        return false;
    for (GeoRuns r = geo_runs(copy); geo_run_next(&r, &run);)
        for (size_t i = 0; i < run.n; i++) {
            double x = geo_run_x(&run, i), y = geo_run_y(&run, i);
            uint8_t *to = w + (run.xy - copy.ptr) + i * run.stride;

            move(&x, &y);
            memcpy(to, &x, sizeof x);
            memcpy(to + 8, &y, sizeof y);
        }
    *out = copy;
    return true;
}

/* --- rings: closed; shells counter-clockwise, holes clockwise (RFC 7946 clause 3.1.6) --------------------- */
static double twice_area(
    const GeoRun *r) /* from the first vertex, so that large coordinates lose no digits */
{
    double x0 = r->n ? geo_run_x(r, 0) : 0, y0 = r->n ? geo_run_y(r, 0) : 0, sum = 0;

    for (size_t i = 1; i + 1 < r->n; i++)
        sum += (geo_run_x(r, i) - x0) * (geo_run_y(r, i + 1) - y0) -
               (geo_run_x(r, i + 1) - x0) * (geo_run_y(r, i) - y0);
    return sum;
}

static void put_clean_ring(Buf *b, const GeoRun *r)
{
    bool turn = r->shell ? twice_area(r) < 0 : twice_area(r) > 0;
    bool close = r->n > 0 && !geo_run_closed(r);

    geo_put_u32(b, (uint32_t)(r->n + close));
    for (size_t i = 0; i < r->n; i++)
        buf_add(b, r->xy + (turn ? r->n - 1 - i : i) * r->stride, r->stride);
    if (close)
        buf_add(b, r->xy + (turn ? r->n - 1 : 0) * r->stride, r->stride);
}

bool geo_clean_rings(Bytes wkb, Arena *a, Bytes *out, Err *err)
{
    Buf b;
    GeoRun run;
    const uint8_t *from = wkb.ptr; /* what is not yet copied */

    buf_init(&b, GEO_MAX_BYTES);
    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);) {
        if (run.type != GEO_POLYGON)
            continue;
        buf_add(&b, from, (size_t)(run.xy - 4 - from)); /* all before this ring's count */
        put_clean_ring(&b, &run);
        from = run.xy + run.n * run.stride;
    }
    buf_add(&b, from, (size_t)(wkb.ptr + wkb.len - from));
    return geo_keep(&b, a, out) || FAIL(err, BASE_NO_MEMORY, STR("rings"), "%zu bytes", wkb.len);
}
