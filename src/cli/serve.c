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

/* Packs with a mistake, or that the data cannot follow, are said and the old ones go on. */
static void serve_developing(const char *packs, Node *n)
{
    int64_t seen = newest_in(packs);

    while (stop_wait(TIME_SECOND) != STOP_END) {
        const int64_t now = newest_in(packs);
        Err err;

        if (now == seen)
            continue;
        seen = now;
        if (!node_reload(n, NULL, NULL, &err))
            (void)cli_fail(&err);
    }
}

static bool is_demo(Node *n)
{
    CliCounty c = { 0 };
    Arena *a = arena_new(0);
    Str said;
    Err err = { 0 };
    const bool yes = cli_hold(n, &c, &err) && ledger_meta(c.ledger, STR("demo_state"), a, &said, &err) &&
                     str_eq(said, STR("whole"));

    if (c.held)
        node_release(c.held);
    arena_free(a);
    return yes;
}

/* A demo county is served with its own door: the tour, the cards, the sheets to try, the way back to the start. */
static int serve_demo(const char *dir, const FaceOptions *o, Node *n)
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
    show->node = n;
    good = cli_show_start(show, &err) && cli_show_on(show, &err);
    cli_show_close(show);
    mem_free(show);
    return good ? 0 : cli_fail(&err);
}

static int serve_plain(const FaceOptions *o, const char *watched)
{
    Face *face;
    Err err;

    if (!node_start(o->node, &err) || !face_start(o, &face, &err)) {
        node_close(o->node);
        return cli_fail(&err);
    }
    cli_say_door(face);
    if (watched)
        serve_developing(watched, o->node);
    else
        stop_wait(-1);
    face_stop(face);
    node_close(o->node);
    return 0;
}

int cli_serve(int argc, char **argv)
{
    const bool dev = cli_flag(&argc, argv, "--dev");
    const char *port = cli_option(&argc, argv, "--port"), *ui = cli_option(&argc, argv, "--ui");
    const char *cors[CORS_MAX + 1] = { NULL };
    char packs[4200], path[4200];
    FaceOptions o = { .cors = cors };
    Err err;

    for (size_t i = 0; i < CORS_MAX && (cors[i] = cli_option(&argc, argv, "--cors")); i++)
        ;
    if (argc != 2)
        return CLI_WRONG_USAGE;
    stop_listen();
    if (!cli_port(port, &o.port, &err) || !cli_node(argv[1], LEDGER_WRITE, NULL, true, &o.node, &err))
        return cli_fail(&err);
    o.ui = cli_ui(ui, path, sizeof path);
    if (!dev && is_demo(o.node))
        return serve_demo(argv[1], &o, o.node);
    return serve_plain(&o, dev ? cli_packs(argv[1], packs, sizeof packs) : NULL);
}
