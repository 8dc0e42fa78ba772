/* src/store/sqlite_dialect.c - how a table of ours says CQL2. */
#include "store/sqlite_in.h"
#include "store/sqlite_cql.h"

/* The SQL and the dialect live as long as the arena: a filter is made once and asked page after page. */
bool store_sqlite_filter(
    Store *s, const StoreTable *t, const CqlExpr *e, Arena *a, StoreFilter *out, Err *err)
{
    SqliteDialect *d = NEW(a, SqliteDialect);
    CqlSql *sql = NEW(a, CqlSql);

    (void)s;
    if (!d || !sql)
        return FAIL(err, BASE_NO_MEMORY, STR("filter"), "filter");
    *d = sqlite_dialect(t->name, STR("geometry"), STR("fid"), t->spatial, false);
    if (!cql_to_sql(e, &d->base, a, sql, err))
        return false;
    *out = (StoreFilter){ sql->residual, sql->text.len ? sql : NULL };
    return true;
}
