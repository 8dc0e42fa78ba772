/* src/ledger/place.c - the division a place lies in: the smallest one that contains it.
 *
 * Asked once a record written, so it must not parse polygons each time: the edges of all divisions are kept in memory, cut into
 * bands of latitude, and a place is judged by the edges of its band alone, by crossings of a ray (a hole, a second part: one rule
 * for all rings). What is kept never changes: it is made anew when a division was written and swapped whole; who began with the
 * old one ends with it.
 *
 *     y ─┬──/‾‾‾\───────  band 2   a place in band 1 crosses two edges to its right: outside,
 *        ├─/── · ─\──────  band 1   or one: inside
 *        └─\______/──────  band 0
 */
#include "ledger/places.h"
#include <math.h>

enum { BANDS_MAX = 1024, EDGES_A_BAND = 4 };
typedef struct Edge {
    double x1, y1, x2, y2;
} Edge;
typedef struct Area {
    char code[16]; /* 12 digits; of a group: its village's */
    GeoBox box;
    Edge *edge;
    size_t nedge;
    size_t nband;
    uint32_t *start, *member; /* member[start[i] … start[i+1]): edges that touch band i */
} Area;
struct LedgerPlaces {
    Arena *arena;
    int users; /* guarded by Ledger.places_guard */
    Area *area;
    size_t n, room;
};

/* --- made -------------------------------------------------------------------------------------------------------------- */
typedef struct Rings { /* edges of a polygon's rings, as they are walked */
    Arena *arena;
    Edge *edge;
    size_t n, room, part;
    double x, y;
    bool begun, bad;
} Rings;

static void see_vertex(void *ctx, size_t part, double x, double y)
{
    Rings *r = ctx;

    if (r->begun && r->part == part && !r->bad) {
        if (r->n == r->room) {
            Edge *more = NEWS(r->arena, Edge, r->room ? r->room * 2 : 64);

            if (more && r->n)
                memcpy(more, r->edge, r->n * sizeof *more);
            r->bad = !more;
            r->edge = more;
            r->room = r->room ? r->room * 2 : 64;
        }
        if (!r->bad)
            r->edge[r->n++] = (Edge){ r->x, r->y, x, y };
    }
    r->begun = true;
    r->part = part;
    r->x = x;
    r->y = y;
}

static size_t band_of(const Area *a, double y)
{
    const double at = (y - a->box.miny) / (a->box.maxy - a->box.miny) * (double)a->nband;

    return !(at > 0) ? 0 : at >= (double)a->nband ? a->nband - 1 : (size_t)at;
}

static void edge_bands(const Area *a, const Edge *e, size_t *from, size_t *to)
{
    *from = band_of(a, fmin(e->y1, e->y2));
    *to = band_of(a, fmax(e->y1, e->y2));
}

/* Counted, then laid down: edges by band. */
static bool cut_bands(Area *a, Arena *arena)
{
    size_t from, to, n = 0;

    a->nband = a->nedge / EDGES_A_BAND < 1           ? 1
               : a->nedge / EDGES_A_BAND > BANDS_MAX ? BANDS_MAX
                                                     : a->nedge / EDGES_A_BAND;
    a->start = NEWS(arena, uint32_t, a->nband + 2);
    for (size_t i = 0; a->start && i < a->nedge; i++) {
        edge_bands(a, a->edge + i, &from, &to);
        n += to - from + 1;
        for (size_t b = from; b <= to; b++)
            a->start[b + 2]++;
    }
    a->member = a->start ? NEWS(arena, uint32_t, n + 1) : NULL;
    if (!a->member)
        return false;
    for (size_t b = 2; b < a->nband + 2; b++)
        a->start[b] += a->start[b - 1];
    for (size_t i = 0; i < a->nedge; i++) {
        edge_bands(a, a->edge + i, &from, &to);
        for (size_t b = from; b <= to; b++)
            a->member[a->start[b + 1]++] = (uint32_t)i;
    }
    return true;
}

static bool add_area(LedgerPlaces *p, Str code, Bytes wkb)
{
    Rings r = { .arena = p->arena };
    Area *a;

    if (p->n == p->room) {
        Area *more = NEWS(p->arena, Area, p->room ? p->room * 2 : 256);

        if (!more)
            return false;
        if (p->n)
            memcpy(more, p->area, p->n * sizeof *more);
        p->area = more;
        p->room = p->room ? p->room * 2 : 256;
    }
    geo_wkb_walk(wkb, see_vertex, &r);
    a = &p->area[p->n++];
    *a = (Area){ .box = geo_wkb_box(wkb), .edge = r.edge, .nedge = r.n };
    memcpy(a->code, code.ptr, code.len < sizeof a->code ? code.len : sizeof a->code - 1);
    return !r.bad && cut_bands(a, p->arena);
}

static Str area_code(const LedgerRecord *r)
{
    const PackProperty *code = pack_property(r->collection, STR("code")),
                       *level = pack_property(r->collection, STR("level"));
    Str c = code && r->value[code->index].kind == CQL_TEXT ? r->value[code->index].text : STR("");

    if (level && r->value[level->index].kind == CQL_TEXT && str_eq(r->value[level->index].text, STR("group")))
        c = str_sub(c, 0, 12);
    return c.len == 12 ? c : STR("");
}

static bool is_area(const LedgerRecord *r)
{
    const GeoType t = r->geometry.len ? geo_wkb_type(r->geometry) : GEO_ANY;

    return (t == GEO_POLYGON || t == GEO_MULTIPOLYGON) && area_code(r).len == 12;
}

static bool read_areas(const Sight *in, const Sheet *s, LedgerPlaces *p, Err *err)
{
    Arena *row = arena_new(0);
    CqlValue *value = NEWS(p->arena, CqlValue, s->collection->nproperty + s->collection->ninherited);
    RowShape shape;
    StoreQuery q = { .table = &s->table, .geometry = true };
    StoreCursor *cursor;
    const StoreRow *one;
    LedgerRecord r;
    bool good = value && ledger_shape(s, NULL, 0, false, p->arena, &shape);

    if (!good)
        (void)FAIL(err, BASE_NO_MEMORY, STR("divisions"), "division");
    q.column = good ? shape.column : NULL;
    q.ncolumn = good ? shape.ncolumn : 0;
    if (good && (good = store_select(in->read, &q, &cursor, err))) {
        while ((good = store_next(cursor, &one, err)) && one) {
            arena_clear(row);
            good = ledger_row(in->ledger, s, &shape, one, value, row, &r, err) &&
                   (!is_area(&r) || add_area(p, area_code(&r), r.geometry) ||
                       FAIL(err, BASE_NO_MEMORY, STR("divisions"), "division"));
            if (!good)
                break;
        }
        store_cursor_close(cursor);
    }
    arena_free(row);
    return good;
}

/* --- kept, and swapped whole ---------------------------------------------------------------------------------------------- */
static void give_back(Ledger *l, LedgerPlaces *p)
{
    bool last;

    pthread_mutex_lock(&l->places_guard);
    last = --p->users == 0;
    pthread_mutex_unlock(&l->places_guard);
    if (!last)
        return;
    arena_free(p->arena);
    mem_free(p);
}

void ledger_places_stale(Ledger *l)
{
    LedgerPlaces *old;

    pthread_mutex_lock(&l->places_guard);
    l->places_seen++;
    old = l->places;
    l->places = NULL;
    pthread_mutex_unlock(&l->places_guard);
    if (old)
        give_back(l, old);
}

static LedgerPlaces *kept_places(Ledger *l, uint64_t *seen)
{
    LedgerPlaces *p;

    pthread_mutex_lock(&l->places_guard);
    *seen = l->places_seen;
    p = l->places;
    if (p)
        p->users++;
    pthread_mutex_unlock(&l->places_guard);
    return p;
}

/* Made from a snapshot that began before a division was written, it must not be kept: its number tells. */
static void keep_places(Ledger *l, LedgerPlaces *p, uint64_t seen)
{
    pthread_mutex_lock(&l->places_guard);
    if (l->places_seen == seen && !l->places) {
        l->places = p;
        p->users++;
    }
    pthread_mutex_unlock(&l->places_guard);
}

static bool take_places(const Sight *in, const Sheet *s, LedgerPlaces **out, Err *err)
{
    uint64_t seen;
    LedgerPlaces *p = kept_places(in->ledger, &seen);

    if (!p) {
        p = mem_new(1, sizeof *p);
        if (!p)
            return FAIL(err, BASE_NO_MEMORY, STR("divisions"), "division");
        *p = (LedgerPlaces){ .arena = arena_new(0), .users = 1 };
        if (!read_areas(in, s, p, err)) {
            give_back(in->ledger, p);
            return false;
        }
        keep_places(in->ledger, p, seen);
    }
    *out = p;
    return true;
}

/* --- asked --------------------------------------------------------------------------------------------------------------- */
static bool on_edge(const Edge *e, double x, double y)
{
    const double cross = (e->x2 - e->x1) * (y - e->y1) - (e->y2 - e->y1) * (x - e->x1);

    return cross == 0 && x >= fmin(e->x1, e->x2) && x <= fmax(e->x1, e->x2) && y >= fmin(e->y1, e->y2) &&
           y <= fmax(e->y1, e->y2);
}

/* On its border counts as inside, as GEO_INTERSECTS has it. */
static bool holds(const Area *a, double x, double y)
{
    bool inside = false;
    size_t b;

    if (x < a->box.minx || x > a->box.maxx || y < a->box.miny || y > a->box.maxy)
        return false;
    b = band_of(a, y);
    for (uint32_t i = a->start[b]; i < a->start[b + 1]; i++) {
        const Edge *e = a->edge + a->member[i];

        if ((e->y1 < y && e->y2 < y) || (e->y1 > y && e->y2 > y)) /* its band, and yet not at its height */
            continue;
        if (on_edge(e, x, y))
            return true;
        if ((e->y1 > y) != (e->y2 > y) && x < (e->x2 - e->x1) * (y - e->y1) / (e->y2 - e->y1) + e->x1)
            inside = !inside;
    }
    return inside;
}

static void better(Str code, Str *best)
{
    if (!best->len || str_cmp(code, *best) > 0) /* codes of what lies below are greater */
        *best = code;
}

/* Divisions of this very transaction are no rows yet. */
static bool among_made(const Sight *in, double x, double y, Arena *a, Str *best, Err *err)
{
    const LedgerRecord *r;
    GeoShape *here = NULL, *area;
    Bytes point;
    Str key;

    for (size_t i = 0; in->made && map_at(in->made->latest, i, &key, (void **)(uintptr_t)&r); i++) {
        if (!r || !r->collection->by_code || !is_area(r))
            continue;
        if (!here && (!geo_make_point(x, y, a, &point) || !geo_shape(point, a, &here, err)))
            return false;
        if (geo_shape(r->geometry, a, &area, err) && geo_relate(area, GEO_INTERSECTS, here))
            better(area_code(r), best);
    }
    return true;
}

bool ledger_place(const Sight *in, double x, double y, Arena *a, Str *division, Err *err)
{
    const PackCollection *c = pack_collection(in->ledger->model, STR("division"));
    Str best = STR("");
    LedgerPlaces *p;

    if (!c || !c->spatial)
        return true;
    if (!take_places(in, ledger_sheet(in->ledger, c), &p, err))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (holds(p->area + i, x, y))
            better(str_of(p->area[i].code), &best);
    if (best.len)
        best = str_copy(a, best);
    give_back(in->ledger, p);
    if (!among_made(in, x, y, a, &best, err))
        return false;
    if (best.len)
        *division = best;
    return true;
}
