/* src/cql/print.h - what both writers use. */
#pragma once
#include "cql/tree.h"

enum { CQL_MAX_PRINT = 16 * 1024 * 1024 };
void cql_geojson(Bytes wkb, Buf *out); /* numbers exact, as the standard's examples have them */
/* Moves what was written into the arena. */
bool cql_printed(Buf *b, const CqlExpr *e, Arena *a, Str *out, Err *err) MUST;
