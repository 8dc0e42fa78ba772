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
    POOL = 16,
    POOL_MEMORY = 128 << 10,
    STOP_SECONDS = 8,
    HURRY_SECONDS = 1 /* after which readings end unfinished; both together within the 10 s of a stop */
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

    if (!loopback(address, f->o.port, &four, &six, &is6))
        return FAIL(err, FACE_NOT_LOOPBACK, str_of(address), "address");
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

    if (!face_local_listen(ledger_dir(f->o.ledger), &fd, &err)) {
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
