/* src/transfer/turn.h - a row of a sheet becomes a change of the ledger; what is wrong with it is gathered. */
#pragma once
#include "ledger/ledger.h"
#include "transfer/cell.h"
#include "transfer/place.h"
#include "transfer/refs.h"

typedef struct TransferFault TransferFault;
struct TransferFault { /* one finding */
    TransferFault *next;
    Str column, property, value;
    Err err;
    bool note; /* mended or left out: no error */
};
typedef struct TransferTurn { /* how rows are turned; never changes while they are */
    Ledger *ledger;
    const PackCollection *collection;
    const TransferColumn *column;
    size_t ncolumn;
    const PackProperty *const *key; /* by these a row finds its record */
    size_t nkey;
    bool key_id; /* by the column of ids */
    TransferCrs crs;
    bool shapes; /* the layer has shapes of its own */
    const PackProperty
        *spot; /* where longitude and latitude go when the shape itself is no point; NULL: they are it */
    Str division, import, file;
    TransferStretch stretch;
    TransferRefs *refs;
} TransferTurn;
typedef struct TransferTurned {
    uint32_t row;
    LedgerChange change;
    LedgerField *field;
    CqlValue *value; /* one a column, of those that are properties */
    TransferFault *fault, **last;
    bool wrong;
    Str key; /* its key as text; empty: none */
} TransferTurned;
bool transfer_turn(
    const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Err *err) MUST;
/* Which of the rows have a record: verb and id are set. */
bool transfer_turn_keys(const TransferTurn *t, TransferTurned *row, size_t n, Arena *a, Err *err) MUST;
void transfer_fault(TransferTurned *t, const TransferColumn *col, Str property, Str value, const Err *err,
    bool note, Arena *a);
