/* src/face/metrics.c - the rows of metrics.h. */
#include "face/metrics.h"

METRIC_DEFINE(FACE_METRICS)
