/* src/face/face_in.h - what every face of this folder leans on: the request, the answer, the row of a table.
 *
 * A handler reads its FaceRequest and fills its FaceAnswer; it returns false with *err set and the answer is
 * problem+json. It touches no socket. It runs in a lane (lanes.h), where it may wait; rows marked FACE_QUICK alone run in
 * the server's own threads and touch no store, no file and nothing that takes more than a millisecond.
 *
 *     static bool node(FaceRequest *r, FaceAnswer *out, Err *err) { … buf_str(&out->body, …); return true; }
 *     static const FaceRow row[] = { { FACE_GET, "/node", node, .zh = "本节点", .en = "This node" } };
 *     const FaceDoor face_node = { .name = "node", .row = row, .nrow = LEN(row) };
 */
#pragma once
#include "face/face.h"

typedef enum FaceMethod {
    FACE_GET,
    FACE_POST,
    FACE_PUT,
    FACE_PATCH,
    FACE_DELETE
} FaceMethod; /* HEAD is GET, unsent */
typedef struct FacePair {
    Str name, value;
} FacePair;
enum {
    FACE_SEGMENTS = 12,
    FACE_HEADERS = 16,
    FACE_BODY_MAX = 1 << 20,
    FACE_FEATURE_MAX = 16 << 20,
    FACE_CHANGES_MAX = 64 << 20
};
#define FACE_FILE_MAX (INT64_C(2) << 30)

typedef struct FaceRow FaceRow;
typedef struct FaceDoor FaceDoor;
typedef struct FaceHouse { /* what a Face makes of one NodeCounty; as long as that */
    Face *face;
    const NodeCounty *county;
    Arena *a;
    void **state; /* of each door */
} FaceHouse;
typedef struct FaceRequest { /* all borrowed from the request's arena; text is checked UTF-8 */
    Face *face;
    const NodeCounty *county; /* held until the answer is sent; the next three are of it */
    Ledger *ledger;           /* to write; what is read is read through `view` */
    LedgerView view;          /* who asks (who.c) */
    const PackModel *model;
    void *state; /* of the door: what its start made */
    Arena *a;
    const FaceRow *row;
    FaceMethod method;
    Str path;                 /* raw, without the query */
    Str raw_query;            /* raw, without '?' */
    Str param[FACE_SEGMENTS]; /* decoded values of {…} in the template, in order */
    const FacePair *query;    /* decoded, in order */
    size_t nquery;
    const FacePair *header;
    size_t nheader;
    Str body; /* rows without FACE_FILE */
    const char
        *body_file; /* rows with FACE_FILE: its path; removed after the answer (rename it to keep it) */
    int64_t body_size;
    Str base;   /* "http://127.0.0.1:8080": before every link */
    bool en;    /* the reader's language: English, else Chinese */
    bool quick; /* in the server's own threads at this moment: what waits says out->later */
} FaceRequest;

typedef enum FaceLane {
    FACE_LANE_QUICK,
    FACE_LANE_READ,
    FACE_LANE_WAIT,
    FACE_LANE_DRAW,
    FACE_LANE_HEAVY,
    FACE_LANES
} FaceLane; /* lanes.h */
typedef struct FaceAnswer {
    int status; /* 200 from birth */
    Str type;   /* application/json from birth */
    Buf body;   /* born with 256 MiB as its maximum */
    FacePair header[FACE_HEADERS];
    size_t nheader;
    const LedgerProblems *problems; /* beside an error: `errors` of the problem */
    /* A long answer instead of body: called until *done; adds a piece (64 KiB is good) to `out`; false cuts the
     * connection. `ctx` must live by itself: it is closed by `close`, and r->a lives until then. */
    bool (*more)(void *ctx, Buf *out, bool *done, Err *err);
    void (*close)(void *ctx);
    void *ctx;
    const char *file;  /* or a file to send; in r->a */
    bool file_remove;  /* and to remove once it is open */
    bool ready_packed; /* the body is already compressed, or must not be */
    Bytes bytes;       /* or bytes that another room counts: given back by bytes_free(bytes_ctx) */
    void (*bytes_free)(void *ctx);
    void *bytes_ctx;
    bool events;    /* or an event stream: ctx is the client (events.c) */
    FaceLane later; /* nothing yet: it is asked again in that lane; QUICK: it is answered */
} FaceAnswer;

typedef bool FaceHandler(FaceRequest *r, FaceAnswer *out, Err *err);
typedef enum FaceFlag {
    FACE_QUICK = 1 << 0, /* lanes; none of these three: READ */
    FACE_WAITS = 1 << 1,
    FACE_HEAVY = 1 << 2,
    FACE_FILE = 1 << 3,    /* the body goes to a file, to FACE_FILE_MAX */
    FACE_MEDIA = 1 << 4,   /* with FACE_FILE: an attachment, to FILES_MAX */
    FACE_SCANNED = 1 << 5, /* bodies to FACE_FEATURE_MAX, read by scan_check */
    FACE_BIG = 1 << 6,     /* bodies to FACE_CHANGES_MAX, read by scan_check */
    FACE_HIDDEN = 1 << 7,  /* not in the OpenAPI document */
    FACE_WHOLE = 1 << 8    /* only for whom nothing is hidden: what it tells is of all records */
} FaceFlag;
struct FaceRow {
    FaceMethod method;
    const char *path; /* "/collections/{c}/items/{id}"; a last "{*}" takes the rest, slashes included */
    FaceHandler *answer;
    unsigned flags;
    const char *zh, *en;      /* its one line in the OpenAPI document */
    const char *const *query; /* parameters allowed, NULL-ended, beside f and lang; NULL: none but these;
                                 FACE_ANY: the handler checks them itself */
    FaceLane (*lane)(const FaceRequest *r); /* where the query decides; NULL: by the flags */
};
extern const char *const FACE_ANY[];
struct FaceDoor {
    const char *name;
    const FaceRow *row;
    size_t nrow;
    bool (*start)(const FaceHouse *h, void **state, Err *err); /* may be NULL, as those below */
    void (*ending)(void *state);                               /* another county takes its place, or none */
    void (*stop)(void *state);
};

extern const ErrKind FACE_NO_PATH, FACE_BAD_METHOD, FACE_BAD_PARAMETER, FACE_NO_PARAMETER, FACE_TWICE,
    FACE_MISSING, FACE_BAD_TEXT, FACE_TOO_LARGE, FACE_TOO_SLOW, FACE_BAD_TYPE, FACE_NOT_ACCEPTABLE,
    FACE_NEED_IF_MATCH, FACE_CHANGED, FACE_EXISTS, FACE_BAD_BODY, FACE_NOT_GEOJSON, FACE_SWAPPED,
    FACE_OUTSIDE, FACE_FOREIGN, FACE_BUSY, FACE_FULL, FACE_BROKEN, FACE_NO_CRS, FACE_NO_LAYER, FACE_NO_TILE,
    FACE_NO_DIVISION, FACE_NO_EVENTS, FACE_NO_DEMO, FACE_NO_APP, FACE_NO_RANGE;

/* --- the request (request.c) ---------------------------------------------------------------------------------- */
Str face_query(const FaceRequest *r, const char *name);  /* empty: not given */
bool face_has(const FaceRequest *r, const char *name);   /* given, even if empty */
Str face_header(const FaceRequest *r, const char *name); /* any case */
Str face_header_text(
    const FaceRequest *r, const char *name); /* percent-decoded UTF-8: Sangzi-Actor and the like */
bool face_number(const FaceRequest *r, const char *name, int64_t least, int64_t most, int64_t other,
    int64_t *out, Err *err) MUST;                       /* `other` when not given */
bool face_flag(const FaceRequest *r, const char *name); /* true, 1, yes or empty but given */
bool face_collection(const FaceRequest *r, size_t param, const PackCollection **out, Err *err) MUST;
bool face_json(const FaceRequest *r, json_t **out, Err *err) MUST; /* the body; lives as r->a */
bool face_bool(const FaceRequest *r, const char *name, bool other, bool *out, Err *err) MUST;
/* Percent-decoding; plus: '+' is a blank. FACE_BAD_TEXT where it is no UTF-8 or a cut escape. */
bool face_decode(Str raw, bool plus, Str where, Arena *a, Str *out, Err *err) MUST;
bool face_read_query(Str raw, Arena *a, FacePair **out, size_t *n, Err *err) MUST;
void face_encode(Str text, Buf *out); /* percent-encodes all but the unreserved */

/* --- what is asked for (negotiate.c) --------------------------------------------------------------------------- */
/* `f=` first, then Accept. `kinds` is NULL-ended pairs: short name, media type; the first is the default. Gives the
 * index of the pair, SIZE_MAX and FACE_NOT_ACCEPTABLE. */
bool face_kind(const FaceRequest *r, const char *const (*kinds)[2], size_t *out, Err *err) MUST;
bool face_english(Str accept_language);
bool face_wants_page(const FaceRequest *r); /* a browser: f=html, or text/html before JSON */
double face_quality(Str accept, Str media); /* 0..1, with the rank of the more exact range */

/* --- the answer (answer.c) ------------------------------------------------------------------------------------- */
void face_set(FaceAnswer *out, const char *name, Str value); /* a header; the value is borrowed */
bool face_same(FaceRequest *r, FaceAnswer *out, Str etag);   /* sets ETag; true: 304 was made of it */
Str face_title(const FaceRequest *r, PackTitle t);
void face_key(Buf *b, const char *key);             /* ,"key":  without the comma after '{' or '[' */
void face_text(Buf *b, const char *key, Str value); /* "key":"value" */
void face_int(Buf *b, const char *key, int64_t value);
void face_num(Buf *b, const char *key, double value); /* NAN: null */
void face_truth(Buf *b, const char *key, bool value);
void face_null(Buf *b, const char *key);
void face_time(Buf *b, const char *key, int64_t us); /* 0 or INT64_MIN: null */
void face_box(Buf *b, GeoBox box);                   /* [minx,miny,maxx,maxy], 7 digits; empty: null */
/* {"href":base+path,"rel":…,"type":…,"title":…}; path is printed by fmt. */
void face_link(const FaceRequest *r, Buf *b, const char *rel, const char *type, Str title, const char *fmt,
    ...) PRINTF(6);
void face_problem(
    const FaceRequest *r, const Err *err, const LedgerProblems *said, Str trace, FaceAnswer *out);

/* --- for all faces of the ledger (common.c) ---------------------------------------------------------------------- */
/* Who asks: the one place that decides it (who.c). */
bool face_who(FaceRequest *r, Err *err) MUST;
bool face_may_all(
    const FaceRequest *r, Str what, Err *err) MUST; /* LEDGER_NOT_HIS: not for whom a part is hidden */
/* via, source, reason, effective and key from the Sangzi-… headers. */
bool face_tx(const FaceRequest *r, LedgerTx *out, Err *err) MUST;
Str face_division_name(FaceRequest *r, Str code); /* empty: unknown */
const FaceDemo *face_demo_hooks(const Face *f);
const char *face_ui(const Face *f);
void *face_state(const FaceRequest *r, const FaceDoor *door); /* of another door; NULL: none */
bool face_stopping(const Face *f);                            /* nobody may be held up any longer */
GeoBox face_county_box(const FaceRequest *r);                 /* GEO_BOX_NONE: not known */
int64_t face_started(const Face *f);
