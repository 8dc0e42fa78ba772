/* tests/metric/metric_test.c - rows are told without a list of rooms, counted from any thread, written as OpenMetrics asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <pthread.h>
#include <stdio.h>
#include <cmocka.h>
#include "metric/metric.h"

#define ROWS(X)                                          \
    X(test, zoo_visits, COUNTER, "visits")               \
    X(test, zoo_animals, GAUGE, "animals", "kind")       \
    X(test, zoo_meals, COUNTER, "meals", "kind", "food") \
    X(test, aviary_birds, GAUGE, "birds")
METRIC_DECLARE(ROWS)
METRIC_DEFINE(ROWS)

static Buf page;

static bool says(const char *line)
{
    buf_clear(&page);
    buf_init(&page, 1 << 20);
    metric_text(&page);
    return str_find(buf_text(&page), str_of(line)) != SIZE_MAX;
}

static void a_row_is_told_before_it_counts(void **state)
{
    (void)state;
    assert_true(
        says("# HELP sangzi_aviary_birds birds\n# TYPE sangzi_aviary_birds gauge\nsangzi_aviary_birds 0\n"));
    metric_add(METRIC_aviary_birds, 7);
    assert_true(says("\nsangzi_aviary_birds 7\n"));
    assert_true(says("# TYPE sangzi_zoo_visits counter\nsangzi_zoo_visits_total 0\n"));
    assert_true(says("# TYPE sangzi_zoo_meals counter\n"));
    assert_true(str_ends(buf_text(&page), STR("# EOF\n")));
    assert_true(
        str_find(buf_text(&page), STR("sangzi_aviary_birds")) < str_find(buf_text(&page), STR("sangzi_zoo")));
}

static void labels_make_series(void **state)
{
    (void)state;
    metric_add_of(METRIC_zoo_meals, 2, STR("panda"), STR("bamboo"));
    metric_add_of(METRIC_zoo_meals, 3, STR("panda"), STR("bamboo"));
    metric_add_of(METRIC_zoo_meals, 1, STR("panda"), STR("a \"big\\ne\n"));
    metric_add_of(METRIC_zoo_animals, 4, STR("panda"), STR(""));
    metric_add_of(METRIC_zoo_animals, -1, STR("panda"), STR(""));
    assert_true(says("\nsangzi_zoo_meals_total{kind=\"panda\",food=\"bamboo\"} 5\n"));
    assert_true(says("{kind=\"panda\",food=\"a \\\"big\\\\ne\\n\"} 1\n"));
    assert_true(says("\nsangzi_zoo_animals{kind=\"panda\"} 3\n"));
    assert_false(says("\nsangzi_zoo_animals 0\n")); /* with labels there is no value without them */
}

static void too_many_series_become_one(void **state)
{
    char name[16];

    (void)state;
    for (int i = 0; i < 1200; i++) {
        (void)snprintf(name, sizeof name, "kind%04d", i);
        metric_add_of(METRIC_zoo_animals, 1, str_of(name), STR(""));
    }
    assert_true(says("{kind=\"kind0000\"} 1\n"));
    assert_false(says("{kind=\"kind1199\"}"));
    assert_true(says("{kind=\"other\"} 201\n")); /* one of the 1,000 is the panda */
}

static void *visit(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20000; i++) {
        metric_add(METRIC_zoo_visits, 1);
        metric_add_of(METRIC_zoo_meals, 1, STR("goat"), i % 2 ? STR("hay") : STR("leaf"));
    }
    return NULL;
}

static void threads_lose_no_count(void **state)
{
    pthread_t t[4];

    (void)state;
    for (size_t i = 0; i < LEN(t); i++)
        assert_int_equal(pthread_create(&t[i], NULL, visit, NULL), 0);
    for (size_t i = 0; i < LEN(t); i++)
        pthread_join(t[i], NULL);
    assert_true(says("sangzi_zoo_visits_total 80000\n"));
    assert_true(says("{kind=\"goat\",food=\"hay\"} 40000\n"));
    assert_true(says("{kind=\"goat\",food=\"leaf\"} 40000\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_row_is_told_before_it_counts),
        cmocka_unit_test(labels_make_series), cmocka_unit_test(too_many_series_become_one),
        cmocka_unit_test(threads_lose_no_count) };
    const int wrong = cmocka_run_group_tests(tests, NULL, NULL);

    buf_clear(&page);
    return wrong;
}
