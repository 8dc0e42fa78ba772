/* src/face/intake.c - a request comes in: its headers, who may ask, the row that answers it, its body. */
#include "face/exchange.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "face/origin.h"
#include "files/files.h"

/* What bodies may take over all requests; one that is scanned takes four times its text at most, with what is made of it, one
 * that becomes a tree eighty times at the worst. */
static const int64_t BODIES_MAX = INT64_C(512) << 20;
enum { SCANNED_TIMES = 4, TREE_TIMES = 100 };
enum { HEADERS_MAX = 100, SWALLOW_MAX = 1 << 20, SLOWEST = 1024 /* bytes a second of a body */ };

/* Who streams a body without saying its length hears that it is too large only when he has ended: so much of it is taken
 * from the line and forgotten. */
static const int64_t SWALLOW_STREAM = INT64_C(8) << 30;

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

/* Room for a body of so many bytes, before they are taken. */
static bool reserve(Exchange *x, int64_t bytes)
{
    const bool scanned = x->r.row->flags & (FACE_SCANNED | FACE_BIG);
    const int64_t want = bytes * (scanned ? SCANNED_TIMES : TREE_TIMES), more = want - x->reserved;

    if (x->r.row->flags & FACE_FILE || more <= 0)
        return true;
    if (__atomic_add_fetch(&x->face->bodies, more, __ATOMIC_RELAXED) <= BODIES_MAX) {
        x->reserved = want;
        return true;
    }
    __atomic_sub_fetch(&x->face->bodies, more, __ATOMIC_RELAXED);
    return FAIL(&x->err, FACE_FULL, str_fmt(x->a, "%lld", (long long)bytes), "body");
}

static bool ready_for_body(Exchange *x)
{
    const Str length = face_header(&x->r, "Content-Length");
    int64_t n = 0;

    x->limit = x->r.row->flags & FACE_MEDIA     ? FILES_MAX
               : x->r.row->flags & FACE_FILE    ? FACE_FILE_MAX
               : x->r.row->flags & FACE_BIG     ? FACE_CHANGES_MAX
               : x->r.row->flags & FACE_SCANNED ? FACE_FEATURE_MAX
                                                : FACE_BODY_MAX;
    if (x->r.method == FACE_GET)
        x->limit = FACE_BODY_MAX;
    buf_init(&x->body, (size_t)(x->r.row->flags & FACE_FILE ? 1 : x->limit));
    if (length.len && str_to_i64(length, &n) && n > x->limit)
        return too_large(x, n);
    return reserve(x, n) && (!(x->r.row->flags & FACE_FILE) || open_file(x));
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

static bool read_request(Exchange *x, Str method)
{
    Str query = { "", 0 };
    FaceRoute route;

    x->r = (FaceRequest){ .face = x->face, .a = x->a, .raw_query = { "", 0 } };
    if (!str_cut(x->uri, '?', &x->r.path, &query))
        query = (Str){ "", 0 };
    x->r.raw_query = query;
    if (!read_headers(x))
        return false;
    if (!x->county)
        return FAIL(&x->err, NODE_CLOSED, str_of(node_dir(x->face->o.node)), "node");
    x->r.county = x->county;
    x->r.ledger = x->county->ledger;
    x->r.model = x->county->model;
    if (!face_who(&x->r, &x->err))
        return false;
    if (str_eq(method, STR("OPTIONS")))
        return check_host(x) && answer_options(x);
    if (!face_route(x->face->router, &x->r, method, &route, &x->err)) {
        (void)check_host(x); /* says the worse of both */
        return false;
    }
    if ((x->r.row->flags & FACE_WHOLE) && !face_may_all(&x->r, x->r.path, &x->err))
        return false;
    x->r.state = ((const FaceHouse *)node_lodging(x->county))->state[route.door];
    if (!check_host(x) ||
        !face_read_query(query, x->a, (FacePair **)(uintptr_t)&x->r.query, &x->r.nquery, &x->err))
        return false;
    if (face_has(&x->r, "lang"))
        x->r.en = str_starts(face_query(&x->r, "lang"), STR("en"));
    return face_check_query(&x->r, &x->err) && ready_for_body(x);
}

bool face_intake_begin(Exchange *x, Str method)
{
    const bool good = read_request(x, method);

    if (x->limit == 0)
        x->limit = SWALLOW_MAX; /* what is refused is swallowed as far as this */
    return good;
}

uint64_t face_intake_client(const Exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info ? info->client_addr : NULL;
    uint64_t key = hash64(BYTES(face_header(&x->r, "Sangzi-Actor"))) ^
                   hash64(BYTES(face_header(&x->r, "X-Forwarded-For"))) * 3;

    if (from && from->sa_family == AF_INET)
        key ^= ((const struct sockaddr_in *)(const void *)from)->sin_addr.s_addr;
    else if (from && from->sa_family == AF_INET6)
        key ^= hash64((Bytes){ ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr.s6_addr, 16 });
    return key;
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

bool face_intake_take(Exchange *x, const char *data, size_t n)
{
    const int64_t seconds = (time_mono() - x->began) / TIME_SECOND;

    x->got += (int64_t)n;
    if (seconds > FACE_IDLE_SECONDS && x->got / seconds < SLOWEST)
        return false;
    if (x->refused)
        return x->got <= SWALLOW_STREAM;
    if (x->got > x->limit)
        x->refused = !too_large(x, x->got);
    else if (x->fd >= 0)
        x->refused = !take_file(x, data, n);
    else if (!x->r.row || reserve(x, x->got)) /* a length that was not said, or not kept to */
        buf_add(&x->body, data, n);
    else {
        x->refused = true;
        buf_clear(&x->body);
    }
    if (x->refused && x->fd >= 0)
        (void)!ftruncate(x->fd, 0); /* nor need it fill the disk meanwhile */
    return true;
}

bool face_intake_small(const Exchange *x)
{
    int64_t n = 0;
    const Str length = face_header(&x->r, "Content-Length");

    return !face_header(&x->r, "Transfer-Encoding").len &&
           (!length.len || (str_to_i64(length, &n) && n < SWALLOW_MAX));
}
