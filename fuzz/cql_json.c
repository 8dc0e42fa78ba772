/* fuzz/cql_json.c - CQL2 JSON from anybody: read, check, write in both encodings, read again, say in SQL, evaluate. */
#include "cql/cql.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const CqlProperty property[] = {
    { .name = { "name", 4 }, .kind = CQL_TEXT, .column = { "name", 4 } },
    { .name = { "n", 1 }, .kind = CQL_INT, .column = { "n", 1 } },
    { .name = { "depth", 5 }, .kind = CQL_NUMBER, .column = { "depth", 5 } },
    { .name = { "open", 4 }, .kind = CQL_BOOL, .column = { "open", 4 } },
    { .name = { "born", 4 }, .kind = CQL_DATE, .column = { "born", 4 } },
    { .name = { "start", 5 }, .kind = CQL_TIME, .column = { "start", 5 } },
    { .name = { "tags", 4 }, .kind = CQL_TEXT, .list = true, .column = { "tags", 4 } },
    { .name = { "geometry", 8 }, .kind = CQL_GEOM, .column = { "geometry", 8 } },
    { .name = { "fee", 3 }, .kind = CQL_INT, .money = true, .column = { "fee", 3 } },
    { .name = { "secret", 6 }, .kind = CQL_TEXT, .sealed = true },
    { .name = { "any", 3 }, .column = { "any", 3 } },
};

static const CqlProperty *find(const void *ctx, Str name)
{
    (void)ctx;
    for (size_t i = 0; i < LEN(property); i++)
        if (str_eq(property[i].name, name))
            return &property[i];
    return NULL;
}

/* A record with a value in every property; in `any` and in a name that has another, something unexpected. */
static CqlValue get(void *ctx, const CqlProperty *p)
{
    static const CqlValue tag = { .kind = CQL_TEXT, .text = { "a", 1 } };

    if (p->list)
        return (CqlValue){ .kind = CQL_LIST, .list = { &tag, 1 } };
    switch (p->kind) {
    case CQL_BOOL:
        return (CqlValue){ .kind = CQL_BOOL, .truth = true };
    case CQL_INT:
        return (CqlValue){ .kind = CQL_INT, .integer = -7 };
    case CQL_NUMBER:
        return (CqlValue){ .kind = CQL_NUMBER, .number = 0.5 };
    case CQL_TEXT:
        return (CqlValue){ .kind = CQL_TEXT, .text = STR("Straße 石桥") };
    case CQL_DATE:
        return (CqlValue){ .kind = CQL_DATE, .date = 20000 };
    case CQL_TIME:
        return (CqlValue){ .kind = CQL_TIME, .time = 20000 * TIME_DAY + 1 };
    case CQL_GEOM:
        return (CqlValue){ .kind = CQL_GEOM, .geom = *(const Bytes *)ctx };
    default:
        return (CqlValue){ .kind = CQL_INT, .integer = 3 };
    }
}

/* The law: false, and only then, an error. */
static bool law(bool ok, const Err *err)
{
    assert(ok == (err->kind == NULL));
    return ok;
}

static void written_and_read_again(const CqlExpr *e, Arena *a)
{
    Str text, again, json;
    CqlExpr *twice;
    Err err = { 0 };

    if (!law(cql_to_json(e, a, &json, &err), &err))
        return;
    if (!law(cql_parse_json(json, a, &twice, &err), &err)) {
        /* written longer than it was read; or a bare literal, which is no JSON document of ours */
        assert(err.kind == &CQL_TOO_BIG || err.kind == &BASE_NO_MEMORY || err.kind == &BASE_BAD_JSON);
        return;
    }
    assert(law(cql_to_json(twice, a, &again, &err), &err));
    assert(str_eq(json, again));
    if (!law(cql_to_text(e, a, &text, &err), &err)) /* text has no words for some names and texts */
        return;
    if (!law(cql_parse_text(text, a, &twice, &err), &err)) {
        assert(err.kind == &CQL_TOO_BIG || err.kind == &BASE_NO_MEMORY);
        return;
    }
    assert(law(cql_to_json(twice, a, &again, &err), &err));
    assert(str_eq(json, again));
}

static void asked(CqlExpr *e, Arena *a)
{
    static const CqlDialect dialect = { .quote_open = { "\"", 1 },
        .quote_close = { "\"", 1 },
        .fn_relate = { "relate", 6 },
        .fn_like = { "like", 4 },
        .fn_math = { "math", 4 },
        .fn_list = { "list", 4 } };
    const CqlSchema schema = { .find = find };
    Bytes point;
    CqlSql sql;
    Err err = { 0 };

    if (!law(cql_check(e, &schema, a, &err), &err) || !geo_make_point(1, 1, a, &point))
        return;
    if (law(cql_to_sql(e, &dialect, a, &sql, &err), &err) && !sql.residual)
        assert(sql.text.len > 0);
    (void)cql_eval(e, &(CqlRecord){ get, &point }, a);
    (void)cql_box(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(64 << 20);
    CqlExpr *e = NULL;
    Err err = { 0 };

    if (law(cql_parse_json((Str){ (const char *)data, size }, a, &e, &err), &err)) {
        written_and_read_again(e, a);
        asked(e, a);
    }
    arena_free(a);
    return 0;
}
