/* src/demo/people.c - households, their people and their houses become records, village by village. */
#include "demo/families.h"
#include "demo/people_text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 13, COLUMNS = 41, LOTS = ROWS * COLUMNS };
typedef struct Lot { /* a place for a house, about the seat: along the group's rows and across */
    double key;
    float u, v;
} Lot;
typedef struct Lots { /* of one group, the nearest first */
    Lot lot[LOTS];
    size_t next;
    double turn;
    size_t group;
} Lots;
struct People {
    FamilyPlan *plan;
    Names names;
    Weighted ethnic, destination, structure, grade;
};
typedef struct Home { /* one household on its way to the sink */
    const Family *family;
    const Member *member;
    size_t village, group;
    uint32_t serial, person, building; /* its own number; of its first person; of its first house */
    size_t nhouse;
    Xy place;
    Str name[2]; /* family names of father's and mother's line */
    char id[ULID_LEN + 1];
} Home;

bool demo_plan_people(County *c, Err *err)
{
    struct People *p = NEW(c->a, struct People);
    const Yaml *h = yaml_get(c->d.people, "houses");

    if (!p || !demo_families_plan(c, c->a, &p->plan) || !demo_names_open(c, c->a, &p->names) ||
        !demo_weighted(yaml_get(c->d.names, "ethnic"), c->a, &p->ethnic) ||
        !demo_weighted(yaml_get(c->d.people, "destination"), c->a, &p->destination) ||
        !demo_weighted(yaml_get(h, "structure"), c->a, &p->structure) ||
        !demo_weighted(yaml_get(h, "grade"), c->a, &p->grade))
        return FAIL(err, DEMO_BAD_SPEC, STR("people"), "people.yaml");
    c->people = p;
    return true;
}

/* --- houses ----------------------------------------------------------------------------------------------------- */
static int nearer(const void *p, const void *q)
{
    const Lot *a = p, *b = q;

    return a->key < b->key ? -1 : a->key > b->key;
}

static void lay_out(const County *c, Lots *l, size_t group)
{
    const Terrain t = c->town[c->village[c->group[group].village].town].terrain;
    const double rough = t <= WATERS ? 2 : 6;
    Rng r = demo_rng(c, "lots", group);
    size_t n = 0;

    l->group = group;
    l->next = 0;
    l->turn = rng_unit(&r) * M_PI;
    for (int v = 0; v < ROWS; v++)
        for (int u = 0; u < COLUMNS; u++) {
            Lot *k = &l->lot[n++];
            const int along = (u - COLUMNS / 2) * 19, across = (v - ROWS / 2) * 34; /* m */

            k->u = (float)(along + rng_normal(&r, 0, rough * 0.5));
            k->v = (float)(across + rng_normal(&r, 0, rough));
            k->key = hypot(k->u, k->v * 1.5) * (0.75 + 0.6 * rng_unit(&r));
        }
    qsort(l->lot, n, sizeof *l->lot, nearer);
}

static Xy at_lot(const County *c, const Lots *l, const Lot *k)
{
    const Xy s = c->group[l->group].seat;

    return (Xy){ s.x + k->u * cos(l->turn) - k->v * sin(l->turn),
        s.y + k->u * sin(l->turn) + k->v * cos(l->turn) };
}

/* The next lot on dry ground of the group; when none is left, somewhere near. */
static Xy next_lot(const County *c, Lots *l, Rng *r)
{
    const Xy s = c->group[l->group].seat;

    while (l->next < LOTS) {
        const Xy p = at_lot(c, l, &l->lot[l->next++]);
        const size_t cell = demo_cell(c->g, p);

        if (demo_inside(c->g, p.x, p.y) && !c->wet[cell] && c->slope[cell] < 24 &&
            c->group_at[cell] == l->group)
            return p;
    }
    const double x = s.x + (rng_unit(r) - 0.5) * 200, y = s.y + (rng_unit(r) - 0.5) * 200;
    return (Xy){ x, y };
}

static Bytes outline(const County *c, Xy p, double turn, double w, double d, Arena *a)
{
    static const int sx[5] = { -1, 1, 1, -1, -1 },
                     sy[5] = { 1, 1, -1, -1, 1 }; /* counter-clockwise on the map */
    double xy[10];
    size_t ring = 5;
    Bytes b = { 0 };

    for (int i = 0; i < 5; i++) {
        const double u = sx[i] * w / 2, v = sy[i] * d / 2;
        const Xy q =
            demo_degrees(c, (Xy){ p.x + u * cos(turn) - v * sin(turn), p.y + u * sin(turn) + v * cos(turn) });

        xy[2 * i] = q.x;
        xy[2 * i + 1] = q.y;
    }
    return geo_make_polygon(xy, &ring, 1, a, &b) ? b : (Bytes){ 0 };
}

static int year_built(
    const Yaml *h, bool wood, Rng *r) /* two booms of brick and concrete; wood before them */
{
    const Yaml *mode = yaml_get(h, "mode");
    const double y = wood                 ? rng_normal(r, demo_num_at(mode, 0) - 16, 7)
                     : rng_unit(r) < 0.48 ? rng_normal(r, demo_num_at(mode, 0), 7)
                                          : rng_normal(r, demo_num_at(mode, 1), 5);

    return (int)fmin(fmax(round(y), demo_num(h, "from")), demo_num(h, "until"));
}

static bool house(County *c, Out *o, const Home *h, size_t k, Xy p, double turn, Rng *r)
{
    const struct People *all = c->people;
    const double w = 9 + 5 * rng_unit(r), d = 8 + 4 * rng_unit(r);
    const Village *v = &c->village[h->village];
    const Str structure = all->structure.text[demo_draw(&all->structure, r)];
    const bool wood = str_ends(structure, STR("木"));
    const int built = year_built(yaml_get(c->d.people, "houses"), wood, r);
    const int floors = wood ? 1 : built < 1985 ? 1 : 1 + (int)rng_below(r, built < 2000 ? 2 : 3);
    Arena *a = demo_next(o);
    char id[ULID_LEN + 1];

    demo_id(c, K_BUILDING, h->building + (uint32_t)k, id);
    if (!a || !demo_rec(o, STR("building"), id, v->code))
        return false;
    demo_geom(o, outline(c, p, turn + (rng_unit(r) - 0.5) * 0.12, w, d, a));
    demo_text(o, STR("code"), str_fmt(a, "%.*s%05uF%zu", STRV(v->code), h->serial, k + 1));
    demo_text(o, STR("use"), rng_unit(r) < (v->community ? 0.15 : 0.03) ? STR("商住") : STR("住宅"));
    demo_text(o, STR("structure"), structure);
    demo_int(o, STR("floors"), floors);
    demo_f64(o, STR("height"), 3.3 * floors + 0.6, 1);
    demo_f64(o, STR("floor_area"), w * d * floors * 0.95, 1);
    demo_int(o, STR("built_year"), built);
    demo_text(o, STR("owner"), str_fmt(a, "household/%s", h->id));
    demo_text(o, STR("safety_grade"), all->grade.text[demo_draw(&all->grade, r)]);
    demo_text(o, STR("outline_source"), rng_unit(r) < 0.6 ? STR("影像提取") : STR("实测"));
    demo_text(o, STR("lod"), STR("LOD1"));
    demo_text(o, STR("state"), h->family->kind == ALL_AWAY || k ? STR("闲置") : STR("在用"));
    return true;
}

/* --- people -------------------------------------------------------------------------------------------------------- */
static const char *relation(const Home *h, const Member *m, bool grand_head)
{
    switch (m->role) {
    case HUSBAND:
        return grand_head ? "子" : "户主";
    case WIFE:
        return grand_head ? "儿媳" : "配偶";
    case GRANDFATHER:
        return grand_head ? "户主" : "父亲";
    case GRANDMOTHER:
        return !grand_head                                                                   ? "母亲"
               : h->member[0].role == HUSBAND && m != h->member && m[-1].role == GRANDFATHER ? "配偶"
                                                                                             : "户主";
    case OTHER:
        return h->family->kind == COLLECTIVE ? "非亲属"
               : h->family->n == 1           ? "户主"
               : m->female                   ? "姐妹"
                                             : "兄弟";
    default:
        return grand_head ? (m->female ? "孙女" : "孙子") : m->female ? "女" : "子";
    }
}

static size_t head_of(const Home *h)
{
    const bool grand = h->family->kind == SKIP;

    for (size_t i = 0; grand && i < h->family->n; i++)
        if (h->member[i].role == GRANDFATHER || h->member[i].role == GRANDMOTHER)
            return i;
    return 0;
}

static Str generation(const County *c, const Home *h, const Member *m, int year, Rng *r)
{
    const Village *v = &c->village[h->village];
    const Str poem = demo_at(yaml_get(c->d.names, "poems"), v->poem)->text;
    const size_t clan = v->surname[0];

    if (m->female || year >= 1975 || clan == SIZE_MAX || !str_eq(h->name[0], c->family.text[clan]) ||
        rng_unit(r) * 100 >= demo_num(c->d.names, "poem_share"))
        return (Str){ 0, 0 };
    return demo_char(poem, (size_t)(year - 1900) / 24 % demo_chars(poem));
}

/* Those who work elsewhere have their own table; the others by the year of their birth. */
static const char *schooling(const County *c, int year, int age, bool worker, Rng *r)
{
    const Yaml *row = yaml_get(c->d.people, "education");
    const Yaml *workers = yaml_get(c->d.people, "workers");
    const double u = rng_unit(r) * 100;
    double sum = 0;
    size_t k = 1;

    if (age < 6)
        return "";
    worker = worker && workers && age >= 19;
    if (age < 22 && !worker)
        return age < 13   ? "小学"
               : age < 16 ? "初中"
               : age < 19 ? (u < 60 ? "高中" : "中专")
               : u < 45   ? "本科"
                          : "大专";
    for (row = row ? row->first : NULL; row && row->next && year >= demo_num_at(row, 0);)
        row = row->next;
    while (k < 5 && (sum += worker ? demo_num_at(workers, k - 1) : demo_num_at(row, k)) <= u)
        k++;
    switch (k) {
    case 1:
        return "未上学";
    case 2:
        return "小学";
    case 3:
        return "初中";
    case 4:
        return rng_unit(r) < 0.6 ? "高中" : "中专";
    default:
        return rng_unit(r) < 0.6 ? "大专" : rng_unit(r) < 0.94 ? "本科" : "研究生";
    }
}

static const char *labour(int age, Rng *r)
{
    const double u = rng_unit(r);

    if (age < 16)
        return "无";
    if (age >= 65)
        return u < 0.55 ? "弱" : "无";
    return u < 0.80 ? "普通" : u < 0.94 ? "技能" : u < 0.985 ? "弱" : "丧失";
}

static void residence(const County *c, Out *o, const Member *m, Rng *r)
{
    static const char *const state[5] = { "常住", "外出(县内)", "外出(省内)", "外出(省外)", "境外" };
    const Weighted *w = &c->people->destination;

    demo_text(o, STR("residence_state"), str_of(state[m->away]));
    if (m->away == 3)
        demo_text(o, STR("residence_detail"), w->text[demo_draw(w, r)]);
}

static bool person(County *c, Out *o, const Home *h, size_t i, Rng *r)
{
    const Member *m = &h->member[i];
    const struct People *all = c->people;
    const int32_t birth = c->spec->today - (int32_t)((m->age + rng_unit(r) * 0.995) * 365.2425) - 1;
    const size_t head = head_of(h);
    char id[ULID_LEN + 1], text[64], number[20];
    int year, month, day;
    Str family = h->name[0];

    date_split(birth, &year, &month, &day);
    if (m->role == WIFE || m->role == GRANDMOTHER || (m->role == OTHER && h->family->n > 1))
        family = demo_family(c, demo_draw(&c->family, r));
    else if ((m->role == CHILD || m->role == GROWN) &&
             rng_unit(r) * demo_num(c->d.names, "mother_surname") < 1)
        family = h->name[1];
    if (!c->village[h->village].keeper && m->role == HUSBAND && !m->away && m->age >= 32 && m->age < 58)
        c->village[h->village].keeper =
            h->person + (uint32_t)i + 1; /* the first who is at home and of an age */
    demo_id(c, K_PERSON, h->person + (uint32_t)i, id);
    if (!demo_rec(o, STR("person"), id, c->village[h->village].code))
        return false;
    demo_text(o, STR("name"),
        (Str){
            text, demo_name(&all->names, family, m->female, year, generation(c, h, m, year, r), r, text) });
    demo_id_no(c, birth, m->female, number);
    demo_text(o, STR("id_no"), (Str){ number, 18 });
    demo_text(o, STR("id_kind"), m->age < 16 ? STR("户口簿") : STR("居民身份证"));
    demo_text(o, STR("sex"), m->female ? STR("2") : STR("1"));
    demo_date(o, STR("birth"), birth);
    demo_text(o, STR("ethnic"), all->ethnic.text[demo_draw(&all->ethnic, r)]);
    if (m->age >= 14 && rng_unit(r) < (m->age < 70 ? 0.93 : 0.6)) {
        demo_phone(c, number);
        demo_text(o, STR("phone"), (Str){ number, 11 });
    }
    demo_text(o, STR("household"), str_of(h->id));
    demo_text(o, STR("relation"), i == head ? STR("户主") : str_of(relation(h, m, h->family->kind == SKIP)));
    residence(c, o, m, r);
    demo_text(o, STR("education"), str_of(schooling(c, year, m->age, m->away >= 2 && m->age < 65, r)));
    demo_text(o, STR("labour"), str_of(labour(m->age, r)));
    if (m->age > 70)
        demo_bool(o, STR("big_letters"), true);
    if (i == head && m->age >= 18) {
        demo_bank_card(h->person + (uint32_t)i, number);
        demo_text(o, STR("bank_account"), (Str){ number, 19 });
    }
    return true;
}

/* --- households ------------------------------------------------------------------------------------------------------- */
static const char *income(const Home *h, Rng *r)
{
    const double u = rng_unit(r);

    for (size_t i = 0; i < h->family->n; i++)
        if (h->member[i].away > 1 && h->member[i].age > 17)
            return "务工";
    if (h->member[0].age > 66)
        return u < 0.5 ? "转移" : "种植";
    return u < 0.45 ? "种植" : u < 0.6 ? "养殖" : u < 0.85 ? "务工" : "经营";
}

static const char *home_state(const Home *h)
{
    size_t away = 0;

    for (size_t i = 0; i < h->family->n; i++)
        away += h->member[i].away > 1;
    return away == h->family->n ? "空挂" : "在户";
}

static bool household(County *c, Out *o, const Home *h, Rng *r)
{
    const Village *v = &c->village[h->village];
    const bool collective = h->family->kind == COLLECTIVE, farm = !v->community && !collective;
    const Str role[3] = { STR("户籍"), STR("居住"), STR("承包") };
    char id[ULID_LEN + 1];
    Str house[2];

    if (!demo_rec(o, STR("household"), h->id, v->code))
        return false;
    demo_geom(o, demo_wkb_point(c, h->place, demo_arena(o)));
    demo_text(o, STR("code"), str_fmt(demo_arena(o), "%.*s%05u", STRV(v->code), h->serial));
    demo_id(c, K_PERSON, h->person + (uint32_t)head_of(h), id);
    demo_text(o, STR("head"), str_of(id));
    demo_text(o, STR("kind"), collective ? STR("集体户") : farm ? STR("农户") : STR("非农户"));
    demo_list(o, STR("roles"), role, farm ? 3 : 2);
    demo_text(o, STR("group"), c->group[h->group].code);
    demo_address(c, h->group, id);
    demo_id_of(o, STR("address"), id);
    demo_bool(o, STR("contract_households"), farm);
    for (size_t k = 0; k < h->nhouse && k < 2; k++) {
        demo_id(c, K_BUILDING, h->building + (uint32_t)k, id);
        house[k] = str_copy(demo_arena(o), str_of(id));
    }
    demo_list(o, STR("house"), house, h->nhouse);
    if (!collective)
        demo_text(o, STR("income_main"), str_of(income(h, r)));
    demo_text(o, STR("state"), str_of(home_state(h)));
    return true;
}

static void family_names(const County *c, Home *h, Rng *r)
{
    const Village *v = &c->village[h->village];
    const Yaml *share = yaml_get(c->d.names, "clan_share");
    double u = rng_unit(r) * 100;
    size_t line = SIZE_MAX;

    for (size_t k = 0; k < 3 && line == SIZE_MAX && !v->community; k++) {
        u -= demo_num_at(share, k);
        if (u < 0)
            line = v->surname[k];
    }
    h->name[0] = demo_family(c, line == SIZE_MAX ? demo_draw(&c->family, r) : line);
    h->name[1] = demo_family(c, demo_draw(&c->family, r));
}

static bool home(County *c, Out *o, Home *h, Lots *lots, Rng *r)
{
    const double second = demo_num(yaml_get(c->d.county, "standard"), "houses") /
                              demo_num(yaml_get(c->d.county, "standard"), "households") -
                          1;
    Xy place[2];

    h->nhouse = h->family->kind == COLLECTIVE ? 0 : rng_unit(r) < second ? 2 : 1;
    for (size_t k = 0; k < 2; k++)
        place[k] = k < h->nhouse || !k ? next_lot(c, lots, r) : place[0];
    h->place = place[0];
    h->person = c->serial[K_PERSON];
    h->building = c->serial[K_BUILDING];
    c->serial[K_PERSON] += h->family->n;
    c->serial[K_BUILDING] += (uint32_t)h->nhouse;
    demo_id(c, K_HOUSE, c->serial[K_HOUSE]++, h->id);
    family_names(c, h, r);
    if (!household(c, o, h, r))
        return false;
    for (size_t i = 0; i < h->family->n; i++)
        if (!person(c, o, h, i, r))
            return false;
    for (size_t k = 0; k < h->nhouse; k++)
        if (!house(c, o, h, k, place[k], lots->turn, r))
            return false;
    return true;
}

static bool village(
    County *c, Out *o, const Families *f, size_t v, size_t from, size_t to, Lots *lots, Rng *r)
{
    const Village *p = &c->village[v];
    const size_t n = to - from;

    for (size_t i = from; i < to; i++) {
        const size_t g = p->group + (i - from) * p->ngroup / (n ? n : 1);
        Home h = { .family = &f->family[i],
            .member = f->member + f->family[i].first,
            .village = v,
            .group = g,
            .serial = (uint32_t)(i - from + 1) };

        if (lots->group != g || i == from)
            lay_out(c, lots, g);
        if (!home(c, o, &h, lots, r))
            return false;
    }
    return true;
}

/* Who keeps the village's roads, as a post of its committee; in the seat's village the township's. */
static bool posts(County *c, size_t town, Out *o)
{
    const Town *t = &c->town[town];

    for (size_t v = t->village; v < t->village + t->nvillage; v++) {
        const bool seat = v == t->village;
        char id[ULID_LEN + 1], who[ULID_LEN + 1];

        if (!demo_keeper(c, v, who))
            continue;
        demo_id(c, K_MEMBERSHIP, (uint32_t)v, id);
        if (!demo_next(o) || !demo_rec(o, STR("membership"), id, c->village[v].code))
            return false;
        demo_id_of(o, STR("person"), who);
        demo_org_committee(c, v, id);
        if (seat)
            demo_org_town(c, town, id);
        demo_id_of(o, STR("organization"), id);
        demo_text(o, STR("post"), seat ? STR("乡级路长") : STR("村级路长"));
        demo_date(o, STR("from"), c->spec->today - 700 - (int32_t)(v % 300));
    }
    return true;
}

bool demo_emit_people(County *c, size_t town, Out *o, Err *err)
{
    const Town *t = &c->town[town];
    Arena *own = arena_new((size_t)256 << 20);
    Families f;
    Lots *lots = NEW(own, Lots);
    Rng r = demo_rng(c, "people", town);
    size_t at = 0;
    bool good = lots && demo_families_of(c, c->people->plan, town, own, &f);

    for (size_t k = 0; good && k < t->nvillage; k++) {
        const size_t v = t->village + k, last = k + 1 == t->nvillage;
        const size_t to = last ? f.n : at + c->village[v].households;

        good = village(c, o, &f, v, at, to > f.n ? f.n : to, lots, &r);
        at = to > f.n ? f.n : to;
    }
    arena_free(own);
    good = good && posts(c, town, o);
    return good || FAIL(err, DEMO_STOPPED, STR("person"), "people");
}
