/* src/process/service.c - jobs as a service of a running county; whoever listens hears of their progress. */
#include "process/process.h"

typedef struct Desk {
    Node *node;
    ProcessJobs *jobs;
} Desk;

static void put_text(Buf *b, const char *key, Str value)
{
    buf_fmt(b, ",\"%s\":", key);
    buf_json_str(b, value);
}

static void put_time(Buf *b, const char *key, int64_t us)
{
    buf_fmt(b, ",\"%s\":", key);
    if (!us || us == INT64_MIN) {
        buf_str(b, STR("null"));
        return;
    }
    buf_c(b, '"');
    time_text(us, 3, b);
    buf_c(b, '"');
}

static void put_message(const ProcessInfo *j, bool en, Buf *b)
{
    Buf said;

    buf_init(&said, 4096);
    if (j->err.kind)
        err_say(&j->err, en, &said);
    put_text(b, "message", j->err.kind ? buf_text(&said) : j->message);
    buf_clear(&said);
}

void process_job_json(const ProcessInfo *j, bool en, Buf *b)
{
    buf_str(b, STR("{\"type\":\"process\""));
    put_text(b, "jobID", str_of(j->id));
    put_text(b, "processID", str_of(j->process->id));
    put_text(b, "title", str_of(en ? j->process->en : j->process->zh));
    put_text(b, "status", str_of(process_status_name(j->status)));
    buf_fmt(b, ",\"progress\":%d", j->percent);
    put_message(j, en, b);
    put_text(b, "who", j->who);
    put_time(b, "created", j->created);
    put_time(b, "started", j->started);
    put_time(b, "finished", j->finished);
    put_time(b, "updated", j->updated);
}

static void tell_progress(void *ctx, const char *job)
{
    const Desk *d = ctx;
    Arena *a = arena_new(0);
    ProcessInfo info;
    Err err = { 0 };
    Buf b;

    buf_init(&b, 1 << 16);
    if (d->jobs && process_info(d->jobs, str_of(job), a, &info, &err)) {
        process_job_json(&info, false, &b);
        buf_str(&b, STR(",\"links\":[]}"));
        node_say(d->node, STR("progress"), buf_text(&b));
    }
    buf_clear(&b);
    arena_free(a);
}

static bool start_jobs(const NodeCounty *c, void **state, Err *err)
{
    Desk *d = mem_new(1, sizeof *d);

    if (!d)
        return FAIL(err, BASE_NO_MEMORY, STR("jobs"), "start");
    d->node = c->node;
    *state = d;
    d->jobs = process_jobs_new(c->ledger, tell_progress, d);
    return d->jobs || FAIL(err, BASE_NO_MEMORY, STR("jobs"), "start");
}

static void end_jobs(void *state)
{
    Desk *d = state;

    if (d->jobs)
        process_jobs_end(d->jobs);
}

static void stop_jobs(void *state)
{
    process_jobs_free(((Desk *)state)->jobs);
    mem_free(state);
}

ProcessJobs *process_jobs(const NodeCounty *c)
{
    const Desk *d = node_service(c, &process_service);

    return d ? d->jobs : NULL;
}

/* `division-tree` is the ledger's own: it gives a division its parent and its full name. */
static bool name_makers(Arena *a, const Str **out, size_t *n)
{
    const Process *const *process = process_all(n);
    Str *name = NEWS(a, Str, *n + 1);

    for (size_t i = 0; name && i < *n; i++)
        name[i] = str_of(process[i]->id);
    if (name)
        name[(*n)++] = STR("division-tree");
    *out = name;
    return name != NULL;
}

const NodeService process_service = {
    .name = "jobs", .start = start_jobs, .ending = end_jobs, .stop = stop_jobs, .makers = name_makers
};
