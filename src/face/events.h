/* src/face/events.h - what the door needs of events.c: a stream is not an answer like the others. */
#pragma once
#include <microhttpd.h>
#include "face/face_in.h"

struct MHD_Response *face_events_response(void *client, struct MHD_Connection *connection);
