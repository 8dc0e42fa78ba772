/* src/scan/scan.h - JSON read where it lies: no tree is made, a value is its text.
 *
 * A tree takes ten (pairs of numbers) to eighty times (empty maps) the memory of its text. Here a text is checked once, whole;
 * afterwards every value is a Str of it, and what is wanted is looked for. Large bodies are read so; what is small and goes
 * deep into the house stays a json_t (base.h).
 *
 *     if (!scan_check(text, &v, err)) return false;
 *     for (scan_walk(scan_get(v, "changes"), &w); scan_next(&w, &key, &one);)  { scan_text(scan_get(one, "id"), a, &id, err) … }
 *
 * Stands on base.
 * Memory   none but texts with escapes, in the arena. A value is borrowed from the text.
 * Threads  any.
 * Limits   depth 512.
 * Errors   BASE_BAD_JSON, where is "body LINE:COLUMN" (bytes, from 1).
 */
#pragma once
#include "base/base.h"

typedef enum ScanKind {
    SCAN_NONE, /* an empty Str: nothing of that name */
    SCAN_NULL,
    SCAN_FALSE,
    SCAN_TRUE,
    SCAN_NUMBER,
    SCAN_TEXT,
    SCAN_LIST,
    SCAN_MAP
} ScanKind;
/* RFC 8259: UTF-8, one value, no NUL, no half of a surrogate pair. All below take what it gave, or a part of that. */
bool scan_check(Str text, Str *value, Err *err) MUST;
ScanKind scan_kind(Str value);
Str scan_get(Str map, const char *name); /* the first of that name; empty: none, or no map */
size_t scan_count(Str v);                /* values in a list or a map; 0: neither */
bool scan_text(Str value, Arena *a, Str *out, Err *err) MUST; /* no text gives an empty one */
bool scan_number(Str value, double *out) MUST;                /* false: none, or none that is finite */
bool scan_whole(Str value, int64_t *out) MUST;                /* an integer without dot or exponent */

typedef struct ScanWalk {
    const char *at, *end;
    bool map;
} ScanWalk;
void scan_walk(Str value, ScanWalk *w); /* of a map or a list; of anything else there is nothing to walk */
bool scan_next(ScanWalk *w, Str *key, Str *value); /* key: with its quotes, for scan_text; empty in a list */
bool scan_twice(
    Str map, const char *const *name, const char **out); /* one of these (NULL-ended) stands there twice */
