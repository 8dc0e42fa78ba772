/* tests/transfer/export_test.c - lists go out in four formats; what went out comes in again and changes nothing. */
#include "county.h"

static bool to_file(void *ctx, Bytes piece)
{
    return fwrite(piece.ptr, 1, piece.len, ctx) == piece.len;
}

static void export(County *k, const char *collection, const char *format, TransferHeader header, size_t limit,
    char path[160])
{
    TransferExport x = { .view = { k->ledger, &ACCESS_VISITOR },
        .query = { .collection = pack_collection(k->model, str_of(collection)), .limit = limit },
        .format = format,
        .header = header };
    FILE *f;
    Err err = { 0 };

    snprintf(path, 160, "%s/%s.%s", k->dir, collection, format);
    f = fopen(path, "w");
    if (!transfer_export(&x, to_file, f, &err)) {
        say(&err);
        fail();
    }
    fclose(f);
}

static Str whole(County *k, const char *path)
{
    Str s;
    Err err = { 0 };

    assert_true(file_read(path, 64 << 20, k->a, &s, &err));
    return s;
}

static void what_goes_out_comes_in_unchanged(void **state)
{
    static const char *const format[] = { "csv", "xlsx", "gpkg", "geojson" };
    static const char *const collection[] = { "land_patch", "road", "organization", "road_section" };
    County *k = *state;

    for (size_t c = 0; c < LEN(collection); c++)
        for (size_t i = 0; i < LEN(format); i++) {
            char path[160];
            Run r;
            const int64_t n = held(k, collection[c]);

            export(k, collection[c], format[i], i < 2 ? TRANSFER_TITLES : TRANSFER_NAMES, 0, path);
            bring(k, path, &(TransferWish){ .collection = str_of(collection[c]) }, &r);
            if (r.g.counts.rows != (size_t)n || (c != 3 && c != 2 && r.g.counts.unchanged != (size_t)n)) {
                say(&r.g.problem);
                print_message(
                    "%s.%s: %zu rows, %zu created, %zu updated, %zu unchanged, %zu wrong\n%.2000s\n",
                    collection[c], format[i], r.g.counts.rows, r.g.counts.create, r.g.counts.update,
                    r.g.counts.unchanged, r.g.counts.wrong, r.said);
            }
            assert_int_equal(r.g.counts.rows, n);
            assert_int_equal(r.g.counts.create, 0);
            if (c < 2) /* the others lack required values on purpose: they were loaded, not typed */
                assert_int_equal(r.g.counts.unchanged, n);
        }
}

static void the_same_county_gives_the_same_bytes(void **state)
{
    County *k = *state;
    char path[160];
    Str first, second;

    export(k, "land_patch", "csv", TRANSFER_TITLES, 0, path);
    first = whole(k, path);
    export(k, "land_patch", "csv", TRANSFER_TITLES, 0, path);
    second = whole(k, path);
    assert_true(str_eq(first, second));
    assert_true(str_starts(first, STR("\xEF\xBB\xBF记录编号,所属区划,图斑号,地类")));
    export(k, "land_patch", "csv", TRANSFER_NAMES, 3, path);
    first = whole(k, path);
    assert_true(str_starts(first, STR("\xEF\xBB\xBFid,division,code,land_class")));
    assert_true(str_find(first, STR("P02")) != SIZE_MAX);
    assert_true(str_find(first, STR("P03")) == SIZE_MAX); /* limit */
}

static void references_are_called_by_their_names(void **state)
{
    County *k = *state;
    char path[160];

    export(k, "road_section", "csv", TRANSFER_TITLES, 0, path);
    assert_true(str_find(whole(k, path), STR("柳橘线")) != SIZE_MAX);
    assert_true(str_find(whole(k, path), STR("K3+000")) != SIZE_MAX);
    export(k, "road_section", "csv", TRANSFER_NAMES, 0, path);
    assert_true(str_find(whole(k, path), STR(ROAD)) != SIZE_MAX);
}

/* Pulled, with nobody reading to the end: nothing stays behind. */
static void a_reader_may_go_away(void **state)
{
    static const char *const format[] = { "csv", "xlsx", "gpkg", "geojson" };
    County *k = *state;

    for (size_t i = 0; i < LEN(format); i++) {
        TransferExport x = { .view = { k->ledger, &ACCESS_VISITOR },
            .query = { .collection = pack_collection(k->model, STR("land_patch")) },
            .format = format[i] };
        TransferOut *o;
        Buf piece;
        bool done;
        Err err = { 0 };

        buf_init(&piece, 1 << 20);
        assert_true(transfer_out_open(&x, &o, &err));
        assert_true(transfer_out_more(o, &piece, &done, &err));
        assert_true(piece.len > 0);
        transfer_out_close(o);
        buf_clear(&piece);
    }
    assert_non_null(transfer_media("gpkg"));
    assert_null(transfer_media("pdf"));
}

static void an_unknown_format_is_said(void **state)
{
    County *k = *state;
    TransferExport x = { .view = { k->ledger, &ACCESS_VISITOR },
        .query = { .collection = pack_collection(k->model, STR("road")) },
        .format = "pdf" };
    TransferOut *o;
    Err err = { 0 };

    assert_false(transfer_out_open(&x, &o, &err));
    assert_ptr_equal(err.kind, &TRANSFER_NO_FORMAT);
}

static void a_snapshot_is_the_county(void **state)
{
    County *k = *state;
    char path[160];
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/snap.gpkg", k->dir);
    assert_true(transfer_snapshot(k->ledger, path, &err));
    assert_true(str_starts(whole(k, path), STR("SQLite format 3")));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(what_goes_out_comes_in_unchanged),
        cmocka_unit_test(the_same_county_gives_the_same_bytes),
        cmocka_unit_test(references_are_called_by_their_names),
        cmocka_unit_test(a_reader_may_go_away),
        cmocka_unit_test(an_unknown_format_is_said),
        cmocka_unit_test(a_snapshot_is_the_county),
    };

    WORKER_FIRST(argc, argv);
    return cmocka_run_group_tests(test, county_open, county_close);
}
