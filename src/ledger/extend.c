/* src/ledger/extend.c - a record that extends another: the same id, a table of its own columns, one form and one change for both.
 *
 *     facility  01ABC…  v4   name, place, capacity            above
 *     cold_store 01ABC… v7   temp_min, refrigerant            below: shows name, place, capacity too, under their names
 *
 * A change of the one below carries what belongs above into the same transaction, above first. A change above gives each one
 * below a version of its own: its readers saw the old values, so their If-Match must fail. Both places are one place.
 */
#include "ledger/change.h"

static const Sheet *above(const Ledger *l, const PackCollection *c)
{
    return c->extends ? ledger_sheet(l, c->extends) : NULL;
}

/* --- reading -------------------------------------------------------------------------------------------------------- */
typedef struct Then { /* the version above at a moment of the one below */
    const Ledger *ledger;
    const PackCollection *collection;
    int64_t valid_at, known_at, seq, version;
    bool open, found;
    LedgerRecord record;
    Arena *arena;
    Err *err;
    bool bad;
} Then;

static bool then(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    Then *t = ctx;

    if (tx->at > t->known_at || tx->effective > t->valid_at || tx->seq > t->seq || !e->body.len ||
        str_eq(e->verb, STR("retire")))
        return true;
    t->version = e->version;
    t->found = true;
    t->bad = t->open && !ledger_body_open(t->ledger, t->collection, e->id, e->version, e->body, t->arena,
                            &t->record, t->err);
    return false;
}

bool ledger_inherit_past(Ledger *l, StoreRead *r, LedgerRecord *rec, int64_t valid_at, int64_t known_at,
    int64_t seq, Arena *a, Err *err)
{
    Then t = { .ledger = l,
        .collection = rec->collection->extends,
        .valid_at = valid_at,
        .known_at = known_at,
        .seq = seq,
        .open = true,
        .arena = a,
        .err = err };

    if (!t.collection)
        return true;
    if (!store_history(r, t.collection->name, rec->id, then, &t, err) || t.bad)
        return false;
    if (!t.found)
        return true;
    t.record.id = rec->id;
    if (!ledger_inherit_past(l, r, &t.record, valid_at, known_at, seq, a, err))
        return false;
    ledger_take_above(rec, &t.record);
    return true;
}

/* --- writing: what else changes ---------------------------------------------------------------------------------------- */
static bool current(const LedgerRecord *r)
{
    return r->value[base_at(r->collection, BASE_VALID_TO)].kind == CQL_NULL;
}

/* Fields of what is above, under the properties that are there; the division is one for both. */
static bool fields_above(const LedgerChange *c, Arena *a, LedgerChange *out)
{
    const PackCollection *x = c->collection->extends;
    LedgerField *f = NEWS(a, LedgerField, c->nfield + 1);

    out->field = f;
    for (size_t i = 0; f && i < c->nfield; i++) {
        const PackProperty *q = c->field[i].property;

        if (q->index < c->collection->nproperty && !str_eq(q->name, STR("division")))
            continue;
        q = pack_property(x, q->name);
        if (q)
            f[out->nfield++] = (LedgerField){ q, c->field[i].value };
    }
    return f != NULL;
}

typedef struct Written { /* the transaction that wrote a version; want 0: the last that was no retirement */
    int64_t want, seq;
} Written;

static bool written(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    Written *w = ctx;

    if (w->want ? e->version != w->want : str_eq(e->verb, STR("retire")))
        return true;
    w->seq = tx->seq;
    return false;
}

/* The version above that stood when the version of this one was written that is to be restored. */
static bool version_above(const Sight *in, const LedgerChange *c, int64_t *version, Err *err)
{
    Written w = { .want = c->restore };
    Then up = { .valid_at = INT64_MAX, .known_at = INT64_MAX };

    if (!store_history(in->read, c->collection->name, str_of(c->id), written, &w, err))
        return false;
    up.seq = w.seq;
    if (!store_history(in->read, c->collection->extends->name, str_of(c->id), then, &up, err))
        return false;
    *version = up.version;
    return true;
}

/* Whether another of those that extend `s` stands; its name in *by. */
static bool stands_below(
    const Sight *in, const Sheet *s, Str id, const PackCollection *except, Arena *a, Str *by, Err *err)
{
    *by = STR("");
    for (size_t i = 0; i < s->nbelow && !by->len; i++) {
        LedgerRecord rec;
        bool there = false;

        if (s->below[i]->collection == except)
            continue;
        if (!ledger_find(in, s->below[i], id, a, &rec, &there, err))
            return false;
        if (there && current(&rec))
            *by = s->below[i]->collection->title.zh;
    }
    return true;
}

bool ledger_above_of(
    const Sight *in, const LedgerChange *c, Arena *a, LedgerChange *out, bool *needed, Err *err)
{
    const Sheet *s = above(in->ledger, c->collection);
    LedgerChange up = { .verb = c->verb,
        .collection = s->collection,
        .if_version = -1,
        .has_geometry = c->has_geometry && s->collection->spatial && c->collection->spatial,
        .geometry = c->geometry,
        .valid_from = c->valid_from,
        .valid_to = INT64_MIN,
        .source_ref = c->source_ref };
    LedgerRecord rec;
    bool there = false;
    Str by;

    memcpy(up.id, c->id, sizeof up.id);
    if (!fields_above(c, a, &up))
        return FAIL(err, BASE_NO_MEMORY, c->collection->name, "change");
    if (!ledger_find(in, s, str_of(up.id), a, &rec, &there, err))
        return false;
    switch (c->verb) {
    case LEDGER_CREATE: /* what stands already is extended; what does not is made with it */
        up.verb = there ? LEDGER_UPDATE : LEDGER_CREATE;
        *needed = !there || up.nfield || up.has_geometry || !current(&rec); /* a retired one says so */
        break;
    case LEDGER_UPDATE:
        *needed = up.nfield || up.has_geometry;
        break;
    case LEDGER_RETIRE: /* as long as another stands on it, it stays */
        if (!stands_below(in, s, str_of(up.id), c->collection, a, &by, err))
            return false;
        *needed = there && current(&rec) && !by.len;
        break;
    case LEDGER_RESTORE:
        if (!version_above(in, c, &up.restore, err))
            return false;
        *needed = there && up.restore && (!current(&rec) || rec.version != up.restore);
        break;
    case LEDGER_REPLACE:
        *needed = true;
        break;
    case LEDGER_DERIVE:
        *needed = up.nfield > 0;
        break;
    }
    *out = up;
    return true;
}

bool ledger_place_of(const Sight *in, LedgerChange *c, Arena *a, Err *err)
{
    const Sheet *s = above(in->ledger, c->collection);
    const PackProperty *division = c->collection->property + base_at(c->collection, BASE_DIVISION);
    LedgerField *f = NEWS(a, LedgerField, c->nfield + 1);
    LedgerRecord up;
    bool there = false;
    size_t n = 0;

    if (c->verb == LEDGER_RETIRE || c->verb == LEDGER_DERIVE)
        return true;
    if (!f)
        return FAIL(err, BASE_NO_MEMORY, c->collection->name, "change");
    if (!ledger_find(in, s, str_of(c->id), a, &up, &there, err) || !there)
        return err->kind == NULL;
    for (size_t i = 0; i < c->nfield; i++)
        if (c->field[i].property != division)
            f[n++] = c->field[i];
    f[n++] = (LedgerField){ division, up.value[base_at(s->collection, BASE_DIVISION)] };
    c->field = f;
    c->nfield = n;
    if (s->collection->spatial && c->collection->spatial) {
        c->has_geometry = true;
        c->geometry = up.geometry;
    }
    return true;
}

bool ledger_touch_of(const Sight *in, const Sheet *below, const LedgerChange *c, Arena *a, LedgerChange *out,
    bool *there, Err *err)
{
    LedgerRecord rec;

    *out = (LedgerChange){ .verb = LEDGER_UPDATE,
        .collection = below->collection,
        .if_version = -1,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN };
    memcpy(out->id, c->id, sizeof out->id);
    if (!ledger_find(in, below, str_of(c->id), a, &rec, there, err))
        return false;
    *there = *there && current(&rec);
    return !*there || ledger_place_of(in, out, a, err);
}

bool ledger_not_extended(const Sight *in, const Sheet *s, Str id, Arena *a, Err *err)
{
    Str by;

    if (!stands_below(in, s, id, NULL, a, &by, err))
        return false;
    if (!by.len)
        return true;
    FAIL(err, LEDGER_REFERRED, id, "id");
    err_hint(err, "%.*s", STRV(by));
    return false;
}

bool ledger_raise_below(const Sight *in, const Sheet *s, Str id, int64_t seq, Arena *a, Err *err)
{
    for (size_t i = 0; i < s->nbelow; i++) {
        const Sheet *b = s->below[i];
        const size_t column = b->column[base_at(b->collection, BASE_SEQ)];
        const CqlValue value = { .kind = CQL_INT, .integer = seq };
        LedgerRecord rec;
        bool there = false;

        if (!ledger_find(in, b, id, a, &rec, &there, err) ||
            (there && !store_update(in->ledger->store, &b->table, rec.fid, false, (Bytes){ NULL, 0 }, &column,
                          &value, 1, err)) ||
            !ledger_raise_below(in, b, id, seq, a, err))
            return false;
    }
    return true;
}

static size_t kin_below(const Sheet *s)
{
    size_t n = 1;

    for (size_t i = 0; i < s->nbelow; i++)
        n += kin_below(s->below[i]);
    return n;
}

size_t ledger_room(const Ledger *l, const LedgerTx *tx)
{
    size_t n = 0;

    for (size_t i = 0; i < tx->nchange; i++) {
        const PackCollection *top = tx->change[i].collection;

        while (top->extends)
            top = top->extends;
        n += kin_below(ledger_sheet(l, top));
    }
    return n;
}
