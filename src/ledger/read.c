/* src/ledger/read.c - lists, single records, statistics; pages by keyset with signed tokens.
 *
 * The in-memory answer is the definition: SQL may over-select, what it cannot say is decided on the opened record. A page
 * is filled until limit + 1 records passed or 50,000 were examined.
 */
#include "ledger/ledger_in.h"
#include <stdio.h>
#include <string.h>

enum { EXAMINED_MAX = 50000, COUNT_MAX = 20000, COUNT_STEPS = 2000000 };

typedef struct Plan { /* a LedgerQuery made ready */
    const Sheet *sheet;
    RowShape shape;
    CqlSql sql;
    StoreQuery store;
    StoreOrder order[4];
    CqlValue after[5];
    char from[16], to[16];
    bool exact_box; /* envelopes are not enough */
    GeoShape *box[2];
} Plan;

/* [from, to) of all codes below a division: 990121 → "990121", "990122". */
static void division_range(Str division, char from[16], char to[16])
{
    static const size_t level[] = { 2, 4, 6, 9, 12 };
    size_t n = division.len < 15 ? division.len : 15;

    for (size_t i = 0; i < LEN(level); i++) {
        bool zeros = true;

        for (size_t k = level[i]; k < n && zeros; k++)
            zeros = division.ptr[k] == '0';
        if (zeros && level[i] < n) {
            n = level[i];
            break;
        }
    }
    snprintf(from, 16, "%.*s", (int)n, division.ptr);
    snprintf(to, 16, "%s", from);
    for (size_t k = n; k-- > 0;) {
        if (to[k] < '9') {
            to[k]++;
            to[k + 1] = 0;
            return;
        }
        to[k] = 0;
    }
    snprintf(to, 16, ":"); /* after '9' */
}

/* The node's own division, or one above it: a condition that every record meets only costs. */
static bool covers_all(const Ledger *l, Str division)
{
    char from[16], to[16], own[16], unused[16];

    division_range(division, from, to);
    division_range(l->division, own, unused);
    return str_starts(str_of(own), str_of(from));
}

typedef struct SealedUse {
    const PackCollection *collection;
    bool used, geometry;
} SealedUse;

static void see_name(void *ctx, Str name)
{
    SealedUse *u = ctx;
    const PackProperty *p = pack_property(u->collection, name);

    u->used |= p && p->grade >= 3;
    u->geometry |= !p && !str_eq(name, STR("id"));
}

static bool plan_filter(Plan *p, const LedgerQuery *q, SealedUse *use, Arena *a, Err *err)
{
    if (!q->filter)
        return true;
    if (!cql_to_sql(q->filter, store_dialect(&p->sheet->table, a), a, &p->sql, err))
        return false;
    p->store.where = &p->sql;
    if (p->sql.residual)
        cql_names(p->sql.residual, see_name, use);
    if (!ledger_range_plan(p->sheet, p->sql.residual, a, &p->store))
        return FAIL(err, BASE_NO_MEMORY, STR("filter"), "filter");
    return true;
}

static bool plan_order(const Ledger *l, Plan *p, const LedgerQuery *q, Arena *a, Err *err)
{
    for (size_t i = 0; i < q->nsort; i++) {
        if (p->sheet->column[q->sort[i].property->index] == NO_COLUMN)
            return FAIL(err, LEDGER_NO_PROPERTY, q->sort[i].property->name, "sortby");
        p->order[i] = (StoreOrder){ p->sheet->column[q->sort[i].property->index], q->sort[i].descending };
    }
    p->store.order = p->order;
    p->store.norder = q->nsort;
    if (!q->token.len)
        return true;
    p->store.after = p->after;
    return ledger_token_read(l, q, q->token, a, p->after, &p->store.after_fid, err);
}

/* Words of the index; in a register of sealed names, the names that hold them. */
static bool plan_words(Plan *p, const LedgerQuery *q, Arena *a)
{
    enum { NAMES = 5000 };
    Buf b;
    int64_t *fid = q->words.len && p->sheet->find ? NEWS(a, int64_t, NAMES) : NULL;
    const size_t n = fid ? ledger_find_text((Sheet *)(uintptr_t)p->sheet, q->words, fid, NAMES) : 0;

    if (!q->words.len)
        return true;
    buf_init(&b, 1 << 20);
    if (n) {
        for (size_t i = 0; i < n; i++)
            buf_fmt(&b, "%s%lld", i ? "," : "[", (long long)fid[i]);
        buf_c(&b, ']');
        p->store.fids = str_copy(a, buf_text(&b));
    } else {
        ledger_match(q->words, &b);
        p->store.match = b.len ? str_copy(a, buf_text(&b)) : STR("\"\"");
    }
    buf_clear(&b);
    return n ? p->store.fids.ptr != NULL : p->store.match.ptr != NULL;
}

static bool plan_boxes(Plan *p, const LedgerQuery *q, Arena *a, Err *err)
{
    p->store.box = q->box;
    p->store.nbox = p->sheet->collection->spatial ? q->nbox : 0;
    p->exact_box = p->store.nbox > 0;
    for (size_t i = 0; i < p->store.nbox; i++) {
        const GeoBox b = q->box[i];
        const double xy[] = { b.minx, b.miny, b.maxx, b.miny, b.maxx, b.maxy, b.minx, b.maxy, b.minx,
            b.miny };
        const size_t ring = 5;
        Bytes wkb;

        if (b.minx == b.maxx || b.miny == b.maxy ? !geo_make_line(xy, 3, a, &wkb)
                                                 : !geo_make_polygon(xy, &ring, 1, a, &wkb))
            return FAIL(err, BASE_NO_MEMORY, STR("bbox"), "bbox");
        if (!geo_shape(wkb, a, &p->box[i], err))
            return false;
    }
    return true;
}

static bool plan(Ledger *l, const LedgerQuery *q, Arena *a, Plan *p, Err *err)
{
    SealedUse use = { q->collection, false, false };

    *p = (Plan){ .sheet = ledger_sheet(l, q->collection) };
    p->store.table = &p->sheet->table;
    if (!plan_filter(p, q, &use, a, err) || !plan_order(l, p, q, a, err) || !plan_boxes(p, q, a, err))
        return false;
    if (!plan_words(p, q, a))
        return FAIL(err, BASE_NO_MEMORY, STR("words"), "q");
    ledger_shape(
        p->sheet, p->sql.residual || q->nsort ? NULL : q->only, q->nonly, q->sealed || use.used, &p->shape);
    p->store.column = p->shape.column;
    p->store.ncolumn = p->shape.ncolumn;
    p->store.geometry = !q->no_geometry || use.geometry || p->exact_box;
    p->store.timed = q->timed;
    p->store.valid_at_from = q->valid_from;
    p->store.valid_at_to = q->valid_to;
    if (q->division.len && !covers_all(l, q->division)) {
        division_range(q->division, p->from, p->to);
        p->store.division_from = str_of(p->from);
        p->store.division_to = str_of(p->to);
    }
    return true;
}

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
    return !p->sql.residual || cql_eval(p->sql.residual, &seen, a) == CQL_TRUE;
}

typedef struct Walk {
    Ledger *ledger;
    StoreRead *read;
    const Plan *plan;
    const LedgerQuery *query;
    Arena *arena; /* cleared row by row */
    CqlValue *value;
    size_t examined;
} Walk;

/* The next record that passes; *r->collection NULL: the end. */
static bool walk_next(Walk *w, StoreCursor *cursor, LedgerRecord *r, size_t most, Err *err)
{
    const StoreRow *row;

    for (;;) {
        arena_clear(w->arena);
        if (!store_next(cursor, &row, err))
            return false;
        if (!row || w->examined >= most) {
            r->collection = NULL;
            return true;
        }
        w->examined++;
        if (!ledger_row(w->ledger, w->plan->sheet, &w->plan->shape, row, w->value, w->arena, r, err) ||
            (r->collection->extends &&
                !ledger_inherit(&(Sight){ w->ledger, w->read, NULL }, r, w->arena, err)))
            return false;
        if (passes(w->plan, w->query, r, w->arena))
            return true;
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
    return good &&
           (!(more || stopped) || !last.fid || ledger_token_make(w->ledger, q, &last, a, &page->next) ||
               FAIL(err, BASE_NO_MEMORY, STR("token"), "items"));
}

static bool unconditional(const LedgerQuery *q)
{
    return !q->filter && !q->nbox && !q->words.len && !q->timed;
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
    bool good;

    counting.store.norder = 0;
    counting.store.after_fid = 0;
    counting.store.limit = 0;
    counting.store.budget = w->query->count ? 0 : COUNT_STEPS;
    if (!counting.sql.residual) { /* nothing of the record is needed but its place */
        counting.shape.ncolumn = counting.store.ncolumn = 0;
        counting.store.geometry = counting.exact_box;
    }
    c.plan = &counting;
    c.examined = 0;
    if (!counting.sql.residual && counting.store.nbox <= 1) {
        if (!count_inside(w, &counting, &n, err))
            return err->kind == &STORE_BUDGET;
        if (!counting.exact_box) {
            page->matched = n;
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
        page->matched = n;
    return good;
}

static bool count_page(Walk *w, LedgerPage *page, Err *err)
{
    const LedgerQuery *q = w->query;

    if (unconditional(q)) {
        page->matched = ledger_count(w->ledger, q->collection, q->division);
        return true;
    }
    if (!page->next.len && !q->token.len) {
        page->matched = (int64_t)page->returned;
        return true;
    }
    return ((q->token.len || q->uncounted) && !q->count) || !q->limit || count_matches(w, page, err);
}

bool ledger_select(Ledger *l, const LedgerQuery *q, bool (*see)(void *ctx, const LedgerRecord *r), void *ctx,
    Arena *a, LedgerPage *page, Err *err)
{
    Plan *p = NEW(a, Plan);
    Walk w = { .ledger = l, .plan = p, .query = q };
    bool good;

    *page = (LedgerPage){ .matched = -1 };
    if (!p)
        return FAIL(err, BASE_NO_MEMORY, STR("query"), "items");
    if (!plan(l, q, a, p, err))
        return false;
    w.value = NEWS(a, CqlValue, q->collection->nproperty + q->collection->ninherited);
    w.arena = arena_new(0);
    if (q->limit && !p->sql.residual &&
        !p->exact_box) /* all that SQL gives passes: it need not sort more than a page */
        p->store.limit = q->limit + 1;
    good = w.value && store_read_begin(l->store, &w.read, err);
    if (good) {
        good = fill_page(&w, see, ctx, a, page, err) && count_page(&w, page, err);
        store_read_end(w.read);
    }
    arena_free(w.arena);
    return good || w.value != NULL ? good : FAIL(err, BASE_NO_MEMORY, STR("query"), "items");
}

/* --- tokens: JSON of [shape of the query, values…, fid], base64url, and its signature ---------------------------------------- */
static uint64_t query_shape(const LedgerQuery *q)
{
    Buf b;
    uint64_t h;

    buf_init(&b, 1 << 20);
    buf_str(&b, q->collection->name);
    for (size_t i = 0; i < q->nsort; i++)
        buf_fmt(&b, "|%c%.*s", q->sort[i].descending ? '-' : '+', STRV(q->sort[i].property->name));
    h = hash64(BYTES(buf_text(&b)));
    buf_clear(&b);
    return h;
}

bool ledger_token_make(const Ledger *l, const LedgerQuery *q, const LedgerRecord *last, Arena *a, Str *out)
{
    Buf b, t;
    uint8_t sign[ACCESS_BLIND_LEN];

    buf_init(&b, 1 << 20);
    buf_init(&t, 1 << 20);
    buf_fmt(&b, "[\"%016llx\"", (unsigned long long)query_shape(q));
    for (size_t i = 0; i < q->nsort; i++) {
        buf_c(&b, ',');
        ledger_value_to_json(q->sort[i].property, last->value[q->sort[i].property->index], &b);
    }
    buf_fmt(&b, ",%lld]", (long long)last->fid);
    access_sign(l->keys, buf_text(&b), sign);
    buf_base64url(&t, (Bytes){ sign, sizeof sign });
    buf_base64url(&t, BYTES(buf_text(&b)));
    *out = b.bad || t.bad ? (Str){ NULL, 0 } : str_copy(a, buf_text(&t));
    buf_clear(&b);
    buf_clear(&t);
    return out->ptr != NULL;
}

bool ledger_token_read(
    const Ledger *l, const LedgerQuery *q, Str token, Arena *a, CqlValue *after, int64_t *fid, Err *err)
{
    enum { SIGN_CHARS = 22 };
    Bytes sign, text;
    uint8_t want[ACCESS_BLIND_LEN];
    char shape[24];
    json_t *v;

    if (!base64url_read(str_sub(token, 0, SIGN_CHARS), a, &sign) ||
        !base64url_read(str_sub(token, SIGN_CHARS, SIZE_MAX), a, &text))
        return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    access_sign(l->keys, TEXT(text), want);
    if (sign.len != sizeof want || memcmp(sign.ptr, want, sizeof want) ||
        !json_read_in(TEXT(text), a, &v, err))
        return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    snprintf(shape, sizeof shape, "%016llx", (unsigned long long)query_shape(q));
    if (!str_eq(json_str(json_array_get(v, 0)), str_of(shape)) || json_array_size(v) != q->nsort + 2)
        return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    for (size_t i = 0; i < q->nsort; i++)
        if (!ledger_value_of_json(q->sort[i].property, json_array_get(v, i + 1), a, &after[i], err))
            return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    *fid = json_integer_value(json_array_get(v, q->nsort + 1));
    return true;
}

/* --- one record -------------------------------------------------------------------------------------------------------------------- */
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

/* --- history ---------------------------------------------------------------------------------------------------------------------------- */
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

/* --- statistics --------------------------------------------------------------------------------------------------------------------------- */
static double as_number(const PackProperty *p, CqlValue v)
{
    const double n = v.kind == CQL_INT ? (double)v.integer : v.kind == CQL_NUMBER ? v.number : 0;

    return p->type == PACK_MONEY ? n / 100 : n;
}

static bool stats_by_sql(Ledger *l, Plan *p, const PackProperty *const *of, size_t n,
    const PackProperty *group, Arena *a, LedgerStat **out, size_t *nout, Err *err)
{
    StoreRead *r;
    StoreStat *stat;
    size_t column[16], count;
    LedgerStat *s;

    for (size_t i = 0; i < n; i++)
        column[i] = p->sheet->column[of[i]->index];
    p->store.column = column;
    p->store.ncolumn = n;
    if (!store_read_begin(l->store, &r, err))
        return false;
    if (!store_stats(
            r, &p->store, group ? p->sheet->column[group->index] : SIZE_MAX, a, &stat, &count, err)) {
        store_read_end(r);
        return false;
    }
    store_read_end(r);
    s = NEWS(a, LedgerStat, count + 1);
    for (size_t i = 0; s && i < count; i++) {
        s[i].group = stat[i].group;
        s[i].count = stat[i].count;
        for (size_t k = 0; k < n; k++) {
            s[i].property[k].n = stat[i].column[k].n;
            s[i].property[k].min = as_number(of[k], stat[i].column[k].min);
            s[i].property[k].max = as_number(of[k], stat[i].column[k].max);
            s[i].property[k].sum =
                of[k]->type == PACK_MONEY ? stat[i].column[k].sum / 100 : stat[i].column[k].sum;
        }
    }
    *out = s;
    *nout = count;
    return s != NULL || FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
}

typedef struct Adding { /* statistics of rows that only memory can choose */
    const PackProperty *const *of;
    size_t n;
    const PackProperty *group;
    Arena *arena;
    Map *seen;
    LedgerStat *stat[10000];
    size_t nstat;
} Adding;

static LedgerStat *stat_of(Adding *s, CqlValue group)
{
    Buf b;
    LedgerStat *found;
    Str key;

    buf_init(&b, 4096);
    if (s->group)
        ledger_value_to_text(s->group, group, &b);
    found = map_get(s->seen, buf_text(&b));
    key = found ? STR("") : str_copy(s->arena, buf_text(&b));
    buf_clear(&b);
    if (found || s->nstat == LEN(s->stat) || !(found = NEW(s->arena, LedgerStat)) ||
        !map_put(s->seen, key, found))
        return found;
    found->group = ledger_copy(group, s->arena);
    s->stat[s->nstat++] = found;
    return found;
}

static bool add_one(void *ctx, const LedgerRecord *r)
{
    Adding *s = ctx;
    LedgerStat *stat = stat_of(s, s->group ? r->value[s->group->index] : (CqlValue){ .kind = CQL_NULL });

    if (!stat)
        return false;
    stat->count++;
    for (size_t i = 0; i < s->n; i++) {
        const CqlValue v = r->value[s->of[i]->index];
        const double x = as_number(s->of[i], v);

        if (v.kind == CQL_NULL)
            continue;
        if (!stat->property[i].n || x < stat->property[i].min)
            stat->property[i].min = x;
        if (!stat->property[i].n || x > stat->property[i].max)
            stat->property[i].max = x;
        stat->property[i].n++;
        stat->property[i].sum += x;
    }
    return true;
}

static bool stats_by_hand(
    Ledger *l, const LedgerQuery *q, Adding *s, LedgerStat **out, size_t *nout, Err *err)
{
    LedgerQuery all = *q;
    LedgerPage page;
    LedgerStat *flat;

    all.limit = 0;
    if (!ledger_select(l, &all, add_one, s, s->arena, &page, err))
        return false;
    flat = NEWS(s->arena, LedgerStat, s->nstat + 1);
    for (size_t i = 0; flat && i < s->nstat; i++)
        flat[i] = *s->stat[i];
    *out = flat;
    *nout = s->nstat;
    return flat != NULL || FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
}

bool ledger_stats(Ledger *l, const LedgerQuery *q, const PackProperty *const *of, size_t n,
    const PackProperty *group, Arena *a, LedgerStat **out, size_t *nout, Err *err)
{
    Plan *p = NEW(a, Plan);
    Adding *s = NEW(a, Adding);
    bool sql;

    if (!p || !s || !(s->seen = map_new(a)))
        return FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
    if (n > 16)
        return FAIL(err, LEDGER_INVALID, STR("16"), "properties");
    if (!plan(l, q, a, p, err))
        return false;
    sql = !p->sql.residual && !p->exact_box && (!group || p->sheet->column[group->index] != NO_COLUMN);
    for (size_t i = 0; i < n; i++)
        sql &= p->sheet->column[of[i]->index] != NO_COLUMN;
    s->of = of;
    s->n = n;
    s->group = group;
    s->arena = a;
    return sql ? stats_by_sql(l, p, of, n, group, a, out, nout, err) : stats_by_hand(l, q, s, out, nout, err);
}
