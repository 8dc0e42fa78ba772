/* src/ledger/token.c - page tokens: JSON of [shape of the query, values…, fid], base64url, and its signature. */
#include "ledger/plan.h"
#include <stdio.h>

static uint64_t query_shape(const LedgerQuery *q)
{
    Buf b;
    uint64_t h;

    buf_init(&b, 1 << 20);
    buf_str(&b, q->collection->name);
    for (size_t i = 0; i < q->nsort; i++)
        buf_fmt(&b, "|%c%.*s", q->sort[i].descending ? '-' : '+', STRV(q->sort[i].property->name));
    h = hash64(BYTES(buf_text(&b)));
    buf_clear(&b);
    return h;
}

bool ledger_token_make(const Ledger *l, const LedgerQuery *q, const LedgerRecord *last, Arena *a, Str *out)
{
    Buf b, t;
    uint8_t sign[ACCESS_BLIND_LEN];

    buf_init(&b, 1 << 20);
    buf_init(&t, 1 << 20);
    buf_fmt(&b, "[\"%016llx\"", (unsigned long long)query_shape(q));
    for (size_t i = 0; i < q->nsort; i++) {
        buf_c(&b, ',');
        ledger_value_to_json(q->sort[i].property, last->value[q->sort[i].property->index], &b);
    }
    buf_fmt(&b, ",%lld]", (long long)last->fid);
    access_sign(l->keys, buf_text(&b), sign);
    buf_base64url(&t, (Bytes){ sign, sizeof sign });
    buf_base64url(&t, BYTES(buf_text(&b)));
    *out = b.bad || t.bad ? (Str){ NULL, 0 } : str_copy(a, buf_text(&t));
    buf_clear(&b);
    buf_clear(&t);
    return out->ptr != NULL;
}

bool ledger_token_read(
    const Ledger *l, const LedgerQuery *q, Str token, Arena *a, CqlValue *after, int64_t *fid, Err *err)
{
    enum { SIGN_CHARS = 22 };
    Bytes sign, text;
    uint8_t want[ACCESS_BLIND_LEN];
    char shape[24];
    json_t *v;

    if (!base64url_read(str_sub(token, 0, SIGN_CHARS), a, &sign) ||
        !base64url_read(str_sub(token, SIGN_CHARS, SIZE_MAX), a, &text))
        return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    access_sign(l->keys, TEXT(text), want);
    if (sign.len != sizeof want || memcmp(sign.ptr, want, sizeof want) ||
        !json_read_in(TEXT(text), a, &v, err))
        return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    snprintf(shape, sizeof shape, "%016llx", (unsigned long long)query_shape(q));
    if (!str_eq(json_str(json_array_get(v, 0)), str_of(shape)) || json_array_size(v) != q->nsort + 2)
        return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    for (size_t i = 0; i < q->nsort; i++)
        if (!ledger_value_of_json(q->sort[i].property, json_array_get(v, i + 1), a, &after[i], err))
            return FAIL(err, LEDGER_BAD_TOKEN, str_sub(token, 0, 20), "next");
    *fid = json_integer_value(json_array_get(v, q->nsort + 1));
    return true;
}
