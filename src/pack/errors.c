/* src/pack/errors.c - the kinds of failure of this room. */
#include "pack/pack.h"

const ErrKind PACK_BAD = { "pack/bad", 500, "业务包有误：{0}。{1}", "The packs are wrong: {0}. {1}" };
const ErrKind PACK_NO_COLLECTION = { "pack/no-collection", 404, "没有集合“{0}”{1}。",
    "There is no collection \"{0}\"{1}." };
