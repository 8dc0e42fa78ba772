/* src/base/log.c - structured log: with the metrics the program's only mutable state at file scope. */
#include "base/base.h"
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static struct {
    pthread_mutex_t guard; /* guards the writing of one line */
    int fd;
    bool json;
    LogLevel least;
} out_ = { PTHREAD_MUTEX_INITIALIZER, 2, false, LOG_INFO };
static const char *const level_name[] = { "error", "warn", "info", "debug" };

void log_open(int fd, bool json, LogLevel least)
{
    pthread_mutex_lock(&out_.guard);
    out_.fd = fd;
    out_.json = json;
    out_.least = least;
    pthread_mutex_unlock(&out_.guard);
}

LogPair log_pair_c(const char *k, const char *v)
{
    return (LogPair){ k, LOG_TEXT, str_of(v), 0, 0 };
}

LogPair log_pair_s(const char *k, Str v)
{
    return (LogPair){ k, LOG_TEXT, v, 0, 0 };
}

LogPair log_pair_i(const char *k, int64_t v)
{
    return (LogPair){ k, LOG_INT, { 0, 0 }, v, 0 };
}

LogPair log_pair_f(const char *k, double v)
{
    return (LogPair){ k, LOG_NUM, { 0, 0 }, 0, v };
}

static void json_pair(Buf *b, const LogPair *p)
{
    buf_c(b, ',');
    buf_json_str(b, str_of(p->key));
    buf_c(b, ':');
    if (p->kind == LOG_TEXT)
        buf_json_str(b, p->text);
    else if (p->kind == LOG_INT)
        buf_i64(b, p->i);
    else
        buf_f64(b, p->n);
}

static void text_pair(Buf *b, const LogPair *p)
{
    buf_fmt(b, " %s=", p->key);
    if (p->kind == LOG_TEXT)
        buf_str(b, p->text);
    else if (p->kind == LOG_INT)
        buf_i64(b, p->i);
    else
        buf_f64(b, p->n);
}

void log_write(LogLevel level, const char *event, const LogPair *pair, size_t n)
{
    Buf b;

    if (level > out_.least)
        return;
    buf_init(&b, 16384);
    buf_str(&b, out_.json ? STR("{\"at\":\"") : STR(""));
    time_text(time_now(), 3, &b);
    buf_fmt(&b, out_.json ? "\",\"level\":\"%s\",\"event\":\"%s\"" : " %-5s %s", level_name[level], event);
    for (size_t i = 0; i < n; i++)
        (out_.json ? json_pair : text_pair)(&b, pair + i);
    buf_str(&b, out_.json ? STR("}\n") : STR("\n"));
    pthread_mutex_lock(&out_.guard);
    if (write(out_.fd, b.ptr, b.len) < 0) { /* a log that cannot be written must not stop the work */
    }
    pthread_mutex_unlock(&out_.guard);
    buf_clear(&b);
}

void log_err(const char *event, const Err *err)
{
    log_error(event, KV("code", err->kind->code), KV("what", (const char *)err->what),
        KV("where", (const char *)err->where), KV("hint", (const char *)err->hint), KV("file", err->file),
        KV("line", err->line));
}
