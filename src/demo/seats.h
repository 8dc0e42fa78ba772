/* src/demo/seats.h - seats within a territory given as its cells; false: no cell or no memory. */
#pragma once
#include "demo/county.h"

bool demo_seats(const County *c, const uint32_t *cell, size_t ncell, size_t n, Rng *r, size_t *seat) MUST;
