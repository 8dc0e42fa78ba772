/* src/geo/grid.c - tile matrix sets: OGC 17-083r4 WebMercatorQuad, and CGCS2000Quad as 天地图 serves it ("_c"); the
 * world as whole numbers; the Hilbert curve.
 */
#include "geo/geo.h"
#include <math.h>

#define WORLD        2147483648.0     /* 2^31 units a side */
#define MERCATOR_TOP 85.0511287798066 /* atan(sinh(pi)): where the square world ends */

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

static int32_t clamped(double v)
{
    return v <= 0 ? 0 : v >= WORLD - 1 ? INT32_MAX : (int32_t)v;
}

/* Spherical Mercator, EPSG method 1024; the order is kept so that equal input gives equal bits everywhere. */
void geo_mercator(double lon, double lat, int32_t *x, int32_t *y)
{
    double s = sin(fmin(fmax(lat, -MERCATOR_TOP), MERCATOR_TOP) * (M_PI / 180));

    *x = clamped((lon + 180) * (WORLD / 360));
    *y = clamped(WORLD * (0.5 - log((1 + s) / (1 - s)) * (0.25 / M_PI)));
}

void geo_world(GeoGrid g, double lon, double lat, int32_t *x, int32_t *y)
{
    if (g == GEO_WEBMERCATOR) {
        geo_mercator(lon, lat, x, y);
        return;
    }
    *x = clamped((lon + 180) * (WORLD / 360));
    *y = clamped((90 - lat) * (WORLD / 360));
}

void geo_degrees(int32_t x, int32_t y, double *lon, double *lat)
{
    *lon = x * (360 / WORLD) - 180;
    *lat = mercator_lat(y / WORLD);
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
