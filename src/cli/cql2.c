/* src/cli/cql2.c - `sangzi cql2`: expressions from standard input, one a line, one line for each.
 *
 *   sangzi cql2 [--to sql|json|text] [--check COLLECTION]    the expression in that form (default json)
 *   sangzi cql2 --count FILE.gpkg LAYER                      how many features match: SQL<TAB>in memory
 *
 * A line that begins with '{' is CQL2 JSON. A bad line gives {"error":…,"position":N} in its place, the rest goes on, and
 * the exit status is 1; wrong usage is 2. In English unless LANG begins with zh.
 */
#include "cql/cql.h"
#include "store/sqlite_cql.h"
#include <stdio.h>
#include <stdlib.h>

int cli_cql2(int argc, char **argv, const CqlSchema *(*schema_of)(Str collection, Err *err));

typedef struct Layer { /* of a foreign GeoPackage */
    sqlite3 *db;
    Str table, geometry, fid;
    bool has_rtree;
    int srs;
    CqlProperty *property;
    const CqlProperty **all;
    size_t n;
    CqlSchema schema;
    sqlite3_stmt *row; /* at the record that is looked at */
    Arena *scratch;
} Layer;
typedef struct Task {
    Str to, collection;
    const char *file, *layer;
    const CqlSchema *schema; /* NULL: none asked for */
    Layer counted;
    bool failed;
} Task;

/* --- errors ------------------------------------------------------------------------------------------------ */
static bool in_english(void)
{
    const char *lang = getenv("LANG");

    return !lang || strncmp(lang, "zh", 2) != 0;
}

static void print_error(const Err *err)
{
    const Str where = str_of(err->where), mark = STR("filter:");
    size_t at = 0;
    Buf said, out;

    buf_init(&said, 4096);
    buf_init(&out, 16384);
    err_say(err, in_english(), &said);
    if (str_starts(where, mark) && !str_to_size(str_sub(where, mark.len, SIZE_MAX), 10, &at))
        at = 0;
    buf_str(&out, STR("{\"error\":"));
    buf_json_str(&out, buf_text(&said));
    buf_fmt(&out, ",\"position\":%zu,\"code\":\"%s\"", at, err->kind->code);
    if (str_starts(where, STR("filter#"))) {
        buf_str(&out, STR(",\"pointer\":"));
        buf_json_str(&out, str_sub(where, 7, SIZE_MAX));
    }
    printf("%.*s}\n", STRV(buf_text(&out)));
    buf_clear(&said);
    buf_clear(&out);
}

/* --- a layer of a foreign file -------------------------------------------------------------------------------- */
static bool sql_failed(const Layer *l, const char *what, Err *err)
{
    (void)FAIL(err, BASE_IO, str_of(what), "%s", what);
    err_hint(err, "%s", sqlite3_errmsg(l->db));
    return false;
}

static bool prepare(Layer *l, const char *sql, Str bind, sqlite3_stmt **out, Err *err)
{
    if (sqlite3_prepare_v2(l->db, sql, -1, out, NULL) != SQLITE_OK)
        return sql_failed(l, sql, err);
    if (bind.len)
        sqlite3_bind_text(*out, 1, bind.ptr, (int)bind.len, SQLITE_TRANSIENT);
    return true;
}

static Str text_at(sqlite3_stmt *s, int at, Arena *a)
{
    return str_copy(
        a, (Str){ (const char *)sqlite3_column_text(s, at), (size_t)sqlite3_column_bytes(s, at) });
}

/* OGC 12-128r19 table 1; "TEXT(100)" is TEXT. */
static CqlKind kind_of(Str type)
{
    static const struct {
        const char *name;
        CqlKind kind;
    } row[] = { { "BOOLEAN", CQL_BOOL }, { "TINYINT", CQL_INT }, { "SMALLINT", CQL_INT },
        { "MEDIUMINT", CQL_INT }, { "INT", CQL_INT }, { "INTEGER", CQL_INT }, { "FLOAT", CQL_NUMBER },
        { "DOUBLE", CQL_NUMBER }, { "REAL", CQL_NUMBER }, { "DATE", CQL_DATE }, { "DATETIME", CQL_TIME } };
    Str base, rest;

    if (!str_cut(type, '(', &base, &rest))
        base = type;
    for (size_t i = 0; i < LEN(row); i++)
        if (str_eq_nocase(base, str_of(row[i].name)))
            return row[i].kind;
    return CQL_TEXT;
}

static bool read_geometry_column(Layer *l, Arena *a, Err *err)
{
    sqlite3_stmt *s;

    if (!prepare(l,
            "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)",
            l->table, &s, err))
        return false;
    if (sqlite3_step(s) == SQLITE_ROW) {
        l->geometry = text_at(s, 0, a);
        l->srs = sqlite3_column_int(s, 1);
    }
    sqlite3_finalize(s);
    if (!prepare(l, "SELECT 1 FROM sqlite_schema WHERE lower(name) = lower(?)",
            str_fmt(a, "rtree_%.*s_%.*s", STRV(l->table), STRV(l->geometry)), &s, err))
        return false;
    l->has_rtree = sqlite3_step(s) == SQLITE_ROW;
    sqlite3_finalize(s);
    return true;
}

static const CqlProperty *find(const void *ctx, Str name)
{
    const Layer *l = ctx;

    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->property[i].name, name))
            return &l->property[i];
    return NULL;
}

static void read_column(Layer *l, sqlite3_stmt *s, Arena *a)
{
    CqlProperty *p = &l->property[l->n];

    p->name = p->column = text_at(s, 0, a);
    p->kind = str_eq(p->name, l->geometry) ? CQL_GEOM : kind_of(text_at(s, 1, a));
    p->index = l->n;
    l->all[l->n++] = p;
    if (sqlite3_column_int(s, 2))
        l->fid = p->name;
}

static bool read_columns(Layer *l, Arena *a, Err *err)
{
    enum { COLUMNS_MAX = 2000 }; /* SQLite's own limit */
    sqlite3_stmt *s;

    l->fid = STR("rowid");
    l->property = NEWS(a, CqlProperty, COLUMNS_MAX);
    l->all = NEWS(a, const CqlProperty *, COLUMNS_MAX);
    if (!l->property || !l->all)
        return FAIL(err, BASE_NO_MEMORY, l->table, "columns");
    if (!prepare(l, "SELECT name, type, pk FROM pragma_table_info(?)", l->table, &s, err))
        return false;
    while (sqlite3_step(s) == SQLITE_ROW && l->n < COLUMNS_MAX)
        read_column(l, s, a);
    sqlite3_finalize(s);
    if (!l->n)
        return FAIL(err, BASE_NO_FILE, l->table, "layer");
    l->schema = (CqlSchema){ find, l, l->all, l->n, l->srs != 4326 && l->srs != GEO_SRS };
    return true;
}

static void close_layer(void *thing)
{
    Layer *l = thing;

    sqlite3_finalize(l->row);
    sqlite3_close(l->db);
    arena_free(l->scratch);
}

static bool open_layer(Layer *l, const char *file, const char *name, Arena *a, Err *err)
{
    l->table = str_of(name);
    l->scratch = arena_new(0);
    if (!arena_defer(a, close_layer, l))
        return FAIL(err, BASE_NO_MEMORY, str_of(file), "file");
    if (!file_exists(file))
        return FAIL(err, BASE_NO_FILE, str_of(file), "file");
    if (sqlite3_open_v2(file, &l->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK || !sqlite_cql_register(l->db))
        return sql_failed(l, file, err);
    return read_geometry_column(l, a, err) && read_columns(l, a, err);
}

/* --- counting --------------------------------------------------------------------------------------------------- */
static CqlValue get(void *ctx, const CqlProperty *p)
{
    Layer *l = ctx;

    return sqlite_cql_value(l->row, (int)p->index, p->kind, p->list, l->scratch);
}

static void quoted(Buf *b, Str name)
{
    buf_c(b, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"')
            buf_c(b, '"');
        buf_c(b, name.ptr[i]);
    }
    buf_c(b, '"');
}

/* SELECT of every column, in the order of the schema. */
static Str select_text(const Layer *l, const CqlSql *where, Arena *a)
{
    Buf b;
    Str s;

    buf_init(&b, 8 * 1024 * 1024);
    buf_str(&b, STR("SELECT "));
    for (size_t i = 0; i < l->n; i++) {
        if (i)
            buf_str(&b, STR(", "));
        quoted(&b, l->property[i].name);
    }
    buf_str(&b, STR(" FROM "));
    quoted(&b, l->table);
    if (where) {
        buf_str(&b, STR(" WHERE "));
        buf_str(&b, where->text);
    }
    s = b.bad ? (Str){ 0 } : str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

/* How many rows of the statement pass the test; NULL: all. */
static bool count_rows(Layer *l, const CqlExpr *test, size_t *n, Err *err)
{
    const CqlRecord record = { get, l };
    int rc;

    for (*n = 0; (rc = sqlite3_step(l->row)) == SQLITE_ROW; arena_clear(l->scratch))
        *n += !test || cql_eval(test, &record, l->scratch) == CQL_TRUE;
    return rc == SQLITE_DONE || sql_failed(l, "count", err);
}

static bool count_where(Layer *l, const CqlSql *where, const CqlExpr *test, Arena *a, size_t *n, Err *err)
{
    const Str text = select_text(l, where, a);
    bool ok;

    if (!text.ptr)
        return FAIL(err, BASE_NO_MEMORY, l->table, "count");
    if (!prepare(l, text.ptr, STR(""), &l->row, err))
        return false;
    for (size_t i = 0; where && i < where->nparams; i++)
        sqlite_cql_bind(l->row, (int)i + 1, where->params[i], true);
    ok = count_rows(l, test, n, err);
    sqlite3_finalize(l->row);
    l->row = NULL;
    return ok;
}

static bool count(Layer *l, CqlExpr *e, Arena *a, Err *err)
{
    const SqliteDialect d = sqlite_dialect(l->table, l->geometry, l->fid, l->has_rtree, true);
    CqlSql sql;
    size_t by_sql, in_memory;

    if (!cql_check(e, &l->schema, a, err) || !cql_to_sql(e, &d.base, a, &sql, err) ||
        !count_where(l, &sql, sql.residual, a, &by_sql, err) || !count_where(l, NULL, e, a, &in_memory, err))
        return false;
    printf("%zu\t%zu\n", by_sql, in_memory);
    return true;
}

/* --- one line ------------------------------------------------------------------------------------------------------ */
/* Without a collection any name is a property of any type. */
static const CqlProperty *find_any(const void *ctx, Str name)
{
    Arena *a = *(Arena *const *)ctx;
    CqlProperty *p = NEW(a, CqlProperty);

    if (p)
        *p = (CqlProperty){ .name = name, .column = name };
    return p;
}

static bool print_sql(const CqlExpr *e, Arena *a, Err *err)
{
    const SqliteDialect d = sqlite_dialect(STR(""), STR(""), STR("fid"), false, false);
    CqlSql sql;

    if (!cql_to_sql(e, &d.base, a, &sql, err))
        return false;
    printf("%.*s\n", STRV(sql.text));
    return true;
}

static bool print_as(const Task *t, const CqlExpr *e, Arena *a, Err *err)
{
    Str s;

    if (str_eq(t->to, STR("sql")))
        return print_sql(e, a, err);
    if (!(str_eq(t->to, STR("text")) ? cql_to_text : cql_to_json)(e, a, &s, err))
        return false;
    if (str_find(s, STR("\n")) != SIZE_MAX) { /* in a text literal: one line could not say it */
        (void)FAIL(err, CQL_BAD_VALUE, STR("\\n"), "filter:0");
        err_hint(err, "%s", "--to json");
        return false;
    }
    printf("%.*s\n", STRV(s));
    return true;
}

static bool one(Task *t, Str line, Arena *a, Err *err)
{
    const CqlSchema any = { .find = find_any, .ctx = &a };
    const bool json = str_starts(str_trim(line), STR("{"));
    CqlExpr *e;

    if (!(json ? cql_parse_json : cql_parse_text)(line, a, &e, err))
        return false;
    if (t->file)
        return count(&t->counted, e, a, err);
    if (t->schema && !cql_check(e, t->schema, a, err))
        return false;
    if (!t->schema && str_eq(t->to, STR("sql")) && !cql_check(e, &any, a, err))
        return false;
    return print_as(t, e, a, err);
}

static void each_line(Task *t)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;

    while ((n = getline(&line, &cap, stdin)) >= 0) {
        Arena *a = arena_new(0);
        Err err = { 0 };
        size_t len = (size_t)n;

        while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        if (!one(t, (Str){ line, len }, a, &err)) {
            print_error(&err);
            t->failed = true;
        }
        fflush(stdout);
        arena_free(a);
    }
    free(line);
}

/* --- the command ------------------------------------------------------------------------------------------------------ */
static bool read_options(int argc, char **argv, Task *t)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--to") && i + 1 < argc)
            t->to = str_of(argv[++i]);
        else if (!strcmp(argv[i], "--check") && i + 1 < argc)
            t->collection = str_of(argv[++i]);
        else if (!strcmp(argv[i], "--count") && i + 2 < argc) {
            t->file = argv[i + 1];
            t->layer = argv[i + 2];
            i += 2;
        } else
            return false;
    }
    return str_eq(t->to, STR("sql")) || str_eq(t->to, STR("json")) || str_eq(t->to, STR("text"));
}

static bool get_ready(Task *t, const CqlSchema *(*schema_of)(Str, Err *), Arena *a, Err *err)
{
    if (t->file)
        return open_layer(&t->counted, t->file, t->layer, a, err);
    if (!t->collection.len)
        return true;
    if (!schema_of)
        return FAIL(err, BASE_NO_FILE, t->collection, "--check");
    t->schema = schema_of(t->collection, err);
    return t->schema != NULL;
}

/* argv[0] is the command's name. schema_of gives the schema of a pack's collection; NULL: --check is refused. */
int cli_cql2(int argc, char **argv, const CqlSchema *(*schema_of)(Str collection, Err *err))
{
    Task t = { .to = STR("json") };
    Arena *a = arena_new(0);
    Err err = { 0 };

    if (!read_options(argc, argv, &t)) {
        fputs("sangzi cql2 [--to sql|json|text] [--check COLLECTION]\nsangzi cql2 --count FILE.gpkg LAYER\n",
            stderr);
        arena_free(a);
        return 2;
    }
    if (get_ready(&t, schema_of, a, &err)) {
        each_line(&t);
    } else {
        Buf said;

        buf_init(&said, 4096);
        err_say(&err, in_english(), &said);
        fprintf(stderr, "%.*s\n", STRV(buf_text(&said)));
        buf_clear(&said);
        t.failed = true;
    }
    arena_free(a);
    return t.failed;
}
