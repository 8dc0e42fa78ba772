/* src/base/file.c - whole files and folders. */
#include "base/base.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool io_error(Err *err, const char *path)
{
    const int e = errno;

    if (e == ENOENT || e == ENOTDIR || e == EACCES)
        return FAIL(err, BASE_NO_FILE, str_of(path), "%s", strerrorname_np(e));
    if (e == ENOSPC || e == EDQUOT)
        return FAIL(err, BASE_FULL, str_of(path), "ENOSPC");
    FAIL(err, BASE_IO, str_of(path), "%s", strerrorname_np(e) ? strerrorname_np(e) : "?");
    err_hint(err, "%s", strerrordesc_np(e) ? strerrordesc_np(e) : "?");
    return false;
}

static bool read_all(int fd, char *p, size_t n)
{
    while (n > 0) {
        const ssize_t got = read(fd, p, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

bool file_read(const char *path, size_t max, Arena *a, Str *out, Err *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *p;
    bool good;

    if (fd < 0)
        return io_error(err, path);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > max) {
        close(fd);
        FAIL(err, BASE_IO, str_of(path), "size");
        err_hint(err, "at most %zu bytes of a plain file", max);
        return false;
    }
    p = arena_take(a, (size_t)st.st_size + 1, 1);
    good = p && read_all(fd, p, (size_t)st.st_size);
    close(fd);
    if (!p)
        return FAIL(err, BASE_NO_MEMORY, str_of(path), "file");
    if (!good)
        return io_error(err, path);
    *out = (Str){ p, (size_t)st.st_size };
    return true;
}

static bool write_all(int fd, Bytes b)
{
    while (b.len > 0) {
        const ssize_t n = write(fd, b.ptr, b.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        b.ptr += n;
        b.len -= (size_t)n;
    }
    return true;
}

bool file_write(const char *path, Bytes b, int mode, Err *err)
{
    char temp[4096];
    int fd, e;
    bool good;

    if ((size_t)snprintf(temp, sizeof temp, "%s.new-%d", path, (int)getpid()) >= sizeof temp)
        return FAIL(err, BASE_IO, str_of(path), "path");
    fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return io_error(err, path);
    good = write_all(fd, b) && fsync(fd) == 0;
    e = errno;
    close(fd);
    if (good && rename(temp, path) == 0)
        return true;
    if (!good)
        errno = e;
    io_error(err, path);
    unlink(temp);
    return false;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool dir_make(const char *path, int mode, Err *err)
{
    char part[4096];
    const size_t n = strlen(path);

    if (n >= sizeof part)
        return FAIL(err, BASE_IO, str_of(path), "path");
    memcpy(part, path, n + 1);
    for (char *p = part + 1;; p++) {
        const char c = *p;

        if (c && c != '/')
            continue;
        *p = 0;
        if (mkdir(part, (mode_t)mode) && errno != EEXIST)
            return io_error(err, part);
        *p = c;
        if (!c)
            return true;
    }
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const Str *)x, *(const Str *)y);
}

bool dir_list(const char *path, Arena *a, Str **names, size_t *n, Err *err)
{
    DIR *d = opendir(path);
    size_t count = 0, room = 64;
    Str *name = NEWS(a, Str, room);

    if (!d)
        return io_error(err, path);
    for (const struct dirent *e; name && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        if (count == room) {
            Str *more = NEWS(a, Str, room * 2);

            if (more)
                memcpy(more, name, count * sizeof *name);
            name = more;
            room *= 2;
        }
        if (name && !(name[count++] = str_copy(a, str_of(e->d_name))).ptr)
            name = NULL;
    }
    closedir(d);
    if (!name)
        return FAIL(err, BASE_NO_MEMORY, str_of(path), "folder");
    qsort(name, count, sizeof *name, by_text);
    *names = name;
    *n = count;
    return true;
}
