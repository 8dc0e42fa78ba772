/* src/place/geocode.c - an address as people say it → candidates with a point, the best first.
 *
 *   云穗县枫涧镇石桥村三组        walks the division tree from left to right, any level may be left out
 *   石桥村小卖部                   what is left is searched below the division found
 *   shiqiao, sqc                  nothing walked: the search of everything, by pinyin and initials
 *   老鸦窝, with where he calls from  three bear the name: the nearest comes first
 */
#include <math.h>
#include "place/place.h"

enum { WAYS = 64, HITS = 10 };
typedef struct Way { /* how far one reading of the address has come */
    const Place *at;
    size_t used, steps;
} Way;
typedef struct Walk {
    const Places *p;
    Str address;
    Way way[WAYS];
    size_t n;
} Walk;

static bool below(const Place *x, const Place *top)
{
    static const size_t digits[] = { 2, 4, 6, 9, 12, 15 };

    return !top || (x->level > top->level && str_starts(x->code, str_sub(top->code, 0, digits[top->level])));
}

static void add(Walk *w, Way way)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->way[i].at == way.at) {
            if (way.used > w->way[i].used)
                w->way[i] = way;
            return;
        }
    if (w->n < WAYS)
        w->way[w->n++] = way;
}

/* Every division below `from` whose name stands next in the address leads on. */
static void step(Walk *w, const Way from)
{
    const Str rest = str_sub(w->address, from.used, w->address.len);

    if (!rest.len)
        return;
    for (size_t i = 0; i < w->p->n; i++) {
        const Place *x = &w->p->place[i];
        const size_t n = below(x, from.at) ? place_match(x, rest) : 0;

        if (n)
            add(w, (Way){ x, from.used + n, from.steps + 1 });
    }
}

static Str without_blanks(Str s, Arena *a)
{
    char *p = NEWS(a, char, s.len + 1);
    size_t n = 0;

    for (size_t i = 0; p && i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != ',')
            p[n++] = s.ptr[i];
    return (Str){ p ? p : "", n };
}

/* The share of the address understood, a little more for the deeper division. */
static double score(const Walk *w, const Way *way)
{
    return w->address.len ? fmin(1, 0.95 * (double)way->used / (double)w->address.len + 0.01 * way->at->level)
                          : 0;
}

static double distance_from(
    const LedgerHit *h, double x, double y) /* degrees of latitude, near enough to compare */
{
    return h->has_point ? hypot((h->x - x) * cos(y * M_PI / 180), h->y - y) : INFINITY;
}

/* Of names that are alike the caller means the nearest: hits come in the order of their distance, if he says where he is. */
static void nearest_first(ProcessRun *run, LedgerHit *hit, size_t n)
{
    double x, y;

    if (!json_object_get(run->input, "near") || !process_point(run, "near", &x, &y))
        return;
    for (size_t i = 0; i < n; i++) { /* insertion: at most 50 */
        const LedgerHit h = hit[i];
        const double far = distance_from(&h, x, y);
        size_t k = i;

        for (; k > 0 && distance_from(&hit[k - 1], x, y) > far; k--)
            hit[k] = hit[k - 1];
        hit[k] = h;
    }
}

static size_t take_best(Walk *w)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < w->n; i++)
        if (w->way[i].at && (best == SIZE_MAX || score(w, &w->way[i]) > score(w, &w->way[best])))
            best = i;
    return best;
}

static void write_hit(ProcessRun *run, const Places *p, const LedgerHit *h, double value, Buf *b)
{
    if (b->ptr[b->len - 1] != '[')
        buf_c(b, ',');
    buf_str(b, STR("{\"collection\":"));
    buf_json_str(b, h->collection->name);
    buf_str(b, STR(",\"id\":"));
    buf_json_str(b, h->id);
    buf_str(b, STR(",\"name\":"));
    buf_json_str(b, h->title);
    buf_str(b, STR(",\"division\":"));
    buf_json_str(b, h->division);
    buf_str(b, STR(",\"address\":"));
    buf_json_str(b, place_path(p, h->division, run->a));
    buf_str(b, STR(",\"level\":null,\"rest\":\"\",\"score\":"));
    buf_fixed(b, value, 3);
    buf_str(b, STR(",\"geometry\":"));
    if (h->has_point) {
        buf_str(b, STR("{\"type\":\"Point\",\"coordinates\":["));
        buf_fixed(b, h->x, 7);
        buf_c(b, ',');
        buf_fixed(b, h->y, 7);
        buf_str(b, STR("]}}"));
    } else
        buf_str(b, STR("null}"));
}

/* What the tree did not understand may be a shop, a bridge, a school below the division found. */
static bool search_rest(
    ProcessRun *run, const Places *p, Str words, const Place *in, size_t limit, Buf *b, Err *err)
{
    LedgerHit *hit = NULL;
    size_t n = 0;

    if (!words.len || !limit)
        return true;
    if (!ledger_search(
            run->view, words, NULL, 0, in ? in->code : (Str){ "", 0 }, limit, run->a, &hit, &n, err))
        return false;
    nearest_first(run, hit, n);
    for (size_t i = 0; i < n; i++)
        write_hit(run, p, &hit[i], (in ? 0.9 : 0.6) - 0.02 * (double)i, b);
    return true;
}

static bool write_candidates(ProcessRun *run, Walk *w, size_t limit, Err *err)
{
    Buf *b = process_out(run, "candidates");
    size_t best = take_best(w), n = 0;
    const Way first = best == SIZE_MAX ? (Way){ 0 } : w->way[best];
    const Str rest = str_sub(w->address, first.used, w->address.len);

    buf_c(b, '[');
    if (!search_rest(run, w->p, rest, first.at, limit < HITS ? limit : HITS, b, err))
        return false;
    for (; n < limit && (best = take_best(w)) != SIZE_MAX; n++) {
        if (score(w, &w->way[best]) < 0.5 * score(w, &first))
            break;
        if (b->ptr[b->len - 1] != '[')
            buf_c(b, ',');
        place_candidate(run, w->p, w->way[best].at, score(w, &w->way[best]),
            str_sub(w->address, w->way[best].used, w->address.len), b);
        w->way[best].at = NULL;
    }
    buf_c(b, ']');
    return true;
}

static bool geocode_run(ProcessRun *run, Err *err)
{
    const size_t limit = (size_t)process_number(run, "limit", 5);
    Walk *w = NEW(run->a, Walk);
    Places p;

    if (!w)
        return FAIL(err, BASE_NO_MEMORY, STR("geocode"), "job");
    if (!place_read(run, &p, err))
        return false;
    w->p = &p;
    w->address = without_blanks(str_sub(str_trim(process_text(run, "address")), 0, 600), run->a);
    step(w, (Way){ NULL, 0, 0 });
    for (size_t i = 0; i < w->n; i++)
        step(w, w->way[i]); /* grows while it goes */
    return write_candidates(run, w, limit, err);
}

const Process process_geocode = { .id = "geocode",
    .version = "1.0.0",
    .zh = "地址定位",
    .en = "Geocode",
    .about_zh = "把口头地址（县、乡镇、村、组，可省略或简写，也可用拼音、首字母）变成带坐标的候选地点。",
    .about_en =
        "Turns a spoken address (any levels, short names, pinyin, initials) into candidates with a point.",
    .run = geocode_run,
    .input = { { "address", "地址", "Address", PROCESS_TEXT },
        { "near", "呼叫人位置（经度在前）", "Where the caller is, longitude first", PROCESS_POINT,
            .optional = true },
        { "limit", "最多几个", "At most so many", PROCESS_INTEGER, NULL, 1, 50, true } },
    .output = { { "candidates", "候选地点", "Candidates", PROCESS_JSON } } };
