/* src/cql/tree.c - making nodes, saying where they stood, and what the readers share. */
#include "cql/tree.h"
#include <stdio.h>

#define ROW(id, json, text, family, nargs) { json, text, CQL_##family, nargs },
const CqlOpRow cql_op[CQL_OP_COUNT] = { CQL_OPS(ROW) };

/* Names that mean something else where a property could stand (rules of the BNF, any case). */
static const char *const reserved[] = { "AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "TRUE",
    "FALSE", "DIV" };
/* Names that mean something else where a function could stand. */
static const char *const taken[] = { "DATE", "TIMESTAMP", "INTERVAL", "BBOX", "POINT", "LINESTRING",
    "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION" };

bool cql_op_of_json(Str name, CqlOp *out)
{
    for (size_t i = 0; name.len && i < CQL_OP_COUNT; i++)
        if (str_eq(name, str_of(cql_op[i].json))) {
            *out = (CqlOp)i;
            return true;
        }
    return false;
}

bool cql_op_of_text(Str keyword, CqlOp *out)
{
    for (size_t i = 0; keyword.len && i < CQL_OP_COUNT; i++)
        if (cql_op[i].family >= CQL_FOLD && cql_op[i].family != CQL_ARITH &&
            str_eq_nocase(keyword, str_of(cql_op[i].text))) {
            *out = (CqlOp)i;
            return true;
        }
    return false;
}

static bool one_of(Str s, const char *const *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(s, str_of(word[i])))
            return true;
    return false;
}

bool cql_is_keyword(Str s)
{
    CqlOp op;

    return one_of(s, reserved, LEN(reserved)) || one_of(s, taken, LEN(taken)) || cql_op_of_text(s, &op);
}

/* Steps are kept from the leaf up; the pointer is written from the root down. */
static size_t path_write(const CqlPath *p, char *buf, size_t size)
{
    size_t n;
    int k;

    if (!p)
        return 0;
    n = path_write(p->up, buf, size);
    if (n >= size)
        return n;
    k = p->key ? snprintf(buf + n, size - n, "/%s", p->key) : snprintf(buf + n, size - n, "/%zu", p->index);
    return n + (size_t)k;
}

const char *cql_path_text(const CqlPath *p, char *buf, size_t size)
{
    buf[0] = 0;
    path_write(p, buf, size);
    return buf;
}

const char *cql_where(const CqlExpr *e, char buf[96])
{
    int n;

    if (!e->json) {
        snprintf(buf, 96, "filter:%zu", e->at);
        return buf;
    }
    n = snprintf(buf, 96, "filter#");
    cql_path_text(e->path, buf + n, 96 - (size_t)n);
    return buf;
}

static bool too_big(CqlBuild *b, const CqlExpr *e, const char *what, int limit)
{
    FAIL_AT(b->err, CQL_TOO_BIG, e, str_of(what));
    err_hint(b->err, "%d", limit);
    return false;
}

static bool deep_enough(CqlBuild *b, CqlExpr *e)
{
    for (size_t i = 0; i < e->narg; i++)
        if (e->arg[i]->depth >= e->depth)
            e->depth = e->arg[i]->depth + 1;
    if (e->depth > CQL_MAX_DEPTH)
        return too_big(b, e, "depth", CQL_MAX_DEPTH);
    if (++b->nodes > CQL_MAX_NODES)
        return too_big(b, e, "nodes", CQL_MAX_NODES);
    return true;
}

CqlExpr *cql_node(CqlBuild *b, CqlOp op, CqlExpr place, CqlExpr *const *arg, size_t narg)
{
    CqlExpr *e = NEW(b->a, CqlExpr);
    CqlExpr **copy = narg ? NEWS(b->a, CqlExpr *, narg) : NULL;

    if (!e || (narg && !copy)) {
        FAIL_AT(b->err, BASE_NO_MEMORY, &place, STR("cql"));
        return NULL;
    }
    if (narg)
        memcpy(copy, arg, narg * sizeof *copy);
    *e = place;
    e->op = op;
    e->arg = copy;
    e->narg = narg;
    e->depth = 1;
    return deep_enough(b, e) ? e : NULL;
}

bool cql_list_add(CqlList *l, CqlExpr *e, CqlBuild *b)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 4;
        CqlExpr **more = NEWS(b->a, CqlExpr *, cap);

        if (!more)
            return FAIL_AT(b->err, BASE_NO_MEMORY, e, STR("cql"));
        if (l->n)
            memcpy(more, l->item, l->n * sizeof *more);
        l->item = more;
        l->cap = cap;
    }
    l->item[l->n++] = e;
    return true;
}
