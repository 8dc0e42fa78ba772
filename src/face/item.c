/* src/face/item.c - one record: read, create, replace, change, retire, restore (OGC API Features Part 4, draft of 2024). */
#include <stdio.h>
#include "face/feature.h"
#include "face/items.h"
#include "face/page.h"

/* --- reading ----------------------------------------------------------------------------------------------------- */
static void write_links(FaceRequest *r, const PackCollection *c, Str id, Buf *b)
{
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "self", "application/geo+json", (Str){ "", 0 }, "/collections/%.*s/items/%.*s",
        STRV(c->name), STRV(id));
    face_link(r, b, "alternate", "text/html", (Str){ "", 0 }, "/collections/%.*s/items/%.*s?f=html",
        STRV(c->name), STRV(id));
    face_link(
        r, b, "collection", "application/json", face_title(r, c->title), "/collections/%.*s", STRV(c->name));
    face_link(r, b, "version-history", "application/json", (Str){ "", 0 },
        "/collections/%.*s/items/%.*s/history", STRV(c->name), STRV(id));
    buf_c(b, ']');
}

static bool write_record(
    FaceRequest *r, const LedgerRecord *record, const FaceItems *it, FaceAnswer *out, Err *err)
{
    FaceWriter w;

    if (!face_writer(r, record->collection, it, &w, err))
        return false;
    face_feature(&w, record, &out->body);
    write_links(r, record->collection, record->id, &out->body);
    buf_c(&out->body, '}');
    out->type = STR("application/geo+json");
    face_set(out, "Content-Crs", str_fmt(r->a, "<%.*s>", STRV(it->crs.uri)));
    if (w.err.kind)
        *err = w.err;
    return !w.err.kind;
}

static bool write_page(FaceRequest *r, const LedgerRecord *record, FaceAnswer *out)
{
    const PackCollection *c = record->collection;
    Buf text;

    face_page_begin(r, out, face_record_title(c, record, r->a));
    buf_str(&out->body, STR("<table>"));
    for (size_t i = 0; i < c->nproperty; i++) {
        if (c->property[i].retired || record->value[i].kind == CQL_NULL || record->value[i].kind == CQL_GEOM)
            continue;
        buf_str(&out->body, STR("<tr><th>"));
        face_html(&out->body, face_title(r, c->property[i].title));
        buf_str(&out->body, STR("<td>"));
        buf_init(&text, 1 << 20);
        ledger_value_to_text(&c->property[i], record->value[i], &text);
        face_html(&out->body, buf_text(&text));
        buf_clear(&text);
    }
    buf_str(&out->body, STR("</table>"));
    face_page_end(r, out);
    return true;
}

static bool read_moment(FaceRequest *r, const char *name, int64_t *out, Err *err)
{
    const Str text = face_query(r, name);
    int32_t day;

    *out = INT64_MIN;
    if (!face_has(r, name) || time_parse(text, out))
        return true;
    if (date_parse(text, &day)) {
        *out = (day + 1) * TIME_DAY - 8 * 3600 * TIME_SECOND - 1; /* the end of that day in China */
        return true;
    }
    (void)FAIL(err, FACE_BAD_PARAMETER, str_of(name), "%s", name);
    err_hint(err, "2026-11-23T08:00:00Z");
    return false;
}

/* A merged record's old id leads to the one it went into. */
static bool redirected(FaceRequest *r, const PackCollection *c, const LedgerRecord *record, FaceAnswer *out)
{
    if (str_eq(record->id, r->param[1]))
        return false;
    out->status = 301;
    face_set(out, "Location",
        str_fmt(r->a, "%.*s/collections/%.*s/items/%.*s", STRV(r->base), STRV(c->name), STRV(record->id)));
    return true;
}

bool face_item_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const char *const kinds[][2] = { { "json", "application/geo+json" }, { "html", "text/html" },
        { NULL, NULL } };
    const PackCollection *c;
    FaceItems it = { .labels = str_eq(face_query(r, "expand"), STR("labels")) };
    int64_t valid, known;
    LedgerRecord record;
    size_t kind;
    Str tag;

    if (!face_collection(r, 0, &c, err) || !face_kind(r, kinds, &kind, err) ||
        !face_crs_param(r, "crs", &it.crs, err) || !read_moment(r, "valid-at", &valid, err) ||
        !read_moment(r, "known-at", &known, err) ||
        (face_has(r, "properties") && !face_names(r, c, "properties", &it.q.only, &it.q.nonly, err)) ||
        !ledger_get(r->view, c, r->param[1], valid, known, r->a, &record, err))
        return false;
    if (redirected(r, c, &record, out))
        return true;
    tag = face_etag(r, record.version, record.seq);
    if (kind || r->raw_query.len) /* another representation of the same version */
        tag = str_fmt(r->a, "%.*s.%llx", STRV(tag),
            (unsigned long long)(hash64(BYTES(r->raw_query)) ^ kind ^ (r->en ? 2u : 0u)));
    if (face_same(r, out, tag))
        return true;
    return kind ? write_page(r, &record, out) : write_record(r, &record, &it, out, err);
}

/* --- writing ------------------------------------------------------------------------------------------------------- */
/* The version in an ETag of ours: "3.1288", with whatever stands behind. */
static bool tag_version(Str tag, int64_t *out)
{
    Str version, rest;

    tag = str_trim(tag);
    if (str_starts(tag, STR("W/")))
        tag = str_sub(tag, 2, tag.len);
    if (!str_starts(tag, STR("\"")))
        return false;
    return str_cut(str_sub(tag, 1, tag.len), '.', &version, &rest) && str_to_i64(version, out);
}

static bool need_match(FaceRequest *r, Str id, int64_t *version, Err *err)
{
    const Str match = face_header(r, "If-Match");

    *version = -1;
    if (!match.len)
        return FAIL(err, FACE_NEED_IF_MATCH, id, "If-Match");
    if (str_eq(match, STR("*")) || tag_version(match, version))
        return true;
    (void)FAIL(err, FACE_CHANGED, id, "If-Match");
    err_hint(err, "If-Match: %.*s", STRV(str_sub(match, 0, 60)));
    return false;
}

static bool read_body(FaceRequest *r, Str *out, Err *err)
{
    const Str type = face_header(r, "Content-Type");

    if (type.len && str_find(type, STR("json")) == SIZE_MAX) {
        (void)FAIL(err, FACE_BAD_TYPE, type, "Content-Type");
        err_hint(err, "application/geo+json, application/merge-patch+json");
        return false;
    }
    return scan_check(r->body, out, err);
}

static bool answer_done(
    FaceRequest *r, const PackCollection *c, const LedgerDone *done, int status, FaceAnswer *out, Err *err)
{
    const bool small = str_eq(face_header(r, "Prefer"), STR("return=minimal"));
    const Str id = str_copy(r->a, str_of(done->id));
    FaceItems it = { .crs = { 4326, false, str_of(FACE_CRS84) } };
    LedgerRecord record;

    out->status = status;
    face_set(out, "ETag", str_fmt(r->a, "\"%.*s\"", STRV(face_etag(r, done->version, done->seq))));
    if (status == 201)
        face_set(out, "Location",
            str_fmt(r->a, "%.*s/collections/%.*s/items/%.*s", STRV(r->base), STRV(c->name), STRV(id)));
    if (small) {
        out->status = status == 200 ? 204 : status;
        face_set(out, "Preference-Applied", STR("return=minimal"));
        return true;
    }
    if (done->record)
        return write_record(r, done->record, &it, out, err);
    return ledger_get(r->view, c, id, INT64_MIN, INT64_MIN, r->a, &record, err) &&
           write_record(r, &record, &it, out, err);
}

static bool write_one(
    FaceRequest *r, LedgerChange *change, LedgerProblems *said, int status, FaceAnswer *out, Err *err)
{
    LedgerTx tx;
    LedgerDone done = { 0 };

    if (!face_tx(r, &tx, err))
        return false;
    tx.change = change;
    tx.nchange = 1;
    if (!ledger_write(r->ledger, &tx, r->a, &done, said, err))
        return false;
    return status == 204 || answer_done(r, change->collection, &done, status, out, err);
}

static bool begin(FaceRequest *r, const PackCollection **c, LedgerProblems **said, FaceAnswer *out, Err *err)
{
    *said = face_problems(r);
    out->problems = *said;
    return *said ? face_collection(r, 0, c, err) : FAIL(err, BASE_NO_MEMORY, STR("body"), "body");
}

bool face_item_post(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const PackCollection *c;
    LedgerProblems *said;
    LedgerChange change;
    Str body;

    return begin(r, &c, &said, out, err) && read_body(r, &body, err) &&
           face_read_feature(r, c, body, false, &change, said, err) &&
           write_one(r, &change, said, 201, out, err);
}

static bool set_id(FaceRequest *r, LedgerChange *change, Err *err)
{
    if (!ulid_valid(r->param[1]))
        return FAIL(err, LEDGER_NO_RECORD, r->param[1], "path");
    snprintf(change->id, sizeof change->id, "%.*s", STRV(r->param[1]));
    return true;
}

bool face_item_put(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const bool create = str_eq(face_header(r, "If-None-Match"), STR("*"));
    const PackCollection *c;
    LedgerProblems *said;
    LedgerChange change;
    int64_t version = -1;
    Str body;

    if (!begin(r, &c, &said, out, err) || (!create && !need_match(r, r->param[1], &version, err)) ||
        !read_body(r, &body, err) || !face_read_feature(r, c, body, false, &change, said, err) ||
        !set_id(r, &change, err))
        return false;
    change.verb = create ? LEDGER_CREATE : LEDGER_REPLACE;
    change.if_version = version;
    return write_one(r, &change, said, create ? 201 : 200, out, err);
}

bool face_item_patch(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const PackCollection *c;
    LedgerProblems *said;
    LedgerChange change;
    int64_t version;
    Str body;

    if (!begin(r, &c, &said, out, err) || !need_match(r, r->param[1], &version, err) ||
        !read_body(r, &body, err) || !face_read_feature(r, c, body, true, &change, said, err) ||
        !set_id(r, &change, err))
        return false;
    change.verb = LEDGER_UPDATE;
    change.if_version = version;
    return write_one(r, &change, said, 200, out, err);
}

static bool change_only(
    FaceRequest *r, LedgerVerb verb, int64_t restore, int status, FaceAnswer *out, Err *err)
{
    const PackCollection *c;
    LedgerProblems *said;
    LedgerChange change = {
        .verb = verb, .restore = restore, .valid_from = INT64_MIN, .valid_to = INT64_MAX
    };

    if (!begin(r, &c, &said, out, err) || !need_match(r, r->param[1], &change.if_version, err) ||
        !set_id(r, &change, err))
        return false;
    change.collection = c;
    out->status = status;
    return write_one(r, &change, said, status, out, err);
}

bool face_item_delete(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return change_only(r, LEDGER_RETIRE, 0, 204, out, err);
}

/* Without a version: the last one that was not a retirement. */
bool face_item_restore(FaceRequest *r, FaceAnswer *out, Err *err)
{
    int64_t version;

    return face_number(r, "version", 1, INT64_MAX, 0, &version, err) &&
           change_only(r, LEDGER_RESTORE, version, 200, out, err);
}
