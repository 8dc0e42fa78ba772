/* src/cli/demo.c - sangzi demo DIR: the demo county is made, served while it grows, kept changing, and reset.
 *
 * The first township is in after a few seconds and can be used; the others come behind it. The generated file is copied
 * to demo/initial.gpkg, which a reset brings back.
 */
#include "cli/cli.h"
#include "cli/show.h"
#include "cli/stop.h"
#include "demo/demo.h"
#include "files/files.h"
#include "process/process.h"
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct Demo {
    CliShow show;
    char ui[4300];
    DemoSpec spec;
    bool serve;
    CliCounty county; /* while it is made */
    LedgerLoad *load;
    const PackCollection *last; /* of the last record: they come in runs */
    size_t dropped;
} Demo;

/* --- records in ------------------------------------------------------------------------------------------------------ */
static bool record(void *ctx, const DemoRecord *r, Err *err)
{
    Demo *d = ctx;
    LedgerField field[128];
    LedgerLoadRecord out = { .division = r->division,
        .geometry = r->geometry,
        .valid_from = r->valid_from,
        .valid_to = r->valid_to,
        .field = field };

    if (stop_said() != STOP_NOT)
        return FAIL(err, DEMO_STOPPED, STR("signal"), "demo");
    if (!d->last || !str_eq(d->last->name, r->collection))
        d->last = pack_collection(d->county.model, r->collection);
    if (!d->last) {
        d->dropped++; /* of a pack that this node does not have */
        return true;
    }
    out.collection = d->last;
    memcpy(out.id, r->id, sizeof out.id);
    for (size_t i = 0; i < r->nfield; i++) {
        const PackProperty *p = pack_property(d->last, r->field[i].name);

        if (!p || p->index >= d->last->nproperty || out.nfield == LEN(field)) {
            log_warn("demo.field", KV("collection", r->collection), KV("field", r->field[i].name));
            d->dropped++;
            continue;
        }
        field[out.nfield++] = (LedgerField){ p, r->field[i].value };
    }
    return ledger_load_put(d->load, &out, err);
}

/* --- what is computed ------------------------------------------------------------------------------------------------ */
/* 6 o'clock in China on the county's day: the same for the same --today. */
static int64_t generated_at(const Demo *d)
{
    return d->spec.today * TIME_DAY + 22 * 3600 * TIME_SECOND - TIME_DAY;
}

/* What is computed from records is computed by the same processes that a county runs. */
static bool run_processes(Demo *d, bool first, Err *err)
{
    static const struct {
        const char *id, *needs; /* a node without that register has nothing to compute */
        bool first;             /* of the township that is shown while the others are made, too */
    } process[] = { { "road-condition", "road_section", true }, { "division-counts", "person", true },
        { "document-files", "document", false }, { "place-names", "place_name", false } };
    AccessWho maker = ACCESS_VISITOR;
    const ProcessAsk ask = { .who = &maker, .at = generated_at(d) };
    bool good = true;

    maker.account = STR("演示数据生成");
    for (size_t i = 0; i < LEN(process) && good; i++) {
        Arena *a;
        Str out;

        if ((first && !process[i].first) || !pack_collection(d->county.model, str_of(process[i].needs)))
            continue;
        a = arena_new(0);
        good = process_run(d->county.ledger, str_of(process[i].id), NULL, &ask, a, &out, err);
        arena_free(a);
    }
    return good;
}

/* The first township is looked at as a whole county: its roads have their condition, its villages their counts. */
static bool show_first(Demo *d, Err *err)
{
    return ledger_load_flush(d->load, err) && cli_show_start(&d->show, err) && run_processes(d, true, err);
}

static bool township(void *ctx, size_t done, size_t total, Str name, Err *err)
{
    Demo *d = ctx;
    char message[160];

    if (done == 1 && d->serve && !show_first(d, err))
        return false;
    if (cli_english())
        snprintf(message, sizeof message, "made %zu of %zu townships", done, total);
    else
        snprintf(message, sizeof message, "正在生成 %zu/%zu 个乡镇", done, total);
    cli_show_progress(&d->show, done, total, message);
    fprintf(stderr, "%s%s (%.*s)%s", isatty(2) ? "\r\033[K" : "", message, STRV(name),
        isatty(2) && done < total ? "" : "\n");
    return true;
}

/* --- making it --------------------------------------------------------------------------------------------------------- */
static bool keep_initial(Demo *d, Err *err)
{
    char path[4400];

    snprintf(path, sizeof path, "%s/initial.gpkg", d->show.out);
    unlink(path);
    return ledger_backup(d->county.ledger, path, err);
}

static bool settle(Demo *d, Err *err)
{
    return run_processes(d, false, err) &&
           ledger_meta_set(d->county.ledger, STR("demo_state"), STR("whole"), err) &&
           (!d->serve || keep_initial(d, err));
}

static bool keep_picture(void *ctx, const char *path, Err *err)
{
    const Demo *d = ctx;
    FilesInfo info;
    bool fresh;

    return files_keep(d->show.dir, path, false, &info, &fresh, err);
}

static bool make(Demo *d, Err *err)
{
    const DemoSink sink = { record, township, d };
    char today[16] = "";
    Buf b = { today, 0, sizeof today - 1, sizeof today - 1, false };
    bool good;

    date_text(d->spec.today, &b);
    if (!demo_pictures(d->show.data, keep_picture, d, err) ||
        !ledger_meta_set(d->county.ledger, STR("today"), str_of(today), err) ||
        !ledger_meta_set(d->county.ledger, STR("name"), STR("云穗县"), err) ||
        !ledger_meta_set(d->county.ledger, STR("demo"), STR("true"), err) ||
        !ledger_meta_set(d->county.ledger, STR("demo_state"), STR("partial"), err) ||
        !ledger_load_begin(d->county.ledger, STR("演示数据生成"), STR("computed"), STR("生成演示县"),
            generated_at(d), d->spec.seed + 1, &d->load, err))
        return false;
    good = demo_make(&d->spec, &sink, err);
    if (!ledger_load_end(d->load, good, err))
        good = false;
    d->load = NULL;
    return good && settle(d, err);
}

/* --- the command ---------------------------------------------------------------------------------------------------------------- */
static bool options(Demo *d, int *argc, char **argv, Err *err)
{
    const char *persons = cli_option(argc, argv, "--persons"), *seed = cli_option(argc, argv, "--seed"),
               *today = cli_option(argc, argv, "--today"), *port = cli_option(argc, argv, "--port"),
               *ui = cli_option(argc, argv, "--ui");
    size_t n = 500000, s = 1;

    d->show.lively = cli_flag(argc, argv, "--live");
    d->serve = cli_flag(argc, argv, "--serve") || d->show.lively || port;
    if (persons && (!str_to_size(str_of(persons), 10, &n) || n < DEMO_PERSONS_LEAST || n > DEMO_PERSONS_MOST))
        return FAIL(err, DEMO_BAD_SIZE, str_of(persons), "--persons");
    if (seed && !str_to_size(str_of(seed), 10, &s))
        return FAIL(err, CLI_USAGE, str_of(seed), "--seed");
    d->spec = (DemoSpec){
        .persons = n, .seed = s, .today = (int32_t)((time_now() + 8 * 3600 * TIME_SECOND) / TIME_DAY)
    };
    if (today && !date_parse(str_of(today), &d->spec.today))
        return FAIL(err, CLI_USAGE, str_of(today), "--today");
    d->show.options.ui = cli_ui(ui, d->ui, sizeof d->ui);
    return cli_port(port, &d->show.options.port, err);
}

/* The map is packed and jobs run once somebody looks: the first township is in then. */
static bool open_idle(Demo *d, Err *err)
{
    return cli_node(d->show.dir, LEDGER_WRITE, NULL, true, &d->show.node, err) &&
           cli_hold(d->show.node, &d->county, err);
}

/* From here on nobody holds the county but who asks: it can be exchanged. */
static void let_go(Demo *d)
{
    if (d->county.held)
        node_release(d->county.held);
    d->county = (CliCounty){ 0 };
}

/* Told at once, not after minutes. Measured: 3.6 kB a person, and as much again for the copy that a reset brings back. */
static bool has_room(const Demo *d, Err *err)
{
    const uint64_t wanted = (uint64_t)d->spec.persons * 4000 * (d->serve ? 2 : 1) + ((uint64_t)32 << 20);
    char folder[4300], persons[32];
    struct statvfs disk;

    snprintf(folder, sizeof folder, "%s", d->show.dir);
    while (statvfs(folder, &disk) != 0) { /* the folder is yet to be made: its nearest one that is there */
        char *slash = strrchr(folder, '/');

        if (!slash || slash == folder)
            return true;
        *slash = 0;
    }
    if ((uint64_t)disk.f_bavail * disk.f_frsize >= wanted)
        return true;
    snprintf(persons, sizeof persons, "%zu", d->spec.persons);
    FAIL(err, DEMO_NO_ROOM, str_of(persons), "%s", folder);
    err_hint(err, "%.1f GB", (double)wanted / 1e9);
    return false;
}

static bool prepare(Demo *d, bool *whole, Err *err)
{
    char path[4300];
    Arena *a = arena_new(0);
    Str said = STR("");
    bool good;

    snprintf(path, sizeof path, "%s/county.gpkg", d->show.dir);
    if (!file_exists(path) && !has_room(d, err)) {
        arena_free(a);
        return false;
    }
    if (!file_exists(path) && !ledger_init(d->show.dir, STR("990121000000"), d->spec.seed + 1, err)) {
        arena_free(a);
        return false;
    }
    d->spec.data = d->show.data;
    d->spec.out = d->show.out;
    good = dir_make(d->show.out, 0750, err) && open_idle(d, err) &&
           ledger_meta(d->county.ledger, STR("demo_state"), a, &said, err);
    *whole = good && str_eq(said, STR("whole"));
    if (good && str_eq(said, STR("partial"))) { /* cut off last time: begin again */
        static const char *const file[] = { "county.gpkg", "county.gpkg-wal", "county.gpkg-shm",
            "keys/master" };

        cli_close(&d->county);
        d->show.node = NULL;
        cli_show_remove(d->show.dir, file, LEN(file));
        good = ledger_init(d->show.dir, STR("990121000000"), d->spec.seed + 1, err) && open_idle(d, err);
    }
    arena_free(a);
    return good;
}

int cli_demo(int argc, char **argv)
{
    Demo *d = mem_new(1, sizeof *d);
    Err err = { 0 };
    bool whole = false, good;
    const int64_t start = time_mono();

    if (!d)
        return 1;
    cli_show_init(&d->show);
    if (!options(d, &argc, argv, &err) || argc != 2) {
        mem_free(d);
        return err.kind ? cli_fail(&err) : CLI_WRONG_USAGE;
    }
    stop_listen();
    cli_show_at(&d->show, argv[1], d->spec.seed);
    good = prepare(d, &whole, &err);
    if (good && whole)
        let_go(d);
    if (good && whole && d->serve)
        good = cli_show_start(&d->show, &err);
    else if (good && !whole)
        good = make(d, &err);
    if (good && !whole) {
        fprintf(stderr, cli_english() ? "made in %.1f s\n" : "生成完毕，用时 %.1f 秒\n",
            (double)(time_mono() - start) / 1e6);
        cli_show_progress(&d->show, d->show.total, d->show.total, "");
    }
    let_go(d);
    if (good && d->serve)
        good = cli_show_on(&d->show, &err);
    cli_show_close(&d->show);
    mem_free(d);
    return good || err.kind == &DEMO_STOPPED ? 0 : cli_fail(&err);
}
