/* src/store/driver.h - what a driver of the store answers: the calls of store.h, one a row. From these rows are made the struct
 * of a driver, the prototypes of each driver's functions (store_sqlite_insert), its own row of table.c, and store.h's functions.
 * Private to the room.
 *
 * A driver's Store, StoreRead and StoreCursor begin with a StoreHead, so that a call finds its driver.
 */
#pragma once
#include "store/store.h"

typedef struct StoreDriver StoreDriver;
typedef struct StoreHead { /* the first member */
    const StoreDriver *driver;
} StoreHead;

/* clang-format off */
/* result, how it is given on, name, parameters, arguments, which of them knows the driver */
#define STORE_CALLS(X) \
    X(void, if (s), close, (Store *s), (s), s) \
    X(void, if (s), hurry, (Store *s), (s), s) \
    X(bool, return, define, (Store *s, const StoreTable *table, size_t n, Err *err), (s, table, n, err), s) \
    X(bool, return, columns, (StoreRead *r, Str table, StoreSeeColumn *see, void *ctx, Err *err), (r, table, see, ctx, err), r) \
    X(bool, return, column_rename, (Store *s, Str table, Str from, Str to, Err *err), (s, table, from, to, err), s) \
    X(bool, return, column_drop, (Store *s, Str table, Str column, Err *err), (s, table, column, err), s) \
    X(bool, return, wipe, (Store *s, Err *err), (s, err), s) \
    X(bool, return, read_begin, (Store *s, StoreRead **out, Err *err), (s, out, err), s) \
    X(void, if (r), read_end, (StoreRead *r), (r), r) \
    X(bool, return, filter, (Store *s, const StoreTable *t, const CqlExpr *e, Arena *a, StoreFilter *out, Err *err), (s, t, e, a, out, err), s) \
    X(bool, return, select, (StoreRead *r, const StoreQuery *q, StoreCursor **out, Err *err), (r, q, out, err), r) \
    X(bool, return, next, (StoreCursor *c, const StoreRow **row, Err *err), (c, row, err), c) \
    X(void, if (c), cursor_close, (StoreCursor *c), (c), c) \
    X(bool, return, stats, (StoreRead *r, const StoreQuery *q, size_t group, Arena *a, StoreStat **out, size_t *n, Err *err), (r, q, group, a, out, n, err), r) \
    X(bool, return, count_divisions, (StoreRead *r, const StoreTable *t, StoreSeeCount *see, void *ctx, Err *err), (r, t, see, ctx, err), r) \
    X(bool, return, changed, (StoreRead *r, const StoreTable *t, int64_t *at, Err *err), (r, t, at, err), r) \
    X(bool, return, touch, (Store *s, const StoreTable *t, int64_t at, Err *err), (s, t, at, err), s) \
    X(bool, return, extent, (StoreRead *r, const StoreTable *t, GeoBox *out, Err *err), (r, t, out, err), r) \
    X(bool, return, begin, (Store *s, Err *err), (s, err), s) \
    X(bool, return, commit, (Store *s, Err *err), (s, err), s) \
    X(void, if (s), rollback, (Store *s), (s), s) \
    X(bool, return, savepoint, (Store *s, Err *err), (s, err), s) \
    X(bool, return, release, (Store *s, Err *err), (s, err), s) \
    X(void, if (s), undo, (Store *s), (s), s) \
    X(StoreRead *, return, writer, (Store *s), (s), s) \
    X(bool, return, insert, (Store *s, const StoreTable *t, Str id, Bytes blob, const CqlValue *value, int64_t *fid, Err *err), (s, t, id, blob, value, fid, err), s) \
    X(bool, return, update, (Store *s, const StoreTable *t, int64_t fid, bool geometry, Bytes blob, const size_t *column, const CqlValue *value, size_t n, Err *err), (s, t, fid, geometry, blob, column, value, n, err), s) \
    X(bool, return, delete, (Store *s, const StoreTable *t, int64_t fid, Err *err), (s, t, fid, err), s) \
    X(bool, return, load_begin, (Store *s, const StoreTable *t, Err *err), (s, t, err), s) \
    X(bool, return, load_end, (Store *s, const StoreTable *t, Err *err), (s, t, err), s) \
    X(void, if (s), load_over, (Store *s), (s), s) \
    X(bool, return, ground_aside, (Store *s, Err *err), (s, err), s) \
    X(bool, return, ground_build, (Store *s, Err *err), (s, err), s) \
    X(bool, return, mend, (Store *s, const StoreTable *t, Err *err), (s, t, err), s) \
    X(bool, return, put_tx, (Store *s, const StoreTx *tx, Err *err), (s, tx, err), s) \
    X(bool, return, put_entry, (Store *s, const StoreEntry *e, Err *err), (s, e, err), s) \
    X(bool, return, last_tx, (StoreRead *r, int64_t chain, StoreTx *out, Arena *a, Err *err), (r, chain, out, a, err), r) \
    X(bool, return, txs, (StoreRead *r, int64_t chain, int64_t from_seq, StoreSeeTx *see, void *ctx, Err *err), (r, chain, from_seq, see, ctx, err), r) \
    X(bool, return, entries, (StoreRead *r, int64_t chain, int64_t seq, StoreSeeEntry *see, void *ctx, Err *err), (r, chain, seq, see, ctx, err), r) \
    X(bool, return, put_body, (Store *s, int64_t chain, int64_t seq, int64_t n, Bytes body, Err *err), (s, chain, seq, n, body, err), s) \
    X(bool, return, resealed, (StoreRead *r, Str collection, Str id, int64_t version, const uint8_t digest[SM3_LEN], bool *yes, Err *err), (r, collection, id, version, digest, yes, err), r) \
    X(bool, return, entries_of, (StoreRead *r, Str collection, int64_t after, size_t limit, StoreSeePlace *see, void *ctx, Err *err), (r, collection, after, limit, see, ctx, err), r) \
    X(bool, return, history, (StoreRead *r, Str collection, Str id, StoreSeeHistory *see, void *ctx, Err *err), (r, collection, id, see, ctx, err), r) \
    X(bool, return, link_set, (Store *s, Str collection, Str property, Str from_id, const Str *to_id, size_t n, bool fresh, Err *err), (s, collection, property, from_id, to_id, n, fresh, err), s) \
    X(bool, return, links_to, (StoreRead *r, Str to_id, StoreSeeLink *see, void *ctx, Err *err), (r, to_id, see, ctx, err), r) \
    X(bool, return, words_set, (Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, Err *err), (s, collection, fid, division, g1, g2, err), s) \
    X(bool, return, words_find, (StoreRead *r, const StoreWord *word, size_t n, size_t limit, StoreSeeWords *see, void *ctx, Err *err), (r, word, n, limit, see, ctx, err), r) \
    X(bool, return, words_add, (Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, bool index, Err *err), (s, collection, fid, division, g1, g2, index, err), s) \
    X(bool, return, meta_set, (Store *s, Str key, Str value, Err *err), (s, key, value, err), s) \
    X(bool, return, meta, (StoreRead *r, Str key, Arena *a, Str *out, Err *err), (r, key, a, out, err), r) \
    X(bool, return, answer_set, (Store *s, Str key, int64_t at, Str answer, Err *err), (s, key, at, answer, err), s) \
    X(bool, return, answer, (StoreRead *r, Str key, int64_t since, Arena *a, Str *out, Err *err), (r, key, since, a, out, err), r) \
    X(bool, return, integrity, (StoreRead *r, Buf *said, Err *err), (r, said, err), r) \
    X(bool, return, backup, (Store *s, const char *to, Err *err), (s, to, err), s)
/* clang-format on */

#define STORE_MEMBER(result, give, name, parameters, arguments, of) result(*name) parameters;
struct StoreDriver {
    const char *prefix; /* of its URLs; empty: any path */
    bool (*open)(const StoreDriver *self, const char *path, StoreMode mode, Store **out,
        Err *err); /* path: behind the prefix */
    STORE_CALLS(STORE_MEMBER)
};
#define STORE_SQLITE(result, give, name, parameters, arguments, of) result store_sqlite_##name parameters;
STORE_CALLS(STORE_SQLITE)
bool store_sqlite_open(const StoreDriver *self, const char *path, StoreMode mode, Store **out, Err *err);
#define STORE_MEMORY(result, give, name, parameters, arguments, of) result store_memory_##name parameters;
STORE_CALLS(STORE_MEMORY)
bool store_memory_open(const StoreDriver *self, const char *path, StoreMode mode, Store **out, Err *err);
