/* tests/face/face_test.c - the faces as a stranger meets them: a real server, real sockets, one small county. */
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "client.h"
#include "face/origin.h"
#include "files/files.h"

static const char shop[] =
    "shop:\n"
    "  title: { zh: 店铺, en: Shop }\n"
    "  geometry: Point\n"
    "  owner: 市场局\n"
    "  label: name\n"
    "  sort: [name, area]\n"
    "  properties:\n"
    "    name: { title: { zh: 店名, en: Name }, type: text, required: true, grade: 1, search: true }\n"
    "    area: { title: { zh: 面积, en: Area }, type: number, minimum: 0, grade: 1 }\n"
    "    open: { title: { zh: 营业, en: Open }, type: bool, grade: 1 }\n"
    "    since: { title: { zh: 开业, en: Since }, type: date, grade: 1 }\n"
    "    kind: { title: { zh: 类别, en: Kind }, codes: { 食品: Food, 五金: Hardware }, grade: 1 }\n"
    "    photos: { title: { zh: 店铺照片, en: Photos }, type: file, many: true, format: photo, grade: 1 }\n";
static const char note[] =
    "note:\n"
    "  title: { zh: 便条, en: Note }\n"
    "  owner: 市场局\n"
    "  label: text\n"
    "  properties:\n"
    "    text: { title: { zh: 内容, en: Text }, type: text, required: true, grade: 1 }\n"
    "    about: { title: { zh: 店铺, en: Shop }, ref: shop, grade: 1 }\n";
static const char info[] = "title: { zh: 试验, en: Test }\nabout: { zh: 试验, en: Test }\nversion: 1.0.0\n";

static void put(const char *dir, const char *name, const char *text)
{
    char path[256];
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_true(file_write(path, BYTES(str_of(text)), 0600, &err));
}

static void make_packs(const char *dir)
{
    char path[256];
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/packs/01-test/collections", dir);
    assert_true(dir_make(path, 0700, &err));
    put(dir, "packs/01-test/pack.yaml", info);
    put(dir, "packs/01-test/collections/shop.yaml", shop);
    put(dir, "packs/01-test/collections/note.yaml", note);
}

static void say_findings(const PackMessage *said, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%.*s:%zu %.*s\n", STRV(said[i].file), said[i].line, STRV(said[i].text.en));
}

void county_open(County *c)
{
    char path[256], packs[256];
    Err err = { 0 };

    *c = (County){ .dir = "/tmp/sangzi-face-XXXXXX", .a = arena_new(0) };
    assert_non_null(mkdtemp(c->dir));
    make_packs(c->dir);
    snprintf(packs, sizeof packs, "%s/packs", c->dir);
    snprintf(path, sizeof path, "%s/county", c->dir);
    assert_true(ledger_init(path, STR("990121000000"), 7, &err));
    if (!node_open(path, LEDGER_WRITE, &(NodeOptions){ .packs = packs, .say = say_findings }, &c->node, &err))
        log_err("test", &err);
    assert_non_null(c->node);
    assert_true(node_hold(c->node, &c->held, &err));
    c->model = c->held->model;
    c->ledger = c->held->ledger;
    const FaceOptions o = { .node = c->node };

    if (!face_start(&o, &c->face, &err))
        log_err("test", &err);
    assert_non_null(c->face);
    c->port = face_port(c->face);
}

void county_close(County *c)
{
    char command[128];

    face_stop(c->face);
    if (c->held)
        node_release(c->held);
    node_close(c->node);
    arena_free(c->a);
    snprintf(command, sizeof command, "rm -rf '%s'", c->dir);
    assert_int_equal(system(command), 0);
}

int connect_to(int port)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct timeval wait = { 10, 0 };
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(INADDR_LOOPBACK) }
    };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static Reply read_reply(County *c, int fd)
{
    Reply r = { 0 };
    Buf b;
    ssize_t n;
    Str all;
    size_t at;

    buf_init(&b, 64 << 20);
    do {
        char *room = buf_room(&b, 65536);

        assert_non_null(room);
        n = read(fd, room, 65536);
        if (n > 0)
            buf_took(&b, (size_t)n);
    } while (n > 0);
    all = str_copy(c->a, buf_text(&b));
    buf_clear(&b);
    at = str_find(all, STR("\r\n\r\n"));
    if (at == SIZE_MAX || all.len < 12)
        return r;
    r.status = atoi(str_c(c->a, str_sub(all, 9, 3)));
    r.head = str_sub(all, 0, at + 2);
    r.body = str_sub(all, at + 4, all.len);
    return r;
}

static Reply send_bytes(County *c, const char *path, const char *head, Str body)
{
    const int fd = connect_to(c->port);
    const Str text = str_fmt(c->a,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n", path,
        c->port, head, body.len);
    Reply r;

    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    assert_int_equal(write(fd, body.ptr, body.len), (ssize_t)body.len);
    r = read_reply(c, fd);
    close(fd);
    return r;
}

Reply ask(County *c, const char *method, const char *path, const char *head, const char *body)
{
    const int fd = connect_to(c->port);
    const Str text = str_fmt(c->a, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s", method,
        path, c->port, head ? head : "");
    const Str rest = body ? str_fmt(c->a, "Content-Length: %zu\r\n\r\n%s", strlen(body), body) : STR("\r\n");
    Reply r;

    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    assert_int_equal(write(fd, rest.ptr, rest.len), (ssize_t)rest.len);
    r = read_reply(c, fd);
    close(fd);
    return r;
}

Reply get(County *c, const char *path)
{
    return ask(c, "GET", path, "Accept: application/json\r\n", NULL);
}

bool has(Str text, const char *what)
{
    return str_find(text, str_of(what)) != SIZE_MAX;
}

Str header(const Reply *r, const char *name, Arena *a)
{
    const size_t at = str_find(r->head, str_fmt(a, "\r\n%s: ", name));
    Str value, rest;

    if (at == SIZE_MAX)
        return (Str){ "", 0 };
    (void)str_cut(str_sub(r->head, at + strlen(name) + 4, r->head.len), '\r', &value, &rest);
    return value;
}

/* --- fixtures ------------------------------------------------------------------------------------------------------ */
#define JSON "Content-Type: application/geo+json\r\nAccept: application/json\r\n"
static County county;

static int start(void **state)
{
    static const char *const one[] = {
        "{\"name\":\"石桥店\",\"area\":12.5,\"open\":true,\"since\":\"2020-05-01\",\"kind\":\"食品\"}",
        "{\"name\":\"B\",\"area\":3}", "{\"name\":\"C\",\"area\":7,\"kind\":\"五金\"}", "{\"name\":\"D\"}"
    };

    county_open(&county);
    for (size_t i = 0; i < LEN(one); i++) {
        const Reply r = ask(&county, "POST", "/collections/shop/items", JSON,
            str_fmt(county.a,
                "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[%g,31.5]},"
                "\"properties\":%s}",
                111.1 + 0.1 * (double)i, one[i])
                .ptr);

        assert_int_equal(r.status, 201);
    }
    *state = &county;
    return 0;
}

static int stop(void **state)
{
    county_close(*state);
    return 0;
}

/* --- reading: rows first -------------------------------------------------------------------------------------------- */
static const struct Row {
    const char *path;
    int status;
    const char *body; /* stands in it; NULL: anything */
} row[] = {
    { "/", 200, "\"service-desc\"" },
    { "/conformance", 200, "ogcapi-features-1/1.0/conf/core" },
    { "/api", 200, "\"/collections/shop/items\"" },
    { "/collections", 200, "\"id\":\"note\"" },
    { "/collections/shop", 200, "\"geometryType\":\"Point\"" },
    { "/collections/none", 404, "\"code\":\"pack/no-collection\"" },
    { "/collections/shop/schema", 200, "\"x-ogc-propertySeq\":1" },
    { "/collections/shop/queryables", 200, "\"since\"" },
    { "/collections/shop/sortables", 200, "\"area\"" },
    { "/collections/shop/items", 200, "\"numberReturned\":4" },
    { "/collections/shop/items/", 200, "\"numberReturned\":4" },
    { "/collections/shop/items?limit=2", 200, "\"rel\":\"next\"" },
    { "/collections/shop/items?limit=2&bbox=110,30,112,32&count=none", 200,
        "\"numberReturned\":2,\"timeStamp\"" },
    { "/collections/shop/items?limit=2&bbox=110,30,112,32", 200, "\"numberReturned\":2,\"numberMatched\":4" },
    { "/collections/shop/items?limit=99999999", 200, "\"numberReturned\":4" },
    { "/collections/shop/items?area=7", 200, "\"numberReturned\":1" },
    { "/collections/shop/items?kind=%E9%A3%9F%E5%93%81&open=true", 200, "\"numberReturned\":1" },
    { "/collections/shop/items?since=2020-05-01", 200, "\"numberReturned\":1" },
    { "/collections/shop/items?filter=area%20%3E%203&sortby=-area", 200, "\"numberReturned\":2" },
    { "/collections/shop/"
      "items?filter=%7B%22op%22%3A%22%3E%22%2C%22args%22%3A%5B%7B%22property%22%3A%22area%22%7D%2C3%5D%7D",
        200, "\"numberReturned\":2" },
    { "/collections/shop/items?bbox=111.05,31,111.25,32", 200, "\"numberReturned\":2" },
    { "/collections/shop/items?bbox=111.05,31,0,111.25,32,9", 200, "\"numberReturned\":2" },
    { "/collections/shop/items?bbox=31,111.05,32,111.25&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
        200, "\"numberReturned\":2" },
    { "/collections/shop/items?bbox=12362000,3600000,12384200,3800000&bbox-crs=http://www.opengis.net/def/"
      "crs/EPSG/0/3857",
        200, "\"numberReturned\":2" },
    { "/collections/shop/items?bbox=170,31,111.25,32", 200,
        "\"numberReturned\":2" }, /* over the antimeridian */
    { "/collections/shop/items?datetime=2000-01-01/2001-01-01", 200, "\"numberReturned\":0" },
    { "/collections/shop/items?datetime=../..", 200, "\"numberReturned\":4" },
    { "/collections/shop/items?properties=name&limit=1", 200, "\"properties\":{\"name\":\"" },
    { "/collections/shop/items?expand=labels&area=12.5", 200, "\"kind\":\"食品\"" },
    { "/collections/shop/items?crs=http://www.opengis.net/def/crs/EPSG/0/4490&area=12.5", 200,
        "[31.5,111.1]" },
    { "/collections/shop/items?f=csv", 200, "石桥店" },
    { "/collections/shop/items?f=csv", 200, ",name," },
    { "/collections/shop/items?f=csv&header=titles", 200, "记录编号" },
    { "/collections/shop/items?f=csv&header=bold", 400, "titles, names" },
    { "/collections/shop/items?f=geojson", 200, "\"FeatureCollection\"" },
    { "/collections/shop/items?f=xlsx", 200, "PK" },
    { "/collections/shop/items?f=gpkg", 200, "SQLite format 3" },
    { "/collections/shop/items?f=html", 200, "<table>" },
    { "/collections/shop/statistics?properties=area&group=kind", 200, "\"sum\":22.5" },
    { "/collections/shop/statistics?group=name&limit=2", 200, "\"rel\":\"next\"" },
    { "/collections/shop/statistics?group=name&limit=2", 200, "{\"count\":4" }, /* of all, on each page */
    { "/collections/shop/tiles/WebMercatorQuad?f=tilejson", 200, "\"vector_layers\":[{\"id\":\"shop\"" },
    { "/collections/note/tiles", 404, "face/no-layer" },
    { "/collections/shop/tiles/WebMercatorQuad/3/99/0", 404, "face/no-tile" },
    { "/tileMatrixSets/WebMercatorQuad", 200, "559082264.028" },
    { "/styles/county", 200, "\"version\":8" },
    { "/search?q=%E7%9F%B3%E6%A1%A5", 200, "石桥店" },
    { "/search", 400, "face/missing" },
    { "/indicators", 200, "\"indicators\":[" },
    { "/indicators/none", 404, "indicator/no-indicator" },
    { "/tasks", 200, "\"tasks\":[" },
    { "/node", 200, "\"loopbackOnly\":true" },
    { "/healthz", 200, "\"status\":\"pass\"" },
    { "/metrics", 200, "sangzi_http_requests_total" },
    { "/processes", 200, "\"road-condition\"" },
    { "/processes/none", 404, "process/no-process" },
    { "/jobs", 200, "\"jobs\":[]" },
    { "/jobs/none/results", 404, "process/no-job" },
    { "/demo", 404, "face/no-demo" },
    { "/app/", 404, "face/no-app" },
    { "/nothing", 404, "face/no-path" },
    { "/collections/shop/items?limit=0", 400, "face/bad-parameter" },
    { "/collections/shop/items?limit=x", 400, "face/bad-parameter" },
    { "/collections/shop/items?limit=1&limit=2", 400, "face/twice" },
    { "/collections/shop/items?bbox=1,2,3", 400, "face/bad-parameter" },
    { "/collections/shop/items?bbox=1,2,3,4,", 400, "face/bad-parameter" },
    { "/collections/shop/items?bbox=1,9,3,4", 400, "face/bad-parameter" },
    { "/collections/shop/items?datetime=yesterday", 400, "face/bad-parameter" },
    { "/collections/shop/items?datetime=2021-01-01/2020-01-01", 400, "face/bad-parameter" },
    { "/collections/shop/items?filter=area%20%3D", 400, "\"where\":\"filter:" },
    { "/collections/shop/items?filter=aera%3D1", 400, "cql/no-property" },
    { "/collections/shop/items?filter-lang=sql&filter=1", 400, "face/bad-parameter" },
    { "/collections/shop/items?sortby=kind", 400, "face/bad-parameter" },
    { "/collections/shop/items?properties=nmae", 400, "cql/no-property" },
    { "/collections/shop/items?area=many", 400, "face/bad-parameter" },
    { "/collections/shop/items?aera=1", 400, "face/no-parameter" },
    { "/collections/shop/items?crs=http://example.org/none", 400, "face/no-crs" },
    { "/collections/shop/items?f=pdf", 400, "face/bad-parameter" },
    { "/collections/shop/items?token=nonsense", 400, NULL },
    { "/collections/shop/items?q=%ff", 400, "face/bad-text" },
    { "/collections/shop/items?q=%4", 400, "face/bad-text" },
    { "/collections?bbox=1,2,3,4", 400, "face/no-parameter" },
    { "/collections/shop/items/01ARZ3NDEKTSV4RRFFQ69G5FAV", 404, "ledger/no-record" },
    { "/divisions/990121000000", 404, NULL },
};

/* Groups and versions that one answer does not hold stand behind its link, and together they are all. */
static void pages_lead_to_the_rest(void **state)
{
    County *c = *state;
    const Reply first = get(c, "/collections/shop/statistics?group=name&limit=3");
    const size_t at = str_find(first.body, STR("\"next\":\""));
    Str token, rest;
    Reply second;

    assert_true(first.status == 200 && at != SIZE_MAX);
    assert_true(str_cut(str_sub(first.body, at + 8, first.body.len), '"', &token, &rest));
    second =
        get(c, str_fmt(c->a, "/collections/shop/statistics?group=name&limit=3&next=%.*s", STRV(token)).ptr);
    assert_true(second.status == 200 && has(second.body, "{\"count\":4") && !has(second.body, "\"next\""));
    assert_true(has(first.body, "\"value\":\"B\"") && has(first.body, "\"value\":\"C\"") &&
                has(first.body, "\"value\":\"D\""));
    assert_true(has(second.body, "石桥店") && !has(second.body, "\"value\":\"D\""));
}

static void each_path_answers_as_promised(void **state)
{
    for (size_t i = 0; i < LEN(row); i++) {
        const Reply r = get(*state, row[i].path);

        if (r.status != row[i].status || (row[i].body && !has(r.body, row[i].body)))
            fail_msg(
                "%s: %d %.*s", row[i].path, r.status, (int)(r.body.len < 400 ? r.body.len : 400), r.body.ptr);
        if (row[i].status >= 400 && (!has(r.head, "application/problem+json") || !has(r.body, "\"title\":")))
            fail_msg("%s: no problem+json", row[i].path);
    }
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */
#define SHOP(name)                                                                                          \
    "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[111.4,31.5]},\"properties\":{" \
    "\"name\":\"" name "\"}}"

static void a_record_lives_and_retires(void **state)
{
    County *c = *state;
    Reply r =
        ask(c, "POST", "/collections/shop/items", JSON "Sangzi-Actor: %E7%8E%8B%E8%8A%B3\r\n", SHOP("新店"));
    const Str location = header(&r, "Location", c->a), tag = header(&r, "ETag", c->a);
    const char *path = str_c(c->a, str_sub(location, str_find(location, STR("/collections")), location.len));
    const char *match = str_fmt(c->a, JSON "If-Match: %.*s\r\n", STRV(tag)).ptr;

    assert_int_equal(r.status, 201);
    assert_true(has(r.body, "新店") && has(r.body, "王芳"));
    assert_int_equal(
        ask(c, "GET", path, str_fmt(c->a, "If-None-Match: %.*s\r\n", STRV(tag)).ptr, NULL).status, 304);
    assert_int_equal(ask(c, "PATCH", path, JSON, "{\"properties\":{\"area\":5}}").status, 428);
    r = ask(c, "PATCH", path, match, "{\"properties\":{\"area\":5}}");
    assert_int_equal(r.status, 200);
    assert_true(has(r.body, "\"area\":5") && has(r.body, "\"version\":2"));
    assert_int_equal(ask(c, "PATCH", path, match, "{\"properties\":{\"area\":6}}").status, 412);
    assert_int_equal(ask(c, "PUT", path, JSON "If-Match: \"stale\"\r\n", SHOP("x")).status, 412);
    assert_int_equal(ask(c, "PUT", path, JSON "If-None-Match: *\r\n", SHOP("x")).status, 412);
    match = str_fmt(c->a, JSON "If-Match: %.*s\r\nSangzi-Reason: %%E5%%85%%B3%%E9%%97%%A8\r\n",
        STRV(header(&r, "ETag", c->a)))
                .ptr;
    assert_int_equal(ask(c, "DELETE", path, match, NULL).status, 204);
    r = get(c, path);
    assert_int_equal(r.status, 410);
    assert_true(has(r.body, "关门"));
    assert_true(has(get(c, str_fmt(c->a, "%s/history", path).ptr).body, "\"verb\":\"retire\""));
}

static void an_own_ulid_creates_once(void **state)
{
    static const char path[] = "/collections/shop/items/01ARZ3NDEKTSV4RRFFQ69G5FAW";

    assert_int_equal(ask(*state, "PUT", path, JSON "If-None-Match: *\r\n", SHOP("put")).status, 201);
    assert_int_equal(ask(*state, "PUT", path, JSON "If-None-Match: *\r\n", SHOP("put")).status, 412);
    assert_int_equal(ask(*state, "PUT", path, JSON "If-Match: *\r\n", SHOP("again")).status, 200);
}

static void a_key_writes_once(void **state)
{
    const Reply a =
        ask(*state, "POST", "/collections/shop/items", JSON "Idempotency-Key: k-1\r\n", SHOP("once"));
    const Reply b =
        ask(*state, "POST", "/collections/shop/items", JSON "Idempotency-Key: k-1\r\n", SHOP("once"));

    assert_int_equal(a.status, 201);
    assert_int_equal(b.status, 201);
    assert_true(str_eq(header(&a, "Location", county.a), header(&b, "Location", county.a)));
}

static const struct Bad {
    const char *say, *body, *body_has;
    int status;
} bad[] = {
    { "cut JSON", "{", "base/bad-json", 400 },
    { "a list", "[]", "face/not-geojson", 422 },
    { "null", "null", "face/not-geojson", 422 },
    { "no geometry, no properties", "{\"type\":\"Feature\"}", "face/not-geojson", 422 },
    { "a text for a number in the coordinates",
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[\"x\"]},\"properties\":{}}",
        "\"property\":\"geometry\"", 422 },
    { "geometry a number", "{\"type\":\"Feature\",\"geometry\":3,\"properties\":{}}", "face/not-geojson",
        422 },
    { "properties a list", "{\"type\":\"Feature\",\"geometry\":null,\"properties\":[]}", "face/not-geojson",
        422 },
    { "an unknown property", "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"nmae\":1}}",
        "ledger/no-property", 422 },
    { "a wrong code",
        "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"name\":\"a\",\"kind\":\"x\"}}",
        "\"property\":\"kind\"", 422 },
    { "what is required is missing",
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[111.4,31.5]},\"properties\":"
        "{}}",
        "\"property\":\"name\"", 422 },
};

static void bad_bodies_are_told_what_is_wrong(void **state)
{
    for (size_t i = 0; i < LEN(bad); i++) {
        const Reply r = ask(*state, "POST", "/collections/shop/items", JSON, bad[i].body);

        if (r.status != bad[i].status || !has(r.body, bad[i].body_has))
            fail_msg("%s: %d %.*s", bad[i].say, r.status, STRV(r.body));
    }
    assert_int_equal(
        ask(*state, "POST", "/collections/shop/items", "Content-Type: text/plain\r\n", SHOP("x")).status,
        415);
}

static void many_changes_are_one(void **state)
{
    Reply r = ask(*state, "POST", "/changes", JSON,
        "{\"reason\":\"r\",\"changes\":[{\"verb\":\"create\",\"collection\":\"note\",\"feature\":{\"type\":"
        "\"Feature\",\"geometry\":null,"
        "\"properties\":{\"text\":\"one\"}}},{\"verb\":\"create\",\"collection\":\"note\",\"feature\":{"
        "\"type\":\"Feature\",\"geometry\":"
        "null,\"properties\":{}}}]}");

    assert_int_equal(r.status, 422);
    assert_true(has(r.body, "\"change\":1"));
    assert_true(has(get(*state, "/collections/note/items").body, "\"numberReturned\":0"));
    r = ask(*state, "POST", "/changes", JSON,
        "{\"changes\":[{\"verb\":\"create\",\"collection\":\"note\",\"feature\":{\"type\":\"Feature\","
        "\"geometry\":null,\"properties\":"
        "{\"text\":\"one\"}}},{\"verb\":\"create\",\"collection\":\"note\",\"feature\":{\"type\":\"Feature\","
        "\"geometry\":null,"
        "\"properties\":{\"text\":\"two\"}}}]}");
    assert_int_equal(r.status, 200);
    assert_true(has(get(*state, "/collections/note/items").body, "\"numberReturned\":2"));
}

/* --- the door ------------------------------------------------------------------------------------------------------------- */
static void languages_follow_the_reader(void **state)
{
    assert_true(has(ask(*state, "GET", "/nothing", "Accept-Language: en-GB, zh;q=0.5\r\n", NULL).body,
        "There is nothing"));
    assert_true(
        has(ask(*state, "GET", "/nothing", "Accept-Language: zh-CN, en;q=0.8\r\n", NULL).body, "没有"));
    assert_true(has(get(*state, "/collections?lang=en").body, "\"title\":\"Shop\""));
}

static void foreign_pages_are_kept_out(void **state)
{
    County *c = *state;
    const int fd = connect_to(c->port);
    static const char rebound[] =
        "GET /collections HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";

    assert_int_equal(write(fd, rebound, sizeof rebound - 1), (ssize_t)sizeof rebound - 1);
    assert_int_equal(read_reply(c, fd).status, 403);
    close(fd);
    assert_int_equal(
        ask(c, "POST", "/collections/shop/items", JSON "Origin: http://evil.example\r\n", SHOP("x")).status,
        403);
    assert_int_equal(
        ask(c, "POST", "/collections/shop/items", JSON "Sec-Fetch-Site: cross-site\r\n", SHOP("x")).status,
        403);
    assert_int_equal(
        ask(c, "POST", "/collections/shop/items", JSON "Origin: null\r\n", SHOP("x")).status, 403);
}

/* Fetch standard, clauses 3.2 and 2.2.2; made by us. */
static void only_this_machine_is_believed(void **state)
{
    static const struct {
        const char *host;
        bool ours;
    } host[] = { { "localhost", true }, { "LOCALHOST:8080", true }, { "127.0.0.1:1", true },
        { "127.9.9.9", true }, { "[::1]:8080", true }, { "[::1]", true }, { "127.evil.example", false },
        { "127.0.0.1.evil.example", false }, { "localhost.evil.example", false },
        { "evil.example:127", false }, { "10.0.0.1", false }, { "[fe80::1]", false }, { "[::1]evil", false },
        { "[::1", false }, { "", false }, { "127.0.0.1:99999", false }, { "127.0.0.1:80@evil", false } };
    static const char *const more[] = { "https://map.county.example", NULL };

    (void)state;
    for (size_t i = 0; i < LEN(host); i++)
        if (face_host_is_loopback(str_of(host[i].host)) != host[i].ours)
            fail_msg("%s", host[i].host);
    assert_true(face_origin_may_read(STR("http://localhost:5173"), NULL));
    assert_true(face_origin_may_read(STR("https://map.county.example"), more));
    assert_false(face_origin_may_read(STR("https://map.county.example"), NULL));
    assert_false(face_origin_may_read(STR("https://map.county.example.evil"), more));
    assert_false(face_origin_may_read(STR("null"), more));
    assert_true(face_origin_may_write(
        STR("http://127.0.0.1:8080"), STR("same-origin"), STR("http://127.0.0.1:8080")));
    assert_false(
        face_origin_may_write(STR("http://localhost:5173"), STR("same-site"), STR("http://localhost:8080")));
    assert_false(face_origin_may_write(STR(""), STR("cross-site"), STR("http://localhost:8080")));
    assert_true(face_origin_may_write(STR(""), STR(""), STR("http://localhost:8080"))); /* curl, GDAL */
}

static void pages_of_this_machine_may_read(void **state)
{
    Reply r = ask(*state, "GET", "/collections", "Origin: http://localhost:5173\r\n", NULL);

    assert_true(
        has(r.head, "Access-Control-Allow-Origin: http://localhost:5173") && has(r.head, "Origin\r\n"));
    r = ask(*state, "GET", "/collections", "Origin: http://evil.example\r\n", NULL);
    assert_true(r.status == 200 && !has(r.head, "Access-Control-Allow-Origin"));
}

static void methods_are_told(void **state)
{
    Reply r = ask(*state, "PATCH", "/collections/shop/items", JSON, "{}");

    assert_int_equal(r.status, 405);
    assert_true(has(header(&r, "Allow", county.a), "POST"));
    r = ask(*state, "OPTIONS", "/collections/shop/items", "Origin: http://a.example\r\n", NULL);
    assert_int_equal(r.status, 204);
    r = ask(*state, "HEAD", "/collections/shop/items", NULL, NULL);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body.len, 0);
}

static void too_much_is_413(void **state)
{
    const Reply r = ask(*state, "POST", "/collections/shop/items", JSON "Content-Length: 99999999\r\n", NULL);

    assert_int_equal(r.status, 413);
    assert_true(has(r.body, "face/too-large"));
}

/* --- files ------------------------------------------------------------------------------------------------------------- */
static Str photo(County *c)
{
    Str s;
    Err err = { 0 };

    assert_true(
        file_read(SOURCE_DIR "/packs/02-infrastructure/stories/2.1-pothole.jpg", 1 << 20, c->a, &s, &err));
    return s;
}

static void a_photo_is_kept_and_shown_without_its_place(void **state)
{
    County *c = *state;
    const Str bytes = photo(c);
    Reply r = send_bytes(c, "/files?name=a.txt", "Content-Type: text/plain\r\n", bytes);
    const Str location = header(&r, "Location", c->a);
    const char *path = str_c(c->a, str_sub(location, str_find(location, STR("/files/")), SIZE_MAX));
    Str tag;

    assert_int_equal(r.status, 201); /* what the sender calls it is not believed */
    assert_true(has(r.body, "\"mime\":\"image/jpeg\"") && has(r.body, "\"width\":480,\"height\":640"));
    assert_int_equal(send_bytes(c, "/files", "", bytes).status, 200);
    assert_non_null(memmem(bytes.ptr, bytes.len, "GPSLatitude", 11));
    r = get(c, path);
    assert_true(r.status == 200 && r.body.len == bytes.len && !has(r.body, "GPSLatitude"));
    assert_true(
        has(r.head, "Content-Type: image/jpeg") && has(r.head, "immutable") && has(r.head, "nosniff"));
    tag = header(&r, "ETag", c->a);
    r = ask(c, "GET", path, str_fmt(c->a, "If-None-Match: %.*s\r\n", STRV(tag)).ptr, NULL);
    assert_true(r.status == 304 && !r.body.len);
    r = ask(c, "GET", path, "Range: bytes=2-5\r\n", NULL);
    assert_true(r.status == 206 && r.body.len == 4 && has(r.head, "Content-Range: bytes 2-5/"));
    assert_int_equal(ask(c, "GET", path, "Range: bytes=99999999-\r\n", NULL).status, 416);
    assert_int_equal(ask(c, "GET", path, "Range: bytes=-3\r\n", NULL).body.len, 3);
    r = get(c, str_fmt(c->a, "%s?size=160", path).ptr);
    assert_true(r.status == 200 && r.body.len < bytes.len && has(r.head, "Content-Type: image/jpeg"));
    assert_int_equal(get(c, str_fmt(c->a, "%s?size=161", path).ptr).status, 400);
}

static void what_is_no_attachment_is_refused(void **state)
{
    County *c = *state;
    Reply r =
        send_bytes(c, "/files?name=a.jpg", "Content-Type: image/jpeg\r\n", STR("<script>alert(1)</script>"));

    assert_true(r.status == 415 && has(r.body, "files/unknown") && has(r.body, "JPEG"));
    assert_int_equal(send_bytes(c, "/files", "", STR("")).status, 400);
    r = ask(c, "POST", "/files", "Content-Length: 67108865\r\n", NULL);
    assert_true(r.status == 413 && has(r.body, "67108864"));
    assert_int_equal(get(c, "/files/00").status, 404);
    assert_int_equal(get(c, "/files/..%2f..%2fcounty.gpkg").status, 404);
}

static void a_record_names_only_files_that_are_held(void **state)
{
    static const char shop_with[] =
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[111.4,31.5]},"
        "\"properties\":{\"name\":\"有照片的店\",\"photos\":[\"%.*s\"]}}";
    County *c = *state;
    const Str none = STR("0000000000000000000000000000000000000000000000000000000000000000");
    Reply r = send_bytes(c, "/files", "", photo(c));
    const Str id = str_sub(r.body, str_find(r.body, STR("\"id\":\"")) + 6, 64);

    r = send_bytes(c, "/files", "", STR("%PDF-1.4 paper"));
    const Str pdf = str_sub(r.body, str_find(r.body, STR("\"id\":\"")) + 6, 64);

    r = ask(c, "POST", "/collections/shop/items", JSON, str_fmt(c->a, shop_with, STRV(none)).ptr);
    assert_true(r.status == 422 && has(r.body, "ledger/no-file") && has(r.body, "\"property\":\"photos\""));
    r = ask(c, "POST", "/collections/shop/items", JSON, str_fmt(c->a, shop_with, STRV(pdf)).ptr);
    assert_true(r.status == 422 && has(r.body, "ledger/no-file") && has(r.body, "application/pdf"));
    r = ask(c, "POST", "/collections/shop/items", JSON, str_fmt(c->a, shop_with, STRV(id)).ptr);
    assert_int_equal(r.status, 201);
    {
        const Str location = header(&r, "Location", c->a), tag = header(&r, "ETag", c->a);

        assert_int_equal(
            ask(c, "DELETE",
                str_c(c->a, str_sub(location, str_find(location, STR("/collections")), SIZE_MAX)),
                str_fmt(c->a, "If-Match: %.*s\r\n", STRV(tag)).ptr, NULL)
                .status,
            204);
    }
}

/* 40 MiB in chunks of 64 KiB, their sum unsaid: the answer comes all the same, and the connection is not torn. */
static void too_much_without_a_length_is_413(void **state)
{
    enum { CHUNK = 64 << 10, CHUNKS = 640 };
    static char chunk[CHUNK + 16];
    County *c = *state;
    const int fd = connect_to(c->port), head = snprintf(chunk, 16, "%x\r\n", CHUNK);
    const Str ask = str_fmt(c->a,
        "POST /collections/shop/items HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n" JSON
        "Transfer-Encoding: chunked\r\n\r\n",
        c->port);
    Reply r;

    memset(chunk + head, ' ', CHUNK);
    memcpy(chunk + head + CHUNK, "\r\n", 2);
    assert_int_equal(send(fd, ask.ptr, ask.len, 0), (ssize_t)ask.len);
    for (size_t i = 0; i < CHUNKS; i++)
        assert_int_equal(send(fd, chunk, (size_t)head + CHUNK + 2, MSG_NOSIGNAL), head + CHUNK + 2);
    assert_int_equal(send(fd, "0\r\n\r\n", 5, MSG_NOSIGNAL), 5);
    r = read_reply(c, fd);
    close(fd);
    assert_int_equal(r.status, 413);
    assert_true(has(r.body, "face/too-large"));
}

static void bodies_are_packed(void **state)
{
    Reply r = ask(*state, "GET", "/api", "Accept-Encoding: gzip\r\n", NULL);

    assert_true(has(r.head, "Content-Encoding: gzip") && (uint8_t)r.body.ptr[0] == 0x1f);
    r = ask(*state, "GET", "/api", "Accept-Encoding: gzip, zstd\r\n", NULL);
    assert_true(has(r.head, "Content-Encoding: zstd"));
}

static void loopback_only(void **state)
{
    const FaceOptions o = { .node = ((County *)*state)->node, .address = "0.0.0.0" };
    Face *f = NULL;
    Err err = { 0 };

    assert_false(face_start(&o, &f, &err));
    assert_ptr_equal(err.kind, &FACE_NOT_LOOPBACK);
    assert_null(f);
}

/* --- events --------------------------------------------------------------------------------------------------------------- */
static void a_change_is_heard(void **state)
{
    County *c = *state;
    const int fd = connect_to(c->port);
    const Str text =
        str_fmt(c->a, "GET /events?collection=shop HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", c->port);
    char said[65536];
    size_t n = 0;
    bool posted = false;

    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    while (n < sizeof said - 1) {
        const ssize_t got = read(fd, said + n, sizeof said - 1 - n);

        assert_true(got > 0); /* else nothing came within ten seconds */
        n += (size_t)got;
        if (!posted && has((Str){ said, n }, "retry:")) {
            posted = true;
            assert_int_equal(ask(c, "POST", "/collections/shop/items", JSON, SHOP("heard")).status, 201);
        }
        if (has((Str){ said, n }, "\"title\":\"heard\""))
            break;
    }
    assert_true(has((Str){ said, n }, "event: change") && has((Str){ said, n }, "\"verb\":\"create\""));
    close(fd);
}

/* --- no query string breaks it ------------------------------------------------------------------------------------------------ */
static void broken_queries_never_crash(void **state)
{
    static const char *const name[] = { "limit", "bbox", "datetime", "filter", "filter-lang", "sortby",
        "properties", "crs", "q", "division", "count", "token", "expand", "area", "kind", "f", "bbox-crs",
        "filter-crs", "%", "" };
    static const char *const value[] = { "", "%00", "%ff%fe", "1", "-1", "9999999999999999999", "a,b,c",
        "1,2,3,4", "1e999,0,0,0", "{", "%7B%22op%22%3A%22and%22%2C%22args%22%3A%5B%5D%7D", "((((((((((",
        "name%20LIKE%20'%25'", "..", "/", "../..", "+area,-area", "990121000000", "exact", "cql2-json",
        "%E7%9F%B3", "NaN,NaN,NaN,NaN", "'", "%22" };
    Rng rng = rng_of(20261123, STR("queries"));

    print_message("seed 20261123\n");
    for (int i = 0; i < 300; i++) {
        Buf b;
        Reply r;

        buf_init(&b, 4096);
        buf_str(&b, STR("/collections/shop/items?"));
        for (size_t k = 0; k <= rng_below(&rng, 4); k++)
            buf_fmt(&b, "&%s=%s", name[rng_below(&rng, LEN(name))], value[rng_below(&rng, LEN(value))]);
        buf_c(&b, 0);
        r = get(*state, b.ptr);
        if (r.status != 200 && r.status != 400)
            fail_msg("%s: %d", b.ptr, r.status);
        buf_clear(&b);
    }
}

static size_t read_until(int fd, char *said, size_t n, size_t size, const char *what)
{
    while (n < size - 1 && !strstr(said, what)) {
        const ssize_t got = read(fd, said + n, size - 1 - n);

        assert_true(got > 0);
        n += (size_t)got;
        said[n] = 0;
    }
    return n;
}

/* Three senders of 60 MiB: what two of them may come to take is all there is; the third hears it before he has sent anything. */
static void bodies_have_one_budget(void **state)
{
    County *c = *state;
    int fd[3];
    char said[400] = "";
    Reply r;

    for (size_t i = 0; i < LEN(fd); i++) {
        const Str text = str_fmt(c->a,
            "POST /changes HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: %d\r\nExpect: "
            "100-continue\r\n\r\n",
            c->port, 60 << 20);

        fd[i] = connect_to(c->port);
        assert_int_equal(write(fd[i], text.ptr, text.len), (ssize_t)text.len);
        said[0] = 0;
        read_until(fd[i], said, 0, sizeof said, "\r\n\r\n");
        assert_true(has(str_of(said), i < 2 ? "100 Continue" : "503 "));
    }
    assert_true(has(str_of(said), "Retry-After:"));
    for (size_t i = 0; i < LEN(fd); i++)
        close(fd[i]);
    for (int i = 0; i < 500; i++) { /* the room of those who went is there again */
        r = ask(c, "POST", "/changes", NULL, "{\"changes\":[]}");
        if (r.status != 503)
            break;
        usleep(10000);
    }
    assert_int_equal(r.status, 400);
}

/* --- the county is exchanged under its readers ------------------------------------------------------------------------------ */
typedef struct Asker {
    pthread_t thread;
    int port;
    size_t good, bad;
    bool stop;
} Asker;

static bool is_answered(int port)
{
    char text[200], said[16] = "";
    const int fd = connect_to(port),
              n = snprintf(text, sizeof text,
                  "GET /collections/shop/items?limit=1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: "
                  "close\r\n\r\n",
                  port);
    const bool good =
        write(fd, text, (size_t)n) == n && read(fd, said, 12) == 12 && has(str_of(said), " 200");

    close(fd);
    return good;
}

static void *ask_on(void *arg)
{
    Asker *a = arg;

    while (!__atomic_load_n(&a->stop, __ATOMIC_RELAXED))
        if (is_answered(a->port))
            __atomic_add_fetch(&a->good, 1, __ATOMIC_RELAXED);
        else
            a->bad++;
    return NULL;
}

/* Nobody is refused while packs are read again: who comes in the middle is answered by the new county. */
static void packs_are_exchanged_under_requests(void **state)
{
    County *c = *state;
    Asker a[4] = { 0 };
    char said[65536] = "";
    const int fd = connect_to(c->port);
    const Str text = str_fmt(c->a, "GET /events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", c->port);
    Err err = { 0 };
    Reply r;

    node_release(c->held);
    c->held = NULL;
    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    read_until(fd, said, 0, sizeof said, "retry:");
    for (size_t i = 0; i < LEN(a); i++) {
        a[i].port = c->port;
        assert_int_equal(pthread_create(&a[i].thread, NULL, ask_on, &a[i]), 0);
    }
    for (int i = 0; i < 5; i++) {
        const size_t before = __atomic_load_n(&a[0].good, __ATOMIC_RELAXED);

        put(c->dir, "packs/01-test/collections/note.yaml",
            i % 2
                ? note
                : str_fmt(c->a, "%s    seen: { title: { zh: 已读, en: Seen }, type: bool, grade: 1 }\n", note)
                      .ptr);
        if (!node_reload(c->node, NULL, NULL, &err))
            fail_msg("%s %s", err.kind->code, err.what);
        while (__atomic_load_n(&a[0].good, __ATOMIC_RELAXED) < before + 5)
            usleep(1000);
    }
    for (size_t i = 0; i < LEN(a); i++) {
        __atomic_store_n(&a[i].stop, true, __ATOMIC_RELAXED);
        pthread_join(a[i].thread, NULL);
        assert_int_equal(a[i].bad, 0);
    }
    r = get(c, "/collections/note/schema");
    assert_true(has(r.body, "已读"));
    read_until(fd, said, strlen(said), sizeof said, "event: reset"); /* who listens is told, and stays */
    r = ask(c, "POST", "/collections/note/items", JSON,
        "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"text\":\"之后\",\"seen\":true}}");
    assert_int_equal(r.status, 201);
    read_until(fd, said, strlen(said), sizeof said, "\"collection\":\"note\"");
    close(fd);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_answers_as_promised),
        cmocka_unit_test(pages_lead_to_the_rest),
        cmocka_unit_test(a_record_lives_and_retires),
        cmocka_unit_test(an_own_ulid_creates_once),
        cmocka_unit_test(a_key_writes_once),
        cmocka_unit_test(bad_bodies_are_told_what_is_wrong),
        cmocka_unit_test(many_changes_are_one),
        cmocka_unit_test(languages_follow_the_reader),
        cmocka_unit_test(foreign_pages_are_kept_out),
        cmocka_unit_test(only_this_machine_is_believed),
        cmocka_unit_test(pages_of_this_machine_may_read),
        cmocka_unit_test(methods_are_told),
        cmocka_unit_test(too_much_is_413),
        cmocka_unit_test(a_photo_is_kept_and_shown_without_its_place),
        cmocka_unit_test(what_is_no_attachment_is_refused),
        cmocka_unit_test(a_record_names_only_files_that_are_held),
        cmocka_unit_test(too_much_without_a_length_is_413),
        cmocka_unit_test(bodies_are_packed),
        cmocka_unit_test(loopback_only),
        cmocka_unit_test(a_change_is_heard),
        cmocka_unit_test(broken_queries_never_crash),
        cmocka_unit_test(bodies_have_one_budget),
        cmocka_unit_test(packs_are_exchanged_under_requests),
    };

    if (argc == 5 && !strcmp(argv[1], "worker")) /* the child is this very program, run again */
        return files_worker(0, 1, (unsigned)strtoul(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10));
    log_open(2, false, LOG_ERROR);
    return cmocka_run_group_tests(tests, start, stop);
}
