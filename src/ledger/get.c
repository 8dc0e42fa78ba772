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

/* A version is his to see by its own values: where it lay then, and whether it met his row filter then. */
static bool get_past(LedgerView v, StoreRead *r, const PackCollection *c, Str id, int64_t valid_at,
    int64_t known_at, Arena *a, LedgerRecord *out, Err *err)
{
    Past p = { .ledger = v.ledger,
        .collection = c,
        .valid_at = valid_at == INT64_MIN ? INT64_MAX : valid_at,
        .known_at = known_at == INT64_MIN ? INT64_MAX : known_at,
        .arena = a,
        .err = err };

    if (!store_history(r, c->name, id, past, &p, err) || p.bad)
        return false;
    if (!p.found)
        return FAIL(err, LEDGER_NO_RECORD, id, "id");
    *out = p.record;
    if (!ledger_inherit_past(v.ledger, r, out, p.valid_at, p.known_at, INT64_MAX, a, err))
        return false;
    if (!ledger_visible(v.who, out, a))
        return FAIL(err, LEDGER_NO_RECORD, id, "id");
    return !p.gone || FAIL(err, LEDGER_GONE, id, "id");
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

/* --- a derived many-reference: found by the single one on the other side ----------------------------------------------- */
typedef struct Opposite {
    LedgerView view;
    StoreRead *read;
    Str collection, name;
    const PackCollection *from;
    Arena *arena;
    CqlValue *item;
    size_t n, room;
    Err *err;
    bool bad;
} Opposite;

static bool add_opposite(Opposite *o, Str id)
{
    if (o->n == o->room) {
        const size_t room = o->room ? o->room * 2 : 16;
        CqlValue *more = NEWS(o->arena, CqlValue, room);

        if (!more)
            return FAIL(o->err, BASE_NO_MEMORY, o->name, "record");
        if (o->n)
            memcpy(more, o->item, o->n * sizeof *more);
        o->item = more;
        o->room = room;
    }
    o->item[o->n++] = (CqlValue){ .kind = CQL_TEXT, .text = str_copy(o->arena, id) };
    return true;
}

static bool opposite_one(void *ctx, Str collection, Str property, Str from)
{
    Opposite *o = ctx;
    bool seen;

    if (!str_eq(collection, o->collection) || !str_eq(property, o->name))
        return true;
    o->bad = !ledger_seen_by(o->view, o->read, o->from, from, o->arena, &seen, o->err) ||
             (seen && !add_opposite(o, from));
    return !o->bad;
}

static bool opposite(LedgerView v, StoreRead *r, const LedgerRecord *rec, const PackProperty *p, Arena *a,
    CqlValue *out, Err *err)
{
    Opposite o = { .view = v, .read = r, .arena = a, .err = err };
    const PackProperty *single;

    str_cut(p->opposite, '.', &o.collection, &o.name);
    o.from = pack_collection(ledger_model(v.ledger), o.collection);
    single = o.from ? pack_property(o.from, o.name) : NULL;
    if (!single || !access_sees(v.who, single)) /* what says so is masked there */
        return true;
    if (!store_links_to(r, rec->id, opposite_one, &o, err) || o.bad)
        return false;
    if (o.n)
        *out = (CqlValue){ .kind = CQL_LIST, .list = { o.item, o.n } };
    return true;
}

/* A household's members: found by their own reference to it. */
static bool opposites(LedgerView v, StoreRead *r, LedgerRecord *rec, Arena *a, Err *err)
{
    const PackCollection *c = rec->collection;
    CqlValue *value = (CqlValue *)(uintptr_t)rec->value;

    for (size_t i = 0; i < c->ndeclared; i++)
        if (c->property[i].opposite.len && !opposite(v, r, rec, c->property + i, a, &value[i], err))
            return false;
    return true;
}

static bool gone(StoreRead *r, const LedgerRecord *rec, Arena *a, Err *err)
{
    Reason why = { a, { 0, 0 } };

    if (store_history(r, rec->collection->name, rec->id, last_reason, &why, err)) {
        (void)FAIL(err, LEDGER_GONE, rec->id, "id");
        err_hint(err, "%.*s", STRV(why.text.len ? why.text : STR("—")));
    }
    return false;
}

/* What is not his to see is not there: no other answer tells him that it is. */
static bool get_now(
    LedgerView v, StoreRead *r, const PackCollection *c, Str id, Arena *a, LedgerRecord *out, Err *err)
{
    bool found = false;

    if (!ledger_find(&(Sight){ v.ledger, r, NULL }, ledger_sheet(v.ledger, c), id, a, out, &found, err))
        return false;
    if (!found || !ledger_visible(v.who, out, a))
        return FAIL(err, LEDGER_NO_RECORD, id, "id");
    if (out->value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL)
        return gone(r, out, a, err);
    return opposites(v, r, out, a, err);
}

bool ledger_get(LedgerView v, const PackCollection *c, Str id, int64_t valid_at, int64_t known_at, Arena *a,
    LedgerRecord *out, Err *err)
{
    StoreRead *r;
    bool good;

    if (!store_read_begin(v.ledger->store, &r, err))
        return false;
    if (valid_at != INT64_MIN || known_at != INT64_MIN)
        good = get_past(v, r, c, id, valid_at, known_at, a, out, err);
    else
        good = get_now(v, r, c, id, a, out, err);
    store_read_end(r);
    if (good)
        ledger_mask(v.who, out);
    return good;
}

/* --- who refers to it ------------------------------------------------------------------------------------------------ */
typedef struct Referring {
    LedgerView view;
    StoreRead *read;
    bool (*see)(void *ctx, const PackCollection *c, const PackProperty *p, Str from);
    void *ctx;
    Arena *arena; /* of one referrer */
    Err *err;
    bool bad;
} Referring;

static bool refers(void *ctx, Str collection, Str property, Str from)
{
    Referring *r = ctx;
    const PackCollection *c = pack_collection(r->view.ledger->model, collection);
    const PackProperty *p = c ? pack_property(c, property) : NULL;
    bool seen = false;

    if (!p || !access_sees(r->view.who, p))
        return true;
    arena_clear(r->arena);
    r->bad = !ledger_seen_by(r->view, r->read, c, from, r->arena, &seen, r->err);
    return !r->bad && (!seen || r->see(r->ctx, c, p, from));
}

bool ledger_referrers(LedgerView v, Str id,
    bool (*see)(void *ctx, const PackCollection *c, const PackProperty *p, Str from), void *ctx, Err *err)
{
    Referring r = { .view = v, .see = see, .ctx = ctx, .arena = arena_new(0), .err = err };
    bool good = store_read_begin(v.ledger->store, &r.read, err);

    if (good) {
        good = store_links_to(r.read, id, refers, &r, err) && !r.bad;
        store_read_end(r.read);
    }
    arena_free(r.arena);
    return good;
}
