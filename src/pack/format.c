/* src/pack/format.c - formats of values: their shape, their check digits, and what would have been right. */
#include <ctype.h>
#include <stdio.h>
#include "pack/inside.h"

typedef struct Why {
    Arena *a;
    Str zh, en;
} Why;

static bool no(Why *w, const char *zh, const char *en)
{
    w->zh = str_of(zh);
    w->en = str_of(en);
    return false;
}

static bool wrong_check(Why *w, const char *zh, const char *en, char right)
{
    w->zh = str_fmt(w->a, "%s最后一位应为 %c，请核对", zh, right);
    w->en = str_fmt(w->a, "the last character of the %s should be %c; please check it", en, right);
    return false;
}

static bool digits(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isdigit((unsigned char)s.ptr[i]))
            return false;
    return s.len > 0;
}

static size_t points(Str s)
{
    size_t n = 0;

    while (str_next(&s))
        n++;
    return n;
}

/* GB 11643-1999: region 6, birth 8, serial 3, check by ISO 7064 MOD 11-2. */
static bool id_card(Str s, Why *w)
{
    static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    static const char check[] = "10X98765432";
    char date[11];
    int32_t day;
    int sum = 0;
    char right;

    if (s.len != 18 || !digits(str_sub(s, 0, 17)) || !(isdigit((unsigned char)s.ptr[17]) || s.ptr[17] == 'X'))
        return no(w, "身份证号应为 17 位数字加 1 位校验码（数字或大写 X）",
            "an ID card number is 17 digits and a check character (digit or capital X)");
    (void)snprintf(date, sizeof date, "%.4s-%.2s-%.2s", s.ptr + 6, s.ptr + 10, s.ptr + 12);
    if (!date_parse(str_of(date), &day) || day < date_of(1900, 1, 1) || day > date_of(2100, 1, 1))
        return no(w, "身份证号第 7 至 14 位不是真实的出生日期",
            "digits 7 to 14 of the ID card number are no real birth date");
    for (int i = 0; i < 17; i++)
        sum += (s.ptr[i] - '0') * weight[i];
    right = check[sum % 11];
    return s.ptr[17] == right || wrong_check(w, "身份证号", "ID card number", right);
}

/* GB 32100-2015: 17 characters without I O S V Z, check modulo 31 with weights 3^i. */
static bool uscc(Str s, Why *w)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0, weight = 1;
    char right;

    if (s.len != 18)
        return no(w, "统一社会信用代码应为 18 位", "a unified social credit code has 18 characters");
    for (int i = 0; i < 17; i++) {
        const char *at = s.ptr[i] ? strchr(alphabet, s.ptr[i]) : NULL;

        if (!at)
            return no(w, "统一社会信用代码只用数字和大写字母，不用 I、O、S、V、Z",
                "a unified social credit code has digits and capital letters, without I, O, S, V, Z");
        sum += (int)(at - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    right = alphabet[(31 - sum % 31) % 31];
    return s.ptr[17] == right || wrong_check(w, "统一社会信用代码", "unified social credit code", right);
}

/* Weights 1 and `second` in turn from the right; a two-digit product counts its digits (Luhn) or whole (GS1). */
static char mod10(Str body, int second, bool fold)
{
    int sum = 0;

    for (size_t i = 0; i < body.len; i++) {
        int v = (body.ptr[body.len - 1 - i] - '0') * (i % 2 ? 1 : second);

        sum += fold && v > 9 ? v - 9 : v;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

static bool bank_card(Str s, Why *w) /* ISO/IEC 7812-1 annex B: Luhn */
{
    char right;

    if (!digits(s) || s.len < 12 || s.len > 19)
        return no(w, "银行卡号应为 12 至 19 位数字", "a bank card number has 12 to 19 digits");
    right = mod10(str_sub(s, 0, s.len - 1), 2, true);
    return s.ptr[s.len - 1] == right || wrong_check(w, "银行卡号", "bank card number", right);
}

static bool gtin(Str s, Why *w) /* GS1 General Specifications, 7.9: modulo 10, weights 3 and 1 */
{
    char right;

    if (!digits(s) || (s.len != 8 && s.len != 12 && s.len != 13 && s.len != 14))
        return no(w, "商品条码应为 8、12、13 或 14 位数字", "a GTIN has 8, 12, 13 or 14 digits");
    right = mod10(str_sub(s, 0, s.len - 1), 3, false);
    return s.ptr[s.len - 1] == right || wrong_check(w, "商品条码", "GTIN", right);
}

static bool phone(Str s, Why *w)
{
    return (s.len == 11 && digits(s) && s.ptr[0] == '1') ||
           no(w, "手机号应为以 1 开头的 11 位数字", "a mobile number has 11 digits and begins with 1");
}

static bool tel(Str s, Why *w)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (isdigit((unsigned char)s.ptr[i]))
            n++;
        else if (!strchr("+- ", s.ptr[i]) || !s.ptr[i])
            n = 99;
    }
    return (n >= 3 && n <= 15) || no(w, "电话应为 3 至 15 位数字，可含区号和短横",
                                      "a telephone has 3 to 15 digits, with - and area code");
}

static bool division(Str s, Why *w)
{
    return ((s.len == 12 || s.len == 15) && digits(s)) ||
           no(w, "区划代码应为 12 位数字（村民组为 15 位）",
               "a division code has 12 digits (15 for a villagers' group)");
}

static bool capitals(Str s, size_t least, size_t most)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isdigit((unsigned char)s.ptr[i]) && !(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z'))
            return false;
    return s.len >= least && s.len <= most;
}

/* After GA 36: province, office, five or six characters; farm machines province + two digits + five; drones UAS + 8. */
static bool plate(Str s, Why *w)
{
    static const char province[] = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼样";
    static const char *const ending[] = { "挂", "学", "警", "港", "澳" };
    Str rest = s;
    size_t head;

    if (str_starts(s, STR("UAS")))
        return capitals(str_sub(s, 3, s.len), 6, 10) ||
               no(w, "无人机登记号应为 UAS 加 6 至 10 位", "a drone's mark is UAS and 6 to 10 characters");
    head = str_next(&rest) ? (size_t)(rest.ptr - s.ptr) : 0;
    if (head == 3 && str_find(str_of(province), str_sub(s, 0, 3)) != SIZE_MAX && rest.len >= 6) {
        size_t office = rest.ptr[0] >= 'A' && rest.ptr[0] <= 'Z' ? 1 : digits(str_sub(rest, 0, 2)) ? 2 : 0;

        rest = str_sub(rest, office, rest.len);
        if (str_starts(rest, STR("·")))
            rest = str_sub(rest, 2, rest.len);
        for (size_t i = 0; i < LEN(ending); i++)
            if (str_ends(rest, str_of(ending[i])))
                return capitals(str_sub(rest, 0, rest.len - 3), 4, 5) && office;
        if (office && capitals(rest, 5, 6))
            return true;
    }
    return no(w, "号牌应如“样A·12345”", "a plate looks like 样A·12345");
}

bool pack_stake_read(Str s, int64_t *metres)
{
    Str km, m, whole, part;
    int64_t a = 0, b;

    s = str_trim(s);
    if (s.len && (s.ptr[0] == 'K' || s.ptr[0] == 'k')) {
        if (!str_cut(str_sub(s, 1, s.len), '+', &km, &m))
            m = STR("0");
        if (!digits(km) || !str_to_i64(km, &a) || a > 9999)
            return false;
    } else {
        m = s;
    }
    if (!str_cut(m, '.', &whole, &part))
        part = STR("0");
    if (!digits(whole) || !digits(part) || !str_to_i64(whole, &b) || b > 9999999)
        return false;
    *metres = a * 1000 + b;
    return true;
}

void pack_stake_text(int64_t metres, Buf *out)
{
    int64_t m = metres < 0 ? 0 : metres;

    buf_fmt(out, "K%lld+%03lld", (long long)(m / 1000), (long long)(m % 1000));
}

static bool stake(Str s, Why *w)
{
    int64_t m;

    return pack_stake_read(s, &m) || no(w, "桩号应如 K12+300", "a stake looks like K12+300");
}

static bool email(Str s, Why *w)
{
    Str name, host;

    return (str_cut(s, '@', &name, &host) && name.len && str_find(host, STR(".")) != SIZE_MAX &&
               str_find(host, STR("@")) == SIZE_MAX && str_find(s, STR(" ")) == SIZE_MAX) ||
           no(w, "电子邮箱应如 name@example.cn", "an e-mail address looks like name@example.cn");
}

static bool url(Str s, Why *w)
{
    return ((str_starts(s, STR("http://")) || str_starts(s, STR("https://"))) && s.len > 10 &&
               str_find(s, STR(" ")) == SIZE_MAX) ||
           no(w, "网址应以 http:// 或 https:// 开头", "a web address begins with http:// or https://");
}

static bool month(Str s, Why *w)
{
    int32_t day;
    char date[11];

    (void)snprintf(date, sizeof date, "%.*s-01", (int)(s.len > 7 ? 7 : s.len), s.ptr);
    return (s.len == 7 && date_parse(str_of(date), &day)) ||
           no(w, "月份应如 2026-09", "a month looks like 2026-09");
}

static bool month_day(Str s, Why *w)
{
    int32_t day;
    char date[11];

    (void)snprintf(date, sizeof date, "2024-%.*s", (int)(s.len > 5 ? 5 : s.len), s.ptr);
    return (s.len == 5 && date_parse(str_of(date), &day)) ||
           no(w, "月日应如 09-28", "a day of the year looks like 09-28");
}

static bool address(Str s, Why *w)
{
    return points(s) >= 2 || no(w, "地址过短", "the address is too short");
}

static bool any(Str s, Why *w)
{
    (void)s;
    (void)w;
    return true;
}

#define FORMAT(name)           \
    {                          \
        name, sizeof(name) - 1 \
    }
static const Str format_name[] = { FORMAT("id-card"), FORMAT("phone"), FORMAT("uscc"), FORMAT("plate"),
    FORMAT("bank-card"), FORMAT("address"), FORMAT("gtin"), FORMAT("tel"), FORMAT("division"),
    FORMAT("stake"), FORMAT("email"), FORMAT("url"), FORMAT("month"), FORMAT("month-day"), FORMAT("photo"),
    FORMAT("cql2") };
enum { GUARDED = 7 }; /* the first ones */
static bool (*const format_check[])(Str s, Why *w) = { id_card, phone, uscc, plate, bank_card, address, gtin,
    tel, division, stake, email, url, month, month_day, any, any };

const Str *pack_formats(size_t *n)
{
    *n = LEN(format_name);
    return format_name;
}

bool pack_format_guarded(Str format)
{
    for (size_t i = 0; i < GUARDED; i++)
        if (str_eq(format, format_name[i]))
            return true;
    return false;
}

bool pack_format_ok(Str format, Str value, Str *why_zh, Str *why_en, Arena *a)
{
    Why w = { .a = a };

    for (size_t i = 0; i < LEN(format_name); i++)
        if (str_eq(format, format_name[i])) {
            if (format_check[i](value, &w))
                return true;
            *why_zh = w.zh;
            *why_en = w.en;
            return false;
        }
    return true;
}
