/* tests/face/process_test.c - the road's indexes, the check of inputs, jobs, addresses; on a county of its own. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "face/face.h"
#include "pack/pack.h"
#include "process/process.h"
#include "road/road.h"

/* --- formulas: by hand from the formulas as road.h gives them (made by us) ------------------------------------------------ */
struct Formula {
    const char *say;
    double got, want;
};

static struct Formula formula(size_t i, size_t *n)
{
    const struct Formula row[] = {
        { "RQI, IRI 2, class 3: 100 / (1 + 0.0185 e^1.16)", road_rqi(2, false), 94.43 },
        { "RQI, IRI 2, class 1: 100 / (1 + 0.026 e^1.3)", road_rqi(2, true), 91.29 },
        { "RQI of a very rough road", road_rqi(12, false), 4.88 },
        { "PCI, DR 1, asphalt: 100 - 15", road_pci(1, ROAD_ASPHALT), 85 },
        { "PCI, DR 0", road_pci(0, ROAD_CEMENT), 100 },
        { "PCI, DR 10, cement: 100 - 10.66 x 10^0.461", road_pci(10, ROAD_CEMENT), 69.19 },
        { "RDI, 10 mm", road_rdi(10), 90 },
        { "RDI, 20 mm", road_rdi(20), 60 },
        { "RDI, 41 mm", road_rdi(41), 0 },
        { "PQI of class 3: .6 PCI + .4 RQI",
            road_pqi(&(RoadIndexes){ 80, 90, NAN, NAN, NAN }, ROAD_ASPHALT, false), 84 },
        { "PQI without PCI: what is known",
            road_pqi(&(RoadIndexes){ NAN, 90, NAN, NAN, NAN }, ROAD_ASPHALT, false), 90 },
        { "MQI of PQI alone", road_mqi(NAN, 77, NAN, NAN), 77 },
        { "MQI whole", road_mqi(100, 80, 90, 100), 84.8 },
        { "IRI of a phone at 60 km/h: 0.6 + 3.2 x 1", road_iri_of_phone(1, 60, 0.6, 3.2), 3.8 },
    };

    *n = LEN(row);
    return row[i];
}

static void the_formulas_hold(void **state)
{
    size_t n = 1;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct Formula f = formula(i, &n);

        if (!(fabs(f.got - f.want) < 0.01))
            fail_msg("%s: %g, not %g", f.say, f.got, f.want);
    }
    assert_true(isnan(road_pci(NAN, ROAD_ASPHALT)) && isnan(road_iri_of_phone(1, 10, 0.6, 3.2)));
    assert_true(str_eq(road_word(90), STR("优")) && str_eq(road_word(89.9), STR("良")));
    assert_true(str_eq(road_word(59.9), STR("差")) && !road_word(NAN).len);
}

/* --- a county -------------------------------------------------------------------------------------------------------------- */
typedef struct Place {
    char dir[64];
    Arena *a;
    PackModel *model;
    Ledger *ledger;
} Place;

static int start(void **state)
{
    static Place p;
    const PackMessage *said;
    size_t nsaid;
    char path[256];
    Err err = { 0 };

    p = (Place){ .dir = "/tmp/sangzi-process-XXXXXX", .a = arena_new(0) };
    assert_non_null(mkdtemp(p.dir));
    snprintf(path, sizeof path, "%s/county", p.dir);
    assert_true(pack_load(SOURCE_DIR "/packs", node_above(p.a), p.a, &p.model, &said, &nsaid, &err));
    assert_true(ledger_init(path, STR("990121000000"), 7, &err));
    assert_true(ledger_open(path, LEDGER_WRITE, p.model, &p.ledger, &err));
    *state = &p;
    return 0;
}

static int stop(void **state)
{
    Place *p = *state;
    char command[128];

    ledger_close(p->ledger);
    pack_free(p->model);
    arena_free(p->a);
    snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
    return system(command);
}

static CqlValue words(const char *text)
{
    return (CqlValue){ .kind = CQL_TEXT, .text = str_of(text) };
}

static void add_division(
    Place *p, const char *code, const char *name, const char *level, double x, double y, double d)
{
    const PackCollection *c = pack_collection(p->model, STR("division"));
    const double xy[] = { x - d, y - d, x + d, y - d, x + d, y + d, x - d, y + d, x - d, y - d };
    const size_t ring = 5;
    CqlValue seat = { .kind = CQL_GEOM };
    Bytes area;

    assert_true(geo_make_polygon(xy, &ring, 1, p->a, &area) && geo_make_point(x, y, p->a, &seat.geom));
    const LedgerField field[] = { { pack_property(c, STR("code")), words(code) },
        { pack_property(c, STR("name")), words(name) }, { pack_property(c, STR("level")), words(level) },
        { pack_property(c, STR("seat")), seat } };
    const LedgerChange change = { .collection = c,
        .if_version = -1,
        .has_geometry = true,
        .geometry = area,
        .field = field,
        .nfield = LEN(field),
        .valid_from = INT64_MIN,
        .valid_to = INT64_MAX };
    const LedgerTx tx = {
        .who = &ACCESS_VISITOR, .via = STR("cli"), .effective = INT64_MIN, .change = &change, .nchange = 1
    };
    LedgerProblems said = { 0 };
    LedgerDone done;
    Err err = { 0 };

    if (!ledger_write(p->ledger, &tx, p->a, &done, &said, &err))
        fail_msg("%s: %s", code, said.n ? said.item[0].err.what : err.what);
    mem_free(said.item);
}

static Str run(Place *p, const char *process, const char *inputs)
{
    const ProcessAsk ask = { .who = &ACCESS_VISITOR, .en = true };
    Str out = { "", 0 };
    json_t *v;
    Err err = { 0 };

    assert_true(json_read_in(str_of(inputs), p->a, &v, &err));
    if (!process_run(p->ledger, str_of(process), v, &ask, p->a, &out, &err))
        return str_of(err.kind->code);
    return out;
}

static const struct Address {
    const char *say, *address, *want; /* the first candidate's */
} address[] = {
    { "whole", "云穗县枫涧镇石桥村三组", "\"address\":\"云穗县枫涧镇石桥村三组\"" },
    { "the county left out", "枫涧镇石桥村三组", "\"division\":\"990121110204003\"" },
    { "suffixes left out, a figure for the group", "枫涧石桥3组", "\"division\":\"990121110204003\"" },
    { "第三村民小组", "石桥村第三村民小组", "\"division\":\"990121110204003\"" },
    { "blanks between", "云穗县 枫涧镇 石桥村", "\"division\":\"990121110204\"" },
    { "the village alone: there are two", "石桥", "\"name\":\"石桥村\"" },
    { "two villages of one name: the township decides", "橘坞镇石桥村", "\"division\":\"990121108201\"" },
};

static void addresses_are_found(void **state)
{
    Place *p = *state;

    add_division(p, "990121000000", "云穗县", "county", 111.5, 31.5, 0.3);
    add_division(p, "990121110000", "枫涧镇", "township", 111.4, 31.5, 0.1);
    add_division(p, "990121110204", "石桥村", "village", 111.42, 31.5, 0.03);
    add_division(p, "990121110204003", "三组", "group", 111.43, 31.51, 0.01);
    add_division(p, "990121108000", "橘坞镇", "township", 111.6, 31.5, 0.1);
    add_division(p, "990121108201", "石桥村", "village", 111.62, 31.5, 0.03);
    for (size_t i = 0; i < LEN(address); i++) {
        const Str out =
            run(p, "geocode", str_fmt(p->a, "{\"address\":\"%s\",\"limit\":1}", address[i].address).ptr);

        if (str_find(out, str_of(address[i].want)) == SIZE_MAX)
            fail_msg("%s: %.*s", address[i].say, STRV(out));
    }
    assert_true(str_find(run(p, "reverse-geocode", "{\"point\":[111.43,31.51]}"),
                    STR("云穗县枫涧镇石桥村三组")) != SIZE_MAX);
    assert_true(
        str_find(run(p, "reverse-geocode", "{\"point\":\"10,10\"}"), STR("\"division\":null")) != SIZE_MAX);
}

static const struct Input {
    const char *process, *inputs, *want;
} input[] = {
    { "nosuch", "{}", "process/no-process" },
    { "geocode", "{}", "process/no-input" },
    { "geocode", "{\"address\":3}", "process/bad-input" },
    { "geocode", "{\"address\":\"a\",\"limit\":0}", "process/bad-input" },
    { "geocode", "{\"address\":\"a\",\"nosuch\":0}", "process/bad-input" },
    { "reverse-geocode", "{\"point\":[1]}", "process/bad-input" },
    { "reverse-geocode", "{\"point\":[999,1]}", "process/bad-input" },
    { "road-condition", "{\"division\":\"99\"}", "process/bad-input" },
};

static void wrong_inputs_are_named(void **state)
{
    for (size_t i = 0; i < LEN(input); i++)
        if (!str_eq(run(*state, input[i].process, input[i].inputs), str_of(input[i].want)))
            fail_msg("%s %s", input[i].process, input[i].inputs);
}

static void jobs_run_end_and_are_listed(void **state)
{
    Place *p = *state;
    ProcessJobs *j = process_jobs_new(p->ledger, NULL, NULL);
    ProcessInfo info, *all;
    char id[ULID_LEN + 1];
    json_t *v = json_object();
    Err err = { 0 };
    size_t n;

    assert_non_null(j);
    assert_true(process_start(
        j, STR("road-condition"), v, &(AccessWho){ .account = STR("王芳"), .grade = 4 }, true, id, &err));
    assert_true(process_wait(j, str_of(id), 10 * TIME_SECOND, &err));
    assert_true(process_info(j, str_of(id), p->a, &info, &err));
    assert_int_equal(info.status, PROCESS_DONE);
    assert_int_equal(info.percent, 100);
    assert_true(str_find(info.outputs, STR("\"sections\":0")) != SIZE_MAX && info.log.len);
    assert_true(process_list(j, p->a, &all, &n, &err) && n == 1);
    assert_false(process_cancel(j, STR("none"), &err));
    assert_ptr_equal(err.kind, &PROCESS_NO_JOB);
    json_decref(v);
    process_jobs_free(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_formulas_hold),
        cmocka_unit_test(addresses_are_found), cmocka_unit_test(wrong_inputs_are_named),
        cmocka_unit_test(jobs_run_end_and_are_listed) };

    log_open(2, false, LOG_ERROR);
    return cmocka_run_group_tests(tests, start, stop);
}
