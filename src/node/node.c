/* src/node/node.c - the county of this moment: held, let go, exchanged whole.
 *
 *   node_hold ──► gate ──► now ──► … ──► node_release         gate shut: a reload, or the end; holders wait, or are refused
 *                           │ node_reload
 *                           ├─ old: at rest, freed by the last who holds it
 *                           └─ new: opened, lodged in, becomes now; gate opens
 */
#include "node/parts.h"
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum {
    GRACE_SECONDS = 2, /* writings under way are let through before the old county rests */
    STOP_SECONDS = 8,
    HURRY_SECONDS = 1 /* after which readings end unfinished; both together within the 10 s of a stop */
};
struct Node {
    char dir[4200];
    char packs[4200];
    LedgerMode mode;
    NodeOptions o;
    const NodeLodger *lodger; /* changed only by who opens, reloads and closes */
    pthread_mutex_t guard;    /* guards all below, and `holders` of every NodeParts */
    pthread_cond_t changed;   /* the gate, or a county that nobody holds any more */
    NodeParts *now;           /* NULL: there is none to be had */
    bool shut, closed;
    pthread_rwlock_t ears; /* guards that the lodger stays while he hears */
};

const char *node_dir(const Node *n)
{
    return n->dir;
}

/* --- holding ------------------------------------------------------------------------------------------------------ */
const NodeCounty *node_try(Node *n, bool *later)
{
    const NodeCounty *c = NULL;

    pthread_mutex_lock(&n->guard);
    *later = n->shut && !n->closed;
    if (!n->shut && n->now) {
        n->now->holders++;
        c = &n->now->county;
    }
    pthread_mutex_unlock(&n->guard);
    return c;
}

bool node_hold(Node *n, const NodeCounty **out, Err *err)
{
    const NodeCounty *c = NULL;

    pthread_mutex_lock(&n->guard);
    while (n->shut && !n->closed)
        pthread_cond_wait(&n->changed, &n->guard);
    if (!n->shut && n->now) {
        n->now->holders++;
        c = &n->now->county;
    }
    pthread_mutex_unlock(&n->guard);
    if (c)
        *out = c;
    return c || FAIL(err, NODE_CLOSED, str_of(n->dir), "node");
}

void node_keep(const NodeCounty *c)
{
    pthread_mutex_lock(&c->node->guard);
    assert(c->parts->holders);
    c->parts->holders++;
    pthread_mutex_unlock(&c->node->guard);
}

/* The county of the moment is freed by the node itself; one whose place was taken by whoever lets go last. */
void node_release(const NodeCounty *c)
{
    Node *n = c->node;
    NodeParts *p = c->parts;
    bool last;

    pthread_mutex_lock(&n->guard);
    assert(p->holders);
    last = --p->holders == 0 && p->orphan;
    if (!p->holders)
        pthread_cond_broadcast(&n->changed);
    pthread_mutex_unlock(&n->guard);
    if (last)
        node_parts_free(p);
}

/* With the guard held. */
static bool wait_for_holders(Node *n, const NodeParts *p, int seconds)
{
    struct timespec until;
    int late = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    while (p->holders && late != ETIMEDOUT)
        late = pthread_cond_timedwait(&n->changed, &n->guard, &until);
    return !p->holders;
}

static bool alone(Node *n, NodeParts *p, int seconds)
{
    bool yes;

    pthread_mutex_lock(&n->guard);
    yes = wait_for_holders(n, p, seconds);
    pthread_mutex_unlock(&n->guard);
    return yes;
}

static bool alone_in_a_hurry(Node *n, NodeParts *p)
{
    if (alone(n, p, STOP_SECONDS))
        return true;
    ledger_hurry(p->county.ledger);
    return alone(n, p, HURRY_SECONDS);
}

/* Nobody may look at it from here on but those who hold it. */
static NodeParts *take_now(Node *n)
{
    NodeParts *p;

    pthread_mutex_lock(&n->guard);
    p = n->now;
    n->now = NULL;
    pthread_mutex_unlock(&n->guard);
    return p;
}

static void set_gate(Node *n, bool shut, bool closed)
{
    pthread_mutex_lock(&n->guard);
    n->shut = shut;
    n->closed = n->closed || closed;
    pthread_cond_broadcast(&n->changed);
    pthread_mutex_unlock(&n->guard);
    if ((!shut || closed) && n->lodger && n->lodger->opened)
        n->lodger->opened(n->lodger->ctx);
}

/* Freed now, or by the last who lets go. */
static void part_from(Node *n, NodeParts *p)
{
    bool free_now;

    pthread_mutex_lock(&n->guard);
    free_now = !p->holders;
    p->orphan = true;
    pthread_mutex_unlock(&n->guard);
    if (free_now)
        node_parts_free(p);
}

/* --- open, reload, close --------------------------------------------------------------------------------------------- */
static bool start_services(const Node *n, NodeParts *p, Err *err)
{
    return n->mode == LEDGER_READ || node_parts_start(p, n->o.only ? n->o.only : node_services, err);
}

static bool open_with(Node *n, NodeModel *m, Err *err)
{
    NodeParts *p;

    if (!node_parts_open(n, n->dir, n->mode, m, &p, err))
        return false;
    if ((!n->o.idle && !start_services(n, p, err)) || (n->lodger && !node_parts_lodge(p, n->lodger, err))) {
        node_parts_free(p);
        return false;
    }
    pthread_mutex_lock(&n->guard);
    n->now = p;
    pthread_mutex_unlock(&n->guard);
    return true;
}

bool node_open(const char *dir, LedgerMode mode, const NodeOptions *o, Node **out, Err *err)
{
    Node *n = mem_new(1, sizeof *n);
    NodeModel *m = NULL;
    bool good;

    if (!n)
        return FAIL(err, BASE_NO_MEMORY, STR("node"), "node");
    snprintf(n->dir, sizeof n->dir, "%s", dir);
    n->mode = mode;
    n->o = *o;
    if (o->packs) {
        snprintf(n->packs, sizeof n->packs, "%s", o->packs);
        n->o.packs = n->packs;
    }
    pthread_mutex_init(&n->guard, NULL);
    pthread_cond_init(&n->changed, NULL);
    pthread_rwlock_init(&n->ears, NULL);
    good = node_model_read(&n->o, dir, &m, err) && open_with(n, m, err);
    node_model_drop(m);
    if (good)
        *out = n;
    else
        node_close(n);
    return good;
}

bool node_start(Node *n, Err *err)
{
    assert(n->o.idle && n->now);
    n->o.idle = false;
    return start_services(n, n->now, err);
}

/* The first error counts: a county that goes on with its old packs still says what was wrong with the new ones. */
static void keep_first(Err *first, const Err *next)
{
    if (!first->kind)
        *first = *next;
}

static void open_again(Node *n, NodeModel *old, Err *err)
{
    NodeModel *fresh = NULL;
    Err said = { 0 };
    bool good = node_model_read(&n->o, n->dir, &fresh, &said) && open_with(n, fresh, &said);

    node_model_drop(fresh);
    if (good)
        return;
    keep_first(err, &said);
    said = (Err){ 0 };
    if (old && !open_with(n, old, &said))
        log_err("node.closed",
            &said); /* a migration cut off half-way: nothing is served until packs are mended */
}

/* What needs the files for itself waits until nobody holds the old county; if that takes too long it is not done. */
static void change_alone(Node *n, NodeParts **old, bool (*change)(void *, Err *), void *ctx, Err *err)
{
    if (*old && !alone_in_a_hurry(n, *old)) {
        (void)FAIL(err, NODE_IN_USE, str_of(n->dir), "node");
        return;
    }
    node_parts_free(*old);
    *old = NULL;
    if (!change(ctx, err))
        log_err("node.change", err);
}

bool node_reload(Node *n, bool (*change)(void *ctx, Err *err), void *ctx, Err *err)
{
    NodeModel *model = NULL;
    NodeParts *old;

    *err = (Err){ 0 };
    set_gate(n, true, false);
    old = take_now(n);
    if (old) {
        model = node_model_keep(old->model);
        (void)alone(n, old, GRACE_SECONDS);
        node_parts_rest(old);
    }
    if (change)
        change_alone(n, &old, change, ctx, err);
    open_again(n, model, err);
    node_model_drop(model);
    set_gate(n, false, false);
    if (old)
        part_from(n, old);
    log_info("node.reloaded", KV("dir", n->dir), KV("good", !err->kind));
    return !err->kind;
}

void node_close(Node *n)
{
    NodeParts *p;

    if (!n)
        return;
    set_gate(n, true, true);
    p = take_now(n);
    if (p) {
        node_parts_rest(p);
        if (!alone_in_a_hurry(
                n, p)) { /* rather left behind by a process that ends than taken from under a reader */
            log_warn("node.held", KV("dir", n->dir), KV("holders", (int64_t)p->holders));
            return;
        }
        node_parts_free(p);
    }
    pthread_rwlock_destroy(&n->ears);
    pthread_cond_destroy(&n->changed);
    pthread_mutex_destroy(&n->guard);
    mem_free(n);
}

/* --- the lodger -------------------------------------------------------------------------------------------------------- */
bool node_lodge(Node *n, const NodeLodger *l, Err *err)
{
    assert(!n->lodger);
    if (n->now && !node_parts_lodge(n->now, l, err)) {
        node_parts_leave(n->now);
        return false;
    }
    pthread_rwlock_wrlock(&n->ears);
    n->lodger = l;
    pthread_rwlock_unlock(&n->ears);
    return true;
}

void node_leave(Node *n)
{
    pthread_rwlock_wrlock(&n->ears);
    n->lodger = NULL;
    pthread_rwlock_unlock(&n->ears);
    if (n->now)
        node_parts_leave(n->now);
}

void node_say(Node *n, Str event, Str json)
{
    pthread_rwlock_rdlock(&n->ears);
    if (n->lodger && n->lodger->hear)
        n->lodger->hear(n->lodger->ctx, event, json);
    pthread_rwlock_unlock(&n->ears);
}
