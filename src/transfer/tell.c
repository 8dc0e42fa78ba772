/* src/transfer/tell.c - what every reader of files in the child process says, and how a whole file comes into its hands. */
#include "transfer/tell.h"
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <unistd.h>

enum { FLUSH_AT = 64 << 10 };

/* --- the way out ------------------------------------------------------------------------------------------------------ */
void transfer_tell_flush(TransferTell *t)
{
    Str rest = buf_text(&t->buf);

    while (rest.len && !t->gone) {
        const ssize_t n = write(t->fd, rest.ptr, rest.len);

        if (n < 0 && errno == EINTR)
            continue;
        t->gone = n < 0;
        rest = str_sub(rest, n < 0 ? rest.len : (size_t)n, SIZE_MAX);
    }
    t->buf.len = 0;
}

static void tell(TransferTell *t, char kind, Buf *json)
{
    if (!json->bad)
        transfer_frame_put(&t->buf, kind, buf_text(json));
    buf_clear(json);
    transfer_tell_flush(t);
}

static void pair(Buf *b, const char *key, Str value)
{
    buf_fmt(b, "%s\"%s\":", b->len > 1 ? "," : "", key);
    buf_json_str(b, value.ptr ? value : STR(""));
}

void transfer_tell_layer(TransferTell *t, const TransferLayer *l)
{
    Buf b;

    buf_init(&b, 4 << 20);
    buf_c(&b, '{');
    pair(&b, "name", l->name);
    buf_fmt(&b, ",\"rows\":%lld,\"grid\":%s,\"epsg\":%d", (long long)l->rows, l->grid ? "true" : "false",
        l->epsg);
    if (l->type)
        pair(&b, "type", str_of(l->type));
    pair(&b, "crs", l->crs);
    pair(&b, "encoding", l->encoding);
    buf_str(&b, STR(",\"fields\":["));
    for (size_t i = 0; i < l->nfield; i++) {
        if (i)
            buf_c(&b, ',');
        buf_json_str(&b, l->field[i]);
    }
    buf_str(&b, STR("]}"));
    tell(t, FRAME_LAYER, &b);
}

void transfer_tell_chosen(TransferTell *t, Str layer)
{
    Buf b;

    buf_init(&b, 64 << 10);
    buf_c(&b, '{');
    pair(&b, "name", layer);
    buf_c(&b, '}');
    tell(t, FRAME_CHOSEN, &b);
}

bool transfer_tell_row(TransferTell *t, const TransferRow *row)
{
    transfer_row_put(&t->buf, row);
    t->rows++;
    if (t->buf.bad)
        t->gone = true;
    if (t->buf.len > FLUSH_AT)
        transfer_tell_flush(t);
    return !t->gone;
}

void transfer_tell_warning(TransferTell *t, const char *zh, const char *en, Str what)
{
    const char *const form[] = { zh, en };
    Buf b;

    buf_init(&b, 64 << 10);
    for (size_t i = 0; i < 2; i++) {
        const Str f = str_of(form[i]);
        const size_t at = str_find(f, STR("%s"));
        Buf said;

        buf_init(&said, 4096);
        buf_str(&said, str_sub(f, 0, at));
        if (at != SIZE_MAX) {
            buf_str(&said, what);
            buf_str(&said, str_sub(f, at + 2, SIZE_MAX));
        }
        buf_str(&b, i ? STR(",\"en\":") : STR("{\"zh\":"));
        buf_json_str(&b, buf_text(&said));
        buf_clear(&said);
    }
    buf_c(&b, '}');
    tell(t, FRAME_WARN, &b);
}

void transfer_tell_end(TransferTell *t, const Err *err)
{
    Buf b;

    buf_init(&b, 64 << 10);
    if (!err) {
        buf_fmt(&b, "{\"rows\":%zu}", t->rows);
        tell(t, FRAME_END, &b);
        return;
    }
    buf_c(&b, '{');
    pair(&b, "code", str_of(err->kind->code));
    pair(&b, "what", str_of(err->what));
    pair(&b, "hint", str_of(err->hint));
    pair(&b, "where", str_of(err->where));
    buf_c(&b, '}');
    tell(t, FRAME_FAIL, &b);
}

bool transfer_unreadable(const TransferAsk *ask, const char *why, Err *err)
{
    const char *said = why ? why : CPLGetLastErrorMsg();

    FAIL(err, TRANSFER_UNREADABLE, ask->name, "file");
    err_hint(err, "%s", said && *said ? said : "格式不认识 unknown format");
    return false;
}

bool transfer_ingest(const char *path, size_t max, Arena *a, Bytes *out, Err *err)
{
    VSILFILE *f = VSIFOpenL(path, "rb");
    size_t n = 0;
    uint8_t *p = NULL;

    if (!f)
        return FAIL(err, BASE_NO_FILE, str_of(path), "file");
    if (VSIFSeekL(f, 0, SEEK_END) == 0 && VSIFTellL(f) <= max) {
        n = (size_t)VSIFTellL(f);
        p = NEWS(a, uint8_t, n + 1);
    } else
        FAIL(err, TRANSFER_TOO_BIG, str_of(path), "file");
    if (p && (VSIFSeekL(f, 0, SEEK_SET) || VSIFReadL(p, 1, n, f) != n))
        p = NULL;
    VSIFCloseL(f);
    if (!p)
        return FAIL(err, TRANSFER_TOO_BIG, str_of(path), "file");
    *out = (Bytes){ p, n };
    return true;
}
