/* src/ledger/body.c - a record as the journal holds it.
 *
 *     salt (16) | length of the JSON (4, little-endian) | JSON | WKB
 *
 * The JSON holds the typed properties of grade 1 and 2 in the model's order, nulls left out, then "_sealed" and
 * "_sealed4" (base64url of what the columns hold). The salt stands first so that the digest of an erased body tells
 * nothing about it. Rendering is canonical: verify renders the row again and compares bytes.
 */
#include "ledger/row.h"
#include <assert.h>
#include <stdio.h>

enum { SALT = 16, HEAD = 20 };
static const Base kept_base[] = { BASE_DIVISION, BASE_VALID_FROM, BASE_VALID_TO, BASE_SOURCE, BASE_SOURCE_REF,
    BASE_CONFIDENCE, BASE_VERIFIED_AT, BASE_VERIFIED_BY, BASE_LOCK };

static void pair(Buf *b, const PackProperty *p, CqlValue v, bool *any)
{
    if (v.kind == CQL_NULL)
        return;
    if (*any)
        buf_c(b, ',');
    *any = true;
    buf_c(b, '"');
    buf_str(b, p->name);
    buf_str(b, STR("\":"));
    ledger_value_to_json(p, v, b);
}

static bool sealed_json(const LedgerRecord *r, int grade, Buf *b)
{
    const PackCollection *c = r->collection;
    bool any = false;

    buf_c(b, '{');
    for (size_t i = 0; i < c->ndeclared; i++) {
        const PackProperty *p = c->property + i;

        if (ledger_is_typed(p) && (grade == 3 ? p->grade == 3 : p->grade >= 4))
            pair(b, p, r->value[i], &any);
    }
    if (grade == 3 && c->geometry_grade >= 3 && r->geometry.len) {
        buf_str(b, any ? STR(",\"_geometry\":\"") : STR("\"_geometry\":\""));
        buf_base64url(b, r->geometry);
        buf_c(b, '"');
        any = true;
    }
    buf_c(b, '}');
    return any;
}

static Str about(const LedgerRecord *r, int grade, Arena *a)
{
    return str_fmt(
        a, "%.*s/%.*s/%lld/%d", STRV(r->collection->name), STRV(r->id), (long long)r->version, grade);
}

bool ledger_seal(const Ledger *l, const LedgerRecord *r, int grade, Arena *a, Bytes *out, Err *err)
{
    Buf b;
    bool any, good = true;

    Bytes *made = &((LedgerRecord *)(uintptr_t)r)->seal[grade == 3 ? 0 : 1];

    *out = *made;
    if (made->len)
        return true;
    buf_init(&b, 4 << 20);
    any = sealed_json(r, grade, &b);
    if (any)
        good = access_seal(l->keys, about(r, grade, a), BYTES(buf_text(&b)), a, out, err);
    buf_clear(&b);
    if (good)
        *made = *out; /* the column and the journal's body hold the same bytes */
    return good;
}

/* Sealed places are rounded to 100 m (0.001°) where anyone reads them. */
Bytes ledger_open_place(const LedgerRecord *r, Arena *a)
{
    double x, y;
    Bytes out;

    if (r->collection->geometry_grade < 3 || !r->geometry.len)
        return r->geometry;
    if (!geo_centre(r->geometry, &x, &y) || !geo_make_point((double)(int64_t)(x * 1000 + 0.5) / 1000,
                                                (double)(int64_t)(y * 1000 + 0.5) / 1000, a, &out))
        return (Bytes){ NULL, 0 };
    return out;
}

static void sealed_pair(Buf *b, const char *name, Bytes sealed)
{
    if (!sealed.len)
        return;
    buf_fmt(b, ",\"%s\":\"", name);
    buf_base64url(b, sealed);
    buf_c(b, '"');
}

static bool render(const Ledger *l, const LedgerRecord *r, Arena *a, Buf *b, Err *err)
{
    const PackCollection *c = r->collection;
    const Sheet *s = ledger_sheet(l, c);
    Bytes sealed = { 0 }, sealed4 = { 0 };
    bool any = false;

    if (s->sealed != NO_COLUMN && !ledger_seal(l, r, 3, a, &sealed, err))
        return false;
    if (s->sealed4 != NO_COLUMN && !ledger_seal(l, r, 4, a, &sealed4, err))
        return false;
    buf_c(b, '{');
    for (size_t i = 0; i < LEN(kept_base); i++)
        pair(b, c->property + base_at(c, kept_base[i]), r->value[base_at(c, kept_base[i])], &any);
    for (size_t i = 0; i < c->ndeclared; i++)
        if (ledger_is_typed(c->property + i) && c->property[i].grade <= 2)
            pair(b, c->property + i, r->value[i], &any);
    sealed_pair(b, "_sealed", sealed);
    sealed_pair(b, "_sealed4", sealed4);
    buf_c(b, '}');
    return true;
}

bool ledger_body(
    const Ledger *l, const LedgerRecord *r, const uint8_t salt[16], Arena *a, Bytes *out, Err *err)
{
    Buf b;
    const Bytes place = ledger_open_place(r, a);
    uint32_t n;
    bool good;

    buf_init(&b, 64 << 20);
    buf_add(&b, salt, SALT);
    buf_add(&b, "\0\0\0\0", 4);
    good = render(l, r, a, &b, err);
    if (good && !b.bad) {
        n = (uint32_t)(b.len - HEAD);
        memcpy(b.ptr + SALT, &n, 4);
        buf_add(&b, place.ptr, place.len);
    }
    if (good && !b.bad)
        *out = BYTES(str_copy(a, buf_text(&b)));
    good = good && ((!b.bad && out->ptr) || FAIL(err, BASE_NO_MEMORY, r->id, "journal"));
    buf_clear(&b);
    return good;
}

/* Retired ones too, and by the name it had when the entry was written. */
static const PackProperty *property_named(const PackCollection *c, Str name)
{
    const PackProperty *p = pack_property(c, name);

    if (p && p->index < c->nproperty)
        return p;
    for (size_t i = 0; i < c->nproperty; i++)
        if (str_eq(c->property[i].name, name))
            return c->property + i;
    for (size_t i = 0; i < c->ndeclared; i++)
        if (c->property[i].was.len && str_eq(c->property[i].was, name))
            return c->property + i;
    return NULL;
}

/* A value of a type the property had before is read as a person would have typed it. */
static bool older_value(const PackProperty *p, json_t *item, Arena *a, CqlValue *out)
{
    json_t *one = !p->many && json_array_size(item) == 1 ? json_array_get(item, 0) : item;
    json_t *list = p->many && !json_is_array(item) ? json_pack("[O]", item) : NULL;
    Str text;
    Err err;
    bool good = ledger_value_of_json(p, list ? list : one, a, out, &err);

    json_decref(list);
    if (good || json_is_array(one) || json_is_object(one))
        return good;
    text = json_is_string(one)    ? json_str(one)
           : json_is_integer(one) ? str_fmt(a, "%lld", (long long)json_integer_value(one))
           : json_is_boolean(one) ? (json_is_true(one) ? STR("true") : STR("false"))
                                  : STR("");
    if (json_is_real(one)) {
        Buf b;

        buf_init(&b, 64);
        buf_f64(&b, json_real_value(one));
        text = str_copy(a, buf_text(&b));
        buf_clear(&b);
    }
    return ledger_value_of_text(p, text, a, out, &err);
}

static void take_values(const PackCollection *c, json_t *v, CqlValue *value, Arena *a)
{
    const char *key;
    json_t *item;
    Err err;

    json_object_foreach(v, key, item)
    {
        const PackProperty *p = property_named(c, str_of(key));

        if (!p)
            continue;
        if (!ledger_value_of_json(p, item, a, &value[p->index], &err) &&
            !older_value(p, item, a, &value[p->index]) &&
            json_is_string(item)) /* written under older rules */
            value[p->index] = (CqlValue){ .kind = CQL_TEXT, .text = json_str(item) };
    }
}

bool ledger_unseal(
    const Ledger *l, LedgerRecord *r, CqlValue *value, int grade, Bytes sealed, Arena *a, Err *err)
{
    Bytes text, place;
    json_t *v;

    if (!sealed.len)
        return true;
    if (!access_unseal(l->keys, about(r, grade, a), sealed, a, &text, err) ||
        !json_read_in(TEXT(text), a, &v, err))
        return false;
    if (json_object_get(v, "_geometry") &&
        base64url_read(json_str(json_object_get(v, "_geometry")), a, &place))
        r->geometry = place;
    take_values(r->collection, v, value, a);
    return true;
}

bool ledger_body_open(const Ledger *l, const PackCollection *c, Str id, int64_t version, Bytes body, Arena *a,
    LedgerRecord *out, Err *err)
{
    Rd rd = rd_of(body);
    CqlValue *value = NEWS(a, CqlValue, c->nproperty + c->ninherited);
    LedgerRecord r = {
        .collection = c, .id = str_copy(a, id), .version = version, .value = value, .grade = GRADE_WHOLE
    };
    Str text;
    json_t *v;
    Bytes sealed = { 0 };

    rd_take(&rd, SALT);
    text = TEXT(rd_take(&rd, rd_u32(&rd, true)));
    if (!value || !rd_ok(&rd) || !json_read_in(text, a, &v, err))
        return FAIL(err, LEDGER_GONE, id, "journal");
    r.geometry = r.rounded = BYTES(str_copy(a, (Str){ (const char *)rd.ptr, (size_t)(rd.end - rd.ptr) }));
    take_values(c, v, value, a);
    if (base64url_read(json_str(json_object_get(v, "_sealed")), a, &sealed) &&
        !ledger_unseal(l, &r, value, 3, sealed, a, err))
        return false;
    if (base64url_read(json_str(json_object_get(v, "_sealed4")), a, &sealed) &&
        !ledger_unseal(l, &r, value, 4, sealed, a, err))
        return false;
    value[base_at(c, BASE_VERSION)] = (CqlValue){ .kind = CQL_INT, .integer = version };
    r.division =
        value[base_at(c, BASE_DIVISION)].kind == CQL_TEXT ? value[base_at(c, BASE_DIVISION)].text : STR("");
    *out = r;
    return ledger_derive(c, out, a) || FAIL(err, BASE_NO_MEMORY, id, "journal");
}

/* SM3(previous hash ‖ header ‖ digests of the entries); the header is the row of _tx as text, fields ended by a zero. */
void ledger_tx_hash(const uint8_t before[SM3_LEN], const StoreTx *tx, const uint8_t (*digest)[SM3_LEN],
    size_t n, uint8_t out[SM3_LEN])
{
    Sm3 *h = sm3_new();
    char head[128];
    const Str field[] = { tx->who, tx->post, tx->via, tx->source, tx->reason };

    assert(h);
    snprintf(head, sizeof head, "%lld %lld %lld %lld", (long long)tx->chain, (long long)tx->seq,
        (long long)tx->at, (long long)tx->effective);
    sm3_add(h, (Bytes){ before, SM3_LEN });
    sm3_add(h, (Bytes){ (uint8_t *)head, strlen(head) + 1 });
    for (size_t i = 0; i < LEN(field); i++) {
        sm3_add(h, BYTES(field[i]));
        sm3_add(h, (Bytes){ (const uint8_t *)"", 1 });
    }
    sm3_add(h, (Bytes){ (const uint8_t *)digest, n * SM3_LEN });
    sm3_end(h, out);
    sm3_free(h);
}

/* --- columns of a row ------------------------------------------------------------------------------------------------- */
bool ledger_blind(
    const Ledger *l, const PackProperty *p, const PackCollection *c, CqlValue v, Arena *a, CqlValue *out)
{
    uint8_t *mark = arena_take(a, ACCESS_BLIND_LEN, 1);
    Buf b;

    if (!mark)
        return false;
    buf_init(&b, 1 << 20);
    ledger_value_to_text(p, v, &b);
    access_blind(l->keys, str_fmt(a, "%.*s.%.*s", STRV(c->name), STRV(p->name)), buf_text(&b), mark);
    buf_clear(&b);
    *out = (CqlValue){ .kind = CQL_GEOM, .geom = { mark, ACCESS_BLIND_LEN } };
    return true;
}

static bool blind_columns(const Ledger *l, const Sheet *s, const LedgerRecord *r, CqlValue *col, Arena *a)
{
    const PackCollection *c = s->collection;

    for (size_t i = 0; i < c->ndeclared; i++)
        if (s->blind[i] != NO_COLUMN && r->value[i].kind != CQL_NULL &&
            !ledger_blind(l, c->property + i, c, r->value[i], a, &col[s->blind[i]]))
            return false;
    return true;
}

bool ledger_columns(
    const Ledger *l, const Sheet *s, const LedgerRecord *r, Arena *a, CqlValue **out, Bytes *blob, Err *err)
{
    const PackCollection *c = s->collection;
    CqlValue *col = NEWS(a, CqlValue, s->table.ncolumn);
    const Bytes place = ledger_open_place(r, a);
    Bytes sealed;

    *blob = (Bytes){ NULL, 0 };
    if (!col)
        return FAIL(err, BASE_NO_MEMORY, r->id, "row");
    for (size_t i = 0; i < c->nproperty; i++)
        if (s->column[i] != NO_COLUMN &&
            !ledger_store_value(c->property + i, r->value[i], a, &col[s->column[i]], err))
            return false;
    if (!blind_columns(l, s, r, col, a))
        return FAIL(err, BASE_NO_MEMORY, r->id, "row");
    if (s->sealed != NO_COLUMN) {
        if (!ledger_seal(l, r, 3, a, &sealed, err))
            return false;
        col[s->sealed] =
            sealed.len ? (CqlValue){ .kind = CQL_GEOM, .geom = sealed } : (CqlValue){ .kind = CQL_NULL };
    }
    if (s->sealed4 != NO_COLUMN) {
        if (!ledger_seal(l, r, 4, a, &sealed, err))
            return false;
        col[s->sealed4] =
            sealed.len ? (CqlValue){ .kind = CQL_GEOM, .geom = sealed } : (CqlValue){ .kind = CQL_NULL };
    }
    if (c->spatial && place.len && !geo_blob_make(place, GEO_SRS, a, blob, err))
        return false;
    *out = col;
    return true;
}
