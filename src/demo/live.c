/* src/demo/live.c - what the demo's people do next, as requests to the public faces. Pure but for what the faces answer. */
#include "demo/demo.h"
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20, BODY_MAX = 1 << 16, PAGE = 40 };
typedef struct Scene { /* one turn */
    const Yaml *y;     /* stories.yaml */
    const DemoFaces *faces;
    Arena *a;
    Rng r;
    int64_t now;
    size_t n;
    DemoStep *out;
} Scene;

static Str actor(Scene *s, size_t i)
{
    const Yaml *y = yaml_get(s->y, "actors");

    y = y ? y->first : NULL;
    for (i = y ? i : 0; i && y->next; i--)
        y = y->next;
    return y ? yaml_text(y, "name") : (Str){ 0, 0 };
}

static json_t *ask(Scene *s, const char *path, Str *etag)
{
    json_t *v = NULL;
    Str own = { 0, 0 };

    if (!s->faces->get(s->faces->ctx, path, s->a, &v, &own))
        return NULL;
    if (etag)
        *etag = own;
    return v;
}

/* One feature of a page, by lot. */
static json_t *any_feature(Scene *s, const char *path)
{
    json_t *page = ask(s, path, NULL), *list = page ? json_object_get(page, "features") : NULL;
    const size_t n = json_array_size(list);

    return n ? json_array_get(list, rng_below(&s->r, n)) : NULL;
}

static Str word(const json_t *feature, const char *name)
{
    return json_str(json_object_get(json_object_get(feature, "properties"), name));
}

static Str id_of(const json_t *feature)
{
    return json_str(json_object_get(feature, "id"));
}

static bool send(Scene *s, const char *method, Str path, Buf *body, size_t who, const char *why)
{
    DemoStep *o = s->out;

    o->method = str_of(method);
    o->path = path;
    o->content_type =
        strcmp(method, "PATCH") == 0 ? STR("application/merge-patch+json") : STR("application/geo+json");
    o->body = str_copy(s->a, buf_text(body));
    o->actor = actor(s, who);
    o->source = STR("typed");
    o->reason = yaml_text(yaml_get(s->y, "live") ? yaml_get(yaml_get(s->y, "live"), "reason") : NULL, why);
    buf_clear(body);
    return o->path.ptr && o->body.ptr;
}

/* PATCH of one property with the ETag it has now. */
static bool patch(
    Scene *s, const char *collection, Str id, const char *name, Str value, size_t who, const char *why)
{
    Str path = str_fmt(s->a, "/collections/%s/items/%.*s", collection, STRV(id));
    Buf b;

    if (!path.ptr || !ask(s, path.ptr, &s->out->if_match))
        return false;
    buf_init(&b, BODY_MAX);
    buf_fmt(&b, "{\"properties\":{\"%s\":", name);
    buf_json_str(&b, value);
    buf_str(&b, STR("}}"));
    return send(s, "PATCH", path, &b, who, why);
}

static Str today(Scene *s)
{
    Buf b;
    Str text;

    buf_init(&b, 64);
    date_text((int32_t)((s->now + 8 * 3600 * TIME_SECOND) / TIME_DAY), &b);
    text = str_copy(s->a, buf_text(&b));
    buf_clear(&b);
    return text;
}

/* A point on a section's line: one of its vertices. */
static bool vertex(Scene *s, const json_t *section, double *x, double *y)
{
    const json_t *line = json_object_get(json_object_get(section, "geometry"), "coordinates");
    const json_t *p =
        json_array_size(line) ? json_array_get(line, rng_below(&s->r, json_array_size(line))) : NULL;

    if (json_array_size(p) < 2)
        return false;
    *x = json_number_value(json_array_get(p, 0));
    *y = json_number_value(json_array_get(p, 1));
    return true;
}

static bool new_defect(Scene *s)
{
    static const char *const kind[6] = { "坑槽", "涵堵", "标志缺", "边坡", "裂缝", "护栏缺" };
    const Yaml *note = yaml_get(yaml_get(s->y, "live"), "defect_note");
    const size_t k = rng_below(&s->r, LEN(kind));
    const char letter = "ABCDEFGHJKMNPQRSTVWXYZ"[rng_below(&s->r, 22)];
    Str path = str_fmt(s->a,
        "/collections/road_section/items?limit=%d&filter=pqi%%20%%3C%%20%d&division=990121108000", PAGE,
        62 + letter % 25);
    json_t *section = path.ptr ? any_feature(s, path.ptr) : NULL;
    const Yaml *y = note ? note->first : NULL;
    const double size = 0.4 + 3 * rng_unit(&s->r);
    const bool light = rng_unit(&s->r) < 0.7, danger = rng_unit(&s->r) < 0.2;
    double px, py;
    Buf b;

    if (!section)
        section = any_feature(s, "/collections/road_section/items?limit=40");
    if (!section || !vertex(s, section, &px, &py))
        return false;
    for (size_t i = 0; y && i < k && y->next; i++)
        y = y->next;
    buf_init(&b, BODY_MAX);
    buf_str(&b, STR("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":["));
    buf_fixed(&b, px, 7);
    buf_c(&b, ',');
    buf_fixed(&b, py, 7);
    buf_str(&b, STR("]},\"properties\":{\"section\":"));
    buf_json_str(&b, id_of(section));
    buf_fmt(&b,
        ",\"kind\":\"%s\",\"size\":%.1f,\"severity\":\"%s\",\"safety\":%s,\"state\":\"发现\",\"found_at\":\"",
        kind[k], size, light ? "轻" : "中", danger ? "true" : "false");
    time_text(s->now, 0, &b);
    buf_str(&b, STR("\",\"note\":"));
    buf_json_str(&b, y ? y->text : STR(""));
    buf_str(&b, STR("}}"));
    return send(s, "POST", STR("/collections/road_defect/items"), &b, 2, "defect");
}

static bool advance_defect(Scene *s)
{
    static const char *const next[][2] = { { "发现", "确认" }, { "确认", "派单" }, { "派单", "处置" },
        { "处置", "验收" }, { "验收", "关闭" } };
    const size_t k = rng_below(&s->r, LEN(next));
    char path[400];
    Buf q;
    json_t *d;

    buf_init(&q, 200);
    for (const char *p = next[k][0]; *p; p++)
        buf_fmt(&q, "%%%02X", (unsigned)(unsigned char)*p);
    snprintf(path, sizeof path, "/collections/road_defect/items?limit=%d&state=%.*s&sortby=-found_at", PAGE,
        STRV(buf_text(&q)));
    buf_clear(&q);
    d = any_feature(s, path);
    return d && patch(s, "road_defect", id_of(d), "state", str_of(next[k][1]), k < 2 ? 1 : 2, "advance");
}

static bool check_facility(Scene *s)
{
    json_t *f = any_feature(s, "/collections/facility/items?limit=40&division=990121108000");

    if (!f)
        f = any_feature(s, "/collections/facility/items?limit=40");
    if (!f || str_eq(word(f, "last_check"), today(s)))
        return false;
    return patch(s, "facility", id_of(f), "last_check", today(s), 2, "check");
}

static bool check_bridge(Scene *s)
{
    json_t *f = any_feature(s, "/collections/road_structure/items?limit=40&sortby=weight_limit");

    if (!f || str_eq(word(f, "last_check"), today(s)))
        return false;
    return patch(s, "road_structure", id_of(f), "last_check", today(s), 0, "check");
}

static bool mend_sign(Scene *s)
{
    json_t *f = any_feature(s, "/collections/place_name/items?limit=40&sign=%E7%BC%BA");

    return f && patch(s, "place_name", id_of(f), "sign", STR("有"), 4, "sign");
}

bool demo_live(const char *data, uint64_t seed, size_t n, int64_t now, const DemoFaces *faces, Arena *a,
    DemoStep *out, Err *err)
{
    static bool (*const turn[])(Scene *) = { new_defect, new_defect, new_defect, advance_defect,
        advance_defect, advance_defect, check_facility, check_facility, check_bridge, mend_sign };
    Str path = str_fmt(a, "%s/stories.yaml", data), text;
    char stream[32];
    DemoStep step = { 0 };
    Yaml *y;

    if (!path.ptr || !file_read(path.ptr, FILE_MAX, a, &text, err) ||
        !yaml_read(text, STR("stories.yaml"), a, &y, err))
        return false;
    snprintf(stream, sizeof stream, "live/%zu", n);
    Scene s = { y, faces, a, rng_of(seed, str_of(stream)), now, n, &step };
    step.wait_ms = 4000 + (int)rng_below(&s.r, 8001);
    step.key = str_fmt(a, "demo-%llu-%zu", (unsigned long long)seed, n);
    if (n >= DEMO_LIVE_MAX || !turn[rng_below(&s.r, LEN(turn))](&s))
        return false;
    *out = step;
    return true;
}
