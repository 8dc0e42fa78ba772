/* src/ledger/errors.c - what can go wrong with a record, in the reader's words. */
#include "ledger/ledger.h"

const ErrKind LEDGER_INVALID = { "ledger/invalid", 422, "有 {0} 处需要改正，改好后再保存；已填内容都在。",
    "{0} findings; nothing was written." };
const ErrKind LEDGER_STALE = { "ledger/stale", 412, "“{0}”刚被别人改过（现为第 {1} 版），请看过新内容再改。",
    "{0} was changed meanwhile (now version {1}); look at it and try again." };
const ErrKind LEDGER_NO_RECORD = { "ledger/no-record", 404, "没有编号为“{0}”的记录。",
    "There is no record {0}." };
const ErrKind LEDGER_GONE = { "ledger/gone", 410, "记录“{0}”已停用：{1}。历史仍可查看，也可以恢复。",
    "Record {0} is retired: {1}. Its history remains." };
const ErrKind LEDGER_EXISTS = { "ledger/exists", 412, "编号为“{0}”的记录已经有了。",
    "A record {0} exists already." };
const ErrKind LEDGER_REFERRED = { "ledger/referred", 409, "“{0}”还被这些记录引用，不能停用：{1}。",
    "{0} is still referred to by {1}; it cannot be retired." };
const ErrKind LEDGER_LOCKED = { "ledger/locked", 409, "记录“{0}”已锁定（{1}），不能更改。",
    "Record {0} is locked ({1})." };
const ErrKind LEDGER_READ_ONLY = { "ledger/read-only", 503,
    "县数据以只读方式打开，“{0}”不能写入；请通过运行中的服务更改。",
    "The county is open for reading only; {0} cannot be written. Use the running server." };
const ErrKind LEDGER_BAD_TOKEN = { "ledger/bad-token", 400,
    "翻页标记“{0}”无效或与查询条件不符，请从第一页重新开始。",
    "The page token {0} is not valid for this query; start from the first page." };
const ErrKind LEDGER_BAD_VALUE = { "ledger/bad-value", 422, "“{0}”不合要求：{1}。",
    "{0} is not acceptable: {1}." };
const ErrKind LEDGER_REQUIRED = { "ledger/required", 422, "请填写{0}。", "{0} is required." };
const ErrKind LEDGER_NO_TARGET = { "ledger/no-target", 422, "没有找到“{0}”：{1}。请先登记它，或改选一个。",
    "{0} was not found: {1}." };
const ErrKind LEDGER_NO_FILE = { "ledger/no-file", 422, "文件“{0}”没有收到{1}；请先上传，再填它的编号。",
    "The file {0} is not held here{1}; send it to /files first and put its id here." };
const ErrKind LEDGER_MIGRATION = { "ledger/migration", 409,
    "业务包改了“{0}”，但有值放不进新的类型：{1}。没有改动任何数据；请先改正这些值，或改回原来的类型。",
    "The packs changed {0}, and a value does not fit the new type: {1}. Nothing was changed; correct the "
    "values first, or take the change back." };
const ErrKind LEDGER_MIGRATING = { "ledger/migrating", 409,
    "“{0}”正迁移到另一版业务包，中途停了；请用那一版业务包打开，让它做完。",
    "{0} was on its way to another version of the packs; open it with those packs and let it finish." };
const ErrKind LEDGER_PACKS_DIFFER = { "ledger/packs-differ", 409,
    "业务包改过，县数据“{0}”还没有跟上；请先启动（或重新启动）sangzi serve，让数据跟上业务包。",
    "The packs have changed and the county {0} has not followed yet; start (or restart) sangzi serve once, "
    "so that it does." };
const ErrKind LEDGER_TWICE = { "ledger/twice", 422, "“{0}”已被另一条记录使用，不能重复。",
    "{0} is used by another record." };
const ErrKind LEDGER_DERIVED = { "ledger/derived", 422, "{0}由系统算出，不能手工填写。",
    "{0} is computed and cannot be typed." };
const ErrKind LEDGER_BAD_GEOMETRY = { "ledger/bad-geometry", 422, "图形不对：{0}。{1}",
    "The geometry is not acceptable: {0}. {1}" };
const ErrKind LEDGER_NOT_A_COUNTY = { "ledger/not-a-county", 404,
    "“{0}”不存在或不是桑梓的县文件夹；先运行 sangzi init。",
    "{0}: no such county folder (not a county); run sangzi init first." };
const ErrKind LEDGER_BUSY = { "ledger/busy", 503, "“{0}”正由另一个桑梓进程写入；请在那边操作，或先停止它。",
    "{0} is being written by another Sangzi process." };
const ErrKind LEDGER_RULE = { "ledger/rule", 422, "{0}", "{1}" };
const ErrKind LEDGER_NO_PROPERTY = { "ledger/no-property", 422, "没有属性“{0}”{1}。",
    "There is no property {0}{1}." };
const ErrKind LEDGER_MASKED = { "ledger/masked", 403,
    "“{0}”的数据级别高于您可看的范围，不能用来查找、排序或统计；请去掉这一条。",
    "{0} is of a grade above yours: it cannot be used to find, sort or count. Leave it out." };
const ErrKind LEDGER_NOT_HIS = { "ledger/not-yours", 403, "“{0}”不在您可以更改的范围之内。",
    "{0} is outside what you may change." };
