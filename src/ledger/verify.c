/* src/ledger/verify.c - the chain is what it was, and every record is what its journal says.
 *
 * First the chain: each transaction's hash from the one before, its header and its entries' digests; each body's digest.
 * Then the rows: each is rendered again as the journal would, and compared byte by byte with its newest body.
 * Then the files: each that a record names is there, each that is there has the bytes its name says.
 */
#include "files/files.h"
#include "ledger/row.h"
#include <stdio.h>

typedef struct Verify {
    Ledger *ledger;
    StoreRead *read;
    void (*see)(void *ctx, const LedgerFault *f);
    void (*progress)(void *ctx, size_t done, size_t total);
    void *ctx;
    size_t faults, done, total;
    Arena *arena;
    uint8_t hash[SM3_LEN];
    int64_t seq;
    uint8_t (*digest)[SM3_LEN];
    size_t ndigest, room;
    int64_t *made; /* of each collection: records the journal began, less those found as rows */
    Err *err;
    bool failed;
} Verify;

static void fault(Verify *v, const char *zh, const char *en, const char *fmt, ...) PRINTF(4);
static void fault(Verify *v, const char *zh, const char *en, const char *fmt, ...)
{
    char where[200];
    va_list ap;
    LedgerFault f = { .what_zh = str_of(zh), .what_en = str_of(en) };

    va_start(ap, fmt);
    vsnprintf(where, sizeof where, fmt, ap);
    va_end(ap);
    f.where = str_of(where);
    v->faults++;
    v->see(v->ctx, &f);
}

static void count(Verify *v, Str collection, int by)
{
    const Sheet *s = map_get(v->ledger->by_name, collection);

    if (s)
        v->made[s - v->ledger->sheet] += by;
}

/* Sealed after it was written: the chain holds the new digest as well. */
static bool resealed(Verify *v, const StoreEntry *e, const uint8_t digest[SM3_LEN])
{
    bool yes = false;

    if (!store_resealed(v->read, e->collection, e->id, e->version, digest, &yes, v->err))
        v->failed = true;
    return yes;
}

static bool check_entry(void *ctx, const StoreEntry *e)
{
    Verify *v = ctx;
    uint8_t d[SM3_LEN];

    if (e->version == 1 && !str_eq(e->verb, STR("reseal")))
        count(v, e->collection, 1);

    if (v->ndigest == v->room) {
        void *more = mem_grow(v->digest, v->room ? v->room * 2 : 1024, SM3_LEN);

        if (!more) {
            v->failed = !FAIL(v->err, BASE_NO_MEMORY, STR("verify"), "verify");
            return false;
        }
        v->digest = more;
        v->room = v->room ? v->room * 2 : 1024;
    }
    memcpy(v->digest[v->ndigest++], e->digest, SM3_LEN);
    if (!e->body.len)
        return true; /* erased by law: the digest stays */
    sm3(e->body, d);
    if (memcmp(d, e->digest, SM3_LEN) && !resealed(v, e, d))
        fault(v, "变更记录的内容被改动过", "a journal body was changed",
            "_journal seq %lld n %lld %.*s/%.*s v%lld", (long long)e->seq, (long long)e->n,
            STRV(e->collection), STRV(e->id), (long long)e->version);
    return true;
}

static bool check_tx(void *ctx, const StoreTx *tx)
{
    Verify *v = ctx;
    uint8_t want[SM3_LEN];

    if (tx->seq != v->seq + 1)
        fault(v, "变更记录的链条缺了一段", "the chain has a gap", "_tx seq %lld", (long long)v->seq + 1);
    v->ndigest = 0;
    if (!store_entries(v->read, 0, tx->seq, check_entry, v, v->err)) {
        v->failed = true;
        return false;
    }
    ledger_tx_hash(v->hash, tx, (const uint8_t(*)[SM3_LEN])v->digest, v->ndigest, want);
    if (memcmp(want, tx->hash, SM3_LEN))
        fault(v, "变更记录的链条对不上", "the chain does not match", "_tx seq %lld", (long long)tx->seq);
    memcpy(v->hash, tx->hash, SM3_LEN);
    v->seq = tx->seq;
    v->done += v->ndigest;
    if (v->progress)
        v->progress(v->ctx, v->done, v->total);
    return !v->failed;
}

typedef struct Newest {
    Bytes body;
    int64_t version;
    Arena *arena;
} Newest;

static bool newest(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    Newest *n = ctx;

    (void)tx;
    n->version = e->version;
    n->body = BYTES(str_copy(n->arena, TEXT(e->body)));
    return false;
}

/* Written under packs that have changed since: read under those of today it must be the same. */
static bool same_meaning(Verify *v, const LedgerRecord *r, Bytes written, Bytes now)
{
    LedgerRecord then;
    Bytes again;
    Err err;

    return ledger_body_open(v->ledger, r->collection, r->id, r->version, written, v->arena, &then, &err) &&
           ledger_body(v->ledger, &then, written.ptr, v->arena, &again, &err) &&
           str_eq(TEXT(again), TEXT(now));
}

/* What the same record's values make is made once more. */
static void check_derived(Verify *v, const LedgerRecord *r)
{
    const PackCollection *c = r->collection;
    const Sheet *s = ledger_sheet(v->ledger, c);
    CqlValue *value = NEWS(v->arena, CqlValue, c->nproperty + c->ninherited);
    LedgerRecord again = *r;

    if (!value)
        return;
    memcpy(value, r->value, (c->nproperty + c->ninherited) * sizeof *value);
    again.value = value;
    if (!ledger_derive(c, &again, v->arena))
        return;
    for (size_t i = 0; i < c->ndeclared; i++)
        if (c->property[i].derive == PACK_SAME && s->column[i] != NO_COLUMN &&
            !ledger_same(value[i], r->value[i]))
            fault(v, "算出的值与记录不符", "a derived value is not what the record makes", "%.*s/%.*s %.*s",
                STRV(c->name), STRV(r->id), STRV(c->property[i].name));
}

static void check_file(Verify *v, const LedgerRecord *r, const PackProperty *p, CqlValue value)
{
    if (value.kind == CQL_TEXT && !files_held(v->ledger->dir, value.text))
        fault(v, "记录所附的文件不在了", "a file of the record is missing", "%.*s/%.*s %.*s %.*s",
            STRV(r->collection->name), STRV(r->id), STRV(p->name), STRV(str_sub(value.text, 0, FILES_ID)));
}

static void check_files(Verify *v, const LedgerRecord *r)
{
    const PackCollection *c = r->collection;

    for (size_t i = 0; i < c->ndeclared; i++) {
        const CqlValue value = r->value[i];

        if (c->property[i].type != PACK_FILE)
            continue;
        check_file(v, r, c->property + i, value);
        for (size_t n = 0; value.kind == CQL_LIST && n < value.list.n; n++)
            check_file(v, r, c->property + i, value.list.item[n]);
    }
}

static bool see_file(void *ctx, Str id, bool good)
{
    if (!good)
        fault(ctx, "文件的内容被改动过", "a file's bytes were changed", "files/%.2s/%.2s/%.*s", id.ptr,
            id.ptr + 2, STRV(id));
    return true;
}

static bool check_row(void *ctx, const LedgerRecord *r)
{
    Verify *v = ctx;
    Newest n = { .arena = v->arena };
    Bytes body;
    StoreRead *read;

    arena_clear(v->arena);
    if (!store_read_begin(v->ledger->store, &read, v->err)) {
        v->failed = true;
        return false;
    }
    v->failed = !store_history(read, r->collection->name, r->id, newest, &n, v->err);
    store_read_end(read);
    if (v->failed)
        return false;
    if (!n.version || n.version != r->version)
        fault(v, "记录与变更记录的版本不符", "the record's version is not its journal's", "%.*s/%.*s v%lld",
            STRV(r->collection->name), STRV(r->id), (long long)r->version);
    else if (n.body.len >= 16) {
        Err e;

        if (!ledger_body(v->ledger, r, n.body.ptr, v->arena, &body, &e))
            fault(v, "记录的密封内容打不开", "the sealed part cannot be opened", "%.*s/%.*s",
                STRV(r->collection->name), STRV(r->id));
        else if (!str_eq(TEXT(body), TEXT(n.body)) && !same_meaning(v, r, n.body, body))
            fault(v, "记录的内容与变更记录不符", "the record is not what its journal says", "%.*s/%.*s v%lld",
                STRV(r->collection->name), STRV(r->id), (long long)r->version);
    }
    check_derived(v, r);
    check_files(v, r);
    count(v, r->collection->name, -1);
    v->done++;
    if (v->progress && v->done % 1000 == 0)
        v->progress(v->ctx, v->done, v->total);
    return true;
}

static bool check_rows(Verify *v, Err *err)
{
    for (size_t i = 0; i < v->ledger->model->ncollection && !v->failed; i++) {
        LedgerQuery q = { .collection = v->ledger->model->collection[i],
            .sealed = true,
            .timed = true,
            .valid_from = INT64_MIN / 2,
            .valid_to = INT64_MAX / 2 };
        LedgerPage page;
        Arena *a = arena_new(0);
        Err e = { 0 };

        if (!ledger_select((LedgerView){ v->ledger, &ACCESS_SYSTEM }, &q, check_row, v, a, &page, &e)) {
            if (e.kind == &ACCESS_BAD_SEAL)
                fault(v, "密封内容被改动过，或密钥不对", "a sealed part was changed, or the key is another",
                    "%s", e.what);
            else {
                *err = e;
                v->failed = true;
            }
        }
        arena_free(a);
    }
    return !v->failed;
}

static void check_missing(Verify *v)
{
    for (size_t i = 0; i < v->ledger->model->ncollection; i++)
        if (v->made[i] > 0)
            fault(v, "有变更记录而台账里没有的记录", "records stand in the journal and not in their table",
                "%.*s: %lld", STRV(v->ledger->model->collection[i]->name), (long long)v->made[i]);
}

bool ledger_verify(Ledger *l, void (*see)(void *ctx, const LedgerFault *f),
    void (*progress)(void *ctx, size_t done, size_t total), void *ctx, size_t *faults, Err *err)
{
    Verify v = {
        .ledger = l, .see = see, .progress = progress, .ctx = ctx, .arena = arena_new(0), .err = err
    };
    Buf said;
    bool good;

    for (size_t i = 0; i < l->model->ncollection; i++)
        v.total += (size_t)l->sheet[i].total * 2;
    v.made = mem_new(l->model->ncollection + 1, sizeof *v.made);
    buf_init(&said, 65536);
    good = (v.made || FAIL(err, BASE_NO_MEMORY, STR("verify"), "verify")) &&
           store_read_begin(l->store, &v.read, err);
    if (good) {
        good = store_integrity(v.read, &said, err) && store_txs(v.read, 0, 1, check_tx, &v, err) && !v.failed;
        store_read_end(v.read);
    }
    if (said.len)
        fault(&v, "数据文件受损", "the file is damaged", "%.*s", STRV(buf_text(&said)));
    good = good && check_rows(&v, err) && files_each(l->dir, see_file, &v, err);
    if (good)
        check_missing(&v);
    buf_clear(&said);
    mem_free(v.digest);
    mem_free(v.made);
    arena_free(v.arena);
    *faults = v.faults;
    return good;
}
