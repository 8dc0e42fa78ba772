/* src/pack/once.c - enter once: each concept has one home, and nobody stores it a second time.
 *
 * A stored property is a second home when its title is a concept's title or alias, or its format one that only homes
 * hold (phone, id-card, uscc, plate, bank-card, address, gtin). `distinct: why` says that it means something else.
 */
#include "pack/inside.h"

typedef struct ConceptLine {
    PackConcept c;
    PackNames alias;
    const Yaml *node;
} ConceptLine;

void pack_read_concepts(PackLoader *l, const Yaml *top)
{
    static const PackKey key[] = { { "title", KEY_TITLE, offsetof(ConceptLine, c.title), true },
        { "home", KEY_TEXT, offsetof(ConceptLine, c.home), true },
        { "alias", KEY_NAMES, offsetof(ConceptLine, alias), false },
        { "format", KEY_TEXT, offsetof(ConceptLine, c.format), false },
        { "unit", KEY_TEXT, offsetof(ConceptLine, c.unit), false } };

    for (const Yaml *node = top->first; node; node = node->next) {
        ConceptLine line = { .c = { .id = node->key, .file = l->file, .line = node->line } };

        pack_fields(l, node, node->key, key, LEN(key), &line);
        pack_title_must(l, node->line, node->key, &line.c.title);
        line.c.alias = line.alias.ptr;
        line.c.nalias = line.alias.n;
        if (pack_once(l, node->line, "concept", node->key))
            *PUSH(l, &l->concepts, PackConcept) = line.c;
    }
}

static PackProperty *find_own(PackLoader *l, Str path)
{
    Str collection, name;
    PackDraft *d;

    if (!str_cut(path, '.', &collection, &name) || !(d = map_get(l->by_name, collection)))
        return NULL;
    for (size_t i = 0; i < d->property.n; i++)
        if (str_eq(AT(&d->property, PackProperty, i)->name, name))
            return AT(&d->property, PackProperty, i);
    return NULL;
}

static void mark_homes(PackLoader *l)
{
    for (size_t i = 0; i < l->concepts.n; i++) {
        const PackConcept *c = AT(&l->concepts, PackConcept, i);
        PackProperty *p = find_own(l, c->home);

        l->file = c->file;
        if (!p)
            pack_say(l, &PACK_SAY_BAD_HOME, c->line, c->id, c->home);
        else
        p->concept = c->id;
    }
}

static const PackConcept *concept_of(const PackLoader *l, Str id)
{
    for (size_t i = 0; i < l->concepts.n; i++)
        if (str_eq(AT(&l->concepts, PackConcept, i)->id, id))
            return AT(&l->concepts, PackConcept, i);
    return NULL;
}

static bool alike(const PackConcept *c, const PackProperty *p)
{
    if (str_eq(p->concept, c->id) || str_eq(p->title.zh, c->title.zh))
        return true;
    if (p->title.en.len && !str_eq(p->title.en, p->title.zh) && str_eq_nocase(p->title.en, c->title.en))
        return true;
    for (size_t i = 0; i < c->nalias; i++)
        if (str_eq(p->title.zh, c->alias[i]) || str_eq_nocase(p->title.en, c->alias[i]))
            return true;
    return p->format.len && str_eq(p->format, c->format) && pack_format_guarded(p->format);
}

static bool stored(const PackProperty *p)
{
    return p->derive == PACK_TYPED && p->type != PACK_REF && !p->opposite.len;
}

static void check_property(PackLoader *l, const PackDraft *d, const PackProperty *p)
{
    const PackConcept *hit = NULL;
    Str own = str_fmt(l->a, "%.*s.%.*s", STRV(d->c.name), STRV(p->name));
    bool home = false;

    for (size_t i = 0; i < l->concepts.n && !home; i++) {
        const PackConcept *c = AT(&l->concepts, PackConcept, i);

        home = str_eq(c->home, own);
        if (!hit && alike(c, p))
            hit = c;
    }
    if (p->concept.len && !concept_of(l, p->concept))
        pack_say(l, &PACK_SAY_NO_CONCEPT, p->line, p->concept, STR(""));
    if (home || !stored(p))
        return;
    if (hit && !p->distinct.len)
        pack_say(l, &PACK_SAY_ENTER_TWICE, p->line, p->title.zh, hit->home);
    else if (!hit && p->distinct.len)
        pack_say(l, &PACK_SAY_IDLE_DISTINCT, p->line, p->name, STR(""));
}

void pack_enter_once(PackLoader *l)
{
    mark_homes(l);
    for (size_t i = 0; i < l->drafts.n; i++) {
        const PackDraft *d = pack_draft(l, i);

        l->file = d->c.file;
        for (size_t k = 0; k < d->c.ndeclared; k++)
            check_property(l, d, AT(&d->property, PackProperty, k));
    }
}

void pack_distincts(const PackModel *m, Buf *out)
{
    for (size_t i = 0; i < m->ncollection; i++) {
        const PackCollection *c = m->collection[i];

        for (size_t k = 0; k < c->ndeclared; k++) {
            const PackProperty *p = &c->property[k];

            if (p->distinct.len)
                buf_fmt(out, "%.*s.%.*s\t%.*s\t%.*s\n", STRV(c->name), STRV(p->name), STRV(p->title.zh),
                    STRV(p->distinct));
        }
    }
}
