/* src/ledger/change.c - what a record becomes by a change, and whether it may; nothing is written here. */
#include "ledger/change.h"

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

        if (!access_sees(p->work->tx->who, q)) {
            FAIL(&e, LEDGER_NOT_HIS, q->title.zh, "%.*s", STRV(q->name));
            ledger_say(p->work->said, p->at, q->name, &e);
        } else if (base ? may_be_set((Base)(q->index - c->ndeclared)) : ledger_is_typed(q))
            p->value[q->index] = p->change->field[i].value;
        else if (!base && p->change->field[i].value.kind != CQL_NULL &&
                 !(p->there && ledger_same(p->change->field[i].value, p->before.value[q->index]))) {
            FAIL(&e, LEDGER_DERIVED, q->title.zh, "%.*s", STRV(q->name));
            ledger_say(p->work->said, p->at, q->name, &e);
        }
    }
}

/* Whom it is masked from saw it rounded or not at all: he would write that over it. */
static void take_place(Apply *p)
{
    const PackCollection *c = p->sheet->collection;
    Err e;

    if (!p->there || c->geometry_grade <= p->work->tx->who->grade)
        p->after.geometry = p->change->geometry;
    else if (p->verb != LEDGER_REPLACE) {
        FAIL(&e, LEDGER_NOT_HIS, c->geometry_title.zh.len ? c->geometry_title.zh : STR("图形"), "geometry");
        ledger_say(p->work->said, p->at, STR("geometry"), &e);
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
    Work *w = p->work;
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
        !ledger_place(&w->sight, x, y, w->arena, &division, w->err))
        return false;
    p->placed = division.len > 0 && field_text(p, BASE_DIVISION).len == 0;
    if (!division.len)
        division = w->ledger->division;
    base_set(p, BASE_DIVISION, text_or_null(division));
    return true;
}

static bool become(Apply *p)
{
    const PackCollection *c = p->sheet->collection;
    Work *w = p->work;
    const bool fresh = p->verb == LEDGER_CREATE || (p->verb == LEDGER_REPLACE && !p->there);

    p->value = NEWS(w->arena, CqlValue, c->nproperty + c->ninherited);
    if (!p->value)
        return FAIL(w->err, BASE_NO_MEMORY, c->name, "change");
    if (p->there)
        memcpy(p->value, p->before.value, (c->nproperty + c->ninherited) * sizeof *p->value);
    if (p->verb == LEDGER_REPLACE)
        for (size_t i = 0; i < c->ndeclared; i++)
            if (ledger_is_typed(c->property + i) && !c->property[i].retired &&
                access_sees(w->tx->who, c->property + i)) /* what is masked cannot have been sent along */
                p->value[i] = (CqlValue){ .kind = CQL_NULL };
    p->after = p->before;
    p->after.seal[0] = p->after.seal[1] = (Bytes){ NULL, 0 };
    p->after.collection = c;
    p->after.grade = GRADE_WHOLE;
    p->after.value = p->value;
    if (p->change->has_geometry)
        take_place(p);
    if (p->verb != LEDGER_DERIVE)
        take_fields(p);
    if (fresh)
        code_gives_id(p);
    p->after.id = str_of(p->done->id);
    return ledger_inherit(&w->sight, &p->after, w->arena, w->err) && fill_division(p);
}

/* --- whether it may ------------------------------------------------------------------------------------------------------ */
static bool opens_lock(const Apply *p)
{
    const PackProperty *lock = p->sheet->collection->property + base_at(p->sheet->collection, BASE_LOCK);
    bool opens = false;

    for (size_t i = 0; i < p->change->nfield; i++)
        opens |= p->change->field[i].property == lock;
    return opens;
}

static bool may(Apply *p)
{
    const Str id = str_of(p->done->id);
    const PackCollection *c = p->sheet->collection;
    Err *err = p->work->err;
    CqlValue lock;

    if (p->there && !ledger_visible(p->work->tx->who, &p->before, p->work->arena))
        return p->verb == LEDGER_CREATE || p->verb == LEDGER_REPLACE ? FAIL(err, LEDGER_NOT_HIS, id, "id")
                                                                     : FAIL(err, LEDGER_NO_RECORD, id, "id");
    if (p->verb == LEDGER_CREATE)
        return !p->there || FAIL(err, LEDGER_EXISTS, id, "id");
    if (!p->there)
        return p->verb == LEDGER_REPLACE || FAIL(err, LEDGER_NO_RECORD, id, "id");
    if (p->change->if_version >= 0 && p->change->if_version != p->before.version) {
        FAIL(err, LEDGER_STALE, id, "If-Match");
        err_hint(err, "%lld", (long long)p->before.version);
        return false;
    }
    if (p->before.value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL && p->verb != LEDGER_RESTORE &&
        p->verb != LEDGER_DERIVE) {
        FAIL(err, LEDGER_GONE, id, "id");
        err_hint(err, "%s", "已停用");
        return false;
    }
    lock = p->before.value[base_at(c, BASE_LOCK)];
    if (p->verb == LEDGER_DERIVE || lock.kind != CQL_TEXT || str_eq(lock.text, STR("open")) || opens_lock(p))
        return true;
    FAIL(err, LEDGER_LOCKED, id, "lock");
    err_hint(err, "%.*s", STRV(lock.text));
    return false;
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
    o->found = ledger_body_open(o->p->work->ledger, o->p->sheet->collection, e->id, e->version, e->body,
        o->p->work->arena, &o->record, o->p->work->err);
    return false;
}

static bool restored(Apply *p)
{
    OldBody o = { .p = p, .want = p->change->restore };
    const PackCollection *c = p->sheet->collection;
    const Base kept[] = { BASE_DIVISION, BASE_CONFIDENCE, BASE_VERIFIED_AT, BASE_VERIFIED_BY };
    Work *w = p->work;

    if (!store_history(w->sight.read, c->name, p->before.id, old_body, &o, w->err))
        return false;
    if (!o.found)
        return w->err->kind == NULL &&
               FAIL(w->err, LEDGER_NO_RECORD,
                   str_fmt(w->arena, "%.*s v%lld", STRV(p->before.id), (long long)o.want), "version");
    for (size_t i = 0; i < c->ndeclared; i++)
        if (ledger_is_typed(c->property + i))
            p->value[i] = o.record.value[i];
    for (size_t i = 0; i < LEN(kept); i++)
        base_set(p, kept[i], o.record.value[base_at(c, kept[i])]);
    base_set(p, BASE_VALID_TO, (CqlValue){ .kind = CQL_NULL });
    p->after.geometry = o.record.geometry;
    return true;
}

/* --- its marks -------------------------------------------------------------------------------------------------------------------- */
static void stamp(Apply *p)
{
    const PackCollection *c = p->sheet->collection;
    const Work *w = p->work;
    const int64_t version = p->there ? p->before.version + 1 : 1;

    if (!p->there) {
        base_set(p, BASE_CREATED_AT, time_of(w->now));
        base_set(p, BASE_CREATED_BY, text_or_null(w->tx->who->account));
        if (p->value[base_at(c, BASE_VALID_FROM)].kind == CQL_NULL)
            base_set(p, BASE_VALID_FROM,
                time_of(p->change->valid_from != INT64_MIN ? p->change->valid_from : w->effective));
    }
    if (p->change->valid_to != INT64_MIN && p->change->valid_to != INT64_MAX)
        base_set(p, BASE_VALID_TO, time_of(p->change->valid_to));
    base_set(p, BASE_CHANGED_AT, time_of(w->now));
    base_set(p, BASE_CHANGED_BY, text_or_null(w->tx->who->account));
    base_set(p, BASE_SOURCE, text_or_null(w->tx->source.len ? w->tx->source : STR("typed")));
    if (p->change->source_ref.len)
        base_set(p, BASE_SOURCE_REF, text_or_null(p->change->source_ref));
    if (p->value[base_at(c, BASE_LOCK)].kind == CQL_NULL)
        base_set(p, BASE_LOCK, text_or_null(STR("open")));
    base_set(p, BASE_VERSION, (CqlValue){ .kind = CQL_INT, .integer = version });
    base_set(p, BASE_SEQ, (CqlValue){ .kind = CQL_INT, .integer = w->seq });
    p->after.version = version;
    p->after.seq = w->seq;
    p->after.division = field_text(p, BASE_DIVISION);
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

bool ledger_prepare_again(Apply *p)
{
    Work *w = p->work;

    return (ledger_lineage(&w->sight, &p->after, NULL, NULL, w->arena) &&
               ledger_derive(p->sheet->collection, &p->after, w->arena)) ||
           FAIL(w->err, BASE_NO_MEMORY, p->sheet->collection->name, "change");
}

/* PACK_OTHERS values only: no version; changed_seq rises. */
static void derive(Apply *p)
{
    bool any = false;

    for (size_t i = 0; i < p->change->nfield; i++) {
        const PackProperty *q = p->change->field[i].property;

        if (q->derive != PACK_OTHERS || p->sheet->column[q->index] == NO_COLUMN ||
            ledger_same(p->change->field[i].value, p->before.value[q->index]))
            continue;
        p->value[q->index] = p->change->field[i].value;
        any = true;
    }
    p->done->same = !any;
    if (!any)
        return;
    base_set(p, BASE_SEQ, (CqlValue){ .kind = CQL_INT, .integer = p->work->seq });
    p->after.seq = p->work->seq;
}

/* From here on, later changes of the transaction find what this one made. */
static bool note_made(Apply *p)
{
    Work *w = p->work;
    const Str key = ledger_made_key(w->arena, p->sheet->collection, p->after.id);

    p->prior = map_get(w->made.latest, key);
    return (key.ptr && map_put(w->made.latest, key, p)) ||
           FAIL(w->err, BASE_NO_MEMORY, p->sheet->collection->name, "change");
}

static bool look_up(Apply *p)
{
    Work *w = p->work;

    if (p->verb == LEDGER_CREATE && !p->change->id[0]) /* an id made just now is nobody's */
        return true;
    return ledger_find(&w->sight, p->sheet, str_of(p->done->id), w->arena, &p->before, &p->there, w->err);
}

static bool shape_record(Apply *p)
{
    Work *w = p->work;

    if (!look_up(p) || !may(p) || !become(p))
        return false;
    if (p->verb == LEDGER_CREATE && strcmp(p->done->id, p->change->id) && p->sheet->collection->by_code) {
        /* the code gave another id */
        if (!ledger_find(&w->sight, p->sheet, str_of(p->done->id), w->arena, &p->before, &p->there, w->err))
            return false;
        if (p->there)
            return FAIL(w->err, LEDGER_EXISTS, str_of(p->done->id), "code");
    }
    return p->verb != LEDGER_RESTORE || restored(p);
}

bool ledger_prepare(Apply *p)
{
    p->verb = p->change->verb;
    p->done->same = false;
    p->done->record = NULL;
    memcpy(p->done->id, p->change->id, ULID_LEN + 1);
    if (!p->done->id[0])
        ulid_new(p->done->id);
    if (!shape_record(p))
        return false;
    if (p->verb == LEDGER_DERIVE)
        derive(p);
    else {
        if (p->verb == LEDGER_RETIRE)
            base_set(p, BASE_VALID_TO, time_of(p->work->effective));
        if (!ledger_prepare_again(p))
            return false;
        p->done->same = p->verb == LEDGER_UPDATE && same_as_before(p);
        if (!p->done->same)
            stamp(p);
    }
    if (!p->done->same && !ledger_visible(p->work->tx->who, &p->after, p->work->arena))
        return FAIL(p->work->err, LEDGER_NOT_HIS, p->after.division, "division");
    p->done->version = p->done->same ? p->before.version : p->after.version;
    p->done->seq = p->done->same ? p->before.seq : p->after.seq;
    return p->done->same || note_made(p);
}
