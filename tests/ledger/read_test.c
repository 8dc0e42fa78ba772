/* tests/ledger/read_test.c - what was written can be found: by page, filter, word and moment; sealed things nowhere in clear;
 * and whatever is changed behind the ledger's back is named by verify. */
#include <sqlite3.h>
#include "ledgertest.h"

static County k;
static char farm_id[64][ULID_LEN + 1];
enum { FARMS = 60 };

static int begin(void **state)
{
    (void)state;
    county_make_in(&k, NULL);
    for (int i = 0; i < FARMS; i++) {
        LedgerDone d;
        char json[256], size[24] = "null";

        if (i % 5)
            (void)snprintf(size, sizeof size, "%d", i % 7);
        (void)snprintf(json, sizeof json,
            "{\"name\":\"场%02d\",\"size\":%s,\"kind\":\"%s\",\"rent\":%d.5,\"phone\":\"138001380%02d\","
            "\"debt\":\"密欠款人%02d\",\"at\":[%d.01,31.5]}",
            i, size, i % 3 ? "田" : "林", i, i, i, 110 + i % 4);
        must_save(&k, LEDGER_CREATE, "farm", NULL, json, &d);
        memcpy(farm_id[i], d.id, sizeof d.id);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    county_drop(&k);
    return 0;
}

/* --- pages ------------------------------------------------------------------------------------------------------------------ */
typedef struct Seen {
    int times[FARMS];
    size_t n;
    CqlValue last;
    bool disorder, descending;
    const char *sort;
    double east;
} Seen;

static size_t which(Str id)
{
    for (size_t i = 0; i < FARMS; i++)
        if (str_eq(id, str_of(farm_id[i])))
            return i;
    fail_msg("a stranger: %.*s", STRV(id));
    return 0;
}

static bool see(void *ctx, const LedgerRecord *r)
{
    Seen *s = ctx;
    CqlValue v = { .kind = CQL_NULL };

    s->times[which(r->id)]++;
    if (s->sort)
        v = of(r, s->sort);
    if (s->sort && s->n && s->last.kind == CQL_NULL)
        s->disorder |= v.kind != CQL_NULL; /* nulls last */
    else if (s->sort && s->n && v.kind == CQL_NUMBER)
        s->disorder |= s->descending ? v.number > s->last.number : v.number < s->last.number;
    s->last = v;
    s->n++;
    return true;
}

static void page_through(size_t limit, bool descending)
{
    LedgerQuery q = { .collection = col(&k, "farm"), .limit = limit, .nsort = 1, .count = true };
    Seen s = { .sort = "size", .descending = descending };
    LedgerPage page;
    Err err = { 0 };
    Arena *a = arena_new(0);

    q.sort[0] = (LedgerSort){ prop(q.collection, "size"), descending };
    do {
        assert_true(ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, see, &s, a, &page, &err));
        assert_int_equal(page.matched, FARMS);
        q.token = page.next;
    } while (page.next.len);
    assert_false(s.disorder);
    for (size_t i = 0; i < FARMS; i++)
        if (s.times[i] != 1)
            fail_msg("limit %zu: record %zu was seen %d times", limit, i, s.times[i]);
    arena_free(a);
}

static void pages_visit_each_once(void **state)
{
    static const size_t limit[] = { 1, 2, 7, 12, 59, 60, 61 };

    (void)state;
    for (size_t i = 0; i < LEN(limit); i++) {
        page_through(limit[i], false);
        page_through(limit[i], true);
    }
}

/* Two boxes that overlap, page by page, with and without an order: as the records' own places say. */
static bool see_place(void *ctx, const LedgerRecord *r)
{
    Seen *s = ctx;
    const GeoBox b = geo_wkb_box(r->geometry);

    s->times[which(r->id)] += geo_box_empty(b) ? 0 : b.minx <= s->east ? 1 : 100;
    return true;
}

static void boxes_in_pages(size_t limit, bool sorted, double east)
{
    const GeoBox world = { -180, -90, east, 90 }, again = { -179, -90, east, 90 }, box[] = { world, again };
    LedgerQuery all = { .collection = col(&k, "farm") }, q = all;
    Seen want = { .east = east }, got = want;
    LedgerPage page;
    Err err = { 0 };
    Arena *a = arena_new(0);

    memcpy(q.box, box, sizeof box);
    q.nbox = LEN(box);
    q.limit = limit;
    q.nsort = sorted;
    q.uncounted = true;
    q.sort[0] = (LedgerSort){ prop(q.collection, "size"), false };
    assert_true(
        ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &all, see_place, &want, a, &page, &err));
    do {
        assert_true(
            ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, see_place, &got, a, &page, &err));
        assert_true(page.matched == -1 || !page.next.len);
        q.token = page.next;
    } while (page.next.len);
    for (size_t i = 0; i < FARMS; i++)
        assert_int_equal(got.times[i], want.times[i] == 1);
    arena_free(a);
}

static void boxes_visit_each_once(void **state)
{
    (void)state;
    for (size_t limit = 1; limit < 20; limit += 6)
        for (double east = 110; east < 113; east += 0.3) {
            boxes_in_pages(limit, false, east);
            boxes_in_pages(limit, true, east);
        }
}

static void a_changed_token_is_refused(void **state)
{
    LedgerQuery q = { .collection = col(&k, "farm"), .limit = 7, .nsort = 1 };
    Seen s = { 0 };
    LedgerPage page;
    Err err = { 0 };
    Arena *a = arena_new(0);
    char *token;

    (void)state;
    q.sort[0].property = prop(q.collection, "size");
    assert_true(ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, see, &s, a, &page, &err) &&
                page.next.len);
    token = str_c(a, page.next);
    q.token = str_of(token);
    for (size_t i = 0; i + 1 < page.next.len; i++) { /* the last one holds unused bits */
        const char was = token[i];

        token[i] = was == 'A' ? 'B' : 'A';
        if (ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, see, &s, a, &page, &err) ||
            err.kind != &LEDGER_BAD_TOKEN)
            fail_msg("byte %zu of the token", i);
        token[i] = was;
    }
    q.sort[0].descending = true; /* another question */
    assert_false(ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, see, &s, a, &page, &err));
    assert_ptr_equal(err.kind, &LEDGER_BAD_TOKEN);
    arena_free(a);
}

/* --- filters: what SQL finds and what is true of each record in memory ------------------------------------------------------- */
static const char *const filter[] = { "size > 2", "size IS NULL", "kind = '林' AND size < 5",
    "name LIKE '场1%'", "rent >= 20.5", "twice = 4", "phone = '13800138007'", "phone LIKE '%11'",
    "phone = '13800138007' OR size = 6", "S_INTERSECTS(geometry, BBOX(110.5,31,112.5,32))", "NOT (size > 2)",
    "size BETWEEN 1 AND 3 AND kind IN ('田')", "debt = '密欠款人03'", "casei(name) = casei('场09')" };

typedef struct Agree {
    const CqlExpr *e;
    Arena *arena;
    size_t n;
} Agree;

static bool is_true(void *ctx, const LedgerRecord *r);
static CqlValue value_of(void *ctx, const CqlProperty *p)
{
    const LedgerRecord *r = ctx;

    if (p->index == PACK_INDEX_GEOMETRY)
        return r->geometry.len ? (CqlValue){ .kind = CQL_GEOM, .geom = r->geometry }
                               : (CqlValue){ .kind = CQL_NULL };
    if (p->index == PACK_INDEX_ID)
        return (CqlValue){ .kind = CQL_TEXT, .text = r->id };
    return r->value[p->index];
}

static bool is_true(void *ctx, const LedgerRecord *r)
{
    Agree *g = ctx;
    const CqlRecord seen = { .get = value_of, .ctx = (void *)(uintptr_t)r };

    g->n += cql_eval(g->e, &seen, g->arena) == CQL_TRUE;
    return true;
}

static bool count_it(void *ctx, const LedgerRecord *r)
{
    (void)r;
    ++*(size_t *)ctx;
    return true;
}

static void sql_and_memory_agree(void **state)
{
    const PackCollection *c = col(&k, "farm");

    (void)state;
    for (size_t i = 0; i < LEN(filter); i++) {
        Arena *a = arena_new(0);
        LedgerQuery q = { .collection = c, .sealed = true, .count = true },
                    all = { .collection = c, .sealed = true };
        CqlExpr *e;
        LedgerPage page;
        Err err = { 0 };
        size_t n = 0;
        Agree g = { .arena = a };

        if (!cql_parse_text(str_of(filter[i]), a, &e, &err) || !cql_check(e, &c->schema, a, &err))
            fail_msg("%s: %s %s %s", filter[i], err.kind->code, err.where, err.what);
        q.filter = g.e = e;
        if (!ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, count_it, &n, a, &page, &err))
            fail_msg("%s: %s", filter[i], err.kind->code);
        assert_int_equal(page.matched, n);
        assert_true(
            ledger_select((LedgerView){ k.ledger, &ACCESS_VISITOR }, &all, is_true, &g, a, &page, &err));
        if (n != g.n || !n || n == FARMS)
            fail_msg("%s: %zu by the store, %zu in memory", filter[i], n, g.n);
        arena_free(a);
    }
}

static void statistics_are_sums(void **state)
{
    const PackCollection *c = col(&k, "farm");
    const LedgerQuery q = { .collection = c };
    const PackProperty *of_what[] = { prop(c, "size"), prop(c, "rent") };
    Arena *a = arena_new(0);
    LedgerStats s;
    Err err = { 0 };
    int64_t wood = 0;

    (void)state;
    assert_true(ledger_stats(
        (LedgerView){ k.ledger, &ACCESS_VISITOR }, &q, of_what, 2, prop(c, "kind"), a, &s, &err));
    assert_int_equal(s.n, 2);
    assert_int_equal(s.total.count, FARMS);
    for (size_t i = 0; i < s.n; i++)
        if (str_eq(s.group[i].group.text, STR("林"))) {
            wood = s.group[i].count;
            assert_true(s.group[i].property[1].min == 0.5 && s.group[i].property[1].max == 57.5); /* yuan */
            assert_true(s.group[i].property[1].sum == 20 * 0.5 + 3 * 190);
            assert_int_equal(s.group[i].property[0].n, 16); /* nulls are not counted */
        }
    assert_int_equal(wood, 20);
    assert_int_equal(ledger_count((LedgerView){ k.ledger, &ACCESS_VISITOR }, c, STR("")), FARMS);
    assert_true(ledger_extent((LedgerView){ k.ledger, &ACCESS_VISITOR }, c).minx < 110.1 &&
                ledger_extent((LedgerView){ k.ledger, &ACCESS_VISITOR }, c).maxx > 113);
    arena_free(a);
}

/* --- sealed things -------------------------------------------------------------------------------------------------------------- */
static void not_in_file(const char *name, const char *value)
{
    char path[128];
    Arena *a = arena_new(0);
    Str all;
    Err err = { 0 };

    (void)snprintf(path, sizeof path, "%s/%s", k.county, name);
    if (file_exists(path)) {
        assert_true(file_read(path, 256 << 20, a, &all, &err));
        if (str_find(all, str_of(value)) != SIZE_MAX)
            fail_msg("%s stands in clear in %s", value, name);
    }
    arena_free(a);
}

static void sealed_values_stand_nowhere_in_clear(void **state)
{
    LedgerRecord r;
    Arena *a = arena_new(0);
    Str all;
    char path[128];
    Err err = { 0 };

    (void)state;
    of_the_file_only();
    r = get(&k, "farm", farm_id[7]);
    text_is(of(&r, "phone"), "13800138007"); /* opened for who asks the ledger */
    text_is(of(&r, "debt"), "密欠款人07");
    (void)snprintf(path, sizeof path, "%s/county.gpkg-wal", k.county);
    assert_true(file_read(path, 256 << 20, a, &all, &err) &&
                str_find(all, STR("场07")) != SIZE_MAX); /* the search is no dud */
    not_in_file("county.gpkg", "13800138007");
    not_in_file("county.gpkg-wal", "13800138007");
    not_in_file("county.gpkg", "密欠款人");
    not_in_file("county.gpkg-wal", "密欠款人");
    county_again(&k); /* the log is now in the file itself */
    not_in_file("county.gpkg", "13800138007");
    not_in_file("county.gpkg", "密欠款人");
    arena_free(a);
}

/* --- search -------------------------------------------------------------------------------------------------------------------- */
static bool finds(const char *words, const char *id)
{
    Arena *a = arena_new(0);
    LedgerHit *hit;
    size_t n;
    Err err = { 0 };
    bool found = false;

    assert_true(ledger_search(
        (LedgerView){ k.ledger, &ACCESS_VISITOR }, str_of(words), NULL, 0, STR(""), 20, a, &hit, &n, &err));
    for (size_t i = 0; i < n; i++)
        found |= str_eq(hit[i].id, str_of(id));
    arena_free(a);
    return found;
}

static void words_find_it(void **state)
{
    static const char *const words[] = { "石桥", "桥果", "石桥果园", "石", "shiqiao", "shiqiaoguoyuan",
        "sqgy", "Apple" };
    LedgerDone d;

    (void)state;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"石桥果园 Apple\",\"id_no\":\"SECRET99\"}", &d);
    for (size_t i = 0; i < LEN(words); i++)
        if (!finds(words[i], d.id))
            fail_msg("“%s” does not find it", words[i]);
    assert_false(finds("石果", d.id));
    assert_false(finds("SECRET99", d.id));
    must_save(&k, LEDGER_RETIRE, "owner", d.id, NULL, NULL);
    assert_false(finds("石桥", d.id));
}

/* --- time ----------------------------------------------------------------------------------------------------------------------- */
static bool save_from(const char *id, const char *json, const char *effective, char out[ULID_LEN + 1])
{
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    const LedgerChange c = change_of(&k, id ? LEDGER_UPDATE : LEDGER_CREATE, "owner", id, json, &said, a);
    LedgerTx tx = { .who = &tester, .change = &c, .nchange = 1, .reason = STR("更正") };
    LedgerDone d;
    Err err = { 0 };
    bool good =
        time_parse(str_of(effective), &tx.effective) && ledger_write(k.ledger, &tx, a, &d, &said, &err);

    memcpy(out, d.id, sizeof d.id);
    arena_free(a);
    return good;
}

static const char *name_at(const char *id, const char *valid, int64_t known)
{
    LedgerRecord r;
    Err err = { 0 };
    int64_t at;

    assert_true(time_parse(str_of(valid), &at));
    if (!ledger_get((LedgerView){ k.ledger, &ACCESS_VISITOR }, col(&k, "owner"), str_of(id), at, known,
            k.arena, &r, &err))
        return err.kind->code;
    return str_c(k.arena, of(&r, "name").text);
}

static void the_past_is_known_as_it_was_known(void **state)
{
    char id[ULID_LEN + 1];
    int64_t before_correction;

    (void)state;
    assert_true(save_from(NULL, "{\"name\":\"张一\"}", "2020-01-01T00:00:00Z", id));
    assert_true(save_from(id, "{\"name\":\"张二\"}", "2022-01-01T00:00:00Z", id));
    before_correction = time_now();
    assert_true(save_from(id, "{\"name\":\"张三\"}", "2022-01-01T00:00:00Z", id)); /* 2022 was wrong */
    assert_string_equal(name_at(id, "2021-06-01T00:00:00Z", INT64_MIN), "张一");
    assert_string_equal(name_at(id, "2022-06-01T00:00:00Z", INT64_MIN), "张三");
    assert_string_equal(name_at(id, "2022-06-01T00:00:00Z", before_correction), "张二");
    assert_string_equal(name_at(id, "2019-06-01T00:00:00Z", INT64_MIN), LEDGER_NO_RECORD.code);
}

static void history_tells_the_differences(void **state)
{
    LedgerDone d;
    LedgerVersion *v;
    int64_t next;
    LedgerRecord r;
    size_t n;
    Err err = { 0 };
    Arena *a = arena_new(0);
    LedgerProblems said = { 0 };
    LedgerChange c;
    const LedgerTx tx = { .who = &tester, .effective = INT64_MIN, .change = &c, .nchange = 1 };

    (void)state;
    must_save(&k, LEDGER_CREATE, "owner", NULL, "{\"name\":\"王一\",\"id_no\":\"N1\"}", &d);
    must_save(&k, LEDGER_UPDATE, "owner", d.id, "{\"name\":\"王二\"}", NULL);
    must_save(&k, LEDGER_UPDATE, "owner", d.id, "{\"id_no\":\"N2\"}", NULL);
    assert_true(ledger_history((LedgerView){ k.ledger, &ACCESS_VISITOR }, col(&k, "owner"), str_of(d.id), 0,
        0, a, &v, &n, &next, &err));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        if (v[i].version != 2)
            continue;
        assert_int_equal(v[i].nchange, 1);
        text_is(v[i].change[0].value, "王二");
        text_is(v[i].before[0], "王一");
        assert_true(str_eq(v[i].who, STR("tester")) && str_eq(v[i].verb, STR("update")));
    }
    c = change_of(&k, LEDGER_RESTORE, "owner", d.id, NULL, &said, a);
    c.restore = 1;
    assert_true(ledger_write(k.ledger, &tx, a, &d, &said, &err));
    r = get(&k, "owner", d.id);
    text_is(of(&r, "name"), "王一");
    text_is(of(&r, "id_no"), "N1");
    assert_int_equal(r.version, 4); /* the past is not rewritten */
    c.restore = 99;
    assert_false(ledger_write(k.ledger, &tx, a, &d, &said, &err));
    arena_free(a);
}

/* --- loads ---------------------------------------------------------------------------------------------------------------------- */
static void a_load_is_there_after_reopening(void **state)
{
    County n;
    LedgerLoad *load;
    Err err = { 0 };
    char first[ULID_LEN + 1] = "";

    (void)state;
    county_make_in(&n, NULL);
    assert_true(
        ledger_load_begin(n.ledger, STR("tester"), STR("imported"), STR("首次"), time_now(), 7, &load, &err));
    for (int i = 0; i < 300; i++) {
        const PackCollection *c = col(&n, i ? "farm" : "owner");
        Arena *a = arena_new(0);
        LedgerField f[2] = { { prop(c, "name"), { .kind = CQL_TEXT, .text = str_fmt(a, "载入%03d", i) } } };
        LedgerLoadRecord r = { .collection = c,
            .division = STR(DIVISION),
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN,
            .field = f,
            .nfield = i ? 2 : 1 };

        if (i)
            f[1] = (LedgerField){ prop(c, "owner"), { .kind = CQL_TEXT, .text = str_of(first) } };
        ulid_new(r.id);
        if (!i)
            memcpy(first, r.id, sizeof first);
        assert_true(!i || geo_make_point(111 + i * 0.001, 31, a, &r.geometry));
        assert_true(ledger_load_put(load, &r, &err));
        arena_free(a);
    }
    assert_true(ledger_load_end(load, true, &err));
    county_again(&n);
    assert_int_equal(ledger_count((LedgerView){ n.ledger, &ACCESS_VISITOR }, col(&n, "farm"), STR("")), 299);
    assert_int_equal(faults_of(&n), 0);
    must_save(&n, LEDGER_CREATE, "farm", NULL, "{\"name\":\"后来\",\"at\":[111,31]}",
        NULL); /* indexes and triggers stand again */
    assert_false(save(&n, LEDGER_RETIRE, "owner", first, NULL, NULL, &err));
    assert_ptr_equal(err.kind, &LEDGER_REFERRED);
    assert_int_equal(faults_of(&n), 0);
    county_drop(&n);
}

static void a_load_given_up_leaves_nothing(void **state)
{
    County n;
    LedgerLoad *load;
    Err err = { 0 };

    (void)state;
    county_make_in(&n, NULL);
    assert_true(
        ledger_load_begin(n.ledger, STR("tester"), STR("imported"), STR("首次"), time_now(), 7, &load, &err));
    for (int i = 0; i < 10; i++) {
        const PackCollection *c = col(&n, "owner");
        const LedgerField f = { prop(c, "name"), { .kind = CQL_TEXT, .text = STR("载入") } };
        LedgerLoadRecord r = { .collection = c,
            .division = STR(DIVISION),
            .valid_from = INT64_MIN,
            .valid_to = INT64_MIN,
            .field = &f,
            .nfield = 1 };

        ulid_new(r.id);
        assert_true(ledger_load_put(load, &r, &err));
    }
    assert_true(ledger_load_end(load, false, &err));
    assert_int_equal(ledger_count((LedgerView){ n.ledger, &ACCESS_VISITOR }, col(&n, "owner"), STR("")), 0);
    must_save(&n, LEDGER_CREATE, "owner", NULL, "{\"name\":\"后来\"}", NULL);
    assert_int_equal(ledger_count((LedgerView){ n.ledger, &ACCESS_VISITOR }, col(&n, "owner"), STR("")), 1);
    assert_int_equal(faults_of(&n), 0);
    county_drop(&n);
}

/* --- verify ----------------------------------------------------------------------------------------------------------------------- */
/* Changes one value in the file as somebody with SQLite and time would: the triggers taken away, and put back. */
static void behind_its_back(const County *c, const char *table, const char *sql)
{
    char path[128];
    char *kept[32] = { NULL };
    size_t n = 0;
    sqlite3 *db;
    sqlite3_stmt *stmt;

    (void)snprintf(path, sizeof path, "%s/county.gpkg", c->county);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(
            db, "SELECT sql FROM sqlite_master WHERE type='trigger' AND tbl_name=?", -1, &stmt, NULL),
        0);
    assert_int_equal(sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW && n < LEN(kept))
        kept[n++] = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    assert_int_equal(
        sqlite3_prepare_v2(db,
            "SELECT 'DROP TRIGGER \"' || name || '\"' FROM sqlite_master WHERE type='trigger' AND"
            " tbl_name=?",
            -1, &stmt, NULL),
        0);
    assert_int_equal(sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC), SQLITE_OK);
    char *drop = sqlite3_mprintf("");
    while (sqlite3_step(stmt) == SQLITE_ROW)
        drop = sqlite3_mprintf("%z%s;", drop, sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_exec(db, drop, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(drop);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_changes(db), 1);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(sqlite3_exec(db, kept[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free(kept[i]);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const struct Tamper {
    const char *say, *table, *sql;
} tamper[] = {
    { "a record's value", "farm", "UPDATE farm SET size=size+1 WHERE name='甲'" },
    { "a record's text by one letter", "farm", "UPDATE farm SET name='乙' WHERE name='甲'" },
    { "a record's derived value", "farm", "UPDATE farm SET twice=99 WHERE name='甲'" },
    { "one byte of a sealed part", "farm", "UPDATE farm SET sealed=unhex_flip(sealed) WHERE name='甲'" },
    { "one byte of a journal body", "_journal", "UPDATE _journal SET body=unhex_flip(body) WHERE seq=2" },
    { "a body and its digest", "_journal", "UPDATE _journal SET digest=unhex_flip(digest) WHERE seq=2" },
    { "who did it", "_tx", "UPDATE _tx SET who='somebody' WHERE seq=2" },
    { "when it was done", "_tx", "UPDATE _tx SET at=at-1000000 WHERE seq=2" },
    { "why", "_tx", "UPDATE _tx SET reason='x' WHERE seq=2" },
    { "the chain's last link", "_tx", "UPDATE _tx SET hash=unhex_flip(hash) WHERE seq=3" },
    { "an entry taken out", "_journal", "DELETE FROM _journal WHERE seq=2" },
    { "a transaction taken out", "_tx", "DELETE FROM _tx WHERE seq=2" },
    { "a record taken out", "farm", "DELETE FROM farm WHERE name='甲'" },
    { "a record brought back", "farm", "UPDATE farm SET valid_to=NULL WHERE name='丙'" },
};

static void flip(sqlite3_context *ctx, int n, sqlite3_value **v)
{
    const int len = sqlite3_value_bytes(v[0]);
    uint8_t *copy = sqlite3_malloc(len + 1);

    (void)n;
    memcpy(copy, sqlite3_value_blob(v[0]), (size_t)len);
    copy[len / 2] ^= 1;
    sqlite3_result_blob(ctx, copy, len, sqlite3_free);
}

static int bring_flip(sqlite3 *db, char **said, const struct sqlite3_api_routines *api)
{
    (void)said;
    (void)api;
    return sqlite3_create_function(db, "unhex_flip", 1, SQLITE_UTF8, NULL, flip, NULL, NULL);
}

static void verify_names_what_was_changed(void **state)
{
    size_t missed = 0;

    (void)state;
    of_the_file_only();
    (void)sqlite3_auto_extension((void (*)(void))bring_flip);
    for (size_t i = 0; i < LEN(tamper); i++) {
        County c;
        LedgerDone d;
        size_t n;

        county_make_in(&c, NULL);
        must_save(
            &c, LEDGER_CREATE, "farm", NULL, "{\"name\":\"甲\",\"size\":1,\"phone\":\"13800138000\"}", NULL);
        must_save(&c, LEDGER_CREATE, "farm", NULL, "{\"name\":\"乙二\",\"at\":[111,31]}", NULL);
        must_save(&c, LEDGER_CREATE, "farm", NULL, "{\"name\":\"丙\"}", &d);
        must_save(&c, LEDGER_RETIRE, "farm", d.id, NULL, NULL);
        assert_int_equal(faults_of(&c), 0);
        ledger_close(c.ledger);
        c.ledger = NULL;
        behind_its_back(&c, tamper[i].table, tamper[i].sql);
        county_open(&c);
        n = faults_of(&c);
        if (!n)
            print_error("verify does not see: %s\n", tamper[i].say);
        missed += !n;
        county_drop(&c);
    }
    assert_int_equal(missed, 0);
    (void)sqlite3_cancel_auto_extension((void (*)(void))bring_flip);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(pages_visit_each_once),
        cmocka_unit_test(boxes_visit_each_once),
        cmocka_unit_test(a_changed_token_is_refused),
        cmocka_unit_test(sql_and_memory_agree),
        cmocka_unit_test(statistics_are_sums),
        cmocka_unit_test(sealed_values_stand_nowhere_in_clear),
        cmocka_unit_test(words_find_it),
        cmocka_unit_test(the_past_is_known_as_it_was_known),
        cmocka_unit_test(history_tells_the_differences),
        cmocka_unit_test(a_load_is_there_after_reopening),
        cmocka_unit_test(a_load_given_up_leaves_nothing),
        cmocka_unit_test(verify_names_what_was_changed),
    };

    return cmocka_run_group_tests(test, begin, end);
}
