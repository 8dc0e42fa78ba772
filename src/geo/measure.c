/* src/geo/measure.c - areas and lengths on the CGCS2000 ellipsoid by geodesics: C. F. F. Karney, Algorithms for
 * geodesics, J. Geodesy 87 (2013), as PROJ's geodesic.h has them. The ellipsoid: GB 22021-2008, a = 6378137 m,
 * 1/f = 298.257222101.
 */
#include "geo/geo.h"
#include "geo/run.h"
#include <geodesic.h>
#include <math.h>

static struct geod_geodesic ellipsoid(void)
{
    struct geod_geodesic g;

    geod_init(&g, 6378137, 1 / 298.257222101);
    return g;
}

static double between(const struct geod_geodesic *g, double x1, double y1, double x2, double y2)
{
    double s = 0;

    geod_inverse(g, y1, x1, y2, x2, &s, NULL, NULL);
    return s;
}

static double ring_area(const struct geod_geodesic *g, const GeoRun *r)
{
    struct geod_polygon p;
    double area = 0;

    if (r->n < 3)
        return 0;
    geod_polygon_init(&p, 0);
    for (size_t i = 0; i + (geo_run_closed(r) ? 1 : 0) < r->n; i++)
        geod_polygon_addpoint(g, &p, geo_run_y(r, i), geo_run_x(r, i));
    geod_polygon_compute(g, &p, 0, 1, &area, NULL);
    return fabs(area);
}

double geo_area_m2(Bytes wkb)
{
    struct geod_geodesic g = ellipsoid();
    double sum = 0;
    GeoRun run;

    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
        if (run.type == GEO_POLYGON)
            sum += run.shell ? ring_area(&g, &run) : -ring_area(&g, &run);
    return fmax(sum, 0);
}

double geo_length_m(Bytes wkb)
{
    struct geod_geodesic g = ellipsoid();
    double sum = 0;
    GeoRun run;

    for (GeoRuns r = geo_runs(wkb); geo_run_next(&r, &run);)
        for (size_t i = 1; i < run.n; i++)
            sum += between(
                &g, geo_run_x(&run, i - 1), geo_run_y(&run, i - 1), geo_run_x(&run, i), geo_run_y(&run, i));
    return sum;
}

double geo_metres(double x1, double y1, double x2, double y2)
{
    struct geod_geodesic g = ellipsoid();

    return between(&g, x1, y1, x2, y2);
}

static void advance(
    const struct geod_geodesic *g, const GeoRun *r, size_t i, double metres, double *x, double *y)
{
    double azimuth;

    geod_inverse(
        g, geo_run_y(r, i - 1), geo_run_x(r, i - 1), geo_run_y(r, i), geo_run_x(r, i), NULL, &azimuth, NULL);
    geod_direct(g, geo_run_y(r, i - 1), geo_run_x(r, i - 1), azimuth, metres, y, x, NULL);
}

bool geo_along(Bytes line, double metres, double *x, double *y)
{
    struct geod_geodesic g = ellipsoid();
    bool any = false;
    GeoRun run;

    for (GeoRuns r = geo_runs(line); geo_run_next(&r, &run);)
        for (size_t i = 0; i < run.n; i++) {
            double step;

            if (i > 0) {
                step = between(&g, geo_run_x(&run, i - 1), geo_run_y(&run, i - 1), geo_run_x(&run, i),
                    geo_run_y(&run, i));
                if (metres < step) {
                    advance(&g, &run, i, fmax(metres, 0), x, y);
                    return true;
                }
                metres -= step;
            }
            *x = geo_run_x(&run, i);
            *y = geo_run_y(&run, i);
            any = true;
        }
    return any;
}

/* Where on segment i of the run is nearest to x, y; the plane squeezed by the latitude's cosine. Gives the square of
 * the planar distance. */
static double nearest_on(const GeoRun *r, size_t i, double x, double y, double by, double *nx, double *ny)
{
    double x0 = geo_run_x(r, i - 1), y0 = geo_run_y(r, i - 1), dx = geo_run_x(r, i) - x0,
           dy = geo_run_y(r, i) - y0;
    double len2 = dx * dx * by * by + dy * dy;
    double t = len2 > 0 ? ((x - x0) * dx * by * by + (y - y0) * dy) / len2 : 0;

    t = fmin(fmax(t, 0), 1);
    *nx = x0 + t * dx;
    *ny = y0 + t * dy;
    return (x - *nx) * (x - *nx) * by * by + (y - *ny) * (y - *ny);
}

double geo_locate(Bytes line, double x, double y, double *off)
{
    struct geod_geodesic g = ellipsoid();
    double by = cos(y * M_PI / 180), best = INFINITY, walked = 0, at = 0, bx = x, by_y = y;
    GeoRun run;

    for (GeoRuns r = geo_runs(line); geo_run_next(&r, &run);)
        for (size_t i = 1; i < run.n; i++) {
            double nx, ny, d2 = nearest_on(&run, i, x, y, by, &nx, &ny);
            double x0 = geo_run_x(&run, i - 1), y0 = geo_run_y(&run, i - 1);

            if (d2 < best) {
                best = d2;
                bx = nx;
                by_y = ny;
                at = walked + between(&g, x0, y0, nx, ny);
            }
            walked += between(&g, x0, y0, geo_run_x(&run, i), geo_run_y(&run, i));
        }
    if (off)
        *off = isinf(best) ? NAN : between(&g, x, y, bx, by_y);
    return at;
}
