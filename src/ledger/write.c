/* src/ledger/write.c - the one writer: takes what waits, applies each transaction in a savepoint, commits them together
 * (at most 5 ms or 500 changes), answers after the sync, and hands the events to the herald.
 */
#include "ledger/ledger_in.h"
#include <assert.h>
#include <stdio.h>
#include <time.h>

enum { GROUP_CHANGES = 500, GROUP_MICROS = 5000 };
static const char *const verb_name[] = { "create", "update", "replace", "retire", "restore", "derive" };

typedef struct Apply { /* one change being applied */
    Ledger *ledger;
    Batch *batch;
    const LedgerTx *tx;
    const LedgerChange *change;
    size_t at;
    LedgerDone *done;
    bool touch; /* what it is shown with has changed: a version of its own, even if nothing here differs */
    const Sheet *sheet;
    int64_t seq, now, effective;
    LedgerRecord before, after;
    bool there;
    CqlValue *value; /* of after */
    Arena *arena;
    Err *err;
} Apply;

/* --- what the record becomes ---------------------------------------------------------------------------------------- */
static Str field_text(const Apply *p, Base b)
{
    const CqlValue v = p->value[base_at(p->sheet->collection, b)];

    return v.kind == CQL_TEXT ? v.text : STR("");
}

static void base_set(Apply *p, Base b, CqlValue v)
{
    p->value[base_at(p->sheet->collection, b)] = v;
}

static CqlValue text_or_null(Str s)
{
    return s.len ? (CqlValue){ .kind = CQL_TEXT, .text = s } : (CqlValue){ .kind = CQL_NULL };
}

static CqlValue time_of(int64_t us)
{
    return (CqlValue){ .kind = CQL_TIME, .time = us - us % 1000 };
}

static bool may_be_set(Base b)
{
    return b == BASE_DIVISION || b == BASE_VALID_FROM || b == BASE_VALID_TO || b == BASE_CONFIDENCE ||
           b == BASE_VERIFIED_AT || b == BASE_VERIFIED_BY || b == BASE_LOCK || b == BASE_SOURCE ||
           b == BASE_SOURCE_REF;
}

static void take_fields(Apply *p)
{
    const PackCollection *c = p->sheet->collection;

    for (size_t i = 0; i < p->change->nfield; i++) {
        const PackProperty *q = p->change->field[i].property;
        const bool base = q->index >= c->ndeclared && q->index < c->nproperty;
        Err e;

        if (base ? may_be_set((Base)(q->index - c->ndeclared)) : ledger_is_typed(q))
            p->value[q->index] = p->change->field[i].value;
        else if (!base && p->change->field[i].value.kind != CQL_NULL &&
                 !(p->there && ledger_same(p->change->field[i].value, p->before.value[q->index]))) {
            FAIL(&e, LEDGER_DERIVED, q->title.zh, "%.*s", STRV(q->name));
            ledger_say(p->batch->said, p->at, q->name, &e);
        }
    }
}

static void code_gives_id(Apply *p) /* divisions: the same id on every node */
{
    const PackProperty *code = pack_property(p->sheet->collection, STR("code"));
    uint8_t digest[SM3_LEN];

    if (!p->sheet->collection->by_code || !code || p->value[code->index].kind != CQL_TEXT)
        return;
    sm3(BYTES(p->value[code->index].text), digest);
    ulid_make(0, digest, p->done->id);
}

static bool fill_division(Apply *p)
{
    const PackCollection *c = p->sheet->collection;
    Str division = field_text(p, BASE_DIVISION);
    double x, y;

    if (c->extends) /* it lies where the record it extends lies */
        return true;
    if (c->by_code) { /* a division lies in itself */
        const PackProperty *code = pack_property(c, STR("code"));

        if (code && p->value[code->index].kind == CQL_TEXT)
            base_set(p, BASE_DIVISION, text_or_null(str_sub(p->value[code->index].text, 0, 12)));
        return true;
    }
    if (!division.len && p->after.geometry.len && geo_centre(p->after.geometry, &x, &y) &&
        !ledger_place(p->ledger, store_writer(p->ledger->store), x, y, p->arena, &division, p->err))
        return false;
    if (!division.len)
        division = p->ledger->division;
    base_set(p, BASE_DIVISION, text_or_null(division));
    return true;
}

static bool become(Apply *p)
{
    const PackCollection *c = p->sheet->collection;
    const LedgerVerb verb = p->change->verb;
    const bool fresh = verb == LEDGER_CREATE || (verb == LEDGER_REPLACE && !p->there);

    p->value = NEWS(p->arena, CqlValue, c->nproperty + c->ninherited);
    if (!p->value)
        return FAIL(p->err, BASE_NO_MEMORY, c->name, "change");
    if (p->there)
        memcpy(p->value, p->before.value, (c->nproperty + c->ninherited) * sizeof *p->value);
    if (verb == LEDGER_REPLACE)
        for (size_t i = 0; i < c->ndeclared; i++)
            if (ledger_is_typed(c->property + i) && !c->property[i].retired)
                p->value[i] = (CqlValue){ .kind = CQL_NULL };
    p->after = p->before;
    p->after.seal[0] = p->after.seal[1] = (Bytes){ NULL, 0 };
    p->after.collection = c;
    p->after.value = p->value;
    if (p->change->has_geometry)
        p->after.geometry = p->change->geometry;
    if (verb != LEDGER_DERIVE)
        take_fields(p);
    if (fresh)
        code_gives_id(p);
    p->after.id = str_of(p->done->id);
    return ledger_inherit(p->ledger, store_writer(p->ledger->store), &p->after, p->arena, p->err) &&
           fill_division(p);
}

static bool restored(Apply *p);

/* --- whether it may ------------------------------------------------------------------------------------------------------ */
static bool may(Apply *p)
{
    const LedgerVerb verb = p->change->verb;
    const Str id = str_of(p->done->id);
    const PackCollection *c = p->sheet->collection;

    if (verb == LEDGER_CREATE)
        return !p->there || FAIL(p->err, LEDGER_EXISTS, id, "id");
    if (!p->there)
        return verb == LEDGER_REPLACE || FAIL(p->err, LEDGER_NO_RECORD, id, "id");
    if (p->change->if_version >= 0 && p->change->if_version != p->before.version) {
        FAIL(p->err, LEDGER_STALE, id, "If-Match");
        err_hint(p->err, "%lld", (long long)p->before.version);
        return false;
    }
    if (p->before.value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL && verb != LEDGER_RESTORE &&
        verb != LEDGER_DERIVE) {
        FAIL(p->err, LEDGER_GONE, id, "id");
        err_hint(p->err, "%s", "已停用");
        return false;
    }
    if (verb != LEDGER_DERIVE) {
        const CqlValue lock = p->before.value[base_at(c, BASE_LOCK)];
        const PackProperty *lock_p = c->property + base_at(c, BASE_LOCK);

        if (lock.kind == CQL_TEXT && !str_eq(lock.text, STR("open"))) {
            bool opens = false;

            for (size_t i = 0; i < p->change->nfield; i++)
                opens |= p->change->field[i].property == lock_p;
            if (!opens) {
                FAIL(p->err, LEDGER_LOCKED, id, "lock");
                err_hint(p->err, "%.*s", STRV(lock.text));
                return false;
            }
        }
    }
    return true;
}

typedef struct Referrers {
    Apply *p;
    Buf said;
    size_t n;
} Referrers;

static bool still_refers(void *ctx, Str collection, Str property, Str from)
{
    Referrers *r = ctx;
    const PackCollection *c = pack_collection(r->p->ledger->model, collection);
    LedgerRecord rec;
    bool there = false;
    Err err;

    (void)property;
    if (!c || (str_eq(from, r->p->before.id) && c == r->p->sheet->collection))
        return true;
    if (ledger_find(r->p->ledger, store_writer(r->p->ledger->store), ledger_sheet(r->p->ledger, c), from,
            r->p->arena, &rec, &there, &err) &&
        there && rec.value[base_at(c, BASE_VALID_TO)].kind == CQL_NULL) {
        if (r->n++ < 3)
            buf_fmt(&r->said, "%s%.*s %.*s", r->n > 1 ? "、" : "", STRV(c->title.zh),
                STRV(ledger_name_of(&rec, r->p->arena)));
    }
    return r->n < 100;
}

static bool nobody_refers(Apply *p)
{
    Referrers r = { .p = p };
    bool good;

    buf_init(&r.said, 150);
    good = store_links_to(store_writer(p->ledger->store), p->before.id, still_refers, &r, p->err);
    if (good && r.n) {
        good = FAIL(p->err, LEDGER_REFERRED, p->before.id, "id");
        err_hint(p->err, "%.*s%s", STRV(buf_text(&r.said)), r.n > 3 ? " …" : "");
    }
    buf_clear(&r.said);
    return good;
}

/* --- writing it down --------------------------------------------------------------------------------------------------------- */
static void stamp(Apply *p)
{
    const PackCollection *c = p->sheet->collection;
    const int64_t version = p->there ? p->before.version + 1 : 1;

    if (!p->there) {
        base_set(p, BASE_CREATED_AT, time_of(p->now));
        base_set(p, BASE_CREATED_BY, text_or_null(p->tx->who));
        if (p->value[base_at(c, BASE_VALID_FROM)].kind == CQL_NULL)
            base_set(p, BASE_VALID_FROM,
                time_of(p->change->valid_from != INT64_MIN ? p->change->valid_from : p->effective));
    }
    if (p->change->valid_to != INT64_MIN && p->change->valid_to != INT64_MAX)
        base_set(p, BASE_VALID_TO, time_of(p->change->valid_to));
    base_set(p, BASE_CHANGED_AT, time_of(p->now));
    base_set(p, BASE_CHANGED_BY, text_or_null(p->tx->who));
    base_set(p, BASE_SOURCE, text_or_null(p->tx->source.len ? p->tx->source : STR("typed")));
    if (p->change->source_ref.len)
        base_set(p, BASE_SOURCE_REF, text_or_null(p->change->source_ref));
    if (p->value[base_at(c, BASE_LOCK)].kind == CQL_NULL)
        base_set(p, BASE_LOCK, text_or_null(STR("open")));
    base_set(p, BASE_VERSION, (CqlValue){ .kind = CQL_INT, .integer = version });
    base_set(p, BASE_SEQ, (CqlValue){ .kind = CQL_INT, .integer = p->seq });
    p->after.version = version;
    p->after.seq = p->seq;
    p->after.division = field_text(p, BASE_DIVISION);
}

static bool put_row(Apply *p)
{
    CqlValue *col;
    Bytes blob;

    if (!ledger_columns(p->ledger, p->sheet, &p->after, p->arena, &col, &blob, p->err))
        return false;
    if (!p->there)
        return store_insert(
            p->ledger->store, &p->sheet->table, p->after.id, blob, col, &p->after.fid, p->err);
    return store_update(p->ledger->store, &p->sheet->table, p->before.fid,
        !str_eq(TEXT(p->after.geometry), TEXT(p->before.geometry)), blob, p->sheet->all, col,
        p->sheet->table.ncolumn, p->err);
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
    good = store_words_set(p->ledger->store, p->sheet->collection->name, p->after.fid, p->after.division,
        buf_text(&g1), buf_text(&g2), p->err);
    buf_clear(&g1);
    buf_clear(&g2);
    return good;
}

static void make_salt(const Apply *p, size_t n, uint8_t salt[16])
{
    char text[96];
    uint8_t d[SM3_LEN];

    if (!p->ledger->salt_seed) {
        random_bytes(salt, 16);
        return;
    }
    snprintf(
        text, sizeof text, "%llu/%lld/%zu", (unsigned long long)p->ledger->salt_seed, (long long)p->seq, n);
    sm3((Bytes){ (uint8_t *)text, strlen(text) }, d);
    memcpy(salt, d, 16);
}

static bool put_entry(Apply *p, size_t n, uint8_t digest[SM3_LEN])
{
    StoreEntry e = { 0, p->seq, (int64_t)n, p->after.version, p->sheet->collection->name, p->after.id,
        str_of(verb_name[p->change->verb]), { 0 }, { 0 } };
    uint8_t salt[16];

    make_salt(p, n, salt);
    if (!ledger_body(p->ledger, &p->after, salt, p->arena, &e.body, p->err))
        return false;
    sm3(e.body, e.digest);
    memcpy(digest, e.digest, SM3_LEN);
    return store_put_entry(p->ledger->store, &e, p->err);
}

static void note_event(Apply *p)
{
    LedgerEvent *e = &p->batch->event[p->batch->nevent++];
    const Str title = ledger_name_of(&p->after, p->arena);

    *e = (LedgerEvent){ .seq = p->seq,
        .at = p->now,
        .version = p->after.version,
        .collection = p->sheet->collection,
        .fid = p->after.fid,
        .verb = p->change->verb,
        .before = p->there ? ledger_box(p->before.geometry) : GEO_BOX_NONE,
        .after = ledger_box(p->after.geometry) };
    memcpy(e->id, p->done->id, sizeof e->id);
    snprintf(e->division, sizeof e->division, "%.*s", STRV(p->after.division));
    snprintf(e->who, sizeof e->who, "%.*s", STRV(p->tx->who));
    snprintf(e->title, sizeof e->title, "%.*s", STRV(title.len < 90 ? title : str_sub(title, 0, 60)));
}

static bool same_as_before(const Apply *p)
{
    const PackCollection *c = p->sheet->collection;

    if (!p->there || p->touch || !str_eq(TEXT(p->after.geometry), TEXT(p->before.geometry)))
        return false;
    for (size_t i = 0; i < c->nproperty; i++)
        if ((i >= c->ndeclared || ledger_is_typed(c->property + i)) &&
            !ledger_same(p->value[i], p->before.value[i]))
            return false;
    return true;
}

static bool retire(Apply *p)
{
    base_set(p, BASE_VALID_TO, time_of(p->effective));
    return ledger_not_extended(
               p->ledger, store_writer(p->ledger->store), p->sheet, p->before.id, p->arena, p->err) &&
           nobody_refers(p);
}

/* PACK_OTHERS values: no version, no body; changed_seq rises. */
static bool derive(Apply *p)
{
    size_t column[64], n = 0;
    CqlValue value[64];

    for (size_t i = 0; i < p->change->nfield && n + 1 < LEN(column); i++) {
        const PackProperty *q = p->change->field[i].property;

        if (q->derive != PACK_OTHERS || p->sheet->column[q->index] == NO_COLUMN ||
            ledger_same(p->change->field[i].value, p->before.value[q->index]))
            continue;
        column[n] = p->sheet->column[q->index];
        p->value[q->index] = p->change->field[i].value;
        if (!ledger_store_value(q, p->change->field[i].value, p->arena, &value[n++], p->err))
            return false;
    }
    p->done->same = n == 0;
    if (!n)
        return true;
    column[n] = p->sheet->column[base_at(p->sheet->collection, BASE_SEQ)];
    value[n++] = (CqlValue){ .kind = CQL_INT, .integer = p->seq };
    p->after.version = p->before.version;
    p->after.seq = p->seq;
    p->after.division = p->before.division;
    note_event(p);
    return store_update(p->ledger->store, &p->sheet->table, p->before.fid, false, (Bytes){ 0 }, column, value,
               n, p->err) &&
           ledger_raise_below(p->ledger, p->sheet, p->before.id, p->seq, p->arena, p->err);
}

static bool write_down(Apply *p, uint8_t (*digest)[SM3_LEN], size_t *ndigest)
{
    if (p->change->verb == LEDGER_RETIRE && !retire(p))
        return false;
    ledger_lineage(p->ledger, store_writer(p->ledger->store), &p->after, NULL, NULL, p->arena);
    ledger_derive(p->sheet->collection, &p->after, p->arena);
    if (p->change->verb != LEDGER_RETIRE &&
        !ledger_check(p->ledger, store_writer(p->ledger->store), &p->after, p->there ? &p->before : NULL,
            p->at, p->batch->said, p->arena, p->err))
        return false;
    if (p->batch->said->n)
        return true; /* gather on; the whole will be refused */
    if (p->change->verb == LEDGER_UPDATE && same_as_before(p)) {
        p->done->same = true;
        p->done->version = p->before.version;
        p->done->seq = p->before.seq;
        return true;
    }
    stamp(p);
    p->done->version = p->after.version;
    p->done->seq = p->seq;
    if (!put_row(p) || !put_entry(p, *ndigest, digest[*ndigest]) || !put_words(p) ||
        !ledger_links(p->ledger, &p->after, p->there ? &p->before : NULL, p->arena, p->err))
        return false;
    (*ndigest)++;
    note_event(p);
    return true;
}

static bool apply(Apply *p, uint8_t (*digest)[SM3_LEN], size_t *ndigest)
{
    char *id = p->done->id;

    p->done->same = false;
    memcpy(id, p->change->id, ULID_LEN + 1);
    if (!id[0])
        ulid_new(id);
    if (!ledger_find(p->ledger, store_writer(p->ledger->store), p->sheet, str_of(id), p->arena, &p->before,
            &p->there, p->err) ||
        !may(p) || !become(p))
        return false;
    if (p->change->verb == LEDGER_CREATE && strcmp(id, p->change->id)) { /* the code gave another id */
        if (!ledger_find(p->ledger, store_writer(p->ledger->store), p->sheet, str_of(id), p->arena,
                &p->before, &p->there, p->err))
            return false;
        if (p->there && p->sheet->collection->by_code)
            return FAIL(p->err, LEDGER_EXISTS, str_of(id), "code");
    }
    if (p->change->verb == LEDGER_DERIVE)
        return derive(p);
    if (p->change->verb == LEDGER_RESTORE && !restored(p))
        return false;
    return write_down(p, digest, ndigest);
}

/* --- restoring: an old body becomes the new record ------------------------------------------------------------------------------ */
typedef struct OldBody {
    Apply *p;
    int64_t want;
    bool found;
    LedgerRecord record;
} OldBody;

static bool old_body(void *ctx, const StoreTx *tx, const StoreEntry *e)
{
    OldBody *o = ctx;
    const bool retired = str_eq(e->verb, STR("retire"));

    (void)tx;
    if ((o->want ? e->version != o->want : retired) || !e->body.len)
        return true;
    o->found = ledger_body_open(o->p->ledger, o->p->sheet->collection, e->id, e->version, e->body,
        o->p->arena, &o->record, o->p->err);
    return false;
}

static bool restored(Apply *p)
{
    OldBody o = { .p = p, .want = p->change->restore };
    const PackCollection *c = p->sheet->collection;
    const Base kept[] = { BASE_DIVISION, BASE_CONFIDENCE, BASE_VERIFIED_AT, BASE_VERIFIED_BY };

    if (!store_history(store_writer(p->ledger->store), c->name, p->before.id, old_body, &o, p->err))
        return false;
    if (!o.found)
        return FAIL(p->err, LEDGER_NO_RECORD,
            str_fmt(p->arena, "%.*s v%lld", STRV(p->before.id), (long long)o.want), "version");
    for (size_t i = 0; i < c->ndeclared; i++)
        if (ledger_is_typed(c->property + i))
            p->value[i] = o.record.value[i];
    for (size_t i = 0; i < LEN(kept); i++)
        base_set(p, kept[i], o.record.value[base_at(c, kept[i])]);
    base_set(p, BASE_VALID_TO, (CqlValue){ .kind = CQL_NULL });
    p->after.geometry = o.record.geometry;
    return true;
}

/* --- one transaction ---------------------------------------------------------------------------------------------------------------- */
static bool known_answer(Ledger *l, Batch *b, bool *known)
{
    Str answer;
    json_t *v;

    *known = false;
    if (!b->tx->key.len || b->tx->dry)
        return true;
    if (!store_answer(store_writer(l->store), b->tx->key, time_now() - TIME_DAY, b->arena, &answer, &b->err))
        return false;
    if (!answer.len || !json_read_in(answer, b->arena, &v, &b->err) || json_array_size(v) != b->tx->nchange)
        return true;
    for (size_t i = 0; i < b->tx->nchange; i++) {
        const json_t *one = json_array_get(v, i);

        snprintf(b->done[i].id, sizeof b->done[i].id, "%.*s", STRV(json_str(json_array_get(one, 0))));
        b->done[i].version = json_integer_value(json_array_get(one, 1));
        b->done[i].seq = json_integer_value(json_array_get(one, 2));
    }
    *known = true;
    return true;
}

static bool keep_answer(Ledger *l, Batch *b)
{
    Buf text;
    bool good;

    if (!b->tx->key.len)
        return true;
    buf_init(&text, 16 << 20);
    for (size_t i = 0; i < b->tx->nchange; i++)
        buf_fmt(&text, "%s[\"%s\",%lld,%lld]", i ? "," : "[", b->done[i].id, (long long)b->done[i].version,
            (long long)b->done[i].seq);
    buf_c(&text, ']');
    good = store_answer_set(l->store, b->tx->key, time_now(), buf_text(&text), &b->err);
    buf_clear(&text);
    return good;
}

static bool put_tx(
    Ledger *l, Batch *b, int64_t now, int64_t effective, const uint8_t (*digest)[SM3_LEN], size_t n)
{
    const LedgerTx *t = b->tx;
    StoreTx tx = { 0, l->seq + 1, now, effective, t->who, t->post, t->via,
        t->source.len ? t->source : STR("typed"), t->reason, { 0 } };

    ledger_tx_hash(l->last_hash, &tx, digest, n, tx.hash);
    if (!store_put_tx(l->store, &tx, &b->err))
        return false;
    memcpy(l->last_hash, tx.hash, SM3_LEN);
    __atomic_store_n(&l->seq, tx.seq, __ATOMIC_RELEASE);
    return true;
}

/* --- a record, what it extends, and what extends it: one change for all of them (extend.c) ------------------------------------- */
typedef struct Kin { /* what a whole change needs besides the change itself */
    Ledger *ledger;
    Batch *batch;
    size_t at;
    int64_t now, effective;
    uint8_t (*digest)[SM3_LEN];
    size_t n;
} Kin;

static bool apply_one(Kin *k, const LedgerChange *change, bool touch, LedgerDone *done)
{
    Apply p = { .ledger = k->ledger,
        .batch = k->batch,
        .tx = k->batch->tx,
        .change = change,
        .at = k->at,
        .done = done,
        .touch = touch,
        .seq = k->ledger->seq + 1,
        .now = k->now,
        .effective = k->effective,
        .arena = k->batch->arena,
        .err = &k->batch->err };

    p.sheet = ledger_sheet(k->ledger, change->collection);
    return apply(&p, k->digest, &k->n);
}

/* Those that extend it get a version too: what they show has changed, and whoever saw them before must look again. */
static bool touch_below(Kin *k, const LedgerChange *change, const PackCollection *except)
{
    const Sheet *s = ledger_sheet(k->ledger, change->collection);

    for (size_t i = 0; i < s->nbelow; i++) {
        LedgerChange touch;
        LedgerDone done = { .same = false };
        bool there;

        if (s->below[i]->collection == except)
            continue;
        if (!ledger_touch_of(
                k->ledger, s->below[i], change, k->batch->arena, &touch, &there, &k->batch->err) ||
            (there && (!apply_one(k, &touch, true, &done) || !touch_below(k, &touch, NULL))))
            return false;
    }
    return true;
}

static bool apply_whole(Kin *k, const LedgerChange *change, const PackCollection *below, LedgerDone *done)
{
    const bool retires = change->verb == LEDGER_RETIRE;
    LedgerChange own = *change, above;
    LedgerDone up = { .same = true };
    bool needed = false;

    if (change->collection->extends) {
        if (!own.id[0])
            ulid_new(own.id);
        if (!ledger_above_of(k->ledger, &own, k->batch->arena, &above, &needed, &k->batch->err) ||
            (needed && !retires && !apply_whole(k, &above, change->collection, &up)) ||
            !ledger_place_of(k->ledger, &own, k->batch->arena, &k->batch->err))
            return false;
    }
    if (!apply_one(k, &own, !up.same, done))
        return false;
    if (needed && retires)
        return apply_whole(k, &above, change->collection, &up);
    return done->same || retires || change->verb == LEDGER_DERIVE || touch_below(k, &own, below);
}

static bool refuse(Batch *b)
{
    char n[24];

    if (b->err.kind)
        return false;
    snprintf(n, sizeof n, "%zu", b->said->n);
    return FAIL(&b->err, LEDGER_INVALID, str_of(n), "changes");
}

static bool transaction(Ledger *l, Batch *b)
{
    const int64_t now = b->tx->at ? b->tx->at : time_now(),
                  effective = b->tx->effective == INT64_MIN ? now : b->tx->effective;
    const size_t room = ledger_room(l, b->tx);
    Kin k = { .ledger = l,
        .batch = b,
        .now = now,
        .effective = effective,
        .digest = (uint8_t(*)[SM3_LEN])arena_take(b->arena, room + 1, SM3_LEN) };
    bool known;

    b->event = NEWS(b->arena, LedgerEvent, room + 1);
    if (!k.digest || !b->event)
        return FAIL(&b->err, BASE_NO_MEMORY, STR("transaction"), "changes");
    if (!known_answer(l, b, &known) || known)
        return known;
    for (size_t i = 0; i < b->tx->nchange; i++) {
        k.at = i;
        if (!apply_whole(&k, b->tx->change + i, NULL, b->done + i)) {
            assert(b->err.kind); /* false says why */
            if (b->err.kind == &LEDGER_STALE || b->err.kind == &LEDGER_GONE || b->tx->nchange == 1 ||
                b->err.kind->status >= 500)
                return false;
            ledger_say(b->said, i, STR(""), &b->err);
            b->err.kind = NULL;
        }
    }
    if (b->said->n)
        return refuse(b);
    if (!b->nevent)
        return true; /* nothing differs: nothing to tell the journal */
    b->seq = l->seq + 1;
    return put_tx(l, b, now, effective, (const uint8_t(*)[SM3_LEN])k.digest, k.n) && keep_answer(l, b);
}

/* --- groups ------------------------------------------------------------------------------------------------------------------------------ */
static void count_events(Ledger *l, const Batch *b)
{
    for (size_t i = 0; i < b->nevent; i++) {
        const LedgerEvent *e = b->event + i;
        Sheet *s = ledger_sheet(l, e->collection);
        const int by = e->verb == LEDGER_RETIRE ? -1
                       : (e->verb == LEDGER_CREATE || e->version == 1 || e->verb == LEDGER_RESTORE) &&
                               e->verb != LEDGER_DERIVE
                           ? 1
                           : 0;

        ledger_tally(l, s, str_of(e->division), by, e->at);
        ledger_find_note(s, e->fid);
        ledger_range_note(s, e->fid);
    }
}

static void attempt(Ledger *l, Batch *b)
{
    const int64_t seq = l->seq;
    uint8_t hash[SM3_LEN];
    Err err;

    memcpy(hash, l->last_hash, SM3_LEN);
    if (!store_savepoint(l->store, &b->err))
        return;
    b->good = transaction(l, b);
    if (b->good && !b->tx->dry && store_release(l->store, &err))
        return;
    store_undo(l->store);
    __atomic_store_n(&l->seq, seq, __ATOMIC_RELEASE);
    memcpy(l->last_hash, hash, SM3_LEN);
    if (b->tx->dry)
        b->nevent = 0;
}

static void answer(Ledger *l, Batch *run, const Err *failed)
{
    pthread_mutex_lock(&l->guard);
    for (Batch *b = run, *next; b; b = next) {
        next = b->next;
        if (failed &&
            (b->good || !b->err.kind)) { /* also those never tried, because the group could not begin */
            b->good = false;
            b->err = *failed;
        }
        metric_add(b->good ? METRIC_ledger_changes : METRIC_ledger_refused, (int64_t)b->tx->nchange);
        b->finished = true;
    }
    pthread_cond_broadcast(&l->answered);
    pthread_mutex_unlock(&l->guard);
}

/* From before the commit until after it was noted, no value that is read of these rows is kept. */
static void hold(Ledger *l, const Batch *run, bool on)
{
    for (const Batch *b = run; b; b = b->next)
        for (size_t i = 0; i < b->nevent; i++) {
            Sheet *s = ledger_sheet(l, b->event[i].collection);

            if (on)
                ledger_range_hold(s, b->event[i].fid);
            else
                ledger_range_release(s);
        }
}

static void commit_run(Ledger *l, Batch *run)
{
    const int64_t start = time_mono(), seq = l->seq;
    uint8_t hash[SM3_LEN];
    Err err = { 0 };
    bool good;

    memcpy(hash, l->last_hash, SM3_LEN);
    pthread_mutex_lock(&l->write_guard);
    good = store_begin(l->store, &err);
    for (Batch *b = run; b && good; b = b->next)
        attempt(l, b);
    hold(l, run, true);
    good = good && store_commit(l->store, &err);
    pthread_mutex_unlock(&l->write_guard);
    if (good) {
        for (Batch *b = run; b; b = b->next) {
            if (!b->good || !b->nevent)
                continue;
            count_events(l, b);
            ledger_announce(l, b->event, b->nevent);
        }
    } else {
        __atomic_store_n(&l->seq, seq, __ATOMIC_RELEASE);
        memcpy(l->last_hash, hash, SM3_LEN);
        log_err("ledger.commit", &err);
    }
    hold(l, run, false);
    metric_add(METRIC_ledger_commits, 1);
    metric_add(METRIC_ledger_commit_micros, time_mono() - start);
    answer(l, run, good ? NULL : &err);
}

static Batch *take_run(Ledger *l)
{
    Batch *run = l->first, *b = run;
    size_t changes = run->tx->nchange;

    while (b->next && changes + b->next->tx->nchange <= GROUP_CHANGES) {
        b = b->next;
        changes += b->tx->nchange;
    }
    l->first = b->next;
    if (!l->first)
        l->last = &l->first;
    b->next = NULL;
    return run;
}

static void *writer(void *arg)
{
    Ledger *l = arg;

    pthread_mutex_lock(&l->guard);
    while (!l->stop || l->first) {
        Batch *run;

        if (!l->first) {
            pthread_cond_wait(&l->come, &l->guard);
            continue;
        }
        run = take_run(l);
        pthread_mutex_unlock(&l->guard);
        commit_run(l, run);
        pthread_mutex_lock(&l->guard);
    }
    pthread_mutex_unlock(&l->guard);
    return NULL;
}

bool ledger_writer_start(Ledger *l, Err *err)
{
    l->writer_runs = pthread_create(&l->writer, NULL, writer, l) == 0;
    return l->writer_runs || FAIL(err, BASE_NO_MEMORY, STR("writer thread"), "ledger");
}

void ledger_writer_stop(Ledger *l)
{
    if (!l->writer_runs)
        return;
    pthread_mutex_lock(&l->guard);
    l->stop = true;
    pthread_cond_broadcast(&l->come);
    pthread_mutex_unlock(&l->guard);
    pthread_join(l->writer, NULL);
    l->writer_runs = false;
}

bool ledger_write(Ledger *l, const LedgerTx *tx, Arena *a, LedgerDone *done, LedgerProblems *said, Err *err)
{
    Batch b = { .tx = tx, .arena = a, .done = done, .said = said };
    bool stopped;

    if (l->mode != LEDGER_WRITE)
        return FAIL(err, LEDGER_READ_ONLY, str_of(l->dir), "changes");
    if (!tx->nchange || tx->nchange > 100000)
        return FAIL(err, LEDGER_INVALID, STR("0"), "changes");
    pthread_mutex_lock(&l->guard);
    stopped = l->stop;
    if (!stopped) {
        *l->last = &b;
        l->last = &b.next;
        pthread_cond_signal(&l->come);
        while (!b.finished)
            pthread_cond_wait(&l->answered, &l->guard);
    }
    pthread_mutex_unlock(&l->guard);
    if (stopped)
        return FAIL(err, LEDGER_READ_ONLY, STR("stopping"), "changes");
    if (!b.good)
        *err = b.err;
    return b.good;
}
