/* src/ledger/transaction.c - all or none: every change prepared, the hooks asked, every record checked, then written. */
#include "ledger/change.h"
#include <assert.h>
#include <stdio.h>

/* --- a record, what it extends, and what extends it: one change for all of them (extend.c) ------------------------------------- */
static Apply *next_apply(Work *w, const LedgerChange *change, size_t at, bool touch, LedgerDone *done)
{
    Apply *p = NEW(w->arena, Apply);
    LedgerChange *own = NEW(w->arena, LedgerChange);

    if (!p || !own || w->n == w->room)
        return NULL;
    *own = *change;
    *p = (Apply){ .work = w,
        .change = own,
        .at = at,
        .place = w->n,
        .touch = touch,
        .done = done,
        .sheet = ledger_sheet(w->ledger, change->collection) };
    return p;
}

static bool prepare_one(Work *w, const LedgerChange *change, size_t at, bool touch, LedgerDone *done)
{
    Apply *p = next_apply(w, change, at, touch, done);

    if (!p)
        return FAIL(w->err, BASE_NO_MEMORY, change->collection->name, "changes");
    if (!ledger_prepare(p))
        return false;
    if (!done->same)
        w->apply[w->n++] = p;
    return true;
}

/* Those that extend it get a version too: what they show has changed, and whoever saw them before must look again. */
static bool touch_below(Work *w, const LedgerChange *change, size_t at, const PackCollection *except)
{
    const Sheet *s = ledger_sheet(w->ledger, change->collection);

    for (size_t i = 0; i < s->nbelow; i++) {
        LedgerChange touch;
        LedgerDone *done;
        bool there;

        if (s->below[i]->collection == except)
            continue;
        done = NEW(w->arena, LedgerDone);
        if (!done)
            return FAIL(w->err, BASE_NO_MEMORY, change->collection->name, "changes");
        if (!ledger_touch_of(&w->sight, s->below[i], change, w->arena, &touch, &there, w->err) ||
            (there && (!prepare_one(w, &touch, at, true, done) || !touch_below(w, &touch, at, NULL))))
            return false;
    }
    return true;
}

/* Above first, for what is below takes its place and its division from there; retiring, below first. */
static bool prepare_whole(
    Work *w, const LedgerChange *change, size_t at, const PackCollection *below, LedgerDone *done)
{
    const bool retires = change->verb == LEDGER_RETIRE;
    LedgerChange own = *change, above;
    LedgerDone *up = NEW(w->arena, LedgerDone);
    bool needed = false;

    if (!up)
        return FAIL(w->err, BASE_NO_MEMORY, change->collection->name, "changes");
    up->same = true;
    if (change->collection->extends) {
        if (!own.id[0])
            ulid_new(own.id);
        if (!ledger_above_of(&w->sight, &own, w->arena, &above, &needed, w->err) ||
            (needed && !retires && !prepare_whole(w, &above, at, change->collection, up)) ||
            !ledger_place_of(&w->sight, &own, w->arena, w->err))
            return false;
    }
    if (!prepare_one(w, &own, at, !up->same, done))
        return false;
    if (needed && retires)
        return prepare_whole(w, &above, at, change->collection, up);
    return done->same || retires || change->verb == LEDGER_DERIVE || touch_below(w, &own, at, below);
}

/* --- what may be gathered, and what ends it at once ---------------------------------------------------------------------------------- */
static bool gather(Work *w, size_t at)
{
    assert(w->err->kind); /* false says why */
    if (w->err->kind == &LEDGER_STALE || w->err->kind == &LEDGER_GONE || w->tx->nchange == 1 ||
        w->err->kind->status >= 500)
        return false;
    ledger_say(w->said, at, STR(""), w->err);
    w->err->kind = NULL;
    return true;
}

static bool prepare_all(Work *w)
{
    for (size_t i = 0; i < w->tx->nchange; i++)
        if (!prepare_whole(w, w->tx->change + i, i, NULL, w->done + i) && !gather(w, i))
            return false;
    return true;
}

static bool check_all(Work *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (!ledger_check(w->apply[i]) && !gather(w, w->apply[i]->at))
            return false;
    return true;
}

static bool open_work(Work *w)
{
    w->room = ledger_room(w->ledger, w->tx);
    w->made.latest = map_new(w->arena);
    w->held = map_new(w->arena);
    w->apply = NEWS(w->arena, Apply *, w->room + 1);
    w->sight.made = &w->made;
    return (w->made.latest && w->held && w->apply) ||
           FAIL(w->err, BASE_NO_MEMORY, STR("transaction"), "changes");
}

static bool refuse(Work *w)
{
    char n[24];

    snprintf(n, sizeof n, "%zu", w->said->n);
    return FAIL(w->err, LEDGER_INVALID, str_of(n), "changes");
}

bool ledger_work(Work *w)
{
    if (!open_work(w) || !prepare_all(w) || !ledger_ask_hooks(w) || !check_all(w))
        return false;
    return !w->said->n || refuse(w);
}

/* The answer shows the record as it was written, without reading it again; where others make a part of it (opposite
 * references), it must be read. */
static const LedgerRecord *answer_of(const Work *w, Apply *p)
{
    const PackCollection *c = p->sheet->collection;

    for (size_t i = 0; p->there && i < c->ndeclared; i++)
        if (c->property[i].opposite.len)
            return NULL;
    if (p->verb == LEDGER_DERIVE || p->verb == LEDGER_RETIRE)
        return NULL;
    ledger_clock(&p->after, w->arena);
    if (c->geometry_grade >= 3)
        p->after.rounded = ledger_open_place(&p->after, w->arena);
    ledger_mask(w->tx->who, &p->after);
    return &p->after;
}

bool ledger_work_write(Work *w, uint8_t (**digest)[SM3_LEN], size_t *ndigest)
{
    *ndigest = 0;
    *digest = (uint8_t(*)[SM3_LEN])arena_take(w->arena, w->n + 1, SM3_LEN);
    w->event = NEWS(w->arena, LedgerEvent, w->n + 1);
    if (!*digest || !w->event)
        return FAIL(w->err, BASE_NO_MEMORY, STR("transaction"), "changes");
    for (size_t i = 0; i < w->n; i++)
        if (!ledger_put(w->apply[i], *digest, ndigest))
            return false;
    for (size_t i = 0; i < w->n; i++)
        w->apply[i]->done->record = answer_of(w, w->apply[i]);
    return true;
}
