/* src/ledger/metrics.h - what this room counts of its work. */
#pragma once
#include "metric/metric.h"

/* clang-format off */
#define LEDGER_METRICS(X) \
    X(ledger, ledger_changes, COUNTER, "changes committed") \
    X(ledger, ledger_refused, COUNTER, "changes refused") \
    X(ledger, ledger_commits, COUNTER, "transactions committed") \
    X(ledger, ledger_commit_micros, COUNTER, "microseconds spent committing")
/* clang-format on */
METRIC_DECLARE(LEDGER_METRICS)
