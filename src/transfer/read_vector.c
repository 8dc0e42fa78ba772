/* src/transfer/read_vector.c - sheets and layers through GDAL/OGR: xlsx, ods, xls, shp, gpkg, geojson, kml, kmz, gpx,
 * gml, dxf, tab, fgb, osm, and zips of them.
 *
 * Old shapefiles say nothing, or lie, about their writing: texts are taken raw, and the bytes decide (text.h).
 */
#include "transfer/worker.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>

enum { SAMPLE_ROWS = 2000, INNER_MAX = 64, LAYERS_MAX = 256, XML_MAX = 512 << 20 };
static const char *const drivers[] = { "XLSX", "ODS", "XLS", "ESRI Shapefile", "GPKG", "GeoJSON",
    "GeoJSONSeq", "TopoJSON", "LIBKML", "KML", "GPX", "GML", "DXF", "MapInfo File", "FlatGeobuf", "OSM",
    "OpenFileGDB", "SQLite", "MVT", NULL };
static const char *const suffix[] = { ".xlsx", ".xlsm", ".ods", ".xls", ".shp", ".gpkg", ".geojson", ".json",
    ".geojsonl", ".kml", ".kmz", ".gpx", ".gml", ".dxf", ".tab", ".mif", ".fgb", ".pbf", ".osm", ".csv",
    ".txt" };

typedef struct Opened { /* one file (of perhaps many in a zip) */
    const char *path;   /* for GDAL */
    GDALDatasetH data;
    bool shape, grid;
    char encoding[40]; /* of a shapefile's texts; empty: they are UTF-8 */
} Opened;
typedef struct Files {
    const TransferAsk *ask;
    TransferTell *tell;
    Arena *a;
    const char *path[INNER_MAX];
    size_t n;
} Files;

static bool ends(Str s, const char *end)
{
    const size_t n = strlen(end);

    return s.len > n && str_eq_nocase(str_sub(s, s.len - n, n), str_of(end));
}

static const char *with_end(
    Arena *a, const char *path, const char *end) /* another file beside it, either case */
{
    const size_t n = strlen(path);
    VSIStatBufL st;

    for (int upper = 0; upper < 2 && n > 4; upper++) {
        char *p = str_c(a, str_of(path));

        for (size_t i = 0; p && i < 4; i++)
            p[n - 4 + i] = (char)(upper && end[i] >= 'a' && end[i] <= 'z' ? end[i] - 32 : end[i]);
        if (p && VSIStatL(p, &st) == 0)
            return p;
    }
    return NULL;
}

/* --- opening ---------------------------------------------------------------------------------------------------------- */
/* A .shp without its index is copied into memory, where GDAL may write one. */
static const char *restored(Arena *a, const char *path)
{
    static const char *const part[] = { ".shp", ".dbf", ".prj", ".cpg" };
    const char *made = NULL;

    if (with_end(a, path, ".shx"))
        return path;
    for (size_t i = 0; i < LEN(part); i++) {
        const char *from = with_end(a, path, part[i]), *slash = strrchr(path, '/');
        const char *to = str_fmt(a, "/vsimem/%.*s%s", (int)strcspn(slash ? slash + 1 : path, "."),
            slash ? slash + 1 : path, part[i])
                             .ptr;
        Bytes b;
        Err err;

        if (!from || !to || !transfer_ingest(from, XML_MAX, a, &b, &err))
            continue;
        VSIFCloseL(VSIFileFromMemBuffer(to, (GByte *)(uintptr_t)b.ptr, b.len, FALSE));
        made = made ? made : to;
    }
    CPLSetConfigOption("SHAPE_RESTORE_SHX", "YES");
    return made ? made : path;
}

/* expat knows no GBK: an XML file that declares another writing is turned into UTF-8 in memory. */
static const char *in_utf8(Arena *a, const char *path, Err *err)
{
    Bytes b;
    Str text, head, name, after;
    char encoding[40];
    size_t at;
    const char *to =
        str_fmt(a, "/vsimem/x%p%s", (const void *)path, ends(str_of(path), ".gpx") ? ".gpx" : ".kml").ptr;

    if (!transfer_ingest(path, XML_MAX, a, &b, err))
        return NULL;
    head = str_sub(TEXT(b), 0, 200);
    at = str_find(head, STR("encoding="));
    if (!str_starts(head, STR("<?xml")) || at == SIZE_MAX || at + 10 > head.len)
        return path;
    if (!str_cut(str_sub(head, at + 10, SIZE_MAX), head.ptr[at + 9], &name, &after) ||
        !transfer_encoding(name, encoding) || !strcmp(encoding, "UTF-8") || !encoding[0])
        return path;
    if (!transfer_decode_all(b, encoding, a, &text, err))
        return NULL;
    at = str_find(text, STR("?>"));
    text = str_sub(text, at == SIZE_MAX ? 0 : at + 2, SIZE_MAX);
    VSIFCloseL(VSIFileFromMemBuffer(to, (GByte *)(uintptr_t)text.ptr, text.len, FALSE));
    return to;
}

static bool open_one(Files *f, const char *path, Opened *out, Err *err)
{
    const Str p = str_of(path);
    static const char *const raw[] = { "ENCODING=", NULL };

    *out = (Opened){ .path = path,
        .shape = ends(p, ".shp"),
        .grid = ends(p, ".xlsx") || ends(p, ".xlsm") || ends(p, ".ods") || ends(p, ".xls") };
    if (out->shape)
        out->path = restored(f->a, path);
    else if (ends(p, ".kml") || ends(p, ".gpx"))
        out->path = in_utf8(f->a, path, err);
    if (!out->path)
        return false;
    CPLErrorReset();
    out->data =
        GDALOpenEx(out->path, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, out->shape ? raw : NULL, NULL);
    return out->data || transfer_unreadable(f->ask, NULL, err);
}

/* --- which writing a shapefile is in -------------------------------------------------------------------------------------- */
static void sample_texts(OGRLayerH l, Buf *b)
{
    OGRFeatureDefnH def = OGR_L_GetLayerDefn(l);
    const int n = OGR_FD_GetFieldCount(def);
    OGRFeatureH f;

    OGR_L_ResetReading(l);
    for (size_t i = 0; i < SAMPLE_ROWS && (f = OGR_L_GetNextFeature(l)); i++) {
        for (int k = 0; k < n; k++)
            if (OGR_Fld_GetType(OGR_FD_GetFieldDefn(def, k)) == OFTString &&
                OGR_F_IsFieldSetAndNotNull(f, k)) {
                buf_str(b, str_of(OGR_F_GetFieldAsString(f, k)));
                buf_str(b, STR("\n\n\n\n")); /* so that a cut character harms no neighbour */
            }
        OGR_F_Destroy(f);
    }
    OGR_L_ResetReading(l);
}

/* A text that fills its field may end inside a character: such ends are no witness against an encoding. */
static bool all_fit(Bytes b, const char *encoding)
{
    Str rest = TEXT(b), one;

    while (rest.len) {
        const size_t at = str_find(rest, STR("\n\n\n\n"));

        one = str_sub(rest, 0, at);
        rest = at == SIZE_MAX ? (Str){ NULL, 0 } : str_sub(rest, at + 4, SIZE_MAX);
        if (one.len && !transfer_fits(BYTES(one), encoding, true))
            return false;
    }
    return true;
}

static void by_language_byte(Arena *a, const char *path, char out[40])
{
    const char *dbf = with_end(a, path, ".dbf");
    VSILFILE *f = dbf ? VSIFOpenL(dbf, "rb") : NULL;
    uint8_t head[32] = { 0 };

    out[0] = 0;
    if (f && VSIFReadL(head, 1, sizeof head, f) == sizeof head)
        snprintf(out, 40, "%s",
            head[29] == 0x4D   ? "GB18030"
            : head[29] == 0x4F ? "Big5"
            : head[29] == 0xC9 ? "windows-1251"
                               : "");
    if (f)
        VSIFCloseL(f);
}

static void by_cpg(Arena *a, const char *path, char out[40], Str *said)
{
    const char *cpg = with_end(a, path, ".cpg");
    Bytes b;
    Err err;

    out[0] = 0;
    *said = STR("");
    if (!cpg || !transfer_ingest(cpg, 4096, a, &b, &err))
        return;
    *said = str_trim(TEXT(b));
    if (!str_is_utf8(*said) || !transfer_encoding(*said, out))
        out[0] = 0;
}

static void find_writing(Files *f, Opened *o, const char *path)
{
    char cpg[40], byte[40];
    Str said;
    Buf b;
    Bytes sample;

    buf_init(&b, 4 << 20);
    for (int i = 0; i < GDALDatasetGetLayerCount(o->data); i++)
        sample_texts(GDALDatasetGetLayer(o->data, i), &b);
    sample = BYTES(buf_text(&b));
    by_cpg(f->a, path, cpg, &said);
    by_language_byte(f->a, path, byte);
    if (f->ask->encoding.len && f->ask->encoding.len < sizeof o->encoding)
        snprintf(o->encoding, sizeof o->encoding, "%.*s", STRV(f->ask->encoding));
    else if (cpg[0] && all_fit(sample, cpg))
        memcpy(o->encoding, cpg, sizeof cpg);
    else if (all_fit(sample, "UTF-8"))
        snprintf(o->encoding, sizeof o->encoding, "UTF-8");
    else if (byte[0] && all_fit(sample, byte))
        memcpy(o->encoding, byte, sizeof byte);
    else {
        const TransferGuess g = transfer_sniff(sample, true);

        memcpy(o->encoding, g.name, sizeof g.name);
        if (g.sure < 0.5)
            transfer_tell_warning(f->tell, "文字的编码不能确定，暂按 %s 读；如有乱码请选择编码",
                "The encoding is not certain; read as %s", str_of(o->encoding));
    }
    if (cpg[0] && strcmp(cpg, o->encoding) && !f->ask->encoding.len)
        transfer_tell_warning(f->tell, "cpg 文件写的编码与内容不符，已按 %s 读",
            "The .cpg names another encoding than the bytes show; read as %s", str_of(o->encoding));
    buf_clear(&b);
}

/* --- layers -------------------------------------------------------------------------------------------------------------- */
static Str turned(const Opened *o, Str raw, Arena *a, bool *cut)
{
    Str s;
    Err err;

    *cut = false;
    if (!o->encoding[0] || !strcmp(o->encoding, "UTF-8")) {
        s = raw;
        while (s.len && !str_is_utf8(s) && raw.len - s.len < 4)
            s.len--, *cut = true;
        if (str_is_utf8(s))
            return str_copy(a, s);
        return transfer_decode_all(BYTES(raw), "UTF-8", a, &s, &err) ? s : STR("");
    }
    if (transfer_decode_all(BYTES(raw), o->encoding, a, &s, &err)) {
        while (s.len >= 3 && str_ends(s, STR("\xEF\xBF\xBD")))
            s.len -= 3, *cut = true;
        return s;
    }
    return STR("");
}

static Str layer_name(
    const Opened *o, OGRLayerH l, Arena *a) /* of a file's name, so not in the writing of its texts */
{
    const Str raw = str_of(OGR_L_GetName(l));
    bool cut;

    return str_is_utf8(raw) ? str_copy(a, raw) : turned(o, raw, a, &cut);
}

static void find_crs(OGRLayerH l, TransferLayer *out, Arena *a)
{
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(l);
    const char *code = srs ? OSRGetAuthorityCode(srs, NULL) : NULL, *name = srs ? OSRGetName(srs) : NULL;
    OGRSpatialReferenceH *match = NULL;
    int *sure = NULL, n = 0;
    size_t epsg = 0;

    if (!srs)
        return;
    out->crs = str_copy(a, str_of(name ? name : "?"));
    if (!code || !strcmp(OSRGetAuthorityName(srs, NULL) ? OSRGetAuthorityName(srs, NULL) : "", "ESRI")) {
        match = OSRFindMatches(srs, NULL, &n, &sure);
        code = n > 0 && sure[0] >= 70 ? OSRGetAuthorityCode(match[0], NULL) : NULL;
    }
    out->epsg = code && str_to_size(str_of(code), 10, &epsg) ? (int)epsg : -1;
    if (code && !strcmp(code, "CRS84"))
        out->epsg = 4326;
    if (match)
        OSRFreeSRSArray(match);
    CPLFree(sure);
}

static const char *type_of(OGRLayerH l)
{
    switch (wkbFlatten(OGR_L_GetGeomType(l))) {
    case wkbNone:
        return NULL;
    case wkbPoint:
        return "Point";
    case wkbLineString:
        return "LineString";
    case wkbPolygon:
        return "Polygon";
    case wkbMultiPoint:
        return "MultiPoint";
    case wkbMultiLineString:
        return "MultiLineString";
    case wkbMultiPolygon:
        return "MultiPolygon";
    default:
        return "Geometry";
    }
}

static void tell_layer(Files *f, const Opened *o, OGRLayerH l)
{
    OGRFeatureDefnH def = OGR_L_GetLayerDefn(l);
    const int n = OGR_FD_GetFieldCount(def) < FRAME_CELLS ? OGR_FD_GetFieldCount(def) : FRAME_CELLS;
    Str *field = NEWS(f->a, Str, (size_t)n + 1);
    bool cut;
    TransferLayer out = { .name = layer_name(o, l, f->a),
        .rows = OGR_L_GetFeatureCount(l, TRUE),
        .grid = o->grid,
        .field = field,
        .nfield = o->grid || !field ? 0 : (size_t)n,
        .encoding = str_of(o->encoding),
        .type = o->grid ? NULL : type_of(l) };

    for (int i = 0; field && i < n; i++) {
        field[i] = turned(o, str_of(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(def, i))), f->a, &cut);
        if (cut)
            transfer_tell_warning(
                f->tell, "列名“%s”在文件里被截断", "The column name %s is cut in the file", field[i]);
    }
    find_crs(l, &out, f->a);
    transfer_tell_layer(f->tell, &out);
}

/* --- rows -------------------------------------------------------------------------------------------------------------------- */
static Str time_of_field(OGRFeatureH f, int i, OGRFieldType type, Arena *a)
{
    int y, m, d, h, min, zone;
    float s;

    if (!OGR_F_GetFieldAsDateTimeEx(f, i, &y, &m, &d, &h, &min, &s, &zone))
        return STR("");
    if (type == OFTDate)
        return str_fmt(a, "%04d-%02d-%02d", y, m, d);
    if (zone <= 1) /* unknown or “local” */
        return str_fmt(a, "%04d-%02d-%02d %02d:%02d:%02d", y, m, d, h, min, (int)s);
    zone = (zone - 100) * 15;
    return str_fmt(a, "%04d-%02d-%02dT%02d:%02d:%06.3f%c%02d:%02d", y, m, d, h, min, (double)s,
        zone < 0 ? '-' : '+', abs(zone) / 60, abs(zone) % 60);
}

static Str shortest(double v, Arena *a) /* a .dbf pads its numbers with zeros and the noise of a double */
{
    Buf b;
    Str s;

    buf_init(&b, 64);
    buf_f64(&b, v);
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

static TransferCell cell_of(const Opened *o, OGRFeatureH f, OGRFeatureDefnH def, int i, Arena *a)
{
    const OGRFieldType type = OGR_Fld_GetType(OGR_FD_GetFieldDefn(def, i));
    bool cut;
    Str s;

    if (!OGR_F_IsFieldSetAndNotNull(f, i) || type == OFTBinary)
        return (TransferCell){ CELL_EMPTY, STR("") };
    if (type == OFTDate || type == OFTDateTime)
        s = time_of_field(f, i, type, a);
    else if (type == OFTReal && !o->grid)
        s = shortest(OGR_F_GetFieldAsDouble(f, i), a);
    else
        s = turned(o, str_of(OGR_F_GetFieldAsString(f, i)), a, &cut);
    s = str_trim(s);
    return (TransferCell){ !s.len                                         ? CELL_EMPTY
                           : str_find(s, STR("\xEF\xBF\xBD")) != SIZE_MAX ? CELL_BROKEN
                                                                          : CELL_TEXT,
        s };
}

/* Arcs become lines, triangles polygons: what a county's store keeps is the seven simple types. */
static OGRGeometryH simple(OGRGeometryH g)
{
    const OGRwkbGeometryType t = wkbFlatten(OGR_G_GetGeometryType(g));

    if (t == wkbTIN || t == wkbPolyhedralSurface || t == wkbTriangle)
        return OGR_G_ForceToMultiPolygon(OGR_G_Clone(g));
    return OGR_G_HasCurveGeometry(g, FALSE) ? OGR_G_GetLinearGeometry(g, 0, NULL) : OGR_G_Clone(g);
}

static void shape_of(OGRFeatureH f, TransferRow *row, Arena *a)
{
    OGRGeometryH g = OGR_F_GetGeometryRef(f);
    uint8_t *p;
    int n;

    row->note = !g ? NOTE_NULL_SHAPE : OGR_G_IsEmpty(g) ? NOTE_EMPTY_SHAPE : NOTE_NONE;
    if (row->note)
        return;
    g = simple(g);
    n = g ? OGR_G_WkbSize(g) : 0;
    p = n > 0 && n < FRAME_MAX / 2 ? NEWS(a, uint8_t, (size_t)n) : NULL;
    if (p && OGR_G_ExportToIsoWkb(g, wkbNDR, p) == OGRERR_NONE)
        row->wkb = (Bytes){ p, (size_t)n };
    else
        row->note = NOTE_BAD_SHAPE;
    OGR_G_DestroyGeometry(g);
}

static bool tell_rows(Files *f, const Opened *o, OGRLayerH l, Err *err)
{
    OGRFeatureDefnH def = OGR_L_GetLayerDefn(l);
    const int n = OGR_FD_GetFieldCount(def) < FRAME_CELLS ? OGR_FD_GetFieldCount(def) : FRAME_CELLS;
    Arena *a = arena_new(256 << 20);
    OGRFeatureH feature;
    uint32_t number = 0;
    bool good = true;

    OGR_L_ResetReading(l);
    while (good && (feature = OGR_L_GetNextFeature(l))) {
        TransferCell *cell = NEWS(a, TransferCell, (size_t)n + 1);
        TransferRow row = {
            .number = o->grid ? (uint32_t)OGR_F_GetFID(feature) : ++number, .cell = cell, .ncell = (size_t)n
        };

        for (int i = 0; cell && i < n; i++)
            cell[i] = cell_of(o, feature, def, i, a);
        if (!o->grid)
            shape_of(feature, &row, a);
        OGR_F_Destroy(feature);
        good = (cell || FAIL(err, TRANSFER_TOO_BIG, f->ask->name, "row %u", number)) &&
               (transfer_tell_row(f->tell, &row) ||
                   FAIL(err, TRANSFER_CANCELLED, f->ask->name, "row %u", number));
        arena_clear(a);
    }
    arena_free(a);
    if (good && CPLGetLastErrorType() >= CE_Failure && f->tell->rows == 0)
        return transfer_unreadable(f->ask, NULL, err);
    return good;
}

/* --- files of a zip ----------------------------------------------------------------------------------------------------------- */
static bool wanted(Str name)
{
    for (size_t i = 0; i < LEN(suffix); i++)
        if (ends(name, suffix[i]))
            return str_find(name, STR("__MACOSX")) == SIZE_MAX;
    return false;
}

static bool list_files(Files *f, const char *path, Err *err)
{
    const char *zip = str_fmt(f->a, "/vsizip/%s", path).ptr;
    char **inner;

    if (!ends(f->ask->name, ".zip")) {
        f->path[f->n++] = path;
        return true;
    }
    inner = zip ? VSIReadDirRecursive(zip) : NULL;
    for (int i = 0; inner && inner[i] && f->n < INNER_MAX; i++)
        if (wanted(str_of(inner[i])))
            f->path[f->n++] = str_fmt(f->a, "%s/%s", zip, inner[i]).ptr;
    CSLDestroy(inner);
    return f->n || transfer_unreadable(f->ask, "压缩包里没有表格或图层 no sheet or layer in the zip", err);
}

typedef struct Chosen {
    Opened file;
    OGRLayerH layer;
    Str name;
} Chosen;

static void choose(const TransferAsk *ask, const Opened *o, OGRLayerH l, Arena *a, Chosen *c)
{
    const Str name = layer_name(o, l, a);

    const bool summary =
        c->layer && str_eq(c->name, STR("导入结果")); /* the first sheet of one that we gave back */

    if ((!c->layer || (summary && !ask->layer.len)) &&
        (ask->layer.len ? str_eq(name, ask->layer) : OGR_L_GetFeatureCount(l, TRUE) > 0))
        *c = (Chosen){ *o, l, name };
}

static bool inner_text(Files *f, const char *path, Err *err)
{
    const char *slash = strrchr(path, '/');
    TransferAsk ask = *f->ask;

    ask.path = str_of(path);
    ask.name = str_of(slash ? slash + 1 : path);
    return transfer_read_text(&ask, f->tell, err);
}

bool transfer_read_vector(const TransferAsk *ask, TransferTell *t, Err *err)
{
    Files f = { .ask = ask, .tell = t, .a = t->a };
    Opened o[INNER_MAX] = { 0 };
    Chosen c = { .layer = NULL };
    size_t nopen = 0, nlayer = 0;
    const char *path = str_c(t->a, ask->path);

    if (!path || !list_files(&f, path, err))
        return false;
    if (f.n == 1 && (ends(str_of(f.path[0]), ".csv") || ends(str_of(f.path[0]), ".txt")))
        return inner_text(&f, f.path[0], err);
    for (size_t i = 0; i < f.n; i++) {
        if (ends(str_of(f.path[i]), ".csv") || ends(str_of(f.path[i]), ".txt"))
            continue;
        if (!open_one(&f, f.path[i], &o[nopen], err))
            continue;
        if (o[nopen].shape)
            find_writing(&f, &o[nopen], f.path[i]);
        for (int k = 0; k < GDALDatasetGetLayerCount(o[nopen].data) && nlayer < LAYERS_MAX; k++, nlayer++) {
            OGRLayerH l = GDALDatasetGetLayer(o[nopen].data, k);

            tell_layer(&f, &o[nopen], l);
            choose(ask, &o[nopen], l, t->a, &c);
        }
        nopen++;
    }
    if (!nopen)
        return false;
    if (!c.layer && ask->layer.len)
        return FAIL(err, TRANSFER_NO_LAYER, ask->layer, "layer");
    if (!c.layer)
        return FAIL(err, TRANSFER_EMPTY, ask->name, "file");
    *err = (Err){ .kind = NULL }; /* of a file in a zip that could not be read beside others that could */
    transfer_tell_chosen(t, c.name);
    CPLErrorReset();
    return tell_rows(&f, &c.file, c.layer, err);
}
