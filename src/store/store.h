/* src/store/store.h - where rows live: one SQLite file that is a valid OGC GeoPackage (PostgreSQL will stand behind the
 * same calls). Knows tables, never packs: the ledger describes what it wants kept.
 *
 * One writer (the thread that called store_open with STORE_WRITE) and up to twelve pooled readers, each with a snapshot.
 * Memory   rows are borrowed until the next store_next or the end of their cursor.
 * Errors   STORE_BUSY (another process writes), STORE_SCHEMA (the file is not what the model says), STORE_TWICE (a value
 *          that must be unique), BASE_FULL, STORE_FAILED (what SQLite said).
 */
#pragma once
#include "base/base.h"
#include "cql/cql.h"
#include "geo/geo.h"

extern const ErrKind STORE_BUSY, STORE_SCHEMA, STORE_TWICE, STORE_FAILED, STORE_NOT_OURS, STORE_BUDGET;

typedef struct StoreColumn {
    Str name, title, description;
    /* CQL_GEOM here: bytes as they are (sealed, bx_*, further geometries as GeoPackage blobs). */
    CqlKind kind;
    bool list;                      /* canonical JSON in TEXT */
    bool required, indexed, unique; /* among rows with valid_to null */
    const Str *code, *code_title;   /* enum, for gpkg_schema readers */
    size_t ncode;
} StoreColumn;
typedef struct StoreTable { /* fid, id and geometry are of every table and stand in no StoreColumn */
    Str name, title, description;
    bool spatial;
    GeoType geometry;
    const StoreColumn *column;
    size_t ncolumn;
    size_t division, valid_to; /* their places in column */
} StoreTable;
typedef struct StoreRow { /* borrowed */
    int64_t fid;
    Str id;
    Bytes blob;            /* GeoPackage blob; empty: none */
    const CqlValue *value; /* one a column asked for; a list is a CQL_TEXT of JSON */
    int64_t rank;          /* of a search */
} StoreRow;
typedef struct Store Store;
typedef struct StoreRead StoreRead; /* a snapshot; belongs to one thread */
typedef struct StoreCursor StoreCursor;
typedef enum StoreMode { STORE_READ, STORE_WRITE, STORE_CREATE } StoreMode;

bool store_open(const char *path, StoreMode mode, Store **out, Err *err) MUST;
void store_close(Store *s); /* checkpoints; NULL is taken */
/* What is being read at this moment ends with STORE_BUDGET: the house is closing. Any thread. */
void store_hurry(Store *s);
/* Creates tables and columns that are not there; what is there in another type is refused with both types named. */
bool store_define(Store *s, const StoreTable *table, size_t n, Err *err) MUST;
const CqlDialect *store_dialect(const StoreTable *t, Arena *a); /* NULL: no memory */

/* --- when packs change: columns as the file has them, renamed, dropped ------------------------------------ */
const char *store_type(const StoreColumn *c); /* as SQL says it: "INTEGER" */
/* None: no table. */
bool store_columns(
    StoreRead *r, Str table, void (*see)(void *ctx, Str name, Str type), void *ctx, Err *err) MUST;
/* Its indexes go: store_define makes them anew. */
bool store_column_rename(Store *s, Str table, Str from, Str to, Err *err) MUST;
bool store_column_drop(Store *s, Str table, Str column, Err *err) MUST;
/* What was overwritten stands nowhere in the file any more: all pages are written anew. Outside a transaction. */
bool store_wipe(Store *s, Err *err) MUST;

/* --- reading -------------------------------------------------------------------------------------------- */
bool store_read_begin(Store *s, StoreRead **out, Err *err) MUST; /* waits for a free reader */
void store_read_end(StoreRead *r);
typedef struct StoreOrder {
    size_t column;
    bool descending;
} StoreOrder;
typedef struct StoreQuery {
    const StoreTable *table;
    const size_t *column; /* those wanted */
    size_t ncolumn;
    bool geometry, retired;                    /* retired: closed rows too */
    const char *id;                            /* one record */
    const CqlSql *where;                       /* may be NULL */
    Str match;                                 /* words: an FTS5 expression; empty: all */
    Str fids;                                  /* JSON list of the only rows wanted; empty: all */
    bool (*may)(const void *ctx, int64_t fid); /* false: the row is not wanted, and not read; NULL: all are */
    const void *may_ctx;
    /* Steps of the virtual machine after which the cursor ends with STORE_BUDGET; 0: none. */
    int64_t budget;
    const GeoBox *box; /* rows whose envelope meets one of them */
    size_t nbox;
    /* WITHIN: the envelope is inside for sure; CROSSES: the rest. */
    enum { STORE_BOX_MEETS, STORE_BOX_WITHIN, STORE_BOX_CROSSES } how;
    Str division_from, division_to;     /* prefix range, from <= division < to; empty: all */
    int64_t valid_at_from, valid_at_to; /* only when `timed`: rows valid at some moment in it */
    bool timed;
    const StoreOrder *order; /* nulls last; then fid */
    size_t norder;
    const CqlValue *after; /* keyset: the last row's order values, and its fid */
    int64_t after_fid;     /* 0: from the start */
    size_t limit;
} StoreQuery;
bool store_select(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err) MUST;
/* What a map is drawn from: the current rows whose envelope meets the box and has at least so many square degrees, in
 * no order, with their geometry. */
bool store_select_box(StoreRead *r, const StoreTable *t, const size_t *column, size_t ncolumn, GeoBox box,
    double least, StoreCursor **out, Err *err) MUST;
bool store_next(StoreCursor *c, const StoreRow **row, Err *err) MUST; /* *row NULL: the end */
void store_cursor_close(StoreCursor *c);
/* Aggregates over the same rows: count, and for each column n, min, max, sum; by the values of `group` (SIZE_MAX: one
 * group). Not for queries with a residual. */
typedef struct StoreStat {
    CqlValue group;
    int64_t count;
    struct {
        int64_t n;
        CqlValue min, max;
        double sum;
    } column[16];
} StoreStat;
bool store_stats(
    StoreRead *r, const StoreQuery *q, size_t group, Arena *a, StoreStat **out, size_t *n, Err *err) MUST;
bool store_count_divisions(StoreRead *r, const StoreTable *t, void (*see)(void *ctx, Str division, int64_t n),
    void *ctx, Err *err) MUST;
/* When a table was last changed, µs, as gpkg_contents says; and to say so, with its extent. */
bool store_changed(StoreRead *r, const StoreTable *t, int64_t *at, Err *err) MUST;
bool store_touch(Store *s, const StoreTable *t, int64_t at, Err *err) MUST;
/* The file's bounding box of a layer, from the R-tree's root. */
bool store_extent(StoreRead *r, const StoreTable *t, GeoBox *out, Err *err) MUST;

/* --- writing: all by one thread, inside begin … commit ---------------------------------------------------- */
bool store_begin(Store *s, Err *err) MUST;
bool store_commit(Store *s, Err *err) MUST; /* on false everything since begin is undone */
void store_rollback(Store *s);
bool store_savepoint(Store *s, Err *err) MUST;
bool store_release(Store *s, Err *err) MUST;
void store_undo(Store *s);         /* to the last savepoint */
StoreRead *store_writer(Store *s); /* reading inside the transaction */
bool store_insert(
    Store *s, const StoreTable *t, Str id, Bytes blob, const CqlValue *value, int64_t *fid, Err *err) MUST;
bool store_update(Store *s, const StoreTable *t, int64_t fid, bool geometry, Bytes blob, const size_t *column,
    const CqlValue *value, size_t n, Err *err) MUST;
/* Bulk: indexes, R-tree and triggers of an empty table are laid aside, and built at the end in Hilbert order. */
bool store_load_begin(Store *s, const StoreTable *t, Err *err) MUST;
bool store_load_end(Store *s, const StoreTable *t, Err *err) MUST;
void store_load_over(Store *s); /* after the last of them: memory is given back */
/* The same for journal, links and words while all is empty; words_add with `index` false meanwhile. */
bool store_ground_aside(Store *s, Err *err) MUST;
bool store_ground_build(Store *s, Err *err) MUST;
/* Builds what a load that was cut off has left aside; `t` NULL: the ground. In a transaction of its own. */
bool store_mend(Store *s, const StoreTable *t, Err *err) MUST;

/* --- journal ------------------------------------------------------------------------------------------------ */
typedef struct StoreTx {
    int64_t chain, seq, at, effective;
    Str who, post, via, source, reason;
    uint8_t hash[SM3_LEN];
} StoreTx;
typedef struct StoreEntry {
    int64_t chain, seq, n, version;
    Str collection, id, verb;
    Bytes body; /* empty: erased by law, the digest stays */
    uint8_t digest[SM3_LEN];
} StoreEntry;
bool store_put_tx(Store *s, const StoreTx *tx, Err *err) MUST;
bool store_put_entry(Store *s, const StoreEntry *e, Err *err) MUST;
bool store_last_tx(StoreRead *r, int64_t chain, StoreTx *out, Arena *a, Err *err) MUST; /* seq 0: none yet */
bool store_txs(StoreRead *r, int64_t chain, int64_t from_seq, bool (*see)(void *ctx, const StoreTx *tx),
    void *ctx, Err *err) MUST;
bool store_entries(StoreRead *r, int64_t chain, int64_t seq, bool (*see)(void *ctx, const StoreEntry *e),
    void *ctx, Err *err) MUST;
/* A body sealed after the fact: its digest in the chain stays, an entry of the verb "reseal" brings the new one. */
bool store_put_body(Store *s, int64_t chain, int64_t seq, int64_t n, Bytes body, Err *err) MUST;
bool store_resealed(StoreRead *r, Str collection, Str id, int64_t version, const uint8_t digest[SM3_LEN],
    bool *yes, Err *err) MUST;
/* Entries of one collection in the order they were written, after a place; `see` is told the place of each. */
bool store_entries_of(StoreRead *r, Str collection, int64_t after, size_t limit,
    bool (*see)(void *ctx, int64_t place, const StoreEntry *e), void *ctx, Err *err) MUST;
/* Of one record, newest first; each with its transaction. */
bool store_history(StoreRead *r, Str collection, Str id,
    bool (*see)(void *ctx, const StoreTx *tx, const StoreEntry *e), void *ctx, Err *err) MUST;

/* --- links, words, settings ------------------------------------------------------------------------------------ */
/* `fresh`: the record had no links before. */
bool store_link_set(Store *s, Str collection, Str property, Str from_id, const Str *to_id, size_t n,
    bool fresh, Err *err) MUST;
bool store_links_to(StoreRead *r, Str to_id,
    bool (*see)(void *ctx, Str collection, Str property, Str from_id), void *ctx, Err *err) MUST;
/* Words already cut for the index: grade 1 and 2. Empty both: taken out. */
bool store_words_set(Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, Err *err) MUST;
/* rank: characters of all the record's words; the fewest come first */
bool store_words_find(StoreRead *r, Str match, size_t limit,
    bool (*see)(void *ctx, Str collection, int64_t fid, double rank), void *ctx, Err *err) MUST;
/* Bulk: words of a record that has none yet; `index` false: store_ground_build will do it. */
bool store_words_add(
    Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, bool index, Err *err) MUST;
bool store_meta_set(Store *s, Str key, Str value, Err *err) MUST;
bool store_meta(StoreRead *r, Str key, Arena *a, Str *out, Err *err) MUST; /* empty: none */
/* A seen idempotency key's answer; `since`: older ones are as good as forgotten. */
bool store_answer_set(Store *s, Str key, int64_t at, Str answer, Err *err) MUST;
bool store_answer(StoreRead *r, Str key, int64_t since, Arena *a, Str *out, Err *err) MUST;
/* PRAGMA integrity_check and the foreign schema. */
bool store_integrity(StoreRead *r, Buf *said, Err *err) MUST;
/* One consistent file, readers and writer go on. */
bool store_backup(Store *s, const char *to, Err *err) MUST;

/* --- the node's own file, DIR/node.db (0600): what is of this machine and not of the county; in no backup -------------- */
typedef struct StoreNode StoreNode;
typedef struct StoreJob { /* a run of a process; borrowed while it is seen */
    Str id, process, status, who, message;
    Str code, zh, en, place; /* of a failure; empty: none */
    int percent, http;
    int64_t created, started, finished, updated;
    Str outputs, log;
} StoreJob;
bool store_node_open(const char *path, StoreNode **out, Err *err) MUST; /* made where it is not */
void store_node_close(StoreNode *n);                                    /* NULL is taken */
/* The newest `most` are kept. */
bool store_job_put(StoreNode *n, const StoreJob *j, size_t most, Err *err) MUST;
/* One by its id, whole; or, empty, all, the oldest first, without outputs and log. */
bool store_jobs(StoreNode *n, Str id, bool (*see)(void *ctx, const StoreJob *j), void *ctx, Err *err) MUST;
