/* src/face/receive.c - a GeoJSON Feature, or a merge patch of one, becomes the fields of a change. */
#include <stdio.h>
#include "face/feature.h"

enum {
    PROBLEMS_MAX = 100,
    TREE_MAX =
        256 << 10 /* of one value that becomes a tree for a moment: that takes up to eighty times its text */
};

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

static bool read_geometry(FaceRequest *r, Str g, LedgerChange *out, LedgerProblems *said, Err *err)
{
    Err wrong = { 0 };
    Bytes wkb = { 0 };

    out->has_geometry = true;
    out->geometry = wkb;
    if (scan_kind(g) == SCAN_NULL)
        return true;
    if (scan_kind(g) != SCAN_MAP)
        return no_geojson(err, "geometry", "{type, coordinates} / null");
    if (!geo_from_geojson_text(g, r->a, &wkb, &wrong) || !move_in(r, &wkb, &wrong) ||
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

/* The value as the ledger takes it: a tree, for a moment. */
static bool read_tree(const PackProperty *p, Str v, Arena *a, CqlValue *out, Err *err)
{
    json_t *tree = NULL;
    Str text;
    bool good;

    if (scan_kind(v) == SCAN_TEXT) {
        if (!scan_text(v, a, &text, err))
            return false;
        tree = json_stringn_nocheck(text.ptr, text.len);
    } else if (v.len > TREE_MAX) {
        (void)FAIL(err, FACE_TOO_LARGE, p->name, "%.*s", STRV(p->name));
        err_hint(err, "%d", TREE_MAX);
        return false;
    } else if (!json_read(v, &tree, err))
        return false;
    good = tree ? ledger_value_of_json(p, tree, a, out, err) : FAIL(err, BASE_NO_MEMORY, p->name, "value");
    json_decref(tree);
    return good;
}

static bool read_value(const PackProperty *p, Str v, Arena *a, CqlValue *out, Err *err)
{
    CqlValue g = { .kind = CQL_GEOM };

    if (scan_kind(v) == SCAN_NULL)
        return true;
    if (p->type != PACK_GEOMETRY || p->many || scan_kind(v) != SCAN_MAP)
        return read_tree(p, v, a, out, err);
    if (!geo_from_geojson_text(v, a, &g.geom, err))
        return false;
    *out = g;
    return true;
}

static void read_property(FaceRequest *r, const PackCollection *c, Str name, Str v, LedgerField *field,
    LedgerChange *out, LedgerProblems *said)
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
    for (size_t i = 0; i < out->nfield; i++)
        if (field[i].property == p)
            (void)FAIL(
                &wrong, BASE_BAD_JSON, name, "%.*s", STRV(name)); /* which of the two would be meant? */
    if (wrong.kind || !read_value(p, v, r->a, &value, &wrong))
        found(said, p->name, &wrong);
    else if (!read_valid(p, value, out))
        field[out->nfield++] = (LedgerField){ p, value };
}

/* More names than the collection has would be names twice, or wrong ones: they are gathered, but take no room. */
static bool read_properties(
    FaceRequest *r, const PackCollection *c, Str props, LedgerChange *out, LedgerProblems *said, Err *err)
{
    const size_t n = scan_count(props), most = c->nproperty + c->ninherited;
    LedgerField *field = NEWS(r->a, LedgerField, (n < most ? n : most) + 1);
    ScanWalk w;
    Str key, name, v;

    if (!field)
        return FAIL(err, BASE_NO_MEMORY, STR("fields"), "body");
    out->field = field;
    scan_walk(props, &w);
    while (scan_next(&w, &key, &v)) {
        if (!scan_text(key, r->a, &name, err))
            return false;
        read_property(r, c, name, v, field, out, said);
    }
    return true;
}

bool face_read_feature(FaceRequest *r, const PackCollection *c, Str body, bool patch, LedgerChange *out,
    LedgerProblems *said, Err *err)
{
    static const char *const member[] = { "type", "geometry", "properties", NULL };
    const Str props = scan_get(body, "properties"), g = scan_get(body, "geometry");
    const char *twice;
    Str type;

    *out =
        (LedgerChange){ .collection = c, .if_version = -1, .valid_from = INT64_MIN, .valid_to = INT64_MAX };
    if (scan_kind(body) != SCAN_MAP)
        return no_geojson(err, "", "{\"type\":\"Feature\",…}");
    if (scan_twice(body, member, &twice))
        return no_geojson(err, twice, "1 ×");
    if (!scan_text(scan_get(body, "type"), r->a, &type, err))
        return false;
    if ((!patch || type.len) && !str_eq(type, STR("Feature")))
        return no_geojson(err, "type", "\"Feature\"");
    if (!patch && !g.len)
        return no_geojson(err, "geometry", "{type, coordinates} / null");
    if ((!patch && !props.len) ||
        (props.len && scan_kind(props) != SCAN_MAP && scan_kind(props) != SCAN_NULL))
        return no_geojson(err, "properties", "{…}");
    if (g.len && (c->spatial || scan_kind(g) != SCAN_NULL) && !read_geometry(r, g, out, said, err))
        return false;
    if (scan_kind(props) == SCAN_MAP && !read_properties(r, c, props, out, said, err))
        return false;
    return !said->n || FAIL(err, LEDGER_INVALID, str_fmt(r->a, "%zu", said->n), "body");
}
