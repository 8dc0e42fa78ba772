/* src/cql/check.c - a tree against a schema: names, types, literals, places. */
#include "cql/tree.h"

typedef struct Check {
    const CqlSchema *schema;
    Arena *a;
    Err *err;
    int64_t now;
} Check;

static bool check(Check *c, CqlExpr *e);

/* --- what is said of a node --------------------------------------------------------------------------------- */
static const char *kind_name(CqlKind k)
{
    static const char *const name[] = { [CQL_NULL] = "null",
        [CQL_BOOL] = "boolean",
        [CQL_INT] = "integer",
        [CQL_NUMBER] = "number",
        [CQL_TEXT] = "string",
        [CQL_DATE] = "date",
        [CQL_TIME] = "date-time",
        [CQL_INTERVAL] = "interval",
        [CQL_GEOM] = "geometry",
        [CQL_LIST] = "array" };

    return name[k];
}

static Str said(const CqlExpr *e)
{
    if (e->op == CQL_OP_PROPERTY || e->op == CQL_OP_FUNCTION)
        return e->name;
    if (e->op == CQL_OP_LITERAL && e->value.kind == CQL_TEXT)
        return e->value.text;
    if (cql_op[e->op].family == CQL_LEAF)
        return str_of(kind_name(e->kind));
    return str_of(cql_op[e->op].text);
}

static bool wrong_type(Check *c, const CqlExpr *e, const char *wanted)
{
    FAIL_AT(c->err, CQL_WRONG_TYPE, e, said(e));
    err_hint(c->err, "%s", wanted);
    return false;
}

/* --- did you mean ---------------------------------------------------------------------------------------------- */
typedef struct Near {
    Str wrong, best;
    size_t distance;
} Near;

static void consider(Near *n, Str name)
{
    const size_t d = str_distance(n->wrong, name);

    if (!n->best.ptr || d < n->distance) {
        n->best = name;
        n->distance = d;
    }
}

/* What is near, or else the first names there are. */
static void suggest(Check *c, const Near *n, Str (*name_at)(const Check *, size_t), size_t count)
{
    enum { SOME = 5 };
    char room[160];
    Buf b = { room, 0, sizeof room, sizeof room, false }; /* what does not fit is left out */

    if (n->best.ptr && n->distance * 2 <= n->wrong.len + 1) {
        err_hint(c->err, "%.*s", STRV(n->best));
        return;
    }
    for (size_t i = 0; i < count && i < SOME; i++) {
        buf_str(&b, name_at(c, i));
        buf_str(&b, STR(", "));
    }
    err_hint(c->err, "%.*s…", STRV(buf_text(&b)));
}

static Str property_at(const Check *c, size_t i)
{
    return c->schema->all[i]->name;
}

static Str function_at(const Check *c, size_t i)
{
    size_t n;

    (void)c;
    return str_of(cql_functions(&n)[i].name);
}

static bool no_property(Check *c, const CqlExpr *e)
{
    const size_t count = c->schema->all ? c->schema->nall : 0;
    Near n = { .wrong = e->name };

    for (size_t i = 0; i < count; i++)
        consider(&n, property_at(c, i));
    FAIL_AT(c->err, CQL_NO_PROPERTY, e, e->name);
    suggest(c, &n, property_at, count);
    return false;
}

static bool no_function(Check *c, const CqlExpr *e)
{
    Near n = { .wrong = e->name };
    size_t count;

    (void)cql_functions(&count);
    for (size_t i = 0; i < count; i++)
        consider(&n, function_at(c, i));
    FAIL_AT(c->err, CQL_NO_FUNCTION, e, e->name);
    suggest(c, &n, function_at, count);
    return false;
}

/* --- types ------------------------------------------------------------------------------------------------------- */
static bool fits(CqlKind is, CqlKind want)
{
    return is == want || is == CQL_NULL || want == CQL_NULL || (cql_numeric(is) && cql_numeric(want)) ||
           (cql_timelike(is) && cql_timelike(want));
}

/* A text literal where an instant is wanted is read as one. */
static bool make_instant(Check *c, CqlExpr *e)
{
    CqlValue v;

    if (e->op != CQL_OP_LITERAL || e->value.kind != CQL_TEXT)
        return true;
    if (!cql_read_date(e->value.text, &v) && !cql_read_timestamp(e->value.text, &v)) {
        FAIL_AT(c->err, CQL_BAD_VALUE, e, e->value.text);
        err_hint(c->err, "%s", "DATE('2026-01-31'), TIMESTAMP('2026-01-31T08:00:00Z')");
        return false;
    }
    e->value = v;
    e->kind = v.kind;
    return true;
}

static bool want(Check *c, CqlExpr *e, CqlKind kind)
{
    if (cql_timelike(kind) && !make_instant(c, e))
        return false;
    return fits(e->kind, kind) || wrong_type(c, e, kind_name(kind));
}

static bool want_all(Check *c, CqlExpr *e, CqlKind kind)
{
    for (size_t i = 0; i < e->narg; i++)
        if (!want(c, e->arg[i], kind))
            return false;
    return true;
}

static bool is_scalar(CqlKind k)
{
    return k != CQL_INTERVAL && k != CQL_GEOM && k != CQL_LIST;
}

/* Two values that are compared: scalars, of one class. */
static bool comparable(Check *c, CqlExpr *x, CqlExpr *y)
{
    CqlExpr *const both[] = { x, y };

    for (size_t i = 0; i < 2; i++)
        if (!is_scalar(both[i]->kind))
            return wrong_type(c, both[i], "string, number, boolean, date");
    if (cql_timelike(x->kind) && !make_instant(c, y))
        return false;
    if (cql_timelike(y->kind) && !make_instant(c, x))
        return false;
    return fits(y->kind, x->kind) || wrong_type(c, y, kind_name(x->kind));
}

static bool compares(Check *c, CqlExpr *e)
{
    for (size_t i = 1; i < e->narg; i++)
        if (!comparable(c, e->arg[0], e->arg[i]))
            return false;
    e->kind = CQL_BOOL;
    return true;
}

/* --- node by node -------------------------------------------------------------------------------------------------- */
static bool check_property(Check *c, CqlExpr *e)
{
    const CqlProperty *p = e->property = c->schema->find(c->schema->ctx, e->name);

    if (!p)
        return no_property(c, e);
    e->kind = p->list ? CQL_LIST : p->money ? CQL_NUMBER : p->kind;
    e->item = p->list ? p->kind : CQL_NULL;
    e->constant = false;
    return true;
}

static bool check_function(Check *c, CqlExpr *e)
{
    const CqlFunction *f = e->function = cql_function(e->name);

    if (!f)
        return no_function(c, e);
    if (e->narg != f->nargs) {
        FAIL_AT(c->err, CQL_WRONG_TYPE, e, e->name);
        err_hint(c->err, "%s(%zu)", f->name, f->nargs);
        return false;
    }
    for (size_t i = 0; i < e->narg; i++)
        if (!want(c, e->arg[i], f->arg[i].kind))
            return false;
    e->kind = f->returns;
    e->now = (CqlValue){ .kind = CQL_TIME, .time = c->now };
    return true;
}

static bool check_list(Check *c, CqlExpr *e)
{
    (void)c;
    e->kind = CQL_LIST;
    e->item = e->narg ? e->arg[0]->kind : CQL_NULL;
    for (size_t i = 1; i < e->narg; i++)
        if (!fits(e->arg[i]->kind, e->item))
            e->item = CQL_NULL;
    return true;
}

static bool check_interval(Check *c, CqlExpr *e)
{
    e->kind = CQL_INTERVAL;
    return want_all(c, e, CQL_TIME);
}

static bool check_literal(Check *c, CqlExpr *e)
{
    e->kind = e->op == CQL_OP_BBOX ? CQL_GEOM : e->value.kind;
    return e->kind != CQL_GEOM || cql_place(e, c->schema, c->a, c->err);
}

static bool check_temporal(Check *c, CqlExpr *e)
{
    e->kind = CQL_BOOL;
    for (size_t i = 0; i < e->narg; i++)
        if (e->arg[i]->kind != CQL_INTERVAL && !want(c, e->arg[i], CQL_TIME))
            return false;
    return true;
}

/* A list of texts beside a list of dates: its texts are dates. */
static bool check_array(Check *c, CqlExpr *e)
{
    e->kind = CQL_BOOL;
    if (!want_all(c, e, CQL_LIST))
        return false;
    for (size_t i = 0; i < 2; i++) {
        CqlExpr *list = e->arg[i];

        if (!cql_timelike(e->arg[1 - i]->item) || list->op != CQL_OP_LIST)
            continue;
        for (size_t k = 0; k < list->narg; k++)
            if (!make_instant(c, list->arg[k]))
                return false;
        check_list(c, list);
    }
    return true;
}

static bool check_operator(Check *c, CqlExpr *e)
{
    switch (cql_op[e->op].family) {
    case CQL_LOGIC:
        e->kind = CQL_BOOL;
        return want_all(c, e, CQL_BOOL);
    case CQL_COMPARE:
        return compares(c, e);
    case CQL_PREDICATE:
        e->kind = CQL_BOOL;
        return e->op == CQL_OP_ISNULL || (e->op == CQL_OP_LIKE ? want_all(c, e, CQL_TEXT) : compares(c, e));
    case CQL_FOLD:
        e->kind = CQL_TEXT;
        return want_all(c, e, CQL_TEXT);
    case CQL_ARITH:
        e->kind = CQL_NUMBER;
        return want_all(c, e, CQL_NUMBER);
    case CQL_SPATIAL:
        e->kind = CQL_BOOL;
        return want_all(c, e, CQL_GEOM);
    case CQL_TEMPORAL:
        return check_temporal(c, e);
    default:
        return check_array(c, e);
    }
}

static bool check_node(Check *c, CqlExpr *e)
{
    switch (e->op) {
    case CQL_OP_LITERAL:
    case CQL_OP_BBOX:
        return check_literal(c, e);
    case CQL_OP_PROPERTY:
        return check_property(c, e);
    case CQL_OP_FUNCTION:
        return check_function(c, e);
    case CQL_OP_LIST:
        return check_list(c, e);
    case CQL_OP_INTERVAL:
        return check_interval(c, e);
    default:
        return check_operator(c, e);
    }
}

static bool check(Check *c, CqlExpr *e)
{
    e->constant = true;
    for (size_t i = 0; i < e->narg; i++) {
        if (!check(c, e->arg[i]))
            return false;
        e->constant = e->constant && e->arg[i]->constant;
    }
    return check_node(c, e);
}

bool cql_check_value(CqlExpr *e, const CqlSchema *schema, Arena *a, CqlKind *kind, Err *err)
{
    Check c = { schema, a, err, time_now() };

    if (!check(&c, e))
        return false;
    *kind = e->kind;
    return true;
}

bool cql_check(CqlExpr *e, const CqlSchema *schema, Arena *a, Err *err)
{
    Check c = { schema, a, err, time_now() };

    return check(&c, e) && want(&c, e, CQL_BOOL);
}
