/* src/ledger/stats.c - counts and sums by group: by the store where it can say the whole question, else record by record. */
#include "ledger/plan.h"

static double as_number(const PackProperty *p, CqlValue v)
{
    const double n = v.kind == CQL_INT ? (double)v.integer : v.kind == CQL_NUMBER ? v.number : 0;

    return p->type == PACK_MONEY ? n / 100 : n;
}

static bool stats_by_sql(Ledger *l, Plan *p, const PackProperty *const *of, size_t n,
    const PackProperty *group, Arena *a, LedgerStat **out, size_t *nout, Err *err)
{
    StoreRead *r;
    StoreStat *stat;
    size_t column[16], count;
    LedgerStat *s;

    for (size_t i = 0; i < n; i++)
        column[i] = p->sheet->column[of[i]->index];
    p->store.column = column;
    p->store.ncolumn = n;
    if (!store_read_begin(l->store, &r, err))
        return false;
    if (!store_stats(
            r, &p->store, group ? p->sheet->column[group->index] : SIZE_MAX, a, &stat, &count, err)) {
        store_read_end(r);
        return false;
    }
    store_read_end(r);
    s = NEWS(a, LedgerStat, count + 1);
    for (size_t i = 0; s && i < count; i++) {
        s[i].group = stat[i].group;
        s[i].count = stat[i].count;
        for (size_t k = 0; k < n; k++) {
            s[i].property[k].n = stat[i].column[k].n;
            s[i].property[k].min = as_number(of[k], stat[i].column[k].min);
            s[i].property[k].max = as_number(of[k], stat[i].column[k].max);
            s[i].property[k].sum =
                of[k]->type == PACK_MONEY ? stat[i].column[k].sum / 100 : stat[i].column[k].sum;
        }
    }
    *out = s;
    *nout = count;
    return s != NULL || FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
}

typedef struct Adding { /* statistics of rows that only memory can choose */
    const PackProperty *const *of;
    size_t n;
    const PackProperty *group;
    Arena *arena;
    Map *seen;
    LedgerStat *stat[10000];
    size_t nstat;
} Adding;

static LedgerStat *stat_of(Adding *s, CqlValue group)
{
    Buf b;
    LedgerStat *found;
    Str key;

    buf_init(&b, 4096);
    if (s->group)
        ledger_value_to_text(s->group, group, &b);
    found = map_get(s->seen, buf_text(&b));
    key = found ? STR("") : str_copy(s->arena, buf_text(&b));
    buf_clear(&b);
    if (found || s->nstat == LEN(s->stat) || !(found = NEW(s->arena, LedgerStat)) ||
        !map_put(s->seen, key, found))
        return found;
    found->group = ledger_copy(group, s->arena);
    s->stat[s->nstat++] = found;
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

        if (v.kind == CQL_NULL)
            continue;
        if (!stat->property[i].n || x < stat->property[i].min)
            stat->property[i].min = x;
        if (!stat->property[i].n || x > stat->property[i].max)
            stat->property[i].max = x;
        stat->property[i].n++;
        stat->property[i].sum += x;
    }
    return true;
}

static bool stats_by_hand(
    Ledger *l, const LedgerQuery *q, Adding *s, LedgerStat **out, size_t *nout, Err *err)
{
    LedgerQuery all = *q;
    LedgerPage page;
    LedgerStat *flat;

    all.limit = 0;
    if (!ledger_select(l, &all, add_one, s, s->arena, &page, err))
        return false;
    flat = NEWS(s->arena, LedgerStat, s->nstat + 1);
    for (size_t i = 0; flat && i < s->nstat; i++)
        flat[i] = *s->stat[i];
    *out = flat;
    *nout = s->nstat;
    return flat != NULL || FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
}

bool ledger_stats(Ledger *l, const LedgerQuery *q, const PackProperty *const *of, size_t n,
    const PackProperty *group, Arena *a, LedgerStat **out, size_t *nout, Err *err)
{
    Plan *p = NEW(a, Plan);
    Adding *s = NEW(a, Adding);
    bool sql;

    if (!p || !s || !(s->seen = map_new(a)))
        return FAIL(err, BASE_NO_MEMORY, STR("statistics"), "statistics");
    if (n > 16)
        return FAIL(err, LEDGER_INVALID, STR("16"), "properties");
    if (!ledger_plan(l, q, a, p, err))
        return false;
    sql = !p->filter.residual && !p->exact_box && (!group || p->sheet->column[group->index] != NO_COLUMN);
    for (size_t i = 0; i < n; i++)
        sql &= p->sheet->column[of[i]->index] != NO_COLUMN;
    s->of = of;
    s->n = n;
    s->group = group;
    s->arena = a;
    return sql ? stats_by_sql(l, p, of, n, group, a, out, nout, err) : stats_by_hand(l, q, s, out, nout, err);
}
