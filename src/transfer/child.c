/* src/transfer/child.c - runs `sangzi worker` (this same program) and listens to it. It may die at any byte. */
#include "transfer/child.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ROWS_MAX = 1000000,
    LAYERS_MAX = 256,
    WARNINGS_MAX = 100,
    LOOK_MS = 200,
    SILENCE_MS = 300000,
    KEEP_AT = 1 << 20
};
extern char **environ;

typedef struct Child {
    pid_t pid;
    int fd;   /* both ways */
    int rows; /* the file of rows */
    Buf in, keep;
    const TransferAsk *ask;
    TransferWatch watch;
    TransferRead read;
    Arena *a, *row;
    Str chosen;
    bool ended;
} Child;

/* --- starting it --------------------------------------------------------------------------------------------------- */
static bool start(Child *c, Err *err)
{
    static const char *const arg[] = { "sangzi", "worker", NULL };
    posix_spawn_file_actions_t act;
    int pair[2], e;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return FAIL(err, TRANSFER_NO_WORKER, str_of(strerrorname_np(errno)), "worker");
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_adddup2(&act, pair[1], 0);
    posix_spawn_file_actions_adddup2(&act, pair[1], 1);
    posix_spawn_file_actions_addopen(&act, 2, "/dev/null", O_WRONLY, 0);
    e = posix_spawn(&c->pid, "/proc/self/exe", &act, NULL, (char *const *)(uintptr_t)arg, environ);
    posix_spawn_file_actions_destroy(&act);
    close(pair[1]);
    c->fd = pair[0];
    if (!e)
        return true;
    c->pid = 0;
    return FAIL(err, TRANSFER_NO_WORKER, str_of(strerrorname_np(e)), "worker");
}

static bool send_request(Child *c, Err *err)
{
    const char *const key[] = { "path", "name", "layer", "encoding" };
    const Str value[] = { c->ask->path, c->ask->name, c->ask->layer, c->ask->encoding };
    Buf b;
    bool good = true;

    buf_init(&b, 60 << 10);
    for (size_t i = 0; i < LEN(key); i++) {
        buf_fmt(&b, "%c\"%s\":", i ? ',' : '{', key[i]);
        buf_json_str(&b, value[i].ptr ? value[i] : STR(""));
    }
    buf_c(&b, '}');
    for (size_t at = 0; good && at < b.len;) {
        const ssize_t n = send(c->fd, b.ptr + at, b.len - at, MSG_NOSIGNAL);

        good = n > 0 || (n < 0 && errno == EINTR);
        at += n > 0 ? (size_t)n : 0;
    }
    good = good && !b.bad && shutdown(c->fd, SHUT_WR) == 0;
    buf_clear(&b);
    return good || FAIL(err, TRANSFER_WORKER_DIED, c->ask->name, "worker");
}

/* --- what it says ---------------------------------------------------------------------------------------------------- */
static bool take_layer(Child *c, const json_t *v, Err *err)
{
    const json_t *field = json_object_get(v, "fields");
    const Str type = json_str(json_object_get(v, "type"));
    TransferLayer *l = c->read.layer + c->read.nlayer;
    Str *name = NEWS(c->a, Str, json_array_size(field) + 1);

    if (c->read.nlayer == LAYERS_MAX || json_array_size(field) > FRAME_CELLS)
        return FAIL(err, TRANSFER_BAD_FRAME, STR("layers"), "worker");
    if (!name)
        return FAIL(err, BASE_NO_MEMORY, STR("layer"), "worker");
    *l = (TransferLayer){ .name = json_str(json_object_get(v, "name")),
        .rows = json_integer_value(json_object_get(v, "rows")),
        .grid = json_is_true(json_object_get(v, "grid")),
        .type = type.len ? str_c(c->a, type) : NULL,
        .epsg = (int)json_integer_value(json_object_get(v, "epsg")),
        .crs = json_str(json_object_get(v, "crs")),
        .field = name,
        .nfield = json_array_size(field),
        .encoding = json_str(json_object_get(v, "encoding")) };
    for (size_t i = 0; i < l->nfield; i++)
        name[i] = json_str(json_array_get(field, i));
    c->read.nlayer++;
    return true;
}

static bool take_failure(const Child *c, const json_t *v, Err *err)
{
    static const ErrKind *const kind[] = { &TRANSFER_UNREADABLE, &TRANSFER_EMPTY, &TRANSFER_NO_LAYER,
        &TRANSFER_TOO_BIG, &BASE_NO_MEMORY, &BASE_NO_FILE, &TRANSFER_NO_ENCODING };
    const Str code = json_str(json_object_get(v, "code")), hint = json_str(json_object_get(v, "hint"));
    const ErrKind *k = &TRANSFER_UNREADABLE;

    for (size_t i = 0; i < LEN(kind); i++)
        if (str_eq(code, str_of(kind[i]->code)))
            k = kind[i];
    err_set(err, k, __FILE__, __LINE__, k == &TRANSFER_NO_LAYER ? c->ask->layer : c->ask->name, "%.*s",
        STRV(str_sub(json_str(json_object_get(v, "where")), 0, 60)));
    if (k == &TRANSFER_NO_LAYER) {
        Buf b;

        buf_init(&b, 150);
        for (size_t i = 0; i < c->read.nlayer && b.len < 100; i++)
            buf_fmt(&b, "%s%.*s", i ? "、" : "", STRV(c->read.layer[i].name));
        err_hint(err, "%.*s", STRV(buf_text(&b)));
        buf_clear(&b);
    } else
        err_hint(err, "%.*s", STRV(hint));
    return false;
}

static bool keep_rows(Child *c, size_t least, Err *err)
{
    if (c->keep.bad)
        return FAIL(err, BASE_NO_MEMORY, STR("rows"), "worker");
    if (c->keep.len < least)
        return true;
    for (size_t at = 0; at < c->keep.len;) {
        const ssize_t n = write(c->rows, c->keep.ptr + at, c->keep.len - at);

        if (n < 0 && errno != EINTR)
            return errno == ENOSPC || errno == EDQUOT ? FAIL(err, BASE_FULL, STR("imports"), "rows")
                                                      : FAIL(err, BASE_IO, STR("imports"), "rows");
        at += n > 0 ? (size_t)n : 0;
    }
    c->keep.len = 0;
    return true;
}

static bool take_row(Child *c, Bytes body, Err *err)
{
    TransferRow row;

    arena_clear(c->row);
    if (!transfer_row_read(body, c->row, &row, err))
        return false;
    if (row.wkb.len && !geo_wkb_check(row.wkb, err)) {
        Bytes ours;

        *err = (Err){ .kind = NULL };
        if (!geo_wkb_norm(row.wkb, c->row, &ours, err)) {
            *err = (Err){ .kind = NULL };
            row.note = NOTE_BAD_SHAPE;
            ours = (Bytes){ NULL, 0 };
        }
        row.wkb = ours;
    }
    if (++c->read.nrow > ROWS_MAX) {
        FAIL(err, TRANSFER_TOO_BIG, c->ask->name, "row %u", row.number);
        err_hint(err, "%s", "1,000,000 行 rows");
        return false;
    }
    transfer_row_put(&c->keep, &row);
    return keep_rows(c, KEEP_AT, err);
}

static bool take_frame(Child *c, const TransferFrame *f, Err *err)
{
    json_t *v;

    if (f->kind == FRAME_ROW)
        return take_row(c, f->body, err);
    if (!json_read_in(str_copy(c->a, TEXT(f->body)), c->a, &v, err))
        return FAIL(err, TRANSFER_BAD_FRAME, STR("JSON"), "worker");
    switch (f->kind) {
    case FRAME_LAYER:
        return take_layer(c, v, err);
    case FRAME_FAIL:
        return take_failure(c, v, err);
    case FRAME_CHOSEN:
        c->chosen = json_str(json_object_get(v, "name"));
        return true;
    case FRAME_WARN:
        if (c->read.nwarning < WARNINGS_MAX)
            c->read.warning[c->read.nwarning++] =
                (TransferWarning){ json_str(json_object_get(v, "zh")), json_str(json_object_get(v, "en")) };
        return true;
    default:
        c->ended = true;
        return true;
    }
}

static bool take_frames(Child *c, Err *err)
{
    TransferFrame f;
    size_t used, at = 0;

    for (;;) {
        const Str rest = str_sub(buf_text(&c->in), at, SIZE_MAX);

        if (!transfer_frame_next(BYTES(rest), &f, &used, err))
            return false;
        if (!used)
            break;
        if (!take_frame(c, &f, err))
            return false;
        at += used;
    }
    if (at) {
        memmove(c->in.ptr, c->in.ptr + at, c->in.len - at);
        c->in.len -= at;
    }
    return true;
}

static bool listen_to(Child *c, Err *err)
{
    enum { PIECE = 128 << 10 };
    int silent = 0;

    for (;;) {
        struct pollfd p = { .fd = c->fd, .events = POLLIN };
        const int ready = poll(&p, 1, LOOK_MS);
        char *room;
        ssize_t n;

        if (c->watch.go_on && !c->watch.go_on(c->watch.ctx, c->read.nrow))
            return FAIL(err, TRANSFER_CANCELLED, c->ask->name, "worker");
        if (ready == 0 && (silent += LOOK_MS) > SILENCE_MS) {
            FAIL(err, TRANSFER_WORKER_DIED, c->ask->name, "worker");
            err_hint(err, "%s", "太久没有回应 no answer");
            return false;
        }
        if (ready <= 0)
            continue;
        silent = 0;
        room = buf_room(&c->in, PIECE);
        if (!room)
            return FAIL(err, BASE_NO_MEMORY, STR("frames"), "worker");
        n = read(c->fd, room, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        buf_took(&c->in, (size_t)n);
        if (!take_frames(c, err))
            return false;
    }
}

/* --- its end ------------------------------------------------------------------------------------------------------------ */
static void stop(Child *c, int *status)
{
    *status = 0;
    if (c->fd >= 0)
        close(c->fd);
    if (!c->pid)
        return;
    if (!c->ended)
        kill(c->pid, SIGKILL);
    while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
        ;
}

static bool died(const Child *c, int status, Err *err)
{
    FAIL(err, TRANSFER_WORKER_DIED, c->ask->name, "worker");
    if (WIFSIGNALED(status))
        err_hint(err, "%s",
            WTERMSIG(status) == SIGXCPU ? "用时太长 too much time" : sigabbrev_np(WTERMSIG(status)));
    else
        err_hint(err, "%s", "中途退出 ended early");
    return false;
}

static bool find_chosen(Child *c, Err *err)
{
    for (size_t i = 0; i < c->read.nlayer; i++)
        if (str_eq(c->read.layer[i].name, c->chosen)) {
            c->read.chosen = i;
            return true;
        }
    return FAIL(err, TRANSFER_BAD_FRAME, STR("chosen"), "worker");
}

static bool run(Child *c, Err *err)
{
    int status;
    bool good = c->read.layer && c->read.warning ? start(c, err) && send_request(c, err) && listen_to(c, err)
                                                 : FAIL(err, BASE_NO_MEMORY, STR("worker"), "worker");
    const bool cut = good && !c->ended;
    const bool dead = !good && err->kind == &TRANSFER_WORKER_DIED && !err->hint[0];

    if (cut || dead) { /* it went away by itself: its status tells why */
        const pid_t pid = c->pid;

        close(c->fd);
        c->fd = -1;
        c->pid = 0;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        return died(c, status, err);
    }
    stop(c, &status);
    return good && keep_rows(c, 0, err) && find_chosen(c, err);
}

bool transfer_read(
    const TransferAsk *ask, const char *rows, TransferWatch watch, Arena *a, TransferRead *out, Err *err)
{
    Child c = { .fd = -1, .ask = ask, .watch = watch, .a = a };
    bool good;

    c.rows = open(rows, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (c.rows < 0)
        return errno == ENOSPC ? FAIL(err, BASE_FULL, str_of(rows), "imports")
                               : FAIL(err, BASE_IO, str_of(rows), "imports");
    buf_init(&c.in, (size_t)FRAME_MAX * 2);
    buf_init(&c.keep, (size_t)FRAME_MAX * 2);
    c.row = arena_new((size_t)FRAME_MAX * 4);
    c.read.layer = NEWS(a, TransferLayer, LAYERS_MAX);
    c.read.warning = NEWS(a, TransferWarning, WARNINGS_MAX);
    good = run(&c, err);
    close(c.rows);
    arena_free(c.row);
    buf_clear(&c.in);
    buf_clear(&c.keep);
    if (good)
        *out = c.read;
    return good;
}
