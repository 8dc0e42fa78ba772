/* tests/ledger/write_test.c - what a change does to a record, and what is refused, as a face would meet it. */
#include <pthread.h>
#include "ledgertest.h"

static County k;

static int begin(void **state)
{
    (void)state;
    county_make_in(&k, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    county_drop(&k);
    return 0;
}

static void a_record_lives(void **state)
{
    LedgerDone d, e;
    LedgerRecord r;
    Err err;

    (void)state;
    must_save(&k, LEDGER_CREATE, "farm", NULL,
        "{\"name\":\"石桥农场\",\"size\":3,\"kind\":\"田\",\"at\":[111.1,31.2]}", &d);
    assert_int_equal(d.version, 1);
    r = get(&k, "farm", d.id);
    text_is(of(&r, "name"), "石桥农场");
    text_is(of(&r, "division"), DIVISION);
    assert_true(of(&r, "twice").kind == CQL_NUMBER && of(&r, "twice").number == 6);
    assert_true(r.geometry.len > 0);

    must_save(&k, LEDGER_UPDATE, "farm", d.id, "{\"size\":4}", &e);
    r = get(&k, "farm", d.id);
    assert_true(e.version == 2 && r.version == 2 && of(&r, "twice").number == 8);
    text_is(of(&r, "kind"), "田"); /* not given: stays */
    must_save(&k, LEDGER_UPDATE, "farm", d.id, "{\"size\":4}", &e);
    assert_true(e.same && e.version == 2); /* nothing to change */

    must_save(&k, LEDGER_REPLACE, "farm", d.id, "{\"name\":\"石桥农场\"}", &e);
    r = get(&k, "farm", d.id);
    assert_true(of(&r, "size").kind == CQL_NULL && of(&r, "kind").kind == CQL_NULL &&
                of(&r, "twice").kind == CQL_NULL);

    must_save(&k, LEDGER_RETIRE, "farm", d.id, NULL, &e);
    assert_false(save(&k, LEDGER_UPDATE, "farm", d.id, "{\"size\":1}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_GONE);
    must_save(&k, LEDGER_RESTORE, "farm", d.id, NULL, &e);
    r = get(&k, "farm", d.id);
    text_is(of(&r, "name"), "石桥农场");
    assert_true(of(&r, "valid_to").kind == CQL_NULL && r.version == 5);
}

static void only_who_saw_it_may_change_it(void **state)
{
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    LedgerDone d, e;
    LedgerRecord r;
    Err err = { 0 };
    LedgerChange c;
    LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1 };

    (void)state;
    must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"甲\"}", &d);
    c = change_of(&k, LEDGER_UPDATE, "farm", d.id, "{\"size\":1}", &said, a);
    c.if_version = 1;
    assert_true(ledger_write(k.ledger, &tx, a, &e, &said, &err));
    c = change_of(&k, LEDGER_UPDATE, "farm", d.id, "{\"size\":2}", &said, a);
    c.if_version = 1;
    assert_false(ledger_write(k.ledger, &tx, a, &e, &said, &err));
    assert_ptr_equal(err.kind, &LEDGER_STALE);
    assert_string_equal(err.hint, "2"); /* what it is now */
    r = get(&k, "farm", d.id);
    assert_true(of(&r, "size").number == 1);
    arena_free(a);
}

static const struct Bad {
    const char *say, *json, *property;
    const ErrKind *want;
} bad[] = {
    { "required", "{\"size\":1}", "name", &LEDGER_REQUIRED },
    { "below the range", "{\"name\":\"a\",\"size\":-1}", "size", &LEDGER_BAD_VALUE },
    { "above the range", "{\"name\":\"a\",\"size\":101}", "size", &LEDGER_BAD_VALUE },
    { "no number", "{\"name\":\"a\",\"size\":\"big\"}", "size", &LEDGER_BAD_VALUE },
    { "a value the list has not", "{\"name\":\"a\",\"kind\":\"湖\"}", "kind", &LEDGER_BAD_VALUE },
    { "a phone of ten digits", "{\"name\":\"a\",\"phone\":\"1380013800\"}", "phone", &LEDGER_BAD_VALUE },
    { "against the pattern", "{\"name\":\"a\",\"code\":\"7\"}", "code", &LEDGER_BAD_VALUE },
    { "no day", "{\"name\":\"a\",\"opened\":\"2026-02-30\"}", "opened", &LEDGER_BAD_VALUE },
    { "against a rule", "{\"name\":\"a\",\"kind\":\"园\",\"size\":51}", "size", &LEDGER_RULE },
    { "a derived property", "{\"name\":\"a\",\"twice\":5}", "twice", &LEDGER_DERIVED },
    { "of nobody", "{\"name\":\"a\",\"owner\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"}", "owner", &LEDGER_NO_TARGET },
    { "one of many is nobody", "{\"name\":\"a\",\"helpers\":[\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"]}", "helpers",
        &LEDGER_NO_TARGET },
    { "latitude first", "{\"name\":\"a\",\"at\":[31.2,111.1]}", "geometry", &LEDGER_BAD_GEOMETRY },
    { "metres for degrees", "{\"name\":\"a\",\"at\":[500000,3400000]}", "geometry", &LEDGER_BAD_GEOMETRY },
};

static void each_fault_is_said(void **state)
{
    const int64_t seq = ledger_seq(k.ledger);

    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        Arena *a = arena_new(0);
        LedgerProblems said = { 0 };
        LedgerDone d;
        Err err = { 0 };
        const LedgerChange c = change_of(&k, LEDGER_CREATE, "farm", NULL, bad[i].json, &said, a);
        const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1 };

        if (ledger_write(k.ledger, &tx, a, &d, &said, &err) || !said.n || err.kind != &LEDGER_INVALID)
            fail_msg("%s: was taken", bad[i].say);
        if (said.item[0].err.kind != bad[i].want || !str_eq(said.item[0].property, str_of(bad[i].property)))
            fail_msg("%s: %s of %.*s", bad[i].say, said.item[0].err.kind->code, STRV(said.item[0].property));
        mem_free(said.item);
        arena_free(a);
    }
    assert_int_equal(ledger_seq(k.ledger), seq);
}

static void findings_are_gathered(void **state)
{
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    LedgerDone d[2];
    Err err = { 0 };
    const LedgerChange c[2] = {
        change_of(&k, LEDGER_CREATE, "farm", NULL,
            "{\"size\":-1,\"kind\":\"湖\",\"phone\":\"1\",\"owner\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"}", &said,
            a),
        change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"a\",\"kind\":\"园\",\"size\":51}", &said, a),
    };
    const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = c, .nchange = 2 };

    (void)state;
    assert_false(ledger_write(k.ledger, &tx, a, d, &said, &err));
    assert_int_equal(said.n, 6); /* size, kind, phone; name, owner; the second's rule */
    assert_int_equal(said.item[5].change, 1);
    mem_free(said.item);
    arena_free(a);
}

static void a_batch_is_whole(void **state)
{
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    LedgerDone d[2];
    Err err = { 0 };
    LedgerChange c[2] = { change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"好\"}", &said, a),
        change_of(&k, LEDGER_CREATE, "farm", NULL, "{}", &said, a) };
    const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = c, .nchange = 2 };
    const int64_t n = ledger_count((LedgerView){ k.ledger, &ACCESS_VISITOR }, col(&k, "farm"), STR(""));

    (void)state;
    assert_false(ledger_write(k.ledger, &tx, a, d, &said, &err));
    assert_int_equal(ledger_count((LedgerView){ k.ledger, &ACCESS_VISITOR }, col(&k, "farm"), STR("")), n);
    mem_free(said.item);
    arena_free(a);
}

static void what_is_needed_is_not_retired(void **state)
{
    LedgerDone owner, farm;
    char json[128];
    Err err;

    (void)state;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"柳大\"}", &owner);
    (void)snprintf(json, sizeof json, "{\"name\":\"柳家园\",\"helpers\":[\"%s\"]}", owner.id);
    must_save(&k, LEDGER_CREATE, "farm", NULL, json, &farm);
    assert_false(save(&k, LEDGER_RETIRE, "owner", owner.id, NULL, NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_REFERRED);
    assert_non_null(strstr(err.hint, "柳家园")); /* by whom */
    must_save(&k, LEDGER_UPDATE, "farm", farm.id, "{\"helpers\":null}", NULL);
    must_save(&k, LEDGER_RETIRE, "owner", owner.id, NULL, NULL);
}

static void a_key_is_held_once(void **state)
{
    LedgerDone d;
    Err err;

    (void)state;
    must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"乙\",\"code\":\"B1\",\"plate\":\"1号\"}", &d);
    assert_false(save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"丙\",\"code\":\"B1\"}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_TWICE);
    assert_false(save(
        &k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"丙\",\"code\":\"B2\",\"plate\":\"1号\"}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_TWICE); /* each by itself: docs/packs.md */
    must_save(&k, LEDGER_UPDATE, "farm", d.id, "{\"name\":\"乙乙\",\"code\":\"B1\"}",
        NULL); /* its own is no other's */
    must_save(&k, LEDGER_RETIRE, "farm", d.id, NULL, NULL);
    must_save(
        &k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"丙\",\"code\":\"B1\"}", NULL); /* among current ones */
    assert_false(save(&k, LEDGER_RESTORE, "farm", d.id, NULL, NULL, &err)); /* its key is taken meanwhile */
    assert_ptr_equal(err.kind, &LEDGER_TWICE);
}

/* Within one transaction too, and the order tells who holds it: nothing of it is a row yet. */
static void a_key_is_held_once_among_changes(void **state)
{
    LedgerProblems said = { 0 };
    LedgerDone d, done[2];
    LedgerChange c[2];
    LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = c, .nchange = 2 };
    Err err = { 0 };

    (void)state;
    must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"甲\",\"code\":\"K1\"}", &d);
    c[0] = change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"乙\",\"code\":\"K2\"}", &said, k.arena);
    c[1] = change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"丙\",\"code\":\"K2\"}", &said, k.arena);
    for (int dry = 0; dry < 2; dry++) {
        tx.dry = dry;
        assert_false(ledger_write(k.ledger, &tx, k.arena, done, &said, &err));
        assert_true(said.n == 1 && said.item[0].change == 1 && said.item[0].err.kind == &LEDGER_TWICE);
        mem_free(said.item);
        said = (LedgerProblems){ 0 };
    }
    tx.dry = false;
    c[0] = change_of(&k, LEDGER_UPDATE, "farm", d.id, "{\"code\":\"K3\"}", &said, k.arena);
    c[1] = change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"丁\",\"code\":\"K1\"}", &said, k.arena);
    assert_true(ledger_write(
        k.ledger, &tx, k.arena, done, &said, &err)); /* let go by the first, taken by the second */
    c[0] = change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"戊\",\"code\":\"K3\"}", &said, k.arena);
    c[1] = change_of(&k, LEDGER_UPDATE, "farm", d.id, "{\"code\":\"K4\"}", &said, k.arena);
    assert_false(ledger_write(k.ledger, &tx, k.arena, done, &said, &err)); /* taken before it was let go */
    mem_free(said.item);
    assert_int_equal(faults_of(&k), 0);
}

/* One person, one record: the number is sealed, and still nobody is entered twice. */
static void a_sealed_key_is_held_once(void **state)
{
    LedgerDone d;
    Err err;

    (void)state;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"李一\",\"id_no\":\"ID-77\"}", &d);
    assert_false(
        save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"李二\",\"id_no\":\"ID-77\"}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_TWICE);
    assert_null(strstr(err.hint, "ID-77"));
    must_save(&k, LEDGER_UPDATE, "owner", d.id, "{\"name\":\"李一一\"}", NULL);
}

static void the_same_key_gives_the_same_answer(void **state)
{
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    LedgerDone one, two;
    Err err = { 0 };
    const LedgerChange c = change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"一次\"}", &said, a);
    LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1, .key = STR("k-1") };
    int64_t seq;

    (void)state;
    assert_true(ledger_write(k.ledger, &tx, a, &one, &said, &err));
    seq = ledger_seq(k.ledger);
    assert_true(ledger_write(k.ledger, &tx, a, &two, &said, &err));
    assert_string_equal(one.id, two.id);
    assert_true(one.version == two.version && one.seq == two.seq && ledger_seq(k.ledger) == seq);
    tx.key = STR("k-2");
    assert_true(ledger_write(k.ledger, &tx, a, &two, &said, &err));
    assert_string_not_equal(one.id, two.id);
    arena_free(a);
}

static void a_dry_run_leaves_nothing(void **state)
{
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    LedgerDone d;
    LedgerRecord r;
    Err err = { 0 };
    const LedgerChange c = change_of(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"试一试\"}", &said, a);
    LedgerTx tx = {
        .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1, .dry = true, .key = STR("k-3")
    };
    const int64_t seq = ledger_seq(k.ledger),
                  n = ledger_count((LedgerView){ k.ledger, &ACCESS_VISITOR }, col(&k, "farm"), STR(""));

    (void)state;
    assert_true(ledger_write(k.ledger, &tx, a, &d, &said, &err));
    assert_true(ledger_seq(k.ledger) == seq &&
                ledger_count((LedgerView){ k.ledger, &ACCESS_VISITOR }, col(&k, "farm"), STR("")) == n);
    assert_false(ledger_get((LedgerView){ k.ledger, &ACCESS_VISITOR }, c.collection, str_of(d.id), INT64_MIN,
        INT64_MIN, a, &r, &err));
    assert_ptr_equal(err.kind, &LEDGER_NO_RECORD);
    tx.dry = false; /* and the key is not used up */
    assert_true(ledger_write(k.ledger, &tx, a, &d, &said, &err));
    assert_int_equal(ledger_seq(k.ledger), seq + 1);
    arena_free(a);
}

static void what_a_process_derives_makes_no_version(void **state)
{
    LedgerDone d, e;
    LedgerRecord r;
    const LedgerField f = { prop(col(&k, "farm"), "score"), { .kind = CQL_NUMBER, .number = 7 } };
    LedgerChange c = { .verb = LEDGER_DERIVE,
        .collection = col(&k, "farm"),
        .if_version = -1,
        .field = &f,
        .nfield = 1,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN };
    const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1 };
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    Err err = { 0 };

    (void)state;
    must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"分\"}", &d);
    memcpy(c.id, d.id, sizeof c.id);
    assert_true(ledger_write(k.ledger, &tx, a, &e, &said, &err));
    r = get(&k, "farm", d.id);
    assert_true(r.version == 1 && r.seq > d.seq && of(&r, "score").number == 7);
    arena_free(a);
}

/* The record that an answer shows without reading it is the one that is read. */
static void is_what_is_read(const LedgerDone *d, const char *collection)
{
    LedgerRecord r;
    Buf one, two;

    assert_non_null(d->record);
    r = get(&k, collection, d->id);
    assert_true(r.version == d->record->version && r.seq == d->record->seq && str_eq(r.id, d->record->id));
    assert_true(
        str_eq(r.division, d->record->division) && str_eq(TEXT(r.geometry), TEXT(d->record->geometry)));
    for (size_t i = 0; i < r.collection->nproperty + r.collection->ninherited; i++) {
        const PackProperty *p = i < r.collection->nproperty
                                    ? &r.collection->property[i]
                                    : &r.collection->inherited[i - r.collection->nproperty];

        buf_init(&one, 1 << 20);
        buf_init(&two, 1 << 20);
        ledger_value_to_json(p, r.value[i], &one);
        ledger_value_to_json(p, d->record->value[i], &two);
        if (r.value[i].kind != d->record->value[i].kind || !str_eq(buf_text(&one), buf_text(&two)))
            fail_msg("%.*s: %.*s, read: %.*s", STRV(p->name), STRV(buf_text(&two)), STRV(buf_text(&one)));
        buf_clear(&one);
        buf_clear(&two);
    }
}

static void the_answer_is_what_is_read(void **state)
{
    LedgerDone owner, d;
    LedgerProblems said = { 0 };
    LedgerChange c;
    const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1 };
    Err err = { 0 };

    (void)state;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"王\"}", &owner);
    c = change_of(&k, LEDGER_CREATE, "farm", NULL,
        str_fmt(k.arena,
            "{\"name\":\"  全 "
            "\",\"code\":\"Z9\",\"size\":3.25,\"kind\":\"田\",\"opened\":\"2020-02-29\",\"rent\":12.34,"
            "\"phone\":\"13800138000\",\"debt\":\"李\",\"owner\":\"%s\",\"helpers\":[\"%s\"],\"at\":[111."
            "1234567891,31.2]}",
            owner.id, owner.id)
            .ptr,
        &said, k.arena);
    if (!ledger_write(k.ledger, &tx, k.arena, &d, &said, &err))
        fail_msg("%s %s", err.kind->code, said.n ? said.item[0].err.what : "");
    is_what_is_read(&d, "farm");
    c = change_of(&k, LEDGER_UPDATE, "farm", d.id,
        "{\"size\":7,\"helpers\":null,\"phone\":null,\"at\":[111.2,31.3]}", &said, k.arena);
    assert_true(ledger_write(k.ledger, &tx, k.arena, &d, &said, &err));
    is_what_is_read(&d, "farm");
    c = change_of(&k, LEDGER_CREATE, "orchard", d.id, "{\"trees\":12,\"variety\":\"梨\"}", &said, k.arena);
    assert_true(ledger_write(k.ledger, &tx, k.arena, &d, &said, &err));
    is_what_is_read(&d, "orchard"); /* with what it extends */
    c = change_of(&k, LEDGER_UPDATE, "owner", owner.id, "{\"name\":\"王二\"}", &said, k.arena);
    assert_true(ledger_write(k.ledger, &tx, k.arena, &d, &said, &err));
    assert_null(d.record); /* others make a part of it: its farms */
}

/* --- together ------------------------------------------------------------------------------------------------------------ */
enum { WRITERS = 100 };
typedef struct Writer {
    size_t i;
    LedgerDone done;
    Err err;
    bool good;
} Writer;

static void *write_one(void *arg)
{
    Writer *w = arg;
    char json[64];

    (void)snprintf(json, sizeof json, "{\"name\":\"写%zu\",\"size\":%zu}", w->i, w->i % 50);
    w->good = save(&k, LEDGER_CREATE, "farm", NULL, json, &w->done, &w->err);
    return NULL;
}

static void a_hundred_write_at_once(void **state)
{
    static Writer w[WRITERS];
    pthread_t thread[WRITERS];
    const int64_t seq = ledger_seq(k.ledger);

    (void)state;
    for (size_t i = 0; i < WRITERS; i++) {
        w[i].i = i;
        assert_int_equal(pthread_create(&thread[i], NULL, write_one, &w[i]), 0);
    }
    for (size_t i = 0; i < WRITERS; i++)
        (void)pthread_join(thread[i], NULL);
    for (size_t i = 0; i < WRITERS; i++) {
        assert_true(w[i].good);
        (void)get(&k, "farm", w[i].done.id);
    }
    assert_int_equal(ledger_seq(k.ledger), seq + WRITERS);
    assert_int_equal(faults_of(&k), 0);
}

/* --- events -------------------------------------------------------------------------------------------------------------- */
static struct Heard {
    pthread_mutex_t guard;
    pthread_cond_t come;
    LedgerEvent event[64];
    size_t n;
} heard = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, { { 0 } }, 0 };

static void hear(void *ctx, const LedgerEvent *e, size_t n)
{
    struct Heard *h = ctx;

    pthread_mutex_lock(&h->guard);
    for (size_t i = 0; i < n && h->n < LEN(h->event); i++)
        h->event[h->n++] = e[i];
    pthread_cond_broadcast(&h->come);
    pthread_mutex_unlock(&h->guard);
}

static void events_come_in_order(void **state)
{
    LedgerDone d;
    LedgerHooked *hooked;
    Err err;

    (void)state;
    assert_true(ledger_hook(k.ledger, &(LedgerHook){ "test", NULL, hear, &heard }, &hooked, &err));
    must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"响\",\"at\":[111,31]}", &d);
    for (int i = 1; i < 20; i++) {
        char json[32];

        (void)snprintf(json, sizeof json, "{\"size\":%d}", i);
        must_save(&k, LEDGER_UPDATE, "farm", d.id, json, NULL);
        assert_false(save(&k, LEDGER_CREATE, "farm", NULL, "{}", NULL, &err)); /* a refusal is silent */
    }
    pthread_mutex_lock(&heard.guard);
    while (heard.n < 20)
        pthread_cond_wait(&heard.come, &heard.guard);
    pthread_mutex_unlock(&heard.guard);
    assert_int_equal(heard.n, 20);
    assert_true(heard.event[0].verb == LEDGER_CREATE && heard.event[0].after.minx == 111);
    assert_string_equal(heard.event[0].title, "响");
    for (size_t i = 1; i < 20; i++) {
        assert_int_equal(heard.event[i].seq, heard.event[i - 1].seq + 1);
        assert_int_equal(heard.event[i].version, i + 1);
    }
    ledger_unhook(hooked);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(a_record_lives),
        cmocka_unit_test(only_who_saw_it_may_change_it),
        cmocka_unit_test(each_fault_is_said),
        cmocka_unit_test(findings_are_gathered),
        cmocka_unit_test(a_batch_is_whole),
        cmocka_unit_test(what_is_needed_is_not_retired),
        cmocka_unit_test(a_key_is_held_once),
        cmocka_unit_test(a_key_is_held_once_among_changes),
        cmocka_unit_test(a_sealed_key_is_held_once),
        cmocka_unit_test(the_same_key_gives_the_same_answer),
        cmocka_unit_test(a_dry_run_leaves_nothing),
        cmocka_unit_test(what_a_process_derives_makes_no_version),
        cmocka_unit_test(the_answer_is_what_is_read),
        cmocka_unit_test(a_hundred_write_at_once),
        cmocka_unit_test(events_come_in_order),
    };

    return cmocka_run_group_tests(test, begin, end);
}
