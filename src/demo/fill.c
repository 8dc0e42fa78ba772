/* src/demo/fill.c - a surface without hollows: flooded from its edge inwards, lowest first.
 *
 * Priority flood, Barnes, Lehman & Mulla, Computers & Geosciences 62 (2014), algorithm 2, with a slope of a millimetre so
 * that lakes drain. The order in which cells are reached runs from the outlets up.
 */
#include "demo/county.h"
#include "demo/heap.h"

bool demo_fill(float *z, Grid g, int32_t *down, int32_t *order, Arena *a)
{
    static const int dx[8] = { 1, -1, 0, 0, 1, 1, -1, -1 }, dy[8] = { 0, 0, 1, -1, 1, -1, 1, -1 };
    const size_t n = (size_t)g.w * (size_t)g.h;
    Arena *own = arena_new(n * 16 + (1 << 16));
    Heap f = { NEWS(own, HeapItem, n), 0, n };
    uint8_t *seen = NEWS(own, uint8_t, n);
    size_t norder = 0;

    (void)a;
    for (size_t i = 0; f.item && seen && i < n; i++) {
        const int x = (int)(i % (size_t)g.w), y = (int)(i / (size_t)g.w);

        if (x && y && x + 1 < g.w && y + 1 < g.h)
            continue;
        seen[i] = 1;
        down[i] = -1;
        heap_push(&f, z[i], i);
    }
    while (f.n) {
        const HeapItem s = heap_pop(&f);
        const int x = (int)(s.cell % (uint32_t)g.w), y = (int)(s.cell / (uint32_t)g.w);

        order[norder++] = (int32_t)s.cell;
        for (int k = 0; k < 8; k++) {
            const int nx = x + dx[k], ny = y + dy[k], to = ny * g.w + nx;

            if (nx < 0 || ny < 0 || nx >= g.w || ny >= g.h || seen[to])
                continue;
            seen[to] = 1;
            down[to] = (int32_t)s.cell;
            if (z[to] < s.cost + 0.001F)
                z[to] = s.cost + 0.001F;
            heap_push(&f, z[to], (size_t)to);
        }
    }
    arena_free(own);
    return norder == n;
}
