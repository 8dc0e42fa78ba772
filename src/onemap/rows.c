/* src/onemap/rows.c - rows of the ledger's tables for the tile room: which attributes a layer carries, and its source. */
#include "onemap/rows.h"

enum { LEAST_ATTRIBUTES = 6 };

/* --- rows of the store -------------------------------------------------------------------------------------------- */
static bool give_row(const Layer *l, const StoreRow *row, TileSee *see, void *to)
{
    GeoBlob blob;

    if (!row->blob.len || !geo_blob_open(row->blob, &blob, &(Err){ 0 }) || blob.empty)
        return true;
    return see(
        to, &(TileRow){ row->fid, row->id, row->value[l->tiles.nattribute].text, blob.wkb, row->value });
}

static bool give_rows(const Layer *l, StoreCursor *cursor, TileSee *see, void *to, Err *err)
{
    const StoreRow *row;
    bool good, go = true;

    while (go && (good = store_next(cursor, &row, err)) && row)
        go = !__atomic_load_n(l->ending, __ATOMIC_RELAXED) && give_row(l, row, see, to);
    store_cursor_close(cursor);
    return good && go;
}

/* Small polygons can be left out by their envelope alone, where there is nothing else in the layer. */
static double least_of(const Layer *l, double least)
{
    const GeoType t = l->table->geometry;

    return t == GEO_POLYGON || t == GEO_MULTIPOLYGON ? least : 0;
}

static bool read_rows(void *ctx, GeoBox box, double least, TileSee *see, void *to, Err *err)
{
    const Layer *l = ctx;
    const size_t n = l->tiles.nattribute + 1;
    const StoreQuery all = { .table = l->table, .column = l->column, .ncolumn = n, .geometry = true };
    StoreRead *read;
    StoreCursor *cursor;
    bool good;

    if (!store_read_begin(ledger_store(l->ledger), &read, err))
        return false;
    good = geo_box_empty(box)
               ? store_select(read, &all, &cursor, err)
               : store_select_box(read, l->table, l->column, n, box, least_of(l, least), &cursor, err);
    good = good && give_rows(l, cursor, see, to, err);
    store_read_end(read);
    return good;
}

static bool select_some(Layer *l, Str fids, TileSee *see, void *to, Err *err)
{
    const StoreQuery q = { .table = l->table,
        .column = l->column,
        .ncolumn = l->tiles.nattribute + 1,
        .geometry = true,
        .fids = fids };
    StoreRead *read;
    StoreCursor *cursor;
    bool good;

    if (!store_read_begin(ledger_store(l->ledger), &read, err))
        return false;
    good = store_select(read, &q, &cursor, err) && give_rows(l, cursor, see, to, err);
    store_read_end(read);
    return good;
}

static bool read_some(void *ctx, const int64_t *fid, size_t n, TileSee *see, void *to, Err *err)
{
    Buf b;
    bool good;

    if (!n)
        return true;
    buf_init(&b, (size_t)32 << 20);
    for (size_t i = 0; i < n; i++) {
        buf_c(&b, i ? ',' : '[');
        buf_i64(&b, fid[i]);
    }
    buf_c(&b, ']');
    good = !b.bad ? select_some(ctx, buf_text(&b), see, to, err)
                  : FAIL(err, BASE_NO_MEMORY, STR("tile"), "rows");
    buf_clear(&b);
    return good;
}

static int64_t seq_of(void *ctx)
{
    return ledger_seq(((Layer *)ctx)->ledger);
}

TileSource onemap_source(Layer *l)
{
    return (TileSource){ l, read_rows, read_some, seq_of };
}

/* --- which attributes ------------------------------------------------------------------------------------------------ */
static size_t column_of(const StoreTable *t, Str name)
{
    size_t i = 0;

    while (i < t->ncolumn && !str_eq(t->column[i].name, name))
        i++;
    return i;
}

static void add_attribute(Layer *l, Str name)
{
    const PackProperty *p = pack_property(l->tiles.collection, name);
    const size_t column = p ? column_of(l->table, p->name) : 0;

    if (!p || p->grade >= 3 || p->many || p->type == PACK_GEOMETRY || column >= l->table->ncolumn ||
        column == l->table->division || l->tiles.nattribute == TILE_ATTRIBUTES)
        return;
    for (size_t i = 0; i < l->tiles.nattribute; i++)
        if (l->tiles.attribute[i] == p)
            return;
    l->tiles.attribute[l->tiles.nattribute] = p;
    l->column[l->tiles.nattribute++] = column;
}

typedef struct Names {
    Layer *layer;
} Names;

static void see_name(void *ctx, Str name)
{
    add_attribute(((Names *)ctx)->layer, name);
}

/* What the packs' layers carry, draw, write and filter by; else the first few, so that any layer can be styled. */
void onemap_choose_attributes(const PackModel *m, Layer *l)
{
    Names names = { l };
    size_t n;
    const OnemapLayer *p = onemap_layers(m, &n);

    add_attribute(l, l->tiles.collection->label);
    for (; n > 0; n--, p++) {
        if (!str_eq(p->collection, l->tiles.collection->name))
            continue;
        add_attribute(l, p->property);
        add_attribute(l, p->label);
        add_attribute(l, p->time);
        for (size_t k = 0; k < p->nattribute; k++)
            add_attribute(l, p->attribute[k]);
        if (p->filter)
            cql_names(p->filter, see_name, &names);
    }
    for (size_t i = 0; i < l->tiles.collection->ndeclared && l->tiles.nattribute < LEAST_ATTRIBUTES; i++)
        add_attribute(l, l->tiles.collection->property[i].name);
    l->column[l->tiles.nattribute] = l->table->division;
}
