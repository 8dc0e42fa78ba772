/* src/ledger/draw.c - rows for drawing: as they stand in the store, without becoming records, for whom sees all of them; for
 * others the same rows as a list would show them.
 */
#include "ledger/plan.h"

typedef struct Drawing {
    LedgerView view;
    const LedgerDraw *draw;
    bool (*see)(void *ctx, const LedgerDrawn *r);
    void *ctx;
    Arena *arena;
    CqlValue *value;
    Err *err;
    bool bad, stopped;
} Drawing;

/* --- all rows --------------------------------------------------------------------------------------------------------- */
static bool give_row(Drawing *d, const StoreRow *row)
{
    GeoBlob blob;
    const size_t n = d->draw->nproperty;

    if (!row->blob.len || !geo_blob_open(row->blob, &blob, &(Err){ 0 }) || blob.empty)
        return true;
    return d->see(d->ctx, &(LedgerDrawn){ row->fid, row->id, row->value[n].text, blob.wkb, row->value });
}

static bool give_rows(Drawing *d, StoreCursor *cursor)
{
    const StoreRow *row;
    bool good, go = true;

    while (go && (good = store_next(cursor, &row, d->err)) && row)
        go = give_row(d, row);
    store_cursor_close(cursor);
    return good && go;
}

static bool draw_all(Drawing *d, const Sheet *s, StoreRead *read, const size_t *column)
{
    const LedgerDraw *w = d->draw;
    const bool small = s->table.geometry == GEO_POLYGON || s->table.geometry == GEO_MULTIPOLYGON;
    const bool all = w->fid || geo_box_empty(w->box);
    const StoreQuery q = { .table = &s->table,
        .column = column,
        .ncolumn = w->nproperty + 1,
        .geometry = true,
        .fid = w->fid,
        .nfid = w->nfid,
        .box = &w->box,
        .nbox = !all,
        .scattered = !all,
        .least = small ? w->least : 0 };
    StoreCursor *cursor;

    return store_select(read, &q, &cursor, d->err) && give_rows(d, cursor);
}

static bool draw_rows(Drawing *d)
{
    const Sheet *s = ledger_sheet(d->view.ledger, d->draw->collection);
    size_t *column = NEWS(d->arena, size_t, d->draw->nproperty + 1);
    StoreRead *read;
    bool good;

    if (!column)
        return FAIL(d->err, BASE_NO_MEMORY, STR("tile"), "rows");
    for (size_t i = 0; i < d->draw->nproperty; i++)
        column[i] = s->column[d->draw->property[i]->index];
    column[d->draw->nproperty] = s->table.division;
    if (!store_read_begin(d->view.ledger->store, &read, d->err))
        return false;
    good = draw_all(d, s, read, column);
    store_read_end(read);
    return good;
}

/* --- his rows --------------------------------------------------------------------------------------------------------- */
static bool wanted(const LedgerDraw *d, int64_t fid)
{
    for (size_t i = 0; i < d->nfid; i++)
        if (d->fid[i] == fid)
            return true;
    return !d->fid;
}

static bool give_record(void *ctx, const LedgerRecord *r)
{
    Drawing *d = ctx;
    const LedgerDraw *w = d->draw;

    if (!r->geometry.len || !wanted(w, r->fid))
        return true;
    arena_clear(d->arena);
    for (size_t i = 0; i < w->nproperty && !d->bad; i++)
        d->bad = !ledger_store_value(
            w->property[i], r->value[w->property[i]->index], d->arena, &d->value[i], d->err);
    d->stopped =
        !d->bad && !d->see(d->ctx, &(LedgerDrawn){ r->fid, r->id, r->division, r->geometry, d->value });
    return !d->bad && !d->stopped;
}

static bool draw_records(Drawing *d)
{
    LedgerQuery q = { .collection = d->draw->collection,
        .only = d->draw->property,
        .nonly = d->draw->nproperty,
        .uncounted = true };
    Arena *a = arena_new(0);
    LedgerPage page;
    bool good;

    if (!geo_box_empty(d->draw->box) && !d->draw->fid)
        q.box[q.nbox++] = d->draw->box;
    d->value = NEWS(a, CqlValue, d->draw->nproperty + 1);
    good = d->value ? ledger_select(d->view, &q, give_record, d, a, &page, d->err) && !d->bad && !d->stopped
                    : FAIL(d->err, BASE_NO_MEMORY, STR("tile"), "rows");
    arena_free(a);
    return good;
}

bool ledger_draw(
    LedgerView v, const LedgerDraw *draw, bool (*see)(void *ctx, const LedgerDrawn *r), void *ctx, Err *err)
{
    const PackCollection *c = draw->collection;
    Drawing d = { .view = v, .draw = draw, .see = see, .ctx = ctx, .arena = arena_new(0), .err = err };
    bool plain = access_sees_everywhere(v.who, c) && c->geometry_grade <= v.who->grade, good;

    for (size_t i = 0; i < draw->nproperty; i++)
        plain &= access_sees(v.who, draw->property[i]);
    good = plain || (c->geometry_grade >= 3 && access_sees_all(v.who, c)) ? draw_rows(&d) : draw_records(&d);
    arena_free(d.arena);
    return good;
}
