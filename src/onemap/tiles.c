/* src/onemap/tiles.c - the one map as a service: its layers packed in the background, and every change carried over.
 *
 * The ledger's thread only hands changes over; a thread of ours carries them into the layers, in order, so that a great
 * import never holds up other listeners.
 */
#include "onemap/rows.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CACHE = 96 << 20, PACKERS = 2, NICE = 10 };
typedef struct Batch {
    struct Batch *next;
    Layer *layer;
    bool all; /* a bulk load: everything may have changed */
    int64_t seq;
    size_t n;
    TileChange change[];
} Batch;
typedef struct Tiles {
    Ledger *ledger;
    TileCache *cache;
    TileTerrain *terrain;
    Layer *layer;
    size_t nlayer;
    Pool *packers;
    pthread_t carrier;
    bool carrying;
    bool ending;           /* atomic: packings end unfinished */
    pthread_mutex_t guard; /* guards all below */
    pthread_cond_t come;
    Batch *first, **last;
    bool leaving;
} Tiles;

/* --- keeping up -------------------------------------------------------------------------------------------------------- */
static void pack_layer(void *arg)
{
    Layer *l = arg;
    Err err = { 0 };

    (void)setpriority(
        PRIO_PROCESS, (id_t)gettid(), NICE); /* of this thread alone: who waits for an answer goes first */
    if (!tile_layer_packed(l->tiles.layer) && !tile_layer_pack(l->tiles.layer, &err) && err.kind)
        log_err("tile.pack", &err);
}

static void carry(Tiles *m, Batch *b)
{
    Err err = { 0 };

    if (b->all) {
        tile_layer_forget(b->layer->tiles.layer);
        if (!pool_run(m->packers, pack_layer, b->layer))
            log_warn(
                "tile.unpacked", KV("layer", b->layer->tiles.collection->name)); /* until the next start */
    } else if (!tile_changed(b->layer->tiles.layer, b->change, b->n, b->seq, &err))
        log_err("tile.changed", &err);
}

/* What waits for the same layer comes along, up to a bulk load: a view's squares are labelled once for all of it. */
static Batch *with_others(Tiles *m, Batch *b)
{
    size_t n = b->n;
    Batch **at, *grown;

    for (Batch *o = m->first; o && !b->all; o = o->next) {
        if (o->layer == b->layer && o->all)
            break;
        n += o->layer == b->layer ? o->n : 0;
    }
    grown = n > b->n ? mem_grow(b, 1, sizeof *b + n * sizeof(TileChange)) : NULL;
    if (!grown)
        return b; /* nothing waits, or one after the other */
    for (at = &m->first; *at && grown->n < n;) {
        Batch *o = *at;

        if (o->layer != grown->layer) {
            at = &o->next;
            continue;
        }
        memcpy(grown->change + grown->n, o->change, o->n * sizeof *o->change);
        grown->n += o->n;
        grown->seq = o->seq;
        *at = o->next;
        mem_free(o);
    }
    for (m->last = &m->first; *m->last; m->last = &(*m->last)->next)
        ;
    return grown;
}

static void *carry_on(void *arg)
{
    Tiles *m = arg;

    pthread_mutex_lock(&m->guard);
    for (;;) {
        Batch *b = m->first;

        if (!b && m->leaving)
            break;
        if (!b) {
            pthread_cond_wait(&m->come, &m->guard);
            continue;
        }
        m->first = b->next;
        if (!m->first)
            m->last = &m->first;
        b = with_others(m, b);
        pthread_mutex_unlock(&m->guard);
        carry(m, b);
        mem_free(b);
        pthread_mutex_lock(&m->guard);
    }
    pthread_mutex_unlock(&m->guard);
    return NULL;
}

static Batch *batch_of(Layer *l, const LedgerEvent *e, size_t n)
{
    Batch *b = mem_new(1, sizeof *b + n * sizeof(TileChange));

    if (!b)
        return NULL;
    b->layer = l;
    for (size_t i = 0; i < n; i++) {
        if (e[i].collection != l->tiles.collection)
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

static void hear_changes(void *ctx, const LedgerEvent *e, size_t n)
{
    Tiles *m = ctx;

    for (size_t i = 0; i < m->nlayer; i++) {
        Batch *b = batch_of(&m->layer[i], e, n);

        if (!b)
            continue;
        if (!b->all)
            tile_touched(b->layer->tiles.layer, b->change, b->n, b->seq);
        pthread_mutex_lock(&m->guard);
        *m->last = b;
        m->last = &b->next;
        pthread_cond_signal(&m->come);
        pthread_mutex_unlock(&m->guard);
    }
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */
static bool open_layer(Tiles *m, const PackCollection *c, const char *dir, Err *err)
{
    Layer *l = &m->layer[m->nlayer];
    const TileSource source = onemap_source(l);
    Str name[TILE_ATTRIBUTES];

    l->tiles.collection = c;
    l->view = (LedgerView){ m->ledger,
        &ACCESS_SYSTEM }; /* what is kept is whole; who may see of it what is asked of tiles */
    l->ending = &m->ending;
    onemap_choose_attributes(ledger_model(m->ledger), l);
    l->tiles.view = onemap_view(ledger_model(m->ledger), l);
    for (size_t i = 0; i < l->tiles.nattribute; i++)
        name[i] = l->tiles.attribute[i]->name;
    if (!tile_layer_open(
            m->cache, dir, c->name, name, l->tiles.nattribute, &l->tiles.view, &source, &l->tiles.layer, err))
        return false;
    m->nlayer++;
    return tile_layer_packed(l->tiles.layer) || pool_run(m->packers, pack_layer, l) || true;
}

static void open_terrain(Tiles *m)
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

static bool open_all(Tiles *m, Err *err)
{
    const PackModel *model = ledger_model(m->ledger);
    char dir[4400];

    snprintf(dir, sizeof dir, "%s/tiles", ledger_dir(m->ledger));
    m->cache = tile_cache_new(CACHE);
    m->packers = pool_new(PACKERS);
    m->layer = mem_new(model->ncollection + 1, sizeof *m->layer);
    if (!m->cache || !m->packers || !m->layer)
        return FAIL(err, BASE_NO_MEMORY, STR("tiles"), "start");
    if (!dir_make(dir, 0750, err))
        return false;
    for (size_t i = 0; i < model->ncollection; i++)
        if (model->collection[i]->spatial && !open_layer(m, model->collection[i], dir, err))
            return false;
    open_terrain(m);
    m->carrying = pthread_create(&m->carrier, NULL, carry_on, m) == 0;
    return m->carrying || FAIL(err, BASE_NO_MEMORY, STR("tiles"), "start");
}

static bool start_tiles(const NodeCounty *c, void **state, Err *err)
{
    Tiles *m = mem_new(1, sizeof *m);

    if (!m)
        return FAIL(err, BASE_NO_MEMORY, STR("tiles"), "start");
    m->ledger = c->ledger;
    m->last = &m->first;
    pthread_mutex_init(&m->guard, NULL);
    pthread_cond_init(&m->come, NULL);
    *state = m; /* also where it fails half-way: it is stopped then */
    return open_all(m, err);
}

/* What was told is carried over, a packing is cut off (it is done again at the next start), and every file is as it will be
 * found: whoever opens the folder next writes it alone. */
static void end_tiles(void *state)
{
    Tiles *m = state;
    Err err = { 0 };

    pthread_mutex_lock(&m->guard);
    m->leaving = true;
    pthread_cond_signal(&m->come);
    pthread_mutex_unlock(&m->guard);
    if (m->carrying)
        pthread_join(m->carrier, NULL);
    m->carrying = false;
    __atomic_store_n(&m->ending, true, __ATOMIC_RELAXED);
    if (m->packers)
        pool_end(m->packers);
    for (size_t i = 0; i < m->nlayer;
         i++) /* changes of other collections raised the number too: a pack that */
        if (!tile_changed(
                m->layer[i].tiles.layer, NULL, 0, ledger_seq(m->ledger), &err)) /* saw them all is whole */
            log_err("tile.close", &err);
        else
            tile_layer_save(m->layer[i].tiles.layer);
    __atomic_store_n(&m->ending, false, __ATOMIC_RELAXED); /* who still holds the county may draw from rows */
}

static void stop_tiles(void *state)
{
    Tiles *m = state;

    if (m->carrying)
        end_tiles(m); /* it had failed half-way */
    for (size_t i = 0; i < m->nlayer; i++)
        tile_layer_close(m->layer[i].tiles.layer);
    tile_terrain_close(m->terrain);
    tile_cache_free(m->cache);
    pool_free(m->packers);
    mem_free(m->layer);
    pthread_cond_destroy(&m->come);
    pthread_mutex_destroy(&m->guard);
    mem_free(m);
}

const OnemapTiles *onemap_tiles(const NodeCounty *c, const PackCollection *of)
{
    const Tiles *m = node_service(c, &onemap_service);

    for (size_t i = 0; m && i < m->nlayer; i++)
        if (m->layer[i].tiles.collection == of)
            return &m->layer[i].tiles;
    return NULL;
}

const TileTerrain *onemap_terrain(const NodeCounty *c)
{
    const Tiles *m = node_service(c, &onemap_service);

    return m ? m->terrain : NULL;
}

const NodeService onemap_service = { .name = "one map",
    .start = start_tiles,
    .ending = end_tiles,
    .stop = stop_tiles,
    .hook = { .after = hear_changes },
    .part = &onemap_yaml };
