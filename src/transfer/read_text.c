/* src/transfer/read_text.c - tables as text: csv, tab-separated and their like, in whatever writing. */
#include "transfer/worker.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLE = 1 << 20, LOOKED_AT = 64 << 10 };
typedef struct Reading {
    TransferTell *tell;
    TransferCsv *csv;
    Err *err;
    TransferCell cell[FRAME_CELLS];
} Reading;

static bool take_row(void *ctx, size_t number, const Str *cell, size_t ncell)
{
    Reading *r = ctx;
    TransferRow row = { .number = (uint32_t)number, .cell = r->cell, .ncell = ncell };

    for (size_t i = 0; i < ncell; i++) {
        const Str s = str_trim(cell[i]);
        const bool broken = str_find(s, STR("\xEF\xBF\xBD")) != SIZE_MAX;

        r->cell[i] = (TransferCell){ !s.len ? CELL_EMPTY : broken ? CELL_BROKEN : CELL_TEXT, s };
    }
    return !ncell || transfer_tell_row(r->tell, &row);
}

static bool take_piece(void *ctx, Str piece)
{
    Reading *r = ctx;

    return transfer_csv_feed(r->csv, piece, r->err);
}

/* Plain files are mapped, so that a large one costs no memory; those inside a zip are taken in. */
static bool bytes_of(const char *path, Arena *a, Bytes *out, Err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *p;

    if (fd < 0)
        return transfer_ingest(path, (size_t)1 << 30, a, out, err);
    if (fstat(fd, &st) || st.st_size == 0) {
        close(fd);
        *out = (Bytes){ (const uint8_t *)"", 0 };
        return true;
    }
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return FAIL(err, BASE_NO_MEMORY, str_of(path), "file");
    *out = (Bytes){ p, (size_t)st.st_size };
    return true;
}

static bool find_encoding(const TransferAsk *ask, Bytes all, TransferTell *t, TransferGuess *g)
{
    *g = transfer_sniff((Bytes){ all.ptr, all.len < SAMPLE ? all.len : SAMPLE }, all.len > SAMPLE);
    if (ask->encoding.len && !g->bom && memchr(ask->encoding.ptr, 0, ask->encoding.len) == NULL &&
        ask->encoding.len < sizeof g->name) {
        memset(g->name, 0, sizeof g->name);
        memcpy(g->name, ask->encoding.ptr, ask->encoding.len);
        g->sure = 1;
    } else if (g->sure < 0.5)
        transfer_tell_warning(t, "文件的编码不能确定，暂按 %s 读；如有乱码请选择编码",
            "The encoding is not certain; read as %s", str_of(g->name));
    return true;
}

static Str stem(Str name)
{
    const char *dot = memrchr(name.ptr, '.', name.len);

    return dot && dot > name.ptr ? str_sub(name, 0, (size_t)(dot - name.ptr)) : name;
}

bool transfer_read_text(const TransferAsk *ask, TransferTell *t, Err *err)
{
    Reading *r = NEW(t->a, Reading);
    const char *path = str_c(t->a, ask->path);
    TransferGuess g;
    Bytes all;
    Str start;
    Err inner = { 0 };
    bool good;

    if (!r || !path)
        return FAIL(err, BASE_NO_MEMORY, ask->name, "file");
    if (!bytes_of(path, t->a, &all, err) || !find_encoding(ask, all, t, &g))
        return false;
    all = (Bytes){ all.ptr + g.bom, all.len - g.bom };
    if (!transfer_decode_all(
            (Bytes){ all.ptr, all.len < LOOKED_AT ? all.len : LOOKED_AT }, g.name, t->a, &start, err))
        return false;
    transfer_tell_layer(
        t, &(TransferLayer){ .name = stem(ask->name), .rows = -1, .grid = true, .encoding = str_of(g.name) });
    transfer_tell_chosen(t, stem(ask->name));
    *r = (Reading){
        .tell = t, .csv = transfer_csv_new(transfer_separator(start), take_row, r), .err = &inner
    };
    if (!r->csv)
        return FAIL(err, BASE_NO_MEMORY, ask->name, "file");
    good = transfer_decode(all, g.name, take_piece, r, err) && transfer_csv_end(r->csv, &inner);
    transfer_csv_free(r->csv);
    if (!good && inner.kind)
        *err = inner;
    return good;
}
