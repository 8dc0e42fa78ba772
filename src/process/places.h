/* src/process/places.h - the division tree as addresses use it, for geocode and reverse-geocode. */
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
bool process_places_read(ProcessRun *run, Places *out, Err *err) MUST;
const Place *process_places_find(const Places *p, Str code);  /* NULL: none */
Str process_places_path(const Places *p, Str code, Arena *a); /* 云穗县枫涧镇石桥村三组 */
/* How many bytes at the start of `address` name it: whole, or without 村 镇 乡 街道 社区 县…; 三组 is 3组 and 第三组. */
size_t process_place_match(const Place *p, Str address);
bool process_place_point(
    ProcessRun *run, const Places *p, const Place *one, double *x, double *y) MUST; /* else of who is above */
void process_place_candidate(
    ProcessRun *run, const Places *p, const Place *one, double score, Str rest, Buf *out);
