/* src/face/answer.c - the pieces of an answer: headers, JSON members, links, problems (RFC 9457). */
#include <math.h>
#include <stdio.h>
#include "face/face_in.h"

void face_set(FaceAnswer *out, const char *name, Str value)
{
    if (out->nheader < FACE_HEADERS && value.ptr)
        out->header[out->nheader++] = (FacePair){ str_of(name), value };
}

/* "3.1288" of a compressed answer is "3.1288-gzip": its maker is asked, not its packing. */
static Str unpacked_tag(Str tag)
{
    if (str_starts(tag, STR("W/")))
        tag = str_sub(tag, 2, tag.len);
    if (tag.len >= 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"')
        tag = str_sub(tag, 1, tag.len - 2);
    if (str_ends(tag, STR("-gzip")) || str_ends(tag, STR("-zstd")))
        tag = str_sub(tag, 0, tag.len - 5);
    return tag;
}

bool face_same(FaceRequest *r, FaceAnswer *out, Str etag)
{
    Str list = face_header(r, "If-None-Match"), one, rest;

    face_set(out, "ETag", str_fmt(r->a, "\"%.*s\"", STRV(etag)));
    if (r->method != FACE_GET)
        return false;
    while (list.len) {
        if (!str_cut(list, ',', &one, &rest))
            rest = (Str){ 0 };
        list = rest;
        one = str_trim(one);
        if (str_eq(one, STR("*")) || str_eq(unpacked_tag(one), etag)) {
            out->status = 304;
            return true;
        }
    }
    return false;
}

Str face_title(const FaceRequest *r, PackTitle t)
{
    const Str s = r->en && t.en.len ? t.en : t.zh;

    return s.ptr ? s : (Str){ "", 0 };
}

void face_key(Buf *b, const char *key)
{
    const char last = b->len ? b->ptr[b->len - 1] : '{';

    if (last != '{' && last != '[')
        buf_c(b, ',');
    buf_c(b, '"');
    buf_str(b, str_of(key));
    buf_str(b, STR("\":"));
}

void face_text(Buf *b, const char *key, Str value)
{
    face_key(b, key);
    buf_json_str(b, value.ptr ? value : (Str){ "", 0 });
}

void face_int(Buf *b, const char *key, int64_t value)
{
    face_key(b, key);
    buf_i64(b, value);
}

void face_num(Buf *b, const char *key, double value)
{
    face_key(b, key);
    if (isfinite(value))
        buf_f64(b, value);
    else
        buf_str(b, STR("null"));
}

void face_truth(Buf *b, const char *key, bool value)
{
    face_key(b, key);
    buf_str(b, value ? STR("true") : STR("false"));
}

void face_null(Buf *b, const char *key)
{
    face_key(b, key);
    buf_str(b, STR("null"));
}

void face_time(Buf *b, const char *key, int64_t us)
{
    face_key(b, key);
    if (!us || us == INT64_MIN || us == INT64_MAX) {
        buf_str(b, STR("null"));
        return;
    }
    buf_c(b, '"');
    time_text(us, 3, b);
    buf_c(b, '"');
}

void face_box(Buf *b, GeoBox box)
{
    const double v[] = { box.minx, box.miny, box.maxx, box.maxy };

    if (geo_box_empty(box)) {
        buf_str(b, STR("null"));
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        buf_c(b, i ? ',' : '[');
        buf_fixed(b, v[i], 7);
    }
    buf_c(b, ']');
}

void face_link(
    const FaceRequest *r, Buf *b, const char *rel, const char *type, Str title, const char *fmt, ...)
{
    const char last = b->len ? b->ptr[b->len - 1] : '[';
    char path[2048];
    va_list ap;

    va_start(ap, fmt);
    const int n = vsnprintf(path, sizeof path, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    if (last != '[')
        buf_c(b, ',');
    buf_str(b, STR("{\"href\":"));
    if ((size_t)n < sizeof path)
        buf_json_str(b, str_fmt(r->a, "%.*s%s", STRV(r->base), path));
    else
        buf_json_str(b, r->base);
    face_text(b, "rel", str_of(rel));
    if (type)
        face_text(b, "type", str_of(type));
    if (title.len)
        face_text(b, "title", title);
    buf_c(b, '}');
}

static Str status_title(int status, bool en)
{
    /* clang-format off */
    static const struct { int status; const char *zh, *en; } row[] = {
        { 400, "请求有误", "Bad request" },          { 403, "不允许", "Forbidden" },
        { 404, "没有找到", "Not found" },            { 405, "不支持这种操作", "Method not allowed" },
        { 406, "没有这种格式", "Not acceptable" },   { 408, "超时", "Timeout" },
        { 409, "有冲突", "Conflict" },               { 410, "已停用", "Gone" },
        { 412, "已被改过", "Precondition failed" },  { 413, "内容太大", "Content too large" },
        { 415, "不能读这种内容", "Unsupported media type" }, { 422, "内容不符合要求", "Not valid" },
        { 428, "缺少前提", "Precondition required" }, { 503, "暂时不能服务", "Unavailable" },
        { 507, "空间已满", "Storage full" },
    };
    /* clang-format on */
    for (size_t i = 0; i < LEN(row); i++)
        if (row[i].status == status)
            return str_of(en ? row[i].en : row[i].zh);
    return status >= 500 ? (en ? STR("Server error") : STR("服务器出错"))
                         : (en ? STR("Refused") : STR("未接受"));
}

static void say(Buf *b, const char *key, const Err *err, bool en)
{
    Buf text;

    buf_init(&text, 4096);
    err_say(err, en, &text);
    face_text(b, key, buf_text(&text));
    buf_clear(&text);
}

static void findings(const FaceRequest *r, const LedgerProblems *said, Buf *b)
{
    face_key(b, "errors");
    buf_c(b, '[');
    for (size_t i = 0; i < said->n; i++) {
        const LedgerProblem *p = &said->item[i];

        if (!p->err.kind)
            continue;
        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        buf_c(b, '{');
        face_text(b, "property", p->property);
        face_int(b, "change", (int64_t)p->change);
        face_text(b, "code", str_of(p->err.kind->code));
        say(b, "detail", &p->err, r->en);
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

void face_problem(
    const FaceRequest *r, const Err *err, const LedgerProblems *said, Str trace, FaceAnswer *out)
{
    Buf *b = &out->body;

    out->status = err->kind->status;
    out->type = STR("application/problem+json");
    b->len = 0;
    b->bad = false;
    buf_str(b, STR("{\"type\":"));
    buf_json_str(b, str_fmt(r->a, "/problems/%s", err->kind->code));
    face_text(b, "title", status_title(err->kind->status, r->en));
    face_int(b, "status", err->kind->status);
    say(b, "detail", err, r->en);
    face_text(b, "code", str_of(err->kind->code));
    if (err->where[0])
        face_text(b, "where", str_of(err->where));
    if (said && said->n)
        findings(r, said, b);
    if (said && said->more) /* found, and too many to say */
        face_int(b, "errorsMore", (int64_t)said->more);
    face_text(b, "trace", trace);
    buf_c(b, '}');
}
