/* src/face/negotiate.c - what the reader wants: `f=` first, then Accept (RFC 9110 clause 12.5), Accept-Language. */
#include "face/face_in.h"

/* One element of a list header: "text/html;level=1;q=0.8" → its name and weight. */
static bool next_wish(Str *list, Str *name, double *q)
{
    Str one, rest, param;

    if (!list->len)
        return false;
    if (!str_cut(*list, ',', &one, &rest))
        rest = (Str){ 0 };
    *list = rest;
    *q = 1;
    if (!str_cut(one, ';', name, &rest))
        rest = (Str){ 0 };
    *name = str_trim(*name);
    while (rest.len) {
        if (!str_cut(rest, ';', &param, &one))
            one = (Str){ 0 };
        rest = one;
        param = str_trim(param);
        if (str_starts(param, STR("q=")) && !str_to_f64(str_sub(param, 2, 8), q))
            *q = 0;
    }
    return true;
}

/* How exactly a range names a media type: 3 whole, 2 "text/" and all, 1 all; 0 not at all. */
static int exactness(Str range, Str media)
{
    Str kind, sub;

    if (str_eq_nocase(range, media))
        return 3;
    if (str_eq(range, STR("*/*")) || str_eq(range, STR("*")))
        return 1;
    return str_cut(media, '/', &kind, &sub) && range.len == kind.len + 2 && str_ends(range, STR("/*")) &&
                   str_eq_nocase(str_sub(range, 0, kind.len), kind)
               ? 2
               : 0;
}

double face_quality(Str accept, Str media)
{
    int best = 0;
    double q, quality = 0;
    Str range;

    if (!str_trim(accept).len)
        return 1;
    while (next_wish(&accept, &range, &q)) {
        const int exact = exactness(range, media);

        if (exact > best) {
            best = exact;
            quality = q;
        }
    }
    return quality;
}

static bool no_such_kind(const ErrKind *kind, Str wish, const char *const (*kinds)[2], Err *err)
{
    Buf b;

    buf_init(&b, 150);
    for (size_t i = 0; kinds[i][0]; i++) {
        if (i)
            buf_str(&b, STR(", "));
        buf_str(&b, str_of(kinds[i][0]));
    }
    (void)FAIL(err, *kind, wish, "f");
    err_hint(err, "%.*s", STRV(buf_text(&b)));
    buf_clear(&b);
    return false;
}

bool face_kind(const FaceRequest *r, const char *const (*kinds)[2], size_t *out, Err *err)
{
    const Str f = face_query(r, "f"), accept = face_header(r, "Accept");
    size_t best = SIZE_MAX;
    double best_q = 0;

    if (face_has(r, "f")) {
        for (size_t i = 0; kinds[i][0]; i++)
            if (str_eq_nocase(f, str_of(kinds[i][0])) || str_eq_nocase(f, str_of(kinds[i][1]))) {
                *out = i;
                return true;
            }
        return no_such_kind(&FACE_BAD_PARAMETER, STR("f"), kinds, err);
    }
    for (size_t i = 0; kinds[i][0]; i++) {
        const double q = face_quality(accept, str_of(kinds[i][1]));

        if (q > best_q + (best == SIZE_MAX ? 0 : 1e-9)) {
            best_q = q;
            best = i;
        }
    }
    /* Every client that says JSON in any way, or only names types nobody has, is given the default: JSON. */
    if (best == SIZE_MAX && (str_find(accept, STR("json")) != SIZE_MAX))
        best = 0;
    if (best == SIZE_MAX)
        return no_such_kind(&FACE_NOT_ACCEPTABLE, accept, kinds, err);
    *out = best;
    return true;
}

bool face_english(Str accept_language)
{
    double zh = 0, en = 0, q;
    Str tag;

    while (next_wish(&accept_language, &tag, &q)) {
        const Str main = str_sub(tag, 0, 2);

        if (str_eq_nocase(main, STR("zh")) && q > zh)
            zh = q;
        else if (str_eq_nocase(main, STR("en")) && q > en)
            en = q;
    }
    return en > zh;
}

bool face_wants_page(const FaceRequest *r)
{
    const Str accept = face_header(r, "Accept");

    if (face_has(r, "f"))
        return str_eq_nocase(face_query(r, "f"), STR("html"));
    /* Only a browser puts text/html before everything else; no Accept at all means JSON. */
    return str_find(accept, STR("text/html")) != SIZE_MAX &&
           face_quality(accept, STR("text/html")) > face_quality(accept, STR("application/json"));
}
