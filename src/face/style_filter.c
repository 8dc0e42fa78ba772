/* src/face/style_filter.c - CQL2 to MapLibre expressions, by way of CQL2 JSON (21-065r2 clause 8). Tiles hold dates and
 * times as texts, so that they compare as CQL2 compares them. */
#include "face/style.h"

static bool put(const json_t *v, Buf *b);

static bool put_all(const char *op, const json_t *args, Buf *b)
{
    buf_fmt(b, "[\"%s\"", op);
    for (size_t i = 0; i < json_array_size(args); i++) {
        buf_c(b, ',');
        if (!put(json_array_get(args, i), b))
            return false;
    }
    buf_c(b, ']');
    return true;
}

static bool put_in(const json_t *args, Buf *b)
{
    buf_str(b, STR("[\"in\","));
    if (!put(json_array_get(args, 0), b))
        return false;
    buf_str(b, STR(",[\"literal\","));
    buf_json(b, json_array_get(args, 1));
    buf_str(b, STR("]]"));
    return json_is_array(json_array_get(args, 1));
}

/* A tile leaves out what is null. */
static bool put_null(const json_t *args, Buf *b)
{
    const Str name = json_str(json_object_get(json_array_get(args, 0), "property"));

    buf_str(b, STR("[\"!\",[\"has\","));
    buf_json_str(b, name);
    buf_str(b, STR("]]"));
    return name.len > 0;
}

static bool put_between(const json_t *args, Buf *b)
{
    buf_str(b, STR("[\"all\",[\">=\","));
    if (!put(json_array_get(args, 0), b))
        return false;
    buf_c(b, ',');
    if (!put(json_array_get(args, 1), b))
        return false;
    buf_str(b, STR("],[\"<=\","));
    if (!put(json_array_get(args, 0), b))
        return false;
    buf_c(b, ',');
    if (!put(json_array_get(args, 2), b))
        return false;
    buf_str(b, STR("]]"));
    return true;
}

static bool put_op(Str op, const json_t *args, Buf *b)
{
    static const struct {
        const char *cql, *map;
    } same[] = { { "and", "all" }, { "or", "any" }, { "not", "!" }, { "=", "==" }, { "<>", "!=" },
        { "<", "<" }, { ">", ">" }, { "<=", "<=" }, { ">=", ">=" }, { "+", "+" }, { "-", "-" }, { "*", "*" },
        { "/", "/" } };

    if (str_eq(op, STR("in")))
        return put_in(args, b);
    if (str_eq(op, STR("isNull")))
        return put_null(args, b);
    if (str_eq(op, STR("between")))
        return put_between(args, b);
    for (size_t i = 0; i < LEN(same); i++)
        if (str_eq(op, str_of(same[i].cql)))
            return put_all(same[i].map, args, b);
    return false;
}

static bool put(const json_t *v, Buf *b)
{
    const json_t *name = json_object_get(v, "property"), *day = json_object_get(v, "date"),
                 *time = json_object_get(v, "timestamp");

    if (name) {
        buf_str(b, STR("[\"get\","));
        buf_json_str(b, json_str(name));
        buf_c(b, ']');
        return true;
    }
    if (day || time) {
        buf_json_str(b, json_str(day ? day : time));
        return true;
    }
    if (json_object_get(v, "op"))
        return put_op(json_str(json_object_get(v, "op")), json_object_get(v, "args"), b);
    buf_json(b, v);
    return json_is_string(v) || json_is_number(v) || json_is_boolean(v);
}

bool face_style_filter(const CqlExpr *e, Arena *a, Buf *out)
{
    const size_t before = out->len;
    Err err = { 0 };
    json_t *tree;
    Str text;

    if (cql_to_json(e, a, &text, &err) && json_read_in(text, a, &tree, &err) && put(tree, out))
        return true;
    out->len = before;
    return false;
}
