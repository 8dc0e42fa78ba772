/* src/ledger/writer.c - the one writer: takes what waits, applies each transaction in a savepoint, commits them together
 * (what is there, at most 500 changes), answers after the sync, and hands the events to the herald.
 *
 * Locks, in this order: write_guard (the store's writer) → guard (the queue) → count_guard, hook_guard. None is held while a
 * caller's code runs, but for write_guard, under which hooks are asked: so a hook that wrote would wait for itself.
 */
#include "ledger/change.h"
#include "ledger/commit.h"
#include "ledger/sealed.h"
#include <stdio.h>
#include <time.h>

enum { GROUP_CHANGES = 500 };

/* --- one transaction ---------------------------------------------------------------------------------------------------------------- */
static bool known_answer(Ledger *l, Batch *b, bool *known)
{
    Str answer;
    json_t *v;

    *known = false;
    if (!b->tx->key.len)
        return true;
    if (!store_answer(store_writer(l->store), b->tx->key, time_now() - TIME_DAY, b->arena, &answer, &b->err))
        return false;
    if (!answer.len || !json_read_in(answer, b->arena, &v, &b->err) || json_array_size(v) != b->tx->nchange)
        return true;
    for (size_t i = 0; i < b->tx->nchange; i++) {
        const json_t *one = json_array_get(v, i);

        snprintf(b->done[i].id, sizeof b->done[i].id, "%.*s", STRV(json_str(json_array_get(one, 0))));
        b->done[i].version = json_integer_value(json_array_get(one, 1));
        b->done[i].seq = json_integer_value(json_array_get(one, 2));
    }
    *known = true;
    return true;
}

static bool keep_answer(Ledger *l, Batch *b)
{
    Buf text;
    bool good;

    if (!b->tx->key.len)
        return true;
    buf_init(&text, 16 << 20);
    for (size_t i = 0; i < b->tx->nchange; i++)
        buf_fmt(&text, "%s[\"%s\",%lld,%lld]", i ? "," : "[", b->done[i].id, (long long)b->done[i].version,
            (long long)b->done[i].seq);
    buf_c(&text, ']');
    good = store_answer_set(l->store, b->tx->key, time_now(), buf_text(&text), &b->err);
    buf_clear(&text);
    return good;
}

static bool put_tx(
    Ledger *l, Batch *b, int64_t now, int64_t effective, const uint8_t (*digest)[SM3_LEN], size_t n)
{
    const LedgerTx *t = b->tx;
    StoreTx tx = { 0, l->seq + 1, now, effective, t->who->account, t->who->post, t->via,
        t->source.len ? t->source : STR("typed"), t->reason, { 0 } };

    ledger_tx_hash(l->last_hash, &tx, digest, n, tx.hash);
    if (!store_put_tx(l->store, &tx, &b->err))
        return false;
    memcpy(l->last_hash, tx.hash, SM3_LEN);
    __atomic_store_n(&l->seq, tx.seq, __ATOMIC_RELEASE);
    return true;
}

static Work work_of(Ledger *l, const Batch *b, StoreRead *read, Err *err)
{
    const int64_t now = b->tx->at ? b->tx->at : time_now();

    return (Work){ .ledger = l,
        .tx = b->tx,
        .sight = { l, read, NULL },
        .seq = ledger_seq(l) + 1,
        .now = now,
        .effective = b->tx->effective == INT64_MIN ? now : b->tx->effective,
        .done = b->done,
        .said = b->said,
        .arena = b->arena,
        .err = err };
}

static bool transaction(Ledger *l, Batch *b)
{
    Work w = work_of(l, b, store_writer(l->store), &b->err);
    uint8_t(*digest)[SM3_LEN];
    size_t n;
    bool known;

    if (!known_answer(l, b, &known) || known)
        return known;
    if (!ledger_work(&w))
        return false;
    if (!w.n)
        return true; /* nothing differs: nothing to tell the journal */
    if (!ledger_work_write(&w, &digest, &n))
        return false;
    b->event = w.event;
    b->nevent = w.nevent;
    b->seq = w.seq;
    return put_tx(l, b, w.now, w.effective, (const uint8_t(*)[SM3_LEN])digest, n) && keep_answer(l, b);
}

/* Nothing of a dry run is written, so it waits for no writer: it looks at a snapshot, in its caller's thread. */
static bool dry_run(Ledger *l, Batch *b, Err *err)
{
    StoreRead *read;
    Work w;
    bool good;

    if (!store_read_begin(l->store, &read, err))
        return false;
    w = work_of(l, b, read, err);
    good = ledger_work(&w);
    store_read_end(read);
    return good;
}

/* --- groups ------------------------------------------------------------------------------------------------------------------------------ */
static void count_events(Ledger *l, const Batch *b)
{
    for (size_t i = 0; i < b->nevent; i++) {
        const LedgerEvent *e = b->event + i;
        Sheet *s = ledger_sheet(l, e->collection);
        const int by = e->verb == LEDGER_RETIRE ? -1
                       : (e->verb == LEDGER_CREATE || e->version == 1 || e->verb == LEDGER_RESTORE) &&
                               e->verb != LEDGER_DERIVE
                           ? 1
                           : 0;

        ledger_tally(l, s, str_of(e->division), by, e->at);
        ledger_find_note(s, e->fid);
        ledger_range_note(s, e->fid);
    }
}

/* What failed half-way is taken out again, and no number of the journal is used up. A transaction that was carried out but could
 * not be released stands on nothing: it is as failed as one that was refused. */
static void attempt(Ledger *l, Batch *b)
{
    const int64_t seq = l->seq;
    uint8_t hash[SM3_LEN];

    memcpy(hash, l->last_hash, SM3_LEN);
    if (!store_savepoint(l->store, &b->err))
        return;
    b->good = transaction(l, b) && store_release(l->store, &b->err);
    if (b->good)
        return;
    store_undo(l->store);
    b->nevent = 0;
    __atomic_store_n(&l->seq, seq, __ATOMIC_RELEASE);
    memcpy(l->last_hash, hash, SM3_LEN);
}

static void answer(Ledger *l, Batch *run, const Err *failed)
{
    pthread_mutex_lock(&l->guard);
    for (Batch *b = run, *next; b; b = next) {
        next = b->next;
        if (failed &&
            (b->good || !b->err.kind)) { /* also those never tried, because the group could not begin */
            b->good = false;
            b->err = *failed;
        }
        metric_add(b->good ? METRIC_ledger_changes : METRIC_ledger_refused, (int64_t)b->tx->nchange);
        b->finished = true;
    }
    pthread_cond_broadcast(&l->answered);
    pthread_mutex_unlock(&l->guard);
}

/* From before the commit until after it was noted, no value that is read of these rows is kept. */
static void hold(Ledger *l, const Batch *run, bool on)
{
    for (const Batch *b = run; b; b = b->next)
        for (size_t i = 0; i < b->nevent; i++) {
            Sheet *s = ledger_sheet(l, b->event[i].collection);

            if (on)
                ledger_range_hold(s, b->event[i].fid);
            else
                ledger_range_release(s);
        }
}

static void commit_run(Ledger *l, Batch *run)
{
    const int64_t start = time_mono(), seq = l->seq;
    uint8_t hash[SM3_LEN];
    Err err = { 0 };
    bool good;

    memcpy(hash, l->last_hash, SM3_LEN);
    pthread_mutex_lock(&l->write_guard);
    good = store_begin(l->store, &err);
    for (Batch *b = run; b && good; b = b->next)
        attempt(l, b);
    hold(l, run, true);
    good = good && store_commit(l->store, &err);
    pthread_mutex_unlock(&l->write_guard);
    if (good) {
        for (Batch *b = run; b; b = b->next) {
            if (!b->good || !b->nevent)
                continue;
            count_events(l, b);
            ledger_announce(l, b->event, b->nevent);
        }
    } else {
        __atomic_store_n(&l->seq, seq, __ATOMIC_RELEASE);
        memcpy(l->last_hash, hash, SM3_LEN);
        log_err("ledger.commit", &err);
    }
    hold(l, run, false);
    metric_add(METRIC_ledger_commits, 1);
    metric_add(METRIC_ledger_commit_micros, time_mono() - start);
    answer(l, run, good ? NULL : &err);
}

static Batch *take_run(Ledger *l)
{
    Batch *run = l->first, *b = run;
    size_t changes = run->tx->nchange;

    while (b->next && changes + b->next->tx->nchange <= GROUP_CHANGES) {
        b = b->next;
        changes += b->tx->nchange;
    }
    l->first = b->next;
    if (!l->first)
        l->last = &l->first;
    b->next = NULL;
    return run;
}

static void *writer(void *arg)
{
    Ledger *l = arg;

    pthread_mutex_lock(&l->guard);
    while (!l->stop || l->first) {
        Batch *run;

        if (!l->first) {
            pthread_cond_wait(&l->come, &l->guard);
            continue;
        }
        run = take_run(l);
        pthread_mutex_unlock(&l->guard);
        commit_run(l, run);
        pthread_mutex_lock(&l->guard);
    }
    pthread_mutex_unlock(&l->guard);
    return NULL;
}

bool ledger_writer_start(Ledger *l, Err *err)
{
    l->writer_runs = pthread_create(&l->writer, NULL, writer, l) == 0;
    return l->writer_runs || FAIL(err, BASE_NO_MEMORY, STR("writer thread"), "ledger");
}

void ledger_writer_stop(Ledger *l)
{
    if (!l->writer_runs)
        return;
    pthread_mutex_lock(&l->guard);
    l->stop = true;
    pthread_cond_broadcast(&l->come);
    pthread_mutex_unlock(&l->guard);
    pthread_join(l->writer, NULL);
    l->writer_runs = false;
}

static bool wait_for_writer(Ledger *l, Batch *b, Err *err)
{
    bool stopped;

    pthread_mutex_lock(&l->guard);
    stopped = l->stop;
    if (!stopped) {
        *l->last = b;
        l->last = &b->next;
        pthread_cond_signal(&l->come);
        while (!b->finished)
            pthread_cond_wait(&l->answered, &l->guard);
    }
    pthread_mutex_unlock(&l->guard);
    if (stopped)
        return FAIL(err, LEDGER_READ_ONLY, STR("stopping"), "changes");
    if (!b->good)
        *err = b->err;
    return b->good;
}

bool ledger_write(Ledger *l, const LedgerTx *tx, Arena *a, LedgerDone *done, LedgerProblems *said, Err *err)
{
    Batch b = { .tx = tx, .arena = a, .done = done, .said = said };

    if (l->mode != LEDGER_WRITE)
        return FAIL(err, LEDGER_READ_ONLY, str_of(l->dir), "changes");
    if (!tx->nchange || tx->nchange > 100000)
        return FAIL(err, LEDGER_INVALID, STR("0"), "changes");
    return tx->dry ? dry_run(l, &b, err) : wait_for_writer(l, &b, err);
}
