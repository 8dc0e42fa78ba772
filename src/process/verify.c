/* src/process/verify.c - 验证账本: the chain of changes and every record against it, as a job that anyone may start. */
#include "process/process.h"

enum { SHOWN = 100 };
typedef struct Verifying {
    ProcessRun *run;
    Buf faults;
    size_t shown;
    Err *err;
} Verifying;

static void see(void *ctx, const LedgerFault *f)
{
    Verifying *v = ctx;

    if (v->shown++ >= SHOWN)
        return;
    buf_str(&v->faults, v->shown > 1 ? STR(",{\"where\":") : STR("{\"where\":"));
    buf_json_str(&v->faults, f->where);
    buf_str(&v->faults, STR(",\"what\":"));
    buf_json_str(&v->faults, v->run->en ? f->what_en : f->what_zh);
    buf_c(&v->faults, '}');
}

static void progress(void *ctx, size_t done, size_t total)
{
    Verifying *v = ctx;
    Err unused;

    if (!process_step(v->run, done, total, v->run->en ? STR("verifying") : STR("正在验证"), &unused))
        return; /* a cancelled verification is told so at its end */
}

static bool verify_run(ProcessRun *run, Err *err)
{
    Verifying v = { .run = run, .err = err };
    size_t faults = 0;
    bool good;

    buf_init(&v.faults, 1 << 20);
    good = ledger_verify(run->ledger, see, progress, &v, &faults, err);
    if (good) {
        buf_i64(process_out(run, "transactions"), ledger_seq(run->ledger));
        buf_i64(process_out(run, "faults"), (int64_t)faults);
        buf_fmt(process_out(run, "found"), "[%.*s]", STRV(buf_text(&v.faults)));
        buf_json_str(process_out(run, "verdict"),
            faults ? (run->en ? STR("not what the journal says") : STR("有不符之处，见清单"))
                   : (run->en ? STR("whole: every record is what its journal says")
                              : STR("完整：链条相连，每条记录都与变更记录一致")));
    }
    buf_clear(&v.faults);
    return good;
}

const Process process_verify = { .id = "verify",
    .version = "1.0.0",
    .zh = "验证账本",
    .en = "Verify the ledger",
    .about_zh = "从第一笔变更起逐笔核对链条，再把每条记录与它的变更记录逐字节比对。",
    .about_en = "Follows the chain from the first change on, and compares every record byte by byte with its "
                "journal.",
    .run = verify_run,
    .output = { { "verdict", "结论", "Verdict", PROCESS_TEXT },
        { "transactions", "变更笔数", "Transactions", PROCESS_NUMBER },
        { "faults", "不符处数", "Faults", PROCESS_NUMBER }, { "found", "清单", "Found", PROCESS_JSON } } };
