/* src/ledger/links.c - who refers to whom, as the store keeps it beside the rows; what a record is called. */
#include "ledger/change.h"

static void target_of(const PackProperty *p, CqlValue v, Str *out, size_t *n)
{
    Str collection, id = v.text;

    if (v.kind != CQL_TEXT)
        return;
    if (p->nref > 1)
        str_cut(v.text, '/', &collection, &id);
    out[(*n)++] = id;
}

bool ledger_links(Ledger *l, const LedgerRecord *r, const LedgerRecord *before, Arena *a, Err *err)
{
    const PackCollection *c = r->collection;

    if (!ledger_sheet(l, c)->has_links)
        return true;
    for (size_t i = 0; i < c->ndeclared; i++) {
        const PackProperty *p = c->property + i;
        const CqlValue v = r->value[i];
        const bool retired = r->value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL;
        size_t n = 0;
        Str *to;

        if (p->type != PACK_REF || !ledger_is_typed(p) ||
            (before ? ledger_same(v, before->value[i]) && !retired : v.kind == CQL_NULL))
            continue;
        to = NEWS(a, Str, v.kind == CQL_LIST ? v.list.n + 1 : 2);
        if (!to)
            return FAIL(err, BASE_NO_MEMORY, p->name, "links");
        if (v.kind == CQL_LIST)
            for (size_t k = 0; k < v.list.n; k++)
                target_of(p, v.list.item[k], to, &n);
        else
            target_of(p, v, to, &n);
        if (!store_link_set(l->store, c->name, p->name, r->id, to, n, !before, err))
            return false;
    }
    return true;
}

Str ledger_name_of(const LedgerRecord *r, Arena *a)
{
    const PackProperty *p =
        r->collection->label.len ? pack_property(r->collection, r->collection->label) : NULL;
    Buf b;
    Str out;

    if (!p || p->index >= r->collection->nproperty || r->value[p->index].kind == CQL_NULL)
        return str_sub(r->id, r->id.len > 6 ? r->id.len - 6 : 0, 6);
    buf_init(&b, 4096);
    ledger_value_to_text(p, r->value[p->index], &b);
    out = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return out;
}
