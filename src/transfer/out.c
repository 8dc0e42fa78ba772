/* src/transfer/out.c - what values and columns are called in a file that goes out. */
#include "transfer/out.h"

enum { TITLES_MAX = 20000 };

/* --- what a value is called ----------------------------------------------------------------------------------------------- */
static Str reference_title(TransferOut *o, const PackProperty *p, Str id)
{
    const PackModel *m = ledger_model(o->x.view.ledger);
    Str collection = p->nref ? p->ref[0] : STR(""), own = id, key;
    const PackCollection *c;
    Str *known;

    if (p->nref > 1)
        str_cut(id, '/', &collection, &own);
    c = pack_collection(m, collection);
    if (!c || c->by_code)
        return id;
    if (map_len(o->title) >= TITLES_MAX) {
        arena_clear(o->titles);
        o->title = map_new(o->titles);
    }
    key = str_copy(o->titles, id);
    known = o->title ? map_get(o->title, key) : NULL;
    if (known)
        return *known;
    known = NEW(o->titles, Str);
    if (!known || !o->title)
        return id;
    *known = ledger_title(o->x.view, c, own, o->titles);
    if (!known->len)
        *known = key;
    return map_put(o->title, key, known) ? *known : id;
}

static void one_text(TransferOut *o, const PackProperty *p, CqlValue v, Buf *b)
{
    const PackCode *code = v.kind == CQL_TEXT && p->type == PACK_ENUM ? pack_code(p, v.text) : NULL;

    if (o->x.header == TRANSFER_TITLES && code)
        buf_str(b, o->x.en ? code->title.en : code->title.zh);
    else if (o->x.header == TRANSFER_TITLES && v.kind == CQL_TEXT && p->type == PACK_REF)
        buf_str(b, reference_title(o, p, v.text));
    else
        ledger_value_to_text(p, v, b);
}

Str transfer_out_text(TransferOut *o, const PackProperty *p, CqlValue v, Arena *a)
{
    Buf b;
    Str s;

    buf_init(&b, 4 << 20);
    if (v.kind != CQL_LIST)
        one_text(o, p, v, &b);
    for (size_t i = 0; v.kind == CQL_LIST && i < v.list.n; i++) {
        if (i)
            buf_str(&b, STR("、"));
        one_text(o, p, v.list.item[i], &b);
    }
    s = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return s;
}

Str transfer_out_head(const TransferOut *o, const PackProperty *p, Arena *a)
{
    if (o->x.header == TRANSFER_NAMES)
        return p->name;
    if (o->x.en || !p->unit.len || str_eq(p->format, STR("stake")))
        return o->x.en ? p->title.en : p->title.zh;
    return str_fmt(a, "%.*s（%.*s）", STRV(p->title.zh), STRV(p->unit));
}
