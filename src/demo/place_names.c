/* src/demo/place_names.c - the gazetteer: divisions, waters, and natural places, one a square kilometre; what they mean is
 * left to people. */
#include "demo/county.h"
#include "demo/stories.h"
#include <math.h>

typedef struct Name { /* one on its way */
    Str name, roman, kind, division, parent, origin;
    Bytes place;
    const char *id;
    Str alias[4];
    size_t nalias;
} Name;

static bool tell(County *c, Out *o, const Name *n, Rng *r)
{
    char id[ULID_LEN + 1];
    Arena *a = demo_arena(o);

    demo_id(c, K_PLACE, c->serial[K_PLACE]++, id);
    if (!demo_rec(o, STR("place_name"), n->id ? n->id : id, n->division))
        return false;
    demo_geom(o, n->place);
    demo_text(o, STR("name"), n->name);
    demo_list(o, STR("aliases"), n->alias, n->nalias);
    demo_text(o, STR("roman"), n->roman.len ? n->roman : demo_roman(c, n->name, a));
    demo_text(o, STR("kind"), n->kind);
    demo_text(o, STR("parent"), n->parent.len ? n->parent : n->division);
    demo_text(o, STR("origin"), n->origin);
    demo_text(o, STR("sign"), rng_unit(r) < 0.72 ? STR("有") : rng_unit(r) < 0.8 ? STR("缺") : STR("损坏"));
    demo_text(o, STR("state"), STR("批准"));
    return true;
}

static Str any(const Yaml *list, Rng *r)
{
    return demo_at(list, rng_below(r, list->n))->text;
}

/* What a spot is called after: a top, water, a spring, a field, a hollow. */
static const char *sort_of(const County *c, size_t cell, Rng *r)
{
    const double u = rng_unit(r);

    if (c->dwater[cell] < c->g.cell * 1.5)
        return "水";
    if (c->slope[cell] > 12)
        return u < 0.65 ? "山" : u < 0.9 ? "谷" : "泉";
    return u < 0.6 ? "田" : u < 0.85 ? "谷" : "泉";
}

static Str natural(const County *c, const char *sort, Rng *r, Arena *a)
{
    const Yaml *y = c->d.places, *back = yaml_get(yaml_get(y, "natural_back"), sort);
    const Yaml *front = yaml_get(y, "natural_front"), *middle = yaml_get(y, "natural_middle");

    for (;;) {
        const Str f = any(front, r), b = any(back, r), m = any(middle, r);
        const Str name = rng_unit(r) < 0.6 ? str_fmt(a, "%.*s%.*s%.*s", STRV(f), STRV(m), STRV(b))
                                           : str_fmt(a, "%.*s%.*s", STRV(f), STRV(b));

        if (!name.ptr || !demo_initials(c, name, "ljw"))
            return name;
    }
}

static bool natural_places(County *c, size_t town, Out *o, Rng *r)
{
    const Yaml *kinds = yaml_get(c->d.places, "natural_kind"), *origin = yaml_get(c->d.places, "origin");
    const int step = (int)fmax(1000 / c->g.cell, 1);

    for (int y = 0; y < c->g.h; y += step)
        for (int x = 0; x < c->g.w; x += step) {
            const int px = x + (int)rng_below(r, (size_t)step), py = y + (int)rng_below(r, (size_t)step);
            const size_t cell = (size_t)py * (size_t)c->g.w + (size_t)px;

            if (px >= c->g.w || py >= c->g.h || c->town_at[cell] != town)
                continue;
            const char *sort = sort_of(c, cell, r);
            Arena *a = demo_next(o);
            if (!a)
                return false;
            const Str code = c->village[c->village_at[cell]].code;
            const Str name = natural(c, sort, r, a), from = any(origin, r);
            const Name n = { .name = name,
                .kind = yaml_text(kinds, sort),
                .division = code,
                .origin = from,
                .place = demo_wkb_point(c, demo_centre(c->g, cell), a) };

            if (!n.name.ptr || !tell(c, o, &n, r))
                return false;
        }
    return true;
}

static bool divisions(County *c, size_t town, Out *o, Rng *r)
{
    const Town *t = &c->town[town];
    Arena *a = demo_next(o);
    const Name own = { .name = t->name,
        .kind = STR("乡镇"),
        .division = t->code,
        .parent = STR("990121000000"),
        .origin = STR("约定俗成"),
        .place = a ? demo_wkb_point(c, t->seat, a) : (Bytes){ 0 } };

    if (!a || !tell(c, o, &own, r))
        return false;
    for (size_t v = t->village; v < t->village + t->nvillage; v++) {
        const Village *p = &c->village[v];
        Name n = { .name = p->name,
            .kind = p->community ? STR("社区") : STR("行政村"),
            .division = p->code,
            .parent = t->code,
            .origin = STR("约定俗成") };

        a = demo_next(o);
        if (!a)
            return false;
        n.place = demo_wkb_point(c, p->seat, a);
        n.roman = str_fmt(a, "%.*s %s", STRV(demo_roman(c, p->bare, a)), p->community ? "Shequ" : "Cun");
        for (size_t k = 0; k < c->npast; k++)
            if (c->past[k].village == v && !str_eq(p->name, c->past[k].name) && n.nalias < LEN(n.alias))
                n.alias[n.nalias++] = c->past[k].name;
        if (!tell(c, o, &n, r))
            return false;
        for (size_t g = p->group; g < p->group + p->ngroup;
             g++) { /* hamlets; counted groups have no name of their own */
            const Group *q = &c->group[g];
            Name h = {
                .name = q->name, .kind = STR("自然村"), .division = p->code, .origin = STR("约定俗成")
            };

            if (str_ends(q->name, STR("组")))
                continue;
            a = demo_next(o);
            if (!a)
                return false;
            h.place = demo_wkb_point(c, q->seat, a);
            if (!tell(c, o, &h, r))
                return false;
        }
    }
    return true;
}

static bool waters(County *c, Out *o, Rng *r)
{
    for (size_t i = 0; i < c->nstream; i++) {
        Arena *a = demo_next(o);
        const Name n = { .name = c->stream[i].name,
            .roman = c->stream[i].roman,
            .kind = STR("河流"),
            .division = STR("990121000000"),
            .origin = STR("地形"),
            .place = a ? demo_wkb_line(c, c->stream[i].line, a) : (Bytes){ 0 } };

        if (!a || !tell(c, o, &n, r))
            return false;
    }
    return true;
}

static bool lakes(County *c, Out *o, Rng *r)
{
    const Yaml *y = yaml_get(c->d.county, "lakes");

    for (y = y ? y->first : NULL; y; y = y->next) {
        const size_t t = demo_town_of(c, yaml_text(y, "township"));
        const Xy p = { demo_num(y, "x") * c->size.x, demo_num(y, "y") * c->size.y };
        Arena *a = demo_next(o);

        if (t == SIZE_MAX || !a)
            continue;
        const Name n = { .name = yaml_text(y, "name"),
            .roman = yaml_text(y, "roman"),
            .kind = STR("湖泊"),
            .division = c->town[t].code,
            .origin = STR("地形"),
            .place = demo_wkb_point(c, p, a) };

        if (!tell(c, o, &n, r))
            return false;
    }
    return true;
}

/* S05 and S07: names that the stories ask for. Where a small county has fewer villages called so, hamlets make them up. */
static bool of_stories(County *c, Out *o, Rng *r)
{
    const Yaml *twice = yaml_get(c->d.places, "duplicates");
    const Town *t = &c->town[c->first];
    const Village *home = &c->village[t->village];
    unsigned k = 0;
    char id[ULID_LEN + 1];

    for (const Yaml *y = twice ? twice->first : NULL; y; y = y->next) {
        size_t have = 0;

        for (size_t v = 0; v < c->nvillage; v++)
            have += str_eq(c->village[v].bare, y->key);
        for (; have < y->n && (str_eq(y->key, STR("石桥")) || str_eq(y->key, STR("李家湾"))); have++) {
            const Group *g = &c->group[home->group + (k + 1) % home->ngroup];
            Arena *a = demo_next(o);
            const Name n = { .name = y->key,
                .kind = STR("自然村"),
                .division = home->code,
                .origin = STR("历史"),
                .id = id,
                .place = a ? demo_wkb_point(c, g->seat, a) : (Bytes){ 0 } };

            demo_story_id(5, ++k, id);
            if (!a || !tell(c, o, &n, r))
                return false;
        }
    }
    Arena *a = demo_next(o);
    const Name field = { .name = STR("长丘"),
        .kind = STR("田块"),
        .division = home->code,
        .origin = STR("地形"),
        .id = id,
        .place = a ? demo_wkb_point(c, (Xy){ home->seat.x + 210, home->seat.y + 160 }, a) : (Bytes){ 0 } };
    demo_story_id(7, 1, id);
    return a && tell(c, o, &field, r);
}

bool demo_emit_place_names(County *c, size_t town, Out *o, Err *err)
{
    Rng r = demo_rng(c, "place names", town);
    bool good = divisions(c, town, o, &r) && natural_places(c, town, o, &r);

    if (good && town == c->first)
        good = waters(c, o, &r) && lakes(c, o, &r) && of_stories(c, o, &r);
    return good || FAIL(err, DEMO_STOPPED, STR("place_name"), "places");
}
