/* src/onemap/errors.c - what can go wrong with the one map. */
#include "onemap/onemap.h"

const ErrKind ONEMAP_HIDDEN = { "onemap/hidden", 403, "“{0}”有一部分不对您显示，所以也不给出它的总数。",
    "A part of “{0}” is not shown to you, so its totals are not given either." };
