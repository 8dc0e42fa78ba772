/* src/face/demo.c - the demo county's door: what is shown, whether it lives, and back to the start. */
#include "face/face_in.h"

static bool hooks(const FaceRequest *r, const FaceDemo **out, Err *err)
{
    *out = face_demo_hooks(r->face);
    return *out && (*out)->state ? true : FAIL(err, FACE_NO_DEMO, STR("demo"), "demo");
}

static bool demo_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const FaceDemo *d;

    return hooks(r, &d, err) && d->state(d->ctx, r->en, r->a, &out->body, err);
}

static bool demo_live(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const FaceDemo *d;
    const json_t *on;
    json_t *body;

    if (!hooks(r, &d, err) || !face_json(r, &body, err))
        return false;
    on = json_object_get(body, "on");
    if (!json_is_boolean(on)) {
        (void)FAIL(err, FACE_BAD_BODY, STR("on"), "body#/on");
        err_hint(err, "true / false");
        return false;
    }
    if (!d->live)
        return FAIL(err, FACE_NO_DEMO, STR("live"), "demo");
    return d->live(d->ctx, json_is_true(on), err) && d->state(d->ctx, r->en, r->a, &out->body, err);
}

static bool demo_reset(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const FaceDemo *d;

    if (!hooks(r, &d, err))
        return false;
    if (!d->reset)
        return FAIL(err, FACE_NO_DEMO, STR("reset"), "demo");
    return d->reset(d->ctx, err) && d->state(d->ctx, r->en, r->a, &out->body, err);
}

/* The sheets and layers to try the import with, as the generator wrote them into the county's folder. */
static bool demo_file(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const FaceDemo *d;
    const Str name = r->param[0];
    const char *path;

    if (!hooks(r, &d, err))
        return false;
    if (!name.len || name.ptr[0] == '.' || memchr(name.ptr, '/', name.len))
        return FAIL(err, FACE_NO_PATH, name, "path");
    path = str_fmt(r->a, "%s/demo/files/%.*s", ledger_dir(r->ledger), STRV(name)).ptr;
    if (!path || !file_exists(path))
        return FAIL(err, FACE_NO_PATH, name, "path");
    out->type = STR("application/octet-stream");
    out->file = path;
    face_set(out, "Content-Disposition", STR("attachment"));
    return true;
}

static const FaceRow row[] = { { FACE_GET, "/demo", demo_get, FACE_WAITS, "演示", "The demonstration", NULL },
    { FACE_GET, "/demo/files/{name}", demo_file, FACE_WAITS, "演示文件", "A file to try the import with",
        NULL },
    { FACE_POST, "/demo/live", demo_live, FACE_WAITS | FACE_WHOLE, "演示数据持续变化",
        "Let the demonstration live", NULL },
    { FACE_POST, "/demo/reset", demo_reset, FACE_WAITS | FACE_WHOLE, "演示数据恢复原状",
        "Put the demonstration back", NULL } };
const FaceDoor face_demo = { .name = "demo", .row = row, .nrow = LEN(row) };
