/* src/store/memory_in.h - what the parts of the memory driver share; private to the room.
 *
 * A table is its row versions in the order they were made. A version belongs to the commits `from` … `to` - 1; a reader sees those
 * of the commit it began with, the writer also its own, which are of the commit to come. Nothing of a version changes but `to`, so
 * a cursor goes on without a lock. What a transaction did is in its undo list, the last first.
 */
#pragma once
#include "store/driver.h"
#include <pthread.h>

enum { MEMORY_READERS = 12 };
/* A row is found by its number, its id and one more text. */
typedef enum MemoryKey { KEY_FID, KEY_ID, KEY_OTHER, MEMORY_KEYS } MemoryKey;
typedef struct MemoryRow MemoryRow;
struct MemoryRow {
    int64_t fid, from, to;        /* to: INT64_MAX while it is current; from INT64_MAX: taken back */
    MemoryRow *next[MEMORY_KEYS]; /* in its bucket */
    Str id, other;
    Bytes blob;
    GeoBox box; /* of the blob; empty: none */
    size_t nvalue;
    CqlValue value[]; /* by the table's own columns; texts stand behind */
};
typedef struct MemoryColumn {
    char name[64]; /* empty: dropped */
    CqlKind kind;
    bool list, required, unique;
} MemoryColumn;
typedef struct MemoryTable {
    char name[64];
    bool spatial, plain;
    MemoryColumn *column;
    size_t ncolumn;
    MemoryRow **row;
    size_t nrow, cap;
    MemoryRow **bucket[MEMORY_KEYS];
    size_t nbucket, ndead; /* ndead: versions that nobody will see again */
    int64_t last_fid;
} MemoryTable;
/* The tables of the ground, each with its columns; what store.h calls tables come behind them. */
enum {
    MEMORY_TX,
    MEMORY_JOURNAL,
    MEMORY_LINK,
    MEMORY_TEXT,
    MEMORY_META,
    MEMORY_ANSWER,
    MEMORY_CHANGED,
    MEMORY_GROUND
};
typedef struct MemoryUndo {
    enum { UNDO_INSERT, UNDO_CLOSE, UNDO_NAME, UNDO_COLUMN } kind;
    MemoryTable *table;
    MemoryRow *row;
    size_t column;
    char name[64];
} MemoryUndo;
struct StoreRead {
    StoreHead head;
    Store *store;
    int64_t at; /* the commit it sees */
    bool taken;
};
struct Store {
    StoreHead head;
    char path[4096]; /* empty: kept nowhere */
    StoreMode mode;
    MemoryTable **table;
    size_t ntable;
    int64_t committed; /* the writer's rows are of committed + 1 */
    MemoryUndo *undo;
    size_t nundo, cap, savepoint;
    bool writing;
    unsigned hurried; /* times store_hurry was called; atomic */
    StoreRead read[MEMORY_READERS], own;
    pthread_rwlock_t rows; /* guards tables and row lists: the writer alone, readers together */
    pthread_mutex_t guard; /* guards read[].taken */
    pthread_cond_t freed;
};

MemoryTable *memory_table(const Store *s, Str name);                                   /* NULL: none */
MemoryTable *memory_new_table(Store *s, Str name, bool spatial, bool plain, Err *err); /* NULL: no memory */
size_t memory_slot(const MemoryTable *t, Str column);                                  /* SIZE_MAX: none */
static inline bool memory_sees(const StoreRead *r, const MemoryRow *row)
{
    return row->from <= r->at && r->at < row->to;
}
/* The next version of the key that the reader sees, after `row` (NULL: the first); key: a fid, or text. */
MemoryRow *memory_find(
    const StoreRead *r, const MemoryTable *t, MemoryKey which, int64_t fid, Str text, MemoryRow *row);
CqlValue memory_cell(const MemoryRow *row, size_t slot); /* null where the row is older than the column */
/* A new version, copied; `fid` 0: a new number. Writer only, as all below. */
bool memory_put(Store *s, MemoryTable *t, int64_t fid, Str id, Str other, Bytes blob, const CqlValue *value,
    size_t n, MemoryRow **out, Err *err) MUST;
bool memory_close_row(
    Store *s, MemoryTable *t, MemoryRow *row, Err *err) MUST; /* seen by older readers only */
bool memory_note(Store *s, MemoryUndo u, Err *err) MUST;
bool memory_save(Store *s, const char *path, Err *err) MUST;
bool memory_load(Store *s, const char *path, Err *err) MUST;
bool memory_has_words(Str g1, Str g2, const StoreWord *word, size_t n);
static inline unsigned memory_hurries(const StoreRead *r) /* another number: what is being read ends */
{
    return __atomic_load_n(&r->store->hurried, __ATOMIC_RELAXED);
}
static inline CqlValue memory_text(Str s)
{
    return (CqlValue){ .kind = CQL_TEXT, .text = s };
}
static inline CqlValue memory_int(int64_t n)
{
    return (CqlValue){ .kind = CQL_INT, .integer = n };
}
