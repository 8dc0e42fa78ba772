/* src/geo/lib.h - GEOS as this room uses it: one reentrant handle a thread, made on first use, freed with the thread.
 * What GEOS complains of is kept with the handle, never printed.
 */
#pragma once
#include "geo/geo.h"
#include <geos_c.h>

typedef struct GeoLib {
    GEOSContextHandle_t h;
    GEOSWKBReader *reader;
    GEOSWKBWriter *writer;
    char said[160]; /* the last complaint */
} GeoLib;
GeoLib *geo_lib(void); /* NULL: no memory */

/* Both NULL-safe: a geometry that cannot be read gives NULL, `said` tells why. */
GEOSGeometry *geo_lib_read(GeoLib *l, Bytes wkb);
bool geo_lib_write(GeoLib *l, const GEOSGeometry *g, Arena *a, Bytes *wkb) MUST;
