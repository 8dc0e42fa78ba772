/* tests/base/ground_test.c - what every room leans on and nothing else shows: growing bytes, binary input, files, errors, log, pool,
 * the small generator, the jail. Each test breaks when its function does.
 */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/base.h"

static void text_begins_and_ends(void **state)
{
    Str s = STR("石a");

    (void)state;
    assert_true(str_starts(STR("road"), STR("ro")) && str_starts(STR("road"), STR("")));
    assert_false(str_starts(STR("road"), STR("rod")) || str_starts(STR("r"), STR("ro")));
    assert_true(str_ends(STR("a.yaml"), STR(".yaml")) && !str_ends(STR(".yam"), STR(".yaml")) &&
                !str_ends(STR("ab"), STR("a")));
    assert_int_equal(str_next(&s), 0x77F3);
    assert_int_equal(s.len, 1);
    assert_int_equal(str_next(&s), 'a');
    assert_int_equal(str_next(&s), 0); /* the end, again and again */
    assert_int_equal(str_next(&s), 0);
}

static void bytes_grow_to_their_size(void **state)
{
    Buf b;
    char *room;

    (void)state;
    buf_init(&b, 64);
    buf_add(&b, "ab\0c", 4);
    buf_i64(&b, INT64_MIN);
    buf_fmt(&b, "<%d>", 7);
    assert_memory_equal(b.ptr, "ab\0c-9223372036854775808<7>", 27);
    assert_int_equal(b.len, 27);
    room = buf_room(&b, 30);
    assert_non_null(room);
    memcpy(room, "xyz", 3);
    buf_took(&b, 3);
    assert_int_equal(b.len, 30);
    assert_memory_equal(b.ptr + 27, "xyz", 3);
    assert_null(buf_room(&b, 35)); /* one beyond the largest size */
    assert_true(b.bad);
    buf_c(&b, 'x');
    assert_int_equal(b.len, 30); /* it takes no more */
    buf_clear(&b);
}

static void decimals_are_as_many_as_are_asked_for(void **state)
{
    static const struct {
        double v;
        int digits;
        const char *want;
    } row[] = { { 1.25, 1, "1.3" }, { 1.2, 3, "1.2" }, { -0.04, 1, "0" }, { -1.5, 0, "-2" },
        { 100, 2, "100" }, { 0.05, 2, "0.05" }, { 12345678.9999, 3, "12345679" } };

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        Buf b;

        buf_init(&b, 64);
        buf_fixed(&b, row[i].v, row[i].digits);
        if (!str_eq(buf_text(&b), str_of(row[i].want)))
            fail_msg("%g with %d: %.*s", row[i].v, row[i].digits, STRV(buf_text(&b)));
        buf_clear(&b);
    }
}

static void json_texts_are_escaped_and_read(void **state)
{
    Buf b;
    json_t *v;
    Err err = { 0 };

    (void)state;
    buf_init(&b, 256);
    buf_json_str(&b, STR("石\"\\\n\x01"));
    assert_true(str_eq(buf_text(&b), STR("\"石\\\"\\\\\\n\\u0001\"")));
    assert_true(json_read(buf_text(&b), &v, &err) == false || json_is_string(v));
    buf_clear(&b);
    v = json_string("石");
    assert_true(str_eq(json_str(v), STR("石")));
    json_decref(v);
    v = json_integer(7);
    assert_int_equal(json_str(v).len, 0); /* no text is an empty one */
    json_decref(v);
    assert_int_equal(json_str(NULL).len, 0);
}

static void memory_is_taken_copied_and_cleared(void **state)
{
    Arena *a = arena_new(1 << 20);
    char local[] = "road", *c;
    Str copy = str_copy(a, str_of(local));
    int64_t *p = mem_new(4, sizeof *p);

    (void)state;
    local[0] = 'x';
    assert_true(str_eq(copy, STR("road")) && copy.ptr[4] == 0);
    c = str_c(a, str_sub(copy, 1, 2));
    assert_string_equal(c, "oa");
    assert_non_null(p);
    assert_true(!p[0] && !p[3]); /* zeroed */
    p[3] = 9;
    p = mem_grow(p, 1000, sizeof *p);
    assert_true(p && p[3] == 9);
    assert_null(mem_new(SIZE_MAX / 2, 4)); /* overflow is no memory */
    mem_free(p);
    mem_free(NULL);
    while (arena_take(a, 1, 4096)) {
    }
    assert_null(arena_take(a, 1, 4096)); /* its limit */
    arena_clear(a);
    p = arena_take(a, 512, sizeof *p);
    assert_true(p && !p[0] && !p[511]); /* as new: zeroed again */
    arena_free(a);
}

static void binary_input_cannot_be_overrun(void **state)
{
    const uint8_t raw[] = { 7, 1, 2, 3, 4, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 'a', 'b' };
    Rd r = rd_of((Bytes){ raw, sizeof raw });
    Bytes rest;

    (void)state;
    assert_int_equal(rd_u8(&r), 7);
    assert_int_equal(rd_u32(&r, false), 0x01020304);
    assert_int_equal(rd_u32(&r, true), 0x01020304);
    assert_true(rd_f64(&r, true) == 1.0);
    rest = rd_take(&r, 2);
    assert_true(rest.len == 2 && rest.ptr[0] == 'a' && rd_ok(&r));
    assert_int_equal(rd_u8(&r), 0); /* beyond the end: zero, and it sticks */
    assert_false(rd_ok(&r));
    r = rd_of((Bytes){ raw, 3 });
    assert_int_equal(rd_u32(&r, true), 0);
    assert_int_equal(rd_u8(&r), 0);
    assert_false(rd_ok(&r));
    r = rd_of((Bytes){ raw, 3 });
    assert_int_equal(rd_take(&r, SIZE_MAX).len, 0);
    assert_false(rd_ok(&r));
}

static void dates_are_written_and_clocks_run(void **state)
{
    Buf b;
    const int64_t mono = time_mono(), now = time_now();

    (void)state;
    buf_init(&b, 64);
    date_text(date_of(2026, 2, 28) + 1, &b);
    assert_true(str_eq(buf_text(&b), STR("2026-03-01")));
    buf_clear(&b);
    usleep(2000);
    assert_true(time_mono() - mono >= 2000);
    assert_true(now > INT64_C(1700000000) * TIME_SECOND && time_now() > now); /* microseconds since 1970 */
}

static void an_error_is_cut_between_characters(void **state)
{
    Err err = { 0 };
    char text[400];

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + 158, "石", 3); /* the 160th byte would be in the middle of it */
    assert_false(err_set(&err, &BASE_IO, "here.c", 7, (Str){ text, 200 }, "at %d", 5));
    assert_int_equal(strlen(err.what), 158);
    assert_string_equal(err.where, "at 5");
    assert_true(err.kind == &BASE_IO && err.line == 7 && !strcmp(err.file, "here.c"));
    assert_false(FAIL(&err, BASE_FULL, STR("x"), "%s", "y"));
    assert_ptr_equal(err.kind, &BASE_FULL);
}

static void folders_are_made_with_their_parents(void **state)
{
    char root[] = "/tmp/sangzi-base-XXXXXX", path[128];
    Arena *a = arena_new(0);
    Str *name;
    size_t n;
    Err err = { 0 };

    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/a/b/c", root);
    assert_false(file_exists(path));
    assert_true(dir_make(path, 0700, &err) && file_exists(path));
    assert_true(dir_make(path, 0700, &err)); /* it may be there */
    snprintf(path, sizeof path, "%s/a/z", root);
    assert_true(file_write(path, BYTES(STR("x")), 0600, &err));
    assert_false(dir_make(str_c(a, str_fmt(a, "%s/under", path)), 0700, &err)); /* a file stands in the way */
    assert_non_null(err.kind);
    snprintf(path, sizeof path, "%s/a/.hidden", root);
    assert_true(file_write(path, BYTES(STR("x")), 0600, &err));
    snprintf(path, sizeof path, "%s/a", root);
    assert_true(dir_list(path, a, &name, &n, &err) && n == 2 && str_eq(name[0], STR("b")) &&
                str_eq(name[1], STR("z")));
    assert_int_equal(remove(str_c(a, str_fmt(a, "%s/z", path))) |
                         remove(str_c(a, str_fmt(a, "%s/.hidden", path))) |
                         rmdir(str_c(a, str_fmt(a, "%s/b/c", path))) |
                         rmdir(str_c(a, str_fmt(a, "%s/b", path))) | rmdir(path) | rmdir(root),
        0);
    arena_free(a);
}

/* What the log writes to a pipe of ours. */
static Str logged(int from, Arena *a)
{
    char text[4096];
    const ssize_t n = read(from, text, sizeof text);

    return str_copy(a, (Str){ text, n > 0 ? (size_t)n : 0 });
}

static void the_log_has_one_line_an_event(void **state)
{
    Arena *a = arena_new(0);
    int end[2];
    Str line;
    json_t *v = NULL;
    Err err = { 0 };

    (void)state;
    assert_int_equal(pipe2(end, O_NONBLOCK), 0);
    log_open(end[1], true, LOG_INFO);
    log_info("test.said", KV("text", STR("石\"")), KV("c", "word"), KV("int", 7), KV("num", 0.5));
    line = logged(end[0], a);
    assert_true(str_ends(line, STR("\n")) && json_read(line, &v, &err));
    assert_true(str_eq(json_str(json_object_get(v, "event")), STR("test.said")));
    assert_true(str_eq(json_str(json_object_get(v, "level")), STR("info")));
    assert_true(str_eq(json_str(json_object_get(v, "text")), STR("石\"")) &&
                str_eq(json_str(json_object_get(v, "c")), STR("word")));
    assert_true(json_integer_value(json_object_get(v, "int")) == 7 &&
                json_real_value(json_object_get(v, "num")) == 0.5);
    json_decref(v);
    log_write(LOG_DEBUG, "test.not", NULL, 0); /* below what is asked for */
    assert_int_equal(logged(end[0], a).len, 0);
    log_open(end[1], false, LOG_WARN);
    log_info("test.not", KV("n", 1));
    (void)FAIL(&err, BASE_IO, STR("disk"), "%s", "sda");
    log_err("test.failed", &err);
    log_warn("test.warned", KV("n", 1));
    line = logged(end[0], a);
    assert_true(
        str_find(line, STR("test.not")) == SIZE_MAX && str_find(line, STR("code=base/io")) != SIZE_MAX);
    assert_true(str_find(line, STR("what=disk")) != SIZE_MAX &&
                str_find(line, STR("warn  test.warned n=1")) != SIZE_MAX);
    log_open(2, false, LOG_ERROR);
    close(end[0]);
    close(end[1]);
    arena_free(a);
}

static void a_map_can_be_walked(void **state)
{
    Arena *a = arena_new(0);
    Map *m = map_new(a);
    static int value[100];
    static char key[100][8];
    size_t seen = 0;
    Str k;
    void *v;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        snprintf(key[i], sizeof key[i], "k%zu", i);
        assert_true(map_put(m, str_of(key[i]), &value[i]));
    }
    for (size_t i = 0; map_at(m, i, &k, &v); i++)
        if (k.ptr) {
            assert_ptr_equal(map_get(m, k), v);
            seen++;
        }
    assert_true(seen == 100 && map_len(m) == 100);
    arena_free(a);
}

static int done;

static void count_up(void *arg)
{
    usleep(100);
    __atomic_add_fetch(&done, *(int *)arg, __ATOMIC_RELAXED);
}

static void a_pool_finishes_what_waits(void **state)
{
    static int one = 1;
    Pool *p = pool_new(3);

    (void)state;
    done = 0;
    assert_non_null(p);
    for (size_t i = 0; i < 200; i++)
        assert_true(pool_run(p, count_up, &one));
    pool_end(p);
    assert_int_equal(done, 200);               /* all of it, before the end returns */
    assert_false(pool_run(p, count_up, &one)); /* and nothing after it */
    pool_free(p);
    pool_free(NULL);
    assert_int_equal(done, 200);
}

static void the_generator_is_the_same_everywhere(void **state)
{
    Rng a = rng_of(7, STR("roads")), same = rng_of(7, STR("roads")), other = rng_of(7, STR("people"));
    double sum = 0, square = 0;
    size_t hits[6] = { 0 };

    (void)state;
    assert_true(rng_u64(&a) == rng_u64(&same) && rng_u64(&same) != rng_u64(&other));
    a = rng_of(1, STR("pinned"));
    assert_int_equal(rng_u64(&a), UINT64_C(0xf3f5b8d9d43abe35)); /* the demo's bytes hang on it */
    for (int i = 0; i < 60000; i++) {
        const double u = rng_unit(&a), g = rng_normal(&a, 10, 2);

        assert_true(u >= 0 && u < 1);
        hits[rng_below(&a, 6)]++;
        sum += g;
        square += g * g;
    }
    for (size_t i = 0; i < 6; i++)
        assert_in_range(hits[i], 9600, 10400); /* 10,000 each, four standard deviations */
    sum /= 60000;
    assert_true(fabs(sum - 10) < 0.04 && fabs(sqrt(square / 60000 - sum * sum) - 2) < 0.03);
}

/* RFC 2104 over SM3, said a second time: the key is padded, one longer than a block is hashed first. */
static void a_keyed_hash_is_rfc_2104(void **state)
{
    uint8_t out[SM3_LEN], inner[SM3_LEN], pad[64 + 64], key[100], hashed[SM3_LEN];
    const Bytes text = BYTES(STR("石桥"));

    (void)state;
    memset(key, 0x5A, sizeof key);
    for (int is_long = 0; is_long < 2; is_long++) {
        const Bytes given = { key, is_long ? 100 : 20 };

        memset(pad, 0x36, 64);
        sm3(given, hashed);
        for (size_t i = 0; i < (is_long ? SM3_LEN : given.len); i++)
            pad[i] ^= is_long ? hashed[i] : key[i];
        memcpy(pad + 64, text.ptr, text.len);
        sm3((Bytes){ pad, 64 + text.len }, inner);
        for (size_t i = 0; i < 64; i++)
            pad[i] ^= 0x36 ^ 0x5C;
        memcpy(pad + 64, inner, SM3_LEN);
        sm3((Bytes){ pad, 64 + SM3_LEN }, inner);
        hmac_sm3(given, text, out);
        assert_memory_equal(out, inner, SM3_LEN);
    }
}

static void chance_is_not_repeated(void **state)
{
    uint8_t one[32] = { 0 }, two[32] = { 0 }, none[32] = { 0 };

    (void)state;
    random_bytes(one, sizeof one);
    random_bytes(two, sizeof two);
    assert_memory_not_equal(one, two, sizeof one);
    assert_memory_not_equal(one, none, sizeof one);
    assert_memory_not_equal(one + 16, none, 16); /* to the end */
}

static void quick_hashes_differ(void **state)
{
    (void)state;
    assert_true(hash64(BYTES(STR("a"))) == hash64(BYTES(STR("a"))));
    assert_true(hash64(BYTES(STR("a"))) != hash64(BYTES(STR("b"))) &&
                hash64(BYTES(STR(""))) != hash64(BYTES(STR("a"))));
    assert_true(hash64((Bytes){ (const uint8_t *)"a\0", 2 }) != hash64((Bytes){ (const uint8_t *)"a", 1 }));
}

/* A child that shut itself in: no network, no other program, no growing file; it can still answer. */
static void who_is_in_jail_cannot_get_out(void **state)
{
    int status = -1;
    const pid_t child = fork();

    (void)state;
    if (!child) {
        int got = 0;
        const int file = open("/tmp", O_TMPFILE | O_RDWR, 0600);

        signal(SIGXFSZ, SIG_IGN);
        jail_enter(UINT64_C(1) << 40, 20);
        got |= socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 0;
        got |= file >= 0 && write(file, "x", 1) == 1 ? 2 : 0;
        if (!got) /* last, for it would answer 1 in our place */
            (void)execl("/bin/false", "false", (char *)NULL);
        _exit(got);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_begins_and_ends),
        cmocka_unit_test(bytes_grow_to_their_size),
        cmocka_unit_test(decimals_are_as_many_as_are_asked_for),
        cmocka_unit_test(json_texts_are_escaped_and_read),
        cmocka_unit_test(memory_is_taken_copied_and_cleared),
        cmocka_unit_test(binary_input_cannot_be_overrun),
        cmocka_unit_test(dates_are_written_and_clocks_run),
        cmocka_unit_test(an_error_is_cut_between_characters),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(the_log_has_one_line_an_event),
        cmocka_unit_test(a_map_can_be_walked),
        cmocka_unit_test(a_pool_finishes_what_waits),
        cmocka_unit_test(the_generator_is_the_same_everywhere),
        cmocka_unit_test(a_keyed_hash_is_rfc_2104),
        cmocka_unit_test(chance_is_not_repeated),
        cmocka_unit_test(quick_hashes_differ),
        cmocka_unit_test(who_is_in_jail_cannot_get_out),
    };

    log_open(2, false, LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
