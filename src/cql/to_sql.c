/* src/cql/to_sql.c - a checked tree as SQL that may over-select, and the residual that puts it right.
 *
 * A condition that the dialect can say has the same three values in SQL as in memory, so whole trees of such conditions
 * are written as they stand. Around one that it cannot say we ask two questions instead, each of which may be answered
 * too generously but never too narrowly:
 *
 *     IF_TRUE   SQL that holds wherever the node is true        IF_FALSE  SQL that holds wherever it is false
 *     AND: all that can be said, joined by AND                  AND: joined by OR, if all can be said
 *     OR:  joined by OR, if all can be said                     OR:  all that can be said, joined by AND
 *     NOT: IF_FALSE of its argument                             NOT: IF_TRUE of its argument
 *     leaf: itself                                              leaf: NOT leaf
 *
 * Long chains are written as balanced trees, for SQLite allows an expression a depth of 1000 only.
 */
#include "cql/tree.h"
#include <math.h>

typedef enum Mode { EXACT, IF_TRUE, IF_FALSE } Mode;

typedef struct Sql {
    const CqlDialect *d;
    Arena *a;
    Buf b;
    CqlValue *param;
    size_t nparam, cap;
    bool no_memory;
} Sql;

/* A side of a comparison: a value known now, or an expression over columns. */
typedef struct Side {
    const CqlExpr *e; /* NULL: `v` */
    CqlValue v;
} Side;

static void condition(Sql *s, const CqlExpr *e, Mode mode);
static void value(Sql *s, const CqlExpr *e);
static bool exact(const Sql *s, const CqlExpr *e);

/* --- small things ---------------------------------------------------------------------------------------- */
static void put(Sql *s, const char *text)
{
    buf_str(&s->b, str_of(text));
}

static void add_param(Sql *s, CqlValue v)
{
    if (s->nparam == s->cap) {
        const size_t cap = s->cap ? s->cap * 2 : 8;
        CqlValue *more = NEWS(s->a, CqlValue, cap);

        if (!more) {
            s->no_memory = true;
            return;
        }
        if (s->nparam)
            memcpy(more, s->param, s->nparam * sizeof *more);
        s->param = more;
        s->cap = cap;
    }
    s->param[s->nparam++] = v;
}

static void mark(Sql *s, CqlValue v)
{
    if (v.kind == CQL_NULL) {
        put(s, "NULL");
        return;
    }
    add_param(s, v);
    if (s->d->numbered)
        buf_fmt(&s->b, "$%zu", s->nparam);
    else
        put(s, "?");
}

static void marked(void *ctx, CqlValue v) /* for a dialect's box */
{
    mark(ctx, v);
}

static void truth_word(Sql *s, CqlTruth t)
{
    put(s, t == CQL_UNKNOWN ? "CAST(NULL AS BOOLEAN)" : t == CQL_TRUE ? "TRUE" : "FALSE");
}

static CqlValue nothing(void *ctx, const CqlProperty *p)
{
    (void)ctx, (void)p;
    return (CqlValue){ CQL_NULL };
}

/* The value of a part without properties. */
static CqlValue known(Sql *s, const CqlExpr *e)
{
    return cql_value(e, &(CqlRecord){ nothing, NULL, s->d->now }, s->a);
}

static void quoted(Sql *s, Str name)
{
    const Str q = s->d->quote_close;

    buf_str(&s->b, s->d->quote_open);
    for (size_t i = 0; i < name.len; i++) {
        buf_c(&s->b, name.ptr[i]);
        if (q.len && name.ptr[i] == q.ptr[0])
            buf_c(&s->b, name.ptr[i]);
    }
    buf_str(&s->b, q);
}

/* Writes what a "%s" pattern puts around an inner text. */
static void around(Sql *s, Str pattern, bool before)
{
    Str head, tail;
    const size_t at = str_find(pattern, STR("%s"));

    head = at == SIZE_MAX ? STR("") : str_sub(pattern, 0, at);
    tail = at == SIZE_MAX ? STR("") : str_sub(pattern, at + 2, SIZE_MAX);
    buf_str(&s->b, before ? head : tail);
}

static void column(Sql *s, const CqlProperty *p)
{
    const Str none = STR("");
    const Str pattern = p->list               ? none
                        : p->kind == CQL_DATE ? s->d->date_expr
                        : p->kind == CQL_TIME ? s->d->time_expr
                                              : none;

    around(s, pattern, true);
    if (p->from.len) { /* one row, found by its id */
        buf_str(&s->b, STR("(SELECT "));
        quoted(s, p->column);
        buf_str(&s->b, STR(" FROM "));
        quoted(s, p->from);
        buf_str(&s->b, STR(" WHERE "));
        quoted(s, p->from);
        buf_str(&s->b, STR(".id="));
        quoted(s, s->d->table);
        buf_str(&s->b, STR(".id)"));
    } else
        quoted(s, p->column);
    around(s, pattern, false);
}

/* --- what can be said --------------------------------------------------------------------------------------- */
static bool all_exact(const Sql *s, const CqlExpr *e)
{
    for (size_t i = 0; i < e->narg; i++)
        if (!exact(s, e->arg[i]))
            return false;
    return true;
}

static bool has_column(const Sql *s, const CqlExpr *e)
{
    return e->op == CQL_OP_PROPERTY && !e->property->sealed && e->property->column.len &&
           (!e->property->from.len || s->d->table.len);
}

/* Two columns of which one is a date and one a time need a bridge. */
static bool pair_exact(const Sql *s, const CqlExpr *x, const CqlExpr *y)
{
    if (!x || !y || x->constant || y->constant || x->kind == y->kind)
        return true;
    if (cql_timelike(x->kind) && cql_timelike(y->kind))
        return s->d->date_to_time.len > 0;
    return cql_numeric(x->kind) && cql_numeric(y->kind);
}

static bool compares_exact(const Sql *s, const CqlExpr *e)
{
    if (!all_exact(s, e))
        return false;
    for (size_t i = 1; i < e->narg; i++)
        if (!pair_exact(s, e->arg[0], e->arg[i]))
            return false;
    return true;
}

static bool ends_exact(const Sql *s, const CqlExpr *e)
{
    if (e->op == CQL_OP_INTERVAL)
        return all_exact(s, e);
    return e->kind != CQL_INTERVAL && exact(s, e);
}

/* The ends of a T_ argument, open ends as the first and last moment there is. */
static Side end_of(Sql *s, const CqlExpr *e, bool last)
{
    Side side = { .e = e };

    if (e->op == CQL_OP_INTERVAL)
        side.e = e->arg[last];
    if (side.e->op == CQL_OP_LITERAL && side.e->value.kind == CQL_NULL)
        return (Side){ NULL, { .kind = CQL_TIME, .time = last ? INT64_MAX : INT64_MIN } };
    if (side.e->constant)
        return (Side){ NULL, known(s, side.e) };
    return side;
}

static bool temporal_exact(const Sql *s, const CqlExpr *e)
{
    const CqlExpr *end[4];

    for (size_t i = 0; i < 4; i++) {
        const CqlExpr *arg = e->arg[i / 2];

        if (!ends_exact(s, arg))
            return false;
        end[i] = arg->op == CQL_OP_INTERVAL ? arg->arg[i % 2] : arg;
    }
    for (size_t i = 0; i < 4; i++)
        if (!pair_exact(s, end[i % 2], end[2 + i / 2]))
            return false;
    return true;
}

/* JSON does not tell a date from a text, nor keeps a time's every digit: such lists are compared in memory. */
static bool list_exact(const Sql *s, const CqlExpr *e, CqlKind item)
{
    const bool simple = item == CQL_BOOL || cql_numeric(item) || item == CQL_TEXT;

    if (!simple || (e->constant && e->op != CQL_OP_LIST))
        return false;
    if (!e->constant)
        return has_column(s, e) && e->property->list;
    for (size_t i = 0; i < e->narg; i++)
        if (e->arg[i]->kind != item && !(cql_numeric(item) && cql_numeric(e->arg[i]->kind)))
            return false;
    return true;
}

static bool array_exact(const Sql *s, const CqlExpr *e)
{
    const CqlKind item = e->arg[0]->constant ? e->arg[1]->item : e->arg[0]->item;

    return s->d->fn_list.len && list_exact(s, e->arg[0], item) && list_exact(s, e->arg[1], item);
}

static bool is_division_test(const Sql *s, const CqlExpr *e)
{
    return e->op == CQL_OP_FUNCTION && str_eq(e->name, STR("division_within")) && has_column(s, e->arg[0]) &&
           e->arg[0]->kind == CQL_TEXT && e->arg[1]->constant;
}

static bool predicate_exact(const Sql *s, const CqlExpr *e)
{
    if (e->op == CQL_OP_LIKE)
        return s->d->fn_like.len && all_exact(s, e);
    return e->op == CQL_OP_ISNULL ? all_exact(s, e) : compares_exact(s, e);
}

static bool exact(const Sql *s, const CqlExpr *e)
{
    if (e->constant)
        return true;
    switch (cql_op[e->op].family) {
    case CQL_LEAF:
        return e->op == CQL_OP_PROPERTY ? has_column(s, e) : is_division_test(s, e);
    case CQL_LOGIC:
        return all_exact(s, e);
    case CQL_COMPARE:
        return compares_exact(s, e);
    case CQL_PREDICATE:
        return predicate_exact(s, e);
    case CQL_FOLD:
        return (e->op == CQL_OP_CASEI ? s->d->fn_casei : s->d->fn_accenti).len && all_exact(s, e);
    case CQL_ARITH:
        return s->d->fn_math.len && all_exact(s, e);
    case CQL_SPATIAL:
        return s->d->fn_relate.len && all_exact(s, e);
    case CQL_TEMPORAL:
        return temporal_exact(s, e);
    default:
        return array_exact(s, e);
    }
}

/* --- values --------------------------------------------------------------------------------------------------- */
/* A list as the JSON text that list columns hold. */
static CqlValue list_text(Sql *s, const CqlExpr *e)
{
    Err err = { 0 };
    CqlExpr flat = *e;
    Str text = { 0 };

    flat.arg = NEWS(s->a, CqlExpr *, e->narg ? e->narg : 1);
    for (size_t i = 0; flat.arg && i < e->narg; i++) {
        CqlExpr *item = flat.arg[i] = NEW(s->a, CqlExpr);

        if (!item) {
            s->no_memory = true;
            return (CqlValue){ CQL_NULL };
        }
        item->op = CQL_OP_LITERAL;
        item->value = known(s, e->arg[i]);
        if (item->value.kind == CQL_NULL) /* one missing item: the list is unknown */
            return (CqlValue){ CQL_NULL };
    }
    if (!flat.arg || !cql_to_json(&flat, s->a, &text, &err))
        s->no_memory = true;
    return (CqlValue){ .kind = CQL_TEXT, .text = text };
}

static void constant(Sql *s, const CqlExpr *e)
{
    const CqlValue v = e->op == CQL_OP_LIST ? list_text(s, e) : known(s, e);

    if (v.kind == CQL_BOOL)
        truth_word(s, v.truth ? CQL_TRUE : CQL_FALSE);
    else if (e->kind == CQL_BOOL)
        truth_word(s, CQL_UNKNOWN);
    else
        mark(s, v);
}

static void call(Sql *s, Str fn, const char *op, CqlExpr *const *arg, size_t n)
{
    buf_str(&s->b, fn);
    put(s, "(");
    if (op)
        buf_fmt(&s->b, "'%s', ", op);
    for (size_t i = 0; i < n; i++) {
        if (i)
            put(s, ", ");
        value(s, arg[i]);
    }
    put(s, ")");
}

static void value(Sql *s, const CqlExpr *e)
{
    const CqlFamily f = cql_op[e->op].family;

    if (e->constant) {
        constant(s, e);
    } else if (e->op == CQL_OP_PROPERTY && e->property->money) {
        put(s, "(");
        column(s, e->property);
        put(s, " / 100.0)");
    } else if (e->op == CQL_OP_PROPERTY) {
        column(s, e->property);
    } else if (f == CQL_FOLD) {
        call(s, e->op == CQL_OP_CASEI ? s->d->fn_casei : s->d->fn_accenti, NULL, e->arg, 1);
    } else if (f == CQL_ARITH) {
        call(s, s->d->fn_math, cql_op[e->op].json, e->arg, 2);
    } else {
        put(s, "(");
        condition(s, e, EXACT);
        put(s, ")");
    }
}

/* --- comparisons ------------------------------------------------------------------------------------------------- */
static CqlOp mirrored(CqlOp op)
{
    static const CqlOp of[] = { CQL_OP_EQ, CQL_OP_NE, CQL_OP_GT, CQL_OP_GE, CQL_OP_LT, CQL_OP_LE };

    return of[op - CQL_OP_EQ];
}

/* True, or false, of every value that is there: unknown where it is missing. */
static void always(Sql *s, const CqlExpr *x, bool yes)
{
    put(s, "(");
    value(s, x);
    put(s, yes ? " = " : " <> ");
    value(s, x);
    put(s, ")");
}

static void plain(Sql *s, const CqlExpr *x, CqlOp op, CqlValue v)
{
    value(s, x);
    buf_fmt(&s->b, " %s ", cql_op[op].text);
    if (v.kind == CQL_BOOL)
        truth_word(s, v.truth ? CQL_TRUE : CQL_FALSE);
    else
        mark(s, v);
}

/* A column that counts in whole units against a value between two of them: the operator gives way. Returns false where
 * nothing can be equal to it. */
static bool to_units(CqlOp *op, int64_t v, int64_t unit, int64_t *units)
{
    *units = v / unit - (v % unit < 0);
    if (*units * unit == v)
        return true;
    if (*op == CQL_OP_LT)
        *op = CQL_OP_LE;
    else if (*op == CQL_OP_GE)
        *op = CQL_OP_GT;
    return *op != CQL_OP_EQ && *op != CQL_OP_NE;
}

static void against_time(Sql *s, const CqlExpr *x, CqlOp op, CqlValue v)
{
    const bool column_is_date = x->kind == CQL_DATE;
    const int64_t us = cql_instant(v), unit = column_is_date ? TIME_DAY : s->d->tick ? s->d->tick : 1000;
    int64_t units;

    if (v.kind == CQL_TIME && (us == INT64_MAX || us == INT64_MIN)) {
        const bool less = op == CQL_OP_LT || op == CQL_OP_LE;

        always(s, x, op == CQL_OP_NE || (op != CQL_OP_EQ && less == (us == INT64_MAX)));
        return;
    }
    if (!to_units(&op, us, unit, &units)) {
        always(s, x, op == CQL_OP_NE);
        return;
    }
    plain(s, x, op,
        column_is_date ? (CqlValue){ .kind = CQL_DATE, .date = (int32_t)units }
                       : (CqlValue){ .kind = CQL_TIME, .time = units * unit });
}

/* 12345 / 100.0 is the double nearest to 123.45, and so is the literal: whole 分 compare exactly. */
static void against_money(Sql *s, const CqlExpr *x, CqlOp op, CqlValue v)
{
    const double yuan = cql_coerce(v, CQL_NUMBER).number, fen = round(yuan * 100);

    if (fabs(fen) > 0x1p53 || fen / 100 != yuan) {
        plain(s, x, op, v);
        return;
    }
    column(s, x->property);
    buf_fmt(&s->b, " %s ", cql_op[op].text);
    mark(s, (CqlValue){ .kind = CQL_INT, .integer = (int64_t)fen });
}

static void against(Sql *s, const CqlExpr *x, CqlOp op, CqlValue v)
{
    if (v.kind == CQL_NULL)
        truth_word(s, CQL_UNKNOWN);
    else if (cql_timelike(v.kind) && cql_timelike(x->kind))
        against_time(s, x, op, v);
    else if (x->op == CQL_OP_PROPERTY && x->property->money && cql_numeric(v.kind))
        against_money(s, x, op, v);
    else
        plain(s, x, op, v);
}

static void bridged(Sql *s, const CqlExpr *x, bool to_time)
{
    const Str pattern = to_time && x->kind == CQL_DATE ? s->d->date_to_time : STR("");

    around(s, pattern, true);
    value(s, x);
    around(s, pattern, false);
}

static void compare(Sql *s, Side x, CqlOp op, Side y)
{
    if (!x.e && !y.e) {
        truth_word(s, cql_holds(op, x.v, y.v));
        return;
    }
    if (!x.e || !y.e) {
        against(s, x.e ? x.e : y.e, x.e ? op : mirrored(op), x.e ? y.v : x.v);
        return;
    }
    bridged(s, x.e, y.e->kind == CQL_TIME);
    buf_fmt(&s->b, " %s ", cql_op[op].text);
    bridged(s, y.e, x.e->kind == CQL_TIME);
}

static Side side(Sql *s, const CqlExpr *e)
{
    return e->constant ? (Side){ NULL, known(s, e) } : (Side){ .e = e };
}

/* --- predicates ------------------------------------------------------------------------------------------------------ */
static bool is_literal_list(const CqlExpr *e)
{
    const CqlExpr *x = e->arg[0];

    if (x->constant || cql_timelike(x->kind) || (x->op == CQL_OP_PROPERTY && x->property->money))
        return false;
    for (size_t i = 1; i < e->narg; i++)
        if (!e->arg[i]->constant || e->arg[i]->kind == CQL_BOOL)
            return false;
    return true;
}

static void in_terms(Sql *s, const CqlExpr *e, size_t from, size_t to)
{
    if (to - from == 1) {
        compare(s, side(s, e->arg[0]), CQL_OP_EQ, side(s, e->arg[from]));
        return;
    }
    put(s, "(");
    in_terms(s, e, from, from + (to - from) / 2);
    put(s, " OR ");
    in_terms(s, e, from + (to - from) / 2, to);
    put(s, ")");
}

static void in_list(Sql *s, const CqlExpr *e)
{
    if (e->narg == 1) {
        truth_word(s, CQL_FALSE);
        return;
    }
    if (!is_literal_list(e)) {
        in_terms(s, e, 1, e->narg);
        return;
    }
    value(s, e->arg[0]);
    put(s, " IN (");
    for (size_t i = 1; i < e->narg; i++) {
        if (i > 1)
            put(s, ", ");
        mark(s, known(s, e->arg[i]));
    }
    put(s, ")");
}

static void between(Sql *s, const CqlExpr *e)
{
    put(s, "(");
    compare(s, side(s, e->arg[0]), CQL_OP_GE, side(s, e->arg[1]));
    put(s, " AND ");
    compare(s, side(s, e->arg[0]), CQL_OP_LE, side(s, e->arg[2]));
    put(s, ")");
}

/* The text that comes after all that begin with `s`: its last code point raised by one; false: there is none. */
static bool successor(Str s, Arena *a, Str *out)
{
    char *copy = arena_take(a, s.len + 4, 1);
    Str rest;
    uint32_t c;

    while (copy && s.len) {
        size_t n = 1;

        while (n < s.len && ((unsigned char)s.ptr[s.len - n] & 0xC0) == 0x80)
            n++;
        rest = str_sub(s, s.len - n, n);
        s.len -= n;
        c = str_next(&rest);
        if (c == 0x10FFFF)
            continue;
        c = c == 0xD7FF ? 0xE000 : c + 1;
        memcpy(copy, s.ptr, s.len);
        n = s.len;
        if (c < 0x80)
            copy[n++] = (char)c;
        else {
            const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
            static const unsigned char lead[] = { 0, 0xC0, 0xE0, 0xF0 };

            copy[n++] = (char)(lead[more] | c >> 6 * more);
            for (int i = more - 1; i >= 0; i--)
                copy[n++] = (char)(0x80 | (c >> 6 * i & 0x3F));
        }
        *out = (Str){ copy, n };
        return true;
    }
    return false;
}

/* `column >= from AND column < to`, all that begin with the prefix; an index can find it. */
static void prefix_range(Sql *s, const CqlExpr *x, Str prefix)
{
    Str to;

    value(s, x);
    put(s, " >= ");
    mark(s, (CqlValue){ .kind = CQL_TEXT, .text = prefix });
    if (!successor(prefix, s->a, &to))
        return;
    put(s, " AND ");
    value(s, x);
    put(s, " < ");
    mark(s, (CqlValue){ .kind = CQL_TEXT, .text = to });
}

/* What a pattern begins with, escapes taken off. */
static Str pattern_prefix(Str p, Arena *a)
{
    char *out = arena_take(a, p.len + 1, 1);
    size_t n = 0;

    for (size_t i = 0; out && i < p.len && p.ptr[i] != '%' && p.ptr[i] != '_'; i++) {
        if (p.ptr[i] == '\\' && i + 1 < p.len)
            i++;
        out[n++] = p.ptr[i];
    }
    return (Str){ out, n };
}

static void like(Sql *s, const CqlExpr *e)
{
    const CqlValue p = e->arg[1]->constant ? known(s, e->arg[1]) : (CqlValue){ CQL_NULL };
    const Str prefix =
        p.kind == CQL_TEXT && e->arg[0]->op == CQL_OP_PROPERTY ? pattern_prefix(p.text, s->a) : STR("");

    put(s, "(");
    if (prefix.len) {
        prefix_range(s, e->arg[0], prefix);
        put(s, " AND ");
    }
    call(s, s->d->fn_like, NULL, e->arg, 2);
    put(s, ")");
}

static void division(Sql *s, const CqlExpr *e)
{
    const CqlValue code = known(s, e->arg[1]);

    if (code.kind != CQL_TEXT) {
        truth_word(s, CQL_UNKNOWN);
        return;
    }
    put(s, "(");
    prefix_range(s, e->arg[0], cql_division_prefix(code.text));
    put(s, ")");
}

static void temporal(Sql *s, const CqlExpr *e)
{
    const CqlAllen *w = cql_allen(e->op);
    Side end[4];

    for (size_t i = 0; i < 4; i++)
        end[i] = end_of(s, e->arg[i / 2], i % 2);
    put(s, "(");
    for (size_t i = 0; i < w->n; i++) {
        if (i)
            put(s, w->any ? " OR " : " AND ");
        compare(s, end[w->term[i].left], w->term[i].op, end[w->term[i].right]);
    }
    put(s, ")");
}

/* --- the spatial index ---------------------------------------------------------------------------------------------- */
/* The column and the literal of a relation that implies their boxes meet; else NULL. */
static const CqlExpr *indexed(const Sql *s, const CqlExpr *e, Mode mode, const CqlExpr **literal)
{
    const Mode meets = e->op == CQL_OP_S_DISJOINT ? IF_FALSE : IF_TRUE;

    if (!s->d->box || mode != meets || cql_op[e->op].family != CQL_SPATIAL)
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        *literal = e->arg[1 - i];
        if (has_column(s, e->arg[i]) && !e->arg[i]->property->from.len &&
            ((*literal)->op == CQL_OP_BBOX || (*literal)->op == CQL_OP_LITERAL) &&
            !geo_box_empty((*literal)->bounds))
            return e->arg[i];
    }
    return NULL;
}

/* Writes the index condition; false: the dialect has none and nothing is written. */
static bool box(Sql *s, const CqlExpr *e, Mode mode)
{
    const CqlExpr *literal, *x = indexed(s, e, mode, &literal);
    const size_t before = s->b.len, params = s->nparam;
    GeoBox half[2];
    size_t n = x ? cql_boxes(literal, half) : 0;

    if (!x)
        return false;
    put(s, "(");
    for (size_t i = 0; i < n; i++) {
        if (i)
            put(s, " OR ");
        if (!s->d->box(s->d, x->property->column, half[i], &s->b, marked, s)) {
            s->b.len = before;
            s->nparam = params;
            return false;
        }
    }
    put(s, ")");
    return true;
}

/* --- conditions --------------------------------------------------------------------------------------------------------- */
static void leaf(Sql *s, const CqlExpr *e)
{
    switch (e->op) {
    case CQL_OP_PROPERTY:
        value(s, e);
        break;
    case CQL_OP_FUNCTION:
        division(s, e);
        break;
    case CQL_OP_LIKE:
        like(s, e);
        break;
    case CQL_OP_BETWEEN:
        between(s, e);
        break;
    case CQL_OP_IN:
        in_list(s, e);
        break;
    case CQL_OP_ISNULL:
        value(s, e->arg[0]);
        put(s, " IS NULL");
        break;
    default:
        if (cql_op[e->op].family == CQL_COMPARE)
            compare(s, side(s, e->arg[0]), e->op, side(s, e->arg[1]));
        else if (cql_op[e->op].family == CQL_TEMPORAL)
            temporal(s, e);
        else
            call(s, cql_op[e->op].family == CQL_SPATIAL ? s->d->fn_relate : s->d->fn_list, cql_op[e->op].json,
                e->arg, 2);
    }
}

/* Whether anything better than TRUE can be said. A driver's box may still decline; then TRUE is written. */
static bool says(const Sql *s, const CqlExpr *e, Mode mode)
{
    const bool and_like = (e->op == CQL_OP_AND) == (mode != IF_FALSE);
    const CqlExpr *literal;

    if (e->constant)
        return true;
    if (e->op == CQL_OP_NOT && mode != EXACT)
        return says(s, e->arg[0], mode == IF_TRUE ? IF_FALSE : IF_TRUE);
    if ((e->op != CQL_OP_AND && e->op != CQL_OP_OR) || mode == EXACT)
        return exact(s, e) || indexed(s, e, mode, &literal);
    for (size_t i = 0; i < e->narg; i++)
        if (says(s, e->arg[i], mode) == and_like)
            return and_like;
    return !and_like;
}

static void balanced(Sql *s, CqlExpr *const *arg, size_t n, const char *word, Mode mode)
{
    if (n == 1) {
        condition(s, arg[0], mode);
        return;
    }
    put(s, "(");
    balanced(s, arg, n / 2, word, mode);
    put(s, word);
    balanced(s, arg + n / 2, n - n / 2, word, mode);
    put(s, ")");
}

static void chain(Sql *s, const CqlExpr *e, Mode mode)
{
    const char *word = (e->op == CQL_OP_AND) == (mode != IF_FALSE) ? " AND " : " OR ";
    CqlExpr **said = NEWS(s->a, CqlExpr *, e->narg);
    size_t n = 0;

    if (!said) {
        s->no_memory = true;
        return;
    }
    for (size_t i = 0; i < e->narg; i++)
        if (mode == EXACT || says(s, e->arg[i], mode))
            said[n++] = e->arg[i];
    balanced(s, said, n, word, mode);
}

static void negated(Sql *s, const CqlExpr *e, Mode mode)
{
    if (mode != EXACT) {
        condition(s, e->arg[0], mode == IF_TRUE ? IF_FALSE : IF_TRUE);
        return;
    }
    put(s, "NOT (");
    condition(s, e->arg[0], EXACT);
    put(s, ")");
}

static void bounded_leaf(Sql *s, const CqlExpr *e, Mode mode)
{
    const bool can = exact(s, e), boxed = box(s, e, mode);

    if (!can) {
        if (!boxed)
            truth_word(s, CQL_TRUE);
        return;
    }
    if (boxed)
        put(s, " AND ");
    put(s, mode == IF_FALSE ? "NOT (" : "");
    leaf(s, e);
    put(s, mode == IF_FALSE ? ")" : "");
}

static void decided(Sql *s, const CqlExpr *e, Mode mode)
{
    const CqlTruth t = cql_eval(e, &(CqlRecord){ nothing, NULL, s->d->now }, s->a);

    truth_word(s, mode == IF_FALSE ? cql_not(t) : t);
}

static void condition(Sql *s, const CqlExpr *e, Mode mode)
{
    if (mode != EXACT && !says(s, e, mode))
        truth_word(s, CQL_TRUE);
    else if (e->constant)
        decided(s, e, mode);
    else if (e->op == CQL_OP_AND || e->op == CQL_OP_OR)
        chain(s, e, mode);
    else if (e->op == CQL_OP_NOT)
        negated(s, e, mode);
    else
        bounded_leaf(s, e, mode);
}

/* --- the residual ------------------------------------------------------------------------------------------------------- */
/* Of a conjunction only the parts that SQL cannot say; else the whole. */
static const CqlExpr *residual(Sql *s, const CqlExpr *e)
{
    CqlExpr *rest;
    size_t n = 0;

    if (exact(s, e))
        return NULL;
    if (e->op != CQL_OP_AND)
        return e;
    rest = NEW(s->a, CqlExpr);
    if (rest)
        *rest = *e;
    if (!rest || !(rest->arg = NEWS(s->a, CqlExpr *, e->narg))) {
        s->no_memory = true;
        return e;
    }
    for (size_t i = 0; i < e->narg; i++)
        if (!exact(s, e->arg[i]))
            rest->arg[n++] = e->arg[i];
    rest->narg = n;
    return n == 1 ? rest->arg[0] : rest;
}

bool cql_to_sql(const CqlExpr *e, const CqlDialect *dialect, Arena *a, CqlSql *out, Err *err)
{
    enum { MAX_SQL = 4 * 1024 * 1024 };
    Sql s = { .d = dialect, .a = a };
    CqlSql sql = { 0 };
    bool bad;

    buf_init(&s.b, MAX_SQL);
    condition(&s, e, IF_TRUE);
    sql.residual = residual(&s, e);
    sql.text = str_copy(a, buf_text(&s.b));
    sql.params = s.param;
    sql.nparams = s.nparam;
    bad = s.b.bad || s.no_memory || !sql.text.ptr;
    buf_clear(&s.b);
    if (bad)
        return FAIL_AT(err, BASE_NO_MEMORY, e, STR("cql"));
    *out = sql;
    return true;
}
