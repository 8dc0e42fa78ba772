/* src/onemap/rows.c - rows of the ledger's tables for the tile room: which attributes a layer carries, and its source. */
#include "onemap/rows.h"

enum { LEAST_ATTRIBUTES = 6 };

/* --- rows of the ledger ------------------------------------------------------------------------------------------- */
typedef struct Giving {
    const Layer *layer;
    TileSee *see;
    void *to;
} Giving;

static bool give_row(void *ctx, const LedgerDrawn *r)
{
    const Giving *g = ctx;

    return !__atomic_load_n(g->layer->ending, __ATOMIC_RELAXED) &&
           g->see(g->to, &(TileRow){ r->fid, r->id, r->division, r->wkb, r->value });
}

static bool draw(const Layer *l, LedgerDraw draw, TileSee *see, void *to, Err *err)
{
    Giving g = { l, see, to };

    draw.collection = l->tiles.collection;
    draw.property = l->tiles.attribute;
    draw.nproperty = l->tiles.nattribute;
    return ledger_draw(l->view, &draw, give_row, &g, err);
}

static bool read_rows(void *ctx, GeoBox box, double least, TileSee *see, void *to, Err *err)
{
    return draw(ctx, (LedgerDraw){ .box = box, .least = least }, see, to, err);
}

static bool read_some(void *ctx, const int64_t *fid, size_t n, TileSee *see, void *to, Err *err)
{
    return !n || draw(ctx, (LedgerDraw){ .box = GEO_BOX_NONE, .fid = fid, .nfid = n }, see, to, err);
}

static int64_t seq_of(void *ctx)
{
    return ledger_seq(((Layer *)ctx)->view.ledger);
}

TileSource onemap_source(Layer *l)
{
    return (TileSource){ l, read_rows, read_some, seq_of, l->ending };
}

/* --- which attributes ------------------------------------------------------------------------------------------------ */
static void add_attribute(Layer *l, Str name)
{
    const PackProperty *p = pack_property(l->tiles.collection, name);

    if (!p || p->grade >= 3 || p->many || p->type == PACK_GEOMETRY || !p->cql.column.len ||
        str_eq(p->name, STR("division")) || l->tiles.nattribute == TILE_ATTRIBUTES)
        return;
    for (size_t i = 0; i < l->tiles.nattribute; i++)
        if (l->tiles.attribute[i] == p)
            return;
    l->tiles.attribute[l->tiles.nattribute++] = p;
}

typedef struct Names {
    Layer *layer;
} Names;

static void see_name(void *ctx, Str name)
{
    add_attribute(((Names *)ctx)->layer, name);
}

/* What the packs' layers carry, draw, write and filter by; else the first few, so that any layer can be styled. */
void onemap_choose_attributes(const PackModel *m, Layer *l)
{
    Names names = { l };
    size_t n;
    const OnemapLayer *p = onemap_layers(m, &n);

    add_attribute(l, l->tiles.collection->label);
    for (; n > 0; n--, p++) {
        if (!str_eq(p->collection, l->tiles.collection->name))
            continue;
        add_attribute(l, p->property);
        add_attribute(l, p->label);
        add_attribute(l, p->time);
        for (size_t k = 0; k < p->nattribute; k++)
            add_attribute(l, p->attribute[k]);
        if (p->filter)
            cql_names(p->filter, see_name, &names);
    }
    for (size_t i = 0; i < l->tiles.collection->ndeclared && l->tiles.nattribute < LEAST_ATTRIBUTES; i++)
        add_attribute(l, l->tiles.collection->property[i].name);
}
