/* src/demo/sections.h - the words for a section's class and surface. */
#pragma once
#include "demo/county.h"

extern const char *const demo_tech[5], *const demo_surface[3];
