/* tests/demo/cog_test.c - the ground as a GeoTIFF that any GIS reads in pieces: where it lies, how fine it is, how high. */
#include "demo/demo.h"
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define DATA SOURCE_DIR "/packs/00-common/demo"
static char home[64], file[128];

static bool nothing(void *ctx, const DemoRecord *r, Err *err)
{
    (void)ctx, (void)r, (void)err;
    return true;
}

static int make(void **state)
{
    const DemoSpec spec = { 2000, 5, date_of(2026, 11, 23), DATA, home };
    const DemoSink sink = { nothing, NULL, NULL };
    Err err = { 0 };

    (void)state;
    snprintf(home, sizeof home, "/tmp/sangzi-cog-XXXXXX");
    assert_non_null(mkdtemp(home));
    snprintf(file, sizeof file, "%s/files/dem.tif", home);
    if (!demo_make(&spec, &sink, &err))
        fail_msg("%s %s", err.what, err.where);
    GDALAllRegister();
    return 0;
}

static int drop(void **state)
{
    char command[160];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command);
}

static void it_is_cloud_optimised(void **state)
{
    GDALDatasetH set = GDALOpen(file, GA_ReadOnly);
    GDALRasterBandH band;
    int w, h;

    (void)state;
    assert_non_null(set);
    assert_string_equal(GDALGetMetadataItem(set, "LAYOUT", "IMAGE_STRUCTURE"), "COG");
    assert_string_equal(GDALGetMetadataItem(set, "COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE");
    band = GDALGetRasterBand(set, 1);
    GDALGetBlockSize(band, &w, &h);
    assert_true(w == 256 && h == 256);
    assert_int_equal(GDALGetRasterDataType(band), GDT_Float32);
    assert_string_equal(GDALGetRasterUnitType(band), "m");
    GDALClose(set);
}

static void it_lies_in_its_county(void **state)
{
    GDALDatasetH set = GDALOpen(file, GA_ReadOnly);
    OGRSpatialReferenceH srs = set ? GDALGetSpatialRef(set) : NULL;
    double t[6];

    (void)state;
    assert_non_null(srs);
    assert_string_equal(OSRGetAuthorityCode(srs, NULL), "4490");
    assert_int_equal(GDALGetGeoTransform(set, t), CE_None);
    assert_true(t[0] > 111.20 && t[0] < 111.5 && t[3] > 31.5 && t[3] < 31.75 && t[5] < 0);
    assert_true(
        fabs(t[1] * 94990 - 30) < 1 && fabs(-t[5] * 110880 - 30) < 1); /* metres in a degree at 31.5 N */
    GDALClose(set);
}

static void it_rises_to_the_north(void **state)
{
    GDALDatasetH set = GDALOpen(file, GA_ReadOnly);
    const int w = set ? GDALGetRasterXSize(set) : 0, h = set ? GDALGetRasterYSize(set) : 0;
    double sum[2] = { 0, 0 };
    float *z = mem_new((size_t)w + 1, sizeof *z);

    (void)state;
    assert_true(z && w > 50 && h > 50);
    for (int y = 0; y < h; y++) {
        assert_int_equal(
            GDALRasterIO(GDALGetRasterBand(set, 1), GF_Read, 0, y, w, 1, z, w, 1, GDT_Float32, 0, 0),
            CE_None);
        for (int x = 0; x < w; x++) {
            assert_true(isfinite(z[x]) && z[x] > -20 && z[x] < 1500);
            sum[y >= h / 2] += z[x];
        }
    }
    assert_true(sum[0] > sum[1]);
    mem_free(z);
    GDALClose(set);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(it_is_cloud_optimised),
        cmocka_unit_test(it_lies_in_its_county),
        cmocka_unit_test(it_rises_to_the_north),
    };

    return cmocka_run_group_tests(test, make, drop);
}
