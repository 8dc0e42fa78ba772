/* src/pack/fields.c - reads a YAML map by a table of its keys; growing rows; names. */
#include <assert.h>
#include "pack/inside.h"

void *pack_take(PackLoader *l, size_t n, size_t size)
{
    void *p = arena_take(l->a, n ? n : 1, size);

    l->no_memory |= !p;
    return p;
}

void *pack_push(PackLoader *l, PackList *v, size_t size)
{
    assert(size <= sizeof l->scratch);
    if (v->n == v->cap) {
        size_t cap = v->cap ? v->cap * 2 : 8;
        void *ptr = pack_take(l, cap, size);

        if (!ptr)
            return memset(l->scratch, 0, sizeof l->scratch);
        if (v->n)
            memcpy(ptr, v->ptr, v->n * size);
        v->ptr = ptr;
        v->cap = cap;
    }
    return (char *)v->ptr + size * v->n++;
}

void pack_title(PackLoader *l, const Yaml *node, Str what, PackTitle *out)
{
    static const PackKey key[] = { { "zh", KEY_TEXT, offsetof(PackTitle, zh), false },
        { "en", KEY_TEXT, offsetof(PackTitle, en), false } };

    if (node->kind == YAML_TEXT)
        out->zh = node->text;
    else
        pack_fields(l, node, STR("title"), key, LEN(key), out);
    if (out->zh.len && !out->en.len) {
        pack_say(l, &PACK_SAY_NO_TITLE_EN, node->line, what, STR(""));
        out->en = out->zh;
    }
}

void pack_title_must(PackLoader *l, size_t line, Str what, const PackTitle *t)
{
    if (!t->zh.len)
        pack_say(l, &PACK_SAY_NO_TITLE, line, what, STR(""));
}

static void read_names(PackLoader *l, const Yaml *node, PackNames *out)
{
    PackList v = { 0 };

    if (node->kind == YAML_TEXT && node->text.len) {
        *PUSH(l, &v, Str) = node->text;
    } else if (node->kind == YAML_LIST) {
        for (const Yaml *item = node->first; item; item = item->next)
            if (item->kind == YAML_TEXT)
                *PUSH(l, &v, Str) = item->text;
            else
                pack_say(l, &PACK_SAY_NOT_TEXT, item->line, node->key, STR(""));
    } else {
        pack_say(l, &PACK_SAY_NOT_LIST, node->line, node->key, STR(""));
    }
    *out = (PackNames){ v.ptr, v.n };
}

static void read_scalar(PackLoader *l, const Yaml *node, PackKeyKind kind, void *at)
{
    Str s = node->text;
    int64_t i;
    bool ok;

    if (node->kind != YAML_TEXT) {
        pack_say(l, &PACK_SAY_NOT_TEXT, node->line, node->key, STR(""));
        return;
    }
    switch (kind) {
    case KEY_BOOL:
        ok = str_eq(s, STR("true")) || str_eq(s, STR("false"));
        *(bool *)at = str_eq(s, STR("true"));
        break;
    case KEY_NUMBER:
        ok = str_to_f64(s, at);
        break;
    case KEY_INT:
        ok = str_to_i64(s, &i) && i >= -1000000 && i <= 1000000;
        if (ok)
            *(int *)at = (int)i;
        break;
    default:
        *(Str *)at = s;
        return;
    }
    if (!ok)
        pack_say(l, kind == KEY_BOOL ? &PACK_SAY_NOT_BOOL : &PACK_SAY_NOT_NUMBER, node->line, node->key, s);
}

static void read_field(PackLoader *l, const Yaml *node, Str what, const PackKey *key, void *out)
{
    void *at = (char *)out + key->at;

    if (key->kind == KEY_CALLED && node->kind == YAML_TEXT)
        /* A name that is the same in both languages. */
        *(PackTitle *)at = (PackTitle){ node->text, node->text };
    else if (key->kind == KEY_TITLE || key->kind == KEY_CALLED)
        pack_title(l, node, what, at);
    else if (key->kind == KEY_NAMES)
        read_names(l, node, at);
    else if (key->kind == KEY_NODE)
        *(const Yaml **)at = node;
    else
        read_scalar(l, node, key->kind, at);
}

static void unknown_key(PackLoader *l, const Yaml *node, const PackKey *key, size_t nkey)
{
    Str known[64];
    Buf all;

    assert(nkey <= LEN(known));
    buf_init(&all, 2048);
    for (size_t i = 0; i < nkey; i++) {
        known[i] = str_of(key[i].name);
        buf_fmt(&all, "%s%s", i ? " " : "", key[i].name);
    }
    pack_say_near(
        l, &PACK_SAY_UNKNOWN_KEY, node->line, node->key, str_copy(l->a, buf_text(&all)), known, nkey);
    buf_clear(&all);
}

void pack_fields(PackLoader *l, const Yaml *map, Str what, const PackKey *key, size_t nkey, void *out)
{
    uint64_t seen = 0;

    assert(nkey <= 64);
    if (map->kind != YAML_MAP) {
        pack_say(l, &PACK_SAY_NOT_MAP, map->line, what, STR(""));
        return;
    }
    for (const Yaml *node = map->first; node; node = node->next) {
        size_t k = 0;

        while (k < nkey && !str_eq(node->key, str_of(key[k].name)))
            k++;
        if (k == nkey) {
            unknown_key(l, node, key, nkey);
        } else if (seen >> k & 1) {
            pack_say(l, &PACK_SAY_TWICE, node->line, node->key, what);
        } else {
            seen |= UINT64_C(1) << k;
            read_field(l, node, what, &key[k], out);
        }
    }
    for (size_t k = 0; k < nkey; k++)
        if (key[k].must && !(seen >> k & 1))
            pack_say(l, &PACK_SAY_MISSING_KEY, map->line, str_of(key[k].name), what);
}

/* Columns and parameters that are there already. */
static bool reserved(Str name, bool property)
{
    static const char *const word[] = { "fid", "id", "geometry", "geom", "sealed", "sealed4", "division",
        "valid_from", "valid_to", "created_at", "created_by", "changed_at", "changed_by", "source",
        "source_ref", "confidence", "verified_at", "verified_by", "lock", "version", "changed_seq", "limit",
        "offset", "bbox", "datetime", "filter", "sortby", "properties", "crs", "q", "f", "count", "expand" };
    static const char *const start[] = { "gpkg_", "rtree_", "sqlite_", "bx_" };

    for (size_t i = 0; i < LEN(start); i++)
        if (str_starts(name, str_of(start[i])))
            return true;
    for (size_t i = 0; property && i < LEN(word); i++)
        if (str_eq(name, str_of(word[i])))
            return true;
    return false;
}

bool pack_name_ok(PackLoader *l, size_t line, Str name, bool property)
{
    bool ok = name.len && name.len <= 63 && name.ptr[0] >= 'a' && name.ptr[0] <= 'z';

    for (size_t i = 0; ok && i < name.len; i++)
        ok = (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || (name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
             name.ptr[i] == '_';
    if (!ok || reserved(name, property)) {
        pack_say(l, ok || (name.len && name.ptr[0] == '_') ? &PACK_SAY_RESERVED : &PACK_SAY_BAD_NAME, line,
            name, STR(""));
        return false;
    }
    return true;
}

bool pack_once(PackLoader *l, size_t line, const char *room, Str name)
{
    Str key = str_fmt(l->a, "%s/%.*s", room, STRV(name)), *where = map_get(l->files, key);

    if (where) {
        pack_say(l, &PACK_SAY_TWICE, line, name, *where);
        return false;
    }
    where = pack_take(l, 1, sizeof *where);
    if (!where)
        return false;
    *where = str_fmt(l->a, "%.*s:%zu", STRV(l->file), line);
    l->no_memory |= !map_put(l->files, key, where);
    return true;
}

static bool is_color(Str s)
{
    if (s.len != 7 || s.ptr[0] != '#')
        return false;
    for (size_t i = 1; i < 7; i++)
        if (!strchr("0123456789ABCDEFabcdef", s.ptr[i]))
            return false;
    return true;
}

void pack_want_color(PackLoader *l, Str color, size_t line)
{
    if (color.len && !is_color(color))
        pack_say(l, &PACK_SAY_BAD_COLOR, line, color, STR(""));
}
