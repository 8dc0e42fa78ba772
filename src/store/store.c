/* src/store/store.c - what all drivers share: the kinds of failure, the words for types. */
#include "store/store.h"

const ErrKind STORE_BUSY = { "store/busy", 503, "“{0}”正被另一个进程写入，请稍候再试。",
    "{0} is being written by another process; try again." };
const ErrKind STORE_SCHEMA = { "store/schema", 500,
    "数据文件与业务包不一致：{0}（{1}）。请用原来的业务包打开，或按说明迁移。",
    "The file and the packs disagree: {0} ({1}). Open it with its own packs, or migrate." };
const ErrKind STORE_TWICE = { "store/twice", 409, "“{0}”已经有了，不能重复。", "{0} exists already." };
const ErrKind STORE_FAILED = { "store/failed", 500, "数据文件出错：{0}。没有写入，原有数据不受影响。",
    "The store failed: {0}. Nothing was written." };
const ErrKind STORE_BUDGET = { "store/budget", 503, "查询“{0}”要看的记录太多，请缩小范围。",
    "The query {0} looks at too many rows; narrow it." };
const ErrKind STORE_NOT_OURS = { "store/not-ours", 400, "“{0}”不是桑梓的数据文件。",
    "{0} is not a file of Sangzi." };

const char *store_type(const StoreColumn *c)
{
    if (c->list)
        return "TEXT";
    switch (c->kind) {
    case CQL_BOOL:
        return "BOOLEAN";
    case CQL_INT:
        return "INTEGER";
    case CQL_NUMBER:
        return "DOUBLE";
    case CQL_DATE:
        return "DATE";
    case CQL_TIME:
        return "DATETIME";
    case CQL_GEOM:
        return "BLOB";
    default:
        return "TEXT";
    }
}
