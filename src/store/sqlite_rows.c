/* src/store/sqlite_rows.c - row numbers as a table: what an R-tree found, put in order by ourselves, joined to the rows in
 * that order. `fid IN (SELECT …)` has SQLite build a tree of the numbers first, which cost more than all rows of a page.
 *
 *     SELECT … FROM sangzi_rows(?) CROSS JOIN "patch" ON fid=_row …      ? is bound with sqlite_rows_bind
 *
 * The table exists in our connections only; nothing of it stands in the file.
 */
#include "store/sqlite_in.h"

enum { COLUMN_ROW, COLUMN_LIST, DIGIT = 256 };
static const char *const POINTER = "sangzi_rows";

typedef struct RowsCursor {
    sqlite3_vtab_cursor base;
    const SqliteRows *rows;
    size_t at;
} RowsCursor;

static bool push(SqliteRows *r, int64_t fid)
{
    int64_t *grown;

    if (r->n == r->cap) {
        grown = mem_grow(r->fid, r->cap ? 2 * r->cap : 1024, sizeof *grown);
        if (!grown)
            return false;
        r->fid = grown;
        r->cap = r->cap ? 2 * r->cap : 1024;
    }
    r->fid[r->n++] = fid;
    return true;
}

/* By bytes, the lowest first; numbers of rows are positive. */
static bool sort(SqliteRows *r)
{
    int64_t *from = r->fid, *to = mem_new(r->n, sizeof *to), most = 0;

    if (!to)
        return r->n == 0;
    for (size_t i = 0; i < r->n; i++)
        most = from[i] > most ? from[i] : most;
    for (int shift = 0; shift < 64 && most >> shift > 0; shift += 8) {
        size_t at[DIGIT + 1] = { 0 };
        int64_t *swap = from;

        for (size_t i = 0; i < r->n; i++)
            at[(from[i] >> shift & (DIGIT - 1)) + 1]++;
        for (size_t d = 1; d < DIGIT; d++)
            at[d] += at[d - 1];
        for (size_t i = 0; i < r->n; i++)
            to[at[from[i] >> shift & (DIGIT - 1)]++] = from[i];
        from = to;
        to = swap;
    }
    r->fid = from;
    r->cap = r->n;
    mem_free(to);
    return true;
}

static void once_each(SqliteRows *r) /* two boxes may find the same */
{
    size_t k = 0;

    for (size_t i = 0; i < r->n; i++)
        if (k == 0 || r->fid[i] != r->fid[k - 1])
            r->fid[k++] = r->fid[i];
    r->n = k;
}

bool sqlite_rows_add(SqliteRows *r, sqlite3_stmt *stmt)
{
    while (sqlite3_step(stmt) == SQLITE_ROW)
        if (!push(r, sqlite3_column_int64(stmt, 0)))
            return false;
    return true;
}

bool sqlite_rows_order(SqliteRows *r, int64_t after)
{
    if (!sort(r))
        return false;
    once_each(r);
    while (r->from < r->n && r->fid[r->from] <= after)
        r->from++;
    return true;
}

bool sqlite_rows_pick(SqliteRows *r, const SqliteRows *met, int how, int64_t after)
{
    r->n = r->from = 0;
    for (size_t i = 0; i < met->n; i++) {
        const bool within = met->fid[i] & 1;

        if (met->fid[i] >> 1 > after && (how == STORE_BOX_MEETS || within == (how == STORE_BOX_WITHIN)) &&
            !push(r, met->fid[i] >> 1))
            return false;
    }
    return true;
}

void sqlite_rows_clear(SqliteRows *r)
{
    mem_free(r->fid);
    *r = (SqliteRows){ 0 };
}

int sqlite_rows_bind(sqlite3_stmt *stmt, int at, SqliteRows *r)
{
    return sqlite3_bind_pointer(stmt, at, r, POINTER, NULL);
}

/* --- the table: sqlite.org/vtab.html, eponymous only ------------------------------------------------------------ */
static int rows_connect(
    sqlite3 *db, void *ctx, int argc, const char *const *argv, sqlite3_vtab **out, char **said)
{
    const int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(_row INTEGER, _list HIDDEN)");

    (void)ctx, (void)argc, (void)argv, (void)said;
    if (rc == SQLITE_OK && !(*out = sqlite3_malloc(sizeof **out)))
        return SQLITE_NOMEM;
    if (rc == SQLITE_OK)
        memset(*out, 0, sizeof **out);
    return rc;
}

static int rows_disconnect(sqlite3_vtab *t)
{
    sqlite3_free(t);
    return SQLITE_OK;
}

static int rows_best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != COLUMN_LIST ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
    }
    info->orderByConsumed =
        info->nOrderBy == 1 && info->aOrderBy[0].iColumn == COLUMN_ROW && !info->aOrderBy[0].desc;
    info->estimatedCost = 1000;
    info->estimatedRows = 1000;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
    RowsCursor *c = sqlite3_malloc(sizeof *c);

    (void)t;
    if (!c)
        return SQLITE_NOMEM;
    *c = (RowsCursor){ .rows = NULL };
    *out = &c->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *c)
{
    sqlite3_free(c);
    return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
    RowsCursor *c = (RowsCursor *)base;

    (void)plan, (void)text;
    c->rows = argc ? sqlite3_value_pointer(argv[0], POINTER) : NULL;
    c->at = c->rows ? c->rows->from : 0;
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *base)
{
    ((RowsCursor *)base)->at++;
    return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *base)
{
    const RowsCursor *c = (RowsCursor *)base;

    return !c->rows || c->at >= c->rows->n;
}

static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
    const RowsCursor *c = (RowsCursor *)base;

    if (i == COLUMN_ROW)
        sqlite3_result_int64(ctx, c->rows->fid[c->at]);
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((RowsCursor *)base)->at;
    return SQLITE_OK;
}

int sqlite_rows_register(sqlite3 *db)
{
    static const sqlite3_module module = { .xConnect = rows_connect,
        .xBestIndex = rows_best_index,
        .xDisconnect = rows_disconnect,
        .xOpen = rows_open,
        .xClose = rows_close,
        .xFilter = rows_filter,
        .xNext = rows_next,
        .xEof = rows_eof,
        .xColumn = rows_column,
        .xRowid = rows_rowid };

    return sqlite3_create_module(db, POINTER, &module, NULL);
}
