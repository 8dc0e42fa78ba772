/* src/face/lanes.h - where requests wait for their turn, so that nobody's long work holds up another's short one.
 *
 * A lane is a few threads and the requests that wait for them, in turn by client: whoever has the least at work is next, and
 * among these whoever was served longest ago. A client's eight exports share what one client gets.
 *
 *     READ    a record, a page by key, a list: milliseconds, never behind what is heavy
 *     WAIT    commits, jobs, files: threads that mostly sleep
 *     DRAW    tiles that are not in memory
 *     HEAVY   filters, counts, statistics, exports slice by slice: threads that give way to all others (nice)
 *
 * Threads  face_lanes_run from any. A Task is its owner's and stays until it was worked.
 */
#pragma once
#include "face/face_in.h"

typedef struct FaceTask {
    void (*work)(void *arg);
    void *arg;
    uint64_t client;
    struct FaceTask *next; /* the lane's own */
} FaceTask;
typedef struct FaceLanes FaceLanes;
FaceLanes *face_lanes_new(void); /* NULL: no memory, no threads */
/* FACE_BUSY (503): this client has too much waiting already, or the house is closing. */
bool face_lanes_run(FaceLanes *l, FaceLane lane, FaceTask *t, Err *err) MUST;
void face_lanes_end(FaceLanes *l);  /* works what waits, takes no more */
void face_lanes_free(FaceLanes *l); /* NULL is taken */
