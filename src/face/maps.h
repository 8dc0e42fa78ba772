/* src/face/maps.h - the map's layers of a Face: one packed layer a collection with a place, kept fresh. */
#pragma once
#include "face/face_in.h"
#include "tile/tile.h"

typedef struct FaceMaps FaceMaps;
typedef struct FaceLayer {
    const PackCollection *collection;
    TileLayer *layer;
    const StoreTable *table;
    const PackProperty *attribute[TILE_ATTRIBUTES];
    size_t column[TILE_ATTRIBUTES + 1]; /* in the table; the last is division's */
    size_t nattribute;
    Ledger *ledger;
} FaceLayer;
bool face_maps_new(Face *f, FaceMaps **out, Err *err) MUST;
void face_maps_free(FaceMaps *m);
FaceLayer *face_layer(const FaceMaps *m, const PackCollection *c); /* NULL: none */
const TileTerrain *face_terrain(const FaceMaps *m);                /* NULL: none */
extern const FaceDoor face_tiles;
