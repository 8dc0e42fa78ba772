/* src/base/map.c - open addressing from text to pointer, in an arena. */
#include "base/base.h"

typedef struct Slot {
    Str key;
    uint64_t hash;
    void *value;
} Slot;
struct Map {
    Arena *arena;
    Slot *slot;
    size_t n, size; /* size is a power of two, at least twice n */
};

Map *map_new(Arena *a)
{
    Map *m = NEW(a, Map);

    if (m)
        *m = (Map){ a, NEWS(a, Slot, 16), 0, 16 };
    return m && m->slot ? m : NULL;
}

static Slot *place(Slot *slot, size_t size, Str key, uint64_t hash)
{
    size_t i = hash & (size - 1);

    while (slot[i].key.ptr && !(slot[i].hash == hash && str_eq(slot[i].key, key)))
        i = (i + 1) & (size - 1);
    return slot + i;
}

static bool grow(Map *m)
{
    Slot *bigger = NEWS(m->arena, Slot, m->size * 2);

    if (!bigger)
        return false;
    for (size_t i = 0; i < m->size; i++)
        if (m->slot[i].key.ptr)
            *place(bigger, m->size * 2, m->slot[i].key, m->slot[i].hash) = m->slot[i];
    m->slot = bigger;
    m->size *= 2;
    return true;
}

bool map_put(Map *m, Str key, void *value)
{
    const uint64_t hash = hash64(BYTES(key));
    Slot *s = place(m->slot, m->size, key, hash);

    if (s->key.ptr) {
        s->value = value;
        return true;
    }
    if ((m->n + 1) * 2 > m->size) {
        if (!grow(m))
            return false;
        s = place(m->slot, m->size, key, hash);
    }
    *s = (Slot){ key.ptr ? key : STR(""), hash, value };
    m->n++;
    return true;
}

void *map_get(const Map *m, Str key)
{
    return place(m->slot, m->size, key, hash64(BYTES(key)))->value;
}

size_t map_len(const Map *m)
{
    return m->n;
}

bool map_at(const Map *m, size_t i, Str *key, void **value)
{
    if (i >= m->size)
        return false;
    *key = m->slot[i].key;
    *value = m->slot[i].value;
    return true;
}
