/* src/cql/value.c - values compared, folded, matched and reckoned with. */
#include "cql/tree.h"
#include <math.h>

/* --- kinds ---------------------------------------------------------------------------------------------- */
bool cql_timelike(CqlKind k)
{
    return k == CQL_DATE || k == CQL_TIME;
}

bool cql_numeric(CqlKind k)
{
    return k == CQL_INT || k == CQL_NUMBER;
}

int64_t cql_instant(CqlValue v)
{
    return v.kind == CQL_DATE ? v.date * TIME_DAY : v.time;
}

static int64_t floor_div(int64_t x, int64_t y)
{
    return x / y - (x % y < 0);
}

CqlValue cql_coerce(CqlValue v, CqlKind want)
{
    if (want == CQL_DATE && v.kind == CQL_TIME)
        return (CqlValue){ .kind = CQL_DATE, .date = (int32_t)floor_div(v.time, TIME_DAY) };
    if (want == CQL_TIME && v.kind == CQL_DATE)
        return (CqlValue){ .kind = CQL_TIME, .time = cql_instant(v) };
    if (want == CQL_NUMBER && v.kind == CQL_INT)
        return (CqlValue){ .kind = CQL_NUMBER, .number = (double)v.integer };
    return v;
}

/* Values of one class can be compared; classes follow each other, nulls last. */
static int class_of(CqlKind k)
{
    static const int of[] = { [CQL_NULL] = 9,
        [CQL_BOOL] = 0,
        [CQL_INT] = 1,
        [CQL_NUMBER] = 1,
        [CQL_TEXT] = 2,
        [CQL_DATE] = 3,
        [CQL_TIME] = 3,
        [CQL_INTERVAL] = 4,
        [CQL_GEOM] = 5,
        [CQL_LIST] = 6 };

    return of[k];
}

/* --- order ------------------------------------------------------------------------------------------------ */
#define ORDER(x, y) (((x) > (y)) - ((x) < (y)))

/* Exact: a double and an int64 are never rounded to each other. */
static int order_mixed(int64_t i, double d)
{
    int64_t whole;

    if (d >= 0x1p63)
        return -1;
    if (d < -0x1p63)
        return 1;
    whole = (int64_t)d;
    return i != whole ? ORDER(i, whole) : ORDER(0.0, d - (double)whole);
}

static int order_numbers(CqlValue a, CqlValue b)
{
    if (a.kind == CQL_INT && b.kind == CQL_INT)
        return ORDER(a.integer, b.integer);
    if (a.kind == CQL_INT)
        return order_mixed(a.integer, b.number);
    if (b.kind == CQL_INT)
        return -order_mixed(b.integer, a.number);
    return ORDER(a.number, b.number);
}

static int order_lists(CqlValue a, CqlValue b)
{
    for (size_t i = 0; i < a.list.n && i < b.list.n; i++) {
        const int c = cql_compare(a.list.item[i], b.list.item[i]);

        if (c)
            return c;
    }
    return ORDER(a.list.n, b.list.n);
}

int cql_compare(CqlValue a, CqlValue b)
{
    if (class_of(a.kind) != class_of(b.kind))
        return ORDER(class_of(a.kind), class_of(b.kind));
    switch (a.kind) {
    case CQL_BOOL:
        return a.truth - b.truth;
    case CQL_INT:
    case CQL_NUMBER:
        return order_numbers(a, b);
    case CQL_TEXT:
        return str_cmp(a.text, b.text);
    case CQL_DATE:
    case CQL_TIME:
        return ORDER(cql_instant(a), cql_instant(b));
    case CQL_INTERVAL:
        return a.interval.from != b.interval.from ? ORDER(a.interval.from, b.interval.from)
                                                  : ORDER(a.interval.to, b.interval.to);
    case CQL_GEOM:
        return str_cmp(TEXT(a.geom), TEXT(b.geom));
    case CQL_LIST:
        return order_lists(a, b);
    default:
        return 0;
    }
}

bool cql_equal(CqlValue a, CqlValue b)
{
    return cql_compare(a, b) == 0;
}

CqlTruth cql_not(CqlTruth t)
{
    return t == CQL_UNKNOWN ? t : t == CQL_TRUE ? CQL_FALSE : CQL_TRUE;
}

CqlTruth cql_holds(CqlOp op, CqlValue x, CqlValue y)
{
    int c;

    if (class_of(x.kind) != class_of(y.kind) || x.kind == CQL_NULL)
        return CQL_UNKNOWN;
    c = cql_compare(x, y);
    switch (op) {
    case CQL_OP_EQ:
        return c == 0 ? CQL_TRUE : CQL_FALSE;
    case CQL_OP_NE:
        return c != 0 ? CQL_TRUE : CQL_FALSE;
    case CQL_OP_LT:
        return c < 0 ? CQL_TRUE : CQL_FALSE;
    case CQL_OP_LE:
        return c <= 0 ? CQL_TRUE : CQL_FALSE;
    case CQL_OP_GT:
        return c > 0 ? CQL_TRUE : CQL_FALSE;
    default:
        return c >= 0 ? CQL_TRUE : CQL_FALSE;
    }
}

/* --- reckoning ---------------------------------------------------------------------------------------------- */
static CqlValue null(void)
{
    return (CqlValue){ CQL_NULL };
}

static CqlValue integer(int64_t v)
{
    return (CqlValue){ .kind = CQL_INT, .integer = v };
}

static CqlValue number(double v)
{
    return isfinite(v) ? (CqlValue){ .kind = CQL_NUMBER, .number = v } : null();
}

/* Whole numbers stay whole while they fit; false: reckon in doubles. */
static bool whole(CqlOp op, int64_t x, int64_t y, int64_t *out)
{
    switch (op) {
    case CQL_OP_ADD:
        return !__builtin_add_overflow(x, y, out);
    case CQL_OP_SUB:
        return !__builtin_sub_overflow(x, y, out);
    case CQL_OP_MUL:
        return !__builtin_mul_overflow(x, y, out);
    case CQL_OP_MOD:
        *out = y == -1 ? 0 : x % y;
        return true;
    case CQL_OP_IDIV:
        *out = y == -1 ? 0 : x / y;
        return y != -1 || !__builtin_sub_overflow((int64_t)0, x, out);
    default:
        return false;
    }
}

CqlValue cql_arith(CqlOp op, CqlValue x, CqlValue y)
{
    const bool whole_ones = x.kind == CQL_INT && y.kind == CQL_INT;
    int64_t i;
    double p, q;

    if (!cql_numeric(x.kind) || !cql_numeric(y.kind))
        return null();
    p = cql_coerce(x, CQL_NUMBER).number;
    q = cql_coerce(y, CQL_NUMBER).number;
    if ((op == CQL_OP_DIV || op == CQL_OP_IDIV || op == CQL_OP_MOD) && q == 0)
        return null();
    if (whole_ones && whole(op, x.integer, y.integer, &i))
        return integer(i);
    switch (op) {
    case CQL_OP_ADD:
        return number(p + q);
    case CQL_OP_SUB:
        return number(p - q);
    case CQL_OP_MUL:
        return number(p * q);
    case CQL_OP_DIV:
        return number(p / q);
    case CQL_OP_IDIV:
        return number(trunc(p / q));
    case CQL_OP_MOD:
        return number(fmod(p, q));
    default:
        return number(pow(p, q));
    }
}

CqlValue cql_sql_math(Str op, CqlValue x, CqlValue y)
{
    CqlOp o;

    return cql_op_of_json(op, &o) && cql_op[o].family == CQL_ARITH ? cql_arith(o, x, y) : null();
}

/* --- patterns ------------------------------------------------------------------------------------------------ */
/* One step of a pattern: '%' is told by *any, '_' by *one, else the code point that must stand there. */
static uint32_t step(Str *p, bool *any, bool *one)
{
    uint32_t c = str_next(p);

    *any = c == '%';
    *one = c == '_';
    return c == '\\' && p->len ? str_next(p) : c;
}

/* Greedy with one way back: after a mismatch the last '%' swallows one code point more. */
bool cql_like(Str text, Str pattern)
{
    Str back_text = text, back_pattern = pattern;
    bool any, one, saw_any = false;

    while (text.len || pattern.len) {
        Str t = text, p = pattern;
        uint32_t c = p.len ? step(&p, &any, &one) : 0;

        if (pattern.len && any) {
            saw_any = true;
            pattern = back_pattern = p;
            back_text = text;
            continue;
        }
        if (pattern.len && t.len && (str_next(&t) == c || one)) {
            text = t;
            pattern = p;
            continue;
        }
        if (!saw_any || !back_text.len)
            return false;
        str_next(&back_text);
        text = back_text;
        pattern = back_pattern;
    }
    return true;
}

/* --- arrays as sets (clause 7.9: no order, no count) --------------------------------------------------------------- */
static bool holds_item(CqlValue list, CqlValue item)
{
    for (size_t i = 0; i < list.list.n; i++)
        if (cql_equal(list.list.item[i], item))
            return true;
    return false;
}

static size_t shared(CqlValue x, CqlValue y) /* how many items of x are in y */
{
    size_t n = 0;

    for (size_t i = 0; i < x.list.n; i++)
        n += holds_item(y, x.list.item[i]);
    return n;
}

CqlTruth cql_lists(CqlOp op, CqlValue x, CqlValue y)
{
    bool yes;

    if (x.kind != CQL_LIST || y.kind != CQL_LIST)
        return CQL_UNKNOWN;
    if (op == CQL_OP_A_CONTAINS)
        yes = shared(y, x) == y.list.n;
    else if (op == CQL_OP_A_CONTAINEDBY)
        yes = shared(x, y) == x.list.n;
    else if (op == CQL_OP_A_EQUALS)
        yes = shared(x, y) == x.list.n && shared(y, x) == y.list.n;
    else
        yes = shared(x, y) > 0;
    return yes ? CQL_TRUE : CQL_FALSE;
}

static CqlValue of_json(const json_t *v, Arena *a)
{
    const size_t n = json_array_size(v);
    CqlValue *item;

    if (json_is_boolean(v))
        return (CqlValue){ .kind = CQL_BOOL, .truth = json_is_true(v) };
    if (json_is_integer(v))
        return integer(json_integer_value(v));
    if (json_is_real(v))
        return number(json_real_value(v));
    if (json_is_string(v))
        return (CqlValue){ .kind = CQL_TEXT, .text = json_str(v) };
    if (!json_is_array(v) || !(item = NEWS(a, CqlValue, n ? n : 1)))
        return null();
    for (size_t i = 0; i < n; i++)
        item[i] = of_json(json_array_get(v, i), a);
    return (CqlValue){ .kind = CQL_LIST, .list = { item, n } };
}

static CqlValue item_as(CqlValue v, CqlKind kind)
{
    CqlValue t;

    if (kind == CQL_BOOL && v.kind == CQL_INT)
        return (CqlValue){ .kind = CQL_BOOL, .truth = v.integer != 0 };
    if (!cql_timelike(kind) || v.kind != CQL_TEXT)
        return v;
    return cql_read_date(v.text, &t) || cql_read_timestamp(v.text, &t) ? t : v;
}

CqlValue cql_list_of(Str json, CqlKind item, Arena *a)
{
    json_t *v;
    Err err = { 0 };
    CqlValue *list;
    size_t n;

    if (!json_read_in(json, a, &v, &err) || !json_is_array(v))
        return null();
    n = json_array_size(v);
    list = NEWS(a, CqlValue, n ? n : 1);
    if (!list)
        return null();
    for (size_t i = 0; i < n; i++)
        list[i] = item_as(of_json(json_array_get(v, i), a), item);
    return (CqlValue){ .kind = CQL_LIST, .list = { list, n } };
}

int cql_sql_list(Str op, Str x, Str y)
{
    Arena *a = arena_new(0);
    json_t *p, *q;
    Err err = { 0 };
    CqlTruth t = CQL_UNKNOWN;
    CqlOp o;

    if (cql_op_of_json(op, &o) && json_read_in(x, a, &p, &err) && json_read_in(y, a, &q, &err))
        t = cql_lists(o, of_json(p, a), of_json(q, a));
    arena_free(a);
    return t == CQL_UNKNOWN ? -1 : t == CQL_TRUE;
}
