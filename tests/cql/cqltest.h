/* tests/cql/cqltest.h - a table that is asked twice: by SQL with its residual, and record by record in memory. */
#pragma once
#include "cql/cql.h"
#include "store/sqlite_cql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define OF(n, k)                                                              \
    {                                                                         \
        .name = { n, sizeof n - 1 }, .kind = k, .column = { n, sizeof n - 1 } \
    }
#define LIST_OF(n, k)                                                                       \
    {                                                                                       \
        .name = { n, sizeof n - 1 }, .kind = k, .list = true, .column = { n, sizeof n - 1 } \
    }

typedef struct World {
    sqlite3 *db;
    const char *table;
    const CqlProperty *property; /* each is a column in this order, sealed ones too: memory sees them */
    size_t n;
    const CqlProperty *all[64];
    CqlSchema schema;
    SqliteDialect dialect;
    bool foreign;
    Str key; /* what names a row in an answer */
    sqlite3_stmt *row;
    Arena *scratch;
} World;

static const CqlProperty *world_find(const void *ctx, Str name)
{
    const World *w = ctx;

    for (size_t i = 0; i < w->n; i++)
        if (str_eq(w->property[i].name, name))
            return &w->property[i];
    return NULL;
}

static void world_run(World *w, const char *sql)
{
    char *said = NULL;

    if (sqlite3_exec(w->db, sql, NULL, NULL, &said) != SQLITE_OK)
        fail_msg("%s: %s", sql, said);
}

static void world_open(World *w, const char *path, const char *table, const CqlProperty *property, size_t n)
{
    assert_true(n <= LEN(w->all));
    w->table = table;
    w->property = property;
    w->n = n;
    for (size_t i = 0; i < n; i++)
        w->all[i] = &property[i];
    w->schema = (CqlSchema){ world_find, w, w->all, n, false };
    w->scratch = arena_new(0);
    w->key = STR("fid");
    assert_int_equal(sqlite3_open(path, &w->db), SQLITE_OK);
    assert_true(sqlite_cql_register(w->db));
}

static void world_close(World *w)
{
    sqlite3_finalize(w->row);
    sqlite3_close(w->db);
    arena_free(w->scratch);
}

static inline CqlValue world_get(void *ctx, const CqlProperty *p)
{
    World *w = ctx;

    return sqlite_cql_value(w->row, (int)(p - w->property) + 1, p->kind, p->list, w->scratch);
}

/* The keys of the rows that SQL gives and the test passes, "1 4 5". */
static inline Str world_ask(World *w, const CqlSql *where, const CqlExpr *test, Arena *a)
{
    const CqlRecord record = { world_get, w };
    Buf b;
    Str s;

    buf_init(&b, 1 << 20);
    buf_fmt(&b, "SELECT %.*s", STRV(w->key));
    for (size_t i = 0; i < w->n; i++) {
        buf_str(&b, STR(", \""));
        for (size_t k = 0; k < w->property[i].name.len; k++)
            buf_fmt(&b, w->property[i].name.ptr[k] == '"' ? "\"%c" : "%c", w->property[i].name.ptr[k]);
        buf_c(&b, '"');
    }
    buf_fmt(&b, " FROM %s", w->table);
    if (where)
        buf_fmt(&b, " WHERE %.*s", STRV(where->text));
    buf_fmt(&b, " ORDER BY 1");
    if (sqlite3_prepare_v2(w->db, b.ptr, (int)b.len, &w->row, NULL) != SQLITE_OK)
        fail_msg("%.*s: %s", STRV(buf_text(&b)), sqlite3_errmsg(w->db));
    for (size_t i = 0; where && i < where->nparams; i++)
        sqlite_cql_bind(w->row, (int)i + 1, where->params[i], w->foreign);
    b.len = 0;
    while (sqlite3_step(w->row) == SQLITE_ROW) {
        if (!test || cql_eval(test, &record, w->scratch) == CQL_TRUE)
            buf_fmt(&b, b.len ? " %lld" : "%lld", (long long)sqlite3_column_int64(w->row, 0));
        arena_clear(w->scratch);
    }
    sqlite3_finalize(w->row);
    w->row = NULL;
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

static inline void say(const Err *err)
{
    Buf b;

    buf_init(&b, 4096);
    err_say(err, true, &b);
    print_message("%s: %.*s\n", err->where, STRV(buf_text(&b)));
    buf_clear(&b);
}

/* Both answers of an expression; where they differ it says so, and gives what no test expects. */
static inline Str world_both(World *w, CqlExpr *e, const CqlDialect *d, Str expression, Arena *a)
{
    CqlSql sql;
    Err err = { 0 };
    Str by_sql, in_memory;

    if (!cql_to_sql(e, d, a, &sql, &err)) {
        say(&err);
        fail_msg("%.*s", STRV(expression));
    }
    by_sql = world_ask(w, &sql, sql.residual, a);
    in_memory = world_ask(w, NULL, e, a);
    if (str_eq(by_sql, in_memory))
        return in_memory;
    print_error("%.*s\n  SQL %.*s\n  by SQL    %.*s\n  in memory %.*s\n", STRV(expression), STRV(sql.text),
        STRV(by_sql), STRV(in_memory));
    return STR("they disagree");
}

static inline CqlExpr *parsed(Str s, bool json, Arena *a)
{
    CqlExpr *e = NULL;
    Err err = { 0 };

    if (!(json ? cql_parse_json : cql_parse_text)(s, a, &e, &err)) {
        say(&err);
        fail_msg("%.*s", STRV(s));
    }
    return e;
}

static inline CqlExpr *checked(World *w, Str s, bool json, Arena *a)
{
    CqlExpr *e = parsed(s, json, a);
    Err err = { 0 };

    if (!cql_check(e, &w->schema, a, &err)) {
        say(&err);
        fail_msg("%.*s", STRV(s));
    }
    return e;
}

static inline Str as_json(const CqlExpr *e, Arena *a)
{
    Str s = { 0 };
    Err err = { 0 };

    if (!cql_to_json(e, a, &s, &err))
        fail_msg("%s", err.what);
    return s;
}

static inline Str as_text(const CqlExpr *e, Arena *a)
{
    Str s = { 0 };
    Err err = { 0 };

    if (!cql_to_text(e, a, &s, &err))
        fail_msg("%s %s", err.what, err.where);
    return s;
}

/* Numbers are compared as numbers: the standard's text has -10 where its JSON has -10.0. */
static inline bool same_json(const json_t *x, const json_t *y)
{
    const char *key;
    json_t *v;

    if (json_is_number(x) && json_is_number(y))
        return json_number_value(x) == json_number_value(y);
    if (json_typeof(x) != json_typeof(y))
        return false;
    if (json_is_array(x)) {
        for (size_t i = 0; i < json_array_size(x); i++)
            if (i >= json_array_size(y) || !same_json(json_array_get(x, i), json_array_get(y, i)))
                return false;
        return json_array_size(x) == json_array_size(y);
    }
    if (!json_is_object(x))
        return json_equal(x, y);
    json_object_foreach((json_t *)(uintptr_t)x, key,
        v) if (!json_object_get(y, key) || !same_json(v, json_object_get(y, key))) return false;
    return json_object_size(x) == json_object_size(y);
}

static inline bool same(Str x, Str y, Arena *a)
{
    json_t *p, *q;
    Err err = { 0 };

    /* wrapped, for a tree may be a bare literal */
    x = str_fmt(a, "[%.*s]", STRV(x));
    y = str_fmt(a, "[%.*s]", STRV(y));
    return json_read_in(x, a, &p, &err) && json_read_in(y, a, &q, &err) && same_json(p, q);
}

/* A dialect that can say nothing but comparisons. */
static inline CqlDialect poor_dialect(void)
{
    return (CqlDialect){ .quote_open = STR("\""), .quote_close = STR("\"") };
}
