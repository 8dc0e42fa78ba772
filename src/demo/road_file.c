/* src/demo/road_file.c - one file a road: sections, bridges and tunnels, inspections, defects, works.
 *
 * Sections have a wanted PQI; the inspection gets the IRI and DR that lead back to it. JTG 5210-2018 (from memory, to be
 * checked against the text): RQI = 100 / (1 + a0·e^(a1·IRI)), a0 = 0.026, a1 = 0.65 for class 1, else 0.0185 and 0.58;
 * PCI = 100 − a0·DR^a1, a0 = 15.00, a1 = 0.412 on asphalt, 10.66 and 0.461 on concrete; PQI of classes 2 to 4 = 0.6·PCI +
 * 0.4·RQI. PCI and RQI are set apart so that 0.6 and 0.4 of it cancel; on class 1 the rut index equals them.
 */
#include "demo/county.h"
#include "demo/sections.h"
#include "demo/stories.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 395, STRUCTURES = 4096 };

size_t demo_section_at(const County *c, Str road, int32_t stake)
{
    for (size_t i = 0; i < c->nsection; i++)
        if (c->section[i].from <= stake && stake < c->section[i].to &&
            str_eq(c->road[c->section[i].road].code, road))
            return i;
    return SIZE_MAX;
}

Xy demo_stake_place(const County *c, size_t section, int32_t stake)
{
    const Section *s = &c->section[section];
    const double m = s->to > s->from ? s->length * (stake - s->from) / (s->to - s->from) : 0;

    return demo_along(s->line, m);
}

static void section_id(const County *c, size_t i, char out[ULID_LEN + 1])
{
    demo_id(c, K_SECTION, (uint32_t)i, out);
}

static Str division_of(const County *c, size_t section)
{
    return c->village[c->section[section].village].code;
}

static int64_t at_hour(int32_t day, double hour) /* of China */
{
    return day * TIME_DAY + (int64_t)((hour - 8) * 3600) * TIME_SECOND;
}

/* --- roads and sections -------------------------------------------------------------------------------------------- */
static void keeper(const County *c, Out *o, Str name, size_t village)
{
    char id[ULID_LEN + 1];

    if (demo_keeper(c, village, id))
        demo_id_of(o, name, id);
}

/* Its keepers: the county's for county roads and above, the township's, and the village's where it begins. */
static bool road(County *c, size_t i, size_t section, Out *o)
{
    const Road *r = &c->road[i];
    const size_t village = c->section[section].village, town = c->village[village].town;
    Arena *a = demo_next(o);
    char id[ULID_LEN + 1];

    demo_id(c, K_ROAD, (uint32_t)i, id);
    if (!a || !demo_rec(o, STR("road"), id,
                  str_eq(r->class, STR("村道")) ? c->town[r->town].code : STR("990121000000")))
        return false;
    demo_geom(o, demo_wkb_line(c, r->line, a));
    demo_text(o, STR("code"), r->code);
    demo_text(o, STR("name"), r->name);
    demo_text(o, STR("class"), r->class);
    demo_text(o, STR("from_place"), r->from);
    demo_text(o, STR("to_place"), r->to);
    if (!r->counted || str_eq(r->class, STR("县道")))
        keeper(c, o, STR("keeper_county"), c->town[c->first].village + (c->town[c->first].nvillage > 1));
    keeper(c, o, STR("keeper_town"), c->town[town].village);
    keeper(c, o, STR("keeper_village"), village);
    const int32_t opened = date_of(c->section[r->section].built, 10, 1);
    demo_date(o, STR("opened_on"), opened);
    demo_valid(o, opened, INT32_MAX);
    return true;
}

/* After the township's people, who keep them, and before its sections. */
bool demo_emit_roads(County *c, size_t town, Out *o, Err *err)
{
    for (size_t i = 0; i < c->nsection; i++) {
        Road *r = &c->road[c->section[i].road];

        if (r->told || c->village[c->section[i].village].town != town)
            continue;
        r->told = true;
        if (!road(c, c->section[i].road, i, o))
            return FAIL(err, DEMO_STOPPED, STR("road"), "roads");
    }
    return true;
}

static bool section(const County *c, Out *o, size_t i, Rng *r)
{
    static const double speed[5] = { 80, 60, 40, 20, 15 };
    const Section *s = &c->section[i];
    const bool paved = s->surface < 2;
    Arena *a = demo_next(o);
    char id[ULID_LEN + 1];

    section_id(c, i, id);
    if (!a || !demo_rec(o, STR("road_section"), id, division_of(c, i)))
        return false;
    demo_geom(o, demo_wkb_line(c, s->line, a));
    demo_id(c, K_ROAD, (uint32_t)s->road, id);
    demo_id_of(o, STR("road"), id);
    demo_int(o, STR("from_stake"), s->from);
    demo_int(o, STR("to_stake"), s->to);
    demo_text(o, STR("tech_class"), str_of(demo_tech[s->tech]));
    demo_text(o, STR("surface"), str_of(demo_surface[s->surface]));
    demo_f64(o, STR("width"), s->width, 1);
    demo_f64(o, STR("lane_width"), fmax(s->width - (s->width > 6 ? 1.5 : 0.5), 3), 1);
    demo_int(o, STR("lanes"), s->width >= 14 ? 4 : s->width >= 6 ? 2 : 1);
    demo_f64(o, STR("design_speed"), speed[s->tech], 0);
    demo_f64(o, STR("slope_max"), s->gradient, 1);
    demo_text(o, STR("drainage"), paved && rng_unit(r) < 0.7 ? STR("明沟") : STR("无"));
    demo_f64(o, STR("guardrail_share"), s->gradient > 5 ? 40 + 60 * rng_unit(r) : 20 * rng_unit(r), 0);
    demo_bool(o, STR("lighting"), c->town[c->village[s->village].town].streets);
    demo_int(o, STR("traffic_day"), (int64_t)(s->width * s->width * (8 + 14 * rng_unit(r))));
    demo_org_town(c, c->village[s->village].town, id);
    if (!str_eq(c->road[s->road].class, STR("村道")))
        demo_org_bureau(c, 0, id); /* the transport bureau */
    demo_id_of(o, STR("owner"), id);
    demo_int(o, STR("built_year"), s->built);
    demo_valid(o, date_of(s->built, 10, 1), INT32_MAX);
    return true;
}

/* --- structures --------------------------------------------------------------------------------------------------------- */
typedef struct Structure {
    size_t section;
    int32_t stake;
    Xy at;
    double size; /* km² upstream of a bridge, degrees of slope over a tunnel */
    bool tunnel;
    int grade;
} Structure;

static int larger(const void *p, const void *q)
{
    const Structure *a = p, *b = q;

    return a->size > b->size         ? -1
           : a->size < b->size       ? 1
           : a->section < b->section ? -1
                                     : a->section > b->section;
}

/* Where a section meets water: the strongest flow of each run of wet ground. */
static size_t crossings(const County *c, size_t i, Structure *out, size_t max, double least)
{
    const Section *s = &c->section[i];
    double best = 0, where = 0;
    size_t n = 0;

    for (double m = 0; m <= s->length + 20; m += 20) {
        const size_t cell = demo_cell(c->g, demo_along(s->line, fmin(m, s->length)));
        const double flow = m <= s->length ? c->upstream[cell] : 0;

        if (flow > least && flow > best) {
            best = flow;
            where = m;
        }
        if (flow <= least && best > 0) {
            if (n < max && where < s->length)
                out[n++] =
                    (Structure){ i, s->from + (int32_t)where, demo_along(s->line, where), best, false, 1 };
            best = 0;
        }
    }
    return n;
}

/* Bridges over the strongest flows, tunnels under the steepest ground, dangerous ones by lot among the old. */
static bool structures(const County *c, Arena *a, Structure **out, size_t *nout)
{
    const Yaml *y = yaml_get(c->d.county, "roads");
    const size_t bridges = demo_quota(demo_num(y, "bridges"), c->share, 1);
    const size_t tunnels = demo_quota(demo_num(y, "tunnels"), c->share, 0);
    const size_t max = 8 * bridges + c->nsection + 64;
    size_t bad = demo_quota(demo_num(y, "dangerous"), c->share, 1) - 1, n = 0, steep = 0;
    Structure *s = NEWS(a, Structure, 2 * max);
    Rng r = demo_rng(c, "structures", 0);

    if (!s)
        return false;
    for (size_t i = 0; i < c->nsection && n + 8 < max; i++)
        if (c->road[c->section[i].road].counted)
            n += crossings(c, i, s + n, 8, 0.25);
    qsort(s, n, sizeof *s, larger);
    n = n > bridges - 1 ? bridges - 1 : n; /* one is the story's */
    for (size_t i = 0; i < c->nsection && n + steep < max; i++) {
        const Section *x = &c->section[i];
        const double m = x->length / 2;
        const Xy p = demo_along(x->line, m);
        const double slope = c->slope[demo_cell(c->g, p)];

        if (x->tech <= 3 && x->length > 250 && slope > 8)
            s[n + steep++] = (Structure){ i, x->from + (int32_t)m, p, slope, true, 1 };
    }
    qsort(s + n, steep, sizeof *s, larger);
    n += steep > tunnels ? tunnels : steep;
    for (size_t i = 0; i < n; i++) {
        const double u = rng_unit(&r);

        s[i].grade = u < 0.38 ? 1 : u < 0.80 ? 2 : 3;
    }
    for (size_t tries = 0; bad && n && tries < 100000; tries++) {
        Structure *k = &s[rng_below(&r, n)];

        if (!k->tunnel && k->grade < 4) {
            k->grade = bad % 4 == 1 ? 5 : 4;
            bad--;
        }
    }
    *out = s;
    *nout = n;
    return true;
}

/* Half bear the village's name, the others that of something beside them. */
static Str structure_name(const County *c, const Structure *s, size_t number, Arena *a)
{
    static const char *const by[] = { "家", "溪", "湾", "河", "塘", "家老", "溪口", "家新" };
    const Village *v = &c->village[c->section[s->section].village];
    const char *kind = s->tunnel ? "隧道" : "桥";

    if (number % 2 && !str_ends(v->bare, STR("桥")))
        return str_fmt(a, "%.*s%s", STRV(v->bare), kind);
    return str_fmt(a, "%.*s%s%s", STRV(demo_char(v->bare, 0)), by[(size_t)s->stake / 10 % LEN(by)], kind);
}

static bool structure(County *c, Out *o, const Structure *s, size_t number, Rng *r)
{
    const double length = s->tunnel ? 90 + 500 * rng_unit(r)
                                    : 8 + fmin(6 * sqrt(s->size) * c->scale, 300) * (0.8 + 0.4 * rng_unit(r));
    const Village *v = &c->village[c->section[s->section].village];
    Arena *a = demo_next(o);
    char id[ULID_LEN + 1];

    demo_id(c, K_STRUCTURE, (uint32_t)number, id);
    if (!a || !demo_rec(o, STR("road_structure"), id, v->code))
        return false;
    demo_geom(o, demo_wkb_point(c, s->at, a));
    const Str name = structure_name(c, s, number, a);
    demo_text(o, STR("name"), name);
    demo_named(c, name, s->tunnel ? "隧道" : "桥梁", (Str){ "", 0 }, c->section[s->section].village, s->at);
    section_id(c, s->section, id);
    demo_id_of(o, STR("section"), id);
    demo_int(o, STR("stake"), s->stake);
    demo_text(o, STR("kind"), s->tunnel ? STR("隧") : STR("桥"));
    if (!s->tunnel)
        demo_f64(o, STR("span"), fmin(length, length > 60 ? 20 : length > 25 ? 13 : length - 2), 1);
    demo_f64(o, STR("length"), length, 1);
    if (s->tunnel)
        demo_f64(o, STR("height_limit"), 4.5, 1);
    if (s->grade > 3)
        demo_f64(o, STR("weight_limit"), s->grade == 5 ? 2 : 8, 0);
    demo_text(o, STR("grade"), str_of((const char *[]){ "1", "2", "3", "4", "5" }[s->grade - 1]));
    demo_date(o, STR("last_check"), c->spec->today - 20 - (int32_t)rng_below(r, 340));
    return true;
}

/* --- inspections ----------------------------------------------------------------------------------------------------------- */
typedef struct Run { /* one inspection of one section */
    size_t section;
    double pqi;
    int32_t day;
    bool automatic, older;
} Run;

static bool inspection(County *c, Out *o, const Run *run, const char *story, Rng *r)
{
    const Section *s = &c->section[run->section];
    const double apart = (rng_unit(r) - 0.5) * 6, pci = fmin(run->pqi + 2 * apart, 99.5),
                 rqi = fmin(run->pqi - 3 * apart, 97);
    const bool high = s->tech == 0, concrete = s->surface == 1;
    const double iri = log((100 / rqi - 1) / (high ? 0.026 : 0.0185)) / (high ? 0.65 : 0.58);
    const double dr = pow((100 - pci) / (concrete ? 10.66 : 15.00), 1 / (concrete ? 0.461 : 0.412));
    char id[ULID_LEN + 1];
    int y, m, d;
    Arena *a;

    demo_id(c, K_INSPECTION, c->serial[K_INSPECTION]++, id);
    a = demo_next(o);
    if (!a || !demo_rec(o, STR("road_inspection"), story ? story : id, division_of(c, run->section)))
        return false;
    date_split(run->day, &y, &m, &d);
    demo_geom(o, demo_wkb_line(c, s->line, a));
    demo_text(o, STR("batch"),
        str_fmt(a, "%d年%s", y,
            run->automatic ? "检测车"
            : m < 7        ? "春季巡检"
                           : "秋季巡检"));
    section_id(c, run->section, id);
    demo_id_of(o, STR("section"), id);
    demo_text(o, STR("road_code"), c->road[s->road].code);
    demo_int(o, STR("from_stake"), s->from);
    demo_int(o, STR("to_stake"), s->to);
    demo_text(o, STR("direction"), STR("上"));
    demo_time(o, STR("at"), at_hour(run->day, 8.5 + 8 * rng_unit(r)));
    demo_text(o, STR("by"),
        run->automatic      ? (rng_unit(r) < 0.85 ? STR("多功能检测车") : STR("手机"))
        : rng_unit(r) < 0.6 ? STR("巡检")
                            : STR("人工"));
    demo_f64(o, STR("iri"), fmin(fmax(iri, 0.8), 22), 2);
    demo_f64(o, STR("dr"), fmin(fmax(dr, 0), 99), 2);
    if (story) { /* what the inspector saw */
        demo_picture_document(c, "bridge", id);
        demo_id_of(o, STR("file"), id);
    }
    if (run->automatic && !concrete)
        demo_f64(o, STR("rd"), fmin(fmax((100 - run->pqi) / 2.2, 0.5), 30), 1);
    return true;
}

/* Within this year where it is old enough, else within the last nine months. */
static int32_t inspected_on(const County *c, Rng *r)
{
    int y, m, d;

    date_split(c->spec->today, &y, &m, &d);
    const int32_t since = c->spec->today - date_of(y, 1, 1), span = since > 60 ? since : 270;
    return c->spec->today - 3 - (int32_t)rng_below(r, (size_t)(span - 4 > 1 ? span - 4 : 1));
}

static bool inspections(County *c, Out *o, size_t i, Rng *r)
{
    const Section *s = &c->section[i];
    Run run = { i, s->pqi, inspected_on(c, r), s->automatic, false };

    if (rng_unit(r) < 0.4) { /* a year before it was a little better */
        Run before = { i, fmin(s->pqi + 2 + 3 * rng_unit(r), 97), run.day - 350, false, true };

        if (!inspection(c, o, &before, NULL, r))
            return false;
    }
    return inspection(c, o, &run, NULL, r);
}

/* --- defects ------------------------------------------------------------------------------------------------------------- */
typedef struct Defect {
    size_t section;
    int32_t day, stake, fixed; /* fixed: 0: not yet */
    const char *kind, *severity, *state, *note;
    double size, hour;
    bool safety;
} Defect;

static bool defect(County *c, Out *o, const Defect *d, const char *id)
{
    Arena *a = demo_next(o);
    char ref[ULID_LEN + 1];

    if (!a || !demo_rec(o, STR("road_defect"), id, division_of(c, d->section)))
        return false;
    demo_geom(o, demo_wkb_point(c, demo_stake_place(c, d->section, d->stake), a));
    section_id(c, d->section, ref);
    demo_id_of(o, STR("section"), ref);
    demo_text(o, STR("kind"), str_of(d->kind));
    demo_f64(o, STR("size"), d->size, 1);
    demo_text(o, STR("severity"), str_of(d->severity));
    demo_bool(o, STR("safety"), d->safety);
    if (d->note)
        demo_text(o, STR("note"), str_of(d->note));
    if (strcmp(d->kind, "坑槽") == 0)
        demo_photos(o, c, "pothole", NULL);
    keeper(c, o, STR("found_by"), c->section[d->section].village);
    demo_time(o, STR("found_at"), at_hour(d->day, d->hour));
    if (d->fixed) {
        demo_org_bureau(c, 1, ref); /* the upkeep centre */
        demo_id_of(o, STR("fix_by"), ref);
        demo_date(o, STR("fixed_on"), d->fixed);
        demo_int(o, STR("cost"), (int64_t)(d->size * 260 + 180) * 100);
        demo_date(o, STR("warranty_until"), d->fixed + 365);
    }
    demo_text(o, STR("state"), str_of(d->state));
    return true;
}

static const char *state_after(int32_t days, Rng *r)
{
    const double u = rng_unit(r);

    if (days < 1)
        return u < 0.7 ? "发现" : "确认";
    if (days < 4)
        return u < 0.5 ? "确认" : "派单";
    if (days < 12)
        return u < 0.3 ? "派单" : u < 0.8 ? "处置" : "验收";
    if (days < 30)
        return u < 0.2 ? "处置" : u < 0.4 ? "验收" : "关闭";
    return u < 0.03 ? "处置" : u < 0.07 ? "误报" : "关闭";
}

static void furnish(Defect *d, int32_t today, Rng *r)
{
    static const char *const kind[12] = { "坑槽", "坑槽", "裂缝", "裂缝", "板断", "车辙", "积水", "边坡",
        "涵堵", "标志缺", "护栏缺", "障碍" };
    const double u = rng_unit(r);

    d->kind = kind[rng_below(r, LEN(kind))];
    d->severity = u < 0.55 ? "轻" : u < 0.9 ? "中" : "重";
    d->safety = u > 0.82;
    d->size = 0.3 + 6 * rng_unit(r) * rng_unit(r);
    d->state = state_after(today - d->day, r);
    d->hour = d->day == today ? 6.5 + 1.2 * rng_unit(r) : 7 + 10 * rng_unit(r);
    if (strcmp(d->state, "关闭") == 0 || strcmp(d->state, "验收") == 0) {
        d->fixed = d->day + 2 + (int32_t)rng_below(r, 9);
        if (d->fixed > today)
            d->fixed = today;
    }
}

/* The county's defects of 13 months, always drawn in the same order; those of `town` are told. Exactly nine are of today. */
static bool defects(County *c, size_t town, Out *o)
{
    static const double week[7] = { 1.15, 1.15, 1.1, 1.1, 1.1, 0.75,
        0.65 }; /* from Monday; day 0 was a Thursday */
    const double a_day = demo_num(yaml_get(c->d.county, "roads"), "defects_a_day");
    Rng r = demo_rng(c, "defects", 0);
    uint32_t n = 0;
    double owed = 0;

    for (int32_t ago = DAYS; ago >= 0; ago--) {
        int y, m, d;
        const int32_t day = c->spec->today - ago;

        date_split(day, &y, &m, &d);
        owed +=
            ago ? a_day * fmin(c->share, 1) * week[((day + 3) % 7 + 7) % 7] * (m >= 6 && m <= 8 ? 1.35 : 0.9)
                : a_day;
        if (ago && demo_is_holiday(c, day)) /* quiet */
            owed -= 0.6 * fmin(owed, a_day * fmin(c->share, 1));
        if (!ago)
            owed = a_day;
        for (; owed >= 1; owed--) {
            Defect x = { .day = day };
            char id[ULID_LEN + 1];

            do /* bad roads break more */
                x.section = rng_below(&r, c->nsection);
            while (rng_unit(&r) > 1.15 - c->section[x.section].pqi / 100 ||
                   !c->road[c->section[x.section].road].counted);
            x.stake = c->section[x.section].from +
                      (int32_t)rng_below(&r, (size_t)(c->section[x.section].to - c->section[x.section].from));
            furnish(&x, c->spec->today, &r);
            demo_id(c, K_DEFECT, n++, id);
            if (c->village[c->section[x.section].village].town == town && !defect(c, o, &x, id))
                return false;
        }
    }
    return true;
}

/* --- works ---------------------------------------------------------------------------------------------------------------- */
static bool work(County *c, Out *o, size_t i, const char *id, const char *name, const char *kind,
    const int32_t day[3], const char *state)
{
    const Section *s = &c->section[i];
    const int64_t yuan = (int64_t)(s->length * (strcmp(kind, "大修") == 0      ? 620
                                                   : strcmp(kind, "改建") == 0 ? 3800
                                                                               : 95));
    Arena *a = demo_next(o);
    char ref[ULID_LEN + 1];
    Str one;

    if (!a || !demo_rec(o, STR("road_work"), id, division_of(c, i)))
        return false;
    demo_geom(o, demo_wkb_line(c, s->line, a));
    demo_text(o, STR("name"),
        name ? str_of(name)
             : str_fmt(
                   a, "%.*s K%d+%03d %s", STRV(c->road[s->road].name), s->from / 1000, s->from % 1000, kind));
    demo_text(o, STR("kind"), str_of(kind));
    section_id(c, i, ref);
    one = str_copy(a, str_of(ref));
    demo_list(o, STR("sections"), &one, 1);
    demo_int(o, STR("budget"), yuan * 100);
    const bool over = day[1] <= c->spec->today; /* else the day it is to be ready */
    demo_int(o, STR("spent"), (int64_t)((double)yuan * (over ? 0.96 : 0.4)) * 100);
    demo_date(o, STR("start"), day[0]);
    demo_date(o, STR("end"), day[1]);
    demo_bool(o, STR("closed"), !over && strcmp(kind, "大修") == 0);
    if (day[2])
        demo_date(o, STR("warranty_until"), day[2]);
    demo_text(o, STR("state"), str_of(state));
    return true;
}

static bool works(County *c, size_t i, Out *o, Rng *r)
{
    const Section *s = &c->section[i];
    const int32_t start = c->spec->today - (int32_t)rng_below(r, DAYS),
                  end = start + 12 + (int32_t)rng_below(r, 60);
    const bool over = end <= c->spec->today;
    const int32_t day[3] = { start, end, over ? end + 730 : 0 };
    const char *kind = rng_unit(r) < 0.55 ? "小修" : s->pqi < 70 || rng_unit(r) < 0.3 ? "大修" : "中修";
    char id[ULID_LEN + 1];

    demo_id(c, K_WORK, c->serial[K_WORK]++, id);
    return work(c, o, i, id, NULL, kind, day, over ? "质保" : "施工");
}

/* --- S01 and S02 ------------------------------------------------------------------------------------------------------------- */
/* How the bus goes round a bridge: over other roads where there are some, never over it. */
static Line detour(const County *c, size_t section, Xy bridge, Arena *a)
{
    const Section *s = &c->section[section];
    const Road *road = &c->road[s->road];
    const size_t cells = (size_t)c->g.w * (size_t)c->g.h;
    const double at = BRIDGE_STAKE - road->start;
    const size_t from = demo_cell(c->g, demo_along(road->line, fmax(at - 700, 0))),
                 to = demo_cell(c->g, demo_along(road->line, fmin(at + 700, road->length)));
    float *cost = NEWS(a, float, cells);
    Line l = { NULL, 0 };

    for (size_t i = 0; cost && i < cells; i++)
        cost[i] = demo_distance(demo_centre(c->g, i), bridge) < 1.5 * c->g.cell ? 1000
                  : c->roadway[i]                                               ? 1
                                                                                : 5;
    if (!cost || from == to || !demo_way(c->g, cost, from, to, a, &l))
        return (Line){ NULL, 0 };
    return demo_thin(demo_smooth(l, 2, a), 5, a);
}

/* The bridge is to be strengthened; until then the bus makes a detour. */
static bool strengthening(County *c, Out *o, size_t section, Xy bridge, int32_t since)
{
    const int32_t day[3] = { since, c->spec->today + 120, 0 };
    Arena *own = arena_new((size_t)256 << 20);
    const Line way = detour(c, section, bridge, own);
    char id[ULID_LEN + 1];
    bool good;

    demo_story_id(1, 6, id);
    good = work(c, o, section, id, "三渡桥加固改造（限载期间客车绕行）", "改建", day, "设计");
    if (good && way.n > 1)
        demo_point(o, STR("detour"), demo_wkb_line(c, way, demo_arena(o)));
    arena_free(own);
    return good;
}

static bool three_ford_bridge(County *c, Out *o, Rng *r)
{
    const size_t i = demo_section_at(c, STR("Y012"), BRIDGE_STAKE);
    const Xy p = i == SIZE_MAX ? (Xy){ 0, 0 } : demo_stake_place(c, i, BRIDGE_STAKE);
    char id[ULID_LEN + 1], ref[ULID_LEN + 1];
    int y, m, d;
    Arena *a = demo_next(o);

    if (i == SIZE_MAX)
        return true;
    demo_story_id(1, 1, id);
    if (!a || !demo_rec(o, STR("road_structure"), id, division_of(c, i)))
        return false;
    date_split(c->spec->today, &y, &m, &d);
    const int32_t limited = date_of(m > 3 || (m == 3 && d > 14) ? y : y - 1, 3, 14);
    demo_geom(o, demo_wkb_point(c, p, a));
    demo_text(o, STR("name"), STR("三渡桥"));
    demo_named(c, STR("三渡桥"), "桥梁", (Str){ "", 0 }, c->section[i].village, p);
    section_id(c, i, ref);
    demo_id_of(o, STR("section"), ref);
    demo_int(o, STR("stake"), BRIDGE_STAKE);
    demo_text(o, STR("kind"), STR("桥"));
    demo_f64(o, STR("span"), 13, 1);
    demo_f64(o, STR("length"), 42, 1);
    demo_f64(o, STR("weight_limit"), 5, 0);
    demo_text(o, STR("grade"), STR("4"));
    demo_date(o, STR("limited_on"), limited);
    demo_photos(o, c, "bridge", "notice");
    demo_date(o, STR("last_check"), c->spec->today - 9);
    for (unsigned k = 0; k < 4; k++) { /* four inspections, each a little worse */
        Run run = { i, 84 - 4.5 * k, k == 3 ? c->spec->today - 40 : limited - 700 + (int32_t)k * 230, false,
            true };

        demo_story_id(1, 2 + k, id);
        if (!inspection(c, o, &run, id, r))
            return false;
    }
    return strengthening(c, o, i, p, limited);
}

static bool five_times(County *c, Out *o)
{
    static const struct {
        int32_t ago, fixed;
        const char *state, *note;
    } row[5] = {
        { 716, 702, "关闭", "第一次报告：坑槽积水，填补后通车" },
        { 431, 0, "关闭", "第二次报告：原处松散，与第三次一并处置" },
        { 402, 391, "关闭", "第三次报告：挖补基层，重铺沥青" },
        { 187, 176, "关闭", "第四次报告：第二次修复，质保一年" },
        { 6, 0, "确认", "第五次报告：仍在质保期内，已通知修复单位" },
    };
    const size_t i = demo_section_at(c, STR("X003"), POTHOLE_STAKE);
    char id[ULID_LEN + 1];

    for (unsigned k = 0; i != SIZE_MAX && k < LEN(row); k++) {
        const Defect d = { .section = i,
            .day = c->spec->today - row[k].ago,
            .stake = POTHOLE_STAKE,
            .fixed = row[k].fixed ? c->spec->today - row[k].fixed : 0,
            .kind = "坑槽",
            .severity = k < 4 ? "中" : "重",
            .state = row[k].state,
            .note = row[k].note,
            .size = 1.2 + 0.4 * k,
            .hour = 9.2,
            .safety = k == 4 };

        demo_story_id(2, k + 1, id);
        if (!defect(c, o, &d, id))
            return false;
    }
    if (i != SIZE_MAX) {
        const int32_t day[3] = { c->spec->today - 178, c->spec->today - 176, c->spec->today + 189 };

        demo_story_id(2, 6, id);
        return work(c, o, i, id, "X003 K7+300 坑槽修补（第二次）", "小修", day, "质保");
    }
    return true;
}

bool demo_emit_road_file(County *c, size_t town, Out *o, Err *err)
{
    Arena *own = arena_new((size_t)64 << 20);
    Rng r = demo_rng(c, "road file", town);
    const size_t bridge = demo_section_at(c, STR("Y012"), BRIDGE_STAKE),
                 hole = demo_section_at(c, STR("X003"), POTHOLE_STAKE);
    Structure *s;
    size_t n;
    bool good = structures(c, own, &s, &n);

    for (size_t pass = 0; pass < 2; pass++) /* sections first: they are referred to */
        for (size_t i = 0; good && i < c->nsection; i++)
            if (c->village[c->section[i].village].town == town)
                good = !pass ? section(c, o, i, &r)
                             : inspections(c, o, i, &r) && (rng_unit(&r) > 0.035 || works(c, i, o, &r));
    for (size_t i = 0; good && i < n; i++)
        if (c->village[c->section[s[i].section].village].town == town)
            good = structure(c, o, &s[i], i, &r);
    good = good && c->nsection && defects(c, town, o);
    if (good && bridge != SIZE_MAX && c->village[c->section[bridge].village].town == town)
        good = three_ford_bridge(c, o, &r);
    if (good && hole != SIZE_MAX && c->village[c->section[hole].village].town == town)
        good = five_times(c, o);
    arena_free(own);
    return good || FAIL(err, DEMO_STOPPED, STR("road_section"), "roads");
}
