/* src/tile/draw.c - see draw.h. A tile is drawn at once where it is not crowded. From a pack it is else drawn with a cut that
 * its size asks for, and again with a stricter one until it fits; what rows have drawn is thinned where it stands.
 */
#include "tile/draw_in.h"
#include <math.h>

enum {
    FEATURE_BYTES = 52,
    TAIL_GUESS = 48,
    TRIES = 8,
    DRAWN_MOST = 16 * DRAW_LIMIT, /* a layer that is to be thinned */
    DRAWN_LIST = 64 << 20,
    SMALL_ZOOM = 11 /* beyond it few polygons are too small: not worth looking at envelopes first */
};
#define SQUEEZE 0.97 /* a budget is an estimate */

static bool no_memory(Err *err)
{
    return FAIL(err, BASE_NO_MEMORY, STR("tile"), "tile");
}

static int32_t world(double v)
{
    return v <= 0 ? 0 : v >= INT32_MAX ? INT32_MAX : (int32_t)v;
}

/* The tile and its wide buffer in Mercator world units. */
static BlockBox box_of(const TileAsk *ask)
{
    GeoBox b = geo_tile_box(ask->grid, ask->z, ask->x, ask->y);
    double w = ldexp(1, 31 - ask->z), m = (b.maxx - b.minx) * REACH / MVT_EXTENT;
    BlockBox out;

    if (ask->grid == GEO_WEBMERCATOR) {
        double margin = w * REACH / MVT_EXTENT;

        return (BlockBox){ world(ask->x * w - margin), world(ask->y * w - margin),
            world((ask->x + 1.0) * w + margin), world((ask->y + 1.0) * w + margin) };
    }
    geo_mercator(b.minx - m, b.maxy + m, &out.minx, &out.miny);
    geo_mercator(b.maxx + m, b.miny - m, &out.maxx, &out.maxy);
    return out;
}

static bool begin(Draw *d) /* an empty layer with its keys */
{
    d->layer = mvt_layer(d->l->name, d->ask->grid, d->ask->z, d->ask->x, d->ask->y, d->a);
    if (!d->layer)
        return no_memory(d->err);
    (void)mvt_key(d->layer, STR("id"));
    (void)mvt_key(d->layer, STR("division"));
    for (size_t i = 0; i < d->l->nattribute; i++)
        d->key[i] = d->ask->show >> i & 1 ? mvt_key(d->layer, d->l->attribute[i]) : SIZE_MAX;
    d->dropped = 0;
    return true;
}

bool tile_draw_init(Draw *d, const DrawLayer *l, const TileAsk *ask, Arena *a, Err *err)
{
    *d = (Draw){ .l = l, .ask = ask, .a = a, .err = err, .cut = { 0, CUT_ALL }, .box = box_of(ask) };
    for (int t = GEO_POINT; t <= GEO_POLYGON; t++) {
        d->scale[t] = mvt_scale((GeoType)t, ask->z);
        d->least[t] = mvt_least((GeoType)t) / d->scale[t];
    }
    d->pen = mvt_pen(ask->grid, a);
    return d->pen ? begin(d) : no_memory(err);
}

/* --- from a pack ------------------------------------------------------------------------------------------- */
bool tile_draw_block(Draw *d, const Block *b)
{
    if (b->head->nvalue > d->cap_number) {
        d->cap_number = 2 * b->head->nvalue;
        d->number = NEWS(d->a, uint32_t, d->cap_number);
        if (!d->number)
            return no_memory(d->err);
    }
    if (b->head->nvalue)
        memset(d->number, 0xFF, b->head->nvalue * sizeof *d->number);
    return true;
}

static uint32_t number_of(Draw *d, const Block *b, size_t key, uint32_t value)
{
    if (d->number[value] == NO_VALUE)
        d->number[value] = mvt_value(d->layer, key, tile_block_value(b, value));
    return d->number[value];
}

static Str id_of(const Block *b, size_t i)
{
    Str id = { b->id + i * ID_ROOM, ID_ROOM };

    return id.ptr[ID_ROOM - 1] == ' ' ? str_trim(id) : id;
}

void tile_draw_put(Draw *d, const Block *b, size_t i, const MvtPiece *p)
{
    const uint32_t *value = b->tag + i * b->head->ntag;
    uint32_t tag[TAG_ROOM];
    size_t n = draw_tag(tag, 0, 0, mvt_value_fresh(d->layer, id_of(b, i)));

    if (value[0] != NO_VALUE)
        n = draw_tag(tag, n, 1, number_of(d, b, 1, value[0]));
    for (size_t k = 0; k < d->l->nattribute; k++)
        if (d->key[k] != SIZE_MAX && value[k + 1] != NO_VALUE)
            n = draw_tag(tag, n, d->key[k], number_of(d, b, d->key[k], value[k + 1]));
    (void)mvt_put(d->layer, (uint64_t)b->fid[i], p, tag, n);
}

static bool steps_serve(const Draw *d)
{
    return d->ask->grid == GEO_WEBMERCATOR && d->ask->z < STEP_ZOOMS;
}

/* The feature for the tile's zoom: copied where it is ready, else made. */
bool tile_draw_piece(Draw *d, const Block *b, size_t i, uint32_t *hint, MvtPiece *out)
{
    MvtPiece full;

    if (steps_serve(d) && b->type[i] != GEO_POINT) {
        uint32_t step = tile_block_find_step(b, i, d->ask->z, hint);

        if (step != UINT32_MAX) {
            *out = tile_block_step(b, step, d->ask->z);
            return true;
        }
        if (d->ask->z >= STEP_BUSY)
            return false; /* looked at when the block was made: nothing to see */
    }
    full = tile_block_full(b, i);
    return mvt_load_piece(d->pen, &full) && mvt_piece(d->pen, d->ask->z, false, out);
}

static bool seen(const Draw *d, const Block *b, size_t i)
{
    return draw_meets(b->box[i], d->box) && b->size[i] >= d->least[b->type[i]];
}

static size_t bytes_of(const Draw *d, const Block *b, size_t i, uint32_t *hint)
{
    size_t each = FEATURE_BYTES + b->head->values_len / b->head->n, full = b->tail_at[i + 1] - b->tail_at[i];
    uint32_t step = steps_serve(d) ? tile_block_find_step(b, i, d->ask->z, hint) : UINT32_MAX;

    return each + (step != UINT32_MAX ? b->step[step].tail_len : full < TAIL_GUESS ? full : TAIL_GUESS);
}

/* What a block's visible features would weigh; into the crowd when there is one. */
static size_t weigh_block(Draw *d, const Block *b)
{
    uint32_t hint = 0;
    size_t sum = 0;

    for (size_t i = 0; i < b->head->n; i++) {
        size_t bytes;

        if (!seen(d, b, i))
            continue;
        bytes = bytes_of(d, b, i, &hint);
        sum += bytes;
        if (d->crowd)
            tile_crowd_add(d->crowd, b->size[i] * d->scale[b->type[i]], bytes);
    }
    return sum;
}

static size_t weigh(Draw *d, const Pack *p)
{
    size_t sum = 0;

    for (size_t i = 0; i < p->n; i++)
        if (draw_meets(p->box[i], d->box))
            sum += weigh_block(d, p->block[i]);
    return sum;
}

/* What all features of the blocks that meet the tile would weigh at most: mostly little, then nothing is weighed. */
static size_t bound(const Draw *d, const Pack *p)
{
    size_t sum = 0;

    for (size_t i = 0; i < p->n; i++) {
        const Block *b = p->block[i];

        if (!draw_meets(p->box[i], d->box))
            continue;
        sum += b->head->n * FEATURE_BYTES + b->head->values_len;
        sum += steps_serve(d) && d->ask->z >= STEP_BUSY ? tile_block_step_bytes(b, d->ask->z)
                                                        : b->head->n * TAIL_GUESS;
    }
    return sum;
}

static bool put_block(Draw *d, const Block *b)
{
    uint32_t hint = 0;

    if (!tile_draw_block(d, b))
        return false;
    for (size_t i = 0; i < b->head->n; i++) {
        MvtPiece p;

        if (!seen(d, b, i))
            continue;
        if (d->crowd && !tile_cut_keeps(d->cut, b->size[i] * d->scale[b->type[i]], b->fid[i]))
            d->dropped++;
        else if (tile_draw_piece(d, b, i, &hint, &p) && mvt_clip(d->layer, &p, &p))
            tile_draw_put(d, b, i, &p);
    }
    return true;
}

static bool new_crowd(Draw *d)
{
    if (!d->crowd)
        d->crowd = NEW(d->a, Crowd);
    return d->crowd != NULL || no_memory(d->err);
}

bool tile_draw_finish(Draw *d, Buf *out, size_t *dropped)
{
    if (!mvt_end(d->layer, out))
        return no_memory(d->err);
    *dropped = d->dropped;
    return true;
}

/* Weighed, and what is kept cut to the budget. */
static bool crowd(Draw *d, const Pack *p, double budget)
{
    if (!d->crowd) {
        if (!new_crowd(d))
            return false;
        (void)weigh(d, p);
    }
    d->cut = tile_crowd_cut(d->crowd, budget);
    return true;
}

bool tile_draw_pack(
    const DrawLayer *l, const Pack *p, const TileAsk *ask, Arena *a, Buf *out, size_t *dropped, Err *err)
{
    double budget = DRAW_LIMIT;
    Draw d;

    if (!tile_draw_init(&d, l, ask, a, err))
        return false;
    if (bound(&d, p) > DRAW_LIMIT && weigh(&d, p) > DRAW_LIMIT && !crowd(&d, p, budget))
        return false;
    for (int i = 0; i < TRIES; i++) {
        for (size_t k = 0; k < p->n; k++)
            if (draw_meets(p->box[k], d.box) && !put_block(&d, p->block[k]))
                return false;
        if (mvt_bytes(d.layer) <= DRAW_LIMIT)
            break;
        budget *= SQUEEZE * DRAW_LIMIT / (double)mvt_bytes(d.layer);
        if (!crowd(&d, p, budget) || !begin(&d))
            return false;
    }
    return tile_draw_finish(&d, out, dropped);
}

/* --- from rows --------------------------------------------------------------------------------------------- */
static void put_row(Draw *d, const TileRow *r, const MvtPiece *p)
{
    uint32_t tag[TAG_ROOM];
    size_t n = draw_tag(tag, 0, 0, mvt_value_fresh(d->layer, r->id));

    if (r->division.len)
        n = draw_tag(tag, n, 1, mvt_value(d->layer, 1, (MvtValue){ MVT_TEXT, r->division, 0, 0 }));
    for (size_t k = 0; k < d->l->nattribute; k++) {
        MvtValue v = d->key[k] == SIZE_MAX ? (MvtValue){ 0 } : tile_value(r->value[k], d->a);

        if (v.kind != MVT_NULL)
            n = draw_tag(tag, n, d->key[k], mvt_value(d->layer, d->key[k], v));
    }
    (void)mvt_put(d->layer, (uint64_t)r->fid, p, tag, n);
}

/* Draws while there is room; beyond that it only weighs, for the cut of the next reading. */
static bool see_row(void *to, const TileRow *r)
{
    Draw *d = to;
    MvtPiece p;

    if (!mvt_load(d->pen, r->wkb) || !mvt_piece(d->pen, d->ask->z, false, &p) ||
        !tile_cut_keeps(d->cut, p.size, r->fid))
        return true;
    if (mvt_bytes(d->layer) > DRAWN_MOST) {
        tile_crowd_add(d->crowd, p.size, FEATURE_BYTES + p.tail.len);
        d->weighed++;
    } else if (mvt_clip(d->layer, &p, &p)) {
        const Drawn drawn = { p.size, r->fid };
        const size_t before = mvt_bytes(d->layer);

        put_row(d, r, &p);
        tile_crowd_add(d->crowd, p.size, mvt_bytes(d->layer) - before);
        buf_add(&d->drawn, &drawn, sizeof drawn);
    }
    return true;
}

/* A polygon whose envelope has less, in square degrees, cannot be as large as the cut asks. Mercator enlarges height by
 * the secant of the latitude; the half is for envelopes that reach further from the equator than the tile does. */
static double least_envelope(const Draw *d, GeoBox box)
{
    const double unit = 360 / ldexp(MVT_EXTENT, d->ask->z),
                 size = fmax(tile_cut_least(d->cut), mvt_least(GEO_POLYGON)),
                 far = d->ask->grid == GEO_WEBMERCATOR ? fmax(fabs(box.miny), fabs(box.maxy)) : 0;

    return d->ask->z > SMALL_ZOOM && !d->cut.bucket ? 0 : size * unit * unit * cos(far * M_PI / 180) / 2;
}

static GeoBox with_buffer(const TileAsk *ask)
{
    GeoBox b = geo_tile_box(ask->grid, ask->z, ask->x, ask->y);
    double mx = (b.maxx - b.minx) * REACH / MVT_EXTENT;
    double my = ask->grid == GEO_WEBMERCATOR ? 0 : mx;

    b = (GeoBox){ b.minx - mx, b.miny - my, b.maxx + mx, b.maxy + my };
    if (my == 0) { /* in Mercator: the latitudes of the buffer's edges */
        double x, w = ldexp(1, 31 - ask->z), m = w * REACH / MVT_EXTENT;

        geo_degrees(0, world(ask->y * w - m), &x, &b.maxy);
        geo_degrees(0, world((ask->y + 1.0) * w + m), &x, &b.miny);
        b.maxy = ask->y == 0 ? 90 : b.maxy; /* what lies beyond the grid is drawn on its edge */
        b.miny = ask->y + 1 == UINT32_C(1) << ask->z ? -90 : b.miny;
    }
    return b;
}

/* The crowd was weighed behind the reading's cut: a share of the class that it sampled is a share of that sample. */
static Cut stricter(Cut reading, Cut now)
{
    if (now.bucket == reading.bucket)
        now.share = (uint32_t)((uint64_t)now.share * reading.share / CUT_ALL);
    return now;
}

/* Read again only where there were far too many: then with a cut of about what can be drawn. */
static bool read_rows(Draw *d, GeoBox box, size_t *seen)
{
    *seen = 0;
    for (int i = 0; i < TRIES; i++) {
        if (!d->l->source->rows(d->l->source->ctx, box, least_envelope(d, box), see_row, d, d->err))
            return false;
        if (i == 0)
            *seen = mvt_count(d->layer) + d->weighed;
        if (!d->weighed)
            return true;
        d->cut = stricter(d->cut, tile_crowd_cut(d->crowd, DRAW_LIMIT * 2));
        memset(d->crowd, 0, sizeof *d->crowd);
        d->drawn.len = 0;
        d->weighed = 0;
        if (!begin(d))
            return false;
    }
    return true;
}

static bool stays(void *ctx, size_t i)
{
    const Draw *d = ctx;
    Drawn drawn;

    memcpy(&drawn, d->drawn.ptr + i * sizeof drawn, sizeof drawn);
    return tile_cut_keeps(d->cut, drawn.size, drawn.fid);
}

static void forget_thinned(Draw *d) /* the list is of what the layer holds */
{
    size_t n = 0;

    for (size_t i = 0; i < d->drawn.len / sizeof(Drawn); i++)
        if (stays(d, i))
            memmove(d->drawn.ptr + n++ * sizeof(Drawn), d->drawn.ptr + i * sizeof(Drawn), sizeof(Drawn));
    d->drawn.len = n * sizeof(Drawn);
}

static bool thin(Draw *d)
{
    const Cut reading = d->cut;
    double budget = DRAW_LIMIT;

    if (d->drawn.bad)
        return no_memory(d->err);
    for (int i = 0; i < TRIES && mvt_bytes(d->layer) > DRAW_LIMIT; i++) {
        d->cut = stricter(reading, tile_crowd_cut(d->crowd, budget));
        if (!mvt_thin(d->layer, stays, d))
            return no_memory(d->err);
        forget_thinned(d);
        budget *= SQUEEZE * DRAW_LIMIT / (double)mvt_bytes(d->layer);
    }
    return true;
}

bool tile_draw_rows(const DrawLayer *l, const TileAsk *ask, Arena *a, Buf *out, size_t *dropped, Err *err)
{
    size_t seen;
    Draw d;
    bool good;

    if (!tile_draw_init(&d, l, ask, a, err) || !new_crowd(&d))
        return false;
    buf_init(&d.drawn, DRAWN_LIST);
    good = read_rows(&d, with_buffer(ask), &seen) && thin(&d);
    buf_clear(&d.drawn);
    d.dropped = good ? seen - mvt_count(d.layer) : 0;
    return good && tile_draw_finish(&d, out, dropped);
}
