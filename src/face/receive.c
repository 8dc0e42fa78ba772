/* src/face/receive.c - a GeoJSON Feature, or a merge patch of one, becomes the fields of a change. */
#include <stdio.h>
#include "face/feature.h"

enum { PROBLEMS_MAX = 100 };

static bool no_geojson(Err *err, const char *what, const char *right)
{
    (void)FAIL(err, FACE_NOT_GEOJSON, str_of(what), "body#/%s", what);
    err_hint(err, "%s", right);
    return false;
}

/* Filled by the ledger and by jobs; a client that sends them back as it read them is not wrong. */
static bool ours(const PackProperty *p)
{
    static const char *const name[] = { "created_at", "created_by", "changed_at", "changed_by", "source",
        "version", "changed_seq" };

    for (size_t i = 0; p->base && i < LEN(name); i++)
        if (str_eq(p->name, str_of(name[i])))
            return true;
    return p->derive != PACK_TYPED || p->opposite.len;
}

/* The list grows as the ledger grows it: by mem_grow. */
static void found(LedgerProblems *said, Str property, const Err *err)
{
    if (said->n == PROBLEMS_MAX) {
        said->more++;
        return;
    }
    if (said->n == said->size) {
        const size_t size = said->size ? said->size * 2 : 16;
        LedgerProblem *more = mem_grow(said->item, size, sizeof *more);

        if (!more)
            return;
        said->item = more;
        said->size = size;
    }
    said->item[said->n++] = (LedgerProblem){ .property = property, .err = *err };
}

static void drop_problems(void *said)
{
    mem_free(((LedgerProblems *)said)->item);
}

LedgerProblems *face_problems(FaceRequest *r)
{
    LedgerProblems *said = NEW(r->a, LedgerProblems);

    return said && arena_defer(r->a, drop_problems, said) ? said : NULL;
}

/* --- place ------------------------------------------------------------------------------------------------------ */
static GeoBox wider(GeoBox b, double by)
{
    return (GeoBox){ b.minx - by, b.miny - by, b.maxx + by, b.maxy + by };
}

static bool check_place(FaceRequest *r, Bytes wkb, Err *err)
{
    const GeoBox county = face_county_box(r), box = geo_wkb_box(wkb);
    const GeoBox turned = { box.miny, box.minx, box.maxy, box.maxx };

    if (geo_box_empty(county) || geo_box_meets(box, wider(county, 1)) ||
        !geo_box_meets(turned, wider(county, 0.2)))
        return true;
    return FAIL(err, FACE_SWAPPED, str_fmt(r->a, "%.6g,%.6g", box.minx, box.miny), "body#/geometry");
}

static void turn(double *x, double *y)
{
    const double keep = *x;

    *x = *y;
    *y = keep;
}

/* Content-Crs says in what system the numbers are (Part 4, requirements class Features with CRS). */
static bool move_in(FaceRequest *r, Bytes *wkb, Err *err)
{
    const Str name = face_header(r, "Content-Crs");
    FaceCrs crs;

    if (!name.len)
        return true;
    if (!face_crs_of(r, name, "Content-Crs", &crs, err))
        return false;
    if (crs.swap && !geo_shift(*wkb, turn, r->a, wkb))
        return FAIL(err, BASE_NO_MEMORY, STR("geometry"), "body#/geometry");
    return crs.epsg == 4326 || crs.epsg == 4490 || geo_transform(*wkb, crs.epsg, GEO_SRS, r->a, wkb, err);
}

static bool read_geometry(FaceRequest *r, const json_t *g, LedgerChange *out, LedgerProblems *said, Err *err)
{
    Err wrong = { 0 };
    Bytes wkb = { 0 };

    out->has_geometry = true;
    out->geometry = wkb;
    if (json_is_null(g))
        return true;
    if (!json_is_object(g))
        return no_geojson(err, "geometry", "{type, coordinates} / null");
    if (!geo_from_geojson(g, r->a, &wkb, &wrong) || !move_in(r, &wkb, &wrong) ||
        !check_place(r, wkb, &wrong)) {
        if (wrong.kind->status >= 500 || wrong.kind == &FACE_NO_CRS) {
            *err = wrong;
            return false;
        }
        found(said, STR("geometry"), &wrong);
        return true;
    }
    out->geometry = wkb;
    return true;
}

/* --- properties --------------------------------------------------------------------------------------------------- */
static bool read_valid(const PackProperty *p, CqlValue v, LedgerChange *out)
{
    if (!p->base)
        return false;
    if (str_eq(p->name, STR("valid_from")))
        out->valid_from = v.kind == CQL_TIME ? v.time : INT64_MIN;
    else if (str_eq(p->name, STR("valid_to")))
        out->valid_to = v.kind == CQL_TIME ? v.time : INT64_MAX;
    else if (str_eq(p->name, STR("source_ref")))
        out->source_ref = v.kind == CQL_TEXT ? v.text : (Str){ "", 0 };
    else
        return false;
    return true;
}

static void read_property(FaceRequest *r, const PackCollection *c, Str name, const json_t *v,
    LedgerField *field, LedgerChange *out, LedgerProblems *said)
{
    const PackProperty *p = pack_property(c, name);
    CqlValue value = { .kind = CQL_NULL };
    Err wrong = { 0 };

    if (!p) {
        (void)FAIL(&wrong, LEDGER_NO_PROPERTY, name, "%.*s", STRV(name));
        found(said, str_copy(r->a, name), &wrong);
        return;
    }
    if (ours(p))
        return;
    if (!json_is_null(v) && !ledger_value_of_json(p, v, r->a, &value, &wrong))
        found(said, p->name, &wrong);
    else if (!read_valid(p, value, out))
        field[out->nfield++] = (LedgerField){ p, value };
}

static bool read_properties(FaceRequest *r, const PackCollection *c, const json_t *props, LedgerChange *out,
    LedgerProblems *said, Err *err)
{
    LedgerField *field = NEWS(r->a, LedgerField, json_object_size(props) + 1);
    const char *name;
    json_t *v;

    if (!field)
        return FAIL(err, BASE_NO_MEMORY, STR("fields"), "body");
    out->field = field;
    json_object_foreach((json_t *)(uintptr_t)props, name, v)
        read_property(r, c, str_of(name), v, field, out, said);
    return true;
}

bool face_read_feature(FaceRequest *r, const PackCollection *c, const json_t *body, bool patch,
    LedgerChange *out, LedgerProblems *said, Err *err)
{
    const json_t *props = json_object_get(body, "properties"), *g = json_object_get(body, "geometry");
    const Str type = json_str(json_object_get(body, "type"));

    *out =
        (LedgerChange){ .collection = c, .if_version = -1, .valid_from = INT64_MIN, .valid_to = INT64_MAX };
    if (!json_is_object(body))
        return no_geojson(err, "", "{\"type\":\"Feature\",…}");
    if ((!patch || type.len) && !str_eq(type, STR("Feature")))
        return no_geojson(err, "type", "\"Feature\"");
    if (!patch && !g)
        return no_geojson(err, "geometry", "{type, coordinates} / null");
    if ((!patch && !props) || (props && !json_is_object(props) && !json_is_null(props)))
        return no_geojson(err, "properties", "{…}");
    if (g && (c->spatial || !json_is_null(g)) && !read_geometry(r, g, out, said, err))
        return false;
    if (json_is_object(props) && !read_properties(r, c, props, out, said, err))
        return false;
    return !said->n || FAIL(err, LEDGER_INVALID, str_fmt(r->a, "%zu", said->n), "body");
}
