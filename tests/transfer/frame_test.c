/* tests/transfer/frame_test.c - frames, encodings, separators: cut anywhere, out of memory anywhere, noise anywhere. */
#include "transfertest.h"
#include "transfer/cell.h"
#include "transfer/frame.h"
#include "transfer/text.h"

static void a_row(Buf *out)
{
    static const TransferCell cell[] = { { CELL_TEXT, { "石桥村", 9 } }, { CELL_EMPTY, { "", 0 } },
        { CELL_BROKEN, { "x", 1 } } };

    transfer_row_put(out, &(TransferRow){ .number = 31,
                              .note = NOTE_EMPTY_SHAPE,
                              .cell = cell,
                              .ncell = 3,
                              .wkb = { (const uint8_t *)"wkb", 3 } });
}

static void a_row_comes_back(void **state)
{
    Buf b;
    TransferFrame f;
    TransferRow row;
    size_t used;
    Arena *a = arena_new(0);
    Err err = { 0 };

    (void)state;
    buf_init(&b, 4096);
    a_row(&b);
    assert_true(transfer_frame_next(BYTES(buf_text(&b)), &f, &used, &err));
    assert_int_equal(used, b.len);
    assert_int_equal(f.kind, FRAME_ROW);
    assert_true(transfer_row_read(f.body, a, &row, &err));
    assert_int_equal(row.number, 31);
    assert_int_equal(row.ncell, 3);
    assert_true(str_eq(row.cell[0].text, STR("石桥村")));
    assert_int_equal(row.cell[2].flag, CELL_BROKEN);
    assert_int_equal(row.note, NOTE_EMPTY_SHAPE);
    assert_int_equal(row.wkb.len, 3);
    arena_free(a);
    buf_clear(&b);
}

/* A stream cut at any byte waits for more; a body cut at any byte is refused. */
static void a_cut_stream_waits_and_a_cut_row_is_refused(void **state)
{
    Buf b;
    TransferFrame f;
    TransferRow row;
    size_t used;
    Err err = { 0 };

    (void)state;
    buf_init(&b, 4096);
    a_row(&b);
    for (size_t n = 0; n < b.len; n++) {
        assert_true(transfer_frame_next((Bytes){ (uint8_t *)b.ptr, n }, &f, &used, &err));
        assert_int_equal(used, 0);
    }
    for (size_t n = 0; n + FRAME_HEAD < b.len; n++) {
        Arena *a = arena_new(0);

        err = (Err){ 0 };
        assert_false(transfer_row_read((Bytes){ (uint8_t *)b.ptr + FRAME_HEAD, n }, a, &row, &err));
        assert_ptr_equal(err.kind, &TRANSFER_BAD_FRAME);
        arena_free(a);
    }
    buf_clear(&b);
}

static void no_memory_is_an_error(void **state)
{
    Buf b;
    TransferRow row = { 0 };
    bool done = false;

    (void)state;
    buf_init(&b, 4096);
    a_row(&b);
    for (long n = 0; !done; n++) {
        Arena *a = arena_failing_at(n);
        Err err = { 0 };

        done = transfer_row_read((Bytes){ (uint8_t *)b.ptr + FRAME_HEAD, b.len - FRAME_HEAD }, a, &row, &err);
        assert_true(done ? row.ncell == 3 : err.kind == &BASE_NO_MEMORY && !row.cell);
        arena_free(a);
    }
    buf_clear(&b);
}

static void noise_is_refused(void **state)
{
    static const struct {
        const char *say, *bytes;
        size_t n;
    } row[] = { { "an unknown kind", "Q\0\0\0\0", 5 }, { "a length of 4 GiB", "R\377\377\377\377", 5 },
        { "zero", "\0\0\0\0\0", 5 } };
    TransferFrame f;
    size_t used;

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        Err err = { 0 };

        assert_false(
            transfer_frame_next((Bytes){ (const uint8_t *)row[i].bytes, row[i].n }, &f, &used, &err));
        assert_ptr_equal(err.kind, &TRANSFER_BAD_FRAME);
    }
}

/* --- encodings ------------------------------------------------------------------------------------------------------------ */
static void encodings_are_told_by_their_bytes(void **state)
{
    static const struct {
        const char *say, *bytes;
        size_t n;
        const char *want;
    } row[] = {
        { "plain letters", "a,b\n1,2\n", 8, "UTF-8" },
        { "UTF-8", "村名,人口\n石桥村,3\n", 26, "UTF-8" },
        { "UTF-8 cut inside a character", "村名,人口\n石桥\xE6\x9D", 22, "UTF-8" },
        { "GBK", "\xB4\xE5\xC3\xFB,\xC8\xCB\xBF\xDA\n\xCA\xAF\xC7\xC5\xB4\xE5,3\n", 19, "GB18030" },
        { "GB18030 of four bytes", "\xB4\xE5\xC3\xFB,\x82\x30\xE8\x37\xBF\xDA\xB4\xE5\n", 14, "GB18030" },
        { "UTF-16 with a mark", "\xFF\xFE\x51\x67,\0\x0D\x54", 8, "UTF-16LE" },
        { "UTF-16 without one",
            "\x51\x67,\0\x0D\x54\n\0"
            "1\0,\0"
            "2\0\n\0",
            16, "UTF-16LE" },
        { "a mark", "\xEF\xBB\xBFx", 4, "UTF-8" },
    };

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        const TransferGuess g = transfer_sniff((Bytes){ (const uint8_t *)row[i].bytes, row[i].n }, true);

        if (strcmp(g.name, row[i].want))
            print_message("%s: %s\n", row[i].say, g.name);
        assert_string_equal(g.name, row[i].want);
    }
}

static void separators_are_told_by_their_lines(void **state)
{
    (void)state;
    assert_int_equal(transfer_separator(STR("a,b;c\n1,2;3\n")), ',');
    assert_int_equal(transfer_separator(STR("a\tb\n1,5\t2\n")), '\t');
    assert_int_equal(transfer_separator(STR("a;b;c\n1;2,5;3\n")), ';');
    assert_int_equal(transfer_separator(STR("a|b\n\"1,2,3\"|2\n")), '|');
    assert_int_equal(transfer_separator(STR("")), ',');
}

typedef struct Rows {
    Buf said;
} Rows;

static bool note_row(void *ctx, size_t number, const Str *cell, size_t ncell)
{
    Rows *r = ctx;

    buf_fmt(&r->said, "%zu:", number);
    for (size_t i = 0; i < ncell; i++)
        buf_fmt(&r->said, "[%.*s]", STRV(cell[i]));
    return true;
}

/* However the text is cut into pieces, the rows are the same. */
static void csv_rows_do_not_depend_on_the_pieces(void **state)
{
    static const char text[] = "a,b\r\n\"x, y\",\"say \"\"yes\"\"\"\r\n\n1,\"two\nlines\"\n\"op\0en,3";
    static const char want[] = "1:[a][b]2:[x, y][say \"yes\"]3:4:[1][two\nlines]5:[open,3]";

    (void)state;
    for (size_t piece = 1; piece < sizeof text; piece++) {
        Rows r;
        TransferCsv *c;
        Err err = { 0 };

        buf_init(&r.said, 4096);
        c = transfer_csv_new(',', note_row, &r);
        for (size_t at = 0; at < sizeof text - 1; at += piece)
            assert_true(transfer_csv_feed(c, str_sub((Str){ text, sizeof text - 1 }, at, piece), &err));
        assert_true(transfer_csv_end(c, &err));
        buf_c(&r.said, 0);
        assert_string_equal(r.said.ptr, want);
        transfer_csv_free(c);
        buf_clear(&r.said);
    }
}

static void degrees_are_read_in_every_writing(void **state)
{
    static const struct {
        const char *text;
        double want; /* < -900: refused */
    } row[] = { { "110.109159", 110.109159 }, { "110°6′32.97″", 110.109158 },
        { "110度6分32.97秒", 110.109158 }, { "东经110°6'32.97\"", 110.109158 }, { "110°6′", 110.1 },
        { "E110.5°", 110.5 }, { "31.5°S", -31.5 }, { "110°66′", -999 }, { "东边", -999 }, { "110°6", -999 },
        { "", -999 } };

    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        double v = 0;
        const bool good = transfer_degrees(str_of(row[i].text), &v);

        if (good != (row[i].want > -900))
            print_message("%s\n", row[i].text);
        assert_int_equal(good, row[i].want > -900);
        if (good)
            assert_float_equal(v, row[i].want, 1e-5);
    }
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(a_row_comes_back),
        cmocka_unit_test(a_cut_stream_waits_and_a_cut_row_is_refused),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(noise_is_refused),
        cmocka_unit_test(encodings_are_told_by_their_bytes),
        cmocka_unit_test(separators_are_told_by_their_lines),
        cmocka_unit_test(csv_rows_do_not_depend_on_the_pieces),
        cmocka_unit_test(degrees_are_read_in_every_writing),
    };

    return cmocka_run_group_tests(test, NULL, NULL);
}
