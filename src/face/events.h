/* src/face/events.h - what the door needs of events.c: a stream is not an answer like the others. */
#pragma once
#include <microhttpd.h>
#include "face/face_in.h"

extern const FaceDoor face_events;
struct MHD_Response *face_events_response(void *client, struct MHD_Connection *connection);
void face_events_say(void *events, Str event, Str json);
