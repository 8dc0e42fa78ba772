/* src/place/place.h - the engine of addresses: divisions by name and by code, for the processes geocode, reverse-geocode and
 * place-names.
 *
 *     if (place_read(run, &all, err)) one = place_find(&all, STR("990121108003")), path = place_path(&all, one->code, a);
 *
 * Stands on process, which stands on the ledger.
 * Memory   all in the run's arena. A Places is the tree as it was when it was read.
 */
#pragma once
#include "process/process.h"

typedef struct Place { /* one division */
    Str id, code, name;
    int level; /* 0 province … 5 group */
    bool has_point;
    double x, y; /* its seat, else a point on it */
} Place;
typedef struct Places {
    const PackCollection *division;
    Place *place; /* ordered by code: a subtree stands together */
    size_t n, size;
} Places;
bool place_read(ProcessRun *run, Places *out, Err *err) MUST;
const Place *place_find(const Places *p, Str code);  /* NULL: none */
Str place_path(const Places *p, Str code, Arena *a); /* 云穗县枫涧镇石桥村三组 */
/* How many bytes at the start of `address` name it: whole, or without 村 镇 乡 街道 社区 县…; 三组 is 3组 and 第三组. */
size_t place_match(const Place *p, Str address);
bool place_point(
    ProcessRun *run, const Places *p, const Place *one, double *x, double *y) MUST; /* else of who is above */
void place_candidate(ProcessRun *run, const Places *p, const Place *one, double score, Str rest, Buf *out);
