/* src/tile/metrics.c - the rows of metrics.h. */
#include "tile/metrics.h"

METRIC_DEFINE(TILE_METRICS)
