/* src/indicator/read.c - indicators.yaml of a pack: a numerator over a denominator, each a truth about a record. */
#include "indicator/indicator.h"

static const PackSaying NOT_NUMERIC = { "not-numeric", "“{0}”不是数值属性，不能用作{1}",
    "\"{0}\" is not a number: it cannot be the {1}", false };

static const PackProperty *number(
    PackLoader *l, const PackCollection *c, Str name, size_t line, const char *use)
{
    const PackProperty *p = name.len ? pack_want(l, c, name, line) : NULL;

    if (p && (p->many || (p->type != PACK_INTEGER && p->type != PACK_NUMBER && p->type != PACK_MONEY)))
        pack_say(l, &NOT_NUMERIC, line, name, str_of(use));
    return p;
}

static void bind_indicator(PackLoader *l, const Yaml *node, Indicator *i)
{
    const PackCollection *c = pack_want_collection(l, i->collection, node->line);
    const PackProperty *period;

    if (!c)
        return;
    i->numerator = pack_condition(l, c, i->numerator_text, i->id, node->line);
    i->denominator = pack_condition(l, c, i->denominator_text, i->id, node->line);
    (void)number(l, c, i->weight, node->line, "weight");
    (void)number(l, c, i->value, node->line, "value");
    period = i->period.len ? pack_want(l, c, i->period, node->line) : NULL;
    if (period && period->type != PACK_DATE && period->type != PACK_TIME)
        pack_say(l, &PACK_SAY_NOT_TIME, node->line, i->period, STR("period"));
}

static void read_indicator(PackLoader *l, const Yaml *node, PackList *out)
{
    typedef struct Line {
        Indicator i;
        Str better;
    } Line;
#define K(name, kind, must)                       \
    {                                             \
#name, kind, offsetof(Line, i.name), must \
    }
    static const PackKey key[] = { K(title, KEY_TITLE, true), K(description, KEY_TITLE, false),
        K(unit, KEY_TITLE, false), K(task, KEY_TEXT, true), K(collection, KEY_TEXT, true),
        K(weight, KEY_TEXT, false), K(value, KEY_TEXT, false), K(count, KEY_BOOL, false),
        K(scale, KEY_NUMBER, false), K(digits, KEY_INT, false), K(period, KEY_TEXT, false),
        K(source, KEY_TITLE, false), { "numerator", KEY_TEXT, offsetof(Line, i.numerator_text), false },
        { "denominator", KEY_TEXT, offsetof(Line, i.denominator_text), false },
        { "better", KEY_TEXT, offsetof(Line, better), false } };
#undef K
    Line line = { .i = { .id = node->key, .pack = pack_reading(l), .scale = 1, .digits = 1 } };

    pack_fields(l, node, node->key, key, LEN(key), &line);
    pack_title_must(l, node->line, node->key, &line.i.title);
    pack_want_task(l, line.i.task, node->line);
    line.i.better = str_eq(line.better, STR("up")) ? "up" : str_eq(line.better, STR("down")) ? "down" : "";
    bind_indicator(l, node, &line.i);
    if (pack_name_ok(l, node->line, node->key, false) && pack_once(l, node->line, "indicator", node->key))
        *PACK_PUSH(l, out, Indicator) = line.i;
}

static void read_indicators(PackLoader *l, const Yaml *top, PackList *out)
{
    for (const Yaml *node = top->first; node; node = node->next)
        read_indicator(l, node, out);
}

const Indicator *indicator_all(const PackModel *m, size_t *n)
{
    const PackList list = pack_part(m, &indicator_yaml);

    *n = list.n;
    return list.ptr;
}

bool indicator_find(const PackModel *m, Str id, const Indicator **out, Err *err)
{
    size_t n;
    const Indicator *i = indicator_all(m, &n);

    for (; n > 0; n--, i++)
        if (str_eq(i->id, id)) {
            *out = i;
            return true;
        }
    return FAIL(err, INDICATOR_NO_INDICATOR, id, "path");
}

const PackPart indicator_yaml = {
    .file = "indicators.yaml",
    .read = read_indicators,
    .sample = "# packs/{0}/indicators.yaml - what is counted\n"
              "{1}_settled:\n"
              "  title: { zh: 办结率, en: Share settled }\n"
              "  unit: { zh: \"%\", en: \"%\" }\n"
              "  task: \"01\"\n"
              "  collection: {1}\n"
              "  numerator: \"state = '办结'\"\n"
              "  scale: 100\n",
};

const NodeService indicator_service = { .name = "indicators", .part = &indicator_yaml };
