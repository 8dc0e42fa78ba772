/* tests/pack/check_test.c - every finding is made to happen: a small good pack, one file of it replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "indicator/indicator.h"
#include "onemap/onemap.h"
#include "pack/inside.h"

/* A room above reads greetings.yaml; the layers and indicators are read by the rooms that have them. */
static const PackSaying RUDE = { "rude", "“{0}”不是问候", "\"{0}\" is no greeting", false };

static void read_greetings(PackLoader *l, const Yaml *top, PackList *out)
{
    for (const Yaml *node = top->first; node; node = node->next)
        if (str_starts(node->text, STR("hello")))
            *PACK_PUSH(l, out, Str) = node->text;
        else
            pack_say(l, &RUDE, node->line, node->text, pack_reading(l));
}
static const PackPart greetings = { .file = "greetings.yaml", .read = read_greetings };
static const PackPart *const part[] = { &onemap_yaml, &indicator_yaml, &greetings };
static const Str maker[] = { { "weigh", 5 }, { "x", 1 } };
static const PackAbove above = { .part = part, .npart = LEN(part), .maker = maker, .nmaker = LEN(maker) };

#define HEAD "title: { zh: 试, en: Try }\nversion: 1.0.0\n"
#define THING \
    "thing:\n  title: { zh: 物, en: Thing }\n  geometry: Point\n  owner: 局\n  label: name\n  properties:\n"
#define NAME   "    name: { title: { zh: 物名, en: Thing name }, type: text, grade: 1 }\n"
#define NUMBER "    size: { title: { zh: 大小, en: Size }, type: number, grade: 1 }\n"
#define LAYER  "l:\n  title: { zh: 层, en: Layer }\n  group: { zh: 组, en: Group }\n  collection: thing\n"
#define C      "collections/thing.yaml"

#define SEEN(id, visible)                                                                           \
    id ":\n  title: { zh: 层, en: Layer }\n  group: { zh: 组, en: Group }\n  collection: thing\n" \
       "  kind: circle\n  visible: " visible "\n  classes:\n    - { title: { zh: 物, en: T } }\n"
#define FIVE(last) \
    SEEN("l1", "true") SEEN("l2", "true") SEEN("l3", "true") SEEN("l4", "true") "\n" SEEN("l5", last)

/* The good pack; a row replaces one file, or adds one. */
static const struct File {
    const char *path, *text;
} good[] = {
    { "01-base/pack.yaml", HEAD },
    { "01-base/collections/division.yaml",
        "division:\n  title: { zh: 区划, en: Division }\n  geometry: Polygon\n  owner: 局\n  label: name\n  "
        "by_code: true\n"
        "  properties:\n    name: { title: { zh: 名称, en: Division name }, type: text, grade: 1 }\n" },
    { "01-base/collections/person.yaml",
        "person:\n  title: { zh: 人员, en: Person }\n  geometry: none\n  owner: 局\n  label: name\n  "
        "properties:\n"
        "    name: { title: { zh: 姓名, en: Name }, type: text, grade: 3, find: text }\n"
        "    phone: { title: { zh: 电话, en: Phone }, type: text, format: phone, grade: 3 }\n"
        "    house: { title: { zh: 住处, en: House }, ref: thing, grade: 2 }\n" },
    { "01-base/concepts.yaml",
        "person.name: { title: { zh: 姓名, en: Name of a person }, home: person.name, alias: [户主姓名] }\n"
        "person.phone: { title: { zh: 电话, en: Phone }, home: person.phone, format: phone }\n" },
    { "02-try/pack.yaml", HEAD },
    { "02-try/" C, THING NAME NUMBER },
};

/* clang-format off */
static const struct Row {
    const char *say, *path, *text, *code; /* code NULL: no finding */
    size_t line;
} row[] = {
    { "the good pack", C, THING NAME NUMBER, NULL, 0 },
    { "unknown key of a property, with the near one", C, THING "    name: { titel: { zh: 物名, en: N }, title: { zh: 物名, en: N }, type: text, grade: 1 }\n", "unknown-key", 7 },
    { "unknown key of a collection", C, "thing:\n  title: { zh: 物, en: T }\n  owner: 局\n  geometri: Point\n  properties:\n" NAME, "unknown-key", 4 },
    { "not YAML", C, "thing:\n  title: { zh: 物\n", "yaml", 3 },
    { "two top keys", C, "thing: {}\nother: {}\n", "file-name", 1 },
    { "top key is not the file's name", C, "thong: {}\n", "file-name", 1 },
    { "no owner", C, "thing:\n  title: { zh: 物, en: T }\n  properties:\n" NAME, "missing-key", 2 },
    { "no title", C, THING "    name: { type: text, grade: 1 }\n", "no-title", 7 },
    { "no English title: a warning", C, THING "    name: { title: { zh: 物名 }, type: text, grade: 1 }\n", "no-title-en", 7 },
    { "no grade", C, THING "    name: { title: { zh: 物名, en: N }, type: text }\n", "no-grade", 7 },
    { "grade 5", C, THING "    name: { title: { zh: 物名, en: N }, type: text, grade: 5 }\n", "bad-grade", 7 },
    { "no type", C, THING "    name: { title: { zh: 物名, en: N }, grade: 1 }\n", "no-type", 7 },
    { "wrong type", C, THING "    name: { title: { zh: 物名, en: N }, type: string, grade: 1 }\n", "bad-type", 7 },
    { "codes without enum", C, THING "    name: { title: { zh: 物名, en: N }, type: text, codes: [a], grade: 1 }\n", "type-clash", 7 },
    { "enum without codes", C, THING "    name: { title: { zh: 物名, en: N }, type: enum, grade: 1 }\n", "no-codes", 7 },
    { "an unknown list of codes", C, THING "    name: { title: { zh: 物名, en: N }, codes: crops, grade: 1 }\n", "no-list", 7 },
    { "a code twice", C, THING "    name: { title: { zh: 物名, en: N }, codes: [a, a], grade: 1 }\n", "twice", 7 },
    { "a bad colour", C, THING "    name: { title: { zh: 物名, en: N }, codes: { a: { zh: 甲, en: A, color: red } }, grade: 1 }\n", "bad-color", 7 },
    { "unknown reference", C, THING NAME "    by: { title: { zh: 经手, en: By }, ref: persom, grade: 1 }\n", "no-ref", 8 },
    { "a reference that a later pack brings", C, THING NAME NUMBER "    by: { title: { zh: 项目, en: Project }, ref: project, later: true, grade: 1 }\n", NULL, 0 },
    { "a name that SQLite keeps", C, THING NAME "    sqlite_x: { title: { zh: 甲, en: A }, type: text, grade: 1 }\n", "reserved", 8 },
    { "a base field declared", C, THING NAME "    valid_from: { title: { zh: 甲, en: A }, type: date, grade: 1 }\n", "reserved", 8 },
    { "a name in capitals", C, THING NAME "    Size: { title: { zh: 甲, en: A }, type: text, grade: 1 }\n", "bad-name", 8 },
    { "minimum above maximum", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, minimum: 9, maximum: 1, grade: 1 }\n", "bad-range", 8 },
    { "maximum of a text", C, THING "    name: { title: { zh: 物名, en: N }, type: text, maximum: 1, grade: 1 }\n", "type-clash", 7 },
    { "minimum is no number", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, minimum: few, grade: 1 }\n", "not-number", 8 },
    { "required is neither true nor false", C, THING "    name: { title: { zh: 物名, en: N }, type: text, required: yes, grade: 1 }\n", "not-bool", 7 },
    { "unknown format", C, THING "    name: { title: { zh: 物名, en: N }, type: text, format: phones, grade: 1 }\n", "bad-format", 7 },
    { "was is another property's name", C, THING "    name: { title: { zh: 物名, en: N }, type: text, was: size, grade: 1 }\n    size: { title: { zh: 大小, en: S }, type: number, grade: 1 }\n", "bad-was", 7 },
    { "find on an open property", C, THING "    name: { title: { zh: 物名, en: N }, type: text, find: equal, grade: 1 }\n", "bad-find", 7 },
    { "derived in two ways", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { cql: \"1\", by: x }, grade: 1 }\n", "bad-derived", 8 },
    { "filled by nobody", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, filled: casework, grade: 1 }\n", "bad-filled", 8 },
    { "filled and derived", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { by: x }, filled: { by: y }, grade: 1 }\n", "bad-filled", 8 },
    { "derived and required", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { by: x }, required: true, grade: 1 }\n", "derived-required", 8 },
    { "a maker", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { by: weigh }, grade: 1 }\n", NULL, 0 },
    { "a maker that is not there", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { by: weihg }, grade: 1 }\n", "no-maker", 8 },
    { "a maker that a later pack brings", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { by: measure, later: 07-agri-chain }, grade: 1 }\n", NULL, 0 },
    { "later than never", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { by: measure, later: soon }, grade: 1 }\n", "bad-later", 8 },
    { "later, but it is there", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { by: weigh, later: 07-agri-chain }, grade: 1 }\n", "idle-later", 8 },
    { "later of an expression", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, derived: { cql: \"1\", later: 07-agri-chain }, grade: 1 }\n", "bad-derived", 8 },
    { "a good file of a room above", "greetings.yaml", "a: hello\nb: hello there\n", NULL, 0 },
    { "its finding has file and line", "greetings.yaml", "a: hello\nb: pah\n", "rude", 2 },
    { "its file is no map", "greetings.yaml", "- a\n", "not-map", 1 },
    { "five layers visible at first", "layers.yaml", FIVE("true"), "too-visible", 35 },
    { "five layers, the last not visible", "layers.yaml", FIVE("false"), NULL, 0 },
    { "bad CQL2: unknown property", C, THING NAME NUMBER "    twice: { title: { zh: 倍, en: A }, type: number, derived: { cql: \"sise * 2\" }, grade: 1 }\n", "bad-cql", 9 },
    { "bad CQL2: syntax", C, THING NAME NUMBER "    twice: { title: { zh: 倍, en: A }, type: number, derived: { cql: \"size *\" }, grade: 1 }\n", "bad-cql", 9 },
    { "good CQL2", C, THING NAME NUMBER "    twice: { title: { zh: 倍, en: A }, type: number, derived: { cql: \"size * 2\" }, grade: 1 }\n", NULL, 0 },
    { "CQL2 gives another kind", C, THING NAME NUMBER "    twice: { title: { zh: 倍, en: A }, type: date, derived: { cql: \"size * 2\" }, grade: 1 }\n", "cql-type", 9 },
    { "what changes by itself is not stored", C, THING NAME "    born: { title: { zh: 生年, en: B }, type: date, grade: 1 }\n    years: { title: { zh: 岁数, en: A }, type: integer, derived: { cql: \"age(born)\" }, grade: 1 }\n", "clock-stored", 9 },
    { "by the clock", C, THING NAME NUMBER "    born: { title: { zh: 生年, en: B }, type: date, grade: 1 }\n    years: { title: { zh: 岁数, en: A }, type: integer, derived: { clock: \"age(born)\" }, grade: 1 }\n", NULL, 0 },
    { "grade below its sources", C, THING NAME "    size: { title: { zh: 大小, en: A }, type: number, grade: 3 }\n    twice: { title: { zh: 倍, en: B }, type: number, derived: { cql: \"size * 2\" }, grade: 2 }\n", "low-grade", 9 },
    { "opposite that is not there", C, THING NAME "    people: { title: { zh: 住户, en: A }, ref: person, many: true, opposite: person.home, grade: 2 }\n", "bad-opposite", 8 },
    { "opposite", C, THING NAME NUMBER "    people: { title: { zh: 住户, en: A }, ref: person, many: true, opposite: person.house, grade: 2 }\n", NULL, 0 },
    { "extends itself", C, "thing:\n  title: { zh: 物, en: T }\n  owner: 局\n  extends: thing\n  properties:\n" NAME, "circle", 2 },
    { "extends what is not", C, "thing:\n  title: { zh: 物, en: T }\n  owner: 局\n  extends: persons\n  properties:\n" NAME, "bad-extends", 2 },
    { "label that is no property", C, "thing:\n  title: { zh: 物, en: T }\n  owner: 局\n  label: nam\n  properties:\n" NAME, "no-property", 2 },
    { "sort by a sealed property", C, "thing:\n  title: { zh: 物, en: T }\n  owner: 局\n  sort: [secret]\n  properties:\n    secret: { title: { zh: 密, en: A }, type: text, grade: 3 }\n", "sealed", 2 },
    { "unknown geometry", C, "thing:\n  title: { zh: 物, en: T }\n  owner: 局\n  geometry: Dot\n  properties:\n" NAME, "bad-geometry", 4 },
    { "a rule that does not parse", C, THING NAME NUMBER "  rules:\n    - { check: \"size >\", say: { zh: 甲, en: A } }\n", "bad-cql", 10 },
    { "a rule speaks of a value the enum has not", C, THING NAME NUMBER "    state: { title: { zh: 状, en: S }, codes: { 新: New, 完: Done }, grade: 1 }\n  rules:\n    - { check: \"state <> '元'\", say: { zh: 甲, en: A } }\n", "no-code", 11 },
    { "in a list of them", C, THING NAME NUMBER "    state: { title: { zh: 状, en: S }, codes: { 新: New, 完: Done }, grade: 1 }\n  rules:\n    - { check: \"NOT (state IN ('新', 'X') OR size > 1)\", say: { zh: 甲, en: A } }\n", "no-code", 11 },
    { "a rule without a sentence", C, THING NAME NUMBER "  rules:\n    - { check: \"size > 0\" }\n", "missing-key", 10 },
    { "enter once: a concept's title", C, THING NAME "    who: { title: { zh: 姓名, en: A }, type: text, grade: 2 }\n", "enter-twice", 8 },
    { "enter once: an alias", C, THING NAME "    who: { title: { zh: 户主姓名, en: A }, type: text, grade: 2 }\n", "enter-twice", 8 },
    { "enter once: a format", C, THING NAME "    call: { title: { zh: 呼叫, en: A }, type: text, format: phone, grade: 2 }\n", "enter-twice", 8 },
    { "enter once: the English title, any case", C, THING NAME "    call: { title: { zh: 呼叫, en: PHONE }, type: text, grade: 2 }\n", "enter-twice", 8 },
    { "enter once: a reason", C, THING NAME NUMBER "    call: { title: { zh: 电话, en: A }, type: text, distinct: 值班室的固定号码, grade: 2 }\n", NULL, 0 },
    { "a reason for nothing", C, THING NAME NUMBER "    call: { title: { zh: 颜色, en: A }, type: text, distinct: 无, grade: 2 }\n", "idle-distinct", 9 },
    { "a reference may bear a concept's title", C, THING NAME NUMBER "    who: { title: { zh: 姓名, en: A }, ref: person, grade: 2 }\n", NULL, 0 },
    { "a concept without its home", "concepts.yaml", "thing.colour: { title: { zh: 颜色, en: Colour }, home: thing.colour }\n", "bad-home", 1 },
    { "a good layer", "layers.yaml", LAYER "  kind: circle\n  classes:\n    - { title: { zh: 物, en: T }, color: \"#112233\" }\n", NULL, 0 },
    { "layer of an unknown collection", "layers.yaml", "l:\n  title: { zh: 层, en: L }\n  group: { zh: 组, en: G }\n  collection: thong\n  kind: fill\n", "no-ref", 2 },
    { "layer of an unknown attribute", "layers.yaml", LAYER "  kind: circle\n  attributes: [nam]\n  classes:\n    - { title: { zh: 物, en: T } }\n", "no-property", 2 },
    { "layer drawn in no way", "layers.yaml", LAYER "  kind: circel\n  classes:\n    - { title: { zh: 物, en: T } }\n", "bad-kind", 2 },
    { "layer of what has no place", "layers.yaml", "l:\n  title: { zh: 层, en: L }\n  group: { zh: 组, en: G }\n  collection: person\n  kind: circle\n  classes:\n    - { title: { zh: 人, en: P } }\n", "not-spatial", 2 },
    { "zooms turned round", "layers.yaml", LAYER "  kind: circle\n  minzoom: 9\n  maxzoom: 3\n  classes:\n    - { title: { zh: 物, en: T } }\n", "bad-zoom", 2 },
    { "class without value or range", "layers.yaml", LAYER "  kind: circle\n  property: size\n  classes:\n    - { title: { zh: 物, en: T } }\n", "bad-class", 8 },
    { "a layer's colour", "layers.yaml", LAYER "  kind: circle\n  casing: grey\n  classes:\n    - { title: { zh: 物, en: T } }\n", "bad-color", 2 },
    { "a class of no value of the enum", "layers.yaml", "l:\n  title: { zh: 层, en: L }\n  group: { zh: 组, en: G }\n  collection: thing\n  kind: circle\n  property: lock\n  classes:\n    - { value: shut, title: { zh: 关, en: S } }\n", "no-code", 8 },
    { "a layer twice", "layers.yaml", LAYER "  kind: circle\n  classes:\n    - { title: { zh: 物, en: T } }\n" LAYER "  kind: circle\n  classes:\n    - { title: { zh: 物, en: T } }\n", "yaml", 8 },
    { "a layer's name", "layers.yaml", "L:\n  title: { zh: 层, en: L }\n  group: { zh: 组, en: G }\n  collection: thing\n  kind: circle\n  classes:\n    - { title: { zh: 物, en: T } }\n", "bad-name", 2 },
    { "a layer without a title", "layers.yaml", "l:\n  group: { zh: 组, en: G }\n  collection: thing\n  kind: circle\n  classes:\n    - { title: { zh: 物, en: T } }\n", "no-title", 2 },
    { "a layer's filter", "layers.yaml", LAYER "  kind: circle\n  filter: \"sise > 1\"\n  classes:\n    - { title: { zh: 物, en: T } }\n", "bad-cql", 2 },
    { "a collection that another pack has", "collections/person.yaml", "person:\n  title: { zh: 人, en: P }\n  owner: 局\n  properties:\n    size: { title: { zh: 大小, en: Size }, type: number, grade: 1 }\n", "twice", 2 },
    { "two indicators", "indicators.yaml", "i:\n  title: { zh: 指标, en: I }\n  task: \"02\"\n  collection: thing\nj:\n  title: { zh: 指标, en: I }\n  task: \"02\"\n  collection: thing\n", NULL, 0 },
    { "a good indicator", "indicators.yaml", "i:\n  title: { zh: 指标, en: I }\n  task: \"02\"\n  collection: thing\n  numerator: \"size > 1\"\n  weight: size\n", NULL, 0 },
    { "weight that is no number", "indicators.yaml", "i:\n  title: { zh: 指标, en: I }\n  task: \"02\"\n  collection: thing\n  weight: name\n", "not-numeric", 2 },
    { "numerator that does not parse", "indicators.yaml", "i:\n  title: { zh: 指标, en: I }\n  task: \"02\"\n  collection: thing\n  numerator: \"size >> 1\"\n", "bad-cql", 2 },
    { "task 29", "indicators.yaml", "i:\n  title: { zh: 指标, en: I }\n  task: \"29\"\n  collection: thing\n", "bad-task", 2 },
    { "period that is no date", "indicators.yaml", "i:\n  title: { zh: 指标, en: I }\n  task: \"02\"\n  collection: thing\n  period: size\n", "not-time", 2 },
    { "task with two lines", "tasks.yaml", "\"02\":\n  title: { zh: 路, en: Roads }\n  section: { zh: 底座, en: Base }\n  holds: [{ zh: 甲, en: A }, { zh: 乙, en: B }]\n", "holds", 2 },
    { "stands on a pack that is not there", "pack.yaml", HEAD "needs: [01-bass]\n", "no-required-pack", 1 },
    { "a version is missing", "pack.yaml", "title: { zh: 试, en: Try }\n", "missing-key", 1 },
};
/* clang-format on */

static void put(const char *root, const char *path, const char *text)
{
    char whole[512], folder[512];
    Err err = { 0 };

    (void)snprintf(whole, sizeof whole, "%s/%s", root, path);
    (void)snprintf(folder, sizeof folder, "%s", whole);
    *strrchr(folder, '/') = 0;
    assert_true(dir_make(folder, 0700, &err));
    assert_true(file_write(whole, BYTES(str_of(text)), 0600, &err));
}

static void write_packs(const char *root, const struct Row *r)
{
    char path[300];

    for (size_t i = 0; i < LEN(good); i++)
        put(root, good[i].path, good[i].text);
    (void)snprintf(path, sizeof path, "02-try/%s", r->path);
    put(root, path, r->text);
}

static void clean(const char *root)
{
    static const char *const folder[] = { "01-base/collections", "02-try/collections", "01-base", "02-try",
        "" };
    Arena *a = arena_new(0);

    for (size_t i = 0; i < LEN(folder); i++) {
        Str *name;
        size_t n;
        char path[700];
        Err err = { 0 };

        (void)snprintf(path, sizeof path, "%s/%s", root, folder[i]);
        if (dir_list(path, a, &name, &n, &err))
            for (size_t k = 0; k < n; k++)
                (void)unlink(str_c(a, str_fmt(a, "%s/%.*s", path, STRV(name[k]))));
        (void)rmdir(path);
    }
    arena_free(a);
}

/* The finding is among those said; nothing else is, where none is wanted. */
static void judge(const struct Row *r, bool ok, const PackMessage *said, size_t n, const Err *err)
{
    bool found = false, error = false;

    for (size_t i = 0; i < n; i++) {
        error |= !said[i].warning;
        if (!r->code || strcmp(said[i].code, r->code))
            continue;
        found |= said[i].line == r->line && str_ends(said[i].file, str_of(r->path));
        assert_true(said[i].text.zh.len && said[i].text.en.len && said[i].file.len);
    }
    if (r->code ? !found : n > 0)
        fail_msg("%s: wanted %s at line %zu; first said: %s line %zu %.*s", r->say,
            r->code ? r->code : "nothing", r->line, n ? said[0].code : "nothing", n ? said[0].line : 0,
            STRV(n ? said[0].text.en : STR("")));
    if (ok == error || ok != !err->kind)
        fail_msg("%s: the answer is not what the findings say", r->say);
}

static void each_fault_is_named(void **state)
{
    char root[] = "/tmp/sangzi-pack-XXXXXX";

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        Arena *a = arena_new(0);
        PackModel *m = NULL;
        const PackMessage *said;
        size_t n;
        Err err = { 0 };
        bool ok;

        memcpy(root + sizeof root - 7, "XXXXXX", 6);
        assert_non_null(mkdtemp(root));
        write_packs(root, &row[i]);
        ok = pack_load(root, &above, a, &m, &said, &n, &err);
        judge(&row[i], ok, said, n, &err);
        pack_free(m);
        arena_free(a);
        clean(root);
    }
}

/* A collection that extends another has its properties under their names, behind its own; no column twice. */
static void what_is_extended_is_seen(void **state)
{
    static const struct Row better = { "", C,
        "thing:\n  title: { zh: 物, en: Thing }\n  owner: 局\n  extends: person\n  properties:\n"
        "    size: { title: { zh: 大小, en: Size }, type: number, grade: 1 }\n    name: { title: { zh: 物名, "
        "en: N }, type: "
        "text, grade: 1 }\n",
        NULL, 0 };
    char root[] = "/tmp/sangzi-pack-XXXXXX";
    Arena *a = arena_new(0);
    PackModel *m = NULL;
    const PackMessage *said;
    const PackCollection *c;
    const PackProperty *p;
    size_t n;
    Err err = { 0 };

    (void)state;
    assert_non_null(mkdtemp(root));
    write_packs(root, &better);
    assert_true(pack_load(root, &above, a, &m, &said, &n, &err));
    c = pack_collection(m, STR("thing"));
    assert_ptr_equal(c->extends, pack_collection(m, STR("person")));
    assert_int_equal(c->ninherited, 3);
    p = pack_property(c, STR("phone"));
    assert_non_null(p);
    assert_true(p->index >= c->nproperty && p->index < c->nproperty + c->ninherited);
    assert_int_equal(p->cql.column.len, 0);
    assert_ptr_equal(pack_property(c, STR("name")), &c->property[1]); /* the nearer one wins */
    assert_ptr_equal(c->schema.find(c->schema.ctx, STR("phone")), &p->cql);
    pack_free(m);
    arena_free(a);
    clean(root);
}

static void the_near_name_is_offered(void **state)
{
    static const Str known[] = { { "title", 5 }, { "type", 4 }, { "grade", 5 } };

    (void)state;
    assert_true(str_eq(pack_nearest(STR("titel"), known, 3), STR("title")));
    assert_true(str_eq(pack_nearest(STR("grad"), known, 3), STR("grade")));
    assert_int_equal(pack_nearest(STR("properties"), known, 3).len, 0);
}

/* Fails the n-th allocation of the model, for every n in steps, until the loading succeeds. */
static void no_memory_is_an_error(void **state)
{
    char root[] = "/tmp/sangzi-pack-XXXXXX";
    bool done = false;

    (void)state;
    assert_non_null(mkdtemp(root));
    write_packs(root, &row[0]);
    for (long n = 0; !done; n++) {
        Arena *a = arena_new(0);
        PackModel *m = NULL;
        const PackMessage *said;
        size_t nsaid;
        Err err = { 0 };

        done = pack_load_into(root, &above, arena_failing_at(n), a, &m, &said, &nsaid, &err);
        assert_true(done ? m && !err.kind : !m && err.kind);
        pack_free(m);
        arena_free(a);
    }
    clean(root);
}

static void a_skeleton_passes(void **state)
{
    static const char *const left[] = { "02-try-it/collections/try_it.yaml", "02-try-it/collections",
        "02-try-it/pack.yaml", "02-try-it/layers.yaml", "02-try-it/indicators.yaml", "02-try-it",
        "00-common/pack.yaml", "00-common" };
    char root[] = "/tmp/sangzi-pack-XXXXXX", path[600];
    Arena *a = arena_new(0);
    PackModel *m = NULL;
    const PackMessage *said;
    size_t n;
    Err err = { 0 };

    (void)state;
    assert_non_null(mkdtemp(root));
    write_packs(root, &row[0]);
    put(root, "00-common/pack.yaml", HEAD);
    assert_true(pack_new(root, STR("02-try-it"), &above, &err));
    assert_false(pack_new(root, STR("02-try-it"), &above, &err));
    assert_ptr_equal(err.kind, &PACK_EXISTS);
    err = (Err){ 0 };
    assert_false(pack_new(root, STR("../x"), &above, &err));
    assert_ptr_equal(err.kind, &PACK_BAD_NAME);
    err = (Err){ 0 };
    assert_true(pack_load(root, &above, a, &m, &said, &n, &err));
    assert_non_null(pack_collection(m, STR("try_it")));
    pack_free(m);
    arena_free(a);
    for (size_t i = 0; i < LEN(left); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", root, left[i]);
        (void)remove(path);
    }
    clean(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_fault_is_named),
        cmocka_unit_test(what_is_extended_is_seen), cmocka_unit_test(the_near_name_is_offered),
        cmocka_unit_test(no_memory_is_an_error), cmocka_unit_test(a_skeleton_passes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
