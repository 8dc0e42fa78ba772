/* tests/ledger/hook_test.c - what a hook sees, fills, finds and refuses, and that it is gone when it was taken away. */
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

static LedgerHooked *hook(const char *name, bool (*before)(void *ctx, LedgerDraft *d, Err *err),
    void (*after)(void *ctx, const LedgerEvent *e, size_t n), void *ctx)
{
    LedgerHooked *out;
    Err err = { 0 };

    assert_true(ledger_hook(k.ledger, &(LedgerHook){ name, before, after, ctx }, &out, &err));
    return out;
}

static bool write_all(const LedgerChange *c, size_t n, bool dry, LedgerDone *done, Err *err)
{
    LedgerProblems said = { 0 };
    const LedgerTx tx = {
        .who = &tester, .via = STR("test"), .effective = INT64_MIN, .change = c, .nchange = n, .dry = dry
    };
    bool good;

    *err = (Err){ 0 };
    good = ledger_write(k.ledger, &tx, k.arena, done, &said, err);
    if (!good && said.n)
        *err = said.item[0].err;
    mem_free(said.item);
    return good;
}

/* --- the whole transaction, old and new ------------------------------------------------------------------------- */
typedef struct Seen {
    char text[400];
} Seen;

static bool write_what_is_seen(void *ctx, LedgerDraft *d, Err *err)
{
    Seen *s = ctx;
    Buf b;

    (void)err;
    buf_init(&b, sizeof s->text - 1);
    for (size_t i = 0; i < d->nchange; i++) {
        const LedgerRecord *was = d->change[i].before, *is = d->change[i].after;
        const CqlValue then = was ? of(was, "name") : (CqlValue){ .kind = CQL_NULL }, now = of(is, "name");

        buf_fmt(&b, "%zu:%.*s %.*s>%.*s v%d;", d->change[i].change, STRV(is->collection->name),
            STRV(then.kind == CQL_TEXT ? then.text : STR("-")),
            STRV(now.kind == CQL_TEXT ? now.text : STR("-")), (int)is->version);
    }
    (void)snprintf(s->text, sizeof s->text, "%.*s", STRV(buf_text(&b)));
    buf_clear(&b);
    return true;
}

static void it_sees_all_changes_old_and_new(void **state)
{
    Seen seen = { "" };
    LedgerHooked *h = hook("eye", write_what_is_seen, NULL, &seen);
    LedgerDone d, done[3];
    LedgerProblems said = { 0 };
    LedgerChange c[3];
    Err err;

    (void)state;
    must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"甲\"}", &d);
    assert_string_equal(seen.text, "0:farm ->甲 v1;");
    c[0] = change_of(&k, LEDGER_UPDATE, "farm", d.id, "{\"name\":\"乙\"}", &said, k.arena);
    c[1] = change_of(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"丙\"}", &said, k.arena);
    c[2] = change_of(&k, LEDGER_UPDATE, "farm", d.id, "{\"name\":\"丁\"}", &said, k.arena);
    assert_true(write_all(c, 3, false, done, &err)); /* the third is made from the first */
    assert_string_equal(seen.text, "0:farm 甲>乙 v2;1:owner ->丙 v1;2:farm 乙>丁 v3;");
    must_save(
        &k, LEDGER_UPDATE, "farm", d.id, "{\"name\":\"丁\"}", NULL); /* changes nothing: nobody is asked */
    assert_string_equal(seen.text, "0:farm 甲>乙 v2;1:owner ->丙 v1;2:farm 乙>丁 v3;");
    must_save(&k, LEDGER_CREATE, "orchard", d.id, "{\"name\":\"戊\",\"trees\":1,\"size\":1}", NULL);
    assert_string_equal(seen.text, "0:farm 丁>戊 v4;0:orchard ->戊 v1;"); /* with what it extends */
    ledger_unhook(h);
    must_save(&k, LEDGER_UPDATE, "farm", d.id, "{\"name\":\"己\"}", NULL);
    assert_string_equal(seen.text, "0:farm 丁>戊 v4;0:orchard ->戊 v1;"); /* taken away: asked no more */
    assert_int_equal(faults_of(&k), 0);
}

/* --- filling ---------------------------------------------------------------------------------------------------------- */
static int number;
static char what[] = "what";

static bool give_number(void *ctx, LedgerDraft *d, Err *err)
{
    for (size_t i = 0; i < d->nchange; i++) {
        const LedgerRecord *r = d->change[i].after;
        const PackCollection *c = r->collection;

        if (!str_eq(c->name, STR("visit")) || of(r, "number").kind != CQL_NULL)
            continue;
        number++;
        if (!ledger_draft_fill(d, i, prop(c, ctx ? ctx : "number"),
                (CqlValue){ .kind = CQL_TEXT, .text = str_fmt(d->arena, "V-%d", number) }, err))
            return false;
    }
    return true;
}

static void it_fills_what_the_pack_says(void **state)
{
    LedgerDone d, e;
    LedgerRecord r;
    LedgerHooked *h;
    Err err;

    (void)state;
    assert_false(save(&k, LEDGER_CREATE, "visit", NULL, "{\"what\":\"看\"}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_REQUIRED); /* nobody fills it */
    h = hook("try-number", give_number, NULL, NULL);
    must_save(&k, LEDGER_CREATE, "visit", NULL, "{\"what\":\"看\"}", &d);
    r = get(&k, "visit", d.id);
    text_is(of(&r, "number"), "V-1");
    assert_int_equal(of(&r, "length").integer, 3); /* what derives from it follows */
    must_save(&k, LEDGER_CREATE, "visit", NULL, "{\"number\":\"X\"}", &e);
    r = get(&k, "visit", e.id);
    text_is(of(&r, "number"), "X"); /* typed: it stays */
    ledger_unhook(h);
    h = hook("another", give_number, NULL, NULL); /* the pack names another hook */
    assert_false(save(&k, LEDGER_CREATE, "visit", NULL, "{\"what\":\"看\"}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_DERIVED);
    ledger_unhook(h);
    h = hook("try-number", give_number, NULL, what); /* and of this property none */
    assert_false(save(&k, LEDGER_CREATE, "visit", NULL, "{}", NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_DERIVED);
    ledger_unhook(h);
    assert_int_equal(faults_of(&k), 0); /* filled values are journalled like typed ones */
}

static void what_is_filled_is_there_for_later_changes(void **state)
{
    LedgerHooked *h = hook("try-number", give_number, NULL, NULL);
    LedgerProblems said = { 0 };
    LedgerDone done[2];
    LedgerRecord r;
    LedgerChange c[2];
    char id[ULID_LEN + 1];
    Err err;

    (void)state;
    number = 40;
    ulid_new(id);
    c[0] = change_of(&k, LEDGER_CREATE, "visit", id, "{\"what\":\"一\"}", &said, k.arena);
    c[1] = change_of(&k, LEDGER_UPDATE, "visit", id, "{\"what\":\"二\"}", &said, k.arena);
    assert_true(write_all(c, 2, false, done, &err));
    r = get(&k, "visit", id);
    text_is(of(&r, "number"), "V-41");
    text_is(of(&r, "what"), "二");
    assert_true(r.version == 2 && number == 41);
    ledger_unhook(h);
    assert_int_equal(faults_of(&k), 0);
}

/* --- findings and refusals ------------------------------------------------------------------------------------------ */
static const ErrKind TRY_FULL = { "try/full", 409, "满了", "full" };
static bool refuse_now;

static bool find_fault(void *ctx, LedgerDraft *d, Err *err)
{
    size_t *asked = ctx;
    Err e = { 0 };

    ++*asked;
    if (refuse_now)
        return FAIL(err, TRY_FULL, STR("x"), "try");
    FAIL(&e, TRY_FULL, STR("x"), "what");
    ledger_draft_say(d, d->nchange - 1, STR("what"), &e);
    return true;
}

static void it_adds_findings_or_refuses(void **state)
{
    size_t asked = 0, later = 0;
    LedgerHooked *first = hook("first", find_fault, NULL, &asked),
                 *second = hook("second", find_fault, NULL, &later);
    const int64_t seq = ledger_seq(k.ledger);
    LedgerProblems said = { 0 };
    LedgerChange c[2];
    LedgerDone done[2];
    Err err = { 0 };
    LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = c, .nchange = 2 };

    (void)state;
    c[0] = change_of(&k, LEDGER_CREATE, "visit", NULL, "{\"number\":\"N1\"}", &said, k.arena);
    c[1] = change_of(&k, LEDGER_CREATE, "visit", NULL, "{}", &said, k.arena);
    assert_false(ledger_write(k.ledger, &tx, k.arena, done, &said, &err));
    assert_ptr_equal(err.kind, &LEDGER_INVALID);
    assert_int_equal(said.n, 3); /* one of each hook, and the number that is missing: gathered together */
    assert_true(said.item[0].err.kind == &TRY_FULL && said.item[0].change == 1 && asked == 1 && later == 1);
    assert_ptr_equal(said.item[2].err.kind, &LEDGER_REQUIRED);
    mem_free(said.item);
    said = (LedgerProblems){ 0 };
    refuse_now = true;
    assert_false(ledger_write(k.ledger, &tx, k.arena, done, &said, &err));
    assert_ptr_equal(err.kind, &TRY_FULL); /* in its own words, and the next is not asked */
    assert_true(asked == 2 && later == 1 && said.n == 0);
    refuse_now = false;
    tx.dry = true; /* a dry run asks too */
    assert_false(ledger_write(k.ledger, &tx, k.arena, done, &said, &err));
    assert_true(asked == 3 && said.n == 3);
    mem_free(said.item);
    assert_int_equal(ledger_seq(k.ledger), seq);
    ledger_unhook(second);
    ledger_unhook(first);
}

static bool look_inside(void *ctx, LedgerDraft *d, Err *err)
{
    bool found = false;
    LedgerRecord r;

    if (!ledger_draft_get(d, col(&k, "owner"), d->change[0].after->id, &r, &found, err))
        return false;
    *(bool *)ctx = found && str_eq(of(&r, "name").text, STR("内"));
    return true;
}

static void it_reads_inside_the_transaction(void **state)
{
    bool found = false;
    LedgerHooked *h = hook("in", look_inside, NULL, &found);

    (void)state;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"内\"}", NULL); /* no row yet, and it is found */
    assert_true(found);
    ledger_unhook(h);
}

/* --- in order, and gone when it was taken away ------------------------------------------------------------------- */
static struct Order {
    pthread_mutex_t guard;
    pthread_cond_t come;
    char text[64];
    bool inside, go_on, gone;
    size_t after_gone;
} order = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "", false, true, false, 0 };

static void say(const char *letter)
{
    pthread_mutex_lock(&order.guard);
    strncat(order.text, letter, sizeof order.text - strlen(order.text) - 1);
    order.inside = true;
    pthread_cond_broadcast(&order.come);
    while (!order.go_on)
        pthread_cond_wait(&order.come, &order.guard);
    order.after_gone += order.gone && letter[0] == 'a';
    pthread_mutex_unlock(&order.guard);
}

static void after_a(void *ctx, const LedgerEvent *e, size_t n)
{
    (void)ctx, (void)e, (void)n;
    say("a");
}

static void after_b(void *ctx, const LedgerEvent *e, size_t n)
{
    (void)ctx, (void)e, (void)n;
    say("b");
}

static void until(const char *text)
{
    pthread_mutex_lock(&order.guard);
    while (strcmp(order.text, text) != 0)
        pthread_cond_wait(&order.come, &order.guard);
    pthread_mutex_unlock(&order.guard);
}

static void *take_away(void *h)
{
    ledger_unhook(h);
    pthread_mutex_lock(&order.guard);
    order.gone = true;
    pthread_mutex_unlock(&order.guard);
    return NULL;
}

static void they_are_told_in_order(void **state)
{
    LedgerHooked *a = hook("a", NULL, after_a, NULL), *b = hook("b", NULL, after_b, NULL);

    (void)state;
    order.text[0] = 0;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"一\"}", NULL);
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"二\"}", NULL);
    until("abab");
    ledger_unhook(a);
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"三\"}", NULL);
    until("ababb");
    ledger_unhook(b);
}

/* It was called when it was taken away: who takes it waits, and afterwards it is called no more. */
static void taking_away_waits_for_a_call_under_way(void **state)
{
    LedgerHooked *a = hook("a", NULL, after_a, NULL);
    pthread_t taker;
    bool once;

    (void)state;
    order.text[0] = 0;
    order.inside = order.go_on = order.gone = false;
    order.after_gone = 0;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"四\"}", NULL);
    pthread_mutex_lock(&order.guard);
    while (!order.inside)
        pthread_cond_wait(&order.come, &order.guard);
    pthread_mutex_unlock(&order.guard);
    assert_int_equal(pthread_create(&taker, NULL, take_away, a), 0);
    usleep(50000); /* long enough for a taker that does not wait to be through */
    pthread_mutex_lock(&order.guard);
    assert_false(order.gone);
    order.go_on = true;
    pthread_cond_broadcast(&order.come);
    pthread_mutex_unlock(&order.guard);
    pthread_join(taker, NULL);
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"五\"}", NULL);
    a = hook("b", NULL, after_b, NULL); /* it may still hear of 五, which is told behind the answer */
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"六\"}", NULL);
    pthread_mutex_lock(&order.guard);
    while (!strchr(order.text, 'b'))
        pthread_cond_wait(&order.come, &order.guard);
    once = order.text[0] == 'a' && !strchr(order.text + 1, 'a') && !order.after_gone;
    pthread_mutex_unlock(&order.guard);
    ledger_unhook(a);
    assert_true(once);
}

/* --- a dry run ------------------------------------------------------------------------------------------------------- */
static bool hold_the_writer(void *ctx, LedgerDraft *d, Err *err)
{
    (void)ctx, (void)err;
    if (!d->tx->dry)
        say("w");
    return true;
}

static void *write_held(void *arg)
{
    (void)arg;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"慢\"}", NULL);
    return NULL;
}

/* The writer stands still meanwhile: would the dry run queue there, this test would not end. */
static void a_dry_run_waits_for_no_writer(void **state)
{
    LedgerHooked *h = hook("hold", hold_the_writer, NULL, NULL);
    LedgerProblems said = { 0 };
    LedgerDone done;
    LedgerChange c;
    pthread_t writer;
    Err err;

    (void)state;
    order.text[0] = 0;
    order.go_on = false;
    assert_int_equal(pthread_create(&writer, NULL, write_held, NULL), 0);
    until("w");
    c = change_of(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"快\"}", &said, k.arena);
    assert_true(write_all(&c, 1, true, &done, &err));
    c = change_of(&k, LEDGER_CREATE, "owner", NULL, "{}", &said, k.arena);
    assert_false(write_all(&c, 1, true, &done, &err));
    assert_ptr_equal(err.kind, &LEDGER_REQUIRED);
    pthread_mutex_lock(&order.guard);
    order.go_on = true;
    pthread_cond_broadcast(&order.come);
    pthread_mutex_unlock(&order.guard);
    pthread_join(writer, NULL);
    ledger_unhook(h);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(it_sees_all_changes_old_and_new),
        cmocka_unit_test(it_fills_what_the_pack_says),
        cmocka_unit_test(what_is_filled_is_there_for_later_changes),
        cmocka_unit_test(it_adds_findings_or_refuses),
        cmocka_unit_test(it_reads_inside_the_transaction),
        cmocka_unit_test(they_are_told_in_order),
        cmocka_unit_test(taking_away_waits_for_a_call_under_way),
        cmocka_unit_test(a_dry_run_waits_for_no_writer),
    };

    return cmocka_run_group_tests(test, begin, end);
}
