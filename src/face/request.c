/* src/face/request.c - reading a request: percent-decoding, parameters, headers, its JSON body. */
#include "face/face_in.h"

enum { QUERY_MAX = 200 };
const char *const FACE_ANY[] = { "*", NULL };

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool face_decode(Str raw, bool plus, Str where, Arena *a, Str *out, Err *err)
{
    char *p = NEWS(a, char, raw.len + 1);
    size_t n = 0;

    if (!p)
        return FAIL(err, BASE_NO_MEMORY, STR("http"), "query");
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] != '%') {
            p[n++] = plus && raw.ptr[i] == '+' ? ' ' : raw.ptr[i];
            continue;
        }
        if (i + 2 >= raw.len || hex(raw.ptr[i + 1]) < 0 || hex(raw.ptr[i + 2]) < 0)
            return FAIL(err, FACE_BAD_TEXT, str_is_utf8(raw) ? raw : where, "%.*s", STRV(where));
        p[n++] = (char)(hex(raw.ptr[i + 1]) << 4 | hex(raw.ptr[i + 2]));
        i += 2;
    }
    if (!str_is_utf8((Str){ p, n }))
        return FAIL(err, FACE_BAD_TEXT, str_is_utf8(raw) ? raw : where, "%.*s", STRV(where));
    *out = (Str){ p, n };
    return true;
}

void face_encode(Str text, Buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
                           c == '_' || c == '.' || c == '~';

        if (plain)
            buf_c(out, (char)c);
        else
            buf_fmt(out, "%%%02X", c);
    }
}

static size_t pairs_in(Str raw) /* at most */
{
    size_t n = 1;

    for (size_t i = 0; i < raw.len && n < QUERY_MAX; i++)
        n += raw.ptr[i] == '&';
    return n;
}

bool face_read_query(Str raw, Arena *a, FacePair **out, size_t *n, Err *err)
{
    FacePair *pair = NEWS(a, FacePair, pairs_in(raw));
    size_t npair = 0;

    if (!pair)
        return FAIL(err, BASE_NO_MEMORY, STR("http"), "query");
    while (raw.len) {
        Str one, rest, name, value;

        if (!str_cut(raw, '&', &one, &rest))
            rest = (Str){ 0 };
        raw = rest;
        if (!one.len)
            continue;
        if (npair == QUERY_MAX)
            return FAIL(err, FACE_BAD_PARAMETER, STR("?"), "query");
        if (!str_cut(one, '=', &name, &value))
            value = (Str){ "", 0 };
        if (!face_decode(name, true, STR("query"), a, &pair[npair].name, err) ||
            !face_decode(value, true, pair[npair].name, a, &pair[npair].value, err))
            return false;
        npair++;
    }
    *out = pair;
    *n = npair;
    return true;
}

static const FacePair *find(const FacePair *pair, size_t n, const char *name, bool any_case)
{
    const Str want = str_of(name);

    for (size_t i = 0; i < n; i++)
        if (any_case ? str_eq_nocase(pair[i].name, want) : str_eq(pair[i].name, want))
            return &pair[i];
    return NULL;
}

Str face_query(const FaceRequest *r, const char *name)
{
    const FacePair *p = find(r->query, r->nquery, name, false);

    return p ? p->value : (Str){ "", 0 };
}

bool face_has(const FaceRequest *r, const char *name)
{
    return find(r->query, r->nquery, name, false) != NULL;
}

Str face_header(const FaceRequest *r, const char *name)
{
    const FacePair *p = find(r->header, r->nheader, name, true);

    return p ? p->value : (Str){ "", 0 };
}

Str face_header_text(const FaceRequest *r, const char *name)
{
    const Str raw = face_header(r, name);
    Err err = { 0 };
    Str text;

    return face_decode(raw, false, str_of(name), r->a, &text, &err) ? str_trim(text) : raw;
}

bool face_number(const FaceRequest *r, const char *name, int64_t least, int64_t most, int64_t other,
    int64_t *out, Err *err)
{
    int64_t n = other;

    if (face_has(r, name) && (!str_to_i64(face_query(r, name), &n) || n < least || n > most)) {
        (void)FAIL(err, FACE_BAD_PARAMETER, str_of(name), "%s", name);
        err_hint(err, "%lld…%lld", (long long)least, (long long)most);
        return false;
    }
    *out = n;
    return true;
}

bool face_bool(const FaceRequest *r, const char *name, bool other, bool *out, Err *err)
{
    const Str v = face_query(r, name);

    if (!face_has(r, name))
        *out = other;
    else if (str_eq(v, STR("true")) || str_eq(v, STR("1")) || str_eq(v, STR("yes")) || !v.len)
        *out = true;
    else if (str_eq(v, STR("false")) || str_eq(v, STR("0")) || str_eq(v, STR("no")))
        *out = false;
    else {
        (void)FAIL(err, FACE_BAD_PARAMETER, str_of(name), "%s", name);
        err_hint(err, "true / false");
        return false;
    }
    return true;
}

bool face_flag(const FaceRequest *r, const char *name)
{
    bool on = false;
    Err err = { 0 };

    return face_bool(r, name, false, &on, &err) && on;
}

bool face_collection(const FaceRequest *r, size_t param, const PackCollection **out, Err *err)
{
    return pack_need_collection(r->model, r->param[param], out, err);
}

bool face_json(const FaceRequest *r, json_t **out, Err *err)
{
    return json_read_in(r->body, r->a, out, err);
}
