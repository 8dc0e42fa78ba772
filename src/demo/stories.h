/* src/demo/stories.h - fixed ids of the planted stories, so that tour, tests and pictures can point at them. */
#pragma once
#include "demo/county.h"

/* 01DEM0S01 and 17 digits: a valid ULID. `story` 1 … 17, `k` counts the records of the story from 1. */
void demo_story_id(unsigned story, unsigned k, char out[ULID_LEN + 1]);
/* The section that holds a stake of a road given by its number; SIZE_MAX: there is none. */
size_t demo_section_at(const County *c, Str road, int32_t stake);
Xy demo_stake_place(const County *c, size_t section, int32_t stake);
enum { BRIDGE_STAKE = 4620, POTHOLE_STAKE = 7300 };
