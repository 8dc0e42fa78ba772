/* src/cql/cql.h - the one expression language: CQL2, OGC 21-065.
 *
 * Text or JSON becomes a tree; the tree is checked against a collection; a checked tree becomes SQL for a
 * store, or a truth about one record in memory. Both ways give the same answer (tests/cql/agree_test.c).
 *
 *     if (cql_parse_text(STR("depth > 0.3 AND name LIKE '石%'"), a, &e, err) && cql_check(e, schema, a, err))
 *         verdict = cql_eval(e, record, a);
 *
 * Stands on base and geo. Knows no store: a store's driver hands in its dialect.
 * Memory   all in the arena handed in; a result lives as long as that arena.
 * Threads  a checked tree never changes: any thread may use it.
 * Limits   64 KiB of text, depth 64, 10,000 nodes; beyond them CQL_TOO_BIG. No input crashes it.
 * Errors   Err.where is "filter:N", N the byte offset from 0; for JSON "filter#/args/0" (RFC 6901).
 * Times    a date beside a time is its midnight UTC; "today" is the day in China (UTC+8).
 */
#pragma once
#include "base/base.h"
#include "geo/geo.h"

typedef struct CqlExpr CqlExpr; /* a tree, or a part of one */

/* Every value that a record, a parameter or a rule can hold. */
typedef enum CqlKind {
    CQL_NULL,
    CQL_BOOL,
    CQL_INT,
    CQL_NUMBER,
    CQL_TEXT,
    CQL_DATE,
    CQL_TIME,
    CQL_INTERVAL,
    CQL_GEOM,
    CQL_LIST
} CqlKind;
typedef struct CqlValue CqlValue;
struct CqlValue {
    CqlKind kind;
    union {
        bool truth;
        int64_t integer; /* CQL_INT, and money in 分 */
        double number;
        Str text;
        int32_t date; /* day number */
        int64_t time; /* µs UTC */
        struct {
            int64_t from, to; /* µs; INT64_MIN and INT64_MAX: open */
            bool dates;       /* both ends were dates */
        } interval;
        Bytes geom; /* WKB; a record may also give a GeoPackage blob, and a list as its JSON text */
        struct {
            const CqlValue *item;
            size_t n;
        } list;
    };
};

typedef struct CqlProperty { /* what a tree may speak of */
    Str name;
    CqlKind kind; /* of its values; of its items when `list`; CQL_NULL: any, only the record knows */
    bool list;
    bool sealed;  /* SQL cannot see it: always residual */
    size_t index; /* the record's own number for it */
    Str column;   /* in SQL; empty: no column of its own (residual) */
    Str from;     /* the table the column is of, whose row has the same id; empty: the table asked */
    bool money;   /* stored in 分, spoken of in yuan: literals are multiplied by 100, arithmetic divides */
} CqlProperty;
typedef struct CqlSchema { /* made by the pack room; `find` gives NULL for an unknown name */
    const CqlProperty *(*find)(const void *ctx, Str name);
    const void *ctx;
    const CqlProperty *const *all; /* for “did you mean”; may be NULL */
    size_t nall;
    bool planar; /* coordinates are no degrees: no range to keep, no antimeridian */
} CqlSchema;
typedef struct CqlRecord { /* one record, seen by property; values are borrowed */
    CqlValue (*get)(void *ctx, const CqlProperty *p);
    void *ctx;
    /* For age(), today(), now(): a tree that lives for days is asked with it; 0: the moment of cql_check. */
    int64_t now;
} CqlRecord;

typedef struct CqlDialect CqlDialect; /* how one store says it; a table of its driver */
struct CqlDialect {
    Str quote_open, quote_close; /* around names */
    /* The one asked, for a look at another table's row of the same id; empty: residual. */
    Str table;
    /* SQL of a condition that every row whose envelope meets the box passes (R-tree); NULL or false: cannot. `param`
     * keeps a value and writes its mark, ? or $n, at the end of `sql`. */
    bool (*box)(const CqlDialect *d, Str column, GeoBox box, Buf *sql, void (*param)(void *ctx, CqlValue v),
        void *ctx);
    /* SQL functions that a driver wraps around cql_sql_…; an empty name: such a condition is residual */
    Str fn_relate;            /* (op, geometry, geometry) → truth: cql_sql_relate */
    Str fn_casei, fn_accenti; /* (text) → text: cql_fold_case, cql_fold_accent */
    Str fn_like;              /* (text, pattern) → truth: cql_like */
    Str fn_list;              /* (op, list, list) → truth: cql_sql_list */
    Str fn_math;              /* (op, number, number) → number: cql_sql_math */
    bool numbered;            /* $1 instead of ? */
    /* "%s" patterns turning a stored column into comparable text; empty: as it stands. */
    Str date_expr, time_expr;
    Str date_to_time; /* "%s" pattern: a comparable date as its midnight UTC; empty: residual */
    int64_t now;      /* as in CqlRecord */
    /* Μs between two comparable times: 1000 in our stores, 1 elsewhere; 0 is 1000. */
    int64_t tick;
};
typedef struct CqlSql {      /* every value is a parameter: no byte of a user's text stands in `text` */
    Str text;                /* may over-select */
    const CqlExpr *residual; /* what the dialect cannot say; NULL: nothing */
    const CqlValue *params;  /* typed: a number stays a number */
    size_t nparams;
} CqlSql;
typedef enum CqlTruth { CQL_FALSE, CQL_TRUE, CQL_UNKNOWN } CqlTruth; /* unknown: a value is missing */
extern const ErrKind CQL_SYNTAX, CQL_NO_PROPERTY, CQL_NO_FUNCTION, CQL_WRONG_TYPE, CQL_TOO_BIG, CQL_BAD_VALUE;

bool cql_parse_text(Str text, Arena *a, CqlExpr **out, Err *err) MUST;
bool cql_parse_json(Str json, Arena *a, CqlExpr **out, Err *err) MUST;
/* Types, names, literals (a text beside a time property becomes a time, once and for all: so a tree is checked against
 * one schema). Geometry literals are moved from `epsg`/`swap` (filter-crs) by cql_geometry before. */
bool cql_check(CqlExpr *e, const CqlSchema *schema, Arena *a, Err *err) MUST; /* a truth at the top */
/* The same with any value at the top: derived properties. */
bool cql_check_value(CqlExpr *e, const CqlSchema *schema, Arena *a, CqlKind *kind, Err *err) MUST;
bool cql_geometry(CqlExpr *e, int epsg, bool swap, Arena *a, Err *err) MUST;
bool cql_to_sql(const CqlExpr *e, const CqlDialect *dialect, Arena *a, CqlSql *out, Err *err) MUST;
/* Parses back to an equal tree. CQL_BAD_VALUE: text has no spelling for it (a literal that ends in a backslash, a function
 * named like a keyword); JSON has. */
bool cql_to_text(const CqlExpr *e, Arena *a, Str *out, Err *err) MUST;
/* Canonical: valid by the standard's schema. */
bool cql_to_json(const CqlExpr *e, Arena *a, Str *out, Err *err) MUST;
CqlTruth cql_eval(const CqlExpr *e, const CqlRecord *record, Arena *a); /* of a checked tree: cannot fail */
/* Of a tree checked by cql_check_value. */
CqlValue cql_value(const CqlExpr *e, const CqlRecord *record, Arena *a);
CqlExpr *cql_and(CqlExpr *x, CqlExpr *y, Arena *a); /* either may be NULL; NULL: no memory or both NULL */
/* Parts a checked tree into what speaks only of properties that `can` passes, and the rest; a record passes the tree where it
 * passes both. NULL: nothing of it. False: no memory. */
bool cql_split(const CqlExpr *e, bool (*can)(const CqlProperty *p), Arena *a, const CqlExpr **said,
    const CqlExpr **rest) MUST;
/* The box of geometry literals outside which a checked tree cannot be true; GEO_BOX_NONE: anywhere. */
GeoBox cql_box(const CqlExpr *e);
/* Calls `see` with the name of every property used. */
void cql_names(const CqlExpr *e, void (*see)(void *ctx, Str name), void *ctx);

/* The span a property's number (date: day, time: µs, money: 分) must lie in for `e` to be true; false: none is known. */
bool cql_bounds(const CqlExpr *e, const CqlProperty *p, double *least, double *most);

/* Values, for all who hold them. */
int cql_compare(CqlValue a, CqlValue b); /* total order, nulls last; text by code point; numbers by value */
bool cql_equal(CqlValue a, CqlValue b);
Str cql_fold_case(Str s, Arena *a);                     /* full Unicode case folding (CASEI) */
Str cql_fold_accent(Str s, Arena *a);                   /* diacritics stripped (ACCENTI) */
CqlValue cql_list_of(Str json, CqlKind item, Arena *a); /* of a list column's JSON; a null: it is none */
bool cql_like(Str text, Str pattern); /* % any run, _ one code point, \ takes the next as it is */
/* The functions beyond the standard, for /functions and the manual. */
typedef struct CqlFunction {
    const char *name, *zh, *en;
    CqlKind returns;
    struct {
        const char *name;
        CqlKind kind;
    } arg[4];
    size_t nargs;
    bool clock; /* one more value comes behind the arguments: the moment of the question */
    CqlValue (*call)(const CqlValue *arg, size_t n, Arena *a); /* no argument is null; a null: unknown */
} CqlFunction;
const CqlFunction *cql_functions(size_t *n);

/* What a store's driver registers as SQL functions; 1, 0, -1: NULL. `op` is a name of the standard: "s_within". */
int cql_sql_relate(Str op, Bytes a, Bytes b);          /* each WKB or a GeoPackage blob */
int cql_sql_list(Str op, Str a, Str b);                /* JSON arrays */
CqlValue cql_sql_math(Str op, CqlValue x, CqlValue y); /* + - * / % div ^; a null where it cannot be said */
