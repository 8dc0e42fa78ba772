/* tests/cql/shared_test.c - the standard's own examples, its abstract test suite and another implementation's row sets,
 * from reference data beside the checkout; without it these are skipped (classes_test.c covers each class in any case).
 */
#include "../handed.h"
#include "cqltest.h"

typedef void EachRow(void *ctx, const Str *column, Arena *a);

static size_t rows_of(const char *file, size_t ncolumn, EachRow *each, void *ctx)
{
    char path[600], what[200];
    Arena *a = arena_new(0);
    Str all, line, column[8] = { { 0 } };
    Err err = { 0 };
    size_t n = 0;

    snprintf(what, sizeof what, "data/cql2/%s", file);
    assert_true(file_read(handed(what, path), 1 << 24, a, &all, &err));
    while (all.len) {
        str_cut(all, '\n', &line, &all);
        if (!line.len || line.ptr[0] == '#')
            continue;
        for (size_t i = 0; i < ncolumn; i++)
            str_cut(line, '\t', &column[i], &line);
        each(ctx, column, a);
        n++;
    }
    arena_free(a);
    return n;
}

/* --- pairs: text and JSON --------------------------------------------------------------------------------- */
static void pair(void *ctx, const Str *column, Arena *a)
{
    const size_t first = *(const size_t *)ctx;
    const Str text = column[first], json = column[first + 1];
    Str again;

    if (!same(as_json(parsed(text, false, a), a), json, a))
        fail_msg("%.*s", STRV(text));
    again = as_text(parsed(json, true, a), a);
    if (!same(as_json(parsed(again, false, a), a), json, a))
        fail_msg("%.*s -> %.*s", STRV(json), STRV(again));
}

static void official_examples(void **state)
{
    (void)state;
    assert_int_equal(rows_of("pairs.tsv", 2, pair, &(size_t){ 0 }), 73);
    rows_of("conformance.tsv", 5, pair, &(size_t){ 3 });
    rows_of("eval/eval.tsv", 2, pair, &(size_t){ 0 });
}

/* --- Annex A ------------------------------------------------------------------------------------------------ */
#define TEXT_P(n) OF(n, CQL_TEXT)
static const CqlProperty countries[] = { OF("geom", CQL_GEOM), TEXT_P("NAME"), OF("POP_EST", CQL_NUMBER) };
static const CqlProperty rivers[] = { OF("geom", CQL_GEOM), TEXT_P("name") };
static const CqlProperty places[] = { OF("geom", CQL_GEOM), TEXT_P("name"), TEXT_P("nameascii"),
    OF("pop_max", CQL_INT), OF("pop_min", CQL_INT), OF("pop_other", CQL_INT), OF("date", CQL_DATE),
    OF("start", CQL_TIME), OF("end", CQL_TIME), OF("boolean", CQL_BOOL) };

static void predicate(void *ctx, const Str *column, Arena *a)
{
    World *worlds = ctx, *w = NULL;
    CqlDialect poor = poor_dialect();
    size_t want, got;

    for (size_t i = 0; i < 3; i++)
        if (str_eq(column[2], str_of(worlds[i].table)))
            w = &worlds[i];
    assert_true(w && str_to_size(column[5], 10, &want));
    poor.date_expr = w->dialect.base.date_expr; /* the file is a foreign one */
    poor.time_expr = w->dialect.base.time_expr;
    poor.tick = 1;
    for (size_t i = 0; i < 3; i++) {
        const CqlDialect *d = i < 2 ? &w->dialect.base : &poor;
        CqlExpr *e = checked(w, column[3 + i % 2], i % 2, a);
        const Str rows = world_both(w, e, d, column[3], a);

        got = rows.len > 0;
        for (size_t k = 0; k < rows.len; k++)
            got += rows.ptr[k] == ' ';
        if (got != want)
            fail_msg("%.*s: %zu, not %zu", STRV(column[3]), got, want);
    }
}

static void abstract_test_suite(void **state)
{
    static const struct {
        const char *table;
        const CqlProperty *p;
        size_t n;
    } row[] = { { "ne_110m_admin_0_countries", countries, LEN(countries) },
        { "ne_110m_rivers_lake_centerlines", rivers, LEN(rivers) },
        { "ne_110m_populated_places_simple", places, LEN(places) } };
    World w[3] = { { 0 } };
    char path[700], file[600];

    (void)state;
    snprintf(path, sizeof path, "file:%s?immutable=1", handed("data/cql2/ne110m4cql2.gpkg", file));
    sqlite3_config(SQLITE_CONFIG_URI, 1);
    for (size_t i = 0; i < 3; i++) {
        world_open(&w[i], path, row[i].table, row[i].p, row[i].n);
        w[i].dialect = sqlite_dialect(str_of(row[i].table), STR("geom"), STR("fid"), true, true);
        w[i].foreign = true;
    }
    assert_int_equal(rows_of("conformance.tsv", 6, predicate, w), 143);
    for (size_t i = 0; i < 3; i++)
        world_close(&w[i]);
}

/* --- row sets ----------------------------------------------------------------------------------------------- */
static const CqlProperty evals[] = { OF("intfield", CQL_INT), OF("geom", CQL_GEOM), TEXT_P("textfield"),
    OF("floatfield", CQL_NUMBER), OF("boolfield", CQL_BOOL), OF("datefield", CQL_DATE),
    OF("ts_start", CQL_TIME), OF("ts_end", CQL_TIME), LIST_OF("intarrayfield", CQL_INT),
    OF("nfield", CQL_BOOL) };

static CqlValue eval_value(const CqlProperty *p, const json_t *v, Arena *a)
{
    CqlValue x = { .kind = p->kind };
    Bytes wkb;
    Buf b;
    Err err = { 0 };

    if (!v || json_is_null(v))
        return (CqlValue){ CQL_NULL };
    if (p->list) {
        buf_init(&b, 4096);
        buf_json(&b, v);
        x = (CqlValue){ .kind = CQL_TEXT, .text = str_copy(a, buf_text(&b)) };
        buf_clear(&b);
    } else if (p->kind == CQL_GEOM) {
        assert_true(geo_from_geojson(v, a, &wkb, &err) && geo_blob_make(wkb, 4326, a, &x.geom, &err));
    } else if (p->kind == CQL_BOOL)
        x.truth = json_is_true(v);
    else if (p->kind == CQL_INT)
        x.integer = json_integer_value(v);
    else if (p->kind == CQL_NUMBER)
        x.number = json_number_value(v);
    else if (p->kind == CQL_DATE)
        assert_true(date_parse(json_str(v), &x.date));
    else if (p->kind == CQL_TIME)
        assert_true(time_parse(json_str(v), &x.time));
    else
        x.text = json_str(v);
    return x;
}

static void eval_load(World *w)
{
    char path[600];
    Arena *a = arena_new(0);
    Str all, line;
    Err err = { 0 };
    sqlite3_stmt *stmt;

    assert_true(file_read(handed("data/cql2/eval/cql2testdata.ndjson", path), 1 << 24, a, &all, &err));
    world_run(w, "CREATE TABLE t(fid INTEGER PRIMARY KEY, intfield INTEGER, geom BLOB, textfield TEXT, "
                 "floatfield DOUBLE,"
                 "boolfield BOOLEAN, datefield DATE, ts_start DATETIME, ts_end DATETIME, intarrayfield TEXT, "
                 "nfield BOOLEAN)");
    assert_int_equal(
        sqlite3_prepare_v2(w->db, "INSERT INTO t VALUES(NULL,?,?,?,?,?,?,?,?,?,?)", -1, &stmt, NULL),
        SQLITE_OK);
    while (all.len) {
        json_t *v;

        str_cut(all, '\n', &line, &all);
        assert_true(json_read_in(line, a, &v, &err));
        for (size_t i = 0; i < LEN(evals); i++)
            sqlite_cql_bind(
                stmt, (int)i + 1, eval_value(&evals[i], json_object_get(v, evals[i].name.ptr), a), false);
        assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    arena_free(a);
}

static void row_set(void *ctx, const Str *column, Arena *a)
{
    World *w = ctx;
    const CqlDialect poor = poor_dialect();

    for (size_t i = 0; i < 3; i++) {
        CqlExpr *e = checked(w, column[i % 2], i % 2, a);
        const Str rows = world_both(w, e, i < 2 ? &w->dialect.base : &poor, column[0], a);

        if (!str_eq(rows, column[2]))
            fail_msg("%.*s:\n  want %.*s\n  got  %.*s", STRV(column[0]), STRV(column[2]), STRV(rows));
    }
}

static void row_sets(void **state)
{
    World w = { 0 };

    (void)state;
    world_open(&w, ":memory:", "t", evals, LEN(evals));
    w.key = STR("intfield");
    w.dialect = sqlite_dialect(STR("t"), STR("geom"), STR("fid"), false, false);
    eval_load(&w);
    assert_int_equal(rows_of("eval/eval.tsv", 3, row_set, &w), 77);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(official_examples),
        cmocka_unit_test(abstract_test_suite), cmocka_unit_test(row_sets) };

    if (handed_dir())
        return cmocka_run_group_tests(tests, NULL, NULL);
    puts("skipped: no reference data beside the checkout");
    return HANDED_SKIPPED;
}
