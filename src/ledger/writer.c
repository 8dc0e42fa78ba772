/* src/ledger/writer.c - the one writer: takes what waits, carries it out in one transaction of the store (what is there, at most
 * 500 changes), answers after the sync, and hands the events to the herald.
 *
 * Every change is prepared and checked before the first byte of its transaction is written, so a refusal leaves nothing to take
 * out again, and no savepoint is kept. What fails while it is written is the store's failure: then the whole group is undone and
 * each of it tried again alone, so that one that cannot be written takes no other with it. (Its hooks are asked again.)
 *
 * Locks, in this order: write_guard (the store's writer) → guard (the queue) → count_guard, hook_guard, places_guard. None is held
 * while a caller's code runs, but for write_guard, under which hooks are asked: a hook that wrote would wait for itself.
 */
#include "ledger/change.h"
#include "ledger/commit.h"
#include "ledger/sealed.h"
#include <stdio.h>
#include <time.h>

enum { GROUP_CHANGES = 500, GATHER_MICROS = 1000 };

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

/* *wrote: from here on a failure has left something behind. */
static bool transaction(Ledger *l, Batch *b, bool *wrote)
{
    Work w = work_of(l, b, store_writer(l->store), &b->err);
    uint8_t(*digest)[SM3_LEN];
    size_t n;
    bool known;

    *wrote = false;
    if (!known_answer(l, b, &known) || known)
        return known;
    if (!ledger_work(&w))
        return false;
    if (!w.n)
        return true; /* nothing differs: nothing to tell the journal */
    *wrote = true;
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

/* What was made of the divisions inside the transaction is made anew of what was committed, or undone. */
static void divisions_settled(Ledger *l, const Batch *run)
{
    bool any = false;

    for (const Batch *b = run; b && !any; b = b->next)
        for (size_t i = 0; i < b->tx->nchange && !any; i++)
            any = b->tx->change[i].collection->by_code && b->tx->change[i].verb != LEDGER_DERIVE;
    if (any)
        ledger_places_stale(l);
}

/* Each is carried out or refused; false: one failed while it was written, and the group with it. */
static bool carry_out(Ledger *l, Batch *run)
{
    bool wrote = false;

    for (Batch *b = run; b; b = b->next) {
        b->said->n = b->found; /* a second trial finds its own */
        b->said->more = 0;
        b->err = (Err){ 0 };
        b->nevent = 0;
        b->good = transaction(l, b, &wrote);
        if (!b->good && wrote)
            return false;
    }
    return true;
}

/* One transaction of the store for all of the run. Where it fails nothing of it stands and no number of the journal is used up:
 * who was carried out is as failed as the commit. *spoilt: it failed in one of them, so the others may be tried without it. */
static bool commit_group(Ledger *l, Batch *run, bool *spoilt, Err *err)
{
    const int64_t seq = l->seq;
    uint8_t hash[SM3_LEN];
    bool good;

    *spoilt = false;
    memcpy(hash, l->last_hash, SM3_LEN);
    good = store_begin(l->store, err);
    if (good && !carry_out(l, run)) {
        store_rollback(l->store);
        *spoilt = true;
        good = false;
    }
    hold(l, run, true);
    good = good && store_commit(l->store, err);
    divisions_settled(l, run);
    if (good)
        return true;
    hold(l, run, false);
    __atomic_store_n(&l->seq, seq, __ATOMIC_RELEASE);
    memcpy(l->last_hash, hash, SM3_LEN);
    for (Batch *b = run; b; b = b->next) {
        b->nevent = 0;
        if (!*spoilt &&
            (b->good || !b->err.kind)) { /* also those never tried, because the group could not begin */
            b->good = false;
            b->err = *err;
        }
    }
    return false;
}

static void commit_alone(Ledger *l, Batch *run)
{
    for (Batch *b = run; b; b = b->next) {
        Batch *next = b->next;
        Err err = { 0 };
        bool spoilt;

        b->next = NULL;
        if (!commit_group(l, b, &spoilt, &err))
            log_err("ledger.commit", spoilt ? &b->err : &err);
        b->next = next;
    }
}

static void tell_all(Ledger *l, const Batch *run)
{
    for (const Batch *b = run; b; b = b->next)
        if (b->good && b->nevent) {
            count_events(l, b);
            ledger_announce(l, b->event, b->nevent);
        }
}

/* Each is woken for itself; from its post on a batch may be gone, for it lies on its caller's stack. */
static void answer(const Batch *run)
{
    for (const Batch *b = run, *next; b; b = next) {
        next = b->next;
        metric_add(b->good ? METRIC_ledger_changes : METRIC_ledger_refused, (int64_t)b->tx->nchange);
        sem_post((sem_t *)(uintptr_t)&b->answered);
    }
}

static void commit_run(Ledger *l, Batch *run)
{
    const int64_t start = time_mono();
    Err err = { 0 };
    bool spoilt;

    pthread_mutex_lock(&l->write_guard);
    if (!commit_group(l, run, &spoilt, &err)) {
        if (spoilt && run->next)
            commit_alone(l, run);
        else
            log_err("ledger.commit", spoilt ? &run->err : &err);
    }
    pthread_mutex_unlock(&l->write_guard);
    tell_all(l, run);
    hold(l, run, false);
    metric_add(METRIC_ledger_commits, 1);
    metric_add(METRIC_ledger_commit_micros, time_mono() - start);
    answer(run);
}

static Batch *take_run(Ledger *l, size_t *n)
{
    Batch *run = l->first, *b = run;
    size_t changes = run->tx->nchange;

    for (*n = 1; b->next && changes + b->next->tx->nchange <= GROUP_CHANGES; ++*n) {
        b = b->next;
        changes += b->tx->nchange;
    }
    l->queued -= *n;
    l->first = b->next;
    if (!l->first)
        l->last = &l->first;
    b->next = NULL;
    return run;
}

/* Those who were just answered together come back one after the other: as many are waited for, a millisecond at most, so that
 * they are synced together again. Who writes alone waits for nobody. */
static bool gathering(Ledger *l) /* under the guard */
{
    struct timespec until;
    const int64_t left = l->gather_until - time_mono();

    if (l->stop || l->queued >= l->gather || left <= 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += left * 1000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_cond_timedwait(&l->come, &l->guard, &until) == 0;
}

static void *writer(void *arg)
{
    Ledger *l = arg;
    size_t n;

    pthread_mutex_lock(&l->guard);
    while (!l->stop || l->first) {
        Batch *run;

        if (!l->first) {
            pthread_cond_wait(&l->come, &l->guard);
            continue;
        }
        while (gathering(l))
            ;
        run = take_run(l, &n);
        pthread_mutex_unlock(&l->guard);
        commit_run(l, run);
        pthread_mutex_lock(&l->guard);
        l->gather = n > 1 ? n : 0;
        l->gather_until = time_mono() + GATHER_MICROS;
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

    sem_init(&b->answered, 0, 0);
    pthread_mutex_lock(&l->guard);
    stopped = l->stop;
    if (!stopped) {
        const bool idle = !l->first;

        *l->last = b;
        l->last = &b->next;
        if (++l->queued == l->gather || idle)
            pthread_cond_signal(&l->come);
    }
    pthread_mutex_unlock(&l->guard);
    while (!stopped && sem_wait(&b->answered))
        ; /* a signal came between */
    sem_destroy(&b->answered);
    if (stopped)
        return FAIL(err, LEDGER_READ_ONLY, STR("stopping"), "changes");
    if (!b->good)
        *err = b->err;
    return b->good;
}

bool ledger_write(Ledger *l, const LedgerTx *tx, Arena *a, LedgerDone *done, LedgerProblems *said, Err *err)
{
    Batch b = { .tx = tx, .arena = a, .done = done, .said = said, .found = said->n };

    if (l->mode != LEDGER_WRITE)
        return FAIL(err, LEDGER_READ_ONLY, str_of(l->dir), "changes");
    if (!tx->nchange || tx->nchange > 100000)
        return FAIL(err, LEDGER_INVALID, STR("0"), "changes");
    return tx->dry ? dry_run(l, &b, err) : wait_for_writer(l, &b, err);
}
