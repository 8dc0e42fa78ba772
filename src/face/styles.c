/* src/face/styles.c - /styles: the county's map as MapLibre draws it, and what the layer panel must know of it. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include "face/style.h"

enum { KEPT = 512 };
typedef struct Known { /* what was found out of a layer, good until its collection changes */
    const OnemapLayer *layer;
    int64_t changed, count; /* -1: not known */
    /* The share of its records that have the property it is coloured by; NAN: not known. */
    double completeness;
} Known;
typedef struct Styles {
    pthread_mutex_t guard; /* guards known */
    Known
        known[KEPT]; /* of layer i at i % KEPT: with more layers some are found out again, none is left out */
} Styles;

static bool styles_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    Buf *b = &out->body;

    (void)err;
    buf_str(b, STR("{\"default\":\"county\",\"styles\":[{"));
    face_text(b, "id", STR("county"));
    face_text(b, "title", r->en ? STR("The county's map") : STR("全县一张图"));
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "stylesheet", "application/vnd.mapbox.style+json", (Str){ "", 0 }, "/styles/county");
    buf_str(b, STR("]}],\"links\":["));
    face_link(r, b, "self", "application/json", (Str){ "", 0 }, "/styles");
    buf_str(b, STR("]}"));
    return true;
}

static int by_order(const void *x, const void *y)
{
    const OnemapLayer *a = *(const OnemapLayer *const *)x, *b = *(const OnemapLayer *const *)y;

    return a->order != b->order ? (a->order < b->order ? -1 : 1) : str_cmp(a->id, b->id);
}

static const OnemapLayer **in_order(const PackModel *m, Arena *a, size_t *n) /* NULL: no memory */
{
    const OnemapLayer *layer = onemap_layers(m, n), **out = NEWS(a, const OnemapLayer *, *n + 1);

    for (size_t i = 0; out && i < *n; i++)
        out[i] = layer + i;
    if (out)
        qsort(out, *n, sizeof *out, by_order);
    return out;
}

/* --- sources ------------------------------------------------------------------------------------------------------- */
static bool used(const PackModel *m, const PackCollection *c)
{
    size_t n;
    const OnemapLayer *layer = onemap_layers(m, &n);

    for (size_t i = 0; i < n; i++)
        if (str_eq(layer[i].collection, c->name))
            return true;
    return false;
}

static void write_sources(FaceRequest *r, Buf *b)
{
    face_key(b, "sources");
    buf_c(b, '{');
    for (size_t i = 0; i < r->model->ncollection; i++) {
        const PackCollection *c = r->model->collection[i];

        if (!c->spatial || !used(r->model, c))
            continue;
        face_key(b, str_c(r->a, c->name));
        buf_str(b, STR("{\"type\":\"vector\",\"tiles\":["));
        buf_json_str(b, str_fmt(r->a, "%.*s/collections/%.*s/tiles/WebMercatorQuad/{z}/{y}/{x}",
                            STRV(r->base), STRV(c->name)));
        buf_str(b, STR("],\"minzoom\":0,\"maxzoom\":16}"));
    }
    if (onemap_terrain(r->county)) {
        face_key(b, "terrain");
        buf_str(b, STR("{\"type\":\"raster-dem\",\"encoding\":\"terrarium\",\"tileSize\":256,\"minzoom\":0,"
                       "\"maxzoom\":12,\"tiles\":["));
        buf_json_str(b, str_fmt(r->a, "%.*s/map/tiles/WebMercatorQuad/{z}/{y}/{x}", STRV(r->base)));
        buf_str(b, STR("]}"));
    }
    buf_c(b, '}');
}

/* --- the layer panel ------------------------------------------------------------------------------------------------- */
static void legend_entry(FaceRequest *r, const OnemapLayer *l, size_t i, Buf *b)
{
    const OnemapClass *c = i < l->nclass ? &l->class[i] : &l->other;

    if (b->ptr[b->len - 1] != '[')
        buf_c(b, ',');
    buf_c(b, '{');
    face_text(b, "label", face_title(r, c->title));
    face_text(b, "color", c->color);
    if (c->border.len)
        face_text(b, "border", c->border);
    if (!isnan(c->width))
        face_num(b, "width", c->width);
    if (c->dash.len)
        face_text(b, "dash", c->dash);
    if (c->pattern.len)
        face_text(b, "pattern", c->pattern);
    if (!isnan(c->from) || !isnan(c->to)) {
        face_key(b, "bounds");
        buf_c(b, '[');
        for (int end = 0; end < 2; end++) {
            const double v = end ? c->to : c->from;

            if (end)
                buf_c(b, ',');
            if (isnan(v))
                buf_str(b, STR("null"));
            else
                buf_f64(b, v);
        }
        buf_c(b, ']');
    }
    face_text(b, "filter", face_class_filter(r, l, i));
    buf_c(b, '}');
}

/* One look at all its records: how many, and how many of them have the property. */
static Known look(FaceRequest *r, const OnemapLayer *l, const PackCollection *c)
{
    const LedgerQuery q = { .collection = c, .filter = l->filter, .no_geometry = true };
    const PackProperty *by = l->property.len ? pack_property(c, l->property) : NULL;
    Known k = { l, ledger_changed_at(r->view, c), -1, NAN };
    LedgerStats stat;
    Err err = { 0 };

    if (!l->filter && !by)
        k.count = ledger_count(r->view, c, (Str){ "", 0 });
    else if (ledger_stats(r->view, &q, &by, by != NULL, NULL, r->a, &stat, &err))
        k.count = stat.total.count;
    if (k.count > 0)
        k.completeness = by ? (double)stat.total.property[0].n / (double)k.count : 1;
    return k;
}

static Known known(FaceRequest *r, const OnemapLayer *l, const PackCollection *c)
{
    Styles *s = r->state;
    size_t n;
    Known *kept = &s->known[(size_t)(l - onemap_layers(r->model, &n)) % KEPT], k;

    if (!access_sees_all(
            r->view.who, c)) /* what others may see is not counted for him, nor his kept for them */
        return look(r, l, c);
    pthread_mutex_lock(&s->guard);
    k = *kept;
    pthread_mutex_unlock(&s->guard);
    if (k.layer == l && k.changed == ledger_changed_at(r->view, c))
        return k;
    k = look(r, l, c);
    pthread_mutex_lock(&s->guard);
    *kept = k;
    pthread_mutex_unlock(&s->guard);
    return k;
}

static void panel_entry(FaceRequest *r, const OnemapLayer *l, const PackCollection *c, Buf *b)
{
    static const char *const kind[] = { "line", "fill", "circle", "symbol" };
    const Known k = known(r, l, c);

    if (b->ptr[b->len - 1] != '[')
        buf_c(b, ',');
    buf_c(b, '{');
    face_text(b, "id", l->id);
    face_text(b, "title", face_title(r, l->title));
    face_text(b, "group", face_title(r, l->group));
    face_text(b, "collection", l->collection);
    face_text(b, "kind", str_of(kind[l->kind]));
    face_truth(b, "visible", l->visible);
    face_truth(b, "base", l->base);
    face_int(b, "count", k.count);
    face_text(b, "source", face_title(r, l->source));
    face_time(b, "changed", ledger_changed_at(r->view, c));
    face_num(b, "completeness", k.completeness);
    face_key(b, "legend");
    buf_c(b, '[');
    for (size_t i = 0; i < l->nclass + (l->other.color.len > 0); i++)
        legend_entry(r, l, i, b);
    buf_c(b, ']');
    face_key(b, "time");
    if (l->time.len) {
        buf_c(b, '{');
        face_text(b, "property", l->time);
        buf_c(b, '}');
    } else
        buf_str(b, STR("null"));
    face_int(b, "minzoom", l->minzoom);
    buf_c(b, '}');
}

/* --- the style ----------------------------------------------------------------------------------------------------------- */
static void write_view(FaceRequest *r, Buf *b)
{
    const GeoBox box = face_county_box(r);

    if (geo_box_empty(box))
        return;
    face_key(b, "center");
    buf_c(b, '[');
    buf_fixed(b, (box.minx + box.maxx) / 2, 6);
    buf_c(b, ',');
    buf_fixed(b, (box.miny + box.maxy) / 2, 6);
    buf_c(b, ']');
    face_num(b, "zoom", 9.5);
}

/* Above what covers the ground, below what stands on it: slopes show through fields and woods. */
static void write_shade(const FaceRequest *r, Buf *b)
{
    if (onemap_terrain(r->county))
        buf_str(b,
            STR(",{\"id\":\"hillshade\",\"type\":\"hillshade\",\"source\":\"terrain\",\"paint\":{\"hillshade-"
                "exaggeration\":"
                "0.35,\"hillshade-shadow-color\":\"#8A8577\",\"hillshade-highlight-color\":\"#FFFFFF\"}}"));
}

static void write_layers(FaceRequest *r, const OnemapLayer *const *layer, size_t n, Buf *b)
{
    size_t fills = 0;

    face_key(b, "layers");
    buf_str(b,
        STR("[{\"id\":\"background\",\"type\":\"background\",\"paint\":{\"background-color\":\"#F4F2ED\"}}"));
    for (size_t i = 0; i < n; i++)
        fills = layer[i]->kind == ONEMAP_FILL ? i + 1 : fills;
    for (size_t i = 0; i <= n; i++) {
        const PackCollection *c = i < n ? pack_collection(r->model, layer[i]->collection) : NULL;

        if (i == fills)
            write_shade(r, b);
        if (c && c->spatial)
            face_style_layer(r, layer[i], c, b);
    }
}

static bool county_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    size_t n;
    const OnemapLayer **layer = in_order(r->model, r->a, &n);
    Buf *b = &out->body;

    if (!layer)
        return FAIL(err, BASE_NO_MEMORY, STR("styles"), "layers");
    if (!str_eq(r->param[0], STR("county")))
        return FAIL(err, FACE_NO_LAYER, r->param[0], "path");
    out->type = STR("application/vnd.mapbox.style+json");
    if (face_same(r, out,
            str_fmt(r->a, "s%lld.%d.%llx", (long long)ledger_seq(r->ledger), r->en,
                (unsigned long long)hash64(BYTES(r->base)))))
        return true;
    buf_str(b, STR("{\"version\":8"));
    face_text(b, "name", r->en ? STR("The county's map") : STR("全县一张图"));
    write_view(r, b);
    write_sources(r, b);
    write_layers(r, layer, n, b);
    buf_str(b, STR("],\"metadata\":{\"sangzi:layers\":["));
    for (size_t i = 0; i < n; i++) {
        const PackCollection *c = pack_collection(r->model, layer[i]->collection);

        if (c && c->spatial)
            panel_entry(r, layer[i], c, b);
    }
    buf_str(b, STR("]}}"));
    return true;
}

static bool start(const FaceHouse *h, void **state, Err *err)
{
    Styles *s = NEW(h->a, Styles);

    if (!s)
        return FAIL(err, BASE_NO_MEMORY, STR("styles"), "start");
    pthread_mutex_init(&s->guard, NULL);
    *state = s;
    return true;
}

static void stop(void *state)
{
    pthread_mutex_destroy(&((Styles *)state)->guard);
}

static const FaceRow row[] = { { FACE_GET, "/styles", styles_get, .zh = "地图样式列表", .en = "Map styles" },
    { FACE_GET, "/styles/{id}", county_get, 0, "一个地图样式（MapLibre）", "A map style (MapLibre)", NULL } };
const FaceDoor face_styles = { .name = "styles", .row = row, .nrow = LEN(row), .start = start, .stop = stop };
