/* src/pack/layer.c - map layers: what is drawn, how, and the legend that says so. */
#include <math.h>
#include "pack/inside.h"

enum { VISIBLE_MAX = 4 };

typedef struct LayerLine {
    PackLayer layer;
    Str kind;
    const Yaml *classes, *other;
    PackNames attributes;
} LayerLine;

typedef struct ClassLine {
    PackClass c;
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

static void check_color(PackLoader *l, size_t line, Str color)
{
    if (color.len && !pack_color_ok(color))
        pack_say(l, SAY_BAD_COLOR, line, color, STR(""));
}

static PackClass read_class(PackLoader *l, const Yaml *node, const PackProperty *p, bool other)
{
    ClassLine line = { .c = { .from = NAN, .to = NAN, .width = NAN, .opacity = NAN } };
    PackClass *c = &line.c;

    pack_fields(l, node, STR("classes"), class_key, LEN(class_key), &line);
    if (line.range &&
        (line.range->kind != YAML_LIST || line.range->n != 2 || !read_end(line.range->first, &c->from) ||
            !read_end(line.range->first->next, &c->to)))
        pack_say(l, SAY_BAD_CLASS, node->line, c->title.zh, STR(""));
    if (p && !other && !c->value.len == !line.range)
        pack_say(l, SAY_BAD_CLASS, node->line, c->title.zh, STR(""));
    check_color(l, node->line, c->color);
    check_color(l, node->line, c->border);
    if (p && c->value.len && p->ncode) {
        const PackCode *code = pack_code(p, c->value);
        Str *known = pack_take(l, p->ncode, sizeof *known);

        for (size_t i = 0; known && i < p->ncode; i++)
            known[i] = p->code[i].code;
        if (!code)
            pack_say_near(l, SAY_NO_CODE, node->line, c->value, p->name, known, known ? p->ncode : 0);
        else if (!c->title.zh.len)
            c->title = code->title;
        if (code && !c->color.len)
            c->color = code->color;
    }
    pack_title_must(l, node->line, c->value.len ? c->value : STR("classes"), &c->title);
    return *c;
}

static void read_classes(PackLoader *l, LayerLine *line, size_t at, const PackProperty *p)
{
    PackLayer *layer = &line->layer;
    Vec v = { 0 };

    if (line->classes && line->classes->kind != YAML_LIST)
        pack_say(l, SAY_NOT_LIST, line->classes->line, STR("classes"), STR(""));
    else if (line->classes)
        for (const Yaml *node = line->classes->first; node; node = node->next)
            *PUSH(l, &v, PackClass) = read_class(l, node, p, false);
    else
        pack_say(l, SAY_MISSING_KEY, at, STR("classes"), STR(""));
    layer->class = v.ptr;
    layer->nclass = v.n;
    layer->other = (PackClass){ .from = NAN, .to = NAN, .width = NAN, .opacity = NAN };
    if (line->other)
        layer->other = read_class(l, line->other, p, true);
}

static void read_kind(PackLoader *l, size_t at, Str kind, PackDraw *out)
{
    static const Str word[] = { { "line", 4 }, { "fill", 4 }, { "circle", 6 }, { "symbol", 6 } };

    for (size_t i = 0; i < LEN(word); i++)
        if (str_eq(kind, word[i])) {
            *out = (PackDraw)i;
            return;
        }
    pack_say_near(l, SAY_BAD_KIND, at, kind, STR(""), word, LEN(word));
}

/* A property that goes into tiles: open and of one value. */
static const PackProperty *open_property(
    PackLoader *l, const PackCollection *c, Str name, size_t at, const char *use)
{
    const PackProperty *p = name.len ? pack_want(l, c, name, at) : NULL;

    if (p && p->grade >= 3)
        pack_say(l, SAY_SEALED, at, name, str_of(use));
    return p;
}

static void bind_layer(PackLoader *l, const Yaml *node, LayerLine *line)
{
    PackLayer *layer = &line->layer;
    const PackDraft *d = map_get(l->by_name, layer->collection);
    const PackProperty *p, *time;

    if (!d) {
        pack_say_near(l, SAY_NO_REF, node->line, layer->collection, STR(""), l->collection_names.ptr,
            l->collection_names.n);
        return;
    }
    if (!d->c.spatial)
        pack_say(l, SAY_NOT_SPATIAL, node->line, d->c.name, STR(""));
    p = open_property(l, &d->c, layer->property, node->line, "property");
    (void)open_property(l, &d->c, layer->label, node->line, "label");
    time = open_property(l, &d->c, layer->time, node->line, "time");
    if (time && time->type != PACK_DATE && time->type != PACK_TIME)
        pack_say(l, SAY_NOT_TIME, node->line, time->name, STR("time"));
    for (size_t i = 0; i < layer->nattribute; i++)
        (void)open_property(l, &d->c, layer->attribute[i], node->line, "attributes");
    layer->filter = pack_condition(l, &d->c, layer->filter_text, layer->id, node->line);
    read_classes(l, line, node->line, p);
}

static void read_layer(PackLoader *l, const Yaml *node)
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
                           .pack = l->pack,
                           .maxzoom = GEO_MAX_ZOOM,
                           .label_zoom = 12,
                           .order = 50,
                           .yaml = node } };
    PackLayer *layer = &line.layer;

    pack_fields(l, node, node->key, key, LEN(key), &line);
    pack_title_must(l, node->line, node->key, &layer->title);
    pack_title_must(l, node->line, STR("group"), &layer->group);
    read_kind(l, node->line, line.kind, &layer->kind);
    layer->attribute = line.attributes.ptr;
    layer->nattribute = line.attributes.n;
    check_color(l, node->line, layer->casing);
    if (layer->minzoom < 0 || layer->maxzoom > GEO_MAX_ZOOM || layer->minzoom > layer->maxzoom)
        pack_say(l, SAY_BAD_ZOOM, node->line, node->key, STR(""));
    bind_layer(l, node, &line);
    if (pack_name_ok(l, node->line, node->key, false) && pack_once(l, node->line, "layer", node->key))
        *PUSH(l, &l->layers, PackLayer) = *layer;
}

void pack_read_layers(PackLoader *l, const Yaml *top)
{
    for (const Yaml *node = top->first; node; node = node->next)
        read_layer(l, node);
}

/* A map shows little at first. */
void pack_check_layers(PackLoader *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->layers.n; i++) {
        const PackLayer *layer = AT(&l->layers, PackLayer, i);

        if (layer->visible && !layer->base && ++n > VISIBLE_MAX)
            pack_say(l, SAY_TOO_VISIBLE, layer->yaml->line, layer->id, STR(""));
    }
}
