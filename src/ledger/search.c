/* src/ledger/search.c - one box for all: words of every register, best first.
 *
 * A record whose title is what was asked for (a village's 村 and the like left away) stands before one that begins with
 * it, that before one that holds it. A place name that only repeats a division found at the same place is left out.
 */
#include "ledger/sealed.h"
#include <stdio.h>
#include <stdlib.h>

enum { HITS = 400 }; /* looked at for one answer; four times as many while too few of them are his */
typedef struct Found {
    const Sheet *sheet;
    int64_t fid;
    double rank;
} Found;
typedef struct Search {
    LedgerView view;
    Str words;
    const PackCollection *const *only;
    size_t nonly;
    Str division; /* his, or the one asked for */
    Arena *arena;
    Found *found;
    size_t nfound, room; /* room: of found and hit */
    LedgerHit *hit;
    size_t nhit;
    const StoreWord *word; /* what the index is asked for */
    size_t nword;
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
    const Sheet *sheet = map_get(s->view.ledger->by_name, collection);

    if (sheet && wanted(s, sheet->collection) && s->nfound < s->room)
        s->found[s->nfound++] = (Found){ sheet, fid, rank };
    return s->nfound < s->room;
}

/* Sealed names that hold the words: of each register as many as there may be hits. */
static bool find_names(Search *s, bool *all)
{
    int64_t *fid = NEWS(s->arena, int64_t, s->room);

    for (size_t i = 0; fid && i < s->view.ledger->model->ncollection; i++) {
        Sheet *sheet = s->view.ledger->sheet + i;
        const size_t n = ledger_find_may(sheet, s->view.who) && wanted(s, sheet->collection)
                             ? ledger_find_text(sheet, s->words, fid, s->room / 4)
                             : 0;

        *all &= n < s->room / 4;
        for (size_t k = 0; k < n && s->nfound < s->room; k++)
            s->found[s->nfound++] = (Found){ sheet, fid[k], 0 };
    }
    return fid != NULL;
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

static Str text_of(const LedgerRecord *r, const PackCollection *c, const char *name)
{
    const PackProperty *p = pack_property(c, str_of(name));

    return p && p->index < c->nproperty && r->value[p->index].kind == CQL_TEXT ? r->value[p->index].text
                                                                               : STR("");
}

/* A record by its id, a division by its code too, as he sees it; retired ones too. */
static bool look_up(
    LedgerView v, StoreRead *read, const PackCollection *c, Str id, Arena *a, LedgerRecord *out)
{
    char ulid[ULID_LEN + 1];
    bool found = false;
    Err err;

    if (c->by_code && !ulid_valid(id)) {
        uint8_t digest[SM3_LEN];

        sm3(BYTES(id), digest);
        ulid_make(0, digest, ulid);
        id = str_of(ulid);
    }
    if (!ledger_find(&(Sight){ v.ledger, read, NULL }, ledger_sheet(v.ledger, c), id, a, out, &found, &err) ||
        !found || !ledger_visible(v.who, out, a))
        return false;
    ledger_mask(v.who, out);
    return true;
}

/* A division is told by its full name wherever a record lies in it: its name is no secret of whom it holds. */
static Str place_of(LedgerView v, StoreRead *read, Str code, Arena *a)
{
    const PackCollection *c = pack_collection(v.ledger->model, STR("division"));
    LedgerRecord r;
    Str full;

    if (!c || !code.len || !look_up(v, read, c, code, a, &r))
        return STR("");
    full = text_of(&r, c, "full_name");
    return full.len ? full : text_of(&r, c, "name");
}

/* Its records bear sealed titles: people. Three letters are the initials of hundreds; places come before them. */
static bool people(const PackCollection *c)
{
    const PackProperty *label = pack_property(c, c->label);

    return label && label->grade >= 3;
}

static void add_hit(Search *s, const LedgerRecord *r, double rank)
{
    const PackCollection *c = r->collection;
    LedgerHit *h = &s->hit[s->nhit];

    if (r->value[base_at(c, BASE_VALID_TO)].kind != CQL_NULL ||
        (s->division.len && !str_starts(r->division, access_subtree(s->division))))
        return;
    *h = (LedgerHit){ .collection = c,
        .id = str_copy(s->arena, r->id),
        .title = ledger_name_of(r, s->arena),
        .division = str_copy(s->arena, r->division),
        .box = ledger_box(r->geometry) };
    h->score = score_of(h->title, s->words, rank, s->arena) + (c->by_code ? 1 : people(c) ? -1 : 0);
    h->has_point = r->geometry.len && geo_centre(r->geometry, &h->x, &h->y);
    s->nhit++;
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
            if (!ledger_row(s->view.ledger, sheet, &shape, row, value, s->arena, &r, err) ||
                !ledger_inherit(&(Sight){ s->view.ledger, read, NULL }, &r, s->arena, err)) {
                good = false;
                break;
            }
            if (ledger_visible(s->view.who, &r, s->arena)) {
                ledger_mask(s->view.who, &r);
                add_hit(s, &r, rank);
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

/* The best `room` of the index, and of them those that are his; *all: the index holds no more. */
static bool gather(Search *s, StoreRead *read, bool *all, Err *err)
{
    bool good;

    s->nfound = s->nhit = 0;
    s->found = NEWS(s->arena, Found, s->room);
    s->hit = NEWS(s->arena, LedgerHit, s->room);
    if (!s->found || !s->hit)
        return FAIL(err, BASE_NO_MEMORY, STR("search"), "q");
    good = store_words_find(read, s->word, s->nword, s->room, found_one, s, err);
    *all = s->nfound < s->room;
    if (!find_names(s, all))
        return FAIL(err, BASE_NO_MEMORY, STR("search"), "q");
    for (size_t i = 0; good && i < s->view.ledger->model->ncollection; i++)
        good = fetch(s, read, s->view.ledger->sheet + i, err);
    return good;
}

static bool search(Search *s, StoreRead *read, size_t limit, size_t *n, Err *err)
{
    bool all;

    for (s->room = HITS;; s->room *= 4) {
        if (!gather(s, read, &all, err))
            return false;
        if (all || s->nhit >= limit)
            break;
    }
    qsort(s->hit, s->nhit, sizeof *s->hit, better);
    *n = tidy(s, limit);
    for (size_t i = 0; i < *n; i++)
        s->hit[i].subtitle = place_of(s->view, read, s->hit[i].division, s->arena);
    return true;
}

bool ledger_search(LedgerView v, Str words, const PackCollection *const *only, size_t nonly, Str division,
    size_t limit, Arena *a, LedgerHit **out, size_t *n, Err *err)
{
    Search s = { .view = v, .words = str_trim(words), .only = only, .nonly = nonly, .arena = a };
    StoreRead *read;
    bool good;

    *out = NULL;
    *n = 0;
    if (!access_narrow(v.who, division, &s.division))
        return true;
    if (!ledger_match(s.words, v.who->grade, a, &s.word, &s.nword))
        return FAIL(err, BASE_NO_MEMORY, STR("search"), "q");
    if (!s.nword)
        return true;
    good = store_read_begin(v.ledger->store, &read, err);
    if (good) {
        good = search(&s, read, limit, n, err);
        store_read_end(read);
        *out = s.hit;
    }
    return good;
}

Str ledger_title(LedgerView v, const PackCollection *c, Str id, Arena *a)
{
    StoreRead *read;
    LedgerRecord r;
    Err err;
    Str out = STR("");

    if (!store_read_begin(v.ledger->store, &read, &err))
        return out;
    if (look_up(v, read, c, id, a, &r))
        out = ledger_name_of(&r, a);
    store_read_end(read);
    return out;
}
