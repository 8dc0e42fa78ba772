/* src/process/kept.h - jobs as the node keeps them: a plain table of DIR/node.db (store.h, STORE_NODE). Private to the room. */
#pragma once
#include "ledger/ledger.h"

typedef struct Kept Kept;
typedef struct KeptJob { /* a run of a process; borrowed while it is seen */
    Str id, process, status, who, message;
    Str code, zh, en, place; /* of a failure; empty: none */
    int64_t percent, http, created, started, finished, updated;
    Str outputs, log;
} KeptJob;
bool process_kept_open(const char *path, Kept **out, Err *err) MUST; /* made where it is not */
void process_kept_close(Kept *k);                                    /* NULL is taken */
/* In the place of what was kept of it; the newest `most` stay. Any thread. */
bool process_keep(Kept *k, const KeptJob *job, size_t most, Err *err) MUST;
/* One by its id, whole; or, empty, all, the oldest first, without outputs and log. */
bool process_kept(Kept *k, Str id, bool (*see)(void *ctx, const KeptJob *job), void *ctx, Err *err) MUST;
