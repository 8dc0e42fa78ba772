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
    const Str own = access_subtree(division);

    snprintf(from, 16, "%.*s", (int)(own.len < 15 ? own.len : 15), own.ptr);
    snprintf(to, 16, "%s", from);
    for (size_t k = strlen(from); k-- > 0;) {
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

bool ledger_unmasked(const AccessWho *who, const PackProperty *p, const char *where, Err *err)
{
    return access_sees(who, p) || FAIL(err, LEDGER_MASKED, p->title.zh, "%s", where);
}

typedef struct Names { /* what an expression speaks of */
    const PackCollection *collection;
    const AccessWho *who;
    const PackProperty *masked; /* one that he does not see */
    bool sealed, geometry;
} Names;

static void see_name(void *ctx, Str name)
{
    Names *n = ctx;
    const PackProperty *p = pack_property(n->collection, name);

    n->sealed |= p && p->grade >= 3;
    n->geometry |= !p && !str_eq(name, STR("id"));
    if (p && n->who && !access_sees(n->who, p))
        n->masked = p;
}

/* What he asks may not speak of what is masked: its answer would tell the value. A place of grade 2 is masked whole; of a
 * sealed one he is asked on what everybody sees, rounded to 100 m. */
bool ledger_may_ask(LedgerView v, const LedgerQuery *q, Err *err)
{
    const AccessWho *who = v.who;
    const PackCollection *c = q->collection;
    const bool placeless = c->geometry_grade > who->grade && c->geometry_grade < 3;
    Names n = { .collection = c, .who = who };

    if (q->filter)
        cql_names(q->filter, see_name, &n);
    if (n.masked)
        return ledger_unmasked(who, n.masked, "filter", err);
    for (size_t i = 0; i < q->nsort; i++)
        if (!ledger_unmasked(who, q->sort[i].property, "sortby", err))
            return false;
    return !placeless || !(n.geometry || q->nbox) ||
           FAIL(err, LEDGER_MASKED, c->geometry_title.zh.len ? c->geometry_title.zh : STR("图形"), "filter");
}

/* His question and the row filter become one condition. The store may over-select wherever it cannot say a part of it
 * (sealed values, relations of shapes): what is left is judged on the opened record (select.c), so no row passes that the
 * whole condition refuses. */
static bool plan_filter(Ledger *l, Plan *p, const LedgerQuery *q, Names *use, Arena *a, Err *err)
{
    const CqlExpr *rows = access_rows(p->who, q->collection);
    const CqlExpr *all = q->filter && rows
                             ? cql_and((CqlExpr *)(uintptr_t)q->filter, (CqlExpr *)(uintptr_t)rows, a)
                         : rows ? rows
                                : q->filter;

    if (!all)
        return (!q->filter && !rows) || FAIL(err, BASE_NO_MEMORY, STR("filter"), "filter");
    if (!store_filter(l->store, &p->sheet->table, all, a, &p->filter, err))
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

/* Words of the index; in a register of sealed names, the names that hold them, for whom they are not masked. */
static bool plan_words(Plan *p, const LedgerQuery *q, Arena *a)
{
    enum { FIRST = 4096 };
    const bool named = q->words.len && ledger_find_may(p->sheet, p->who);
    int64_t *fid = NULL;
    size_t n = 0;

    if (!q->words.len)
        return true;
    for (size_t room = FIRST; named; room *= 4) { /* until it holds all of them */
        fid = NEWS(a, int64_t, room);
        n = fid ? ledger_find_text((Sheet *)(uintptr_t)p->sheet, q->words, fid, room) : 0;
        if (!fid)
            return false;
        if (n < room)
            break;
    }
    if (n) {
        p->store.fid = fid;
        p->store.nfid = n;
        return true;
    }
    return ledger_match(q->words, p->who->grade, a, &p->store.word, &p->store.nword);
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

bool ledger_plan(LedgerView v, const LedgerQuery *q, Arena *a, Plan *p, Err *err)
{
    Names use = { .collection = q->collection };
    const bool opens = q->sealed && v.who->grade >= 3; /* what is masked need not be opened */
    Str division;

    *p = (Plan){ .sheet = ledger_sheet(v.ledger, q->collection), .who = v.who };
    p->store.table = &p->sheet->table;
    if (!ledger_may_ask(v, q, err) || !plan_filter(v.ledger, p, q, &use, a, err) ||
        !plan_order(v.ledger, p, q, a, err) || !plan_boxes(p, q, a, err))
        return false;
    if (!plan_words(p, q, a))
        return FAIL(err, BASE_NO_MEMORY, STR("words"), "q");
    if (!ledger_shape(p->sheet, p->filter.residual || q->nsort ? NULL : q->only, q->nonly,
            opens || use.sealed, a, &p->shape))
        return FAIL(err, BASE_NO_MEMORY, STR("query"), "items");
    p->store.column = p->shape.column;
    p->store.ncolumn = p->shape.ncolumn;
    p->store.geometry = !q->no_geometry || use.geometry || p->exact_box;
    p->store.timed = q->timed;
    p->store.valid_at_from = q->valid_from;
    p->store.valid_at_to = q->valid_to;
    p->nothing = !access_narrow(v.who, q->division, &division);
    if (division.len && !covers_all(v.ledger, division)) {
        division_range(division, p->from, p->to);
        p->store.division_from = str_of(p->from);
        p->store.division_to = str_of(p->to);
    }
    return true;
}
