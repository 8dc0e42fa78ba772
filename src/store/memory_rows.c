/* src/store/memory_rows.c - the memory driver's ground: tables of row versions, transactions. */
#include "store/memory_in.h"

/* --- tables ------------------------------------------------------------------------------------------------------- */
MemoryTable *memory_table(const Store *s, Str name)
{
    for (size_t i = 0; i < s->ntable; i++)
        if (str_eq(str_of(s->table[i]->name), name))
            return s->table[i];
    return NULL;
}

size_t memory_slot(const MemoryTable *t, Str column)
{
    for (size_t i = 0; i < t->ncolumn; i++)
        if (str_eq(str_of(t->column[i].name), column))
            return i;
    return SIZE_MAX;
}

CqlValue memory_cell(const MemoryRow *row, size_t slot)
{
    return slot < row->nvalue ? row->value[slot] : (CqlValue){ .kind = CQL_NULL };
}

static size_t bucket_of(const MemoryTable *t, MemoryKey which, int64_t fid, Str text)
{
    const uint64_t h = which == KEY_FID ? (uint64_t)fid * 0x9E3779B97F4A7C15 : hash64(BYTES(text));

    return (size_t)(h >> 20) & (t->nbucket - 1);
}

static void enter(MemoryTable *t, MemoryRow *row)
{
    const Str key[MEMORY_KEYS] = { { "", 0 }, row->id, row->other };

    for (MemoryKey k = 0; k < MEMORY_KEYS; k++) {
        MemoryRow **at = &t->bucket[k][bucket_of(t, k, row->fid, key[k])];

        row->next[k] = *at;
        *at = row;
    }
}

static bool more_buckets(MemoryTable *t)
{
    MemoryRow **bucket[MEMORY_KEYS] = { NULL };
    size_t n = t->nbucket ? t->nbucket * 4 : 16;

    for (size_t k = 0; k < MEMORY_KEYS; k++)
        if (!(bucket[k] = mem_new(n, sizeof **bucket))) {
            for (size_t i = 0; i < k; i++)
                mem_free(bucket[i]);
            return false;
        }
    for (size_t k = 0; k < MEMORY_KEYS; k++) {
        mem_free(t->bucket[k]);
        t->bucket[k] = bucket[k];
    }
    t->nbucket = n;
    for (size_t i = 0; i < t->nrow; i++)
        enter(t, t->row[i]);
    return true;
}

MemoryRow *memory_find(
    const StoreRead *r, const MemoryTable *t, MemoryKey which, int64_t fid, Str text, MemoryRow *row)
{
    if (!t->nbucket)
        return NULL;
    for (row = row ? row->next[which] : t->bucket[which][bucket_of(t, which, fid, text)]; row;
         row = row->next[which])
        if (memory_sees(r, row) && (which == KEY_FID     ? row->fid == fid
                                       : which == KEY_ID ? str_eq(row->id, text)
                                                         : str_eq(row->other, text)))
            return row;
    return NULL;
}

MemoryTable *memory_new_table(Store *s, Str name, bool spatial, bool plain, Err *err)
{
    MemoryTable **more = mem_grow(s->table, s->ntable + 1, sizeof *more), *t = mem_new(1, sizeof *t);

    if (more)
        s->table = more;
    if (!more || !t || !more_buckets(t) || name.len >= sizeof t->name) {
        mem_free(t);
        FAIL(err, BASE_NO_MEMORY, name, "store");
        return NULL;
    }
    memcpy(t->name, name.ptr, name.len);
    t->spatial = spatial;
    t->plain = plain;
    pthread_rwlock_wrlock(&s->rows);
    s->table[s->ntable++] = t;
    pthread_rwlock_unlock(&s->rows);
    return t;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */
static Str keep(char **room, Str s)
{
    char *to = *room;

    if (s.len)
        memcpy(to, s.ptr, s.len);
    *room += s.len;
    return (Str){ to, s.len };
}

/* As a store keeps it: a time is whole milliseconds. */
static CqlValue keep_value(char **room, CqlValue v)
{
    if (v.kind == CQL_TEXT)
        v.text = keep(room, v.text);
    else if (v.kind == CQL_GEOM && v.geom.len)
        v.geom = BYTES(keep(room, TEXT(v.geom)));
    else if (v.kind == CQL_GEOM)
        v = (CqlValue){ .kind = CQL_NULL };
    else if (v.kind == CQL_TIME)
        v.time -= ((v.time % 1000) + 1000) % 1000;
    return v;
}

static MemoryRow *make_row(Str id, Str other, Bytes blob, const CqlValue *value, size_t n)
{
    size_t size = id.len + other.len + blob.len;
    MemoryRow *row;
    char *room;
    GeoBlob g;
    Err unused;

    for (size_t i = 0; i < n; i++)
        size += value[i].kind == CQL_TEXT   ? value[i].text.len
                : value[i].kind == CQL_GEOM ? value[i].geom.len
                                            : 0;
    row = mem_new(1, sizeof *row + n * sizeof *value + size);
    if (!row)
        return NULL;
    room = (char *)(row->value + n);
    row->id = keep(&room, id);
    row->other = keep(&room, other);
    row->blob = BYTES(keep(&room, TEXT(blob)));
    row->box = GEO_BOX_NONE;
    if (blob.len && geo_blob_open(blob, &g, &unused) && !g.empty)
        row->box = g.box;
    row->nvalue = n;
    for (size_t i = 0; i < n; i++)
        row->value[i] = keep_value(&room, value[i]);
    return row;
}

bool memory_note(Store *s, MemoryUndo u, Err *err)
{
    if (s->nundo == s->cap) {
        const size_t cap = s->cap ? s->cap * 2 : 64;
        MemoryUndo *more = mem_grow(s->undo, cap, sizeof *more);

        if (!more)
            return FAIL(err, BASE_NO_MEMORY, STR("store"), "undo");
        s->undo = more;
        s->cap = cap;
    }
    s->undo[s->nundo++] = u;
    return true;
}

static bool room_for_row(MemoryTable *t)
{
    if (t->nrow == t->cap) {
        const size_t cap = t->cap ? t->cap * 2 : 16;
        MemoryRow **more = mem_grow(t->row, cap, sizeof *more);

        if (!more)
            return false;
        t->row = more;
        t->cap = cap;
    }
    return t->nrow < t->nbucket * 2 || more_buckets(t);
}

bool memory_put(Store *s, MemoryTable *t, int64_t fid, Str id, Str other, Bytes blob, const CqlValue *value,
    size_t n, MemoryRow **out, Err *err)
{
    MemoryRow *row = make_row(id, other, blob, value, n);
    bool good;

    if (!row)
        return FAIL(err, BASE_NO_MEMORY, id, "store");
    row->fid = fid ? fid : ++t->last_fid;
    row->from = s->committed + 1;
    row->to = INT64_MAX;
    pthread_rwlock_wrlock(&s->rows);
    good = room_for_row(t) || FAIL(err, BASE_NO_MEMORY, id, "store");
    good = good && memory_note(s, (MemoryUndo){ .kind = UNDO_INSERT, .table = t, .row = row }, err);
    if (good) {
        t->row[t->nrow++] = row;
        enter(t, row);
    }
    pthread_rwlock_unlock(&s->rows);
    if (!good)
        mem_free(row);
    else if (out)
        *out = row;
    return good;
}

bool memory_close_row(Store *s, MemoryTable *t, MemoryRow *row, Err *err)
{
    if (!memory_note(s, (MemoryUndo){ .kind = UNDO_CLOSE, .table = t, .row = row }, err))
        return false;
    pthread_rwlock_wrlock(&s->rows);
    row->to = s->committed + 1;
    t->ndead++;
    pthread_rwlock_unlock(&s->rows);
    return true;
}

/* --- transactions ------------------------------------------------------------------------------------------------- */
bool store_memory_begin(Store *s, Err *err)
{
    if (s->writing || s->mode == STORE_READ)
        return FAIL(err, STORE_FAILED, STR("transaction"), "begin");
    s->writing = true;
    s->nundo = 0;
    s->savepoint = SIZE_MAX;
    s->own.at = s->committed + 1;
    return true;
}

static void undo_one(const MemoryUndo *u)
{
    switch (u->kind) {
    case UNDO_INSERT:
        u->row->from = INT64_MAX;
        u->table->ndead++;
        break;
    case UNDO_CLOSE:
        u->row->to = INT64_MAX;
        u->table->ndead--;
        break;
    case UNDO_NAME:
        memcpy(u->table->column[u->column].name, u->name, sizeof u->name);
        break;
    case UNDO_COLUMN:
        u->table->column[u->column].name[0] = 0;
        break;
    }
}

static void undo_to(Store *s, size_t n)
{
    pthread_rwlock_wrlock(&s->rows);
    while (s->nundo > n)
        undo_one(&s->undo[--s->nundo]);
    pthread_rwlock_unlock(&s->rows);
}

/* Versions that nobody sees any more are given back while no reader is at work. */
static void sweep(Store *s, MemoryTable *t)
{
    size_t k = 0;

    for (size_t i = 0; i < t->nrow; i++)
        if (t->row[i]->from == INT64_MAX || t->row[i]->to <= s->committed)
            mem_free(t->row[i]);
        else
            t->row[k++] = t->row[i];
    t->nrow = k;
    t->ndead = 0;
    for (size_t key = 0; key < MEMORY_KEYS; key++)
        memset(t->bucket[key], 0, t->nbucket * sizeof **t->bucket);
    for (size_t i = 0; i < k; i++)
        enter(t, t->row[i]);
}

static void sweep_all(Store *s)
{
    bool idle = true;

    pthread_mutex_lock(&s->guard);
    for (size_t i = 0; i < MEMORY_READERS; i++)
        idle &= !s->read[i].taken;
    for (size_t i = 0; idle && i < s->ntable; i++)
        if (s->table[i]->ndead > 1000 && s->table[i]->ndead * 2 > s->table[i]->nrow)
            sweep(s, s->table[i]);
    pthread_mutex_unlock(&s->guard);
}

/* Under the lock, so that a reader begins before all of it or after all of it. */
bool store_memory_commit(Store *s, Err *err)
{
    if (!s->writing)
        return FAIL(err, STORE_FAILED, STR("transaction"), "commit");
    pthread_rwlock_wrlock(&s->rows);
    s->committed++;
    pthread_rwlock_unlock(&s->rows);
    s->writing = false;
    s->nundo = 0;
    s->own.at = s->committed;
    sweep_all(s);
    return true;
}

void store_memory_rollback(Store *s)
{
    undo_to(s, 0);
    s->writing = false;
    s->own.at = s->committed;
}

bool store_memory_savepoint(Store *s, Err *err)
{
    if (!s->writing)
        return FAIL(err, STORE_FAILED, STR("transaction"), "savepoint");
    s->savepoint = s->nundo;
    return true;
}

bool store_memory_release(Store *s, Err *err)
{
    if (s->savepoint == SIZE_MAX)
        return FAIL(err, STORE_FAILED, STR("savepoint"), "release");
    s->savepoint = SIZE_MAX;
    return true;
}

void store_memory_undo(Store *s)
{
    if (s->savepoint != SIZE_MAX)
        undo_to(s, s->savepoint);
    s->savepoint = SIZE_MAX;
}
