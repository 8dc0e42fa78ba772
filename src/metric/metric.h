/* src/metric/metric.h - what is counted of our own work, as OpenMetrics at /metrics. A metric is a row of the room whose work
 * it counts; nobody lists the rooms: what is linked is told.
 *
 *     src/ledger/metrics.h   #define LEDGER_METRICS(X) X(ledger, ledger_writes, COUNTER, "records written", "collection", "result")
 *                            METRIC_DECLARE(LEDGER_METRICS)
 *     src/ledger/metrics.c   METRIC_DEFINE(LEDGER_METRICS)
 *     anywhere in the room   metric_add_of(METRIC_ledger_writes, 1, collection->name, STR("committed"));
 *     of /metrics            sangzi_ledger_writes_total{collection="road",result="committed"} 1
 *
 * A row: room, name, COUNTER (only rises) or GAUGE, help, and the names of at most two labels. Values are whole numbers:
 * bytes, microseconds, counts. A label's values are few and of our own making: never a record's.
 *
 * Stands on base.
 * Memory   series of labels live as long as the program; at most 1,000 a metric, the rest is one series "other".
 * Threads  any; adding waits for nobody but the first time a pair of values is seen.
 */
#pragma once
#include "base/base.h"

typedef enum MetricKind { METRIC_COUNTER, METRIC_GAUGE } MetricKind;
typedef struct MetricSeries MetricSeries;
typedef struct Metric {
    const char *name;
    MetricKind kind;
    const char *help, *label[2];
    int64_t value;       /* of a metric without labels; atomic */
    MetricSeries *first; /* one a pair of values */
} Metric;
void metric_add(Metric *m, int64_t by);
void metric_add_of(Metric *m, int64_t by, Str a, Str b); /* its labels' values; one label: `b` is empty */
void metric_text(Buf *out);                              /* all rows of all rooms, by name: OpenMetrics 1.0 */

/* Each row is a variable of its room, METRIC_name in it; a pointer to it stands in a section that the linker joins. */
#define METRIC_DECLARE(rows) rows(METRIC_DECLARE_ROW)
#define METRIC_DEFINE(rows)  rows(METRIC_DEFINE_ROW)
#define METRIC_DECLARE_ROW(room, name, kind, ...) \
    extern Metric room##_metric_##name;           \
    static Metric *const METRIC_##name = &room##_metric_##name;
#define METRIC_DEFINE_ROW(room, name, kind, ...)                                                          \
    Metric room##_metric_##name = { #name, METRIC_##kind, METRIC_TEXTS(__VA_ARGS__, NULL, NULL, NULL), 0, \
        NULL };                                                                                           \
    static Metric *const row_##name __attribute__((used, section("sangzi_metrics"))) = &room##_metric_##name;
#define METRIC_TEXTS(help, a, b, ...) \
    help,                             \
    {                                 \
        a, b                          \
    }
