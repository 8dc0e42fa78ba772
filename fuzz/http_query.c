/* fuzz/http_query.c - a query string from anybody: decoded, read as parameters, made a query of the ledger. The first line
 * may be headers' values: Accept and Accept-Language, parted by a tab. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "face/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char shop[] =
    "shop:\n  title: { zh: 店铺, en: Shop }\n  geometry: Point\n  owner: 市场局\n  label: name\n"
    "  sort: [name, area]\n  properties:\n"
    "    name: { title: { zh: 店名, en: Name }, type: text, required: true, grade: 1 }\n"
    "    area: { title: { zh: 面积, en: Area }, type: number, grade: 1 }\n"
    "    fee: { title: { zh: 费用, en: Fee }, type: money, grade: 1 }\n"
    "    open: { title: { zh: 营业, en: Open }, type: bool, grade: 1 }\n"
    "    since: { title: { zh: 开业, en: Since }, type: date, grade: 1 }\n"
    "    at: { title: { zh: 时间, en: At }, type: time, grade: 1 }\n"
    "    kind: { title: { zh: 类别, en: Kind }, codes: { 食品: Food, 五金: Hardware }, many: true, grade: 1 "
    "}\n";
static const char info[] = "title: { zh: 试验, en: Test }\nabout: { zh: 试验, en: Test }\nversion: 1.0.0\n";

static void put(const char *dir, const char *name, const char *text)
{
    char path[256];
    Err err = { 0 };

    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (!file_write(path, BYTES(str_of(text)), 0600, &err))
        abort();
}

static PackModel *make_model(void)
{
    char dir[] = "/tmp/sangzi-fuzz-XXXXXX", path[256];
    const PackMessage *said;
    size_t nsaid;
    Arena *a = arena_new(0);
    PackModel *model;
    Err err = { 0 };

    if (!mkdtemp(dir))
        abort();
    snprintf(path, sizeof path, "%s/01-test/collections", dir);
    if (!dir_make(path, 0700, &err))
        abort();
    put(dir, "01-test/pack.yaml", info);
    put(dir, "01-test/collections/shop.yaml", shop);
    if (!pack_load(dir, NULL, a, &model, &said, &nsaid, &err))
        abort();
    snprintf(path, sizeof path, "rm -rf '%s'", dir);
    if (system(path) != 0)
        abort();
    arena_free(a);
    return model;
}

static void negotiate(FaceRequest *r)
{
    static const char *const kinds[][2] = { { "json", "application/json" }, { "html", "text/html" },
        { NULL, NULL } };
    Err err = { 0 };
    size_t kind;
    const bool good = face_kind(r, kinds, &kind, &err);

    assert(good == !err.kind);
    (void)face_wants_page(r);
    (void)face_english(face_header(r, "Accept-Language"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static PackModel *model;
    const Str all = { (const char *)data, size };
    FacePair header[2] = { { { "Accept", 6 }, { "", 0 } }, { { "Accept-Language", 15 }, { "", 0 } } };
    FaceRequest r = { 0 };
    FaceItems items;
    Err err = { 0 };
    Str line, query;
    bool good;

    if (!model)
        model = make_model();
    r.model = model;
    r.a = arena_new(64 << 20);
    r.header = header;
    r.nheader = 2;
    query = all;
    if (str_cut(all, '\n', &line, &query))
        (void)str_cut(line, '\t', &header[0].value, &header[1].value);
    else
        query = all;
    good = face_read_query(query, r.a, (FacePair **)(uintptr_t)&r.query, &r.nquery, &err) &&
           face_items_query(&r, pack_collection(model, STR("shop")), NULL, &items, &err);
    assert(good == !err.kind);
    negotiate(&r);
    arena_free(r.a);
    return 0;
}
