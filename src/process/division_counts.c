/* src/process/division_counts.c - how many people and households a division holds: counted from their registers, rolled up
 * the tree, written to the divisions. Nobody types a population.
 */
#include "process/process.h"

enum { BATCH = 500 };
static const struct Tally {
    const char *property, *collection, *filter;
} tally[] = { { "population_registered", "person",
                  "residence_state <> '已迁出' AND residence_state <> '死亡'" },
    /* who lives here: at home, or away within the county */
    { "population_resident", "person", "residence_state IN ('常住','外出(县内)')" },
    { "households", "household", "state <> '消亡'" } };

typedef struct Counts {
    ProcessRun *run;
    Map *count[LEN(tally)]; /* division prefix → int64_t */
    const PackCollection *division;
    const PackProperty *code, *property[LEN(tally)];
    LedgerChange change[BATCH];
    LedgerField field[BATCH][LEN(tally)];
    size_t n, written;
    Arena *batch;
    Err *err;
    bool failed;
} Counts;

static bool add(Counts *c, size_t which, Str prefix, int64_t by)
{
    int64_t *n = map_get(c->count[which], prefix);

    if (!n) {
        const Str key = str_copy(c->run->a, prefix);

        n = NEW(c->run->a, int64_t);
        if (!n || !key.ptr || !map_put(c->count[which], key, n))
            return false;
    }
    *n += by;
    return true;
}

/* A village's number counts for its township, county, city and province as well. */
static bool add_up(Counts *c, size_t which, Str code, int64_t by)
{
    static const size_t level[] = { 2, 4, 6, 9, 12 };

    for (size_t i = 0; i < LEN(level); i++) {
        bool zeros = true;

        for (size_t k = level[i]; k < code.len && zeros; k++)
            zeros = code.ptr[k] == '0';
        if (!add(c, which, str_sub(code, 0, level[i]), by))
            return false;
        if (zeros)
            break;
    }
    return true;
}

static bool count(Counts *c, size_t which, Err *err)
{
    const PackCollection *from;
    LedgerQuery q = { 0 };
    LedgerStats stat;
    CqlExpr *filter;

    if (!(c->count[which] = map_new(c->run->a)))
        return FAIL(err, BASE_NO_MEMORY, STR("counts"), "job");
    if (!pack_need_collection(c->run->model, str_of(tally[which].collection), &from, err) ||
        !cql_parse_text(str_of(tally[which].filter), c->run->a, &filter, err) ||
        !cql_check(filter, &from->schema, c->run->a, err))
        return false;
    q.collection = from;
    q.filter = filter;
    if (!ledger_stats(c->run->view, &q, NULL, 0, pack_property(from, STR("division")), c->run->a, &stat, err))
        return false;
    for (size_t i = 0; i < stat.n; i++)
        if (stat.group[i].group.kind == CQL_TEXT &&
            !add_up(c, which, stat.group[i].group.text, stat.group[i].count))
            return FAIL(err, BASE_NO_MEMORY, STR("counts"), "job");
    return true;
}

static bool write_batch(Counts *c)
{
    LedgerTx tx = { .who = c->run->view.who,
        .via = STR("process"),
        .source = STR("computed"),
        .reason = STR("division-counts"),
        .effective = INT64_MIN,
        .at = c->run->at,
        .change = c->change,
        .nchange = c->n };
    LedgerProblems said = { 0 };
    LedgerDone *done = NEWS(c->batch, LedgerDone, BATCH);
    bool good = true;

    if (c->n)
        good = done && ledger_write(c->run->ledger, &tx, c->batch, done, &said, c->err);
    mem_free(said.item);
    c->written += c->n;
    c->n = 0;
    arena_clear(c->batch);
    return good;
}

static Str significant(Str code)
{
    static const size_t level[] = { 2, 4, 6, 9 };

    for (size_t i = 0; i < LEN(level); i++) {
        bool zeros = true;

        for (size_t k = level[i]; k < code.len && zeros; k++)
            zeros = code.ptr[k] == '0';
        if (zeros)
            return str_sub(code, 0, level[i]);
    }
    return str_sub(code, 0, 12);
}

static bool see(void *ctx, const LedgerRecord *r)
{
    Counts *c = ctx;
    const CqlValue code = r->value[c->code->index];
    LedgerChange *ch = c->change + c->n;

    if (code.kind != CQL_TEXT || code.text.len != 12)
        return true;
    *ch = (LedgerChange){ .verb = LEDGER_DERIVE,
        .collection = c->division,
        .if_version = -1,
        .field = c->field[c->n],
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN };
    memcpy(ch->id, r->id.ptr, ULID_LEN);
    for (size_t i = 0; i < LEN(tally); i++) {
        const int64_t *n = map_get(c->count[i], significant(code.text));

        c->field[c->n][ch->nfield++] =
            (LedgerField){ c->property[i], { .kind = CQL_INT, .integer = n ? *n : 0 } };
    }
    if (++c->n == BATCH && !write_batch(c))
        c->failed = true;
    return !c->failed;
}

static bool division_counts_run(ProcessRun *run, Err *err)
{
    Counts *c = NEW(run->a, Counts);
    LedgerQuery q = { .no_geometry = true };
    LedgerPage page;
    bool good;

    if (!c || !pack_need_collection(run->model, STR("division"), &c->division, err))
        return c ? false : FAIL(err, BASE_NO_MEMORY, STR("counts"), "job");
    c->run = run;
    c->err = err;
    c->code = pack_property(c->division, STR("code"));
    for (size_t i = 0; i < LEN(tally); i++) {
        c->property[i] = pack_property(c->division, str_of(tally[i].property));
        if (!c->property[i])
            return FAIL(err, LEDGER_NO_PROPERTY, str_of(tally[i].property), "division");
        if (!count(c, i, err))
            return false;
    }
    q.collection = c->division;
    c->batch = arena_new(0);
    good = ledger_select(run->view, &q, see, c, run->a, &page, err) && !c->failed && write_batch(c);
    arena_free(c->batch);
    buf_i64(process_out(run, "divisions"), (int64_t)c->written);
    return good;
}

const Process process_division_counts = { .id = "division-counts",
    .version = "1.0.0",
    .zh = "区划人口户数汇总",
    .en = "Population and households by division",
    .about_zh = "由人员、农户台账清点各村人口与户数，逐级汇总到乡镇和县。",
    .about_en = "Counts people and households of each village from their registers and rolls them up.",
    .run = division_counts_run,
    .output = { { "divisions", "更新的区划数", "Divisions updated", PROCESS_NUMBER } },
    .writes = true };
