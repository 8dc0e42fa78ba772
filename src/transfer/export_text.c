/* src/transfer/export_text.c - csv (RFC 4180, UTF-8 with its mark: by it Excel knows) and GeoJSON (RFC 7946), as they come. */
#include "transfer/out.h"

/* --- csv ------------------------------------------------------------------------------------------------------------- */
static void cell(Str text, Buf *b)
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

static bool csv_begin(TransferOut *o, Err *err)
{
    const bool names = o->x.header == TRANSFER_NAMES;

    (void)err;
    buf_str(o->piece, STR("\xEF\xBB\xBF"));
    buf_str(o->piece, names ? STR("id") : o->x.en ? STR("Record id") : STR("记录编号"));
    for (size_t i = 0; i < o->ncolumn; i++) {
        buf_c(o->piece, ',');
        cell(transfer_out_head(o, o->column[i], o->a), o->piece);
    }
    if (o->place)
        buf_str(o->piece, names || o->x.en ? STR(",geometry") : STR(",图形"));
    buf_str(o->piece, STR("\r\n"));
    return true;
}

static bool csv_row(TransferOut *o, const LedgerRecord *r)
{
    buf_str(o->piece, r->id);
    for (size_t i = 0; i < o->ncolumn; i++) {
        buf_c(o->piece, ',');
        cell(transfer_out_text(o, o->column[i], r->value[o->column[i]->index], o->slice), o->piece);
    }
    if (o->place) {
        Buf wkt;

        buf_init(&wkt, 64 << 20);
        if (r->geometry.len)
            geo_to_wkt(r->geometry, &wkt);
        buf_c(o->piece, ',');
        cell(buf_text(&wkt), o->piece);
        buf_clear(&wkt);
    }
    buf_str(o->piece, STR("\r\n"));
    return !o->piece->bad;
}

static bool csv_end(TransferOut *o, bool keep, Err *err)
{
    (void)o;
    (void)keep;
    (void)err;
    return true;
}

const TransferFormat transfer_csv = { "csv", "text/csv; charset=utf-8", csv_begin, csv_row, csv_end, false };

/* --- GeoJSON --------------------------------------------------------------------------------------------------------- */
static bool geojson_begin(TransferOut *o, Err *err)
{
    (void)err;
    buf_str(o->piece, STR("{\"type\":\"FeatureCollection\",\"name\":"));
    buf_json_str(o->piece, o->x.query.collection->name);
    buf_str(o->piece, STR(",\"features\":[\n"));
    return true;
}

static bool geojson_row(TransferOut *o, const LedgerRecord *r)
{
    Buf *b = o->piece;

    buf_str(b, o->n > 1 ? STR(",\n{\"type\":\"Feature\",\"id\":") : STR("{\"type\":\"Feature\",\"id\":"));
    buf_json_str(b, r->id);
    buf_str(b, STR(",\"geometry\":"));
    if (o->place && r->geometry.len)
        geo_to_geojson(r->geometry, 7, false, b);
    else
        buf_str(b, STR("null"));
    buf_str(b, STR(",\"properties\":{"));
    for (size_t i = 0; i < o->ncolumn; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, o->column[i]->name);
        buf_c(b, ':');
        ledger_value_to_json(o->column[i], r->value[o->column[i]->index], b);
    }
    buf_str(b, STR("}}"));
    return !b->bad;
}

static bool geojson_end(TransferOut *o, bool keep, Err *err)
{
    (void)err;
    if (keep)
        buf_str(o->piece, STR("\n]}\n"));
    return true;
}

const TransferFormat transfer_geojson = { "geojson", "application/geo+json", geojson_begin, geojson_row,
    geojson_end, false };
