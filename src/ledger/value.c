/* src/ledger/value.c - what JSON, sheets and columns say, and the values between them. */
#include "ledger/row.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>

bool ledger_is_typed(const PackProperty *p)
{
    return p->derive == PACK_TYPED && !p->opposite.len;
}

static bool bad(Err *err, const PackProperty *p, Str value, const char *zh, const char *en)
{
    FAIL(err, LEDGER_BAD_VALUE, value.len ? value : p->title.zh, "%.*s", STRV(p->name));
    err_hint(err, "%s", zh);
    (void)en;
    return false;
}

/* --- ranges, lengths, formats: of one item ------------------------------------------------------------------------ */
static bool in_range(const PackProperty *p, double n, Str said, Err *err)
{
    char text[96];

    if (!(n < p->min) && !(n > p->max))
        return true;
    if (isnan(p->min) || isnan(p->max))
        snprintf(text, sizeof text, "应%s %g%.*s", isnan(p->max) ? "不小于" : "不大于",
            isnan(p->max) ? p->min : p->max, STRV(p->unit));
    else
        snprintf(text, sizeof text, "应在 %g 到 %g%.*s 之间", p->min, p->max, STRV(p->unit));
    return bad(err, p, said, text, text);
}

static bool length_ok(const PackProperty *p, Str s, Err *err)
{
    const size_t most = p->max_length ? p->max_length : p->type == PACK_LONG ? 20000 : 200;
    char text[96];
    size_t n = 0;

    for (Str rest = s; rest.len; n++)
        str_next(&rest);
    if (n <= most)
        return true;
    snprintf(text, sizeof text, "最多 %zu 个字，现有 %zu 个", most, n);
    return bad(err, p, str_sub(s, 0, 30), text, text);
}

/* Found anywhere, as ECMA's test(). A pattern that ICU cannot read, or that takes too long, refuses nothing. */
static bool pattern_ok(const PackProperty *p, Str s, Arena *a, Err *err)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar *pattern = NEWS(a, UChar, p->pattern.len + 1), *text = NEWS(a, UChar, s.len + 1);
    int32_t npattern = 0, n = 0;
    URegularExpression *e;
    bool found;

    if (!pattern || !text)
        return FAIL(err, BASE_NO_MEMORY, p->name, "%.*s", STRV(p->name));
    u_strFromUTF8(
        pattern, (int32_t)p->pattern.len + 1, &npattern, p->pattern.ptr, (int32_t)p->pattern.len, &code);
    u_strFromUTF8(text, (int32_t)s.len + 1, &n, s.ptr, (int32_t)s.len, &code);
    e = uregex_open(pattern, npattern, 0, NULL, &code);
    uregex_setTimeLimit(e, 1000, &code);
    uregex_setText(e, text, n, &code);
    found = uregex_find(e, 0, &code);
    uregex_close(e);
    if (found || U_FAILURE(code))
        return true;
    FAIL(err, LEDGER_BAD_VALUE, s, "%.*s", STRV(p->name));
    err_hint(err, "应符合 %.*s", STRV(p->pattern));
    return false;
}

static bool text_ok(const PackProperty *p, Str s, Arena *a, Err *err)
{
    Str zh = { 0, 0 }, en = { 0, 0 };

    if (!str_is_utf8(s))
        return bad(err, p, STR(""), "不是有效的文字（UTF-8）", "not UTF-8");
    if (!length_ok(p, s, err) || (p->pattern.len && !pattern_ok(p, s, a, err)))
        return false;
    if (pack_format_ok(p->format, s, &zh, &en, a))
        return true;
    FAIL(err, LEDGER_BAD_VALUE, s, "%.*s", STRV(p->name));
    err_hint(err, "%.*s", STRV(zh));
    return false;
}

static bool ref_ok(const PackProperty *p, Str s, Err *err)
{
    Str collection, id;

    if (p->nref == 1 && str_eq(p->ref[0], STR("division"))) {
        size_t n;

        return ((s.len == 12 || s.len == 15) && str_to_size(s, 10, &n)) ||
               bad(err, p, s, "应为 12 位区划代码", "");
    }
    if (p->nref == 1)
        return ulid_valid(s) || bad(err, p, s, "应为所引用记录的编号（26 位）", "");
    if (!str_cut(s, '/', &collection, &id) || !ulid_valid(id))
        return bad(err, p, s, "应写成 台账名/编号", "");
    for (size_t i = 0; i < p->nref; i++)
        if (str_eq(p->ref[i], collection))
            return true;
    return bad(err, p, s, "不能引用这个台账的记录", "");
}

static bool text_value(const PackProperty *p, Str s, Arena *a, CqlValue *out, Err *err)
{
    s = str_trim(s);
    if (p->type == PACK_ENUM && !pack_code(p, s)) {
        Buf b;

        buf_init(&b, 150);
        for (size_t i = 0; i < p->ncode && b.len < 120; i++)
            buf_fmt(&b, "%s%.*s", i ? "、" : "应为其中之一：", STRV(p->code[i].code));
        buf_c(&b, 0);
        bad(err, p, s, b.ptr ? b.ptr : "", "");
        buf_clear(&b);
        return false;
    }
    if (p->type == PACK_REF && !ref_ok(p, s, err))
        return false;
    if (p->type != PACK_ENUM && p->type != PACK_REF && !text_ok(p, s, a, err))
        return false;
    *out = (CqlValue){ .kind = CQL_TEXT, .text = str_copy(a, s) };
    return out->text.ptr != NULL || FAIL(err, BASE_NO_MEMORY, p->name, "value");
}

static bool number_value(const PackProperty *p, double n, Str said, CqlValue *out, Err *err)
{
    if (!isfinite(n))
        return bad(err, p, said, "应为数字", "");
    if (p->type == PACK_MONEY) {
        const double cents = n * 100;

        if (fabs(cents) > 9e15 || fabs(cents - nearbyint(cents)) > 1e-6 * fmax(1, fabs(cents)))
            return bad(err, p, said, "金额最多两位小数", "");
        *out = (CqlValue){ .kind = CQL_INT, .integer = (int64_t)nearbyint(cents) };
        return in_range(p, n, said, err);
    }
    if (p->cql.kind == CQL_INT) {
        if (n != nearbyint(n) || fabs(n) > 9e15)
            return bad(err, p, said, "应为整数", "");
        *out = (CqlValue){ .kind = CQL_INT, .integer = (int64_t)n };
    } else
        *out = (CqlValue){ .kind = CQL_NUMBER, .number = n };
    return in_range(p, n, said, err);
}

static bool date_value(const PackProperty *p, Str s, CqlValue *out, Err *err)
{
    CqlValue v = { .kind = CQL_DATE };

    if (!date_parse(s, &v.date))
        return bad(err, p, s, "日期应写成 2026-11-23", "");
    *out = v;
    return true;
}

static bool time_value(const PackProperty *p, Str s, CqlValue *out, Err *err)
{
    CqlValue v = { .kind = CQL_TIME };
    int32_t day;

    if (!time_parse(s, &v.time)) {
        if (!date_parse(s, &day))
            return bad(err, p, s, "时间应写成 2026-11-23T08:30:00+08:00", "");
        v.time = day * TIME_DAY - 8 * 3600 * TIME_SECOND; /* a day alone begins at midnight in China */
    }
    v.time -= v.time % 1000; /* records keep milliseconds */
    *out = v;
    return true;
}

/* --- JSON --------------------------------------------------------------------------------------------------------------- */
static bool geometry_json(const PackProperty *p, const json_t *v, Arena *a, CqlValue *out, Err *err)
{
    CqlValue g = { .kind = CQL_GEOM };

    (void)p;
    if (!geo_from_geojson(v, a, &g.geom, err))
        return false;
    *out = g;
    return true;
}

static bool json_text(const json_t *v, Arena *a, CqlValue *out, Err *err)
{
    Buf b;

    buf_init(&b, 1 << 20);
    buf_json(&b, v);
    *out = (CqlValue){ .kind = CQL_TEXT, .text = b.bad ? (Str){ NULL, 0 } : str_copy(a, buf_text(&b)) };
    buf_clear(&b);
    return out->text.ptr != NULL || FAIL(err, BASE_NO_MEMORY, STR("json"), "value");
}

static bool one_json(const PackProperty *p, const json_t *v, Arena *a, CqlValue *out, Err *err)
{
    int64_t metres;

    switch (p->type) {
    case PACK_GEOMETRY:
        return geometry_json(p, v, a, out, err);
    case PACK_JSON:
        return json_text(v, a, out, err);
    case PACK_BOOL:
        if (!json_is_boolean(v))
            return bad(err, p, json_str(v), "应为是或否（true/false）", "");
        *out = (CqlValue){ .kind = CQL_BOOL, .truth = json_is_true(v) };
        return true;
    case PACK_INTEGER:
    case PACK_NUMBER:
    case PACK_MONEY:
        if (json_is_string(v) && str_eq(p->format, STR("stake")) && pack_stake_read(json_str(v), &metres))
            return number_value(p, (double)metres, json_str(v), out, err);
        if (json_is_integer(v) && llabs(json_integer_value(v)) > (INT64_C(1) << 53))
            return bad(err, p, STR(""), "数字太大", "");
        if (!json_is_number(v))
            return bad(
                err, p, json_str(v), str_eq(p->format, STR("stake")) ? "桩号应写成 K12+300" : "应为数字", "");
        return number_value(p, json_number_value(v), STR(""), out, err);
    default:
        break;
    }
    if (!json_is_string(v))
        return bad(err, p, STR(""), "应为文字", "");
    if (p->type == PACK_DATE)
        return date_value(p, json_str(v), out, err);
    if (p->type == PACK_TIME)
        return time_value(p, json_str(v), out, err);
    return text_value(p, json_str(v), a, out, err);
}

bool ledger_value_of_json(const PackProperty *p, const json_t *v, Arena *a, CqlValue *out, Err *err)
{
    CqlValue *item;
    size_t n;

    if (!v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0)) {
        *out = (CqlValue){ .kind = CQL_NULL };
        return true;
    }
    if (!p->many || p->type == PACK_JSON)
        return one_json(p, v, a, out, err);
    if (!json_is_array(v))
        return bad(err, p, json_str(v), "应为列表 [ … ]", "");
    n = json_array_size(v);
    if (n > 10000)
        return bad(err, p, STR(""), "最多 10,000 项", "");
    item = NEWS(a, CqlValue, n + 1);
    if (!item)
        return FAIL(err, BASE_NO_MEMORY, p->name, "value");
    for (size_t i = 0; i < n; i++)
        if (!one_json(p, json_array_get(v, i), a, item + i, err))
            return false;
    *out = n ? (CqlValue){ .kind = CQL_LIST, .list = { item, n } } : (CqlValue){ .kind = CQL_NULL };
    return true;
}

/* --- sheets ---------------------------------------------------------------------------------------------------------------- */
static bool yes_or_no(Str s, bool *out)
{
    static const char *const yes[] = { "是", "有", "√", "true", "1", "y", "yes", "对" };
    static const char *const no[] = { "否", "无", "×", "false", "0", "n", "no", "没有" };

    for (size_t i = 0; i < LEN(yes); i++) {
        if (str_eq_nocase(s, str_of(yes[i])))
            return *out = true, true;
        if (str_eq_nocase(s, str_of(no[i])))
            return *out = false, true;
    }
    return false;
}

static int number_at(Str s, size_t at, size_t n)
{
    size_t v = 0;

    return str_to_size(str_sub(s, at, n), 10, &v) ? (int)v : -1;
}

/* 2026/11/3, 2026.11.3, 2026年11月3日 and 20261103 are what sheets hold. */
static bool loose_date(Str s, int32_t *day)
{
    int part[3] = { 0 }, at = 0;
    Str rest = s;
    bool digits = true;

    if (date_parse(s, day))
        return true;
    for (size_t i = 0; i < s.len; i++)
        digits &= s.ptr[i] >= '0' && s.ptr[i] <= '9';
    if (digits && s.len == 8)
        part[0] = number_at(s, 0, 4), part[1] = number_at(s, 4, 2), part[2] = number_at(s, 6, 2), at = 3;
    while (!digits && rest.len && at < 3) {
        const uint32_t c = str_next(&rest);

        if (c >= '0' && c <= '9')
            part[at] = part[at] * 10 + (int)(c - '0');
        else if (c == '/' || c == '.' || c == '-' || c == 0x5E74 || c == 0x6708 || c == 0x65E5)
            at++;
        else
            return false;
        if (part[at > 2 ? 2 : at] > 9999)
            return false;
    }
    if (at < 2 || part[0] < 1800)
        return false;
    {
        char text[48];

        snprintf(text, sizeof text, "%04d-%02d-%02d", part[0], part[1] % 100, part[2] % 100);
        return part[1] < 100 && part[2] < 100 && date_parse(str_of(text), day);
    }
}

static Str code_of_title(const PackProperty *p, Str s)
{
    for (size_t i = 0; i < p->ncode; i++)
        if (str_eq(p->code[i].title.zh, s) || str_eq_nocase(p->code[i].title.en, s))
            return p->code[i].code;
    return s;
}

static bool one_text(const PackProperty *p, Str s, Arena *a, CqlValue *out, Err *err)
{
    double n;
    int64_t metres;
    int32_t day;
    bool truth;
    json_t *v;

    switch (p->type) {
    case PACK_BOOL:
        if (!yes_or_no(s, &truth))
            return bad(err, p, s, "应填“是”或“否”", "");
        *out = (CqlValue){ .kind = CQL_BOOL, .truth = truth };
        return true;
    case PACK_INTEGER:
    case PACK_NUMBER:
    case PACK_MONEY:
        if (str_eq(p->format, STR("stake")) && pack_stake_read(s, &metres))
            return number_value(p, (double)metres, s, out, err);
        if (!str_to_f64(s, &n))
            return bad(err, p, s,
                str_eq(p->format, STR("stake")) ? "桩号应写成 K12+300" : "应为数字，单位不要写在格子里", "");
        return number_value(p, n, s, out, err);
    case PACK_DATE:
        if (!loose_date(s, &day))
            return bad(err, p, s, "日期应写成 2026-11-23", "");
        *out = (CqlValue){ .kind = CQL_DATE, .date = day };
        return true;
    case PACK_TIME:
        if (loose_date(s, &day)) {
            *out = (CqlValue){ .kind = CQL_TIME, .time = day * TIME_DAY - 8 * 3600 * TIME_SECOND };
            return true;
        }
        return time_value(p, s, out, err);
    case PACK_JSON:
        return json_read_in(s, a, &v, err) && json_text(v, a, out, err);
    case PACK_GEOMETRY: {
        CqlValue g = { .kind = CQL_GEOM };
        size_t used;

        if (!geo_from_wkt(s, a, &g.geom, &used, err))
            return false;
        *out = g;
        return true;
    }
    default:
        return text_value(p, p->type == PACK_ENUM ? code_of_title(p, s) : s, a, out, err);
    }
}

static size_t split_at(Str s)
{
    static const char *const mark[] = { "、", "，", ",", ";", "；", "|" };
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < LEN(mark); i++) {
        const size_t at = str_find(s, str_of(mark[i]));

        if (at < best)
            best = at;
    }
    return best;
}

bool ledger_value_of_text(const PackProperty *p, Str text, Arena *a, CqlValue *out, Err *err)
{
    CqlValue item[256];
    size_t n = 0;
    CqlValue *kept;

    text = str_trim(text);
    if (!text.len) {
        *out = (CqlValue){ .kind = CQL_NULL };
        return true;
    }
    if (!p->many || p->type == PACK_JSON)
        return one_text(p, text, a, out, err);
    while (text.len && n < LEN(item)) {
        const size_t at = split_at(text);
        Str part = str_trim(str_sub(text, 0, at));

        if (part.len && !one_text(p, part, a, &item[n++], err))
            return false;
        text = at == SIZE_MAX ? STR("") : str_sub(text, at, SIZE_MAX);
        if (text.len)
            str_next(&text);
    }
    kept = NEWS(a, CqlValue, n + 1);
    if (!kept)
        return FAIL(err, BASE_NO_MEMORY, p->name, "value");
    memcpy(kept, item, n * sizeof *kept);
    *out = n ? (CqlValue){ .kind = CQL_LIST, .list = { kept, n } } : (CqlValue){ .kind = CQL_NULL };
    return true;
}

/* --- out ---------------------------------------------------------------------------------------------------------------------- */
static void one_to_json(const PackProperty *p, CqlValue v, Buf *out)
{
    switch (v.kind) {
    case CQL_NULL:
    case CQL_INTERVAL:
    case CQL_LIST:
        buf_str(out, STR("null"));
        break;
    case CQL_BOOL:
        buf_str(out, v.truth ? STR("true") : STR("false"));
        break;
    case CQL_INT:
        if (p->type == PACK_MONEY)
            buf_fixed(out, (double)v.integer / 100, 2);
        else
            buf_i64(out, v.integer);
        break;
    case CQL_NUMBER:
        buf_f64(out, v.number);
        break;
    case CQL_TEXT:
        if (p->type == PACK_JSON)
            buf_str(out, v.text);
        else
            buf_json_str(out, v.text);
        break;
    case CQL_DATE:
        buf_c(out, '"');
        date_text(v.date, out);
        buf_c(out, '"');
        break;
    case CQL_TIME:
        buf_c(out, '"');
        time_text(v.time, v.time % TIME_SECOND ? 3 : 0, out);
        buf_c(out, '"');
        break;
    case CQL_GEOM:
        geo_to_geojson(v.geom, 7, false, out);
        break;
    }
}

void ledger_value_to_json(const PackProperty *p, CqlValue v, Buf *out)
{
    if (v.kind != CQL_LIST) {
        one_to_json(p, v, out);
        return;
    }
    buf_c(out, '[');
    for (size_t i = 0; i < v.list.n; i++) {
        if (i)
            buf_c(out, ',');
        one_to_json(p, v.list.item[i], out);
    }
    buf_c(out, ']');
}

static void one_to_text(const PackProperty *p, CqlValue v, Buf *out)
{
    switch (v.kind) {
    case CQL_NULL:
    case CQL_INTERVAL:
    case CQL_LIST:
        break;
    case CQL_BOOL:
        buf_str(out, v.truth ? STR("是") : STR("否"));
        break;
    case CQL_INT:
        if (p->type == PACK_MONEY)
            buf_fixed(out, (double)v.integer / 100, 2);
        else if (str_eq(p->format, STR("stake")))
            pack_stake_text(v.integer, out);
        else
            buf_i64(out, v.integer);
        break;
    case CQL_NUMBER:
        buf_f64(out, v.number);
        break;
    case CQL_TEXT:
        buf_str(out, v.text);
        break;
    case CQL_DATE:
        date_text(v.date, out);
        break;
    case CQL_TIME:
        time_text(v.time, v.time % TIME_SECOND ? 3 : 0, out);
        break;
    case CQL_GEOM:
        geo_to_wkt(v.geom, out);
        break;
    }
}

void ledger_value_to_text(const PackProperty *p, CqlValue v, Buf *out)
{
    if (v.kind != CQL_LIST) {
        one_to_text(p, v, out);
        return;
    }
    for (size_t i = 0; i < v.list.n; i++) {
        if (i)
            buf_str(out, STR("、"));
        one_to_text(p, v.list.item[i], out);
    }
}

/* --- columns -------------------------------------------------------------------------------------------------------------------- */
bool ledger_store_value(const PackProperty *p, CqlValue v, Arena *a, CqlValue *out, Err *err)
{
    Buf b;

    *out = v;
    if (v.kind == CQL_GEOM) {
        Bytes blob;

        if (!geo_blob_make(v.geom, GEO_SRS, a, &blob, err))
            return false;
        *out = (CqlValue){ .kind = CQL_GEOM, .geom = blob };
        return true;
    }
    if (v.kind != CQL_LIST)
        return true;
    buf_init(&b, 4 << 20);
    ledger_value_to_json(p, v, &b);
    *out = (CqlValue){ .kind = CQL_TEXT, .text = b.bad ? (Str){ NULL, 0 } : str_copy(a, buf_text(&b)) };
    buf_clear(&b);
    return out->text.ptr != NULL || FAIL(err, BASE_NO_MEMORY, p->name, "value");
}

bool ledger_list_read(const PackProperty *p, Str json, Arena *a, CqlValue *out)
{
    json_t *v;
    Err err;
    CqlValue *item;
    size_t n;

    if (!json_read_in(json, a, &v, &err) || !json_is_array(v))
        return false;
    n = json_array_size(v);
    item = NEWS(a, CqlValue, n + 1);
    for (size_t i = 0; item && i < n; i++)
        if (!one_json(p, json_array_get(v, i), a, item + i, &err))
            item[i] = (CqlValue){ .kind = CQL_TEXT, .text = json_str(json_array_get(v, i)) };
    *out = (CqlValue){ .kind = CQL_LIST, .list = { item, n } };
    return item != NULL;
}

CqlValue ledger_kept_value(const PackProperty *p, CqlValue v, Arena *a)
{
    CqlValue out = { .kind = CQL_NULL };
    GeoBlob g;
    Err err;

    if (v.kind == CQL_TEXT && p->many && p->type != PACK_JSON)
        return ledger_list_read(p, v.text, a, &out) ? out : (CqlValue){ .kind = CQL_NULL };
    if (v.kind == CQL_GEOM && p->type == PACK_GEOMETRY)
        return geo_blob_open(v.geom, &g, &err) ? (CqlValue){ .kind = CQL_GEOM, .geom = g.wkb } : out;
    return v;
}

CqlValue ledger_copy(CqlValue v, Arena *a)
{
    if (v.kind == CQL_TEXT)
        v.text = str_copy(a, v.text);
    else if (v.kind == CQL_GEOM)
        v.geom = BYTES(str_copy(a, TEXT(v.geom)));
    else if (v.kind == CQL_LIST) {
        CqlValue *item = NEWS(a, CqlValue, v.list.n + 1);

        for (size_t i = 0; item && i < v.list.n; i++)
            item[i] = ledger_copy(v.list.item[i], a);
        v.list.item = item;
        v.list.n = item ? v.list.n : 0;
    }
    return v;
}

bool ledger_same(CqlValue a, CqlValue b)
{
    if (a.kind == CQL_NULL || b.kind == CQL_NULL)
        return a.kind == b.kind;
    if (a.kind == CQL_GEOM && b.kind == CQL_GEOM)
        return str_eq(TEXT(a.geom), TEXT(b.geom));
    if (a.kind == CQL_LIST && b.kind == CQL_LIST) {
        if (a.list.n != b.list.n)
            return false;
        for (size_t i = 0; i < a.list.n; i++)
            if (!ledger_same(a.list.item[i], b.list.item[i]))
                return false;
        return true;
    }
    return a.kind == b.kind && cql_equal(a, b);
}
