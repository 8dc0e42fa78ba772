/* src/cli/transfer.c - sangzi import, export, and the hidden worker. */
#include "cli/cli.h"
#include "cli/server.h"
#include "files/files.h"
#include "transfer/transfer.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int cli_import(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_worker(int argc, char **argv);

enum { KEYS_MAX = 8, TICK_MICROS = 200000 };

int cli_worker(int argc, char **argv)
{
    size_t size = 0, turn = 0;

    if (argc == 4 && !strcmp(argv[1], "picture"))
        return str_to_size(str_of(argv[2]), 10, &size) && str_to_size(str_of(argv[3]), 10, &turn) &&
                       size < 65536 && turn < 9
                   ? files_worker(0, 1, (unsigned)size, (int)turn)
                   : 2;
    return transfer_worker(0, 1);
}

/* --- import ---------------------------------------------------------------------------------------------------------- */
typedef struct Order {
    TransferWish wish;
    Str key[KEYS_MAX];
    bool dry, good_rows;
} Order;

static void bar(const char *file, const TransferGlance *g, bool last)
{
    static const char full[] = "##############################";
    const int n = (int)(g->progress * 30 + 0.5);

    if (!isatty(2))
        return;
    fprintf(stderr, "\r%s [%-30.*s] %3d%% %zu%s", file,
        n < 0    ? 0
        : n > 30 ? 30
                 : n,
        full, (int)(g->progress * 100), g->counts.rows, last ? "\n" : "");
}

static bool follow(TransferManager *m, Str id, const char *file, TransferGlance *g, Err *err)
{
    for (;;) {
        if (!transfer_wait(m, id, TICK_MICROS, g, err))
            return false;
        if (g->status != TRANSFER_READING && g->status != TRANSFER_APPLYING)
            break;
        bar(file, g, false);
    }
    bar(file, g, true);
    if (!g->problem.kind)
        return true;
    *err = g->problem;
    return false;
}

typedef struct Said {
    const char *file;
    bool notes;
} Said;

static bool say_finding(void *ctx, const TransferFinding *f)
{
    const Said *s = ctx;

    if (f->note == s->notes)
        fprintf(stderr, "%s:%zu:%.*s: %.*s\n", s->file, f->row, STRV(f->column.len ? f->column : f->property),
            STRV(cli_english() ? f->en : f->zh));
    return true;
}

static int result(const char *file, const TransferGlance *g, bool dry)
{
    const TransferCounts *c = &g->counts;

    printf(cli_english() ? "%s → %s: %zu rows, %zu %s, %zu updated, %zu unchanged, %zu wrong\n"
                         : "%s → %s：%zu 行，%zu %s，更新 %zu，不变 %zu，需要改正 %zu\n",
        file, g->collection, c->rows, c->create,
        cli_english() ? dry ? "to create" : "created"
        : dry         ? "待新增"
                      : "新增",
        c->update, c->unchanged, c->wrong);
    return c->wrong ? 1 : 0;
}

static int import_file(TransferManager *m, const char *file, const Order *o)
{
    const char *slash = strrchr(file, '/');
    char id[ULID_LEN + 1];
    TransferGlance g;
    Err err = { .kind = NULL }, ignored = { .kind = NULL };
    bool good = transfer_begin(m, str_of(slash ? slash + 1 : file), file, false, &o->wish, id, &err);
    int status;

    if (!good)
        return cli_fail(&err);
    good = follow(m, str_of(id), file, &g, &err);
    if (good && transfer_findings(m, str_of(id), say_finding, &(Said){ file, false }, &ignored) &&
        g.crs_warning.len)
        fprintf(stderr, "%s: %.*s\n", file, STRV(g.crs_warning));
    if (good && !o->dry)
        good = transfer_apply(m, str_of(id), o->good_rows ? TRANSFER_GOOD_ROWS : TRANSFER_ALL_OR_NOTHING,
                   STR("命令行"), &err) &&
               follow(m, str_of(id), file, &g, &err);
    status = good ? result(file, &g, o->dry) : cli_fail(&err);
    if (!transfer_drop(m, str_of(id), &ignored))
        log_err("transfer.drop", &ignored);
    return o->good_rows && good ? 0 : status;
}

/* --- the same, by the server that has the county open ---------------------------------------------------------------------- */
static bool glance_of(const json_t *v, TransferGlance *g)
{
    static const char *const name[] = { "reading", "ready", "applying", "done", "failed", "cancelled" };
    const json_t *c = json_object_get(v, "counts");
    const Str status = json_str(json_object_get(v, "status"));

    *g = (TransferGlance){ .progress = json_number_value(json_object_get(v, "progress")),
        .counts = { (size_t)json_integer_value(json_object_get(c, "rows")),
            (size_t)json_integer_value(json_object_get(c, "create")),
            (size_t)json_integer_value(json_object_get(c, "update")),
            (size_t)json_integer_value(json_object_get(c, "unchanged")),
            (size_t)json_integer_value(json_object_get(c, "wrong")) } };
    snprintf(g->collection, sizeof g->collection, "%.*s", STRV(json_str(json_object_get(v, "collection"))));
    for (size_t i = 0; i < LEN(name); i++)
        if (str_eq(status, str_of(name[i])))
            g->status = (TransferStatus)i;
    return g->status != TRANSFER_READING && g->status != TRANSFER_APPLYING;
}

static bool follow_there(
    CliServer *s, const char *path, const char *file, Arena *a, json_t **state, TransferGlance *g, Err *err)
{
    const json_t *problem;

    for (;;) {
        if (!cli_server_ask(s, "GET", path, NULL, a, state, err))
            return false;
        if (glance_of(*state, g))
            break;
        bar(file, g, false);
        usleep(TICK_MICROS);
    }
    bar(file, g, true);
    problem = json_object_get(*state, "problem");
    if (!json_is_object(problem))
        return true;
    fprintf(stderr, "sangzi: %.*s [%.*s]\n", STRV(json_str(json_object_get(problem, "detail"))),
        STRV(json_str(json_object_get(problem, "code"))));
    return FAIL(err, CLI_SERVER_SAID, str_of(file), "import");
}

static void say_findings_there(const json_t *state, const char *file)
{
    const json_t *all = json_object_get(state, "errors"), *one;
    const Str warning = json_str(json_object_get(json_object_get(state, "crs"), "warning"));
    size_t i;

    json_array_foreach(all, i, one) fprintf(stderr, "%s:%lld:%.*s: %.*s\n", file,
        (long long)json_integer_value(json_object_get(one, "row")),
        STRV(json_str(json_object_get(one, "column")).len ? json_str(json_object_get(one, "column"))
                                                          : json_str(json_object_get(one, "property"))),
        STRV(json_str(json_object_get(one, "detail"))));
    if (warning.len)
        fprintf(stderr, "%s: %.*s\n", file, STRV(warning));
}

static bool choose_there(CliServer *s, const char *path, const Order *o, Arena *a, json_t **state, Err *err)
{
    json_t *wish = json_object(), *keys = json_array();
    bool good;

    if (o->wish.layer.len)
        json_object_set_new(wish, "layer", json_stringn(o->wish.layer.ptr, o->wish.layer.len));
    for (size_t i = 0; i < o->wish.nkey; i++)
        json_array_append_new(keys, json_stringn(o->key[i].ptr, o->key[i].len));
    if (o->wish.nkey)
        json_object_set(wish, "key", keys);
    good = !json_object_size(wish) || cli_server_ask(s, "PATCH", path, wish, a, state, err);
    json_decref(keys);
    json_decref(wish);
    return good;
}

static bool apply_there(CliServer *s, const char *path, bool good_rows, Arena *a, json_t **state, Err *err)
{
    json_t *body = json_pack("{s:s}", "accept", good_rows ? "good-rows" : "all-or-nothing");
    const bool good = cli_server_ask(s, "POST", str_fmt(a, "%s/apply", path).ptr, body, a, state, err);

    json_decref(body);
    return good;
}

static bool bring_there(
    CliServer *s, const char *file, const Order *o, Arena *a, const char **path, TransferGlance *g, Err *err)
{
    const char *slash = strrchr(file, '/');
    json_t *state = NULL;

    *path = str_fmt(a, "/imports?name=%.*s&collection=%.*s&division=%.*s&crs=%.*s&encoding=%.*s",
        STRV(cli_server_escape(s, str_of(slash ? slash + 1 : file), a)),
        STRV(cli_server_escape(s, o->wish.collection, a)), STRV(cli_server_escape(s, o->wish.division, a)),
        STRV(cli_server_escape(s, o->wish.crs, a)), STRV(cli_server_escape(s, o->wish.encoding, a)))
                .ptr;
    if (!cli_server_send_file(s, *path, file, a, &state, err))
        return false;
    *path = str_fmt(a, "/imports/%.*s", STRV(json_str(json_object_get(state, "id")))).ptr;
    if (!follow_there(s, *path, file, a, &state, g, err) || !choose_there(s, *path, o, a, &state, err) ||
        !follow_there(s, *path, file, a, &state, g, err))
        return false;
    say_findings_there(state, file);
    return o->dry || (apply_there(s, *path, o->good_rows, a, &state, err) &&
                         follow_there(s, *path, file, a, &state, g, err));
}

static int import_there(CliServer *s, const char *file, const Order *o)
{
    Arena *a = arena_new(0);
    const char *path = NULL;
    TransferGlance g;
    json_t *none;
    Err err = { .kind = NULL }, ignored;
    const bool good = bring_there(s, file, o, a, &path, &g, &err);
    const int status = good ? result(file, &g, o->dry) : err.kind == &CLI_SERVER_SAID ? 1 : cli_fail(&err);

    if (path && str_starts(str_of(path), STR("/imports/")) && err.kind != &CLI_SERVER_GONE)
        (void)!cli_server_ask(s, "DELETE", path, NULL, a, &none, &ignored);
    arena_free(a);
    return o->good_rows && good ? 0 : status;
}

/* An import like any other: checked row by row, parents before children. Only the empty county is loaded as a whole. */
int cli_server_nation(CliServer *s, const char *file)
{
    const Order o = { .wish = { .collection = STR("division") } };
    Arena *a = arena_new(0);
    json_t *v = NULL;
    Err err = { 0 };
    bool good = cli_server_ask(s, "GET", "/collections/division", NULL, a, &v, &err);

    if (good && json_integer_value(json_object_get(json_object_get(v, "x-sangzi"), "count")) > 0)
        good = FAIL(&err, LEDGER_EXISTS, STR("division"), "division");
    arena_free(a);
    return good ? import_there(s, file, &o) : err.kind == &CLI_SERVER_SAID ? 1 : cli_fail(&err);
}

static bool take_order(int *argc, char **argv, Order *o)
{
    const char *key = cli_option(argc, argv, "--key"), *accept = cli_option(argc, argv, "--accept");
    Str rest = str_of(key), one;

    *o = (Order){ .dry = cli_flag(argc, argv, "--dry-run"),
        .good_rows = accept && !strcmp(accept, "good-rows") };
    o->wish.crs = str_of(cli_option(argc, argv, "--crs"));
    o->wish.encoding = str_of(cli_option(argc, argv, "--encoding"));
    o->wish.layer = str_of(cli_option(argc, argv, "--layer"));
    o->wish.division = str_of(cli_option(argc, argv, "--division"));
    while (rest.len && o->wish.nkey < KEYS_MAX) {
        const bool more = str_cut(rest, ',', &one, &rest);

        o->key[o->wish.nkey++] = str_trim(one);
        if (!more)
            break;
    }
    o->wish.key = o->key;
    return !accept || o->good_rows || !strcmp(accept, "all-or-nothing");
}

int cli_import(int argc, char **argv)
{
    static const NodeService *const imports[] = { &transfer_service, NULL };
    Order o;
    CliCounty county = { 0 };
    TransferManager *m;
    CliServer *there;
    const PackCollection *c;
    Err err = { .kind = NULL };
    int status = 0;

    if (!take_order(&argc, argv, &o) || argc < 4)
        return CLI_WRONG_USAGE;
    if (cli_server_find(argv[1], &there)) {
        o.wish.collection = str_of(argv[2]);
        for (int i = 3; i < argc; i++)
            status |= import_there(there, argv[i], &o);
        cli_server_close(there);
        return status;
    }
    if (!cli_node(argv[1], LEDGER_WRITE, imports, false, &county.node, &err) ||
        !cli_hold(county.node, &county, &err)) {
        cli_close(&county);
        return cli_fail(&err);
    }
    m = node_service(county.held, &transfer_service);
    o.wish.collection = str_of(argv[2]);
    if (!pack_need_collection(county.model, o.wish.collection, &c, &err)) {
        m = NULL;
        if (err.kind == &PACK_NO_COLLECTION)
            fprintf(stderr, "%s", cli_english() ? "unknown collection: " : "没有这个台账 (collection)：");
        status = cli_fail(&err);
    }
    for (int i = 3; m && i < argc; i++)
        status |= import_file(m, argv[i], &o);
    cli_close(&county);
    return status;
}

/* --- export ---------------------------------------------------------------------------------------------------------- */
static bool write_piece(void *ctx, Bytes piece)
{
    return fwrite(piece.ptr, 1, piece.len, ctx) == piece.len;
}

static const char *format_of(const char *file)
{
    static const char *const known[][2] = { { ".csv", "csv" }, { ".xlsx", "xlsx" }, { ".gpkg", "gpkg" },
        { ".geojson", "geojson" }, { ".json", "geojson" } };

    for (size_t i = 0; i < LEN(known); i++)
        if (str_ends(str_of(file), str_of(known[i][0])))
            return known[i][1];
    return strrchr(file, '.') ? strrchr(file, '.') + 1 : file;
}

static bool read_filter(const PackCollection *c, const char *text, Arena *a, const CqlExpr **out, Err *err)
{
    CqlExpr *e = NULL;

    *out = NULL;
    if (!text)
        return true;
    if (!cql_parse_text(str_of(text), a, &e, err) || !cql_check(e, &c->schema, a, err))
        return false;
    *out = e;
    return true;
}

/* To a file beside it first: what stands under the name is whole. */
static bool export_to(const TransferExport *x, const char *file, Err *err)
{
    char part[4200];
    FILE *f;
    bool good;

    if ((size_t)snprintf(part, sizeof part, "%s.part", file) >= sizeof part || !(f = fopen(part, "we")))
        return FAIL(err, BASE_IO, str_of(file), "file");
    good = transfer_export(x, write_piece, f, err);
    if (fclose(f) && good)
        good = FAIL(err, BASE_FULL, str_of(file), "file");
    if (good && rename(part, file))
        good = FAIL(err, BASE_IO, str_of(file), "file");
    if (!good)
        unlink(part);
    return good;
}

static bool export_list(
    CliCounty *county, const char *collection, const char *file, const char *filter, bool names, Err *err)
{
    Arena *a = arena_new(0);
    TransferExport x = { .view = { county->ledger, &ACCESS_VISITOR },
        .format = format_of(file),
        .header = names ? TRANSFER_NAMES : TRANSFER_TITLES,
        .said = str_of(filter),
        .en = cli_english() };
    const bool good = pack_need_collection(county->model, str_of(collection), &x.query.collection, err) &&
                      read_filter(x.query.collection, filter, a, &x.query.filter, err) &&
                      export_to(&x, file, err);

    arena_free(a);
    return good;
}

int cli_export(int argc, char **argv)
{
    const char *filter = cli_option(&argc, argv, "--filter"), *header = cli_option(&argc, argv, "--header");
    const bool snapshot = cli_flag(&argc, argv, "--snapshot");
    CliCounty county;
    Err err = { .kind = NULL };
    bool good;

    if (argc < (snapshot ? 3 : 4))
        return CLI_WRONG_USAGE;
    if (!cli_open(argv[1], LEDGER_READ, &county, &err))
        return cli_fail(&err);
    good = snapshot ? transfer_snapshot(county.ledger, argv[argc - 1], &err)
                    : export_list(&county, argv[2], argv[3], filter, header && !strcmp(header, "name"), &err);
    cli_close(&county);
    return good ? 0 : cli_fail(&err);
}
