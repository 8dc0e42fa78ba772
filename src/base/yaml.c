/* src/base/yaml.c - libyaml's events become a tree that knows its lines. */
#include "base/base.h"
#include <assert.h>
#include <yaml.h>

enum { DEPTH = 32, NODES = 200000 };
typedef struct Reader {
    yaml_parser_t parser;
    Arena *arena;
    Str name;
    Err *err;
    size_t nodes;
    bool no_memory;
} Reader;

static bool fail(Reader *r, const char *what, size_t line)
{
    if (r->no_memory || r->parser.error == YAML_MEMORY_ERROR)
        return FAIL(r->err, BASE_NO_MEMORY, STR("yaml"), "%.*s:%zu", STRV(r->name), line);
    return FAIL(r->err, BASE_BAD_YAML, str_of(what), "%.*s:%zu", STRV(r->name), line);
}

static bool next(Reader *r, yaml_event_t *e)
{
    if (yaml_parser_parse(&r->parser, e))
        return true;
    return fail(r, r->parser.problem ? r->parser.problem : "cannot be read", r->parser.problem_mark.line + 1);
}

static Yaml *node(Reader *r, YamlKind kind, const yaml_event_t *e)
{
    const bool room = ++r->nodes <= NODES;
    Yaml *y = room ? NEW(r->arena, Yaml) : NULL;

    r->no_memory |= room && !y;
    if (y) {
        y->kind = kind;
        y->line = e->start_mark.line + 1;
    }
    return y;
}

static Str scalar(Reader *r, const yaml_event_t *e)
{
    const Str copy = str_copy(r->arena, (Str){ (const char *)e->data.scalar.value, e->data.scalar.length });

    r->no_memory |= !copy.ptr;
    return copy;
}

static bool value(Reader *r, yaml_event_t *e, int depth, Yaml **out);

static bool children(Reader *r, Yaml *parent, int depth)
{
    Yaml **tail = &parent->first, *child = NULL;
    const bool map = parent->kind == YAML_MAP;

    for (;;) {
        yaml_event_t e;
        Str key = { 0, 0 };

        if (!next(r, &e))
            return false;
        if (e.type == (map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT)) {
            yaml_event_delete(&e);
            return true;
        }
        if (map) {
            const size_t line = e.start_mark.line + 1;
            const bool good = e.type == YAML_SCALAR_EVENT;

            if (good)
                key = scalar(r, &e);
            yaml_event_delete(&e);
            if (!good || !key.ptr)
                return fail(r, "a key must be a plain text", line);
            for (const Yaml *c = parent->first; c; c = c->next)
                if (str_eq(c->key, key))
                    return fail(r, "the same key twice", line);
            if (!next(r, &e))
                return false;
        }
        if (!value(r, &e, depth + 1, &child))
            return false;
        assert(child);
        child->key = key;
        *tail = child;
        tail = &child->next;
        parent->n++;
    }
}

/* Takes the event over. */
static bool value(Reader *r, yaml_event_t *e, int depth, Yaml **out)
{
    const size_t line = e->start_mark.line + 1;
    const yaml_event_type_t type = e->type;
    Yaml *y = NULL;

    if (type == YAML_SCALAR_EVENT) {
        y = node(r, YAML_TEXT, e);
        if (y) {
            y->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
            y->text = scalar(r, e);
        }
    } else if (type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT)
        y = node(r, type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST, e);
    yaml_event_delete(e);
    if (type == YAML_ALIAS_EVENT)
        return fail(r, "anchors are not used here", line);
    if (!y || depth > DEPTH || (type == YAML_SCALAR_EVENT && !y->text.ptr))
        return fail(r, "too large or too deep", line);
    if (type != YAML_SCALAR_EVENT && !children(r, y, depth))
        return false;
    *out = y;
    return true;
}

static bool document(Reader *r, Yaml **out)
{
    yaml_event_t e;

    for (;;) {
        if (!next(r, &e))
            return false;
        if (e.type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&e);
            return fail(r, "the file is empty", 1);
        }
        if (e.type != YAML_STREAM_START_EVENT && e.type != YAML_DOCUMENT_START_EVENT)
            return value(r, &e, 0, out);
        yaml_event_delete(&e);
    }
}

bool yaml_read(Str text, Str name, Arena *a, Yaml **out, Err *err)
{
    Reader r = { .arena = a, .name = name, .err = err };
    bool good;

    if (!str_is_utf8(text))
        return FAIL(err, BASE_BAD_YAML, STR("not UTF-8"), "%.*s:1", STRV(name));
    if (!yaml_parser_initialize(&r.parser))
        return FAIL(err, BASE_NO_MEMORY, STR("yaml"), "%.*s", STRV(name));
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
    good = document(&r, out);
    yaml_parser_delete(&r.parser);
    return good;
}

const Yaml *yaml_get(const Yaml *map, const char *key)
{
    const Str k = str_of(key);

    if (map && map->kind == YAML_MAP)
        for (const Yaml *c = map->first; c; c = c->next)
            if (str_eq(c->key, k))
                return c;
    return NULL;
}

Str yaml_text(const Yaml *map, const char *key)
{
    const Yaml *c = yaml_get(map, key);

    return c && c->kind == YAML_TEXT ? c->text : STR("");
}
