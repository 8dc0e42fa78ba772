/* src/ledger/count.c - current records by division, counted as they come and go; when a register last changed. */
#include "ledger/commit.h"

/* --- counters of current records by division --------------------------------------------------------------------------- */
void ledger_tally(Ledger *l, Sheet *s, Str division, int64_t by, int64_t at)
{
    int64_t *n;

    pthread_mutex_lock(&l->count_guard);
    n = map_get(s->count, division);
    if (!n) {
        const Str key = str_copy(s->count_arena, division);

        n = NEW(s->count_arena, int64_t);
        if (!n || !key.ptr || !map_put(s->count, key, n))
            n = NULL;
    }
    if (n)
        *n += by;
    s->total += by;
    s->written++;
    s->box_known = false;
    if (at > s->changed_at)
        s->changed_at = at;
    pthread_mutex_unlock(&l->count_guard);
}

typedef struct Counting {
    Ledger *ledger;
    Sheet *sheet;
} Counting;

static void count_one(void *ctx, Str division, int64_t n)
{
    Counting *c = ctx;

    ledger_tally(c->ledger, c->sheet, division, n, 0);
}

static bool begin_anew(Ledger *l, Sheet *s, Err *err)
{
    bool good;

    pthread_mutex_lock(&l->count_guard);
    s->total = 0;
    arena_clear(s->count_arena);
    s->count = map_new(s->count_arena);
    good = s->count != NULL;
    pthread_mutex_unlock(&l->count_guard);
    return good || FAIL(err, BASE_NO_MEMORY, s->collection->name, "counters");
}

bool ledger_tally_all(Ledger *l, Err *err)
{
    StoreRead *r;
    bool good = store_read_begin(l->store, &r, err);

    if (!good)
        return false;
    for (size_t i = 0; good && i < l->model->ncollection; i++) {
        Counting c = { l, l->sheet + i };

        good = begin_anew(l, l->sheet + i, err) &&
               store_count_divisions(r, &l->sheet[i].table, count_one, &c, err) &&
               store_changed(r, &l->sheet[i].table, &l->sheet[i].changed_at, err);
        l->sheet[i].touched_at = l->sheet[i].changed_at = l->sheet[i].total ? l->sheet[i].changed_at : 0;
    }
    store_read_end(r);
    return good;
}

/* When each register last changed stands in the file for readers and for the next start. */
bool ledger_touch(Ledger *l, Err *err)
{
    bool good = store_begin(l->store, err);

    for (size_t i = 0; good && i < l->model->ncollection; i++)
        if (l->sheet[i].changed_at > l->sheet[i].touched_at)
            good = store_touch(l->store, &l->sheet[i].table, l->sheet[i].changed_at, err);
    if (good)
        return store_commit(l->store, err);
    store_rollback(l->store);
    return false;
}

int64_t ledger_tallied(LedgerView v, const PackCollection *c, Str division)
{
    Ledger *l = v.ledger;
    Sheet *s = ledger_sheet(l, c);
    int64_t n = 0;

    if (!access_narrow(v.who, division, &division))
        return 0;
    pthread_mutex_lock(&l->count_guard);
    if (!division.len)
        n = s->total;
    else {
        const Str prefix = access_subtree(division);

        for (size_t i = 0;; i++) {
            Str key;
            int64_t *value;

            if (!map_at(s->count, i, &key, (void **)&value))
                break;
            if (key.ptr && str_starts(key, prefix))
                n += *value;
        }
    }
    pthread_mutex_unlock(&l->count_guard);
    return n;
}

int64_t ledger_changed_at(LedgerView v, const PackCollection *c)
{
    Ledger *l = v.ledger;
    int64_t at;

    pthread_mutex_lock(&l->count_guard);
    at = ledger_sheet(l, c)->changed_at;
    pthread_mutex_unlock(&l->count_guard);
    return at;
}

/* Read once from the root of its index, and again when a record of it was written. */
GeoBox ledger_layer_box(Ledger *l, const PackCollection *c)
{
    Sheet *s = ledger_sheet(l, c);
    StoreRead *r;
    GeoBox box;
    uint64_t written;
    bool known;
    Err err;

    pthread_mutex_lock(&l->count_guard);
    known = s->box_known;
    box = s->box;
    written = s->written;
    pthread_mutex_unlock(&l->count_guard);
    if (known || !c->spatial || !store_read_begin(l->store, &r, &err))
        return known ? box : GEO_BOX_NONE;
    known = store_extent(r, &s->table, &box, &err);
    store_read_end(r);
    pthread_mutex_lock(&l->count_guard);
    if (known && s->written == written) {
        s->box = box;
        s->box_known = true;
    }
    pthread_mutex_unlock(&l->count_guard);
    return known ? box : GEO_BOX_NONE;
}
