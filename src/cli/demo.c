/* src/cli/demo.c - sangzi demo DIR: the demo county is made, served while it grows, kept changing, and reset.
 *
 * The first township is in after a few seconds and can be used; the others come behind it. The generated file is copied
 * to demo/initial.gpkg, which a reset brings back.
 */
#include "cli/cli.h"
#include "cli/live.h"
#include "cli/serve.h"
#include "cli/stop.h"
#include "demo/demo.h"
#include "files/files.h"
#include "process/process.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Demo {
    const char *dir;
    char data[4300], out[4300], ui[4300], base[64];
    DemoSpec spec;
    FaceOptions options;
    FaceDemo hooks;
    bool serve, live_wanted;
    CliCounty county;
    LedgerLoad *load;
    Face *face;
    Live *live;
    const PackCollection *last; /* of the last record: they come in runs */
    size_t dropped;
    pthread_mutex_t guard; /* guards the progress */
    size_t done, total;
    char message[160];
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

static void progress(Demo *d, size_t done, size_t total, const char *message)
{
    char json[300];

    pthread_mutex_lock(&d->guard);
    d->done = done;
    d->total = total;
    snprintf(d->message, sizeof d->message, "%s", message);
    pthread_mutex_unlock(&d->guard);
    if (d->face) {
        snprintf(json, sizeof json, "{\"kind\":\"demo\",\"done\":%zu,\"total\":%zu,\"message\":\"%s\"}", done,
            total, message);
        face_announce(d->face, STR("progress"), str_of(json));
    }
}

static bool start_face(Demo *d, Err *err)
{
    d->options.ledger = d->county.ledger;
    if (!face_start(&d->options, &d->face, err))
        return false;
    snprintf(d->base, sizeof d->base, "http://127.0.0.1:%d", face_port(d->face));
    serve_say(d->face);
    return true;
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
    const ProcessAsk ask = { .who = STR("演示数据生成"), .at = generated_at(d) };
    bool good = true;

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
    return ledger_load_flush(d->load, err) && start_face(d, err) && run_processes(d, true, err);
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
    progress(d, done, total, message);
    fprintf(stderr, "%s%s (%.*s)%s", isatty(2) ? "\r\033[K" : "", message, STRV(name),
        isatty(2) && done < total ? "" : "\n");
    return true;
}

/* --- making it --------------------------------------------------------------------------------------------------------- */
static bool keep_initial(Demo *d, Err *err)
{
    char path[4400];

    snprintf(path, sizeof path, "%s/initial.gpkg", d->out);
    unlink(path);
    return store_backup(ledger_store(d->county.ledger), path, err);
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

    return files_keep(d->dir, path, false, &info, &fresh, err);
}

static bool make(Demo *d, Err *err)
{
    const DemoSink sink = { record, township, d };
    char today[16] = "";
    Buf b = { today, 0, sizeof today - 1, sizeof today - 1, false };
    bool good;

    date_text(d->spec.today, &b);
    if (!demo_pictures(d->data, keep_picture, d, err) ||
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

/* --- the demo's door -------------------------------------------------------------------------------------------------------- */
static bool state(void *ctx, bool en, Arena *a, Buf *json, Err *err)
{
    Demo *d = ctx;
    Str tour;

    if (!demo_tour(d->data, en ? STR("en") : STR("zh"), a, &tour, err))
        return false;
    pthread_mutex_lock(&d->guard);
    buf_fmt(json, "{\"live\":%s,\"changes\":%zu,\"progress\":{\"done\":%zu,\"total\":%zu,\"message\":",
        live_on(d->live) ? "true" : "false", live_changes(d->live), d->done, d->total);
    buf_json_str(json, str_of(d->message));
    pthread_mutex_unlock(&d->guard);
    buf_str(json, STR("},"));
    buf_str(json, str_sub(tour, 1, tour.len));
    return true;
}

static bool live(void *ctx, bool on, Err *err)
{
    Demo *d = ctx;

    (void)err;
    live_set(d->live, on);
    return true;
}

static bool reset(void *ctx, Err *err)
{
    const Demo *d = ctx;
    char initial[4400];

    snprintf(initial, sizeof initial, "%s/initial.gpkg", d->out);
    if (!file_exists(initial)) /* made without --serve: nothing was put by */
        return FAIL(err, BASE_NO_FILE, STR("demo/initial.gpkg"), "reset");
    stop_say(STOP_RESET); /* carried out by the first thread */
    return true;
}

/* Copies without reading where the file system can. */
static bool copy_over(const char *from, const char *to, Err *err)
{
    const int in = open(from, O_RDONLY | O_CLOEXEC),
              out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    ssize_t n = 0;

    while (out >= 0 && (n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0)) > 0)
        ;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (out >= 0 && n == 0)
        return true;
    return in < 0 ? FAIL(err, BASE_NO_FILE, str_of(from), "reset") : FAIL(err, BASE_IO, str_of(to), "reset");
}

static void remove_files(const char *dir, const char *const *name, size_t n)
{
    char path[4400];

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        unlink(path);
    }
}

static void close_all(Demo *d)
{
    live_stop(d->live);
    d->live = NULL;
    face_stop(d->face);
    d->face = NULL;
    cli_close(&d->county);
}

static bool bring_back(Demo *d, Err *err)
{
    static const char *const side[] = { "county.gpkg-wal", "county.gpkg-shm" };
    char from[4400], to[4400];
    const int port = face_port(d->face);

    snprintf(from, sizeof from, "%s/initial.gpkg", d->out);
    snprintf(to, sizeof to, "%s/county.gpkg", d->dir);
    if (!file_exists(from))
        return true;
    close_all(d);
    remove_files(d->dir, side, LEN(side));
    d->options.port = port;
    return copy_over(from, to, err) && cli_open(d->dir, LEDGER_WRITE, &d->county, err) && start_face(d, err);
}

/* --- the command ---------------------------------------------------------------------------------------------------------------- */
static bool options(Demo *d, int *argc, char **argv, Err *err)
{
    const char *persons = cli_option(argc, argv, "--persons"), *seed = cli_option(argc, argv, "--seed"),
               *today = cli_option(argc, argv, "--today"), *port = cli_option(argc, argv, "--port"),
               *ui = cli_option(argc, argv, "--ui");
    size_t n = 500000, s = 1;

    d->live_wanted = cli_flag(argc, argv, "--live");
    d->serve = cli_flag(argc, argv, "--serve") || d->live_wanted || port;
    if (persons && (!str_to_size(str_of(persons), 10, &n) || n < 100 || n > 2000000))
        return FAIL(err, CLI_USAGE, str_of(persons), "--persons 100…2000000");
    if (seed && !str_to_size(str_of(seed), 10, &s))
        return FAIL(err, CLI_USAGE, str_of(seed), "--seed");
    d->spec = (DemoSpec){
        .persons = n, .seed = s, .today = (int32_t)((time_now() + 8 * 3600 * TIME_SECOND) / TIME_DAY)
    };
    if (today && !date_parse(str_of(today), &d->spec.today))
        return FAIL(err, CLI_USAGE, str_of(today), "--today");
    d->options.ui = serve_ui(ui, d->ui, sizeof d->ui);
    return serve_port(port, &d->options.port, err);
}

static bool prepare(Demo *d, bool *whole, Err *err)
{
    char path[4300];
    const char *packs;
    Arena *a = arena_new(0);
    Str said = STR("");
    bool good;

    snprintf(path, sizeof path, "%s/county.gpkg", d->dir);
    if (!file_exists(path) && !ledger_init(d->dir, STR("990121000000"), d->spec.seed + 1, err)) {
        arena_free(a);
        return false;
    }
    packs = cli_packs(d->dir, path, sizeof path);
    snprintf(d->data, sizeof d->data, "%s/00-common/demo", packs ? packs : ".");
    snprintf(d->out, sizeof d->out, "%s/demo", d->dir);
    d->spec.data = d->data;
    d->spec.out = d->out;
    good = dir_make(d->out, 0750, err) && cli_open(d->dir, LEDGER_WRITE, &d->county, err) &&
           ledger_meta(d->county.ledger, STR("demo_state"), a, &said, err);
    *whole = good && str_eq(said, STR("whole"));
    if (good && str_eq(said, STR("partial"))) { /* cut off last time: begin again */
        static const char *const file[] = { "county.gpkg", "county.gpkg-wal", "county.gpkg-shm",
            "keys/master" };

        cli_close(&d->county);
        remove_files(d->dir, file, LEN(file));
        good = ledger_init(d->dir, STR("990121000000"), d->spec.seed + 1, err) &&
               cli_open(d->dir, LEDGER_WRITE, &d->county, err);
    }
    arena_free(a);
    return good;
}

static bool start_live(Demo *d, Err *err)
{
    return live_start(d->base, d->data, d->spec.seed, d->live_wanted, &d->live, err);
}

static bool serve_on(Demo *d, Err *err)
{
    bool good = start_live(d, err);

    while (good && stop_wait(-1) == STOP_RESET) {
        good = bring_back(d, err) && start_live(d, err);
        stop_forget();
    }
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
    pthread_mutex_init(&d->guard, NULL);
    d->hooks = (FaceDemo){ state, live, reset, d };
    d->options.demo = &d->hooks;
    if (!options(d, &argc, argv, &err) || argc != 2) {
        mem_free(d);
        return err.kind ? cli_fail(&err) : cli_usage("demo");
    }
    stop_listen();
    d->dir = argv[1];
    good = prepare(d, &whole, &err);
    if (good && whole && d->serve)
        good = start_face(d, &err);
    else if (good && !whole)
        good = make(d, &err);
    if (good && !whole) {
        fprintf(stderr, cli_english() ? "made in %.1f s\n" : "生成完毕，用时 %.1f 秒\n",
            (double)(time_mono() - start) / 1e6);
        progress(d, d->total, d->total, "");
    }
    if (good && d->serve)
        good = serve_on(d, &err);
    close_all(d);
    mem_free(d);
    return good || err.kind == &DEMO_STOPPED ? 0 : cli_fail(&err);
}
