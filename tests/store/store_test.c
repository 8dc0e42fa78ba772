/* tests/store/store_test.c - the store's own floor: each decision of docs/design.md, Store, that a table alone can show. No pack, no ledger.
 *
 * What it cannot show here stands elsewhere: foreign programs (tests/gdal), kill -9 and full disks (tests/faults), packs that
 * change (tests/ledger/migrate_test.c).
 */
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "store/sqlite_in.h"

enum { ID, NAME, SIZE, PRICE, OPEN, SINCE, AT, TAGS, BLOB, DIVISION, VALID_FROM, VALID_TO, COLUMNS };
static const StoreColumn column[COLUMNS] = {
    [ID] = { .name = { "number", 6 }, .kind = CQL_INT, .unique = true },
    [NAME] = { .name = { "name", 4 }, .kind = CQL_TEXT, .indexed = true },
    [SIZE] = { .name = { "size", 4 }, .kind = CQL_NUMBER, .indexed = true },
    [PRICE] = { .name = { "price", 5 }, .kind = CQL_INT },
    [OPEN] = { .name = { "open", 4 }, .kind = CQL_BOOL },
    [SINCE] = { .name = { "since", 5 }, .kind = CQL_DATE },
    [AT] = { .name = { "at", 2 }, .kind = CQL_TIME },
    [TAGS] = { .name = { "tags", 4 }, .kind = CQL_TEXT, .list = true },
    [BLOB] = { .name = { "bx_name", 7 }, .kind = CQL_GEOM, .indexed = true },
    [DIVISION] = { .name = { "division", 8 }, .kind = CQL_TEXT, .required = true },
    [VALID_FROM] = { .name = { "valid_from", 10 }, .kind = CQL_TIME },
    [VALID_TO] = { .name = { "valid_to", 8 }, .kind = CQL_TIME },
};
static const StoreTable shop = { .name = { "shop", 4 },
    .title = { "店铺", 6 },
    .spatial = true,
    .geometry = GEO_POINT,
    .column = column,
    .ncolumn = COLUMNS,
    .division = DIVISION,
    .valid_to = VALID_TO };
static const StoreTable note = { .name = { "note", 4 },
    .title = { "便条", 6 },
    .column = column,
    .ncolumn = COLUMNS,
    .division = DIVISION,
    .valid_to = VALID_TO };

typedef struct Place {
    char dir[64], file[96];
    Store *store;
    Arena *a;
} Place;

static int start(void **state)
{
    static Place p;
    Err err = { 0 };

    p = (Place){ .dir = "/tmp/sangzi-store-XXXXXX", .a = arena_new(0) };
    assert_non_null(mkdtemp(p.dir));
    snprintf(p.file, sizeof p.file, "%s/county.gpkg", p.dir);
    assert_true(store_open(p.file, STORE_CREATE, &p.store, &err));
    if (!store_define(p.store, &shop, 1, &err) || !store_define(p.store, &note, 1, &err))
        fail_msg("%s: %s", err.where, err.hint);
    *state = &p;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st, (void)flag, (void)f;
    return remove(path);
}

static int stop(void **state)
{
    Place *p = *state;

    store_close(p->store);
    arena_free(p->a);
    return nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static Bytes point(Place *p, double x, double y)
{
    Bytes wkb = { NULL, 0 }, blob = { NULL, 0 };
    Err err = { 0 };

    assert_true(geo_make_point(x, y, p->a, &wkb) && geo_blob_make(wkb, GEO_SRS, p->a, &blob, &err));
    return blob;
}

static void row(CqlValue v[COLUMNS], int64_t number, const char *name, const char *division)
{
    memset(v, 0, COLUMNS * sizeof *v); /* CQL_NULL is 0 */
    v[ID] = (CqlValue){ .kind = CQL_INT, .integer = number };
    if (name)
        v[NAME] = (CqlValue){ .kind = CQL_TEXT, .text = str_of(name) };
    v[DIVISION] = (CqlValue){ .kind = CQL_TEXT, .text = str_of(division) };
}

static int64_t put(Place *p, const StoreTable *t, Bytes blob, const CqlValue *v)
{
    char id[ULID_LEN + 1];
    int64_t fid;
    Err err = { 0 };

    ulid_new(id);
    if (!store_insert(p->store, t, str_of(id), blob, v, &fid, &err))
        fail_msg("%s %s", err.kind->code, err.hint);
    return fid;
}

static void begin(Place *p)
{
    Err err = { 0 };

    assert_true(store_begin(p->store, &err));
}

static void commit(Place *p)
{
    Err err = { 0 };

    assert_true(store_commit(p->store, &err));
}

static const size_t every[COLUMNS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };

/* The fids that a query gives, in order; 0-ended. */
static void ask(Place *p, const StoreQuery *q, int64_t fid[64])
{
    StoreRead *r;
    StoreCursor *c;
    const StoreRow *one;
    size_t n = 0;
    Err err = { 0 };

    assert_true(store_read_begin(p->store, &r, &err));
    if (!store_select(r, q, &c, &err))
        fail_msg("%s %s", err.kind->code, err.hint);
    while (store_next(c, &one, &err) && one && n < 63)
        fid[n++] = one->fid;
    assert_null(err.kind);
    fid[n] = 0;
    store_cursor_close(c);
    store_read_end(r);
}

/* --- types --------------------------------------------------------------------------------------------------------- */
static void each_kind_has_its_type_and_comes_back(void **state)
{
    static const char *const type[COLUMNS] = { "INTEGER", "TEXT", "DOUBLE", "INTEGER", "BOOLEAN", "DATE",
        "DATETIME", "TEXT", "BLOB", "TEXT", "DATETIME", "DATETIME" };
    Place *p = *state;
    CqlValue v[COLUMNS];
    const uint8_t mark[4] = { 0, 255, 7, 0 };
    StoreQuery q = { .table = &shop, .column = every, .ncolumn = COLUMNS, .geometry = true };
    StoreRead *r = NULL;
    StoreCursor *c = NULL;
    const StoreRow *got = NULL;
    Err err = { 0 };

    for (size_t i = 0; i < COLUMNS; i++)
        assert_string_equal(store_type(column + i), type[i]);
    row(v, INT64_MAX, "石桥", "990121108204");
    v[SIZE] = (CqlValue){ .kind = CQL_NUMBER, .number = -0.1 };
    v[PRICE] = (CqlValue){ .kind = CQL_INT, .integer = INT64_MIN + 1 };
    v[OPEN] = (CqlValue){ .kind = CQL_BOOL, .truth = true };
    v[SINCE] = (CqlValue){ .kind = CQL_DATE, .date = date_of(1949, 10, 1) };
    v[AT] = (CqlValue){ .kind = CQL_TIME, .time = INT64_C(1700000000123000) };
    v[TAGS] = (CqlValue){ .kind = CQL_TEXT, .text = STR("[\"a\",\"石\"]") };
    v[BLOB] = (CqlValue){ .kind = CQL_GEOM, .geom = { mark, 4 } };
    begin(p);
    put(p, &shop, point(p, 111.1, 31.4), v);
    row(v, 2, NULL, "990121108204");
    put(p, &shop, (Bytes){ NULL, 0 }, v);
    commit(p);
    assert_true(store_read_begin(p->store, &r, &err) && store_select(r, &q, &c, &err) &&
                store_next(c, &got, &err) && got);
    assert_true(got->value[ID].integer == INT64_MAX && str_eq(got->value[NAME].text, STR("石桥")) &&
                got->value[SIZE].number == -0.1);
    assert_true(got->value[PRICE].integer == INT64_MIN + 1 && got->value[OPEN].truth &&
                got->value[SINCE].date == date_of(1949, 10, 1));
    assert_true(got->value[AT].time == INT64_C(1700000000123000) &&
                str_eq(got->value[TAGS].text, STR("[\"a\",\"石\"]")));
    assert_true(
        got->value[BLOB].geom.len == 4 && !memcmp(got->value[BLOB].geom.ptr, mark, 4) && got->blob.len > 0);
    assert_true(store_next(c, &got, &err) && got && !got->blob.len);
    for (size_t i = 0; i < COLUMNS; i++)
        assert_int_equal(
            got->value[i].kind == CQL_NULL, i != ID && i != DIVISION); /* null is not empty, not 0 */
    store_cursor_close(c);
    store_read_end(r);
}

static void another_type_is_refused_with_both_named(void **state)
{
    Place *p = *state;
    StoreColumn other[COLUMNS];
    StoreTable t = shop;
    Err err = { 0 };

    memcpy(other, column, sizeof other);
    other[SIZE].kind = CQL_TEXT;
    t.column = other;
    assert_false(store_define(p->store, &t, 1, &err));
    assert_ptr_equal(err.kind, &STORE_SCHEMA);
    assert_true(strstr(err.hint, "DOUBLE") && strstr(err.hint, "TEXT") && strstr(err.where, "shop.size"));
}

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

static void a_fid_is_never_given_twice(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    int64_t first, second;
    Err err = { 0 };

    row(v, 1, "a", "99");
    begin(p);
    first = put(p, &note, (Bytes){ NULL, 0 }, v);
    assert_true(sqlite_run(&p->store->writer, &err, "DELETE FROM note"));
    second = put(p, &note, (Bytes){ NULL, 0 }, v);
    commit(p);
    assert_true(second > first);
}

/* --- the R-tree follows every change ---------------------------------------------------------------------------------------- */
static void the_rtree_follows(void **state)
{
    Place *p = *state;
    const GeoBox west = { 110, 30, 111, 32 }, east = { 112, 30, 113, 32 };
    StoreQuery in_west = { .table = &shop, .box = &west, .nbox = 1 }, in_east = in_west;
    CqlValue v[COLUMNS];
    int64_t fid, got[64];
    Err err = { 0 };

    in_east.box = &east;
    row(v, 1, "a", "99");
    begin(p);
    fid = put(p, &shop, point(p, 110.5, 31), v);
    v[ID].integer = 2;
    put(p, &shop, (Bytes){ NULL, 0 }, v); /* no place, so no entry */
    commit(p);
    ask(p, &in_west, got);
    assert_true(got[0] == fid && !got[1]);
    begin(p);
    assert_true(store_update(p->store, &shop, fid, true, point(p, 112.5, 31), NULL, NULL, 0, &err));
    commit(p);
    ask(p, &in_west, got);
    assert_int_equal(got[0], 0);
    ask(p, &in_east, got);
    assert_int_equal(got[0], fid);
    begin(p);
    assert_true(store_update(p->store, &shop, fid, true, (Bytes){ NULL, 0 }, NULL, NULL, 0, &err));
    commit(p);
    ask(p, &in_east, got);
    assert_int_equal(got[0], 0);
    assert_true(str_eq(one_value(p, "SELECT count(*) FROM rtree_shop_geometry"), STR("0")));
}

/* --- one current holder; nulls last; pages ------------------------------------------------------------------------------------- */
static void unique_is_among_the_current(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    const size_t closed = VALID_TO, number = ID;
    const CqlValue then = { .kind = CQL_TIME, .time = 1000 }, seven = { .kind = CQL_INT, .integer = 7 };
    int64_t fid, other;
    Err err = { 0 };

    row(v, 7, "a", "99");
    begin(p);
    fid = put(p, &note, (Bytes){ NULL, 0 }, v);
    assert_false(store_insert(
        p->store, &note, STR("01ARZ3NDEKTSV4RRFFQ69G5FAV"), (Bytes){ NULL, 0 }, v, &other, &err));
    assert_ptr_equal(err.kind, &STORE_TWICE);
    assert_true(store_update(p->store, &note, fid, false, (Bytes){ NULL, 0 }, &closed, &then, 1, &err));
    put(p, &note, (Bytes){ NULL, 0 }, v); /* a closed row holds nothing */
    row(v, 8, "b", "99");
    other = put(p, &note, (Bytes){ NULL, 0 }, v);
    err.kind = NULL;
    assert_false(store_update(p->store, &note, other, false, (Bytes){ NULL, 0 }, &number, &seven, 1, &err));
    assert_ptr_equal(err.kind, &STORE_TWICE);
    commit(p);
}

static void nulls_come_last_and_pages_visit_each_once(void **state)
{
    static const double size[] = { 3, 1, NAN, 2, 2, NAN, 1 };
    Place *p = *state;
    CqlValue v[COLUMNS];
    int64_t all[64], got[64];

    begin(p);
    for (size_t i = 0; i < LEN(size); i++) {
        row(v, (int64_t)i, "x", "99");
        if (size[i] == size[i])
            v[SIZE] = (CqlValue){ .kind = CQL_NUMBER, .number = size[i] };
        put(p, &note, (Bytes){ NULL, 0 }, v);
    }
    commit(p);
    for (int down = 0; down < 2; down++) {
        const StoreOrder order = { SIZE, down };
        StoreQuery q = { .table = &note, .order = &order, .norder = 1 };
        CqlValue after;
        size_t n = 0;

        ask(p, &q, all);
        assert_true(
            (all[5] == 3 && all[6] == 6) && size[all[0] - 1] == (down ? 3 : 1)); /* fids are 1, 2, 3 … */
        q.limit = 1;
        for (;;) {
            ask(p, &q, got);
            if (!got[0])
                break;
            assert_int_equal(got[0], all[n++]);
            after = size[got[0] - 1] == size[got[0] - 1]
                        ? (CqlValue){ .kind = CQL_NUMBER, .number = size[got[0] - 1] }
                        : (CqlValue){ .kind = CQL_NULL };
            q.after = &after;
            q.after_fid = got[0];
        }
        assert_int_equal(n, LEN(size));
    }
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

            /* tables made on the way (a box's ids, a list of fids) and virtual tables, which are told what to look for */
            if (!strncmp(said, "SCAN", 4) && !strstr(said, "VIRTUAL TABLE") && !strstr(said, "json_each") &&
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
    const CqlSql same_bx = { .text =
                                 STR("\"bx_name\" IS NOT NULL AND (\"bx_name\" IS NULL)=0 AND \"bx_name\"=?"),
        .params = &bx,
        .nparams = 1 };
    StoreQuery q[] = { { .table = &shop, .id = "01ARZ3NDEKTSV4RRFFQ69G5FAV", .retired = true },
        { .table = &shop, .division_from = STR("990121"), .division_to = STR("990122"), .limit = 10 },
        { .table = &shop, .box = &box, .nbox = 1, .geometry = true },
        { .table = &shop, .fids = STR("[1,2]") },
        { .table = &shop, .order = &by_name, .norder = 1, .after = &name, .after_fid = 3, .limit = 10 },
        { .table = &shop, .match = STR("石桥") }, { .table = &shop, .where = &same_bx } };
    CqlValue v[COLUMNS];
    const Str to = STR("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    int64_t got[64], fid;
    StoreEntry e = { 0, 1, 0, 1, STR("shop"), to, STR("create"), { mark, 2 }, { 0 } };
    StoreTx tx = { 0, 1, 1, 1, STR("a"), STR(""), STR(""), STR("typed"), STR(""), { 0 } };
    StoreRead *r;
    Plans plans = { .table = "shop" };
    bool yes;
    Str said;
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
                store_answer(r, STR("k"), 0, p->a, &said, &err));
    store_read_end(r);
    plans.conn = &p->store->writer;
    no_scan(&plans);
    plans.conn = &p->store->conn[0];
    no_scan(&plans);
    assert_true(plans.seen > 15);
}

/* --- transactions ------------------------------------------------------------------------------------------------------------------- */
static void a_savepoint_takes_back_its_own(void **state)
{
    Place *p = *state;
    const StoreQuery all = { .table = &note };
    CqlValue v[COLUMNS];
    int64_t got[64];
    Err err = { 0 };

    begin(p);
    row(v, 1, "stays", "99");
    put(p, &note, (Bytes){ NULL, 0 }, v);
    assert_true(store_savepoint(p->store, &err));
    row(v, 2, "goes", "99");
    put(p, &note, (Bytes){ NULL, 0 }, v);
    store_undo(p->store);
    ask(p, &all, got);
    assert_int_equal(got[0], 0); /* a reader sees nothing of it yet */
    commit(p);
    ask(p, &all, got);
    assert_true(got[0] == 1 && !got[1]);
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
        cmocka_unit_test_setup_teardown(each_kind_has_its_type_and_comes_back, start, stop),
        cmocka_unit_test_setup_teardown(another_type_is_refused_with_both_named, start, stop),
        cmocka_unit_test_setup_teardown(the_file_says_what_it_is, start, stop),
        cmocka_unit_test_setup_teardown(a_fid_is_never_given_twice, start, stop),
        cmocka_unit_test_setup_teardown(the_rtree_follows, start, stop),
        cmocka_unit_test_setup_teardown(unique_is_among_the_current, start, stop),
        cmocka_unit_test_setup_teardown(nulls_come_last_and_pages_visit_each_once, start, stop),
        cmocka_unit_test_setup_teardown(no_statement_scans_a_large_table, start, stop),
        cmocka_unit_test_setup_teardown(a_savepoint_takes_back_its_own, start, stop),
        cmocka_unit_test_setup_teardown(a_foreign_connection_writes_nothing, start, stop),
        cmocka_unit_test(each_failing_write_is_clean),
    };

    log_open(2, false, LOG_ERROR);
    use_shim();
    return cmocka_run_group_tests(test, NULL, NULL);
}
