/* src/tile/cache.c - see cache.h. */
#include "tile/cache.h"
#include <assert.h>
#include <pthread.h>

enum { SHELVES = 16, CHAINS = 1 << 10, ENTRY_COST = 256 };
typedef struct Entry Entry;
struct Entry {
    CacheKey key;
    Body *body;
    Entry *chain; /* next of its hash */
    Entry *newer, *older;
};
typedef struct Shelf {
    pthread_mutex_t lock; /* guards all below */
    Entry *chain[CHAINS];
    Entry *newest, *oldest;
    size_t used;
} Shelf;
struct TileCache {
    size_t room; /* of a shelf */
    atomic_uint_fast64_t layers;
    Shelf shelf[SHELVES];
};

/* --- bodies ------------------------------------------------------------------------------------------------ */
Body *tile_body_new(size_t len)
{
    Body *b = mem_new(1, sizeof *b + len);

    if (!b)
        return NULL;
    atomic_init(&b->refs, 1);
    b->pub.bytes = (Bytes){ tile_body_bytes(b), len };
    return b;
}

uint8_t *tile_body_bytes(Body *b)
{
    return (uint8_t *)(b + 1);
}

Body *tile_body_keep(Body *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void tile_body_drop(Body *b)
{
    if (b && atomic_fetch_sub(&b->refs, 1) == 1)
        mem_free(b);
}

void tile_body_free(const TileBody *b)
{
    union {
        const TileBody *lent;
        Body *own;
    } u = { b };

    tile_body_drop(u.own);
}

/* --- shelves ----------------------------------------------------------------------------------------------- */
TileCache *tile_cache_new(size_t bytes)
{
    TileCache *c = mem_new(1, sizeof *c);

    if (!c)
        return NULL;
    c->room = bytes / SHELVES;
    for (size_t i = 0; i < SHELVES; i++)
        pthread_mutex_init(&c->shelf[i].lock, NULL);
    return c;
}

uint64_t tile_cache_layer(TileCache *c)
{
    return atomic_fetch_add(&c->layers, 1);
}

static size_t cost_of(const Body *b)
{
    return b->pub.bytes.len + ENTRY_COST;
}

static uint64_t hash_of(const CacheKey *k)
{
    uint64_t h = (k->tile ^ k->layer ^ k->show * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;

    h ^= h >> 32;
    return h * 0xD6E8FEB86659FD93;
}

static Shelf *shelf_of(TileCache *c, uint64_t hash)
{
    return &c->shelf[hash >> 60];
}

static Entry **find(Shelf *s, const CacheKey *k, uint64_t hash)
{
    Entry **at = &s->chain[hash & (CHAINS - 1)];

    while (*at && memcmp(&(*at)->key, k, sizeof *k) != 0)
        at = &(*at)->chain;
    return at;
}

static void unlink_age(Shelf *s, Entry *e)
{
    *(e->newer ? &e->newer->older : &s->newest) = e->older;
    *(e->older ? &e->older->newer : &s->oldest) = e->newer;
}

static void make_newest(Shelf *s, Entry *e)
{
    e->newer = NULL;
    e->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = e;
    s->newest = e;
}

static void take_out(Shelf *s, Entry **at)
{
    Entry *e = *at;

    assert(e);
    *at = e->chain;
    unlink_age(s, e);
    s->used -= cost_of(e->body);
    tile_body_drop(e->body);
    mem_free(e);
}

void tile_cache_free(TileCache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SHELVES; i++) {
        Shelf *s = &c->shelf[i];

        while (s->oldest)
            take_out(s, find(s, &s->oldest->key, hash_of(&s->oldest->key)));
        pthread_mutex_destroy(&s->lock);
    }
    mem_free(c);
}

Body *tile_cache_get(TileCache *c, const CacheKey *k, int64_t number)
{
    uint64_t hash = hash_of(k);
    Shelf *s = shelf_of(c, hash);
    Entry **at, *e;
    Body *b = NULL;

    pthread_mutex_lock(&s->lock);
    at = find(s, k, hash);
    e = *at;
    if (e && e->body->pub.seq == number) {
        b = tile_body_keep(e->body);
        if (s->newest != e) {
            unlink_age(s, e);
            make_newest(s, e);
        }
    } else if (e) {
        take_out(s, at);
    }
    pthread_mutex_unlock(&s->lock);
    return b;
}

void tile_cache_put(TileCache *c, const CacheKey *k, Body *b)
{
    uint64_t hash = hash_of(k);
    Shelf *s = shelf_of(c, hash);
    Entry **at, *e = cost_of(b) <= c->room ? mem_new(1, sizeof *e) : NULL;

    if (!e)
        return;
    e->key = *k;
    e->body = tile_body_keep(b);
    pthread_mutex_lock(&s->lock);
    at = find(s, k, hash);
    if (*at)
        take_out(s, at);
    s->used += cost_of(b);
    while (s->used > c->room)
        take_out(s, find(s, &s->oldest->key, hash_of(&s->oldest->key)));
    at = &s->chain[hash & (CHAINS - 1)];
    e->chain = *at;
    *at = e;
    make_newest(s, e);
    pthread_mutex_unlock(&s->lock);
}
