/* src/geo/wkt.c - well-known text (OGC 06-103r4 clause 7) both ways. Reading takes any case, Z, M and ZM (M is
 * dropped), EMPTY, and points of a MULTIPOINT with or without parentheses. What follows the geometry is left.
 */
#include "geo/geo.h"
#include "geo/run.h"
#include <math.h>

/* --- reading --------------------------------------------------------------------------------------------- */
typedef struct Reader {
    Str text;
    size_t at;
    Buf out;
    size_t vertices;
    bool z, m;
    Err *err;
} Reader;

static void skip_blanks(Reader *r)
{
    while (r->at < r->text.len && strchr(" \t\r\n", r->text.ptr[r->at]) && r->text.ptr[r->at])
        r->at++;
}

static bool bad(Reader *r, const char *expected)
{
    (void)FAIL(r->err, GEO_BAD_WKT, str_sub(r->text, r->at, 20), "%zu", r->at);
    err_hint(r->err, "%s", expected);
    return false;
}

static bool next_is(Reader *r, char c) /* takes it when it is there */
{
    skip_blanks(r);
    if (r->at >= r->text.len || r->text.ptr[r->at] != c)
        return false;
    r->at++;
    return true;
}

static Str word(Reader *r) /* the letters ahead, not taken */
{
    size_t n = 0;

    skip_blanks(r);
    while (r->at + n < r->text.len &&
           ((r->text.ptr[r->at + n] | 32) >= 'a' && (r->text.ptr[r->at + n] | 32) <= 'z'))
        n++;
    return str_sub(r->text, r->at, n);
}

static bool read_number(Reader *r, double *v)
{
    size_t n = 0;

    skip_blanks(r);
    while (r->at + n < r->text.len && r->text.ptr[r->at + n] &&
           strchr("+-.0123456789eE", r->text.ptr[r->at + n]))
        n++;
    if (n == 0 || !str_to_f64(str_sub(r->text, r->at, n), v))
        return bad(r, "a number 数字");
    r->at += n;
    return true;
}

static bool put_vertex(Reader *r)
{
    double v[4] = { 0 };
    size_t n = 2 + (size_t)r->z + (size_t)r->m;

    if (++r->vertices > GEO_MAX_VERTICES)
        return FAIL(r->err, GEO_TOO_BIG, STR("vertices 顶点"), "%zu", r->at);
    for (size_t i = 0; i < n; i++)
        if (!read_number(r, &v[i]))
            return false;
    for (size_t i = 0; i < 2 + (size_t)r->z; i++)
        geo_put_f64(&r->out, v[i]);
    return true;
}

static bool read_empty(Reader *r)
{
    if (!str_eq_nocase(word(r), STR("EMPTY")))
        return false;
    r->at += 5;
    return true;
}

/* "( one , one … )" with its count put before; EMPTY is a count of 0. */
static bool put_list(Reader *r, bool (*one)(Reader *r, int depth), int depth)
{
    size_t at = r->out.len;
    uint32_t n = 0;

    geo_put_u32(&r->out, 0);
    if (read_empty(r))
        return true;
    if (!next_is(r, '('))
        return bad(r, "( 或 EMPTY");
    do {
        if (!one(r, depth))
            return false;
        n++;
    } while (next_is(r, ','));
    if (!next_is(r, ')'))
        return bad(r, ", 或 )");
    if (!r->out.bad)
        memcpy(r->out.ptr + at, &n, sizeof n);
    return true;
}

static bool put_one_vertex(Reader *r, int depth)
{
    (void)depth;
    return put_vertex(r);
}

static bool put_run(Reader *r, int depth)
{
    return put_list(r, put_one_vertex, depth);
}

static bool put_rings(Reader *r, int depth)
{
    return put_list(r, put_run, depth);
}

static bool put_point(Reader *r, int depth)
{
    bool open;

    (void)depth;
    if (read_empty(r)) {
        for (size_t i = 0; i < 2 + (size_t)r->z; i++)
            geo_put_f64(&r->out, NAN);
        return true;
    }
    open = next_is(r, '(');
    if (!put_vertex(r))
        return false;
    return !open || next_is(r, ')') || bad(r, ")");
}

static bool put_part_point(Reader *r, int depth)
{
    geo_put_head(&r->out, GEO_POINT, r->z);
    return put_point(r, depth);
}

static bool put_part_line(Reader *r, int depth)
{
    geo_put_head(&r->out, GEO_LINE, r->z);
    return put_run(r, depth);
}

static bool put_part_polygon(Reader *r, int depth)
{
    geo_put_head(&r->out, GEO_POLYGON, r->z);
    return put_rings(r, depth);
}

/* The type's name, then "Z", "M", "ZM" beside or behind it. */
static bool read_type(Reader *r, GeoType *t)
{
    Str w = word(r), flags;

    for (size_t cut = 0; cut <= 2 && cut < w.len; cut++) {
        flags = str_sub(w, w.len - cut, cut);
        if (cut && !str_eq_nocase(flags, STR("Z")) && !str_eq_nocase(flags, STR("M")) &&
            !str_eq_nocase(flags, STR("ZM")))
            continue;
        if (!geo_type_of(str_sub(w, 0, w.len - cut), t) || *t == GEO_ANY)
            continue;
        r->at += w.len;
        if (cut == 0) {
            flags = word(r);
            if (!str_eq_nocase(flags, STR("Z")) && !str_eq_nocase(flags, STR("M")) &&
                !str_eq_nocase(flags, STR("ZM")))
                flags.len = 0;
            r->at += flags.len;
        }
        r->z = flags.len > 0 && (flags.ptr[0] | 32) == 'z';
        r->m = flags.len > 0 && (flags.ptr[flags.len - 1] | 32) == 'm';
        return true;
    }
    return bad(r, "POINT, LINESTRING, POLYGON, MULTI…, GEOMETRYCOLLECTION");
}

static bool put_geometry(Reader *r, int depth)
{
    bool (*const body[])(Reader *, int) = { NULL, put_point, put_run, put_rings, put_part_point,
        put_part_line, put_part_polygon, put_geometry };
    bool z = r->z;
    size_t start;
    GeoType t;

    if (depth > GEO_MAX_NEST)
        return FAIL(r->err, GEO_TOO_BIG, STR("nesting 嵌套"), "%zu", r->at);
    skip_blanks(r);
    start = r->at;
    if (!read_type(r, &t))
        return false;
    if (depth > 1 && r->z != z) {
        r->at = start;
        return bad(r, "the same dimension in all parts 各成员维数一致");
    }
    geo_put_head(&r->out, t, r->z);
    if (t >= GEO_MULTIPOINT)
        return put_list(r, body[t], depth + 1);
    skip_blanks(r);
    if (t == GEO_POINT && r->at < r->text.len && r->text.ptr[r->at] != '(' &&
        !str_eq_nocase(word(r), STR("EMPTY")))
        return bad(r, "( 或 EMPTY");
    return body[t](r, depth);
}

bool geo_from_wkt(Str wkt, Arena *a, Bytes *wkb, size_t *used, Err *err)
{
    Reader r = { .text = wkt, .err = err };

    buf_init(&r.out, GEO_MAX_BYTES);
    if (!put_geometry(&r, 1)) {
        buf_clear(&r.out);
        return false;
    }
    if (r.out.bad && r.out.len + 24 > GEO_MAX_BYTES) {
        buf_clear(&r.out);
        return FAIL(err, GEO_TOO_BIG, STR("bytes 字节"), "%zu", r.at);
    }
    if (!geo_keep(&r.out, a, wkb))
        return FAIL(err, BASE_NO_MEMORY, STR("wkt"), "%zu", r.at);
    *used = r.at;
    return true;
}

/* --- writing --------------------------------------------------------------------------------------------- */
typedef struct Writer {
    const uint8_t *at, *end;
    Buf *out;
} Writer;

static uint32_t take_u32(Writer *w)
{
    uint32_t v;

    if (w->end - w->at < 4)
        return 0;
    v = geo_u32(w->at);
    w->at += 4;
    return v;
}

static void write_vertices(Writer *w, uint32_t n, bool z)
{
    size_t stride = z ? 24 : 16;

    buf_c(w->out, '(');
    for (uint32_t i = 0; i < n && (size_t)(w->end - w->at) >= stride; i++, w->at += stride)
        for (size_t k = 0; k < stride / 8; k++) {
            buf_str(w->out, k ? STR(" ") : i ? STR(",") : STR(""));
            buf_f64(w->out, geo_f64(w->at + 8 * k));
        }
    buf_c(w->out, ')');
}

static void write_body(Writer *w, GeoType t, bool z, int depth);

static void write_text(Writer *w, bool named, int depth)
{
    static const char *const words[] = { "", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT",
        "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION" };
    uint32_t code;
    GeoType t;

    if (w->end - w->at < 5 || depth > GEO_MAX_NEST)
        return;
    code = geo_u32(w->at + 1);
    w->at += 5;
    t = (GeoType)(code % GEO_ISO_Z);
    if (t < GEO_POINT || t > GEO_COLLECTION) {
        w->at = w->end;
        return;
    }
    if (named) {
        buf_str(w->out, str_of(words[t]));
        if (code / GEO_ISO_Z == 1)
            buf_str(w->out, STR(" Z"));
    }
    write_body(w, t, code / GEO_ISO_Z == 1, depth);
}

static void write_empty(Buf *out)
{
    bool after_word =
        out->len > 0 && ((out->ptr[out->len - 1] | 32) >= 'a' && (out->ptr[out->len - 1] | 32) <= 'z');

    buf_str(out, after_word ? STR(" EMPTY") : STR("EMPTY"));
}

static void write_body(Writer *w, GeoType t, bool z, int depth)
{
    uint32_t n;

    if (t == GEO_POINT) {
        bool empty = w->end - w->at < 16 || isnan(geo_f64(w->at));

        if (empty)
            write_empty(w->out);
        else
            write_vertices(w, 1, z);
        if (empty)
            w->at += (z ? 24 : 16) < w->end - w->at ? (z ? 24 : 16) : w->end - w->at;
        return;
    }
    n = take_u32(w);
    if (n == 0 || w->at == w->end) {
        write_empty(w->out);
        return;
    }
    if (t == GEO_LINE) {
        write_vertices(w, n, z);
        return;
    }
    buf_c(w->out, '(');
    for (uint32_t i = 0; i < n && w->at < w->end; i++) {
        if (i)
            buf_c(w->out, ',');
        if (t == GEO_POLYGON)
            write_body(w, GEO_LINE, z, depth);
        else
            write_text(w, t == GEO_COLLECTION, depth + 1);
    }
    buf_c(w->out, ')');
}

void geo_to_wkt(Bytes wkb, Buf *out)
{
    write_text(&(Writer){ wkb.ptr, wkb.ptr + wkb.len, out }, true, 1);
}
