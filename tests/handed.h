/* tests/handed.h - tests that read reference data lying beside the checkout: SANGZI_SHARED, else the folder `shared` beside it.
 *
 * They are a group of their own in a test program, run by CTest as ROOM/FILE-handed. A clone has no such data: the group then
 * ends with 77, which CTest reports as skipped, never as passed. What they show is shown on cases of our own making too.
 */
#pragma once
#include "base/base.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { HANDED_SKIPPED = 77 };

static inline const char *handed_dir(void) /* NULL: there is none */
{
    static const char *const place[] = { SOURCE_DIR "/../shared", SOURCE_DIR "/../../shared" };
    const char *given = getenv("SANGZI_SHARED");

    if (given)
        return file_exists(given) ? given : NULL;
    for (size_t i = 0; i < LEN(place); i++)
        if (file_exists(place[i]))
            return place[i];
    return NULL;
}

/* "data/geo/made/broken.geojson" → its path. Where that one file is missing, the test is skipped. */
static inline const char *handed(const char *what, char path[600])
{
    snprintf(path, 600, "%s/%s", handed_dir() ? handed_dir() : "", what);
    if (!file_exists(path)) {
        print_message("skipped, no %s\n", what);
        skip();
    }
    return path;
}

/* First in main, but for the worker. */
#define HANDED_GROUP(argc, argv, test, setup, teardown)                          \
    if ((argc) > 1 && !strcmp((argv)[1], "handed")) {                            \
        if (handed_dir())                                                        \
            return cmocka_run_group_tests_name("handed", test, setup, teardown); \
        puts("skipped: no reference data beside the checkout");                  \
        return HANDED_SKIPPED;                                                   \
    }
