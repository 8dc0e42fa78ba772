/* src/ledger/put.c - a prepared and checked change goes into its row, the journal, the words and the links. */
#include "ledger/change.h"
#include <stdio.h>

static const char *const verb_name[] = { "create", "update", "replace", "retire", "restore", "derive" };

static bool put_row(Apply *p)
{
    const Work *w = p->work;
    CqlValue *col;
    Bytes blob;

    if (!ledger_columns(w->ledger, p->sheet, &p->after, w->arena, &col, &blob, w->err))
        return false;
    if (!p->there)
        return store_insert(
            w->ledger->store, &p->sheet->table, p->after.id, blob, col, &p->after.fid, w->err);
    return store_update(w->ledger->store, &p->sheet->table, p->before.fid,
        !str_eq(TEXT(p->after.geometry), TEXT(p->before.geometry)), blob, p->sheet->all, col,
        p->sheet->table.ncolumn, w->err);
}

static bool put_words(Apply *p)
{
    Buf g1, g2;
    bool good;
    const bool gone = p->value[base_at(p->sheet->collection, BASE_VALID_TO)].kind != CQL_NULL;

    if (!p->sheet->has_words)
        return true;
    buf_init(&g1, 1 << 20);
    buf_init(&g2, 1 << 20);
    if (!gone)
        ledger_words(p->sheet, &p->after, &g1, &g2);
    good = store_words_set(p->work->ledger->store, p->sheet->collection->name, p->after.fid,
        p->after.division, buf_text(&g1), buf_text(&g2), p->work->err);
    buf_clear(&g1);
    buf_clear(&g2);
    return good;
}

static void make_salt(const Apply *p, size_t n, uint8_t salt[16])
{
    const Work *w = p->work;
    char text[96];
    uint8_t d[SM3_LEN];

    if (!w->ledger->salt_seed) {
        random_bytes(salt, 16);
        return;
    }
    snprintf(
        text, sizeof text, "%llu/%lld/%zu", (unsigned long long)w->ledger->salt_seed, (long long)w->seq, n);
    sm3((Bytes){ (uint8_t *)text, strlen(text) }, d);
    memcpy(salt, d, 16);
}

static bool put_entry(Apply *p, size_t n, uint8_t digest[SM3_LEN])
{
    const Work *w = p->work;
    StoreEntry e = { 0, w->seq, (int64_t)n, p->after.version, p->sheet->collection->name, p->after.id,
        str_of(verb_name[p->verb]), { 0 }, { 0 } };
    uint8_t salt[16];

    make_salt(p, n, salt);
    if (!ledger_body(w->ledger, &p->after, salt, w->arena, &e.body, w->err))
        return false;
    sm3(e.body, e.digest);
    memcpy(digest, e.digest, SM3_LEN);
    return store_put_entry(w->ledger->store, &e, w->err);
}

static void note_event(Apply *p)
{
    Work *w = p->work;
    LedgerEvent *e = &w->event[w->nevent++];
    const Str title = ledger_name_of(&p->after, w->arena);

    *e = (LedgerEvent){ .seq = w->seq,
        .at = w->now,
        .version = p->after.version,
        .collection = p->sheet->collection,
        .fid = p->after.fid,
        .verb = p->verb,
        .before = p->there ? ledger_box(p->before.geometry) : GEO_BOX_NONE,
        .after = ledger_box(p->after.geometry) };
    memcpy(e->id, p->done->id, sizeof e->id);
    snprintf(e->division, sizeof e->division, "%.*s", STRV(p->after.division));
    snprintf(e->who, sizeof e->who, "%.*s", STRV(w->tx->who->account));
    snprintf(e->title, sizeof e->title, "%.*s", STRV(title.len < 90 ? title : str_sub(title, 0, 60)));
}

/* What a process made: no version and no body, but whoever reads changed_seq sees that it is another. */
static bool put_derived(Apply *p)
{
    Work *w = p->work;
    const PackCollection *c = p->sheet->collection;
    size_t *column = NEWS(w->arena, size_t, p->change->nfield + 1), n = 0;
    CqlValue *value = NEWS(w->arena, CqlValue, p->change->nfield + 1);

    if (!column || !value)
        return FAIL(w->err, BASE_NO_MEMORY, c->name, "derive");
    for (size_t i = 0; i < p->change->nfield; i++) {
        const PackProperty *q = p->change->field[i].property;

        if (q->derive != PACK_OTHERS || p->sheet->column[q->index] == NO_COLUMN)
            continue;
        column[n] = p->sheet->column[q->index];
        if (!ledger_store_value(q, p->value[q->index], w->arena, &value[n++], w->err))
            return false;
    }
    column[n] = p->sheet->column[base_at(c, BASE_SEQ)];
    value[n++] = (CqlValue){ .kind = CQL_INT, .integer = w->seq };
    note_event(p);
    return store_update(w->ledger->store, &p->sheet->table, p->before.fid, false, (Bytes){ 0 }, column, value,
               n, w->err) &&
           ledger_raise_below(&w->sight, p->sheet, p->before.id, w->seq, w->arena, w->err);
}

bool ledger_put(Apply *p, uint8_t (*digest)[SM3_LEN], size_t *ndigest)
{
    if (p->sheet->collection->by_code && p->verb != LEDGER_DERIVE)
        ledger_places_stale(p->work->ledger);
    if (p->prior)
        p->before.fid = p->after.fid = p->prior->after.fid;
    if (p->verb == LEDGER_DERIVE)
        return put_derived(p);
    if (!put_row(p) || !put_entry(p, *ndigest, digest[*ndigest]) || !put_words(p) ||
        !ledger_links(p->work->ledger, &p->after, p->there ? &p->before : NULL, p->work->arena, p->work->err))
        return false;
    (*ndigest)++;
    note_event(p);
    return true;
}
