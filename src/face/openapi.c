/* src/face/openapi.c - the OpenAPI 3.0 document: from the table of rows, and one path a collection from the model. */
#include "face/openapi_shapes.h"
#include "face/page.h"
#include "face/table.h"

static const char *const method_key[] = { "get", "post", "put", "patch", "delete" };
static const struct Parameter {
    const char *name, *schema, *zh, *en;
} items_parameter[] = { { "limit", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":10000,\"default\":10}",
                            "最多几条", "At most so many" },
    { "bbox", "{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":4,\"maxItems\":6}", "范围",
        "Only what meets the box" },
    { "bbox-crs", "{\"type\":\"string\",\"format\":\"uri\"}", "范围的坐标系", "The box's reference system" },
    { "datetime", "{\"type\":\"string\"}", "有效时间", "Valid time" },
    { "filter", "{\"type\":\"string\"}", "CQL2 条件", "A CQL2 condition" },
    { "filter-lang", "{\"type\":\"string\",\"enum\":[\"cql2-text\",\"cql2-json\"],\"default\":\"cql2-text\"}",
        "条件的写法", "How it is written" },
    { "filter-crs", "{\"type\":\"string\",\"format\":\"uri\"}", "条件里的坐标系", "Its reference system" },
    { "sortby", "{\"type\":\"string\"}", "排序：+a,-b", "Order: +a,-b" },
    { "properties", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "要哪些属性",
        "Properties wanted" },
    { "crs", "{\"type\":\"string\",\"format\":\"uri\"}", "结果的坐标系", "The answer's reference system" },
    { "q", "{\"type\":\"string\"}", "词语", "Words" },
    { "division", "{\"type\":\"string\",\"pattern\":\"^[0-9]{12}([0-9]{3})?$\"}", "区划及其以下",
        "A division and all below" },
    { "count", "{\"type\":\"string\",\"enum\":[\"exact\",\"none\"]}", "是否计数", "Count all" },
    { "expand", "{\"type\":\"string\",\"enum\":[\"labels\"]}", "附上引用的名称",
        "With the names of references" },
    { "token", "{\"type\":\"string\"}", "下一页的记号", "From the link next" },
    { "f", "{\"type\":\"string\"}", "格式", "Format" } };

static void parameter(Buf *b, const char *name, const char *in, const char *schema, const char *about)
{
    if (b->ptr[b->len - 1] != '[')
        buf_c(b, ',');
    buf_c(b, '{');
    face_text(b, "name", str_of(name));
    face_text(b, "in", str_of(in));
    if (about)
        face_text(b, "description", str_of(about));
    if (!strcmp(in, "path"))
        face_truth(b, "required", true);
    else if (!strcmp(in, "query") && strstr(schema, "\"array\""))
        buf_str(b, STR(",\"style\":\"form\",\"explode\":false"));
    face_key(b, "schema");
    buf_str(b, str_of(schema));
    buf_c(b, '}');
}

/* {c} and the like of a template. */
static void path_parameters(const FaceRequest *r, Str path, Buf *b)
{
    Str before, rest, name;

    while (str_cut(path, '{', &before, &rest) && str_cut(rest, '}', &name, &path))
        parameter(b, str_c(r->a, name), "path", "{\"type\":\"string\"}", NULL);
}

static void responses(const char *type, const char *ref, Buf *b)
{
    face_key(b, "responses");
    buf_str(b, STR("{\"200\":{\"description\":\"OK\",\"content\":{"));
    buf_json_str(b, str_of(type));
    buf_fmt(b, ":{\"schema\":%s%s%s}}},", ref ? "{\"$ref\":\"#/components/schemas/" : "{}", ref ? ref : "",
        ref ? "\"}" : "");
    buf_str(b, STR("\"default\":{\"description\":\"problem\",\"content\":{\"application/problem+json\":"
                   "{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}"));
}

typedef struct Doc {
    FaceRequest *r;
    Buf *out;
    const FaceRow *const *row;
    size_t nrow, max;
} Doc;

static void collect(void *ctx, const FaceRow *row)
{
    Doc *d = ctx;

    if (!(row->flags & FACE_HIDDEN) && d->nrow < d->max)
        ((const FaceRow **)(uintptr_t)d->row)[d->nrow++] = row;
}

static void write_operation(Doc *d, const FaceRow *row)
{
    Buf *b = d->out;

    face_key(b, method_key[row->method]);
    buf_c(b, '{');
    face_text(b, "summary", str_of(d->r->en ? row->en : row->zh));
    face_text(b, "operationId", str_fmt(d->r->a, "%s%s", method_key[row->method], row->path));
    face_key(b, "parameters");
    buf_c(b, '[');
    path_parameters(d->r, str_of(row->path), b);
    for (const char *const *q = row->query; q && q != FACE_ANY && *q; q++)
        parameter(b, *q, "query", "{\"type\":\"string\"}", NULL);
    buf_c(b, ']');
    if (row->method != FACE_GET && row->method != FACE_DELETE)
        buf_str(b, row->flags & FACE_FILE
                       ? STR(",\"requestBody\":{\"content\":{\"application/"
                             "octet-stream\":{\"schema\":{\"type\":\"string\",\"format\":"
                             "\"binary\"}}}}")
                       : STR(",\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{}}}}"));
    responses("application/json", face_shape_of(row->method, row->path), b);
    buf_c(b, '}');
}

/* Rows of one path stand together in the document, wherever they stand in the table. */
static void write_rows(Doc *d)
{
    for (size_t i = 0; i < d->nrow; i++) {
        bool first = true;

        for (size_t k = 0; k < i; k++)
            first = first && strcmp(d->row[k]->path, d->row[i]->path) != 0;
        if (!first)
            continue;
        face_key(d->out, d->row[i]->path);
        buf_c(d->out, '{');
        for (size_t k = i; k < d->nrow; k++)
            if (!strcmp(d->row[k]->path, d->row[i]->path))
                write_operation(d, d->row[k]);
        buf_c(d->out, '}');
    }
}

static void items_operation(Doc *d, const PackCollection *c)
{
    Buf *b = d->out;

    face_key(b, "get");
    buf_c(b, '{');
    face_text(b, "summary", face_title(d->r, c->title));
    face_text(b, "operationId", str_fmt(d->r->a, "get_%.*s", STRV(c->name)));
    buf_str(b, STR(",\"tags\":[\"data\"],\"parameters\":["));
    for (size_t i = 0; i < LEN(items_parameter); i++)
        parameter(b, items_parameter[i].name, "query", items_parameter[i].schema,
            d->r->en ? items_parameter[i].en : items_parameter[i].zh);
    buf_c(b, ']');
    responses("application/geo+json", "FeatureCollection", b);
    buf_c(b, '}');
}

static void post_operation(Doc *d, const PackCollection *c)
{
    Buf *b = d->out;

    face_key(b, "post");
    buf_c(b, '{');
    face_text(b, "operationId", str_fmt(d->r->a, "create_%.*s", STRV(c->name)));
    buf_str(b, STR(",\"tags\":[\"data\"],\"requestBody\":{\"content\":{\"application/geo+json\":{\"schema\":"
                   "{\"$ref\":\"#/components/schemas/FeatureDraft\"}}}}"));
    responses("application/geo+json", "Feature", b);
    buf_c(b, '}');
}

static void write_collections(Doc *d)
{
    for (size_t i = 0; i < d->r->model->ncollection; i++) {
        const PackCollection *c = d->r->model->collection[i];

        if (c->hidden)
            continue;
        face_key(d->out, str_fmt(d->r->a, "/collections/%.*s/items", STRV(c->name)).ptr);
        buf_c(d->out, '{');
        items_operation(d, c);
        post_operation(d, c);
        buf_c(d->out, '}');
    }
}

static bool api_page(FaceRequest *r, const Doc *d, FaceAnswer *out)
{
    face_page_begin(r, out, r->en ? STR("The API") : STR("接口说明"));
    buf_str(&out->body, STR("<table>"));
    for (size_t i = 0; i < d->nrow; i++) {
        buf_fmt(&out->body, "<tr><td><code>%s</code><td><code>%s</code><td>", method_key[d->row[i]->method],
            d->row[i]->path);
        face_html(&out->body, str_of(r->en ? d->row[i]->en : d->row[i]->zh));
    }
    buf_str(&out->body, STR("</table>"));
    face_page_end(r, out);
    return true;
}

static bool api_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const char *const kinds[][2] = { { "json", "application/vnd.oai.openapi+json" },
        { "json", "application/json" }, { "html", "text/html" }, { NULL, NULL } };
    Doc d = { .r = r, .out = &out->body, .max = 300 };
    Buf *b = &out->body;
    size_t kind;

    d.row = NEWS(r->a, const FaceRow *, d.max);
    if (!d.row)
        return FAIL(err, BASE_NO_MEMORY, STR("api"), "api");
    if (!face_kind(r, kinds, &kind, err))
        return false;
    face_rows(face_router(r->face), collect, &d);
    if (kind == 2)
        return api_page(r, &d, out);
    out->type = kind ? STR("application/json") : STR("application/vnd.oai.openapi+json;version=3.0");
    buf_str(b, STR("{\"openapi\":\"3.0.3\",\"info\":{"));
    face_text(b, "title", r->en ? STR("Sangzi") : STR("桑梓 数字乡村"));
    face_text(b, "version", STR(SANGZI_VERSION));
    buf_str(b, STR("},\"servers\":[{"));
    face_text(b, "url", r->base);
    buf_str(b, STR("}],\"paths\":{"));
    write_rows(&d);
    write_collections(&d);
    buf_str(b, STR("},\"components\":{"));
    face_shapes_write(b);
    buf_str(b, STR("}}"));
    return true;
}

static const FaceRow row[] = { { FACE_GET, "/api", api_get, .zh = "接口描述（OpenAPI 3）",
    .en = "The API (OpenAPI 3)" } };
const FaceDoor face_openapi = { .name = "openapi", .row = row, .nrow = LEN(row) };
