/* tests/demo/same_test.c - docs/design.md: same seed and day → same bytes, ids, times and salts included. Two counties are made
 * by the command itself; every collection's export, every hash of the journal and every file to try must be equal. */
#include "base/base.h"
#include <setjmp.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

extern char **environ;
static char home[64], program[4096];

/* The program stands beside its tests. */
static void find_program(void)
{
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 16);

    assert_true(n > 0);
    program[n] = 0;
    snprintf(strrchr(program, '/'), 16, "/sangzi");
}

static void run(char *const argv[])
{
    posix_spawn_file_actions_t quiet;
    int status = 0;
    pid_t child;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
    assert_int_equal(posix_spawn(&child, program, &quiet, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&quiet);
    assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void make(const char *dir, const char *seed, const char *today)
{
    run((char *[]){ program, (char *)(uintptr_t) "--packs", (char *)(uintptr_t)SOURCE_DIR "/packs",
        (char *)(uintptr_t) "demo", (char *)(uintptr_t)dir, (char *)(uintptr_t) "--persons",
        (char *)(uintptr_t) "400", (char *)(uintptr_t) "--seed", (char *)(uintptr_t)seed,
        (char *)(uintptr_t) "--today", (char *)(uintptr_t)today, NULL });
}

static int set_up(void **state)
{
    char dir[2][80];

    (void)state;
    find_program();
    snprintf(home, sizeof home, "/tmp/sangzi-same-XXXXXX");
    assert_non_null(mkdtemp(home));
    for (int i = 0; i < 2; i++) {
        snprintf(dir[i], sizeof dir[i], "%s/%d", home, i);
        make(dir[i], "3", "2026-11-23");
        if (!i)
            sleep(1); /* so that anything that reads the clock differs */
    }
    return 0;
}

static int tear_down(void **state)
{
    char *const argv[] = { (char *)(uintptr_t) "rm", (char *)(uintptr_t) "-rf", home, NULL };
    int status;
    pid_t child;

    (void)state;
    return posix_spawnp(&child, "rm", NULL, NULL, argv, environ) || waitpid(child, &status, 0) != child;
}

static void same_file(const char *a, const char *b)
{
    Arena *arena = arena_new(0);
    Str x = { 0, 0 }, y = { 0, 0 };
    Err err = { 0 };

    assert_true(file_read(a, 1 << 28, arena, &x, &err) && file_read(b, 1 << 28, arena, &y, &err));
    if (!str_eq(x, y))
        fail_msg("%s and %s differ", a, b);
    arena_free(arena);
}

/* Rows of one column, one a line. */
static void rows(const char *dir, const char *sql, char *out, size_t size)
{
    char path[128];
    sqlite3 *db;
    sqlite3_stmt *s;
    size_t n = 0;

    snprintf(path, sizeof path, "%s/county.gpkg", dir);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW)
        n += (size_t)snprintf(out + n, size - n, "%s\n", (const char *)sqlite3_column_text(s, 0));
    assert_true(n > 0 && n < size);
    sqlite3_finalize(s);
    sqlite3_close(db);
}

static void every_export_is_the_same(void **state)
{
    char dir[2][80], list[8192], file[2][200];
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 2; i++)
        snprintf(dir[i], sizeof dir[i], "%s/%d", home, i);
    rows(dir[0], "SELECT table_name FROM gpkg_contents ORDER BY 1", list, sizeof list);
    for (char *at = list, *name; (name = strsep(&at, "\n")) && *name; n++) {
        for (int i = 0; i < 2; i++) {
            snprintf(file[i], sizeof file[i], "%s/%d-%.60s.geojson", home, i, name);
            run((char *[]){ program, (char *)(uintptr_t) "--packs", (char *)(uintptr_t)SOURCE_DIR "/packs",
                (char *)(uintptr_t) "export", dir[i], name, file[i], NULL });
        }
        same_file(file[0], file[1]);
    }
    assert_true(n >= 20);
}

static void the_journal_is_the_same(void **state)
{
    static char hash[2][1 << 16];
    char dir[80];

    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(dir, sizeof dir, "%s/%d", home, i);
        rows(dir, "SELECT seq || ' ' || at || ' ' || hex(hash) FROM _tx ORDER BY seq", hash[i],
            sizeof hash[i]);
    }
    assert_string_equal(hash[0], hash[1]);
    assert_true(strlen(hash[0]) > 2 * 64);
}

static void the_files_are_the_same(void **state)
{
    static const char *const name[] = { "dem.bin", "files/divisions.xlsx", "files/路况检测-橘坞镇.xlsx",
        "files/坑塘-手机采集.geojson", "files/地块-带错.zip", "files/dem.tif" };
    char file[2][200];

    (void)state;
    for (size_t k = 0; k < LEN(name); k++) {
        for (int i = 0; i < 2; i++)
            snprintf(file[i], sizeof file[i], "%s/%d/demo/%s", home, i, name[k]);
        same_file(file[0], file[1]);
    }
}

static void another_seed_another_journal(void **state)
{
    char dir[80], hash[2][8192];

    (void)state;
    snprintf(dir, sizeof dir, "%s/2", home);
    make(dir, "4", "2026-11-23");
    rows(dir, "SELECT hex(hash) FROM _tx ORDER BY seq", hash[0], sizeof hash[0]);
    snprintf(dir, sizeof dir, "%s/0", home);
    rows(dir, "SELECT hex(hash) FROM _tx ORDER BY seq", hash[1], sizeof hash[1]);
    assert_string_not_equal(hash[0], hash[1]);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(every_export_is_the_same),
        cmocka_unit_test(the_journal_is_the_same),
        cmocka_unit_test(the_files_are_the_same),
        cmocka_unit_test(another_seed_another_journal),
    };

    return cmocka_run_group_tests(test, set_up, tear_down);
}
