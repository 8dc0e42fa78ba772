/* fuzz/scan_json.c - the body of a request as JSON read where it lies: what is taken is walked whole, and a tree of it can be made;
 * what a tree can be made of is taken.
 */
#include "scan/scan.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(Str v, Arena *a)
{
    ScanWalk w;
    Str key, one, text;
    Err err = { 0 };
    size_t n = 0;

    assert(scan_kind(v) != SCAN_NONE);
    assert(scan_text(v, a, &text, &err) || err.kind == &BASE_NO_MEMORY);
    assert(str_is_utf8(text));
    for (scan_walk(v, &w); scan_next(&w, &key, &one); n++) {
        assert(one.ptr >= v.ptr && one.ptr + one.len <= v.ptr + v.len);
        assert(scan_text(key, a, &text, &err) || err.kind == &BASE_NO_MEMORY);
        walk(one, a);
    }
    assert(n == scan_count(v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Str text = { (const char *)data, size };
    Arena *a = arena_new(64 << 20);
    json_t *tree;
    Err err = { 0 };
    Str v;

    if (scan_check(text, &v, &err))
        walk(v, a);
    else {
        const bool deep = !strcmp(err.what, "too deep");

        assert(err.kind == &BASE_BAD_JSON);
        tree = str_is_utf8(text) ? json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL) : NULL;
        assert(deep || !tree);
        json_decref(tree);
    }
    arena_free(a);
    return 0;
}
