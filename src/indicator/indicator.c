/* src/indicator/indicator.c - sums by division, added up the tree. */
#include "indicator/indicator.h"
#include <math.h>

/* clang-format off */
const ErrKind INDICATOR_NO_INDICATOR = { "indicator/no-indicator", 404, "没有“{0}”这个指标；/indicators 列出了全部。", "There is no indicator “{0}”; /indicators lists them." };
const ErrKind INDICATOR_BAD_PERIOD = { "indicator/bad-period", 400, "时期“{0}”不对：应写成 2026 或 2026-11。", "The period “{0}” is wrong: write 2026 or 2026-11." };
/* clang-format on */

typedef struct Sum { /* of one division's own records */
    Str division;
    double sum;
    int64_t n;
} Sum;
typedef struct Sums {
    Sum *sum;
    size_t n;
} Sums;
typedef struct Span { /* half open, in days */
    int32_t from, to;
    bool any; /* no period */
} Span;

/* --- periods ------------------------------------------------------------------------------------------------------- */
static bool read_span(Str period, Span *out, Err *err)
{
    int64_t year, month;
    Str y, m;

    *out = (Span){ .any = !period.len };
    if (!period.len)
        return true;
    if (!str_cut(period, '-', &y, &m))
        m = (Str){ "", 0 };
    if (y.len != 4 || !str_to_i64(y, &year) || year < 1900 || year > 2200 ||
        (m.len && (m.len != 2 || !str_to_i64(m, &month) || month < 1 || month > 12)))
        return FAIL(err, INDICATOR_BAD_PERIOD, period, "period");
    if (m.len) {
        out->from = date_of((int)year, (int)month, 1);
        out->to = month == 12 ? date_of((int)year + 1, 1, 1) : date_of((int)year, (int)month + 1, 1);
    } else {
        out->from = date_of((int)year, 1, 1);
        out->to = date_of((int)year + 1, 1, 1);
    }
    return true;
}

static Str day_text(int32_t day, Arena *a)
{
    Buf b;
    Str text;

    buf_init(&b, 64);
    date_text(day, &b);
    text = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return text;
}

/* A day is a day in China, for times too. */
static Str span_text(const PackProperty *p, const Span *s, Arena *a)
{
    const Str name = p->name;

    if (p->type == PACK_DATE)
        return str_fmt(a, "\"%.*s\" >= DATE('%.*s') AND \"%.*s\" < DATE('%.*s')", STRV(name),
            STRV(day_text(s->from, a)), STRV(name), STRV(day_text(s->to, a)));
    return str_fmt(a, "\"%.*s\" >= TIMESTAMP('%.*sT16:00:00Z') AND \"%.*s\" < TIMESTAMP('%.*sT16:00:00Z')",
        STRV(name), STRV(day_text(s->from - 1, a)), STRV(name), STRV(day_text(s->to - 1, a)));
}

static Str this_year(LedgerView l, Arena *a)
{
    Str today = { "", 0 };
    Err err = { 0 };

    if (ledger_meta(l.ledger, STR("today"), a, &today, &err) && today.len >= 4)
        return str_sub(today, 0, 4);
    return str_sub(day_text((int32_t)((time_now() + 8 * 3600 * TIME_SECOND) / TIME_DAY), a), 0, 4);
}

/* --- sums ------------------------------------------------------------------------------------------------------------ */
typedef struct Product { /* weight · value cannot be summed by the store */
    const PackProperty *weight, *value, *division;
    Map *by;
    Sums *out;
    size_t size;
    Arena *a;
} Product;

static double number(const LedgerRecord *r, const PackProperty *p)
{
    const CqlValue v = p ? r->value[p->index] : (CqlValue){ .kind = CQL_NUMBER, .number = 1 };

    if (v.kind == CQL_INT)
        return p && p->type == PACK_MONEY ? (double)v.integer / 100 : (double)v.integer;
    return v.kind == CQL_NUMBER ? v.number : NAN;
}

static Sum *sum_of(Product *p, Str division)
{
    size_t *at = map_get(p->by, division);

    if (at)
        return &p->out->sum[*at];
    if (p->out->n == p->size) {
        Sum *more = NEWS(p->a, Sum, p->size * 2 + 64);

        if (!more)
            return NULL;
        if (p->out->n)
            memcpy(more, p->out->sum, p->out->n * sizeof *more);
        p->out->sum = more;
        p->size = p->size * 2 + 64;
    }
    at = NEW(p->a, size_t);
    division = str_copy(p->a, division);
    if (!at || !division.ptr || !map_put(p->by, division, at))
        return NULL;
    *at = p->out->n;
    p->out->sum[*at] = (Sum){ .division = division };
    return &p->out->sum[p->out->n++];
}

static bool see(void *ctx, const LedgerRecord *r)
{
    Product *p = ctx;
    const double v = number(r, p->weight) * number(r, p->value);
    Sum *s = sum_of(p, r->division);

    if (!s)
        return false;
    s->sum += isnan(v) ? 0 : v;
    s->n += !isnan(v);
    return true;
}

static bool products(LedgerView l, LedgerQuery *q, const PackProperty *weight, const PackProperty *value,
    Arena *a, Sums *out, Err *err)
{
    const PackProperty *only[] = { weight, value };
    Product p = { .weight = weight, .value = value, .by = map_new(a), .out = out, .a = a };
    LedgerPage page;

    if (!p.by)
        return FAIL(err, BASE_NO_MEMORY, STR("indicator"), "indicator");
    q->no_geometry = true;
    q->only = only;
    q->nonly = 2;
    return ledger_select(l, q, see, &p, a, &page, err);
}

/* Σ of one property (NULL: records are counted) by division. */
static bool plain_sums(LedgerView l, LedgerQuery *q, const PackProperty *of, Arena *a, Sums *out, Err *err)
{
    LedgerStats s;

    q->no_geometry = true;
    if (!ledger_stats(l, q, &of, of ? 1 : 0, pack_property(q->collection, STR("division")), a, &s, err))
        return false;
    out->sum = NEWS(a, Sum, s.n + 1);
    if (!out->sum)
        return FAIL(err, BASE_NO_MEMORY, STR("indicator"), "indicator");
    for (size_t i = 0; i < s.n; i++)
        out->sum[out->n++] =
            (Sum){ .division = s.group[i].group.kind == CQL_TEXT ? s.group[i].group.text : (Str){ "", 0 },
                .sum = of ? (s.group[i].property[0].n ? s.group[i].property[0].sum : 0)
                          : (double)s.group[i].count,
                .n = s.group[i].count };
    return true;
}

static bool add_period(const Indicator *i, const PackCollection *c, const Span *span, Arena *a,
    LedgerQuery *q, Str *text, Err *err)
{
    const PackProperty *p = pack_property(c, i->period);
    CqlExpr *e;

    if (!p || span->any)
        return true;
    *text = span_text(p, span, a);
    if (!cql_parse_text(*text, a, &e, err) || !cql_check(e, &c->schema, a, err))
        return false;
    q->filter = cql_and((CqlExpr *)(uintptr_t)q->filter, e, a);
    return q->filter || FAIL(err, BASE_NO_MEMORY, STR("indicator"), "indicator");
}

static bool numerator(LedgerView l, const Indicator *i, const PackCollection *c, Str division,
    const Span *span, Arena *a, Sums *out, Str *period_text, Err *err)
{
    const PackProperty *weight = pack_property(c, i->weight), *value = pack_property(c, i->value);
    LedgerQuery q = { .collection = c, .filter = i->numerator, .division = division };

    if (!add_period(i, c, span, a, &q, period_text, err))
        return false;
    return weight && value ? products(l, &q, weight, value, a, out, err)
                           : plain_sums(l, &q, weight ? weight : value, a, out, err);
}

static bool denominator(
    LedgerView l, const Indicator *i, const PackCollection *c, Str division, Arena *a, Sums *out, Err *err)
{
    LedgerQuery q = { .collection = c, .filter = i->denominator, .division = division };

    return plain_sums(l, &q, pack_property(c, i->weight), a, out, err);
}

/* --- up the tree -------------------------------------------------------------------------------------------------------- */
/* Digits that all codes below a division share, and those of its children: 990121000000 → 6, 9. */
static size_t digits_of(Str code, size_t *next)
{
    static const size_t end[] = { 2, 4, 6, 9, 12, 15 };
    size_t k = 4;

    if (code.len != 12) {
        *next = 15;
        return code.len;
    }
    while (k > 0 && str_starts(STR("000"), str_sub(code, end[k - 1], end[k] - end[k - 1])))
        k--;
    *next = end[k + 1];
    return end[k];
}

static double quotient(const Indicator *i, double above, double below, bool whole)
{
    const double scale = i->scale > 0 ? i->scale : 1;

    if (whole)
        return scale * above;
    return below > 0 ? scale * above / below : NAN;
}

static bool is_sum(const Indicator *i)
{
    return i->count && !i->denominator_text.len;
}

static double total(const Sums *s, Str prefix, int64_t *n)
{
    double sum = 0;

    for (size_t i = 0; i < s->n; i++)
        if (str_starts(s->sum[i].division, prefix)) {
            sum += s->sum[i].sum;
            if (n)
                *n += s->sum[i].n;
        }
    return sum;
}

typedef struct Children {
    const PackCollection *c;
    const PackProperty *code, *name;
    IndicatorPart *part;
    size_t n, size, digits;
    Arena *a;
} Children;

static bool more_room(Children *k)
{
    IndicatorPart *more = NEWS(k->a, IndicatorPart, k->size * 2 + 64);

    if (!more)
        return false;
    if (k->n)
        memcpy(more, k->part, k->n * sizeof *more);
    k->part = more;
    k->size = k->size * 2 + 64;
    return true;
}

static bool see_child(void *ctx, const LedgerRecord *r)
{
    Children *k = ctx;
    const CqlValue code = r->value[k->code->index], name = r->value[k->name->index];
    size_t next;

    if (code.kind != CQL_TEXT || digits_of(code.text, &next) != k->digits)
        return true;
    if (k->n == k->size && !more_room(k))
        return false;
    k->part[k->n++] = (IndicatorPart){ .division = str_copy(k->a, code.text),
        .name = name.kind == CQL_TEXT ? str_copy(k->a, name.text) : (Str){ "", 0 } };
    return true;
}

static bool children(LedgerView l, const Indicator *i, Str division, const Sums *num, const Sums *den,
    Arena *a, IndicatorValue *out, Err *err)
{
    Children k = { .c = pack_collection(ledger_model(l.ledger), STR("division")), .a = a };
    LedgerQuery q = { .collection = k.c, .division = division, .no_geometry = true };
    LedgerPage page;

    if (!k.c || !(k.code = pack_property(k.c, STR("code"))) || !(k.name = pack_property(k.c, STR("name"))))
        return true;
    (void)digits_of(division, &k.digits);
    q.sort[0] = (LedgerSort){ k.code, false };
    q.nsort = 1;
    if (!ledger_select(l, &q, see_child, &k, a, &page, err))
        return false;
    for (size_t j = 0; j < k.n; j++) {
        const Str prefix = str_sub(k.part[j].division, 0, k.digits);

        k.part[j].numerator = total(num, prefix, NULL);
        k.part[j].denominator = total(den, prefix, NULL);
        k.part[j].value = quotient(i, k.part[j].numerator, k.part[j].denominator, is_sum(i));
    }
    out->child = k.part;
    out->nchild = k.n;
    return true;
}

static Str both(Str x, Str y, Arena *a)
{
    return x.len && y.len ? str_fmt(a, "(%.*s) AND (%.*s)", STRV(x), STRV(y)) : x.len ? x : y;
}

/* A date that processes overwrite (last inspected) tells of the newest period only: what it said before is not in it. */
static bool keeps_the_past(const PackCollection *c, Str period)
{
    const PackProperty *p = period.len ? pack_property(c, period) : NULL;

    return p && p->derive == PACK_TYPED;
}

static bool previous(LedgerView l, const Indicator *i, const PackCollection *c, Str division, Span span,
    double below, Arena *a, double *out, Err *err)
{
    const bool year = span.to - span.from > 31;
    Sums num = { 0 };
    Str ignored = { "", 0 };
    int y, m, d;

    *out = NAN;
    if (span.any || !keeps_the_past(c, i->period))
        return true;
    span.to = span.from;
    date_split(span.to - 1, &y, &m, &d);
    span.from = date_of(y, year ? 1 : m, 1);
    if (!numerator(l, i, c, division, &span, a, &num, &ignored, err))
        return false;
    *out = quotient(i, total(&num, (Str){ "", 0 }, NULL), below, is_sum(i));
    return true;
}

bool indicator_value(
    LedgerView l, const Indicator *i, Str division, Str period, Arena *a, IndicatorValue *out, Err *err)
{
    IndicatorValue v = { .period = i->period.len && !period.len ? this_year(l, a) : period };
    const PackCollection *c;
    Sums num = { 0 }, den = { 0 };
    Str period_text = { "", 0 };
    int64_t known = 0, all;
    Span span;

    if (!division.len)
        division = ledger_division(l.ledger);
    if (!read_span(v.period, &span, err) ||
        !pack_need_collection(ledger_model(l.ledger), i->collection, &c, err))
        return false;
    if (!numerator(l, i, c, division, &span, a, &num, &period_text, err) ||
        !denominator(l, i, c, division, a, &den, err))
        return false;
    v.numerator = total(&num, (Str){ "", 0 }, NULL);
    v.denominator = total(&den, (Str){ "", 0 }, &known);
    v.value = quotient(i, v.numerator, v.denominator, is_sum(i));
    all = ledger_count(l, c, division);
    v.completeness = all > 0 ? fmin(1, (double)known / (double)all) : NAN;
    v.filter = i->denominator_text;
    v.numerator_filter = both(i->numerator_text, period_text, a);
    if (!children(l, i, division, &num, &den, a, &v, err) ||
        !previous(l, i, c, division, span, v.denominator, a, &v.previous, err))
        return false;
    if (!i->period.len)
        v.period = (Str){ "", 0 };
    *out = v;
    return true;
}
