/* src/demo/errors.c - what can go wrong while a county is made. */
#include "demo/demo.h"

const ErrKind DEMO_BAD_SPEC = { "demo/bad-spec", 400, "演示县的设置不对：{0}。应为{1}。",
    "The demo county's settings are wrong: {0}. It should be {1}." };
const ErrKind DEMO_STOPPED = { "demo/stopped", 503, "演示县的生成中途停下了：{0}。",
    "Making the demo county stopped half way: {0}." };
