/* src/demo/place_names.c - the gazetteer: divisions and what they were called before, waters, roads, bridges, schools, and
 * what people call their hills, fields, ponds and lanes (place_lore.c). Some 38,000 in the full county.
 */
#include "demo/lore.h"
#include "demo/stories.h"
#include <math.h>

/* --- divisions, and what they were ------------------------------------------------------------------------------------ */
static bool town_name(County *c, size_t town, Out *o, Rng *r)
{
    const Town *t = &c->town[town];
    Arena *a = demo_next(o);
    const Name own = { .name = t->name,
        .kind = STR("乡镇"),
        .division = t->code,
        .parent = STR("990121000000"),
        .origin = STR("约定俗成"),
        .tail = t->streets ? 2 : 1,
        .place = a ? demo_wkb_point(c, t->seat, a) : (Bytes){ 0 } };

    return a && demo_tell_name(c, o, &own, r);
}

static bool village_name(County *c, size_t v, Out *o, Rng *r)
{
    char id[ULID_LEN + 1];
    const Village *p = &c->village[v];
    Arena *a = demo_next(o);
    Name n = { .name = p->name,
        .kind = p->community ? STR("社区") : STR("行政村"),
        .division = p->code,
        .parent = c->town[p->town].code,
        .origin = STR("约定俗成"),
        .tail = p->community ? 2 : 1,
        .id = id };

    if (!a)
        return false;
    demo_id(c, K_VILLAGE_NAME, (uint32_t)v, id);
    n.place = demo_wkb_point(c, p->seat, a);
    n.meaning = demo_meaning(c, p->bare, a);
    for (size_t k = 0; k < c->npast; k++)
        if (c->past[k].village == v && !str_eq(p->name, c->past[k].name) && n.nalias < LEN(n.alias)) {
            n.alias[n.nalias++] = c->past[k].name;
            n.since = demo_since(&c->past[k]);
        }
    return demo_tell_name(c, o, &n, r);
}

/* A hamlet is a group too: people say 石桥八组 as often. */
static bool hamlet_names(County *c, size_t v, Out *o, Rng *r)
{
    const Village *p = &c->village[v];
    const Yaml *number = yaml_get(c->d.places, "group_number");
    char id[ULID_LEN + 1];

    for (size_t g = p->group; g < p->group + p->ngroup; g++) {
        const Group *q = &c->group[g];
        Arena *a = str_ends(q->name, STR("组")) ? NULL : demo_next(o);

        if (!a && !str_ends(q->name, STR("组")))
            return false;
        if (!a)
            continue;
        demo_address(c, g, id);
        const Name h = { .name = q->name,
            .kind = STR("自然村"),
            .division = p->code,
            .id = id,
            .origin = STR("约定俗成"),
            .meaning = demo_meaning(c, q->name, a),
            .alias = { str_fmt(a, "%.*s%.*s组", STRV(p->bare), STRV(demo_at(number, g - p->group)->text)) },
            .nalias = 1,
            .place = demo_wkb_point(c, q->seat, a) };

        if (!demo_tell_name(c, o, &h, r))
            return false;
    }
    return true;
}

static bool former_names(County *c, size_t town, Out *o, Rng *r)
{
    for (size_t k = 0; k < c->npast; k++) {
        const Past *p = &c->past[k];
        const Village *v = &c->village[p->village];
        Arena *a = v->town == town ? demo_next(o) : NULL;
        int year, month, day;

        if (v->town != town || (p->parts > 1 && str_eq(p->name, v->name)))
            continue;
        if (!a)
            return false;
        date_split(p->until, &year, &month, &day);
        const Name n = { .name = p->name,
            .kind = STR("行政村"),
            .division = v->code,
            .parent = c->town[town].code,
            .origin = STR("历史"),
            .tail = 1,
            .story = str_fmt(
                a, "%d年%d月%d日%s%.*s", year, month, day, p->parts > 1 ? "并入" : "更名为", STRV(v->name)),
            .until = p->until,
            .place = demo_wkb_point(c, c->group[v->group + p->part % v->ngroup].seat, a) };
        if (!demo_tell_name(c, o, &n, r))
            return false;
    }
    return true;
}

static bool divisions(County *c, size_t town, Out *o, Rng *r)
{
    const Town *t = &c->town[town];

    if (!town_name(c, town, o, r))
        return false;
    for (size_t v = t->village; v < t->village + t->nvillage; v++)
        if (!village_name(c, v, o, r) || !hamlet_names(c, v, o, r))
            return false;
    return former_names(c, town, o, r);
}

/* 石桥村卫生室: the village's own name is written by itself. */
static Str roman_of_work(const County *c, const Named *n, Arena *a)
{
    const Village *v = &c->village[n->village];
    const Str rest = str_sub(n->name, v->bare.len, n->name.len);

    if (!str_starts(n->name, v->bare) || !rest.len)
        return demo_roman_apart(
            c, n->name, str_ends(n->name, STR("水库")) || str_ends(n->name, STR("隧道")) ? 2 : 1, a);
    if (str_starts(rest, STR("村")) && rest.len > 3)
        return str_fmt(a, "%.*s Cun %.*s", STRV(demo_roman(c, v->bare, a)),
            STRV(demo_roman(c, str_sub(rest, 3, rest.len), a)));
    return str_fmt(a, "%.*s %.*s", STRV(demo_roman(c, v->bare, a)), STRV(demo_roman(c, rest, a)));
}

static bool works(County *c, Out *o, Rng *r)
{
    for (size_t i = 0; i < c->nnamed; i++) {
        const Named *w = &c->named[i];
        Arena *a = demo_next(o);

        if (!a)
            return false;
        const Name n = { .name = w->name,
            .kind = w->kind,
            .division = c->village[w->village].code,
            .origin = STR("约定俗成"),
            .roman = roman_of_work(c, w, a),
            .alias = { w->alias },
            .nalias = w->alias.len > 0,
            .place = demo_wkb_point(c, w->at, a) };
        if (!demo_tell_name(c, o, &n, r))
            return false;
    }
    c->nnamed = 0; /* the next township's */
    return true;
}

static bool roads(County *c, size_t town, Out *o, Rng *r)
{
    for (size_t i = 0; i < c->nroad; i++) {
        const Road *w = &c->road[i];
        Arena *a = w->town == town ? demo_next(o) : NULL;

        if (w->town != town)
            continue;
        if (!a)
            return false;
        const Name n = { .name = w->name,
            .kind = STR("道路"),
            .division = c->town[town].code,
            .origin = STR("约定俗成"),
            .tail = 1,
            .alias = { w->code },
            .nalias = 1,
            .place = demo_wkb_line(c, w->line, a) };
        if (!demo_tell_name(c, o, &n, r))
            return false;
    }
    return true;
}

/* --- waters --------------------------------------------------------------------------------------------------------------- */
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

        if (!a || !demo_tell_name(c, o, &n, r))
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
        Arena *a = t == SIZE_MAX ? NULL : demo_next(o);

        if (!a)
            continue;
        const Name n = { .name = yaml_text(y, "name"),
            .roman = yaml_text(y, "roman"),
            .kind = STR("湖泊"),
            .division = c->town[t].code,
            .origin = STR("地形"),
            .place = demo_wkb_point(c, p, a) };

        if (!demo_tell_name(c, o, &n, r))
            return false;
    }
    return true;
}

/* --- S05, S07 and the call for help ------------------------------------------------------------------------------------------ */
static bool plant(County *c, Out *o, Rng *r, Name n, size_t village, Xy at, unsigned story, unsigned k)
{
    char id[ULID_LEN + 1];
    Arena *a = demo_next(o);

    if (!a)
        return false;
    demo_story_id(story, k, id);
    n.id = id;
    n.division = c->village[village].code;
    n.place = demo_wkb_point(c, at, a);
    return demo_tell_name(c, o, &n, r);
}

/* Where a small county has fewer villages called so than S05 wants, hamlets make them up. */
static bool missing_twins(County *c, Out *o, Rng *r)
{
    const Yaml *twice = yaml_get(c->d.places, "duplicates");
    const size_t home = c->town[c->first].village;
    unsigned k = 0;

    for (const Yaml *y = twice ? twice->first : NULL; y; y = y->next) {
        const Name n = { .name = y->key, .kind = STR("自然村"), .origin = STR("历史") };
        size_t have = 0;

        for (size_t v = 0; v < c->nvillage; v++)
            have += str_eq(c->village[v].bare, y->key);
        for (; have < y->n && (str_eq(y->key, STR("石桥")) || str_eq(y->key, STR("李家湾"))); have++) {
            const size_t at = c->nvillage ? (home + 1 + 5 * k) % c->nvillage
                                          : home; /* apart, where there is more than one */
            const Village *v = &c->village[at];
            const Group *g = &c->group[v->group + (k + 1) % v->ngroup];

            k++;
            if (!plant(c, o, r, n, at, g->seat, 5, k))
                return false;
        }
    }
    return true;
}

/* Three hollows of one name, as far apart as the county allows. */
static bool thrice(County *c, Out *o, Rng *r)
{
    const Name n = { .name = yaml_text(c->d.places, "thrice"),
        .kind = STR("沟谷"),
        .origin = STR("约定俗成"),
        .meaning = STR("旧时老鸦成群得名"),
        .tail = 1 };

    for (unsigned k = 0; k < 3; k++) {
        const size_t v = k * (c->nvillage - 1) / 2;
        const Group *g = &c->group[c->village[v].group + (k + 3) % c->village[v].ngroup];
        const Xy at = { g->seat.x + 140, g->seat.y - 90 };

        if (!plant(c, o, r, n, v, demo_inside(c->g, at.x, at.y) ? at : g->seat, 5, 11 + k))
            return false;
    }
    return true;
}

static bool of_stories(County *c, Out *o, Rng *r)
{
    const size_t home = c->town[c->first].village;
    const Xy seat = c->village[home].seat;
    const Name field = { .name = STR("长丘"), .kind = STR("田块"), .origin = STR("地形"), .tail = 1 };

    return missing_twins(c, o, r) && thrice(c, o, r) &&
           plant(c, o, r, field, home, (Xy){ seat.x + 210, seat.y + 160 }, 7, 1);
}

bool demo_emit_place_names(County *c, size_t town, Out *o, Err *err)
{
    Rng r = demo_rng(c, "place names", town);
    bool good = divisions(c, town, o, &r) && roads(c, town, o, &r) && works(c, o, &r) &&
                demo_emit_lore(c, town, o, &r);

    if (good && town == c->first)
        good = waters(c, o, &r) && lakes(c, o, &r) && of_stories(c, o, &r);
    return good || FAIL(err, DEMO_STOPPED, STR("place_name"), "places");
}
