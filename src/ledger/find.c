/* src/ledger/find.c - finding sealed texts (a person's name) without ever writing them in clear: opened once into memory,
 * twelve bytes a record, asked by characters or pinyin initials.
 *
 * Built by a thread of its own when a server begins to listen; until it stands, a question finds nothing of this kind. A commit
 * notes the rows it touched; the next question reads them again.
 */
#include "ledger/sealed.h"

enum { CHARS = 4, STALE_MAX = 20000, WAIT_MICROS = 400000 };
typedef struct Entry {
    uint32_t fid;
    uint16_t ch[CHARS]; /* the first four characters; 0: none, 0xFFFF: beyond the plane */
} Entry;
struct LedgerFind {
    Ledger *ledger;
    const PackCollection *collection;
    const PackProperty *property;
    pthread_mutex_t guard; /* guards all below */
    pthread_cond_t built;
    enum { FIND_NONE, FIND_BUILDING, FIND_READY } state;
    bool thread_runs;
    pthread_t thread;
    Entry *entry;
    size_t n, room;
    int64_t stale[STALE_MAX];
    size_t nstale;
    bool all_stale;
};

static const PackProperty *sealed_text(const PackCollection *c)
{
    for (size_t i = 0; i < c->ndeclared; i++)
        if (c->property[i].grade >= 3 && c->property[i].find == PACK_FIND_TEXT)
            return c->property + i;
    return NULL;
}

bool ledger_find_may(const Sheet *s, const AccessWho *who)
{
    return s->find && access_sees(who, s->find->property);
}

bool ledger_find_open(Ledger *l, Sheet *s, Err *err)
{
    const PackProperty *p = sealed_text(s->collection);

    if (!p)
        return true;
    s->find = mem_new(1, sizeof *s->find);
    if (!s->find)
        return FAIL(err, BASE_NO_MEMORY, s->collection->name, "find");
    *s->find = (LedgerFind){ .ledger = l, .collection = s->collection, .property = p };
    pthread_mutex_init(&s->find->guard, NULL);
    pthread_cond_init(&s->find->built, NULL);
    return true;
}

void ledger_find_close(Sheet *s)
{
    if (!s->find)
        return;
    if (s->find->thread_runs)
        pthread_join(s->find->thread, NULL);
    mem_free(s->find->entry);
    mem_free(s->find);
    s->find = NULL;
}

static void put_chars(Entry *e, Str text)
{
    for (size_t i = 0; i < CHARS; i++) {
        const uint32_t c = str_next(&text);

        e->ch[i] = c > 0xFFFE ? 0xFFFF : (uint16_t)c;
    }
}

/* Kept in order of fid, so that a row read again finds its place. */
static bool keep(LedgerFind *f, int64_t fid, CqlValue v)
{
    size_t low = 0, high = f->n;
    Entry e = { .fid = (uint32_t)fid };

    if (v.kind != CQL_TEXT || fid > UINT32_MAX)
        return true;
    put_chars(&e, v.text);
    if (f->n && f->entry[f->n - 1].fid < e.fid)
        low = f->n;
    while (low < high) {
        const size_t mid = (low + high) / 2;

        if (f->entry[mid].fid < e.fid)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < f->n && f->entry[low].fid == e.fid) {
        f->entry[low] = e;
        return true;
    }
    if (f->n == f->room) {
        Entry *more = mem_grow(f->entry, f->room ? f->room * 2 : 4096, sizeof *more);

        if (!more)
            return false;
        f->entry = more;
        f->room = f->room ? f->room * 2 : 4096;
    }
    memmove(f->entry + low + 1, f->entry + low, (f->n - low) * sizeof *f->entry);
    f->entry[low] = e;
    f->n++;
    return true;
}

static bool see(void *ctx, const LedgerRecord *r)
{
    LedgerFind *f = ctx;
    bool good;

    pthread_mutex_lock(&f->guard);
    good = keep(f, r->fid, r->value[f->property->index]);
    pthread_mutex_unlock(&f->guard);
    return good;
}

static void *build(void *arg)
{
    LedgerFind *f = arg;
    Err err = { 0 };
    const bool good = ledger_show(f->ledger, f->collection, NULL, 0, false, &f->property, 1, see, f, &err);

    if (!good)
        log_err("ledger.find", &err);
    pthread_mutex_lock(&f->guard);
    f->state = good ? FIND_READY : FIND_NONE;
    pthread_cond_broadcast(&f->built);
    pthread_mutex_unlock(&f->guard);
    return NULL;
}

static void begin(LedgerFind *f) /* under the guard */
{
    if (f->all_stale && f->state == FIND_READY) {
        f->n = f->nstale = 0;
        f->state = FIND_NONE;
    }
    if (f->state == FIND_NONE) {
        f->all_stale = false;
        if (f->thread_runs)
            pthread_join(f->thread, NULL);
        f->state = FIND_BUILDING;
        f->thread_runs = pthread_create(&f->thread, NULL, build, f) == 0;
        if (!f->thread_runs)
            f->state = FIND_NONE;
    }
}

void ledger_find_warm(Sheet *s)
{
    if (!s->find)
        return;
    pthread_mutex_lock(&s->find->guard);
    begin(s->find);
    pthread_mutex_unlock(&s->find->guard);
}

/* Under the guard: waits a little, for small registers are ready at once. */
static bool ready(LedgerFind *f)
{
    struct timespec until;

    begin(f);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_MICROS * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (f->state == FIND_BUILDING && pthread_cond_timedwait(&f->built, &f->guard, &until) == 0)
        ;
    return f->state == FIND_READY;
}

void ledger_find_note(Sheet *s, int64_t fid) /* 0: everything */
{
    LedgerFind *f = s->find;

    if (!f)
        return;
    pthread_mutex_lock(&f->guard);
    if (fid == 0 || f->nstale == STALE_MAX)
        f->all_stale = true;
    else
        f->stale[f->nstale++] = fid;
    pthread_mutex_unlock(&f->guard);
}

/* Reads the noted rows again; without the guard, for reading waits. What could not be read is noted once more. */
static void catch_up(LedgerFind *f)
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
    if (n && !ledger_show(f->ledger, f->collection, fid, n, false, &f->property, 1, see, f, &err)) {
        log_err("ledger.find", &err);
        pthread_mutex_lock(&f->guard);
        f->all_stale = true;
        pthread_mutex_unlock(&f->guard);
    }
    mem_free(fid);
}

/* --- asking ------------------------------------------------------------------------------------------------------------- */
typedef struct Question {
    uint16_t ch[CHARS];
    size_t n;
    bool initials;
} Question;

static bool question(Str words, Question *q)
{
    *q = (Question){ .initials = true };
    for (Str rest = str_trim(words); rest.len;) {
        const uint32_t c = str_next(&rest);

        if (q->n == CHARS || c > 0xFFFE)
            return false;
        q->initials &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        q->ch[q->n++] = (uint16_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return q->n >= (q->initials ? 2u : 1u);
}

static uint16_t initial_of(uint16_t c)
{
    char text[4];
    size_t n = 0;
    Buf full, initials;
    uint16_t out;

    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? (uint16_t)(c + 32) : c;
    if (c < 0x800)
        return 0;
    text[n++] = (char)(0xE0 | c >> 12);
    text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    text[n++] = (char)(0x80 | (c & 0x3F));
    buf_init(&full, 64);
    buf_init(&initials, 16);
    ledger_pinyin((Str){ text, n }, &full, &initials);
    out = initials.len ? (uint16_t)(unsigned char)initials.ptr[0] : 0;
    buf_clear(&full);
    buf_clear(&initials);
    return out;
}

static bool matches(const Entry *e, const Question *q, uint16_t *initial)
{
    for (size_t at = 0; at + q->n <= CHARS && e->ch[at]; at++) {
        bool same = true;

        for (size_t k = 0; k < q->n && same; k++) {
            uint16_t c = e->ch[at + k];

            if (q->initials && c) {
                if (!initial[c])
                    initial[c] = (uint16_t)(initial_of(c) | 0x100);
                c = initial[c] & 0xFF;
            }
            same = c == q->ch[k];
        }
        if (same)
            return true;
        if (q->initials)
            return false; /* initials are meant from the first character on */
    }
    return false;
}

size_t ledger_find_text(Sheet *s, Str words, int64_t *fid, size_t most)
{
    LedgerFind *f = s->find;
    Question q;
    uint16_t *initial;
    size_t n = 0;

    if (!f || !question(words, &q) || !(initial = mem_new(0x10000, sizeof *initial)))
        return 0;
    pthread_mutex_lock(&f->guard);
    if (ready(f)) {
        if (f->nstale) {
            pthread_mutex_unlock(&f->guard);
            catch_up(f);
            pthread_mutex_lock(&f->guard);
        }
        for (size_t i = 0; i < f->n && n < most; i++)
            if (matches(f->entry + i, &q, initial))
                fid[n++] = f->entry[i].fid;
    }
    pthread_mutex_unlock(&f->guard);
    mem_free(initial);
    return n;
}
