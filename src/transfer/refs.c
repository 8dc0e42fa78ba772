/* src/transfer/refs.c - references are resolved by what people write; what is not one only is an error, never a guess. */
#include "transfer/refs.h"
#include "transfer/transfer.h"
#include <math.h>

enum { KEPT_MAX = 200000, ROAD_SECTIONS = 5000 };
#define SNAP_M   15.0
#define SNAP_DEG 0.0003
typedef struct Section {
    Str id;
    int64_t from, to;
} Section;
typedef struct Road {
    Section *section;
    size_t n;
    bool there;
} Road;
struct TransferRefs {
    Ledger *ledger;
    TransferStretch stretch;
    Arena *keep;
    Map *known, *road; /* "property text" → Str id; code → Road */
};

TransferRefs *transfer_refs_new(Ledger *l, const TransferStretch *stretch)
{
    TransferRefs *r = mem_new(1, sizeof *r);

    if (!r)
        return NULL;
    *r = (TransferRefs){ .ledger = l, .stretch = *stretch, .keep = arena_new(0) };
    r->known = map_new(r->keep);
    r->road = map_new(r->keep);
    return r;
}

void transfer_refs_free(TransferRefs *r)
{
    if (!r)
        return;
    arena_free(r->keep);
    mem_free(r);
}

/* --- asking the ledger ------------------------------------------------------------------------------------------------- */
static void literal(const PackProperty *p, CqlValue v, Buf *b)
{
    if (v.kind == CQL_DATE) {
        buf_str(b, STR("{\"date\":\""));
        date_text(v.date, b);
        buf_str(b, STR("\"}"));
    } else if (v.kind == CQL_TIME) {
        buf_str(b, STR("{\"timestamp\":\""));
        time_text(v.time, 3, b);
        buf_str(b, STR("\"}"));
    } else
        ledger_value_to_json(p, v, b);
}

static bool filter_of(
    const PackCollection *c, const TransferTest *test, size_t n, Arena *a, CqlExpr **out, Err *err)
{
    Buf b;
    bool good;

    buf_init(&b, 64 << 10);
    if (n > 1)
        buf_str(&b, STR("{\"op\":\"and\",\"args\":["));
    for (size_t i = 0; i < n; i++) {
        buf_fmt(&b, "%s{\"op\":\"%s\",\"args\":[{\"property\":\"%.*s\"},", i ? "," : "", test[i].op,
            STRV(test[i].property->name));
        literal(test[i].property, test[i].value, &b);
        buf_str(&b, STR("]}"));
    }
    if (n > 1)
        buf_str(&b, STR("]}"));
    good = !b.bad && cql_parse_json(str_copy(a, buf_text(&b)), a, out, err) &&
           cql_check(*out, &c->schema, a, err);
    buf_clear(&b);
    return good;
}

typedef struct Finding {
    TransferFound *found;
    size_t n, most, nwant;
    const PackProperty *const *want;
    Arena *a;
    bool bad;
} Finding;

static CqlValue kept(CqlValue v, Arena *a)
{
    if (v.kind == CQL_TEXT)
        v.text = str_copy(a, v.text);
    else if (v.kind == CQL_LIST || v.kind == CQL_GEOM)
        v = (CqlValue){ .kind = CQL_NULL };
    return v;
}

static Str name_of(const LedgerRecord *r, Arena *a)
{
    const PackProperty *label = pack_property(r->collection, r->collection->label);
    Buf b;
    Str s;

    buf_init(&b, 256);
    if (label && label->grade <= 2)
        ledger_value_to_text(label, r->value[label->index], &b);
    if (!b.len)
        buf_str(&b, r->id);
    buf_fmt(&b, "（%.*s）", STRV(r->division));
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

static bool see(void *ctx, const LedgerRecord *r)
{
    Finding *f = ctx;
    TransferFound *one = f->found + f->n;

    one->id = str_copy(f->a, r->id);
    one->said = name_of(r, f->a);
    one->geometry = r->geometry.len ? BYTES(str_copy(f->a, TEXT(r->geometry))) : (Bytes){ NULL, 0 };
    for (size_t i = 0; i < f->nwant && i < LEN(one->value); i++)
        one->value[i] = kept(r->value[f->want[i]->index], f->a);
    f->bad = f->bad || !one->id.ptr;
    return ++f->n < f->most && !f->bad;
}

bool transfer_find(Ledger *l, const PackCollection *c, const TransferTest *test, size_t ntest,
    const PackProperty *const *want, size_t nwant, size_t most, Arena *a, TransferFound **out, size_t *n,
    Err *err)
{
    Finding f = { .found = NEWS(a, TransferFound, most), .most = most, .want = want, .nwant = nwant, .a = a };
    LedgerQuery q = { .collection = c, .limit = most };
    LedgerPage page;
    CqlExpr *e;

    for (size_t i = 0; i < nwant; i++)
        q.sealed |= want[i]->grade >= 3;
    if (!f.found)
        return FAIL(err, BASE_NO_MEMORY, c->name, "find");
    if (ntest && !filter_of(c, test, ntest, a, &e, err))
        return false;
    q.filter = ntest ? e : NULL;
    if (!ledger_select((LedgerView){ l, &ACCESS_VISITOR }, &q, see, &f, a, &page, err))
        return false;
    *out = f.found;
    *n = f.n;
    return !f.bad || FAIL(err, BASE_NO_MEMORY, c->name, "find");
}

/* --- one reference ------------------------------------------------------------------------------------------------------ */
static bool by_property(
    TransferRefs *r, const PackCollection *t, const PackProperty *q, Str text, Arena *a, Str *id, Err *err)
{
    TransferTest test = { q, "=", { .kind = CQL_NULL } };
    TransferFound *found;
    const PackProperty *code = t->by_code ? pack_property(t, STR("code")) : NULL;
    size_t n;
    Err no;

    if (!q || q->type == PACK_GEOMETRY || !ledger_value_of_text(q, text, a, &test.value, &no) ||
        test.value.kind == CQL_NULL)
        return true; /* what cannot be such a value is none */
    if (!transfer_find(r->ledger, t, &test, 1, &code, code != NULL, 3, a, &found, &n, err))
        return false;
    if (n == 1)
        *id = code && found[0].value[0].kind == CQL_TEXT ? found[0].value[0].text : found[0].id;
    if (n < 2)
        return true;
    FAIL(err, TRANSFER_AMBIGUOUS, text, "%.*s", STRV(t->name));
    err_hint(err, "%.*s、%.*s%s", STRV(found[0].said), STRV(found[1].said), n > 2 ? " …" : "");
    return false;
}

static bool in_collection(TransferRefs *r, const PackCollection *t, Str text, Arena *a, Str *id, Err *err)
{
    static const char *const name[] = { "full_name", "name" };

    for (size_t i = 0; i < t->nunique && !id->len; i++)
        if (!by_property(r, t, pack_property(t, t->unique[i]), text, a, id, err))
            return false;
    if (!id->len && t->by_code && !by_property(r, t, pack_property(t, str_of(name[0])), text, a, id, err))
        return false;
    if (!id->len && t->label.len && !by_property(r, t, pack_property(t, t->label), text, a, id, err))
        return false;
    return true;
}

static bool digits(Str s)
{
    size_t v;

    return (s.len == 12 || s.len == 15) && str_to_size(s, 10, &v);
}

static bool look_up(TransferRefs *r, const PackProperty *p, Str text, Arena *a, Str *id, Err *err)
{
    const PackModel *m = ledger_model(r->ledger);
    Str found = STR("");

    for (size_t i = 0; i < p->nref && !id->len; i++) {
        const PackCollection *t = pack_collection(m, p->ref[i]);

        if (!t)
            continue;
        if (ulid_valid(text) || (t->by_code && digits(text)))
            found = text; /* whether it is there, the ledger says */
        else if (!in_collection(r, t, text, a, &found, err))
            return false;
        if (found.len)
            *id = p->nref > 1 ? str_fmt(a, "%.*s/%.*s", STRV(t->name), STRV(found)) : found;
    }
    if (id->len)
        return true;
    FAIL(err, TRANSFER_NO_TARGET, text, "%.*s", STRV(p->name));
    {
        const PackCollection *t = p->nref ? pack_collection(m, p->ref[0]) : NULL;

        err_hint(err, "%.*s", STRV(t ? t->title.zh : p->title.zh));
    }
    return false;
}

static bool one(TransferRefs *r, const PackProperty *p, Str text, Arena *a, CqlValue *out, Err *err)
{
    const Str key = str_fmt(a, "%.*s %.*s", STRV(p->name), STRV(text));
    const Str *known = map_get(r->known, key);
    Str id = STR(""), *keep;

    if (known) {
        *out = (CqlValue){ .kind = CQL_TEXT, .text = *known };
        return true;
    }
    if (p->nref > 1 && str_find(text, STR("/")) != SIZE_MAX && text.len > ULID_LEN &&
        ulid_valid(str_sub(text, text.len - ULID_LEN, ULID_LEN)))
        id = text;
    else if (!look_up(r, p, text, a, &id, err))
        return false;
    if (map_len(r->known) < KEPT_MAX && (keep = NEW(r->keep, Str))) {
        *keep = str_copy(r->keep, id);
        id = str_copy(a, id);
        if (!map_put(r->known, str_copy(r->keep, key), keep))
            return FAIL(err, BASE_NO_MEMORY, p->name, "reference");
    }
    *out = (CqlValue){ .kind = CQL_TEXT, .text = id };
    return true;
}

static size_t split_at(Str s)
{
    static const char *const mark[] = { "、", "，", ",", ";", "；", "|" };
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < LEN(mark); i++) {
        const size_t at = str_find(s, str_of(mark[i]));

        least = at < least ? at : least;
    }
    return least;
}

bool transfer_resolve(TransferRefs *r, const PackProperty *p, Str text, Arena *a, CqlValue *out, Err *err)
{
    CqlValue item[256], *all;
    size_t n = 0;

    text = str_trim(text);
    if (!p->many)
        return one(r, p, text, a, out, err);
    while (text.len && n < LEN(item)) {
        const size_t at = split_at(text);
        const Str part = str_trim(str_sub(text, 0, at));

        if (part.len && !one(r, p, part, a, &item[n++], err))
            return false;
        text = at == SIZE_MAX ? STR("") : str_sub(text, at, SIZE_MAX);
        if (text.len)
            str_next(&text);
    }
    all = NEWS(a, CqlValue, n + 1);
    if (!all)
        return FAIL(err, BASE_NO_MEMORY, p->name, "reference");
    memcpy(all, item, n * sizeof *all);
    *out = n ? (CqlValue){ .kind = CQL_LIST, .list = { all, n } } : (CqlValue){ .kind = CQL_NULL };
    return true;
}

/* --- stretches of road ---------------------------------------------------------------------------------------------------- */
static bool sections_of(TransferRefs *r, Str road, Road *out, Err *err)
{
    const TransferStretch *s = &r->stretch;
    const PackProperty *const want[] = { s->from, s->to };
    const TransferTest test = { s->to_road, "=", { .kind = CQL_TEXT, .text = road } };
    TransferFound *found;
    size_t n;

    if (!transfer_find(r->ledger, s->of, &test, 1, want, 2, ROAD_SECTIONS, r->keep, &found, &n, err))
        return false;
    out->section = NEWS(r->keep, Section, n + 1);
    if (!out->section)
        return FAIL(err, BASE_NO_MEMORY, road, "road");
    for (size_t i = 0; i < n; i++)
        if (found[i].value[0].kind == CQL_INT && found[i].value[1].kind == CQL_INT)
            out->section[out->n++] =
                (Section){ found[i].id, found[i].value[0].integer, found[i].value[1].integer };
    out->there = true;
    return true;
}

static bool road_of(TransferRefs *r, Str code, Arena *a, const Road **out, Err *err)
{
    Road *road = map_get(r->road, code);
    const TransferStretch *s = &r->stretch;
    Str id = STR("");

    if (!road) {
        road = NEW(r->keep, Road);
        if (!road || !map_put(r->road, str_copy(r->keep, code), road))
            return FAIL(err, BASE_NO_MEMORY, code, "road");
        if (!by_property(r, s->road, s->code, code, a, &id, err) ||
            (id.len && !sections_of(r, id, road, err)))
            return false;
    }
    *out = road;
    if (road->there)
        return true;
    FAIL(err, TRANSFER_NO_TARGET, code, "%.*s", STRV(s->code->name));
    err_hint(err, "%.*s", STRV(s->road->title.zh));
    return false;
}

static bool beyond(const Road *road, int64_t from, int64_t to, Err *err)
{
    int64_t first = INT64_MAX, last = 0;
    Buf said, hint;

    for (size_t i = 0; i < road->n; i++) {
        first = road->section[i].from < first ? road->section[i].from : first;
        last = road->section[i].to > last ? road->section[i].to : last;
    }
    buf_init(&said, 64);
    buf_init(&hint, 128);
    pack_stake_text(from, &said);
    if (to > from) {
        buf_str(&said, STR("–"));
        pack_stake_text(to, &said);
    }
    if (!road->n)
        buf_str(&hint, STR("这条路还没有登记路段"));
    else {
        buf_str(&hint, STR("已登记的路段为 "));
        pack_stake_text(first, &hint);
        buf_str(&hint, STR(" 到 "));
        pack_stake_text(last, &hint);
    }
    FAIL(err, TRANSFER_STAKE_BEYOND, buf_text(&said), "stake");
    err_hint(err, "%.*s", STRV(buf_text(&hint)));
    buf_clear(&said);
    buf_clear(&hint);
    return false;
}

bool transfer_stretch_at(TransferRefs *r, Str code, int64_t from, int64_t to, Arena *a, Str *id, Err *err)
{
    const Road *road = NULL;
    const Section *best = NULL;
    double share = 0;
    int64_t last = 0;

    if (!road_of(r, code, a, &road, err))
        return false;
    for (size_t i = 0; i < road->n; i++) {
        const Section *s = road->section + i;
        const int64_t lo = s->from > from ? s->from : from, hi = s->to < to ? s->to : to;
        const double part = to > from                          ? (double)(hi - lo) / (double)(to - from)
                            : from >= s->from && from <= s->to ? 1
                                                               : 0;

        last = s->to > last ? s->to : last;
        if (part > share)
            share = part, best = s;
    }
    if (!best || to > last)
        return beyond(road, from, to, err);
    if (share < 0.8) { /* it lies across several */
        FAIL(err, TRANSFER_AMBIGUOUS, code, "%.*s", STRV(r->stretch.by->name));
        err_hint(err, "%s", "这一段跨了几个路段，请按路段分行");
        return false;
    }
    *id = best->id;
    return true;
}

typedef struct Near {
    Bytes wkb;
    double best, second;
    char id[ULID_LEN + 1];
    size_t n;
} Near;

static bool see_near(void *ctx, const LedgerRecord *r)
{
    Near *w = ctx;
    const double d = r->geometry.len ? geo_distance_m(r->geometry, w->wkb) : 1e9;

    if (d < w->best) {
        w->second = w->best;
        w->best = d;
        memcpy(w->id, r->id.ptr, r->id.len < ULID_LEN ? r->id.len : ULID_LEN);
    } else if (d < w->second)
        w->second = d;
    return ++w->n < 1000;
}

bool transfer_stretch_near(TransferRefs *r, Bytes wkb, Arena *a, Str *id, Err *err)
{
    const GeoBox b = geo_wkb_box(wkb);
    const LedgerQuery q = { .collection = r->stretch.of,
        .nbox = 1,
        .box = { { b.minx - SNAP_DEG, b.miny - SNAP_DEG, b.maxx + SNAP_DEG, b.maxy + SNAP_DEG } } };
    Near w = { .wkb = wkb, .best = 1e9, .second = 1e9 };
    LedgerPage page;

    *id = STR("");
    if (geo_box_empty(b) || !r->stretch.of->spatial)
        return true;
    if (!ledger_select((LedgerView){ r->ledger, &ACCESS_VISITOR }, &q, see_near, &w, a, &page, err))
        return false;
    if (w.best <= SNAP_M)
        *id = str_copy(a, str_of(w.id));
    return true;
}

bool transfer_stretch_point(TransferRefs *r, Str id, int64_t stake, Arena *a, Bytes *point, Err *err)
{
    LedgerRecord rec;
    double x, y;
    Bytes line;

    *point = (Bytes){ NULL, 0 };
    if (!ledger_get((LedgerView){ r->ledger, &ACCESS_VISITOR }, r->stretch.of, id, INT64_MIN, INT64_MIN, a,
            &rec, err))
        return false;
    line = rec.geometry;
    if (!line.len || rec.value[r->stretch.from->index].kind != CQL_INT || geo_wkb_type(line) != GEO_LINE ||
        !geo_along(line, (double)(stake - rec.value[r->stretch.from->index].integer), &x, &y))
        return true;
    return geo_make_point(x, y, a, point) || FAIL(err, BASE_NO_MEMORY, id, "stake");
}
