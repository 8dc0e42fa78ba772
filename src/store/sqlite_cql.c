/* src/store/sqlite_cql.c - CQL2 as SQLite says it. */
#include "store/sqlite_cql.h"

/* --- the dialect ------------------------------------------------------------------------------------------ */
static void quoted(Buf *b, Str prefix, Str name)
{
    buf_str(b, prefix);
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"')
            buf_c(b, '"');
        buf_c(b, name.ptr[i]);
    }
}

/* OGC 12-128r19 annex F.3: the extension's R-tree rounds outwards, so that it never loses a candidate. */
static bool box(
    const CqlDialect *dialect, Str column, GeoBox at, Buf *sql, void (*param)(void *, CqlValue), void *ctx)
{
    const SqliteDialect *d = (const SqliteDialect *)(const void *)dialect;
    static const char *const test[] = {
        "\" WHERE minx <= ", " AND maxx >= ", " AND miny <= ", " AND maxy >= "
    };
    const double end[] = { at.maxx, at.minx, at.maxy, at.miny };

    if (!d->has_rtree || !str_eq(column, d->geometry))
        return false;
    quoted(sql, STR("\""), d->fid);
    quoted(sql, STR("\" IN (SELECT id FROM \"rtree_"), d->table);
    quoted(sql, STR("_"), d->geometry);
    for (size_t i = 0; i < LEN(end); i++) {
        buf_str(sql, str_of(test[i]));
        param(ctx, (CqlValue){ .kind = CQL_NUMBER, .number = end[i] });
    }
    buf_c(sql, ')');
    return true;
}

SqliteDialect sqlite_dialect(Str table, Str geometry, Str fid, bool has_rtree, bool foreign)
{
    return (SqliteDialect){
        .base = {
            .quote_open = STR("\""),
            .quote_close = STR("\""),
            .table = table,
            .box = box,
            .fn_relate = STR("cql_relate"),
            .fn_casei = STR("cql_casei"),
            .fn_accenti = STR("cql_accenti"),
            .fn_like = STR("cql_like"),
            .fn_list = STR("cql_list"),
            .fn_math = STR("cql_math"),
            .date_expr = foreign ? STR("cql_date(%s)") : STR(""),
            .time_expr = foreign ? STR("cql_time(%s)") : STR(""),
            .date_to_time = foreign ? STR("(%s || 'T00:00:00.000000Z')") : STR("(%s || 'T00:00:00.000Z')"),
            .tick = foreign ? 1 : 1000,
        },
        .table = table,
        .geometry = geometry,
        .fid = fid,
        .has_rtree = has_rtree,
    };
}

/* --- values ------------------------------------------------------------------------------------------------- */
enum { TIME_MAX = 40 };

static Str time_as_text(CqlValue v, int digits, char room[TIME_MAX])
{
    Buf b = { room, 0, TIME_MAX, TIME_MAX, false }; /* never grows: a time has at most 30 bytes */

    if (v.kind == CQL_DATE)
        date_text(v.date, &b);
    else
        time_text(v.time, digits, &b);
    return buf_text(&b);
}

int sqlite_cql_bind(sqlite3_stmt *stmt, int at, CqlValue v, bool foreign)
{
    char room[TIME_MAX];
    Str s;

    switch (v.kind) {
    case CQL_BOOL:
        return sqlite3_bind_int(stmt, at, v.truth);
    case CQL_INT:
        return sqlite3_bind_int64(stmt, at, v.integer);
    case CQL_NUMBER:
        return sqlite3_bind_double(stmt, at, v.number);
    case CQL_TEXT:
        return sqlite3_bind_text64(
            stmt, at, v.text.ptr ? v.text.ptr : "", v.text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    case CQL_DATE:
    case CQL_TIME:
        s = time_as_text(v, foreign ? 6 : 3, room);
        return sqlite3_bind_text64(stmt, at, s.ptr, s.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    case CQL_GEOM:
        return sqlite3_bind_blob64(stmt, at, v.geom.ptr, v.geom.len, SQLITE_TRANSIENT);
    default:
        return sqlite3_bind_null(stmt, at);
    }
}

static Str text_of(sqlite3_value *v)
{
    const unsigned char *p = sqlite3_value_text(v);

    return (Str){ p ? (const char *)p : "", p ? (size_t)sqlite3_value_bytes(v) : 0 };
}

static Bytes blob_of(sqlite3_value *v)
{
    const void *p = sqlite3_value_blob(v);

    return (Bytes){ p, p ? (size_t)sqlite3_value_bytes(v) : 0 };
}

/* A moment as anybody may have written it: a date, a time with blank or T, with a zone or, as GDAL's
 * "non-conformant content", without (then it is UTC). */
static bool read_moment(Str s, int64_t *us)
{
    char zoned[TIME_MAX];
    int32_t day;

    s = str_trim(s);
    if (date_parse(s, &day)) {
        *us = day * TIME_DAY;
        return true;
    }
    if (time_parse(s, us))
        return true;
    if (s.len + 1 > sizeof zoned)
        return false;
    memcpy(zoned, s.ptr, s.len);
    zoned[s.len] = 'Z';
    return time_parse((Str){ zoned, s.len + 1 }, us);
}

static int64_t day_of(int64_t us)
{
    return us / TIME_DAY - (us % TIME_DAY < 0);
}

static CqlValue geometry_of(Bytes blob)
{
    GeoBlob g;
    Err err = { 0 };

    if (!geo_blob_open(blob, &g, &err))
        return (CqlValue){ CQL_NULL };
    return (CqlValue){ .kind = CQL_GEOM, .geom = g.wkb };
}

static CqlValue number_of(sqlite3_value *v)
{
    switch (sqlite3_value_numeric_type(v)) {
    case SQLITE_INTEGER:
        return (CqlValue){ .kind = CQL_INT, .integer = sqlite3_value_int64(v) };
    case SQLITE_FLOAT:
        return (CqlValue){ .kind = CQL_NUMBER, .number = sqlite3_value_double(v) };
    default:
        return (CqlValue){ CQL_NULL };
    }
}

CqlValue sqlite_cql_value(sqlite3_stmt *stmt, int at, CqlKind kind, bool list, Arena *a)
{
    sqlite3_value *v = sqlite3_column_value(stmt, at);
    int64_t us;

    if (sqlite3_value_type(v) == SQLITE_NULL)
        return (CqlValue){ CQL_NULL };
    if (list)
        return cql_list_of(text_of(v), kind, a);
    switch (kind) {
    case CQL_BOOL:
        return (CqlValue){ .kind = CQL_BOOL, .truth = sqlite3_value_int(v) != 0 };
    case CQL_INT:
    case CQL_NUMBER:
        return number_of(v);
    case CQL_DATE:
        return read_moment(text_of(v), &us) ? (CqlValue){ .kind = CQL_DATE, .date = (int32_t)day_of(us) }
                                            : (CqlValue){ CQL_NULL };
    case CQL_TIME:
        return read_moment(text_of(v), &us) ? (CqlValue){ .kind = CQL_TIME, .time = us }
                                            : (CqlValue){ CQL_NULL };
    case CQL_GEOM:
        return geometry_of(blob_of(v));
    default:
        return (CqlValue){ .kind = CQL_TEXT, .text = text_of(v) };
    }
}

/* --- SQL functions --------------------------------------------------------------------------------------------- */
static bool any_null(int n, sqlite3_value **v)
{
    for (int i = 0; i < n; i++)
        if (sqlite3_value_type(v[i]) == SQLITE_NULL)
            return true;
    return false;
}

static void result_text(sqlite3_context *c, Str s)
{
    sqlite3_result_text64(c, s.ptr, s.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void result_truth(sqlite3_context *c, int truth)
{
    if (truth < 0)
        sqlite3_result_null(c);
    else
        sqlite3_result_int(c, truth);
}

static void fold(sqlite3_context *c, int n, sqlite3_value **v)
{
    Str (*by)(Str, Arena *) = sqlite3_user_data(c) ? cql_fold_accent : cql_fold_case;
    Arena *a;
    Str s;

    if (any_null(n, v))
        return;
    a = arena_new(0);
    s = by(text_of(v[0]), a);
    if (s.ptr)
        result_text(c, s);
    else
        sqlite3_result_error_nomem(c);
    arena_free(a);
}

static void like(sqlite3_context *c, int n, sqlite3_value **v)
{
    if (!any_null(n, v))
        sqlite3_result_int(c, cql_like(text_of(v[0]), text_of(v[1])));
}

static void list(sqlite3_context *c, int n, sqlite3_value **v)
{
    if (!any_null(n, v))
        result_truth(c, cql_sql_list(text_of(v[0]), text_of(v[1]), text_of(v[2])));
}

static void math(sqlite3_context *c, int n, sqlite3_value **v)
{
    CqlValue x;

    if (any_null(n, v))
        return;
    x = cql_sql_math(text_of(v[0]), number_of(v[1]), number_of(v[2]));
    if (x.kind == CQL_INT)
        sqlite3_result_int64(c, x.integer);
    else if (x.kind == CQL_NUMBER)
        sqlite3_result_double(c, x.number);
}

/* cql_date(text) and cql_time(text): one form for all; what is no moment is missing. */
static void moment(sqlite3_context *c, int n, sqlite3_value **v)
{
    const bool date = sqlite3_user_data(c) != NULL;
    char room[TIME_MAX];
    CqlValue x = { .kind = date ? CQL_DATE : CQL_TIME };
    int64_t us;

    if (any_null(n, v) || !read_moment(text_of(v[0]), &us))
        return;
    if (date)
        x.date = (int32_t)day_of(us);
    else
        x.time = us;
    result_text(c, time_as_text(x, 6, room));
}

/* --- the spatial relation ------------------------------------------------------------------------------------------ */
/* A literal (WKB, while a column holds GeoPackage blobs) is the same in every row: its shape stays with the statement,
 * and GEOS prepares it at the second question. */
typedef struct Held {
    Arena *a;
    GeoShape *shape;
} Held;

static void let_go(void *thing)
{
    Held *h = thing;

    arena_free(h->a);
    mem_free(h);
}

static bool is_blob(Bytes b)
{
    return b.len > 1 && b.ptr[0] == 'G' && b.ptr[1] == 'P';
}

static const GeoShape *held(sqlite3_context *c, int at, Bytes wkb)
{
    Held *h = sqlite3_get_auxdata(c, at);
    Arena *a;
    Err err = { 0 };
    uint8_t *own;

    if (h)
        return h->shape;
    a = arena_new(0);
    own = arena_take(a, wkb.len ? wkb.len : 1, 1);
    h = mem_new(1, sizeof *h);
    if (own && wkb.len)
        memcpy(own, wkb.ptr, wkb.len);
    if (!own || !h || !geo_shape((Bytes){ own, wkb.len }, a, &h->shape, &err)) {
        arena_free(a);
        mem_free(h);
        return NULL;
    }
    h->a = a;
    sqlite3_set_auxdata(c, at, h, let_go);
    h = sqlite3_get_auxdata(c, at); /* SQLite may have dropped it at once */
    return h ? h->shape : NULL;
}

/* x op literal is literal op' x; only these two change. */
static GeoOp mirrored(GeoOp op)
{
    return op == GEO_WITHIN ? GEO_CONTAINS : op == GEO_CONTAINS ? GEO_WITHIN : op;
}

static bool op_of(Str name, GeoOp *op)
{
    static const struct {
        const char *name;
        GeoOp op;
    } row[] = { { "s_intersects", GEO_INTERSECTS }, { "s_disjoint", GEO_DISJOINT },
        { "s_equals", GEO_EQUALS }, { "s_within", GEO_WITHIN }, { "s_contains", GEO_CONTAINS },
        { "s_touches", GEO_TOUCHES }, { "s_crosses", GEO_CROSSES }, { "s_overlaps", GEO_OVERLAPS } };

    for (size_t i = 0; i < LEN(row); i++)
        if (str_eq(name, str_of(row[i].name))) {
            *op = row[i].op;
            return true;
        }
    return false;
}

/* The answer with one side held: 1, 0, -1 not to be had. */
static int ask(const GeoShape *literal, GeoOp op, Bytes blob)
{
    Arena *a = arena_new(0);
    GeoBlob g;
    GeoShape *shape;
    Err err = { 0 };
    int yes = -1;

    if (geo_blob_open(blob, &g, &err) && geo_shape(g.wkb, a, &shape, &err))
        yes = geo_relate(literal, op, shape);
    arena_free(a);
    return yes;
}

static void relate(sqlite3_context *c, int n, sqlite3_value **v)
{
    const Bytes x = blob_of(v[1]), y = blob_of(v[2]);
    const bool x_held = !is_blob(x), y_held = !is_blob(y);
    const GeoShape *literal;
    GeoOp op;

    if (any_null(n, v) || !op_of(text_of(v[0]), &op))
        return;
    if (x_held == y_held) {
        result_truth(c, cql_sql_relate(text_of(v[0]), x, y));
        return;
    }
    literal = held(c, x_held ? 1 : 2, x_held ? x : y);
    if (literal)
        result_truth(c, ask(literal, x_held ? op : mirrored(op), x_held ? y : x));
    else
        result_truth(c, cql_sql_relate(text_of(v[0]), x, y));
}

bool sqlite_cql_register(sqlite3 *db)
{
    static const struct {
        const char *name;
        int n;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
        bool flag;
    } row[] = {
        { "cql_relate", 3, relate, false },
        { "cql_casei", 1, fold, false },
        { "cql_accenti", 1, fold, true },
        { "cql_like", 2, like, false },
        { "cql_list", 3, list, false },
        { "cql_math", 3, math, false },
        { "cql_date", 1, moment, true },
        { "cql_time", 1, moment, false },
    };
    const int how = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

    for (size_t i = 0; i < LEN(row); i++)
        if (sqlite3_create_function(db, row[i].name, row[i].n, how, row[i].flag ? db : NULL, row[i].call,
                NULL, NULL) != SQLITE_OK)
            return false;
    return true;
}
