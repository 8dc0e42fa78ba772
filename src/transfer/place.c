/* src/transfer/place.c - reference systems are found, or proposed with their reason; never guessed silently.
 *
 * CGCS2000's 3-degree grids: an easting of eight digits begins with its zone, 37 406 669 is zone 37, EPSG:4513 + 37 - 25;
 * one of six digits does not tell its meridian, the county's longitude does: EPSG:4534 + (meridian - 75) / 3.
 */
#include "transfer/place.h"
#include <math.h>
#include <stdio.h>

/* --- names ------------------------------------------------------------------------------------------------------------ */
bool transfer_crs_read(Str said, TransferCrs *out, Err *err)
{
    TransferCrs c = { 0, false, SHIFT_NONE };
    size_t epsg;
    bool swap;
    const size_t at = str_find(said, STR("swapped"));

    said = str_trim(said);
    if (at != SIZE_MAX) {
        c.swap = true;
        said = str_trim(str_sub(said, 0, at));
    }
    if (str_eq_nocase(said, STR("GCJ-02")) || str_eq_nocase(said, STR("GCJ02")))
        c.shift = SHIFT_GCJ;
    else if (str_eq_nocase(said, STR("BD-09")) || str_eq_nocase(said, STR("BD09")))
        c.shift = SHIFT_BD;
    else if (str_to_size(said, 10, &epsg) && epsg < 100000)
        c.epsg = (int)epsg;
    else if (said.len && !geo_crs_of(said, &c.epsg, &swap, err)) {
        FAIL(err, TRANSFER_CRS_UNKNOWN, said, "crs");
        return false;
    }
    *out = c;
    return true;
}

Str transfer_crs_name(const TransferCrs *c, Arena *a)
{
    const char *swap = c->swap ? " swapped" : "";

    if (c->shift != SHIFT_NONE)
        return str_fmt(a, "%s%s", c->shift == SHIFT_GCJ ? "GCJ-02" : "BD-09", swap);
    return str_fmt(a, "EPSG:%d%s", c->epsg ? c->epsg : GEO_SRS, swap);
}

/* --- what the numbers say ------------------------------------------------------------------------------------------------ */
typedef struct Spread {
    size_t n, degrees, swapped, prefixed[64], plain;
} Spread;

static Spread spread_of(const Bytes *wkb, size_t n)
{
    Spread s = { .n = 0 };

    for (size_t i = 0; i < n; i++) {
        const GeoBox b = geo_wkb_box(wkb[i]);
        const double x = (b.minx + b.maxx) / 2, y = (b.miny + b.maxy) / 2;

        if (geo_box_empty(b))
            continue;
        s.n++;
        s.degrees += fabs(x) <= 180 && fabs(y) <= 180; /* exchanged ones too */
        s.swapped += x >= 3 && x <= 54 && y >= 73 && y <= 136;
        if (y > 300000 && y < 6000000 && x >= 25e6 && x < 46e6)
            s.prefixed[(int)(x / 1e6)]++;
        s.plain += y > 300000 && y < 6000000 && x > 100000 && x < 900000;
    }
    return s;
}

static void propose(const Spread *s, GeoBox near, Arena *a, TransferPlace *p)
{
    const double lon = geo_box_empty(near) ? 0 : (near.minx + near.maxx) / 2;
    int zone = 0;

    for (int z = 25; z <= 45; z++)
        zone = s->prefixed[z] * 10 >= s->n * 9 ? z : zone;
    p->unsure = true;
    if (zone) {
        p->crs.epsg = 4513 + zone - 25;
        p->zh = str_fmt(a, "文件没有写坐标系；横坐标以带号 %d 开头，中央经线 %d°%s", zone, zone * 3,
            lon != 0 && fabs(lon - zone * 3) > 3 ? "，但离本县很远" : "");
        p->en = str_fmt(a, "nothing is stated; the easting begins with zone %d, meridian %d", zone, zone * 3);
    } else if (s->plain * 10 >= s->n * 9 && lon != 0) {
        const int meridian = (int)lround(lon / 3) * 3;

        p->crs.epsg = 4534 + (meridian - 75) / 3;
        p->zh = str_fmt(a, "文件没有写坐标系；横坐标没有带号，按本县经度应为中央经线 %d°", meridian);
        p->en = str_fmt(a,
            "nothing is stated; the easting has no zone, by the county's longitude the meridian is %d",
            meridian);
    } else {
        p->crs.epsg = 0;
        p->zh = STR("文件没有写坐标系，从数值也看不出来");
        p->en = STR("nothing is stated and the numbers tell nothing");
    }
}

static bool can_move(int epsg)
{
    Arena *a = arena_new(1 << 20);
    Bytes p, q;
    Err err;
    const bool grid = epsg != 4326 && epsg != GEO_SRS && epsg != 3857;
    const bool good =
        geo_make_point(grid ? (epsg >= 4513 && epsg <= 4533 ? (epsg - 4513 + 25) * 1e6 + 5e5 : 5e5) : 111,
            grid ? 3.4e6 : 31, a, &p) &&
        geo_transform(p, epsg, GEO_SRS, a, &q, &err);

    arena_free(a);
    return good;
}

bool transfer_place(
    int epsg, Str stated, const Bytes *wkb, size_t n, GeoBox near, Arena *a, TransferPlace *out, Err *err)
{
    const Spread s = spread_of(wkb, n);
    TransferPlace p = { .found = STR(""), .assumed = STR(""), .zh = STR(""), .en = STR("") };

    (void)err;
    if (epsg > 0 && can_move(epsg)) {
        p.crs.epsg = epsg;
        p.found = str_fmt(a, "EPSG:%d", epsg);
    } else if (epsg != 0) {
        p.found = stated;
        p.unsure = true;
        p.zh = str_fmt(a, "文件写的坐标系“%.*s”不能直接换算（西安 80、北京 54 要七参数），请先转成 CGCS2000",
            STRV(stated));
        p.en = str_fmt(a, "the stated system %.*s needs parameters of its own; turn it into CGCS2000 first",
            STRV(stated));
    } else if (s.n && s.degrees * 2 <= s.n)
        propose(&s, near, a, &p);
    if (s.n && s.swapped * 2 > s.n && (p.crs.epsg == 0 || p.crs.epsg == 4326 || p.crs.epsg == GEO_SRS)) {
        p.unsure = true;
        p.crs.swap = true;
        p.zh = STR("经纬度像是写反了（纬度在前）");
        p.en = STR("latitude and longitude seem to be exchanged");
    }
    if (s.n && (!p.found.len || p.crs.swap))
        p.assumed = p.unsure && !p.crs.epsg && !p.crs.swap ? STR("") : transfer_crs_name(&p.crs, a);
    *out = p;
    return true;
}

/* --- moving ---------------------------------------------------------------------------------------------------------------- */
static void swap_xy(double *x, double *y)
{
    const double t = *x;

    *x = *y;
    *y = t;
}

static void bd_to_wgs(double *x, double *y)
{
    geo_bd_to_gcj(x, y);
    geo_gcj_to_wgs(x, y);
}

bool transfer_move(const TransferCrs *crs, Bytes wkb, Arena *a, Bytes *out, Err *err)
{
    Bytes g = wkb;

    if (crs->swap && !geo_shift(g, swap_xy, a, &g))
        return FAIL(err, BASE_NO_MEMORY, STR("geometry"), "crs");
    if (crs->epsg && crs->epsg != GEO_SRS && crs->epsg != 4326 &&
        !geo_transform(g, crs->epsg, GEO_SRS, a, &g, err))
        return false;
    if (crs->shift != SHIFT_NONE &&
        !geo_shift(g, crs->shift == SHIFT_GCJ ? geo_gcj_to_wgs : bd_to_wgs, a, &g))
        return FAIL(err, BASE_NO_MEMORY, STR("geometry"), "crs");
    *out = g;
    return true;
}

/* --- mending ------------------------------------------------------------------------------------------------------------------ */
typedef struct Rings {
    size_t part, n; /* vertices of this ring */
    double x0, y0, x, y, area;
    bool open, turned;
    size_t nring;
} Rings;

static void ring_ends(Rings *r)
{
    if (r->n < 3)
        return;
    r->area += r->x * r->y0 - r->x0 * r->y;
    r->open |= r->x != r->x0 || r->y != r->y0;
    r->turned |= r->nring == 0 && r->area < 0; /* the first ring is a shell */
    r->nring++;
}

static void see_vertex(void *ctx, size_t part, double x, double y)
{
    Rings *r = ctx;

    if (r->n && part != r->part) {
        ring_ends(r);
        r->n = 0;
    }
    if (!r->n) {
        r->x0 = x, r->y0 = y;
        r->area = 0;
    } else
        r->area += r->x * y - x * r->y;
    r->part = part;
    r->x = x, r->y = y;
    r->n++;
}

bool transfer_mend(Bytes wkb, Arena *a, Bytes *out, Str *zh, Str *en, Err *err)
{
    const GeoType t = geo_wkb_type(wkb);
    Rings r = { 0 };
    Bytes ours;

    *zh = *en = STR("");
    *out = wkb;
    if (t != GEO_POLYGON && t != GEO_MULTIPOLYGON)
        return true;
    geo_wkb_walk(wkb, see_vertex, &r);
    ring_ends(&r);
    if (!geo_clean_rings(wkb, a, &ours, err))
        return false;
    *out = ours;
    if (r.open) {
        *zh = STR("环未闭合，已闭合");
        *en = STR("an open ring was closed");
    } else if (r.turned) {
        *zh = STR("外环顺时针，已改为逆时针");
        *en = STR("a clockwise shell was turned");
    }
    return true;
}
