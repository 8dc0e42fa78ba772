/* src/face/collections.c - what is kept: the list of collections, and one of them. */
#include "face/feature.h"
#include "face/items.h"
#include "face/page.h"
#include "onemap/onemap.h"

static Str geometry_type(const PackCollection *c)
{
    return c->spatial ? str_of(geo_type_name(c->geometry)) : (Str){ "", 0 };
}

static void write_extent(FaceRequest *r, const PackCollection *c, Buf *b)
{
    const GeoBox box = c->spatial ? ledger_extent(r->view, c) : GEO_BOX_NONE;

    if (geo_box_empty(box))
        return;
    buf_str(b,
        STR(",\"extent\":{\"spatial\":{\"crs\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\",\"bbox\":["));
    face_box(b, box);
    buf_str(b, STR("]},\"temporal\":{\"interval\":[[null,null]]}}"));
}

static void write_crs(FaceRequest *r, const PackCollection *c, Buf *b)
{
    Str uri[8];
    const size_t n = face_crs_list(r, uri, LEN(uri));

    if (!c->spatial)
        return;
    face_key(b, "crs");
    buf_c(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, uri[i]);
    }
    buf_c(b, ']');
    face_text(b, "storageCrs", STR("http://www.opengis.net/def/crs/EPSG/0/4490"));
}

typedef struct Rel {
    const char *rel, *type, *path;
} Rel;
static const Rel rels[] = { { "items", "application/geo+json", "/items" },
    { "items", "text/html", "/items?f=html" }, { "describedby", "application/schema+json", "/schema" },
    { "http://www.opengis.net/def/rel/ogc/1.0/schema", "application/schema+json", "/schema" },
    { "http://www.opengis.net/def/rel/ogc/1.0/queryables", "application/schema+json", "/queryables" },
    { "http://www.opengis.net/def/rel/ogc/1.0/sortables", "application/schema+json", "/sortables" },
    { "enclosure", "text/csv", "/items?f=csv" } };
static const char tiles_rel[] = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

static void write_links(FaceRequest *r, const PackCollection *c, Buf *b)
{
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "self", "application/json", (Str){ "", 0 }, "/collections/%.*s", STRV(c->name));
    for (size_t i = 0; i < LEN(rels); i++)
        face_link(r, b, rels[i].rel, rels[i].type, face_title(r, c->title), "/collections/%.*s%s",
            STRV(c->name), rels[i].path);
    if (c->spatial)
        face_link(r, b, tiles_rel, "application/json", face_title(r, c->title), "/collections/%.*s/tiles",
            STRV(c->name));
    buf_c(b, ']');
}

/* The layer that draws it: the first that is visible, else the first. */
static Str layer_of(FaceRequest *r, const PackCollection *c)
{
    Str id = { "", 0 };
    size_t n;
    const OnemapLayer *l = onemap_layers(r->model, &n);

    for (; n > 0; n--, l++)
        if (str_eq(l->collection, c->name) && (!id.len || l->visible)) {
            id = l->id;
            if (l->visible)
                break;
        }
    return id;
}

static void text_or_null(Buf *b, const char *key, Str value)
{
    if (value.len)
        face_text(b, key, value);
    else
        face_null(b, key);
}

static void write_sangzi(FaceRequest *r, const PackCollection *c, Buf *b)
{
    face_key(b, "x-sangzi");
    buf_c(b, '{');
    face_text(b, "pack", c->pack);
    text_or_null(b, "task", c->task);
    text_or_null(b, "geometryType", geometry_type(c));
    text_or_null(b, "label", c->label);
    text_or_null(b, "parent", c->extends ? c->extends->name : (Str){ "", 0 });
    face_int(b, "count", ledger_count(r->view, c, (Str){ "", 0 }));
    face_time(b, "changed", ledger_changed_at(r->view, c));
    text_or_null(b, "owner", face_title(r, c->owner));
    text_or_null(b, "layer", layer_of(r, c));
    face_truth(b, "hidden", c->hidden);
    buf_c(b, '}');
}

static void write_collection(FaceRequest *r, const PackCollection *c, Buf *b)
{
    buf_c(b, '{');
    face_text(b, "id", c->name);
    face_text(b, "title", face_title(r, c->title));
    if (c->description.zh.len)
        face_text(b, "description", face_title(r, c->description));
    face_text(b, "itemType", STR("feature"));
    write_extent(r, c, b);
    write_crs(r, c, b);
    write_links(r, c, b);
    write_sangzi(r, c, b);
    buf_c(b, '}');
}

static bool list_page(FaceRequest *r, FaceAnswer *out)
{
    face_page_begin(r, out, r->en ? STR("Collections") : STR("台账"));
    buf_str(&out->body, STR("<table>"));
    for (size_t i = 0; i < r->model->ncollection; i++) {
        const PackCollection *c = r->model->collection[i];

        if (c->hidden)
            continue;
        buf_str(&out->body, STR("<tr><td>"));
        face_page_link(
            &out->body, str_fmt(r->a, "/collections/%.*s/items", STRV(c->name)), face_title(r, c->title));
        buf_fmt(&out->body, "<td>%lld<td>", (long long)ledger_count(r->view, c, (Str){ "", 0 }));
        face_html(&out->body, face_title(r, c->description));
    }
    buf_str(&out->body, STR("</table>"));
    face_page_end(r, out);
    return true;
}

static const char *const kinds[][2] = { { "json", "application/json" }, { "html", "text/html" },
    { NULL, NULL } };

bool face_collections_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    Buf *b = &out->body;
    size_t kind;

    if (!face_kind(r, kinds, &kind, err))
        return false;
    if (face_same(r, out, str_fmt(r->a, "c%lld.%zu.%d", (long long)ledger_seq(r->ledger), kind, r->en)))
        return true;
    if (kind)
        return list_page(r, out);
    buf_str(b, STR("{\"collections\":["));
    for (size_t i = 0; i < r->model->ncollection; i++) {
        if (r->model->collection[i]->hidden)
            continue;
        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        write_collection(r, r->model->collection[i], b);
    }
    buf_c(b, ']');
    face_key(b, "crs");
    buf_c(b, '[');
    Str uri[8];
    const size_t n = face_crs_list(r, uri, LEN(uri));

    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, uri[i]);
    }
    buf_c(b, ']');
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "self", "application/json", (Str){ "", 0 }, "/collections");
    face_link(r, b, "alternate", "text/html", (Str){ "", 0 }, "/collections?f=html");
    buf_str(b, STR("]}"));
    return true;
}

static bool collection_page(FaceRequest *r, const PackCollection *c, FaceAnswer *out)
{
    face_page_begin(r, out, face_title(r, c->title));
    buf_str(&out->body, STR("<p>"));
    face_html(&out->body, face_title(r, c->description));
    buf_str(&out->body, STR("<ul>"));
    for (size_t i = 1; i < LEN(rels); i++) {
        const Str path = str_fmt(r->a, "/collections/%.*s%s", STRV(c->name), rels[i].path);

        buf_str(&out->body, STR("<li>"));
        face_page_link(&out->body, path, path);
    }
    buf_str(&out->body, STR("</ul>"));
    face_page_end(r, out);
    return true;
}

bool face_collection_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const PackCollection *c;
    size_t kind;

    if (!face_collection(r, 0, &c, err) || !face_kind(r, kinds, &kind, err))
        return false;
    if (face_same(r, out, str_fmt(r->a, "c%lld.%zu.%d", (long long)ledger_seq(r->ledger), kind, r->en)))
        return true;
    if (kind)
        return collection_page(r, c, out);
    write_collection(r, c, &out->body);
    return true;
}
