/* src/cql/lex.h - CQL2 text as tokens. Clause 8.2 and the BNF of OGC 21-065. */
#pragma once
#include "base/base.h"

typedef enum CqlTokenKind {
    CQL_T_END,
    CQL_T_NAME,
    CQL_T_QUOTED,
    CQL_T_STRING,
    CQL_T_NUMBER,
    CQL_T_SIGN,
    CQL_T_BAD
} CqlTokenKind;
typedef struct CqlToken {
    CqlTokenKind kind;
    Str raw;  /* as it stands in the text */
    Str text; /* a string or a quoted name without its quotes and escapes */
    size_t at;
} CqlToken;
typedef struct CqlLex {
    Str all;
    size_t pos; /* after `token` */
    CqlToken token;
    Arena *a;
    bool no_memory;
} CqlLex;
void cql_lex_next(CqlLex *l);
void cql_lex_goto(CqlLex *l, size_t pos);                /* and read the token there */
bool cql_lex_is(const CqlLex *l, const char *sign);      /* the token is this sign */
bool cql_lex_word(const CqlLex *l, const char *keyword); /* … this bare word, any case */
