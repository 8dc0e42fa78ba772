/* src/transfer/prepare.c - a file is read, its header found, its collection and columns matched, its place known. */
#include "transfer/import.h"
#include <stdio.h>

enum { FIRST_ROWS = 400 };

/* --- reading ------------------------------------------------------------------------------------------------------------ */
static bool go_on(void *ctx, size_t rows)
{
    Import *im = ctx;

    pthread_mutex_lock(&im->guard);
    im->progress = rows ? 0.3 : 0.05;
    im->counts = (TransferCounts){ .rows = rows };
    pthread_mutex_unlock(&im->guard);
    return transfer_import_going(im);
}

static bool first_rows(Import *im, ImportFile *f, Err *err)
{
    char path[IMPORT_PATH];
    TransferRows *rows;
    bool end = false, good = true;

    f->first = NEWS(f->a, TransferRow, FIRST_ROWS);
    if (!f->first)
        return FAIL(err, BASE_NO_MEMORY, STR("rows"), "import");
    if (!transfer_import_path(im, "rows", path) || !transfer_rows_open(path, &rows, err))
        return false;
    while (good && !end && f->nfirst < FIRST_ROWS) {
        good = transfer_rows_next(rows, f->a, f->first + f->nfirst, &end, err);
        f->nfirst += good && !end;
    }
    transfer_rows_close(rows);
    return good && (f->nfirst || FAIL(err, TRANSFER_EMPTY, str_of(im->name), "file"));
}

static bool ask_of(Import *im, Arena *a, TransferAsk *ask, Err *err)
{
    char encoding[40] = "";

    pthread_mutex_lock(&im->guard);
    *ask = (TransferAsk){ str_copy(a, str_of(im->path)), str_copy(a, str_of(im->name)),
        str_copy(a, transfer_import_wish(im, "layer")), str_copy(a, transfer_import_wish(im, "encoding")) };
    pthread_mutex_unlock(&im->guard);
    if (ask->encoding.len && !transfer_encoding(ask->encoding, encoding))
        return FAIL(err, TRANSFER_NO_ENCODING, ask->encoding, "encoding");
    ask->encoding = str_copy(a, str_of(encoding));
    return true;
}

bool transfer_import_read(Import *im, Err *err)
{
    Arena *a = arena_new(0);
    ImportFile *f = NEW(a, ImportFile), *old;
    char rows[IMPORT_PATH];
    TransferAsk ask;

    if (!f || !transfer_import_path(im, "rows", rows)) {
        arena_free(a);
        return FAIL(err, BASE_NO_MEMORY, STR("import"), "file");
    }
    f->a = a;
    if (!ask_of(im, a, &ask, err) ||
        !transfer_read(&ask, rows, (TransferWatch){ go_on, im }, a, &f->read, err) ||
        !first_rows(im, f, err)) {
        arena_free(a);
        return false;
    }
    pthread_mutex_lock(&im->guard);
    old = im->file;
    im->file = f;
    pthread_mutex_unlock(&im->guard);
    transfer_import_file_free(old);
    return true;
}

/* --- header and columns ----------------------------------------------------------------------------------------------------- */
static bool find_head(Import *im, ImportView *v, const TransferLayer *l, Err *err)
{
    Arena *work;
    bool good;

    if (!l->grid) {
        v->head = (TransferHead){ 0, l->field, l->nfield };
        return true;
    }
    work = arena_new(0);
    good = transfer_head(
        ledger_model(im->ledger), v->collection, im->file->first, im->file->nfirst, v->a, &v->head, err);
    arena_free(work);
    return good && (v->head.last || FAIL(err, TRANSFER_NO_COLUMNS, str_of(im->name), "header"));
}

static Str meta_key(const PackCollection *c, Arena *a)
{
    return str_fmt(a, "transfer/match/%.*s", STRV(c->name));
}

/* What was chosen now goes before what was remembered. */
static json_t *remembered(Import *im, const PackCollection *c, Arena *a)
{
    json_t *v = NULL, *chosen;
    Str text = { NULL, 0 };
    Err e;

    if (!ledger_meta(im->ledger, meta_key(c, a), a, &text, &e) || !text.len ||
        !json_read_in(text, a, &v, &e) || !json_is_object(v))
        v = json_object();
    else
        v = json_deep_copy(v);
    pthread_mutex_lock(&im->guard);
    chosen = json_object_get(im->wish, "columns");
    if (json_is_object(chosen))
        json_object_update(v, chosen);
    pthread_mutex_unlock(&im->guard);
    return v;
}

static TransferSheet sheet_of(const Import *im, const ImportView *v, const TransferLayer *l)
{
    return (TransferSheet){ v->head.name, v->head.n, l->name, str_of(im->name), l->type };
}

static bool choose_collection(Import *im, ImportView *v, const TransferLayer *l, Err *err)
{
    const TransferSheet s = sheet_of(im, v, l);
    Arena *work = arena_new(0);
    Str wished;

    v->noffer = transfer_offers(ledger_model(im->ledger), &s, work, v->offer);
    arena_free(work);
    pthread_mutex_lock(&im->guard);
    wished = str_copy(v->a, transfer_import_wish(im, "collection"));
    pthread_mutex_unlock(&im->guard);
    if (wished.len)
        return pack_need_collection(ledger_model(im->ledger), wished, &v->collection, err);
    if (v->noffer && v->offer[0].score >= 0.35 &&
        (v->noffer == 1 || v->offer[0].score > v->offer[1].score + 0.02))
        v->collection = v->offer[0].collection;
    return true;
}

static bool holds_ids(const Import *im, const ImportView *v, size_t column)
{
    for (size_t i = 0; i < im->file->nfirst; i++) {
        const TransferRow *r = im->file->first + i;

        if (r->number > v->head.last && column < r->ncell && ulid_valid(r->cell[column].text))
            return true;
    }
    return false;
}

static bool match_columns(Import *im, ImportView *v, const TransferLayer *l, Err *err)
{
    const TransferSheet s = sheet_of(im, v, l);
    json_t *known = remembered(im, v->collection, v->a);
    const bool good =
        transfer_match(ledger_model(im->ledger), v->collection, &s, known, v->a, &v->column, err);
    size_t n = 0;

    json_decref(known);
    for (size_t i = 0; good && i < v->head.n; i++) {
        if (v->column[i].role == ROLE_ID && !v->column[i].remembered && !holds_ids(im, v, i))
            v->column[i].role = ROLE_NONE; /* somebody else's numbers */
        n += v->column[i].role != ROLE_NONE;
    }
    return good && (n || l->type || FAIL(err, TRANSFER_NO_COLUMNS, str_of(im->name), "columns"));
}

static bool has_column(const ImportView *v, const PackProperty *p)
{
    for (size_t i = 0; i < v->head.n; i++)
        if (v->column[i].role == ROLE_PROPERTY && v->column[i].property == p)
            return true;
    return false;
}

static bool has_role(const ImportView *v, TransferRole r)
{
    for (size_t i = 0; i < v->head.n; i++)
        if (v->column[i].role == r)
            return true;
    return false;
}

static bool wished_key(Import *im, ImportView *v, bool *wished, Err *err)
{
    Arena *a = v->a;
    json_t *key;

    pthread_mutex_lock(&im->guard);
    key = json_deep_copy(json_object_get(im->wish, "key"));
    pthread_mutex_unlock(&im->guard);
    *wished = json_is_array(key);
    for (size_t i = 0; *wished && i < json_array_size(key) && i < 8; i++) {
        const Str name = str_copy(a, json_str(json_array_get(key, i)));
        const PackProperty *p = pack_property(v->collection, name);

        if (str_eq(name, STR("id"))) {
            v->key_id = true;
            continue;
        }
        if (!p || !has_column(v, p)) {
            json_decref(key);
            return FAIL(err, TRANSFER_NO_SUCH_COLUMN, p ? p->title.zh : name, "key");
        }
        v->key[v->nkey++] = p;
    }
    json_decref(key);
    return true;
}

static bool choose_key(Import *im, ImportView *v, Err *err)
{
    const PackCollection *c = v->collection;
    bool wished;

    v->key = NEWS(v->a, const PackProperty *, c->nunique + 9);
    if (!v->key)
        return FAIL(err, BASE_NO_MEMORY, STR("key"), "import");
    if (!wished_key(im, v, &wished, err) || wished)
        return wished;
    v->key_id = has_role(v, ROLE_ID);
    for (size_t i = 0; !v->key_id && i < c->nunique; i++) {
        const PackProperty *p = pack_property(c, c->unique[i]);

        if (!p || !has_column(v, p)) {
            v->nkey = 0;
            break;
        }
        v->key[v->nkey++] = p;
    }
    return true;
}

/* --- the reference system ------------------------------------------------------------------------------------------------------ */
static size_t sample_shapes(const Import *im, const ImportView *v, Bytes *out)
{
    const ImportFile *f = im->file;
    size_t n = 0, lon = SIZE_MAX, lat = SIZE_MAX;
    double x, y;

    for (size_t i = 0; i < v->head.n; i++) {
        lon = v->column[i].role == ROLE_LON ? i : lon;
        lat = v->column[i].role == ROLE_LAT ? i : lat;
    }
    for (size_t i = 0; i < f->nfirst; i++) {
        const TransferRow *r = f->first + i;

        if (r->wkb.len)
            out[n++] = r->wkb;
        else if (r->number > v->head.last && lon < r->ncell && lat < r->ncell &&
                 transfer_degrees(r->cell[lon].text, &x) && transfer_degrees(r->cell[lat].text, &y) &&
                 geo_make_point(x, y, v->a, &out[n]))
            n++;
    }
    return n;
}

static GeoBox county_box(const Import *im)
{
    const PackCollection *c = pack_collection(ledger_model(im->ledger), STR("division"));

    return c ? ledger_extent((LedgerView){ im->ledger, &ACCESS_VISITOR }, c) : GEO_BOX_NONE;
}

static bool smell(Import *im, ImportView *v, const Bytes *shape, size_t n, Err *err)
{
    Bytes *moved = NEWS(v->a, Bytes, n + 1);
    Err e;

    if (!moved)
        return FAIL(err, BASE_NO_MEMORY, STR("shapes"), "crs");
    for (size_t i = 0; i < n; i++)
        if (!transfer_move(&v->place.crs, shape[i], v->a, &moved[i], &e))
            return true; /* each row says so itself */
    if (!transfer_smell_gcj(im->ledger, v->collection, moved, n, &v->place.is_gcj, err))
        return false;
    if (v->place.is_gcj) {
        v->place.zh = STR("疑似 GCJ-02（手机地图）坐标，与县里已有界线相差数百米；若确是，请选坐标系 "
                          "GCJ-02，系统不会自动平移");
        v->place.en = STR("probably GCJ-02 (consumer maps): hundreds of metres off what the county knows; "
                          "choose GCJ-02 if it is. Nothing is shifted by itself");
        v->place.assumed = STR("GCJ-02");
    }
    return true;
}

static bool place(Import *im, ImportView *v, const TransferLayer *l, Err *err)
{
    Bytes *shape = NEWS(v->a, Bytes, FIRST_ROWS);
    size_t n;
    Str wished;
    int epsg = l->epsg;

    if (!shape)
        return FAIL(err, BASE_NO_MEMORY, STR("shapes"), "crs");
    n = sample_shapes(im, v, shape);
    v->shapes = l->type != NULL;
    pthread_mutex_lock(&im->guard);
    wished = str_copy(v->a, transfer_import_wish(im, "crs"));
    pthread_mutex_unlock(&im->guard);
    if (!transfer_place(epsg, l->crs, shape, n, county_box(im), v->a, &v->place, err))
        return false;
    if (wished.len) {
        if (!transfer_crs_read(wished, &v->place.crs, err))
            return false;
        v->place.unsure = false;
        v->place.assumed = wished;
        v->place.zh = v->place.en = STR("");
        return true;
    }
    return v->place.unsure || !n || !v->collection->spatial || smell(im, v, shape, n, err);
}

bool transfer_import_match(Import *im, ImportView *v, Err *err)
{
    const TransferLayer *l = im->file->read.layer + im->file->read.chosen;

    if (!find_head(im, v, l, err) || !choose_collection(im, v, l, err))
        return false;
    if (!v->collection) {
        FAIL(err, TRANSFER_NO_COLLECTION, str_of(im->name), "collection");
        return false;
    }
    return match_columns(im, v, l, err) && choose_key(im, v, err) && place(im, v, l, err);
}
