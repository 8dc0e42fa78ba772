/* src/cli/live.h - the demo county's actors at work: a thread that sends what demo_live plans to the public faces. */
#pragma once
#include "base/base.h"

typedef struct Live Live;
/* `base`: "http://127.0.0.1:8080"; `on`: begins at once. */
bool live_start(const char *base, const char *data, uint64_t seed, bool on, Live **out, Err *err) MUST;
void live_stop(Live *l); /* NULL is taken */
void live_set(Live *l, bool on);
bool live_on(const Live *l);
size_t live_changes(const Live *l);
