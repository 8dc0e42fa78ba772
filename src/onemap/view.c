/* src/onemap/view.c - how the packs' layers show a collection: what the tile room must know to draw it from afar. */
#include "onemap/rows.h"

typedef struct Shown {
    const OnemapTiles *tiles;
    TileView *view;
    bool filter; /* names of a filter are being noted */
} Shown;

static void note_key(void *ctx, Str name)
{
    const Shown *s = ctx;
    TileView *v = s->view;
    size_t i = 0, k = 0;

    while (i < s->tiles->nattribute && !str_eq(s->tiles->attribute[i]->name, name))
        i++;
    while (k < v->nkey && v->key[k] != i)
        k++;
    if (i < s->tiles->nattribute && k == v->nkey && v->nkey < TILE_VIEW_KEYS)
        v->key[v->nkey++] = (uint8_t)i;
    if (s->filter && k == 0 && v->nkey)
        v->main_filters = true;
}

static void note_kind(const OnemapLayer *p, TileView *v)
{
    if (p->kind == ONEMAP_FILL)
        v->from = !v->fills || p->minzoom < v->from ? p->minzoom : v->from;
    v->fills |= p->kind == ONEMAP_FILL;
    v->lines |= p->kind == ONEMAP_LINE;
    v->circles |= p->kind == ONEMAP_CIRCLE;
    v->words |= p->kind == ONEMAP_SYMBOL;
}

/* First the property of visible layers, then those of all, last what they are filtered by. */
TileView onemap_view(const PackModel *m, const Layer *l)
{
    TileView v = { 0 };
    Shown s = { &l->tiles, &v, false };
    size_t n;
    const OnemapLayer *layer = onemap_layers(m, &n);

    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < n; i++) {
            const OnemapLayer *p = &layer[i];

            if (!str_eq(p->collection, l->tiles.collection->name) || (round == 0 && (!p->visible || p->base)))
                continue;
            s.filter = round == 2;
            if (s.filter && p->filter)
                cql_names(p->filter, note_key, &s);
            else if (!s.filter && p->property.len)
                note_key(&s, p->property);
            if (round == 1)
                note_kind(p, &v);
        }
    return v;
}
