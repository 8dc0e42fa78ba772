/* src/tile/terrain.c - elevation tiles from one grid: bilinear between the cells' centres, PNG in Terrarium encoding
 * (Mapzen terrain tiles): v = metres + 32768; red = v / 256, green = v % 256, blue = its fraction in 256ths.
 *
 * Outside the grid its edge goes on, smoothed: at d cells from the edge stands the mean of the edge's cells within d. So the
 * shading fades to nothing, without a cliff and without the stripes that the bare edge would draw to the map's end.
 *
 *      edge of the grid   ─┬──┬──┬──┬──┬──┬─
 *                            ╲ mean ╱          beside a corner both edges count, each by the distance
 *      d cells outside          •              from the other
 */
#include "tile/tile.h"
#include <fcntl.h>
#include <math.h>
#include <png.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIXELS = 256, TERRAIN_ZOOM = 14, SIDE_MAX = 100000 };
typedef struct DemHead {
    char magic[8];
    uint32_t width, height;
    double minx, miny, maxx, maxy;
} DemHead;
struct TileTerrain {
    void *map; /* the file, or NULL: `own` */
    size_t len;
    float *own;
    const float *metres;
    uint32_t width, height;
    GeoBox box;
    double *sum[4]; /* of each edge, N S W E: known metres before each cell, then how many cells those are */
};
typedef enum Edge { NORTH, SOUTH, WEST, EAST } Edge;
typedef struct Spot {  /* where a pixel falls along one axis */
    uint32_t from, to; /* two cells; equal at the edge */
    double share;      /* of `to` */
    double out;        /* cells outside: below 0 before the first, above 0 beyond the last */
} Spot;

static bool bad(Err *err, const char *path, const char *why)
{
    return FAIL(err, TILE_BAD_DEM, str_of(why), "%s", path);
}

static bool right_head(const DemHead *h, size_t len)
{
    return memcmp(h->magic, "SZDEM1\0", 8) == 0 && h->width > 1 && h->height > 1 && h->width <= SIDE_MAX &&
           h->height <= SIDE_MAX && len - sizeof *h >= (size_t)h->width * h->height * sizeof(float) &&
           isfinite(h->minx) && isfinite(h->miny) && h->minx < h->maxx && h->miny < h->maxy &&
           isfinite(h->maxx) && isfinite(h->maxy);
}

static void *map_file(const char *path, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *at = MAP_FAILED;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && (size_t)st.st_size > sizeof(DemHead))
        at = mmap(NULL, *len = (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    return at == MAP_FAILED ? NULL : at;
}

/* --- edges --------------------------------------------------------------------------------------------------- */
static float edge_cell(const TileTerrain *t, Edge e, uint32_t i)
{
    const size_t row = e == NORTH ? 0 : e == SOUTH ? t->height - 1 : i;
    const size_t column = e == WEST ? 0 : e == EAST ? t->width - 1 : i;

    return t->metres[row * t->width + column];
}

static uint32_t edge_cells(const TileTerrain *t, Edge e)
{
    return e == NORTH || e == SOUTH ? t->width : t->height;
}

static bool sum_edges(TileTerrain *t)
{
    for (Edge e = NORTH; e <= EAST; e++) {
        const uint32_t n = edge_cells(t, e);
        double *s = t->sum[e] = mem_new(2 * ((size_t)n + 1), sizeof *s);

        if (!s)
            return false;
        for (uint32_t i = 0; i < n; i++) {
            const float m = edge_cell(t, e, i);

            s[i + 1] = s[i] + (isnan(m) ? 0 : (double)m);
            s[n + 2 + i] = s[n + 1 + i] + !isnan(m);
        }
    }
    return true;
}

/* A running sum at a place between two cells. */
static double sum_at(const double *s, double at)
{
    const uint32_t whole = (uint32_t)at;

    return at > whole ? s[whole] + (at - whole) * (s[whole + 1] - s[whole]) : s[whole];
}

/* The mean of an edge's known cells within d of the centre of its cell `at`; within half a cell it is what the grid says. */
static double edge_mean(const TileTerrain *t, Edge e, double at, double d)
{
    const uint32_t n = edge_cells(t, e);
    const double *s = t->sum[e], *known = s + n + 1;
    const double from = fmax(at + 0.5 - fmax(d, 0.5), 0), to = fmin(at + 0.5 + fmax(d, 0.5), n);
    const double count = sum_at(known, to) - sum_at(known, from);

    return count > 0 ? (sum_at(s, to) - sum_at(s, from)) / count : 0;
}

static double beyond(const TileTerrain *t, Spot x, Spot y)
{
    const double dx = fabs(x.out), dy = fabs(y.out);
    const double along = dy > 0 ? edge_mean(t, y.out < 0 ? NORTH : SOUTH, x.from + x.share, dy) : 0;
    const double down = dx > 0 ? edge_mean(t, x.out < 0 ? WEST : EAST, y.from + y.share, dx) : 0;

    return (along * dy + down * dx) / (dx + dy);
}

/* --- opening --------------------------------------------------------------------------------------------------- */
static bool finish(TileTerrain *t, TileTerrain **out, Err *err)
{
    if (sum_edges(t)) {
        *out = t;
        return true;
    }
    tile_terrain_close(t);
    return FAIL(err, BASE_NO_MEMORY, STR("terrain"), "edges");
}

bool tile_terrain_open(const char *path, TileTerrain **out, Err *err)
{
    size_t len = 0;
    void *map;
    DemHead h;
    TileTerrain *t;

    if (!file_exists(path))
        return FAIL(err, BASE_NO_FILE, str_of(path), "terrain");
    map = map_file(path, &len);
    if (!map)
        return bad(err, path, "too short 文件太短");
    memcpy(&h, map, sizeof h);
    t = right_head(&h, len) ? mem_new(1, sizeof *t) : NULL;
    if (!t) {
        munmap(map, len);
        return bad(err, path, "header 文件头");
    }
    *t = (TileTerrain){ .map = map,
        .len = len,
        .metres = (const void *)((const char *)map + sizeof h),
        .width = h.width,
        .height = h.height,
        .box = { h.minx, h.miny, h.maxx, h.maxy } };
    return finish(t, out, err);
}

bool tile_terrain_of(
    const float *metres, uint32_t width, uint32_t height, GeoBox box, TileTerrain **out, Err *err)
{
    size_t n = (size_t)width * height;
    TileTerrain *t;
    float *own;

    if (width < 2 || height < 2 || width > SIDE_MAX || height > SIDE_MAX || geo_box_empty(box))
        return bad(err, "memory", "size 尺寸");
    t = mem_new(1, sizeof *t);
    own = mem_new(n, sizeof *own);
    if (!t || !own) {
        mem_free(t);
        mem_free(own);
        return FAIL(err, BASE_NO_MEMORY, STR("terrain"), "%ux%u", width, height);
    }
    memcpy(own, metres, n * sizeof *own);
    *t = (TileTerrain){ .own = own, .metres = own, .width = width, .height = height, .box = box };
    return finish(t, out, err);
}

void tile_terrain_close(TileTerrain *t)
{
    if (!t)
        return;
    if (t->map)
        munmap(t->map, t->len);
    for (Edge e = NORTH; e <= EAST; e++)
        mem_free(t->sum[e]);
    mem_free(t->own);
    mem_free(t);
}

GeoBox tile_terrain_box(const TileTerrain *t)
{
    return t->box;
}

/* share: 0 at the grid's first edge, 1 at its last; cells' centres lie half a cell inside. */
static Spot spot_at(double share, uint32_t cells)
{
    const double asked = share * cells - 0.5, at = fmin(fmax(asked, 0), cells - 1.0);
    const uint32_t from = (uint32_t)at;

    return (Spot){ from, from + 1 < cells ? from + 1 : from, at - from, asked - at };
}

/* Unknown cells have no weight; all unknown: 0. */
static double metres_at(const TileTerrain *t, Spot x, Spot y)
{
    const float *top = t->metres + (size_t)y.from * t->width, *low = t->metres + (size_t)y.to * t->width;
    const float cell[] = { top[x.from], top[x.to], low[x.from], low[x.to] };
    const double weight[] = { (1 - x.share) * (1 - y.share), x.share * (1 - y.share), (1 - x.share) * y.share,
        x.share * y.share };
    double sum = 0, all = 0;

    if (fabs(x.out) > 0 || fabs(y.out) > 0)
        return beyond(t, x, y);
    for (size_t i = 0; i < LEN(cell); i++)
        if (!isnan(cell[i])) {
            sum += weight[i] * (double)cell[i];
            all += weight[i];
        }
    return all > 0 ? sum / all : 0;
}

static void put_pixel(uint8_t *p, double metres)
{
    uint32_t v = (uint32_t)(fmin(fmax(metres + 32768, 0), 65535.99) * 256);

    p[0] = (uint8_t)(v >> 16);
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)v;
}

static void paint(const TileTerrain *t, int z, uint32_t x, uint32_t y, uint8_t *rgb)
{
    Spot across[PIXELS];
    const double n = (double)(UINT32_C(1) << z);

    for (uint32_t i = 0; i < PIXELS; i++) {
        double lon = (x + (i + 0.5) / PIXELS) / n * 360 - 180;

        across[i] = spot_at((lon - t->box.minx) / (t->box.maxx - t->box.minx), t->width);
    }
    for (uint32_t k = 0; k < PIXELS; k++) {
        double lat = atan(sinh(M_PI * (1 - 2 * (y + (k + 0.5) / PIXELS) / n))) * 180 / M_PI;
        Spot down = spot_at((t->box.maxy - lat) / (t->box.maxy - t->box.miny), t->height);

        for (uint32_t i = 0; i < PIXELS; i++)
            put_pixel(rgb + 3 * (k * PIXELS + i), metres_at(t, across[i], down));
    }
}

bool tile_terrain_get(const TileTerrain *t, int z, uint32_t x, uint32_t y, Buf *png, Err *err)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = PIXELS, .height = PIXELS, .format = PNG_FORMAT_RGB
    };
    png_alloc_size_t len = PNG_IMAGE_PNG_SIZE_MAX(image);
    uint8_t *rgb;
    char *to;
    bool good;

    if (z > TERRAIN_ZOOM || !geo_tile_valid(GEO_WEBMERCATOR, z, x, y))
        return FAIL(err, TILE_NO_TILE, STR("z/y/x"), "%d/%u/%u", z, y, x);
    rgb = mem_new(PIXELS * PIXELS, 3);
    to = rgb ? buf_room(png, len) : NULL;
    if (to)
        paint(t, z, x, y, rgb);
    good = to && png_image_write_to_memory(&image, to, &len, 0, rgb, 0, NULL);
    if (good)
        buf_took(png, len);
    mem_free(rgb);
    return good || FAIL(err, BASE_NO_MEMORY, STR("png"), "%d/%u/%u", z, y, x);
}
