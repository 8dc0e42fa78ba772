/* src/ledger/migrate_look.c - what the packs ask that the file has not: column by column, nothing is touched; and how a value of
 * another type is read today.
 */
#include "ledger/migrate.h"
#include <stdio.h>

/* --- what a property was, in a few letters: kind, * for many, grade, = where it is found by a keyed column -------------------- */
static char kind_of(const PackProperty *p)
{
    switch (p->type) {
    case PACK_INTEGER:
        return 'i';
    case PACK_NUMBER:
        return 'n';
    case PACK_MONEY:
        return 'm';
    case PACK_DATE:
        return 'd';
    case PACK_TIME:
        return 'z';
    case PACK_BOOL:
        return 'b';
    case PACK_GEOMETRY:
        return 'g';
    case PACK_JSON:
        return 'j';
    default:
        return 't'; /* text, long, codes, references, files: all are text */
    }
}

static void shape_of(const PackProperty *p, char out[8])
{
    snprintf(out, 8, "%c%s%d%s", kind_of(p), p->many ? "*" : "", p->grade,
        p->grade >= 3 && p->find == PACK_FIND_EQUAL ? "=" : "");
}

void ledger_migrate_shapes(const PackModel *m, Buf *b)
{
    char shape[8];

    buf_c(b, '{');
    for (size_t i = 0; i < m->ncollection; i++) {
        const PackCollection *c = m->collection[i];

        buf_fmt(b, "%s\"%.*s\":{\"_geometry\":\"g%d\"", i ? "," : "", STRV(c->name), c->geometry_grade);
        for (size_t k = 0; k < c->ndeclared; k++) {
            shape_of(c->property + k, shape);
            buf_fmt(b, ",\"%.*s\":\"%s\"", STRV(c->property[k].name), shape);
        }
        buf_c(b, '}');
    }
    buf_c(b, '}');
}

static int grade_in(Str shape)
{
    for (size_t i = 1; i < shape.len; i++)
        if (shape.ptr[i] >= '1' && shape.ptr[i] <= '4')
            return shape.ptr[i] - '0';
    return 0;
}

/* --- looking ---------------------------------------------------------------------------------------------------------------- */
static void see_column(void *ctx, Str name, Str type)
{
    Columns *c = ctx;
    Str *kept = NEW(c->arena, Str);

    if (!kept || !map_put(c->type, str_copy(c->arena, name), kept)) {
        c->bad = true;
        return;
    }
    *kept = str_copy(c->arena, type);
}

bool ledger_migrate_has(const Moving *m, Str name)
{
    return name.len && map_get(m->columns.type, name);
}

static Str old_shape(const Moving *m, const PackProperty *p)
{
    char name[128];
    Str s;

    snprintf(name, sizeof name, "%.*s", STRV(p->name));
    s = json_str(json_object_get(m->old, name));
    if (s.len || !p->was.len)
        return s;
    snprintf(name, sizeof name, "%.*s", STRV(p->was));
    return json_str(json_object_get(m->old, name));
}

static void note(Moving *m, Str property, const char *what, const char *from, const char *to)
{
    buf_fmt(&m->done, "%s{\"property\":\"%.*s\",\"what\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}",
        m->done.len ? "," : "", STRV(property), what, from, to);
}

/* What stands in a column, where nobody wrote it down: what SQL calls it; of two that it calls alike, the new one. */
static char kind_in_file(Str type, const PackProperty *p)
{
    static const char *const known[][2] = { { "INTEGER", "i" }, { "DOUBLE", "n" }, { "DATE", "d" },
        { "DATETIME", "z" }, { "BOOLEAN", "b" }, { "BLOB", "g" } };
    StoreColumn same = { .kind = p->cql.kind, .list = p->cql.list || p->type == PACK_JSON };

    if (p->type == PACK_GEOMETRY)
        same.kind = CQL_GEOM;
    if (str_eq(type, str_of(store_type(&same))))
        return kind_of(p);
    for (size_t i = 0; i < LEN(known); i++)
        if (str_eq(type, str_of(known[i][0])))
            return known[i][1][0];
    return 't';
}

StoreColumn ledger_migrate_column(Str name, char kind, bool many)
{
    static const struct {
        char kind;
        CqlKind as;
    } known[] = { { 'i', CQL_INT }, { 'm', CQL_INT }, { 'n', CQL_NUMBER }, { 'd', CQL_DATE },
        { 'z', CQL_TIME }, { 'b', CQL_BOOL }, { 'g', CQL_GEOM } };
    StoreColumn c = { .name = name, .kind = CQL_TEXT, .list = many || kind == 'j' };

    for (size_t i = 0; i < LEN(known); i++)
        if (known[i].kind == kind)
            c.kind = known[i].as;
    return c;
}

static bool add_move(Moving *m, const PackProperty *p, Str from, const char *what)
{
    const Str shape = old_shape(m, p), *type = from.len ? map_get(m->columns.type, from) : NULL;
    char now[8], was[8];
    Move *v = m->move + m->n;

    if (m->n == MOVES)
        return FAIL(m->err, LEDGER_MIGRATION, m->sheet->collection->name, "> %d", MOVES);
    *v = (Move){ .property = p,
        .from = from,
        .was = str_fmt(m->arena, "_was_%.*s", STRV(p->name)),
        .kind = shape.len ? shape.ptr[0]
                : type    ? kind_in_file(*type, p)
                          : kind_of(p),
        .many = shape.len ? str_find(shape, STR("*")) != SIZE_MAX : p->many };
    if (from.len)
        v->column = ledger_migrate_column(v->was, v->kind, v->many);
    m->n++;
    m->rewrite = true;
    shape_of(p, now);
    snprintf(was, sizeof was, "%.*s", STRV(shape));
    note(m, p->name, what, was[0] ? was : type ? store_type(&v->column) : "?", now);
    return true;
}

static bool same_values(const Moving *m, const PackProperty *p, Str type)
{
    const Str shape = old_shape(m, p);

    if (shape.len)
        return shape.ptr[0] == kind_of(p) && (str_find(shape, STR("*")) != SIZE_MAX) == p->many;
    return kind_in_file(type, p) == kind_of(p);
}

static bool look_at(Moving *m, const PackProperty *p, Err *err)
{
    const bool column = m->sheet->column[p->index] != NO_COLUMN,
               typed = p->derive == PACK_TYPED && !p->opposite.len;
    const Str shape = old_shape(m, p), half = str_fmt(m->arena, "_was_%.*s", STRV(p->name));
    const bool renamed = !ledger_migrate_has(m, p->name) && p->was.len && ledger_migrate_has(m, p->was) &&
                         !pack_property(m->sheet->collection, p->was);
    const Str there = ledger_migrate_has(m, p->name) ? p->name : renamed ? p->was : STR("");
    char now[8];

    shape_of(p, now);
    if (ledger_migrate_has(m, half)) { /* cut off on its way */
        m->seals |= !column;
        return add_move(m, p, half, column ? "type" : "sealed");
    }
    if (!column && typed && p->grade >= 3 && there.len) {
        m->seals = true;
        return add_move(m, p, there, "sealed");
    }
    if (!column) { /* another grade among the sealed ones, another way to find it */
        if (typed && p->grade >= 3 && shape.len && !str_eq(shape, str_of(now))) {
            m->rewrite = true;
            note(m, p->name, "sealed anew", str_c(m->arena, shape), now);
        }
        return true;
    }
    if (!there.len) {
        if (typed && grade_in(shape) >= 3)
            return add_move(m, p, STR(""), "opened");
        if (m->old)
            note(m, p->name, "added", "", now);
        return true;
    }
    if (!same_values(m, p, *(const Str *)map_get(m->columns.type, there)))
        return add_move(m, p, there, "type");
    if (!renamed)
        return true;
    note(m, p->name, "renamed", str_c(m->arena, p->was), str_c(m->arena, p->name));
    if (m->nrename == MOVES)
        return FAIL(err, LEDGER_MIGRATION, m->sheet->collection->name, "> %d", MOVES);
    m->rename[m->nrename++] = p;
    return true;
}

bool ledger_migrate_look(Moving *m, Err *err)
{
    const PackCollection *c = m->sheet->collection;
    const int before = grade_in(json_str(json_object_get(m->old, "_geometry")));

    m->columns = (Columns){ map_new(m->arena), m->arena, false };
    if (!m->columns.type)
        return FAIL(err, BASE_NO_MEMORY, c->name, "migrate");
    if (!store_columns(store_writer(m->ledger->store), c->name, see_column, &m->columns, err))
        return false;
    if (m->columns.bad)
        return FAIL(err, BASE_NO_MEMORY, c->name, "migrate");
    if (!map_len(m->columns.type))
        return true; /* a new collection */
    for (size_t i = 0; i < c->ndeclared; i++)
        if (!look_at(m, c->property + i, err))
            return false;
    if (before && before != c->geometry_grade && (before >= 3 || c->geometry_grade >= 3)) {
        m->rewrite = true;
        m->seals |= c->geometry_grade >= 3;
        note(m, STR("geometry"), c->geometry_grade >= 3 ? "sealed" : "opened", "", "");
    }
    return true;
}

/* --- one value from its old kind to its new one: by its text, as a person would type it again -------------------------------------- */
void ledger_migrate_said(const Move *v, CqlValue x, Buf *b)
{
    switch (x.kind) {
    case CQL_INT:
        if (v->kind == 'm')
            buf_fixed(b, (double)x.integer / 100, 2);
        else
            buf_i64(b, x.integer);
        break;
    case CQL_NUMBER:
        buf_f64(b, x.number);
        break;
    case CQL_BOOL:
        buf_str(b, x.truth ? STR("true") : STR("false"));
        break;
    case CQL_DATE:
        date_text(x.date, b);
        break;
    case CQL_TIME:
        time_text(x.time, 3, b);
        break;
    case CQL_TEXT:
        buf_str(b, x.text);
        break;
    default:
        break;
    }
}

static bool one_value(const Move *v, CqlValue x, Arena *a, CqlValue *out, Err *err)
{
    Buf b;
    bool good;

    *out = (CqlValue){ .kind = CQL_NULL };
    if (x.kind == CQL_NULL || kind_of(v->property) == v->kind) {
        *out = ledger_kept_value(v->property, x, a);
        return true;
    }
    buf_init(&b, 1 << 20);
    ledger_migrate_said(v, x, &b);
    good = b.len ? ledger_value_of_text(v->property, str_copy(a, buf_text(&b)), a, out, err)
                 : FAIL(err, LEDGER_BAD_VALUE, v->property->title.zh, "%.*s", STRV(v->property->name));
    buf_clear(&b);
    return good;
}

bool ledger_migrate_value(const Move *v, CqlValue x, Arena *a, CqlValue *out, Err *err)
{
    const PackProperty *p = v->property;
    PackProperty one = *p; /* one of many */
    Move single = *v;
    CqlValue *item;
    json_t *list = NULL, *first;

    if (x.kind == CQL_NULL || v->many == p->many)
        return one_value(v, x, a, out, err);
    one.many = one.cql.list = false;
    single.property = &one;
    single.many = false;
    if (!v->many) { /* one becomes a list of one */
        item = NEW(a, CqlValue);
        if (!item || !one_value(&single, x, a, item, err))
            return item ? false : FAIL(err, BASE_NO_MEMORY, p->name, "migrate");
        *out = (CqlValue){ .kind = CQL_LIST, .list = { item, 1 } };
        return true;
    }
    *out = (CqlValue){ .kind = CQL_NULL };
    if (!json_read_in(x.text, a, &list, err) || json_array_size(list) > 1)
        return FAIL(err, LEDGER_BAD_VALUE, str_sub(x.text, 0, 80), "%.*s", STRV(p->name));
    first = json_array_get(list, 0);
    return !first || ledger_value_of_json(&one, first, a, out, err);
}
