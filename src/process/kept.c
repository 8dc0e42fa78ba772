/* src/process/kept.c - jobs in the node's store. */
#include "process/kept.h"
#include <pthread.h>
#include "store/store.h"

/* clang-format off */
enum { PROCESS, STATUS, WHO, MESSAGE, CODE, ZH, EN, PLACE, PERCENT, HTTP, CREATED, STARTED, FINISHED, UPDATED, WHOLE, OUTPUTS = WHOLE,
    LOG, COLUMNS };
#define TEXT_(word) { .name = { word, sizeof word - 1 }, .kind = CQL_TEXT, .required = true }
#define INT_(word)  { .name = { word, sizeof word - 1 }, .kind = CQL_INT, .required = true }
static const StoreColumn column[COLUMNS] = { TEXT_("process"), TEXT_("status"), TEXT_("who"), TEXT_("message"), TEXT_("code"),
    TEXT_("zh"), TEXT_("en"), TEXT_("place"), INT_("percent"), INT_("http"), INT_("created"), INT_("started"), INT_("finished"),
    INT_("updated"), TEXT_("outputs"), TEXT_("log") };
static const size_t every[COLUMNS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
/* clang-format on */
static const StoreTable table = {
    .name = { "process_job", 11 }, .plain = true, .column = column, .ncolumn = COLUMNS
};
struct Kept {
    Store *store;
    pthread_mutex_t guard; /* guards the writer of store: jobs end on threads of their own */
};

bool process_kept_open(const char *path, Kept **out, Err *err)
{
    Kept *k = mem_new(1, sizeof *k);

    if (!k)
        return FAIL(err, BASE_NO_MEMORY, str_of(path), "node");
    pthread_mutex_init(&k->guard, NULL);
    if (store_open(path, STORE_NODE, &k->store, err) && store_define(k->store, &table, 1, err)) {
        *out = k;
        return true;
    }
    process_kept_close(k);
    return false;
}

void process_kept_close(Kept *k)
{
    if (!k)
        return;
    store_close(k->store);
    pthread_mutex_destroy(&k->guard);
    mem_free(k);
}

static CqlValue text(Str s)
{
    return (CqlValue){ .kind = CQL_TEXT, .text = s };
}

static void values(const KeptJob *j, CqlValue v[COLUMNS])
{
    const Str word[] = { j->process, j->status, j->who, j->message, j->code, j->zh, j->en, j->place };
    const int64_t number[] = { j->percent, j->http, j->created, j->started, j->finished, j->updated };

    for (size_t i = 0; i < LEN(word); i++)
        v[PROCESS + i] = text(word[i]);
    for (size_t i = 0; i < LEN(number); i++)
        v[PERCENT + i] = (CqlValue){ .kind = CQL_INT, .integer = number[i] };
    v[OUTPUTS] = text(j->outputs);
    v[LOG] = text(j->log);
}

/* The number of the row with that id; 0: none. */
static bool number_of(Store *s, const char *id, int64_t *fid, Err *err)
{
    const StoreQuery q = { .table = &table, .id = id };
    StoreCursor *c;
    const StoreRow *row = NULL;
    bool good = store_select(store_writer(s), &q, &c, err);

    if (good) {
        good = store_next(c, &row, err);
        *fid = good && row ? row->fid : 0;
        store_cursor_close(c);
    }
    return good;
}

/* The older ones beyond so many go. */
static bool forget_old(Store *s, size_t most, Err *err)
{
    const StoreQuery q = { .table = &table };
    int64_t *fid = mem_new(most + 1, sizeof *fid);
    size_t n = 0;
    StoreCursor *c;
    const StoreRow *row;
    bool good =
        fid ? store_select(store_writer(s), &q, &c, err) : FAIL(err, BASE_NO_MEMORY, STR("jobs"), "node");

    if (good) {
        while ((good = store_next(c, &row, err)) && row)
            fid[n++ % (most + 1)] = row->fid; /* the last most + 1 */
        store_cursor_close(c);
    }
    good = good && (n <= most || store_delete(s, &table, fid[n % (most + 1)], err));
    mem_free(fid);
    return good;
}

static bool put(Store *s, const KeptJob *job, size_t most, Err *err)
{
    CqlValue v[COLUMNS];
    char id[64];
    int64_t fid;

    if (job->id.len >= sizeof id)
        return FAIL(err, STORE_FAILED, job->id, "id");
    memcpy(id, job->id.ptr, job->id.len);
    id[job->id.len] = 0;
    values(job, v);
    if (!number_of(s, id, &fid, err))
        return false;
    if (fid)
        return store_update(s, &table, fid, false, (Bytes){ NULL, 0 }, every, v, COLUMNS, err);
    return store_insert(s, &table, job->id, (Bytes){ NULL, 0 }, v, &fid, err) && forget_old(s, most, err);
}

bool process_keep(Kept *k, const KeptJob *job, size_t most, Err *err)
{
    bool good;

    pthread_mutex_lock(&k->guard);
    good = store_begin(k->store, err);
    if (good && put(k->store, job, most, err))
        good = store_commit(k->store, err);
    else if (good) {
        store_rollback(k->store);
        good = false;
    }
    pthread_mutex_unlock(&k->guard);
    return good;
}

static KeptJob read_job(const StoreRow *row, bool whole)
{
    const CqlValue *v = row->value;

    return (KeptJob){ .id = row->id,
        .process = v[PROCESS].text,
        .status = v[STATUS].text,
        .who = v[WHO].text,
        .message = v[MESSAGE].text,
        .code = v[CODE].text,
        .zh = v[ZH].text,
        .en = v[EN].text,
        .place = v[PLACE].text,
        .percent = v[PERCENT].integer,
        .http = v[HTTP].integer,
        .created = v[CREATED].integer,
        .started = v[STARTED].integer,
        .finished = v[FINISHED].integer,
        .updated = v[UPDATED].integer,
        .outputs = whole ? v[OUTPUTS].text : STR(""),
        .log = whole ? v[LOG].text : STR("") };
}

bool process_kept(Kept *k, Str id, bool (*see)(void *ctx, const KeptJob *job), void *ctx, Err *err)
{
    Arena *a = arena_new(0);
    const StoreQuery q = { .table = &table,
        .column = every,
        .ncolumn = id.len ? COLUMNS : WHOLE,
        .id = id.len ? str_c(a, id) : NULL };
    StoreRead *read = NULL;
    StoreCursor *c;
    const StoreRow *row;
    bool good = store_read_begin(k->store, &read, err);

    if (good && (good = store_select(read, &q, &c, err))) {
        while ((good = store_next(c, &row, err)) && row) {
            const KeptJob job = read_job(row, id.len > 0);

            if (!see(ctx, &job))
                break;
        }
        store_cursor_close(c);
    }
    store_read_end(read);
    arena_free(a);
    return good;
}
