/* src/ledger/state.h - an open ledger and its collections as tables; private to the room. */
#pragma once
#include "ledger/ledger.h"
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
enum { GRADE_WHOLE = 4 }; /* of a record that is not masked */
typedef struct LedgerFind LedgerFind;
typedef struct LedgerRange LedgerRange;
typedef struct LedgerSpans LedgerSpans;
typedef struct RowShape { /* which columns a read asks for */
    const size_t *column;
    const size_t *property; /* whose; SIZE_MAX: sealed, SIZE_MAX-1: sealed4 */
    size_t ncolumn;
} RowShape;
typedef struct Sheet { /* a collection as the store keeps it */
    const PackCollection *collection;
    StoreTable table;
    /* Of each property, inherited ones too; NO_COLUMN: sealed, by the clock, an opposite, inherited. */
    size_t *column;
    size_t sealed, sealed4; /* columns; NO_COLUMN: none */
    size_t *blind;          /* of each property; NO_COLUMN: none */
    size_t *all;            /* 0, 1, 2 … ncolumn-1 */
    RowShape whole;         /* everything, sealed parts too */
    bool has_words, has_links;
    struct Sheet *const *below; /* of the collections that extend this one */
    size_t nbelow;
    LedgerRange *range; /* of sealed values; NULL: none */
    LedgerFind *find;   /* of a sealed text; NULL: none */
    /* counters of current records a division; guarded by Ledger.count_guard */
    Map *count;
    Arena *count_arena;
    GeoBox box; /* of all its records, when known; guarded by count_guard */
    bool box_known;
    uint64_t written;
    int64_t total, changed_at, touched_at; /* touched_at: what the file says of changed_at */
} Sheet;
typedef struct Batch Batch;       /* writer.c */
typedef struct EventRun EventRun; /* hook.c */
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
    pthread_cond_t come;
    Batch *first, **last;
    bool stop, writer_runs;
    size_t queued, gather; /* batches that wait; how many the writer would have together */
    int64_t gather_until;
    pthread_t writer;
    int64_t seq;
    uint8_t last_hash[SM3_LEN];
    pthread_mutex_t write_guard; /* held by whoever uses the store's writer */
    pthread_mutex_t hook_guard;  /* guards event_*, herald_runs and the hooks */
    pthread_cond_t event_come, hook_idle;
    EventRun *event_first, **event_last;
    uint64_t event_put, event_told; /* runs so far */
    bool event_stop, herald_runs;
    pthread_t herald;
    LedgerHooked *hook;           /* in the order they came */
    pthread_mutex_t places_guard; /* guards places, its users and places_seen */
    struct LedgerPlaces *places;  /* NULL: to be made (place.c) */
    uint64_t places_seen;         /* how often divisions were written */
};
Sheet *ledger_sheet(const Ledger *l, const PackCollection *c);
bool ledger_sheets(Ledger *l, Err *err) MUST;
/* `only` NULL: all properties that have a column. */
bool ledger_shape(
    const Sheet *s, const PackProperty *const *only, size_t nonly, bool sealed, Arena *a, RowShape *out) MUST;
