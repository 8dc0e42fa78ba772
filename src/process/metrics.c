/* src/process/metrics.c - the rows of metrics.h. */
#include "process/metrics.h"

METRIC_DEFINE(PROCESS_METRICS)
