/* tests/store/place.h - a store of a driver in a folder of its own, with two tables. */
#pragma once
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "store/store.h"

enum { ID, NAME, SIZE, PRICE, OPEN, SINCE, AT, TAGS, BLOB, DIVISION, VALID_FROM, VALID_TO, COLUMNS };
static const StoreColumn column[COLUMNS] = {
    [ID] = { .name = { "number", 6 }, .kind = CQL_INT, .unique = true },
    [NAME] = { .name = { "name", 4 }, .kind = CQL_TEXT, .indexed = true },
    [SIZE] = { .name = { "size", 4 }, .kind = CQL_NUMBER, .indexed = true },
    [PRICE] = { .name = { "price", 5 }, .kind = CQL_INT },
    [OPEN] = { .name = { "open", 4 }, .kind = CQL_BOOL },
    [SINCE] = { .name = { "since", 5 }, .kind = CQL_DATE },
    [AT] = { .name = { "at", 2 }, .kind = CQL_TIME },
    [TAGS] = { .name = { "tags", 4 }, .kind = CQL_TEXT, .list = true },
    [BLOB] = { .name = { "bx_name", 7 }, .kind = CQL_GEOM, .indexed = true },
    [DIVISION] = { .name = { "division", 8 }, .kind = CQL_TEXT, .required = true },
    [VALID_FROM] = { .name = { "valid_from", 10 }, .kind = CQL_TIME },
    [VALID_TO] = { .name = { "valid_to", 8 }, .kind = CQL_TIME },
};
static const StoreTable shop = { .name = { "shop", 4 },
    .title = { "店铺", 6 },
    .spatial = true,
    .geometry = GEO_POINT,
    .column = column,
    .ncolumn = COLUMNS,
    .division = DIVISION,
    .valid_to = VALID_TO };
static const StoreTable note = { .name = { "note", 4 },
    .title = { "便条", 6 },
    .column = column,
    .ncolumn = COLUMNS,
    .division = DIVISION,
    .valid_to = VALID_TO };

static const StoreTable job = {
    .name = { "job", 3 }, .plain = true, .column = column, .ncolumn = VALID_FROM
};

typedef struct Place {
    char dir[64], file[96], url[112], other[112]; /* the store's file, its URL and that of another */
    const char *prefix;                           /* of the driver */
    Store *store;
    Arena *a;
} Place;

/* *state: the driver's prefix. */
__attribute__((unused)) static int start(void **state)
{
    static Place p;
    const char *prefix = *state ? *state : "";
    Err err = { 0 };

    p = (Place){ .dir = "/tmp/sangzi-store-XXXXXX", .prefix = prefix, .a = arena_new(0) };
    assert_non_null(mkdtemp(p.dir));
    snprintf(p.file, sizeof p.file, "%s/county.gpkg", p.dir);
    snprintf(p.url, sizeof p.url, "%s%s", prefix, p.file);
    snprintf(p.other, sizeof p.other, "%s%s/other.gpkg", prefix, p.dir);
    assert_true(store_open(p.url, STORE_CREATE, &p.store, &err));
    if (!store_define(p.store, &shop, 1, &err) || !store_define(p.store, &note, 1, &err))
        fail_msg("%s: %s", err.where, err.hint);
    *state = &p;
    return 0;
}

__attribute__((unused)) static int remove_one(
    const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st, (void)flag, (void)f;
    return remove(path);
}

__attribute__((unused)) static int stop(void **state)
{
    Place *p = *state;

    store_close(p->store);
    arena_free(p->a);
    return nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

__attribute__((unused)) static Bytes point(Place *p, double x, double y)
{
    Bytes wkb = { NULL, 0 }, blob = { NULL, 0 };
    Err err = { 0 };

    assert_true(geo_make_point(x, y, p->a, &wkb) && geo_blob_make(wkb, GEO_SRS, p->a, &blob, &err));
    return blob;
}

__attribute__((unused)) static void row(
    CqlValue v[COLUMNS], int64_t number, const char *name, const char *division)
{
    memset(v, 0, COLUMNS * sizeof *v); /* CQL_NULL is 0 */
    v[ID] = (CqlValue){ .kind = CQL_INT, .integer = number };
    if (name)
        v[NAME] = (CqlValue){ .kind = CQL_TEXT, .text = str_of(name) };
    v[DIVISION] = (CqlValue){ .kind = CQL_TEXT, .text = str_of(division) };
}

__attribute__((unused)) static int64_t put(Place *p, const StoreTable *t, Bytes blob, const CqlValue *v)
{
    char id[ULID_LEN + 1];
    int64_t fid;
    Err err = { 0 };

    ulid_new(id);
    if (!store_insert(p->store, t, str_of(id), blob, v, &fid, &err))
        fail_msg("%s %s", err.kind->code, err.hint);
    return fid;
}

__attribute__((unused)) static void begin(Place *p)
{
    Err err = { 0 };

    assert_true(store_begin(p->store, &err));
}

__attribute__((unused)) static void commit(Place *p)
{
    Err err = { 0 };

    assert_true(store_commit(p->store, &err));
}

static const size_t every[COLUMNS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };

/* The fids that a query gives, in order; 0-ended. */
__attribute__((unused)) static void ask(Place *p, const StoreQuery *q, int64_t fid[64])
{
    StoreRead *r;
    StoreCursor *c;
    const StoreRow *one;
    size_t n = 0;
    Err err = { 0 };

    assert_true(store_read_begin(p->store, &r, &err));
    if (!store_select(r, q, &c, &err))
        fail_msg("%s %s", err.kind->code, err.hint);
    while (store_next(c, &one, &err) && one && n < 63)
        fid[n++] = one->fid;
    assert_null(err.kind);
    fid[n] = 0;
    store_cursor_close(c);
    store_read_end(r);
}
