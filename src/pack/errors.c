/* src/pack/errors.c - the kinds of failure of this room. */
#include "pack/pack.h"

const ErrKind PACK_BAD = { "pack/bad", 500, "业务包有误：{0}。{1}", "The packs are wrong: {0}. {1}" };
const ErrKind PACK_NO_COLLECTION = { "pack/no-collection", 404, "没有集合“{0}”{1}。",
    "There is no collection \"{0}\"{1}." };
const ErrKind PACK_BAD_NAME = { "pack/bad-name", 400,
    "业务包名“{0}”应如 29-my-pack：两位数字、短横、小写字母。",
    "The pack name \"{0}\" must look like 29-my-pack: two digits, a dash, small letters." };
const ErrKind PACK_EXISTS = { "pack/exists", 409, "“{0}”已经存在；请换一个名称。",
    "\"{0}\" is there already; choose another name." };
