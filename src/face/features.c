/* src/face/features.c - OGC API Features, Parts 1 to 5: which handler answers what. Its parts: collections.c, schema.c,
 * items.c, download.c, item.c, receive.c, changes.c; parameters: query.c, crs.c; the writer: feature.c. */
#include "face/feature.h"
#include "face/items.h"

#define C  "/collections/{c}"
#define I  C "/items"
#define ID I "/{id}"
static const char *const one_query[] = { "crs", "expand", "properties", "valid-at", "known-at", NULL };
static const char *const reason_query[] = { "reason", NULL };
static const char *const history_query[] = { "before", "limit", NULL };
static const char *const restore_query[] = { "version", "reason", NULL };
static const FaceRow row[] = { { FACE_GET, "/collections", face_collections_get, .zh = "台账列表",
                                   .en = "Collections" },
    { FACE_GET, C, face_collection_get, .zh = "一个台账", .en = "One collection" },
    { FACE_GET, C "/schema", face_schema_get, .zh = "记录的结构", .en = "The schema of its records" },
    { FACE_GET, C "/queryables", face_queryables_get, .zh = "可查询的属性",
        .en = "What it may be queried by" },
    { FACE_GET, C "/sortables", face_sortables_get, .zh = "可排序的属性", .en = "What it may be sorted by" },
    { FACE_GET, I, face_items_get, .zh = "记录列表", .en = "Records", .query = FACE_ANY,
        .lane = face_items_lane },
    { FACE_POST, I, face_item_post, FACE_WAITS | FACE_SCANNED, "新建记录", "Create a record", reason_query },
    { FACE_GET, ID, face_item_get, .zh = "一条记录", .en = "One record", .query = one_query },
    { FACE_PUT, ID, face_item_put, FACE_WAITS | FACE_SCANNED, "替换或以自己的编号新建",
        "Replace, or create with an id of your own", reason_query },
    { FACE_PATCH, ID, face_item_patch, FACE_WAITS | FACE_SCANNED, "修改几个属性", "Change some properties",
        reason_query },
    { FACE_DELETE, ID, face_item_delete, FACE_WAITS, "停用记录", "Retire a record", reason_query },
    { FACE_POST, ID "/restore", face_item_restore, FACE_WAITS, "恢复到某个版本", "Restore a version",
        restore_query },
    { FACE_GET, ID "/history", face_history_get, .zh = "记录的历史", .en = "The history of a record",
        .query = history_query },
    { FACE_GET, C "/statistics", face_statistics_get, .flags = FACE_HEAVY, .zh = "统计", .en = "Statistics",
        .query = FACE_ANY },
    { FACE_POST, "/changes", face_changes_post, FACE_WAITS | FACE_BIG, "一次提交多处修改",
        "Many changes at once", NULL } };
const FaceDoor face_features = { .name = "features", .row = row, .nrow = LEN(row) };
