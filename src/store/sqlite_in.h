/* src/store/sqlite_in.h - what the parts of the SQLite driver share; private to the room. */
#pragma once
#include "store/driver.h"
#include <pthread.h>
#include <sqlite3.h>

enum { STORE_READERS = 12, STATEMENTS = 256 };
typedef struct Conn { /* one connection and its prepared statements, by text */
    sqlite3 *db;
    struct {
        char *sql;
        size_t len;
        sqlite3_stmt *stmt;
        bool busy;
    } kept[STATEMENTS];
    size_t last; /* handed out: most likely the next that comes back */
    bool writes; /* what sangzi_writer() answers */
} Conn;
typedef struct SqliteRows { /* row numbers as a table of a query (sqlite_rows.c); zeroed: none */
    int64_t *fid;
    size_t from, n, cap; /* from: the first not yet behind a page */
} SqliteRows;
/* What one box met in the snapshot that is open, whole: a page and its count ask for the same three times. */
typedef struct SqliteMet {
    Str table; /* empty: nothing is kept */
    GeoBox box;
    SqliteRows row; /* fid × 2, and 1 where the envelope lies within the box for sure */
} SqliteMet;
struct StoreRead {
    StoreHead head;
    Store *store;
    Conn *conn;
    bool taken;
    SqliteMet met; /* of readers; the writer's rows change */
};
struct Store {
    StoreHead head;
    char path[4096];
    StoreMode mode;
    Conn writer;
    Conn conn[STORE_READERS];
    StoreRead read[STORE_READERS], own; /* own: the writer seen as a reader */
    pthread_mutex_t guard;              /* guards read[].taken */
    pthread_cond_t freed;
};

#define QUOTED "\"%.*s\""
bool sqlite_fail(sqlite3 *db, Str what, const char *file, int line, Err *err);
#define SQLITE_FAILS(db, what) sqlite_fail((db), (what), __FILE__, __LINE__, err)
/* No parameters; fmt is SQLite's own: %Q quotes. */
bool sqlite_run(Conn *c, Err *err, const char *fmt, ...) MUST;
/* Taken from those kept; sqlite_done returns it. */
bool sqlite_statement(Conn *c, Str sql, sqlite3_stmt **out, Err *err) MUST;
void sqlite_done(Conn *c, sqlite3_stmt *stmt);
/* The same; false: the last step failed. */
bool sqlite_end(Conn *c, sqlite3_stmt *stmt, Err *err) MUST;
int sqlite_bind(sqlite3_stmt *stmt, int at, CqlValue v);
int sqlite_bind_text(sqlite3_stmt *stmt, int at, Str s);
int sqlite_bind_words(sqlite3_stmt *stmt, int at, const StoreWord *word, size_t n);
int sqlite_bind_blob(sqlite3_stmt *stmt, int at, Bytes b);
Str sqlite_text(sqlite3_stmt *stmt, int at);
Bytes sqlite_blob(sqlite3_stmt *stmt, int at);
CqlValue sqlite_value(sqlite3_stmt *stmt, int at, CqlKind kind);
bool sqlite_functions(Conn *c, Err *err) MUST;
void sqlite_close(Conn *c); /* and its statements */

typedef struct SqliteWith { /* what a query's statement is lent until it is reset */
    SqliteRows boxes, only; /* what the boxes found; the fids asked for (theirs who asked) */
    StoreSet among;
} SqliteWith;
int sqlite_rows_register(sqlite3 *db);
/* The first column of all its rows; false: no memory. */
bool sqlite_rows_add(SqliteRows *r, sqlite3_stmt *stmt) MUST;
/* After the last add; those up to `after` are passed over. */
bool sqlite_rows_order(SqliteRows *r, int64_t after) MUST;
int sqlite_rows_bind(sqlite3_stmt *stmt, int at, SqliteRows *r); /* lent until the statement is reset */
void sqlite_rows_clear(SqliteRows *r);
/* Of rows numbered as SqliteMet has them: those met, within or crossing, behind `after`, in order. */
bool sqlite_rows_pick(SqliteRows *r, const SqliteRows *met, int how, int64_t after) MUST;
