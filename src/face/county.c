/* src/face/county.c - finding things: one search over everything, the tree of divisions, the plan's 28 tasks. */
#include <stdio.h>
#include "face/feature.h"
#include "indicator/indicator.h"
#include "onemap/onemap.h"

enum { ONLY_MAX = 64 };

static void null_or_text(Buf *b, const char *key, Str value)
{
    if (value.len)
        face_text(b, key, value);
    else
        face_null(b, key);
}

/* --- search -------------------------------------------------------------------------------------------------------- */
static bool read_collections(FaceRequest *r, const PackCollection **list, size_t *n, Err *err)
{
    Str rest = face_query(r, "collections"), one, next;

    for (*n = 0; rest.len; rest = next) {
        if (!str_cut(rest, ',', &one, &next))
            next = (Str){ 0 };
        if (*n == ONLY_MAX)
            return FAIL(err, FACE_BAD_PARAMETER, STR("collections"), "collections");
        if (!pack_need_collection(r->model, str_trim(one), &list[*n], err))
            return false;
        ++*n;
    }
    return true;
}

static void write_hit(FaceRequest *r, const LedgerHit *h, Buf *b)
{
    buf_c(b, '{');
    face_text(b, "collection", h->collection->name);
    face_text(b, "collectionTitle", face_title(r, h->collection->title));
    face_text(b, "id", h->id);
    face_text(b, "title", h->title);
    face_text(b, "subtitle", h->subtitle);
    face_text(b, "division", h->division);
    face_text(b, "divisionName", face_division_name(r, h->division));
    face_text(b, "matched", h->matched);
    face_num(b, "score", h->score);
    face_key(b, "geometry");
    if (h->has_point) {
        buf_str(b, STR("{\"type\":\"Point\",\"coordinates\":["));
        buf_fixed(b, h->x, 7);
        buf_c(b, ',');
        buf_fixed(b, h->y, 7);
        buf_str(b, STR("]}"));
    } else
        buf_str(b, STR("null"));
    face_key(b, "bbox");
    face_box(b, h->box);
    buf_c(b, '}');
}

static bool search_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const PackCollection *only[ONLY_MAX];
    const Str words = str_trim(face_query(r, "q"));
    LedgerHit *hit = NULL;
    size_t nonly, n = 0;
    int64_t limit;

    if (!read_collections(r, only, &nonly, err) || !face_number(r, "limit", 1, 200, 20, &limit, err))
        return false;
    if (!words.len) {
        (void)FAIL(err, FACE_MISSING, STR("q"), "q");
        err_hint(err, "/search?q=石桥");
        return false;
    }
    if (!ledger_search(r->view, words, nonly ? only : NULL, nonly, face_query(r, "division"), (size_t)limit,
            r->a, &hit, &n, err))
        return false;
    buf_str(&out->body, STR("{\"results\":["));
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_c(&out->body, ',');
        write_hit(r, &hit[i], &out->body);
    }
    buf_str(&out->body, STR("]}"));
    return true;
}

/* --- divisions -------------------------------------------------------------------------------------------------------- */
static const char *const level[] = { "province", "city", "county", "township", "village", "group" };

typedef struct Tree {
    FaceRequest *r;
    const PackCollection *c;
    const PackProperty *code, *name, *full_name, *level;
    Buf *out;
    Str found_level;
    GeoBox box;
    size_t n;
} Tree;

static Str value_of(const LedgerRecord *record, const PackProperty *p)
{
    return p && record->value[p->index].kind == CQL_TEXT ? record->value[p->index].text : (Str){ "", 0 };
}

static bool tree_of(FaceRequest *r, FaceAnswer *out, Tree *t, Err *err)
{
    *t = (Tree){ .r = r, .out = &out->body, .box = GEO_BOX_NONE };
    if (!pack_need_collection(r->model, STR("division"), &t->c, err))
        return false;
    t->code = pack_property(t->c, STR("code"));
    t->name = pack_property(t->c, STR("name"));
    t->full_name = pack_property(t->c, STR("full_name"));
    t->level = pack_property(t->c, STR("level"));
    return t->code && t->name && t->level ? true : FAIL(err, PACK_NO_COLLECTION, STR("division"), "division");
}

static bool see_self(void *ctx, const LedgerRecord *record)
{
    Tree *t = ctx;

    t->n++;
    t->found_level = str_copy(t->r->a, value_of(record, t->level));
    if (record->geometry.len)
        t->box = geo_wkb_box(record->geometry);
    face_text(t->out, "code", value_of(record, t->code));
    face_text(t->out, "name", value_of(record, t->name));
    null_or_text(t->out, "full_name", value_of(record, t->full_name));
    face_text(t->out, "level", value_of(record, t->level));
    face_text(t->out, "id", record->id);
    return false;
}

static bool see_child(void *ctx, const LedgerRecord *record)
{
    Tree *t = ctx;
    const Str code = value_of(record, t->code);
    const int64_t below = ledger_count(t->r->view, t->c, code) - 1;

    if (t->n++)
        buf_c(t->out, ',');
    buf_c(t->out, '{');
    face_text(t->out, "code", code);
    face_text(t->out, "name", value_of(record, t->name));
    face_text(t->out, "level", value_of(record, t->level));
    face_int(t->out, "count", below > 0 ? below : 0);
    buf_c(t->out, '}');
    return true;
}

static bool select_where(Tree *t, const PackProperty *p, Str value, Str division,
    bool (*see)(void *, const LedgerRecord *), size_t limit, Err *err)
{
    LedgerQuery q = {
        .collection = t->c, .division = division, .limit = limit, .no_geometry = see == see_child
    };
    LedgerPage page;
    CqlExpr *e;

    if (!face_equal_filter(p, value, t->r->a, &e, err) || !cql_check(e, &t->c->schema, t->r->a, err))
        return false;
    q.filter = e;
    if (see == see_child) {
        q.sort[0] = (LedgerSort){ t->code, false };
        q.nsort = 1;
    }
    t->n = 0;
    return ledger_select(t->r->view, &q, see, t, t->r->a, &page, err);
}

static void write_parents(Tree *t, Str code)
{
    static const size_t end[] = { 2, 4, 6, 9, 12 };

    face_key(t->out, "parents");
    buf_c(t->out, '[');
    for (size_t i = 0; i < LEN(end) && end[i] < code.len; i++) {
        const Str up = str_fmt(t->r->a, "%.*s%.*s", (int)end[i], code.ptr, (int)(12 - end[i]), "0000000000");
        const Str name = face_division_name(t->r, up);

        if (str_eq(up, code))
            break;
        if (!name.len)
            continue;
        if (t->out->ptr[t->out->len - 1] != '[')
            buf_c(t->out, ',');
        buf_c(t->out, '{');
        face_text(t->out, "code", up);
        face_text(t->out, "name", name);
        face_text(t->out, "level", str_of(level[i]));
        buf_c(t->out, '}');
    }
    buf_c(t->out, ']');
}

static bool write_children(Tree *t, Str code, Err *err)
{
    size_t i = 0;

    face_key(t->out, "children");
    buf_c(t->out, '[');
    while (i < LEN(level) && !str_eq(t->found_level, str_of(level[i])))
        i++;
    if (i + 1 < LEN(level) && !select_where(t, t->level, str_of(level[i + 1]), code, see_child, 0, err))
        return false;
    buf_c(t->out, ']');
    return true;
}

static bool division_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    const Str code = r->param[0].len ? r->param[0] : ledger_division(r->ledger);
    Tree t;

    if (!tree_of(r, out, &t, err))
        return false;
    buf_c(t.out, '{');
    if (!select_where(&t, t.code, code, (Str){ "", 0 }, see_self, 1, err))
        return false;
    if (!t.n)
        return FAIL(err, FACE_NO_DIVISION, code, "path");
    write_parents(&t, code);
    if (!write_children(&t, code, err))
        return false;
    face_key(t.out, "bbox");
    face_box(t.out, t.box);
    buf_c(t.out, '}');
    return true;
}

/* --- the plan's tasks ------------------------------------------------------------------------------------------------- */
static void task_collections(FaceRequest *r, const PackTask *t, Buf *b)
{
    face_key(b, "collections");
    buf_c(b, '[');
    for (size_t i = 0; i < r->model->ncollection; i++) {
        const PackCollection *c = r->model->collection[i];

        if (c->hidden || !t->pack.len || !str_eq(c->pack, t->pack))
            continue;
        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        buf_c(b, '{');
        face_text(b, "id", c->name);
        face_text(b, "title", face_title(r, c->title));
        face_int(b, "count", ledger_count(r->view, c, (Str){ "", 0 }));
        face_time(b, "changed", ledger_changed_at(r->view, c));
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

static void title_row(const FaceRequest *r, Str id, PackTitle title, Buf *b)
{
    if (b->ptr[b->len - 1] != '[')
        buf_c(b, ',');
    buf_c(b, '{');
    face_text(b, "id", id);
    face_text(b, "title", face_title(r, title));
    buf_c(b, '}');
}

static void task_figures(FaceRequest *r, const PackTask *t, Buf *b)
{
    size_t nfigure, nlayer;
    const Indicator *figure = indicator_all(r->model, &nfigure);
    const OnemapLayer *layer = onemap_layers(r->model, &nlayer);

    face_key(b, "indicators");
    buf_c(b, '[');
    for (size_t i = 0; i < nfigure; i++)
        if (str_eq(figure[i].task, t->id))
            title_row(r, figure[i].id, figure[i].title, b);
    buf_c(b, ']');
    face_key(b, "layers");
    buf_c(b, '[');
    for (size_t i = 0; i < nlayer; i++)
        if (t->pack.len && str_eq(layer[i].pack, t->pack))
            title_row(r, layer[i].id, layer[i].title, b);
    buf_c(b, ']');
}

static void task_shared(FaceRequest *r, const PackTask *t, Buf *b)
{
    face_key(b, "registers");
    buf_c(b, '[');
    for (size_t i = 0; i < t->nshared; i++) {
        const PackCollection *c = pack_collection(r->model, t->shared[i]);

        if (!c)
            continue;
        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        buf_c(b, '{');
        face_text(b, "id", c->name);
        face_text(b, "title", face_title(r, c->title));
        face_int(b, "count", ledger_count(r->view, c, (Str){ "", 0 }));
        buf_c(b, '}');
    }
    buf_c(b, ']');
}

static void write_task(FaceRequest *r, const PackTask *t, Buf *b)
{
    buf_c(b, '{');
    face_text(b, "id", t->id);
    face_text(b, "title", face_title(r, t->title));
    face_text(b, "section", face_title(r, t->section));
    null_or_text(b, "pack", t->pack);
    face_key(b, "holds");
    buf_c(b, '[');
    for (size_t i = 0; i < LEN(t->holds); i++) {
        if (i)
            buf_c(b, ',');
        buf_json_str(b, face_title(r, t->holds[i]));
    }
    buf_c(b, ']');
    task_collections(r, t, b);
    task_figures(r, t, b);
    task_shared(r, t, b);
    null_or_text(b, "planned", face_title(r, t->planned));
    buf_c(b, '}');
}

static bool tasks_get(FaceRequest *r, FaceAnswer *out, Err *err)
{
    (void)err;
    buf_str(&out->body, STR("{\"tasks\":["));
    for (size_t i = 0; i < r->model->ntask; i++) {
        if (i)
            buf_c(&out->body, ',');
        write_task(r, &r->model->task[i], &out->body);
    }
    buf_str(&out->body, STR("]}"));
    return true;
}

static const char *const search_query[] = { "q", "limit", "collections", "division", NULL };
static const FaceRow row[] = { { FACE_GET, "/search", search_get, .zh = "搜索全部记录",
                                   .en = "Search everything", .query = search_query },
    { FACE_GET, "/divisions", division_get, .zh = "本节点的行政区划", .en = "The node's own division" },
    { FACE_GET, "/divisions/{code}", division_get, .zh = "一个行政区划", .en = "One division" },
    { FACE_GET, "/tasks", tasks_get, .zh = "数字乡村 28 项", .en = "The plan's 28 tasks" } };
const FaceDoor face_county = { .name = "county", .row = row, .nrow = LEN(row) };
