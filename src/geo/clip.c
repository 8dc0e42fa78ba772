/* src/geo/clip.c - paths cut to a box: rings as I. Sutherland and G. Hodgman (1974) do, side after side; lines
 * segment by segment, so that one line may become several.
 *
 * A crossing is always reckoned from the lesser to the greater end of its segment, so that two neighbours that share
 * a border, or two tiles that share a segment, get the same vertex.
 */
#include "geo/path.h"

typedef struct Side {
    bool vertical; /* x = at; else y = at */
    bool upper;    /* inside is <= at; else >= at */
    int32_t at;
} Side;

static bool inside(Side s, Xy v)
{
    int32_t c = s.vertical ? v.x : v.y;

    return s.upper ? c <= s.at : c >= s.at;
}

static int32_t between(
    int32_t a0, int32_t a1, int32_t b0, int32_t b1, int32_t at) /* b where a is `at`; a0 < a1 */
{
    double t = ((double)at - a0) / ((double)a1 - a0);

    return (int32_t)lrint(b0 + t * ((double)b1 - b0));
}

static Xy crossing(Side s, Xy p, Xy q)
{
    if (s.vertical ? p.x > q.x : p.y > q.y) {
        Xy t = p;

        p = q;
        q = t;
    }
    if (s.vertical)
        return (Xy){ s.at, between(p.x, q.x, p.y, q.y, s.at) };
    return (Xy){ between(p.y, q.y, p.x, q.x, s.at), s.at };
}

static size_t cut_ring(const Xy *in, size_t n, Side s, Xy *out)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        Xy p = in[i], q = in[i + 1 < n ? i + 1 : 0];
        bool here = inside(s, p);

        if (here)
            out[k++] = p;
        if (here != inside(s, q))
            out[k++] = crossing(s, p, q);
    }
    return k;
}

static bool within(Box32 a, Box32 b)
{
    return a.minx >= b.minx && a.maxx <= b.maxx && a.miny >= b.miny && a.maxy <= b.maxy;
}

static bool apart(Box32 a, Box32 b)
{
    return a.minx > b.maxx || a.maxx < b.minx || a.miny > b.maxy || a.maxy < b.miny;
}

/* Each side at most doubles the vertices; four sides go there and back between out and scratch. */
static void clip_ring(const Xy *v, size_t n, bool shell, Box32 box, Path *out, Path *scratch)
{
    const Side side[] = { { true, false, box.minx }, { true, true, box.maxx }, { false, false, box.miny },
        { false, true, box.maxy } };
    size_t at = out->nxy;
    const Xy *from = v;

    for (size_t i = 0; i < LEN(side); i++) {
        Path *to = i % 2 ? out : scratch;

        if (i % 2 == 0)
            geo_path_reset(scratch, GEO_LINE);
        if (!geo_path_room(to, 2 * n + 2))
            return;
        if (i == 2)
            from = out->xy + at; /* it may have moved */
        n = cut_ring(from, n, side[i], to->xy + to->nxy);
        from = to->xy + to->nxy;
    }
    out->nxy = at + n;
    geo_path_run(out, at, shell);
}

static void copy_run(const Xy *v, size_t n, bool shell, Path *out)
{
    size_t at = out->nxy;
    Xy *to = geo_path_room(out, n);

    if (!to)
        return;
    memcpy(to, v, n * sizeof *v);
    out->nxy += n;
    geo_path_run(out, at, shell);
}

/* The part of p-q in the box, by its four sides; false: none. */
static bool cut_segment(Xy *p, Xy *q, Box32 box)
{
    const Side side[] = { { true, false, box.minx }, { true, true, box.maxx }, { false, false, box.miny },
        { false, true, box.maxy } };

    for (size_t i = 0; i < LEN(side); i++) {
        bool pin = inside(side[i], *p), qin = inside(side[i], *q);

        if (!pin && !qin)
            return false;
        if (pin == qin)
            continue;
        if (pin)
            *q = crossing(side[i], *p, *q);
        else
            *p = crossing(side[i], *p, *q);
    }
    return true;
}

static void clip_line(const Xy *v, size_t n, Box32 box, Path *out)
{
    size_t at = out->nxy;
    bool open = false; /* the run begun goes on at the next vertex */

    for (size_t i = 1; i < n; i++) {
        Xy p = v[i - 1], q = v[i], *to;

        if (!cut_segment(&p, &q, box)) {
            open = false;
            continue;
        }
        if (!(to = geo_path_room(out, 2)))
            return;
        if (!open || p.x != v[i - 1].x || p.y != v[i - 1].y) {
            geo_path_run(out, at, false);
            at = out->nxy;
            *to++ = p;
            out->nxy++;
        }
        *to = q;
        out->nxy++;
        open = q.x == v[i].x && q.y == v[i].y;
    }
    geo_path_run(out, at, false);
}

static void clip_points(const Xy *v, size_t n, Box32 box, Path *out)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].x >= box.minx && v[i].x <= box.maxx && v[i].y >= box.miny && v[i].y <= box.maxy)
            copy_run(v + i, 1, false, out);
}

void geo_path_clip(const Path *in, Box32 box, Path *out, Path *scratch)
{
    geo_path_reset(out, in->type);
    for (size_t i = 0; i < in->nrun && !out->bad; i++) {
        const PathRun *r = &in->run[i];
        const Xy *v = in->xy + r->at;
        Box32 b = geo_path_box(v, r->n);

        if (apart(b, box)) {
            if (r->shell && in->type == GEO_POLYGON) /* its holes are apart, too */
                while (i + 1 < in->nrun && !in->run[i + 1].shell)
                    i++;
        } else if (within(b, box))
            copy_run(v, r->n, r->shell, out);
        else if (in->type == GEO_POLYGON)
            clip_ring(v, r->n, r->shell, box, out, scratch);
        else if (in->type == GEO_LINE)
            clip_line(v, r->n, box, out);
        else
            clip_points(v, r->n, box, out);
    }
}
