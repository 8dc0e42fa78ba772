/* src/demo/plan.c - how many of what: townships present, villages, people; where the box lies. */
#include "demo/county.h"
#include <math.h>

size_t demo_quota(double whole, double share, size_t least)
{
    const size_t n = (size_t)(whole * share + 0.5);

    return n < least ? least : n;
}

size_t demo_town_of(const County *c, Str number)
{
    for (size_t i = 0; i < c->ntown; i++)
        if (str_eq(c->town[i].number, number))
            return i;
    return SIZE_MAX;
}

size_t demo_story_town(const County *c, Str number)
{
    const size_t i = demo_town_of(c, number);

    return i == SIZE_MAX ? c->first : i;
}

/* Shares out `whole` by weight, largest remainders first; `must` gets one at least. */
static void share_out(const double *weight, size_t n, size_t whole, size_t must, size_t *out)
{
    double sum = 0, rest[TOWNS_MAX] = { 0 };
    size_t given = 0;

    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    for (size_t i = 0; i < n; i++) {
        const double want = weight[i] * (double)whole / sum;

        out[i] = (size_t)(want + 1e-9);
        rest[i] = want - (double)out[i] + (i == must && !out[i] ? 1 : 0);
        given += out[i];
    }
    while (n && given < whole) {
        size_t best = 0;

        for (size_t i = 1; i < n; i++)
            if (rest[i] > rest[best])
                best = i;
        out[best]++;
        rest[best] -= 2;
        given++;
    }
}

static Terrain terrain_of(Str name)
{
    for (int i = 0; i < TERRAINS; i++)
        if (str_eq(name, str_of(demo_terrain_name[i])))
            return (Terrain)i;
    return HILLS;
}

static bool add_town(County *c, const Yaml *y, size_t villages)
{
    Town *t = &c->town[c->ntown];

    if (!villages)
        return true;
    *t = (Town){
        .yaml = y, .name = yaml_text(y, "name"), .number = yaml_text(y, "code"), .nvillage = villages
    };
    t->code = str_fmt(c->a, "990121%.*s000", STRV(t->number));
    t->terrain = terrain_of(yaml_text(y, "terrain"));
    t->streets = demo_num(y, "streets") != 0;
    t->area = demo_num(y, "km2") * 1e6 * (double)villages / demo_num(y, "villages");
    t->village = c->nvillage;
    c->nvillage += villages;
    if (str_eq(t->number, yaml_text(c->d.county, "first")))
        c->first = c->ntown;
    c->ntown++;
    return t->code.ptr != NULL;
}

static bool towns(County *c, size_t villages)
{
    const Yaml *list = yaml_get(c->d.county, "townships");
    double weight[TOWNS_MAX], persons[TOWNS_MAX];
    size_t n = 0, must = 0, got[TOWNS_MAX], people[TOWNS_MAX];
    Town *t = c->town;

    for (const Yaml *y = list ? list->first : NULL; y && n < TOWNS_MAX; y = y->next, n++) {
        weight[n] = demo_num(y, "villages");
        if (str_eq(yaml_text(y, "code"), yaml_text(c->d.county, "first")))
            must = n;
    }
    if (!n)
        return false;
    share_out(weight, n, villages, must, got);
    for (size_t i = 0; i < n; i++)
        if (!add_town(c, demo_at(list, i), got[i]))
            return false;
    for (size_t i = 0; i < c->ntown; i++)
        persons[i] = demo_num(t[i].yaml, "persons") * (double)t[i].nvillage / demo_num(t[i].yaml, "villages");
    share_out(persons, c->ntown, c->spec->persons, SIZE_MAX, people);
    for (size_t i = 0; i < c->ntown; i++)
        t[i].persons = people[i];
    share_out(persons, c->ntown, c->households, SIZE_MAX, people);
    for (size_t i = 0; i < c->ntown; i++)
        t[i].households = people[i];
    return true;
}

/* Metres in a degree on CGCS2000 at the middle latitude: Snyder, Map Projections (1987), eq. 8-… series. */
static void place(County *c)
{
    const Yaml *box = yaml_get(yaml_get(c->d.county, "identity"), "box");
    const double w = demo_num_at(box, 0), s = demo_num_at(box, 1), e = demo_num_at(box, 2),
                 n = demo_num_at(box, 3);
    const double lat = (s + n) / 2 * M_PI / 180, e2 = 0.00669438002290, k = 1 - e2 * sin(lat) * sin(lat);

    c->mlat = M_PI / 180 * 6378137 * (1 - e2) / pow(k, 1.5);
    c->mlon = M_PI / 180 * 6378137 * cos(lat) / sqrt(k);
    c->size = (Xy){ (e - w) * c->mlon * c->scale, (n - s) * c->mlat * c->scale };
    c->west = (w + e) / 2 - (e - w) / 2 * c->scale;
    c->north = (s + n) / 2 + (n - s) / 2 * c->scale;
}

bool demo_plan(County *c, Err *err)
{
    const Yaml *std = yaml_get(c->d.county, "standard");
    const double persons = demo_num(std, "persons"), all = demo_num(std, "villages");
    size_t villages;

    if (persons < 1 || all < 1)
        return FAIL(err, DEMO_BAD_SPEC, STR("standard"), "county.yaml");
    if (c->spec->persons < DEMO_PERSONS_LEAST || c->spec->persons > DEMO_PERSONS_MOST)
        return FAIL(err, DEMO_BAD_SIZE, str_fmt(c->a, "%zu", c->spec->persons), "--persons");
    villages = demo_quota(all, (double)c->spec->persons / persons, 1);
    c->persons = c->spec->persons;
    c->households = demo_quota(demo_num(std, "households"), (double)c->persons / persons, 1);
    c->share = (double)villages / all;
    c->scale = sqrt(c->share);
    if (!towns(c, villages))
        return FAIL(err, DEMO_BAD_SPEC, STR("townships"), "county.yaml");
    c->ngroup = 10 * villages;
    c->village = NEWS(c->a, Village, c->nvillage);
    c->group = NEWS(c->a, Group, c->ngroup);
    c->born = NEWS(c->a, uint16_t, 2 * 60000);
    c->patch_serial = NEWS(c->a, uint32_t, c->nvillage);
    place(c);
    return (c->village && c->patch_serial && c->group && c->born) ||
           FAIL(err, BASE_NO_MEMORY, STR("plan"), "plan");
}
