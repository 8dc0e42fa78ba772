/* tests/cql/command_test.c - `sangzi cql2` as a script meets it: a line in, a line out, and the exit status. */
#include "cqltest.h"
#include <sys/wait.h>
#include <unistd.h>

int cli_cql2(int argc, char **argv, const CqlSchema *(*schema_of)(Str collection, Err *err));

static const CqlProperty property[] = { OF("depth", CQL_NUMBER), OF("name", CQL_TEXT) };

static const CqlProperty *find(const void *ctx, Str name)
{
    (void)ctx;
    for (size_t i = 0; i < LEN(property); i++)
        if (str_eq(property[i].name, name))
            return &property[i];
    return NULL;
}

static const CqlSchema *schema_of(Str collection, Err *err)
{
    static const CqlProperty *const all[] = { &property[0], &property[1] };
    static const CqlSchema schema = { .find = find, .all = all, .nall = LEN(all) };

    if (str_eq(collection, STR("well")))
        return &schema;
    (void)FAIL(err, BASE_NO_FILE, collection, "--check");
    return NULL;
}

/* Runs the command in a child with this input; its standard output goes to `out`. */
static int run(char **argv, const char *in, char *out, size_t size)
{
    FILE *from = tmpfile(), *to = tmpfile();
    int argc = 0, status = 0;
    size_t n;
    pid_t child;

    assert_true(from && to);
    fputs(in, from);
    rewind(from);
    while (argv[argc])
        argc++;
    fflush(NULL);
    child = fork();
    if (child == 0) {
        unsetenv("LANG");
        dup2(fileno(from), 0);
        dup2(fileno(to), 1);
        rewind(stdin);
        _exit(cli_cql2(argc, argv, schema_of) | (fflush(stdout) ? 128 : 0));
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    rewind(to);
    n = fread(out, 1, size - 1, to);
    out[n] = 0;
    fclose(from);
    fclose(to);
    return WEXITSTATUS(status);
}

static void a_line_for_each(void **state)
{
    static const struct {
        const char *arg[4], *in, *out;
        int status;
    } row[] = {
        { { NULL }, "a = 1\n", "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},1]}\n", 0 },
        { { NULL }, "a =\na\n",
            "{\"error\":\"The expression cannot be read: at “<end>” there should be 1, 'a', "
            "name.\",\"position\":3,"
            "\"code\":\"cql/syntax\"}\n{\"property\":\"a\"}\n",
            1 },
        { { "--to", "text" }, "{\"op\":\"=\",\"args\":[{\"property\":\"a\"},\"x\"]}", "a = 'x'\n", 0 },
        { { "--to", "sql" }, "a > 1 AND b LIKE 'x%'\r\n",
            "(\"a\" > ? AND (\"b\" >= ? AND \"b\" < ? AND cql_like(\"b\", ?)))\n", 0 },
        { { "--check", "well" }, "dpth > 1\ndepth > 1\n",
            "{\"error\":\"There is no property “dpth”. Did you mean "
            "“depth”?\",\"position\":0,\"code\":\"cql/no-property\"}\n"
            "{\"op\":\">\",\"args\":[{\"property\":\"depth\"},1]}\n",
            1 },
        { { "--check", "wall" }, "a = 1\n", "", 1 },
        { { "--to", "xml" }, "a = 1\n", "", 2 },
        { { "--what" }, "a = 1\n", "", 2 },
    };
    char out[4096];

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        char *argv[6] = { (char *)(uintptr_t) "cql2" };
        int status;

        for (size_t k = 0; k < 4 && row[i].arg[k]; k++)
            argv[k + 1] = (char *)(uintptr_t)row[i].arg[k];
        status = run(argv, row[i].in, out, sizeof out);
        if (status != row[i].status || strcmp(out, row[i].out))
            fail_msg("row %zu: status %d\n%s", i, status, out);
    }
}

/* A GeoPackage as others write it: times without milliseconds or without a zone, an R-tree, a geometry called geom. */
static void make_file(const char *path)
{
    World w = { 0 };
    Arena *a = arena_new(0);
    Bytes wkb = { 0 }, blob = { 0 };
    Buf b;
    Err err = { 0 };

    world_open(&w, path, "spot", property, LEN(property));
    assert_true(geo_make_point(111, 31, a, &wkb) && geo_blob_make(wkb, 4326, a, &blob, &err));
    world_run(&w, "CREATE TABLE gpkg_geometry_columns(table_name TEXT, column_name TEXT, geometry_type_name "
                  "TEXT, srs_id INTEGER,"
                  "z TINYINT, m TINYINT);"
                  "INSERT INTO gpkg_geometry_columns VALUES('spot','geom','POINT',4326,0,0);"
                  "CREATE TABLE spot(fid INTEGER PRIMARY KEY, geom POINT, name TEXT(20), seen DATETIME, day "
                  "DATE, ok BOOLEAN);"
                  "CREATE VIRTUAL TABLE rtree_spot_geom USING rtree(id,minx,maxx,miny,maxy);"
                  "INSERT INTO rtree_spot_geom VALUES(1,111,111,31,31)");
    buf_init(&b, 4096);
    buf_str(&b, STR("INSERT INTO spot VALUES(1,x'"));
    buf_hex(&b, blob);
    buf_str(&b, STR("','石桥','2026-01-01T10:00:00','2026-01-01',1),(2,NULL,'b','2026-01-01T10:00:00.000001Z'"
                    ",NULL,0)"));
    buf_c(&b, 0);
    world_run(&w, b.ptr);
    buf_clear(&b);
    arena_free(a);
    world_close(&w);
}

static void counted_twice(void **state)
{
    char path[] = "/tmp/sangzi-cql2-XXXXXX", out[1024];
    char *argv[] = { (char *)(uintptr_t) "cql2", (char *)(uintptr_t) "--count", path,
        (char *)(uintptr_t) "spot", NULL };
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    make_file(path);
    assert_int_equal(run(argv,
                         "name LIKE '石%'\nS_INTERSECTS(geom, BBOX(110,30,112,32))\nseen > "
                         "TIMESTAMP('2026-01-01T10:00:00Z')\n"
                         "day IS NULL\nNOT ok\nage(day) < 0\nfid IN (1, 2)\nnope = 1\n",
                         out, sizeof out),
        1);
    out[strcspn(out, "{")] = 0;
    assert_string_equal(out, "1\t1\n1\t1\n1\t1\n1\t1\n1\t1\n0\t0\n2\t2\n");
    argv[3] = (char *)(uintptr_t) "nothing";
    assert_int_equal(run(argv, "TRUE\n", out, sizeof out), 1);
    unlink(path);
    assert_int_equal(run(argv, "TRUE\n", out, sizeof out), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_line_for_each), cmocka_unit_test(counted_twice) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
