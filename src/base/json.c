/* src/base/json.c - JSON in by jansson, out by hand as it comes. */
#include "base/base.h"
#include <stdlib.h>

bool json_read(Str text, json_t **out, Err *err)
{
    json_error_t e;
    json_t *v;

    if (!str_is_utf8(text)) /* also refuses NUL */
        return FAIL(err, BASE_BAD_JSON, STR("not UTF-8"), "body");
    v = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (!v)
        return FAIL(err, BASE_BAD_JSON, str_of(e.text), "body %d:%d", e.line, e.column);
    *out = v;
    return true;
}

static void drop(void *v)
{
    json_decref(v);
}

bool json_read_in(Str text, Arena *a, json_t **out, Err *err)
{
    json_t *v = NULL;

    if (!json_read(text, &v, err))
        return false;
    if (!arena_defer(a, drop, v)) {
        json_decref(v);
        return FAIL(err, BASE_NO_MEMORY, STR("json"), "body");
    }
    *out = v;
    return true;
}

Str json_str(const json_t *v)
{
    return json_is_string(v) ? (Str){ json_string_value(v), json_string_length(v) } : (Str){ "", 0 };
}

void buf_json_str(Buf *b, Str s)
{
    size_t from = 0;

    if (!s.len) {
        buf_str(b, STR("\"\""));
        return;
    }
    buf_c(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];

        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        buf_add(b, s.ptr + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\')
            buf_c(b, '\\'), buf_c(b, (char)c);
        else if (c == '\n')
            buf_str(b, STR("\\n"));
        else
            buf_fmt(b, "\\u%04x", c);
    }
    buf_add(b, s.ptr + from, s.len - from);
    buf_c(b, '"');
}

static int by_key(const void *x, const void *y)
{
    const char *const *a = x, *const *b = y;

    return strcmp(*a, *b);
}

static void object(Buf *b, const json_t *v)
{
    const size_t n = json_object_size(v);
    const char **key = mem_new(n, sizeof *key), *k;
    json_t *item;
    size_t i = 0;

    if (!key) {
        b->bad = true;
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)v, k, item) key[i++] = k;
    qsort(key, n, sizeof *key, by_key);
    buf_c(b, '{');
    for (i = 0; i < n; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, str_of(key[i]));
        buf_c(b, ':');
        buf_json(b, json_object_get(v, key[i]));
    }
    buf_c(b, '}');
    mem_free(key);
}

static void array(Buf *b, const json_t *v)
{
    buf_c(b, '[');
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (i)
            buf_c(b, ',');
        buf_json(b, json_array_get(v, i));
    }
    buf_c(b, ']');
}

void buf_json(Buf *b, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        object(b, v);
        break;
    case JSON_ARRAY:
        array(b, v);
        break;
    case JSON_STRING:
        buf_json_str(b, json_str(v));
        break;
    case JSON_INTEGER:
        buf_i64(b, json_integer_value(v));
        break;
    case JSON_REAL:
        buf_f64(b, json_real_value(v));
        break;
    case JSON_TRUE:
        buf_str(b, STR("true"));
        break;
    case JSON_FALSE:
        buf_str(b, STR("false"));
        break;
    case JSON_NULL:
        buf_str(b, STR("null"));
        break;
    }
}
