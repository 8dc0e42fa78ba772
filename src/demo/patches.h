/* src/demo/patches.h - the sheet of one township while its land survey is drawn. */
#pragma once
#include "demo/county.h"

enum { LAND, RIVER, LAKE, ROAD };
typedef struct Patch {
    uint32_t seed;
    uint16_t group;
    uint8_t kind;
    int cls; /* index of the class; -1: none yet */
    double cells, slope, seat, water, town;
    int box[4];
    bool basic;
} Patch;
typedef struct Sheet {
    County *c;
    const Town *town;
    size_t index;
    Grid g;          /* the window, fine */
    int x0, y0, sub; /* its corner in fine cells; fine cells to a cell */
    double houses,
        centre; /* m² under the houses of a group; under streets' houses, shops, works of the town */
    double lanes, ponds; /* cells that roads and lakes have left of their shares: lanes and ponds take them */
    float least_flow;    /* km² upstream of a stream that has a patch of its own */
    uint16_t *group;     /* NOBODY: another township */
    uint16_t *zone;      /* township or NOBODY */
    uint8_t *kind;
    uint16_t *label;
    Patch *patch;
    size_t n, max;
    Arena *a;
} Sheet;
/* Patches of one class and group grow together until each class has the table's mean size; labels follow. */
bool demo_merge_patches(Sheet *s) MUST;
