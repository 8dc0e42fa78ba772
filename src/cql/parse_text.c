/* src/cql/parse_text.c - CQL2 text into a tree, by descent along the BNF of OGC 21-065.
 *
 * booleanExpression, predicate and scalarExpression share one ladder here: OR, AND, NOT, comparison, sum, product,
 * power, operand. What may stand where is a question of type and is asked by cql_check; so `(a = 1) = TRUE` and
 * `S_INTERSECTS(a,b) IS NULL` need no way of their own. A NULL below means: failed, the error is set.
 */
#include "cql/lex.h"
#include "cql/tree.h"
#include <stdio.h>

typedef struct Text {
    CqlBuild b;
    CqlLex lex;
    size_t open;  /* parentheses around the place we are at */
    bool list_ok; /* the next operand may be a list: `(1, 2)` */
} Text;

static CqlExpr *expression(Text *t);
static CqlExpr *sum(Text *t);

/* --- small things ------------------------------------------------------------------------------------ */
static CqlExpr *fail(Text *t, const char *expected)
{
    const CqlToken *k = &t->lex.token;

    if (t->lex.no_memory)
        FAIL(t->b.err, BASE_NO_MEMORY, STR("cql"), "filter:%zu", k->at);
    else
        FAIL(t->b.err, CQL_SYNTAX, k->kind == CQL_T_END ? STR("<end>") : k->raw, "filter:%zu", k->at);
    err_hint(t->b.err, "%s", expected);
    return NULL;
}

static bool take(Text *t, const char *sign)
{
    if (!cql_lex_is(&t->lex, sign))
        return false;
    cql_lex_next(&t->lex);
    return true;
}

static bool take_word(Text *t, const char *keyword)
{
    if (!cql_lex_word(&t->lex, keyword))
        return false;
    cql_lex_next(&t->lex);
    return true;
}

static bool need(Text *t, const char *sign)
{
    return take(t, sign) || fail(t, sign);
}

/* Every '(' counts against the depth, so that no text makes us recurse without end. */
static bool open(Text *t)
{
    if (!need(t, "("))
        return false;
    if (++t->open <= CQL_MAX_DEPTH)
        return true;
    FAIL(t->b.err, CQL_TOO_BIG, STR("depth"), "filter:%zu", t->lex.token.at);
    err_hint(t->b.err, "%d", CQL_MAX_DEPTH);
    return false;
}

static bool close(Text *t)
{
    t->open--;
    return need(t, ")");
}

static CqlExpr here(const Text *t)
{
    return (CqlExpr){ .at = t->lex.token.at };
}

static CqlExpr *node(Text *t, CqlOp op, const CqlExpr *first, CqlExpr *const *arg, size_t narg)
{
    return cql_node(&t->b, op, (CqlExpr){ .at = first->at }, arg, narg);
}

static CqlExpr *two(Text *t, CqlOp op, CqlExpr *x, CqlExpr *y)
{
    return x && y ? node(t, op, x, (CqlExpr *[]){ x, y }, 2) : NULL;
}

static CqlExpr *literal(Text *t, CqlExpr place, CqlValue v)
{
    place.value = v;
    return cql_node(&t->b, CQL_OP_LITERAL, place, NULL, 0);
}

/* A literal of the token at hand, which is then passed. */
static CqlExpr *literal_here(Text *t, CqlValue v)
{
    CqlExpr place = here(t);

    cql_lex_next(&t->lex);
    return literal(t, place, v);
}

static bool looks_grouped(const CqlExpr *e)
{
    const CqlFamily f = cql_op[e->op].family;

    return !e->grouped && f != CQL_LEAF && f != CQL_FOLD;
}

/* --- numbers ------------------------------------------------------------------------------------------- */
static bool number_value(Text *t, bool minus, CqlValue *out)
{
    const Str raw = t->lex.token.raw;
    Str s = raw;
    Buf b;
    bool ok;

    if (t->lex.token.kind != CQL_T_NUMBER)
        return fail(t, "1.5");
    if (s.ptr[s.len - 1] == '.') /* "1." is a number of the BNF, but not of str_to_f64 */
        s.len--;
    buf_init(&b, CQL_MAX_TEXT + 2);
    buf_str(&b, minus ? STR("-") : STR(""));
    buf_str(&b, s.ptr[0] == '.' ? STR("0") : STR(""));
    buf_str(&b, s);
    ok = !b.bad && cql_read_number(buf_text(&b), out);
    buf_clear(&b);
    if (ok) {
        cql_lex_next(&t->lex);
        return true;
    }
    FAIL(t->b.err, CQL_BAD_VALUE, raw, "filter:%zu", t->lex.token.at);
    err_hint(t->b.err, "%s", "±1.8e308");
    return false;
}

/* signedNumericLiteral */
static bool signed_number(Text *t, double *out)
{
    CqlValue v;
    bool minus = cql_lex_is(&t->lex, "-");

    if (minus || cql_lex_is(&t->lex, "+"))
        cql_lex_next(&t->lex);
    if (!number_value(t, minus, &v))
        return false;
    *out = v.kind == CQL_INT ? (double)v.integer : v.number;
    return true;
}

/* --- literals with a name ---------------------------------------------------------------------------------- */
typedef bool ReadText(Str, CqlValue *);

static CqlExpr *bad_value(Text *t, const char *expected)
{
    if (t->lex.no_memory)
        return fail(t, expected);
    FAIL(t->b.err, CQL_BAD_VALUE, t->lex.token.text, "filter:%zu", t->lex.token.at);
    err_hint(t->b.err, "%s", expected);
    return NULL;
}

/* dateInstant, timestampInstant; the token is the opening parenthesis */
static CqlExpr *instant(Text *t, CqlExpr place, ReadText *read, const char *form)
{
    CqlValue v;

    if (!open(t))
        return NULL;
    if (t->lex.token.kind != CQL_T_STRING)
        return fail(t, form);
    if (!read(t->lex.token.text, &v))
        return bad_value(t, form);
    cql_lex_next(&t->lex);
    return close(t) ? literal(t, place, v) : NULL;
}

/* instantParameter: a bare text is a date, a time or the open end */
static CqlExpr *interval_end(Text *t)
{
    const Str s = t->lex.token.text;
    CqlValue v = { CQL_NULL };

    if (t->lex.token.kind != CQL_T_STRING)
        return sum(t);
    if (!str_eq(s, STR("..")) && !cql_read_date(s, &v) && !cql_read_timestamp(s, &v))
        return bad_value(t, "2026-01-31, 2026-01-31T08:00:00Z, ..");
    return literal_here(t, v);
}

static CqlExpr *interval(Text *t, CqlExpr place)
{
    CqlExpr *end[2];

    if (!open(t) || !(end[0] = interval_end(t)) || !need(t, ",") || !(end[1] = interval_end(t)) || !close(t))
        return NULL;
    return cql_node(&t->b, CQL_OP_INTERVAL, place, end, 2);
}

static CqlExpr *bbox(Text *t, CqlExpr place)
{
    double *v = NEWS(t->b.a, double, 6);
    size_t n = 0;

    if (!v) {
        FAIL_AT(t->b.err, BASE_NO_MEMORY, &place, STR("cql"));
        return NULL;
    }
    if (!open(t))
        return NULL;
    do {
        if (n == 6)
            return fail(t, ")");
        if (!signed_number(t, &v[n++]))
            return NULL;
    } while (take(t, ","));
    if (n != 4 && n != 6)
        return fail(t, ",");
    place.box = v;
    place.nbox = n;
    return close(t) ? cql_node(&t->b, CQL_OP_BBOX, place, NULL, 0) : NULL;
}

/* The number at the end of what geo says ("wkt:17", "17"): its offset in the WKT. */
static size_t last_number(const char *where)
{
    size_t n = strlen(where), from = n, v = 0;

    while (from > 0 && where[from - 1] >= '0' && where[from - 1] <= '9')
        from--;
    for (; from < n; from++)
        v = v * 10 + (size_t)(where[from] - '0');
    return v;
}

static CqlExpr *geometry(Text *t, CqlExpr place)
{
    const Str rest = str_sub(t->lex.all, place.at, SIZE_MAX);
    CqlValue v = { CQL_GEOM };
    size_t used = 0;

    if (!geo_from_wkt(rest, t->b.a, &v.geom, &used, t->b.err)) {
        Err *err = t->b.err;

        snprintf(err->where, sizeof err->where, "filter:%zu", place.at + last_number(err->where));
        return NULL;
    }
    cql_lex_goto(&t->lex, place.at + used);
    return literal(t, place, v);
}

/* --- lists and calls ---------------------------------------------------------------------------------------- */
static CqlExpr *element(Text *t)
{
    t->list_ok = true;
    return expression(t);
}

/* The rest of a list up to its ')'. */
static bool elements(Text *t, CqlExpr *(*one)(Text *), CqlList *out)
{
    CqlExpr *e;

    if (cql_lex_is(&t->lex, ")"))
        return close(t);
    do {
        e = one(t);
        if (!e || !cql_list_add(out, e, &t->b))
            return false;
    } while (take(t, ","));
    return close(t);
}

/* arrayOperand: here parentheses are always a list */
static CqlExpr *array_operand(Text *t)
{
    CqlList l = { 0 };
    CqlExpr place = here(t);

    if (!cql_lex_is(&t->lex, "("))
        return sum(t);
    return open(t) && elements(t, element, &l) ? cql_node(&t->b, CQL_OP_LIST, place, l.item, l.n) : NULL;
}

static CqlExpr *operator_call(Text *t, CqlOp op, CqlExpr place)
{
    CqlList l = { 0 };

    if (!open(t) || !elements(t, cql_op[op].family == CQL_ARRAY ? array_operand : sum, &l))
        return NULL;
    if (l.n == cql_op[op].nargs)
        return cql_node(&t->b, op, place, l.item, l.n);
    FAIL_AT(t->b.err, CQL_SYNTAX, &place, str_of(cql_op[op].text));
    err_hint(t->b.err, "%s", cql_op[op].nargs == 1 ? "(…)" : "(…, …)");
    return NULL;
}

static CqlExpr *function_call(Text *t, CqlExpr place)
{
    CqlList l = { 0 };

    return open(t) && elements(t, element, &l) ? cql_node(&t->b, CQL_OP_FUNCTION, place, l.item, l.n) : NULL;
}

/* "POINT", "POINTZ": the BNF puts no blank before its Z. */
static bool names_geometry(Str name)
{
    GeoType type;

    if (geo_type_of(name, &type))
        return type != GEO_ANY;
    return name.len && (name.ptr[name.len - 1] | 32) == 'z' &&
           geo_type_of(str_sub(name, 0, name.len - 1), &type) && type != GEO_ANY;
}

/* Something written name(…); the token is the name. */
static CqlExpr *call(Text *t)
{
    CqlExpr place = here(t);
    const Str name = t->lex.token.raw;
    CqlOp op;

    place.name = name;
    if (names_geometry(name))
        return geometry(t, (CqlExpr){ .at = place.at });
    cql_lex_next(&t->lex);
    if (cql_op_of_text(name, &op))
        return operator_call(t, op, (CqlExpr){ .at = place.at });
    if (str_eq_nocase(name, STR("DATE")))
        return instant(t, (CqlExpr){ .at = place.at }, cql_read_date, "'2026-01-31'");
    if (str_eq_nocase(name, STR("TIMESTAMP")))
        return instant(t, (CqlExpr){ .at = place.at }, cql_read_timestamp, "'2026-01-31T08:00:00Z'");
    if (str_eq_nocase(name, STR("INTERVAL")))
        return interval(t, (CqlExpr){ .at = place.at });
    if (str_eq_nocase(name, STR("BBOX")))
        return bbox(t, (CqlExpr){ .at = place.at });
    return function_call(t, place);
}

/* --- operands --------------------------------------------------------------------------------------------------- */
static CqlExpr *no_list(Text *t, const CqlExpr *place)
{
    FAIL_AT(t->b.err, CQL_SYNTAX, place, STR("("));
    err_hint(t->b.err, "%s", "(…)");
    return NULL;
}

/* '(' expression ')' or a list. `(a + b)` groups even where a list may stand; `('a')` there is a list of one, for
 * the BNF knows no parentheses around a single literal or name. Nothing can be done with a list but end it: what an
 * operator follows was a group, and so was what stood alone inside it. */
static CqlExpr *parens(Text *t, bool list_ok)
{
    CqlList l = { 0 };
    CqlExpr place = here(t), *e;
    bool ends;

    if (!open(t) || !elements(t, list_ok ? element : expression, &l))
        return NULL;
    ends = list_ok && (cql_lex_is(&t->lex, ",") || cql_lex_is(&t->lex, ")"));
    if (ends && !(l.n == 1 && looks_grouped(l.item[0])))
        return cql_node(&t->b, CQL_OP_LIST, place, l.item, l.n);
    if (l.n != 1)
        return no_list(t, &place);
    for (e = l.item[0]; e->op == CQL_OP_LIST; e = e->arg[0])
        if (e->narg != 1)
            return no_list(t, e);
    e->grouped = true;
    return e;
}

/* The first sign after the name at hand, without reading on. */
static bool followed_by(const Text *t, const char *sign)
{
    CqlLex ahead = t->lex;

    cql_lex_next(&ahead);
    return cql_lex_is(&ahead, sign);
}

/* "POINT Z (1 2 3)", "POLYGON EMPTY": a geometry whose parenthesis comes one word later */
static bool is_tagged(const Text *t)
{
    CqlLex ahead = t->lex;

    if (!names_geometry(t->lex.token.raw))
        return false;
    cql_lex_next(&ahead);
    if (cql_lex_word(&ahead, "EMPTY"))
        return true;
    if (!cql_lex_word(&ahead, "Z"))
        return false;
    cql_lex_next(&ahead);
    return cql_lex_is(&ahead, "(") || cql_lex_word(&ahead, "EMPTY");
}

static CqlExpr *property(Text *t)
{
    CqlExpr place = here(t);

    place.name = t->lex.token.text;
    if (t->lex.no_memory || !place.name.len)
        return fail(t, "\"…\"");
    cql_lex_next(&t->lex);
    return cql_node(&t->b, CQL_OP_PROPERTY, place, NULL, 0);
}

static CqlExpr *named(Text *t)
{
    static const char *const never[] = { "AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV" };
    const bool yes = cql_lex_word(&t->lex, "TRUE");

    if (yes || cql_lex_word(&t->lex, "FALSE"))
        return literal_here(t, (CqlValue){ .kind = CQL_BOOL, .truth = yes });
    for (size_t i = 0; i < LEN(never); i++)
        if (cql_lex_word(&t->lex, never[i]))
            return fail(t, "1, 'a', name");
    if (followed_by(t, "(") || is_tagged(t))
        return call(t);
    return property(t);
}

static CqlExpr *operand(Text *t)
{
    const bool list_ok = t->list_ok;
    CqlExpr place = here(t);
    CqlValue v;

    t->list_ok = false;
    switch (t->lex.token.kind) {
    case CQL_T_NAME:
        return named(t);
    case CQL_T_QUOTED:
        return property(t);
    case CQL_T_STRING:
        if (t->lex.no_memory)
            return fail(t, "");
        return literal_here(t, (CqlValue){ .kind = CQL_TEXT, .text = t->lex.token.text });
    case CQL_T_NUMBER:
        return number_value(t, false, &v) ? literal(t, place, v) : NULL;
    default:
        return cql_lex_is(&t->lex, "(") ? parens(t, list_ok) : fail(t, "1, 'a', name");
    }
}

/* A minus before a number belongs to it; before anything else it is a product with -1, as the standard's
 * example 85 writes it (the JSON schema has no unary minus). */
static CqlExpr *factor(Text *t)
{
    const bool minus = cql_lex_is(&t->lex, "-"), plus = cql_lex_is(&t->lex, "+");
    CqlExpr place = here(t), *one;
    CqlValue v;

    if (!minus && !plus)
        return operand(t);
    t->list_ok = false;
    cql_lex_next(&t->lex);
    if (t->lex.token.kind == CQL_T_NUMBER)
        return number_value(t, minus, &v) ? literal(t, place, v) : NULL;
    if (plus)
        return fail(t, "1.5");
    one = literal(t, place, (CqlValue){ .kind = CQL_INT, .integer = -1 });
    return one ? two(t, CQL_OP_MUL, one, operand(t)) : NULL;
}

/* powerTerm: one exponent only; a second '^' is not in the BNF */
static CqlExpr *power(Text *t)
{
    CqlExpr *e = factor(t);

    return e && take(t, "^") ? two(t, CQL_OP_POW, e, factor(t)) : e;
}

static bool take_product(Text *t, CqlOp *op)
{
    *op = CQL_OP_IDIV;
    if (take_word(t, "DIV"))
        return true;
    for (*op = CQL_OP_MUL; *op <= CQL_OP_MOD; (*op)++)
        if (take(t, cql_op[*op].text))
            return true;
    return false;
}

static CqlExpr *product(Text *t)
{
    CqlExpr *e = power(t);
    CqlOp op;

    while (e && take_product(t, &op))
        e = two(t, op, e, power(t));
    return e;
}

static CqlExpr *sum(Text *t)
{
    CqlExpr *e = product(t);

    while (e && (cql_lex_is(&t->lex, "+") || cql_lex_is(&t->lex, "-"))) {
        CqlOp op = take(t, "+") ? CQL_OP_ADD : CQL_OP_SUB;

        if (op == CQL_OP_SUB)
            cql_lex_next(&t->lex);
        e = two(t, op, e, product(t));
    }
    return e;
}

/* --- predicates ---------------------------------------------------------------------------------------------------- */
static CqlExpr *negated(Text *t, bool negate, CqlExpr *e)
{
    return e && negate ? node(t, CQL_OP_NOT, e, &e, 1) : e;
}

static CqlExpr *between(Text *t, CqlExpr *x)
{
    CqlExpr *arg[3] = { x };

    if (!(arg[1] = sum(t)))
        return NULL;
    if (!take_word(t, "AND"))
        return fail(t, "AND");
    return (arg[2] = sum(t)) ? node(t, CQL_OP_BETWEEN, x, arg, 3) : NULL;
}

static CqlExpr *in_list(Text *t, CqlExpr *x)
{
    CqlList l = { 0 };

    if (!cql_list_add(&l, x, &t->b) || !open(t) || !elements(t, expression, &l))
        return NULL;
    return node(t, CQL_OP_IN, x, l.item, l.n);
}

static CqlExpr *is_null(Text *t, CqlExpr *x)
{
    const bool negate = take_word(t, "NOT");

    if (!take_word(t, "NULL"))
        return fail(t, "NULL");
    return negated(t, negate, node(t, CQL_OP_ISNULL, x, &x, 1));
}

static CqlExpr *predicate(Text *t)
{
    CqlExpr *x = sum(t);
    bool negate;

    if (!x)
        return NULL;
    for (CqlOp op = CQL_OP_EQ; op <= CQL_OP_GE; op++)
        if (take(t, cql_op[op].text))
            return two(t, op, x, sum(t));
    if (take_word(t, "IS"))
        return is_null(t, x);
    negate = take_word(t, "NOT");
    if (take_word(t, "LIKE"))
        return negated(t, negate, two(t, CQL_OP_LIKE, x, sum(t)));
    if (take_word(t, "BETWEEN"))
        return negated(t, negate, between(t, x));
    if (take_word(t, "IN"))
        return negated(t, negate, in_list(t, x));
    return negate ? fail(t, "LIKE, BETWEEN, IN") : x;
}

static CqlExpr *boolean_factor(Text *t)
{
    const size_t at = t->lex.token.at;
    CqlExpr *e;

    if (!take_word(t, "NOT"))
        return predicate(t);
    t->list_ok = false;
    e = predicate(t);
    return e ? cql_node(&t->b, CQL_OP_NOT, (CqlExpr){ .at = at }, &e, 1) : NULL;
}

/* x AND y AND z is one node of three arguments; what the user put in parentheses keeps its own. */
static CqlExpr *chain(Text *t, CqlOp op, CqlExpr *(*one)(Text *))
{
    CqlExpr *e = one(t);
    CqlList l = { 0 };

    if (!e || !cql_lex_word(&t->lex, cql_op[op].text))
        return e;
    if (!cql_list_add(&l, e, &t->b))
        return NULL;
    while (take_word(t, cql_op[op].text))
        if (!(e = one(t)) || !cql_list_add(&l, e, &t->b))
            return NULL;
    return node(t, op, l.item[0], l.item, l.n);
}

static CqlExpr *boolean_term(Text *t)
{
    return chain(t, CQL_OP_AND, boolean_factor);
}

static CqlExpr *expression(Text *t)
{
    return chain(t, CQL_OP_OR, boolean_term);
}

bool cql_parse_text(Str text, Arena *a, CqlExpr **out, Err *err)
{
    Text t = { .b = { .a = a, .err = err }, .lex = { .all = text, .a = a } };
    CqlExpr *e;

    if (text.len > CQL_MAX_TEXT) {
        FAIL(err, CQL_TOO_BIG, STR("bytes"), "filter:%d", CQL_MAX_TEXT);
        err_hint(err, "%d", CQL_MAX_TEXT);
        return false;
    }
    if (!str_is_utf8(text)) {
        FAIL(err, CQL_SYNTAX, STR("�"), "filter:0");
        err_hint(err, "%s", "UTF-8");
        return false;
    }
    cql_lex_next(&t.lex);
    e = expression(&t);
    if (!e)
        return false;
    if (t.lex.token.kind != CQL_T_END || t.lex.no_memory)
        return fail(&t, "AND, OR, <end>");
    *out = e;
    return true;
}
