/* src/ledger/metrics.c - the rows of metrics.h. */
#include "ledger/metrics.h"

METRIC_DEFINE(LEDGER_METRICS)
