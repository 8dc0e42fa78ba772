/* src/ledger/stats.c - counts and sums by group: by the store where it can say the whole question, else record by record.
 *
 * The total is always of all groups; a page of them is cut out after all were added up, in order of their values, so that the
 * pages together are the whole and no group is left out in silence.
 */
#include "ledger/plan.h"
#include <stdlib.h>

enum { PROPERTIES = 16 };
typedef struct Adding {
    const PackProperty *const *of;
    size_t n;
    const PackProperty *group;
    Arena *arena;
    Map *seen; /* value as text → LedgerStat; by hand */
    LedgerStat *stat;
    size_t nstat, room;
} Adding;

static double as_number(const PackProperty *p, CqlValue v)
{
    const double n = v.kind == CQL_INT ? (double)v.integer : v.kind == CQL_NUMBER ? v.number : 0;

    return p->type == PACK_MONEY ? n / 100 : n;
}

static void add_sum(LedgerSum *to, const LedgerSum *more)
{
    if (!more->n)
        return;
    if (!to->n || more->min < to->min)
        to->min = more->min;
    if (!to->n || more->max > to->max)
        to->max = more->max;
    to->n += more->n;
    to->sum += more->sum;
}

static bool more_room(Adding *s, size_t room)
{
    LedgerStat *more = NEWS(s->arena, LedgerStat, room);

    if (more && s->nstat)
        memcpy(more, s->stat, s->nstat * sizeof *more);
    if (more) {
        s->stat = more;
        s->room = room;
    }
    return more != NULL;
}

/* --- by SQL ---------------------------------------------------------------------------------------------------------- */
static bool take_stat(Adding *s, const StoreStat *from)
{
    LedgerStat *to = s->stat + s->nstat++;

    *to = (LedgerStat){
        .group = from->group, .count = from->count, .property = NEWS(s->arena, LedgerSum, s->n + 1)
    };
    if (!to->property)
        return false;
    for (size_t k = 0; k < s->n; k++)
        to->property[k] = (LedgerSum){ .n = from->column[k].n,
            .min = as_number(s->of[k], from->column[k].min),
            .max = as_number(s->of[k], from->column[k].max),
            .sum = s->of[k]->type == PACK_MONEY ? from->column[k].sum / 100 : from->column[k].sum };
    return true;
}

static bool stats_by_sql(Ledger *l, Plan *p, Adding *s, Err *err)
{
    StoreRead *r;
    StoreStat *stat;
    size_t column[PROPERTIES], count;
    bool good;

    for (size_t i = 0; i < s->n; i++)
        column[i] = p->sheet->column[s->of[i]->index];
    p->store.column = column;
    p->store.ncolumn = s->n;
    if (!store_read_begin(l->store, &r, err))
        return false;
    good = store_stats(
        r, &p->store, s->group ? p->sheet->column[s->group->index] : SIZE_MAX, s->arena, &stat, &count, err);
    store_read_end(r);
    if (!good)
        return false;
    good = more_room(s, count + 1);
    for (size_t i = 0; good && i < count; i++)
        good = take_stat(s, stat + i);
    return good || FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
}

/* --- by hand: rows that only memory can choose, values that are sealed ------------------------------------------------- */
static LedgerStat *new_stat(Adding *s, Str key, CqlValue group)
{
    LedgerStat *made = NEW(s->arena, LedgerStat);

    if (!made || !(made->property = NEWS(s->arena, LedgerSum, s->n + 1)))
        return NULL;
    made->group = ledger_copy(group, s->arena);
    key = str_copy(s->arena, key);
    return key.ptr && map_put(s->seen, key, made) ? made : NULL;
}

static LedgerStat *stat_of(Adding *s, CqlValue group)
{
    Buf b;
    LedgerStat *found;

    buf_init(&b, 1 << 20);
    if (s->group && group.kind != CQL_NULL) {
        buf_c(&b, '='); /* an empty text is not a missing one */
        ledger_value_to_text(s->group, group, &b);
    }
    found = map_get(s->seen, buf_text(&b));
    if (!found)
        found = new_stat(s, buf_text(&b), group);
    buf_clear(&b);
    return found;
}

static bool add_one(void *ctx, const LedgerRecord *r)
{
    Adding *s = ctx;
    LedgerStat *stat = stat_of(s, s->group ? r->value[s->group->index] : (CqlValue){ .kind = CQL_NULL });

    if (!stat)
        return false;
    stat->count++;
    for (size_t i = 0; i < s->n; i++) {
        const CqlValue v = r->value[s->of[i]->index];
        const double x = as_number(s->of[i], v);

        if (v.kind != CQL_NULL)
            add_sum(stat->property + i, &(LedgerSum){ 1, x, x, x });
    }
    s->nstat++; /* records, until they are groups */
    return true;
}

static bool wants_sealed(const Adding *s)
{
    bool sealed = s->group && s->group->grade >= 3;

    for (size_t i = 0; i < s->n; i++)
        sealed |= s->of[i]->grade >= 3;
    return sealed;
}

static bool stats_by_hand(LedgerView v, const LedgerQuery *q, Adding *s, Err *err)
{
    LedgerQuery all = *q;
    LedgerPage page;
    size_t records;
    Str key;
    LedgerStat *one;

    all.limit = 0;
    all.token = STR("");
    all.uncounted = true;
    all.no_geometry = true;
    all.sealed |= wants_sealed(s);
    if (!ledger_select(v, &all, add_one, s, s->arena, &page, err))
        return false;
    records = s->nstat;
    s->nstat = 0;
    if (records != page.returned || !more_room(s, map_len(s->seen) + 1)) /* `see` said stop: no memory */
        return FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
    for (size_t i = 0; map_at(s->seen, i, &key, (void **)&one); i++)
        if (one)
            s->stat[s->nstat++] = *one;
    return true;
}

/* --- in order, page by page -------------------------------------------------------------------------------------------- */
static int by_value(const void *x, const void *y)
{
    return cql_compare(((const LedgerStat *)x)->group, ((const LedgerStat *)y)->group);
}

static bool add_total(Adding *s, LedgerStat *total)
{
    *total = (LedgerStat){ .group = { .kind = CQL_NULL }, .property = NEWS(s->arena, LedgerSum, s->n + 1) };
    for (size_t i = 0; total->property && i < s->nstat; i++) {
        total->count += s->stat[i].count;
        for (size_t k = 0; k < s->n; k++)
            add_sum(total->property + k, s->stat[i].property + k);
    }
    return total->property != NULL;
}

/* A token is a list's, sorted by the group: its place is the last value shown. */
static LedgerQuery sorted_by_group(const LedgerQuery *q, const Adding *s)
{
    LedgerQuery sorted = *q;

    sorted.sort[0] = (LedgerSort){ s->group, false };
    sorted.nsort = 1;
    return sorted;
}

static bool skip_shown(Ledger *l, const LedgerQuery *q, const Adding *s, size_t *from, Err *err)
{
    const LedgerQuery sorted = sorted_by_group(q, s);
    CqlValue after[4];
    int64_t fid;

    *from = 0;
    if (!q->token.len || !s->group)
        return true;
    if (!ledger_token_read(l, &sorted, q->token, s->arena, after, &fid, err))
        return false;
    while (*from < s->nstat && cql_compare(s->stat[*from].group, after[0]) <= 0)
        ++*from;
    return true;
}

static bool cut_page(Ledger *l, const LedgerQuery *q, const Adding *s, LedgerStats *out, Err *err)
{
    const LedgerQuery sorted = sorted_by_group(q, s);
    const PackCollection *c = q->collection;
    LedgerRecord last = { .collection = c, .fid = 1 };
    CqlValue *value;
    size_t from;

    if (!skip_shown(l, q, s, &from, err))
        return false;
    out->group = s->stat + from;
    out->n = s->nstat - from;
    out->next = STR("");
    if (!s->group || !q->limit || out->n <= q->limit)
        return true;
    out->n = q->limit;
    value = NEWS(s->arena, CqlValue, c->nproperty + c->ninherited);
    if (value)
        value[s->group->index] = out->group[out->n - 1].group;
    last.value = value;
    return (value && ledger_token_make(l, &sorted, &last, s->arena, &out->next)) ||
           FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
}

static bool may_be_asked(const AccessWho *who, const Adding *s, Err *err)
{
    for (size_t i = 0; i < s->n; i++)
        if (!ledger_unmasked(who, s->of[i], "properties", err))
            return false;
    return !s->group || ledger_unmasked(who, s->group, "group", err);
}

bool ledger_stats(LedgerView v, const LedgerQuery *q, const PackProperty *const *of, size_t n,
    const PackProperty *group, Arena *a, LedgerStats *out, Err *err)
{
    Plan *p = NEW(a, Plan);
    Adding s = { .of = of, .n = n, .group = group, .arena = a, .seen = map_new(a) };
    LedgerQuery all = *q;
    bool sql;

    all.token = STR("");
    all.nsort = 0;
    if (!p || !s.seen || !more_room(&s, 1))
        return FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
    if (n > PROPERTIES)
        return FAIL(err, LEDGER_INVALID, STR("16"), "properties");
    if (!may_be_asked(v.who, &s, err) || !ledger_plan(v, &all, a, p, err))
        return false;
    sql = !p->filter.residual && !p->exact_box && (!group || p->sheet->column[group->index] != NO_COLUMN);
    for (size_t i = 0; i < n; i++)
        sql &= p->sheet->column[of[i]->index] != NO_COLUMN;
    if (!p->nothing && !(sql ? stats_by_sql(v.ledger, p, &s, err) : stats_by_hand(v, &all, &s, err)))
        return false;
    qsort(s.stat, s.nstat, sizeof *s.stat, by_value);
    if (!add_total(&s, &out->total))
        return FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
    return cut_page(v.ledger, q, &s, out, err);
}
