/* src/scan/scan.c - see scan.h. The check is a loop with a stack of one bit a level; after it nothing can be wrong, so that all
 * others skip without looking.
 */
#include "scan/scan.h"

enum { DEPTH = 512 };
typedef struct Check {
    const char *from, *at, *end;
    Err *err;
    size_t depth;
    bool map[DEPTH + 1]; /* what each level is */
} Check;

static bool wrong(Check *c, const char *what)
{
    size_t line = 1;
    const char *begin = c->from;

    for (const char *p = c->from; p < c->at; p++)
        if (*p == '\n') {
            line++;
            begin = p + 1;
        }
    return FAIL(c->err, BASE_BAD_JSON, str_of(what), "body %zu:%zu", line, (size_t)(c->at - begin) + 1);
}

static void skip_blanks(Check *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t'))
        c->at++;
}

static int hex4(const char *p, const char *end)
{
    int v = 0;

    for (int i = 0; i < 4; i++) {
        const int c = p + i < end ? p[i] : 0, low = c | 0x20;

        if (c >= '0' && c <= '9')
            v = v << 4 | (c - '0');
        else if (low >= 'a' && low <= 'f')
            v = v << 4 | (low - 'a' + 10);
        else
            return -1;
    }
    return v;
}

/* Behind "\u": a code point, as one or as a pair. */
static bool check_escaped(Check *c)
{
    const int one = hex4(c->at, c->end);
    int two;

    if (one <= 0)
        return wrong(c, one ? "\\u without four digits" : "\\u0000");
    c->at += 4;
    if (one < 0xD800 || one > 0xDFFF)
        return true;
    two = c->end - c->at >= 6 && c->at[0] == '\\' && c->at[1] == 'u' ? hex4(c->at + 2, c->end) : -1;
    if (one > 0xDBFF || two < 0xDC00 || two > 0xDFFF)
        return wrong(c, "half a surrogate pair");
    c->at += 6;
    return true;
}

static bool check_text(Check *c) /* at its first quote */
{
    for (c->at++; c->at < c->end; c->at++) {
        if (*c->at == '"') {
            c->at++;
            return true;
        }
        if ((unsigned char)*c->at < ' ')
            return wrong(c, "a control character in a text");
        if (*c->at != '\\')
            continue;
        c->at++;
        if (c->at == c->end || !memchr("\"\\/bfnrtu", *c->at, 9))
            return wrong(c, "an unknown escape");
        if (*c->at == 'u') {
            c->at++;
            if (!check_escaped(c))
                return false;
            c->at--;
        }
    }
    return wrong(c, "a text without an end");
}

static bool digits(Check *c)
{
    const char *from = c->at;

    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return c->at > from;
}

static bool check_number(Check *c)
{
    if (*c->at == '-')
        c->at++;
    if (c->at < c->end && *c->at == '0')
        c->at++;
    else if (!digits(c))
        return wrong(c, "no value");
    if (c->at < c->end && *c->at == '.') {
        c->at++;
        if (!digits(c))
            return wrong(c, "a number without digits behind its dot");
    }
    if (c->at < c->end && (*c->at | 0x20) == 'e') {
        c->at++;
        if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
            c->at++;
        if (!digits(c))
            return wrong(c, "an exponent without digits");
    }
    return true;
}

static bool check_word(Check *c)
{
    static const char *const word[] = { "true", "false", "null" };

    for (size_t i = 0; i < LEN(word); i++) {
        const size_t n = strlen(word[i]);

        if ((size_t)(c->end - c->at) >= n && !memcmp(c->at, word[i], n)) {
            c->at += n;
            return true;
        }
    }
    return check_number(c);
}

static bool check_key(Check *c)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != '"')
        return wrong(c, "a name in quotes was expected");
    if (!check_text(c))
        return false;
    skip_blanks(c);
    if (c->at == c->end || *c->at != ':')
        return wrong(c, "':' was expected");
    c->at++;
    return true;
}

static bool enter(Check *c)
{
    if (++c->depth > DEPTH)
        return wrong(c, "too deep");
    c->map[c->depth] = *c->at++ == '{';
    return true;
}

/* Behind a value: the ends of all that ends here, and what comes before the next one. */
static bool check_behind(Check *c)
{
    while (c->depth) {
        skip_blanks(c);
        if (c->at == c->end)
            return wrong(c, "the text is cut off");
        if (*c->at == ',') {
            c->at++;
            return !c->map[c->depth] || check_key(c);
        }
        if (*c->at != (c->map[c->depth] ? '}' : ']'))
            return wrong(c, c->map[c->depth] ? "',' or '}' was expected" : "',' or ']' was expected");
        c->at++;
        c->depth--;
    }
    return true;
}

/* One value, or the head of one that holds others; *empty: it holds none. */
static bool check_value(Check *c, bool *inside)
{
    *inside = false;
    skip_blanks(c);
    if (c->at == c->end)
        return wrong(c, "the text is cut off");
    if (*c->at == '"')
        return check_text(c);
    if (*c->at != '{' && *c->at != '[')
        return check_word(c);
    if (!enter(c))
        return false;
    skip_blanks(c);
    *inside = c->at == c->end || *c->at != (c->map[c->depth] ? '}' : ']');
    return !*inside || !c->map[c->depth] || check_key(c);
}

bool scan_check(Str text, Str *value, Err *err)
{
    Check c = { .from = text.ptr, .at = text.ptr, .end = text.ptr + text.len, .err = err };
    const char *begin;
    bool inside;

    if (!str_is_utf8(text)) /* also refuses NUL */
        return FAIL(err, BASE_BAD_JSON, STR("not UTF-8"), "body");
    skip_blanks(&c);
    begin = c.at;
    do {
        if (!check_value(&c, &inside) || (!inside && !check_behind(&c)))
            return false;
    } while (c.depth);
    *value = (Str){ begin, (size_t)(c.at - begin) };
    skip_blanks(&c);
    return c.at == c.end || wrong(&c, "more text behind the value");
}

/* --- of a checked text ------------------------------------------------------------------------------------------ */
static const char *over_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

static const char *over_text(const char *p)
{
    for (p++; *p != '"'; p++)
        p += *p == '\\';
    return p + 1;
}

static const char *over_value(const char *p, const char *end)
{
    size_t depth = 0;

    do {
        if (*p == '"') {
            p = over_text(p);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        p++;
    } while (depth && p < end);
    if (p[-1] != '"' && p[-1] != '}' && p[-1] != ']')
        while (p < end && !memchr(",]} \n\r\t", *p, 7))
            p++;
    return p;
}

ScanKind scan_kind(Str v)
{
    switch (v.len ? v.ptr[0] : 0) {
    case 0:
        return SCAN_NONE;
    case 'n':
        return SCAN_NULL;
    case 'f':
        return SCAN_FALSE;
    case 't':
        return SCAN_TRUE;
    case '"':
        return SCAN_TEXT;
    case '[':
        return SCAN_LIST;
    case '{':
        return SCAN_MAP;
    default:
        return SCAN_NUMBER;
    }
}

void scan_walk(Str v, ScanWalk *w)
{
    const ScanKind kind = scan_kind(v);

    *w = (ScanWalk){ .map = kind == SCAN_MAP };
    if (kind == SCAN_MAP || kind == SCAN_LIST) {
        w->end = v.ptr + v.len - 1;
        w->at = over_blanks(v.ptr + 1, w->end);
    }
}

bool scan_next(ScanWalk *w, Str *key, Str *value)
{
    const char *p = w->at, *to;

    if (p == w->end)
        return false;
    *key = (Str){ "", 0 };
    if (w->map) {
        to = over_text(p);
        *key = (Str){ p, (size_t)(to - p) };
        p = over_blanks(over_blanks(to, w->end) + 1, w->end);
    }
    to = over_value(p, w->end);
    *value = (Str){ p, (size_t)(to - p) };
    p = over_blanks(to, w->end);
    w->at = p < w->end ? over_blanks(p + 1, w->end) : p;
    return true;
}

/* A name with escapes in it is read; all others are compared where they stand. */
static bool is_named(Str key, Str name)
{
    const Str inside = str_sub(key, 1, key.len - 2);
    Arena *a;
    Str text;
    bool same;

    if (!memchr(inside.ptr, '\\', inside.len))
        return str_eq(inside, name);
    a = arena_new(0);
    same = scan_text(key, a, &text, &(Err){ 0 }) && str_eq(text, name);
    arena_free(a);
    return same;
}

Str scan_get(Str map, const char *name)
{
    const Str want = str_of(name);
    ScanWalk w;
    Str key, value;

    scan_walk(map, &w);
    while (w.map && scan_next(&w, &key, &value))
        if (is_named(key, want))
            return value;
    return (Str){ "", 0 };
}

bool scan_twice(Str map, const char *const *name, const char **out)
{
    for (; *name; name++) {
        ScanWalk w;
        Str key, value;
        size_t n = 0;

        scan_walk(map, &w);
        while (w.map && scan_next(&w, &key, &value))
            n += is_named(key, str_of(*name));
        if (n > 1) {
            *out = *name;
            return true;
        }
    }
    return false;
}

size_t scan_count(Str v)
{
    ScanWalk w;
    Str key, value;
    size_t n = 0;

    for (scan_walk(v, &w); scan_next(&w, &key, &value); n++)
        ;
    return n;
}

/* --- values ------------------------------------------------------------------------------------------------------- */
static size_t put_rune(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* At the letter behind the backslash; *p behind the whole. Never longer than it was written. */
static size_t put_escaped(char *to, const char **p)
{
    static const char letter[] = "\"\\/bfnrt", sign[] = "\"\\/\b\f\n\r\t";
    const char *at = memchr(letter, **p, sizeof letter - 1);
    uint32_t c;

    (*p)++;
    if (at) {
        *to = sign[at - letter];
        return 1;
    }
    c = (uint32_t)hex4(*p, *p + 4);
    *p += 4;
    if (c >= 0xD800 && c <= 0xDBFF) {
        c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)hex4(*p + 2, *p + 6) - 0xDC00);
        *p += 6;
    }
    return put_rune(to, c);
}

bool scan_text(Str v, Arena *a, Str *out, Err *err)
{
    const char *p, *end;
    char *to;
    size_t n = 0;

    *out = (Str){ "", 0 };
    if (scan_kind(v) != SCAN_TEXT)
        return true;
    p = v.ptr + 1;
    end = v.ptr + v.len - 1;
    if (!memchr(p, '\\', (size_t)(end - p))) {
        *out = (Str){ p, (size_t)(end - p) };
        return true;
    }
    to = arena_take(a, (size_t)(end - p) + 1, 1);
    if (!to)
        return FAIL(err, BASE_NO_MEMORY, STR("json"), "body");
    while (p < end)
        if (*p == '\\') {
            p++;
            n += put_escaped(to + n, &p);
        } else
            to[n++] = *p++;
    *out = (Str){ to, n };
    return true;
}

bool scan_number(Str v, double *out)
{
    return scan_kind(v) == SCAN_NUMBER && str_to_f64(v, out);
}

bool scan_whole(Str v, int64_t *out)
{
    return scan_kind(v) == SCAN_NUMBER && str_to_i64(v, out);
}
