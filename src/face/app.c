/* src/face/app.c - the application: static files under /app. Any path below it that is no file answers index.html. */
#include <sys/stat.h>
#include "face/face_in.h"

static const struct MediaType {
    const char *end, *type;
} media[] = { { ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
    { ".mjs", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
    { ".json", "application/json" }, { ".webmanifest", "application/manifest+json" },
    { ".svg", "image/svg+xml" }, { ".png", "image/png" }, { ".jpg", "image/jpeg" }, { ".webp", "image/webp" },
    { ".ico", "image/x-icon" }, { ".woff2", "font/woff2" }, { ".wasm", "application/wasm" },
    { ".txt", "text/plain; charset=utf-8" }, { ".pbf", "application/x-protobuf" },
    { ".map", "application/json" } };

static Str type_of(Str path)
{
    for (size_t i = 0; i < LEN(media); i++)
        if (str_ends(path, str_of(media[i].end)))
            return str_of(media[i].type);
    return STR("application/octet-stream");
}

/* No dot at the start of a segment: neither ".." nor a hidden file ever leaves. */
static bool safe(Str path)
{
    for (size_t i = 0; i < path.len; i++)
        if ((path.ptr[i] == '.' && (i == 0 || path.ptr[i - 1] == '/')) || path.ptr[i] == '\\')
            return false;
    return true;
}

static bool is_file(const char *path, struct stat *st)
{
    return path && stat(path, st) == 0 && S_ISREG(st->st_mode);
}

/* A sibling packed at build time, if the reader takes it. */
static const char *packed(FaceRequest *r, const char *path, FaceAnswer *out)
{
    static const char *const coding[][2] = { { "br", ".br" }, { "zstd", ".zst" }, { "gzip", ".gz" } };
    const Str accept = face_header(r, "Accept-Encoding");
    struct stat st;

    for (size_t i = 0; accept.len && i < LEN(coding); i++) {
        const char *other = str_fmt(r->a, "%s%s", path, coding[i][1]).ptr;

        if (face_quality(accept, str_of(coding[i][0])) > 0 && is_file(other, &st)) {
            face_set(out, "Content-Encoding", str_of(coding[i][0]));
            return other;
        }
    }
    return path;
}

/* What the build named by its content never changes: /app/assets/index-B2c9.js. */
static bool send_file(FaceRequest *r, const char *path, const struct stat *st, bool hashed, FaceAnswer *out)
{
    face_set(out, "Cache-Control", hashed ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    face_set(out, "Vary", STR("Accept-Encoding"));
    face_set(out, "Content-Security-Policy",
        STR("default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self' "
            "'unsafe-inline'; "
            "connect-src 'self' blob: data:; frame-ancestors 'self'"));
    out->type = type_of(str_of(path));
    if (face_same(r, out,
            str_fmt(r->a, "%llx-%llx", (unsigned long long)st->st_mtime, (unsigned long long)st->st_size)))
        return true;
    out->file = packed(r, path, out);
    return true;
}

static bool app_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const char *ui = face_ui(r->face), *path;
    const Str name = r->param[0].len ? r->param[0] : STR("index.html");
    struct stat st;

    if (!ui)
        return FAIL(err, FACE_NO_APP, STR("/app"), "path");
    path = str_fmt(r->a, "%s/%.*s", ui, STRV(name)).ptr;
    if (safe(name) && is_file(path, &st))
        return send_file(r, path, &st, str_starts(name, STR("assets/")), out);
    if (str_starts(name, STR("assets/")))
        return FAIL(err, FACE_NO_PATH, name, "path");
    path = str_fmt(r->a, "%s/index.html", ui).ptr;
    return is_file(path, &st) ? send_file(r, path, &st, false, out)
                              : FAIL(err, FACE_NO_APP, STR("index.html"), "path");
}

static const FaceRow row[] = { { FACE_GET, "/app", app_get, FACE_QUICK | FACE_HIDDEN, .query = FACE_ANY },
    { FACE_GET, "/app/{*}", app_get, FACE_QUICK | FACE_HIDDEN, .query = FACE_ANY } };
const FaceDoor face_app = { .name = "app", .row = row, .nrow = LEN(row) };
