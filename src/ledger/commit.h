/* src/ledger/commit.h - the writer, the herald and the counters; private to the room. */
#pragma once
#include "ledger/metrics.h"
#include "ledger/state.h"
#include <semaphore.h>

struct Batch { /* one caller's transaction, waiting for the writer */
    struct Batch *next;
    const LedgerTx *tx;
    Arena *arena; /* the caller's, lent while he waits */
    LedgerDone *done;
    LedgerProblems *said;
    Err err;
    LedgerEvent *event;
    size_t nevent;
    int64_t seq;
    size_t found; /* findings that were there before */
    bool good;
    sem_t answered;
};
struct EventRun { /* one commit's events on their way to the hooks */
    struct EventRun *next;
    size_t n;
    LedgerEvent event[];
};
/* counters and events */
void ledger_tally(Ledger *l, Sheet *s, Str division, int64_t by, int64_t at);
/* What the counters say; a row filter they know nothing of. */
int64_t ledger_tallied(LedgerView v, const PackCollection *c, Str division);
GeoBox ledger_layer_box(Ledger *l, const PackCollection *c); /* of all its records */
bool ledger_tally_all(Ledger *l, Err *err) MUST;
bool ledger_touch(Ledger *l, Err *err) MUST;
void ledger_announce(Ledger *l, const LedgerEvent *e, size_t n);
bool ledger_writer_start(Ledger *l, Err *err) MUST;
void ledger_writer_stop(Ledger *l);
void ledger_herald_stop(Ledger *l);
