/* src/face/schema.c - what a record looks like, by what it may be asked and sorted (JSON Schema 2020-12, Part 5 draft). */
#include <math.h>
#include "face/feature.h"
#include "face/items.h"

static Str type_name(const PackProperty *p)
{
    switch (p->type) {
    case PACK_INTEGER:
        return STR("integer");
    case PACK_NUMBER:
    case PACK_MONEY:
        return STR("number");
    case PACK_BOOL:
        return STR("boolean");
    case PACK_JSON:
        return (Str){ "", 0 };
    default:
        return STR("string");
    }
}

static Str format_name(const PackProperty *p)
{
    if (p->type == PACK_DATE)
        return STR("date");
    return p->type == PACK_TIME ? STR("date-time") : p->format;
}

static void write_limits(const PackProperty *p, Buf *b)
{
    if (!isnan(p->min))
        face_num(b, "minimum", p->min);
    if (!isnan(p->max))
        face_num(b, "maximum", p->max);
    if (p->type == PACK_TEXT || p->type == PACK_LONG)
        face_int(b, "maxLength", p->max_length ? (int64_t)p->max_length : p->type == PACK_LONG ? 20000 : 200);
    if (p->pattern.len)
        face_text(b, "pattern", p->pattern);
    if (p->ncode) {
        face_key(b, "enum");
        buf_c(b, '[');
        for (size_t i = 0; i < p->ncode; i++) {
            if (i)
                buf_c(b, ',');
            buf_json_str(b, p->code[i].code);
        }
        buf_c(b, ']');
    }
}

static void write_type(const PackProperty *p, Buf *b)
{
    const Str type = type_name(p), format = format_name(p);

    if (p->type == PACK_GEOMETRY) {
        face_text(b, "format", STR("geometry-any"));
        return;
    }
    if (p->many) {
        face_text(b, "type", STR("array"));
        face_key(b, "items");
        buf_c(b, '{');
    }
    if (type.len)
        face_text(b, "type", type);
    if (format.len)
        face_text(b, "format", format);
    write_limits(p, b);
    if (p->many)
        buf_c(b, '}');
}

static void write_names(Buf *b, const char *key, const Str *name, size_t n)
{
    face_key(b, key);
    buf_c(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, name[i]);
    }
    buf_c(b, ']');
}

static void write_codes(const FaceRequest *r, const PackProperty *p, Buf *b)
{
    if (!p->ncode)
        return;
    face_key(b, "labels");
    buf_c(b, '{');
    for (size_t i = 0; i < p->ncode; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, p->code[i].code);
        buf_c(b, ':');
        buf_json_str(
            b, face_title(r, p->code[i].title).len ? face_title(r, p->code[i].title) : p->code[i].code);
    }
    buf_str(b, STR("},\"colors\":{"));
    for (size_t i = 0; i < p->ncode; i++) {
        if (!p->code[i].color.len)
            continue;
        if (b->ptr[b->len - 1] != '{')
            buf_c(b, ',');
        buf_json_str(b, p->code[i].code);
        buf_c(b, ':');
        buf_json_str(b, p->code[i].color);
    }
    buf_c(b, '}');
}

static Str widget(const PackProperty *p)
{
    if (str_eq(p->format, STR("stake")))
        return STR("stake");
    if (p->type == PACK_FILE && str_eq(p->format, STR("photo")))
        return STR("photo");
    return p->type == PACK_LONG ? STR("long") : (Str){ "", 0 };
}

static Str derived(const PackProperty *p)
{
    if (p->opposite.len)
        return p->opposite;
    return p->derive == PACK_TYPED ? (Str){ "", 0 } : p->expr_text.len ? p->expr_text : STR("computed");
}

static void write_sangzi(const FaceRequest *r, const PackProperty *p, Buf *b)
{
    face_key(b, "x-sangzi");
    buf_c(b, '{');
    face_int(b, "grade", p->grade);
    if (p->nref)
        write_names(b, "ref", p->ref, p->nref);
    if (p->many)
        face_truth(b, "many", true);
    write_codes(r, p, b);
    if (derived(p).len)
        face_text(b, "derived", derived(p));
    if (p->concept.len)
        face_text(b, "concept", p->concept);
    if (p->group.zh.len)
        face_text(b, "group", face_title(r, p->group));
    if (p->base)
        face_truth(b, "base", true);
    if (widget(p).len)
        face_text(b, "widget", widget(p));
    if (p->search)
        face_truth(b, "search", true);
    buf_c(b, '}');
}

static bool read_only(const PackProperty *p)
{
    static const char *const filled[] = { "created_at", "created_by", "changed_at", "changed_by", "source",
        "version" };

    for (size_t i = 0; p->base && i < LEN(filled); i++)
        if (str_eq(p->name, str_of(filled[i])))
            return true;
    return p->derive != PACK_TYPED || p->opposite.len;
}

static void write_property(const FaceRequest *r, const PackProperty *p, size_t seq, Buf *b)
{
    face_key(b, str_c(r->a, p->name));
    buf_c(b, '{');
    face_text(b, "title", face_title(r, p->title));
    if (p->help.zh.len)
        face_text(b, "description", face_title(r, p->help));
    write_type(p, b);
    if (read_only(p))
        face_truth(b, "readOnly", true);
    if (str_eq(p->name, STR("valid_from")))
        face_text(b, "x-ogc-role", STR("primary-interval-start"));
    else if (str_eq(p->name, STR("valid_to")))
        face_text(b, "x-ogc-role", STR("primary-interval-end"));
    else if (p->nref)
        face_text(b, "x-ogc-role", STR("reference"));
    face_int(b, "x-ogc-propertySeq", (int64_t)seq);
    if (p->unit.len)
        face_text(b, "x-ogc-unit", p->unit);
    write_sangzi(r, p, b);
    buf_c(b, '}');
}

static void write_geometry(const FaceRequest *r, const PackCollection *c, Buf *b)
{
    static const char *const format[] = { "geometry-any", "geometry-point", "geometry-linestring",
        "geometry-polygon", "geometry-multipoint", "geometry-multilinestring", "geometry-multipolygon",
        "geometry-geometrycollection" };

    buf_str(b, STR("\"geometry\":{"));
    face_text(b, "title",
        c->geometry_title.zh.len ? face_title(r, c->geometry_title)
        : r->en                  ? STR("Place")
                                 : STR("位置"));
    face_text(b, "format", str_of(format[c->geometry]));
    face_text(b, "x-ogc-role", STR("primary-geometry"));
    buf_c(b, '}');
}

typedef enum Use { FOR_RECORD, FOR_QUERY, FOR_SORT } Use;

static bool sortable(const PackCollection *c, const PackProperty *p)
{
    for (size_t i = 0; i < c->nsort; i++)
        if (str_eq(c->sort[i], p->name))
            return true;
    return false;
}

static bool shown(const PackCollection *c, const PackProperty *p, Use use)
{
    if (str_eq(p->name, STR("changed_seq")) || p->retired)
        return false;
    if (use == FOR_SORT)
        return sortable(c, p);
    return use == FOR_RECORD || (p->type != PACK_GEOMETRY && p->type != PACK_JSON && p->type != PACK_FILE &&
                                    (p->grade < 3 || p->find != PACK_FIND_NONE));
}

static void write_all(const FaceRequest *r, const PackCollection *c, Use use, Buf *b)
{
    face_key(b, "properties");
    buf_c(b, '{');
    if (use != FOR_SORT)
        buf_str(b, STR("\"id\":{\"type\":\"string\",\"readOnly\":true,\"x-ogc-role\":\"id\"}"));
    if (c->spatial && use != FOR_SORT) {
        buf_c(b, ',');
        write_geometry(r, c, b);
    }
    for (size_t i = 0; i < c->nproperty + c->ninherited; i++) {
        const PackProperty *p = i < c->nproperty ? &c->property[i] : &c->inherited[i - c->nproperty];

        if (shown(c, p, use))
            write_property(r, p, i + 1, b);
    }
    buf_c(b, '}');
}

static void write_required(const PackCollection *c, Buf *b)
{
    face_key(b, "required");
    buf_c(b, '[');
    if (c->spatial && c->geometry_required)
        buf_json_str(b, STR("geometry"));
    for (size_t i = 0; i < c->nproperty + c->ninherited; i++) {
        const PackProperty *p = i < c->nproperty ? &c->property[i] : &c->inherited[i - c->nproperty];

        if (!p->required || p->base || p->filled.len) /* what is filled need not be sent */
            continue;
        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        buf_json_str(b, p->name);
    }
    buf_c(b, ']');
}

static bool schema(FaceRequest *r, Use use, const char *path, FaceAnswer *out, Err *err)
{
    static const char *const kinds[][2] = { { "json", "application/schema+json" }, { NULL, NULL } };
    const PackCollection *c;
    Buf *b = &out->body;
    size_t kind;

    if (!face_collection(r, 0, &c, err) || !face_kind(r, kinds, &kind, err))
        return false;
    out->type = STR("application/schema+json");
    buf_str(b, STR("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\""));
    face_text(b, "$id", str_fmt(r->a, "%.*s/collections/%.*s/%s", STRV(r->base), STRV(c->name), path));
    face_text(b, "type", STR("object"));
    face_text(b, "title", face_title(r, c->title));
    if (c->description.zh.len)
        face_text(b, "description", face_title(r, c->description));
    write_all(r, c, use, b);
    if (use == FOR_RECORD)
        write_required(c, b);
    face_truth(b, "additionalProperties", false);
    buf_c(b, '}');
    return true;
}

bool face_schema_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return schema(r, FOR_RECORD, "schema", out, err);
}

bool face_queryables_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return schema(r, FOR_QUERY, "queryables", out, err);
}

bool face_sortables_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return schema(r, FOR_SORT, "sortables", out, err);
}
