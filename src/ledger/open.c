/* src/ledger/open.c - the county's folder: made, opened, closed. */
#include "ledger/commit.h"
#include "ledger/migrate.h"
#include "ledger/places.h"
#include "ledger/sealed.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool path_in(const char *dir, const char *name, char *out, size_t size)
{
    return (size_t)snprintf(out, size, "%s/%s", dir, name) < size;
}

/* Where the records are: DIR/county.gpkg, or what the one line of DIR/store says, as "memory:county.memory": a store's URL, its path
 * in DIR. *path is the file in it. */
static bool store_of(const char *dir, char url[4400], const char **path, Err *err)
{
    Arena *a = arena_new(1 << 16);
    char file[4200];
    Str said = STR("county.gpkg"), scheme, rest;
    bool good = path_in(dir, "store", file, sizeof file) || FAIL(err, BASE_IO, str_of(dir), "store");

    if (good && file_exists(file) && (good = file_read(file, 4096, a, &said, err)))
        said = str_trim(said);
    if (!str_cut(said, ':', &scheme, &rest)) {
        rest = said;
        scheme = STR("");
    }
    if (good) {
        const int n = snprintf(url, 4400, "%.*s%s", STRV(scheme), scheme.len ? ":" : "");

        *path = url + n;
        good = n + snprintf(url + n, (size_t)(4400 - n), "%s/%.*s", dir, STRV(rest)) < 4400 ||
               FAIL(err, BASE_IO, str_of(dir), "store");
    }
    arena_free(a);
    return good;
}

bool ledger_init(const char *dir, Str division, uint64_t seed, Err *err)
{
    static const char *const folder[] = { "keys", "files", "tiles", "sense", "imports" };
    char path[4096], number[32], url[4400];
    const char *records;
    uint8_t key[32];
    Store *s;
    bool good;

    if (!store_of(dir, url, &records, err))
        return false;
    if (file_exists(records)) {
        FAIL(err, BASE_IO, str_of(dir), "init");
        err_hint(err, "%s", "县数据已经在这里了 · a county is there already");
        return false;
    }
    if (!dir_make(dir, 0750, err))
        return false;
    for (size_t i = 0; i < LEN(folder); i++)
        if (!path_in(dir, folder[i], path, sizeof path) || !dir_make(path, i ? 0750 : 0700, err))
            return false;
    snprintf(number, sizeof number, "%llu", (unsigned long long)seed);
    if (seed)
        sm3((Bytes){ (uint8_t *)number, strlen(number) }, key);
    if (!path_in(dir, "keys", path, sizeof path) || !access_keys_make(path, seed ? key : NULL, err))
        return false;
    if (!store_open(url, STORE_CREATE, &s, err))
        return false;
    good = store_begin(s, err) && store_meta_set(s, STR("division"), division, err) &&
           store_meta_set(s, STR("salt_seed"), str_of(number), err) && store_commit(s, err);
    store_close(s);
    chmod(records, 0640);
    return good;
}

/* The schema is compared with the model whole only when the packs changed. */
static bool define_tables(Ledger *l, Err *err)
{
    Str known, now, due, half;
    Buf hex;
    StoreTable *table;
    bool good;

    buf_init(&hex, 256);
    buf_hex(&hex, (Bytes){ l->model->digest, SM3_LEN });
    now = str_copy(l->arena, buf_text(&hex));
    buf_clear(&hex);
    if (!store_meta(store_writer(l->store), STR("model"), l->arena, &known, err))
        return false;
    if (!store_meta(store_writer(l->store), STR("wipe"), l->arena, &due, err))
        return false;
    if (!store_meta(store_writer(l->store), STR("migrating"), l->arena, &half, err))
        return false;
    if (str_eq(known, now) && !due.len && !half.len)
        return true;
    table = NEWS(l->arena, StoreTable, l->model->ncollection);
    if (!table)
        return FAIL(err, BASE_NO_MEMORY, STR("tables"), "ledger");
    for (size_t i = 0; i < l->model->ncollection; i++)
        table[i] = l->sheet[i].table;
    good = ledger_migrate(l, table, now, err);
    if (good)
        log_info("ledger.tables", KV("collections", (int64_t)l->model->ncollection));
    return good;
}

static bool take_lock(Ledger *l, Err *err)
{
    char path[4200];

    snprintf(path, sizeof path, "%s/lock", l->dir);
    l->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (l->lock < 0 || flock(l->lock, LOCK_EX | LOCK_NB))
        return FAIL(err, LEDGER_BUSY, str_of(l->dir), "lock");
    return true;
}

static bool settings(Ledger *l, Err *err)
{
    StoreRead *r;
    Str seed;
    size_t number = 0;
    StoreTx last;
    bool good;

    if (!store_read_begin(l->store, &r, err))
        return false;
    good = store_meta(r, STR("division"), l->arena, &l->division, err) &&
           store_meta(r, STR("salt_seed"), l->arena, &seed, err) && store_last_tx(r, 0, &last, l->arena, err);
    store_read_end(r);
    if (!good)
        return false;
    if (str_to_size(seed, 10, &number))
        l->salt_seed = number;
    l->seq = last.seq;
    memcpy(l->last_hash, last.hash, SM3_LEN);
    return true;
}

/* A load may have been killed while indexes and triggers lay aside. */
static bool mend(Ledger *l, Err *err)
{
    if (!store_mend(l->store, NULL, err))
        return false;
    for (size_t i = 0; i < l->model->ncollection; i++)
        if (!store_mend(l->store, &l->sheet[i].table, err))
            return false;
    return true;
}

static bool open_parts(Ledger *l, Err *err)
{
    char path[4200], url[4400];
    const char *records;

    if (!store_of(l->dir, url, &records, err))
        return false;
    if (!file_exists(records))
        return FAIL(err, LEDGER_NOT_A_COUNTY, str_of(l->dir), "county");
    if (l->mode == LEDGER_WRITE && !take_lock(l, err))
        return false;
    if (!store_open(url, l->mode == LEDGER_WRITE ? STORE_WRITE : STORE_READ, &l->store, err))
        return false;
    snprintf(path, sizeof path, "%s/keys", l->dir);
    if (!access_keys_open(path, &l->keys, err) || !ledger_sheets(l, err) || !settings(l, err))
        return false;
    if (l->mode == LEDGER_WRITE ? !(define_tables(l, err) && mend(l, err)) : !ledger_follows(l, err))
        return false;
    for (size_t i = 0; i < l->model->ncollection; i++)
        if (!ledger_find_open(l, l->sheet + i, err) || !ledger_range_open(l, l->sheet + i, err))
            return false;
    return ledger_tally_all(l, err) && (l->mode == LEDGER_READ || ledger_writer_start(l, err));
}

bool ledger_open(const char *dir, LedgerMode mode, const PackModel *model, Ledger **out, Err *err)
{
    Ledger *l = mem_new(1, sizeof *l);

    if (!l)
        return FAIL(err, BASE_NO_MEMORY, STR("ledger"), "ledger");
    snprintf(l->dir, sizeof l->dir, "%s", dir);
    l->mode = mode;
    l->model = model;
    l->arena = arena_new(0);
    l->lock = -1;
    l->last = &l->first;
    l->event_last = &l->event_first;
    pthread_mutex_init(&l->count_guard, NULL);
    pthread_mutex_init(&l->guard, NULL);
    pthread_mutex_init(&l->write_guard, NULL);
    pthread_mutex_init(&l->hook_guard, NULL);
    pthread_mutex_init(&l->places_guard, NULL);
    pthread_cond_init(&l->hook_idle, NULL);
    pthread_cond_init(&l->come, NULL);
    pthread_cond_init(&l->event_come, NULL);
    if (open_parts(l, err)) {
        *out = l;
        return true;
    }
    ledger_close(l);
    return false;
}

/* The lock goes last: who takes it finds every commit written and every sum put by. */
void ledger_rest(Ledger *l)
{
    if (l->writer_runs) {
        Err err;

        ledger_writer_stop(l);
        if (!ledger_touch(l, &err))
            log_err("ledger.close", &err);
    }
    ledger_herald_stop(l);
    while (l->hook)
        ledger_unhook(l->hook);
    if (l->lock >= 0)
        close(l->lock);
    l->lock = -1;
}

void ledger_close(Ledger *l)
{
    if (!l)
        return;
    ledger_rest(l);
    for (size_t i = 0; l->sheet && i < l->model->ncollection; i++)
        ledger_find_close(l->sheet + i), ledger_range_close(l->sheet + i);
    ledger_places_stale(l);
    store_close(l->store);
    access_keys_close(l->keys);
    for (size_t i = 0; l->sheet && i < l->model->ncollection; i++)
        arena_free(l->sheet[i].count_arena);
    arena_free(l->arena);
    mem_free(l);
}

bool ledger_meta(Ledger *l, Str key, Arena *a, Str *out, Err *err)
{
    StoreRead *r;
    bool good;

    if (!store_read_begin(l->store, &r, err))
        return false;
    good = store_meta(r, key, a, out, err);
    store_read_end(r);
    return good;
}

bool ledger_meta_set(Ledger *l, Str key, Str value, Err *err)
{
    bool good;

    if (l->mode != LEDGER_WRITE)
        return FAIL(err, LEDGER_READ_ONLY, key, "settings");
    pthread_mutex_lock(&l->write_guard);
    good = store_begin(l->store, err);
    if (good && !store_meta_set(l->store, key, value, err)) {
        store_rollback(l->store);
        good = false;
    }
    good = good && store_commit(l->store, err);
    pthread_mutex_unlock(&l->write_guard);
    return good;
}

void ledger_hurry(Ledger *l)
{
    store_hurry(l->store);
}

bool ledger_backup(Ledger *l, const char *to, Err *err)
{
    return store_backup(l->store, to, err);
}

void ledger_warm(Ledger *l)
{
    for (size_t i = 0; i < l->model->ncollection; i++) {
        ledger_find_warm(l->sheet + i);
        ledger_range_warm(l->sheet + i);
    }
}
