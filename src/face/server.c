/* src/face/server.c - a Face starts and stops: its pool, its doors, the daemon on the port and the one on DIR/sangzi.sock. */
#include "face/exchange.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "face/local.h"

enum {
    CONNECTIONS = 1000,
    LOCALS = 32,
    POOL_MEMORY = 128 << 10,
    STOP_SECONDS = 5,
    HURRY_SECONDS = 1 /* after which readings end unfinished; the rest of the 10 s of a stop is the node's */
};

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

    (void)loopback(address, f->o.port, &four, &six, &is6); /* it was asked before */
    f->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (is6 ? MHD_USE_IPv6 : 0),
            (uint16_t)f->o.port, NULL, NULL, face_http_serve, f, MHD_OPTION_URI_LOG_CALLBACK, face_http_uri,
            f, MHD_OPTION_NOTIFY_COMPLETED, face_http_completed, NULL, MHD_OPTION_UNESCAPE_CALLBACK,
            keep_escapes, NULL, MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT,
            (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)FACE_IDLE_SECONDS,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_MEMORY, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
            MHD_OPTION_SOCK_ADDR, is6 ? (struct sockaddr *)&six : (struct sockaddr *)&four, MHD_OPTION_END);
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

    if (!face_local_listen(node_dir(f->o.node), &fd, &err)) {
        log_err("http.local", &err);
        return;
    }
    f->local = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        face_http_serve, f, MHD_OPTION_URI_LOG_CALLBACK, face_http_uri, f, MHD_OPTION_NOTIFY_COMPLETED,
        face_http_completed, NULL, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)LOCALS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)FACE_IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_MEMORY,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END);
    if (f->local)
        return;
    close(fd);
    face_local_gone(node_dir(f->o.node));
    log_warn("http.local", KV("dir", node_dir(f->o.node)));
}

static bool open_temp(Face *f, Err *err)
{
    snprintf(f->temp, sizeof f->temp, "%s/uploads", node_dir(f->o.node));
    return dir_make(f->temp, 0700, err);
}

/* --- one county's doors ------------------------------------------------------------------------------------------- */
static bool open_doors(void *ctx, const NodeCounty *c, void **state, Err *err)
{
    Arena *a = arena_new(0);
    FaceHouse *h = NEW(a, FaceHouse);
    bool good = true;

    if (!h || !(h->state = NEWS(a, void *, FACE_DOORS_MAX))) {
        arena_free(a);
        return FAIL(err, BASE_NO_MEMORY, STR("face"), "start");
    }
    h->face = ctx;
    h->county = c;
    h->a = a;
    *state = h; /* also where it fails half-way: it is closed then */
    for (size_t i = 0; good && face_doors[i]; i++)
        good = !face_doors[i]->start || face_doors[i]->start(h, &h->state[i], err);
    if (good)
        ledger_warm(c->ledger);
    return good;
}

static void end_doors(void *house)
{
    const FaceHouse *h = house;

    for (size_t i = 0; face_doors[i]; i++)
        if (face_doors[i]->ending && h->state[i])
            face_doors[i]->ending(h->state[i]);
}

static void close_doors(void *house)
{
    FaceHouse *h = house;

    for (size_t i = FACE_DOORS_MAX; i-- > 0;)
        if (h->state[i] && face_doors[i]->stop)
            face_doors[i]->stop(h->state[i]);
    arena_free(h->a);
}

static void come_in(void *face)
{
    face_http_wake(face);
}

static void hear_event(void *face, Str event, Str json)
{
    face_events_say(((Face *)face)->events, event, json);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */
static bool open_all(Face *f, Err *err)
{
    const char *address = f->o.address ? f->o.address : "127.0.0.1";
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    size_t ndoor = 0;
    bool is6;

    if (!loopback(address, f->o.port, &four, &six, &is6))
        return FAIL(err, FACE_NOT_LOOPBACK, str_of(address), "address");
    while (face_doors[ndoor])
        ndoor++;
    f->lanes = face_lanes_new();
    f->events = face_events_new();
    if (!f->lanes || !f->events)
        return FAIL(err, BASE_NO_MEMORY, STR("threads"), "start");
    f->lodger = (NodeLodger){ open_doors, end_doors, close_doors, come_in, hear_event, f };
    if (!open_temp(f, err) || !face_router_new(face_doors, ndoor, f->a, &f->router, err) ||
        !node_lodge(f->o.node, &f->lodger, err))
        return false;
    f->lodged = true;
    return open_daemon(f, err);
}

bool face_start(const FaceOptions *options, Face **out, Err *err)
{
    Face *f = mem_new(1, sizeof *f);

    if (!f)
        return FAIL(err, BASE_NO_MEMORY, STR("face"), "start");
    f->o = *options;
    f->a = arena_new(0);
    f->started = time_now();
    pthread_mutex_init(&f->guard, NULL);
    if (open_all(f, err)) {
        open_local(f);
        log_info("http.started", KV("port", f->port));
        *out = f;
        return true;
    }
    face_stop(f);
    return false;
}

static void hurry(const Face *f)
{
    bool later;
    const NodeCounty *c = node_try(f->o.node, &later);

    if (!c)
        return;
    ledger_hurry(c->ledger);
    node_release(c);
}

static void drain(Face *f)
{
    const int listening = (int)MHD_quiesce_daemon(f->daemon),
              local = f->local ? (int)MHD_quiesce_daemon(f->local) : -1;

    for (int i = 0;
         i < (STOP_SECONDS + HURRY_SECONDS) * 50 && __atomic_load_n(&f->active, __ATOMIC_RELAXED) > 0; i++) {
        if (i >= STOP_SECONDS * 50)
            hurry(f);
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
    __atomic_store_n(&f->stopping, true, __ATOMIC_RELAXED);
    if (f->events)
        face_events_end(f->events);
    face_http_wake(f);
    if (f->daemon) {
        face_local_gone(node_dir(f->o.node));
        drain(f);
        face_lanes_end(f->lanes); /* what waits there resumes its connections before the daemon goes */
        MHD_stop_daemon(f->daemon);
        if (f->local)
            MHD_stop_daemon(f->local);
    }
    if (f->lodged)
        node_leave(f->o.node);
    face_lanes_free(f->lanes);
    face_events_free(f->events);
    pthread_mutex_destroy(&f->guard);
    arena_free(f->a);
    mem_free(f);
}
