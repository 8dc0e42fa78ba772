/* tests/demo/drawings_test.c - 24 pictures of 480 × 320 in WebP, none above 20 kB, each with the
 * drawing it was made from; one style; no photograph and no text but a limit's figure, drawn as shapes. */
#include "base/base.h"
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#define FOLDER SOURCE_DIR "/packs/00-common/demo/drawings/"
static const char *const drawing[] = { "pothole", "bridge", "seedlings", "ripe-rice", "rape", "citrus", "tea",
    "lotus", "crayfish", "dryer", "cold-lorry", "village-gate", "committee", "clinic", "school", "alley",
    "guesthouse", "reservoir", "rain-gauge", "sewage", "waste", "smoke", "notice", "old-tree" };

static Str bytes_of(const char *name, const char *end, Arena *a)
{
    char path[400];
    Str all;
    Err err = { 0 };

    snprintf(path, sizeof path, FOLDER "%s.%s", name, end);
    if (!file_read(path, 1 << 20, a, &all, &err))
        fail_msg("%s is missing", path);
    return all;
}

static unsigned u16(Str s, size_t at) /* little-endian */
{
    return (unsigned)(uint8_t)s.ptr[at] | (unsigned)(uint8_t)s.ptr[at + 1] << 8;
}

/* RFC 9649: "RIFF" size "WEBP" "VP8 " size, frame tag (3), start code 9d 01 2a, width and height of 14 bits. */
static void small_webp_of_one_size(void **state)
{
    (void)state;
    assert_int_equal(LEN(drawing), 24);
    for (size_t i = 0; i < LEN(drawing); i++) {
        Arena *a = arena_new(0);
        const Str b = bytes_of(drawing[i], "webp", a);

        assert_true(b.len > 2000 && b.len <= 20 * 1024);
        assert_true(str_starts(b, STR("RIFF")) && str_eq(str_sub(b, 8, 8), STR("WEBPVP8 ")));
        assert_true(str_eq(str_sub(b, 23, 3), STR("\x9d\x01\x2a")));
        assert_int_equal(u16(b, 26) & 0x3fff, 480);
        assert_int_equal(u16(b, 28) & 0x3fff, 320);
        arena_free(a);
    }
}

static void one_style(void **state)
{
    static const char *const colour[] = { "#F8F0DF", "#B7331F", "#2D6A54", "#DFA437", "#3B352E", "#CFE0D2",
        "#E9DCC0" };

    (void)state;
    for (size_t i = 0; i < LEN(drawing); i++) {
        Arena *a = arena_new(0);
        const Str svg = bytes_of(drawing[i], "svg", a);

        assert_true(str_find(svg, STR("<text")) == SIZE_MAX && str_find(svg, STR("<image")) == SIZE_MAX);
        for (Str rest = svg; (rest.len && str_find(rest, STR("\"#")) != SIZE_MAX);) {
            bool known = false;

            rest = str_sub(rest, str_find(rest, STR("\"#")) + 1, rest.len);
            for (size_t k = 0; k < LEN(colour); k++)
                known = known || str_starts(rest, str_of(colour[k]));
            assert_true(known || str_starts(rest, STR("#sheet")));
        }
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest test[] = { cmocka_unit_test(small_webp_of_one_size),
        cmocka_unit_test(one_style) };

    return cmocka_run_group_tests(test, NULL, NULL);
}
