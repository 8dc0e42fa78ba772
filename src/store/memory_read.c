/* src/store/memory_read.c - the memory driver: queries. A query gathers the row versions that it wants, in their order, under the
 * lock; its cursor then goes through them without.
 */
#include "store/memory_in.h"
#include <math.h>
#include <stdlib.h>

struct StoreCursor {
    StoreHead head;
    StoreRead *read;
    const StoreTable *table;
    MemoryRow **found;
    size_t n, at;
    bool geometry, spent; /* spent: StoreQuery.most rows were looked at */
    unsigned hurried;
    StoreRow row;
    const size_t *slot; /* of the columns wanted */
    size_t ncolumn;
    CqlValue *value;
    Arena *a;
};

/* --- a filter: the tree itself, evaluated on the row ---------------------------------------------------------------- */
static bool has_column(const CqlProperty *p)
{
    return !p->sealed && p->column.len > 0;
}

bool store_memory_filter(
    Store *s, const StoreTable *t, const CqlExpr *e, Arena *a, StoreFilter *out, Err *err)
{
    const CqlExpr *said, *rest;

    (void)s;
    if (!cql_split(e, has_column, a, &said, &rest))
        return FAIL(err, BASE_NO_MEMORY, t->name, "filter");
    *out = (StoreFilter){ rest, said };
    return true;
}

typedef struct Look { /* a query at work */
    const StoreRead *read;
    const StoreQuery *q;
    const MemoryTable *table;
    const MemoryRow *row; /* being judged */
    size_t division, valid_from, valid_to, *order, *equal;
    Arena *a, *judge; /* judge: emptied after each row */
    MemoryRow **found;
    size_t n, cap, examined;
    bool spent;
} Look;

static CqlValue value_of(void *ctx, const CqlProperty *p)
{
    const Look *k = ctx;
    const MemoryTable *t = k->table;
    const MemoryRow *row = k->row;

    if (p->from.len && !str_eq(p->from, str_of(t->name))) { /* the record it extends: of the same id */
        t = memory_table(k->read->store, p->from);
        row = t ? memory_find(k->read, t, KEY_ID, 0, row->id, NULL) : NULL;
    }
    if (!row)
        return (CqlValue){ .kind = CQL_NULL };
    if (str_eq(p->column, STR("id")))
        return memory_text(row->id);
    if (str_eq(p->column, STR("geometry")) && t->spatial)
        return row->blob.len ? (CqlValue){ .kind = CQL_GEOM, .geom = row->blob }
                             : (CqlValue){ .kind = CQL_NULL };
    return memory_cell(row, memory_slot(t, p->column));
}

static bool passes(Look *k, const MemoryRow *row)
{
    const CqlRecord record = { .get = value_of, .ctx = k };
    CqlTruth t;

    k->row = row;
    t = cql_eval(k->q->filter->said, &record, k->judge);
    arena_clear(k->judge);
    return t == CQL_TRUE;
}

/* --- what a query asks of a row -------------------------------------------------------------------------------------- */
static bool lies_in(GeoBox r, const StoreQuery *q)
{
    for (size_t i = 0; i < q->nbox; i++) {
        const GeoBox b = q->box[i];
        const bool meets =
            !geo_box_empty(r) && r.maxx >= b.minx && r.minx <= b.maxx && r.maxy >= b.miny && r.miny <= b.maxy;
        const bool within =
            meets && r.minx >= b.minx && r.maxx <= b.maxx && r.miny >= b.miny && r.maxy <= b.maxy;

        if (q->how == STORE_BOX_WITHIN ? within : q->how == STORE_BOX_CROSSES ? meets && !within : meets)
            return true;
    }
    return false;
}

static bool is_wanted(const StoreQuery *q, int64_t fid)
{
    bool yes = !q->fid;

    for (size_t i = 0; !yes && i < q->nfid; i++)
        yes = q->fid[i] == fid;
    return yes && (!q->among || (uint64_t)fid >= q->among->n || (q->among->bit[fid / 64] >> fid % 64 & 1));
}

static bool is_valid(const Look *k, const MemoryRow *row)
{
    const StoreQuery *q = k->q;
    const CqlValue from = memory_cell(row, k->valid_from), to = memory_cell(row, k->valid_to);

    if (q->table->plain || (q->retired && !q->timed))
        return true;
    if (!q->timed)
        return to.kind == CQL_NULL;
    return (from.kind == CQL_NULL || from.time <= q->valid_at_to) &&
           (to.kind == CQL_NULL || to.time > q->valid_at_from);
}

static bool has_words(const Look *k, const MemoryRow *row)
{
    const MemoryTable *text = k->read->store->table[MEMORY_TEXT];
    char key[96];
    const Str other = { key,
        (size_t)snprintf(key, sizeof key, "%s/%lld", k->table->name, (long long)row->fid) };
    const MemoryRow *words = memory_find(k->read, text, KEY_OTHER, 0, other, NULL);

    return words && memory_has_words(words->value[3].text, words->value[4].text, k->q->word, k->q->nword);
}

static bool is_equal(const Look *k, const MemoryRow *row)
{
    for (size_t i = 0; i < k->q->nequal; i++)
        if (k->q->equal[i].value.kind == CQL_NULL ||
            !cql_equal(memory_cell(row, k->equal[i]), k->q->equal[i].value))
            return false;
    return true;
}

/* In the query's order: each column, null last; then the number. `b` NULL: the last row of the page before. */
static int compare(const Look *k, const MemoryRow *a, const MemoryRow *b)
{
    for (size_t i = 0; i < k->q->norder; i++) {
        const CqlValue x = memory_cell(a, k->order[i]), y = b ? memory_cell(b, k->order[i]) : k->q->after[i];
        const int c = cql_compare(x, y);

        if (c)
            return k->q->order[i].descending && x.kind != CQL_NULL && y.kind != CQL_NULL ? -c : c;
    }
    return (a->fid > (b ? b->fid : k->q->after_fid)) - (a->fid < (b ? b->fid : k->q->after_fid));
}

static bool is_asked(Look *k, const MemoryRow *row)
{
    const StoreQuery *q = k->q;

    if (!memory_sees(k->read, row) || !is_wanted(q, row->fid) || (q->nbox && !lies_in(row->box, q)))
        return false;
    if (q->scattered && q->least > 0 &&
        (row->box.maxx - row->box.minx) * (row->box.maxy - row->box.miny) < q->least)
        return false;
    k->examined++;
    if (q->division_from.len) {
        const Str division = memory_cell(row, k->division).text;

        if (str_cmp(division, q->division_from) < 0 || str_cmp(division, q->division_to) >= 0)
            return false;
    }
    return is_valid(k, row) && is_equal(k, row) && (!q->word || has_words(k, row)) &&
           (!q->after_fid || compare(k, row, NULL) > 0) && (!q->filter || !q->filter->said || passes(k, row));
}

static bool take_row(Look *k, MemoryRow *row)
{
    if (k->n == k->cap) {
        const size_t cap = k->cap ? k->cap * 2 : 64;
        MemoryRow **more = mem_grow(k->found, cap, sizeof *more);

        if (!more)
            return false;
        k->found = more;
        k->cap = cap;
    }
    k->found[k->n++] = row;
    return true;
}

static int in_order(const void *x, const void *y, void *look)
{
    return compare(look, *(MemoryRow *const *)x, *(MemoryRow *const *)y);
}

static bool slots(Look *k, Err *err)
{
    const StoreQuery *q = k->q;

    k->table = memory_table(k->read->store, q->table->name);
    k->order = NEWS(k->a, size_t, q->norder + 1);
    k->equal = NEWS(k->a, size_t, q->nequal + 1);
    if (!k->table)
        return FAIL(err, STORE_FAILED, q->table->name, "no table");
    if (!k->order || !k->equal)
        return FAIL(err, BASE_NO_MEMORY, q->table->name, "store");
    for (size_t i = 0; i < q->norder; i++)
        k->order[i] = memory_slot(k->table, q->table->column[q->order[i].column].name);
    for (size_t i = 0; i < q->nequal; i++)
        k->equal[i] = memory_slot(k->table, q->table->column[q->equal[i].column].name);
    k->division = memory_slot(k->table, STR("division"));
    k->valid_from = memory_slot(k->table, STR("valid_from"));
    k->valid_to = memory_slot(k->table, STR("valid_to"));
    return true;
}

static bool is_taken(const Look *k, const MemoryRow *row) /* an id may be asked for twice */
{
    for (size_t i = 0; i < k->n; i++)
        if (k->found[i] == row)
            return true;
    return false;
}

static bool gather(Look *k, Err *err)
{
    const Str id = str_of(k->q->id);
    bool good = true;

    if (!slots(k, err))
        return false;
    if (k->q->id) {
        MemoryRow *row = memory_find(k->read, k->table, KEY_ID, 0, id, NULL);

        return !row || !is_asked(k, row) || take_row(k, row) || FAIL(err, BASE_NO_MEMORY, id, "store");
    }
    for (size_t i = 0; good && i < k->q->nids; i++) {
        MemoryRow *row = memory_find(k->read, k->table, KEY_ID, 0, k->q->ids[i], NULL);

        good = !row || is_taken(k, row) || !is_asked(k, row) || take_row(k, row);
    }
    for (size_t i = 0; good && !k->q->ids && i < k->table->nrow; i++) {
        k->spent = k->q->most && k->examined > k->q->most;
        if (k->spent)
            break;
        good = !is_asked(k, k->table->row[i]) || take_row(k, k->table->row[i]);
    }
    if (good && k->n)
        qsort_r(k->found, k->n, sizeof *k->found, in_order, k);
    return good || FAIL(err, BASE_NO_MEMORY, k->q->table->name, "store");
}

/* Under the readers' lock: the writer adds no row meanwhile. It is nobody's lock while the writer itself reads. */
static bool look(Look *k, Err *err)
{
    Store *s = k->read->store;
    bool good;

    k->judge = arena_new(0);
    pthread_rwlock_rdlock(&s->rows);
    good = gather(k, err);
    pthread_rwlock_unlock(&s->rows);
    arena_free(k->judge);
    return good;
}

/* --- cursors --------------------------------------------------------------------------------------------------------- */
static bool columns_of(StoreCursor *c, const Look *k)
{
    size_t *slot = NEWS(c->a, size_t, k->q->ncolumn + 1);

    c->value = NEWS(c->a, CqlValue, k->q->ncolumn + 1);
    for (size_t i = 0; slot && i < k->q->ncolumn; i++)
        slot[i] = memory_slot(k->table, k->q->table->column[k->q->column[i]].name);
    c->slot = slot;
    c->ncolumn = k->q->ncolumn;
    return slot && c->value;
}

bool store_memory_select(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err)
{
    StoreCursor *c = mem_new(1, sizeof *c);
    Look k = { .read = r, .q = q };

    if (!c)
        return FAIL(err, BASE_NO_MEMORY, q->table->name, "cursor");
    *c = (StoreCursor){ .head = r->head,
        .read = r,
        .table = q->table,
        .geometry = q->geometry || q->scattered,
        .a = arena_new(0) };
    c->hurried = memory_hurries(r);
    k.a = c->a;
    if (!look(&k, err) || (!columns_of(c, &k) && !FAIL(err, BASE_NO_MEMORY, q->table->name, "cursor"))) {
        mem_free(k.found);
        arena_free(c->a);
        mem_free(c);
        return false;
    }
    c->found = k.found;
    c->n = q->limit && q->limit < k.n ? q->limit : k.n;
    c->spent = k.spent;
    *out = c;
    return true;
}

bool store_memory_next(StoreCursor *c, const StoreRow **row, Err *err)
{
    const MemoryRow *from;

    if (c->hurried != memory_hurries(c->read) || (c->at == c->n && c->spent))
        return FAIL(err, STORE_BUDGET, c->table->name, "filter");
    *row = NULL;
    if (c->at == c->n)
        return true;
    from = c->found[c->at++];
    c->row = (StoreRow){ .fid = from->fid, .id = from->id, .value = c->value };
    if (c->geometry)
        c->row.blob = from->blob;
    for (size_t i = 0; i < c->ncolumn; i++)
        c->value[i] = memory_cell(from, c->slot[i]);
    *row = &c->row;
    return true;
}

void store_memory_cursor_close(StoreCursor *c)
{
    mem_free(c->found);
    arena_free(c->a);
    mem_free(c);
}

/* --- statistics ------------------------------------------------------------------------------------------------------ */
static double number_of(CqlValue v)
{
    return v.kind == CQL_INT      ? (double)v.integer
           : v.kind == CQL_NUMBER ? v.number
           : v.kind == CQL_BOOL   ? v.truth
                                  : 0;
}

static CqlValue copied(CqlValue v, Arena *a)
{
    if (v.kind == CQL_TEXT)
        v.text = str_copy(a, v.text);
    return v;
}

static void add_value(StoreSum *sum, CqlValue v)
{
    if (v.kind == CQL_NULL)
        return;
    if (!sum->n || cql_compare(v, sum->min) < 0)
        sum->min = v;
    if (!sum->n || cql_compare(v, sum->max) > 0)
        sum->max = v;
    sum->n++;
    sum->sum += number_of(v);
}

typedef struct Grouped { /* rows by the value of their group, null first */
    size_t slot;
} Grouped;

static int by_group(const void *x, const void *y, void *ctx)
{
    const size_t slot = ((const Grouped *)ctx)->slot;
    const CqlValue a = memory_cell(*(MemoryRow *const *)x, slot),
                   b = memory_cell(*(MemoryRow *const *)y, slot);

    if ((a.kind == CQL_NULL) != (b.kind == CQL_NULL))
        return a.kind == CQL_NULL ? -1 : 1;
    return cql_compare(a, b);
}

static size_t count_groups(const Look *k, Grouped *g)
{
    size_t n = k->n > 0;

    for (size_t i = 1; i < k->n; i++)
        n += by_group(&k->found[i - 1], &k->found[i], g) != 0;
    return n;
}

static bool sum_up(const Look *k, size_t group, Arena *a, StoreStat *stat, size_t n)
{
    const StoreQuery *q = k->q;
    Grouped g = { group };
    StoreStat *s = stat;

    for (size_t i = 0; i < n; i++)
        if (!(stat[i].column = NEWS(a, StoreSum, q->ncolumn + 1)))
            return false;
    for (size_t i = 0; i < k->n; i++) {
        if (group != SIZE_MAX && i && by_group(&k->found[i - 1], &k->found[i], &g))
            s++;
        s->group = group == SIZE_MAX ? (CqlValue){ .kind = CQL_NULL } : memory_cell(k->found[i], group);
        s->count++;
        for (size_t c = 0; c < q->ncolumn; c++)
            add_value(&s->column[c],
                memory_cell(k->found[i], memory_slot(k->table, q->table->column[q->column[c]].name)));
    }
    for (size_t i = 0; i < n; i++) {
        stat[i].group = copied(stat[i].group, a);
        for (size_t c = 0; c < q->ncolumn; c++) {
            stat[i].column[c].min = copied(stat[i].column[c].min, a);
            stat[i].column[c].max = copied(stat[i].column[c].max, a);
        }
    }
    return true;
}

bool store_memory_stats(
    StoreRead *r, const StoreQuery *q, size_t group, Arena *a, StoreStat **out, size_t *n, Err *err)
{
    Look k = { .read = r, .q = q, .a = a };
    Grouped g = { SIZE_MAX };
    bool good = look(&k, err);

    if (good && k.spent)
        good = FAIL(err, STORE_BUDGET, q->table->name, "statistics");
    if (good && group != SIZE_MAX) {
        g.slot = memory_slot(k.table, q->table->column[group].name);
        if (k.n)
            qsort_r(k.found, k.n, sizeof *k.found, by_group, &g);
    }
    if (good) {
        *n = group == SIZE_MAX ? 1 : count_groups(&k, &g); /* one group is there even of no row, as in SQL */
        *out = NEWS(a, StoreStat, *n ? *n : 1);
        good = (*out && sum_up(&k, g.slot, a, *out, *n)) ||
               FAIL(err, BASE_NO_MEMORY, q->table->name, "statistics");
    }
    mem_free(k.found);
    return good;
}

bool store_memory_count_divisions(StoreRead *r, const StoreTable *t, StoreSeeCount *see, void *ctx, Err *err)
{
    const StoreQuery q = { .table = t };
    Arena *a = arena_new(0);
    StoreStat *stat;
    size_t n;
    const bool good = store_memory_stats(r, &q, t->division, a, &stat, &n, err);

    for (size_t i = 0; good && i < n; i++)
        see(ctx, stat[i].group.text, stat[i].count);
    arena_free(a);
    return good;
}

bool store_memory_extent(StoreRead *r, const StoreTable *t, GeoBox *out, Err *err)
{
    const MemoryTable *in = memory_table(r->store, t->name);

    (void)err;
    *out = GEO_BOX_NONE;
    pthread_rwlock_rdlock(&r->store->rows);
    for (size_t i = 0; in && i < in->nrow; i++)
        if (memory_sees(r, in->row[i]) && !geo_box_empty(in->row[i]->box))
            *out = geo_box_join(*out, in->row[i]->box);
    pthread_rwlock_unlock(&r->store->rows);
    return true;
}
