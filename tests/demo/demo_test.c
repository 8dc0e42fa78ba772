/* tests/demo/demo_test.c - the demo county keeps what is said of it, seen through its sink. */
#include "demo/demo.h"
#include "pack/pack.h"
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define DATA SOURCE_DIR "/packs/00-common/demo"
enum { PERSONS = 5000, NAMES = 400 };
typedef struct Edge {
    double x1, y1, x2, y2;
} Edge;
typedef struct Edges {
    Edge *e;
    size_t n, cap;
    double x, y;
    size_t part;
    bool started;
} Edges;
typedef struct Seen { /* what one county told */
    Arena *a;
    uint64_t hash;
    size_t records, collections, spatial, towns, total;
    struct {
        char name[32];
        size_t n, shapes;
    } collection[40];
    Edges village, patch, county;
    double county_m2, town_m2, village_m2, group_m2, patch_m2;
    size_t cell[36], away[36], size[10], members, households;
    Str place[40000];
    size_t nplace;
    size_t today, bad_format, bad_name, shape_invalid, weak[2], strong[2];
    size_t s01, s02, merged, limit;
    Str whose;
    Map *blocked;
    int32_t day;
} Seen;
static Seen big; /* the county of 5,000, made once */

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

    return v && v->kind == CQL_TEXT ? v->text : (Str){ "", 0 };
}

static void see_vertex(void *ctx, size_t part, double x, double y)
{
    Edges *e = ctx;

    if (e->started && part == e->part) {
        if (e->n == e->cap) {
            e->cap = e->cap ? 2 * e->cap : 4096;
            e->e = mem_grow(e->e, e->cap, sizeof *e->e);
        }
        e->e[e->n++] = (Edge){ e->x, e->y, x, y };
    }
    e->started = true;
    e->part = part;
    e->x = x;
    e->y = y;
}

static void edges(Edges *e, Bytes wkb)
{
    e->started = false;
    geo_wkb_walk(wkb, see_vertex, e);
}

static void division(Seen *s, const DemoRecord *r)
{
    const Str level = text(r, "level");
    double m2;

    if (!r->geometry.len)
        return;
    m2 = geo_area_m2(r->geometry);
    if (r->valid_to != INT64_MAX) {
        s->merged += str_eq(text(r, "name"), STR("观云村")) || str_eq(text(r, "name"), STR("下碾村"));
        return;
    }
    if (str_eq(level, STR("county"))) {
        s->county_m2 += m2;
        edges(&s->county, r->geometry);
    } else if (str_eq(level, STR("township")))
        s->town_m2 += m2;
    else if (str_eq(level, STR("village"))) {
        s->village_m2 += m2;
        edges(&s->village, r->geometry);
        s->place[s->nplace++] = str_copy(s->a, text(r, "name"));
    } else
        s->group_m2 += m2;
}

static void format(Seen *s, const char *name, Str value)
{
    Str zh, en;
    Arena *a = arena_new(0);

    if (value.len && !pack_format_ok(str_of(name), value, &zh, &en, a))
        s->bad_format++;
    arena_free(a);
}

static void person(Seen *s, const DemoRecord *r)
{
    const CqlValue *birth = field(r, "birth");
    const bool female = str_eq(text(r, "sex"), STR("2"));
    int y, m, d, ty, tm, td, age;

    assert_non_null(birth);
    date_split(birth->date, &y, &m, &d);
    date_split(s->day, &ty, &tm, &td);
    age = ty - y - (tm < m || (tm == m && td < d));
    s->cell[2 * (age >= 85 ? 17 : age / 5) + female]++;
    s->away[2 * (age >= 85 ? 17 : age / 5) + female] +=
        !str_eq(text(r, "residence_state"), STR("常住")) &&
        !str_eq(text(r, "residence_state"), STR("外出(县内)"));
    format(s, "id-card", text(r, "id_no"));
    format(s, "phone", text(r, "phone"));
    format(s, "bank-card", text(r, "bank_account"));
    s->bad_format += !str_starts(text(r, "id_no"), STR("990121")) ||
                     (text(r, "phone").len && !str_starts(text(r, "phone"), STR("124")));
    s->bad_name += map_get(s->blocked, text(r, "name")) != NULL;
    if (age >= 16 && age < 65) {
        const Str labour = text(r, "labour");
        const bool weak = str_eq(labour, STR("弱")) || str_eq(labour, STR("丧失"));

        (weak ? s->weak : s->strong)[female]++;
    }
    if (!str_eq(s->whose, text(r, "household"))) {
        if (s->members)
            s->size[s->members > 9 ? 9 : s->members > 8 ? 8 : s->members]++;
        s->members = 0;
        s->whose = str_copy(s->a, text(r, "household"));
    }
    s->members++;
}

static void count(Seen *s, const DemoRecord *r)
{
    size_t i = 0;

    while (i < s->collections && !str_eq(r->collection, str_of(s->collection[i].name)))
        i++;
    if (i == s->collections)
        snprintf(s->collection[s->collections++].name, 32, "%.*s", STRV(r->collection));
    s->collection[i].n++;
    s->spatial += r->geometry.len && !s->collection[i].shapes;
    s->collection[i].shapes += r->geometry.len > 0;
}

static void digest(Seen *s, const DemoRecord *r)
{
    s->hash = s->hash * 31 + hash64(BYTES(str_of(r->id)));
    s->hash = s->hash * 31 + hash64(r->geometry);
    for (size_t i = 0; i < r->nfield; i++) {
        const CqlValue *v = &r->field[i].value;

        s->hash = s->hash * 31 + hash64(BYTES(r->field[i].name));
        if (v->kind == CQL_TEXT)
            s->hash = s->hash * 31 + hash64(BYTES(v->text));
        else if (v->kind == CQL_INT || v->kind == CQL_TIME)
            s->hash = s->hash * 31 + (uint64_t)v->integer;
        else if (v->kind == CQL_NUMBER)
            s->hash = s->hash * 31 + (uint64_t)(int64_t)(v->number * 1000);
    }
}

static bool see(void *ctx, const DemoRecord *r, Err *err)
{
    Seen *s = ctx;
    const Str c = r->collection;

    s->records++;
    assert_true(ulid_valid(str_of(r->id)));
    assert_int_equal(r->division.len, 12);
    count(s, r);
    digest(s, r);
    if (str_eq(c, STR("division")))
        division(s, r);
    else if (str_eq(c, STR("person")))
        person(s, r);
    else if (str_eq(c, STR("land_patch"))) {
        s->patch_m2 += geo_area_m2(r->geometry);
        edges(&s->patch, r->geometry);
        s->shape_invalid += !geo_valid(r->geometry, err);
    } else if (str_eq(c, STR("place_name"))) {
        if (!str_eq(text(r, "kind"), STR("行政村")))
            s->place[s->nplace++] = str_copy(s->a, text(r, "name"));
    } else if (str_eq(c, STR("road_defect"))) {
        const CqlValue *at = field(r, "found_at");

        s->today += (at->time + 8 * 3600 * TIME_SECOND) / TIME_DAY == s->day;
        s->s02 += str_starts(str_of(r->id), STR("01DEM0S02"));
    } else if (str_eq(c, STR("road_structure")) && str_eq(str_of(r->id), STR("01DEM0S0100000000000000001"))) {
        s->s01++;
        s->limit = (size_t)field(r, "weight_limit")->number;
    } else if (str_eq(c, STR("organization")))
        format(s, "uscc", text(r, "uscc"));
    else if (str_eq(c, STR("vehicle")))
        format(s, "plate", text(r, "plate"));
    else if (str_eq(c, STR("product")))
        format(s, "gtin", text(r, "gtin"));
    return true;
}

static bool township(void *ctx, size_t done, size_t total, Str name, Err *err)
{
    Seen *s = ctx;

    (void)err;
    if (!s->towns++)
        assert_true(str_eq(name, STR("橘坞镇")));
    assert_int_equal(done, s->towns);
    s->total = total;
    return true;
}

static void make(Seen *s, size_t persons, uint64_t seed)
{
    const DemoSpec spec = { persons, seed, date_of(2026, 11, 23), DATA, NULL };
    const DemoSink sink = { see, township, s };
    Err err = { 0 };
    Str blocked, line;

    *s = (Seen){ .a = arena_new(0), .day = spec.today };
    s->blocked = map_new(s->a);
    assert_true(file_read(DATA "/blocked-names.txt", 1 << 20, s->a, &blocked, &err));
    while (str_cut(blocked, '\n', &line, &blocked))
        if (line.len && line.ptr[0] != '#')
            assert_true(map_put(s->blocked, line, s));
    if (!demo_make(&spec, &sink, &err))
        fail_msg("%s %s %s:%d", err.what, err.where, err.file, err.line);
}

static int make_big(void **state)
{
    (void)state;
    make(&big, PERSONS, 7);
    return 0;
}

static int drop_big(void **state)
{
    (void)state;
    mem_free(big.village.e);
    mem_free(big.patch.e);
    mem_free(big.county.e);
    arena_free(big.a);
    return 0;
}

static void table_sums(void **state)
{
    Arena *a = arena_new(0);
    Err err = { 0 };
    Str t;
    Yaml *y;
    double villages = 0, persons = 0, km2 = 0, communities = 0, v;

    (void)state;
    assert_true(file_read(DATA "/county.yaml", 1 << 20, a, &t, &err) &&
                yaml_read(t, STR("county.yaml"), a, &y, &err));
    for (const Yaml *k = yaml_get(y, "townships")->first; k; k = k->next) {
        assert_true(str_to_f64(yaml_text(k, "villages"), &v));
        villages += v;
        assert_true(str_to_f64(yaml_text(k, "persons"), &v));
        persons += v;
        assert_true(str_to_f64(yaml_text(k, "km2"), &v));
        km2 += v;
        communities += str_to_f64(yaml_text(k, "communities"), &v) ? v : 0;
    }
    assert_true(villages == 380 && persons == 500000 && km2 == 2192 && communities == 30);
    arena_free(a);
}

static int by_edge(const void *p, const void *q)
{
    return memcmp(p, q, sizeof(Edge));
}

static bool holds(const Edges *e, Edge k)
{
    return bsearch(&k, e->e, e->n, sizeof k, by_edge) != NULL;
}

/* Each directed edge once, and its reverse once too unless the outside lies there; `rim`: how many have no reverse. */
static size_t rim_of(Edges *e)
{
    size_t rim = 0;

    qsort(e->e, e->n, sizeof *e->e, by_edge);
    for (size_t i = 0; i < e->n; i++) {
        if (i)
            assert_int_not_equal(by_edge(&e->e[i - 1], &e->e[i]), 0);
        rim += !holds(e, (Edge){ e->e[i].x2, e->e[i].y2, e->e[i].x1, e->e[i].y1 });
    }
    return rim;
}

static void villages_tile_the_county(void **state)
{
    (void)state;
    assert_int_equal(rim_of(&big.village), big.county.n);
    qsort(big.county.e, big.county.n, sizeof(Edge), by_edge);
    for (size_t i = 0; i < big.county.n; i++)
        assert_true(holds(&big.village, big.county.e[i]));
    assert_true(fabs(big.town_m2 - big.county_m2) < 1 && fabs(big.village_m2 - big.county_m2) < 1 &&
                fabs(big.group_m2 - big.county_m2) < 1);
}

static void patches_tile_the_land(void **state)
{
    (void)state;
    assert_int_equal(big.shape_invalid, 0);
    assert_true(rim_of(&big.patch) < 8 * big.county.n);
    assert_true(fabs(big.patch_m2 / big.county_m2 - 1) < 0.01);
}

static void pyramid_and_away(void **state)
{
    Arena *a = arena_new(0);
    Err err = { 0 };
    Str t;
    Yaml *y;
    size_t i = 0;

    (void)state;
    assert_true(file_read(DATA "/people.yaml", 1 << 20, a, &t, &err) &&
                yaml_read(t, STR("people.yaml"), a, &y, &err));
    for (const Yaml *k = yaml_get(y, "pyramid")->first; k; k = k->next, i++) {
        double v[5] = { 0 };
        size_t n = 0;

        for (const Yaml *c = k->first; c && n < 5; c = c->next)
            assert_true(str_to_f64(c->text, &v[n++]));
        for (int sex = 0; sex < 2; sex++) {
            const double want = PERSONS * v[1] / 100 * (sex ? 1 - v[2] / 100 : v[2] / 100),
                         rate = v[3 + sex] / 100;

            assert_true(fabs((double)big.cell[2 * i + sex] - want) <= fmax(0.05 * want, 2));
            assert_true(fabs((double)big.away[2 * i + sex] - want * rate) <= fmax(0.05 * want, 2));
        }
    }
    arena_free(a);
}

static void household_sizes(void **state)
{
    static const double share[9] = { 0, 14, 24, 27, 18, 10.3, 4.3, 1.4, 1.0 };

    (void)state;
    for (size_t k = 1; k <= 8; k++)
        assert_true(fabs((double)big.size[k] - 16 * share[k]) <= fmax(0.05 * 16 * share[k], 3));
}

static void numbers_and_names(void **state)
{
    (void)state;
    assert_int_equal(big.bad_format, 0);
    assert_int_equal(big.bad_name, 0);
}

static void burdens_fall_by_lot(
    void **state) /* χ² of weak labour against sex, p > 0.01: 6.63 with one degree */
{
    const double a = (double)big.weak[0], b = (double)big.weak[1], c = (double)big.strong[0],
                 d = (double)big.strong[1];
    const double n = a + b + c + d, x = n * pow(a * d - b * c, 2) / ((a + b) * (c + d) * (a + c) * (b + d));

    (void)state;
    assert_true(x < 6.63);
}

static size_t named(Str what)
{
    size_t n = 0;

    for (size_t i = 0; i < big.nplace; i++) {
        const Str s = big.place[i];

        n += str_eq(s, what) || (str_starts(s, what) && str_eq(str_sub(s, what.len, s.len), STR("村")));
    }
    return n;
}

static void stories_are_found(void **state)
{
    (void)state;
    assert_int_equal(big.s01, 1);
    assert_int_equal(big.limit, 5);
    assert_int_equal(big.s02, 5);
    assert_int_equal(big.merged, 2);
    assert_int_equal(named(STR("竹影")), 1);
    assert_int_equal(named(STR("老鸦窝")), 3);
    assert_int_equal(named(STR("石桥")), 4);
    assert_int_equal(named(STR("李家湾")), 2);
    assert_int_equal(big.today, 9);
    assert_int_equal(big.towns, big.total);
}

static void smallest_and_the_same_again(void **state)
{
    Seen *s = mem_new(3, sizeof *s);

    (void)state;
    assert_non_null(s);
    for (int i = 0; i < 3; i++)
        make(&s[i], 300, i < 2 ? 1 : 2);
    assert_true(s[0].collections >= 12 && s[0].spatial >= 5);
    assert_true(s[0].hash == s[1].hash && s[0].records == s[1].records);
    assert_true(s[0].hash != s[2].hash);
    for (int i = 0; i < 3; i++) {
        mem_free(s[i].village.e);
        mem_free(s[i].patch.e);
        mem_free(s[i].county.e);
        arena_free(s[i].a);
    }
    mem_free(s);
}

static bool refuse(void *ctx, const DemoRecord *r, Err *err)
{
    size_t *n = ctx;

    (void)r;
    return ++*n < 1000 || FAIL(err, BASE_FULL, STR("disk"), "record %zu", *n);
}

static void a_sink_may_stop(void **state)
{
    const DemoSpec spec = { 300, 1, date_of(2026, 11, 23), DATA, NULL };
    size_t n = 0;
    const DemoSink sink = { refuse, NULL, &n };
    Err err = { 0 };

    (void)state;
    assert_false(demo_make(&spec, &sink, &err));
    assert_ptr_equal(err.kind, &BASE_FULL);
    assert_int_equal(n, 1000);
}

static void tour_in_two_languages(void **state)
{
    static const char *const lang[2] = { "zh", "en" };

    (void)state;
    for (int i = 0; i < 2; i++) {
        Arena *a = arena_new(0);
        Err err = { 0 };
        json_t *v;
        Str text_;

        assert_true(demo_tour(DATA, str_of(lang[i]), a, &text_, &err) && json_read_in(text_, a, &v, &err));
        assert_int_equal(json_array_size(json_object_get(v, "tour")), 8);
        assert_true(json_is_string(json_object_get(json_array_get(json_object_get(v, "cards"), 0), "title")));
        assert_true(
            ulid_valid(json_str(json_object_get(json_array_get(json_object_get(v, "cards"), 0), "feature"))));
        arena_free(a);
    }
}

static bool answer(void *ctx, const char *path, Arena *a, json_t **out, Str *etag)
{
    Err err = { 0 };
    Str section = STR("{\"features\":[{\"id\":\"01DEM0S0100000000000000001\",\"geometry\":{\"type\":"
                      "\"LineString\",\"coordinates\":"
                      "[[111.5,31.5],[111.51,31.5]]},\"properties\":{\"state\":\"发现\"}}]}");

    (void)ctx;
    (void)path;
    *etag = STR("\"3\"");
    return json_read_in(section, a, out, &err);
}

static void actors_plan_requests(void **state)
{
    const DemoFaces faces = { answer, NULL };
    size_t sent = 0;

    (void)state;
    for (size_t n = 0; n < 60; n++) {
        Arena *a = arena_new(0);
        Err err = { 0 };
        DemoStep s = { 0 };
        json_t *body;

        if (demo_live(DATA, 7, n, date_of(2026, 11, 23) * TIME_DAY, &faces, a, &s, &err)) {
            sent++;
            assert_true(s.wait_ms >= 4000 && s.wait_ms <= 12000 && s.key.len && s.actor.len && s.reason.len);
            assert_true(json_read_in(s.body, a, &body, &err));
            assert_true(str_eq(s.method, STR("POST")) || s.if_match.len);
        } else
            assert_null(err.kind);
        arena_free(a);
    }
    assert_true(sent > 50);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(table_sums),
        cmocka_unit_test(villages_tile_the_county),
        cmocka_unit_test(patches_tile_the_land),
        cmocka_unit_test(pyramid_and_away),
        cmocka_unit_test(household_sizes),
        cmocka_unit_test(numbers_and_names),
        cmocka_unit_test(burdens_fall_by_lot),
        cmocka_unit_test(stories_are_found),
        cmocka_unit_test(smallest_and_the_same_again),
        cmocka_unit_test(a_sink_may_stop),
        cmocka_unit_test(tour_in_two_languages),
        cmocka_unit_test(actors_plan_requests),
    };

    return cmocka_run_group_tests(test, make_big, drop_big);
}
