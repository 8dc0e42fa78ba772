/* src/onemap/tiles.c - the one map as a service: its layers packed in the background, and every change carried over.
 *
 * The ledger's thread only hands changes over; a thread of ours carries them into the layers, in order, so that a great
 * import never holds up other listeners.
 */
#include "onemap/rows.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { CACHE = 96 << 20, PACKERS = 2, NICE = 10 };
/* Tiles are fresh as soon as a commit is told (tile_touched). The packs follow in rounds: under a stream of commits a round makes
 * the same blocks anew for hundreds of them at once. It waits PAUSE after the one before, longer when that took long, and never so
 * long that an overview or a sum is older than a second; what was touched is drawn from rows meanwhile. The first change after a
 * rest is carried at once. */
enum { PAUSE = 200000, PAUSE_MAX = 600000, SHARE = 9 };
typedef struct Waiting { /* of one layer: changes that are not carried yet */
    bool all;            /* a bulk load: everything may have changed */
    int64_t seq;
    TileChange *change;
    size_t n, room;
} Waiting;
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
    pthread_cond_t come, rest;
    Waiting *waiting; /* one a layer */
    size_t nwaiting;  /* layers that have some */
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

static void carry(Tiles *m, Layer *l, const Waiting *w)
{
    Err err = { 0 };

    if (w->all) {
        tile_layer_forget(l->tiles.layer);
        if (!pool_run(m->packers, pack_layer, l))
            log_warn("tile.unpacked", KV("layer", l->tiles.collection->name)); /* until the next start */
    } else if (!tile_followed(l->tiles.layer, w->change, w->n, w->seq, &err))
        log_err("tile.changed", &err);
}

static void carry_round(Tiles *m) /* under the guard, but for the carrying */
{
    for (size_t i = 0; i < m->nlayer; i++) {
        Waiting w = m->waiting[i];

        if (!w.n)
            continue;
        m->waiting[i] = (Waiting){ 0 };
        m->nwaiting--;
        pthread_mutex_unlock(&m->guard);
        carry(m, &m->layer[i], &w);
        mem_free(w.change);
        pthread_mutex_lock(&m->guard);
    }
}

static void rest_until(Tiles *m, int64_t mono) /* under the guard */
{
    struct timespec until;
    const int64_t left = mono - time_mono();

    if (left <= 0 || m->leaving)
        return;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += left % TIME_SECOND * 1000;
    until.tv_sec += left / TIME_SECOND + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!m->leaving && pthread_cond_timedwait(&m->rest, &m->guard, &until) == 0)
        ;
}

static void *carry_on(void *arg)
{
    Tiles *m = arg;
    int64_t next = 0;

    pthread_mutex_lock(&m->guard);
    while (m->nwaiting || !m->leaving) {
        int64_t began, pause;

        if (!m->nwaiting) {
            pthread_cond_wait(&m->come, &m->guard);
            continue;
        }
        rest_until(m, next);
        began = time_mono();
        carry_round(m);
        pause = SHARE * (time_mono() - began);
        next = time_mono() + (pause < PAUSE ? PAUSE : pause > PAUSE_MAX ? PAUSE_MAX : pause);
    }
    pthread_mutex_unlock(&m->guard);
    return NULL;
}

static void wait_along(Waiting *w, const LedgerEvent *e)
{
    if (w->n == w->room) {
        const size_t room = w->room ? w->room * 2 : 16;
        TileChange *more = mem_grow(w->change, room, sizeof *more);

        if (!more) { /* which they were is lost: everything may have changed */
            w->all = true;
            w->n = w->n ? w->n : 1;
            return;
        }
        w->change = more;
        w->room = room;
    }
    w->all |= !e->id[0];
    w->seq = e->seq;
    w->change[w->n++] = (TileChange){ e->fid, e->before, e->after };
}

static void hear_changes(void *ctx, const LedgerEvent *e, size_t n)
{
    Tiles *m = ctx;

    pthread_mutex_lock(&m->guard);
    for (size_t i = 0; i < m->nlayer; i++) {
        const bool none = !m->waiting[i].n;

        for (size_t k = 0; k < n; k++)
            if (e[k].collection == m->layer[i].tiles.collection) {
                tile_touched(
                    m->layer[i].tiles.layer, &(TileChange){ e[k].fid, e[k].before, e[k].after }, 1, e[k].seq);
                wait_along(&m->waiting[i], &e[k]);
            }
        m->nwaiting += none && m->waiting[i].n;
    }
    if (m->nwaiting)
        pthread_cond_signal(&m->come);
    pthread_mutex_unlock(&m->guard);
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
    m->waiting = mem_new(model->ncollection + 1, sizeof *m->waiting);
    if (!m->cache || !m->packers || !m->layer || !m->waiting)
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
    pthread_mutex_init(&m->guard, NULL);
    pthread_cond_init(&m->come, NULL);
    pthread_cond_init(&m->rest, NULL);
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
    pthread_cond_signal(&m->rest);
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
    mem_free(m->waiting);
    pthread_cond_destroy(&m->come);
    pthread_cond_destroy(&m->rest);
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
