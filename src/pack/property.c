/* src/pack/property.c - one property of a collection, from its line of YAML. */
#include <math.h>
#include "pack/inside.h"

typedef struct Line { /* as it is written */
    PackTitle title, help, group;
    Str type, unit, format, pattern, find, opposite, concept, distinct, was;
    PackNames ref;
    const Yaml *codes, *derived, *filled;
    double min, max;
    int grade, max_length;
    bool many, required, search, later, retired;
} Line;

#define K(name, kind)                            \
    {                                            \
#name, kind, offsetof(Line, name), false \
    }
static const PackKey line_key[] = { K(title, KEY_TITLE), K(help, KEY_TITLE), K(group, KEY_TITLE),
    K(type, KEY_TEXT), K(unit, KEY_TEXT), K(format, KEY_TEXT), K(pattern, KEY_TEXT), K(find, KEY_TEXT),
    K(opposite, KEY_TEXT), K(concept, KEY_TEXT), K(distinct, KEY_TEXT), K(ref, KEY_NAMES), K(codes, KEY_NODE),
    K(derived, KEY_NODE), K(filled, KEY_NODE), { "minimum", KEY_NUMBER, offsetof(Line, min), false },
    { "maximum", KEY_NUMBER, offsetof(Line, max), false }, K(grade, KEY_INT), K(max_length, KEY_INT),
    K(many, KEY_BOOL), K(required, KEY_BOOL), K(search, KEY_BOOL), K(later, KEY_BOOL), K(was, KEY_TEXT),
    K(retired, KEY_BOOL) };
#undef K

/* What the words of `type` mean to the expression language. */
static const struct TypeRow {
    const char *name;
    PackType type;
    CqlKind kind;
} type_row[] = {
    { "text", PACK_TEXT, CQL_TEXT },
    { "long", PACK_LONG, CQL_TEXT },
    { "integer", PACK_INTEGER, CQL_INT },
    { "number", PACK_NUMBER, CQL_NUMBER },
    { "money", PACK_MONEY, CQL_INT },
    { "date", PACK_DATE, CQL_DATE },
    { "time", PACK_TIME, CQL_TIME },
    { "bool", PACK_BOOL, CQL_BOOL },
    { "enum", PACK_ENUM, CQL_TEXT },
    { "ref", PACK_REF, CQL_TEXT },
    { "geometry", PACK_GEOMETRY, CQL_GEOM },
    { "file", PACK_FILE, CQL_TEXT },
    { "json", PACK_JSON, CQL_TEXT },
};

static const struct TypeRow *type_of(Str name)
{
    for (size_t i = 0; i < LEN(type_row); i++)
        if (str_eq(name, str_of(type_row[i].name)))
            return &type_row[i];
    return NULL;
}

static Str join(PackLoader *l, const Str *word, size_t n)
{
    Buf b;
    Str out;

    buf_init(&b, 4096);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%.*s", i ? " " : "", STRV(word[i]));
    out = str_copy(l->a, buf_text(&b));
    buf_clear(&b);
    return out;
}

static void bad_type(PackLoader *l, const Yaml *node, Str name)
{
    Str known[LEN(type_row)];

    for (size_t i = 0; i < LEN(type_row); i++)
        known[i] = str_of(type_row[i].name);
    pack_say_near(l, &PACK_SAY_BAD_TYPE, node->line, name, join(l, known, LEN(known)), known, LEN(known));
}

static void read_type(PackLoader *l, const Yaml *node, const Line *in, PackProperty *p)
{
    Str word = in->type.len ? in->type : in->ref.n ? STR("ref") : in->codes ? STR("enum") : STR("");
    const struct TypeRow *row = type_of(word);

    if (!word.len)
        pack_say(l, &PACK_SAY_NO_TYPE, node->line, p->name, STR(""));
    else if (!row)
        bad_type(l, node, word);
    if (!row)
        row = &type_row[0];
    p->type = row->type;
    p->cql.kind = row->kind;
    p->cql.money = row->type == PACK_MONEY;
    if ((in->ref.n > 0) != (p->type == PACK_REF))
        pack_say(l, &PACK_SAY_TYPE_CLASH, node->line, p->name, STR("ref"));
    if (in->codes && p->type != PACK_ENUM)
        pack_say(l, &PACK_SAY_TYPE_CLASH, node->line, p->name, STR("codes"));
    if (p->type == PACK_ENUM && !in->codes)
        pack_say(l, &PACK_SAY_NO_CODES, node->line, p->name, STR(""));
}

/* Collections that are not there are an error, or left out where they come later. */
static bool read_refs(PackLoader *l, const Yaml *node, const Line *in, PackProperty *p)
{
    PackList v = { 0 };

    for (size_t i = 0; i < in->ref.n; i++)
        if (map_get(l->by_name, in->ref.ptr[i]))
            *PUSH(l, &v, Str) = in->ref.ptr[i];
        else if (!in->later)
            pack_say_near(l, &PACK_SAY_NO_REF, node->line, in->ref.ptr[i], STR(""), l->collection_names.ptr,
                l->collection_names.n);
    p->ref = v.ptr;
    p->nref = v.n;
    return v.n > 0 || !in->later;
}

/* One way of deriving, and of a process that is still to come the pack that brings it. */
static void read_derived(PackLoader *l, const Yaml *node, PackProperty *p)
{
    typedef struct Ways {
        Str cql, by, clock, later;
    } Ways;
    static const PackKey key[] = { { "cql", KEY_TEXT, offsetof(Ways, cql), false },
        { "by", KEY_TEXT, offsetof(Ways, by), false }, { "clock", KEY_TEXT, offsetof(Ways, clock), false },
        { "later", KEY_TEXT, offsetof(Ways, later), false } };
    Ways w = { 0 };

    pack_fields(l, node, STR("derived"), key, LEN(key), &w);
    if (!!w.cql.len + !!w.by.len + !!w.clock.len != 1 || (w.later.len && !w.by.len))
        pack_say(l, &PACK_SAY_BAD_DERIVED, node->line, p->name, STR(""));
    else if (w.later.len && !pack_name_of_pack(w.later))
        pack_say(l, &PACK_SAY_BAD_LATER, node->line, p->name, w.later);
    else {
        p->derive = w.clock.len ? PACK_CLOCK : w.by.len ? PACK_OTHERS : PACK_SAME;
        p->expr_text = w.clock.len ? w.clock : w.by.len ? w.by : w.cql;
        p->later = w.later;
    }
    if (p->required)
        pack_say(l, &PACK_SAY_DERIVED_REQUIRED, node->line, p->name, STR(""));
}

/* `filled: { by: NAME }`: typed by a person or, where he leaves it empty, by a hook of that name. */
static void read_filled(PackLoader *l, const Yaml *node, PackProperty *p)
{
    const Yaml *one = node->first;

    if (node->kind == YAML_MAP && node->n == 1 && one->kind == YAML_TEXT && one->text.len &&
        str_eq(one->key, STR("by")) && p->derive == PACK_TYPED)
        p->filled = one->text;
    else
        pack_say(l, &PACK_SAY_BAD_FILLED, node->line, p->name, STR(""));
}

static void read_find(PackLoader *l, const Yaml *node, Str find, PackProperty *p)
{
    static const char *const word[] = { "none", "equal", "range", "text" };
    size_t i = 0;

    if (!find.len)
        return;
    while (i < LEN(word) && !str_eq(find, str_of(word[i])))
        i++;
    if (i == LEN(word) || p->grade < 3)
        pack_say(l, &PACK_SAY_BAD_FIND, node->line, p->name, STR(""));
    else
        p->find = (PackFind)i;
}

static void read_grade(PackLoader *l, const Yaml *node, int grade, PackProperty *p)
{
    p->grade = grade;
    if (grade == -1)
        pack_say(l, &PACK_SAY_NO_GRADE, node->line, p->name, STR(""));
    else if (grade < 1 || grade > 4)
        pack_say(l, &PACK_SAY_BAD_GRADE, node->line, p->name, STR(""));
    if (grade < 1 || grade > 4)
        p->grade = 4; /* the safe side */
}

static void read_limits(PackLoader *l, const Yaml *node, const Line *in, PackProperty *p)
{
    bool number = p->type == PACK_INTEGER || p->type == PACK_NUMBER || p->type == PACK_MONEY;
    size_t n;
    const Str *known = pack_formats(&n);
    bool ok = !in->format.len;

    p->min = in->min;
    p->max = in->max;
    p->max_length = in->max_length > 0 ? (size_t)in->max_length : p->type == PACK_LONG ? 20000 : 200;
    if (in->min > in->max)
        pack_say(l, &PACK_SAY_BAD_RANGE, node->line, p->name, STR(""));
    if (!number && (!isnan(in->min) || !isnan(in->max)))
        pack_say(l, &PACK_SAY_TYPE_CLASH, node->line, p->name, STR("minimum, maximum"));
    for (size_t i = 0; i < n && !ok; i++)
        ok = str_eq(in->format, known[i]);
    if (!ok)
        pack_say_near(l, &PACK_SAY_BAD_FORMAT, node->line, in->format, join(l, known, n), known, n);
}

static void read_column(PackProperty *p)
{
    p->cql.name = p->name;
    p->cql.list = p->many;
    p->cql.sealed = p->grade >= 3;
    if (p->grade < 3 && p->derive != PACK_CLOCK && !p->opposite.len)
        p->cql.column = p->name;
}

bool pack_read_property(PackLoader *l, const Yaml *node, PackProperty *p)
{
    Line in = { .min = NAN, .max = NAN, .grade = -1 };
    PackCodes codes = { 0 };

    pack_fields(l, node, node->key, line_key, LEN(line_key), &in);
    *p = (PackProperty){ .name = node->key,
        .title = in.title,
        .help = in.help,
        .group = in.group,
        .many = in.many,
        .required = in.required && !in.retired,
        .search = in.search && !in.retired,
        .was = in.was,
        .retired = in.retired,
        .format = in.format,
        .unit = in.unit,
        .pattern = in.pattern,
        .opposite = in.opposite,
        .concept = in.concept,
        .distinct = in.distinct,
        .file = l->file,
        .line = node->line };
    pack_title_must(l, node->line, p->name, &p->title);
    read_type(l, node, &in, p);
    read_grade(l, node, in.grade, p);
    if (in.codes && pack_codes(l, in.codes, p->name, &codes)) {
        p->code = codes.ptr;
        p->ncode = codes.n;
    }
    if (in.derived)
        read_derived(l, in.derived, p);
    else if (p->opposite.len)
        p->derive = PACK_OTHERS;
    if (in.filled)
        read_filled(l, in.filled, p);
    read_find(l, node, in.find, p);
    read_limits(l, node, &in, p);
    if (p->type == PACK_REF && !read_refs(l, node, &in, p))
        return false;
    read_column(p);
    return true;
}

/* --- of every record: domain rule 0 ------------------------------------------------------------------- */
#define LIT(s)           \
    {                    \
        s, sizeof(s) - 1 \
    }
static const PackCode source_code[] = {
    { LIT("typed"), { LIT("录入"), LIT("Typed") }, LIT("") },
    { LIT("imported"), { LIT("导入"), LIT("Imported") }, LIT("") },
    { LIT("device"), { LIT("设备"), LIT("Device") }, LIT("") },
    { LIT("computed"), { LIT("计算"), LIT("Computed") }, LIT("") },
    { LIT("exchanged"), { LIT("交换"), LIT("Exchanged") }, LIT("") },
};
static const PackCode lock_code[] = {
    { LIT("open"), { LIT("开放"), LIT("Open") }, LIT("") },
    { LIT("frozen"), { LIT("办理中冻结"), LIT("Frozen by a case") }, LIT("") },
    { LIT("archived"), { LIT("已归档"), LIT("Archived") }, LIT("") },
};
static const Str division_ref[] = { LIT("division") };

/* clang-format off */
static const struct BaseRow {
    const char *name, *zh, *en;
    PackType type;
    CqlKind kind;
    int grade;
    const PackCode *code;
    size_t ncode;
} base_row[] = {
    { "division",    "所属区划", "Division",          PACK_REF,     CQL_TEXT,   1, NULL, 0 },
    { "valid_from",  "生效时间", "Valid from",        PACK_TIME,    CQL_TIME,   1, NULL, 0 },
    { "valid_to",    "失效时间", "Valid to",          PACK_TIME,    CQL_TIME,   1, NULL, 0 },
    { "created_at",  "建立时间", "Created at",        PACK_TIME,    CQL_TIME,   1, NULL, 0 },
    { "created_by",  "建立人",   "Created by",        PACK_TEXT,    CQL_TEXT,   2, NULL, 0 },
    { "changed_at",  "更改时间", "Changed at",        PACK_TIME,    CQL_TIME,   1, NULL, 0 },
    { "changed_by",  "更改人",   "Changed by",        PACK_TEXT,    CQL_TEXT,   2, NULL, 0 },
    { "source",      "来源",     "Source",            PACK_ENUM,    CQL_TEXT,   1, source_code, LEN(source_code) },
    { "source_ref",  "来源凭据", "Source reference",  PACK_TEXT,    CQL_TEXT,   2, NULL, 0 },
    { "confidence",  "置信度",   "Confidence",        PACK_NUMBER,  CQL_NUMBER, 1, NULL, 0 },
    { "verified_at", "核实时间", "Verified at",       PACK_TIME,    CQL_TIME,   1, NULL, 0 },
    { "verified_by", "核实人",   "Verified by",       PACK_TEXT,    CQL_TEXT,   2, NULL, 0 },
    { "lock",        "锁定",     "Lock",              PACK_ENUM,    CQL_TEXT,   1, lock_code, LEN(lock_code) },
    { "version",     "版本",     "Version",           PACK_INTEGER, CQL_INT,    1, NULL, 0 },
    { "changed_seq", "变更序号", "Change number",     PACK_INTEGER, CQL_INT,    1, NULL, 0 },
};
/* clang-format on */

void pack_base_properties(PackLoader *l, PackDraft *d)
{
    d->c.ndeclared = d->property.n;
    for (size_t i = 0; i < LEN(base_row); i++) {
        const struct BaseRow *row = &base_row[i];
        PackProperty *p = PUSH(l, &d->property, PackProperty);
        bool division = row->type == PACK_REF;

        *p = (PackProperty){ .name = str_of(row->name),
            .title = { str_of(row->zh), str_of(row->en) },
            .type = row->type,
            .base = true,
            .grade = row->grade,
            .min = NAN,
            .max = NAN,
            .max_length = 200,
            .code = row->code,
            .ncode = row->ncode,
            .group = { STR("记录"), STR("Record") },
            .required = division,
            .ref = division ? division_ref : NULL,
            .nref = division,
            .file = d->c.file,
            .line = d->c.line };
        p->cql = (CqlProperty){ .name = p->name, .kind = row->kind, .column = p->name };
        if (str_eq(p->name, STR("confidence"))) {
            p->min = 0;
            p->max = 1;
        }
    }
}
