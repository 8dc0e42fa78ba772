/* src/onemap/layer.c - map layers: what is drawn, how, and the legend that says so. */
#include "onemap/onemap.h"
#include <math.h>

enum { VISIBLE_MAX = 4 };

/* clang-format off */
static const PackSaying BAD_KIND = { "bad-kind", "没有画法“{0}”{2}；请用 line、fill、circle 或 symbol",
    "there is no kind \"{0}\"{2}; use line, fill, circle or symbol", false };
static const PackSaying BAD_ZOOM = { "bad-zoom", "“{0}”的 minzoom、maxzoom 应在 0 至 22 之间，且前者不大于后者",
    "minzoom and maxzoom of \"{0}\" must lie in 0 to 22, the first not above the second", false };
static const PackSaying BAD_CLASS = { "bad-class", "图例“{0}”须有 value 或 range: [下限, 上限] 之一",
    "the class \"{0}\" needs a value or a range: [from, to]", false };
static const PackSaying NOT_SPATIAL = { "not-spatial", "集合“{0}”没有几何，不能作图层",
    "the collection \"{0}\" has no geometry and cannot be a layer", false };
static const PackSaying TOO_VISIBLE = { "too-visible",
    "默认显示的图层超过 4 个（不计底图），地图会拥挤；请将“{0}”设为 visible: false",
    "more than 4 layers are visible at first (base ones aside); set visible: false on \"{0}\"", true };
/* clang-format on */

typedef struct LayerLine {
    OnemapLayer layer;
    Str kind;
    const Yaml *classes, *other;
    PackNames attributes;
} LayerLine;

typedef struct ClassLine {
    OnemapClass c;
    const Yaml *range;
} ClassLine;

static const PackKey class_key[] = { { "value", KEY_TEXT, offsetof(ClassLine, c.value), false },
    { "range", KEY_NODE, offsetof(ClassLine, range), false },
    { "title", KEY_TITLE, offsetof(ClassLine, c.title), false },
    { "color", KEY_TEXT, offsetof(ClassLine, c.color), false },
    { "border", KEY_TEXT, offsetof(ClassLine, c.border), false },
    { "width", KEY_NUMBER, offsetof(ClassLine, c.width), false },
    { "opacity", KEY_NUMBER, offsetof(ClassLine, c.opacity), false },
    { "dash", KEY_TEXT, offsetof(ClassLine, c.dash), false },
    { "pattern", KEY_TEXT, offsetof(ClassLine, c.pattern), false } };

static bool read_end(const Yaml *node, double *out)
{
    *out = NAN; /* open: null, ~ or empty */
    if (!node || node->kind != YAML_TEXT)
        return false;
    return !node->text.len || str_eq(node->text, STR("null")) || str_eq(node->text, STR("~")) ||
           str_to_f64(node->text, out);
}

static OnemapClass read_class(PackLoader *l, const Yaml *node, const PackProperty *p, bool other)
{
    ClassLine line = { .c = { .from = NAN, .to = NAN, .width = NAN, .opacity = NAN } };
    OnemapClass *c = &line.c;

    pack_fields(l, node, STR("classes"), class_key, LEN(class_key), &line);
    if (line.range &&
        (line.range->kind != YAML_LIST || line.range->n != 2 || !read_end(line.range->first, &c->from) ||
            !read_end(line.range->first->next, &c->to)))
        pack_say(l, &BAD_CLASS, node->line, c->title.zh, STR(""));
    if (p && !other && !c->value.len == !line.range)
        pack_say(l, &BAD_CLASS, node->line, c->title.zh, STR(""));
    pack_want_color(l, c->color, node->line);
    pack_want_color(l, c->border, node->line);
    if (p && c->value.len && p->ncode) {
        const PackCode *code = pack_want_code(l, p, c->value, node->line);

        if (code && !c->title.zh.len)
            c->title = code->title;
        if (code && !c->color.len)
            c->color = code->color;
    }
    pack_title_must(l, node->line, c->value.len ? c->value : STR("classes"), &c->title);
    return *c;
}

static void read_classes(PackLoader *l, LayerLine *line, size_t at, const PackProperty *p)
{
    OnemapLayer *layer = &line->layer;
    PackList v = { 0 };

    if (line->classes && line->classes->kind != YAML_LIST)
        pack_say(l, &PACK_SAY_NOT_LIST, line->classes->line, STR("classes"), STR(""));
    else if (line->classes)
        for (const Yaml *node = line->classes->first; node; node = node->next)
            *PACK_PUSH(l, &v, OnemapClass) = read_class(l, node, p, false);
    else
        pack_say(l, &PACK_SAY_MISSING_KEY, at, STR("classes"), STR(""));
    layer->class = v.ptr;
    layer->nclass = v.n;
    layer->other = (OnemapClass){ .from = NAN, .to = NAN, .width = NAN, .opacity = NAN };
    if (line->other)
        layer->other = read_class(l, line->other, p, true);
}

static void read_kind(PackLoader *l, size_t at, Str kind, OnemapDraw *out)
{
    static const Str word[] = { { "line", 4 }, { "fill", 4 }, { "circle", 6 }, { "symbol", 6 } };

    for (size_t i = 0; i < LEN(word); i++)
        if (str_eq(kind, word[i])) {
            *out = (OnemapDraw)i;
            return;
        }
    pack_say_near(l, &BAD_KIND, at, kind, STR(""), word, LEN(word));
}

/* A property that goes into tiles: open and of one value. */
static const PackProperty *open_property(
    PackLoader *l, const PackCollection *c, Str name, size_t at, const char *use)
{
    const PackProperty *p = name.len ? pack_want(l, c, name, at) : NULL;

    if (p && p->grade >= 3)
        pack_say(l, &PACK_SAY_SEALED, at, name, str_of(use));
    return p;
}

static void bind_layer(PackLoader *l, const Yaml *node, LayerLine *line)
{
    OnemapLayer *layer = &line->layer;
    const PackCollection *c = pack_want_collection(l, layer->collection, node->line);
    const PackProperty *p, *time;

    if (!c)
        return;
    if (!c->spatial)
        pack_say(l, &NOT_SPATIAL, node->line, c->name, STR(""));
    p = open_property(l, c, layer->property, node->line, "property");
    (void)open_property(l, c, layer->label, node->line, "label");
    time = open_property(l, c, layer->time, node->line, "time");
    if (time && time->type != PACK_DATE && time->type != PACK_TIME)
        pack_say(l, &PACK_SAY_NOT_TIME, node->line, time->name, STR("time"));
    for (size_t i = 0; i < layer->nattribute; i++)
        (void)open_property(l, c, layer->attribute[i], node->line, "attributes");
    layer->filter = pack_condition(l, c, layer->filter_text, layer->id, node->line);
    read_classes(l, line, node->line, p);
}

/* A map shows little at first: the last layer in is told when it is one too many. */
static void few_visible(PackLoader *l, const Yaml *node, const PackList *all)
{
    const OnemapLayer *layer = all->ptr;
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        n += layer[i].visible && !layer[i].base;
    if (n > VISIBLE_MAX && layer[all->n - 1].visible && !layer[all->n - 1].base)
        pack_say(l, &TOO_VISIBLE, node->line, layer[all->n - 1].id, STR(""));
}

static void read_layer(PackLoader *l, const Yaml *node, PackList *out)
{
#define K(name, kind)                                       \
    {                                                       \
#name, kind, offsetof(LayerLine, layer.name), false \
    }
    static const PackKey key[] = { K(title, KEY_TITLE), K(source, KEY_TITLE), K(group, KEY_TITLE),
        { "collection", KEY_TEXT, offsetof(LayerLine, layer.collection), true },
        { "kind", KEY_TEXT, offsetof(LayerLine, kind), true }, K(property, KEY_TEXT), K(label, KEY_TEXT),
        K(label_zoom, KEY_INT), K(time, KEY_TEXT),
        { "filter", KEY_TEXT, offsetof(LayerLine, layer.filter_text), false }, K(visible, KEY_BOOL),
        K(minzoom, KEY_INT), K(maxzoom, KEY_INT), K(order, KEY_INT), K(casing, KEY_TEXT),
        { "classes", KEY_NODE, offsetof(LayerLine, classes), false },
        { "other", KEY_NODE, offsetof(LayerLine, other), false },
        { "attributes", KEY_NAMES, offsetof(LayerLine, attributes), false },
        { "base", KEY_BOOL, offsetof(LayerLine, layer.base), false } };
#undef K
    LayerLine line = { .layer = { .id = node->key,
                           .pack = pack_reading(l),
                           .maxzoom = GEO_MAX_ZOOM,
                           .label_zoom = 12,
                           .order = 50 } };
    OnemapLayer *layer = &line.layer;

    pack_fields(l, node, node->key, key, LEN(key), &line);
    pack_title_must(l, node->line, node->key, &layer->title);
    pack_title_must(l, node->line, STR("group"), &layer->group);
    read_kind(l, node->line, line.kind, &layer->kind);
    layer->attribute = line.attributes.ptr;
    layer->nattribute = line.attributes.n;
    pack_want_color(l, layer->casing, node->line);
    if (layer->minzoom < 0 || layer->maxzoom > GEO_MAX_ZOOM || layer->minzoom > layer->maxzoom)
        pack_say(l, &BAD_ZOOM, node->line, node->key, STR(""));
    bind_layer(l, node, &line);
    if (pack_name_ok(l, node->line, node->key, false) && pack_once(l, node->line, "layer", node->key)) {
        *PACK_PUSH(l, out, OnemapLayer) = *layer;
        few_visible(l, node, out);
    }
}

static void read_layers(PackLoader *l, const Yaml *top, PackList *out)
{
    for (const Yaml *node = top->first; node; node = node->next)
        read_layer(l, node, out);
}

const OnemapLayer *onemap_layers(const PackModel *m, size_t *n)
{
    const PackList list = pack_part(m, &onemap_yaml);

    *n = list.n;
    return list.ptr;
}

const OnemapLayer *onemap_layer(const PackModel *m, Str id)
{
    size_t n;
    const OnemapLayer *layer = onemap_layers(m, &n);

    for (size_t i = 0; i < n; i++)
        if (str_eq(layer[i].id, id))
            return &layer[i];
    return NULL;
}

const PackPart onemap_yaml = {
    .file = "layers.yaml",
    .read = read_layers,
    .sample = "# packs/{0}/layers.yaml - how it stands on the map\n"
              "{1}:\n"
              "  title: { zh: 新登记, en: New register }\n"
              "  group: { zh: 新业务, en: New work }\n"
              "  collection: {1}\n"
              "  kind: circle\n"
              "  property: state\n"
              "  attributes: [title, state]\n"
              "  classes:\n"
              "    - { value: 新建, color: \"#E69F00\", width: 5 }\n"
              "    - { value: 办结, color: \"#009E73\", width: 4 }\n",
};
