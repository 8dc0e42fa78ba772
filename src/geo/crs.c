/* src/geo/crs.c - reference systems by name, and moving coordinates between them with PROJ. A thread has its own PROJ
 * context and keeps the last few transformations it made.
 *
 * Known: 4326 and CRS84, 4490 (CGCS2000), 3857, and CGCS2000's Gauss-Kruger grids 4491-4554: 6° with zone (4491-4501),
 * 6° by meridian (4502-4512), 3° with zone 25-45 (4513-4533), 3° by meridian 75°-135°E (4534-4554).
 */
#include "geo/geo.h"
#include "geo/run.h"
#include <math.h>
#include <proj.h>
#include <pthread.h>
#include <stdio.h>

enum { KEPT = 8 };
#define FARTHEST 1e8  /* metres or degrees: no grid reaches so far; the pole in Mercator lies beyond */
typedef struct Trip { /* a transformation */
    int from, to;
    PJ *pj;
} Trip;
typedef struct Proj {
    PJ_CONTEXT *context;
    Trip trip[KEPT];
    size_t next; /* to be replaced */
} Proj;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool have_key;

static void proj_free(void *thing)
{
    Proj *p = thing;

    for (size_t i = 0; i < KEPT; i++)
        proj_destroy(p->trip[i].pj);
    proj_context_destroy(p->context);
    mem_free(p);
}

static void make_key(void)
{
    have_key = pthread_key_create(&key, proj_free) == 0;
}

static Proj *proj_here(void) /* this thread's; NULL: no memory */
{
    Proj *p;

    pthread_once(&once, make_key);
    p = have_key ? pthread_getspecific(key) : NULL;
    if (p || !have_key || !(p = mem_new(1, sizeof *p)))
        return p;
    p->context = proj_context_create();
    if (!p->context || pthread_setspecific(key, p) != 0) {
        proj_free(p);
        return NULL;
    }
    proj_log_level(p->context, PJ_LOG_NONE);
    (void)proj_context_set_enable_network(p->context, 0);
    return p;
}

static PJ *trip_new(PJ_CONTEXT *c, int from, int to)
{
    char source[32], target[32];
    PJ *raw, *normal;

    snprintf(source, sizeof source, "EPSG:%d", from);
    snprintf(target, sizeof target, "EPSG:%d", to);
    raw = proj_create_crs_to_crs(c, source, target, NULL);
    normal = raw ? proj_normalize_for_visualization(c, raw) : NULL;
    proj_destroy(raw);
    return normal;
}

static PJ *trip(Proj *p, int from, int to)
{
    Trip *t;
    PJ *pj;

    for (size_t i = 0; i < KEPT; i++)
        if (p->trip[i].pj && p->trip[i].from == from && p->trip[i].to == to)
            return p->trip[i].pj;
    pj = trip_new(p->context, from, to);
    if (!pj)
        return NULL;
    t = &p->trip[p->next++ % KEPT];
    proj_destroy(t->pj);
    *t = (Trip){ from, to, pj };
    return pj;
}

static bool known(int epsg)
{
    return epsg == 4326 || epsg == 4490 || epsg == 3857 || (epsg >= 4491 && epsg <= 4554);
}

static bool degrees(int epsg)
{
    return epsg == 4326 || epsg == 4490;
}

static Str last_part(Str s, Str *before)
{
    size_t at = s.len;

    while (at > 0 && s.ptr[at - 1] != '/' && s.ptr[at - 1] != ':')
        at--;
    *before = str_sub(s, 0, at);
    return str_sub(s, at, s.len - at);
}

bool geo_crs_of(Str name, int *epsg, bool *swap, Err *err)
{
    Str s = str_trim(name), before, last;
    size_t code;

    if (s.len > 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']') /* a safe CURIE, OGC API */
        s = str_sub(s, 1, s.len - 2);
    last = last_part(s, &before);
    if (str_eq_nocase(last, STR("CRS84")) || str_eq_nocase(last, STR("CRS84h"))) {
        *epsg = 4326;
        *swap = false;
        return true;
    }
    if (!str_to_size(last, 10, &code) || code > 99999 || !known((int)code) ||
        (before.len && str_find(before, STR("EPSG")) == SIZE_MAX &&
            str_find(before, STR("epsg")) == SIZE_MAX))
        return FAIL(err, GEO_NO_CRS, name, "crs");
    *epsg = (int)code;
    *swap = degrees((int)code);
    return true;
}

static void copy_coordinates(uint8_t *w, Bytes copy, double *x, double *y, bool back)
{
    size_t k = 0;
    GeoRun run;

    for (GeoRuns r = geo_runs(copy); geo_run_next(&r, &run);)
        for (size_t i = 0; i < run.n; i++, k++) {
            uint8_t *at = w + (run.xy - copy.ptr) + i * run.stride;

            if (back) {
                memcpy(at, &x[k], 8);
                memcpy(at + 8, &y[k], 8);
            } else {
                x[k] = geo_f64(at);
                y[k] = geo_f64(at + 8);
            }
        }
}

static bool moved(PJ *pj, double *x, double *y, size_t n, Err *err)
{
    char what[80];

    (void)proj_trans_generic(pj, PJ_FWD, x, sizeof *x, n, y, sizeof *y, n, NULL, 0, 0, NULL, 0, 0);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= FARTHEST && fabs(y[i]) <= FARTHEST)) {
            snprintf(what, sizeof what, "#%zu", i + 1);
            return FAIL(err, GEO_OUT_OF_RANGE, str_of(what), "vertex %zu", i);
        }
    return true;
}

bool geo_transform(Bytes wkb, int from, int to, Arena *a, Bytes *out, Err *err)
{
    Proj *p;
    PJ *pj;
    Bytes copy;
    uint8_t *w;
    size_t n = geo_wkb_vertices(wkb);
    double *x = NEWS(a, double, n ? n : 1), *y = NEWS(a, double, n ? n : 1);

    if (!x || !y || !geo_copy(wkb, a, &copy, &w) || !(p = proj_here()))
        return FAIL(err, BASE_NO_MEMORY, STR("transform"), "%zu vertices", n);
    if (from != to &&
        !(degrees(from) && degrees(to))) { /* 4326 and 4490 differ by centimetres: taken as equal */
        if (!known(from) || !known(to) || !(pj = trip(p, from, to))) {
            char what[32];

            snprintf(what, sizeof what, "EPSG:%d", known(from) ? to : from);
            return FAIL(err, GEO_NO_CRS, str_of(what), "crs");
        }
        copy_coordinates(w, copy, x, y, false);
        if (!moved(pj, x, y, n, err))
            return false;
        copy_coordinates(w, copy, x, y, true);
    }
    *out = copy;
    return true;
}
