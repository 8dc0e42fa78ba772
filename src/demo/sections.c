/* src/demo/sections.c - roads cut into sections, each with its class, surface, width and state of the pavement.
 *
 * Shares of length are met exactly: sections get a score (roads hang together, so most of it is the road's), are ranked
 * by it, and the ranks are cut at the shares. */
#include "demo/county.h"
#include "demo/sections.h"
#include <math.h>
#include <stdlib.h>

const char *const demo_tech[5] = { "一", "二", "三", "四", "等外" };
const char *const demo_surface[3] = { "沥青", "水泥", "砂石" };

typedef struct Rank {
    size_t i;
    double score, length;
} Rank;

static int by_score(const void *p, const void *q)
{
    const Rank *a = p, *b = q;

    return a->score < b->score ? -1 : a->score > b->score ? 1 : a->i < b->i ? -1 : a->i > b->i;
}

/* place[i] := share of length (0 … 1) below the middle of i. */
static void ranks(Rank *r, size_t n, double *place)
{
    double whole = 0, at = 0;

    qsort(r, n, sizeof *r, by_score);
    for (size_t i = 0; i < n; i++)
        whole += r[i].length;
    for (size_t i = 0; i < n; i++) {
        place[r[i].i] = (at + r[i].length / 2) / whole;
        at += r[i].length;
    }
}

static uint8_t cut(double place, const double *share, size_t n)
{
    double sum = 0, at = 0;
    uint8_t last = 0;

    for (size_t k = 0; k < n; k++)
        sum += share[k];
    for (size_t k = 0; k < n; k++) {
        at += share[k] / sum;
        if (share[k] > 0)
            last = (uint8_t)k;
        if (share[k] > 0 && place < at)
            return (uint8_t)k;
    }
    return last;
}

static bool cut_road(County *c, size_t i, Rng *r)
{
    Road *road = &c->road[i];
    const Yaml *y = yaml_get(yaml_get(yaml_get(c->d.county, "roads"), "classes"), str_c(c->a, road->class));
    const double mean = road->counted ? demo_num(y, "section_m") : 950;
    double at = 0;

    road->section = c->nsection;
    while (at < road->length - 1) {
        double m = mean * (0.55 + 0.9 * rng_unit(r)), to = at + (m > 1000 ? 1000 : m);

        if (road->length - to < mean * 0.35 && road->length - at < 1000)
            to = road->length;
        if (to > road->length)
            to = road->length;
        if (c->nsection == c->section_max)
            return false;
        Section *s = &c->section[c->nsection];
        *s = (Section){ .road = i,
            .from = road->start + (int32_t)lround(at),
            .to = road->start + (int32_t)lround(to),
            .line = demo_cut(road->line, at, to, c->a),
            .length = to - at };
        if (!s->line.p)
            return false;
        if (s->to > s->from) {
            const size_t cell = demo_cell(c->g, demo_along(s->line, s->length / 2));
            const double rise =
                c->z[demo_cell(c->g, s->line.p[0])] - c->z[demo_cell(c->g, s->line.p[s->line.n - 1])];
            const uint16_t g = c->group_at[cell];

            s->village = g == NOBODY ? c->town[road->town].village : c->group[g].village;
            s->gradient = fmin(fabs(rise) / s->length * 100 + 0.5 + 2 * rng_unit(r), 12);
            c->nsection++;
        }
        at = to;
    }
    road->nsection = c->nsection - road->section;
    return true;
}

/* Technical class, surface, width by the table of one class of roads. */
static void furnish(County *c, const char *class, Rank *k, double *place)
{
    const Yaml *y = yaml_get(yaml_get(yaml_get(c->d.county, "roads"), "classes"), class);
    const Yaml *width = yaml_get(y, "width");
    double tech[5], surface[3];
    size_t n = 0;
    Rng r = demo_rng(c, class, 0);

    for (size_t i = 0; i < 5; i++)
        tech[i] = demo_num(y, demo_tech[i]);
    for (size_t i = 0; i < 3; i++)
        surface[i] = demo_num(y, demo_surface[i]);
    for (int what = 0; what < 2; what++) {
        double road_score = 0;
        size_t road = SIZE_MAX;

        n = 0;
        for (size_t i = 0; i < c->nsection; i++) {
            const Section *s = &c->section[i];

            if (!str_eq(c->road[s->road].class, str_of(class)))
                continue;
            if (s->road != road) {
                road = s->road;
                road_score = rng_unit(&r);
            }
            k[n++] = (Rank){ i, road_score + 0.12 * rng_unit(&r) + (what ? 0.03 * s->tech : 0), s->length };
        }
        if (n)
            ranks(k, n, place);
        for (size_t i = 0; i < n; i++) {
            Section *s = &c->section[k[i].i];

            if (what)
                s->surface = cut(place[k[i].i], surface, 3);
            else {
                const double lo = demo_num_at(width, 0), hi = demo_num_at(width, 1);

                s->tech = cut(place[k[i].i], tech, 5);
                s->width = round((hi - (hi - lo) * place[k[i].i]) * 2) / 2;
            }
        }
    }
}

/* PQI by rank: the score is the table's normal, worse with age; the ranks are bent so that 优 良 中 次 差 take their
 * shares of the county's length. */
static void pavement(County *c, Rank *k, double *place)
{
    static const double edge[6] = { 42, 60, 70, 80, 90, 98 };
    static const char *const name[5] = { "差", "次", "中", "良", "优" };
    const Yaml *y = yaml_get(yaml_get(c->d.county, "roads"), "condition");
    const Yaml *classes = yaml_get(yaml_get(c->d.county, "roads"), "classes");
    double share[5], sum = 0;
    Rng r = demo_rng(c, "pavement", 0);
    size_t n = 0;
    int year, month, day;

    date_split(c->spec->today, &year, &month, &day);
    for (int i = 0; i < 5; i++)
        sum += share[i] = demo_num(y, name[i]);
    for (size_t i = 0; i < c->nsection; i++) {
        Section *s = &c->section[i];
        const Road *road = &c->road[s->road];
        const Yaml *pqi = yaml_get(yaml_get(classes, str_c(c->a, road->class)), "pqi");
        const double mean = pqi ? demo_num_at(pqi, 0) : 90, sd = pqi ? demo_num_at(pqi, 1) : 4;

        s->built = i > road->section && rng_unit(&r) < 0.8 ? s[-1].built
                                                           : year - 2 - (int)(24 * pow(rng_unit(&r), 1.3));
        const double score = rng_normal(&r, mean, sd) - 0.35 * (year - s->built);
        if (road->counted)
            k[n++] = (Rank){ i, score, s->length };
        else /* G and S roads are not the county's: they take no part in its shares */
            s->pqi = fmin(fmax(score + 3, 70), 97);
    }
    if (n)
        ranks(k, n, place);
    for (size_t j = 0; j < n; j++) {
        const size_t i = k[j].i;
        const double p = place[i];
        double at = 0;

        for (int b = 0; b < 5; b++) {
            const double wide = share[b] / sum;

            if (p < at + wide || b == 4) {
                c->section[i].pqi = edge[b] + (edge[b + 1] - edge[b]) * fmin((p - at) / wide, 1) * 0.98 + 0.1;
                break;
            }
            at += wide;
        }
    }
}

/* The vehicle's kilometres: 61 % in the first township, 38 % in the county. Whole roads rather than bits. */
static void automatic(County *c, Rank *k, double *place)
{
    const Yaml *y = yaml_get(yaml_get(c->d.county, "roads"), "automatic");
    double whole = 0, first = 0, share[2];
    Rng r = demo_rng(c, "automatic", 0);

    for (size_t i = 0; i < c->nsection; i++) {
        const Section *s = &c->section[i];
        const double m = c->road[s->road].counted ? s->length : 0;

        whole += m;
        first += c->village[s->village].town == c->first ? m : 0;
        c->section[i].automatic = m == 0; /* every kilometre of G and S roads */
    }
    share[1] = demo_num(y, "first") / 100;
    share[0] = whole > first ? (demo_num(y, "county") / 100 * whole - share[1] * first) / (whole - first) : 0;
    for (int in = 0; in < 2; in++) {
        double score = 0;
        size_t n = 0, road = SIZE_MAX;

        for (size_t i = 0; i < c->nsection; i++) {
            const Section *s = &c->section[i];

            if ((c->village[s->village].town == c->first) != in || !c->road[s->road].counted)
                continue;
            if (s->road != road) {
                road = s->road;
                score = rng_unit(&r) + (str_eq(c->road[road].class, STR("村道")) ? 0.25 : 0);
            }
            k[n++] = (Rank){ i, score + 0.01 * rng_unit(&r), s->length };
        }
        if (n)
            ranks(k, n, place);
        for (size_t i = 0; i < n; i++)
            c->section[k[i].i].automatic = place[k[i].i] < share[in];
    }
}

bool demo_plan_sections(County *c, Err *err)
{
    static const char *const class[5] = { "县道", "乡道", "村道", "国道", "省道" };
    Rng r = demo_rng(c, "sections", 0);
    Arena *own = arena_new((size_t)64 << 20);
    Rank *k;
    double *place;
    bool good;

    c->section_max = 9000 * (size_t)ceil(c->share) + 500;
    c->section = NEWS(c->a, Section, c->section_max);
    k = NEWS(own, Rank, c->section_max);
    place = NEWS(own, double, c->section_max);
    good = c->section && k && place;
    for (size_t i = 0; good && i < c->nroad; i++)
        good = cut_road(c, i, &r);
    for (size_t i = 0; good && i < 3; i++)
        furnish(c, class[i], k, place);
    for (size_t i = 0; good && i < c->nsection; i++)
        if (!c->road[c->section[i].road].counted) {
            c->section[i].tech = 1;
            c->section[i].width = 12;
        }
    if (good && c->nsection) {
        pavement(c, k, place);
        automatic(c, k, place);
    }
    arena_free(own);
    return good || FAIL(err, BASE_NO_MEMORY, STR("sections"), "roads");
}
