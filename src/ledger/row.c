/* src/ledger/row.c - a row of the store becomes a record: columns, sealed parts opened, what it inherits, what the clock says. */
#include "ledger/row.h"
#include <stdio.h>

bool ledger_row(const Ledger *l, const Sheet *s, const RowShape *shape, const StoreRow *row, CqlValue *value,
    Arena *a, LedgerRecord *out, Err *err)
{
    const PackCollection *c = s->collection;
    LedgerRecord r = {
        .collection = c, .fid = row->fid, .id = row->id, .value = value, .grade = GRADE_WHOLE
    };
    Bytes sealed = { 0 }, sealed4 = { 0 };
    GeoBlob g;

    for (size_t i = 0; i < c->nproperty + c->ninherited; i++)
        value[i] = (CqlValue){ .kind = CQL_NULL };
    for (size_t i = 0; i < shape->ncolumn; i++) {
        if (shape->property[i] >= SIZE_MAX - 1) {
            if (row->value[i].kind == CQL_GEOM)
                *(shape->property[i] == SIZE_MAX ? &sealed : &sealed4) = row->value[i].geom;
        } else
            value[shape->property[i]] = ledger_kept_value(c->property + shape->property[i], row->value[i], a);
    }
    r.version = value[base_at(c, BASE_VERSION)].integer;
    r.seq = value[base_at(c, BASE_SEQ)].integer;
    r.division =
        value[base_at(c, BASE_DIVISION)].kind == CQL_TEXT ? value[base_at(c, BASE_DIVISION)].text : STR("");
    if (row->blob.len && geo_blob_open(row->blob, &g, err) && !g.empty)
        r.geometry = r.rounded = g.wkb;
    if (!ledger_unseal(l, &r, value, 3, sealed, a, err) || !ledger_unseal(l, &r, value, 4, sealed4, a, err))
        return false;
    ledger_clock(&r, a);
    *out = r;
    return true;
}

void ledger_keep(LedgerRecord *r, Arena *a)
{
    CqlValue *value = (CqlValue *)(uintptr_t)r->value;

    for (size_t i = 0; i < r->collection->nproperty; i++)
        value[i] = ledger_copy(value[i], a);
    r->id = str_copy(a, r->id);
    r->division = str_copy(a, r->division);
    r->geometry = BYTES(str_copy(a, TEXT(r->geometry)));
    r->rounded = BYTES(str_copy(a, TEXT(r->rounded)));
}

static bool find_row(
    const Sight *in, const Sheet *s, Str id, Arena *a, LedgerRecord *out, bool *found, Err *err)
{
    const RowShape *shape = &s->whole;
    CqlValue *value = NEWS(a, CqlValue, s->collection->nproperty + s->collection->ninherited);
    StoreQuery q = { .table = &s->table,
        .geometry = true,
        .retired = true,
        .column = shape->column,
        .ncolumn = shape->ncolumn,
        .id = str_c(a, id) };
    StoreCursor *cursor;
    const StoreRow *row;
    bool good;

    if (!value || !q.id)
        return FAIL(err, BASE_NO_MEMORY, id, "record");
    if (!store_select(in->read, &q, &cursor, err))
        return false;
    *found = false;
    good = store_next(cursor, &row, err);
    if (good && row) {
        good = ledger_row(in->ledger, s, shape, row, value, a, out, err);
        if (good) {
            ledger_keep(out, a);
            *found = true;
            good = ledger_inherit(in, out, a, err);
        }
    }
    store_cursor_close(cursor);
    return good;
}

Str ledger_made_key(Arena *a, const PackCollection *c, Str id)
{
    return str_fmt(a, "%.*s/%.*s", STRV(c->name), STRV(id));
}

const LedgerRecord *ledger_made(const Made *m, const PackCollection *c, Str id)
{
    char key[256];
    const int n = snprintf(key, sizeof key, "%.*s/%.*s", STRV(c->name), STRV(id));

    return m && map_len(m->latest) && n > 0 && (size_t)n < sizeof key
               ? map_get(m->latest, (Str){ key, (size_t)n })
               : NULL;
}

bool ledger_find(const Sight *in, const Sheet *s, Str id, Arena *a, LedgerRecord *out, bool *found, Err *err)
{
    const LedgerRecord *made = in->made ? ledger_made(in->made, s->collection, id) : NULL;

    if (!made)
        return find_row(in, s, id, a, out, found, err);
    *out = *made;
    *found = true;
    return true;
}

bool ledger_stands(const Sight *in, const Sheet *s, Str id, Arena *a, bool *there, bool *current, Err *err)
{
    const LedgerRecord *made = in->made ? ledger_made(in->made, s->collection, id) : NULL;
    const StoreQuery q = { .table = &s->table,
        .retired = true,
        .column = &s->table.valid_to,
        .ncolumn = 1,
        .id = made ? NULL : str_c(a, id) };
    StoreCursor *cursor;
    const StoreRow *row;
    bool good;

    *there = made != NULL;
    *current = made && made->value[base_at(s->collection, BASE_VALID_TO)].kind == CQL_NULL;
    if (made)
        return true;
    if (!q.id)
        return FAIL(err, BASE_NO_MEMORY, id, "record");
    if (!store_select(in->read, &q, &cursor, err))
        return false;
    good = store_next(cursor, &row, err);
    *there = good && row;
    *current = *there && row->value[0].kind == CQL_NULL;
    store_cursor_close(cursor);
    return good;
}

/* Nearest first, as the pack room lays them out (pack/collection.c): above's own declared ones, then what it inherits. */
void ledger_take_above(LedgerRecord *rec, const LedgerRecord *up)
{
    const PackCollection *c = rec->collection, *x = up->collection;
    CqlValue *value = (CqlValue *)(uintptr_t)rec->value;

    for (size_t i = 0; i < c->ninherited; i++)
        value[c->nproperty + i] =
            i < x->ndeclared ? up->value[i] : up->value[x->nproperty + i - x->ndeclared];
}

bool ledger_inherit(const Sight *in, LedgerRecord *rec, Arena *a, Err *err)
{
    const Sheet *s = rec->collection->extends ? ledger_sheet(in->ledger, rec->collection->extends) : NULL;
    LedgerRecord up;
    bool there = false;

    if (!s || !rec->collection->ninherited)
        return true;
    if (!ledger_find(in, s, rec->id, a, &up, &there, err))
        return false;
    if (there)
        ledger_take_above(rec, &up);
    return true;
}

/* The records above, each beside the one that it belongs to. */
static bool read_above(const Sight *in, const Sheet *s, const Map *below, LedgerRecord *up, const Str *id,
    size_t n, Arena *a, Err *err)
{
    const PackCollection *c = s->collection;
    const StoreQuery q = { .table = &s->table,
        .retired = true,
        .column = s->whole.column,
        .ncolumn = s->whole.ncolumn,
        .ids = id,
        .nids = n };
    StoreCursor *cursor;
    const StoreRow *row;
    bool good;

    if (!store_select(in->read, &q, &cursor, err))
        return false;
    while ((good = store_next(cursor, &row, err)) && row) {
        const size_t *at = map_get(below, row->id);
        CqlValue *value = NEWS(a, CqlValue, c->nproperty + c->ninherited);

        good = (value && at) || FAIL(err, BASE_NO_MEMORY, c->name, "record");
        if (!good || !(good = ledger_row(in->ledger, s, &s->whole, row, value, a, &up[*at], err)))
            break;
        ledger_keep(&up[*at], a);
    }
    store_cursor_close(cursor);
    return good;
}

bool ledger_inherit_many(const Sight *in, LedgerRecord *rec, size_t n, Arena *a, Err *err)
{
    const PackCollection *above = n ? rec[0].collection->extends : NULL;
    LedgerRecord *up = NEWS(a, LedgerRecord, n + 1);
    Map *below = map_new(a);
    Str *id = NEWS(a, Str, n + 1);
    size_t *at = NEWS(a, size_t, n + 1), nup = 0;
    LedgerRecord *found = NEWS(a, LedgerRecord, n + 1);
    bool good = up && below && id && at && found;

    if (!above || !rec[0].collection->ninherited)
        return true;
    for (size_t i = 0; good && i < n; i++) {
        at[i] = i;
        id[i] = rec[i].id;
        good = map_put(below, id[i], &at[i]);
    }
    if (!good)
        return FAIL(err, BASE_NO_MEMORY, above->name, "record");
    if (!read_above(in, ledger_sheet(in->ledger, above), below, up, id, n, a, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (up[i].collection)
            found[nup++] = up[i]; /* their values are the same memory: what these inherit, up[i] shows */
    if (!ledger_inherit_many(in, found, nup, a, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (up[i].collection)
            ledger_take_above(&rec[i], &up[i]);
    return true;
}
