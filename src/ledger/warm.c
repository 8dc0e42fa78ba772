/* src/ledger/warm.c - rows shown for what keeps sealed values in memory (find.c, range.c): all of a collection, or some again. */
#include "ledger/sealed.h"

typedef struct Showing {
    const Sheet *sheet;
    RowShape shape;
    CqlValue *value;
    bool (*see)(void *ctx, const LedgerRecord *r);
    void *ctx;
} Showing;

static bool show(Ledger *l, StoreRead *read, const Showing *s, const StoreQuery *q, Err *err)
{
    StoreCursor *cursor;
    const StoreRow *row;
    LedgerRecord r;
    Arena *one = arena_new(0);
    bool good = store_select(read, q, &cursor, err), go = true;

    if (good) {
        while (go && (good = store_next(cursor, &row, err)) && row) {
            arena_clear(one);
            good = ledger_row(l, s->sheet, &s->shape, row, s->value, one, &r, err);
            go = good && s->see(s->ctx, &r);
        }
        store_cursor_close(cursor);
    }
    arena_free(one);
    return good;
}

bool ledger_show(Ledger *l, const PackCollection *c, const int64_t *fid, size_t nfid, bool retired,
    const PackProperty *const *only, size_t nonly, bool (*see)(void *ctx, const LedgerRecord *r), void *ctx,
    Err *err)
{
    Arena *a = arena_new(0);
    Showing s = { .sheet = ledger_sheet(l, c),
        .value = NEWS(a, CqlValue, c->nproperty + c->ninherited),
        .see = see,
        .ctx = ctx };
    StoreQuery q = { .table = &s.sheet->table, .retired = retired, .fid = fid, .nfid = nfid };
    StoreRead *read;
    bool good = s.value && ledger_shape(s.sheet, only, nonly, true, a, &s.shape);

    if (!good)
        (void)FAIL(err, BASE_NO_MEMORY, c->name, "sealed");
    good = good && store_read_begin(l->store, &read, err);
    if (good) {
        q.column = s.shape.column;
        q.ncolumn = s.shape.ncolumn;
        good = show(l, read, &s, &q, err);
        store_read_end(read);
    }
    arena_free(a);
    return good;
}
