/* tests/faults/nth_test.c - each failure is made to happen: the n-th operation on the file fails while a group of transactions
 * is written, for n = 0, 1, 2 … until none does. Whatever fails, what was answered as written is there, what was answered as
 * failed is not, and the next write goes through.
 *
 * A file system stands between SQLite and the disk (sqlite3_vfs_register, SQLite 3.40): it counts and fails.
 */
#include <pthread.h>
#include <sqlite3.h>
#include "../ledger/ledgertest.h"

enum { AT_ONCE = 6 };
static struct Disk {
    sqlite3_vfs vfs, *real;
    long left; /* operations until the one that fails; < 0: none will */
    long failed;
    int keep; /* it goes on failing */
    pthread_mutex_t guard;
} disk = { .left = -1, .guard = PTHREAD_MUTEX_INITIALIZER };
typedef struct File {
    sqlite3_file base;
    sqlite3_file *real;
} File;

static bool fails(void)
{
    bool yes;

    pthread_mutex_lock(&disk.guard);
    yes = disk.left == 0 || (disk.failed && disk.keep);
    disk.left -= disk.left >= 0;
    disk.failed += yes;
    pthread_mutex_unlock(&disk.guard);
    return yes;
}

#define REAL(f) (((File *)(f))->real)
static int f_close(sqlite3_file *f)
{
    const int rc = REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK;

    sqlite3_free(REAL(f));
    return rc;
}
static int f_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    return REAL(f)->pMethods->xRead(REAL(f), to, n, at);
}
static int f_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    return fails() ? SQLITE_IOERR_WRITE : REAL(f)->pMethods->xWrite(REAL(f), from, n, at);
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return fails() ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), size);
}
static int f_sync(sqlite3_file *f, int flags)
{
    return fails() ? SQLITE_IOERR_FSYNC : REAL(f)->pMethods->xSync(REAL(f), flags);
}
static int f_size(sqlite3_file *f, sqlite3_int64 *out)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), out);
}
static int f_lock(sqlite3_file *f, int how)
{
    return REAL(f)->pMethods->xLock(REAL(f), how);
}
static int f_unlock(sqlite3_file *f, int how)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), how);
}
static int f_reserved(sqlite3_file *f, int *out)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int f_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int f_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int f_device(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}
static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int f_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}
static void f_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int f_shm_unmap(sqlite3_file *f, int gone)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), gone);
}

static const sqlite3_io_methods methods = { 2, f_close, f_read, f_write, f_truncate, f_sync, f_size, f_lock,
    f_unlock, f_reserved, f_control, f_sector, f_device, f_shm_map, f_shm_lock, f_shm_barrier, f_shm_unmap,
    NULL, NULL };

static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    File *file = (File *)f;
    int rc;

    (void)v;
    file->base.pMethods = NULL;
    file->real = sqlite3_malloc(disk.real->szOsFile);
    if (!file->real)
        return SQLITE_NOMEM;
    memset(file->real, 0, (size_t)disk.real->szOsFile);
    rc = disk.real->xOpen(disk.real, name, file->real, flags, out);
    if (rc == SQLITE_OK)
        file->base.pMethods = &methods;
    else
        sqlite3_free(file->real);
    return rc;
}

static void begin_failing(long n, int keep)
{
    pthread_mutex_lock(&disk.guard);
    disk.left = n;
    disk.failed = 0;
    disk.keep = keep;
    pthread_mutex_unlock(&disk.guard);
}

static int begin(void **state)
{
    (void)state;
    disk.real = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real;
    disk.vfs.zName = "failing";
    disk.vfs.szOsFile = sizeof(File);
    disk.vfs.xOpen = open_file;
    return sqlite3_vfs_register(&disk.vfs, 1);
}

/* --- the work ---------------------------------------------------------------------------------------------------------- */
typedef struct One {
    County *k;
    size_t i;
    char id[ULID_LEN + 1];
    bool good;
    pthread_t thread;
} One;

static void *write_one(void *arg)
{
    One *o = arg;
    char json[128];
    Err err;

    snprintf(json, sizeof json,
        "{\"name\":\"第%zu\",\"size\":%zu,\"phone\":\"1380013800%zu\",\"at\":[111.%zu,31]}", o->i, o->i, o->i,
        o->i);
    ulid_new(o->id);
    o->good = save(o->k, LEDGER_CREATE, "farm", o->id, json, NULL, &err);
    return NULL;
}

/* Those that come while one is written make the next group. */
static void write_together(County *k, One *one)
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        one[i] = (One){ .k = k, .i = i };
        assert_int_equal(pthread_create(&one[i].thread, NULL, write_one, &one[i]), 0);
    }
    for (size_t i = 0; i < AT_ONCE; i++)
        (void)pthread_join(one[i].thread, NULL);
}

static bool there(const County *k, const char *id)
{
    LedgerRecord r;
    Err err = { 0 };

    return ledger_get((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, "farm"), str_of(id), INT64_MIN,
        INT64_MIN, k->arena, &r, &err);
}

static void answers_are_true(const County *k, const One *one, const char *when, long n)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        if (there(k, one[i].id) != one[i].good)
            fail_msg("n = %ld, %s: %zu was answered as %s", n, when, i, one[i].good ? "written" : "failed");
}

static void fail_each(int keep)
{
    County k;
    bool more = true;
    size_t refused = 0;

    county_make_in(&k, NULL);
    for (long n = 0; more; n++) {
        One one[AT_ONCE];

        begin_failing(n, keep);
        write_together(&k, one);
        more = disk.failed > 0;
        begin_failing(-1, 0);
        for (size_t i = 0; i < AT_ONCE; i++)
            refused += !one[i].good;
        answers_are_true(&k, one, "at once", n);
        must_save(&k, LEDGER_CREATE, "farm", NULL, "{\"name\":\"还行\"}", NULL); /* and it goes on */
        if (n % 8 == 0) {
            county_again(&k);
            answers_are_true(&k, one, "after a new start", n);
        }
    }
    assert_true(refused > 0); /* else nothing was made to fail */
    county_again(&k);
    assert_int_equal(faults_of(&k), 0);
    county_drop(&k);
}

static void one_operation_fails(void **state)
{
    (void)state;
    fail_each(0);
}

static void the_disk_is_gone(void **state)
{
    (void)state;
    fail_each(1);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(one_operation_fails),
        cmocka_unit_test(the_disk_is_gone),
    };

    return cmocka_run_group_tests(test, begin, NULL);
}
