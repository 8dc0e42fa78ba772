/* src/face/download.c - downloads go in slices, each from a snapshot of its own, so that a slow reader holds nothing. */
#include <stdio.h>
#include "face/download.h"
#include "transfer/transfer.h"

enum { SLICE = 1000 };
typedef struct Download Download;
typedef struct Format {
    const char *kind, *type, *end;
    void (*head)(Download *d);
    bool (*row)(void *download, const LedgerRecord *record);
    const char *tail;
} Format;
struct Download {
    const Format *format;
    FaceItems it;
    FaceWriter w;
    FaceRequest r; /* its arena is the answer's */
    Arena *slice;
    Buf token, *out;
    int64_t left; /* records still wanted; INT64_MAX: all */
    size_t n;
    bool begun;
};

/* --- CSV (RFC 4180) -------------------------------------------------------------------------------------------- */
static void csv_text(Str text, Buf *b)
{
    bool plain = true;

    for (size_t i = 0; i < text.len; i++)
        plain =
            plain && text.ptr[i] != '"' && text.ptr[i] != ',' && text.ptr[i] != '\n' && text.ptr[i] != '\r';
    if (plain) {
        buf_str(b, text);
        return;
    }
    buf_c(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buf_c(b, '"');
        buf_c(b, text.ptr[i]);
    }
    buf_c(b, '"');
}

static const PackProperty *column(const Download *d, size_t i)
{
    const PackCollection *c = d->it.q.collection;

    if (d->it.q.only)
        return i < d->it.q.nonly ? d->it.q.only[i] : NULL;
    if (i < c->nproperty)
        return &c->property[i];
    return i < c->nproperty + c->ninherited ? &c->inherited[i - c->nproperty] : NULL;
}

static bool has_place(const Download *d)
{
    return d->it.q.collection->spatial && !d->it.q.no_geometry;
}

static void csv_head(Download *d)
{
    const PackProperty *p;

    buf_str(d->out, STR("\xEF\xBB\xBF" /* by this Excel knows UTF-8 */ "id"));
    for (size_t i = 0; (p = column(d, i)); i++) {
        buf_c(d->out, ',');
        csv_text(p->name, d->out);
    }
    buf_str(d->out, has_place(d) ? STR(",geometry\r\n") : STR("\r\n"));
}

static void csv_value(const PackProperty *p, CqlValue v, Buf *b)
{
    Buf text;

    buf_c(b, ',');
    if (v.kind == CQL_NULL)
        return;
    buf_init(&text, 32 << 20);
    if (v.kind == CQL_GEOM)
        geo_to_wkt(v.geom, &text);
    else
        ledger_value_to_text(p, v, &text);
    csv_text(buf_text(&text), b);
    buf_clear(&text);
}

static bool csv_row(void *download, const LedgerRecord *record)
{
    Download *d = download;
    const PackProperty *p;

    buf_str(d->out, record->id);
    for (size_t i = 0; (p = column(d, i)); i++)
        csv_value(p, record->value[p->index], d->out);
    if (has_place(d))
        csv_value(NULL,
            record->geometry.len ? (CqlValue){ .kind = CQL_GEOM, .geom = record->geometry }
                                 : (CqlValue){ .kind = CQL_NULL },
            d->out);
    buf_str(d->out, STR("\r\n"));
    d->n++;
    return !d->out->bad;
}

/* --- GeoJSON ------------------------------------------------------------------------------------------------------ */
static void geojson_head(Download *d)
{
    buf_str(d->out, STR("{\"type\":\"FeatureCollection\",\"name\":"));
    buf_json_str(d->out, d->it.q.collection->name);
    buf_str(d->out, STR(",\"features\":[\n"));
}

static bool geojson_row(void *download, const LedgerRecord *record)
{
    Download *d = download;

    if (d->n++)
        buf_str(d->out, STR(",\n"));
    face_feature(&d->w, record, d->out);
    buf_c(d->out, '}');
    return !d->out->bad;
}

static const Format format[] = { { "csv", "text/csv; charset=utf-8", "csv", csv_head, csv_row, "" },
    { "geojson", "application/geo+json", "geojson", geojson_head, geojson_row, "\n]}\n" } };

/* --- the stream ------------------------------------------------------------------------------------------------------ */
static bool more(void *ctx, Buf *out, bool *done, Err *err)
{
    Download *d = ctx;
    LedgerPage page = { 0 };
    const size_t before = d->n;

    d->out = out;
    if (!d->begun)
        d->format->head(d);
    d->begun = true;
    arena_clear(d->slice);
    d->it.q.limit = d->left < SLICE ? (size_t)d->left : SLICE;
    d->it.q.token = buf_text(&d->token);
    if (!ledger_select(face_ledger(d->r.face), &d->it.q, d->format->row, d, d->slice, &page, err))
        return false;
    d->token.len = 0;
    buf_str(&d->token, page.next);
    d->left -= d->left == INT64_MAX ? 0 : (int64_t)(d->n - before);
    *done = !page.next.len || d->left <= 0;
    if (*done)
        buf_str(out, str_of(d->format->tail));
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

/* Sheets and layers for other programs are made by the transfer room. */
static bool sheet_more(void *ctx, Buf *out, bool *done, Err *err)
{
    return transfer_out_more(ctx, out, done, err);
}

static void sheet_close(void *ctx)
{
    transfer_out_close(ctx);
}

static bool send_sheet(FaceRequest *r, const FaceItems *it, const char *kind, FaceAnswer *out, Err *err)
{
    TransferExport *x = NEW(r->a, TransferExport); /* its query is borrowed as long as the answer lasts */
    TransferOut *sheet;

    if (!x)
        return FAIL(err, BASE_NO_MEMORY, STR("download"), "f");
    *x = (TransferExport){
        .ledger = r->ledger, .query = it->q, .format = kind, .said = face_query(r, "filter"), .en = r->en
    };
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
    Download *d = NEW(r->a, Download);

    if (!strcmp(kind, "xlsx") || !strcmp(kind, "gpkg"))
        return send_sheet(r, it, kind, out, err);
    if (!d)
        return FAIL(err, BASE_NO_MEMORY, STR("download"), "f");
    for (size_t i = 0; i < LEN(format); i++)
        if (!strcmp(format[i].kind, kind))
            d->format = &format[i];
    if (!d->format)
        return FAIL(err, FACE_NOT_ACCEPTABLE, str_of(kind), "f");
    d->r = *r;
    d->it = *it;
    d->left = it->limited ? it->limit : INT64_MAX;
    d->it.q.count = false;
    if (!face_writer(&d->r, it->q.collection, it, &d->w, err))
        return false;
    d->slice = arena_new(0);
    buf_init(&d->token, 1 << 16);
    buf_str(&d->token, it->q.token);
    out->type = str_of(d->format->type);
    out->more = more;
    out->close = close_download;
    out->ctx = d;
    name_file(r, it->q.collection, d->format->end, out);
    return true;
}
