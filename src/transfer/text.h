/* src/transfer/text.h - bytes of unknown writing become UTF-8. Pure: no file, no store. The rows of it: transfer_csv_…. */
#pragma once
#include "transfer/transfer.h"

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
