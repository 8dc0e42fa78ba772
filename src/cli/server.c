/* src/cli/server.c - a client of the public faces over the county's own socket. */
#include "cli/server.h"
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 256 << 20, TICK_MICROS = 200000 };
const ErrKind CLI_SERVER_GONE = { "cli/server-gone", 503,
    "运行中的服务中途停了（{0}）。已写入的都在；导入会在下次启动时接着做完，其他任务请再运行一次。",
    "The running server ended in the middle ({0}). What was written is kept; an import goes on at the next "
    "start, run anything else again." };
const ErrKind CLI_SERVER_SAID = { "cli/server-said", 409, "{0}", "{0}" };
struct CliServer {
    CURL *curl;
    int folder; /* an open handle of DIR: a socket's path is short, a folder's may not be */
    char path[64];
};

bool cli_server_find(const char *dir, CliServer **out)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    CliServer *s = mem_new(1, sizeof *s);
    int fd;
    bool good;

    if (!s)
        return false;
    s->folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    snprintf(s->path, sizeof s->path, "/proc/self/fd/%d/sangzi.sock", s->folder);
    memcpy(to.sun_path, s->path, sizeof s->path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    good = s->folder >= 0 && fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    if (fd >= 0)
        close(fd);
    s->curl = good ? curl_easy_init() : NULL;
    if (s->curl) {
        *out = s;
        return true;
    }
    cli_server_close(s);
    return false;
}

void cli_server_close(CliServer *s)
{
    if (!s)
        return;
    curl_easy_cleanup(s->curl);
    if (s->folder >= 0)
        close(s->folder);
    mem_free(s);
}

Str cli_server_escape(CliServer *s, Str text, Arena *a)
{
    char *said = curl_easy_escape(s->curl, text.len ? text.ptr : "", (int)text.len);
    const Str out = said ? str_copy(a, str_of(said)) : STR("");

    curl_free(said);
    return out;
}

/* --- one question --------------------------------------------------------------------------------------------------- */
static size_t hear(char *p, size_t size, size_t n, void *ctx)
{
    buf_add(ctx, p, size * n);
    return ((Buf *)ctx)->bad ? 0 : size * n;
}

/* The server's own sentence, as long as it is: an Err has not the room. */
static bool refused(Str answer, Arena *a, Err *err)
{
    json_t *v;

    if (!json_read_in(answer, a, &v, err) || !json_is_object(v)) {
        fprintf(stderr, "sangzi: %.*s\n", STRV(str_sub(answer, 0, 500)));
    } else {
        const Str where = json_str(json_object_get(v, "where"));

        fprintf(stderr, "sangzi: %.*s [%.*s]%s%.*s%s\n", STRV(json_str(json_object_get(v, "detail"))),
            STRV(json_str(json_object_get(v, "code"))), where.len ? " (" : "", STRV(where),
            where.len ? ")" : "");
    }
    return FAIL(err, CLI_SERVER_SAID, str_sub(answer, 0, 80), "server");
}

static bool take_answer(const Buf *heard, long status, Arena *a, json_t **out, Err *err)
{
    const Str answer = str_copy(a, buf_text(heard));

    if (status >= 400)
        return refused(answer, a, err);
    *out = NULL;
    return !answer.len || json_read_in(answer, a, out, err);
}

static bool perform(CliServer *s, const char *method, const char *path, struct curl_slist *head, Arena *a,
    json_t **out, Err *err)
{
    Buf heard;
    long status = 0;
    CURLcode rc;
    bool good;

    buf_init(&heard, ANSWER_MAX);
    head = curl_slist_append(head, cli_english() ? "Accept-Language: en" : "Accept-Language: zh");
    head = curl_slist_append(head, "Sangzi-Actor: %E5%91%BD%E4%BB%A4%E8%A1%8C"); /* 命令行 */
    curl_easy_setopt(s->curl, CURLOPT_UNIX_SOCKET_PATH, s->path);
    curl_easy_setopt(s->curl, CURLOPT_URL, str_fmt(a, "http://localhost%s", path).ptr);
    curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, head);
    curl_easy_setopt(s->curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, hear);
    curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, &heard);
    rc = curl_easy_perform(s->curl);
    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(head);
    curl_easy_reset(s->curl);
    good = rc == CURLE_OK ? take_answer(&heard, status, a, out, err)
                          : FAIL(err, CLI_SERVER_GONE, str_of(curl_easy_strerror(rc)), "sangzi.sock");
    buf_clear(&heard);
    return good;
}

bool cli_server_ask(
    CliServer *s, const char *method, const char *path, const json_t *body, Arena *a, json_t **out, Err *err)
{
    struct curl_slist *head = NULL;
    Buf text;
    bool good;

    buf_init(&text, ANSWER_MAX);
    if (body) {
        buf_json(&text, body);
        head = curl_slist_append(head, "Content-Type: application/json");
        head = curl_slist_append(head, "Prefer: respond-async");
        curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)text.len);
        curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, text.ptr);
    }
    good = perform(s, method, path, head, a, out, err);
    buf_clear(&text);
    return good;
}

static size_t feed(char *p, size_t size, size_t n, void *ctx)
{
    return fread(p, size, n, ctx);
}

bool cli_server_send_file(CliServer *s, const char *path, const char *file, Arena *a, json_t **out, Err *err)
{
    FILE *f = fopen(file, "rbe");
    off_t n;
    bool good;

    if (!f || fseeko(f, 0, SEEK_END) || (n = ftello(f)) < 0 || fseeko(f, 0, SEEK_SET)) {
        if (f)
            fclose(f);
        return FAIL(err, BASE_NO_FILE, str_of(file), "%s", strerrorname_np(errno));
    }
    curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)n);
    curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, feed);
    curl_easy_setopt(s->curl, CURLOPT_READDATA, f);
    good = perform(s, "POST", path, curl_slist_append(NULL, "Expect:"), a, out, err);
    fclose(f);
    return good;
}

/* --- a job ------------------------------------------------------------------------------------------------------------- */
static bool follow(CliServer *s, const char *job, Arena *keep, json_t **state, Err *err)
{
    Arena *a = arena_new(0);
    bool good;

    for (;;) {
        Str status;

        arena_clear(a);
        good = cli_server_ask(s, "GET", job, NULL, a, state, err);
        if (!good)
            break;
        if (isatty(2))
            fprintf(stderr, "\r\033[K%3d %% %.*s",
                (int)json_integer_value(json_object_get(*state, "progress")),
                STRV(json_str(json_object_get(*state, "message"))));
        status = json_str(json_object_get(*state, "status"));
        if (!str_eq(status, STR("accepted")) && !str_eq(status, STR("running"))) {
            good = cli_server_ask(s, "GET", job, NULL, keep, state, err);
            break;
        }
        usleep(TICK_MICROS);
    }
    if (isatty(2))
        fputc('\n', stderr);
    arena_free(a);
    return good;
}

static bool run(CliServer *s, const char *process, const json_t *inputs, Arena *a, Err *err)
{
    json_t *body = json_pack("{s:O}", "inputs", inputs), *state = NULL, *results = NULL;
    const char *job;
    Buf text;
    bool good = body || FAIL(err, BASE_NO_MEMORY, STR("inputs"), "run");

    good = good &&
           cli_server_ask(s, "POST",
               str_fmt(a, "/processes/%.*s/execution", STRV(cli_server_escape(s, str_of(process), a))).ptr,
               body, a, &state, err);
    json_decref(body);
    if (!good)
        return false;
    job = str_fmt(a, "/jobs/%.*s", STRV(json_str(json_object_get(state, "jobID")))).ptr;
    /* Of a job that failed the results are its problem, and so it is said. */
    if (!follow(s, job, a, &state, err) ||
        !cli_server_ask(s, "GET", str_fmt(a, "%s/results", job).ptr, NULL, a, &results, err))
        return false;
    buf_init(&text, ANSWER_MAX);
    buf_json(&text, results);
    printf("%.*s\n", (int)text.len, text.ptr);
    buf_clear(&text);
    return true;
}

int cli_server_run(CliServer *s, const char *process, const json_t *inputs)
{
    Arena *a = arena_new(0);
    Err err = { 0 };
    const bool good = run(s, process, inputs, a, &err);

    arena_free(a);
    return good ? 0 : err.kind == &CLI_SERVER_SAID ? 1 : cli_fail(&err);
}
