/* tests/demo/county_test.c - the demo county held against what it is meant to be (docs/demo-county.md), figure by figure; a check is a row.
 *
 *     build/test_demo_county_test                                   8,000 persons, some seconds: what such a county can show
 *     SANGZI_DEMO_PERSONS=500000 build/test_demo_county_test       the standard county: within 1 % (./dev nightly)
 *
 * A row of a share holds when it is within its tolerance, or within what chance allows with so few (3.5 σ). Rows marked
 * `whole` need the whole county.
 */
#include "demo/demo.h"
#include "road/road.h"
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define DATA SOURCE_DIR "/packs/00-common/demo"
enum { QUICK = 8000, WHOLE = 500000, SEED = 1 };
static int32_t today;

/* --- counting -------------------------------------------------------------------------------------------------------- */
typedef struct Tally { /* sums by name, and the sum of all */
    Map *of;
    Arena *a;
    double all;
    size_t n;
} Tally;

static void add(Tally *t, Str key, double by)
{
    double *v;

    if (!t->of) {
        t->a = arena_new(0);
        t->of = map_new(t->a);
    }
    v = map_get(t->of, key);
    if (!v) {
        v = NEW(t->a, double);
        assert_true(v && map_put(t->of, str_copy(t->a, key), v));
    }
    *v += by;
    t->all += by;
    t->n++;
}

static double sum(const Tally *t, const char *key)
{
    const double *v = t->of ? map_get(t->of, str_of(key)) : NULL;

    return v ? *v : 0;
}

static double percent(const Tally *t, const char *key)
{
    return t->all > 0 ? 100 * sum(t, key) / t->all : 0;
}

typedef struct Section {
    double m, iri, dr, rd;
    bool high, counted, automatic;
    RoadSurface surface;
    int64_t seen; /* the latest inspection */
    char town[10], class[8];
} Section;
static struct County {
    Arena *a;
    Tally level, kind, length, village, old, town_km2, group;
    Tally road_km, lines, tech[3], surface[3], structure, bridge;
    Tally land[5], patches, defect_day, works;
    Tally surname, single[8], letters[8], ethnic, away_in, beyond, born_child, size, households;
    Tally house, house_grade, owners, place, facility, vehicle, device, firm;
    Map *sections, *roads, *terrain;
    double arable_m2, basic_m2, steep_basic, rural_households, no_name, bad_land;
    double mens, poems, clan_heads, third_heads;
    size_t roman_missing, sections_n, houses, over_600, persons, ninth, collective;
    Str shiqiao, last_household;
    size_t members;
} k;

/* --- reading a record -------------------------------------------------------------------------------------------------- */
static const CqlValue *field(const DemoRecord *r, const char *name)
{
    for (size_t i = 0; i < r->nfield; i++)
        if (str_eq(r->field[i].name, str_of(name)))
            return &r->field[i].value;
    return NULL;
}

static Str text(const DemoRecord *r, const char *name)
{
    const CqlValue *v = field(r, name);

    return v && v->kind == CQL_TEXT ? v->text : STR("");
}

static double number(const DemoRecord *r, const char *name)
{
    const CqlValue *v = field(r, name);

    return !v ? NAN : v->kind == CQL_INT ? (double)v->integer : v->kind == CQL_NUMBER ? v->number : NAN;
}

static bool is(const DemoRecord *r, const char *name, const char *value)
{
    return str_eq(text(r, name), str_of(value));
}

static size_t chars(Str s)
{
    size_t n = 0;

    while (s.len && str_next(&s))
        n++;
    return n;
}

static Str first_char(Str s)
{
    Str rest = s;

    (void)str_next(&rest);
    return str_sub(s, 0, s.len - rest.len);
}

static int64_t day_of(int64_t us)
{
    return (us + 8 * 3600 * TIME_SECOND) / TIME_DAY;
}

/* --- divisions and names ---------------------------------------------------------------------------------------- */
static Str bare(Str name)
{
    return str_ends(name, STR("社区")) ? str_sub(name, 0, name.len - 6) : str_sub(name, 0, name.len - 3);
}

static void division(const DemoRecord *r)
{
    static const char *const length[] = { "", "1", "2", "3", "4", "5", "6" };
    const Str name = text(r, "name");

    if (r->valid_to != INT64_MAX) {
        const int64_t until = r->valid_to;

        add(&k.old, day_of(until) == date_of(2021, 6, 1) ? STR("merged") : STR("renamed"), 1);
        return;
    }
    add(&k.level, text(r, "level"), 1);
    if (is(r, "level", "township")) {
        Str *t = NEW(k.a, Str);

        *t = str_copy(k.a, is(r, "kind", "街道") ? STR("街道") : text(r, "terrain"));
        assert_true(map_put(k.terrain, str_copy(k.a, str_sub(text(r, "code"), 0, 9)), t));
        add(&k.town_km2, name, geo_area_m2(r->geometry) / 1e6);
    } else if (is(r, "level", "village")) {
        add(&k.kind, text(r, "kind"), 1);
        add(&k.village, bare(name), 1);
        k.no_name += !str_ends(name, STR("村")) && !str_ends(name, STR("社区"));
        if (is(r, "kind", "行政村"))
            add(&k.length, str_of(length[chars(bare(name)) < 6 ? chars(bare(name)) : 6]), 1);
    } else if (is(r, "level", "group"))
        add(&k.group, str_ends(name, STR("组")) ? STR("counted") : STR("hamlet"), 1);
}

/* --- roads and land --------------------------------------------------------------------------------------------------- */
static int class_of(Str class)
{
    return str_eq(class, STR("县道"))   ? 0
           : str_eq(class, STR("乡道")) ? 1
           : str_eq(class, STR("村道")) ? 2
                                        : 3;
}

static void road(const DemoRecord *r)
{
    Str *class = NEW(k.a, Str);

    *class = str_copy(k.a, text(r, "class"));
    assert_true(map_put(k.roads, str_copy(k.a, str_of(r->id)), class));
    add(&k.lines, *class, 1);
    add(&k.road_km, *class, geo_length_m(r->geometry) / 1000);
}

static void section(const DemoRecord *r)
{
    Section *s = NEW(k.a, Section);
    const Str *class = map_get(k.roads, text(r, "road")), surface = text(r, "surface");
    const int c = class ? class_of(*class) : 3;

    s->m = geo_length_m(r->geometry);
    s->counted = c < 3;
    s->high = is(r, "tech_class", "一");
    s->surface = str_eq(surface, STR("沥青"))   ? ROAD_ASPHALT
                 : str_eq(surface, STR("水泥")) ? ROAD_CEMENT
                                                : ROAD_UNPAVED;
    snprintf(s->town, sizeof s->town, "%.9s", r->division.ptr);
    k.sections_n += s->counted;
    if (c < 3) {
        add(&k.tech[c], text(r, "tech_class"), s->m);
        add(&k.surface[c], surface, s->m);
    }
    assert_true(map_put(k.sections, str_copy(k.a, str_of(r->id)), s));
}

static void inspection(const DemoRecord *r)
{
    Section *s = map_get(k.sections, text(r, "section"));
    const CqlValue *at = field(r, "at");

    assert_non_null(s);
    if (is(r, "by", "多功能检测车") || is(r, "by", "手机"))
        s->automatic = true;
    if (at->time <= s->seen)
        return;
    s->seen = at->time;
    s->iri = number(r, "iri");
    s->dr = number(r, "dr");
    s->rd = number(r, "rd");
}

static void structure(const DemoRecord *r)
{
    add(&k.structure, text(r, "kind"), 1);
    if (is(r, "kind", "桥"))
        add(&k.bridge,
            number(r, "grade") >= 4 || is(r, "grade", "4") || is(r, "grade", "5") ? STR("bad") : STR("good"),
            1);
}

static void patch(const DemoRecord *r)
{
    static const char *const name[5] = { "平原", "水网", "丘陵", "山区", "街道" };
    const Str *t = map_get(k.terrain, str_sub(r->division, 0, 9)), class = text(r, "land_class");
    const CqlValue *basic = field(r, "permanent_basic");
    const double m2 = geo_area_m2(r->geometry);
    const bool arable =
        str_eq(class, STR("0101")) || str_eq(class, STR("0102")) || str_eq(class, STR("0103"));

    assert_non_null(t);
    for (size_t i = 0; i < 5; i++)
        if (str_eq(*t, str_of(name[i])))
            add(&k.land[i], class, m2);
    add(&k.patches, class, m2);
    k.arable_m2 += arable ? m2 : 0;
    if (basic && basic->truth) {
        k.basic_m2 += m2;
        k.bad_land += !arable;
        k.steep_basic += is(r, "slope_class", "4") || is(r, "slope_class", "5");
    }
}

/* --- people ------------------------------------------------------------------------------------------------------- */
static int cohort(int year)
{
    return year < 1960   ? 0
           : year < 1970 ? 1
           : year < 1980 ? 2
           : year < 1990 ? 3
           : year < 2000 ? 4
           : year < 2010 ? 5
                         : 6;
}

static void household_ends(void)
{
    static const char *const size[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8" };

    if (k.members > 20)
        k.collective += k.members;
    else if (k.members)
        add(&k.size, str_of(size[k.members > 8 ? 8 : k.members]), 1);
    k.members = 0;
}

static void person(const DemoRecord *r)
{
    const Str name = text(r, "name"), family = str_starts(name, STR("欧阳")) ? STR("欧阳") : first_char(name);
    const CqlValue *birth = field(r, "birth");
    int year, month, day;

    date_split(birth->date, &year, &month, &day);
    k.persons++;
    add(&k.surname, family, 1);
    add(&k.single[cohort(year)], chars(name) - chars(family) == 1 ? STR("one") : STR("more"), 1);
    add(&k.ethnic, text(r, "ethnic"), 1);
    if (is(r, "residence_state", "外出(省外)") || is(r, "residence_state", "外出(省内)") ||
        is(r, "residence_state", "境外"))
        add(&k.away_in, text(r, "residence_state"), 1);
    if (is(r, "residence_state", "外出(省外)"))
        add(&k.beyond, text(r, "residence_detail"), 1);
    if (!str_eq(text(r, "household"), k.last_household)) {
        household_ends();
        k.last_household = str_copy(k.a, text(r, "household"));
    }
    k.members++;
}

static void building(const DemoRecord *r)
{
    k.houses++;
    add(&k.house, text(r, "structure"), 1);
    add(&k.house_grade, text(r, "safety_grade"), 1);
}

/* --- the rest ------------------------------------------------------------------------------------------------------------------ */
static void defect(const DemoRecord *r)
{
    const CqlValue *at = field(r, "found_at");

    add(&k.defect_day, day_of(at->time) == today ? STR("today") : STR("before"), 1);
}

static void place(const DemoRecord *r)
{
    add(&k.place, text(r, "kind"), 1);
    k.roman_missing += !text(r, "roman").len || !r->geometry.len;
}

static bool see(void *ctx, const DemoRecord *r, Err *err)
{
    static const struct {
        const char *collection;
        void (*see)(const DemoRecord *);
    } row[] = { { "division", division }, { "road", road }, { "road_section", section },
        { "road_inspection", inspection }, { "road_structure", structure }, { "land_patch", patch },
        { "person", person }, { "building", building }, { "road_defect", defect }, { "place_name", place } };

    (void)ctx, (void)err;
    for (size_t i = 0; i < LEN(row); i++)
        if (str_eq(r->collection, str_of(row[i].collection)))
            row[i].see(r);
    if (str_eq(r->collection, STR("facility")))
        add(&k.facility, text(r, "kind"), 1);
    return true;
}

static size_t wanted(void)
{
    const char *own = getenv("SANGZI_DEMO_PERSONS");
    const long n = own ? strtol(own, NULL, 10) : QUICK;

    return n < 100 ? QUICK : (size_t)n;
}

static int make(void **state)
{
    const DemoSpec spec = { wanted(), SEED, today = date_of(2026, 11, 23), DATA, NULL };
    const DemoSink sink = { see, NULL, NULL };
    Err err = { 0 };

    (void)state;
    k.a = arena_new(0);
    k.sections = map_new(k.a);
    k.roads = map_new(k.a);
    k.terrain = map_new(k.a);
    if (!demo_make(&spec, &sink, &err))
        fail_msg("%s %s", err.what, err.where);
    household_ends();
    return 0;
}

/* --- rows ------------------------------------------------------------------------------------------------------------------------ */
static bool whole(void)
{
    return wanted() >= WHOLE;
}

static size_t failures;

/* `n` of which the figure is a share in %; 0: a figure that chance does not touch. */
static void row(const char *say, double got, double want, double tolerance, double n)
{
    const double p = want / 100, chance = n > 0 ? 350 * sqrt(fmax(p * (1 - p), 0.0004) / n) : 0;
    const bool good = fabs(got - want) <= fmax(tolerance, chance);

    failures += !good;
    if (!good || getenv("SANGZI_DEMO_ROWS"))
        print_message("%s %-44s %10.3f wanted %10.3f ± %.3f\n", good ? "   " : "!!!", say, got, want,
            fmax(tolerance, chance));
}

static void end_of_rows(void)
{
    const size_t n = failures;

    failures = 0;
    assert_int_equal(n, 0);
}

static void divisions_of_paragraph_2(void **state)
{
    static const struct {
        const char *name;
        double km2;
    } town[] = { { "穗城街道", 46 }, { "禾阳街道", 52 }, { "稻溪镇", 96 }, { "白鹭滩镇", 94 },
        { "荷渡镇", 98 }, { "月牙垸镇", 82 }, { "莲汊镇", 92 }, { "苇洲镇", 88 }, { "菱湖口镇", 86 },
        { "柳堰镇", 104 }, { "麦岗镇", 118 }, { "橘坞镇", 112 }, { "油坊岭镇", 124 }, { "枫涧镇", 128 },
        { "雾岭乡", 168 }, { "石笋坪乡", 146 }, { "麻溪垭乡", 142 }, { "云门坎乡", 152 }, { "红杉垭乡", 138 },
        { "桃坪渡乡", 126 } };

    (void)state;
    row("villages", sum(&k.level, "village"), 380.0 * (double)wanted() / WHOLE, 0.5, 0);
    row("groups, ten a village", sum(&k.level, "group") / sum(&k.level, "village"), 10, 1e-9, 0);
    row("km² of a village", k.town_km2.all / sum(&k.level, "village"), 2192.0 / 380, whole() ? 0.01 : 2, 0);
    for (size_t i = 0; whole() && i < LEN(town); i++)
        row(town[i].name, sum(&k.town_km2, town[i].name), town[i].km2, 0.025 * town[i].km2, 0);
    if (whole()) {
        row("townships", sum(&k.level, "township"), 20, 0, 0);
        row("社区", sum(&k.kind, "社区"), 30, 0, 0);
        row("行政村", sum(&k.kind, "行政村"), 350, 0, 0);
    }
    end_of_rows();
}

static void names_of_paragraph_3(void **state)
{
    static const char *const twice[] = { "石桥", "大塘", "新庄", "李家湾", "双河", "花园" };
    static const double times[] = { 4, 3, 3, 2, 2, 2 };
    const double n = whole() ? 0 : k.length.all;

    (void)state;
    row("names of two characters, %", percent(&k.length, "2"), 57, 1, n);
    row("of three", percent(&k.length, "3"), 35, 1, n);
    row("of four", percent(&k.length, "4"), 8, 1, n);
    row("names without 村 or 社区", k.no_name, 0, 0, 0);
    row("hamlets among groups, %", percent(&k.group, "hamlet"), 30, 1, whole() ? 0 : k.group.all);
    for (size_t i = 0; whole() && i < LEN(twice); i++)
        row(twice[i], sum(&k.village, twice[i]), times[i], 0, 0);
    if (whole()) {
        row("renamed villages", sum(&k.old, "renamed"), 14, 0, 0);
        row("villages merged away", sum(&k.old, "merged"), 21, 0, 0);
        row("㵲溪", sum(&k.village, "㵲溪"), 1, 0, 0);
        row("𡎚上", sum(&k.village, "𡎚上"), 1, 0, 0);
        row("垚峰", sum(&k.village, "垚峰"), 1, 0, 0);
        row("place names", k.place.all, 38000, 800, 0);
    }
    row("place names a village", k.place.all / sum(&k.level, "village"), 100, whole() ? 2 : 12, 0);
    row("names without letters or place", (double)k.roman_missing, 0, 0, 0);
    row("老鸦窝, 沟谷 and others: kinds of places", (double)map_len(k.place.of) >= 20, 1, 0, 0);
    end_of_rows();
}

static void roads_of_paragraph_4(void **state)
{
    static const char *const class[3] = { "县道", "乡道", "村道" },
                             *const tech[5] = { "一", "二", "三", "四", "等外" },
                             *const surface[3] = { "沥青", "水泥", "砂石" };
    static const double km[3] = { 228, 405, 867 }, lines[3] = { 20, 80, 900 };
    static const double want[3][8] = { { 3, 32, 45, 20, 0, 62, 37, 1 }, { 0, 4, 24, 70, 2, 25, 71, 4 },
        { 0, 0, 3, 92.5, 4.5, 4, 84, 12 } };
    const double share = (double)wanted() / WHOLE;
    char say[64];

    (void)state;
    for (size_t c = 0; c < 3; c++) {
        if (whole()) {
            row(class[c], sum(&k.road_km, class[c]), km[c], 0.03 * km[c], 0);
            row("lines", sum(&k.lines, class[c]), lines[c], 0, 0);
        }
        for (size_t i = 0; i < 8; i++) {
            const Tally *t = i < 5 ? &k.tech[c] : &k.surface[c];
            const char *what = i < 5 ? tech[i] : surface[i - 5];

            snprintf(say, sizeof say, "%s %s, %% of length", class[c], what);
            row(say, percent(t, what), want[c][i], 0.5, whole() ? 0 : (double)t->n);
        }
    }
    row("rural km", sum(&k.road_km, "县道") + sum(&k.road_km, "乡道") + sum(&k.road_km, "村道"), 1500 * share,
        (whole() ? 0.015 : 0.35) * 1500 * share, 0);
    if (whole()) {
        const double all = k.tech[0].all + k.tech[1].all + k.tech[2].all;

        row("sections", (double)k.sections_n, 6500, 150, 0);
        row("graded, %", 100 - 100 * (sum(&k.tech[1], "等外") + sum(&k.tech[2], "等外")) / all, 96.8, 0.2, 0);
        row("paved, %",
            100 - 100 *
                      (sum(&k.surface[0], "砂石") + sum(&k.surface[1], "砂石") + sum(&k.surface[2], "砂石")) /
                      all,
            91.8, 0.2, 0);
        row("bridges", sum(&k.structure, "桥"), 620, 0, 0);
        row("tunnels", sum(&k.structure, "隧"), 40, 0, 0);
        row("dangerous bridges", sum(&k.bridge, "bad"), 9, 0, 0);
    }
    end_of_rows();
}

static void pavement_of_paragraph_4(void **state)
{
    static const char *const word[5] = { "优", "良", "中", "次", "差" };
    static const double want[5] = { 18, 35, 31, 13, 3 };
    Tally t = { 0 }, inspected = { 0 }, first = { 0 };
    Str key;
    void *value;

    (void)state;
    for (size_t i = 0; map_at(k.sections, i, &key, &value); i++) {
        const Section *s = value;
        RoadIndexes x;

        if (!key.ptr || !s->counted)
            continue;
        assert_true(s->seen != 0); /* every section has been looked at */
        x = (RoadIndexes){ road_pci(s->dr, s->surface), road_rqi(s->iri, s->high), road_rdi(s->rd), NAN, 0 };
        add(&t, road_word(round(road_pqi(&x, s->surface, s->high) * 10) / 10), s->m);
        add(&inspected, s->automatic ? STR("yes") : STR("no"), s->m);
        if (strcmp(s->town, "990121108") == 0)
            add(&first, s->automatic ? STR("yes") : STR("no"), s->m);
    }
    for (size_t i = 0; i < 5; i++)
        row(word[i], percent(&t, word[i]), want[i], 1, whole() ? 0 : (double)t.n);
    row("S08: 橘坞镇 inspected by vehicle, %", percent(&first, "yes"), 61, 1, whole() ? 0 : (double)first.n);
    row("S08: the county, %", percent(&inspected, "yes"), 38, 1, whole() ? 0 : (double)inspected.n);
    arena_free(t.a);
    arena_free(inspected.a);
    arena_free(first.a);
    end_of_rows();
}

static double class_sum(const Tally *t, const char *const *code, size_t n)
{
    double all = 0;

    for (size_t i = 0; i < n; i++)
        all += percent(t, code[i]);
    return all;
}

static void land_of_paragraph_4(void **state)
{
    static const char *const terrain[5] = { "平原", "水网", "丘陵", "山区", "街道" };
    static const struct {
        const char *say, *code[6];
        double want[5];
    } class[] = {
        { "水田", { "0101" }, { 50, 46, 22, 6, 22 } },
        { "水浇地", { "0102" }, { 6, 3, 2, 0, 4 } },
        { "旱地", { "0103" }, { 6, 3, 18, 12, 4 } },
        { "园地", { "0201", "0202", "0204" }, { 2, 1, 9, 7, 1 } },
        { "林地", { "0301", "0302", "0305", "0307" }, { 7, 6, 33, 68, 8 } },
        { "水域", { "1101", "1102", "1103", "1104", "1106", "1107" }, { 11, 29, 7, 2.2, 6 } },
        { "农村宅基地", { "0702" }, { 9, 7, 5, 1.2, 8 } },
        { "城镇、商服、工矿、公共", { "0701", "05", "0601", "08" }, { 2.3, 1.5, 1.3, 0.5, 39 } },
        { "交通", { "1003", "1004", "1006" }, { 3, 2, 2, 1, 7 } },
        { "其他", { "1202", "0404" }, { 3.7, 1.5, 0.7, 2.1, 1 } },
    };
    char say[96];

    (void)state;
    for (size_t i = 0; i < LEN(class); i++)
        for (size_t t = 0; t < 5; t++) {
            size_t n = 0;

            while (n < 6 && class[i].code[n])
                n++;
            if (k.land[t].all <= 0)
                continue;
            snprintf(say, sizeof say, "%s in %s, %%", class[i].say, terrain[t]);
            row(say, class_sum(&k.land[t], class[i].code, n), class[i].want[t], whole() ? 0.5 : 2.5, 0);
        }
    row("permanent basic farmland, % of arable", 100 * k.basic_m2 / k.arable_m2, 79, 1,
        whole() ? 0 : (double)k.patches.n);
    row("basic farmland that is no arable land", k.bad_land, 0, 0, 0);
    row("basic farmland steeper than 15°", k.steep_basic, 0, 0, 0);
    if (whole()) {
        row("patches", (double)k.patches.n, 200000, 3000, 0);
        row("arable km²", k.arable_m2 / 1e6, 799, 12, 0);
    }
    end_of_rows();
}

static void names_of_paragraph_5(void **state)
{
    static const char *const surname[] = { "李", "张", "王", "刘", "陈", "杨", "周", "黄", "吴", "赵" };
    static const double weight[] = { 78, 66, 64, 56, 52, 33, 27, 27, 24, 21 },
                        single[7] = { 8, 14, 24, 34, 30, 17, 8 };
    static const char *const decade[7] = { "before 1960", "60s", "70s", "80s", "90s", "00s",
        "2010 and after" };
    char say[64];

    (void)state;
    for (size_t i = 0; whole() && i < LEN(surname); i++)
        row(surname[i], 10 * percent(&k.surname, surname[i]), weight[i], 0.06 * weight[i], 0);
    for (size_t i = 0; i < 7; i++) {
        snprintf(say, sizeof say, "one-character names, born %s, %%", decade[i]);
        row(say, percent(&k.single[i], "one"), single[i], 1.5, k.single[i].all);
    }
    row("汉族, %", percent(&k.ethnic, "汉族"), 97, 0.3, k.ethnic.all);
    end_of_rows();
}

static void away_and_home_of_paragraph_6(void **state)
{
    static const char *const where[] = { "广东省", "浙江省", "江苏省", "上海市", "福建省", "北京市" };
    static const double share[] = { 27, 24, 17, 9, 7, 4 };

    (void)state;
    row("away, % of persons", 100 * k.away_in.all / (double)k.persons, 32.4, 0.33, 0);
    row("省外, % of the away", percent(&k.away_in, "外出(省外)"), 52, 0.6, k.away_in.all);
    row("省内", percent(&k.away_in, "外出(省内)"), 47.6, 0.6, k.away_in.all);
    row("境外", percent(&k.away_in, "境外"), 0.4, 0.1, k.away_in.all);
    for (size_t i = 0; i < LEN(where); i++)
        row(where[i], percent(&k.beyond, where[i]), share[i], 0.6, k.beyond.all);
    end_of_rows();
}

static void households_of_paragraph_7(void **state)
{
    static const double size[9] = { 0, 14, 24, 27, 18, 10.3, 4.3, 1.4, 1.0 };
    static const char *const name[9] = { "", "1", "2", "3", "4", "5", "6", "7", "8" };
    static const char *const structure[] = { "砖混", "砖木", "土木", "框架" }, *const grade[] = { "A", "B",
        "C", "D" };
    static const double built[] = { 71, 14, 5, 10 }, safe[] = { 61, 34, 4, 1 };

    (void)state;
    for (size_t i = 1; i <= 8; i++)
        row(name[i], percent(&k.size, name[i]), size[i], whole() ? 0.01 * size[i] : 0.05 * size[i],
            whole() ? 0 : k.size.all);
    row("households", k.size.all, 160000.0 * (double)wanted() / WHOLE, 1, 0);
    row("persons in institutions", (double)k.collective, 3000.0 * (double)wanted() / WHOLE, whole() ? 30 : 40,
        0);
    row("houses a household", (double)k.houses / k.size.all, 1.125, whole() ? 0.005 : 0.05, 0);
    for (size_t i = 0; i < 4; i++) {
        row(structure[i], percent(&k.house, structure[i]), built[i], 0.3, k.house.all);
        row(grade[i], percent(&k.house_grade, grade[i]), safe[i], 0.3, k.house_grade.all);
    }
    end_of_rows();
}

static void alive_as_in_paragraph_10(void **state)
{
    (void)state;
    row("defects found today", sum(&k.defect_day, "today"), 9, 0, 0);
    if (whole())
        row("defects a day in 13 months", sum(&k.defect_day, "before") / 395, 9, 0.4, 0);
    end_of_rows();
}

static void registers_of_the_standard_county(void **state)
{
    static const struct {
        const char *kind;
        double n;
    } facility[] = { { "水库", 120 }, { "冷库", 160 }, { "寄递站", 380 }, { "粮库", 62 },
        { "配变台区", 2200 }, { "基站", 420 }, { "水厂", 84 } };

    (void)state;
    for (size_t i = 0; whole() && i < LEN(facility); i++)
        row(facility[i].kind, sum(&k.facility, facility[i].kind), facility[i].n, 1, 0);
    end_of_rows();
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(divisions_of_paragraph_2),
        cmocka_unit_test(names_of_paragraph_3),
        cmocka_unit_test(roads_of_paragraph_4),
        cmocka_unit_test(pavement_of_paragraph_4),
        cmocka_unit_test(land_of_paragraph_4),
        cmocka_unit_test(names_of_paragraph_5),
        cmocka_unit_test(away_and_home_of_paragraph_6),
        cmocka_unit_test(households_of_paragraph_7),
        cmocka_unit_test(alive_as_in_paragraph_10),
        cmocka_unit_test(registers_of_the_standard_county),
    };

    return cmocka_run_group_tests(test, make, NULL);
}
