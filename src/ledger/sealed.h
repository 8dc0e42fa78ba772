/* src/ledger/sealed.h - sealed values kept opened in a server's memory; private to the room. */
#pragma once
#include "ledger/row.h"

/* warm.c: current rows, or retired ones too, with what is sealed opened, until `see` is false. `fid` NULL: all. */
bool ledger_show(Ledger *l, const PackCollection *c, const int64_t *fid, size_t nfid, bool retired,
    const PackProperty *const *only, size_t nonly, bool (*see)(void *ctx, const LedgerRecord *r), void *ctx,
    Err *err) MUST;
/* sealed texts in memory: fids of the records that hold the words, at most so many */
bool ledger_find_may(const Sheet *s, const AccessWho *who); /* he may ask by them */
bool ledger_find_open(Ledger *l, Sheet *s, Err *err) MUST;
void ledger_find_close(Sheet *s);
void ledger_find_warm(Sheet *s); /* begins to read, waits for nothing */
void ledger_find_note(Sheet *s, int64_t fid);
size_t ledger_find_text(Sheet *s, Str words, int64_t *fid, size_t most);
/* sealed numbers, dates and money in memory (range.c) */
bool ledger_range_open(Ledger *l, Sheet *s, Err *err) MUST;
void ledger_range_close(Sheet *s);
void ledger_range_warm(Sheet *s);
void ledger_range_note(Sheet *s, int64_t fid);
void ledger_range_hold(Sheet *s, int64_t fid); /* before a commit, then released after it */
void ledger_range_release(Sheet *s);
/* What the filter asks of them; *out NULL: nothing. Once a snapshot is taken, the rows that may meet it. */
typedef struct LedgerSpans LedgerSpans;
bool ledger_range_plan(const Sheet *s, const CqlExpr *residual, Arena *a, LedgerSpans **out) MUST;
bool ledger_range_among(const LedgerSpans *s, Arena *a, StoreSet *out) MUST;
