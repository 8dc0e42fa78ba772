/* src/ledger/change.h - a transaction at work; private to the room.
 *
 *     prepare each change → ask the hooks → check each → write each
 *
 * A change is prepared against what the changes before it have made (Sight.made), not against rows: so hooks and checks see
 * the whole transaction before a byte of it is written, and a dry run needs no writer.
 */
#pragma once
#include "ledger/places.h"
#include "ledger/row.h"

typedef struct Apply {  /* one record's change on its way */
    LedgerRecord after; /* first: what was made of a record is found by it */
    struct Work *work;
    const LedgerChange *change;
    size_t at, place; /* of the change in the transaction; of this in Work.apply */
    LedgerDone *done;
    bool touch; /* what it is shown with has changed: a version of its own, even if nothing here differs */
    const Sheet *sheet;
    LedgerRecord before;
    bool there, placed; /* placed: its division is where its place lies */
    struct Apply
        *prior; /* the change of the same record before this one: before.fid is known when it is written */
    CqlValue *value; /* of after */
    LedgerVerb verb;
} Apply;
typedef struct Work { /* what a whole transaction needs */
    Ledger *ledger;
    const LedgerTx *tx;
    Sight sight;
    Made made;
    int64_t seq, now, effective;
    Apply **apply; /* in the order they are written */
    size_t n, room;
    Map *held;        /* "collection.property=value" → Apply: unique values of this transaction */
    const char *hook; /* name of the hook that is asked now */
    LedgerDraft draft;
    LedgerDone *done;
    LedgerProblems *said;
    LedgerEvent *event;
    size_t nevent;
    Arena *arena;
    Err *err;
} Work;

/* change.c: what the record becomes, and whether it may; nothing is written. */
bool ledger_prepare(Apply *p) MUST;
bool ledger_prepare_again(Apply *p) MUST; /* after a hook has filled a value: what derives from it */
/* put.c: into rows, journal, words and links. */
bool ledger_put(Apply *p, uint8_t (*digest)[SM3_LEN], size_t *ndigest) MUST;
/* transaction.c */
bool ledger_work(Work *w) MUST; /* prepared, asked, checked: w->said is empty, or LEDGER_INVALID */
bool ledger_work_write(Work *w, uint8_t (**digest)[SM3_LEN], size_t *ndigest) MUST;
bool ledger_ask_hooks(Work *w) MUST; /* each hook's `before`, in order */
/* check.c, finding.c, division.c */
bool ledger_check(const Apply *p) MUST;
void ledger_say(LedgerProblems *said, size_t change, Str property, const Err *err);
bool ledger_lineage(const Sight *in, LedgerRecord *rec, Map *known, Arena *keep, Arena *a);
/* links.c */
bool ledger_links(Ledger *l, const LedgerRecord *r, const LedgerRecord *before, Arena *a, Err *err) MUST;
/* extend.c */
/* What a change of one means for the record it extends; *needed false: nothing. */
bool ledger_above_of(
    const Sight *in, const LedgerChange *c, Arena *a, LedgerChange *out, bool *needed, Err *err) MUST;
/* What the record above, already changed, gives to this one: its division, and its place where both have one. */
bool ledger_place_of(const Sight *in, LedgerChange *c, Arena *a, Err *err) MUST;
/* The change of one that extends it: nothing but a new version, and the place. */
bool ledger_touch_of(const Sight *in, const Sheet *below, const LedgerChange *c, Arena *a, LedgerChange *out,
    bool *there, Err *err) MUST;
/* LEDGER_REFERRED. */
bool ledger_not_extended(const Sight *in, const Sheet *s, Str id, Arena *a, Err *err) MUST;
/* Changed_seq only. */
bool ledger_raise_below(const Sight *in, const Sheet *s, Str id, int64_t seq, Arena *a, Err *err) MUST;
size_t ledger_room(const Ledger *l, const LedgerTx *tx); /* how many records it can change */
