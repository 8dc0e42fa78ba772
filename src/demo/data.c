/* src/demo/data.c - the county's YAML, and lots drawn from its tables. */
#include "demo/county.h"
#include <stdio.h>

enum { FILE_MAX = 1 << 20 };
const char *const demo_terrain_name[TERRAINS] = { "平原", "水网", "丘陵", "山区" };

static bool read_one(const char *dir, const char *name, Arena *a, const Yaml **out, Err *err)
{
    Str path = str_fmt(a, "%s/%s", dir, name), text;
    Yaml *y;

    if (!path.ptr || !file_read(path.ptr, FILE_MAX, a, &text, err) ||
        !yaml_read(text, str_of(name), a, &y, err))
        return false;
    *out = y;
    return true;
}

bool demo_data_read(const char *dir, Arena *a, Data *out, Err *err)
{
    Data d = { 0 };
    Str path = str_fmt(a, "%s/blocked-names.txt", dir);

    if (!read_one(dir, "county.yaml", a, &d.county, err) ||
        !read_one(dir, "places.yaml", a, &d.places, err) || !read_one(dir, "names.yaml", a, &d.names, err) ||
        !read_one(dir, "people.yaml", a, &d.people, err) ||
        !read_one(dir, "registers.yaml", a, &d.registers, err) ||
        !read_one(dir, "stories.yaml", a, &d.stories, err) || !path.ptr ||
        !file_read(path.ptr, FILE_MAX, a, &d.blocked, err))
        return false;
    *out = d;
    return true;
}

static double number(const Yaml *y)
{
    double v = 0;

    return y && y->kind == YAML_TEXT && str_to_f64(y->text, &v) ? v : 0;
}

double demo_num(const Yaml *map, const char *key)
{
    return number(yaml_get(map, key));
}

const Yaml *demo_at(const Yaml *list, size_t i)
{
    const Yaml *y = list ? list->first : NULL;

    while (y && i--)
        y = y->next;
    return y;
}

double demo_num_at(const Yaml *list, size_t i)
{
    return number(demo_at(list, i));
}

bool demo_weighted(const Yaml *pairs, Arena *a, Weighted *out)
{
    const size_t n = pairs ? pairs->n : 0;
    Weighted w = { NEWS(a, Str, n + 1), NEWS(a, double, n + 1), 0 };
    double sum = 0;

    if (!w.text || !w.weight || !n)
        return false;
    for (const Yaml *y = pairs->first; y; y = y->next) {
        sum += y->kind == YAML_LIST ? demo_num_at(y, 1) : 1;
        w.text[w.n] = y->kind == YAML_LIST ? demo_at(y, 0)->text : y->text;
        w.weight[w.n++] = sum;
    }
    *out = w;
    return true;
}

size_t demo_draw(const Weighted *w, Rng *r)
{
    const double at = rng_unit(r) * w->weight[w->n - 1];
    size_t lo = 0, hi = w->n - 1;

    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;

        if (w->weight[mid] > at)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

Str demo_char(Str s, size_t i)
{
    while (i-- && s.len)
        (void)str_next(&s);
    Str rest = s;
    (void)str_next(&rest);
    return str_sub(s, 0, s.len - rest.len);
}

size_t demo_chars(Str s)
{
    size_t n = 0;

    while (s.len) {
        (void)str_next(&s);
        n++;
    }
    return n;
}

Rng demo_rng(const County *c, const char *what, size_t n)
{
    char name[80];

    snprintf(name, sizeof name, "%s/%zu", what, n);
    return rng_of(c->spec->seed, str_of(name));
}
