/* src/ledger/told.c - what he may be told of: an event, a file that is attached to something. */
#include "ledger/plan.h"
#include <stdio.h>

/* --- events ------------------------------------------------------------------------------------------------------------ */
static bool sees_record(LedgerView v, const LedgerEvent *e)
{
    Arena *a = arena_new(0);
    StoreRead *read;
    Err err = { 0 };
    bool seen = false;

    if (store_read_begin(v.ledger->store, &read, &err)) {
        if (!ledger_seen_by(v, read, e->collection, str_of(e->id), a, &seen, &err))
            log_err("ledger.event", &err);
        store_read_end(read);
    }
    arena_free(a);
    return seen;
}

/* By the record as it stands when he is told: one that was moved out of his sight meanwhile is not told of. */
bool ledger_event(LedgerView v, const LedgerEvent *e, LedgerEvent *out)
{
    const PackCollection *c = e->collection;
    const PackProperty *label = c->label.len ? pack_property(c, c->label) : NULL;

    if (e->id[0] && !access_sees_everywhere(v.who, c) &&
        (!access_holds(v.who, str_of(e->division)) || !sees_record(v, e)))
        return false;
    *out = *e;
    if (label && !access_sees(v.who, label))
        snprintf(out->title, sizeof out->title, "%s", e->id[0] ? e->id + ULID_LEN - 6 : "");
    if (!access_sees(v.who, c->property + base_at(c, BASE_CHANGED_BY)))
        out->who[0] = 0;
    if (c->geometry_grade > v.who->grade)
        out->before = out->after = GEO_BOX_NONE;
    return true;
}

/* --- files ------------------------------------------------------------------------------------------------------------- */
typedef struct Holding {
    const PackProperty *property;
    Str file;
    bool found;
} Holding;

static bool names_file(CqlValue v, Str file)
{
    return v.kind == CQL_TEXT && str_starts(v.text, file);
}

static bool see_holder(void *ctx, const LedgerRecord *r)
{
    Holding *h = ctx;
    const CqlValue v = r->value[h->property->index];

    h->found |= names_file(v, h->file);
    for (size_t i = 0; v.kind == CQL_LIST && i < v.list.n; i++)
        h->found |= names_file(v.list.item[i], h->file);
    return !h->found;
}

/* Who sees all sees files that hang on nothing yet, too: he has just sent one. */
bool ledger_file(LedgerView v, Str file, bool *seen, Err *err)
{
    const PackModel *m = ledger_model(v.ledger);

    *seen = access_may_all(v.who);
    for (size_t i = 0; i < m->ncollection; i++)
        for (size_t k = 0; k < m->collection[i]->ndeclared && !*seen; k++) {
            Holding h = { .property = m->collection[i]->property + k, .file = file };
            const LedgerQuery q = { .collection = m->collection[i],
                .no_geometry = true,
                .uncounted = true,
                .sealed = h.property->grade >= 3,
                .only = &h.property,
                .nonly = 1 };
            LedgerPage page;
            Arena *a;
            bool good;

            if (h.property->type != PACK_FILE || !access_sees(v.who, h.property))
                continue;
            a = arena_new(0);
            good = ledger_select(v, &q, see_holder, &h, a, &page, err);
            arena_free(a);
            if (!good)
                return false;
            *seen = h.found;
        }
    return true;
}
