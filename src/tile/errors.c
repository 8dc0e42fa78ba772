/* src/tile/errors.c - what can go wrong with tiles. */
#include "tile/tile.h"

const ErrKind TILE_NO_TILE = { "tile/no-tile", 404, "没有瓦片 {0}：级别或行列号超出瓦片矩阵范围。",
    "There is no tile {0}: the zoom, column or row is outside the tile matrix." };
const ErrKind TILE_BAD_DEM = { "tile/bad-dem", 500, "高程文件读不懂：{0}。请重新生成该文件。",
    "The elevation file cannot be read: {0}. Make the file again." };
const ErrKind TILE_NOT_READY = { "tile/not-ready", 503, "“{0}”的瓦片包还在生成，请稍后再试。",
    "The tiles of “{0}” are still being packed; please try again shortly." };
