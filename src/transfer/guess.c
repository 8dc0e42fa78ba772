/* src/transfer/guess.c - to which collection a sheet belongs, and which of its rows is the header. */
#include "transfer/match.h"
#include "transfer/transfer.h"

/* --- the collection --------------------------------------------------------------------------------------------------- */
static bool type_fits(const PackCollection *c, const char *type)
{
    GeoType t;

    if (!type || !geo_type_of(str_of(type), &t))
        return true;
    return c->geometry == GEO_ANY || t == GEO_ANY || t == c->geometry ||
           (t == GEO_MULTIPOINT && c->geometry == GEO_POINT) ||
           (t == GEO_MULTILINE && c->geometry == GEO_LINE) ||
           (t == GEO_MULTIPOLYGON && c->geometry == GEO_POLYGON);
}

static bool named_in(const PackCollection *c, Str text)
{
    return (c->title.zh.len && str_find(text, c->title.zh) != SIZE_MAX) ||
           str_find(text, c->name) != SIZE_MAX;
}

static double offer(const PackModel *m, const PackCollection *c, const TransferSheet *s, Arena *a)
{
    TransferColumn *col;
    double sum = 0, required = 0, given = 0, score;
    bool place = s->type != NULL;
    Err err;

    if (!transfer_match(m, c, s, NULL, a, &col, &err))
        return 0;
    for (size_t i = 0; i < s->n; i++) {
        sum += col[i].role == ROLE_PROPERTY && col[i].property->base ? 0.3
               : col[i].role != ROLE_NONE                            ? col[i].score / 100.0
                                                                     : 0;
        place |= col[i].role == ROLE_LON || col[i].role == ROLE_WKT || col[i].role == ROLE_STAKE;
    }
    for (size_t k = 0; k < c->ndeclared; k++) {
        if (!c->property[k].required || c->property[k].derive != PACK_TYPED || c->property[k].filled.len)
            continue;
        required++;
        for (size_t i = 0; i < s->n; i++)
            given += col[i].role == ROLE_PROPERTY && col[i].property == c->property + k;
    }
    score = 0.6 * sum / (double)(s->n ? s->n : 1) + 0.25 * (required > 0 ? given / required : 0.5);
    score += named_in(c, s->layer) || named_in(c, s->file) ? 0.3 : 0;
    if (s->type && (!c->spatial || !type_fits(c, s->type)))
        score *= 0.4;
    if (c->spatial && c->geometry_required && !place)
        score *= 0.7;
    return score > 1 ? 1 : score;
}

size_t transfer_offers(
    const PackModel *m, const TransferSheet *s, Arena *a, TransferOffer out[TRANSFER_OFFERS])
{
    size_t n = 0;

    for (size_t i = 0; i < m->ncollection; i++) {
        const PackCollection *c = m->collection[i];
        const double score = c->hidden ? 0 : offer(m, c, s, a);
        size_t at = n;

        if (score < 0.15)
            continue;
        while (at > 0 && out[at - 1].score < score)
            at--;
        if (at == TRANSFER_OFFERS)
            continue;
        n = n < TRANSFER_OFFERS ? n + 1 : n;
        for (size_t k = n - 1; k > at; k--)
            out[k] = out[k - 1];
        out[at] = (TransferOffer){ c, score };
    }
    return n;
}

/* --- the header --------------------------------------------------------------------------------------------------------- */
static bool numeric(Str s)
{
    double v;

    return str_to_f64(s, &v) || (s.len && s.ptr[0] >= '0' && s.ptr[0] <= '9' && s.len > 3);
}

static bool add_word(Map *m, Str title, Arena *a)
{
    const Str plain = transfer_plain(title, a, NULL);

    return !plain.len || map_put(m, plain, m);
}

/* Every title, name and alias of the model: a header is where they stand. */
static Map *words_of(const PackModel *m, const PackCollection *only, Arena *a)
{
    static const char *const more[] = { "序号", "经度", "纬度", "备注", "桩号", "起桩", "讫桩", "止桩",
        "路线编号", "lon", "lat", "x", "y", "wkt", "id" };
    Map *words = map_new(a);
    bool good = words != NULL;

    for (size_t i = 0; good && i < m->ncollection; i++)
        for (size_t k = 0; good && k < m->collection[i]->nproperty && (!only || only == m->collection[i]);
             k++) {
            const PackProperty *p = m->collection[i]->property + k;

            good = add_word(words, p->title.zh, a) && add_word(words, p->title.en, a) &&
                   add_word(words, p->name, a);
        }
    for (size_t i = 0; good && i < m->nconcept; i++)
        for (size_t k = 0; good && k < m->concept[i].nalias; k++)
            good = add_word(words, m->concept[i].alias[k], a);
    for (size_t i = 0; good && i < LEN(more); i++)
        good = add_word(words, str_of(more[i]), a);
    return good ? words : NULL;
}

static int head_score(const Map *words, const TransferRow *row, Arena *a)
{
    int score = 0, filled = 0;

    for (size_t i = 0; i < row->ncell; i++) {
        const Str s = row->cell[i].text;

        if (!s.len)
            continue;
        filled++;
        score += map_get(words, transfer_plain(s, a, NULL)) ? 6 : numeric(s) ? -3 : 1;
    }
    return filled < 2 ? (filled == 1 && row->ncell == 1 ? score : -1) : score;
}

static Str cell_at(const TransferRow *row, size_t i)
{
    return row && i < row->ncell ? row->cell[i].text : STR("");
}

/* A second row of heads stands only below empty cells and below the parts of a merged one. */
static bool goes_on(const TransferRow *up, const TransferRow *down)
{
    size_t fills = 0;

    for (size_t i = 0; i < down->ncell; i++) {
        const Str u = cell_at(up, i), d = cell_at(down, i);

        if (!d.len)
            continue;
        if (numeric(d) ||
            (u.len && (i + 1 >= down->ncell || cell_at(up, i + 1).len || !cell_at(down, i + 1).len)))
            return false;
        fills += !u.len;
    }
    return fills > 0;
}

static Str joined(const TransferRow *up, const TransferRow *down, size_t i, Str over, Arena *a)
{
    const Str u = cell_at(up, i), d = cell_at(down, i);

    if (!d.len)
        return u;
    if (u.len)
        over = u;
    return over.len && d.len < 6 ? str_fmt(a, "%.*s%.*s", STRV(over), STRV(d)) : d; /* 起 and 止 below 桩号 */
}

bool transfer_head(const PackModel *m, const PackCollection *c, const TransferRow *row, size_t nrow, Arena *a,
    TransferHead *out, Err *err)
{
    const Map *words = words_of(m, c, a);
    size_t at = SIZE_MAX, width = 0;
    int most = 0;
    const TransferRow *down = NULL;
    Str *name, over = STR("");

    *out = (TransferHead){ 0, NULL, 0 };
    if (!words)
        return FAIL(err, BASE_NO_MEMORY, STR("header"), "match");
    for (size_t i = 0; i < nrow && i < TRANSFER_HEAD_ROWS; i++) {
        const int score = head_score(words, row + i, a);

        if (score > most)
            most = score, at = i;
    }
    if (at == SIZE_MAX)
        return true;
    if (at + 1 < nrow && goes_on(row + at, row + at + 1))
        down = row + at + 1;
    width = row[at].ncell > (down ? down->ncell : 0) ? row[at].ncell : down->ncell;
    name = NEWS(a, Str, width + 1);
    if (!name)
        return FAIL(err, BASE_NO_MEMORY, STR("header"), "match");
    for (size_t i = 0; i < width; i++) {
        if (cell_at(row + at, i).len)
            over = cell_at(row + at, i);
        name[i] = joined(row + at, down, i, over, a);
    }
    while (width && !name[width - 1].len)
        width--;
    *out = (TransferHead){ (down ? down : row + at)->number, name, width };
    return true;
}
