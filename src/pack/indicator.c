/* src/pack/indicator.c - indicators (a numerator over a denominator) and the plan's tasks. */
#include "pack/inside.h"

static const PackProperty *number(
    PackLoader *l, const PackCollection *c, Str name, size_t line, const char *use)
{
    const PackProperty *p = name.len ? pack_want(l, c, name, line) : NULL;

    if (p && (p->many || (p->type != PACK_INTEGER && p->type != PACK_NUMBER && p->type != PACK_MONEY)))
        pack_say(l, SAY_NOT_NUMERIC, line, name, str_of(use));
    return p;
}

static void bind_indicator(PackLoader *l, const Yaml *node, PackIndicator *i)
{
    const PackDraft *d = map_get(l->by_name, i->collection);
    const PackProperty *period;

    if (!d) {
        pack_say_near(l, SAY_NO_REF, node->line, i->collection, STR(""), l->collection_names.ptr,
            l->collection_names.n);
        return;
    }
    i->numerator = pack_condition(l, &d->c, i->numerator_text, i->id, node->line);
    i->denominator = pack_condition(l, &d->c, i->denominator_text, i->id, node->line);
    (void)number(l, &d->c, i->weight, node->line, "weight");
    (void)number(l, &d->c, i->value, node->line, "value");
    period = i->period.len ? pack_want(l, &d->c, i->period, node->line) : NULL;
    if (period && period->type != PACK_DATE && period->type != PACK_TIME)
        pack_say(l, SAY_NOT_TIME, node->line, i->period, STR("period"));
}

static void check_task(PackLoader *l, size_t line, Str task)
{
    int64_t n;

    if (task.len && (task.len != 2 || !str_to_i64(task, &n) || n < 1 || n > 28))
        pack_say(l, SAY_BAD_TASK, line, task, STR(""));
}

static void read_indicator(PackLoader *l, const Yaml *node)
{
    typedef struct Line {
        PackIndicator i;
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
    Line line = { .i = { .id = node->key, .pack = l->pack, .scale = 1, .digits = 1 } };

    pack_fields(l, node, node->key, key, LEN(key), &line);
    pack_title_must(l, node->line, node->key, &line.i.title);
    check_task(l, node->line, line.i.task);
    line.i.better = str_eq(line.better, STR("up")) ? "up" : str_eq(line.better, STR("down")) ? "down" : "";
    bind_indicator(l, node, &line.i);
    if (pack_name_ok(l, node->line, node->key, false) && pack_once(l, node->line, "indicator", node->key))
        *PUSH(l, &l->indicators, PackIndicator) = line.i;
}

void pack_read_indicators(PackLoader *l, const Yaml *top)
{
    for (const Yaml *node = top->first; node; node = node->next)
        read_indicator(l, node);
}

/* --- the plan's 28 ------------------------------------------------------------------------------------- */
static Str serving_pack(const PackLoader *l, Str task)
{
    for (size_t i = 0; i < l->info.n; i++)
        if (str_eq(AT(&l->info, PackInfo, i)->task, task))
            return AT(&l->info, PackInfo, i)->name;
    return STR("");
}

static void read_task(PackLoader *l, const Yaml *node)
{
    typedef struct Line {
        PackTask t;
        PackNames shared;
        const Yaml *holds;
    } Line;
    static const PackKey key[] = { { "title", KEY_TITLE, offsetof(Line, t.title), true },
        { "section", KEY_TITLE, offsetof(Line, t.section), true },
        { "planned", KEY_TITLE, offsetof(Line, t.planned), false },
        { "shared", KEY_NAMES, offsetof(Line, shared), false },
        { "holds", KEY_NODE, offsetof(Line, holds), true } };
    Line line = { .t = { .id = node->key, .pack = serving_pack(l, node->key) } };
    const Yaml *hold;

    pack_fields(l, node, node->key, key, LEN(key), &line);
    check_task(l, node->line, node->key);
    if (!line.holds || line.holds->kind != YAML_LIST || line.holds->n != 3)
        pack_say(l, SAY_HOLDS, node->line, node->key, STR(""));
    else {
        hold = line.holds->first;
        for (size_t i = 0; i < 3; i++, hold = hold->next)
            pack_title(l, hold, node->key, &line.t.holds[i]);
    }
    for (size_t i = 0; i < line.shared.n; i++)
        if (!map_get(l->by_name, line.shared.ptr[i]))
            pack_say_near(l, SAY_NO_REF, node->line, line.shared.ptr[i], STR(""), l->collection_names.ptr,
                l->collection_names.n);
    line.t.shared = line.shared.ptr;
    line.t.nshared = line.shared.n;
    if (pack_once(l, node->line, "task", node->key))
        *PUSH(l, &l->tasks, PackTask) = line.t;
}

void pack_read_tasks(PackLoader *l, const Yaml *top)
{
    for (const Yaml *node = top->first; node; node = node->next)
        read_task(l, node);
}
