/* src/ledger/ledger.h - the only code that writes a record: validates, seals, writes, journals, indexes, announces.
 *
 * Whatever enters (form, sheet, frame, process) is a LedgerTx of changes: all or none. One writer thread commits groups of them and
 * answers after the sync. Reading goes on meanwhile, on snapshots, and always through somebody's eyes: a LedgerView shows only the
 * records of his division and his row filter; a value above his grade is masked: CQL_NULL, and ledger_masked says so. He cannot
 * filter, sort, group or search by what is masked (LEDGER_MASKED).
 *
 *     ledger_select((LedgerView){ ledger, who }, &query, see, ctx, arena, &page, err)
 *     county folder: county.gpkg (records, links, journal, words) keys/ files/ tiles/ lock sangzi.sock
 *
 * Stands on base, geo, cql, store, pack, access.
 * Memory   results in the arena handed in. A Ledger borrows its model; ledger_close before pack_free.
 * Threads  everything may be called from any thread.
 * Errors   LEDGER_INVALID (all findings in LedgerProblem), LEDGER_STALE (412), LEDGER_NO_RECORD (404; also what is not his to
 *          see), LEDGER_GONE (410, hint = reason), LEDGER_EXISTS (412), LEDGER_REFERRED (409), LEDGER_LOCKED, LEDGER_READ_ONLY.
 */
#pragma once
#include "access/access.h"
#include "base/base.h"
#include "cql/cql.h"
#include "geo/geo.h"
#include "pack/pack.h"
#include "store/store.h"

/* clang-format off */
extern const ErrKind LEDGER_INVALID, LEDGER_STALE, LEDGER_NO_RECORD, LEDGER_GONE, LEDGER_EXISTS, LEDGER_MASKED, LEDGER_REFERRED, LEDGER_NOT_HIS,
    LEDGER_LOCKED, LEDGER_READ_ONLY, LEDGER_BAD_TOKEN, LEDGER_BAD_VALUE, LEDGER_REQUIRED, LEDGER_NO_TARGET, LEDGER_TWICE, LEDGER_DERIVED,
    LEDGER_BAD_GEOMETRY, LEDGER_NOT_A_COUNTY, LEDGER_BUSY, LEDGER_RULE, LEDGER_NO_PROPERTY, LEDGER_NO_FILE, LEDGER_MIGRATION, LEDGER_MIGRATING, LEDGER_PACKS_DIFFER;
typedef struct Ledger Ledger;
typedef struct LedgerView { Ledger *ledger; const AccessWho *who; } LedgerView;
typedef enum LedgerMode { LEDGER_READ, LEDGER_WRITE } LedgerMode;
/* A new county folder: empty store, keys, settings. `seed` non-zero makes keys and salts reproducible (demo). */
bool ledger_init(const char *dir, Str division, uint64_t seed, Err *err) MUST;
bool ledger_open(const char *dir, LedgerMode mode, const PackModel *model, Ledger **out, Err *err) MUST;
void ledger_close(Ledger *l); /* finishes what waits; NULL is taken */
void ledger_warm(Ledger *l);  /* somebody will ask: sealed values are read into memory, by threads of their own */
void ledger_hurry(Ledger *l); /* what is being read now ends soon, with an error: the server stops */
void ledger_rest(Ledger *l);  /* half a close: what waits is written and told, the lock given back; only reading goes on */
const PackModel *ledger_model(const Ledger *l);
Str ledger_division(const Ledger *l); /* the node's own */
const AccessKeys *ledger_keys(const Ledger *l);
const char *ledger_dir(const Ledger *l);
int64_t ledger_seq(const Ledger *l); /* of the last commit */
bool ledger_meta(Ledger *l, Str key, Arena *a, Str *out, Err *err) MUST; /* settings: "name", "demo", "today" … */
bool ledger_meta_set(Ledger *l, Str key, Str value, Err *err) MUST;
bool ledger_backup(Ledger *l, const char *to, Err *err) MUST; /* one consistent file; work goes on */
typedef struct LedgerFault { Str where, what_zh, what_en; } LedgerFault;
bool ledger_verify(Ledger *l, void (*see)(void *ctx, const LedgerFault *f),
    void (*progress)(void *ctx, size_t done, size_t total), void *ctx, size_t *faults, Err *err) MUST;

/* --- writing ------------------------------------------------------------------------------------------------------ */
/* Update: fields given change, others stay. Replace: those not given become empty, but for the masked. Restore: current again, of
 * version `restore` (0: the last). Derive: PACK_OTHERS properties only: no version, no journal body, raises changed_seq. */
typedef enum LedgerVerb { LEDGER_CREATE, LEDGER_UPDATE, LEDGER_REPLACE, LEDGER_RETIRE, LEDGER_RESTORE, LEDGER_DERIVE } LedgerVerb;
typedef struct LedgerField { const PackProperty *property; CqlValue value; } LedgerField; /* CQL_NULL empties */
typedef struct LedgerChange {
    LedgerVerb verb; const PackCollection *collection;
    char id[ULID_LEN + 1];        /* create: empty for a new one */
    int64_t if_version, restore;  /* if_version -1: whatever it is */
    bool has_geometry; Bytes geometry; /* create and replace: always taken; WKB in degrees, empty: none */
    const LedgerField *field; size_t nfield;
    int64_t valid_from, valid_to; /* INT64_MIN: effective / open */
    Str source_ref;
} LedgerChange;
typedef struct LedgerTx {
    const AccessWho *who;         /* changes what he sees, to what he sees: else LEDGER_NOT_HIS */
    Str via, source, reason;      /* http, cli, import, process, demo; e{typed (or empty), imported, device, computed, exchanged} */
    int64_t effective;            /* µs; INT64_MIN: now */
    int64_t at;                   /* µs; 0: by the clock. The demo's generator alone sets it, so that a county comes out twice the same */
    Str key;                      /* idempotency: the same key again gives the first answer; empty: none */
    const LedgerChange *change; size_t nchange; /* at most 100,000 */
    bool dry;                     /* validate only: needs no writer */
} LedgerTx;
typedef struct LedgerRecord LedgerRecord;
typedef struct LedgerDone {
    char id[ULID_LEN + 1];
    int64_t version, seq;         /* ETag is made of both */
    bool same;                    /* nothing to change */
    const LedgerRecord *record;   /* as it was written, masked like any; NULL: read it (`same`, or a key's first answer) */
} LedgerDone;
typedef struct LedgerProblem { size_t change; Str property; Err err; } LedgerProblem; /* property empty: the record */
typedef struct LedgerProblems { LedgerProblem *item; size_t n, size, more; } LedgerProblems; /* 1,000, and `more` were found */
bool ledger_write(Ledger *l, const LedgerTx *tx, Arena *a, LedgerDone *done, LedgerProblems *said, Err *err) MUST;
/* What JSON and sheets say, as a property's value: types, codes (or their titles), formats, ranges, units; and back. */
bool ledger_value_of_json(const PackProperty *p, const json_t *v, Arena *a, CqlValue *out, Err *err) MUST;
bool ledger_value_of_text(const PackProperty *p, Str text, Arena *a, CqlValue *out, Err *err) MUST;
void ledger_value_to_json(const PackProperty *p, CqlValue v, Buf *out);
void ledger_value_to_text(const PackProperty *p, CqlValue v, Buf *out); /* as a sheet shows it: yuan, plain lists */

/* Bulk: first loads into empty collections; no validation beyond types (the caller vouches), no hook is asked. */
typedef struct LedgerLoad LedgerLoad;
typedef struct LedgerLoadRecord { /* with all its typed values; references given as they are stored */
    const PackCollection *collection; char id[ULID_LEN + 1]; Str division; Bytes geometry;
    int64_t valid_from, valid_to; const LedgerField *field; size_t nfield;
} LedgerLoadRecord;
bool ledger_load_begin(Ledger *l, Str who, Str source, Str reason, int64_t at, uint64_t salt, LedgerLoad **out, Err *err) MUST;
bool ledger_load_put(LedgerLoad *load, const LedgerLoadRecord *r, Err *err) MUST; /* copies; commits every 20,000 */
bool ledger_load_flush(LedgerLoad *load, Err *err) MUST;          /* what was put can be read now */
bool ledger_load_end(LedgerLoad *load, bool keep, Err *err) MUST; /* builds indexes; frees load in any case */

/* --- reading ------------------------------------------------------------------------------------------------------ */
struct LedgerRecord { /* borrowed while it is seen */
    const PackCollection *collection; int64_t fid, version, seq; Str id, division;
    Bytes geometry;        /* WKB; empty: none, masked, or not asked for; sealed places rounded to 100 m for whom they are masked */
    const CqlValue *value; /* one a property of the collection, sealed ones opened, money in 分 */
    int grade; Bytes rounded, seal[2]; /* values above the grade are masked; the ledger's own */
};
bool ledger_masked(const LedgerRecord *r, const PackProperty *p); /* its value is not empty: it is not shown */
typedef struct LedgerSort { const PackProperty *property; bool descending; } LedgerSort;
typedef struct LedgerQuery {
    const PackCollection *collection; const CqlExpr *filter; /* checked against collection->schema; may be NULL */
    GeoBox box[2]; size_t nbox;
    Str division, words;          /* that division and all below; search words; empty: all */
    int64_t valid_from, valid_to; bool timed; /* timed: valid at some moment of it; else current records */
    LedgerSort sort[4]; size_t nsort;
    size_t limit; Str token;      /* 0: all; of the page before */
    bool no_geometry, count, uncounted, sealed; /* count: exactly; uncounted: not at all; sealed: open what is sealed (costs) */
    const PackProperty *const *only; size_t nonly; /* properties wanted; NULL: all */
} LedgerQuery;
typedef struct LedgerPage { Str next; int64_t matched; size_t returned; } LedgerPage; /* next empty: no more; matched -1: not counted */
/* Shows records in order until one `see` is false. Holds a reader meanwhile: slow consumers use tokens. */
bool ledger_select(LedgerView v, const LedgerQuery *q, bool (*see)(void *ctx, const LedgerRecord *r), void *ctx, Arena *a,
    LedgerPage *page, Err *err) MUST;
bool ledger_may_ask(LedgerView v, const LedgerQuery *q, Err *err) MUST; /* LEDGER_MASKED; before a stream begins */
/* valid_at, known_at INT64_MIN: now. */
bool ledger_get(LedgerView v, const PackCollection *c, Str id, int64_t valid_at, int64_t known_at, Arena *a, LedgerRecord *out,
    Err *err) MUST;
/* Rows for drawing, in no order, each with its values as they are stored: those of `fid`, or of the box (none: all); polygons
 * whose envelope has less than `least` square degrees may be left out. False without an error: `see` said stop. */
typedef struct LedgerDraw {
    const PackCollection *collection; const PackProperty *const *property; size_t nproperty; /* of grade 1 and 2 */
    GeoBox box; double least; const int64_t *fid; size_t nfid;
} LedgerDraw;
typedef struct LedgerDrawn { int64_t fid; Str id, division; Bytes wkb; const CqlValue *value; } LedgerDrawn;
bool ledger_draw(LedgerView v, const LedgerDraw *d, bool (*see)(void *ctx, const LedgerDrawn *r), void *ctx, Err *err) MUST;
int64_t ledger_count(LedgerView v, const PackCollection *c, Str division); /* current records; -1: could not be counted */
GeoBox ledger_extent(LedgerView v, const PackCollection *c);
int64_t ledger_changed_at(LedgerView v, const PackCollection *c); /* µs of its last change; 0: never */
typedef struct LedgerVersion {
    int64_t version, seq, at, effective; Str who, post, via, source, reason, verb;
    uint8_t hash[SM3_LEN];        /* of its transaction */
    const LedgerField *change;    /* properties that differ from the version before: their new values */
    const CqlValue *before; size_t nchange;
    const PackProperty *const *masked; size_t nmasked; /* differ too, and are not shown */
    bool geometry_changed;
} LedgerVersion;
/* Newest first, of the `limit` (0: all) before version `before` (0: from the newest) those he sees; *next: go on before it, or 0. */
bool ledger_history(LedgerView v, const PackCollection *c, Str id, int64_t before, size_t limit, Arena *a, LedgerVersion **out,
    size_t *n, int64_t *next, Err *err) MUST;
typedef struct LedgerSum { int64_t n; double min, max, sum; } LedgerSum; /* money in yuan */
typedef struct LedgerStat { CqlValue group; int64_t count; LedgerSum *property; } LedgerStat;
typedef struct LedgerStats { LedgerStat *group; size_t n; LedgerStat total; Str next; } LedgerStats; /* total: of all groups */
/* Groups in order of their values, nulls last, page by page (query.limit, .token); group NULL: one. At most 16 properties. */
bool ledger_stats(LedgerView v, const LedgerQuery *q, const PackProperty *const *of, size_t n, const PackProperty *group, Arena *a,
    LedgerStats *out, Err *err) MUST;
typedef struct LedgerHit {
    const PackCollection *collection; Str id, title, subtitle, division, matched;
    double score, x, y; bool has_point; GeoBox box;
} LedgerHit;
/* Words, pinyin, initials, codes, phones, addresses. `only` names: collections; may be NULL. */
bool ledger_search(LedgerView v, Str words, const PackCollection *const *only, size_t nonly, Str division, size_t limit, Arena *a,
    LedgerHit **out, size_t *n, Err *err) MUST;
/* What a record is called ("X003 柳橘线"); division by code. Empty: unknown. */
Str ledger_title(LedgerView v, const PackCollection *c, Str id, Arena *a);
bool ledger_referrers(LedgerView v, Str id, bool (*see)(void *ctx, const PackCollection *c, const PackProperty *p, Str from),
    void *ctx, Err *err) MUST; /* who refers to it */
bool ledger_file(LedgerView v, Str file, bool *seen, Err *err) MUST; /* a record he sees holds it */

/* --- what happens ------------------------------------------------------------------------------------------------- */
typedef struct LedgerEvent {
    int64_t seq, at, version, fid; const PackCollection *collection; LedgerVerb verb;
    char id[ULID_LEN + 1], division[16], who[64], title[96]; /* id empty: a bulk load, the whole collection */
    GeoBox before, after;                                    /* envelopes; empty: none */
} LedgerEvent;
bool ledger_event(LedgerView v, const LedgerEvent *e, LedgerEvent *out); /* as he may be told of it; false: not at all */
/* A hook is asked before each transaction is checked, and told after it was committed. `before` runs inside the transaction, in
 * the writer (a dry run's in its caller's thread), ahead of the required check: it sees all changes, may fill properties whose
 * pack says `filled: { by: NAME }` with its name, add findings, or refuse by false. `after` is told by one thread, in order.
 * Neither may write nor unhook itself. */
typedef struct LedgerDraftChange { /* change: its place in LedgerTx.change, one that extends has two; before NULL: there was none */
    LedgerVerb verb; size_t change; const LedgerRecord *before, *after;
} LedgerDraftChange;
typedef struct LedgerDraft { /* borrowed while `before` runs; changes in the order they are written */
    const LedgerTx *tx; const LedgerDraftChange *change; size_t nchange; Arena *arena; struct Work *work; /* the ledger's own */
} LedgerDraft;
typedef struct LedgerHook {
    const char *name;
    bool (*before)(void *ctx, LedgerDraft *d, Err *err);          /* may be NULL */
    void (*after)(void *ctx, const LedgerEvent *event, size_t n); /* may be NULL */
    void *ctx;
} LedgerHook;
typedef struct LedgerHooked LedgerHooked;
bool ledger_hook(Ledger *l, const LedgerHook *hook, LedgerHooked **out, Err *err) MUST;
void ledger_unhook(LedgerHooked *h); /* waits for a call under way; NULL is taken */
void ledger_told(Ledger *l);         /* waits until all that is committed by now has been told */
/* Of the i-th change: a value; a finding (property empty: the record). Any record, as the transaction leaves it. */
bool ledger_draft_fill(LedgerDraft *d, size_t i, const PackProperty *p, CqlValue v, Err *err) MUST;
void ledger_draft_say(LedgerDraft *d, size_t i, Str property, const Err *finding);
bool ledger_draft_get(LedgerDraft *d, const PackCollection *c, Str id, LedgerRecord *out, bool *found, Err *err) MUST;
/* clang-format on */
