/* src/transfer/frame.c - frames of the worker: written, taken apart, read from a file. */
#include "transfer/frame.h"
#include "transfer/transfer.h"
#include <fcntl.h>
#include <unistd.h>

static void put_u32(Buf *out, size_t v)
{
    const char b[4] = { (char)(v & 255), (char)(v >> 8 & 255), (char)(v >> 16 & 255), (char)(v >> 24 & 255) };

    buf_add(out, b, sizeof b);
}

void transfer_frame_put(Buf *out, char kind, Str body)
{
    buf_c(out, kind);
    put_u32(out, body.len);
    buf_str(out, body);
}

static bool known(uint8_t kind)
{
    return kind && strchr("LRWCEZ", kind);
}

bool transfer_frame_next(Bytes in, TransferFrame *out, size_t *used, Err *err)
{
    Rd r = rd_of(in);
    const uint8_t kind = rd_u8(&r);
    const size_t len = rd_u32(&r, true);

    *used = 0;
    if (in.len && !known(kind))
        return FAIL(err, TRANSFER_BAD_FRAME, STR("kind"), "frame");
    if (!rd_ok(&r))
        return true;
    if (len > FRAME_MAX)
        return FAIL(err, TRANSFER_BAD_FRAME, STR("length"), "frame");
    if (in.len - FRAME_HEAD < len)
        return true;
    *out = (TransferFrame){ (char)kind, rd_take(&r, len) };
    *used = FRAME_HEAD + len;
    return true;
}

void transfer_row_put(Buf *out, const TransferRow *row)
{
    const size_t at = out->len;
    size_t len;

    buf_c(out, FRAME_ROW);
    put_u32(out, 0);
    put_u32(out, row->number);
    buf_c(out, (char)row->note);
    put_u32(out, row->ncell);
    for (size_t i = 0; i < row->ncell; i++) {
        buf_c(out, (char)row->cell[i].flag);
        put_u32(out, row->cell[i].text.len);
        buf_str(out, row->cell[i].text);
    }
    put_u32(out, row->wkb.len);
    buf_add(out, row->wkb.ptr, row->wkb.len);
    if (out->bad)
        return;
    len = out->len - at - FRAME_HEAD;
    for (size_t i = 0; i < 4; i++)
        out->ptr[at + 1 + i] = (char)(len >> 8 * i & 255);
}

bool transfer_row_read(Bytes body, Arena *a, TransferRow *out, Err *err)
{
    Rd r = rd_of(body);
    TransferRow row = { .number = rd_u32(&r, true) };
    const uint8_t note = rd_u8(&r);
    TransferCell *cell;

    row.note = (TransferNote)(note > NOTE_BAD_SHAPE ? NOTE_BAD_SHAPE : note);
    row.ncell = rd_u32(&r, true);
    if (!rd_ok(&r) || row.ncell > FRAME_CELLS)
        return FAIL(err, TRANSFER_BAD_FRAME, STR("cells"), "row %u", row.number);
    row.cell = cell = NEWS(a, TransferCell, row.ncell + 1);
    if (!cell)
        return FAIL(err, BASE_NO_MEMORY, STR("row"), "row %u", row.number);
    for (size_t i = 0; i < row.ncell; i++) {
        const uint8_t flag = rd_u8(&r);
        const size_t len = rd_u32(&r, true);
        const Bytes text = rd_take(&r, len);

        cell[i].flag = (TransferCellFlag)(flag > CELL_BROKEN ? CELL_BROKEN : flag);
        cell[i].text = (Str){ text.ptr ? (const char *)text.ptr : "", text.len };
        if (!str_is_utf8(cell[i].text))
            return FAIL(err, TRANSFER_BAD_FRAME, STR("text"), "row %u", row.number);
    }
    row.wkb = rd_take(&r, rd_u32(&r, true));
    if (!rd_ok(&r) || r.ptr != r.end)
        return FAIL(err, TRANSFER_BAD_FRAME, STR("length"), "row %u", row.number);
    *out = row;
    return true;
}

/* --- of a file ---------------------------------------------------------------------------------------------------- */
struct TransferRows {
    int fd;
    Buf in;
    size_t at; /* of the next frame in `in` */
    bool end;
};

bool transfer_rows_open(const char *path, TransferRows **out, Err *err)
{
    TransferRows *r = mem_new(1, sizeof *r);

    if (!r)
        return FAIL(err, BASE_NO_MEMORY, STR("rows"), "import");
    buf_init(&r->in, (size_t)FRAME_MAX * 2 + FRAME_HEAD);
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0) {
        transfer_rows_close(r);
        return FAIL(err, BASE_NO_FILE, str_of(path), "import");
    }
    *out = r;
    return true;
}

static bool refill(TransferRows *r, Err *err)
{
    enum { PIECE = 256 << 10 };
    char *room;
    ssize_t n;

    if (r->at > 0) {
        memmove(r->in.ptr, r->in.ptr + r->at, r->in.len - r->at);
        r->in.len -= r->at;
        r->at = 0;
    }
    room = buf_room(&r->in, PIECE);
    if (!room)
        return FAIL(err, BASE_NO_MEMORY, STR("rows"), "import");
    n = read(r->fd, room, PIECE);
    if (n < 0)
        return FAIL(err, BASE_IO, STR("rows"), "import");
    r->end = n == 0;
    buf_took(&r->in, (size_t)n);
    return true;
}

bool transfer_rows_next(TransferRows *r, Arena *a, TransferRow *row, bool *end, Err *err)
{
    TransferFrame f;
    size_t used;

    *end = false;
    for (;;) {
        const Str rest = str_sub(buf_text(&r->in), r->at, SIZE_MAX);

        if (!transfer_frame_next(BYTES(rest), &f, &used, err))
            return false;
        if (!used && r->end) {
            *end = rest.len == 0;
            return *end || FAIL(err, TRANSFER_BAD_FRAME, STR("cut"), "rows");
        }
        if (!used) {
            if (!refill(r, err))
                return false;
            continue;
        }
        r->at += used;
        if (f.kind == FRAME_ROW) {
            const Str kept = str_copy(a, TEXT(f.body));

            return kept.ptr ? transfer_row_read(BYTES(kept), a, row, err)
                            : FAIL(err, BASE_NO_MEMORY, STR("row"), "rows");
        }
    }
}

void transfer_rows_close(TransferRows *r)
{
    if (!r)
        return;
    if (r->fd >= 0)
        close(r->fd);
    buf_clear(&r->in);
    mem_free(r);
}
