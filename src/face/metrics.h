/* src/face/metrics.h - what this room counts of its work. */
#pragma once
#include "metric/metric.h"

/* clang-format off */
#define FACE_METRICS(X) \
    X(face, http_requests, COUNTER, "requests answered") \
    X(face, http_errors, COUNTER, "answers of status 500 and above") \
    X(face, http_bytes, COUNTER, "bytes of bodies sent") \
    X(face, http_micros, COUNTER, "microseconds spent answering") \
    X(face, events_clients, GAUGE, "open event streams") \
    X(face, events_sent, COUNTER, "events sent")
/* clang-format on */
METRIC_DECLARE(FACE_METRICS)
