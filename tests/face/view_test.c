/* tests/face/view_test.c - a caller who may little, at every face: one township, grade 1, no farm that is a wood.
 *
 *                 name    kind   lies in     he
 *     甲场  first   田     township 1  sees, its values of grade 2 and more masked
 *     林场  wood    林     township 1  does not see: his row filter
 *     乙场  other   田     township 2  does not see: his township
 *
 * He exists in this program only: tests/arch looks for little_caller in sangzi.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "face/face.h"
#include "files/files.h"
#include "indicator/indicator.h"
#include "onemap/onemap.h"

#define HERE  "990121100000"
#define THERE "990121200000"
#define NODE  "990121000000"

static const char *const pack_files[][2] = {
    { "pack.yaml", "title: { zh: 试, en: Try }\nabout: { zh: 试, en: Try }\nversion: 1.0.0\n" },
    { "collections/division.yaml",
        "division:\n  title: { zh: 区划, en: Division }\n  geometry: Polygon\n  owner: 局\n  label: name\n  "
        "by_code: true\n"
        "  unique: [code]\n  properties:\n"
        "    code: { title: { zh: 代码, en: Code }, type: text, required: true, grade: 1 }\n"
        "    name: { title: { zh: 名称, en: Division name }, type: text, required: true, grade: 1, search: "
        "true }\n"
        "    level: { title: { zh: 级别, en: Level }, type: text, grade: 1 }\n"
        "    parent: { title: { zh: 上级, en: Parent }, type: text, grade: 1 }\n"
        "    full_name: { title: { zh: 全称, en: Full name }, type: text, grade: 1 }\n" },
    { "collections/keeper.yaml", "keeper:\n  title: { zh: 场主, en: Keeper }\n  geometry: none\n  owner: "
                                 "局\n  label: name\n  properties:\n"
                                 "    name: { title: { zh: 姓名, en: Keeper name }, type: text, required: "
                                 "true, grade: 3, find: text }\n"
                                 "    farms: { title: { zh: 农场, en: Farms }, ref: farm, many: true, "
                                 "opposite: farm.keeper, grade: 1 }\n" },
    { "collections/farm.yaml",
        "farm:\n  title: { zh: 农场, en: Farm }\n  geometry: Point\n  owner: 局\n  label: name\n  sort: "
        "[rent, name]\n"
        "  properties:\n"
        "    name: { title: { zh: 场名, en: Farm name }, type: text, required: true, grade: 1, search: true "
        "}\n"
        "    kind: { title: { zh: 类别, en: Kind }, codes: { 田: Field, 林: Wood }, grade: 1 }\n"
        "    size: { title: { zh: 大小, en: Size }, type: number, grade: 1 }\n"
        "    nick: { title: { zh: 小名, en: Nickname }, type: text, grade: 2, search: true }\n"
        "    rent: { title: { zh: 租金, en: Rent }, type: number, grade: 2 }\n"
        "    phone: { title: { zh: 电话, en: Phone }, type: text, grade: 3, find: equal }\n"
        "    keeper: { title: { zh: 场主, en: Kept by }, ref: keeper, grade: 1 }\n"
        "    paper: { title: { zh: 证照, en: Paper }, type: file, grade: 1 }\n" },
    { "indicators.yaml",
        "farm_size:\n  title: { zh: 平均大小, en: Mean size }\n  description: { zh: 平均, en: Mean }\n"
        "  unit: { zh: 亩, en: mu }\n  task: \"02\"\n  collection: farm\n  numerator: \"size > 0\"\n  "
        "denominator: \"size > "
        "0\"\n"
        "  value: size\n  scale: 1\n  digits: 0\n  source: { zh: 试, en: Try }\n" },
    { "layers.yaml",
        "farms:\n  title: { zh: 农场, en: Farms }\n  group: { zh: 试, en: Try }\n  collection: farm\n  kind: "
        "circle\n"
        "  property: kind\n  attributes: [name, nick, kind]\n  source: { zh: 试, en: Try }\n  classes:\n"
        "    - { value: 田, color: \"#10B189\" }\n    - { value: 林, color: \"#406040\" }\n" },
};

typedef struct Place {
    char dir[64], county[80];
    Arena *a;
    Node *node;
    const NodeCounty *held;
    Face *face;
    int port;
    char first[ULID_LEN + 1], wood[ULID_LEN + 1], other[ULID_LEN + 1], keeper[ULID_LEN + 1];
    Str paper_here, paper_there;
} Place;
static Place p;
static AccessRows no_woods;
static AccessWho little = {
    .account = { "little", 6 }, .division = { HERE, 12 }, .grade = 1, .rows = &no_woods, .nrows = 1
};

const AccessWho *little_caller(void *ctx, Str actor);
const AccessWho *little_caller(void *ctx, Str actor) /* not static: tests/arch reads the names of symbols */
{
    (void)ctx;
    return str_eq(actor, STR("little")) ? &little : &ACCESS_VISITOR;
}

/* --- a county and a client ------------------------------------------------------------------------------------------ */
static int connect_to(int port)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct timeval wait = { 20, 0 };
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(INADDR_LOOPBACK) }
    };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* The whole answer, head and body, as text; binary bodies too. */
static Str ask_as(const char *who, const char *method, const char *path, const char *head, Str body)
{
    const int fd = connect_to(p.port);
    const Str text = str_fmt(p.a,
        "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nSangzi-Actor: %s\r\n%s"
        "Content-Length: %zu\r\n\r\n",
        method, path, p.port, who, head, body.len);
    Buf b;
    Str all;
    ssize_t n;

    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    assert_int_equal(write(fd, body.ptr, body.len), (ssize_t)body.len);
    buf_init(&b, 64 << 20);
    do {
        char *room = buf_room(&b, 65536);

        assert_non_null(room);
        n = read(fd, room, 65536);
        if (n > 0)
            buf_took(&b, (size_t)n);
    } while (n > 0);
    close(fd);
    all = str_copy(p.a, buf_text(&b));
    buf_clear(&b);
    return all;
}

static Str get_as(const char *who, const char *path)
{
    return ask_as(who, "GET", path, "Accept: application/json\r\n", STR(""));
}

static bool has(Str text, const char *what)
{
    return str_find(text, str_of(what)) != SIZE_MAX;
}

static bool is(Str answer, int status)
{
    return has(str_sub(answer, 0, 13), str_fmt(p.a, " %d", status).ptr);
}

static void make(const char *collection, const char *json, char id[ULID_LEN + 1])
{
    const Str r = ask_as("big", "POST", str_fmt(p.a, "/collections/%s/items", collection).ptr,
        "Content-Type: application/geo+json\r\n", str_of(json));
    const size_t at = str_find(r, STR("\"id\":\""));

    if (!is(r, 201))
        fail_msg("%s: %.*s", json, STRV(r));
    if (id)
        (void)snprintf(id, ULID_LEN + 1, "%.26s", r.ptr + at + 6);
}

static Str send_paper(const char *bytes)
{
    const Str r =
        ask_as("big", "POST", "/files?name=a.txt", "", str_fmt(p.a, "%%PDF-1.4\n%s\n%%%%EOF\n", bytes));
    const size_t at = str_find(r, STR("\"id\":\""));

    if (!is(r, 201))
        fail_msg("%.*s", STRV(r));
    return str_sub(r, at + 6, FILES_ID);
}

static void make_division(const char *code, const char *name, double x)
{
    make("division",
        str_fmt(p.a,
            "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%g,31],[%g,31],[%g,"
            "32],[%g,32],[%g,31]]]},"
            "\"properties\":{\"code\":\"%s\",\"name\":\"%s\",\"level\":\"township\"}}",
            x, x + 1, x + 1, x, x, code, name)
            .ptr,
        NULL);
}

static void make_farm(const char *name, const char *kind, const char *nick, double x, int size, Str paper,
    char id[ULID_LEN + 1])
{
    make("farm",
        str_fmt(p.a,
            "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[%g,31.5]},"
            "\"properties\":{"
            "\"name\":\"%s\",\"kind\":\"%s\",\"nick\":\"%s\",\"rent\":%d,\"size\":%d,\"phone\":\"1380000000%"
            "d\","
            "\"keeper\":\"%s\",\"paper\":\"%.*s\"}}",
            x, name, kind, nick, size * 100, size, size, p.keeper, STRV(paper))
            .ptr,
        id);
}

static void write_packs(void)
{
    char path[200];
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/packs/01-try/collections", p.dir);
    assert_true(dir_make(path, 0700, &err));
    for (size_t i = 0; i < LEN(pack_files); i++) {
        snprintf(path, sizeof path, "%s/packs/01-try/%s", p.dir, pack_files[i][0]);
        assert_true(file_write(path, BYTES(str_of(pack_files[i][1])), 0600, &err));
    }
}

static void say_findings(const PackMessage *said, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%.*s:%zu %.*s\n", STRV(said[i].file), said[i].line, STRV(said[i].text.en));
}

static void narrow(void)
{
    const PackCollection *farm = pack_collection(p.held->model, STR("farm"));
    CqlExpr *e;
    Err err = { 0 };

    assert_true(cql_parse_text(STR("kind <> '林'"), p.a, &e, &err) && cql_check(e, &farm->schema, p.a, &err));
    no_woods = (AccessRows){ farm, e };
}

static int begin(void **state)
{
    char packs[96];
    Err err = { 0 };

    (void)state;
    p = (Place){ .dir = "/tmp/sangzi-view-XXXXXX", .a = arena_new(0) };
    assert_non_null(mkdtemp(p.dir));
    write_packs();
    snprintf(packs, sizeof packs, "%s/packs", p.dir);
    snprintf(p.county, sizeof p.county, "%s/county", p.dir);
    assert_true(ledger_init(p.county, STR(NODE), 7, &err));
    if (!node_open(
            p.county, LEDGER_WRITE, &(NodeOptions){ .packs = packs, .say = say_findings }, &p.node, &err))
        fail_msg("%s %s", err.kind->code, err.what);
    assert_true(node_hold(p.node, &p.held, &err));
    narrow();
    assert_true(face_start(&(FaceOptions){ .node = p.node, .who = little_caller }, &p.face, &err));
    p.port = face_port(p.face);
    make_division(HERE, "东镇", 111);
    make_division(THERE, "西镇", 112);
    make("keeper", "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"name\":\"王大\"}}", p.keeper);
    p.paper_here = send_paper("here");
    p.paper_there = send_paper("there");
    make_farm("甲场", "田", "小甲", 111.5, 3, p.paper_here, p.first);
    make_farm("林场", "林", "小林", 111.6, 5, STR(""), p.wood);
    make_farm("乙场", "田", "小乙", 112.5, 7, p.paper_there, p.other);
    return 0;
}

static int end(void **state)
{
    char command[128];

    (void)state;
    face_stop(p.face);
    node_release(p.held);
    node_close(p.node);
    arena_free(p.a);
    snprintf(command, sizeof command, "rm -rf '%s'", p.dir);
    return system(command);
}

/* --- rows: what he is shown, and what he is not; the visitor who may all is shown both ------------------------------ */
#define F "/collections/farm"
static const struct Row {
    const char *say, *path;
    const char *his[4], *hidden[6]; /* stand in his answer; in the visitor's, and not in his */
} row[] = {
    { "a list", F "/items", { "甲场", "\"numberMatched\":1" },
        { "林场", "乙场", "小甲", "\"rent\":", "\"numberMatched\":3" } },
    { "a list counted", F "/items?count=exact&limit=1", { "\"numberMatched\":1" },
        { "\"numberMatched\":3" } },
    { "a list of a box", F "/items?bbox=110,30,113,33", { "甲场" }, { "林场", "乙场" } },
    { "a list by filter", F "/items?filter=size%3E2", { "甲场", "\"numberMatched\":1" }, { "林场", "乙场" } },
    { "a list by division", F "/items?division=" NODE, { "甲场" }, { "乙场" } },
    { "another's division", F "/items?division=" THERE, { "\"numberReturned\":0" }, { "乙场" } },
    { "a list in order", F "/items?sortby=-name&limit=2", { "甲场" }, { "林场" } },
    { "a list as a page", F "/items?f=html", { "甲场" }, { "林场", "乙场" } },
    { "a list with titles", F "/items?expand=labels", { "甲场" }, { "王大", "西镇" } },
    { "what is masked is named", F "/items", { "\"masked\":[\"nick\",\"rent\",\"phone\"]" }, { "小甲" } },
    { "collections", "/collections", { "\"count\":1" }, { "\"count\":3" } },
    { "one collection", F, { "\"count\":1" }, { "\"count\":3", "112.5" } },
    { "statistics", F "/statistics?properties=size&group=kind", { "\"count\":1", "\"sum\":3" },
        { "\"count\":3", "\"sum\":15", "林" } },
    { "statistics, whole", F "/statistics", { "\"count\":1" }, { "\"count\":3" } },
    { "search by name", "/search?q=%E5%9C%BA", { "甲场" }, { "林场", "乙场" } },
    { "search by a nickname", "/search?q=%E5%B0%8F%E7%94%B2", { "\"results\":[]" }, { "甲场" } },
    { "a list by a nickname", F "/items?q=%E5%B0%8F%E7%94%B2", { "\"numberReturned\":0" }, { "甲场" } },
    { "csv", F "/items?f=csv", { "甲场" }, { "林场", "乙场", "nick", "rent", "小甲" } },
    { "csv with titles", F "/items?f=csv&header=titles", { "甲场" }, { "林场", "小名", "租金" } },
    { "geojson", F "/items?f=geojson", { "甲场" }, { "林场", "乙场", "小甲", "\"rent\":" } },
    { "an indicator", "/indicators/farm_size", { "\"value\":3", "\"numerator\":3" }, { "\"numerator\":15" } },
    { "layers", "/styles/county", { "\"count\":1" }, { "\"count\":3" } },
    { "divisions", "/divisions/" HERE, { "东镇" }, { NULL } },
    { "a tileset", F "/tiles/WebMercatorQuad?f=tilejson", { "111.5" }, { "112.5" } },
};

static void each_face_shows_his_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        const Str his = get_as("little", row[i].path), all = get_as("big", row[i].path);

        if (!is(his, 200) || !is(all, 200))
            fail_msg("%s: %.*s", row[i].say, STRV(str_sub(his, 0, 600)));
        for (size_t k = 0; k < LEN(row[i].his) && row[i].his[k]; k++)
            if (!has(his, row[i].his[k]))
                fail_msg("%s: no %s in %.*s", row[i].say, row[i].his[k], STRV(his));
        for (size_t k = 0; k < LEN(row[i].hidden) && row[i].hidden[k]; k++) {
            if (has(his, row[i].hidden[k]))
                fail_msg("%s: he sees %s in %.*s", row[i].say, row[i].hidden[k], STRV(his));
            if (!has(all, row[i].hidden[k])) /* else the row would prove nothing */
                fail_msg("%s: the visitor does not see %s in %.*s", row[i].say, row[i].hidden[k], STRV(all));
        }
    }
}

static const struct Refused {
    const char *say, *path;
    int status;
    const char *code;
} refused[] = {
    { "a filter by what is masked", F "/items?filter=rent%3E100", 403, "ledger/masked" },
    { "a filter by what is sealed", F "/items?filter=phone%3D%2713800000003%27", 403, "ledger/masked" },
    { "a filter by a property's name", F "/items?rent=300", 403, "ledger/masked" },
    { "an order by what is masked", F "/items?sortby=rent", 403, "ledger/masked" },
    { "sums of what is masked", F "/statistics?properties=rent", 403, "ledger/masked" },
    { "groups of what is masked", F "/statistics?group=nick", 403, "ledger/masked" },
    { "a download by what is masked", F "/items?f=csv&filter=rent%3E100", 403, "ledger/masked" },
    { "imports of others", "/imports", 403, "ledger/not-yours" },
};

static void what_is_masked_cannot_be_asked_by(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(refused); i++) {
        const Str his = get_as("little", refused[i].path), all = get_as("big", refused[i].path);

        if (!is(his, refused[i].status) || !has(his, refused[i].code))
            fail_msg("%s: %.*s", refused[i].say, STRV(his));
        if (!is(all, 200))
            fail_msg("%s: the visitor: %.*s", refused[i].say, STRV(all));
    }
}

/* --- one record ------------------------------------------------------------------------------------------------------ */
static const char *item(const char *id, const char *more)
{
    return str_fmt(p.a, F "/items/%s%s", id, more).ptr;
}

static void a_record_that_is_not_his_is_not_there(void **state)
{
    const char *const not_his[] = { p.wood, p.other };
    const char *const way[] = { "", "/history", "?f=html", "?known-at=2100-01-01T00:00:00Z" };
    Str r = get_as("little", item(p.first, ""));

    (void)state;
    assert_true(is(r, 200) && has(r, "甲场") && has(r, "\"masked\":[\"nick\",\"rent\",\"phone\"]"));
    assert_false(has(r, "小甲") || has(r, "\"rent\":") || has(r, "13800000003"));
    for (size_t i = 0; i < LEN(not_his); i++)
        for (size_t k = 0; k < LEN(way); k++) {
            r = get_as("little", item(not_his[i], way[k]));
            if (!is(r, 404) || !has(r, "ledger/no-record"))
                fail_msg("%s: %.*s", way[k], STRV(r));
            assert_true(is(get_as("big", item(not_his[i], way[k])), 200));
        }
    r = get_as("little",
        str_fmt(p.a, "/collections/keeper/items/%s", p.keeper).ptr); /* lies nowhere in his township */
    assert_true(is(r, 404));
}

static void history_tells_that_and_not_what(void **state)
{
    Str r;

    (void)state;
    r = ask_as("big", "PATCH", item(p.first, ""),
        "Content-Type: application/merge-patch+json\r\nIf-Match: *\r\n",
        STR("{\"properties\":{\"rent\":301,\"size\":4}}"));
    assert_true(is(r, 200));
    r = get_as("little", item(p.first, "/history"));
    assert_true(is(r, 200) && has(r, "\"masked\":[\"rent\"]") && has(r, "\"property\":\"size\""));
    assert_false(has(r, "301") || has(r, "\"who\":\"big\""));
    r = get_as("big", item(p.first, "/history"));
    assert_true(has(r, "301") && has(r, "\"who\":\"big\"") && !has(r, "\"masked\""));
    r = ask_as("big", "PATCH", item(p.first, ""),
        "Content-Type: application/merge-patch+json\r\nIf-Match: *\r\n",
        STR("{\"properties\":{\"rent\":300,\"size\":3}}"));
    assert_true(is(r, 200));
}

/* --- tiles, files, processes ---------------------------------------------------------------------------------------------- */
static void tiles_hold_his_features_only(void **state)
{
    const char *tile = F "/tiles/WebMercatorQuad/5/13/25";
    const Str his = get_as("little", tile), all = get_as("big", tile);

    (void)state;
    assert_true(is(all, 200) && is(his, 200));
    assert_true(has(all, p.first) && has(all, p.wood) && has(all, p.other) && has(all, "小甲"));
    assert_true(has(his, p.first) && has(his, "甲场"));
    assert_false(has(his, p.wood) || has(his, p.other) || has(his, "小甲") || has(his, "nick"));
}

/* Sums are of all records: told to who sees all, refused to others, never a part that looks like the whole. */
static void sums_are_told_to_who_sees_all(void **state)
{
    const Str his = get_as("little", F "/tiles/sums");
    Str all = get_as("big", F "/tiles/sums");

    (void)state;
    for (int i = 0; !has(all, "\"count\":3") && i < 2000;
         i++) { /* until the pack is there and has followed */
        assert_true(is(all, 200) || (is(all, 503) && has(all, "tile/not-ready") && has(all, "Retry-After")));
        usleep(10000);
        all = get_as("big", F "/tiles/sums");
    }
    assert_true(
        is(all, 200) && has(all, "\"count\":3") && has(all, "\"exact\":true") && !has(all, "Retry-After"));
    assert_true(is(his, 403) && has(his, "onemap/hidden"));
    all = get_as("big", F "/tiles/sums?bbox=112.4,31.4,112.6,31.6");
    assert_true(is(all, 200) && !has(all, "\"count\":3") && has(all, "\"exact\":false"));
    assert_true(is(get_as("big", F "/tiles/sums?group=nick"), 400) &&
                is(get_as("big", F "/tiles/sums?layer=none"), 400));
    assert_true(
        is(get_as("big", F "/tiles/sums?bbox=1,2"), 400) && is(get_as("big", F "/tiles/sums?limit=3"), 400));
}

static void a_file_hangs_on_what_he_sees(void **state)
{
    const char *here = str_fmt(p.a, "/files/%.*s", STRV(p.paper_here)).ptr,
               *there = str_fmt(p.a, "/files/%.*s", STRV(p.paper_there)).ptr;

    (void)state;
    assert_true(is(get_as("little", here), 200) && is(get_as("big", there), 200));
    assert_true(is(get_as("little", there), 404));
}

static void processes_read_with_his_eyes(void **state)
{
    const char *run = "/processes/geocode/execution", *json = "Content-Type: application/json\r\n";
    const Str other = STR("{\"inputs\":{\"address\":\"乙场\"}}"),
              first = STR("{\"inputs\":{\"address\":\"甲场\"}}");
    Str r;

    (void)state;
    r = ask_as("big", "POST", run, json, other);
    assert_true(is(r, 200) && has(r, "乙场"));
    r = ask_as("little", "POST", run, json, other);
    assert_true(is(r, 200) && !has(r, p.other));
    r = ask_as("little", "POST", run, json, first);
    assert_true(is(r, 200) && has(r, "甲场"));
    /* What is written for all is not derived from a part. */
    r = ask_as("little", "POST", "/processes/division-counts/execution", json, STR("{\"inputs\":{}}"));
    assert_true(is(r, 403) && has(r, "ledger/not-yours"));
}

static void jobs_of_others_are_not_his(void **state)
{
    Str r = ask_as("big", "POST", "/processes/verify/execution",
        "Content-Type: application/json\r\nPrefer: respond-async\r\n", STR("{\"inputs\":{}}"));
    const size_t at = str_find(r, STR("/jobs/"));
    const char *job = str_fmt(p.a, "/jobs/%.26s", r.ptr + at + 6).ptr;

    (void)state;
    assert_true(is(r, 201) && at != SIZE_MAX);
    assert_true(is(get_as("big", job), 200) && is(get_as("little", job), 404));
    r = get_as("little", "/jobs");
    assert_true(is(r, 200) && has(r, "\"jobs\":[]"));
}

/* --- events ------------------------------------------------------------------------------------------------------------ */
static void touch(const char *id, int size)
{
    const Str r =
        ask_as("big", "PATCH", item(id, ""), "Content-Type: application/merge-patch+json\r\nIf-Match: *\r\n",
            str_fmt(p.a, "{\"properties\":{\"size\":%d}}", size));

    assert_true(is(r, 200));
}

static Str read_until(int fd, Buf *b, const char *what)
{
    while (!has(buf_text(b), what)) {
        char *room = buf_room(b, 4096);
        const ssize_t n = read(fd, room, 4096);

        if (n <= 0)
            fail_msg("no %s in %.*s", what, STRV(buf_text(b)));
        buf_took(b, (size_t)n);
    }
    return buf_text(b);
}

static void he_is_told_of_what_he_sees(void **state)
{
    const int fd = connect_to(p.port);
    const Str text = str_fmt(p.a,
        "GET /events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nSangzi-Actor: little\r\nAccept: "
        "text/event-stream\r\n\r\n",
        p.port);
    Buf b;
    Str said;

    (void)state;
    buf_init(&b, 1 << 20);
    assert_int_equal(write(fd, text.ptr, text.len), (ssize_t)text.len);
    read_until(fd, &b, "retry: 2000");
    touch(p.other, 8);
    touch(p.wood, 6);
    touch(p.first, 9); /* the third commit is the first he hears of */
    said = read_until(fd, &b, p.first);
    assert_false(has(said, p.other) || has(said, p.wood) || has(said, "乙场"));
    assert_true(has(said, "\"who\":\"\"") && has(said, "甲场"));
    close(fd);
    buf_clear(&b);
    touch(p.other, 7);
    touch(p.wood, 5);
    touch(p.first, 3);
}

/* --- what he writes ------------------------------------------------------------------------------------------------------ */
static void he_writes_what_he_sees(void **state)
{
    const char *patch = "Content-Type: application/merge-patch+json\r\nIf-Match: *\r\n",
               *json = "Content-Type: application/geo+json\r\n";
    Str r = ask_as("little", "PATCH", item(p.other, ""), patch, STR("{\"properties\":{\"size\":1}}"));

    (void)state;
    assert_true(is(r, 404));
    r = ask_as("little", "DELETE", item(p.wood, ""), "If-Match: *\r\n", STR(""));
    assert_true(is(r, 404));
    r = ask_as("little", "PATCH", item(p.first, ""), patch, STR("{\"properties\":{\"rent\":1}}"));
    assert_true(is(r, 422) && has(r, "ledger/not-yours") && has(r, "\"property\":\"rent\""));
    r = ask_as("little", "PATCH", item(p.first, ""), patch,
        STR("{\"properties\":{\"kind\":\"林\"}}")); /* out of his own sight */
    assert_true(is(r, 403) && has(r, "ledger/not-yours"));
    r = ask_as("little", "POST", F "/items", json,
        STR("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[112.4,31.4]},"
            "\"properties\":{\"name\":\"远\",\"kind\":\"田\"}}"));
    assert_true(is(r, 403));
    r = ask_as("little", "PUT", item(p.first, ""), "Content-Type: application/geo+json\r\nIf-Match: *\r\n",
        STR("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[111.5,31.5]},"
            "\"properties\":{\"name\":\"甲场\",\"kind\":\"田\",\"size\":3}}"));
    assert_true(is(r, 200) && has(r, "\"masked\":[") && !has(r, "小甲")); /* the answer is masked as well */
    r = get_as("big", item(p.first, ""));
    assert_true(has(r, "小甲") && has(r, "13800000003")); /* what he does not see he did not empty */
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(each_face_shows_his_part),
        cmocka_unit_test(what_is_masked_cannot_be_asked_by),
        cmocka_unit_test(a_record_that_is_not_his_is_not_there),
        cmocka_unit_test(history_tells_that_and_not_what),
        cmocka_unit_test(tiles_hold_his_features_only),
        cmocka_unit_test(sums_are_told_to_who_sees_all),
        cmocka_unit_test(a_file_hangs_on_what_he_sees),
        cmocka_unit_test(processes_read_with_his_eyes),
        cmocka_unit_test(jobs_of_others_are_not_his),
        cmocka_unit_test(he_is_told_of_what_he_sees),
        cmocka_unit_test(he_writes_what_he_sees),
    };

    return cmocka_run_group_tests(test, begin, end);
}
