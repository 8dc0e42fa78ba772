/* tests/indicator/indicator_test.c - a figure is what its records give: by hand, for each way an indicator can be declared, up
 * the division tree, for a period, the period before it, and where there is nothing to divide by.
 *
 * The county: two townships, three villages in one and one in the other; farms with a size, a rent and a day of opening.
 */
#include "indicator/indicator.h"
#include <math.h>

static const PackPart *const part[] = { &indicator_yaml };
static const Str maker[] = { { "try-score", 9 }, { "try-number", 10 } };
static const PackAbove above = { .part = part, .npart = 1, .maker = maker, .nmaker = 2 };
#define PACK_ABOVE &above
/* clang-format off */
#define PACK_MORE \
    { "tasks.yaml", "\"01\":\n  title: { zh: 任务, en: Task }\n  section: { zh: 节, en: Section }\n  holds: [{ zh: 一, en: a }, { zh: 二, en: b }, { zh: 三, en: c }]\n" }, \
    { "indicators.yaml", \
        "orchards:\n  title: { zh: 果园数, en: Orchards }\n  task: \"01\"\n  collection: farm\n  numerator: \"kind = '园'\"\n  count: true\n" \
        "orchard_share:\n  title: { zh: 果园占比, en: Share of orchards }\n  task: \"01\"\n  collection: farm\n" \
        "  numerator: \"kind = '园'\"\n  denominator: \"kind IS NOT NULL\"\n  scale: 100\n" \
        "orchard_land:\n  title: { zh: 果园面积占比, en: Share of land }\n  task: \"01\"\n  collection: farm\n" \
        "  numerator: \"kind = '园'\"\n  weight: size\n  scale: 100\n" \
        "rent_mean:\n  title: { zh: 平均租金, en: Mean rent }\n  task: \"01\"\n  collection: farm\n" \
        "  numerator: \"rent IS NOT NULL\"\n  denominator: \"rent IS NOT NULL\"\n  weight: size\n  value: rent\n" \
        "opened_share:\n  title: { zh: 开办率, en: Share opened }\n  task: \"01\"\n  collection: farm\n  period: opened\n  scale: 100\n" },
/* clang-format on */
#include "../ledger/ledgertest.h"

static County k;
static const struct {
    const char *division, *json;
} farm[] = {
    { "990121100200",
        "{\"name\":\"甲\",\"kind\":\"园\",\"size\":10,\"rent\":100,\"opened\":\"2025-03-01\"}" },
    { "990121100200",
        "{\"name\":\"乙\",\"kind\":\"田\",\"size\":30,\"rent\":200,\"opened\":\"2026-01-01\"}" },
    { "990121100201", "{\"name\":\"丙\",\"kind\":\"园\",\"size\":20,\"opened\":\"2026-12-31\"}" },
    { "990121100201", "{\"name\":\"丁\",\"size\":40,\"rent\":50,\"opened\":\"2024-05-01\"}" },
    { "990121200200", "{\"name\":\"戊\",\"kind\":\"田\",\"size\":100,\"opened\":\"2026-06-30\"}" },
};

static int open_all(void **state)
{
    static const char *const division[][2] = { { "990121000000", "县" }, { "990121100000", "东镇" },
        { "990121200000", "西镇" }, { "990121100200", "一村" }, { "990121100201", "二村" },
        { "990121100202", "三村" }, { "990121200200", "四村" } };
    char json[300];

    (void)state;
    county_make_in(&k, NULL);
    for (size_t i = 0; i < LEN(division); i++) {
        snprintf(json, sizeof json, "{\"code\":\"%s\",\"name\":\"%s\",\"division\":\"%s\"}", division[i][0],
            division[i][1], division[i][0]);
        must_save(&k, LEDGER_CREATE, "division", NULL, json, NULL);
    }
    for (size_t i = 0; i < LEN(farm); i++) {
        snprintf(json, sizeof json, "{\"division\":\"%s\",%s", farm[i].division, farm[i].json + 1);
        must_save(&k, LEDGER_CREATE, "farm", NULL, json, NULL);
    }
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    county_drop(&k);
    return 0;
}

static IndicatorValue value(const char *id, const char *division, const char *period)
{
    const Indicator *i;
    IndicatorValue v = { 0 };
    Err err = { 0 };

    if (!indicator_find(k.model, str_of(id), &i, &err) ||
        !indicator_value((LedgerView){ k.ledger, &ACCESS_VISITOR }, i, str_of(division), str_of(period),
            k.arena, &v, &err))
        fail_msg("%s: %s %s", id, err.kind->code, err.what);
    return v;
}

/* Worked by hand from the table of farms above. */
static const struct Row {
    const char *say, *id, *division, *period;
    double value, numerator, denominator;
} row[] = {
    { "a number of records", "orchards", "", "", 2, 2, NAN },
    { "of one township", "orchards", "990121200000", "", 0, 0, NAN },
    { "a share of records: who has no kind is not asked", "orchard_share", "", "", 50, 2, 4 },
    { "of one village", "orchard_share", "990121100200", "", 50, 1, 2 },
    { "by weight: 10 and 20 of 200", "orchard_land", "", "", 15, 30, 200 },
    { "a mean by weight, in yuan: (10 x 100 + 30 x 200 + 40 x 50) / 80", "rent_mean", "", "", 112.5, 9000,
        80 },
    { "nothing to divide by is no number, not 0", "rent_mean", "990121200000", "", NAN, 0, 0 },
    { "of a year", "opened_share", "", "2026", 60, 3, 5 },
    { "its first day is in it, a month too", "opened_share", "", "2026-01", 20, 1, 5 },
    { "its last day is in it", "opened_share", "", "2026-12", 20, 1, 5 },
    { "a year in which nothing was is 0 of 5", "opened_share", "", "2020", 0, 0, 5 },
};

static bool see_nothing(void *ctx, const LedgerRecord *r)
{
    (void)ctx;
    (void)r;
    return true;
}

static bool same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

static void figures_are_what_the_records_give(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        const IndicatorValue v = value(row[i].id, row[i].division, row[i].period);

        if (!same_number(v.value, row[i].value) || !same_number(v.numerator, row[i].numerator) ||
            (!isnan(row[i].denominator) && !same_number(v.denominator, row[i].denominator)))
            fail_msg("%s: %g = %g / %g, not %g = %g / %g", row[i].say, v.value, v.numerator, v.denominator,
                row[i].value, row[i].numerator, row[i].denominator);
    }
}

static void the_tree_adds_up(void **state)
{
    const IndicatorValue county = value("orchard_land", "", "");
    const IndicatorValue town = value("orchard_land", "990121100000", "");
    double numerator = 0, denominator = 0;

    (void)state;
    assert_int_equal(county.nchild, 2);
    for (size_t i = 0; i < county.nchild; i++) {
        numerator += county.child[i].numerator;
        denominator += county.child[i].denominator;
    }
    assert_true(same_number(numerator, county.numerator) && same_number(denominator, county.denominator));
    assert_true(
        str_eq(county.child[0].division, STR("990121100000")) && str_eq(county.child[0].name, STR("东镇")));
    assert_true(same_number(county.child[0].value, 30) && same_number(county.child[1].value, 0));
    assert_int_equal(town.nchild, 3);
    assert_true(same_number(town.child[1].value, 100 * 20.0 / 60));
    assert_true(isnan(town.child[2].value)); /* 三村 has no farm */
}

static void what_was_before_and_how_much_is_known(void **state)
{
    IndicatorValue v = value("opened_share", "", "2026");

    (void)state;
    assert_true(same_number(v.previous, 20)); /* 甲 in 2025 */
    assert_true(str_eq(v.period, STR("2026")));
    v = value("opened_share", "", "2026-01");
    assert_true(same_number(v.previous, 0)); /* December 2025 */
    v = value("orchard_share", "", "");
    assert_true(isnan(v.previous) && !v.period.len);
    assert_true(same_number(v.completeness, 0.8));
    v = value("orchard_share", "990121100202", "");
    assert_true(isnan(v.completeness) && isnan(v.value));
}

/* Its two filters, asked of the register, count what the figure counted. */
static void a_figure_opens_to_its_records(void **state)
{
    const IndicatorValue v = value("opened_share", "", "2026");
    LedgerQuery q = { .collection = col(&k, "farm"), .limit = 10, .count = true };
    CqlExpr *e;
    LedgerPage page;
    Err err = { 0 };

    (void)state;
    assert_true(cql_parse_text(v.numerator_filter, k.arena, &e, &err) &&
                cql_check(e, &q.collection->schema, k.arena, &err));
    q.filter = e;
    assert_true(ledger_select(
        (LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, see_nothing, NULL, k.arena, &page, &err));
    assert_int_equal(page.matched, 3);
}

static void a_change_is_in_the_figure_at_once(void **state)
{
    LedgerDone done;

    (void)state;
    must_save(&k, LEDGER_CREATE, "farm", NULL,
        "{\"division\":\"990121200200\",\"name\":\"己\",\"kind\":\"园\",\"size\":1}", &done);
    assert_true(same_number(value("orchards", "", "").value, 3));
    assert_true(same_number(value("orchards", "990121200000", "").value, 1));
    must_save(&k, LEDGER_RETIRE, "farm", done.id, "{}", NULL);
    assert_true(same_number(value("orchards", "", "").value, 2));
}

static void wrong_questions(void **state)
{
    static const char *const period[] = { "26", "2026-13", "2026-1", "2026-00", "1899", "2026-01-01", "x" };
    const Indicator *i;
    IndicatorValue v;
    Err err = { 0 };

    (void)state;
    assert_false(indicator_find(k.model, STR("nothing_such"), &i, &err));
    assert_ptr_equal(err.kind, &INDICATOR_NO_INDICATOR);
    assert_true(indicator_find(k.model, STR("opened_share"), &i, &err));
    for (size_t n = 0; n < LEN(period); n++) {
        err = (Err){ 0 };
        assert_false(indicator_value(
            (LedgerView){ k.ledger, &ACCESS_VISITOR }, i, STR(""), str_of(period[n]), k.arena, &v, &err));
        assert_ptr_equal(err.kind, &INDICATOR_BAD_PERIOD);
    }
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(figures_are_what_the_records_give),
        cmocka_unit_test(the_tree_adds_up),
        cmocka_unit_test(what_was_before_and_how_much_is_known),
        cmocka_unit_test(a_figure_opens_to_its_records),
        cmocka_unit_test(a_change_is_in_the_figure_at_once),
        cmocka_unit_test(wrong_questions),
    };

    return cmocka_run_group_tests(test, open_all, close_all);
}
