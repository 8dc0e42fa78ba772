/* src/cli/show.h - a demo county that is served; `demo` makes one first, `serve` finds one.
 *
 *     cli_show_init(&show); cli_show_at(&show, dir, seed);
 *     if (cli_node(dir, LEDGER_WRITE, NULL, true, &show.node, err) && cli_show_start(&show, err)) cli_show_on(&show, err);
 *     cli_show_close(&show);
 */
#pragma once
#include <pthread.h>
#include "cli/cli.h"
#include "cli/live.h"
#include "face/face.h"

typedef struct CliShow {
    const char *dir;
    char data[4300], out[4300], base[64]; /* what the demo is made of; DIR/demo; where it is served */
    uint64_t seed;                        /* of the actors */
    bool lively;                          /* they begin at once */
    FaceOptions options;
    FaceDemo hooks;
    Node *node;
    Face *face; /* NULL: not served yet */
    Live *live;
    pthread_mutex_t guard; /* guards the progress */
    size_t done, total;
    char message[160];
} CliShow;
void cli_show_init(CliShow *d);
void cli_show_at(CliShow *d, const char *dir, uint64_t seed); /* `seed`: of the actors */
bool cli_show_start(CliShow *d, Err *err) MUST; /* starts what waits, serves it, and says where */
bool cli_show_on(
    CliShow *d, Err *err) MUST; /* until it is asked to stop; carries out what resets are asked for */
void cli_show_close(CliShow *d);
void cli_show_progress(CliShow *d, size_t done, size_t total, const char *message); /* told to who looks */
void cli_show_remove(const char *dir, const char *const *name, size_t n);
