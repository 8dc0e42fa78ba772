/* tests/node/node_test.c - a county runs without a server: imports, jobs, tiles; it is exchanged whole; it stops in order. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "node/node.h"
#include "onemap/onemap.h"
#include "process/process.h"
#include "transfer/transfer.h"

#define PACK "title: { zh: 试验, en: Test }\nabout: { zh: 试验, en: Test }\nversion: 1.0.0\n"
#define SHOP                                                                                \
    "shop:\n  title: { zh: 店铺, en: Shop }\n  geometry: Point\n  owner: 市场局\n"     \
    "  label: name\n  unique: [name]\n  properties:\n"                                      \
    "    name: { title: { zh: 店名, en: Name }, type: text, required: true, grade: 1 }\n" \
    "    area: { title: { zh: 面积, en: Area }, type: number, grade: 1 }\n"
#define FLOOR  "    floor: { title: { zh: 楼层, en: Floor }, type: integer, grade: 1 }\n"
#define BROKEN "    floor: { title: { zh: 楼层, en: Floor }, type: nonsense, grade: 1 }\n"

static struct {
    char dir[64], county[96], packs[96];
    Node *node;
} k;

static void put(const char *name, const char *text)
{
    char path[256];
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/%s", k.dir, name);
    assert_true(file_write(path, BYTES(str_of(text)), 0600, &err));
}

static void open_node(const NodeOptions *o)
{
    NodeOptions mine = *o;
    Err err = { 0 };

    mine.packs = k.packs;
    if (!node_open(k.county, LEDGER_WRITE, &mine, &k.node, &err))
        fail_msg("%s %s", err.kind->code, err.what);
}

static int start(void **state)
{
    char path[256];
    Err err = { 0 };

    (void)state;
    log_open(2, false, LOG_ERROR);
    strcpy(k.dir, "/tmp/sangzi-node-XXXXXX");
    assert_non_null(mkdtemp(k.dir));
    snprintf(k.county, sizeof k.county, "%s/county", k.dir);
    snprintf(k.packs, sizeof k.packs, "%s/packs", k.dir);
    snprintf(path, sizeof path, "%s/01-test/collections", k.packs);
    assert_true(dir_make(path, 0700, &err));
    put("packs/01-test/pack.yaml", PACK);
    put("packs/01-test/collections/shop.yaml", SHOP);
    assert_true(ledger_init(k.county, STR("990121000000"), 7, &err));
    k.node = NULL;
    return 0;
}

static int stop(void **state)
{
    char command[128];

    (void)state;
    node_close(k.node);
    snprintf(command, sizeof command, "rm -rf '%s'", k.dir);
    return system(command);
}

static const NodeCounty *hold(void)
{
    const NodeCounty *c = NULL;
    Err err = { 0 };

    if (!node_hold(k.node, &c, &err))
        fail_msg("%s", err.kind->code);
    return c;
}

static void add_shop(const NodeCounty *c, const char *name, double x, double y)
{
    const PackCollection *shop = pack_collection(c->model, STR("shop"));
    Arena *a = arena_new(0);
    const LedgerField field = { pack_property(shop, STR("name")),
        { .kind = CQL_TEXT, .text = str_of(name) } };
    LedgerChange change = { .collection = shop,
        .if_version = -1,
        .has_geometry = true,
        .field = &field,
        .nfield = 1,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MAX };
    const LedgerTx tx = {
        .who = &ACCESS_VISITOR, .via = STR("cli"), .effective = INT64_MIN, .change = &change, .nchange = 1
    };
    LedgerProblems said = { 0 };
    LedgerDone done;
    Err err = { 0 };

    assert_true(geo_make_point(x, y, a, &change.geometry));
    if (!ledger_write(c->ledger, &tx, a, &done, &said, &err))
        fail_msg("%s %s", err.kind->code, said.n ? said.item[0].err.kind->code : "");
    mem_free(said.item);
    arena_free(a);
}

static int64_t shops(const NodeCounty *c)
{
    return ledger_count(
        (LedgerView){ c->ledger, &ACCESS_VISITOR }, pack_collection(c->model, STR("shop")), STR(""));
}

/* --- without a server ------------------------------------------------------------------------------------------------ */
static void an_import_runs_without_a_server(void **state)
{
    const NodeCounty *c;
    TransferManager *m;
    char path[256], id[ULID_LEN + 1];
    const TransferWish wish = { .collection = STR("shop"), .crs = STR("EPSG:4326") };
    TransferGlance g;
    Err err = { 0 };

    (void)state;
    open_node(&(NodeOptions){ 0 });
    c = hold();
    m = node_service(c, &transfer_service);
    assert_non_null(m);
    put("shops.csv", "店名,面积,经度,纬度\n一店,10,111.1,31.1\n二店,20,111.2,31.2\n");
    snprintf(path, sizeof path, "%s/shops.csv", k.dir);
    assert_true(transfer_begin(m, STR("shops.csv"), path, false, &wish, id, &err));
    assert_true(transfer_wait(m, str_of(id), 20 * TIME_SECOND, &g, &err));
    assert_int_equal(g.status, TRANSFER_READY);
    assert_int_equal(g.counts.create, 2);
    assert_true(transfer_apply(m, str_of(id), TRANSFER_ALL_OR_NOTHING, STR("test"), &err));
    assert_true(transfer_wait(m, str_of(id), 20 * TIME_SECOND, &g, &err));
    assert_int_equal(g.status, TRANSFER_DONE);
    assert_int_equal(shops(c), 2);
    node_release(c);
}

static void hear(void *ctx, Str event, Str json)
{
    if (str_eq(event, STR("progress")) && str_find(json, STR("\"successful\"")) != SIZE_MAX)
        __atomic_add_fetch((int *)ctx, 1, __ATOMIC_RELAXED);
}

static bool no_rooms(void *ctx, const NodeCounty *c, void **state, Err *err)
{
    (void)ctx, (void)c, (void)err;
    *state = NULL;
    return true;
}

static void nothing_left(void *state)
{
    (void)state;
}

static void a_job_runs_without_a_server_and_is_heard_of(void **state)
{
    int heard = 0;
    const NodeLodger lodger = {
        .open = no_rooms, .ending = nothing_left, .close = nothing_left, .hear = hear, .ctx = &heard
    };
    const NodeCounty *c;
    char id[ULID_LEN + 1];
    ProcessInfo info;
    Arena *a = arena_new(0);
    Err err = { 0 };

    (void)state;
    open_node(&(NodeOptions){ 0 });
    assert_true(node_lodge(k.node, &lodger, &err));
    c = hold();
    add_shop(c, "一店", 111.1, 31.1);
    assert_true(process_start(process_jobs(c), STR("verify"), NULL, &ACCESS_VISITOR, false, id, &err));
    assert_true(process_wait(process_jobs(c), str_of(id), 20 * TIME_SECOND, &err));
    assert_true(process_info(process_jobs(c), str_of(id), a, &info, &err));
    assert_int_equal(info.status, PROCESS_DONE);
    assert_int_equal(__atomic_load_n(&heard, __ATOMIC_RELAXED), 1);
    node_release(c);
    node_leave(k.node);
    arena_free(a);
}

static size_t tile_bytes(const NodeCounty *c)
{
    const OnemapTiles *t = onemap_tiles(c, pack_collection(c->model, STR("shop")));
    const TileBody *body;
    Err err = { 0 };
    size_t n;

    assert_non_null(t);
    assert_true(tile_get(t->layer, &(TileAsk){ GEO_WEBMERCATOR, 0, 0, 0, ~0ull, false }, &body, &err));
    n = body->bytes.len;
    tile_body_free(body);
    return n;
}

static void a_tile_is_drawn_and_fresh_without_a_server(void **state)
{
    const NodeCounty *c;
    size_t n = 0;

    (void)state;
    open_node(&(NodeOptions){ 0 });
    c = hold();
    assert_int_equal(tile_bytes(c), 0);
    add_shop(c, "一店", 111.1, 31.1);
    for (int i = 0; i < 500 && !n; i++) { /* the change is carried over by a thread */
        usleep(10000);
        n = tile_bytes(c);
    }
    assert_true(n > 0);
    node_release(c);
}

/* --- services ----------------------------------------------------------------------------------------------------------- */
static char story_[64]; /* what the services of this test did, in order */

static void tell(const char *what)
{
    strcat(story_, what);
}

static bool start_one(const NodeCounty *c, void **state, Err *err)
{
    (void)c, (void)err;
    *state = story_;
    tell("+1 ");
    return true;
}

static bool start_two(const NodeCounty *c, void **state, Err *err)
{
    (void)c, (void)err;
    *state = story_;
    tell("+2 ");
    return true;
}

static bool start_badly(const NodeCounty *c, void **state, Err *err)
{
    (void)c, (void)state;
    tell("+3 ");
    return FAIL(err, BASE_IO, STR("three"), "start");
}

static void end_one(void *state)
{
    (void)state;
    tell("e1 ");
}

static void end_two(void *state)
{
    (void)state;
    tell("e2 ");
}

static void stop_one(void *state)
{
    (void)state;
    tell("-1 ");
}

static void stop_two(void *state)
{
    (void)state;
    tell("-2 ");
}

static void hear_two(void *ctx, const LedgerEvent *e, size_t n)
{
    (void)e;
    assert_ptr_equal(ctx, story_);
    for (size_t i = 0; i < n; i++)
        tell("h2 ");
}

static const NodeService one = { .name = "one", .start = start_one, .ending = end_one, .stop = stop_one };
static const NodeService two = {
    .name = "two", .start = start_two, .ending = end_two, .stop = stop_two, .hook = { .after = hear_two }
};
static const NodeService bad = { .name = "bad", .start = start_badly, .stop = stop_one };

static void services_start_in_order_hear_and_stop_in_reverse(void **state)
{
    static const NodeService *const both[] = { &one, &two, NULL };
    const NodeCounty *c;

    (void)state;
    story_[0] = 0;
    open_node(&(NodeOptions){ .only = both });
    assert_string_equal(story_, "+1 +2 ");
    c = hold();
    assert_ptr_equal(node_service(c, &two), story_);
    assert_null(node_service(c, &transfer_service));
    add_shop(c, "一店", 111.1, 31.1);
    node_release(c);
    node_close(k.node);
    k.node = NULL;
    assert_string_equal(story_, "+1 +2 h2 e2 e1 -2 -1 ");
}

static void one_that_cannot_start_stops_those_before_it(void **state)
{
    static const NodeService *const all[] = { &one, &bad, NULL };
    Err err = { 0 };

    (void)state;
    story_[0] = 0;
    assert_false(
        node_open(k.county, LEDGER_WRITE, &(NodeOptions){ .packs = k.packs, .only = all }, &k.node, &err));
    assert_ptr_equal(err.kind, &BASE_IO);
    assert_string_equal(story_, "+1 +3 e1 -1 ");
    assert_null(k.node);
}

static void an_idle_node_waits_for_its_start(void **state)
{
    static const NodeService *const all[] = { &one, NULL };
    Err err = { 0 };

    (void)state;
    story_[0] = 0;
    open_node(&(NodeOptions){ .only = all, .idle = true });
    assert_string_equal(story_, "");
    assert_true(node_start(k.node, &err));
    assert_string_equal(story_, "+1 ");
}

/* --- another county in its place ---------------------------------------------------------------------------------------- */
static bool has_floor(const NodeCounty *c)
{
    return pack_property(pack_collection(c->model, STR("shop")), STR("floor")) != NULL;
}

static void a_reader_keeps_what_he_began_with(void **state)
{
    const NodeCounty *old, *now;
    Err err = { 0 };

    (void)state;
    open_node(&(NodeOptions){ 0 });
    old = hold();
    add_shop(old, "一店", 111.1, 31.1);
    put("packs/01-test/collections/shop.yaml", SHOP FLOOR);
    assert_true(node_reload(k.node, NULL, NULL, &err));
    now = hold();
    assert_true(has_floor(now) && !has_floor(old));
    assert_int_equal(shops(old), 1);
    assert_int_equal(shops(now), 1);
    add_shop(now, "二店", 111.2, 31.2);
    assert_int_equal(shops(now), 2);
    assert_true(tile_bytes(old) > 0); /* its services still answer */
    assert_non_null(process_jobs(old));
    node_release(old);
    add_shop(now, "三店", 111.3, 31.3);
    node_release(now);
}

static void packs_that_cannot_be_used_leave_the_old_ones(void **state)
{
    static const struct {
        const char *say, *yaml;
    } row[] = { { "a mistake in them", SHOP BROKEN },
        { "values would be lost",
            "shop:\n  title: { zh: 店铺, en: Shop }\n  geometry: Point\n  owner: 市场局\n  label: name\n"
            "  properties:\n    name: { title: { zh: 店名, en: Name }, type: integer, grade: 1 }\n" } };
    const NodeCounty *c;
    Err err = { 0 };

    (void)state;
    open_node(&(NodeOptions){ 0 });
    c = hold();
    add_shop(c, "一店", 111.1, 31.1);
    node_release(c);
    for (size_t i = 0; i < LEN(row); i++) {
        put("packs/01-test/collections/shop.yaml", row[i].yaml);
        if (node_reload(k.node, NULL, NULL, &err))
            fail_msg("%s: taken", row[i].say);
        assert_non_null(err.kind);
        c = hold();
        assert_false(has_floor(c));
        add_shop(c, i ? "三店" : "二店", 111.2, 31.2);
        node_release(c);
    }
}

typedef struct Reader {
    pthread_t thread;
    const NodeCounty *c;
    size_t done, failed;
    bool stop;
} Reader;

/* Holds, writes and reads, lets go, as a request does. */
static void *read_on(void *arg)
{
    Reader *r = arg;

    while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
        const NodeCounty *c;
        Err err = { 0 };

        if (!node_hold(k.node, &c, &err)) {
            r->failed++;
            continue;
        }
        r->failed += shops(c) < 1 || has_floor(c) != has_floor(c);
        r->done++;
        node_release(c);
    }
    return NULL;
}

static void it_is_exchanged_under_readers(void **state)
{
    Reader r[4] = { 0 };
    const NodeCounty *c;
    Err err = { 0 };

    (void)state;
    open_node(&(NodeOptions){ 0 });
    c = hold();
    add_shop(c, "一店", 111.1, 31.1);
    node_release(c);
    for (size_t i = 0; i < LEN(r); i++)
        assert_int_equal(pthread_create(&r[i].thread, NULL, read_on, &r[i]), 0);
    for (int i = 0; i < 6; i++) {
        put("packs/01-test/collections/shop.yaml", i % 2 ? SHOP : SHOP FLOOR);
        if (!node_reload(k.node, NULL, NULL, &err))
            fail_msg("%s %s", err.kind->code, err.what);
    }
    for (size_t i = 0; i < LEN(r); i++) {
        __atomic_store_n(&r[i].stop, true, __ATOMIC_RELAXED);
        pthread_join(r[i].thread, NULL);
        assert_int_equal(r[i].failed, 0);
        assert_true(r[i].done > 0);
    }
}

static void *let_go_later(void *arg)
{
    Reader *r = arg;

    while (!__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE))
        usleep(1000);
    usleep(100000);
    r->done = (size_t)shops(r->c); /* still there, whole */
    node_release(r->c);
    return NULL;
}

static bool bring_back(void *ctx, Err *err)
{
    char from[256], to[256], side[256];
    Reader *r = ctx;

    (void)err;
    assert_int_equal(r->done, 2); /* nobody reads any more */
    snprintf(from, sizeof from, "%s/kept.gpkg", k.dir);
    snprintf(to, sizeof to, "%s/county.gpkg", k.county);
    snprintf(side, sizeof side, "%s/county.gpkg-wal", k.county);
    assert_false(file_exists(side)); /* closed: nothing of the old one is left to be mixed in */
    return rename(from, to) == 0;
}

static void *wake_reader(void *arg)
{
    usleep(50000);
    __atomic_store_n(&((Reader *)arg)->stop, true, __ATOMIC_RELEASE);
    return NULL;
}

static void a_file_is_exchanged_while_nobody_has_it_open(void **state)
{
    char path[256];
    const NodeCounty *c;
    Reader r = { 0 };
    pthread_t waker;
    Err err = { 0 };

    (void)state;
    open_node(&(NodeOptions){ 0 });
    c = hold();
    add_shop(c, "一店", 111.1, 31.1);
    snprintf(path, sizeof path, "%s/kept.gpkg", k.dir);
    assert_true(ledger_backup(c->ledger, path, &err));
    add_shop(c, "二店", 111.2, 31.2);
    r.c = c;
    assert_int_equal(pthread_create(&r.thread, NULL, let_go_later, &r), 0);
    assert_int_equal(pthread_create(&waker, NULL, wake_reader, &r), 0);
    if (!node_reload(k.node, bring_back, &r, &err))
        fail_msg("%s %s", err.kind->code, err.what);
    pthread_join(r.thread, NULL);
    pthread_join(waker, NULL);
    c = hold();
    assert_int_equal(shops(c), 1);
    add_shop(c, "二店", 111.2, 31.2);
    node_release(c);
}

/* --- the end -------------------------------------------------------------------------------------------------------------- */
static void the_end_waits_for_who_still_holds(void **state)
{
    const NodeCounty *c;
    Reader r = { 0 };
    pthread_t waker;

    (void)state;
    open_node(&(NodeOptions){ 0 });
    c = hold();
    add_shop(c, "一店", 111.1, 31.1);
    r.c = c;
    assert_int_equal(pthread_create(&r.thread, NULL, let_go_later, &r), 0);
    assert_int_equal(pthread_create(&waker, NULL, wake_reader, &r), 0);
    node_close(k.node); /* waits for him */
    k.node = NULL;
    pthread_join(r.thread, NULL);
    pthread_join(waker, NULL);
    assert_int_equal(r.done, 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test_setup_teardown(an_import_runs_without_a_server, start, stop),
        cmocka_unit_test_setup_teardown(a_job_runs_without_a_server_and_is_heard_of, start, stop),
        cmocka_unit_test_setup_teardown(a_tile_is_drawn_and_fresh_without_a_server, start, stop),
        cmocka_unit_test_setup_teardown(services_start_in_order_hear_and_stop_in_reverse, start, stop),
        cmocka_unit_test_setup_teardown(one_that_cannot_start_stops_those_before_it, start, stop),
        cmocka_unit_test_setup_teardown(an_idle_node_waits_for_its_start, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_keeps_what_he_began_with, start, stop),
        cmocka_unit_test_setup_teardown(packs_that_cannot_be_used_leave_the_old_ones, start, stop),
        cmocka_unit_test_setup_teardown(it_is_exchanged_under_readers, start, stop),
        cmocka_unit_test_setup_teardown(a_file_is_exchanged_while_nobody_has_it_open, start, stop),
        cmocka_unit_test_setup_teardown(the_end_waits_for_who_still_holds, start, stop),
    };

    if (argc > 1 && !strcmp(argv[1], "worker")) /* imports run this very program again */
        return transfer_worker(0, 1);
    return cmocka_run_group_tests(test, NULL, NULL);
}
