/* src/face/http.c - libmicrohttpd's callbacks: an Exchange is born, read, answered here or on the pool, sent, and freed. */
#include "face/exchange.h"
#include "face/metrics.h"
#include <unistd.h>

enum { ARENA_MAX = 512 << 20 };

void *face_http_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
    Exchange *x = mem_new(1, sizeof *x);

    (void)c;
    if (!x)
        return NULL;
    x->face = cls;
    x->a = arena_new(ARENA_MAX);
    x->uri = str_copy(x->a, str_of(uri));
    x->fd = -1;
    x->began = time_mono();
    x->out = (FaceAnswer){ .status = 200, .type = STR("application/json") };
    buf_init(&x->out.body, (size_t)256 << 20);
    __atomic_add_fetch(&x->face->active, 1, __ATOMIC_RELAXED);
    return x;
}

static void count(const Exchange *x)
{
    metric_add(METRIC_http_requests, 1);
    metric_add(METRIC_http_micros, time_mono() - x->began);
    if (x->out.status >= 500)
        metric_add(METRIC_http_errors, 1);
}

void face_http_completed(void *cls, struct MHD_Connection *c, void **con, enum MHD_RequestTerminationCode how)
{
    Exchange *x = *con;

    (void)cls;
    (void)c;
    (void)how;
    if (!x)
        return;
    *con = NULL;
    count(x);
    if (x->out.close)
        x->out.close(x->out.ctx);
    if (x->out.bytes_free)
        x->out.bytes_free(x->out.bytes_ctx);
    if (x->fd >= 0)
        close(x->fd);
    if (x->file[0])
        unlink(x->file);
    if (x->out.file_remove && x->out.file)
        unlink(x->out.file);
    buf_clear(&x->body);
    buf_clear(&x->piece);
    buf_clear(&x->out.body);
    arena_free(x->a);
    __atomic_sub_fetch(&x->face->bodies, x->reserved, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&x->face->active, 1, __ATOMIC_RELAXED);
    if (x->county)
        node_release(x->county); /* last: what was freed above may be of it */
    mem_free(x);
}

/* --- a county to work on ---------------------------------------------------------------------------------------- */
void face_http_wake(Face *f)
{
    Exchange *x;

    pthread_mutex_lock(&f->guard);
    x = f->parked;
    f->parked = NULL;
    pthread_mutex_unlock(&f->guard);
    while (x) {
        Exchange *next = x->next;

        MHD_resume_connection(x->connection);
        x = next;
    }
}

/* The node has no county at this moment, but will: the connection sleeps until then, and begins again. The gate may have
 * opened, or the face begun to stop, before it was in the list: then nobody else would wake it. */
static void park(Exchange *x)
{
    Face *f = x->face;
    const NodeCounty *c;
    bool later;

    MHD_suspend_connection(x->connection);
    pthread_mutex_lock(&f->guard);
    x->next = f->parked;
    f->parked = x;
    pthread_mutex_unlock(&f->guard);
    c = node_try(f->o.node, &later);
    if (c)
        node_release(c);
    if (c || !later || face_stopping(f))
        face_http_wake(f);
}

static bool has_county(Exchange *x)
{
    bool later = false;

    if (!x->county)
        x->county = node_try(x->face->o.node, &later);
    return x->county || !later || face_stopping(x->face);
}

/* --- the answer ---------------------------------------------------------------------------------------------------- */

static void work(Exchange *x)
{
    x->r.body = buf_text(&x->body);
    x->r.body_file = x->file[0] ? x->file : NULL;
    x->r.body_size = x->got;
    if (x->refused || !x->r.row->answer(&x->r, &x->out, &x->err))
        face_reply_refuse(x);
    else if (x->out.body.bad) {
        (void)FAIL(&x->err, BASE_NO_MEMORY, STR("answer"), "answer");
        face_reply_refuse(x);
    }
}

static void work_in_lane(void *arg)
{
    Exchange *x = arg;

    work(x);
    face_reply_make(x);
    MHD_resume_connection(x->connection);
}

/* The connection sleeps meanwhile. It may be resumed before this returns: x is not touched after face_lanes_run. */
static enum MHD_Result go_to_lane(Exchange *x, FaceLane lane)
{
    x->phase = WORKING;
    x->client = face_intake_client(x);
    x->task = (FaceTask){ .work = work_in_lane, .arg = x, .client = x->client };
    MHD_suspend_connection(x->connection);
    if (face_lanes_run(x->face->lanes, lane, &x->task, &x->err))
        return MHD_YES;
    face_reply_refuse(x);
    face_reply_make(x);
    MHD_resume_connection(x->connection);
    return MHD_YES;
}

static FaceLane lane_of(const Exchange *x)
{
    const FaceRow *row = x->r.row;

    return row->lane                 ? row->lane(&x->r)
           : row->flags & FACE_QUICK ? FACE_LANE_QUICK
           : row->flags & FACE_WAITS ? FACE_LANE_WAIT
           : row->flags & FACE_HEAVY ? FACE_LANE_HEAVY
                                     : FACE_LANE_READ;
}

static enum MHD_Result answer(Exchange *x)
{
    const FaceLane lane = x->refused || !x->r.row || x->err.kind ? FACE_LANE_QUICK : lane_of(x);

    if (lane != FACE_LANE_QUICK)
        return go_to_lane(x, lane);
    x->r.quick = true;
    if (x->r.row && !x->err.kind)
        work(x);
    else if (x->refused)
        face_reply_refuse(x);
    x->r.quick = false;
    if (x->out.later) {
        const FaceLane later = x->out.later;

        x->out.later = FACE_LANE_QUICK;
        x->out.nheader = 0; /* they are set again */
        return go_to_lane(x, later);
    }
    face_reply_make(x);
    return face_reply_queue(x);
}

static enum MHD_Result first_call(Exchange *x, const char *method)
{
    if (!has_county(x)) {
        park(x);
        return MHD_YES;
    }
    x->phase = READING;
    x->refused = !face_intake_begin(x, str_of(method));
    if (!x->refused || face_intake_small(x))
        return MHD_YES; /* a small body is swallowed, so that the connection goes on */
    face_reply_refuse(x);
    face_reply_make(x);
    return face_reply_queue(x);
}

enum MHD_Result face_http_serve(void *cls, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *ndata, void **con)
{
    Exchange *x = *con;

    (void)cls;
    (void)url;
    (void)version;
    if (!x)
        return MHD_NO;
    x->connection = c;
    if (x->phase == NEW_)
        return first_call(x, method);
    if (x->phase == READY)
        return face_reply_queue(x);
    if (x->phase == WORKING)
        return MHD_YES;
    if (*ndata) {
        const bool keep = face_intake_take(x, data, *ndata);

        *ndata = 0;
        return keep ? MHD_YES : MHD_NO;
    }
    return answer(x);
}
