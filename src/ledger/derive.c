/* src/ledger/derive.c - a record as an expression sees it, and what derives from its own values. */
#include "ledger/row.h"

static CqlValue see_value(void *ctx, const CqlProperty *p)
{
    const LedgerRecord *r = ctx;

    if (p->index == PACK_INDEX_GEOMETRY)
        return r->geometry.len ? (CqlValue){ .kind = CQL_GEOM, .geom = r->geometry }
                               : (CqlValue){ .kind = CQL_NULL };
    if (p->index == PACK_INDEX_ID)
        return (CqlValue){ .kind = CQL_TEXT, .text = r->id };
    return r->value[p->index];
}

CqlRecord ledger_seen(const LedgerRecord *r)
{
    return (CqlRecord){ see_value, (void *)(uintptr_t)r };
}

/* PACK_SAME: from the record itself. Values are written where they stand. */
bool ledger_derive(const PackCollection *c, LedgerRecord *r, Arena *a)
{
    CqlValue *value = (CqlValue *)(uintptr_t)r->value;
    const CqlRecord seen = ledger_seen(r);

    for (size_t i = 0; i < c->ndeclared; i++) {
        const PackProperty *p = c->property + i;
        CqlValue v;

        if (p->derive != PACK_SAME || !p->expr)
            continue;
        v = cql_value(p->expr, &seen, a);
        if (p->cql.kind == CQL_INT && v.kind == CQL_NUMBER)
            v = (CqlValue){ .kind = CQL_INT,
                .integer = (int64_t)(v.number < 0 ? v.number - 0.5 : v.number + 0.5) };
        else if (p->cql.kind == CQL_NUMBER && v.kind == CQL_INT)
            v = (CqlValue){ .kind = CQL_NUMBER, .number = (double)v.integer };
        if (v.kind == CQL_NUMBER) /* millionths are enough, and the same on every machine */
            v.number = (double)(int64_t)(v.number * 1e6 + (v.number < 0 ? -0.5 : 0.5)) / 1e6;
        value[i] = v;
    }
    return true;
}

void ledger_clock(const LedgerRecord *r, Arena *a)
{
    const PackCollection *c = r->collection;
    CqlValue *value = (CqlValue *)(uintptr_t)r->value;
    const CqlRecord seen = ledger_seen(r);

    for (size_t i = 0; i < c->ndeclared; i++)
        if (c->property[i].derive == PACK_CLOCK && c->property[i].expr)
            value[i] = cql_value(c->property[i].expr, &seen, a);
}
