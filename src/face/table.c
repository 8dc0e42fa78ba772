/* src/face/table.c - every face served here. A new one: its file beside this one, and its row. */
#include "face/table.h"

#define FACES(X)    \
    X(feature_keys) \
    X(landing)      \
    X(events)       \
    X(features)     \
    X(tiles)        \
    X(sums)         \
    X(styles)       \
    X(processes)    \
    X(imports)      \
    X(files)        \
    X(indicators)   \
    X(county)       \
    X(openapi)      \
    X(demo)         \
    X(app)
#define DECLARE(name) extern const FaceDoor face_##name;
#define ROW(name)     &face_##name,
FACES(DECLARE)
const FaceDoor *const face_doors[] = { FACES(ROW) NULL };
