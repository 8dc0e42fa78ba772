/* src/geo/mercator.h - latitude to Mercator's y without a sine or a logarithm a vertex.
 *
 * The globe is cut into strips of 1/16° of latitude. In a strip y is Taylor's polynomial of degree 4 around its middle;
 * Lagrange's remainder, d^5/120 * (24 sec^5 - 20 sec^3 + sec) with d <= 1/32°, is below 0.001 of a world unit at 85° and
 * below 0.00001 at China's latitudes. Whoever projects many vertices keeps the strip he is in; the polynomial belongs to
 * the latitude alone, so that neighbours that share a border get the same vertices whoever projects them.
 */
#pragma once
#include "geo/geo.h"

#define GEO_WORLD        2147483648.0     /* 2^31 units a side */
#define GEO_MERCATOR_TOP 85.0511287798066 /* atan(sinh(pi)): where the square world ends */
enum { GEO_STRIPS = 16 };                 /* a degree */

typedef struct GeoStrip { /* zeroed: no strip yet */
    int32_t number;       /* from the south pole, from 1 */
    double middle, c[5];
} GeoStrip;
void geo_strip_enter(GeoStrip *s, int32_t number);

static inline int32_t geo_world_unit(double v)
{
    return v <= 0 ? 0 : v >= GEO_WORLD - 1 ? INT32_MAX : (int32_t)v;
}

static inline int32_t geo_world_x(double lon)
{
    return geo_world_unit((lon + 180) * (GEO_WORLD / 360));
}

static inline int32_t geo_strip_y(GeoStrip *s, double lat)
{
    const double top = lat < GEO_MERCATOR_TOP ? lat : GEO_MERCATOR_TOP,
                 l = top > -GEO_MERCATOR_TOP ? top : -GEO_MERCATOR_TOP;
    const int32_t number = (int32_t)((l + 90) * GEO_STRIPS) + 1;

    if (number != s->number)
        geo_strip_enter(s, number);
    const double d = l - s->middle;

    return geo_world_unit(s->c[0] + d * (s->c[1] + d * (s->c[2] + d * (s->c[3] + d * s->c[4]))));
}
