/* src/transfer/csv.c - rows out of separated text. A quote opens a cell only at its start; inside, two are one. */
#include "transfer/frame.h"
#include "transfer/text.h"
#include "transfer/text.h"

enum { CELL_MAX = 1 << 20 };
struct TransferCsv {
    char separator;
    bool (*row)(void *ctx, size_t number, const Str *cell, size_t ncell);
    void *ctx;
    Buf text;                /* of the row's cells, one behind the other */
    size_t end[FRAME_CELLS]; /* where each ends in it */
    size_t ncell, number;
    bool quoted, quote_seen, any, after_cr; /* any: something stands in the row */
};

char transfer_separator(Str text)
{
    static const char mark[] = { ',', '\t', ';', '|' };
    size_t best = 0, most = 0;

    for (size_t m = 0; m < LEN(mark); m++) {
        size_t least = SIZE_MAX, first = 0, line = 0, here = 0, sum = 0;
        bool quoted = false;

        for (size_t i = 0; i < text.len && line < 20; i++) {
            quoted ^= text.ptr[i] == '"';
            here += !quoted && text.ptr[i] == mark[m];
            if (quoted || (text.ptr[i] != '\n' && i + 1 < text.len))
                continue;
            least = here < least ? here : least;
            first = line ? first : here;
            sum += here;
            here = 0;
            line++;
        }
        /* the same number in every line weighs more than many in some */
        sum = sum + (least != SIZE_MAX && least == first ? least * 100 : 0);
        if (sum > most)
            most = sum, best = m;
    }
    return mark[best];
}

TransferCsv *transfer_csv_new(char separator, bool (*row)(void *, size_t, const Str *, size_t), void *ctx)
{
    TransferCsv *c = mem_new(1, sizeof *c);

    if (!c)
        return NULL;
    c->separator = separator;
    c->row = row;
    c->ctx = ctx;
    buf_init(&c->text, 64 << 20);
    return c;
}

void transfer_csv_free(TransferCsv *c)
{
    if (!c)
        return;
    buf_clear(&c->text);
    mem_free(c);
}

static bool too_big(Err *err, const TransferCsv *c, const char *what)
{
    FAIL(err, TRANSFER_TOO_BIG, STR("csv"), "row %zu", c->number + 1);
    err_hint(err, "%s", what);
    return false;
}

static bool cell_ends(TransferCsv *c, Err *err)
{
    const size_t start = c->ncell ? c->end[c->ncell - 1] : 0;

    if (c->ncell == FRAME_CELLS)
        return too_big(err, c, "1,000 列 columns");
    if (c->text.bad || c->text.len - start > CELL_MAX)
        return too_big(err, c, "1 MiB 一格 a cell");
    c->end[c->ncell++] = c->text.len;
    c->quoted = c->quote_seen = false;
    return true;
}

static bool row_ends(TransferCsv *c, Err *err)
{
    Str cell[FRAME_CELLS];
    bool good;

    if (!cell_ends(c, err))
        return false;
    for (size_t i = 0; i < c->ncell; i++) {
        const size_t start = i ? c->end[i - 1] : 0;

        cell[i] = str_sub(buf_text(&c->text), start, c->end[i] - start);
    }
    good = c->row(c->ctx, ++c->number, cell, c->any ? c->ncell : 0);
    c->ncell = c->text.len = 0;
    c->any = false;
    return good || FAIL(err, TRANSFER_CANCELLED, STR("csv"), "row %zu", c->number);
}

static bool in_quotes(TransferCsv *c, char ch) /* true: it was taken */
{
    if (c->quote_seen && ch == '"') { /* two are one */
        buf_c(&c->text, '"');
        c->quote_seen = false;
        return true;
    }
    if (c->quote_seen) { /* the quotes are closed: what follows is plain */
        c->quoted = c->quote_seen = false;
        return false;
    }
    if (ch == '"')
        c->quote_seen = true;
    else
        buf_c(&c->text, ch);
    return true;
}

bool transfer_csv_feed(TransferCsv *c, Str piece, Err *err)
{
    for (size_t i = 0; i < piece.len; i++) {
        const char ch = piece.ptr[i];
        const size_t start = c->ncell ? c->end[c->ncell - 1] : 0;
        const bool lf_of_crlf = c->after_cr && ch == '\n';

        c->after_cr = false;
        if (lf_of_crlf || !ch || (c->quoted && in_quotes(c, ch))) /* a zero byte is nothing */
            continue;
        if (ch == c->separator || ch == '\n' || ch == '\r') {
            c->after_cr = ch == '\r';
            c->any |= ch == c->separator;
            if (!(ch == c->separator ? cell_ends(c, err) : row_ends(c, err)))
                return false;
        } else if (ch == '"' && c->text.len == start)
            c->quoted = c->any = true;
        else {
            c->any = true;
            buf_c(&c->text, ch);
        }
    }
    return !c->text.bad || too_big(err, c, "64 MiB");
}

bool transfer_csv_end(TransferCsv *c, Err *err)
{
    return (!c->any && !c->ncell) || row_ends(c, err);
}
