/* src/transfer/place.h - where things are: the reference system of a layer, found, proposed or chosen; shapes mended. */
#pragma once
#include "ledger/ledger.h"
#include "transfer/frame.h"
#include "transfer/transfer.h"

typedef enum TransferShift { SHIFT_NONE, SHIFT_GCJ, SHIFT_BD } TransferShift;
typedef struct TransferCrs {
    int epsg;  /* 0: as geographic degrees */
    bool swap; /* latitude stands first */
    TransferShift shift;
} TransferCrs;
bool transfer_crs_read(Str said, TransferCrs *out, Err *err) MUST;
Str transfer_crs_name(const TransferCrs *c, Arena *a);

typedef struct TransferPlace { /* what is known of a layer's reference system */
    TransferCrs crs;           /* to be used */
    Str found;                 /* stated by the file; empty: nothing */
    Str assumed;               /* proposed; empty: none needed */
    Str zh, en;                /* a warning; empty: none */
    bool unsure;               /* it must be confirmed before anything is written */
    bool is_gcj;               /* probably GCJ-02 */
} TransferPlace;
/* Of the first shapes of a layer; `near`: the county's box, for zones without a prefix. */
bool transfer_place(int epsg, Str stated, const Bytes *wkb, size_t n, GeoBox near, Arena *a,
    TransferPlace *out, Err *err) MUST;
/* Are they off as consumer maps are? Distances to what the county knows, as they are and shifted back. */
bool transfer_smell_gcj(
    Ledger *l, const PackCollection *c, const Bytes *wkb, size_t n, bool *is, Err *err) MUST;
/* Into CGCS2000 degrees, longitude first. */
bool transfer_move(const TransferCrs *crs, Bytes wkb, Arena *a, Bytes *out, Err *err) MUST;
/* Rings closed and turned where only one way is right; *zh says what was done, else empty. */
bool transfer_mend(Bytes wkb, Arena *a, Bytes *out, Str *zh, Str *en, Err *err) MUST;
