/* src/store/store.h - where rows live, whatever holds them. Knows tables, never packs: the ledger and other rooms describe what
 * they want kept, and ask in plain descriptions that each driver says in its own way; no SQL leaves this room.
 *
 *     store_open("county.gpkg", STORE_WRITE, &s, err)     one SQLite file that is a valid OGC GeoPackage
 *     store_open("memory:county.memory", …)               in memory, kept in that file between store_open and store_close;
 *                                                         ":memory:" is kept nowhere
 *     STORE_NODE                                          of this machine and not of the county (DIR/node.db, 0600)
 *
 * A driver is a row of table.c and its files beside this one (driver.h). PostgreSQL: docs/decisions/0034.
 * One writer (the thread that called store_open with STORE_WRITE) and up to twelve pooled readers, each with a snapshot.
 * Memory   rows are borrowed until the next store_next or the end of their cursor.
 * Errors   STORE_BUSY (another process writes), STORE_SCHEMA (what is kept is not what the model says), STORE_TWICE (a value
 *          that must be unique), BASE_FULL, STORE_FAILED (what the driver said), STORE_BUDGET, STORE_NOT_OURS.
 */
#pragma once
#include "base/base.h"
#include "cql/cql.h"
#include "geo/geo.h"

extern const ErrKind STORE_BUSY, STORE_SCHEMA, STORE_TWICE, STORE_FAILED, STORE_NOT_OURS, STORE_BUDGET;

/* clang-format off */
typedef struct StoreColumn {
    Str name, title, description;
    CqlKind kind;                    /* CQL_GEOM here: bytes as they are (sealed, bx_*, further geometries as GeoPackage blobs) */
    bool list;                       /* canonical JSON in a text */
    bool required, indexed, unique;  /* unique among rows with valid_to null */
    const Str *code, *code_title;  size_t ncode; /* of an enum, for those who read the file */
} StoreColumn;
typedef struct StoreTable { /* fid, id and geometry are of every table and stand in no StoreColumn */
    Str name, title, description;
    bool spatial;
    bool plain;                      /* of the node: no division, no valid_to, rows may be deleted */
    GeoType geometry;
    const StoreColumn *column;  size_t ncolumn;
    size_t division, valid_to;       /* their places in column */
} StoreTable;
typedef struct StoreRow { /* borrowed */
    int64_t fid;
    Str id;
    Bytes blob;                      /* GeoPackage blob; empty: none */
    const CqlValue *value;           /* one a column asked for; a list is a CQL_TEXT of JSON; times are whole milliseconds */
} StoreRow;
/* clang-format on */
typedef struct Store Store;
typedef struct StoreRead StoreRead; /* a snapshot; belongs to one thread */
typedef struct StoreCursor StoreCursor;
typedef enum StoreMode { STORE_READ, STORE_WRITE, STORE_CREATE, STORE_NODE } StoreMode;

bool store_open(const char *url, StoreMode mode, Store **out, Err *err) MUST;
void store_close(Store *s); /* NULL is taken */
/* What is being read at this moment ends with STORE_BUDGET: the house is closing. Any thread. */
void store_hurry(Store *s);
/* Creates tables and columns that are not there; what is there in another type is refused with both types named. */
bool store_define(Store *s, const StoreTable *table, size_t n, Err *err) MUST;

/* --- when packs change: columns as they are kept, renamed, dropped ------------------------------------------ */
const char *store_type(
    const StoreColumn *c); /* the word store_columns tells it by, whatever the driver: "INTEGER" */
typedef void StoreSeeColumn(void *ctx, Str name, Str type);
bool store_columns(
    StoreRead *r, Str table, StoreSeeColumn *see, void *ctx, Err *err) MUST; /* none: no table */
/* Its indexes go: store_define makes them anew. */
bool store_column_rename(Store *s, Str table, Str from, Str to, Err *err) MUST;
bool store_column_drop(Store *s, Str table, Str column, Err *err) MUST;
/* What was overwritten stands nowhere any more: all is written anew. Outside a transaction. */
bool store_wipe(Store *s, Err *err) MUST;

/* --- reading -------------------------------------------------------------------------------------------- */
bool store_read_begin(Store *s, StoreRead **out, Err *err) MUST; /* waits for a free reader */
void store_read_end(StoreRead *r);
/* clang-format off */
/* A checked tree as the store says it. It may select too much: each row found is then judged by `residual`. */
typedef struct StoreFilter { const CqlExpr *residual; const void *said; } StoreFilter; /* NULL: none is left; all rows pass */
bool store_filter(Store *s, const StoreTable *t, const CqlExpr *e, Arena *a, StoreFilter *out, Err *err) MUST;
typedef struct StoreOrder { size_t column; bool descending; } StoreOrder;
typedef struct StoreEqual { size_t column; CqlValue value; } StoreEqual;
typedef struct StoreWord { Str text; bool prefix, open; } StoreWord; /* as the index's are cut; words that begin so; of grade 1 only */
typedef struct StoreSet { const uint64_t *bit; size_t n; } StoreSet; /* fids below n whose bit is set, and all from n on */
typedef struct StoreQuery {
    const StoreTable *table;
    const size_t *column;  size_t ncolumn;   /* those wanted */
    bool geometry, retired;                  /* retired: closed rows too */
    const char *id;                          /* one record */
    const Str *ids;  size_t nids;            /* the records of these ids; NULL: all */
    const StoreFilter *filter;               /* may be NULL */
    const StoreEqual *equal;  size_t nequal; /* all of them */
    const StoreWord *word;  size_t nword;    /* all of them */
    const int64_t *fid;  size_t nfid;        /* the only rows wanted; NULL: all */
    const StoreSet *among;                   /* rows not in it are not read; NULL: all */
    size_t most;                             /* about so many rows looked at, then STORE_BUDGET; 0: no end */
    const GeoBox *box;  size_t nbox;         /* rows whose envelope meets one of them; it may select too much */
    enum { STORE_BOX_MEETS, STORE_BOX_WITHIN, STORE_BOX_CROSSES } how; /* WITHIN: inside for sure; CROSSES: the other ones */
    bool scattered;                          /* with one box and nothing else: in no order, as a map is drawn; then also … */
    double least;                            /* … only envelopes of at least so many square degrees */
    Str division_from, division_to;          /* prefix range, from <= division < to; empty: all */
    int64_t valid_at_from, valid_at_to;      /* only when `timed`: rows valid at some moment in it */
    bool timed;
    const StoreOrder *order;  size_t norder; /* nulls last; then fid */
    const CqlValue *after;                   /* keyset: the last row's order values, and its fid */
    int64_t after_fid;                       /* 0: from the start */
    size_t limit;
} StoreQuery;
/* clang-format on */
bool store_select(StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err) MUST;
bool store_next(StoreCursor *c, const StoreRow **row, Err *err) MUST; /* *row NULL: the end */
void store_cursor_close(StoreCursor *c);
/* Aggregates over the same rows, for queries without a residual: by the values of `group` in their order, null first (SIZE_MAX:
 * one group). */
/* clang-format off */
typedef struct StoreSum { int64_t n; CqlValue min, max; double sum; } StoreSum; /* n: not null */
typedef struct StoreStat { CqlValue group; int64_t count; StoreSum *column; } StoreStat; /* one a column asked for */
/* clang-format on */
bool store_stats(
    StoreRead *r, const StoreQuery *q, size_t group, Arena *a, StoreStat **out, size_t *n, Err *err) MUST;
typedef void StoreSeeCount(void *ctx, Str division, int64_t n);
bool store_count_divisions(StoreRead *r, const StoreTable *t, StoreSeeCount *see, void *ctx, Err *err) MUST;
/* When a table was last changed, µs; and to say so, with its extent. */
bool store_changed(StoreRead *r, const StoreTable *t, int64_t *at, Err *err) MUST;
bool store_touch(Store *s, const StoreTable *t, int64_t at, Err *err) MUST;
bool store_extent(StoreRead *r, const StoreTable *t, GeoBox *out, Err *err) MUST; /* holds all envelopes */

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
bool store_delete(Store *s, const StoreTable *t, int64_t fid, Err *err) MUST; /* of a plain table */
/* Bulk: indexes of an empty table are laid aside, and built at the end; in a spatial one in Hilbert order. */
bool store_load_begin(Store *s, const StoreTable *t, Err *err) MUST;
bool store_load_end(Store *s, const StoreTable *t, Err *err) MUST;
void store_load_over(Store *s); /* after the last of them: memory is given back */
/* The same for journal, links and words while all is empty; words_add with `index` false meanwhile. */
bool store_ground_aside(Store *s, Err *err) MUST;
bool store_ground_build(Store *s, Err *err) MUST;
/* Builds what a load that was cut off has left aside; `t` NULL: the ground. In a transaction of its own. */
bool store_mend(Store *s, const StoreTable *t, Err *err) MUST;

/* --- journal: only grows ------------------------------------------------------------------------------------ */
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
typedef bool StoreSeeTx(void *ctx, const StoreTx *tx); /* false: enough; so with all that see */
typedef bool StoreSeeEntry(void *ctx, const StoreEntry *e);
typedef bool StoreSeePlace(void *ctx, int64_t place, const StoreEntry *e);
typedef bool StoreSeeHistory(void *ctx, const StoreTx *tx, const StoreEntry *e);
bool store_put_tx(Store *s, const StoreTx *tx, Err *err) MUST;
bool store_put_entry(Store *s, const StoreEntry *e, Err *err) MUST;
bool store_last_tx(StoreRead *r, int64_t chain, StoreTx *out, Arena *a, Err *err) MUST; /* seq 0: none yet */
bool store_txs(StoreRead *r, int64_t chain, int64_t from_seq, StoreSeeTx *see, void *ctx, Err *err) MUST;
bool store_entries(StoreRead *r, int64_t chain, int64_t seq, StoreSeeEntry *see, void *ctx, Err *err) MUST;
/* A body sealed after the fact: its digest in the chain stays, an entry of the verb "reseal" brings the new one. */
bool store_put_body(Store *s, int64_t chain, int64_t seq, int64_t n, Bytes body, Err *err) MUST;
bool store_resealed(StoreRead *r, Str collection, Str id, int64_t version, const uint8_t digest[SM3_LEN],
    bool *yes, Err *err) MUST;
/* Entries of one collection in the order they were written, after a place; `see` is told the place of each. */
bool store_entries_of(
    StoreRead *r, Str collection, int64_t after, size_t limit, StoreSeePlace *see, void *ctx, Err *err) MUST;
/* Of one record, newest first; each with its transaction. */
bool store_history(StoreRead *r, Str collection, Str id, StoreSeeHistory *see, void *ctx, Err *err) MUST;

/* --- links, words, settings ------------------------------------------------------------------------------------ */
typedef bool StoreSeeLink(void *ctx, Str collection, Str property, Str from_id);
typedef bool StoreSeeWords(void *ctx, Str collection, int64_t fid, double rank);
bool store_link_set(Store *s, Str collection, Str property, Str from_id, const Str *to_id, size_t n,
    bool fresh, Err *err) MUST; /* fresh: the record had no links before */
bool store_links_to(StoreRead *r, Str to_id, StoreSeeLink *see, void *ctx, Err *err) MUST;
/* Words of a record, cut and apart by blanks: grade 1 and 2. A word is a run of ASCII letters and digits and of all that is not
 * ASCII, in any case; a StoreWord of several runs is found where they stand one behind the other. Empty both: taken out. */
bool store_words_set(Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, Err *err) MUST;
/* rank: characters of all the record's words; the fewest come first, of the first 2,000 found */
bool store_words_find(StoreRead *r, const StoreWord *word, size_t n, size_t limit, StoreSeeWords *see,
    void *ctx, Err *err) MUST;
/* Bulk: words of a record that has none yet; `index` false: store_ground_build will do it. */
bool store_words_add(
    Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, bool index, Err *err) MUST;
bool store_meta_set(Store *s, Str key, Str value, Err *err) MUST;
bool store_meta(StoreRead *r, Str key, Arena *a, Str *out, Err *err) MUST; /* empty: none */
/* A seen idempotency key's answer; `since`: older ones are as good as forgotten. */
bool store_answer_set(Store *s, Str key, int64_t at, Str answer, Err *err) MUST;
bool store_answer(StoreRead *r, Str key, int64_t since, Arena *a, Str *out, Err *err) MUST;
bool store_integrity(
    StoreRead *r, Buf *said, Err *err) MUST; /* what the driver can prove of its own ground */
bool store_backup(
    Store *s, const char *to, Err *err) MUST; /* one consistent file; readers and writer go on */
