/* src/transfer/turn.c - rows become changes: cells to values, shapes to CGCS2000, stakes to sections, keys to records. */
#include "transfer/turn.h"
#include "transfer/transfer.h"
#include <math.h>
#include <stdio.h>

void transfer_fault(TransferTurned *t, const TransferColumn *col, Str property, Str value, const Err *err,
    bool note, Arena *a)
{
    TransferFault *f = NEW(a, TransferFault);

    if (!f)
        return;
    *f = (TransferFault){
        .column = col ? col->name : STR(""), .property = property, .value = value, .err = *err, .note = note
    };
    *t->last = f;
    t->last = &f->next;
    t->wrong |= !note;
}

static const TransferCell *cell_of(const TransferRow *row, size_t i)
{
    static const TransferCell none = { CELL_EMPTY, { "", 0 } };

    return i < row->ncell ? row->cell + i : &none;
}

static size_t column_of(const TransferTurn *t, TransferRole role, const PackProperty *p)
{
    for (size_t i = 0; i < t->ncolumn; i++)
        if (t->column[i].role == role && (role != ROLE_PROPERTY || t->column[i].property == p))
            return i;
    return SIZE_MAX;
}

static bool typed(const TransferTurn *t, const PackProperty *p) /* what a sheet may say */
{
    if (p->base)
        return str_eq(p->name, STR("division")) && !t->collection->by_code;
    return p->derive == PACK_TYPED && !p->opposite.len;
}

/* --- cells ---------------------------------------------------------------------------------------------------------------- */
static bool fatal(const Err *e) /* not the row's fault */
{
    return e->kind == &BASE_NO_MEMORY || e->kind == &BASE_IO || e->kind == &BASE_FULL ||
           e->kind->status >= 500;
}

static bool one_cell(const TransferTurn *t, const TransferColumn *col, const TransferCell *cell, Arena *a,
    TransferTurned *out, CqlValue *v, Err *err)
{
    Err e = { .kind = NULL };
    bool good;

    *v = (CqlValue){ .kind = CQL_NULL };
    if (cell->flag == CELL_EMPTY)
        return true;
    if (col->property->type == PACK_REF && cell->flag == CELL_TEXT) {
        TransferColumn text = *col;
        PackProperty plain = *col->property;

        plain.type = PACK_LONG; /* first the faults of any text: digits lost, and the like */
        plain.format = STR("");
        text.property = &plain;
        good = transfer_cell_value(&text, &(TransferCell){ cell->flag, cell->text }, a, v, &e) &&
               (v->kind == CQL_NULL || transfer_resolve(t->refs, col->property, cell->text, a, v, &e));
    } else
        good = transfer_cell_value(col, cell, a, v, &e);
    if (good)
        return true;
    if (fatal(&e)) {
        *err = e;
        return false;
    }
    *v = (CqlValue){ .kind = CQL_NULL };
    transfer_fault(out, col, col->property->name, cell->text, &e, false, a);
    return true;
}

static bool cells(const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Err *err)
{
    for (size_t i = 0; i < t->ncolumn; i++) {
        const TransferColumn *col = t->column + i;

        if (col->role != ROLE_PROPERTY || !typed(t, col->property))
            continue;
        if (!one_cell(t, col, cell_of(row, i), a, out, &out->value[i], err))
            return false;
        if (out->value[i].kind != CQL_NULL)
            out->field[out->change.nfield++] = (LedgerField){ col->property, out->value[i] };
    }
    return true;
}

static void add_field(TransferTurned *out, const PackProperty *p, CqlValue v)
{
    if (p)
        out->field[out->change.nfield++] = (LedgerField){ p, v };
}

/* --- shapes ------------------------------------------------------------------------------------------------------------------ */
static bool degrees_at(const TransferTurn *t, const TransferRow *row, size_t i, bool east, double *v,
    Arena *a, TransferTurned *out)
{
    const Str s = cell_of(row, i)->text;
    Err e;

    if (transfer_degrees(s, v))
        return true;
    FAIL(&e, TRANSFER_BAD_PLACE, s, "%.*s", STRV(t->column[i].name));
    err_hint(&e, "%s", east ? "111.23456 或 111°14′4.4″" : "31.45678 或 31°27′24.4″");
    transfer_fault(out, t->column + i, STR("geometry"), s, &e, false, a);
    return false;
}

static bool point_of_columns(
    const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Bytes *wkb, Err *err)
{
    const size_t lon = column_of(t, ROLE_LON, NULL), lat = column_of(t, ROLE_LAT, NULL);
    bool has_lon = lon != SIZE_MAX && cell_of(row, lon)->text.len,
         has_lat = lat != SIZE_MAX && cell_of(row, lat)->text.len;
    double x, y;
    Err e = { .kind = NULL };

    if (lon == SIZE_MAX || lat == SIZE_MAX || (!has_lon && !has_lat))
        return true;
    if (has_lon != has_lat) {
        const size_t there = has_lon ? lon : lat, missing = has_lon ? lat : lon;

        FAIL(&e, TRANSFER_HALF_PLACE, t->column[there].name, "%.*s", STRV(t->column[missing].name));
        err_hint(&e, "%.*s", STRV(t->column[missing].name));
        transfer_fault(out, t->column + missing, STR("geometry"), STR(""), &e, false, a);
        return true;
    }
    has_lon = degrees_at(t, row, lon, true, &x, a, out);
    has_lat = degrees_at(t, row, lat, false, &y, a, out);
    if (has_lon && has_lat && !geo_make_point(x, y, a, wkb))
        return FAIL(err, BASE_NO_MEMORY, STR("point"), "row %u", row->number);
    return true;
}

static bool shape_of_columns(
    const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Bytes *wkb, Err *err)
{
    const size_t wkt = column_of(t, ROLE_WKT, NULL);
    size_t used;
    Err e = { .kind = NULL };

    if (wkt == SIZE_MAX || !cell_of(row, wkt)->text.len)
        return t->spot || point_of_columns(t, row, a, out, wkb, err);
    if (!geo_from_wkt(cell_of(row, wkt)->text, a, wkb, &used, &e))
        transfer_fault(
            out, t->column + wkt, STR("geometry"), str_sub(cell_of(row, wkt)->text, 0, 60), &e, false, a);
    return true;
}

static void no_shape(const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out)
{
    Err e;

    FAIL(&e, TRANSFER_NO_SHAPE,
        row->note == NOTE_EMPTY_SHAPE ? STR("图形是空的")
        : row->note == NOTE_BAD_SHAPE ? STR("图形读不出来")
                                      : STR("没有图形"),
        "geometry");
    transfer_fault(out, NULL, STR("geometry"), STR(""), &e,
        !t->collection->geometry_required && row->note != NOTE_BAD_SHAPE, a);
}

static bool moved_and_mended(const TransferTurn *t, Bytes wkb, Arena *a, TransferTurned *out, Err *err)
{
    Err e = { .kind = NULL };
    Str zh, en;
    Bytes moved, ours;

    if (!transfer_move(&t->crs, wkb, a, &moved, &e) || !transfer_mend(moved, a, &ours, &zh, &en, &e)) {
        if (fatal(&e)) {
            *err = e;
            return false;
        }
        transfer_fault(out, NULL, STR("geometry"), STR(""), &e, false, a);
        return true;
    }
    if (zh.len) {
        FAIL(&e, TRANSFER_MENDED, zh, "geometry");
        transfer_fault(out, NULL, STR("geometry"), STR(""), &e, true, a);
    }
    out->change.has_geometry = true;
    out->change.geometry = ours;
    return true;
}

static bool shape(const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Err *err)
{
    Bytes wkb = row->wkb;
    Err e;

    if (!wkb.len && !shape_of_columns(t, row, a, out, &wkb, err))
        return false;
    if (!wkb.len) {
        if (t->shapes && t->collection->spatial && row->note != NOTE_NONE)
            no_shape(t, row, a, out);
        return true;
    }
    if (t->collection->spatial)
        return moved_and_mended(t, wkb, a, out, err);
    FAIL(&e, TRANSFER_SHAPE_LEFT, t->collection->title.zh, "geometry");
    transfer_fault(out, NULL, STR("geometry"), STR(""), &e, true, a);
    return true;
}

/* Longitude and latitude of what is drawn as an area: a division's seat. */
static bool spot(const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Err *err)
{
    Bytes wkb = { NULL, 0 }, moved;
    Err e = { .kind = NULL };

    if (!t->spot)
        return true;
    if (!point_of_columns(t, row, a, out, &wkb, err))
        return false;
    if (!wkb.len)
        return true;
    if (transfer_move(&t->crs, wkb, a, &moved, &e))
        add_field(out, t->spot, (CqlValue){ .kind = CQL_GEOM, .geom = moved });
    else if (fatal(&e)) {
        *err = e;
        return false;
    } else
        transfer_fault(out, NULL, t->spot->name, STR(""), &e, false, a);
    return true;
}

/* --- stretches of road ---------------------------------------------------------------------------------------------------------- */
typedef struct Stakes {
    Str code;
    int64_t from, to;
    bool has_from, has_to;
    size_t at_from;
} Stakes;

static bool stake_at(const TransferTurn *t, const TransferRow *row, const TransferTurned *out,
    TransferRole role, const PackProperty *own, int64_t *v, size_t *at)
{
    size_t i = own ? column_of(t, ROLE_PROPERTY, own) : SIZE_MAX;

    if (i != SIZE_MAX && out->value[i].kind == CQL_INT) {
        *at = i;
        *v = out->value[i].integer;
        return true;
    }
    i = column_of(t, role, NULL);
    if (i == SIZE_MAX || !pack_stake_read(cell_of(row, i)->text, v))
        return false;
    *at = i;
    return true;
}

static Stakes stakes_of(const TransferTurn *t, const TransferRow *row, const TransferTurned *out)
{
    const TransferStretch *s = &t->stretch;
    size_t i = s->own_code ? column_of(t, ROLE_PROPERTY, s->own_code) : SIZE_MAX, at;
    Stakes k = { .code = STR(""), .at_from = SIZE_MAX };

    if (i == SIZE_MAX)
        i = column_of(t, ROLE_ROAD, NULL);
    if (i != SIZE_MAX)
        k.code = cell_of(row, i)->text;
    k.has_from = stake_at(t, row, out, ROLE_STAKE, s->own_from, &k.from, &k.at_from);
    k.has_to = stake_at(t, row, out, ROLE_STAKE_TO, s->own_to, &k.to, &at);
    return k;
}

/* The cell a finding about stakes is said of. */
static void stake_fault(const TransferTurn *t, const TransferRow *row, const Stakes *k, const Err *e,
    Arena *a, TransferTurned *out)
{
    const bool cell = k->at_from < t->ncolumn;

    transfer_fault(out, cell ? t->column + k->at_from : NULL, t->stretch.by->name,
        cell ? cell_of(row, k->at_from)->text : k->code, e, false, a);
}

static bool turned_stakes(
    const TransferTurn *t, const TransferRow *row, const Stakes *k, Arena *a, TransferTurned *out)
{
    Buf said, right;
    Err e;

    if (!k->has_from || !k->has_to || k->from <= k->to)
        return false;
    buf_init(&said, 64);
    buf_init(&right, 64);
    pack_stake_text(k->from, &said);
    buf_str(&said, STR(" > "));
    pack_stake_text(k->to, &said);
    pack_stake_text(k->to, &right);
    buf_str(&right, STR("–"));
    pack_stake_text(k->from, &right);
    FAIL(&e, TRANSFER_STAKE_TURNED, buf_text(&said), "stake");
    err_hint(&e, "%.*s", STRV(buf_text(&right)));
    stake_fault(t, row, k, &e, a, out);
    buf_clear(&said);
    buf_clear(&right);
    return true;
}

static bool has_field(const TransferTurned *out, const PackProperty *p)
{
    for (size_t i = 0; i < out->change.nfield; i++)
        if (out->field[i].property == p)
            return true;
    return false;
}

static bool stretch(const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Err *err)
{
    const TransferStretch *s = &t->stretch;
    Stakes k;
    Str id = STR("");
    Err e = { .kind = NULL };
    Bytes point;

    if (!s->of)
        return true;
    k = stakes_of(t, row, out);
    if (turned_stakes(t, row, &k, a, out) || has_field(out, s->by))
        return true;
    if (k.code.len && k.has_from) {
        if (!transfer_stretch_at(t->refs, k.code, k.from, k.has_to ? k.to : k.from, a, &id, &e)) {
            if (fatal(&e)) {
                *err = e;
                return false;
            }
            stake_fault(t, row, &k, &e, a, out);
            return true;
        }
    } else if (out->change.geometry.len && !transfer_stretch_near(t->refs, out->change.geometry, a, &id, err))
        return false;
    if (!id.len)
        return true;
    add_field(out, s->by, (CqlValue){ .kind = CQL_TEXT, .text = id });
    if (t->collection->geometry == GEO_POINT && !out->change.geometry.len && k.has_from) {
        if (!transfer_stretch_point(t->refs, id, k.from, a, &point, err))
            return false;
        out->change.has_geometry = point.len > 0;
        out->change.geometry = point;
    }
    return true;
}

/* --- the row ------------------------------------------------------------------------------------------------------------------------ */
static void say_key(const TransferTurn *t, TransferTurned *out, const TransferRow *row, Arena *a)
{
    Buf b;
    Err e;

    buf_init(&b, 4096);
    if (t->key_id)
        buf_str(&b, cell_of(row, column_of(t, ROLE_ID, NULL))->text);
    for (size_t k = 0; k < t->nkey; k++) {
        const size_t i = column_of(t, ROLE_PROPERTY, t->key[k]);

        if (k)
            buf_c(&b, ' ');
        if (i != SIZE_MAX && out->value[i].kind != CQL_NULL)
            ledger_value_to_text(t->key[k], out->value[i], &b);
        else if (!t->key[k]->required && !out->wrong) { /* required ones are asked for by the ledger */
            FAIL(&e, TRANSFER_NO_KEY, t->key[k]->title.zh, "%.*s", STRV(t->key[k]->name));
            transfer_fault(out, i == SIZE_MAX ? NULL : t->column + i, t->key[k]->name, STR(""), &e, false, a);
        }
    }
    out->key = str_copy(a, str_trim(buf_text(&b)));
    buf_clear(&b);
}

static void new_id(const TransferTurn *t, TransferTurned *out) /* the same when the row is applied again */
{
    char text[96];
    uint8_t digest[SM3_LEN];

    snprintf(text, sizeof text, "%.*s/%u", STRV(t->import), out->row);
    sm3((Bytes){ (const uint8_t *)text, strlen(text) }, digest);
    ulid_make(ulid_ms(t->import), digest, out->change.id);
}

bool transfer_turn(const TransferTurn *t, const TransferRow *row, Arena *a, TransferTurned *out, Err *err)
{
    const PackProperty *division = pack_property(t->collection, STR("division"));
    Str word;
    Err e;

    *out = (TransferTurned){ .row = row->number,
        .field = NEWS(a, LedgerField, t->ncolumn + 4),
        .value = NEWS(a, CqlValue, t->ncolumn + 1) };
    out->last = &out->fault;
    out->change = (LedgerChange){ .verb = LEDGER_CREATE,
        .collection = t->collection,
        .if_version = -1,
        .field = out->field,
        .valid_from = INT64_MIN,
        .valid_to = INT64_MIN,
        .source_ref = str_fmt(a, "%.*s#%u", STRV(t->import), row->number) };
    if (!out->field || !out->value)
        return FAIL(err, BASE_NO_MEMORY, STR("row"), "row %u", row->number);
    if (transfer_is_total(row, &word)) {
        FAIL(&e, TRANSFER_TOTAL_ROW, word, "row %u", row->number);
        transfer_fault(out, NULL, STR(""), word, &e, false, a);
        return true;
    }
    new_id(t, out);
    if (!cells(t, row, a, out, err) || !shape(t, row, a, out, err) || !spot(t, row, a, out, err) ||
        !stretch(t, row, a, out, err))
        return false;
    if (t->division.len && !t->collection->by_code && division && !has_field(out, division))
        add_field(out, division, (CqlValue){ .kind = CQL_TEXT, .text = t->division });
    say_key(t, out, row, a);
    return true;
}

/* --- the same place ---------------------------------------------------------------------------------------------------------------- */
#define SAME_DEGREES 1e-7 /* 1 cm: what GeoJSON keeps */
typedef struct Vertices {
    double *xy;
    size_t n, most, part; /* part: of the last one */
    bool same;
} Vertices;

static void keep_vertex(void *ctx, size_t part, double x, double y)
{
    Vertices *v = ctx;

    if (v->n < v->most) {
        v->xy[3 * v->n] = x;
        v->xy[3 * v->n + 1] = y;
        v->xy[3 * v->n + 2] = (double)part;
    }
    v->n++;
}

static void compare_vertex(void *ctx, size_t part, double x, double y)
{
    Vertices *v = ctx;
    const double *at = v->xy + 3 * v->n;

    v->same = v->same && v->n < v->most && fabs(at[0] - x) <= SAME_DEGREES &&
              fabs(at[1] - y) <= SAME_DEGREES && at[2] == (double)part;
    v->n++;
}

/* A shape that came back with fewer digits is no change. */
static void leave_same_shape(TransferTurned *row, Bytes before, Arena *a)
{
    const Bytes now = row->change.geometry;
    Vertices v = { .most = geo_wkb_vertices(before), .same = true };

    if (!row->change.has_geometry || !before.len || geo_wkb_type(now) != geo_wkb_type(before) ||
        geo_wkb_vertices(now) != v.most)
        return;
    v.xy = NEWS(a, double, 3 * v.most + 3);
    if (!v.xy)
        return;
    geo_wkb_walk(before, keep_vertex, &v);
    v.n = 0;
    geo_wkb_walk(now, compare_vertex, &v);
    if (v.same)
        row->change.geometry = before;
}

/* --- keys ------------------------------------------------------------------------------------------------------------------------------ */
static bool find_by_id(const TransferTurn *t, TransferTurned *row, Arena *a, Err *err)
{
    LedgerRecord rec;
    Err e = { .kind = NULL };

    if (!row->key.len)
        return true;
    if (!ulid_valid(row->key)) {
        FAIL(&e, TRANSFER_NO_TARGET, row->key, "id");
        err_hint(&e, "%.*s", STRV(t->collection->title.zh));
    } else {
        memcpy(row->change.id, row->key.ptr, ULID_LEN);
        if (ledger_get((LedgerView){ t->ledger, &ACCESS_VISITOR }, t->collection, row->key, INT64_MIN,
                INT64_MIN, a, &rec, &e)) {
            row->change.verb = LEDGER_UPDATE;
            leave_same_shape(row, rec.geometry, a);
        } else if (e.kind == &LEDGER_NO_RECORD)
            return true; /* made with this id */
    }
    if (!e.kind)
        return true;
    if (fatal(&e)) {
        *err = e;
        return false;
    }
    transfer_fault(row, NULL, STR("id"), row->key, &e, false, a);
    return true;
}

static bool find_by_key(const TransferTurn *t, TransferTurned *row, Arena *a, Err *err)
{
    TransferTest test[8];
    TransferFound *found;
    size_t n = 0, nfound;
    Err e;

    for (size_t k = 0; k < t->nkey && k < LEN(test); k++) {
        const size_t i = column_of(t, ROLE_PROPERTY, t->key[k]);

        if (i == SIZE_MAX || row->value[i].kind == CQL_NULL || row->value[i].kind == CQL_LIST)
            return true;
        test[n++] = (TransferTest){ t->key[k], "=", row->value[i] };
    }
    if (!transfer_find(t->ledger, t->collection, test, n, NULL, 0, 2, a, &found, &nfound, err))
        return false;
    if (nfound == 1) {
        row->change.verb = LEDGER_UPDATE;
        leave_same_shape(row, found[0].geometry, a);
        memset(row->change.id, 0, sizeof row->change.id);
        memcpy(row->change.id, found[0].id.ptr, found[0].id.len < ULID_LEN ? found[0].id.len : ULID_LEN);
    } else if (nfound > 1) {
        FAIL(&e, TRANSFER_KEY_TWICE, row->key, "%.*s", STRV(t->key[0]->name));
        transfer_fault(row, NULL, t->key[0]->name, row->key, &e, false, a);
    }
    return true;
}

/* Of a row without a key: it may have been written before a cut. */
static bool find_again(const TransferTurn *t, TransferTurned *row, Arena *a, Err *err)
{
    LedgerRecord rec;
    Err e = { .kind = NULL };

    if (ledger_get((LedgerView){ t->ledger, &ACCESS_VISITOR }, t->collection, str_of(row->change.id),
            INT64_MIN, INT64_MIN, a, &rec, &e))
        row->change.verb = LEDGER_UPDATE;
    else if (fatal(&e)) {
        *err = e;
        return false;
    }
    return true;
}

bool transfer_turn_keys(const TransferTurn *t, TransferTurned *row, size_t n, Arena *a, Err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (row[i].wrong && !row[i].key.len)
            continue;
        if (!(t->key_id   ? find_by_id(t, row + i, a, err)
                : t->nkey ? find_by_key(t, row + i, a, err)
                          : find_again(t, row + i, a, err)))
            return false;
    }
    return true;
}
