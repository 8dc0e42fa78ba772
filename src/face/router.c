/* src/face/router.c - a path is cut at its slashes and compared with each row's template, literal parts first. */
#include "face/router.h"

typedef struct Segment {
    Str text; /* of a literal */
    enum { LITERAL, PARAM, REST } kind;
} Segment;
typedef struct Route {
    FaceRoute to;
    Segment segment[FACE_SEGMENTS];
    size_t n;
} Route;
struct FaceRouter {
    Route *route;
    size_t n;
};
static const char *const method_name[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

static size_t cut_path(Str path, Str *part, size_t max)
{
    size_t n = 0;
    Str one, rest;

    if (str_starts(path, STR("/")))
        path = str_sub(path, 1, path.len);
    while (path.len) {
        if (n == max)
            return SIZE_MAX;
        if (!str_cut(path, '/', &one, &rest))
            rest = (Str){ 0 };
        part[n++] = one;
        path = rest;
    }
    return n;
}

static void make_route(Route *to, const FaceRow *row, size_t door)
{
    Str part[FACE_SEGMENTS];

    to->to = (FaceRoute){ row, door };
    to->n = cut_path(str_of(row->path), part, FACE_SEGMENTS);
    for (size_t i = 0; i < to->n; i++)
        to->segment[i] = (Segment){ part[i], str_eq(part[i], STR("{*}"))     ? REST
                                             : str_starts(part[i], STR("{")) ? PARAM
                                                                             : LITERAL };
}

bool face_router_new(const FaceDoor *const *door, size_t n, Arena *a, FaceRouter **out, Err *err)
{
    FaceRouter *r = NEW(a, FaceRouter);
    size_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += door[i]->nrow;
    if (!r || !(r->route = NEWS(a, Route, total)))
        return FAIL(err, BASE_NO_MEMORY, STR("router"), "table");
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < door[i]->nrow; k++)
            make_route(&r->route[r->n++], &door[i]->row[k], i);
    *out = r;
    return true;
}

void face_rows(const FaceRouter *router, void (*see)(void *ctx, const FaceRow *row), void *ctx)
{
    for (size_t i = 0; i < router->n; i++)
        see(ctx, router->route[i].to.row);
}

static bool fits(const Route *route, const Str *part, size_t n)
{
    for (size_t i = 0; i < route->n; i++) {
        if (route->segment[i].kind == REST)
            return true;
        if (i >= n || (route->segment[i].kind == LITERAL && !str_eq(route->segment[i].text, part[i])))
            return false;
    }
    return route->n == n;
}

/* The more literal, the better: the first place where they differ in kind decides. */
static bool better(const Route *x, const Route *y)
{
    for (size_t i = 0; y && i < x->n && i < y->n; i++)
        if (x->segment[i].kind != y->segment[i].kind)
            return x->segment[i].kind < y->segment[i].kind;
    return !y || x->n > y->n;
}

Str face_methods(const FaceRouter *router, FaceRequest *r)
{
    Str part[64], all = { "", 0 };
    const size_t n = cut_path(r->path, part, LEN(part));
    unsigned seen = 0;

    for (size_t i = 0; n != SIZE_MAX && i < router->n; i++)
        if (fits(&router->route[i], part, n))
            seen |= 1u << router->route[i].to.row->method;
    for (size_t m = 0; m < LEN(method_name); m++)
        if (seen & 1u << m)
            all = str_fmt(r->a, "%.*s%s, ", STRV(all), m == FACE_GET ? "GET, HEAD" : method_name[m]);
    return seen ? str_fmt(r->a, "%.*sOPTIONS", STRV(all)) : all;
}

static bool take_params(const Route *route, const Str *part, size_t n, FaceRequest *r, Err *err)
{
    size_t k = 0;

    for (size_t i = 0; i < route->n; i++) {
        Str raw = i < n ? part[i] : (Str){ "", 0 };

        if (route->segment[i].kind == LITERAL)
            continue;
        if (route->segment[i].kind == REST && i < n)
            raw.len = (size_t)(r->path.ptr + r->path.len - raw.ptr);
        if (!face_decode(raw, false, STR("path"), r->a, &r->param[k++], err))
            return false;
    }
    return true;
}

static bool method_of(Str name, FaceMethod *out)
{
    if (str_eq(name, STR("HEAD")))
        name = STR("GET");
    for (size_t i = 0; i < LEN(method_name); i++)
        if (str_eq(name, str_of(method_name[i]))) {
            *out = (FaceMethod)i;
            return true;
        }
    return false;
}

bool face_route(const FaceRouter *router, FaceRequest *r, Str method, FaceRoute *out, Err *err)
{
    Str part[64];
    const size_t n = cut_path(r->path, part, LEN(part));
    const bool known = method_of(method, &r->method);
    const Route *best = NULL;
    bool path = false;

    for (size_t i = 0; n != SIZE_MAX && i < router->n; i++) {
        const Route *one = &router->route[i];

        if (!fits(one, part, n))
            continue;
        path = true;
        if (known && one->to.row->method == r->method && better(one, best))
            best = one;
    }
    if (!best && path) {
        (void)FAIL(err, FACE_BAD_METHOD, method, "method");
        err_hint(err, "%.*s", STRV(face_methods(router, r)));
        return false;
    }
    if (!best)
        return FAIL(err, FACE_NO_PATH, str_is_utf8(r->path) ? r->path : STR("?"), "path");
    r->row = best->to.row;
    *out = best->to;
    return take_params(best, part, n, r, err);
}

static bool allowed(const FaceRow *row, Str name)
{
    if (str_eq(name, STR("f")) || str_eq(name, STR("lang")) || row->query == FACE_ANY)
        return true;
    for (const char *const *q = row->query; q && *q; q++)
        if (str_eq(name, str_of(*q)))
            return true;
    return false;
}

static void hint_allowed(const FaceRow *row, Err *err)
{
    Buf b;

    buf_init(&b, 140);
    buf_str(&b, STR("f, lang"));
    for (const char *const *q = row->query; q && *q; q++)
        buf_fmt(&b, ", %s", *q);
    err_hint(err, "%.*s", STRV(buf_text(&b)));
    buf_clear(&b);
}

bool face_check_query(FaceRequest *r, Err *err)
{
    for (size_t i = 0; i < r->nquery; i++) {
        const Str name = r->query[i].name;

        if (!allowed(r->row, name)) {
            (void)FAIL(err, FACE_NO_PARAMETER, name, "%.*s", STRV(str_sub(name, 0, 90)));
            hint_allowed(r->row, err);
            return false;
        }
        for (size_t k = 0; k < i; k++)
            if (str_eq(r->query[k].name, name))
                return FAIL(err, FACE_TWICE, name, "%.*s", STRV(str_sub(name, 0, 90)));
    }
    return true;
}
