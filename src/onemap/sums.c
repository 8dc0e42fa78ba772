/* src/onemap/sums.c - count, area and length of what lies in a box, by class: the tile room's sums, grouped and filtered. */
#include "onemap/rows.h"
#include <stdlib.h>

typedef struct Seen { /* a key of the sums as a record */
    const OnemapTiles *tiles;
    const TileSum *sum;
} Seen;

static CqlValue value_of(const CqlProperty *p, const MvtValue *v)
{
    CqlValue out = { .kind = CQL_NULL };

    if (v->kind == MVT_INT)
        out = (CqlValue){ .kind = CQL_INT, .integer = v->i };
    else if (v->kind == MVT_DOUBLE)
        out = (CqlValue){ .kind = CQL_NUMBER, .number = v->d };
    else if (v->kind == MVT_BOOL)
        out = (CqlValue){ .kind = CQL_BOOL, .truth = v->i != 0 };
    else if (v->kind == MVT_TEXT && p->kind == CQL_DATE)
        out.kind = date_parse(v->text, &out.date) ? CQL_DATE : CQL_NULL;
    else if (v->kind == MVT_TEXT && p->kind == CQL_TIME)
        out.kind = time_parse(v->text, &out.time) ? CQL_TIME : CQL_NULL;
    else if (v->kind == MVT_TEXT)
        out = (CqlValue){ .kind = CQL_TEXT, .text = v->text };
    return out;
}

static size_t key_named(const OnemapTiles *t, Str name) /* its place in the view; SIZE_MAX: not in it */
{
    for (size_t k = 0; k < t->view.nkey; k++)
        if (str_eq(t->attribute[t->view.key[k]]->name, name))
            return k;
    return SIZE_MAX;
}

static CqlValue get(void *ctx, const CqlProperty *p)
{
    const Seen *s = ctx;
    const size_t k = key_named(s->tiles, p->name);

    return k == SIZE_MAX ? (CqlValue){ .kind = CQL_NULL } : value_of(p, &s->sum->value[k]);
}

static bool shown(const OnemapTiles *t, const OnemapLayer *layer, const TileSum *s, Arena *a)
{
    Seen seen = { t, s };

    return !layer || !layer->filter || cql_eval(layer->filter, &(CqlRecord){ get, &seen, 0 }, a) == CQL_TRUE;
}

static bool same(const MvtValue *a, const MvtValue *b)
{
    return a->kind == b->kind && a->i == b->i && memcmp(&a->d, &b->d, sizeof a->d) == 0 &&
           str_eq(a->text, b->text);
}

static void add(OnemapSum *to, const TileSum *s)
{
    to->count += s->count;
    to->area += s->area;
    to->length += s->length;
}

static int by_value(const void *a, const void *b) /* what has none comes last */
{
    const MvtValue *x = &((const OnemapSum *)a)->value, *y = &((const OnemapSum *)b)->value;

    if (x->kind != y->kind)
        return x->kind == MVT_NULL ? 1 : y->kind == MVT_NULL ? -1 : (int)x->kind - (int)y->kind;
    if (x->kind == MVT_TEXT)
        return str_cmp(x->text, y->text);
    if (x->kind == MVT_DOUBLE)
        return x->d < y->d ? -1 : x->d > y->d;
    return x->i < y->i ? -1 : x->i > y->i;
}

typedef struct Sight {
    const OnemapTiles *tiles;
    const AccessWho *who;
    bool all;
} Sight;

static void see_name(void *ctx, Str name)
{
    Sight *s = ctx;
    const PackProperty *p = pack_property(s->tiles->collection, name);

    s->all = s->all && p && access_sees(s->who, p);
}

static bool sees(const OnemapTiles *t, const AccessWho *who, const OnemapAsk *ask)
{
    Sight s = { t, who, onemap_sees_whole(t, who) };

    if (ask->layer && ask->layer->filter)
        cql_names(ask->layer->filter, see_name, &s);
    return s.all && (!ask->by || access_sees(who, ask->by));
}

static void add_to_group(OnemapSums *out, const TileSum *s, size_t k)
{
    size_t g = 0;

    while (g < out->ngroup && !same(&out->group[g].value, &s->value[k]))
        g++;
    if (g == out->ngroup)
        out->group[out->ngroup++].value = s->value[k];
    add(&out->group[g], s);
}

bool onemap_sums(
    const OnemapTiles *t, const AccessWho *who, const OnemapAsk *ask, Arena *a, OnemapSums *out, Err *err)
{
    const size_t k = ask->by ? key_named(t, ask->by->name) : SIZE_MAX;
    TileSums sums;

    if (!sees(t, who, ask))
        return FAIL(err, ONEMAP_HIDDEN, t->collection->name, "sums");
    if (!tile_sums(t->layer, ask->box, a, &sums, err))
        return false;
    *out = (OnemapSums){ .exact = sums.exact, .cell = sums.cell, .group = NEWS(a, OnemapSum, sums.n + 1) };
    if (!out->group)
        return FAIL(err, BASE_NO_MEMORY, STR("onemap"), "sums");
    for (size_t i = 0; i < sums.n; i++) {
        const TileSum *s = &sums.sum[i];

        out->areas |= s->type == GEO_POLYGON && t->view.fills;
        out->lengths |= s->type == GEO_LINE && t->view.lines;
        if ((!s->count && s->area <= 0 && s->length <= 0) || !shown(t, ask->layer, s, a))
            continue;
        add(&out->all, s);
        if (k != SIZE_MAX)
            add_to_group(out, s, k);
    }
    qsort(out->group, out->ngroup, sizeof *out->group, by_value);
    return true;
}
