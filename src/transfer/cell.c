/* src/transfer/cell.c - what people write into the cells of a sheet. Nothing is guessed that could be meant otherwise. */
#include "transfer/cell.h"
#include "ledger/ledger.h"
#include "transfer/transfer.h"
#include <math.h>
#include <stdio.h>

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number_type(const PackProperty *p)
{
    return p->type == PACK_INTEGER || p->type == PACK_NUMBER || p->type == PACK_MONEY;
}

/* １２．５ as 12.5; a minus of any kind as '-'. */
static Str half_width(Str s, Arena *a)
{
    Buf b;
    Str out;

    buf_init(&b, 4096);
    while (s.len) {
        const Str at = s;
        const uint32_t c = str_next(&s);

        if ((c >= 0xFF10 && c <= 0xFF19) || c == 0xFF0E || c == 0xFF0C || c == 0xFF0B)
            buf_c(&b, (char)(c - 0xFEE0));
        else if (c == 0xFF0D || c == 0x2212)
            buf_c(&b, '-');
        else
            buf_str(&b, str_sub(at, 0, at.len - s.len));
    }
    out = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return out;
}

/* 4.29999E+11 where digits are a name, not a number: what came after the last digit is lost. */
static bool scientific(Str s)
{
    const char *e = s.len ? memchr(s.ptr, 'E', s.len) : NULL;

    if (!e)
        e = s.len ? memchr(s.ptr, 'e', s.len) : NULL;
    if (!e || e == s.ptr || !digit(s.ptr[0]) || (size_t)(e - s.ptr) + 2 > s.len)
        return false;
    for (const char *p = s.ptr; p < e; p++)
        if (!digit(*p) && *p != '.')
            return false;
    for (const char *p = e + 1 + (e[1] == '+' || e[1] == '-'); p < s.ptr + s.len; p++)
        if (!digit(*p))
            return false;
    return true;
}

/* 1,234 or 1,234,567.8 */
static bool thousands(Str s, size_t *groups, char plain[64])
{
    size_t n = 0, run = 0, at = 0;
    bool point = false;

    *groups = 0;
    if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        plain[n++] = s.ptr[at++];
    for (; at < s.len && n < 60; at++) {
        if (s.ptr[at] == ',') {
            if (point || (*groups ? run != 3 : run < 1 || run > 3))
                return false;
            (*groups)++;
            run = 0;
            continue;
        }
        if (s.ptr[at] == '.' && !point) {
            if (*groups && run != 3)
                return false;
            point = true;
        } else if (!digit(s.ptr[at]))
            return false;
        plain[n++] = s.ptr[at];
        run += !point;
    }
    plain[n] = 0;
    return at == s.len && *groups > 0 && (point || run == 3);
}

static bool with_unit(Str s, Str *number)
{
    size_t n = 0;

    while (n < s.len && (digit(s.ptr[n]) || s.ptr[n] == '.' || s.ptr[n] == ',' ||
                            (n == 0 && (s.ptr[n] == '-' || s.ptr[n] == '+'))))
        n++;
    *number = str_sub(s, 0, n);
    return n > 0 && digit(s.ptr[n - 1]) && n < s.len && !digit(s.ptr[s.len - 1]);
}

static bool number_text(const TransferColumn *col, Str *text, Arena *a, Err *err)
{
    Str s = half_width(*text, a), number;
    char plain[64];
    size_t groups;
    double v;

    *text = s;
    if (str_to_f64(s, &v)) {
        Buf b;

        if (col->factor == 1)
            return true;
        buf_init(&b, 64);
        buf_f64(&b, col->property->type == PACK_INTEGER ? nearbyint(v * col->factor) : v * col->factor);
        *text = str_copy(a, buf_text(&b));
        buf_clear(&b);
        return true;
    }
    if (thousands(s, &groups, plain)) {
        if (groups > 1) { /* nothing else can be meant */
            *text = str_copy(a, str_of(plain));
            return number_text(col, text, a, err);
        }
        FAIL(err, TRANSFER_THOUSANDS, s, "%.*s", STRV(col->property->name));
        err_hint(err, "%s", plain);
        return false;
    }
    if (!str_eq(col->property->format, STR("stake")) && with_unit(s, &number)) {
        FAIL(err, TRANSFER_UNIT, s, "%.*s", STRV(col->property->name));
        err_hint(err, "%.*s", STRV(number));
        return false;
    }
    return true; /* the ledger says what it is */
}

static bool date_text_ok(const TransferColumn *col, Str s, Err *err)
{
    double v;
    Buf b;

    if (!str_to_f64(s, &v) || s.len > 8 || v < 20000 || v > 80000 || (s.len == 8 && v == floor(v)))
        return true;
    buf_init(&b, 32); /* day 25569 is 1970-01-01 */
    date_text((int32_t)v - 25569, &b);
    FAIL(err, TRANSFER_SERIAL_DATE, s, "%.*s", STRV(col->property->name));
    err_hint(err, "%.*s", STRV(buf_text(&b)));
    buf_clear(&b);
    return false;
}

/* 2026/11/3 8:30[:00], 2026年11月3日 8时30分: a time without zone is China's. */
static Str time_text_of(Str s, Arena *a)
{
    int part[6] = { 0 }, n = 0;
    bool in = false;
    const Str whole = s;

    while (s.len && n <= 6) {
        const uint32_t c = str_next(&s);

        if (c >= '0' && c <= '9') {
            n += !in;
            if (n > 6 || part[n - 1] > 9999)
                return whole;
            part[n - 1] = part[n - 1] * 10 + (int)(c - '0');
            in = true;
        } else {
            in = false;
            if (c == '+' || c == 'Z' || (c == '.' && n >= 6))
                return whole;
        }
    }
    if (n < 5 || part[0] < 1800)
        return whole;
    return str_fmt(
        a, "%04d-%02d-%02dT%02d:%02d:%02d+08:00", part[0], part[1], part[2], part[3], part[4], part[5]);
}

static bool blank(const PackProperty *p, Str s) /* what people draw into a cell that has nothing to say */
{
    static const char *const mark[] = { "-", "--", "—", "——", "/", "\\", "无", "N/A", "NULL", "#N/A" };

    if (!s.len)
        return true;
    if (p->type == PACK_TEXT || p->type == PACK_LONG || p->type == PACK_ENUM || p->type == PACK_BOOL)
        return false;
    for (size_t i = 0; i < LEN(mark); i++)
        if (str_eq_nocase(s, str_of(mark[i])))
            return true;
    return false;
}

bool transfer_cell_value(
    const TransferColumn *col, const TransferCell *cell, Arena *a, CqlValue *out, Err *err)
{
    const PackProperty *p = col->property;
    Str s = cell->text;

    if (cell->flag == CELL_EMPTY || blank(p, s)) {
        *out = (CqlValue){ .kind = CQL_NULL };
        return true;
    }
    if (cell->flag == CELL_BROKEN) {
        FAIL(err, TRANSFER_BAD_BYTES, s, "%.*s", STRV(p->name));
        err_hint(err, "%s", "GBK、GB18030、UTF-8 …");
        return false;
    }
    if (!is_number_type(p) && p->type != PACK_JSON && scientific(s))
        return FAIL(err, TRANSFER_SCIENTIFIC, s, "%.*s", STRV(p->name));
    if (is_number_type(p) && !p->many && !number_text(col, &s, a, err))
        return false;
    if ((p->type == PACK_DATE || p->type == PACK_TIME) && !date_text_ok(col, s, err))
        return false;
    if (p->type == PACK_DATE && s.len > 10 && (s.ptr[10] == ' ' || s.ptr[10] == 'T') &&
        str_find(s, STR("00:00")) != SIZE_MAX)
        s = str_sub(s, 0, 10); /* a day that a sheet keeps as midnight */
    if (p->type == PACK_TIME)
        s = time_text_of(s, a);
    return ledger_value_of_text(p, s, a, out, err);
}

/* --- degrees -------------------------------------------------------------------------------------------------------------- */
static bool is_mark(uint32_t c, int at)
{
    static const uint32_t mark[3][7] = { { 0xB0, 0x5EA6, 0xBA, 0x2DA, 'd', 'D', 0 },
        { 0x2032, '\'', 0x2019, 0x5206, 0xB4, 0xFF07, 0 },
        { 0x2033, '"', 0x201D, 0x79D2, 0x3003, 0xFF02, 0 } };

    for (size_t i = 0; i < 7 && mark[at][i]; i++)
        if (mark[at][i] == c)
            return true;
    return false;
}

static bool part_number(Str *s, double *v)
{
    size_t n = 0;

    *s = str_trim(*s);
    while (n < s->len && (digit(s->ptr[n]) || s->ptr[n] == '.'))
        n++;
    if (!n || !str_to_f64(str_sub(*s, 0, n), v))
        return false;
    *s = str_trim(str_sub(*s, n, SIZE_MAX));
    return true;
}

static void drop_side(Str *s, double *sign) /* 东经 北纬 E N in front or behind */
{
    static const struct {
        const char *word;
        double sign;
    } side[] = { { "东经", 1 }, { "北纬", 1 }, { "西经", -1 }, { "南纬", -1 }, { "E", 1 }, { "N", 1 },
        { "W", -1 }, { "S", -1 }, { "-", -1 } };

    for (size_t i = 0; i < LEN(side); i++) {
        const Str w = str_of(side[i].word);

        if (str_starts(*s, w)) {
            *s = str_sub(*s, w.len, SIZE_MAX);
            *sign *= side[i].sign;
        } else if (str_ends(*s, w)) {
            *s = str_sub(*s, 0, s->len - w.len);
            *sign *= side[i].sign;
        }
    }
    *s = str_trim(*s);
}

bool transfer_degrees(Str text, double *out)
{
    double sign = 1, sum = 0, v, weight = 1;
    Str s = str_trim(text);

    if (str_to_f64(s, out))
        return true;
    drop_side(&s, &sign);
    for (int at = 0; at < 3 && s.len; at++, weight /= 60) {
        if (!part_number(&s, &v) || (at && v >= 60))
            return false;
        sum += v * weight;
        if (!s.len && at < 2 && at > 0)
            return false; /* a number without its mark */
        if (s.len && !is_mark(str_next(&s), at))
            return false;
        while (at == 2 && s.len && (is_mark(str_next(&s), 1)))
            ; /* '' for ″ */
    }
    if (str_trim(s).len || weight == 1)
        return false;
    *out = sign * sum;
    return true;
}

bool transfer_is_total(const TransferRow *row, Str *word)
{
    static const char *const total[] = { "合计", "总计", "小计", "合計", "共计", "total", "sum" };

    for (size_t i = 0, seen = 0; i < row->ncell && seen < 2; i++) {
        Arena *a = arena_new(1 << 16);
        const Str plain = row->cell[i].text.len < 40 ? transfer_plain(row->cell[i].text, a, NULL) : STR("");
        bool yes = false;

        seen += row->cell[i].text.len > 0;
        for (size_t k = 0; k < LEN(total); k++)
            yes |= str_eq(plain, str_of(total[k]));
        arena_free(a);
        if (yes) {
            *word = row->cell[i].text;
            return true;
        }
    }
    return false;
}
