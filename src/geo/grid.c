/* src/geo/grid.c - tile matrix sets: OGC 17-083r4 WebMercatorQuad, and CGCS2000Quad as 天地图 serves it ("_c"); the
 * world as whole numbers; the Hilbert curve.
 */
#include "geo/geo.h"
#include "geo/mercator.h"
#include <math.h>

static uint32_t columns(int z)
{
    return UINT32_C(1) << z;
}

static uint32_t rows(GeoGrid g, int z)
{
    return g == GEO_CGCS2000 ? UINT32_C(1) << (z - 1) : columns(z);
}

bool geo_tile_valid(GeoGrid g, int64_t z, int64_t x, int64_t y)
{
    return z >= (g == GEO_CGCS2000) && z <= GEO_MAX_ZOOM && x >= 0 && y >= 0 && x < columns((int)z) &&
           y < rows(g, (int)z);
}

static double mercator_lat(double y) /* y from 0 (north) to 1 */
{
    return atan(sinh(M_PI * (1 - 2 * y))) * 180 / M_PI;
}

GeoBox geo_tile_box(GeoGrid g, int z, uint32_t x, uint32_t y)
{
    double n = columns(z), w = 360 / n;

    if (g == GEO_CGCS2000)
        return (GeoBox){ x * w - 180, 90 - (y + 1) * w, (x + 1) * w - 180, 90 - y * w };
    return (GeoBox){ x * w - 180, mercator_lat((y + 1.0) / n), (x + 1) * w - 180, mercator_lat(y / n) };
}

/* Spherical Mercator, EPSG method 1024: y = artanh(sin lat), whose derivatives are sec, sec tan, sec (2 sec² - 1),
 * sec tan (6 sec² - 1). Here in units, southwards, by degrees. */
void geo_strip_enter(GeoStrip *s, int32_t number)
{
    const double degree = M_PI / 180, unit = GEO_WORLD / (2 * M_PI),
                 middle = (number - 0.5) / GEO_STRIPS - 90, sine = sin(middle * degree),
                 sec = 1 / cos(middle * degree), tan = sine * sec, sec2 = sec * sec;

    s->number = number;
    s->middle = middle;
    s->c[0] = GEO_WORLD * 0.5 - unit * log((1 + sine) / (1 - sine)) / 2;
    s->c[1] = -unit * degree * sec;
    s->c[2] = -unit * pow(degree, 2) / 2 * sec * tan;
    s->c[3] = -unit * pow(degree, 3) / 6 * sec * (2 * sec2 - 1);
    s->c[4] = -unit * pow(degree, 4) / 24 * sec * tan * (6 * sec2 - 1);
}

void geo_mercator(double lon, double lat, int32_t *x, int32_t *y)
{
    GeoStrip strip = { 0 };

    *x = geo_world_x(lon);
    *y = geo_strip_y(&strip, lat);
}

void geo_world(GeoGrid g, double lon, double lat, int32_t *x, int32_t *y)
{
    if (g == GEO_WEBMERCATOR) {
        geo_mercator(lon, lat, x, y);
        return;
    }
    *x = geo_world_x(lon);
    *y = geo_world_unit((90 - lat) * (GEO_WORLD / 360));
}

void geo_degrees(int32_t x, int32_t y, double *lon, double *lat)
{
    *lon = x * (360 / GEO_WORLD) - 180;
    *lat = mercator_lat(y / GEO_WORLD);
}

void geo_tile_at(GeoGrid g, int z, double lon, double lat, uint32_t *x, uint32_t *y)
{
    int32_t wx, wy;

    geo_world(g, lon, lat, &wx, &wy);
    *x = (uint32_t)wx >> (31 - z);
    *y = (uint32_t)wy >> (31 - z);
    if (*y >= rows(g, z))
        *y = rows(g, z) - 1;
}

/* D. Hilbert's curve, the turn at each level folded into x and y. */
uint64_t geo_hilbert(uint32_t x, uint32_t y, int bits)
{
    uint64_t d = 0;

    for (uint32_t s = UINT32_C(1) << (bits - 1); s > 0; s >>= 1) {
        uint32_t rx = (x & s) != 0, ry = (y & s) != 0;

        d = d << 2 | ((3 * rx) ^ ry);
        if (ry == 0) {
            uint32_t t = rx ? ~x : x;

            x = rx ? ~y : y;
            y = t;
        }
    }
    return d;
}
