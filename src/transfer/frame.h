/* src/transfer/frame.h - what the worker says to its parent: frames on a pipe, kept as they come in DIR/imports/ID/rows.
 *
 *     kind (1 byte) | length of the body (4, little) | body
 *     L layer, C the one whose rows follow, W warning, E error, Z end: JSON      R row: number (4) | note (1) | cells (4) |
 *     each: flag (1) length (4) bytes | length (4) WKB
 */
#pragma once
#include "base/base.h"

enum {
    FRAME_LAYER = 'L',
    FRAME_ROW = 'R',
    FRAME_WARN = 'W',
    FRAME_CHOSEN = 'C',
    FRAME_FAIL = 'E',
    FRAME_END = 'Z'
};
enum { FRAME_HEAD = 5, FRAME_MAX = 32 << 20, FRAME_CELLS = 1000 };
typedef struct TransferFrame {
    char kind;
    Bytes body; /* borrowed from the input */
} TransferFrame;
typedef enum TransferCellFlag {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_BROKEN /* bytes that are no characters were replaced */
} TransferCellFlag;
typedef struct TransferCell {
    TransferCellFlag flag;
    Str text;
} TransferCell;
typedef enum TransferNote { NOTE_NONE, NOTE_NULL_SHAPE, NOTE_EMPTY_SHAPE, NOTE_BAD_SHAPE } TransferNote;
typedef struct TransferRow {
    uint32_t number; /* in the sheet, from 1 */
    TransferNote note;
    const TransferCell *cell;
    size_t ncell;
    Bytes wkb; /* empty: none */
} TransferRow;

/* The first frame of `in`; *used 0: more bytes are needed. */
bool transfer_frame_next(Bytes in, TransferFrame *out, size_t *used, Err *err) MUST;
void transfer_frame_put(Buf *out, char kind, Str body);
bool transfer_row_read(
    Bytes body, Arena *a, TransferRow *out, Err *err) MUST; /* texts are borrowed from body */
void transfer_row_put(Buf *out, const TransferRow *row);    /* a whole frame */

/* Frames of a file, one after the other. */
typedef struct TransferRows TransferRows;
bool transfer_rows_open(const char *path, TransferRows **out, Err *err) MUST;
bool transfer_rows_next(
    TransferRows *r, Arena *a, TransferRow *row, bool *end, Err *err) MUST; /* copied into a */
void transfer_rows_close(TransferRows *r);                                  /* NULL is taken */
