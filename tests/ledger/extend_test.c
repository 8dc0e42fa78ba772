/* tests/ledger/extend_test.c - a record that extends another: one form, one change, one transaction; an orchard and a fold on a farm. */
#include "ledger/state.h"
#include "ledgertest.h"
#include <sqlite3.h>

#define ORCHARD                                                                                                 \
    "{\"name\": \"石桥果园\", \"size\": 20, \"phone\": \"13800138000\", \"at\": [111.1, 31.4], \"trees\": " \
    "400}"

static int start(void **state)
{
    static County k;

    county_make_in(&k, NULL);
    *state = &k;
    return 0;
}

static int stop(void **state)
{
    county_drop(*state);
    return 0;
}

static int64_t number(const LedgerRecord *r, const char *name)
{
    const CqlValue v = of(r, name);

    return v.kind == CQL_INT ? v.integer : v.kind == CQL_NUMBER ? (int64_t)v.number : -1;
}

static void one_form_makes_both(void **state)
{
    const County *k = *state;
    LedgerDone done;
    LedgerRecord farm, orchard;

    must_save(k, LEDGER_CREATE, "orchard", NULL, ORCHARD, &done);
    farm = get(k, "farm", done.id);
    orchard = get(k, "orchard", done.id);
    text_is(of(&farm, "name"), "石桥果园");
    text_is(of(&orchard, "name"), "石桥果园");
    text_is(of(&orchard, "phone"), "13800138000"); /* sealed above, opened below */
    assert_true(number(&orchard, "trees") == 400 && number(&orchard, "dense") == 20 &&
                number(&orchard, "twice") == 40);
    assert_true(farm.seq == done.seq && orchard.seq == done.seq);
    assert_true(str_eq(TEXT(farm.geometry), TEXT(orchard.geometry)) && orchard.geometry.len);
    assert_int_equal(ledger_count((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "farm"), STR("")), 1);
    assert_int_equal(ledger_count((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "orchard"), STR("")), 1);
    assert_int_equal(faults_of(k), 0);
}

static void a_finding_of_either_refuses_both(void **state)
{
    static const struct {
        const char *say, *json, *property;
    } row[] = {
        { "the name belongs above", "{\"trees\": 3, \"size\": 1}", "name" },
        { "the trees belong below", "{\"name\": \"x\"}", "trees" },
        { "a rule above", "{\"name\": \"x\", \"kind\": \"园\", \"size\": 60, \"trees\": 1}", "size" },
        { "a rule below that looks above", "{\"name\": \"x\", \"size\": 1, \"trees\": 101}", "trees" },
    };
    const County *k = *state;
    Err err;

    for (size_t i = 0; i < LEN(row); i++) {
        if (save(k, LEDGER_CREATE, "orchard", NULL, row[i].json, NULL, &err) ||
            strcmp(err.where, row[i].property))
            fail_msg("%s: %s", row[i].say, err.where);
        assert_int_equal(
            ledger_count((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "farm"), STR("")), 0);
    }
    assert_int_equal(ledger_seq(k->ledger), 0);
}

static void each_change_gives_a_version_where_something_is_shown_anew(void **state)
{
    const County *k = *state;
    LedgerDone done, again;
    LedgerRecord r;
    Err err;

    must_save(k, LEDGER_CREATE, "orchard", NULL, ORCHARD, &done);
    must_save(k, LEDGER_UPDATE, "orchard", done.id, "{\"trees\": 410}", &again); /* below only */
    assert_true(again.version == 2 && get(k, "farm", done.id).version == 1);
    must_save(k, LEDGER_UPDATE, "orchard", done.id, "{\"size\": 30}", &again); /* above only: both */
    assert_true(again.version == 3 && get(k, "farm", done.id).version == 2);
    must_save(k, LEDGER_UPDATE, "farm", done.id, "{\"name\": \"柳溪果园\", \"at\": [111.2, 31.5]}",
        &again); /* past the form */
    assert_int_equal(again.version, 3);
    r = get(k, "orchard", done.id);
    assert_int_equal(r.version, 4);
    text_is(of(&r, "name"), "柳溪果园");
    assert_true(str_eq(TEXT(r.geometry), TEXT(get(k, "farm", done.id).geometry)));
    must_save(k, LEDGER_UPDATE, "orchard", done.id, "{\"size\": 30, \"trees\": 410}", &again);
    assert_true(again.same && again.version == 4);
    assert_int_equal(faults_of(k), 0);
    { /* who saw version 3 did not see the new name */
        LedgerChange c = { .verb = LEDGER_UPDATE,
            .collection = col(k, "orchard"),
            .if_version = 3,
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN };
        const LedgerField f = { prop(c.collection, "name"), { .kind = CQL_TEXT, .text = STR("旧") } };
        const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1 };
        LedgerProblems said = { 0 };

        memcpy(c.id, done.id, sizeof c.id);
        c.field = &f;
        c.nfield = 1;
        assert_false(ledger_write(k->ledger, &tx, k->arena, &again, &said, &err));
        assert_ptr_equal(err.kind, &LEDGER_STALE);
        r = get(k, "farm", done.id);
        text_is(of(&r, "name"), "柳溪果园"); /* nothing above was left written */
    }
}

static void what_stands_already_can_be_extended(void **state)
{
    const County *k = *state;
    LedgerDone farm, done;
    LedgerRecord r;
    Err err;

    must_save(
        k, LEDGER_CREATE, "farm", NULL, "{\"name\": \"老场\", \"size\": 5, \"at\": [111.1, 31.4]}", &farm);
    must_save(k, LEDGER_CREATE, "orchard", farm.id, "{\"trees\": 9}", &done);
    assert_string_equal(done.id, farm.id);
    r = get(k, "orchard", farm.id);
    text_is(of(&r, "name"), "老场");
    assert_true(r.geometry.len > 0);
    must_save(k, LEDGER_CREATE, "fold", farm.id, "{\"heads\": 7, \"size\": 6}", &done);
    assert_int_equal(get(k, "orchard", farm.id).version, 2); /* it shows the new size */
    assert_false(save(k, LEDGER_CREATE, "fold", farm.id, "{\"heads\": 8}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_EXISTS);
    assert_int_equal(faults_of(k), 0);
}

static void the_last_one_takes_it_along(void **state)
{
    const County *k = *state;
    LedgerDone farm;
    LedgerRecord r;
    Err err;

    must_save(k, LEDGER_CREATE, "orchard", NULL, ORCHARD, &farm);
    must_save(k, LEDGER_CREATE, "fold", farm.id, "{\"heads\": 7}", NULL);
    assert_false(save(k, LEDGER_RETIRE, "farm", farm.id, NULL, NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_REFERRED);
    must_save(k, LEDGER_RETIRE, "fold", farm.id, NULL, NULL);
    (void)get(k, "farm", farm.id); /* the orchard stands on it */
    must_save(k, LEDGER_UPDATE, "orchard", farm.id, "{\"size\": 25}", NULL);
    must_save(k, LEDGER_RETIRE, "orchard", farm.id, NULL, NULL);
    assert_false(ledger_get((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "farm"), str_of(farm.id),
        INT64_MIN, INT64_MIN, k->arena, &r, &err));
    assert_ptr_equal(err.kind, &LEDGER_GONE);
    must_save(k, LEDGER_RESTORE, "orchard", farm.id, NULL, NULL);
    r = get(k, "orchard", farm.id);
    assert_true(number(&r, "size") == 25 && number(&r, "trees") == 400);
    assert_int_equal(ledger_count((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "farm"), STR("")), 1);
    assert_int_equal(faults_of(k), 0);
}

static bool count_one(void *ctx, const LedgerRecord *r)
{
    (void)r;
    ++*(size_t *)ctx;
    return true;
}

static size_t found(const County *k, const char *collection, const char *filter)
{
    Arena *a = arena_new(0);
    LedgerQuery q = { .collection = col(k, collection), .limit = 10 };
    CqlExpr *e;
    LedgerPage page;
    size_t n = 0;
    Err err = { 0 };

    assert_true(cql_parse_text(str_of(filter), a, &e, &err) && cql_check(e, &q.collection->schema, a, &err));
    q.filter = e;
    assert_true(ledger_select((LedgerView){ k->ledger, &ACCESS_VISITOR }, &q, count_one, &n, a, &page, &err));
    arena_free(a);
    return n;
}

static void what_is_above_filters_below(void **state)
{
    static const struct {
        const char *filter;
        size_t n;
    } row[] = { { "name = '石桥果园'", 1 }, { "name LIKE '%果园' AND trees > 100", 1 }, { "size > 100", 0 },
        { "size = 20 OR trees = 1", 1 }, { "phone = '13800138000'", 1 }, { "twice = 40", 1 },
        { "kind IS NULL", 1 } };
    const County *k = *state;
    const PackProperty *of_stats[2] = { prop(col(k, "orchard"), "size"), prop(col(k, "orchard"), "trees") };
    const LedgerQuery q = { .collection = col(k, "orchard") };
    LedgerStats stat;
    Err err = { 0 };

    must_save(k, LEDGER_CREATE, "orchard", NULL, ORCHARD, NULL);
    for (size_t i = 0; i < LEN(row); i++)
        if (found(k, "orchard", row[i].filter) != row[i].n)
            fail_msg("%s", row[i].filter);
    assert_true(ledger_stats((LedgerView){ k->ledger, &ACCESS_VISITOR }, &q, of_stats, 2, NULL, k->arena,
                    &stat, &err) &&
                stat.n == 1);
    assert_true(stat.total.property[0].sum == 20 && stat.group[0].property[1].sum == 400);
}

/* What a column holds above is asked in SQL: no row is read for nothing. */
static void filters_on_what_is_above_go_down_to_sql(void **state)
{
    static const struct {
        const char *filter;
        bool residual;
    } row[] = { { "name = '石桥果园' AND trees > 100", false },
        { "size BETWEEN 1 AND 30 OR trees = 1", false }, { "kind IS NULL", false },
        { "opened > DATE('2020-01-01')", false }, { "rent >= 12.5", false },
        { "phone = '13800138000'", true } };
    const County *k = *state;
    const PackCollection *c = col(k, "orchard");

    for (size_t i = 0; i < LEN(row); i++) {
        CqlExpr *e;
        StoreFilter f;
        Err err = { 0 };

        assert_true(cql_parse_text(str_of(row[i].filter), k->arena, &e, &err) &&
                    cql_check(e, &c->schema, k->arena, &err));
        assert_true(
            store_filter(k->ledger->store, &ledger_sheet(k->ledger, c)->table, e, k->arena, &f, &err));
        if ((f.residual != NULL) != row[i].residual)
            fail_msg("%s: %s", row[i].filter, f.residual ? "a residual" : "no residual");
    }
}

static void history_tells_of_both(void **state)
{
    const County *k = *state;
    LedgerDone done;
    LedgerVersion *v;
    int64_t next;
    LedgerRecord r;
    size_t n;
    int64_t then;
    Err err = { 0 };

    must_save(k, LEDGER_CREATE, "orchard", NULL, ORCHARD, &done);
    then = time_now();
    usleep(2000);
    must_save(k, LEDGER_UPDATE, "orchard", done.id, "{\"size\": 50}", NULL);
    assert_true(ledger_history((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "orchard"), str_of(done.id),
                    0, 0, k->arena, &v, &n, &next, &err) &&
                n == 2);
    assert_true(v[0].nchange == 1 && str_eq(v[0].change[0].property->name, STR("size")));
    assert_true(ledger_get((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "orchard"), str_of(done.id),
        INT64_MIN, then, k->arena, &r, &err));
    assert_int_equal(number(&r, "size"), 20);
}

static void what_a_process_derives_above_is_seen_below(void **state)
{
    const County *k = *state;
    LedgerDone done;
    LedgerRecord before, after;

    must_save(k, LEDGER_CREATE, "orchard", NULL, ORCHARD, &done);
    before = get(k, "orchard", done.id);
    must_save(k, LEDGER_DERIVE, "farm", done.id, "{\"score\": 7}", NULL);
    after = get(k, "orchard", done.id);
    assert_true(after.version == before.version && after.seq > before.seq && number(&after, "score") == 7);
    assert_int_equal(faults_of(k), 0);
}

/* --- how often what is above is asked for ---------------------------------------------------------------------------- */
static size_t asked;

static int see_statement(unsigned kind, void *ctx, void *stmt, void *text)
{
    const char *sql = sqlite3_sql(stmt);

    (void)kind, (void)ctx, (void)text;
    asked += sql && strstr(sql, "\"farm\"") != NULL;
    return 0;
}

static int watch(sqlite3 *db, const char **said, const void *api)
{
    (void)said, (void)api;
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, see_statement, NULL);
}

static bool count_named(void *ctx, const LedgerRecord *r)
{
    *(size_t *)ctx += of(r, "name").kind == CQL_TEXT;
    return true;
}

static void a_list_asks_above_by_the_dozen(void **state)
{
    enum { ORCHARDS = 300 };
    County *k = *state;
    const LedgerQuery q = { .collection = col(k, "orchard"), .uncounted = true };
    LedgerPage page;
    size_t named = 0;
    Err err = { 0 };

    of_the_file_only();
    for (int i = 0; i < ORCHARDS; i++)
        must_save(k, LEDGER_CREATE, "orchard", NULL,
            str_fmt(k->arena, "{\"name\":\"园%d\",\"trees\":1,\"size\":1}", i).ptr, NULL);
    sqlite3_auto_extension((void (*)(void))watch);
    county_again(k); /* its connections are watched */
    asked = 0;
    assert_true(ledger_select(
        (LedgerView){ k->ledger, &ACCESS_VISITOR }, &q, count_named, &named, k->arena, &page, &err));
    sqlite3_reset_auto_extension();
    assert_true(named == ORCHARDS && page.returned == ORCHARDS);
    assert_in_range(asked, 1, ORCHARDS / 16);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test_setup_teardown(one_form_makes_both, start, stop),
        cmocka_unit_test_setup_teardown(a_finding_of_either_refuses_both, start, stop),
        cmocka_unit_test_setup_teardown(
            each_change_gives_a_version_where_something_is_shown_anew, start, stop),
        cmocka_unit_test_setup_teardown(what_stands_already_can_be_extended, start, stop),
        cmocka_unit_test_setup_teardown(the_last_one_takes_it_along, start, stop),
        cmocka_unit_test_setup_teardown(what_is_above_filters_below, start, stop),
        cmocka_unit_test_setup_teardown(filters_on_what_is_above_go_down_to_sql, start, stop),
        cmocka_unit_test_setup_teardown(a_list_asks_above_by_the_dozen, start, stop),
        cmocka_unit_test_setup_teardown(history_tells_of_both, start, stop),
        cmocka_unit_test_setup_teardown(what_a_process_derives_above_is_seen_below, start, stop),
    };

    log_open(2, false, LOG_ERROR);
    return cmocka_run_group_tests(test, NULL, NULL);
}
