/* src/ledger/migrate.c - the packs have changed: the tables follow, and no value is lost on the way.
 *
 *   added            a column more (store_define)
 *   was: old         the column is renamed; old journal entries are read under the new name (body.c)
 *   retired: true    stays where it is, in rows and in the journal; shown nowhere
 *   type changed     the column becomes _was_NAME, a new NAME is filled from it in slices, then _was_NAME is dropped
 *   grade 3 or 4     the same into the sealed part; then the bodies of the journal are sealed too, and the file is written anew
 *   grade 1 or 2     the same out of the sealed part
 *
 * First everything is looked at: a value that the new type cannot hold refuses the whole, with its record. Then each slice is a
 * transaction that also writes down how far it came, so that a killed run goes on where it was. What was done is an entry of
 * the journal, verb "migrate". All this happens while the county is opened: nobody reads in between.
 */
#include "ledger/migrate.h"
#include <stdio.h>
#include <unistd.h>

enum { SLICE = 500 };

/* --- rows --------------------------------------------------------------------------------------------------------------------------- */
static bool widen(Moving *m)
{
    const StoreTable *t = &m->sheet->table;
    StoreColumn *column = NEWS(m->arena, StoreColumn, t->ncolumn + m->n + 2);
    const bool gone3 = m->sheet->sealed == NO_COLUMN && ledger_migrate_has(m, STR("sealed")),
               gone4 = m->sheet->sealed4 == NO_COLUMN && ledger_migrate_has(m, STR("sealed4"));

    if (!column)
        return false;
    memcpy(column, t->column, t->ncolumn * sizeof *column);
    m->table = *t;
    m->table.column = column;
    if (gone3) /* the last sealed property comes out: the seal is read once more, then empty */
        column[m->sealed = m->table.ncolumn++] = ledger_migrate_column(STR("sealed"), 'g', false);
    if (gone4)
        column[m->sealed4 = m->table.ncolumn++] = ledger_migrate_column(STR("sealed4"), 'g', false);
    m->first = m->table.ncolumn;
    for (size_t i = 0; i < m->n; i++)
        if (m->move[i].from.len)
            column[m->table.ncolumn++] = m->move[i].column;
    return true;
}

/* Every value is tried before anything is touched; what cannot be held is said with its record. */
static bool nothing_is_lost(Moving *m, const Move *v, Err *err)
{
    const StoreColumn column = ledger_migrate_column(v->from, v->kind, v->many);
    const StoreTable table = { .name = m->sheet->collection->name, .column = &column, .ncolumn = 1 };
    const size_t at = 0;
    const StoreQuery q = { .table = &table, .column = &at, .ncolumn = 1, .retired = true };
    StoreCursor *cursor;
    const StoreRow *row;
    size_t lost = 0;
    bool good = store_select(store_writer(m->ledger->store), &q, &cursor, err);

    if (!good)
        return false;
    while ((good = store_next(cursor, &row, err)) && row) {
        CqlValue out;
        Err why = { 0 };

        arena_clear(m->row);
        if (ledger_migrate_value(v, row->value[0], m->row, &out, &why))
            continue;
        if (!lost++) {
            Buf b;

            buf_init(&b, 150);
            ledger_migrate_said(v, row->value[0], &b);
            FAIL(err, LEDGER_MIGRATION, v->property->title.zh, "%.*s.%.*s", STRV(table.name),
                STRV(v->property->name));
            err_hint(err, "%.*s “%.*s”", STRV(row->id), STRV(str_sub(buf_text(&b), 0, 60)));
            buf_clear(&b);
        }
    }
    store_cursor_close(cursor);
    return good && !lost;
}

typedef struct Renewed { /* a row as it will be */
    LedgerRecord record;
    CqlValue *column;
    Bytes blob;
} Renewed;

static bool renew(Moving *m, const RowShape *shape, const StoreRow *row, Renewed *out, Err *err)
{
    const PackCollection *c = m->sheet->collection;
    CqlValue *value = NEWS(m->row, CqlValue, c->nproperty + c->ninherited);
    size_t at = shape->ncolumn;

    if (!value)
        return FAIL(err, BASE_NO_MEMORY, c->name, "migrate");
    if (!ledger_row(m->ledger, m->sheet, shape, row, value, m->row, &out->record, err))
        return false;
    for (size_t i = 0; i < m->n; i++) {
        const Move *v = m->move + i;

        if (!v->from.len ||
            ledger_migrate_value(v, row->value[at++], m->row, &value[v->property->index], err))
            continue;
        if (v->property->derive == PACK_TYPED)
            return false;
        *err = (Err){ .kind = NULL }; /* it is derived again */
    }
    for (size_t i = 0; i < c->nproperty; i++)
        value[i] = ledger_copy(value[i], m->row);
    out->record.id = str_copy(m->row, out->record.id);
    out->record.division = str_copy(m->row, out->record.division);
    out->record.geometry = BYTES(str_copy(m->row, TEXT(out->record.geometry)));
    if (!ledger_derive(c, &out->record, m->row))
        return FAIL(err, BASE_NO_MEMORY, c->name, "migrate");
    return ledger_columns(m->ledger, m->sheet, &out->record, m->row, &out->column, &out->blob, err);
}

static bool put(Moving *m, const Renewed *r, Err *err)
{
    const size_t n = m->table.ncolumn;
    size_t *column = NEWS(m->row, size_t, n);
    CqlValue *value = NEWS(m->row, CqlValue, n);
    Buf g1, g2;
    bool good;

    if (!column || !value)
        return FAIL(err, BASE_NO_MEMORY, m->table.name, "migrate");
    for (size_t i = 0; i < n; i++) { /* the old columns become empty: nothing stays behind in them */
        column[i] = i;
        value[i] = i < m->sheet->table.ncolumn ? r->column[i] : (CqlValue){ .kind = CQL_NULL };
    }
    if (!store_update(m->ledger->store, &m->table, r->record.fid, true, r->blob, column, value, n, err))
        return false;
    buf_init(&g1, 1 << 20);
    buf_init(&g2, 1 << 20);
    if (m->sheet->has_words && r->record.value[base_at(m->sheet->collection, BASE_VALID_TO)].kind == CQL_NULL)
        ledger_words(m->sheet, &r->record, &g1, &g2);
    good = store_words_set(m->ledger->store, m->table.name, r->record.fid, r->record.division, buf_text(&g1),
        buf_text(&g2), err);
    buf_clear(&g1);
    buf_clear(&g2);
    return good;
}

static Str progress_key(const Moving *m, const char *what)
{
    return str_fmt(m->arena, "migrate/%s/%.*s", what, STRV(m->sheet->collection->name));
}

static bool progress(Moving *m, Str key, int64_t *at, Err *err)
{
    Str said;

    *at = 0;
    if (!store_meta(store_writer(m->ledger->store), key, m->arena, &said, err))
        return false;
    return !said.len || str_to_i64(said, at);
}

static bool read_slice(Moving *m, int64_t after, Renewed *row, size_t *n, Err *err)
{
    RowShape shape;
    StoreQuery q = {
        .table = &m->table, .geometry = true, .retired = true, .after_fid = after, .limit = SLICE
    };
    StoreCursor *cursor;
    const StoreRow *one;
    size_t *column = NEWS(m->row, size_t, m->table.ncolumn + 3);
    size_t *property = NEWS(m->row, size_t, m->table.ncolumn + 3);
    bool good;

    *n = 0;
    if (!column || !property || !ledger_shape(m->sheet, NULL, 0, true, m->row, &shape))
        return FAIL(err, BASE_NO_MEMORY, m->table.name, "migrate");
    memcpy(column, shape.column, shape.ncolumn * sizeof *column);
    memcpy(property, shape.property, shape.ncolumn * sizeof *property);
    if (m->sealed)
        column[shape.ncolumn] = m->sealed, property[shape.ncolumn++] = SIZE_MAX;
    if (m->sealed4)
        column[shape.ncolumn] = m->sealed4, property[shape.ncolumn++] = SIZE_MAX - 1;
    shape.column = column;
    shape.property = property;
    q.ncolumn = shape.ncolumn;
    for (size_t i = m->first; i < m->table.ncolumn; i++)
        column[q.ncolumn++] = i;
    q.column = column;
    if (!store_select(store_writer(m->ledger->store), &q, &cursor, err))
        return false;
    while (*n < SLICE && (good = store_next(cursor, &one, err)) && one)
        if (!(good = renew(m, &shape, one, row + (*n)++, err)))
            break;
    store_cursor_close(cursor);
    return good;
}

static bool rewrite_rows(Moving *m, Err *err)
{
    const Str key = progress_key(m, "row");
    char text[24];
    int64_t at;
    size_t n = SLICE;
    bool good = progress(m, key, &at, err);

    while (good && n == SLICE) {
        Renewed *row;

        arena_clear(m->row);
        row = NEWS(m->row, Renewed, SLICE);
        if (!row)
            return FAIL(err, BASE_NO_MEMORY, m->table.name, "migrate");
        if (!store_begin(m->ledger->store, err))
            return false;
        good = read_slice(m, at, row, &n, err);
        for (size_t i = 0; good && i < n; i++)
            good = put(m, row + i, err);
        if (good && n)
            at = row[n - 1].record.fid;
        snprintf(text, sizeof text, "%lld", (long long)at);
        good = good && store_meta_set(m->ledger->store, key, str_of(text), err);
        if (!good)
            store_rollback(m->ledger->store);
        good = good && store_commit(m->ledger->store, err);
    }
    return good;
}

/* --- the journal ------------------------------------------------------------------------------------------------------------------------ */
static bool put_chained(
    Ledger *l, Str reason, StoreEntry *entry, size_t n, Err *err) /* inside a transaction of the store */
{
    const int64_t now = time_now();
    StoreTx tx = { 0, l->seq + 1, now, now, STR("sangzi"), STR(""), STR("migrate"), STR("computed"), reason,
        { 0 } };
    uint8_t(*digest)[SM3_LEN] = mem_new(n + 1, SM3_LEN);
    bool good = digest || FAIL(err, BASE_NO_MEMORY, STR("journal"), "migrate");

    for (size_t i = 0; good && i < n; i++) {
        entry[i].seq = tx.seq;
        entry[i].n = (int64_t)i;
        memcpy(digest[i], entry[i].digest, SM3_LEN);
        good = store_put_entry(l->store, entry + i, err);
    }
    if (good) {
        ledger_tx_hash(l->last_hash, &tx, (const uint8_t(*)[SM3_LEN])digest, n, tx.hash);
        good = store_put_tx(l->store, &tx, err);
    }
    if (good) {
        memcpy(l->last_hash, tx.hash, SM3_LEN);
        l->seq = tx.seq;
    }
    mem_free(digest);
    return good;
}

typedef struct Slice {
    Moving *m;
    StoreEntry *entry; /* what the chain is told */
    struct {
        int64_t seq, n;
        Bytes body;
    } * body;
    size_t n, seen;
    int64_t at;
    Err *err;
    bool bad;
} Slice;

/* The same salt, the same values; what has become sensitive goes into the seal. */
static bool seal_entry(void *ctx, int64_t place, const StoreEntry *e)
{
    Slice *s = ctx;
    Moving *m = s->m;
    LedgerRecord r;
    Bytes body;

    s->seen++;
    s->at = place;
    if (e->body.len < 20 || e->version == 0)
        return true;
    if (!ledger_body_open(m->ledger, m->sheet->collection, e->id, e->version,
            BYTES(str_copy(m->row, TEXT(e->body))), m->row, &r, s->err) ||
        !ledger_body(m->ledger, &r, e->body.ptr, m->row, &body, s->err)) {
        s->bad = true;
        return false;
    }
    if (str_eq(TEXT(body), TEXT(e->body)))
        return true;
    s->entry[s->n] = (StoreEntry){ .version = e->version,
        .collection = m->sheet->collection->name,
        .id = str_copy(m->row, e->id),
        .verb = STR("reseal") };
    sm3(body, s->entry[s->n].digest);
    s->body[s->n].seq = e->seq;
    s->body[s->n].n = e->n;
    s->body[s->n++].body = body;
    return true;
}

static bool seal_slice(Moving *m, Slice *s, Err *err)
{
    Ledger *l = m->ledger;
    bool good = store_entries_of(
                    store_writer(l->store), m->sheet->collection->name, s->at, SLICE, seal_entry, s, err) &&
                !s->bad;

    for (size_t i = 0; good && i < s->n; i++)
        good = store_put_body(l->store, 0, s->body[i].seq, s->body[i].n, s->body[i].body, err);
    return good && (!s->n || put_chained(l, str_fmt(m->row, "reseal %.*s", STRV(m->sheet->collection->name)),
                                 s->entry, s->n, err));
}

static bool seal_journal(Moving *m, Err *err)
{
    const Str key = progress_key(m, "journal");
    Slice s = { .m = m, .err = err, .seen = SLICE };
    char text[24];
    bool good = progress(m, key, &s.at, err);

    while (good && s.seen == SLICE) {
        const int64_t seq = m->ledger->seq;
        uint8_t hash[SM3_LEN];

        memcpy(hash, m->ledger->last_hash, SM3_LEN);
        arena_clear(m->row);
        s.n = s.seen = 0;
        s.entry = NEWS(m->row, StoreEntry, SLICE);
        s.body = arena_take(m->row, SLICE, sizeof *s.body);
        if (!s.entry || !s.body)
            return FAIL(err, BASE_NO_MEMORY, m->table.name, "migrate");
        if (!store_begin(m->ledger->store, err))
            return false;
        good = seal_slice(m, &s, err);
        snprintf(text, sizeof text, "%lld", (long long)s.at);
        good = good && store_meta_set(m->ledger->store, key, str_of(text), err);
        if (!good)
            store_rollback(m->ledger->store);
        good = good && store_commit(m->ledger->store, err);
        if (!good) {
            m->ledger->seq = seq;
            memcpy(m->ledger->last_hash, hash, SM3_LEN);
        }
    }
    return good;
}

/* --- one collection ------------------------------------------------------------------------------------------------------------------------ */
static bool set_aside(Moving *m, Err *err)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->move[i].from.len && !str_eq(m->move[i].from, m->move[i].was) &&
            !store_column_rename(
                m->ledger->store, m->sheet->collection->name, m->move[i].from, m->move[i].was, err))
            return false;
    for (size_t i = 0; i < m->nrename; i++)
        if (!store_column_rename(
                m->ledger->store, m->sheet->collection->name, m->rename[i]->was, m->rename[i]->name, err))
            return false;
    return true;
}

static bool put_note(Moving *m, Err *err)
{
    StoreEntry e = { .collection = m->sheet->collection->name, .id = STR(""), .verb = STR("migrate") };
    Buf b;
    uint32_t n;
    uint8_t salt[16];
    bool good;

    if (m->ledger->salt_seed)
        sm3(BYTES(m->table.name), e.digest), memcpy(salt, e.digest, sizeof salt);
    else
        random_bytes(salt, sizeof salt);
    buf_init(&b, 1 << 20);
    buf_add(&b, salt, sizeof salt);
    buf_add(&b, "\0\0\0\0", 4);
    buf_fmt(&b, "{\"changes\":[%.*s]}", (int)m->done.len, m->done.ptr);
    n = (uint32_t)(b.len - 20);
    if (!b.bad)
        memcpy(b.ptr + 16, &n, 4);
    e.body = BYTES(buf_text(&b));
    sm3(e.body, e.digest);
    good =
        !b.bad && put_chained(m->ledger, str_fmt(m->arena, "migrate %.*s", STRV(m->table.name)), &e, 1, err);
    buf_clear(&b);
    return good;
}

static bool swap(Moving *m, Err *err) /* inside a transaction */
{
    for (size_t i = 0; i < m->n; i++)
        if (m->move[i].from.len && !store_column_drop(m->ledger->store, m->table.name, m->move[i].was, err))
            return false;
    return store_meta_set(m->ledger->store, progress_key(m, "row"), STR("0"), err) &&
           store_meta_set(m->ledger->store, progress_key(m, "journal"), STR("0"), err);
}

/* --- all of them ------------------------------------------------------------------------------------------------------------------------------ */
static bool read_old(Ledger *l, json_t **out, Err *err)
{
    Str shapes;

    *out = NULL;
    if (!store_meta(store_writer(l->store), STR("shape"), l->arena, &shapes, err))
        return false;
    return !shapes.len || json_read_in(shapes, l->arena, out, err);
}

static bool begin_all(Ledger *l, Moving *m, json_t *old, Str target, Err *err)
{
    bool any = false;

    for (size_t i = 0; i < l->model->ncollection; i++) {
        char name[128];

        m[i] = (Moving){
            .ledger = l, .sheet = l->sheet + i, .arena = l->arena, .row = arena_new(0), .err = err
        };
        snprintf(name, sizeof name, "%.*s", STRV(l->model->collection[i]->name));
        m[i].old = json_object_get(old, name);
        buf_init(&m[i].done, 1 << 20);
        if (!ledger_migrate_look(m + i, err))
            return false;
        for (size_t k = 0; k < m[i].n; k++)
            if (m[i].move[k].from.len && m[i].move[k].property->derive == PACK_TYPED &&
                !nothing_is_lost(m + i, m[i].move + k, err))
                return false;
        any |= m[i].rewrite || m[i].nrename;
    }
    if (!any)
        return true;
    log_info("ledger.migrate", KV("dir", l->dir));
    if (!store_begin(l->store, err))
        return false;
    for (size_t i = 0; i < l->model->ncollection; i++)
        if (!set_aside(m + i, err)) {
            store_rollback(l->store);
            return false;
        }
    return (store_meta_set(l->store, STR("migrating"), target, err) || (store_rollback(l->store), false)) &&
           store_commit(l->store, err);
}

static bool end_all(Ledger *l, Moving *m, Str target, bool seals, Err *err)
{
    Buf shapes;
    bool good = store_begin(l->store, err);

    if (!good)
        return false;
    for (size_t i = 0; good && i < l->model->ncollection; i++)
        good = (!m[i].rewrite || swap(m + i, err)) && (!m[i].done.len || put_note(m + i, err));
    buf_init(&shapes, 16 << 20);
    ledger_migrate_shapes(l->model, &shapes);
    good = good && store_meta_set(l->store, STR("shape"), buf_text(&shapes), err) &&
           store_meta_set(l->store, STR("migrating"), STR(""), err) &&
           (!seals || store_meta_set(l->store, STR("wipe"), STR("1"), err)) &&
           store_meta_set(l->store, STR("model"), target, err);
    buf_clear(&shapes);
    if (!good)
        store_rollback(l->store);
    return good && store_commit(l->store, err);
}

static void drop_tiles(Ledger *l) /* derived; they may hold what is sealed now */
{
    char path[4400], dir[4200];
    Arena *a = arena_new(0);
    Str *name;
    size_t n;
    Err err;

    snprintf(dir, sizeof dir, "%s/tiles", l->dir);
    for (size_t i = 0; dir_list(dir, a, &name, &n, &err) && i < n; i++)
        if (snprintf(path, sizeof path, "%s/%.*s", dir, STRV(name[i])) < (int)sizeof path)
            unlink(path);
    arena_free(a);
}

/* Where there is no room for a second copy of the file, the county serves all the same, and each start tries again. */
static bool wipe(Ledger *l, Err *err)
{
    Err why = { 0 };
    Str due;

    if (!store_meta(store_writer(l->store), STR("wipe"), l->arena, &due, err))
        return false;
    if (!due.len)
        return true;
    drop_tiles(l);
    if (!store_wipe(l->store, &why)) {
        log_err("ledger.wipe", &why);
        return true;
    }
    return store_begin(l->store, err) && store_meta_set(l->store, STR("wipe"), STR(""), err) &&
           store_commit(l->store, err);
}

static bool go(Ledger *l, Moving *m, const StoreTable *table, json_t *old, Str target, Err *err)
{
    const size_t n = l->model->ncollection;
    bool seals = false;

    if (!begin_all(l, m, old, target, err) || !store_define(l->store, table, n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!widen(m + i))
            return FAIL(err, BASE_NO_MEMORY, STR("tables"), "migrate");
        if (m[i].rewrite && !rewrite_rows(m + i, err))
            return false;
        if (m[i].seals && !seal_journal(m + i, err))
            return false;
        seals |= m[i].seals;
    }
    return end_all(l, m, target, seals, err);
}

bool ledger_migrate(Ledger *l, const StoreTable *table, Str target, Err *err)
{
    const size_t n = l->model->ncollection;
    Moving *m = NEWS(l->arena, Moving, n + 1);
    json_t *old;
    Str under_way;
    bool good;

    if (!m)
        return FAIL(err, BASE_NO_MEMORY, STR("tables"), "migrate");
    if (!store_meta(store_writer(l->store), STR("migrating"), l->arena, &under_way, err) ||
        !read_old(l, &old, err))
        return false;
    if (under_way.len && !str_eq(under_way, target))
        return FAIL(err, LEDGER_MIGRATING, str_of(l->dir), "packs");
    good = go(l, m, table, old, target, err);
    for (size_t i = 0; i < n; i++) {
        arena_free(m[i].row);
        if (m[i].ledger)
            buf_clear(&m[i].done);
    }
    return good && wipe(l, err);
}

bool ledger_follows(Ledger *l, Err *err)
{
    StoreRead *r;
    Str kept;
    Buf now;
    bool good;

    if (!store_read_begin(l->store, &r, err))
        return false;
    good = store_meta(r, STR("shape"), l->arena, &kept, err);
    store_read_end(r);
    if (!good || !kept.len) /* made before shapes were written down */
        return good;
    buf_init(&now, 16 << 20);
    ledger_migrate_shapes(l->model, &now);
    good = str_eq(kept, buf_text(&now)) || FAIL(err, LEDGER_PACKS_DIFFER, str_of(l->dir), "packs");
    buf_clear(&now);
    return good;
}
