/* src/store/memory_file.c - the memory driver's file: what is current, written whole, read at the start.
 *
 *   "sangzi memory 1\n" | tables: name, spatial, plain, columns (name, kind, list, required, unique), last number, rows (number, id,
 *   other, blob, values: kind, 8 bytes or a text) | SHA-256 of all before it.  Numbers are 8 bytes, little; a text has its length
 *   before it.
 */
#include "store/memory_in.h"
#include <stdio.h>

static const char mark[] = "sangzi memory 1\n";
enum { MARK = sizeof mark - 1, FILE_MOST = 1 << 30 };

static void put_int(Buf *b, int64_t v)
{
    buf_add(b, &v, sizeof v);
}

static void put_text(Buf *b, Str s)
{
    put_int(b, (int64_t)s.len);
    buf_str(b, s);
}

static void put_value(Buf *b, CqlValue v)
{
    put_int(b, v.kind);
    if (v.kind == CQL_TEXT)
        put_text(b, v.text);
    else if (v.kind == CQL_GEOM)
        put_text(b, TEXT(v.geom));
    else if (v.kind == CQL_NUMBER)
        buf_add(b, &v.number, sizeof v.number);
    else
        put_int(b, v.kind == CQL_BOOL   ? v.truth
                   : v.kind == CQL_DATE ? v.date
                   : v.kind == CQL_TIME ? v.time
                                        : v.integer);
}

static void put_row(Buf *b, const MemoryTable *t, const MemoryRow *row)
{
    put_int(b, row->fid);
    put_text(b, row->id);
    put_text(b, row->other);
    put_text(b, TEXT(row->blob));
    put_int(b, (int64_t)row->nvalue);
    for (size_t i = 0; i < row->nvalue; i++) /* a dropped column's value is nobody's any more */
        put_value(
            b, i < t->ncolumn && !t->column[i].name[0] ? (CqlValue){ .kind = CQL_NULL } : row->value[i]);
}

static void put_table(Buf *b, const StoreRead *r, const MemoryTable *t)
{
    size_t n = 0;

    put_text(b, str_of(t->name));
    put_int(b, t->spatial);
    put_int(b, t->plain);
    put_int(b, (int64_t)t->ncolumn);
    for (size_t i = 0; i < t->ncolumn; i++) {
        const MemoryColumn *c = &t->column[i];

        put_text(b, str_of(c->name));
        put_int(b, c->kind);
        put_int(b, c->list | c->required << 1 | c->unique << 2);
    }
    put_int(b, t->last_fid);
    for (size_t i = 0; i < t->nrow; i++)
        n += memory_sees(r, t->row[i]);
    put_int(b, (int64_t)n);
    for (size_t i = 0; i < t->nrow; i++)
        if (memory_sees(r, t->row[i]))
            put_row(b, t, t->row[i]);
}

bool memory_save(Store *s, const char *path, Err *err)
{
    const StoreRead now = { .store = s, .at = s->committed };
    uint8_t digest[SHA256_LEN];
    Buf b;
    bool good;

    buf_init(&b, FILE_MOST);
    buf_add(&b, mark, MARK);
    pthread_rwlock_rdlock(&s->rows);
    put_int(&b, (int64_t)s->ntable);
    for (size_t i = 0; i < s->ntable; i++)
        put_table(&b, &now, s->table[i]);
    pthread_rwlock_unlock(&s->rows);
    sha256(BYTES(buf_text(&b)), digest);
    buf_add(&b, digest, sizeof digest);
    good = b.bad ? FAIL(err, BASE_NO_MEMORY, str_of(path), "store")
                 : file_write(path, BYTES(buf_text(&b)), s->mode == STORE_NODE ? 0600 : 0640, err);
    buf_clear(&b);
    return good;
}

static int64_t get_int(Rd *r)
{
    const Bytes b = rd_take(r, sizeof(int64_t));
    int64_t v = 0;

    if (b.len == sizeof v)
        memcpy(&v, b.ptr, sizeof v);
    return v;
}

static Str get_text(Rd *r)
{
    const int64_t n = get_int(r);

    return TEXT(rd_take(r, n < 0 ? SIZE_MAX : (size_t)n));
}

static CqlValue get_value(Rd *r)
{
    CqlValue v = { .kind = (CqlKind)get_int(r) };

    if (v.kind == CQL_TEXT)
        v.text = get_text(r);
    else if (v.kind == CQL_GEOM)
        v.geom = BYTES(get_text(r));
    else if (v.kind == CQL_NUMBER)
        v.number = rd_f64(r, true);
    else if (v.kind == CQL_BOOL)
        v.truth = get_int(r) != 0;
    else if (v.kind == CQL_DATE)
        v.date = (int32_t)get_int(r);
    else if (v.kind == CQL_TIME)
        v.time = get_int(r);
    else
        v.integer = get_int(r);
    return v;
}

static bool get_row(Store *s, MemoryTable *t, Rd *r, CqlValue *value, size_t most, Err *err)
{
    const int64_t fid = get_int(r);
    const Str id = get_text(r), other = get_text(r), blob = get_text(r);
    const size_t n = (size_t)get_int(r);

    for (size_t i = 0; i < n && n <= most; i++)
        value[i] = get_value(r);
    return rd_ok(r) && n <= most && memory_put(s, t, fid, id, other, BYTES(blob), value, n, NULL, err);
}

static bool get_columns(MemoryTable *t, Rd *r)
{
    const size_t n = (size_t)get_int(r);

    if (!rd_ok(r) || n > 10000 || !(t->column = mem_new(n ? n : 1, sizeof *t->column)))
        return false;
    for (size_t i = 0; i < n; i++) {
        const Str name = get_text(r);
        MemoryColumn *c = &t->column[i];
        int64_t flags;

        if (name.len >= sizeof c->name)
            return false;
        memcpy(c->name, name.ptr, name.len);
        c->kind = (CqlKind)get_int(r);
        flags = get_int(r);
        c->list = flags & 1;
        c->required = flags >> 1 & 1;
        c->unique = flags >> 2 & 1;
    }
    t->ncolumn = n;
    return rd_ok(r);
}

static bool get_table(Store *s, Rd *r, Err *err)
{
    enum { CELLS = 10000 };
    const Str name = get_text(r);
    const bool spatial = get_int(r) != 0, plain = get_int(r) != 0;
    MemoryTable *t = rd_ok(r) ? memory_new_table(s, name, spatial, plain, err) : NULL;
    CqlValue *value = mem_new(CELLS, sizeof *value);
    bool good = t && value && get_columns(t, r);
    int64_t n;

    if (good) {
        t->last_fid = get_int(r);
        for (n = get_int(r); good && n > 0; n--)
            good = get_row(s, t, r, value, CELLS, err);
    }
    mem_free(value);
    return good && rd_ok(r);
}

bool memory_load(Store *s, const char *path, Err *err)
{
    Arena *a = arena_new((size_t)FILE_MOST + (1 << 20));
    uint8_t digest[SHA256_LEN];
    Str text;
    bool good = file_read(path, FILE_MOST, a, &text, err);

    if (good) {
        const Bytes all = BYTES(str_sub(text, 0, text.len > SHA256_LEN ? text.len - SHA256_LEN : 0));
        Rd r = rd_of((Bytes){ all.ptr + MARK, all.len > MARK ? all.len - MARK : 0 });

        err->kind = NULL;
        sha256(all, digest);
        good =
            all.len > MARK && !memcmp(all.ptr, mark, MARK) && !memcmp(all.ptr + all.len, digest, SHA256_LEN);
        for (int64_t n = good ? get_int(&r) : 0; good && n > 0; n--)
            good = get_table(s, &r, err);
        good = good && s->ntable >= MEMORY_GROUND;
        if (!good && err->kind != &BASE_NO_MEMORY)
            (void)FAIL(err, STORE_NOT_OURS, str_of(path), "store");
        s->nundo = 0;
        s->committed += good;
    }
    arena_free(a);
    return good;
}

bool store_memory_backup(Store *s, const char *to, Err *err)
{
    if (file_exists(to))
        return FAIL(err, BASE_IO, str_of(to), "backup: exists");
    return memory_save(s, to, err);
}

/* Each current row is found by its number, and a table's own by its id once only. */
bool store_memory_integrity(StoreRead *r, Buf *said, Err *err)
{
    (void)err;
    pthread_rwlock_rdlock(&r->store->rows);
    for (size_t i = 0; i < r->store->ntable; i++)
        for (size_t k = 0; k < r->store->table[i]->nrow; k++) {
            const MemoryTable *t = r->store->table[i];
            MemoryRow *row = t->row[k];
            const bool sees = memory_sees(r, row);

            if (sees && memory_find(r, t, KEY_FID, row->fid, STR(""), NULL) != row)
                buf_fmt(said, "%s: number %lld is not found, or twice\n", t->name, (long long)row->fid);
            if (sees && i >= MEMORY_GROUND && memory_find(r, t, KEY_ID, 0, row->id, NULL) != row)
                buf_fmt(said, "%s: id %.*s is not found, or twice\n", t->name, STRV(row->id));
        }
    pthread_rwlock_unlock(&r->store->rows);
    return true;
}
