/* src/geo/command.c - paths as the commands of MVT 2.1 clause 4.3, without their first vertex, and back.
 *
 *   command = id | count << 3; id 1 MoveTo, 2 LineTo, 7 ClosePath; then `count` vertices, each a zigzag varint pair
 *   relative to the vertex before, over all runs of the feature.
 */
#include "geo/path.h"

enum { MOVE = 1, LINE = 2, CLOSE = 7, ONCE = 1 << 3, VERTEX_ROOM = 10 };

static uint8_t *put_step(uint8_t *p, Xy from, Xy to)
{
    p = geo_varint(p, geo_zigzag(geo_minus(to.x, from.x)));
    return geo_varint(p, geo_zigzag(geo_minus(to.y, from.y)));
}

static uint8_t *put_points(const Path *p, uint8_t *at)
{
    for (size_t i = 1; i < p->nrun; i++)
        at = put_step(at, p->xy[p->run[i - 1].at], p->xy[p->run[i].at]);
    return at;
}

static uint8_t *put_runs(const Path *p, uint8_t *at)
{
    Xy last = p->xy[p->run[0].at];

    for (size_t i = 0; i < p->nrun; i++) {
        const Xy *v = p->xy + p->run[i].at;
        size_t n = p->run[i].n;

        if (i > 0) {
            at = geo_varint(at, MOVE | ONCE);
            at = put_step(at, last, v[0]);
        }
        at = geo_varint(at, LINE | (n - 1) << 3);
        for (size_t k = 1; k < n; k++)
            at = put_step(at, v[k - 1], v[k]);
        last = v[n - 1];
        if (p->type == GEO_POLYGON)
            *at++ = CLOSE | ONCE;
    }
    return at;
}

void geo_path_write(const Path *p, Buf *tail, uint32_t *first)
{
    uint8_t *start = (uint8_t *)buf_room(tail, p->nxy * VERTEX_ROOM + p->nrun * 2 * VERTEX_ROOM), *end;

    if (!start)
        return;
    *first = p->type == GEO_POINT ? MOVE | (uint32_t)p->nrun << 3 : MOVE | ONCE;
    end = p->type == GEO_POINT ? put_points(p, start) : put_runs(p, start);
    buf_took(tail, (size_t)(end - start));
}

/* --- back ------------------------------------------------------------------------------------------------- */
static bool take_varint(const uint8_t **at, const uint8_t *end, uint32_t *v)
{
    uint64_t sum = 0;

    for (unsigned shift = 0; *at < end && shift < 35; shift += 7) {
        uint8_t b = *(*at)++;

        sum |= (uint64_t)(b & 127) << shift;
        if (b < 128) {
            *v = (uint32_t)sum;
            return sum <= UINT32_MAX;
        }
    }
    return false;
}

static bool take_step(const uint8_t **at, const uint8_t *end, Xy *pen)
{
    uint32_t x, y;

    if (!take_varint(at, end, &x) || !take_varint(at, end, &y))
        return false;
    pen->x = (int32_t)((uint32_t)pen->x + (x >> 1 ^ -(x & 1)));
    pen->y = (int32_t)((uint32_t)pen->y + (y >> 1 ^ -(y & 1)));
    return true;
}

static bool take_vertices(const uint8_t **at, const uint8_t *end, uint32_t n, Xy *pen, Path *out)
{
    Xy *to = n <= (size_t)(end - *at) / 2 ? geo_path_room(out, n) : NULL;

    if (!to)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (!take_step(at, end, pen))
            return false;
        to[i] = *pen;
    }
    out->nxy += n;
    return true;
}

static void end_run(Path *out, size_t at)
{
    bool shell = out->type == GEO_POLYGON && geo_path_area2(out->xy + at, out->nxy - at) > 0;

    geo_path_run(out, at, shell);
}

static bool read_points(const MvtPiece *piece, Path *out)
{
    const uint8_t *at = piece->tail.ptr, *end = at + piece->tail.len;
    Xy pen = { piece->x, piece->y };

    for (uint32_t left = piece->first >> 3; left > 0; left--) {
        Xy *to = geo_path_room(out, 1);

        if (!to)
            return false;
        *to = pen;
        out->nxy++;
        geo_path_run(out, out->nxy - 1, false);
        if (left > 1 && !take_step(&at, end, &pen))
            return false;
    }
    return !out->bad;
}

bool geo_path_read(const MvtPiece *piece, Path *out)
{
    const uint8_t *at = piece->tail.ptr, *end = at + piece->tail.len;
    Xy pen = { piece->x, piece->y }, *to;
    size_t run = 0;
    uint32_t command;

    geo_path_reset(out, piece->type);
    if (piece->type == GEO_POINT)
        return read_points(piece, out);
    if (!(to = geo_path_room(out, 1)))
        return false;
    *to = pen;
    out->nxy = 1;
    while (at < end) {
        if (!take_varint(&at, end, &command))
            return false;
        if ((command & 7) == CLOSE)
            continue;
        if ((command & 7) == MOVE) {
            end_run(out, run);
            run = out->nxy;
        }
        if (!take_vertices(&at, end, command >> 3, &pen, out))
            return false;
    }
    end_run(out, run);
    return !out->bad;
}
