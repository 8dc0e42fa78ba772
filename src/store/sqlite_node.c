/* src/store/sqlite_node.c - the node's own file, DIR/node.db: what belongs to this machine and not to the county. Today: jobs. */
#include "store/sqlite_in.h"
#include <fcntl.h>
#include <unistd.h>

struct StoreNode {
    Conn conn;
    pthread_mutex_t guard; /* guards conn: one at a time */
};

static bool lay(Conn *c, Err *err)
{
    return sqlite_run(c, err,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE IF NOT EXISTS job(id TEXT PRIMARY KEY, process TEXT NOT NULL, status TEXT NOT NULL, "
        "percent INTEGER NOT NULL,"
        " who TEXT NOT NULL, message TEXT NOT NULL, code TEXT NOT NULL, http INTEGER NOT NULL, zh TEXT NOT "
        "NULL, en TEXT NOT NULL,"
        " place TEXT NOT NULL, created INTEGER NOT NULL, started INTEGER NOT NULL, finished INTEGER NOT NULL,"
        " updated INTEGER NOT NULL, outputs TEXT NOT NULL, log TEXT NOT NULL) WITHOUT ROWID");
}

bool store_node_open(const char *path, StoreNode **out, Err *err)
{
    StoreNode *n = mem_new(1, sizeof *n);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* SQLite's other files take its mode */

    if (fd >= 0)
        close(fd);
    if (!n)
        return FAIL(err, BASE_NO_MEMORY, str_of(path), "node");
    pthread_mutex_init(&n->guard, NULL);
    if (sqlite3_open_v2(path, &n->conn.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        SQLITE_FAILS(n->conn.db, str_of(path));
    else {
        sqlite3_extended_result_codes(n->conn.db, 1);
        sqlite3_busy_timeout(n->conn.db, 2000);
        if (lay(&n->conn, err)) {
            *out = n;
            return true;
        }
    }
    store_node_close(n);
    return false;
}

void store_node_close(StoreNode *n)
{
    if (!n)
        return;
    sqlite_close(&n->conn);
    pthread_mutex_destroy(&n->guard);
    mem_free(n);
}

static bool put(StoreNode *n, const StoreJob *j, Err *err)
{
    const Str text[] = { j->id, j->process, j->status }, said[] = { j->who, j->message, j->code };
    const int64_t time[] = { j->created, j->started, j->finished, j->updated };
    sqlite3_stmt *stmt;
    int at = 1;
    bool good;

    if (!sqlite_statement(&n->conn,
            STR("INSERT OR REPLACE INTO job VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"), &stmt, err))
        return false;
    for (size_t i = 0; i < LEN(text); i++)
        sqlite_bind_text(stmt, at++, text[i]);
    sqlite3_bind_int(stmt, at++, j->percent);
    for (size_t i = 0; i < LEN(said); i++)
        sqlite_bind_text(stmt, at++, said[i]);
    sqlite3_bind_int(stmt, at++, j->http);
    sqlite_bind_text(stmt, at++, j->zh);
    sqlite_bind_text(stmt, at++, j->en);
    sqlite_bind_text(stmt, at++, j->place);
    for (size_t i = 0; i < LEN(time); i++)
        sqlite3_bind_int64(stmt, at++, time[i]);
    sqlite_bind_text(stmt, at++, j->outputs);
    sqlite_bind_text(stmt, at, j->log);
    good = sqlite3_step(stmt) == SQLITE_DONE || SQLITE_FAILS(n->conn.db, STR("job"));
    sqlite_done(&n->conn, stmt);
    return good;
}

bool store_job_put(StoreNode *n, const StoreJob *j, size_t most, Err *err)
{
    bool good;

    pthread_mutex_lock(&n->guard);
    good = put(n, j, err) &&
           sqlite_run(&n->conn, err,
               "DELETE FROM job WHERE id IN (SELECT id FROM job ORDER BY id DESC LIMIT -1 OFFSET %d)",
               (int)most);
    pthread_mutex_unlock(&n->guard);
    return good;
}

static StoreJob read_job(sqlite3_stmt *s, bool whole)
{
    return (StoreJob){ .id = sqlite_text(s, 0),
        .process = sqlite_text(s, 1),
        .status = sqlite_text(s, 2),
        .percent = sqlite3_column_int(s, 3),
        .who = sqlite_text(s, 4),
        .message = sqlite_text(s, 5),
        .code = sqlite_text(s, 6),
        .http = sqlite3_column_int(s, 7),
        .zh = sqlite_text(s, 8),
        .en = sqlite_text(s, 9),
        .place = sqlite_text(s, 10),
        .created = sqlite3_column_int64(s, 11),
        .started = sqlite3_column_int64(s, 12),
        .finished = sqlite3_column_int64(s, 13),
        .updated = sqlite3_column_int64(s, 14),
        .outputs = whole ? sqlite_text(s, 15) : STR(""),
        .log = whole ? sqlite_text(s, 16) : STR("") };
}

bool store_jobs(StoreNode *n, Str id, bool (*see)(void *ctx, const StoreJob *j), void *ctx, Err *err)
{
    sqlite3_stmt *stmt;
    bool good;

    pthread_mutex_lock(&n->guard);
    good = sqlite_statement(&n->conn,
        id.len ? STR("SELECT * FROM job WHERE id=?") : STR("SELECT * FROM job ORDER BY id"), &stmt, err);
    if (good && id.len)
        sqlite_bind_text(stmt, 1, id);
    while (good && sqlite3_step(stmt) == SQLITE_ROW) {
        const StoreJob j = read_job(stmt, id.len > 0);

        if (!see(ctx, &j))
            break;
    }
    if (good)
        sqlite_done(&n->conn, stmt);
    pthread_mutex_unlock(&n->guard);
    return good;
}
