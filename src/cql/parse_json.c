/* src/cql/parse_json.c - CQL2 JSON into a tree. Clause 8.3 and the JSON schema of OGC 21-065. */
#include "cql/tree.h"
#include <stdio.h>

typedef struct Json {
    CqlBuild b;
    size_t deep;
} Json;

static CqlExpr *read_value(Json *j, const json_t *v, const CqlPath *path);
static CqlExpr *read_list(Json *j, const json_t *v, const CqlPath *path);

static const CqlPath *step(Json *j, const CqlPath *up, const char *key, size_t index)
{
    CqlPath *p = NEW(j->b.a, CqlPath);

    if (p)
        *p = (CqlPath){ up, key, index };
    else
        FAIL(j->b.err, BASE_NO_MEMORY, STR("cql"), "filter#");
    return p;
}

static CqlExpr at(const CqlPath *path)
{
    return (CqlExpr){ .json = true, .path = path };
}

static CqlExpr *fail(Json *j, const CqlPath *path, Str what, const char *expected)
{
    CqlExpr place = at(path);

    FAIL_AT(j->b.err, CQL_SYNTAX, &place, what);
    err_hint(j->b.err, "%s", expected);
    return NULL;
}

static CqlExpr *bad_value(Json *j, const CqlPath *path, Str what, const char *expected)
{
    CqlExpr place = at(path);

    FAIL_AT(j->b.err, CQL_BAD_VALUE, &place, what);
    err_hint(j->b.err, "%s", expected);
    return NULL;
}

static CqlExpr *literal(Json *j, const CqlPath *path, CqlValue v)
{
    CqlExpr place = at(path);

    place.value = v;
    return cql_node(&j->b, CQL_OP_LITERAL, place, NULL, 0);
}

/* Reads each item of an array onto the list. Only in arrays, functions and A_ operators may an item be an array. */
static bool read_items(Json *j, const json_t *array, bool list_ok, const CqlPath *path, CqlList *out)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const CqlPath *p = step(j, path, NULL, i);
        const json_t *v = json_array_get(array, i);
        CqlExpr *e = !p ? NULL : list_ok && json_is_array(v) ? read_list(j, v, p) : read_value(j, v, p);

        if (!e || !cql_list_add(out, e, &j->b))
            return false;
    }
    return true;
}

/* --- literals in objects -------------------------------------------------------------------------------- */
static CqlExpr *read_date(Json *j, const json_t *v, const CqlPath *path)
{
    CqlValue out;

    if (!json_is_string(v) || !cql_read_date(json_str(v), &out))
        return bad_value(j, path, json_str(v), "2026-01-31");
    return literal(j, path, out);
}

static CqlExpr *read_timestamp(Json *j, const json_t *v, const CqlPath *path)
{
    CqlValue out;

    if (!json_is_string(v) || !cql_read_timestamp(json_str(v), &out))
        return bad_value(j, path, json_str(v), "2026-01-31T08:00:00Z");
    return literal(j, path, out);
}

static CqlExpr *read_end(Json *j, const json_t *v, const CqlPath *path)
{
    const Str s = json_str(v);
    CqlValue out = { CQL_NULL };

    if (!json_is_string(v))
        return read_value(j, v, path);
    if (!str_eq(s, STR("..")) && !cql_read_date(s, &out) && !cql_read_timestamp(s, &out))
        return bad_value(j, path, s, "2026-01-31, 2026-01-31T08:00:00Z, ..");
    return literal(j, path, out);
}

static CqlExpr *read_interval(Json *j, const json_t *v, const CqlPath *path)
{
    CqlExpr *end[2];

    if (json_array_size(v) != 2)
        return fail(j, path, STR("interval"), "[…, …]");
    for (size_t i = 0; i < 2; i++) {
        const CqlPath *p = step(j, path, NULL, i);

        if (!p || !(end[i] = read_end(j, json_array_get(v, i), p)))
            return NULL;
    }
    return cql_node(&j->b, CQL_OP_INTERVAL, at(path), end, 2);
}

static CqlExpr *read_bbox(Json *j, const json_t *v, const CqlPath *path)
{
    CqlExpr place = at(path);
    const size_t n = json_array_size(v);
    double *box = NEWS(j->b.a, double, 6);

    if (!box) {
        FAIL_AT(j->b.err, BASE_NO_MEMORY, &place, STR("cql"));
        return NULL;
    }
    if (n != 4 && n != 6)
        return fail(j, path, STR("bbox"), "[1, 2, 3, 4]");
    for (size_t i = 0; i < n; i++) {
        if (!json_is_number(json_array_get(v, i)))
            return fail(j, path, STR("bbox"), "[1, 2, 3, 4]");
        box[i] = json_number_value(json_array_get(v, i));
    }
    place.box = box;
    place.nbox = n;
    return cql_node(&j->b, CQL_OP_BBOX, place, NULL, 0);
}

/* What geo says of a place inside the geometry ("…/coordinates/0") goes behind our own pointer. */
static CqlExpr *read_geometry(Json *j, const json_t *v, const CqlPath *path)
{
    CqlValue out = { CQL_GEOM };
    char inner[96], own[96];

    if (geo_from_geojson(v, j->b.a, &out.geom, j->b.err))
        return literal(j, path, out);
    const char *slash = strchr(j->b.err->where, '/');
    snprintf(inner, sizeof inner, "%s", slash ? slash : "");
    cql_path_text(path, own, sizeof own);
    snprintf(j->b.err->where, sizeof j->b.err->where, "filter#%.40s%.48s", own, inner);
    return NULL;
}

static CqlExpr *read_property(Json *j, const json_t *v, const CqlPath *path)
{
    CqlExpr place = at(path);

    place.name = json_str(v);
    if (!place.name.len)
        return fail(j, path, STR("property"), "\"…\"");
    return cql_node(&j->b, CQL_OP_PROPERTY, place, NULL, 0);
}

/* --- operators ----------------------------------------------------------------------------------------------- */
/* "in" has two arguments in JSON, the second a list; in the tree the list's items follow the first. */
static bool read_in(Json *j, const json_t *args, const CqlPath *path, CqlList *out)
{
    const CqlPath *first = step(j, path, NULL, 0), *second = step(j, path, NULL, 1);
    const json_t *list = json_array_get(args, 1);
    CqlExpr *e;

    if (!first || !second)
        return false;
    if (json_array_size(args) != 2 || !json_is_array(list))
        return fail(j, path, STR("in"), "[…, […]]");
    e = read_value(j, json_array_get(args, 0), first);
    return e && cql_list_add(out, e, &j->b) && read_items(j, list, false, second, out);
}

static bool right_count(CqlOp op, size_t n)
{
    if (op == CQL_OP_AND || op == CQL_OP_OR)
        return n >= 2;
    return n == cql_op[op].nargs;
}

static CqlExpr *read_operator(Json *j, CqlOp op, const json_t *args, const CqlPath *path)
{
    const CqlPath *inner = step(j, path, "args", 0);
    CqlList l = { 0 };

    if (!inner)
        return NULL;
    if (op == CQL_OP_IN)
        return read_in(j, args, inner, &l) ? cql_node(&j->b, op, at(path), l.item, l.n) : NULL;
    if (!right_count(op, json_array_size(args)))
        return fail(j, inner, str_of(cql_op[op].json),
            op == CQL_OP_AND || op == CQL_OP_OR ? "[…, …]"
            : cql_op[op].nargs == 1             ? "[…]"
            : cql_op[op].nargs == 2             ? "[…, …]"
                                                : "[…, …, …]");
    return read_items(j, args, cql_op[op].family == CQL_ARRAY, inner, &l)
               ? cql_node(&j->b, op, at(path), l.item, l.n)
               : NULL;
}

static CqlExpr *read_function(Json *j, Str name, const json_t *args, const CqlPath *path)
{
    const CqlPath *inner = step(j, path, "args", 0);
    CqlExpr place = at(path);
    CqlList l = { 0 };

    if (!inner)
        return NULL;
    place.name = name;
    return read_items(j, args, true, inner, &l) ? cql_node(&j->b, CQL_OP_FUNCTION, place, l.item, l.n) : NULL;
}

static CqlExpr *read_op(Json *j, const json_t *v, const CqlPath *path)
{
    const Str name = json_str(json_object_get(v, "op"));
    const json_t *args = json_object_get(v, "args");
    CqlOp op;

    if (!name.len)
        return fail(j, path, STR("op"), "\"…\"");
    if (!json_is_array(args))
        return fail(j, path, name, "\"args\":[…]");
    if (cql_op_of_json(name, &op))
        return read_operator(j, op, args, path);
    return read_function(j, name, args, path);
}

static CqlExpr *read_object(Json *j, const json_t *v, const CqlPath *path)
{
    static const struct {
        const char *key;
        CqlExpr *(*read)(Json *, const json_t *, const CqlPath *);
    } row[] = { { "property", read_property }, { "date", read_date }, { "timestamp", read_timestamp },
        { "interval", read_interval } };
    const CqlPath *p;

    if (json_object_get(v, "op"))
        return read_op(j, v, path);
    if (json_object_get(v, "type"))
        return read_geometry(j, v, path);
    for (size_t i = 0; i < LEN(row); i++)
        if (json_object_get(v, row[i].key)) {
            p = step(j, path, row[i].key, 0);
            return p ? row[i].read(j, json_object_get(v, row[i].key), p) : NULL;
        }
    if (json_object_get(v, "bbox")) {
        p = step(j, path, "bbox", 0);
        return p ? read_bbox(j, json_object_get(v, "bbox"), p) : NULL;
    }
    return fail(j, path, STR("{}"), "\"op\", \"property\"");
}

static CqlExpr *read_kind(Json *j, const json_t *v, const CqlPath *path)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return read_object(j, v, path);
    case JSON_ARRAY:
        return fail(j, path, STR("[]"), "\"op\", \"property\", 1, \"a\"");
    case JSON_STRING:
        return literal(j, path, (CqlValue){ .kind = CQL_TEXT, .text = json_str(v) });
    case JSON_INTEGER:
        return literal(j, path, (CqlValue){ .kind = CQL_INT, .integer = json_integer_value(v) });
    case JSON_REAL:
        return literal(j, path, (CqlValue){ .kind = CQL_NUMBER, .number = json_real_value(v) });
    case JSON_TRUE:
    case JSON_FALSE:
        return literal(j, path, (CqlValue){ .kind = CQL_BOOL, .truth = json_is_true(v) });
    default:
        return fail(j, path, STR("null"), "\"op\", \"property\", 1, \"a\"");
    }
}

/* Bounded like the text: every value is a level of the tree. */
static bool down(Json *j, const CqlPath *path)
{
    CqlExpr place = at(path);

    if (j->deep < CQL_MAX_DEPTH) {
        j->deep++;
        return true;
    }
    FAIL_AT(j->b.err, CQL_TOO_BIG, &place, STR("depth"));
    err_hint(j->b.err, "%d", CQL_MAX_DEPTH);
    return false;
}

static CqlExpr *read_value(Json *j, const json_t *v, const CqlPath *path)
{
    CqlExpr *e = down(j, path) ? read_kind(j, v, path) : NULL;

    j->deep -= e != NULL;
    return e;
}

static CqlExpr *read_list(Json *j, const json_t *v, const CqlPath *path)
{
    CqlList l = { 0 };

    if (!down(j, path) || !read_items(j, v, true, path, &l))
        return NULL;
    j->deep--;
    return cql_node(&j->b, CQL_OP_LIST, at(path), l.item, l.n);
}

bool cql_parse_json(Str json, Arena *a, CqlExpr **out, Err *err)
{
    Json j = { .b = { .a = a, .err = err } };
    json_t *v = NULL;
    CqlExpr *e;

    if (json.len > CQL_MAX_TEXT) {
        FAIL(err, CQL_TOO_BIG, STR("bytes"), "filter#");
        err_hint(err, "%d", CQL_MAX_TEXT);
        return false;
    }
    if (!json_read_in(json, a, &v, err))
        return false;
    e = read_value(&j, v, NULL);
    if (!e)
        return false;
    *out = e;
    return true;
}
