/* src/store/sqlite_define.c - tables: made, registered as GeoPackage layers, compared, laid aside for bulk loads. */
#include "store/sqlite_in.h"
#include <malloc.h>
#include <stdlib.h>

/* The geometry type's GeoPackage name (clause 2.1.4, annex G). */
static const char *geometry_name(GeoType t)
{
    static const char *const name[] = { "GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT",
        "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION" };

    return name[t];
}

static bool column_there(
    Conn *c, const StoreTable *t, const char *column, char type[32], bool *there, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(c, STR("SELECT type FROM pragma_table_info(?) WHERE name=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, t->name);
    sqlite_bind_text(stmt, 2, str_of(column));
    *there = sqlite3_step(stmt) == SQLITE_ROW;
    if (*there)
        sqlite3_snprintf(32, type, "%s", sqlite3_column_text(stmt, 0));
    return sqlite_end(c, stmt, err);
}

static bool create_table(Conn *c, const StoreTable *t, Err *err)
{
    Buf b;
    bool good;

    buf_init(&b, 1 << 20);
    buf_fmt(&b, "CREATE TABLE \"%.*s\"(fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, id TEXT NOT NULL",
        STRV(t->name));
    if (t->spatial)
        buf_fmt(&b, ", geometry %s", geometry_name(t->geometry));
    for (size_t i = 0; i < t->ncolumn; i++)
        buf_fmt(&b, ", \"%.*s\" %s%s", STRV(t->column[i].name), store_type(t->column + i),
            t->column[i].required ? " NOT NULL" : "");
    buf_str(&b, STR(")"));
    good = sqlite_run(c, err, "%.*s", (int)b.len, b.ptr);
    buf_clear(&b);
    return good;
}

static bool register_column(Conn *c, const StoreTable *t, const StoreColumn *col, Err *err)
{
    const bool coded = col->ncode > 0;

    if (!sqlite_run(c, err,
            "INSERT OR REPLACE INTO gpkg_data_columns VALUES(%.*Q,%.*Q,%.*Q,%.*Q,%.*Q,NULL,%s%.*s%s%.*s%s)",
            STRV(t->name), STRV(col->name), STRV(col->name), (int)col->title.len,
            col->title.ptr ? col->title.ptr : "", (int)col->description.len,
            col->description.ptr ? col->description.ptr : "", coded ? "'" : "NULL",
            coded ? (int)t->name.len : 0, t->name.ptr, coded ? "_" : "", coded ? (int)col->name.len : 0,
            col->name.ptr, coded ? "'" : ""))
        return false;
    for (size_t i = 0; i < col->ncode; i++)
        if (!sqlite_run(c, err,
                "INSERT OR IGNORE INTO "
                "gpkg_data_column_constraints(constraint_name,constraint_type,value,description)"
                " VALUES('%.*s_%.*s','enum',%.*Q,%.*Q)",
                STRV(t->name), STRV(col->name), STRV(col->code[i]), STRV(col->code_title[i])))
            return false;
    return true;
}

static bool register_table(Conn *c, const StoreTable *t, Err *err)
{
    if (!sqlite_run(c, err,
            "INSERT OR IGNORE INTO gpkg_contents(table_name,data_type,identifier,description,srs_id)"
            " VALUES(%.*Q,%Q,%.*Q,%.*Q,%s)",
            STRV(t->name), t->spatial ? "features" : "attributes", STRV(t->name), STRV(t->title),
            t->spatial ? "4490" : "NULL"))
        return false;
    if (t->spatial &&
        !sqlite_run(c, err, "INSERT OR IGNORE INTO gpkg_geometry_columns VALUES(%.*Q,'geometry',%Q,4490,2,0)",
            STRV(t->name), geometry_name(t->geometry)))
        return false;
    return true;
}

/* R-tree and its triggers after OGC 12-128r17 (GeoPackage 1.3), annex F.3: those of the version that the file says it is.
 * 1.4 has others because of UPSERT, which nobody here uses. */
static bool make_rtree(Conn *c, const StoreTable *t, Err *err)
{
    const int n = (int)t->name.len;
    const char *p = t->name.ptr;

    return sqlite_run(c, err,
        "CREATE VIRTUAL TABLE IF NOT EXISTS \"rtree_%.*s_geometry\" USING rtree(id,minx,maxx,miny,maxy);"
        "INSERT OR IGNORE INTO gpkg_extensions VALUES('%.*s','geometry','gpkg_rtree_index',"
        "'http://www.geopackage.org/spec120/#extension_rtree','write-only')",
        n, p, n, p);
}

#define BOX(row)                                                                                             \
    "ST_MinX(" row ".geometry),ST_MaxX(" row ".geometry),ST_MinY(" row ".geometry),ST_MaxY(" row ".geometry" \
    ")"
static bool rtree_triggers(Conn *c, const StoreTable *t, Err *err)
{
    const int n = (int)t->name.len;
    const char *p = t->name.ptr;

    return sqlite_run(c, err,
        "CREATE TRIGGER \"rtree_%.*s_geometry_insert\" AFTER INSERT ON \"%.*s\" WHEN (new.geometry NOT NULL "
        "AND NOT"
        " ST_IsEmpty(NEW.geometry)) BEGIN INSERT OR REPLACE INTO \"rtree_%.*s_geometry\" VALUES "
        "(NEW.fid," BOX(
            "NEW") "); END;"
                   "CREATE TRIGGER \"rtree_%.*s_geometry_update1\" AFTER UPDATE OF geometry ON \"%.*s\" WHEN "
                   "OLD.fid=NEW.fid AND"
                   " (NEW.geometry NOTNULL AND NOT ST_IsEmpty(NEW.geometry)) BEGIN INSERT OR REPLACE INTO "
                   "\"rtree_%.*s_geometry\""
                   " VALUES (NEW.fid," BOX(
                       "NEW") "); END;"
                              "CREATE TRIGGER \"rtree_%.*s_geometry_update2\" AFTER UPDATE OF geometry ON "
                              "\"%.*s\" WHEN OLD.fid=NEW.fid AND"
                              " (NEW.geometry ISNULL OR ST_IsEmpty(NEW.geometry)) BEGIN DELETE FROM "
                              "\"rtree_%.*s_geometry\" WHERE id=OLD.fid; END;"
                              "CREATE TRIGGER \"rtree_%.*s_geometry_update3\" AFTER UPDATE ON \"%.*s\" WHEN "
                              "OLD.fid!=NEW.fid AND (NEW.geometry NOTNULL AND"
                              " NOT ST_IsEmpty(NEW.geometry)) BEGIN DELETE FROM \"rtree_%.*s_geometry\" "
                              "WHERE id=OLD.fid; INSERT OR REPLACE INTO"
                              " \"rtree_%.*s_geometry\" VALUES (NEW.fid," BOX(
                                  "NEW") "); END;"
                                         "CREATE TRIGGER \"rtree_%.*s_geometry_update4\" AFTER UPDATE ON "
                                         "\"%.*s\" WHEN OLD.fid!=NEW.fid AND"
                                         " (NEW.geometry ISNULL OR ST_IsEmpty(NEW.geometry)) BEGIN DELETE "
                                         "FROM \"rtree_%.*s_geometry\" WHERE id IN"
                                         " (OLD.fid,NEW.fid); END;"
                                         "CREATE TRIGGER \"rtree_%.*s_geometry_delete\" AFTER DELETE ON "
                                         "\"%.*s\" WHEN old.geometry NOT NULL BEGIN"
                                         " DELETE FROM \"rtree_%.*s_geometry\" WHERE id=OLD.fid; END",
        n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p, n, p,
        n, p, n, p);
}

/* A foreign program has no function sangzi_writer: its edits fail before they change anything. */
static bool guard_triggers(Conn *c, const StoreTable *t, Err *err)
{
    static const char *const verb[] = { "INSERT", "UPDATE", "DELETE" };

    for (size_t i = 0; i < LEN(verb); i++)
        if (!sqlite_run(c, err,
                "CREATE TRIGGER IF NOT EXISTS \"_ours_%.*s_%s\" BEFORE %s ON \"%.*s\" WHEN NOT "
                "sangzi_writer() BEGIN"
                " SELECT RAISE(ABORT,'only Sangzi writes here'); END",
                STRV(t->name), verb[i], verb[i], STRV(t->name)))
            return false;
    return true;
}

static bool make_indexes(Conn *c, const StoreTable *t, Err *err)
{
    const char *const current = t->plain ? "" : " WHERE valid_to IS NULL";

    if (!sqlite_run(c, err, "CREATE UNIQUE INDEX IF NOT EXISTS \"_%.*s_id\" ON \"%.*s\"(id)", STRV(t->name),
            STRV(t->name)))
        return false;
    if (!t->plain &&
        !sqlite_run(c, err,
            "CREATE INDEX IF NOT EXISTS \"_%.*s_division\" ON \"%.*s\"(division,fid) WHERE valid_to IS NULL",
            STRV(t->name), STRV(t->name)))
        return false;
    for (size_t i = 0; i < t->ncolumn; i++) {
        const StoreColumn *col = t->column + i;

        if (col->unique && !sqlite_run(c, err,
                               "CREATE UNIQUE INDEX IF NOT EXISTS \"_%.*s_one_%.*s\" ON \"%.*s\"(\"%.*s\")%s",
                               STRV(t->name), STRV(col->name), STRV(t->name), STRV(col->name), current))
            return false;
        if (col->indexed &&
            !sqlite_run(c, err,
                "CREATE INDEX IF NOT EXISTS \"_%.*s_by_%.*s\" ON \"%.*s\"((\"%.*s\" IS NULL),\"%.*s\",fid)%s",
                STRV(t->name), STRV(col->name), STRV(t->name), STRV(col->name), STRV(col->name), current))
            return false;
    }
    return true;
}

static bool add_columns(Conn *c, const StoreTable *t, Err *err)
{
    for (size_t i = 0; i < t->ncolumn; i++) {
        const StoreColumn *col = t->column + i;
        char type[32], name[128];
        bool there;

        sqlite3_snprintf(sizeof name, name, "%.*s", STRV(col->name));
        if (!column_there(c, t, name, type, &there, err))
            return false;
        if (there && strcmp(type, store_type(col))) {
            FAIL(err, STORE_SCHEMA, str_of(name), "%.*s.%s", STRV(t->name), name);
            err_hint(err, "%s ≠ %s", type, store_type(col));
            return false;
        }
        if (!there && !(sqlite_run(c, err, "ALTER TABLE \"%.*s\" ADD COLUMN \"%s\" %s", STRV(t->name), name,
                            store_type(col)) &&
                          (t->plain || register_column(c, t, col, err))))
            return false;
    }
    return true;
}

static bool define(Conn *c, const StoreTable *t, Err *err)
{
    char type[32];
    bool there;

    if (!column_there(c, t, "fid", type, &there, err))
        return false;
    if (there)
        return add_columns(c, t, err) && make_indexes(c, t, err);
    if (t->plain)
        return create_table(c, t, err) && make_indexes(c, t, err);
    if (!create_table(c, t, err) || !register_table(c, t, err) || !make_indexes(c, t, err) ||
        !guard_triggers(c, t, err))
        return false;
    if (t->spatial && (!make_rtree(c, t, err) || !rtree_triggers(c, t, err)))
        return false;
    for (size_t i = 0; i < t->ncolumn; i++)
        if (!register_column(c, t, t->column + i, err))
            return false;
    return true;
}

bool store_sqlite_define(Store *s, const StoreTable *table, size_t n, Err *err)
{
    if (!store_sqlite_begin(s, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!define(&s->writer, table + i, err)) {
            store_sqlite_rollback(s);
            return false;
        }
    }
    return store_sqlite_commit(s, err);
}

/* --- bulk loads ------------------------------------------------------------------------------------------------- */
static const char *const rtree_trigger[] = { "insert", "update1", "update2", "update3", "update4", "delete" };

bool store_sqlite_load_begin(Store *s, const StoreTable *t, Err *err)
{
    Conn *c = &s->writer;

    if (!sqlite_run(
            c, err, "PRAGMA cache_size=-262144") || /* for the while: index pages are touched all over */
        !sqlite_run(c, err, "DROP INDEX IF EXISTS \"_%.*s_id\"; DROP INDEX IF EXISTS \"_%.*s_division\"",
            STRV(t->name), STRV(t->name)))
        return false;
    for (size_t i = 0; i < t->ncolumn; i++)
        if (!sqlite_run(c, err,
                "DROP INDEX IF EXISTS \"_%.*s_one_%.*s\"; DROP INDEX IF EXISTS \"_%.*s_by_%.*s\"",
                STRV(t->name), STRV(t->column[i].name), STRV(t->name), STRV(t->column[i].name)))
            return false;
    for (size_t i = 0; t->spatial && i < LEN(rtree_trigger); i++)
        if (!sqlite_run(
                c, err, "DROP TRIGGER IF EXISTS \"rtree_%.*s_geometry_%s\"", STRV(t->name), rtree_trigger[i]))
            return false;
    return true;
}

typedef struct Leaf {
    uint64_t place;
    int64_t fid;
    GeoBox box;
} Leaf;

static int by_place(const void *x, const void *y)
{
    const Leaf *a = x, *b = y;

    return (a->place > b->place) - (a->place < b->place);
}

static bool gather(Conn *c, const StoreTable *t, Leaf **out, size_t *n, Err *err)
{
    Str sql;
    char text[256];
    sqlite3_stmt *stmt;
    size_t room = 0;
    GeoBlob g;
    Err unused;

    sql = (Str){ text, (size_t)snprintf(text, sizeof text,
                           "SELECT fid, geometry FROM \"%.*s\" WHERE geometry IS NOT NULL", STRV(t->name)) };
    if (!sqlite_statement(c, sql, &stmt, err))
        return false;
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        int32_t x, y;

        if (!geo_blob_open(sqlite_blob(stmt, 1), &g, &unused) || g.empty)
            continue;
        if (*n == room) {
            Leaf *more = mem_grow(*out, room = room ? room * 2 : 4096, sizeof **out);

            if (!more) {
                sqlite_done(c, stmt);
                return FAIL(err, BASE_NO_MEMORY, STR("rtree"), "store");
            }
            *out = more;
        }
        geo_mercator((g.box.minx + g.box.maxx) / 2, (g.box.miny + g.box.maxy) / 2, &x, &y);
        (*out)[(*n)++] = (Leaf){ geo_hilbert((uint32_t)x >> 11, (uint32_t)y >> 11, 20),
            sqlite3_column_int64(stmt, 0), g.box };
    }
    return sqlite_end(c, stmt, err);
}

static bool fill_rtree(Conn *c, const StoreTable *t, Err *err)
{
    Leaf *leaf = NULL;
    size_t n = 0;
    char text[256];
    sqlite3_stmt *stmt = NULL;
    bool good = sqlite_run(c, err, "DELETE FROM \"rtree_%.*s_geometry\"", STRV(t->name)) &&
                gather(c, t, &leaf, &n, err);

    if (good) {
        if (n)
            qsort(leaf, n, sizeof *leaf, by_place);
        snprintf(text, sizeof text, "INSERT INTO \"rtree_%.*s_geometry\" VALUES(?,?,?,?,?)", STRV(t->name));
        good = sqlite_statement(c, str_of(text), &stmt, err);
    }
    for (size_t i = 0; good && i < n; i++) {
        sqlite3_bind_int64(stmt, 1, leaf[i].fid);
        sqlite3_bind_double(stmt, 2, leaf[i].box.minx);
        sqlite3_bind_double(stmt, 3, leaf[i].box.maxx);
        sqlite3_bind_double(stmt, 4, leaf[i].box.miny);
        sqlite3_bind_double(stmt, 5, leaf[i].box.maxy);
        good = sqlite3_step(stmt) == SQLITE_DONE || SQLITE_FAILS(c->db, STR("rtree"));
        sqlite3_reset(stmt);
    }
    sqlite_done(c, stmt);
    mem_free(leaf);
    return good;
}

void store_sqlite_load_over(Store *s)
{
    sqlite3_exec(s->writer.db, "PRAGMA cache_size=-16384; PRAGMA shrink_memory", NULL, NULL, NULL);
    malloc_trim(0); /* back to the system: the process idles small */
}

bool store_sqlite_load_end(Store *s, const StoreTable *t, Err *err)
{
    Conn *c = &s->writer;

    if (!make_indexes(c, t, err))
        return false;
    if (t->spatial && (!fill_rtree(c, t, err) || !rtree_triggers(c, t, err)))
        return false;
    return !t->spatial || sqlite_run(c, err,
                              "UPDATE gpkg_contents SET (min_x,min_y,max_x,max_y)=(SELECT "
                              "min(minx),min(miny),max(maxx),max(maxy) FROM"
                              " \"rtree_%.*s_geometry\"), "
                              "last_change=strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ','now') WHERE table_name=%.*Q",
                              STRV(t->name), STRV(t->name));
}

/* --- a load that was cut off ----------------------------------------------------------------------------------------------- */
static bool stands(Conn *c, const char *name, bool *there, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(c, STR("SELECT 1 FROM sqlite_master WHERE type='index' AND name=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, str_of(name));
    *there = sqlite3_step(stmt) == SQLITE_ROW;
    return sqlite_end(c, stmt, err);
}

static bool mend_table(Store *s, const StoreTable *t, Err *err)
{
    char name[200];
    bool there;

    snprintf(name, sizeof name, "_%.*s_id", STRV(t->name));
    return stands(&s->writer, name, &there, err) && (there || store_sqlite_load_end(s, t, err));
}

bool store_sqlite_mend(Store *s, const StoreTable *t, Err *err)
{
    bool there, good;

    if (!store_sqlite_begin(s, err))
        return false;
    if (t)
        good = mend_table(s, t, err);
    else
        good =
            stands(&s->writer, "_text_record", &there, err) && (there || store_sqlite_ground_build(s, err));
    if (good)
        return store_sqlite_commit(s, err);
    store_sqlite_rollback(s);
    return false;
}
