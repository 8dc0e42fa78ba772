/* src/geo/mvt_in.h - a layer of a vector tile while it is written; private to mvt.c and mvt_thin.c. */
#pragma once
#include "geo/path.h"

enum { LAYER = 3, NAME = 1, FEATURE = 2, KEYS = 3, VALUES = 4, EXTENT = 5, VERSION = 15 }; /* message Layer */
enum { ID = 1, TAGS = 2, TYPE = 3, GEOMETRY = 4 }; /* message Feature */
enum {
    STRING_VALUE = 1,
    DOUBLE_VALUE = 3,
    INT_VALUE = 4,
    SINT_VALUE = 6,
    BOOL_VALUE = 7
}; /* message Value */
enum { VARINT = 0, FIXED64 = 1, BYTES_ = 2, LAYER_MAX = 256 << 20, KEYS_MAX = 512, VARINT_ROOM = 10 };
#define TAG(field, wire) (uint8_t)((field) << 3 | (wire))

/* What a key's values were like. Neighbours often have the same, so the last is looked at first; where hardly any came
 * twice (a code, a measured area) the table is not asked any more: a value written twice is right, if wasteful. */
typedef struct KeyUse {
    uint32_t last; /* number of its last value, + 1; 0: none yet */
    uint32_t asked, found;
} KeyUse;
enum { KEY_TRIAL = 128, KEY_WORTH = 8 }; /* after so many, one in eight must have been there */

struct MvtLayer {
    Str name;
    GeoGrid grid;
    int zoom;
    int up;         /* zoom levels beyond MVT_FULL: units are world units, enlarged when written */
    Xy origin;      /* of the tile, in units */
    int32_t extent; /* in units */
    MvtPen *pen;
    Path whole, part, scratch;
    Buf features, keys, values, tail;
    KeyUse key[KEYS_MAX];
    size_t nkey, count;
    uint32_t nvalue;
    uint32_t *slot; /* open addressing over the values that may repeat: number + 1 */
    uint32_t *at;   /* value's place in `values` */
    size_t nslot, used, cap_at;
    bool bad;
};

static inline size_t mvt_varint_len(uint64_t v)
{
    size_t n = 1;

    while (v >>= 7)
        n++;
    return n;
}
