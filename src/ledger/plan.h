/* src/ledger/plan.h - a LedgerQuery made ready, and its page tokens; private to the room. */
#pragma once
#include "ledger/row.h"

typedef struct Plan { /* a LedgerQuery made ready */
    const AccessWho *who;
    bool nothing; /* his division and the one asked for have nothing in common */
    const Sheet *sheet;
    RowShape shape;
    StoreFilter filter;
    StoreQuery store;
    StoreOrder order[4];
    CqlValue after[5];
    char from[16], to[16];
    struct LedgerSpans *spans; /* sealed numbers that the filter bounds; NULL: none */
    StoreSet among;
    bool exact_box; /* envelopes are not enough */
    GeoShape *box[2];
} Plan;

bool ledger_plan(LedgerView v, const LedgerQuery *q, Arena *a, Plan *p, Err *err) MUST;
bool ledger_unmasked(
    const AccessWho *who, const PackProperty *p, const char *where, Err *err) MUST; /* LEDGER_MASKED */
/* pages */
bool ledger_token_read(
    const Ledger *l, const LedgerQuery *q, Str token, Arena *a, CqlValue *after, int64_t *fid, Err *err) MUST;
bool ledger_token_make(
    const Ledger *l, const LedgerQuery *q, const LedgerRecord *last, Arena *a, Str *out) MUST;
