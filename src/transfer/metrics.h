/* src/transfer/metrics.h - what this room counts of its work. */
#pragma once
#include "metric/metric.h"

/* clang-format off */
#define TRANSFER_METRICS(X) \
    X(transfer, imports_rows, COUNTER, "rows imported")
/* clang-format on */
METRIC_DECLARE(TRANSFER_METRICS)
