/* src/indicator/indicator.h - figures: a pack's indicator for a division and a period, with the divisions below it.
 *
 *     if (indicator_value((LedgerView){ ledger, who }, i, STR("990121000000"), STR("2026"), a, &v, err)) … v.value, v.child[k].value …
 *
 * A figure is made from the records as they stand: two sums over the collection (numerator, denominator), each grouped by
 * division in one query, then added up the tree. It opens to its records by `filter` and `numerator_filter`.
 *
 * Stands on base, geo, cql, pack, ledger.
 * Memory   results in the arena handed in.
 * Threads  any.
 * Errors   INDICATOR_NO_INDICATOR (404), INDICATOR_BAD_PERIOD (400); those of the ledger.
 */
#pragma once
#include "base/base.h"
#include "ledger/ledger.h"
#include "node/node.h"

extern const ErrKind INDICATOR_NO_INDICATOR, INDICATOR_BAD_PERIOD;
typedef struct Indicator {
    Str id, pack, task, collection;
    PackTitle title, description, unit;
    /* scale × Σ weight·value over records meeting `numerator` / Σ weight over those meeting `denominator`; a NULL tree is
     * met by all; weight and value are properties, 1 when empty; no denominator_text and `count`: the sum itself */
    CqlExpr *numerator, *denominator;
    Str numerator_text, denominator_text, weight, value;
    bool count;
    double scale;
    int digits;         /* decimals shown */
    const char *better; /* "up", "down", "" */
    Str period; /* date or time property: numerator only of the records where it falls in the period; empty: as things stand */
    PackTitle source;
} Indicator;
extern const PackPart indicator_yaml;                          /* indicators.yaml of a pack */
extern const NodeService indicator_service;                    /* brings it; nothing runs */
const Indicator *indicator_all(const PackModel *m, size_t *n); /* in the order of packs and lines */
typedef struct IndicatorPart {
    Str division, name;
    double value, numerator, denominator; /* value NAN: nothing to divide by */
} IndicatorPart;
typedef struct IndicatorValue {
    double value, previous, numerator, denominator; /* previous: the period before; NAN: none */
    double completeness;          /* records the denominator knows / all of them, 0..1; NAN: none */
    Str period;                   /* "2026"; empty: as things stand */
    Str filter, numerator_filter; /* CQL2 text; empty: all */
    const IndicatorPart *child;   /* divisions next below, in order of code */
    size_t nchild;
} IndicatorValue;
bool indicator_find(const PackModel *m, Str id, const Indicator **out, Err *err) MUST;
/* division empty: the node's own; period "2026", "2026-11" or empty: this year where the indicator has periods. */
bool indicator_value(
    LedgerView l, const Indicator *i, Str division, Str period, Arena *a, IndicatorValue *out, Err *err) MUST;
