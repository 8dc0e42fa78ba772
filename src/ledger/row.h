/* src/ledger/row.h - a record between its row, its journal body and what reads it; private to the room. */
#pragma once
#include "ledger/state.h"

/* values */
bool ledger_list_read(const PackProperty *p, Str json, Arena *a, CqlValue *out); /* stored text → list */
/* → what a column holds. */
bool ledger_store_value(const PackProperty *p, CqlValue v, Arena *a, CqlValue *out, Err *err) MUST;
/* And back. */
CqlValue ledger_kept_value(const PackProperty *p, CqlValue v, Arena *a);
CqlValue ledger_copy(CqlValue v, Arena *a);
bool ledger_same(CqlValue a, CqlValue b);
bool ledger_is_typed(const PackProperty *p); /* entered, so journalled */
CqlRecord ledger_seen(const LedgerRecord *r);
/* rows (row.c) */
typedef struct Made { /* records as a transaction leaves them, before they are rows */
    Map *latest;      /* "collection/id" → LedgerRecord, the first member of its Apply */
} Made;
typedef struct Sight { /* where a record is looked up; before its row, what the transaction has made of it */
    Ledger *ledger;
    StoreRead *read;  /* a snapshot, or the writer's */
    const Made *made; /* NULL: nothing */
} Sight;

Str ledger_made_key(Arena *a, const PackCollection *c, Str id);
const LedgerRecord *ledger_made(const Made *m, const PackCollection *c, Str id); /* NULL: as its row says */

bool ledger_row(const Ledger *l, const Sheet *s, const RowShape *shape, const StoreRow *row, CqlValue *value,
    Arena *a, LedgerRecord *out, Err *err) MUST; /* value: room for nproperty + ninherited */
/* *found false: no such id. Also retired ones. */
bool ledger_find(
    const Sight *in, const Sheet *s, Str id, Arena *a, LedgerRecord *out, bool *found, Err *err) MUST;
void ledger_keep(LedgerRecord *r, Arena *a); /* what it borrows of a row becomes its own, in the arena */
/* Whether it is there and not retired; little of it is read. */
bool ledger_stands(
    const Sight *in, const Sheet *s, Str id, Arena *a, bool *there, bool *current, Err *err) MUST;
/* Fills value[nproperty …]. */
bool ledger_inherit(const Sight *in, LedgerRecord *rec, Arena *a, Err *err) MUST;
/* The same for many records of one collection, by one question a level. */
bool ledger_inherit_many(const Sight *in, LedgerRecord *rec, size_t n, Arena *a, Err *err) MUST;
void ledger_take_above(LedgerRecord *rec, const LedgerRecord *up);
bool ledger_inherit_past(Ledger *l, StoreRead *r, LedgerRecord *rec, int64_t valid_at, int64_t known_at,
    int64_t seq, Arena *a,
    Err *err) MUST; /* as it was known by `known_at` and written by transaction `seq` */
/* mask.c */
void ledger_hide_place(const AccessWho *who, LedgerRecord *r);
bool ledger_visible(
    const AccessWho *who, const LedgerRecord *r, Arena *a); /* of a record that is not masked */
void ledger_mask(const AccessWho *who, LedgerRecord *r);
bool ledger_seen_by(LedgerView v, StoreRead *read, const PackCollection *c, Str id, Arena *a, bool *seen,
    Err *err) MUST; /* the current record of that id */
/* derive.c */
void ledger_clock(const LedgerRecord *r, Arena *a); /* what the clock says: never stored */
bool ledger_derive(const PackCollection *c, LedgerRecord *r, Arena *a);
/* journal bodies */
bool ledger_body(
    const Ledger *l, const LedgerRecord *r, const uint8_t salt[16], Arena *a, Bytes *out, Err *err) MUST;
bool ledger_body_open(const Ledger *l, const PackCollection *c, Str id, int64_t version, Bytes body, Arena *a,
    LedgerRecord *out, Err *err) MUST;
bool ledger_seal(const Ledger *l, const LedgerRecord *r, int grade, Arena *a, Bytes *out, Err *err) MUST;
void ledger_tx_hash(const uint8_t before[SM3_LEN], const StoreTx *tx, const uint8_t (*digest)[SM3_LEN],
    size_t n, uint8_t out[SM3_LEN]);
/* columns of a record as they are stored: ncolumn values */
bool ledger_columns(const Ledger *l, const Sheet *s, const LedgerRecord *r, Arena *a, CqlValue **out,
    Bytes *blob, Err *err) MUST;
/* the keyed mark of a sealed value, as its bx_ column holds it */
bool ledger_blind(
    const Ledger *l, const PackProperty *p, const PackCollection *c, CqlValue v, Arena *a, CqlValue *out);
Bytes ledger_open_place(const LedgerRecord *r, Arena *a); /* as anyone may read it: a sealed one rounded */
/* What a sealed part holds, into value[]. */
bool ledger_unseal(
    const Ledger *l, LedgerRecord *r, CqlValue *value, int grade, Bytes sealed, Arena *a, Err *err) MUST;
/* words.c */
void ledger_words(const Sheet *s, const LedgerRecord *r, Buf *g1, Buf *g2);
void ledger_cut(Str text, Buf *out); /* for the index */
/* What the index is asked for by whom so much is open; none: nothing to look for. False: no memory. */
bool ledger_match(Str words, int grade, Arena *a, const StoreWord **out, size_t *n) MUST;
void ledger_pinyin(Str text, Buf *full, Buf *initials);
Str ledger_name_of(const LedgerRecord *r, Arena *a); /* its title from its own values */
