/* src/transfer/manager.c - imports one beside another: two at work, others wait; after a cut they go on. */
#include "transfer/import.h"
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 2, KEPT_DAYS = 30 };
struct TransferManager {
    Ledger *ledger;
    Pool *pool;
    bool stop;
    char dir[IMPORT_PATH - 64];
    pthread_mutex_t guard; /* guards the list; an import's own guard is taken inside it */
    pthread_cond_t change; /* some import ended a job */
    Import *first;
};
typedef struct Job {
    TransferManager *m;
    Import *im;
} Job;

/* --- the list ------------------------------------------------------------------------------------------------------------- */
static void import_free(Import *im)
{
    transfer_import_file_free(im->file);
    transfer_import_view_free(im->view);
    json_decref(im->wish);
    pthread_mutex_destroy(&im->guard);
    mem_free(im);
}

static Import *import_new(TransferManager *m, const char *id)
{
    Import *im = mem_new(1, sizeof *im);

    if (!im)
        return NULL;
    snprintf(im->id, sizeof im->id, "%s", id);
    if ((size_t)snprintf(im->dir, sizeof im->dir, "%s/%s", m->dir, id) >= sizeof im->dir)
        im->dir[0] = 0;
    im->ledger = m->ledger;
    im->stop = &m->stop;
    im->wish = json_object();
    im->begun = time_now();
    pthread_mutex_init(&im->guard, NULL);
    return im;
}

static void remove_dir(const char *dir)
{
    Arena *a = arena_new(0);
    Str *name;
    size_t n;
    Err e;

    if (dir_list(dir, a, &name, &n, &e))
        for (size_t i = 0; i < n; i++) {
            const char *path = str_fmt(a, "%s/%.*s", dir, STRV(name[i])).ptr;

            if (path)
                unlink(path);
        }
    rmdir(dir);
    arena_free(a);
}

/* The import, its guard taken; NULL: none. */
static Import *take(TransferManager *m, Str id, Err *err)
{
    Import *im;

    pthread_mutex_lock(&m->guard);
    for (im = m->first; im && !(str_eq(str_of(im->id), id) && !im->gone); im = im->next)
        ;
    if (im)
        pthread_mutex_lock(&im->guard);
    else
        FAIL(err, TRANSFER_NO_IMPORT, str_sub(id, 0, 40), "imports");
    pthread_mutex_unlock(&m->guard);
    return im;
}

static void unlink_import(TransferManager *m, Import *im) /* under the manager's guard */
{
    for (Import **p = &m->first; *p; p = &(*p)->next)
        if (*p == im) {
            *p = im->next;
            return;
        }
}

/* --- jobs --------------------------------------------------------------------------------------------------------------------- */
static ImportView *view_new(void)
{
    Arena *a = arena_new(0);
    ImportView *v = NEW(a, ImportView);

    if (v)
        v->a = a;
    else
        arena_free(a);
    return v;
}

static bool read_and_check(Import *im, ImportView *v, TransferCounts *counts, Err *err)
{
    bool reread;

    pthread_mutex_lock(&im->guard);
    reread = im->reread || !im->file;
    im->reread = false;
    pthread_mutex_unlock(&im->guard);
    if (reread && !transfer_import_read(im, err))
        return false;
    return transfer_import_match(im, v, err) && transfer_import_check(im, v, counts, err);
}

static void settle(
    Import *im, ImportView *v, bool good, TransferStatus status, const TransferCounts *counts, const Err *err)
{
    ImportView *old = NULL;

    pthread_mutex_lock(&im->guard);
    if (v) {
        old = im->view;
        im->view = v;
    }
    im->problem = good ? (Err){ .kind = NULL } : *err;
    if (good)
        im->counts = *counts;
    im->status = status;
    im->progress = 1;
    pthread_mutex_unlock(&im->guard);
    transfer_import_view_free(old);
    if (!good && err->kind->status >= 500)
        log_err("transfer.import", err);
}

/* What a reader can mend by choosing again leaves it ready: a collection, columns, a reference system. */
static bool can_be_mended(const Err *e)
{
    return e->kind == &TRANSFER_NO_COLLECTION || e->kind == &TRANSFER_NO_COLUMNS ||
           e->kind == &TRANSFER_NO_SUCH_COLUMN || e->kind == &TRANSFER_CRS_UNKNOWN ||
           e->kind == &PACK_NO_COLLECTION || e->kind == &TRANSFER_NO_ENCODING ||
           e->kind == &TRANSFER_NO_LAYER;
}

static void run_check(Import *im)
{
    ImportView *v = view_new();
    TransferCounts counts = { 0 };
    Err err = { .kind = NULL };
    const bool good =
        v ? read_and_check(im, v, &counts, &err) : FAIL(&err, BASE_NO_MEMORY, STR("import"), "import");
    const bool cancelled = !good && err.kind == &TRANSFER_CANCELLED;

    if (cancelled && __atomic_load_n(im->stop, __ATOMIC_RELAXED)) {
        transfer_import_view_free(v); /* read again at the next start */
        return;
    }
    settle(im, v, good,
        good || can_be_mended(&err) ? TRANSFER_READY
        : cancelled                 ? TRANSFER_STOPPED
                                    : TRANSFER_FAILED,
        &counts, &err);
}

/* After a cut there is the plan only: names and choices; the columns are matched again by what was chosen. */
static bool restore_view(Import *im, ImportView *v, Err *err)
{
    const TransferSheet s = { im->view->head.name, im->view->head.n, STR(""), STR(""), NULL };
    const Str crs = transfer_import_wish(im, "crs");
    const json_t *key = json_object_get(im->wish, "key");

    if (!pack_need_collection(
            ledger_model(im->ledger), transfer_import_wish(im, "collection"), &v->collection, err) ||
        !transfer_match(ledger_model(im->ledger), v->collection, &s, json_object_get(im->wish, "columns"),
            v->a, &v->column, err) ||
        !transfer_crs_read(crs, &v->place.crs, err))
        return false;
    v->head = im->view->head;
    v->shapes = im->view->shapes;
    v->key = NEWS(v->a, const PackProperty *, json_array_size(key) + 1);
    for (size_t i = 0; v->key && i < json_array_size(key); i++) {
        const PackProperty *p = pack_property(v->collection, json_str(json_array_get(key, i)));

        if (p)
            v->key[v->nkey++] = p;
        else
            v->key_id = true;
    }
    return v->key != NULL || FAIL(err, BASE_NO_MEMORY, STR("key"), "import");
}

static void run_apply(Import *im)
{
    TransferCounts counts = { 0 };
    ImportView *v = im->view, *made = NULL;
    Err err = { .kind = NULL };
    bool good = true;

    if (!v->column) {
        made = view_new();
        good = made ? restore_view(im, made, &err) : FAIL(&err, BASE_NO_MEMORY, STR("import"), "import");
        v = made;
    }
    good = good && transfer_import_apply(im, v, &counts, &err);
    transfer_import_view_free(made);
    if (!good && __atomic_load_n(im->stop, __ATOMIC_RELAXED))
        return; /* goes on at the next start */
    settle(im, NULL, good,
        good                              ? TRANSFER_DONE
        : err.kind == &TRANSFER_CANCELLED ? TRANSFER_STOPPED
                                          : TRANSFER_FAILED,
        &counts, &err);
}

static void work(void *arg)
{
    Job *j = arg;
    Import *im = j->im;
    TransferManager *m = j->m;
    bool gone;
    Err err;

    if (transfer_import_going(im)) {
        if (im->status == TRANSFER_APPLYING)
            run_apply(im);
        else
            run_check(im);
    } else if (!__atomic_load_n(&m->stop, __ATOMIC_RELAXED))
        im->status = TRANSFER_STOPPED;
    if (!transfer_import_save(im, &err))
        log_err("transfer.save", &err);
    pthread_mutex_lock(&m->guard);
    pthread_mutex_lock(&im->guard);
    im->busy = false;
    gone = im->gone;
    pthread_mutex_unlock(&im->guard);
    if (gone) {
        unlink_import(m, im);
        remove_dir(im->dir);
        import_free(im);
    }
    pthread_cond_broadcast(&m->change);
    pthread_mutex_unlock(&m->guard);
    mem_free(j);
}

static bool enqueue(TransferManager *m, Import *im, Err *err) /* under its guard */
{
    Job *j = mem_new(1, sizeof *j);

    if (!j)
        return FAIL(err, BASE_NO_MEMORY, STR("import"), "imports");
    *j = (Job){ m, im };
    im->busy = true;
    im->cancel = false;
    im->progress = 0;
    im->problem = (Err){ .kind = NULL };
    if (pool_run(m->pool, work, j))
        return true;
    im->busy = false;
    mem_free(j);
    return FAIL(err, TRANSFER_NOT_NOW, str_of(im->name), "imports");
}

/* --- opening ---------------------------------------------------------------------------------------------------------------------- */
static void reopen(TransferManager *m, Str id, Arena *a)
{
    Import *im = import_new(m, str_c(a, id) ? str_c(a, id) : "");
    Err err = { .kind = NULL };

    if (!im)
        return;
    if (!transfer_import_load(im, a, &err)) {
        log_err("transfer.load", &err);
        import_free(im);
        return;
    }
    im->begun = ulid_ms(id) * 1000;
    if (time_now() - im->begun > KEPT_DAYS * TIME_DAY && im->status != TRANSFER_APPLYING) {
        remove_dir(im->dir);
        import_free(im);
        return;
    }
    im->next = m->first;
    m->first = im;
    pthread_mutex_lock(&im->guard);
    if (im->status == TRANSFER_APPLYING)
        log_info("transfer.goes-on", KV("import", id));
    else if (im->status == TRANSFER_READY)
        im->status = TRANSFER_READING;
    if ((im->status == TRANSFER_APPLYING || im->status == TRANSFER_READING) && !enqueue(m, im, &err))
        im->status = TRANSFER_FAILED;
    pthread_mutex_unlock(&im->guard);
}

bool transfer_manager_open(Ledger *l, TransferManager **out, Err *err)
{
    TransferManager *m = mem_new(1, sizeof *m);
    Arena *a;
    Str *name;
    size_t n;
    bool good;

    if (!m)
        return FAIL(err, BASE_NO_MEMORY, STR("imports"), "imports");
    m->ledger = l;
    pthread_mutex_init(&m->guard, NULL);
    pthread_cond_init(&m->change, NULL);
    snprintf(m->dir, sizeof m->dir, "%s/imports", ledger_dir(l));
    a = arena_new(0);
    m->pool = pool_new(AT_ONCE);
    good = m->pool ? dir_make(m->dir, 0750, err) && dir_list(m->dir, a, &name, &n, err)
                   : FAIL(err, BASE_NO_MEMORY, STR("imports"), "imports");
    for (size_t i = 0; good && i < n; i++)
        if (ulid_valid(name[i]))
            reopen(m, name[i], a);
    arena_free(a);
    if (good)
        *out = m;
    else
        transfer_manager_close(m);
    return good;
}

void transfer_manager_end(TransferManager *m)
{
    __atomic_store_n(&m->stop, true, __ATOMIC_RELAXED);
    if (m->pool)
        pool_end(m->pool);
}

void transfer_manager_close(TransferManager *m)
{
    if (!m)
        return;
    transfer_manager_end(m);
    pool_free(m->pool);
    for (Import *im = m->first, *next; im; im = next) {
        next = im->next;
        import_free(im);
    }
    pthread_cond_destroy(&m->change);
    pthread_mutex_destroy(&m->guard);
    mem_free(m);
}

/* --- wishes ---------------------------------------------------------------------------------------------------------------------------- */
static void wish_text(json_t *wish, const char *key, Str v)
{
    if (v.len)
        json_object_set_new(wish, key, json_stringn(v.ptr, v.len));
}

static json_t *wish_json(const TransferWish *w)
{
    json_t *v = json_object(), *columns = json_object(), *key = json_array();

    wish_text(v, "collection", w->collection);
    wish_text(v, "layer", w->layer);
    wish_text(v, "encoding", w->encoding);
    wish_text(v, "crs", w->crs);
    wish_text(v, "division", w->division);
    for (size_t i = 0; i < w->npair; i++)
        json_object_setn_new(columns, w->pair[i].column.ptr, w->pair[i].column.len,
            json_stringn(w->pair[i].property.ptr, w->pair[i].property.len));
    for (size_t i = 0; i < w->nkey; i++)
        json_array_append_new(key, json_stringn(w->key[i].ptr, w->key[i].len));
    if (w->npair)
        json_object_set(v, "columns", columns);
    if (w->nkey)
        json_object_set(v, "key", key);
    json_decref(columns);
    json_decref(key);
    return v;
}

static void merge(Import *im, const json_t *wish)
{
    static const char *const text[] = { "collection", "layer", "encoding", "crs", "division" };
    const json_t *columns = json_object_get(wish, "columns");
    json_t *mine = json_object_get(im->wish, "columns"), *value;
    const char *name;

    for (size_t i = 0; i < LEN(text); i++) {
        json_t *v = json_object_get(wish, text[i]);

        if (!json_is_string(v))
            continue;
        im->reread |= (i == 1 || i == 2) && !json_equal(v, json_object_get(im->wish, text[i]));
        if (i == 0 && !json_equal(v, json_object_get(im->wish, text[i]))) {
            json_object_del(im->wish, "columns"); /* meant for another collection */
            json_object_del(im->wish, "key");
            mine = NULL;
        }
        json_object_set_new(im->wish, text[i], json_deep_copy(v));
    }
    if (json_is_array(json_object_get(wish, "key")))
        json_object_set_new(im->wish, "key", json_deep_copy(json_object_get(wish, "key")));
    if (!json_is_object(columns))
        return;
    if (!mine) {
        mine = json_object();
        json_object_set_new(im->wish, "columns", mine);
    }
    json_object_foreach((json_t *)(uintptr_t)columns, name, value)
        json_object_set_new(mine, name, json_is_string(value) ? json_deep_copy(value) : json_string(""));
}

static bool check_again(TransferManager *m, Import *im, Err *err) /* under its guard */
{
    if (im->busy || im->status == TRANSFER_APPLYING || im->status == TRANSFER_DONE) {
        FAIL(err, TRANSFER_NOT_NOW, str_of(im->name), "imports");
        err_hint(err, "%s", im->status == TRANSFER_DONE ? "已经完成" : "正在处理");
        return false;
    }
    im->status = TRANSFER_READING;
    return enqueue(m, im, err);
}

bool transfer_choose_json(TransferManager *m, Str id, const json_t *wish, Err *err)
{
    Import *im = take(m, id, err);
    bool good;

    if (!im)
        return false;
    good = !im->busy;
    if (good)
        merge(im, wish);
    good = check_again(m, im, err);
    pthread_mutex_unlock(&im->guard);
    return good;
}

bool transfer_choose(TransferManager *m, Str id, const TransferWish *wish, Err *err)
{
    json_t *v = wish_json(wish);
    const bool good =
        v ? transfer_choose_json(m, id, v, err) : FAIL(err, BASE_NO_MEMORY, STR("wish"), "imports");

    json_decref(v);
    return good;
}

/* --- beginning, applying, dropping -------------------------------------------------------------------------------------------------------- */
static void safe_name(Str name, char out[256]) /* no folders, no tricks */
{
    size_t n = 0;

    for (size_t i = 0; i < name.len && n < 200; i++) {
        const char c = name.ptr[i];

        out[n] = (char)(c == '/' || c == '\\' || (unsigned char)c < 32 || (n == 0 && c == '.') ? '_' : c);
        n++;
    }
    while (n && ((unsigned char)out[n - 1] & 0xC0) == 0x80 && n >= 200) /* not inside a character */
        n--;
    out[n] = 0;
}

static bool copy_file(const char *from, const char *to, Err *err) /* from another file system */
{
    FILE *in = fopen(from, "re"), *out = fopen(to, "we");
    char piece[65536];
    size_t n = 0;
    bool good = in && out;

    while (good && (n = fread(piece, 1, sizeof piece, in)) > 0)
        good = fwrite(piece, 1, n, out) == n;
    good = good && !ferror(in);
    if (in)
        fclose(in);
    if (out && fclose(out))
        good = false;
    if (good)
        unlink(from);
    return good || (errno == ENOSPC ? FAIL(err, BASE_FULL, str_of(to), "file")
                                    : FAIL(err, BASE_IO, str_of(to), "file"));
}

static bool place_file(Import *im, Str name, const char *path, bool move, Err *err)
{
    char inner[280];

    safe_name(name, im->name);
    if (!move) {
        if (!realpath(path, im->path))
            return FAIL(err, BASE_NO_FILE, str_of(path), "file");
        return true;
    }
    snprintf(inner, sizeof inner, "file-%s", im->name);
    if (!transfer_import_path(im, inner, im->path))
        return FAIL(err, BASE_IO, str_of(path), "path");
    if (rename(path, im->path) == 0)
        return true;
    return errno == EXDEV ? copy_file(path, im->path, err)
                          : FAIL(err, BASE_IO, str_of(path), "%s", strerrorname_np(errno));
}

bool transfer_begin(TransferManager *m, Str name, const char *path, bool move, const TransferWish *wish,
    char id[ULID_LEN + 1], Err *err)
{
    char fresh[ULID_LEN + 1];
    json_t *w = wish_json(wish);
    Import *im;
    bool good;

    ulid_new(fresh);
    im = w ? import_new(m, fresh) : NULL;
    if (!im) {
        json_decref(w);
        return FAIL(err, BASE_NO_MEMORY, STR("import"), "imports");
    }
    merge(im, w);
    json_decref(w);
    if (!dir_make(im->dir, 0750, err) || !place_file(im, name, path, move, err) ||
        !transfer_import_save(im, err)) {
        remove_dir(im->dir);
        import_free(im);
        return false;
    }
    memcpy(id, fresh, sizeof fresh);
    pthread_mutex_lock(&m->guard);
    im->next = m->first;
    m->first = im;
    pthread_mutex_lock(&im->guard);
    good = enqueue(m, im, err);
    if (!good)
        im->status = TRANSFER_FAILED;
    pthread_mutex_unlock(&im->guard);
    pthread_mutex_unlock(&m->guard);
    return good;
}

static bool may_apply(const Import *im, TransferAccept accept, Err *err)
{
    char n[24];

    if (im->busy || im->status != TRANSFER_READY) {
        FAIL(err, TRANSFER_NOT_NOW, str_of(im->name), "imports");
        err_hint(err, "%s",
            im->status == TRANSFER_DONE ? "已经完成"
            : im->busy                  ? "正在处理"
                                        : "没有检查通过");
        return false;
    }
    if (im->problem.kind) {
        *err = im->problem;
        return false;
    }
    if (im->view->place.unsure && im->view->collection->spatial) {
        FAIL(err, TRANSFER_CRS_UNSURE, im->view->place.assumed.len ? im->view->place.assumed : STR("?"),
            "crs");
        err_hint(err, "%.*s", STRV(im->view->place.zh));
        return false;
    }
    if (accept == TRANSFER_GOOD_ROWS || !im->counts.wrong)
        return true;
    snprintf(n, sizeof n, "%zu", im->counts.wrong);
    return FAIL(err, TRANSFER_HAS_ERRORS, str_of(n), "imports");
}

/* All that was decided becomes a wish, so that it is the same after a cut. */
static void fix_plan(Import *im)
{
    const ImportView *v = im->view;
    json_t *columns = json_object(), *key = json_array();
    Arena *a = arena_new(0);
    const Str crs = transfer_crs_name(&v->place.crs, a);

    for (size_t i = 0; i < v->head.n; i++) {
        const Str role = transfer_role_name(v->column + i);

        json_object_setn_new(
            columns, v->head.name[i].ptr, v->head.name[i].len, json_stringn(role.ptr, role.len));
    }
    for (size_t i = 0; i < v->nkey; i++)
        json_array_append_new(key, json_stringn(v->key[i]->name.ptr, v->key[i]->name.len));
    if (v->key_id)
        json_array_append_new(key, json_string("id"));
    json_object_set_new(im->wish, "columns", columns);
    json_object_set_new(im->wish, "key", key);
    json_object_set_new(im->wish, "crs", json_stringn(crs.ptr, crs.len));
    json_object_set_new(
        im->wish, "collection", json_stringn(v->collection->name.ptr, v->collection->name.len));
    arena_free(a);
}

bool transfer_apply(TransferManager *m, Str id, TransferAccept accept, Str who, Err *err)
{
    Import *im = take(m, id, err);
    bool good;

    if (!im)
        return false;
    good = may_apply(im, accept, err);
    if (good) {
        im->accept = accept;
        snprintf(im->who, sizeof im->who, "%.*s", STRV(str_sub(who, 0, 120)));
        fix_plan(im);
        im->status = TRANSFER_APPLYING;
        im->busy = true;
    }
    pthread_mutex_unlock(&im->guard);
    if (!good)
        return false;
    good = transfer_import_save(im, err); /* from here on it is rolled forward */
    pthread_mutex_lock(&im->guard);
    good = good && enqueue(m, im, err);
    if (!good) {
        im->busy = false;
        im->status = TRANSFER_READY;
    }
    pthread_mutex_unlock(&im->guard);
    return good;
}

bool transfer_drop(TransferManager *m, Str id, Err *err)
{
    Import *im;

    pthread_mutex_lock(&m->guard);
    for (im = m->first; im && (im->gone || !str_eq(str_of(im->id), id)); im = im->next)
        ;
    if (!im) {
        pthread_mutex_unlock(&m->guard);
        return FAIL(err, TRANSFER_NO_IMPORT, str_sub(id, 0, 40), "imports");
    }
    pthread_mutex_lock(&im->guard);
    __atomic_store_n(&im->cancel, true, __ATOMIC_RELAXED);
    im->gone = true;
    if (im->busy) /* its job removes it */
        pthread_mutex_unlock(&im->guard);
    else {
        pthread_mutex_unlock(&im->guard);
        unlink_import(m, im);
        remove_dir(im->dir);
        import_free(im);
    }
    pthread_mutex_unlock(&m->guard);
    return true;
}

/* --- looking ---------------------------------------------------------------------------------------------------------------------------------- */
bool transfer_state(TransferManager *m, Str id, bool en, Buf *json, Err *err)
{
    Import *im = take(m, id, err);

    if (!im)
        return false;
    transfer_import_state(im, en, json);
    pthread_mutex_unlock(&im->guard);
    return true;
}

bool transfer_list(TransferManager *m, bool en, Buf *json, Err *err)
{
    size_t n = 0;

    pthread_mutex_lock(&m->guard);
    buf_str(json, STR("{\"imports\":["));
    for (Import *im = m->first; im; im = im->next) {
        if (im->gone)
            continue;
        if (n++)
            buf_c(json, ',');
        pthread_mutex_lock(&im->guard);
        transfer_import_state(im, en, json);
        pthread_mutex_unlock(&im->guard);
    }
    buf_str(json, STR("]}"));
    pthread_mutex_unlock(&m->guard);
    return !json->bad || FAIL(err, BASE_NO_MEMORY, STR("imports"), "imports");
}

static TransferGlance glance(const Import *im)
{
    TransferGlance g = {
        .status = im->status, .progress = im->progress, .counts = im->counts, .problem = im->problem
    };

    if (im->view && im->view->collection) {
        snprintf(g.collection, sizeof g.collection, "%.*s", STRV(im->view->collection->name));
        g.crs_assumed = im->view->place.assumed;
        g.crs_warning = im->view->place.zh;
    }
    return g;
}

bool transfer_glance(TransferManager *m, Str id, TransferGlance *out, Err *err)
{
    Import *im = take(m, id, err);

    if (!im)
        return false;
    *out = glance(im);
    pthread_mutex_unlock(&im->guard);
    return true;
}

bool transfer_wait(TransferManager *m, Str id, int64_t micros, TransferGlance *out, Err *err)
{
    struct timespec until;
    int64_t us;

    clock_gettime(CLOCK_REALTIME, &until);
    us = micros ? micros : INT64_C(365) * 86400 * TIME_SECOND;
    us += until.tv_nsec / 1000;
    until.tv_sec += us / TIME_SECOND;
    until.tv_nsec = us % TIME_SECOND * 1000;
    pthread_mutex_lock(&m->guard);
    for (bool late = false;;) {
        const Import *im = m->first;

        while (im && (im->gone || !str_eq(str_of(im->id), id)))
            im = im->next;
        if (!im || !im->busy || late)
            break;
        late = pthread_cond_timedwait(&m->change, &m->guard, &until) == ETIMEDOUT;
    }
    pthread_mutex_unlock(&m->guard);
    return transfer_glance(m, id, out, err);
}

bool transfer_findings(
    TransferManager *m, Str id, bool (*see)(void *ctx, const TransferFinding *f), void *ctx, Err *err)
{
    Import *im = take(m, id, err);
    char path[IMPORT_PATH], *line = NULL;
    size_t size = 0;
    ssize_t n;
    FILE *f;
    Arena *a;
    bool go = true;

    if (!im)
        return false;
    f = transfer_import_path(im, "findings", path) ? fopen(path, "re") : NULL;
    pthread_mutex_unlock(&im->guard);
    a = arena_new(0);
    while (go && f && (n = getline(&line, &size, f)) > 0) {
        TransferFinding one;

        arena_clear(a);
        go = !transfer_import_finding((Str){ line, (size_t)n }, a, &one) || see(ctx, &one);
    }
    arena_free(a);
    if (f)
        fclose(f);
    free(line);
    return true;
}

bool transfer_sheet(TransferManager *m, Str id, const char *path, Err *err)
{
    Import *im = take(m, id, err);
    bool good;

    if (!im)
        return false;
    good = !im->busy && im->view && im->status != TRANSFER_READING;
    if (good)
        im->busy = true; /* nothing changes it meanwhile */
    pthread_mutex_unlock(&im->guard);
    if (!good)
        return FAIL(err, TRANSFER_NOT_NOW, str_of(im->name), "sheet");
    good = transfer_import_sheet(im, path, err);
    pthread_mutex_lock(&m->guard);
    pthread_mutex_lock(&im->guard);
    im->busy = false;
    pthread_mutex_unlock(&im->guard);
    if (im->gone) {
        unlink_import(m, im);
        remove_dir(im->dir);
        import_free(im);
    }
    pthread_cond_broadcast(&m->change);
    pthread_mutex_unlock(&m->guard);
    return good;
}
