/* src/store/sqlite_migrate.c - columns of a table that is there: listed, renamed, dropped, wiped from the file. */
#include "store/sqlite_in.h"

bool store_sqlite_columns(StoreRead *r, Str table, StoreSeeColumn *see, void *ctx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(r->conn, STR("SELECT name,type FROM pragma_table_info(?)"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, table);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        see(ctx, sqlite_text(stmt, 0), sqlite_text(stmt, 1));
    return sqlite_end(r->conn, stmt, err);
}

static bool drop_indexes(Conn *c, Str table, Str column, Err *err)
{
    return sqlite_run(c, err,
        "DROP INDEX IF EXISTS \"_%.*s_one_%.*s\"; DROP INDEX IF EXISTS \"_%.*s_by_%.*s\"", STRV(table),
        STRV(column), STRV(table), STRV(column));
}

static bool unregister(Conn *c, Str table, Str column, Err *err)
{
    return sqlite_run(c, err,
        "DELETE FROM gpkg_data_columns WHERE table_name=%.*Q AND column_name=%.*Q;"
        "DELETE FROM gpkg_data_column_constraints WHERE constraint_name='%.*s_%.*s'",
        STRV(table), STRV(column), STRV(table), STRV(column));
}

bool store_sqlite_column_rename(Store *s, Str table, Str from, Str to, Err *err)
{
    Conn *c = &s->writer;

    return drop_indexes(c, table, from, err) && unregister(c, table, from, err) &&
           sqlite_run(c, err, "ALTER TABLE \"%.*s\" RENAME COLUMN \"%.*s\" TO \"%.*s\"", STRV(table),
               STRV(from), STRV(to));
}

bool store_sqlite_column_drop(Store *s, Str table, Str column, Err *err)
{
    Conn *c = &s->writer;

    return drop_indexes(c, table, column, err) && unregister(c, table, column, err) &&
           sqlite_run(c, err, "ALTER TABLE \"%.*s\" DROP COLUMN \"%.*s\"", STRV(table), STRV(column));
}

bool store_sqlite_wipe(Store *s, Err *err)
{
    return sqlite_run(&s->writer, err, "INSERT INTO _words(_words) VALUES('rebuild')") &&
           sqlite_run(&s->writer, err, "VACUUM") &&
           sqlite_run(&s->writer, err, "PRAGMA wal_checkpoint(TRUNCATE)");
}
