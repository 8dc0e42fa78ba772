/* tests/store/store_test.c - the store's own floor, of every driver: each decision that a table alone can show. No pack, no ledger.
 * What is SQLite's alone stands in sqlite_test.c; packs that change in tests/ledger/migrate_test.c.
 */
#include "place.h"
#include <math.h>
#include <pthread.h>
#include <sys/stat.h>

static const Bytes nowhere = { NULL, 0 };

static int64_t add(Place *p, const StoreTable *t, int64_t number, const char *name, const char *division)
{
    CqlValue v[COLUMNS];

    row(v, number, name, division);
    return put(p, t, nowhere, v);
}

static size_t asked(Place *p, const StoreQuery *q, int64_t fid[64])
{
    size_t n = 0;

    ask(p, q, fid);
    while (fid[n])
        n++;
    return n;
}

/* --- types --------------------------------------------------------------------------------------------------------- */
static void each_kind_has_its_type_and_comes_back(void **state)
{
    static const char *const type[COLUMNS] = { "INTEGER", "TEXT", "DOUBLE", "INTEGER", "BOOLEAN", "DATE",
        "DATETIME", "TEXT", "BLOB", "TEXT", "DATETIME", "DATETIME" };
    Place *p = *state;
    CqlValue v[COLUMNS];
    const uint8_t mark[4] = { 0, 255, 7, 0 };
    StoreQuery q = { .table = &shop, .column = every, .ncolumn = COLUMNS, .geometry = true };
    StoreRead *r = NULL;
    StoreCursor *c = NULL;
    const StoreRow *got = NULL;
    Err err = { 0 };

    for (size_t i = 0; i < COLUMNS; i++)
        assert_string_equal(store_type(column + i), type[i]);
    row(v, INT64_MAX, "石桥", "990121108204");
    v[SIZE] = (CqlValue){ .kind = CQL_NUMBER, .number = -0.1 };
    v[PRICE] = (CqlValue){ .kind = CQL_INT, .integer = INT64_MIN + 1 };
    v[OPEN] = (CqlValue){ .kind = CQL_BOOL, .truth = true };
    v[SINCE] = (CqlValue){ .kind = CQL_DATE, .date = date_of(1949, 10, 1) };
    v[AT] = (CqlValue){ .kind = CQL_TIME, .time = INT64_C(1700000000123000) };
    v[TAGS] = (CqlValue){ .kind = CQL_TEXT, .text = STR("[\"a\",\"石\"]") };
    v[BLOB] = (CqlValue){ .kind = CQL_GEOM, .geom = { mark, 4 } };
    begin(p);
    put(p, &shop, point(p, 111.1, 31.4), v);
    row(v, 2, NULL, "990121108204");
    put(p, &shop, (Bytes){ NULL, 0 }, v);
    commit(p);
    assert_true(store_read_begin(p->store, &r, &err) && store_select(r, &q, &c, &err) &&
                store_next(c, &got, &err) && got);
    assert_true(got->value[ID].integer == INT64_MAX && str_eq(got->value[NAME].text, STR("石桥")) &&
                got->value[SIZE].number == -0.1);
    assert_true(got->value[PRICE].integer == INT64_MIN + 1 && got->value[OPEN].truth &&
                got->value[SINCE].date == date_of(1949, 10, 1));
    assert_true(got->value[AT].time == INT64_C(1700000000123000) &&
                str_eq(got->value[TAGS].text, STR("[\"a\",\"石\"]")));
    assert_true(
        got->value[BLOB].geom.len == 4 && !memcmp(got->value[BLOB].geom.ptr, mark, 4) && got->blob.len > 0);
    assert_true(store_next(c, &got, &err) && got && !got->blob.len);
    for (size_t i = 0; i < COLUMNS; i++)
        assert_int_equal(
            got->value[i].kind == CQL_NULL, i != ID && i != DIVISION); /* null is not empty, not 0 */
    store_cursor_close(c);
    store_read_end(r);
}

static void another_type_is_refused_with_both_named(void **state)
{
    Place *p = *state;
    StoreColumn other[COLUMNS];
    StoreTable t = shop;
    Err err = { 0 };

    memcpy(other, column, sizeof other);
    other[SIZE].kind = CQL_TEXT;
    t.column = other;
    assert_false(store_define(p->store, &t, 1, &err));
    assert_ptr_equal(err.kind, &STORE_SCHEMA);
    assert_true(strstr(err.hint, "DOUBLE") && strstr(err.hint, "TEXT") && strstr(err.where, "shop.size"));
}

/* --- numbers ------------------------------------------------------------------------------------------------------------- */
static void a_fid_is_never_given_twice(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    int64_t first, second;
    Err err = { 0 };

    if (!store_define(p->store, &job, 1, &err))
        fail_msg("%s %s", err.kind->code, err.hint);
    row(v, 1, "a", "99");
    begin(p);
    first = put(p, &job, nowhere, v);
    assert_true(store_delete(p->store, &job, first, &err));
    second = put(p, &job, nowhere, v);
    commit(p);
    assert_true(second > first);
}

/* --- one current holder; nulls last; pages ------------------------------------------------------------------------------------- */
static void unique_is_among_the_current(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    const size_t closed = VALID_TO, number = ID;
    const CqlValue then = { .kind = CQL_TIME, .time = 1000 }, seven = { .kind = CQL_INT, .integer = 7 };
    int64_t fid, other;
    Err err = { 0 };

    row(v, 7, "a", "99");
    begin(p);
    fid = put(p, &note, (Bytes){ NULL, 0 }, v);
    assert_false(store_insert(
        p->store, &note, STR("01ARZ3NDEKTSV4RRFFQ69G5FAV"), (Bytes){ NULL, 0 }, v, &other, &err));
    assert_ptr_equal(err.kind, &STORE_TWICE);
    assert_true(store_update(p->store, &note, fid, false, (Bytes){ NULL, 0 }, &closed, &then, 1, &err));
    put(p, &note, (Bytes){ NULL, 0 }, v); /* a closed row holds nothing */
    row(v, 8, "b", "99");
    other = put(p, &note, (Bytes){ NULL, 0 }, v);
    err.kind = NULL;
    assert_false(store_update(p->store, &note, other, false, (Bytes){ NULL, 0 }, &number, &seven, 1, &err));
    assert_ptr_equal(err.kind, &STORE_TWICE);
    commit(p);
}

static void nulls_come_last_and_pages_visit_each_once(void **state)
{
    static const double size[] = { 3, 1, NAN, 2, 2, NAN, 1 };
    Place *p = *state;
    CqlValue v[COLUMNS];
    int64_t all[64], got[64];

    begin(p);
    for (size_t i = 0; i < LEN(size); i++) {
        row(v, (int64_t)i, "x", "99");
        if (size[i] == size[i])
            v[SIZE] = (CqlValue){ .kind = CQL_NUMBER, .number = size[i] };
        put(p, &note, (Bytes){ NULL, 0 }, v);
    }
    commit(p);
    for (int down = 0; down < 2; down++) {
        const StoreOrder order = { SIZE, down };
        StoreQuery q = { .table = &note, .order = &order, .norder = 1 };
        CqlValue after;
        size_t n = 0;

        ask(p, &q, all);
        assert_true(
            (all[5] == 3 && all[6] == 6) && size[all[0] - 1] == (down ? 3 : 1)); /* fids are 1, 2, 3 … */
        q.limit = 1;
        for (;;) {
            ask(p, &q, got);
            if (!got[0])
                break;
            assert_int_equal(got[0], all[n++]);
            after = size[got[0] - 1] == size[got[0] - 1]
                        ? (CqlValue){ .kind = CQL_NUMBER, .number = size[got[0] - 1] }
                        : (CqlValue){ .kind = CQL_NULL };
            q.after = &after;
            q.after_fid = got[0];
        }
        assert_int_equal(n, LEN(size));
    }
}

/* --- places ----------------------------------------------------------------------------------------------------------- */
static void boxes_follow_every_change(void **state)
{
    Place *p = *state;
    const GeoBox west = { 110, 30, 111, 32 }, east = { 112, 30, 113, 32 }, both[] = { west, east };
    StoreQuery in_west = { .table = &shop, .box = &west, .nbox = 1 },
               in_east = { .table = &shop, .box = &east, .nbox = 1 },
               in_both = { .table = &shop, .box = both, .nbox = 2 };
    CqlValue v[COLUMNS];
    StoreRead *r;
    GeoBox all;
    int64_t fid, other, got[64];
    Err err = { 0 };

    row(v, 1, "a", "99");
    begin(p);
    fid = put(p, &shop, point(p, 110.5, 31), v);
    v[ID].integer = 2;
    put(p, &shop, nowhere, v);
    v[ID].integer = 3;
    other = put(p, &shop, point(p, 112.75, 31.5), v);
    commit(p);
    assert_true(asked(p, &in_west, got) == 1 && got[0] == fid);
    assert_true(asked(p, &in_both, got) == 2 && got[0] == fid && got[1] == other);
    begin(p);
    assert_true(store_update(p->store, &shop, fid, true, point(p, 112.5, 31), NULL, NULL, 0, &err));
    commit(p);
    assert_int_equal(asked(p, &in_west, got), 0);
    assert_int_equal(asked(p, &in_east, got), 2);
    assert_true(store_read_begin(p->store, &r, &err) && store_extent(r, &shop, &all, &err));
    assert_true(fabs(all.minx - 112.5) < 1e-4 && fabs(all.maxx - 112.75) < 1e-4 &&
                fabs(all.miny - 31) < 1e-4 && fabs(all.maxy - 31.5) < 1e-4);
    assert_true(store_extent(r, &note, &all, &err) && geo_box_empty(all));
    store_read_end(r);
    begin(p);
    assert_true(store_update(p->store, &shop, fid, true, nowhere, NULL, NULL, 0, &err));
    commit(p);
    assert_true(asked(p, &in_east, got) == 1 && got[0] == other);
}

static Bytes square(Place *p, double x, double y, double side)
{
    const double xy[] = { x, y, x + side, y, x + side, y + side, x, y + side, x, y };
    const size_t ring = 5;
    Bytes wkb, blob = { 0 };
    Err err = { 0 };

    assert_true(geo_make_polygon(xy, &ring, 1, p->a, &wkb) && geo_blob_make(wkb, GEO_SRS, p->a, &blob, &err));
    return blob;
}

/* What lies inside for sure, and what crosses the edge, are together what meets the box, and nothing is in both. */
static void a_box_knows_inside_from_across(void **state)
{
    Place *p = *state;
    const GeoBox box = { 110, 30, 112, 32 };
    StoreQuery q = { .table = &shop, .box = &box, .nbox = 1 };
    CqlValue v[COLUMNS];
    int64_t inside, across, small, got[64];

    begin(p);
    row(v, 1, "inside", "99");
    inside = put(p, &shop, square(p, 110.5, 30.5, 1), v);
    row(v, 2, "across", "99");
    across = put(p, &shop, square(p, 111.5, 31.5, 1), v);
    row(v, 3, "beside", "99");
    put(p, &shop, square(p, 113, 33, 1), v);
    row(v, 4, "small", "99");
    small = put(p, &shop, square(p, 111, 31, 0.01), v);
    commit(p);
    assert_int_equal(asked(p, &q, got), 3);
    q.how = STORE_BOX_WITHIN;
    assert_true(asked(p, &q, got) == 2 && got[0] == inside && got[1] == small);
    q.how = STORE_BOX_CROSSES;
    assert_true(asked(p, &q, got) == 1 && got[0] == across);
    q.how = STORE_BOX_MEETS;
    q.scattered = true;
    assert_int_equal(asked(p, &q, got), 3);
    q.least = 0.5;
    assert_int_equal(asked(p, &q, got), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_not_equal(got[i], small);
}

/* --- what a query can ask ------------------------------------------------------------------------------------------------ */
static const CqlProperty property[] = {
    { .name = { "number", 6 }, .kind = CQL_INT, .column = { "number", 6 }, .index = ID },
    { .name = { "name", 4 }, .kind = CQL_TEXT, .column = { "name", 4 }, .index = NAME },
    { .name = { "size", 4 }, .kind = CQL_NUMBER, .column = { "size", 4 }, .index = SIZE },
    { .name = { "since", 5 }, .kind = CQL_DATE, .column = { "since", 5 }, .index = SINCE },
    { .name = { "at", 2 }, .kind = CQL_TIME, .column = { "at", 2 }, .index = AT },
    { .name = { "secret", 6 }, .kind = CQL_TEXT, .sealed = true, .index = 99 }
};

static const CqlProperty *find_property(const void *ctx, Str name)
{
    (void)ctx;
    for (size_t i = 0; i < LEN(property); i++)
        if (str_eq(property[i].name, name))
            return &property[i];
    return NULL;
}

static StoreFilter filter(Place *p, const char *text)
{
    const CqlSchema schema = { .find = find_property };
    StoreFilter f = { 0 };
    CqlExpr *e;
    Err err = { 0 };

    if (!cql_parse_text(str_of(text), p->a, &e, &err) || !cql_check(e, &schema, p->a, &err) ||
        !store_filter(p->store, &note, e, p->a, &f, &err))
        fail_msg("%s: %s %s", text, err.kind->code, err.where);
    return f;
}

static void fill_notes(Place *p)
{
    CqlValue v[COLUMNS];

    begin(p);
    for (int64_t i = 1; i <= 9; i++) {
        row(v, i, i % 3 ? i % 2 ? "odd" : "even" : NULL, i < 5 ? "990121108204" : "990122000000");
        if (i != 4)
            v[SIZE] = (CqlValue){ .kind = CQL_NUMBER, .number = (double)i / 2 };
        v[SINCE] = (CqlValue){ .kind = CQL_DATE, .date = date_of(2026, 1, (int)i) };
        v[AT] = (CqlValue){ .kind = CQL_TIME, .time = i * TIME_SECOND + 1999 };
        put(p, &note, nowhere, v);
    }
    commit(p);
}

static void a_filter_selects_what_memory_would(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        bool residual;
    } ask_of[] = { { "number > 3", 6, false }, { "name = 'odd'", 3, false }, { "NOT name = 'odd'", 3, false },
        { "name IS NULL", 3, false }, { "size * 2 = number", 8, false },
        { "size IS NULL OR number < 2", 2, false }, { "name LIKE 'e%' AND number > 2", 2, false },
        { "number IN (1, 5, 77)", 2, false }, { "since >= DATE('2026-01-08')", 2, false },
        { "at = TIMESTAMP('1970-01-01T00:00:03.001Z')", 1, false },
        { "secret = 'x' AND number > 3", 6, true }, { "secret = 'x' OR number > 3", 9, true } };
    Place *p = *state;
    int64_t got[64];

    fill_notes(p);
    for (size_t i = 0; i < LEN(ask_of); i++) {
        const StoreFilter f = filter(p, ask_of[i].text);
        const StoreQuery q = { .table = &note, .filter = &f };

        if (asked(p, &q, got) != ask_of[i].n || (f.residual != NULL) != ask_of[i].residual)
            fail_msg("%s: %zu rows, %s", ask_of[i].text, asked(p, &q, got),
                f.residual ? "a residual" : "no residual");
    }
}

static void rows_are_asked_for_in_many_ways(void **state)
{
    Place *p = *state;
    const int64_t some[] = { 7, 2, 100 };
    const uint64_t bits = 1 << 2 | 1 << 3;
    const StoreSet among = { &bits, 5 };
    const StoreEqual equal[] = { { NAME, { .kind = CQL_TEXT, .text = STR("odd") } },
        { ID, { .kind = CQL_INT, .integer = 5 } } };
    const size_t closed = VALID_TO;
    const CqlValue then = { .kind = CQL_TIME, .time = 1000 * TIME_SECOND };
    StoreQuery q = { .table = &note };
    int64_t got[64];
    Err err = { 0 };

    fill_notes(p);
    q.fid = some;
    q.nfid = 3;
    assert_true(asked(p, &q, got) == 2 && got[0] == 2 && got[1] == 7);
    q.nfid = 0;
    assert_int_equal(asked(p, &q, got), 0); /* none is none, not all */
    q = (StoreQuery){ .table = &note, .among = &among };
    assert_true(
        asked(p, &q, got) == 7 && got[0] == 2 && got[1] == 3 && got[2] == 5); /* 1 and 4 are not among them */
    q = (StoreQuery){ .table = &note, .equal = equal, .nequal = 1 };
    assert_true(asked(p, &q, got) == 3 && got[0] == 1 && got[1] == 5 && got[2] == 7);
    q.nequal = 2;
    assert_true(asked(p, &q, got) == 1 && got[0] == 5);
    q = (StoreQuery){ .table = &note, .division_from = STR("990121"), .division_to = STR("990122") };
    assert_int_equal(asked(p, &q, got), 4);
    q = (StoreQuery){ .table = &note, .limit = 2 };
    assert_int_equal(asked(p, &q, got), 2);
    begin(p);
    assert_true(store_update(p->store, &note, 3, false, nowhere, &closed, &then, 1, &err));
    commit(p);
    q = (StoreQuery){ .table = &note };
    assert_int_equal(asked(p, &q, got), 8);
    q.retired = true;
    assert_int_equal(asked(p, &q, got), 9);
    q = (StoreQuery){
        .table = &note, .timed = true, .valid_at_from = 10 * TIME_SECOND, .valid_at_to = 20 * TIME_SECOND
    };
    assert_int_equal(asked(p, &q, got), 9); /* then it was still there */
    q.valid_at_from = q.valid_at_to = 1000 * TIME_SECOND;
    assert_int_equal(asked(p, &q, got), 8);
}

static void one_record_is_found_by_its_id(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    StoreQuery q = { .table = &note, .id = "01ARZ3NDEKTSV4RRFFQ69G5FAV" };
    const Str several[] = { str_of(q.id), STR("01ARZ3NDEKTSV4RRFFQ69G5FAW"), str_of(q.id) };
    int64_t fid, got[64];
    Err err = { 0 };

    row(v, 1, "a", "99");
    begin(p);
    add(p, &note, 2, "b", "99");
    assert_true(store_insert(p->store, &note, str_of(q.id), nowhere, v, &fid, &err));
    v[ID].integer = 3;
    assert_false(store_insert(p->store, &note, str_of(q.id), nowhere, v, &fid, &err));
    assert_ptr_equal(err.kind, &STORE_TWICE);
    commit(p);
    assert_true(asked(p, &q, got) == 1 && got[0] == fid);
    q.id = "01ARZ3NDEKTSV4RRFFQ69G5FAW";
    assert_int_equal(asked(p, &q, got), 0);
    q = (StoreQuery){ .table = &note, .ids = several, .nids = 3 };
    assert_true(asked(p, &q, got) == 1 && got[0] == fid); /* asked for twice, there once */
    q.nids = 0;
    assert_int_equal(asked(p, &q, got), 0);
}

static void what_is_required_is_asked_for(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    int64_t fid;
    Err err = { 0 };

    row(v, 1, "a", "99");
    v[DIVISION] = (CqlValue){ .kind = CQL_NULL };
    begin(p);
    assert_false(store_insert(p->store, &note, STR("01ARZ3NDEKTSV4RRFFQ69G5FAV"), nowhere, v, &fid, &err));
    assert_ptr_equal(err.kind, &STORE_FAILED);
    store_rollback(p->store);
}

/* Who looks at too much is stopped, and told so; and who asks while the house closes. */
static void a_query_ends_at_its_budget(void **state)
{
    Place *p = *state;
    const StoreFilter f = filter(p, "size * 3 = 7");
    StoreQuery q = { .table = &note, .filter = &f, .most = 20 };
    StoreStat *stat = NULL;
    StoreRead *r;
    StoreCursor *c = NULL;
    const StoreRow *one;
    size_t n = 0;
    Err err = { 0 };

    begin(p);
    for (int64_t i = 0; i < 2000; i++)
        add(p, &note, i, "x", "99");
    commit(p);
    assert_true(store_read_begin(p->store, &r, &err) && store_select(r, &q, &c, &err));
    assert_false(store_next(c, &one, &err));
    assert_ptr_equal(err.kind, &STORE_BUDGET);
    store_cursor_close(c);
    err.kind = NULL;
    assert_false(store_stats(r, &q, SIZE_MAX, p->a, &stat, &n, &err));
    assert_ptr_equal(err.kind, &STORE_BUDGET);
    q.most = 0;
    assert_true(store_stats(r, &q, SIZE_MAX, p->a, &stat, &n, &err) && n == 1 && stat[0].count == 0);
    q.filter = NULL;
    assert_true(store_select(r, &q, &c, &err) && store_next(c, &one, &err) && one);
    store_hurry(p->store);
    assert_false(store_next(c, &one, &err));
    assert_ptr_equal(err.kind, &STORE_BUDGET);
    store_cursor_close(c);
    store_read_end(r);
}

/* --- statistics ------------------------------------------------------------------------------------------------------------ */
static void sums_are_of_all_rows_and_all_groups(void **state)
{
    enum { ROWS = 12000 }; /* more groups than fit any cut */
    Place *p = *state;
    const size_t of[] = { SIZE, NAME };
    const StoreQuery q = { .table = &note, .column = of, .ncolumn = 2 };
    CqlValue v[COLUMNS];
    StoreStat *stat = NULL;
    StoreRead *r;
    size_t n = 0;
    int64_t total = 0;
    Err err = { 0 };

    begin(p);
    for (int64_t i = 0; i < ROWS; i++) {
        row(v, i ? i : 1000000, i % 4 ? "b" : "a", i % 2 ? "990121" : "990122");
        if (!i)
            v[ID] = (CqlValue){ .kind = CQL_NULL };
        if (i % 2)
            v[SIZE] = (CqlValue){ .kind = CQL_NUMBER, .number = (double)i };
        put(p, &note, nowhere, v);
    }
    commit(p);
    assert_true(store_read_begin(p->store, &r, &err) && store_stats(r, &q, ID, p->a, &stat, &n, &err));
    assert_int_equal(n, ROWS);
    assert_int_equal(stat[0].group.kind, CQL_NULL); /* no value comes first */
    for (size_t i = 0; i < n; i++)
        total += stat[i].count;
    assert_int_equal(total, ROWS);
    assert_true(stat[3].group.integer == 3 && stat[3].column[0].n == 1 && stat[3].column[0].sum == 3);
    assert_true(stat[4].column[0].n == 0 && stat[4].column[0].min.kind == CQL_NULL);
    assert_true(store_stats(r, &q, DIVISION, p->a, &stat, &n, &err) && n == 2);
    assert_true(str_eq(stat[0].group.text, STR("990121")) && stat[0].count == ROWS / 2);
    assert_true(stat[0].column[0].min.number == 1 && stat[0].column[0].max.number == ROWS - 1);
    assert_true(stat[0].column[0].sum == (double)ROWS / 2 * (ROWS / 2));
    assert_true(store_stats(r, &q, SIZE_MAX, p->a, &stat, &n, &err) && n == 1 && stat[0].count == ROWS);
    assert_true(str_eq(stat[0].column[1].min.text, STR("a")) && str_eq(stat[0].column[1].max.text, STR("b")));
    store_read_end(r);
}

static void see_count(void *ctx, Str division, int64_t n)
{
    int64_t *seen = ctx;

    seen[str_eq(division, STR("990121")) ? 0 : 1] += n;
}

static void divisions_are_counted_and_changes_told(void **state)
{
    Place *p = *state;
    int64_t seen[2] = { 0, 0 }, at;
    StoreRead *r;
    Err err = { 0 };

    begin(p);
    add(p, &note, 1, "a", "990121");
    add(p, &note, 2, "b", "990121");
    add(p, &note, 3, "c", "990122");
    assert_true(store_touch(p->store, &note, INT64_C(1700000000123000), &err));
    commit(p);
    assert_true(
        store_read_begin(p->store, &r, &err) && store_count_divisions(r, &note, see_count, seen, &err));
    assert_true(seen[0] == 2 && seen[1] == 1);
    assert_true(store_changed(r, &note, &at, &err) && at == INT64_C(1700000000123000));
    store_read_end(r);
}

/* --- journal ---------------------------------------------------------------------------------------------------------------- */
typedef struct Seen {
    size_t n;
    int64_t seq[16], version[16], place[16];
    uint8_t body[8];
    size_t nbody;
} Seen;

static bool see_tx(void *ctx, const StoreTx *tx)
{
    Seen *s = ctx;

    s->seq[s->n++] = tx->seq;
    return s->n < 2;
}

static bool see_entry(void *ctx, const StoreEntry *e)
{
    Seen *s = ctx;

    assert_true(e->body.len <= sizeof s->body);
    s->nbody = e->body.len;
    if (s->nbody)
        memcpy(s->body, e->body.ptr, s->nbody);
    s->version[s->n++] = e->version;
    return true;
}

static bool see_place(void *ctx, int64_t place, const StoreEntry *e)
{
    Seen *s = ctx;

    s->place[s->n] = place;
    s->version[s->n++] = e->version;
    return true;
}

static bool see_history(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    Seen *s = ctx;

    assert_int_equal(tx->seq, e->seq);
    assert_true(str_eq(tx->reason, STR("why")));
    s->version[s->n++] = e->version;
    return true;
}

static const Str record = { "01ARZ3NDEKTSV4RRFFQ69G5FAV", 26 }, other = { "01ARZ3NDEKTSV4RRFFQ69G5FAW", 26 };

static void write_journal(Place *p)
{
    const uint8_t body[] = { 1, 2, 3 };
    StoreTx tx = {
        .chain = 0, .at = 7, .effective = 8, .who = STR("wang"), .source = STR("typed"), .reason = STR("why")
    };
    StoreEntry e = { .collection = STR("note"), .id = record, .verb = STR("create"), .body = { body, 3 } };
    Err err = { 0 };

    begin(p);
    for (int64_t seq = 1; seq <= 3; seq++) {
        tx.seq = e.seq = e.version = seq;
        tx.hash[0] = e.digest[0] = (uint8_t)seq;
        e.n = 1;
        e.id = other;
        assert_true(store_put_entry(p->store, &e, &err));
        e.n = 0;
        e.id = record;
        assert_true(store_put_entry(p->store, &e, &err) && store_put_tx(p->store, &tx, &err));
    }
    e = (StoreEntry){
        .seq = 3, .n = 2, .version = 2, .collection = STR("note"), .id = record, .verb = STR("reseal")
    };
    e.digest[0] = 2;
    assert_true(store_put_entry(p->store, &e, &err));
    commit(p);
}

static void the_journal_tells_all_of_it_in_order(void **state)
{
    Place *p = *state;
    StoreRead *r;
    StoreTx last;
    Seen s = { 0 };
    bool yes;
    uint8_t digest[SM3_LEN] = { 2 };
    Err err = { 0 };

    write_journal(p);
    assert_true(store_read_begin(p->store, &r, &err));
    assert_true(store_last_tx(r, 0, &last, p->a, &err) && last.seq == 3 && last.hash[0] == 3 && last.at == 7);
    assert_true(last.effective == 8 && str_eq(last.who, STR("wang")));
    assert_true(store_last_tx(r, 5, &last, p->a, &err) && last.seq == 0);
    assert_true(store_txs(r, 0, 2, see_tx, &s, &err) && s.n == 2 && s.seq[0] == 2 && s.seq[1] == 3);
    s.n = 0;
    assert_true(store_txs(r, 0, 1, see_tx, &s, &err) && s.n == 2); /* enough is enough */
    s.n = 0;
    assert_true(store_entries(r, 0, 2, see_entry, &s, &err) && s.n == 2);
    s.n = 0;
    assert_true(store_history(r, STR("note"), record, see_history, &s, &err));
    assert_true(
        s.n == 3 && s.version[0] == 3 && s.version[2] == 1); /* newest first, without what was resealed */
    s.n = 0;
    assert_true(store_history(r, STR("shop"), record, see_history, &s, &err) && s.n == 0);
    assert_true(store_resealed(r, STR("note"), record, 2, digest, &yes, &err) && yes);
    assert_true(store_resealed(r, STR("note"), record, 3, digest, &yes, &err) && !yes);
    digest[0] = 9;
    assert_true(store_resealed(r, STR("note"), record, 2, digest, &yes, &err) && !yes);
    store_read_end(r);
}

static void entries_are_read_in_slices_and_a_body_may_be_replaced(void **state)
{
    Place *p = *state;
    const uint8_t sealed[] = { 9, 9 };
    StoreRead *r;
    Seen s = { 0 }, rest = { 0 };
    Err err = { 0 };

    write_journal(p);
    begin(p);
    assert_true(store_put_body(p->store, 0, 2, 1, (Bytes){ sealed, 2 }, &err));
    assert_true(store_put_body(p->store, 0, 3, 1, nowhere, &err)); /* erased by law */
    commit(p);
    assert_true(store_read_begin(p->store, &r, &err));
    assert_true(store_entries_of(r, STR("note"), 0, 3, see_place, &s, &err) && s.n == 3);
    assert_true(store_entries_of(r, STR("note"), s.place[2], 100, see_place, &rest, &err) && rest.n == 4);
    assert_true(rest.place[0] > s.place[2]);
    s.n = 0;
    assert_true(store_entries(r, 0, 2, see_entry, &s, &err) && s.n == 2); /* n 0, then n 1 */
    assert_true(s.nbody == 2 && s.body[0] == 9);
    s.n = 0;
    assert_true(store_entries(r, 0, 1, see_entry, &s, &err) && s.nbody == 3);
    store_read_end(r);
}

/* What is cut off is not all there is: who reads the chain would take half of it for the whole. */
static bool hurry_at_first(void *ctx, const StoreTx *tx)
{
    (void)tx;
    store_hurry(((Place *)ctx)->store);
    return true;
}

static bool hurry_at_entry(void *ctx, int64_t place, const StoreEntry *e)
{
    (void)place, (void)e;
    store_hurry(((Place *)ctx)->store);
    return true;
}

static void a_reading_that_was_cut_off_says_so(void **state)
{
    Place *p = *state;
    StoreRead *r;
    Err err = { 0 };

    write_journal(p);
    assert_true(store_read_begin(p->store, &r, &err));
    assert_false(store_txs(r, 0, 1, hurry_at_first, p, &err));
    assert_ptr_equal(err.kind, &STORE_BUDGET);
    err.kind = NULL;
    assert_false(store_entries_of(r, STR("note"), 0, 100, hurry_at_entry, p, &err));
    assert_ptr_equal(err.kind, &STORE_BUDGET);
    store_read_end(r);
}

/* --- links, words, settings --------------------------------------------------------------------------------------------------- */
static bool see_link(void *ctx, Str collection, Str property_, Str from)
{
    Buf *b = ctx;

    buf_fmt(b, "%.*s.%.*s<%.*s ", STRV(collection), STRV(property_), (int)2, from.ptr + 24);
    return true;
}

static Str links(Place *p, Str to)
{
    StoreRead *r;
    Buf b;
    Str out;
    Err err = { 0 };

    buf_init(&b, 4096);
    assert_true(store_read_begin(p->store, &r, &err) && store_links_to(r, to, see_link, &b, &err));
    store_read_end(r);
    out = str_copy(p->a, buf_text(&b));
    buf_clear(&b);
    return out;
}

static void links_are_those_set_last(void **state)
{
    Place *p = *state;
    const Str a = STR("01AAAAAAAAAAAAAAAAAAAAAAA1"), b = STR("01AAAAAAAAAAAAAAAAAAAAAAA2"),
              to[] = { a, b, a };
    Err err = { 0 };

    begin(p);
    assert_true(
        store_link_set(p->store, STR("note"), STR("keeper"), record, to, 3, true, &err)); /* twice is once */
    assert_true(store_link_set(p->store, STR("note"), STR("owner"), other, &a, 1, false, &err));
    commit(p);
    assert_true(str_eq(links(p, a), STR("note.keeper<AV note.owner<AW ")));
    assert_true(str_eq(links(p, b), STR("note.keeper<AV ")));
    begin(p);
    assert_true(store_link_set(p->store, STR("note"), STR("keeper"), record, &b, 1, false, &err));
    commit(p);
    assert_true(str_eq(links(p, a), STR("note.owner<AW ")));
    assert_true(str_eq(links(p, b), STR("note.keeper<AV ")));
}

static bool see_words(void *ctx, Str collection, int64_t fid, double rank)
{
    Buf *b = ctx;

    buf_fmt(b, "%.*s%lld:%.0f ", (int)1, collection.ptr, (long long)fid, rank);
    return true;
}

static Str found(Place *p, const StoreWord *word, size_t n)
{
    StoreRead *r;
    Buf b;
    Str out;
    Err err = { 0 };

    buf_init(&b, 4096);
    assert_true(
        store_read_begin(p->store, &r, &err) && store_words_find(r, word, n, 10, see_words, &b, &err));
    store_read_end(r);
    out = str_copy(p->a, buf_text(&b));
    buf_clear(&b);
    return out;
}

static void words_are_found_whole_by_their_beginning_and_in_a_row(void **state)
{
    Place *p = *state;
    const StoreWord bridge = { STR("石桥"), false }, both[] = { { STR("石桥"), false }, { STR("lu"), true } },
                    begins = { STR("Road"), true }, whole = { STR("road"), false },
                    row_of_two = { STR("x003 k6"), false }, quote = { STR("say \"hi"), false },
                    open = { STR("lu"), true, true }, open_too = { STR("石桥"), false, true },
                    none = { STR("。"), false };
    const StoreQuery q = { .table = &note, .word = &bridge, .nword = 1 },
                     no_word = { .table = &note, .word = &bridge };
    int64_t fid, got[64];
    Err err = { 0 };

    begin(p);
    fid = add(p, &note, 1, "a", "99");
    assert_true(store_words_set(p->store, STR("note"), fid, STR("99"), STR("石桥 桥村"), STR("LuJu"), &err));
    assert_true(store_words_set(p->store, STR("note"), 70, STR("99"), STR("石桥"), STR(""), &err));
    assert_true(store_words_add(
        p->store, STR("shop"), 8, STR("99"), STR("roads X003 K6 say hi"), STR(""), true, &err));
    commit(p);
    assert_true(
        str_eq(found(p, &bridge, 1), STR("n70:2 n1:9 "))); /* what says little beside it comes first */
    assert_true(str_eq(found(p, both, 2), STR("n1:9 ")));
    assert_true(str_eq(found(p, &begins, 1), STR("s8:20 ")));
    assert_true(str_eq(found(p, &open, 1), STR(""))); /* a word of grade 2 */
    assert_true(str_eq(found(p, &open_too, 1), STR("n70:2 n1:9 ")));
    assert_true(str_eq(found(p, &whole, 1), STR("")));
    assert_true(str_eq(found(p, &row_of_two, 1), STR("s8:20 ")));
    assert_true(str_eq(found(p, &quote, 1), STR("s8:20 ")));
    assert_true(str_eq(found(p, &none, 1), STR("")) && str_eq(found(p, &bridge, 0), STR("")));
    assert_true(asked(p, &q, got) == 1 && got[0] == fid);
    assert_int_equal(asked(p, &no_word, got), 0);
    begin(p);
    assert_true(store_words_set(p->store, STR("note"), fid, STR("99"), STR("别的"), STR(""), &err));
    assert_true(store_words_set(p->store, STR("note"), 70, STR("99"), STR(""), STR(""), &err));
    commit(p);
    assert_true(str_eq(found(p, &bridge, 1), STR("")));
    assert_int_equal(asked(p, &q, got), 0);
}

static void settings_and_answers_are_kept(void **state)
{
    Place *p = *state;
    StoreRead *r;
    Str out;
    Err err = { 0 };

    begin(p);
    assert_true(store_meta_set(p->store, STR("a"), STR("1"), &err) &&
                store_meta_set(p->store, STR("a"), STR("2"), &err));
    assert_true(store_answer_set(p->store, STR("k"), 100, STR("[1]"), &err));
    commit(p);
    assert_true(store_read_begin(p->store, &r, &err));
    assert_true(store_meta(r, STR("a"), p->a, &out, &err) && str_eq(out, STR("2")));
    assert_true(store_meta(r, STR("b"), p->a, &out, &err) && !out.len);
    assert_true(store_answer(r, STR("k"), 100, p->a, &out, &err) && str_eq(out, STR("[1]")));
    assert_true(store_answer(r, STR("k"), 101, p->a, &out, &err) && !out.len);
    store_read_end(r);
}

/* --- transactions ------------------------------------------------------------------------------------------------------------- */
static void a_savepoint_takes_back_its_own(void **state)
{
    Place *p = *state;
    const StoreQuery all = { .table = &note };
    int64_t got[64];
    Err err = { 0 };

    begin(p);
    add(p, &note, 1, "stays", "99");
    assert_true(store_savepoint(p->store, &err));
    add(p, &note, 2, "goes", "99");
    store_undo(p->store);
    assert_true(store_savepoint(p->store, &err));
    add(p, &note, 3, "stays too", "99");
    assert_true(store_release(p->store, &err));
    assert_int_equal(asked(p, &all, got), 0); /* a reader sees nothing of it yet */
    commit(p);
    assert_int_equal(asked(p, &all, got), 2);
    assert_false(store_release(p->store, &err)); /* there is none */
    assert_non_null(err.kind);
}

static void what_is_rolled_back_never_was(void **state)
{
    Place *p = *state;
    const StoreQuery all = { .table = &note, .retired = true };
    const size_t name = NAME;
    const CqlValue v = { .kind = CQL_TEXT, .text = STR("changed") };
    const StoreFilter f = filter(p, "name = 'a'");
    const StoreQuery a = { .table = &note, .filter = &f };
    int64_t fid, got[64];
    Err err = { 0 };

    begin(p);
    fid = add(p, &note, 1, "a", "99");
    commit(p);
    begin(p);
    add(p, &note, 2, "b", "99");
    assert_true(store_update(p->store, &note, fid, false, nowhere, &name, &v, 1, &err));
    assert_true(store_meta_set(p->store, STR("x"), STR("y"), &err));
    store_rollback(p->store);
    assert_true(asked(p, &all, got) == 1 && got[0] == fid);
    assert_int_equal(asked(p, &a, got), 1);
    assert_true(store_begin(p->store, &err)); /* and the next one begins */
    commit(p);
}

/* A reader keeps what it began with; the writer sees its own at once. */
static void a_snapshot_stays_as_it_was(void **state)
{
    Place *p = *state;
    const StoreQuery all = { .table = &note }, ever = { .table = &note, .retired = true };
    StoreRead *r;
    StoreStat *stat;
    size_t n;
    int64_t fid, got[64];
    const size_t closed = VALID_TO;
    const CqlValue then = { .kind = CQL_TIME, .time = 1 };
    Err err = { 0 };

    begin(p);
    fid = add(p, &note, 1, "a", "99");
    commit(p);
    assert_true(store_read_begin(p->store, &r, &err)); /* from here on, though nothing was read yet */
    begin(p);
    add(p, &note, 2, "b", "99");
    assert_true(store_update(p->store, &note, fid, false, nowhere, &closed, &then, 1, &err));
    assert_true(
        store_stats(store_writer(p->store), &all, SIZE_MAX, p->a, &stat, &n, &err) && stat[0].count == 1);
    commit(p);
    assert_true(store_stats(r, &ever, SIZE_MAX, p->a, &stat, &n, &err) && stat[0].count == 1);
    assert_true(store_stats(r, &all, SIZE_MAX, p->a, &stat, &n, &err) && stat[0].count == 1);
    store_read_end(r);
    assert_true(asked(p, &all, got) == 1 && got[0] == fid + 1);
}

typedef struct Reading {
    Place *p;
    size_t looks;
    bool bad;
} Reading;

/* Two rows are always put in together: a reader that ever sees one of them alone has seen half a commit. */
static void *read_on(void *arg)
{
    Reading *g = arg;
    const StoreQuery all = { .table = &note };

    for (size_t i = 0; i < 200; i++) {
        Arena *a = arena_new(0);
        StoreRead *r;
        StoreStat *stat;
        size_t n;
        Err err = { 0 };

        if (store_read_begin(g->p->store, &r, &err)) {
            g->bad |= !store_stats(r, &all, SIZE_MAX, a, &stat, &n, &err) || stat[0].count % 2;
            store_read_end(r);
            g->looks++;
        }
        arena_free(a);
    }
    return NULL;
}

static void readers_never_see_half_a_commit(void **state)
{
    Place *p = *state;
    Reading reading[6];
    pthread_t t[6]; /* more than there are readers: some wait */

    for (size_t i = 0; i < LEN(t); i++) {
        reading[i] = (Reading){ .p = p };
        assert_int_equal(pthread_create(&t[i], NULL, read_on, &reading[i]), 0);
    }
    for (int64_t i = 0; i < 100; i++) {
        begin(p);
        add(p, &note, 2 * i, "a", "99");
        add(p, &note, 2 * i + 1, "b", "99");
        commit(p);
    }
    for (size_t i = 0; i < LEN(t); i++) {
        pthread_join(t[i], NULL);
        assert_true(!reading[i].bad && reading[i].looks == 200);
    }
}

/* --- tables that change ------------------------------------------------------------------------------------------------------- */
static void see_column(void *ctx, Str name, Str type)
{
    buf_fmt(ctx, "%.*s %.*s,", STRV(name), STRV(type));
}

static bool has(Place *p, const char *name_and_type)
{
    StoreRead *r;
    Buf b;
    bool yes;
    Err err = { 0 };

    buf_init(&b, 8192);
    assert_true(store_read_begin(p->store, &r, &err) && store_columns(r, STR("note"), see_column, &b, &err));
    store_read_end(r);
    yes = str_find(buf_text(&b), str_of(name_and_type)) != SIZE_MAX;
    buf_clear(&b);
    return yes;
}

static void columns_come_are_renamed_and_go(void **state)
{
    Place *p = *state;
    StoreColumn more[COLUMNS + 1];
    StoreTable wider = note;
    StoreStat *stat = NULL;
    StoreRead *r;
    size_t n = 0, last = COLUMNS;
    const StoreQuery q = { .table = &wider, .column = &last, .ncolumn = 1 };
    Err err = { 0 };

    begin(p);
    add(p, &note, 1, "a", "99");
    commit(p);
    assert_true(has(p, "number INTEGER,") && has(p, "since DATE,") && !has(p, "depth"));
    memcpy(more, column, sizeof column);
    more[COLUMNS] = (StoreColumn){ .name = { "depth", 5 }, .kind = CQL_NUMBER };
    wider.column = more;
    wider.ncolumn = COLUMNS + 1;
    assert_true(store_define(p->store, &wider, 1, &err) && has(p, "depth DOUBLE,"));
    assert_true(store_read_begin(p->store, &r, &err) && store_stats(r, &q, SIZE_MAX, p->a, &stat, &n, &err));
    assert_true(stat[0].count == 1 && stat[0].column[0].n == 0); /* who was there before has none */
    store_read_end(r);
    begin(p);
    assert_true(store_column_rename(p->store, STR("note"), STR("depth"), STR("deep"), &err));
    store_rollback(p->store);
    assert_true(has(p, "depth DOUBLE,"));
    begin(p);
    assert_true(store_column_rename(p->store, STR("note"), STR("depth"), STR("deep"), &err));
    assert_true(store_column_drop(p->store, STR("note"), STR("price"), &err));
    commit(p);
    assert_true(has(p, "deep DOUBLE,") && !has(p, "depth") && !has(p, "price"));
    assert_true(store_wipe(p->store, &err));
}

/* --- kept --------------------------------------------------------------------------------------------------------------------- */
static void open_again(Place *p, const char *url, StoreMode mode)
{
    Err err = { 0 };

    store_close(p->store);
    p->store = NULL;
    if (!store_open(url, mode, &p->store, &err))
        fail_msg("%s: %s %s", url, err.kind->code, err.hint);
}

static void all_is_there_when_it_is_opened_again(void **state)
{
    Place *p = *state;
    const GeoBox box = { 111, 31, 112, 32 };
    const StoreQuery in_box = { .table = &shop, .box = &box, .nbox = 1, .column = every, .ncolumn = COLUMNS };
    CqlValue v[COLUMNS];
    StoreRead *r;
    StoreTx last;
    Str out;
    Buf said;
    int64_t got[64];
    Err err = { 0 };

    write_journal(p);
    row(v, 5, "石桥", "99");
    v[AT] = (CqlValue){ .kind = CQL_TIME, .time = INT64_C(1700000000123000) };
    begin(p);
    put(p, &shop, point(p, 111.5, 31.5), v);
    assert_true(store_meta_set(p->store, STR("a"), STR("2"), &err));
    commit(p);
    assert_true(store_backup(p->store, p->other + strlen(p->prefix), &err));
    assert_false(store_backup(p->store, p->other + strlen(p->prefix), &err)); /* it is there already */
    begin(p);
    assert_true(store_meta_set(p->store, STR("a"), STR("3"), &err));
    commit(p);
    for (int backup = 0; backup < 2; backup++) {
        open_again(p, backup ? p->other : p->url, backup ? STORE_READ : STORE_WRITE);
        assert_int_equal(asked(p, &in_box, got), 1);
        assert_true(
            store_read_begin(p->store, &r, &err) && store_last_tx(r, 0, &last, p->a, &err) && last.seq == 3);
        assert_true(store_meta(r, STR("a"), p->a, &out, &err) && str_eq(out, backup ? STR("2") : STR("3")));
        assert_true(backup || (store_meta(store_writer(p->store), STR("a"), p->a, &out, &err) &&
                                  str_eq(out, STR("3"))));
        buf_init(&said, 4096);
        assert_true(store_integrity(r, &said, &err) && !said.len);
        buf_clear(&said);
        store_read_end(r);
    }
    assert_false(store_begin(p->store, &err)); /* opened for reading */
}

static void what_is_not_ours_is_not_opened(void **state)
{
    Place *p = *state;
    Store *s;
    Err err = { 0 };

    assert_false(store_open(p->url, STORE_CREATE, &s, &err)); /* it is there */
    assert_ptr_equal(err.kind, &BASE_IO);
    assert_false(store_open(p->other, STORE_WRITE, &s, &err));
    assert_ptr_equal(err.kind, &BASE_NO_FILE);
    assert_true(file_write(
        p->other + strlen(p->prefix), BYTES(STR("this is neither, and long enough to tell so")), 0600, &err));
    assert_false(store_open(p->other, STORE_READ, &s, &err));
    assert_true(err.kind == &STORE_NOT_OURS || err.kind == &STORE_FAILED);
}

static void a_load_lays_aside_and_builds(void **state)
{
    Place *p = *state;
    const GeoBox box = { 110, 30, 111, 32 };
    const StoreQuery in_box = { .table = &shop, .box = &box, .nbox = 1 };
    const StoreOrder by_name = { NAME, false };
    const StoreQuery sorted = { .table = &shop, .order = &by_name, .norder = 1, .limit = 1 };
    const StoreWord word = { STR("石桥"), false };
    CqlValue v[COLUMNS];
    int64_t fid, got[64];
    Err err = { 0 };

    begin(p);
    assert_true(store_ground_aside(p->store, &err) && store_load_begin(p->store, &shop, &err));
    for (int64_t i = 0; i < 50; i++) {
        row(v, i, i == 30 ? "a" : "b", "99");
        fid = put(p, &shop, point(p, 110 + (double)i / 25, 31), v);
        assert_true(store_words_add(
            p->store, STR("shop"), fid, STR("99"), i == 7 ? STR("石桥") : STR("路"), STR(""), false, &err));
    }
    assert_true(store_load_end(p->store, &shop, &err) && store_ground_build(p->store, &err));
    commit(p);
    store_load_over(p->store);
    assert_true(store_mend(p->store, &shop, &err) && store_mend(p->store, NULL, &err)); /* nothing was left */
    assert_int_equal(asked(p, &in_box, got), 26);
    assert_true(asked(p, &sorted, got) == 1 && got[0] == 31);
    assert_true(str_eq(found(p, &word, 1), STR("s8:2 ")));
    begin(p);
    row(v, 3, "twice", "99");
    assert_false(store_insert(p->store, &shop, record, nowhere, v, &fid, &err));
    assert_ptr_equal(err.kind, &STORE_TWICE); /* what must be unique is so again */
    store_rollback(p->store);
}

static void the_nodes_own_tables_are_plain_and_private(void **state)
{
    Place *p = *state;
    CqlValue v[COLUMNS];
    StoreQuery all = { .table = &job };
    struct stat st;
    int64_t first, got[64];
    const size_t name = NAME;
    const CqlValue changed = { .kind = CQL_TEXT, .text = STR("b") };
    Err err = { 0 };

    store_close(p->store);
    p->store = NULL;
    for (int again = 0; again < 2; again++) {
        assert_true(
            store_open(p->other, STORE_NODE, &p->store, &err) && store_define(p->store, &job, 1, &err));
        begin(p);
        row(v, again, "a", "99");
        first = put(p, &job, nowhere, v);
        assert_true(store_update(p->store, &job, first, false, nowhere, &name, &changed, 1, &err));
        commit(p);
        assert_int_equal(asked(p, &all, got), again + 1);
        store_close(p->store);
        p->store = NULL;
    }
    assert_int_equal(stat(p->other + strlen(p->prefix), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(store_open(p->other, STORE_NODE, &p->store, &err));
    begin(p);
    assert_true(store_delete(p->store, &job, first, &err));
    commit(p);
    assert_int_equal(asked(p, &all, got), 1);
}

static void records_are_never_deleted(void **state)
{
    Place *p = *state;
    int64_t fid;
    Err err = { 0 };

    begin(p);
    fid = add(p, &note, 1, "a", "99");
    assert_false(store_delete(p->store, &note, fid, &err));
    assert_ptr_equal(err.kind, &STORE_FAILED);
    store_rollback(p->store);
}

static void a_url_names_its_driver(void **state)
{
    Store *s;
    StoreRead *r;
    Str out;
    Err err = { 0 };
    Arena *a = arena_new(0);

    (void)state;
    assert_true(store_open(":memory:", STORE_CREATE, &s, &err)); /* kept nowhere */
    assert_true(store_begin(s, &err) && store_meta_set(s, STR("a"), STR("1"), &err) && store_commit(s, &err));
    assert_true(
        store_read_begin(s, &r, &err) && store_meta(r, STR("a"), a, &out, &err) && str_eq(out, STR("1")));
    store_read_end(r);
    store_close(s);
    assert_false(file_exists(":memory:"));
    assert_true(store_open(":memory:", STORE_CREATE, &s, &err)); /* and another one is empty */
    assert_true(store_read_begin(s, &r, &err) && store_meta(r, STR("a"), a, &out, &err) && !out.len);
    store_read_end(r);
    store_close(s);
    store_close(NULL);
    store_read_end(NULL);
    store_cursor_close(NULL);
    arena_free(a);
}

/* clang-format off */
#define EVERY_DRIVER(X) \
    X(each_kind_has_its_type_and_comes_back) X(another_type_is_refused_with_both_named) X(a_fid_is_never_given_twice) \
    X(boxes_follow_every_change) X(a_box_knows_inside_from_across) X(unique_is_among_the_current) \
    X(nulls_come_last_and_pages_visit_each_once) X(a_filter_selects_what_memory_would) X(rows_are_asked_for_in_many_ways) \
    X(one_record_is_found_by_its_id) X(what_is_required_is_asked_for) X(a_query_ends_at_its_budget) \
    X(sums_are_of_all_rows_and_all_groups) X(divisions_are_counted_and_changes_told) X(the_journal_tells_all_of_it_in_order) \
    X(entries_are_read_in_slices_and_a_body_may_be_replaced) X(a_reading_that_was_cut_off_says_so) X(links_are_those_set_last) \
    X(words_are_found_whole_by_their_beginning_and_in_a_row) X(settings_and_answers_are_kept) \
    X(a_savepoint_takes_back_its_own) X(what_is_rolled_back_never_was) X(a_snapshot_stays_as_it_was) \
    X(readers_never_see_half_a_commit) X(columns_come_are_renamed_and_go) X(all_is_there_when_it_is_opened_again) \
    X(what_is_not_ours_is_not_opened) X(a_load_lays_aside_and_builds) X(the_nodes_own_tables_are_plain_and_private) \
    X(records_are_never_deleted)
#define OF_SQLITE(test) { "sqlite: " #test, test, start, stop, (void *)(uintptr_t)"" },
#define OF_MEMORY(test) { "memory: " #test, test, start, stop, (void *)(uintptr_t)"memory:" },
/* clang-format on */

int main(void)
{
    const struct CMUnitTest test[] = { EVERY_DRIVER(OF_SQLITE) EVERY_DRIVER(OF_MEMORY)
            cmocka_unit_test(a_url_names_its_driver) };

    log_open(2, false, LOG_ERROR);
    return cmocka_run_group_tests(test, NULL, NULL);
}
