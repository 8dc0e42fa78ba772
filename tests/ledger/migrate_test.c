/* tests/ledger/migrate_test.c - the packs change under a county that has records: renamed, retired, other types, other grades. */
#include "ledgertest.h"
#include <signal.h>
#include <sys/wait.h>

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

static Str farm_text; /* the farm's YAML as it stands now */

static void load_packs(County *k)
{
    const PackMessage *said;
    size_t n;
    Err err = { 0 };

    if (!pack_load(k->packs, NULL, k->arena, &k->model, &said, &n, &err))
        fail_msg("%.*s:%zu %.*s", STRV(said[0].file), said[0].line, STRV(said[0].text.en));
}

/* Every `from` in the farm's YAML becomes `to`. */
static void edit_text(const char *from, const char *to)
{
    static char text[2][1 << 16];
    static int turn;
    Buf b = { text[turn ^= 1], 0, sizeof text[0], sizeof text[0], false }; /* never grows */
    Str rest = farm_text;
    size_t at;

    for (size_t i = 0; i < LEN(pack_files) && !rest.len; i++)
        if (!strcmp(pack_files[i][0], "collections/farm.yaml"))
            rest = str_of(pack_files[i][1]);
    assert_true(str_find(rest, str_of(from)) != SIZE_MAX);
    while ((at = str_find(rest, str_of(from))) != SIZE_MAX) {
        buf_str(&b, str_sub(rest, 0, at));
        buf_str(&b, str_of(to));
        rest = str_sub(rest, at + strlen(from), SIZE_MAX);
    }
    buf_str(&b, rest);
    farm_text = buf_text(&b);
}

/* The same, and the packs are loaded anew, the county is closed. */
static void edit_farm(County *k, const char *from, const char *to)
{
    char path[160];
    Err err = { 0 };

    edit_text(from, to);
    snprintf(path, sizeof path, "%s/00-try/collections/farm.yaml", k->packs);
    assert_true(file_write(path, BYTES(farm_text), 0600, &err));
    ledger_close(k->ledger);
    k->ledger = NULL;
    pack_free(k->model);
    load_packs(k);
}

static void rename_code(County *k)
{
    edit_text("unique: [code", "unique: [number");
    edit_farm(k, "    code: { title", "    number: { was: code, title");
}

static void migrate(County *k, const char *from, const char *to)
{
    edit_farm(k, from, to);
    county_open(k);
}

#define FARM                                                                                                \
    "{\"name\": \"石桥\", \"code\": \"A7\", \"plate\": \"秘密门牌七号\", \"size\": 12, \"phone\": " \
    "\"13800138000\", \"debt\": \"某某\", "                                                               \
    "\"at\": [111.1, 31.4]}"

static int fresh(void **state)
{
    farm_text = (Str){ NULL, 0 };
    return start(state);
}

static size_t found(const County *k, const char *filter)
{
    Arena *a = arena_new(0);
    LedgerQuery q = { .collection = col(k, "farm") };
    LedgerStats stat;
    CqlExpr *e;
    size_t count;
    Err err = { 0 };

    if (!cql_parse_text(str_of(filter), a, &e, &err) || !cql_check(e, &q.collection->schema, a, &err))
        fail_msg("%s: %s", filter, err.kind->code);
    q.filter = e;
    assert_true(ledger_stats((LedgerView){ k->ledger, &ACCESS_VISITOR }, &q, NULL, 0, NULL, a, &stat, &err));
    count = (size_t)stat.total.count;
    arena_free(a);
    return count;
}

static void renamed(void **state)
{
    County *k = *state;
    LedgerDone done;
    LedgerRecord r;
    LedgerVersion *v;
    int64_t next;
    size_t n;
    Err err = { 0 };

    must_save(k, LEDGER_CREATE, "farm", NULL, FARM, &done);
    rename_code(k);
    county_open(k);
    r = get(k, "farm", done.id);
    text_is(of(&r, "number"), "A7");
    assert_null(pack_property(r.collection, STR("code")));
    assert_int_equal(found(k, "number = 'A7'"), 1);
    assert_int_equal(faults_of(k), 0);
    must_save(k, LEDGER_UPDATE, "farm", done.id, "{\"number\": \"B8\"}", NULL);
    assert_true(ledger_history((LedgerView){ k->ledger, &ACCESS_VISITOR }, r.collection, str_of(done.id), 0,
                    0, k->arena, &v, &n, &next, &err) &&
                n == 2);
    assert_true(v[0].nchange == 1 &&
                str_eq(v[0].before[0].text, STR("A7"))); /* what an old entry calls by its old name */
    assert_int_equal(faults_of(k), 0);
    county_again(k); /* nothing more to do */
    assert_int_equal(faults_of(k), 0);
}

static void retired(void **state)
{
    County *k = *state;
    LedgerDone done;
    LedgerRecord r;

    must_save(k, LEDGER_CREATE, "farm", NULL, FARM, &done);
    migrate(k, "opened: { title", "opened: { retired: true, title");
    migrate(k, "rent: { title: { zh: 租金, en: Rent }, type: money, grade: 1 }",
        "rent: { title: { zh: 租金, en: Rent }, type: money, grade: 3, retired: true }");
    assert_null(pack_property(col(k, "farm"), STR("opened")));
    r = get(k, "farm", done.id);
    must_save(k, LEDGER_REPLACE, "farm", done.id, "{\"name\": \"柳溪\"}", NULL);
    assert_int_equal(faults_of(k), 0);
    migrate(k, "opened: { retired: true, title", "opened: { title");
    r = get(k, "farm", done.id);
    assert_true(of(&r, "opened").kind == CQL_NULL || of(&r, "opened").kind == CQL_DATE);
    assert_int_equal(faults_of(k), 0);
}

static void a_retired_value_comes_back(void **state)
{
    County *k = *state;
    LedgerDone done;
    LedgerRecord r;

    must_save(k, LEDGER_CREATE, "farm", NULL,
        "{\"name\": \"x\", \"opened\": \"2020-05-01\", \"phone\": \"13800138000\"}", &done);
    edit_farm(k, "opened: { title", "opened: { retired: true, title");
    migrate(k, "phone: { title", "phone: { retired: true, title");
    must_save(k, LEDGER_UPDATE, "farm", done.id, "{\"name\": \"y\"}", NULL);
    must_save(k, LEDGER_REPLACE, "farm", done.id, "{\"name\": \"z\"}", NULL);
    edit_farm(k, "phone: { retired: true, title", "phone: { title");
    migrate(k, "opened: { retired: true, title", "opened: { title");
    r = get(k, "farm", done.id);
    assert_int_equal(of(&r, "opened").kind, CQL_DATE);
    text_is(of(&r, "phone"), "13800138000");
    assert_int_equal(faults_of(k), 0);
}

static void another_type(void **state)
{
    County *k = *state;
    LedgerDone done;
    LedgerRecord r;

    must_save(k, LEDGER_CREATE, "farm", NULL, FARM, &done);
    migrate(k, "en: Size }, type: number", "en: Size }, type: integer");
    r = get(k, "farm", done.id);
    assert_true(of(&r, "size").kind == CQL_INT && of(&r, "size").integer == 12);
    assert_true(of(&r, "twice").kind == CQL_NUMBER && of(&r, "twice").number == 24);
    assert_int_equal(found(k, "size = 12"), 1);
    assert_int_equal(faults_of(k), 0);
    edit_text("unique: [code, plate]", "unique: [code]");
    migrate(k, "plate: { title: { zh: 门牌, en: Plate }, type: text",
        "plate: { title: { zh: 门牌, en: Plate }, many: true, type: text");
    r = get(k, "farm", done.id);
    assert_true(of(&r, "plate").kind == CQL_LIST && of(&r, "plate").list.n == 1);
    assert_int_equal(faults_of(k), 0);
}

static void a_value_that_would_be_lost_refuses_all(void **state)
{
    County *k = *state;
    LedgerDone done;
    LedgerRecord r;
    Err err = { 0 };

    must_save(k, LEDGER_CREATE, "farm", NULL, "{\"name\": \"x\", \"size\": 12.5, \"code\": \"A7\"}", &done);
    rename_code(k);
    edit_farm(k, "en: Size }, type: number", "en: Size }, type: integer");
    assert_false(ledger_open(k->county, LEDGER_WRITE, k->model, &k->ledger, &err));
    assert_ptr_equal(err.kind, &LEDGER_MIGRATION);
    assert_true(strstr(err.hint, done.id) && strstr(err.hint, "12.5"));
    edit_text("unique: [number", "unique: [code");
    edit_farm(k, "    number: { was: code, title", "    code: { title");
    migrate(k, "en: Size }, type: integer", "en: Size }, type: number"); /* taken back */
    r = get(k, "farm", done.id);
    assert_true(of(&r, "size").number == 12.5);
    text_is(of(&r, "code"), "A7");
    assert_int_equal(faults_of(k), 0);
}

static bool stands_in_file(const County *k, const char *what)
{
    static const char *const file[] = { "county.gpkg", "county.gpkg-wal" };
    bool yes = false;

    for (size_t i = 0; i < LEN(file); i++) {
        Arena *a = arena_new(0);
        char path[160];
        Str s;
        Err err = { 0 };

        snprintf(path, sizeof path, "%s/%s", k->county, file[i]);
        if (file_exists(path) && file_read(path, 1 << 30, a, &s, &err))
            yes |= memmem(s.ptr, s.len, what, strlen(what)) != NULL;
        arena_free(a);
    }
    return yes;
}

static void raised_it_stands_nowhere_in_clear(void **state)
{
    County *k = *state;
    LedgerDone done;
    LedgerRecord r;
    LedgerVersion *v;
    int64_t next;
    size_t n;
    Err err = { 0 };

    of_the_file_only();
    must_save(k, LEDGER_CREATE, "farm", NULL, FARM, &done);
    must_save(k, LEDGER_UPDATE, "farm", done.id, "{\"size\": 13}", NULL);
    assert_true(stands_in_file(k, "秘密门牌七号"));
    edit_text("unique: [code, plate]", "unique: [code]");
    migrate(k, "en: Plate }, type: text, grade: 1", "en: Plate }, type: text, find: equal, grade: 3");
    assert_false(stands_in_file(k, "秘密门牌七号"));
    r = get(k, "farm", done.id);
    text_is(of(&r, "plate"), "秘密门牌七号");
    assert_int_equal(found(k, "plate = '秘密门牌七号'"), 1);
    assert_int_equal(faults_of(k), 0);
    assert_true(ledger_history((LedgerView){ k->ledger, &ACCESS_VISITOR }, r.collection, str_of(done.id), 0,
                    0, k->arena, &v, &n, &next, &err) &&
                n == 2);
    assert_int_equal(r.version, 2);
    migrate(k, "find: equal, grade: 3", "grade: 4"); /* from one seal into the other */
    r = get(k, "farm", done.id);
    text_is(of(&r, "plate"), "秘密门牌七号");
    assert_int_equal(faults_of(k), 0);
    migrate(k, "en: Plate }, type: text, grade: 4", "en: Plate }, type: text, grade: 1"); /* and out again */
    r = get(k, "farm", done.id);
    text_is(of(&r, "plate"), "秘密门牌七号");
    assert_int_equal(found(k, "plate = '秘密门牌七号'"), 1);
    assert_int_equal(faults_of(k), 0);
}

static void the_last_seal_is_opened(void **state)
{
    County *k = *state;
    LedgerDone done;
    LedgerRecord r;

    must_save(k, LEDGER_CREATE, "farm", NULL, FARM, &done);
    edit_farm(k, "format: phone, grade: 3, find: equal", "format: phone, grade: 2");
    migrate(k, "en: Debtor }, type: text, grade: 4", "en: Debtor }, type: text, grade: 2");
    r = get(k, "farm", done.id);
    text_is(of(&r, "phone"), "13800138000");
    text_is(of(&r, "debt"), "某某");
    assert_int_equal(faults_of(k), 0);
}

static void load(const County *k, size_t n)
{
    const PackCollection *c = col(k, "farm");
    Arena *a = arena_new(0);
    LedgerLoad *load;
    Err err = { 0 };

    assert_true(
        ledger_load_begin(k->ledger, STR("tester"), STR("typed"), STR("many"), time_now(), 5, &load, &err));
    for (size_t i = 0; i < n; i++) {
        const Str name = str_fmt(a, "农场%zu", i), plate = str_fmt(a, "秘密%zu", i);
        const LedgerField f[] = { { prop(c, "name"), { .kind = CQL_TEXT, .text = name } },
            { prop(c, "plate"), { .kind = CQL_TEXT, .text = plate } },
            { prop(c, "size"), { .kind = CQL_NUMBER, .number = (double)(i % 90) } } };
        LedgerLoadRecord r = { .collection = c,
            .division = STR(DIVISION),
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN,
            .field = f,
            .nfield = LEN(f) };

        ulid_new(r.id);
        assert_true(ledger_load_put(load, &r, &err));
    }
    assert_true(ledger_load_end(load, true, &err));
    arena_free(a);
}

/* Killed after more and more milliseconds, until it comes through; each start goes on where the last one was. */
static void killed_on_its_way_it_goes_on(void **state)
{
    enum { FARMS = 3000 };
    County *k = *state;
    int kills = 0;

    load(k, FARMS);
    edit_text("unique: [code, plate]", "unique: [code]");
    edit_farm(k, "en: Size }, type: number", "en: Size }, type: integer");
    edit_farm(k, "en: Plate }, type: text, grade: 1", "en: Plate }, type: text, grade: 3");
    for (useconds_t ms = 10;; ms += 15) {
        const pid_t pid = fork();
        int status = 0;
        Err err = { 0 };

        assert_true(pid >= 0);
        if (!pid)
            _exit(ledger_open(k->county, LEDGER_WRITE, k->model, &k->ledger, &err) ? 0 : 3);
        usleep(ms * 1000);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            break;
        }
        kills++;
    }
    assert_true(kills > 2);
    county_open(k);
    assert_int_equal(found(k, "size >= 0"), FARMS);
    assert_int_equal(found(k, "plate LIKE '秘密%'"), FARMS);
    assert_false(stands_in_file(k, "秘密17"));
    assert_int_equal(faults_of(k), 0);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test_setup_teardown(renamed, fresh, stop),
        cmocka_unit_test_setup_teardown(retired, fresh, stop),
        cmocka_unit_test_setup_teardown(a_retired_value_comes_back, fresh, stop),
        cmocka_unit_test_setup_teardown(another_type, fresh, stop),
        cmocka_unit_test_setup_teardown(a_value_that_would_be_lost_refuses_all, fresh, stop),
        cmocka_unit_test_setup_teardown(raised_it_stands_nowhere_in_clear, fresh, stop),
        cmocka_unit_test_setup_teardown(the_last_seal_is_opened, fresh, stop),
        cmocka_unit_test_setup_teardown(killed_on_its_way_it_goes_on, fresh, stop),
    };

    log_open(2, false, LOG_ERROR);
    return cmocka_run_group_tests(test, NULL, NULL);
}
