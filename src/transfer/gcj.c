/* src/transfer/gcj.c - is a layer off as consumer phone maps are (GCJ-02, 300-700 m)?
 *
 * Up to 120 vertices of it are measured against the outlines of what the county has there already, once as they stand and
 * once shifted back. A layer that is in truth GCJ-02 falls onto the known outlines; a median that falls by more than
 * 60 % is the sign, a threshold of our own. It is only said; the reader chooses.
 */
#include "transfer/place.h"
#include <math.h>
#include <stdlib.h>

enum { TRIES = 120, NEIGHBOURS = 400, AT_LEAST = 8 };
#define AROUND 0.004 /* degrees, some 400 m */

typedef struct Nearest {
    double x, y, kx, ky; /* the point; metres a degree there */
    double best;         /* m² */
    size_t part, n;
    double px, py;
} Nearest;

static void see_edge(void *ctx, size_t part, double x, double y)
{
    Nearest *w = ctx;
    const double bx = (x - w->x) * w->kx, by = (y - w->y) * w->ky;
    double d = bx * bx + by * by;

    if (w->n && part == w->part) {
        const double ax = w->px, ay = w->py, dx = bx - ax, dy = by - ay, len = dx * dx + dy * dy;
        double t = len > 0 ? -(ax * dx + ay * dy) / len : 0;

        t = t < 0 ? 0 : t > 1 ? 1 : t;
        d = (ax + t * dx) * (ax + t * dx) + (ay + t * dy) * (ay + t * dy);
    }
    w->best = d < w->best ? d : w->best;
    w->part = part;
    w->n++;
    w->px = bx, w->py = by;
}

static bool see_record(void *ctx, const LedgerRecord *r)
{
    Nearest *w = ctx;

    w->n = 0;
    if (r->geometry.len)
        geo_wkb_walk(r->geometry, see_edge, w);
    return true;
}

static bool distance(Ledger *l, const PackCollection *c, double x, double y, double *out, Err *err)
{
    Nearest w = {
        .x = x, .y = y, .kx = 111320 * cos(y * 3.14159265358979 / 180), .ky = 110950, .best = 1e12
    };
    const PackProperty *key = c->nunique ? pack_property(c, c->unique[0]) : NULL; /* one column is enough */
    const LedgerQuery q = { .collection = c,
        .box = { { x - AROUND, y - AROUND, x + AROUND, y + AROUND } },
        .nbox = 1,
        .limit = NEIGHBOURS,
        .only = c->nunique ? &key : NULL,
        .nonly = c->nunique ? 1 : 0 };
    LedgerPage page;
    Arena *a = arena_new(0);
    bool good;

    good = ledger_select((LedgerView){ l, &ACCESS_VISITOR }, &q, see_record, &w, a, &page, err);
    arena_free(a);
    *out = sqrt(w.best);
    return good;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static bool against(Ledger *l, const PackCollection *c, const double (*at)[2], size_t n, bool *is, Err *err)
{
    double as_is[TRIES], back[TRIES];
    size_t found = 0;

    for (size_t i = 0; i < n; i++) {
        double x = at[i][0], y = at[i][1];

        if (!distance(l, c, x, y, &as_is[i], err))
            return false;
        geo_gcj_to_wgs(&x, &y);
        if (!distance(l, c, x, y, &back[i], err))
            return false;
        found += as_is[i] < 1e5 || back[i] < 1e5;
    }
    qsort(as_is, n, sizeof *as_is, by_size);
    qsort(back, n, sizeof *back, by_size);
    *is = found * 2 > n && as_is[n / 2] > 5 && back[n / 2] < 0.4 * as_is[n / 2];
    return true;
}

typedef struct Pick {
    double (*at)[2];
    size_t n, step, seen;
} Pick;

static void pick_vertex(void *ctx, size_t part, double x, double y)
{
    Pick *p = ctx;

    (void)part;
    if (p->seen++ % p->step == 0 && p->n < TRIES) {
        p->at[p->n][0] = x;
        p->at[p->n++][1] = y;
    }
}

bool transfer_smell_gcj(Ledger *l, const PackCollection *c, const Bytes *wkb, size_t n, bool *is, Err *err)
{
    static const char *const known[] = { "", "land_patch", "road_section", "building", "parcel",
        "division" }; /* "": its own collection */
    double at[TRIES][2];
    Pick p = { .at = at };
    size_t all = 0;

    *is = false;
    for (size_t i = 0; i < n; i++)
        all += geo_wkb_vertices(wkb[i]);
    p.step = all / TRIES + 1;
    for (size_t i = 0; i < n; i++)
        geo_wkb_walk(wkb[i], pick_vertex, &p);
    if (p.n < AT_LEAST)
        return true;
    for (size_t i = 0; i < LEN(known) && !*is; i++) {
        const PackCollection *k = known[i][0] ? pack_collection(ledger_model(l), str_of(known[i])) : c;

        if (!k || !k->spatial || k->geometry_grade >= 3 || (i && k == c) ||
            ledger_count((LedgerView){ l, &ACCESS_VISITOR }, k, STR("")) < AT_LEAST)
            continue;
        if (!against(l, k, (const double(*)[2])at, p.n, is, err))
            return false;
    }
    return true;
}
