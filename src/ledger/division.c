/* src/ledger/division.c - what a division's code alone tells: its parent, its full name. */
#include "ledger/change.h"

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
