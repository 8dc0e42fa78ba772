/* src/cli/show.c - a demo county that is served: its own door (the tour, how far it is), its actors, and the way back to its
 * first day.
 */
#include "cli/show.h"
#include "cli/stop.h"
#include "demo/demo.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void cli_show_progress(CliShow *d, size_t done, size_t total, const char *message)
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
        node_say(d->node, STR("progress"), str_of(json));
    }
}

bool cli_show_start(CliShow *d, Err *err)
{
    d->options.node = d->node;
    if (!node_start(d->node, err) || !face_start(&d->options, &d->face, err))
        return false;
    snprintf(d->base, sizeof d->base, "http://127.0.0.1:%d", face_port(d->face));
    cli_say_door(d->face);
    return true;
}

/* --- the demo's door -------------------------------------------------------------------------------------------------------- */
static bool state(void *ctx, bool en, Arena *a, Buf *json, Err *err)
{
    CliShow *d = ctx;
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
    CliShow *d = ctx;

    (void)err;
    live_set(d->live, on);
    return true;
}

static bool reset(void *ctx, Err *err)
{
    const CliShow *d = ctx;
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

void cli_show_remove(const char *dir, const char *const *name, size_t n)
{
    char path[4400];

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        unlink(path);
    }
}

void cli_show_close(CliShow *d)
{
    live_stop(d->live);
    d->live = NULL;
    face_stop(d->face);
    d->face = NULL;
    node_close(d->node);
    d->node = NULL;
}

/* The county as it was put by, beside the one that is served: taken over at once when nobody has that one open. */
static bool put_back(void *ctx, Err *err)
{
    static const char *const side[] = { "county.gpkg-wal", "county.gpkg-shm" };
    const CliShow *d = ctx;
    char fresh[4400], to[4400];

    snprintf(fresh, sizeof fresh, "%s/initial.next", d->out);
    snprintf(to, sizeof to, "%s/county.gpkg", d->dir);
    cli_show_remove(d->dir, side, LEN(side));
    return rename(fresh, to) == 0 || FAIL(err, BASE_IO, str_of(to), "reset");
}

/* Copied while the old one is still served, exchanged in a moment: who reads ends with what he began with. */
static bool bring_back(CliShow *d, Err *err)
{
    char from[4400], fresh[4400];

    snprintf(from, sizeof from, "%s/initial.gpkg", d->out);
    snprintf(fresh, sizeof fresh, "%s/initial.next", d->out);
    if (!file_exists(from))
        return true;
    live_stop(d->live);
    d->live = NULL;
    if (copy_over(from, fresh, err) && node_reload(d->node, put_back, d, err))
        return true;
    unlink(fresh);
    if (err->kind != &NODE_IN_USE)
        return false;
    log_err("demo.reset", err); /* it goes on as it is */
    return true;
}

static bool start_live(CliShow *d, Err *err)
{
    return live_start(d->base, d->data, d->seed, d->lively, &d->live, err);
}

bool cli_show_on(CliShow *d, Err *err)
{
    bool good = start_live(d, err);

    while (good && stop_wait(-1) == STOP_RESET) {
        good = bring_back(d, err) && start_live(d, err);
        stop_forget();
    }
    return good;
}

void cli_show_init(CliShow *d)
{
    *d = (CliShow){ .hooks = { state, live, reset, d } };
    pthread_mutex_init(&d->guard, NULL);
    d->options.demo = &d->hooks;
}

void cli_show_at(CliShow *d, const char *dir, uint64_t seed)
{
    char path[4300];
    const char *packs = cli_packs(dir, path, sizeof path);

    d->dir = dir;
    d->seed = seed;
    snprintf(d->data, sizeof d->data, "%s/00-common/demo", packs ? packs : ".");
    snprintf(d->out, sizeof d->out, "%s/demo", dir);
}
