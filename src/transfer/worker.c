/* src/transfer/worker.c - the child process that reads files from outside: limited, without network, without the store.
 * Whatever goes wrong in here is an error message over there.
 */
#include "transfer/worker.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { REQUEST_MAX = 64 << 10, FLUSH_AT = 64 << 10, CPU_SECONDS = 600 };
#define MEMORY_MAX (UINT64_C(4) << 30)

static void quiet_gdal(void)
{
    static const char *const option[][2] = { { "GDAL_DRIVER_PATH", "disable" },
        { "CPL_ZIP_ENCODING", "GB18030" }, { "OGR_XLSX_HEADERS", "DISABLE" },
        { "OGR_XLSX_FIELD_TYPES", "STRING" }, { "OGR_ODS_HEADERS", "DISABLE" },
        { "OGR_ODS_FIELD_TYPES", "STRING" }, { "OGR_XLS_HEADERS", "DISABLE" },
        { "OGR_XLS_FIELD_TYPES", "STRING" }, { "SHAPE_ENCODING", "" },
        { "CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".none" }, { "GDAL_DISABLE_READDIR_ON_OPEN", "NO" },
        { "OGR_GEOJSON_MAX_OBJ_SIZE", "256" }, { "OSM_MAX_TMPFILE_SIZE", "1000" },
        { "OSM_USE_CUSTOM_INDEXING", "YES" }, { "GDAL_PAM_ENABLED", "NO" },
        { "LIBKML_RESOLVE_STYLE", "NO" } };

    for (size_t i = 0; i < LEN(option); i++)
        CPLSetConfigOption(option[i][0], option[i][1]);
    CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
}

/* --- the way out ------------------------------------------------------------------------------------------------------ */
void transfer_tell_flush(TransferTell *t)
{
    Str rest = buf_text(&t->buf);

    while (rest.len && !t->gone) {
        const ssize_t n = write(t->fd, rest.ptr, rest.len);

        if (n < 0 && errno == EINTR)
            continue;
        t->gone = n < 0;
        rest = str_sub(rest, n < 0 ? rest.len : (size_t)n, SIZE_MAX);
    }
    t->buf.len = 0;
}

static void tell(TransferTell *t, char kind, Buf *json)
{
    if (!json->bad)
        transfer_frame_put(&t->buf, kind, buf_text(json));
    buf_clear(json);
    transfer_tell_flush(t);
}

static void pair(Buf *b, const char *key, Str value)
{
    buf_fmt(b, "%s\"%s\":", b->len > 1 ? "," : "", key);
    buf_json_str(b, value.ptr ? value : STR(""));
}

void transfer_tell_layer(TransferTell *t, const TransferLayer *l)
{
    Buf b;

    buf_init(&b, 4 << 20);
    buf_c(&b, '{');
    pair(&b, "name", l->name);
    buf_fmt(&b, ",\"rows\":%lld,\"grid\":%s,\"epsg\":%d", (long long)l->rows, l->grid ? "true" : "false",
        l->epsg);
    if (l->type)
        pair(&b, "type", str_of(l->type));
    pair(&b, "crs", l->crs);
    pair(&b, "encoding", l->encoding);
    buf_str(&b, STR(",\"fields\":["));
    for (size_t i = 0; i < l->nfield; i++) {
        if (i)
            buf_c(&b, ',');
        buf_json_str(&b, l->field[i]);
    }
    buf_str(&b, STR("]}"));
    tell(t, FRAME_LAYER, &b);
}

void transfer_tell_chosen(TransferTell *t, Str layer)
{
    Buf b;

    buf_init(&b, 64 << 10);
    buf_c(&b, '{');
    pair(&b, "name", layer);
    buf_c(&b, '}');
    tell(t, FRAME_CHOSEN, &b);
}

bool transfer_tell_row(TransferTell *t, const TransferRow *row)
{
    transfer_row_put(&t->buf, row);
    t->rows++;
    if (t->buf.bad)
        t->gone = true;
    if (t->buf.len > FLUSH_AT)
        transfer_tell_flush(t);
    return !t->gone;
}

void transfer_tell_warning(TransferTell *t, const char *zh, const char *en, Str what)
{
    const char *const form[] = { zh, en };
    Buf b;

    buf_init(&b, 64 << 10);
    for (size_t i = 0; i < 2; i++) {
        const Str f = str_of(form[i]);
        const size_t at = str_find(f, STR("%s"));
        Buf said;

        buf_init(&said, 4096);
        buf_str(&said, str_sub(f, 0, at));
        if (at != SIZE_MAX) {
            buf_str(&said, what);
            buf_str(&said, str_sub(f, at + 2, SIZE_MAX));
        }
        buf_str(&b, i ? STR(",\"en\":") : STR("{\"zh\":"));
        buf_json_str(&b, buf_text(&said));
        buf_clear(&said);
    }
    buf_c(&b, '}');
    tell(t, FRAME_WARN, &b);
}

static void tell_end(TransferTell *t, const Err *err)
{
    Buf b;

    buf_init(&b, 64 << 10);
    if (!err) {
        buf_fmt(&b, "{\"rows\":%zu}", t->rows);
        tell(t, FRAME_END, &b);
        return;
    }
    buf_c(&b, '{');
    pair(&b, "code", str_of(err->kind->code));
    pair(&b, "what", str_of(err->what));
    pair(&b, "hint", str_of(err->hint));
    pair(&b, "where", str_of(err->where));
    buf_c(&b, '}');
    tell(t, FRAME_FAIL, &b);
}

/* --- the way in --------------------------------------------------------------------------------------------------------- */
static bool read_request(int in, Arena *a, TransferAsk *ask, Err *err)
{
    char *text = NEWS(a, char, REQUEST_MAX);
    size_t n = 0;
    ssize_t got = 1;
    json_t *v;

    while (text && n < REQUEST_MAX &&
           ((got = read(in, text + n, REQUEST_MAX - n)) > 0 || (got < 0 && errno == EINTR)))
        n += got > 0 ? (size_t)got : 0;
    if (!text || !json_read_in((Str){ text, n }, a, &v, err))
        return text != NULL ? false : FAIL(err, BASE_NO_MEMORY, STR("request"), "worker");
    *ask = (TransferAsk){ json_str(json_object_get(v, "path")), json_str(json_object_get(v, "name")),
        json_str(json_object_get(v, "layer")), json_str(json_object_get(v, "encoding")) };
    return ask->path.len > 0 || FAIL(err, BASE_NO_FILE, STR(""), "worker");
}

bool transfer_unreadable(const TransferAsk *ask, const char *why, Err *err)
{
    const char *said = why ? why : CPLGetLastErrorMsg();

    FAIL(err, TRANSFER_UNREADABLE, ask->name, "file");
    err_hint(err, "%s", said && *said ? said : "格式不认识 unknown format");
    return false;
}

bool transfer_ingest(const char *path, size_t max, Arena *a, Bytes *out, Err *err)
{
    VSILFILE *f = VSIFOpenL(path, "rb");
    size_t n = 0;
    uint8_t *p = NULL;

    if (!f)
        return FAIL(err, BASE_NO_FILE, str_of(path), "file");
    if (VSIFSeekL(f, 0, SEEK_END) == 0 && VSIFTellL(f) <= max) {
        n = (size_t)VSIFTellL(f);
        p = NEWS(a, uint8_t, n + 1);
    } else
        FAIL(err, TRANSFER_TOO_BIG, str_of(path), "file");
    if (p && (VSIFSeekL(f, 0, SEEK_SET) || VSIFReadL(p, 1, n, f) != n))
        p = NULL;
    VSIFCloseL(f);
    if (!p)
        return FAIL(err, TRANSFER_TOO_BIG, str_of(path), "file");
    *out = (Bytes){ p, n };
    return true;
}

static bool is_text(Str name)
{
    static const char *const end[] = { ".csv", ".txt", ".tsv", ".tab.txt" };

    for (size_t i = 0; i < LEN(end); i++)
        if (name.len > strlen(end[i]) &&
            str_eq_nocase(str_sub(name, name.len - strlen(end[i]), SIZE_MAX), str_of(end[i])))
            return true;
    return false;
}

int transfer_worker(int in, int out)
{
    Arena *a = arena_new(0);
    TransferTell t = { .fd = out, .a = a };
    TransferAsk ask = { .path = { NULL, 0 } };
    Err err = { 0 };
    bool good;

    buf_init(&t.buf, (size_t)FRAME_MAX * 2);
    jail_enter(MEMORY_MAX, CPU_SECONDS);
    quiet_gdal();
    good = read_request(in, a, &ask, &err) &&
           (is_text(ask.name) ? transfer_read_text(&ask, &t, &err) : transfer_read_vector(&ask, &t, &err));
    transfer_tell_flush(&t);
    tell_end(&t, good ? NULL : &err);
    buf_clear(&t.buf);
    arena_free(a);
    GDALDestroyDriverManager();
    return good ? 0 : 1;
}
