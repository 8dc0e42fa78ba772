/* src/ledger/history.c - what happened to one record, version by version. */
#include "ledger/row.h"

typedef struct Story {
    const Ledger *ledger;
    const PackCollection *collection;
    Arena *arena;
    LedgerVersion *version;
    LedgerRecord *record;
    size_t n, room;
    Err *err;
    bool bad;
} Story;

static bool story_room(Story *s)
{
    const size_t room = s->room ? s->room * 2 : 16;
    LedgerVersion *v = NEWS(s->arena, LedgerVersion, room);
    LedgerRecord *r = NEWS(s->arena, LedgerRecord, room);

    if (!v || !r)
        return false;
    if (s->n) {
        memcpy(v, s->version, s->n * sizeof *v);
        memcpy(r, s->record, s->n * sizeof *r);
    }
    s->version = v;
    s->record = r;
    s->room = room;
    return true;
}

static bool story_one(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    Story *s = ctx;
    LedgerVersion *v;

    if (s->n == s->room && !story_room(s)) {
        s->bad = !FAIL(s->err, BASE_NO_MEMORY, e->id, "history");
        return false;
    }
    v = s->version + s->n;
    *v = (LedgerVersion){ .version = e->version,
        .seq = e->seq,
        .at = tx->at,
        .effective = tx->effective,
        .who = str_copy(s->arena, tx->who),
        .post = str_copy(s->arena, tx->post),
        .via = str_copy(s->arena, tx->via),
        .source = str_copy(s->arena, tx->source),
        .reason = str_copy(s->arena, tx->reason),
        .verb = str_copy(s->arena, e->verb) };
    memcpy(v->hash, tx->hash, SM3_LEN);
    s->record[s->n] = (LedgerRecord){ .collection = s->collection };
    if (e->body.len && !ledger_body_open(s->ledger, s->collection, e->id, e->version, e->body, s->arena,
                           &s->record[s->n], s->err))
        s->record[s->n].value = NULL;
    s->n++;
    return s->n < 10000;
}

static void differences(Story *s, size_t i)
{
    const PackCollection *c = s->collection;
    const LedgerRecord *now = s->record + i, *was = i + 1 < s->n ? s->record + i + 1 : NULL;
    LedgerField *f = NEWS(s->arena, LedgerField, c->nproperty + c->ninherited);
    CqlValue *before = NEWS(s->arena, CqlValue, c->nproperty + c->ninherited);
    size_t n = 0;

    if (!f || !before || !now->value)
        return;
    for (size_t k = 0; k < c->nproperty + c->ninherited; k++) {
        const PackProperty *p = k < c->nproperty ? c->property + k : c->inherited + (k - c->nproperty);
        const CqlValue old = was && was->value ? was->value[k] : (CqlValue){ .kind = CQL_NULL };
        const bool mine = k < c->ndeclared || k >= c->nproperty
                              ? ledger_is_typed(p)
                              : k == base_at(c, BASE_DIVISION) || k == base_at(c, BASE_LOCK) ||
                                    k == base_at(c, BASE_VALID_TO);

        if (!mine || ledger_same(now->value[k], old))
            continue;
        before[n] = old;
        f[n++] = (LedgerField){ p, now->value[k] };
    }
    s->version[i].change = f;
    s->version[i].before = before;
    s->version[i].nchange = n;
    s->version[i].geometry_changed = was && !str_eq(TEXT(now->geometry), TEXT(was->geometry));
}

bool ledger_history(
    Ledger *l, const PackCollection *c, Str id, Arena *a, LedgerVersion **out, size_t *n, Err *err)
{
    Story s = { .ledger = l, .collection = c, .arena = a, .err = err };
    StoreRead *r;
    bool good;

    if (!store_read_begin(l->store, &r, err))
        return false;
    good = store_history(r, c->name, id, story_one, &s, err) && !s.bad;
    for (size_t i = 0; good && c->extends && i < s.n; i++) {
        s.record[i].id = id;
        good = !s.record[i].value ||
               ledger_inherit_past(l, r, s.record + i, INT64_MAX, INT64_MAX, s.version[i].seq, a, err);
    }
    store_read_end(r);
    if (!good)
        return false;
    if (!s.n)
        return FAIL(err, LEDGER_NO_RECORD, id, "id");
    for (size_t i = 0; i < s.n; i++)
        differences(&s, i);
    *out = s.version;
    *n = s.n;
    return true;
}
