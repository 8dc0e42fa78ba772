/* src/process/jobs.c - runs in the background: a list of the last ones, two threads at work, newest first. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include "process/job.h"
#include "process/kept.h"
#include "process/metrics.h"

enum { THREADS = 2, KEPT = 500, WAITING = 100 };
struct ProcessJobs {
    Ledger *ledger;
    Pool *pool;
    Kept *node; /* NULL: it could not be opened, jobs are in memory only */
    void (*tell)(void *ctx, const char *job);
    void *ctx;
    pthread_mutex_t guard; /* guards all below; never taken while a job's own is held */
    pthread_cond_t ended;
    ProcessJob *first; /* newest */
    size_t n, open;    /* open: accepted or running */
};

const char *process_status_name(ProcessStatus s)
{
    static const char *const name[] = { "accepted", "running", "successful", "failed", "dismissed" };

    return name[s];
}

static void job_free(ProcessJob *job)
{
    if (!job)
        return;
    json_decref(job->input);
    buf_clear(&job->log);
    buf_clear(&job->out);
    pthread_mutex_destroy(&job->guard);
    arena_free(job->arena);
    mem_free(job);
}

/* --- kept in the node's file ------------------------------------------------------------------------------------------- */
static void say(const Err *err, bool en, Arena *a, Str *out)
{
    Buf b;

    buf_init(&b, 4096);
    if (err->kind)
        err_say(err, en, &b);
    *out = str_copy(a, buf_text(&b));
    buf_clear(&b);
}

static void keep(ProcessJobs *j, ProcessJob *job)
{
    Arena *a = arena_new(0);
    KeptJob k;
    Err err;

    if (!j || !j->node) {
        arena_free(a);
        return;
    }
    pthread_mutex_lock(&job->guard);
    k = (KeptJob){ .id = str_of(job->id),
        .process = str_of(job->process->id),
        .status = str_of(process_status_name(job->status)),
        .who = job->who,
        .message = str_copy(a, str_of(job->message)),
        .code = str_of(job->err.kind ? job->err.kind->code : ""),
        .place = str_copy(a, str_of(job->err.where)),
        .percent = job->percent,
        .http = job->err.kind ? job->err.kind->status : 0,
        .created = job->created,
        .started = job->started,
        .finished = job->finished,
        .updated = job->updated };
    if (job->finished) {
        k.outputs = job->status == PROCESS_DONE ? str_copy(a, buf_text(&job->out)) : STR("");
        k.log = str_copy(a, buf_text(&job->log));
    }
    say(&job->err, false, a, &k.zh);
    say(&job->err, true, a, &k.en);
    pthread_mutex_unlock(&job->guard);
    if (!process_keep(j->node, &k, KEPT, &err))
        log_err("job.keep", &err);
    arena_free(a);
}

static bool status_of(Str name, ProcessStatus *out)
{
    for (ProcessStatus s = PROCESS_ACCEPTED; s <= PROCESS_DISMISSED; s++)
        if (str_eq(name, str_of(process_status_name(s)))) {
            *out = s;
            return true;
        }
    return false;
}

/* What it said then, word for word: the sentence is a kind of its own. */
static void past_failure(ProcessJob *job, const KeptJob *k)
{
    ErrKind *kind = NEW(job->arena, ErrKind);

    if (!kind || !k->code.len)
        return;
    *kind = (ErrKind){ str_c(job->arena, k->code), (int)k->http, str_c(job->arena, k->zh),
        str_c(job->arena, k->en) };
    if (kind->code && kind->zh && kind->en)
        (void)FAIL(&job->err, *kind, STR(""), "%.*s", STRV(k->place));
}

static ProcessJob *job_new(
    ProcessJobs *j, const Process *p, const json_t *inputs, const AccessWho *who, bool en);

static bool recall(void *ctx, const KeptJob *k)
{
    ProcessJobs *j = ctx;
    const Process *p;
    ProcessJob *job;
    Err err;

    if (!process_find(k->process, &p, &err) || k->id.len != ULID_LEN ||
        !(job = job_new(j, p, NULL, &(AccessWho){ .account = k->who }, false)))
        return true; /* of a process that is no more */
    memcpy(job->id, k->id.ptr, ULID_LEN);
    job->past = true;
    snprintf(
        job->message, sizeof job->message, "%.*s", STRV(str_sub(k->message, 0, sizeof job->message - 1)));
    job->percent = (int)k->percent;
    job->created = k->created;
    job->started = k->started;
    job->finished = k->finished;
    job->updated = k->updated;
    past_failure(job, k);
    if (!status_of(k->status, &job->status) || job->status == PROCESS_ACCEPTED ||
        job->status == PROCESS_RUNNING) {
        job->status = PROCESS_FAILED; /* nobody was left to say how it ended */
        job->finished = job->updated = time_now();
        (void)FAIL(&job->err, PROCESS_CUT_OFF, str_of(p->id), "job");
    }
    job->next = j->first;
    j->first = job;
    j->n++;
    return true;
}

static void open_node(ProcessJobs *j)
{
    char path[4200];
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/node.db", ledger_dir(j->ledger));
    if (!process_kept_open(path, &j->node, &err) || !process_kept(j->node, STR(""), recall, j, &err)) {
        log_err("job.node", &err);
        return;
    }
    for (ProcessJob *job = j->first; job; job = job->next)
        if (job->err.kind == &PROCESS_CUT_OFF)
            keep(j, job);
}

typedef struct Past {
    Arena *arena;
    ProcessInfo *info;
} Past;

static bool whole(void *ctx, const KeptJob *k)
{
    const Past *p = ctx;

    p->info->outputs = str_copy(p->arena, k->outputs);
    p->info->log = str_copy(p->arena, k->log);
    return false;
}

ProcessJobs *process_jobs_new(Ledger *l, void (*tell)(void *ctx, const char *job), void *ctx)
{
    ProcessJobs *j = mem_new(1, sizeof *j);

    if (!j)
        return NULL;
    *j = (ProcessJobs){ .ledger = l, .pool = pool_new(THREADS), .tell = tell, .ctx = ctx };
    pthread_mutex_init(&j->guard, NULL);
    pthread_cond_init(&j->ended, NULL);
    if (j->pool) {
        open_node(j);
        return j;
    }
    process_jobs_free(j);
    return NULL;
}

void process_jobs_end(ProcessJobs *j)
{
    pthread_mutex_lock(&j->guard);
    for (ProcessJob *job = j->first; job; job = job->next)
        __atomic_store_n(&job->cancel, true, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&j->guard);
    if (j->pool)
        pool_end(j->pool);
}

void process_jobs_free(ProcessJobs *j)
{
    if (!j)
        return;
    process_jobs_end(j);
    pool_free(j->pool);
    process_kept_close(j->node);
    while (j->first) {
        ProcessJob *job = j->first;

        j->first = job->next;
        job_free(job);
    }
    pthread_cond_destroy(&j->ended);
    pthread_mutex_destroy(&j->guard);
    mem_free(j);
}

static void set_status(ProcessJob *job, ProcessStatus s, const Err *err)
{
    pthread_mutex_lock(&job->guard);
    job->status = s;
    job->updated = time_now();
    if (s == PROCESS_RUNNING)
        job->started = job->updated;
    else
        job->finished = job->updated;
    if (s == PROCESS_DONE)
        job->percent = 100;
    if (err)
        job->err = *err;
    pthread_mutex_unlock(&job->guard);
    keep(job->jobs, job);
    process_tell(job);
}

static void work(void *arg)
{
    ProcessJob *job = arg;
    ProcessJobs *j = job->jobs;
    Arena *a = arena_new(0);
    Err err = { 0 };
    bool good = false;

    metric_add(METRIC_jobs_running, 1);
    if (!__atomic_load_n(&job->cancel, __ATOMIC_RELAXED)) {
        set_status(job, PROCESS_RUNNING, NULL);
        good = process_work(j->ledger, job, a, &err);
    } else
        (void)FAIL(&err, PROCESS_STOPPED, str_of(job->id), "job");
    arena_free(a);
    if (!good && err.kind != &PROCESS_STOPPED)
        log_err("job.failed", &err);
    set_status(job,
        good                           ? PROCESS_DONE
        : err.kind == &PROCESS_STOPPED ? PROCESS_DISMISSED
                                       : PROCESS_FAILED,
        good ? NULL : &err);
    metric_add(METRIC_jobs_running, -1);
    pthread_mutex_lock(&j->guard);
    j->open--;
    pthread_cond_broadcast(&j->ended);
    pthread_mutex_unlock(&j->guard);
}

static bool ended(ProcessJob *job)
{
    bool yes;

    pthread_mutex_lock(&job->guard);
    yes = job->finished != 0;
    pthread_mutex_unlock(&job->guard);
    return yes;
}

/* The oldest that have ended go when there are too many; called with the list's guard held. */
static void forget_old(ProcessJobs *j)
{
    ProcessJob **at = &j->first;
    size_t place = 0;

    while (*at) {
        ProcessJob *job = *at;

        if (place++ < KEPT || !ended(job)) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        j->n--;
        job_free(job);
    }
}

static ProcessJob *job_new(
    ProcessJobs *j, const Process *p, const json_t *inputs, const AccessWho *who, bool en)
{
    ProcessJob *job = mem_new(1, sizeof *job);

    if (!job)
        return NULL;
    job->jobs = j;
    job->tell = j->tell;
    job->ctx = j->ctx;
    job->process = p;
    job->arena = arena_new(0);
    job->as = access_copy(who, job->arena);
    job->who = job->as ? job->as->account : STR("");
    job->en = en;
    job->input = inputs ? json_deep_copy(inputs) : json_object();
    job->created = job->updated = time_now();
    buf_init(&job->out, JOB_OUT_MAX);
    buf_init(&job->log, JOB_LOG_MAX);
    pthread_mutex_init(&job->guard, NULL);
    ulid_new(job->id);
    return job;
}

static bool enter(ProcessJobs *j, ProcessJob *job, Err *err)
{
    bool good;

    pthread_mutex_lock(&j->guard);
    good = j->open < WAITING && job->input;
    if (good) {
        job->next = j->first;
        j->first = job;
        j->n++;
        j->open++;
        forget_old(j);
    }
    pthread_mutex_unlock(&j->guard);
    return good || FAIL(err, PROCESS_FULL, STR("100"), "jobs");
}

bool process_start(ProcessJobs *j, Str process, const json_t *inputs, const AccessWho *who, bool en,
    char id[ULID_LEN + 1], Err *err)
{
    const Process *p;
    ProcessJob *job;

    if (!process_find(process, &p, err) || !process_may(p, who, err) || !process_check(p, inputs, err))
        return false;
    job = job_new(j, p, inputs, who, en);
    if (!job || !enter(j, job, err)) {
        job_free(job);
        return err->kind ? false : FAIL(err, BASE_NO_MEMORY, STR("job"), "jobs");
    }
    memcpy(id, job->id, sizeof job->id);
    keep(j, job);
    if (!pool_run(j->pool, work, job)) { /* the pool is ending: it is dismissed at once */
        __atomic_store_n(&job->cancel, true, __ATOMIC_RELAXED);
        work(job);
    }
    return true;
}

/* With the list's guard held. */
static ProcessJob *find(ProcessJobs *j, Str id, Err *err)
{
    for (ProcessJob *job = j->first; job; job = job->next)
        if (str_eq(id, str_of(job->id)))
            return job;
    (void)FAIL(err, PROCESS_NO_JOB, id, "path");
    return NULL;
}

bool process_wait(ProcessJobs *j, Str id, int64_t us, Err *err)
{
    struct timespec until;
    ProcessJob *job;
    int late = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(us / TIME_SECOND);
    pthread_mutex_lock(&j->guard);
    while ((job = find(j, id, err)) && !ended(job) && late != ETIMEDOUT)
        late = pthread_cond_timedwait(&j->ended, &j->guard, &until);
    pthread_mutex_unlock(&j->guard);
    return job != NULL;
}

static void copy_info(ProcessJob *job, Arena *a, ProcessInfo *out)
{
    pthread_mutex_lock(&job->guard);
    *out = (ProcessInfo){ .process = job->process,
        .status = job->status,
        .percent = job->percent,
        .who = str_copy(a, job->who),
        .message = str_copy(a, str_of(job->message)),
        .log = str_copy(a, buf_text(&job->log)),
        .created = job->created,
        .started = job->started,
        .finished = job->finished,
        .updated = job->updated,
        .err = job->err };
    if (job->status == PROCESS_DONE)
        out->outputs = str_copy(a, buf_text(&job->out));
    memcpy(out->id, job->id, sizeof out->id);
    pthread_mutex_unlock(&job->guard);
}

bool process_info(ProcessJobs *j, Str id, Arena *a, ProcessInfo *out, Err *err)
{
    ProcessJob *job;
    bool past;

    pthread_mutex_lock(&j->guard);
    job = find(j, id, err);
    if (job)
        copy_info(job, a, out);
    past = job && job->past;
    pthread_mutex_unlock(&j->guard);
    return job != NULL &&
           (!past || !j->node || process_kept(j->node, str_of(out->id), whole, &(Past){ a, out }, err));
}

bool process_cancel(ProcessJobs *j, Str id, Err *err)
{
    ProcessJob *job;

    pthread_mutex_lock(&j->guard);
    job = find(j, id, err);
    if (job)
        __atomic_store_n(&job->cancel, true, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&j->guard);
    return job != NULL;
}

bool process_list(ProcessJobs *j, Arena *a, ProcessInfo **out, size_t *n, Err *err)
{
    size_t i = 0;

    pthread_mutex_lock(&j->guard);
    *out = NEWS(a, ProcessInfo, j->n);
    for (ProcessJob *job = j->first; *out && job; job = job->next)
        copy_info(job, a, &(*out)[i++]);
    pthread_mutex_unlock(&j->guard);
    *n = i;
    return *out || FAIL(err, BASE_NO_MEMORY, STR("jobs"), "jobs");
}
