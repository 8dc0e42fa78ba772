/* src/ledger/sheet.c - collections as tables: which column holds which property, and what is sealed; facts of the open ledger. */
#include "ledger/state.h"

static bool listed(const Str *name, size_t n, Str what)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name[i], what))
            return true;
    return false;
}

static StoreColumn column_of(const PackCollection *c, const PackProperty *p, Arena *a)
{
    StoreColumn col = { .name = p->name,
        .title = p->title.zh,
        .description = p->help.zh,
        .kind = p->cql.kind,
        .list = p->cql.list || p->type == PACK_JSON,
        .indexed = listed(c->sort, c->nsort, p->name),
        .unique = c->nunique == 1 && listed(c->unique, c->nunique, p->name) };
    Str *code = p->ncode ? NEWS(a, Str, p->ncode * 2) : NULL;

    if (p->type == PACK_GEOMETRY)
        col.kind = CQL_GEOM;
    for (size_t i = 0; code && i < p->ncode; i++) {
        code[i] = p->code[i].code;
        code[p->ncode + i] = p->code[i].title.zh;
    }
    if (code && p->unit.len == 0 && !p->many) {
        col.code = code;
        col.code_title = code + p->ncode;
        col.ncode = p->ncode;
    }
    if (p->unit.len)
        col.title = str_fmt(a, "%.*s（%.*s）", STRV(p->title.zh), STRV(p->unit));
    return col;
}

static size_t add_blob(StoreColumn *col, size_t *n, Str name, Str title)
{
    col[*n] = (StoreColumn){ .name = name, .title = title, .kind = CQL_GEOM };
    return (*n)++;
}

/* What every record is known by, whatever is asked for. */
static bool always(const PackCollection *c, size_t i)
{
    return i == base_at(c, BASE_DIVISION) || i == base_at(c, BASE_VERSION) || i == base_at(c, BASE_SEQ) ||
           i == base_at(c, BASE_VALID_TO);
}

bool ledger_shape(
    const Sheet *s, const PackProperty *const *only, size_t nonly, bool sealed, Arena *a, RowShape *out)
{
    const PackCollection *c = s->collection;
    size_t *column = NEWS(a, size_t, c->nproperty + 2), *property = NEWS(a, size_t, c->nproperty + 2), n = 0;

    if (!column || !property)
        return false;
    for (size_t i = 0; i < c->nproperty; i++) {
        bool wanted = !only || always(c, i);

        for (size_t k = 0; only && k < nonly && !wanted; k++)
            wanted = only[k]->index == i;
        if (!wanted || s->column[i] == NO_COLUMN)
            continue;
        column[n] = s->column[i];
        property[n++] = i;
    }
    if (sealed && s->sealed != NO_COLUMN)
        column[n] = s->sealed, property[n++] = SIZE_MAX;
    if (sealed && s->sealed4 != NO_COLUMN)
        column[n] = s->sealed4, property[n++] = SIZE_MAX - 1;
    *out = (RowShape){ column, property, n };
    return true;
}

static bool sheet_of(Sheet *s, const PackCollection *c, Arena *a)
{
    StoreColumn *col = NEWS(a, StoreColumn, c->nproperty * 2 + 2);
    size_t n = 0;
    bool three = c->spatial && c->geometry_grade >= 3, four = false;

    *s = (Sheet){ .collection = c,
        .column = NEWS(a, size_t, c->nproperty + c->ninherited),
        .blind = NEWS(a, size_t, c->nproperty + c->ninherited),
        .sealed = NO_COLUMN,
        .sealed4 = NO_COLUMN,
        .count_arena = arena_new(0) };
    if (!col || !s->column || !s->blind || !(s->count = map_new(s->count_arena)))
        return false;
    for (size_t i = 0; i < c->nproperty + c->ninherited; i++)
        s->column[i] = s->blind[i] = NO_COLUMN;
    for (size_t i = 0; i < c->nproperty; i++) {
        const PackProperty *p = c->property + i;

        three |= p->grade == 3 && p->derive == PACK_TYPED;
        four |= p->grade >= 4 && p->derive == PACK_TYPED;
        s->has_words |= p->search && p->grade <= 2;
        s->has_links |= p->type == PACK_REF && p->derive == PACK_TYPED;
        if (!p->cql.column.len)
            continue;
        s->column[i] = n;
        col[n++] = column_of(c, p, a);
    }
    for (size_t i = 0; i < c->nproperty; i++)
        if (c->property[i].grade >= 3 && c->property[i].find == PACK_FIND_EQUAL)
            s->blind[i] = add_blob(col, &n, str_fmt(a, "bx_%.*s", STRV(c->property[i].name)), STR("盲索引"));
    for (size_t i = 0; i < n; i++)
        if (str_starts(col[i].name, STR("bx_")))
            col[i].indexed = true;
    if (three)
        s->sealed = add_blob(col, &n, STR("sealed"), STR("密封内容（敏感）"));
    if (four)
        s->sealed4 = add_blob(col, &n, STR("sealed4"), STR("密封内容（高敏）"));
    s->table = (StoreTable){ .name = c->name,
        .title = c->title.zh,
        .description = c->description.zh,
        .spatial = c->spatial,
        .geometry = c->geometry,
        .column = col,
        .ncolumn = n,
        .division = s->column[base_at(c, BASE_DIVISION)],
        .valid_to = s->column[base_at(c, BASE_VALID_TO)] };
    s->all = NEWS(a, size_t, n + 1);
    for (size_t i = 0; s->all && i < n; i++)
        s->all[i] = i;
    return s->all != NULL && ledger_shape(s, NULL, 0, true, a, &s->whole);
}

static bool bind_below(Ledger *l, Sheet *s)
{
    Sheet **below = NEWS(l->arena, Sheet *, l->model->ncollection + 1);

    for (size_t i = 0; below && i < l->model->ncollection; i++)
        if (l->model->collection[i]->extends == s->collection)
            below[s->nbelow++] = l->sheet + i;
    s->below = below;
    return below != NULL;
}

bool ledger_sheets(Ledger *l, Err *err)
{
    const PackModel *m = l->model;

    l->sheet = NEWS(l->arena, Sheet, m->ncollection);
    l->by_name = map_new(l->arena);
    if (!l->sheet || !l->by_name)
        return FAIL(err, BASE_NO_MEMORY, STR("sheets"), "ledger");
    for (size_t i = 0; i < m->ncollection; i++)
        if (!sheet_of(l->sheet + i, m->collection[i], l->arena) ||
            !map_put(l->by_name, m->collection[i]->name, l->sheet + i))
            return FAIL(err, BASE_NO_MEMORY, m->collection[i]->name, "ledger");
    for (size_t i = 0; i < m->ncollection; i++)
        if (!bind_below(l, l->sheet + i))
            return FAIL(err, BASE_NO_MEMORY, m->collection[i]->name, "ledger");
    return true;
}

Sheet *ledger_sheet(const Ledger *l, const PackCollection *c)
{
    return map_get(l->by_name, c->name);
}

const PackModel *ledger_model(const Ledger *l)
{
    return l->model;
}

Str ledger_division(const Ledger *l)
{
    return l->division;
}

const AccessKeys *ledger_keys(const Ledger *l)
{
    return l->keys;
}

const char *ledger_dir(const Ledger *l)
{
    return l->dir;
}

int64_t ledger_seq(const Ledger *l)
{
    return __atomic_load_n(&l->seq, __ATOMIC_ACQUIRE);
}
