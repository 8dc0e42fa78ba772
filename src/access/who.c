/* src/access/who.c - what a caller may see: where, which records, up to which grade.
 *
 * Nothing here reads a record. The ledger asks these questions in every reading call (LedgerView), so that no face has to
 * remember to: what is not seen is not found, not counted and not told of.
 */
#include "access/access.h"

enum { GRADE_HIGHEST = 4 };
const AccessWho ACCESS_SYSTEM = { .account = { "system", 6 }, .grade = GRADE_HIGHEST };
const AccessWho ACCESS_VISITOR = { .account = { "anonymous", 9 }, .grade = GRADE_HIGHEST };

const CqlExpr *access_rows(const AccessWho *w, const PackCollection *c)
{
    for (size_t i = 0; i < w->nrows; i++)
        if (w->rows[i].collection == c)
            return w->rows[i].filter;
    return NULL;
}

bool access_sees(const AccessWho *w, const PackProperty *p)
{
    return p->grade <= w->grade;
}

bool access_sees_everywhere(const AccessWho *w, const PackCollection *c)
{
    return !w->division.len && !access_rows(w, c);
}

bool access_may_all(const AccessWho *w)
{
    return w->grade >= GRADE_HIGHEST && !w->division.len && !w->nrows;
}

bool access_sees_all(const AccessWho *w, const PackCollection *c)
{
    return w->grade >= GRADE_HIGHEST && access_sees_everywhere(w, c);
}

/* Levels of a division's code end at 2, 4, 6, 9 and 12 digits (GB/T 2260, GB/T 10114); below them stand zeros. */
Str access_subtree(Str division)
{
    static const size_t level[] = { 2, 4, 6, 9, 12 };

    for (size_t i = 0; i < LEN(level) && level[i] < division.len; i++) {
        bool zeros = true;

        for (size_t k = level[i]; k < division.len && zeros; k++)
            zeros = division.ptr[k] == '0';
        if (zeros)
            return str_sub(division, 0, level[i]);
    }
    return division;
}

bool access_holds(const AccessWho *w, Str division)
{
    return !w->division.len || str_starts(division, access_subtree(w->division));
}

bool access_narrow(const AccessWho *w, Str asked, Str *out)
{
    const Str own = access_subtree(w->division), other = access_subtree(asked);

    *out = str_starts(other, own) ? asked : w->division;
    return str_starts(other, own) || str_starts(own, other);
}

const AccessWho *access_copy(const AccessWho *w, Arena *a)
{
    AccessWho *out = NEW(a, AccessWho);
    AccessRows *rows = NEWS(a, AccessRows, w->nrows + 1);

    if (!out || !rows)
        return NULL;
    *out = *w;
    out->account = str_copy(a, w->account);
    out->post = str_copy(a, w->post);
    out->division = str_copy(a, w->division);
    if (w->nrows)
        memcpy(rows, w->rows, w->nrows * sizeof *rows);
    out->rows = rows;
    return out->account.ptr && out->post.ptr && out->division.ptr ? out : NULL;
}
