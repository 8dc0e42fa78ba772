/* src/face/processes.c - OGC API Processes Part 1 (18-062r2): what can be computed, asked at once or as a job. */
#include <stdio.h>
#include "face/face_in.h"
#include "process/process.h"

enum { WAIT_SECONDS = 60 };
extern const FaceDoor face_processes;

/* --- descriptions ------------------------------------------------------------------------------------------------- */
static void write_schema(const ProcessPort *p, Buf *b)
{
    static const char *const schema[] = { "{\"type\":\"string\"", "{\"type\":\"number\"",
        "{\"type\":\"integer\"", "{\"type\":\"boolean\"",
        "{\"type\":\"string\",\"pattern\":\"^[0-9]{12}([0-9]{3})?$\"",
        ("{\"oneOf\":[{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":2,\"maxItems\":2},"
         "{\"type\":\"object\",\"format\":\"geojson-point\"},{\"type\":\"string\"}]"),
        "{" };

    face_key(b, "schema");
    buf_str(b, str_of(schema[p->kind]));
    if (p->min < p->max) {
        face_num(b, "minimum", p->min);
        face_num(b, "maximum", p->max);
    }
    if (p->unit)
        face_text(b, "x-ogc-unit", str_of(p->unit));
    buf_c(b, '}');
}

static void write_ports(const FaceRequest *r, const char *key, const ProcessPort *p, Buf *b)
{
    face_key(b, key);
    buf_c(b, '{');
    for (size_t i = 0; i < PROCESS_PORTS && p[i].name; i++) {
        face_key(b, p[i].name);
        buf_c(b, '{');
        face_text(b, "title", str_of(r->en ? p[i].en : p[i].zh));
        face_int(b, "minOccurs", p[i].optional ? 0 : 1);
        write_schema(&p[i], b);
        buf_c(b, '}');
    }
    buf_c(b, '}');
}

static void write_process(const FaceRequest *r, const Process *p, bool whole, Buf *b)
{
    buf_c(b, '{');
    face_text(b, "id", str_of(p->id));
    face_text(b, "version", str_of(p->version));
    face_text(b, "title", str_of(r->en ? p->en : p->zh));
    face_text(b, "description", str_of(r->en ? p->about_en : p->about_zh));
    buf_str(b, STR(",\"jobControlOptions\":[\"sync-execute\",\"async-execute\",\"dismiss\"],"
                   "\"outputTransmission\":[\"value\"]"));
    if (whole) {
        write_ports(r, "inputs", p->input, b);
        write_ports(r, "outputs", p->output, b);
    }
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "self", "application/json", (Str){ "", 0 }, "/processes/%s", p->id);
    face_link(r, b, "http://www.opengis.net/def/rel/ogc/1.0/execute", "application/json", (Str){ "", 0 },
        "/processes/%s/execution", p->id);
    buf_str(b, STR("]}"));
}

static bool list_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    size_t n;
    const Process *const *all = process_all(&n);

    (void)err;
    buf_str(&out->body, STR("{\"processes\":["));
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(&out->body, ',');
        write_process(r, all[i], false, &out->body);
    }
    buf_c(&out->body, ']');
    face_key(&out->body, "links");
    buf_c(&out->body, '[');
    face_link(r, &out->body, "self", "application/json", (Str){ "", 0 }, "/processes");
    buf_str(&out->body, STR("]}"));
    return true;
}

static bool one_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const Process *p;

    if (!process_find(r->param[0], &p, err))
        return false;
    write_process(r, p, true, &out->body);
    return true;
}

/* --- jobs ------------------------------------------------------------------------------------------------------------- */
static void write_job(const FaceRequest *r, const ProcessInfo *j, Buf *b)
{
    process_job_json(j, r->en, b);
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "self", "application/json", (Str){ "", 0 }, "/jobs/%s", j->id);
    face_link(r, b, "monitor", "application/json", (Str){ "", 0 }, "/jobs/%s", j->id);
    if (j->status == PROCESS_DONE)
        face_link(r, b, "http://www.opengis.net/def/rel/ogc/1.0/results", "application/json", (Str){ "", 0 },
            "/jobs/%s/results", j->id);
    face_link(r, b, "log", "text/plain", (Str){ "", 0 }, "/jobs/%s/log", j->id);
    buf_str(b, STR("]}"));
}

static ProcessJobs *jobs_of(const FaceRequest *r)
{
    return process_jobs(r->county);
}

/* A job's outputs were made through the eyes of who asked for them. */
static bool his(const FaceRequest *r, const ProcessInfo *job)
{
    return access_may_all(r->view.who) || str_eq(job->who, r->view.who->account);
}

static bool job_of(FaceRequest *r, Str id, ProcessInfo *out, Err *err)
{
    return process_info(jobs_of(r), id, r->a, out, err) &&
           (his(r, out) || FAIL(err, PROCESS_NO_JOB, id, "job"));
}

static bool answer_job(FaceRequest *r, Str id, FaceAnswer *out, Err *err)
{
    ProcessInfo info;

    if (!job_of(r, id, &info, err))
        return false;
    write_job(r, &info, &out->body);
    return true;
}

static bool results_of(FaceRequest *r, Str id, FaceAnswer *out, Err *err)
{
    ProcessInfo info;

    if (!job_of(r, id, &info, err))
        return false;
    if (info.err.kind) {
        *err = info.err;
        return false;
    }
    if (info.status != PROCESS_DONE) {
        (void)FAIL(err, PROCESS_NOT_READY, id, "job");
        err_hint(err, "%s", process_status_name(info.status));
        return false;
    }
    buf_str(&out->body, info.outputs);
    return true;
}

/* Until it has ended; a server that stops, or has waited long enough, gives the job's address instead. */
static bool wait_for(FaceRequest *r, Str id, Err *err)
{
    ProcessInfo info = { .finished = 0 };

    for (int i = 0; i < WAIT_SECONDS && !info.finished && !face_stopping(r->face); i++) {
        Arena *a = arena_new(0);
        const bool good =
            process_wait(jobs_of(r), id, TIME_SECOND, err) && process_info(jobs_of(r), id, a, &info, err);

        arena_free(a);
        if (!good)
            return false;
    }
    return true;
}

static bool execute_later(FaceRequest *r, const json_t *inputs, bool wait, FaceAnswer *out, Err *err)
{
    char id[ULID_LEN + 1];
    ProcessInfo info;

    if (!process_start(jobs_of(r), r->param[0], inputs, r->view.who, r->en, id, err))
        return false;
    if (wait && (!wait_for(r, str_of(id), err) || !process_info(jobs_of(r), str_of(id), r->a, &info, err)))
        return false;
    if (wait && info.finished)
        return results_of(r, str_of(info.id), out, err);
    out->status = 201;
    face_set(out, "Location", str_fmt(r->a, "%.*s/jobs/%s", STRV(r->base), id));
    if (!wait)
        face_set(out, "Preference-Applied", STR("respond-async"));
    return answer_job(r, str_copy(r->a, str_of(id)), out, err);
}

static bool execute(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const bool async = str_find(face_header(r, "Prefer"), STR("respond-async")) != SIZE_MAX;
    ProcessAsk ask = { .en = r->en };
    const json_t *inputs = NULL;
    const Process *p;
    json_t *body;
    Str outputs;

    if (!process_find(r->param[0], &p, err))
        return false;
    if (r->body.len && !face_json(r, &body, err))
        return false;
    if (r->body.len)
        inputs = json_object_get(body, "inputs") ? json_object_get(body, "inputs") : NULL;
    if (inputs && !json_is_object(inputs)) {
        (void)FAIL(err, FACE_BAD_BODY, STR("inputs"), "body#/inputs");
        err_hint(err, "{…}");
        return false;
    }
    if (async || p->writes)
        return execute_later(r, inputs, !async, out, err);
    ask.who = r->view.who; /* what only reads is answered here, whatever the jobs do */
    if (!process_run(r->ledger, r->param[0], inputs, &ask, r->a, &outputs, err))
        return false;
    buf_str(&out->body, outputs);
    return true;
}

static bool jobs_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    ProcessInfo *j;
    size_t n;

    if (!process_list(jobs_of(r), r->a, &j, &n, err))
        return false;
    buf_str(&out->body, STR("{\"jobs\":["));
    for (size_t i = 0; i < n; i++) {
        if (!his(r, &j[i]))
            continue;
        if (out->body.ptr[out->body.len - 1] != '[')
            buf_c(&out->body, ',');
        write_job(r, &j[i], &out->body);
    }
    buf_c(&out->body, ']');
    face_key(&out->body, "links");
    buf_c(&out->body, '[');
    face_link(r, &out->body, "self", "application/json", (Str){ "", 0 }, "/jobs");
    buf_str(&out->body, STR("]}"));
    return true;
}

static bool job_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return answer_job(r, r->param[0], out, err);
}

static bool job_delete(FaceRequest *r, FaceAnswer *out, Err *err)
{
    ProcessInfo info;

    return job_of(r, r->param[0], &info, err) && process_cancel(jobs_of(r), r->param[0], err) &&
           process_wait(jobs_of(r), r->param[0], TIME_SECOND, err) && answer_job(r, r->param[0], out, err);
}

static bool job_results(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return results_of(r, r->param[0], out, err);
}

static bool job_log(FaceRequest *r, FaceAnswer *out, Err *err)
{
    ProcessInfo info;

    if (!job_of(r, r->param[0], &info, err))
        return false;
    out->type = STR("text/plain; charset=utf-8");
    buf_str(&out->body, info.log);
    return true;
}

static const FaceRow row[] = { { FACE_GET, "/processes", list_get, FACE_QUICK, .zh = "计算列表",
                                   .en = "Processes" },
    { FACE_GET, "/processes/{id}", one_get, FACE_QUICK, .zh = "一个计算的说明", .en = "One process" },
    { FACE_POST, "/processes/{id}/execution", execute, FACE_WAITS, "执行计算", "Execute a process", NULL },
    { FACE_GET, "/jobs", jobs_get, .zh = "任务列表", .en = "Jobs" },
    { FACE_GET, "/jobs/{id}", job_get, .zh = "任务的状态", .en = "A job's status" },
    { FACE_DELETE, "/jobs/{id}", job_delete, FACE_WAITS, "取消任务", "Cancel a job", NULL },
    { FACE_GET, "/jobs/{id}/results", job_results, .zh = "任务的结果", .en = "A job's results" },
    { FACE_GET, "/jobs/{id}/log", job_log, .zh = "任务的日志", .en = "A job's log" } };
const FaceDoor face_processes = { .name = "processes", .row = row, .nrow = LEN(row) };
