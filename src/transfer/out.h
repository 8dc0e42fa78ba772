/* src/transfer/out.h - how a list of records becomes a file: a format is one file of this folder and one row of export.c. */
#pragma once
#include "transfer/transfer.h"

enum { OUT_SLICE = 1000 };
struct TransferOut {
    TransferExport x;
    const struct TransferFormat *format;
    const PackProperty **column; /* those that go out, in order */
    size_t ncolumn;
    bool place; /* geometry goes out */
    Arena *a, *slice;
    Map *title; /* "collection/id" → Str: what references are called */
    Arena *titles;
    Buf token, *piece;
    size_t n, left; /* records written, still wanted */
    bool begun, ended, bad;
    Err err;
    void *own;       /* the format's */
    int file;        /* a file being sent; -1: none */
    char path[4200]; /* of it, while it is made */
};
typedef struct TransferFormat {
    const char *name, *media;
    bool (*begin)(TransferOut *o, Err *err);
    bool (*row)(TransferOut *o, const LedgerRecord *r); /* false: stop, o->err says why */
    bool (*end)(TransferOut *o, bool keep, Err *err);
    bool whole; /* made as a file first, then sent */
} TransferFormat;
extern const TransferFormat transfer_csv, transfer_geojson, transfer_xlsx, transfer_gpkg;

Str transfer_out_text(TransferOut *o, const PackProperty *p, CqlValue v,
    Arena *a); /* as people read it; names: as programs do */
Str transfer_out_head(
    const TransferOut *o, const PackProperty *p, Arena *a); /* title (with its unit) or name */
