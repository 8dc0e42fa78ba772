/* src/pack/skeleton.c - pack_new: a small pack that passes the check, to be written over. */
#include "pack/inside.h"

static const char pack_yaml[] = "# packs/%s/pack.yaml - what this pack is for\n"
                                "title: { zh: 新业务包, en: New pack }\n"
                                "version: 0.1.0\n"
                                "needs: [00-common]\n";

static const char collection_yaml[] =
    "# packs/%s/collections/%s.yaml - one collection a file; what it is, its shape, its properties\n"
    "%s:\n"
    "  title: { zh: 新登记, en: New register }\n"
    "  geometry: Point\n"
    "  owner: { zh: 主管部门, en: Department }\n"
    "  label: title\n"
    "  sort: [title, state]\n"
    "  properties:\n"
    "    title: { title: { zh: 事项, en: Matter }, type: text, required: true, grade: 1, search: true }\n"
    "    state: { title: { zh: 事项状态, en: State }, codes: { 新建: New, 办结: Settled }, required: true, "
    "grade: 1 }\n"
    "    keeper: { title: { zh: 责任人, en: Keeper }, ref: person, grade: 2 } # the phone is asked of the "
    "person\n"
    "    begun: { title: { zh: 开始日期, en: Begun }, type: date, grade: 1 }\n"
    "    ended: { title: { zh: 结束日期, en: Ended }, type: date, grade: 1 }\n"
    "  rules:\n"
    "    - { check: \"ended IS NULL OR begun IS NULL OR ended >= begun\", property: ended, say: { zh: "
    "结束日期不能早于开始日期, en: "
    "The end cannot be before the beginning } }\n";

bool pack_name_of_pack(Str name)
{
    bool ok = name.len >= 4 && name.len <= 60 && name.ptr[0] >= '0' && name.ptr[0] <= '9' &&
              name.ptr[1] >= '0' && name.ptr[1] <= '9' && name.ptr[2] == '-' && name.ptr[3] >= 'a' &&
              name.ptr[3] <= 'z';

    for (size_t i = 3; ok && i < name.len; i++)
        ok = (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || (name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
             name.ptr[i] == '-';
    return ok;
}

/* A part's own example: {0} is the pack, {1} its collection. */
static Str sample(Arena *a, const char *form, Str pack, Str collection)
{
    Buf b;
    Str out;

    buf_init(&b, 1 << 16);
    for (const char *p = form; *p; p++)
        if (p[0] == '{' && (p[1] == '0' || p[1] == '1') && p[2] == '}') {
            buf_str(&b, p[1] == '0' ? pack : collection);
            p += 2;
        } else {
            buf_c(&b, *p);
        }
    out = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return out;
}

static bool write_text(Arena *a, const char *folder, const char *file, Str text, Err *err)
{
    char *path = str_c(a, str_fmt(a, "%s/%s", folder, file));

    if (!path || !text.ptr)
        return FAIL(err, BASE_NO_MEMORY, STR("pack"), "%s", file);
    return file_write(path, BYTES(text), 0644, err);
}

bool pack_new(const char *dir, Str name, const PackAbove *above, Err *err)
{
    Arena *a = arena_new(1 << 20);
    char *folder = str_c(a, str_fmt(a, "%s/%.*s", dir, STRV(name)));
    char *inner = str_c(a, str_fmt(a, "%s/%.*s/collections", dir, STRV(name)));
    char *whole = str_c(a, name), *word = str_c(a, str_sub(name, 3, name.len)), *file;
    bool ok = false;

    if (!pack_name_of_pack(name)) {
        (void)FAIL(err, PACK_BAD_NAME, name, "%s", dir);
        goto done;
    }
    if (!folder || !inner || !whole || !word) {
        (void)FAIL(err, BASE_NO_MEMORY, STR("pack"), "%s", dir);
        goto done;
    }
    if (file_exists(folder)) {
        (void)FAIL(err, PACK_EXISTS, str_of(folder), "%s", dir);
        goto done;
    }
    for (char *p = word; *p; p++)
        *p = *p == '-' ? '_' : *p;
    file = str_c(a, str_fmt(a, "collections/%s.yaml", word));
    ok = file && dir_make(inner, 0755, err) &&
         write_text(a, folder, "pack.yaml", str_fmt(a, pack_yaml, whole), err) &&
         write_text(a, folder, file, str_fmt(a, collection_yaml, whole, word, word), err);
    for (size_t i = 0; ok && above && i < above->npart; i++)
        if (above->part[i]->sample)
            ok = write_text(
                a, folder, above->part[i]->file, sample(a, above->part[i]->sample, name, str_of(word)), err);
done:
    arena_free(a);
    return ok;
}
