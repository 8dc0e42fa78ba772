/* src/transfer/match.h - what the columns of a sheet mean, and to which collection it belongs. Pure: only the model. */
#pragma once
#include "pack/pack.h"
#include "transfer/frame.h"

typedef enum TransferRole {
    ROLE_NONE,
    ROLE_PROPERTY,
    ROLE_ID,
    ROLE_WKT,
    ROLE_LON,
    ROLE_LAT, /* a road's code and stakes: */
    ROLE_ROAD,
    ROLE_STAKE,
    ROLE_STAKE_TO
} TransferRole;
typedef struct TransferColumn {
    Str name; /* as the sheet says it */
    TransferRole role;
    const PackProperty *property; /* ROLE_PROPERTY */
    double factor;                /* by the unit in its name: 亩 where m2 is kept; 1: none */
    int score;                    /* 0..100; 101: remembered or chosen */
    bool remembered;
} TransferColumn;
typedef struct TransferOffer {
    const PackCollection *collection;
    double score; /* 0..1 */
} TransferOffer;
typedef struct TransferSheet { /* what is known of it */
    const Str *name;           /* of its columns */
    size_t n;
    Str layer, file;
    const char *type; /* of its shapes; NULL: none */
} TransferSheet;
enum { TRANSFER_OFFERS = 8, TRANSFER_HEAD_ROWS = 30 };

/* `remembered`: {"列名":"property"} of this county; may be NULL. */
bool transfer_match(const PackModel *m, const PackCollection *c, const TransferSheet *s,
    const json_t *remembered, Arena *a, TransferColumn **out, Err *err) MUST;
bool transfer_role_of(const PackCollection *c, Str property,
    TransferColumn *col);                          /* by its name, as docs/api.md says it; false: none */
Str transfer_role_name(const TransferColumn *col); /* the way back; empty: left out */
size_t transfer_offers(const PackModel *m, const TransferSheet *s, Arena *a,
    TransferOffer out[TRANSFER_OFFERS]); /* best first */

/* The header among the first rows of a sheet: titles above it, merged heads of two rows. */
typedef struct TransferHead {
    uint32_t last; /* number of its last row; 0: there is none */
    const Str *name;
    size_t n;
} TransferHead;
bool transfer_head(const PackModel *m, const PackCollection *c, const TransferRow *row, size_t nrow, Arena *a,
    TransferHead *out, Err *err) MUST;
Str transfer_plain(
    Str name, Arena *a, Str *unit); /* folded, without blanks, marks and the unit in brackets */
/* Properties of a stretch of road: the reference to its road, its stakes. NULL: no such collection. */
typedef struct TransferStretch {
    const PackProperty *by;                  /* of the collection itself: the reference to the stretch */
    const PackCollection *of, *road;         /* stretches, and what they are parts of */
    const PackProperty *to_road, *from, *to; /* of a stretch */
    const PackProperty *code;                /* of a road */
    const PackProperty *own_code, *own_from, *own_to; /* of the collection itself; may be NULL */
} TransferStretch;
bool transfer_stretch(const PackModel *m, const PackCollection *c, TransferStretch *out);
