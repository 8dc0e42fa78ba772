/* src/transfer/tell.h - inside the child process: what a reader of files is given, and what it says. */
#pragma once
#include "transfer/frame.h"
#include "transfer/text.h"
#include "transfer/transfer.h"

typedef struct TransferAsk { /* one request: {"path","name","layer","encoding"} */
    Str path, name;
    Str layer;    /* name of the layer whose rows are wanted; empty: the first that has any */
    Str encoding; /* ICU's name; empty: to be found out */
} TransferAsk;
typedef struct TransferLayer { /* what is said of one before its rows */
    Str name;
    int64_t rows;     /* -1: not known before they are read */
    bool grid;        /* cells of a sheet: which row is the header is still to be found */
    const char *type; /* of its shapes; NULL: none */
    int epsg;         /* 0: not stated, -1: stated but unknown */
    Str crs;          /* as stated */
    const Str *field;
    size_t nfield;
    Str encoding;
} TransferLayer;
typedef struct TransferTell { /* the way out */
    int fd;
    Buf buf;
    size_t rows;
    bool gone; /* nobody listens any more */
    Arena *a;
} TransferTell;
void transfer_tell_layer(TransferTell *t, const TransferLayer *l);
void transfer_tell_chosen(TransferTell *t, Str layer);
bool transfer_tell_row(TransferTell *t, const TransferRow *row); /* false: stop */
void transfer_tell_warning(
    TransferTell *t, const char *zh, const char *en, Str what); /* %s in both is `what` */
void transfer_tell_flush(TransferTell *t);
void transfer_tell_end(TransferTell *t, const Err *err); /* NULL: all was well */
bool transfer_ingest(
    const char *path, size_t max, Arena *a, Bytes *out, Err *err) MUST;      /* a whole file, /vsi… too */
bool transfer_unreadable(const TransferAsk *ask, const char *why, Err *err); /* false */
