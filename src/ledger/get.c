/* src/ledger/get.c - one record: as it is, or as it was at V, as known at K. */
#include "ledger/row.h"

typedef struct Past { /* the version that was current at V, as known at K */
    const Ledger *ledger;
    const PackCollection *collection;
    int64_t valid_at, known_at;
    Arena *arena;
    LedgerRecord record;
    bool found, gone;
    Err *err;
    bool bad;
} Past;

static bool past(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    Past *p = ctx;

    if (tx->at > p->known_at || tx->effective > p->valid_at || !e->body.len)
        return true;
    p->gone = str_eq(e->verb, STR("retire"));
    p->bad =
        !ledger_body_open(p->ledger, p->collection, e->id, e->version, e->body, p->arena, &p->record, p->err);
    p->record.seq = tx->seq;
    p->found = true;
    return false;
}

static bool get_past(Ledger *l, StoreRead *r, const PackCollection *c, Str id, int64_t valid_at,
    int64_t known_at, Arena *a, LedgerRecord *out, Err *err)
{
    Past p = { .ledger = l,
        .collection = c,
        .valid_at = valid_at == INT64_MIN ? INT64_MAX : valid_at,
        .known_at = known_at == INT64_MIN ? INT64_MAX : known_at,
        .arena = a,
        .err = err };

    if (!store_history(r, c->name, id, past, &p, err) || p.bad)
        return false;
    if (!p.found)
        return FAIL(err, LEDGER_NO_RECORD, id, "id");
    if (p.gone)
        return FAIL(err, LEDGER_GONE, id, "id");
    *out = p.record;
    return ledger_inherit_past(l, r, out, p.valid_at, p.known_at, INT64_MAX, a, err);
}

typedef struct Reason {
    Arena *arena;
    Str text;
} Reason;

static bool last_reason(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    Reason *r = ctx;

    (void)e;
    r->text = str_copy(r->arena, tx->reason);
    return false;
}

typedef struct Opposite {
    const PackProperty *property;
    Str collection, name;
    Arena *arena;
    CqlValue item[1000];
    size_t n;
} Opposite;

static bool opposite_one(void *ctx, Str collection, Str property, Str from)
{
    Opposite *o = ctx;

    if (str_eq(collection, o->collection) && str_eq(property, o->name) && o->n < LEN(o->item))
        o->item[o->n++] = (CqlValue){ .kind = CQL_TEXT, .text = str_copy(o->arena, from) };
    return true;
}

/* A household's members: found by their own reference to it. */
static bool opposites(StoreRead *r, LedgerRecord *rec, Arena *a, Err *err)
{
    const PackCollection *c = rec->collection;
    CqlValue *value = (CqlValue *)(uintptr_t)rec->value;

    for (size_t i = 0; i < c->ndeclared; i++) {
        Opposite *o;
        CqlValue *item;

        if (!c->property[i].opposite.len)
            continue;
        o = NEW(a, Opposite);
        if (!o)
            return FAIL(err, BASE_NO_MEMORY, c->property[i].name, "record");
        o->property = c->property + i;
        o->arena = a;
        str_cut(c->property[i].opposite, '.', &o->collection, &o->name);
        if (!store_links_to(r, rec->id, opposite_one, o, err))
            return false;
        item = NEWS(a, CqlValue, o->n + 1);
        if (!item || !o->n)
            continue;
        memcpy(item, o->item, o->n * sizeof *item);
        value[i] = (CqlValue){ .kind = CQL_LIST, .list = { item, o->n } };
    }
    return true;
}

bool ledger_get(Ledger *l, const PackCollection *c, Str id, int64_t valid_at, int64_t known_at, Arena *a,
    LedgerRecord *out, Err *err)
{
    StoreRead *r;
    bool good, found = false;
    Reason why = { a, { 0, 0 } };

    if (!store_read_begin(l->store, &r, err))
        return false;
    if (valid_at != INT64_MIN || known_at != INT64_MIN)
        good = get_past(l, r, c, id, valid_at, known_at, a, out, err);
    else {
        good = ledger_find(&(Sight){ l, r, NULL }, ledger_sheet(l, c), id, a, out, &found, err);
        if (good && !found)
            good = FAIL(err, LEDGER_NO_RECORD, id, "id");
        else if (good && out->value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL) {
            good = store_history(r, c->name, id, last_reason, &why, err);
            if (good) {
                good = FAIL(err, LEDGER_GONE, id, "id");
                err_hint(err, "%.*s", STRV(why.text.len ? why.text : STR("—")));
            }
        } else if (good)
            good = opposites(r, out, a, err);
    }
    store_read_end(r);
    return good;
}
