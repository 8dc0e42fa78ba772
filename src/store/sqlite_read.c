/* src/store/sqlite_read.c - queries: one statement is made from a StoreQuery; equal queries share a prepared one. */
#include "store/sqlite_in.h"
#include "store/sqlite_cql.h"
#include <math.h>

/* A step of SQLite's machine is no row: a row looked at costs about so many. */
enum { STEPS_A_ROW = 10 };

struct StoreCursor {
    StoreHead head;
    StoreRead *read;
    sqlite3_stmt *stmt;
    const StoreTable *table;
    const size_t *column;
    size_t ncolumn;
    bool geometry;
    SqliteWith with;
    StoreRow row;
    CqlValue *value;
};

static void and_(Buf *b, bool *any)
{
    buf_str(b, *any ? STR(" AND ") : STR(" WHERE "));
    *any = true;
}

static void name(Buf *b, const StoreTable *t, size_t column)
{
    buf_c(b, '"');
    buf_str(b, t->column[column].name);
    buf_c(b, '"');
}

/* Rows that come after the last one: for each k, equal in the first k order columns and later in the next. */
static void keyset_sql(Buf *b, const StoreQuery *q)
{
    if (q->norder == 0) {
        buf_str(b, STR("fid>?"));
        return;
    }
    buf_c(b, '(');
    for (size_t k = 0; k <= q->norder; k++) {
        buf_str(b, k ? STR(" OR (") : STR("("));
        for (size_t i = 0; i < k; i++) {
            name(b, q->table, q->order[i].column);
            buf_str(b, STR(" IS ? AND "));
        }
        if (k == q->norder)
            buf_str(b, STR("fid>?"));
        else if (q->after[k].kind == CQL_NULL)
            buf_str(b, STR("0"));
        else {
            buf_c(b, '(');
            name(b, q->table, q->order[k].column);
            buf_str(b, q->order[k].descending ? STR("<? OR ") : STR(">? OR "));
            name(b, q->table, q->order[k].column);
            buf_str(b, STR(" IS NULL)"));
        }
        buf_c(b, ')');
    }
    buf_c(b, ')');
}

static int keyset_bind(sqlite3_stmt *stmt, int at, const StoreQuery *q)
{
    for (size_t k = 0; k <= q->norder; k++) {
        for (size_t i = 0; i < k; i++)
            sqlite_bind(stmt, at++, q->after[i]);
        if (k == q->norder)
            sqlite3_bind_int64(stmt, at++, q->after_fid);
        else if (q->after[k].kind != CQL_NULL)
            sqlite_bind(stmt, at++, q->after[k]);
    }
    return at;
}

static const char *const box_sql[] = { "maxx>=? AND minx<=? AND maxy>=? AND miny<=?",
    "minx>=? AND maxx<=? AND miny>=? AND maxy<=?",
    "maxx>=? AND minx<=? AND maxy>=? AND miny<=? AND NOT (minx>=? AND maxx<=? AND miny>=? AND maxy<=?)" };

static int box_bind(sqlite3_stmt *stmt, int at, GeoBox b, int how)
{
    const double meets[] = { b.minx, b.maxx, b.miny, b.maxy };

    for (size_t n = how == STORE_BOX_CROSSES ? 2 : 1; n > 0; n--)
        for (size_t i = 0; i < LEN(meets); i++)
            sqlite3_bind_double(stmt, at++, meets[i]);
    return at;
}

static void from(Buf *b, const StoreQuery *q)
{
    if (q->nbox)
        buf_fmt(b, " FROM sangzi_rows(?) CROSS JOIN \"%.*s\" ON fid=_row", STRV(q->table->name));
    else
        buf_fmt(b, " FROM \"%.*s\"", STRV(q->table->name));
}

/* The index of a column rises with nulls last: it begins with whether there is a value, so that must be asked too. */
static void equal_sql(Buf *b, const StoreTable *t, size_t column)
{
    buf_c(b, '(');
    name(b, t, column);
    buf_str(b, STR(" IS NULL)=0 AND "));
    name(b, t, column);
    buf_str(b, STR("=?"));
}

static const CqlSql *sql_of(const StoreQuery *q)
{
    return q->filter ? q->filter->said : NULL;
}

/* What decides soonest first; columns that stand far behind in a row last. Who looks at all rows anyhow (a sum; an order
 * that falls, while indexes rise with nulls last) must not be led through an index of current rows, whose order is none of
 * the table's: the + hides it, unless a division narrows it. */
static void where(Buf *b, const StoreQuery *q, bool all)
{
    bool any = false;

    if (q->id)
        and_(b, &any), buf_str(b, STR("id=?"));
    if (q->ids)
        and_(b, &any), buf_str(b, STR("id IN (SELECT value FROM json_each(?))"));
    for (size_t i = 0; i < q->nequal; i++)
        and_(b, &any), equal_sql(b, q->table, q->equal[i].column);
    if (q->word)
        and_(b, &any),
            /* CROSS: the words first; else SQLite may ask them once a row */
            buf_str(b, STR("fid IN (SELECT t.fid FROM _words w CROSS JOIN _text t ON t.doc=w.rowid WHERE "
                           "_words MATCH ? AND t.collection=?)"));
    if (q->fid)
        and_(b, &any), buf_str(b, STR("fid IN (SELECT _row FROM sangzi_rows(?))"));
    if (q->among)
        and_(b, &any), buf_str(b, STR("sangzi_among(?,fid)"));
    if (sql_of(q))
        and_(b, &any), buf_c(b, '('), buf_str(b, sql_of(q)->text), buf_c(b, ')');
    if (q->division_from.len)
        and_(b, &any), buf_str(b, STR("division>=? AND division<?"));
    if (!q->retired && !q->timed && !q->table->plain)
        and_(b, &any),
            buf_str(b, all && !q->division_from.len ? STR("+valid_to IS NULL") : STR("valid_to IS NULL"));
    if (q->timed)
        and_(b, &any),
            buf_str(b, STR("(valid_from IS NULL OR valid_from<=?) AND (valid_to IS NULL OR valid_to>?)"));
    if (q->after_fid)
        and_(b, &any), keyset_sql(b, q);
}

/* Times are compared as text: a year of five digits, as an open end has, would sort before this century. */
static CqlValue moment(int64_t us)
{
    const int64_t least = date_of(1, 1, 1) * TIME_DAY, most = date_of(9999, 12, 31) * TIME_DAY;

    return (CqlValue){ .kind = CQL_TIME, .time = us < least ? least : us > most ? most : us };
}

static void bind_ids(sqlite3_stmt *stmt, int at, const Str *id, size_t n)
{
    Buf b;

    buf_init(&b, 1 << 20);
    buf_c(&b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(&b, ',');
        buf_json_str(&b, id[i]);
    }
    buf_c(&b, ']');
    sqlite3_bind_text(stmt, at, b.ptr, (int)b.len, SQLITE_TRANSIENT);
    buf_clear(&b);
}

static int where_bind(sqlite3_stmt *stmt, int at, const StoreQuery *q, SqliteWith *with)
{
    const CqlSql *sql = sql_of(q);

    if (q->id)
        sqlite_bind_text(stmt, at++, str_of(q->id));
    if (q->ids)
        bind_ids(stmt, at++, q->ids, q->nids);
    for (size_t i = 0; i < q->nequal; i++)
        sqlite_bind(stmt, at++, q->equal[i].value);
    if (q->word) {
        sqlite_bind_words(stmt, at++, q->word, q->nword);
        sqlite_bind_text(stmt, at++, q->table->name);
    }
    if (q->fid) {
        with->only = (SqliteRows){ .fid = (int64_t *)(uintptr_t)q->fid, .n = q->nfid }; /* only read */
        sqlite_rows_bind(stmt, at++, &with->only);
    }
    if (q->among) {
        with->among = *q->among;
        sqlite3_bind_pointer(stmt, at++, &with->among, "StoreSet", NULL);
    }
    for (size_t i = 0; sql && i < sql->nparams; i++)
        sqlite_bind(stmt, at++, sql->params[i]);
    if (q->division_from.len) {
        sqlite_bind_text(stmt, at++, q->division_from);
        sqlite_bind_text(stmt, at++, q->division_to);
    }
    if (q->timed) {
        sqlite_bind(stmt, at++, moment(q->valid_at_to));
        sqlite_bind(stmt, at++, moment(q->valid_at_from));
    }
    return q->after_fid ? keyset_bind(stmt, at, q) : at;
}

/* --- the R-tree's part: which rows lie in the boxes ------------------------------------------------------------------ */
static bool rows_of_box(StoreRead *r, const StoreQuery *q, GeoBox box, SqliteRows *rows, Err *err)
{
    char sql[400];
    sqlite3_stmt *stmt;
    bool good;

    snprintf(sql, sizeof sql, "SELECT id FROM \"rtree_%.*s_geometry\" WHERE %s", STRV(q->table->name),
        box_sql[q->how]);
    if (!sqlite_statement(r->conn, str_of(sql), &stmt, err))
        return false;
    box_bind(stmt, 1, box, q->how);
    good = sqlite_rows_add(rows, stmt) || FAIL(err, BASE_NO_MEMORY, STR("rows"), "bbox");
    if (good && sqlite3_reset(stmt) != SQLITE_OK)
        good = SQLITE_FAILS(r->conn->db, q->table->name);
    sqlite_done(r->conn, stmt);
    return good;
}

static bool is_met(const SqliteMet *m, Str table, GeoBox b)
{
    return m->table.len && str_eq(m->table, table) && m->box.minx == b.minx && m->box.miny == b.miny &&
           m->box.maxx == b.maxx && m->box.maxy == b.maxy;
}

/* R-trees keep envelopes in floats, rounded outwards: what lies within by them lies within for sure. */
static bool meet(StoreRead *r, const StoreQuery *q, Err *err)
{
    SqliteMet *m = &r->met;
    const GeoBox b = q->box[0];
    char sql[400];
    sqlite3_stmt *stmt;
    bool good;

    if (is_met(m, q->table->name, b))
        return true;
    sqlite_rows_clear(&m->row);
    m->table = STR("");
    snprintf(sql, sizeof sql,
        "SELECT id*2+(minx>=? AND maxx<=? AND miny>=? AND maxy<=?) FROM \"rtree_%.*s_geometry\" WHERE %s",
        STRV(q->table->name), box_sql[STORE_BOX_MEETS]);
    if (!sqlite_statement(r->conn, str_of(sql), &stmt, err))
        return false;
    box_bind(stmt, box_bind(stmt, 1, b, STORE_BOX_WITHIN), b, STORE_BOX_MEETS);
    good = (sqlite_rows_add(&m->row, stmt) && sqlite_rows_order(&m->row, 0)) ||
           FAIL(err, BASE_NO_MEMORY, STR("rows"), "bbox");
    if (good && sqlite3_reset(stmt) != SQLITE_OK)
        good = SQLITE_FAILS(r->conn->db, q->table->name);
    sqlite_done(r->conn, stmt);
    if (good) {
        m->table = q->table->name;
        m->box = b;
    }
    return good;
}

static bool rows_of_boxes(StoreRead *r, const StoreQuery *q, SqliteRows *rows, Err *err)
{
    const int64_t after = q->norder ? 0 : q->after_fid;

    if (q->nbox == 1 && r->conn != &r->store->writer)
        return meet(r, q, err) && (sqlite_rows_pick(rows, &r->met.row, (int)q->how, after) ||
                                      FAIL(err, BASE_NO_MEMORY, STR("rows"), "bbox"));
    for (size_t i = 0; i < q->nbox; i++)
        if (!rows_of_box(r, q, q->box[i], rows, err))
            return false;
    return sqlite_rows_order(rows, after) || FAIL(err, BASE_NO_MEMORY, STR("rows"), "bbox");
}

static void select_sql(Buf *b, const StoreQuery *q)
{
    buf_str(b, STR("SELECT fid,id"));
    if (q->geometry && q->table->spatial)
        buf_str(b, STR(",geometry"));
    for (size_t i = 0; i < q->ncolumn; i++) {
        buf_c(b, ',');
        name(b, q->table, q->column[i]);
    }
    from(b, q);
    where(b, q, q->norder && q->order[0].descending);
    if (q->id)
        return;
    buf_str(b, STR(" ORDER BY "));
    for (size_t i = 0; i < q->norder; i++) {
        buf_c(b, '(');
        name(b, q->table, q->order[i].column);
        buf_str(b, STR(" IS NULL),"));
        name(b, q->table, q->order[i].column);
        buf_str(b, q->order[i].descending ? STR(" DESC,") : STR(","));
    }
    buf_str(b, q->nbox && !q->norder ? STR("_row") : STR("fid"));
    if (q->limit)
        buf_str(b, STR(" LIMIT ?"));
}

static int over(void *unused)
{
    (void)unused;
    return 1;
}

static void end_after(Conn *c, size_t rows)
{
    const size_t most = (size_t)INT32_MAX / STEPS_A_ROW;

    sqlite3_progress_handler(c->db, (int)(rows < most ? rows : most) * STEPS_A_ROW, rows ? over : NULL, NULL);
}

static bool cursor_of(StoreRead *r, Str sql, const StoreTable *t, const size_t *column, size_t ncolumn,
    bool geometry, StoreCursor **out, Err *err)
{
    StoreCursor *c = mem_new(1, sizeof *c + ncolumn * sizeof(CqlValue));

    if (!c)
        return FAIL(err, BASE_NO_MEMORY, STR("cursor"), "store");
    if (!sqlite_statement(r->conn, sql, &c->stmt, err)) {
        mem_free(c);
        return false;
    }
    c->head = r->head;
    c->read = r;
    c->table = t;
    c->column = column;
    c->ncolumn = ncolumn;
    c->geometry = geometry;
    c->value = (CqlValue *)(c + 1);
    *out = c;
    return true;
}

static bool select_box(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err);
static bool select_rows(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err);

bool store_sqlite_select(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err)
{
    return q->scattered && q->nbox == 1 ? select_box(r, q, out, err) : select_rows(r, q, out, err);
}

static bool select_rows(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err)
{
    StoreCursor *c;
    bool good;
    Buf sql;
    int at;

    buf_init(&sql, 1 << 20);
    select_sql(&sql, q);
    good = cursor_of(
        r, buf_text(&sql), q->table, q->column, q->ncolumn, q->geometry && q->table->spatial, &c, err);
    buf_clear(&sql);
    if (!good)
        return false;
    if (!rows_of_boxes(r, q, &c->with.boxes, err)) {
        store_sqlite_cursor_close(c);
        return false;
    }
    if (q->nbox)
        sqlite_rows_bind(c->stmt, 1, &c->with.boxes);
    at = where_bind(c->stmt, q->nbox ? 2 : 1, q, &c->with);
    if (q->limit && !q->id)
        sqlite3_bind_int64(c->stmt, at, (int64_t)q->limit);
    end_after(r->conn, q->most);
    *out = c;
    return true;
}

/* The R-tree first, then each row by its number: no list of numbers is made or sorted. */
static void box_sql_of(Buf *b, const StoreTable *t, const size_t *column, size_t ncolumn)
{
    buf_str(b, STR("SELECT t.fid,t.id,t.geometry"));
    for (size_t i = 0; i < ncolumn; i++) {
        buf_str(b, STR(",t."));
        name(b, t, column[i]);
    }
    buf_fmt(b,
        " FROM \"rtree_%.*s_geometry\" b CROSS JOIN \"%.*s\" t ON t.fid=b.id WHERE b.maxx>=? AND b.minx<=?"
        " AND b.maxy>=? AND b.miny<=? AND t.valid_to IS NULL",
        STRV(t->name), STRV(t->name));
}

static bool select_box(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err)
{
    StoreCursor *c;
    bool good;
    Buf sql;
    int at;

    buf_init(&sql, 1 << 20);
    box_sql_of(&sql, q->table, q->column, q->ncolumn);
    if (q->least > 0)
        buf_str(&sql, STR(" AND (b.maxx-b.minx)*(b.maxy-b.miny)>=?"));
    good = cursor_of(r, buf_text(&sql), q->table, q->column, q->ncolumn, true, &c, err);
    buf_clear(&sql);
    if (!good)
        return false;
    at = box_bind(c->stmt, 1, q->box[0], STORE_BOX_MEETS);
    if (q->least > 0)
        sqlite3_bind_double(c->stmt, at, q->least);
    *out = c;
    return true;
}

bool store_sqlite_next(StoreCursor *c, const StoreRow **row, Err *err)
{
    const int rc = sqlite3_step(c->stmt);
    int at = 2;

    if (rc == SQLITE_INTERRUPT)
        return FAIL(err, STORE_BUDGET, c->table->name, "filter");
    if (rc == SQLITE_DONE) {
        *row = NULL;
        return true;
    }
    if (rc != SQLITE_ROW)
        return SQLITE_FAILS(c->read->conn->db, c->table->name);
    c->row = (StoreRow){
        .fid = sqlite3_column_int64(c->stmt, 0), .id = sqlite_text(c->stmt, 1), .value = c->value
    };
    if (c->geometry)
        c->row.blob = sqlite_blob(c->stmt, at++);
    for (size_t i = 0; i < c->ncolumn; i++) {
        const StoreColumn *col = c->table->column + c->column[i];

        c->value[i] = sqlite_value(c->stmt, at++, col->list ? CQL_TEXT : col->kind);
    }
    *row = &c->row;
    return true;
}

void store_sqlite_cursor_close(StoreCursor *c)
{
    if (!c)
        return;
    sqlite_done(c->read->conn, c->stmt);
    end_after(c->read->conn, 0);
    sqlite_rows_clear(&c->with.boxes);
    mem_free(c);
}

/* Only records are counted, all that are current, by a column that has an index: then nothing but the index is read. */
static bool counts_by_index(const StoreQuery *q, size_t group)
{
    return group != SIZE_MAX && q->table->column[group].indexed && !q->ncolumn && !q->filter && !q->nequal &&
           !q->nword && !q->fid && !q->among && !q->nbox && !q->division_from.len && !q->retired && !q->timed;
}

/* Said as the index says it: it begins with whether there is a value. */
static void group_by(Buf *b, const StoreQuery *q, size_t group)
{
    if (!counts_by_index(q, group)) {
        buf_str(b, STR(" GROUP BY 1 ORDER BY 1"));
        return;
    }
    for (int k = 0; k < 2; k++) {
        buf_str(b, k ? STR(" ORDER BY (") : STR(" GROUP BY ("));
        name(b, q->table, group);
        buf_str(b, k ? STR(" IS NULL) DESC,1") : STR(" IS NULL),1"));
    }
}

static void stats_sql(Buf *b, const StoreQuery *q, size_t group)
{
    buf_str(b, STR("SELECT "));
    if (group != SIZE_MAX)
        name(b, q->table, group);
    else
        buf_str(b, STR("NULL"));
    buf_str(b, STR(",count(*)"));
    for (size_t i = 0; i < q->ncolumn; i++) {
        static const char *const fn[] = { ",count(", ",min(", ",max(", ",total(" };

        for (size_t k = 0; k < LEN(fn); k++) {
            buf_str(b, str_of(fn[k]));
            name(b, q->table, q->column[i]);
            buf_c(b, ')');
        }
    }
    from(b, q);
    where(b, q, !counts_by_index(q, group));
    if (group != SIZE_MAX)
        group_by(b, q, group);
}

static CqlValue kept(CqlValue v, Arena *a)
{
    if (v.kind == CQL_TEXT)
        v.text = str_copy(a, v.text);
    return v;
}

static bool read_stat(sqlite3_stmt *stmt, const StoreQuery *q, size_t group, Arena *a, StoreStat *s)
{
    int at = 2;

    s->column = NEWS(a, StoreSum, q->ncolumn ? q->ncolumn : 1);
    if (!s->column)
        return false;
    s->group = group == SIZE_MAX ? (CqlValue){ .kind = CQL_NULL }
                                 : kept(sqlite_value(stmt, 0, q->table->column[group].kind), a);
    s->count = sqlite3_column_int64(stmt, 1);
    for (size_t i = 0; i < q->ncolumn; i++) {
        const CqlKind kind = q->table->column[q->column[i]].kind;

        s->column[i].n = sqlite3_column_int64(stmt, at++);
        s->column[i].min = kept(sqlite_value(stmt, at++, kind), a);
        s->column[i].max = kept(sqlite_value(stmt, at++, kind), a);
        s->column[i].sum = sqlite3_column_double(stmt, at++);
    }
    return true;
}

static bool more_room(Arena *a, StoreStat **stat, size_t count, size_t *room)
{
    StoreStat *more = NEWS(a, StoreStat, *room ? *room * 2 : 16);

    if (!more)
        return false;
    if (count)
        memcpy(more, *stat, count * sizeof **stat);
    *stat = more;
    *room = *room ? *room * 2 : 16;
    return true;
}

/* Every group, however many: a cut nobody is told of would be a wrong sum. */
static bool read_stats(StoreRead *r, sqlite3_stmt *stmt, const StoreQuery *q, size_t group, Arena *a,
    StoreStat **out, size_t *n, Err *err)
{
    StoreStat *stat = NULL;
    size_t count = 0, room = 0;
    int rc;

    end_after(r->conn, q->most);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if ((count == room && !more_room(a, &stat, count, &room)) ||
            !read_stat(stmt, q, group, a, stat + count))
            break;
        count++;
    }
    end_after(r->conn, 0);
    *out = stat;
    *n = count;
    if (rc == SQLITE_ROW)
        return FAIL(err, BASE_NO_MEMORY, q->table->name, "statistics");
    if (rc == SQLITE_INTERRUPT)
        return FAIL(err, STORE_BUDGET, q->table->name, "statistics");
    return rc == SQLITE_DONE || SQLITE_FAILS(r->conn->db, STR("statistics"));
}

bool store_sqlite_stats(
    StoreRead *r, const StoreQuery *q, size_t group, Arena *a, StoreStat **out, size_t *n, Err *err)
{
    SqliteWith with = { 0 };
    Buf sql;
    sqlite3_stmt *stmt;
    bool good;

    buf_init(&sql, 1 << 20);
    stats_sql(&sql, q, group);
    good = sqlite_statement(r->conn, buf_text(&sql), &stmt, err);
    buf_clear(&sql);
    if (!good)
        return false;
    good = rows_of_boxes(r, q, &with.boxes, err);
    if (q->nbox)
        sqlite_rows_bind(stmt, 1, &with.boxes);
    where_bind(stmt, q->nbox ? 2 : 1, q, &with);
    good = good && read_stats(r, stmt, q, group, a, out, n, err);
    sqlite_done(r->conn, stmt);
    sqlite_rows_clear(&with.boxes);
    return good;
}

bool store_sqlite_count_divisions(StoreRead *r, const StoreTable *t, StoreSeeCount *see, void *ctx, Err *err)
{
    char sql[256];
    sqlite3_stmt *stmt;
    int rc;
    bool good;

    snprintf(sql, sizeof sql,
        "SELECT division,count(*) FROM \"%.*s\" WHERE valid_to IS NULL GROUP BY division", STRV(t->name));
    if (!sqlite_statement(r->conn, str_of(sql), &stmt, err))
        return false;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        see(ctx, sqlite_text(stmt, 0), sqlite3_column_int64(stmt, 1));
    good = rc == SQLITE_DONE || SQLITE_FAILS(r->conn->db, STR("divisions"));
    sqlite_done(r->conn, stmt);
    return good;
}

static double be_float(const uint8_t *p)
{
    const uint32_t bits = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    float f;

    memcpy(&f, &bits, sizeof f);
    return f;
}

/* An R-tree's node, sqlite.org/rtree.html clause 6.1: depth and number of cells, 2 bytes each; then cells of 8 bytes for a
 * number and 4 for each bound, the greater byte first. The root's cells hold all others, so min() and max() need not look
 * at every entry. */
static GeoBox box_of_node(Bytes node)
{
    enum { HEAD = 4, NUMBER = 8, CELL = 24 };
    GeoBox all = GEO_BOX_NONE;
    size_t n = node.len >= HEAD ? (size_t)(node.ptr[2] << 8 | node.ptr[3]) : 0;

    for (size_t i = 0; i < n && HEAD + (i + 1) * CELL <= node.len; i++) {
        const uint8_t *b = node.ptr + HEAD + i * CELL + NUMBER;

        all = geo_box_join(all, (GeoBox){ be_float(b), be_float(b + 8), be_float(b + 4), be_float(b + 12) });
    }
    return all;
}

bool store_sqlite_extent(StoreRead *r, const StoreTable *t, GeoBox *out, Err *err)
{
    char sql[256];
    sqlite3_stmt *stmt;

    *out = GEO_BOX_NONE;
    if (!t->spatial)
        return true;
    snprintf(sql, sizeof sql, "SELECT data FROM \"rtree_%.*s_geometry_node\" WHERE nodeno=1", STRV(t->name));
    if (!sqlite_statement(r->conn, str_of(sql), &stmt, err))
        return false;
    if (sqlite3_step(stmt) == SQLITE_ROW)
        *out = box_of_node(sqlite_blob(stmt, 0));
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_changed(StoreRead *r, const StoreTable *t, int64_t *at, Err *err)
{
    sqlite3_stmt *stmt;

    *at = 0;
    if (!sqlite_statement(
            r->conn, STR("SELECT last_change FROM gpkg_contents WHERE table_name=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, t->name);
    if (sqlite3_step(stmt) == SQLITE_ROW && !time_parse(sqlite_text(stmt, 0), at))
        *at = 0;
    return sqlite_end(r->conn, stmt, err);
}
