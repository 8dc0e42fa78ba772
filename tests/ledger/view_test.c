/* tests/ledger/view_test.c - what a reading call shows of whom, call by call; at the faces: tests/face/view_test.c. */
#include "ledgertest.h"

/*  farms: near (here, 田, sealed phone), wood (here, 林), far (there, 田); all of one owner, who lives there
 *  he:    here only, grade 2, no woods                                                                                  */
#define HERE  "990121100000"
#define THERE "990121200000"
static County k;
static char owner[ULID_LEN + 1], near[ULID_LEN + 1], wood[ULID_LEN + 1], far[ULID_LEN + 1];
static AccessRows no_woods;
static AccessWho he = {
    .account = { "he", 2 }, .division = { HERE, 12 }, .grade = 2, .rows = &no_woods, .nrows = 1
};

static LedgerView his(void)
{
    return (LedgerView){ k.ledger, &he };
}

static LedgerView all(void)
{
    return (LedgerView){ k.ledger, &ACCESS_VISITOR };
}

static void make_farm(const char *json, char id[ULID_LEN + 1])
{
    LedgerDone d;

    must_save(&k, LEDGER_CREATE, "farm", NULL, json, &d);
    memcpy(id, d.id, sizeof d.id);
}

static int begin(void **state)
{
    CqlExpr *e;
    LedgerDone d;
    Err err = { 0 };

    (void)state;
    county_make_in(&k, NULL);
    must_save(&k, LEDGER_CREATE, "division", NULL, "{\"code\":\"" HERE "\",\"name\":\"东\"}", NULL);
    must_save(&k, LEDGER_CREATE, "division", NULL, "{\"code\":\"" THERE "\",\"name\":\"西\"}", NULL);
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"王\",\"division\":\"" THERE "\"}", &d);
    memcpy(owner, d.id, sizeof owner);
    make_farm(str_fmt(k.arena,
                  "{\"name\":\"近场\",\"kind\":\"田\",\"size\":1,\"phone\":\"13800138000\",\"owner\":\"%s\","
                  "\"division\":\"" HERE "\",\"at\":[111.1,31]}",
                  owner)
                  .ptr,
        near);
    make_farm(str_fmt(k.arena,
                  "{\"name\":\"林场\",\"kind\":\"林\",\"size\":2,\"owner\":\"%s\",\"division\":\"" HERE
                  "\",\"at\":[111.2,31]}",
                  owner)
                  .ptr,
        wood);
    make_farm(str_fmt(k.arena,
                  "{\"name\":\"远场\",\"kind\":\"田\",\"size\":4,\"owner\":\"%s\",\"division\":\"" THERE
                  "\",\"at\":[112.1,31]}",
                  owner)
                  .ptr,
        far);
    assert_true(cql_parse_text(STR("kind <> '林'"), k.arena, &e, &err) &&
                cql_check(e, &col(&k, "farm")->schema, k.arena, &err));
    no_woods = (AccessRows){ col(&k, "farm"), e };
    return 0;
}

static int end(void **state)
{
    (void)state;
    county_drop(&k);
    return 0;
}

static void counts_sums_and_extent(void **state)
{
    const PackCollection *c = col(&k, "farm");
    const PackProperty *size = prop(c, "size");
    const LedgerQuery q = { .collection = c };
    LedgerStats s;
    Err err = { 0 };

    (void)state;
    assert_true(ledger_count(all(), c, STR("")) == 3 && ledger_count(his(), c, STR("")) == 1);
    assert_true(ledger_count(his(), c, STR(DIVISION)) == 1 && ledger_count(his(), c, STR(THERE)) == 0);
    assert_true(ledger_count(his(), col(&k, "owner"), STR("")) == 0); /* from counters: of his division */
    assert_true(ledger_stats(his(), &q, &size, 1, NULL, k.arena, &s, &err) && s.total.count == 1);
    assert_true(s.total.property[0].sum == 1);
    assert_true(ledger_extent(all(), c).maxx > 112 && ledger_extent(his(), c).maxx < 111.15);
}

static void one_record_and_its_title(void **state)
{
    const PackCollection *c = col(&k, "farm");
    LedgerRecord r;
    Err err = { 0 };

    (void)state;
    assert_true(ledger_get(his(), c, str_of(near), INT64_MIN, INT64_MIN, k.arena, &r, &err));
    assert_true(ledger_masked(&r, prop(c, "phone")) && of(&r, "phone").kind == CQL_NULL);
    assert_false(ledger_masked(&r, prop(c, "name")));
    assert_true(ledger_get(all(), c, str_of(near), INT64_MIN, INT64_MIN, k.arena, &r, &err));
    assert_false(ledger_masked(&r, prop(c, "phone")) || of(&r, "phone").kind != CQL_TEXT);
    assert_false(ledger_get(his(), c, str_of(wood), INT64_MIN, INT64_MIN, k.arena, &r, &err));
    assert_ptr_equal(err.kind, &LEDGER_NO_RECORD);
    assert_true(str_eq(ledger_title(his(), c, str_of(near), k.arena), STR("近场")));
    assert_true(ledger_title(his(), c, str_of(far), k.arena).len == 0 &&
                ledger_title(all(), c, str_of(far), k.arena).len > 0);
}

static bool count_it(void *ctx, const PackCollection *c, const PackProperty *p, Str from)
{
    (void)c, (void)p;
    assert_true(str_eq(from, str_of(near)) || *(size_t *)ctx < 100);
    ++*(size_t *)ctx;
    return true;
}

static void who_refers_and_what_hangs_on_it(void **state)
{
    LedgerRecord r;
    size_t his_n = 0, all_n = 0;
    AccessWho there = he;
    Err err = { 0 };

    (void)state;
    assert_true(ledger_referrers(his(), str_of(owner), count_it, &his_n, &err) && his_n == 1);
    assert_true(ledger_referrers(all(), str_of(owner), count_it, &all_n, &err) && all_n == 3);
    there.division = STR(THERE); /* sees the owner, and of his farms the one there */
    assert_true(ledger_get((LedgerView){ k.ledger, &there }, col(&k, "owner"), str_of(owner), INT64_MIN,
        INT64_MIN, k.arena, &r, &err));
    assert_true(of(&r, "farms").list.n == 1 && str_eq(of(&r, "farms").list.item[0].text, str_of(far)));
}

static bool see_drawn(void *ctx, const LedgerDrawn *r)
{
    ++*(size_t *)ctx;
    assert_true(r->wkb.len && r->id.len == ULID_LEN);
    return true;
}

static void rows_for_drawing(void **state)
{
    const PackCollection *c = col(&k, "farm");
    const PackProperty *name = prop(c, "name");
    const LedgerDraw d = { .collection = c, .property = &name, .nproperty = 1, .box = { 110, 30, 113, 32 } };
    size_t his_n = 0, all_n = 0;
    Err err = { 0 };

    (void)state;
    assert_true(ledger_draw(his(), &d, see_drawn, &his_n, &err) && his_n == 1);
    assert_true(ledger_draw(all(), &d, see_drawn, &all_n, &err) && all_n == 3);
}

static void what_he_is_told(void **state)
{
    LedgerEvent e = { .collection = col(&k, "farm"),
        .verb = LEDGER_UPDATE,
        .division = HERE,
        .who = "somebody",
        .title = "近场" },
                out;

    (void)state;
    memcpy(e.id, near, sizeof e.id);
    assert_true(ledger_event(his(), &e, &out) && !strcmp(out.title, "近场") && !strcmp(out.who, "somebody"));
    memcpy(e.id, wood, sizeof e.id);
    assert_false(ledger_event(his(), &e, &out));
    memcpy(e.id, far, sizeof e.id);
    snprintf(e.division, sizeof e.division, "%s", THERE);
    assert_false(ledger_event(his(), &e, &out));
    assert_true(ledger_event(all(), &e, &out));
}

static void what_is_masked_answers_nothing(void **state)
{
    const PackCollection *c = col(&k, "farm");
    const PackProperty *phone = prop(c, "phone");
    LedgerQuery q = { .collection = c };
    LedgerStats s;
    CqlExpr *e;
    Err err = { 0 };

    (void)state;
    assert_true(cql_parse_text(STR("phone = '13800138000'"), k.arena, &e, &err) &&
                cql_check(e, &c->schema, k.arena, &err));
    q.filter = e;
    assert_false(ledger_may_ask(his(), &q, &err));
    assert_ptr_equal(err.kind, &LEDGER_MASKED);
    assert_true(ledger_may_ask(all(), &q, &err));
    q.filter = NULL;
    assert_false(ledger_stats(his(), &q, NULL, 0, phone, k.arena, &s, &err));
    assert_false(ledger_stats(his(), &q, &phone, 1, NULL, k.arena, &s, &err));
    assert_ptr_equal(err.kind, &LEDGER_MASKED);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(counts_sums_and_extent),
        cmocka_unit_test(one_record_and_its_title),
        cmocka_unit_test(who_refers_and_what_hangs_on_it),
        cmocka_unit_test(rows_for_drawing),
        cmocka_unit_test(what_he_is_told),
        cmocka_unit_test(what_is_masked_answers_nothing),
    };

    return cmocka_run_group_tests(test, begin, end);
}
