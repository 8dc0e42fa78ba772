/* src/node/node.h - one running county: its packs, its ledger and the services that work on it, with or without a server.
 *
 *     if (!node_open("county", LEDGER_WRITE, &(NodeOptions){ .packs = packs }, &node, err)) …
 *     if (node_hold(node, &county, err)) { … ledger_get(county->ledger, …); node_release(county); }
 *     node_close(node);
 *
 * A service (imports, jobs, the one map) is a folder of its own with one row in src/node/services.c. They start in the order
 * of that table and stop in reverse. HTTP is none of them: a face, like a command, holds a Node.
 *
 * What a node is at one moment is a NodeCounty: it never changes, and is held while it is used. node_reload puts another one
 * in its place (packs that were edited, a file brought back): who holds the old one ends with what he began with, who comes
 * meanwhile waits for the new one.
 *
 * Stands on ledger and below; services stand on it.
 * Memory   a Node by _open/_close. A NodeCounty is borrowed between hold and release; the last one that lets go frees it.
 * Threads  everything may be called from any thread, node_open, node_reload and node_close by one.
 * Stop     node_close: nobody new is let in, services end, eight seconds for those who still hold, then readings are hurried:
 *          within 10 s.
 * Errors   NODE_NO_PACKS (404), NODE_CLOSED (503), NODE_IN_USE (409); of packs and ledger as they come.
 */
#pragma once
#include "base/base.h"
#include "ledger/ledger.h"
#include "pack/pack.h"

extern const ErrKind NODE_NO_PACKS, NODE_CLOSED, NODE_IN_USE;
typedef struct Node Node;
typedef struct NodeParts NodeParts;
typedef struct NodeCounty {
    Node *node;
    const PackModel *model;
    Ledger *ledger;
    NodeParts *parts; /* the node's own */
} NodeCounty;

/* A service; what it has not is NULL. `start` makes its state, also where it fails half-way. `ending`: takes no more, ends what runs and waits for it;
 * may still be looked at. `stop`: nobody holds it any more. `hook` without its ctx, which is the state. */
typedef struct NodeService {
    const char *name;
    bool (*start)(const NodeCounty *c, void **state, Err *err);
    void (*ending)(void *state);
    void (*stop)(void *state);
    LedgerHook hook;
    const PackPart *part;                                  /* the YAML of packs that is its own */
    bool (*makers)(Arena *a, const Str **name, size_t *n); /* who makes derived properties (PackAbove) */
} NodeService;
const PackAbove *node_above(Arena *a); /* all of theirs, for pack_load; NULL: no memory */
void *node_service(const NodeCounty *c, const NodeService *s); /* its state; NULL: it does not run here */

typedef struct NodeOptions {
    const char *packs; /* folder; NULL: NODE_NO_PACKS */
    const NodeService *const
        *only; /* NULL-ended: these services; NULL: all of the table. Reading nodes have none */
    bool idle; /* services wait for node_start */
    void (*say)(const PackMessage *said, size_t n); /* what is wrong with packs; NULL: nobody hears it */
} NodeOptions;
bool node_open(const char *dir, LedgerMode mode, const NodeOptions *o, Node **out, Err *err) MUST;
bool node_start(Node *n, Err *err) MUST; /* of an idle one: its services begin */
void node_close(Node *n);                /* NULL is taken */
const char *node_dir(const Node *n);

bool node_hold(Node *n, const NodeCounty **out, Err *err) MUST; /* waits while another takes its place */
/* The same for who may not wait: NULL, `*later`: its lodger's `open` will be called; not `*later`: NODE_CLOSED. */
const NodeCounty *node_try(Node *n, bool *later);
void node_keep(const NodeCounty *c); /* held once more */
void node_release(const NodeCounty *c);
/* Reads the packs again. `change`, where there is one, runs while nobody has the county's files open (NODE_IN_USE: somebody
 * would not let go). Where the new packs cannot be used the old ones go on, and *err says why. */
bool node_reload(Node *n, bool (*change)(void *ctx, Err *err), void *ctx, Err *err) MUST;

/* Who lives in a node and makes something of his own of each county, as a face does. `open` at once, and again at each reload
 * before anybody holds the new one; `ending` and `close` as of a service. `hear`: of node_say, from any thread. */
typedef struct NodeLodger {
    bool (*open)(void *ctx, const NodeCounty *c, void **state, Err *err);
    void (*ending)(void *state);
    void (*close)(void *state);
    void (*opened)(void *ctx); /* whoever waited may come in; NULL: nobody waits */
    void (*hear)(void *ctx, Str event, Str json);
    void *ctx;
} NodeLodger;
bool node_lodge(Node *n, const NodeLodger *l, Err *err) MUST; /* borrowed until node_leave; one at a time */
void node_leave(Node *n);
void *node_lodging(const NodeCounty *c); /* what `open` made of it */
/* Tells whoever listens: event "progress" with JSON of a job. */
void node_say(Node *n, Str event, Str json);
