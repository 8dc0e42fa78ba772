/* src/tile/square.c - see square.h. */
#include "tile/square.h"
#include <stdlib.h>

/* --- squares -------------------------------------------------------------------------------------------------- */
static size_t bytes_of(const SquareHead *h)
{
    const size_t n = sizeof *h + h->nsum * sizeof(Sum) + (h->labelled ? SQUARE_CELLS * sizeof(uint16_t) : 0);

    return (n + 7) & ~(size_t)7;
}

Square *tile_square_of(Bytes bytes, TileMap *map)
{
    const SquareHead *h = (const void *)bytes.ptr;
    Square *s;

    if (bytes.len < sizeof *h || h->level > LABEL_LEVEL || h->nsum > SQUARE_CELLS * (KEYS_MOST + 1) ||
        bytes_of(h) != bytes.len || !(s = mem_new(1, sizeof *s)))
        return NULL;
    atomic_init(&s->refs, 1);
    s->map = map;
    if (map)
        atomic_fetch_add(&map->refs, 1);
    s->bytes = bytes;
    s->hash = tile_hash(bytes);
    s->head = h;
    s->sum = (const void *)(bytes.ptr + sizeof *h);
    s->label = h->labelled ? (const void *)(s->sum + h->nsum) : NULL;
    return s;
}

Square *tile_square_make(
    uint32_t level, uint32_t x, uint32_t y, const Sum *sum, size_t n, const uint16_t *label)
{
    const SquareHead h = { level, x, y, (uint32_t)n, label != NULL, 0 };
    uint8_t *bytes = mem_new(bytes_of(&h), 1);
    Square *s;

    if (!bytes)
        return NULL;
    memcpy(bytes, &h, sizeof h);
    if (n)
        memcpy(bytes + sizeof h, sum, n * sizeof *sum);
    if (label)
        memcpy(bytes + sizeof h + n * sizeof *sum, label, SQUARE_CELLS * sizeof *label);
    s = tile_square_of((Bytes){ bytes, bytes_of(&h) }, NULL);
    if (!s)
        mem_free(bytes);
    return s;
}

Square *tile_square_keep(Square *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void tile_square_drop(Square *s)
{
    union {
        const uint8_t *borrowed;
        void *own;
    } bytes;

    if (!s || atomic_fetch_sub(&s->refs, 1) > 1)
        return;
    bytes.borrowed = s->bytes.ptr;
    if (s->map)
        tile_map_drop(s->map);
    else
        mem_free(bytes.own);
    mem_free(s);
}

/* --- views ---------------------------------------------------------------------------------------------------- */
View *tile_view_new(const TileView *how)
{
    View *v = mem_new(1, sizeof *v);

    if (!v)
        return NULL;
    atomic_init(&v->refs, 1);
    v->how = *how;
    v->a = arena_new(0);
    v->key = NEWS(v->a, ViewKey, KEYS_MOST);
    if (v->key)
        return v;
    tile_view_drop(v);
    return NULL;
}

View *tile_view_like(const View *of)
{
    View *v = tile_view_new(&of->how);

    for (size_t i = 0; v && i < of->nkey; i++)
        if (tile_view_key(v, of->key[i].type, of->key[i].value) != i) {
            tile_view_drop(v);
            return NULL;
        }
    if (v) {
        v->single_from = of->single_from;
        memcpy(v->level, of->level, sizeof v->level);
    }
    return v;
}

View *tile_view_keep(View *v)
{
    atomic_fetch_add(&v->refs, 1);
    return v;
}

void tile_view_drop(View *v)
{
    if (!v || atomic_fetch_sub(&v->refs, 1) > 1)
        return;
    for (size_t i = 0; i < v->n; i++)
        tile_square_drop(v->square[i]);
    mem_free(v->square);
    arena_free(v->a);
    mem_free(v);
}

bool tile_view_add(View *v, Square *s)
{
    Square **grown;

    if (s && v->n == v->cap) {
        grown = mem_grow(v->square, v->cap ? 2 * v->cap : 256, sizeof *grown);
        if (!grown) {
            tile_square_drop(s);
            return false;
        }
        v->square = grown;
        v->cap = v->cap ? 2 * v->cap : 256;
    }
    if (s)
        v->square[v->n++] = s;
    return s != NULL;
}

static int by_place(const SquareHead *a, const SquareHead *b)
{
    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return a->x < b->x ? -1 : a->x > b->x;
}

static int by_square(const void *a, const void *b)
{
    const Square *const *x = a, *const *y = b;

    return by_place((*x)->head, (*y)->head);
}

void tile_view_sort(View *v)
{
    if (v->n > v->sorted)
        qsort(v->square, v->n, sizeof *v->square, by_square);
    v->sorted = v->n;
}

static bool sound_square(const View *v, const Square *s)
{
    for (uint32_t i = 0; i < s->head->nsum; i++)
        if (s->sum[i].key >= v->nkey || s->sum[i].cell >= SQUARE_CELLS)
            return false;
    for (size_t c = 0; s->label && c < SQUARE_CELLS; c++)
        if (s->label[c] > v->nkey)
            return false;
    return true;
}

bool tile_view_whole(View *v)
{
    tile_view_sort(v);
    if (!tile_view_order(v))
        return false;
    for (size_t i = 0; i < v->n; i++)
        if (!sound_square(v, v->square[i]) || (i > 0 && by_square(&v->square[i - 1], &v->square[i]) >= 0))
            return false;
    return true;
}

static size_t lower_bound(const View *v, const SquareHead *h)
{
    size_t lo = 0, hi = v->sorted;

    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;

        if (by_place(v->square[mid]->head, h) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const Square *tile_view_find(const View *v, int level, uint32_t x, uint32_t y)
{
    const SquareHead h = { (uint32_t)level, x, y, 0, 0, 0 };
    const size_t i = lower_bound(v, &h);

    return i < v->sorted && by_place(v->square[i]->head, &h) == 0 ? v->square[i] : NULL;
}

size_t tile_view_from(const View *v, int level)
{
    return lower_bound(v, &(SquareHead){ (uint32_t)level, 0, 0, 0, 0, 0 });
}

bool tile_view_put(View *v, Square *s)
{
    const size_t i = s ? lower_bound(v, s->head) : 0;

    if (!s || i >= v->sorted || by_place(v->square[i]->head, s->head) != 0)
        return tile_view_add(v, s);
    tile_square_drop(v->square[i]);
    v->square[i] = s;
    return true;
}

/* --- keys ------------------------------------------------------------------------------------------------------- */
static bool same_value(const MvtValue *a, const MvtValue *b)
{
    return a->kind == b->kind && (a->kind == MVT_TEXT        ? str_eq(a->text, b->text)
                                     : a->kind == MVT_DOUBLE ? memcmp(&a->d, &b->d, sizeof a->d) == 0
                                     : a->kind == MVT_NULL   ? true
                                                             : a->i == b->i);
}

static size_t find_key(
    const View *v, GeoType type, const MvtValue *value, size_t n) /* by its first n values */
{
    for (size_t i = 0; i < v->nkey; i++) {
        size_t k = 0;

        while (v->key[i].type == type && k < n && same_value(&v->key[i].value[k], &value[k]))
            k++;
        if (v->key[i].type == type && k == n)
            return i;
    }
    return SIZE_MAX;
}

size_t tile_view_find_key(const View *v, GeoType type, const MvtValue *value)
{
    static const MvtValue missing[TILE_VIEW_KEYS];
    const size_t i = find_key(v, type, value, v->how.nkey);

    return i == SIZE_MAX ? find_key(v, type, missing, v->how.nkey) : i;
}

size_t tile_view_key(View *v, GeoType type, const MvtValue *value)
{
    static const MvtValue missing[TILE_VIEW_KEYS];
    size_t i = find_key(v, type, value, v->how.nkey);
    ViewKey *k;

    if (i != SIZE_MAX)
        return i;
    if (v->nkey + 4 > KEYS_MOST && value != missing) /* room is left for the three kinds of missing ones */
        return tile_view_key(v, type, missing);
    k = &v->key[v->nkey];
    k->type = type;
    k->value = NEWS(v->a, MvtValue, v->how.nkey + 1);
    if (!k->value)
        return SIZE_MAX;
    for (i = 0; i < v->how.nkey; i++) {
        k->value[i] = value[i];
        if (value[i].kind == MVT_TEXT && !(k->value[i].text = str_copy(v->a, value[i].text)).ptr)
            return SIZE_MAX;
    }
    i = v->how.nkey ? find_key(v, type, value, 1) : find_key(v, type, value, 0);
    k->main = (uint16_t)(i == SIZE_MAX ? v->nkey : i);
    return v->nkey++;
}

static int by_values(const ViewKey *a, const ViewKey *b, size_t n)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    for (size_t k = 0; k < n; k++) {
        const MvtValue *x = &a->value[k], *y = &b->value[k];
        const int texts = x->kind == MVT_TEXT && y->kind == MVT_TEXT ? str_cmp(x->text, y->text) : 0;

        if (x->kind != y->kind)
            return x->kind < y->kind ? -1 : 1;
        if (texts)
            return texts;
        if (x->kind == MVT_DOUBLE ? x->d != y->d : x->i != y->i)
            return (x->kind == MVT_DOUBLE ? x->d < y->d : x->i < y->i) ? -1 : 1;
    }
    return 0;
}

typedef struct Ordered {
    const ViewKey *key;
    size_t n, number;
} Ordered;

static int by_key(const void *a, const void *b)
{
    const Ordered *x = a, *y = b;

    return by_values(x->key, y->key, x->n);
}

bool tile_view_order(View *v)
{
    Ordered *all = mem_new(v->nkey + 1, sizeof *all);

    if (!all)
        return false;
    for (size_t i = 0; i < v->nkey; i++)
        all[i] = (Ordered){ &v->key[i], v->how.nkey, i };
    qsort(all, v->nkey, sizeof *all, by_key);
    for (size_t i = 0; i < v->nkey; i++)
        v->key[all[i].number].order = (uint16_t)i;
    mem_free(all);
    return true;
}

/* --- in bytes --------------------------------------------------------------------------------------------------- */
static void put_u32(Buf *b, size_t v)
{
    const uint32_t u = (uint32_t)v;

    buf_add(b, &u, sizeof u);
}

bool tile_view_write(const View *v, Buf *out)
{
    put_u32(out, (size_t)v->single_from);
    buf_add(out, v->level, sizeof v->level);
    put_u32(out, v->nkey);
    for (size_t i = 0; i < v->nkey; i++) {
        put_u32(out, v->key[i].type);
        for (size_t k = 0; k < v->how.nkey; k++) {
            const MvtValue *x = &v->key[i].value[k];

            put_u32(out, x->kind);
            put_u32(out, x->kind == MVT_TEXT ? x->text.len : 8);
            if (x->kind == MVT_TEXT)
                buf_str(out, x->text);
            else
                buf_add(out, x->kind == MVT_DOUBLE ? (const void *)&x->d : (const void *)&x->i, 8);
        }
    }
    while (out->len % 8)
        buf_c(out, '\0');
    return !out->bad;
}

typedef struct Cursor { /* a short read gives zeros and sticks */
    Bytes left;
    bool bad;
} Cursor;

static const uint8_t *take(Cursor *c, size_t n)
{
    const uint8_t *p = c->left.ptr;

    if (c->bad || n > c->left.len) {
        c->bad = true;
        return NULL;
    }
    c->left = (Bytes){ p + n, c->left.len - n };
    return p;
}

static uint32_t take_u32(Cursor *c)
{
    const uint8_t *p = take(c, sizeof(uint32_t));
    uint32_t v = 0;

    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

static MvtValue take_value(Cursor *c)
{
    MvtValue v = { .kind = take_u32(c) };
    const size_t n = take_u32(c);
    const uint8_t *p = take(c, n);

    c->bad = c->bad || v.kind > MVT_BOOL || (v.kind != MVT_TEXT && n != 8);
    if (c->bad)
        return (MvtValue){ 0 };
    if (v.kind == MVT_TEXT)
        v.text = (Str){ (const char *)p, n };
    else if (v.kind == MVT_DOUBLE)
        memcpy(&v.d, p, 8);
    else
        memcpy(&v.i, p, 8);
    return v;
}

static bool take_key(Cursor *c, View *v, size_t number)
{
    MvtValue value[TILE_VIEW_KEYS] = { 0 };
    const uint32_t type = take_u32(c);

    for (size_t k = 0; k < v->how.nkey && !c->bad; k++)
        value[k] = take_value(c);
    return !c->bad && type >= GEO_POINT && type <= GEO_POLYGON &&
           tile_view_key(v, (GeoType)type, value) == number;
}

static bool sound(const View *v)
{
    for (int z = 0; z < VIEW_ZOOMS; z++)
        if (v->level[z] && (v->level[z] < z - 2 || v->level[z] > z + 3 || v->level[z] < TOP_LEVEL ||
                               v->level[z] > LABEL_LEVEL))
            return false;
    return v->single_from >= 0 && v->single_from <= VIEW_ZOOMS;
}

View *tile_view_read(Bytes in, const TileView *how)
{
    View *v = tile_view_new(how);
    Cursor c = { in, false };
    const uint8_t *level;
    size_t n;
    bool good;

    if (!v)
        return NULL;
    v->single_from = (int32_t)take_u32(&c);
    level = take(&c, sizeof v->level);
    if (level)
        memcpy(v->level, level, sizeof v->level);
    n = take_u32(&c);
    good = !c.bad && n <= KEYS_MOST && sound(v);
    for (size_t i = 0; good && i < n; i++)
        good = take_key(&c, v, i);
    if (good)
        return v;
    tile_view_drop(v);
    return NULL;
}
