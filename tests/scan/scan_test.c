/* tests/scan/scan_test.c - JSON read where it lies: what is JSON and what is not, as jansson says too; values, names, texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "scan/scan.h"

static const struct Row { /* RFC 8259; made by us, after the kinds of the JSONTestSuite of N. Seriot */
    const char *say, *text;
    bool good;
    const char *where; /* of a wrong one */
} row[] = {
    { "a number alone", "-0.5e+3", true, NULL },
    { "blanks around", " \r\n\t[ 1 , 2 ] \n", true, NULL },
    { "empty map", "{ }", true, NULL },
    { "names that are empty", "{\"\":{\"\":[]}}", true, NULL },
    { "all escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"", true, NULL },
    { "nothing", "", false, "body 1:1" },
    { "blanks only", "  \n ", false, "body 2:2" },
    { "two values", "1 2", false, "body 1:3" },
    { "comma at the end of a list", "[1,]", false, "body 1:4" },
    { "comma at the end of a map", "{\"a\":1,}", false, "body 1:8" },
    { "no comma", "[1 2]", false, "body 1:4" },
    { "no colon", "{\"a\" 1}", false, "body 1:6" },
    { "a name without quotes", "{a:1}", false, "body 1:2" },
    { "the wrong bracket", "[1}", false, "body 1:3" },
    { "cut off in a list", "[1,[2", false, "body 1:6" },
    { "cut off in a text", "\"abc", false, "body 1:5" },
    { "zero in front", "012", false, "body 1:2" },
    { "a dot without digits", "1.", false, "body 1:3" },
    { "plus", "+1", false, "body 1:1" },
    { "not a number", "NaN", false, "body 1:1" },
    { "a word with more behind", "truex", false, "body 1:5" },
    { "single quotes", "'a'", false, "body 1:1" },
    { "a control character", "\"a\tb\"", false, "body 1:3" },
    { "an unknown escape", "\"\\x41\"", false, "body 1:3" },
    { "NUL by escape", "\"\\u0000\"", false, "body 1:4" },
    { "half a pair", "\"\\uD83Dx\"", false, NULL },
    { "the other half", "\"\\uDE00\"", false, NULL },
    { "cut UTF-8", "\"\xe6\x9d\"", false, "body" },
    { "a comment", "[1/*2*/]", false, "body 1:3" },
};

static void as_the_standard_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        Err err = { 0 };
        Str v;
        const bool good = scan_check(str_of(row[i].text), &v, &err);
        json_t *tree = json_loads(row[i].text, JSON_DECODE_ANY, NULL);

        if (good != row[i].good || good != (tree != NULL))
            fail_msg("%s: %s", row[i].say, good ? "taken" : err.where);
        if (!good && (err.kind != &BASE_BAD_JSON || (row[i].where && strcmp(row[i].where, err.where))))
            fail_msg("%s: %s", row[i].say, err.where);
        json_decref(tree);
    }
}

/* --- a tree and its text agree ------------------------------------------------------------------------------------- */
static uint64_t seed_;

static unsigned roll(unsigned n)
{
    seed_ = seed_ * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed_ >> 33) % n;
}

static void put_random(Buf *b, int depth)
{
    static const char *const word[] = { "true", "false", "null", "0", "-17", "2.5e3", "\"\"",
        "\"a\\nb\\u6751\"", "\"石桥\"", " 1e-2 " };
    const unsigned n = roll(4), kind = roll(depth > 4 ? 1 : 3);

    if (kind == 0) {
        buf_str(b, str_of(word[roll(LEN(word))]));
        return;
    }
    buf_c(b, kind == 1 ? '[' : '{');
    for (unsigned i = 0; i < n; i++) {
        if (i)
            buf_str(b, roll(2) ? STR(",") : STR(" ,\n"));
        if (kind == 2)
            buf_fmt(b, "\"k%u\\u002e%u\" :", i, depth);
        put_random(b, depth + 1);
    }
    buf_c(b, kind == 1 ? ']' : '}');
}

static void same(Str v, const json_t *t, Arena *a)
{
    static const ScanKind kind[] = { [JSON_OBJECT] = SCAN_MAP,
        [JSON_ARRAY] = SCAN_LIST,
        [JSON_STRING] = SCAN_TEXT,
        [JSON_INTEGER] = SCAN_NUMBER,
        [JSON_REAL] = SCAN_NUMBER,
        [JSON_TRUE] = SCAN_TRUE,
        [JSON_FALSE] = SCAN_FALSE,
        [JSON_NULL] = SCAN_NULL };
    ScanWalk w;
    Str key, one, text;
    Err err = { 0 };
    double number;
    size_t i = 0;

    assert_int_equal(scan_kind(v), kind[json_typeof(t)]);
    if (json_is_string(t)) {
        assert_true(scan_text(v, a, &text, &err) && str_eq(text, json_str(t)));
        return;
    }
    if (json_is_number(t)) {
        assert_true(scan_number(v, &number) && number == json_number_value(t));
        return;
    }
    assert_int_equal(scan_count(v), json_is_object(t) ? json_object_size(t) : json_array_size(t));
    for (scan_walk(v, &w); scan_next(&w, &key, &one); i++)
        if (json_is_object(t)) {
            assert_true(scan_text(key, a, &text, &err));
            same(one, json_object_get(t, str_c(a, text)), a);
            assert_ptr_equal(scan_get(v, str_c(a, text)).ptr, one.ptr);
        } else
            same(one, json_array_get(t, i), a);
}

static void agrees_with_a_tree(void **state)
{
    (void)state;
    seed_ = (uint64_t)time_now();
    printf("seed %llu\n", (unsigned long long)seed_);
    for (int i = 0; i < 3000; i++) {
        Arena *a = arena_new(0);
        Err err = { 0 };
        json_t *tree;
        Str v;
        Buf b;

        buf_init(&b, 1 << 20);
        put_random(&b, 0);
        tree = json_loadb(b.ptr, b.len, JSON_DECODE_ANY, NULL);
        assert_non_null(tree);
        assert_true(scan_check(buf_text(&b), &v, &err));
        same(v, tree, a);
        json_decref(tree);
        if (b.len) { /* one byte other: both take it, or neither */
            b.ptr[roll((unsigned)b.len)] = "\"\\{}[],:0ae.- "[roll(14)];
            tree = json_loadb(b.ptr, b.len, JSON_DECODE_ANY, NULL);
            if (scan_check(buf_text(&b), &v, &err) != (tree != NULL))
                fail_msg("%.*s", (int)b.len, b.ptr);
            json_decref(tree);
        }
        buf_clear(&b);
        arena_free(a);
    }
}

static void what_is_not_there_is_nothing(void **state)
{
    const char *twice = NULL, *const names[] = { "a", "b", NULL };
    Err err = { 0 };
    int64_t whole;
    double number;
    ScanWalk w;
    Str v, key, one, text;

    (void)state;
    assert_true(scan_check(STR("{\"a\":1.5,\"b\":[],\"\\u0061\":2}"), &v, &err));
    assert_int_equal(scan_kind(scan_get(v, "c")), SCAN_NONE);
    assert_int_equal(scan_kind(scan_get(scan_get(v, "b"), "a")), SCAN_NONE);
    scan_walk(scan_get(v, "a"), &w);
    assert_false(scan_next(&w, &key, &one));
    assert_false(scan_whole(scan_get(v, "a"), &whole));
    assert_true(scan_number(scan_get(v, "a"), &number) && number == 1.5);
    assert_false(scan_number(scan_get(v, "b"), &number));
    assert_true(scan_text(scan_get(v, "b"), NULL, &text, &err) && !text.len);
    assert_true(scan_twice(v, names, &twice)); /* by whatever escapes */
    assert_string_equal(twice, "a");
}

static void depth_has_an_end(void **state)
{
    char text[2000];
    Err err = { 0 };
    Str v;

    (void)state;
    memset(text, '[', 512);
    memset(text + 512, ']', 512);
    assert_true(scan_check((Str){ text, 1024 }, &v, &err));
    memset(text, '[', 513);
    memset(text + 513, ']', 513);
    assert_false(scan_check((Str){ text, 1026 }, &v, &err));
}

static void no_memory_is_an_error(void **state)
{
    Arena *a = arena_failing_at(0);
    Err err = { 0 };
    Str v, text;

    (void)state;
    assert_true(scan_check(STR("\"a\\n\""), &v, &err)); /* takes none */
    assert_false(scan_text(v, a, &text, &err));
    assert_ptr_equal(err.kind, &BASE_NO_MEMORY);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest test[] = { cmocka_unit_test(as_the_standard_says),
        cmocka_unit_test(agrees_with_a_tree), cmocka_unit_test(what_is_not_there_is_nothing),
        cmocka_unit_test(depth_has_an_end), cmocka_unit_test(no_memory_is_an_error) };

    return cmocka_run_group_tests(test, NULL, NULL);
}
