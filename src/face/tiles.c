/* src/face/tiles.c - OGC API Tiles Part 1 (20-057): tilesets, TileJSON, vector tiles, tile matrix sets, terrain. */
#include "face/face_in.h"
#include "onemap/onemap.h"

#define TMS_URI "http://www.opengis.net/def/tilematrixset/OGC/1.0/"
enum { ZOOM_MAX = 16, TERRAIN_ZOOM = 14 };
static const struct Grid {
    const char *id, *crs, *uri;
    GeoGrid grid;
    int first;    /* zoom */
    double cell;  /* of the first, in the unit of its system */
    double metre; /* a unit in metres */
    const char *origin;
} grids[] = { { "WebMercatorQuad", "http://www.opengis.net/def/crs/EPSG/0/3857", TMS_URI "WebMercatorQuad",
                  GEO_WEBMERCATOR, 0, 156543.03392804097, 1, "[-20037508.342789244,20037508.342789244]" },
    { "CGCS2000Quad", "http://www.opengis.net/def/crs/EPSG/0/4490", TMS_URI "CGCS2000Quad", GEO_CGCS2000, 1,
        0.703125, 111319.49079327358, "[90,-180]" } };

static bool grid_of(Str id, const struct Grid **out, Err *err)
{
    for (size_t i = 0; i < LEN(grids); i++)
        if (str_eq(id, str_of(grids[i].id))) {
            *out = &grids[i];
            return true;
        }
    return FAIL(err, FACE_NO_LAYER, id, "path");
}

/* --- matrix sets ------------------------------------------------------------------------------------------------------ */
static void write_matrix(const struct Grid *g, int z, Buf *b)
{
    const double cell = g->cell / (double)(INT64_C(1) << (z - g->first));
    const long long wide = INT64_C(1) << z, high = wide >> g->first;

    if (z > g->first)
        buf_c(b, ',');
    buf_fmt(b, "{\"id\":\"%d\",\"scaleDenominator\":", z);
    buf_f64(b, cell * g->metre / 0.00028); /* a standard pixel is 0.28 mm: OGC 17-083r4 */
    face_num(b, "cellSize", cell);
    face_text(b, "cornerOfOrigin", STR("topLeft"));
    buf_fmt(b,
        ",\"pointOfOrigin\":%s,\"tileWidth\":256,\"tileHeight\":256,\"matrixWidth\":%lld,\"matrixHeight\":%"
        "lld}",
        g->origin, wide, high);
}

static bool set_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const struct Grid *g;
    Buf *b = &out->body;

    if (!grid_of(r->param[0], &g, err))
        return false;
    buf_c(b, '{');
    face_text(b, "id", str_of(g->id));
    face_text(b, "uri", str_of(g->uri));
    face_text(b, "crs", str_of(g->crs));
    face_key(b, "orderedAxes");
    buf_str(b, g->grid == GEO_WEBMERCATOR ? STR("[\"X\",\"Y\"]") : STR("[\"Lat\",\"Lon\"]"));
    face_key(b, "tileMatrices");
    buf_c(b, '[');
    for (int z = g->first; z <= GEO_MAX_ZOOM; z++)
        write_matrix(g, z, b);
    buf_str(b, STR("]}"));
    return true;
}

static bool sets_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    Buf *b = &out->body;

    (void)err;
    buf_str(b, STR("{\"tileMatrixSets\":["));
    for (size_t i = 0; i < LEN(grids); i++) {
        buf_str(b, i ? STR(",{") : STR("{"));
        face_text(b, "id", str_of(grids[i].id));
        face_text(b, "uri", str_of(grids[i].uri));
        face_text(b, "crs", str_of(grids[i].crs));
        face_key(b, "links");
        buf_c(b, '[');
        face_link(r, b, "self", "application/json", str_of(grids[i].id), "/tileMatrixSets/%s", grids[i].id);
        buf_str(b, STR("]}"));
    }
    buf_str(b, STR("]}"));
    return true;
}

/* --- tilesets ------------------------------------------------------------------------------------------------------------ */
static bool layer_of(FaceRequest *r, const OnemapTiles **out, Err *err)
{
    const PackCollection *c;

    if (!face_collection(r, 0, &c, err))
        return false;
    *out = onemap_tiles(r->county, c);
    return *out ? true : FAIL(err, FACE_NO_LAYER, c->name, "path");
}

static void write_set(FaceRequest *r, const OnemapTiles *l, const struct Grid *g, bool whole, Buf *b)
{
    const Str c = l->collection->name;

    buf_c(b, '{');
    face_text(b, "title", face_title(r, l->collection->title));
    face_text(b, "dataType", STR("vector"));
    face_text(b, "crs", str_of(g->crs));
    face_text(b, "tileMatrixSetURI", str_of(g->uri));
    face_text(b, "tileMatrixSetId", str_of(g->id));
    if (whole) {
        face_key(b, "layers");
        buf_c(b, '[');
        buf_c(b, '{');
        face_text(b, "id", c);
        face_text(b, "title", face_title(r, l->collection->title));
        face_text(b, "dataType", STR("vector"));
        buf_str(b, STR("}]"));
    }
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "self", "application/json", (Str){ "", 0 }, "/collections/%.*s/tiles/%s", STRV(c), g->id);
    face_link(r, b, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "application/json",
        (Str){ "", 0 }, "/tileMatrixSets/%s", g->id);
    face_link(r, b, "item", "application/vnd.mapbox-vector-tile", (Str){ "", 0 },
        "/collections/%.*s/tiles/%s/{tileMatrix}/{tileRow}/{tileCol}", STRV(c), g->id);
    b->ptr[b->len - 1] = ','; /* the last link is a template */
    buf_str(b, STR("\"templated\":true}"));
    face_link(r, b, "describedby", "application/vnd.mapbox.tilejson+json", (Str){ "", 0 },
        "/collections/%.*s/tiles/%s?f=tilejson", STRV(c), g->id);
    buf_str(b, STR("]}"));
}

static bool tilesets_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const OnemapTiles *l;

    if (!layer_of(r, &l, err))
        return false;
    buf_str(&out->body, STR("{\"tilesets\":["));
    for (size_t i = 0; i < LEN(grids); i++) {
        if (i)
            buf_c(&out->body, ',');
        write_set(r, l, &grids[i], false, &out->body);
    }
    buf_str(&out->body, STR("]}"));
    return true;
}

static Str field_type(const PackProperty *p)
{
    return p->cql.kind == CQL_INT || p->cql.kind == CQL_NUMBER ? STR("Number")
           : p->cql.kind == CQL_BOOL                           ? STR("Boolean")
                                                               : STR("String");
}

static void write_tilejson(FaceRequest *r, const OnemapTiles *l, const struct Grid *g, Buf *b)
{
    GeoBox box = ledger_extent(r->view, l->collection);

    if (geo_box_empty(box))
        box = geo_box_empty(face_county_box(r)) ? (GeoBox){ -180, -85, 180, 85 } : face_county_box(r);
    buf_str(b, STR("{\"tilejson\":\"3.0.0\""));
    face_text(b, "name", face_title(r, l->collection->title));
    face_key(b, "tiles");
    buf_c(b, '[');
    buf_json_str(b, str_fmt(r->a, "%.*s/collections/%.*s/tiles/%s/{z}/{y}/{x}", STRV(r->base),
                        STRV(l->collection->name), g->id));
    buf_c(b, ']');
    face_int(b, "minzoom", g->first);
    face_int(b, "maxzoom", ZOOM_MAX);
    face_key(b, "bounds");
    face_box(b, box);
    face_key(b, "vector_layers");
    buf_str(b, STR("[{"));
    face_text(b, "id", l->collection->name);
    face_int(b, "minzoom", g->first);
    face_int(b, "maxzoom", ZOOM_MAX);
    buf_str(b, STR(",\"fields\":{\"id\":\"String\",\"division\":\"String\""));
    for (size_t i = 0; i < l->nattribute; i++)
        face_text(b, str_c(r->a, l->attribute[i]->name), field_type(l->attribute[i]));
    buf_str(b, STR("}}]"));
    if (tile_layer_single_from(l->layer) >= 0)
        buf_fmt(b, ",\"sangzi\":{\"single_from\":%d}", tile_layer_single_from(l->layer));
    buf_c(b, '}');
}

static bool tileset_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const char *const kinds[][2] = { { "json", "application/json" },
        { "tilejson", "application/vnd.mapbox.tilejson+json" }, { NULL, NULL } };
    const struct Grid *g;
    const OnemapTiles *l;
    size_t kind;

    if (!layer_of(r, &l, err) || !grid_of(r->param[1], &g, err) || !face_kind(r, kinds, &kind, err))
        return false;
    if (kind)
        write_tilejson(r, l, g, &out->body);
    else
        write_set(r, l, g, true, &out->body);
    out->type = str_of(kinds[kind][1]);
    return true;
}

/* --- tiles ---------------------------------------------------------------------------------------------------------------- */
static bool place_of(FaceRequest *r, const struct Grid *g, size_t param, int most, TileAsk *ask, Err *err)
{
    int64_t v[3];

    for (size_t i = 0; i < 3; i++)
        if (!str_to_i64(r->param[param + i], &v[i]))
            return FAIL(err, FACE_NO_TILE, r->param[param + i], "path");
    if (v[0] > most || !geo_tile_valid(g->grid, v[0], v[2], v[1]))
        return FAIL(err, FACE_NO_TILE,
            str_fmt(r->a, "%lld/%lld/%lld", (long long)v[0], (long long)v[1], (long long)v[2]), "path");
    *ask = (TileAsk){
        .grid = g->grid, .z = (int)v[0], .y = (uint32_t)v[1], .x = (uint32_t)v[2], .show = ~UINT64_C(0)
    };
    return true;
}

/* The room's ETag stands in its quotes already. */
static Str bare(const FaceRequest *r, const char *etag)
{
    const Str s = str_copy(r->a, str_of(etag));

    return s.len >= 2 && s.ptr[0] == '"' ? str_sub(s, 1, s.len - 2) : s;
}

static void drop_body(void *body)
{
    tile_body_free(body);
}

static void pass_body(FaceAnswer *out, const TileBody *body)
{
    out->bytes = body->bytes;
    out->bytes_free = drop_body;
    out->bytes_ctx = (void *)(uintptr_t)body;
    out->ready_packed = true;
    if (body->gzip)
        face_set(out, "Content-Encoding", STR("gzip"));
}

/* For whom a part is hidden: no tag, nothing kept between. */
static bool answer_part(FaceRequest *r, const OnemapTiles *l, const TileAsk *ask, FaceAnswer *out, Err *err)
{
    OnemapPart part;

    if (!onemap_tile_part(l, r->view, ask, r->a, &part, err))
        return false;
    face_set(out, "Cache-Control", STR("no-store"));
    if (part.dropped)
        face_set(out, "Sangzi-Dropped", str_fmt(r->a, "%zu", part.dropped));
    out->status = part.bytes.len ? 200 : 204;
    buf_add(&out->body, part.bytes.ptr, part.bytes.len);
    out->ready_packed = true;
    if (part.gzip && part.bytes.len)
        face_set(out, "Content-Encoding", STR("gzip"));
    return true;
}

static bool tile_answer(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const struct Grid *g;
    const TileBody *body;
    char etag[64];
    const OnemapTiles *l;
    TileAsk ask;

    if (!layer_of(r, &l, err) || !grid_of(r->param[1], &g, err) ||
        !place_of(r, g, 2, GEO_MAX_ZOOM, &ask, err))
        return false;
    ask.gzip = face_header(r, "Accept-Encoding").len &&
               face_quality(face_header(r, "Accept-Encoding"), STR("gzip")) > 0;
    out->type = STR("application/vnd.mapbox-vector-tile");
    ask.show = onemap_shown(l, r->view.who);
    if (!onemap_sees_whole(l, r->view.who))
        return answer_part(r, l, &ask, out, err);
    if (face_header(r, "If-None-Match").len) {
        if (!tile_etag(l->layer, &ask, etag, err))
            return false;
        if (face_same(r, out, bare(r, etag)))
            return true;
        out->nheader--; /* the body's own tag comes below */
    }
    body = tile_cached(l->layer, &ask);
    if (!body && r->quick) {
        out->later = FACE_LANE_DRAW;
        return true;
    }
    if (!body && !tile_get(l->layer, &ask, &body, err))
        return false;
    face_set(out, "ETag", str_copy(r->a, str_of(body->etag)));
    if (body->dropped)
        face_set(out, "Sangzi-Dropped", str_fmt(r->a, "%zu", body->dropped));
    if (body->bytes.len)
        pass_body(out, body);
    else {
        out->status = 204;
        tile_body_free(body);
    }
    return true;
}

/* --- terrain ---------------------------------------------------------------------------------------------------------------- */
static bool terrain_of(FaceRequest *r, const TileTerrain **out, const struct Grid **g, Err *err)
{
    *out = onemap_terrain(r->county);
    if (!*out || !str_eq(r->param[0], STR("WebMercatorQuad")))
        return FAIL(err, FACE_NO_LAYER, r->param[0], "path");
    return grid_of(r->param[0], g, err);
}

static bool terrain_json(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const TileTerrain *t;
    const struct Grid *g;
    Buf *b = &out->body;

    if (!terrain_of(r, &t, &g, err))
        return false;
    buf_str(b, STR("{\"tilejson\":\"3.0.0\",\"encoding\":\"terrarium\",\"tileSize\":256,\"minzoom\":0"));
    face_int(b, "maxzoom", 12);
    face_text(b, "name", r->en ? STR("Terrain") : STR("地形"));
    face_key(b, "bounds");
    face_box(b, tile_terrain_box(t));
    face_key(b, "tiles");
    buf_c(b, '[');
    buf_json_str(b, str_fmt(r->a, "%.*s/map/tiles/WebMercatorQuad/{z}/{y}/{x}", STRV(r->base)));
    buf_str(b, STR("]}"));
    return true;
}

static bool terrain_tile(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const TileTerrain *t;
    const struct Grid *g;
    TileAsk ask;

    if (!terrain_of(r, &t, &g, err) || !place_of(r, g, 1, TERRAIN_ZOOM, &ask, err))
        return false;
    out->type = STR("image/png");
    face_set(out, "Cache-Control", STR("max-age=86400"));
    if (face_same(r, out, str_fmt(r->a, "dem-%llx", (unsigned long long)face_started(r->face))))
        return true;
    return tile_terrain_get(t, ask.z, ask.x, ask.y, &out->body, err);
}

static FaceLane terrain_lane(const FaceRequest *r)
{
    (void)r;
    return FACE_LANE_DRAW;
}

#define T "/collections/{c}/tiles"
static const FaceRow row[] = { { FACE_GET, "/tileMatrixSets", sets_get, FACE_QUICK, .zh = "瓦片矩阵集",
                                   .en = "Tile matrix sets" },
    { FACE_GET, "/tileMatrixSets/{tms}", set_get, FACE_QUICK, .zh = "一个瓦片矩阵集",
        .en = "One tile matrix set" },
    { FACE_GET, T, tilesets_get, .zh = "台账的瓦片集", .en = "Tilesets of a collection" },
    { FACE_GET, T "/{tms}", tileset_get, .zh = "一个瓦片集", .en = "One tileset" },
    { FACE_GET, T "/{tms}/{z}/{y}/{x}", tile_answer, FACE_QUICK, .zh = "一幅矢量瓦片",
        .en = "One vector tile" },
    { FACE_GET, "/map/tiles/{tms}", terrain_json, .zh = "地形瓦片集", .en = "The terrain's tileset" },
    { FACE_GET, "/map/tiles/{tms}/{z}/{y}/{x}", terrain_tile, .lane = terrain_lane, .zh = "一幅地形瓦片",
        .en = "One terrain tile" } };
const FaceDoor face_tiles = { .name = "tiles", .row = row, .nrow = LEN(row) };
