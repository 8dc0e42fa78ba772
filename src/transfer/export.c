/* src/transfer/export.c - records go out in slices, each from a snapshot of its own, so that a slow reader holds nothing. */
#include "transfer/out.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };
static const TransferFormat *const formats[] = { &transfer_csv, &transfer_xlsx, &transfer_geojson,
    &transfer_gpkg };

static const TransferFormat *format_of(const char *name)
{
    for (size_t i = 0; name && i < LEN(formats); i++)
        if (!strcmp(formats[i]->name, name))
            return formats[i];
    return NULL;
}

const char *transfer_media(const char *format)
{
    const TransferFormat *f = format_of(format);

    return f ? f->media : NULL;
}

/* --- which columns ------------------------------------------------------------------------------------------------------ */
static bool goes_out(const TransferOut *o, const PackProperty *p)
{
    if (p->opposite.len || p->retired || (p->grade >= 3 && !o->x.query.sealed) ||
        !access_sees(o->x.view.who, p)) /* an empty column would say that there is nothing */
        return false;
    return !p->base || str_eq(p->name, STR("division"));
}

static bool choose_columns(TransferOut *o, Err *err)
{
    const LedgerQuery *q = &o->x.query;
    const PackCollection *c = q->collection;

    o->column = NEWS(o->a, const PackProperty *, c->nproperty + c->ninherited + q->nonly + 1);
    if (!o->column)
        return FAIL(err, BASE_NO_MEMORY, STR("columns"), "export");
    for (size_t i = 0; i < q->nonly; i++)
        o->column[o->ncolumn++] = q->only[i];
    if (q->only)
        return true;
    if (!c->by_code)
        o->column[o->ncolumn++] = pack_property(c, STR("division"));
    for (size_t i = 0; i < c->ndeclared; i++)
        if (goes_out(o, c->property + i))
            o->column[o->ncolumn++] = c->property + i;
    for (size_t i = 0; i < c->ninherited; i++)
        if (goes_out(o, c->inherited + i))
            o->column[o->ncolumn++] = c->inherited + i;
    return true;
}

/* --- the stream --------------------------------------------------------------------------------------------------------------- */
static bool see(void *ctx, const LedgerRecord *r)
{
    TransferOut *o = ctx;

    o->n++;
    if (o->left)
        o->left--;
    return o->format->row(o, r);
}

static bool slice(TransferOut *o, Err *err)
{
    LedgerQuery q = o->x.query;
    LedgerPage page;

    arena_clear(o->slice);
    q.limit = o->x.query.limit && o->left < OUT_SLICE ? o->left : OUT_SLICE;
    q.token = buf_text(&o->token);
    q.count = false;
    q.no_geometry = !o->place;
    if (!ledger_select(o->x.view, &q, see, o, o->slice, &page, err))
        return false;
    if (o->err.kind) {
        *err = o->err;
        return false;
    }
    o->token.len = 0;
    buf_str(&o->token, page.next);
    o->ended = !page.next.len || (o->x.query.limit && !o->left);
    return true;
}

static bool send_file(TransferOut *o, Buf *piece, bool *done, Err *err)
{
    char *room = buf_room(piece, PIECE);
    const ssize_t n = room ? read(o->file, room, PIECE) : -1;

    if (n < 0)
        return FAIL(err, BASE_IO, str_of(o->path), "export");
    buf_took(piece, (size_t)n);
    *done = n == 0;
    return true;
}

static bool make_whole(TransferOut *o, Err *err)
{
    bool good = o->format->begin(o, err);

    while (good && !o->ended)
        good = slice(o, err);
    if (!o->format->end(o, good, good ? err : &o->err))
        return false;
    if (!good)
        return false;
    o->file = open(o->path, O_RDONLY | O_CLOEXEC);
    unlink(o->path);
    o->path[0] = 0;
    return o->file >= 0 || FAIL(err, BASE_IO, STR("export"), "export");
}

bool transfer_out_more(TransferOut *o, Buf *piece, bool *done, Err *err)
{
    *done = false;
    if (o->format->whole && !o->begun) {
        o->begun = true;
        if (!make_whole(o, err))
            return false;
    }
    if (o->format->whole)
        return send_file(o, piece, done, err);
    o->piece = piece;
    if (!o->begun && !o->format->begin(o, err))
        return false;
    o->begun = true;
    if (!o->ended && !slice(o, err))
        return false;
    if (o->ended) {
        *done = true;
        return o->format->end(o, true, err);
    }
    return !piece->bad || FAIL(err, BASE_NO_MEMORY, STR("export"), "export");
}

static bool temp_path(TransferOut *o)
{
    int fd;

    snprintf(o->path, sizeof o->path, "%s/imports/export-XXXXXX", ledger_dir(o->x.view.ledger));
    fd = mkostemp(o->path, O_CLOEXEC);
    if (fd < 0) {
        snprintf(o->path, sizeof o->path, "/tmp/sangzi-export-XXXXXX");
        fd = mkostemp(o->path, O_CLOEXEC);
    }
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool transfer_out_open(const TransferExport *x, TransferOut **out, Err *err)
{
    TransferOut *o = mem_new(1, sizeof *o);

    if (!o)
        return FAIL(err, BASE_NO_MEMORY, STR("export"), "export");
    o->x = *x;
    o->file = -1;
    o->a = arena_new(0);
    o->slice = arena_new(0);
    o->titles = arena_new(256 << 20);
    o->title = map_new(o->titles);
    o->left = x->query.limit;
    o->place = x->query.collection->spatial && !x->query.no_geometry;
    o->format = format_of(x->format);
    buf_init(&o->token, 1 << 16);
    buf_str(&o->token, x->query.token);
    if (!o->format)
        FAIL(err, TRANSFER_NO_FORMAT, str_of(x->format), "f");
    else if (choose_columns(o, err) &&
             (!o->format->whole || temp_path(o) || FAIL(err, BASE_IO, STR("export"), "export"))) {
        *out = o;
        return true;
    }
    transfer_out_close(o);
    return false;
}

void transfer_out_close(TransferOut *o)
{
    Err err;

    if (!o)
        return;
    assert(!o->own || o->format);
    if (o->own && !o->format->end(o, false, &err))
        log_err("transfer.export", &err);
    if (o->file >= 0)
        close(o->file);
    if (o->path[0])
        unlink(o->path);
    buf_clear(&o->token);
    arena_free(o->titles);
    arena_free(o->slice);
    arena_free(o->a);
    mem_free(o);
}

bool transfer_export(const TransferExport *x, bool (*write)(void *ctx, Bytes piece), void *ctx, Err *err)
{
    TransferOut *o = NULL;
    Buf piece;
    bool done = false, good = transfer_out_open(x, &o, err);

    if (!good)
        return false;
    buf_init(&piece, 256 << 20);
    while (good && !done) {
        piece.len = 0;
        good =
            transfer_out_more(o, &piece, &done, err) && (!piece.len || write(ctx, BYTES(buf_text(&piece))) ||
                                                            FAIL(err, BASE_IO, STR("export"), "export"));
    }
    buf_clear(&piece);
    transfer_out_close(o);
    return good;
}

bool transfer_snapshot(Ledger *l, const char *path, Err *err)
{
    return ledger_backup(l, path, err);
}
