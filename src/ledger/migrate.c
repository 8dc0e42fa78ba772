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
#include "ledger/ledger_in.h"
#include <stdio.h>
#include <unistd.h>

enum { SLICE = 500, MOVES = 64, SAID = 3 };
typedef struct Columns { /* of a table as the file has it: name → type */
    Map *type;
    Arena *arena;
    bool bad;
} Columns;
typedef struct Move { /* one property whose values must go from one place to another */
    const PackProperty *property;
    Str from;  /* where they stand now; empty: in the sealed part */
    Str was;   /* "_was_NAME": where they stand meanwhile */
    char kind; /* what they are there, see kind_of */
    bool many;
    StoreColumn column;
} Move;
typedef struct Moving { /* a collection on its way */
    Ledger *ledger;
    Sheet *sheet;
    Arena *arena, *row;
    Columns columns;
    json_t *old; /* property → "t*3": as it was when the file was last opened; NULL: not known */
    Move move[MOVES];
    size_t n;
    const PackProperty *rename[MOVES]; /* from its `was` */
    size_t nrename;
    bool rewrite, seals; /* rows are written anew; something becomes sealed */
    StoreTable table;    /* the new one and, behind, seals that the new one has not, then the _was_ columns */
    size_t sealed, sealed4, first; /* where they begin; 0: no such seal */
    Buf done;                      /* what was done, as JSON */
    Err *err;
} Moving;

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

static void all_shapes(const PackModel *m, Buf *b)
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

static bool has(const Moving *m, Str name)
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

static StoreColumn column_for(Str name, char kind, bool many)
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
        v->column = column_for(v->was, v->kind, v->many);
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
    const bool renamed =
        !has(m, p->name) && p->was.len && has(m, p->was) && !pack_property(m->sheet->collection, p->was);
    const Str there = has(m, p->name) ? p->name : renamed ? p->was : STR("");
    char now[8];

    shape_of(p, now);
    if (has(m, half)) { /* cut off on its way */
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

static bool look(Moving *m, Err *err)
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
static void old_text(const Move *v, CqlValue x, Buf *b)
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
    old_text(v, x, &b);
    good = b.len ? ledger_value_of_text(v->property, str_copy(a, buf_text(&b)), a, out, err)
                 : FAIL(err, LEDGER_BAD_VALUE, v->property->title.zh, "%.*s", STRV(v->property->name));
    buf_clear(&b);
    return good;
}

static bool new_value(const Move *v, CqlValue x, Arena *a, CqlValue *out, Err *err)
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

/* --- rows --------------------------------------------------------------------------------------------------------------------------- */
static bool widen(Moving *m)
{
    const StoreTable *t = &m->sheet->table;
    StoreColumn *column = NEWS(m->arena, StoreColumn, t->ncolumn + m->n + 2);
    const bool gone3 = m->sheet->sealed == NO_COLUMN && has(m, STR("sealed")),
               gone4 = m->sheet->sealed4 == NO_COLUMN && has(m, STR("sealed4"));

    if (!column)
        return false;
    memcpy(column, t->column, t->ncolumn * sizeof *column);
    m->table = *t;
    m->table.column = column;
    if (gone3) /* the last sealed property comes out: the seal is read once more, then empty */
        column[m->sealed = m->table.ncolumn++] = column_for(STR("sealed"), 'g', false);
    if (gone4)
        column[m->sealed4 = m->table.ncolumn++] = column_for(STR("sealed4"), 'g', false);
    m->first = m->table.ncolumn;
    for (size_t i = 0; i < m->n; i++)
        if (m->move[i].from.len)
            column[m->table.ncolumn++] = m->move[i].column;
    return true;
}

/* Every value is tried before anything is touched; what cannot be held is said with its record. */
static bool nothing_is_lost(Moving *m, const Move *v, Err *err)
{
    const StoreColumn column = column_for(v->from, v->kind, v->many);
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
        if (new_value(v, row->value[0], m->row, &out, &why))
            continue;
        if (!lost++) {
            Buf b;

            buf_init(&b, 150);
            old_text(v, row->value[0], &b);
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

        if (v->from.len && !new_value(v, row->value[at++], m->row, &value[v->property->index], err) &&
            v->property->derive == PACK_TYPED)
            return false;
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
    RowShape *shape = NEW(m->row, RowShape);
    StoreQuery q = {
        .table = &m->table, .geometry = true, .retired = true, .after_fid = after, .limit = SLICE
    };
    StoreCursor *cursor;
    const StoreRow *one;
    size_t *column;
    bool good;

    *n = 0;
    if (!shape || !(column = NEWS(m->row, size_t, m->table.ncolumn + 1)))
        return FAIL(err, BASE_NO_MEMORY, m->table.name, "migrate");
    ledger_shape(m->sheet, NULL, 0, true, shape);
    if (m->sealed)
        shape->column[shape->ncolumn] = m->sealed, shape->property[shape->ncolumn++] = SIZE_MAX;
    if (m->sealed4)
        shape->column[shape->ncolumn] = m->sealed4, shape->property[shape->ncolumn++] = SIZE_MAX - 1;
    memcpy(column, shape->column, shape->ncolumn * sizeof *column);
    q.ncolumn = shape->ncolumn;
    for (size_t i = m->first; i < m->table.ncolumn; i++)
        column[q.ncolumn++] = i;
    q.column = column;
    if (!store_select(store_writer(m->ledger->store), &q, &cursor, err))
        return false;
    while (*n < SLICE && (good = store_next(cursor, &one, err)) && one)
        if (!(good = renew(m, shape, one, row + (*n)++, err)))
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
        if (!look(m + i, err))
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
    all_shapes(l->model, &shapes);
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

static bool wipe(Ledger *l, Err *err)
{
    Str due;

    if (!store_meta(store_writer(l->store), STR("wipe"), l->arena, &due, err))
        return false;
    if (!due.len)
        return true;
    drop_tiles(l);
    return store_wipe(l->store, err) && store_begin(l->store, err) &&
           store_meta_set(l->store, STR("wipe"), STR(""), err) && store_commit(l->store, err);
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
    all_shapes(l->model, &now);
    good = str_eq(kept, buf_text(&now)) || FAIL(err, LEDGER_PACKS_DIFFER, str_of(l->dir), "packs");
    buf_clear(&now);
    return good;
}
