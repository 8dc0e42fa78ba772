/* src/demo/emit.c - records are made in blocks on one thread and handed to the sink on another.
 *
 * A block owns an arena with its records; at most QUEUE blocks wait, so memory stays small and the maker waits for a slow
 * sink. Ids are made of the kind, a running number and the seed: the same for the same county, and rising, so that a store
 * appends.
 */
#include "demo/county.h"
#include <assert.h>
#include <math.h>
#include <pthread.h>

enum { QUEUE = 8, RECORDS = 2048, FIELDS = 28, BLOCK_BYTES = 64 << 20 };
typedef struct Block {
    Arena *arena;
    DemoRecord *record;
    size_t n;
    bool township; /* after these records: one more township is in */
    size_t done, total;
    Str name;
} Block;
struct Out {
    pthread_mutex_t guard; /* guards queue, first, n, ended, stopped */
    pthread_cond_t change;
    Block queue[QUEUE];
    size_t first, n;
    bool ended, stopped;
    Block now; /* the maker's */
    DemoField *field;
    bool bad; /* no memory in this record */
};

/* kind 16 bits, number 32 bits, 32 bits of the seed's mixing */
void demo_id(const County *c, Kind kind, uint32_t n, char out[ULID_LEN + 1])
{
    const uint64_t x = (c->spec->seed + 0x9E3779B97F4A7C15 * ((uint64_t)kind << 32 | n)) * 0xBF58476D1CE4E5B9;
    const uint32_t mix = (uint32_t)(x >> 32);
    const uint8_t r[10] = { 0, (uint8_t)kind, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
        (uint8_t)n, (uint8_t)(mix >> 24), (uint8_t)(mix >> 16), (uint8_t)(mix >> 8), (uint8_t)mix };

    ulid_make((int64_t)c->spec->today * 86400000, r, out);
}

void demo_division_id(Str code, char out[ULID_LEN + 1])
{
    uint8_t h[SM3_LEN];

    sm3(BYTES(code), h);
    ulid_make(0, h, out);
}

Out *demo_out_new(void)
{
    Out *o = mem_new(1, sizeof *o);

    if (!o)
        return NULL;
    pthread_mutex_init(&o->guard, NULL);
    pthread_cond_init(&o->change, NULL);
    return o;
}

void demo_out_free(Out *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->n; i++)
        arena_free(o->queue[(o->first + i) % QUEUE].arena);
    arena_free(o->now.arena);
    pthread_cond_destroy(&o->change);
    pthread_mutex_destroy(&o->guard);
    mem_free(o);
}

static bool open_block(Out *o)
{
    if (o->now.arena)
        return true;
    o->now = (Block){ .arena = arena_new(BLOCK_BYTES) };
    o->now.record = NEWS(o->now.arena, DemoRecord, RECORDS);
    return o->now.record != NULL;
}

static bool hand_over(Out *o)
{
    bool taken;

    pthread_mutex_lock(&o->guard);
    while (o->n == QUEUE && !o->stopped)
        pthread_cond_wait(&o->change, &o->guard);
    taken = !o->stopped;
    if (taken) {
        o->queue[(o->first + o->n++) % QUEUE] = o->now;
        o->now = (Block){ 0 };
        pthread_cond_broadcast(&o->change);
    }
    pthread_mutex_unlock(&o->guard);
    return taken;
}

bool demo_out_flush(Out *o)
{
    if (o->bad)
        return false;
    return !o->now.arena || (!o->now.n && !o->now.township) || hand_over(o);
}

bool demo_out_township(Out *o, size_t done, size_t total, Str name)
{
    if (!open_block(o))
        return false;
    o->now.township = true;
    o->now.done = done;
    o->now.total = total;
    o->now.name = str_copy(o->now.arena, name); /* the maker's own is gone when it is told */
    return demo_out_flush(o);
}

Arena *demo_arena(Out *o)
{
    return o->now.arena;
}

Arena *demo_next(Out *o)
{
    if (o->bad || (o->now.n == RECORDS && !demo_out_flush(o)))
        return NULL;
    return open_block(o) ? o->now.arena : NULL;
}

bool demo_rec(Out *o, Str collection, const char *id, Str division)
{
    if (!demo_next(o))
        return false;
    DemoRecord *r = &o->now.record[o->now.n];
    o->field = NEWS(o->now.arena, DemoField, FIELDS);
    if (!o->field)
        return false;
    *r = (DemoRecord){ .collection = collection,
        .division = str_copy(o->now.arena, division),
        .valid_from = INT64_MIN,
        .valid_to = INT64_MAX,
        .field = o->field };
    memcpy(r->id, id, ULID_LEN + 1);
    o->now.n++;
    return true;
}

void demo_geom(Out *o, Bytes wkb)
{
    o->now.record[o->now.n - 1].geometry = wkb;
}

void demo_valid(Out *o, int32_t from, int32_t to)
{
    DemoRecord *r = &o->now.record[o->now.n - 1];

    if (from != INT32_MIN)
        r->valid_from = from * TIME_DAY - 8 * 3600 * TIME_SECOND; /* midnight in China */
    if (to != INT32_MAX)
        r->valid_to = to * TIME_DAY - 8 * 3600 * TIME_SECOND;
}

static void put(Out *o, Str name, CqlValue v)
{
    DemoRecord *r = &o->now.record[o->now.n - 1];

    assert(r->nfield < FIELDS);
    o->field[r->nfield++] = (DemoField){ name, v };
}

void demo_text(Out *o, Str name, Str value)
{
    if (!value.len)
        return;
    const Str own = str_copy(o->now.arena, value);
    if (!own.ptr)
        o->bad = true;
    put(o, name, (CqlValue){ .kind = CQL_TEXT, .text = own });
}

void demo_id_of(Out *o, Str name, const char *id)
{
    demo_text(o, name, str_of(id));
}

void demo_int(Out *o, Str name, int64_t v)
{
    put(o, name, (CqlValue){ .kind = CQL_INT, .integer = v });
}

void demo_f64(Out *o, Str name, double v, int digits)
{
    const double k = pow(10, digits);

    put(o, name, (CqlValue){ .kind = CQL_NUMBER, .number = round(v * k) / k });
}

void demo_bool(Out *o, Str name, bool v)
{
    put(o, name, (CqlValue){ .kind = CQL_BOOL, .truth = v });
}

void demo_date(Out *o, Str name, int32_t day)
{
    put(o, name, (CqlValue){ .kind = CQL_DATE, .date = day });
}

void demo_time(Out *o, Str name, int64_t us)
{
    put(o, name, (CqlValue){ .kind = CQL_TIME, .time = us });
}

void demo_list(Out *o, Str name, const Str *item, size_t n)
{
    CqlValue *v = NEWS(o->now.arena, CqlValue, n + 1);

    for (size_t i = 0; v && i < n; i++)
        v[i] = (CqlValue){ .kind = CQL_TEXT, .text = str_copy(o->now.arena, item[i]) };
    if (!v)
        o->bad = true;
    else if (n)
        put(o, name, (CqlValue){ .kind = CQL_LIST, .list = { v, n } });
}

void demo_point(Out *o, Str name, Bytes wkb)
{
    put(o, name, (CqlValue){ .kind = CQL_GEOM, .geom = wkb });
}

void demo_out_end(Out *o)
{
    pthread_mutex_lock(&o->guard);
    o->ended = true;
    pthread_cond_broadcast(&o->change);
    pthread_mutex_unlock(&o->guard);
}

void demo_out_stop(Out *o)
{
    pthread_mutex_lock(&o->guard);
    o->stopped = true;
    pthread_cond_broadcast(&o->change);
    pthread_mutex_unlock(&o->guard);
}

static bool next_block(Out *o, Block *out)
{
    bool got;

    pthread_mutex_lock(&o->guard);
    while (!o->n && !o->ended)
        pthread_cond_wait(&o->change, &o->guard);
    got = o->n > 0;
    if (got) {
        *out = o->queue[o->first];
        o->first = (o->first + 1) % QUEUE;
        o->n--;
        pthread_cond_broadcast(&o->change);
    }
    pthread_mutex_unlock(&o->guard);
    return got;
}

bool demo_out_drain(Out *o, const DemoSink *sink, Err *err)
{
    Block b;
    bool good = true;

    while (good && next_block(o, &b)) {
        for (size_t i = 0; good && i < b.n; i++)
            good = sink->record(sink->ctx, &b.record[i], err);
        if (good && b.township && sink->township)
            good = sink->township(sink->ctx, b.done, b.total, b.name, err);
        arena_free(b.arena);
    }
    return good;
}
