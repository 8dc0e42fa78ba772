/* src/ledger/select.c - lists in order, page by page. A page is filled until limit + 1 records passed or 50,000 were examined. */
#include "ledger/plan.h"
#include "ledger/commit.h"
#include "ledger/sealed.h"

enum { EXAMINED_MAX = 50000, COUNT_MAX = 20000, COUNT_LOOKED = 200000 };

static bool inside(GeoBox in, GeoBox out)
{
    return in.minx >= out.minx && in.maxx <= out.maxx && in.miny >= out.miny && in.maxy <= out.maxy;
}

static bool box_holds(const Plan *p, const LedgerQuery *q, Bytes wkb, Arena *a)
{
    const GeoBox e = ledger_box(wkb);
    GeoShape *shape;
    Err err;

    for (size_t i = 0; i < p->store.nbox; i++)
        if (inside(e, q->box[i]))
            return true;
    if (!wkb.len || !geo_shape(wkb, a, &shape, &err))
        return false;
    for (size_t i = 0; i < p->store.nbox; i++)
        if (geo_box_meets(e, q->box[i]) && geo_relate(p->box[i], GEO_INTERSECTS, shape))
            return true;
    return false;
}

static bool passes(const Plan *p, const LedgerQuery *q, const LedgerRecord *r, Arena *a)
{
    const CqlRecord seen = ledger_seen(r);

    if (p->exact_box && !box_holds(p, q, r->geometry, a))
        return false;
    return !p->filter.residual || cql_eval(p->filter.residual, &seen, a) == CQL_TRUE;
}

typedef struct Walk {
    LedgerView view;
    StoreRead *read;
    const Plan *plan;
    const LedgerQuery *query;
    Arena *arena; /* cleared row by row */
    CqlValue *value;
    size_t examined;
    int64_t behind;      /* of a first page in order of fid: the last record on it; 0: none */
    struct Ahead *ahead; /* of a collection that extends another; NULL: row by row */
} Walk;

/* --- a record that extends another: both are read by the dozen, not the one above once a row --------------------------- */
enum { AHEAD = 64 };
struct Ahead {
    Arena *arena; /* of the records read ahead */
    LedgerRecord record[AHEAD];
    size_t at, n,
        next; /* next: how many are read at once; it grows, so that a short page reads little too much */
    bool ended;
};

static bool read_ahead(Walk *w, StoreCursor *cursor, Err *err)
{
    struct Ahead *h = w->ahead;
    const PackCollection *c = w->query->collection;
    const StoreRow *row;
    bool good = true;

    arena_clear(h->arena);
    h->at = h->n = 0;
    while (h->n < h->next && (good = store_next(cursor, &row, err)) && row) {
        CqlValue *value = NEWS(h->arena, CqlValue, c->nproperty + c->ninherited);

        if (!value)
            return FAIL(err, BASE_NO_MEMORY, c->name, "items");
        if (!ledger_row(
                w->view.ledger, w->plan->sheet, &w->plan->shape, row, value, h->arena, &h->record[h->n], err))
            return false;
        ledger_keep(&h->record[h->n++], h->arena);
    }
    h->ended = h->n < h->next;
    h->next = h->next * 2 < AHEAD ? h->next * 2 : AHEAD;
    return good &&
           ledger_inherit_many(&(Sight){ w->view.ledger, w->read, NULL }, h->record, h->n, h->arena, err);
}

static bool next_ahead(Walk *w, StoreCursor *cursor, LedgerRecord *r, Err *err)
{
    struct Ahead *h = w->ahead;

    if (h->at == h->n && !h->ended && !read_ahead(w, cursor, err))
        return false;
    *r = h->at < h->n ? h->record[h->at++] : (LedgerRecord){ .collection = NULL };
    return true;
}

static bool open_ahead(Walk *w, Arena *a)
{
    if (!w->query->collection->extends || !w->query->collection->ninherited)
        return true;
    w->ahead = NEW(a, struct Ahead);
    if (w->ahead)
        *w->ahead = (struct Ahead){ .arena = arena_new(0), .next = 8 };
    return w->ahead != NULL;
}

static void close_ahead(const Walk *w)
{
    if (w->ahead)
        arena_free(w->ahead->arena);
}

/* --- record by record --------------------------------------------------------------------------------------------------- */
static bool next_record(Walk *w, StoreCursor *cursor, LedgerRecord *r, Err *err)
{
    const StoreRow *row;

    if (w->ahead)
        return next_ahead(w, cursor, r, err);
    if (!store_next(cursor, &row, err))
        return false;
    r->collection = NULL;
    return !row ||
           ledger_row(w->view.ledger, w->plan->sheet, &w->plan->shape, row, w->value, w->arena, r, err);
}

/* The next record that passes; *r->collection NULL: the end, or enough were looked at. */
static bool walk_next(Walk *w, StoreCursor *cursor, LedgerRecord *r, size_t most, Err *err)
{
    for (;;) {
        arena_clear(w->arena);
        if (w->examined >= most) {
            r->collection = NULL;
            return true;
        }
        if (!next_record(w, cursor, r, err))
            return false;
        if (!r->collection)
            return true;
        w->examined++;
        ledger_hide_place(w->view.who, r);
        if (passes(w->plan, w->query, r, w->arena)) {
            ledger_mask(w->view.who, r);
            return true;
        }
    }
}

/* Keeps what a token needs, for the row itself is gone when the page is known to have a successor. */
static LedgerRecord kept_for_token(const LedgerQuery *q, const LedgerRecord *r, CqlValue *value, Arena *a)
{
    LedgerRecord k = { .collection = r->collection, .fid = r->fid, .value = value };

    for (size_t i = 0; i < q->nsort; i++)
        value[q->sort[i].property->index] = ledger_copy(r->value[q->sort[i].property->index], a);
    return k;
}

static bool fill_page(
    Walk *w, bool (*see)(void *, const LedgerRecord *), void *ctx, Arena *a, LedgerPage *page, Err *err)
{
    const LedgerQuery *q = w->query;
    StoreCursor *cursor;
    LedgerRecord r, last = { 0 };
    CqlValue *kept = NEWS(a, CqlValue, q->collection->nproperty + q->collection->ninherited);
    bool good = kept && store_select(w->read, &w->plan->store, &cursor, err), more = false, stopped = false;

    if (!good)
        return kept ? false : FAIL(err, BASE_NO_MEMORY, STR("page"), "items");
    while ((good = walk_next(w, cursor, &r, q->limit ? EXAMINED_MAX : SIZE_MAX, err)) && r.collection) {
        if (q->limit && page->returned == q->limit) {
            more = true;
            break;
        }
        page->returned++;
        if (page->returned == q->limit || q->nsort == 0)
            last = kept_for_token(q, &r, kept, a);
        if (!see(ctx, &r)) {
            stopped = true;
            last = kept_for_token(q, &r, kept, a);
            break;
        }
    }
    if (good && !more && !stopped && q->limit && w->examined >= EXAMINED_MAX && page->returned < q->limit) {
        /* ended early: the next page goes on after the last row looked at, or with an order after the last that passed */
        if (q->nsort == 0)
            last = (LedgerRecord){ .collection = q->collection, .fid = r.fid, .value = kept };
        more = last.fid > 0;
    }
    store_cursor_close(cursor);
    w->behind =
        more && !stopped && q->nsort == 0 && !q->token.len && page->returned == q->limit ? last.fid : 0;
    return good &&
           (!(more || stopped) || !last.fid || ledger_token_make(w->view.ledger, q, &last, a, &page->next) ||
               FAIL(err, BASE_NO_MEMORY, STR("token"), "items"));
}

static bool unconditional(const LedgerQuery *q, const AccessWho *who)
{
    return !q->filter && !q->nbox && !q->words.len && !q->timed && !access_rows(who, q->collection);
}

/* Rows whose envelope lies inside the box need no look at their geometry. */
static bool count_inside(Walk *w, Plan *counting, int64_t *n, Err *err)
{
    Arena *a = arena_new(1 << 20);
    StoreStat *stat;
    size_t groups = 0;
    bool good;

    *n = 0;
    counting->store.ncolumn = 0;
    if (counting->exact_box)
        counting->store.how = STORE_BOX_WITHIN;
    good = store_stats(w->read, &counting->store, SIZE_MAX, a, &stat, &groups, err);
    if (good && groups)
        *n = stat[0].count;
    counting->store.how = STORE_BOX_CROSSES;
    arena_free(a);
    return good;
}

static bool count_matches(Walk *w, LedgerPage *page, Err *err)
{
    Plan counting = *w->plan;
    Walk c = *w;
    StoreCursor *cursor;
    LedgerRecord r;
    int64_t n = 0;
    const int64_t on_page = w->behind ? (int64_t)page->returned : 0;
    bool good;

    counting.store.norder = 0;
    counting.store.after_fid = w->behind; /* those on the page are counted already */
    counting.store.limit = 0;
    counting.store.most = w->query->count ? 0 : COUNT_LOOKED;
    if (!counting.filter.residual) { /* nothing of the record is needed but its place */
        counting.shape.ncolumn = counting.store.ncolumn = 0;
        counting.store.geometry = counting.exact_box;
    }
    c.plan = &counting;
    c.examined = 0;
    if (!counting.filter.residual)
        c.ahead = NULL; /* and nothing of what it extends */
    else if (c.ahead)
        *c.ahead = (struct Ahead){ .arena = c.ahead->arena, .next = AHEAD };
    if (!counting.filter.residual && counting.store.nbox <= 1) {
        if (!count_inside(w, &counting, &n, err))
            return err->kind == &STORE_BUDGET;
        if (!counting.exact_box) {
            page->matched = on_page + n;
            return true;
        }
    }
    if (!store_select(w->read, &counting.store, &cursor, err))
        return false;
    while ((good = walk_next(&c, cursor, &r, w->query->count ? SIZE_MAX : COUNT_MAX, err)) && r.collection)
        n++;
    store_cursor_close(cursor);
    if (!good && err->kind == &STORE_BUDGET)
        return true;
    if (good && (w->query->count || c.examined < COUNT_MAX))
        page->matched = on_page + n;
    return good;
}

static bool count_page(Walk *w, LedgerPage *page, Err *err)
{
    const LedgerQuery *q = w->query;

    if (unconditional(q, w->view.who)) {
        page->matched = ledger_tallied(w->view, q->collection, q->division);
        return true;
    }
    if (!page->next.len && !q->token.len) {
        page->matched = (int64_t)page->returned;
        return true;
    }
    return ((q->token.len || q->uncounted) && !q->count) || !q->limit || count_matches(w, page, err);
}

/* A question of what he sees of a collection, where its counters know too little. */
static bool count_rows(LedgerView v, const PackCollection *c, Str division, int64_t *n, Err *err)
{
    const LedgerQuery q = { .collection = c, .division = division, .no_geometry = true, .count = true };
    Arena *a = arena_new(0);
    Plan *p = NEW(a, Plan);
    LedgerPage page = { .matched = -1 };
    Walk w = { .view = v, .plan = p, .query = &q, .arena = arena_new(0) };
    bool good;

    w.value = NEWS(a, CqlValue, c->nproperty + c->ninherited);
    good = (p && w.value && open_ahead(&w, a)) || FAIL(err, BASE_NO_MEMORY, STR("count"), "items");
    good = good && ledger_plan(v, &q, a, p, err) && store_read_begin(v.ledger->store, &w.read, err);
    if (good) {
        good = p->nothing ? (page.matched = 0, true) : count_matches(&w, &page, err);
        store_read_end(w.read);
    }
    *n = page.matched;
    close_ahead(&w);
    arena_free(w.arena);
    arena_free(a);
    return good;
}

int64_t ledger_count(LedgerView v, const PackCollection *c, Str division)
{
    int64_t n;
    Err err = { 0 };

    if (!access_rows(v.who, c))
        return ledger_tallied(v, c, division);
    if (count_rows(v, c, division, &n, &err))
        return n;
    log_err("ledger.count", &err);
    return -1;
}

static bool see_box(void *ctx, const LedgerRecord *r)
{
    GeoBox *box = ctx;

    *box = geo_box_join(*box, ledger_box(r->geometry));
    return true;
}

/* The layer's own box would tell where others' records lie: for whom some are not there it is made of those that are. */
GeoBox ledger_extent(LedgerView v, const PackCollection *c)
{
    const LedgerQuery q = { .collection = c, .uncounted = true };
    GeoBox box = GEO_BOX_NONE;
    LedgerPage page;
    Arena *a;
    Err err = { 0 };

    if (!c->spatial || access_sees_everywhere(v.who, c))
        return ledger_layer_box(v.ledger, c);
    a = arena_new(0);
    if (!ledger_select(v, &q, see_box, &box, a, &page, &err))
        log_err("ledger.extent", &err);
    arena_free(a);
    return box;
}

bool ledger_select(LedgerView v, const LedgerQuery *q, bool (*see)(void *ctx, const LedgerRecord *r),
    void *ctx, Arena *a, LedgerPage *page, Err *err)
{
    Plan *p = NEW(a, Plan);
    Walk w = { .view = v, .plan = p, .query = q };
    bool good;

    *page = (LedgerPage){ .matched = -1 };
    if (!p)
        return FAIL(err, BASE_NO_MEMORY, STR("query"), "items");
    if (!ledger_plan(v, q, a, p, err))
        return false;
    if (p->nothing) {
        page->matched = 0;
        return true;
    }
    w.value = NEWS(a, CqlValue, q->collection->nproperty + q->collection->ninherited);
    w.arena = arena_new(0);
    if (q->limit && !p->filter.residual &&
        !p->exact_box) /* all that SQL gives passes: it need not sort more than a page */
        p->store.limit = q->limit + 1;
    good = (w.value && open_ahead(&w, a)) || FAIL(err, BASE_NO_MEMORY, STR("query"), "items");
    good = good && store_read_begin(v.ledger->store, &w.read, err);
    /* Behind the snapshot: what a commit in it has touched is known anew or a candidate. */
    good = good && (!p->spans || ledger_range_among(p->spans, a, &p->among) ||
                       FAIL(err, BASE_NO_MEMORY, STR("filter"), "items"));
    p->store.among = p->spans ? &p->among : NULL;
    if (w.read) {
        good = good && fill_page(&w, see, ctx, a, page, err) && count_page(&w, page, err);
        store_read_end(w.read);
    }
    close_ahead(&w);
    arena_free(w.arena);
    return good;
}
