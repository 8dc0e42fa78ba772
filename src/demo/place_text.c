/* src/demo/place_text.c - names of villages and groups by lot and on purpose; their romanisation. */
#include "demo/county.h"
#include <math.h>
#include <stdio.h>
#include <unicode/utrans.h>

/* --- pinyin: one reading a character, kept ------------------------------------------------------------------ */
enum { KEPT = 4096 };
struct Reader {
    UTransliterator *icu;
    uint32_t code[KEPT];
    char reading[KEPT][8];
};

static void reading_of(Reader *r, uint32_t code, char out[8])
{
    UChar u[32] = { 0 };
    int32_t n = 0, limit;
    UErrorCode bad = U_ZERO_ERROR;
    size_t k = 0;

    if (code >= 0x10000) {
        u[n++] = (UChar)(0xD7C0 + (code >> 10));
        u[n++] = (UChar)(0xDC00 | (code & 0x3FF));
    } else
        u[n++] = (UChar)code;
    limit = n;
    if (r->icu)
        utrans_transUChars(r->icu, u, &n, LEN(u), 0, &limit, &bad);
    for (int32_t i = 0; i < n && k < 7; i++) {
        if (u[i] >= 'a' && u[i] <= 'z')
            out[k++] = (char)u[i];
        else if (u[i] >= 'A' && u[i] <= 'Z')
            out[k++] = (char)(u[i] + 32);
    }
    out[k] = 0;
}

static const char *read_char(Reader *r, uint32_t code)
{
    size_t i = code * 2654435761U % KEPT;

    while (r->code[i] && r->code[i] != code)
        i = (i + 1) % KEPT;
    if (!r->code[i]) {
        reading_of(r, code, r->reading[i]);
        r->code[i] = code;
    }
    return r->reading[i];
}

static void close_icu(void *icu)
{
    utrans_close(icu);
}

static bool reader_open(County *c)
{
    UErrorCode bad = U_ZERO_ERROR;
    const UChar id[] = u"Han-Latin;Latin-ASCII";

    c->reader = NEW(c->a, Reader);
    if (!c->reader)
        return false;
    c->reader->icu = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &bad);
    const Yaml *own = yaml_get(c->d.places, "readings");
    for (const Yaml *y = own ? own->first : NULL; y; y = y->next) { /* of characters with more than one */
        Str han = y->key;
        const uint32_t code = str_next(&han);
        size_t i = code * 2654435761U % KEPT;

        while (c->reader->code[i])
            i = (i + 1) % KEPT;
        c->reader->code[i] = code;
        memcpy(c->reader->reading[i], y->text.ptr, y->text.len < 7 ? y->text.len : 7);
    }
    return !c->reader->icu || arena_defer(c->a, close_icu, c->reader->icu);
}

Str demo_roman(const County *c, Str han, Arena *a)
{
    char text[200];
    size_t n = 0;

    for (uint32_t code; (code = str_next(&han)) && n < sizeof text - 8;) {
        const char *p = read_char(c->reader, code);

        while (*p)
            text[n++] = *p++;
    }
    if (n && text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 32);
    return str_copy(a, (Str){ text, n });
}

Str demo_roman_apart(const County *c, Str han, size_t tail, Arena *a)
{
    const size_t n = demo_chars(han);
    size_t at = 0;

    if (!tail || tail >= n)
        return demo_roman(c, han, a);
    for (size_t i = 0; i + tail < n; i++)
        at += demo_char(han, i).len;
    return str_fmt(a, "%.*s %.*s", STRV(demo_roman(c, str_sub(han, 0, at), a)),
        STRV(demo_roman(c, str_sub(han, at, han.len), a)));
}

Str demo_dialect(const County *c, Str han, Arena *a)
{
    const Yaml *own = yaml_get(c->d.places, "dialect");
    char text[200];
    size_t n = 0, told = 0;

    for (size_t i = 0, all = demo_chars(han); i < all && n + 12 < sizeof text; i++) {
        Str one = demo_char(han, i);
        const Str sound = yaml_text(own, str_c(a, one));
        const char *plain = read_char(c->reader, str_next(&one));

        told += sound.len > 0;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", i ? " " : "",
            (int)(sound.len ? sound.len : strlen(plain)), sound.len ? sound.ptr : plain);
    }
    return told ? str_copy(a, (Str){ text, n }) : (Str){ "", 0 };
}

bool demo_initials(const County *c, Str han, const char *letters)
{
    for (uint32_t code; (code = str_next(&han)); letters++)
        if (!*letters || read_char(c->reader, code)[0] != *letters)
            return false;
    return !*letters;
}

/* --- surnames ---------------------------------------------------------------------------------------------------- */
Str demo_family(const County *c, size_t i)
{
    return c->family.text[i];
}

Str demo_clan(const County *c, size_t village)
{
    const size_t i = c->village[village].surname[0];

    return i == SIZE_MAX ? c->family.text[0] : c->family.text[i];
}

bool demo_families(County *c)
{
    const Yaml *head = yaml_get(c->d.names, "surnames"), *weight = yaml_get(c->d.names, "tail_weight");
    Str tail = yaml_text(c->d.names, "tail");
    const size_t ntail = demo_chars(tail);
    Weighted w;
    double sum;

    if (!demo_weighted(head, c->a, &w) || !ntail)
        return false;
    const double most = demo_num_at(weight, 0), least = demo_num_at(weight, 1),
                 mean = demo_num(c->d.names, "tail_sum") / (double)ntail,
                 bend =
                     mean > least ? fmax((most - least) / (mean - least) - 1, 0) : 1; /* ∫(1−t)^b = 1/(b+1) */
    c->family = (Weighted){ NEWS(c->a, Str, w.n + ntail), NEWS(c->a, double, w.n + ntail), w.n + ntail };
    if (!c->family.text || !c->family.weight)
        return false;
    sum = w.weight[w.n - 1];
    for (size_t i = 0; i < w.n + ntail; i++) {
        const double at = (double)(i - w.n) / (double)ntail;

        if (i >= w.n)
            sum += least + (most - least) * pow(1 - at, bend);
        c->family.text[i] = i < w.n ? w.text[i] : demo_char(tail, i - w.n);
        c->family.weight[i] = i < w.n ? w.weight[i] : sum;
    }
    return true;
}

/* Of sixteen drawn by lot the one the county lacks most: with some hundred villages plain lots would bend the table. */
static size_t lacking(const County *c, const double *mass, double all, Rng *r)
{
    const double whole = c->family.weight[c->family.n - 1];
    size_t best = 0;
    double most = -INFINITY;

    for (int k = 0; k < 16; k++) {
        const size_t i = demo_draw(&c->family, r);
        const double share = (c->family.weight[i] - (i ? c->family.weight[i - 1] : 0)) / whole;
        const double lack = share * all - mass[i];

        if (lack > most) {
            most = lack;
            best = i;
        }
    }
    return best;
}

static bool taken(const Village *p, size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (p->surname[j] == p->surname[k])
            return true;
    return false;
}

static bool clans(County *c)
{
    const Yaml *share = yaml_get(c->d.names, "clan_share");
    double *mass = NEWS(c->a, double, c->family.n), all = 0;

    for (size_t v = 0; mass && v < c->nvillage; v++) {
        Village *p = &c->village[v];
        Rng r = demo_rng(c, "clans", v);

        p->poem = rng_below(&r, 6);
        for (size_t k = 0; k < 3; k++) {
            const double people = demo_num_at(share, k) * (double)p->persons;

            p->surname[k] = SIZE_MAX;
            if (p->community)
                continue;
            all += people;
            do
                p->surname[k] = lacking(c, mass, all, &r);
            while (taken(p, k));
            mass[p->surname[k]] += people;
        }
    }
    return mass != NULL;
}

/* --- villages ------------------------------------------------------------------------------------------------------ */
typedef struct Lot { /* the tables names are drawn from, and the names already given */
    const Yaml *y;
    Weighted front, back[TERRAINS], clan_back, object, four, plain;
    Str once;
    Map *used;  /* county-wide: bare name → its village */
    Arena *try; /* of the name being tried: most are refused, in a large county by the million */
    Rng r;
    bool used_up; /* no name is left that the whole county has not given */
    size_t political, total;
    double length[3],
        clan[2]; /* names given by length (two, three, four); of three those of a clan, and not */
} Lot;

static bool lot_open(County *c, Lot *l)
{
    const Yaml *y = c->d.places, *back = yaml_get(y, "back");

    *l = (Lot){ .y = y,
        .used = map_new(c->a),
        .try = arena_new(0),
        .r = demo_rng(c, "village names", 0),
        .total = c->nvillage };
    l->once = yaml_text(y, "initials_once");
    for (int i = 0; i < TERRAINS; i++)
        if (!demo_weighted(yaml_get(back, demo_terrain_name[i]), c->a, &l->back[i]))
            return false;
    return l->used && l->try && demo_weighted(yaml_get(y, "front"), c->a, &l->front) &&
           demo_weighted(yaml_get(y, "clan_back"), c->a, &l->clan_back) &&
           demo_weighted(yaml_get(y, "object"), c->a, &l->object) &&
           demo_weighted(yaml_get(y, "four"), c->a, &l->four) &&
           demo_weighted(yaml_get(y, "plain"), c->a, &l->plain);
}

static Str pick(const Weighted *w, Rng *r)
{
    return w->text[demo_draw(w, r)];
}

static Str joined(Arena *to, Str a, const char *between, Str b)
{
    return str_fmt(to, "%.*s%s%.*s", STRV(a), between, STRV(b));
}

static Str two_of(Arena *to, const Weighted *front, const Weighted *back, Rng *r)
{
    const Str a = pick(front, r);

    return joined(to, a, "", pick(back, r));
}

/* What the table's shares of lengths lack most; names that were refused and those on purpose would else bend them. */
static int length_due(const Lot *l)
{
    static const char *const key[3] = { "two", "three", "four" };
    const Yaml *share = yaml_get(l->y, "length");
    const double all = l->length[0] + l->length[1] + l->length[2] + 1;
    double most = -INFINITY;
    int due = 0;

    for (int k = 0; k < 3; k++) {
        const double lack = demo_num(share, key[k]) / 100 * all - l->length[k];

        if (lack > most) {
            most = lack;
            due = k;
        }
    }
    return due;
}

/* In l->try: whoever keeps the name copies it. */
static Str draw_name(const County *c, Lot *l, size_t v)
{
    const Terrain t = c->town[c->village[v].town].terrain;
    const double lot = rng_unit(&l->r);
    const int length = !c->village[v].community ? length_due(l) : lot < 0.6 ? 0 : lot < 0.95 ? 1 : 2;
    const bool clan = !c->village[v].community && l->clan[0] <= l->clan[1];

    arena_clear(l->try);
    if (length == 0 && rng_unit(&l->r) < 0.03 && l->political * 50 < l->total) {
        l->political++;
        return pick(&l->plain, &l->r);
    }
    if (length == 0)
        return two_of(l->try, &l->front, &l->back[t], &l->r);
    if (length == 1 && clan)
        return joined(l->try, demo_clan(c, v), "家", pick(&l->clan_back, &l->r));
    if (length == 1)
        return pick(&l->object, &l->r);
    return two_of(l->try, &l->four, &l->object, &l->r);
}

static bool listed(const Yaml *list, Str s)
{
    for (const Yaml *y = list ? list->first : NULL; y; y = y->next)
        if (str_find(s, y->text) != SIZE_MAX)
            return true;
    return false;
}

static bool name_is_free(const County *c, const Lot *l, Str name)
{
    char once[8] = { 0 };

    memcpy(once, l->once.ptr, l->once.len < 7 ? l->once.len : 7);
    return !map_get(l->used, name) && !listed(yaml_get(c->d.places, "reserved"), name) &&
           !demo_initials(c, name, once);
}

/* The tables make some thousand names. A county with more villages than that does as real ones do: the same name in two
 * townships, never twice in one. */
enum { TRIES_IN_COUNTY = 4000, TRIES_IN_TOWN = 400 };

static bool name_is_free_in_town(const County *c, size_t v, Str bare)
{
    const Town *t = &c->town[c->village[v].town];

    for (size_t i = t->village; i < t->village + t->nvillage; i++)
        if (str_eq(c->village[i].bare, bare))
            return false;
    return !listed(yaml_get(c->d.places, "reserved"), bare);
}

/* Empty: the tables have no more for this township. */
static Str free_name(const County *c, Lot *l, size_t v)
{
    Str name = { "", 0 };

    for (int k = 0; !l->used_up && k < TRIES_IN_COUNTY; k++) {
        name = draw_name(c, l, v);
        if (name_is_free(c, l, name))
            return name;
    }
    l->used_up = true;
    for (int k = 0; k < TRIES_IN_TOWN; k++) {
        name = draw_name(c, l, v);
        if (name_is_free_in_town(c, v, name))
            return name;
    }
    return (Str){ "", 0 };
}

static bool give(County *c, Lot *l, size_t v, Str bare)
{
    Village *p = &c->village[v];
    const size_t n = demo_chars(bare);

    if (!p->community) { /* the shares of lengths are those of 行政村 */
        l->length[n <= 2 ? 0 : n == 3 ? 1 : 2]++;
        if (n == 3)
            l->clan[!str_eq(demo_char(bare, 1), STR("家"))]++;
    }
    p->bare = str_copy(c->a, bare);
    p->name = str_fmt(c->a, "%.*s%s", STRV(bare), p->community ? "社区" : "村");
    return p->name.ptr && p->bare.ptr && map_put(l->used, p->bare, p);
}

/* A village of the town without a name yet; SIZE_MAX: none. */
static size_t nameless(const County *c, size_t town, Rng *r)
{
    const Town *t = &c->town[town];
    const size_t from = rng_below(r, t->nvillage);

    for (size_t i = 0; i < t->nvillage; i++) {
        const size_t v = t->village + (from + i) % t->nvillage;

        if (!c->village[v].bare.ptr && !c->village[v].community)
            return v;
    }
    return SIZE_MAX;
}

static bool on_purpose(County *c, Lot *l)
{
    const Yaml *fixed = yaml_get(c->d.places, "fixed"), *twice = yaml_get(c->d.places, "duplicates");

    for (const Yaml *y = fixed ? fixed->first : NULL; y; y = y->next) {
        const bool story = y == fixed->first;
        const size_t t = story ? demo_story_town(c, y->text) : demo_town_of(c, y->text);
        const size_t v = t == SIZE_MAX ? SIZE_MAX : nameless(c, t, &l->r);

        if (v != SIZE_MAX && !give(c, l, v, y->key))
            return false;
    }
    for (const Yaml *y = twice ? twice->first : NULL; y; y = y->next)
        for (const Yaml *k = y->first; k; k = k->next) {
            const size_t t = demo_town_of(c, k->text), v = t == SIZE_MAX ? SIZE_MAX : nameless(c, t, &l->r);

            if (v != SIZE_MAX && !give(c, l, v, y->key))
                return false;
        }
    return true;
}

static bool codes(County *c)
{
    for (size_t t = 0; t < c->ntown; t++) {
        const Town *town = &c->town[t];
        unsigned community = 1, village = 200;

        for (size_t v = town->village; v < town->village + town->nvillage; v++) {
            Village *p = &c->village[v];

            p->code =
                str_fmt(c->a, "990121%.*s%03u", STRV(town->number), p->community ? community++ : village++);
            if (!p->code.ptr)
                return false;
        }
    }
    return true;
}

static void communities(County *c)
{
    for (size_t t = 0; t < c->ntown; t++) {
        const Town *town = &c->town[t];
        const double share = demo_num(town->yaml, "communities") / demo_num(town->yaml, "villages");
        const size_t n = demo_quota((double)town->nvillage, share, 0);

        for (size_t i = 0; i < n; i++)
            c->village[town->village + i].community = true;
    }
}

/* --- groups: seven in ten are counted, three in ten are hamlets ----------------------------------------------------- */
/* Three in ten of all groups have a name of their own; those of communities are counted only. */
static double hamlet_share(const County *c)
{
    size_t all = 0, rural = 0;

    for (size_t v = 0; v < c->nvillage; v++) {
        all += c->village[v].ngroup;
        rural += c->village[v].community ? 0 : c->village[v].ngroup;
    }
    return rural ? fmin(0.3 * (double)all / (double)rural, 0.6) : 0;
}

static bool group_names(County *c)
{
    const Yaml *number = yaml_get(c->d.places, "group_number");
    Weighted back;
    Rng r = demo_rng(c, "group names", 0);
    const double share = hamlet_share(c);
    double owed = 0;

    if (!demo_weighted(yaml_get(c->d.places, "group_back"), c->a, &back))
        return false;
    for (size_t v = 0; v < c->nvillage; v++) {
        const Village *p = &c->village[v];
        size_t hamlets;

        owed += p->community ? 0 : share * (double)p->ngroup;
        hamlets = (size_t)owed;
        owed -= (double)hamlets;
        for (size_t i = 0; i < p->ngroup; i++) {
            Group *g = &c->group[p->group + i];
            const bool hamlet = i + hamlets >= p->ngroup;

            g->code = str_fmt(c->a, "%.*s%03zu", STRV(p->code), i + 1);
            g->name = str_fmt(c->a, "%.*s组", STRV(demo_at(number, i)->text));
            for (int k = 0; hamlet && k < 20; k++) {
                const Str family = demo_family(c, demo_draw(&c->family, &r));
                const Str name = joined(c->a, family, "家", pick(&back, &r));

                if (!demo_initials(c, name, "ljw")) {
                    g->name = name;
                    break;
                }
            }
            if (!g->code.ptr || !g->name.ptr)
                return false;
        }
    }
    return true;
}

/* --- what was before -------------------------------------------------------------------------------------------------- */
static bool past(County *c, size_t v, Str bare, unsigned serial, size_t part, size_t parts, const char *until)
{
    const Village *p = &c->village[v];
    Past *q = &c->past[c->npast];

    if (c->npast == LEN(c->past))
        return true;
    *q = (Past){ .village = v, .part = part, .parts = parts };
    q->name = str_fmt(c->a, "%.*s村", STRV(bare));
    q->code = serial ? str_fmt(c->a, "990121%.*s%03u", STRV(c->town[p->town].number), serial) : p->code;
    c->npast++;
    return q->name.ptr && q->code.ptr && date_parse(str_of(until), &q->until);
}

/* Codes of villages that are no more: behind those of today's, which begin at 200; a large county's townships have up to 100. */
static unsigned first_past_serial(const County *c, size_t v)
{
    return c->town[c->village[v].town].nvillage > 60 ? 360 : 260;
}

static bool merge(County *c, Lot *l, const Yaml *m, const char *on)
{
    const Yaml *of = yaml_get(m, "of");
    const size_t n = of ? of->n : (size_t)demo_num(m, "n");
    size_t v = SIZE_MAX;

    for (size_t tries = 0; tries < 200 && v == SIZE_MAX; tries++) {
        size_t at = of ? tries : rng_below(&l->r, c->nvillage);

        if (of) {
            const Village *p = map_get(l->used, yaml_text(m, "name"));

            at = p ? (size_t)(p - c->village) : SIZE_MAX;
        }
        if (at == SIZE_MAX)
            return true;
        if (!c->village[at].community && !c->village[at].past &&
            (of || !listed(yaml_get(l->y, "reserved"), c->village[at].bare)))
            v = at;
    }
    if (v == SIZE_MAX)
        return true;
    c->village[v].past = true;
    for (size_t k = 0; k < n; k++) {
        Str name = of ? demo_at(of, k)->text : k ? free_name(c, l, v) : c->village[v].bare;

        if (!name.len)
            continue;
        name = str_copy(c->a, name);
        if (!name.ptr || (!map_get(l->used, name) && !map_put(l->used, name, &c->village[v])))
            return false;
        if (!past(c, v, name, first_past_serial(c, v) + c->merged++, k, n, on))
            return false;
    }
    return true;
}

static bool history(County *c, Lot *l)
{
    const Yaml *list = yaml_get(l->y, "merged");
    const Str merged_on = yaml_text(l->y, "merged_on"), older_on = yaml_text(l->y, "older_on");
    const size_t older = demo_quota(demo_num(l->y, "older_names"), c->share, c->nvillage > 1 ? 1 : 0);
    size_t merges = demo_quota(list ? (double)list->n : 0, c->share, 1);

    for (const Yaml *m = list ? list->first : NULL; m && merges; m = m->next, merges--)
        if (!merge(c, l, m, str_c(c->a, merged_on)))
            return false;
    for (size_t i = 0, tries = 0; i < older && tries < 400 * older; tries++) {
        const size_t v = rng_below(&l->r, c->nvillage);
        Str name = two_of(c->a, &l->front, &l->back[c->town[c->village[v].town].terrain], &l->r);

        if (c->village[v].past || c->village[v].community || !name_is_free(c, l, name))
            continue;
        i++;
        c->village[v].past = true;
        if (!map_put(l->used, name, &c->village[v]) || !past(c, v, name, 0, 0, 1, str_c(c->a, older_on)))
            return false;
    }
    return true;
}

static bool name_one(County *c, Lot *l, size_t v)
{
    Str name;

    if (c->village[v].bare.ptr)
        return true;
    name = free_name(c, l, v);
    return name.len && give(c, l, v, name);
}

bool demo_name_villages(County *c, Err *err)
{
    Lot l = { 0 };
    bool good;

    communities(c);
    good = reader_open(c) && codes(c) && demo_families(c) && clans(c) && lot_open(c, &l) && on_purpose(c, &l);
    for (size_t v = 0; good && v < c->nvillage; v++)
        good = name_one(c, &l, v);
    good = good && group_names(c) && history(c, &l);
    arena_free(l.try);
    return good || FAIL(err, DEMO_BAD_SPEC, STR("names"), "places.yaml");
}
