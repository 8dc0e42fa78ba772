/* tests/transfer/import_test.c - sheets become records: matched, checked, applied, and the sheet that comes back. */
#include "county.h"
#include <signal.h>
#include <sys/wait.h>

static bool counts_are(const Run *r, size_t create, size_t update, size_t unchanged, size_t wrong)
{
    const TransferCounts *c = &r->g.counts;
    const bool good =
        c->create == create && c->update == update && c->unchanged == unchanged && c->wrong == wrong;

    if (!good) {
        say(&r->g.problem);
        print_message("%zu rows: %zu created, %zu updated, %zu unchanged, %zu wrong; %s\n%s", c->rows,
            c->create, c->update, c->unchanged, c->wrong, r->g.collection, r->said);
    }
    return good;
}

static void a_sheet_is_upserted_by_its_key(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };

    bring_text(k, "公路.csv",
        "路线编号,路线名称,行政等级,起点,讫点\r\nY012,三渡线,乡道,甲,乙\r\nX003,柳橘线,县道,柳堰,橘坞\r\n",
        "", &r);
    assert_string_equal(r.g.collection, "road");
    assert_true(counts_are(&r, 1, 0, 1, 0));
    assert_int_equal(held(k, "road"), 1); /* a dry run writes nothing */
    assert_true(apply(k, &r, TRANSFER_ALL_OR_NOTHING, &err));
    assert_int_equal(r.g.status, TRANSFER_DONE);
    assert_int_equal(held(k, "road"), 2);
    bring_text(k, "公路.csv",
        "路线编号,路线名称,行政等级,起点,讫点\r\nY012,三渡新线,乡道,甲,乙\r\nX003,柳橘线,县道,柳堰,橘坞\r\n",
        "", &r);
    assert_true(counts_are(&r, 0, 1, 1, 0));
    assert_true(apply(k, &r, TRANSFER_ALL_OR_NOTHING, &err));
    assert_int_equal(held(k, "road"), 2);
    assert_false(apply(k, &r, TRANSFER_ALL_OR_NOTHING, &err)); /* once is enough */
    assert_ptr_equal(err.kind, &TRANSFER_NOT_NOW);
}

static void every_bad_cell_is_marked_and_none_is_written(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };

    bring_text(k, "dirty.csv",
        "行政区划代码,村名,经度,纬度,人口,面积（亩）,核查日期,核查时刻,村类,花费\n"
        "4.29999E+11,甲,111.3,31.5,1,,,,,\n"
        "990121108201,乙,111°18′36″,31°30′36″,1695,3,2026/11/3,2026-11-03 08:30,平原,12.5\n"
        "990121108202,丙,111.3,31.5,2101人,,46000,,山地,1.234\n"
        "990121108203,丁,111.3,31.5,\"2,106\",,,,,\n"
        "990121108204,戊,111.3,,1806,,,,,\n"
        "990121108205,己,东边,31.5,五,,,,,\n"
        "990121108206,庚,31.5,111.3,5,,,,,\n"
        "990121108201,辛,111.3,31.5,6,,,,,\n"
        "合计,,,,17241,,,,,\n",
        "try_place", &r);
    assert_true(counts_are(&r, 1, 0, 0, 8));
    assert_true(said(&r, "2 行政区划代码: “4.29999E+11”是科学计数法"));
    assert_true(said(&r, "4 人口: “2101人”带了单位；请只写数字：2101"));
    assert_true(said(&r, "4 核查日期: “46000”像是 Excel 的日期序号；若是 2025-12-09"));
    assert_true(said(&r, "4 村类:"));
    assert_true(said(&r, "4 花费:"));
    assert_true(said(&r, "5 人口: “2,106”里有千分位逗号；请写成 2106"));
    assert_true(said(&r, "6 纬度: 只有经度，缺纬度"));
    assert_true(said(&r, "7 经度: “东边”不是坐标"));
    assert_true(said(&r, "7 人口:"));
    assert_true(said(&r, "8 经度: 图形不对：经纬度像是写反了"));
    assert_true(said(&r, "9 行政区划代码: “990121108201”与第 3 行重复"));
    assert_true(said(&r, "10 : “合计”行是汇总"));
    assert_false(apply(k, &r, TRANSFER_ALL_OR_NOTHING, &err));
    assert_ptr_equal(err.kind, &TRANSFER_HAS_ERRORS);
    assert_int_equal(held(k, "try_place"), 0);
    assert_true(apply(k, &r, TRANSFER_GOOD_ROWS, &err));
    assert_true(counts_are(&r, 1, 0, 0, 8));
    assert_int_equal(held(k, "try_place"), 1);
}

typedef struct Seen {
    GeoBox box;
    CqlValue value[64];
    size_t n;
    Arena *a;
} Seen;

static bool see(void *ctx, const LedgerRecord *rec)
{
    Seen *s = ctx;

    s->box = geo_wkb_box(rec->geometry);
    for (size_t i = 0; i < rec->collection->ndeclared && i < LEN(s->value); i++)
        s->value[i] = rec->value[i].kind == CQL_TEXT
                          ? (CqlValue){ .kind = CQL_TEXT, .text = str_copy(s->a, rec->value[i].text) }
                          : rec->value[i];
    s->n++;
    return true;
}

static Seen last_of(County *k, const char *collection)
{
    Seen s = { .a = k->a };
    const LedgerQuery q = { .collection = pack_collection(k->model, str_of(collection)) };
    LedgerPage page;
    Err err = { 0 };

    assert_true(ledger_select((LedgerView){ k->ledger, &ACCESS_VISITOR }, &q, see, &s, k->a, &page, &err));
    return s;
}

static void units_times_and_degrees_are_read(void **state)
{
    County *k = *state;
    const Seen s = last_of(k, "try_place");
    const PackCollection *c = pack_collection(k->model, STR("try_place"));

    assert_int_equal(s.n, 1);
    assert_float_equal(s.box.minx, 111.31, 1e-6);
    assert_float_equal(s.box.miny, 31.51, 1e-6);
    assert_float_equal(s.value[pack_property(c, STR("area"))->index].number, 2000, 1e-6); /* 3 亩 */
    assert_int_equal(s.value[pack_property(c, STR("seen_at"))->index].time % TIME_DAY, 1800 * TIME_SECOND);
    assert_int_equal(s.value[pack_property(c, STR("cost"))->index].integer, 1250);
}

static void shapes_are_mended_only_where_one_way_is_right(void **state)
{
    static const char own[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"情况\":\"自相交\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[111.3,31.4],[111.31,31.41],[111.31,31.4],[111.3,31.41],[111.3,31.4]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"情况\":\"顺\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[111.3,31.4],[111.3,31.41],[111.31,31.41],[111.3,31.4]]]}}]}";
    County *k = *state;
    Run r;

    bring_text(k, "bowtie.geojson", own, "try_case", &r);
    assert_true(counts_are(&r, 1, 0, 0, 1));
    assert_true(said(&r, "1 : ") && said(&r, "note 2 : 图形已自动修正：外环顺时针"));
}

static void handed_broken_shapes(void **state)
{
    static const struct {
        size_t row;
        const char *what;
    } want[] = { { 1, "[geo/invalid]" }, { 2, "外环顺时针" }, { 3, "环未闭合" }, { 4, "[geo/invalid]" },
        { 5, "经纬度像是写反了" }, { 6, "没有图形" }, { 7, "图形" }, { 9, "[geo/invalid]" } };
    County *k = *state;
    char path[600];
    Run r;

    bring(k, handed("data/geo/made/broken.geojson", path), &(TransferWish){ .collection = STR("try_case") },
        &r);
    for (size_t i = 0; i < LEN(want); i++) {
        char line[64], note[64];
        const char *at, *alt;

        snprintf(line, sizeof line, "%zu :", want[i].row);
        snprintf(note, sizeof note, "note %zu :", want[i].row);
        at = strncmp(r.said, line, strlen(line)) ? NULL : r.said;
        for (alt = r.said; !at && (alt = strchr(alt, '\n')) && alt[1]; alt++)
            at = !strncmp(alt + 1, line, strlen(line)) || !strncmp(alt + 1, note, strlen(note)) ? alt + 1
                                                                                                : NULL;
        if (!at || !strstr(at, want[i].what) ||
            strstr(at, want[i].what) > (strchr(at, '\n') ? strchr(at, '\n') : at + strlen(at)))
            print_message("row %zu: %s\n%s", want[i].row, want[i].what, r.said);
        assert_non_null(at);
        assert_non_null(strstr(at, want[i].what));
    }
}

static void a_zone_is_proposed_and_must_be_confirmed(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };
    char csv[4096] = "行政区划代码,村名,x,y\n";

    for (int i = 0; i < 5; i++) {
        const double x = 37.42e6 + i * 1000, y = 3.49e6;

        snprintf(
            csv + strlen(csv), sizeof csv - strlen(csv), "99012110820%d,村%d,%.1f,%.1f\n", i + 3, i, x, y);
    }
    bring_text(k, "zone.csv", csv, "try_place", &r);
    assert_true(str_eq(r.g.crs_assumed, STR("EPSG:4525")));
    assert_false(apply(k, &r, TRANSFER_GOOD_ROWS, &err));
    assert_ptr_equal(err.kind, &TRANSFER_CRS_UNSURE);
    assert_true(transfer_choose(k->manager, str_of(r.id), &(TransferWish){ .crs = STR("EPSG:4525") }, &err));
    look(k, &r);
    assert_true(counts_are(&r, 5, 0, 0, 0));
    assert_true(apply(k, &r, TRANSFER_GOOD_ROWS, &err));
}

static void handed_layer_without_a_prj(void **state)
{
    County *k = *state;
    char path[600];
    Run r;
    Err err = { 0 };

    bring(k, handed("data/geo/made/villages_4525_noprj.shp", path),
        &(TransferWish){ .collection = STR("try_place") }, &r);
    assert_true(str_eq(r.g.crs_assumed, STR("EPSG:4525")));
    assert_false(apply(k, &r, TRANSFER_GOOD_ROWS, &err));
    assert_ptr_equal(err.kind, &TRANSFER_CRS_UNSURE);
}

static void exchanged_axes_are_seen(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };

    bring_text(k, "axes.csv", "行政区划代码,经度,纬度\n990121108211,31.5,111.31\n990121108212,31.5,111.32\n",
        "try_place", &r);
    assert_non_null(strstr(r.g.crs_warning.ptr, "写反"));
    assert_true(transfer_choose(k->manager, str_of(r.id), &(TransferWish){ .crs = STR("swapped") }, &err));
    look(k, &r);
    assert_true(counts_are(&r, 2, 0, 0, 0));
}

/* Ponds drawn on a phone map lie some 600 m off those of the land survey. */
static void a_phone_map_is_smelt_and_never_shifted_silently(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };
    Buf b;
    double x, y;

    buf_init(&b, 1 << 20);
    buf_str(&b, STR("{\"type\":\"FeatureCollection\",\"features\":["));
    for (int i = 0; i < 20; i++) {
        const double x0 = 111.3 + 0.01 * (i % 5), y0 = 31.4 + 0.01 * (i / 5), w = 0.002 + 0.0001 * i;
        const double corner[5][2] = { { x0, y0 }, { x0 + w, y0 }, { x0 + w, y0 + 0.003 }, { x0, y0 + 0.003 },
            { x0, y0 } };

        buf_fmt(&b,
            "%s{\"type\":\"Feature\",\"properties\":{\"情况\":\"塘%d\"},\"geometry\":{\"type\":\"Polygon\","
            "\"coordinates\":[[",
            i ? "," : "", i);
        for (int n = 0; n < 5; n++) {
            x = corner[n][0], y = corner[n][1];
            geo_wgs_to_gcj(&x, &y);
            buf_fmt(&b, "%s[%.7f,%.7f]", n ? "," : "", x, y);
        }
        buf_str(&b, STR("]]}}"));
    }
    buf_str(&b, STR("]}"));
    buf_c(&b, 0);
    bring_text(k, "坑塘.geojson", b.ptr, "try_case", &r);
    buf_clear(&b);
    assert_true(str_eq(r.g.crs_assumed, STR("GCJ-02")));
    assert_non_null(strstr(r.g.crs_warning.ptr, "GCJ-02"));
    assert_true(transfer_choose(k->manager, str_of(r.id), &(TransferWish){ .crs = STR("GCJ-02") }, &err));
    look(k, &r);
    assert_true(apply(k, &r, TRANSFER_ALL_OR_NOTHING, &err));
    x = last_of(k, "try_case").box.minx;
    assert_float_equal(x, 111.34, 0.00002);
}

/* --- roads ---------------------------------------------------------------------------------------------------------------- */
static void inspections(const char *path)
{
    static const char *const head[] = { "检测批", "路线编号", "起桩", "讫桩", "方向", "检测时间", "检测方式",
        "IRI", "DR" };
    static const char *const cell[][9] = {
        { "2026秋", "X003", "K0+000", "K1+000", "上", "2026-11-03 08:30", "多功能检测车", "2.5", "1.2" },
        { "2026秋", "X003", "K1+000", "K2+000", "上", "2026-11-03 08:31", "多功能检测车", "480", "1.2" },
        { "2026秋", "X003", "K5+500", "K6+500", "上", "2026-11-03 08:32", "多功能检测车", "2.5", "1.2" },
        { "2026秋", "X003", "K3+000", "K2+000", "上", "2026-11-03 08:33", "多功能检测车", "2.5", "1.2" },
        { "2026秋", "X009", "K3+000", "K4+000", "下", "2026-11-03 08:34", "多功能检测车", "2.5", "1.2" },
        { "2026秋", "X003", "K4+000", "K5+000", "下", "2026-11-03 08:35", "手机", "良好", "1.2" },
        { "2026秋", "X003", "K4+000", "K5+000", "下", "2026-11-03 08:36", "手机", "3.5", "1.2" },
    };
    lxw_workbook *b = workbook_new(path);
    lxw_worksheet *s = workbook_add_worksheet(b, "检测");

    worksheet_merge_range(s, 0, 0, 0, 8, "橘坞镇路况检测表", NULL);
    worksheet_write_string(s, 1, 0, "填表：交通局", NULL);
    for (lxw_col_t i = 0; i < 9; i++)
        worksheet_write_string(s, 2, i, head[i], NULL);
    for (lxw_row_t i = 0; i < LEN(cell); i++)
        for (lxw_col_t n = 0; n < 9; n++) {
            double v;

            if (str_to_f64(str_of(cell[i][n]), &v))
                worksheet_write_number(s, i + 3, n, v, NULL);
            else
                worksheet_write_string(s, i + 3, n, cell[i][n], NULL);
        }
    assert_int_equal(workbook_close(b), LXW_NO_ERROR);
}

static void inspections_find_their_sections_and_the_sheet_comes_back(void **state)
{
    County *k = *state;
    Run r, back;
    Err err = { 0 };
    char path[128], sheet[128];

    snprintf(path, sizeof path, "%s/路况检测.xlsx", k->dir);
    inspections(path);
    bring(k, path, &(TransferWish){ .collection = STR("road_inspection") }, &r);
    assert_true(counts_are(&r, 2, 0, 0, 5));
    assert_true(said(&r, "5 IRI: “480”不合要求"));
    assert_true(said(&r, "6 起桩: 桩号 K5+500–K6+500 不在这条路上：已登记的路段为 K0+000 到 K6+000"));
    assert_true(said(&r, "7 起桩: 起桩大于讫桩（K3+000 > K2+000）"));
    assert_true(said(&r, "8 起桩: 公路里没有“X009”"));
    assert_true(said(&r, "9 IRI: “良好”不合要求"));
    snprintf(sheet, sizeof sheet, "%s/back.xlsx", k->dir);
    assert_true(transfer_sheet(k->manager, str_of(r.id), sheet, &err));
    bring(k, sheet, &(TransferWish){ .collection = STR("road_inspection") }, &back);
    assert_int_equal(back.g.counts.rows, 7);
    assert_int_equal(back.g.counts.wrong, 5);
    assert_true(apply(k, &r, TRANSFER_GOOD_ROWS, &err));
    assert_int_equal(held(k, "road_inspection"), 2);
}

static void a_stake_becomes_a_place_and_a_place_a_section(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };
    Seen s;
    const PackCollection *c = pack_collection(k->model, STR("road_defect"));

    bring_text(k, "病害.csv",
        "路线编号,桩号,病害类型,严重程度,影响安全,发现时间,病害状态\nX003,K2+500,坑槽,重,是,2026-11-03 "
        "08:30,发现\n",
        "road_defect", &r);
    assert_true(counts_are(&r, 1, 0, 0, 0));
    assert_true(apply(k, &r, TRANSFER_ALL_OR_NOTHING, &err));
    s = last_of(k, "road_defect");
    assert_float_equal(geo_metres(111.4, 31.5, s.box.minx, s.box.miny), 2500, 2);
    bring_text(k, "病害2.csv",
        "经度,纬度,病害类型,严重程度,影响安全,发现时间,病害状态\n111.415,31.50005,裂缝,轻,否,2026-11-03 "
        "08:40,发现\n"
        "111.415,31.6,裂缝,轻,否,2026-11-03 08:41,发现\n",
        "road_defect", &r);
    assert_true(counts_are(&r, 1, 0, 0, 1));
    assert_true(said(&r, "3 : 请填写病害路段"));
    assert_true(apply(k, &r, TRANSFER_GOOD_ROWS, &err));
    s = last_of(k, "road_defect");
    assert_true(
        str_starts(s.value[pack_property(c, STR("section"))->index].text, STR("01TESTSECT000000000000000")));
}

static void references_by_name_must_be_one_only(void **state)
{
    County *k = *state;
    Run r;

    bring_text(k, "refs.csv",
        "行政区划代码,村名,所属区划\n990121108221,甲,柳堰村\n990121108222,乙,石桥村\n990121108223,丙,"
        "没有村\n990121108224,丁,990121109201\n",
        "try_place", &r);
    assert_true(counts_are(&r, 2, 0, 0, 2));
    assert_true(said(&r, "3 所属区划: “石桥村”不止一个"));
    assert_true(said(&r, "4 所属区划: 行政区划里没有“没有村”"));
}

static void columns_are_remembered(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };
    Buf json;

    bring_text(k, "odd.csv", "行政区划代码,某某\n990121108231,甲\n", "try_place", &r);
    assert_true(transfer_choose(k->manager, str_of(r.id),
        &(TransferWish){ .pair = &(TransferPair){ STR("某某"), STR("name") }, .npair = 1 }, &err));
    look(k, &r);
    assert_true(apply(k, &r, TRANSFER_ALL_OR_NOTHING, &err));
    bring_text(k, "odd.csv", "行政区划代码,某某\n990121108232,乙\n", "try_place", &r);
    buf_init(&json, 1 << 20);
    assert_true(transfer_state(k->manager, str_of(r.id), false, &json, &err));
    assert_true(str_find(buf_text(&json),
                    STR("{\"name\":\"某某\",\"property\":\"name\",\"title\":\"村名\",\"remembered\":true")) !=
                SIZE_MAX);
    {
        json_t *v;

        assert_true(json_read_in(buf_text(&json), k->a, &v, &err));
    }
    buf_clear(&json);
}

static void handed_dirty_csv(void **state)
{
    County *k = *state;
    char path[600];
    Run r;

    bring(k, handed("data/geo/made/villages_dirty.csv", path),
        &(TransferWish){ .collection = STR("try_place") }, &r);
    assert_int_equal(r.g.counts.rows, 13);
    assert_true(said(&r, "2 行政区划代码: “4.29999E+11”是科学计数法"));
    assert_true(said(&r, "4 人口: “2101人”带了单位"));
    assert_true(said(&r, "5 人口: “2,106”里有千分位逗号"));
    assert_true(said(&r, "6 纬度: 只有经度，缺纬度"));
    assert_true(said(&r, "14 : “合计”行是汇总"));
    bring(k, handed("data/geo/made/villages_gbk.csv", path),
        &(TransferWish){ .collection = STR("try_place") }, &r);
    assert_true(counts_are(&r, 10, 0, 0, 0));
    bring(k, handed("data/geo/made/villages_gb18030.shp", path),
        &(TransferWish){ .collection = STR("try_place") }, &r);
    assert_true(counts_are(&r, 12, 0, 0, 0));
}

static GeoBox box_of_layer(County *k, const char *layer, Run *r)
{
    char path[600];
    Err err = { 0 };

    bring(k, handed("data/geo/made/villages_cgcs2000.gpkg", path),
        &(TransferWish){ .collection = STR("try_place"), .layer = str_of(layer) }, r);
    assert_int_equal(r->g.counts.rows, 12);
    assert_true(apply(k, r, TRANSFER_ALL_OR_NOTHING, &err));
    return last_of(k, "try_place").box;
}

static void handed_three_systems_agree(void **state)
{
    static const char *const layer[] = { "zone37_4525", "cm111_4546", "lonlat_4490" };
    County *k = *state;
    GeoBox box[3];
    Run r;

    for (size_t i = 0; i < LEN(layer); i++)
        box[i] = box_of_layer(k, layer[i], &r);
    for (size_t i = 1; i < LEN(layer); i++) {
        assert_float_equal(box[i].minx, box[0].minx, 2e-6);
        assert_float_equal(box[i].maxy, box[0].maxy, 2e-6);
    }
}

/* --- cut off ------------------------------------------------------------------------------------------------------------------ */
static void much(const char *path, size_t n)
{
    FILE *f = fopen(path, "w");

    fprintf(f, "行政区划代码,村名,经度,纬度,人口\n");
    for (size_t i = 0; i < n; i++)
        fprintf(f, "%012zu,村%zu,%.5f,31.5,%zu\n", i + 100000000000, i, 111.3 + (double)i * 1e-6, i);
    fclose(f);
}

static void killed_in_the_middle_it_goes_on(void **state)
{
    enum { ROWS = 1500 };
    County *k = *state;
    char path[128], id[ULID_LEN + 1];
    const int64_t before = held(k, "try_place");
    int pipe_fd[2], status;
    TransferGlance g;
    pid_t pid;
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/much.csv", k->dir);
    much(path, ROWS);
    transfer_manager_close(k->manager);
    ledger_close(k->ledger);
    assert_int_equal(pipe(pipe_fd), 0);
    pid = fork();
    if (pid == 0) {
        Run r;

        open_ledger(k);
        open_manager(k);
        bring(k, path, &(TransferWish){ .collection = STR("try_place") }, &r);
        if (!transfer_apply(k->manager, str_of(r.id), TRANSFER_ALL_OR_NOTHING, STR("甲"), &err))
            _exit(3);
        while (transfer_glance(k->manager, str_of(r.id), &g, &err) && g.status == TRANSFER_APPLYING &&
               g.counts.rows < 200)
            usleep(500);
        if (write(pipe_fd[1], r.id, ULID_LEN) != ULID_LEN)
            _exit(4);
        for (;;)
            pause();
    }
    assert_int_equal(read(pipe_fd[0], id, ULID_LEN), ULID_LEN);
    id[ULID_LEN] = 0;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(pipe_fd[0]);
    close(pipe_fd[1]);
    open_ledger(k);
    open_manager(k);
    assert_true(transfer_wait(k->manager, str_of(id), 0, &g, &err));
    say(&g.problem);
    assert_int_equal(g.status, TRANSFER_DONE);
    assert_int_equal(g.counts.rows, ROWS);
    assert_int_equal(held(k, "try_place") - before, ROWS); /* each once */
}

static void a_cancelled_import_is_gone(void **state)
{
    County *k = *state;
    char path[128], id[ULID_LEN + 1];
    TransferGlance g;
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/more.csv", k->dir);
    much(path, 3000);
    assert_true(transfer_begin(k->manager, STR("more.csv"), path, false,
        &(TransferWish){ .collection = STR("try_place") }, id, &err));
    assert_true(transfer_drop(k->manager, str_of(id), &err));
    assert_false(transfer_glance(k->manager, str_of(id), &g, &err));
    assert_ptr_equal(err.kind, &TRANSFER_NO_IMPORT);
}

static void unknown_things_are_said(void **state)
{
    County *k = *state;
    Run r;
    Err err = { 0 };

    bring_text(k, "what.csv", "qq,ww\n1,2\n", "", &r);
    assert_ptr_equal(r.g.problem.kind,
        r.g.problem.kind == &TRANSFER_NO_COLUMNS ? &TRANSFER_NO_COLUMNS : &TRANSFER_NO_COLLECTION);
    bring_text(k, "empty.csv", "", "try_place", &r);
    assert_ptr_equal(r.g.problem.kind, &TRANSFER_EMPTY);
    assert_false(transfer_apply(k->manager, str_of(r.id), TRANSFER_GOOD_ROWS, STR("x"), &err));
    bring_text(k, "no.csv", "行政区划代码\n1\n", "nothing_such", &r);
    assert_ptr_equal(r.g.problem.kind, &PACK_NO_COLLECTION);
    bring_text(k, "x.xlsx", "this is no workbook", "try_place", &r);
    assert_int_equal(r.g.status, TRANSFER_FAILED);
    assert_ptr_equal(r.g.problem.kind, &TRANSFER_UNREADABLE);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest handed_over[] = { cmocka_unit_test(handed_broken_shapes),
        cmocka_unit_test(handed_layer_without_a_prj), cmocka_unit_test(handed_dirty_csv),
        cmocka_unit_test(handed_three_systems_agree) };
    const struct CMUnitTest test[] = {
        cmocka_unit_test(a_sheet_is_upserted_by_its_key),
        cmocka_unit_test(every_bad_cell_is_marked_and_none_is_written),
        cmocka_unit_test(units_times_and_degrees_are_read),
        cmocka_unit_test(shapes_are_mended_only_where_one_way_is_right),
        cmocka_unit_test(a_zone_is_proposed_and_must_be_confirmed),
        cmocka_unit_test(exchanged_axes_are_seen),
        cmocka_unit_test(a_phone_map_is_smelt_and_never_shifted_silently),
        cmocka_unit_test(inspections_find_their_sections_and_the_sheet_comes_back),
        cmocka_unit_test(a_stake_becomes_a_place_and_a_place_a_section),
        cmocka_unit_test(references_by_name_must_be_one_only),
        cmocka_unit_test(columns_are_remembered),
        cmocka_unit_test(killed_in_the_middle_it_goes_on),
        cmocka_unit_test(a_cancelled_import_is_gone),
        cmocka_unit_test(unknown_things_are_said),
    };

    WORKER_FIRST(argc, argv);
    HANDED_GROUP(argc, argv, handed_over, county_open, county_close)
    return cmocka_run_group_tests(test, county_open, county_close);
}
