/* src/pack/inside.h - what the files of this room share while packs are read.
 *
 * A Loader goes through the folders three times: collections get their names, then their properties, then what binds
 * them (references, expressions, layers). A finding never stops it: it is said, and the reading goes on.
 * Memory   everything in the model's arena; when that is out, pack_push gives a scratch place and `no_memory` is set,
 *          so that readers need not ask; pack_load fails at the end.
 */
#pragma once
#include "pack/pack.h"

struct PackFound { /* what a part has read of all packs */
    const PackPart *part;
    PackList list;
};

typedef struct PackCodes { /* a shared list of codes.yaml */
    const PackCode *ptr;
    size_t n;
} PackCodes;
typedef struct PackDraft { /* a collection and what of its YAML is still to be understood */
    PackCollection c;
    const Yaml *properties, *rules, *geometry;
    Str extends;
    PackNames unique, sort;
    PackList property; /* PackProperty */
} PackDraft;
struct PackLoader {
    Arena *a;
    PackModel *model;
    const PackAbove *above;
    Str root;        /* the folder's own name: "packs" */
    const char *dir; /* as given */
    Str pack, file;  /* being read; file as told: "packs/00-common/pack.yaml" */
    PackList info, drafts, said, concepts, tasks, found;
    PackList list_names, collection_names; /* Str: for “did you mean” */
    Map *lists;                            /* name → PackCodes */
    Map *by_name; /* collection → PackDraft; a draft's first member is the collection */
    Map *files;   /* what an item of a name was declared in, to find doubles */
    Sm3 *digest;
    size_t nwrong;
    bool no_memory;
    uint64_t scratch[256];
};

#define PUSH(l, v, T) PACK_PUSH(l, v, T)
#define AT(v, T, i)   PACK_AT(v, T, i)

/* clang-format off */
#define PACK_SAYINGS(X)                                                                                        \
    X(NO_MEMORY, "no-memory", "内存不足，业务包太大", "out of memory: the packs are too big", false)           \
    X(YAML, "yaml", "YAML 写法有误：{1}", "bad YAML: {1}", false)                                              \
    X(FILE, "file", "{1}", "{1}", false)                                                                       \
    X(NO_PACK, "no-pack", "文件夹“{0}”里没有 pack.yaml；请补上，或移走文件夹",                                 \
        "the folder \"{0}\" has no pack.yaml; add one or move the folder away", false)                         \
    X(UNKNOWN_KEY, "unknown-key", "这里没有“{0}”这个键{2}；可用的键：{1}", "there is no key \"{0}\" here{2}; keys are: {1}", false) \
    X(NOT_MAP, "not-map", "“{0}”应为“键: 值”的形式", "\"{0}\" must be a map of keys and values", false)         \
    X(NOT_TEXT, "not-text", "“{0}”应为一个值", "\"{0}\" must be a single value", false)                         \
    X(NOT_LIST, "not-list", "“{0}”应为列表，如 [a, b]", "\"{0}\" must be a list, as in [a, b]", false)           \
    X(NOT_BOOL, "not-bool", "“{0}”应为 true 或 false，现为“{1}”", "\"{0}\" must be true or false, not \"{1}\"", false) \
    X(NOT_NUMBER, "not-number", "“{0}”应为数字，现为“{1}”", "\"{0}\" must be a number, not \"{1}\"", false)     \
    X(MISSING_KEY, "missing-key", "缺少“{0}”；请补上", "\"{0}\" is missing; add it", false)                     \
    X(NO_TITLE, "no-title", "“{0}”没有中文名称；请写 title: {{ zh: …, en: … }}",                               \
        "\"{0}\" has no Chinese title; write title: {{ zh: …, en: … }}", false)                                \
    X(NO_TITLE_EN, "no-title-en", "“{0}”没有英文名称；请补 en", "\"{0}\" has no English title; add en", true)    \
    X(BAD_NAME, "bad-name", "名称“{0}”不可用；请用小写字母开头，只含小写字母、数字和下划线，最长 63 个字符",    \
        "the name \"{0}\" cannot be used; begin with a small letter, then small letters, digits and _, at most 63", false) \
    X(RESERVED, "reserved", "名称“{0}”由系统保留；请换一个", "the name \"{0}\" is the system's own; choose another", false) \
    X(TWICE, "twice", "“{0}”已在 {1} 声明过；同一名称只能声明一次",                                            \
        "\"{0}\" is already declared in {1}; a name is declared once", false)                                  \
    X(FILE_NAME, "file-name", "文件里应当只有一个顶层键“{0}”，与文件名相同，现为“{1}”",                         \
        "the file must have one top key, \"{0}\" as the file's name, not \"{1}\"", false)                      \
    X(NO_GRADE, "no-grade", "“{0}”没有分级；请写 grade: 1（公开）、2（内部）、3（敏感）或 4（高敏）",          \
        "\"{0}\" has no grade; write grade: 1 (public), 2 (internal), 3 (sensitive) or 4 (highly sensitive)", false) \
    X(BAD_GRADE, "bad-grade", "“{0}”的分级应为 1 至 4", "the grade of \"{0}\" must be 1 to 4", false)           \
    X(LOW_GRADE, "low-grade", "“{0}”由分级为 {1} 的属性算出，分级不能更低；请改 grade",                        \
        "\"{0}\" is made of properties of grade {1}; its own grade cannot be lower", false)                    \
    X(NO_TYPE, "no-type", "“{0}”没有类型；请写 type、ref 或 codes", "\"{0}\" has no type; write type, ref or codes", false) \
    X(BAD_TYPE, "bad-type", "没有类型“{0}”{2}；可用的类型：{1}", "there is no type \"{0}\"{2}; types are: {1}", false) \
    X(TYPE_CLASH, "type-clash", "“{0}”写了 {1}，与它的 type 不符；请只留一个",                                 \
        "\"{0}\" has {1}, which does not go with its type; keep one of them", false)                           \
    X(NO_CODES, "no-codes", "“{0}”是枚举，但没有取值；请写 codes", "\"{0}\" is an enum without values; write codes", false) \
    X(BAD_CODES, "bad-codes", "“{0}”的 codes 应为“值: 英文名”、列表或共享代码表的名称",                        \
        "the codes of \"{0}\" must be a map value: title, a list, or the name of a shared list", false)        \
    X(NO_LIST, "no-list", "没有共享代码表“{0}”{2}", "there is no shared list of codes \"{0}\"{2}", false)       \
    X(BAD_COLOR, "bad-color", "颜色“{0}”应写作 \"#10B189\"", "the colour \"{0}\" must be written \"#10B189\"", false) \
    X(NO_REF, "no-ref", "没有集合“{0}”{2}；若由以后的业务包提供，请加 later: true",                            \
        "there is no collection \"{0}\"{2}; if a later pack brings it, add later: true", false)                \
    X(BAD_RANGE, "bad-range", "“{0}”的下限大于上限", "the minimum of \"{0}\" is above its maximum", false)      \
    X(BAD_FORMAT, "bad-format", "没有格式“{0}”{2}；可用的格式：{1}", "there is no format \"{0}\"{2}; formats are: {1}", false) \
    X(BAD_WAS, "bad-was", "“{0}”的 was“{1}”现在另有其用；请改名或删去 was",                                       \
        "the was of \"{0}\", \"{1}\", is the name of another property; rename one or leave it out", false)             \
    X(BAD_FIND, "bad-find", "“{0}”的 find 应为 equal、range 或 text，且只用于 3、4 级属性",                    \
        "find of \"{0}\" must be equal, range or text, and is for grades 3 and 4 only", false)                 \
    X(BAD_DERIVED, "bad-derived", "“{0}”的 derived 应为 {{ cql: \"…\" }}、{{ by: 处理过程 }} 或 {{ clock: \"…\" }} 之一", \
        "derived of \"{0}\" must be one of {{ cql: \"…\" }}, {{ by: process }} or {{ clock: \"…\" }}", false)  \
    X(BAD_FILLED, "bad-filled", "“{0}”的 filled 应为 {{ by: 名称 }}，并且不能同时是算出来的",                    \
        "filled of \"{0}\" must be {{ by: NAME }}, and the property not derived", false)                        \
    X(NO_MAKER, "no-maker", "没有处理过程“{0}”{2}，“{1}”会一直空着；若由以后的业务包带来，请写 derived: {{ by: {0}, later: NN-名称 }}", \
        "there is no process \"{0}\"{2}; \"{1}\" would stay empty for ever; if a pack to come brings it, write derived: {{ by: {0}, later: NN-name }}", false) \
    X(BAD_LATER, "bad-later", "“{0}”的 later 应为以后的业务包名，如 07-agri-chain，现为“{1}”", \
        "later of \"{0}\" must be the name of the pack to come, as 07-agri-chain, not \"{1}\"", false) \
    X(IDLE_LATER, "idle-later", "处理过程“{0}”已经有了；请删去“{1}”的 later", \
        "the process \"{0}\" is there; take the later of \"{1}\" out", true) \
    X(DERIVED_REQUIRED, "derived-required", "“{0}”是算出来的，不能要求必填；请删去 required",                  \
        "\"{0}\" is derived and cannot be required; remove required", false)                                   \
    X(BAD_CQL, "bad-cql", "“{0}”：{1}", "\"{0}\": {1}", false)                                                 \
    X(CLOCK_STORED, "clock-stored", "“{0}”用了 {1}()，每天都会变，不能存；请改为 derived: {{ clock: \"…\" }}",              \
        "\"{0}\" uses {1}(), which changes by itself and cannot be stored; use derived: {{ clock: \"…\" }}", false) \
    X(CQL_TYPE, "cql-type", "“{0}”的表达式算出的类型与 type 不符，应为 {1}",                                   \
        "the expression of \"{0}\" gives another kind of value; type should be {1}", false)                    \
    X(BAD_OPPOSITE, "bad-opposite", "“{0}”的 opposite 应为“集合.属性”，且该属性是指向本集合的单个引用{2}",      \
        "opposite of \"{0}\" must be \"collection.property\", a single reference to this collection{2}", false) \
    X(BAD_EXTENDS, "bad-extends", "“{0}”所扩展的“{1}”不存在{2}", "\"{0}\" extends \"{1}\", which does not exist{2}", false) \
    X(CIRCLE, "circle", "“{0}”经由 extends 扩展到了自己；请断开这个环", "\"{0}\" extends itself in a circle; break it", false) \
    X(NO_PROPERTY, "no-property", "“{1}”没有属性“{0}”{2}", "\"{1}\" has no property \"{0}\"{2}", false)         \
    X(SEALED, "sealed", "“{0}”的分级为 3 以上，没有可见的列，不能用作{1}",                                     \
        "\"{0}\" is of grade 3 or more and has no open column: it cannot be used for {1}", false)              \
    X(BAD_GEOMETRY, "bad-geometry", "没有几何类型“{0}”；请用 Point、LineString、Polygon、MultiPoint、MultiLineString、MultiPolygon 或 Geometry", \
        "there is no geometry \"{0}\"; use Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon or Geometry", false) \
    X(BAD_HOME, "bad-home", "概念“{0}”的归属应为“集合.属性”，现为“{1}”，没有这个属性{2}",                        \
        "the home of the concept \"{0}\" must be \"collection.property\"; \"{1}\" does not exist{2}", false)   \
    X(NO_CONCEPT, "no-concept", "没有概念“{0}”{2}", "there is no concept \"{0}\"{2}", false)                    \
    X(ENTER_TWICE, "enter-twice", "“{0}”已在 {1} 填过一次；请改为引用或派生，确属不同含义时写 distinct: 理由",  \
        "\"{0}\" is already kept at {1}; refer to it or derive it, or, if it means something else, say distinct: why", false) \
    X(IDLE_DISTINCT, "idle-distinct", "“{0}”写了 distinct，但没有与它相同的概念；可以删去",                    \
        "\"{0}\" says distinct, but no concept is like it; it may be removed", true)                           \
    X(NO_CODE, "no-code", "“{1}”没有取值“{0}”{2}", "\"{1}\" has no value \"{0}\"{2}", false)                    \
    X(NOT_TIME, "not-time", "“{0}”不是日期或时间属性，不能用作{1}", "\"{0}\" is no date or time: it cannot be the {1}", false) \
    X(NO_REQUIRED_PACK, "no-required-pack", "所依赖的业务包“{0}”不存在{2}", "the pack \"{0}\" it stands on does not exist{2}", false) \
    X(BAD_TASK, "bad-task", "任务编号“{0}”应为 01 至 28", "the task \"{0}\" must be 01 to 28", false)           \
    X(HOLDS, "holds", "任务“{0}”须写三行 holds", "the task \"{0}\" needs three lines of holds", false)
/* clang-format on */
#define SAYING_DECLARE(id, code, zh, en, warning) extern const PackSaying PACK_SAY_##id;
PACK_SAYINGS(SAYING_DECLARE)
/* Two texts of s1, one a language: for errors of other rooms. */
void pack_say_two(PackLoader *l, const PackSaying *what, size_t line, Str s0, Str zh, Str en);
void pack_say_err(PackLoader *l, const PackSaying *what, size_t line, Str s0, const Err *err);
Str pack_nearest(Str name, const Str *known, size_t n); /* empty: none is near */

void *pack_take(PackLoader *l, size_t n, size_t size); /* n > 0 things may only be used if !l->no_memory */
bool pack_name_of_pack(Str name);                      /* NN-word */
void pack_title(PackLoader *l, const Yaml *node, Str what, PackTitle *out);

/* pack_load in an arena of the caller's, freed with the model or on failure. */
bool pack_load_into(const char *dir, const PackAbove *above, Arena *model, Arena *a, PackModel **out,
    const PackMessage **said, size_t *nsaid, Err *err) MUST;

/* Parts of the reading, in order. */
void pack_read_codes(PackLoader *l, const Yaml *top);
bool pack_codes(PackLoader *l, const Yaml *node, Str what, PackCodes *out);
void pack_read_collection(PackLoader *l, const Yaml *top, Str name);
void pack_read_properties(PackLoader *l, PackDraft *d);
bool pack_read_property(PackLoader *l, const Yaml *node, PackProperty *out); /* false: left out */
void pack_base_properties(PackLoader *l, PackDraft *d);
void pack_bind_collection(PackLoader *l, PackDraft *d);  /* extends, label, unique, sort, opposites */
void pack_bind_expressions(PackLoader *l, PackDraft *d); /* derived, rules */
void pack_check_maker(PackLoader *l, const PackDraft *d);
void pack_check_opposites(PackLoader *l, const PackDraft *d);
const CqlProperty *pack_schema_find(const void *collection, Str name);
void pack_check_literals(PackLoader *l, const PackCollection *c, const CqlExpr *e, size_t line);
void pack_read_concepts(PackLoader *l, const Yaml *top);
void pack_enter_once(PackLoader *l);
void pack_read_tasks(PackLoader *l, const Yaml *top);
const Str *pack_formats(size_t *n);
bool pack_format_guarded(Str format); /* one of the formats that only a concept's home may store */
static inline PackDraft *pack_draft(const PackLoader *l, size_t i)
{
    return *AT(&l->drafts, PackDraft *, i);
}
