/* src/ledger/load.c - first loads: many records into empty collections, with journal, links and words, at the disk's pace.
 *
 * While it lasts the store's writer belongs to it, chunk by chunk: other changes are committed between two chunks. Empty
 * collections lay their indexes aside until the end; others are written with indexes in place.
 */
#include "ledger/change.h"
#include "ledger/commit.h"
#include "ledger/places.h"
#include "ledger/sealed.h"
#include <stdio.h>

enum { CHUNK = 20000, SALT = 16, SALTS = 256 };
struct LedgerLoad {
    Ledger *ledger;
    Str who, source, reason;
    int64_t at;
    uint64_t salt; /* seed of the demo's salts; 0: the system's */
    Rng salts;
    uint8_t random[SALTS][SALT];
    size_t nsalt;          /* taken of `random` */
    Arena *arena, *row;    /* the load's, one record's */
    bool *aside, *touched; /* of each collection: its indexes lie aside; it got records */
    uint8_t (*digest)[SM3_LEN];
    size_t n; /* records of this chunk */
    int64_t total;
    Map *full_name;    /* of divisions, by code */
    bool open, ground; /* a chunk is open; journal, links and words lie aside */
};

bool ledger_load_begin(
    Ledger *l, Str who, Str source, Str reason, int64_t at, uint64_t salt, LedgerLoad **out, Err *err)
{
    LedgerLoad *load = l->mode == LEDGER_WRITE ? mem_new(1, sizeof *load) : NULL;

    if (!load)
        return l->mode == LEDGER_WRITE ? FAIL(err, BASE_NO_MEMORY, STR("load"), "load")
                                       : FAIL(err, LEDGER_READ_ONLY, STR("load"), "load");
    load->ledger = l;
    load->arena = arena_new(0);
    load->row = arena_new(0);
    load->who = str_copy(load->arena, who);
    load->source = str_copy(load->arena, source);
    load->reason = str_copy(load->arena, reason);
    load->at = at;
    load->salt = salt;
    load->salts = rng_of(salt, STR("salts"));
    load->aside = NEWS(load->arena, bool, l->model->ncollection);
    load->touched = NEWS(load->arena, bool, l->model->ncollection);
    load->full_name = map_new(load->arena);
    load->digest = (uint8_t(*)[SM3_LEN])arena_take(load->arena, CHUNK, SM3_LEN);
    if (!load->aside || !load->touched || !load->digest || !load->full_name) {
        arena_free(load->arena);
        arena_free(load->row);
        mem_free(load);
        return FAIL(err, BASE_NO_MEMORY, STR("load"), "load");
    }
    *out = load;
    return true;
}

static bool open_chunk(LedgerLoad *load, Err *err)
{
    if (load->open)
        return true;
    pthread_mutex_lock(&load->ledger->write_guard);
    if (!store_begin(load->ledger->store, err)) {
        pthread_mutex_unlock(&load->ledger->write_guard);
        return false;
    }
    load->open = true;
    load->n = 0;
    if (load->ledger->seq || load->total || load->ground)
        return true;
    load->ground = true; /* the first record of all */
    return store_ground_aside(load->ledger->store, err);
}

static bool close_chunk(LedgerLoad *load, bool keep, Err *err)
{
    Ledger *l = load->ledger;
    bool good = keep;

    if (!load->open)
        return true;
    if (keep && load->n) {
        StoreTx tx = { 0, l->seq + 1, load->at, load->at, load->who, STR(""), STR("load"), load->source,
            load->reason, { 0 } };

        ledger_tx_hash(l->last_hash, &tx, (const uint8_t(*)[SM3_LEN])load->digest, load->n, tx.hash);
        good = store_put_tx(l->store, &tx, err) && store_commit(l->store, err);
        if (good) {
            memcpy(l->last_hash, tx.hash, SM3_LEN);
            __atomic_store_n(&l->seq, tx.seq, __ATOMIC_RELEASE);
        }
    } else if (keep)
        good = store_commit(l->store, err);
    if (!good)
        store_rollback(l->store);
    load->open = false;
    pthread_mutex_unlock(&l->write_guard);
    return good || !keep;
}

static bool first_of(LedgerLoad *load, Sheet *s, size_t at, Err *err)
{
    if (load->touched[at])
        return true;
    load->touched[at] = true;
    if (s->total)
        return true;
    load->aside[at] = true;
    return store_load_begin(load->ledger->store, &s->table, err);
}

static CqlValue text_of(Str s)
{
    return s.len ? (CqlValue){ .kind = CQL_TEXT, .text = s } : (CqlValue){ .kind = CQL_NULL };
}

static void fill(LedgerLoad *load, const LedgerLoadRecord *r, CqlValue *value)
{
    const PackCollection *c = r->collection;
    const int64_t from = r->valid_from == INT64_MIN ? load->at : r->valid_from;
    CqlValue *base = value + c->ndeclared;

    for (size_t i = 0; i < r->nfield; i++)
        value[r->field[i].property->index] = r->field[i].value;
    base[BASE_DIVISION] = text_of(r->division);
    base[BASE_VALID_FROM] = (CqlValue){ .kind = CQL_TIME, .time = from };
    if (r->valid_to != INT64_MIN && r->valid_to != INT64_MAX)
        base[BASE_VALID_TO] = (CqlValue){ .kind = CQL_TIME, .time = r->valid_to };
    base[BASE_CREATED_AT] = base[BASE_CHANGED_AT] = (CqlValue){ .kind = CQL_TIME, .time = load->at };
    base[BASE_CREATED_BY] = base[BASE_CHANGED_BY] = text_of(load->who);
    if (base[BASE_SOURCE].kind == CQL_NULL)
        base[BASE_SOURCE] = text_of(load->source);
    base[BASE_LOCK] = text_of(STR("open"));
    base[BASE_VERSION] = (CqlValue){ .kind = CQL_INT, .integer = 1 };
    base[BASE_SEQ] = (CqlValue){ .kind = CQL_INT, .integer = load->ledger->seq + 1 };
}

/* Reproducible for the demo, whose secrets are none; else the system's, taken many at a time. */
static void next_salt(LedgerLoad *load, uint8_t out[SALT])
{
    if (load->salt) {
        for (size_t at = 0; at < SALT; at += sizeof(uint64_t)) {
            const uint64_t word = rng_u64(&load->salts);

            memcpy(out + at, &word, sizeof word);
        }
        return;
    }
    if (load->nsalt % SALTS == 0)
        random_bytes(load->random, sizeof load->random);
    memcpy(out, load->random[load->nsalt++ % SALTS], SALT);
}

static bool journal(LedgerLoad *load, const LedgerRecord *r, Err *err)
{
    StoreEntry e = { 0, load->ledger->seq + 1, (int64_t)load->n, 1, r->collection->name, r->id, STR("create"),
        { 0 }, { 0 } };
    uint8_t salt[SALT];

    next_salt(load, salt);
    if (!ledger_body(load->ledger, r, salt, load->row, &e.body, err))
        return false;
    sm3(e.body, e.digest);
    memcpy(load->digest[load->n], e.digest, SM3_LEN);
    return store_put_entry(load->ledger->store, &e, err);
}

static bool words(LedgerLoad *load, const Sheet *s, const LedgerRecord *r, Err *err)
{
    Buf g1, g2;
    bool good = true;

    if (!s->has_words || r->value[base_at(r->collection, BASE_VALID_TO)].kind != CQL_NULL)
        return true;
    buf_init(&g1, 1 << 20);
    buf_init(&g2, 1 << 20);
    ledger_words(s, r, &g1, &g2);
    if (g1.len || g2.len)
        good = store_words_add(load->ledger->store, s->collection->name, r->fid, r->division, buf_text(&g1),
            buf_text(&g2), !load->ground, err);
    buf_clear(&g1);
    buf_clear(&g2);
    return good;
}

static bool put(LedgerLoad *load, Sheet *s, const LedgerLoadRecord *r, Err *err)
{
    const PackCollection *c = r->collection;
    CqlValue *value = NEWS(load->row, CqlValue, c->nproperty + c->ninherited), *col;
    LedgerRecord rec = { .collection = c,
        .id = str_of(r->id),
        .division = r->division,
        .geometry = r->geometry,
        .value = value,
        .version = 1,
        .seq = load->ledger->seq + 1 };
    Bytes blob;

    if (!value)
        return FAIL(err, BASE_NO_MEMORY, c->name, "load");
    fill(load, r, value);
    if (!ledger_lineage(&(Sight){ load->ledger, NULL, NULL }, &rec, load->full_name, load->arena, load->row))
        return FAIL(err, BASE_NO_MEMORY, c->name, "load");
    ledger_derive(c, &rec, load->row);
    return ledger_columns(load->ledger, s, &rec, load->row, &col, &blob, err) &&
           store_insert(load->ledger->store, &s->table, rec.id, blob, col, &rec.fid, err) &&
           journal(load, &rec, err) && words(load, s, &rec, err) &&
           ledger_links(load->ledger, &rec, NULL, load->row, err);
}

bool ledger_load_put(LedgerLoad *load, const LedgerLoadRecord *r, Err *err)
{
    Sheet *s = ledger_sheet(load->ledger, r->collection);
    const size_t at = (size_t)(s - load->ledger->sheet);

    arena_clear(load->row);
    if (!open_chunk(load, err) || !first_of(load, s, at, err) || !put(load, s, r, err))
        return false;
    if (r->valid_to == INT64_MIN || r->valid_to == INT64_MAX)
        ledger_tally(load->ledger, s, r->division, 1, load->at);
    load->total++;
    return ++load->n < CHUNK || close_chunk(load, true, err);
}

static void announce(LedgerLoad *load)
{
    Ledger *l = load->ledger;

    for (size_t i = 0; i < l->model->ncollection; i++) {
        LedgerEvent e = { .seq = l->seq,
            .at = time_now(),
            .collection = l->model->collection[i],
            .verb = LEDGER_CREATE,
            .before = GEO_BOX_NONE,
            .after = GEO_BOX_NONE };

        if (!load->touched[i])
            continue;
        if (l->model->collection[i]->by_code)
            ledger_places_stale(l);
        ledger_tally(l, l->sheet + i, STR(""), 0, 0); /* its index stands only now: its box is another */
        ledger_announce(l, &e, 1);
        ledger_find_note(l->sheet + i, 0);
        ledger_range_note(l->sheet + i, 0);
    }
}

/* Indexes and R-trees of what was laid aside. */
static bool build(LedgerLoad *load, Err *err)
{
    Ledger *l = load->ledger;
    bool good = true;

    if (load->ground) {
        good = open_chunk(load, err) && store_ground_build(l->store, err) && close_chunk(load, true, err);
        load->ground = !good;
    }
    for (size_t i = 0; good && i < l->model->ncollection; i++) {
        if (!load->aside[i])
            continue;
        good = open_chunk(load, err) && store_load_end(l->store, &l->sheet[i].table, err) &&
               close_chunk(load, true, err);
        load->aside[i] = !good;
    }
    return good;
}

bool ledger_load_flush(LedgerLoad *load, Err *err)
{
    if (!close_chunk(load, true, err) || !build(load, err))
        return false;
    announce(load);
    memset(load->touched, 0, load->ledger->model->ncollection * sizeof *load->touched);
    return true;
}

bool ledger_load_end(LedgerLoad *load, bool keep, Err *err)
{
    bool good = keep ? ledger_load_flush(load, err) : true;

    if (load->open) {
        Err unused;

        if (!close_chunk(load, false, &unused))
            good = false;
    }
    if (!keep || !good) { /* what was laid aside must stand again in any case */
        Err unused;

        if (!build(load, &unused))
            log_err("ledger.load", &unused);
        if (load->open && !close_chunk(load, false, &unused)) /* nobody waits for a chunk that failed */
            good = false;
        if (!ledger_tally_all(load->ledger, &unused)) /* what was put and thrown away is not counted */
            log_err("ledger.load", &unused);
    }
    store_load_over(load->ledger->store);
    arena_free(load->row);
    arena_free(load->arena);
    mem_free(load);
    return good;
}
