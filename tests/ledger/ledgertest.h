/* tests/ledger/ledgertest.h - a county of its own for one test: a small pack and an empty ledger in a temporary folder. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <ftw.h>
#include <unistd.h>
#include <cmocka.h>
#include "ledger/ledger.h"

#define HELPER   static __attribute__((unused)) /* not every test needs all */
#define DIVISION "990121000000"
#ifndef PACK_ABOVE
#define PACK_ABOVE NULL /* the rooms that read files of the pack: const PackAbove * */
#endif

/* clang-format off */
static const char *const pack_files[][2] = {
    { "pack.yaml", "title: { zh: 试, en: Try }\nversion: 1.0.0\n" },
    { "collections/division.yaml",
        "division:\n  title: { zh: 区划, en: Division }\n  geometry: Polygon\n  owner: 局\n  label: name\n  by_code: true\n"
        "  unique: [code]\n  properties:\n"
        "    code: { title: { zh: 代码, en: Code }, type: text, required: true, grade: 1 }\n"
        "    name: { title: { zh: 名称, en: Division name }, type: text, required: true, grade: 1, search: true }\n" },
    { "collections/owner.yaml",
        "owner:\n  title: { zh: 户主, en: Owner }\n  geometry: none\n  owner: 局\n  label: name\n  unique: [id_no]\n  properties:\n"
        "    name: { title: { zh: 户名, en: Owner name }, type: text, required: true, grade: 1, search: true }\n"
        "    id_no: { title: { zh: 证号, en: Number }, type: text, grade: 3, find: equal }\n"
        "    birth: { title: { zh: 出生, en: Birth }, type: date, grade: 3, find: range }\n"
        "    income: { title: { zh: 收入, en: Income }, type: money, grade: 4, find: range }\n"
        "    secret: { title: { zh: 密名, en: Secret name }, type: text, grade: 3, find: text }\n"
        "    farms: { title: { zh: 农场, en: Farms }, ref: farm, many: true, opposite: farm.owner, grade: 1 }\n" },
    { "collections/farm.yaml",
        "farm:\n  title: { zh: 农场, en: Farm }\n  geometry: Point\n  owner: 局\n  label: name\n  unique: [code, plate]\n"
        "  sort: [size, name]\n  properties:\n"
        "    name: { title: { zh: 场名, en: Farm name }, type: text, required: true, grade: 1, search: true }\n"
        "    code: { title: { zh: 场号, en: Farm code }, type: text, grade: 1, pattern: \"^[A-Z][0-9]+$\" }\n"
        "    plate: { title: { zh: 门牌, en: Plate }, type: text, grade: 1 }\n"
        "    size: { title: { zh: 大小, en: Size }, type: number, minimum: 0, maximum: 100, grade: 1 }\n"
        "    kind: { title: { zh: 类别, en: Kind }, codes: { 田: Field, 园: Orchard, 林: Wood }, grade: 1 }\n"
        "    opened: { title: { zh: 开办, en: Opened }, type: date, grade: 1 }\n"
        "    rent: { title: { zh: 租金, en: Rent }, type: money, grade: 1 }\n"
        "    phone: { title: { zh: 电话, en: Phone }, type: text, format: phone, grade: 3, find: equal }\n"
        "    debt: { title: { zh: 欠款人, en: Debtor }, type: text, grade: 4 }\n"
        "    twice: { title: { zh: 两倍, en: Twice }, type: number, derived: { cql: \"size * 2\" }, grade: 1 }\n"
        "    score: { title: { zh: 得分, en: Score }, type: number, derived: { by: try-score }, grade: 1 }\n"
        "    owner: { title: { zh: 主人, en: Belongs to }, ref: owner, grade: 1 }\n"
        "    helpers: { title: { zh: 帮工, en: Helpers }, ref: owner, many: true, grade: 1 }\n"
        "  rules:\n"
        "    - { check: \"kind <> '园' OR size <= 50\", property: size, say: { zh: 果园不过五十, en: At most fifty } }\n" },
    { "collections/orchard.yaml",
        "orchard:\n  title: { zh: 果园, en: Fruit garden }\n  extends: farm\n  geometry: Point\n  owner: 局\n  label: name\n  properties:\n"
        "    trees: { title: { zh: 棵数, en: Trees }, type: integer, required: true, minimum: 1, grade: 1 }\n"
        "    dense: { title: { zh: 密度, en: Density }, type: number, derived: { cql: \"trees / size\" }, grade: 1 }\n"
        "    variety: { title: { zh: 树种, en: Kind of tree }, type: text, grade: 1 }\n"
        "  rules:\n"
        "    - { check: \"trees <= size * 100\", property: trees, say: { zh: 太密了, en: Too dense } }\n" },
    { "collections/visit.yaml",
        "visit:\n  title: { zh: 走访, en: Visit }\n  geometry: none\n  owner: 局\n  label: what\n  unique: [number]\n  properties:\n"
        "    what: { title: { zh: 事由, en: What for }, type: text, grade: 1 }\n"
        "    number: { title: { zh: 编号, en: Visit number }, type: text, required: true, filled: { by: try-number }, grade: 1 }\n"
        "    length: { title: { zh: 字数, en: Letters }, type: integer, derived: { cql: \"length(number)\" }, grade: 1 }\n" },
    { "collections/fold.yaml",
        "fold:\n  title: { zh: 畜圈, en: Fold }\n  extends: farm\n  geometry: none\n  owner: 局\n  label: name\n  properties:\n"
        "    heads: { title: { zh: 头数, en: Heads }, type: integer, grade: 1 }\n" },
#ifdef PACK_MORE /* of a test of another room: its own files, and the room that reads them */
    PACK_MORE
#endif
};
/* clang-format on */

HELPER const AccessWho tester = { .account = { "tester", 6 }, .grade = 4 };
typedef struct County {
    char dir[64], packs[80], county[80];
    PackModel *model;
    Ledger *ledger;
    Arena *arena;
} County;

HELPER int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)flag;
    (void)f;
    return remove(path);
}

HELPER void county_open(County *k)
{
    Err err = { 0 };

    if (!ledger_open(k->county, LEDGER_WRITE, k->model, &k->ledger, &err))
        fail_msg("ledger_open: %s %s %s", err.kind->code, err.what, err.hint);
}

/* Packs are written into `base`/…; base NULL: /tmp. */
/* A test that looks into county.gpkg itself says so, where the records are elsewhere. */
HELPER void of_the_file_only(void)
{
    if (getenv("SANGZI_TEST_STORE"))
        skip();
}

HELPER void county_make_in(County *k, const char *base)
{
    const PackMessage *said;
    size_t n;
    char path[160];
    Err err = { 0 };

    *k = (County){ .arena = arena_new(0) };
    (void)snprintf(k->dir, sizeof k->dir, "%s/sangzi-ledger-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(k->dir));
    (void)snprintf(k->packs, sizeof k->packs, "%s/packs", k->dir);
    (void)snprintf(k->county, sizeof k->county, "%s/county", k->dir);
    (void)snprintf(path, sizeof path, "%s/00-try/collections", k->packs);
    assert_true(dir_make(path, 0700, &err));
    for (size_t i = 0; i < LEN(pack_files); i++) {
        (void)snprintf(path, sizeof path, "%s/00-try/%s", k->packs, pack_files[i][0]);
        assert_true(file_write(path, BYTES(str_of(pack_files[i][1])), 0600, &err));
    }
    if (!pack_load(k->packs, PACK_ABOVE, k->arena, &k->model, &said, &n, &err))
        fail_msg("%.*s:%zu %.*s", STRV(said[0].file), said[0].line, STRV(said[0].text.en));
    if (getenv("SANGZI_TEST_STORE")) { /* the same tests on another store */
        (void)snprintf(path, sizeof path, "%s/store", k->county);
        assert_true(dir_make(k->county, 0750, &err) &&
                    file_write(path, BYTES(str_of(getenv("SANGZI_TEST_STORE"))), 0600, &err));
    }
    assert_true(ledger_init(k->county, STR(DIVISION), 0, &err));
    county_open(k);
}

HELPER void county_drop(County *k)
{
    ledger_close(k->ledger);
    pack_free(k->model);
    arena_free(k->arena);
    (void)nftw(k->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

HELPER void county_again(County *k)
{
    ledger_close(k->ledger);
    k->ledger = NULL;
    county_open(k);
}

HELPER const PackCollection *col(const County *k, const char *name)
{
    return pack_collection(k->model, str_of(name));
}

HELPER const PackProperty *prop(const PackCollection *c, const char *name)
{
    const PackProperty *p = pack_property(c, str_of(name));

    if (!p)
        fail_msg("no property %s", name);
    return p;
}

/* A change as the faces make it: {"name": …, "at": [x, y]}. What is no value of its property goes into `said`. */
HELPER LedgerChange change_of(const County *k, LedgerVerb verb, const char *collection, const char *id,
    const char *json, LedgerProblems *said, Arena *a)
{
    LedgerChange c = { .verb = verb,
        .collection = col(k, collection),
        .if_version = -1,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN };
    LedgerField *f = NEWS(a, LedgerField, 32);
    json_t *v, *one;
    const char *key;
    Err err = { 0 };

    (void)snprintf(c.id, sizeof c.id, "%s", id ? id : "");
    assert_true(json_read_in(str_of(json ? json : "{}"), a, &v, &err));
    c.field = f;
    json_object_foreach(v, key, one)
    {
        if (!strcmp(key, "at")) {
            c.has_geometry = true;
            assert_true(geo_make_point(json_number_value(json_array_get(one, 0)),
                json_number_value(json_array_get(one, 1)), a, &c.geometry));
            continue;
        }
        f[c.nfield].property = prop(c.collection, key);
        if (ledger_value_of_json(f[c.nfield].property, one, a, &f[c.nfield].value, &err)) {
            c.nfield++;
            continue;
        }
        said->item = mem_grow(said->item, said->n + 1, sizeof *said->item);
        said->item[said->n++] = (LedgerProblem){ 0, str_of(key), err };
        said->size = said->n;
    }
    return c;
}

/* One change, one transaction. */
HELPER bool save(const County *k, LedgerVerb verb, const char *collection, const char *id, const char *json,
    LedgerDone *done, Err *err)
{
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    const LedgerChange c = change_of(k, verb, collection, id, json, &said, a);
    const LedgerTx tx = {
        .who = &tester, .via = STR("test"), .effective = INT64_MIN, .change = &c, .nchange = 1
    };
    LedgerDone unused;
    bool good;

    *err = (Err){ 0 };
    good = ledger_write(k->ledger, &tx, a, done ? done : &unused, &said, err);
    if (good != !err->kind)
        fail_msg("false without a reason, or a reason with true");
    if (!good && err->kind == &LEDGER_INVALID && said.n)
        *err = said.item[0].err;
    mem_free(said.item);
    arena_free(a);
    return good;
}

HELPER void must_save(const County *k, LedgerVerb verb, const char *collection, const char *id,
    const char *json, LedgerDone *done)
{
    Err err;

    if (!save(k, verb, collection, id, json, done, &err))
        fail_msg("%s %s %s: %s %s", json ? json : "", err.kind->code, err.where, err.what, err.hint);
}

HELPER LedgerRecord get(const County *k, const char *collection, const char *id)
{
    LedgerRecord r = { 0 };
    Err err = { 0 };

    if (!ledger_get((LedgerView){ k->ledger, &ACCESS_VISITOR }, col(k, collection), str_of(id), INT64_MIN,
            INT64_MIN, k->arena, &r, &err))
        fail_msg("%s %s", id, err.kind->code);
    return r;
}

HELPER CqlValue of(const LedgerRecord *r, const char *name)
{
    return r->value[prop(r->collection, name)->index];
}

HELPER void text_is(CqlValue v, const char *want)
{
    const Str got = v.kind == CQL_TEXT ? v.text : STR("");

    if (!str_eq(got, str_of(want)))
        fail_msg("kind %d “%.*s”, wanted “%s”", (int)v.kind, STRV(got), want);
}

HELPER void hear_fault(void *ctx, const LedgerFault *f)
{
    (void)ctx;
    (void)f;
}

HELPER size_t faults_of(const County *k)
{
    size_t n = SIZE_MAX;
    Err err = { 0 };

    if (!ledger_verify(k->ledger, hear_fault, NULL, NULL, &n, &err))
        fail_msg("verify: %s %s %s", err.kind->code, err.what, err.hint);
    return n;
}
