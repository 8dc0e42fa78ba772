/* src/cql/bounds.c - between which values a property must lie for an expression to be true: what an index in memory can use
 * that knows nothing of expressions. It may say too much, never too little: the residual is asked of what is left.
 */
#include "cql/tree.h"
#include <math.h>

typedef struct Span {
    double least, most;
} Span;
static const Span whole = { -INFINITY, INFINITY };

/* A literal as the number that records hold for such a property; NAN where the two are of different kinds. */
static double number_for(const CqlProperty *p, const CqlExpr *e)
{
    if (e->op != CQL_OP_LITERAL)
        return NAN;
    switch (e->value.kind) {
    case CQL_INT:
    case CQL_NUMBER: {
        const double v = e->value.kind == CQL_INT ? (double)e->value.integer : e->value.number;

        return p->kind == CQL_INT || p->kind == CQL_NUMBER ? v * (p->money ? 100 : 1) : NAN;
    }
    case CQL_DATE:
        return p->kind == CQL_DATE ? (double)e->value.date : (double)NAN;
    case CQL_TIME:
        return p->kind == CQL_TIME ? (double)e->value.time : NAN;
    default:
        return NAN;
    }
}

/* Strict bounds are taken as closed: a neighbour too many is only looked at. */
static Span compared(CqlOp op, double v)
{
    const double slack = fabs(v) * 1e-12; /* 分 of a literal in yuan, rounded either way */

    if (isnan(v))
        return whole;
    switch (op) {
    case CQL_OP_EQ:
        return (Span){ v - slack, v + slack };
    case CQL_OP_LT:
    case CQL_OP_LE:
        return (Span){ -INFINITY, v + slack };
    case CQL_OP_GT:
    case CQL_OP_GE:
        return (Span){ v - slack, INFINITY };
    default:
        return whole;
    }
}

static CqlOp turned(CqlOp op)
{
    return op == CQL_OP_LT   ? CQL_OP_GT
           : op == CQL_OP_LE ? CQL_OP_GE
           : op == CQL_OP_GT ? CQL_OP_LT
           : op == CQL_OP_GE ? CQL_OP_LE
                             : op;
}

static Span span_of(const CqlExpr *e, const CqlProperty *p);

static Span of_all(const CqlExpr *e, const CqlProperty *p)
{
    Span s = whole;

    for (size_t i = 0; i < e->narg; i++) {
        const Span one = span_of(e->arg[i], p);

        s.least = fmax(s.least, one.least);
        s.most = fmin(s.most, one.most);
    }
    return s;
}

static Span of_any(const CqlExpr *e, const CqlProperty *p)
{
    Span s = e->narg ? span_of(e->arg[0], p) : whole;

    for (size_t i = 1; i < e->narg; i++) {
        const Span one = span_of(e->arg[i], p);

        s.least = fmin(s.least, one.least);
        s.most = fmax(s.most, one.most);
    }
    return s;
}

static bool is(const CqlExpr *e, const CqlProperty *p)
{
    return e->op == CQL_OP_PROPERTY && e->property == p;
}

static Span span_of(const CqlExpr *e, const CqlProperty *p)
{
    switch (e->op) {
    case CQL_OP_AND:
        return of_all(e, p);
    case CQL_OP_OR:
        return of_any(e, p);
    case CQL_OP_BETWEEN:
        if (is(e->arg[0], p)) {
            const Span from = compared(CQL_OP_GE, number_for(p, e->arg[1])),
                       to = compared(CQL_OP_LE, number_for(p, e->arg[2]));

            return (Span){ from.least, to.most };
        }
        return whole;
    case CQL_OP_EQ:
    case CQL_OP_LT:
    case CQL_OP_LE:
    case CQL_OP_GT:
    case CQL_OP_GE:
        if (is(e->arg[0], p))
            return compared(e->op, number_for(p, e->arg[1]));
        if (is(e->arg[1], p))
            return compared(turned(e->op), number_for(p, e->arg[0]));
        return whole;
    default:
        return whole; /* NOT too: what it leaves out is no span */
    }
}

bool cql_bounds(const CqlExpr *e, const CqlProperty *p, double *least, double *most)
{
    const Span s = span_of(e, p);

    *least = s.least;
    *most = s.most;
    return s.least > -INFINITY || s.most < INFINITY;
}
