/* src/ledger/migrate.h - a collection on its way from what the file has to what the packs ask; private to migrate*.c. */
#pragma once
#include "ledger/row.h"

enum { MOVES = 64 };
typedef struct Columns { /* of a table as the file has it: name → type */
    Map *type;
    Arena *arena;
    bool bad;
} Columns;
typedef struct Move { /* one property whose values must go from one place to another */
    const PackProperty *property;
    Str from;  /* where they stand now; empty: in the sealed part */
    Str was;   /* "_was_NAME": where they stand meanwhile */
    char kind; /* what they are there, see kind_of */
    bool many;
    StoreColumn column;
} Move;
typedef struct Moving { /* a collection on its way */
    Ledger *ledger;
    Sheet *sheet;
    Arena *arena, *row;
    Columns columns;
    json_t *old; /* property → "t*3": as it was when the file was last opened; NULL: not known */
    Move move[MOVES];
    size_t n;
    const PackProperty *rename[MOVES]; /* from its `was` */
    size_t nrename;
    bool rewrite, seals; /* rows are written anew; something becomes sealed */
    StoreTable table;    /* the new one and, behind, seals that the new one has not, then the _was_ columns */
    size_t sealed, sealed4, first; /* where they begin; 0: no such seal */
    Buf done;                      /* what was done, as JSON */
    Err *err;
} Moving;

void ledger_migrate_shapes(const PackModel *m, Buf *b); /* JSON: collection → property → what it is */
bool ledger_migrate_look(Moving *m, Err *err) MUST;     /* fills move, rename, rewrite, seals, done */
bool ledger_migrate_has(const Moving *m, Str column);
StoreColumn ledger_migrate_column(Str name, char kind, bool many); /* as a value of that kind was kept */
/* An old value under the property of today; false: it does not fit. And as it was, in words. */
bool ledger_migrate_value(const Move *v, CqlValue x, Arena *a, CqlValue *out, Err *err) MUST;
void ledger_migrate_said(const Move *v, CqlValue x, Buf *b);
/* the packs have changed (migrate.c): tables follow, `target` is the model's digest; at opening only */
bool ledger_migrate(Ledger *l, const StoreTable *table, Str target, Err *err) MUST;
/* Whether the tables are those of the model: LEDGER_PACKS_DIFFER. */
bool ledger_follows(Ledger *l, Err *err) MUST;
