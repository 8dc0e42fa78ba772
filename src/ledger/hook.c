/* src/ledger/hook.c - what higher rooms do with each transaction: asked before its checks, told after its commit.
 *
 * A hook that is being called is counted; who takes it away waits until the count is none, and only then unlinks it: so a
 * walk along the list never stands on a hook that is gone.
 */
#include "ledger/change.h"
#include "ledger/commit.h"

struct LedgerHooked {
    Ledger *ledger;
    LedgerHook hook;
    LedgerHooked *next;
    size_t calls;
    bool gone;
};

/* --- a walk along the hooks; under the guard but for the calls themselves ---------------------------------------------- */
static void enter(LedgerHooked *h)
{
    h->calls++;
    pthread_mutex_unlock(&h->ledger->hook_guard);
}

static void leave(LedgerHooked *h)
{
    pthread_mutex_lock(&h->ledger->hook_guard);
    if (--h->calls == 0)
        pthread_cond_broadcast(&h->ledger->hook_idle);
}

/* --- after ---------------------------------------------------------------------------------------------------------------- */
static void tell(Ledger *l, const EventRun *run) /* under the guard */
{
    for (LedgerHooked *h = l->hook; h; h = h->next) {
        if (h->gone || !h->hook.after)
            continue;
        enter(h);
        h->hook.after(h->hook.ctx, run->event, run->n);
        leave(h);
    }
}

static void *herald(void *arg)
{
    Ledger *l = arg;

    pthread_mutex_lock(&l->hook_guard);
    while (!l->event_stop || l->event_first) {
        EventRun *run = l->event_first;

        if (!run) {
            pthread_cond_wait(&l->event_come, &l->hook_guard);
            continue;
        }
        l->event_first = run->next;
        if (!l->event_first)
            l->event_last = &l->event_first;
        tell(l, run);
        mem_free(run);
        l->event_told++;
        pthread_cond_broadcast(&l->hook_idle);
    }
    pthread_mutex_unlock(&l->hook_guard);
    return NULL;
}

void ledger_announce(Ledger *l, const LedgerEvent *e, size_t n)
{
    EventRun *run;

    pthread_mutex_lock(&l->hook_guard);
    run = l->herald_runs && n ? mem_new(1, sizeof *run + n * sizeof *e) : NULL;
    if (run) {
        run->n = n;
        memcpy(run->event, e, n * sizeof *e);
        *l->event_last = run;
        l->event_last = &run->next;
        l->event_put++;
        pthread_cond_signal(&l->event_come);
    }
    pthread_mutex_unlock(&l->hook_guard);
}

/* A mark, not an empty queue: under load there is always something to tell. */
void ledger_told(Ledger *l)
{
    uint64_t mark;

    pthread_mutex_lock(&l->hook_guard);
    mark = l->event_put;
    while (l->herald_runs && l->event_told < mark)
        pthread_cond_wait(&l->hook_idle, &l->hook_guard);
    pthread_mutex_unlock(&l->hook_guard);
}

void ledger_herald_stop(Ledger *l)
{
    if (!l->herald_runs)
        return;
    pthread_mutex_lock(&l->hook_guard);
    l->event_stop = true;
    pthread_cond_broadcast(&l->event_come);
    pthread_mutex_unlock(&l->hook_guard);
    pthread_join(l->herald, NULL);
    l->herald_runs = false;
}

/* --- before --------------------------------------------------------------------------------------------------------------- */
static bool open_draft(Work *w)
{
    LedgerDraftChange *c = NEWS(w->arena, LedgerDraftChange, w->n + 1);

    for (size_t i = 0; c && i < w->n; i++) {
        const Apply *p = w->apply[i];

        c[i] = (LedgerDraftChange){ p->verb, p->at, p->there ? &p->before : NULL, &p->after };
    }
    w->draft = (LedgerDraft){ .tx = w->tx, .change = c, .nchange = w->n, .arena = w->arena, .work = w };
    return c != NULL || FAIL(w->err, BASE_NO_MEMORY, STR("hooks"), "changes");
}

bool ledger_ask_hooks(Work *w)
{
    Ledger *l = w->ledger;
    bool good = true;

    if (!w->n)
        return true;
    pthread_mutex_lock(&l->hook_guard);
    for (LedgerHooked *h = l->hook; h && good; h = h->next) {
        if (h->gone || !h->hook.before)
            continue;
        enter(h);
        w->hook = h->hook.name;
        good = (w->draft.work || open_draft(w)) && h->hook.before(h->hook.ctx, &w->draft, w->err);
        leave(h);
    }
    pthread_mutex_unlock(&l->hook_guard);
    return good;
}

/* Later changes of the same record were made from this one: what is filled here is theirs too, unless they say otherwise. */
static bool fill_later(Work *w, const Apply *p, const PackProperty *q, CqlValue was, CqlValue v)
{
    for (size_t i = p->place + 1; i < w->n; i++) {
        Apply *later = w->apply[i];

        if (later->sheet != p->sheet || !str_eq(later->after.id, p->after.id) ||
            !ledger_same(later->value[q->index], was))
            continue;
        later->value[q->index] = v;
        if (!ledger_prepare_again(later))
            return false;
    }
    return true;
}

bool ledger_draft_fill(LedgerDraft *d, size_t i, const PackProperty *p, CqlValue v, Err *err)
{
    Work *w = d->work;
    Apply *change = i < d->nchange ? w->apply[i] : NULL;
    CqlValue was;

    if (!change || p != change->sheet->collection->property + p->index || change->verb == LEDGER_DERIVE ||
        !str_eq(p->filled, str_of(w->hook)))
        return FAIL(err, LEDGER_DERIVED, p->title.zh, "%.*s", STRV(p->name));
    was = change->value[p->index];
    change->value[p->index] = v = ledger_copy(v, w->arena);
    return ledger_prepare_again(change) && fill_later(w, change, p, was, v);
}

void ledger_draft_say(LedgerDraft *d, size_t i, Str property, const Err *finding)
{
    if (i < d->nchange)
        ledger_say(d->work->said, d->change[i].change, property, finding);
}

bool ledger_draft_get(
    LedgerDraft *d, const PackCollection *c, Str id, LedgerRecord *out, bool *found, Err *err)
{
    return ledger_find(&d->work->sight, ledger_sheet(d->work->ledger, c), id, d->arena, out, found, err);
}

/* --- coming and going --------------------------------------------------------------------------------------------------- */
bool ledger_hook(Ledger *l, const LedgerHook *hook, LedgerHooked **out, Err *err)
{
    LedgerHooked *h = mem_new(1, sizeof *h), **last = &l->hook;
    bool good = h != NULL;

    if (!good)
        return FAIL(err, BASE_NO_MEMORY, str_of(hook->name), "hook");
    *h = (LedgerHooked){ .ledger = l, .hook = *hook };
    pthread_mutex_lock(&l->hook_guard);
    if (hook->after && !l->herald_runs)
        good = l->herald_runs = pthread_create(&l->herald, NULL, herald, l) == 0;
    while (*last)
        last = &(*last)->next;
    if (good)
        *last = h;
    pthread_mutex_unlock(&l->hook_guard);
    if (good)
        *out = h;
    else
        mem_free(h);
    return good || FAIL(err, BASE_NO_MEMORY, STR("herald thread"), "hook");
}

void ledger_unhook(LedgerHooked *h)
{
    Ledger *l = h ? h->ledger : NULL;

    if (!h)
        return;
    pthread_mutex_lock(&l->hook_guard);
    h->gone = true;
    while (h->calls)
        pthread_cond_wait(&l->hook_idle, &l->hook_guard);
    for (LedgerHooked **p = &l->hook; *p; p = &(*p)->next)
        if (*p == h) {
            *p = h->next;
            break;
        }
    pthread_mutex_unlock(&l->hook_guard);
    mem_free(h);
}
