/* src/demo/make.c - the county's parts in their order, on a thread of their own. */
#include "demo/county.h"
#include <malloc.h>
#include <pthread.h>

typedef struct Job {
    const DemoSpec *spec;
    Out *out;
    bool good;
    Err err;
} Job;

static bool lay_out(County *c, Err *err)
{
    Str files;

    if (!demo_data_read(c->spec->data, c->a, &c->d, err) || !demo_pictures_read(c) || !demo_plan(c, err) ||
        !demo_terrain(c, err) || !demo_flow(c, err) || !demo_divisions(c, err))
        return false;
    if (!c->spec->out)
        return true;
    files = str_fmt(c->a, "%s/files", c->spec->out);
    return files.ptr && dir_make(files.ptr, 0755, err) && demo_dem_write(c, err);
}

static bool one_town(County *c, size_t t, Out *o, Err *err)
{
    return demo_emit_town_registers(c, t, o, err) && demo_emit_people(c, t, o, err) &&
           demo_emit_roads(c, t, o, err) && demo_emit_road_file(c, t, o, err) &&
           demo_emit_place_names(c, t, o, err) && demo_emit_patches(c, t, o, err);
}

/* First the one that is looked at while the others are made, then that of S01's bridge, then as they are listed. */
static void in_order(const County *c, size_t *order)
{
    const size_t bridge = demo_story_town(c, STR("110"));
    size_t n = 0;

    order[n++] = c->first;
    if (bridge != c->first)
        order[n++] = bridge;
    for (size_t t = 0; t < c->ntown; t++)
        if (t != c->first && t != bridge)
            order[n++] = t;
}

static bool all(County *c, Out *o, Err *err)
{
    size_t done = 0, order[TOWNS_MAX] = { 0 };

    if (!lay_out(c, err) || !demo_emit_divisions(c, o, err) || !demo_out_flush(o) ||
        !demo_plan_roads(c, err) || !demo_plan_sections(c, err) || !demo_plan_people(c, err) ||
        !demo_emit_county_registers(c, o, err) || !demo_emit_documents(c, o, err) ||
        (c->spec->out && !demo_files(c, err)))
        return false;
    malloc_trim(0); /* what laying out took; the allocator would keep it until the end */
    in_order(c, order);
    for (size_t k = 0; k < c->ntown; k++) {
        const size_t t = order[k];

        if (!one_town(c, t, o, err) || (!k && c->spec->out && !demo_pond_file(c, err)) ||
            !demo_out_township(o, ++done, c->ntown, c->town[t].name))
            return false;
        malloc_trim(0); /* what is left of a township: a large county would end with twenty times that */
    }
    return !c->spec->out || demo_cog_write(c, err); /* last: nobody waits for it */
}

static void *work(void *arg)
{
    Job *j = arg;
    Arena *a = arena_new((size_t)6 << 30);
    County *c = NEW(a, County);

    if (c) {
        c->spec = j->spec;
        c->a = a;
        j->good = all(c, j->out, &j->err);
    }
    demo_out_end(j->out);
    arena_free(a);
    return NULL;
}

bool demo_make(const DemoSpec *spec, const DemoSink *sink, Err *err)
{
    Job j = { .spec = spec, .out = demo_out_new() };
    pthread_t thread;
    bool taken;

    if (!j.out || pthread_create(&thread, NULL, work, &j) != 0) {
        demo_out_free(j.out);
        return FAIL(err, BASE_NO_MEMORY, STR("demo"), "thread");
    }
    taken = demo_out_drain(j.out, sink, err);
    demo_out_stop(j.out);
    pthread_join(thread, NULL);
    demo_out_free(j.out);
    malloc_trim(0); /* indexes are built next, and want room of their own */
    if (!taken)
        return false;
    if (j.good)
        return true;
    if (j.err.kind)
        *err = j.err;
    else
        FAIL(err, DEMO_STOPPED, STR("demo"), "make");
    return false;
}
