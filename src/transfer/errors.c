/* src/transfer/errors.c - what can go wrong with a file, a row, a cell; each sentence says what to do. */
#include "transfer/transfer.h"

const ErrKind TRANSFER_UNREADABLE = { "transfer/unreadable", 422,
    "“{0}”读不出来：{1}。请另存为 xlsx、csv、shp、gpkg、geojson、kml 或 gpx 后再导入。",
    "{0} cannot be read: {1}. Save it as xlsx, csv, shp, gpkg, geojson, kml or gpx and try again." };
const ErrKind TRANSFER_WORKER_DIED = { "transfer/worker-died", 422,
    "“{0}”没有读完：文件可能已损坏或过大（{1}）。县里的数据没有变动；请检查文件后再导入。",
    "Reading {0} broke off: it may be damaged or too large ({1}). Nothing was changed; check the file and "
    "try again." };
const ErrKind TRANSFER_NO_WORKER = { "transfer/no-worker", 500, "读文件的子进程启动不了（{0}）；请稍后再试。",
    "The reading process could not be started ({0})." };
const ErrKind TRANSFER_BAD_FRAME = { "transfer/bad-frame", 422,
    "读文件的子进程传来的内容不完整（{0}），没有导入任何内容；请检查文件后再试。",
    "What the reading process sent is not whole ({0}); nothing was imported." };
const ErrKind TRANSFER_EMPTY = { "transfer/empty", 422, "“{0}”里没有数据行。", "There are no rows in {0}." };
const ErrKind TRANSFER_NO_LAYER = { "transfer/no-layer", 422, "文件里没有名为“{0}”的工作表或图层；有：{1}。",
    "There is no sheet or layer {0}; there are: {1}." };
const ErrKind TRANSFER_TOO_BIG = { "transfer/too-big", 413, "“{0}”太大：{1}。请分成几个文件。",
    "{0} is too large: {1}. Divide it into several files." };
const ErrKind TRANSFER_CANCELLED = { "transfer/cancelled", 409, "导入“{0}”已取消。",
    "The import of {0} was cancelled." };
const ErrKind TRANSFER_NO_IMPORT = { "transfer/no-import", 404, "没有编号为“{0}”的导入，可能已被删除。",
    "There is no import {0}; it may have been removed." };
const ErrKind TRANSFER_NOT_NOW = { "transfer/not-now", 409, "导入“{0}”{1}，现在不能这样做。",
    "The import {0} cannot do this now ({1})." };
const ErrKind TRANSFER_NO_COLLECTION = { "transfer/no-collection", 422,
    "看不出“{0}”属于哪个台账，请选定台账（collection）。",
    "It is not clear which collection {0} belongs to; choose one." };
const ErrKind TRANSFER_NO_COLUMNS = { "transfer/no-columns", 422,
    "“{0}”没有一列对得上台账的属性，请指定各列的含义。",
    "No column of {0} matches a property; say what the columns mean." };
const ErrKind TRANSFER_NO_SUCH_COLUMN = { "transfer/no-column", 422, "表里没有“{0}”这一列。",
    "The sheet has no column {0}." };
const ErrKind TRANSFER_CRS_UNSURE = { "transfer/crs-unsure", 422,
    "坐标系没有写明，像是 {0}：{1}。请确认坐标系（crs）后再导入。",
    "The reference system is not stated; it looks like {0}: {1}. Confirm it (crs) before importing." };
const ErrKind TRANSFER_CRS_UNKNOWN = { "transfer/crs-unknown", 422,
    "坐标系“{0}”不能直接换算{1}；请先转成 CGCS2000（EPSG:4490）。",
    "The reference system {0} cannot be transformed{1}; turn it into CGCS2000 (EPSG:4490) first." };
const ErrKind TRANSFER_NO_ENCODING = { "transfer/no-encoding", 422,
    "不认识编码“{0}”；可以写 GBK、GB18030、UTF-8 或 UTF-16。",
    "Unknown encoding {0}; try GBK, GB18030, UTF-8 or UTF-16." };
const ErrKind TRANSFER_HAS_ERRORS = { "transfer/has-errors", 422,
    "有 {0} 行需要改正，一行也没有导入；请下载标好错误的表改正后重传，或选择只导入正确的行。",
    "{0} rows need mending; nothing was imported. Mend the sheet that comes back, or accept the good rows." };
const ErrKind TRANSFER_NO_FORMAT = { "transfer/no-format", 400,
    "不能导出为“{0}”；可以是 csv、xlsx、gpkg、geojson。",
    "Cannot export as {0}; csv, xlsx, gpkg and geojson are possible." };
const ErrKind TRANSFER_GDAL = { "transfer/gdal", 500, "写“{0}”时出错：{1}。", "Writing {0} failed: {1}." };

const ErrKind TRANSFER_SCIENTIFIC = { "transfer/scientific", 422,
    "“{0}”是科学计数法，后面的数字已经丢失；请把这一列设为文本格式，重新填写完整号码。",
    "{0} is in scientific notation and its last digits are lost; make the column text and type the whole "
    "number again." };
const ErrKind TRANSFER_UNIT = { "transfer/unit", 422, "“{0}”带了单位；请只写数字：{1}。",
    "{0} has a unit behind it; write the number only: {1}." };
const ErrKind TRANSFER_THOUSANDS = { "transfer/thousands", 422, "“{0}”里有千分位逗号；请写成 {1}。",
    "{0} has a thousands separator; write {1}." };
const ErrKind TRANSFER_SERIAL_DATE = { "transfer/serial-date", 422,
    "“{0}”像是 Excel 的日期序号；若是 {1}，请按日期填写。",
    "{0} looks like a serial day of Excel; if it is {1}, write the date." };
const ErrKind TRANSFER_BAD_PLACE = { "transfer/bad-place", 422, "“{0}”不是坐标；请写成 {1}。",
    "{0} is no coordinate; write it like {1}." };
const ErrKind TRANSFER_HALF_PLACE = { "transfer/half-place", 422, "只有{0}，缺{1}；请补上。",
    "Only {0} is given, {1} is missing." };
const ErrKind TRANSFER_TOTAL_ROW = { "transfer/total-row", 422, "“{0}”行是汇总，不是一条记录；请从表中删去。",
    "{0} is a row of totals, not a record; take it out." };
const ErrKind TRANSFER_SAME_ROW = { "transfer/same-row", 422, "“{0}”与第 {1} 行重复；请只留一行。",
    "{0} stands in row {1} already; keep one of them." };
const ErrKind TRANSFER_NO_TARGET = { "transfer/no-target", 422, "{1}里没有“{0}”；请核对写法，或先登记它。",
    "{0} was not found in {1}; check how it is written, or register it first." };
const ErrKind TRANSFER_AMBIGUOUS = { "transfer/ambiguous", 422,
    "“{0}”不止一个：{1}；请写编号或更完整的名称。",
    "{0} is not one only: {1}; write its code or a fuller name." };
const ErrKind TRANSFER_STAKE_BEYOND = { "transfer/stake-beyond", 422,
    "桩号 {0} 不在这条路上：{1}；请核对路线编号和桩号。",
    "The stake {0} is not on this road: {1}; check number and stakes." };
const ErrKind TRANSFER_STAKE_TURNED = { "transfer/stake-turned", 422,
    "起桩大于讫桩（{0}），可能上下行写反了；请写成 {1}，方向写在“方向”列。",
    "The from stake is beyond the to stake ({0}), perhaps up and down are exchanged; write {1} and say the "
    "direction in its column." };
const ErrKind TRANSFER_NO_KEY = { "transfer/no-key", 422, "{0}是对照用的键，不能空着。",
    "{0} is the key and cannot be empty." };
const ErrKind TRANSFER_KEY_TWICE = { "transfer/key-twice", 422,
    "台账里有多条“{0}”，不知道更新哪一条；请换一个唯一的键。",
    "Several records have the key {0}; choose a unique key." };
const ErrKind TRANSFER_BAD_BYTES = { "transfer/bad-bytes", 422,
    "“{0}”里有读不出的字；请核对文件的编码（{1}）。",
    "{0} has bytes that are no characters in {1}; check the encoding." };
const ErrKind TRANSFER_NO_SHAPE = { "transfer/no-shape", 422, "这一行{0}；请补画图形，或删去这一行。",
    "This row has {0}; draw its shape or take the row out." };
const ErrKind TRANSFER_SHAPE_LEFT = { "transfer/shape-left", 422, "{0}没有图形，文件里的图形不导入。",
    "{0} has no geometry; the shape in the file is left out." };
const ErrKind TRANSFER_MENDED = { "transfer/mended", 422, "图形已自动修正：{0}。",
    "The shape was mended: {0}." };
