/* src/store/memory.c - the memory driver: opened and closed, readers with a snapshot. No SQL; for what fits a test. */
#include "store/memory_in.h"
#include <stdio.h>

static void free_table(MemoryTable *t)
{
    for (size_t i = 0; i < t->nrow; i++)
        mem_free(t->row[i]);
    for (size_t k = 0; k < MEMORY_KEYS; k++)
        mem_free(t->bucket[k]);
    mem_free(t->row);
    mem_free(t->column);
    mem_free(t);
}

/* Within a transaction it sees what is to come, else what is there. */
StoreRead *store_memory_writer(Store *s)
{
    s->own.at = s->committed + s->writing;
    return &s->own;
}

bool store_memory_read_begin(Store *s, StoreRead **out, Err *err)
{
    StoreRead *r = NULL;

    (void)err;
    pthread_mutex_lock(&s->guard);
    while (!r) {
        for (size_t i = 0; i < MEMORY_READERS && !r; i++)
            if (!s->read[i].taken)
                r = &s->read[i];
        if (!r)
            pthread_cond_wait(&s->freed, &s->guard);
    }
    r->taken = true;
    pthread_rwlock_rdlock(&s->rows);
    r->at = s->committed;
    pthread_rwlock_unlock(&s->rows);
    pthread_mutex_unlock(&s->guard);
    *out = r;
    return true;
}

void store_memory_read_end(StoreRead *r)
{
    if (r == &r->store->own)
        return;
    pthread_mutex_lock(&r->store->guard);
    r->taken = false;
    pthread_cond_signal(&r->store->freed);
    pthread_mutex_unlock(&r->store->guard);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */
static const char *const ground[MEMORY_GROUND] = { "_tx", "_journal", "_link", "_text", "_meta", "_key",
    "_changed" };

static bool fill(Store *s, Err *err)
{
    const bool there = s->path[0] && file_exists(s->path);

    if (s->mode == STORE_CREATE && there)
        return FAIL(err, BASE_IO, str_of(s->path), "store");
    if (s->path[0] && !there && s->mode != STORE_CREATE && s->mode != STORE_NODE)
        return FAIL(err, BASE_NO_FILE, str_of(s->path), "store");
    if (there)
        return memory_load(s, s->path, err);
    for (size_t i = 0; i < MEMORY_GROUND; i++)
        if (!memory_new_table(s, str_of(ground[i]), false, true, err))
            return false;
    return s->mode == STORE_NODE || !s->path[0] || memory_save(s, s->path, err);
}

bool store_memory_open(const StoreDriver *self, const char *path, StoreMode mode, Store **out, Err *err)
{
    Store *s = mem_new(1, sizeof *s);

    if (!s)
        return FAIL(err, BASE_NO_MEMORY, STR("store"), "store");
    s->head.driver = self;
    s->mode = mode;
    s->savepoint = SIZE_MAX;
    pthread_rwlock_init(&s->rows, NULL);
    pthread_mutex_init(&s->guard, NULL);
    pthread_cond_init(&s->freed, NULL);
    s->own = (StoreRead){ .head = s->head, .store = s, .taken = true };
    for (size_t i = 0; i < MEMORY_READERS; i++)
        s->read[i] = (StoreRead){ .head = s->head, .store = s };
    if ((size_t)snprintf(s->path, sizeof s->path, "%s", path) < sizeof s->path) {
        if (fill(s, err)) {
            *out = s;
            return true;
        }
    } else
        FAIL(err, BASE_IO, str_of(path), "store");
    s->mode = STORE_READ; /* nothing of it is kept */
    store_memory_close(s);
    return false;
}

void store_memory_hurry(Store *s)
{
    __atomic_add_fetch(&s->hurried, 1, __ATOMIC_RELAXED);
}

/* What is kept in a file is kept when it is closed: this driver outlives no crash. */
void store_memory_close(Store *s)
{
    Err err = { 0 };

    if (s->writing)
        store_memory_rollback(s);
    if (s->mode != STORE_READ && s->path[0] && !memory_save(s, s->path, &err))
        log_err("store.not-kept", &err);
    for (size_t i = 0; i < s->ntable; i++)
        free_table(s->table[i]);
    mem_free(s->table);
    mem_free(s->undo);
    pthread_rwlock_destroy(&s->rows);
    pthread_mutex_destroy(&s->guard);
    pthread_cond_destroy(&s->freed);
    mem_free(s);
}
