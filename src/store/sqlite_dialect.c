/* src/store/sqlite_dialect.c - how a table of ours says CQL2. */
#include "store/sqlite_in.h"
#include "store/sqlite_cql.h"

const CqlDialect *store_dialect(const StoreTable *t, Arena *a)
{
    SqliteDialect *d = NEW(a, SqliteDialect);

    if (d)
        *d = sqlite_dialect(t->name, STR("geometry"), STR("fid"), t->spatial, false);
    return d ? &d->base : NULL;
}
