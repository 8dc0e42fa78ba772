/* src/store/sqlite_write.c - rows in, journal, links, words, settings. */
#include "store/sqlite_in.h"

static bool step(Conn *c, sqlite3_stmt *stmt, Str what, Err *err)
{
    const bool good = sqlite3_step(stmt) == SQLITE_DONE || SQLITE_FAILS(c->db, what);

    sqlite_done(c, stmt);
    return good;
}

/* Bound values stay where they are until the statement is stepped: nothing is copied. */
static int lend_text(sqlite3_stmt *stmt, int at, Str s)
{
    return sqlite3_bind_text64(stmt, at, s.ptr ? s.ptr : "", s.len, SQLITE_STATIC, SQLITE_UTF8);
}

static int lend_blob(sqlite3_stmt *stmt, int at, Bytes b)
{
    return b.len ? sqlite3_bind_blob64(stmt, at, b.ptr, b.len, SQLITE_STATIC) : sqlite3_bind_null(stmt, at);
}

static int lend(sqlite3_stmt *stmt, int at, CqlValue v)
{
    return v.kind == CQL_TEXT   ? lend_text(stmt, at, v.text)
           : v.kind == CQL_GEOM ? lend_blob(stmt, at, v.geom)
                                : sqlite_bind(stmt, at, v);
}

static void insert_sql(const StoreTable *t, Buf *sql)
{
    buf_str(sql, STR("INSERT INTO \""));
    buf_str(sql, t->name);
    buf_str(sql, t->spatial ? STR("\"(id,geometry") : STR("\"(id"));
    for (size_t i = 0; i < t->ncolumn; i++) {
        buf_str(sql, STR(",\""));
        buf_str(sql, t->column[i].name);
        buf_c(sql, '"');
    }
    buf_str(sql, t->spatial ? STR(")VALUES(?,?") : STR(")VALUES(?"));
    for (size_t i = 0; i < t->ncolumn; i++)
        buf_str(sql, STR(",?"));
    buf_c(sql, ')');
}

bool store_sqlite_insert(
    Store *s, const StoreTable *t, Str id, Bytes blob, const CqlValue *value, int64_t *fid, Err *err)
{
    Buf sql;
    sqlite3_stmt *stmt;
    int at = 1;
    bool good;

    buf_init(&sql, 1 << 16);
    insert_sql(t, &sql);
    good = sqlite_statement(&s->writer, buf_text(&sql), &stmt, err);
    buf_clear(&sql);
    if (!good)
        return false;
    lend_text(stmt, at++, id);
    if (t->spatial)
        lend_blob(stmt, at++, blob);
    for (size_t i = 0; i < t->ncolumn; i++, at++)
        if (value[i].kind != CQL_NULL) /* as which it was left */
            lend(stmt, at, value[i]);
    if (!step(&s->writer, stmt, id, err))
        return false;
    *fid = sqlite3_last_insert_rowid(s->writer.db);
    return true;
}

bool store_sqlite_update(Store *s, const StoreTable *t, int64_t fid, bool geometry, Bytes blob,
    const size_t *column, const CqlValue *value, size_t n, Err *err)
{
    Buf sql;
    sqlite3_stmt *stmt;
    int at = 1;
    bool good;

    buf_init(&sql, 1 << 16);
    buf_fmt(&sql, "UPDATE \"%.*s\" SET %s", STRV(t->name), geometry && t->spatial ? "geometry=?" : "");
    for (size_t i = 0; i < n; i++)
        buf_fmt(
            &sql, "%s\"%.*s\"=?", i || (geometry && t->spatial) ? "," : "", STRV(t->column[column[i]].name));
    buf_str(&sql, STR(" WHERE fid=?"));
    good = sqlite_statement(&s->writer, buf_text(&sql), &stmt, err);
    buf_clear(&sql);
    if (!good)
        return false;
    if (geometry && t->spatial)
        sqlite_bind_blob(stmt, at++, blob);
    for (size_t i = 0; i < n; i++)
        sqlite_bind(stmt, at++, value[i]);
    sqlite3_bind_int64(stmt, at, fid);
    return step(&s->writer, stmt, t->name, err);
}

bool store_sqlite_delete(Store *s, const StoreTable *t, int64_t fid, Err *err)
{
    char sql[128];
    sqlite3_stmt *stmt;

    snprintf(sql, sizeof sql, "DELETE FROM \"%.*s\" WHERE fid=?", STRV(t->name));
    if (!t->plain)
        return FAIL(err, STORE_FAILED, t->name, "delete: no plain table");
    if (!sqlite_statement(&s->writer, str_of(sql), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, fid);
    return step(&s->writer, stmt, t->name, err);
}

/* --- journal ------------------------------------------------------------------------------------------------------ */
bool store_sqlite_put_tx(Store *s, const StoreTx *tx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(&s->writer, STR("INSERT INTO _tx VALUES(?,?,?,?,?,?,?,?,?,?)"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, tx->chain);
    sqlite3_bind_int64(stmt, 2, tx->seq);
    sqlite3_bind_int64(stmt, 3, tx->at);
    sqlite_bind_text(stmt, 4, tx->who);
    sqlite_bind_text(stmt, 5, tx->post);
    sqlite_bind_text(stmt, 6, tx->via);
    sqlite_bind_text(stmt, 7, tx->source);
    sqlite_bind_text(stmt, 8, tx->reason);
    sqlite3_bind_int64(stmt, 9, tx->effective);
    sqlite_bind_blob(stmt, 10, (Bytes){ tx->hash, SM3_LEN });
    return step(&s->writer, stmt, STR("_tx"), err);
}

bool store_sqlite_put_entry(Store *s, const StoreEntry *e, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(&s->writer, STR("INSERT INTO _journal VALUES(?,?,?,?,?,?,?,?,?)"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, e->chain);
    sqlite3_bind_int64(stmt, 2, e->seq);
    sqlite3_bind_int64(stmt, 3, e->n);
    lend_text(stmt, 4, e->collection);
    lend_text(stmt, 5, e->id);
    sqlite3_bind_int64(stmt, 6, e->version);
    lend_text(stmt, 7, e->verb);
    lend_blob(stmt, 8, e->body);
    lend_blob(stmt, 9, (Bytes){ e->digest, SM3_LEN });
    return step(&s->writer, stmt, STR("_journal"), err);
}

static StoreTx read_tx(sqlite3_stmt *stmt, int at)
{
    StoreTx tx = { sqlite3_column_int64(stmt, at), sqlite3_column_int64(stmt, at + 1),
        sqlite3_column_int64(stmt, at + 2), sqlite3_column_int64(stmt, at + 8), sqlite_text(stmt, at + 3),
        sqlite_text(stmt, at + 4), sqlite_text(stmt, at + 5), sqlite_text(stmt, at + 6),
        sqlite_text(stmt, at + 7), { 0 } };
    const Bytes hash = sqlite_blob(stmt, at + 9);

    if (hash.len == SM3_LEN)
        memcpy(tx.hash, hash.ptr, SM3_LEN);
    return tx;
}

static StoreEntry read_entry(sqlite3_stmt *stmt, int at)
{
    StoreEntry e = { sqlite3_column_int64(stmt, at), sqlite3_column_int64(stmt, at + 1),
        sqlite3_column_int64(stmt, at + 2), sqlite3_column_int64(stmt, at + 5), sqlite_text(stmt, at + 3),
        sqlite_text(stmt, at + 4), sqlite_text(stmt, at + 6), sqlite_blob(stmt, at + 7), { 0 } };
    const Bytes digest = sqlite_blob(stmt, at + 8);

    if (digest.len == SM3_LEN)
        memcpy(e.digest, digest.ptr, SM3_LEN);
    return e;
}

bool store_sqlite_last_tx(StoreRead *r, int64_t chain, StoreTx *out, Arena *a, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(
            r->conn, STR("SELECT * FROM _tx WHERE chain=? ORDER BY seq DESC LIMIT 1"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, chain);
    *out = (StoreTx){ .chain = chain };
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        *out = read_tx(stmt, 0);
        out->who = str_copy(a, out->who);
        out->post = out->via = out->source = out->reason = STR("");
    }
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_txs(StoreRead *r, int64_t chain, int64_t from_seq, StoreSeeTx *see, void *ctx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(
            r->conn, STR("SELECT * FROM _tx WHERE chain=? AND seq>=? ORDER BY seq"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, chain);
    sqlite3_bind_int64(stmt, 2, from_seq);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const StoreTx tx = read_tx(stmt, 0);

        if (!see(ctx, &tx))
            break;
    }
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_entries(StoreRead *r, int64_t chain, int64_t seq, StoreSeeEntry *see, void *ctx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(
            r->conn, STR("SELECT * FROM _journal WHERE chain=? AND seq=? ORDER BY n"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, chain);
    sqlite3_bind_int64(stmt, 2, seq);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const StoreEntry e = read_entry(stmt, 0);

        if (!see(ctx, &e))
            break;
    }
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_history(StoreRead *r, Str collection, Str id, StoreSeeHistory *see, void *ctx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(r->conn,
            STR("SELECT j.*,t.* FROM _journal j JOIN _tx t ON t.chain=j.chain AND t.seq=j.seq WHERE j.id=? "
                "AND"
                " j.collection=? AND j.verb<>'reseal' ORDER BY j.version DESC"),
            &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, id);
    sqlite_bind_text(stmt, 2, collection);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const StoreEntry e = read_entry(stmt, 0);
        const StoreTx tx = read_tx(stmt, 9);

        if (!see(ctx, &tx, &e))
            break;
    }
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_put_body(Store *s, int64_t chain, int64_t seq, int64_t n, Bytes body, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(
            &s->writer, STR("UPDATE _journal SET body=? WHERE chain=? AND seq=? AND n=?"), &stmt, err))
        return false;
    lend_blob(stmt, 1, body);
    sqlite3_bind_int64(stmt, 2, chain);
    sqlite3_bind_int64(stmt, 3, seq);
    sqlite3_bind_int64(stmt, 4, n);
    return step(&s->writer, stmt, STR("_journal"), err);
}

bool store_sqlite_resealed(
    StoreRead *r, Str collection, Str id, int64_t version, const uint8_t digest[SM3_LEN], bool *yes, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(r->conn,
            STR("SELECT 1 FROM _journal WHERE id=? AND version=? AND collection=? AND verb='reseal' AND "
                "digest=?"),
            &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, id);
    sqlite3_bind_int64(stmt, 2, version);
    sqlite_bind_text(stmt, 3, collection);
    sqlite_bind_blob(stmt, 4, (Bytes){ digest, SM3_LEN });
    *yes = sqlite3_step(stmt) == SQLITE_ROW;
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_entries_of(
    StoreRead *r, Str collection, int64_t after, size_t limit, StoreSeePlace *see, void *ctx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(r->conn,
            STR("SELECT *,rowid FROM _journal WHERE rowid>? AND collection=? ORDER BY rowid LIMIT ?"), &stmt,
            err))
        return false;
    sqlite3_bind_int64(stmt, 1, after);
    sqlite_bind_text(stmt, 2, collection);
    sqlite3_bind_int64(stmt, 3, (int64_t)limit);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const StoreEntry e = read_entry(stmt, 0);

        if (!see(ctx, sqlite3_column_int64(stmt, 9), &e))
            break;
    }
    return sqlite_end(r->conn, stmt, err);
}

/* --- links --------------------------------------------------------------------------------------------------------- */
static bool drop_links(Store *s, Str collection, Str property, Str from_id, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(
            &s->writer, STR("DELETE FROM _link WHERE from_id=? AND property=? AND collection=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, from_id);
    sqlite_bind_text(stmt, 2, property);
    sqlite_bind_text(stmt, 3, collection);
    return step(&s->writer, stmt, STR("_link"), err);
}

bool store_sqlite_link_set(
    Store *s, Str collection, Str property, Str from_id, const Str *to_id, size_t n, bool fresh, Err *err)
{
    sqlite3_stmt *stmt;

    if (!fresh && !drop_links(s, collection, property, from_id, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!sqlite_statement(&s->writer, STR("INSERT OR IGNORE INTO _link VALUES(?,?,?,?)"), &stmt, err))
            return false;
        lend_text(stmt, 1, to_id[i]);
        lend_text(stmt, 2, collection);
        lend_text(stmt, 3, property);
        lend_text(stmt, 4, from_id);
        if (!step(&s->writer, stmt, STR("_link"), err))
            return false;
    }
    return true;
}

bool store_sqlite_links_to(StoreRead *r, Str to_id, StoreSeeLink *see, void *ctx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(
            r->conn, STR("SELECT collection,property,from_id FROM _link WHERE to_id=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, to_id);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        if (!see(ctx, sqlite_text(stmt, 0), sqlite_text(stmt, 1), sqlite_text(stmt, 2)))
            break;
    return sqlite_end(r->conn, stmt, err);
}

/* --- words: an FTS5 index whose content stands in _text (external content: the old words must be told to take them out) - */
static bool take_words(Store *s, int64_t doc, Str g1, Str g2, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(
            &s->writer, STR("INSERT INTO _words(_words,rowid,g1,g2) VALUES('delete',?,?,?)"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, doc);
    sqlite_bind_text(stmt, 2, g1);
    sqlite_bind_text(stmt, 3, g2);
    if (!step(&s->writer, stmt, STR("_words"), err) ||
        !sqlite_statement(&s->writer, STR("DELETE FROM _text WHERE doc=?"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, doc);
    return step(&s->writer, stmt, STR("_text"), err);
}

static bool drop_words(Store *s, Str collection, int64_t fid, Err *err)
{
    sqlite3_stmt *stmt;
    bool good = true;

    if (!sqlite_statement(
            &s->writer, STR("SELECT doc,g1,g2 FROM _text WHERE collection=? AND fid=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, collection);
    sqlite3_bind_int64(stmt, 2, fid);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        good = take_words(s, sqlite3_column_int64(stmt, 0), sqlite_text(stmt, 1), sqlite_text(stmt, 2), err);
    sqlite_done(&s->writer, stmt);
    return good;
}

static bool add_words(
    Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, bool index, Err *err)
{
    sqlite3_stmt *stmt;
    int64_t doc;

    if (!sqlite_statement(&s->writer,
            STR("INSERT INTO _text(collection,fid,division,g1,g2) VALUES(?,?,?,?,?)"), &stmt, err))
        return false;
    lend_text(stmt, 1, collection);
    sqlite3_bind_int64(stmt, 2, fid);
    lend_text(stmt, 3, division);
    lend_text(stmt, 4, g1);
    lend_text(stmt, 5, g2);
    if (!step(&s->writer, stmt, STR("_text"), err))
        return false;
    if (!index)
        return true;
    doc = sqlite3_last_insert_rowid(s->writer.db);
    if (!sqlite_statement(&s->writer, STR("INSERT INTO _words(rowid,g1,g2) VALUES(?,?,?)"), &stmt, err))
        return false;
    sqlite3_bind_int64(stmt, 1, doc);
    lend_text(stmt, 2, g1);
    lend_text(stmt, 3, g2);
    return step(&s->writer, stmt, STR("_words"), err);
}

bool store_sqlite_words_set(Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, Err *err)
{
    if (!drop_words(s, collection, fid, err))
        return false;
    return (!g1.len && !g2.len) || add_words(s, collection, fid, division, g1, g2, true, err);
}

/* bm25 looks at every record that has the words, at each time; a village's name is in hundreds, "村" in all. What says
 * little beside the words comes first instead; of words as common as that the first records, which stand above the others. */
bool store_sqlite_words_find(
    StoreRead *r, const StoreWord *word, size_t n, size_t limit, StoreSeeWords *see, void *ctx, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(r->conn,
            STR("SELECT t.collection,t.fid,length(t.g1)+length(t.g2) FROM (SELECT rowid AS doc FROM _words "
                "WHERE _words MATCH ?"
                " LIMIT 2000) w CROSS JOIN _text t ON t.doc=w.doc ORDER BY 3 LIMIT ?"),
            &stmt, err))
        return false;
    sqlite_bind_words(stmt, 1, word, n);
    sqlite3_bind_int64(stmt, 2, (int64_t)limit);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        if (!see(ctx, sqlite_text(stmt, 0), sqlite3_column_int64(stmt, 1), sqlite3_column_double(stmt, 2)))
            break;
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_ground_aside(Store *s, Err *err)
{
    return sqlite_run(&s->writer, err,
        "DROP INDEX _journal_seq; DROP INDEX _journal_record; DROP INDEX _link_from; DROP INDEX "
        "_text_record");
}

bool store_sqlite_ground_build(Store *s, Err *err)
{
    return sqlite_run(&s->writer, err,
        "CREATE INDEX IF NOT EXISTS _journal_seq ON _journal(chain,seq,n);"
        "CREATE INDEX IF NOT EXISTS _journal_record ON _journal(id,version);"
        "CREATE INDEX IF NOT EXISTS _link_from ON _link(from_id,property);"
        "CREATE UNIQUE INDEX IF NOT EXISTS _text_record ON _text(collection,fid);"
        "INSERT INTO _words(_words) VALUES('rebuild')");
}

bool store_sqlite_words_add(
    Store *s, Str collection, int64_t fid, Str division, Str g1, Str g2, bool index, Err *err)
{
    return add_words(s, collection, fid, division, g1, g2, index, err);
}

/* --- settings and answers --------------------------------------------------------------------------------------------- */
bool store_sqlite_meta_set(Store *s, Str key, Str value, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(&s->writer, STR("INSERT OR REPLACE INTO _meta VALUES(?,?)"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, key);
    sqlite_bind_text(stmt, 2, value);
    return step(&s->writer, stmt, STR("_meta"), err);
}

bool store_sqlite_meta(StoreRead *r, Str key, Arena *a, Str *out, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(r->conn, STR("SELECT value FROM _meta WHERE key=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, key);
    *out = sqlite3_step(stmt) == SQLITE_ROW ? str_copy(a, sqlite_text(stmt, 0)) : STR("");
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_answer_set(Store *s, Str key, int64_t at, Str answer, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(&s->writer, STR("INSERT OR REPLACE INTO _key VALUES(?,?,?)"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, key);
    sqlite3_bind_int64(stmt, 2, at);
    sqlite_bind_text(stmt, 3, answer);
    return step(&s->writer, stmt, STR("_key"), err);
}

bool store_sqlite_answer(StoreRead *r, Str key, int64_t since, Arena *a, Str *out, Err *err)
{
    sqlite3_stmt *stmt;

    if (!sqlite_statement(r->conn, STR("SELECT answer FROM _key WHERE key=? AND at>=?"), &stmt, err))
        return false;
    sqlite_bind_text(stmt, 1, key);
    sqlite3_bind_int64(stmt, 2, since);
    *out = sqlite3_step(stmt) == SQLITE_ROW ? str_copy(a, sqlite_text(stmt, 0)) : STR("");
    return sqlite_end(r->conn, stmt, err);
}

bool store_sqlite_touch(Store *s, const StoreTable *t, int64_t at, Err *err)
{
    sqlite3_stmt *stmt;
    GeoBox box = GEO_BOX_NONE;

    if (!store_sqlite_extent(&s->own, t, &box, err) ||
        !sqlite_statement(&s->writer,
            STR("UPDATE gpkg_contents SET last_change=?1,min_x=?2,min_y=?3,max_x=?4,max_y=?5 WHERE "
                "table_name=?6"),
            &stmt, err))
        return false;
    sqlite_bind(stmt, 1, (CqlValue){ .kind = CQL_TIME, .time = at });
    for (int i = 0; i < 4 && !geo_box_empty(box); i++)
        sqlite3_bind_double(stmt, i + 2, ((const double[]){ box.minx, box.miny, box.maxx, box.maxy })[i]);
    sqlite_bind_text(stmt, 6, t->name);
    return step(&s->writer, stmt, t->name, err);
}
