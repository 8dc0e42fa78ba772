/* src/face/style_layer.c - one layer of a pack as style layers: casing, drawing (one for each dash), labels. */
#include <math.h>
#include <stdio.h>
#include "face/style.h"

static const double usual_width[] = { 2, 1, 4, 12 };

static const OnemapClass *class_at(const OnemapLayer *l, size_t i)
{
    return i < l->nclass ? &l->class[i] : &l->other;
}

static size_t classes(const OnemapLayer *l)
{
    return l->nclass + (l->other.color.len > 0);
}

static bool is_range(const OnemapClass *c)
{
    return !isnan(c->from) || !isnan(c->to);
}

/* --- which records a class is of --------------------------------------------------------------------------------- */
static void quoted(Buf *b, Str s, char mark)
{
    buf_c(b, mark);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == mark)
            buf_c(b, mark);
        buf_c(b, s.ptr[i]);
    }
    buf_c(b, mark);
}

static void class_condition(const OnemapLayer *l, const PackProperty *p, const OnemapClass *c, Buf *b)
{
    if (c->value.len) {
        quoted(b, l->property, '"');
        buf_c(b, '=');
        if (p && (p->cql.kind == CQL_BOOL || p->cql.kind == CQL_INT || p->cql.kind == CQL_NUMBER))
            buf_str(b, c->value);
        else
            quoted(b, c->value, '\'');
        return;
    }
    if (!isnan(c->from)) {
        quoted(b, l->property, '"');
        buf_str(b, STR(">="));
        buf_f64(b, c->from);
    }
    if (!isnan(c->from) && !isnan(c->to))
        buf_str(b, STR(" AND "));
    if (!isnan(c->to)) {
        quoted(b, l->property, '"');
        buf_c(b, '<');
        buf_f64(b, c->to);
    }
}

/* What no class takes. */
static void other_condition(const OnemapLayer *l, const PackProperty *p, Buf *b)
{
    quoted(b, l->property, '"');
    buf_str(b, STR(" IS NULL"));
    if (!l->nclass)
        return;
    buf_str(b, STR(" OR NOT ("));
    for (size_t i = 0; i < l->nclass; i++) {
        if (i)
            buf_str(b, STR(" OR "));
        buf_c(b, '(');
        class_condition(l, p, &l->class[i], b);
        buf_c(b, ')');
    }
    buf_c(b, ')');
}

Str face_class_filter(FaceRequest *r, const OnemapLayer *l, size_t i)
{
    const PackCollection *c = pack_collection(r->model, l->collection);
    const PackProperty *p = c ? pack_property(c, l->property) : NULL;
    Buf b;
    Str text;

    buf_init(&b, 1 << 16);
    if (l->property.len && i < l->nclass && (l->class[i].value.len || is_range(&l->class[i])))
        class_condition(l, p, &l->class[i], &b);
    else if (l->property.len && i == l->nclass)
        other_condition(l, p, &b);
    if (l->filter_text.len && b.len)
        text = str_fmt(r->a, "(%.*s) AND (%.*s)", STRV(l->filter_text), STRV(buf_text(&b)));
    else
        text = b.len ? str_copy(r->a, buf_text(&b)) : l->filter_text;
    buf_clear(&b);
    return text;
}

static void style_filter(FaceRequest *r, const OnemapLayer *l, const PackCollection *c, Str text, Buf *b)
{
    const size_t before = b->len;
    CqlExpr *e;
    Err err = { 0 };

    if (!text.len || !cql_parse_text(text, r->a, &e, &err) || !cql_check(e, &c->schema, r->a, &err))
        return;
    face_key(b, "filter");
    if (!face_style_filter(e, r->a, b)) {
        b->len = before;
        log_warn("style.filter", KV("layer", l->id)); /* drawn whole rather than not at all */
    }
}

/* --- colours and widths by class ------------------------------------------------------------------------------------- */
typedef enum Part { COLOR, BORDER, WIDTH, OPACITY } Part;

static void constant(const OnemapLayer *l, const OnemapClass *c, Part part, Buf *b)
{
    switch (part) {
    case COLOR:
        buf_json_str(b, c->color.len ? c->color : STR("#8A8F98"));
        break;
    case BORDER:
        buf_json_str(b, c->border.len ? c->border : c->color.len ? c->color : STR("#8A8F98"));
        break;
    case WIDTH:
        buf_f64(b, isnan(c->width) ? usual_width[l->kind] : c->width);
        break;
    case OPACITY:
        buf_f64(b, isnan(c->opacity) ? 0.7 : c->opacity);
        break;
    }
}

/* ["case", condition, value, …, other]: for enums, truths and ranges alike. */
static void by_class(const OnemapLayer *l, const PackProperty *p, Part part, Buf *b)
{
    const bool text = p && p->cql.kind != CQL_BOOL && p->cql.kind != CQL_INT && p->cql.kind != CQL_NUMBER;

    if (!p || !l->nclass || (l->nclass == 1 && !l->class[0].value.len && !is_range(&l->class[0]))) {
        constant(l, class_at(l, 0), part, b);
        return;
    }
    buf_str(b, STR("[\"case\""));
    for (size_t i = 0; i < l->nclass; i++) {
        const OnemapClass *c = &l->class[i];

        buf_str(b, STR(",[\"all\",[\"has\","));
        buf_json_str(b, l->property);
        buf_c(b, ']');
        if (c->value.len) {
            buf_str(b, STR(",[\"==\",[\"get\","));
            buf_json_str(b, l->property);
            buf_str(b, STR("],"));
            if (text)
                buf_json_str(b, c->value);
            else
                buf_str(b, c->value);
            buf_c(b, ']');
        }
        for (int end = 0; end < 2; end++) {
            const double limit = end ? c->to : c->from;

            if (isnan(limit))
                continue;
            buf_fmt(b, ",[\"%s\",[\"get\",", end ? "<" : ">=");
            buf_json_str(b, l->property);
            buf_str(b, STR("],"));
            buf_f64(b, limit);
            buf_c(b, ']');
        }
        buf_str(b, STR("],"));
        constant(l, c, part, b);
    }
    buf_c(b, ',');
    constant(l, l->other.color.len ? &l->other : &l->class[0], part, b);
    buf_c(b, ']');
}

/* --- style layers --------------------------------------------------------------------------------------------------------- */
static void open_layer(const OnemapLayer *l, const char *suffix, const char *type, Buf *b)
{
    const char last = b->len ? b->ptr[b->len - 1] : '[';

    if (last != '[')
        buf_c(b, ',');
    buf_str(b, STR("{\"id\":\""));
    buf_str(b, l->id);
    buf_str(b, str_of(suffix));
    buf_c(b, '"');
    face_text(b, "type", str_of(type));
    face_text(b, "source", l->collection);
    face_text(b, "source-layer", l->collection);
    face_int(b, "minzoom", l->minzoom);
    if (l->maxzoom > 0 && l->maxzoom < 24)
        face_int(b, "maxzoom", l->maxzoom);
    face_key(b, "metadata");
    buf_c(b, '{');
    face_text(b, "sangzi:layer", l->id);
    buf_c(b, '}');
}

static void layout(const OnemapLayer *l, Buf *b)
{
    face_key(b, "layout");
    buf_c(b, '{');
    face_text(b, "visibility", l->visible || l->base ? STR("visible") : STR("none"));
}

static void draw_line(FaceRequest *r, const OnemapLayer *l, const PackCollection *c, const PackProperty *p,
    Str dash, Str filter, const char *suffix, Buf *b)
{
    open_layer(l, suffix, "line", b);
    style_filter(r, l, c, filter, b);
    layout(l, b);
    face_text(b, "line-cap", dash.len ? STR("butt") : STR("round"));
    face_text(b, "line-join", STR("round"));
    buf_str(b, STR("},\"paint\":{\"line-color\":"));
    by_class(l, p, COLOR, b);
    buf_str(b, STR(",\"line-width\":[\"interpolate\",[\"linear\"],[\"zoom\"],8,[\"*\",0.5,"));
    by_class(l, p, WIDTH, b);
    buf_str(b, STR("],14,"));
    by_class(l, p, WIDTH, b);
    buf_str(b, STR(",18,[\"*\",2,"));
    by_class(l, p, WIDTH, b);
    buf_str(b, STR("]]"));
    if (dash.len)
        buf_fmt(b, ",\"line-dasharray\":[%.*s]", STRV(dash));
    buf_str(b, STR("}}"));
}

static bool plain_dash(Str dash)
{
    for (size_t i = 0; i < dash.len; i++)
        if ((dash.ptr[i] < '0' || dash.ptr[i] > '9') && dash.ptr[i] != ',' && dash.ptr[i] != '.' &&
            dash.ptr[i] != ' ')
            return false;
    return dash.len > 0;
}

static void draw_casing(
    FaceRequest *r, const OnemapLayer *l, const PackCollection *c, const PackProperty *p, Buf *b)
{
    if (!l->casing.len)
        return;
    open_layer(l, "-casing", "line", b);
    style_filter(r, l, c, l->filter_text, b);
    layout(l, b);
    buf_str(b, STR(",\"line-cap\":\"round\",\"line-join\":\"round\"},\"paint\":{\"line-color\":"));
    buf_json_str(b, l->casing);
    buf_str(b, STR(",\"line-width\":[\"interpolate\",[\"linear\"],[\"zoom\"],8,0,14,[\"+\",2,"));
    by_class(l, p, WIDTH, b);
    buf_str(b, STR("],18,[\"+\",2,[\"*\",2,"));
    by_class(l, p, WIDTH, b);
    buf_str(b, STR("]]]}}"));
}

/* A dash cannot depend on a record: the solid ones stand in one layer, each dashed class in one of its own. */
static void draw_lines(
    FaceRequest *r, const OnemapLayer *l, const PackCollection *c, const PackProperty *p, Buf *b)
{
    Str solid = l->filter_text;
    char suffix[24];
    size_t ndash = 0;

    for (size_t i = 0; i < classes(l); i++) {
        const Str one = plain_dash(class_at(l, i)->dash) ? face_class_filter(r, l, i) : (Str){ "", 0 };

        if (!plain_dash(class_at(l, i)->dash))
            continue;
        snprintf(suffix, sizeof suffix, "-dash%zu", ++ndash);
        draw_line(r, l, c, p, class_at(l, i)->dash, one, suffix, b);
        if (one.len)
            solid = solid.len ? str_fmt(r->a, "(%.*s) AND NOT (%.*s)", STRV(solid), STRV(one))
                              : str_fmt(r->a, "NOT (%.*s)", STRV(one));
    }
    if (ndash < classes(l))
        draw_line(r, l, c, p, (Str){ "", 0 }, solid, "", b);
}

static void draw_fill(
    FaceRequest *r, const OnemapLayer *l, const PackCollection *c, const PackProperty *p, int far, Buf *b)
{
    open_layer(l, "", "fill", b);
    style_filter(r, l, c, l->filter_text, b);
    layout(l, b);
    buf_str(b, STR("},\"paint\":{\"fill-color\":"));
    by_class(l, p, COLOR, b);
    buf_str(b, STR(",\"fill-outline-color\":"));
    if (far > 0) /* merged patches have no borders of their own */
        buf_fmt(b, "[\"step\",[\"zoom\"],\"rgba(0,0,0,0)\",%d,", far);
    by_class(l, p, BORDER, b);
    if (far > 0)
        buf_c(b, ']');
    buf_str(b, STR(",\"fill-opacity\":"));
    by_class(l, p, OPACITY, b);
    buf_str(b, STR("}}"));
}

static void radius(
    const OnemapLayer *l, const PackProperty *p, Buf *b) /* of a cluster, by the digits of its count */
{
    buf_str(b, STR("[\"+\","));
    by_class(l, p, WIDTH, b);
    buf_str(b, STR(",[\"case\",[\"has\",\"cluster\"],[\"*\",2.5,[\"log10\",[\"get\",\"count\"]]],0]]"));
}

static void draw_circle(
    FaceRequest *r, const OnemapLayer *l, const PackCollection *c, const PackProperty *p, Buf *b)
{
    open_layer(l, "", "circle", b);
    style_filter(r, l, c, l->filter_text, b);
    layout(l, b);
    buf_str(b, STR("},\"paint\":{\"circle-color\":"));
    if (l->property.len) { /* a cluster of several classes has the colour of none */
        buf_str(b, STR("[\"case\",[\"all\",[\"has\",\"cluster\"],[\"!\",[\"has\","));
        buf_json_str(b, l->property);
        buf_str(b, STR("]]],\"#8A8F98\","));
    }
    by_class(l, p, COLOR, b);
    if (l->property.len)
        buf_c(b, ']');
    buf_str(b, STR(",\"circle-stroke-color\":"));
    by_class(l, p, BORDER, b);
    buf_str(b, STR(",\"circle-stroke-width\":1.5,\"circle-radius\":[\"interpolate\",[\"linear\"],[\"zoom\"],"
                   "8,[\"*\",0.6,"));
    radius(l, p, b);
    buf_str(b, STR("],15,[\"*\",1.3,"));
    radius(l, p, b);
    buf_str(b, STR("]]}}"));
}

/* How many a cluster stands for, beside it. */
static void draw_counts(FaceRequest *r, const OnemapLayer *l, const PackCollection *c, int far, Buf *b)
{
    OnemapLayer until = *l;

    if (l->minzoom >= far)
        return;
    until.maxzoom = far;
    open_layer(&until, "-count", "symbol", b);
    style_filter(r, l, c, l->filter_text, b);
    layout(l, b);
    buf_str(
        b, STR(",\"text-field\":[\"case\",[\"has\",\"cluster\"],[\"to-string\",[\"get\",\"count\"]],\"\"],"
               "\"text-size\":11},\"paint\":{\"text-color\":\"#2B2F36\",\"text-halo-color\":\"#FFFFFF\","
               "\"text-halo-width\":1.4}}"));
}

static void draw_words(
    FaceRequest *r, const OnemapLayer *l, const PackCollection *c, const PackProperty *p, bool label, Buf *b)
{
    const bool along = label && l->kind == ONEMAP_LINE && c->geometry == GEO_LINE;
    const Str field = l->label.len ? l->label : c->label;
    OnemapLayer later = *l;

    if (label)
        later.minzoom = l->label_zoom > l->minzoom ? l->label_zoom : l->minzoom;
    open_layer(&later, label ? "-label" : "", "symbol", b);
    style_filter(r, l, c, l->filter_text, b);
    layout(l, b);
    face_key(b, "text-field");
    buf_str(b, STR("[\"to-string\",[\"get\","));
    buf_json_str(b, field);
    buf_str(b, STR("]],\"text-size\":"));
    if (label)
        buf_str(b, STR("12"));
    else
        by_class(l, p, WIDTH, b);
    buf_str(b, along ? STR(",\"symbol-placement\":\"line\",\"text-padding\":8") : STR(",\"text-padding\":4"));
    if (label && l->kind == ONEMAP_CIRCLE)
        buf_str(b, STR(",\"text-anchor\":\"top\",\"text-offset\":[0,0.8]"));
    buf_str(b, STR(",\"text-max-width\":8},\"paint\":{\"text-halo-color\":\"#FFFFFF\",\"text-halo-width\":1."
                   "4,\"text-color\":"));
    if (label)
        buf_str(b, STR("\"#2B2F36\""));
    else
        by_class(l, p, COLOR, b);
    buf_str(b, STR("}}"));
}

/* The zoom at which its records are shown one by one; 0: always, or not known yet. */
static int far_until(const FaceRequest *r, const PackCollection *c)
{
    const OnemapTiles *t = onemap_tiles(r->county, c);
    const int z = t ? tile_layer_single_from(t->layer) : 0;

    return z > 0 ? z : 0;
}

void face_style_layer(FaceRequest *r, const OnemapLayer *l, const PackCollection *c, Buf *b)
{
    const int far = far_until(r, c);
    const PackProperty *p = pack_property(c, l->property);

    switch (l->kind) {
    case ONEMAP_LINE:
        draw_casing(r, l, c, p, b);
        draw_lines(r, l, c, p, b);
        break;
    case ONEMAP_FILL:
        draw_fill(r, l, c, p, far, b);
        break;
    case ONEMAP_CIRCLE:
        draw_circle(r, l, c, p, b);
        draw_counts(r, l, c, far, b);
        break;
    case ONEMAP_SYMBOL:
        draw_words(r, l, c, p, false, b);
        break;
    }
    if (l->label.len && l->kind != ONEMAP_SYMBOL)
        draw_words(r, l, c, p, true, b);
}
