/* src/demo/patch_merge.c - patches of one class grow together until their mean size is the table's.
 *
 * Seeds are strewn more densely than the table wants, since a patch is easily joined to its neighbour and never divided.
 * Pass by pass the smallest patches of a class that has too many join the smallest neighbour of their class, group and
 * kind; a patch takes part once a pass, so that none runs away. Each pass looks at every border once.
 */
#include "demo/patches.h"
#include <stdlib.h>

enum { PASSES = 12, CLASSES = 64 };
typedef struct Border { /* two patches that touch, the lesser index first */
    uint16_t a, b;
} Border;
typedef struct Merge {
    Sheet *s;
    Border *border;
    size_t nborder;
    uint16_t *root, *best; /* who a patch has become; the smallest neighbour it may join */
    uint32_t *order;       /* patches, the smallest first */
    double surplus[CLASSES];
} Merge;

static uint16_t root_of(const Merge *m, uint16_t i)
{
    while (m->root[i] != i) {
        m->root[i] = m->root[m->root[i]];
        i = m->root[i];
    }
    return i;
}

static int by_pair(const void *p, const void *q)
{
    const Border *a = p, *b = q;

    return a->a != b->a ? (a->a < b->a ? -1 : 1) : a->b < b->b ? -1 : a->b > b->b;
}

static bool alike(const Patch *a, const Patch *b)
{
    return a->cls == b->cls && a->group == b->group && a->kind == b->kind;
}

static void meet(Merge *m, uint16_t a, uint16_t b)
{
    if (a == b || a == NOBODY || b == NOBODY || !alike(&m->s->patch[a], &m->s->patch[b]))
        return;
    m->border[m->nborder++] = a < b ? (Border){ a, b } : (Border){ b, a };
}

static void borders(Merge *m)
{
    const Sheet *s = m->s;
    const size_t w = (size_t)s->g.w, n = w * (size_t)s->g.h;
    size_t k = 0;

    for (size_t i = 0; i + w < n; i++) {
        meet(m, s->label[i], s->label[i + 1]);
        meet(m, s->label[i], s->label[i + w]);
    }
    qsort(m->border, m->nborder, sizeof *m->border, by_pair);
    for (size_t i = 0; i < m->nborder; i++)
        if (!i || by_pair(&m->border[i - 1], &m->border[i]) != 0)
            m->border[k++] = m->border[i];
    m->nborder = k;
}

/* How many patches of each class are too many. */
static void surpluses(Merge *m)
{
    const Sheet *s = m->s;
    const Yaml *y = yaml_get(s->c->d.county, "land")->first;
    const double cell_mu = s->g.cell * s->g.cell / (2000.0 / 3);
    double mu[CLASSES] = { 0 };

    for (size_t i = 0; i < s->n; i++)
        if (s->patch[i].cells > 0 && s->patch[i].cls < CLASSES) {
            m->surplus[s->patch[i].cls]++;
            mu[s->patch[i].cls] += s->patch[i].cells * cell_mu;
        }
    for (size_t k = 0; y && k < CLASSES; k++, y = y->next)
        m->surplus[k] -= mu[k] / demo_num(y, "mu");
}

static void offer(Merge *m, uint16_t to, uint16_t from)
{
    const Patch *p = m->s->patch;

    if (m->best[to] == NOBODY || p[from].cells < p[m->best[to]].cells)
        m->best[to] = from;
}

static void best_neighbours(Merge *m)
{
    for (size_t i = 0; i < m->s->n; i++)
        m->best[i] = NOBODY;
    for (size_t i = 0; i < m->nborder; i++) {
        const uint16_t a = root_of(m, m->border[i].a), b = root_of(m, m->border[i].b);

        if (a != b) {
            offer(m, a, b);
            offer(m, b, a);
        }
    }
}

static void join(Patch *to, Patch *from)
{
    const double all = to->cells + from->cells, k = from->cells / all;

    to->slope += k * (from->slope - to->slope);
    to->seat += k * (from->seat - to->seat);
    to->water += k * (from->water - to->water);
    to->town += k * (from->town - to->town);
    to->cells = all;
    from->cells = 0;
    for (int i = 0; i < 2; i++) {
        to->box[i] = from->box[i] < to->box[i] ? from->box[i] : to->box[i];
        to->box[i + 2] = from->box[i + 2] > to->box[i + 2] ? from->box[i + 2] : to->box[i + 2];
    }
}

/* Orders patches by size with a counting sort: sizes are whole numbers of cells, large ones are alike here. */
static void by_size(Merge *m)
{
    enum { BINS = 512 };
    size_t at[BINS + 1] = { 0 };
    const Patch *p = m->s->patch;

    for (size_t i = 0; i < m->s->n; i++)
        at[(p[i].cells < BINS - 1 ? (size_t)p[i].cells : BINS - 1) + 1]++;
    for (size_t k = 1; k <= BINS; k++)
        at[k] += at[k - 1];
    for (size_t i = 0; i < m->s->n; i++)
        m->order[at[p[i].cells < BINS - 1 ? (size_t)p[i].cells : BINS - 1]++] = (uint32_t)i;
}

static size_t one_pass(Merge *m)
{
    size_t joined = 0;

    best_neighbours(m);
    by_size(m);
    for (size_t k = 0; k < m->s->n; k++) {
        const uint16_t i = (uint16_t)m->order[k], to = m->best[i];
        Patch *p = &m->s->patch[i];

        if (p->cells < 1 || to == NOBODY || p->cls >= CLASSES || m->surplus[p->cls] < 1 || m->root[i] != i ||
            m->root[to] != to || m->best[to] == NOBODY)
            continue;
        m->best[to] = m->best[i] = NOBODY; /* both rest until the next pass */
        join(&m->s->patch[to], p);
        m->root[i] = to;
        m->surplus[m->s->patch[to].cls]--;
        joined++;
    }
    return joined;
}

bool demo_merge_patches(Sheet *s)
{
    const size_t cells = (size_t)s->g.w * (size_t)s->g.h;
    Merge m = { .s = s,
        .border = NEWS(s->a, Border, 2 * cells + 1),
        .root = NEWS(s->a, uint16_t, s->n + 1),
        .best = NEWS(s->a, uint16_t, s->n + 1),
        .order = NEWS(s->a, uint32_t, s->n + 1) };

    if (!m.border || !m.root || !m.best || !m.order)
        return false;
    for (size_t i = 0; i < s->n; i++)
        m.root[i] = (uint16_t)i;
    borders(&m);
    surpluses(&m);
    for (int k = 0; k < PASSES && one_pass(&m); k++)
        ;
    for (size_t i = 0; i < cells; i++)
        if (s->label[i] != NOBODY)
            s->label[i] = root_of(&m, s->label[i]);
    return true;
}
