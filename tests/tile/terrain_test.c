/* tests/tile/terrain_test.c - elevation tiles read back with libpng; files that are not what they say. */
#include "tile/tile.h"
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { SIDE = 200 };

static double metres_of(const uint8_t *rgb, size_t x, size_t y)
{
    const uint8_t *p = rgb + 3 * (y * 256 + x);

    return p[0] * 256.0 + p[1] + p[2] / 256.0 - 32768;
}

static uint8_t *pixels(const TileTerrain *t, int z, uint32_t x, uint32_t y)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    uint8_t *rgb = malloc(3 * 256 * 256);
    Buf b;
    Err err = { 0 };

    buf_init(&b, 1 << 20);
    assert_true(tile_terrain_get(t, z, x, y, &b, &err));
    assert_true(png_image_begin_read_from_memory(&image, b.ptr, b.len));
    assert_true(image.width == 256 && image.height == 256);
    image.format = PNG_FORMAT_RGB;
    assert_true(png_image_finish_read(&image, NULL, rgb, 0, NULL));
    buf_clear(&b);
    return rgb;
}

static TileTerrain *plane(
    bool hole) /* 1000 m at 111° E, 100 m more each 0.1° east, 50 m less each 0.1° north */
{
    float *m = malloc(SIDE * SIDE * sizeof *m);
    TileTerrain *t = NULL;
    Err err = { 0 };

    for (size_t r = 0; r < SIDE; r++)
        for (size_t c = 0; c < SIDE; c++) {
            double lon = 111 + ((double)c + 0.5) / SIDE, lat = 32 - ((double)r + 0.5) / SIDE;

            m[r * SIDE + c] = (float)(1000 + (lon - 111) * 1000 - (lat - 31) * 500);
            if (hole && c > 90 && c < 110)
                m[r * SIDE + c] = NAN;
        }
    assert_true(tile_terrain_of(m, SIDE, SIDE, (GeoBox){ 111, 31, 112, 32 }, &t, &err));
    free(m);
    return t;
}

static void a_plane_is_a_plane(void **state)
{
    TileTerrain *t = plane(false);

    (void)state;
    for (int z = 8; z <= 14; z++) {
        uint32_t x, y;
        uint8_t *rgb;
        double n = (double)(1u << z);

        geo_tile_at(GEO_WEBMERCATOR, z, 111.5, 31.5, &x, &y);
        rgb = pixels(t, z, x, y);
        for (size_t i = 0; i < 256; i += 17)
            for (size_t k = 0; k < 256; k += 17) {
                double lon = (x + ((double)i + 0.5) / 256) / n * 360 - 180;
                double lat = atan(sinh(M_PI * (1 - 2 * (y + ((double)k + 0.5) / 256) / n))) * 180 / M_PI;
                double in_x = fmin(fmax(lon, 111), 112), in_y = fmin(fmax(lat, 31), 32);
                double want = 1000 + (in_x - 111) * 1000 - (in_y - 31) * 500;

                const double off = fmax(fabs(lon - in_x), fabs(lat - in_y));

                if (off > 0) /* the edge goes on, half a cell inside; the further, the smoother */
                    assert_true(fabs(metres_of(rgb, i, k) - want) < 10 + 1000 * off);
                else if (lon > 111.01 && lon < 111.99 && lat > 31.01 && lat < 31.99)
                    assert_true(fabs(metres_of(rgb, i, k) - want) < 0.05);
            }
        free(rgb);
    }
    tile_terrain_close(t);
}

static void a_hole_is_sea_level(void **state)
{
    TileTerrain *t = plane(true);
    uint32_t x, y;
    uint8_t *rgb;

    (void)state;
    geo_tile_at(GEO_WEBMERCATOR, 12, 111.5, 31.5, &x, &y);
    rgb = pixels(t, 12, x, y);
    assert_true(metres_of(rgb, 128, 128) == 0 || x == 0);
    free(rgb);
    tile_terrain_close(t);
}

/* An edge of stripes, ten cells wide: 400 m and 600 m in turn. */
static void stripes_fade_outside(void **state)
{
    float m[SIDE * SIDE];
    TileTerrain *t = NULL;
    Err err = { 0 };
    uint32_t x, y;
    uint8_t *rgb;

    (void)state;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        m[i] = i % SIDE / 10 % 2 ? 600 : 400;
    assert_true(tile_terrain_of(m, SIDE, SIDE, (GeoBox){ 111, 31, 112, 32 }, &t, &err));
    for (size_t step = 0; step < 3; step++) { /* a tile inside, across the edge, 0.3° away from it */
        const double lat[] = { 31.7, 32.0, 32.3 };
        double low = 1e9, high = -1e9;

        geo_tile_at(GEO_WEBMERCATOR, 10, 111.5, lat[step], &x, &y);
        rgb = pixels(t, 10, x, y);
        for (size_t i = 0; i < 256; i++) {
            low = fmin(low, metres_of(rgb, i, 0)); /* its northern row */
            high = fmax(high, metres_of(rgb, i, 0));
        }
        free(rgb);
        assert_true(step == 0 ? high - low > 190 : step == 1 ? high - low < 190 : high - low < 20);
        assert_true(low >= 400 && high <= 600);
    }
    tile_terrain_close(t);
}

static void outside_the_grid(void **state)
{
    TileTerrain *t = plane(false);
    Buf b;
    Err err = { 0 };

    (void)state;
    buf_init(&b, 1 << 20);
    assert_false(tile_terrain_get(t, 15, 0, 0, &b, &err));
    assert_ptr_equal(err.kind, &TILE_NO_TILE);
    assert_false(tile_terrain_get(t, 3, 8, 0, &b, &err));
    buf_clear(&b);
    tile_terrain_close(t);
}

/* clang-format off */
static const struct File {
    const char *say;
    const char magic[9];
    uint32_t width, height;
    double box[4];
    size_t floats;
    const ErrKind *want;
} files[] = {
    { "right",              "SZDEM1\0\0", 3, 2, { 111, 31, 112, 32 }, 6, NULL },
    { "another magic",      "SZDEM2\0\0", 3, 2, { 111, 31, 112, 32 }, 6, &TILE_BAD_DEM },
    { "cut off",            "SZDEM1\0\0", 3, 2, { 111, 31, 112, 32 }, 5, &TILE_BAD_DEM },
    { "head only",          "SZDEM1\0\0", 3, 2, { 111, 31, 112, 32 }, 0, &TILE_BAD_DEM },
    { "a size that lies",   "SZDEM1\0\0", 0xFFFFFFFF, 0xFFFFFFFF, { 111, 31, 112, 32 }, 6, &TILE_BAD_DEM },
    { "an empty box",       "SZDEM1\0\0", 3, 2, { 112, 31, 111, 32 }, 6, &TILE_BAD_DEM },
    { "a box of no number", "SZDEM1\0\0", 3, 2, { NAN, 31, 112, 32 }, 6, &TILE_BAD_DEM },
};
/* clang-format on */

static void files_are_checked(void **state)
{
    const float metres[6] = { 1, 2, 3, 4, 5, 6 };
    char path[] = "/tmp/sangzi-dem-XXXXXX";
    int fd = mkstemp(path);
    TileTerrain *t = NULL;
    Err none = { 0 };

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < LEN(files); i++) {
        FILE *f = fopen(path, "wb");
        Err err = { 0 };

        assert_true(fwrite(files[i].magic, 1, 8, f) == 8 && fwrite(&files[i].width, 4, 1, f) == 1 &&
                    fwrite(&files[i].height, 4, 1, f) == 1 && fwrite(files[i].box, 8, 4, f) == 4);
        assert_int_equal(fwrite(metres, sizeof *metres, files[i].floats, f), files[i].floats);
        fclose(f);
        if (tile_terrain_open(path, &t, &err) != !files[i].want)
            print_error("%s\n", files[i].say);
        assert_ptr_equal(err.kind, files[i].want);
        if (!files[i].want) {
            assert_true(tile_terrain_box(t).minx == 111 && tile_terrain_box(t).maxy == 32);
            tile_terrain_close(t);
        }
    }
    unlink(path);
    assert_false(tile_terrain_open(path, &t, &none));
    assert_ptr_equal(none.kind, &BASE_NO_FILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_is_a_plane),
        cmocka_unit_test(a_hole_is_sea_level),
        cmocka_unit_test(stripes_fade_outside),
        cmocka_unit_test(outside_the_grid),
        cmocka_unit_test(files_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
