/* fuzz/pack.c - a pack's file of any bytes: the first says which file of a small good pack it takes the place of.
 *
 * The law: an answer, never a crash; false exactly when err.kind is set, and then either something is said or memory or
 * the folder is at fault.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "indicator/indicator.h"
#include "onemap/onemap.h"
#include "pack/pack.h"

static const PackPart *const part[] = { &onemap_yaml, &indicator_yaml };
static const PackAbove above = { .part = part, .npart = LEN(part) };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct File {
    const char *path, *text;
} file[] = {
    { "00/pack.yaml", "title: { zh: 试, en: Try }\nversion: 1\n" },
    { "00/collections/thing.yaml", "thing:\n  title: { zh: 物, en: Thing }\n  geometry: Point\n  owner: 局\n "
                                   " label: name\n  properties:\n"
                                   "    name: { title: { zh: 名, en: Name }, type: text, grade: 1 }\n"
                                   "    size: { title: { zh: 大小, en: Size }, type: number, grade: 1 }\n" },
    { "00/collections/division.yaml",
        "division:\n  title: { zh: 区划, en: Division }\n  owner: 局\n  properties:\n"
        "    name: { title: { zh: 区划名, en: Division name }, type: text, grade: 1 }\n" },
    { "00/concepts.yaml", "thing.name: { title: { zh: 名, en: Name }, home: thing.name }\n" },
    { "00/codes.yaml", "colour: { title: { zh: 颜色, en: Colour }, codes: { 红: Red } }\n" },
    { "00/layers.yaml", "l: { title: { zh: 层, en: L }, group: { zh: 组, en: G }, collection: thing, kind: "
                        "circle, classes: [] }\n" },
    { "00/indicators.yaml", "i: { title: { zh: 指标, en: I }, task: \"02\", collection: thing }\n" },
    { "00/tasks.yaml", "" },
};

static void put(const char *root, const struct File *f, Str text)
{
    char path[300];
    FILE *to;

    (void)snprintf(path, sizeof path, "%s/%s", root, f->path);
    to = fopen(path, "wb");
    assert(to && fwrite(text.ptr, 1, text.len, to) == text.len && !fclose(to));
}

/* Made once; in memory where the machine has such a folder. */
static const char *folder(void)
{
    static char root[64];
    char inner[100];
    Err err = { 0 };

    if (!root[0]) {
        (void)snprintf(
            root, sizeof root, "%s/sangzi-fuzz-XXXXXX", file_exists("/dev/shm") ? "/dev/shm" : "/tmp");
        assert(mkdtemp(root));
        (void)snprintf(inner, sizeof inner, "%s/00/collections", root);
        assert(dir_make(inner, 0700, &err));
        for (size_t i = 0; i < LEN(file); i++)
            put(root, &file[i], str_of(file[i].text));
    }
    return root;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *root = folder();
    const struct File *f = &file[size ? data[0] % LEN(file) : 0];
    Arena *a = arena_new(64 << 20);
    PackModel *m = NULL;
    const PackMessage *said;
    size_t nsaid;
    Err err = { 0 };
    bool ok;

    put(root, f, size ? (Str){ (const char *)data + 1, size - 1 } : STR(""));
    ok = pack_load(root, &above, a, &m, &said, &nsaid, &err);
    assert(ok == !err.kind);
    assert(ok ? m != NULL : nsaid || err.kind == &BASE_NO_MEMORY || err.kind == &BASE_IO);
    for (size_t i = 0; i < nsaid; i++)
        assert(said[i].code && said[i].text.zh.len && said[i].text.en.len && said[i].file.len);
    pack_free(m);
    arena_free(a);
    put(root, f, str_of(f->text));
    return 0;
}
