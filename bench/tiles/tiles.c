/* bench/tiles/tiles.c - draws tiles of a county's layer again and again, without the cache: from rows or from its pack.
 *
 *     tiles DIR COLLECTION rows|pack SECONDS THREADS ATTRIBUTE… < "z x y" lines     → {"n":…,"seconds":…,"cpu":…,"bytes":…}
 */
#include "cli/cli.h"
#include "tile/tile.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct Layer {
    Ledger *ledger;
    const StoreTable *table;
    size_t column[TILE_ATTRIBUTES + 1], n;
} Layer;
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

static bool rows(void *ctx, GeoBox box, double least, TileSee *see, void *to, Err *err) /* as src/face/maps.c does */
{
    const Layer *l = ctx;
    const StoreQuery all = { .table = l->table, .column = l->column, .ncolumn = l->n + 1, .geometry = true };
    StoreRead *read;
    StoreCursor *cursor;
    const StoreRow *row;
    bool good, go = true;

    if (!store_read_begin(ledger_store(l->ledger), &read, err))
        return false;
    good = geo_box_empty(box) ? store_select(read, &all, &cursor, err)
                              : store_select_box(read, l->table, l->column, l->n + 1, box, least, &cursor, err);
    while (good && go && (good = store_next(cursor, &row, err)) && row) {
        GeoBlob blob;

        if (!row->blob.len || !geo_blob_open(row->blob, &blob, &(Err){ 0 }) || blob.empty)
            continue;
        go = see(to, &(TileRow){ row->fid, row->id, row->value[l->n].text, blob.wkb, row->value });
    }
    if (good)
        store_cursor_close(cursor);
    store_read_end(read);
    return good && go;
}

static bool some(void *ctx, const int64_t *fid, size_t n, TileSee *see, void *to, Err *err)
{
    (void)ctx, (void)fid, (void)n, (void)see, (void)to, (void)err;
    return true; /* nothing changes here */
}

static int64_t seq(void *ctx)
{
    return ledger_seq(((Layer *)ctx)->ledger);
}

static void *draw(void *arg)
{
    Job *j = arg;
    Err err = { 0 };

    while (time_mono() < j->until) {
        const Tile *t = &j->tile[(size_t)rand_r(&j->seed) % j->ntile];
        const TileBody *body;

        if (!tile_get(j->layer, &(TileAsk){ GEO_WEBMERCATOR, t->z, t->x, t->y, ~0ull, false }, &body, &err)) {
            cli_fail(&err);
            exit(1);
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

static bool open_layer(Layer *l, const char *name, char **attribute, size_t n, Err *err)
{
    const PackCollection *c;

    if (!pack_need_collection(ledger_model(l->ledger), str_of(name), &c, err))
        return false;
    l->table = ledger_table(l->ledger, c);
    l->n = n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < l->table->ncolumn; k++)
            if (str_eq(l->table->column[k].name, str_of(attribute[i])))
                l->column[i] = k;
    l->column[n] = l->table->division;
    return true;
}

int main(int argc, char **argv)
{
    static Tile tile[100000];
    static Str attribute[TILE_ATTRIBUTES];
    size_t n = 0;
    CliCounty county;
    Layer l = { 0 };
    TileCache *cache = tile_cache_new(0);
    TileLayer *layer;
    Err err = { 0 };
    char dir[4200];
    const size_t nattribute = argc > 6 ? (size_t)argc - 6 : 0;

    if (argc < 6 || nattribute > TILE_ATTRIBUTES)
        return 2;
    while (n < LEN(tile) && scanf("%d %u %u", &tile[n].z, &tile[n].x, &tile[n].y) == 3)
        n++;
    if (!cli_open(argv[1], LEDGER_READ, &county, &err))
        return cli_fail(&err);
    l.ledger = county.ledger;
    snprintf(dir, sizeof dir, "%s/%s", argv[1], strcmp(argv[3], "pack") ? "tiles-none" : "tiles");
    for (size_t i = 0; i < nattribute; i++)
        attribute[i] = str_of(argv[6 + i]);
    if (!open_layer(&l, argv[2], argv + 6, nattribute, &err) ||
        !tile_layer_open(cache, dir, str_of(argv[2]), attribute, nattribute,
            &(TileView){ 0 }, &(TileSource){ &l, rows, some, seq }, &layer, &err) ||
        (!strcmp(argv[3], "pack") && !tile_layer_pack(layer, &err)))
        return cli_fail(&err);
    measure(layer, tile, n, atof(argv[4]), (size_t)atoi(argv[5]));
    tile_layer_close(layer);
    tile_cache_free(cache);
    cli_close(&county);
    return 0;
}
