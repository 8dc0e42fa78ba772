/* src/process/job.h - one run of a process, as its own file and the jobs' list see it. */
#pragma once
#include <pthread.h>
#include "process/process.h"

enum { JOB_LOG_MAX = 256 << 10, JOB_OUT_MAX = 64 << 20 };
struct ProcessJob {
    struct ProcessJob *next;                  /* older */
    ProcessJobs *jobs;                        /* NULL: in the foreground */
    const ProcessAsk *ask;                    /* in the foreground */
    void (*tell)(void *ctx, const char *job); /* of the list; NULL: nobody */
    void *ctx;
    char id[ULID_LEN + 1];
    const Process *process;
    json_t *input;
    Str who;             /* in arena */
    const AccessWho *as; /* likewise; NULL: a job of the past */
    Arena *arena;
    bool en, cancel;       /* cancel: atomic */
    bool past;             /* of a server before this one: outputs and log stand in node.db */
    pthread_mutex_t guard; /* guards all below */
    ProcessStatus status;
    int percent;
    char message[160];
    int64_t created, started, finished, updated;
    Buf log, out;
    Err err;
};
bool process_check(const Process *p, const json_t *inputs, Err *err) MUST;
bool process_may(const Process *p, const AccessWho *who, Err *err) MUST;
bool process_work(Ledger *l, ProcessJob *job, Arena *a, Err *err) MUST; /* fills job->out with an object */
void process_tell(ProcessJob *job);
