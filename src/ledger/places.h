/* src/ledger/places.h - divisions kept in memory as areas; private to the room. */
#pragma once
#include "ledger/row.h"

typedef struct LedgerPlaces LedgerPlaces;
/* The division that the place lies in, into *division where there is one. */
bool ledger_place(const Sight *in, double x, double y, Arena *a, Str *division, Err *err) MUST;
void ledger_places_stale(
    Ledger *l); /* a division was written, or taken out again: what is kept is of the past */
