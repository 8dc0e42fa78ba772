/* src/store/sqlite.c - the driver's ground: connections, statements, values, functions, errors. */
#include "store/sqlite_in.h"
#include "store/sqlite_cql.h"
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

bool sqlite_fail(sqlite3 *db, Str what, const char *file, int line, Err *err)
{
    const int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    const char *said = db ? sqlite3_errmsg(db) : "out of memory";
    const ErrKind *kind = &STORE_FAILED;

    if ((code & 0xFF) == SQLITE_FULL)
        kind = &BASE_FULL;
    else if ((code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED)
        kind = &STORE_BUSY;
    else if ((code & 0xFF) == SQLITE_NOMEM)
        kind = &BASE_NO_MEMORY;
    else if ((code & 0xFF) == SQLITE_INTERRUPT)
        kind = &STORE_BUDGET;
    else if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        kind = &STORE_TWICE;
    else if ((code & 0xFF) == SQLITE_IOERR && access("/", W_OK) == 0) {
        err_set(err, &BASE_IO, file, line, what, "%d", code);
        err_hint(err, "%s", said);
        return false;
    }
    err_set(err, kind, file, line, kind == &STORE_FAILED ? str_of(said) : what, "%.*s", STRV(what));
    err_hint(err, "%s", said);
    return false;
}

bool sqlite_run(Conn *c, Err *err, const char *fmt, ...)
{
    char *sql;
    va_list ap;
    int rc;

    va_start(ap, fmt);
    sql = sqlite3_vmprintf(fmt, ap);
    va_end(ap);
    if (!sql)
        return FAIL(err, BASE_NO_MEMORY, STR("sql"), "store");
    rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        SQLITE_FAILS(c->db, str_sub(str_of(sql), 0, 90));
    sqlite3_free(sql);
    return rc == SQLITE_OK;
}

static void drop_statement(Conn *c, size_t i)
{
    sqlite3_finalize(c->kept[i].stmt);
    mem_free(c->kept[i].sql);
    c->kept[i].stmt = NULL;
    c->kept[i].sql = NULL;
}

static bool keep(Conn *c, size_t at, Str sql, sqlite3_stmt **out, Err *err)
{
    char *text = mem_new(sql.len + 1, 1);

    if (!text)
        return FAIL(err, BASE_NO_MEMORY, STR("statement"), "store");
    memcpy(text, sql.ptr, sql.len);
    if (c->kept[at].stmt)
        drop_statement(c, at);
    if (sqlite3_prepare_v3(c->db, text, (int)sql.len, SQLITE_PREPARE_PERSISTENT, out, NULL) != SQLITE_OK) {
        SQLITE_FAILS(c->db, str_sub(sql, 0, 90));
        mem_free(text);
        return false;
    }
    c->kept[at].sql = text;
    c->kept[at].len = sql.len;
    c->kept[at].stmt = *out;
    c->last = at;
    c->kept[at].busy = true;
    return true;
}

/* Every row put in asks for its statement, hundreds of bytes long: eight at a step. */
static size_t home_of(Str sql)
{
    uint64_t h = sql.len, word;

    for (; sql.len >= sizeof word; sql = (Str){ sql.ptr + sizeof word, sql.len - sizeof word }) {
        memcpy(&word, sql.ptr, sizeof word);
        h = (h ^ word) * 0x9E3779B97F4A7C15;
        h ^= h >> 29;
    }
    for (size_t i = 0; i < sql.len; i++)
        h = (h ^ (uint8_t)sql.ptr[i]) * 0x100000001B3;
    return (size_t)(h >> 32) % STATEMENTS;
}

bool sqlite_statement(Conn *c, Str sql, sqlite3_stmt **out, Err *err)
{
    const size_t home = home_of(sql);
    size_t at = STATEMENTS;

    for (size_t i = 0; i < 8; i++) { /* eight places from its home on */
        const size_t k = (home + i) % STATEMENTS;

        if (c->kept[k].stmt && !c->kept[k].busy && str_eq((Str){ c->kept[k].sql, c->kept[k].len }, sql)) {
            c->kept[k].busy = true;
            c->last = k;
            *out = c->kept[k].stmt;
            return true;
        }
        if (at == STATEMENTS && (!c->kept[k].stmt || (i == 7 && !c->kept[k].busy)))
            at = k;
    }
    for (size_t i = 0; at == STATEMENTS && i < 8; i++)
        if (!c->kept[(home + i) % STATEMENTS].busy)
            at = (home + i) % STATEMENTS;
    if (at < STATEMENTS)
        return keep(c, at, sql, out, err);
    if (sqlite3_prepare_v2(c->db, sql.ptr, (int)sql.len, out, NULL) != SQLITE_OK)
        return SQLITE_FAILS(c->db, str_sub(sql, 0, 90));
    return true;
}

void sqlite_done(Conn *c, sqlite3_stmt *stmt)
{
    size_t i = c->last;

    if (!stmt)
        return;
    if (c->kept[i].stmt != stmt)
        for (i = 0; i < STATEMENTS && c->kept[i].stmt != stmt; i++)
            ;
    if (i == STATEMENTS) {
        sqlite3_finalize(stmt);
        return;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    c->kept[i].busy = false;
}

/* A step that gave no row may have met the end, or failed: only the reset tells. What was cut off is no answer. */
bool sqlite_end(Conn *c, sqlite3_stmt *stmt, Err *err)
{
    const bool good = sqlite3_reset(stmt) == SQLITE_OK || SQLITE_FAILS(c->db, STR("read"));

    sqlite_done(c, stmt);
    return good;
}

int sqlite_bind_text(sqlite3_stmt *stmt, int at, Str s)
{
    return sqlite3_bind_text64(stmt, at, s.ptr ? s.ptr : "", s.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int sqlite_bind_blob(sqlite3_stmt *stmt, int at, Bytes b)
{
    return b.len ? sqlite3_bind_blob64(stmt, at, b.ptr, b.len, SQLITE_TRANSIENT)
                 : sqlite3_bind_null(stmt, at);
}

/* Words as FTS5 is asked for them: "石桥" AND "shi"*; none at all is a word that nothing has. */
int sqlite_bind_words(sqlite3_stmt *stmt, int at, const StoreWord *word, size_t n)
{
    Buf b;
    int rc;

    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        buf_str(&b, i ? STR(" AND ") : STR(""));
        buf_str(&b, word[i].open ? STR("g1 : \"") : STR("\"")); /* a column of its own */
        for (size_t k = 0; k < word[i].text.len; k++) {
            buf_c(&b, word[i].text.ptr[k]);
            if (word[i].text.ptr[k] == '"')
                buf_c(&b, '"');
        }
        buf_str(&b, word[i].prefix ? STR("\"*") : STR("\""));
    }
    rc = sqlite_bind_text(stmt, at, n ? buf_text(&b) : STR("\"\""));
    buf_clear(&b);
    return rc;
}

int sqlite_bind(sqlite3_stmt *stmt, int at, CqlValue v)
{
    char small[40];
    Buf b = { small, 0, sizeof small, sizeof small, false }; /* never grows: a time has at most 30 bytes */

    switch (v.kind) {
    case CQL_BOOL:
        return sqlite3_bind_int(stmt, at, v.truth);
    case CQL_INT:
        return sqlite3_bind_int64(stmt, at, v.integer);
    case CQL_NUMBER:
        return sqlite3_bind_double(stmt, at, v.number);
    case CQL_TEXT:
        return sqlite_bind_text(stmt, at, v.text);
    case CQL_DATE:
        date_text(v.date, &b);
        return sqlite_bind_text(stmt, at, buf_text(&b));
    case CQL_TIME:
        time_text(v.time, 3, &b);
        return sqlite_bind_text(stmt, at, buf_text(&b));
    case CQL_GEOM:
        return sqlite_bind_blob(stmt, at, v.geom);
    case CQL_NULL:
    case CQL_INTERVAL:
    case CQL_LIST:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

static Str text_of(sqlite3_value *v)
{
    const unsigned char *p = sqlite3_value_text(v);

    return (Str){ p ? (const char *)p : "", p ? (size_t)sqlite3_value_bytes(v) : 0 };
}

Str sqlite_text(sqlite3_stmt *stmt, int at)
{
    return text_of(sqlite3_column_value(stmt, at));
}

Bytes sqlite_blob(sqlite3_stmt *stmt, int at)
{
    const void *p = sqlite3_column_blob(stmt, at);

    return (Bytes){ p, p ? (size_t)sqlite3_column_bytes(stmt, at) : 0 };
}

/* The value itself is asked, not its column again and again; a connection belongs to one thread, as that asks for. */
CqlValue sqlite_value(sqlite3_stmt *stmt, int at, CqlKind kind)
{
    sqlite3_value *const held = sqlite3_column_value(stmt, at);
    CqlValue v = { .kind = kind };

    if (sqlite3_value_type(held) == SQLITE_NULL)
        return (CqlValue){ .kind = CQL_NULL };
    switch (kind) {
    case CQL_BOOL:
        v.truth = sqlite3_value_int(held) != 0;
        return v;
    case CQL_INT:
        v.integer = sqlite3_value_int64(held);
        return v;
    case CQL_NUMBER:
        v.number = sqlite3_value_double(held);
        return v;
    case CQL_DATE:
        return date_parse(text_of(held), &v.date) ? v : (CqlValue){ .kind = CQL_NULL };
    case CQL_TIME:
        return time_parse(text_of(held), &v.time) ? v : (CqlValue){ .kind = CQL_NULL };
    case CQL_GEOM:
        v.geom = sqlite_blob(stmt, at);
        return v;
    default:
        v.kind = CQL_TEXT;
        v.text = text_of(held);
        return v;
    }
}

/* --- functions that the triggers and the R-tree extension call ---------------------------------------------- */
static void is_writer(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
    const Conn *c = sqlite3_user_data(ctx);

    (void)n, (void)arg;
    sqlite3_result_int(ctx, c->writes);
}

/* Whether a row is among those wanted (StoreQuery.among): asked before its columns are read. */
static void is_among(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
    const StoreSet *set = sqlite3_value_pointer(arg[0], "StoreSet");
    const uint64_t fid = (uint64_t)sqlite3_value_int64(arg[1]);

    (void)n;
    sqlite3_result_int(ctx, !set || fid >= set->n || (set->bit[fid / 64] >> fid % 64 & 1));
}

static bool envelope(sqlite3_value *arg, GeoBox *box)
{
    const Bytes b = { sqlite3_value_blob(arg), (size_t)sqlite3_value_bytes(arg) };
    GeoBlob g;
    Err err;

    if (!b.ptr || !geo_blob_open(b, &g, &err) || g.empty)
        return false;
    *box = g.box;
    return true;
}

/* ST_MinX and its sisters (OGC 12-128r19, F.3): user data is the place of the bound in the box. */
static void bound(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
    const size_t which = (size_t)(uintptr_t)sqlite3_user_data(ctx);
    GeoBox box;

    (void)n;
    if (envelope(arg[0], &box))
        sqlite3_result_double(ctx, ((const double[]){ box.minx, box.miny, box.maxx, box.maxy })[which]);
}

static void is_empty(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
    GeoBox box;

    (void)n;
    if (sqlite3_value_type(arg[0]) != SQLITE_NULL)
        sqlite3_result_int(ctx, !envelope(arg[0], &box));
}

bool sqlite_functions(Conn *c, Err *err)
{
    static const char *const bounds[] = { "ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY" };
    const int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_create_function(
        c->db, "sangzi_writer", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, c, is_writer, NULL, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(
            c->db, "sangzi_among", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, is_among, NULL, NULL);
    for (size_t i = 0; i < LEN(bounds) && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function(c->db, bounds[i], 1, pure, (void *)(uintptr_t)i, bound, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "ST_IsEmpty", 1, pure, NULL, is_empty, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite_rows_register(c->db);
    if (rc != SQLITE_OK || !sqlite_cql_register(c->db))
        return SQLITE_FAILS(c->db, STR("functions"));
    return true;
}

/* SQLite counts the bytes of every allocation behind one lock of the whole process, for nobody. Only before its first use
 * can it be told not to; later it says so and goes on counting. */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count_nothing(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* --- opening --------------------------------------------------------------------------------------------------- */
static bool connect_to(const char *path, int flags, Conn *c, Err *err)
{
    if (sqlite3_open_v2(path, &c->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return SQLITE_FAILS(c->db, str_of(path));
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, 10000);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
    return sqlite_functions(c, err) && sqlite_run(c, err, "PRAGMA cache_size=-8192; PRAGMA temp_store=2");
}

void sqlite_close(Conn *c)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (c->kept[i].stmt)
            drop_statement(c, i);
    sqlite3_close_v2(c->db);
    c->db = NULL;
}

/* OGC 12-128r19: clause 1.1.1.1 (application id, version 1.3), tables of annex C, extensions of annex F. */
static const char *const ground[] = { /* one statement, or a few, each */
    "PRAGMA application_id=1196444487; PRAGMA user_version=10300;",
    "CREATE TABLE gpkg_spatial_ref_sys(srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, "
    "organization TEXT NOT NULL,"
    " organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);",
    "INSERT INTO gpkg_spatial_ref_sys VALUES"
    "('Undefined cartesian SRS',-1,'NONE',-1,'undefined','undefined cartesian coordinate reference system'),"
    "('Undefined geographic SRS',0,'NONE',0,'undefined','undefined geographic coordinate reference system'),"
    "('WGS 84 geodetic',4326,'EPSG',4326,'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS "
    "84\",6378137,298.257223563,"
    "AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\","
    "\"8901\"]],"
    "UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],AXIS[\"Latitude\",NORTH],AXIS["
    "\"Longitude\",EAST],"
    "AUTHORITY[\"EPSG\",\"4326\"]]','longitude/latitude in degrees on WGS 84'),"
    "('China Geodetic Coordinate System 2000',4490,'EPSG',4490,'GEOGCS[\"China Geodetic Coordinate System "
    "2000\","
    "DATUM[\"China_2000\",SPHEROID[\"CGCS2000\",6378137,298.257222101,AUTHORITY[\"EPSG\",\"1024\"]],"
    "AUTHORITY[\"EPSG\",\"1043\"]],"
    "PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY["
    "\"EPSG\",\"9122\"]],"
    "AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],AUTHORITY[\"EPSG\",\"4490\"]]','CGCS2000, "
    "longitude/latitude in degrees');",
    "CREATE TABLE gpkg_contents(table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier "
    "TEXT UNIQUE,"
    " description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT "
    "(strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE,"
    " min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,"
    " CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));",
    "CREATE TABLE gpkg_geometry_columns(table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
    "geometry_type_name TEXT NOT NULL,"
    " srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY "
    "(table_name,"
    " column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY "
    "(table_name) REFERENCES"
    " gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES "
    "gpkg_spatial_ref_sys(srs_id));",
    "CREATE TABLE gpkg_extensions(table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
    "definition TEXT NOT NULL,"
    " scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));",
    "CREATE TABLE gpkg_data_columns(table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title "
    "TEXT, description TEXT,"
    " mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
    "CONSTRAINT gdc_tn UNIQUE"
    " (table_name, name));",
    "CREATE TABLE gpkg_data_column_constraints(constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, "
    "value TEXT,"
    " min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,"
    " CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));",
    "INSERT INTO gpkg_extensions VALUES('gpkg_data_columns',NULL,'gpkg_schema',"
    "'http://www.geopackage.org/spec/"
    "#extension_schema','read-write'),('gpkg_data_column_constraints',NULL,'gpkg_schema',"
    "'http://www.geopackage.org/spec/#extension_schema','read-write');",
    "CREATE TABLE _meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
    "CREATE TABLE _tx(chain INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, "
    "post TEXT NOT NULL,"
    " via TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL, effective INTEGER NOT NULL, hash BLOB "
    "NOT NULL,"
    " PRIMARY KEY(chain,seq)) WITHOUT ROWID;",
    "CREATE TABLE _journal(chain INTEGER NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL, collection TEXT "
    "NOT NULL,"
    " id TEXT NOT NULL, version INTEGER NOT NULL, verb TEXT NOT NULL, body BLOB, digest BLOB NOT NULL);",
    "CREATE INDEX _journal_seq ON _journal(chain,seq,n);",
    "CREATE INDEX _journal_record ON _journal(id,version);",
    "CREATE TABLE _link(to_id TEXT NOT NULL, collection TEXT NOT NULL, property TEXT NOT NULL, from_id TEXT "
    "NOT NULL,"
    " PRIMARY KEY(to_id,collection,property,from_id)) WITHOUT ROWID;",
    "CREATE INDEX _link_from ON _link(from_id,property);",
    "CREATE TABLE _text(doc INTEGER PRIMARY KEY, collection TEXT NOT NULL, fid INTEGER NOT NULL, division "
    "TEXT NOT NULL,"
    " g1 TEXT NOT NULL, g2 TEXT NOT NULL);",
    "CREATE UNIQUE INDEX _text_record ON _text(collection,fid);",
    "CREATE VIRTUAL TABLE _words USING fts5(g1, g2, content='_text', content_rowid='doc', tokenize='ascii');",
    "CREATE TABLE _key(key TEXT PRIMARY KEY, at INTEGER NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID;",
    /* The journal only grows; a body may be erased by law, nothing else. */
    "CREATE TRIGGER _tx_kept BEFORE UPDATE ON _tx BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;",
    "CREATE TRIGGER _tx_kept2 BEFORE DELETE ON _tx BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;",
    "CREATE TRIGGER _tx_ours BEFORE INSERT ON _tx WHEN NOT sangzi_writer() BEGIN SELECT RAISE(ABORT,'only "
    "Sangzi writes here'); END;",
    "CREATE TRIGGER _journal_kept BEFORE UPDATE OF chain,seq,n,collection,id,version,verb,digest ON _journal "
    "BEGIN"
    " SELECT RAISE(ABORT,'the journal only grows'); END;",
    "CREATE TRIGGER _journal_kept2 BEFORE DELETE ON _journal BEGIN SELECT RAISE(ABORT,'the journal only "
    "grows'); END;",
    "CREATE TRIGGER _journal_ours BEFORE INSERT ON _journal WHEN NOT sangzi_writer() BEGIN"
    " SELECT RAISE(ABORT,'only Sangzi writes here'); END;"
};

/* Every table of the ground, for an old file too: a foreign program has no sangzi_writer(), so its edit fails before it begins. */
static bool guard_ground(Conn *c, Err *err)
{
    static const char *const table[] = { "_meta", "_link", "_text", "_key", "gpkg_spatial_ref_sys",
        "gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions", "gpkg_data_columns",
        "gpkg_data_column_constraints" };
    static const char *const verb[] = { "INSERT", "UPDATE", "DELETE" };

    for (size_t i = 0; i < LEN(table); i++)
        for (size_t k = 0; k < LEN(verb); k++)
            if (!sqlite_run(c, err,
                    "CREATE TRIGGER IF NOT EXISTS \"_ours_%s_%s\" BEFORE %s ON \"%s\" WHEN NOT "
                    "sangzi_writer() BEGIN"
                    " SELECT RAISE(ABORT,'only Sangzi writes here'); END",
                    table[i], verb[k], verb[k], table[i]))
                return false;
    return sqlite_run(c, err,
        "CREATE TRIGGER IF NOT EXISTS _journal_ours2 BEFORE UPDATE ON _journal WHEN NOT sangzi_writer() BEGIN"
        " SELECT RAISE(ABORT,'only Sangzi writes here'); END");
}

/* Only when one is missing: a start that has nothing to write writes nothing. */
static bool guarded(Conn *c, Err *err)
{
    sqlite3_stmt *stmt;
    bool there;

    if (!sqlite_statement(
            c, STR("SELECT 1 FROM sqlite_master WHERE type='trigger' AND name='_journal_ours2'"), &stmt, err))
        return false;
    there = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite_done(c, stmt);
    return there ||
           (sqlite_run(c, err, "BEGIN IMMEDIATE") && guard_ground(c, err) && sqlite_run(c, err, "COMMIT"));
}

static bool lay_ground(Conn *c, Err *err)
{
    for (size_t i = 0; i < LEN(ground); i++)
        if (sqlite3_exec(c->db, ground[i], NULL, NULL, NULL) != SQLITE_OK)
            return SQLITE_FAILS(c->db, STR("ground"));
    return true;
}

static bool is_ours(Store *s, Conn *c, Err *err)
{
    sqlite3_stmt *stmt;
    bool good;

    if (sqlite3_prepare_v2(c->db, "SELECT 1 FROM sqlite_master WHERE name='_journal'", -1, &stmt, NULL) !=
        SQLITE_OK)
        return FAIL(err, STORE_NOT_OURS, str_of(s->path), "store");
    good = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    return good || FAIL(err, STORE_NOT_OURS, str_of(s->path), "store");
}

/* SQLite's other files take the mode of the first. */
static bool open_private(const char *path, Err *err)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return FAIL(err, BASE_IO, str_of(path), "store");
    close(fd);
    return true;
}

static bool open_writer(Store *s, Err *err)
{
    const bool create = s->mode == STORE_CREATE;

    if (!connect_to(s->path, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), &s->writer, err))
        return false;
    s->writer.writes = true;
    s->own = (StoreRead){ s->head, s, &s->writer, true };
    if (create && !sqlite_run(&s->writer, err, "PRAGMA page_size=8192; PRAGMA auto_vacuum=0"))
        return false;
    /* 4,000 pages of 8 KiB: a checkpoint by the commit that meets it, rarely and of 32 MB at most. No foreign keys: a reference
     * may point to a record of another store, and is checked by the ledger. */
    if (!sqlite_run(&s->writer, err,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA "
            "wal_autocheckpoint=4000;"
            "PRAGMA journal_size_limit=67108864; PRAGMA foreign_keys=0"))
        return false;
    if (s->mode == STORE_NODE)
        return true;
    if (create)
        return sqlite_run(&s->writer, err, "BEGIN") && lay_ground(&s->writer, err) &&
               guard_ground(&s->writer, err) && sqlite_run(&s->writer, err, "COMMIT");
    return is_ours(s, &s->writer, err) && guarded(&s->writer, err);
}

static bool may_open(Store *s, const char *path, Err *err)
{
    if ((size_t)snprintf(s->path, sizeof s->path, "%s", path) >= sizeof s->path ||
        (s->mode == STORE_CREATE && file_exists(path)))
        return FAIL(err, BASE_IO, str_of(path), "store");
    if (s->mode == STORE_NODE)
        return open_private(path, err);
    return s->mode == STORE_CREATE || file_exists(path) || FAIL(err, BASE_NO_FILE, str_of(path), "store");
}

bool store_sqlite_open(const StoreDriver *self, const char *path, StoreMode mode, Store **out, Err *err)
{
    Store *s = mem_new(1, sizeof *s);

    if (!s)
        return FAIL(err, BASE_NO_MEMORY, STR("store"), "store");
    pthread_once(&once, count_nothing);
    pthread_mutex_init(&s->guard, NULL);
    pthread_cond_init(&s->freed, NULL);
    s->head.driver = self;
    s->mode = mode;
    if (may_open(s, path, err) && (mode == STORE_READ || open_writer(s, err))) {
        for (size_t i = 0; i < STORE_READERS; i++) {
            s->read[i] = (StoreRead){ s->head, s, &s->conn[i], false };
            if (!connect_to(path, SQLITE_OPEN_READONLY, &s->conn[i], err))
                goto failed;
        }
        if (mode == STORE_NODE || is_ours(s, &s->conn[0], err)) {
            *out = s;
            return true;
        }
    }
failed:
    store_sqlite_close(s);
    return false;
}

void store_sqlite_hurry(Store *s)
{
    for (size_t i = 0; i < STORE_READERS; i++)
        if (s->conn[i].db)
            sqlite3_interrupt(s->conn[i].db);
}

void store_sqlite_close(Store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < STORE_READERS; i++)
        if (s->conn[i].db)
            sqlite_close(&s->conn[i]);
    if (s->writer.db) {
        sqlite3_wal_checkpoint_v2(s->writer.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        sqlite_close(&s->writer);
    }
    pthread_mutex_destroy(&s->guard);
    pthread_cond_destroy(&s->freed);
    mem_free(s);
}

/* BEGIN alone promises nothing: what a reader sees is settled by the first row that it reads. Who learns something in memory
 * between the two (ledger_range_among) would know less than the rows say. */
static bool take_snapshot(Conn *c, Err *err)
{
    sqlite3_stmt *stmt;
    bool good;

    if (!sqlite_statement(c, STR("PRAGMA schema_version"), &stmt, err))
        return false;
    good = sqlite3_step(stmt) == SQLITE_ROW || SQLITE_FAILS(c->db, STR("snapshot"));
    sqlite_done(c, stmt);
    return good;
}

bool store_sqlite_read_begin(Store *s, StoreRead **out, Err *err)
{
    StoreRead *r = NULL;

    pthread_mutex_lock(&s->guard);
    while (!r) {
        for (size_t i = 0; i < STORE_READERS && !r; i++)
            if (!s->read[i].taken)
                r = &s->read[i];
        if (!r)
            pthread_cond_wait(&s->freed, &s->guard);
    }
    r->taken = true;
    pthread_mutex_unlock(&s->guard);
    if (sqlite_run(r->conn, err, "BEGIN") && take_snapshot(r->conn, err)) {
        *out = r;
        return true;
    }
    store_sqlite_read_end(r);
    return false;
}

void store_sqlite_read_end(StoreRead *r)
{
    if (!r || r->conn == &r->store->writer)
        return;
    sqlite3_exec(r->conn->db, "COMMIT", NULL, NULL, NULL);
    sqlite_rows_clear(&r->met.row);
    r->met.table = STR("");
    pthread_mutex_lock(&r->store->guard);
    r->taken = false;
    pthread_cond_signal(&r->store->freed);
    pthread_mutex_unlock(&r->store->guard);
}

StoreRead *store_sqlite_writer(Store *s)
{
    return &s->own;
}

/* IMMEDIATE: who waits for another process's write waits here, before anything was done; a transaction that became a writer
 * in its middle could only be refused. */
bool store_sqlite_begin(Store *s, Err *err)
{
    /* A rollback may have failed: what it left must not be committed with this. */
    if (s->writer.db && !sqlite3_get_autocommit(s->writer.db))
        store_sqlite_rollback(s);
    return sqlite_run(&s->writer, err, "BEGIN IMMEDIATE");
}

/* COMMIT returns when the log is synced (synchronous=FULL): what is answered after it outlives a power cut. A COMMIT that fails
 * may leave its transaction open: it is taken back, so that “nothing was written” is true. */
bool store_sqlite_commit(Store *s, Err *err)
{
    if (sqlite_run(&s->writer, err, "COMMIT"))
        return true;
    store_sqlite_rollback(s);
    return false;
}

void store_sqlite_rollback(Store *s)
{
    sqlite3_exec(s->writer.db, "ROLLBACK", NULL, NULL, NULL);
}

bool store_sqlite_savepoint(Store *s, Err *err)
{
    return sqlite_run(&s->writer, err, "SAVEPOINT one");
}

bool store_sqlite_release(Store *s, Err *err)
{
    return sqlite_run(&s->writer, err, "RELEASE one");
}

/* ROLLBACK TO alone leaves the savepoint standing: the next one of its name would lie above it. */
void store_sqlite_undo(Store *s)
{
    sqlite3_exec(s->writer.db, "ROLLBACK TO one; RELEASE one", NULL, NULL, NULL);
}

bool store_sqlite_integrity(StoreRead *r, Buf *said, Err *err)
{
    sqlite3_stmt *stmt;
    bool good = true;

    if (sqlite3_prepare_v2(r->conn->db, "PRAGMA integrity_check(20)", -1, &stmt, NULL) != SQLITE_OK)
        return SQLITE_FAILS(r->conn->db, STR("integrity_check"));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const Str line = sqlite_text(stmt, 0);

        if (!str_eq(line, STR("ok"))) {
            buf_str(said, line);
            buf_c(said, '\n');
        }
    }
    if (sqlite3_finalize(stmt) != SQLITE_OK)
        good = SQLITE_FAILS(r->conn->db, STR("integrity_check"));
    return good;
}

bool store_sqlite_backup(Store *s, const char *to, Err *err)
{
    StoreRead *r;
    bool good;

    if (file_exists(to))
        return FAIL(err, BASE_IO, str_of(to), "backup: exists");
    if (!store_sqlite_read_begin(s, &r, err))
        return false;
    good = sqlite_run(r->conn, err, "COMMIT") && sqlite_run(r->conn, err, "VACUUM INTO %Q", to) &&
           sqlite_run(r->conn, err, "BEGIN");
    store_sqlite_read_end(r);
    return good;
}
