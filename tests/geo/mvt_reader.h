/* tests/geo/mvt_reader.h - a tile read back by the specification (Mapbox Vector Tile 2.1), for tests only. Every rule
 * that can be checked is asserted while reading.
 */
#pragma once
#include "geo/geo.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct ReadFeature {
    uint64_t id;
    unsigned type;
    size_t nring, nvertex;
    double area; /* shells less holes */
    double length;
    int64_t minx, miny, maxx, maxy;
    Str geometry, tags;
    Str ulid, division; /* values of `id` and `division` */
} ReadFeature;
typedef struct ReadTile {
    Str name;
    ReadFeature *feature;
    size_t n;
    Str key[64];
    size_t nkey;
    Str value[65536];
    size_t nvalue;
} ReadTile;

static inline uint64_t take_varint(Str *s)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b;

        assert_true(s->len > 0);
        b = (uint8_t)s->ptr[0];
        *s = str_sub(*s, 1, s->len);
        v |= (uint64_t)(b & 127) << shift;
        if (b < 128)
            return v;
    }
    fail_msg("a varint of more than 10 bytes");
    return 0;
}

static inline Str take_bytes(Str *s)
{
    size_t n = take_varint(s);
    Str out = str_sub(*s, 0, n);

    assert_int_equal(out.len, n);
    *s = str_sub(*s, n, s->len);
    return out;
}

static inline int64_t take_signed(Str *s)
{
    uint64_t v = take_varint(s);

    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static inline void see_vertex(ReadFeature *f, int64_t x, int64_t y)
{
    f->nvertex++;
    f->minx = x < f->minx ? x : f->minx;
    f->maxx = x > f->maxx ? x : f->maxx;
    f->miny = y < f->miny ? y : f->miny;
    f->maxy = y > f->maxy ? y : f->maxy;
    assert_true(x >= -128 && x <= 4096 + 128 && y >= -128 && y <= 4096 + 128);
}

static inline void read_geometry(ReadFeature *f)
{
    Str g = f->geometry;
    int64_t x = 0, y = 0, x0 = 0, y0 = 0, area = 0;
    size_t n = 0;

    while (g.len) {
        uint64_t command = take_varint(&g), count = command >> 3;

        if ((command & 7) == 7) {
            assert_int_equal(count, 1);
            assert_int_equal(f->type, 3);
            assert_true(n >= 3); /* 4.3.4.4: MoveTo, LineTo of at least 2, ClosePath */
            area += x * y0 - x0 * y;
            assert_true(area != 0);
            assert_true(f->nring > 0 || area > 0); /* the first ring is exterior */
            f->nring++;
            f->area += (double)area / 2;
            n = 0;
            continue;
        }
        assert_true((command & 7) == 1 || (command & 7) == 2);
        assert_true(count > 0 && ((command & 7) == 2 || f->type == 1 || count == 1));
        for (; count; count--) {
            int64_t px = x, py = y;

            x += take_signed(&g);
            y += take_signed(&g);
            see_vertex(f, x, y);
            if ((command & 7) == 1) {
                x0 = x, y0 = y, area = 0, n = 1;
                continue;
            }
            assert_true(x != px || y != py); /* 4.3.3.2: no LineTo of length 0 */
            f->length += hypot((double)(x - px), (double)(y - py));
            area += px * y - x * py;
            n++;
        }
    }
}

static inline void read_feature(ReadTile *t, Str s)
{
    ReadFeature f = { .minx = INT64_MAX, .miny = INT64_MAX, .maxx = INT64_MIN, .maxy = INT64_MIN };

    while (s.len) {
        uint64_t key = take_varint(&s);

        if (key == (1 << 3))
            f.id = take_varint(&s);
        else if (key == (3 << 3))
            f.type = (unsigned)take_varint(&s);
        else if (key == (2 << 3 | 2))
            f.tags = take_bytes(&s);
        else if (key == (4 << 3 | 2))
            f.geometry = take_bytes(&s);
        else
            fail_msg("field %llu of a feature", (unsigned long long)key);
    }
    assert_true(f.geometry.len > 0);
    read_geometry(&f);
    t->feature = realloc(t->feature, (t->n + 1) * sizeof *t->feature);
    t->feature[t->n++] = f;
}

static inline Str text_value(Str v)
{
    return take_varint(&v) == (1 << 3 | 2) ? take_bytes(&v) : (Str){ "", 0 };
}

static inline void name_tags(ReadTile *t)
{
    for (size_t i = 0; i < t->n; i++)
        for (Str s = t->feature[i].tags; s.len;) {
            size_t k = take_varint(&s), v = take_varint(&s);

            assert_true(k < t->nkey && v < t->nvalue);
            if (str_eq(t->key[k], STR("id")))
                t->feature[i].ulid = text_value(t->value[v]);
            if (str_eq(t->key[k], STR("division")))
                t->feature[i].division = text_value(t->value[v]);
        }
}

/* One layer; an empty tile has none. free() the features. */
static inline ReadTile *read_tile(Str tile)
{
    ReadTile *t = calloc(1, sizeof *t);
    Str s;
    uint64_t version = 0, extent = 0;

    if (!tile.len)
        return t;
    assert_int_equal(take_varint(&tile), 3 << 3 | 2);
    s = take_bytes(&tile);
    assert_int_equal(tile.len, 0);
    while (s.len) {
        uint64_t key = take_varint(&s);

        if (key == (1 << 3 | 2))
            t->name = take_bytes(&s);
        else if (key == (2 << 3 | 2))
            read_feature(t, take_bytes(&s));
        else if (key == (3 << 3 | 2))
            t->key[t->nkey++] = take_bytes(&s);
        else if (key == (4 << 3 | 2))
            t->value[t->nvalue++] = take_bytes(&s);
        else if (key == (5 << 3))
            extent = take_varint(&s);
        else if (key == (15 << 3))
            version = take_varint(&s);
        else
            fail_msg("field %llu of a layer", (unsigned long long)key);
    }
    assert_true(version == 2 && extent == 4096 && t->name.len > 0);
    name_tags(t);
    return t;
}

static inline void tile_clear(ReadTile *t)
{
    free(t->feature);
    free(t);
}

/* A feature's polygons as WKB in the tile's units. MVT 4.3.4.4: a positive ring begins a polygon, negative ones are its holes. */
static inline Bytes read_polygons(const ReadFeature *f, Arena *a)
{
    const size_t most = f->nvertex + f->nring + 1;
    double *xy = NEWS(a, double, 2 * most);
    size_t *ring = NEWS(a, size_t, f->nring + 1), nring = 0, n = 0, npart = 0, from = 0;
    Bytes *part = NEWS(a, Bytes, f->nring + 1), out = { 0 };
    Str g = f->geometry;
    int64_t x = 0, y = 0;

    assert_true(xy && ring && part);
    while (g.len) {
        const uint64_t command = take_varint(&g);

        if ((command & 7) == 7) { /* the ring from `from` on is whole */
            double area = 0;

            for (size_t i = from; i < n; i++) {
                const size_t k = i + 1 < n ? i + 1 : from;

                area += xy[2 * i] * xy[2 * k + 1] - xy[2 * k] * xy[2 * i + 1];
            }
            memcpy(xy + 2 * n, xy + 2 * from, 2 * sizeof *xy);
            n++;
            if (area > 0 && nring) { /* the polygon before it ends */
                const double *first = xy;

                assert_true(geo_make_polygon(first, ring, nring, a, &part[npart++]));
                memmove(xy, xy + 2 * from, 2 * (n - from) * sizeof *xy);
                n -= from;
                from = 0;
                nring = 0;
            }
            ring[nring++] = n - from;
            from = n;
            continue;
        }
        for (uint64_t k = command >> 3; k; k--) {
            x += take_signed(&g);
            y += take_signed(&g);
            xy[2 * n] = (double)x;
            xy[2 * n + 1] = (double)y;
            n++;
        }
    }
    assert_true(nring > 0 && geo_make_polygon(xy, ring, nring, a, &part[npart++]));
    assert_true(geo_make_multi(GEO_MULTIPOLYGON, part, npart, a, &out));
    return out;
}

/* The value of a feature's attribute, as it stands in the tile; empty: it has none. */
static inline Str read_value(const ReadTile *t, const ReadFeature *f, Str key)
{
    for (Str s = f->tags; s.len;) {
        const size_t k = take_varint(&s), v = take_varint(&s);

        if (str_eq(t->key[k], key))
            return t->value[v];
    }
    return (Str){ "", 0 };
}

static inline Str read_text(const ReadTile *t, const ReadFeature *f, Str key)
{
    const Str v = read_value(t, f, key);

    return v.len ? text_value(v) : v;
}

static inline int64_t read_number(const ReadTile *t, const ReadFeature *f, Str key) /* INT64_MIN: none */
{
    Str v = read_value(t, f, key);

    return v.len && (take_varint(&v) & 7) == 0 ? (int64_t)take_varint(&v) : INT64_MIN;
}
