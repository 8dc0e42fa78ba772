/* src/pack/task.c - the plan's 28 tasks. */
#include "pack/inside.h"

void pack_want_task(PackLoader *l, Str task, size_t line)
{
    int64_t n;

    if (task.len && (task.len != 2 || !str_to_i64(task, &n) || n < 1 || n > 28))
        pack_say(l, &PACK_SAY_BAD_TASK, line, task, STR(""));
}

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
    pack_want_task(l, node->key, node->line);
    if (!line.holds || line.holds->kind != YAML_LIST || line.holds->n != 3)
        pack_say(l, &PACK_SAY_HOLDS, node->line, node->key, STR(""));
    else {
        hold = line.holds->first;
        for (size_t i = 0; i < 3; i++, hold = hold->next)
            pack_title(l, hold, node->key, &line.t.holds[i]);
    }
    for (size_t i = 0; i < line.shared.n; i++)
        (void)pack_want_collection(l, line.shared.ptr[i], node->line);
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
