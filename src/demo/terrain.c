/* src/demo/terrain.c - the ground: a tilt from north to south, valleys where the rivers are named, ridged noise,
 * erosion on a coarse grid, then finer grain. */
#include "demo/county.h"
#include <math.h>

static double lattice(
    uint64_t seed, int64_t x, int64_t y, double fx, double fy) /* one of eight directions, dotted */
{
    uint64_t h = seed ^ (uint64_t)x * 0x9E3779B97F4A7C15 ^ (uint64_t)y * 0xC2B2AE3D27D4EB4F;

    h = (h ^ h >> 31) * 0xBF58476D1CE4E5B9;
    h ^= h >> 29;
    static const double gx[8] = { 1, -1, 0, 0, .7071, -.7071, .7071, -.7071 },
                        gy[8] = { 0, 0, 1, -1, .7071, .7071, -.7071, -.7071 };
    return gx[h & 7] * fx + gy[h & 7] * fy;
}

double demo_noise(uint64_t seed, double x, double y) /* Perlin's gradient noise, his fade of 2002 */
{
    const double ix = floor(x), iy = floor(y), fx = x - ix, fy = y - iy;
    const int64_t X = (int64_t)ix, Y = (int64_t)iy;
    const double u = fx * fx * fx * (fx * (fx * 6 - 15) + 10), v = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
    const double a = lattice(seed, X, Y, fx, fy), b = lattice(seed, X + 1, Y, fx - 1, fy);
    const double c = lattice(seed, X, Y + 1, fx, fy - 1), d = lattice(seed, X + 1, Y + 1, fx - 1, fy - 1);

    return 1.6 * (a + u * (b - a) + v * (c + u * (d - c) - a - u * (b - a)));
}

double demo_fractal(uint64_t seed, double x, double y, int octaves)
{
    double sum = 0, amplitude = 1;

    for (int i = 0; i < octaves; i++, amplitude *= 0.5, x *= 2, y *= 2)
        sum += amplitude * demo_noise(seed + (uint64_t)i * 101, x, y);
    return sum;
}

static double ridged(uint64_t seed, double x, double y, int octaves)
{
    double sum = 0, amplitude = 1, whole = 0;

    for (int i = 0; i < octaves; i++, x *= 2.03, y *= 2.03) {
        const double r = 1 - fabs(demo_noise(seed + (uint64_t)i * 977, x, y));

        sum += amplitude * r * r;
        whole += amplitude;
        amplitude *= 0.48;
    }
    return sum / whole;
}

typedef struct Valley {
    double x[24], y[24], depth;
    size_t n;
} Valley;

/* Height before erosion for the standard county. y: 0 north, 1 south. */
static double plan_height(const County *c, const Valley *v, size_t nv, double x, double y)
{
    const uint64_t s = c->spec->seed;
    const double bend = 0.06 * demo_fractal(s ^ 5, x * 3, y * 3, 2), u = fmin(fmax(y + bend, 0), 1);
    const double high = u < 0.38  ? 1 - 0.55 * u / 0.38
                        : u < 0.6 ? 0.45 - 0.40 * (u - 0.38) / 0.22
                                  : 0.05 * (1 - u) / 0.4;
    const double rough = u < 0.40 ? 1 : u < 0.62 ? 1 - 0.93 * (u - 0.40) / 0.22 : 0.07 * (1 - u) / 0.38;
    double z = 38 + 850 * high + 30 * (1 - x) * (1 - u) + 14 * (1 - x) * (u > 0.5) * (u - 0.5);
    double cut = 0;

    z += rough * (150 + 330 * high) * (ridged(s ^ 11, x * 7, y * 7, 5) * 1.5 - 0.55);
    z += 7 * demo_fractal(s ^ 17, x * 26, y * 26, 2) +
         (3 + 30 * rough) * demo_fractal(s ^ 19, x * 70, y * 70, 2);
    for (size_t k = 0; k < nv; k++)
        for (size_t i = 1; i < v[k].n; i++) {
            const double ax = v[k].x[i - 1], ay = v[k].y[i - 1], dx = v[k].x[i] - ax, dy = v[k].y[i] - ay;
            const double t = fmin(fmax(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0), 1);
            const double d = hypot(x - ax - t * dx, y - ay - t * dy);
            const double wide = 0.018 + 0.02 * u;

            if (d < 3 * wide)
                cut = fmax(cut, v[k].depth * (1 + 7 * (1 - u)) * exp(-d * d / (wide * wide)));
        }
    return fmax(z - cut, 20 + 60 * (1 - u) + 8 * (1 - x));
}

static size_t open_valleys(const County *c, Valley *v, size_t max)
{
    const Yaml *y = yaml_get(c->d.county, "rivers");
    size_t n = 0;

    for (y = y ? y->first : NULL; y && n < max; y = y->next, n++) {
        v[n] = (Valley){ .depth = demo_num(y, "depth") };
        for (const Yaml *p = yaml_get(y, "path")->first; p && v[n].n < LEN(v[n].x); p = p->next) {
            v[n].x[v[n].n] = demo_num_at(p, 0);
            v[n].y[v[n].n++] = demo_num_at(p, 1);
        }
    }
    return n;
}

static float cubic(float a, float b, float c, float d, float t) /* Catmull & Rom */
{
    return b + 0.5F * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

static float sample(const float *z, Grid g, double x, double y)
{
    const double cx = x / g.cell - 0.5, cy = y / g.cell - 0.5;
    const int ix = (int)floor(cx), iy = (int)floor(cy);
    float row[4];

    for (int v = 0; v < 4; v++) {
        const int yy = iy - 1 + v < 0 ? 0 : iy - 1 + v >= g.h ? g.h - 1 : iy - 1 + v;
        float p[4];

        for (int u = 0; u < 4; u++) {
            const int xx = ix - 1 + u < 0 ? 0 : ix - 1 + u >= g.w ? g.w - 1 : ix - 1 + u;

            p[u] = z[(size_t)yy * (size_t)g.w + (size_t)xx];
        }
        row[v] = cubic(p[0], p[1], p[2], p[3], (float)(cx - ix));
    }
    return cubic(row[0], row[1], row[2], row[3], (float)(cy - iy));
}

static void slopes(County *c)
{
    const int w = c->g.w, h = c->g.h;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const int e = y * w + (x + 1 < w ? x + 1 : x), o = y * w + (x ? x - 1 : x);
            const int n = (y ? y - 1 : y) * w + x, s = (y + 1 < h ? y + 1 : y) * w + x;

            c->slope[y * w + x] =
                atanf(hypotf(c->z[e] - c->z[o], c->z[s] - c->z[n]) / (2 * (float)c->g.cell)) * 57.29578F;
        }
}

static Grid grid_of(Xy size, double cell)
{
    return (Grid){ (int)ceil(size.x / cell), (int)ceil(size.y / cell), cell };
}

bool demo_terrain(County *c, Err *err)
{
    const Grid coarse = grid_of(c->size, fmax(240 * c->scale, 20));
    const Yaml *t = yaml_get(c->d.county, "terrain");
    const size_t n = (size_t)coarse.w * (size_t)coarse.h;
    float *base = NEWS(c->a, float, n);
    Valley v[16];
    const size_t nv = open_valleys(c, v, LEN(v));

    c->g = grid_of(c->size, c->scale > 0.5 ? 60 : c->scale > 0.2 ? 40 : 30);
    const size_t cells = (size_t)c->g.w * (size_t)c->g.h;
    c->z = NEWS(c->a, float, cells);
    c->slope = NEWS(c->a, float, cells);
    if (!base || !c->z || !c->slope)
        return FAIL(err, BASE_NO_MEMORY, STR("terrain"), "terrain");
    for (size_t i = 0; i < n; i++) {
        const Xy p = demo_centre(coarse, i);

        base[i] = (float)(c->scale * plan_height(c, v, nv, p.x / c->size.x, p.y / c->size.y));
    }
    if (!demo_erode(base, coarse, (int)demo_num(t, "passes"), c->scale, c->a))
        return FAIL(err, BASE_NO_MEMORY, STR("erosion"), "terrain");
    for (size_t i = 0; i < cells; i++) {
        const Xy p = demo_centre(c->g, i);
        const double u = p.y / c->size.y, rough = u < 0.6 ? 1 - u / 0.62 : 0.03, one = c->scale * 1700;
        const Xy q = { p.x / one, p.y / one }; /* the eight directions of the flow are bent out of sight */
        const double wx = demo_fractal(c->spec->seed ^ 41, q.x, q.y, 3),
                     wy = demo_fractal(c->spec->seed ^ 43, q.x, q.y, 3);

        c->z[i] = sample(base, coarse, p.x + 330 * c->scale * wx, p.y + 330 * c->scale * wy) +
                  (float)(c->scale * 9 * rough * demo_noise(c->spec->seed ^ 23, 5 * q.x, 5 * q.y));
    }
    slopes(c);
    return true;
}

bool demo_dem_write(const County *c, Err *err)
{
    const Xy nw = demo_degrees(c, (Xy){ 0, 0 }),
             se = demo_degrees(c, (Xy){ c->g.w * c->g.cell, c->g.h * c->g.cell });
    const uint32_t size[2] = { (uint32_t)c->g.w,
        (uint32_t)c->g.h }; /* little-endian machines only: all we build for */
    const double box[4] = { nw.x, se.y, se.x, nw.y };
    Str path = str_fmt(c->a, "%s/dem.bin", c->spec->out);
    Buf b;
    bool good;

    buf_init(&b, (size_t)1 << 30);
    buf_add(&b, "SZDEM1\0", 8);
    buf_add(&b, size, sizeof size);
    buf_add(&b, box, sizeof box);
    buf_add(&b, c->z, (size_t)c->g.w * (size_t)c->g.h * sizeof *c->z);
    good = path.ptr && !b.bad && file_write(path.ptr, BYTES(buf_text(&b)), 0644, err);
    buf_clear(&b);
    return good;
}
