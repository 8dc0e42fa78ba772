/* src/cli/serve.c - sangzi serve DIR: the faces, until SIGINT or SIGTERM. */
#include "cli/cli.h"
#include "cli/show.h"
#include "cli/stop.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CORS_MAX = 16 };

/* --- development: packs are read again when a file of theirs changes ------------------------------------------------ */
static int64_t newest_; /* of the walk at hand: nftw has no context */

static int see_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)path, (void)kind, (void)at;
    if (st->st_mtime > newest_)
        newest_ = st->st_mtime;
    return 0;
}

static int64_t newest_in(const char *dir)
{
    newest_ = 0;
    nftw(dir, see_file, 16, FTW_PHYS);
    return newest_;
}

/* The new packs are tried first: with a mistake in them the old ones go on. */
static bool packs_good(const char *packs)
{
    Arena *a = arena_new(0);
    PackModel *m = NULL;
    const PackMessage *said = NULL;
    size_t n = 0;
    Err err = { 0 };
    const bool good = pack_load(packs, face_above(a), a, &m, &said, &n, &err);

    for (size_t i = 0; !good && i < n && i < 20; i++)
        fprintf(stderr, "%.*s:%zu: %.*s\n", STRV(said[i].file), said[i].line,
            STRV(cli_english() ? said[i].text.en : said[i].text.zh));
    pack_free(m);
    arena_free(a);
    return good;
}

/* What the new packs ask of the data may be refused: nothing is served until they are mended. */
static bool open_again(const char *dir, const char *packs, CliCounty *c, Err *err)
{
    while (!cli_open(dir, LEDGER_WRITE, c, err)) {
        const int64_t seen = newest_in(packs);

        if (err->kind != &LEDGER_MIGRATION && err->kind != &LEDGER_MIGRATING)
            return false;
        (void)cli_fail(err);
        while (newest_in(packs) == seen || !packs_good(packs))
            if (stop_wait(TIME_SECOND) == STOP_END)
                return false;
    }
    return true;
}

static bool reload(const char *dir, const char *packs, CliCounty *c, FaceOptions *o, Face **face, Err *err)
{
    o->port = face_port(*face);
    face_stop(*face);
    *face = NULL;
    cli_close(c);
    if (!open_again(dir, packs, c, err))
        return false;
    o->ledger = c->ledger;
    log_info("packs.reloaded", KV("dir", dir));
    return face_start(o, face, err);
}

static bool serve_developing(
    const char *dir, const char *packs, CliCounty *c, FaceOptions *o, Face **face, Err *err)
{
    int64_t seen = newest_in(packs);

    while (stop_wait(TIME_SECOND) != STOP_END) {
        const int64_t now = newest_in(packs);

        if (now == seen)
            continue;
        seen = now;
        if (packs_good(packs) && !reload(dir, packs, c, o, face, err))
            return false;
    }
    return true;
}

static bool is_demo(Ledger *l)
{
    Arena *a = arena_new(0);
    Str said;
    Err err = { 0 };
    const bool yes = ledger_meta(l, STR("demo_state"), a, &said, &err) && str_eq(said, STR("whole"));

    arena_free(a);
    return yes;
}

/* A demo county is served with its own door: the tour, the cards, the sheets to try, the way back to the start. */
static int serve_demo(const char *dir, const FaceOptions *o, const CliCounty *c)
{
    CliShow *show = mem_new(1, sizeof *show);
    Err err;
    bool good;

    if (!show)
        return 1;
    cli_show_init(show);
    cli_show_at(show, dir, 1);
    show->options.port = o->port;
    show->options.ui = o->ui;
    show->options.cors = o->cors;
    show->county = *c;
    good = cli_show_start(show, &err) && cli_show_on(show, &err);
    cli_show_close(show);
    mem_free(show);
    return good ? 0 : cli_fail(&err);
}

int cli_serve(int argc, char **argv)
{
    const bool dev = cli_flag(&argc, argv, "--dev");
    const char *port = cli_option(&argc, argv, "--port"), *ui = cli_option(&argc, argv, "--ui"), *packs;
    const char *cors[CORS_MAX + 1] = { NULL };
    char packs_path[4200];
    bool good = true;
    char path[4200];
    FaceOptions o = { 0 };
    CliCounty c;
    Face *face;
    Err err;

    for (size_t i = 0; i < CORS_MAX && (cors[i] = cli_option(&argc, argv, "--cors")); i++)
        ;
    if (argc != 2)
        return CLI_WRONG_USAGE;
    o.cors = cors;
    stop_listen();
    if (!cli_port(port, &o.port, &err) || !cli_open(argv[1], LEDGER_WRITE, &c, &err))
        return cli_fail(&err);
    o.ui = cli_ui(ui, path, sizeof path);
    if (!dev && is_demo(c.ledger))
        return serve_demo(argv[1], &o, &c);
    o.ledger = c.ledger;
    if (!face_start(&o, &face, &err)) {
        cli_close(&c);
        return cli_fail(&err);
    }
    cli_say_door(face);
    packs = dev ? cli_packs(argv[1], packs_path, sizeof packs_path) : NULL;
    if (packs)
        good = serve_developing(argv[1], packs, &c, &o, &face, &err);
    else
        stop_wait(-1);
    face_stop(face);
    cli_close(&c);
    return good ? 0 : cli_fail(&err);
}
