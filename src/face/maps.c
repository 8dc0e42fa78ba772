/* src/face/maps.c - rows of the store for the tile room, packing in the background, and every change carried over.
 *
 * The ledger's thread only hands changes over; a thread of ours carries them into the layers, in order, so that a great
 * import never holds up other listeners.
 */
#include <pthread.h>
#include <stdio.h>
#include "face/maps.h"
#include "onemap/onemap.h"

enum { CACHE = 96 << 20, LEAST_ATTRIBUTES = 6 };
typedef struct Batch {
    struct Batch *next;
    FaceLayer *layer;
    bool all; /* a bulk load: everything may have changed */
    int64_t seq;
    size_t n;
    TileChange change[];
} Batch;
struct FaceMaps {
    Face *face;
    Ledger *ledger;
    TileCache *cache;
    TileTerrain *terrain;
    FaceLayer *layer;
    size_t nlayer;
    pthread_t carrier;
    bool carrying;
    LedgerHooked *hooked;
    pthread_mutex_t guard; /* guards all below */
    pthread_cond_t come;
    Batch *first, **last;
    bool ending;
};

/* --- rows of the store -------------------------------------------------------------------------------------------- */
static bool give_row(const FaceLayer *l, const StoreRow *row, TileSee *see, void *to)
{
    GeoBlob blob;

    if (!row->blob.len || !geo_blob_open(row->blob, &blob, &(Err){ 0 }) || blob.empty)
        return true;
    return see(to, &(TileRow){ row->fid, row->id, row->value[l->nattribute].text, blob.wkb, row->value });
}

static bool give_rows(const FaceLayer *l, StoreCursor *cursor, TileSee *see, void *to, Err *err)
{
    const StoreRow *row;
    bool good, go = true;

    while (go && (good = store_next(cursor, &row, err)) && row)
        go = give_row(l, row, see, to);
    store_cursor_close(cursor);
    return good && go;
}

/* Small polygons can be left out by their envelope alone, where there is nothing else in the layer. */
static double least_of(const FaceLayer *l, double least)
{
    const GeoType t = l->table->geometry;

    return t == GEO_POLYGON || t == GEO_MULTIPOLYGON ? least : 0;
}

static bool rows(void *ctx, GeoBox box, double least, TileSee *see, void *to, Err *err)
{
    const FaceLayer *l = ctx;
    const size_t n = l->nattribute + 1;
    const StoreQuery all = { .table = l->table, .column = l->column, .ncolumn = n, .geometry = true },
                     few = { .table = l->table,
                         .column = l->column,
                         .ncolumn = n,
                         .geometry = true,
                         .box = &box,
                         .nbox = 1,
                         .scattered = true,
                         .least = least_of(l, least) };
    StoreRead *read;
    StoreCursor *cursor;
    bool good;

    if (!store_read_begin(ledger_store(l->ledger), &read, err))
        return false;
    good = store_select(read, geo_box_empty(box) ? &all : &few, &cursor, err) &&
           give_rows(l, cursor, see, to, err);
    store_read_end(read);
    return good;
}

static bool some(void *ctx, const int64_t *fid, size_t n, TileSee *see, void *to, Err *err)
{
    const FaceLayer *l = ctx;
    const StoreQuery q = { .table = l->table,
        .column = l->column,
        .ncolumn = l->nattribute + 1,
        .geometry = true,
        .fid = fid,
        .nfid = n };
    StoreRead *read;
    StoreCursor *cursor;
    bool good;

    if (!n)
        return true;
    if (!store_read_begin(ledger_store(l->ledger), &read, err))
        return false;
    good = store_select(read, &q, &cursor, err) && give_rows(l, cursor, see, to, err);
    store_read_end(read);
    return good;
}

static int64_t seq(void *ctx)
{
    return ledger_seq(((FaceLayer *)ctx)->ledger);
}

/* --- which attributes ------------------------------------------------------------------------------------------------ */
static size_t column_of(const StoreTable *t, Str name)
{
    size_t i = 0;

    while (i < t->ncolumn && !str_eq(t->column[i].name, name))
        i++;
    return i;
}

static void add_attribute(FaceLayer *l, Str name)
{
    const PackProperty *p = pack_property(l->collection, name);
    const size_t column = p ? column_of(l->table, p->name) : 0;

    if (!p || p->grade >= 3 || p->many || p->type == PACK_GEOMETRY || column >= l->table->ncolumn ||
        column == l->table->division || l->nattribute == TILE_ATTRIBUTES)
        return;
    for (size_t i = 0; i < l->nattribute; i++)
        if (l->attribute[i] == p)
            return;
    l->attribute[l->nattribute] = p;
    l->column[l->nattribute++] = column;
}

typedef struct Names {
    FaceLayer *layer;
} Names;

static void see_name(void *ctx, Str name)
{
    add_attribute(((Names *)ctx)->layer, name);
}

/* What the packs' layers carry, draw, write and filter by; else the first few, so that any layer can be styled. */
static void choose_attributes(const PackModel *m, FaceLayer *l)
{
    Names names = { l };
    size_t n;
    const OnemapLayer *p = onemap_layers(m, &n);

    add_attribute(l, l->collection->label);
    for (; n > 0; n--, p++) {
        if (!str_eq(p->collection, l->collection->name))
            continue;
        add_attribute(l, p->property);
        add_attribute(l, p->label);
        add_attribute(l, p->time);
        for (size_t k = 0; k < p->nattribute; k++)
            add_attribute(l, p->attribute[k]);
        if (p->filter)
            cql_names(p->filter, see_name, &names);
    }
    for (size_t i = 0; i < l->collection->ndeclared && l->nattribute < LEAST_ATTRIBUTES; i++)
        add_attribute(l, l->collection->property[i].name);
    l->column[l->nattribute] = l->table->division;
}

/* --- keeping up -------------------------------------------------------------------------------------------------------- */
static void pack(void *arg)
{
    FaceLayer *l = arg;
    Err err = { 0 };

    if (!tile_layer_packed(l->layer) && !tile_layer_pack(l->layer, &err) && err.kind)
        log_err("tile.pack", &err);
}

static void carry(FaceMaps *m, Batch *b)
{
    Err err = { 0 };

    if (b->all) {
        tile_layer_forget(b->layer->layer);
        if (!face_go(m->face, pack, b->layer))
            pack(b->layer);
    } else if (!tile_changed(b->layer->layer, b->change, b->n, b->seq, &err))
        log_err("tile.changed", &err);
}

static void *carry_on(void *arg)
{
    FaceMaps *m = arg;

    pthread_mutex_lock(&m->guard);
    for (;;) {
        Batch *b = m->first;

        if (!b && m->ending)
            break;
        if (!b) {
            pthread_cond_wait(&m->come, &m->guard);
            continue;
        }
        m->first = b->next;
        if (!m->first)
            m->last = &m->first;
        pthread_mutex_unlock(&m->guard);
        carry(m, b);
        mem_free(b);
        pthread_mutex_lock(&m->guard);
    }
    pthread_mutex_unlock(&m->guard);
    return NULL;
}

static Batch *batch_of(FaceLayer *l, const LedgerEvent *e, size_t n)
{
    Batch *b = mem_new(1, sizeof *b + n * sizeof(TileChange));

    if (!b)
        return NULL;
    b->layer = l;
    for (size_t i = 0; i < n; i++) {
        if (e[i].collection != l->collection)
            continue;
        b->all = b->all || !e[i].id[0];
        b->seq = e[i].seq;
        b->change[b->n++] = (TileChange){ e[i].fid, e[i].before, e[i].after };
    }
    if (b->n)
        return b;
    mem_free(b);
    return NULL;
}

static void hear(void *ctx, const LedgerEvent *e, size_t n)
{
    FaceMaps *m = ctx;

    for (size_t i = 0; i < m->nlayer; i++) {
        Batch *b = batch_of(&m->layer[i], e, n);

        if (!b)
            continue;
        pthread_mutex_lock(&m->guard);
        *m->last = b;
        m->last = &b->next;
        pthread_cond_signal(&m->come);
        pthread_mutex_unlock(&m->guard);
    }
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */
static bool open_layer(FaceMaps *m, const PackCollection *c, const char *dir, Err *err)
{
    FaceLayer *l = &m->layer[m->nlayer];
    const TileSource source = { l, rows, some, seq };
    Str name[TILE_ATTRIBUTES];

    l->collection = c;
    l->ledger = m->ledger;
    l->table = ledger_table(m->ledger, c);
    if (!l->table || !l->table->spatial)
        return true;
    choose_attributes(ledger_model(m->ledger), l);
    for (size_t i = 0; i < l->nattribute; i++)
        name[i] = l->attribute[i]->name;
    if (!tile_layer_open(m->cache, dir, c->name, name, l->nattribute, &source, &l->layer, err))
        return false;
    m->nlayer++;
    return tile_layer_packed(l->layer) || face_go(m->face, pack, l) || true;
}

static void open_terrain(FaceMaps *m)
{
    static const char *const place[] = { "files/dem.bin", "dem.bin", "tiles/dem.bin", "demo/dem.bin",
        "terrain/dem.bin" };
    char path[1024];
    Err err = { 0 };

    for (size_t i = 0; i < LEN(place) && !m->terrain; i++) {
        snprintf(path, sizeof path, "%s/%s", ledger_dir(m->ledger), place[i]);
        if (file_exists(path) && !tile_terrain_open(path, &m->terrain, &err))
            log_err("tile.terrain", &err);
    }
}

static bool open_all(FaceMaps *m, Err *err)
{
    const PackModel *model = ledger_model(m->ledger);
    char dir[1024];

    snprintf(dir, sizeof dir, "%s/tiles", ledger_dir(m->ledger));
    m->cache = tile_cache_new(CACHE);
    m->layer = mem_new(model->ncollection + 1, sizeof *m->layer);
    if (!m->cache || !m->layer)
        return FAIL(err, BASE_NO_MEMORY, STR("tiles"), "start");
    if (!dir_make(dir, 0750, err))
        return false;
    for (size_t i = 0; i < model->ncollection; i++)
        if (model->collection[i]->spatial && !open_layer(m, model->collection[i], dir, err))
            return false;
    open_terrain(m);
    m->carrying = pthread_create(&m->carrier, NULL, carry_on, m) == 0;
    if (!m->carrying)
        return FAIL(err, FACE_BUSY, STR("tiles"), "start");
    return ledger_hook(m->ledger, &(LedgerHook){ "maps", NULL, hear, m }, &m->hooked, err);
}

bool face_maps_new(Face *f, FaceMaps **out, Err *err)
{
    FaceMaps *m = mem_new(1, sizeof *m);

    if (!m)
        return FAIL(err, BASE_NO_MEMORY, STR("tiles"), "start");
    m->face = f;
    m->ledger = face_ledger(f);
    m->last = &m->first;
    pthread_mutex_init(&m->guard, NULL);
    pthread_cond_init(&m->come, NULL);
    *out = m; /* also where it failed half-way: its door frees it */
    return open_all(m, err);
}

void face_maps_free(FaceMaps *m)
{
    Err err = { 0 };

    if (!m)
        return;
    ledger_unhook(m->hooked);
    pthread_mutex_lock(&m->guard);
    m->ending = true;
    pthread_cond_signal(&m->come);
    pthread_mutex_unlock(&m->guard);
    if (m->carrying)
        pthread_join(m->carrier, NULL);
    for (size_t i = 0; i < m->nlayer; i++) {
        /* Changes of other collections raised the number too: a pack that has seen them all is whole at the next start. */
        if (!tile_changed(m->layer[i].layer, NULL, 0, ledger_seq(m->ledger), &err))
            log_err("tile.close", &err);
        tile_layer_close(m->layer[i].layer);
    }
    tile_terrain_close(m->terrain);
    tile_cache_free(m->cache);
    mem_free(m->layer);
    pthread_cond_destroy(&m->come);
    pthread_mutex_destroy(&m->guard);
    mem_free(m);
}

FaceLayer *face_layer(const FaceMaps *m, const PackCollection *c)
{
    for (size_t i = 0; m && i < m->nlayer; i++)
        if (m->layer[i].collection == c)
            return &m->layer[i];
    return NULL;
}

const TileTerrain *face_terrain(const FaceMaps *m)
{
    return m ? m->terrain : NULL;
}
