/* src/demo/demo.h - the demo county: who lives there, what grows there, what happens there; any size, one seed.
 *
 * A pure function of (persons, seed, today, the YAML below packs/00-common/demo): the same call makes the same records
 * in the same order, ids included. It knows no ledger: records go into a sink, in an order in which references come
 * before those who refer.
 *
 * Stands on base, geo, cql (values). Memory: its own, some 1 GB for 500,000 persons.
 * Threads  demo_make uses two threads inside; the sink is called from the caller's thread only.
 */
#pragma once
#include "base/base.h"
#include "cql/cql.h"
#include "geo/geo.h"

extern const ErrKind DEMO_BAD_SPEC, DEMO_STOPPED;

typedef struct DemoField {
    Str name; /* a property of the collection; point to the same literal each time */
    CqlValue value;
} DemoField;
typedef struct DemoRecord {
    Str collection;
    char id[ULID_LEN + 1];
    Str division;    /* 12 digits */
    Bytes geometry;  /* WKB in degrees; empty: none */
    int64_t valid_from, valid_to; /* µs; INT64_MIN: by the ledger; valid_to INT64_MAX: current */
    const DemoField *field;
    size_t nfield;
} DemoRecord;
typedef struct DemoSpec {
    size_t persons; /* 100 … 2,000,000 */
    uint64_t seed;
    int32_t today;         /* day number */
    const char *data;      /* folder of the YAML of 00-common/demo */
    const char *out;       /* folder for dem.bin (terrain) and files/ (the sheets of S03, S06); may be NULL */
} DemoSpec;
typedef struct DemoSink {
    bool (*record)(void *ctx, const DemoRecord *r, Err *err); /* false stops */
    /* All of one township is in (橘坞镇 first); called `total` times. May be NULL. */
    bool (*township)(void *ctx, size_t done, size_t total, Str name, Err *err);
    void *ctx;
} DemoSink;
bool demo_make(const DemoSpec *spec, const DemoSink *sink, Err *err) MUST;
