/* src/onemap/part.c - a tile for whom a part of the collection is hidden: drawn for him alone, from the rows that he sees.
 *
 * Packs and bodies kept for all hold every record; they are never cut down for one reader, but left aside.
 */
#include "onemap/rows.h"
#include <stdio.h>

uint64_t onemap_shown(const OnemapTiles *t, const AccessWho *who)
{
    uint64_t show = 0;

    for (size_t i = 0; i < t->nattribute; i++)
        if (access_sees(who, t->attribute[i]))
            show |= UINT64_C(1) << i;
    return show;
}

bool onemap_sees_whole(const OnemapTiles *t, const AccessWho *who)
{
    return access_sees_everywhere(who, t->collection) && t->collection->geometry_grade <= who->grade;
}

static bool draw_part(
    Layer *l, const char *dir, TileCache *cache, const TileAsk *ask, Arena *a, OnemapPart *out, Err *err)
{
    const TileSource source = onemap_source(l);
    const TileView view = onemap_view(ledger_model(l->view.ledger), l);
    const TileBody *body;
    Str name[TILE_ATTRIBUTES];
    TileLayer *layer;
    bool good;

    for (size_t i = 0; i < l->tiles.nattribute; i++)
        name[i] = l->tiles.attribute[i]->name;
    /* No pack bears this name: it is drawn from rows. */
    if (!tile_layer_open(cache, dir, str_fmt(a, "~%.*s", STRV(l->tiles.collection->name)), name,
            l->tiles.nattribute, &view, &source, &layer, err))
        return false;
    good = tile_get(layer, ask, &body, err);
    if (good) {
        *out = (OnemapPart){
            .bytes = BYTES(str_copy(a, TEXT(body->bytes))), .gzip = body->gzip, .dropped = body->dropped
        };
        tile_body_free(body);
    }
    tile_layer_close(layer);
    return good;
}

bool onemap_tile_part(
    const OnemapTiles *t, LedgerView v, const TileAsk *ask, Arena *a, OnemapPart *out, Err *err)
{
    static const bool never = false;
    Layer l = { .tiles = *t, .view = v, .ending = &never };
    TileCache *cache = tile_cache_new(1 << 20);
    char dir[4400];
    bool good;

    snprintf(dir, sizeof dir, "%s/tiles", ledger_dir(v.ledger));
    good =
        cache ? draw_part(&l, dir, cache, ask, a, out, err) : FAIL(err, BASE_NO_MEMORY, STR("tile"), "tile");
    tile_cache_free(cache);
    return good;
}
