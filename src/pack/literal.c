/* src/pack/literal.c - words in an expression that stand beside an enum must be values of it: `state = '办吉'` would be
 * false for ever, and nobody would see why.
 */
#include "pack/inside.h"

typedef struct Look {
    PackLoader *l;
    const PackCollection *c;
    size_t line;
} Look;

static void look_at(const Look *k, const PackProperty *p, const json_t *word)
{
    if (json_is_string(word))
        (void)pack_want_code(k->l, p, str_copy(k->l->a, json_str(word)), k->line);
}

static const PackProperty *enum_of(const Look *k, const json_t *v)
{
    const json_t *name = json_object_get(v, "property");
    const PackProperty *p = name ? pack_property(k->c, json_str(name)) : NULL;

    return p && p->ncode ? p : NULL;
}

/* The depth is that of a checked tree: at most CQL's own. */
static void walk(const Look *k, const json_t *v)
{
    const json_t *args = json_object_get(v, "args"), *item;
    const Str op = json_str(json_object_get(v, "op"));
    const bool equal = str_eq(op, STR("=")) || str_eq(op, STR("<>"));
    size_t i;

    if (!json_is_array(args))
        return;
    if ((equal || str_eq(op, STR("in"))) && json_array_size(args) == 2)
        for (size_t side = 0; side < 2; side++) {
            const PackProperty *p = enum_of(k, json_array_get(args, side));
            const json_t *other = json_array_get(args, 1 - side);

            if (p && json_is_array(other))
                json_array_foreach(other, i, item) look_at(k, p, item);
            else if (p)
                look_at(k, p, other);
        }
    json_array_foreach(args, i, item) walk(k, item);
}

void pack_check_literals(PackLoader *l, const PackCollection *c, const CqlExpr *e, size_t line)
{
    const Look k = { l, c, line };
    Str text;
    json_t *v;
    Err err = { 0 };

    if (cql_to_json(e, l->a, &text, &err) && json_read(text, &v, &err)) {
        walk(&k, v);
        json_decref(v);
    } else {
        l->no_memory |= err.kind == &BASE_NO_MEMORY;
    }
}
