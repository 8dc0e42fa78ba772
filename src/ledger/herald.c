/* src/ledger/herald.c - counters, links, titles. */
#include "ledger/ledger_in.h"

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

/* Digits of a code that name its subtree: 990121000000 → 6. */
static size_t significant(Str code)
{
    static const size_t level[] = { 2, 4, 6, 9, 12 };

    for (size_t i = 0; i < LEN(level); i++) {
        bool zeros = true;

        for (size_t k = level[i]; k < code.len && zeros; k++)
            zeros = code.ptr[k] == '0';
        if (zeros)
            return level[i];
    }
    return code.len;
}

int64_t ledger_count(Ledger *l, const PackCollection *c, Str division)
{
    Sheet *s = ledger_sheet(l, c);
    int64_t n = 0;

    pthread_mutex_lock(&l->count_guard);
    if (!division.len)
        n = s->total;
    else {
        const Str prefix = str_sub(division, 0, significant(division));

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

int64_t ledger_changed_at(Ledger *l, const PackCollection *c)
{
    int64_t at;

    pthread_mutex_lock(&l->count_guard);
    at = ledger_sheet(l, c)->changed_at;
    pthread_mutex_unlock(&l->count_guard);
    return at;
}

GeoBox ledger_extent(Ledger *l, const PackCollection *c)
{
    StoreRead *r;
    GeoBox box = GEO_BOX_NONE;
    Err err;

    if (!c->spatial || !store_read_begin(l->store, &r, &err))
        return box;
    if (!store_extent(r, &ledger_sheet(l, c)->table, &box, &err))
        box = GEO_BOX_NONE;
    store_read_end(r);
    return box;
}

/* --- links: of the record's own references ----------------------------------------------------------------------------------- */
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
