/* tests/cql/agree_test.c - properties over random trees and a random table:
 *   SQL with its residual gives the rows that memory gives, whatever the dialect can or cannot say;
 *   text → tree → text and JSON → tree → JSON stand still.
 * SANGZI_SEED repeats a run; the seed is printed.
 */
#include "cqltest.h"

static const CqlProperty property[] = { OF("i", CQL_INT), OF("j", CQL_INT), OF("x", CQL_NUMBER),
    OF("s", CQL_TEXT), OF("t", CQL_TEXT), OF("b", CQL_BOOL), OF("d", CQL_DATE), OF("e", CQL_DATE),
    OF("u", CQL_TIME), OF("v", CQL_TIME), LIST_OF("l", CQL_INT), LIST_OF("m", CQL_TEXT),
    LIST_OF("q", CQL_DATE), OF("g", CQL_GEOM),
    { .name = { "fee", 3 }, .kind = CQL_INT, .column = { "fee", 3 }, .money = true },
    { .name = { "z", 1 }, .kind = CQL_INT, .sealed = true },
    { .name = { "y", 1 }, .kind = CQL_TEXT, .sealed = true, .column = { "y", 1 } } };

typedef struct Make { /* a random expression as text */
    Rng r;
    Buf b;
} Make;
typedef void Part(Make *m, int deep);

static void boolean(Make *m, int deep);
static void number(Make *m, int deep);
static void words(Make *m, int deep);

static size_t pick(Make *m, size_t n)
{
    return rng_below(&m->r, n);
}

static void one_of(Make *m, const char *const *of, size_t n)
{
    buf_str(&m->b, str_of(of[pick(m, n)]));
}
#define ONE(m, ...) \
    one_of((m), (const char *const[]){ __VA_ARGS__ }, LEN(((const char *const[]){ __VA_ARGS__ })))

static void two(Make *m, Part *part, const char *middle, int deep)
{
    part(m, deep - 1);
    buf_str(&m->b, str_of(middle));
    part(m, deep - 1);
}

static void list_of(Make *m, Part *part, int deep)
{
    const size_t n = pick(m, 4);

    buf_c(&m->b, '(');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_str(&m->b, STR(", "));
        part(m, deep - 1);
    }
    buf_c(&m->b, ')');
}

static void number(Make *m, int deep)
{
    static const char *const op[] = { " + ", " - ", " * ", " / ", " DIV ", " % ", " ^ " };

    if (deep > 0 && pick(m, 4) == 0) {
        buf_c(&m->b, '(');
        two(m, number, op[pick(m, LEN(op))], deep);
        buf_c(&m->b, ')');
    } else if (deep > 0 && pick(m, 12) == 0) {
        buf_str(&m->b, STR("length("));
        words(m, deep - 1);
        buf_c(&m->b, ')');
    } else if (pick(m, 2)) {
        ONE(m, "i", "j", "x", "fee", "z", "i", "x");
    } else {
        ONE(m, "0", "1", "-1", "2", "3", "0.5", "-2.25", "1e3", "3.1", "9007199254740993", "0.01", "year(d)",
            "month(u)");
    }
}

static void words(Make *m, int deep)
{
    if (deep > 0 && pick(m, 4) == 0) {
        ONE(m, "CASEI(", "ACCENTI(", "lower(");
        words(m, deep - 1);
        buf_c(&m->b, ')');
    } else if (pick(m, 2)) {
        ONE(m, "s", "t", "y");
    } else {
        ONE(m, "''", "'a'", "'A'", "'ab'", "'Ä'", "'石桥'", "'a_'", "'%'", "'it''s'", "'a\\b'");
    }
}

static void pattern(Make *m, int deep)
{
    if (pick(m, 4) == 0) {
        ONE(m, "CASEI(", "ACCENTI(");
        pattern(m, deep - 1);
        buf_c(&m->b, ')');
    } else {
        ONE(m, "''", "'%'", "'a%'", "'A_'", "'%b'", "'_'", "'石%'", "'a\\_%'", "'\\%'", "'__'", "'%Ä%'",
            "'a\\\\%'");
    }
}

static void moment(Make *m, int deep)
{
    (void)deep;
    if (pick(m, 2))
        ONE(m, "d", "e", "u", "v");
    else
        ONE(m, "DATE('2026-01-01')", "DATE('2026-01-02')", "TIMESTAMP('2026-01-01T12:00:00Z')",
            "TIMESTAMP('2026-01-02T00:00:00Z')", "TIMESTAMP('2026-01-02T00:00:00.001Z')",
            "TIMESTAMP('2026-01-02T00:00:00.000999Z')", "TIMESTAMP('1969-12-31T23:59:59.9995Z')");
}

static void end(Make *m)
{
    if (pick(m, 2))
        ONE(m, "d", "e", "u", "v");
    else
        ONE(m, "'..'", "'2026-01-01'", "'2026-01-02'", "'2026-01-01T12:00:00Z'",
            "'2026-01-02T00:00:00.0005Z'");
}

static void span(Make *m, int deep)
{
    if (pick(m, 2)) {
        moment(m, deep);
        return;
    }
    buf_str(&m->b, STR("INTERVAL("));
    end(m);
    buf_str(&m->b, STR(", "));
    end(m);
    buf_c(&m->b, ')');
}

static void shape(Make *m, int deep)
{
    (void)deep;
    if (pick(m, 2))
        buf_c(&m->b, 'g');
    else
        ONE(m, "POINT(1 1)", "BBOX(0, 0, 2, 2)", "BBOX(179, -1, -179, 1)", "LINESTRING(0 0, 3 3)",
            "POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))", "MULTIPOINT((0 0), (1 1))", "POINT(5 5)",
            "BBOX(1, 1, 1, 3)", "POLYGON((1 1, 4 1, 4 4, 1 4, 1 1), (2 2, 3 2, 3 3, 2 3, 2 2))");
}

static void whole(Make *m, int deep)
{
    (void)deep;
    ONE(m, "1", "2", "3", "2.0", "i", "0.5");
}

static void word(Make *m, int deep)
{
    (void)deep;
    ONE(m, "'a'", "'b'", "'石'", "''", "s");
}

static void day(Make *m, int deep)
{
    (void)deep;
    ONE(m, "DATE('2026-01-01')", "'2026-01-02'", "TIMESTAMP('2026-01-01T00:00:00Z')", "d");
}

static void lists(Make *m, int deep)
{
    static const char *const op[] = { "A_CONTAINS(", "A_CONTAINEDBY(", "A_EQUALS(", "A_OVERLAPS(" };
    static const char *const column[] = { "l", "m", "q" };
    Part *const item[] = { whole, word, day };
    const size_t kind = pick(m, 3), turned = pick(m, 3);

    one_of(m, op, LEN(op));
    if (turned)
        buf_str(&m->b, str_of(column[kind]));
    else
        list_of(m, item[kind], deep);
    buf_str(&m->b, STR(", "));
    if (turned < 2)
        buf_str(&m->b, str_of(column[kind]));
    else
        list_of(m, item[kind], deep);
    buf_c(&m->b, ')');
}

static void comparison(Make *m, int deep)
{
    static const char *const op[] = { " = ", " <> ", " < ", " <= ", " > ", " >= " };
    Part *const of[] = { number, words, moment, number };

    two(m, of[pick(m, LEN(of))], op[pick(m, LEN(op))], deep);
}

static void between(Make *m, int deep)
{
    Part *const of = pick(m, 2) ? number : moment;

    of(m, deep - 1);
    ONE(m, " BETWEEN ", " NOT BETWEEN ");
    two(m, of, " AND ", deep);
}

static void in(Make *m, int deep)
{
    Part *const of[] = { number, words, moment };
    Part *const part = of[pick(m, 3)];

    part(m, deep - 1);
    ONE(m, " IN ", " NOT IN ");
    list_of(m, part, deep);
}

static void call(Make *m, Part *part, int deep)
{
    two(m, part, ", ", deep);
    buf_c(&m->b, ')');
}

static void predicate(Make *m, int deep)
{
    switch (pick(m, 10)) {
    case 0:
        words(m, deep - 1);
        ONE(m, " LIKE ", " NOT LIKE ");
        pattern(m, deep - 1);
        break;
    case 1:
        between(m, deep);
        break;
    case 2:
        in(m, deep);
        break;
    case 3:
        ONE(m, "i", "s", "d", "u", "l", "g", "z", "fee", "(i + 1)", "CASEI(s)", "INTERVAL(d, u)");
        ONE(m, " IS NULL", " IS NOT NULL");
        break;
    case 4:
        ONE(m, "S_INTERSECTS(", "S_DISJOINT(", "S_WITHIN(", "S_CONTAINS(", "S_EQUALS(", "S_TOUCHES(",
            "S_CROSSES(", "S_OVERLAPS(");
        call(m, shape, deep);
        break;
    case 5:
        ONE(m, "T_AFTER(", "T_BEFORE(", "T_CONTAINS(", "T_DISJOINT(", "T_DURING(", "T_EQUALS(",
            "T_FINISHEDBY(", "T_FINISHES(", "T_INTERSECTS(", "T_MEETS(", "T_METBY(", "T_OVERLAPPEDBY(",
            "T_OVERLAPS(", "T_STARTEDBY(", "T_STARTS(");
        call(m, span, deep);
        break;
    case 6:
        lists(m, deep);
        break;
    case 7:
        ONE(m, "b", "TRUE", "FALSE", "division_within(t, 'a')", "b = TRUE", "b > FALSE");
        break;
    default:
        comparison(m, deep);
    }
}

static void boolean(Make *m, int deep)
{
    const size_t what = deep > 0 ? pick(m, 6) : 5;

    if (what > 3) {
        predicate(m, deep);
        return;
    }
    buf_str(&m->b, what == 0 ? STR("NOT (") : STR("("));
    if (what == 0)
        boolean(m, deep - 1);
    else if (what == 3 && pick(m, 3) == 0)
        two(m, boolean, ") = (", deep);
    else
        two(m, boolean, what == 1 ? " AND " : " OR ", deep);
    buf_c(&m->b, ')');
}

/* --- the table ------------------------------------------------------------------------------------------------ */
static const char *const values[][8] = {
    /* of each column, as SQL */
    { "0", "1", "-1", "2", "10", "9007199254740993", "-7", "3" },
    { "0", "1", "-1", "2", "10", "9007199254740993", "-7", "3" },
    { "0.0", "0.5", "-2.25", "3.1", "1e3", "1.0", "1e300", "-0.0" },
    { "''", "'a'", "'A'", "'ab'", "'Ä'", "'石桥'", "'a_b'", "'it''s'" },
    { "''", "'a'", "'a%'", "'a\\b'", "'ä'", "'石'", "'B'", "'%'" },
    { "0", "1", "0", "1", "0", "1", "0", "1" },
    { "'2026-01-01'", "'2026-01-02'", "'1969-12-31'", "'2025-12-31'", "'2026-01-03'", "'2000-02-29'",
        "'2026-01-01'", "'2026-01-02'" },
    { "'2026-01-01'", "'2026-01-02'", "'1969-12-31'", "'2025-12-31'", "'2026-01-03'", "'2000-02-29'",
        "'2026-01-01'", "'2026-01-02'" },
    { "'2026-01-01T00:00:00.000Z'", "'2026-01-01T12:00:00.000Z'", "'2026-01-02T00:00:00.000Z'",
        "'2026-01-02T00:00:00.001Z'", "'1969-12-31T23:59:59.999Z'", "'2026-01-01T11:59:59.999Z'",
        "'2026-01-03T00:00:00.000Z'", "'2025-12-31T00:00:00.000Z'" },
    { "'2026-01-01T00:00:00.000Z'", "'2026-01-01T12:00:00.000Z'", "'2026-01-02T00:00:00.000Z'",
        "'2026-01-02T00:00:00.001Z'", "'1969-12-31T23:59:59.999Z'", "'2026-01-01T11:59:59.999Z'",
        "'2026-01-03T00:00:00.000Z'", "'2025-12-31T00:00:00.000Z'" },
    { "'[]'", "'[1]'", "'[1,2]'", "'[3,2,1]'", "'[2,2]'", "'[null]'", "'[0.5]'", "'[1,2,3]'" },
    { "'[]'", "'[\"a\"]'", "'[\"a\",\"b\"]'", "'[\"石\"]'", "'[\"\"]'", "'[\"b\",\"a\"]'", "'[\"c\"]'",
        "'[\"a\",\"a\"]'" },
    { "'[]'", "'[\"2026-01-01\"]'", "'[\"2026-01-02\"]'", "'[\"2026-01-01\",\"2026-01-02\"]'",
        "'[\"2025-01-01\"]'", "'[]'", "'[]'", "'[]'" },
    { "POINT(1 1)", "POINT(5 5)", "LINESTRING(0 0,3 3)", "POLYGON((0 0,2 0,2 2,0 2,0 0))",
        "POLYGON((1 1,4 1,4 4,1 4,1 1))", "MULTIPOINT((0 0),(1 1))", "POINT(179.5 0)",
        "POLYGON((0 0,9 0,9 9,0 9,0 0))" },
    { "0", "1", "100", "-225", "12345", "50", "310", "1000" },
    { "0", "1", "-1", "2", "10", "5", "-7", "3" },
    { "''", "'a'", "'A'", "'ab'", "'Ä'", "'石桥'", "'a_b'", "'it''s'" },
};

static void load(World *w, Rng *r)
{
    enum { ROWS = 40 };
    Arena *a = arena_new(0);
    Buf b;

    world_run(w, "CREATE TABLE t(fid INTEGER PRIMARY KEY,i INTEGER,j INTEGER,x DOUBLE,s TEXT,t TEXT,b "
                 "BOOLEAN,d DATE,e DATE,"
                 "u DATETIME,v DATETIME,l TEXT,m TEXT,q TEXT,g BLOB,fee INTEGER,z INTEGER,y TEXT);"
                 "CREATE VIRTUAL TABLE rtree_t_g USING rtree(id,minx,maxx,miny,maxy)");
    for (size_t row = 1; row <= ROWS; row++) {
        buf_init(&b, 1 << 16);
        buf_fmt(&b, "INSERT INTO t VALUES(%zu", row);
        for (size_t i = 0; i < LEN(property); i++) {
            const char *v = values[i][rng_below(r, 8)];

            buf_c(&b, ',');
            if (rng_below(r, 5) == 0) {
                buf_str(&b, STR("NULL"));
            } else if (property[i].kind != CQL_GEOM) {
                buf_str(&b, str_of(v));
            } else {
                Bytes wkb = { 0 }, blob = { 0 };
                size_t used;
                Err err = { 0 };
                GeoBox box;

                assert_true(geo_from_wkt(str_of(v), a, &wkb, &used, &err) &&
                            geo_blob_make(wkb, 4490, a, &blob, &err));
                buf_str(&b, STR("x'"));
                buf_hex(&b, blob);
                buf_c(&b, '\'');
                box = geo_wkb_box(wkb);
                world_run(w, str_fmt(a, "INSERT INTO rtree_t_g VALUES(%zu,%f,%f,%f,%f)", row, box.minx,
                                 box.maxx, box.miny, box.maxy)
                                 .ptr);
            }
        }
        buf_str(&b, STR(")"));
        buf_c(&b, 0);
        world_run(w, b.ptr);
        buf_clear(&b);
    }
    arena_free(a);
}

static uint64_t seed(void)
{
    const char *given = getenv("SANGZI_SEED");
    const uint64_t s = given ? strtoull(given, NULL, 10) : (uint64_t)time_now();

    print_message("SANGZI_SEED=%llu\n", (unsigned long long)s);
    return s;
}

/* Some of what our dialect can say is taken away. */
static CqlDialect less(const SqliteDialect *full, Rng *r)
{
    CqlDialect d = full->base;
    Str *const fn[] = { &d.fn_relate, &d.fn_casei, &d.fn_accenti, &d.fn_like, &d.fn_list, &d.fn_math,
        &d.date_to_time };

    for (size_t i = 0; i < LEN(fn); i++)
        if (rng_below(r, 2))
            *fn[i] = STR("");
    if (rng_below(r, 2))
        d.box = NULL;
    return d;
}

static void stands_still(Str text, Arena *a)
{
    const Str once = as_text(parsed(text, false, a), a), json = as_json(parsed(text, false, a), a);

    if (!str_eq(as_text(parsed(once, false, a), a), once))
        fail_msg("text does not stand still: %.*s", STRV(once));
    if (!same(as_json(parsed(once, false, a), a), json, a))
        fail_msg("text loses: %.*s -> %.*s", STRV(text), STRV(once));
    if (json.ptr[0] == '{' && !same(as_json(parsed(json, true, a), a), json, a))
        fail_msg("JSON does not stand still: %.*s", STRV(json));
}

static void sql_and_memory_agree(void **state)
{
    enum { TREES = 4000 };
    World w = { 0 };
    Make m = { .r = rng_of(seed(), STR("agree")) };
    size_t wrong = 0;

    (void)state;
    world_open(&w, ":memory:", "t", property, LEN(property));
    /* the R-tree column must be the dialect's, and the sealed column is never asked by SQL */
    w.dialect = sqlite_dialect(STR("t"), STR("g"), STR("fid"), true, false);
    load(&w, &m.r);
    for (size_t i = 0; i < TREES && wrong < 5; i++) {
        Arena *a = arena_new(0);
        CqlDialect d = less(&w.dialect, &m.r);
        SqliteDialect part = w.dialect;

        part.base = d;
        buf_init(&m.b, 1 << 16);
        boolean(&m, 1 + (int)pick(&m, 4));
        stands_still(buf_text(&m.b), a);
        wrong += str_eq(world_both(&w, checked(&w, buf_text(&m.b), false, a),
                            i % 2 ? &w.dialect.base : &part.base, buf_text(&m.b), a),
            STR("they disagree"));
        buf_clear(&m.b);
        arena_free(a);
    }
    world_close(&w);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sql_and_memory_agree) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
