/* src/demo/files.c - the files to try: a sheet with errors (S03), ponds in another system (S06), parcels that cross
 * themselves with names in GBK (S06), and the sheet of divisions to put one's own county in. */
#include "demo/county.h"
#include "demo/sections.h"
#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <xlsxwriter.h>

enum { ROWS = 640, HEAD = 2, PARCELS = 120 };

static Str file_path(const County *c, const char *name)
{
    return str_fmt(c->a, "%s/files/%s", c->spec->out, name);
}

static lxw_workbook *book(const County *c, const char *name, const char *title)
{
    char what[64], who[64] = "云穗县（演示）";
    lxw_doc_properties p = { .title = what, .author = who, .created = (time_t)c->spec->today * 86400 };
    const Str path = file_path(c, name);
    lxw_workbook *b = path.ptr ? workbook_new(path.ptr) : NULL;

    snprintf(what, sizeof what, "%s", title);
    if (b)
        workbook_set_properties(b, &p);
    return b;
}

static bool closed(lxw_workbook *b, Err *err)
{
    return workbook_close(b) == LXW_NO_ERROR || FAIL(err, BASE_IO, STR("files"), "xlsx");
}

/* --- S03 -------------------------------------------------------------------------------------------------------------- */
static const char *const column[] = { "检测批", "路线编号", "起桩", "讫桩", "方向", "检测时间", "检测方式",
    "IRI(m/km)", "DR(%)", "RD(mm)" };

static void head(lxw_workbook *b, lxw_worksheet *s)
{
    lxw_format *bold = workbook_add_format(b);

    format_set_bold(bold);
    worksheet_merge_range(s, 0, 0, 0, LEN(column) - 1, "橘坞镇农村公路路况检测成果表", bold);
    for (size_t i = 0; i < LEN(column); i++)
        worksheet_write_string(s, 1, (lxw_col_t)i, column[i], bold);
    worksheet_set_column(s, 0, LEN(column) - 1, 13, NULL);
}

static void stake(lxw_worksheet *s, lxw_row_t row, lxw_col_t col, int32_t m)
{
    char text[32];

    snprintf(text, sizeof text, "K%d+%03d", m / 1000, m % 1000);
    worksheet_write_string(s, row, col, text, NULL);
}

/* 26 rows of 640: stake beyond the end 8, IRI 480 5, from and to exchanged 6, text in a number cell 7. */
static int fault_of(int i)
{
    const int k = i % 24 == 11 && i < 24 * 26 ? i / 24 : -1;

    return k < 0 ? 0 : k < 8 ? 1 : k < 13 ? 2 : k < 19 ? 3 : 4;
}

static void inspection_row(
    const County *c, lxw_worksheet *s, int i, size_t section, int32_t from, int32_t to, bool back, Rng *r)
{
    const Section *x = &c->section[section];
    const lxw_row_t row = (lxw_row_t)(i + HEAD);
    const double iri = fmax(1, log((100 / x->pqi - 1) / 0.0185) / 0.58 + rng_normal(r, 0, 0.2));
    const int fault = fault_of(i);
    const int32_t end = c->road[x->road].start + (int32_t)c->road[x->road].length;

    worksheet_write_string(s, row, 0, "橘坞镇秋季检测", NULL);
    worksheet_write_string(s, row, 1, str_c(c->a, c->road[x->road].code), NULL);
    if (fault == 1) {
        from = end + 2400 + 100 * i % 900;
        to = from + 100;
    }
    stake(s, row, 2, fault == 3 ? to : from);
    stake(s, row, 3, fault == 3 ? from : to);
    worksheet_write_string(s, row, 4, back ? "下" : "上", NULL);
    Buf b;
    buf_init(&b, 64);
    date_text(c->spec->today - 12 - i % 4, &b);
    buf_c(&b, 0);
    worksheet_write_string(s, row, 5, b.ptr, NULL);
    buf_clear(&b);
    worksheet_write_string(s, row, 6, "多功能检测车", NULL);
    if (fault == 4)
        worksheet_write_string(s, row, 7, "约3.2（雨天复测）", NULL);
    else
        worksheet_write_number(s, row, 7, fault == 2 ? 480 : round(iri * 100) / 100, NULL);
    worksheet_write_number(s, row, 8, round(fmax(0, 2 + rng_normal(r, 0, 1.2)) * 100) / 100, NULL);
    worksheet_write_number(s, row, 9, round(fmax(0.5, rng_normal(r, 6, 2)) * 10) / 10, NULL);
}

static bool inspections(const County *c, Err *err)
{
    lxw_workbook *b = book(c, "路况检测-橘坞镇.xlsx", "路况检测");
    lxw_worksheet *s = b ? workbook_add_worksheet(b, "检测") : NULL;
    double whole = 0, step;
    int row = 0;
    Rng r = demo_rng(c, "sheet", 0);

    if (!s)
        return FAIL(err, BASE_IO, STR("路况检测-橘坞镇.xlsx"), "files");
    head(b, s);
    for (size_t i = 0; i < c->nsection; i++)
        if (c->village[c->section[i].village].town == c->first && c->road[c->section[i].road].counted)
            whole += c->section[i].to - c->section[i].from;
    step = fmax(fmin(100, whole / (ROWS + 60.0)), 4);
    /* up all roads, then back again until the sheet is full */
    for (size_t n = 0; n < 2 * c->nsection && row < ROWS; n++) {
        const size_t i = n % c->nsection;
        const Section *x = &c->section[i];

        if (c->village[x->village].town != c->first || !c->road[x->road].counted)
            continue;
        for (double m = x->from; m + step <= x->to && row < ROWS; m += step)
            inspection_row(c, s, row++, i, (int32_t)m, (int32_t)(m + step), n >= c->nsection, &r);
    }
    return closed(b, err);
}

/* --- S06 ------------------------------------------------------------------------------------------------------------------ */
/* Ponds of the survey as a phone's map shows them: the same outlines, some 600 m away. */
typedef struct Ring {
    Buf *b;
    bool any;
} Ring;

static void shifted(void *ctx, size_t part, double x, double y)
{
    Ring *r = ctx;

    (void)part;
    geo_wgs_to_gcj(&x, &y);
    buf_str(r->b, r->any ? STR(",[") : STR("["));
    buf_fixed(r->b, x, 7);
    buf_c(r->b, ',');
    buf_fixed(r->b, y, 7);
    buf_c(r->b, ']');
    r->any = true;
}

bool demo_pond_file(const County *c, Err *err)
{
    const Village *home = &c->village[c->town[c->first].village];
    const Str path = file_path(c, "坑塘-手机采集.geojson");
    int year, month, day;
    Buf b;
    bool good;

    date_split(c->spec->today, &year, &month, &day);
    buf_init(&b, 1 << 22);
    buf_str(&b, STR("{\"type\":\"FeatureCollection\",\"features\":["));
    for (size_t i = 0; i < c->npond; i++) {
        Ring r = { &b, false };

        buf_fmt(&b,
            "%s{\"type\":\"Feature\",\"properties\":{\"图斑号\":\"%.*sS%03zu\",\"地类\":\"1104\","
            "\"调查年度\":%d,"
            "\"权属性质\":\"集体\",\"采集人\":\"养护员\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
            "[[",
            i ? "," : "", STRV(home->code), i + 1, year);
        geo_wkb_walk(c->pond[i], shifted, &r);
        buf_str(&b, STR("]]}}"));
    }
    buf_str(&b, STR("]}\n"));
    good = path.ptr && !b.bad && file_write(path.ptr, BYTES(buf_text(&b)), 0644, err);
    buf_clear(&b);
    return good;
}

static void parcel_row(const County *c, OGRLayerH layer, int i, Rng *r)
{
    const Town *t = &c->town[c->first];
    const Village *v = &c->village[t->village + (size_t)i % t->nvillage];
    const Group *g = &c->group[v->group + (size_t)i / t->nvillage % v->ngroup];
    const double turn = 0.4, w = 26 + 40 * rng_unit(r), d = 18 + 22 * rng_unit(r);
    const Xy mid = { g->seat.x + 160 + 75 * (i % 5), g->seat.y + 120 + 50 * (i % 3) };
    /* a bow-tie has its second and third corner exchanged */
    static const int right[5][2] = { { -1, -1 }, { -1, 1 }, { 1, 1 }, { 1, -1 }, { -1, -1 } };
    static const int tie[5][2] = { { -1, -1 }, { 1, 1 }, { -1, 1 }, { 1, -1 }, { -1, -1 } };
    const int(*corner)[2] = i % 13 == 6 ? tie : right;
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    OGRGeometryH poly = OGR_G_CreateGeometry(wkbPolygon), ring = OGR_G_CreateGeometry(wkbLinearRing);
    Str code = str_fmt(c->a, "%.*s%05d", STRV(g->code.ptr ? str_sub(g->code, 0, 14) : v->code), i + 1);
    Str name = str_fmt(c->a, "%.*s%s", STRV(g->name), i % 3 ? "大丘" : "长丘");

    for (int k = 0; k < 5; k++) {
        const double x = corner[k][0] * w / 2, y = corner[k][1] * d / 2;
        const Xy p = demo_degrees(
            c, (Xy){ mid.x + x * cos(turn) - y * sin(turn), mid.y + x * sin(turn) + y * cos(turn) });

        OGR_G_AddPoint_2D(ring, p.x, p.y);
    }
    OGR_G_AddGeometryDirectly(poly, ring);
    OGR_F_SetGeometryDirectly(f, poly);
    const double mu = round(w * d / (2000.0 / 3) * 100) / 100;
    char owner[19];

    demo_committee_uscc((size_t)(v - c->village), owner);
    OGR_F_SetFieldString(f, 0, code.ptr);
    OGR_F_SetFieldString(f, 1, name.ptr);
    OGR_F_SetFieldString(f, 2, "承包地");
    OGR_F_SetFieldString(f, 3, owner);
    OGR_F_SetFieldDouble(f, 4, round(mu * (0.96 + 0.08 * rng_unit(r)) * 100) / 100);
    OGR_F_SetFieldDouble(f, 5, mu);
    OGR_F_SetFieldString(f, 6, "确权实测");
    if (OGR_L_CreateFeature(layer, f) != OGRERR_NONE)
        log_warn("demo.parcel", KV("code", code)); /* one fewer to try */
    OGR_F_Destroy(f);
}

static bool shapes(const County *c, const char *base)
{
    GDALDriverH driver = GDALGetDriverByName("ESRI Shapefile");
    GDALDatasetH set = driver ? GDALCreate(driver, base, 0, 0, 0, GDT_Unknown, NULL) : NULL;
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    char written[64] = "DBF_DATE_LAST_UPDATE="; /* else GDAL writes the day of the machine */
    Buf day = { written, strlen(written), sizeof written - 1, sizeof written - 1, false };
    char *option[] = { (char[]){ "ENCODING=GBK" }, written, NULL };
    Rng r = demo_rng(c, "parcels", 0);
    OGRLayerH layer = NULL;
    static const struct {
        const char *name;
        OGRFieldType type;
    } field[7] = { { "地块编码", OFTString }, { "小地名", OFTString }, { "地块类型", OFTString },
        { "所有权人", OFTString }, { "合同面积", OFTReal }, { "实测面积", OFTReal },
        { "边界来源", OFTString } };

    date_text(c->spec->today, &day);
    if (set && OSRImportFromEPSG(srs, 4490) == OGRERR_NONE)
        layer = GDALDatasetCreateLayer(set, "parcels", srs, wkbPolygon, option);
    for (size_t i = 0; layer && i < LEN(field); i++) {
        OGRFieldDefnH f = OGR_Fld_Create(field[i].name, field[i].type);

        OGR_Fld_SetWidth(f, field[i].type == OFTString ? 60 : 12);
        OGR_Fld_SetPrecision(f, field[i].type == OFTString ? 0 : 2);
        if (OGR_L_CreateField(layer, f, TRUE) != OGRERR_NONE)
            layer = NULL;
        OGR_Fld_Destroy(f);
    }
    for (int i = 0; layer && i < PARCELS; i++)
        parcel_row(c, layer, i, &r);
    OSRDestroySpatialReference(srs);
    if (set)
        GDALClose(set);
    return layer != NULL;
}

/* Without its .cpg: nobody is told that the names are GBK. */
static bool zipped(const char *base, const char *zip)
{
    static const char *const part[] = { "shp", "shx", "dbf", "prj" };
    VSILFILE *root = VSIFOpenL(zip, "wb");
    bool good = root != NULL;

    for (size_t i = 0; good && i < LEN(part); i++) {
        char from[256], to[1400];
        vsi_l_offset n = 0;

        snprintf(from, sizeof from, "%s/parcels.%s", base, part[i]);
        snprintf(to, sizeof to, "%s/parcels.%s", zip, part[i]);
        GByte *bytes = VSIGetMemFileBuffer(from, &n, FALSE);
        VSILFILE *f = bytes ? VSIFOpenL(to, "wb") : NULL;
        good = f && VSIFWriteL(bytes, 1, (size_t)n, f) == n;
        if (f)
            VSIFCloseL(f);
    }
    if (root)
        VSIFCloseL(root);
    return good;
}

static bool parcels(const County *c, Err *err)
{
    const char *base = "/vsimem/sangzi_demo_parcels";
    const Str plain = file_path(c, "地块-带错.zip"), zip = str_fmt(c->a, "/vsizip/%.*s", STRV(plain));
    bool good;

    if (!GDALGetDriverByName("ESRI Shapefile"))
        GDALAllRegister();
    VSIRmdirRecursive(base);
    VSIUnlink(plain.ptr);
    good = zip.ptr && VSIMkdir(base, 0755) == 0 && shapes(c, base) && zipped(base, zip.ptr);
    VSIRmdirRecursive(base);
    return good || FAIL(err, BASE_IO, STR("地块-带错.zip"), "files");
}

/* --- one's own county -------------------------------------------------------------------------------------------------------- */
static void division_row(
    const County *c, lxw_worksheet *s, lxw_row_t row, Str code, Str name, const char *level, Str kind)
{
    worksheet_write_string(s, row, 0, str_c(c->a, code), NULL);
    worksheet_write_string(s, row, 1, str_c(c->a, name), NULL);
    worksheet_write_string(s, row, 2, level, NULL);
    worksheet_write_string(s, row, 3, str_c(c->a, kind), NULL);
}

static bool own_county(const County *c, Err *err)
{
    static const char *const name[] = { "统计用区划代码", "名称", "层级", "区划类型", "城乡分类", "地形" };
    const Yaml *id = yaml_get(c->d.county, "identity");
    static const char *const level[3] = { "province", "city", "county" };
    lxw_workbook *b = book(c, "divisions.xlsx", "区划表样");
    lxw_worksheet *s = b ? workbook_add_worksheet(b, "区划") : NULL;
    lxw_row_t row = 1;

    if (!s)
        return FAIL(err, BASE_IO, STR("divisions.xlsx"), "files");
    for (size_t i = 0; i < LEN(name); i++)
        worksheet_write_string(s, 0, (lxw_col_t)i, name[i], NULL);
    worksheet_set_column(s, 0, 5, 18, NULL);
    for (int i = 0; i < 3; i++)
        division_row(c, s, row++, yaml_text(yaml_get(id, level[i]), "code"),
            yaml_text(yaml_get(id, level[i]), "name"), level[i], STR(""));
    for (size_t t = 0; t < c->ntown; t++)
        division_row(
            c, s, row++, c->town[t].code, c->town[t].name, "township", yaml_text(c->town[t].yaml, "kind"));
    for (size_t v = 0; v < c->nvillage; v++)
        division_row(c, s, row++, c->village[v].code, c->village[v].name, "village",
            c->village[v].community ? STR("社区") : STR("行政村"));
    return closed(b, err);
}

bool demo_files(County *c, Err *err)
{
    return inspections(c, err) && parcels(c, err) && own_county(c, err);
}
