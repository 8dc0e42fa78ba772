/* src/demo/errors.c - what can go wrong while a county is made. */
#include "demo/demo.h"

const ErrKind DEMO_BAD_SPEC = { "demo/bad-spec", 400, "演示县的设置不对：{0}。应为{1}。",
    "The demo county's settings are wrong: {0}. It should be {1}." };
const ErrKind DEMO_STOPPED = { "demo/stopped", 503, "演示县的生成中途停下了：{0}。",
    "Making the demo county stopped half way: {0}." };
const ErrKind DEMO_BAD_SIZE = { "demo/bad-size", 400, "演示县可以有 100 到 2000000 人，{0} 人的做不了。",
    "A demo county has 100 to 2000000 persons; one of {0} cannot be made." };
const ErrKind DEMO_NO_ROOM = { "demo/no-room", 507,
    "{0} 人的演示县要大约 {1} 磁盘空间，这里不够；请换个位置，或减少人数。",
    "A demo county of {0} persons takes some {1} of disk, more than is free here. Choose another place, or "
    "fewer persons." };
