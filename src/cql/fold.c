/* src/cql/fold.c - CASEI and ACCENTI: clauses 7.2 and 7.3 of OGC 21-065, by ICU. */
#include "cql/tree.h"
#include <unicode/ucasemap.h>
#include <unicode/unorm2.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>

static bool is_ascii(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
    return true;
}

static Str fold_ascii(Str s, Arena *a)
{
    char *out = arena_take(a, s.len + 1, 1);

    for (size_t i = 0; out && i < s.len; i++)
        out[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]);
    return (Str){ out, out ? s.len : 0 };
}

/* Full case folding lengthens a text threefold at most (CaseFolding.txt, U+0390). */
Str cql_fold_case(Str s, Arena *a)
{
    enum { GROWTH = 3 };
    const int32_t room = (int32_t)(s.len * GROWTH + 1);
    UErrorCode code = U_ZERO_ERROR;
    UCaseMap *map;
    char *out;
    int32_t n;

    if (is_ascii(s))
        return fold_ascii(s, a);
    if (s.len > INT32_MAX / GROWTH - 1 || !(out = arena_take(a, (size_t)room, 1)))
        return (Str){ NULL, 0 };
    map = ucasemap_open("", U_FOLD_CASE_DEFAULT, &code);
    n = ucasemap_utf8FoldCase(map, out, room, s.ptr, (int32_t)s.len, &code);
    ucasemap_close(map);
    return U_FAILURE(code) ? (Str){ NULL, 0 } : (Str){ out, (size_t)n };
}

/* Letters whose mark is drawn through them have no decomposition in Unicode; readers see an accent all the same. */
static UChar32 without_stroke(UChar32 c)
{
    static const struct {
        UChar32 from, to;
    } row[] = { { 0xD8, 'O' }, { 0xF8, 'o' }, { 0x110, 'D' }, { 0x111, 'd' }, { 0x126, 'H' }, { 0x127, 'h' },
        { 0x131, 'i' }, { 0x141, 'L' }, { 0x142, 'l' }, { 0x166, 'T' }, { 0x167, 't' } };

    for (size_t i = 0; i < LEN(row); i++)
        if (row[i].from == c)
            return row[i].to;
    return c;
}

/* The Japanese sound marks U+3099 and U+309A make another letter, not an accent (recommendation of clause 7.3). */
static bool is_accent(UChar32 c)
{
    return u_charType(c) == U_NON_SPACING_MARK && c != 0x3099 && c != 0x309A;
}

static int32_t strip(UChar *text, int32_t n)
{
    int32_t to = 0;

    for (int32_t at = 0; at < n;) {
        UChar32 c;

        U16_NEXT(text, at, n, c);
        if (is_accent(c))
            continue;
        c = without_stroke(c);
        U16_APPEND_UNSAFE(text, to, c);
    }
    return to;
}

/* Decompose, drop the marks, compose again. */
Str cql_fold_accent(Str s, Arena *a)
{
    enum { GROWTH = 4 }; /* UTF-16 units of NFD for one UTF-8 byte at most: U+0390 has 2 bytes and 3 units */
    const int32_t room = (int32_t)(s.len * GROWTH + 1);
    UErrorCode code = U_ZERO_ERROR;
    UChar *wide, *parts;
    char *out;
    int32_t n;

    if (is_ascii(s))
        return s;
    if (s.len > INT32_MAX / 8 || !(wide = NEWS(a, UChar, (size_t)room)) ||
        !(parts = NEWS(a, UChar, (size_t)room)) || !(out = arena_take(a, (size_t)room, 1)))
        return (Str){ NULL, 0 };
    u_strFromUTF8(wide, room, &n, s.ptr, (int32_t)s.len, &code);
    n = unorm2_normalize(unorm2_getNFDInstance(&code), wide, n, parts, room, &code);
    if (U_FAILURE(code))
        return (Str){ NULL, 0 };
    n = strip(parts, n);
    n = unorm2_normalize(unorm2_getNFCInstance(&code), parts, n, wide, room, &code);
    u_strToUTF8(out, room, &n, wide, n, &code);
    return U_FAILURE(code) ? (Str){ NULL, 0 } : (Str){ out, (size_t)n };
}

CqlValue cql_fold(CqlOp op, CqlValue x, Arena *a)
{
    if (x.kind != CQL_TEXT)
        return (CqlValue){ CQL_NULL };
    x.text = op == CQL_OP_CASEI ? cql_fold_case(x.text, a) : cql_fold_accent(x.text, a);
    return x.text.ptr ? x : (CqlValue){ CQL_NULL };
}
