/* src/demo/roads.c - where the roads run: county roads between the towns' seats, township roads along the longest
 * chains of villages, village roads for the rest and out to the groups; all by cheapest ways over the ground. A road ends
 * where it meets one that is already there. */
#include "demo/county.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHAIN = 24, CHAIN_USED = 3 }; /* two stretches make a township road of some 5 km */
typedef struct Chain { /* villages from the far end inwards; the last may lie on a chain already built */
    size_t v[CHAIN], n, town;
    double length;
} Chain;
typedef struct Builder {
    County *c;
    float *cost;
    const Yaml *y;
    size_t max;
    unsigned serial[4]; /* next number of X, Y, C */
} Builder;

static void ground(Builder *b)
{
    const County *c = b->c;
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;

    for (size_t i = 0; i < n; i++) {
        const Xy p = demo_centre(c->g, i);

        b->cost[i] = 1 + 0.02F * c->slope[i] * c->slope[i] +
                     (c->wet[i] == 2 ? 60
                         : c->wet[i] ? 7
                                     : 0) +
                     0.5F * (float)(1 + demo_noise(c->spec->seed ^ 61, p.x / 500, p.y / 500));
    }
}

/* The way from a to b, cut where it first meets a road (not within the first cells). */
static bool way(Builder *b, Xy from, Xy to, bool join, Arena *tmp, Line *out)
{
    const County *c = b->c;
    const size_t s = demo_cell(c->g, from), e = demo_cell(c->g, to);
    Line l;

    if (s == e) {
        l = (Line){ NEWS(tmp, Xy, 2), 2 };
        if (!l.p)
            return false;
        l.p[0] = from;
        l.p[1] = to;
        *out = l;
        return true;
    }
    if (!demo_way(c->g, b->cost, s, e, tmp, &l))
        return false;
    for (size_t i = 2; join && i + 1 < l.n; i++)
        if (c->roadway[demo_cell(c->g, l.p[i])]) {
            l.n = i + 1;
            break;
        }
    if (l.n > 1) {
        l.p[0] = from;
        if (demo_cell(c->g, l.p[l.n - 1]) == e)
            l.p[l.n - 1] = to;
    }
    *out = l;
    return true;
}

static void mark(Builder *b, Line l)
{
    const County *c = b->c;

    for (size_t i = 0; i < l.n; i++) {
        const size_t at = demo_cell(c->g, l.p[i]);

        if (!c->roadway[at])
            b->cost[at] *= 0.55F;
        c->roadway[at] = 1;
    }
}

static Road *add(Builder *b, Line raw, const char *class, size_t town, Str from, Str to)
{
    static const char letter[] = "XYC";
    County *c = b->c;
    const size_t k = class == NULL ? 3 : strcmp(class, "县道") == 0 ? 0 : strcmp(class, "乡道") == 0 ? 1 : 2;
    Line l = demo_thin(demo_smooth(demo_thin(raw, c->g.cell * 0.4, c->a), 3, c->a), 2, c->a);
    Road *r = &c->road[c->nroad];

    if (c->nroad == b->max || raw.n < 2)
        return NULL;
    mark(b, raw);
    *r = (Road){ .class = str_of(class ? class : ""),
        .line = l,
        .length = demo_line_length(l),
        .town = town,
        .from = from,
        .to = to,
        .counted = k < 3 };
    if (k < 3)
        r->code = str_fmt(c->a, "%c%03u", letter[k], ++b->serial[k]);
    c->nroad++;
    return r;
}

static Line join_lines(Line a, Line b, Arena *arena)
{
    Line out = { NEWS(arena, Xy, a.n + b.n), 0 };

    for (size_t i = 0; out.p && i < a.n; i++)
        out.p[out.n++] = a.p[i];
    for (size_t i = a.n ? 1 : 0; out.p && i < b.n; i++)
        out.p[out.n++] = b.p[i];
    return out;
}

/* --- county roads and those above --------------------------------------------------------------------------- */
static bool county_roads(Builder *b)
{
    County *c = b->c;
    const Yaml *y = yaml_get(b->y, "county_lines");

    for (y = y ? y->first : NULL; y; y = y->next) {
        const size_t s = demo_town_of(c, demo_at(y, 0)->text), e = demo_town_of(c, demo_at(y, 1)->text);
        Line l;

        if (s == SIZE_MAX || e == SIZE_MAX) {
            b->serial[0]++; /* the numbers stay */
            continue;
        }
        Road *r = way(b, c->town[s].seat, c->town[e].seat, false, c->a, &l)
                      ? add(b, l, "县道", s, c->town[s].name, c->town[e].name)
                      : NULL;
        if (!r)
            return false;
        r->name = str_fmt(
            c->a, "%.*s%.*s线", STRV(demo_char(c->town[s].name, 0)), STRV(demo_char(c->town[e].name, 0)));
    }
    return true;
}

/* A county without a pair of townships still has one county road: to its farthest group. */
static bool one_county_road(Builder *b)
{
    County *c = b->c;
    const Town *t = &c->town[c->first];
    size_t far = 0;
    Line l;
    Road *r;

    for (size_t i = 0; i < c->ngroup; i++)
        if (demo_distance(c->group[i].seat, t->seat) > demo_distance(c->group[far].seat, t->seat))
            far = i;
    b->serial[0] = 2;
    r = way(b, c->group[far].seat, t->seat, false, c->a, &l)
            ? add(b, l, "县道", c->first, c->village[c->group[far].village].name, t->name)
            : NULL;
    if (r)
        r->name = str_fmt(c->a, "柳%.*s线", STRV(demo_char(t->name, 0)));
    return r != NULL;
}

static Line inside_only(const County *c, Line l)
{
    size_t s = 0, e = l.n;

    while (s < e && c->town_at[demo_cell(c->g, l.p[s])] == NOBODY)
        s++;
    while (e > s && c->town_at[demo_cell(c->g, l.p[e - 1])] == NOBODY)
        e--;
    return (Line){ l.p + s, e - s };
}

static bool trunk_roads(Builder *b)
{
    County *c = b->c;
    const Yaml *y = yaml_get(b->y, "trunk");

    for (y = y ? y->first : NULL; y; y = y->next) {
        const Yaml *end = yaml_get(y, "ends"), *v = yaml_get(y, "via");
        const Xy last = { demo_num_at(demo_at(end, 1), 0) * c->size.x,
            demo_num_at(demo_at(end, 1), 1) * c->size.y };
        Xy at = { demo_num_at(demo_at(end, 0), 0) * c->size.x, demo_num_at(demo_at(end, 0), 1) * c->size.y };
        Line all = { 0 }, l;

        for (v = v ? v->first : NULL; v; v = v->next) {
            const size_t t = demo_town_of(c, v->text);

            if (t == SIZE_MAX)
                continue;
            if (!way(b, at, c->town[t].seat, false, c->a, &l))
                return false;
            all = join_lines(all, l, c->a);
            at = c->town[t].seat;
        }
        if (!all.n || !way(b, at, last, false, c->a, &l))
            continue;
        Road *r = add(b, inside_only(c, join_lines(all, l, c->a)), NULL, c->first, STR("县界"), STR("县界"));
        if (!r)
            continue;
        r->code = yaml_text(y, "code");
        r->name = yaml_text(y, "name");
        r->class = yaml_text(y, "class");
    }
    return true;
}

/* --- township roads: a tree over the villages of each town, its longest chains first -------------------------- */
static void tree(const County *c, const Town *t, size_t *up)
{
    double near[600];
    bool in[600] = { false };
    const size_t n = t->nvillage;

    for (size_t i = 0; i < n; i++) {
        near[i] = i ? demo_distance(c->village[t->village + i].seat, c->village[t->village].seat) : 0;
        up[i] = 0;
    }
    in[0] = true;
    for (size_t k = 1; k < n; k++) { /* Prim 1957 */
        size_t best = SIZE_MAX;

        for (size_t i = 0; i < n; i++)
            if (!in[i] && (best == SIZE_MAX || near[i] < near[best]))
                best = i;
        in[best] = true;
        for (size_t i = 0; i < n; i++) {
            const double d =
                demo_distance(c->village[t->village + i].seat, c->village[t->village + best].seat);

            if (!in[i] && d < near[i]) {
                near[i] = d;
                up[i] = best;
            }
        }
    }
}

static size_t chains_of(const County *c, size_t town, Chain *out)
{
    const Town *t = &c->town[town];
    size_t up[600], n = 0;
    bool done[600] = { true };

    if (t->nvillage > LEN(up))
        return 0;
    tree(c, t, up);
    for (;;) { /* from the unvisited village that is farthest along the tree */
        double far = -1;
        size_t at = 0;

        for (size_t i = 1; i < t->nvillage; i++) {
            double d = 0;

            for (size_t k = i; !done[k]; k = up[k])
                d += demo_distance(c->village[t->village + k].seat, c->village[t->village + up[k]].seat);
            if (!done[i] && d > far) {
                far = d;
                at = i;
            }
        }
        if (far < 0)
            return n;
        Chain *ch = &out[n++];
        *ch = (Chain){ .town = town, .length = far };
        while (!done[at] && ch->n + 1 < CHAIN_USED) {
            ch->v[ch->n++] = t->village + at;
            done[at] = true;
            at = up[at];
        }
        ch->v[ch->n++] = t->village + at;
    }
}

static int longest(const void *p, const void *q)
{
    const Chain *a = p, *b = q;

    return a->length > b->length   ? -1
           : a->length < b->length ? 1
           : a->v[0] < b->v[0]     ? -1
                                   : a->v[0] > b->v[0];
}

static bool build_chain(Builder *b, const Chain *ch, const char *class)
{
    County *c = b->c;
    Line all = { 0 }, l;
    const Village *s = &c->village[ch->v[0]], *e = &c->village[ch->v[ch->n - 1]];

    for (size_t i = 0; i + 1 < ch->n; i++) {
        if (!way(b, c->village[ch->v[i]].seat, c->village[ch->v[i + 1]].seat, i + 2 == ch->n, c->a, &l))
            return false;
        all = join_lines(all, l, c->a);
    }
    Road *r = add(b, all, class, ch->town, s->name, e->name);
    if (r)
        r->name = str_fmt(c->a, "%.*s%.*s线", STRV(demo_char(s->bare, 0)), STRV(demo_char(e->bare, 0)));
    return true;
}

static double built(const County *c, const char *class)
{
    double m = 0;

    for (size_t i = 0; i < c->nroad; i++)
        if (str_eq(c->road[i].class, str_of(class)))
            m += c->road[i].length;
    return m;
}

/* Chains as township roads until their kilometres are reached; 80 lines are cut from them, the rest are village roads. */
static bool town_roads(Builder *b, size_t *left)
{
    County *c = b->c;
    Chain *ch = NEWS(c->a, Chain, c->nvillage + 1);
    const double km = demo_num(b->y, "town_km") * c->share;
    const size_t lines = demo_quota(demo_num(b->y, "town_lines"), c->share, 1);
    size_t n = 0;

    if (!ch)
        return false;
    for (size_t t = 0; t < c->ntown; t++)
        n += chains_of(c, t, ch + n);
    qsort(ch, n, sizeof *ch, longest);
    for (size_t i = 0; i < n; i++) {
        const double now = built(c, "乡道") / 1000;
        const bool town = b->serial[1] < lines && now + ch[i].length / 1300 < km + 2;

        if (!build_chain(b, &ch[i], town || !b->serial[1] ? "乡道" : "村道"))
            return false;
    }
    *left = lines - (b->serial[1] < lines ? b->serial[1] : lines);
    return true;
}

/* --- village roads out to the groups ------------------------------------------------------------------------------ */
static bool spur(Builder *b, size_t g, double want, double slack, const char *class)
{
    County *c = b->c;
    const Village *v = &c->village[c->group[g].village];
    const double direct = demo_distance(c->group[g].seat, v->seat);
    Arena *tmp;
    Line l;

    if (c->roadway[demo_cell(c->g, c->group[g].seat)] || direct < 60 || direct > 6 * want)
        return true;
    tmp = arena_new(1 << 22);
    if (way(b, c->group[g].seat, v->seat, true, tmp, &l)) {
        const double m = demo_line_length(l) * 0.95;

        if (m > 80 && fabs(m - want) < slack * want) {
            Road *r = add(b, l, class, v->town, c->group[g].name, v->name);

            if (r)
                r->name = str_fmt(c->a, "%.*s%.*s路", STRV(demo_char(v->bare, 0)), STRV(c->group[g].name));
        }
    }
    arena_free(tmp);
    return true;
}

static bool spurs(Builder *b, const char *class, double km, size_t lines, unsigned *serial)
{
    County *c = b->c;
    Rng r = demo_rng(c, "spurs", 0);

    for (int pass = 0; pass < 6 && *serial < lines; pass++)
        for (size_t k = 0; k < c->ngroup && *serial < lines; k++) {
            const double left = km * 1000 - built(c, class);
            const size_t g = pass ? k : rng_below(&r, c->ngroup);
            const double want = left / (double)(lines - *serial);

            if (left < 100)
                return true;
            if (!spur(b, g, want, pass ? 0.6 + 0.5 * pass : 0.6, class))
                return false;
        }
    return true;
}

/* The stories want Y012 in their township with K4+620, and X003 with K7+300: stakes may begin beyond zero, as on a road
 * that comes from the next county. */
static void for_stories(County *c)
{
    const size_t t = demo_story_town(c, STR("110"));
    size_t best = SIZE_MAX, named = SIZE_MAX, county = SIZE_MAX;

    for (size_t i = 0; i < c->nroad; i++)
        if (str_eq(c->road[i].class, STR("县道")) &&
            (county == SIZE_MAX || str_eq(c->road[i].code, STR("X003")) ||
                (!str_eq(c->road[county].code, STR("X003")) && c->road[i].length > c->road[county].length)))
            county = i;
    if (county != SIZE_MAX)
        c->road[county].code = STR("X003");

    for (size_t i = 0; i < c->nroad; i++) {
        Road *r = &c->road[i];

        if (str_eq(r->code, STR("Y012")))
            named = i;
        if (str_eq(r->class, STR("乡道")) && r->town == t &&
            (best == SIZE_MAX || r->length > c->road[best].length))
            best = i;
        if (str_eq(r->code, STR("X003")) && r->length < 7500)
            r->start = 7300 - (int32_t)(r->length * 0.6);
    }
    if (best == SIZE_MAX) /* no township road there: the first of any */
        for (size_t i = 0; i < c->nroad && best == SIZE_MAX; i++)
            if (str_eq(c->road[i].class, STR("乡道")))
                best = i;
    if (best == SIZE_MAX)
        for (size_t i = 0; i < c->nroad && best == SIZE_MAX; i++)
            if (str_eq(c->road[i].class, STR("村道")))
                best = i;
    if (best == SIZE_MAX)
        return;
    if (named != SIZE_MAX)
        c->road[named].code = c->road[best].code;
    c->road[best].code = STR("Y012");
    c->road[best].class = STR("乡道");
    if (c->road[best].length < 4800)
        c->road[best].start = 4620 - (int32_t)(c->road[best].length * 0.55);
}

bool demo_plan_roads(County *c, Err *err)
{
    const size_t cells = (size_t)c->g.w * (size_t)c->g.h;
    const Yaml *y = yaml_get(c->d.county, "roads");
    Builder b = { .c = c, .y = y, .max = 1200 * (size_t)ceil(c->share) + 100 };
    const size_t lines = demo_quota(demo_num(y, "village_lines"), c->share, 1);
    Arena *own = arena_new(cells * 8 + (1 << 20));
    size_t left = 0;
    bool good;

    b.cost = NEWS(own, float, cells);
    c->roadway = NEWS(c->a, uint8_t, cells);
    c->road = NEWS(c->a, Road, b.max);
    good = b.cost && c->roadway && c->road;
    if (good) {
        ground(&b);
        good = county_roads(&b) && (c->nroad || one_county_road(&b)) && town_roads(&b, &left) &&
               spurs(&b, "乡道", demo_num(y, "town_km") * c->share, b.serial[1] + (unsigned)left,
                   &b.serial[1]) &&
               spurs(&b, "村道", demo_num(y, "village_km") * c->share, lines, &b.serial[2]) &&
               trunk_roads(&b);
    }
    arena_free(own);
    if (good)
        for_stories(c);
    return good || FAIL(err, BASE_NO_MEMORY, STR("roads"), "roads");
}
