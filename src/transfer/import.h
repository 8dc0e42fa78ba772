/* src/transfer/import.h - one import: its folder, what is wanted of it, what was found. Private to this room.
 *
 *     DIR/imports/ID/state.json   name, path, status, wish, plan: enough to go on after a cut
 *                    rows         what the worker read, as frames
 *                    findings     what is wrong, a line of JSON each, in order of rows
 *                    verdicts     one byte a data row: '+' create, '~' update, '=' unchanged, 'x' wrong
 *                    progress     {"batch","from","count"}: the batch that is being written
 */
#pragma once
#include "transfer/child.h"
#include "transfer/turn.h"
#include <pthread.h>

enum { IMPORT_SHOWN = 200, IMPORT_PREVIEW = 10, IMPORT_PATH = 4096, IMPORT_BATCH = 200 };
typedef struct ImportFile { /* what was read; replaced whole */
    Arena *a;
    TransferRead read;
    TransferRow *first; /* a few rows, for header, samples and reference system */
    size_t nfirst;
} ImportFile;
typedef struct ImportView { /* what was made of it; replaced whole */
    Arena *a;
    TransferHead head;                /* of a layer: its fields, last 0 */
    const PackCollection *collection; /* NULL: not clear */
    TransferOffer offer[TRANSFER_OFFERS];
    size_t noffer;
    TransferColumn *column;
    const PackProperty **key;
    size_t nkey;
    bool key_id, shapes;
    TransferPlace place;
    TransferFinding shown[IMPORT_SHOWN];
    size_t nshown;
    Str preview[IMPORT_PREVIEW]; /* JSON */
    size_t npreview;
} ImportView;
typedef struct Import Import;
struct Import {
    char id[ULID_LEN + 1];
    char dir[IMPORT_PATH], path[IMPORT_PATH], name[256];
    Ledger *ledger;
    const bool *stop; /* of the manager: the program ends */
    Import *next;
    pthread_mutex_t guard; /* guards all below; only the import's own job writes file and view */
    TransferStatus status;
    bool busy, cancel, gone, reread; /* gone: removed as soon as its job ends */
    double progress;
    Err problem;
    json_t *wish; /* collection layer encoding crs division columns{} key[] */
    TransferAccept accept;
    char who[128];
    TransferCounts counts;
    ImportFile *file;
    ImportView *view;
    int64_t begun;
};

bool transfer_import_path(const Import *im, const char *file, char out[IMPORT_PATH]);
Str transfer_import_wish(const Import *im, const char *key); /* empty: nothing wished; under guard */
bool transfer_import_save(Import *im, Err *err) MUST;
bool transfer_import_load(Import *im, Arena *a, Err *err) MUST;
void transfer_import_view_free(ImportView *v);
void transfer_import_file_free(ImportFile *f);
bool transfer_import_going(const Import *im); /* neither cancelled nor the program at its end */

bool transfer_import_read(Import *im, Err *err) MUST; /* the worker reads */
bool transfer_import_match(
    Import *im, ImportView *v, Err *err) MUST; /* header, collection, columns, reference system */
bool transfer_import_check(
    Import *im, ImportView *v, TransferCounts *counts, Err *err) MUST; /* the dry run */
bool transfer_import_apply(Import *im, ImportView *v, TransferCounts *counts, Err *err) MUST;
bool transfer_import_turn(Import *im, const ImportView *v, TransferRefs *refs, TransferTurn *out);

/* Data rows in order: blank ones and those of the header are passed over. */
typedef struct ImportRows {
    TransferRows *rows;
    uint32_t after;
} ImportRows;
bool transfer_import_rows_open(const Import *im, const ImportView *v, ImportRows *out, Err *err) MUST;
bool transfer_import_rows_next(ImportRows *r, Arena *a, TransferRow *out, bool *end, Err *err) MUST;
void transfer_import_rows_close(ImportRows *r);

typedef struct ImportBatch { /* rows on their way */
    TransferRow *row;
    TransferTurned *turned;
    size_t n;
} ImportBatch;
bool transfer_import_fill(
    const TransferTurn *t, ImportRows *rows, size_t most, Arena *a, ImportBatch *b, bool *end, Err *err) MUST;
/* Writes (or with `dry` tries) the rows that are not wrong; what the ledger finds makes rows wrong and is tried again
 * without them. *created, *updated, *same of done ones. */
bool transfer_import_write(const TransferTurn *t, ImportBatch *b, bool dry, Str key, Str who, Arena *a,
    TransferCounts *counts, uint8_t *verdict, Err *err) MUST;
void transfer_import_say(const TransferFault *f, size_t row, Buf *out); /* a line of the findings */
bool transfer_import_finding(Str line, Arena *a, TransferFinding *out);
void transfer_import_state(Import *im, bool en, Buf *json);
bool transfer_import_sheet(Import *im, const char *path, Err *err) MUST;
