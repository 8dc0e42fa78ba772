/* fuzz/files_look.c - any bytes as an attachment: what it is, how large it is seen, and the place in it made blank.
 *
 * The law: false exactly when err.kind is set; whatever a file says of itself, nothing beyond it is read or written, and
 * what it is does not change when its place is hidden.
 */
#include <assert.h>
#include <stdlib.h>
#include "files/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1); /* not a byte more: the sanitizer watches its end */
    FilesLook look, after;
    Err err = { 0 };
    bool ok;

    assert(copy);
    memcpy(copy, data, size);
    ok = files_look((Bytes){ copy, size }, &look, &err);
    assert(ok == !err.kind);
    if (ok) {
        assert(look.mime && look.turn >= 1 && look.turn <= 8);
        files_hide_place(copy, size, &look);
        assert(files_look((Bytes){ copy, size }, &after, &err) && !strcmp(after.mime, look.mime));
    }
    free(copy);
    return 0;
}
