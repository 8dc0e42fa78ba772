/* tests/demo/independent_test.c - no burden or fault depends on surname, ethnicity, sex, origin or
 * township. Over 20 seeds, χ² of each burden against each trait; p > 0.01. And nobody bears a blocked name, a real region in
 * his number, or a phone that could ring. */
#include "demo/demo.h"
#include "pack/pack.h"
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#define DATA SOURCE_DIR "/packs/00-common/demo"
enum { SEEDS = 20, PERSONS = 500, VALUES = 24 };
typedef struct Table { /* a burden against a trait */
    const char *say;
    double n[VALUES][2]; /* by value of the trait: without, with */
    Str value[VALUES];
    size_t values;
} Table;
enum { WEAK_SEX, WEAK_SURNAME, WEAK_ETHNIC, WEAK_TOWN, UNSAFE_TOWN, UNSAFE_KIND, TABLES };
static Table table[TABLES] = {
    [WEAK_SEX] = { "unfit for work by sex" },
    [WEAK_SURNAME] = { "unfit for work by surname" },
    [WEAK_ETHNIC] = { "unfit for work by ethnicity" },
    [WEAK_TOWN] = { "unfit for work by township" },
    [UNSAFE_TOWN] = { "unsafe house by township" },
    [UNSAFE_KIND] = { "unsafe house by kind of village" },
};
static Arena *arena;
static Map *blocked;
static size_t bad_name, bad_region, bad_phone, bad_check, persons;
static int32_t today;

static Str text(const DemoRecord *r, const char *name)
{
    for (size_t i = 0; i < r->nfield; i++)
        if (str_eq(r->field[i].name, str_of(name)) && r->field[i].value.kind == CQL_TEXT)
            return r->field[i].value.text;
    return STR("");
}

static void note(Table *t, Str value, bool with) /* beyond VALUES: the last is for all others */
{
    size_t i = 0;

    while (i < t->values && !str_eq(t->value[i], value))
        i++;
    if (i == t->values) {
        if (t->values == VALUES)
            i = VALUES - 1;
        else
            t->value[t->values++] = str_copy(arena, value);
    }
    t->n[i][with]++;
}

/* χ² and its degrees of freedom; values with fewer than five expected are put together. */
static double chi2(const Table *t, size_t *freedom)
{
    double all[2] = { 0, 0 }, few[2] = { 0, 0 }, x = 0;
    size_t rows = 0;

    for (size_t i = 0; i < t->values; i++)
        for (int k = 0; k < 2; k++)
            all[k] += t->n[i][k];
    for (size_t i = 0; i <= t->values; i++) {
        const double *n = i < t->values ? t->n[i] : few, of = n[0] + n[1];
        const double want[2] = { of * all[0] / (all[0] + all[1]), of * all[1] / (all[0] + all[1]) };

        if (i < t->values && fmin(want[0], want[1]) < 5) {
            few[0] += n[0];
            few[1] += n[1];
        } else if (of > 0 && fmin(want[0], want[1]) > 0) {
            rows++;
            for (int k = 0; k < 2; k++)
                x += (n[k] - want[k]) * (n[k] - want[k]) / want[k];
        }
    }
    *freedom = rows > 1 ? rows - 1 : 1;
    return x;
}

static double limit(size_t freedom) /* of χ² at p = 0.01: Wilson & Hilferty (1931) */
{
    const double f = (double)freedom, h = 2 / (9 * f);

    return f * pow(1 - h + 2.3263 * sqrt(h), 3);
}

static void person(const DemoRecord *r)
{
    const Str name = text(r, "name"), phone = text(r, "phone"), id = text(r, "id_no"),
              labour = text(r, "labour");
    Str first = name, zh, en;
    const bool unfit = str_eq(labour, STR("弱")) || str_eq(labour, STR("丧失"));
    int32_t birth = 0;
    Arena *a = arena_new(0);

    persons++;
    bad_name += map_get(blocked, name) != NULL;
    bad_region += !str_starts(id, STR("990121"));
    bad_phone += phone.len && (phone.len != 11 || !str_starts(phone, STR("124")));
    bad_check += !pack_format_ok(STR("id-card"), id, &zh, &en, a);
    for (size_t i = 0; i < r->nfield; i++)
        if (str_eq(r->field[i].name, STR("birth")))
            birth = r->field[i].value.date;
    arena_free(a);
    if (today - birth < 16 * 366 || today - birth > 64 * 365) /* work is asked of these */
        return;
    (void)str_next(&first);
    note(&table[WEAK_SEX], text(r, "sex"), unfit);
    note(&table[WEAK_SURNAME], str_sub(name, 0, name.len - first.len), unfit);
    note(&table[WEAK_ETHNIC], str_eq(text(r, "ethnic"), STR("汉族")) ? STR("汉族") : STR("others"), unfit);
    note(&table[WEAK_TOWN], str_sub(r->division, 6, 3), unfit);
}

static bool see(void *ctx, const DemoRecord *r, Err *err)
{
    (void)ctx, (void)err;
    if (str_eq(r->collection, STR("person")))
        person(r);
    if (str_eq(r->collection, STR("building"))) {
        const Str grade = text(r, "safety_grade");
        const bool unsafe = str_eq(grade, STR("C")) || str_eq(grade, STR("D"));

        note(&table[UNSAFE_TOWN], str_sub(r->division, 6, 3), unsafe);
        note(&table[UNSAFE_KIND], r->division.ptr[9] == '0' ? STR("社区") : STR("行政村"), unsafe);
    }
    return true;
}

static int make(void **state)
{
    const DemoSink sink = { see, NULL, NULL };
    Err err = { 0 };
    Str all, line;

    (void)state;
    arena = arena_new(0);
    blocked = map_new(arena);
    assert_true(file_read(DATA "/blocked-names.txt", 1 << 20, arena, &all, &err));
    while (str_cut(all, '\n', &line, &all))
        if (line.len && line.ptr[0] != '#')
            assert_true(map_put(blocked, line, arena));
    today = date_of(2026, 11, 23);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const DemoSpec spec = { PERSONS, seed, today, DATA, NULL };

        if (!demo_make(&spec, &sink, &err))
            fail_msg("%s %s", err.what, err.where);
    }
    return 0;
}

static void burdens_fall_by_lot(void **state)
{
    (void)state;
    for (size_t i = 0; i < TABLES; i++) {
        size_t freedom;
        const double x = chi2(&table[i], &freedom);

        if (x >= limit(freedom))
            fail_msg("%s: χ² %.2f with %zu degrees of freedom, at most %.2f", table[i].say, x, freedom,
                limit(freedom));
    }
}

static void nobody_is_real(void **state)
{
    (void)state;
    assert_int_equal(persons, SEEDS * PERSONS);
    assert_int_equal(bad_name, 0);
    assert_int_equal(bad_region, 0);
    assert_int_equal(bad_phone, 0);
    assert_int_equal(bad_check, 0);
}

int main(void)
{
    const struct CMUnitTest test[] = { cmocka_unit_test(burdens_fall_by_lot),
        cmocka_unit_test(nobody_is_real) };

    return cmocka_run_group_tests(test, make, NULL);
}
