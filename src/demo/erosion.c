/* src/demo/erosion.c - water cuts valleys: a few passes of the stream-power law, implicit in time.
 *
 * dz/dt = U − K·A^m·S^n with m = 1/2, n = 1. Cells are visited from the outlet up, so each pass is one stable sweep:
 * Braun & Willett, Geomorphology 180–181 (2013), eq. 22.
 */
#include "demo/county.h"
#include <math.h>

static void accumulate(const int32_t *down, const int32_t *order, size_t n, float *area)
{
    for (size_t i = 0; i < n; i++)
        area[i] = 1;
    for (size_t i = n; i--;)
        if (down[order[i]] >= 0)
            area[down[order[i]]] += area[order[i]];
}

bool demo_erode(float *z, Grid g, int passes, double scale, Arena *a)
{
    const size_t n = (size_t)g.w * (size_t)g.h;
    int32_t *down = NEWS(a, int32_t, n), *order = NEWS(a, int32_t, n);
    float *area = NEWS(a, float, n), *filled = NEWS(a, float, n);
    const double k = 0.0075; /* per pass; gives valleys of some hundred metres after 40 passes from 1,380 m */

    if (!down || !order || !area || !filled)
        return false;
    for (int pass = 0; pass < passes; pass++) {
        memcpy(filled, z, n * sizeof *z);
        if (!demo_fill(filled, g, down, order, a))
            return false;
        accumulate(down, order, n, area);
        for (size_t i = 0; i < n; i++) {
            const int32_t at = order[i], to = down[at];

            if (to < 0)
                continue;
            const double f = k * sqrt((double)area[at]) * 240 / (g.cell / scale);
            z[at] = (float)fmax((z[at] + f * z[to]) / (1 + f), z[to] + 1e-3 * scale);
        }
        for (int y = 1; y + 1 < g.h && pass % 4 == 3; y++) /* slopes creep a little */
            for (int x = 1; x + 1 < g.w; x++) {
                const size_t i = (size_t)y * (size_t)g.w + (size_t)x;

                z[i] += 0.12F * ((z[i - 1] + z[i + 1] + z[i - (size_t)g.w] + z[i + (size_t)g.w]) / 4 - z[i]);
            }
    }
    return true;
}
