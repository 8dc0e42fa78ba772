/* src/face/files.c - attachments over HTTP (docs/api.md, Files): sent once, known by the SHA-256 of their bytes, never changed. */
#include "face/face_in.h"
#include "files/files.h"
#include <pthread.h>
#include <stdio.h>

enum { PAINTERS = 2 };
typedef struct Painters { /* so many small pictures are made at once; the same picture by one only */
    pthread_mutex_t brush[PAINTERS];
} Painters;

static void describe(const FilesInfo *f, Buf *b)
{
    buf_fmt(b, "{\"id\":\"%s\",\"href\":\"/files/%s\",\"mime\":\"%s\",\"bytes\":%lld", f->id, f->id,
        f->look.mime, (long long)f->bytes);
    if (f->look.width)
        buf_fmt(b, ",\"width\":%u,\"height\":%u", f->look.width, f->look.height);
    buf_c(b, '}');
}

static bool post(FaceRequest *r, FaceAnswer *out, Err *err)
{
    FilesInfo info;
    bool fresh;

    if (!r->body_file || !r->body_size)
        return FAIL(err, FILES_EMPTY, face_query(r, "name"), "body");
    if (!files_keep(ledger_dir(r->ledger), r->body_file, true, &info, &fresh, err))
        return false;
    out->status = fresh ? 201 : 200;
    face_set(out, "Location", str_fmt(r->a, "%.*s/files/%s", STRV(r->base), info.id));
    describe(&info, &out->body);
    return true;
}

/* RFC 9110, clause 14.2: one range is given; anything else of the header is as if it were not there. */
static bool range(FaceRequest *r, Str etag, size_t n, size_t *from, size_t *to, bool *part, Err *err)
{
    const Str said = face_header(r, "Range"), only_if = face_header(r, "If-Range");
    Str first, last;
    size_t a = 0, b = n - 1;

    *part = false;
    if (!str_starts(said, STR("bytes=")) || str_find(said, STR(",")) != SIZE_MAX ||
        (only_if.len && !str_eq(only_if, etag)) || !str_cut(str_sub(said, 6, SIZE_MAX), '-', &first, &last))
        return true;
    if ((first.len && !str_to_size(first, 10, &a)) || (last.len && !str_to_size(last, 10, &b)) ||
        (!first.len && !last.len))
        return true;
    if (!first.len) { /* the last b bytes */
        a = b < n ? n - b : 0;
        b = b ? n - 1 : 0;
    }
    if (a >= n || b < a) {
        (void)FAIL(err, FACE_NO_RANGE, said, "Range");
        err_hint(err, "%zu", n);
        return false;
    }
    *from = a;
    *to = b < n ? b : n - 1;
    *part = true;
    return true;
}

static void close_view(void *v)
{
    files_close(v);
}

/* The bytes never change, so nobody need ask twice; "private": what is in them is not for a cache between. */
static void set_headers(FaceRequest *r, FaceAnswer *out, const FilesLook *look)
{
    const Str name = face_query(r, "name");
    Buf b;

    face_set(out, "Cache-Control", STR("private, max-age=31536000, immutable"));
    face_set(out, "Vary", STR("Accept-Encoding"));
    face_set(out, "Accept-Ranges", STR("bytes"));
    buf_init(&b, 4096);
    buf_str(&b, look->shown ? STR("inline") : STR("attachment"));
    if (name.len) {
        buf_str(&b, STR("; filename*=UTF-8''"));
        face_encode(name, &b);
    }
    face_set(out, "Content-Disposition", str_copy(r->a, buf_text(&b)));
    buf_clear(&b);
}

static bool whole(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const Str etag = str_fmt(r->a, "\"%.*s\"", STRV(r->param[0]));
    FilesView *v;
    size_t from = 0, to;
    bool part;

    if (!files_held(ledger_dir(r->ledger), r->param[0]))
        return FAIL(err, FILES_NOT_HERE, str_sub(r->param[0], 0, 80), "id");
    if (face_same(r, out, etag))
        return true;
    if (!files_open(ledger_dir(r->ledger), r->param[0], &v, err))
        return false;
    to = v->bytes.len - 1;
    if (!range(r, etag, v->bytes.len, &from, &to, &part, err)) {
        files_close(v);
        return false;
    }
    set_headers(r, out, &v->info.look);
    if (part) {
        out->status = 206;
        face_set(out, "Content-Range", str_fmt(r->a, "bytes %zu-%zu/%zu", from, to, v->bytes.len));
    }
    out->type = str_of(v->info.look.mime);
    out->ready_packed = true;
    out->bytes = (Bytes){ v->bytes.ptr + from, to - from + 1 };
    out->bytes_free = close_view;
    out->bytes_ctx = v;
    return true;
}

static bool small(FaceRequest *r, FaceAnswer *out, int64_t size, Err *err)
{
    Painters *p = r->state;
    pthread_mutex_t *brush = p->brush + hash64(BYTES(r->param[0])) % PAINTERS;
    bool good;

    if (!files_held(ledger_dir(r->ledger), r->param[0]))
        return FAIL(err, FILES_NOT_HERE, str_sub(r->param[0], 0, 80), "id");
    if (face_same(r, out, str_fmt(r->a, "\"%.*s-%lld\"", STRV(r->param[0]), (long long)size)))
        return true;
    pthread_mutex_lock(brush);
    good = files_thumb(ledger_dir(r->ledger), r->param[0], (unsigned)size, r->a, &out->file, err);
    pthread_mutex_unlock(brush);
    if (!good)
        return false;
    out->type = STR("image/jpeg");
    out->ready_packed = true;
    face_set(out, "Cache-Control", STR("private, max-age=31536000, immutable"));
    face_set(out, "Vary", STR("Accept-Encoding"));
    return true;
}

/* A file hangs on records: who sees none of them is not told that it is here. */
static bool may_see(FaceRequest *r, Err *err)
{
    bool seen;

    return ledger_file(r->view, r->param[0], &seen, err) &&
           (seen || FAIL(err, FILES_NOT_HERE, str_sub(r->param[0], 0, 80), "id"));
}

/* A few sizes, so that nobody fills the disk by asking for all numbers. */
static bool get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const int64_t sizes[] = { 160, 320, 640, 1280 };
    int64_t size;

    if (!face_number(r, "size", 1, 100000, 0, &size, err) || !may_see(r, err))
        return false;
    if (!size)
        return whole(r, out, err);
    for (size_t i = 0; i < LEN(sizes); i++)
        if (sizes[i] == size)
            return small(r, out, size, err);
    (void)FAIL(err, FACE_BAD_PARAMETER, STR("size"), "size");
    err_hint(err, "%s", "160, 320, 640, 1280");
    return false;
}

static bool start(const FaceHouse *h, void **out, Err *err)
{
    Painters *p = NEW(h->a, Painters);

    if (!p)
        return FAIL(err, BASE_NO_MEMORY, STR("files"), "start");
    for (size_t i = 0; i < PAINTERS; i++)
        pthread_mutex_init(p->brush + i, NULL);
    *out = p;
    return true;
}

static const char *const post_query[] = { "name", NULL }, *const get_query[] = { "size", "name", NULL };
static const FaceRow row[] = {
    { FACE_POST, "/files", post, FACE_WAITS | FACE_FILE | FACE_MEDIA,
        .zh = "送来一个文件（照片、扫描件、录音……）", .en = "A file comes in: photo, scan, sound …",
        .query = post_query },
    { FACE_GET, "/files/{id}", get, FACE_WAITS, .zh = "一个文件；size 要缩略图",
        .en = "A file; with size, a smaller picture", .query = get_query },
};
const FaceDoor face_files = { .name = "files", .row = row, .nrow = LEN(row), .start = start };
