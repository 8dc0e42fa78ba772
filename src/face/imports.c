/* src/face/imports.c - sheets and layers that come in over HTTP (docs/api.md, Imports): sent, matched, checked, applied. */
#include "face/face_in.h"
#include "transfer/transfer.h"
#include <stdio.h>

static TransferManager *manager(const FaceRequest *r)
{
    return node_service(r->county, &transfer_service);
}

static bool state(FaceRequest *r, FaceAnswer *out, Str id, Err *err)
{
    return transfer_state(manager(r), id, r->en, &out->body, err);
}

static bool post(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const Str name = face_query(r, "name");
    const TransferWish wish = { .collection = face_query(r, "collection"),
        .division = face_query(r, "division"),
        .crs = face_query(r, "crs"),
        .encoding = face_query(r, "encoding") };
    const PackCollection *c;
    char id[ULID_LEN + 1];

    if (!name.len)
        return FAIL(err, FACE_NO_PARAMETER, STR("name"), "name");
    if (wish.collection.len && !pack_need_collection(r->model, wish.collection, &c, err))
        return false;
    if (!r->body_file || !r->body_size)
        return FAIL(err, FACE_BAD_BODY, name, "body");
    if (!transfer_begin(manager(r), name, r->body_file, true, &wish, id, err))
        return false;
    out->status = 201;
    face_set(out, "Location", str_fmt(r->a, "%.*s/imports/%s", STRV(r->base), id));
    buf_fmt(&out->body, "{\"id\":\"%s\"}", id);
    return true;
}

static bool list(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return transfer_list(manager(r), r->en, &out->body, err);
}

static bool get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    return state(r, out, r->param[0], err);
}

/* What is ready may still be putting its findings away, or making a sheet: it is waited for, not refused. */
static bool settled(FaceRequest *r, Err *err)
{
    TransferGlance g;

    return transfer_glance(manager(r), r->param[0], &g, err) &&
           (g.status != TRANSFER_READY || transfer_wait(manager(r), r->param[0], 5 * TIME_SECOND, &g, err));
}

static bool patch(FaceRequest *r, FaceAnswer *out, Err *err)
{
    json_t *wish;

    return face_json(r, &wish, err) &&
           (json_is_object(wish) || FAIL(err, FACE_BAD_BODY, STR("JSON"), "body")) && settled(r, err) &&
           transfer_choose_json(manager(r), r->param[0], wish, err) && state(r, out, r->param[0], err);
}

static bool apply(FaceRequest *r, FaceAnswer *out, Err *err)
{
    LedgerTx tx;
    json_t *v = NULL;
    Str accept;

    if (r->body.len && !face_json(r, &v, err))
        return false;
    accept = json_str(json_object_get(v, "accept"));
    if (accept.len && !str_eq(accept, STR("all-or-nothing")) && !str_eq(accept, STR("good-rows"))) {
        FAIL(err, FACE_BAD_BODY, accept, "accept");
        err_hint(err, "%s", "all-or-nothing, good-rows");
        return false;
    }
    if (!face_tx(r, &tx, err) || !settled(r, err) ||
        !transfer_apply(manager(r), r->param[0],
            str_eq(accept, STR("good-rows")) ? TRANSFER_GOOD_ROWS : TRANSFER_ALL_OR_NOTHING, tx.who->account,
            err))
        return false;
    out->status = 202;
    return state(r, out, r->param[0], err);
}

static bool sheet(FaceRequest *r, FaceAnswer *out, Err *err)
{
    char own[ULID_LEN + 1];
    const char *path;

    ulid_new(own);
    path = str_fmt(r->a, "%s/imports/sheet-%s.xlsx", ledger_dir(r->ledger), own).ptr;
    if (!path)
        return FAIL(err, BASE_NO_MEMORY, STR("sheet"), "imports");
    if (!transfer_sheet(manager(r), r->param[0], path, err))
        return false;
    out->type = str_of(transfer_media("xlsx"));
    out->file = path;
    out->file_remove = true;
    out->ready_packed = true;
    face_set(out, "Content-Disposition",
        STR("attachment; filename=\"import.xlsx\"; "
            "filename*=UTF-8''%E5%AF%BC%E5%85%A5%E7%BB%93%E6%9E%9C.xlsx"));
    return true;
}

static bool drop(FaceRequest *r, FaceAnswer *out, Err *err)
{
    if (!transfer_drop(manager(r), r->param[0], err))
        return false;
    out->status = 204;
    return true;
}

static const char *const post_query[] = { "name", "collection", "division", "crs", "encoding", NULL };
static const FaceRow row[] = {
    { FACE_POST, "/imports", post, FACE_WAITS | FACE_FILE | FACE_WHOLE, .zh = "送来一个表格或图层",
        .en = "A sheet or layer comes in", .query = post_query },
    { FACE_GET, "/imports", list, FACE_WAITS | FACE_WHOLE, .zh = "全部导入", .en = "All imports" },
    { FACE_GET, "/imports/{id}", get, FACE_WHOLE, .zh = "一次导入：对照、检查、进度",
        .en = "An import: what its columns mean, what is wrong, how far it is" },
    { FACE_PATCH, "/imports/{id}", patch, FACE_WAITS | FACE_WHOLE, .zh = "改选台账、列、坐标系、键，重新检查",
        .en = "Choose collection, columns, reference system, key; checked again" },
    { FACE_POST, "/imports/{id}/apply", apply, FACE_WAITS | FACE_WHOLE, .zh = "写入台账", .en = "Write it" },
    { FACE_GET, "/imports/{id}/sheet", sheet, FACE_WAITS | FACE_WHOLE, .zh = "标好错误的表",
        .en = "The sheet with its errors marked" },
    { FACE_DELETE, "/imports/{id}", drop, FACE_WAITS | FACE_WHOLE, .zh = "取消并删除导入",
        .en = "Cancel and remove it" },
};
const FaceDoor face_imports = { .name = "imports", .row = row, .nrow = LEN(row) };
