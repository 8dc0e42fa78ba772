/* src/onemap/rows.h - one layer of a running county, as its rows are read. */
#pragma once
#include "onemap/onemap.h"

typedef struct Layer {
    OnemapTiles tiles;
    LedgerView view;
    const bool *ending; /* atomic: a reading ends unfinished */
} Layer;
/* What the packs' layers carry, draw, write and filter by; else the first few, so that any layer can be styled. */
void onemap_choose_attributes(const PackModel *m, Layer *l);
TileSource onemap_source(Layer *l);
TileView onemap_view(const PackModel *m, const Layer *l); /* its attributes chosen */
