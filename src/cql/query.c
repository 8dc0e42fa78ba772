/* src/cql/query.c - what callers ask of a tree besides its truth. */
#include "cql/tree.h"

/* Not by cql_node: what a rule or a permission adds must not make a user's filter too deep. */
CqlExpr *cql_and(CqlExpr *x, CqlExpr *y, Arena *a)
{
    CqlExpr *e, **arg;

    if (!x || !y)
        return x ? x : y;
    e = NEW(a, CqlExpr);
    arg = NEWS(a, CqlExpr *, 2);
    if (!e || !arg)
        return NULL;
    arg[0] = x;
    arg[1] = y;
    *e = (CqlExpr){ .op = CQL_OP_AND,
        .at = x->at,
        .json = x->json,
        .path = x->path,
        .arg = arg,
        .narg = 2,
        .depth = 1 + (x->depth > y->depth ? x->depth : y->depth),
        .kind = CQL_BOOL,
        .constant = x->constant && y->constant };
    return e;
}

static bool all_can(const CqlExpr *e, bool (*can)(const CqlProperty *p))
{
    if (e->op == CQL_OP_PROPERTY)
        return e->property && can(e->property);
    for (size_t i = 0; i < e->narg; i++)
        if (!all_can(e->arg[i], can))
            return false;
    return true;
}

/* Those parts of a conjunction of which `want` holds; NULL: none. */
static bool some_parts(
    const CqlExpr *e, bool (*can)(const CqlProperty *p), bool want, Arena *a, const CqlExpr **out)
{
    CqlExpr *part = NEW(a, CqlExpr);
    size_t n = 0;

    if (!part)
        return false;
    *part = *e;
    part->arg = NEWS(a, CqlExpr *, e->narg);
    if (!part->arg)
        return false;
    for (size_t i = 0; i < e->narg; i++)
        if (all_can(e->arg[i], can) == want)
            part->arg[n++] = e->arg[i];
    part->narg = n;
    *out = n > 1 ? part : n ? part->arg[0] : NULL;
    return true;
}

/* A record passes `e` where it passes both: a conjunction is true where all its parts are. Nothing else may be parted: of OR or
 * NOT a part alone says nothing about the whole. */
bool cql_split(
    const CqlExpr *e, bool (*can)(const CqlProperty *p), Arena *a, const CqlExpr **said, const CqlExpr **rest)
{
    const bool whole = all_can(e, can);

    *said = whole ? e : NULL;
    *rest = whole ? NULL : e;
    return whole || e->op != CQL_OP_AND ||
           (some_parts(e, can, true, a, said) && some_parts(e, can, false, a, rest));
}

/* A relation that needs a common point binds the property to the literal's box. */
static GeoBox box_of_relation(const CqlExpr *e)
{
    GeoBox half[2];
    size_t n;

    for (size_t i = 0; i < 2; i++) {
        const CqlExpr *lit = e->arg[i];

        if (e->arg[1 - i]->op != CQL_OP_PROPERTY || (lit->op != CQL_OP_BBOX && lit->op != CQL_OP_LITERAL))
            continue;
        n = cql_boxes(lit, half);
        return n == 2 ? geo_box_join(half[0], half[1]) : half[0];
    }
    return GEO_BOX_NONE;
}

static GeoBox common(GeoBox a, GeoBox b)
{
    GeoBox c = { a.minx > b.minx ? a.minx : b.minx, a.miny > b.miny ? a.miny : b.miny,
        a.maxx < b.maxx ? a.maxx : b.maxx, a.maxy < b.maxy ? a.maxy : b.maxy };

    if (geo_box_empty(a))
        return b;
    /* An empty result would say “anywhere”; one of the two is still true. */
    return geo_box_empty(b) || c.minx > c.maxx || c.miny > c.maxy ? a : c;
}

static GeoBox box_of_chain(const CqlExpr *e)
{
    GeoBox box = cql_box(e->arg[0]);

    for (size_t i = 1; i < e->narg; i++) {
        const GeoBox one = cql_box(e->arg[i]);

        if (e->op == CQL_OP_AND)
            box = common(box, one);
        else
            box = geo_box_empty(box) || geo_box_empty(one) ? GEO_BOX_NONE : geo_box_join(box, one);
    }
    return box;
}

GeoBox cql_box(const CqlExpr *e)
{
    if (e->op == CQL_OP_AND || e->op == CQL_OP_OR)
        return box_of_chain(e);
    if (cql_op[e->op].family == CQL_SPATIAL && e->op != CQL_OP_S_DISJOINT)
        return box_of_relation(e);
    return GEO_BOX_NONE;
}

void cql_names(const CqlExpr *e, void (*see)(void *ctx, Str name), void *ctx)
{
    if (e->op == CQL_OP_PROPERTY)
        see(ctx, e->name);
    for (size_t i = 0; i < e->narg; i++)
        cql_names(e->arg[i], see, ctx);
}
