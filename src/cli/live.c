/* src/cli/live.c - see live.h. Requests go through libcurl like any client's; nothing here knows the ledger. */
#include "cli/live.h"
#include "demo/demo.h"
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>

struct Live {
    char base[64];
    char data[4300];
    uint64_t seed;
    CURL *curl;
    pthread_t thread;
    pthread_mutex_t guard; /* guards the rest */
    pthread_cond_t woken;
    bool on, stop;
    size_t changes;
};

typedef struct Answer {
    Buf body;
    char etag[128];
} Answer;

static size_t take_body(char *p, size_t size, size_t n, void *ctx)
{
    Answer *a = ctx;

    buf_add(&a->body, p, size * n);
    return a->body.bad ? 0 : size * n;
}

static size_t take_header(char *p, size_t size, size_t n, void *ctx)
{
    Answer *a = ctx;
    Str name, value;

    if (str_cut((Str){ p, size * n }, ':', &name, &value) && str_eq_nocase(name, STR("etag")))
        snprintf(a->etag, sizeof a->etag, "%.*s", STRV(str_trim(value)));
    return size * n;
}

static struct curl_slist *header(
    struct curl_slist *list, CURL *curl, const char *name, Str value, bool escape)
{
    char line[1200];
    char *text;

    if (!value.len)
        return list;
    text = escape ? curl_easy_escape(curl, value.ptr, (int)value.len) : NULL;
    snprintf(line, sizeof line, "%s: %.*s", name, text ? (int)strlen(text) : (int)value.len,
        text ? text : value.ptr);
    curl_free(text);
    return curl_slist_append(list, line);
}

static long request(Live *l, const DemoStep *s, Answer *answer)
{
    char url[4400], method[16];
    struct curl_slist *list = NULL;
    long status = 0;

    buf_init(&answer->body, 16 << 20);
    answer->etag[0] = 0;
    snprintf(url, sizeof url, "%s%.*s", l->base, STRV(s->path));
    snprintf(method, sizeof method, "%.*s", STRV(s->method));
    list = header(list, l->curl, "Content-Type", s->content_type, false);
    list = header(list, l->curl, "Sangzi-Actor", s->actor, true);
    list = header(list, l->curl, "Sangzi-Source", s->source, true);
    list = header(list, l->curl, "Sangzi-Reason", s->reason, true);
    list = header(list, l->curl, "If-Match", s->if_match, false);
    list = header(list, l->curl, "Idempotency-Key", s->key, false);
    curl_easy_reset(l->curl);
    curl_easy_setopt(l->curl, CURLOPT_URL, url);
    curl_easy_setopt(l->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(l->curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(l->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(l->curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(l->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(l->curl, CURLOPT_HEADERDATA, answer);
    curl_easy_setopt(l->curl, CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(l->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(l->curl, CURLOPT_PROXY, "");
    if (s->body.len) {
        curl_easy_setopt(l->curl, CURLOPT_POSTFIELDSIZE, (long)s->body.len);
        curl_easy_setopt(l->curl, CURLOPT_POSTFIELDS, s->body.ptr);
    }
    if (curl_easy_perform(l->curl) == CURLE_OK)
        curl_easy_getinfo(l->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(list);
    return status;
}

static bool look(void *ctx, const char *path, Arena *a, json_t **out, Str *etag)
{
    Live *l = ctx;
    const DemoStep s = { .method = STR("GET"), .path = str_of(path) };
    Answer answer;
    Err err;
    const bool good = request(l, &s, &answer) == 200 && json_read_in(buf_text(&answer.body), a, out, &err);

    if (good)
        *etag = str_copy(a, str_of(answer.etag));
    buf_clear(&answer.body);
    return good;
}

/* Sleeps so long as it is on; false: to stop. */
static bool rest(Live *l, int ms)
{
    struct timespec until;
    bool go;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    pthread_mutex_lock(&l->guard);
    while (!l->stop && pthread_cond_timedwait(&l->woken, &l->guard, &until) == 0)
        ;
    while (!l->stop && !l->on)
        pthread_cond_wait(&l->woken, &l->guard);
    go = !l->stop;
    pthread_mutex_unlock(&l->guard);
    return go;
}

static void *loop(void *arg)
{
    Live *l = arg;
    const DemoFaces faces = { look, l };

    for (size_t n = 0; rest(l, n ? 0 : 1) && l->changes < DEMO_LIVE_MAX; n++) {
        Arena *a = arena_new(64 << 20);
        DemoStep s = { 0 };
        Err err = { 0 };
        Answer answer;

        if (demo_live(l->data, l->seed, n, time_now(), &faces, a, &s, &err) && rest(l, s.wait_ms)) {
            const long status = request(l, &s, &answer);

            if (status >= 200 && status < 300) {
                pthread_mutex_lock(&l->guard);
                l->changes++;
                pthread_mutex_unlock(&l->guard);
            } else
                log_warn("demo.live", KV("status", (int64_t)status), KV("path", s.path),
                    KV("said", str_sub(buf_text(&answer.body), 0, 300)));
            buf_clear(&answer.body);
        } else if (err.kind)
            log_err("demo.live", &err);
        else if (!rest(l, 4000)) {
            arena_free(a);
            break;
        }
        arena_free(a);
    }
    return NULL;
}

bool live_start(const char *base, const char *data, uint64_t seed, bool on, Live **out, Err *err)
{
    Live *l = mem_new(1, sizeof *l);

    if (!l || !(l->curl = curl_easy_init())) {
        mem_free(l);
        return FAIL(err, BASE_NO_MEMORY, STR("live"), "demo");
    }
    snprintf(l->base, sizeof l->base, "%s", base);
    snprintf(l->data, sizeof l->data, "%s", data);
    l->seed = seed;
    l->on = on;
    pthread_mutex_init(&l->guard, NULL);
    pthread_cond_init(&l->woken, NULL);
    if (pthread_create(&l->thread, NULL, loop, l)) {
        curl_easy_cleanup(l->curl);
        mem_free(l);
        return FAIL(err, BASE_NO_MEMORY, STR("live"), "demo");
    }
    *out = l;
    return true;
}

void live_stop(Live *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->guard);
    l->stop = true;
    pthread_cond_broadcast(&l->woken);
    pthread_mutex_unlock(&l->guard);
    pthread_join(l->thread, NULL);
    curl_easy_cleanup(l->curl);
    mem_free(l);
}

void live_set(Live *l, bool on)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->guard);
    l->on = on;
    pthread_cond_broadcast(&l->woken);
    pthread_mutex_unlock(&l->guard);
}

bool live_on(const Live *l)
{
    return l && __atomic_load_n(&l->on, __ATOMIC_RELAXED);
}

size_t live_changes(const Live *l)
{
    return l ? __atomic_load_n(&l->changes, __ATOMIC_RELAXED) : 0;
}
