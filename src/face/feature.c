/* src/face/feature.c - a record becomes a GeoJSON feature (RFC 7946) as it is read: no tree, no second copy. */
#include <math.h>
#include <stdio.h>
#include "face/feature.h"

struct FaceKeys {
    Str *key; /* "name": of each property, inherited ones behind */
    size_t n;
    size_t seq; /* place of changed_seq, which is no property outside */
};

static const PackProperty *property_at(const PackCollection *c, size_t i)
{
    return i < c->nproperty ? &c->property[i] : &c->inherited[i - c->nproperty];
}

static bool keys_of(const PackCollection *c, Arena *a, FaceKeys *out)
{
    out->n = c->nproperty + c->ninherited;
    out->key = NEWS(a, Str, out->n);
    out->seq = SIZE_MAX;
    for (size_t i = 0; out->key && i < out->n; i++) {
        Buf b;

        buf_init(&b, 1024);
        buf_json_str(&b, property_at(c, i)->name);
        buf_c(&b, ':');
        out->key[i] = str_copy(a, buf_text(&b));
        buf_clear(&b);
        if (str_eq(property_at(c, i)->name, STR("changed_seq")))
            out->seq = i;
    }
    return out->key != NULL;
}

static bool face_keys_new(const PackModel *model, Arena *a, FaceKeys **out)
{
    FaceKeys *k = NEWS(a, FaceKeys, model->ncollection);

    for (size_t i = 0; k && i < model->ncollection; i++)
        if (!keys_of(model->collection[i], a, &k[i]))
            return false;
    *out = k;
    return k != NULL;
}

bool face_writer(FaceRequest *r, const PackCollection *c, const FaceItems *it, FaceWriter *out, Err *err)
{
    const FaceKeys *all = face_state(r, &face_feature_keys);
    size_t i = 0;

    while (i < r->model->ncollection && r->model->collection[i] != c)
        i++;
    if (!all || i == r->model->ncollection)
        return FAIL(err, PACK_NO_COLLECTION, c->name, "collection");
    *out = (FaceWriter){ .r = r,
        .c = c,
        .keys = &all[i],
        .crs = it->crs,
        .labels = it->labels,
        .no_geometry = it->q.no_geometry,
        .only = it->q.only,
        .nonly = it->q.nonly };
    if (out->labels && !(out->titles = map_new(r->a)))
        return FAIL(err, BASE_NO_MEMORY, STR("labels"), "expand");
    return true;
}

/* --- geometry ------------------------------------------------------------------------------------------------- */
static void write_geometry(FaceWriter *w, Bytes wkb, Buf *b)
{
    const bool degrees = w->crs.epsg == 4326 || w->crs.epsg == 4490;
    Bytes moved = wkb;
    Arena *a = NULL;

    if (!wkb.len || w->no_geometry) {
        buf_str(b, STR("null"));
        return;
    }
    if (!degrees) {
        a = arena_new(0);
        if (!geo_transform(wkb, GEO_SRS, w->crs.epsg, a, &moved, &w->err))
            moved = (Bytes){ 0 };
    }
    if (moved.len)
        geo_to_geojson(moved, degrees ? 7 : 3, w->crs.swap, b);
    else
        buf_str(b, STR("null"));
    arena_free(a);
}

/* --- values ----------------------------------------------------------------------------------------------------- */
static void two(char *to, int n)
{
    to[0] = (char)('0' + n / 10);
    to[1] = (char)('0' + n % 10);
}

/* YYYY-MM-DD, 10 bytes; time_text and date_text do the years this cannot. */
static bool put_date(int32_t day, char *to)
{
    int y, m, d;

    date_split(day, &y, &m, &d);
    if (y < 0 || y > 9999)
        return false;
    two(to, y / 100);
    two(to + 2, y % 100);
    to[4] = to[7] = '-';
    two(to + 5, m);
    two(to + 8, d);
    return true;
}

static void write_time(int64_t us, Buf *b)
{
    const int64_t day = us >= 0 ? us / TIME_DAY : -((-us + TIME_DAY - 1) / TIME_DAY),
                  rest = us - day * TIME_DAY;
    const int ms = (int)(rest / 1000), s = ms / 1000;
    char t[] = "\"0000-00-00T00:00:00.000Z\"";

    if (day < -800000 || day > 2900000 || !put_date((int32_t)day, t + 1)) {
        buf_c(b, '"');
        time_text(us, 3, b);
        buf_c(b, '"');
        return;
    }
    two(t + 12, s / 3600);
    two(t + 15, s / 60 % 60);
    two(t + 18, s % 60);
    t[21] = (char)('0' + ms / 100 % 10);
    two(t + 22, ms % 100);
    buf_add(b, t, sizeof t - 1);
}

static void write_value(const PackProperty *p, const CqlValue *v, Buf *b)
{
    char day[] = "\"0000-00-00\"";

    if (v->kind == CQL_TEXT && !p->many && p->type != PACK_JSON && p->type != PACK_FILE)
        buf_json_str(b, v->text);
    else if (v->kind == CQL_INT && p->type != PACK_MONEY)
        buf_i64(b, v->integer);
    else if (v->kind == CQL_TIME)
        write_time(v->time, b);
    else if (v->kind == CQL_DATE && put_date(v->date, day + 1))
        buf_add(b, day, sizeof day - 1);
    else if (v->kind == CQL_GEOM)
        geo_to_geojson(v->geom, 7, false, b);
    else
        ledger_value_to_json(p, *v, b);
}

static bool wanted(const FaceWriter *w, const PackProperty *p)
{
    for (size_t i = 0; i < w->nonly; i++)
        if (w->only[i] == p)
            return true;
    return false;
}

/* A base property that is empty says nothing; one of the collection's own says that it is empty. */
static void write_properties(FaceWriter *w, const LedgerRecord *record, Buf *b)
{
    bool first = true;

    for (size_t i = 0; i < w->keys->n; i++) {
        const PackProperty *p = property_at(w->c, i);
        const CqlValue *v = &record->value[i];

        if (i == w->keys->seq || p->retired || (w->only && !wanted(w, p)) ||
            (v->kind == CQL_NULL && p->base) || ledger_masked(record, p))
            continue;
        if (!first)
            buf_c(b, ',');
        first = false;
        buf_str(b, w->keys->key[i]);
        if (v->kind == CQL_NULL)
            buf_str(b, STR("null"));
        else
            write_value(p, v, b);
    }
}

/* --- labels ------------------------------------------------------------------------------------------------------ */
static Str ref_title(FaceWriter *w, const PackProperty *p, Str id)
{
    Str collection = p->nref ? p->ref[0] : (Str){ "", 0 }, rest = id;
    Str *known = map_get(w->titles, id);
    const PackCollection *c;

    if (known)
        return *known;
    if (p->nref > 1 && !str_cut(id, '/', &collection, &rest))
        return (Str){ "", 0 };
    c = pack_collection(w->r->model, collection);
    known = NEW(w->r->a, Str);
    id = str_copy(w->r->a, id);
    if (!c || !known || !id.ptr)
        return (Str){ "", 0 };
    *known = ledger_title(w->r->view, c, rest, w->r->a);
    return map_put(w->titles, id, known) ? *known : (Str){ "", 0 };
}

static Str label_of(FaceWriter *w, const PackProperty *p, const CqlValue *v)
{
    const PackCode *code;

    if (v->kind != CQL_TEXT)
        return (Str){ "", 0 };
    if (p->type == PACK_REF)
        return ref_title(w, p, v->text);
    code = p->type == PACK_ENUM ? pack_code(p, v->text) : NULL;
    return code ? face_title(w->r, code->title) : (Str){ "", 0 };
}

static void write_label(FaceWriter *w, const PackProperty *p, const CqlValue *v, Buf *b)
{
    if (v->kind != CQL_LIST) {
        buf_json_str(b, label_of(w, p, v));
        return;
    }
    buf_c(b, '[');
    for (size_t i = 0; i < v->list.n; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, label_of(w, p, &v->list.item[i]));
    }
    buf_c(b, ']');
}

static void write_labels(FaceWriter *w, const LedgerRecord *record, Buf *b)
{
    buf_str(b, STR(",\"labels\":{"));
    for (size_t i = 0; i < w->keys->n; i++) {
        const PackProperty *p = property_at(w->c, i);

        if ((p->type != PACK_REF && p->type != PACK_ENUM) || record->value[i].kind == CQL_NULL ||
            (w->only && !wanted(w, p)))
            continue;
        if (b->ptr[b->len - 1] != '{')
            buf_c(b, ',');
        buf_str(b, w->keys->key[i]);
        write_label(w, p, &record->value[i], b);
    }
    buf_c(b, '}');
}

/* What is masked is left out and named: an empty value would say that there is none. */
static void write_masked(FaceWriter *w, const LedgerRecord *record, Buf *b)
{
    bool any = false;

    for (size_t i = 0; i < w->keys->n; i++) {
        const PackProperty *p = property_at(w->c, i);

        if (!ledger_masked(record, p) || p->retired || p->base || (w->only && !wanted(w, p)))
            continue;
        buf_str(b, any ? STR(",") : STR(",\"masked\":["));
        any = true;
        buf_json_str(b, p->name);
    }
    if (any)
        buf_c(b, ']');
}

void face_feature(FaceWriter *w, const LedgerRecord *record, Buf *b)
{
    buf_str(b, STR("{\"type\":\"Feature\",\"id\":\""));
    buf_str(b, record->id);
    buf_str(b, STR("\",\"geometry\":"));
    write_geometry(w, record->geometry, b);
    buf_str(b, STR(",\"properties\":{"));
    write_properties(w, record, b);
    buf_c(b, '}');
    write_masked(w, record, b);
    if (w->labels)
        write_labels(w, record, b);
}

Str face_etag(FaceRequest *r, int64_t version, int64_t seq)
{
    /* The model too: when packs change, the same record reads otherwise. */
    return str_fmt(r->a, "%lld.%lld.%02x%02x", (long long)version, (long long)seq, r->model->digest[0],
        r->model->digest[1]);
}

Str face_record_title(const PackCollection *c, const LedgerRecord *record, Arena *a)
{
    const PackProperty *p = pack_property(c, c->label);
    Buf b;
    Str title;

    if (!p || record->value[p->index].kind == CQL_NULL)
        return record->id;
    buf_init(&b, 4096);
    ledger_value_to_text(p, record->value[p->index], &b);
    title = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return title.len ? title : record->id;
}

static bool start(const FaceHouse *h, void **state, Err *err)
{
    FaceKeys *keys;

    if (!face_keys_new(h->county->model, h->a, &keys))
        return FAIL(err, BASE_NO_MEMORY, STR("features"), "start");
    *state = keys;
    return true;
}

const FaceDoor face_feature_keys = { .name = "feature-keys", .start = start };
