/* src/transfer/import.c - an import's folder: its state is written before it matters, and read again after a cut. */
#include "transfer/import.h"
#include <stdio.h>
#include <unistd.h>

static const char *const status_name[] = { "reading", "ready", "applying", "done", "failed", "cancelled" };

bool transfer_import_path(const Import *im, const char *file, char out[IMPORT_PATH])
{
    return (size_t)snprintf(out, IMPORT_PATH, "%s/%s", im->dir, file) < IMPORT_PATH;
}

Str transfer_import_wish(const Import *im, const char *key)
{
    return json_str(json_object_get(im->wish, key));
}

bool transfer_import_going(const Import *im)
{
    return !__atomic_load_n(&im->cancel, __ATOMIC_RELAXED) && !__atomic_load_n(im->stop, __ATOMIC_RELAXED);
}

void transfer_import_view_free(ImportView *v)
{
    if (v)
        arena_free(v->a);
}

void transfer_import_file_free(ImportFile *f)
{
    if (f)
        arena_free(f->a);
}

/* --- kept and read again ------------------------------------------------------------------------------------------------ */
static json_t *plan_of(const Import *im) /* what applying needs, without reading the file again */
{
    json_t *plan = json_object(), *name = json_array();

    if (im->view && plan && name) {
        for (size_t i = 0; i < im->view->head.n; i++)
            json_array_append_new(name, json_stringn(im->view->head.name[i].ptr, im->view->head.name[i].len));
        json_object_set_new(plan, "names", name);
        json_object_set_new(plan, "after", json_integer(im->view->head.last));
        json_object_set_new(plan, "shapes", json_boolean(im->view->shapes));
    } else
        json_decref(name);
    return plan;
}

bool transfer_import_save(Import *im, Err *err)
{
    char path[IMPORT_PATH];
    json_t *v;
    Buf b;
    bool good;

    pthread_mutex_lock(&im->guard);
    v = json_pack("{ss ss ss sO so si ss s{sI sI sI sI sI}}", "name", im->name, "path", im->path, "status",
        status_name[im->status], "wish", im->wish, "plan", plan_of(im), "accept", (int)im->accept, "who",
        im->who, "counts", "rows", (json_int_t)im->counts.rows, "create", (json_int_t)im->counts.create,
        "update", (json_int_t)im->counts.update, "unchanged", (json_int_t)im->counts.unchanged, "wrong",
        (json_int_t)im->counts.wrong);
    pthread_mutex_unlock(&im->guard);
    buf_init(&b, 16 << 20);
    if (v)
        buf_json(&b, v);
    json_decref(v);
    good = v && !b.bad && transfer_import_path(im, "state.json", path)
               ? file_write(path, BYTES(buf_text(&b)), 0640, err)
               : FAIL(err, BASE_NO_MEMORY, STR("state"), "import");
    buf_clear(&b);
    return good;
}

static bool load_plan(Import *im, const json_t *plan, Err *err)
{
    const json_t *name = json_object_get(plan, "names");
    Arena *a = arena_new(0);
    ImportView *v = NEW(a, ImportView);
    Str *s = NEWS(a, Str, json_array_size(name) + 1);

    if (!v || !s) {
        arena_free(a);
        return FAIL(err, BASE_NO_MEMORY, STR("plan"), "import");
    }
    v->a = a;
    for (size_t i = 0; i < json_array_size(name); i++)
        s[i] = str_copy(a, json_str(json_array_get(name, i)));
    v->head = (TransferHead){ (uint32_t)json_integer_value(json_object_get(plan, "after")), s,
        json_array_size(name) };
    v->shapes = json_is_true(json_object_get(plan, "shapes"));
    im->view = v;
    return true;
}

static size_t count_of(const json_t *v, const char *key)
{
    return (size_t)json_integer_value(json_object_get(json_object_get(v, "counts"), key));
}

bool transfer_import_load(Import *im, Arena *a, Err *err)
{
    char path[IMPORT_PATH];
    Str text, status;
    json_t *v;

    if (!transfer_import_path(im, "state.json", path) || !file_read(path, 16 << 20, a, &text, err) ||
        !json_read_in(text, a, &v, err))
        return false;
    snprintf(im->name, sizeof im->name, "%.*s", STRV(json_str(json_object_get(v, "name"))));
    snprintf(im->path, sizeof im->path, "%.*s", STRV(json_str(json_object_get(v, "path"))));
    snprintf(im->who, sizeof im->who, "%.*s", STRV(json_str(json_object_get(v, "who"))));
    im->accept = (TransferAccept)json_integer_value(json_object_get(v, "accept"));
    im->counts = (TransferCounts){ count_of(v, "rows"), count_of(v, "create"), count_of(v, "update"),
        count_of(v, "unchanged"), count_of(v, "wrong") };
    status = json_str(json_object_get(v, "status"));
    for (size_t i = 0; i < LEN(status_name); i++)
        if (str_eq(status, str_of(status_name[i])))
            im->status = (TransferStatus)i;
    json_decref(im->wish);
    im->wish = json_deep_copy(json_object_get(v, "wish"));
    return (im->wish || FAIL(err, BASE_BAD_JSON, STR("wish"), "import")) &&
           load_plan(im, json_object_get(v, "plan"), err);
}

/* --- rows ------------------------------------------------------------------------------------------------------------------ */
bool transfer_import_rows_open(const Import *im, const ImportView *v, ImportRows *out, Err *err)
{
    char path[IMPORT_PATH];

    out->after = v->head.last;
    return transfer_import_path(im, "rows", path) && transfer_rows_open(path, &out->rows, err);
}

static bool blank(const TransferRow *row)
{
    for (size_t i = 0; i < row->ncell; i++)
        if (row->cell[i].text.len)
            return false;
    return !row->wkb.len && row->note == NOTE_NONE;
}

bool transfer_import_rows_next(ImportRows *r, Arena *a, TransferRow *out, bool *end, Err *err)
{
    do {
        if (!transfer_rows_next(r->rows, a, out, end, err))
            return false;
    } while (!*end && (out->number <= r->after || blank(out)));
    return true;
}

void transfer_import_rows_close(ImportRows *r)
{
    transfer_rows_close(r->rows);
    r->rows = NULL;
}
