/* src/node/errors.c - what can go wrong with a whole node. */
#include "node/node.h"

const ErrKind NODE_NO_PACKS = { "node/no-packs", 404,
    "找不到业务包（试过 --packs、{0}/packs、程序旁和当前文件夹的 packs）。",
    "No packs found (tried --packs, {0}/packs, beside the program, ./packs)." };
const ErrKind NODE_CLOSED = { "node/closed", 503, "县数据正在关闭或暂时打不开（{0}），请稍后再试。",
    "The county is closing, or cannot be opened at the moment ({0}). Try again shortly." };
const ErrKind NODE_IN_USE = { "node/in-use", 409, "还有读取没有结束（{0}），现在换不了数据，请稍后再试。",
    "Somebody is still reading ({0}): the data cannot be exchanged now. Try again shortly." };
