/* src/ledger/mask.c - a record through somebody's eyes: whether it is there for him, and which of its values.
 *
 * A row filter is judged on the whole record, before anything is masked; the caller's own filter cannot name what is masked
 * (plan.c refuses it). Places alone are hidden first: else a box drawn smaller and smaller would find a sealed place.
 */
#include "ledger/row.h"

bool ledger_masked(const LedgerRecord *r, const PackProperty *p)
{
    return p->grade > r->grade;
}

void ledger_hide_place(const AccessWho *who, LedgerRecord *r)
{
    const int grade = r->collection->geometry_grade;

    if (grade <= who->grade)
        return;
    r->geometry = grade >= 3 ? r->rounded : (Bytes){ NULL, 0 };
}

bool ledger_visible(const AccessWho *who, const LedgerRecord *r, Arena *a)
{
    const CqlExpr *rows = access_rows(who, r->collection);
    const CqlRecord seen = ledger_seen(r);

    return access_holds(who, r->division) && (!rows || cql_eval(rows, &seen, a) == CQL_TRUE);
}

void ledger_mask(const AccessWho *who, LedgerRecord *r)
{
    const PackCollection *c = r->collection;
    CqlValue *value = (CqlValue *)(uintptr_t)r->value;

    ledger_hide_place(who, r);
    r->grade = who->grade;
    for (size_t i = 0; i < c->nproperty; i++)
        if (!access_sees(who, c->property + i))
            value[i] = (CqlValue){ .kind = CQL_NULL };
    for (size_t i = 0; i < c->ninherited; i++)
        if (!access_sees(who, c->inherited + i))
            value[c->nproperty + i] = (CqlValue){ .kind = CQL_NULL };
}

bool ledger_seen_by(
    LedgerView v, StoreRead *read, const PackCollection *c, Str id, Arena *a, bool *seen, Err *err)
{
    LedgerRecord r;
    bool found = false;

    *seen = access_sees_everywhere(v.who, c);
    if (*seen)
        return true;
    if (!ledger_find(&(Sight){ v.ledger, read, NULL }, ledger_sheet(v.ledger, c), id, a, &r, &found, err))
        return false;
    *seen = found && ledger_visible(v.who, &r, a);
    return true;
}
