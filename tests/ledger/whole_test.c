/* tests/ledger/whole_test.c - nothing is cut off in silence: more groups, versions, opposite references, sealed names and findings
 * than any one page holds, and together the pages are the whole.
 */
#include "ledgertest.h"

enum { OWNERS = 12500, VERSIONS = 1100, FARMS = 1500 };
static County k;
static char owner[ULID_LEN + 1], farm[ULID_LEN + 1];

static void load_owners(LedgerLoad *put)
{
    const PackCollection *c = col(&k, "owner");
    Err err = { 0 };

    for (int i = 0; i < OWNERS; i++) {
        const LedgerField f[] = { { prop(c, "name"),
                                      { .kind = CQL_TEXT, .text = str_fmt(k.arena, "王%d", i) } },
            { prop(c, "id_no"), { .kind = CQL_TEXT, .text = str_fmt(k.arena, "N%05d", i) } },
            { prop(c, "secret"), { .kind = CQL_TEXT, .text = STR("密名王") } },
            { prop(c, "income"), { .kind = CQL_INT, .integer = 100 } } };
        LedgerLoadRecord r = { .collection = c,
            .division = STR(DIVISION),
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN,
            .field = f,
            .nfield = LEN(f) };

        ulid_new(r.id);
        if (!i)
            memcpy(owner, r.id, sizeof owner);
        assert_true(ledger_load_put(put, &r, &err));
    }
}

static void load_farms(LedgerLoad *put)
{
    const PackCollection *c = col(&k, "farm");
    Err err = { 0 };

    for (int i = 0; i < FARMS; i++) {
        const LedgerField f[] = { { prop(c, "name"),
                                      { .kind = CQL_TEXT, .text = str_fmt(k.arena, "场%d", i) } },
            { prop(c, "owner"), { .kind = CQL_TEXT, .text = str_of(owner) } } };
        LedgerLoadRecord r = { .collection = c,
            .division = STR(DIVISION),
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN,
            .field = f,
            .nfield = LEN(f) };

        ulid_new(r.id);
        if (!i)
            memcpy(farm, r.id, sizeof farm);
        assert_true(ledger_load_put(put, &r, &err));
    }
}

static int begin(void **state)
{
    LedgerLoad *put;
    Err err = { 0 };

    (void)state;
    county_make_in(&k, NULL);
    assert_true(
        ledger_load_begin(k.ledger, STR("tester"), STR("typed"), STR("many"), time_now(), 5, &put, &err));
    load_owners(put);
    load_farms(put);
    assert_true(ledger_load_end(put, true, &err));
    ledger_warm(k.ledger);
    return 0;
}

static int end(void **state)
{
    (void)state;
    county_drop(&k);
    return 0;
}

static LedgerView view(void)
{
    return (LedgerView){ k.ledger, &ACCESS_VISITOR };
}

/* --- groups ------------------------------------------------------------------------------------------------------------- */
static void groups_in_pages(const char *group, const char *sum)
{
    const PackCollection *c = col(&k, "owner");
    const PackProperty *of = prop(c, sum);
    LedgerQuery q = { .collection = c, .limit = 5000 };
    size_t seen = 0, pages = 0;
    int64_t records = 0;
    CqlValue last = { .kind = CQL_NULL };

    do {
        LedgerStats s;
        Err err = { 0 };

        assert_true(ledger_stats(view(), &q, &of, 1, prop(c, group), k.arena, &s, &err));
        assert_int_equal(s.total.count, OWNERS); /* on each page: of all */
        assert_true(s.total.property[0].sum == OWNERS);
        for (size_t i = 0; i < s.n; i++) {
            assert_true(last.kind == CQL_NULL || cql_compare(last, s.group[i].group) < 0);
            last = s.group[i].group;
            records += s.group[i].count;
        }
        seen += s.n;
        q.token = s.next;
        pages++;
    } while (q.token.len);
    assert_true(seen == OWNERS && records == OWNERS && pages == 3);
}

static void groups_are_paged_and_the_total_is_of_all(void **state)
{
    (void)state;
    groups_in_pages("name", "income");  /* by hand: the sum is of what is sealed */
    groups_in_pages("id_no", "income"); /* the group too */
}

static void groups_by_sql_are_not_cut_either(void **state)
{
    const PackCollection *c = col(&k, "owner");
    const LedgerQuery q = { .collection = c };
    LedgerStats s;
    Err err = { 0 };

    (void)state;
    assert_true(ledger_stats(view(), &q, NULL, 0, prop(c, "name"), k.arena, &s, &err));
    assert_true(s.n == OWNERS && s.total.count == OWNERS && !s.next.len);
}

/* --- history -------------------------------------------------------------------------------------------------------------- */
static void history_is_paged(void **state)
{
    const PackCollection *c = col(&k, "farm");
    int64_t before = 0;
    size_t seen = 0, pages = 0;

    (void)state;
    for (int i = 1; i < VERSIONS; i++)
        must_save(&k, LEDGER_UPDATE, "farm", farm,
            str_fmt(k.arena, "{\"size\":%g}", 1 + i % 7 + i / 1000.0).ptr, NULL);
    do {
        LedgerVersion *v;
        int64_t next;
        size_t n;
        Err err = { 0 };

        assert_true(ledger_history(view(), c, str_of(farm), before, 500, k.arena, &v, &n, &next, &err));
        for (size_t i = 0; i < n; i++)
            assert_int_equal(v[i].version, VERSIONS - (int64_t)(seen + i));
        assert_int_equal(v[n - 1].nchange,
            seen + n == VERSIONS ? v[n - 1].nchange : 1); /* the last of a page is told against the next */
        seen += n;
        before = next;
        pages++;
    } while (before);
    assert_true(seen == VERSIONS && pages == 3);
}

/* --- opposite references, referrers ------------------------------------------------------------------------------------------- */
static bool count_it(void *ctx, const PackCollection *c, const PackProperty *p, Str from)
{
    (void)c, (void)p, (void)from;
    ++*(size_t *)ctx;
    return true;
}

static void opposites_are_all_there(void **state)
{
    LedgerRecord r;
    size_t n = 0;
    Err err = { 0 };

    (void)state;
    assert_true(ledger_get(view(), col(&k, "owner"), str_of(owner), INT64_MIN, INT64_MIN, k.arena, &r, &err));
    assert_true(of(&r, "farms").kind == CQL_LIST && of(&r, "farms").list.n == FARMS);
    assert_true(ledger_referrers(view(), str_of(owner), count_it, &n, &err) && n == FARMS);
}

/* --- sealed names ----------------------------------------------------------------------------------------------------------------- */
static bool see_nothing(void *ctx, const LedgerRecord *r)
{
    (void)ctx, (void)r;
    return true;
}

static void sealed_names_are_all_found(void **state)
{
    const LedgerQuery q = { .collection = col(&k, "owner"), .words = STR("密名"), .no_geometry = true };
    LedgerPage page = { 0 };
    Err err = { 0 };

    (void)state;
    while (page.returned == 0) /* the first question may come before they are in memory */
        assert_true(ledger_select(view(), &q, see_nothing, NULL, k.arena, &page, &err));
    assert_int_equal(page.returned, OWNERS);
}

/* --- findings ------------------------------------------------------------------------------------------------------------------- */
static void findings_beyond_those_kept_are_counted(void **state)
{
    enum { MANY = 3000 };
    LedgerChange *c = NEWS(k.arena, LedgerChange, MANY);
    LedgerDone *done = NEWS(k.arena, LedgerDone, MANY);
    LedgerProblems said = { 0 };
    const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = c, .nchange = MANY, .dry = true };
    Err err = { 0 };

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        c[i] =
            change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"size\":1}", &said, k.arena); /* without its name */
    assert_false(ledger_write(k.ledger, &tx, k.arena, done, &said, &err));
    assert_true(said.n + said.more == MANY && said.more > 0);
    mem_free(said.item);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(groups_are_paged_and_the_total_is_of_all),
        cmocka_unit_test(groups_by_sql_are_not_cut_either),
        cmocka_unit_test(opposites_are_all_there),
        cmocka_unit_test(history_is_paged),
        cmocka_unit_test(sealed_names_are_all_found),
        cmocka_unit_test(findings_beyond_those_kept_are_counted),
    };

    return cmocka_run_group_tests(test, begin, end);
}
