/* src/geo/lib.c - the GEOS handle of a thread, and geometries through its door. */
#include "geo/lib.h"
#include "geo/run.h"
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool have_key;

static void lib_free(void *thing)
{
    GeoLib *l = thing;

    if (l->reader)
        GEOSWKBReader_destroy_r(l->h, l->reader);
    if (l->writer)
        GEOSWKBWriter_destroy_r(l->h, l->writer);
    if (l->h)
        GEOS_finish_r(l->h);
    mem_free(l);
}

static void make_key(void)
{
    have_key = pthread_key_create(&key, lib_free) == 0;
}

static void listen(const char *message, void *to)
{
    GeoLib *l = to;
    Str m = str_sub(str_of(message), 0, sizeof l->said - 1);

    memcpy(l->said, m.ptr, m.len);
    l->said[m.len] = 0;
}

static GeoLib *lib_new(void)
{
    GeoLib *l = mem_new(1, sizeof *l);

    if (!l)
        return NULL;
    l->h = GEOS_init_r();
    if (l->h) {
        GEOSContext_setErrorMessageHandler_r(l->h, listen, l);
        l->reader = GEOSWKBReader_create_r(l->h);
        l->writer = GEOSWKBWriter_create_r(l->h);
    }
    if (!l->reader || !l->writer || pthread_setspecific(key, l) != 0) {
        lib_free(l);
        return NULL;
    }
    GEOSWKBWriter_setByteOrder_r(l->h, l->writer, GEOS_WKB_NDR);
    GEOSWKBWriter_setFlavor_r(l->h, l->writer, GEOS_WKB_ISO);
    GEOSWKBWriter_setOutputDimension_r(l->h, l->writer, 3);
    return l;
}

GeoLib *geo_lib(void)
{
    GeoLib *l;

    pthread_once(&once, make_key);
    l = have_key ? pthread_getspecific(key) : NULL;
    return l || !have_key ? l : lib_new();
}

GEOSGeometry *geo_lib_read(GeoLib *l, Bytes wkb)
{
    l->said[0] = 0;
    return GEOSWKBReader_read_r(l->h, l->reader, wkb.ptr, wkb.len);
}

bool geo_lib_write(GeoLib *l, const GEOSGeometry *g, Arena *a, Bytes *wkb)
{
    size_t n = 0;
    uint8_t *p, *raw = g ? GEOSWKBWriter_write_r(l->h, l->writer, g, &n) : NULL;

    if (!raw)
        return false;
    p = arena_take(a, n, 1);
    if (p) {
        memcpy(p, raw, n);
        *wkb = (Bytes){ p, n };
    }
    GEOSFree_r(l->h, raw);
    return p != NULL;
}
