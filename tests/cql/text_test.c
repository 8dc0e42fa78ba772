/* tests/cql/text_test.c - both encodings: what is refused and where, what is read how, limits, and memory that runs out. */
#include "cqltest.h"

static const CqlProperty property[] = { OF("name", CQL_TEXT), OF("depth", CQL_NUMBER), OF("n", CQL_INT),
    OF("open", CQL_BOOL), OF("born", CQL_DATE), OF("start", CQL_TIME), LIST_OF("tags", CQL_TEXT),
    OF("geometry", CQL_GEOM) };

static void make(World *w)
{
    world_open(w, ":memory:", "t", property, LEN(property));
}

/* --- what is refused ---------------------------------------------------------------------------------------- */
static const struct Bad {
    const char *text;
    const ErrKind *kind;
    const char *where, *hint; /* hint NULL: not looked at */
} bad[] = {
    { "", &CQL_SYNTAX, "filter:0", NULL },
    { "n =", &CQL_SYNTAX, "filter:3", NULL },
    { "n = = 1", &CQL_SYNTAX, "filter:4", NULL },
    { "n = 1 n", &CQL_SYNTAX, "filter:6", NULL },
    { "(n = 1", &CQL_SYNTAX, "filter:6", ")" },
    { "n = 1)", &CQL_SYNTAX, "filter:5", NULL },
    { "name = 'abc", &CQL_SYNTAX, "filter:7", NULL },
    { "\"name = 1", &CQL_SYNTAX, "filter:0", NULL },
    { "\"\" = 1", &CQL_SYNTAX, "filter:0", NULL },
    { "n ! 1", &CQL_SYNTAX, "filter:2", NULL },
    { "n = 1 AND", &CQL_SYNTAX, "filter:9", NULL },
    { "NOT NOT open", &CQL_SYNTAX, "filter:4", NULL },
    { "n = 1 = 1", &CQL_SYNTAX, "filter:6", NULL },
    { "length((1, 2) + 3) = 1", &CQL_SYNTAX, "filter:7", NULL },
    { "(n, 2) = 1", &CQL_SYNTAX, "filter:0", NULL },
    { "n ^ 2 ^ 2 = 1", &CQL_SYNTAX, "filter:6", NULL },
    { "n BETWEEN 1", &CQL_SYNTAX, "filter:11", "AND" },
    { "n IS 1", &CQL_SYNTAX, "filter:5", "NULL" },
    { "n NOT 1", &CQL_SYNTAX, "filter:6", NULL },
    { "n IN 1", &CQL_SYNTAX, "filter:5", "(" },
    { "S_INTERSECTS(geometry)", &CQL_SYNTAX, "filter:0", "(…, …)" },
    { "CASEI(name, name) = 'a'", &CQL_SYNTAX, "filter:0", "(…)" },
    { "S_INTERSECTS(geometry, POINT(1))", &GEO_BAD_WKT, "filter:30", NULL },
    { "S_INTERSECTS(geometry, BBOX(1, 2, 3))", &CQL_SYNTAX, "filter:35", NULL },
    { "S_INTERSECTS(geometry, BBOX(1, 2, 3, 4, 5, 6, 7))", &CQL_SYNTAX, "filter:46", ")" },
    { "born = DATE('2026-02-30')", &CQL_BAD_VALUE, "filter:12", "'2026-01-31'" },
    { "born = DATE(2026)", &CQL_SYNTAX, "filter:12", NULL },
    { "start = TIMESTAMP('2026-01-01T00:00:00')", &CQL_BAD_VALUE, "filter:18", NULL },
    { "start = TIMESTAMP('2026-01-01T00:00:00+08:00')", &CQL_BAD_VALUE, "filter:18", NULL },
    { "T_AFTER(start, INTERVAL('2026-01-01', 'soon'))", &CQL_BAD_VALUE, "filter:38", NULL },
    { "n = 1e999", &CQL_BAD_VALUE, "filter:4", NULL },
    { "dpth > 1", &CQL_NO_PROPERTY, "filter:0", "depth" },
    { "zzzzzz > 1", &CQL_NO_PROPERTY, "filter:0", "name, depth, n, open, born, …" },
    { "n = 1 AND nmae = 'a'", &CQL_NO_PROPERTY, "filter:10", "name" },
    { "agge(born) = 1", &CQL_NO_FUNCTION, "filter:0", "age" },
    { "age(born, born) = 1", &CQL_WRONG_TYPE, "filter:0", "age(1)" },
    { "name = 1", &CQL_WRONG_TYPE, "filter:7", "string" },
    { "n = 'a'", &CQL_WRONG_TYPE, "filter:4", "integer" },
    { "n", &CQL_WRONG_TYPE, "filter:0", "boolean" },
    { "n AND open", &CQL_WRONG_TYPE, "filter:0", "boolean" },
    { "geometry = geometry", &CQL_WRONG_TYPE, "filter:0", NULL },
    { "tags = 'a'", &CQL_WRONG_TYPE, "filter:0", NULL },
    { "n LIKE 'a%'", &CQL_WRONG_TYPE, "filter:0", "string" },
    { "name + 1 = 2", &CQL_WRONG_TYPE, "filter:0", "number" },
    { "S_INTERSECTS(name, POINT(1 2))", &CQL_WRONG_TYPE, "filter:13", "geometry" },
    { "T_AFTER(n, DATE('2026-01-01'))", &CQL_WRONG_TYPE, "filter:8", NULL },
    { "A_CONTAINS(n, (1))", &CQL_WRONG_TYPE, "filter:11", "array" },
    { "born = 'yesterday'", &CQL_BAD_VALUE, "filter:7", NULL },
    { "S_INTERSECTS(geometry, POINT(90 180))", &GEO_OUT_OF_RANGE, "filter:23", NULL },
    { "S_INTERSECTS(geometry, POINT(181 0))", &GEO_OUT_OF_RANGE, "filter:23", NULL },
    { "S_INTERSECTS(geometry, LINESTRING(0 0, 0 -91))", &GEO_OUT_OF_RANGE, "filter:23", NULL },
    { "S_INTERSECTS(geometry, BBOX(0, -91, 1, 1))", &GEO_OUT_OF_RANGE, "filter:23", NULL },
    { "S_INTERSECTS(geometry, BBOX(0, 2, 1, 1))", &CQL_BAD_VALUE, "filter:23", NULL },
    { "{\"op\":\"=\",\"args\":[{\"property\":\"n\"}]}", &CQL_SYNTAX, "filter#/args", "[…, …]" },
    { "{\"op\":\"and\",\"args\":[true]}", &CQL_SYNTAX, "filter#/args", "[…, …]" },
    { "{\"op\":\"and\",\"args\":[true,{\"op\":\"=\",\"args\":[{\"property\":\"dpth\"},1]}]}",
        &CQL_NO_PROPERTY, "filter#/args/1/args/0/property", "depth" },
    { "{\"op\":\"=\",\"args\":[{\"property\":\"born\"},{\"date\":\"2026\"}]}", &CQL_BAD_VALUE,
        "filter#/args/1/date", NULL },
    { "{\"op\":\"=\",\"args\":[{\"property\":\"n\"},null]}", &CQL_SYNTAX, "filter#/args/1", NULL },
    { "{\"op\":\"in\",\"args\":[{\"property\":\"n\"},1]}", &CQL_SYNTAX, "filter#/args", NULL },
    { "{\"op\":\"=\",\"args\":[{\"property\":\"n\"},[1]]}", &CQL_SYNTAX, "filter#/args/1", NULL },
    { "{\"op\":\"=\"}", &CQL_SYNTAX, "filter#", NULL },
    { "{\"what\":1}", &CQL_SYNTAX, "filter#", NULL },
    { "{\"op\":\"s_within\",\"args\":[{\"property\":\"geometry\"},{\"type\":\"Point\",\"coordinates\":[1]}]}",
        &GEO_BAD_GEOJSON, NULL, NULL },
    { "{\"op\":\"s_within\",\"args\":[{\"property\":\"geometry\"},{\"bbox\":[1,2,3]}]}", &CQL_SYNTAX,
        "filter#/args/1/bbox", NULL },
    { "{\"op\":\"t_after\",\"args\":[{\"property\":\"start\"},{\"interval\":[\"..\",\"x\"]}]}",
        &CQL_BAD_VALUE, "filter#/args/1/interval/1", NULL },
    { "{\"op\":", &BASE_BAD_JSON, NULL, NULL },
};

static void refused_with_a_place(void **state)
{
    World w = { 0 };
    size_t wrong = 0;

    (void)state;
    make(&w);
    for (size_t i = 0; i < LEN(bad); i++) {
        Arena *a = arena_new(0);
        CqlExpr *e = NULL;
        Err err = { 0 };
        const bool json = bad[i].text[0] == '{';
        const bool ok = (json ? cql_parse_json : cql_parse_text)(str_of(bad[i].text), a, &e, &err) &&
                        cql_check(e, &w.schema, a, &err);

        if (ok || err.kind != bad[i].kind || (bad[i].where && strcmp(err.where, bad[i].where)) ||
            (bad[i].hint && strcmp(err.hint, bad[i].hint))) {
            print_error("%s: %s at %s, hint %s\n", bad[i].text, ok ? "accepted" : err.kind->code, err.where,
                err.hint);
            wrong++;
        }
        arena_free(a);
    }
    world_close(&w);
    assert_int_equal(wrong, 0);
}

/* --- what is read how ------------------------------------------------------------------------------------------ */
static const struct Pair {
    const char *text, *json;
    const char *again; /* as we write it; NULL: as read */
} pair[] = {
    { "a = 1", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1]}", NULL },
    { "a=+1.", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1]}", "a = 1" },
    { "a=-.5e-1", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},-0.05]}", "a = -0.05" },
    { "a = 1 OR b = 2 AND NOT c",
        "{\"op\":\"or\",\"args\":[{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1]},"
        "{\"op\":\"and\",\"args\":[{\"op\":\"=\",\"args\":[{\"property\":\"b\"},2]},{\"op\":\"not\",\"args\":"
        "[{\"property\":\"c\"}]}]}]}",
        NULL },
    { "(a OR b) OR c",
        "{\"op\":\"or\",\"args\":[{\"op\":\"or\",\"args\":[{\"property\":\"a\"},{\"property\":\"b\"}]},{"
        "\"property\":\"c\"}]}",
        NULL },
    { "a BETWEEN -23 AND 40 AND b",
        "{\"op\":\"and\",\"args\":[{\"op\":\"between\",\"args\":[{\"property\":\"a\"},-23,40]},{\"property\":"
        "\"b\"}]}",
        NULL },
    { "a IS NOT NULL", "{\"op\":\"not\",\"args\":[{\"op\":\"isNull\",\"args\":[{\"property\":\"a\"}]}]}",
        NULL },
    { "NOT (NOT a)", "{\"op\":\"not\",\"args\":[{\"op\":\"not\",\"args\":[{\"property\":\"a\"}]}]}", NULL },
    { "-a = 1", "{\"op\":\"=\",\"args\":[{\"op\":\"*\",\"args\":[-1,{\"property\":\"a\"}]},1]}",
        "-1 * a = 1" },
    { "-2 ^ 2 = a - -1",
        "{\"op\":\"=\",\"args\":[{\"op\":\"^\",\"args\":[-2,2]},{\"op\":\"-\",\"args\":[{\"property\":\"a\"},"
        "-1]}]}",
        NULL },
    { "a - (b - c) * 2 div 3 = 1",
        "{\"op\":\"=\",\"args\":[{\"op\":\"-\",\"args\":[{\"property\":\"a\"},{\"op\":\"div\",\"args\":["
        "{\"op\":\"*\",\"args\":[{\"op\":\"-\",\"args\":[{\"property\":\"b\"},{\"property\":\"c\"}]},2]},3]}]"
        "},1]}",
        "a - (b - c) * 2 DIV 3 = 1" },
    { "\"and\" = \"x \"\"y\"\"\"",
        "{\"op\":\"=\",\"args\":[{\"property\":\"and\"},{\"property\":\"x \\\"y\\\"\"}]}", NULL },
    { "date = eo:cloud.cover_2",
        "{\"op\":\"=\",\"args\":[{\"property\":\"date\"},{\"property\":\"eo:cloud.cover_2\"}]}",
        "\"date\" = eo:cloud.cover_2" },
    { "a = 'it''s \\'it\\''", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"it's 'it'\"]}",
        "a = 'it''s ''it'''" },
    { "a LIKE '\\\\%\\\\_'", "{\"op\":\"like\",\"args\":[{\"property\":\"a\"},\"\\\\\\\\%\\\\\\\\_\"]}",
        NULL },
    { "a = 'x\\\\''y'", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"x\\\\'\"]}",
        "" }, /* see the note below */
    { "f()", "{\"op\":\"f\",\"args\":[]}", NULL },
    { "f(a + b, (1, 2), (), ('x'), (a), ((a + b)), g('..'), TRUE)",
        "{\"op\":\"f\",\"args\":[{\"op\":\"+\",\"args\":[{\"property\":\"a\"},"
        "{\"property\":\"b\"}]},[1,2],[],[\"x\"],[{\"property\":\"a\"}],[{\"op\":\"+\",\"args\":[{"
        "\"property\":\"a\"},{\"property\":\"b\"}]}],"
        "{\"op\":\"g\",\"args\":[\"..\"]},true]}",
        NULL },
    { "A_EQUALS(a, ((1), (2, 3), ('x', DATE('2026-01-01'))))",
        "{\"op\":\"a_equals\",\"args\":[{\"property\":\"a\"},[[1],[2,3],[\"x\",{\"date\":\"2026-01-01\"}]]]}",
        NULL },
    { "A_EQUALS(a, (b + 1))",
        "{\"op\":\"a_equals\",\"args\":[{\"property\":\"a\"},[{\"op\":\"+\",\"args\":[{\"property\":\"b\"},1]"
        "}]]}",
        NULL },
    { "A_CONTAINS(a, (1, (2 + 3) * 4))",
        "{\"op\":\"a_contains\",\"args\":[{\"property\":\"a\"},[1,{\"op\":\"*\",\"args\":[{\"op\":\"+\","
        "\"args\":[2,3]},4]}]]}",
        NULL },
    { "T_DURING(INTERVAL(a, '..'), INTERVAL('2026-01-01', f(b)))",
        "{\"op\":\"t_during\",\"args\":[{\"interval\":[{\"property\":\"a\"},\"..\"]},"
        "{\"interval\":[\"2026-01-01\",{\"op\":\"f\",\"args\":[{\"property\":\"b\"}]}]}]}",
        NULL },
    { "t_overlappedby(a, timestamp('2026-01-01T00:00:00.500Z'))",
        "{\"op\":\"t_overlappedBy\",\"args\":[{\"property\":\"a\"},{\"timestamp\":\"2026-01-01T00:00:00.5Z\"}"
        "]}",
        "T_OVERLAPPEDBY(a, TIMESTAMP('2026-01-01T00:00:00.5Z'))" },
    { "S_WITHIN(a, BBOX(1, 2, 0, 3, 4, 9))",
        "{\"op\":\"s_within\",\"args\":[{\"property\":\"a\"},{\"bbox\":[1,2,0,3,4,9]}]}", NULL },
    { "S_WITHIN(POINT Z(1 2 3), a)",
        "{\"op\":\"s_within\",\"args\":[{\"type\":\"Point\",\"coordinates\":[1,2,3]},{\"property\":\"a\"}]}",
        "" },
    { "CASEI(ACCENTI('A')) LIKE casei(accenti('b%'))",
        "{\"op\":\"like\",\"args\":[{\"op\":\"casei\",\"args\":[{\"op\":\"accenti\",\"args\":[\"A\"]}]},"
        "{\"op\":\"casei\",\"args\":[{\"op\":\"accenti\",\"args\":[\"b%\"]}]}]}",
        "CASEI(ACCENTI('A')) LIKE CASEI(ACCENTI('b%'))" },
    { "(a = 1) IS NULL AND S_EQUALS(a, b) = FALSE",
        "{\"op\":\"and\",\"args\":[{\"op\":\"isNull\",\"args\":[{\"op\":\"=\",\"args\":[{\"property\":\"a\"},"
        "1]}]},"
        "{\"op\":\"=\",\"args\":[{\"op\":\"s_equals\",\"args\":[{\"property\":\"a\"},{\"property\":\"b\"}]},"
        "false]}]}",
        NULL },
    { "a　>\t3\nAND 面积 > 1",
        "{\"op\":\"and\",\"args\":[{\"op\":\">\",\"args\":[{\"property\":\"a\"},3]},{\"op\":\">\",\"args\":[{"
        "\"property\":\"面积\"},1]}]}",
        "a > 3 AND 面积 > 1" },
    { "point = polygon", "{\"op\":\"=\",\"args\":[{\"property\":\"point\"},{\"property\":\"polygon\"}]}",
        "\"point\" = \"polygon\"" },
    { "f(((3)) - 4 = a)",
        "{\"op\":\"f\",\"args\":[{\"op\":\"=\",\"args\":[{\"op\":\"-\",\"args\":[3,4]},{\"property\":\"a\"}]}"
        "]}",
        "f(3 - 4 = a)" },
    { "f(POINT EMPTY, POINTZ(1 2 3))",
        "{\"op\":\"f\",\"args\":[{\"type\":\"Point\",\"coordinates\":[]},{\"type\":\"Point\",\"coordinates\":"
        "[1,2,3]}]}",
        "f(POINT EMPTY, POINT Z(1 2 3))" },
    { "true", "true", "TRUE" },
};

static void read_and_written(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < LEN(pair); i++) {
        Arena *a = arena_new(0);
        const char *again = pair[i].again ? pair[i].again : pair[i].text;
        Str text = str_of(pair[i].text), json, back;

        if (!*again && strchr(pair[i].text,
                           '\\')) { /* only its JSON can be read: an odd run of backslashes and a quote */
            text = as_text(parsed(str_of(pair[i].json), true, a), a);
            again = NULL;
        }
        json = as_json(parsed(text, false, a), a);
        back = as_text(parsed(json, true, a), a);
        if (!same(json, str_of(pair[i].json), a) || (again && *again && !str_eq(back, str_of(again)))) {
            print_error("%s\n  %.*s\n  %.*s\n", pair[i].text, STRV(json), STRV(back));
            wrong++;
        }
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

/* The BNF's escapeQuote leaves no spelling for a text that ends in a backslash, nor for a function with a blank. */
static void text_cannot_say_all(void **state)
{
    static const char *const json[] = { "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"x\\\\\"]}",
        "{\"op\":\"a b\",\"args\":[]}", "{\"op\":\"AND\",\"args\":[]}" };

    (void)state;
    for (size_t i = 0; i < LEN(json); i++) {
        Arena *a = arena_new(0);
        Str s;
        Err err = { 0 };

        assert_false(cql_to_text(parsed(str_of(json[i]), true, a), a, &s, &err));
        assert_ptr_equal(err.kind, &CQL_BAD_VALUE);
        arena_free(a);
    }
}

/* --- limits -------------------------------------------------------------------------------------------------------- */
static Str repeated(const char *before, const char *piece, size_t n, const char *after, Arena *a)
{
    Buf b;
    Str s;

    buf_init(&b, 1 << 24);
    buf_str(&b, str_of(before));
    for (size_t i = 0; i < n; i++)
        buf_str(&b, str_of(piece));
    buf_str(&b, str_of(after));
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

static void limits(void **state)
{
    static const struct {
        const char *before, *piece, *after;
        size_t n;
        bool ok;
    } row[] = {
        { "a = '", "x", "'", 65000, true },
        { "a = '", "x", "'", 66000, false },
        { "", "(", "a", 40000, false },
        { "", "-", "1", 3, false },
        { "a", " AND a", "", 9000, true },
        { "a = 1", " + 1", "", 62, true },
        { "a = 1", " + 1", "", 63, false },
        { "a IN (1", ",1", ")", 9900, true },
        { "a IN (1", ",1", ")", 10100, false },
        { "a", " OR (a", "", 100, false },
        { "f(", "f(", "", 100, false },
        { "{\"op\":\"not\",\"args\":[", "{\"op\":\"not\",\"args\":[", "", 2000, false },
        { "[", "[", "", 30000, false },
    };
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        Arena *a = arena_new(0);
        const Str s = repeated(row[i].before, row[i].piece, row[i].n, row[i].after, a);
        CqlExpr *e = NULL;
        Err err = { 0 };
        const bool json = strchr("{[", s.ptr[0]) != NULL;
        const bool ok = (json ? cql_parse_json : cql_parse_text)(s, a, &e, &err);

        if (ok != row[i].ok || ok == (err.kind != NULL))
            fail_msg("row %zu: %s", i, ok ? "accepted" : err.kind->code);
        if (!ok && i != 3 && !json)
            assert_ptr_equal(err.kind, &CQL_TOO_BIG);
        arena_free(a);
    }
}

static void nested_json_is_too_big(void **state)
{
    Arena *a = arena_new(0);
    Buf b;
    CqlExpr *e;
    Err err = { 0 };

    (void)state;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < 65; i++)
        buf_str(&b, STR("{\"op\":\"not\",\"args\":["));
    buf_str(&b, STR("true"));
    for (size_t i = 0; i < 65; i++)
        buf_str(&b, STR("]}"));
    assert_false(cql_parse_json(buf_text(&b), a, &e, &err));
    assert_ptr_equal(err.kind, &CQL_TOO_BIG);
    buf_clear(&b);
    arena_free(a);
}

/* A chain of thousands must not be deeper in SQL than SQLite allows (1000). */
static void long_chains_run(void **state)
{
    World w = { 0 };
    Arena *a = arena_new(0);

    (void)state;
    make(&w);
    world_run(&w,
        "CREATE TABLE t(fid INTEGER PRIMARY KEY, name, depth, n, open, born, start, tags, geometry);"
        "INSERT INTO t(n) VALUES(1),(7),(NULL)");
    w.dialect = sqlite_dialect(STR("t"), STR("geometry"), STR("fid"), false, false);
    assert_true(str_eq(world_both(&w, checked(&w, repeated("n = 7", " OR n = 8", 2400, "", a), false, a),
                           &w.dialect.base, STR("chain"), a),
        STR("2")));
    assert_true(str_eq(world_both(&w, checked(&w, repeated("n IN (7", ", n + 5", 1500, ")", a), false, a),
                           &w.dialect.base, STR("list"), a),
        STR("2")));
    arena_free(a);
    world_close(&w);
}

/* --- faults ---------------------------------------------------------------------------------------------------------- */
static const char *const work[] = {
    "n IN (1, 2, 3, 4, 5) AND name LIKE 'a%' AND CASEI(name) = CASEI('Ä') AND S_INTERSECTS(geometry, "
    "BBOX(170, 1, -170, 2)) OR "
    "T_DURING(start, INTERVAL('2026-01-01', '..')) AND A_CONTAINS(tags, ('a', 'b')) AND length(name) + 2 > 3",
    "{\"op\":\"and\",\"args\":[{\"op\":\"s_within\",\"args\":[{\"property\":\"geometry\"},{\"type\":"
    "\"Point\",\"coordinates\":[1,2]}]},"
    "{\"op\":\"in\",\"args\":[{\"property\":\"n\"},[1,2]]},{\"op\":\"t_after\",\"args\":[{\"property\":"
    "\"start\"},{\"interval\":[\"..\",\"2026-01-01\"]}]}]}",
};

static bool all_of_it(World *w, Str s, Arena *a, Err *err)
{
    const SqliteDialect d = sqlite_dialect(STR("t"), STR("geometry"), STR("fid"), true, false);
    CqlExpr *e = NULL;
    CqlSql sql;
    Str out;

    return (s.ptr[0] == '{' ? cql_parse_json : cql_parse_text)(s, a, &e, err) &&
           cql_check(e, &w->schema, a, err) && cql_to_sql(e, &d.base, a, &sql, err) &&
           cql_to_text(e, a, &out, err) && cql_to_json(e, a, &out, err);
}

static void no_memory_is_an_error(void **state)
{
    World w = { 0 };

    (void)state;
    make(&w);
    for (size_t i = 0; i < LEN(work); i++) {
        bool done = false;

        for (long n = 0; !done; n++) {
            Arena *a = arena_failing_at(n);
            Err err = { 0 };

            done = all_of_it(&w, str_of(work[i]), a, &err);
            if (done == (err.kind != NULL) || (!done && err.kind != &BASE_NO_MEMORY))
                fail_msg("allocation %ld: %s at %s", n, err.kind ? err.kind->code : "no error", err.where);
            arena_free(a);
        }
    }
    world_close(&w);
}

static CqlValue get(void *ctx, const CqlProperty *p)
{
    static const CqlValue tag = { .kind = CQL_TEXT, .text = { "a", 1 } };

    if (p->list)
        return (CqlValue){ .kind = CQL_LIST, .list = { &tag, 1 } };
    if (p->kind == CQL_GEOM)
        return (CqlValue){ .kind = CQL_GEOM, .geom = *(const Bytes *)ctx };
    if (p->kind == CQL_TEXT)
        return (CqlValue){ .kind = CQL_TEXT, .text = STR("Ärger") };
    return p->kind == CQL_DATE ? (CqlValue){ .kind = CQL_DATE } : (CqlValue){ .kind = CQL_INT, .integer = 1 };
}

/* Without memory a value is missing; a truth may become unknown, never its opposite. */
static void evaluation_cannot_fail(void **state)
{
    World w = { 0 };
    Arena *a = arena_new(0);
    CqlExpr *e;
    Bytes point;

    (void)state;
    make(&w);
    assert_true(geo_make_point(1, 1, a, &point));
    e = checked(&w,
        STR("ACCENTI(CASEI(name)) = 'arger' AND upper(name) = 'ÄRGER' AND A_CONTAINS(tags, ('a')) AND "
            "S_WITHIN(geometry, POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))) AND area_m2(geometry) = 0"),
        false, a);
    for (long n = 0; n < 20; n++) {
        Arena *poor = arena_failing_at(n);

        assert_int_not_equal(cql_eval(e, &(CqlRecord){ get, &point, 0 }, poor), CQL_FALSE);
        arena_free(poor);
    }
    assert_int_equal(cql_eval(e, &(CqlRecord){ get, &point, 0 }, a), CQL_TRUE);
    arena_free(a);
    world_close(&w);
}

/* A tree may live for days: whoever asks says when. 16:00 UTC is midnight in China. */
static void the_clock_is_the_askers(void **state)
{
    World w = { 0 };
    Arena *a = arena_new(0);
    CqlExpr *e;
    const int64_t birthday = date_of(2000, 1, 1) * TIME_DAY - 8 * 3600 * TIME_SECOND;
    CqlDialect d = poor_dialect();
    CqlSql sql;
    Err err = { 0 };

    (void)state;
    make(&w);
    e = checked(&w, STR("age(born) = 30"), false, a); /* born on 1970-01-01 */
    assert_int_equal(cql_eval(e, &(CqlRecord){ get, NULL, birthday }, a), CQL_TRUE);
    assert_int_equal(cql_eval(e, &(CqlRecord){ get, NULL, birthday - 1 }, a), CQL_FALSE);
    d.now = birthday;
    assert_true(cql_to_sql(checked(&w, STR("born < today()"), false, a), &d, a, &sql, &err));
    assert_true(sql.nparams == 1 && sql.params[0].date == date_of(2000, 1, 1));
    arena_free(a);
    world_close(&w);
}

/* --- values ------------------------------------------------------------------------------------------------------------ */
static void patterns(void **state)
{
    static const struct {
        const char *text, *pattern;
        bool want;
    } row[] = { { "", "", true }, { "a", "", false }, { "", "%", true }, { "abc", "a%c", true },
        { "abc", "a_c", true }, { "abc", "a_", false }, { "石桥镇", "石__", true }, { "石桥镇", "%镇", true },
        { "a%c", "a\\%c", true }, { "abc", "a\\%c", false }, { "a_c", "a\\_c", true },
        { "a\\c", "a\\\\c", true }, { "aab", "%ab", true }, { "mississippi", "%iss%ppi", true },
        { "mississippi", "%iss%ppx", false }, { "ab", "ab%%%", true }, { "a", "\\", false },
        { "\\", "\\", true } };

    (void)state;
    for (size_t i = 0; i < LEN(row); i++)
        if (cql_like(str_of(row[i].text), str_of(row[i].pattern)) != row[i].want)
            fail_msg("'%s' LIKE '%s'", row[i].text, row[i].pattern);
}

static void folding(void **state)
{
    Arena *a = arena_new(0);

    (void)state;
    assert_true(str_eq(cql_fold_case(STR("Straße ΟΔΟΣ KØB"), a), STR("strasse οδοσ køb")));
    assert_true(str_eq(
        cql_fold_accent(STR("Chișinău København Beyoncé Łódź"), a), STR("Chisinau Kobenhavn Beyonce Lodz")));
    assert_true(str_eq(cql_fold_accent(STR("ガ"), a), STR("ガ"))); /* a Japanese sound mark is no accent */
    assert_true(str_eq(cql_fold_accent(STR(""), a), STR("")) && str_eq(cql_fold_case(STR(""), a), STR("")));
    arena_free(a);
}

static void order_of_values(void **state)
{
    const CqlValue big = { .kind = CQL_INT, .integer = INT64_MAX },
                   near = { .kind = CQL_NUMBER, .number = 0x1p63 };
    const CqlValue none = { CQL_NULL }, date = { .kind = CQL_DATE, .date = 1 },
                   time = { .kind = CQL_TIME, .time = TIME_DAY };

    (void)state;
    assert_true(cql_compare(big, near) < 0 && cql_compare(near, big) > 0);
    assert_true(cql_compare(none, big) > 0 && cql_equal(date, time));
    assert_int_equal(cql_sql_list(STR("a_contains"), STR("[1,2.0,\"a\"]"), STR("[2,\"a\"]")), 1);
    assert_int_equal(cql_sql_list(STR("a_contains"), STR("[1"), STR("[]")), -1);
    assert_int_equal(
        cql_sql_math(STR("/"), (CqlValue){ .kind = CQL_INT, .integer = 1 }, (CqlValue){ .kind = CQL_INT })
            .kind,
        CQL_NULL);
    assert_int_equal(cql_sql_math(STR("div"), (CqlValue){ .kind = CQL_INT, .integer = INT64_MIN },
                         (CqlValue){ .kind = CQL_INT, .integer = -1 })
                         .kind,
        CQL_NUMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(refused_with_a_place),
        cmocka_unit_test(read_and_written), cmocka_unit_test(text_cannot_say_all), cmocka_unit_test(limits),
        cmocka_unit_test(nested_json_is_too_big), cmocka_unit_test(long_chains_run),
        cmocka_unit_test(no_memory_is_an_error), cmocka_unit_test(evaluation_cannot_fail),
        cmocka_unit_test(the_clock_is_the_askers), cmocka_unit_test(patterns), cmocka_unit_test(folding),
        cmocka_unit_test(order_of_values) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
