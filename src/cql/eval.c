/* src/cql/eval.c - a checked tree and one record: the definition of what an expression means.
 *
 * Three-valued logic throughout (clause 6.3 of OGC 21-065): a missing value makes a condition unknown, unless what is
 * known decides it. Where memory runs out a value is missing.
 */
#include "cql/tree.h"

typedef struct Eval {
    const CqlRecord *record;
    Arena *a;
} Eval;

static CqlValue value(const Eval *v, const CqlExpr *e);

static CqlValue null(void)
{
    return (CqlValue){ CQL_NULL };
}

static CqlTruth truth_of(CqlValue v)
{
    if (v.kind == CQL_INT) /* of a property that may be anything */
        return v.integer ? CQL_TRUE : CQL_FALSE;
    return v.kind != CQL_BOOL ? CQL_UNKNOWN : v.truth ? CQL_TRUE : CQL_FALSE;
}

static CqlValue value_of(CqlTruth t)
{
    return t == CQL_UNKNOWN ? null() : (CqlValue){ .kind = CQL_BOOL, .truth = t == CQL_TRUE };
}

static CqlTruth truth(const Eval *v, const CqlExpr *e)
{
    return truth_of(value(v, e));
}

/* Joins two truths by OR; AND is its mirror. */
static CqlTruth either(CqlTruth x, CqlTruth y)
{
    return x == CQL_TRUE || y == CQL_TRUE         ? CQL_TRUE
           : x == CQL_UNKNOWN || y == CQL_UNKNOWN ? CQL_UNKNOWN
                                                  : CQL_FALSE;
}

static CqlTruth both(CqlTruth x, CqlTruth y)
{
    return cql_not(either(cql_not(x), cql_not(y)));
}

/* --- leaves ---------------------------------------------------------------------------------------------- */
static CqlValue of_property(const Eval *v, const CqlExpr *e)
{
    CqlValue x = v->record->get(v->record->ctx, e->property);

    if (e->property->money && x.kind == CQL_INT) /* stored in 分, spoken of in yuan */
        return (CqlValue){ .kind = CQL_NUMBER, .number = (double)x.integer / 100 };
    if (e->property->list && x.kind == CQL_TEXT) /* as a store keeps it */
        return cql_list_of(x.text, e->property->kind, v->a);
    if (x.kind == CQL_GEOM && !cql_wkb_of(x.geom, &x.geom))
        return null();
    return x;
}

static CqlValue of_list(const Eval *v, const CqlExpr *e)
{
    CqlValue *item = NEWS(v->a, CqlValue, e->narg ? e->narg : 1);

    if (!item)
        return null();
    for (size_t i = 0; i < e->narg; i++) {
        item[i] = value(v, e->arg[i]);
        if (item[i].kind == CQL_NULL)
            return null();
    }
    return (CqlValue){ .kind = CQL_LIST, .list = { item, e->narg } };
}

/* What a function gets is of the kind it declares, whatever a record may hold; a number may be whole. */
static bool argument(CqlValue x, CqlKind kind, CqlValue *out)
{
    *out = kind == CQL_NUMBER ? x : cql_coerce(x, kind);
    return out->kind == kind || (kind == CQL_NUMBER && out->kind == CQL_INT) ||
           (kind == CQL_NULL && x.kind != CQL_NULL);
}

static CqlValue of_function(const Eval *v, const CqlExpr *e)
{
    CqlValue arg[LEN(((CqlFunction *)0)->arg) + 1] = { { 0 } };

    for (size_t i = 0; i < e->narg; i++)
        if (!argument(value(v, e->arg[i]), e->function->arg[i].kind, &arg[i]))
            return null();
    arg[e->narg] = v->record->now ? (CqlValue){ .kind = CQL_TIME, .time = v->record->now } : e->now;
    return e->function->call(arg, e->narg, v->a);
}

/* --- time --------------------------------------------------------------------------------------------------- */
static CqlValue instant_or_open(const Eval *v, const CqlExpr *e, int64_t open)
{
    if (e->op == CQL_OP_LITERAL && e->value.kind == CQL_NULL)
        return (CqlValue){ .kind = CQL_TIME, .time = open };
    return value(v, e);
}

/* The two ends of an instant, an interval or a property that is one. */
static void ends_of(const Eval *v, const CqlExpr *e, CqlValue end[2])
{
    CqlValue x;

    if (e->op == CQL_OP_INTERVAL) {
        end[0] = instant_or_open(v, e->arg[0], INT64_MIN);
        end[1] = instant_or_open(v, e->arg[1], INT64_MAX);
        return;
    }
    end[0] = end[1] = x = value(v, e);
    if (x.kind != CQL_INTERVAL)
        return;
    end[0] = (CqlValue){ .kind = CQL_TIME, .time = x.interval.from };
    end[1] = (CqlValue){ .kind = CQL_TIME, .time = x.interval.to };
}

static CqlValue of_interval(const Eval *v, const CqlExpr *e)
{
    CqlValue end[2];

    ends_of(v, e, end);
    if (!cql_timelike(end[0].kind) || !cql_timelike(end[1].kind))
        return null();
    return (CqlValue){ .kind = CQL_INTERVAL,
        .interval = {
            cql_instant(end[0]), cql_instant(end[1]), end[0].kind == CQL_DATE && end[1].kind == CQL_DATE } };
}

static CqlTruth temporal(const Eval *v, const CqlExpr *e)
{
    const CqlAllen *w = cql_allen(e->op);
    CqlValue end[4];
    CqlTruth t = w->any ? CQL_FALSE : CQL_TRUE;

    ends_of(v, e->arg[0], end);
    ends_of(v, e->arg[1], end + 2);
    for (size_t i = 0; i < w->n; i++) {
        const CqlTruth one = cql_holds(w->term[i].op, end[w->term[i].left], end[w->term[i].right]);

        t = w->any ? either(t, one) : both(t, one);
    }
    return t;
}

/* --- conditions ------------------------------------------------------------------------------------------------ */
static CqlTruth chain(const Eval *v, const CqlExpr *e)
{
    const bool is_or = e->op == CQL_OP_OR;
    const CqlTruth decides = is_or ? CQL_TRUE : CQL_FALSE;
    CqlTruth t = cql_not(decides);

    for (size_t i = 0; i < e->narg && t != decides; i++)
        t = is_or ? either(t, truth(v, e->arg[i])) : both(t, truth(v, e->arg[i]));
    return t;
}

static CqlTruth in_list(const Eval *v, const CqlExpr *e)
{
    const CqlValue x = value(v, e->arg[0]);
    CqlTruth t = CQL_FALSE;

    for (size_t i = 1; i < e->narg && t != CQL_TRUE; i++)
        t = either(t, cql_holds(CQL_OP_EQ, x, value(v, e->arg[i])));
    return t;
}

static CqlTruth between(const Eval *v, const CqlExpr *e)
{
    const CqlValue x = value(v, e->arg[0]);

    return both(cql_holds(CQL_OP_GE, x, value(v, e->arg[1])), cql_holds(CQL_OP_LE, x, value(v, e->arg[2])));
}

static CqlTruth like(const Eval *v, const CqlExpr *e)
{
    const CqlValue x = value(v, e->arg[0]), y = value(v, e->arg[1]);

    if (x.kind != CQL_TEXT || y.kind != CQL_TEXT)
        return CQL_UNKNOWN;
    return cql_like(x.text, y.text) ? CQL_TRUE : CQL_FALSE;
}

static CqlTruth spatial(const Eval *v, const CqlExpr *e)
{
    const CqlValue x = value(v, e->arg[0]), y = value(v, e->arg[1]);

    if (x.kind != CQL_GEOM || y.kind != CQL_GEOM)
        return CQL_UNKNOWN;
    return cql_relate(e->op, x.geom, y.geom, v->a);
}

static CqlTruth predicate(const Eval *v, const CqlExpr *e)
{
    switch (e->op) {
    case CQL_OP_LIKE:
        return like(v, e);
    case CQL_OP_BETWEEN:
        return between(v, e);
    case CQL_OP_IN:
        return in_list(v, e);
    default:
        return value(v, e->arg[0]).kind == CQL_NULL ? CQL_TRUE : CQL_FALSE;
    }
}

static CqlValue of_operator(const Eval *v, const CqlExpr *e)
{
    switch (cql_op[e->op].family) {
    case CQL_LOGIC:
        return value_of(e->op == CQL_OP_NOT ? cql_not(truth(v, e->arg[0])) : chain(v, e));
    case CQL_COMPARE:
        return value_of(cql_holds(e->op, value(v, e->arg[0]), value(v, e->arg[1])));
    case CQL_PREDICATE:
        return value_of(predicate(v, e));
    case CQL_FOLD:
        return cql_fold(e->op, value(v, e->arg[0]), v->a);
    case CQL_ARITH:
        return cql_arith(e->op, value(v, e->arg[0]), value(v, e->arg[1]));
    case CQL_SPATIAL:
        return value_of(spatial(v, e));
    case CQL_TEMPORAL:
        return value_of(temporal(v, e));
    default:
        return value_of(cql_lists(e->op, value(v, e->arg[0]), value(v, e->arg[1])));
    }
}

static CqlValue value(const Eval *v, const CqlExpr *e)
{
    switch (e->op) {
    case CQL_OP_LITERAL:
    case CQL_OP_BBOX:
        return e->value;
    case CQL_OP_PROPERTY:
        return of_property(v, e);
    case CQL_OP_FUNCTION:
        return of_function(v, e);
    case CQL_OP_LIST:
        return of_list(v, e);
    case CQL_OP_INTERVAL:
        return of_interval(v, e);
    default:
        return of_operator(v, e);
    }
}

CqlValue cql_value(const CqlExpr *e, const CqlRecord *record, Arena *a)
{
    return value(&(Eval){ record, a }, e);
}

CqlTruth cql_eval(const CqlExpr *e, const CqlRecord *record, Arena *a)
{
    return truth_of(cql_value(e, record, a));
}
