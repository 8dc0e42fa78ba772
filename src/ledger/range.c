/* src/ledger/range.c - ranges of sealed values (a date of birth) without opening every row: each value once opened is kept in the
 * server's memory as a number, eight bytes a record, by fid; never on disk.
 *
 * Built by a thread when a server begins to listen. Until a value is known, and from before a commit that touches its row until
 * it was read again, the row is a candidate: it is opened and the filter itself decides. So nothing is ever missed.
 */
#include "ledger/sealed.h"
#include <math.h>

enum { PROPERTIES = 8, STALE_MAX = 4096, FIDS_MAX = 50000000 };
typedef struct Kept { /* of one property; NAN: not known, INFINITY: known to be empty */
    const PackProperty *property;
    double *value;
} Kept;
struct LedgerRange {
    Ledger *ledger;
    const PackCollection *collection;
    const PackProperty *property[PROPERTIES]; /* those kept, for reading them */
    pthread_mutex_t guard;                    /* guards all below */
    Kept kept[PROPERTIES];
    size_t n, room;
    int64_t stale[STALE_MAX];
    size_t nstale;
    size_t held; /* rows in a transaction that is about to be seen: nothing that is read now is kept */
    bool warm, thread_runs, stop;
    pthread_t thread;
};

bool ledger_range_open(Ledger *l, Sheet *s, Err *err)
{
    LedgerRange *f;
    const PackCollection *c = s->collection;
    size_t n = 0;

    for (size_t i = 0; i < c->ndeclared; i++)
        n += c->property[i].grade >= 3 && c->property[i].find == PACK_FIND_RANGE;
    if (!n)
        return true;
    f = s->range = mem_new(1, sizeof *f);
    if (!f)
        return FAIL(err, BASE_NO_MEMORY, c->name, "find");
    f->ledger = l;
    f->collection = c;
    pthread_mutex_init(&f->guard, NULL);
    for (size_t i = 0; i < c->ndeclared && f->n < PROPERTIES; i++)
        if (c->property[i].grade >= 3 && c->property[i].find == PACK_FIND_RANGE && !c->property[i].many &&
            !c->property[i].retired) {
            f->property[f->n] = c->property + i;
            f->kept[f->n++].property = c->property + i;
        }
    return true;
}

void ledger_range_close(Sheet *s)
{
    LedgerRange *f = s->range;

    if (!f)
        return;
    __atomic_store_n(&f->stop, true, __ATOMIC_RELAXED);
    if (f->thread_runs)
        pthread_join(f->thread, NULL);
    for (size_t i = 0; i < f->n; i++)
        mem_free(f->kept[i].value);
    pthread_mutex_destroy(&f->guard);
    mem_free(f);
    s->range = NULL;
}

static double number_of(CqlValue v)
{
    switch (v.kind) {
    case CQL_INT:
        return (double)v.integer;
    case CQL_NUMBER:
        return v.number;
    case CQL_DATE:
        return v.date;
    case CQL_TIME:
        return (double)v.time;
    case CQL_NULL:
        return INFINITY;
    default:
        return NAN; /* a text: no range of it is kept */
    }
}

static bool room_for(LedgerRange *f, size_t fid) /* under the guard */
{
    const size_t room = fid + fid / 4 + 1024;

    if (fid < f->room)
        return true;
    if (fid >= FIDS_MAX)
        return false;
    for (size_t i = 0; i < f->n; i++) {
        double *more = mem_grow(f->kept[i].value, room, sizeof *more);

        if (!more)
            return false;
        for (size_t k = f->room; k < room; k++)
            more[k] = NAN;
        f->kept[i].value = more;
    }
    f->room = room;
    return true;
}

static bool see(void *ctx, const LedgerRecord *r)
{
    LedgerRange *f = ctx;

    pthread_mutex_lock(&f->guard);
    for (size_t i = 0; !f->held && room_for(f, (size_t)r->fid) && i < f->n; i++)
        f->kept[i].value[r->fid] = number_of(r->value[f->kept[i].property->index]);
    pthread_mutex_unlock(&f->guard);
    return !__atomic_load_n(&f->stop, __ATOMIC_RELAXED);
}

static void forget(LedgerRange *f, int64_t fid) /* under the guard */
{
    for (size_t i = 0; fid > 0 && (size_t)fid < f->room && i < f->n; i++)
        f->kept[i].value[fid] = NAN;
}

/* A row that a commit touches while it is being read here: what was read may be older, so it is forgotten again. */
static void *build(void *arg)
{
    LedgerRange *f = arg;
    Err err = { 0 };

    if (!ledger_show(f->ledger, f->collection, NULL, 0, true, f->property, f->n, see, f, &err))
        log_err("ledger.range", &err);
    pthread_mutex_lock(&f->guard);
    f->warm = true;
    for (size_t i = 0; i < f->nstale; i++)
        forget(f, f->stale[i]);
    pthread_mutex_unlock(&f->guard);
    return NULL;
}

void ledger_range_warm(Sheet *s)
{
    LedgerRange *f = s->range;

    if (!f)
        return;
    pthread_mutex_lock(&f->guard);
    if (!f->thread_runs)
        f->thread_runs = pthread_create(&f->thread, NULL, build, f) == 0;
    pthread_mutex_unlock(&f->guard);
}

void ledger_range_hold(Sheet *s, int64_t fid)
{
    if (!s->range)
        return;
    pthread_mutex_lock(&s->range->guard);
    s->range->held++;
    forget(s->range, fid);
    pthread_mutex_unlock(&s->range->guard);
}

void ledger_range_release(Sheet *s)
{
    if (!s->range)
        return;
    pthread_mutex_lock(&s->range->guard);
    s->range->held--;
    pthread_mutex_unlock(&s->range->guard);
}

void ledger_range_note(Sheet *s, int64_t fid) /* 0: everything */
{
    LedgerRange *f = s->range;

    if (!f)
        return;
    pthread_mutex_lock(&f->guard);
    if (fid == 0) {
        for (size_t k = 0; k < f->room; k++)
            forget(f, (int64_t)k);
    } else {
        forget(f, fid);
        if (f->nstale < STALE_MAX)
            f->stale[f->nstale++] = fid; /* beyond: it stays a candidate until the next start */
    }
    pthread_mutex_unlock(&f->guard);
}

/* Reads the noted rows again. A commit may touch one meanwhile; what is noted since the list was taken is forgotten once more. */
static void catch_up(LedgerRange *f)
{
    int64_t *fid;
    size_t n;
    Err err = { 0 };

    pthread_mutex_lock(&f->guard);
    n = f->nstale;
    fid = mem_new(n + 1, sizeof *fid);
    if (fid) {
        memcpy(fid, f->stale, n * sizeof *fid);
        f->nstale = 0;
    }
    pthread_mutex_unlock(&f->guard);
    if (!fid) /* what is noted stays so */
        return;
    if (n && !ledger_show(f->ledger, f->collection, fid, n, true, f->property, f->n, see, f, &err))
        log_err("ledger.range", &err); /* what was not read stays a candidate */
    pthread_mutex_lock(&f->guard);
    for (size_t i = 0; i < f->nstale; i++)
        forget(f, f->stale[i]);
    pthread_mutex_unlock(&f->guard);
    mem_free(fid);
}

/* --- asking ---------------------------------------------------------------------------------------------------------- */
struct LedgerSpans { /* of one query */
    LedgerRange *range;
    struct {
        size_t kept;
        double least, most;
    } span[PROPERTIES];
    size_t n;
};

static bool may(const LedgerSpans *s, size_t fid)
{
    bool yes = true;

    for (size_t i = 0; i < s->n && yes; i++) {
        const double v = s->range->kept[s->span[i].kept].value[fid];

        yes = isnan(v) || (v >= s->span[i].least && v <= s->span[i].most);
    }
    return yes;
}

bool ledger_range_among(const LedgerSpans *s, Arena *a, StoreSet *out)
{
    uint64_t *bit;
    size_t n;

    pthread_mutex_lock(&s->range->guard);
    n = s->range->room;
    bit = NEWS(a, uint64_t, n / 64 + 1);
    for (size_t fid = 0; bit && fid < n; fid++)
        bit[fid / 64] |= (uint64_t)may(s, fid) << fid % 64;
    pthread_mutex_unlock(&s->range->guard);
    *out = (StoreSet){ bit, n };
    return bit != NULL;
}

bool ledger_range_plan(const Sheet *s, const CqlExpr *residual, Arena *a, LedgerSpans **out)
{
    LedgerRange *f = s->range;
    LedgerSpans *spans;
    double least, most;
    bool behind;

    *out = NULL;
    if (!f || !residual)
        return true;
    spans = NEW(a, LedgerSpans);
    if (!spans)
        return false;
    spans->range = f;
    for (size_t i = 0; i < f->n; i++)
        if (cql_bounds(residual, &f->property[i]->cql, &least, &most)) {
            spans->span[spans->n].kept = i;
            spans->span[spans->n].least = least;
            spans->span[spans->n++].most = most;
        }
    pthread_mutex_lock(&f->guard);
    behind = f->warm && f->nstale > 0 && !f->held;
    pthread_mutex_unlock(&f->guard);
    if (!spans->n)
        return true;
    if (behind)
        catch_up(f);
    *out = spans;
    return true;
}
