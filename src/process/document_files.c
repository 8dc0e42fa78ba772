/* src/process/document_files.c - of every document what its file is: media type, size, SHA-256 and SM3; from the bytes held
 * here, never from what was said about them. Nobody types a checksum.
 */
#include "files/files.h"
#include "process/process.h"

enum { BATCH = 200, FACTS = 4 };
static const char *const fact_name[FACTS] = { "mime", "bytes", "sha256", "sm3" };

typedef struct Documents {
    ProcessRun *run;
    const PackCollection *c;
    const PackProperty *file, *fact[FACTS];
    LedgerChange change[BATCH];
    LedgerField field[BATCH][FACTS];
    size_t n, written, missing;
    Arena *batch;
    Err *err;
    bool failed;
} Documents;

static bool write_batch(Documents *d)
{
    LedgerTx tx = { .who = d->run->view.who,
        .via = STR("process"),
        .source = STR("computed"),
        .reason = STR("document-files"),
        .effective = INT64_MIN,
        .at = d->run->at,
        .change = d->change,
        .nchange = d->n };
    LedgerProblems said = { 0 };
    LedgerDone *done = NEWS(d->batch, LedgerDone, BATCH);
    bool good = done != NULL;

    if (!good)
        return FAIL(d->err, BASE_NO_MEMORY, STR("documents"), "job");
    if (d->n)
        good = ledger_write(d->run->ledger, &tx, d->batch, done, &said, d->err);
    mem_free(said.item);
    d->written += d->n;
    d->n = 0;
    arena_clear(d->batch);
    return good;
}

static CqlValue hex(const uint8_t *digest, size_t n, Arena *a)
{
    CqlValue v = { .kind = CQL_TEXT };
    Buf b;

    buf_init(&b, 256);
    buf_hex(&b, (Bytes){ digest, n });
    v.text = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return v;
}

/* The bytes held, not those shown: a photo's place is blank in what is shown. */
static bool facts_of(Documents *d, Str id, CqlValue out[FACTS])
{
    uint8_t digest[SM3_LEN];
    FilesInfo info;
    Err none = { 0 };
    Str bytes, path = str_fmt(d->batch, "%s/files/%.2s/%.2s/%.*s", ledger_dir(d->run->ledger), id.ptr,
                   id.ptr + 2, STRV(id));

    if (!files_is_id(id) || !path.ptr || !files_info(ledger_dir(d->run->ledger), id, &info, &none) ||
        !file_read(path.ptr, FILES_MAX, d->batch, &bytes, &none))
        return false;
    sm3(BYTES(bytes), digest);
    out[0] = (CqlValue){ .kind = CQL_TEXT, .text = str_of(info.look.mime) };
    out[1] = (CqlValue){ .kind = CQL_INT, .integer = info.bytes };
    out[2] = (CqlValue){ .kind = CQL_TEXT, .text = str_copy(d->batch, id) };
    out[3] = hex(digest, sizeof digest, d->batch);
    return true;
}

static bool see(void *ctx, const LedgerRecord *r)
{
    Documents *d = ctx;
    const CqlValue id = r->value[d->file->index];
    LedgerChange *ch = d->change + d->n;
    CqlValue fact[FACTS];

    if (id.kind != CQL_TEXT ||
        r->value[d->fact[3]->index].kind == CQL_TEXT) /* a file never changes: known already */
        return true;
    if (!facts_of(d, id.text, fact)) {
        d->missing++;
        return true;
    }
    *ch = (LedgerChange){ .verb = LEDGER_DERIVE,
        .collection = d->c,
        .if_version = -1,
        .field = d->field[d->n],
        .nfield = FACTS,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN };
    memcpy(ch->id, r->id.ptr, ULID_LEN);
    for (size_t i = 0; i < FACTS; i++)
        d->field[d->n][i] = (LedgerField){ d->fact[i], fact[i] };
    if (++d->n == BATCH && !write_batch(d))
        d->failed = true;
    return !d->failed;
}

static bool document_files_run(ProcessRun *run, Err *err)
{
    Documents *d = NEW(run->a, Documents);
    LedgerQuery q = { .no_geometry = true };
    LedgerPage page;
    bool good;

    if (!d || !pack_need_collection(run->model, STR("document"), &d->c, err))
        return d ? false : FAIL(err, BASE_NO_MEMORY, STR("documents"), "job");
    d->run = run;
    d->err = err;
    d->file = pack_property(d->c, STR("file"));
    for (size_t i = 0; i < FACTS; i++)
        if (!d->file || !(d->fact[i] = pack_property(d->c, str_of(fact_name[i]))))
            return FAIL(err, LEDGER_NO_PROPERTY, str_of(fact_name[i]), "document");
    q.collection = d->c;
    d->batch = arena_new(0);
    good = ledger_select(run->view, &q, see, d, run->a, &page, err) && !d->failed && write_batch(d);
    arena_free(d->batch);
    buf_i64(process_out(run, "documents"), (int64_t)d->written);
    buf_i64(process_out(run, "missing"), (int64_t)d->missing);
    return good;
}

const Process process_document_files = { .id = "document-files",
    .version = "1.0.0",
    .zh = "文件校验",
    .en = "Facts of files",
    .about_zh = "由所存文件的字节得出每份文件的格式、大小、SHA-256 与 SM3；已有的不再算。",
    .about_en =
        "Media type, size, SHA-256 and SM3 of every document's file, from the bytes held; those known stay.",
    .run = document_files_run,
    .output = { { "documents", "更新的文件数", "Documents updated", PROCESS_INTEGER },
        { "missing", "文件不在本机的", "Files not held here", PROCESS_INTEGER } },
    .writes = true };
