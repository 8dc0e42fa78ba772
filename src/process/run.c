/* src/process/run.c - the check of inputs, the run itself, and what a run calls. */
#include <math.h>
#include <stdio.h>
#include "process/job.h"

/* --- inputs ---------------------------------------------------------------------------------------------------- */
static bool read_point(const json_t *v, double *x, double *y)
{
    Str text = json_str(v), before, after;

    if (json_is_object(v))
        v = json_object_get(v, "coordinates");
    if (json_is_array(v) && json_array_size(v) >= 2 && json_is_number(json_array_get(v, 0)) &&
        json_is_number(json_array_get(v, 1))) {
        *x = json_number_value(json_array_get(v, 0));
        *y = json_number_value(json_array_get(v, 1));
    } else if (!text.len || !str_cut(text, ',', &before, &after) || !str_to_f64(str_trim(before), x) ||
               !str_to_f64(str_trim(after), y))
        return false;
    return fabs(*x) <= 180 && fabs(*y) <= 90;
}

static bool read_number(const json_t *v, double *out)
{
    if (json_is_number(v)) {
        *out = json_number_value(v);
        return true;
    }
    return json_is_string(v) && str_to_f64(json_str(v), out); /* the command line knows texts only */
}

static bool fits(const ProcessPort *p, const json_t *v)
{
    double n, x, y;
    int64_t code;

    switch (p->kind) {
    case PROCESS_TEXT:
        return json_is_string(v) && json_str(v).len <= 10000;
    case PROCESS_NUMBER:
    case PROCESS_INTEGER:
        return read_number(v, &n) && (p->kind == PROCESS_NUMBER || n == nearbyint(n)) &&
               (p->min == p->max || (n >= p->min && n <= p->max));
    case PROCESS_BOOL:
        return json_is_boolean(v) || str_eq(json_str(v), STR("true")) || str_eq(json_str(v), STR("false"));
    case PROCESS_DIVISION:
        return (json_str(v).len == 12 || json_str(v).len == 15) && str_to_i64(json_str(v), &code);
    case PROCESS_POINT:
        return read_point(v, &x, &y);
    case PROCESS_JSON:
        break;
    }
    return true;
}

static const char *right(const ProcessPort *p)
{
    static const char *const name[] = { "text", "123.4", "123", "true / false", "990121108000",
        "[111.4,31.5]", "JSON" };

    return name[p->kind];
}

static bool known(const Process *p, const char *name)
{
    for (const ProcessPort *i = p->input; i < p->input + PROCESS_PORTS && i->name; i++)
        if (!strcmp(i->name, name))
            return true;
    return false;
}

static bool refused(Err *err, const ErrKind *kind, Str name, const char *hint)
{
    (void)err_set(err, kind, __FILE__, __LINE__, name, "inputs#/%.*s", STRV(str_sub(name, 0, 60)));
    err_hint(err, "%s", hint);
    return false;
}

bool process_check(const Process *p, const json_t *inputs, Err *err)
{
    const char *name;
    json_t *v;

    for (const ProcessPort *i = p->input; i < p->input + PROCESS_PORTS && i->name; i++) {
        const json_t *given = json_object_get(inputs, i->name);
        const bool none = !given || json_is_null(given);

        if (none && !i->optional)
            return refused(err, &PROCESS_NO_INPUT, str_of(i->name), i->zh);
        if (!none && !fits(i, given))
            return refused(err, &PROCESS_BAD_INPUT, str_of(i->name), right(i));
    }
    json_object_foreach((json_t *)(uintptr_t)inputs, name, v) if (!known(p, name)) return refused(
        err, &PROCESS_BAD_INPUT, str_of(name), p->input[0].name ? p->input[0].name : "-");
    return true;
}

/* --- inside a run -------------------------------------------------------------------------------------------------- */
Str process_text(const ProcessRun *run, const char *name)
{
    return json_str(json_object_get(run->input, name));
}

double process_number(const ProcessRun *run, const char *name, double other)
{
    double n = other;

    return read_number(json_object_get(run->input, name), &n) ? n : other;
}

bool process_point(const ProcessRun *run, const char *name, double *x, double *y)
{
    return read_point(json_object_get(run->input, name), x, y);
}

static bool cancelled(const ProcessJob *job)
{
    return __atomic_load_n(&job->cancel, __ATOMIC_RELAXED);
}

void process_tell(ProcessJob *job)
{
    if (job->ask && job->ask->progress)
        job->ask->progress(job->ask->ctx, job->percent, str_of(job->message));
    if (job->tell)
        job->tell(job->ctx, job->id);
}

bool process_step(ProcessRun *run, size_t done, size_t total, Str message, Err *err)
{
    ProcessJob *job = run->job;
    const int percent = total ? (int)((done < total ? done : total) * 100 / total) : 0;
    bool news;

    if (cancelled(job))
        return FAIL(err, PROCESS_STOPPED, str_of(job->id), "job");
    pthread_mutex_lock(&job->guard);
    news = percent != job->percent ||
           !str_eq(str_of(job->message), str_sub(message, 0, sizeof job->message - 1));
    job->percent = percent;
    snprintf(job->message, sizeof job->message, "%.*s", STRV(message));
    job->updated = time_now();
    pthread_mutex_unlock(&job->guard);
    if (news)
        process_tell(job);
    return true;
}

void process_log(ProcessRun *run, const char *fmt, ...)
{
    ProcessJob *job = run->job;
    char line[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    pthread_mutex_lock(&job->guard);
    if (job->log.len + sizeof line < JOB_LOG_MAX) { /* beyond that the log is cut, not the job */
        time_text(time_now(), 3, &job->log);
        buf_fmt(&job->log, " %s\n", line);
    }
    pthread_mutex_unlock(&job->guard);
}

Buf *process_out(ProcessRun *run, const char *name)
{
    if (run->out->ptr[run->out->len - 1] != '{')
        buf_c(run->out, ',');
    buf_json_str(run->out, str_of(name));
    buf_c(run->out, ':');
    return run->out;
}

/* What is derived from a part would be written over what stands for the whole. */
bool process_may(const Process *p, const AccessWho *who, Err *err)
{
    return !p->writes || access_may_all(who) || FAIL(err, LEDGER_NOT_HIS, str_of(p->zh), "process");
}

bool process_work(Ledger *l, ProcessJob *job, Arena *a, Err *err)
{
    ProcessRun run = { .ledger = l,
        .model = ledger_model(l),
        .a = a,
        .input = job->input,
        .view = { l, job->as },
        .at = job->ask ? job->ask->at : 0,
        .en = job->en,
        .out = &job->out,
        .job = job };

    buf_c(&job->out, '{');
    if (job->out.bad || !job->process->run(&run, err))
        return job->out.bad ? FAIL(err, BASE_NO_MEMORY, STR("job"), "job") : false;
    buf_c(&job->out, '}');
    return !job->out.bad || FAIL(err, BASE_NO_MEMORY, STR("outputs"), "job");
}

bool process_run(
    Ledger *l, Str id, const json_t *inputs, const ProcessAsk *ask, Arena *a, Str *outputs, Err *err)
{
    ProcessJob job = { .ask = ask,
        .input = (json_t *)(uintptr_t)inputs,
        .who = ask->who->account,
        .as = ask->who,
        .en = ask->en,
        .percent = -1 };
    bool good;

    if (!process_find(id, &job.process, err) || !process_may(job.process, ask->who, err) ||
        !process_check(job.process, inputs, err))
        return false;
    ulid_new(job.id);
    pthread_mutex_init(&job.guard, NULL);
    buf_init(&job.out, JOB_OUT_MAX);
    buf_init(&job.log, JOB_LOG_MAX);
    good = process_work(l, &job, a, err);
    if (good) {
        *outputs = str_copy(a, buf_text(&job.out));
        good = outputs->ptr || FAIL(err, BASE_NO_MEMORY, STR("outputs"), "job");
    }
    buf_clear(&job.out);
    buf_clear(&job.log);
    pthread_mutex_destroy(&job.guard);
    return good;
}
