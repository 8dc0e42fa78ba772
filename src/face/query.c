/* src/face/query.c - from parameters to a LedgerQuery; every word is checked, every mistake is 400 with its place. */
#include <math.h>
#include <stdio.h>
#include "face/query.h"

enum { LIMIT_MAX = 10000, LIMIT_USUAL = 10, NAMES_MAX = 200, EDGE = 8 };
static const char *const known[] = { "f", "lang", "limit", "bbox", "bbox-crs", "datetime", "filter",
    "filter-lang", "filter-crs", "sortby", "properties", "crs", "q", "division", "count", "token", "expand",
    "skipGeometry", "header" };

static bool wrong(Err *err, const char *name, const char *right)
{
    (void)FAIL(err, FACE_BAD_PARAMETER, str_of(name), "%s", name);
    err_hint(err, "%s", right);
    return false;
}

/* Takes the next element of a list parted by commas. */
static bool next_one(Str *list, Str *one)
{
    Str rest;

    if (!list->len)
        return false;
    if (!str_cut(*list, ',', one, &rest))
        rest = (Str){ 0 };
    *list = rest;
    *one = str_trim(*one);
    return true;
}

static bool and_also(FaceItems *it, CqlExpr *e, Arena *a, Err *err)
{
    it->q.filter = cql_and((CqlExpr *)(uintptr_t)it->q.filter, e, a);
    return it->q.filter || FAIL(err, BASE_NO_MEMORY, STR("filter"), "filter");
}

/* --- where ------------------------------------------------------------------------------------------------------ */
static void turn(double *x, double *y)
{
    const double keep = *x;

    *x = *y;
    *y = keep;
}

/* A box of another system: its edge, a few points a side, moved to degrees. */
static bool box_in_degrees(const FaceCrs *crs, const double v[4], Arena *a, GeoBox *out, Err *err)
{
    double xy[8 * EDGE];
    size_t n = 0;
    Bytes line, moved;

    for (int i = 0; i < EDGE; i++) {
        const double t = (double)i / (EDGE - 1), x = v[0] + (v[2] - v[0]) * t, y = v[1] + (v[3] - v[1]) * t;
        const double side[] = { x, v[1], x, v[3], v[0], y, v[2], y };

        memcpy(xy + n, side, sizeof side);
        n += 8;
    }
    if (!geo_make_line(xy, n / 2, a, &line))
        return FAIL(err, BASE_NO_MEMORY, STR("bbox"), "bbox");
    if (!geo_transform(line, crs->epsg, GEO_SRS, a, &moved, err))
        return false;
    *out = geo_wkb_box(moved);
    return true;
}

static bool read_box(FaceRequest *r, double v[4], Err *err)
{
    static const char right[] = "minx,miny,maxx,maxy";
    Str list = face_query(r, "bbox"), one;
    double six[6];
    size_t n = 0;

    if (str_ends(list, STR(",")))
        return wrong(err, "bbox", right);
    while (next_one(&list, &one))
        if (n == 6 || !str_to_f64(one, &six[n++]))
            return wrong(err, "bbox", right);
    if (n != 4 && n != 6)
        return wrong(err, "bbox", right);
    v[0] = six[0];
    v[1] = six[1];
    v[2] = six[n / 2];
    v[3] = six[n / 2 + 1];
    return true;
}

/* The ledger takes only what truly meets a box. West of east, it crosses the antimeridian: two boxes. */
static bool add_box(FaceItems *it, GeoBox box)
{
    it->q.nbox = 1;
    it->q.box[0] = box;
    if (box.minx > box.maxx) {
        it->q.nbox = 2;
        it->q.box[0] = (GeoBox){ box.minx, box.miny, 180, box.maxy };
        it->q.box[1] = (GeoBox){ -180, box.miny, box.maxx, box.maxy };
    }
    return true;
}

static bool read_bbox(FaceRequest *r, const PackCollection *c, FaceItems *it, Err *err)
{
    FaceCrs crs;
    double v[4];
    GeoBox box;

    if (!face_has(r, "bbox"))
        return true;
    if (!read_box(r, v, err) || !face_crs_param(r, "bbox-crs", &crs, err))
        return false;
    if (!c->spatial)
        return true; /* what has no place is everywhere: 17-069r4, requirement fc-bbox-response */
    if (crs.swap) {
        turn(&v[0], &v[1]);
        turn(&v[2], &v[3]);
    }
    if (v[1] > v[3])
        return wrong(err, "bbox", "miny <= maxy");
    if (crs.epsg != 4326 && crs.epsg != 4490)
        return v[0] <= v[2] ? box_in_degrees(&crs, v, r->a, &box, err) && add_box(it, box)
                            : wrong(err, "bbox", "minx <= maxx");
    if (fabs(v[0]) > 180 || fabs(v[2]) > 180 || fabs(v[1]) > 90 || fabs(v[3]) > 90)
        return wrong(err, "bbox", "-180…180, -90…90");
    return add_box(it, (GeoBox){ v[0], v[1], v[2], v[3] });
}

/* --- when --------------------------------------------------------------------------------------------------------- */
static bool moment(Str s, bool end, int64_t *out)
{
    int32_t day;

    if (!s.len || str_eq(s, STR(".."))) {
        *out = end ? INT64_MAX : INT64_MIN;
        return true;
    }
    if (time_parse(s, out))
        return true;
    if (!date_parse(s, &day))
        return false;
    *out = (day + end) * TIME_DAY - 8 * 3600 * TIME_SECOND - end; /* a day alone is a day in China */
    return true;
}

static bool read_datetime(FaceRequest *r, FaceItems *it, Err *err)
{
    const Str text = face_query(r, "datetime");
    Str from, to;

    if (!face_has(r, "datetime"))
        return true;
    it->q.timed = true;
    if (!str_cut(text, '/', &from, &to))
        to = from;
    if (!text.len || (str_eq(text, STR(".."))) || !moment(from, false, &it->q.valid_from) ||
        !moment(to, true, &it->q.valid_to) || it->q.valid_from > it->q.valid_to)
        return wrong(err, "datetime", "2026-11-23T08:00:00Z, 2025-01-01/2026-01-01, 2025-01-01/..");
    return true;
}

/* --- which ---------------------------------------------------------------------------------------------------------- */
static bool read_filter(FaceRequest *r, FaceItems *it, Err *err)
{
    const Str text = face_query(r, "filter"), lang = face_query(r, "filter-lang");
    const bool json = str_eq(lang, STR("cql2-json")) || (!lang.len && str_starts(str_trim(text), STR("{")));
    FaceCrs crs;
    CqlExpr *e;

    if (lang.len && !json && !str_eq(lang, STR("cql2-text")))
        return wrong(err, "filter-lang", "cql2-text, cql2-json");
    if (!face_crs_param(r, "filter-crs", &crs, err))
        return false;
    if (!face_has(r, "filter"))
        return true;
    if (!(json ? cql_parse_json(text, r->a, &e, err) : cql_parse_text(text, r->a, &e, err)))
        return false;
    if (face_has(r, "filter-crs") && !face_is_crs84(&crs) && !cql_geometry(e, crs.epsg, crs.swap, r->a, err))
        return false;
    return and_also(it, e, r->a, err);
}

static void quoted(Buf *b, Str s, char mark)
{
    buf_c(b, mark);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == mark)
            buf_c(b, mark);
        buf_c(b, s.ptr[i]);
    }
    buf_c(b, mark);
}

/* The value as a CQL2 literal of the property's type. */
static bool literal(const PackProperty *p, Str v, Buf *b)
{
    double n;
    int64_t t;
    int32_t day;

    switch (p->type) {
    case PACK_INTEGER:
    case PACK_NUMBER:
    case PACK_MONEY:
        buf_str(b, v);
        return str_to_f64(v, &n) && v.ptr[0] != '+';
    case PACK_BOOL:
        buf_str(b, str_eq(v, STR("true")) || str_eq(v, STR("1")) ? STR("TRUE") : STR("FALSE"));
        return str_eq(v, STR("true")) || str_eq(v, STR("1")) || str_eq(v, STR("false")) ||
               str_eq(v, STR("0"));
    case PACK_DATE:
        buf_fmt(b, "DATE('%.*s')", STRV(v));
        return date_parse(v, &day);
    case PACK_TIME:
        buf_str(b, STR("TIMESTAMP('"));
        if (!time_parse(v, &t))
            return false;
        time_text(t, 3, b);
        buf_str(b, STR("')"));
        return true;
    case PACK_GEOMETRY:
    case PACK_JSON:
        return false;
    default:
        quoted(b, v, '\'');
        return true;
    }
}

bool face_equal_filter(const PackProperty *p, Str value, Arena *a, CqlExpr **out, Err *err)
{
    Buf b, lit;
    bool good;

    buf_init(&b, 1 << 16);
    buf_init(&lit, 1 << 16);
    good = literal(p, value, &lit);
    if (p->many) {
        buf_str(&b, STR("A_CONTAINS("));
        quoted(&b, p->name, '"');
        buf_fmt(&b, ",(%.*s))", STRV(buf_text(&lit)));
    } else {
        quoted(&b, p->name, '"');
        buf_c(&b, '=');
        buf_str(&b, buf_text(&lit));
    }
    if (!good || b.bad || lit.bad)
        good = FAIL(err, FACE_BAD_PARAMETER, p->name, "%.*s", STRV(p->name));
    else
        good = cql_parse_text(str_copy(a, buf_text(&b)), a, out, err);
    if (!good && err->kind == &FACE_BAD_PARAMETER)
        err_hint(
            err, "%s", p->cql.kind == CQL_INT || p->cql.kind == CQL_NUMBER ? "123.4" : "a value of its type");
    buf_clear(&b);
    buf_clear(&lit);
    return good;
}

static bool listed(const char *const *list, size_t n, Str name)
{
    for (size_t i = 0; i < n && list[i]; i++)
        if (str_eq(name, str_of(list[i])))
            return true;
    return false;
}

static bool unknown(const PackCollection *c, Str name, Err *err)
{
    Str best = { "", 0 };
    size_t least = 4;

    for (size_t i = 0; i < c->nproperty + LEN(known); i++) {
        const Str one = i < c->nproperty ? c->property[i].name : str_of(known[i - c->nproperty]);

        if (str_distance(one, name) < least) {
            least = str_distance(one, name);
            best = one;
        }
    }
    (void)FAIL(err, FACE_NO_PARAMETER, name, "%.*s", STRV(str_sub(name, 0, 90)));
    err_hint(err, "%.*s",
        STRV(best.len ? best : STR("limit, bbox, datetime, filter, sortby, properties, crs, q, division…")));
    return false;
}

/* Whatever is no parameter of ours must be a queryable: name=value. */
static bool read_queryables(
    FaceRequest *r, const PackCollection *c, const char *const *also, FaceItems *it, Err *err)
{
    for (size_t i = 0; i < r->nquery; i++) {
        const FacePair *q = &r->query[i];
        const PackProperty *p;
        CqlExpr *e;

        for (size_t k = 0; k < i; k++)
            if (str_eq(r->query[k].name, q->name))
                return FAIL(err, FACE_TWICE, q->name, "%.*s", STRV(str_sub(q->name, 0, 90)));
        if (listed(known, LEN(known), q->name) || (also && listed(also, 100, q->name)))
            continue;
        p = pack_property(c, q->name);
        if (!p || p->type == PACK_GEOMETRY)
            return unknown(c, q->name, err);
        if (!face_equal_filter(p, q->value, r->a, &e, err) || !and_also(it, e, r->a, err))
            return false;
    }
    return true;
}

static bool read_division(FaceRequest *r, FaceItems *it, Err *err)
{
    int64_t n;

    it->q.division = face_query(r, "division");
    if (!it->q.division.len)
        return true;
    return ((it->q.division.len == 12 || it->q.division.len == 15) && str_to_i64(it->q.division, &n)) ||
           wrong(err, "division", "990121108000");
}

/* --- how ------------------------------------------------------------------------------------------------------------- */
bool face_names(FaceRequest *r, const PackCollection *c, const char *param, const PackProperty *const **out,
    size_t *n, Err *err)
{
    const PackProperty **list = NEWS(r->a, const PackProperty *, NAMES_MAX);
    Str rest = face_query(r, param), one;
    size_t count = 0;

    if (!list)
        return FAIL(err, BASE_NO_MEMORY, str_of(param), "%s", param);
    while (next_one(&rest, &one)) {
        const PackProperty *p = pack_property(c, one);

        if (!one.len || str_eq(one, STR("id")) || str_eq(one, STR("geometry")))
            continue;
        if (!p || count == NAMES_MAX) {
            (void)unknown(c, one, err);
            return FAIL(err, CQL_NO_PROPERTY, one, "%s", param);
        }
        list[count++] = p;
    }
    *out = list;
    *n = count;
    return true;
}

static bool sortable(const PackCollection *c, Str name)
{
    for (size_t i = 0; i < c->nsort; i++)
        if (str_eq(c->sort[i], name))
            return true;
    return false;
}

static bool read_sort(FaceRequest *r, const PackCollection *c, FaceItems *it, Err *err)
{
    Str rest = face_query(r, "sortby"), one;

    while (next_one(&rest, &one)) {
        const bool down = str_starts(one, STR("-"));
        const Str name = down || str_starts(one, STR("+")) ? str_sub(one, 1, one.len) : one;
        const PackProperty *p = pack_property(c, name);

        if (it->q.nsort == LEN(it->q.sort) || !p || !sortable(c, name)) {
            Buf b;

            (void)FAIL(err, FACE_BAD_PARAMETER, STR("sortby"), "sortby");
            buf_init(&b, 150);
            for (size_t i = 0; i < c->nsort; i++)
                buf_fmt(&b, "%s%.*s", i ? ", " : "", STRV(c->sort[i]));
            err_hint(err, "%.*s", STRV(buf_text(&b)));
            buf_clear(&b);
            return false;
        }
        it->q.sort[it->q.nsort++] = (LedgerSort){ p, down };
    }
    return true;
}

static bool read_shape(FaceRequest *r, const PackCollection *c, FaceItems *it, Err *err)
{
    const Str count = face_query(r, "count"), expand = face_query(r, "expand");

    it->limited = face_has(r, "limit");
    if (!face_number(r, "limit", 1, INT64_MAX, LIMIT_USUAL, &it->limit, err))
        return false;
    if (it->limit > LIMIT_MAX)
        it->limit = LIMIT_MAX; /* too many is no mistake: 17-069r4, 7.15.2 */
    it->q.limit = (size_t)it->limit;
    it->q.token = face_query(r, "token");
    it->q.words = face_query(r, "q");
    it->q.count = str_eq(count, STR("exact"));
    it->q.uncounted = str_eq(count, STR("none"));
    if (count.len && !it->q.count && !it->q.uncounted)
        return wrong(err, "count", "exact, none");
    it->labels = str_eq(expand, STR("labels"));
    if (expand.len && !it->labels)
        return wrong(err, "expand", "labels");
    if (face_has(r, "properties") && !face_names(r, c, "properties", &it->q.only, &it->q.nonly, err))
        return false;
    return face_bool(r, "skipGeometry", false, &it->q.no_geometry, err) &&
           face_crs_param(r, "crs", &it->crs, err);
}

/* What is sealed is opened only where it is asked for: it costs. */
static bool wants_sealed(const PackCollection *c, const LedgerQuery *q)
{
    for (size_t i = 0; i < (q->only ? q->nonly : c->nproperty); i++)
        if ((q->only ? q->only[i] : &c->property[i])->grade >= 3)
            return true;
    return false;
}

bool face_items_query(
    FaceRequest *r, const PackCollection *c, const char *const *also, FaceItems *out, Err *err)
{
    FaceItems it = { .q = { .collection = c } };
    CqlExpr *filter;

    if (!read_shape(r, c, &it, err) || !read_sort(r, c, &it, err) || !read_division(r, &it, err) ||
        !read_datetime(r, &it, err) || !read_bbox(r, c, &it, err) || !read_filter(r, &it, err) ||
        !read_queryables(r, c, also, &it, err))
        return false;
    filter = (CqlExpr *)(uintptr_t)it.q.filter;
    if (filter && !cql_check(filter, &c->schema, r->a, err))
        return false;
    it.q.sealed = wants_sealed(c, &it.q);
    *out = it;
    return true;
}
