/* src/geo/errors.c - what can go wrong with a geometry, in both languages. */
#include "geo/geo.h"

const ErrKind GEO_BAD_WKB = { "geo/bad-wkb", 400, "图形数据读不懂：{0}。请重新导出该图形后再试。",
    "The geometry bytes cannot be read: {0}. Export the geometry again and retry." };
const ErrKind GEO_BAD_GEOJSON = { "geo/bad-geojson", 400, "GeoJSON 图形读不懂：{0}。应为{1}。",
    "The GeoJSON geometry cannot be read: {0}. Expected {1}." };
const ErrKind GEO_BAD_WKT = { "geo/bad-wkt", 400, "WKT 图形在“{0}”处读不懂，应为{1}。",
    "The WKT geometry cannot be read at \"{0}\"; expected {1}." };
const ErrKind GEO_OUT_OF_RANGE = { "geo/out-of-range", 422,
    "坐标 {0} 超出范围，请检查坐标系以及经纬度是否写反。",
    "The coordinate {0} is out of range; check the reference system and whether latitude and longitude are "
    "swapped." };
const ErrKind GEO_INVALID = { "geo/invalid", 422, "图形无效：{0}（位置 {1}）。请修改该处后再保存。",
    "The geometry is invalid: {0} (at {1}). Correct it there and save again." };
const ErrKind GEO_NO_CRS = { "geo/no-crs", 400,
    "不支持坐标系“{0}”。可用：CRS84、EPSG:4326、4490、3857、4491–4554。",
    "The reference system \"{0}\" is not supported. Use CRS84, EPSG:4326, 4490, 3857 or 4491-4554." };
const ErrKind GEO_TOO_BIG = { "geo/too-big", 413,
    "图形过大：{0}。单个图形不超过 16 MiB、100 万个顶点、嵌套 8 层。",
    "The geometry is too big: {0}. At most 16 MiB, 1,000,000 vertices, nesting 8." };
