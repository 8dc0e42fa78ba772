/* src/transfer/check.c - the dry run: every row is turned into a change and tried by the ledger without being written. */
#include "transfer/import.h"
#include <stdio.h>

/* The one geometry beside a line or an area that a sheet's two columns of degrees can mean; NULL: the shape itself. */
static const PackProperty *spot_of(const PackCollection *c)
{
    const PackProperty *found = NULL;

    if (!c->spatial || c->geometry == GEO_ANY || c->geometry == GEO_POINT || c->geometry == GEO_MULTIPOINT)
        return NULL;
    for (size_t i = 0; i < c->ndeclared; i++) {
        if (c->property[i].type != PACK_GEOMETRY || c->property[i].derive != PACK_TYPED)
            continue;
        if (found)
            return NULL;
        found = c->property + i;
    }
    return found;
}

bool transfer_import_turn(Import *im, const ImportView *v, TransferRefs *refs, TransferTurn *out)
{
    *out = (TransferTurn){ .ledger = im->ledger,
        .collection = v->collection,
        .column = v->column,
        .ncolumn = v->head.n,
        .key = v->key,
        .nkey = v->nkey,
        .key_id = v->key_id,
        .crs = v->place.crs,
        .shapes = v->shapes,
        .spot = spot_of(v->collection),
        .import = str_of(im->id),
        .file = str_of(im->name),
        .refs = refs };
    pthread_mutex_lock(&im->guard);
    out->division = str_copy(v->a, transfer_import_wish(im, "division"));
    pthread_mutex_unlock(&im->guard);
    (void)transfer_stretch(ledger_model(im->ledger), v->collection, &out->stretch);
    return out->division.ptr != NULL;
}

/* --- batches -------------------------------------------------------------------------------------------------------------- */
bool transfer_import_fill(
    const TransferTurn *t, ImportRows *rows, size_t most, Arena *a, ImportBatch *b, bool *end, Err *err)
{
    *b = (ImportBatch){ NEWS(a, TransferRow, most), NEWS(a, TransferTurned, most), 0 };
    if (!b->row || !b->turned)
        return FAIL(err, BASE_NO_MEMORY, STR("batch"), "import");
    *end = false;
    while (b->n < most) {
        if (!transfer_import_rows_next(rows, a, b->row + b->n, end, err))
            return false;
        if (*end)
            break;
        if (!transfer_turn(t, b->row + b->n, a, b->turned + b->n, err))
            return false;
        b->turned[b->n].last = b->turned[b->n].fault ? b->turned[b->n].last : &b->turned[b->n].fault;
        b->n++;
    }
    return transfer_turn_keys(t, b->turned, b->n, a, err);
}

static const TransferColumn *column_for(const TransferTurn *t, Str property)
{
    for (size_t i = 0; i < t->ncolumn; i++)
        if (t->column[i].role == ROLE_PROPERTY && str_eq(t->column[i].property->name, property))
            return t->column + i;
    for (size_t i = 0; i < t->ncolumn && str_eq(property, STR("geometry")); i++)
        if (t->column[i].role == ROLE_WKT || t->column[i].role == ROLE_LON)
            return t->column + i;
    return NULL;
}

static bool said_already(
    const TransferTurned *r, Str property) /* a bad cell need not be called missing as well */
{
    for (const TransferFault *f = r->fault; f; f = f->next)
        if (!f->note && str_eq(f->property, property))
            return true;
    return false;
}

static void take_problem(
    const TransferTurn *t, const ImportBatch *b, size_t at, const LedgerProblem *p, Arena *a)
{
    const TransferColumn *col = column_for(t, p->property);
    const size_t i = col ? (size_t)(col - t->column) : SIZE_MAX;
    TransferTurned *r = b->turned + at;

    if (said_already(r, p->property)) {
        r->wrong = true;
        return;
    }
    transfer_fault(r, col, str_copy(a, p->property), i < b->row[at].ncell ? b->row[at].cell[i].text : STR(""),
        &p->err, false, a);
}

typedef struct Try { /* one transaction of a batch's good rows */
    LedgerChange *change;
    LedgerDone *done;
    size_t *at, n;
} Try;

static bool gather(const ImportBatch *b, bool faulty, Arena *a, Try *t)
{
    *t =
        (Try){ NEWS(a, LedgerChange, b->n + 1), NEWS(a, LedgerDone, b->n + 1), NEWS(a, size_t, b->n + 1), 0 };
    if (!t->change || !t->done || !t->at)
        return false;
    for (size_t i = 0; i < b->n; i++) {
        LedgerChange *c = t->change + t->n;

        if (b->turned[i].wrong && !(faulty && b->turned[i].change.collection && b->turned[i].change.nfield))
            continue;
        *c = b->turned[i].change;
        c->field = b->turned[i].field;
        t->at[t->n++] = i;
    }
    return true;
}

static bool rows_fault(const Err *e)
{
    return e->kind == &LEDGER_INVALID ||
           (e->kind->status < 500 && e->kind != &LEDGER_READ_ONLY && e->kind != &BASE_NO_MEMORY);
}

/* true: it is through, or a row was found wrong (*again) */
static bool attempt(
    const TransferTurn *t, ImportBatch *b, const LedgerTx *tx, const Try *k, Arena *a, bool *again, Err *err)
{
    LedgerProblems said = { 0 };
    bool good = ledger_write(t->ledger, tx, a, k->done, &said, err);

    *again = false;
    for (size_t i = 0; !good && i < said.n; i++)
        if (said.item[i].change < k->n) {
            take_problem(t, b, k->at[said.item[i].change], &said.item[i], a);
            *again = true;
        }
    if (!good && !*again && k->n == 1 && rows_fault(err)) {
        transfer_fault(b->turned + k->at[0], NULL, STR(""), STR(""), err, false, a);
        *again = true;
    }
    mem_free(said.item);
    if (*again)
        *err = (Err){ .kind = NULL };
    return good || *again;
}

static void count(const ImportBatch *b, const Try *k, TransferCounts *counts, uint8_t *verdict)
{
    counts->rows += b->n;
    for (size_t i = 0; i < b->n; i++)
        verdict[i] = 'x';
    for (size_t i = 0; i < k->n; i++) {
        const bool update = k->change[i].verb == LEDGER_UPDATE, same = update && k->done[i].same;

        verdict[k->at[i]] = same ? '=' : update ? '~' : '+';
        counts->unchanged += same;
        counts->update += update && !same;
        counts->create += !update;
    }
    counts->wrong += b->n - k->n;
}

/* One by one, where a whole batch fails for a reason that names no row. */
static bool single(
    const TransferTurn *t, ImportBatch *b, const LedgerTx *tx, const Try *k, Arena *a, Err *err)
{
    for (size_t i = 0; i < k->n; i++) {
        LedgerTx one = *tx;
        const Try part = { k->change + i, k->done + i, k->at + i, 1 };
        bool again;

        one.dry = true;
        one.key = STR("");
        one.change = k->change + i;
        one.nchange = 1;
        if (!attempt(t, b, &one, &part, a, &again, err))
            return false;
    }
    return true;
}

static bool any_wrong(const ImportBatch *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->turned[i].wrong)
            return true;
    return false;
}

bool transfer_import_write(const TransferTurn *t, ImportBatch *b, bool dry, Str key, Str who, Arena *a,
    TransferCounts *counts, uint8_t *verdict, Err *err)
{
    AccessWho as = ACCESS_VISITOR; /* under the name of whoever said apply */
    LedgerTx tx = { .who = &as,
        .via = STR("import"),
        .source = STR("imported"),
        .reason = str_fmt(a, "导入 %.*s", STRV(t->file)),
        .effective = INT64_MIN,
        .key = key,
        .dry = dry };
    bool again = true, alone = false;
    Try k;

    as.account = who;
    for (bool faulty = dry && any_wrong(b); again; faulty = false) {
        if (!gather(b, faulty, a, &k))
            return FAIL(err, BASE_NO_MEMORY, STR("batch"), "import");
        tx.change = k.change;
        tx.nchange = k.n;
        if (!k.n)
            break;
        if (attempt(t, b, &tx, &k, a, &again, err)) {
            again |= faulty; /* the good rows alone tell what would become of them */
            continue;
        }
        if (alone || !rows_fault(err))
            return false;
        *err = (Err){ .kind = NULL };
        alone = again = true;
        if (!single(t, b, &tx, &k, a, err))
            return false;
    }
    count(b, &k, counts, verdict);
    return true;
}

/* --- findings ------------------------------------------------------------------------------------------------------------------ */
static void pair(Buf *b, const char *key, Str v)
{
    buf_fmt(b, ",\"%s\":", key);
    buf_json_str(b, v.ptr ? v : STR(""));
}

void transfer_import_say(const TransferFault *f, size_t row, Buf *out)
{
    Buf zh, en;

    buf_init(&zh, 4096);
    buf_init(&en, 4096);
    err_say(&f->err, false, &zh);
    err_say(&f->err, true, &en);
    buf_fmt(out, "{\"row\":%zu,\"note\":%s", row, f->note ? "true" : "false");
    pair(out, "column", f->column);
    pair(out, "property", f->property);
    pair(out, "value", str_sub(f->value, 0, 200));
    pair(out, "code", str_of(f->err.kind->code));
    pair(out, "zh", buf_text(&zh));
    pair(out, "en", buf_text(&en));
    buf_str(out, STR("}\n"));
    buf_clear(&zh);
    buf_clear(&en);
}

bool transfer_import_finding(Str line, Arena *a, TransferFinding *out)
{
    json_t *v;
    Err err;

    if (!json_read_in(line, a, &v, &err))
        return false;
    *out = (TransferFinding){ .row = (size_t)json_integer_value(json_object_get(v, "row")),
        .note = json_is_true(json_object_get(v, "note")),
        .column = json_str(json_object_get(v, "column")),
        .property = json_str(json_object_get(v, "property")),
        .value = json_str(json_object_get(v, "value")),
        .code = json_str(json_object_get(v, "code")),
        .zh = json_str(json_object_get(v, "zh")),
        .en = json_str(json_object_get(v, "en")) };
    return true;
}

/* --- the dry run ----------------------------------------------------------------------------------------------------------------- */
typedef struct Check {
    Import *im;
    ImportView *view;
    TransferTurn turn;
    Map *seen; /* keys → row numbers */
    FILE *findings, *verdicts;
    TransferCounts counts;
} Check;

static bool twice(Check *k, ImportBatch *b, Err *err)
{
    for (size_t i = 0; i < b->n; i++) {
        TransferTurned *r = b->turned + i;
        uint32_t *first;
        const uint32_t *known = r->key.len ? map_get(k->seen, r->key) : NULL;

        if (!r->key.len)
            continue;
        if (known) {
            Err e;

            FAIL(&e, TRANSFER_SAME_ROW, r->key, "row %u", r->row);
            err_hint(&e, "%u", *known);
            transfer_fault(r, k->turn.nkey ? column_for(&k->turn, k->turn.key[0]->name) : NULL,
                k->turn.nkey ? k->turn.key[0]->name : STR("id"), r->key, &e, false, k->view->a);
            continue;
        }
        first = NEW(k->view->a, uint32_t);
        if (!first || !map_put(k->seen, str_copy(k->view->a, r->key), first))
            return FAIL(err, BASE_NO_MEMORY, STR("keys"), "import");
        *first = r->row;
    }
    return true;
}

static bool put_findings(Check *k, const ImportBatch *b, Err *err)
{
    for (size_t i = 0; i < b->n; i++)
        for (const TransferFault *f = b->turned[i].fault; f; f = f->next) {
            Buf line;

            buf_init(&line, 64 << 10);
            transfer_import_say(f, b->turned[i].row, &line);
            fwrite(line.ptr, 1, line.len, k->findings);
            if (k->view->nshown < IMPORT_SHOWN &&
                transfer_import_finding(
                    str_copy(k->view->a, buf_text(&line)), k->view->a, &k->view->shown[k->view->nshown]))
                k->view->nshown++;
            buf_clear(&line);
        }
    return !ferror(k->findings) || FAIL(err, BASE_FULL, STR("findings"), "import");
}

static void preview(Check *k, const ImportBatch *b)
{
    for (size_t i = 0; i < b->n && k->view->npreview < IMPORT_PREVIEW; i++) {
        Buf json;

        buf_init(&json, 1 << 20);
        buf_fmt(&json, "{\"row\":%u", b->turned[i].row);
        for (size_t n = 0; n < b->turned[i].change.nfield; n++) {
            const LedgerField *f = b->turned[i].field + n;

            buf_fmt(&json, ",\"%.*s\":", STRV(f->property->name));
            ledger_value_to_json(f->property, f->value, &json);
        }
        buf_c(&json, '}');
        if (!json.bad)
            k->view->preview[k->view->npreview++] = str_copy(k->view->a, buf_text(&json));
        buf_clear(&json);
    }
}

static void show_progress(Check *k)
{
    const size_t all = k->im->file->read.nrow;

    pthread_mutex_lock(&k->im->guard);
    k->im->progress = 0.4 + 0.6 * (double)k->counts.rows / (double)(all ? all : 1);
    k->im->counts = k->counts;
    pthread_mutex_unlock(&k->im->guard);
}

static bool check_rows(Check *k, ImportRows *rows, Err *err)
{
    Arena *a = arena_new(0);
    uint8_t verdict[IMPORT_BATCH];
    bool end = false, good = true;

    while (good && !end) {
        ImportBatch b;

        arena_clear(a);
        good =
            transfer_import_fill(&k->turn, rows, IMPORT_BATCH, a, &b, &end, err) && twice(k, &b, err) &&
            transfer_import_write(&k->turn, &b, true, STR(""), STR("import"), a, &k->counts, verdict, err) &&
            put_findings(k, &b, err);
        if (!good)
            break;
        preview(k, &b);
        good = fwrite(verdict, 1, b.n, k->verdicts) == b.n || FAIL(err, BASE_FULL, STR("verdicts"), "import");
        show_progress(k);
        if (good && !transfer_import_going(k->im))
            good = FAIL(err, TRANSFER_CANCELLED, str_of(k->im->name), "import");
    }
    arena_free(a);
    return good;
}

static FILE *open_for(const Import *im, const char *file)
{
    char path[IMPORT_PATH];

    return transfer_import_path(im, file, path) ? fopen(path, "we") : NULL;
}

bool transfer_import_check(Import *im, ImportView *v, TransferCounts *counts, Err *err)
{
    Check k = { .im = im,
        .view = v,
        .seen = map_new(v->a),
        .findings = open_for(im, "findings"),
        .verdicts = open_for(im, "verdicts") };
    ImportRows rows = { NULL, 0 };
    TransferStretch stretch;
    TransferRefs *refs;
    bool good;

    (void)transfer_stretch(ledger_model(im->ledger), v->collection, &stretch);
    refs = transfer_refs_new(im->ledger, &stretch);
    good = k.seen && refs && transfer_import_turn(im, v, refs, &k.turn)
               ? k.findings && k.verdicts ? transfer_import_rows_open(im, v, &rows, err)
                                          : FAIL(err, BASE_IO, STR("findings"), "import")
               : FAIL(err, BASE_NO_MEMORY, STR("check"), "import");
    good = good && check_rows(&k, &rows, err);
    transfer_import_rows_close(&rows);
    transfer_refs_free(refs);
    if (k.findings && fclose(k.findings) && good)
        good = FAIL(err, BASE_FULL, STR("findings"), "import");
    if (k.verdicts && fclose(k.verdicts) && good)
        good = FAIL(err, BASE_FULL, STR("verdicts"), "import");
    if (good && !k.counts.rows)
        return FAIL(err, TRANSFER_EMPTY, str_of(im->name), "file");
    if (good)
        *counts = k.counts;
    return good;
}
