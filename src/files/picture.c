/* src/files/picture.c - smaller pictures. The parent starts `sangzi worker picture` and keeps what it sends; the child, shut in,
 * decodes with GDAL (JPEG, PNG, WebP, GIF, TIFF), shrinks by averages, turns as EXIF says, encodes a JPEG.
 */
#include "files/inside.h"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <fcntl.h>
#include <gdal.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE_MOST = 2048, OUT_MAX = 8 << 20, WAIT_MS = 30000, CPU_SECONDS = 20, BANDS = 4 };
#define MEMORY_MAX (UINT64_C(1) << 30)
extern char **environ;

/* --- the parent ------------------------------------------------------------------------------------------------------ */
static bool start(const char *picture, unsigned size, int turn, pid_t *pid, int *from, Err *err)
{
    posix_spawn_file_actions_t act;
    char size_text[16], turn_text[16];
    const char *const arg[] = { "sangzi", "worker", "picture", size_text, turn_text, NULL };
    int out[2], e;

    snprintf(size_text, sizeof size_text, "%u", size);
    snprintf(turn_text, sizeof turn_text, "%d", turn);
    if (pipe2(out, O_CLOEXEC))
        return FAIL(err, BASE_IO, STR("worker"), "picture");
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_addopen(&act, 0, picture, O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&act, out[1], 1);
    posix_spawn_file_actions_addopen(&act, 2, "/dev/null", O_WRONLY, 0);
    e = posix_spawn(pid, "/proc/self/exe", &act, NULL, (char *const *)(uintptr_t)arg, environ);
    posix_spawn_file_actions_destroy(&act);
    close(out[1]);
    *from = out[0];
    if (!e)
        return true;
    close(out[0]);
    return FAIL(err, BASE_IO, str_of(strerrorname_np(e)), "picture");
}

static bool receive(int from, Buf *out)
{
    const int64_t until = time_mono() + WAIT_MS * INT64_C(1000);
    int64_t rest;

    while ((rest = until - time_mono()) > 0) {
        struct pollfd p = { .fd = from, .events = POLLIN };
        char *room = buf_room(out, 64 << 10);
        ssize_t n;

        if (!room || poll(&p, 1, (int)(rest / 1000) + 1) <= 0)
            return false;
        n = read(from, room, 64 << 10);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        buf_took(out, (size_t)n);
    }
    return false;
}

static bool make(const char *picture, unsigned size, int turn, const char *to, Str id, Err *err)
{
    Buf out;
    pid_t pid;
    int from = -1, status = 0;
    bool good;

    if (!start(picture, size, turn, &pid, &from, err))
        return false;
    buf_init(&out, OUT_MAX);
    good = receive(from, &out);
    close(from);
    if (!good)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0 && out.len > 0;
    if (good)
        good = file_write(to, BYTES(buf_text(&out)), 0640, err);
    else {
        FAIL(err, FILES_NO_PICTURE, id, "id");
        err_hint(err, "%s", "图片损坏或太大 broken, or too large");
    }
    buf_clear(&out);
    return good;
}

bool files_thumb(const char *dir, Str id, unsigned size, Arena *a, const char **path, Err *err)
{
    FilesInfo info;
    char picture[4200], folder[4200];
    Str to;

    if (!files_info(dir, id, &info, err))
        return false;
    if (!info.look.picture || (uint64_t)info.look.width * info.look.height > FILES_POINTS_MAX) {
        FAIL(err, FILES_NO_PICTURE, id, "id");
        err_hint(err, "%s", info.look.picture ? "超过 2 亿像素 above 200 million points" : info.look.mime);
        return false;
    }
    snprintf(folder, sizeof folder, "%s/thumbs/%.2s/%.2s", dir, id.ptr, id.ptr + 2);
    to = str_fmt(a, "%s/%.*s-%u.jpg", folder, STRV(id), size);
    if (!to.ptr || !files_path(dir, id, picture, sizeof picture))
        return FAIL(err, BASE_NO_MEMORY, id, "picture");
    *path = to.ptr;
    return file_exists(to.ptr) ||
           (dir_make(folder, 0750, err) && make(picture, size, info.look.turn, to.ptr, id, err));
}

/* --- the child ------------------------------------------------------------------------------------------------------------ */
typedef struct Raster { /* RGB, 8 bits each, row by row */
    uint8_t *p;
    int width, height;
} Raster;

static uint8_t *read_all(int in, size_t *n)
{
    uint8_t *p = mem_new(FILES_MAX, 1);
    ssize_t got = 1;

    *n = 0;
    while (
        p && *n < FILES_MAX && ((got = read(in, p + *n, FILES_MAX - *n)) > 0 || (got < 0 && errno == EINTR)))
        *n += got > 0 ? (size_t)got : 0;
    return p;
}

static void fit(int width, int height, int size, Raster *out)
{
    const double shrink =
        width > size || height > size ? (double)size / (width > height ? width : height) : 1;

    out->width = (int)(width * shrink + 0.5) > 0 ? (int)(width * shrink + 0.5) : 1;
    out->height = (int)(height * shrink + 0.5) > 0 ? (int)(height * shrink + 0.5) : 1;
}

/* One band, shrunk; of 16 bits the upper eight. */
static bool read_band(GDALRasterBandH band, const Raster *r, uint8_t *to, uint16_t *wide)
{
    const bool sixteen = GDALGetRasterDataType(band) == GDT_UInt16,
               palette = GDALGetRasterColorTable(band) != NULL;
    const size_t n = (size_t)r->width * (size_t)r->height;
    GDALRasterIOExtraArg how;

    INIT_RASTERIO_EXTRA_ARG(how);
    how.eResampleAlg = palette ? GRIORA_NearestNeighbour : GRIORA_Average;
    if (GDALRasterIOEx(band, GF_Read, 0, 0, GDALGetRasterBandXSize(band), GDALGetRasterBandYSize(band),
            sixteen ? (void *)wide : to, r->width, r->height, sixteen ? GDT_UInt16 : GDT_Byte, 0, 0,
            &how) != CE_None)
        return false;
    for (size_t i = 0; sixteen && i < n; i++)
        to[i] = (uint8_t)(wide[i] >> 8);
    return true;
}

static void spread(Raster *r, const uint8_t *band, size_t n, int nband, GDALColorTableH colors)
{
    const size_t alpha = nband == 4 ? 3 : nband == 2 ? 1 : 0;

    for (size_t i = 0; i < n; i++) {
        const GDALColorEntry *e = colors ? GDALGetColorEntry(colors, band[i]) : NULL;
        const int a = e ? e->c4 : alpha ? band[alpha * n + i] : 255;

        for (size_t k = 0; k < 3; k++) {
            const int v = e ? (&e->c1)[k] : band[(nband >= 3 ? k : 0) * n + i];

            r->p[i * 3 + k] = (uint8_t)((v * a + 255 * (255 - a)) / 255); /* on white */
        }
    }
}

static bool shrink(GDALDatasetH set, int size, Raster *out)
{
    const int count = GDALGetRasterCount(set), nband = count > BANDS ? 3 : count;
    Raster r = { NULL, 0, 0 };
    size_t n;
    uint8_t *band;
    uint16_t *wide;
    bool good;

    fit(GDALGetRasterXSize(set), GDALGetRasterYSize(set), size, &r);
    n = (size_t)r.width * (size_t)r.height;
    r.p = mem_new(n, 3);
    band = mem_new(n, BANDS);
    wide = mem_new(n, sizeof *wide);
    good = nband > 0 && r.p && band && wide;
    for (int i = 0; good && i < nband; i++)
        good = read_band(GDALGetRasterBand(set, i + 1), &r, band + (size_t)i * n, wide);
    if (good)
        spread(&r, band, n, nband, GDALGetRasterColorTable(GDALGetRasterBand(set, 1)));
    mem_free(band);
    mem_free(wide);
    if (good)
        *out = r;
    else
        mem_free(r.p);
    return good;
}

/* EXIF 2.32, orientation: where the first row and column of what is stored are seen. */
static bool turned(Raster *r, int turn)
{
    const bool across = turn >= 5;
    const Raster t = { mem_new((size_t)r->width * (size_t)r->height, 3), across ? r->height : r->width,
        across ? r->width : r->height };

    if (!t.p)
        return false;
    for (int y = 0; y < t.height; y++)
        for (int x = 0; x < t.width; x++) {
            const int u = across ? y : x, v = across ? x : y;
            const bool mirror_u = turn == 2 || turn == 3 || turn == 7 || turn == 8,
                       mirror_v = turn == 3 || turn == 4 || turn == 6 || turn == 7;
            const int from_x = mirror_u ? r->width - 1 - u : u, from_y = mirror_v ? r->height - 1 - v : v;

            memcpy(t.p + ((size_t)y * (size_t)t.width + (size_t)x) * 3,
                r->p + ((size_t)from_y * (size_t)r->width + (size_t)from_x) * 3, 3);
        }
    mem_free(r->p);
    *r = t;
    return true;
}

static bool write_jpeg(const Raster *r, int out)
{
    static const char *const option[] = { "QUALITY=80", NULL };
    static const char name[] = "/vsimem/small.jpg";
    GDALDriverH mem = GDALGetDriverByName("MEM"), jpeg = GDALGetDriverByName("JPEG");
    GDALDatasetH set = mem ? GDALCreate(mem, "", r->width, r->height, 3, GDT_Byte, NULL) : NULL, done = NULL;
    vsi_l_offset n = 0;
    const GByte *p;
    bool good = set && jpeg &&
                GDALDatasetRasterIO(set, GF_Write, 0, 0, r->width, r->height, r->p, r->width, r->height,
                    GDT_Byte, 3, NULL, 3, r->width * 3, 1) == CE_None &&
                (done = GDALCreateCopy(jpeg, name, set, FALSE, (char **)(uintptr_t)option, NULL, NULL));

    if (done)
        GDALClose(done);
    if (set)
        GDALClose(set);
    p = good ? VSIGetMemFileBuffer(name, &n, FALSE) : NULL;
    for (size_t at = 0; p && at < n;) {
        const ssize_t did = write(out, p + at, n - at);

        if (did < 0 && errno != EINTR)
            return false;
        at += did > 0 ? (size_t)did : 0;
    }
    return p != NULL;
}

int files_worker(int in, int out, unsigned size, int turn)
{
    static const char *const driver[] = { "JPEG", "PNG", "WEBP", "GIF", "GTiff", NULL };
    static const char *const option[][2] = { { "GDAL_DRIVER_PATH", "disable" }, { "GDAL_PAM_ENABLED", "NO" },
        { "GDAL_ALLOW_LARGE_LIBJPEG_MEM_ALLOC", "YES" }, { "GDAL_CACHEMAX", "64" } };
    static const char name[] = "/vsimem/picture";
    Raster r = { NULL, 0, 0 };
    GDALDatasetH set;
    size_t n;
    uint8_t *p;
    bool good;

    jail_enter(MEMORY_MAX, CPU_SECONDS);
    if (size == 0 || size > SIZE_MOST || turn < 1 || turn > 8)
        return 2;
    for (size_t i = 0; i < LEN(option); i++)
        CPLSetConfigOption(option[i][0], option[i][1]);
    CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
    p = read_all(in, &n);
    VSIFCloseL(VSIFileFromMemBuffer(name, p, n, FALSE));
    set = p ? GDALOpenEx(name, GDAL_OF_RASTER | GDAL_OF_READONLY, driver, NULL, NULL) : NULL;
    good = set && shrink(set, (int)size, &r) && (turn == 1 || turned(&r, turn)) && write_jpeg(&r, out);
    if (set)
        GDALClose(set);
    mem_free(r.p);
    VSIUnlink(name);
    mem_free(p);
    return good ? 0 : 1;
}
