/* src/face/local.c - the socket file. Only the server that holds the county's lock comes here, so a file that stands there
 * already was left by one that died.
 */
#include "face/local.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket's path has at most 107 bytes; a folder's may be longer: it is reached by an open handle of it. */
static bool bind_in(int folder, int fd)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };

    snprintf(to.sun_path, sizeof to.sun_path, "/proc/self/fd/%d/sangzi.sock.new", folder);
    (void)unlinkat(folder, "sangzi.sock.new", 0);
    /* Under another name until nobody else can connect, then renamed. */
    return bind(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
           fchmodat(folder, "sangzi.sock.new", 0600, 0) == 0 && listen(fd, 32) == 0 &&
           renameat(folder, "sangzi.sock.new", folder, "sangzi.sock") == 0;
}

bool face_local_listen(const char *dir, int *out, Err *err)
{
    const int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC),
              fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool good = folder >= 0 && fd >= 0 && bind_in(folder, fd);
    const int e = errno;

    if (folder >= 0)
        close(folder);
    if (good) {
        *out = fd;
        return true;
    }
    if (fd >= 0)
        close(fd);
    (void)FAIL(err, BASE_IO, str_of(dir), "sangzi.sock");
    err_hint(err, "%s", strerrordesc_np(e) ? strerrordesc_np(e) : "?");
    return false;
}

void face_local_gone(const char *dir)
{
    char path[4200];

    if ((size_t)snprintf(path, sizeof path, "%s/sangzi.sock", dir) < sizeof path)
        unlink(path);
}
