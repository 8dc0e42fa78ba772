/* src/face/download.c - the whole of a filtered list. GeoJSON is what the items are, feature by feature, with the links and
 * labels that were asked for; sheets and layers for other programs are made by the transfer room. Both go in slices, each
 * from a snapshot of its own, so that a slow reader holds nothing.
 */
#include <stdio.h>
#include "face/download.h"
#include "transfer/transfer.h"

enum { SLICE = 1000 };
typedef struct Download {
    FaceItems it;
    FaceWriter w;
    FaceRequest r; /* its arena is the answer's */
    Arena *slice;
    Buf token, *out;
    int64_t left; /* records still wanted; INT64_MAX: all */
    size_t n;
    bool begun;
} Download;

/* --- GeoJSON ------------------------------------------------------------------------------------------------------ */
static void head(Download *d)
{
    buf_str(d->out, STR("{\"type\":\"FeatureCollection\",\"name\":"));
    buf_json_str(d->out, d->it.q.collection->name);
    buf_str(d->out, STR(",\"features\":[\n"));
}

static bool feature(void *download, const LedgerRecord *record)
{
    Download *d = download;

    if (d->n++)
        buf_str(d->out, STR(",\n"));
    face_feature(&d->w, record, d->out);
    buf_c(d->out, '}');
    return !d->out->bad;
}

static bool more(void *ctx, Buf *out, bool *done, Err *err)
{
    Download *d = ctx;
    LedgerPage page = { 0 };
    const size_t before = d->n;

    d->out = out;
    if (!d->begun)
        head(d);
    d->begun = true;
    arena_clear(d->slice);
    d->it.q.limit = d->left < SLICE ? (size_t)d->left : SLICE;
    d->it.q.token = buf_text(&d->token);
    if (!ledger_select(d->r.view, &d->it.q, feature, d, d->slice, &page, err))
        return false;
    d->token.len = 0;
    buf_str(&d->token, page.next);
    d->left -= d->left == INT64_MAX ? 0 : (int64_t)(d->n - before);
    *done = !page.next.len || d->left <= 0;
    if (*done)
        buf_str(out, STR("\n]}\n"));
    return true;
}

static void close_download(void *ctx)
{
    Download *d = ctx;

    arena_free(d->slice);
    buf_clear(&d->token);
}

static void name_file(FaceRequest *r, const PackCollection *c, const char *end, FaceAnswer *out)
{
    Buf name;

    buf_init(&name, 4096);
    face_encode(face_title(r, c->title), &name);
    face_set(out, "Content-Disposition",
        str_fmt(r->a, "attachment; filename=\"%.*s.%s\"; filename*=UTF-8''%.*s.%s", STRV(c->name), end,
            STRV(buf_text(&name)), end));
    buf_clear(&name);
}

/* --- sheets and layers ------------------------------------------------------------------------------------------------ */
static bool sheet_more(void *ctx, Buf *out, bool *done, Err *err)
{
    return transfer_out_more(ctx, out, done, err);
}

static void sheet_close(void *ctx)
{
    transfer_out_close(ctx);
}

/* header=titles: for people; names: for programs. Who says nothing gets a csv for programs, an xlsx for people. */
static bool header_of(const FaceRequest *r, const char *kind, TransferHeader *out, Err *err)
{
    const Str said = face_query(r, "header");

    *out = strcmp(kind, "csv") ? TRANSFER_TITLES : TRANSFER_NAMES;
    if (str_eq(said, STR("titles")) || str_eq(said, STR("names")))
        *out = said.ptr[0] == 't' ? TRANSFER_TITLES : TRANSFER_NAMES;
    else if (said.len) {
        (void)FAIL(err, FACE_BAD_PARAMETER, STR("header"), "header");
        err_hint(err, "titles, names");
        return false;
    }
    return true;
}

static bool send_sheet(FaceRequest *r, const FaceItems *it, const char *kind, FaceAnswer *out, Err *err)
{
    TransferExport *x = NEW(r->a, TransferExport); /* its query is borrowed as long as the answer lasts */
    TransferOut *sheet;

    if (!x)
        return FAIL(err, BASE_NO_MEMORY, STR("download"), "f");
    *x = (TransferExport){
        .view = r->view, .query = it->q, .format = kind, .said = face_query(r, "filter"), .en = r->en
    };
    if (!header_of(r, kind, &x->header, err))
        return false;
    x->query.limit = it->limited ? (size_t)it->limit : 0;
    x->query.count = false;
    if (!transfer_out_open(x, &sheet, err))
        return false;
    out->type = str_of(transfer_media(kind));
    out->more = sheet_more;
    out->close = sheet_close;
    out->ctx = sheet;
    name_file(r, it->q.collection, kind, out);
    return true;
}

bool face_download(FaceRequest *r, const FaceItems *it, const char *kind, FaceAnswer *out, Err *err)
{
    Download *d;

    if (!ledger_may_ask(
            r->view, &it->q, err)) /* of a stream that has begun nothing can be refused any more */
        return false;
    if (strcmp(kind, "geojson"))
        return send_sheet(r, it, kind, out, err);
    d = NEW(r->a, Download);
    if (!d)
        return FAIL(err, BASE_NO_MEMORY, STR("download"), "f");
    d->r = *r;
    d->it = *it;
    d->left = it->limited ? it->limit : INT64_MAX;
    d->it.q.count = false;
    if (!face_writer(&d->r, it->q.collection, it, &d->w, err))
        return false;
    d->slice = arena_new(0);
    buf_init(&d->token, 1 << 16);
    buf_str(&d->token, it->q.token);
    out->type = STR("application/geo+json");
    out->more = more;
    out->close = close_download;
    out->ctx = d;
    name_file(r, it->q.collection, kind, out);
    return true;
}
