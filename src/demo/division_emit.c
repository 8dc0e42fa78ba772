/* src/demo/division_emit.c - the divisions' records: tree, outlines, seats, and what was before. */
#include "demo/county.h"

typedef struct Place { /* one division about to be told */
    Str code, name, division, kind, terrain, urban;
    const char *level;
    Bytes outline;
    Xy seat;
    bool has_seat;
} Place;

/* Townships and villages stand since the communes ended; a village that was something else before, since then. */
int32_t demo_since(const Past *before)
{
    return before ? before->until : date_of(1984, 1, 1);
}

static bool tell(const County *c, Out *o, const Place *p)
{
    char id[ULID_LEN + 1];

    demo_division_id(p->code, id);
    if (!demo_rec(o, STR("division"), id, p->division))
        return false;
    demo_text(o, STR("code"), p->code);
    demo_text(o, STR("name"), p->name);
    demo_text(o, STR("level"), str_of(p->level));
    demo_text(o, STR("kind"), p->kind);
    demo_text(o, STR("terrain"), p->terrain);
    demo_text(o, STR("urban_rural"), p->urban);
    if (p->has_seat)
        demo_point(o, STR("seat"), demo_wkb_point(c, p->seat, demo_arena(o)));
    demo_geom(o, p->outline);
    demo_valid(o, demo_since(NULL), INT32_MAX);
    return true;
}

typedef struct Boxes { /* x0, y0, x1, y1 of each group in cells */
    int (*group)[4];
} Boxes;

static void grow(int box[4], const int other[4])
{
    if (other[2] < 0)
        return;
    for (int k = 0; k < 2; k++) {
        box[k] = other[k] < box[k] ? other[k] : box[k];
        box[k + 2] = other[k + 2] > box[k + 2] ? other[k + 2] : box[k + 2];
    }
}

static bool boxes(const County *c, Arena *a, Boxes *out)
{
    int(*b)[4] = arena_take(a, c->ngroup, sizeof *b);

    if (!b)
        return false;
    for (size_t i = 0; i < c->ngroup; i++) {
        b[i][0] = b[i][1] = 1 << 30;
        b[i][2] = b[i][3] = -1;
    }
    for (int y = 0; y < c->g.h; y++)
        for (int x = 0; x < c->g.w; x++) {
            const uint16_t g = c->group_at[(size_t)y * (size_t)c->g.w + (size_t)x];
            const int one[4] = { x, y, x, y };

            if (g != NOBODY)
                grow(b[g], one);
        }
    out->group = b;
    return true;
}

/* The outline of all groups that `map` sends to `want`. */
static Bytes outline(const County *c, const Rings *r, const Boxes *b, const uint16_t *map, uint16_t want,
    size_t first, size_t n, Arena *a)
{
    int box[4] = { 1 << 30, 1 << 30, -1, -1 };
    Bytes wkb = { 0 };

    for (size_t i = first; i < first + n; i++)
        if (map ? map[i] == want : i == want)
            grow(box, b->group[i]);
    if (box[2] < 0 || !demo_ring_polygon(c, r, map, want, box, a, &wkb))
        return (Bytes){ 0 };
    return wkb;
}

static Str urban(const County *c, const Village *v)
{
    const Town *t = &c->town[v->town];

    if (v->community)
        return STR("111");
    if (t->streets)
        return STR("112");
    return v == &c->village[t->village] ? STR("121") : STR("220");
}

/* A village of before had some of today's groups, those nearest to one of its own seats. */
static bool before(const County *c, Out *o, const Rings *r, const Boxes *b, const Past *p, uint16_t *map)
{
    const Village *v = &c->village[p->village];
    char id[ULID_LEN + 1];

    for (size_t i = v->group; i < v->group + v->ngroup; i++) {
        double best = 1e18;

        map[i] = 0;
        for (size_t k = 0; k < p->parts; k++) {
            const double d = demo_distance(c->group[i].seat, c->group[v->group + k % v->ngroup].seat);

            if (d < best) {
                best = d;
                map[i] = (uint16_t)k;
            }
        }
    }
    if (p->parts == 1)
        demo_division_id(str_fmt(demo_next(o), "%.*s/%.*s", STRV(p->code), STRV(p->name)), id);
    else
        demo_division_id(p->code, id);
    if (!demo_rec(o, STR("division"), id, p->code))
        return false;
    demo_text(o, STR("code"), p->code);
    demo_text(o, STR("name"), p->name);
    demo_text(o, STR("level"), STR("village"));
    demo_text(o, STR("kind"), STR("行政村"));
    demo_point(
        o, STR("seat"), demo_wkb_point(c, c->group[v->group + p->part % v->ngroup].seat, demo_arena(o)));
    demo_geom(o, outline(c, r, b, map, (uint16_t)p->part, v->group, v->ngroup, demo_arena(o)));
    demo_valid(o, demo_since(NULL), p->until);
    for (size_t i = v->group; i < v->group + v->ngroup; i++)
        map[i] = NOBODY;
    return true;
}

/* 46 villages of the standard county, all in hills and mountains: evenly among those. */
static bool traditional(const County *c, size_t village)
{
    size_t rank = 0, all = 0;

    for (size_t v = 0; v < c->nvillage; v++) {
        const bool high = c->town[c->village[v].town].terrain >= HILLS && !c->village[v].community;

        rank += high && v < village;
        all += high;
    }
    const size_t want = demo_quota(46, c->share, 0);
    return want && all && c->town[c->village[village].town].terrain >= HILLS &&
           !c->village[village].community && (rank + 1) * want / all > rank * want / all;
}

static bool village(const County *c, Out *o, const Rings *r, const Boxes *b, const uint16_t *map, size_t i)
{
    const Village *v = &c->village[i];
    Str from[8];
    size_t n = 0;
    char id[ULID_LEN + 1];
    Arena *a = demo_next(o);
    Place p = { v->code, v->name, v->code, v->community ? STR("社区") : STR("行政村"),
        str_of(demo_terrain_name[c->town[v->town].terrain]), urban(c, v), "village",
        a ? outline(c, r, b, map, (uint16_t)i, v->group, v->ngroup, a) : (Bytes){ 0 }, v->seat, true };

    if (!tell(c, o, &p))
        return false;
    for (size_t k = 0; k < c->npast && n < LEN(from); k++) {
        if (c->past[k].village != i)
            continue;
        demo_valid(o, demo_since(&c->past[k]), INT32_MAX);
        if (c->past[k].parts == 1) /* renamed: the code stays */
            continue;
        demo_division_id(c->past[k].code, id);
        from[n++] = str_copy(demo_arena(o), str_of(id));
    }
    demo_list(o, STR("predecessors"), from, n);
    if (traditional(c, i))
        demo_list(o, STR("tags"), &(Str){ "传统村落", 12 }, 1);
    return true;
}

static bool above(const County *c, Out *o, Bytes county)
{
    const Yaml *id = yaml_get(c->d.county, "identity");
    static const char *const key[3] = { "province", "city", "county" };

    for (int i = 0; i < 3; i++) {
        const Yaml *y = yaml_get(id, key[i]);
        Place p = { .code = yaml_text(y, "code"),
            .name = yaml_text(y, "name"),
            .division = yaml_text(y, "code"),
            .level = key[i] };

        if (i == 2) {
            p.outline = county;
            p.seat = c->town[0].seat;
            p.has_seat = true;
        }
        if (!tell(c, o, &p))
            return false;
    }
    return true;
}

static bool maps(
    const County *c, Arena *a, uint16_t **village_of, uint16_t **town_of, uint16_t **all, uint16_t **spare)
{
    uint16_t *v = NEWS(a, uint16_t, c->ngroup), *t = NEWS(a, uint16_t, c->ngroup),
             *s = NEWS(a, uint16_t, c->ngroup);

    *all = NEWS(a, uint16_t, c->ngroup);
    if (!v || !t || !s || !*all)
        return false;
    for (size_t i = 0; i < c->ngroup; i++) {
        v[i] = (uint16_t)c->group[i].village;
        t[i] = (uint16_t)c->village[v[i]].town;
        s[i] = NOBODY;
    }
    *village_of = v;
    *town_of = t;
    *spare = s;
    return true;
}

static bool town(const County *c, Out *o, const Rings *r, const Boxes *b, const uint16_t *map, size_t i)
{
    const Town *t = &c->town[i];
    const Village *first = &c->village[t->village], *last = &c->village[t->village + t->nvillage - 1];
    Arena *a = demo_next(o);
    Place p = { t->code, t->name, t->code, yaml_text(t->yaml, "kind"), str_of(demo_terrain_name[t->terrain]),
        t->streets ? STR("111") : STR("121"), "township",
        a ? outline(c, r, b, map, (uint16_t)i, first->group, last->group + last->ngroup - first->group, a)
          : (Bytes){ 0 },
        t->seat, true };

    return tell(c, o, &p);
}

bool demo_emit_divisions(County *c, Out *o, Err *err)
{
    Arena *own = arena_new((size_t)256 << 20);
    uint16_t *village_of, *town_of, *all, *spare;
    Rings r = { .g = c->g, .label = c->group_at };
    Boxes b;
    bool good = demo_rings(&r, own) && boxes(c, own, &b) &&
                maps(c, own, &village_of, &town_of, &all, &spare) && demo_next(o);

    good = good && above(c, o, outline(c, &r, &b, all, 0, 0, c->ngroup, demo_next(o)));
    for (size_t i = 0; good && i < c->ntown; i++)
        good = town(c, o, &r, &b, town_of, i);
    for (size_t i = 0; good && i < c->npast; i++)
        good = before(c, o, &r, &b, &c->past[i], spare);
    for (size_t i = 0; good && i < c->nvillage; i++)
        good = village(c, o, &r, &b, village_of, i);
    for (size_t i = 0; good && i < c->ngroup; i++) {
        const Group *g = &c->group[i];
        Arena *a = demo_next(o);
        Place p = { .code = g->code,
            .name = g->name,
            .division = c->village[g->village].code,
            .level = "group",
            .outline = a ? outline(c, &r, &b, NULL, (uint16_t)i, i, 1, a) : (Bytes){ 0 },
            .seat = g->seat,
            .has_seat = true };

        good = a && tell(c, o, &p);
    }
    arena_free(own);
    return good || FAIL(err, DEMO_STOPPED, STR("divisions"), "divisions");
}
