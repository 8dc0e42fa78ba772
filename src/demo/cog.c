/* src/demo/cog.c - the ground as a Cloud-Optimised GeoTIFF of some 30 m: for hill shade, slope and the hydro engine, and to
 * be taken away. The generator's grid is up to twice as wide; between its points heights follow Catmull & Rom (1974), and a
 * little grain is added where the ground is steep, so that slopes do not look ironed.
 */
#include "demo/county.h"
#include <cpl_conv.h>
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>

enum { PIXEL = 30 }; /* m */

static double height(const County *c, int x, int y)
{
    x = x < 0 ? 0 : x >= c->g.w ? c->g.w - 1 : x;
    y = y < 0 ? 0 : y >= c->g.h ? c->g.h - 1 : y;
    return c->z[(size_t)y * (size_t)c->g.w + (size_t)x];
}

static double between(double a, double b, double c, double d, double t) /* b at 0, c at 1 */
{
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

static int pixels(double cells, double cell)
{
    return (int)lround(cells * cell / PIXEL);
}

static float at(const County *c, int fx, int fy)
{
    const double u = (fx + 0.5) * PIXEL / c->g.cell - 0.5, v = (fy + 0.5) * PIXEL / c->g.cell - 0.5;
    const int x = (int)floor(u), y = (int)floor(v);
    double row[4];

    for (int k = 0; k < 4; k++)
        row[k] = between(height(c, x - 1, y - 1 + k), height(c, x, y - 1 + k), height(c, x + 1, y - 1 + k),
            height(c, x + 2, y - 1 + k), u - x);
    const double z = between(row[0], row[1], row[2], row[3], v - y);
    const double steep = fabs(row[2] - row[0]) / (2 * c->g.cell),
                 grain = demo_noise(c->spec->seed ^ 303, fx / 2.3, fy / 2.3);

    return (float)(round((z + 6 * fmin(steep, 0.5) * grain) * 8) / 8); /* eighths of a metre pack well */
}

static bool fill(const County *c, GDALDatasetH set)
{
    const int w = pixels(c->g.w, c->g.cell), h = pixels(c->g.h, c->g.cell);
    GDALRasterBandH band = GDALGetRasterBand(set, 1);
    Arena *a = arena_new((size_t)w * sizeof(float) + 65536);
    float *line = NEWS(a, float, (size_t)w);
    bool good = line && band;

    for (int y = 0; good && y < h; y++) {
        for (int x = 0; x < w; x++)
            line[x] = at(c, x, y);
        good = GDALRasterIO(band, GF_Write, 0, y, w, 1, line, w, 1, GDT_Float32, 0, 0) == CE_None;
    }
    arena_free(a);
    if (band) {
        GDALSetRasterUnitType(band, "m");
        GDALSetDescription(band, "height");
    }
    return good;
}

static bool placed(const County *c, GDALDatasetH set)
{
    const int w = GDALGetRasterXSize(set), h = GDALGetRasterYSize(set);

    const Xy nw = demo_degrees(c, (Xy){ 0, 0 }),
             se = demo_degrees(c, (Xy){ c->g.w * c->g.cell, c->g.h * c->g.cell });
    double t[6] = { nw.x, (se.x - nw.x) / w, 0, nw.y, 0, (se.y - nw.y) / h };
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    const bool good = OSRImportFromEPSG(srs, 4490) == OGRERR_NONE && GDALSetGeoTransform(set, t) == CE_None &&
                      GDALSetSpatialRef(set, srs) == CE_None;

    OSRDestroySpatialReference(srs);
    return good;
}

bool demo_cog_write(const County *c, Err *err)
{
    char *option[] = { (char[]){ "COMPRESS=DEFLATE" }, (char[]){ "PREDICTOR=YES" },
        (char[]){ "BLOCKSIZE=256" }, (char[]){ "RESAMPLING=BILINEAR" }, (char[]){ "LEVEL=4" }, NULL };
    const Str path = str_fmt(c->a, "%s/files/dem.tif", c->spec->out);
    GDALDriverH memory, cog;
    GDALDatasetH ground = NULL, written = NULL;

    if (!GDALGetDriverByName("COG"))
        GDALAllRegister();
    memory = GDALGetDriverByName("MEM");
    cog = GDALGetDriverByName("COG");
    if (memory)
        ground = GDALCreate(
            memory, "", pixels(c->g.w, c->g.cell), pixels(c->g.h, c->g.cell), 1, GDT_Float32, NULL);
    if (ground && cog && path.ptr && placed(c, ground) && fill(c, ground))
        written = GDALCreateCopy(cog, path.ptr, ground, FALSE, option, NULL, NULL);
    if (ground)
        GDALClose(ground);
    if (!written)
        return FAIL(err, BASE_IO, STR("dem.tif"), "files");
    GDALClose(written);
    return true;
}
