/* src/store/memory_ground.c - the memory driver: journal, links, words, settings, as rows of the ground's tables. */
#include "store/memory_in.h"
#include <stdio.h>
#include <stdlib.h>

/* What a row of two numbers is found by. */
static Str pair(char key[48], int64_t a, int64_t b)
{
    return (Str){ key, (size_t)snprintf(key, 48, "%lld/%lld", (long long)a, (long long)b) };
}

static CqlValue bytes(Bytes b)
{
    return (CqlValue){ .kind = b.len ? CQL_GEOM : CQL_NULL, .geom = b };
}

static bool begun(const Store *s, const char *what, Err *err)
{
    return s->writing || FAIL(err, STORE_FAILED, str_of(what), "no transaction");
}

/* Rows of a key that a reader sees, in the order they were made; freed by mem_free. */
static bool rows_of(
    const StoreRead *r, int table, MemoryKey which, Str key, MemoryRow ***out, size_t *n, Err *err)
{
    const MemoryTable *t = r->store->table[table];
    MemoryRow **row;
    size_t left = 0;

    pthread_rwlock_rdlock(&r->store->rows);
    for (MemoryRow *at = memory_find(r, t, which, 0, key, NULL); at;
         at = memory_find(r, t, which, 0, key, at))
        left++;
    *n = left;
    row = mem_new(left ? left : 1, sizeof *row);
    for (MemoryRow *at = row ? memory_find(r, t, which, 0, key, NULL) : NULL; at;
         at = memory_find(r, t, which, 0, key, at))
        row[--left] = at; /* a bucket holds the last first */
    pthread_rwlock_unlock(&r->store->rows);
    *out = row;
    return row != NULL || FAIL(err, BASE_NO_MEMORY, key, "store");
}

static MemoryRow *one_row(StoreRead *r, int table, Str key)
{
    MemoryRow *row;

    pthread_rwlock_rdlock(&r->store->rows);
    row = memory_find(r, r->store->table[table], KEY_ID, 0, key, NULL);
    pthread_rwlock_unlock(&r->store->rows);
    return row;
}

/* In the place of the one with the same id. */
static bool put_one(Store *s, int table, Str id, Str other, const CqlValue *value, size_t n, Err *err)
{
    MemoryRow *old = one_row(&s->own, table, id);

    return begun(s, s->table[table]->name, err) && (!old || memory_close_row(s, s->table[table], old, err)) &&
           memory_put(s, s->table[table], 0, id, other, (Bytes){ NULL, 0 }, value, n, NULL, err);
}

/* --- journal -------------------------------------------------------------------------------------------------------- */
bool store_memory_put_tx(Store *s, const StoreTx *tx, Err *err)
{
    char key[48], chain[48];
    const CqlValue v[] = { memory_int(tx->chain), memory_int(tx->seq), memory_int(tx->at),
        memory_int(tx->effective), memory_text(tx->who), memory_text(tx->post), memory_text(tx->via),
        memory_text(tx->source), memory_text(tx->reason), bytes((Bytes){ tx->hash, SM3_LEN }) };
    const Str id = pair(key, tx->chain, tx->seq);

    if (one_row(&s->own, MEMORY_TX, id))
        return FAIL(err, STORE_TWICE, id, "_tx");
    return begun(s, "_tx", err) && memory_put(s, s->table[MEMORY_TX], 0, id, pair(chain, tx->chain, 0),
                                       (Bytes){ NULL, 0 }, v, LEN(v), NULL, err);
}

static StoreTx read_tx(const MemoryRow *row)
{
    StoreTx tx = { row->value[0].integer, row->value[1].integer, row->value[2].integer, row->value[3].integer,
        row->value[4].text, row->value[5].text, row->value[6].text, row->value[7].text, row->value[8].text,
        { 0 } };

    memcpy(tx.hash, row->value[9].geom.ptr, SM3_LEN);
    return tx;
}

bool store_memory_put_entry(Store *s, const StoreEntry *e, Err *err)
{
    char key[48];
    const CqlValue v[] = { memory_int(e->chain), memory_int(e->seq), memory_int(e->n), memory_int(e->version),
        memory_text(e->collection), memory_text(e->id), memory_text(e->verb), bytes(e->body),
        bytes((Bytes){ e->digest, SM3_LEN }) };

    return begun(s, "_journal", err) &&
           memory_put(s, s->table[MEMORY_JOURNAL], 0, e->id, pair(key, e->chain, e->seq), (Bytes){ NULL, 0 },
               v, LEN(v), NULL, err);
}

static StoreEntry read_entry(const MemoryRow *row)
{
    StoreEntry e = { row->value[0].integer, row->value[1].integer, row->value[2].integer,
        row->value[3].integer, row->value[4].text, row->value[5].text, row->value[6].text,
        row->value[7].kind == CQL_NULL ? (Bytes){ NULL, 0 } : row->value[7].geom, { 0 } };

    memcpy(e.digest, row->value[8].geom.ptr, SM3_LEN);
    return e;
}

static int by_seq(const void *x, const void *y)
{
    const int64_t a = (*(MemoryRow *const *)x)->value[1].integer,
                  b = (*(MemoryRow *const *)y)->value[1].integer;

    return (a > b) - (a < b);
}

static bool chain_rows(StoreRead *r, int64_t chain, MemoryRow ***row, size_t *n, Err *err)
{
    char key[48];

    if (!rows_of(r, MEMORY_TX, KEY_OTHER, pair(key, chain, 0), row, n, err))
        return false;
    if (*n)
        qsort(*row, *n, sizeof **row, by_seq);
    return true;
}

bool store_memory_last_tx(StoreRead *r, int64_t chain, StoreTx *out, Arena *a, Err *err)
{
    MemoryRow **row;
    size_t n;

    if (!chain_rows(r, chain, &row, &n, err))
        return false;
    *out = (StoreTx){ .chain = chain };
    if (n) {
        *out = read_tx(row[n - 1]);
        out->who = str_copy(a, out->who);
        out->post = out->via = out->source = out->reason = STR("");
    }
    mem_free(row);
    return true;
}

bool store_memory_txs(StoreRead *r, int64_t chain, int64_t from_seq, StoreSeeTx *see, void *ctx, Err *err)
{
    MemoryRow **row;
    size_t n;
    bool on = true;
    const unsigned since = memory_hurries(r);

    if (!chain_rows(r, chain, &row, &n, err))
        return false;
    for (size_t i = 0; i < n && on && since == memory_hurries(r); i++) {
        const StoreTx tx = read_tx(row[i]);

        on = tx.seq < from_seq || see(ctx, &tx);
    }
    mem_free(row);
    return since == memory_hurries(r) || FAIL(err, STORE_BUDGET, STR("read"), "store");
}

static int by_n(const void *x, const void *y)
{
    const int64_t a = (*(MemoryRow *const *)x)->value[2].integer,
                  b = (*(MemoryRow *const *)y)->value[2].integer;

    return (a > b) - (a < b);
}

bool store_memory_entries(StoreRead *r, int64_t chain, int64_t seq, StoreSeeEntry *see, void *ctx, Err *err)
{
    char key[48];
    MemoryRow **row;
    size_t n;
    bool on = true;
    const unsigned since = memory_hurries(r);

    if (!rows_of(r, MEMORY_JOURNAL, KEY_OTHER, pair(key, chain, seq), &row, &n, err))
        return false;
    if (n)
        qsort(row, n, sizeof *row, by_n);
    for (size_t i = 0; i < n && on && since == memory_hurries(r); i++) {
        const StoreEntry e = read_entry(row[i]);

        on = see(ctx, &e);
    }
    mem_free(row);
    return since == memory_hurries(r) || FAIL(err, STORE_BUDGET, STR("read"), "store");
}

/* The body alone: the entry keeps its place, so that readers after it go on. */
bool store_memory_put_body(Store *s, int64_t chain, int64_t seq, int64_t n, Bytes body, Err *err)
{
    char key[48];
    MemoryRow **row;
    size_t count;
    bool good = true;

    if (!rows_of(&s->own, MEMORY_JOURNAL, KEY_OTHER, pair(key, chain, seq), &row, &count, err))
        return false;
    for (size_t i = 0; good && i < count; i++) {
        CqlValue v[9];

        if (row[i]->value[2].integer != n)
            continue;
        memcpy(v, row[i]->value, sizeof v);
        v[7] = bytes(body);
        good = begun(s, "_journal", err) && memory_close_row(s, s->table[MEMORY_JOURNAL], row[i], err) &&
               memory_put(s, s->table[MEMORY_JOURNAL], row[i]->fid, row[i]->id, row[i]->other,
                   (Bytes){ NULL, 0 }, v, 9, NULL, err);
    }
    mem_free(row);
    return good;
}

bool store_memory_resealed(
    StoreRead *r, Str collection, Str id, int64_t version, const uint8_t digest[SM3_LEN], bool *yes, Err *err)
{
    MemoryRow **row;
    size_t n;

    *yes = false;
    if (!rows_of(r, MEMORY_JOURNAL, KEY_ID, id, &row, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const StoreEntry e = read_entry(row[i]);

        *yes |= e.version == version && str_eq(e.collection, collection) && str_eq(e.verb, STR("reseal")) &&
                !memcmp(e.digest, digest, SM3_LEN);
    }
    mem_free(row);
    return true;
}

static int by_place(const void *x, const void *y)
{
    const MemoryRow *a = *(MemoryRow *const *)x, *b = *(MemoryRow *const *)y;

    return (a->fid > b->fid) - (a->fid < b->fid);
}

static bool all_entries(StoreRead *r, Str collection, int64_t after, MemoryRow ***out, size_t *n, Err *err)
{
    const MemoryTable *t = r->store->table[MEMORY_JOURNAL];

    *n = 0;
    pthread_rwlock_rdlock(&r->store->rows);
    *out = mem_new(t->nrow + 1, sizeof **out);
    for (size_t i = 0; *out && i < t->nrow; i++)
        if (memory_sees(r, t->row[i]) && t->row[i]->fid > after &&
            str_eq(t->row[i]->value[4].text, collection))
            (*out)[(*n)++] = t->row[i];
    pthread_rwlock_unlock(&r->store->rows);
    if (*n)
        qsort(*out, *n, sizeof **out, by_place);
    return *out != NULL || FAIL(err, BASE_NO_MEMORY, collection, "store");
}

bool store_memory_entries_of(
    StoreRead *r, Str collection, int64_t after, size_t limit, StoreSeePlace *see, void *ctx, Err *err)
{
    MemoryRow **row;
    size_t n;
    bool on = true;
    const unsigned since = memory_hurries(r);

    if (!all_entries(r, collection, after, &row, &n, err))
        return false;
    for (size_t i = 0; i < n && i < limit && on && since == memory_hurries(r); i++) {
        const StoreEntry e = read_entry(row[i]);

        on = see(ctx, row[i]->fid, &e);
    }
    mem_free(row);
    return since == memory_hurries(r) || FAIL(err, STORE_BUDGET, STR("read"), "store");
}

static int newest_first(const void *x, const void *y)
{
    const int64_t a = (*(MemoryRow *const *)x)->value[3].integer,
                  b = (*(MemoryRow *const *)y)->value[3].integer;

    return (a < b) - (a > b);
}

bool store_memory_history(StoreRead *r, Str collection, Str id, StoreSeeHistory *see, void *ctx, Err *err)
{
    MemoryRow **row;
    size_t n;
    bool on = true;
    const unsigned since = memory_hurries(r);

    if (!rows_of(r, MEMORY_JOURNAL, KEY_ID, id, &row, &n, err))
        return false;
    if (n)
        qsort(row, n, sizeof *row, newest_first);
    for (size_t i = 0; i < n && on && since == memory_hurries(r); i++) {
        const StoreEntry e = read_entry(row[i]);
        char key[48];
        const MemoryRow *of = one_row(r, MEMORY_TX, pair(key, e.chain, e.seq));

        if (of && str_eq(e.collection, collection) && !str_eq(e.verb, STR("reseal"))) {
            const StoreTx tx = read_tx(of);

            on = see(ctx, &tx, &e);
        }
    }
    mem_free(row);
    return since == memory_hurries(r) || FAIL(err, STORE_BUDGET, STR("read"), "store");
}

/* --- links ---------------------------------------------------------------------------------------------------------- */
static bool is_link(const MemoryRow *row, Str collection, Str property, Str from)
{
    return str_eq(row->value[0].text, collection) && str_eq(row->value[1].text, property) &&
           str_eq(row->other, from);
}

static bool drop_links(Store *s, Str collection, Str property, Str from, Err *err)
{
    MemoryRow **row;
    size_t n;
    bool good = true;

    if (!rows_of(&s->own, MEMORY_LINK, KEY_OTHER, from, &row, &n, err))
        return false;
    for (size_t i = 0; good && i < n; i++)
        if (is_link(row[i], collection, property, from))
            good = memory_close_row(s, s->table[MEMORY_LINK], row[i], err);
    mem_free(row);
    return good;
}

static bool is_linked(Store *s, Str to, Str collection, Str property, Str from)
{
    for (MemoryRow *at = memory_find(&s->own, s->table[MEMORY_LINK], KEY_ID, 0, to, NULL); at;
         at = memory_find(&s->own, s->table[MEMORY_LINK], KEY_ID, 0, to, at))
        if (is_link(at, collection, property, from))
            return true;
    return false;
}

bool store_memory_link_set(
    Store *s, Str collection, Str property, Str from_id, const Str *to_id, size_t n, bool fresh, Err *err)
{
    const CqlValue v[] = { memory_text(collection), memory_text(property) };

    if (!begun(s, "_link", err) || (!fresh && !drop_links(s, collection, property, from_id, err)))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_linked(s, to_id[i], collection, property, from_id) &&
            !memory_put(
                s, s->table[MEMORY_LINK], 0, to_id[i], from_id, (Bytes){ NULL, 0 }, v, LEN(v), NULL, err))
            return false;
    return true;
}

static int by_link(const void *x, const void *y)
{
    const MemoryRow *a = *(MemoryRow *const *)x, *b = *(MemoryRow *const *)y;
    int c = str_cmp(a->value[0].text, b->value[0].text);

    c = c ? c : str_cmp(a->value[1].text, b->value[1].text);
    return c ? c : str_cmp(a->other, b->other);
}

bool store_memory_links_to(StoreRead *r, Str to_id, StoreSeeLink *see, void *ctx, Err *err)
{
    MemoryRow **row;
    size_t n;
    bool on = true;
    const unsigned since = memory_hurries(r);

    if (!rows_of(r, MEMORY_LINK, KEY_ID, to_id, &row, &n, err))
        return false;
    if (n)
        qsort(row, n, sizeof *row, by_link);
    for (size_t i = 0; i < n && on && since == memory_hurries(r); i++)
        on = see(ctx, row[i]->value[0].text, row[i]->value[1].text, row[i]->other);
    mem_free(row);
    return since == memory_hurries(r) || FAIL(err, STORE_BUDGET, STR("read"), "store");
}

/* --- words: runs of ASCII letters and digits and of all that is not ASCII, as the SQLite index cuts them ---------------- */
static bool is_letter(uint8_t c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool next_run(Str *text, Str *run)
{
    size_t from = 0, to;

    while (from < text->len && !is_letter((uint8_t)text->ptr[from]))
        from++;
    for (to = from; to < text->len && is_letter((uint8_t)text->ptr[to]);)
        to++;
    *run = str_sub(*text, from, to - from);
    *text = str_sub(*text, to, text->len);
    return run->len > 0;
}

/* The word's runs one behind the other, from here on; the last as a beginning only, where the word is a prefix. */
static bool follows(Str text, const StoreWord *word)
{
    Str rest = word->text, want, run;

    while (next_run(&rest, &want)) {
        Str more = rest, unused;
        const bool last = !next_run(&more, &unused);

        if (!next_run(&text, &run))
            return false;
        if (last && word->prefix)
            run = str_sub(run, 0, want.len);
        if (!str_eq_nocase(run, want))
            return false;
    }
    return true;
}

static bool has_word(Str text, const StoreWord *word)
{
    Str before = text, run, any = word->text;

    if (!next_run(&any, &run))
        return false; /* no word at all */
    while (before = text, next_run(&text, &run))
        if (follows(before, word))
            return true;
    return false;
}

bool memory_has_words(Str g1, Str g2, const StoreWord *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!has_word(g1, word + i) && (word[i].open || !has_word(g2, word + i)))
            return false;
    return n > 0;
}

bool store_memory_words_set(Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, Err *err)
{
    char key[160];
    const Str other = { key,
        (size_t)snprintf(key, sizeof key, "%.*s/%lld", STRV(collection), (long long)fid) };
    MemoryTable *t = s->table[MEMORY_TEXT];
    MemoryRow *old = memory_find(&s->own, t, KEY_OTHER, 0, other, NULL);
    const CqlValue v[] = { memory_text(collection), memory_int(fid), memory_text(division), memory_text(g1),
        memory_text(g2) };

    if (!begun(s, "_text", err) || (old && !memory_close_row(s, t, old, err)))
        return false;
    return (!g1.len && !g2.len) ||
           memory_put(s, t, 0, STR(""), other, (Bytes){ NULL, 0 }, v, LEN(v), NULL, err);
}

bool store_memory_words_add(
    Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, bool index, Err *err)
{
    (void)index;
    return store_memory_words_set(s, collection, fid, division, g1, g2, err);
}

static double weight(const MemoryRow *row)
{
    Str g1 = row->value[3].text, g2 = row->value[4].text;
    size_t n = 0;

    while (g1.len)
        n += str_next(&g1) != 0;
    while (g2.len)
        n += str_next(&g2) != 0;
    return (double)n;
}

static int by_weight(const void *x, const void *y)
{
    const MemoryRow *a = *(MemoryRow *const *)x, *b = *(MemoryRow *const *)y;
    const double d = weight(a) - weight(b);

    return d < 0 ? -1 : d > 0 ? 1 : (a->fid > b->fid) - (a->fid < b->fid);
}

bool store_memory_words_find(
    StoreRead *r, const StoreWord *word, size_t n, size_t limit, StoreSeeWords *see, void *ctx, Err *err)
{
    enum { FIRST = 2000 };
    const MemoryTable *t = r->store->table[MEMORY_TEXT];
    MemoryRow **row = mem_new(FIRST, sizeof *row);
    size_t count = 0;

    if (!row)
        return FAIL(err, BASE_NO_MEMORY, STR("words"), "store");
    pthread_rwlock_rdlock(&r->store->rows);
    for (size_t i = 0; i < t->nrow && count < FIRST; i++)
        if (memory_sees(r, t->row[i]) &&
            memory_has_words(t->row[i]->value[3].text, t->row[i]->value[4].text, word, n))
            row[count++] = t->row[i];
    pthread_rwlock_unlock(&r->store->rows);
    qsort(row, count, sizeof *row, by_weight);
    for (size_t i = 0; i < count && i < limit; i++)
        if (!see(ctx, row[i]->value[0].text, row[i]->value[1].integer, weight(row[i])))
            break;
    mem_free(row);
    return true;
}

/* --- settings and answers ------------------------------------------------------------------------------------------- */
bool store_memory_meta_set(Store *s, Str key, Str value, Err *err)
{
    const CqlValue v = memory_text(value);

    return put_one(s, MEMORY_META, key, STR(""), &v, 1, err);
}

bool store_memory_meta(StoreRead *r, Str key, Arena *a, Str *out, Err *err)
{
    const MemoryRow *row = one_row(r, MEMORY_META, key);

    (void)err;
    *out = row ? str_copy(a, row->value[0].text) : STR("");
    return true;
}

bool store_memory_answer_set(Store *s, Str key, int64_t at, Str answer, Err *err)
{
    const CqlValue v[] = { memory_int(at), memory_text(answer) };

    return put_one(s, MEMORY_ANSWER, key, STR(""), v, LEN(v), err);
}

bool store_memory_answer(StoreRead *r, Str key, int64_t since, Arena *a, Str *out, Err *err)
{
    const MemoryRow *row = one_row(r, MEMORY_ANSWER, key);

    (void)err;
    *out = row && row->value[0].integer >= since ? str_copy(a, row->value[1].text) : STR("");
    return true;
}

bool store_memory_touch(Store *s, const StoreTable *t, int64_t at, Err *err)
{
    const CqlValue v = { .kind = CQL_TIME, .time = at };

    return put_one(s, MEMORY_CHANGED, t->name, STR(""), &v, 1, err);
}

bool store_memory_changed(StoreRead *r, const StoreTable *t, int64_t *at, Err *err)
{
    const MemoryRow *row = one_row(r, MEMORY_CHANGED, t->name);

    (void)err;
    *at = row ? row->value[0].time : 0;
    return true;
}
