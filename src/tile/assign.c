/* src/tile/assign.c - which key each cell of a square is shown as. Cells are coarser than what they show, so a cell cannot be
 * just what most of it is: what is rare would vanish and what is common grow. A square of 4,096 cells therefore
 * first shares its cells out, as seats to parties, by largest remainder; then each key takes the cells where it is strong for
 * its share, and rather beside others of its own.
 *
 * Strength is the logarithm of the key's share, blurred where cells are coarse, and of a weight that rises until the key
 * has about its number; a neighbour of the same key counts NEIGHBOUR more. The rest is moved cell by cell, the cheapest
 * first. First the main values are shared out, then, inside the cells of each, the keys it is made of.
 *
 * Cut corners (see geo/trace.c) cost a lone clump half a cell: what a key loses that way is added to its number in a second turn.
 */
#include "tile/overview.h"
#include <math.h>
#include <stdlib.h>

enum { NOBODY = 0xFFFF, ROUNDS = 8, TURNS = 2, WINDOW = SHARE_WIDTH * SHARE_WIDTH };
/* Owners stand in a square with a rim of nobody around it. */
enum { RIM_WIDTH = SQUARE + 2, RIM_CELLS = RIM_WIDTH * RIM_WIDTH };
#define NEIGHBOUR_COARSE 0.28f
#define NEIGHBOUR_FINE   0.12f
#define CORNER           0.7f /* of a neighbour across a corner */
#define FAINT            1e-4f

typedef struct Wish { /* a cell's candidate */
    uint16_t who;
    float strength;
} Wish;
typedef struct Move {
    float cost;
    uint16_t cell, to;
} Move;
typedef struct Seats { /* seats are shared out among `n` candidates */
    size_t n;
    const int32_t *quota;
    int32_t *has, *sure; /* sure: cells that only one wishes for */
    float *weight, neighbour;
    const uint32_t *from; /* wishes of cell c: from[c] … from[c + 1] */
    const Wish *wish;
    uint16_t *owner; /* with its rim; NOBODY: the cell does not take part */
    uint16_t *open;  /* cells that more than one wishes for */
    size_t nopen;
    Move *heap;
    size_t nheap, cap;
} Seats;

static size_t rim(size_t c)
{
    return (c / SQUARE + 1) * RIM_WIDTH + c % SQUARE + 1;
}

/* --- a square's neighbours ---------------------------------------------------------------------------------------- */
static float like(const Seats *s, size_t c, uint16_t who) /* neighbours in the square that are `who` */
{
    const uint16_t *up = s->owner + rim(c) - RIM_WIDTH, *down = up + 2 * RIM_WIDTH;
    const int beside =
                  (up[RIM_WIDTH - 1] == who) + (up[RIM_WIDTH + 1] == who) + (up[0] == who) + (down[0] == who),
              across = (up[-1] == who) + (up[1] == who) + (down[-1] == who) + (down[1] == who);

    return (float)beside + CORNER * (float)across;
}

static float strength(const Seats *s, size_t c, uint16_t who)
{
    for (uint32_t i = s->from[c]; i < s->from[c + 1]; i++)
        if (s->wish[i].who == who)
            return s->wish[i].strength + s->weight[who];
    return logf(FAINT) + s->weight[who];
}

/* --- weights ------------------------------------------------------------------------------------------------------ */
static uint16_t strongest(const Seats *s, size_t c, float neighbour)
{
    float best = -INFINITY;
    uint16_t who = NOBODY;

    for (uint32_t i = s->from[c]; i < s->from[c + 1]; i++) {
        const Wish *w = &s->wish[i];
        const float value =
            w->strength + s->weight[w->who] + (neighbour > 0 ? neighbour * like(s, c, w->who) : 0);

        if (value > best) {
            best = value;
            who = w->who;
        }
    }
    return who;
}

/* What is sure is settled once; a cell that nobody wishes for stays with candidate 0. */
static void sort_cells(Seats *s)
{
    for (size_t c = 0; c < SQUARE_CELLS; c++) {
        const uint32_t n = s->from[c + 1] - s->from[c];

        if (s->owner[rim(c)] == NOBODY)
            continue;
        if (n > 1)
            s->open[s->nopen++] = (uint16_t)c;
        else {
            s->owner[rim(c)] = n ? s->wish[s->from[c]].who : 0;
            s->sure[s->owner[rim(c)]]++;
        }
    }
}

static void choose(Seats *s, float neighbour)
{
    memcpy(s->has, s->sure, s->n * sizeof *s->has);
    for (size_t i = 0; i < s->nopen; i++) {
        const uint16_t who = strongest(s, s->open[i], neighbour);

        s->owner[rim(s->open[i])] = who;
        s->has[who]++;
    }
}

static bool settled(const Seats *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->has[i] != s->quota[i])
            return false;
    return true;
}

static void weigh(Seats *s)
{
    for (int round = 0; round < ROUNDS; round++) {
        choose(s, round ? s->neighbour : 0);
        if (settled(s))
            return;
        for (size_t i = 0; i < s->n; i++)
            s->weight[i] += 0.5f * logf(((float)s->quota[i] + 0.5f) / ((float)s->has[i] + 0.5f));
    }
    choose(s, s->neighbour);
}

/* --- the rest, cell by cell ----------------------------------------------------------------------------------------- */
static bool before(Move a, Move b)
{
    if (a.cost != b.cost)
        return a.cost < b.cost;
    return a.cell != b.cell ? a.cell < b.cell : a.to < b.to;
}

static bool push(Seats *s, Move m)
{
    size_t i = s->nheap;

    if (s->nheap == s->cap) {
        Move *grown = mem_grow(s->heap, s->cap ? 2 * s->cap : 1024, sizeof *grown);

        if (!grown)
            return false;
        s->heap = grown;
        s->cap = s->cap ? 2 * s->cap : 1024;
    }
    s->nheap++;
    for (; i > 0 && before(m, s->heap[(i - 1) / 2]); i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = m;
    return true;
}

static Move pop(Seats *s)
{
    const Move first = s->heap[0], last = s->heap[--s->nheap];
    size_t i = 0;

    for (size_t k = 1; k < s->nheap; k = 2 * i + 1) {
        k += k + 1 < s->nheap && before(s->heap[k + 1], s->heap[k]);
        if (!before(s->heap[k], last))
            break;
        s->heap[i] = s->heap[k];
        i = k;
    }
    s->heap[i] = last;
    return first;
}

static bool possible(const Seats *s, size_t c, uint16_t to)
{
    const uint16_t who = s->owner[rim(c)];

    return who != NOBODY && who != to && s->has[who] > s->quota[who] && s->has[to] < s->quota[to];
}

static float cost(const Seats *s, size_t c, uint16_t to)
{
    const uint16_t who = s->owner[rim(c)];

    return strength(s, c, who) - strength(s, c, to) - s->neighbour * (like(s, c, to) - like(s, c, who));
}

static bool offer(Seats *s, size_t c, uint16_t to)
{
    return !possible(s, c, to) || push(s, (Move){ cost(s, c, to), (uint16_t)c, to });
}

static bool move(Seats *s, Move m)
{
    const size_t x = m.cell % SQUARE, y = m.cell / SQUARE;
    uint16_t *owner = &s->owner[rim(m.cell)];
    bool good = true;

    s->has[*owner]--;
    s->has[m.to]++;
    *owner = m.to;
    for (size_t i = y ? y - 1 : 0; i <= y + 1 && i < SQUARE; i++)
        for (size_t k = x ? x - 1 : 0; good && k <= x + 1 && k < SQUARE; k++)
            good = offer(s, i * SQUARE + k, m.to);
    return good;
}

static bool offer_all(Seats *s, bool anywhere)
{
    bool good = true;

    s->nheap = 0;
    for (size_t c = 0; good && c < SQUARE_CELLS; c++) {
        const uint16_t who = s->owner[rim(c)];

        if (who == NOBODY || s->has[who] <= s->quota[who])
            continue;
        for (uint32_t i = s->from[c]; good && !anywhere && i < s->from[c + 1]; i++)
            good = offer(s, c, s->wish[i].who);
        for (size_t k = 0; good && anywhere && k < s->n; k++)
            good = offer(s, c, (uint16_t)k);
    }
    return good;
}

/* Costs change as neighbours do: an offer that has become dearer goes back into the heap. */
static bool even_out(Seats *s)
{
    for (int anywhere = 0; anywhere < 2 && !settled(s); anywhere++) {
        if (!offer_all(s, anywhere))
            return false;
        while (s->nheap) {
            Move m = pop(s);
            float now;

            if (!possible(s, m.cell, m.to))
                continue;
            now = cost(s, m.cell, m.to);
            if (now > m.cost + 1e-6f && s->nheap && now > s->heap[0].cost) {
                m.cost = now;
                if (!push(s, m))
                    return false;
            } else if (!move(s, m))
                return false;
        }
    }
    return true;
}

/* --- how many cells each ---------------------------------------------------------------------------------------------- */
typedef struct Rest {
    double rest;
    size_t who;
} Rest;

static int by_rest(const void *a, const void *b)
{
    const Rest *x = a, *y = b;

    if (x->rest != y->rest)
        return x->rest > y->rest ? -1 : 1;
    return x->who < y->who ? -1 : x->who > y->who;
}

/* `total` cells by largest remainder. */
static bool share_out(const double *want, size_t n, int32_t total, int32_t *quota, Arena *a)
{
    Rest *rest = NEWS(a, Rest, n);
    double sum = 0;
    int32_t given = 0;

    if (!rest)
        return false;
    for (size_t i = 0; i < n; i++)
        sum += fmax(want[i], 0);
    for (size_t i = 0; i < n; i++) {
        const double exact = sum > 0 ? fmax(want[i], 0) * total / sum : i ? 0 : total;

        quota[i] = (int32_t)floor(exact + 1e-9);
        rest[i] = (Rest){ exact - quota[i], i };
        given += quota[i];
    }
    qsort(rest, n, sizeof *rest, by_rest);
    for (size_t i = 0; given < total && i < n; i++, given++)
        quota[rest[i].who]++;
    return true;
}

/* --- wishes ------------------------------------------------------------------------------------------------------------ */
typedef struct Field { /* shares of n candidates over the window; blurred over the square */
    size_t n;
    float *share;
    double *want;
} Field;

static bool field_new(Field *f, size_t n, Arena *a)
{
    f->n = n;
    f->share = NEWS(a, float, n *WINDOW);
    f->want = NEWS(a, double, n);
    return f->share && f->want;
}

static bool in_square(uint32_t cell)
{
    const uint32_t x = cell % SHARE_WIDTH, y = cell / SHARE_WIDTH;

    return x >= SHARE_MARGIN && x < SHARE_MARGIN + SQUARE && y >= SHARE_MARGIN && y < SHARE_MARGIN + SQUARE;
}

/* The binomial of five, along rows and then along columns. */
static float blurred(const float *v, size_t i, size_t step)
{
    return (v[i - 2 * step] + v[i + 2 * step] + 4 * (v[i - step] + v[i + step]) + 6 * v[i]) / 16;
}

static void blur_one(float *v, float *room)
{
    for (size_t y = 0; y < SHARE_WIDTH; y++)
        for (size_t x = SHARE_MARGIN; x < SHARE_MARGIN + SQUARE; x++)
            room[y * SHARE_WIDTH + x] = blurred(v, y * SHARE_WIDTH + x, 1);
    for (size_t y = SHARE_MARGIN; y < SHARE_MARGIN + SQUARE; y++)
        for (size_t x = SHARE_MARGIN; x < SHARE_MARGIN + SQUARE; x++)
            v[y * SHARE_WIDTH + x] = blurred(room, y * SHARE_WIDTH + x, SHARE_WIDTH);
}

static bool wishes_of(const Field *f, bool blur, Arena *a, uint32_t *from, Wish **out)
{
    float *room = blur ? NEWS(a, float, WINDOW) : NULL;
    Wish *w = NEWS(a, Wish, f->n * SQUARE_CELLS);
    uint32_t n = 0;

    if (!w || (blur && !room))
        return false;
    for (size_t k = 0; blur && k < f->n; k++)
        blur_one(f->share + k * WINDOW, room);
    for (size_t c = 0; c < SQUARE_CELLS; c++) {
        const size_t at = (c / SQUARE + SHARE_MARGIN) * SHARE_WIDTH + c % SQUARE + SHARE_MARGIN;

        from[c] = n;
        for (size_t k = 0; k < f->n; k++)
            if (f->share[k * WINDOW + at] > FAINT)
                w[n++] = (Wish){ (uint16_t)k, logf(f->share[k * WINDOW + at]) };
    }
    from[SQUARE_CELLS] = n;
    *out = w;
    return true;
}

/* --- one sharing-out ------------------------------------------------------------------------------------------------- */
typedef struct Task {
    Field field;
    uint32_t *from;
    Wish *wish;
    int32_t *quota;
    bool blur;
} Task;

static bool task_ready(Task *t, Arena *a)
{
    t->from = NEWS(a, uint32_t, SQUARE_CELLS + 1);
    t->quota = NEWS(a, int32_t, t->field.n);
    return t->from && t->quota && wishes_of(&t->field, t->blur, a, t->from, &t->wish);
}

/* owner: with its rim; NOBODY where a cell takes no part, 0 elsewhere. */
static bool seat(Task *t, const double *extra, int32_t total, uint16_t *owner, Arena *a)
{
    const size_t n = t->field.n;
    double *want = NEWS(a, double, n);
    Seats s = { .n = n,
        .quota = t->quota,
        .has = NEWS(a, int32_t, n),
        .sure = NEWS(a, int32_t, n),
        .weight = NEWS(a, float, n),
        .open = NEWS(a, uint16_t, SQUARE_CELLS),
        .neighbour = t->blur ? NEIGHBOUR_COARSE : NEIGHBOUR_FINE,
        .from = t->from,
        .wish = t->wish,
        .owner = owner };
    bool good = want && s.has && s.sure && s.weight && s.open;

    for (size_t i = 0; good && i < n; i++)
        want[i] = t->field.want[i] > 0 ? t->field.want[i] + (extra ? extra[i] : 0) : 0;
    good = good && share_out(want, n, total, t->quota, a);
    if (good) {
        sort_cells(&s);
        weigh(&s);
        good = even_out(&s);
    }
    mem_free(s.heap);
    return good;
}

/* --- the square ------------------------------------------------------------------------------------------------------- */
typedef struct Work {
    const ViewKey *key;
    const Share *share;
    size_t n;
    Arena *a;
    bool blur;
    float *whole;     /* of a window's cell: all shares; above 1 where records overlap */
    uint16_t *number; /* of a key in the list below; NOBODY: not in the square */
    uint16_t *main;   /* the mains in the square; candidate i + 1 of the first task, 0 is nothing */
    size_t nmain;
    uint32_t *by_main, *main_from; /* shares of candidate k: by_main[main_from[k]] … */
    Task task;
    uint16_t *owner;
} Work;

static float share_in(const Work *w, const Share *s)
{
    return s->share / fmaxf(1, w->whole[s->cell]);
}

static bool find_mains(Work *w, size_t nkey)
{
    w->whole = NEWS(w->a, float, WINDOW);
    w->number = NEWS(w->a, uint16_t, nkey + 1);
    w->main = NEWS(w->a, uint16_t, nkey + 1);
    if (!w->whole || !w->number || !w->main)
        return false;
    memset(w->number, 0xFF, nkey * sizeof *w->number);
    for (size_t i = 0; i < w->n; i++)
        w->whole[w->share[i].cell] += w->share[i].share;
    for (size_t i = 0; i < w->n; i++) {
        const uint16_t m = w->key[w->share[i].key].main;

        if (in_square(w->share[i].cell) && w->number[m] == NOBODY) {
            w->number[m] = 0;
            w->main[w->nmain++] = m;
        }
    }
    return true;
}

/* The order of keys by their values: neither who came first nor the order of shares must matter. */
static void put_in_order(const ViewKey *key, uint16_t *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint16_t k = list[i];
        size_t at = i;

        for (; at > 0 && key[list[at - 1]].order > key[k].order; at--)
            list[at] = list[at - 1];
        list[at] = k;
    }
}

static bool sort_shares(Work *w)
{
    uint32_t *at;

    w->by_main = NEWS(w->a, uint32_t, w->n + 1);
    w->main_from = NEWS(w->a, uint32_t, w->nmain + 3);
    if (!w->by_main || !w->main_from)
        return false;
    at = w->main_from + 1; /* while it is filled, one behind */
    for (size_t i = 0; i < w->n; i++)
        if (w->number[w->key[w->share[i].key].main] != NOBODY)
            at[w->number[w->key[w->share[i].key].main] + 1]++;
    for (size_t k = 1; k <= w->nmain + 1; k++)
        at[k] += at[k - 1];
    for (size_t i = 0; i < w->n; i++)
        if (w->number[w->key[w->share[i].key].main] != NOBODY)
            w->by_main[at[w->number[w->key[w->share[i].key].main]]++] = (uint32_t)i;
    return true;
}

static bool first_task(Work *w) /* by main value; candidate 0 is nothing */
{
    Field *f = &w->task.field;

    put_in_order(w->key, w->main, w->nmain);
    for (size_t i = 0; i < w->nmain; i++)
        w->number[w->main[i]] = (uint16_t)(i + 1);
    w->task.blur = w->blur;
    if (!field_new(f, w->nmain + 1, w->a))
        return false;
    for (size_t c = 0; c < WINDOW; c++) {
        f->share[c] = fmaxf(0, 1 - w->whole[c]);
        f->want[0] += in_square((uint32_t)c) ? f->share[c] : 0;
    }
    for (size_t i = 0; i < w->n; i++) {
        const uint16_t k = w->number[w->key[w->share[i].key].main];

        if (k == NOBODY)
            continue;
        f->share[k * WINDOW + w->share[i].cell] += share_in(w, &w->share[i]);
        f->want[k] += in_square(w->share[i].cell) ? share_in(w, &w->share[i]) : 0;
    }
    return sort_shares(w) && task_ready(&w->task, w->a);
}

/* The keys of one main value that are in the square, in order. */
static size_t keys_of(const Work *w, const uint32_t *mine, size_t n, uint16_t *list)
{
    size_t nlist = 0;

    for (size_t i = 0; i < n; i++) {
        const Share *s = &w->share[mine[i]];
        size_t k = 0;

        while (k < nlist && list[k] != s->key)
            k++;
        if (k == nlist && in_square(s->cell))
            list[nlist++] = s->key;
    }
    put_in_order(w->key, list, nlist);
    return nlist;
}

/* The keys of one main value, n > 1, share out its cells. */
static bool second_task(Work *w, const uint16_t *list, size_t n, const uint32_t *share, size_t nshare,
    int32_t cells, uint16_t *owner, Arena *a)
{
    Task t = { .blur = w->blur };

    if (!field_new(&t.field, n, a))
        return false;
    for (size_t i = 0; i < nshare; i++) {
        const Share *s = &w->share[share[i]];
        size_t k = 0;

        while (k < n && list[k] != s->key)
            k++;
        if (k == n)
            continue;
        t.field.share[k * WINDOW + s->cell] += share_in(w, s);
        t.field.want[k] += in_square(s->cell) ? share_in(w, s) : 0;
    }
    return task_ready(&t, a) && seat(&t, NULL, cells, owner, a);
}

static bool split_main(Work *w, uint16_t who, uint16_t *label, Arena *a)
{
    const uint32_t *share = w->by_main + w->main_from[who];
    const size_t nshare = w->main_from[who + 1] - w->main_from[who];
    uint16_t list[KEYS_MOST], *mine = NEWS(a, uint16_t, RIM_CELLS);
    const size_t n = keys_of(w, share, nshare, list);
    int32_t cells = 0;

    if (!mine)
        return false;
    for (size_t i = 0; i < RIM_CELLS; i++) {
        mine[i] = w->owner[i] == who ? 0 : NOBODY;
        cells += w->owner[i] == who;
    }
    if (n > 1 && cells && !second_task(w, list, n, share, nshare, cells, mine, a))
        return false;
    for (size_t c = 0; cells && c < SQUARE_CELLS; c++)
        if (mine[rim(c)] != NOBODY)
            label[c] = (uint16_t)(list[mine[rim(c)]] + 1);
    return true;
}

/* As geo/trace.c has it, where all keys are shown. */
static bool goes_through(const Work *w, uint16_t a, uint16_t b)
{
    return a && (!b || w->key[a - 1].order > w->key[b - 1].order);
}

/* What the cut corners take from each main value and give to another, in cells. */
static void corners(const Work *w, const uint16_t *label, double *loss)
{
    for (size_t y = 1; y < SQUARE; y++)
        for (size_t x = 1; x < SQUARE; x++) {
            const size_t i = y * SQUARE + x;
            const uint16_t l[4] = { label[i - SQUARE - 1], label[i - SQUARE], label[i], label[i - 1] };

            for (int k = 0; k < 4; k++) {
                const uint16_t a = l[k], b = l[(k + 1) & 3], c = l[(k + 2) & 3], d = l[(k + 3) & 3];
                const bool cut = a != b && b == d && (c != a || goes_through(w, b, a));

                if (!cut)
                    continue;
                loss[a ? w->number[w->key[a - 1].main] : 0] += 0.125;
                loss[b ? w->number[w->key[b - 1].main] : 0] -= 0.125;
            }
        }
}

static bool turn(Work *w, const double *loss, uint16_t *label)
{
    Arena *a = arena_new(0);
    bool good;

    for (size_t i = 0; i < RIM_CELLS; i++)
        w->owner[i] = NOBODY;
    for (size_t c = 0; c < SQUARE_CELLS; c++)
        w->owner[rim(c)] = 0;
    memset(label, 0, SQUARE_CELLS * sizeof *label);
    good = seat(&w->task, loss, SQUARE_CELLS, w->owner, a);
    for (uint16_t k = 1; good && k <= w->nmain; k++) {
        arena_clear(a);
        good = split_main(w, k, label, a);
    }
    arena_free(a);
    return good;
}

bool tile_assign(const ViewKey *key, size_t nkey, const Share *share, size_t n, bool blur, Arena *a,
    uint16_t label[SQUARE_CELLS])
{
    Work w = { .key = key, .share = share, .n = n, .a = a, .blur = blur };
    double *loss;

    w.owner = NEWS(a, uint16_t, RIM_CELLS);
    if (!w.owner || !find_mains(&w, nkey) || !first_task(&w))
        return false;
    loss = NEWS(a, double, w.nmain + 1);
    if (!loss || !turn(&w, NULL, label))
        return false;
    for (int i = 1; i < TURNS; i++) {
        corners(&w, label, loss);
        if (!turn(&w, loss, label))
            return false;
    }
    return true;
}
