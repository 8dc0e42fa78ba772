/* src/geo/shift.c - GCJ-02 and BD-09, the offset systems of consumer maps in China. No official text is public; these
 * are the approximations in general use (eviltransform, coordtransform), on the Krasovsky ellipsoid they assume.
 * Outside mainland China's box nothing is moved, as those maps do.
 */
#include "geo/geo.h"
#include <math.h>

static bool outside(double x, double y)
{
    return !(x >= 72.004 && x <= 137.8347 && y >= 0.8293 && y <= 55.8271);
}

static double waves(double v, double slow, double slowest)
{
    return 20 * sin(M_PI * v) + 40 * sin(M_PI * v / 3) + slow * sin(M_PI * v / 12) +
           slowest * sin(M_PI * v / 30);
}

/* The offset in degrees at a WGS 84 place. */
static void offset(double lon, double lat, double *dx, double *dy)
{
    const double a = 6378245, ee = 0.00669342162296594323;
    double x = lon - 105, y = lat - 35, root = sqrt(fabs(x)), s = sin(lat * M_PI / 180), m = 1 - ee * s * s;
    double ripple = 20 * sin(6 * M_PI * x) + 20 * sin(2 * M_PI * x);
    double north =
        -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (ripple + waves(y, 160, 320)) * 2 / 3;
    double east =
        300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (ripple + waves(x, 150, 300)) * 2 / 3;

    *dy = north * 180 / (a * (1 - ee) / (m * sqrt(m)) * M_PI);
    *dx = east * 180 / (a / sqrt(m) * cos(lat * M_PI / 180) * M_PI);
}

void geo_wgs_to_gcj(double *x, double *y)
{
    double dx, dy;

    if (outside(*x, *y))
        return;
    offset(*x, *y, &dx, &dy);
    *x += dx;
    *y += dy;
}

void geo_gcj_to_wgs(double *x, double *y) /* fixed point: each round gains about four digits */
{
    double wx = *x, wy = *y;

    if (outside(wx, wy))
        return;
    for (int i = 0; i < 6; i++) {
        double dx, dy;

        offset(wx, wy, &dx, &dy);
        wx = *x - dx;
        wy = *y - dy;
    }
    *x = wx;
    *y = wy;
}

void geo_bd_to_gcj(double *x, double *y)
{
    const double turn = M_PI * 3000 / 180;
    double bx = *x - 0.0065, by = *y - 0.006;
    double r = sqrt(bx * bx + by * by) - 0.00002 * sin(by * turn),
           t = atan2(by, bx) - 0.000003 * cos(bx * turn);

    if (outside(*x, *y))
        return;
    *x = r * cos(t);
    *y = r * sin(t);
}
