/* bench/tiles/tiles.c - draws tiles of a county's layer again and again, without the cache: from rows or from its pack.
 *
 *     tiles DIR COLLECTION rows|pack SECONDS THREADS < "z x y" lines     → {"n":…,"seconds":…,"cpu":…,"bytes":…}
 */
#include "node/node.h"
#include "onemap/rows.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct Tile {
    int z;
    uint32_t x, y;
} Tile;
typedef struct Job {
    TileLayer *layer;
    const Tile *tile;
    size_t ntile;
    int64_t until;
    unsigned seed;
    size_t done, bytes;
} Job;

static void fail(const Err *err)
{
    fprintf(stderr, "%s %s %s\n", err->kind ? err->kind->code : "?", err->what, err->where);
    exit(1);
}

static void *draw(void *arg)
{
    Job *j = arg;
    Err err = { 0 };

    while (time_mono() < j->until) {
        const Tile *t = &j->tile[(size_t)rand_r(&j->seed) % j->ntile];
        const TileBody *body;

        if (!tile_get(j->layer, &(TileAsk){ GEO_WEBMERCATOR, t->z, t->x, t->y, ~0ull, false }, &body, &err)) {
            fail(&err);
        }
        j->bytes += body->bytes.len;
        j->done++;
        tile_body_free(body);
    }
    return NULL;
}

static double cpu(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void measure(TileLayer *layer, const Tile *tile, size_t ntile, double seconds, size_t threads)
{
    Job job[64] = { { 0 } };
    pthread_t thread[64];
    size_t done = 0, bytes = 0;
    const int64_t from = time_mono();
    const double before = cpu();

    for (size_t i = 0; i < threads; i++) {
        job[i] = (Job){ layer, tile, ntile, from + (int64_t)(seconds * TIME_SECOND), (unsigned)i + 1, 0, 0 };
        pthread_create(&thread[i], NULL, draw, &job[i]);
    }
    for (size_t i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        done += job[i].done;
        bytes += job[i].bytes;
    }
    printf("{\"n\":%zu,\"seconds\":%.3f,\"cpu\":%.3f,\"bytes\":%zu}\n", done,
        (double)(time_mono() - from) / TIME_SECOND, cpu() - before, done ? bytes / done : 0);
}

int main(int argc, char **argv)
{
    static Tile tile[100000];
    static const bool never = false;
    static Str attribute[TILE_ATTRIBUTES];
    size_t n = 0;
    const NodeCounty *county;
    const PackCollection *c;
    Layer l = { .ending = &never };
    TileCache *cache = tile_cache_new(0);
    TileLayer *layer;
    TileSource source;
    Node *node;
    Err err = { 0 };
    char dir[4200];

    if (argc < 6)
        return 2;
    while (n < LEN(tile) && scanf("%d %u %u", &tile[n].z, &tile[n].x, &tile[n].y) == 3)
        n++;
    if (!node_open(argv[1], LEDGER_READ, &(NodeOptions){ .packs = "packs" }, &node, &err) ||
        !node_hold(node, &county, &err) || !pack_need_collection(county->model, str_of(argv[2]), &c, &err))
        fail(&err);
    l.tiles.collection = c;
    l.view = (LedgerView){ county->ledger, &ACCESS_SYSTEM };
    onemap_choose_attributes(county->model, &l);
    for (size_t i = 0; i < l.tiles.nattribute; i++)
        attribute[i] = l.tiles.attribute[i]->name;
    source = onemap_source(&l);
    /* A pack of our own, without a view: the peers, too, draw single records at every zoom. */
    snprintf(dir, sizeof dir, "%s/tiles-%s", argv[1], argv[3]);
    if (!tile_layer_open(cache, dir, str_of(argv[2]), attribute, l.tiles.nattribute, &(TileView){ 0 },
            &source, &layer, &err) ||
        (!strcmp(argv[3], "pack") && !tile_layer_pack(layer, &err)))
        fail(&err);
    measure(layer, tile, n, atof(argv[4]), (size_t)atoi(argv[5]));
    tile_layer_close(layer);
    tile_cache_free(cache);
    node_release(county);
    node_close(node);
    return 0;
}
