/* src/cql/literal.c - numbers, dates, times and names as both encodings write them. */
#include "cql/tree.h"

/* identifierStart of the BNF. */
static const struct Range {
    uint32_t from, to;
} start[] = {
    { ':', ':' },           { '_', '_' },         { 'A', 'Z' },         { 'a', 'z' },         { 0xC0, 0xD6 },
    { 0xD8, 0xF6 },         { 0xF8, 0x2FF },      { 0x370, 0x37D },     { 0x37F, 0x1FFE },    { 0x200C, 0x200D },
    { 0x2070, 0x218F },     { 0x2C00, 0x2FEF },   { 0x3001, 0xD7FF },   { 0xF900, 0xFDCF },   { 0xFDF0, 0xFFFD },
    { 0x10000, 0xEFFFF },
},
  part[] = { { '.', '.' }, { '0', '9' }, { 0x300, 0x36F }, { 0x203F, 0x2040 } },
  /* whitespace of the BNF */
    blank[] = { { 0x09, 0x0D }, { 0x20, 0x20 }, { 0x85, 0x85 }, { 0xA0, 0xA0 }, { 0x1680, 0x1680 },
        { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x3000, 0x3000 } };

static bool in_ranges(uint32_t c, const struct Range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= r[i].from && c <= r[i].to)
            return true;
    return false;
}

/* U+1680 is both a name's character and white space in the BNF; as a blank it separates. */
bool cql_name_start(uint32_t c)
{
    return in_ranges(c, start, LEN(start)) && !cql_is_blank(c);
}

bool cql_name_part(uint32_t c)
{
    return cql_name_start(c) || in_ranges(c, part, LEN(part));
}

bool cql_is_blank(uint32_t c)
{
    return in_ranges(c, blank, LEN(blank));
}

bool cql_is_identifier(Str s)
{
    if (!s.len || !cql_name_start(str_next(&s)))
        return false;
    while (s.len)
        if (!cql_name_part(str_next(&s)))
            return false;
    return true;
}

bool cql_read_number(Str s, CqlValue *out)
{
    int64_t i;
    double d;

    if (str_to_i64(s, &i)) {
        *out = (CqlValue){ .kind = CQL_INT, .integer = i };
        return true;
    }
    if (!str_to_f64(s, &d))
        return false;
    *out = (CqlValue){ .kind = CQL_NUMBER, .number = d };
    return true;
}

bool cql_read_date(Str s, CqlValue *out)
{
    int32_t day;

    if (!date_parse(s, &day))
        return false;
    *out = (CqlValue){ .kind = CQL_DATE, .date = day };
    return true;
}

static size_t digits_at(Str s, size_t at)
{
    size_t n = 0;

    while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
        n++;
    return n;
}

/* utcTime: the zone is always Z. Digits beyond the microsecond are cut. */
bool cql_read_timestamp(Str s, CqlValue *out)
{
    enum { SECONDS = sizeof "YYYY-MM-DDThh:mm:ss" - 1, MICRO = 6 };
    char text[SECONDS + 1 + MICRO + 1];
    size_t n = SECONDS, frac;
    int64_t us;

    if (s.len <= SECONDS || s.ptr[10] != 'T' || s.ptr[s.len - 1] != 'Z')
        return false;
    memcpy(text, s.ptr, SECONDS);
    if (s.ptr[SECONDS] == '.') {
        frac = digits_at(s, SECONDS + 1);
        if (!frac || SECONDS + 1 + frac != s.len - 1)
            return false;
        frac = frac > MICRO ? MICRO : frac;
        memcpy(text + SECONDS, s.ptr + SECONDS, 1 + frac);
        n += 1 + frac;
    } else if (s.len != SECONDS + 1)
        return false;
    text[n++] = 'Z';
    if (!time_parse((Str){ text, n }, &us) || us >= date_of(9999, 12, 31) * TIME_DAY + TIME_DAY)
        return false; /* the leap second of 9999 would need a fifth digit */
    *out = (CqlValue){ .kind = CQL_TIME, .time = us };
    return true;
}

/* "2012-08-10T05:30:00.000000Z" is written "2012-08-10T05:30:00Z" (examples 54 and 82 of the standard). */
void cql_write_time(CqlValue v, Buf *out)
{
    char text[40];
    Buf b;
    size_t n;

    if (v.kind == CQL_DATE) {
        date_text(v.date, out);
        return;
    }
    if (v.time % TIME_SECOND == 0) {
        time_text(v.time, 0, out);
        return;
    }
    buf_init(&b, sizeof text);
    time_text(v.time, 6, &b);
    n = b.len < sizeof text ? b.len : 0;
    if (n)
        memcpy(text, b.ptr, n);
    buf_clear(&b);
    for (n = n ? n - 1 : 0; n && text[n - 1] == '0';)
        n--;
    buf_add(out, text, n);
    buf_c(out, 'Z');
}
