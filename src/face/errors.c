/* src/face/errors.c - what an HTTP request can do wrong before any other room sees it. */
#include "face/face_in.h"

/* clang-format off */
const ErrKind FACE_NOT_LOOPBACK = { "face/not-loopback", 400, "地址“{0}”不是本机地址；有账户体系之前只能在本机提供服务，请用 127.0.0.1 或 ::1。", "“{0}” is not a loopback address; until there are accounts only this machine is served: use 127.0.0.1 or ::1." };
const ErrKind FACE_PORT = { "face/port", 503, "端口 {0} 打不开：{1}。", "Port {0} cannot be opened: {1}." };
const ErrKind FACE_NO_PATH = { "face/no-path", 404, "没有“{0}”这个地址；可用的地址见 /api。", "There is nothing at “{0}”; /api lists what there is." };
const ErrKind FACE_BAD_METHOD = { "face/bad-method", 405, "这个地址不接受 {0}，可用：{1}。", "This address takes no {0}; it takes {1}." };
const ErrKind FACE_BAD_PARAMETER = { "face/bad-parameter", 400, "参数“{0}”的值不对：应为{1}。", "The value of “{0}” is wrong: it should be {1}." };
const ErrKind FACE_NO_PARAMETER = { "face/no-parameter", 400, "没有“{0}”这个参数；可用：{1}。", "There is no parameter “{0}”; there are {1}." };
const ErrKind FACE_TWICE = { "face/twice", 400, "参数“{0}”给了两次，请只给一次。", "The parameter “{0}” stands twice; give it once." };
const ErrKind FACE_MISSING = { "face/missing", 400, "缺少“{0}”：{1}。", "“{0}” is missing: {1}." };
const ErrKind FACE_BAD_TEXT = { "face/bad-text", 400, "“{0}”不是正确的 UTF-8 文字或百分号编码。", "“{0}” is not well-formed UTF-8 or percent-encoding." };
const ErrKind FACE_TOO_LARGE = { "face/too-large", 413, "内容有 {0} 字节，这里最多接受 {1} 字节；请分批上传。", "The body has {0} bytes; at most {1} are taken here: send it in parts." };
const ErrKind FACE_TOO_SLOW = { "face/too-slow", 408, "内容上传太慢（{0} 字节），连接已停止，请重试。", "The body came too slowly ({0} bytes); please try again." };
const ErrKind FACE_BAD_TYPE = { "face/bad-type", 415, "不能读“{0}”类型的内容，请用 {1}。", "A body of type “{0}” cannot be read here; use {1}." };
const ErrKind FACE_NOT_ACCEPTABLE = { "face/not-acceptable", 406, "这里给不出“{0}”，可用的格式：{1}。", "“{0}” cannot be given here; there are {1}." };
const ErrKind FACE_NEED_IF_MATCH = { "face/need-if-match", 428, "修改“{0}”要带 If-Match：先读取该记录，把它的 ETag 放进 If-Match。", "Changing “{0}” needs If-Match: read the record and send its ETag as If-Match." };
const ErrKind FACE_CHANGED = { "face/changed", 412, "“{0}”已被别人改过（{1}），请重新读取后再改。", "“{0}” has changed meanwhile ({1}); read it again before changing it." };
const ErrKind FACE_EXISTS = { "face/exists", 412, "编号“{0}”的记录已经有了。", "There is a record “{0}” already." };
const ErrKind FACE_BAD_BODY = { "face/bad-body", 400, "内容里的“{0}”不对：{1}。", "“{0}” in the body is wrong: {1}." };
const ErrKind FACE_NOT_GEOJSON = { "face/not-geojson", 422, "内容不是 GeoJSON 的 Feature：“{0}”应为{1}。", "The body is no GeoJSON Feature: “{0}” should be {1}." };
const ErrKind FACE_SWAPPED = { "face/swapped", 422, "坐标 {0} 不在本县，把经纬度对调后就在本县：请把经度写在前面。", "The coordinate {0} lies outside this county, but inside when swapped: put longitude first." };
const ErrKind FACE_OUTSIDE = { "face/outside", 422, "坐标 {0} 不在本县范围（{1}）附近，请核对坐标和坐标系。", "The coordinate {0} is far from this county ({1}): check it and its reference system." };
const ErrKind FACE_FOREIGN = { "face/foreign", 403, "来自“{0}”的请求不被接受；请直接打开 {1}。", "A request from “{0}” is not taken; open {1} itself." };
const ErrKind FACE_BUSY = { "face/busy", 503, "服务器正忙，请稍后再试。", "The server is busy; please try again shortly." };
const ErrKind FACE_FULL = { "face/full", 503, "同时送来的内容太多，这份内容（{0} 字节）现在放不下，请稍后再试。", "Too much is being sent at this moment: there is no room for {0} bytes; please try again shortly." };
const ErrKind FACE_BROKEN = { "face/broken", 500, "服务器内部出错，已记入日志（{0}）。", "Something broke in the server; it is in the log ({0})." };
const ErrKind FACE_NO_CRS = { "face/no-crs", 400, "不提供坐标系“{0}”；可用的见集合的 crs 列表。", "The reference system “{0}” is not offered; the collection's list of crs names them." };
const ErrKind FACE_NO_LAYER = { "face/no-layer", 404, "没有“{0}”这个图层或样式。", "There is no layer or style “{0}”." };
const ErrKind FACE_NO_TILE = { "face/no-tile", 404, "没有瓦片“{0}”：行列号超出该级范围。", "There is no tile “{0}”: outside the matrix of its zoom." };
const ErrKind FACE_NO_DIVISION = { "face/no-division", 404, "没有代码为“{0}”的行政区划。", "There is no division “{0}”." };
const ErrKind FACE_NO_EVENTS = { "face/no-events", 503, "打开的实时连接太多（{0}），请关掉一些页面。", "Too many live connections are open ({0}); close some pages." };
const ErrKind FACE_NO_DEMO = { "face/no-demo", 404, "这个节点不是演示县，没有演示数据。", "This node is no demo county." };
const ErrKind FACE_NO_RANGE = { "face/no-range", 416, "没有这一段“{0}”；文件共 {1} 字节。", "There is no such range “{0}”; the file has {1} bytes." };
const ErrKind FACE_NO_APP = { "face/no-app", 404, "没有安装网页应用“{0}”；接口照常可用，见 /api。", "The web application “{0}” is not installed; the faces work: see /api." };
/* clang-format on */
