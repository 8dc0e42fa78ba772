/* src/face/exchange.h - the inside of the server: a Face, and one request and its answer on their way through it.
 *
 *   uri ──► intake.c: route, limits, who asks ──► body (memory or file) ──► http.c: answer ──► reply.c: queued ──► freed
 *                                                                             │ connection suspended,
 *                                                                             └ answered in a lane, resumed
 *
 * An Exchange lives from the request line to `completed`; it belongs to the connection's thread, while suspended to
 * one thread of the pool.
 */
#pragma once
#include <microhttpd.h>
#include <pthread.h>
#include "face/events.h"
#include "face/lanes.h"
#include "face/table.h"

enum { FACE_IDLE_SECONDS = 30 };
struct Face {
    FaceOptions o;
    Arena *a;                          /* as long as the Face */
    struct MHD_Daemon *daemon, *local; /* local: the same faces on DIR/sangzi.sock */
    FaceLanes *lanes;
    FaceRouter *router;
    FaceEvents *events; /* outlives counties: who listens stays */
    NodeLodger lodger;
    pthread_mutex_t guard;   /* guards parked */
    struct Exchange *parked; /* suspended until the node has a county again */
    int port;
    int64_t started;
    char temp[512];
    int64_t active;        /* exchanges at work; atomic */
    int64_t bodies;        /* bytes that bodies may come to take; atomic */
    bool lodged, stopping; /* stopping: atomic */
};

typedef struct Exchange {
    Face *face;
    const NodeCounty *county; /* held; NULL: none yet, or not needed any more */
    struct Exchange *next;    /* parked */
    Arena *a;
    struct MHD_Connection *connection;
    FaceRequest r;
    FaceAnswer out;
    Err err;
    Str uri;
    enum { NEW_, READING, WORKING, READY } phase;
    bool refused, head;
    Buf body;
    int fd;
    char file[560];
    int64_t got, limit, began;
    int64_t reserved; /* of Face.bodies */
    Buf piece;        /* of a streamed answer: what MHD has not taken yet */
    size_t taken;
    bool piece_done, piece_bad;
    FaceTask task;   /* in a lane */
    uint64_t client; /* whose turn it takes there */
    struct MHD_Response *response;
} Exchange;

/* intake.c: what was asked, checked. false: x->err says why. */
bool face_intake_begin(Exchange *x, Str method) MUST;
/* One piece of the body. false: the connection is not worth keeping. */
bool face_intake_take(Exchange *x, const char *data, size_t n) MUST;
/* Who asks, for the turn he gets: his address, and as long as there are no accounts the name he gives. */
uint64_t face_intake_client(const Exchange *x);
bool face_intake_small(const Exchange *x); /* a body that is better swallowed than cut off */
/* reply.c: an error, or what the handler filled in, becomes libmicrohttpd's response. */
void face_reply_refuse(Exchange *x);
void face_reply_make(Exchange *x);
enum MHD_Result face_reply_queue(Exchange *x) MUST;
/* coding.c: the body compressed as the reader takes it; NULL: left as it is, else the coding's name. */
const char *face_coding_pack(Str accept, Str type, Buf *body);
/* http.c: who was parked goes on; libmicrohttpd's callbacks. */
void face_http_wake(Face *f);
void *face_http_uri(void *cls, const char *uri, struct MHD_Connection *c);
enum MHD_Result face_http_serve(void *cls, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *ndata, void **con);
void face_http_completed(
    void *cls, struct MHD_Connection *c, void **con, enum MHD_RequestTerminationCode how);
