/* tests/faults/fault_test.c - what was acknowledged is kept: killed at any moment, out of space, in the middle of a load. */
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "../ledger/ledgertest.h"

enum { WRITERS = 100, ACKS = 20000 };

static void good_again(County *k)
{
    county_open(k);
    assert_int_equal(faults_of(k), 0); /* PRAGMA integrity_check is part of it */
}

/* --- kill -9 among writers ------------------------------------------------------------------------------------------------ */
typedef struct Child {
    const County *k;
    int out;
} Child;

static void *write_for_ever(void *arg)
{
    const Child *c = arg;
    LedgerDone d;
    Err err;

    for (;;) {
        if (!save(c->k, LEDGER_CREATE, "farm", NULL,
                "{\"name\":\"写手\",\"size\":3,\"phone\":\"13800138000\",\"at\":[111,31]}", &d, &err))
            _exit(3);
        d.id[ULID_LEN] = '\n'; /* one write of 27 bytes: never mixed with another's */
        if (write(c->out, d.id, ULID_LEN + 1) != ULID_LEN + 1)
            _exit(4);
    }
    return NULL;
}

static void writers(County *k, int out)
{
    Child c = { k, out };
    pthread_t t;

    county_open(k);
    for (int i = 0; i < WRITERS; i++)
        if (pthread_create(&t, NULL, write_for_ever, &c))
            _exit(5);
    for (;;)
        (void)pause();
}

/* Runs `work` in a process of its own, kills it once `after` bytes have come, and gives all that came. */
static size_t run_and_kill(County *k, void (*work)(County *k, int out), size_t after, char *said, size_t size)
{
    int pipe_[2], status;
    size_t n = 0;
    ssize_t got;
    pid_t child;

    assert_int_equal(pipe(pipe_), 0);
    child = fork();
    if (child == 0) {
        (void)close(pipe_[0]);
        work(k, pipe_[1]);
        _exit(6);
    }
    (void)close(pipe_[1]);
    while (n < after && (got = read(pipe_[0], said + n, size - n)) > 0)
        n += (size_t)got;
    (void)kill(child, SIGKILL);
    while (n < size && (got = read(pipe_[0], said + n, size - n)) > 0)
        n += (size_t)got;
    (void)close(pipe_[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status))
        fail_msg("the child ended by itself: %d", WEXITSTATUS(status));
    return n;
}

static void killed_among_a_hundred_writers(void **state)
{
    static char said[ACKS * (ULID_LEN + 1)];
    County k;
    uint16_t dice;
    size_t all = 0;

    (void)state;
    county_make_in(&k, NULL);
    for (int round = 0; round < 5; round++) {
        size_t n;

        ledger_close(k.ledger); /* a fork takes no open file along */
        k.ledger = NULL;
        random_bytes(&dice, sizeof dice);
        n = run_and_kill(&k, writers, (1 + dice % 400) * (ULID_LEN + 1), said, sizeof said);
        good_again(&k);
        for (size_t i = 0; i + ULID_LEN < n; i += ULID_LEN + 1) {
            said[i + ULID_LEN] = 0;
            (void)get(&k, "farm", said + i);
            all++;
        }
        assert_true(ledger_count((LedgerView){ k.ledger, &ACCESS_VISITOR }, col(&k, "farm"), STR("")) >=
                    (int64_t)all);
    }
    must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"还行\"}", NULL);
    county_drop(&k);
}

/* --- kill -9 in a load ------------------------------------------------------------------------------------------------------ */
static void load_for_ever(County *k, int out)
{
    LedgerLoad *load;
    const PackCollection *c = col(k, "farm");
    Err err = { 0 };

    county_open(k);
    if (!ledger_load_begin(
            k->ledger, STR("tester"), STR("imported"), STR("首次"), time_now(), 7, &load, &err))
        _exit(3);
    for (int i = 0;; i++) {
        Arena *a = arena_new(0);
        const LedgerField f = { prop(c, "name"), { .kind = CQL_TEXT, .text = STR("载入") } };
        LedgerLoadRecord r = { .collection = c,
            .division = STR(DIVISION),
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN,
            .field = &f,
            .nfield = 1 };

        ulid_new(r.id);
        if (!geo_make_point(111 + i % 1000 * 0.001, 31, a, &r.geometry) || !ledger_load_put(load, &r, &err))
            _exit(4);
        arena_free(a);
        if (i % 1000 == 999 && write(out, "k", 1) != 1)
            _exit(5);
    }
}

static bool count_it(void *ctx, const LedgerRecord *r)
{
    (void)r;
    ++*(size_t *)ctx;
    return true;
}

/* Whatever part of the load is there is there with its indexes, R-tree and words. */
static void whole_as_far_as_it_came(County *k)
{
    const PackCollection *c = col(k, "farm");
    const int64_t n = ledger_count((LedgerView){ k->ledger, &ACCESS_VISITOR }, c, STR(""));
    LedgerQuery q = { .collection = c, .box = { { 110, 30, 113, 32 } }, .nbox = 1, .no_geometry = true };
    LedgerPage page;
    LedgerDone d;
    LedgerHit *hit;
    size_t seen = 0, nhit;
    Err err = { 0 };
    Arena *a = arena_new(0);

    assert_true(
        ledger_select((LedgerView){ k->ledger, &ACCESS_VISITOR }, &q, count_it, &seen, a, &page, &err));
    assert_int_equal(seen, n);
    must_save(k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"后来\",\"at\":[111,31]}", &d);
    assert_true(
        ledger_select((LedgerView){ k->ledger, &ACCESS_VISITOR }, &q, count_it, &seen, a, &page, &err));
    assert_int_equal(seen, 2 * n + 1);
    assert_true(ledger_search(
        (LedgerView){ k->ledger, &ACCESS_VISITOR }, STR("载入"), NULL, 0, STR(""), 10, a, &hit, &nhit, &err));
    assert_true(nhit > 0 || n == 0);
    assert_int_equal(faults_of(k), 0);
    arena_free(a);
}

static size_t objects_of(const County *k) /* tables, indexes, triggers */
{
    char path[128];
    sqlite3 *db;
    sqlite3_stmt *stmt;
    size_t n;

    (void)snprintf(path, sizeof path, "%s/county.gpkg", k->county);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_master", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = (size_t)sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return n;
}

static void killed_in_a_load(void **state)
{
    static const size_t after[] = { 1, 21, 33 }; /* thousands put; 20,000 are committed together */
    static char said[4096];

    (void)state;
    for (size_t i = 0; i < LEN(after); i++) {
        County k;
        size_t objects;

        county_make_in(&k, NULL);
        objects = objects_of(&k);
        ledger_close(k.ledger);
        k.ledger = NULL;
        (void)run_and_kill(&k, load_for_ever, after[i], said, sizeof said);
        county_open(&k);
        assert_int_equal(objects_of(&k), objects); /* nothing that was laid aside is forgotten */
        whole_as_far_as_it_came(&k);
        county_drop(&k);
    }
}

/* --- no space ------------------------------------------------------------------------------------------------------------------- */
/* Writes until it is refused; true: refused for want of space, and all that was acknowledged is there. */
static void write_until_full(County *k, char (*id)[ULID_LEN + 1], size_t most, size_t *n)
{
    LedgerDone d;
    Err err = { 0 };

    while (*n < most &&
           save(k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"满盘\",\"size\":1,\"at\":[111,31]}", &d, &err))
        memcpy(id[(*n)++], d.id, sizeof d.id);
    if (err.kind != &BASE_FULL && err.kind != &BASE_IO)
        fail_msg("after %zu: %s %s %s", *n, err.kind ? err.kind->code : "never full", err.what, err.hint);
    assert_false(
        save(k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"还满\"}", &d, &err)); /* and again, without harm */
}

static void all_there(const County *k, char (*id)[ULID_LEN + 1], size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)get(k, "farm", id[i]);
    assert_int_equal(ledger_count((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "farm"), STR("")), n);
}

static char kept[20000][ULID_LEN + 1];

static void a_file_that_may_not_grow(void **state)
{
    County k;
    struct rlimit was, now;
    size_t n = 0;

    (void)state;
    county_make_in(&k, NULL);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    now = (struct rlimit){ 4 << 20, was.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
    write_until_full(&k, kept, LEN(kept), &n);
    all_there(&k, kept, n);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"又行\"}", NULL);
    county_again(&k);
    all_there(&k, kept, n);
    assert_int_equal(faults_of(&k), 0);
    county_drop(&k);
}

static void a_full_disk(void **state)
{
    char disk[] = "/tmp/sangzi-disk-XXXXXX";
    County k;
    size_t n = 0;

    (void)state;
    assert_non_null(mkdtemp(disk));
    if (mount("tmpfs", disk, "tmpfs", 0, "size=6m")) {
        (void)rmdir(disk);
        print_message("no right to mount a small disk; RLIMIT_FSIZE stands for it\n");
        skip();
    }
    county_make_in(&k, disk);
    write_until_full(&k, kept, LEN(kept), &n);
    all_there(&k, kept, n);
    assert_int_equal(mount("tmpfs", disk, "tmpfs", MS_REMOUNT, "size=64m"), 0);
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"又行\"}", NULL);
    county_again(&k);
    all_there(&k, kept, n);
    assert_int_equal(faults_of(&k), 0);
    county_drop(&k);
    (void)umount(disk);
    (void)rmdir(disk);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(killed_among_a_hundred_writers),
        cmocka_unit_test(killed_in_a_load),
        cmocka_unit_test(a_file_that_may_not_grow),
        cmocka_unit_test(a_full_disk),
    };

    return cmocka_run_group_tests(test, NULL, NULL);
}
