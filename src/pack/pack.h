/* src/pack/pack.h - packs become the model: what is kept (collections), what words mean (concepts), how it is drawn
 * (layers), counted (indicators) and told (tasks). A pack is a folder of YAML; no C.
 *
 *     packs/NN-name/pack.yaml            name, titles, the national plan's task it serves, packs it stands on
 *     packs/NN-name/collections/X.yaml   one collection a file
 *     packs/NN-name/concepts.yaml codes.yaml layers.yaml indicators.yaml tasks.yaml  demo/  stories/
 *
 *     if (!pack_load("packs", a, &model, &said, &nsaid, err)) … show said …
 *     c = pack_collection(model, STR("road")); p = pack_property(c, STR("class"));
 *
 * How the YAML is written: docs/packs.md. Stands on base, geo, cql. Knows no store and no ledger.
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

typedef struct PackMessage { /* one finding of a check */
    const char *code;        /* "unknown-key": stable */
    Str file;                /* "packs/02-infrastructure/collections/road.yaml" */
    size_t line;
    bool warning;   /* false: the pack is refused */
    PackTitle text; /* what is wrong, and the fix */
} PackMessage;
/* clang-format off */
typedef enum PackType { PACK_TEXT, PACK_LONG, PACK_INTEGER, PACK_NUMBER, PACK_MONEY, PACK_DATE, PACK_TIME, PACK_BOOL,
    PACK_ENUM, PACK_REF, PACK_GEOMETRY, PACK_FILE, PACK_JSON } PackType; /* photos are files with format photo */
/* clang-format on */
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
    PackTitle title, help;
    PackType type;
    bool many, required, base; /* base: of every record, domain/00 clause 0; not declared in packs */
    bool search;               /* its words go into the search index */
    int grade;                 /* 1..4 */
    PackFind find;             /* of grade >= 3 */
    PackDerive derive;
    CqlExpr *expr; /* PACK_SAME, PACK_CLOCK: checked against the collection */
    Str expr_text; /* or the process that makes it (PACK_OTHERS) */
    /* Id-card phone uscc plate bank-card gtin address division stake email url photo … or empty. */
    Str format;
    Str filled;  /* the hook that may fill it before the required check: nobody need type it; empty: none */
    Str unit;    /* UCUM or word: m, km, m2, 亩 */
    Str pattern; /* ECMA regular expression */
    double min, max;   /* NAN: none */
    size_t max_length; /* code points; 0: 200 (PACK_TEXT), 20,000 (PACK_LONG) */
    const PackCode *code;
    size_t ncode;
    const Str *ref; /* names of collections; "division" is referred to by code, all others by ULID */
    size_t nref;
    Str opposite; /* a derived many-reference, never stored: "collection.property" of the stored single one */
    Str concept;  /* whose home this is, or that it means; empty: none */
    Str distinct; /* why it is not that concept */
    /* Its name before: the column is renamed, old journal entries are read under the new name; empty: none. */
    Str was;
    bool retired;    /* kept where it stands, shown and taken nowhere */
    PackTitle group; /* heading in the form */
    size_t index;    /* place in collection->property; an inherited one's is nproperty + its place there */
    CqlProperty
        cql; /* column = name where it has one: none for grade >= 3, PACK_CLOCK, opposites, inherited ones */
    Str file;
    size_t line;
} PackProperty;
typedef struct PackRule { /* a CQL2 truth every record must meet */
    PackTitle say;
    Str property; /* beside which it is said; empty: the record */
    CqlExpr *expr;
    Str text;
} PackRule;
struct PackCollection {
    Str name, pack;
    PackTitle title, description;
    bool spatial;
    GeoType geometry;  /* GEO_ANY: of any kind */
    Str geometry_name; /* the sheet's word for it: boundary, track; title below */
    PackTitle geometry_title;
    bool geometry_required;
    int geometry_grade;            /* 1 unless said; 3 and more: rounded in `geometry`, exact in `sealed` */
    PackTitle owner;               /* department */
    Str label;                     /* the property that titles a record */
    const PackCollection *extends; /* same id as the record there */
    const PackProperty *property;  /* declared ones first, then those of every record (base) */
    size_t nproperty, ndeclared;
    const PackProperty *inherited; /* what `extends` brings: read under these names, stored there */
    size_t ninherited;
    const PackRule *rule;
    size_t nrule;
    const Str *unique; /* properties whose value is held by one current record; also the import's keys */
    size_t nunique;
    const Str *sort; /* sortable: indexed */
    size_t nsort;
    bool by_code; /* division: id from its code */
    bool hidden;  /* works inside, shown in no list */
    Str task;     /* "02": of its pack, for titles */
    CqlProperty cql_geometry, cql_id;
    const Map *names; /* name → PackProperty, own and inherited */
    CqlSchema schema; /* of its properties, ready for cql_check */
    Str file;
    size_t line;
};
typedef struct PackTask { /* one of the plan's 28 */
    Str id;               /* "02" */
    PackTitle title, section;
    PackTitle holds[3];
    const Str *shared; /* shared registers that serve it already */
    size_t nshared;
    Str pack;          /* empty: not there yet */
    PackTitle planned; /* what will bring it, when it is not */
} PackTask;
typedef struct PackIndicator {
    Str id, pack, task, collection;
    PackTitle title, description, unit;
    /* scale × Σ weight·value over records meeting `numerator` / Σ weight over those meeting `denominator`; a NULL tree is
     * met by all; weight and value are properties, 1 when empty; no denominator_text and `count`: the sum itself */
    CqlExpr *numerator, *denominator;
    Str numerator_text, denominator_text, weight, value;
    bool count;
    double scale;
    int digits;         /* decimals shown */
    const char *better; /* "up", "down", "" */
    Str period; /* date or time property: numerator only of the records where it falls in the period; empty: as things stand */
    PackTitle source;
} PackIndicator;
typedef enum PackDraw { PACK_LINE, PACK_FILL, PACK_CIRCLE, PACK_SYMBOL } PackDraw;
typedef struct PackClass { /* one row of a legend */
    Str value;             /* of `property`: text, true or false … */
    double from, to;       /* … or from <= x < to; NAN: open or not a range */
    PackTitle title;
    Str color, border; /* "#RRGGBB" or empty */
    double width;      /* line width, circle radius, text size in px; NAN: the face's own */
    double opacity;    /* of a fill; NAN: the face's own */
    Str dash, pattern; /* "2,1"; hatch cross dots reeds trees: names the face draws */
} PackClass;
typedef struct PackLayer { /* one map layer */
    Str id, pack, collection;
    PackTitle title, source, group;
    PackDraw kind;
    Str property;   /* what the classes are of; empty: one class */
    Str label;      /* property written beside it; empty: none */
    int label_zoom; /* from this zoom */
    Str time;       /* property of a time slider; empty: none */
    Str filter_text;
    CqlExpr *filter; /* which records; NULL: all */
    bool visible;
    bool base;                   /* part of the ground: always there, in no count of visible layers */
    int minzoom, maxzoom, order; /* small order is drawn first, below */
    Str casing;                  /* colour of a 1 px edge under lines */
    const PackClass *class;
    size_t nclass;
    PackClass other;      /* value of no class, or none: "无数据"; color empty: not drawn */
    const Str *attribute; /* properties carried in tiles */
    size_t nattribute;
    const Yaml *yaml;
} PackLayer;
typedef struct PackConcept {
    Str id, home; /* "person.phone": collection.property */
    PackTitle title;
    const Str *alias;
    size_t nalias;
    Str format, unit;
    Str file;
    size_t line;
} PackConcept;
typedef struct PackInfo {
    Str name, version, task, dir;
    PackTitle title, about;
    const Str *needs; /* packs it stands on */
    size_t nneeds;
} PackInfo;
typedef struct PackModel PackModel;
struct PackModel {
    const PackInfo *pack;
    size_t npack;
    const PackCollection *const *collection; /* in order of packs, then names */
    size_t ncollection;
    const PackConcept *concept;
    size_t nconcept;
    const PackTask *task;
    size_t ntask;
    const PackIndicator *indicator;
    size_t nindicator;
    const PackLayer *layer;
    size_t nlayer;
    const Map *names;        /* collection's name → PackCollection */
    const PackMessage *said; /* warnings of a good model */
    size_t nsaid;
    uint8_t digest[SM3_LEN]; /* of all files read: the schema in the store was made from it */
    Arena *arena;
};

/* Reads every pack below `dir`. On false *said (in `a`) holds all findings. */
bool pack_load(
    const char *dir, Arena *a, PackModel **out, const PackMessage **said, size_t *nsaid, Err *err) MUST;
void pack_free(PackModel *m);
const PackCollection *pack_collection(const PackModel *m, Str name);  /* NULL: none */
const PackProperty *pack_property(const PackCollection *c, Str name); /* extended ones too; NULL: none */
bool pack_need_collection(
    const PackModel *m, Str name, const PackCollection **out, Err *err) MUST; /* with “did you mean” */
const PackCode *pack_code(const PackProperty *p, Str code);
const PackLayer *pack_layer(const PackModel *m, Str id); /* NULL: none */
const PackIndicator *pack_indicator(const PackModel *m, Str id);
const PackTask *pack_task(const PackModel *m, Str id);
/* Check digits and shapes by format: id-card (GB 11643-1999), uscc (GB 32100-2015), bank-card (Luhn), gtin (mod 10),
 * phone, plate, division, stake … On false the sentences say what would have been right. An unknown format is true. */
bool pack_format_ok(Str format, Str value, Str *why_zh, Str *why_en, Arena *a);
/* Format `stake` is an integer, metres from the road's start, spoken and typed as K12+300. */
bool pack_stake_read(Str text, int64_t *metres) MUST; /* K12+300, k12+300.5 (cut), 12300 */
void pack_stake_text(int64_t metres, Buf *out);
/* A skeleton of a pack that passes the check, written into dir/NAME; NAME is NN-word. */
bool pack_new(const char *dir, Str name, Err *err) MUST;
/* Every `distinct:` with its reason, for `sangzi pack list`. */
void pack_distincts(const PackModel *m, Buf *out);
