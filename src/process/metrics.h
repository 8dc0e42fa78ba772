/* src/process/metrics.h - what this room counts of its work. */
#pragma once
#include "metric/metric.h"

/* clang-format off */
#define PROCESS_METRICS(X) \
    X(process, jobs_running, GAUGE, "jobs at work")
/* clang-format on */
METRIC_DECLARE(PROCESS_METRICS)
