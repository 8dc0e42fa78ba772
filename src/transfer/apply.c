/* src/transfer/apply.c - what was checked is written, in transactions of some 80 ms. Before each, its place in the rows is
 * put down; cut off, the next start begins with that batch again, and finds by key or id what was written of it.
 */
#include "transfer/import.h"
#include "transfer/metrics.h"
#include <stdio.h>

enum { FIRST_BATCH = 50, LEAST = 10, MOST = 2000, AIM_MICROS = 80000 };
typedef struct Progress {
    size_t batch, from, count; /* rows before it; rows in it */
    TransferCounts counts;     /* of the batches before it */
} Progress;
typedef struct Apply {
    Import *im;
    ImportView *view;
    TransferTurn turn;
    Progress at;
    Str verdicts;
} Apply;

static bool save_progress(const Apply *k, Err *err)
{
    char path[IMPORT_PATH];
    const TransferCounts *c = &k->at.counts;
    Buf b;
    bool good;

    buf_init(&b, 4096);
    buf_fmt(&b,
        "{\"batch\":%zu,\"from\":%zu,\"count\":%zu,\"rows\":%zu,\"create\":%zu,\"update\":%zu,\"unchanged\":%"
        "zu,\"wrong\":%zu}\n",
        k->at.batch, k->at.from, k->at.count, c->rows, c->create, c->update, c->unchanged, c->wrong);
    good = transfer_import_path(k->im, "progress", path) && file_write(path, BYTES(buf_text(&b)), 0640, err);
    buf_clear(&b);
    return good;
}

static size_t number(const json_t *v, const char *key)
{
    return (size_t)json_integer_value(json_object_get(v, key));
}

static void load_progress(Apply *k, Arena *a)
{
    char path[IMPORT_PATH];
    Str text;
    json_t *v;
    Err e;

    if (!transfer_import_path(k->im, "progress", path) || !file_read(path, 4096, a, &text, &e) ||
        !json_read_in(text, a, &v, &e))
        return;
    k->at = (Progress){ number(v, "batch"), number(v, "from"), number(v, "count"),
        { number(v, "rows"), number(v, "create"), number(v, "update"), number(v, "unchanged"),
            number(v, "wrong") } };
}

/* Rows found wrong in the dry run stay out. */
static void leave_out(const Apply *k, ImportBatch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const size_t at = k->at.from + i;

        if (at < k->verdicts.len && k->verdicts.ptr[at] == 'x')
            b->turned[i].wrong = true;
    }
}

static void show(Apply *k)
{
    const size_t all = k->verdicts.len;

    pthread_mutex_lock(&k->im->guard);
    k->im->progress = (double)k->at.counts.rows / (double)(all ? all : 1);
    k->im->counts = k->at.counts;
    pthread_mutex_unlock(&k->im->guard);
}

static bool write_batch(Apply *k, ImportRows *rows, Arena *a, bool *end, Err *err)
{
    uint8_t verdict[MOST];
    ImportBatch b;
    TransferCounts counts = k->at.counts;
    int64_t start;

    if (!save_progress(k, err) || !transfer_import_fill(&k->turn, rows, k->at.count, a, &b, end, err))
        return false;
    leave_out(k, &b);
    start = time_mono();
    if (b.n &&
        !transfer_import_write(&k->turn, &b, false, str_fmt(a, "import-%s-batch%zu", k->im->id, k->at.batch),
            str_of(k->im->who), a, &counts, verdict, err))
        return false;
    start = time_mono() - start;
    metric_add(METRIC_imports_rows, (int64_t)b.n);
    k->at.counts = counts;
    k->at.batch++;
    k->at.from += b.n;
    if (b.n == k->at.count)
        k->at.count = (size_t)((double)b.n * AIM_MICROS / (double)(start > 1000 ? start : 1000));
    k->at.count = k->at.count < LEAST ? LEAST : k->at.count > MOST ? MOST : k->at.count;
    show(k);
    return true;
}

static bool skip(Apply *k, ImportRows *rows, Arena *a, Err *err)
{
    TransferRow row;
    bool end = false, good = true;

    for (size_t i = 0; good && i < k->at.from && !end; i++) {
        good = transfer_import_rows_next(rows, a, &row, &end, err);
        arena_clear(a);
    }
    return good;
}

static bool apply_rows(Apply *k, ImportRows *rows, Err *err)
{
    Arena *a = arena_new(0);
    bool end = false, good = skip(k, rows, a, err);

    while (good && !end) {
        if (!transfer_import_going(k->im)) {
            good = FAIL(err, TRANSFER_CANCELLED, str_of(k->im->name), "import");
            break;
        }
        good = write_batch(k, rows, a, &end, err);
        arena_clear(a);
    }
    arena_free(a);
    return good;
}

/* The columns as they were accepted are known the next time. */
static void remember(Apply *k, Arena *a)
{
    const ImportView *v = k->view;
    const Str key = str_fmt(a, "transfer/match/%.*s", STRV(v->collection->name));
    json_t *known = NULL;
    Str text = { NULL, 0 };
    Buf b;
    Err e;

    if (!ledger_meta(k->im->ledger, key, a, &text, &e) || !text.len || !json_read_in(text, a, &known, &e) ||
        !json_is_object(known))
        known = json_object();
    else
        known = json_deep_copy(known);
    for (size_t i = 0; i < v->head.n; i++) {
        const Str name = transfer_role_name(v->column + i);

        if (v->head.name[i].len && (name.len || v->column[i].remembered))
            json_object_setn_new(
                known, v->head.name[i].ptr, v->head.name[i].len, json_stringn(name.ptr, name.len));
    }
    buf_init(&b, 4 << 20);
    buf_json(&b, known);
    if (json_object_size(known) < 2000 && !b.bad && !ledger_meta_set(k->im->ledger, key, buf_text(&b), &e))
        log_err("transfer.remember", &e);
    buf_clear(&b);
    json_decref(known);
}

bool transfer_import_apply(Import *im, ImportView *v, TransferCounts *counts, Err *err)
{
    Apply k = { .im = im, .view = v, .at = { .count = FIRST_BATCH } };
    Arena *a = arena_new(0);
    char path[IMPORT_PATH];
    ImportRows rows = { NULL, 0 };
    TransferStretch stretch;
    TransferRefs *refs;
    bool good;

    (void)transfer_stretch(ledger_model(im->ledger), v->collection, &stretch);
    refs = transfer_refs_new(im->ledger, &stretch);
    load_progress(&k, a);
    good = refs && transfer_import_turn(im, v, refs, &k.turn)
               ? transfer_import_path(im, "verdicts", path) &&
                     file_read(path, 16 << 20, a, &k.verdicts, err) &&
                     transfer_import_rows_open(im, v, &rows, err) && apply_rows(&k, &rows, err)
               : FAIL(err, BASE_NO_MEMORY, STR("apply"), "import");
    transfer_import_rows_close(&rows);
    transfer_refs_free(refs);
    if (good) {
        remember(&k, a);
        *counts = k.at.counts;
    }
    arena_free(a);
    return good;
}
