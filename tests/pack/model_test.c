/* tests/pack/model_test.c - the packs we ship: they load without a word, and the model says what stores need. */
#include <setjmp.h>
#include <stdarg.h>
#include <math.h>
#include <stdio.h>
#include <cmocka.h>
#include "face/face.h"
#include "onemap/onemap.h"
#include "pack/pack.h"

static PackModel *model;
static Arena *arena;

static int load(void **state)
{
    const PackMessage *said;
    size_t n;
    Err err = { 0 };

    (void)state;
    arena = arena_new(0);
    if (!pack_load(SOURCE_DIR "/packs", node_above(arena), arena, &model, &said, &n, &err)) {
        for (size_t i = 0; i < n; i++)
            printf("%.*s:%zu %.*s\n", STRV(said[i].file), said[i].line, STRV(said[i].text.en));
        return -1;
    }
    return n ? -1 : 0; /* not even a warning */
}

static int drop(void **state)
{
    (void)state;
    pack_free(model);
    arena_free(arena);
    return 0;
}

static const PackProperty *get(const char *collection, const char *property)
{
    const PackCollection *c = pack_collection(model, str_of(collection));

    return c ? pack_property(c, str_of(property)) : NULL;
}

static void sealed_properties_have_no_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < model->ncollection; i++)
        for (size_t k = 0; k < model->collection[i]->nproperty; k++) {
            const PackProperty *p = &model->collection[i]->property[k];
            bool column = p->grade < 3 && p->derive != PACK_CLOCK && !p->opposite.len;

            assert_int_equal(p->cql.sealed, p->grade >= 3);
            assert_int_equal(p->cql.column.len > 0, column);
            assert_int_equal(p->index, k);
            assert_int_equal(p->cql.index, k);
            assert_true(p->title.zh.len && p->title.en.len);
        }
}

static void every_record_has_the_base_fields(void **state)
{
    static const char *const base[] = { "division", "valid_from", "valid_to", "created_at", "created_by",
        "changed_at", "changed_by", "source", "source_ref", "confidence", "verified_at", "verified_by",
        "lock", "version", "changed_seq" };

    (void)state;
    for (size_t i = 0; i < model->ncollection; i++) {
        const PackCollection *c = model->collection[i];

        assert_int_equal(c->nproperty - c->ndeclared, LEN(base));
        for (size_t k = 0; k < LEN(base); k++) {
            assert_true(str_eq(c->property[c->ndeclared + k].name, str_of(base[k])));
            assert_true(c->property[c->ndeclared + k].base);
        }
    }
}

static void geometry_and_id_are_found(void **state)
{
    const PackCollection *c = pack_collection(model, STR("division")),
                         *person = pack_collection(model, STR("person"));

    (void)state;
    assert_int_equal(c->schema.find(c->schema.ctx, STR("geometry"))->index, PACK_INDEX_GEOMETRY);
    assert_int_equal(c->schema.find(c->schema.ctx, STR("geom"))->index, PACK_INDEX_GEOMETRY);
    assert_int_equal(c->schema.find(c->schema.ctx, STR("boundary"))->kind, CQL_GEOM);
    assert_int_equal(c->schema.find(c->schema.ctx, STR("id"))->index, PACK_INDEX_ID);
    assert_null(person->schema.find(person->schema.ctx, STR("geometry")));
    assert_false(person->spatial);
    assert_true(c->by_code);
}

static void values_are_typed(void **state)
{
    (void)state;
    assert_int_equal(get("road_section", "condition")->ncode, 5);
    assert_true(str_eq(pack_code(get("road_section", "condition"), STR("差"))->color, STR("#5B0F1D")));
    assert_true(get("road_work", "budget")->cql.money);
    assert_int_equal(get("road_work", "budget")->cql.kind, CQL_INT);
    assert_true(get("road_work", "sections")->cql.list);
    assert_int_equal(get("person", "phone")->find, PACK_FIND_EQUAL);
    assert_true(str_eq(get("person", "phone")->concept, STR("person.phone")));
    assert_int_equal(get("road_structure", "danger")->derive, PACK_SAME);
    assert_non_null(get("road_structure", "danger")->expr);
    assert_int_equal(get("road_section", "pqi")->derive, PACK_OTHERS);
    assert_true(isnan(get("road_section", "pqi")->max));
    assert_null(get("road_work", "project")); /* waits for the pack that brings projects */
}

static void the_plan_has_28_tasks(void **state)
{
    (void)state;
    assert_int_equal(model->ntask, 28);
    for (size_t i = 0; i < 28; i++) {
        const PackTask *t = &model->task[i];

        assert_true(t->holds[2].zh.len && t->holds[2].en.len && t->nshared);
        assert_true(!t->pack.len == (t->planned.zh.len > 0)); /* there, or said when */
    }
    assert_true(str_eq(pack_task(model, STR("02"))->pack, STR("02-infrastructure")));
}

/* Read without its part, a file of a room above is not read at all; with it, what it found is the part's own. */
static void a_part_finds_what_it_read(void **state)
{
    static const PackPart stranger = { .file = "strange.yaml" };
    const PackList list = pack_part(model, &onemap_yaml);

    (void)state;
    assert_true(list.n > 10);
    assert_ptr_equal(list.ptr, onemap_layer(model, PACK_AT(&list, OnemapLayer, 0)->id));
    assert_int_equal(pack_part(model, &stranger).n, 0);
    assert_null(onemap_layer(model, STR("no-such-layer")));
}

static void a_map_shows_little_at_first(void **state)
{
    size_t visible = 0, n;
    const OnemapLayer *layer = onemap_layers(model, &n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        visible += layer[i].visible && !layer[i].base;
    assert_in_range(visible, 1, 4);
    assert_true(onemap_layer(model, STR("households"))->minzoom >= 14);
    assert_int_equal(onemap_layer(model, STR("road_condition"))->nclass, 5);
    for (size_t i = 1; i < 5; i++) /* the worse, the wider */
        assert_true(onemap_layer(model, STR("road_condition"))->class[i].width >
                    onemap_layer(model, STR("road_condition"))->class[i - 1].width);
}

/* What no process makes says which pack will bring the process; what is said to come later has not come yet. */
static void every_derived_property_has_a_maker(void **state)
{
    size_t later = 0, made = 0;

    (void)state;
    for (size_t i = 0; i < model->ncollection; i++)
        for (size_t k = 0; k < model->collection[i]->ndeclared; k++) {
            const PackProperty *p = &model->collection[i]->property[k];

            later += p->later.len > 0;
            made += p->derive == PACK_OTHERS && p->expr_text.len && !p->later.len;
        }
    assert_int_equal(later, 27);
    assert_true(made > 20);
    assert_true(str_eq(get("scene", "stac")->later, STR("03-data-sharing")));
    assert_int_equal(get("division", "full_name")->later.len, 0); /* the ledger itself */
}

static void a_wrong_name_is_answered_with_the_near_one(void **state)
{
    const PackCollection *c;
    Err err = { 0 };

    (void)state;
    assert_true(pack_need_collection(model, STR("road"), &c, &err));
    assert_false(pack_need_collection(model, STR("rode_section"), &c, &err));
    assert_ptr_equal(err.kind, &PACK_NO_COLLECTION);
    assert_non_null(strstr(err.hint, "road_section"));
}

static void reasons_stand_in_one_list(void **state)
{
    Buf b;

    (void)state;
    buf_init(&b, 1 << 16);
    pack_distincts(model, &b);
    assert_true(str_find(buf_text(&b), STR("person.phone2")) != SIZE_MAX);
    buf_clear(&b);
}

static void the_same_files_give_the_same_digest(void **state)
{
    Arena *a = arena_new(0);
    PackModel *again = NULL;
    const PackMessage *said;
    size_t n;
    Err err = { 0 };

    (void)state;
    assert_true(pack_load(SOURCE_DIR "/packs/", node_above(a), a, &again, &said, &n, &err));
    assert_memory_equal(again->digest, model->digest, SM3_LEN);
    pack_free(again);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sealed_properties_have_no_column),
        cmocka_unit_test(every_record_has_the_base_fields), cmocka_unit_test(geometry_and_id_are_found),
        cmocka_unit_test(values_are_typed), cmocka_unit_test(the_plan_has_28_tasks),
        cmocka_unit_test(a_part_finds_what_it_read), cmocka_unit_test(a_map_shows_little_at_first),
        cmocka_unit_test(every_derived_property_has_a_maker),
        cmocka_unit_test(a_wrong_name_is_answered_with_the_near_one),
        cmocka_unit_test(reasons_stand_in_one_list), cmocka_unit_test(the_same_files_give_the_same_digest) };

    return cmocka_run_group_tests(tests, load, drop);
}
