/* src/pack/collection.c - a collection from its file; what binds it to others and to the expression language. */
#include <math.h>
#include "pack/inside.h"

static void read_geometry(PackLoader *l, PackDraft *d)
{
    typedef struct Shape {
        Str type, name;
        PackTitle title;
        bool required;
        int grade;
    } Shape;
    static const PackKey key[] = { { "type", KEY_TEXT, offsetof(Shape, type), true },
        { "name", KEY_TEXT, offsetof(Shape, name), false },
        { "title", KEY_TITLE, offsetof(Shape, title), false },
        { "required", KEY_BOOL, offsetof(Shape, required), false },
        { "grade", KEY_INT, offsetof(Shape, grade), false } };
    const Yaml *node = d->geometry;
    Shape s = { .title = { STR("位置"), STR("Place") }, .grade = 1 };

    if (!node)
        return;
    if (node->kind == YAML_TEXT)
        s.type = node->text;
    else
        pack_fields(l, node, STR("geometry"), key, LEN(key), &s);
    if (str_eq(s.type, STR("none")))
        return;
    if (!geo_type_of(s.type, &d->c.geometry))
        pack_say(l, &PACK_SAY_BAD_GEOMETRY, node->line, s.type, STR(""));
    if (s.grade < 1 || s.grade > 4)
        pack_say(l, &PACK_SAY_BAD_GRADE, node->line, STR("geometry"), STR(""));
    if (s.name.len)
        (void)pack_name_ok(l, node->line, s.name, true);
    d->c.spatial = true;
    d->c.geometry_name = s.name.len ? s.name : STR("geometry");
    d->c.geometry_title = s.title;
    d->c.geometry_required = s.required;
    d->c.geometry_grade = s.grade;
}

void pack_read_collection(PackLoader *l, const Yaml *top, Str name)
{
    static const PackKey key[] = { { "title", KEY_TITLE, offsetof(PackDraft, c.title), true },
        { "description", KEY_TITLE, offsetof(PackDraft, c.description), false },
        { "geometry", KEY_NODE, offsetof(PackDraft, geometry), false },
        { "owner", KEY_CALLED, offsetof(PackDraft, c.owner), true },
        { "label", KEY_TEXT, offsetof(PackDraft, c.label), false },
        { "extends", KEY_TEXT, offsetof(PackDraft, extends), false },
        { "properties", KEY_NODE, offsetof(PackDraft, properties), true },
        { "rules", KEY_NODE, offsetof(PackDraft, rules), false },
        { "unique", KEY_NAMES, offsetof(PackDraft, unique), false },
        { "sort", KEY_NAMES, offsetof(PackDraft, sort), false },
        { "by_code", KEY_BOOL, offsetof(PackDraft, c.by_code), false },
        { "hidden", KEY_BOOL, offsetof(PackDraft, c.hidden), false } };
    const Yaml *node = top->first;
    PackDraft *d = pack_take(l, 1, sizeof *d);

    if (top->kind != YAML_MAP || top->n != 1 || !str_eq(node->key, name)) {
        pack_say(l, &PACK_SAY_FILE_NAME, top->line, name, node ? node->key : STR(""));
        return;
    }
    if (!d || !pack_name_ok(l, node->line, name, false) || !pack_once(l, node->line, "collection", name))
        return;
    d->c = (PackCollection){
        .name = name, .pack = l->pack, .geometry_grade = 1, .file = l->file, .line = node->line
    };
    pack_fields(l, node, name, key, LEN(key), d);
    pack_title_must(l, node->line, name, &d->c.title);
    read_geometry(l, d);
    *PUSH(l, &l->drafts, PackDraft *) = d;
    *PUSH(l, &l->collection_names, Str) = name;
    l->no_memory |= !map_put(l->by_name, name, d);
}

void pack_read_properties(PackLoader *l, PackDraft *d)
{
    Map *seen = map_new(l->a);
    const Yaml *node = d->properties;

    l->file = d->c.file;
    if (node && node->kind != YAML_MAP) {
        pack_say(l, &PACK_SAY_NOT_MAP, node->line, STR("properties"), STR(""));
        node = NULL;
    }
    for (node = node ? node->first : NULL; node && seen; node = node->next) {
        PackProperty p;

        if (!pack_name_ok(l, node->line, node->key, true))
            continue;
        if (map_get(seen, node->key))
            pack_say(l, &PACK_SAY_TWICE, node->line, node->key, d->c.name);
        else if (pack_read_property(l, node, &p))
            *PUSH(l, &d->property, PackProperty) = p;
        l->no_memory |= !map_put(seen, node->key, d);
    }
    l->no_memory |= !seen;
    pack_base_properties(l, d);
}

/* --- binding ------------------------------------------------------------------------------------------ */
const PackCollection *pack_want_collection(PackLoader *l, Str name, size_t line)
{
    const PackDraft *d = map_get(l->by_name, name);

    if (!d)
        pack_say_near(
            l, &PACK_SAY_NO_REF, line, name, STR(""), l->collection_names.ptr, l->collection_names.n);
    return d ? &d->c : NULL;
}

const PackProperty *pack_want(PackLoader *l, const PackCollection *c, Str name, size_t line)
{
    const PackProperty *p = pack_property(c, name);

    if (!p) {
        size_t n = c->schema.nall;
        Str *known = pack_take(l, n, sizeof *known);

        for (size_t i = 0; known && i < n; i++)
            known[i] = c->schema.all[i]->name;
        pack_say_near(l, &PACK_SAY_NO_PROPERTY, line, name, c->name, known, known ? n : 0);
    }
    return p;
}

static void bind_extends(PackLoader *l, PackDraft *d)
{
    const PackDraft *base;
    size_t steps = 0;

    if (!d->extends.len)
        return;
    base = map_get(l->by_name, d->extends);
    if (!base) {
        pack_say_near(l, &PACK_SAY_BAD_EXTENDS, d->c.line, d->c.name, d->extends, l->collection_names.ptr,
            l->collection_names.n);
        return;
    }
    for (const PackDraft *up = base; up; up = up->extends.len ? map_get(l->by_name, up->extends) : NULL)
        if (up == d || ++steps > 8) {
            pack_say(l, &PACK_SAY_CIRCLE, d->c.line, d->c.name, STR(""));
            return;
        }
    d->c.extends = &base->c;
}

/* Copies what the collections above declare; nearest first. */
static void inherit(PackLoader *l, PackDraft *d)
{
    PackList v = { 0 };

    for (const PackCollection *up = d->c.extends; up; up = up->extends) {
        const PackDraft *from = map_get(l->by_name, up->name);

        for (size_t i = 0; i < up->ndeclared; i++) {
            PackProperty *p = PUSH(l, &v, PackProperty);

            *p = *AT(&from->property, PackProperty, i);
            p->index = d->property.n + v.n - 1;
            p->cql.index = p->index;
            p->cql.from = up->name;
        }
    }
    d->c.inherited = v.ptr;
    d->c.ninherited = v.n;
}

const CqlProperty *pack_schema_find(const void *ctx, Str name)
{
    const PackCollection *c = ctx;
    const PackProperty *p = c->names ? map_get(c->names, name) : NULL;

    if (p)
        return &p->cql;
    if (str_eq(name, STR("id")))
        return &c->cql_id;
    if (c->spatial &&
        (str_eq(name, STR("geometry")) || str_eq(name, STR("geom")) || str_eq(name, c->geometry_name)))
        return &c->cql_geometry;
    return NULL;
}

static void bind_schema(PackLoader *l, PackDraft *d)
{
    PackCollection *c = &d->c;
    Map *names = map_new(l->a);
    size_t n = 0;
    const CqlProperty **all = pack_take(l, c->nproperty + c->ninherited + 2, sizeof *all);

    l->no_memory |= !names;
    if (!names || !all)
        return;
    for (size_t i = 0; i < c->nproperty + c->ninherited; i++) {
        const PackProperty *p = i < c->nproperty ? &c->property[i] : &c->inherited[i - c->nproperty];

        if (p->retired)
            continue;
        all[n++] = &p->cql;
        if (!map_get(names, p->name)) /* the nearest wins */
            l->no_memory |= !map_put(names, p->name, (void *)(uintptr_t)p);
    }
    c->cql_id =
        (CqlProperty){ .name = STR("id"), .kind = CQL_TEXT, .index = PACK_INDEX_ID, .column = STR("id") };
    c->cql_geometry = (CqlProperty){
        .name = STR("geometry"), .kind = CQL_GEOM, .index = PACK_INDEX_GEOMETRY, .column = STR("geometry")
    };
    all[n++] = &c->cql_id;
    if (c->spatial)
        all[n++] = &c->cql_geometry;
    c->names = names;
    c->schema = (CqlSchema){ .find = pack_schema_find, .ctx = c, .all = all, .nall = n };
}

static void check_names(PackLoader *l, PackDraft *d, PackNames names, const char *use)
{
    for (size_t i = 0; i < names.n; i++) {
        const PackProperty *p = pack_want(l, &d->c, names.ptr[i], d->c.line);

        if (p && p->grade >= 3 && !str_eq(str_of(use), STR("unique")))
            pack_say(l, &PACK_SAY_SEALED, d->c.line, p->name, str_of(use));
        if (p && (p->many || p->type == PACK_JSON || p->type == PACK_GEOMETRY))
            pack_say(l, &PACK_SAY_TYPE_CLASH, d->c.line, p->name, str_of(use));
    }
}

void pack_bind_collection(PackLoader *l, PackDraft *d)
{
    l->file = d->c.file;
    bind_extends(l, d);
    d->c.property = d->property.ptr;
    d->c.nproperty = d->property.n;
    for (size_t i = 0; i < d->property.n; i++) {
        PackProperty *p = AT(&d->property, PackProperty, i);

        p->index = p->cql.index = i;
        for (size_t k = 0; p->was.len && k < d->property.n; k++)
            if (str_eq(AT(&d->property, PackProperty, k)->name, p->was))
                pack_say(l, &PACK_SAY_BAD_WAS, p->line, p->name, p->was);
    }
    d->c.unique = d->unique.ptr;
    d->c.nunique = d->unique.n;
    d->c.sort = d->sort.ptr;
    d->c.nsort = d->sort.n;
}

static void check_opposite(PackLoader *l, const PackDraft *d, const PackProperty *p)
{
    Str collection, property;
    const PackDraft *other;
    const PackProperty *q = NULL;
    bool ok = false;

    if (str_cut(p->opposite, '.', &collection, &property)) {
        other = map_get(l->by_name, collection);
        q = other ? pack_property(&other->c, property) : NULL;
    }
    for (size_t i = 0; q && !q->many && i < q->nref; i++)
        ok |= str_eq(q->ref[i], d->c.name);
    if (!ok || p->type != PACK_REF)
        pack_say(l, &PACK_SAY_BAD_OPPOSITE, p->line, p->name, STR(""));
}

static void bad_cql(PackLoader *l, size_t line, Str what, const Err *err)
{
    pack_say_err(l, &PACK_SAY_BAD_CQL, line, what, err);
}

static void see_grade(void *ctx, Str name)
{
    struct {
        const PackCollection *c;
        int grade;
    } *seen = ctx;
    const PackProperty *p = pack_property(seen->c, name);

    if (p && p->grade > seen->grade)
        seen->grade = p->grade;
}

/* Dates may stand for times, whole numbers for numbers; texts for every kind of word. */
static bool kind_fits(CqlKind made, const PackProperty *p)
{
    if (made == CQL_NULL || made == p->cql.kind)
        return true;
    return (made == CQL_INT || made == CQL_NUMBER) && (p->cql.kind == CQL_NUMBER || p->cql.kind == CQL_INT);
}

static bool part_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The first function over now in a text, empty: none. */
static Str clock_function(Str text)
{
    size_t n;
    const CqlFunction *f = cql_functions(&n);

    for (size_t i = 0; i < n; i++) {
        Str rest = text, name = str_of(f[i].name);

        for (size_t at; f[i].clock && (at = str_find(rest, name)) != SIZE_MAX;
             rest = str_sub(rest, at + 1, rest.len)) {
            Str after = str_trim(str_sub(rest, at + name.len, rest.len));

            if (after.len && after.ptr[0] == '(' && !(at && part_of_name(rest.ptr[at - 1])))
                return name;
        }
    }
    return STR("");
}

static void bind_derived(PackLoader *l, PackDraft *d, PackProperty *p)
{
    struct {
        const PackCollection *c;
        int grade;
    } seen = { &d->c, 1 };
    CqlExpr *e;
    CqlKind kind;
    Err err = { 0 };

    if (p->derive != PACK_SAME && p->derive != PACK_CLOCK)
        return;
    if (!cql_parse_text(p->expr_text, l->a, &e, &err) ||
        !cql_check_value(e, &d->c.schema, l->a, &kind, &err)) {
        bad_cql(l, p->line, p->name, &err);
        return;
    }
    if (p->derive == PACK_SAME && clock_function(p->expr_text).len)
        pack_say(l, &PACK_SAY_CLOCK_STORED, p->line, p->name, clock_function(p->expr_text));
    if (!kind_fits(kind, p))
        pack_say(l, &PACK_SAY_CQL_TYPE, p->line, p->name,
            kind == CQL_TEXT     ? STR("text")
            : kind == CQL_BOOL   ? STR("bool")
            : kind == CQL_NUMBER ? STR("number")
            : kind == CQL_INT    ? STR("integer")
                                 : STR("date, time"));
    pack_check_literals(l, &d->c, e, p->line);
    cql_names(e, see_grade, &seen);
    if (seen.grade > p->grade)
        pack_say(l, &PACK_SAY_LOW_GRADE, p->line, p->name, str_fmt(l->a, "%d", seen.grade));
    p->expr = e;
}

CqlExpr *pack_condition(PackLoader *l, const PackCollection *c, Str text, Str what, size_t line)
{
    CqlExpr *e;
    Err err = { 0 };

    if (!text.len)
        return NULL;
    if (cql_parse_text(text, l->a, &e, &err) && cql_check(e, &c->schema, l->a, &err)) {
        pack_check_literals(l, c, e, line);
        return e;
    }
    bad_cql(l, line, what, &err);
    return NULL;
}

static void read_rules(PackLoader *l, PackDraft *d)
{
    static const PackKey key[] = { { "check", KEY_TEXT, offsetof(PackRule, text), true },
        { "say", KEY_TITLE, offsetof(PackRule, say), true },
        { "property", KEY_TEXT, offsetof(PackRule, property), false } };
    PackList v = { 0 };

    if (d->rules && d->rules->kind != YAML_LIST)
        pack_say(l, &PACK_SAY_NOT_LIST, d->rules->line, STR("rules"), STR(""));
    for (const Yaml *node = d->rules && d->rules->kind == YAML_LIST ? d->rules->first : NULL; node;
         node = node->next) {
        PackRule r = { 0 };

        pack_fields(l, node, STR("rules"), key, LEN(key), &r);
        r.expr = pack_condition(l, &d->c, r.text, d->c.name, node->line);
        if (r.property.len)
            (void)pack_want(l, &d->c, r.property, node->line);
        if (r.expr)
            *PUSH(l, &v, PackRule) = r;
    }
    d->c.rule = v.ptr;
    d->c.nrule = v.n;
}

void pack_bind_expressions(PackLoader *l, PackDraft *d)
{
    l->file = d->c.file;
    inherit(l, d);
    bind_schema(l, d);
    if (!d->c.names)
        return;
    if (d->c.label.len)
        (void)pack_want(l, &d->c, d->c.label, d->c.line);
    check_names(l, d, d->unique, "unique");
    check_names(l, d, d->sort, "sort");
    for (size_t i = 0; i < d->property.n; i++)
        bind_derived(l, d, AT(&d->property, PackProperty, i));
    read_rules(l, d);
}

/* Who makes what is derived from elsewhere must be there, or be announced: else it would be empty for ever, and nobody told. */
void pack_check_maker(PackLoader *l, const PackDraft *d)
{
    l->file = d->c.file;
    for (size_t i = 0; i < d->c.ndeclared; i++) {
        const PackProperty *p = &d->c.property[i];
        bool found = false;

        if (p->derive != PACK_OTHERS || p->opposite.len || !p->expr_text.len)
            continue;
        for (size_t k = 0; k < l->above->nmaker && !found; k++)
            found = str_eq(l->above->maker[k], p->expr_text);
        if (!found && !p->later.len)
            pack_say_near(
                l, &PACK_SAY_NO_MAKER, p->line, p->expr_text, p->name, l->above->maker, l->above->nmaker);
        else if (found && p->later.len)
            pack_say(l, &PACK_SAY_IDLE_LATER, p->line, p->expr_text, p->name);
    }
}

void pack_check_opposites(PackLoader *l, const PackDraft *d)
{
    l->file = d->c.file;
    for (size_t i = 0; i < d->c.ndeclared; i++)
        if (d->c.property[i].opposite.len)
            check_opposite(l, d, &d->c.property[i]);
}
