/* src/face/reply.c - an answer goes out: a body, a file, a stream, or the problem that stands for it, with its headers. */
#include "face/exchange.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "face/origin.h"
#include "face/metrics.h"

enum { PIECE = 64 << 10 };

void face_reply_refuse(Exchange *x)
{
    char trace[ULID_LEN + 1];

    ulid_new(trace);
    if (!x->err.kind)
        (void)FAIL(&x->err, FACE_BROKEN, str_of(trace), "answer");
    if (x->err.kind->status >= 500) {
        log_err("http.failed", &x->err);
        log_info("http.trace", KV("trace", trace), KV("path", x->r.path));
    }
    if (x->err.kind->status == 503)
        face_set(&x->out, "Retry-After", STR("2"));
    if (x->err.kind->status == 405)
        face_set(&x->out, "Allow", str_copy(x->a, str_of(x->err.hint)));
    if (x->out.close)
        x->out.close(x->out.ctx);
    x->out.close = NULL;
    x->out.more = NULL;
    x->out.file = NULL;
    x->out.events = false;
    face_problem(&x->r, &x->err, x->out.problems, str_of(trace), &x->out);
}

/* The ETag of a packed body differs, as RFC 9110 clause 8.8.3.3 wants it. */
static void mark_packed(Exchange *x, const char *coding)
{
    face_set(&x->out, "Content-Encoding", str_of(coding));
    for (size_t i = 0; i < x->out.nheader; i++) {
        FacePair *h = &x->out.header[i];

        if (str_eq(h->name, STR("ETag")) && h->value.len > 2)
            h->value = str_fmt(x->a, "%.*s-%s\"", (int)h->value.len - 1, h->value.ptr, coding);
    }
}

static void pack_body(Exchange *x)
{
    const char *coding = x->out.ready_packed ? NULL
                                             : face_coding_pack(face_header(&x->r, "Accept-Encoding"),
                                                   x->out.type, &x->out.body);

    if (coding)
        mark_packed(x, coding);
}

/* --- a long answer, piece by piece: each is made in a lane, between the pieces of others ------------------------------ */
static void make_piece(void *arg)
{
    Exchange *x = arg;

    x->piece.len = x->taken = 0;
    while (!x->piece.len && !x->piece_done && !x->piece_bad)
        if (!x->out.more(x->out.ctx, &x->piece, &x->piece_done, &x->err) || x->piece.bad) {
            log_err("http.stream", &x->err);
            x->piece_bad = true;
        }
    MHD_resume_connection(x->connection);
}

static ssize_t wait_for_piece(Exchange *x)
{
    Err err = { 0 };

    x->task = (FaceTask){ .work = make_piece, .arg = x, .client = x->client };
    MHD_suspend_connection(x->connection);
    if (!face_lanes_run(x->face->lanes, FACE_LANE_HEAVY, &x->task, &err)) {
        x->piece_bad = true;
        MHD_resume_connection(x->connection);
    }
    return 0;
}

static ssize_t read_piece(void *cls, uint64_t at, char *to, size_t room)
{
    Exchange *x = cls;

    (void)at;
    if (x->piece_bad)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (x->taken == x->piece.len)
        return x->piece_done ? MHD_CONTENT_READER_END_OF_STREAM : wait_for_piece(x);
    if (room > x->piece.len - x->taken)
        room = x->piece.len - x->taken;
    memcpy(to, x->piece.ptr + x->taken, room);
    x->taken += room;
    metric_add(METRIC_http_bytes, (int64_t)room);
    return (ssize_t)room;
}

static struct MHD_Response *file_response(Exchange *x)
{
    struct stat st;
    const int fd = open(x->out.file, O_RDONLY | O_CLOEXEC);
    struct MHD_Response *response;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    response = MHD_create_response_from_fd((size_t)st.st_size, fd);
    if (!response)
        close(fd);
    return response;
}

typedef struct Lent { /* bytes of another room: they may be given back after the request is forgotten */
    void (*free)(void *ctx);
    void *ctx;
    const NodeCounty *county; /* held: the room is there as long as that */
} Lent;

static void give_back(void *arg)
{
    Lent *lent = arg;

    lent->free(lent->ctx);
    node_release(lent->county);
    mem_free(lent);
}

static struct MHD_Response *lent_response(Exchange *x)
{
    Lent *lent = mem_new(1, sizeof *lent);
    struct MHD_Response *response;

    if (!lent)
        return NULL;
    *lent = (Lent){ x->out.bytes_free, x->out.bytes_ctx, x->county };
    response = MHD_create_response_from_buffer_with_free_callback_cls(
        x->out.bytes.len, (void *)(uintptr_t)x->out.bytes.ptr, give_back, lent);
    if (!response) {
        mem_free(lent);
        return NULL;
    }
    node_keep(x->county);
    x->out.bytes_free = NULL; /* the response gives them back now */
    metric_add(METRIC_http_bytes, (int64_t)x->out.bytes.len);
    return response;
}

static struct MHD_Response *body_response(Exchange *x)
{
    Buf *b = &x->out.body;
    struct MHD_Response *response;

    if (x->out.bytes_free)
        return lent_response(x);
    if (x->out.status == 304 || x->out.status == 204 || !b->len)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    pack_body(x);
    metric_add(METRIC_http_bytes, (int64_t)b->len);
    response = MHD_create_response_from_buffer_with_free_callback(b->len, b->ptr, mem_free);
    if (response)
        *b = (Buf){ .max = b->max }; /* the response owns the bytes now */
    return response;
}

static struct MHD_Response *make_response(Exchange *x)
{
    if (x->out.events) { /* it may go on for days, through many counties */
        node_release(x->county);
        x->county = NULL;
        return face_events_response(x->out.ctx, x->connection);
    }
    if (x->out.more) {
        buf_init(&x->piece, (size_t)64 << 20);
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_piece, x, NULL);
    }
    return x->out.file ? file_response(x) : body_response(x);
}

static void add(Exchange *x, const char *name, Str value)
{
    const char *text = str_c(x->a, value);

    if (text)
        (void)MHD_add_response_header(x->response, name, text);
}

static void add_headers(Exchange *x)
{
    const Str origin = face_header(&x->r, "Origin");
    bool cache = false, vary = false;

    if (x->out.status != 204 && x->out.status != 304)
        add(x, "Content-Type", x->out.type);
    for (size_t i = 0; i < x->out.nheader; i++) {
        cache = cache || str_eq(x->out.header[i].name, STR("Cache-Control"));
        vary = vary || str_eq(x->out.header[i].name, STR("Vary"));
        add(x, x->out.header[i].name.ptr, x->out.header[i].value);
    }
    if (!cache)
        MHD_add_response_header(x->response, "Cache-Control", "no-cache");
    if (!vary)
        MHD_add_response_header(x->response, "Vary", "Accept, Accept-Encoding, Accept-Language, Origin");
    MHD_add_response_header(x->response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(x->response, "Content-Language", x->r.en ? "en" : "zh");
    if (x->r.method == FACE_GET && origin.len && face_origin_may_read(origin, x->face->o.cors)) {
        add(x, "Access-Control-Allow-Origin", origin);
        MHD_add_response_header(
            x->response, "Access-Control-Expose-Headers", "ETag, Content-Crs, Link, Location");
    }
}

void face_reply_make(Exchange *x)
{
    x->response = make_response(x);
    if (!x->response) {
        (void)FAIL(&x->err, BASE_IO, STR("answer"), "answer");
        face_reply_refuse(x);
        x->response = make_response(x);
    }
    if (x->response)
        add_headers(x);
    x->phase = READY;
}

enum MHD_Result face_reply_queue(Exchange *x)
{
    enum MHD_Result good;

    if (!x->response)
        return MHD_NO;
    good = MHD_queue_response(x->connection, (unsigned)x->out.status, x->response);
    MHD_destroy_response(x->response);
    x->response = NULL;
    return good;
}
