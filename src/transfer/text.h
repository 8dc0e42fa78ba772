/* src/transfer/text.h - bytes of unknown writing become rows of UTF-8 cells. Pure: no file, no store. */
#pragma once
#include "base/base.h"

/* How sure a guess is stands in `sure` (0..1); names are ICU's: UTF-8, GB18030, UTF-16LE, windows-1251 … */
typedef struct TransferGuess {
    char name[40];
    double sure;
    size_t bom; /* bytes to leave out in front */
} TransferGuess;
/* `cut`: the bytes may end inside a character. */
TransferGuess transfer_sniff(Bytes sample, bool cut);
bool transfer_fits(Bytes sample, const char *encoding, bool cut); /* every byte is a character in it */
bool transfer_encoding(
    Str said, char out[40]); /* what people write (gbk, ANSI 936, cp1251) as ICU's name; false: unknown */
char transfer_separator(Str text); /* , tab ; or | */

/* Turns all of `in` into UTF-8, piece by piece; bytes that are no characters become U+FFFD. */
bool transfer_decode(
    Bytes in, const char *encoding, bool (*take)(void *ctx, Str piece), void *ctx, Err *err) MUST;
bool transfer_decode_all(Bytes in, const char *encoding, Arena *a, Str *out, Err *err) MUST;

/* RFC 4180 and its relatives; UTF-8 comes in pieces, rows go out. Row numbers count from 1, empty ones too. */
typedef struct TransferCsv TransferCsv;
TransferCsv *transfer_csv_new(
    char separator, bool (*row)(void *ctx, size_t number, const Str *cell, size_t ncell), void *ctx);
bool transfer_csv_feed(TransferCsv *c, Str piece, Err *err) MUST;
bool transfer_csv_end(TransferCsv *c, Err *err) MUST;
void transfer_csv_free(TransferCsv *c);
