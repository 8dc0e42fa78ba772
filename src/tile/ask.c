/* src/tile/ask.c - what lies in a box, from a view's sums: squares that are wholly inside at the coarsest level, along the
 * box's edges cell by cell of the finest. A cell counts where its middle is inside.
 */
#include "tile/overview.h"
#include <math.h>

enum { ASK_LEVEL = 9 }; /* a coarser cell is too high for one scale */

typedef struct Asked {
    const View *v;
    int64_t x0, y0, x1, y1; /* the box in cells of SUM_LEVEL, far ends out */
    TileSum *sum;           /* of a key */
} Asked;

static void add_sum(Asked *q, const Square *s, const Sum *m)
{
    const int shift = 23 - (int)s->head->level;
    const double middle = ((double)s->head->y * SQUARE + m->cell / SQUARE + 0.5) * ldexp(1, shift);
    TileSum *to = &q->sum[m->key];

    to->count += sum_count(m);
    if (q->v->key[m->key].type == GEO_POLYGON)
        to->area += (double)sum_measure(m) / 2 * mvt_unit_m2(middle);
    else
        to->length += (double)sum_measure(m) / 1000;
}

static void add_square(Asked *q, int level, uint32_t x, uint32_t y)
{
    const int down = SUM_LEVEL - level;
    const int64_t wide = (int64_t)SQUARE << down, left = x * wide, top = y * wide;
    const bool inside =
        level >= ASK_LEVEL && left >= q->x0 && top >= q->y0 && left + wide <= q->x1 && top + wide <= q->y1;
    const Square *s;

    if (left >= q->x1 || top >= q->y1 || left + wide <= q->x0 || top + wide <= q->y0 ||
        !(s = tile_view_find(q->v, level, x, y)))
        return;
    for (uint32_t i = 0; !inside && level < SUM_LEVEL && i < 4; i++)
        add_square(q, level + 1, 2 * x + i % 2, 2 * y + i / 2);
    for (uint32_t i = 0; (inside || level == SUM_LEVEL) && i < s->head->nsum; i++) {
        const int64_t cx = left + s->sum[i].cell % SQUARE, cy = top + s->sum[i].cell / SQUARE;

        if (inside || (cx >= q->x0 && cx < q->x1 && cy >= q->y0 && cy < q->y1))
            add_sum(q, s, &s->sum[i]);
    }
}

/* The first cell whose middle is not before the line. */
static int64_t cell_at(int32_t line, bool *exact)
{
    const int shift = 23 - SUM_LEVEL;
    const int64_t side = INT64_C(1) << shift;

    *exact = *exact && (line & (side - 1)) == 0;
    return (line + side / 2) >> shift;
}

static bool within(const Pack *p, BlockBox b) /* all that there is lies in the box */
{
    for (size_t i = 0; i < p->n; i++)
        if (p->box[i].minx < b.minx || p->box[i].miny < b.miny || p->box[i].maxx > b.maxx ||
            p->box[i].maxy > b.maxy)
            return false;
    return true;
}

bool tile_view_ask(const Pack *p, GeoBox box, Arena *a, TileSums *out, Err *err)
{
    Asked q = { .v = p->view, .sum = NEWS(a, TileSum, p->view->nkey + 1) };
    bool exact = true;
    BlockBox b;

    if (!q.sum)
        return FAIL(err, BASE_NO_MEMORY, STR("tile"), "sums");
    geo_mercator(box.minx, box.maxy, &b.minx, &b.miny);
    geo_mercator(box.maxx, box.miny, &b.maxx, &b.maxy);
    q.x0 = cell_at(b.minx, &exact);
    q.y0 = cell_at(b.miny, &exact);
    q.x1 = cell_at(b.maxx, &exact);
    q.y1 = cell_at(b.maxy, &exact);
    if (within(p, b)) {
        q.x0 = q.y0 = 0;
        q.x1 = q.y1 = INT64_MAX;
        exact = true;
    }
    for (size_t i = tile_view_from(q.v, TOP_LEVEL);
         i < q.v->sorted && q.v->square[i]->head->level == TOP_LEVEL; i++)
        add_square(&q, TOP_LEVEL, q.v->square[i]->head->x, q.v->square[i]->head->y);
    for (size_t i = 0; i < q.v->nkey; i++) {
        q.sum[i].type = q.v->key[i].type;
        q.sum[i].value = q.v->key[i].value;
    }
    *out = (TileSums){ q.sum, q.v->nkey, exact,
        ldexp(1, 23 - SUM_LEVEL) * sqrt(mvt_unit_m2(((double)b.miny + b.maxy) / 2)) };
    return true;
}
