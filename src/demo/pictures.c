/* src/demo/pictures.c - the 24 drawings as attachments: each is a document with its caption, known by the SHA-256 of its
 * bytes like any other file. Who makes the county puts the files themselves into DIR/files (demo_pictures).
 */
#include "demo/county.h"
#include <glob.h>
#include <stdio.h>

enum { BYTES_MAX = 1 << 16, MEDIA_CENTRE = 16 /* its row among the bureaus of registers.yaml */ };

static Str hex(const uint8_t *digest, size_t n, Arena *a)
{
    Buf b;
    Str out;

    buf_init(&b, 256);
    buf_hex(&b, (Bytes){ digest, n });
    out = str_copy(a, buf_text(&b));
    buf_clear(&b);
    return out;
}

/* A county that brings no drawings has none: its records are without pictures. */
bool demo_pictures_read(County *c)
{
    const Yaml *y = yaml_get(c->d.registers, "pictures");

    c->picture = NEWS(c->a, Picture, (y ? y->n : 0) + 1);
    if (!c->picture)
        return false;
    for (y = y ? y->first : NULL; y; y = y->next) {
        const Str name = yaml_text(y, "name"),
                  path = str_fmt(c->a, "%s/drawings/%.*s.webp", c->spec->data, STRV(name));
        uint8_t digest[SHA256_LEN];
        Str bytes;
        Err none = { 0 };

        if (!path.ptr)
            return false;
        if (!file_exists(path.ptr) || !file_read(path.ptr, BYTES_MAX, c->a, &bytes, &none))
            continue;
        sha256(BYTES(bytes), digest);
        c->picture[c->npicture++] =
            (Picture){ name, yaml_text(y, "title"), hex(digest, sizeof digest, c->a) };
    }
    return true;
}

Str demo_picture(const County *c, const char *name)
{
    for (size_t i = 0; i < c->npicture; i++)
        if (str_eq(c->picture[i].name, str_of(name)))
            return c->picture[i].id;
    return (Str){ "", 0 };
}

void demo_photos(Out *o, const County *c, const char *one, const char *two)
{
    const Str id[2] = { demo_picture(c, one), two ? demo_picture(c, two) : (Str){ "", 0 } };

    if (id[0].len)
        demo_list(o, STR("photos"), id, id[1].len ? 2 : 1);
}

void demo_picture_document(const County *c, const char *name, char out[ULID_LEN + 1])
{
    size_t i = 0;

    while (i < c->npicture && !str_eq(c->picture[i].name, str_of(name)))
        i++;
    out[0] = 0;
    if (i < c->npicture)
        demo_id(c, K_DOCUMENT, (uint32_t)i, out);
}

bool demo_emit_documents(County *c, Out *o, Err *err)
{
    for (size_t i = 0; i < c->npicture; i++) {
        const Picture *p = &c->picture[i];
        Arena *a = demo_next(o);
        char id[ULID_LEN + 1];

        demo_id(c, K_DOCUMENT, (uint32_t)i, id);
        if (!a || !demo_rec(o, STR("document"), id, STR("990121000000")))
            return FAIL(err, DEMO_STOPPED, STR("document"), "pictures");
        demo_text(o, STR("title"), str_fmt(a, "%.*s（示意图）", STRV(p->title)));
        demo_text(o, STR("kind"), STR("图纸"));
        demo_text(o, STR("file"), p->id);
        demo_time(o, STR("taken_at"), (c->spec->today - 30) * TIME_DAY + 2 * 3600 * TIME_SECOND);
        demo_org_bureau(c, MEDIA_CENTRE, id);
        demo_text(o, STR("author"), str_fmt(a, "organization/%s", id));
        demo_text(o, STR("rights"), STR("公有"));
        demo_text(o, STR("licence"), STR("随演示数据使用"));
        demo_int(o, STR("grade"), 1);
        demo_text(o, STR("retention"), STR("10年"));
        demo_bool(o, STR("ai_made"), true); /* made by code: said of every one */
    }
    return true;
}

bool demo_pictures(const char *data, bool (*see)(void *ctx, const char *path, Err *err), void *ctx, Err *err)
{
    char pattern[4300];
    glob_t found = { 0 };
    bool good = true;

    snprintf(pattern, sizeof pattern, "%s/drawings/*.webp", data);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; good && i < found.gl_pathc; i++)
            good = see(ctx, found.gl_pathv[i], err);
    globfree(&found);
    return good;
}
