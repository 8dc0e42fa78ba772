/* src/tile/metrics.h - what this room counts of its work. */
#pragma once
#include "metric/metric.h"

/* clang-format off */
#define TILE_METRICS(X) \
    X(tile, tile_rendered, COUNTER, "tiles made") \
    X(tile, tile_cached, COUNTER, "tiles answered from the cache") \
    X(tile, tile_micros, COUNTER, "microseconds spent making tiles")
/* clang-format on */
METRIC_DECLARE(TILE_METRICS)
