/* src/face/sums.c - what lies in a box of the map: count, area and length by class, from sums kept in the tiles' pack. */
#include "face/query.h"
#include "onemap/onemap.h"

/* The property to group by: asked for, the layer's, or the first that layers draw the collection by; NULL: none. */
static bool group_of(
    FaceRequest *r, const OnemapTiles *t, const OnemapLayer *layer, const PackProperty **out, Err *err)
{
    const Str want = face_has(r, "group") ? face_query(r, "group") : layer ? layer->property : (Str){ "", 0 };
    Buf right;

    *out = !layer && t->view.nkey ? t->attribute[t->view.key[0]] : NULL;
    if (!face_has(r, "group") && !want.len)
        return true;
    buf_init(&right, 4096);
    for (size_t k = 0; k < t->view.nkey; k++) {
        *out = t->attribute[t->view.key[k]];
        if (str_eq((*out)->name, want))
            break;
        if (k)
            buf_c(&right, ',');
        buf_str(&right, (*out)->name);
        *out = NULL;
    }
    if (!*out) {
        (void)FAIL(err, FACE_BAD_PARAMETER, STR("group"), "group");
        err_hint(err, "%.*s", STRV(buf_text(&right)));
    }
    buf_clear(&right);
    return *out != NULL;
}

static bool layer_of(FaceRequest *r, const PackCollection *c, const OnemapLayer **out, Err *err)
{
    *out = NULL;
    if (!face_has(r, "layer"))
        return true;
    *out = onemap_layer(r->model, face_query(r, "layer"));
    if (*out && str_eq((*out)->collection, c->name))
        return true;
    (void)FAIL(err, FACE_BAD_PARAMETER, STR("layer"), "layer");
    err_hint(err, r->en ? "a map layer of %.*s" : "%.*s 的图层", STRV(c->name));
    return false;
}

static void write_measures(const OnemapSums *s, const OnemapSum *one, Buf *b)
{
    face_int(b, "count", (int64_t)one->count);
    if (s->areas)
        face_num(b, "area", (double)(int64_t)(one->area * 10 + 0.5) / 10);
    else
        face_null(b, "area");
    if (s->lengths)
        face_num(b, "length", (double)(int64_t)(one->length * 10 + 0.5) / 10);
    else
        face_null(b, "length");
}

static void write_value(const MvtValue *v, Buf *b)
{
    if (v->kind == MVT_TEXT)
        face_text(b, "value", v->text);
    else if (v->kind == MVT_BOOL)
        face_truth(b, "value", v->i != 0);
    else if (v->kind == MVT_INT)
        face_int(b, "value", v->i);
    else if (v->kind == MVT_DOUBLE)
        face_num(b, "value", v->d);
    else
        face_null(b, "value");
}

static void write_sums(const OnemapSums *s, const OnemapAsk *ask, Buf *b)
{
    buf_c(b, '{');
    face_key(b, "bbox");
    face_box(b, ask->box);
    if (ask->layer)
        face_text(b, "layer", ask->layer->id);
    if (ask->by)
        face_text(b, "group", ask->by->name);
    else
        face_null(b, "group");
    write_measures(s, &s->all, b);
    face_key(b, "groups");
    buf_c(b, '[');
    for (size_t i = 0; i < s->ngroup; i++) {
        buf_str(b, i ? STR(",{") : STR("{"));
        write_value(&s->group[i].value, b);
        write_measures(s, &s->group[i], b);
        buf_c(b, '}');
    }
    buf_c(b, ']');
    face_truth(b, "exact", s->exact);
    face_num(b, "cell", (double)(int64_t)(s->cell * 10 + 0.5) / 10);
    buf_c(b, '}');
}

static bool sums_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const char *const also[] = { "group", "layer", NULL };
    const PackCollection *c;
    const OnemapTiles *t;
    OnemapAsk ask = { .box = { -180, -90, 180, 90 } };
    OnemapSums sums;
    FaceItems it;

    if (!face_collection(r, 0, &c, err))
        return false;
    t = onemap_tiles(r->county, c);
    if (!t)
        return FAIL(err, FACE_NO_LAYER, c->name, "path");
    if (!face_items_query(r, c, also, &it, err) || !layer_of(r, c, &ask.layer, err) ||
        !group_of(r, t, ask.layer, &ask.by, err))
        return false;
    if (it.q.nbox == 2) { /* crosses the antimeridian, where no county lies */
        (void)FAIL(err, FACE_BAD_PARAMETER, STR("bbox"), "bbox");
        err_hint(err, "minx <= maxx");
        return false;
    }
    if (it.q.nbox)
        ask.box = it.q.box[0];
    face_set(out, "Retry-After", STR("2")); /* for when there is no pack yet; else taken away below */
    if (!onemap_sums(t, r->view.who, &ask, r->a, &sums, err))
        return false;
    out->nheader--;
    write_sums(&sums, &ask, &out->body);
    return true;
}

static const char *const query[] = { "bbox", "bbox-crs", "group", "layer", NULL };
static const FaceRow row[] = { { FACE_GET, "/collections/{c}/tiles/sums", sums_get,
    .zh = "范围内的数量、面积和长度", .en = "Count, area and length in a box", .query = query } };
const FaceDoor face_sums = { .name = "sums", .row = row, .nrow = LEN(row) };
