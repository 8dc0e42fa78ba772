/* tests/transfer/county.h - a small county for the tests of this room: real packs, and one of our own to try things on. */
#pragma once
#include "transfertest.h"
#include <xlsxwriter.h>

typedef struct County {
    char dir[64], packs[96];
    PackModel *model;
    Ledger *ledger;
    TransferManager *manager;
    Arena *a;
} County;

static const char try_pack[] =
    "title: { zh: 试验, en: Trial }\nversion: 1.0.0\nabout: { zh: 试验, en: Trial }\nneeds: [00-common]\n";
static const char try_place[] =
    "try_place:\n"
    "  title: { zh: 试验村, en: Trial village }\n"
    "  geometry: { type: Geometry, name: place, title: { zh: 位置, en: Place } }\n"
    "  owner: 试验局\n"
    "  label: name\n"
    "  unique: [code]\n"
    "  properties:\n"
    "    code: { title: { zh: 行政区划代码, en: Code }, type: text, required: true, grade: 1, max_length: "
    "12, distinct: 试验 }\n"
    "    name: { title: { zh: 村名, en: Village }, type: text, grade: 1 }\n"
    "    people: { title: { zh: 人口, en: People }, type: integer, grade: 1, minimum: 0 }\n"
    "    area: { title: { zh: 面积, en: Area }, type: number, grade: 1, unit: m2 }\n"
    "    seen_on: { title: { zh: 核查日期, en: Seen on }, type: date, grade: 1 }\n"
    "    seen_at: { title: { zh: 核查时刻, en: Seen at }, type: time, grade: 1 }\n"
    "    kind: { title: { zh: 村类, en: Kind }, codes: { plain: { zh: 平原, en: Plain }, hill: { zh: 丘陵, "
    "en: Hill } }, grade: 1 }\n"
    "    cost: { title: { zh: 花费, en: Cost }, type: money, grade: 1 }\n";

static const char try_case[] = /* shapes and nothing that is required */
    "try_case:\n"
    "  title: { zh: 试验图形, en: Trial shape }\n"
    "  geometry: { type: Geometry, name: place, title: { zh: 位置, en: Place } }\n"
    "  owner: 试验局\n"
    "  label: name\n"
    "  properties:\n"
    "    name: { title: { zh: 情况, en: Case }, type: text, grade: 1 }\n";

static inline Bytes box_wkb(double x1, double y1, double x2, double y2, Arena *a)
{
    const double xy[] = { x1, y1, x2, y1, x2, y2, x1, y2, x1, y1 };
    const size_t ring[] = { 5 };
    Bytes b;

    assert_true(geo_make_polygon(xy, ring, 1, a, &b));
    return b;
}

static inline CqlValue text_value(const char *s)
{
    return (CqlValue){ .kind = CQL_TEXT, .text = str_of(s) };
}

static inline CqlValue int_value(int64_t i)
{
    return (CqlValue){ .kind = CQL_INT, .integer = i };
}

typedef struct Pair {
    const char *name;
    CqlValue value;
} Pair;

static inline void put_record(
    County *k, LedgerLoad *load, const char *collection, const char *id, Bytes g, const Pair *pair, size_t n)
{
    LedgerLoadRecord r = { .collection = pack_collection(k->model, str_of(collection)),
        .division = STR("990121108201"),
        .geometry = g,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MAX,
        .nfield = n };
    LedgerField *f = NEWS(k->a, LedgerField, n);
    Err err = { 0 };

    assert_non_null(r.collection);
    snprintf(r.id, sizeof r.id, "%s", id);
    for (size_t i = 0; i < n; i++) {
        f[i] = (LedgerField){ pack_property(r.collection, str_of(pair[i].name)), pair[i].value };
        assert_non_null(f[i].property);
    }
    r.field = f;
    if (!ledger_load_put(load, &r, &err)) {
        say(&err);
        fail();
    }
}

#define ROAD    "01TESTR0AD0000000000000001"
#define SECTION "01TESTSECT0000000000000000"
#define ORG     "01TEST0RG00000000000000001"

static inline void put_division(
    County *k, LedgerLoad *load, const char *code, const char *name, const char *level, Bytes g)
{
    uint8_t d[SM3_LEN];
    char id[ULID_LEN + 1];

    sm3((Bytes){ (const uint8_t *)code, strlen(code) }, d);
    ulid_make(0, d, id);
    put_record(k, load, "division", id, g,
        (Pair[]){
            { "code", text_value(code) }, { "name", text_value(name) }, { "level", text_value(level) } },
        3);
}

/* A road of 6 km along 31.5 N in sections of 1 km, two villages called 石桥村, 25 patches of land. */
static inline void fill(County *k)
{
    LedgerLoad *load;
    Err err = { 0 };
    Bytes none = { NULL, 0 }, line;

    assert_true(
        ledger_load_begin(k->ledger, STR("test"), STR("typed"), STR("test"), time_now(), 7, &load, &err));
    put_division(k, load, "990121000000", "云穗县", "county", box_wkb(111.2, 31.25, 111.8, 31.75, k->a));
    put_division(k, load, "990121108201", "石桥村", "village", box_wkb(111.2, 31.25, 111.5, 31.75, k->a));
    put_division(k, load, "990121109201", "石桥村", "village", box_wkb(111.5, 31.25, 111.6, 31.75, k->a));
    put_division(k, load, "990121109202", "柳堰村", "village", box_wkb(111.6, 31.25, 111.8, 31.75, k->a));
    put_record(k, load, "organization", ORG, none,
        (Pair[]){ { "name", text_value("交通局") }, { "kind", text_value("机关") } }, 2);
    put_record(k, load, "road", ROAD, none,
        (Pair[]){ { "code", text_value("X003") }, { "name", text_value("柳橘线") },
            { "class", text_value("县道") }, { "from_place", text_value("柳堰") },
            { "to_place", text_value("橘坞") } },
        5);
    for (int i = 0; i < 6; i++) {
        const double step = 1000 / geo_metres(111.4, 31.5, 112.4, 31.5),
                     xy[] = { 111.4 + i * step, 31.5, 111.4 + (i + 1) * step, 31.5 };
        char id[ULID_LEN + 1];

        snprintf(id, sizeof id, "%.25s%d", SECTION, i);
        assert_true(geo_make_line(xy, 2, k->a, &line));
        put_record(k, load, "road_section", id, line,
            (Pair[]){ { "road", text_value(ROAD) }, { "from_stake", int_value(i * 1000) },
                { "to_stake", int_value(i * 1000 + 1000) }, { "tech_class", text_value("三") },
                { "surface", text_value("沥青") } },
            5);
    }
    for (int i = 0; i < 25; i++) {
        const double x = 111.3 + 0.01 * (i % 5), y = 31.4 + 0.01 * (i / 5);
        char id[ULID_LEN + 1], code[8];

        snprintf(id, sizeof id, "01TESTPATCH0000000000000%02d", i);
        snprintf(code, sizeof code, "P%02d", i);
        put_record(k, load, "land_patch", id, box_wkb(x, y, x + 0.002 + 0.0001 * i, y + 0.003, k->a),
            (Pair[]){ { "code", text_value(str_c(k->a, str_of(code))) }, { "land_class", text_value("1104") },
                { "survey_year", int_value(2025) } },
            3);
    }
    if (!ledger_load_end(load, true, &err)) {
        say(&err);
        fail();
    }
}

static inline void open_manager(County *k)
{
    Err err = { 0 };

    assert_true(transfer_manager_open(k->ledger, &k->manager, &err));
}

static inline void open_ledger(County *k)
{
    Err err = { 0 };

    if (!ledger_open(k->dir, LEDGER_WRITE, k->model, &k->ledger, &err)) {
        say(&err);
        fail();
    }
}

static inline void load_model(County *k)
{
    char command[512], path[256];
    const PackMessage *said = NULL;
    size_t nsaid = 0;
    Err err = { 0 };

    snprintf(k->packs, sizeof k->packs, "%s/packs", k->dir);
    snprintf(command, sizeof command, "cp -r " SOURCE_DIR "/packs %s && mkdir -p %s/99-try/collections",
        k->packs, k->packs);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/99-try/pack.yaml", k->packs);
    put_file(path, try_pack, sizeof try_pack - 1);
    snprintf(path, sizeof path, "%s/99-try/collections/try_place.yaml", k->packs);
    put_file(path, try_place, sizeof try_place - 1);
    snprintf(path, sizeof path, "%s/99-try/collections/try_case.yaml", k->packs);
    put_file(path, try_case, sizeof try_case - 1);
    if (!pack_load(k->packs, NULL, k->a, &k->model, &said, &nsaid, &err)) {
        say(&err);
        for (size_t i = 0; i < nsaid; i++)
            print_message("%.*s:%zu %.*s\n", STRV(said[i].file), said[i].line, STRV(said[i].text.zh));
        fail();
    }
}

static inline int county_open(void **state)
{
    County *k = calloc(1, sizeof *k);
    Err err = { 0 };

    log_open(2, false, LOG_ERROR);
    k->a = arena_new(0);
    temp_dir(k->dir);
    load_model(k);
    assert_true(ledger_init(k->dir, STR("990121000000"), 1, &err));
    open_ledger(k);
    fill(k);
    open_manager(k);
    *state = k;
    return 0;
}

static inline int county_close(void **state)
{
    County *k = *state;

    transfer_manager_close(k->manager);
    ledger_close(k->ledger);
    pack_free(k->model);
    arena_free(k->a);
    drop_dir(k->dir);
    free(k);
    return 0;
}

/* --- importing ---------------------------------------------------------------------------------------------------------- */
typedef struct Run {
    char id[ULID_LEN + 1];
    TransferGlance g;
    char said[65536]; /* findings: "row column: zh [code]" lines */
} Run;

static inline bool hear(void *ctx, const TransferFinding *f)
{
    Run *r = ctx;
    const size_t n = strlen(r->said);

    snprintf(r->said + n, sizeof r->said - n, "%s%zu %.*s: %.*s [%.*s]\n", f->note ? "note " : "", f->row,
        STRV(f->column), STRV(f->zh), STRV(f->code));
    return true;
}

static inline void look(County *k, Run *r)
{
    Err err = { 0 };

    assert_true(transfer_wait(k->manager, str_of(r->id), 0, &r->g, &err));
    r->said[0] = 0;
    assert_true(transfer_findings(k->manager, str_of(r->id), hear, r, &err));
}

static inline void bring(County *k, const char *path, const TransferWish *wish, Run *r)
{
    Err err = { 0 };

    if (!transfer_begin(k->manager, str_of(strrchr(path, '/') + 1), path, false, wish, r->id, &err)) {
        say(&err);
        fail();
    }
    look(k, r);
}

static inline void bring_text(County *k, const char *name, const char *text, const char *collection, Run *r)
{
    char path[160];

    snprintf(path, sizeof path, "%s/%s", k->dir, name);
    put_file(path, text, strlen(text));
    bring(k, path, &(TransferWish){ .collection = str_of(collection) }, r);
}

static inline bool apply(County *k, Run *r, TransferAccept accept, Err *err)
{
    if (!transfer_apply(k->manager, str_of(r->id), accept, STR("测试员"), err))
        return false;
    look(k, r);
    return !r->g.problem.kind;
}

static inline bool said(const Run *r, const char *what)
{
    const bool there = strstr(r->said, what) != NULL;

    if (!there)
        print_message("not said: %s\n%s", what, r->said);
    return there;
}

static inline int64_t held(County *k, const char *collection)
{
    return ledger_count(
        (LedgerView){ k->ledger, &ACCESS_VISITOR }, pack_collection(k->model, str_of(collection)), STR(""));
}
