/* src/store/sqlite_cql.h - CQL2 as SQLite says it: its dialect, and the SQL functions that the dialect calls.
 *
 * Two forms of file. Ours (foreign = false): dates YYYY-MM-DD and times YYYY-MM-DDTHH:MM:SS.sssZ, compared as they
 * stand, so that an index serves. A foreign GeoPackage: times in any of the forms that GDAL and others write, brought
 * to one form by cql_date() and cql_time(), to the microsecond.
 * Errors   registration fails only where SQLite has no memory.
 */
#pragma once
#include "cql/cql.h"
#include <sqlite3.h>

typedef struct SqliteDialect {
    CqlDialect base;          /* first: a CqlDialect* of it is one of us */
    Str table, geometry, fid; /* whose R-tree is asked: rtree_TABLE_GEOMETRY */
    bool has_rtree;
} SqliteDialect;
SqliteDialect sqlite_dialect(Str table, Str geometry, Str fid, bool has_rtree, bool foreign);
bool sqlite_cql_register(
    sqlite3 *db) MUST; /* cql_relate, cql_casei, cql_accenti, cql_like, cql_list, cql_math, … */
/* Binds a parameter of a CqlSql; an SQLite code. */
int sqlite_cql_bind(sqlite3_stmt *stmt, int at, CqlValue v, bool foreign);
/* A column of a foreign file as the kind it is declared to be; borrowed until the next step, lists in the arena. */
CqlValue sqlite_cql_value(sqlite3_stmt *stmt, int at, CqlKind kind, bool list, Arena *a);
