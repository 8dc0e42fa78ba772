/* src/demo/place_lore.c - what people call the ground about them: one hill, stream, field or spring a square kilometre
 * known to the whole village, and of each group its fields, ponds, slopes, lanes and old trees (`lore` of places.yaml).
 * No name is given twice in a township, so that a name and a township are one place.
 */
#include "demo/lore.h"
#include <math.h>

enum { TRIES = 40, SPOTS = 8, ROWS = 24 };
typedef struct Lore {
    County *c;
    Out *o;
    Rng *r;
    size_t town;
    Map *used;
    double owed[ROWS]; /* by row of the table: what rounding left over */
} Lore;

static Str any(const Yaml *list, Rng *r)
{
    return demo_at(list, rng_below(r, list->n))->text;
}

/* --- words ------------------------------------------------------------------------------------------------------------ */
static Str word(Lore *l, const Yaml *front, const Yaml *middle, const Yaml *back, Arena *a)
{
    const Str f = any(front, l->r), b = any(back, l->r), m = middle ? any(middle, l->r) : (Str){ "", 0 };

    if (middle && rng_unit(l->r) < 0.6 && !str_eq(f, m))
        return str_fmt(a, "%.*s%.*s%.*s", STRV(f), STRV(m), STRV(b));
    return str_fmt(a, "%.*s%.*s", STRV(f), STRV(b));
}

/* A name new to the township; after many tries the next best. `ljw` stays with 李家湾. */
static Str fresh(Lore *l, const Yaml *front, const Yaml *middle, const Yaml *back, Arena *a)
{
    Str name = { 0, 0 };

    for (int k = 0; k < TRIES; k++) {
        name = word(l, front, middle, back, a);
        if (!name.ptr)
            return name;
        if (!demo_initials(l->c, name, "ljw") && !map_get(l->used, name))
            break;
    }
    if (!map_put(l->used, str_copy(l->c->a, name), l))
        return (Str){ 0, 0 };
    return name;
}

static bool from_trade(const County *c, Str name)
{
    const Yaml *y = yaml_get(c->d.places, "trade");

    for (y = y ? y->first : NULL; y; y = y->next)
        if (str_starts(name, y->text))
            return true;
    return false;
}

static Str origin_of(const County *c, Str name, Str meaning)
{
    return from_trade(c, name) ? STR("产业") : meaning.len ? STR("地形") : STR("约定俗成");
}

/* Old people leave the first character away: 青石岭 is 石岭 to them. */
static void short_form(Name *n, Rng *r)
{
    if (demo_chars(n->name) == 3 && rng_unit(r) < 0.08)
        n->alias[n->nalias++] = str_sub(n->name, demo_char(n->name, 0).len, n->name.len);
}

static bool tell(Lore *l, Name n, size_t village, Xy at, Arena *a)
{
    const Str meaning = demo_meaning(l->c, n.name, a);

    n.division = l->c->village[village].code;
    n.place = demo_wkb_point(l->c, at, a);
    n.origin = origin_of(l->c, n.name, meaning);
    if (rng_unit(l->r) < 0.45)
        n.meaning = meaning;
    return demo_tell_name(l->c, l->o, &n, l->r);
}

/* --- one a square kilometre --------------------------------------------------------------------------------------------- */
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

static bool landmark(Lore *l, size_t cell)
{
    const County *c = l->c;
    const Yaml *y = c->d.places;
    const char *sort = sort_of(c, cell, l->r);
    Arena *a = demo_next(l->o);
    Name n = { .kind = yaml_text(yaml_get(y, "natural_kind"), sort), .tail = 1 };

    if (!a)
        return false;
    n.name = fresh(l, yaml_get(y, "natural_front"), yaml_get(y, "natural_middle"),
        yaml_get(yaml_get(y, "natural_back"), sort), a);
    short_form(&n, l->r);
    return n.name.ptr && tell(l, n, c->village_at[cell], demo_centre(c->g, cell), a);
}

static bool landmarks(Lore *l)
{
    const County *c = l->c;
    const int step = (int)fmax(1000 / c->g.cell, 1);

    for (int y = 0; y < c->g.h; y += step)
        for (int x = 0; x < c->g.w; x += step) {
            const int px = x + (int)rng_below(l->r, (size_t)step),
                      py = y + (int)rng_below(l->r, (size_t)step);
            const size_t cell = (size_t)py * (size_t)c->g.w + (size_t)px;

            if (px < c->g.w && py < c->g.h && c->town_at[cell] == l->town && !landmark(l, cell))
                return false;
        }
    return true;
}

/* --- those of a group ---------------------------------------------------------------------------------------------------- */
static double liking(const County *c, size_t cell, Str on) /* more is better */
{
    if (c->wet[cell])
        return -100;
    if (str_eq(on, STR("flat")))
        return -c->slope[cell];
    if (str_eq(on, STR("steep")))
        return c->slope[cell];
    return str_eq(on, STR("water")) ? -c->dwater[cell] / 20 : 0;
}

/* Of some spots of the group the one that suits best; none inside: the seat. */
static Xy spot(const County *c, size_t g, Str on, Rng *r)
{
    const Group *q = &c->group[g];
    const Town *t = &c->town[c->village[q->village].town];
    const double half = str_eq(on, STR("seat")) ? 90 : 0.62 * sqrt(t->area / (10 * (double)t->nvillage));
    Xy best = q->seat;
    double most = -INFINITY;

    for (int k = 0; k < SPOTS; k++) {
        const double x = q->seat.x + (2 * rng_unit(r) - 1) * half,
                     y = q->seat.y + (2 * rng_unit(r) - 1) * half;
        const Xy p = { x, y };
        const size_t cell = demo_cell(c->g, p);
        const double like = liking(c, cell, on) + rng_unit(r);

        if (demo_inside(c->g, x, y) && c->group_at[cell] == g && like > most) {
            most = like;
            best = p;
        }
    }
    return best;
}

/* 竹影古樟: an old tree bears its village's name. */
static Str old_thing(Lore *l, const Yaml *row, size_t village, Arena *a)
{
    const Str bare = l->c->village[village].bare;

    for (int k = 0; k < TRIES; k++) {
        const Str name = str_fmt(a, "%.*s%.*s", STRV(bare), STRV(any(yaml_get(row, "back"), l->r)));

        if (name.ptr && !map_get(l->used, name))
            return map_put(l->used, str_copy(l->c->a, name), l) ? name : (Str){ 0, 0 };
    }
    return (Str){ "", 0 };
}

static bool one(Lore *l, const Yaml *row, size_t g)
{
    const Yaml *y = l->c->d.places, *back = yaml_get(row, "back");
    const size_t village = l->c->group[g].village;
    Arena *a = demo_next(l->o);
    Name n = { .kind = yaml_text(row, "kind"), .tail = 1 };

    if (!a)
        return false;
    if (yaml_get(row, "old")) {
        n.name = old_thing(l, row, village, a);
        n.tail = 0;
    } else if (yaml_get(row, "lane"))
        n.name = fresh(l, yaml_get(y, "lane_front"), NULL, back, a);
    else
        n.name = fresh(l, yaml_get(y, "natural_front"), yaml_get(y, "natural_middle"), back, a);
    if (!n.name.ptr)
        return false;
    if (!n.name.len) /* the village has all of these already */
        return true;
    short_form(&n, l->r);
    return tell(l, n, village, spot(l->c, g, yaml_text(row, "on"), l->r), a);
}

static bool of_group(Lore *l, size_t g)
{
    const Yaml *row = yaml_get(l->c->d.places, "lore");
    const char *terrain = demo_terrain_name[l->c->town[l->town].terrain];
    size_t k = 0;

    for (row = row ? row->first : NULL; row && k < ROWS; row = row->next, k++)
        for (l->owed[k] += demo_num(row, terrain); l->owed[k] >= 1; l->owed[k]--)
            if (!one(l, row, g))
                return false;
    return true;
}

bool demo_emit_lore(County *c, size_t town, Out *o, Rng *r)
{
    const Town *t = &c->town[town];
    const Village *last = &c->village[t->village + t->nvillage - 1];
    Lore l = { .c = c, .o = o, .r = r, .town = town, .used = map_new(c->a) };

    if (!l.used || !landmarks(&l))
        return false;
    for (size_t g = c->village[t->village].group; g < last->group + last->ngroup; g++)
        if (!of_group(&l, g))
            return false;
    return true;
}
