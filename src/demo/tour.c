/* src/demo/tour.c - demo/stories.yaml as JSON in one language: { zh, en } becomes the text asked for. */
#include "demo/demo.h"

enum { FILE_MAX = 1 << 20, JSON_MAX = 1 << 20 };

static bool is_text_pair(const Yaml *y)
{
    return y->kind == YAML_MAP && y->n == 2 && yaml_get(y, "zh") && yaml_get(y, "en");
}

static void write(const Yaml *y, Str lang, Buf *out)
{
    if (y->kind == YAML_TEXT) {
        buf_json_str(out, y->text);
        return;
    }
    if (is_text_pair(y)) {
        buf_json_str(out, yaml_text(y, str_starts(lang, STR("en")) ? "en" : "zh"));
        return;
    }
    buf_c(out, y->kind == YAML_MAP ? '{' : '[');
    for (const Yaml *k = y->first; k; k = k->next) {
        if (y->kind == YAML_MAP) {
            buf_json_str(out, k->key);
            buf_c(out, ':');
        }
        write(k, lang, out);
        if (k->next)
            buf_c(out, ',');
    }
    buf_c(out, y->kind == YAML_MAP ? '}' : ']');
}

bool demo_tour(const char *data, Str lang, Arena *a, Str *json, Err *err)
{
    static const char *const part[4] = { "cards", "tour", "actors", "files" };
    Str path = str_fmt(a, "%s/stories.yaml", data), text;
    Yaml *y;
    Buf b;

    if (!path.ptr || !file_read(path.ptr, FILE_MAX, a, &text, err) ||
        !yaml_read(text, STR("stories.yaml"), a, &y, err))
        return false;
    buf_init(&b, JSON_MAX);
    for (size_t i = 0; i < LEN(part); i++) {
        const Yaml *p = yaml_get(y, part[i]);

        buf_fmt(&b, "%c\"%s\":", i ? ',' : '{', part[i]);
        if (p)
            write(p, lang, &b);
        else
            buf_str(&b, STR("[]"));
    }
    buf_c(&b, '}');
    *json = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return json->ptr || FAIL(err, BASE_NO_MEMORY, STR("tour"), "stories.yaml");
}
