/* src/face/face.h - the HTTP faces: one server, public standards, nothing private behind them (docs/api.md).
 *
 * A face is one file of this folder with a prefix and a table of { method, path template, handler }; faces stand in
 * table.c. The application under /app uses the same faces as everybody else.
 *
 *     FaceOptions o = { .node = node, .port = 8080, .ui = "ui/dist" };
 *     if (face_start(&o, &face, err)) { wait_for_signal(); face_stop(face); }
 *
 * Stands on everything below: node, ledger, onemap, process, indicator, transfer. Nothing but HTTP is in here: whatever works
 * without being asked is a service of the node (src/node/services.c).
 * Memory   one arena a request; a Face outlives requests (_start/_stop) and borrows what its options point to;
 *          what it makes of a county is made again at each node_reload.
 * Threads  libmicrohttpd's (epoll) read and answer; what waits for a commit or computes goes to a pool of ours.
 * Limits   a request line of 64 KiB, bodies 1 MiB (records 16 MiB, changes 64 MiB, imports 2 GiB, to a file;
 *          what they come to take is 512 MiB over all requests, beyond it 503), 1,000 connections.
 * Errors   FACE_NOT_LOOPBACK, FACE_PORT; all others are answers: application/problem+json.
 */
#pragma once
#include "base/base.h"
#include "node/node.h"

extern const ErrKind FACE_NOT_LOOPBACK, FACE_PORT;

typedef struct Face Face;
typedef struct FaceDemo { /* the demo county's own door; each may be NULL: /demo is then 404 */
    bool (*state)(void *ctx, bool en, Arena *a, Buf *json, Err *err); /* docs/api.md, GET /demo */
    bool (*live)(void *ctx, bool on, Err *err);
    bool (*reset)(void *ctx, Err *err);
    void *ctx;
} FaceDemo;
typedef struct FaceOptions {
    Node *node; /* a face lodges in it: one at a time */
    int port;   /* 0: any free one */
    const char
        *address;   /* NULL: 127.0.0.1; anything that is not loopback is refused until there are accounts */
    const char *ui; /* folder of the built application; NULL: none */
    const FaceDemo *demo;
    const char *const *cors; /* NULL-ended: origins besides loopback whose pages may read; NULL: none */
    /* Who asks, by the name he gives; NULL: the visitor who may all. What it returns lives as long as the Face. */
    const AccessWho *(*who)(void *ctx, Str actor);
    void *who_ctx;
} FaceOptions;

bool face_start(const FaceOptions *options, Face **out, Err *err) MUST;
void face_stop(Face *f); /* accepts no more, finishes, closes: within 10 s; NULL is taken */
int face_port(const Face *f);
