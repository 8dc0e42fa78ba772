/* bench/overview/overview.c - packs a county's layer with and without its view, draws its far tiles without the cache, edits it.
 *
 *     overview DIR COLLECTION SECONDS < "z x y" lines
 *     → {"plain":{"wall":…,"cpu":…,"bytes":…},"view":{…},"edit":{"n":…,"cpu":…},"zoom":{"8":{"n":…,"cpu":…,"most":…,"bytes":…,"gzip":…},…}}
 */
#include "node/node.h"
#include "onemap/rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static bool flip; /* the source says that an edited row is of another class */
static TileSource under;
typedef struct Flip {
    TileSee *see;
    void *to;
} Flip;

static double cpu(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static bool see_flipped(void *to, const TileRow *r)
{
    const Flip *f = to;
    CqlValue value[TILE_ATTRIBUTES];
    TileRow row = *r;

    memcpy(value, r->value, sizeof value);
    for (size_t i = 0; flip && i < 3; i++)
        if (value[i].kind == CQL_TEXT && value[i].text.len == 4)
            value[i].text = str_eq(value[i].text, STR("1104")) ? STR("0301") : STR("1104");
    row.value = value;
    return f->see(f->to, &row);
}

static bool some(void *ctx, const int64_t *fid, size_t n, TileSee *see, void *to, Err *err)
{
    Flip f = { see, to };

    (void)ctx;
    return under.some(under.ctx, fid, n, see_flipped, &f, err);
}

static int64_t step; /* edits are commits after the ledger's last */
static int64_t seq(void *ctx)
{
    (void)ctx;
    return under.seq(under.ctx) + step;
}

static void fail(const Err *err)
{
    fprintf(stderr, "%s %s %s\n", err->kind ? err->kind->code : "?", err->what, err->where);
    exit(1);
}

static TileLayer *pack(
    const Layer *l, const char *dir, const TileView *view, const char *name, const char *last)
{
    const TileSource source = { under.ctx, under.rows, some, seq };
    Str attribute[TILE_ATTRIBUTES];
    TileLayer *layer;
    struct stat st;
    char path[512];
    const double from = cpu();
    const int64_t began = time_mono();
    Err err = { 0 };

    for (size_t i = 0; i < l->tiles.nattribute; i++)
        attribute[i] = l->tiles.attribute[i]->name;
    if (!tile_layer_open(tile_cache_new(0), dir, str_of(name), attribute, l->tiles.nattribute, view, &source,
            &layer, &err) ||
        !tile_layer_pack(layer, &err))
        fail(&err);
    snprintf(path, sizeof path, "%s/%s.tiles", dir, name);
    printf("\"%s\":{\"wall\":%.2f,\"cpu\":%.2f,\"bytes\":%lld}%s", name,
        (double)(time_mono() - began) / TIME_SECOND, cpu() - from,
        stat(path, &st) == 0 ? (long long)st.st_size : 0, last);
    return layer;
}

typedef struct Zoom {
    size_t n, bytes, gzip;
    double cpu, most;
} Zoom;

/* A reader of no attribute beyond the last is another reader to the cache: nothing is drawn from it. */
static void draw(TileLayer *l, int z, uint32_t x, uint32_t y, Zoom *to)
{
    static uint64_t reader;
    const TileBody *raw, *packed;
    TileAsk ask = { GEO_WEBMERCATOR, z, x, y, ~UINT64_C(0) >> 24 | ++reader << 40, false };
    const double from = cpu();
    double took;
    Err err = { 0 };

    if (!tile_get(l, &ask, &raw, &err))
        fail(&err);
    took = cpu() - from;
    ask.gzip = true;
    if (!tile_get(l, &ask, &packed, &err))
        fail(&err);
    if (raw->bytes.len) {
        to->n++;
        to->cpu += took;
        to->most = took > to->most ? took : to->most;
        to->bytes = raw->bytes.len > to->bytes ? raw->bytes.len : to->bytes;
        to->gzip = packed->bytes.len > to->gzip ? packed->bytes.len : to->gzip;
    }
    tile_body_free(raw);
    tile_body_free(packed);
}

static bool note_fid(void *to, const TileRow *r)
{
    TileChange *c = to;
    const GeoBox b = geo_wkb_box(r->wkb);

    c->fid = r->fid;
    c->before = c->after = b;
    return false;
}

static void edit(TileLayer *l, GeoBox at, double *sum, size_t *n)
{
    TileChange c = { 0 };
    double from;
    Err err = { 0 };

    (void)under.rows(under.ctx, at, 0, note_fid, &c, &err);
    if (!c.fid)
        return;
    flip = true;
    from = cpu();
    step++;
    if (!tile_changed(l, &c, 1, seq(NULL), &err))
        fail(&err);
    *sum += cpu() - from;
    ++*n;
}

int main(int argc, char **argv)
{
    static struct {
        int z;
        uint32_t x, y;
    } tile[100000];
    static const bool never = false;
    static Zoom zoom[23];
    static const NodeService *const none[] = { &onemap_service, NULL };
    const PackCollection *c;
    const NodeCounty *county;
    char dir[] = "/tmp/sangzi-overview-XXXXXX";
    size_t ntile = 0, nedit = 0;
    double edits = 0;
    Layer l = { .ending = &never };
    TileLayer *plain, *view;
    Node *node;
    Err err = { 0 };

    if (argc != 4 || !mkdtemp(dir))
        return 2;
    while (ntile < LEN(tile) && scanf("%d %u %u", &tile[ntile].z, &tile[ntile].x, &tile[ntile].y) == 3)
        ntile++;
    if (!node_open(argv[1], LEDGER_WRITE, &(NodeOptions){ .packs = "packs", .only = none }, &node, &err) ||
        !node_hold(node, &county, &err) || !pack_need_collection(county->model, str_of(argv[2]), &c, &err))
        fail(&err);
    l.tiles = *onemap_tiles(county, c);
    while (!tile_layer_packed(l.tiles.layer)) /* the node's own is out of the way */
        usleep(100000);
    sleep(2);
    l.view = (LedgerView){ county->ledger, &ACCESS_SYSTEM };
    under = onemap_source(&l);
    printf("{");
    plain = pack(&l, dir, &(TileView){ 0 }, "plain", ",");
    tile_layer_close(plain);
    view = pack(&l, dir, &l.tiles.view, "view", ",");
    for (const int64_t until = time_mono() + (int64_t)(atof(argv[3]) * TIME_SECOND); time_mono() < until;)
        for (size_t i = 0; i < ntile; i++)
            if (tile[i].z < tile_layer_single_from(view))
                draw(view, tile[i].z, tile[i].x, tile[i].y, &zoom[tile[i].z]);
    for (size_t i = 0; i < ntile && nedit < 40; i++)
        if (tile[i].z == 12) {
            GeoBox b = geo_tile_box(GEO_WEBMERCATOR, 12, tile[i].x, tile[i].y);

            b.maxx = b.minx = (b.minx + b.maxx) / 2;
            b.maxy = b.miny = (b.miny + b.maxy) / 2;
            edit(view, b, &edits, &nedit);
        }
    printf("\"edit\":{\"n\":%zu,\"cpu\":%.4f},\"single\":%d,\"zoom\":{", nedit,
        nedit ? edits / (double)nedit : 0, tile_layer_single_from(view));
    for (int z = 0, any = 0; z < 23; z++)
        if (zoom[z].n) {
            printf("%s\"%d\":{\"n\":%zu,\"cpu\":%.5f,\"most\":%.5f,\"bytes\":%zu,\"gzip\":%zu}",
                any ? "," : "", z, zoom[z].n, zoom[z].cpu / (double)zoom[z].n, zoom[z].most, zoom[z].bytes,
                zoom[z].gzip);
            any = 1;
        }
    printf("}}\n");
    tile_layer_close(view);
    (void)unlink(str_fmt(arena_new(0), "%s/plain.tiles", dir).ptr);
    (void)unlink(str_fmt(arena_new(0), "%s/view.tiles", dir).ptr);
    node_release(county);
    node_close(node);
    rmdir(dir);
    return 0;
}
