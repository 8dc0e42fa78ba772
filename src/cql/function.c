/* src/cql/function.c - the functions beyond the standard, one row each. A new one is its body and its row. */
#include "cql/tree.h"
#include <math.h>
#include <unicode/ucasemap.h>

static CqlValue number(double v)
{
    return isfinite(v) ? (CqlValue){ .kind = CQL_NUMBER, .number = v } : (CqlValue){ CQL_NULL };
}

static CqlValue integer(int64_t v)
{
    return (CqlValue){ .kind = CQL_INT, .integer = v };
}

/* --- place ---------------------------------------------------------------------------------------------- */
static CqlValue area_m2(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return number(geo_area_m2(arg[0].geom));
}

static CqlValue length_m(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return number(geo_length_m(arg[0].geom));
}

static CqlValue distance_m(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return number(geo_distance_m(arg[0].geom, arg[1].geom));
}

static CqlValue overlap_share(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return number(geo_share(arg[0].geom, arg[1].geom));
}

/* A statistical code of 12 digits (GB/T 10114, 国家统计局统计用区划代码): 2 province, 4 city, 6 county, 9 township,
 * 12 village; zeros at its end mean the whole of what stands before them. */
static Str subtree(Str code)
{
    static const size_t level[] = { 12, 9, 6, 4, 2 };

    for (size_t i = 0; i + 1 < LEN(level); i++) {
        const Str last = str_sub(code, level[i + 1], level[i] - level[i + 1]);

        if (code.len < level[i])
            continue;
        if (!str_eq(last, str_sub(STR("000"), 0, last.len)))
            return code;
        code.len = level[i + 1];
    }
    return code;
}

static CqlValue division_within(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return (CqlValue){ .kind = CQL_BOOL, .truth = str_starts(arg[0].text, subtree(arg[1].text)) };
}

Str cql_division_prefix(Str code)
{
    return subtree(code);
}

/* --- time --------------------------------------------------------------------------------------------------- */
typedef struct Day {
    int y, m, d;
} Day;

static Day day_of(CqlValue date)
{
    Day d;

    date_split(date.date, &d.y, &d.m, &d.d);
    return d;
}

/* Days of our users begin at midnight in China: UTC+8 the whole year. */
static CqlValue local_day(CqlValue now)
{
    return cql_coerce((CqlValue){ .kind = CQL_TIME, .time = now.time + 8 * 3600 * TIME_SECOND }, CQL_DATE);
}

/* Full years; who was born on 29 February is a year older on 1 March of a common year. */
static CqlValue age(const CqlValue *arg, size_t n, Arena *a)
{
    const Day born = day_of(arg[0]), today = day_of(local_day(arg[n]));
    const bool before = today.m != born.m ? today.m < born.m : today.d < born.d;

    (void)a;
    return integer(today.y - born.y - before);
}

static CqlValue year(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return integer(day_of(arg[0]).y);
}

static CqlValue month(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return integer(day_of(arg[0]).m);
}

static CqlValue day(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return integer(day_of(arg[0]).d);
}

static CqlValue today(const CqlValue *arg, size_t n, Arena *a)
{
    (void)a;
    return local_day(arg[n]);
}

static CqlValue now(const CqlValue *arg, size_t n, Arena *a)
{
    (void)a;
    return arg[n];
}

/* --- text ------------------------------------------------------------------------------------------------------ */
typedef int32_t CaseMap(const UCaseMap *, char *, int32_t, const char *, int32_t, UErrorCode *);

static CqlValue map_case(Str s, CaseMap *map, Arena *a)
{
    enum { GROWTH = 3 }; /* SpecialCasing.txt: at most three code points for one */
    UErrorCode code = U_ZERO_ERROR;
    const int32_t room = (int32_t)(s.len * GROWTH + 1);
    char *out = s.len < INT32_MAX / GROWTH - 1 ? arena_take(a, (size_t)room, 1) : NULL;
    UCaseMap *m;
    int32_t len;

    if (!out)
        return (CqlValue){ CQL_NULL };
    m = ucasemap_open("", 0, &code);
    len = map(m, out, room, s.ptr, (int32_t)s.len, &code);
    ucasemap_close(m);
    if (U_FAILURE(code))
        return (CqlValue){ CQL_NULL };
    return (CqlValue){ .kind = CQL_TEXT, .text = { out, (size_t)len } };
}

static CqlValue lower(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n;
    return map_case(arg[0].text, ucasemap_utf8ToLower, a);
}

static CqlValue upper(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n;
    return map_case(arg[0].text, ucasemap_utf8ToUpper, a);
}

static CqlValue length(const CqlValue *arg, size_t n, Arena *a)
{
    Str s = arg[0].text;
    int64_t count = 0;

    (void)n, (void)a;
    for (; s.len; count++)
        str_next(&s);
    return integer(count);
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */
static CqlValue absolute(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    if (arg[0].kind == CQL_INT && arg[0].integer != INT64_MIN)
        return integer(arg[0].integer < 0 ? -arg[0].integer : arg[0].integer);
    return number(fabs(cql_coerce(arg[0], CQL_NUMBER).number));
}

static CqlValue rounded(const CqlValue *arg, size_t n, Arena *a)
{
    (void)n, (void)a;
    return arg[0].kind == CQL_INT ? arg[0] : number(round(arg[0].number));
}

/* clang-format off */
static const CqlFunction row[] = {
    { "abs", "绝对值", "absolute value", CQL_NUMBER, { { "number", CQL_NUMBER } }, 1, false, absolute },
    { "age", "到今天的周岁", "full years from a date to today", CQL_INT, { { "born", CQL_DATE } }, 1, true, age },
    { "area_m2", "椭球面积，平方米", "area on the ellipsoid, m²", CQL_NUMBER, { { "geometry", CQL_GEOM } }, 1, false, area_m2 },
    { "day", "日", "day of the month", CQL_INT, { { "date", CQL_DATE } }, 1, false, day },
    { "distance_m", "两个图形间的距离，米", "distance between two geometries, m", CQL_NUMBER,
        { { "a", CQL_GEOM }, { "b", CQL_GEOM } }, 2, false, distance_m },
    { "division_within", "区划是否在某区划（含下级）之内", "whether a division lies in another or is it", CQL_BOOL,
        { { "division", CQL_TEXT }, { "code", CQL_TEXT } }, 2, false, division_within },
    { "length", "字数", "number of characters", CQL_INT, { { "text", CQL_TEXT } }, 1, false, length },
    { "length_m", "长度，米", "length on the ellipsoid, m", CQL_NUMBER, { { "geometry", CQL_GEOM } }, 1, false, length_m },
    { "lower", "小写", "lower case", CQL_TEXT, { { "text", CQL_TEXT } }, 1, false, lower },
    { "month", "月", "month", CQL_INT, { { "date", CQL_DATE } }, 1, false, month },
    { "now", "此刻", "this moment", CQL_TIME, { { NULL, CQL_NULL } }, 0, true, now },
    { "overlap_share", "与另一图形重叠的面积占比", "share of the first area that the second covers", CQL_NUMBER,
        { { "a", CQL_GEOM }, { "b", CQL_GEOM } }, 2, false, overlap_share },
    { "round", "四舍五入取整", "nearest whole number", CQL_NUMBER, { { "number", CQL_NUMBER } }, 1, false, rounded },
    { "today", "今天", "this day", CQL_DATE, { { NULL, CQL_NULL } }, 0, true, today },
    { "upper", "大写", "upper case", CQL_TEXT, { { "text", CQL_TEXT } }, 1, false, upper },
    { "year", "年", "year", CQL_INT, { { "date", CQL_DATE } }, 1, false, year },
};
/* clang-format on */

const CqlFunction *cql_functions(size_t *n)
{
    *n = LEN(row);
    return row;
}

const CqlFunction *cql_function(Str name)
{
    for (size_t i = 0; i < LEN(row); i++)
        if (str_eq(name, str_of(row[i].name)))
            return &row[i];
    return NULL;
}
