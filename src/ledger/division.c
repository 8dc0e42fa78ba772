/* src/ledger/division.c - the division a place lies in, and what a division's code alone tells. */
#include "ledger/change.h"

/* --- the division a place lies in: the smallest one that contains it -------------------------------------------------------- */
bool ledger_place(const Sight *in, double x, double y, Arena *a, Str *division, Err *err)
{
    Ledger *l = in->ledger;
    const PackCollection *c = pack_collection(l->model, STR("division"));
    const GeoBox box = { x, y, x, y };
    const Sheet *s = c ? ledger_sheet(l, c) : NULL;
    StoreQuery q = { .geometry = true, .box = &box, .nbox = 1 };
    RowShape shape;
    CqlValue *value = c ? NEWS(a, CqlValue, c->nproperty + c->ninherited) : NULL;
    const PackProperty *code = c ? pack_property(c, STR("code")) : NULL,
                       *level = c ? pack_property(c, STR("level")) : NULL;
    StoreCursor *cursor;
    const StoreRow *row;
    Bytes point;
    GeoShape *here;
    bool good;

    if (!s || !value || !code || !geo_make_point(x, y, a, &point) || !geo_shape(point, a, &here, err) ||
        !ledger_shape(s, NULL, 0, false, a, &shape))
        return true;
    q.table = &s->table;
    q.column = shape.column;
    q.ncolumn = shape.ncolumn;
    if (!store_select(in->read, &q, &cursor, err))
        return false;
    while ((good = store_next(cursor, &row, err)) && row) {
        LedgerRecord rec;
        GeoShape *area;
        Str found;

        if (!ledger_row(l, s, &shape, row, value, a, &rec, err) || !rec.geometry.len ||
            !geo_shape(rec.geometry, a, &area, err) || !geo_relate(area, GEO_INTERSECTS, here))
            continue;
        found = rec.value[code->index].text;
        if (level && str_eq(rec.value[level->index].text, STR("group")))
            found = str_sub(found, 0, 12);
        if (found.len == 12 && (!division->len || str_cmp(found, *division) > 0))
            *division = str_copy(a, found);
    }
    store_cursor_close(cursor);
    return good;
}

/* --- divisions: what their code alone tells ------------------------------------------------------------------------------ */
static Str parent_code(Str code, Arena *a)
{
    static const size_t level[] = { 2, 4, 6, 9, 12, 15 };
    size_t own = code.len > 12 ? 6 : 5;
    char *out = str_c(a, code);

    while (out && own > 0) {
        size_t zeros = level[own - 1];

        while (zeros < code.len && code.ptr[zeros] == '0')
            zeros++;
        if (zeros < code.len)
            break;
        own--;
    }
    if (!out || own == 0)
        return STR(""); /* a province */
    for (size_t i = level[own - 1]; i < code.len; i++)
        out[i] = '0';
    return (Str){ out, code.len > 12 && level[own - 1] <= 12 ? 12 : code.len };
}

static Str name_above(const Sight *in, const PackCollection *c, Str code, Map *known, Arena *a)
{
    const Str *seen = known ? map_get(known, code) : NULL;
    const PackProperty *full = pack_property(c, STR("full_name"));
    uint8_t digest[SM3_LEN];
    char id[ULID_LEN + 1];
    LedgerRecord above;
    bool there = false;
    Err err;

    if (seen)
        return *seen;
    if (!code.len || known)
        return STR("");
    sm3(BYTES(code), digest);
    ulid_make(0, digest, id);
    if (!ledger_find(in, ledger_sheet(in->ledger, c), str_of(id), a, &above, &there, &err) || !there)
        return STR("");
    return above.value[full->index].kind == CQL_TEXT ? above.value[full->index].text : STR("");
}

/* `known`: full names by code of a bulk load, which cannot look its own rows up; NULL: look them up. */
bool ledger_lineage(const Sight *in, LedgerRecord *rec, Map *known, Arena *keep, Arena *a)
{
    const PackCollection *c = rec->collection;
    const PackProperty *code = pack_property(c, STR("code")), *name = pack_property(c, STR("name")),
                       *parent = pack_property(c, STR("parent")), *full = pack_property(c, STR("full_name"));
    CqlValue *value = (CqlValue *)(uintptr_t)rec->value;
    Str above, *kept;

    if (!c->by_code || !code || !name || !parent || !full || value[code->index].kind != CQL_TEXT ||
        value[name->index].kind != CQL_TEXT)
        return true;
    above = parent_code(value[code->index].text, a);
    value[parent->index] =
        above.len ? (CqlValue){ .kind = CQL_TEXT, .text = above } : (CqlValue){ .kind = CQL_NULL };
    above = name_above(in, c, above, known, a);
    value[full->index] = (CqlValue){ .kind = CQL_TEXT,
        .text = str_fmt(a, "%.*s%.*s", STRV(above), STRV(value[name->index].text)) };
    if (!known)
        return true;
    kept = NEW(keep, Str);
    if (!kept || value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL)
        return kept != NULL;
    *kept = str_copy(keep, value[full->index].text);
    return map_put(known, str_copy(keep, value[code->index].text), kept);
}
