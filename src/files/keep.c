/* src/files/keep.c - the folder of files: kept whole or not at all, opened for the public, counted, copied. */
#include "files/inside.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool files_is_id(Str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f')))
            return false;
    return id.len == FILES_ID;
}

bool files_path(const char *dir, Str id, char *out, size_t size)
{
    return files_is_id(id) &&
           (size_t)snprintf(out, size, "%s/files/%.2s/%.2s/%.*s", dir, id.ptr, id.ptr + 2, STRV(id)) < size;
}

static bool io_error(Err *err, const char *path, const char *where)
{
    const int e = errno;

    if (e == ENOSPC || e == EDQUOT)
        return FAIL(err, BASE_FULL, str_of(path), "%s", where);
    FAIL(err, BASE_IO, str_of(path), "%s", where);
    err_hint(err, "%s", strerrordesc_np(e) ? strerrordesc_np(e) : "?");
    return false;
}

/* --- a file as bytes -------------------------------------------------------------------------------------------------- */
static bool map_fd(int fd, const char *path, uint8_t **out, size_t *n, Err *err)
{
    struct stat st;
    void *p;

    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return io_error(err, path, "file");
    if (st.st_size == 0)
        return FAIL(err, FILES_EMPTY, str_of(path), "body");
    if (st.st_size > FILES_MAX) {
        FAIL(err, FILES_TOO_LARGE, str_of(path), "body");
        err_hint(err, "%lld > %d", (long long)st.st_size, FILES_MAX);
        return false;
    }
    /* Private and writable: what is made blank is ours alone, page by page. */
    p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return FAIL(err, BASE_NO_MEMORY, str_of(path), "file");
    *out = p;
    *n = (size_t)st.st_size;
    return true;
}

static bool map_path(const char *path, uint8_t **out, size_t *n, Err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good;

    if (fd < 0)
        return io_error(err, path, "file");
    good = map_fd(fd, path, out, n, err);
    close(fd);
    return good;
}

static void id_of(Bytes b, char id[FILES_ID + 1])
{
    uint8_t digest[SHA256_LEN];
    char small[FILES_ID + 1];
    Buf hex = { small, 0, sizeof small, sizeof small, false };

    sha256(b, digest);
    buf_hex(&hex, (Bytes){ digest, sizeof digest });
    memcpy(id, small, FILES_ID);
    id[FILES_ID] = 0;
}

static bool identify(const char *path, FilesInfo *out, Err *err)
{
    FilesInfo info = { .bytes = 0 };
    uint8_t *p;
    size_t n;
    bool good;

    if (!map_path(path, &p, &n, err))
        return false;
    good = files_look((Bytes){ p, n }, &info.look, err);
    if (good)
        id_of((Bytes){ p, n }, info.id);
    info.bytes = (int64_t)n;
    munmap(p, n);
    if (good)
        *out = info;
    return good;
}

/* --- keeping ------------------------------------------------------------------------------------------------------------ */
static bool sync_path(const char *path, int flags)
{
    const int fd = open(path, flags | O_CLOEXEC);
    const bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return good;
}

static bool copy_bytes(int in, int out)
{
    char piece[64 << 10];
    ssize_t n;

    while ((n = read(in, piece, sizeof piece)) != 0) {
        if (n < 0 && errno != EINTR)
            return false;
        for (ssize_t at = 0; at < n;) {
            const ssize_t did = write(out, piece + at, (size_t)(n - at));

            if (did < 0 && errno != EINTR)
                return false;
            at += did > 0 ? did : 0;
        }
    }
    return true;
}

/* Beside its place, synced; the caller renames it. */
static bool copy_to(const char *from, const char *temp, Err *err)
{
    const int in = open(from, O_RDONLY | O_CLOEXEC),
              out = in < 0 ? -1 : open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    bool good = in >= 0 && out >= 0 && copy_bytes(in, out) && fsync(out) == 0;

    if (!good)
        io_error(err, from, "files");
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) && good)
        good = io_error(err, temp, "files");
    if (!good && out >= 0)
        unlink(temp);
    return good;
}

static bool folder_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');

    return slash && (size_t)snprintf(out, size, "%.*s", (int)(slash - path), path) < size;
}

static bool put_there(const char *from, const char *to, bool take, Err *err)
{
    char temp[4300], folder[4200];

    if (!folder_of(to, folder, sizeof folder) || !dir_make(folder, 0750, err))
        return err->kind ? false : FAIL(err, BASE_IO, str_of(to), "files");
    if (take && !chmod(from, 0640) && sync_path(from, O_RDONLY) && !rename(from, to))
        return sync_path(folder, O_RDONLY | O_DIRECTORY) || io_error(err, folder, "files");
    if (snprintf(temp, sizeof temp, "%s.part-%ld", to, (long)getpid()) >= (int)sizeof temp)
        return FAIL(err, BASE_IO, str_of(to), "files");
    if (!copy_to(from, temp, err)) /* from another file system, or not to be taken */
        return false;
    if (rename(temp, to)) {
        io_error(err, to, "files");
        unlink(temp);
        return false;
    }
    return sync_path(folder, O_RDONLY | O_DIRECTORY) || io_error(err, folder, "files");
}

bool files_keep(const char *dir, const char *path, bool take, FilesInfo *out, bool *fresh, Err *err)
{
    FilesInfo info;
    char to[4200];

    if (!identify(path, &info, err))
        return false;
    if (!files_path(dir, str_of(info.id), to, sizeof to))
        return FAIL(err, BASE_IO, str_of(dir), "files");
    *fresh = !file_exists(to);
    if (*fresh && !put_there(path, to, take, err))
        return false;
    *out = info;
    return true;
}

bool files_held(const char *dir, Str id)
{
    char path[4200];

    return files_path(dir, id, path, sizeof path) && file_exists(path);
}

/* --- showing --------------------------------------------------------------------------------------------------------------- */
bool files_open(const char *dir, Str id, FilesView **out, Err *err)
{
    char path[4200];
    FilesView *v = mem_new(1, sizeof *v);
    uint8_t *p = NULL;
    size_t n = 0;

    if (!v)
        return FAIL(err, BASE_NO_MEMORY, STR("file"), "files");
    if (!files_path(dir, id, path, sizeof path) || !file_exists(path))
        FAIL(err, FILES_NOT_HERE, id, "id");
    else if (map_path(path, &p, &n, err)) {
        *v = (FilesView){ .bytes = { p, n }, .map = p };
        v->info.bytes = (int64_t)n;
        memcpy(v->info.id, id.ptr, FILES_ID);
        if (files_look(v->bytes, &v->info.look, err)) {
            files_hide_place(p, n, &v->info.look);
            *out = v;
            return true;
        }
    }
    files_close(v);
    return false;
}

void files_close(FilesView *v)
{
    if (v && v->map)
        munmap(v->map, v->bytes.len);
    mem_free(v);
}

bool files_info(const char *dir, Str id, FilesInfo *out, Err *err)
{
    char path[4200];
    uint8_t *p;
    size_t n;
    FilesInfo info = { .bytes = 0 };
    bool good;

    if (!files_path(dir, id, path, sizeof path) || !file_exists(path))
        return FAIL(err, FILES_NOT_HERE, id, "id");
    if (!map_path(path, &p, &n, err))
        return false;
    good = files_look((Bytes){ p, n }, &info.look, err);
    munmap(p, n);
    info.bytes = (int64_t)n;
    memcpy(info.id, id.ptr, FILES_ID);
    if (good)
        *out = info;
    return good;
}

/* --- all of them ------------------------------------------------------------------------------------------------------------- */
/* Two floors of folders, "ab/cd/ID"; what is called otherwise is none of ours. */
static bool walk(const char *folder, int floor, bool (*see)(void *ctx, const char *path, Str name), void *ctx,
    Arena *a, Err *err)
{
    Str *name;
    size_t n;
    char path[4300];

    if (!file_exists(folder))
        return true;
    if (!dir_list(folder, a, &name, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (name[i].len != (floor < 2 ? 2 : FILES_ID) ||
            snprintf(path, sizeof path, "%s/%.*s", folder, STRV(name[i])) >= (int)sizeof path)
            continue;
        if (floor < 2 ? !walk(path, floor + 1, see, ctx, a, err)
                      : files_is_id(name[i]) && !see(ctx, path, name[i]))
            return false;
    }
    return true;
}

static bool is_what_it_says(const char *path, Str id)
{
    char real[FILES_ID + 1];
    uint8_t *p;
    size_t n;
    Err err;

    if (!map_path(path, &p, &n, &err))
        return false;
    id_of((Bytes){ p, n }, real);
    munmap(p, n);
    return str_eq(id, str_of(real));
}

typedef struct Each {
    bool (*see)(void *ctx, Str id, bool good);
    void *ctx;
} Each;

static bool see_one(void *ctx, const char *path, Str id)
{
    const Each *e = ctx;

    return e->see(e->ctx, id, is_what_it_says(path, id));
}

bool files_each(const char *dir, bool (*see)(void *ctx, Str id, bool good), void *ctx, Err *err)
{
    Each e = { see, ctx };
    Arena *a = arena_new(0);
    char path[4200];
    bool good;

    *err = (Err){ .kind = NULL };
    snprintf(path, sizeof path, "%s/files", dir);
    good = walk(path, 0, see_one, &e, a, err) || !err->kind; /* ended by see: no failure */
    arena_free(a);
    return good;
}

typedef struct Copy {
    const char *to;
    size_t n;
    Err *err;
} Copy;

static bool copy_one(void *ctx, const char *path, Str id)
{
    Copy *c = ctx;
    char to[4300];

    if (snprintf(to, sizeof to, "%s/%.2s/%.2s/%.*s", c->to, id.ptr, id.ptr + 2, STRV(id)) >= (int)sizeof to)
        return FAIL(c->err, BASE_IO, str_of(c->to), "files");
    if (file_exists(to) || !is_what_it_says(path, id))
        return true;
    c->n++;
    return put_there(path, to, false, c->err);
}

bool files_copy(const char *from, const char *to, size_t *copied, Err *err)
{
    Copy c = { to, 0, err };
    Arena *a = arena_new(0);
    bool good;

    *err = (Err){ .kind = NULL };
    good = walk(from, 0, copy_one, &c, a, err);
    arena_free(a);
    *copied = c.n;
    return good;
}
