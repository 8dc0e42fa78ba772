/* src/demo/naming.c - one name on its way into the gazetteer: its approval, its sign, what it means, where it is written down. */
#include "demo/county.h"
#include "demo/lore.h"
#include <stdio.h>

/* --- one name -------------------------------------------------------------------------------------------------------- */
static bool has_sign(Str kind)
{
    static const char *const signed_kind[] = { "乡镇", "行政村", "社区", "自然村", "街巷", "道路", "桥梁",
        "隧道", "水库", "渡口", "古迹", "景点" };

    for (size_t i = 0; i < LEN(signed_kind); i++)
        if (str_eq(kind, str_of(signed_kind[i])))
            return true;
    return false;
}

/* Names of divisions, roads and works are approved by the civil-affairs office; what people say needs no paper. */
static void approval(const County *c, Out *o, const Name *n, Rng *r)
{
    static const char *const official[] = { "乡镇", "行政村", "社区", "道路", "桥梁", "隧道", "水库" };

    for (size_t i = 0; i < LEN(official); i++)
        if (str_eq(n->kind, str_of(official[i]))) {
            const int year = 2014 + (int)rng_below(r, 9), no = 1 + (int)rng_below(r, 40);

            demo_text(o, STR("approved"), str_fmt(demo_arena(o), "云民地〔%d〕%d号（示例）", year, no));
            demo_date(o, STR("approved_on"), date_of(year, 1 + no % 12, 1 + no % 27));
            return;
        }
    (void)c;
}

bool demo_tell_name(County *c, Out *o, const Name *n, Rng *r)
{
    char id[ULID_LEN + 1];
    Arena *a = demo_arena(o);

    demo_id(c, K_PLACE, c->serial[K_PLACE]++, id);
    if (!demo_rec(o, STR("place_name"), n->id ? n->id : id, n->division))
        return false;
    demo_geom(o, n->place);
    demo_text(o, STR("name"), n->name);
    demo_list(o, STR("aliases"), n->alias, n->nalias);
    demo_text(o, STR("dialect"), demo_dialect(c, n->name, a));
    demo_text(o, STR("roman"), n->roman.len ? n->roman : demo_roman_apart(c, n->name, n->tail, a));
    demo_text(o, STR("kind"), n->kind);
    demo_text(o, STR("parent"), n->parent.len ? n->parent : n->division);
    demo_text(o, STR("origin"), n->origin);
    demo_text(o, STR("meaning"), n->meaning);
    demo_text(o, STR("story"), n->story);
    demo_valid(o, n->since ? n->since : demo_since(NULL), n->until ? n->until : INT32_MAX);
    if (n->until) {
        demo_text(o, STR("state"), STR("废止"));
        return true;
    }
    if (has_sign(n->kind))
        demo_text(o, STR("sign"),
            rng_unit(r) < 0.72  ? STR("有")
            : rng_unit(r) < 0.8 ? STR("缺")
                                : STR("损坏"));
    approval(c, o, n, r);
    demo_text(o, STR("state"), STR("批准"));
    return true;
}

/* 李家湾: 旧时李姓聚居于此; 东桥: 因位于村东. Empty where nobody knows. */
Str demo_meaning(const County *c, Str bare, Arena *a)
{
    const Str first = demo_char(bare, 0), why = yaml_text(yaml_get(c->d.places, "why"), str_c(a, first));

    if (demo_chars(bare) == 3 && str_eq(demo_char(bare, 1), STR("家")))
        return str_fmt(a, "旧时%.*s姓聚居于此，故名", STRV(first));
    return why.len ? str_fmt(a, "%.*s得名", STRV(why)) : (Str){ "", 0 };
}

void demo_address(const County *c, size_t group, char out[ULID_LEN + 1])
{
    if (str_ends(c->group[group].name, STR("组")))
        demo_id(c, K_VILLAGE_NAME, (uint32_t)c->group[group].village, out);
    else
        demo_id(c, K_GROUP_NAME, (uint32_t)group, out);
}

/* --- what other registers know ------------------------------------------------------------------------------------------ */
void demo_named(County *c, Str name, const char *kind, Str alias, size_t village, Xy at)
{
    if (c->nnamed == c->named_max) {
        const size_t max = c->named_max ? 2 * c->named_max : 1024;
        Named *more = NEWS(c->a, Named, max);

        if (!more)
            return; /* the gazetteer lacks it; the register has it */
        if (c->nnamed)
            memcpy(more, c->named, c->nnamed * sizeof *more);
        c->named = more;
        c->named_max = max;
    }
    c->named[c->nnamed++] = (Named){ str_copy(c->a, name), str_of(kind), str_copy(c->a, alias), village, at };
}
