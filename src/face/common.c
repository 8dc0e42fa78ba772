/* src/face/common.c - what the faces share: the house they stand in, who writes, from where, and names of divisions. */
#include "face/exchange.h"

/* --- what faces ask of the house --------------------------------------------------------------------------------- */
int face_port(const Face *f)
{
    return f->port;
}

FaceEvents *face_ring(const Face *f)
{
    return f->events;
}

const FaceDemo *face_demo_hooks(const Face *f)
{
    return f->o.demo;
}

const char *face_ui(const Face *f)
{
    return f->o.ui;
}

void *face_state(const FaceRequest *r, const FaceDoor *door)
{
    const FaceHouse *h = node_lodging(r->county);

    for (size_t i = 0; h && face_doors[i]; i++)
        if (face_doors[i] == door)
            return h->state[i];
    return NULL;
}

bool face_stopping(const Face *f)
{
    return __atomic_load_n(&f->stopping, __ATOMIC_RELAXED);
}

GeoBox face_county_box(const FaceRequest *r)
{
    const PackCollection *division = pack_collection(r->model, STR("division"));

    return division && division->spatial ? ledger_extent(r->view, division) : GEO_BOX_NONE;
}

int64_t face_started(const Face *f)
{
    return f->started;
}

const FaceRouter *face_router(const Face *f)
{
    return f->router;
}

bool face_tx(const FaceRequest *r, LedgerTx *out, Err *err)
{
    const Str effective = face_header(r, "Sangzi-Effective");
    int32_t day;

    *out = (LedgerTx){ .who = r->view.who,
        .via = STR("http"),
        .source = face_header_text(r, "Sangzi-Source"),
        .reason = face_header_text(r, "Sangzi-Reason"),
        .effective = INT64_MIN,
        .key = face_header(r, "Idempotency-Key") };
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

    return c && code.len ? ledger_title(r->view, c, code, r->a) : (Str){ "", 0 };
}
