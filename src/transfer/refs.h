/* src/transfer/refs.h - what a cell refers to: by id, by code, by name; a stretch of road by its stakes. */
#pragma once
#include "ledger/ledger.h"
#include "transfer/match.h"

typedef struct TransferTest { /* property OP value */
    const PackProperty *property;
    const char *op;
    CqlValue value;
} TransferTest;
typedef struct TransferFound {
    Str id, said; /* said: what it is called, for “not one only” */
    Bytes geometry;
    CqlValue value[4]; /* of the properties asked for */
} TransferFound;
/* Current records that pass all tests, at most `most`. */
bool transfer_find(Ledger *l, const PackCollection *c, const TransferTest *test, size_t ntest,
    const PackProperty *const *want, size_t nwant, size_t most, Arena *a, TransferFound **out, size_t *n,
    Err *err) MUST;

typedef struct TransferRefs TransferRefs; /* remembers what it found; belongs to one thread */
TransferRefs *transfer_refs_new(Ledger *l, const TransferStretch *stretch);
void transfer_refs_free(TransferRefs *r);
bool transfer_resolve(
    TransferRefs *r, const PackProperty *p, Str text, Arena *a, CqlValue *out, Err *err) MUST;
/* The stretch of the road `code` that holds [from, to]; `to` < `from`: a single stake. */
bool transfer_stretch_at(
    TransferRefs *r, Str code, int64_t from, int64_t to, Arena *a, Str *id, Err *err) MUST;
/* The stretch within 15 m of a shape; *id empty: none. */
bool transfer_stretch_near(TransferRefs *r, Bytes wkb, Arena *a, Str *id, Err *err) MUST;
bool transfer_stretch_point(TransferRefs *r, Str id, int64_t stake, Arena *a, Bytes *point,
    Err *err) MUST; /* empty: it has no line */
