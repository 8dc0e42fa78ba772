/* tests/store/sqlite_test.c - what is SQLite's alone: a valid GeoPackage, no plan that scans, foreign programs refused, every failing
 * write clean. What every driver must do stands in store_test.c; kill -9 and full disks in tests/faults.
 */
#include "place.h"
#include "store/sqlite_in.h"

/* --- a valid GeoPackage (OGC 12-128r19) -------------------------------------------------------------------------------- */
static Str one_value(Place *p, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    Str out = STR("");

    assert_int_equal(sqlite3_open_v2(p->file, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(s) == SQLITE_ROW)
        out = str_copy(p->a, sqlite_text(s, 0));
    sqlite3_finalize(s);
    sqlite3_close(db);
    return out;
}

static void the_file_says_what_it_is(void **state)
{
    static const struct {
        const char *sql, *want;
    } says[] = {
        { "PRAGMA application_id", "1196444487" }, /* requirement 2: GPKG */
        { "PRAGMA user_version", "10300" },
        { "PRAGMA journal_mode", "wal" },
        { "SELECT data_type FROM gpkg_contents WHERE table_name='shop'", "features" },
        { "SELECT data_type FROM gpkg_contents WHERE table_name='note'", "attributes" },
        { "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name='shop'", "4490" },
        { "SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name='shop'", "POINT" },
        { "SELECT count(*) FROM gpkg_spatial_ref_sys WHERE srs_id IN (-1,0,4326,4490)", "4" },
        { "SELECT count(*) FROM gpkg_contents WHERE table_name LIKE '\\_%' ESCAPE '\\'",
            "0" }, /* our own tables are no layers */
        { "SELECT count(*) FROM gpkg_extensions WHERE extension_name='gpkg_rtree_index'", "1" },
        { "SELECT count(*) FROM sqlite_master WHERE type='trigger' AND name LIKE 'rtree_shop_geometry_%'",
            "6" },
        { "SELECT pk FROM pragma_table_info('shop') WHERE name='fid'", "1" },
        { "SELECT \"notnull\" FROM pragma_table_info('shop') WHERE name='division'", "1" },
    };
    Place *p = *state;

    for (size_t i = 0; i < LEN(says); i++)
        if (!str_eq(one_value(p, says[i].sql), str_of(says[i].want)))
            fail_msg("%s: %s", says[i].sql, one_value(p, says[i].sql).ptr);
}

/* --- the R-tree's own rows, and what stays behind it -------------------------------------------------------------------------- */
static void the_rtree_forgets(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    int64_t fid;
    Err err = { 0 };

    row(v, 1, "a", "99");
    begin(p);
    fid = put(p, &shop, point(p, 110.5, 31), v);
    v[ID].integer = 2;
    put(p, &shop, (Bytes){ NULL, 0 }, v); /* no place, so no entry */
    commit(p);
    assert_true(str_eq(one_value(p, "SELECT count(*) FROM rtree_shop_geometry"), STR("1")));
    begin(p);
    assert_true(store_update(p->store, &shop, fid, true, (Bytes){ NULL, 0 }, NULL, NULL, 0, &err));
    commit(p);
    assert_true(str_eq(one_value(p, "SELECT count(*) FROM rtree_shop_geometry"), STR("0")));
}

/* --- no statement reads a large table from end to end --------------------------------------------------------------------------- */
typedef struct Plans {
    Conn *conn;
    const char *table;
    size_t seen;
} Plans;

static void no_scan(Plans *p)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        const char *sql = p->conn->kept[i].sql;
        sqlite3_stmt *s;

        if (!sql || (strncmp(sql, "SELECT", 6) && strncmp(sql, "UPDATE", 6) && strncmp(sql, "DELETE", 6)) ||
            strstr(sql, "pragma_"))
            continue;
        if (strstr(sql, "FROM \"shop\"") && !strstr(sql, "=?") && !strstr(sql, ">=?") &&
            !strstr(sql, "IN (") && !strstr(sql, "by_"))
            continue; /* a whole list, read as it is sent */
        assert_int_equal(
            sqlite3_prepare_v2(p->conn->db, sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql), -1, &s, NULL),
            SQLITE_OK);
        while (sqlite3_step(s) == SQLITE_ROW) {
            const char *said = (const char *)sqlite3_column_text(s, 3);

            /* tables made on the way (a box's ids, a list of numbers) and virtual tables, which are told what to look for */
            if (!strncmp(said, "SCAN", 4) && !strstr(said, "VIRTUAL TABLE") && !strstr(said, "sangzi_rows") &&
                !strstr(said, "SUBQUERY") && !strstr(said, "USING INDEX") &&
                !strstr(said, "USING COVERING INDEX"))
                fail_msg("%s: %s", sql, said);
        }
        sqlite3_finalize(s);
        p->seen++;
    }
}

static bool see_link(void *ctx, Str collection, Str property, Str from)
{
    (void)ctx, (void)collection, (void)property, (void)from;
    return true;
}

static bool see_history(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    (void)ctx, (void)tx, (void)e;
    return true;
}

static bool see_entry(void *ctx, const StoreEntry *e)
{
    (void)ctx, (void)e;
    return true;
}

static void no_statement_scans_a_large_table(void **state)
{
    Place *p = *state;
    const GeoBox box = { 110, 30, 112, 32 };
    const StoreOrder by_name = { NAME, false };
    const uint8_t mark[] = { 1, 2 };
    const CqlValue name = { .kind = CQL_TEXT, .text = STR("x") },
                   bx = { .kind = CQL_GEOM, .geom = { mark, 2 } };
    const CqlSql said = { .text =
                              STR("\"bx_name\" IS NOT NULL AND (\"bx_name\" IS NULL)=0 AND \"bx_name\"=?"),
        .params = &bx,
        .nparams = 1 };
    const StoreFilter same_bx = { .said = &said };
    const StoreEqual equal_bx = { BLOB, bx };
    const StoreWord word = { STR("石桥"), false };
    const int64_t some[] = { 1, 2 };
    StoreQuery q[] = { { .table = &shop, .id = "01ARZ3NDEKTSV4RRFFQ69G5FAV", .retired = true },
        { .table = &shop, .division_from = STR("990121"), .division_to = STR("990122"), .limit = 10 },
        { .table = &shop, .box = &box, .nbox = 1, .geometry = true },
        { .table = &shop, .fid = some, .nfid = 2 },
        { .table = &shop, .order = &by_name, .norder = 1, .after = &name, .after_fid = 3, .limit = 10 },
        { .table = &shop, .word = &word, .nword = 1 }, { .table = &shop, .filter = &same_bx },
        { .table = &shop, .equal = &equal_bx, .nequal = 1 },
        { .table = &shop, .box = &box, .nbox = 1, .scattered = true } };
    CqlValue v[COLUMNS];
    const Str to = STR("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    int64_t got[64], fid;
    StoreEntry e = { 0, 1, 0, 1, STR("shop"), to, STR("create"), { mark, 2 }, { 0 } };
    StoreTx tx = { 0, 1, 1, 1, STR("a"), STR(""), STR(""), STR("typed"), STR(""), { 0 } };
    StoreRead *r;
    Plans plans = { .table = "shop" };
    bool yes;
    Str answer;
    Err err = { 0 };

    begin(p);
    row(v, 1, "x", "990121108204");
    fid = put(p, &shop, point(p, 111, 31), v);
    assert_true(
        store_update(p->store, &shop, fid, false, (Bytes){ NULL, 0 }, (size_t[]){ NAME }, &name, 1, &err));
    assert_true(store_link_set(p->store, STR("shop"), STR("owner"), to, &to, 1, false, &err));
    assert_true(store_words_set(p->store, STR("shop"), fid, STR("99"), STR("石桥"), STR(""), &err));
    assert_true(store_words_set(p->store, STR("shop"), fid, STR("99"), STR(""), STR(""), &err));
    assert_true(store_put_entry(p->store, &e, &err) && store_put_tx(p->store, &tx, &err) &&
                store_put_body(p->store, 0, 1, 0, e.body, &err));
    assert_true(store_answer_set(p->store, STR("k"), 1, STR("[]"), &err));
    commit(p);
    for (size_t i = 0; i < LEN(q); i++)
        ask(p, q + i, got);
    assert_true(store_read_begin(p->store, &r, &err));
    assert_true(store_links_to(r, to, see_link, NULL, &err) &&
                store_history(r, STR("shop"), to, see_history, NULL, &err));
    assert_true(store_entries(r, 0, 1, see_entry, NULL, &err) && store_last_tx(r, 0, &tx, p->a, &err));
    assert_true(store_resealed(r, STR("shop"), to, 1, e.digest, &yes, &err) &&
                store_answer(r, STR("k"), 0, p->a, &answer, &err));
    store_read_end(r);
    plans.conn = &p->store->writer;
    no_scan(&plans);
    plans.conn = &p->store->conn[0];
    no_scan(&plans);
    assert_true(plans.seen > 15);
}

/* The connection's sum that was not asked before. */
static const char *new_sum(const Conn *c, const char *const *before, size_t n)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        const char *sql = c->kept[i].sql;
        bool old = !sql || !strstr(sql, "count(*)");

        for (size_t k = 0; !old && k < n; k++)
            old = !strcmp(sql, before[k]);
        if (!old)
            return sql;
    }
    fail_msg("no sum was asked");
    return NULL;
}

static Str first_step(Place *p, Conn *c, const char *sql)
{
    sqlite3_stmt *s;
    Str out;

    assert_int_equal(
        sqlite3_prepare_v2(c->db, str_fmt(p->a, "EXPLAIN QUERY PLAN %s", sql).ptr, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    out = str_copy(p->a, sqlite_text(s, 3));
    sqlite3_finalize(s);
    return out;
}

/* Without statistics SQLite would walk a sum over all current rows through whatever partial index there is, row by row from all
 * over the file: a sum reads the table in its own order, and a count by an indexed column nothing but that index. */
static void sums_read_the_table_in_its_order(void **state)
{
    static const struct {
        size_t group;
        bool sum, filter;
        const char *plan; /* the end of its first step */
    } row[] = {
        { NAME, false, false, "USING INDEX _shop_by_name" },
        { NAME, true, false, "SCAN shop" },
        { NAME, false, true, "SCAN shop" },
        { OPEN, false, false, "SCAN shop" },
        { SIZE_MAX, true, false, "SCAN shop" },
    };
    static const size_t price[] = { PRICE };
    const char *asked[LEN(row)];
    Str step;
    const CqlSql said = { .text = STR("\"open\"") };
    const StoreFilter opened = { .said = &said };
    Place *p = *state;
    Err err = { 0 };

    for (size_t i = 0; i < LEN(row); i++) {
        StoreQuery q = { .table = &shop, .filter = row[i].filter ? &opened : NULL };
        StoreRead *r;
        StoreStat *stat;
        size_t n;

        q.column = price;
        q.ncolumn = row[i].sum;
        assert_true(store_read_begin(p->store, &r, &err));
        assert_true(store_stats(r, &q, row[i].group, p->a, &stat, &n, &err));
        asked[i] = new_sum(r->conn, asked, i);
        step = first_step(p, r->conn, asked[i]);
        store_read_end(r);
        if (!str_ends(step, str_of(row[i].plan)))
            fail_msg("%s: %.*s, not %s", asked[i], STRV(step), row[i].plan);
    }
}

static void a_foreign_connection_writes_nothing(void **state)
{
    static const char *const sql[] = { "INSERT INTO note(id,division) VALUES('x','99')",
        "INSERT INTO _meta VALUES('x','y')", "UPDATE gpkg_contents SET identifier='x'",
        "INSERT INTO _tx VALUES(0,1,1,'','','','','',1,x'00')" };
    Place *p = *state;
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(p->file, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    for (size_t i = 0; i < LEN(sql); i++)
        if (sqlite3_exec(db, sql[i], NULL, NULL, NULL) == SQLITE_OK)
            fail_msg("%s", sql[i]);
    sqlite3_close(db);
}

/* --- the n-th write fails: SQLite's own way of asking (a VFS between it and the disk) -------------------------------------------------- */
typedef struct Shim {
    sqlite3_file base;
    sqlite3_file *real;
} Shim;
static sqlite3_vfs shim_vfs, *real_vfs;
static long writes_left = -1; /* -1: no failure */
static int failure;

#define REAL(f) (((Shim *)(f))->real)
static int sh_close(sqlite3_file *f)
{
    return REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK;
}
static int sh_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}
static bool breaks(void)
{
    return writes_left >= 0 && writes_left-- == 0 ? (writes_left = 0, true) : false; /* and stays broken */
}
static int sh_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    if (!breaks())
        return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
    if (failure == SQLITE_IOERR_WRITE && n > 1)
        (void)REAL(f)->pMethods->xWrite(REAL(f), p, n / 2, at); /* a short write is on the disk */
    return failure;
}
static int sh_truncate(sqlite3_file *f, sqlite3_int64 n)
{
    return REAL(f)->pMethods->xTruncate(REAL(f), n);
}
static int sh_sync(sqlite3_file *f, int flags)
{
    return breaks() ? SQLITE_IOERR_FSYNC : REAL(f)->pMethods->xSync(REAL(f), flags);
}
static int sh_size(sqlite3_file *f, sqlite3_int64 *n)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), n);
}
static int sh_lock(sqlite3_file *f, int l)
{
    return REAL(f)->pMethods->xLock(REAL(f), l);
}
static int sh_unlock(sqlite3_file *f, int l)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), l);
}
static int sh_reserved(sqlite3_file *f, int *out)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int sh_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int sh_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int sh_device(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}
static int sh_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int sh_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), at, n, flags);
}
static void sh_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int sh_shm_unmap(sqlite3_file *f, int drop)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), drop);
}
static const sqlite3_io_methods shim_methods = { .iVersion = 2,
    .xClose = sh_close,
    .xRead = sh_read,
    .xWrite = sh_write,
    .xTruncate = sh_truncate,
    .xSync = sh_sync,
    .xFileSize = sh_size,
    .xLock = sh_lock,
    .xUnlock = sh_unlock,
    .xCheckReservedLock = sh_reserved,
    .xFileControl = sh_control,
    .xSectorSize = sh_sector,
    .xDeviceCharacteristics = sh_device,
    .xShmMap = sh_shm_map,
    .xShmLock = sh_shm_lock,
    .xShmBarrier = sh_shm_barrier,
    .xShmUnmap = sh_shm_unmap };

static int sh_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
    Shim *s = (Shim *)f;
    int rc;

    (void)v;
    s->real = (sqlite3_file *)(s + 1);
    rc = real_vfs->xOpen(real_vfs, name, s->real, flags, out);
    s->base.pMethods = rc == SQLITE_OK ? &shim_methods : NULL;
    return rc;
}

static void use_shim(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "shim";
    shim_vfs.szOsFile = (int)sizeof(Shim) + real_vfs->szOsFile;
    shim_vfs.xOpen = sh_open;
    assert_int_equal(sqlite3_vfs_register(&shim_vfs, 1), SQLITE_OK);
}

enum { ROWS = 40 };

/* One acknowledged commit, then one that meets the failure; true when nothing failed any more. */
static bool two_commits(Place *p, long n, bool *second)
{
    CqlValue v[COLUMNS];
    Err err = { 0 };
    bool good = true;

    begin(p);
    row(v, 0, "first", "99");
    put(p, &shop, point(p, 111, 31), v);
    commit(p);
    writes_left = n;
    good = store_begin(p->store, &err);
    for (int64_t i = 1; good && i <= ROWS; i++) {
        char id[ULID_LEN + 1];
        int64_t fid;

        ulid_new(id);
        row(v, i, "second: long enough that pages fill and the log grows", "99");
        good = store_insert(p->store, &shop, str_of(id), point(p, 111, 31), v, &fid, &err);
    }
    if (good)
        good = store_commit(p->store, &err);
    else
        store_rollback(p->store);
    *second = good;
    if (good == (err.kind != NULL) ||
        (!good && err.kind != &BASE_FULL && err.kind != &BASE_IO && err.kind != &STORE_FAILED))
        fail_msg("write %ld: %s", n, err.kind ? err.kind->code : "no reason");
    good = good && writes_left > 0;
    store_close(p->store);
    p->store = NULL;
    writes_left = -1;
    return good;
}

static void each_failing_write_is_clean(void **state)
{
    static const int kinds[] = { SQLITE_FULL, SQLITE_IOERR_WRITE };

    (void)state;
    for (size_t k = 0; k < LEN(kinds); k++) {
        bool done = false;

        failure = kinds[k];
        for (long n = 0; !done && n < 500; n++) {
            void *s = NULL;
            Place *p;
            bool second;
            const StoreQuery all = { .table = &shop };
            int64_t got[64];
            size_t rows = 0;
            Buf said;
            StoreRead *r;
            Err err = { 0 };

            start(&s);
            p = s;
            done = two_commits(p, n, &second);
            assert_true(store_open(p->file, STORE_WRITE, &p->store, &err));
            ask(p, &all, got);
            while (got[rows])
                rows++;
            if (rows != 1 && rows != ROWS + 1)
                fail_msg("write %ld: %zu rows: neither all nor none", n, rows);
            if (second)
                assert_int_equal(rows, ROWS + 1); /* acknowledged is there */
            buf_init(&said, 4096);
            assert_true(store_read_begin(p->store, &r, &err) && store_integrity(r, &said, &err));
            store_read_end(r);
            assert_int_equal(said.len, 0);
            buf_clear(&said);
            stop(&s);
        }
        assert_true(done);
    }
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test_setup_teardown(the_file_says_what_it_is, start, stop),
        cmocka_unit_test_setup_teardown(the_rtree_forgets, start, stop),
        cmocka_unit_test_setup_teardown(no_statement_scans_a_large_table, start, stop),
        cmocka_unit_test_setup_teardown(sums_read_the_table_in_its_order, start, stop),
        cmocka_unit_test_setup_teardown(a_foreign_connection_writes_nothing, start, stop),
        cmocka_unit_test(each_failing_write_is_clean),
    };

    log_open(2, false, LOG_ERROR);
    use_shim();
    return cmocka_run_group_tests(test, NULL, NULL);
}
