/* src/transfer/export_xlsx.c - the sheet a department asks for: a title, what it holds, its date; numbers as numbers, days as
 * days, all else as text. Written row by row (constant memory) to a file, then sent.
 */
#include "transfer/out.h"
#include <stdio.h>
#include <time.h>
#include <xlsxwriter.h>

enum { ROWS_MAX = 1048570, TEXT_MAX = 32000 };
typedef struct Book {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *title, *head, *day, *moment, *grey;
    lxw_row_t at;
} Book;

static const char *c_str(Arena *a, Str s)
{
    Str cut = str_sub(s, 0, TEXT_MAX);

    while (cut.len && !str_is_utf8(cut))
        cut.len--;
    return str_c(a, cut) ? str_c(a, cut) : "";
}

static void formats(Book *b)
{
    b->title = workbook_add_format(b->book);
    format_set_bold(b->title);
    format_set_font_size(b->title, 16);
    format_set_align(b->title, LXW_ALIGN_CENTER);
    b->grey = workbook_add_format(b->book);
    format_set_font_color(b->grey, 0x666666);
    b->head = workbook_add_format(b->book);
    format_set_bold(b->head);
    format_set_bg_color(b->head, 0xE8EEF4);
    format_set_border(b->head, LXW_BORDER_THIN);
    b->day = workbook_add_format(b->book);
    format_set_num_format(b->day, "yyyy-mm-dd");
    b->moment = workbook_add_format(b->book);
    format_set_num_format(b->moment, "yyyy-mm-dd hh:mm");
}

static bool is_demo(TransferOut *o)
{
    Str demo = { NULL, 0 };
    Err e;

    return ledger_meta(o->x.view.ledger, STR("demo"), o->a, &demo, &e) && demo.len &&
           !str_eq(demo, STR("false"));
}

static void above(TransferOut *o, Book *b)
{
    const PackCollection *c = o->x.query.collection;
    const int last = (int)o->ncolumn;
    char date[16];
    Buf said;
    const time_t now = (time_t)(time_now() / TIME_SECOND) + 8 * 3600;
    struct tm tm;

    gmtime_r(&now, &tm);
    snprintf(date, sizeof date, "%04d-%02d-%02d", (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
        tm.tm_mday % 100);
    worksheet_merge_range(b->sheet, 0, 0, 0, (lxw_col_t)(last ? last : 1),
        c_str(o->a, o->x.en ? c->title.en : c->title.zh), b->title);
    buf_init(&said, 4096);
    buf_fmt(&said,
        o->x.en ? "%s · filter: %.*s · times in Beijing time" : "导出日期 %s · 筛选：%.*s · 时间为北京时间",
        date,
        STRV(o->x.said.len ? o->x.said
             : o->x.en     ? STR("all")
                           : STR("全部")));
    if (is_demo(o))
        buf_str(&said, o->x.en ? STR(" · demonstration data: the county is fictional")
                               : STR(" · 演示数据：县为虚构，如有雷同纯属巧合"));
    worksheet_write_string(b->sheet, 1, 0, c_str(o->a, buf_text(&said)), b->grey);
    buf_clear(&said);
    b->at = 2;
}

static bool xlsx_begin(TransferOut *o, Err *err)
{
    lxw_workbook_options opt = { .constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE };
    Book *b = NEW(o->a, Book);

    if (b)
        b->book = workbook_new_opt(o->path, &opt);
    if (!b || !b->book)
        return FAIL(err, BASE_NO_MEMORY, STR("xlsx"), "export");
    o->own = b;
    formats(b);
    b->sheet = workbook_add_worksheet(b->book, NULL);
    worksheet_set_column(b->sheet, 0, 0, 28, NULL);
    worksheet_set_column(b->sheet, 1, (lxw_col_t)(o->ncolumn + 1), 16, NULL);
    worksheet_freeze_panes(b->sheet, o->x.header == TRANSFER_TITLES ? 3 : 1, 0);
    if (o->x.header == TRANSFER_TITLES)
        above(o, b);
    worksheet_write_string(b->sheet, b->at, 0,
        o->x.header == TRANSFER_NAMES ? "id"
        : o->x.en                     ? "Record id"
                                      : "记录编号",
        b->head);
    for (size_t i = 0; i < o->ncolumn; i++)
        worksheet_write_string(b->sheet, b->at, (lxw_col_t)(i + 1),
            c_str(o->a, transfer_out_head(o, o->column[i], o->a)), b->head);
    if (o->place && o->x.query.collection->geometry == GEO_POINT) {
        worksheet_write_string(
            b->sheet, b->at, (lxw_col_t)(o->ncolumn + 1), o->x.en ? "Longitude" : "经度", b->head);
        worksheet_write_string(
            b->sheet, b->at, (lxw_col_t)(o->ncolumn + 2), o->x.en ? "Latitude" : "纬度", b->head);
    }
    b->at++;
    return true;
}

static void put(TransferOut *o, Book *b, lxw_col_t col, const PackProperty *p, CqlValue v)
{
    const bool number = (v.kind == CQL_INT || v.kind == CQL_NUMBER) && !str_eq(p->format, STR("stake"));

    if (v.kind == CQL_NULL)
        return;
    if (v.kind == CQL_DATE)
        worksheet_write_number(b->sheet, b->at, col, v.date + 25569.0, b->day);
    else if (v.kind == CQL_TIME)
        worksheet_write_number(
            b->sheet, b->at, col, (double)v.time / (double)TIME_DAY + 25569 + 8.0 / 24, b->moment);
    else if (number)
        worksheet_write_number(b->sheet, b->at, col,
            v.kind == CQL_NUMBER    ? v.number
            : p->type == PACK_MONEY ? (double)v.integer / 100
                                    : (double)v.integer,
            NULL);
    else
        worksheet_write_string(
            b->sheet, b->at, col, c_str(o->slice, transfer_out_text(o, p, v, o->slice)), NULL);
}

static bool xlsx_row(TransferOut *o, const LedgerRecord *r)
{
    Book *b = o->own;
    const GeoBox g = r->geometry.len ? geo_wkb_box(r->geometry) : GEO_BOX_NONE;

    if (b->at >= ROWS_MAX) {
        FAIL(&o->err, TRANSFER_TOO_BIG, STR("xlsx"), "export");
        err_hint(&o->err, "%s", "一张表最多 1,048,570 行，请用 csv");
        return false;
    }
    worksheet_write_string(b->sheet, b->at, 0, c_str(o->slice, r->id), NULL);
    for (size_t i = 0; i < o->ncolumn; i++)
        put(o, b, (lxw_col_t)(i + 1), o->column[i], r->value[o->column[i]->index]);
    if (o->place && o->x.query.collection->geometry == GEO_POINT && !geo_box_empty(g)) {
        worksheet_write_number(b->sheet, b->at, (lxw_col_t)(o->ncolumn + 1), g.minx, NULL);
        worksheet_write_number(b->sheet, b->at, (lxw_col_t)(o->ncolumn + 2), g.miny, NULL);
    }
    b->at++;
    return true;
}

static bool xlsx_end(TransferOut *o, bool keep, Err *err)
{
    Book *b = o->own;
    const lxw_error e = b ? workbook_close(b->book) : LXW_NO_ERROR;

    o->own = NULL;
    if (!keep || e == LXW_NO_ERROR)
        return true;
    FAIL(err, TRANSFER_GDAL, STR("xlsx"), "export");
    err_hint(err, "%s", lxw_strerror(e));
    return false;
}

const TransferFormat transfer_xlsx = { "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_begin, xlsx_row, xlsx_end,
    true };
