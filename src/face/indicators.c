/* src/face/indicators.c - the packs' figures, each opening to the records it counts. */
#include <math.h>
#include "face/face_in.h"
#include "indicator/indicator.h"

static bool list_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    Buf *b = &out->body;
    size_t n;
    const Indicator *x = indicator_all(r->model, &n);

    (void)err;
    buf_str(b, STR("{\"indicators\":["));
    for (size_t i = 0; i < n; i++, x++) {
        buf_str(b, i ? STR(",{") : STR("{"));
        face_text(b, "id", x->id);
        face_text(b, "title", face_title(r, x->title));
        face_text(b, "unit", face_title(r, x->unit));
        face_text(b, "task", x->task);
        face_text(b, "pack", x->pack);
        face_text(b, "description", face_title(r, x->description));
        face_text(b, "collection", x->collection);
        face_int(b, "digits", x->digits);
        face_text(b, "better", str_of(x->better));
        buf_c(b, '}');
    }
    buf_str(b, STR("]}"));
    return true;
}

static void figure(Buf *b, const char *key, double v, int digits)
{
    face_key(b, key);
    if (isfinite(v))
        buf_fixed(b, v, digits < 0 || digits > 9 ? 2 : digits);
    else
        buf_str(b, STR("null"));
}

static void write_children(const IndicatorValue *v, int digits, Buf *b)
{
    face_key(b, "children");
    buf_c(b, '[');
    for (size_t i = 0; i < v->nchild; i++) {
        buf_str(b, i ? STR(",{") : STR("{"));
        face_text(b, "division", v->child[i].division);
        face_text(b, "name", v->child[i].name);
        figure(b, "value", v->child[i].value, digits);
        figure(b, "numerator", v->child[i].numerator, 3);
        figure(b, "denominator", v->child[i].denominator, 3);
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

static bool one_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const Indicator *x;
    IndicatorValue v;
    Buf *b = &out->body;
    int64_t code;
    const Str division = face_query(r, "division");
    const Str tag = str_fmt(r->a, "i%lld.%llx.%d.%llx", (long long)ledger_seq(r->ledger),
        (unsigned long long)hash64(BYTES(r->raw_query)), r->en, (unsigned long long)(time_now() / TIME_DAY));

    if (division.len && (!str_to_i64(division, &code) || (division.len != 12 && division.len != 15)))
        return FAIL(err, FACE_NO_DIVISION, division, "division");
    if (!indicator_find(r->model, r->param[0], &x, err))
        return false;
    if (face_same(r, out, tag))
        return true;
    if (!indicator_value(r->view, x, division, face_query(r, "period"), r->a, &v, err))
        return false;
    buf_c(b, '{');
    face_text(b, "id", x->id);
    face_text(b, "title", face_title(r, x->title));
    face_text(b, "unit", face_title(r, x->unit));
    face_text(b, "description", face_title(r, x->description));
    face_text(b, "better", str_of(x->better));
    face_text(b, "division", division.len ? division : ledger_division(r->ledger));
    face_text(b, "period", v.period);
    figure(b, "value", v.value, x->digits);
    figure(b, "previous", v.previous, x->digits);
    figure(b, "numerator", v.numerator, 3);
    figure(b, "denominator", v.denominator, 3);
    figure(b, "completeness", v.completeness, 4);
    face_text(b, "source", face_title(r, x->source));
    const PackCollection *c = pack_collection(r->model, x->collection);

    face_time(b, "changed", c ? ledger_changed_at(r->view, c) : 0);
    face_text(b, "collection", x->collection);
    face_text(b, "filter", v.filter);
    face_text(b, "numeratorFilter", v.numerator_filter);
    write_children(&v, x->digits, b);
    buf_c(b, '}');
    return true;
}

static const char *const one_query[] = { "division", "period", NULL };
static const FaceRow row[] = { { FACE_GET, "/indicators", list_get, .zh = "指标列表", .en = "Indicators" },
    { FACE_GET, "/indicators/{id}", one_get, FACE_HEAVY, "一个指标的数值", "An indicator's value",
        one_query } };
const FaceDoor face_indicators = { .name = "indicators", .row = row, .nrow = LEN(row) };
