/* src/face/events.h - the event streams of a Face, as its server holds them: a stream is not an answer like the others. */
#pragma once
#include <microhttpd.h>
#include "face/face_in.h"

typedef struct FaceEvents FaceEvents;                     /* the ring and its clients */
FaceEvents *face_events_new(void);                        /* NULL: no memory */
void face_events_end(FaceEvents *e);                      /* every stream ends */
void face_events_free(FaceEvents *e);                     /* after the last of them; NULL is taken */
void face_events_say(FaceEvents *e, Str event, Str json); /* to all; any thread */
struct MHD_Response *face_events_response(void *client, struct MHD_Connection *connection);
FaceEvents *face_ring(const Face *f); /* common.c */
