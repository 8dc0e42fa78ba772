/* src/demo/registers.c - organizations, facilities, devices, vehicles, products: numbers by the table, places that suit. */
#include "demo/county.h"
#include <math.h>
#include <stdio.h>

/* --- numbers with a check ------------------------------------------------------------------------------------------ */
void demo_uscc(const char *kind2, uint32_t serial, char out[19])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char text[40];
    int sum = 0, weight = 1;

    /* office and kind, region, nine of the organization's code (here a number and its MA) */
    snprintf(text, sizeof text, "%.2s990121MA%07u", kind2, serial % 10000000);
    for (int i = 0; i < 17; i++) {
        sum += (int)(strchr(alphabet, text[i]) - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    memcpy(out, text, 17);
    out[17] = alphabet[(31 - sum % 31) % 31];
    out[18] = 0;
}

char demo_gtin_check(const char *digits, size_t n)
{
    int sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (digits[n - 1 - i] - '0') * (i % 2 ? 1 : 3);
    return (char)('0' + (10 - sum % 10) % 10);
}

void demo_committee_uscc(size_t village, char out[19])
{
    demo_uscc("54", ORG_COMMITTEE + (uint32_t)village, out);
}

/* --- organizations --------------------------------------------------------------------------------------------------- */
typedef struct Firm {
    uint32_t number;
    const char *prefix; /* of the credit code */
    Str name, kind, division, parent;
    Xy place;
    int year;
} Firm;

static bool organization(const County *c, Out *o, const Firm *f)
{
    Arena *a = demo_next(o);
    char id[ULID_LEN + 1], code[19];

    demo_id(c, K_ORG, f->number, id);
    if (!a || !demo_rec(o, STR("organization"), id, f->division))
        return false;
    demo_geom(o, demo_wkb_point(c, f->place, a));
    demo_uscc(f->prefix, f->number, code);
    demo_text(o, STR("uscc"), str_of(code));
    demo_text(o, STR("name"), f->name);
    demo_text(o, STR("kind"), f->kind);
    demo_text(o, STR("registered_at"), f->division);
    demo_date(o, STR("established"), date_of(f->year, 1 + (int)(f->number % 12), 1 + (int)(f->number % 27)));
    demo_text(o, STR("parent"), f->parent);
    demo_text(o, STR("state"), STR("存续"));
    return true;
}

static bool product(County *c, Out *o, const Yaml *y, size_t i, size_t variety)
{
    static const char *const grade[] = { "", " 特级", " 一级", " 二级", " 礼盒", " 家庭装", " 散装",
        " 小包装" };
    const Yaml *temp = yaml_get(y, "temp"), *season = yaml_get(y, "season");
    char id[ULID_LEN + 1], gtin[40];
    Arena *a = demo_next(o);

    demo_id(c, K_PRODUCT, (uint32_t)i, id);
    if (!a || !demo_rec(o, STR("product"), id, STR("990121000000")))
        return false;
    snprintf(gtin, sizeof gtin, "952000%06zu", i + 1);
    gtin[12] = demo_gtin_check(gtin, 12);
    demo_text(o, STR("gtin"), (Str){ gtin, 13 });
    demo_text(o, STR("name"), str_fmt(a, "%.*s%s", STRV(yaml_text(y, "name")), grade[variety % LEN(grade)]));
    demo_text(o, STR("category"), yaml_text(y, "category"));
    demo_text(o, STR("crop"), yaml_text(y, "crop"));
    demo_text(o, STR("spec"), yaml_text(y, "spec"));
    demo_f64(o, STR("net"), demo_num(y, "net"), 2);
    demo_org_bureau(c, 2, id);
    demo_id_of(o, STR("owner"), id);
    if (yaml_get(y, "shelf"))
        demo_int(o, STR("shelf_days"), (int64_t)demo_num(y, "shelf"));
    if (temp) {
        demo_f64(o, STR("temp_min"), demo_num_at(temp, 0), 0);
        demo_f64(o, STR("temp_max"), demo_num_at(temp, 1), 0);
    }
    demo_text(o, STR("photo"), demo_picture(c, str_c(a, yaml_text(y, "photo"))));
    demo_text(o, STR("season_from"), demo_at(season, 0)->text);
    demo_text(o, STR("season_to"), demo_at(season, 1)->text);
    demo_text(o, STR("state"), STR("在售"));
    return true;
}

/* --- places ------------------------------------------------------------------------------------------------------------- */
static Xy around(const County *c, Xy p, double radius, Rng *r) /* dry if it can be */
{
    for (int k = 0; k < 12; k++) {
        const double turn = rng_unit(r) * 2 * M_PI, d = radius * sqrt(rng_unit(r));

        const Xy q = { p.x + d * cos(turn), p.y + d * sin(turn) };

        if (demo_inside(c->g, q.x, q.y) && !c->wet[demo_cell(c->g, q)])
            return q;
    }
    return p;
}

/* Among some spots of the village the one that scores best. */
static Xy best_spot(const County *c, size_t village, Rng *r, bool high)
{
    const Village *v = &c->village[village];
    Xy best = v->seat;
    double score = -1e18;

    for (int k = 0; k < 24; k++) {
        const Xy p = around(c, c->group[v->group + rng_below(r, v->ngroup)].seat, 900, r);
        const size_t cell = demo_cell(c->g, p);
        const uint16_t g = c->group_at[cell];
        const double s = high ? c->z[cell] : -c->dwater[cell];

        if (g != NOBODY && c->group[g].village == village && s > score) {
            score = s;
            best = p;
        }
    }
    return best;
}

static Xy on_road(const County *c, size_t village, Rng *r)
{
    for (int k = 0; k < 400 && c->nsection; k++) {
        const Section *s = &c->section[rng_below(r, c->nsection)];

        if (s->village == village)
            return around(c, demo_along(s->line, s->length * rng_unit(r)), 12, r);
    }
    return around(c, c->village[village].seat, 200, r);
}

static Xy spot(const County *c, size_t village, Str near, Rng *r)
{
    const Village *v = &c->village[village];

    if (str_eq(near, STR("village")))
        return around(c, v->seat, 110, r);
    if (str_eq(near, STR("water")) || str_eq(near, STR("hill")))
        return best_spot(c, village, r, str_eq(near, STR("hill")));
    if (str_eq(near, STR("road")))
        return on_road(c, village, r);
    return around(c, c->group[v->group + rng_below(r, v->ngroup)].seat, 220, r);
}

static bool holidays(County *c, Out *o)
{
    size_t year = 0, at = 0;
    uint32_t n = 0;
    int32_t on;
    char id[ULID_LEN + 1];

    for (const Yaml *y; (y = demo_day_off(c, &year, &at));) {
        if (!date_parse(demo_at(y, 0)->text, &on) || !demo_next(o))
            return false;
        demo_id(c, K_HOLIDAY, n++, id);
        if (!demo_rec(o, STR("holiday"), id, STR("990121000000")))
            return false;
        demo_date(o, STR("on"), on);
        demo_bool(o, STR("working"), false);
        demo_text(o, STR("name"), demo_at(y, 1)->text);
    }
    return true;
}

/* --- the county's own -------------------------------------------------------------------------------------- */
bool demo_emit_county_registers(County *c, Out *o, Err *err)
{
    const Yaml *bureau = yaml_get(c->d.registers, "bureaus"), *list = yaml_get(c->d.registers, "products");
    const size_t products = demo_quota(demo_num(c->d.registers, "products_n"), fmin(c->share, 1), 8);
    Rng r = demo_rng(c, "bureaus", 0);
    uint32_t n = 0;
    bool good = list && list->n;

    for (const Yaml *y = bureau ? bureau->first : NULL; good && y; y = y->next, n++) {
        const Xy place = around(c, c->town[0].seat, 500, &r);
        const Firm f = { .number = ORG_BUREAU + n,
            .prefix = "11",
            .name = yaml_text(y, "name"),
            .kind = yaml_text(y, "kind"),
            .division = STR("990121000000"),
            .place = place,
            .year = 2001 };

        good = organization(c, o, &f);
    }
    for (size_t i = 0; good && i < products; i++)
        good = product(c, o, demo_at(list, i % list->n), i, i / list->n);
    good = good && holidays(c, o);
    return good || FAIL(err, DEMO_STOPPED, STR("organization"), "registers.yaml");
}

/* --- what stands in a village ----------------------------------------------------------------------------- */
/* How many of a thing this village gets, so that the county has its number; every county has one. */
static size_t due(County *c, size_t slot, double n)
{
    const double all = demo_num(yaml_get(c->d.county, "standard"), "villages");
    double *owed = &c->owed[slot];
    size_t k;

    if (*owed == 0)
        *owed = n < all ? 1 - n / all : 0;
    *owed += n / all;
    k = (size_t)(*owed + 1e-9);
    *owed -= (double)k;
    if (*owed <= 0)
        *owed = 1e-12;
    return k;
}

/* Which of county.yaml's reservoirs the next one is: one bound to a township is met there first, the others by how many of
 * them are still to come. */
static const Yaml *reservoir(County *c, size_t village, Rng *r)
{
    const Yaml *list = yaml_get(c->d.county, "reservoirs"), *y = list ? list->first : NULL;
    double left = 0;

    for (size_t i = 0; y && i < LEN(c->reservoirs); i++, y = y->next) {
        const Str where = yaml_text(y, "township");
        const double n = demo_num(y, "n") - c->reservoirs[i];

        if (where.len && n > 0 && str_eq(where, c->town[c->village[village].town].number)) {
            c->reservoirs[i]++;
            return y;
        }
        left += where.len || n < 0 ? 0 : n;
    }
    left *= rng_unit(r);
    y = list ? list->first : NULL;
    for (size_t i = 0; y && i < LEN(c->reservoirs); i++, y = y->next) {
        const double n = yaml_text(y, "township").len ? 0 : demo_num(y, "n") - c->reservoirs[i];

        if (n > 0 && ((left -= n) < 0 || !y->next)) {
            c->reservoirs[i]++;
            return y;
        }
    }
    return NULL;
}

/* 柳堰水库, 石桥水库 (小二), 三组塘: what it holds falls with its scale. */
static Str reservoir_facts(County *c, Out *o, size_t village, size_t k, Rng *r)
{
    const Yaml *y = reservoir(c, village, r);
    const Village *v = &c->village[village];
    const Str own = yaml_text(y, "name"), scale = yaml_text(y, "scale");
    const double storage = y ? demo_num(y, "storage") : 6;
    Arena *a = demo_arena(o);

    const Str name =
        own.len  ? own
        : k == 0 ? str_fmt(a, "%.*s%s", STRV(v->bare),
                       str_eq(scale, STR("塘坝")) || !scale.len ? "大堰塘" : "水库")
                 : str_fmt(a, "%.*s%.*s塘", STRV(v->bare), STRV(c->group[v->group + k % v->ngroup].name));
    demo_text(o, STR("name"), name);
    demo_f64(o, STR("capacity"), own.len ? storage : storage * (0.6 + 0.8 * rng_unit(r)), 1);
    demo_text(o, STR("capacity_unit"), STR("10⁴m³"));
    return name;
}

static bool facility(County *c, Out *o, const Yaml *y, size_t village, size_t k, Rng *r)
{
    static const char *const condition[] = { "好", "好", "好", "一般", "一般", "差" };
    const Village *v = &c->village[village];
    const Yaml *cap = yaml_get(y, "cap");
    const Str name = yaml_text(y, "name"), near = yaml_text(y, "near"),
              in_gazetteer = yaml_text(y, "place"); /* the kind of place it is in the gazetteer, if it is */
    Arena *a = demo_next(o);
    Str own;
    char id[ULID_LEN + 1];

    demo_id(c, K_FACILITY, c->serial[K_FACILITY]++, id);
    if (!a || !demo_rec(o, STR("facility"), id, v->code))
        return false;
    const Xy at = spot(c, village, near, r);
    demo_geom(o, demo_wkb_point(c, at, a));
    demo_text(o, STR("kind"), yaml_text(y, "kind"));
    if (str_eq(yaml_text(y, "kind"), STR("水库")))
        own = reservoir_facts(c, o, village, k, r);
    else {
        own = str_eq(near, STR("village")) && k == 0
                  ? str_fmt(a, "%.*s%.*s", STRV(v->name), STRV(name))
                  : str_fmt(a, "%.*s%zu号%.*s", STRV(v->bare), k + 1, STRV(name));
        demo_text(o, STR("name"), own);
    }
    if (in_gazetteer.len)
        demo_named(c, own, str_c(c->a, in_gazetteer), (Str){ "", 0 }, village, at);
    demo_org_committee(c, village, id);
    demo_id_of(o, STR("operator"), id);
    if (cap) {
        const double lo = demo_num_at(cap, 0), hi = demo_num_at(cap, 1);

        demo_f64(o, STR("capacity"), lo + (hi - lo) * pow(rng_unit(r), 2.2), hi > 20 ? 0 : 1);
        demo_text(o, STR("capacity_unit"), yaml_text(y, "unit"));
    }
    demo_date(o, STR("built_on"), c->spec->today - 200 - (int32_t)rng_below(r, 9000));
    demo_text(o, STR("condition"), str_of(condition[rng_below(r, LEN(condition))]));
    demo_date(o, STR("last_check"), c->spec->today - (int32_t)rng_below(r, 200));
    return true;
}

/* Identifiers as each protocol has them: all of them number spaces that nobody else uses. */
static Str protocol_id(Str protocol, uint32_t n, Arena *a)
{
    if (str_eq(protocol, STR("sl651")) || str_eq(protocol, STR("szy206")))
        return str_fmt(a, "99%08u", n);
    if (str_eq(protocol, STR("hj212")))
        return str_fmt(a, "990121%018u", n);
    if (str_eq(protocol, STR("jt808")))
        return str_fmt(a, "0124%08u", n);
    return str_fmt(a, "demo-%06u", n);
}

static bool device(County *c, Out *o, const Yaml *y, size_t village, Xy place, char id[ULID_LEN + 1], Rng *r)
{
    const uint32_t n = c->serial[K_DEVICE]++;
    const Str protocol = yaml_text(y, "protocol");
    Arena *a = demo_next(o);
    char owner[ULID_LEN + 1];

    demo_id(c, K_DEVICE, n, id);
    if (!a || !demo_rec(o, STR("device"), id, c->village[village].code))
        return false;
    demo_geom(o, demo_wkb_point(c, place, a));
    demo_text(o, STR("serial"), str_fmt(a, "YS%07u", n + 1));
    demo_text(o, STR("protocol"), protocol);
    demo_text(o, STR("protocol_id"), protocol_id(protocol, n + 1, a));
    demo_text(o, STR("kind"), yaml_text(y, "kind"));
    demo_text(o, STR("model"), STR("示例型"));
    demo_date(o, STR("installed_on"), c->spec->today - 60 - (int32_t)rng_below(r, 2200));
    demo_org_bureau(c, str_eq(yaml_text(y, "near"), STR("water")) ? 6 : 2, owner);
    demo_id_of(o, STR("owner"), owner);
    demo_f64(o, STR("report_interval"), demo_num(y, "interval"), 0);
    demo_text(o, STR("state"), rng_unit(r) < 0.95 ? STR("在用") : STR("故障"));
    return true;
}

static bool vehicle(County *c, Out *o, const Yaml *y, size_t village, Rng *r)
{
    const uint32_t n = c->serial[K_VEHICLE]++;
    const Str kind = yaml_text(y, "kind");
    const Yaml *temp = yaml_get(y, "temp");
    const bool lorry = str_eq(kind, STR("货车")) || str_eq(kind, STR("冷藏车")),
               drone = str_eq(kind, STR("植保无人机"));
    const Xy place = spot(c, village, STR("group"), r);
    Arena *a = demo_next(o);
    char id[ULID_LEN + 1];

    demo_id(c, K_VEHICLE, n, id);
    if (!a || !demo_rec(o, STR("vehicle"), id, c->village[village].code))
        return false;
    demo_geom(o, demo_wkb_point(c, place, a));
    demo_text(o, STR("kind"), kind);
    if (demo_num(y, "power") > 0 || lorry)
        demo_text(o, STR("plate"), str_fmt(a, lorry ? "样A·%05u" : "样99·%05u", 30000 + n));
    else if (drone)
        demo_text(o, STR("plate"), str_fmt(a, "UAS%08u", n + 1));
    demo_text(o, STR("brand_model"), yaml_text(y, "model"));
    if (demo_num(y, "power") > 0)
        demo_f64(o, STR("power"), demo_num(y, "power"), 1);
    if (demo_num(y, "swath") > 0)
        demo_f64(o, STR("swath"), demo_num(y, "swath"), 1);
    if (demo_num(y, "payload") > 0)
        demo_f64(o, STR("payload"), demo_num(y, "payload"), 0);
    if (demo_num(y, "volume") > 0)
        demo_f64(o, STR("volume"), demo_num(y, "volume"), 0);
    if (temp) {
        demo_f64(o, STR("temp_min"), demo_num_at(temp, 0), 0);
        demo_f64(o, STR("temp_max"), demo_num_at(temp, 1), 0);
    }
    demo_text(o, STR("energy"), yaml_text(y, "energy"));
    demo_org_committee(c, village, id);
    demo_text(o, STR("owner"), str_fmt(a, "organization/%s", id));
    demo_text(o, STR("autonomy"), drone ? STR("无人") : rng_unit(r) < 0.2 ? STR("辅助直行") : STR("无"));
    demo_date(o, STR("bought_on"), c->spec->today - 100 - (int32_t)rng_below(r, 4000));
    demo_text(o, STR("state"), rng_unit(r) < 0.93 ? STR("在用") : STR("维修"));
    return true;
}

static bool firm(County *c, Out *o, const Yaml *y, size_t village, Rng *r)
{
    const Yaml *name = yaml_get(c->d.registers, "firm_name"), *trade = yaml_get(c->d.registers, "firm_trade");
    const uint32_t n = c->serial[K_ORG]++;
    char prefix[3] = { 0 };
    int year, m, d;

    memcpy(prefix, yaml_text(y, "prefix").ptr, 2);
    date_split(c->spec->today, &year, &m, &d);
    const Str bare = demo_at(name, rng_below(r, name->n))->text,
              in = demo_at(trade, rng_below(r, trade->n))->text;
    const Xy place = spot(c, village, STR("group"), r); /* in this order: initialisers have none */
    const int age = 1 + (int)rng_below(r, 16);
    const Firm f = { .number = ORG_FIRM + n,
        .prefix = prefix,
        .name = str_fmt(c->a, "云穗县%.*s%.*s%.*s%.*s", STRV(c->village[village].bare), STRV(bare), STRV(in),
            STRV(yaml_text(y, "end"))),
        .kind = yaml_text(y, "kind"),
        .division = c->village[village].code,
        .place = place,
        .year = year - age };

    return f.name.ptr && organization(c, o, &f);
}

static bool in_village(County *c, size_t v, Out *o, Rng *r)
{
    const Yaml *list[4] = { yaml_get(c->d.registers, "firms"), yaml_get(c->d.registers, "facilities"),
        yaml_get(c->d.registers, "devices"), yaml_get(c->d.registers, "vehicles") };
    const Village *p = &c->village[v];
    char id[ULID_LEN + 1], up[ULID_LEN + 1];
    size_t slot = 0;

    demo_org_town(c, p->town, up);
    const Firm committee = { .number = ORG_COMMITTEE + (uint32_t)v,
        .prefix = "54",
        .name = str_fmt(
            c->a, "%.*s%.*s", STRV(p->name), STRV(p->community ? STR("居民委员会") : STR("村民委员会"))),
        .kind = STR("村委会"),
        .division = p->code,
        .place = p->seat,
        .year = 1999 + (int)(v % 5),
        .parent = str_of(up) };
    if (!organization(c, o, &committee))
        return false;
    for (int what = 0; what < 4; what++)
        for (const Yaml *y = list[what] ? list[what]->first : NULL; y && slot < LEN(c->owed);
             y = y->next, slot++)
            for (size_t k = 0, n = due(c, slot, demo_num(y, "n")); k < n; k++) {
                const Str near = yaml_text(y, "near");
                const bool good = what == 0   ? firm(c, o, y, v, r)
                                  : what == 1 ? facility(c, o, y, v, k, r)
                                  : what == 2 ? device(c, o, y, v, spot(c, v, near, r), id, r)
                                              : vehicle(c, o, y, v, r);

                if (!good)
                    return false;
            }
    return true;
}

bool demo_emit_town_registers(County *c, size_t town, Out *o, Err *err)
{
    const Town *t = &c->town[town];
    Rng r = demo_rng(c, "registers", town);
    const Firm government = { .number = ORG_TOWN + (uint32_t)town,
        .prefix = "11",
        .name = str_fmt(c->a, "云穗县%.*s%s", STRV(t->name), t->streets ? "办事处" : "人民政府"),
        .kind = STR("机关"),
        .division = t->code,
        .place = t->seat,
        .year = 1998 };
    bool good = organization(c, o, &government);

    for (size_t v = t->village; good && v < t->village + t->nvillage; v++)
        good = in_village(c, v, o, &r);
    return good || FAIL(err, DEMO_STOPPED, STR("facility"), "registers");
}
