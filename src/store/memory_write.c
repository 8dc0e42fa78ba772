/* src/store/memory_write.c - the memory driver: tables defined and changed, rows in. */
#include "store/memory_in.h"
#include <stdio.h>

/* --- tables --------------------------------------------------------------------------------------------------------- */
static const char *type_of(const MemoryColumn *c)
{
    return store_type(&(StoreColumn){ .kind = c->kind, .list = c->list });
}

static bool add_column(Store *s, MemoryTable *t, const StoreColumn *c, Err *err)
{
    MemoryColumn *more = mem_grow(t->column, t->ncolumn + 1, sizeof *more);
    MemoryColumn *to;

    if (more)
        t->column = more;
    if (!more || c->name.len >= sizeof to->name)
        return FAIL(err, BASE_NO_MEMORY, c->name, "store");
    to = &t->column[t->ncolumn];
    *to = (MemoryColumn){ .kind = c->kind, .list = c->list, .required = c->required, .unique = c->unique };
    memcpy(to->name, c->name.ptr, c->name.len);
    return memory_note(s, (MemoryUndo){ .kind = UNDO_COLUMN, .table = t, .column = t->ncolumn++ }, err);
}

static bool define_column(Store *s, MemoryTable *t, const StoreColumn *c, Err *err)
{
    const size_t at = memory_slot(t, c->name);

    if (at == SIZE_MAX)
        return add_column(s, t, c, err);
    if (strcmp(type_of(&t->column[at]), store_type(c))) {
        (void)FAIL(err, STORE_SCHEMA, c->name, "%s.%.*s", t->name, STRV(c->name));
        err_hint(err, "%s ≠ %s", type_of(&t->column[at]), store_type(c));
        return false;
    }
    t->column[at].unique = c->unique;
    t->column[at].required = c->required;
    return true;
}

static bool define_columns(Store *s, MemoryTable *t, const StoreTable *like, Err *err)
{
    bool good = true;

    pthread_rwlock_wrlock(&s->rows);
    for (size_t i = 0; good && i < like->ncolumn; i++)
        good = define_column(s, t, &like->column[i], err);
    pthread_rwlock_unlock(&s->rows);
    return good;
}

bool store_memory_define(Store *s, const StoreTable *table, size_t n, Err *err)
{
    if (!store_memory_begin(s, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        MemoryTable *t = memory_table(s, table[i].name);

        if (!t)
            t = memory_new_table(s, table[i].name, table[i].spatial, table[i].plain, err);
        if (!t || !define_columns(s, t, &table[i], err)) {
            store_memory_rollback(s);
            return false;
        }
    }
    return store_memory_commit(s, err);
}

bool store_memory_columns(StoreRead *r, Str table, StoreSeeColumn *see, void *ctx, Err *err)
{
    const MemoryTable *t = memory_table(r->store, table);

    (void)err;
    if (!t)
        return true;
    see(ctx, STR("fid"), STR("INTEGER"));
    see(ctx, STR("id"), STR("TEXT"));
    if (t->spatial)
        see(ctx, STR("geometry"), STR("GEOMETRY"));
    for (size_t i = 0; i < t->ncolumn; i++)
        if (t->column[i].name[0])
            see(ctx, str_of(t->column[i].name), str_of(type_of(&t->column[i])));
    return true;
}

static bool name_column(Store *s, Str table, Str from, Str to, Err *err)
{
    MemoryTable *t = memory_table(s, table);
    const size_t at = t ? memory_slot(t, from) : SIZE_MAX;
    MemoryUndo u = { .kind = UNDO_NAME, .table = t, .column = at };

    if (at == SIZE_MAX || to.len >= sizeof u.name)
        return FAIL(err, STORE_SCHEMA, from, "%.*s", STRV(table));
    memcpy(u.name, t->column[at].name, sizeof u.name);
    if (!memory_note(s, u, err))
        return false;
    memset(t->column[at].name, 0, sizeof t->column[at].name);
    memcpy(t->column[at].name, to.ptr, to.len);
    return true;
}

bool store_memory_column_rename(Store *s, Str table, Str from, Str to, Err *err)
{
    return name_column(s, table, from, to, err);
}

bool store_memory_column_drop(Store *s, Str table, Str column, Err *err)
{
    return name_column(s, table, column, STR(""), err);
}

bool store_memory_wipe(Store *s, Err *err)
{
    return !s->path[0] || memory_save(s, s->path, err); /* only what is current is kept */
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */
static bool closed(const MemoryTable *t, const CqlValue *value, size_t n)
{
    const size_t at = t->plain ? SIZE_MAX : memory_slot(t, STR("valid_to"));

    return at < n && value[at].kind != CQL_NULL;
}

/* Looked for row by row: this driver is for what fits a test. */
static bool is_held(Store *s, const MemoryTable *t, int64_t fid, size_t slot, CqlValue v)
{
    for (size_t i = 0; i < t->nrow; i++) {
        const MemoryRow *row = t->row[i];

        if (row->fid != fid && memory_sees(&s->own, row) && cql_equal(memory_cell(row, slot), v) &&
            !closed(t, row->value, row->nvalue))
            return true;
    }
    return false;
}

static bool check_row(
    Store *s, const MemoryTable *t, int64_t fid, Str id, const CqlValue *value, size_t n, Err *err)
{
    const MemoryRow *same = memory_find(&s->own, t, KEY_ID, 0, id, NULL);

    if (same && same->fid != fid)
        return FAIL(err, STORE_TWICE, id, "%s.id", t->name);
    for (size_t i = 0; i < t->ncolumn; i++) {
        const CqlValue v = i < n ? value[i] : (CqlValue){ .kind = CQL_NULL };

        if (!t->column[i].name[0])
            continue;
        if (t->column[i].required && v.kind == CQL_NULL)
            return FAIL(err, STORE_FAILED, str_of(t->column[i].name), "%s", t->name);
        if (t->column[i].unique && v.kind != CQL_NULL && !closed(t, value, n) && is_held(s, t, fid, i, v))
            return FAIL(err, STORE_TWICE, id, "%s.%s", t->name, t->column[i].name);
    }
    return true;
}

static MemoryTable *table_of(Store *s, const StoreTable *t, Err *err)
{
    MemoryTable *found = memory_table(s, t->name);

    if (!s->writing || !found) {
        (void)FAIL(err, STORE_FAILED, t->name, "%s", s->writing ? "no table" : "no transaction");
        return NULL;
    }
    return found;
}

bool store_memory_insert(
    Store *s, const StoreTable *t, Str id, Bytes blob, const CqlValue *value, int64_t *fid, Err *err)
{
    MemoryTable *to = table_of(s, t, err);
    CqlValue *cell = to ? mem_new(to->ncolumn + 1, sizeof *cell) : NULL;
    MemoryRow *row;
    bool good;

    if (!cell)
        return to && FAIL(err, BASE_NO_MEMORY, id, "store");
    for (size_t i = 0; i < t->ncolumn; i++)
        cell[memory_slot(to, t->column[i].name)] = value[i];
    good = check_row(s, to, 0, id, cell, to->ncolumn, err) &&
           memory_put(
               s, to, 0, id, STR(""), t->spatial ? blob : (Bytes){ NULL, 0 }, cell, to->ncolumn, &row, err);
    mem_free(cell);
    if (good)
        *fid = row->fid;
    return good;
}

static bool replace(Store *s, MemoryTable *t, MemoryRow *old, Bytes blob, const CqlValue *cell, Err *err)
{
    return check_row(s, t, old->fid, old->id, cell, t->ncolumn, err) && memory_close_row(s, t, old, err) &&
           memory_put(s, t, old->fid, old->id, old->other, blob, cell, t->ncolumn, NULL, err);
}

bool store_memory_update(Store *s, const StoreTable *t, int64_t fid, bool geometry, Bytes blob,
    const size_t *column, const CqlValue *value, size_t n, Err *err)
{
    MemoryTable *to = table_of(s, t, err);
    MemoryRow *old = to ? memory_find(&s->own, to, KEY_FID, fid, STR(""), NULL) : NULL;
    CqlValue *cell;
    bool good;

    if (!old)
        return to != NULL; /* no row, nothing to change: as in SQL */
    cell = mem_new(to->ncolumn + 1, sizeof *cell);
    if (!cell)
        return FAIL(err, BASE_NO_MEMORY, t->name, "store");
    for (size_t i = 0; i < to->ncolumn; i++)
        cell[i] = memory_cell(old, i);
    for (size_t i = 0; i < n; i++)
        cell[memory_slot(to, t->column[column[i]].name)] = value[i];
    good = replace(s, to, old, geometry && t->spatial ? blob : old->blob, cell, err);
    mem_free(cell);
    return good;
}

bool store_memory_delete(Store *s, const StoreTable *t, int64_t fid, Err *err)
{
    MemoryTable *from = table_of(s, t, err);
    MemoryRow *row = from ? memory_find(&s->own, from, KEY_FID, fid, STR(""), NULL) : NULL;

    if (from && !t->plain)
        return FAIL(err, STORE_FAILED, t->name, "delete: no plain table");
    return row ? memory_close_row(s, from, row, err) : from != NULL;
}

/* --- bulk loads: nothing is laid aside here --------------------------------------------------------------------------- */
bool store_memory_load_begin(Store *s, const StoreTable *t, Err *err)
{
    return table_of(s, t, err) != NULL;
}

bool store_memory_load_end(Store *s, const StoreTable *t, Err *err)
{
    return table_of(s, t, err) != NULL;
}

void store_memory_load_over(Store *s)
{
    (void)s;
}

bool store_memory_ground_aside(Store *s, Err *err)
{
    (void)s, (void)err;
    return true;
}

bool store_memory_ground_build(Store *s, Err *err)
{
    (void)s, (void)err;
    return true;
}

bool store_memory_mend(Store *s, const StoreTable *t, Err *err)
{
    (void)s, (void)t, (void)err;
    return true;
}
