/* src/ledger/search.c - one box for all: words of every register, best first.
 *
 * A record whose title is what was asked for (a village's 村 and the like left away) stands before one that begins with
 * it, that before one that holds it. A place name that only repeats a division found at the same place is left out.
 */
#include "ledger/sealed.h"
#include <stdio.h>
#include <stdlib.h>

enum { HITS = 400 };
typedef struct Found {
    const Sheet *sheet;
    int64_t fid;
    double rank;
} Found;
typedef struct Search {
    Ledger *ledger;
    Str words;
    const PackCollection *const *only;
    size_t nonly;
    Str prefix; /* of divisions */
    Arena *arena;
    Found found[HITS];
    size_t nfound;
    LedgerHit *hit;
    size_t nhit;
} Search;

static bool wanted(const Search *s, const PackCollection *c)
{
    if (c->hidden)
        return false;
    for (size_t i = 0; i < s->nonly; i++)
        if (s->only[i] == c)
            return true;
    return s->nonly == 0;
}

static bool found_one(void *ctx, Str collection, int64_t fid, double rank)
{
    Search *s = ctx;
    const Sheet *sheet = map_get(s->ledger->by_name, collection);

    if (sheet && wanted(s, sheet->collection) && s->nfound < HITS)
        s->found[s->nfound++] = (Found){ sheet, fid, rank };
    return s->nfound < HITS;
}

/* Sealed names that hold the words: at most fifty a register. */
static void find_names(Search *s)
{
    enum { NAMES = 50 };
    int64_t fid[NAMES];

    for (size_t i = 0; i < s->ledger->model->ncollection; i++) {
        Sheet *sheet = s->ledger->sheet + i;
        const size_t n =
            sheet->find && wanted(s, sheet->collection) ? ledger_find_text(sheet, s->words, fid, NAMES) : 0;

        for (size_t k = 0; k < n && s->nfound < HITS; k++)
            s->found[s->nfound++] = (Found){ sheet, fid[k], 0 };
    }
}

/* The title without the word that only says what kind of place it is. */
static Str bare(Str title)
{
    static const char *const tail[] = { "村委会", "社区", "街道", "村", "镇", "乡", "县", "组" };

    for (size_t i = 0; i < LEN(tail); i++)
        if (title.len > strlen(tail[i]) && str_ends(title, str_of(tail[i])))
            return str_sub(title, 0, title.len - strlen(tail[i]));
    return title;
}

static double score_of(Str title, Str words, double rank, Arena *a)
{
    const Str t = cql_fold_case(title, a), w = cql_fold_case(words, a);
    Buf full, initials;
    /* What says little else before what says much. */
    double score = 10 - (int)((rank < 10000 ? rank : 10000) / 100) / 10.0;

    if (str_eq(t, w))
        return 100;
    if (str_eq(bare(t), bare(w)))
        return 95;
    buf_init(&full, 4096);
    buf_init(&initials, 1024);
    ledger_pinyin(bare(title), &full, &initials);
    if (str_eq(buf_text(&full), w) || str_eq(buf_text(&initials), w))
        score = 90;
    else if (str_starts(t, w))
        score = 60 - (double)(t.len < 300 ? t.len : 300) / 10;
    else if (str_find(t, w) != SIZE_MAX)
        score = 40 - (double)(t.len < 300 ? t.len : 300) / 20;
    buf_clear(&full);
    buf_clear(&initials);
    return score;
}

static Str place_of(Ledger *l, Str code, Arena *a)
{
    const PackCollection *c = pack_collection(l->model, STR("division"));
    const PackProperty *full = c ? pack_property(c, STR("full_name")) : NULL,
                       *name = c ? pack_property(c, STR("name")) : NULL;
    uint8_t digest[SM3_LEN];
    char id[ULID_LEN + 1];
    LedgerRecord r;
    StoreRead *read;
    bool found = false;
    Err err;
    Str out = STR("");

    if (!c || !name || !code.len || !store_read_begin(l->store, &read, &err))
        return out;
    sm3(BYTES(code), digest);
    ulid_make(0, digest, id);
    if (ledger_find(&(Sight){ l, read, NULL }, ledger_sheet(l, c), str_of(id), a, &r, &found, &err) &&
        found) {
        out = full && full->index < c->nproperty && r.value[full->index].kind == CQL_TEXT
                  ? r.value[full->index].text
                  : STR("");
        if (!out.len && r.value[name->index].kind == CQL_TEXT)
            out = r.value[name->index].text;
    }
    store_read_end(read);
    return out;
}

/* Its records bear sealed titles: people. Three letters are the initials of hundreds; places come before them. */
static bool people(const PackCollection *c)
{
    const PackProperty *label = pack_property(c, c->label);

    return label && label->grade >= 3;
}

static bool add_hit(Search *s, const LedgerRecord *r, double rank)
{
    const PackCollection *c = r->collection;
    LedgerHit *h = &s->hit[s->nhit];

    if (r->value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL ||
        (s->prefix.len && !str_starts(r->division, s->prefix)))
        return true;
    *h = (LedgerHit){ .collection = c,
        .id = str_copy(s->arena, r->id),
        .title = ledger_name_of(r, s->arena),
        .division = str_copy(s->arena, r->division),
        .box = ledger_box(r->geometry) };
    h->score = score_of(h->title, s->words, rank, s->arena) + (c->by_code ? 1 : people(c) ? -1 : 0);
    h->has_point = r->geometry.len && geo_centre(r->geometry, &h->x, &h->y);
    s->nhit++;
    return true;
}

/* All hits of one register are fetched by one query. */
static bool fetch(Search *s, StoreRead *read, const Sheet *sheet, Err *err)
{
    int64_t *fid = NEWS(s->arena, int64_t, s->nfound + 1);
    StoreQuery q = { .table = &sheet->table, .geometry = true };
    RowShape shape;
    CqlValue *value = NEWS(s->arena, CqlValue, sheet->collection->nproperty + sheet->collection->ninherited);
    StoreCursor *cursor;
    const StoreRow *row;
    bool good;

    if (!value || !fid || !ledger_shape(sheet, NULL, 0, sheet->find != NULL, s->arena, &shape))
        return FAIL(err, BASE_NO_MEMORY, STR("search"), "q");
    for (size_t i = 0; i < s->nfound; i++)
        if (s->found[i].sheet == sheet)
            fid[q.nfid++] = s->found[i].fid;
    if (!q.nfid)
        return true;
    q.column = shape.column;
    q.ncolumn = shape.ncolumn;
    q.fid = fid;
    good = store_select(read, &q, &cursor, err);
    if (good) {
        while ((good = store_next(cursor, &row, err)) && row) {
            LedgerRecord r;
            double rank = 0;

            for (size_t i = 0; i < s->nfound; i++)
                if (s->found[i].sheet == sheet && s->found[i].fid == row->fid)
                    rank = s->found[i].rank;
            if (!ledger_row(s->ledger, sheet, &shape, row, value, s->arena, &r, err) ||
                !add_hit(s, &r, rank)) {
                good = false;
                break;
            }
        }
        store_cursor_close(cursor);
    }
    return good;
}

static int better(const void *x, const void *y)
{
    const LedgerHit *a = x, *b = y;

    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return str_cmp(a->division, b->division) ? str_cmp(a->division, b->division) : str_cmp(a->id, b->id);
}

/* A place name at the division of the same name tells nothing new. */
static bool repeats(const LedgerHit *hit, size_t n, const LedgerHit *h)
{
    for (size_t i = 0; i < n; i++)
        if (hit[i].collection != h->collection && str_eq(bare(hit[i].title), bare(h->title)) &&
            str_eq(hit[i].division, h->division))
            return true;
    return false;
}

static size_t tidy(Search *s, size_t limit)
{
    size_t n = 0;
    const double least = 89; /* equal, in Chinese, letters or initials */
    const bool exact = s->nhit && s->hit[0].score >= least;

    for (size_t i = 0; i < s->nhit && n < limit; i++) {
        if ((exact && s->hit[i].score < least) || repeats(s->hit, n, s->hit + i))
            continue;
        s->hit[n++] = s->hit[i];
    }
    return n;
}

bool ledger_search(Ledger *l, Str words, const PackCollection *const *only, size_t nonly, Str division,
    size_t limit, Arena *a, LedgerHit **out, size_t *n, Err *err)
{
    Search *s = NEW(a, Search);
    StoreRead *read;
    const StoreWord *word;
    size_t nword;
    bool good;

    *out = NULL;
    *n = 0;
    if (!s || !(s->hit = NEWS(a, LedgerHit, HITS)))
        return FAIL(err, BASE_NO_MEMORY, STR("search"), "q");
    s->ledger = l;
    s->words = str_trim(words);
    s->only = only;
    s->nonly = nonly;
    s->arena = a;
    s->prefix = division;
    while (s->prefix.len > 2 && s->prefix.ptr[s->prefix.len - 1] == '0')
        s->prefix.len--;
    if (!ledger_match(s->words, a, &word, &nword))
        return FAIL(err, BASE_NO_MEMORY, STR("search"), "q");
    if (!nword)
        return true;
    if (!store_read_begin(l->store, &read, err))
        return false;
    good = store_words_find(read, word, nword, HITS, found_one, s, err);
    find_names(s);
    for (size_t i = 0; good && i < l->model->ncollection; i++)
        good = fetch(s, read, l->sheet + i, err);
    store_read_end(read);
    if (!good)
        return false;
    qsort(s->hit, s->nhit, sizeof *s->hit, better);
    *n = tidy(s, limit);
    *out = s->hit;
    for (size_t i = 0; i < *n; i++)
        s->hit[i].subtitle = place_of(l, s->hit[i].division, a);
    return true;
}

Str ledger_title(Ledger *l, const PackCollection *c, Str id, Arena *a)
{
    StoreRead *read;
    LedgerRecord r;
    bool found = false;
    Err err;
    Str out = STR("");
    char ulid[ULID_LEN + 1];

    if (c->by_code && !ulid_valid(id)) {
        uint8_t digest[SM3_LEN];

        sm3(BYTES(id), digest);
        ulid_make(0, digest, ulid);
        id = str_of(ulid);
    }
    if (!store_read_begin(l->store, &read, &err))
        return out;
    if (ledger_find(&(Sight){ l, read, NULL }, ledger_sheet(l, c), id, a, &r, &found, &err) && found)
        out = ledger_name_of(&r, a);
    store_read_end(read);
    return out;
}

typedef struct Referring {
    Ledger *ledger;
    bool (*see)(void *ctx, const PackCollection *c, const PackProperty *p, Str from);
    void *ctx;
} Referring;

static bool refers(void *ctx, Str collection, Str property, Str from)
{
    Referring *r = ctx;
    const PackCollection *c = pack_collection(r->ledger->model, collection);
    const PackProperty *p = c ? pack_property(c, property) : NULL;

    return !p || r->see(r->ctx, c, p, from);
}

bool ledger_referrers(Ledger *l, Str id,
    bool (*see)(void *ctx, const PackCollection *c, const PackProperty *p, Str from), void *ctx, Err *err)
{
    Referring r = { l, see, ctx };
    StoreRead *read;
    bool good;

    if (!store_read_begin(l->store, &read, err))
        return false;
    good = store_links_to(read, id, refers, &r, err);
    store_read_end(read);
    return good;
}
