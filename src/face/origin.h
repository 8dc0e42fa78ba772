/* src/face/origin.h - who may ask: by the Host and Origin that browsers send. */
#pragma once
#include "base/base.h"

bool face_host_is_loopback(
    Str host); /* "localhost:8080", "127.0.0.1", "[::1]:80"; no name that merely begins so */
/* "http://localhost:5173": a page served on this machine. */
bool face_origin_is_loopback(Str origin);
/* Whether pages of that origin may read what GET answers; `more`: NULL-ended, as --cors gave them. */
bool face_origin_may_read(Str origin, const char *const *more);
/* A writing request that a page of another site had the browser send. `own`: "http://127.0.0.1:8080". */
bool face_origin_may_write(Str origin, Str sec_fetch_site, Str own);
