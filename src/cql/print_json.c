/* src/cql/print_json.c - a tree as canonical CQL2 JSON, valid by the standard's schema. */
#include "cql/print.h"
#include <math.h>

static void write_node(const CqlExpr *e, Buf *out);

bool cql_printed(Buf *b, const CqlExpr *e, Arena *a, Str *out, Err *err)
{
    const bool bad = b->bad;
    Str s = bad ? (Str){ 0 } : str_copy(a, buf_text(b));

    buf_clear(b);
    if (bad || !s.ptr)
        return FAIL_AT(err, BASE_NO_MEMORY, e, STR("cql"));
    *out = s;
    return true;
}

/* --- GeoJSON from WKB ------------------------------------------------------------------------------------ */
static size_t ordinates(uint32_t type)
{
    return type >= 1000 ? 3 : 2;
}

/* An empty point has no numbers (in WKB: NaN). */
static void write_position(Rd *r, size_t dim, Buf *out)
{
    double v[3] = { 0 };

    for (size_t i = 0; i < dim; i++)
        v[i] = rd_f64(r, true);
    buf_c(out, '[');
    for (size_t i = 0; i < dim && !isnan(v[0]); i++) {
        if (i)
            buf_c(out, ',');
        buf_f64(out, v[i]);
    }
    buf_c(out, ']');
}

/* Positions in `levels` nested arrays: 1 a line, 2 a polygon. */
static void write_positions(Rd *r, size_t dim, int levels, Buf *out)
{
    const uint32_t n = rd_u32(r, true);

    buf_c(out, '[');
    for (uint32_t i = 0; i < n && rd_ok(r); i++) {
        if (i)
            buf_c(out, ',');
        if (levels > 1)
            write_positions(r, dim, levels - 1, out);
        else
            write_position(r, dim, out);
    }
    buf_c(out, ']');
}

static void write_coordinates(Rd *r, Buf *out);

static void write_parts(Rd *r, void (*part)(Rd *, Buf *), Buf *out)
{
    const uint32_t n = rd_u32(r, true);

    buf_c(out, '[');
    for (uint32_t i = 0; i < n && rd_ok(r); i++) {
        if (i)
            buf_c(out, ',');
        part(r, out);
    }
    buf_c(out, ']');
}

/* The coordinates of one WKB geometry, header included, collections excepted. */
static void write_coordinates(Rd *r, Buf *out)
{
    uint32_t type;
    size_t dim;

    rd_u8(r);
    type = rd_u32(r, true);
    dim = ordinates(type);
    switch (type % 1000) {
    case GEO_POINT:
        write_position(r, dim, out);
        break;
    case GEO_LINE:
        write_positions(r, dim, 1, out);
        break;
    case GEO_POLYGON:
        write_positions(r, dim, 2, out);
        break;
    default:
        write_parts(r, write_coordinates, out);
    }
}

static void write_geometry(Rd *r, Buf *out)
{
    Rd ahead = *r;
    GeoType type;

    rd_u8(&ahead);
    type = (GeoType)(rd_u32(&ahead, true) % 1000);
    buf_fmt(out, "{\"type\":\"%s\",", geo_type_name(type));
    if (type == GEO_COLLECTION) {
        *r = ahead;
        buf_str(out, STR("\"geometries\":"));
        write_parts(r, write_geometry, out);
    } else {
        buf_str(out, STR("\"coordinates\":"));
        write_coordinates(r, out);
    }
    buf_c(out, '}');
}

void cql_geojson(Bytes wkb, Buf *out)
{
    Rd r = rd_of(wkb);

    write_geometry(&r, out);
}

/* --- the tree ------------------------------------------------------------------------------------------------ */
static void write_list(CqlExpr *const *arg, size_t n, Buf *out)
{
    buf_c(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(out, ',');
        write_node(arg[i], out);
    }
    buf_c(out, ']');
}

static void write_literal(CqlValue v, Buf *out)
{
    switch (v.kind) {
    case CQL_BOOL:
        buf_str(out, v.truth ? STR("true") : STR("false"));
        break;
    case CQL_INT:
        buf_i64(out, v.integer);
        break;
    case CQL_NUMBER:
        buf_f64(out, v.number);
        break;
    case CQL_TEXT:
        buf_json_str(out, v.text);
        break;
    case CQL_DATE:
    case CQL_TIME:
        buf_str(out, v.kind == CQL_DATE ? STR("{\"date\":\"") : STR("{\"timestamp\":\""));
        cql_write_time(v, out);
        buf_str(out, STR("\"}"));
        break;
    case CQL_GEOM:
        cql_geojson(v.geom, out);
        break;
    default:
        buf_str(out, STR("\"..\""));
    }
}

static void write_interval(const CqlExpr *e, Buf *out)
{
    buf_str(out, STR("{\"interval\":["));
    for (size_t i = 0; i < 2; i++) {
        if (i)
            buf_c(out, ',');
        if (e->arg[i]->op == CQL_OP_LITERAL && cql_timelike(e->arg[i]->value.kind)) {
            buf_c(out, '"');
            cql_write_time(e->arg[i]->value, out);
            buf_c(out, '"');
        } else
            write_node(e->arg[i], out);
    }
    buf_str(out, STR("]}"));
}

static void write_box(const CqlExpr *e, Buf *out)
{
    buf_str(out, STR("{\"bbox\":["));
    for (size_t i = 0; i < e->nbox; i++) {
        if (i)
            buf_c(out, ',');
        buf_f64(out, e->box[i]);
    }
    buf_str(out, STR("]}"));
}

static void write_op(const CqlExpr *e, Str op, Buf *out)
{
    buf_str(out, STR("{\"op\":"));
    buf_json_str(out, op);
    buf_str(out, STR(",\"args\":"));
    if (e->op == CQL_OP_IN) {
        buf_c(out, '[');
        write_node(e->arg[0], out);
        buf_c(out, ',');
        write_list(e->arg + 1, e->narg - 1, out);
        buf_c(out, ']');
    } else
        write_list(e->arg, e->narg, out);
    buf_c(out, '}');
}

static void write_node(const CqlExpr *e, Buf *out)
{
    switch (e->op) {
    case CQL_OP_LITERAL:
        write_literal(e->value, out);
        break;
    case CQL_OP_PROPERTY:
        buf_str(out, STR("{\"property\":"));
        buf_json_str(out, e->name);
        buf_c(out, '}');
        break;
    case CQL_OP_LIST:
        write_list(e->arg, e->narg, out);
        break;
    case CQL_OP_INTERVAL:
        write_interval(e, out);
        break;
    case CQL_OP_BBOX:
        write_box(e, out);
        break;
    case CQL_OP_FUNCTION:
        write_op(e, e->name, out);
        break;
    default:
        write_op(e, str_of(cql_op[e->op].json), out);
    }
}

bool cql_to_json(const CqlExpr *e, Arena *a, Str *out, Err *err)
{
    Buf b;

    buf_init(&b, CQL_MAX_PRINT);
    write_node(e, &b);
    return cql_printed(&b, e, a, out, err);
}
