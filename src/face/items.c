/* src/face/items.c - a collection's records: a page of GeoJSON or HTML, or the whole list as a download. */
#include <stdio.h>
#include "face/download.h"
#include "face/items.h"
#include "face/page.h"

enum { CELLS = 8 };

/* base + path + query without `token` and `but`, ready for one more parameter. */
static void same_query(const FaceRequest *r, Buf *b, const char *but)
{
    Str rest = r->raw_query, one;
    char sign = '?';

    buf_str(b, r->base);
    buf_str(b, r->path);
    while (rest.len) {
        Str next, name, value;

        if (!str_cut(rest, '&', &one, &next))
            next = (Str){ 0 };
        rest = next;
        (void)str_cut(one, '=', &name, &value);
        if (!one.len || str_eq(name, STR("token")) || str_eq(name, str_of(but)))
            continue;
        buf_c(b, sign);
        buf_str(b, one);
        sign = '&';
    }
    buf_c(b, sign);
}

static void page_link(
    FaceRequest *r, Buf *b, const char *rel, const char *type, const char *but, const char *name, Str value)
{
    Buf href;

    buf_init(&href, 1 << 18);
    same_query(r, &href, but);
    if (value.len) {
        buf_fmt(&href, "%s=", name);
        face_encode(value, &href);
    } else if (href.len)
        href.len--;
    if (b->ptr[b->len - 1] != '[')
        buf_c(b, ',');
    buf_str(b, STR("{\"rel\":"));
    buf_json_str(b, str_of(rel));
    face_text(b, "type", str_of(type));
    face_text(b, "href", buf_text(&href));
    buf_c(b, '}');
    buf_clear(&href);
}

/* Counters answer for a whole collection or division; the ledger counts the rest where it is cheap. */
static int64_t matched(FaceRequest *r, const FaceItems *it, const LedgerPage *page)
{
    const LedgerQuery *q = &it->q;

    if (page->matched >= 0)
        return page->matched;
    return !q->filter && !q->nbox && !q->words.len && !q->timed
               ? ledger_count(r->view, q->collection, q->division)
               : -1;
}

/* --- GeoJSON ---------------------------------------------------------------------------------------------------- */
typedef struct Sheaf {
    FaceWriter w;
    Buf *out;
    size_t n;
} Sheaf;

static bool add_feature(void *ctx, const LedgerRecord *record)
{
    Sheaf *s = ctx;

    if (s->n++)
        buf_c(s->out, ',');
    face_feature(&s->w, record, s->out);
    buf_c(s->out, '}');
    return !s->out->bad;
}

static bool write_page(FaceRequest *r, const FaceItems *it, FaceAnswer *out, Err *err)
{
    const PackCollection *c = it->q.collection;
    Sheaf s = { .out = &out->body };
    Buf *b = &out->body;
    LedgerPage page = { .matched = -1 };

    if (!face_writer(r, c, it, &s.w, err))
        return false;
    buf_str(b, STR("{\"type\":\"FeatureCollection\",\"features\":["));
    if (!ledger_select(r->view, &it->q, add_feature, &s, r->a, &page, err))
        return false;
    buf_c(b, ']');
    face_int(b, "numberReturned", (int64_t)s.n);
    if (matched(r, it, &page) >= 0)
        face_int(b, "numberMatched", matched(r, it, &page));
    face_time(b, "timeStamp", time_now());
    face_key(b, "links");
    buf_c(b, '[');
    page_link(r, b, "self", "application/geo+json", "", "", (Str){ "", 0 });
    page_link(r, b, "alternate", "text/html", "f", "f", STR("html"));
    if (page.next.len)
        page_link(r, b, "next", "application/geo+json", "", "token", page.next);
    face_link(
        r, b, "collection", "application/json", face_title(r, c->title), "/collections/%.*s", STRV(c->name));
    buf_str(b, STR("]}"));
    out->type = STR("application/geo+json");
    return true;
}

/* --- HTML ---------------------------------------------------------------------------------------------------------- */
typedef struct Table {
    FaceRequest *r;
    const PackCollection *c;
    Buf *out;
} Table;

static size_t cells(const PackCollection *c)
{
    return c->ndeclared < CELLS ? c->ndeclared : CELLS;
}

static void cell(const PackProperty *p, const CqlValue *v, Buf *b)
{
    Buf text;

    buf_str(b, STR("<td>"));
    if (v->kind != CQL_NULL && v->kind != CQL_GEOM) {
        buf_init(&text, 1 << 16);
        ledger_value_to_text(p, *v, &text);
        face_html(b, str_sub(buf_text(&text), 0, 400));
        buf_clear(&text);
    }
}

static bool add_row(void *ctx, const LedgerRecord *record)
{
    Table *t = ctx;

    buf_str(t->out, STR("<tr><td>"));
    face_page_link(t->out, str_fmt(t->r->a, "%.*s/%.*s", STRV(t->r->path), STRV(record->id)),
        face_record_title(t->c, record, t->r->a));
    for (size_t i = 0; i < cells(t->c); i++)
        cell(&t->c->property[i], &record->value[i], t->out);
    return !t->out->bad;
}

static bool write_html(FaceRequest *r, const FaceItems *it, FaceAnswer *out, Err *err)
{
    const PackCollection *c = it->q.collection;
    Table t = { r, c, &out->body };
    LedgerPage page = { .matched = -1 };
    Buf href;

    face_page_begin(r, out, face_title(r, c->title));
    buf_str(&out->body, STR("<table><tr><th>"));
    for (size_t i = 0; i < cells(c); i++) {
        buf_str(&out->body, STR("<th>"));
        face_html(&out->body, face_title(r, c->property[i].title));
    }
    if (!ledger_select(r->view, &it->q, add_row, &t, r->a, &page, err))
        return false;
    buf_str(&out->body, STR("</table>"));
    if (page.next.len) {
        buf_init(&href, 1 << 18);
        same_query(r, &href, "");
        buf_str(&href, STR("token="));
        face_encode(page.next, &href);
        buf_str(&out->body, STR("<p>"));
        face_page_link(&out->body, buf_text(&href), r->en ? STR("Next page") : STR("下一页"));
        buf_clear(&href);
    }
    face_page_end(r, out);
    return true;
}

/* --- the handler ------------------------------------------------------------------------------------------------------ */
/* Anything written anywhere makes a new number; so does a new day, for what is derived by the clock. */
static Str page_tag(FaceRequest *r, size_t kind)
{
    const Str key = str_fmt(r->a, "%.*s?%.*s %zu %d", STRV(r->path), STRV(r->raw_query), kind, r->en);

    return str_fmt(r->a, "%llx.%llx.%llx", (unsigned long long)ledger_seq(r->ledger),
        (unsigned long long)(time_now() / TIME_DAY), (unsigned long long)hash64(BYTES(key)));
}

bool face_items_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const char *const kinds[][2] = { { "json", "application/geo+json" }, { "html", "text/html" },
        { "csv", "text/csv" }, { "geojson", "application/x-geojson-download" },
        { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
        { "gpkg", "application/geopackage+sqlite3" }, { NULL, NULL } };
    const PackCollection *c;
    FaceItems it;
    size_t kind;

    if (!face_collection(r, 0, &c, err) || !face_kind(r, kinds, &kind, err) ||
        !face_items_query(r, c, NULL, &it, err))
        return false;
    face_set(out, "Content-Crs", str_fmt(r->a, "<%.*s>", STRV(it.crs.uri)));
    if (kind >= 2)
        return face_download(r, &it, kinds[kind][0], out, err);
    if (face_same(r, out, page_tag(r, kind)))
        return true;
    return kind ? write_html(r, &it, out, err) : write_page(r, &it, out, err);
}

/* A page by key, of a division or a box is read from an index. Whatever has to look at records to know whether it wants them, or
 * wants them all, is heavy; so is what is not known here: any property may be asked for by its name. */
FaceLane face_items_lane(const FaceRequest *r)
{
    static const char *const light[] = { "limit", "token", "bbox", "crs", "bbox-crs", "lang", "properties",
        "expand", "labels" };

    for (size_t i = 0; i < r->nquery; i++) {
        bool known = false;

        for (size_t k = 0; k < LEN(light) && !known; k++)
            known = str_eq(r->query[i].name, str_of(light[k]));
        if (str_eq(r->query[i].name, STR("f")))
            known = str_eq(r->query[i].value, STR("json")) || str_eq(r->query[i].value, STR("html"));
        if (str_eq(r->query[i].name, STR("count")))
            known = !str_eq(r->query[i].value, STR("exact"));
        if (!known)
            return FACE_LANE_HEAVY;
    }
    return FACE_LANE_READ;
}
