/* src/tile/square.h - what a layer looks like from afar: sums and labels of square cells, 64 × 64 of them a square.
 *
 * A cell of level g is a 256th of the width of a tile of zoom g. Squares of level SUM_LEVEL hold exact sums, by key, of
 * what was cut to their cells; squares of the levels above are the sums of their four. Squares of the levels that are drawn
 * hold a label for each cell: the key it is shown as. A key is a kind of geometry and the values of those attributes by which
 * the layer is drawn and filtered; its number in the view's table, + 1, is the label; 0: nothing.
 * A square is one run of bytes, the same in the file and in memory. Squares and views never change, and are counted.
 */
#pragma once
#include "tile/block.h"

enum {
    SQUARE = 64,
    SQUARE_CELLS = SQUARE * SQUARE,
    SUM_LEVEL = 11,
    TOP_LEVEL = 6,    /* sums are kept up to it */
    LABEL_LEVEL = 13, /* the finest that is labelled */
    VIEW_ZOOMS = 15,  /* 0 … 14 */
    KEYS_MOST = 4095,
    COUNT_SHIFT = 40,
};
#define MEASURE_MOST ((UINT64_C(1) << COUNT_SHIFT) - 1)

typedef struct Sum { /* of a key in a cell: what lies in it, and how many have their middle there */
    uint16_t cell, key;
    uint32_t low, high; /* count << COUNT_SHIFT | measure: doubled world units², or mm */
} Sum;
static inline uint64_t sum_bits(const Sum *s)
{
    return (uint64_t)s->high << 32 | s->low;
}
static inline uint64_t sum_measure(const Sum *s)
{
    return sum_bits(s) & MEASURE_MOST;
}
static inline uint32_t sum_count(const Sum *s)
{
    return (uint32_t)(sum_bits(s) >> COUNT_SHIFT);
}

typedef struct SquareHead {
    uint32_t level, x, y, nsum, labelled, spare;
} SquareHead;
typedef struct Square {
    atomic_int refs;
    TileMap *map; /* NULL: the bytes are its own */
    Bytes bytes;
    uint64_t hash, file_at; /* as a Block's */
    const SquareHead *head;
    const Sum *sum;        /* by cell, then key */
    const uint16_t *label; /* NULL: this level is not drawn */
} Square;
Square *tile_square_of(Bytes bytes, TileMap *map); /* as tile_block_of */
Square *tile_square_make(
    uint32_t level, uint32_t x, uint32_t y, const Sum *sum, size_t n, const uint16_t *label);
Square *tile_square_keep(Square *s);
void tile_square_drop(Square *s);

typedef struct ViewKey {
    GeoType type;  /* GEO_POINT, GEO_LINE, GEO_POLYGON */
    uint16_t main; /* the first key of the same type and first value */
    uint16_t
        order; /* among the keys by their values alone: what is decided by it does not hang on who came first */
    MvtValue *value; /* of the attributes of the view's key, in their order */
} ViewKey;
typedef struct View {
    atomic_int refs;
    Arena *a; /* key */
    ViewKey *key;
    size_t nkey;
    TileView how;
    int32_t single_from;       /* from this zoom on features are shown one by one; 0: always */
    int32_t level[VIEW_ZOOMS]; /* of the labels that a zoom is drawn from; 0: none are */
    Square **square;           /* the first `sorted` of them by level, y, x */
    size_t n, sorted, cap;
} View;
View *tile_view_new(const TileView *how); /* NULL: no memory */
View *tile_view_like(const View *v);      /* its keys and zooms, no squares */
View *tile_view_keep(View *v);
void tile_view_drop(View *v);
bool tile_view_add(View *v, Square *s); /* takes the square over, also when it fails; then tile_view_sort */
void tile_view_sort(View *v);
bool tile_view_whole(View *v); /* sorted, and all that its squares name is there */
/* Among the sorted: */
const Square *tile_view_find(const View *v, int level, uint32_t x, uint32_t y); /* NULL: nothing there */
size_t tile_view_from(const View *v, int level); /* the first square of the level or beyond */
bool tile_view_put(View *v, Square *s);          /* as tile_view_add, instead of the one that is there */
size_t tile_view_find_key(
    const View *v, GeoType type, const MvtValue *value); /* as the next, of those that are there */
/* The key's number; values beyond KEYS_MOST keys are taken as missing ones. SIZE_MAX: no memory. */
size_t tile_view_key(View *v, GeoType type, const MvtValue *value);
bool tile_view_order(View *v) MUST;                  /* when keys were added */
bool tile_view_write(const View *v, Buf *out) MUST;  /* all but the squares */
View *tile_view_read(Bytes in, const TileView *how); /* NULL: not a view's */
