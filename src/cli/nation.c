/* src/cli/nation.c - sangzi nation DIR FILE.csv: the whole division tree (code,name,level,parent) into an empty county.
 *
 * Two passes over the file: every row is checked and all findings are said, then all rows are loaded. The order is from
 * above to below, as a parent must stand before its children.
 */
#include "cli/cli.h"
#include "cli/server.h"
#include "transfer/transfer.h"
#include <stdio.h>
#include <stdlib.h>

enum { CODE, NAME, LEVEL, PARENT, CELLS, SAID_MOST = 100, FILE_MOST = 256 << 20 };
typedef struct Nation {
    const char *file;
    const PackCollection *division;
    const PackProperty *property[PARENT]; /* of code, name, level */
    Arena *a, *row;                       /* the codes seen; one row's */
    Map *seen;
    LedgerLoad *load; /* NULL: the pass that checks */
    size_t n, wrong;
    Err err;
} Nation;

static void say(Nation *t, size_t number, const char *column, const Err *err)
{
    Buf b;

    if (t->wrong++ >= SAID_MOST)
        return;
    buf_init(&b, 4096);
    err_say(err, cli_english(), &b);
    fprintf(stderr, "%s:%zu:%s: %.*s\n", t->file, number, column, STRV(buf_text(&b)));
    buf_clear(&b);
}

static bool values_of(Nation *t, size_t number, const Str *cell, LedgerField *field)
{
    static const char *const name[] = { "code", "name", "level" };
    bool good = true;

    for (int i = CODE; i < PARENT; i++) {
        Err err = { 0 };

        field[i].property = t->property[i];
        if (!ledger_value_of_text(t->property[i], cell[i], t->row, &field[i].value, &err) ||
            (field[i].value.kind == CQL_NULL &&
                !FAIL(&err, LEDGER_REQUIRED, t->property[i]->title.zh, "%s", name[i]))) {
            say(t, number, name[i], &err);
            good = false;
        }
    }
    return good;
}

static void check_place(Nation *t, size_t number, const Str *cell) /* once, and below what stands above */
{
    Err err = { 0 };

    if (map_get(t->seen, cell[CODE]) && !FAIL(&err, LEDGER_TWICE, cell[CODE], "code"))
        say(t, number, "code", &err);
    if (cell[PARENT].len && !map_get(t->seen, cell[PARENT]) &&
        !FAIL(&err, LEDGER_NO_TARGET, cell[PARENT], "parent"))
        say(t, number, "parent", &err);
    if (!map_put(t->seen, str_copy(t->a, cell[CODE]), t))
        t->err = (Err){ .kind = &BASE_NO_MEMORY };
}

static bool row(void *ctx, size_t number, const Str *cell, size_t ncell)
{
    Nation *t = ctx;
    LedgerField field[PARENT];
    LedgerLoadRecord r = { .collection = t->division,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN,
        .field = field,
        .nfield = PARENT };
    uint8_t digest[SM3_LEN];

    if (number == 1)
        return ncell >= CELLS || FAIL(&t->err, CLI_USAGE, str_of(t->file), "code,name,level,parent");
    if (ncell < CELLS)
        return ncell < 2 || FAIL(&t->err, CLI_USAGE, str_of(t->file), "%zu", number);
    arena_clear(t->row);
    if (!values_of(t, number, cell, field))
        return true;
    t->n++;
    if (!t->load) {
        check_place(t, number, cell);
        return !t->err.kind;
    }
    sm3(BYTES(cell[CODE]), digest);
    ulid_make(0, digest, r.id);
    r.division = cell[CODE];
    return ledger_load_put(t->load, &r, &t->err);
}

static bool pass(Nation *t, Str text)
{
    TransferCsv *csv = transfer_csv_new(',', row, t);
    bool good = csv && transfer_csv_feed(csv, text, &t->err) && transfer_csv_end(csv, &t->err);

    transfer_csv_free(csv);
    return good && !t->err.kind;
}

static bool take(Nation *t, CliCounty *county, Str text)
{
    const char *const name[] = { "code", "name", "level" };
    bool good;

    if (!pack_need_collection(county->model, STR("division"), &t->division, &t->err))
        return false;
    for (int i = CODE; i < PARENT; i++)
        if (!(t->property[i] = pack_property(t->division, str_of(name[i]))))
            return FAIL(&t->err, LEDGER_NO_PROPERTY, str_of(name[i]), "division");
    if (ledger_count((LedgerView){ county->ledger, &ACCESS_VISITOR }, t->division, STR("")) > 0)
        return FAIL(&t->err, LEDGER_EXISTS, t->division->name, "division");
    if (!pass(t, text) || t->wrong)
        return false;
    t->n = 0;
    if (!ledger_load_begin(county->ledger, STR("命令行"), STR("imported"), str_of(t->file), time_now(), 0,
            &t->load, &t->err))
        return false;
    good = pass(t, text);
    return ledger_load_end(t->load, good, &t->err) && good;
}

int cli_nation(int argc, char **argv)
{
    Nation t = { .a = arena_new(0), .row = arena_new(0) };
    CliCounty county;
    CliServer *there;
    Str text;
    bool good;

    if (argc != 3) {
        arena_free(t.a);
        arena_free(t.row);
        return CLI_WRONG_USAGE;
    }
    if (cli_server_find(argv[1], &there)) {
        const int status = cli_server_nation(there, argv[2]);

        cli_server_close(there);
        arena_free(t.a);
        arena_free(t.row);
        return status;
    }
    t.file = argv[2];
    t.seen = map_new(t.a);
    good = t.seen && file_read(t.file, FILE_MOST, t.a, &text, &t.err) &&
           cli_open(argv[1], LEDGER_WRITE, &county, &t.err);
    if (good) {
        good = take(&t, &county, text);
        cli_close(&county);
    }
    if (good)
        printf(cli_english() ? "%s: %zu divisions\n" : "%s：%zu 个区划\n", t.file, t.n);
    else if (t.wrong)
        fprintf(stderr,
            cli_english() ? "%s: %zu findings; nothing was loaded\n" : "%s：%zu 处需要改正，没有载入\n",
            t.file, t.wrong);
    arena_free(t.row);
    arena_free(t.a);
    return good ? 0 : t.wrong && !t.err.kind ? 1 : cli_fail(&t.err);
}
