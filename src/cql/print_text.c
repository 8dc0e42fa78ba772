/* src/cql/print_text.c - a tree as CQL2 text that reads back to an equal tree. */
#include "cql/print.h"

typedef struct Out {
    Buf b;
    const CqlExpr *unsayable; /* the first node that text has no words for */
} Out;

/* How tightly a node binds; an operand that binds less than its place asks for stands in parentheses. */
typedef enum Bind {
    BIND_OR,
    BIND_AND,
    BIND_NOT,
    BIND_PREDICATE,
    BIND_SUM,
    BIND_PRODUCT,
    BIND_POWER,
    BIND_OPERAND
} Bind;

static void write_node(const CqlExpr *e, Out *o);

static Bind bind_of(const CqlExpr *e)
{
    switch (cql_op[e->op].family) {
    case CQL_LOGIC:
        /* NOT of a predicate that has a negative form is written in that form, but binds as NOT */
        return e->op == CQL_OP_OR ? BIND_OR : e->op == CQL_OP_AND ? BIND_AND : BIND_NOT;
    case CQL_COMPARE:
    case CQL_PREDICATE:
        return BIND_PREDICATE;
    case CQL_ARITH:
        return e->op == CQL_OP_POW ? BIND_POWER : e->op <= CQL_OP_SUB ? BIND_SUM : BIND_PRODUCT;
    default:
        return BIND_OPERAND;
    }
}

static void write_at(const CqlExpr *e, Bind least, Out *o)
{
    const bool parens = bind_of(e) < least;

    if (parens)
        buf_c(&o->b, '(');
    write_node(e, o);
    if (parens)
        buf_c(&o->b, ')');
}

static bool plain_name(Str s)
{
    return cql_is_identifier(s) && !cql_is_keyword(s);
}

static void write_property(Str name, Out *o)
{
    if (plain_name(name)) {
        buf_str(&o->b, name);
        return;
    }
    buf_c(&o->b, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"')
            buf_c(&o->b, '"');
        buf_c(&o->b, name.ptr[i]);
    }
    buf_c(&o->b, '"');
}

/* A quote is doubled; after a backslash, where '' would read as an escape and an end, it is \' instead. A text that
 * ends in a backslash has no spelling in the BNF: escapeQuote would swallow its closing quote. */
static void write_text(const CqlExpr *e, Str s, Out *o)
{
    buf_c(&o->b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'')
            buf_c(&o->b, i && s.ptr[i - 1] == '\\' ? '\\' : '\'');
        buf_c(&o->b, s.ptr[i]);
    }
    buf_c(&o->b, '\'');
    if (s.len && s.ptr[s.len - 1] == '\\')
        o->unsayable = e;
}

static void write_instant(CqlValue v, bool bare, Out *o)
{
    if (!bare)
        buf_str(&o->b, v.kind == CQL_DATE ? STR("DATE(") : STR("TIMESTAMP("));
    buf_c(&o->b, '\'');
    cql_write_time(v, &o->b);
    buf_c(&o->b, '\'');
    if (!bare)
        buf_c(&o->b, ')');
}

static void write_literal(const CqlExpr *e, Out *o)
{
    const CqlValue v = e->value;

    switch (v.kind) {
    case CQL_BOOL:
        buf_str(&o->b, v.truth ? STR("TRUE") : STR("FALSE"));
        break;
    case CQL_INT:
        buf_i64(&o->b, v.integer);
        break;
    case CQL_NUMBER:
        buf_f64(&o->b, v.number);
        break;
    case CQL_TEXT:
        write_text(e, v.text, o);
        break;
    case CQL_DATE:
    case CQL_TIME:
        write_instant(v, false, o);
        break;
    case CQL_GEOM:
        geo_to_wkt(v.geom, &o->b);
        break;
    default:
        buf_str(&o->b, STR("'..'"));
    }
}

/* In a list a single operator in parentheses would read as grouping: `((a + b))` is the list of one. */
static bool list_needs_more(const CqlExpr *list)
{
    return list->narg == 1 && cql_op[list->arg[0]->op].family != CQL_LEAF &&
           cql_op[list->arg[0]->op].family != CQL_FOLD;
}

static void write_list(CqlExpr *const *arg, size_t n, Out *o)
{
    for (size_t i = 0; i < n; i++) {
        const bool more = arg[i]->op == CQL_OP_LIST && list_needs_more(arg[i]);

        if (i)
            buf_str(&o->b, STR(", "));
        if (more)
            buf_c(&o->b, '(');
        write_node(arg[i], o);
        if (more)
            buf_c(&o->b, ')');
    }
}

static void write_call(Str name, CqlExpr *const *arg, size_t n, Out *o)
{
    buf_str(&o->b, name);
    buf_c(&o->b, '(');
    write_list(arg, n, o);
    buf_c(&o->b, ')');
}

/* Arguments of CASEI, S_, T_, A_: no list but in arrays, so no doubled parentheses, but booleans need them. */
static void write_operator_call(const CqlExpr *e, Out *o)
{
    buf_str(&o->b, str_of(cql_op[e->op].text));
    buf_c(&o->b, '(');
    for (size_t i = 0; i < e->narg; i++) {
        if (i)
            buf_str(&o->b, STR(", "));
        write_at(e->arg[i], BIND_SUM, o);
    }
    buf_c(&o->b, ')');
}

static void write_function(const CqlExpr *e, Out *o)
{
    if (!plain_name(e->name))
        o->unsayable = e;
    write_call(e->name, e->arg, e->narg, o);
}

static void write_interval(const CqlExpr *e, Out *o)
{
    buf_str(&o->b, STR("INTERVAL("));
    for (size_t i = 0; i < 2; i++) {
        const CqlExpr *end = e->arg[i];

        if (i)
            buf_str(&o->b, STR(", "));
        if (end->op == CQL_OP_LITERAL && cql_timelike(end->value.kind))
            write_instant(end->value, true, o);
        else
            write_at(end, BIND_SUM, o);
    }
    buf_c(&o->b, ')');
}

static void write_box(const CqlExpr *e, Out *o)
{
    buf_str(&o->b, STR("BBOX("));
    for (size_t i = 0; i < e->nbox; i++) {
        if (i)
            buf_str(&o->b, STR(", "));
        buf_f64(&o->b, e->box[i]);
    }
    buf_c(&o->b, ')');
}

static void write_infix(const CqlExpr *e, Bind left, Bind right, Out *o)
{
    write_at(e->arg[0], left, o);
    for (size_t i = 1; i < e->narg; i++) {
        buf_fmt(&o->b, " %s ", cql_op[e->op].text);
        write_at(e->arg[i], right, o);
    }
}

static void write_predicate(const CqlExpr *e, bool negate, Out *o)
{
    const char *no = negate ? "NOT " : "";

    write_at(e->arg[0], BIND_SUM, o);
    if (e->op == CQL_OP_ISNULL) {
        buf_fmt(&o->b, " IS %sNULL", no);
        return;
    }
    buf_fmt(&o->b, " %s%s ", no, cql_op[e->op].text);
    if (e->op == CQL_OP_IN) {
        buf_c(&o->b, '(');
        for (size_t i = 1; i < e->narg; i++) {
            if (i > 1)
                buf_str(&o->b, STR(", "));
            write_node(e->arg[i], o);
        }
        buf_c(&o->b, ')');
        return;
    }
    write_at(e->arg[1], BIND_SUM, o);
    if (e->op == CQL_OP_BETWEEN) {
        buf_str(&o->b, STR(" AND "));
        write_at(e->arg[2], BIND_SUM, o);
    }
}

static void write_not(const CqlExpr *e, Out *o)
{
    if (cql_op[e->arg[0]->op].family == CQL_PREDICATE) {
        write_predicate(e->arg[0], true, o);
        return;
    }
    buf_str(&o->b, STR("NOT "));
    write_at(e->arg[0], BIND_PREDICATE, o);
}

static void write_operator(const CqlExpr *e, Out *o)
{
    switch (cql_op[e->op].family) {
    case CQL_LOGIC:
        if (e->op == CQL_OP_NOT)
            write_not(e, o);
        else
            write_infix(e, bind_of(e) + 1, bind_of(e) + 1, o);
        break;
    case CQL_COMPARE:
        write_infix(e, BIND_SUM, BIND_SUM, o);
        break;
    case CQL_PREDICATE:
        write_predicate(e, false, o);
        break;
    case CQL_ARITH:
        write_infix(e, e->op == CQL_OP_POW ? BIND_OPERAND : bind_of(e), bind_of(e) + 1, o);
        break;
    default:
        write_operator_call(e, o);
    }
}

static void write_node(const CqlExpr *e, Out *o)
{
    switch (e->op) {
    case CQL_OP_LITERAL:
        write_literal(e, o);
        break;
    case CQL_OP_PROPERTY:
        write_property(e->name, o);
        break;
    case CQL_OP_FUNCTION:
        write_function(e, o);
        break;
    case CQL_OP_LIST:
        write_call(STR(""), e->arg, e->narg, o);
        break;
    case CQL_OP_INTERVAL:
        write_interval(e, o);
        break;
    case CQL_OP_BBOX:
        write_box(e, o);
        break;
    default:
        write_operator(e, o);
    }
}

bool cql_to_text(const CqlExpr *e, Arena *a, Str *out, Err *err)
{
    Out o = { 0 };

    buf_init(&o.b, CQL_MAX_PRINT);
    write_node(e, &o);
    if (o.unsayable) {
        buf_clear(&o.b);
        FAIL_AT(err, CQL_BAD_VALUE, o.unsayable,
            o.unsayable->op == CQL_OP_FUNCTION ? o.unsayable->name : o.unsayable->value.text);
        err_hint(err, "%s", "CQL2 JSON");
        return false;
    }
    return cql_printed(&o.b, e, a, out, err);
}
