/* src/face/crs.c - the reference systems offered: CRS84, 4326, 4490, 3857 and the county's Gauss-Krüger zones. */
#include <math.h>
#include <stdio.h>
#include "face/query.h"

#define EPSG "http://www.opengis.net/def/crs/EPSG/0/"
const char FACE_CRS84[] = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

bool face_is_crs84(const FaceCrs *crs)
{
    return !crs->swap && (crs->epsg == 4326 || crs->epsg == 4490);
}

/* CGCS2000 three-degree zones 25-45: EPSG:4513-4533 with the zone before the easting, 4534-4554 without (from general
 * knowledge of the EPSG register). */
static int zone_epsg(const FaceRequest *r)
{
    const GeoBox box = face_county_box(r);
    const int zone = geo_box_empty(box) ? 0 : (int)lround((box.minx + box.maxx) / 2 / 3);

    return zone >= 25 && zone <= 45 ? 4513 + zone - 25 : 0;
}

size_t face_crs_list(const FaceRequest *r, Str *uri, size_t max)
{
    const int zone = zone_epsg(r);
    const Str all[] = { str_of(FACE_CRS84), STR(EPSG "4490"), STR(EPSG "4326"), STR(EPSG "3857"),
        str_fmt(r->a, EPSG "%d", zone), str_fmt(r->a, EPSG "%d", zone + 21) };
    size_t n = 0;

    for (; n < LEN(all) && n < max && (n < 4 || zone); n++)
        uri[n] = all[n];
    return n;
}

bool face_crs_of(FaceRequest *r, Str uri, const char *where, FaceCrs *out, Err *err)
{
    FaceCrs crs = { .uri = str_trim(uri) };
    Err inner = { 0 };
    Str offered[8];
    const size_t n = face_crs_list(r, offered, LEN(offered));
    char name[64];

    if (str_starts(crs.uri, STR("<")) && str_ends(crs.uri, STR(">"))) /* Content-Crs */
        crs.uri = str_sub(crs.uri, 1, crs.uri.len - 2);
    if (!geo_crs_of(crs.uri, &crs.epsg, &crs.swap, &inner))
        return FAIL(err, FACE_NO_CRS, uri, "%s", where);
    if (!crs.swap && crs.epsg == 4326) {
        *out = (FaceCrs){ 4326, false, str_of(FACE_CRS84) };
        return true;
    }
    snprintf(name, sizeof name, EPSG "%d", crs.epsg);
    for (size_t i = 1; i < n; i++)
        if (str_eq(offered[i], str_of(name))) {
            *out = (FaceCrs){ crs.epsg, crs.swap, offered[i] };
            return true;
        }
    return FAIL(err, FACE_NO_CRS, uri, "%s", where);
}

bool face_crs_param(FaceRequest *r, const char *name, FaceCrs *out, Err *err)
{
    if (face_has(r, name))
        return face_crs_of(r, face_query(r, name), name, out, err);
    *out = (FaceCrs){ 4326, false, str_of(FACE_CRS84) };
    return true;
}
