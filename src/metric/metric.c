/* src/metric/metric.c - counting, and the page that tells it. */
#include "metric/metric.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { SERIES_MAX = 1000, VALUE_MAX = 64, ROWS_MAX = 512 };
struct MetricSeries {
    MetricSeries *next;
    int64_t value; /* atomic */
    char text[2][VALUE_MAX];
};
/* The linker's names for both ends of the section; weak: a program without a metric has none. */
extern Metric *const metric_rows_begin[] __asm__("__start_sangzi_metrics") __attribute__((weak));
extern Metric *const metric_rows_end[] __asm__("__stop_sangzi_metrics") __attribute__((weak));
static pthread_mutex_t guard_ =
    PTHREAD_MUTEX_INITIALIZER; /* guards the growing of a metric's series; reading needs none */

void metric_add(Metric *m, int64_t by)
{
    __atomic_add_fetch(&m->value, by, __ATOMIC_RELAXED);
}

static bool is_value(const char *kept, Str s)
{
    s.len = s.len < VALUE_MAX - 1 ? s.len : VALUE_MAX - 1;
    return str_eq(str_of(kept), s);
}

static MetricSeries *find_series(const Metric *m, Str a, Str b, size_t *n)
{
    MetricSeries *s = __atomic_load_n(&m->first, __ATOMIC_ACQUIRE);

    for (*n = 0; s; s = s->next, ++*n)
        if (is_value(s->text[0], a) && is_value(s->text[1], b))
            return s;
    return NULL;
}

static void keep_value(char *to, Str s)
{
    memcpy(to, s.len ? s.ptr : "", s.len < VALUE_MAX - 1 ? s.len : VALUE_MAX - 1);
}

/* A series is filled in before it is seen: who reads the list from its head sees whole ones only. */
static MetricSeries *new_series(Metric *m, Str a, Str b)
{
    MetricSeries *s = mem_new(1, sizeof *s);

    if (!s)
        return NULL;
    keep_value(s->text[0], a);
    keep_value(s->text[1], b);
    s->next = m->first;
    __atomic_store_n(&m->first, s, __ATOMIC_RELEASE);
    return s;
}

void metric_add_of(Metric *m, int64_t by, Str a, Str b)
{
    size_t n;
    MetricSeries *s = find_series(m, a, b, &n);

    if (!s) {
        pthread_mutex_lock(&guard_);
        s = find_series(m, a, b, &n); /* another thread may have been quicker */
        if (!s && n >= SERIES_MAX) {
            a = STR("other");
            b = m->label[1] ? a : STR("");
            s = find_series(m, a, b, &n);
        }
        if (!s)
            s = new_series(m, a, b);
        pthread_mutex_unlock(&guard_);
    }
    if (s)
        __atomic_add_fetch(&s->value, by, __ATOMIC_RELAXED);
}

/* OpenMetrics 1.0: in a label's value a backslash, a quote and a line's end are escaped. */
static void write_label(Buf *out, const char *label, const char *value)
{
    buf_fmt(out, "%s=\"", label);
    for (const char *c = value; *c; c++)
        if (*c == '\n')
            buf_str(out, STR("\\n"));
        else
            buf_fmt(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    buf_c(out, '"');
}

static void write_value(Buf *out, const Metric *m, const MetricSeries *s, const int64_t *value)
{
    buf_fmt(out, "sangzi_%s%s", m->name, m->kind == METRIC_COUNTER ? "_total" : "");
    if (s) {
        buf_c(out, '{');
        write_label(out, m->label[0], s->text[0]);
        if (m->label[1]) {
            buf_c(out, ',');
            write_label(out, m->label[1], s->text[1]);
        }
        buf_c(out, '}');
    }
    buf_c(out, ' ');
    buf_i64(out, __atomic_load_n(value, __ATOMIC_RELAXED));
    buf_c(out, '\n');
}

static void write_metric(Buf *out, const Metric *m)
{
    buf_fmt(out, "# HELP sangzi_%s %s\n# TYPE sangzi_%s %s\n", m->name, m->help, m->name,
        m->kind == METRIC_COUNTER ? "counter" : "gauge");
    if (!m->label[0])
        write_value(out, m, NULL, &m->value);
    for (const MetricSeries *s = __atomic_load_n(&m->first, __ATOMIC_ACQUIRE); s; s = s->next)
        write_value(out, m, s, &s->value);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(Metric *const *)a)->name, (*(Metric *const *)b)->name);
}

void metric_text(Buf *out)
{
    const Metric *row[ROWS_MAX];
    size_t n = 0;

    for (Metric *const *m = metric_rows_begin; m != metric_rows_end; m++) {
        assert(n < ROWS_MAX);
        row[n++] = *m;
    }
    qsort(row, n, sizeof *row, by_name);
    for (size_t i = 0; i < n; i++)
        write_metric(out, row[i]);
    buf_str(out, STR("# EOF\n"));
}
