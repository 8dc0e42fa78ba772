/* tests/base/base_test.c - text, numbers, time, identity, hashes, JSON, YAML, memory: what every room takes for granted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <math.h>
#include "base/base.h"

static void is(Str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        fail_msg("got “%.*s”, wanted “%s”", STRV(got), want);
}

static void text_is_cut_and_compared(void **state)
{
    Str a, b;

    (void)state;
    is(str_trim(STR(" \t　石桥村　\n")), "石桥村");
    assert_true(str_cut(STR("road/01"), '/', &a, &b));
    is(a, "road");
    is(b, "01");
    /* What a YAML file did not say; found by fuzz/pack.c. */
    assert_false(str_cut((Str){ NULL, 0 }, '/', &a, &b));
    assert_true(!a.len && !b.len && !str_sub((Str){ NULL, 0 }, 0, 3).len);
    assert_false(str_cut(STR("road"), '/', &a, &b));
    is(a, "road");
    is(str_sub(STR("abc"), 1, 99), "bc");
    is(str_sub(STR("abc"), 9, 1), "");
    assert_int_equal(str_find(STR("柳橘线"), STR("橘")), 3);
    assert_int_equal(str_find(STR("abc"), STR("x")), SIZE_MAX);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0);
    assert_true(str_eq_nocase(STR("ABC"), STR("abc")) && !str_eq_nocase(STR("É"), STR("é")));
    assert_int_equal(str_distance(STR("depth"), STR("dpth")), 1);
}

static const struct Utf8 {
    const char *say, *bytes;
    bool good;
} utf8[] = {
    { "Han, and a character beyond the basic plane", "村𠮷", true },
    { "a surrogate, RFC 3629 clause 3", "\xED\xA0\x80", false },
    { "an overlong slash", "\xC0\xAF", false },
    { "above U+10FFFF", "\xF4\x90\x80\x80", false },
    { "cut in the middle", "\xE6\x9D", false },
    { "GBK", "\xB4\xE5", false },
};

static void only_utf8_passes_the_door(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(utf8); i++)
        if (str_is_utf8(str_of(utf8[i].bytes)) != utf8[i].good)
            fail_msg("%s", utf8[i].say);
    assert_false(str_is_utf8((Str){ "a\0b", 3 }));
}

static void numbers_are_read_whole(void **state)
{
    int64_t i;
    double d;
    size_t n;

    (void)state;
    assert_true(str_to_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
    assert_false(str_to_i64(STR("12x"), &i));
    assert_false(str_to_i64(STR(""), &i));
    assert_true(str_to_size(STR("ff"), 16, &n) && n == 255);
    assert_true(str_to_f64(STR("1e3"), &d) && d > 999 && d < 1001);
    assert_false(str_to_f64(STR("nan"), &d));
    assert_false(str_to_f64(STR("1e999"), &d));
    assert_false(str_to_f64(STR("1,5"), &d));
}

/* The shortest text that reads back: rows, then a thousand numbers of any bits. */
static void a_number_reads_back(void **state)
{
    static const struct {
        double v;
        const char *want;
    } row[] = { { 0.1, "0.1" }, { 111.2345, "111.2345" }, { 3, "3" }, { -2.5, "-2.5" }, { 0.3, "0.3" },
        { -0.0, "0" }, { 1234.5678, "1234.5678" }, { 0.1 + 0.2, "0.30000000000000004" }, { 1e15, "1e+15" } };
    Rng r = rng_of(1, STR("numbers"));
    Buf b;

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        buf_init(&b, 64);
        buf_f64(&b, row[i].v);
        is(buf_text(&b), row[i].want);
        buf_clear(&b);
    }
    for (int i = 0; i < 1000; i++) {
        const uint64_t bits = rng_u64(&r);
        double v, back = 0;

        memcpy(&v, &bits, 8);
        if (!isfinite(v))
            continue;
        buf_init(&b, 64);
        buf_f64(&b, v);
        assert_true(str_to_f64(buf_text(&b), &back));
        assert_memory_equal(&v, &back, 8);
        buf_clear(&b);
    }
}

static const struct Time {
    const char *say, *in, *out; /* out NULL: refused */
} moment[] = {
    { "UTC", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00.000Z" },
    { "Beijing", "2026-11-23T08:00:00.123+08:00", "2026-11-23T00:00:00.123Z" },
    { "before 1970", "1949-10-01T15:00:00+08:00", "1949-10-01T07:00:00.000Z" },
    { "a leap day", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z" },
    { "no leap day", "2023-02-29T00:00:00Z", NULL },
    { "no zone", "2026-11-23T08:00:00", NULL },
    { "hour 25", "2026-11-23T25:00:00Z", NULL },
    { "a tail", "2026-11-23T08:00:00Z!", NULL },
};

static void moments_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(moment); i++) {
        int64_t us = 0;
        Buf b;

        if (time_parse(str_of(moment[i].in), &us) != (moment[i].out != NULL))
            fail_msg("%s", moment[i].say);
        if (!moment[i].out)
            continue;
        buf_init(&b, 64);
        time_text(us, 3, &b);
        is(buf_text(&b), moment[i].out);
        buf_clear(&b);
    }
}

static void every_day_of_four_centuries_is_itself(void **state)
{
    int32_t day;
    int y, m, d;

    (void)state;
    for (int32_t i = date_of(1800, 1, 1); i < date_of(2200, 1, 1); i++) {
        date_split(i, &y, &m, &d);
        assert_int_equal(date_of(y, m, d), i);
    }
    assert_true(date_parse(STR("1970-01-01"), &day) && day == 0);
    assert_false(date_parse(STR("1900-02-29"), &day));
    assert_false(date_parse(STR("2026-6-1"), &day));
}

static void names_rise(void **state)
{
    static const uint8_t zero[10] = { 0 };
    char one[ULID_LEN + 1], two[ULID_LEN + 1];

    (void)state;
    ulid_new(one);
    for (int i = 0; i < 10000; i++) {
        ulid_new(two);
        assert_true(strcmp(one, two) < 0);
        memcpy(one, two, sizeof one);
    }
    ulid_make(1469918176385, zero, one); /* the time of the ULID specification's example: 01ARYZ6S41 */
    is(str_sub(str_of(one), 0, 10), "01ARYZ6S41");
    assert_int_equal(ulid_ms(str_of(one)), 1469918176385);
    assert_true(ulid_valid(str_of(one)));
    assert_false(ulid_valid(STR("81ARYZ6S410000000000000000"))); /* more than 128 bits */
    assert_false(ulid_valid(STR("01ARYZ6S4I0000000000000000"))); /* I is no letter of Crockford's */
}

static void hex_is(const uint8_t *p, size_t n, const char *want)
{
    Buf b;

    buf_init(&b, 256);
    buf_hex(&b, (Bytes){ p, n });
    is(buf_text(&b), want);
    buf_clear(&b);
}

static void hashes_are_the_standards(void **state)
{
    uint8_t d[SM3_LEN], e[SM3_LEN];
    char abcd[65] = { 0 };
    Sm3 *h = sm3_new();

    (void)state;
    sm3(BYTES(STR("abc")), d); /* GB/T 32905-2016, example A.1 */
    hex_is(d, SM3_LEN, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    for (int i = 0; i < 64; i++)
        abcd[i] = "abcd"[i % 4];
    sm3(BYTES(str_of(abcd)), d); /* example A.2: 16 times abcd */
    hex_is(d, SM3_LEN, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    for (int i = 0; i < 64; i++) /* in pieces the same */
        sm3_add(h, (Bytes){ (const uint8_t *)abcd + i, 1 });
    sm3_end(h, e);
    assert_memory_equal(d, e, SM3_LEN);
    sm3_free(h);
    sha256(BYTES(STR("abc")), d); /* FIPS 180-4 */
    hex_is(d, SHA256_LEN, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void base64url_goes_there_and_back(void **state)
{
    Arena *a = arena_new(0);

    (void)state;
    for (size_t n = 0; n < 64; n++) {
        uint8_t in[64];
        Bytes out;
        Buf b;

        random_bytes(in, n ? n : 1);
        buf_init(&b, 256);
        buf_base64url(&b, (Bytes){ in, n });
        assert_true(base64url_read(buf_text(&b), a, &out) && out.len == n);
        if (n)
            assert_memory_equal(out.ptr, in, n);
        buf_clear(&b);
    }
    Bytes out;
    assert_false(base64url_read(STR("a*b"), a, &out));
    arena_free(a);
}

static void a_map_keeps_all(void **state)
{
    Arena *a = arena_new(0);
    Map *m = map_new(a);

    (void)state;
    for (size_t i = 0; i < 5000; i++)
        assert_true(map_put(m, str_fmt(a, "k%zu", i), (void *)(i + 1)));
    assert_true(map_put(m, STR("k7"), (void *)9)); /* the same key again: replaced */
    assert_int_equal(map_len(m), 5000);
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal((size_t)map_get(m, str_fmt(a, "k%zu", i)), i == 7 ? 9 : i + 1);
    assert_null(map_get(m, STR("none")));
    arena_free(a);
}

static void json_is_canonical(void **state)
{
    Arena *a = arena_new(0);
    Err err = { 0 };
    json_t *v;
    Buf b;

    (void)state;
    assert_true(json_read_in(STR("{\"b\": [1, 2.5, true, null], \"a\": \"村\\u0001\"}"), a, &v, &err));
    buf_init(&b, 4096);
    buf_json(&b, v);
    is(buf_text(&b), "{\"a\":\"村\\u0001\",\"b\":[1,2.5,true,null]}");
    buf_clear(&b);
    assert_false(json_read(STR("{\"a\":\n 1,}"), &v, &err));
    assert_ptr_equal(err.kind, &BASE_BAD_JSON);
    assert_non_null(strchr(err.where, '2')); /* the line */
    arena_free(a);
}

static void yaml_keeps_its_lines(void **state)
{
    Arena *a = arena_new(0);
    Err err = { 0 };
    Yaml *y;
    const Yaml *road;

    (void)state;
    assert_true(yaml_read(
        STR("# head\nroad:\n  name: 柳橘线\n  many: [a, b]\n  code: \"01\"\n"), STR("f"), a, &y, &err));
    road = yaml_get(y, "road");
    assert_non_null(road);
    is(yaml_text(road, "name"), "柳橘线");
    assert_int_equal(yaml_get(road, "name")->line, 3);
    assert_int_equal(yaml_get(road, "many")->n, 2);
    assert_true(yaml_get(road, "code")->quoted && !yaml_get(road, "name")->quoted);
    assert_null(yaml_get(NULL, "x"));
    assert_false(yaml_read(STR("a: &x 1\nb: *x\n"), STR("f"), a, &y, &err));
    assert_false(yaml_read(STR("a:\n  - [\n"), STR("f"), a, &y, &err));
    assert_ptr_equal(err.kind, &BASE_BAD_YAML);
    assert_memory_equal(err.where, "f:", 2);
    arena_free(a);
}

static int closed[3], nclosed;
static void close_it(void *thing)
{
    closed[nclosed++] = *(int *)thing;
}

static void memory_dies_together(void **state)
{
    static int one = 1, two = 2;
    Arena *a = arena_new(1 << 16);

    (void)state;
    assert_true(arena_defer(a, close_it, &one) && arena_defer(a, close_it, &two));
    assert_null(arena_take(a, SIZE_MAX / 2, 3)); /* overflow */
    assert_null(arena_take(a, 1, 1 << 20));      /* the limit */
    assert_non_null(arena_take(a, 1, 64));       /* and still of use */
    arena_free(a);
    assert_true(nclosed == 2 && closed[0] == 2 && closed[1] == 1); /* last first */
}

/* Fails the n-th taking until the reading succeeds; each failure says so. */
static void no_memory_is_an_error(void **state)
{
    bool done = false;

    (void)state;
    for (long n = 0; !done; n++) {
        Arena *a = arena_failing_at(n);
        Err err = { 0 };
        Yaml *y = NULL;

        done = yaml_read(STR("a: { b: [1, 2] }\n"), STR("f"), a, &y, &err);
        assert_true(done ? y != NULL : err.kind == &BASE_NO_MEMORY && !y);
        arena_free(a);
        assert_true(n < 1000);
    }
}

static void a_buf_stops_at_its_size(void **state)
{
    Buf b;

    (void)state;
    buf_init(&b, 8);
    buf_str(&b, STR("12345678"));
    assert_false(b.bad);
    buf_c(&b, '9');
    assert_true(b.bad && b.len <= 8);
    buf_clear(&b);
}

static void an_error_says_what_and_what_to_do(void **state)
{
    static const ErrKind kind = { "try/near", 400, "没有“{0}”，是不是“{1}”？", "No {0}; did you mean {1}?" };
    Err err = { 0 };
    Buf b;

    (void)state;
    assert_false(FAIL(&err, kind, STR("dpth"), "filter:%d", 3));
    err_hint(&err, "%s", "depth");
    buf_init(&b, 256);
    err_say(&err, false, &b);
    is(buf_text(&b), "没有“dpth”，是不是“depth”？");
    assert_string_equal(err.where, "filter:3");
    buf_clear(&b);
}

static void a_file_is_whole_or_not_at_all(void **state)
{
    char dir[] = "/tmp/sangzi-base-XXXXXX", path[64];
    Arena *a = arena_new(0);
    Err err = { 0 };
    Str back = { 0, 0 }, *name;
    size_t n;

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/x", dir);
    assert_true(file_write(path, BYTES(STR("桑梓")), 0600, &err) && file_read(path, 100, a, &back, &err));
    is(back, "桑梓");
    assert_false(file_read(path, 3, a, &back, &err)); /* larger than asked for */
    assert_true(dir_list(dir, a, &name, &n, &err) && n == 1);
    (void)remove(path);
    assert_false(file_read(path, 100, a, &back, &err));
    assert_ptr_equal(err.kind, &BASE_NO_FILE);
    (void)remove(dir);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(text_is_cut_and_compared),
        cmocka_unit_test(only_utf8_passes_the_door),
        cmocka_unit_test(numbers_are_read_whole),
        cmocka_unit_test(a_number_reads_back),
        cmocka_unit_test(moments_are_read_and_written),
        cmocka_unit_test(every_day_of_four_centuries_is_itself),
        cmocka_unit_test(names_rise),
        cmocka_unit_test(hashes_are_the_standards),
        cmocka_unit_test(base64url_goes_there_and_back),
        cmocka_unit_test(a_map_keeps_all),
        cmocka_unit_test(json_is_canonical),
        cmocka_unit_test(yaml_keeps_its_lines),
        cmocka_unit_test(memory_dies_together),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(a_buf_stops_at_its_size),
        cmocka_unit_test(an_error_says_what_and_what_to_do),
        cmocka_unit_test(a_file_is_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(test, NULL, NULL);
}
