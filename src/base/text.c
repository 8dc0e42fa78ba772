/* src/base/text.c - Str: comparing, cutting, reading numbers, UTF-8. */
#include "base/base.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int str_cmp(Str a, Str b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int c = n ? memcmp(a.ptr, b.ptr, n) : 0;

    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_sub(s, 0, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

Str str_sub(Str s, size_t at, size_t len)
{
    if (at > s.len)
        at = s.len;
    if (len > s.len - at)
        len = s.len - at;
    return (Str){ at ? s.ptr + at : s.ptr, len }; /* no arithmetic on NULL, not even + 0 */
}

static size_t blank_at_front(Str s)
{
    if (s.len && (unsigned char)s.ptr[0] <= ' ')
        return 1;
    return s.len >= 3 && memcmp(s.ptr, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

static size_t blank_at_end(Str s)
{
    if (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ')
        return 1;
    return s.len >= 3 && memcmp(s.ptr + s.len - 3, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

Str str_trim(Str s)
{
    for (size_t n; (n = blank_at_front(s)) > 0;)
        s = str_sub(s, n, s.len);
    for (size_t n; (n = blank_at_end(s)) > 0;)
        s.len -= n;
    return s;
}

bool str_cut(Str s, char at, Str *before, Str *after)
{
    const char *p = s.len ? memchr(s.ptr, at, s.len) : NULL;

    if (!p) {
        *before = s;
        *after = (Str){ s.len ? s.ptr + s.len : s.ptr, 0 };
        return false;
    }
    *before = (Str){ s.ptr, (size_t)(p - s.ptr) };
    *after = (Str){ p + 1, s.len - before->len - 1 };
    return true;
}

size_t str_find(Str s, Str what)
{
    if (!what.len)
        return 0;
    for (size_t i = 0; i + what.len <= s.len; i++) {
        const char *p = memchr(s.ptr + i, what.ptr[0], s.len - what.len - i + 1);

        if (!p)
            return SIZE_MAX;
        i = (size_t)(p - s.ptr);
        if (memcmp(p, what.ptr, what.len) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* Length of the well-formed sequence at p, 0: none. Unicode 15, table 3-7. */
static size_t utf8_len(const unsigned char *p, size_t n)
{
    static const struct {
        unsigned char lead_from, lead_to, second_from, second_to, len;
    } form[] = { { 0x01, 0x7F, 0, 0, 1 }, { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
        { 0xE1, 0xEC, 0x80, 0xBF, 3 }, { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
        { 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 } };

    for (size_t i = 0; i < LEN(form); i++) {
        if (p[0] < form[i].lead_from || p[0] > form[i].lead_to)
            continue;
        if (form[i].len > n)
            return 0;
        if (form[i].len > 1 && (p[1] < form[i].second_from || p[1] > form[i].second_to))
            return 0;
        for (size_t k = 2; k < form[i].len; k++)
            if ((p[k] & 0xC0) != 0x80)
                return 0;
        return form[i].len;
    }
    return 0;
}

bool str_is_utf8(Str s)
{
    for (size_t i = 0, n; i < s.len; i += n)
        if ((n = utf8_len((const unsigned char *)s.ptr + i, s.len - i)) == 0)
            return false;
    return true;
}

uint32_t str_next(Str *s)
{
    const unsigned char *p = (const unsigned char *)s->ptr;
    size_t n;
    uint32_t c;

    if (!s->len)
        return 0;
    n = utf8_len(p, s->len);
    if (n <= 1) {
        *s = str_sub(*s, 1, s->len);
        return n ? p[0] : 0xFFFD;
    }
    c = p[0] & (0xFFu >> (n + 1));
    for (size_t k = 1; k < n; k++)
        c = c << 6 | (p[k] & 0x3F);
    *s = str_sub(*s, n, s->len);
    return c;
}

bool str_to_i64(Str s, int64_t *out)
{
    int64_t v = 0;
    size_t i = 0;
    const bool minus = s.len && s.ptr[0] == '-';

    if (minus || (s.len && s.ptr[0] == '+'))
        i = 1;
    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_sub_overflow(v, s.ptr[i] - '0', &v))
            return false;
    }
    if (!minus && v == INT64_MIN)
        return false;
    *out = minus ? v : -v;
    return true;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

bool str_to_size(Str s, int base, size_t *out)
{
    size_t v = 0;

    if (!s.len)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const int d = digit(s.ptr[i]);

        if (d >= base || __builtin_mul_overflow(v, (size_t)base, &v) ||
            __builtin_add_overflow(v, (size_t)d, &v))
            return false;
    }
    *out = v;
    return true;
}

bool str_to_f64(Str s, double *out)
{
    char text[64], *end;
    double v;

    if (!s.len || s.len >= sizeof text || !(isdigit((unsigned char)s.ptr[0]) || strchr("+-.", s.ptr[0])))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    if (strpbrk(text, "xXnN")) /* hexadecimal, nan, inf: not of our texts */
        return false;
    v = strtod(text, &end);
    if (*end || !isfinite(v))
        return false;
    *out = v;
    return true;
}

size_t str_distance(Str a, Str b)
{
    uint32_t ca[32], cb[32];
    size_t na = 0, nb = 0, row[33];

    while (a.len && na < LEN(ca))
        ca[na++] = str_next(&a);
    while (b.len && nb < LEN(cb))
        cb[nb++] = str_next(&b);
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) { /* Wagner & Fischer 1974, one row kept */
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            const size_t change = corner + (ca[i - 1] != cb[j - 1]), drop = row[j] + 1, add = row[j - 1] + 1;

            corner = row[j];
            row[j] = change < drop ? change : drop;
            row[j] = row[j] < add ? row[j] : add;
        }
    }
    return row[nb];
}
