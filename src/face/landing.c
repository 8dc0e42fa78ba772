/* src/face/landing.c - the front door of the OGC APIs, what this node is, and how it is.
 *
 * OGC API Common/Features Part 1 (17-069r4, 1.0.1), Part 2 (18-058r1), Part 3 (19-079r2), CQL2 (21-065r2); Part 4
 * (20-002r1, draft of 2024), Part 5 (23-058r1, draft of 2024); Tiles Part 1 (20-057); Processes Part 1 (18-062r2).
 */
#include "face/page.h"
#include "metric/metric.h"

#define F1   "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
#define F2   "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
#define F3   "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
#define F4   "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
#define F5   "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/"
#define CQL2 "http://www.opengis.net/spec/cql2/1.0/conf/"
#define TILE "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
#define PROC "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/"
static const char *const conforms[] = { "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections", F1 "core", F1 "geojson", F1 "html",
    F1 "oas30", F2 "crs", F3 "queryables", F3 "queryables-query-parameters", F3 "filter",
    F3 "features-filter", F4 "create-replace-delete", F4 "update", F4 "optimistic-locking",
    F4 "optimistic-locking-etags", F4 "features", F5 "schemas", F5 "core-roles-features",
    F5 "returnables-and-receivables", F5 "queryables", F5 "sortables", F5 "references", CQL2 "cql2-text",
    CQL2 "cql2-json", CQL2 "basic-cql2", CQL2 "advanced-comparison-operators",
    CQL2 "case-insensitive-comparison", CQL2 "accent-insensitive-comparison", CQL2 "basic-spatial-functions",
    CQL2 "basic-spatial-functions-plus", CQL2 "spatial-functions", CQL2 "temporal-functions",
    CQL2 "array-functions", CQL2 "property-property", CQL2 "functions", CQL2 "arithmetic", TILE "core",
    TILE "tileset", TILE "tilesets-list", TILE "geodata-tilesets", TILE "mvt", PROC "core",
    PROC "ogc-process-description", PROC "json", PROC "oas30", PROC "job-list", PROC "dismiss" };

typedef struct LinkRow {
    const char *rel, *type, *path, *zh, *en;
} LinkRow;
static const LinkRow links[] = { { "self", "application/json", "/?f=json", "本文档", "This document" },
    { "alternate", "text/html", "/?f=html", "网页", "This document as HTML" },
    { "service-desc", "application/vnd.oai.openapi+json;version=3.0", "/api", "接口描述", "The API" },
    { "service-doc", "text/html", "/api?f=html", "接口说明", "The API for people" },
    { "conformance", "application/json", "/conformance", "符合的标准", "Conformance classes" },
    { "http://www.opengis.net/def/rel/ogc/1.0/conformance", "application/json", "/conformance", "符合的标准",
        "Conformance classes" },
    { "data", "application/json", "/collections", "台账", "Collections" },
    { "http://www.opengis.net/def/rel/ogc/1.0/data", "application/json", "/collections", "台账",
        "Collections" },
    { "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "application/json", "/tileMatrixSets",
        "瓦片矩阵集", "Tile matrix sets" },
    { "http://www.opengis.net/def/rel/ogc/1.0/processes", "application/json", "/processes", "计算",
        "Processes" },
    { "http://www.opengis.net/def/rel/ogc/1.0/job-list", "application/json", "/jobs", "任务", "Jobs" },
    { "http://www.opengis.net/def/rel/ogc/1.0/styles", "application/json", "/styles", "地图样式", "Styles" },
    { "search", "application/json", "/search", "搜索", "Search" } };

static Str node_name(FaceRequest *r)
{
    Str name = { "", 0 };
    Err err = { 0 };

    if (!ledger_meta(r->ledger, STR("name"), r->a, &name, &err) || !name.len)
        name = face_division_name(r, ledger_division(r->ledger));
    return name.len ? name : STR("桑梓");
}

static bool landing_page(FaceRequest *r, FaceAnswer *out)
{
    face_page_begin(r, out, node_name(r));
    buf_str(&out->body, STR("<ul>"));
    for (size_t i = 2; i < LEN(links); i++) {
        buf_str(&out->body, STR("<li>"));
        face_page_link(&out->body, str_of(links[i].path), str_of(r->en ? links[i].en : links[i].zh));
    }
    buf_str(&out->body, STR("</ul>"));
    face_page_end(r, out);
    return true;
}

static bool landing_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const char *const kinds[][2] = { { "json", "application/json" }, { "html", "text/html" },
        { NULL, NULL } };
    Buf *b = &out->body;
    size_t kind;

    if (!face_has(r, "f") && face_wants_page(r) && face_ui(r->face)) {
        out->status = 302;
        face_set(out, "Location", STR("/app/"));
        return true;
    }
    if (!face_kind(r, kinds, &kind, err))
        return false;
    if (kind)
        return landing_page(r, out);
    buf_c(b, '{');
    face_text(b, "title", node_name(r));
    face_text(b, "description",
        r->en ? STR("The county's registers, maps and computations as open standards")
              : STR("全县台账、地图与计算的标准接口"));
    face_key(b, "links");
    buf_c(b, '[');
    for (size_t i = 0; i < LEN(links); i++)
        face_link(r, b, links[i].rel, links[i].type, str_of(r->en ? links[i].en : links[i].zh), "%s",
            links[i].path);
    buf_str(b, STR("]}"));
    return true;
}

static bool conformance_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    Buf *b = &out->body;

    (void)r;
    (void)err;
    buf_str(b, STR("{\"conformsTo\":["));
    for (size_t i = 0; i < LEN(conforms); i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, str_of(conforms[i]));
    }
    buf_str(b, STR("]}"));
    return true;
}

static Str setting(FaceRequest *r, const char *key)
{
    Str v = { "", 0 };
    Err err = { 0 };

    return ledger_meta(r->ledger, str_of(key), r->a, &v, &err) ? v : (Str){ "", 0 };
}

static bool node_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const GeoBox box = face_county_box(r);
    const Str demo = setting(r, "demo"), approval = setting(r, "map_approval");
    const bool is_demo = demo.len && !str_eq(demo, STR("0")) && !str_eq(demo, STR("false"));
    Buf *b = &out->body;

    (void)err;
    buf_c(b, '{');
    face_text(b, "name", node_name(r));
    face_text(b, "division", ledger_division(r->ledger));
    face_text(b, "version", STR(SANGZI_VERSION));
    face_truth(b, "demo", is_demo);
    face_truth(b, "loopbackOnly", true);
    face_text(b, "mapApproval", approval.len ? approval : is_demo ? STR("示例，非真实地图") : STR(""));
    face_text(b, "today", setting(r, "today"));
    face_time(b, "started", face_started(r->face));
    face_int(b, "seq", ledger_seq(r->ledger));
    face_key(b, "bbox");
    face_box(b, box);
    face_key(b, "center");
    if (geo_box_empty(box))
        buf_str(b, STR("null"));
    else {
        buf_c(b, '[');
        buf_fixed(b, (box.minx + box.maxx) / 2, 6);
        buf_c(b, ',');
        buf_fixed(b, (box.miny + box.maxy) / 2, 6);
        buf_c(b, ']');
    }
    face_key(b, "languages");
    buf_str(b, STR("[\"zh\",\"en\"]}"));
    return true;
}

static bool health_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    Str v;
    Err failed = { 0 };
    const bool reads = ledger_meta(r->ledger, STR("name"), r->a, &v, &failed);
    Buf *b = &out->body;

    (void)err;
    out->status = reads ? 200 : 503;
    face_set(out, "Cache-Control", STR("no-store"));
    buf_c(b, '{');
    face_text(b, "status", reads ? STR("pass") : STR("fail"));
    face_text(b, "version", STR(SANGZI_VERSION));
    face_key(b, "checks");
    buf_fmt(b, "{\"store:read\":\"%s\",\"collections\":%zu", reads ? "pass" : "fail", r->model->ncollection);
    face_int(b, "seq", ledger_seq(r->ledger));
    face_int(b, "uptimeSeconds", (time_now() - face_started(r->face)) / TIME_SECOND);
    buf_str(b, STR("}}"));
    return true;
}

static bool metrics_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    (void)r;
    (void)err;
    out->type = STR("application/openmetrics-text; version=1.0.0; charset=utf-8");
    face_set(out, "Cache-Control", STR("no-store"));
    metric_text(&out->body);
    return true;
}

static const FaceRow row[] = { { FACE_GET, "/", landing_get, FACE_QUICK, .zh = "入口", .en = "Landing page" },
    { FACE_GET, "/conformance", conformance_get, FACE_QUICK, .zh = "符合的标准",
        .en = "Conformance classes" },
    { FACE_GET, "/node", node_get, .zh = "本节点", .en = "This node" },
    { FACE_GET, "/healthz", health_get, .zh = "健康检查", .en = "Health" },
    { FACE_GET, "/metrics", metrics_get, FACE_QUICK, .zh = "运行指标（OpenMetrics）",
        .en = "Metrics (OpenMetrics)" } };
const FaceDoor face_landing = { .name = "landing", .row = row, .nrow = LEN(row) };
