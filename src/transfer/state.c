/* src/transfer/state.c - an import in JSON, as docs/api.md says it. */
#include "transfer/import.h"

static void key(Buf *b, const char *name)
{
    buf_fmt(b, "%s\"%s\":", b->len && b->ptr[b->len - 1] != '{' ? "," : "", name);
}

static void text(Buf *b, const char *name, Str v)
{
    key(b, name);
    if (v.len)
        buf_json_str(b, v);
    else
        buf_str(b, STR("null"));
}

static Str in(PackTitle t, bool en)
{
    return en ? t.en : t.zh;
}

static void problem(Buf *b, const Err *e, bool en)
{
    Buf s;

    key(b, "problem");
    if (!e->kind) {
        buf_str(b, STR("null"));
        return;
    }
    buf_init(&s, 4096);
    err_say(e, en, &s);
    buf_c(b, '{');
    key(b, "type");
    buf_fmt(b, "\"/problems/%s\"", e->kind->code);
    text(b, "code", str_of(e->kind->code));
    text(b, "detail", buf_text(&s));
    text(b, "where", str_of(e->where));
    key(b, "status");
    buf_fmt(b, "%d}", e->kind->status);
    buf_clear(&s);
}

static void layers(Buf *b, const Import *im, bool en)
{
    const TransferRead *r = im->file ? &im->file->read : NULL;

    key(b, "layers");
    buf_c(b, '[');
    for (size_t i = 0; r && i < r->nlayer; i++) {
        buf_str(b, i ? STR(",{") : STR("{"));
        text(b, "name", r->layer[i].name);
        key(b, "rows");
        buf_i64(b, i != r->chosen && r->layer[i].rows >= 0 ? r->layer[i].rows
                   : im->counts.rows                       ? (int64_t)im->counts.rows
                                                           : (int64_t)r->nrow);
        buf_c(b, '}');
    }
    buf_c(b, ']');
    if (!r)
        return;
    text(b, "layer", r->layer[r->chosen].name);
    text(b, "encoding", r->layer[r->chosen].encoding);
    key(b, "warnings");
    buf_c(b, '[');
    for (size_t i = 0; i < r->nwarning; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, en ? r->warning[i].en : r->warning[i].zh);
    }
    buf_c(b, ']');
}

static void guesses(Buf *b, const ImportView *v, bool en)
{
    key(b, "guesses");
    buf_c(b, '[');
    for (size_t i = 0; v && i < v->noffer; i++) {
        buf_str(b, i ? STR(",{") : STR("{"));
        text(b, "collection", v->offer[i].collection->name);
        text(b, "title", in(v->offer[i].collection->title, en));
        key(b, "score");
        buf_fixed(b, v->offer[i].score, 2);
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

static void samples(Buf *b, const Import *im, size_t column)
{
    size_t n = 0;

    key(b, "sample");
    buf_c(b, '[');
    for (size_t i = 0; im->file && i < im->file->nfirst && n < 3; i++) {
        const TransferRow *r = im->file->first + i;

        if (r->number <= im->view->head.last || column >= r->ncell || !r->cell[column].text.len)
            continue;
        if (n++)
            buf_c(b, ',');
        buf_json_str(b, str_is_utf8(str_sub(r->cell[column].text, 0, 80))
                            ? str_sub(r->cell[column].text, 0, 80)
                            : r->cell[column].text);
    }
    buf_c(b, ']');
}

static Str column_title(const TransferColumn *c, bool en)
{
    static const struct {
        TransferRole role;
        PackTitle title;
    } known[] = { { ROLE_ID, { { "记录编号", 12 }, { "Record id", 9 } } },
        { ROLE_WKT, { { "图形（WKT）", 15 }, { "Geometry (WKT)", 14 } } },
        { ROLE_LON, { { "经度", 6 }, { "Longitude", 9 } } },
        { ROLE_LAT, { { "纬度", 6 }, { "Latitude", 8 } } },
        { ROLE_ROAD, { { "路线编号", 12 }, { "Road number", 11 } } },
        { ROLE_STAKE, { { "起桩", 6 }, { "From stake", 10 } } },
        { ROLE_STAKE_TO, { { "讫桩", 6 }, { "To stake", 8 } } } };

    for (size_t i = 0; i < LEN(known); i++)
        if (known[i].role == c->role)
            return in(known[i].title, en);
    return c->role == ROLE_PROPERTY ? in(c->property->title, en) : STR("");
}

static void columns(Buf *b, const Import *im, bool en)
{
    const ImportView *v = im->view;

    key(b, "columns");
    buf_c(b, '[');
    for (size_t i = 0, n = 0; v && v->column && i < v->head.n; i++) {
        if (!v->head.name[i].len)
            continue;
        buf_str(b, n++ ? STR(",{") : STR("{"));
        text(b, "name", v->head.name[i]);
        text(b, "property", transfer_role_name(v->column + i));
        text(b, "title", column_title(v->column + i, en));
        key(b, "remembered");
        buf_str(b, v->column[i].remembered ? STR("true") : STR("false"));
        if (v->column[i].factor != 1) {
            key(b, "factor");
            buf_f64(b, v->column[i].factor);
        }
        samples(b, im, i);
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

static void crs(Buf *b, const ImportView *v, bool en)
{
    key(b, "crs");
    if (!v || !v->collection || !v->collection->spatial) {
        buf_str(b, STR("null"));
        return;
    }
    buf_c(b, '{');
    text(b, "found", v->place.found);
    text(b, "assumed", v->place.assumed);
    text(b, "warning", en ? v->place.en : v->place.zh);
    key(b, "unsure");
    buf_str(b, v->place.unsure ? STR("true") : STR("false"));
    key(b, "choices");
    buf_str(b, STR("[\"EPSG:4490\",\"GCJ-02\",\"BD-09\",\"swapped\""));
    if (v->place.crs.epsg && v->place.crs.epsg != GEO_SRS)
        buf_fmt(b, ",\"EPSG:%d\"", v->place.crs.epsg);
    buf_str(b, STR("]}"));
}

static void keys(Buf *b, const ImportView *v)
{
    key(b, "key");
    buf_c(b, '[');
    if (v && v->key_id)
        buf_str(b, STR("\"id\""));
    for (size_t i = 0; v && i < v->nkey; i++) {
        if (i || v->key_id)
            buf_c(b, ',');
        buf_json_str(b, v->key[i]->name);
    }
    buf_c(b, ']');
}

static void errors(Buf *b, const ImportView *v, bool en)
{
    for (int note = 0; note < 2; note++) {
        size_t n = 0;

        key(b, note ? "notes" : "errors");
        buf_c(b, '[');
        for (size_t i = 0; v && i < v->nshown; i++) {
            const TransferFinding *f = v->shown + i;

            if (f->note != note)
                continue;
            buf_fmt(b, "%s{\"row\":%zu", n++ ? "," : "", f->row);
            text(b, "column", f->column);
            text(b, "property", f->property);
            text(b, "value", f->value);
            text(b, "detail", en ? f->en : f->zh);
            text(b, "code", f->code);
            buf_c(b, '}');
        }
        buf_c(b, ']');
    }
    key(b, "preview");
    buf_c(b, '[');
    for (size_t i = 0; v && i < v->npreview; i++) {
        if (i)
            buf_c(b, ',');
        buf_str(b, v->preview[i]);
    }
    buf_c(b, ']');
}

static void message(Buf *b, const Import *im, bool en)
{
    static const char *const word[][2] = { { "正在读取和检查", "reading and checking" },
        { "检查完毕", "checked" }, { "正在写入", "writing" }, { "已完成", "done" }, { "没有完成", "failed" },
        { "已取消", "cancelled" } };

    text(b, "message", str_of(word[im->status][en]));
}

void transfer_import_state(Import *im, bool en, Buf *json)
{
    static const char *const status[] = { "reading", "ready", "applying", "done", "failed", "cancelled" };
    const ImportView *v = im->view && im->view->column ? im->view : NULL, *any = im->view;
    const TransferCounts *c = &im->counts;

    buf_c(json, '{');
    text(json, "id", str_of(im->id));
    text(json, "name", str_of(im->name));
    text(json, "status", str_of(status[im->status]));
    key(json, "progress");
    buf_fixed(json, im->progress, 3);
    message(json, im, en);
    problem(json, &im->problem, en);
    layers(json, im, en);
    text(json, "collection",
        any && any->collection ? any->collection->name : transfer_import_wish(im, "collection"));
    text(json, "division", transfer_import_wish(im, "division"));
    guesses(json, any, en);
    columns(json, im, en);
    crs(json, v, en);
    keys(json, v);
    key(json, "counts");
    buf_fmt(json, "{\"rows\":%zu,\"create\":%zu,\"update\":%zu,\"unchanged\":%zu,\"wrong\":%zu}", c->rows,
        c->create, c->update, c->unchanged, c->wrong);
    errors(json, v, en);
    key(json, "tx");
    buf_i64(json, im->status == TRANSFER_DONE ? ledger_seq(im->ledger) : 0);
    buf_c(json, '}');
}
