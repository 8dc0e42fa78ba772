/* src/demo/patches.c - the land survey of one township: patches without gap or overlap, classed to the table's shares.
 *
 * On a lattice of some 20 m each cell knows its group and whether it is river, lake or road. Seeds are strewn with the
 * density of the patch sizes wanted there (error diffusion, so that they keep apart), and grow inside their group and
 * kind under a stretched metric of the group's own direction: straight edges, long fields. Then classes take patches by
 * fitness, the scarce ones first, until each has its share, and neighbours of one class grow together to its mean size.
 */
#include "demo/heap.h"
#include "demo/patches.h"
#include <math.h>
#include <stdlib.h>

static const char *column(const Town *t) /* of the table of land classes */
{
    return t->streets ? "街道" : demo_terrain_name[t->terrain];
}

/* --- the lattice ---------------------------------------------------------------------------------------------- */
/* The group with the greatest share of the four coarse cells around a fine one: slanting borders. */
static uint16_t group_of(const Sheet *s, int fx, int fy)
{
    const Grid g = s->c->g;
    const double u = (fx + 0.5) / s->sub - 0.5, v = (fy + 0.5) / s->sub - 0.5;
    const int x = (int)floor(u), y = (int)floor(v);
    const double tx = u - x, ty = v - y,
                 w[4] = { (1 - tx) * (1 - ty), tx * (1 - ty), (1 - tx) * ty, tx * ty };
    uint16_t l[4], best = NOBODY;
    double most = -1;

    for (int k = 0; k < 4; k++) {
        const int px = x + (k & 1), py = y + (k >> 1);

        l[k] = px < 0 || py < 0 || px >= g.w || py >= g.h
                   ? NOBODY
                   : s->c->group_at[(size_t)py * (size_t)g.w + (size_t)px];
    }
    for (int k = 0; k < 4; k++) {
        double sum = 0;

        for (int j = 0; j < 4; j++)
            sum += l[j] == l[k] ? w[j] : 0;
        if (sum > most + 1e-9) {
            most = sum;
            best = l[k];
        }
    }
    return best;
}

/* The strongest flow about a cell: a wide river's banks carry none themselves. */
static float flow_near(const County *c, int px, int py)
{
    float most = 0;

    for (int y = py - 1; y <= py + 1; y++)
        for (int x = px - 1; x <= px + 1; x++)
            if (x >= 0 && y >= 0 && x < c->g.w && y < c->g.h)
                most = fmaxf(most, c->upstream[(size_t)y * (size_t)c->g.w + (size_t)x]);
    return most;
}

static int stronger(const void *p, const void *q)
{
    const float a = *(const float *)p, b = *(const float *)q;

    return a > b ? -1 : a < b;
}

/* The map shows more streams than the survey has patches of: the strongest that make up the table's share. */
static bool choose_streams(Sheet *s)
{
    const County *c = s->c;
    const size_t n = (size_t)c->g.w * (size_t)c->g.h;
    float *flow = NEWS(s->a, float, n);
    size_t all = 0, wet = 0;
    double share = 0;

    if (!flow)
        return false;
    for (size_t i = 0; i < n; i++)
        if (c->town_at[i] == s->index) {
            all++;
            if (c->wet[i] == 1)
                flow[wet++] = flow_near(c, (int)(i % (size_t)c->g.w), (int)(i / (size_t)c->g.w));
        }
    for (const Yaml *y = yaml_get(c->d.county, "land")->first; y; y = y->next)
        if (str_eq(yaml_text(y, "code"), STR("1101")))
            share += demo_num(y, column(s->town)) / 100;
    const size_t want = (size_t)(share * (double)all);
    qsort(flow, wet, sizeof *flow, stronger);
    s->least_flow = wet > want ? flow[want] : 0;
    return true;
}

/* Water on the fine lattice: slanting banks likewise; a little more than half, so that a slanting stream holds together. */
static uint8_t water_at(const Sheet *s, int fx, int fy)
{
    const Grid g = s->c->g;
    const double u = (fx + 0.5) / s->sub - 0.5, v = (fy + 0.5) / s->sub - 0.5;
    const int x = (int)floor(u), y = (int)floor(v);
    const double tx = u - x, ty = v - y,
                 w[4] = { (1 - tx) * (1 - ty), tx * (1 - ty), (1 - tx) * ty, tx * ty };
    double river = 0, lake = 0;

    for (int k = 0; k < 4; k++) {
        const int px = x + (k & 1), py = y + (k >> 1);
        const uint8_t wet =
            px < 0 || py < 0 || px >= g.w || py >= g.h ? 0 : s->c->wet[(size_t)py * (size_t)g.w + (size_t)px];

        river += wet == 1 && flow_near(s->c, px, py) >= s->least_flow ? w[k] : 0;
        lake += wet == 2 ? w[k] : 0;
    }
    return river + lake < 0.42 ? LAND : lake > river ? LAKE : RIVER;
}

static void window(Sheet *s)
{
    const County *c = s->c;
    int x0 = c->g.w, y0 = c->g.h, x1 = 0, y1 = 0;

    for (int y = 0; y < c->g.h; y++)
        for (int x = 0; x < c->g.w; x++)
            if (c->town_at[(size_t)y * (size_t)c->g.w + (size_t)x] == s->index) {
                x0 = x < x0 ? x : x0;
                y0 = y < y0 ? y : y0;
                x1 = x > x1 ? x : x1;
                y1 = y > y1 ? y : y1;
            }
    s->sub = c->g.cell > 50 ? 3 : 2;
    s->x0 = (x0 - 1) * s->sub;
    s->y0 = (y0 - 1) * s->sub;
    s->g = (Grid){ (x1 - x0 + 3) * s->sub, (y1 - y0 + 3) * s->sub, c->g.cell / s->sub };
}

static Xy place(const Sheet *s, size_t i)
{
    const size_t column = i % (size_t)s->g.w, row = i / (size_t)s->g.w;

    return (Xy){ (s->x0 + (double)column + 0.5) * s->g.cell, (s->y0 + (double)row + 0.5) * s->g.cell };
}

static void draw_roads(const Sheet *s)
{
    const County *c = s->c;
    const double step = s->g.cell * 0.5;

    for (size_t r = 0; r < c->nroad; r++) {
        const Line l = c->road[r].line;

        for (size_t i = 1; i < l.n; i++) {
            const double d = demo_distance(l.p[i - 1], l.p[i]);

            for (double m = 0; m < d; m += step) {
                const double t = m / d, x = l.p[i - 1].x + (l.p[i].x - l.p[i - 1].x) * t;
                const double y = l.p[i - 1].y + (l.p[i].y - l.p[i - 1].y) * t;
                const int fx = (int)floor(x / s->g.cell) - s->x0, fy = (int)floor(y / s->g.cell) - s->y0;
                const size_t at = (size_t)fy * (size_t)s->g.w + (size_t)fx;

                if (fx >= 0 && fy >= 0 && fx < s->g.w && fy < s->g.h && s->kind[at] == LAND)
                    s->kind[at] = ROAD;
            }
        }
    }
}

static double share_near(const Sheet *s, const char *what)
{
    const Yaml *y = yaml_get(s->c->d.county, "land");
    double sum = 0;

    for (y = y ? y->first : NULL; y; y = y->next)
        if (str_eq(yaml_text(y, "near"), str_of(what)))
            sum += demo_num(y, column(s->town)) / 100;
    return sum;
}

static bool lattice(Sheet *s)
{
    const County *c = s->c;
    size_t n;

    window(s);
    s->houses = share_near(s, "seat") * s->town->area / (double)(s->town->nvillage * 10);
    s->centre = share_near(s, "town") * s->town->area;
    n = (size_t)s->g.w * (size_t)s->g.h;
    s->group = NEWS(s->a, uint16_t, n);
    s->zone = NEWS(s->a, uint16_t, n);
    s->kind = NEWS(s->a, uint8_t, n);
    s->label = NEWS(s->a, uint16_t, n);
    s->max = 60000;
    s->patch = NEWS(s->a, Patch, s->max);
    if (!s->group || !s->zone || !s->kind || !s->label || !s->patch || !choose_streams(s))
        return false;
    for (size_t i = 0; i < n; i++) {
        const uint16_t g = group_of(s, s->x0 + (int)(i % (size_t)s->g.w), s->y0 + (int)(i / (size_t)s->g.w));

        s->zone[i] = g == NOBODY ? NOBODY : (uint16_t)c->village[c->group[g].village].town;
        s->group[i] = s->zone[i] == s->index ? g : NOBODY;
        s->kind[i] = water_at(s, s->x0 + (int)(i % (size_t)s->g.w), s->y0 + (int)(i / (size_t)s->g.w));
        s->label[i] = NOBODY;
    }
    draw_roads(s);
    return true;
}

/* --- seeds and growth ------------------------------------------------------------------------------------------- */
/* Smaller than the table's means: patches of one class grow together afterwards, none is ever divided. */
static double mean_mu(const Sheet *s, size_t i)
{
    const County *c = s->c;
    const Xy p = place(s, i);
    const double slope = c->slope[demo_cell(c->g, p)], d = demo_distance(p, c->group[s->group[i]].seat),
                 centre = demo_distance(p, s->town->seat);

    if (s->kind[i] != LAND)
        return s->kind[i] == ROAD ? 7 : s->kind[i] == LAKE ? 40 : 17;
    if (M_PI * d * d < 1.9 * s->houses || M_PI * centre * centre < 1.5 * s->centre)
        return 3.9;
    return slope < 7 ? 12 : slope < 12 ? 17 : slope < 17 ? 26 : 36;
}

static bool sow(Sheet *s)
{
    const int w = s->g.w;
    const size_t n = (size_t)w * (size_t)s->g.h;
    float *owed = NEWS(s->a, float, n + (size_t)w + 2);
    Rng r = demo_rng(s->c, "patches", s->index);
    const double cell_mu = s->g.cell * s->g.cell / (2000.0 / 3);

    if (!owed)
        return false;
    for (size_t i = 0; i < n; i++) { /* Floyd & Steinberg 1976 */
        if (s->group[i] == NOBODY)
            continue;
        const double want = owed[i] + cell_mu / mean_mu(s, i);
        const bool seed = want > 0.5 + 0.6 * (rng_unit(&r) - 0.5);
        const float rest = (float)(want - seed);

        if (seed && s->n < s->max)
            s->patch[s->n++] = (Patch){ .seed = (uint32_t)i, .group = s->group[i], .kind = s->kind[i] };
        owed[i + 1] += rest * 7 / 16;
        owed[i + (size_t)w - 1] += rest * 3 / 16;
        owed[i + (size_t)w] += rest * 5 / 16;
        owed[i + (size_t)w + 1] += rest / 16;
    }
    return true;
}

typedef struct Metric { /* of a group: turned and stretched */
    float ux, uy, stretch;
} Metric;

static Metric metric(const Sheet *s, uint16_t group)
{
    Rng r = demo_rng(s->c, "field", group);
    const double turn = rng_unit(&r) * M_PI, k = s->town->terrain <= WATERS ? 1.7 : 1.25;

    return (Metric){ (float)cos(turn), (float)sin(turn), (float)k };
}

static bool grow(Sheet *s)
{
    static const int dx[4] = { 1, -1, 0, 0 }, dy[4] = { 0, 0, 1, -1 };
    const size_t n = (size_t)s->g.w * (size_t)s->g.h;
    Heap h = { NEWS(s->a, HeapItem, 4 * n + s->n), 0, 4 * n + s->n };
    float *far = NEWS(s->a, float, n);
    const size_t first = s->c->village[s->town->village].group;
    Metric *m = NEWS(s->a, Metric, s->c->ngroup - first);
    const size_t ng = s->c->village[s->town->village + s->town->nvillage - 1].group + 15;

    if (!h.item || !far || !m)
        return false;
    for (size_t i = first; i < s->c->ngroup && i < ng; i++)
        m[i - first] = metric(s, (uint16_t)i);
    for (size_t i = 0; i < n; i++)
        far[i] = INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        far[s->patch[i].seed] = 0;
        s->label[s->patch[i].seed] = (uint16_t)i;
        heap_push(&h, 0, s->patch[i].seed);
    }
    while (h.n) {
        const HeapItem it = heap_pop(&h);
        const uint16_t l = s->label[it.cell];
        const Patch *p = &s->patch[l];
        const int x = (int)(it.cell % (size_t)s->g.w), y = (int)(it.cell / (size_t)s->g.w);
        const int sx = (int)(p->seed % (size_t)s->g.w), sy = (int)(p->seed / (size_t)s->g.w);
        const Metric k = m[p->group - first];

        if (it.cost > far[it.cell])
            continue;
        far[it.cell] = -1; /* settled */
        for (int d = 0; d < 4; d++) {
            const int nx = x + dx[d], ny = y + dy[d];
            const size_t to = (size_t)ny * (size_t)s->g.w + (size_t)nx;

            if (nx < 0 || ny < 0 || nx >= s->g.w || ny >= s->g.h || s->group[to] != p->group ||
                s->kind[to] != p->kind)
                continue;
            const float ex = (float)(nx - sx), ey = (float)(ny - sy);
            const float u = ex * k.ux + ey * k.uy, v = (ey * k.ux - ex * k.uy) * k.stretch;
            const float cost = fmaxf(sqrtf(u * u + v * v), it.cost);
            if (cost >= far[to])
                continue;
            far[to] = cost;
            s->label[to] = l;
            heap_push(&h, cost, to);
        }
    }
    return true;
}

/* What no seed reached: bits of fewer than four cells join a neighbour, larger ones become patches. */
static void gather_rest(Sheet *s, uint32_t *stack)
{
    const int w = s->g.w;
    const size_t n = (size_t)w * (size_t)s->g.h;

    for (size_t i = 0; i < n; i++) {
        size_t at = 0, top = 0;
        uint16_t neighbour = NOBODY;

        if (s->group[i] == NOBODY || s->label[i] != NOBODY)
            continue;
        const uint16_t mark = s->n < s->max ? (uint16_t)s->n : 0;
        stack[top++] = (uint32_t)i;
        s->label[i] = mark;
        while (at < top) {
            const size_t c = stack[at++];
            const size_t to[4] = { c - 1, c + 1, c - (size_t)w, c + (size_t)w };

            for (int k = 0; k < 4; k++) {
                if (s->group[to[k]] == NOBODY)
                    continue;
                if (s->label[to[k]] == NOBODY && s->group[to[k]] == s->group[i] &&
                    s->kind[to[k]] == s->kind[i]) {
                    s->label[to[k]] = mark;
                    stack[top++] = (uint32_t)to[k];
                } else if (s->label[to[k]] != NOBODY && s->label[to[k]] != mark &&
                           (neighbour == NOBODY || s->group[to[k]] == s->group[i]))
                    neighbour = s->label[to[k]];
            }
        }
        if ((top < 4 && neighbour != NOBODY) || s->n == s->max)
            for (size_t k = 0; k < top; k++)
                s->label[stack[k]] = neighbour;
        else
            s->patch[s->n++] = (Patch){ .seed = (uint32_t)i, .group = s->group[i], .kind = s->kind[i] };
    }
}

/* --- measures and classes ------------------------------------------------------------------------------------------ */
static void measure(Sheet *s)
{
    const County *c = s->c;
    const size_t n = (size_t)s->g.w * (size_t)s->g.h;

    for (size_t i = 0; i < s->n; i++) {
        s->patch[i].cls = -1;
        s->patch[i].box[0] = s->patch[i].box[1] = 1 << 30;
        s->patch[i].box[2] = s->patch[i].box[3] = -1;
    }
    for (size_t i = 0; i < n; i++) {
        const int x = (int)(i % (size_t)s->g.w), y = (int)(i / (size_t)s->g.w);

        if (s->group[i] == NOBODY || s->label[i] == NOBODY)
            continue;
        Patch *p = &s->patch[s->label[i]];
        const Xy at = place(s, i);
        const size_t cell = demo_cell(c->g, at);
        p->cells++;
        p->slope += c->slope[cell];
        p->water += c->dwater[cell];
        p->seat += demo_distance(at, c->group[p->group].seat);
        p->town += demo_distance(at, s->town->seat);
        p->box[0] = x < p->box[0] ? x : p->box[0];
        p->box[1] = y < p->box[1] ? y : p->box[1];
        p->box[2] = x > p->box[2] ? x : p->box[2];
        p->box[3] = y > p->box[3] ? y : p->box[3];
    }
    for (size_t i = 0; i < s->n; i++) {
        Patch *p = &s->patch[i];
        const double k = p->cells > 0 ? 1 / p->cells : 0;

        p->slope *= k;
        p->water *= k;
        p->seat *= k;
        p->town *= k;
    }
}

static double fitness(const Patch *p, Str near) /* less is fitter */
{
    if (str_eq(near, STR("water")))
        return p->water + 40 * p->slope + (p->seat < 150 ? 800 : 0);
    if (str_eq(near, STR("pond"))) /* here and there on gentle ground */
        return p->slope * 70 + fabs(p->water - 300) * 0.2 + 300 * (p->seed * 2654435761U % 1000 / 1000.0) +
               (p->seat < 150 ? 900 : 0);
    if (str_eq(near, STR("town")))
        return p->town + 30 * p->slope;
    if (str_eq(near, STR("seat")))
        return p->seat + 15 * p->slope;
    if (str_eq(near, STR("lane"))) /* small pieces at the edge of the houses */
        return fabs(p->seat - 260) + 25 * fabs(p->cells - 14) + 10 * p->slope;
    if (str_eq(near, STR("flat")))
        return p->slope * 100 + p->seat * 0.15;
    if (str_eq(near, STR("slope")))
        return fabs(p->slope - 7) * 100 + p->seat * 0.2;
    return -p->slope * 100;
}

/* A class keeps to its own parts of the country: orchards lie beside orchards, and can grow together. */
static double bid_of(const Sheet *s, const Patch *p, Str near, int cls, Rng *r)
{
    const bool wild = str_eq(near, STR("slope")) || str_eq(near, STR("steep")),
               pond = str_eq(near, STR("pond"));
    const Xy at = place(s, p->seed);
    const double wide = pond ? 260 : 600,
                 whim = wild || pond
                            ? demo_noise(s->c->spec->seed + 7000 + (uint64_t)cls, at.x / wide, at.y / wide)
                            : 0;
    const double factor = wild ? 0.95 + 0.1 * rng_unit(r) : 0.75 + 0.5 * rng_unit(r);

    return fitness(p, near) * factor + (pond ? 1500 : 900) * whim + 60 * rng_unit(r);
}

typedef struct Bid {
    double score;
    uint32_t i;
} Bid;

static int by_bid(const void *p, const void *q)
{
    const Bid *a = p, *b = q;

    return a->score < b->score ? -1 : a->score > b->score ? 1 : a->i < b->i ? -1 : a->i > b->i;
}

static void take(Sheet *s, const Yaml *y, int cls, double want, Bid *bid, Rng *r)
{
    const Str near = yaml_text(y, "near");
    size_t n = 0;

    if (str_eq(near, STR("lane")))
        want = want > 0 ? s->lanes : 0;
    if (str_eq(yaml_text(y, "code"), STR("1104")))
        want += s->ponds;
    for (size_t i = 0; i < s->n; i++) {
        Patch *p = &s->patch[i];
        const bool forced = (p->kind == RIVER && str_eq(yaml_text(y, "code"), STR("1101"))) ||
                            (p->kind == LAKE && str_eq(near, STR("lake"))) ||
                            (p->kind == ROAD && str_eq(near, STR("road")));

        if (p->cls >= 0)
            continue;
        if (forced) {
            p->cls = cls;
            want -= p->cells;
        } else if (p->kind == LAND)
            bid[n++] = (Bid){ bid_of(s, p, near, cls, r), (uint32_t)i };
    }
    if (str_eq(near, STR("lake")))
        s->ponds = want;
    if (str_eq(near, STR("road")))
        s->lanes = want;
    if (want < 1 || str_eq(near, STR("lake")) || str_eq(near, STR("road")))
        return;
    qsort(bid, n, sizeof *bid, by_bid);
    for (size_t i = 0; i < n && want > 0; i++) {
        Patch *p = &s->patch[bid[i].i];

        if (p->cells > 2 * want)
            continue;
        p->cls = cls;
        want -= p->cells;
    }
}

static bool classify(Sheet *s)
{
    const Yaml *list = yaml_get(s->c->d.county, "land");
    Bid *bid = NEWS(s->a, Bid, s->n + 1);
    Rng r = demo_rng(s->c, "classes", s->index);
    double cells = 0;
    int cls = 0;

    if (!bid || !list)
        return false;
    for (size_t i = 0; i < s->n; i++)
        cells += s->patch[i].cells;
    for (const Yaml *y = list->first; y; y = y->next, cls++)
        take(s, y, cls, cells * demo_num(y, column(s->town)) / 100, bid, &r);
    for (size_t i = 0; i < s->n; i++) {
        Patch *p = &s->patch[i];

        if (p->cls < 0)
            p->cls = p->kind == LAKE ? 1 : p->kind == ROAD ? 6 : cls - 1;
    }
    return true;
}

/* Permanent basic farmland: by lot among the arable patches that are not steep. */
static void protect(Sheet *s)
{
    const Yaml *list = yaml_get(s->c->d.county, "land"), *basic = yaml_get(s->c->d.county, "basic_farmland");
    Rng r = demo_rng(s->c, "basic farmland", s->index);

    for (size_t i = 0; i < s->n; i++) {
        Patch *p = &s->patch[i];

        if (p->cells > 0 && p->slope <= demo_num(basic, "slope_max") &&
            str_starts(yaml_text(demo_at(list, (size_t)p->cls), "code"), STR("01")))
            p->basic = rng_unit(&r) * 100 < demo_num(basic, "share");
    }
}

/* --- records --------------------------------------------------------------------------------------------------------- */
/* S06 takes some of the first township's ponds: those of one ring. */
static void remember_pond(County *c, size_t town, Str code, Bytes wkb)
{
    uint8_t *own;

    if (town != c->first || !str_eq(code, STR("1104")) || c->npond == LEN(c->pond) || wkb.len < 13 ||
        wkb.ptr[1] != 3 || wkb.ptr[5] != 1 || geo_wkb_vertices(wkb) > 60)
        return;
    own = arena_take(c->a, wkb.len, 1);
    if (own) {
        memcpy(own, wkb.ptr, wkb.len);
        c->pond[c->npond++] = (Bytes){ own, wkb.len };
    }
}

static bool tell(Sheet *s, const Rings *rings, size_t i, Out *o)
{
    static const char *const slope_class[5] = { "1", "2", "3", "4", "5" };
    const County *c = s->c;
    Patch *p = &s->patch[i];
    const Village *v = &c->village[c->group[p->group].village];
    const Str code = yaml_text(demo_at(yaml_get(c->d.county, "land"), (size_t)p->cls), "code");
    Arena *a = demo_next(o);
    char id[ULID_LEN + 1];
    Bytes wkb;
    int year, month, day;

    if (!a)
        return false;
    if (!demo_ring_polygon(c, rings, NULL, (uint16_t)i, p->box, a, &wkb))
        return true; /* nothing of it is left */
    remember_pond(s->c, s->index, code, wkb);
    date_split(s->c->spec->today, &year, &month, &day);
    demo_id(c, K_PATCH, s->c->serial[K_PATCH]++, id);
    if (!demo_rec(o, STR("land_patch"), id, v->code))
        return false;
    demo_geom(o, wkb);
    demo_text(o, STR("code"), str_fmt(a, "%.*s%05u", STRV(v->code), ++s->c->patch_serial[v - c->village]));
    demo_text(o, STR("land_class"), code);
    demo_int(o, STR("survey_year"), year - 1);
    demo_valid(o, date_of(year - 1, 12, 31), INT32_MAX); /* the survey's day */
    demo_text(o, STR("ownership_kind"),
        p->kind != LAND || str_eq(code, STR("0701")) || str_eq(code, STR("05")) || str_eq(code, STR("08"))
            ? STR("国有")
            : STR("集体"));
    if (str_starts(code, STR("01")))
        demo_bool(o, STR("permanent_basic"), p->basic);
    demo_text(o, STR("slope_class"),
        str_of(slope_class[p->slope <= 2    ? 0
                           : p->slope <= 6  ? 1
                           : p->slope <= 15 ? 2
                           : p->slope <= 25 ? 3
                                            : 4]));
    return true;
}

bool demo_emit_patches(County *c, size_t town, Out *o, Err *err)
{
    Sheet s = { .c = c, .town = &c->town[town], .index = town, .a = arena_new((size_t)1 << 30) };
    Rings rings;
    uint32_t *stack;
    bool good = lattice(&s) && sow(&s) && grow(&s);

    stack = good ? NEWS(s.a, uint32_t, (size_t)s.g.w * (size_t)s.g.h) : NULL;
    good = good && stack;
    if (good) {
        gather_rest(&s, stack);
        measure(&s);
        rings = (Rings){ .g = s.g, .label = s.label, .zone = s.zone, .x0 = s.x0, .y0 = s.y0, .thin = true };
        good = classify(&s) && demo_merge_patches(&s) && demo_rings(&rings, s.a);
        protect(&s);
    }
    for (size_t i = 0; good && i < s.n; i++)
        good = s.patch[i].cells < 1 || tell(&s, &rings, i, o);
    arena_free(s.a);
    return good || FAIL(err, DEMO_STOPPED, STR("land_patch"), "patches");
}
