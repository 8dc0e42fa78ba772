/* src/pack/load.c - pack_load: the folders are read, bound together and sealed into a model. */
#include <sys/stat.h>
#include "pack/inside.h"

enum { FILE_MAX = 1 << 20 };

static Str last_part(Str s, char at)
{
    size_t i = s.len;

    while (i && s.ptr[i - 1] != at)
        i--;
    return str_sub(s, i, s.len);
}

/* One file's YAML; NULL, and said: not readable. A missing one is NULL and not said. */
static const Yaml *read_yaml(PackLoader *l, Str rel)
{
    char *path = str_c(l->a, str_fmt(l->a, "%s/%.*s", l->dir, STRV(rel)));
    Str text;
    Yaml *top;
    Err err = { 0 };
    size_t line;

    l->file = str_fmt(l->a, "%.*s/%.*s", STRV(l->root), STRV(rel));
    if (!path || !file_exists(path))
        return NULL;
    if (!file_read(path, FILE_MAX, l->a, &text, &err)) {
        pack_say_err(l, &PACK_SAY_FILE, 1, STR(""), &err);
        return NULL;
    }
    sm3_add(l->digest, BYTES(rel));
    sm3_add(l->digest, BYTES(text));
    if (!yaml_read(text, l->file, l->a, &top, &err)) {
        if (!str_to_size(last_part(str_of(err.where), ':'), 10, &line))
            line = 1;
        pack_say_err(l, &PACK_SAY_YAML, line, STR("YAML"), &err);
        return NULL;
    }
    if (top->kind != YAML_MAP && !(top->kind == YAML_TEXT && !top->text.len))
        pack_say(l, &PACK_SAY_NOT_MAP, top->line, l->file, STR(""));
    return top->kind == YAML_MAP ? top : NULL;
}

static void read_info(PackLoader *l, Str name)
{
    typedef struct Line {
        PackInfo info;
        PackNames needs;
        PackTitle about;
    } Line;
    static const PackKey key[] = { { "title", KEY_TITLE, offsetof(Line, info.title), true },
        { "about", KEY_TITLE, offsetof(Line, about), false },
        { "version", KEY_TEXT, offsetof(Line, info.version), true },
        { "task", KEY_TEXT, offsetof(Line, info.task), false },
        { "needs", KEY_NAMES, offsetof(Line, needs), false } };
    const Yaml *top = read_yaml(l, str_fmt(l->a, "%.*s/pack.yaml", STRV(name)));
    Line line = { .info = { .name = name, .dir = name } };

    if (!top)
        return;
    pack_fields(l, top, name, key, LEN(key), &line);
    pack_title_must(l, 1, name, &line.info.title);
    line.info.about = line.about;
    line.info.needs = line.needs.ptr;
    line.info.nneeds = line.needs.n;
    line.info.dir = str_fmt(l->a, "%s/%.*s", l->dir, STRV(name));
    *PUSH(l, &l->info, PackInfo) = line.info;
}

static void find_packs(PackLoader *l, const Str *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *path = str_c(l->a, str_fmt(l->a, "%s/%.*s", l->dir, STRV(name[i])));
        char *head = str_c(l->a, str_fmt(l->a, "%s/%.*s/pack.yaml", l->dir, STRV(name[i])));
        struct stat st;

        if (!path || !head || stat(path, &st) || !S_ISDIR(st.st_mode))
            continue;
        l->file = str_fmt(l->a, "%.*s/%.*s", STRV(l->root), STRV(name[i]));
        if (file_exists(head))
            read_info(l, name[i]);
        else
            pack_say(l, &PACK_SAY_NO_PACK, 1, name[i], STR(""));
    }
}

static void check_needs(PackLoader *l)
{
    PackList names = { 0 };

    for (size_t i = 0; i < l->info.n; i++)
        *PUSH(l, &names, Str) = AT(&l->info, PackInfo, i)->name;
    for (size_t i = 0; i < l->info.n; i++) {
        const PackInfo *info = AT(&l->info, PackInfo, i);

        l->file = str_fmt(l->a, "%.*s/%.*s/pack.yaml", STRV(l->root), STRV(info->name));
        for (size_t k = 0; k < info->nneeds; k++) {
            bool found = false;

            for (size_t j = 0; j < names.n && !found; j++)
                found = str_eq(*AT(&names, Str, j), info->needs[k]);
            if (!found)
                pack_say_near(l, &PACK_SAY_NO_REQUIRED_PACK, 1, info->needs[k], STR(""), names.ptr, names.n);
        }
    }
}

static void each_pack(PackLoader *l, const char *file, void (*read)(PackLoader *l, const Yaml *top))
{
    for (size_t i = 0; i < l->info.n; i++) {
        const PackInfo *info = AT(&l->info, PackInfo, i);
        const Yaml *top = read_yaml(l, str_fmt(l->a, "%.*s/%s", STRV(info->name), file));

        l->pack = info->name;
        if (top)
            read(l, top);
    }
}

static void find_collections(PackLoader *l, const PackInfo *info)
{
    char *path = str_c(l->a, str_fmt(l->a, "%s/%.*s/collections", l->dir, STRV(info->name)));
    Str *name;
    size_t n;
    Err err = { 0 };

    if (!path || !file_exists(path))
        return;
    l->pack = info->name;
    l->file = str_fmt(l->a, "%.*s/%.*s/collections", STRV(l->root), STRV(info->name));
    if (!dir_list(path, l->a, &name, &n, &err)) {
        pack_say_err(l, &PACK_SAY_FILE, 1, STR(""), &err);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const Yaml *top;

        if (!str_ends(name[i], STR(".yaml")))
            continue;
        top = read_yaml(l, str_fmt(l->a, "%.*s/collections/%.*s", STRV(info->name), STRV(name[i])));
        if (top)
            pack_read_collection(l, top, str_sub(name[i], 0, name[i].len - 5));
    }
}

static void give_tasks(PackLoader *l, PackDraft *d)
{
    for (size_t i = 0; i < l->info.n; i++)
        if (str_eq(AT(&l->info, PackInfo, i)->name, d->c.pack))
            d->c.task = AT(&l->info, PackInfo, i)->task;
}

static void each_draft(PackLoader *l, void (*work)(PackLoader *l, PackDraft *d))
{
    for (size_t i = 0; i < l->drafts.n; i++)
        work(l, pack_draft(l, i));
}

static void check_opposites(PackLoader *l, PackDraft *d)
{
    pack_check_opposites(l, d);
}

static void check_makers(PackLoader *l, PackDraft *d)
{
    if (l->above)
        pack_check_maker(l, d);
}

static void read_part(PackLoader *l, const PackPart *part)
{
    struct PackFound found = { .part = part };

    for (size_t i = 0; i < l->info.n; i++) {
        const PackInfo *info = AT(&l->info, PackInfo, i);
        const Yaml *top = read_yaml(l, str_fmt(l->a, "%.*s/%s", STRV(info->name), part->file));

        l->pack = info->name;
        if (top)
            part->read(l, top, &found.list);
    }
    *PUSH(l, &l->found, struct PackFound) = found;
}

Str pack_reading(const PackLoader *l)
{
    return l->pack;
}

static void read_all(PackLoader *l)
{
    each_pack(l, "codes.yaml", pack_read_codes);
    for (size_t i = 0; i < l->info.n; i++)
        find_collections(l, AT(&l->info, PackInfo, i));
    check_needs(l);
    each_draft(l, give_tasks);
    each_draft(l, pack_read_properties);
    each_draft(l, pack_bind_collection);
    each_draft(l, pack_bind_expressions);
    each_draft(l, check_opposites);
    each_draft(l, check_makers);
    each_pack(l, "concepts.yaml", pack_read_concepts);
    pack_enter_once(l);
    each_pack(l, "tasks.yaml", pack_read_tasks);
    for (size_t i = 0; l->above && i < l->above->npart; i++)
        read_part(l, l->above->part[i]);
}

static void seal(PackLoader *l)
{
    PackModel *m = l->model;

    m->pack = l->info.ptr;
    m->npack = l->info.n;
    m->collection = l->drafts.ptr; /* a draft begins with its collection */
    m->ncollection = l->drafts.n;
    m->names = l->by_name;
    m->concept = l->concepts.ptr;
    m->nconcept = l->concepts.n;
    m->task = l->tasks.ptr;
    m->ntask = l->tasks.n;
    m->found = l->found.ptr;
    m->nfound = l->found.n;
    m->said = l->said.ptr;
    m->nsaid = l->said.n;
    sm3_end(l->digest, m->digest);
}

/* The folder's own name, for messages: "packs" of "/srv/county/packs/". */
static Str last_name(const char *dir)
{
    Str s = str_of(dir);

    while (s.len > 1 && s.ptr[s.len - 1] == '/')
        s.len--;
    s = last_part(s, '/');
    return s.len ? s : STR("packs");
}

/* Findings are handed out from the caller's arena: the model is gone. */
static void hand_out(const PackLoader *l, Arena *a, const PackMessage **said, size_t *nsaid)
{
    PackMessage *copy = NEWS(a, PackMessage, l->said.n ? l->said.n : 1);

    *nsaid = 0;
    *said = copy;
    for (size_t i = 0; copy && i < l->said.n; i++) {
        const PackMessage *m = AT(&l->said, PackMessage, i);

        copy[i] = *m;
        copy[i].file = str_copy(a, m->file);
        copy[i].text.zh = str_copy(a, m->text.zh);
        copy[i].text.en = str_copy(a, m->text.en);
        *nsaid = i + 1;
    }
}

static bool refuse(const PackLoader *l, Err *err)
{
    for (size_t i = 0; i < l->said.n; i++) {
        const PackMessage *m = AT(&l->said, PackMessage, i);

        if (m->warning)
            continue;
        (void)FAIL(err, PACK_BAD, str_fmt(l->a, "%.*s:%zu", STRV(m->file), m->line), "%.*s:%zu",
            STRV(m->file), m->line);
        err_hint(err, "%.*s", STRV(m->text.zh));
        return false;
    }
    return FAIL(err, BASE_NO_MEMORY, STR("packs"), "%s", "packs");
}

static bool begin(PackLoader *l, const char *dir, const PackAbove *above, Arena *a)
{
    *l = (PackLoader){ .a = a, .dir = dir, .above = above, .root = last_name(dir) };
    l->model = NEW(a, PackModel);
    l->lists = map_new(a);
    l->by_name = map_new(a);
    l->files = map_new(a);
    l->digest = sm3_new();
    if (l->model && l->lists && l->by_name && l->files && l->digest) {
        l->model->arena = a;
        return true;
    }
    sm3_free(l->digest);
    arena_free(a);
    return false;
}

bool pack_load_into(const char *dir, const PackAbove *above, Arena *model, Arena *a, PackModel **out,
    const PackMessage **said, size_t *nsaid, Err *err)
{
    PackLoader l;
    Str *name;
    size_t n;
    bool ok = false;

    *said = NULL;
    *nsaid = 0;
    if (!begin(&l, dir, above, model))
        return FAIL(err, BASE_NO_MEMORY, STR("packs"), "%s", dir);
    if (dir_list(dir, l.a, &name, &n, err)) {
        find_packs(&l, name, n);
        read_all(&l);
        seal(&l);
        ok = !l.nwrong && !l.no_memory;
        if (!ok) {
            hand_out(&l, a, said, nsaid);
            (void)refuse(&l, err);
        }
    }
    sm3_free(l.digest);
    if (!ok) {
        arena_free(model);
        return false;
    }
    *said = l.model->said;
    *nsaid = l.model->nsaid;
    *out = l.model;
    return true;
}

bool pack_load(const char *dir, const PackAbove *above, Arena *a, PackModel **out, const PackMessage **said,
    size_t *nsaid, Err *err)
{
    return pack_load_into(dir, above, arena_new(0), a, out, said, nsaid, err);
}

void pack_free(PackModel *m)
{
    if (m)
        arena_free(m->arena);
}
