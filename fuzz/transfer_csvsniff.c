/* fuzz/transfer_csvsniff.c - any bytes as a table: the encoding and the separator are guessed, the rows are cut. */
#include "transfer/cell.h"
#include "transfer/frame.h"
#include "transfer/text.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool row(void *ctx, size_t number, const Str *cell, size_t ncell)
{
    size_t *last = ctx;

    assert(number == *last + 1 && ncell <= FRAME_CELLS);
    *last = number;
    for (size_t i = 0; i < ncell; i++) {
        double v;

        assert(str_is_utf8(cell[i]));
        (void)!transfer_degrees(cell[i], &v);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const TransferGuess g = transfer_sniff((Bytes){ data, size }, false);
    Arena *a = arena_new(256 << 20);
    Str text;
    Err err = { 0 };
    size_t last = 0;

    assert(g.name[0] && g.bom <= size);
    if (transfer_decode_all((Bytes){ data + g.bom, size - g.bom }, g.name, a, &text, &err)) {
        TransferCsv *c = transfer_csv_new(transfer_separator(text), row, &last);
        const bool good = c && transfer_csv_feed(c, text, &err) && transfer_csv_end(c, &err);

        assert(!c || good == (err.kind == NULL));
        transfer_csv_free(c);
    }
    arena_free(a);
    return 0;
}
