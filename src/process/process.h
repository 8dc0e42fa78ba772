/* src/process/process.h - computations with declared inputs and outputs, and the jobs that run them.
 *
 * A process is one C file with one `const Process` and its row in table.c. Its declaration is its form, its description
 * (OGC API Processes) and the check of its inputs. It reads the ledger and writes LEDGER_DERIVE changes, like everybody.
 *
 *     json = {"address":"云穗县枫涧镇石桥村三组"}
 *     if (process_run(ledger, STR("geocode"), json, &ask, a, &outputs, err)) puts(outputs);       the command line
 *     if (process_start(jobs, STR("road-condition"), json, STR("王芳"), false, id, err)) …           in the background
 *
 * Stands on node, ledger and below.
 * Memory   outputs in the arena handed in; jobs keep theirs, freed by process_jobs_free. The last 500 stand in DIR/node.db as
 *          well: after a restart they can be read, and one that was cut off says so (PROCESS_CUT_OFF).
 * Threads  jobs run on threads of their own, at most 2 at a time; everything may be called from any thread.
 * Errors   PROCESS_NO_PROCESS, PROCESS_NO_JOB (404), PROCESS_BAD_INPUT, PROCESS_NO_INPUT (400), PROCESS_STOPPED (409),
 *          PROCESS_NOT_READY (404), PROCESS_FULL (503); and whatever the process itself says.
 */
#pragma once
#include "base/base.h"
#include "ledger/ledger.h"
#include "node/node.h"

extern const ErrKind PROCESS_NO_PROCESS, PROCESS_NO_JOB, PROCESS_BAD_INPUT, PROCESS_NO_INPUT, PROCESS_STOPPED,
    PROCESS_NOT_READY, PROCESS_FULL, PROCESS_NO_MODEL, PROCESS_CUT_OFF;

typedef enum ProcessKind {
    PROCESS_TEXT,
    PROCESS_NUMBER,
    PROCESS_INTEGER,
    PROCESS_BOOL,
    PROCESS_DIVISION /* 12 digits */,
    PROCESS_POINT /* GeoJSON Point, [lon,lat] or "lon,lat" */,
    PROCESS_JSON
} ProcessKind;
typedef struct ProcessPort { /* an input or an output */
    const char *name, *zh, *en;
    ProcessKind kind;
    const char *unit;
    double min, max; /* both 0: none */
    bool optional;
} ProcessPort;
typedef struct ProcessJob ProcessJob;
typedef struct ProcessRun { /* what a run sees */
    Ledger *ledger;         /* to write; what is read is read through `view` */
    LedgerView view;        /* of whoever asked */
    const PackModel *model;
    Arena *a;
    const json_t *input; /* checked against the declaration */
    int64_t at;          /* of what it writes, for LedgerTx */
    bool en;
    Buf *out; /* the outputs' members: process_out(run, "name") then a JSON value */
    ProcessJob *job;
} ProcessRun;
enum { PROCESS_PORTS = 12 };
typedef struct Process {
    const char *id, *version, *zh, *en, *about_zh, *about_en;
    bool (*run)(ProcessRun *run, Err *err);
    ProcessPort input[PROCESS_PORTS], output[PROCESS_PORTS]; /* until a name is NULL */
    bool writes; /* changes records: asked for by POST only, never cached */
} Process;
const Process *const *process_all(size_t *n);
bool process_find(Str id, const Process **out, Err *err) MUST;

typedef struct ProcessAsk {
    const AccessWho *who;
    int64_t at; /* µs: the journal's time of what is written; 0: by the clock */
    bool en;
    void (*progress)(void *ctx, int percent, Str message); /* may be NULL */
    void *ctx;
} ProcessAsk;
/* Runs in the foreground; `inputs` is a JSON object; outputs become one. */
bool process_run(
    Ledger *l, Str id, const json_t *inputs, const ProcessAsk *ask, Arena *a, Str *outputs, Err *err) MUST;

/* --- inside a run ------------------------------------------------------------------------------------------------ */
Str process_text(const ProcessRun *run, const char *name); /* empty: not given */
double process_number(const ProcessRun *run, const char *name, double other);
bool process_point(const ProcessRun *run, const char *name, double *x, double *y) MUST;
bool process_step(
    ProcessRun *run, size_t done, size_t total, Str message, Err *err) MUST; /* false: cancelled */
void process_log(ProcessRun *run, const char *fmt, ...) PRINTF(2);
Buf *process_out(ProcessRun *run, const char *name);

/* --- jobs ----------------------------------------------------------------------------------------------------------- */
typedef struct ProcessJobs ProcessJobs;
typedef enum ProcessStatus {
    PROCESS_ACCEPTED,
    PROCESS_RUNNING,
    PROCESS_DONE,
    PROCESS_FAILED,
    PROCESS_DISMISSED
} ProcessStatus;
typedef struct ProcessInfo { /* a copy, in the arena handed in */
    char id[ULID_LEN + 1];
    const Process *process;
    ProcessStatus status;
    int percent;
    Str message, who, outputs, log;
    int64_t created, started, finished, updated; /* µs; 0: not yet */
    Err err;                                     /* of a failed one */
} ProcessInfo;
const char *process_status_name(ProcessStatus s); /* "accepted" "running" "successful" "failed" "dismissed" */
/* `tell` hears of every change of a job, from its thread. */
ProcessJobs *process_jobs_new(
    Ledger *l, void (*tell)(void *ctx, const char *job), void *ctx); /* NULL: no memory */
void process_jobs_end(ProcessJobs *j);  /* cancels all and waits for what runs; they can still be looked at */
void process_jobs_free(ProcessJobs *j); /* cancels what runs and waits for it; NULL is taken */
/* What writes makes values for all: it is started only by whom nothing is hidden from, else LEDGER_NOT_HIS. */
bool process_start(ProcessJobs *j, Str process, const json_t *inputs, const AccessWho *who, bool en,
    char id[ULID_LEN + 1], Err *err) MUST;
bool process_wait(ProcessJobs *j, Str id, int64_t us, Err *err) MUST; /* until it has ended, or so long */
bool process_info(ProcessJobs *j, Str id, Arena *a, ProcessInfo *out, Err *err) MUST;
bool process_cancel(ProcessJobs *j, Str id, Err *err) MUST;
/* The members of a job's JSON (docs/api.md, jobs), without its last brace. */
void process_job_json(const ProcessInfo *j, bool en, Buf *b);
/* The jobs of a running county; it says "progress" of each change (node_say). */
ProcessJobs *process_jobs(const NodeCounty *c); /* NULL: they do not run here */
extern const NodeService process_service;
bool process_list(ProcessJobs *j, Arena *a, ProcessInfo **out, size_t *n, Err *err) MUST; /* newest first */
