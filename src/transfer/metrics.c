/* src/transfer/metrics.c - the rows of metrics.h. */
#include "transfer/metrics.h"

METRIC_DEFINE(TRANSFER_METRICS)
