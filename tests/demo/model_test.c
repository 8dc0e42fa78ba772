/* tests/demo/model_test.c - what the demo tells is what the packs keep: names, kinds of values, codes, what is required. */
#include "demo/demo.h"
#include "pack/pack.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define DATA SOURCE_DIR "/packs/00-common/demo"
typedef struct Ctx {
    const PackModel *model;
    Map *wrong; /* said once each */
    Arena *a;
    size_t n;
} Ctx;

static void say(Ctx *x, const DemoRecord *r, Str property, const char *what)
{
    Str key = str_fmt(x->a, "%.*s.%.*s: %s", STRV(r->collection), STRV(property), what);

    if (!map_get(x->wrong, key)) {
        assert_true(map_put(x->wrong, key, x));
        printf("%.*s\n", STRV(key));
        x->n++;
    }
}

static bool fits(const PackProperty *p, const CqlValue *v)
{
    switch (p->type) {
    case PACK_TEXT:
    case PACK_LONG:
    case PACK_REF:
        return v->kind == CQL_TEXT;
    case PACK_ENUM:
        return v->kind == CQL_TEXT && pack_code(p, v->text);
    case PACK_INTEGER:
    case PACK_MONEY:
        return v->kind == CQL_INT;
    case PACK_NUMBER:
        return v->kind == CQL_NUMBER || v->kind == CQL_INT;
    case PACK_DATE:
        return v->kind == CQL_DATE;
    case PACK_TIME:
        return v->kind == CQL_TIME;
    case PACK_BOOL:
        return v->kind == CQL_BOOL;
    case PACK_GEOMETRY:
        return v->kind == CQL_GEOM;
    default:
        return true;
    }
}

static void value(Ctx *x, const DemoRecord *r, const PackProperty *p, const CqlValue *v)
{
    if (p->many != (v->kind == CQL_LIST)) {
        say(x, r, p->name, "one or many");
        return;
    }
    for (size_t i = 0; p->many && i < v->list.n; i++)
        if (!fits(p, &v->list.item[i]))
            say(x, r, p->name, "value of a list");
    if (!p->many && !fits(p, v))
        say(x, r, p->name, "value");
    if (p->derive == PACK_SAME || p->derive == PACK_CLOCK || p->derive == PACK_OTHERS)
        say(x, r, p->name, "is derived");
}

static bool see(void *ctx, const DemoRecord *r, Err *err)
{
    Ctx *x = ctx;
    const PackCollection *c = pack_collection(x->model, r->collection);

    (void)err;
    if (!c) {
        say(x, r, STR("*"), "no such collection");
        return true;
    }
    for (size_t i = 0; i < r->nfield; i++) {
        const PackProperty *p = pack_property(c, r->field[i].name);

        if (!p)
            say(x, r, r->field[i].name, "no such property");
        else
            value(x, r, p, &r->field[i].value);
    }
    for (size_t i = 0; i < c->ndeclared; i++) {
        bool there = false;

        for (size_t k = 0; k < r->nfield; k++)
            there |= str_eq(r->field[k].name, c->property[i].name);
        if (c->property[i].required && c->property[i].derive == PACK_TYPED && !there)
            say(x, r, c->property[i].name, "required and missing");
    }
    if (c->geometry_required && !r->geometry.len)
        say(x, r, STR("geometry"), "required and missing");
    return true;
}

static void records_fit_the_model(void **state)
{
    const DemoSpec spec = { 2000, 3, date_of(2026, 11, 23), DATA, NULL };
    Arena *a = arena_new(0);
    Err err = { 0 };
    PackModel *m = NULL;
    const PackMessage *said;
    size_t nsaid;

    (void)state;
    if (!pack_load(SOURCE_DIR "/packs", NULL, a, &m, &said, &nsaid, &err)) {
        for (size_t i = 0; i < nsaid && i < 5; i++)
            printf("%.*s:%zu %.*s\n", STRV(said[i].file), said[i].line, STRV(said[i].text.en));
        arena_free(a);
        fail_msg("the packs do not load: %s", err.what);
    }
    Ctx x = { m, map_new(a), a, 0 };
    const DemoSink sink = { see, NULL, &x };
    const bool made = demo_make(&spec, &sink, &err);
    const size_t wrong = x.n;
    pack_free(m);
    arena_free(a);
    assert_true(made);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest test[] = { cmocka_unit_test(records_fit_the_model) };

    return cmocka_run_group_tests(test, NULL, NULL);
}
