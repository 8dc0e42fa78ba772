/* src/face/common.c - what the faces of the ledger share: who writes, from where, and names of divisions. */
#include "face/face_in.h"

bool face_tx(const FaceRequest *r, LedgerTx *out, Err *err)
{
    const Str effective = face_header(r, "Sangzi-Effective");
    int32_t day;

    *out = (LedgerTx){ .who = face_header_text(r, "Sangzi-Actor"),
        .via = STR("http"),
        .post = face_header_text(r, "Sangzi-Post"),
        .source = face_header_text(r, "Sangzi-Source"),
        .reason = face_header_text(r, "Sangzi-Reason"),
        .effective = INT64_MIN,
        .key = face_header(r, "Idempotency-Key") };
    if (!out->who.len)
        out->who = STR("anonymous");
    if (!out->reason.len)
        out->reason = face_query(r, "reason");
    if (!effective.len || time_parse(effective, &out->effective))
        return true;
    if (date_parse(effective, &day)) {
        out->effective = day * TIME_DAY;
        return true;
    }
    (void)FAIL(err, FACE_BAD_PARAMETER, STR("Sangzi-Effective"), "Sangzi-Effective");
    err_hint(err, "2026-11-23T08:00:00Z");
    return false;
}

Str face_division_name(FaceRequest *r, Str code)
{
    const PackCollection *c = pack_collection(r->model, STR("division"));

    return c && code.len ? ledger_title(r->ledger, c, code, r->a) : (Str){ "", 0 };
}
