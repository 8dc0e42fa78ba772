/* src/pack/pack.h - packs become the model: what is kept (collections), what words mean (concepts), what the plan asks for
 * (tasks). A pack is a folder of YAML; no C.
 *
 *     packs/NN-name/pack.yaml            name, titles, the national plan's task it serves, packs it stands on
 *     packs/NN-name/collections/X.yaml   one collection a file
 *     packs/NN-name/concepts.yaml codes.yaml tasks.yaml  demo/  stories/  and the files of other rooms (PackPart)
 *
 *     if (!pack_load("packs", above, a, &model, &said, &nsaid, err)) … show said …
 *     c = pack_collection(model, STR("road")); p = pack_property(c, STR("class"));
 *
 * How the YAML is written: docs/packs.md. Stands on base, geo, cql. Knows no store, no ledger, no layer, no process: a room
 * above reads its own YAML with the tools at the end of this page, and its findings are said like all others.
 * Memory   a PackModel owns its arena: immutable from pack_load to pack_free; everything in it is borrowed.
 * Threads  a model may be read by any thread.
 * Errors   PACK_BAD: the first message; all of them in `said`. Each names file, line and the fix.
 * Limits   1 MiB a file, 4,096 messages; no file crashes it.
 */
#pragma once
#include "base/base.h"
#include "cql/cql.h"
#include "geo/geo.h"

extern const ErrKind PACK_BAD, PACK_NO_COLLECTION, PACK_BAD_NAME, PACK_EXISTS;

typedef struct PackTitle {
    Str zh, en; /* en falls back to zh */
} PackTitle;
/* CqlProperty.index of what every record has beside its properties. */
#define PACK_INDEX_GEOMETRY (SIZE_MAX - 1) /* named geometry, geom and by the sheet's word */
#define PACK_INDEX_ID       (SIZE_MAX - 2) /* named id */

/* clang-format off */
typedef struct PackMessage { /* one finding of a check */
    const char *code;        /* "unknown-key": stable */
    Str file;  size_t line;  /* "packs/02-infrastructure/collections/road.yaml" */
    bool warning;            /* false: the pack is refused */
    PackTitle text;          /* what is wrong, and the fix */
} PackMessage;
typedef enum PackType { PACK_TEXT, PACK_LONG, PACK_INTEGER, PACK_NUMBER, PACK_MONEY, PACK_DATE, PACK_TIME, PACK_BOOL,
    PACK_ENUM, PACK_REF, PACK_GEOMETRY, PACK_FILE, PACK_JSON } PackType; /* photos are files with format photo */
typedef enum PackFind { PACK_FIND_NONE, PACK_FIND_EQUAL, PACK_FIND_RANGE, PACK_FIND_TEXT } PackFind;
typedef enum PackDerive {
    PACK_TYPED,  /* entered */
    PACK_SAME,   /* from the same record: `expr`, stored, not journalled */
    PACK_OTHERS, /* by a process or from other records: stored, read-only for all but jobs */
    PACK_CLOCK   /* an expression over now: never stored; ask it with CqlRecord.now */
} PackDerive;
typedef struct PackCode { /* one value of an enum; the code is the county's word: 县道, 优 */
    Str code;
    PackTitle title;
    Str color; /* "#10B189" or empty */
} PackCode;
typedef struct PackCollection PackCollection;
typedef struct PackProperty {
    Str name;
    PackTitle title, help, group;        /* group: heading in the form */
    PackType type;
    bool many, required;
    bool base;                           /* of every record; not declared in packs */
    bool search;                         /* its words go into the search index */
    bool retired;                        /* kept where it stands, shown and taken nowhere */
    int grade;                           /* 1..4 */
    PackFind find;                       /* of grade >= 3 */
    PackDerive derive;
    CqlExpr *expr;                       /* PACK_SAME, PACK_CLOCK: checked against the collection */
    Str expr_text, later;                /* its text, or the process that makes it (PACK_OTHERS) and the pack that will bring that */
    Str format;                          /* id-card phone uscc plate bank-card gtin address division stake email url photo … */
    Str unit, pattern;                   /* UCUM or word: m, km, m2, 亩; ECMA regular expression */
    double min, max;                     /* NAN: none */
    size_t max_length;                   /* code points; 0: 200 (PACK_TEXT), 20,000 (PACK_LONG) */
    const PackCode *code;  size_t ncode;
    const Str *ref;        size_t nref;  /* names of collections; "division" is referred to by code, all others by ULID */
    Str opposite;                        /* a derived many-reference, never stored: "collection.property" of the stored single one */
    Str concept, distinct;               /* whose home this is, or that it means; why it is not the one it looks like */
    Str was, filled;                     /* its name before: the column is renamed, old journal entries are read under it; the hook that may fill it */
    size_t index;                        /* place in collection->property; an inherited one's is nproperty + its place there */
    CqlProperty cql;                     /* column: none for grade >= 3, PACK_CLOCK, opposites, inherited ones */
    Str file;              size_t line;
} PackProperty;
typedef struct PackRule { /* a CQL2 truth every record must meet */
    PackTitle say;
    Str property, text;   /* beside which it is said; empty: the record */
    CqlExpr *expr;
} PackRule;
struct PackCollection {
    Str name, pack, task;                 /* task "02": of its pack, for titles */
    PackTitle title, description, owner;  /* owner: department */
    bool spatial, geometry_required;
    GeoType geometry;                     /* GEO_ANY: of any kind */
    Str geometry_name;                    /* the sheet's word for it: boundary, track */
    PackTitle geometry_title;
    int geometry_grade;                   /* 1 unless said; 3 and more: rounded in `geometry`, exact in `sealed` */
    Str label;                            /* the property that titles a record */
    const PackCollection *extends;        /* same id as the record there */
    const PackProperty *property;   size_t nproperty, ndeclared; /* declared ones first, then those of every record (base) */
    const PackProperty *inherited;  size_t ninherited; /* what `extends` brings: read under these names, stored there */
    const PackRule *rule;           size_t nrule;
    const Str *unique;              size_t nunique; /* whose value is held by one current record; also the import's keys */
    const Str *sort;                size_t nsort;   /* sortable: indexed */
    bool by_code;                         /* division: id from its code */
    bool hidden;                          /* works inside, shown in no list */
    CqlProperty cql_geometry, cql_id;
    const Map *names;                     /* name → PackProperty, own and inherited */
    CqlSchema schema;                     /* of its properties, ready for cql_check */
    Str file;                       size_t line;
};
typedef struct PackTask { /* one of the plan's 28 */
    Str id, pack;         /* "02"; pack empty: not there yet */
    PackTitle title, section, holds[3];
    PackTitle planned;    /* what will bring it, when it is not */
    const Str *shared;  size_t nshared; /* shared registers that serve it already */
} PackTask;
typedef struct PackConcept {
    Str id, home;         /* "person.phone": collection.property */
    PackTitle title;
    const Str *alias;  size_t nalias;
    Str format, unit;
    Str file;          size_t line;
} PackConcept;
typedef struct PackInfo {
    Str name, version, task, dir;
    PackTitle title, about;
    const Str *needs;  size_t nneeds; /* packs it stands on */
} PackInfo;
typedef struct PackModel {
    const PackInfo *pack;          size_t npack;
    const PackCollection *const *collection;  size_t ncollection; /* in order of packs, then names */
    const PackConcept *concept;    size_t nconcept;
    const PackTask *task;          size_t ntask;
    const struct PackFound *found; size_t nfound; /* what the parts read: pack_part */
    const PackMessage *said;       size_t nsaid;  /* warnings of a good model */
    const Map *names;              /* collection's name → PackCollection */
    uint8_t digest[SM3_LEN];       /* of all files read: the schema in the store was made from it */
    Arena *arena;
} PackModel;
typedef struct PackLoader PackLoader; /* a reading under way */
typedef struct PackList { void *ptr; size_t n, cap; } PackList; /* things in a row, moved as they grow */
typedef struct PackPart { /* what a room above reads of every pack */
    const char *file;     /* "layers.yaml" */
    void (*read)(PackLoader *l, const Yaml *top, PackList *out); /* once a pack that has it; out: of all packs */
    const char *sample;   /* for a new pack: {0} is its name, {1} its collection; NULL: none */
} PackPart;
typedef struct PackAbove { /* what is known above this room */
    const PackPart *const *part;  size_t npart;
    const Str *maker;             size_t nmaker; /* of derived properties: `by:` names one of them, or says `later:` */
} PackAbove;
/* clang-format on */

/* Reads every pack below `dir`. On false *said (in `a`) holds all findings. `above` NULL: no parts, makers not asked for. */
bool pack_load(const char *dir, const PackAbove *above, Arena *a, PackModel **out, const PackMessage **said,
    size_t *nsaid, Err *err) MUST;
void pack_free(PackModel *m);
const PackCollection *pack_collection(const PackModel *m, Str name);  /* NULL: none */
const PackProperty *pack_property(const PackCollection *c, Str name); /* extended ones too; NULL: none */
bool pack_need_collection(
    const PackModel *m, Str name, const PackCollection **out, Err *err) MUST; /* with “did you mean” */
const PackCode *pack_code(const PackProperty *p, Str code);
const PackTask *pack_task(const PackModel *m, Str id);
PackList pack_part(const PackModel *m, const PackPart *part); /* what it read; empty: not among those above */
/* Check digits and shapes by format: id-card (GB 11643-1999), uscc (GB 32100-2015), bank-card (Luhn), gtin (mod 10),
 * phone, plate, division, stake … On false the sentences say what would have been right. An unknown format is true. */
bool pack_format_ok(Str format, Str value, Str *why_zh, Str *why_en, Arena *a);
/* Format `stake` is an integer, metres from the road's start, spoken and typed as K12+300. */
bool pack_stake_read(Str text, int64_t *metres) MUST; /* K12+300, k12+300.5 (cut), 12300 */
void pack_stake_text(int64_t metres, Buf *out);
/* A skeleton of a pack that passes the check, written into dir/NAME; NAME is NN-word. */
bool pack_new(const char *dir, Str name, const PackAbove *above, Err *err) MUST;
void pack_distincts(const PackModel *m, Buf *out); /* every `distinct:` with its reason */

/* --- for a part: what is wrong is said and the reading goes on; memory is the model's ------------------------------- */
/* clang-format off */
typedef struct PackSaying { /* {0}, {1} are put in; {2} is “, did you mean …?” or nothing; {{ and }} are braces */
    const char *code, *zh, *en;
    bool warning;
} PackSaying;
typedef struct PackNames { const Str *ptr; size_t n; } PackNames; /* a list of words */
typedef enum PackKeyKind { KEY_TITLE, KEY_CALLED /* a title, or one word for both languages */, KEY_TEXT, KEY_BOOL, KEY_NUMBER,
    KEY_INT, KEY_NAMES, KEY_NODE } PackKeyKind; /* PackTitle, PackTitle, Str, bool, double, int, PackNames, const Yaml * */
typedef struct PackKey { /* maps are read by tables: a row a key; any other key is a finding */
    const char *name;  PackKeyKind kind;
    size_t at;         bool must; /* at: offsetof */
} PackKey;
extern const PackSaying PACK_SAY_MISSING_KEY, PACK_SAY_NOT_LIST, PACK_SAY_SEALED, PACK_SAY_NOT_TIME;
Str pack_reading(const PackLoader *l); /* the pack's name */
void pack_fields(PackLoader *l, const Yaml *map, Str what, const PackKey *key, size_t nkey, void *out);
void pack_say(PackLoader *l, const PackSaying *what, size_t line, Str s0, Str s1);
void pack_say_near(PackLoader *l, const PackSaying *what, size_t line, Str s0, Str s1, const Str *known, size_t n);
void pack_title_must(PackLoader *l, size_t line, Str what, const PackTitle *t);
bool pack_name_ok(PackLoader *l, size_t line, Str name, bool property);
bool pack_once(PackLoader *l, size_t line, const char *room, Str name); /* false, and said: declared before */
const PackCollection *pack_want_collection(PackLoader *l, Str name, size_t line); /* NULL, and said: not there */
const PackProperty *pack_want(PackLoader *l, const PackCollection *c, Str name, size_t line);
const PackCode *pack_want_code(PackLoader *l, const PackProperty *p, Str code, size_t line);
void pack_want_color(PackLoader *l, Str color, size_t line); /* "#10B189" or empty */
void pack_want_task(PackLoader *l, Str task, size_t line);   /* "01" … "28" or empty */
CqlExpr *pack_condition(PackLoader *l, const PackCollection *c, Str text, Str what, size_t line); /* NULL: none or bad */
void *pack_push(PackLoader *l, PackList *v, size_t size); /* never NULL: out of memory fails the whole at its end */
#define PACK_PUSH(l, v, T) ((T *)pack_push((l), (v), sizeof(T)))
#define PACK_AT(v, T, i)   (&((T *)(v)->ptr)[i])
/* clang-format on */
