/* src/demo/people_text.h - drawing names by cohort, and numbers with their check digits. */
#pragma once
#include "demo/county.h"

typedef struct Given {
    Weighted chars;
    const Yaml *whole;
} Given;
typedef struct Cohort {
    int until;
    double single;
    Given given[2]; /* men, women */
} Cohort;
typedef struct Names {
    const County *county;
    Cohort cohort[12];
    size_t n;
    Map *blocked;
} Names;
bool demo_names_open(const County *c, Arena *a, Names *out) MUST;
size_t demo_name(const Names *n, Str family, bool female, int year, Str poem, Rng *r, char out[64]);
void demo_id_no(County *c, int32_t birth, bool female, char out[19]);
void demo_phone(County *c, char out[12]);
void demo_bank_card(uint32_t n, char out[20]);
