/* src/tile/far.c - a tile of a zoom at which single records would be too many: polygons as merged cells of their keys, lines
 * of one key as one feature, points as clusters (or, where their names are written, thinned evenly). What a tile shows
 * depends on cells and clusters of the whole zoom, never on the tile, so that neighbouring tiles join.
 */
#include "tile/draw_in.h"
#include <stdlib.h>

/* Cells of clusters are as wide as the buffer of points, those of names as the names want room; in units, powers of 2. */
enum { CLUSTER_SHIFT = 7, WORDS_SHIFT = 8, GROUP_SLOTS = 1 << 12 };
typedef struct Group { /* points of a cell that look alike */
    uint64_t place;    /* cell << 16 | group of keys, + 1; 0: free */
    uint64_t least;    /* of the hashes of the one that stays when they are thinned */
    const Block *block;
    size_t i;
    uint32_t n;
    uint16_t key;
    bool mixed;   /* not all of one main value */
    int64_t x, y; /* sums */
} Group;
typedef struct Lines { /* of one key */
    MvtPiece whole;
    Buf tail;
    int32_t end[2];
} Lines;
typedef struct Far {
    Draw d;
    const Pack *p;
    const View *v;
    /* A label as the grids have it is a key's number + 1; here it is the place in the keys' order, + 1, of the first that
     * looks the same to this reader: how corners are cut hangs on labels, and must not on who came first. */
    uint16_t *shown;  /* of a grid's label */
    uint16_t *number; /* of a label: the key */
    uint32_t *count;  /* of a label: records in the tile */
    size_t key_count, key_merged, key_cluster;
    Group *group;
    size_t ngroup, cap_group;
    Lines *lines; /* of a label */
} Far;

static bool no_memory(Err *err)
{
    return FAIL(err, BASE_NO_MEMORY, STR("tile"), "far");
}

/* --- keys --------------------------------------------------------------------------------------------------------- */
static bool same_value(const MvtValue *a, const MvtValue *b)
{
    return a->kind == b->kind && a->i == b->i && memcmp(&a->d, &b->d, sizeof a->d) == 0 &&
           str_eq(a->text, b->text);
}

static const ViewKey *key_of(const Far *f, uint16_t label)
{
    return &f->v->key[f->number[label]];
}

static bool look_alike(const Far *f, const ViewKey *a, const ViewKey *b)
{
    if (a->type != b->type)
        return false;
    for (size_t k = 0; k < f->v->how.nkey; k++)
        if (f->d.key[f->v->how.key[k]] != SIZE_MAX && !same_value(&a->value[k], &b->value[k]))
            return false;
    return true;
}

static bool find_shown(Far *f)
{
    const size_t n = f->v->nkey;
    uint16_t *first = NEWS(f->d.a, uint16_t, n + 1);

    f->shown = NEWS(f->d.a, uint16_t, n + 1);
    f->number = NEWS(f->d.a, uint16_t, n + 1);
    f->count = NEWS(f->d.a, uint32_t, n + 1);
    f->lines = NEWS(f->d.a, Lines, n + 1);
    if (!first || !f->shown || !f->number || !f->count || !f->lines)
        return false;
    for (size_t i = 0; i < n; i++)
        f->number[f->v->key[i].order + 1] = (uint16_t)i;
    for (size_t i = 1; i <= n; i++) {
        size_t k = 1;

        while (k < i && (first[k] != k || !look_alike(f, key_of(f, (uint16_t)k), key_of(f, (uint16_t)i))))
            k++;
        first[i] = (uint16_t)k;
        f->shown[f->number[i] + 1] = (uint16_t)k;
    }
    return true;
}

static bool filtered(const View *v, size_t k)
{
    return k > 0 || v->how.main_filters;
}

static size_t put_key(Far *f, uint16_t label, bool main, uint32_t *tag, size_t n)
{
    const ViewKey *key = key_of(f, label);

    for (size_t k = main ? 0 : 1; k < f->v->how.nkey; k++) {
        const size_t number = f->d.key[f->v->how.key[k]];

        if (number != SIZE_MAX && key->value[k].kind != MVT_NULL)
            n = draw_tag(tag, n, number, mvt_value(f->d.layer, number, key->value[k]));
    }
    return n;
}

static size_t put_count(Far *f, uint32_t count, size_t mark, uint32_t *tag, size_t n)
{
    n = draw_tag(
        tag, n, f->key_count, mvt_value(f->d.layer, f->key_count, (MvtValue){ .kind = MVT_INT, .i = count }));
    return draw_tag(tag, n, mark, mvt_value(f->d.layer, mark, (MvtValue){ .kind = MVT_BOOL, .i = 1 }));
}

/* --- counts --------------------------------------------------------------------------------------------------------- */
static void count_square(Far *f, const Square *s, int level)
{
    const int up = level - f->d.ask->z; /* a tile is 2^(8 + up) cells wide */
    const uint32_t x0 = f->d.ask->x << 8, y0 = f->d.ask->y << 8;

    for (uint32_t i = 0; s && i < s->head->nsum; i++) {
        const uint32_t x = s->head->x * SQUARE + s->sum[i].cell % SQUARE,
                       y = s->head->y * SQUARE + s->sum[i].cell / SQUARE;
        const uint32_t tx = up >= 0 ? x >> up : x << -up, ty = up >= 0 ? y >> up : y << -up;

        if (tx >= x0 && tx < x0 + 256 && ty >= y0 && ty < y0 + 256)
            f->count[f->shown[s->sum[i].key + 1]] += sum_count(&s->sum[i]);
    }
}

static void count_all(Far *f)
{
    const int z = f->d.ask->z, level = z - 2 < TOP_LEVEL ? TOP_LEVEL : z - 2 > SUM_LEVEL ? SUM_LEVEL : z - 2;
    const int down = level - (z - 2); /* squares of a tile, as a power of 2; negative: a part of one */
    const uint32_t n = down > 0 ? UINT32_C(1) << down : 1,
                   x = down > 0 ? f->d.ask->x << down : f->d.ask->x >> -down,
                   y = down > 0 ? f->d.ask->y << down : f->d.ask->y >> -down;

    if (f->d.ask->grid != GEO_WEBMERCATOR)
        return;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++)
            count_square(f, tile_view_find(f->v, level, x + k, y + i), level);
}

/* --- polygons ------------------------------------------------------------------------------------------------------- */
/* Cells of the tile and of as much of its buffer as they fill. */
static GeoCells cells_of(const Far *f, int level)
{
    const TileAsk *ask = f->d.ask;
    const int shift = 23 - level, up = level - ask->z;
    const int32_t unit = up >= 0 ? 16 >> up : 16 << -up, margin = unit >= MVT_BUFFER ? 1 : MVT_BUFFER / unit,
                  n = up >= 0 ? 256 << up : 256 >> -up, x0 = (int32_t)ask->x * n - margin,
                  y0 = (int32_t)ask->y * n - margin;

    if (ask->grid == GEO_WEBMERCATOR)
        return (GeoCells){ x0, y0, x0 + n + 2 * margin, y0 + n + 2 * margin };
    return (GeoCells){ (f->d.box.minx >> shift) - 1, (f->d.box.miny >> shift) - 1,
        (f->d.box.maxx >> shift) + 2, (f->d.box.maxy >> shift) + 2 };
}

static void copy_square(const Far *f, const Square *s, GeoCells in, uint16_t *to)
{
    const int32_t sx = (int32_t)s->head->x * SQUARE, sy = (int32_t)s->head->y * SQUARE;

    for (int32_t y = 0; y < SQUARE; y++) {
        if (sy + y < in.y0 || sy + y >= in.y1)
            continue;
        for (int32_t x = 0; x < SQUARE; x++)
            if (sx + x >= in.x0 && sx + x < in.x1)
                to[(size_t)(sy + y - in.y0) * (size_t)(in.x1 - in.x0) + (size_t)(sx + x - in.x0)] =
                    f->shown[s->label[y * SQUARE + x]];
    }
}

static bool see_merged(void *ctx, uint16_t label, const MvtPiece *piece)
{
    Far *f = ctx;
    MvtPiece part = *piece;
    uint32_t tag[TAG_ROOM];
    size_t n;

    if (f->d.ask->grid != GEO_WEBMERCATOR && !mvt_clip(f->d.layer, piece, &part))
        return true;
    n = put_key(f, label, true, tag, 0);
    n = put_count(f, f->count[label], f->key_merged, tag, n);
    return mvt_put(f->d.layer, 0, &part, tag, n);
}

/* Of the window what its squares with labels cover, and a row of nothing around it. */
static GeoCells covered(const Far *f, int level, GeoCells in)
{
    GeoCells c = { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN };

    for (size_t i = tile_view_from(f->v, level);
         i < f->v->sorted && f->v->square[i]->head->level == (uint32_t)level; i++) {
        const int32_t x = (int32_t)f->v->square[i]->head->x * SQUARE - 1,
                      y = (int32_t)f->v->square[i]->head->y * SQUARE - 1, wide = SQUARE + 2;

        if (!f->v->square[i]->label || x >= in.x1 || y >= in.y1 || x + wide <= in.x0 || y + wide <= in.y0)
            continue;
        c = (GeoCells){ x < c.x0 ? x : c.x0, y < c.y0 ? y : c.y0, x + wide > c.x1 ? x + wide : c.x1,
            y + wide > c.y1 ? y + wide : c.y1 };
    }
    return (GeoCells){ c.x0 > in.x0 ? c.x0 : in.x0, c.y0 > in.y0 ? c.y0 : in.y0, c.x1 < in.x1 ? c.x1 : in.x1,
        c.y1 < in.y1 ? c.y1 : in.y1 };
}

static bool draw_cells(Far *f, int level)
{
    const GeoCells in = covered(f, level, cells_of(f, level));
    uint16_t *label;

    if (in.x0 >= in.x1 || in.y0 >= in.y1)
        return true;
    label = NEWS(f->d.a, uint16_t, (size_t)(in.x1 - in.x0) * (size_t)(in.y1 - in.y0));
    if (!label)
        return false;
    for (int32_t y = in.y0 < 0 ? 0 : in.y0 / SQUARE; y <= (in.y1 - 1) / SQUARE; y++)
        for (int32_t x = in.x0 < 0 ? 0 : in.x0 / SQUARE; x <= (in.x1 - 1) / SQUARE; x++) {
            const Square *s = tile_view_find(f->v, level, (uint32_t)x, (uint32_t)y);

            if (s && s->label)
                copy_square(f, s, in, label);
        }
    return mvt_trace(f->d.pen, label, in, 23 - level, f->d.ask->z, see_merged, f);
}

/* --- lines and points, of the pack's features ------------------------------------------------------------------------ */
static uint16_t label_of(const Far *f, const Block *b, size_t i)
{
    const uint32_t *tag = b->tag + i * b->head->ntag;
    MvtValue value[TILE_VIEW_KEYS] = { 0 };
    size_t key;

    for (size_t k = 0; k < f->v->how.nkey; k++)
        if (tag[1 + f->v->how.key[k]] != NO_VALUE)
            value[k] = tile_block_value(b, tag[1 + f->v->how.key[k]]);
    key = tile_view_find_key(f->v, (GeoType)b->type[i], value);
    return key == SIZE_MAX ? 0 : f->shown[key + 1];
}

static void add_line(Far *f, const Block *b, size_t i, const MvtPiece *p)
{
    const uint16_t label = label_of(f, b, i);
    Lines *l = &f->lines[label];

    if (!l->whole.type)
        buf_init(&l->tail, 64 << 20);
    mvt_join(&l->whole, &l->tail, l->end, p);
}

typedef struct Size {
    size_t bytes;
    uint16_t label;
} Size;

static int by_bytes(const void *a, const void *b)
{
    const Size *x = a, *y = b;

    return x->bytes != y->bytes ? (x->bytes < y->bytes ? -1 : 1) : (int)x->label - (int)y->label;
}

static bool put_line(Far *f, uint16_t label)
{
    Lines *l = &f->lines[label];
    uint32_t tag[TAG_ROOM];
    size_t n = label ? put_key(f, label, true, tag, 0) : 0;

    l->whole.tail = BYTES(buf_text(&l->tail));
    n = put_count(f, f->count[label], f->key_merged, tag, n);
    return !l->tail.bad && mvt_put(f->d.layer, 0, &l->whole, tag, n);
}

/* A class is there whole or not at all: the largest stays out where all would be too many. */
static bool put_lines(Far *f)
{
    Size *size = NEWS(f->d.a, Size, f->v->nkey + 1);
    size_t n = 0;
    bool good = size != NULL;

    for (size_t i = 0; size && i <= f->v->nkey; i++)
        if (f->lines[i].whole.type)
            size[n++] = (Size){ f->lines[i].tail.len, (uint16_t)i };
    if (n)
        qsort(size, n, sizeof *size, by_bytes);
    for (size_t i = 0; good && i < n; i++)
        if (mvt_bytes(f->d.layer) + size[i].bytes <= DRAW_LIMIT)
            good = put_line(f, size[i].label);
        else
            f->d.dropped += f->count[size[i].label];
    for (size_t i = 0; f->lines && i <= f->v->nkey; i++)
        if (f->lines[i].whole.type)
            buf_clear(&f->lines[i].tail);
    return good;
}

static uint64_t hash_of(int64_t fid)
{
    uint64_t h = (uint64_t)fid * 0x9E3779B97F4A7C15;

    return h ^ h >> 29;
}

static Group *group_at(Far *f, uint64_t place)
{
    size_t h;

    if (2 * (f->ngroup + 1) > f->cap_group) {
        const size_t cap = f->cap_group ? 2 * f->cap_group : GROUP_SLOTS;
        Group *grown = NEWS(f->d.a, Group, cap);

        if (!grown)
            return NULL;
        for (size_t i = 0; i < f->cap_group; i++) {
            if (!f->group[i].place)
                continue;
            for (h = hash_of((int64_t)f->group[i].place) & (cap - 1); grown[h].place; h = (h + 1) & (cap - 1))
                ;
            grown[h] = f->group[i];
        }
        f->group = grown;
        f->cap_group = cap;
    }
    for (h = hash_of((int64_t)place) & (f->cap_group - 1); f->group[h].place;
         h = (h + 1) & (f->cap_group - 1))
        if (f->group[h].place == place)
            return &f->group[h];
    f->ngroup++;
    f->group[h].place = place;
    return &f->group[h];
}

/* Points that a layer's filter tells apart are never of one cluster: else it would show what it leaves out. */
static uint16_t cluster_of(const Far *f, uint16_t label)
{
    const ViewKey *key = key_of(f, label ? label : 1);

    if (!label || f->v->how.words)
        return label;
    for (uint16_t i = 1; i < label; i++) {
        size_t k = 0;

        while (k < f->v->how.nkey && (!filtered(f->v, k) || f->d.key[f->v->how.key[k]] == SIZE_MAX ||
                                         same_value(&key_of(f, i)->value[k], &key->value[k])))
            k++;
        if (k == f->v->how.nkey && key_of(f, i)->type == key->type)
            return i;
    }
    return label;
}

static bool add_point(Far *f, const Block *b, size_t i, const MvtPiece *p)
{
    const int shift = f->v->how.words ? WORDS_SHIFT : CLUSTER_SHIFT;
    const int32_t extent = MVT_EXTENT >> shift, x = (p->x >> shift) - (int32_t)f->d.ask->x * extent,
                  y = (p->y >> shift) - (int32_t)f->d.ask->y * extent;
    const uint16_t label = label_of(f, b, i);
    const uint64_t mine = hash_of(b->fid[i]);
    Group *g;

    if (x < -1 || y < -1 || x > extent || y > extent)
        return true;
    g = group_at(
        f, ((uint64_t)(y + 1) << 8 | (uint64_t)(x + 1)) << 16 | (uint64_t)(cluster_of(f, label) + 1));
    if (!g)
        return false;
    g->mixed = g->mixed || (g->n && g->key != label);
    if (!g->n || mine < g->least) {
        g->least = mine;
        g->block = b;
        g->i = i;
    }
    g->key = g->n ? g->key : label;
    g->n++;
    g->x += p->x;
    g->y += p->y;
    return true;
}

static bool put_group(Far *f, const Group *g)
{
    uint32_t tag[TAG_ROOM];
    MvtPiece p = { .type = GEO_POINT, .first = 1 << 3 | 1 };
    uint32_t hint = 0;
    size_t n;

    if (g->n == 1 || f->v->how.words) {
        f->d.dropped += g->n - 1;
        if (!tile_draw_block(&f->d, g->block))
            return false;
        if (tile_draw_piece(&f->d, g->block, g->i, &hint, &p) && mvt_clip(f->d.layer, &p, &p))
            tile_draw_put(&f->d, g->block, g->i, &p);
        return true;
    }
    p.x = p.minx = p.maxx = (int32_t)(g->x / g->n);
    p.y = p.miny = p.maxy = (int32_t)(g->y / g->n);
    if (!mvt_clip(f->d.layer, &p, &p))
        return true;
    n = g->key ? put_key(f, g->key, !g->mixed, tag, 0) : 0;
    n = put_count(f, g->n, f->key_cluster, tag, n);
    return mvt_put(f->d.layer, 0, &p, tag, n);
}

static int by_block(const void *a, const void *b) /* as they lie in the pack; free slots last */
{
    const Group *x = a, *y = b;

    if (!x->place || !y->place)
        return (x->place == 0) - (y->place == 0);
    if (x->block != y->block)
        return x->block->key[0] != y->block->key[0] ? (x->block->key[0] < y->block->key[0] ? -1 : 1)
                                                    : (x->block->fid[0] < y->block->fid[0] ? -1 : 1);
    return x->i != y->i ? (x->i < y->i ? -1 : 1) : x->place < y->place ? -1 : x->place > y->place;
}

static bool put_points(Far *f)
{
    if (f->cap_group)
        qsort(f->group, f->cap_group, sizeof *f->group, by_block);
    for (size_t i = 0; i < f->ngroup; i++)
        if (mvt_bytes(f->d.layer) > DRAW_LIMIT) /* filters tell too many apart */
            f->d.dropped += f->group[i].n;
        else if (!put_group(f, &f->group[i]))
            return false;
    return true;
}

static bool draw_feature(Far *f, const Block *b, size_t i, uint32_t *hint)
{
    const GeoType type = (GeoType)b->type[i];
    MvtPiece p;

    if (!draw_meets(b->box[i], f->d.box) || type == GEO_POLYGON || !tile_draw_piece(&f->d, b, i, hint, &p))
        return true;
    if (type == GEO_POINT)
        return add_point(f, b, i, &p);
    if (mvt_clip(f->d.layer, &p, &p))
        add_line(f, b, i, &p);
    return true;
}

static int32_t world(int64_t v)
{
    return v < 0 ? 0 : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

/* All points of the cells that reach into the buffer: who is shown of a cell depends on all in it. */
static void reach_whole_cells(Far *f)
{
    const int64_t reach = f->v->how.words ? (INT64_C(1) << WORDS_SHIFT) << (MVT_FULL - f->d.ask->z) : 0;
    BlockBox *b = &f->d.box;

    *b = (BlockBox){ world(b->minx - reach), world(b->miny - reach), world(b->maxx + reach),
        world(b->maxy + reach) };
}

static bool draw_features(Far *f)
{
    reach_whole_cells(f);
    for (size_t i = 0; i < f->p->n; i++) {
        const Block *b = f->p->block[i];
        uint32_t hint = 0;

        if (!draw_meets(f->p->box[i], f->d.box))
            continue;
        if (!tile_draw_block(&f->d, b))
            return false;
        for (size_t k = 0; k < b->head->n; k++)
            if (!draw_feature(f, b, k, &hint))
                return false;
    }
    return true;
}

static bool holds(const View *v, bool polygons) /* or what is none */
{
    for (size_t i = 0; i < v->nkey; i++)
        if ((v->key[i].type == GEO_POLYGON) == polygons)
            return true;
    return false;
}

bool tile_is_far(const Pack *p, int z)
{
    return p->view && z < p->view->single_from && (p->view->level[z] || !holds(p->view, true));
}

bool tile_draw_far(
    const DrawLayer *l, const Pack *p, const TileAsk *ask, Arena *a, Buf *out, size_t *dropped, Err *err)
{
    Far *f = NEW(a, Far);
    const int level = ask->z < VIEW_ZOOMS ? p->view->level[ask->z] : 0;
    bool good;

    if (!f || !tile_draw_init(&f->d, l, ask, a, err))
        return f ? false : no_memory(err);
    f->p = p;
    f->v = p->view;
    f->key_count = mvt_key(f->d.layer, STR("count"));
    f->key_merged = mvt_key(f->d.layer, STR("merged"));
    f->key_cluster = mvt_key(f->d.layer, STR("cluster"));
    good = find_shown(f);
    if (good)
        count_all(f);
    good = good && (!level || draw_cells(f, level));
    if (good && holds(f->v, false))
        good = draw_features(f) && put_points(f);
    return put_lines(f) && good ? tile_draw_finish(&f->d, out, dropped) : no_memory(err);
}
