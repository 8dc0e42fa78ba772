/* tests/transfer/read_test.c - the worker reads real, odd and broken files; each row says in words what it shows. */
#include "transfertest.h"
#include "transfer/child.h"
#include <xlsxwriter.h>

enum { ANY = -2 };

typedef struct Got {
    Arena *a;
    TransferRead read;
    TransferRow row[4000];
    size_t n;
    Err err;
} Got;

static bool read_file(const char *path, const char *layer, Got *g)
{
    char dir[64], rows[96];
    TransferRows *r = NULL;
    bool end = false, good;

    *g = (Got){ .a = arena_new(0) };
    snprintf(rows, sizeof rows, "%s/rows", temp_dir(dir));
    good =
        transfer_read(&(TransferAsk){ str_of(path), str_of(strrchr(path, '/') + 1), str_of(layer), STR("") },
            rows, (TransferWatch){ 0 }, g->a, &g->read, &g->err);
    if (good) {
        assert_true(transfer_rows_open(rows, &r, &g->err));
        while (g->n < LEN(g->row) && transfer_rows_next(r, g->a, &g->row[g->n], &end, &g->err) && !end)
            g->n++;
        transfer_rows_close(r);
    }
    drop_dir(dir);
    return good;
}

static bool cell_is(const Got *g, size_t row, const char *text) /* somewhere in the row */
{
    for (size_t i = 0; row < g->n && i < g->row[row].ncell; i++)
        if (str_eq(g->row[row].cell[i].text, str_of(text)))
            return true;
    return false;
}

static bool warned(const Got *g, const char *what)
{
    for (size_t i = 0; i < g->read.nwarning; i++)
        if (!what || str_find(g->read.warning[i].zh, str_of(what)) != SIZE_MAX)
            return true;
    return false;
}

static const struct Row {
    const char *say, *file, *layer;
    size_t rows; /* data rows; a sheet's header counts too */
    const char *encoding;
    int epsg;
    size_t row;       /* looked at … */
    const char *cell; /* … holds this */
    const char *warning;
} row[] = {
    /* README of the data, second table */
    { "the reference", "made/villages.geojson", NULL, 12, NULL, 4326, 0, "槐树湾村", NULL },
    { "GBK said by the language byte", "made/villages_gbk_ldid.shp", NULL, 10, "GB18030", 4326, 0, "槐树湾村",
        NULL },
    { "GBK said by nobody", "made/villages_gbk_silent.shp", NULL, 10, "GB18030", 4326, 0, "槐树湾村", NULL },
    { "a .cpg that lies", "made/villages_gbk_lying_cpg.shp", NULL, 10, "GB18030", 4326, 0, "槐树湾村",
        "cpg" },
    { "GB18030 of four bytes", "made/villages_gb18030.shp", NULL, 12, "GB18030", 4326, 8, "𡎚口村", NULL },
    { "a name cut inside a character", "made/villages_cutfield.shp", NULL, 12, "UTF-8", 4326, 0, NULL,
        "截断" },
    { "UTF-8 shapefile", "made/villages_utf8.shp", NULL, 12, "UTF-8", 4326, 5, "㵲阳村", NULL },
    { "no .prj", "made/villages_4525_noprj.shp", NULL, 12, "UTF-8", 0, 0, "槐树湾村", NULL },
    { "GeoPackage, first layer", "made/villages_cgcs2000.gpkg", NULL, 12, "", 4525, 0, "槐树湾村", NULL },
    { "GBK csv", "made/villages_gbk.csv", NULL, 11, "GB18030", 0, 1, "槐树湾村", NULL },
    { "UTF-8 with mark", "made/villages_utf8_bom.csv", NULL, 13, "UTF-8", 0, 0, "行政区划代码", NULL },
    { "tab-separated GB18030", "made/villages_gb18030_tab.txt", NULL, 13, "GB18030", 0, 9, "𡎚口村", NULL },
    { "UTF-16", "made/villages_utf16le.csv", NULL, 13, "UTF-16LE", 0, 1, "槐树湾村", NULL },
    { "dirty, a comma inside quotes", "made/villages_dirty.csv", NULL, 14, "GB18030", 0, 2, "石门坎村，又名",
        NULL },
    { "folders as layers", "made/fieldwork.kml", NULL, 4, NULL, 4326, 0, "槐树湾村坑塘", NULL },
    { "the second folder", "made/fieldwork.kml", "巡查轨迹", 2, NULL, 4326, 1, "混合", NULL },
    { "the same, zipped", "made/fieldwork.kmz", NULL, 4, NULL, 4326, 0, "槐树湾村坑塘", NULL },
    { "XML in GBK", "made/patrol_gbk.gpx", NULL, 1, NULL, 4326, 0, "槐树湾一号林班", NULL },
    { "its points", "made/patrol_gbk.gpx", "track_points", 120, NULL, 4326, 0,
        "2024-06-01T00:00:00.000+00:00", NULL },
    { "broken shapes are rows all the same", "made/broken.geojson", NULL, 9, NULL, 4490, 0, "自相交", NULL },
    /* README of the data, first table */
    { "Natural Earth, .cpg ISO-8859-1", "ne/naturalearth_lowres.shp", NULL, 177, "ISO-8859-1", 4326, 0,
        "Fiji", NULL },
    { "OpenStreetMap", "osm/monaco.osm.pbf", "points", 3071, NULL, 4326, 0, NULL, NULL },
    { "a curve", "gpkg/curve.gpkg", NULL, 1, NULL, ANY, 0, NULL, NULL },
    { "a curve polygon", "gpkg/curvepolygon.gpkg", NULL, 1, NULL, ANY, 0, NULL, NULL },
    { "a multi surface", "gpkg/multisurface.gpkg", NULL, 1, NULL, ANY, 0, NULL, NULL },
    { "a line with Z and M", "gpkg/line_zm.gpkg", NULL, 1, NULL, ANY, 0, NULL, NULL },
    { "NULL in every type", "gpkg/test_gpkg_nulls.gpkg", NULL, 4, NULL, ANY, 0, NULL, NULL },
    { "a table without shapes", "gpkg/nospatial.gpkg", NULL, 1, NULL, 0, 0, NULL, NULL },
    { "old GBK .dbf", "shp/chinese_poly.shp", NULL, 1, "GB18030", ANY, 0, "黑龙江省", NULL },
    { ".cpg wins over the language byte", "shp/rus-windows-1251.shp", NULL, 2, "windows-1251", ANY, 0,
        "Кириллица", NULL },
    { "a hole that touches its shell", "shp/holeTouchEdge.shp", NULL, 1, NULL, 0, 0, NULL, NULL },
    { "a lone .shp with bytes after its end", "shp/extraAtEnd.shp", NULL, 0, NULL, 0, 0, NULL, NULL },
    { "a length that lies", "shp/corrupt_too_long.shp", NULL, 10, NULL, 0, 0, NULL, NULL },
    { ".shx missing", "shp/latin1.shp", NULL, 1, NULL, 0, 0, "Ñandú", NULL },
    { "triangles", "shp/test_tin.shp", NULL, 1, NULL, 0, 0, NULL, NULL },
    { "every KML shape", "kml-gpx/KML_Samples.kml", "Placemarks", 3, NULL, 4326, 0, NULL, NULL },
    { "typed data of KML", "kml-gpx/KML_ExtData_Typed.kml", NULL, 2, NULL, 4326, 0, NULL, NULL },
    { "untyped data of KML", "kml-gpx/KML_ExtData_Untyped.kml", NULL, 2, NULL, 4326, 0, NULL, NULL },
    { "one track", "kml-gpx/test_gpx.gpx", NULL, 1, NULL, 4326, 0, NULL, NULL },
};

static void handed_files(void **state)
{
    Got *g = malloc(sizeof *g);

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        char path[600], what[200];
        const TransferLayer *l;

        snprintf(what, sizeof what, "data/geo/%s", row[i].file);
        if (!read_file(handed(what, path), row[i].layer, g)) {
            if (row[i].rows)
                print_message("%s: %s\n", row[i].file, row[i].say), say(&g->err);
            assert_int_equal(row[i].rows, 0);
            assert_ptr_equal(g->err.kind, &TRANSFER_UNREADABLE);
            arena_free(g->a);
            continue;
        }
        l = g->read.layer + g->read.chosen;
        if (g->n != row[i].rows || (row[i].epsg != ANY && l->epsg != row[i].epsg))
            print_message("%s: %s: %zu rows, EPSG %d, %.*s\n", row[i].file, row[i].say, g->n, l->epsg,
                STRV(l->encoding));
        assert_int_equal(g->n, row[i].rows);
        assert_true(row[i].epsg == ANY || l->epsg == row[i].epsg);
        assert_true(!row[i].encoding || str_eq_nocase(l->encoding, str_of(row[i].encoding)));
        assert_true(!row[i].cell || cell_is(g, row[i].row, row[i].cell));
        assert_true(!row[i].warning || warned(g, row[i].warning));
        arena_free(g->a);
    }
    free(g);
}

/* Pictures of the ground and words are no sheets. */
static void files_that_are_no_sheets(void **state)
{
    static const char *const name[] = { "data/geo/dem/N43E007.hgt.zip", "data/geo/README.md" };
    Got *g = malloc(sizeof *g);
    char path[600];

    (void)state;
    for (size_t i = 0; i < LEN(name); i++) {
        assert_false(read_file(handed(name[i], path), NULL, g));
        assert_ptr_equal(g->err.kind, &TRANSFER_UNREADABLE);
        assert_true(g->err.hint[0]);
        arena_free(g->a);
    }
    free(g);
}

/* Not even a sheet: an empty zip, nothing, noise. */
static void unreadable_files(void **state)
{
    Got *g = malloc(sizeof *g);
    char dir[64], path[512];

    (void)state;
    temp_dir(dir);
    for (size_t i = 0; i < 6; i++) {
        static const char *const end[] = { "xlsx", "shp", "gpkg", "zip", "kml", "geojson" };

        snprintf(path, sizeof path, "%s/noise.%s", dir, end[i]);
        put_file(path, "PK\3\4 is not a sheet", 19);
        assert_false(read_file(path, NULL, g));
        assert_true(g->err.kind == &TRANSFER_UNREADABLE || g->err.kind == &TRANSFER_EMPTY);
        arena_free(g->a);
    }
    assert_false(read_file("/tmp/there is no such file.xlsx", NULL, g));
    arena_free(g->a);
    drop_dir(dir);
    free(g);
}

/* A clone alone: the same oddities, made here. */
static void own_small_files(void **state)
{
    static const char gbk[] =
        "\xB4\xFA\xC2\xEB,\xB4\xE5\xC3\xFB\r\n1,\xCA\xAF\xC7\xC5\xB4\xE5\r\n"; /* 代码,村名 / 1,石桥村 */
    static const char gpx[] = "<?xml version=\"1.0\" encoding=\"GBK\"?><gpx version=\"1.1\" "
                              "xmlns=\"http://www.topografix.com/GPX/1/1\">"
                              "<wpt lat=\"31.5\" lon=\"111.5\"><name>\xCA\xAF\xC7\xC5</name></wpt></gpx>";
    Got *g = malloc(sizeof *g);
    char dir[64], path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/a.csv", temp_dir(dir));
    put_file(path, gbk, sizeof gbk - 1);
    assert_true(read_file(path, NULL, g));
    assert_int_equal(g->n, 2);
    assert_true(cell_is(g, 1, "石桥村"));
    arena_free(g->a);
    snprintf(path, sizeof path, "%s/a.gpx", dir);
    put_file(path, gpx, sizeof gpx - 1);
    assert_true(read_file(path, NULL, g));
    assert_true(cell_is(g, 0, "石桥"));
    assert_int_equal(g->read.layer[g->read.chosen].epsg, 4326);
    arena_free(g->a);
    drop_dir(dir);
    free(g);
}

static void sheet_with_merged_head(const char *path)
{
    lxw_workbook *b = workbook_new(path);
    lxw_worksheet *s = workbook_add_worksheet(b, "路况");
    lxw_format *day = workbook_add_format(b);

    format_set_num_format(day, "yyyy-mm-dd");
    worksheet_merge_range(s, 0, 0, 0, 3, "橘坞镇路况检测表", NULL);
    worksheet_write_string(s, 2, 0, "证号", NULL);
    worksheet_write_string(s, 2, 1, "名称", NULL);
    worksheet_write_string(s, 2, 2, "日期", NULL);
    worksheet_write_number(s, 3, 0, 429999199001011234.0, NULL);
    worksheet_write_string(s, 3, 1, "甲", NULL);
    worksheet_write_number(s, 3, 2, 46000, day);
    worksheet_write_number(s, 3, 3, 0.25, NULL);
    assert_int_equal(workbook_close(b), LXW_NO_ERROR);
}

static void an_xlsx_keeps_its_rows_and_cells(void **state)
{
    Got *g = malloc(sizeof *g);
    char dir[64], path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/a.xlsx", temp_dir(dir));
    sheet_with_merged_head(path);
    assert_true(read_file(path, NULL, g));
    assert_true(g->read.layer[g->read.chosen].grid);
    assert_true(cell_is(g, 0, "橘坞镇路况检测表"));
    for (size_t i = 0; i < g->n; i++)
        if (cell_is(g, i, "甲")) {
            assert_int_equal(g->row[i].number, 4);
            assert_true(cell_is(g, i, "4.299991990010113E+17"));
            assert_true(cell_is(g, i, "0.25"));
            assert_true(cell_is(g, i, "2025/12/09"));
        }
    arena_free(g->a);
    drop_dir(dir);
    free(g);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest handed_over[] = { cmocka_unit_test(handed_files),
        cmocka_unit_test(files_that_are_no_sheets) };
    const struct CMUnitTest test[] = { cmocka_unit_test(unreadable_files), cmocka_unit_test(own_small_files),
        cmocka_unit_test(an_xlsx_keeps_its_rows_and_cells) };

    WORKER_FIRST(argc, argv);
    HANDED_GROUP(argc, argv, handed_over, NULL, NULL)
    return cmocka_run_group_tests(test, NULL, NULL);
}
