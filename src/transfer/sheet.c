/* src/transfer/sheet.c - the sheet that comes back: the same rows, wrong cells red with a comment, and beside each row what
 * is to be done. A first sheet sums it up. Texts stay texts, so that no id loses a digit.
 */
#include "transfer/import.h"
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

enum { ROWS_MAX = 1000000, TEXT_MAX = 32000 };
typedef struct Back {
    Import *im;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *bold, *red, *title, *wrap, *grey;
    FILE *findings;
    char *line;
    size_t size;
    TransferFinding next; /* the first not yet written; row 0: none left */
    Arena *a;             /* of `next` */
} Back;

static const char *c_str(Arena *a, Str s)
{
    Str cut = str_sub(s, 0, TEXT_MAX);

    while (cut.len && !str_is_utf8(cut))
        cut.len--;
    return str_c(a, cut) ? str_c(a, cut) : "";
}

static void advance(Back *k)
{
    const ssize_t n = k->findings ? getline(&k->line, &k->size, k->findings) : -1;

    arena_clear(k->a);
    if (n <= 0 || !transfer_import_finding((Str){ k->line, (size_t)n }, k->a, &k->next))
        k->next = (TransferFinding){ .row = 0 };
}

static void formats(Back *k)
{
    k->bold = workbook_add_format(k->book);
    format_set_bold(k->bold);
    format_set_bg_color(k->bold, 0xE8EEF4);
    k->title = workbook_add_format(k->book);
    format_set_bold(k->title);
    format_set_font_size(k->title, 16);
    k->red = workbook_add_format(k->book);
    format_set_bg_color(k->red, 0xFFC7CE);
    format_set_font_color(k->red, 0x9C0006);
    k->wrap = workbook_add_format(k->book);
    format_set_text_wrap(k->wrap);
    format_set_font_color(k->wrap, 0x9C0006);
    k->grey = workbook_add_format(k->book);
    format_set_font_color(k->grey, 0x666666);
}

static void summary(Back *k)
{
    lxw_worksheet *s = workbook_add_worksheet(k->book, "导入结果");
    const TransferCounts *c = &k->im->counts;
    const struct {
        const char *zh;
        size_t n;
    } row[] = { { "数据行", c->rows }, { "新增", c->create }, { "更新", c->update }, { "不变", c->unchanged },
        { "需要改正", c->wrong } };
    const bool done = k->im->status == TRANSFER_DONE;

    worksheet_set_column(s, 0, 0, 24, NULL);
    worksheet_set_column(s, 1, 1, 60, NULL);
    worksheet_write_string(s, 0, 0, k->im->name, k->title);
    worksheet_write_string(s, 1, 0, done ? "已导入县台账" : "尚未写入县台账", k->grey);
    for (uint32_t i = 0; i < LEN(row); i++) {
        worksheet_write_string(s, 3 + i, 0, row[i].zh, k->bold);
        worksheet_write_number(s, 3 + i, 1, (double)row[i].n, NULL);
    }
    worksheet_write_string(s, 9, 0,
        c->wrong ? "请在下一张表里改正红色的格子（最右一列写明怎么改），保存后重新上传这个文件。"
                 : "没有需要改正的行。",
        k->grey);
}

static void head(Back *k, const ImportView *v)
{
    Arena *a = arena_new(0);
    const lxw_col_t last = (lxw_col_t)v->head.n;

    for (size_t i = 0; i < v->head.n; i++)
        worksheet_write_string(k->sheet, 0, (lxw_col_t)i, c_str(a, v->head.name[i]), k->bold);
    worksheet_write_string(k->sheet, 0, last, "问题与改法", k->bold);
    worksheet_set_column(k->sheet, 0, last ? last - 1 : 0, 16, NULL);
    worksheet_set_column(k->sheet, last, last, 70, NULL);
    if (v->shapes)
        worksheet_write_string(k->sheet, 0, last + 1, "图形", k->bold);
    worksheet_freeze_panes(k->sheet, 1, 0);
    arena_free(a);
}

/* The shape of a layer's row goes back as text, in CGCS2000; one too long for a cell stays in the file it came from. */
static void shape(Back *k, const ImportView *v, const TransferRow *row, uint32_t at, Arena *a)
{
    Bytes moved;
    Buf wkt;
    Err e;

    if (!v->shapes || !row->wkb.len || !transfer_move(&v->place.crs, row->wkb, a, &moved, &e))
        return;
    buf_init(&wkt, TEXT_MAX);
    geo_to_wkt(moved, &wkt);
    if (!wkt.bad && wkt.len < TEXT_MAX)
        worksheet_write_string(k->sheet, at, (lxw_col_t)(v->head.n + 1), c_str(a, buf_text(&wkt)), NULL);
    buf_clear(&wkt);
}

static size_t column_of(const ImportView *v, Str name)
{
    for (size_t i = 0; name.len && i < v->head.n; i++)
        if (str_eq(v->head.name[i], name))
            return i;
    return SIZE_MAX;
}

static void one_row(Back *k, const ImportView *v, const TransferRow *row, uint32_t at, Arena *a)
{
    const char **say = NEWS(a, const char *, v->head.n + 1);
    Buf all;

    buf_init(&all, TEXT_MAX);
    for (; say && k->next.row && k->next.row <= row->number; advance(k)) {
        const size_t i = column_of(v, k->next.column);

        if (k->next.row < row->number)
            continue;
        buf_fmt(&all, "%s%s%.*s%s%.*s", all.len ? "\n" : "", k->next.note ? "（已处理）" : "",
            STRV(k->next.column), k->next.column.len ? "：" : "", STRV(k->next.zh));
        if (i != SIZE_MAX && !k->next.note)
            say[i] = say[i] ? say[i] : str_c(a, k->next.zh);
    }
    for (size_t i = 0; say && i < v->head.n; i++) {
        const char *s = i < row->ncell ? c_str(a, row->cell[i].text) : "";

        if (*s || say[i])
            worksheet_write_string(k->sheet, at, (lxw_col_t)i, *s ? s : " ", say[i] ? k->red : NULL);
        if (say[i])
            worksheet_write_comment(k->sheet, at, (lxw_col_t)i, say[i]);
    }
    if (all.len && !all.bad)
        worksheet_write_string(k->sheet, at, (lxw_col_t)v->head.n, c_str(a, buf_text(&all)), k->wrap);
    buf_clear(&all);
    shape(k, v, row, at, a);
}

static bool all_rows(Back *k, const ImportView *v, Err *err)
{
    ImportRows rows;
    Arena *a;
    TransferRow row;
    bool end = false, good = transfer_import_rows_open(k->im, v, &rows, err);

    if (!good)
        return false;
    a = arena_new(0);
    advance(k);
    for (uint32_t at = 1; good && at < ROWS_MAX; at++) {
        arena_clear(a);
        good = transfer_import_rows_next(&rows, a, &row, &end, err);
        if (!good || end)
            break;
        one_row(k, v, &row, at, a);
    }
    arena_free(a);
    transfer_import_rows_close(&rows);
    return good;
}

bool transfer_import_sheet(Import *im, const char *path, Err *err)
{
    lxw_workbook_options o = { .constant_memory = LXW_TRUE, .tmpdir = im->dir, .use_zip64 = LXW_TRUE };
    char findings[IMPORT_PATH];
    Back k = { .im = im, .book = workbook_new_opt(path, &o), .a = arena_new(0) };
    bool good;
    lxw_error e;

    if (!k.book) {
        arena_free(k.a);
        return FAIL(err, BASE_IO, str_of(path), "sheet");
    }
    k.findings = transfer_import_path(im, "findings", findings) ? fopen(findings, "re") : NULL;
    formats(&k);
    summary(&k);
    k.sheet = workbook_add_worksheet(k.book, "数据");
    head(&k, im->view);
    good = all_rows(&k, im->view, err);
    e = workbook_close(k.book);
    if (k.findings)
        fclose(k.findings);
    free(k.line);
    arena_free(k.a);
    if (good && e != LXW_NO_ERROR) {
        FAIL(err, BASE_IO, str_of(path), "sheet");
        err_hint(err, "%s", lxw_strerror(e));
        return false;
    }
    return good;
}
