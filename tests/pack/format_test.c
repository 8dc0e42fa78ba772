/* tests/pack/format_test.c - shapes and check digits; each row says what it shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include "pack/pack.h"

/* clang-format off */
static const struct Row {
    const char *say, *format, *value;
    const char *wrong; /* NULL: right; else a part of the Chinese sentence */
} row[] = {
    { "GB 11643-1999, the standard's own example",      "id-card",   "11010519491231002X", NULL },
    { "the second example: ends in a digit",            "id-card",   "440524188001010014", "出生日期" }, /* 1880: before 1900 */
    { "the demo county's region, made by us",           "id-card",   "990121196003124512", "最后一位应为" },
    { "resident of Taiwan, permit of 2018; made by us", "id-card",   "830000199001010012", NULL },
    { "resident of Hong Kong; made by us",              "id-card",   "810000199001010019", NULL },
    { "check digit turned",                             "id-card",   "110105194912310021", "应为 X" },
    { "small x is not taken",                           "id-card",   "11010519491231002x", "大写 X" },
    { "31 February",                                    "id-card",   "110105194902310021", "出生日期" },
    { "15 digits, the old number",                      "id-card",   "110105491231002",    "17 位" },
    { "empty",                                          "id-card",   "",                   "17 位" },
    { "GB 32100-2015, a ministry's code in public use", "uscc",      "11100000000013127D", NULL },
    { "last character turned",                          "uscc",      "11100000000013127E", "应为 D" },
    { "I is not in the alphabet",                       "uscc",      "I1100000000013127D", "不用 I" },
    { "Luhn, ISO/IEC 7812-1 test number",               "bank-card", "4111111111111111",   NULL },
    { "one digit off",                                  "bank-card", "4111111111111112",   "应为 1" },
    { "with blanks",                                    "bank-card", "4111 1111 1111 1111", "12 至 19" },
    { "GTIN-13, GS1 General Specifications' example",   "gtin",      "6291041500213",      NULL },
    { "its check digit turned",                         "gtin",      "6291041500214",      "应为 3" },
    { "GTIN-8",                                         "gtin",      "96385074",           NULL },
    { "eleven digits",                                  "gtin",      "62910415002",        "8、12、13" },
    { "a mobile number of the demo county",             "phone",     "12400001234",        NULL },
    { "ten digits",                                     "phone",     "1240000123",         "11 位" },
    { "a landline is no mobile",                        "phone",     "07101234567",        "11 位" },
    { "a landline",                                     "tel",       "0710-1234567",       NULL },
    { "letters",                                        "tel",       "转 8001",            "3 至 15" },
    { "village",                                        "division",  "990121108204",       NULL },
    { "group",                                          "division",  "990121108204003",    NULL },
    { "six digits",                                     "division",  "990121",             "12 位" },
    { "a plate of the demo county",                     "plate",     "样A·12345",          NULL },
    { "without the dot",                                "plate",     "样A12345",           NULL },
    { "new energy, six characters",                     "plate",     "鄂F·D12345",         NULL },
    { "a trailer",                                      "plate",     "鄂F·1234挂",         NULL },
    { "a tractor",                                      "plate",     "鄂06·12345",         NULL },
    { "a drone",                                        "plate",     "UAS00123456",        NULL },
    { "no such province",                               "plate",     "国A·12345",          "号牌" },
    { "too short",                                      "plate",     "样A",                "号牌" },
    { "stake",                                          "stake",     "K12+300",            NULL },
    { "metres",                                         "stake",     "12300",              NULL },
    { "no number",                                      "stake",     "K+x",                "桩号" },
    { "month",                                          "month",     "2026-09",            NULL },
    { "thirteenth month",                               "month",     "2026-13",            "月份" },
    { "leap day",                                       "month-day", "02-29",              NULL },
    { "e-mail",                                         "email",     "a@b.example",        NULL },
    { "no host",                                        "email",     "a@b",                "邮箱" },
    { "web address",                                    "url",       "https://a.example",  NULL },
    { "a script is no web address",                     "url",       "javascript:alert(1)", "http" },
    { "an unknown format says nothing",                 "mood",      "fine",               NULL },
};
/* clang-format on */

static void formats_are_judged(void **state)
{
    Arena *a = arena_new(1 << 20);
    Str zh = STR(""), en = STR("");

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        bool ok = pack_format_ok(str_of(row[i].format), str_of(row[i].value), &zh, &en, a);

        if (ok != !row[i].wrong || (!ok && str_find(zh, str_of(row[i].wrong)) == SIZE_MAX))
            fail_msg("%s: %s %s gives %.*s", row[i].say, row[i].format, row[i].value,
                STRV(ok ? STR("no error") : zh));
        assert_true(ok || en.len);
    }
    arena_free(a);
}

/* Every single digit turned and every neighbouring pair exchanged is found by MOD 11-2 (ISO 7064). */
static void one_slip_of_the_finger_is_found(void **state)
{
    const char *good = "11010519491231002X";
    Arena *a = arena_new(1 << 20);
    Str zh, en;

    (void)state;
    for (size_t i = 0; i < 17; i++)
        for (char c = '0'; c <= '9'; c++) {
            char s[19];

            memcpy(s, good, 19);
            s[i] = c;
            assert_int_equal(pack_format_ok(STR("id-card"), str_of(s), &zh, &en, a), c == good[i]);
        }
    arena_free(a);
}

static void a_stake_reads_back(void **state)
{
    static const struct {
        const char *text;
        int64_t metres;
    } stake[] = { { "K12+300", 12300 }, { "K0+000", 0 }, { "k7+5", 7005 }, { "4620", 4620 },
        { " K4+620 ", 4620 }, { "K12", 12000 }, { "K12+300.5", 12300 } };
    Buf b;
    int64_t m, again;

    (void)state;
    for (size_t i = 0; i < LEN(stake); i++) {
        assert_true(pack_stake_read(str_of(stake[i].text), &m));
        assert_int_equal(m, stake[i].metres);
        buf_init(&b, 64);
        pack_stake_text(m, &b);
        assert_true(pack_stake_read(buf_text(&b), &again) && again == m);
        buf_clear(&b);
    }
    assert_false(pack_stake_read(STR(""), &m));
    assert_false(pack_stake_read(STR("K-1+300"), &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(formats_are_judged),
        cmocka_unit_test(one_slip_of_the_finger_is_found), cmocka_unit_test(a_stake_reads_back) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
