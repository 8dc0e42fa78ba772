/* src/face/changes.c - what happened to a record, sums over records, and many changes at once. */
#include <math.h>
#include <stdio.h>
#include "face/feature.h"
#include "face/items.h"

enum { CHANGES_MAX = 10000, SUMS_MAX = 16, VERSIONS_MAX = 1000, GROUPS_MAX = 10000 };

/* --- history ------------------------------------------------------------------------------------------------------- */
static void write_side(const PackProperty *p, const char *key, CqlValue v, Buf *b)
{
    face_key(b, key);
    if (v.kind == CQL_NULL)
        buf_str(b, STR("null"));
    else if (v.kind == CQL_GEOM)
        geo_to_geojson(v.geom, 7, false, b);
    else
        ledger_value_to_json(p, v, b);
}

static void write_changes(FaceRequest *r, const PackCollection *c, const LedgerVersion *v, Buf *b)
{
    face_key(b, "changes");
    buf_c(b, '[');
    for (size_t i = 0; i < v->nchange; i++) {
        const PackProperty *p = v->change[i].property;

        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        buf_c(b, '{');
        face_text(b, "property", p->name);
        face_text(b, "title", face_title(r, p->title));
        write_side(p, "from", v->before ? v->before[i] : (CqlValue){ .kind = CQL_NULL }, b);
        write_side(p, "to", v->change[i].value, b);
        buf_c(b, '}');
    }
    if (v->geometry_changed) {
        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        buf_str(b, STR("{\"property\":\"geometry\""));
        face_text(b, "title",
            c->geometry_title.zh.len ? face_title(r, c->geometry_title)
            : r->en                  ? STR("Place")
                                     : STR("位置"));
        buf_str(b, STR(",\"from\":null,\"to\":null}"));
    }
    buf_c(b, ']');
}

/* Changed too, of a grade above the reader's: named, and no value told. */
static void write_masked(const LedgerVersion *v, Buf *b)
{
    if (!v->nmasked)
        return;
    face_key(b, "masked");
    buf_c(b, '[');
    for (size_t i = 0; i < v->nmasked; i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, v->masked[i]->name);
    }
    buf_c(b, ']');
}

static void write_version(FaceRequest *r, const PackCollection *c, const LedgerVersion *v, Buf *b)
{
    buf_c(b, '{');
    face_int(b, "version", v->version);
    face_int(b, "seq", v->seq);
    face_text(b, "verb", v->verb);
    face_time(b, "at", v->at);
    face_text(b, "who", v->who);
    face_text(b, "post", v->post);
    face_text(b, "via", v->via);
    face_text(b, "source", v->source);
    face_text(b, "reason", v->reason);
    face_time(b, "effective", v->effective);
    write_changes(r, c, v, b);
    write_masked(v, b);
    face_key(b, "hash");
    buf_c(b, '"');
    buf_hex(b, (Bytes){ v->hash, SM3_LEN });
    buf_str(b, STR("\"}"));
}

bool face_history_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const PackCollection *c;
    LedgerVersion *v;
    int64_t before, limit, next;
    size_t n;

    if (!face_collection(r, 0, &c, err) || !face_number(r, "before", 1, INT64_MAX, 0, &before, err) ||
        !face_number(r, "limit", 1, VERSIONS_MAX, VERSIONS_MAX, &limit, err) ||
        !ledger_history(r->view, c, r->param[1], before, (size_t)limit, r->a, &v, &n, &next, err))
        return false;
    buf_str(&out->body, STR("{\"versions\":["));
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(&out->body, ',');
        write_version(r, c, &v[i], &out->body);
    }
    buf_c(&out->body, ']');
    if (next) { /* older ones: said, and where */
        face_int(&out->body, "before", next);
        face_key(&out->body, "links");
        buf_c(&out->body, '[');
        face_link(r, &out->body, "next", "application/json", (Str){ "", 0 },
            "/collections/%.*s/items/%.*s/history?limit=%lld&before=%lld", STRV(c->name), STRV(r->param[1]),
            (long long)limit, (long long)next);
        buf_c(&out->body, ']');
    }
    buf_c(&out->body, '}');
    return true;
}

/* --- statistics ---------------------------------------------------------------------------------------------------- */
static void write_sums(
    const LedgerStat *s, const PackProperty *const *of, size_t n, const FaceRequest *r, Buf *b)
{
    face_int(b, "count", s->count);
    face_key(b, "properties");
    buf_c(b, '{');
    for (size_t i = 0; i < n; i++) {
        const bool none = s->property[i].n == 0;

        face_key(b, str_c(r->a, of[i]->name));
        buf_c(b, '{');
        face_int(b, "count", s->property[i].n);
        face_num(b, "min", none ? NAN : s->property[i].min);
        face_num(b, "max", none ? NAN : s->property[i].max);
        face_num(b, "sum", none ? NAN : s->property[i].sum);
        face_num(b, "mean", none ? NAN : s->property[i].sum / (double)s->property[i].n);
        buf_c(b, '}');
    }
    buf_c(b, '}');
}

static Str group_title(FaceRequest *r, const PackProperty *p, CqlValue v)
{
    const PackCode *code = v.kind == CQL_TEXT && p->type == PACK_ENUM ? pack_code(p, v.text) : NULL;
    const PackCollection *c =
        v.kind == CQL_TEXT && p->nref == 1 ? pack_collection(r->model, p->ref[0]) : NULL;

    if (code)
        return face_title(r, code->title);
    return c ? ledger_title(r->view, c, v.text, r->a) : (Str){ "", 0 };
}

static void write_groups(FaceRequest *r, const PackProperty *group, const LedgerStat *s, size_t ns,
    const PackProperty *const *of, size_t n, Buf *b)
{
    face_key(b, "groups");
    buf_c(b, '[');
    for (size_t i = 0; group && i < ns; i++) {
        const Str title = group_title(r, group, s[i].group);

        if (i)
            buf_c(b, ',');
        buf_c(b, '{');
        write_side(group, "value", s[i].group, b);
        if (title.len)
            face_text(b, "title", title);
        write_sums(&s[i], of, n, r, b);
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

static bool read_group(FaceRequest *r, const PackCollection *c, const PackProperty **out, Err *err)
{
    const PackProperty *const *list;
    size_t n;

    *out = NULL;
    if (!face_has(r, "group"))
        return true;
    if (!face_names(r, c, "group", &list, &n, err))
        return false;
    if (n != 1)
        return FAIL(err, FACE_BAD_PARAMETER, STR("group"), "group");
    *out = list[0];
    return true;
}

static bool numeric(const PackProperty *const *of, size_t n, Err *err)
{
    for (size_t i = 0; i < n; i++)
        if (of[i]->many ||
            (of[i]->type != PACK_INTEGER && of[i]->type != PACK_NUMBER && of[i]->type != PACK_MONEY)) {
            (void)FAIL(err, FACE_BAD_PARAMETER, of[i]->name, "properties");
            err_hint(err, "数值属性 / a number");
            return false;
        }
    if (n <= SUMS_MAX)
        return true;
    (void)FAIL(err, FACE_BAD_PARAMETER, STR("properties"), "properties");
    err_hint(err, "<= %d", SUMS_MAX);
    return false;
}

/* The next page of groups: the same question, and the place. */
static void link_groups(FaceRequest *r, Str next, Buf *b)
{
    Buf q;

    if (!next.len)
        return;
    buf_init(&q, 1 << 20);
    for (size_t i = 0; i < r->nquery; i++) {
        if (str_eq(r->query[i].name, STR("next")))
            continue;
        face_encode(r->query[i].name, &q);
        buf_c(&q, '=');
        face_encode(r->query[i].value, &q);
        buf_c(&q, '&');
    }
    face_text(b, "next", next);
    face_key(b, "links");
    buf_c(b, '[');
    face_link(r, b, "next", "application/json", (Str){ "", 0 }, "%.*s?%.*snext=%.*s", STRV(r->path),
        STRV(buf_text(&q)), STRV(next));
    buf_c(b, ']');
    buf_clear(&q);
}

bool face_statistics_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    static const char *const also[] = { "group", "next", NULL };
    const PackProperty *const *of = NULL, *group;
    const PackCollection *c;
    LedgerStats s;
    FaceItems it;
    size_t n = 0;

    if (!face_collection(r, 0, &c, err) || !face_items_query(r, c, also, &it, err) ||
        !read_group(r, c, &group, err))
        return false;
    of = it.q.only;
    n = it.q.nonly;
    if (!numeric(of, n, err))
        return false;
    if (!face_has(r, "limit") || it.q.limit > GROUPS_MAX)
        it.q.limit = GROUPS_MAX;
    it.q.token = face_query(r, "next");
    it.q.only = NULL;
    it.q.nonly = 0;
    it.q.no_geometry = true;
    if (!ledger_stats(r->view, &it.q, of, n, group, r->a, &s, err))
        return false;
    buf_c(&out->body, '{');
    write_sums(&s.total, of, n, r, &out->body);
    write_groups(r, group, s.group, s.n, of, n, &out->body);
    link_groups(r, s.next, &out->body);
    buf_c(&out->body, '}');
    return true;
}

/* --- many at once ---------------------------------------------------------------------------------------------------- */
static bool bad_body(Err *err, const char *what, size_t i, const char *right)
{
    char name[40];

    snprintf(name, sizeof name, "changes[%zu].%s", i, what);
    (void)FAIL(err, FACE_BAD_BODY, str_of(name), "body#/changes/%zu/%s", i, what);
    err_hint(err, "%s", right);
    return false;
}

static bool read_verb(FaceRequest *r, Str v, size_t i, LedgerVerb *out, Err *err)
{
    static const char *const name[] = { "create", "update", "replace", "retire", "restore" };
    Str verb;

    if (!scan_text(scan_get(v, "verb"), r->a, &verb, err))
        return false;
    for (size_t k = 0; k < LEN(name); k++)
        if (str_eq(verb, str_of(name[k]))) {
            *out = (LedgerVerb)k;
            return true;
        }
    return bad_body(err, "verb", i, "create, update, replace, retire, restore");
}

static bool read_match(Str match, size_t i, int64_t *out, Err *err)
{
    Arena *a;
    Str tag, rest;
    bool good;

    *out = -1;
    if (scan_kind(match) <= SCAN_NULL || scan_whole(match, out))
        return true;
    a = arena_new(0);
    good = scan_text(match, a, &tag, err);
    if (good && !str_eq(tag, STR("*"))) {
        if (str_starts(tag, STR("\"")))
            tag = str_sub(tag, 1, tag.len);
        (void)str_cut(tag, '.', &tag, &rest);
        good = str_to_i64(tag, out) || bad_body(err, "ifMatch", i, "\"3.1288\"");
    }
    arena_free(a);
    return good;
}

static bool read_change(FaceRequest *r, Str v, size_t i, LedgerChange *out, LedgerProblems *said, Err *err)
{
    LedgerVerb verb = LEDGER_CREATE;
    const PackCollection *c;
    const Str restore = scan_get(v, "version");
    const size_t before = said->n;
    Str name, id;

    if (!scan_text(scan_get(v, "collection"), r->a, &name, err) ||
        !scan_text(scan_get(v, "id"), r->a, &id, err) || !read_verb(r, v, i, &verb, err) ||
        !pack_need_collection(r->model, name, &c, err))
        return false;
    *out = (LedgerChange){ .collection = c, .valid_from = INT64_MIN, .valid_to = INT64_MAX };
    if (verb <= LEDGER_REPLACE &&
        !face_read_feature(r, c, scan_get(v, "feature"), verb == LEDGER_UPDATE, out, said, err) &&
        err->kind != &LEDGER_INVALID)
        return false;
    for (size_t k = before; k < said->n; k++)
        said->item[k].change = i;
    out->verb = verb;
    if (scan_kind(restore) > SCAN_NULL && !scan_whole(restore, &out->restore))
        return bad_body(err, "version", i, "3");
    if ((verb != LEDGER_CREATE || id.len) && !ulid_valid(id))
        return bad_body(err, "id", i, "ULID");
    snprintf(out->id, sizeof out->id, "%.*s", STRV(id));
    return read_match(scan_get(v, "ifMatch"), i, &out->if_version, err);
}

static bool read_changes(FaceRequest *r, Str body, LedgerTx *tx, LedgerProblems *said, Err *err)
{
    const Str list = scan_get(body, "changes");
    const size_t n = scan_kind(list) == SCAN_LIST ? scan_count(list) : 0;
    LedgerChange *change;
    ScanWalk w;
    Str key, one;

    if (!n || n > CHANGES_MAX) {
        (void)FAIL(err, FACE_BAD_BODY, STR("changes"), "body#/changes");
        err_hint(err, "[1…%d]", CHANGES_MAX);
        return false;
    }
    change = NEWS(r->a, LedgerChange, n + 1);
    if (!change)
        return FAIL(err, BASE_NO_MEMORY, STR("changes"), "body");
    scan_walk(list, &w);
    for (size_t i = 0; scan_next(&w, &key, &one); i++)
        if (!read_change(r, one, i, &change[i], said, err))
            return false;
    tx->change = change;
    tx->nchange = n;
    return !said->n || FAIL(err, LEDGER_INVALID, str_fmt(r->a, "%zu", said->n), "body");
}

static void write_results(FaceRequest *r, const LedgerDone *done, size_t n, bool dry, Buf *b)
{
    buf_str(b, STR("{\"results\":["));
    for (size_t i = 0; i < n; i++) {
        buf_str(b, i ? STR(",{") : STR("{"));
        face_text(b, "id", str_of(done[i].id));
        face_int(b, "version", done[i].version);
        face_text(b, "etag", str_fmt(r->a, "\"%.*s\"", STRV(face_etag(r, done[i].version, done[i].seq))));
        face_truth(b, "same", done[i].same);
        buf_c(b, '}');
    }
    buf_c(b, ']');
    face_truth(b, "dryRun", dry);
    buf_c(b, '}');
}

bool face_changes_post(FaceRequest *r, FaceAnswer *out, Err *err)
{
    LedgerProblems *said = face_problems(r);
    LedgerDone *done;
    LedgerTx tx;
    Str body, reason;

    out->problems = said;
    if (!said || !scan_check(r->body, &body, err) || !face_tx(r, &tx, err) ||
        !read_changes(r, body, &tx, said, err))
        return false;
    if (!scan_text(scan_get(body, "reason"), r->a, &reason, err))
        return false;
    if (!tx.reason.len)
        tx.reason = reason;
    tx.dry = scan_kind(scan_get(body, "dryRun")) == SCAN_TRUE;
    done = NEWS(r->a, LedgerDone, tx.nchange);
    if (!done)
        return FAIL(err, BASE_NO_MEMORY, STR("changes"), "body");
    if (!ledger_write(r->ledger, &tx, r->a, done, said, err))
        return false;
    write_results(r, done, tx.nchange, tx.dry, &out->body);
    return true;
}
