/* src/pack/find.c - look-ups in a model that is ready. */
#include "pack/inside.h"

const PackCollection *pack_collection(const PackModel *m, Str name)
{
    return map_get(m->names, name);
}

const PackProperty *pack_property(const PackCollection *c, Str name)
{
    return c->names ? map_get(c->names, name) : NULL;
}

bool pack_need_collection(const PackModel *m, Str name, const PackCollection **out, Err *err)
{
    const PackCollection *c = pack_collection(m, name);
    size_t best = 1 + name.len / 3;
    Str near = STR("");

    if (c) {
        *out = c;
        return true;
    }
    for (size_t i = 0; i < m->ncollection; i++) {
        size_t d = str_distance(name, m->collection[i]->name);

        if (d <= best && (!near.len || d < best)) {
            best = d;
            near = m->collection[i]->name;
        }
    }
    (void)FAIL(err, PACK_NO_COLLECTION, name, "%s", "");
    if (near.len)
        err_hint(err, "（%.*s?）", STRV(near));
    return false;
}

const PackCode *pack_code(const PackProperty *p, Str code)
{
    for (size_t i = 0; i < p->ncode; i++)
        if (str_eq(p->code[i].code, code))
            return &p->code[i];
    return NULL;
}

PackList pack_part(const PackModel *m, const PackPart *part)
{
    for (size_t i = 0; i < m->nfound; i++)
        if (m->found[i].part == part)
            return m->found[i].list;
    return (PackList){ 0 };
}

const PackTask *pack_task(const PackModel *m, Str id)
{
    for (size_t i = 0; i < m->ntask; i++)
        if (str_eq(m->task[i].id, id))
            return &m->task[i];
    return NULL;
}
