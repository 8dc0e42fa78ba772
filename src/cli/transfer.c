/* src/cli/transfer.c - sangzi import, export, and the hidden worker. */
#include "cli/cli.h"
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
        return str_to_size(str_of(argv[2]), 10, &size) && str_to_size(str_of(argv[3]), 10, &turn) && size < 65536 && turn < 9
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
    Order o;
    CliCounty county;
    TransferManager *m = NULL;
    const PackCollection *c;
    Err err = { .kind = NULL };
    int status = 0;

    if (!take_order(&argc, argv, &o) || argc < 4)
        return cli_usage("import");
    if (!cli_open(argv[1], LEDGER_WRITE, &county, &err))
        return cli_fail(&err);
    o.wish.collection = str_of(argv[2]);
    if (!pack_need_collection(county.model, o.wish.collection, &c, &err) ||
        !transfer_manager_open(county.ledger, &m, &err)) {
        if (err.kind == &PACK_NO_COLLECTION)
            fprintf(stderr, "%s", cli_english() ? "unknown collection: " : "没有这个台账 (collection)：");
        status = cli_fail(&err);
    }
    for (int i = 3; m && i < argc; i++)
        status |= import_file(m, argv[i], &o);
    transfer_manager_close(m);
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
    TransferExport x = { .ledger = county->ledger,
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
        return cli_usage("export");
    if (!cli_open(argv[1], LEDGER_READ, &county, &err))
        return cli_fail(&err);
    good = snapshot ? transfer_snapshot(county.ledger, argv[argc - 1], &err)
                    : export_list(&county, argv[2], argv[3], filter, header && !strcmp(header, "name"), &err);
    cli_close(&county);
    return good ? 0 : cli_fail(&err);
}
