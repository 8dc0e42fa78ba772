/* src/ledger/plan.c - a question made ready for the store.
 *
 * The in-memory answer is the definition: the store may over-select, what it cannot say is decided on the opened record (select.c).
 */
#include "ledger/plan.h"
#include "ledger/sealed.h"
#include <stdio.h>

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

static bool plan_filter(Ledger *l, Plan *p, const LedgerQuery *q, SealedUse *use, Arena *a, Err *err)
{
    if (!q->filter)
        return true;
    if (!store_filter(l->store, &p->sheet->table, q->filter, a, &p->filter, err))
        return false;
    p->store.filter = &p->filter;
    if (p->filter.residual)
        cql_names(p->filter.residual, see_name, use);
    if (!ledger_range_plan(p->sheet, p->filter.residual, a, &p->spans))
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
    int64_t *fid = q->words.len && p->sheet->find ? NEWS(a, int64_t, NAMES) : NULL;
    const size_t n = fid ? ledger_find_text((Sheet *)(uintptr_t)p->sheet, q->words, fid, NAMES) : 0;

    if (!q->words.len)
        return true;
    if (n) {
        p->store.fid = fid;
        p->store.nfid = n;
        return true;
    }
    return ledger_match(q->words, a, &p->store.word, &p->store.nword);
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

bool ledger_plan(Ledger *l, const LedgerQuery *q, Arena *a, Plan *p, Err *err)
{
    SealedUse use = { q->collection, false, false };

    *p = (Plan){ .sheet = ledger_sheet(l, q->collection) };
    p->store.table = &p->sheet->table;
    if (!plan_filter(l, p, q, &use, a, err) || !plan_order(l, p, q, a, err) || !plan_boxes(p, q, a, err))
        return false;
    if (!plan_words(p, q, a))
        return FAIL(err, BASE_NO_MEMORY, STR("words"), "q");
    if (!ledger_shape(p->sheet, p->filter.residual || q->nsort ? NULL : q->only, q->nonly,
            q->sealed || use.used, a, &p->shape))
        return FAIL(err, BASE_NO_MEMORY, STR("query"), "items");
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
