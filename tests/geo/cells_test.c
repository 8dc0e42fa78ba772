/* tests/geo/cells_test.c - polygons cut to cells and traced from them: nothing is lost, nothing counted twice, borders are
 * shared, every polygon is valid.
 */
#include "geo/geo.h"
#include "mvt_reader.h"

enum { SIDE = 24, SHIFT = 10 };

static uint64_t new_seed(void)
{
    const uint64_t seed = (uint64_t)time_now();

    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}

/* --- cutting ----------------------------------------------------------------------------------------------------- */
typedef struct Sums {
    GeoCells in;
    int64_t *sum, all;
} Sums;

static void see_sum(void *ctx, int32_t x, int32_t y, int64_t measure)
{
    Sums *s = ctx;

    s->all += measure;
    assert_true(x >= s->in.x0 && x < s->in.x1 && y >= s->in.y0 && y < s->in.y1 && measure > 0);
    if (s->sum)
        s->sum[(size_t)(y - s->in.y0) * (size_t)(s->in.x1 - s->in.x0) + (size_t)(x - s->in.x0)] += measure;
}

static void load(MvtPen *pen, const double *xy, size_t n, Arena *a)
{
    Bytes wkb;

    assert_true(geo_make_polygon(xy, &n, 1, a, &wkb) && mvt_load(pen, wkb));
}

/* A net of crooked quads that share their corners: in each cell that it covers the parts are exactly the cell. */
static void a_coverage_fills_each_cell_exactly(void **state)
{
    Rng r = rng_of(new_seed(), STR("coverage"));
    Arena *a = arena_new(0);
    double at[SIDE + 1][SIDE + 1][2];
    const double step = 0.0005;
    int32_t x0, y0, x1, y1;
    Sums s = { 0 };
    size_t full = 0;
    MvtPen *pen = mvt_pen(GEO_WEBMERCATOR, a);

    (void)state;
    for (int y = 0; y <= SIDE; y++)
        for (int x = 0; x <= SIDE; x++) {
            at[y][x][0] = 111 + step * (x + 0.8 * rng_unit(&r));
            at[y][x][1] = 31 + step * (y + 0.8 * rng_unit(&r));
        }
    geo_mercator(111 + 2 * step, 31 + (SIDE - 2) * step, &x0, &y0);
    geo_mercator(111 + (SIDE - 2) * step, 31 + 2 * step, &x1, &y1);
    s.in = (GeoCells){ x0 >> SHIFT, y0 >> SHIFT, (x1 >> SHIFT) + 1, (y1 >> SHIFT) + 1 };
    s.sum = NEWS(a, int64_t, (size_t)(s.in.x1 - s.in.x0) * (size_t)(s.in.y1 - s.in.y0));
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double *p = at[y][x], *q = at[y][x + 1], *t = at[y + 1][x + 1], *u = at[y + 1][x];
            const double xy[] = { p[0], p[1], q[0], q[1], t[0], t[1], u[0], u[1], p[0], p[1] };

            load(pen, xy, 5, a);
            assert_true(mvt_cells(pen, SHIFT, s.in, see_sum, &s));
        }
    for (int32_t y = s.in.y0 + 1; y + 1 < s.in.y1; y++)
        for (int32_t x = s.in.x0 + 1; x + 1 < s.in.x1; x++, full++)
            assert_int_equal(
                s.sum[(size_t)(y - s.in.y0) * (size_t)(s.in.x1 - s.in.x0) + (size_t)(x - s.in.x0)],
                INT64_C(2) << 2 * SHIFT);
    assert_true(full > 100);
    arena_free(a);
}

static void parts_add_up_to_the_whole(void **state)
{
    Rng r = rng_of(new_seed(), STR("parts"));

    (void)state;
    for (int round = 0; round < 200; round++) {
        Arena *a = arena_new(0);
        MvtPen *pen = mvt_pen(GEO_WEBMERCATOR, a);
        double xy[64];
        const size_t n = 3 + rng_below(&r, 20);
        Sums s = { .in = { INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX } }, half = s, other = s;
        int32_t middle, none;

        for (size_t i = 0; i < n; i++) {
            const double t = 2 * M_PI * (double)i / (double)n, d = 0.004 * (0.3 + rng_unit(&r));

            xy[2 * i] = 111 + d * cos(t);
            xy[2 * i + 1] = 31 + d * sin(t);
        }
        memcpy(xy + 2 * n, xy, 2 * sizeof *xy);
        load(pen, xy, n + 1, a);
        assert_true(mvt_cells(pen, SHIFT + (int)(round % 6), s.in, see_sum, &s));
        assert_true(
            fabs((double)s.all / 2 - mvt_size(pen)) < mvt_size(pen) * 1e-4); /* crossings are whole units */
        geo_mercator(111, 31, &middle, &none);
        half.in.x1 = other.in.x0 = middle >> (SHIFT + round % 6);
        assert_true(mvt_cells(pen, SHIFT + round % 6, half.in, see_sum, &half));
        assert_true(mvt_cells(pen, SHIFT + round % 6, other.in, see_sum, &other));
        assert_int_equal(half.all + other.all, s.all); /* a window cuts, it does not change */
        arena_free(a);
    }
}

static void lengths_and_areas_are_those_of_the_ellipsoid(void **state)
{
    const double line[] = { 111, 31, 111.05, 31.02, 111.06, 31.09 },
                 square[] = { 111, 31, 111.05, 31, 111.05, 31.05, 111, 31.05, 111, 31 };
    const size_t five = 5;
    Sums s = { .in = { INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX } }, p = s;
    Arena *a = arena_new(0);
    MvtPen *pen = mvt_pen(GEO_WEBMERCATOR, a);
    int32_t x, y;
    Bytes wkb;

    (void)state;
    assert_true(
        geo_make_line(line, 3, a, &wkb) && mvt_load(pen, wkb) && mvt_cells(pen, 12, s.in, see_sum, &s));
    assert_true(fabs((double)s.all / 1000 / geo_length_m(wkb) - 1) < 1e-4);
    assert_true(geo_make_polygon(square, &five, 1, a, &wkb) && mvt_load(pen, wkb));
    assert_true(mvt_cells(pen, 12, p.in, see_sum, &p));
    geo_mercator(111, 31.025, &x, &y);
    assert_true(fabs((double)p.all / 2 * mvt_unit_m2(y) / geo_area_m2(wkb) - 1) < 1e-4);
    arena_free(a);
}

/* --- tracing ------------------------------------------------------------------------------------------------------ */
enum { GRID = 20, LABELS = 5 };
typedef struct Traced {
    Arena *a;
    Bytes piece[LABELS + 1]; /* WKB in units of zoom 12 */
    double area;
} Traced;

static bool see_piece(void *ctx, uint16_t label, const MvtPiece *piece)
{
    Traced *t = ctx;
    MvtLayer *l = mvt_layer(STR("x"), GEO_WEBMERCATOR, 0, 0, 0, t->a);
    ReadTile *tile;
    Err err = { 0 };
    Buf out;

    buf_init(&out, 1 << 20);
    assert_true(mvt_put(l, 0, piece, NULL, 0) && mvt_end(l, &out));
    tile = read_tile(str_copy(t->a, buf_text(&out)));
    t->piece[label] = read_polygons(&tile->feature[0], t->a);
    if (!geo_valid(t->piece[label], &err))
        fail_msg("label %d: %s at %s", label, err.what, err.hint);
    t->area += tile->feature[0].area;
    tile_clear(tile);
    buf_clear(&out);
    return true;
}

static void traced_cells_are_valid_and_share_their_borders(void **state)
{
    Rng r = rng_of(new_seed(), STR("trace"));

    (void)state;
    for (int round = 0; round < 150; round++) {
        uint16_t label[GRID * GRID];
        const uint64_t few = 1 + rng_below(&r, LABELS);
        const bool land = round % 3 > 0; /* no cell is empty */
        Traced t = { .a = arena_new(0) };
        MvtPen *pen = mvt_pen(GEO_WEBMERCATOR, t.a);

        for (size_t i = 0; i < LEN(label); i++)
            label[i] = i && rng_below(&r, 3) ? label[i - 1] : (uint16_t)(rng_below(&r, few + !land) + land);
        assert_true(mvt_trace(pen, label, (GeoCells){ 2, 2, 2 + GRID, 2 + GRID }, 11, 12, see_piece, &t));
        /* A cell is 16 units wide; the grid's own corners may be cut, by 8 × 8 / 2. */
        if (land)
            assert_true(fabs(t.area - GRID * GRID * 256) <= 4 * 32);
        for (int i = 1; i <= LABELS; i++)
            for (int k = i + 1; k <= LABELS; k++)
                if (t.piece[i].len && t.piece[k].len)
                    assert_true(geo_share(t.piece[i], t.piece[k]) == 0);
        arena_free(t.a);
    }
}

/* A window shows what another shows, but for its rim. */
static void windows_agree(void **state)
{
    Rng r = rng_of(new_seed(), STR("windows"));
    uint16_t all[GRID * GRID], part[10 * 10];

    (void)state;
    for (int round = 0; round < 60; round++) {
        Traced t = { .a = arena_new(0) }, u = { .a = t.a };
        MvtPen *pen = mvt_pen(GEO_WEBMERCATOR, t.a);
        const double box[] = { 7 * 16, 7 * 16, 15 * 16, 7 * 16, 15 * 16, 15 * 16, 7 * 16, 15 * 16, 7 * 16,
            7 * 16 };
        const size_t five = 5;
        Bytes inner;

        for (size_t i = 0; i < LEN(all); i++)
            all[i] = (uint16_t)rng_below(&r, LABELS);
        for (size_t i = 0; i < LEN(part); i++)
            part[i] = all[(4 + i / 10) * GRID + 4 + i % 10];
        assert_true(mvt_trace(pen, all, (GeoCells){ 2, 2, 2 + GRID, 2 + GRID }, 11, 12, see_piece, &t));
        assert_true(mvt_trace(pen, part, (GeoCells){ 6, 6, 16, 16 }, 11, 12, see_piece, &u));
        assert_true(geo_make_polygon(box, &five, 1, t.a, &inner));
        for (int i = 1; i < LABELS; i++) {
            assert_int_equal(t.piece[i].len > 0 && geo_share(inner, t.piece[i]) > 0,
                u.piece[i].len > 0 && geo_share(inner, u.piece[i]) > 0);
            if (t.piece[i].len && u.piece[i].len)
                assert_true(fabs(geo_share(inner, t.piece[i]) - geo_share(inner, u.piece[i])) < 1e-9);
        }
        arena_free(t.a);
    }
}

int main(void)
{
    const struct CMUnitTest test[] = { cmocka_unit_test(a_coverage_fills_each_cell_exactly),
        cmocka_unit_test(parts_add_up_to_the_whole),
        cmocka_unit_test(lengths_and_areas_are_those_of_the_ellipsoid),
        cmocka_unit_test(traced_cells_are_valid_and_share_their_borders), cmocka_unit_test(windows_agree) };

    return cmocka_run_group_tests(test, NULL, NULL);
}
