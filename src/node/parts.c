/* src/node/parts.c - packs, ledger and services of one county: opened in order, ended and freed in reverse.
 *
 * It ends in two steps. At rest nothing of it runs or writes any more, so that another may open the same folder; but whoever
 * holds it still reads its ledger, its tiles and its jobs. Freed it is when the last of them has let go.
 */
#include "node/parts.h"
#include <assert.h>

enum { MAKERS_MAX = 1000 };

/* --- what the services bring to the packs -------------------------------------------------------------------------- */
static bool add_makers(const NodeService *s, Arena *a, Str *all, size_t *n)
{
    const Str *name;
    size_t nname;

    if (!s->makers)
        return true;
    if (!s->makers(a, &name, &nname) || *n + nname > MAKERS_MAX)
        return false;
    memcpy(all + *n, name, nname * sizeof *name);
    *n += nname;
    return true;
}

const PackAbove *node_above(Arena *a)
{
    PackAbove *above = NEW(a, PackAbove);
    const PackPart **part = NEWS(a, const PackPart *, NODE_SERVICES_MAX);
    Str *maker = NEWS(a, Str, MAKERS_MAX);
    size_t npart = 0, nmaker = 0;

    if (!above || !part || !maker)
        return NULL;
    for (const NodeService *const *s = node_services; *s; s++) {
        if ((*s)->part)
            part[npart++] = (*s)->part;
        if (!add_makers(*s, a, maker, &nmaker))
            return NULL;
    }
    *above = (PackAbove){ .part = part, .npart = npart, .maker = maker, .nmaker = nmaker };
    return above;
}

bool node_model_read(const NodeOptions *o, const char *dir, NodeModel **out, Err *err)
{
    NodeModel *m = mem_new(1, sizeof *m);
    const PackMessage *said = NULL;
    size_t nsaid = 0;
    Arena *a = arena_new(0);
    bool good = m || FAIL(err, BASE_NO_MEMORY, STR("packs"), "node");

    if (good)
        good = o->packs ? pack_load(o->packs, node_above(a), a, &m->model, &said, &nsaid, err)
                        : FAIL(err, NODE_NO_PACKS, str_of(dir), "packs");
    if (!good && nsaid && o->say)
        o->say(said, nsaid);
    arena_free(a);
    if (good) {
        m->uses = 1;
        *out = m;
    } else
        mem_free(m);
    return good;
}

NodeModel *node_model_keep(NodeModel *m)
{
    __atomic_add_fetch(&m->uses, 1, __ATOMIC_RELAXED);
    return m;
}

void node_model_drop(NodeModel *m)
{
    if (!m || __atomic_sub_fetch(&m->uses, 1, __ATOMIC_ACQ_REL))
        return;
    pack_free(m->model);
    mem_free(m);
}

/* --- services ------------------------------------------------------------------------------------------------- */
static bool hook_in(NodeParts *p, size_t i, Err *err)
{
    LedgerHook hook = p->service[i]->hook;

    if (!hook.before && !hook.after)
        return true;
    hook.name = p->service[i]->name;
    hook.ctx = p->state[i];
    return ledger_hook(p->county.ledger, &hook, &p->hooked[i], err);
}

bool node_parts_start(NodeParts *p, const NodeService *const *service, Err *err)
{
    bool good = true;

    for (; good && *service; service++) {
        const size_t i = p->nservice++; /* one that fails half-way is stopped too */

        assert(i < NODE_SERVICES_MAX);
        p->service[i] = *service;
        good = (!(*service)->start || (*service)->start(&p->county, &p->state[i], err)) && hook_in(p, i, err);
    }
    return good;
}

static void end_services(NodeParts *p)
{
    for (size_t i = p->nservice; i-- > 0;) {
        if (p->hooked[i])
            ledger_told(p->county.ledger);
        ledger_unhook(p->hooked[i]);
        p->hooked[i] = NULL;
        if (p->service[i]->ending && p->state[i])
            p->service[i]->ending(p->state[i]);
    }
}

void *node_service(const NodeCounty *c, const NodeService *s)
{
    for (size_t i = 0; i < c->parts->nservice; i++)
        if (c->parts->service[i] == s)
            return c->parts->state[i];
    return NULL;
}

/* --- who lodges ----------------------------------------------------------------------------------------------------- */
bool node_parts_lodge(NodeParts *p, const NodeLodger *l, Err *err)
{
    p->lodger = l;
    return l->open(l->ctx, &p->county, &p->lodging, err);
}

void node_parts_leave(NodeParts *p)
{
    if (p->lodger && p->lodging) {
        if (!p->resting)
            p->lodger->ending(p->lodging);
        p->lodger->close(p->lodging);
    }
    p->lodger = NULL;
    p->lodging = NULL;
}

void *node_lodging(const NodeCounty *c)
{
    return c->parts->lodging;
}

/* --- the whole --------------------------------------------------------------------------------------------------------- */
bool node_parts_open(Node *n, const char *dir, LedgerMode mode, NodeModel *m, NodeParts **out, Err *err)
{
    NodeParts *p = mem_new(1, sizeof *p);

    if (!p)
        return FAIL(err, BASE_NO_MEMORY, STR("county"), "node");
    p->model = node_model_keep(m);
    p->county = (NodeCounty){ .node = n, .model = m->model, .parts = p };
    if (ledger_open(dir, mode, m->model, &p->county.ledger, err)) {
        *out = p;
        return true;
    }
    node_parts_free(p);
    return false;
}

void node_parts_rest(NodeParts *p)
{
    if (p->resting)
        return;
    if (p->lodger && p->lodging)
        p->lodger->ending(p->lodging);
    end_services(p);
    if (p->county.ledger)
        ledger_rest(p->county.ledger);
    p->resting = true;
}

void node_parts_free(NodeParts *p)
{
    if (!p)
        return;
    node_parts_rest(p);
    node_parts_leave(p);
    while (p->nservice) {
        p->nservice--;
        if (p->state[p->nservice])
            p->service[p->nservice]->stop(p->state[p->nservice]);
    }
    ledger_close(p->county.ledger);
    node_model_drop(p->model);
    mem_free(p);
}
