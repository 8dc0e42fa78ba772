/* src/pack/codes.c - enums: lists that one property holds, and shared ones of codes.yaml.
 *
 *     codes: { 县道: County road, 优: { zh: 优, en: Excellent, color: "#10B189" } }   or  [a, b]  or  crop
 */
#include "pack/inside.h"

static void read_code(PackLoader *l, const Yaml *node, PackCode *out)
{
    static const PackKey key[] = { { "zh", KEY_TEXT, offsetof(PackCode, title.zh), false },
        { "en", KEY_TEXT, offsetof(PackCode, title.en), false },
        { "color", KEY_TEXT, offsetof(PackCode, color), false } };

    out->code = out->title.zh = node->key;
    if (node->kind == YAML_TEXT)
        out->title.en = node->text;
    else
        pack_fields(l, node, node->key, key, LEN(key), out);
    if (!out->title.en.len) {
        pack_say(l, &PACK_SAY_NO_TITLE_EN, node->line, node->key, STR(""));
        out->title.en = out->title.zh;
    }
    pack_want_color(l, out->color, node->line);
}

static void read_codes(PackLoader *l, const Yaml *node, Str what, PackCodes *out)
{
    PackList v = { 0 };

    for (const Yaml *item = node->first; item; item = item->next) {
        PackCode c = { 0 };
        bool twice = false;

        if (node->kind == YAML_MAP)
            read_code(l, item, &c);
        else
            c = (PackCode){ item->text, { item->text, item->text }, STR("") };
        if (!c.code.len)
            pack_say(l, &PACK_SAY_BAD_CODES, item->line, what, STR(""));
        for (size_t i = 0; i < v.n && !twice; i++)
            twice = str_eq(AT(&v, PackCode, i)->code, c.code);
        if (twice)
            pack_say(l, &PACK_SAY_TWICE, item->line, c.code, what);
        else
            *PUSH(l, &v, PackCode) = c;
    }
    *out = (PackCodes){ v.ptr, v.n };
}

bool pack_codes(PackLoader *l, const Yaml *node, Str what, PackCodes *out)
{
    const PackCodes *shared;

    if (node->kind != YAML_TEXT) {
        read_codes(l, node, what, out);
        if (!out->n)
            pack_say(l, &PACK_SAY_NO_CODES, node->line, what, STR(""));
        return out->n > 0;
    }
    shared = map_get(l->lists, node->text);
    if (!shared) {
        pack_say_near(
            l, &PACK_SAY_NO_LIST, node->line, node->text, STR(""), l->list_names.ptr, l->list_names.n);
        return false;
    }
    *out = *shared;
    return true;
}

typedef struct List {
    PackTitle title;
    PackTitle source;
    const Yaml *codes;
} List;

void pack_read_codes(PackLoader *l, const Yaml *top)
{
    static const PackKey key[] = { { "title", KEY_TITLE, offsetof(List, title), true },
        { "source", KEY_TITLE, offsetof(List, source), false },
        { "codes", KEY_NODE, offsetof(List, codes), true } };

    for (const Yaml *node = top->first; node; node = node->next) {
        PackCodes *out = pack_take(l, 1, sizeof *out);
        List list = { 0 };

        pack_fields(l, node, node->key, key, LEN(key), &list);
        if (!out || !list.codes || !pack_name_ok(l, node->line, node->key, false) ||
            !pack_once(l, node->line, "codes", node->key))
            continue;
        read_codes(l, list.codes, node->key, out);
        *PUSH(l, &l->list_names, Str) = node->key;
        l->no_memory |= !map_put(l->lists, node->key, out);
    }
}

const PackCode *pack_want_code(PackLoader *l, const PackProperty *p, Str code, size_t line)
{
    const PackCode *found = pack_code(p, code);
    Str *known;

    if (found)
        return found;
    known = pack_take(l, p->ncode, sizeof *known);
    for (size_t i = 0; known && i < p->ncode; i++)
        known[i] = p->code[i].code;
    pack_say_near(l, &PACK_SAY_NO_CODE, line, code, p->name, known, known ? p->ncode : 0);
    return NULL;
}
