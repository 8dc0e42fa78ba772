/* src/demo/demo.h - the demo county: who lives there, what grows there, what happens there; any size, one seed.
 *
 * A pure function of (persons, seed, today, the YAML below packs/00-common/demo): the same call makes the same records
 * in the same order, ids included. It knows no ledger: records go into a sink, in an order in which references come
 * before those who refer (one circle: a household names its head, who comes right behind it).
 *
 * Stands on base, geo, cql (values). Memory: its own, some 200 MB for 500,000 persons.
 * Threads  demo_make generates on a second thread; the sink is called from the caller's thread only.
 */
#pragma once
#include "base/base.h"
#include "cql/cql.h"
#include "geo/geo.h"

extern const ErrKind DEMO_BAD_SPEC, DEMO_BAD_SIZE, DEMO_NO_ROOM, DEMO_STOPPED;
enum { DEMO_PERSONS_LEAST = 100, DEMO_PERSONS_MOST = 2000000 };

typedef struct DemoField {
    Str name;       /* a property of the collection; points to the same literal each time */
    CqlValue value; /* references are texts: a ULID, a division's code; of several kinds: "person/ULID" */
} DemoField;
typedef struct DemoRecord {
    Str collection;
    char id[ULID_LEN + 1];
    Str division;                 /* 12 digits (a group's own record: its village) */
    Bytes geometry;               /* WKB in degrees; empty: none */
    int64_t valid_from, valid_to; /* µs; INT64_MIN: by the ledger; valid_to INT64_MAX: current */
    const DemoField *field;
    size_t nfield;
} DemoRecord;
typedef struct DemoSpec {
    size_t persons; /* DEMO_PERSONS_LEAST … _MOST, else DEMO_BAD_SIZE */
    uint64_t seed;
    int32_t today;    /* day number */
    const char *data; /* folder of the YAML of 00-common/demo */
    const char
        *out; /* folder for dem.bin (terrain) and files/ (the sheets of S03, S06; dem.tif); may be NULL */
} DemoSpec;
typedef struct DemoSink { /* a record, and all it points to, is borrowed until the call returns */
    bool (*record)(void *ctx, const DemoRecord *r, Err *err); /* false stops */
    /* All of one township is in (橘坞镇 first); called `total` times. May be NULL. */
    bool (*township)(void *ctx, size_t done, size_t total, Str name, Err *err);
    void *ctx;
} DemoSink;
bool demo_make(const DemoSpec *spec, const DemoSink *sink, Err *err) MUST;
/* The drawings that records show as photos: each path is told, so that the file is put where attachments lie. */
bool demo_pictures(
    const char *data, bool (*see)(void *ctx, const char *path, Err *err), void *ctx, Err *err) MUST;
/* The id of a division's record: time 0 and the first 80 bits of SM3(code). */
void demo_division_id(Str code, char out[ULID_LEN + 1]);

/* What GET /demo tells beside its progress: {"cards":…,"tour":…,"actors":…,"files":…}, texts in `lang` (zh or en),
 * ids those of the planted stories. */
bool demo_tour(const char *data, Str lang, Arena *a, Str *json, Err *err) MUST;

/* --- alive: named actors make one change every 4 to 12 s through the public faces ------------------------ */
typedef struct DemoFaces { /* how the planner looks at the county: GET of a path, as anyone may */
    /* false: nothing there, or no answer. `etag` of the answer, may be empty. */
    bool (*get)(void *ctx, const char *path, Arena *a, json_t **out, Str *etag);
    void *ctx;
} DemoFaces;
typedef struct DemoStep { /* one request to be sent */
    int wait_ms;          /* before it */
    Str method, path, content_type, body;
    Str actor, source, reason; /* headers Sangzi-Actor, -Source, -Reason; to be percent-encoded */
    Str if_match;              /* empty: none */
    Str key;                   /* Idempotency-Key */
} DemoStep;
/* The n-th change: depends on (seed, n, now and what the faces answer) only. False with err->kind NULL: nothing to do
 * this time, go on with n + 1. */
bool demo_live(const char *data, uint64_t seed, size_t n, int64_t now, const DemoFaces *faces, Arena *a,
    DemoStep *out, Err *err) MUST;
enum { DEMO_LIVE_MAX = 5000 }; /* changes, then it stops */
