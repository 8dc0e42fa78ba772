/* src/place/reverse_geocode.c - a point → the division it lies in, and what is near. */
#include <stdlib.h>
#include "place/place.h"

enum { NEAR = 8 };
typedef struct Around {
    ProcessRun *run;
    const PackCollection *c;
    const Places *places;
    double x, y;
    Bytes point;
    const Place *inside; /* deepest so far */
    struct {
        Str collection, id;
        double metres;
    } near[NEAR];
    size_t n;
} Around;

static bool see_division(void *ctx, const LedgerRecord *record)
{
    Around *a = ctx;
    const PackProperty *code = pack_property(a->c, STR("code"));
    const Place *one = record->value[code->index].kind == CQL_TEXT
                           ? place_find(a->places, record->value[code->index].text)
                           : NULL;

    if (one && (!a->inside || one->level > a->inside->level))
        a->inside = one;
    return true;
}

static bool see_thing(void *ctx, const LedgerRecord *record)
{
    Around *a = ctx;
    const double metres = record->geometry.len ? geo_distance_m(a->point, record->geometry) : 1e9;
    size_t i = a->n < NEAR ? a->n++ : NEAR;

    for (; i > 0 && a->near[i - 1].metres > metres; i--)
        if (i < NEAR)
            a->near[i] = a->near[i - 1];
    if (i < NEAR) {
        a->near[i].collection = a->c->name;
        a->near[i].id = str_copy(a->run->a, record->id);
        a->near[i].metres = metres;
    }
    return true;
}

static bool look(
    Around *a, const char *name, double reach, bool (*see)(void *, const LedgerRecord *), Err *err)
{
    const LedgerQuery q = { .collection = a->c = pack_collection(a->run->model, str_of(name)),
        .uncounted = true,
        .nbox = 1,
        .box = { { a->x - reach, a->y - reach, a->x + reach, a->y + reach } } };
    LedgerPage page;

    return !a->c || !a->c->spatial || ledger_select(a->run->view, &q, see, a, a->run->a, &page, err);
}

static void write_near(Around *a, Buf *b)
{
    buf_c(b, '[');
    for (size_t i = 0; i < a->n && a->near[i].metres < 1e8; i++) {
        const PackCollection *c = pack_collection(a->run->model, a->near[i].collection);

        buf_str(b, i ? STR(",{\"collection\":") : STR("{\"collection\":"));
        buf_json_str(b, a->near[i].collection);
        buf_str(b, STR(",\"id\":"));
        buf_json_str(b, a->near[i].id);
        buf_str(b, STR(",\"name\":"));
        buf_json_str(b, ledger_title(a->run->view, c, a->near[i].id, a->run->a));
        buf_str(b, STR(",\"distance\":"));
        buf_fixed(b, a->near[i].metres, 1);
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

static bool reverse_geocode_run(ProcessRun *run, Err *err)
{
    static const char *const thing[] = { "place_name", "facility", "building" };
    Around a = { .run = run };
    Places p;

    if (!process_point(run, "point", &a.x, &a.y) || !geo_make_point(a.x, a.y, run->a, &a.point))
        return FAIL(err, BASE_NO_MEMORY, STR("point"), "job");
    if (!place_read(run, &p, err))
        return false;
    a.places = &p;
    if (!look(&a, "division", 0, see_division, err))
        return false;
    for (size_t i = 0; i < LEN(thing); i++) /* some 60 m; where nothing is that near, 500 m */
        if (!look(&a, thing[i], 0.0006, see_thing, err))
            return false;
    for (size_t i = 0; !a.n && i < LEN(thing); i++)
        if (!look(&a, thing[i], 0.005, see_thing, err))
            return false;
    if (a.inside)
        place_candidate(run, &p, a.inside, 1, (Str){ "", 0 }, process_out(run, "division"));
    else
        buf_str(process_out(run, "division"), STR("null"));
    buf_json_str(
        process_out(run, "address"), a.inside ? place_path(&p, a.inside->code, run->a) : (Str){ "", 0 });
    write_near(&a, process_out(run, "near"));
    return true;
}

const Process process_reverse_geocode = { .id = "reverse-geocode",
    .version = "1.0.0",
    .zh = "坐标反查",
    .en = "Reverse geocode",
    .about_zh = "由坐标得出所在的县、乡镇、村、组，以及附近有名称的地物。",
    .about_en = "From a point the division it lies in, and named things near by.",
    .run = reverse_geocode_run,
    .input = { { "point", "坐标（经度在前）", "Point, longitude first", PROCESS_POINT } },
    .output = { { "division", "所在区划", "Division", PROCESS_JSON },
        { "address", "地址", "Address", PROCESS_TEXT }, { "near", "附近", "Near by", PROCESS_JSON } } };
