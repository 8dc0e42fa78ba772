/* src/base/clock.c - the time of day, its texts (RFC 3339), and the calendar. */
#include "base/base.h"
#include <stdio.h>
#include <time.h>

static int64_t clock_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * TIME_SECOND + t.tv_nsec / 1000;
}

int64_t time_now(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t time_mono(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

/* Days from civil and back: the era of 400 years begins on 1 March (Hinnant's method, proleptic Gregorian). */
int32_t date_of(int y, int m, int d)
{
    const int yy = m <= 2 ? y - 1 : y, era = (yy >= 0 ? yy : yy - 399) / 400, yoe = yy - era * 400;
    const int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1,
              doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + doe - 719468;
}

void date_split(int32_t day, int *y, int *m, int *d)
{
    const int z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
              doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int mp = (5 * doy + 2) / 153;

    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

static bool digits(Str *s, size_t n, int *out)
{
    int v = 0;

    if (s->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9')
            return false;
        v = v * 10 + s->ptr[i] - '0';
    }
    *s = str_sub(*s, n, s->len);
    *out = v;
    return true;
}

static bool skip(Str *s, char c)
{
    if (!s->len || s->ptr[0] != c)
        return false;
    *s = str_sub(*s, 1, s->len);
    return true;
}

static bool take_date(Str *s, int32_t *day)
{
    int y, m, d, y2, m2, d2;

    if (!digits(s, 4, &y) || !skip(s, '-') || !digits(s, 2, &m) || !skip(s, '-') || !digits(s, 2, &d) ||
        m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    *day = date_of(y, m, d);
    date_split(*day, &y2, &m2, &d2);
    return y == y2 && m == m2 && d == d2;
}

bool date_parse(Str s, int32_t *day)
{
    int32_t v;

    if (!take_date(&s, &v) || s.len)
        return false;
    *day = v;
    return true;
}

static bool take_fraction(Str *s, int64_t *us)
{
    int64_t unit = TIME_SECOND / 10;

    *us = 0;
    if (!skip(s, '.'))
        return true;
    if (!s->len || s->ptr[0] < '0' || s->ptr[0] > '9')
        return false;
    for (; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; unit /= 10, *s = str_sub(*s, 1, s->len))
        *us += (s->ptr[0] - '0') * unit;
    return true;
}

static bool take_zone(Str *s, int64_t *offset)
{
    int h, m;
    const bool minus = s->len && s->ptr[0] == '-';

    *offset = 0;
    if (skip(s, 'Z') || skip(s, 'z'))
        return true;
    if (!(skip(s, '+') || skip(s, '-')) || !digits(s, 2, &h) || !skip(s, ':') || !digits(s, 2, &m) ||
        h > 23 || m > 59)
        return false;
    *offset = (minus ? -1 : 1) * (int64_t)(h * 60 + m) * 60 * TIME_SECOND;
    return true;
}

bool time_parse(Str s, int64_t *us)
{
    int32_t day;
    int h, m, sec;
    int64_t part, offset;

    if (!take_date(&s, &day) || !(skip(&s, 'T') || skip(&s, 't') || skip(&s, ' ')) || !digits(&s, 2, &h) ||
        !skip(&s, ':') || !digits(&s, 2, &m) || !skip(&s, ':') || !digits(&s, 2, &sec) || h > 23 || m > 59 ||
        sec > 60)
        return false;
    if (!take_fraction(&s, &part) || !take_zone(&s, &offset) || s.len)
        return false;
    *us = day * TIME_DAY + ((int64_t)h * 3600 + m * 60 + sec) * TIME_SECOND + part - offset;
    return true;
}

static void two(char *p, int v)
{
    p[0] = (char)('0' + v / 10 % 10);
    p[1] = (char)('0' + v % 10);
}

void date_text(int32_t day, Buf *out)
{
    int y, m, d;
    char t[10] = "0000-00-00";

    date_split(day, &y, &m, &d);
    if (y < 0 || y > 9999) {
        buf_fmt(out, "%05d-%02d-%02d", y, m, d);
        return;
    }
    two(t, y / 100);
    two(t + 2, y);
    two(t + 5, m);
    two(t + 8, d);
    buf_add(out, t, sizeof t);
}

void time_text(int64_t us, int ndigits, Buf *out)
{
    int64_t day = us / TIME_DAY, rest = us % TIME_DAY, part;
    int sec;
    char t[9] = "T00:00:00";

    if (rest < 0) {
        rest += TIME_DAY;
        day--;
    }
    sec = (int)(rest / TIME_SECOND);
    part = rest % TIME_SECOND;
    date_text((int32_t)day, out);
    two(t + 1, sec / 3600);
    two(t + 4, sec / 60 % 60);
    two(t + 7, sec % 60);
    buf_add(out, t, sizeof t);
    if (ndigits == 3)
        buf_fmt(out, ".%03d", (int)(part / 1000));
    else if (ndigits == 6)
        buf_fmt(out, ".%06d", (int)part);
    buf_c(out, 'Z');
}
