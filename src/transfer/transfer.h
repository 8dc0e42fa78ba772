/* src/transfer/transfer.h - sheets and layers that come in and go out.
 *
 * In: a file is read by a child process (`sangzi worker`), staged outside the store in DIR/imports/ID, matched to a
 * collection, checked row by row without writing (a dry run), and only then applied, in short transactions that are
 * rolled forward at the next start if they were cut off. What is wrong stands in the sheet that comes back.
 *
 *     transfer_begin(m, STR("路况.xlsx"), path, false, &wish, id, err);  transfer_wait(m, id, 0);
 *     transfer_state(m, id, false, &json, err);                          … show, transfer_choose again …
 *     transfer_apply(m, id, TRANSFER_GOOD_ROWS, who, err);               transfer_wait(m, id, 0);
 *
 * Out: transfer_export streams csv, xlsx, geojson or gpkg in slices of 1,000 records, in constant memory.
 *
 * Stands on node, ledger and below; GDAL/OGR, ICU, libxlsxwriter.
 * Memory   a TransferManager outlives requests (_open/_close) and borrows its ledger; results in the Buf handed in.
 * Threads  everything may be called from any thread; two imports are read at once, others wait.
 * Limits   a file of 2 GiB, 1,000,000 rows, 1,000 columns, 1 MiB a cell; the worker 4 GiB and 10 minutes of CPU.
 * Errors   of a file: TRANSFER_UNREADABLE and beside; of a row: they stand in the state's `errors`.
 */
#pragma once
#include "base/base.h"
#include "ledger/ledger.h"
#include "node/node.h"

extern const ErrKind TRANSFER_UNREADABLE, TRANSFER_WORKER_DIED, TRANSFER_NO_WORKER, TRANSFER_BAD_FRAME,
    TRANSFER_EMPTY, TRANSFER_NO_LAYER, TRANSFER_TOO_BIG, TRANSFER_CANCELLED, TRANSFER_NO_IMPORT,
    TRANSFER_NOT_NOW, TRANSFER_NO_COLLECTION, TRANSFER_NO_COLUMNS, TRANSFER_NO_SUCH_COLUMN,
    TRANSFER_CRS_UNSURE, TRANSFER_CRS_UNKNOWN, TRANSFER_NO_ENCODING, TRANSFER_HAS_ERRORS, TRANSFER_NO_FORMAT,
    TRANSFER_GDAL;
/* Of rows and cells. */
extern const ErrKind TRANSFER_SCIENTIFIC, TRANSFER_UNIT, TRANSFER_THOUSANDS, TRANSFER_SERIAL_DATE,
    TRANSFER_BAD_PLACE, TRANSFER_HALF_PLACE, TRANSFER_TOTAL_ROW, TRANSFER_SAME_ROW, TRANSFER_NO_TARGET,
    TRANSFER_AMBIGUOUS, TRANSFER_STAKE_BEYOND, TRANSFER_STAKE_TURNED, TRANSFER_NO_KEY, TRANSFER_KEY_TWICE,
    TRANSFER_BAD_BYTES, TRANSFER_NO_SHAPE, TRANSFER_SHAPE_LEFT, TRANSFER_MENDED;

/* Who imports is the visitor who may all, as long as there are no accounts: faces ask nobody else to (face_may_all). */
/* --- in ----------------------------------------------------------------------------------------------------------- */
typedef struct TransferManager TransferManager;
/* Goes on with what was being applied when the county was last open. */
bool transfer_manager_open(Ledger *l, TransferManager **out, Err *err) MUST;
/* What is being applied stops between two transactions and is waited for; nothing more is begun, all can still be looked at. */
void transfer_manager_end(TransferManager *m);
void transfer_manager_close(TransferManager *m); /* NULL is taken */
extern const NodeService
    transfer_service; /* the imports of a running county: node_service gives its TransferManager */

typedef struct TransferPair { /* a sheet's column, and the property it means; empty: leave it out */
    Str column,
        property; /* also id, geometry (WKT), @lon, @lat; @road, @stake, @stake_to find a section of a road */
} TransferPair;
typedef struct TransferWish { /* what is wanted of a file; empty: as found */
    Str collection, layer, encoding, division;
    Str crs; /* "EPSG:4525", "GCJ-02", "BD-09", "swapped" (latitude first) */
    const TransferPair *pair;
    size_t npair;
    const Str *key; /* properties by which a row finds its record; the collection's unique ones */
    size_t nkey;
} TransferWish;
/* `take`: the file is moved into the import's folder, else it is read where it lies. */
bool transfer_begin(TransferManager *m, Str name, const char *path, bool take, const TransferWish *wish,
    char id[ULID_LEN + 1], Err *err) MUST;
bool transfer_choose(TransferManager *m, Str id, const TransferWish *wish,
    Err *err) MUST; /* what is not empty; checked again */
bool transfer_choose_json(
    TransferManager *m, Str id, const json_t *wish, Err *err) MUST; /* docs/api.md, Imports 3 */
typedef enum TransferAccept { TRANSFER_ALL_OR_NOTHING, TRANSFER_GOOD_ROWS } TransferAccept;
bool transfer_apply(TransferManager *m, Str id, TransferAccept accept, Str who, Err *err) MUST;
bool transfer_drop(TransferManager *m, Str id, Err *err) MUST; /* cancels, then removes */
bool transfer_state(
    TransferManager *m, Str id, bool en, Buf *json, Err *err) MUST; /* docs/api.md, Imports 2 */
bool transfer_list(TransferManager *m, bool en, Buf *json, Err *err) MUST;
bool transfer_sheet(TransferManager *m, Str id, const char *path,
    Err *err) MUST; /* the sheet that comes back, to a new file */

typedef enum TransferStatus {
    TRANSFER_READING,
    TRANSFER_READY,
    TRANSFER_APPLYING,
    TRANSFER_DONE,
    TRANSFER_FAILED,
    TRANSFER_STOPPED
} TransferStatus;
typedef struct TransferCounts {
    size_t rows, create, update, unchanged, wrong;
} TransferCounts;
typedef struct TransferGlance { /* what a command line shows */
    TransferStatus status;
    double progress; /* 0..1 */
    TransferCounts counts;
    Err problem;                  /* kind NULL: none */
    Str crs_assumed, crs_warning; /* borrowed from static text or the import; empty: none */
    char collection[64];
} TransferGlance;
bool transfer_glance(TransferManager *m, Str id, TransferGlance *out, Err *err) MUST;
/* Waits until it is neither reading nor applying, at most `micros` (0: for ever). */
bool transfer_wait(TransferManager *m, Str id, int64_t micros, TransferGlance *out, Err *err) MUST;
typedef struct TransferFinding { /* one thing wrong, or (note) mended or left out */
    size_t row;
    Str column, property, value, zh, en, code; /* borrowed while it is seen */
    bool note;
} TransferFinding;
bool transfer_findings(
    TransferManager *m, Str id, bool (*see)(void *ctx, const TransferFinding *f), void *ctx, Err *err) MUST;

/* The hidden command: limits itself, reads one request from `in`, writes frames to `out`; the exit status. */
int transfer_worker(int in, int out);

/* --- out ---------------------------------------------------------------------------------------------------------- */
typedef enum TransferHeader {
    TRANSFER_TITLES,
    TRANSFER_NAMES
} TransferHeader; /* titles: for people; names: for programs */
typedef struct TransferExport {
    LedgerView view;       /* columns that are masked for him are left out */
    LedgerQuery query;     /* limit: records in all, 0: all; `only` chooses properties */
    const char *format;    /* csv, xlsx, geojson, gpkg */
    TransferHeader header; /* of csv and xlsx */
    Str said;              /* the filter in words, for the head of an xlsx; empty: all */
    bool en;
} TransferExport;
bool transfer_export(
    const TransferExport *x, bool (*write)(void *ctx, Bytes piece), void *ctx, Err *err) MUST;
/* The same, pulled: for a face that streams. */
typedef struct TransferOut TransferOut;
bool transfer_out_open(const TransferExport *x, TransferOut **out,
    Err *err) MUST; /* copies what it needs of x; the query is borrowed */
bool transfer_out_more(TransferOut *o, Buf *piece, bool *done, Err *err) MUST;
void transfer_out_close(TransferOut *o);                            /* NULL is taken */
const char *transfer_media(const char *format);                     /* media type; NULL: no such format */
bool transfer_snapshot(Ledger *l, const char *path, Err *err) MUST; /* the whole county as one GeoPackage */

/* --- text ---------------------------------------------------------------------------------------------------------- */
/* RFC 4180 and its relatives; UTF-8 comes in pieces, rows go out. Row numbers count from 1, empty ones too. */
typedef struct TransferCsv TransferCsv;
TransferCsv *transfer_csv_new(
    char separator, bool (*row)(void *ctx, size_t number, const Str *cell, size_t ncell), void *ctx);
bool transfer_csv_feed(TransferCsv *c, Str piece, Err *err) MUST;
bool transfer_csv_end(TransferCsv *c, Err *err) MUST;
void transfer_csv_free(TransferCsv *c);
