/* src/place/place_names.c - the naming commission's list: which current names are alike within three kilometres, and who
 * uses a name.
 *
 * Alike are names that are written alike in Roman letters, blanks and case aside: the same characters, or others that sound
 * the same. Used is a name that records of other registers refer to: “农户 319”. Only what has changed is written.
 */
#include "process/process.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 500 };
#define NEAR_M 3000.0

typedef struct Name {
    char id[ULID_LEN + 1];
    Str sound; /* roman letters, folded, without blanks */
    double x, y;
    CqlValue *conflict, *use;       /* as they shall be */
    size_t nconflict, nuse, had[2]; /* had: how many stand there of both */
    uint64_t was[2];                /* digests of what stands there */
} Name;
typedef struct Names {
    ProcessRun *run;
    const PackCollection *c;
    const PackProperty *roman, *conflicts, *used_by;
    Name *name;
    size_t n, size, alike, written;
    Map *by_id;
    LedgerChange change[BATCH];
    LedgerField field[BATCH][2];
    size_t nchange;
    Arena *batch;
    Err *err;
} Names;

/* --- reading ------------------------------------------------------------------------------------------------------------ */
static Str sound_of(Str roman, Arena *a)
{
    const Str folded = cql_fold_case(roman, a);
    char *out = NEWS(a, char, folded.len + 1);
    size_t n = 0;

    for (size_t i = 0; out && i < folded.len; i++)
        if (folded.ptr[i] != ' ' && folded.ptr[i] != '\'')
            out[n++] = folded.ptr[i];
    return (Str){ out ? out : "", n };
}

static uint64_t digest_of(const CqlValue *v, size_t n) /* the order counts for nothing */
{
    uint64_t sum = n;

    for (size_t i = 0; i < n; i++)
        sum += v[i].kind == CQL_TEXT ? hash64(BYTES(v[i].text)) : 1;
    return sum;
}

static bool room(Names *all)
{
    Name *more;

    if (all->n < all->size)
        return true;
    all->size = all->size ? 2 * all->size : 4096;
    more = NEWS(all->run->a, Name, all->size);
    if (more && all->n)
        memcpy(more, all->name, all->n * sizeof *more);
    all->name = more;
    return more != NULL;
}

static bool see(void *ctx, const LedgerRecord *r)
{
    Names *all = ctx;
    const CqlValue roman = r->value[all->roman->index];
    const CqlValue is[2] = { r->value[all->conflicts->index], r->value[all->used_by->index] };
    Name one = { .x = NAN };

    if (!room(all))
        return false;
    snprintf(one.id, sizeof one.id, "%.*s", STRV(r->id));
    one.sound = roman.kind == CQL_TEXT ? sound_of(roman.text, all->run->a) : (Str){ "", 0 };
    if (r->geometry.len && !geo_centre(r->geometry, &one.x, &one.y))
        one.x = NAN;
    for (int k = 0; k < 2; k++)
        if (is[k].kind == CQL_LIST) {
            one.had[k] = is[k].list.n;
            one.was[k] = digest_of(is[k].list.item, is[k].list.n);
        }
    all->name[all->n++] = one;
    return true;
}

/* --- alike -------------------------------------------------------------------------------------------------------------- */
static int by_sound(const void *p, const void *q)
{
    const Name *a = p, *b = q;
    const int d = str_cmp(a->sound, b->sound);

    return d ? d : strcmp(a->id, b->id);
}

static double metres(const Name *a, const Name *b)
{
    return hypot((a->x - b->x) * 111320 * cos(a->y * M_PI / 180), (a->y - b->y) * 110950);
}

/* Room for 1, 2, 4, 8 …: where it is full, its number is a power of two. */
static bool add_text(CqlValue **list, size_t *n, Str text, Arena *a)
{
    if ((*n & (*n - 1)) == 0) {
        CqlValue *more = NEWS(a, CqlValue, *n ? *n * 2 : 1);

        if (!more)
            return false;
        if (*n)
            memcpy(more, *list, *n * sizeof *more);
        *list = more;
    }
    (*list)[(*n)++] = (CqlValue){ .kind = CQL_TEXT, .text = text };
    return true;
}

static bool note(Names *all, Name *a, const Name *b)
{
    return add_text(&a->conflict, &a->nconflict, str_of(b->id), all->run->a) ||
           FAIL(all->err, BASE_NO_MEMORY, STR("names"), "job");
}

static bool compare(Names *all)
{
    qsort(all->name, all->n, sizeof *all->name, by_sound);
    for (size_t i = 0; i < all->n; i++)
        for (size_t k = i + 1; k < all->n && str_eq(all->name[k].sound, all->name[i].sound); k++)
            if (all->name[i].sound.len && metres(&all->name[i], &all->name[k]) < NEAR_M && /* NAN: not near */
                (!note(all, &all->name[i], &all->name[k]) || !note(all, &all->name[k], &all->name[i])))
                return false;
    for (size_t i = 0; i < all->n; i++)
        all->alike += all->name[i].nconflict > 0;
    return true;
}

/* --- used ---------------------------------------------------------------------------------------------------------------- */
static bool count_uses(Names *all, const PackCollection *c, const PackProperty *p)
{
    const LedgerQuery q = { .collection = c };
    LedgerStats stat;

    if (!ledger_stats(all->run->view, &q, NULL, 0, p, all->run->a, &stat, all->err))
        return false;
    for (size_t i = 0; i < stat.n; i++) {
        Name *name =
            stat.group[i].group.kind == CQL_TEXT ? map_get(all->by_id, stat.group[i].group.text) : NULL;
        const Str said = str_fmt(all->run->a, "%.*s %lld", STRV(c->title.zh), (long long)stat.group[i].count);

        if (!said.ptr)
            return FAIL(all->err, BASE_NO_MEMORY, STR("names"), "job");
        if (name && !add_text(&name->use, &name->nuse, said, all->run->a))
            return FAIL(all->err, BASE_NO_MEMORY, STR("names"), "job");
    }
    return true;
}

static bool uses(Names *all)
{
    const PackModel *m = all->run->model;

    for (size_t i = 0; i < all->n; i++)
        if (!map_put(all->by_id, str_of(all->name[i].id), &all->name[i]))
            return FAIL(all->err, BASE_NO_MEMORY, STR("names"), "job");
    for (size_t i = 0; i < m->ncollection; i++) {
        const PackCollection *c = m->collection[i];

        for (size_t k = 0; c != all->c && k < c->ndeclared; k++) {
            const PackProperty *p = &c->property[k];

            if (p->type == PACK_REF && !p->many && p->nref == 1 && p->grade < 3 &&
                str_eq(p->ref[0], all->c->name) && !count_uses(all, c, p))
                return false;
        }
    }
    return true;
}

/* --- writing ------------------------------------------------------------------------------------------------------------- */
static bool flush(Names *all)
{
    LedgerTx tx = { .who = all->run->view.who,
        .via = STR("process"),
        .source = STR("computed"),
        .reason = STR("place-names"),
        .effective = INT64_MIN,
        .at = all->run->at,
        .change = all->change,
        .nchange = all->nchange };
    LedgerProblems said = { 0 };
    LedgerDone *done = NEWS(all->batch, LedgerDone, BATCH);
    bool good = done != NULL || FAIL(all->err, BASE_NO_MEMORY, STR("names"), "job");

    if (good && all->nchange)
        good = ledger_write(all->run->ledger, &tx, all->batch, done, &said, all->err);
    mem_free(said.item);
    all->written += all->nchange;
    all->nchange = 0;
    arena_clear(all->batch);
    return good;
}

static CqlValue list(const CqlValue *v, size_t n)
{
    return n ? (CqlValue){ .kind = CQL_LIST, .list = { v, n } } : (CqlValue){ .kind = CQL_NULL };
}

static bool write_one(Names *all, const Name *one)
{
    LedgerChange *ch = &all->change[all->nchange];

    if (one->had[0] == one->nconflict && one->had[1] == one->nuse &&
        (!one->nconflict || one->was[0] == digest_of(one->conflict, one->nconflict)) &&
        (!one->nuse || one->was[1] == digest_of(one->use, one->nuse)))
        return true;
    *ch = (LedgerChange){ .verb = LEDGER_DERIVE,
        .collection = all->c,
        .if_version = -1,
        .field = all->field[all->nchange],
        .nfield = 2,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN };
    memcpy(ch->id, one->id, sizeof ch->id);
    all->field[all->nchange][0] = (LedgerField){ all->conflicts, list(one->conflict, one->nconflict) };
    all->field[all->nchange][1] = (LedgerField){ all->used_by, list(one->use, one->nuse) };
    return ++all->nchange < BATCH || flush(all);
}

static bool place_names_run(ProcessRun *run, Err *err)
{
    Names *all = NEW(run->a, Names);
    LedgerQuery q = { 0 };
    LedgerPage page;
    bool good;

    if (!all || !(all->by_id = map_new(run->a)))
        return FAIL(err, BASE_NO_MEMORY, STR("names"), "job");
    if (!pack_need_collection(run->model, STR("place_name"), &all->c, err))
        return false;
    all->run = run;
    all->err = err;
    all->roman = pack_property(all->c, STR("roman"));
    all->conflicts = pack_property(all->c, STR("conflicts"));
    all->used_by = pack_property(all->c, STR("used_by"));
    if (!all->roman || !all->conflicts || !all->used_by)
        return FAIL(err, LEDGER_NO_PROPERTY, STR("conflicts"), "place_name");
    q.collection = all->c;
    if (!ledger_select(run->view, &q, see, all, run->a, &page, err))
        return false;
    if (!compare(all))
        return false;
    all->batch = arena_new(0);
    good = uses(all);
    for (size_t i = 0; good && i < all->n; i++)
        good = write_one(all, &all->name[i]);
    good = good && flush(all);
    arena_free(all->batch);
    buf_i64(process_out(run, "names"), (int64_t)all->n);
    buf_i64(process_out(run, "alike"), (int64_t)all->alike);
    buf_i64(process_out(run, "written"), (int64_t)all->written);
    return good;
}

const Process process_place_names = { .id = "place-names",
    .version = "1.0.0",
    .zh = "重名与引用",
    .en = "Names alike, names used",
    .about_zh = "找出三千米内读音相同的现用地名（重名），并数出各台账对每个地名的引用；只写有变化的。",
    .about_en =
        "Current names that sound alike within 3 km, and how many records of each register use a name.",
    .run = place_names_run,
    .output = { { "names", "现用地名", "Names", PROCESS_INTEGER },
        { "alike", "有重名的", "Names that have one alike near by", PROCESS_INTEGER },
        { "written", "写入的记录数", "Records written", PROCESS_INTEGER } },
    .writes = true };
