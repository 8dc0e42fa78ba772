/* src/ledger/history.c - what happened to one record, version by version. */
#include "ledger/row.h"

typedef struct Story {
    LedgerView view;
    const PackCollection *collection;
    Arena *arena;
    LedgerVersion *version;
    LedgerRecord *record; /* of each version; one more than is shown, to tell what differs */
    size_t n, room, most;
    int64_t before;
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

    if (s->before && e->version >= s->before)
        return true;
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
    if (e->body.len && !ledger_body_open(s->view.ledger, s->collection, e->id, e->version, e->body, s->arena,
                           &s->record[s->n], s->err))
        s->record[s->n].value = NULL;
    s->n++;
    return !s->most || s->n < s->most;
}

static bool told(const PackCollection *c, size_t k, const PackProperty *p)
{
    if (k < c->ndeclared || k >= c->nproperty)
        return ledger_is_typed(p);
    return k == base_at(c, BASE_DIVISION) || k == base_at(c, BASE_LOCK) || k == base_at(c, BASE_VALID_TO);
}

/* Of a value above his grade he is told that it is another now, and not which. */
static bool differences(Story *s, size_t i)
{
    const PackCollection *c = s->collection;
    const LedgerRecord *now = s->record + i, *was = i + 1 < s->n ? s->record + i + 1 : NULL;
    const size_t most = c->nproperty + c->ninherited;
    LedgerField *f = NEWS(s->arena, LedgerField, most);
    CqlValue *before = NEWS(s->arena, CqlValue, most);
    const PackProperty **masked = (const PackProperty **)arena_take(s->arena, most, sizeof *masked);
    LedgerVersion *v = s->version + i;

    if (!f || !before || !masked)
        return FAIL(s->err, BASE_NO_MEMORY, c->name, "history");
    v->change = f;
    v->before = before;
    v->masked = masked;
    for (size_t k = 0; now->value && k < most; k++) {
        const PackProperty *p = k < c->nproperty ? c->property + k : c->inherited + (k - c->nproperty);
        const CqlValue old = was && was->value ? was->value[k] : (CqlValue){ .kind = CQL_NULL };

        if (!told(c, k, p) || ledger_same(now->value[k], old))
            continue;
        if (!access_sees(s->view.who, p)) {
            masked[v->nmasked++] = p;
            continue;
        }
        before[v->nchange] = old;
        f[v->nchange++] = (LedgerField){ p, now->value[k] };
    }
    v->geometry_changed = now->value && was && c->geometry_grade <= s->view.who->grade &&
                          !str_eq(TEXT(now->geometry), TEXT(was->geometry));
    return true;
}

/* Versions that were not his to see are left out; who wrote one is of grade 2, as in the record itself. */
static void leave_out(Story *s, size_t shown, size_t *n)
{
    const PackProperty *by = s->collection->property + base_at(s->collection, BASE_CHANGED_BY);

    *n = 0;
    for (size_t i = 0; i < shown; i++) {
        const LedgerRecord *r = s->record + i;

        if (r->value ? !ledger_visible(s->view.who, r, s->arena)
                     : !access_sees_everywhere(s->view.who, s->collection))
            continue;
        s->version[*n] = s->version[i];
        if (!access_sees(s->view.who, by))
            s->version[*n].who = s->version[*n].post = STR("");
        ++*n;
    }
}

static bool read_story(Story *s, StoreRead *r, Str id, Err *err)
{
    bool good = store_history(r, s->collection->name, id, story_one, s, err) && !s->bad;

    for (size_t i = 0; good && s->collection->extends && i < s->n; i++) {
        s->record[i].id = id;
        good = !s->record[i].value || ledger_inherit_past(s->view.ledger, r, s->record + i, INT64_MAX,
                                          INT64_MAX, s->version[i].seq, s->arena, err);
    }
    return good;
}

bool ledger_history(LedgerView v, const PackCollection *c, Str id, int64_t before, size_t limit, Arena *a,
    LedgerVersion **out, size_t *n, int64_t *next, Err *err)
{
    Story s = {
        .view = v, .collection = c, .arena = a, .before = before, .most = limit ? limit + 1 : 0, .err = err
    };
    StoreRead *r;
    size_t shown;
    bool good;

    if (!store_read_begin(v.ledger->store, &r, err))
        return false;
    good = read_story(&s, r, id, err);
    store_read_end(r);
    if (!good)
        return false;
    shown = limit && s.n > limit ? limit : s.n;
    for (size_t i = 0; i < shown; i++)
        if (!differences(&s, i))
            return false;
    *next = shown && shown < s.n ? s.version[shown - 1].version : 0;
    leave_out(&s, shown, n);
    *out = s.version;
    return *n || *next || before ? true : FAIL(err, LEDGER_NO_RECORD, id, "id");
}
