/* src/ledger/check.c - is this record fit to be written? All findings are gathered. */
#include "ledger/change.h"
#include "files/files.h"
#include <stdio.h>

typedef struct Check {
    const Apply *apply;
    Ledger *ledger;
    const Sight *in;
    const LedgerRecord *record;
    const LedgerRecord *before;
    size_t at;
    LedgerProblems *said;
    Arena *arena;
    Err *err;
} Check;

static void find(Check *k, Str property, const Err *err)
{
    ledger_say(k->said, k->at, property, err);
}

static void required(Check *k)
{
    const PackCollection *c = k->record->collection;
    Err e;

    for (size_t i = 0; i < c->ndeclared; i++) {
        const PackProperty *p = c->property + i;

        if (!p->required || !ledger_is_typed(p) || k->record->value[i].kind != CQL_NULL)
            continue;
        FAIL(&e, LEDGER_REQUIRED, p->title.zh, "%.*s", STRV(p->name));
        find(k, p->name, &e);
    }
    if (c->spatial && c->geometry_required && !k->record->geometry.len) {
        FAIL(&e, LEDGER_REQUIRED, c->geometry_title.zh.len ? c->geometry_title.zh : STR("图形"), "geometry");
        find(k, STR("geometry"), &e);
    }
}

/* Degrees with the axes exchanged: a latitude of China stands where a longitude should. */
static bool swapped(GeoBox b)
{
    return b.minx >= 3 && b.maxx <= 54 && b.miny >= 73 && b.maxy <= 136;
}

static bool type_fits(GeoType want, GeoType is)
{
    return want == GEO_ANY || want == is || (want == GEO_COLLECTION) ||
           (is == GEO_MULTIPOINT && want == GEO_POINT) || (is == GEO_MULTILINE && want == GEO_LINE) ||
           (is == GEO_MULTIPOLYGON && want == GEO_POLYGON);
}

static void geometry(Check *k)
{
    const PackCollection *c = k->record->collection;
    const Bytes g = k->record->geometry;
    const GeoBox box = ledger_box(g);
    Err e = { 0 };

    if (!g.len || (k->before && str_eq(TEXT(g), TEXT(k->before->geometry))))
        return;
    if (!c->spatial) {
        FAIL(&e, LEDGER_BAD_GEOMETRY, STR("这个台账没有图形"), "geometry");
    } else if (!type_fits(c->geometry, geo_wkb_type(g))) {
        FAIL(&e, LEDGER_BAD_GEOMETRY, str_of(geo_type_name(geo_wkb_type(g))), "geometry");
        err_hint(&e, "应为 %s。", geo_type_name(c->geometry));
    } else if (swapped(box)) {
        FAIL(&e, LEDGER_BAD_GEOMETRY, STR("经纬度像是写反了"), "geometry");
        err_hint(&e, "应先写经度（约 %.0f）后写纬度（约 %.0f）。", box.miny, box.minx);
    } else if (box.minx < -180 || box.maxx > 180 || box.miny < -90 || box.maxy > 90) {
        FAIL(&e, LEDGER_BAD_GEOMETRY, STR("坐标超出经纬度范围"), "geometry");
        err_hint(&e, "数据可能是平面坐标，请说明坐标系。");
    } else if (geo_valid(g, &e))
        return;
    find(k, STR("geometry"), &e);
}

static bool target_there(Check *k, Str collection, Str id, bool *there)
{
    const PackCollection *c = pack_collection(k->ledger->model, collection);
    char ulid[ULID_LEN + 1];
    bool current;

    *there = false;
    if (!c)
        return true;
    if (c->by_code && !ulid_valid(id)) { /* a division by its code */
        uint8_t digest[SM3_LEN];

        sm3(BYTES(id), digest);
        ulid_make(0, digest, ulid);
        id = str_of(ulid);
    }
    if (!ledger_stands(k->in, ledger_sheet(k->ledger, c), id, k->arena, there, &current, k->err))
        return false;
    *there = *there && (c->by_code || current);
    return true;
}

static bool one_target(Check *k, const PackProperty *p, CqlValue v)
{
    Str collection = p->nref ? p->ref[0] : STR(""), id = v.text;
    bool there;
    Err e;

    if (v.kind != CQL_TEXT)
        return true;
    if (p->nref > 1)
        str_cut(v.text, '/', &collection, &id);
    if (!target_there(k, collection, id, &there))
        return false;
    if (!there) {
        FAIL(&e, LEDGER_NO_TARGET, id, "%.*s", STRV(p->name));
        err_hint(&e, "%.*s", STRV(p->title.zh));
        find(k, p->name, &e);
    }
    return true;
}

static bool targets(Check *k)
{
    const PackCollection *c = k->record->collection;

    for (size_t i = 0; i < c->nproperty; i++) {
        const PackProperty *p = c->property + i;
        const CqlValue v = k->record->value[i];

        if (i == base_at(c, BASE_DIVISION) &&
            (c->by_code || k->apply->placed || (v.kind == CQL_TEXT && str_eq(v.text, k->ledger->division))))
            continue; /* it lies in itself, or was found in a division that stands; the node's own need not be registered yet */
        if (p->type != PACK_REF || !ledger_is_typed(p) || (k->before && ledger_same(v, k->before->value[i])))
            continue;
        if (v.kind == CQL_LIST) {
            for (size_t n = 0; n < v.list.n; n++)
                if (!one_target(k, p, v.list.item[n]))
                    return false;
        } else if (!one_target(k, p, v))
            return false;
    }
    return true;
}

static void one_file(Check *k, const PackProperty *p, CqlValue v)
{
    const bool photo = str_eq(p->format, STR("photo"));
    FilesInfo info = { .look = { .picture = false } };
    Err e;

    if (v.kind != CQL_TEXT || (photo ? files_info(k->ledger->dir, v.text, &info, &e) && info.look.picture
                                     : files_held(k->ledger->dir, v.text)))
        return;
    FAIL(&e, LEDGER_NO_FILE, str_sub(v.text, 0, 80), "%.*s", STRV(p->name));
    if (info.bytes)
        err_hint(&e, "（%s，不是照片 · not a photo）", info.look.mime);
    find(k, p->name, &e);
}

/* An attachment is named by its id; what is not held cannot be shown to anybody. */
static void attachments(Check *k)
{
    const PackCollection *c = k->record->collection;

    for (size_t i = 0; i < c->ndeclared; i++) {
        const PackProperty *p = c->property + i;
        const CqlValue v = k->record->value[i];

        if (p->type != PACK_FILE || !ledger_is_typed(p) || (k->before && ledger_same(v, k->before->value[i])))
            continue;
        if (v.kind != CQL_LIST)
            one_file(k, p, v);
        for (size_t n = 0; v.kind == CQL_LIST && n < v.list.n; n++)
            one_file(k, p, v.list.item[n]);
    }
}

static void rules(Check *k)
{
    const PackCollection *c = k->record->collection;
    const CqlRecord seen = ledger_seen(k->record);
    Err e;

    for (size_t i = 0; i < c->nrule; i++) {
        if (!c->rule[i].expr || cql_eval(c->rule[i].expr, &seen, k->arena) != CQL_FALSE)
            continue;
        FAIL(&e, LEDGER_RULE, c->rule[i].say.zh, "%.*s", STRV(c->rule[i].property));
        err_hint(&e, "%.*s", STRV(c->rule[i].say.en));
        find(k, c->rule[i].property, &e);
    }
}

/* Where a property's value can be looked up: its column, or of a sealed one its keyed mark. Empty: nowhere, or no value. */
/* The column of the value, or its blind index; false: there is none. */
static bool lookup(const Check *k, const Sheet *s, const PackProperty *p, StoreEqual *out)
{
    const CqlValue v = k->record->value[p->index];

    if (v.kind == CQL_NULL)
        return false;
    *out = (StoreEqual){ s->column[p->index], v };
    if (out->column != NO_COLUMN)
        return true;
    out->column = s->blind[p->index];
    return out->column != NO_COLUMN && ledger_blind(k->ledger, p, s->collection, v, k->arena, &out->value);
}

static void twice(Check *k, const PackProperty *p, Str holder)
{
    Buf said;
    Err e;

    buf_init(&said, 150);
    if (p->grade < 3) /* what is sealed is not repeated in an answer */
        ledger_value_to_text(p, k->record->value[p->index], &said);
    FAIL(&e, LEDGER_TWICE, said.len ? buf_text(&said) : p->title.zh, "%.*s", STRV(p->name));
    err_hint(&e, "%.*s", STRV(holder));
    find(k, p->name, &e);
    buf_clear(&said);
}

/* A change before this one in the transaction has taken the value from its record, or the record away. */
static bool let_go(const Check *k, const Sheet *s, const PackProperty *p, Str id)
{
    const LedgerRecord *r = ledger_made(k->in->made, s->collection, id);

    if (!r || ((const Apply *)r)->place > k->apply->place)
        return false;
    return r->value[base_at(s->collection, BASE_VALID_TO)].kind != CQL_NULL ||
           !ledger_same(r->value[p->index], k->record->value[p->index]);
}

static bool in_a_row(Check *k, const Sheet *s, const PackProperty *p, const StoreEqual *same, Str *holder)
{
    const StoreQuery q = { .table = &s->table, .equal = same, .nequal = 1 };
    StoreCursor *cursor;
    const StoreRow *row;
    bool good;

    if (!store_select(k->in->read, &q, &cursor, k->err))
        return false;
    while ((good = store_next(cursor, &row, k->err)) && row)
        if (!str_eq(row->id, k->record->id) && !let_go(k, s, p, row->id)) {
            *holder = str_copy(k->arena, row->id);
            break;
        }
    store_cursor_close(cursor);
    return good;
}

/* Two changes of one transaction want the same value: no row tells of it yet. */
static bool among_changes(Check *k, const Sheet *s, const PackProperty *p, Str *holder)
{
    Work *w = k->apply->work;
    const Apply *other;
    Buf b;
    Str key;

    if (w->n == 1)
        return true;
    buf_init(&b, 1 << 20);
    buf_fmt(&b, "%.*s.%.*s=", STRV(s->collection->name), STRV(p->name));
    ledger_value_to_text(p, k->record->value[p->index], &b);
    key = str_copy(k->arena, buf_text(&b));
    buf_clear(&b);
    other = map_get(w->held, key);
    if (other && !str_eq(other->after.id, k->record->id) && !let_go(k, s, p, other->after.id))
        *holder = other->after.id;
    else if (!key.ptr || !map_put(w->held, key, (void *)(uintptr_t)k->apply))
        return FAIL(k->err, BASE_NO_MEMORY, p->name, "unique");
    return true;
}

static bool unique_one(Check *k, const Sheet *s, const PackProperty *p)
{
    StoreEqual same;
    Str holder = STR("");

    if (!lookup(k, s, p, &same))
        return true;
    if (!in_a_row(k, s, p, &same, &holder) || (!holder.len && !among_changes(k, s, p, &holder)))
        return false;
    if (holder.len)
        twice(k, p, holder);
    return true;
}

/* A retired record holds nothing: meanwhile another may have taken its key. */
static bool held_already(const Check *k, const PackProperty *p)
{
    return k->before && k->before->value[base_at(k->record->collection, BASE_VALID_TO)].kind == CQL_NULL &&
           ledger_same(k->record->value[p->index], k->before->value[p->index]);
}

/* Another current record that holds the same value of a unique property, each by itself (docs/packs.md). */
static bool unique(Check *k)
{
    const PackCollection *c = k->record->collection;
    const Sheet *s = ledger_sheet(k->ledger, c);

    for (size_t i = 0; i < c->nunique; i++) {
        const PackProperty *p = pack_property(c, c->unique[i]);

        if (!p || p->index >= c->nproperty || held_already(k, p))
            continue;
        if (!unique_one(k, s, p))
            return false;
    }
    return true;
}

/* --- retiring ------------------------------------------------------------------------------------------------------------ */
typedef struct Referrers {
    Check *k;
    Buf said;
    size_t n;
    bool bad;
} Referrers;

static bool still_refers(void *ctx, Str collection, Str property, Str from)
{
    Referrers *r = ctx;
    Check *k = r->k;
    const PackCollection *c = pack_collection(k->ledger->model, collection);
    LedgerRecord rec;
    bool there = false;

    (void)property;
    if (!c || (str_eq(from, k->record->id) && c == k->record->collection))
        return true;
    if (!ledger_find(k->in, ledger_sheet(k->ledger, c), from, k->arena, &rec, &there, k->err)) {
        r->bad = true;
        return false;
    }
    if (there && rec.value[base_at(c, BASE_VALID_TO)].kind == CQL_NULL && r->n++ < 3)
        buf_fmt(&r->said, "%s%.*s %.*s", r->n > 1 ? "、" : "", STRV(c->title.zh),
            STRV(ledger_name_of(&rec, k->arena)));
    return r->n <= 3; /* whether there are more is all that is said of the others */
}

static bool nobody_refers(Check *k)
{
    Referrers r = { .k = k };
    bool good;

    buf_init(&r.said, 150);
    good = store_links_to(k->in->read, k->record->id, still_refers, &r, k->err) && !r.bad;
    if (good && r.n) {
        good = FAIL(k->err, LEDGER_REFERRED, k->record->id, "id");
        err_hint(k->err, "%.*s%s", STRV(buf_text(&r.said)), r.n > 3 ? " …" : "");
    }
    buf_clear(&r.said);
    return good;
}

bool ledger_check(const Apply *p)
{
    Work *w = p->work;
    Check k = { p, w->ledger, &w->sight, &p->after, p->there ? &p->before : NULL, p->at, w->said, w->arena,
        w->err };

    if (p->verb == LEDGER_DERIVE)
        return true;
    if (p->verb == LEDGER_RETIRE)
        return ledger_not_extended(&w->sight, p->sheet, p->after.id, w->arena, w->err) && nobody_refers(&k);
    required(&k);
    geometry(&k);
    attachments(&k);
    rules(&k);
    return targets(&k) && unique(&k);
}
