/* tests/transfer/transfertest.h - folders, files and the worker, for the tests of this room. */
#pragma once
#include "base/base.h"
#include "transfer/transfer.h"
#include "../handed.h"
#include <signal.h>
#include <unistd.h>

/* The worker is this very program, run again: main begins with it. */
#define WORKER_FIRST(argc, argv)                    \
    if ((argc) > 1 && !strcmp((argv)[1], "worker")) \
    return transfer_worker(0, 1)

static inline char *temp_dir(char path[64])
{
    strcpy(path, "/tmp/sangzi-transfer-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static inline void drop_dir(const char *path)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

static inline void put_file(const char *path, const void *bytes, size_t n)
{
    Err err = { 0 };

    assert_true(file_write(path, (Bytes){ bytes, n }, 0600, &err));
}

static inline void say(const Err *err)
{
    Buf b;

    if (!err->kind)
        return;
    buf_init(&b, 4096);
    err_say(err, false, &b);
    print_message("%s (%s): %.*s\n", err->kind->code, err->where, (int)b.len, b.ptr);
    buf_clear(&b);
}
