/* src/ledger/ledger_in.h - what the parts of the ledger share; private to the room. */
#pragma once
#include "ledger/ledger.h"
#include "ledger/metrics.h"
#include <pthread.h>

/* Base properties stand after the declared ones, in this order (pack/property.c). */
typedef enum Base {
    BASE_DIVISION,
    BASE_VALID_FROM,
    BASE_VALID_TO,
    BASE_CREATED_AT,
    BASE_CREATED_BY,
    BASE_CHANGED_AT,
    BASE_CHANGED_BY,
    BASE_SOURCE,
    BASE_SOURCE_REF,
    BASE_CONFIDENCE,
    BASE_VERIFIED_AT,
    BASE_VERIFIED_BY,
    BASE_LOCK,
    BASE_VERSION,
    BASE_SEQ,
    BASE_COUNT
} Base;
static inline size_t base_at(const PackCollection *c, Base b)
{
    return c->ndeclared + b;
}

static inline GeoBox ledger_box(Bytes wkb) /* a record need not have a place */
{
    return wkb.len ? geo_wkb_box(wkb) : GEO_BOX_NONE;
}

#define NO_COLUMN SIZE_MAX
typedef struct LedgerFind LedgerFind;
typedef struct LedgerRange LedgerRange;
typedef struct LedgerSpans LedgerSpans;
typedef struct Sheet { /* a collection as the store keeps it */
    const PackCollection *collection;
    StoreTable table;
    /* Of each property, inherited ones too; NO_COLUMN: sealed, by the clock, an opposite, inherited. */
    size_t *column;
    size_t sealed, sealed4; /* columns; NO_COLUMN: none */
    size_t *blind;          /* of each property; NO_COLUMN: none */
    size_t *all;            /* 0, 1, 2 … ncolumn-1 */
    bool has_words, has_links;
    struct Sheet *const *below; /* of the collections that extend this one */
    size_t nbelow;
    LedgerRange *range; /* of sealed values; NULL: none */
    LedgerFind *find;   /* of a sealed text; NULL: none */
    /* counters of current records a division; guarded by Ledger.count_guard */
    Map *count;
    Arena *count_arena;
    int64_t total, changed_at, touched_at; /* touched_at: what the file says of changed_at */
} Sheet;
typedef struct Batch { /* one caller's transaction, waiting for the writer */
    struct Batch *next;
    const LedgerTx *tx;
    Arena *arena; /* the caller's, lent while he waits */
    LedgerDone *done;
    LedgerProblems *said;
    Err err;
    LedgerEvent *event;
    size_t nevent;
    int64_t seq;
    bool good, finished;
} Batch;
typedef struct EventRun { /* one commit's events on their way to the hooks */
    struct EventRun *next;
    size_t n;
    LedgerEvent event[];
} EventRun;
struct Ledger {
    char dir[4096];
    LedgerMode mode;
    const PackModel *model;
    Store *store;
    AccessKeys *keys;
    Arena *arena; /* sheets, settings */
    Sheet *sheet;
    Map *by_name; /* collection → Sheet */
    Str division;
    uint64_t salt_seed; /* 0: random salts */
    int lock;
    bool counted;
    pthread_mutex_t count_guard; /* guards the counters of all sheets */
    pthread_mutex_t guard;       /* guards first … seq and last_hash */
    pthread_cond_t come, answered;
    Batch *first, **last;
    bool stop, writer_runs;
    pthread_t writer;
    int64_t seq;
    uint8_t last_hash[SM3_LEN];
    pthread_mutex_t write_guard; /* held by whoever uses the store's writer */
    pthread_mutex_t hook_guard;  /* guards event_*, herald_runs and the hooks */
    pthread_cond_t event_come, hook_idle;
    EventRun *event_first, **event_last;
    bool event_stop, herald_runs;
    pthread_t herald;
    LedgerHooked *hook; /* in the order they came */
};
typedef struct Apply Apply;
typedef struct Made { /* records as a transaction leaves them, before they are rows */
    Map *latest;      /* "collection/id" → LedgerRecord, the first member of its Apply */
} Made;
typedef struct
    Sight { /* where a record is looked up: a snapshot, or the writer's; before it, what the transaction made */
    Ledger *ledger;
    StoreRead *read;
    const Made *made; /* NULL: nothing */
} Sight;

Str ledger_made_key(Arena *a, const PackCollection *c, Str id);
const LedgerRecord *ledger_made(const Made *m, const PackCollection *c, Str id); /* NULL: as its row says */

Sheet *ledger_sheet(const Ledger *l, const PackCollection *c);
bool ledger_sheets(Ledger *l, Err *err) MUST;
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
/* rows */
typedef struct RowShape { /* which columns a read asks for */
    size_t column[512], ncolumn;
    size_t property[512]; /* whose; SIZE_MAX: sealed, SIZE_MAX-1: sealed4 */
    bool sealed;
} RowShape;
void ledger_shape(const Sheet *s, const PackProperty *const *only, size_t nonly, bool sealed, RowShape *out);
bool ledger_row(const Ledger *l, const Sheet *s, const RowShape *shape, const StoreRow *row, CqlValue *value,
    Arena *a, LedgerRecord *out, Err *err) MUST; /* value: room for nproperty + ninherited */
/* *found false: no such id. Also retired ones. */
bool ledger_find(
    const Sight *in, const Sheet *s, Str id, Arena *a, LedgerRecord *out, bool *found, Err *err) MUST;
/* the packs have changed (migrate.c): tables follow, `target` is the model's digest; at opening only */
bool ledger_migrate(Ledger *l, const StoreTable *table, Str target, Err *err) MUST;
/* Whether the tables are those of the model: LEDGER_PACKS_DIFFER. */
bool ledger_follows(Ledger *l, Err *err) MUST;
/* extends (extend.c) */
/* Fills value[nproperty …]. */
bool ledger_inherit(const Sight *in, LedgerRecord *rec, Arena *a, Err *err) MUST;
bool ledger_inherit_past(Ledger *l, StoreRead *r, LedgerRecord *rec, int64_t valid_at, int64_t known_at,
    int64_t seq, Arena *a,
    Err *err) MUST; /* as it was known by `known_at` and written by transaction `seq` */
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
/* Rows by number ("[1,2,3", as a list begins), sealed values opened, for what keeps those in memory; what cannot be read
 * is not shown, and no answer of `see` ends it. */
void ledger_show_again(Ledger *l, const PackCollection *c, Buf *fids, bool retired,
    const PackProperty *const *only, size_t nonly, bool (*see)(void *ctx, const LedgerRecord *r), void *ctx);
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
/* checks of one record about to be written */
bool ledger_check(const Apply *p) MUST;
void ledger_say(LedgerProblems *said, size_t change, Str property, const Err *err);
bool ledger_derive(const PackCollection *c, LedgerRecord *r, Arena *a);
bool ledger_place(const Sight *in, double x, double y, Arena *a, Str *division, Err *err) MUST;
bool ledger_lineage(const Sight *in, LedgerRecord *rec, Map *known, Arena *keep, Arena *a);
/* words and links */
void ledger_words(const Sheet *s, const LedgerRecord *r, Buf *g1, Buf *g2);
void ledger_cut(Str text, Buf *out);    /* for the index */
void ledger_match(Str words, Buf *out); /* FTS5 expression; empty: nothing to look for */
void ledger_pinyin(Str text, Buf *full, Buf *initials);
bool ledger_links(Ledger *l, const LedgerRecord *r, const LedgerRecord *before, Arena *a, Err *err) MUST;
/* sealed texts in memory: fids of the records that hold the words, at most so many */
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
/* May leave rows out. */
bool ledger_range_plan(const Sheet *s, const CqlExpr *residual, Arena *a, StoreQuery *q) MUST;
/* counters and events */
void ledger_tally(Ledger *l, Sheet *s, Str division, int64_t by, int64_t at);
bool ledger_tally_all(Ledger *l, Err *err) MUST;
bool ledger_touch(Ledger *l, Err *err) MUST;
void ledger_announce(Ledger *l, const LedgerEvent *e, size_t n);
bool ledger_ask_hooks(struct Work *w) MUST;          /* each hook's `before`, in order */
Str ledger_name_of(const LedgerRecord *r, Arena *a); /* its title from its own values */
bool ledger_writer_start(Ledger *l, Err *err) MUST;
void ledger_writer_stop(Ledger *l);
void ledger_herald_stop(Ledger *l);
/* pages */
bool ledger_token_read(
    const Ledger *l, const LedgerQuery *q, Str token, Arena *a, CqlValue *after, int64_t *fid, Err *err) MUST;
bool ledger_token_make(
    const Ledger *l, const LedgerQuery *q, const LedgerRecord *last, Arena *a, Str *out) MUST;
