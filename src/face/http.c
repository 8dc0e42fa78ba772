/* src/face/http.c - the door: libmicrohttpd on one side, FaceRequest and FaceAnswer on the other.
 *
 *   uri ──► begin: route, limits, who asks ──► body (memory or file) ──► answer ──► queued ──► completed: all freed
 *                                                                          │ FACE_SLOW: connection suspended,
 *                                                                          └ answered on our pool, resumed
 *
 * An Exchange lives from the request line to `completed`; it belongs to the connection's thread, while suspended to
 * one thread of the pool.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include "face/events.h"
#include "face/face_in.h"
#include "face/local.h"
#include "face/origin.h"
#include "face/router.h"
#include "face/table.h"
#include "files/files.h"

enum {
    CONNECTIONS = 1000,
    LOCALS = 32,
    IDLE_SECONDS = 30,
    POOL = 16,
    POOL_MEMORY = 128 << 10,
    HEADERS_MAX = 100,
    SWALLOW_MAX = 1 << 20,
    PACK_LEAST = 1400,
    PIECE = 64 << 10,
    SLOWEST = 1024 /* bytes a second of a body */,
    ARENA_MAX = 512 << 20,
    STOP_SECONDS = 8,
    HURRY_SECONDS = 1 /* after which readings end unfinished; both together within the 10 s of a stop */
};

/* Who streams a body without saying its length hears that it is too large only when he has ended: so much of it is taken
 * from the line and forgotten. */
static const int64_t SWALLOW_STREAM = INT64_C(8) << 30;

struct Face {
    FaceOptions o;
    Arena *a;                          /* as long as the Face */
    struct MHD_Daemon *daemon, *local; /* local: the same faces on DIR/sangzi.sock */
    Pool *pool;
    FaceRouter *router;
    void *state[FACE_DOORS_MAX];
    size_t nstate;
    int port;
    int64_t started;
    char temp[512];
    int64_t active; /* exchanges at work; atomic */
    bool stopping;
};

typedef struct Exchange {
    Face *face;
    Arena *a;
    struct MHD_Connection *connection;
    FaceRequest r;
    FaceAnswer out;
    Err err;
    Str uri;
    enum { NEW_, READING, WORKING, READY } phase;
    bool refused, head;
    Buf body;
    int fd;
    char file[560];
    int64_t got, limit, began;
    Buf piece; /* of a streamed answer: what MHD has not taken yet */
    size_t taken;
    bool piece_done;
    struct MHD_Response *response;
} Exchange;

static void *hear_uri(void *cls, const char *uri, struct MHD_Connection *c)
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

static void completed(void *cls, struct MHD_Connection *c, void **con, enum MHD_RequestTerminationCode how)
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
    __atomic_sub_fetch(&x->face->active, 1, __ATOMIC_RELAXED);
    mem_free(x);
}

/* --- the request ------------------------------------------------------------------------------------------ */
typedef struct Headers {
    FacePair *pair;
    size_t n;
    bool bad;
} Headers;

static enum MHD_Result see_header(
    void *cls, enum MHD_ValueKind kind, const char *key, size_t key_len, const char *value, size_t value_len)
{
    Headers *h = cls;
    const Str v = { value ? value : "", value ? value_len : 0 };

    (void)kind;
    if (h->n == HEADERS_MAX || !str_is_utf8(v)) {
        h->bad = true;
        return MHD_NO;
    }
    h->pair[h->n++] = (FacePair){ { key, key_len }, v };
    return MHD_YES;
}

static bool read_headers(Exchange *x)
{
    const int n = MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, NULL, NULL);
    Headers h = { .pair = NEWS(x->a, FacePair, n < 1 ? 1 : n > HEADERS_MAX ? HEADERS_MAX : (size_t)n) };

    if (!h.pair)
        return FAIL(&x->err, BASE_NO_MEMORY, STR("http"), "headers");
    MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, see_header, &h);
    x->r.header = h.pair;
    x->r.nheader = h.n;
    x->r.en = face_english(face_header(&x->r, "Accept-Language"));
    return !h.bad || FAIL(&x->err, FACE_BAD_TEXT, STR("header"), "headers");
}

static Str base_of(Exchange *x, Str host) /* every request asks: put together, not printed */
{
    static const Str scheme = { "http://", 7 };
    char *text = arena_take(x->a, scheme.len + host.len, 1);

    if (!text)
        return (Str){ "", 0 };
    memcpy(text, scheme.ptr, scheme.len);
    memcpy(text + scheme.len, host.ptr, host.len);
    return (Str){ text, scheme.len + host.len };
}

static bool foreign(Exchange *x, Str what, const char *where)
{
    (void)FAIL(&x->err, FACE_FOREIGN, what, "%s", where);
    err_hint(&x->err, "http://127.0.0.1:%d", x->face->port);
    return false;
}

/* Pages of other sites must neither read what a rebound name points at nor write here (origin.c). Whoever reaches the local
 * socket could open the file itself. */
static bool check_host(Exchange *x)
{
    Str host = face_header(&x->r, "Host");
    const Str origin = face_header(&x->r, "Origin"), site = face_header(&x->r, "Sec-Fetch-Site");

    if (!host.len)
        host = str_fmt(x->a, "127.0.0.1:%d", x->face->port);
    if (!face_host_is_loopback(host)) {
        x->r.base = str_fmt(x->a, "http://127.0.0.1:%d", x->face->port);
        return foreign(x, host, "Host");
    }
    x->r.base = base_of(x, host);
    if (x->r.method == FACE_GET || face_origin_may_write(origin, site, x->r.base))
        return true;
    (void)foreign(x, origin.len ? origin : site, origin.len ? "Origin" : "Sec-Fetch-Site");
    err_hint(&x->err, "%.*s", STRV(x->r.base));
    return false;
}

static bool too_large(Exchange *x, int64_t n)
{
    (void)FAIL(&x->err, FACE_TOO_LARGE, str_fmt(x->a, "%lld", (long long)n), "body");
    err_hint(&x->err, "%lld", (long long)x->limit);
    return false;
}

static bool open_file(Exchange *x)
{
    snprintf(x->file, sizeof x->file, "%s/upload-XXXXXX", x->face->temp);
    x->fd = mkostemp(x->file, O_CLOEXEC);
    if (x->fd >= 0)
        return true;
    x->file[0] = 0;
    return FAIL(&x->err, BASE_IO, str_of(x->face->temp), "upload");
}

static bool ready_for_body(Exchange *x)
{
    const Str length = face_header(&x->r, "Content-Length");
    int64_t n = 0;

    x->limit = x->r.row->flags & FACE_MEDIA  ? FILES_MAX
               : x->r.row->flags & FACE_FILE ? FACE_FILE_MAX
               : x->r.row->flags & FACE_BIG  ? FACE_CHANGES_MAX
                                             : FACE_BODY_MAX;
    if (x->r.method == FACE_GET)
        x->limit = FACE_BODY_MAX;
    buf_init(&x->body, (size_t)(x->r.row->flags & FACE_FILE ? 1 : x->limit));
    if (length.len && str_to_i64(length, &n) && n > x->limit)
        return too_large(x, n);
    return !(x->r.row->flags & FACE_FILE) || open_file(x);
}

static bool answer_options(Exchange *x)
{
    const Str methods = face_methods(x->face->router, &x->r);

    if (!methods.len)
        return FAIL(&x->err, FACE_NO_PATH, str_is_utf8(x->r.path) ? x->r.path : STR("?"), "path");
    x->out.status = 204;
    face_set(&x->out, "Allow", methods);
    face_set(&x->out, "Access-Control-Allow-Methods", STR("GET, HEAD, OPTIONS"));
    face_set(&x->out, "Access-Control-Allow-Headers", STR("Accept-Language, If-None-Match, Last-Event-ID"));
    face_set(&x->out, "Access-Control-Max-Age", STR("86400"));
    return true;
}

static bool begin(Exchange *x, Str method)
{
    Str query = { "", 0 };
    FaceRoute route;

    x->r = (FaceRequest){ .face = x->face,
        .ledger = x->face->o.ledger,
        .model = ledger_model(x->face->o.ledger),
        .a = x->a,
        .raw_query = { "", 0 } };
    if (!str_cut(x->uri, '?', &x->r.path, &query))
        query = (Str){ "", 0 };
    x->r.raw_query = query;
    if (!read_headers(x))
        return false;
    if (str_eq(method, STR("OPTIONS")))
        return check_host(x) && answer_options(x);
    if (!face_route(x->face->router, &x->r, method, &route, &x->err)) {
        (void)check_host(x); /* says the worse of both */
        return false;
    }
    x->r.state = x->face->state[route.door];
    if (!check_host(x) ||
        !face_read_query(query, x->a, (FacePair **)(uintptr_t)&x->r.query, &x->r.nquery, &x->err))
        return false;
    if (face_has(&x->r, "lang"))
        x->r.en = str_starts(face_query(&x->r, "lang"), STR("en"));
    return face_check_query(&x->r, &x->err) && ready_for_body(x);
}

static bool take_file(Exchange *x, const char *data, size_t n)
{
    while (n) {
        const ssize_t did = write(x->fd, data, n);

        if (did < 0 && errno == EINTR)
            continue;
        if (did <= 0)
            return errno == ENOSPC ? FAIL(&x->err, BASE_FULL, str_of(x->face->temp), "upload")
                                   : FAIL(&x->err, BASE_IO, str_of(x->face->temp), "upload");
        data += did;
        n -= (size_t)did;
    }
    return true;
}

/* One piece of the body. false: the connection is not worth keeping. */
static bool take(Exchange *x, const char *data, size_t n)
{
    const int64_t seconds = (time_mono() - x->began) / TIME_SECOND;

    x->got += (int64_t)n;
    if (seconds > IDLE_SECONDS && x->got / seconds < SLOWEST)
        return false;
    if (x->refused)
        return x->got <= SWALLOW_STREAM;
    if (x->got > x->limit)
        x->refused = !too_large(x, x->got);
    else if (x->fd >= 0)
        x->refused = !take_file(x, data, n);
    else
        buf_add(&x->body, data, n);
    if (x->refused && x->fd >= 0)
        (void)!ftruncate(x->fd, 0); /* nor need it fill the disk meanwhile */
    return true;
}

/* --- the answer --------------------------------------------------------------------------------------------- */
static void refuse(Exchange *x)
{
    char trace[ULID_LEN + 1];

    ulid_new(trace);
    if (!x->err.kind)
        (void)FAIL(&x->err, FACE_BROKEN, str_of(trace), "answer");
    if (x->err.kind->status >= 500) {
        log_err("http.failed", &x->err);
        log_info("http.trace", KV("trace", trace), KV("path", x->r.path));
    }
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

static void work(Exchange *x)
{
    x->r.body = buf_text(&x->body);
    x->r.body_file = x->file[0] ? x->file : NULL;
    x->r.body_size = x->got;
    if (x->refused || !x->r.row->answer(&x->r, &x->out, &x->err))
        refuse(x);
    else if (x->out.body.bad) {
        (void)FAIL(&x->err, BASE_NO_MEMORY, STR("answer"), "answer");
        refuse(x);
    }
}

static bool packable(Str type)
{
    return str_find(type, STR("json")) != SIZE_MAX || str_starts(type, STR("text/")) ||
           str_find(type, STR("vector-tile")) != SIZE_MAX || str_find(type, STR("javascript")) != SIZE_MAX ||
           str_find(type, STR("xml")) != SIZE_MAX || str_find(type, STR("yaml")) != SIZE_MAX;
}

static bool pack_zstd(Str in, Buf *out)
{
    const size_t room = ZSTD_compressBound(in.len);
    char *to = buf_room(out, room);
    size_t n;

    if (!to || ZSTD_isError(n = ZSTD_compress(to, room, in.ptr, in.len, 1)))
        return false;
    buf_took(out, n);
    return true;
}

static bool pack_gzip(Str in, Buf *out)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.ptr, .avail_in = (uInt)in.len };
    bool good;

    if (in.len > UINT32_MAX / 2 || deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    const size_t room = deflateBound(&z, (uLong)in.len);
    char *to = buf_room(out, room);

    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)room;
    good = to && deflate(&z, Z_FINISH) == Z_STREAM_END;
    if (good)
        buf_took(out, z.total_out);
    deflateEnd(&z);
    return good;
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
    const Str accept = face_header(&x->r, "Accept-Encoding"), in = buf_text(&x->out.body);
    const bool zstd = accept.len && face_quality(accept, STR("zstd")) > 0,
               gzip = accept.len && face_quality(accept, STR("gzip")) > 0;
    Buf out;

    if (x->out.ready_packed || in.len < PACK_LEAST || !packable(x->out.type) || (!zstd && !gzip))
        return;
    buf_init(&out, in.len + (in.len >> 2) + (1 << 16));
    if (zstd ? !pack_zstd(in, &out) : !pack_gzip(in, &out)) {
        buf_clear(&out);
        return;
    }
    buf_clear(&x->out.body);
    x->out.body = out;
    mark_packed(x, zstd ? "zstd" : "gzip");
}

static ssize_t read_piece(void *cls, uint64_t at, char *to, size_t room)
{
    Exchange *x = cls;

    (void)at;
    while (x->taken == x->piece.len) {
        if (x->piece_done)
            return MHD_CONTENT_READER_END_OF_STREAM;
        x->piece.len = x->taken = 0;
        if (!x->out.more(x->out.ctx, &x->piece, &x->piece_done, &x->err) || x->piece.bad) {
            log_err("http.stream", &x->err);
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
    }
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

static struct MHD_Response *body_response(Exchange *x)
{
    Buf *b = &x->out.body;
    struct MHD_Response *response;

    if (x->out.bytes_free) {
        metric_add(METRIC_http_bytes, (int64_t)x->out.bytes.len);
        response = MHD_create_response_from_buffer_with_free_callback_cls(
            x->out.bytes.len, (void *)(uintptr_t)x->out.bytes.ptr, x->out.bytes_free, x->out.bytes_ctx);
        if (response)
            x->out.bytes_free = NULL; /* the response gives them back now */
        return response;
    }
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
    if (x->out.events)
        return face_events_response(x->out.ctx, x->connection);
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

static void finish(Exchange *x)
{
    x->response = make_response(x);
    if (!x->response) {
        (void)FAIL(&x->err, BASE_IO, STR("answer"), "answer");
        refuse(x);
        x->response = make_response(x);
    }
    if (x->response)
        add_headers(x);
    x->phase = READY;
}

static enum MHD_Result queue(Exchange *x)
{
    enum MHD_Result good;

    if (!x->response)
        return MHD_NO;
    good = MHD_queue_response(x->connection, (unsigned)x->out.status, x->response);
    MHD_destroy_response(x->response);
    x->response = NULL;
    return good;
}

static void work_slowly(void *arg)
{
    Exchange *x = arg;

    work(x);
    finish(x);
    MHD_resume_connection(x->connection);
}

static enum MHD_Result answer(Exchange *x)
{
    if (!x->refused && x->r.row && x->r.row->flags & FACE_SLOW) {
        x->phase = WORKING;
        MHD_suspend_connection(x->connection);
        if (pool_run(x->face->pool, work_slowly, x))
            return MHD_YES;
        (void)FAIL(&x->err, FACE_BUSY, STR("pool"), "pool");
        refuse(x);
        finish(x);
        MHD_resume_connection(x->connection);
        return MHD_YES;
    }
    if (x->r.row && !x->err.kind)
        work(x);
    else if (x->refused)
        refuse(x);
    finish(x);
    return queue(x);
}

static bool small_body(const Exchange *x)
{
    int64_t n = 0;
    const Str length = face_header(&x->r, "Content-Length");

    return !face_header(&x->r, "Transfer-Encoding").len &&
           (!length.len || (str_to_i64(length, &n) && n < SWALLOW_MAX));
}

static enum MHD_Result first_call(Exchange *x, const char *method)
{
    x->phase = READING;
    x->refused = !begin(x, str_of(method));
    if (x->limit == 0)
        x->limit = SWALLOW_MAX;
    if (!x->refused || small_body(x))
        return MHD_YES; /* a small body is swallowed, so that the connection goes on */
    refuse(x);
    finish(x);
    return queue(x);
}

static enum MHD_Result serve(void *cls, struct MHD_Connection *c, const char *url, const char *method,
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
        return queue(x);
    if (x->phase == WORKING)
        return MHD_YES;
    if (*ndata) {
        const bool keep = take(x, data, *ndata);

        *ndata = 0;
        return keep ? MHD_YES : MHD_NO;
    }
    return answer(x);
}

/* --- start and stop -------------------------------------------------------------------------------------------- */
static size_t keep_escapes(void *cls, struct MHD_Connection *c, char *s)
{
    (void)cls;
    (void)c;
    return strlen(s); /* decoded by ourselves, strictly */
}

static bool loopback(
    const char *address, int port, struct sockaddr_in *four, struct sockaddr_in6 *six, bool *is6)
{
    *four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    *six = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
    *is6 = false;
    if (!strcmp(address, "localhost"))
        address = "127.0.0.1";
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1)
        return ntohl(four->sin_addr.s_addr) >> 24 == 127;
    *is6 = true;
    return inet_pton(AF_INET6, address, &six->sin6_addr) == 1 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static bool open_daemon(Face *f, Err *err)
{
    const char *address = f->o.address ? f->o.address : "127.0.0.1";
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const unsigned threads = cores < 2 ? 2 : cores > 8 ? 8 : (unsigned)cores;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    bool is6;

    if (!loopback(address, f->o.port, &four, &six, &is6))
        return FAIL(err, FACE_NOT_LOOPBACK, str_of(address), "address");
    f->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (is6 ? MHD_USE_IPv6 : 0),
            (uint16_t)f->o.port, NULL, NULL, serve, f, MHD_OPTION_URI_LOG_CALLBACK, hear_uri, f,
            MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
            MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
            (size_t)POOL_MEMORY, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_SOCK_ADDR,
            is6 ? (struct sockaddr *)&six : (struct sockaddr *)&four, MHD_OPTION_END);
    if (!f->daemon) {
        (void)FAIL(err, FACE_PORT, str_fmt(f->a, "%d", f->o.port), "port");
        err_hint(err, "%s", errno == EADDRINUSE ? "已被占用 / in use" : "");
        return false;
    }
    f->port = MHD_get_daemon_info(f->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return true;
}

/* Commands that write find the server here; one thread is enough for them. Where it cannot be had (a file system without
 * sockets), they are told that the county is busy. */
static void open_local(Face *f)
{
    int fd;
    Err err = { 0 };

    if (!face_local_listen(ledger_dir(f->o.ledger), &fd, &err)) {
        log_err("http.local", &err);
        return;
    }
    f->local = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        serve, f, MHD_OPTION_URI_LOG_CALLBACK, hear_uri, f, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)LOCALS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)POOL_MEMORY, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END);
    if (f->local)
        return;
    close(fd);
    face_local_gone(ledger_dir(f->o.ledger));
    log_warn("http.local", KV("dir", ledger_dir(f->o.ledger)));
}

static bool open_temp(Face *f, Err *err)
{
    snprintf(f->temp, sizeof f->temp, "%s/uploads", ledger_dir(f->o.ledger));
    return dir_make(f->temp, 0700, err);
}

static bool open_doors(Face *f, Err *err)
{
    bool good = true;

    for (f->nstate = 0; good && face_doors[f->nstate];
         f->nstate++) /* one that fails half-way is stopped too */
        good = !face_doors[f->nstate]->start || face_doors[f->nstate]->start(f, &f->state[f->nstate], err);
    return good;
}

static void close_doors(Face *f)
{
    while (f->nstate) {
        f->nstate--;
        if (face_doors[f->nstate]->stop && f->state[f->nstate])
            face_doors[f->nstate]->stop(f->state[f->nstate]);
        f->state[f->nstate] = NULL;
    }
}

bool face_start(const FaceOptions *options, Face **out, Err *err)
{
    Face *f = mem_new(1, sizeof *f);
    size_t ndoor = 0;

    if (!f)
        return FAIL(err, BASE_NO_MEMORY, STR("face"), "start");
    f->o = *options;
    f->a = arena_new(0);
    f->started = time_now();
    while (face_doors[ndoor])
        ndoor++;
    f->pool = pool_new(POOL);
    if (!f->pool)
        (void)FAIL(err, BASE_NO_MEMORY, STR("threads"), "start");
    if (f->pool && open_temp(f, err) && face_router_new(face_doors, ndoor, f->a, &f->router, err) &&
        open_doors(f, err) && open_daemon(f, err)) {
        open_local(f);
        ledger_warm(f->o.ledger);
        log_info("http.started", KV("port", f->port));
        *out = f;
        return true;
    }
    face_stop(f);
    return false;
}

static void drain(Face *f)
{
    const int listening = (int)MHD_quiesce_daemon(f->daemon),
              local = f->local ? (int)MHD_quiesce_daemon(f->local) : -1;

    for (int i = 0;
         i < (STOP_SECONDS + HURRY_SECONDS) * 50 && __atomic_load_n(&f->active, __ATOMIC_RELAXED) > 0; i++) {
        if (i >= STOP_SECONDS * 50)
            store_hurry(ledger_store(f->o.ledger));
        usleep(20000);
    }
    if (listening >= 0)
        close(listening);
    if (local >= 0)
        close(local);
}

void face_stop(Face *f)
{
    if (!f)
        return;
    f->stopping = true;
    for (size_t i = 0; i < f->nstate; i++)
        if (face_doors[i]->ending && f->state[i])
            face_doors[i]->ending(f->state[i]);
    if (f->daemon) {
        face_local_gone(ledger_dir(f->o.ledger));
        drain(f);
        pool_free(f->pool); /* what waits there resumes its connections before the daemon goes */
        f->pool = NULL;
        MHD_stop_daemon(f->daemon);
        if (f->local)
            MHD_stop_daemon(f->local);
    }
    pool_free(f->pool);
    close_doors(f);
    arena_free(f->a);
    mem_free(f);
}

/* --- what faces ask of the house --------------------------------------------------------------------------------- */
int face_port(const Face *f)
{
    return f->port;
}

const FaceDemo *face_demo_hooks(const Face *f)
{
    return f->o.demo;
}

const char *face_ui(const Face *f)
{
    return f->o.ui;
}

void *face_state(const Face *f, const FaceDoor *door)
{
    for (size_t i = 0; i < f->nstate; i++)
        if (face_doors[i] == door)
            return f->state[i];
    return NULL;
}

GeoBox face_county_box(const FaceRequest *r)
{
    const PackCollection *division = pack_collection(r->model, STR("division"));

    return division && division->spatial ? ledger_extent(r->ledger, division) : GEO_BOX_NONE;
}

int64_t face_started(const Face *f)
{
    return f->started;
}

Ledger *face_ledger(const Face *f)
{
    return f->o.ledger;
}

Arena *face_arena(const Face *f)
{
    return f->a;
}

const FaceRouter *face_router(const Face *f)
{
    return f->router;
}

bool face_go(Face *f, void (*job)(void *), void *arg)
{
    return !f->stopping && f->pool && pool_run(f->pool, job, arg);
}

void face_announce(Face *f, Str event, Str json)
{
    void *events = face_state(f, &face_events);

    if (events)
        face_events_say(events, event, json);
}
