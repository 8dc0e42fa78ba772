/* src/tile/label.c - a view's squares get their labels: which zoom is drawn from which level, what lies in a square and around
 * it, from the sums or, where cells are finer than theirs, cut anew from the pack's features.
 */
#include "tile/overview.h"
#include <math.h>
#include <stdlib.h>

enum {
    LAND_CELLS = 1 << 16,
    SEEN_AT_ONCE =
        9 /* a layer that is shown from so far is labelled for all zooms: they share their levels */,
    FINER = 3,
    FINE_LEVEL = 12,
    SHARES_MOST = 1 << 22
};

static bool no_memory(Err *err)
{
    return FAIL(err, BASE_NO_MEMORY, STR("tile"), "labels");
}

static int32_t world(int64_t v)
{
    return v < 0 ? 0 : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

/* --- levels ----------------------------------------------------------------------------------------------------- */
static double land_of(const View *v, const Square *s) /* cells of its level that are land */
{
    const double cell2 = ldexp(2, 2 * (23 - (int)s->head->level));
    double sum = 0;

    for (uint32_t i = 0; i < s->head->nsum; i++)
        if (v->key[s->sum[i].key].type == GEO_POLYGON)
            sum += (double)sum_measure(&s->sum[i]);
    return sum / cell2;
}

/* Land of the fullest tile of the zoom, in cells of SUM_LEVEL. A square of level g is a tile of zoom g + 2. */
static double fullest(const View *v, int zoom)
{
    const int level = zoom - 2 > SUM_LEVEL ? SUM_LEVEL : zoom - 2 < TOP_LEVEL ? TOP_LEVEL : zoom - 2;
    double most = 0;

    for (size_t i = tile_view_from(v, level); i < v->sorted && v->square[i]->head->level == (uint32_t)level;
         i++) {
        const double land = land_of(v, v->square[i]) * ldexp(1, 2 * (SUM_LEVEL - level));

        most = fmax(most, land);
    }
    return most * ldexp(1, level < zoom - 2 ? 2 * (level - (zoom - 2)) : 0); /* finer than the sums: about */
}

/* A zoom is drawn from the finest level that keeps its fullest tile small, and whose half cells are whole units. */
void tile_view_levels(View *v)
{
    const TileView *how = &v->how;

    memset(v->level, 0, sizeof v->level);
    for (int z = how->from > SEEN_AT_ONCE ? how->from : 0; how->fills && z < v->single_from && z < VIEW_ZOOMS;
         z++) {
        const double land = fullest(v, z);
        int level = z;

        while (level < z + FINER && level < LABEL_LEVEL &&
               land * ldexp(1, 2 * (level + 1 - SUM_LEVEL)) <= LAND_CELLS)
            level++;
        v->level[z] = level < TOP_LEVEL     ? (z + FINER >= TOP_LEVEL ? TOP_LEVEL : 0)
                      : level > LABEL_LEVEL ? LABEL_LEVEL
                                            : level;
    }
}

GeoBox tile_view_touched(int level, GeoBox box)
{
    const int shift = 23 - level, wide = shift + 6; /* of a cell, of a square */
    const int64_t margin = (int64_t)SHARE_MARGIN << shift, cell = INT64_C(1) << shift;
    int32_t x0, y0, x1, y1;
    GeoBox out;

    geo_mercator(box.minx, box.maxy, &x0, &y0);
    geo_mercator(box.maxx, box.miny, &x1, &y1);
    x0 = world(((x0 - margin) >> wide << wide) - cell);
    y0 = world(((y0 - margin) >> wide << wide) - cell);
    x1 = world(((((x1 + margin) >> wide) + 1) << wide) + cell);
    y1 = world(((((y1 + margin) >> wide) + 1) << wide) + cell);
    geo_degrees(x0, y0, &out.minx, &out.maxy);
    geo_degrees(x1, y1, &out.maxx, &out.miny);
    return out;
}

/* --- what lies in a window ------------------------------------------------------------------------------------------ */
typedef struct Part { /* of a record in a cell */
    uint64_t place;   /* cell << 16 | the key's order */
    uint64_t measure;
} Part;
typedef struct Window {
    const Pack *p;
    const View *v;
    MvtPen *pen;
    int level;
    uint32_t x, y; /* of the square */
    Part *part;
    size_t n, cap;
    uint16_t key;
    bool bad;
} Window;

static void add_part(Window *w, int64_t cx, int64_t cy, uint64_t measure) /* a cell of the level */
{
    const int64_t x = cx - ((int64_t)w->x * SQUARE - SHARE_MARGIN),
                  y = cy - ((int64_t)w->y * SQUARE - SHARE_MARGIN);

    if (x < 0 || y < 0 || x >= SHARE_WIDTH || y >= SHARE_WIDTH)
        return;
    if (w->n == w->cap) {
        Part *grown =
            w->cap >= SHARES_MOST ? NULL : mem_grow(w->part, w->cap ? 2 * w->cap : 8192, sizeof *grown);

        if (!grown) {
            w->bad = true;
            return;
        }
        w->part = grown;
        w->cap = w->cap ? 2 * w->cap : 8192;
    }
    w->part[w->n++] = (Part){ (uint64_t)(y * SHARE_WIDTH + x) << 16 | w->v->key[w->key].order, measure };
}

static void from_square(Window *w, const Square *s)
{
    for (uint32_t i = 0; s && i < s->head->nsum; i++) {
        const Sum *m = &s->sum[i];

        if (w->v->key[m->key].type != GEO_POLYGON || sum_measure(m) == 0)
            continue;
        w->key = m->key;
        add_part(w, (int64_t)s->head->x * SQUARE + m->cell % SQUARE,
            (int64_t)s->head->y * SQUARE + m->cell / SQUARE, sum_measure(m));
    }
}

static void from_sums(Window *w)
{
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            from_square(w, tile_view_find(w->v, w->level, w->x + (uint32_t)dx, w->y + (uint32_t)dy));
}

static void see_cell(void *ctx, int32_t x, int32_t y, int64_t measure)
{
    add_part(ctx, x, y, (uint64_t)measure);
}

static size_t key_of(const Window *w, const Block *b, size_t i)
{
    const uint32_t *tag = b->tag + i * b->head->ntag;
    MvtValue value[TILE_VIEW_KEYS] = { 0 };

    for (size_t k = 0; k < w->v->how.nkey; k++)
        if (tag[1 + w->v->how.key[k]] != NO_VALUE)
            value[k] = tile_block_value(b, tag[1 + w->v->how.key[k]]);
    return tile_view_find_key(w->v, GEO_POLYGON, value);
}

static bool meets(BlockBox a, BlockBox b)
{
    return a.minx <= b.maxx && b.minx <= a.maxx && a.miny <= b.maxy && b.miny <= a.maxy;
}

/* Cells finer than the sums': cut again from the features, every key as the sums know it. */
static bool from_pack(Window *w)
{
    const int shift = 23 - w->level;
    const int32_t x0 = (int32_t)(w->x * SQUARE) - SHARE_MARGIN, y0 = (int32_t)(w->y * SQUARE) - SHARE_MARGIN;
    const GeoCells in = { x0, y0, x0 + SHARE_WIDTH, y0 + SHARE_WIDTH };
    const BlockBox box = { world((int64_t)in.x0 << shift), world((int64_t)in.y0 << shift),
        world((int64_t)in.x1 << shift), world((int64_t)in.y1 << shift) };

    for (size_t i = 0; i < w->p->n; i++) {
        const Block *b = w->p->block[i];

        for (size_t k = 0; meets(w->p->box[i], box) && k < b->head->n; k++) {
            const MvtPiece full = tile_block_full(b, k);
            size_t key;

            if (full.type != GEO_POLYGON || !meets(b->box[k], box))
                continue;
            key = key_of(w, b, k);
            if (key == SIZE_MAX)
                continue;
            w->key = (uint16_t)key;
            if (!mvt_load_piece(w->pen, &full) || !mvt_cells(w->pen, shift, in, see_cell, w))
                return false;
        }
    }
    return true;
}

static int by_part(const void *a, const void *b)
{
    const Part *x = a, *y = b;

    return x->place < y->place ? -1 : x->place > y->place;
}

/* Whole numbers are added up, so that the order of records does not matter. */
static Share *shares_of(Window *w, Arena *a, size_t *n)
{
    Share *out = NEWS(a, Share, w->n + 1);
    uint16_t *number = NEWS(a, uint16_t, w->v->nkey + 1); /* of a place in the keys' order */
    const double cell2 = ldexp(2, 2 * (23 - w->level));

    *n = 0;
    for (size_t i = 0; number && i < w->v->nkey; i++)
        number[w->v->key[i].order] = (uint16_t)i;
    if (w->n)
        qsort(w->part, w->n, sizeof *w->part, by_part);
    for (size_t i = 0, k; out && number && i < w->n; i = k) {
        uint64_t sum = 0;

        for (k = i; k < w->n && w->part[k].place == w->part[i].place; k++)
            sum += w->part[k].measure;
        out[(*n)++] = (Share){ (uint32_t)(w->part[i].place >> 16), number[w->part[i].place & 0xFFFF],
            (float)((double)sum / cell2) };
    }
    return number ? out : NULL;
}

/* --- squares -------------------------------------------------------------------------------------------------------- */
static bool label_square(Pack *p, View *v, int level, uint32_t x, uint32_t y, Err *err)
{
    const Square *was = tile_view_find(v, level, x, y);
    Arena *a = arena_new(0);
    Window w = { .p = p, .v = v, .pen = mvt_pen(GEO_WEBMERCATOR, a), .level = level, .x = x, .y = y };
    uint16_t *label = NEWS(a, uint16_t, SQUARE_CELLS);
    Share *share = NULL;
    size_t n = 0;
    bool good = w.pen && label;

    if (good && level > SUM_LEVEL)
        good = from_pack(&w);
    else if (good)
        from_sums(&w);
    good = good && !w.bad && (share = shares_of(&w, a, &n)) != NULL;
    good = good && tile_assign(v->key, v->nkey, share, n, level < FINE_LEVEL, a, label);
    good = good && tile_view_put(v, tile_square_make((uint32_t)level, x, y, was ? was->sum : NULL,
                                        was ? was->head->nsum : 0, label));
    mem_free(w.part);
    arena_free(a);
    return good || no_memory(err);
}

typedef struct Todo {
    uint64_t *at; /* y << 32 | x */
    size_t n, cap;
} Todo;

static bool todo_add(Todo *t, uint32_t x, uint32_t y)
{
    if (t->n == t->cap) {
        uint64_t *grown = mem_grow(t->at, t->cap ? 2 * t->cap : 256, sizeof *grown);

        if (!grown)
            return false;
        t->at = grown;
        t->cap = t->cap ? 2 * t->cap : 256;
    }
    t->at[t->n++] = (uint64_t)y << 32 | x;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void once(Todo *t)
{
    size_t k = 0;

    if (t->n)
        qsort(t->at, t->n, sizeof *t->at, by_number);
    for (size_t i = 0; i < t->n; i++)
        if (k == 0 || t->at[i] != t->at[k - 1])
            t->at[k++] = t->at[i];
    t->n = k;
}

static bool has_land(const View *v, const Square *s)
{
    for (uint32_t i = 0; i < s->head->nsum; i++)
        if (v->key[s->sum[i].key].type == GEO_POLYGON && sum_measure(&s->sum[i]) > 0)
            return true;
    return false;
}

static bool everywhere(const View *v, int level, Todo *t)
{
    const int from = level > SUM_LEVEL ? SUM_LEVEL : level, down = level - from;

    for (size_t i = tile_view_from(v, from); i < v->sorted && v->square[i]->head->level == (uint32_t)from;
         i++) {
        const SquareHead *h = v->square[i]->head;

        for (uint32_t k = 0; has_land(v, v->square[i]) && k < UINT32_C(1) << 2 * down; k++)
            if (!todo_add(t, (h->x << down) + (k & ((1u << down) - 1)), (h->y << down) + (k >> down)))
                return false;
    }
    return true;
}

static bool around(const BlockBox *box, size_t n, int level, Todo *t)
{
    const int shift = 23 - level;

    for (size_t i = 0; i < n; i++) {
        const uint32_t x0 = (uint32_t)world((box[i].minx >> shift) - SHARE_MARGIN) / SQUARE,
                       y0 = (uint32_t)world((box[i].miny >> shift) - SHARE_MARGIN) / SQUARE,
                       x1 = (uint32_t)((box[i].maxx >> shift) + SHARE_MARGIN) / SQUARE,
                       y1 = (uint32_t)((box[i].maxy >> shift) + SHARE_MARGIN) / SQUARE;

        for (uint32_t y = y0; y <= y1; y++)
            for (uint32_t x = x0; x <= x1; x++)
                if (!todo_add(t, x, y))
                    return false;
    }
    return true;
}

static bool drawn(const View *v, int level)
{
    for (int z = 0; z < VIEW_ZOOMS; z++)
        if (v->level[z] == level)
            return true;
    return false;
}

static bool ended(const bool *ending)
{
    return ending && __atomic_load_n(ending, __ATOMIC_RELAXED);
}

bool tile_view_label(Pack *p, const BlockBox *box, size_t nbox, const bool *ending, Err *err)
{
    View *v = p->view;
    bool good = true;

    for (int level = TOP_LEVEL; good && level <= LABEL_LEVEL; level++) {
        Todo t = { 0 };

        if (!drawn(v, level))
            continue;
        good = (box ? around(box, nbox, level, &t) : everywhere(v, level, &t)) || no_memory(err);
        once(&t);
        for (size_t i = 0; good && i < t.n; i++)
            good = !ended(ending) &&
                   label_square(p, v, level, (uint32_t)t.at[i], (uint32_t)(t.at[i] >> 32), err);
        mem_free(t.at);
        tile_view_sort(v);
    }
    return good;
}
