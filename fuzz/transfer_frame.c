/* fuzz/transfer_frame.c - what a worker gone mad may send: frames are taken apart, rows read; no byte is believed. */
#include "transfer/frame.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The law: false, and only then, an error. */
static bool law(bool ok, const Err *err)
{
    assert(ok == (err->kind == NULL));
    return ok;
}

static void row_and_back(Bytes body, Arena *a)
{
    TransferRow row, again;
    TransferFrame f;
    size_t used;
    Buf b;
    Err err = { 0 };

    if (!law(transfer_row_read(body, a, &row, &err), &err))
        return;
    buf_init(&b, 64 << 20);
    transfer_row_put(&b, &row);
    assert(!b.bad && transfer_frame_next(BYTES(buf_text(&b)), &f, &used, &err) && used == b.len);
    assert(transfer_row_read(f.body, a, &again, &err));
    assert(again.number == row.number && again.ncell == row.ncell && again.wkb.len == row.wkb.len);
    buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes in = { data, size };
    Arena *a = arena_new(64 << 20);

    for (;;) {
        TransferFrame f;
        size_t used = 0;
        Err err = { 0 };

        if (!law(transfer_frame_next(in, &f, &used, &err), &err) || !used)
            break;
        assert(used <= in.len && f.body.len + FRAME_HEAD == used);
        if (f.kind == FRAME_ROW)
            row_and_back(f.body, a);
        in = (Bytes){ in.ptr + used, in.len - used };
    }
    arena_free(a);
    return 0;
}
