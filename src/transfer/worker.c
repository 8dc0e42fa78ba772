/* src/transfer/worker.c - the child process that reads files from outside: limited, without network, without the store.
 * Whatever goes wrong in here is an error message over there.
 */
#include "transfer/worker.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { REQUEST_MAX = 64 << 10, CPU_SECONDS = 600 };
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
    transfer_tell_end(&t, good ? NULL : &err);
    buf_clear(&t.buf);
    arena_free(a);
    GDALDestroyDriverManager();
    return good ? 0 : 1;
}
