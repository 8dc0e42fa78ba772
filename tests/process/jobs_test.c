/* tests/process/jobs_test.c - jobs outlive the server that ran them: results, failures, and what was cut off. */
#include "../ledger/ledgertest.h"
#include <fcntl.h>
#include <sys/stat.h>
#include "process/kept.h"
#include "process/process.h"

static County k;

static int start(void **state)
{
    (void)state;
    county_make_in(&k, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    county_drop(&k);
    return 0;
}

static ProcessJobs *jobs(void)
{
    ProcessJobs *j = process_jobs_new(k.ledger, NULL, NULL);

    assert_non_null(j);
    return j;
}

static ProcessInfo info(ProcessJobs *j, const char *id)
{
    ProcessInfo i = { .percent = -1 };
    Err err = { 0 };

    if (!process_info(j, str_of(id), k.arena, &i, &err))
        fail_msg("%s", err.kind->code);
    return i;
}

static void run_to_its_end(ProcessJobs *j, const char *process, const json_t *inputs, char id[ULID_LEN + 1])
{
    Err err = { 0 };

    assert_true(process_start(
        j, str_of(process), inputs, &(AccessWho){ .account = STR("王芳"), .grade = 4 }, false, id, &err));
    assert_true(process_wait(j, str_of(id), 10 * TIME_SECOND, &err));
}

static void a_result_is_there_after_a_restart(void **state)
{
    char id[ULID_LEN + 1];
    ProcessInfo before, after;
    ProcessJobs *j = jobs();
    struct stat st;

    (void)state;
    run_to_its_end(j, "verify", NULL, id);
    before = info(j, id);
    assert_int_equal(before.status, PROCESS_DONE);
    process_jobs_free(j);
    j = jobs();
    after = info(j, id);
    assert_int_equal(after.status, PROCESS_DONE);
    assert_true(str_eq(after.outputs, before.outputs) && before.outputs.len && str_eq(after.log, before.log));
    assert_true(str_eq(after.who, STR("王芳")) && after.finished == before.finished && after.percent == 100);
    process_jobs_free(j);
    assert_int_equal(stat(str_fmt(k.arena, "%s/node.db", k.county).ptr, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_failure_keeps_its_sentence(void **state)
{
    char id[ULID_LEN + 1];
    ProcessInfo after;
    ProcessJobs *j = jobs();
    Buf said;

    (void)state;
    run_to_its_end(j, "road-condition", NULL, id); /* this county has no roads */
    assert_int_equal(info(j, id).status, PROCESS_FAILED);
    process_jobs_free(j);
    j = jobs();
    after = info(j, id);
    assert_int_equal(after.status, PROCESS_FAILED);
    assert_string_equal(after.err.kind->code, "process/no-model");
    buf_init(&said, 4096);
    err_say(&after.err, false, &said);
    assert_true(str_find(buf_text(&said), STR("需要台账")) != SIZE_MAX);
    buf_clear(&said);
    process_jobs_free(j);
}

static void what_was_cut_off_says_so(void **state)
{
    static const char id[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    Kept *n;
    const KeptJob half = { .id = str_of(id),
        .process = STR("verify"),
        .status = STR("running"),
        .percent = 40,
        .who = STR("王芳"),
        .message = STR("40 %"),
        .created = 1,
        .started = 2,
        .updated = 3 };
    ProcessInfo i;
    ProcessInfo *all;
    ProcessJobs *j;
    size_t count;
    Err err = { 0 };

    (void)state;
    assert_true(process_kept_open(str_fmt(k.arena, "%s/node.db", k.county).ptr, &n, &err));
    assert_true(process_keep(n, &half, 500, &err));
    process_kept_close(n);
    for (int again = 0; again < 2; again++) { /* and is not found anew each time */
        j = jobs();
        i = info(j, id);
        assert_int_equal(i.status, PROCESS_FAILED);
        assert_string_equal(i.err.kind->code, "process/cut-off");
        assert_true(process_list(j, k.arena, &all, &count, &err) && count == 1 && i.finished > 0);
        process_jobs_free(j);
    }
}

static void the_oldest_go(void **state)
{
    Kept *n;
    ProcessInfo *all;
    ProcessJobs *j;
    size_t count;
    Err err = { 0 };

    (void)state;
    assert_true(process_kept_open(str_fmt(k.arena, "%s/node.db", k.county).ptr, &n, &err));
    for (size_t i = 0; i < 510; i++) {
        char id[ULID_LEN + 1];
        KeptJob one = { .process = STR("verify"), .status = STR("successful"), .finished = 1 };

        ulid_new(id);
        one.id = str_of(id);
        assert_true(process_keep(n, &one, 500, &err));
    }
    process_kept_close(n);
    j = jobs();
    assert_true(process_list(j, k.arena, &all, &count, &err) && count == 500);
    assert_true(strcmp(all[0].id, all[499].id) > 0); /* newest first */
    process_jobs_free(j);
}

/* A file that is no database: jobs run all the same, and it is said in the log. */
static void a_broken_file_stops_nobody(void **state)
{
    char id[ULID_LEN + 1];
    ProcessJobs *j;
    Err err = { 0 };

    (void)state;
    assert_true(file_write(str_fmt(k.arena, "%s/node.db", k.county).ptr,
        BYTES(STR("this is no database, and long enough to tell")), 0600, &err));
    j = jobs();
    run_to_its_end(j, "verify", NULL, id);
    assert_int_equal(info(j, id).status, PROCESS_DONE);
    process_jobs_free(j);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test_setup_teardown(a_result_is_there_after_a_restart, start, stop),
        cmocka_unit_test_setup_teardown(a_failure_keeps_its_sentence, start, stop),
        cmocka_unit_test_setup_teardown(what_was_cut_off_says_so, start, stop),
        cmocka_unit_test_setup_teardown(the_oldest_go, start, stop),
        cmocka_unit_test_setup_teardown(a_broken_file_stops_nobody, start, stop),
    };

    log_open(open("/dev/null", O_WRONLY), true, LOG_ERROR);
    return cmocka_run_group_tests(test, NULL, NULL);
}
