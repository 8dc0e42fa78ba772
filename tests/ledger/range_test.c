/* tests/ledger/range_test.c - ranges of sealed values are found in memory, miss nothing, and are fresh after each commit. */
#include "ledger/sealed.h"
#include "ledgertest.h"
#include <pthread.h>

enum { OWNERS = 2000 };
static County k;
static char id[OWNERS][ULID_LEN + 1];

static void load(void)
{
    const PackCollection *c = col(&k, "owner");
    LedgerLoad *put;
    Err err = { 0 };

    assert_true(
        ledger_load_begin(k.ledger, STR("tester"), STR("typed"), STR("many"), time_now(), 5, &put, &err));
    for (size_t i = 0; i < OWNERS; i++) {
        const Str name = str_fmt(k.arena, "户%zu", i);
        const LedgerField f[] = { { prop(c, "name"), { .kind = CQL_TEXT, .text = name } },
            { prop(c, "birth"),
                { .kind = i % 10 ? CQL_DATE : CQL_NULL, .date = (int32_t)(i * 13 % 20000) - 8000 } },
            { prop(c, "income"), { .kind = CQL_INT, .integer = (int64_t)(i * 7919 % 100000) } } };
        LedgerLoadRecord r = { .collection = c,
            .division = STR(DIVISION),
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN,
            .field = f,
            .nfield = LEN(f) };

        ulid_new(r.id);
        memcpy(id[i], r.id, sizeof r.id);
        assert_true(ledger_load_put(put, &r, &err));
    }
    assert_true(ledger_load_end(put, true, &err));
}

static int begin(void **state)
{
    (void)state;
    county_make_in(&k, NULL);
    load();
    ledger_warm(k.ledger);
    return 0;
}

static int end(void **state)
{
    (void)state;
    county_drop(&k);
    return 0;
}

static bool count_it(void *ctx, const LedgerRecord *r)
{
    (void)r;
    ++*(size_t *)ctx;
    return true;
}

typedef struct ByHand {
    const CqlExpr *e;
    size_t n;
} ByHand;

static bool by_hand(void *ctx, const LedgerRecord *r)
{
    ByHand *h = ctx;
    const CqlRecord seen = ledger_seen(r);
    Arena *a = arena_new(0);

    h->n += cql_eval(h->e, &seen, a) == CQL_TRUE;
    arena_free(a);
    return true;
}

/* How many the ledger finds; where `hand` is given, how many there are. */
static size_t found(const char *filter, size_t *hand)
{
    Arena *a = arena_new(0);
    LedgerQuery q = { .collection = col(&k, "owner") };
    ByHand h = { .n = 0 };
    CqlExpr *e;
    LedgerPage page;
    size_t n = 0;
    Err err = { 0 };

    if (!cql_parse_text(str_of(filter), a, &e, &err) || !cql_check(e, &q.collection->schema, a, &err))
        fail_msg("%s: %s %s", filter, err.kind->code, err.what);
    q.filter = h.e = e;
    assert_true(ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, count_it, &n, a, &page, &err));
    q.filter = NULL;
    q.sealed = true;
    if (hand) {
        assert_true(
            ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, by_hand, &h, a, &page, &err));
        *hand = h.n;
    }
    arena_free(a);
    return n;
}

/* Whether the row of an owner would be opened for a filter. */
static bool opened(const char *filter, size_t owner)
{
    const Sheet *s = ledger_sheet(k.ledger, col(&k, "owner"));
    const LedgerRecord r = get(&k, "owner", id[owner]);
    Arena *a = arena_new(0);
    LedgerSpans *spans;
    StoreSet set;
    CqlExpr *e;
    bool yes;
    Err err = { 0 };

    assert_true(cql_parse_text(str_of(filter), a, &e, &err) && cql_check(e, &s->collection->schema, a, &err));
    assert_true(ledger_range_plan(s, e, a, &spans));
    yes = !spans;
    if (spans) {
        assert_true(ledger_range_among(spans, a, &set));
        yes = (size_t)r.fid >= set.n || (set.bit[r.fid / 64] >> r.fid % 64 & 1);
    }
    arena_free(a);
    return yes;
}

static void wait_until_warm(void)
{
    for (int i = 0; i < 500 && opened("birth > DATE('2900-01-01')", OWNERS - 1); i++)
        usleep(10000);
    assert_false(opened("birth > DATE('2900-01-01')", OWNERS - 1));
}

static void it_agrees_with_opening_every_row(void **state)
{
    static const char *const filter[] = { "birth < DATE('1961-01-01')",
        "birth >= DATE('1990-01-01') AND income > 500",
        "birth BETWEEN DATE('1970-01-01') AND DATE('1980-01-01')", "birth = DATE('1951-04-27')",
        "NOT (birth < DATE('1961-01-01'))", "birth < DATE('1950-01-01') OR income < 10",
        "birth < DATE('1950-01-01') OR name = '户3'", "birth IS NULL", "income = 79.19",
        "DATE('1961-01-01') > birth", "income > 999.9",
        "birth < DATE('1961-01-01') AND birth > DATE('1999-01-01')", "birth <> DATE('1951-04-27')",
        "income IN (79.19, 158.38)", "income + 1 > 500", "birth IS NOT NULL AND income <= 0" };

    (void)state;
    wait_until_warm();
    for (size_t i = 0; i < LEN(filter); i++) {
        size_t hand;
        const size_t n = found(filter[i], &hand);

        if (n != hand)
            fail_msg("%s: %zu found, %zu there", filter[i], n, hand);
    }
}

static void rows_outside_are_not_opened(void **state)
{
    (void)state;
    wait_until_warm();
    assert_false(opened("birth < DATE('1900-01-01')", 7));
    assert_true(opened("birth < DATE('2100-01-01')", 7));
    assert_false(opened("birth < DATE('1900-01-01') AND name = '户7'", 7));
    assert_true(opened("birth < DATE('1900-01-01') OR name = '户7'", 7)); /* the name may make it true */
}

static void a_commit_is_seen_at_once(void **state)
{
    (void)state;
    wait_until_warm();
    for (size_t i = 1; i < 60; i++) {
        const Str json = str_fmt(k.arena, "{\"birth\": \"18%02zu-05-06\"}", i),
                  filter = str_fmt(k.arena, "birth = DATE('18%02zu-05-06')", i);

        must_save(&k, LEDGER_UPDATE, "owner", id[i], json.ptr, NULL);
        assert_int_equal(found(filter.ptr, NULL), 1);
    }
    must_save(&k, LEDGER_RETIRE, "owner", id[59], NULL, NULL);
    assert_int_equal(found("birth = DATE('1859-05-06')", NULL), 0);
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\": \"新户\", \"birth\": \"1777-01-01\"}", NULL);
    assert_int_equal(found("birth < DATE('1800-01-01')", NULL), 1);
}

static void *writer(void *arg)
{
    const size_t from = *(size_t *)arg;

    for (size_t i = 0; i < 40; i++) {
        char json[64];

        snprintf(json, sizeof json, "{\"birth\": \"%zu-01-01\"}", 1700 + (from + i) % 90);
        must_save(&k, LEDGER_UPDATE, "owner", id[from + i], json, NULL);
        snprintf(json, sizeof json, "birth = DATE('%zu-01-01')", 1700 + (from + i) % 90);
        if (found(json, NULL) == 0)
            return arg; /* written, answered, and not found */
    }
    return NULL;
}

static void among_writers_nothing_is_missed(void **state)
{
    pthread_t t[4];
    size_t from[4];

    (void)state;
    wait_until_warm();
    for (size_t i = 0; i < LEN(t); i++) {
        from[i] = 100 + i * 100;
        assert_int_equal(pthread_create(&t[i], NULL, writer, &from[i]), 0);
    }
    for (size_t i = 0; i < LEN(t); i++) {
        void *missed;

        pthread_join(t[i], &missed);
        assert_null(missed);
    }
    {
        size_t hand;

        assert_true(found("birth < DATE('1800-01-01')", &hand) == hand);
    }
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(it_agrees_with_opening_every_row),
        cmocka_unit_test(rows_outside_are_not_opened),
        cmocka_unit_test(a_commit_is_seen_at_once),
        cmocka_unit_test(among_writers_nothing_is_missed),
    };

    log_open(2, false, LOG_ERROR);
    return cmocka_run_group_tests(test, begin, end);
}
