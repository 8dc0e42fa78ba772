/* src/cql/tree.h - the tree itself, for the files of this room only.
 *
 * A node is an operator with its arguments, or a leaf (literal, property). The readers make it, cql_check fills
 * in what it means (kind, property, function), and from then on nothing changes it.
 * Invariant: depth <= CQL_MAX_DEPTH everywhere, so every walk over a tree may recurse.
 */
#pragma once
#include "cql/cql.h"

enum { CQL_MAX_TEXT = 64 * 1024, CQL_MAX_DEPTH = 64, CQL_MAX_NODES = 10000 };

/* Every operator of OGC 21-065: name in the tree, its JSON name, its text keyword, family, arguments (0: any). */
/* clang-format off */
#define CQL_OPS(X)                                                  \
    X(LITERAL,        "",               "",               LEAF,      0) \
    X(PROPERTY,       "",               "",               LEAF,      0) \
    X(FUNCTION,       "",               "",               LEAF,      0) \
    X(LIST,           "",               "",               LEAF,      0) \
    X(INTERVAL,       "",               "",               LEAF,      2) \
    X(BBOX,           "",               "",               LEAF,      0) \
    X(AND,            "and",            "AND",            LOGIC,     0) \
    X(OR,             "or",             "OR",             LOGIC,     0) \
    X(NOT,            "not",            "NOT",            LOGIC,     1) \
    X(EQ,             "=",              "=",              COMPARE,   2) \
    X(NE,             "<>",             "<>",             COMPARE,   2) \
    X(LT,             "<",              "<",              COMPARE,   2) \
    X(LE,             "<=",             "<=",             COMPARE,   2) \
    X(GT,             ">",              ">",              COMPARE,   2) \
    X(GE,             ">=",             ">=",             COMPARE,   2) \
    X(LIKE,           "like",           "LIKE",           PREDICATE, 2) \
    X(BETWEEN,        "between",        "BETWEEN",        PREDICATE, 3) \
    X(IN,             "in",             "IN",             PREDICATE, 2) \
    X(ISNULL,         "isNull",         "IS NULL",        PREDICATE, 1) \
    X(CASEI,          "casei",          "CASEI",          FOLD,      1) \
    X(ACCENTI,        "accenti",        "ACCENTI",        FOLD,      1) \
    X(ADD,            "+",              "+",              ARITH,     2) \
    X(SUB,            "-",              "-",              ARITH,     2) \
    X(MUL,            "*",              "*",              ARITH,     2) \
    X(DIV,            "/",              "/",              ARITH,     2) \
    X(MOD,            "%",              "%",              ARITH,     2) \
    X(IDIV,           "div",            "DIV",            ARITH,     2) \
    X(POW,            "^",              "^",              ARITH,     2) \
    X(S_CONTAINS,     "s_contains",     "S_CONTAINS",     SPATIAL,   2) \
    X(S_CROSSES,      "s_crosses",      "S_CROSSES",      SPATIAL,   2) \
    X(S_DISJOINT,     "s_disjoint",     "S_DISJOINT",     SPATIAL,   2) \
    X(S_EQUALS,       "s_equals",       "S_EQUALS",       SPATIAL,   2) \
    X(S_INTERSECTS,   "s_intersects",   "S_INTERSECTS",   SPATIAL,   2) \
    X(S_OVERLAPS,     "s_overlaps",     "S_OVERLAPS",     SPATIAL,   2) \
    X(S_TOUCHES,      "s_touches",      "S_TOUCHES",      SPATIAL,   2) \
    X(S_WITHIN,       "s_within",       "S_WITHIN",       SPATIAL,   2) \
    X(T_AFTER,        "t_after",        "T_AFTER",        TEMPORAL,  2) \
    X(T_BEFORE,       "t_before",       "T_BEFORE",       TEMPORAL,  2) \
    X(T_CONTAINS,     "t_contains",     "T_CONTAINS",     TEMPORAL,  2) \
    X(T_DISJOINT,     "t_disjoint",     "T_DISJOINT",     TEMPORAL,  2) \
    X(T_DURING,       "t_during",       "T_DURING",       TEMPORAL,  2) \
    X(T_EQUALS,       "t_equals",       "T_EQUALS",       TEMPORAL,  2) \
    X(T_FINISHEDBY,   "t_finishedBy",   "T_FINISHEDBY",   TEMPORAL,  2) \
    X(T_FINISHES,     "t_finishes",     "T_FINISHES",     TEMPORAL,  2) \
    X(T_INTERSECTS,   "t_intersects",   "T_INTERSECTS",   TEMPORAL,  2) \
    X(T_MEETS,        "t_meets",        "T_MEETS",        TEMPORAL,  2) \
    X(T_METBY,        "t_metBy",        "T_METBY",        TEMPORAL,  2) \
    X(T_OVERLAPPEDBY, "t_overlappedBy", "T_OVERLAPPEDBY", TEMPORAL,  2) \
    X(T_OVERLAPS,     "t_overlaps",     "T_OVERLAPS",     TEMPORAL,  2) \
    X(T_STARTEDBY,    "t_startedBy",    "T_STARTEDBY",    TEMPORAL,  2) \
    X(T_STARTS,       "t_starts",       "T_STARTS",       TEMPORAL,  2) \
    X(A_CONTAINEDBY,  "a_containedBy",  "A_CONTAINEDBY",  ARRAY,     2) \
    X(A_CONTAINS,     "a_contains",     "A_CONTAINS",     ARRAY,     2) \
    X(A_EQUALS,       "a_equals",       "A_EQUALS",       ARRAY,     2) \
    X(A_OVERLAPS,     "a_overlaps",     "A_OVERLAPS",     ARRAY,     2)
/* clang-format on */
#define CQL_OP_ID(id, json, text, family, nargs) CQL_OP_##id,
typedef enum CqlOp { CQL_OPS(CQL_OP_ID) CQL_OP_COUNT } CqlOp;
typedef enum CqlFamily {
    CQL_LEAF,
    CQL_LOGIC,
    CQL_COMPARE,
    CQL_PREDICATE,
    CQL_FOLD,
    CQL_ARITH,
    CQL_SPATIAL,
    CQL_TEMPORAL,
    CQL_ARRAY
} CqlFamily;
typedef struct CqlOpRow {
    const char *json, *text;
    CqlFamily family;
    size_t nargs;
} CqlOpRow;
extern const CqlOpRow cql_op[CQL_OP_COUNT];
bool cql_op_of_json(Str name, CqlOp *out) MUST;
/* Any case; only those written like a function: S_… T_… A_… CASEI ACCENTI. */
bool cql_op_of_text(Str keyword, CqlOp *out) MUST;

typedef struct CqlPath { /* a step of a JSON pointer, from the root down; NULL is the root */
    const struct CqlPath *up;
    const char *key; /* NULL: `index` */
    size_t index;
} CqlPath;

struct CqlExpr {
    CqlOp op;
    size_t depth; /* 1 for a leaf */
    size_t at;    /* byte in the text … */
    bool json;
    const CqlPath *path; /* … or place in the JSON */
    CqlExpr **arg;
    size_t narg;
    Str name;          /* property, function */
    CqlValue value;    /* LITERAL (CQL_NULL: the open end '..'); after cql_check also BBOX */
    const double *box; /* BBOX: 4 or 6 numbers as written */
    size_t nbox;
    bool grouped; /* stood in parentheses: `(a + b)`, not a list of one */
    /* set by cql_check */
    CqlKind kind;  /* of its value; CQL_NULL: only the record knows */
    CqlKind item;  /* of a list's items; CQL_NULL: mixed */
    bool constant; /* speaks of no property */
    const CqlProperty *property;
    const CqlFunction *function;
    /* For a function of the clock, where nobody says when: the moment of the check. */
    CqlValue now;
    GeoBox bounds; /* of a literal geometry */
};

typedef struct CqlBuild { /* what a reader carries */
    Arena *a;
    Err *err;
    size_t nodes;
} CqlBuild;
/* A node with its arguments; NULL and *err: too deep, too many, no memory. `like` gives the place. */
CqlExpr *cql_node(CqlBuild *b, CqlOp op, CqlExpr place, CqlExpr *const *arg, size_t narg);
const char *cql_where(const CqlExpr *e, char buf[96]); /* "filter:17", "filter#/args/0" */
const char *cql_path_text(const CqlPath *p, char *buf, size_t size);
#define FAIL_AT(err, kind, e, what) FAIL((err), kind, (what), "%s", cql_where((e), (char[96]){ 0 }))

typedef struct CqlList { /* arguments as they are read */
    CqlExpr **item;
    size_t n, cap;
} CqlList;
bool cql_list_add(CqlList *l, CqlExpr *e, CqlBuild *b) MUST;

/* Literals, the same in text and JSON. */
bool cql_read_date(Str s, CqlValue *out) MUST;      /* YYYY-MM-DD */
bool cql_read_timestamp(Str s, CqlValue *out) MUST; /* YYYY-MM-DDThh:mm:ss[.f]Z, cut to µs */
bool cql_read_number(Str s, CqlValue *out) MUST;
void cql_write_time(CqlValue v, Buf *out); /* a date or a time, fraction without trailing zeros */
bool cql_is_identifier(Str s);
bool cql_is_keyword(Str s); /* may not stand as a bare name, or would be read as something else before '(' */
bool cql_name_start(uint32_t c);
bool cql_name_part(uint32_t c);
bool cql_is_blank(uint32_t c);

/* Meaning. */
/* Geometry literals: range, bounds, boxes. */
bool cql_place(CqlExpr *e, const CqlSchema *schema, Arena *a, Err *err) MUST;
/* Of a literal: 2 across the antimeridian. */
size_t cql_boxes(const CqlExpr *e, GeoBox out[2]);
bool cql_wkb_of(Bytes any, Bytes *wkb) MUST;               /* out of a GeoPackage blob, or as it is */
CqlTruth cql_relate(CqlOp op, Bytes x, Bytes y, Arena *a); /* unknown: no geometry, no memory */
CqlTruth cql_lists(CqlOp op, CqlValue x, CqlValue y);
CqlValue cql_arith(CqlOp op, CqlValue x, CqlValue y);
CqlValue cql_fold(CqlOp op, CqlValue x, Arena *a);
CqlTruth cql_not(CqlTruth t);
CqlTruth cql_holds(CqlOp op, CqlValue x, CqlValue y); /* a comparison */

/* A T_ operator is a few comparisons of ends: a and b are the first interval, c and d the second. */
typedef enum CqlEnd { CQL_A, CQL_B, CQL_C, CQL_D } CqlEnd;
typedef struct CqlAllen {
    bool any; /* one suffices; else all */
    size_t n;
    struct {
        CqlEnd left;
        CqlOp op;
        CqlEnd right;
    } term[3];
} CqlAllen;
const CqlAllen *cql_allen(CqlOp op);

bool cql_timelike(CqlKind k);
bool cql_numeric(CqlKind k);
int64_t cql_instant(CqlValue v);               /* µs of a date or a time */
CqlValue cql_coerce(CqlValue v, CqlKind want); /* date ↔ time, int → number; else as it is */
const CqlFunction *cql_function(Str name);
Str cql_division_prefix(Str code); /* what every code of its subtree begins with */
