/* src/demo/lore.h - names on their way into the gazetteer. */
#pragma once
#include "demo/county.h"

typedef struct Name {
    Str name, kind, division;  /* village, or what is above */
    Str parent, origin, roman; /* empty: the division; none; from the characters */
    size_t tail; /* characters at its end that say what kind of place it is; set apart in Roman letters */
    Str meaning, story;
    Bytes place;
    const char *id; /* NULL: the next */
    Str alias[4];
    size_t nalias;
    int32_t since, until; /* days; 0: from the first, in use */
} Name;
bool demo_tell_name(County *c, Out *o, const Name *n, Rng *r) MUST;
Str demo_meaning(const County *c, Str bare, Arena *a);
/* Hills, streams, fields, ponds, lanes, old trees of one township. */
bool demo_emit_lore(County *c, size_t town, Out *o, Rng *r) MUST;
