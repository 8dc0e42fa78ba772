/* src/transfer/match.c - columns find their properties: what was remembered, then titles, names, aliases, what a reference
 * is known by, pinyin (the ten letters of a .dbf), and at last what is written nearly so.
 */
#include "transfer/match.h"
#include "transfer/transfer.h"
#include <assert.h>
#include <stdio.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { LEAST = 62, SURE = 101 };

/* --- names made comparable ------------------------------------------------------------------------------------------- */
static uint32_t half_width(uint32_t c) /* ＡＢＣ１２３（） as ABC123() */
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

static void put_utf8(Buf *b, uint32_t c)
{
    if (c < 0x80)
        buf_c(b, (char)c);
    else if (c < 0x800)
        buf_fmt(b, "%c%c", (int)(0xC0 | c >> 6), (int)(0x80 | (c & 63)));
    else if (c < 0x10000)
        buf_fmt(b, "%c%c%c", (int)(0xE0 | c >> 12), (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
    else
        buf_fmt(b, "%c%c%c%c", (int)(0xF0 | c >> 18), (int)(0x80 | (c >> 12 & 63)),
            (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
}

Str transfer_plain(Str name, Arena *a, Str *unit)
{
    Buf b, u;
    bool inside = false;
    Str out;

    buf_init(&b, 4096);
    buf_init(&u, 4096);
    for (uint32_t c; name.len && (c = half_width(str_next(&name)));) {
        if (c >= 'A' && c <= 'Z')
            c += 32;
        if (c == '(' || c == '[' || c == 0x3010 || c == 0x3014)
            inside = true;
        else if (c == ')' || c == ']' || c == 0x3011 || c == 0x3015)
            inside = false;
        else if (c > 32 && c != 0x3000 && c != '*' && c != ':' && c != '_' && c != '-' && c != '/' &&
                 c != 0xA0)
            put_utf8(inside ? &u : &b, c);
    }
    out = str_copy(a, buf_text(&b));
    if (unit)
        *unit = str_copy(a, buf_text(&u));
    buf_clear(&b);
    buf_clear(&u);
    return out;
}

static size_t points(Str s)
{
    size_t n = 0;

    for (; s.len; n++)
        str_next(&s);
    return n;
}

static bool all_letters(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] | 32) >= 'a' && (s.ptr[i] | 32) <= 'z'))
            return false;
    return s.len >= 2;
}

/* --- pinyin ------------------------------------------------------------------------------------------------------------ */
typedef struct Finder {
    const PackModel *model;
    UTransliterator *pinyin; /* NULL: not needed */
    Arena *a;
} Finder;

static UTransliterator *pinyin_open(void)
{
    static const UChar id[] = u"Han-Latin; Latin-ASCII";
    UErrorCode e = U_ZERO_ERROR;

    return utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
}

static void pinyin_of(const Finder *f, Str s, char full[128], char initials[64])
{
    UChar text[256];
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = 0, limit;
    size_t nfull = 0, ninitial = 0;
    bool begins = true;

    full[0] = initials[0] = 0;
    u_strFromUTF8(text, 60, &n, s.ptr, (int32_t)s.len, &e);
    limit = n;
    if (U_SUCCESS(e))
        utrans_transUChars(f->pinyin, text, &n, LEN(text), 0, &limit, &e);
    for (int32_t i = 0; U_SUCCESS(e) && i < n && nfull < 127; i++) {
        if ((text[i] | 32) < 'a' || (text[i] | 32) > 'z') {
            begins = true;
            continue;
        }
        full[nfull++] = (char)(text[i] | 32);
        if (begins && ninitial < 63)
            initials[ninitial++] = (char)(text[i] | 32);
        begins = false;
    }
    full[nfull] = initials[ninitial] = 0;
}

/* --- how alike ---------------------------------------------------------------------------------------------------------- */
static int alike(const Finder *f, Str head, Str title)
{
    const Str t = transfer_plain(title, f->a, NULL);
    const size_t nh = points(head), nt = points(t), least = nh < nt ? nh : nt, most = nh < nt ? nt : nh;
    char full[128], initials[64];

    if (!head.len || !t.len)
        return 0;
    if (str_eq(head, t))
        return 100;
    if (f->pinyin && !all_letters(t) && t.len >= 3) {
        pinyin_of(f, t, full, initials);
        if (str_eq(head, str_of(full)))
            return 85;
        if (head.len >= 3 && str_eq(head, str_of(initials)))
            return 80;
    }
    if (least >= 2 && (str_find(head, t) != SIZE_MAX || str_find(t, head) != SIZE_MAX))
        return 60 + (int)(30 * least / most);
    if (most >= 3 && most <= 32) {
        const size_t d = str_distance(head, t);

        return d * 3 <= most ? 70 - (int)(20 * d / most) : 0;
    }
    return 0;
}

static int best(int x, int y)
{
    return x > y ? x : y;
}

static int by_title(const Finder *f, Str head, PackTitle t)
{
    return best(alike(f, head, t.zh), alike(f, head, t.en));
}

static int by_aliases(const Finder *f, Str head, const PackCollection *c, const PackProperty *p)
{
    int score = 0;

    for (size_t i = 0; i < f->model->nconcept; i++) {
        const PackConcept *k = f->model->concept + i;
        const bool base_division =
            p->base && str_eq(p->name, STR("division")) && str_eq(k->id, STR("division.code"));

        if (!base_division && !(p->concept.len && str_eq(p->concept, k->id)) &&
            !(str_starts(k->home, c->name) && str_ends(k->home, p->name) &&
                k->home.len == c->name.len + 1 + p->name.len))
            continue;
        score = best(score, by_title(f, head, k->title) - 2);
        for (size_t n = 0; n < k->nalias; n++)
            score = best(score, alike(f, head, k->alias[n]) - 2);
    }
    return score;
}

static int by_target(const Finder *f, Str head, const PackProperty *p) /* what a reference is known by */
{
    const PackCollection *t = p->nref ? pack_collection(f->model, p->ref[0]) : NULL;
    const PackProperty *q = t && t->label.len ? pack_property(t, t->label) : NULL;
    int score = 0;

    if (!t || p->many)
        return 0;
    score = by_title(f, head, t->title) - 8;
    if (q)
        score = best(score, by_title(f, head, q->title) - 10);
    for (size_t i = 0; i < t->nunique; i++)
        if ((q = pack_property(t, t->unique[i])))
            score = best(score, by_title(f, head, q->title) - 5);
    return score;
}

static int score_of(const Finder *f, Str head, const PackCollection *c, const PackProperty *p)
{
    int score = best(by_title(f, head, p->title), alike(f, head, p->name));

    if (score == 100)
        return score;
    score = best(score, by_aliases(f, head, c, p));
    if (p->type == PACK_REF)
        score = best(score, by_target(f, head, p));
    return score - (p->base && (score < 90 || !str_eq(p->name, STR("division"))) ? 20 : 0);
}

/* --- what is no property ---------------------------------------------------------------------------------------------------- */
static const struct Word {
    TransferRole role;
    const char *word;
} word[] = { { ROLE_ID, "id" }, { ROLE_ID, "记录编号" }, { ROLE_ID, "ulid" }, { ROLE_WKT, "wkt" },
    { ROLE_WKT, "geometry" }, { ROLE_WKT, "geom" }, { ROLE_WKT, "wktgeom" }, { ROLE_WKT, "图形" },
    { ROLE_WKT, "坐标串" }, { ROLE_LON, "经度" }, { ROLE_LON, "lon" }, { ROLE_LON, "lng" },
    { ROLE_LON, "long" }, { ROLE_LON, "longitude" }, { ROLE_LON, "东经" }, { ROLE_LON, "x" },
    { ROLE_LON, "x坐标" }, { ROLE_LON, "坐标x" }, { ROLE_LON, "pointx" }, { ROLE_LON, "经度坐标" },
    { ROLE_LAT, "纬度" }, { ROLE_LAT, "lat" }, { ROLE_LAT, "latitude" }, { ROLE_LAT, "北纬" },
    { ROLE_LAT, "y" }, { ROLE_LAT, "y坐标" }, { ROLE_LAT, "坐标y" }, { ROLE_LAT, "pointy" },
    { ROLE_LAT, "纬度坐标" }, { ROLE_ROAD, "路线编号" }, { ROLE_ROAD, "路线编码" }, { ROLE_ROAD, "道路编号" },
    { ROLE_ROAD, "公路编号" }, { ROLE_ROAD, "路线代码" }, { ROLE_STAKE, "桩号" }, { ROLE_STAKE, "起点桩号" },
    { ROLE_STAKE, "起始桩号" }, { ROLE_STAKE, "起桩" }, { ROLE_STAKE, "起桩号" }, { ROLE_STAKE_TO, "止桩" },
    { ROLE_STAKE_TO, "止桩号" }, { ROLE_STAKE_TO, "讫桩" }, { ROLE_STAKE_TO, "讫桩号" },
    { ROLE_STAKE_TO, "终点桩号" }, { ROLE_STAKE_TO, "止点桩号" } };

static TransferRole role_of_word(const PackCollection *c, bool stretch, Str head)
{
    for (size_t i = 0; i < LEN(word); i++) {
        const TransferRole r = word[i].role;

        if (!str_eq(head, str_of(word[i].word)))
            continue;
        if ((r == ROLE_WKT || r == ROLE_LON || r == ROLE_LAT) && !c->spatial)
            continue;
        if (r >= ROLE_ROAD && !stretch)
            continue;
        return r;
    }
    return ROLE_NONE;
}

/* Own stakes take part under whatever of these words they were written. */
static const PackProperty *own_of_word(const TransferStretch *s, TransferRole r)
{
    return r == ROLE_ROAD       ? s->own_code
           : r == ROLE_STAKE    ? s->own_from
           : r == ROLE_STAKE_TO ? s->own_to
                                : NULL;
}

static const struct Named {
    TransferRole role;
    const char *name;
} named[] = { { ROLE_ID, "id" }, { ROLE_WKT, "geometry" }, { ROLE_LON, "@lon" }, { ROLE_LAT, "@lat" },
    { ROLE_ROAD, "@road" }, { ROLE_STAKE, "@stake" }, { ROLE_STAKE_TO, "@stake_to" } };

bool transfer_role_of(const PackCollection *c, Str property, TransferColumn *col)
{
    const PackProperty *p = pack_property(c, property);

    col->role = ROLE_NONE;
    col->property = NULL;
    for (size_t i = 0; i < LEN(named); i++)
        if (str_eq(property, str_of(named[i].name)))
            col->role = named[i].role;
    if (col->role == ROLE_NONE && p) {
        col->role = ROLE_PROPERTY;
        col->property = p;
    }
    return !property.len || col->role != ROLE_NONE;
}

Str transfer_role_name(const TransferColumn *col)
{
    if (col->role == ROLE_PROPERTY)
        return col->property->name;
    for (size_t i = 0; i < LEN(named); i++)
        if (col->role == named[i].role)
            return str_of(named[i].name);
    return STR("");
}

/* --- units in a column's name --------------------------------------------------------------------------------------------------- */
static double factor_of(Str said, const PackProperty *p)
{
    static const struct {
        const char *said, *kept;
        double factor;
    } known[] = { { "亩", "m2", 2000.0 / 3 }, { "mu", "m2", 2000.0 / 3 }, { "公顷", "m2", 1e4 },
        { "ha", "m2", 1e4 }, { "平方公里", "m2", 1e6 }, { "km2", "m2", 1e6 }, { "平方公里", "km2", 1 },
        { "公顷", "km2", 0.01 }, { "m2", "亩", 0.0015 }, { "平方米", "亩", 0.0015 }, { "公顷", "亩", 15 },
        { "ha", "亩", 15 }, { "公里", "m", 1000 }, { "千米", "m", 1000 }, { "km", "m", 1000 },
        { "m", "km", 0.001 }, { "米", "km", 0.001 }, { "cm", "m", 0.01 }, { "厘米", "m", 0.01 },
        { "mm", "m", 0.001 }, { "毫米", "m", 0.001 }, { "吨", "kg", 1000 }, { "t", "kg", 1000 },
        { "斤", "kg", 0.5 }, { "公斤", "t", 0.001 }, { "kg", "t", 0.001 }, { "万元", "元", 1e4 },
        { "千元", "元", 1e3 } };
    assert(p);
    const Str kept = p->type == PACK_MONEY ? STR("元") : p->unit;

    if (!said.len || str_eq(said, kept) ||
        (p->type != PACK_NUMBER && p->type != PACK_INTEGER && p->type != PACK_MONEY))
        return 1;
    for (size_t i = 0; i < LEN(known); i++)
        if (str_eq(said, str_of(known[i].said)) && str_eq(kept, str_of(known[i].kept)))
            return known[i].factor;
    return 1;
}

/* --- all columns ---------------------------------------------------------------------------------------------------------------- */
typedef struct Table { /* score[column * nprop + property] */
    int *score;
    const PackProperty **prop;
    size_t nprop;
} Table;

static void list_properties(const PackCollection *c, Table *t)
{
    for (size_t i = 0; i < c->nproperty; i++)
        if (!c->property[i].opposite.len && !c->property[i].retired)
            t->prop[t->nprop++] = c->property + i;
    for (size_t i = 0; i < c->ninherited; i++)
        if (!c->inherited[i].retired)
            t->prop[t->nprop++] = c->inherited + i;
}

static bool taken(const TransferColumn *col, size_t n, const PackProperty *p)
{
    for (size_t i = 0; i < n; i++)
        if (col[i].role == ROLE_PROPERTY && col[i].property == p)
            return true;
    return false;
}

static void settle(
    TransferColumn *col, size_t n, const Table *t) /* the best pair first, each property once */
{
    for (;;) {
        size_t at = 0;
        int most = LEAST - 1;

        for (size_t i = 0; i < n * t->nprop; i++)
            if (t->score[i] > most && col[i / t->nprop].role == ROLE_NONE && !col[i / t->nprop].score)
                most = t->score[at = i];
        if (most < LEAST)
            return;
        if (taken(col, n, t->prop[at % t->nprop])) {
            t->score[at] = 0;
            continue;
        }
        col[at / t->nprop].role = ROLE_PROPERTY;
        col[at / t->nprop].property = t->prop[at % t->nprop];
        col[at / t->nprop].score = most;
    }
}

static bool by_memory(const PackCollection *c, const json_t *remembered, TransferColumn *col)
{
    const json_t *v = remembered ? json_object_getn(remembered, col->name.ptr, col->name.len) : NULL;

    if (!v || !transfer_role_of(c, json_str(v), col))
        return false;
    col->remembered = true;
    col->score = SURE;
    return true;
}

static void by_words(
    const TransferStretch *s, const PackCollection *c, TransferColumn *col, size_t n, Arena *a)
{
    for (size_t i = 0; i < n; i++) {
        const TransferRole r = role_of_word(c, s->of != NULL, transfer_plain(col[i].name, a, NULL));
        const PackProperty *own = own_of_word(s, r);
        bool there = false;

        for (size_t k = 0; k < n; k++)
            there |= col[k].role == r && (r != ROLE_PROPERTY);
        if (r == ROLE_NONE || there || col[i].score >= 95)
            continue;
        if (own && !taken(col, n, own)) {
            col[i].role = ROLE_PROPERTY;
            col[i].property = own;
        } else if (!own)
            col[i].role = r;
        col[i].score = 90;
    }
}

bool transfer_match(const PackModel *m, const PackCollection *c, const TransferSheet *s,
    const json_t *remembered, Arena *a, TransferColumn **out, Err *err)
{
    TransferColumn *col = NEWS(a, TransferColumn, s->n + 1);
    Table t = { NEWS(a, int, (s->n + 1) * (c->nproperty + c->ninherited + 1)),
        NEWS(a, const PackProperty *, c->nproperty + c->ninherited + 1), 0 };
    Finder f = { .model = m, .a = arena_new(256 << 20) };
    TransferStretch stretch = { .by = NULL };

    if (!col || !t.score || !t.prop) {
        arena_free(f.a);
        return FAIL(err, BASE_NO_MEMORY, STR("columns"), "match");
    }
    list_properties(c, &t);
    (void)transfer_stretch(m, c, &stretch);
    for (size_t i = 0; i < s->n; i++) {
        const Str head = transfer_plain(s->name[i], f.a, NULL);

        col[i] = (TransferColumn){ .name = s->name[i], .factor = 1 };
        if (by_memory(c, remembered, col + i))
            continue;
        if (all_letters(head) && !f.pinyin)
            f.pinyin = pinyin_open();
        for (size_t k = 0; k < t.nprop; k++)
            t.score[i * t.nprop + k] = all_letters(head) || !f.pinyin
                                           ? score_of(&f, head, c, t.prop[k])
                                           : score_of(&(Finder){ m, NULL, f.a }, head, c, t.prop[k]);
    }
    by_words(&stretch, c, col, s->n, f.a);
    settle(col, s->n, &t);
    for (size_t i = 0; i < s->n; i++) {
        Str unit;

        transfer_plain(s->name[i], f.a, &unit);
        if (col[i].role == ROLE_PROPERTY)
            col[i].factor = factor_of(unit, col[i].property);
    }
    if (f.pinyin)
        utrans_close(f.pinyin);
    arena_free(f.a);
    *out = col;
    return true;
}

/* --- stretches of road ---------------------------------------------------------------------------------------------------------- */
static const PackProperty *stake_of(const PackCollection *c, const char *begins)
{
    for (size_t i = 0; i < c->ndeclared; i++)
        if (str_eq(c->property[i].format, STR("stake")) && str_starts(c->property[i].name, str_of(begins)) &&
            c->property[i].derive == PACK_TYPED)
            return c->property + i;
    return NULL;
}

static bool is_stretch(const PackModel *m, const PackCollection *t, TransferStretch *out)
{
    out->from = stake_of(t, "from");
    out->to = stake_of(t, "to");
    for (size_t i = 0; out->from && out->to && i < t->ndeclared; i++) {
        const PackProperty *p = t->property + i;
        const PackCollection *road =
            p->type == PACK_REF && p->required && p->nref == 1 ? pack_collection(m, p->ref[0]) : NULL;

        if (!road || road->nunique != 1)
            continue;
        out->of = t;
        out->road = road;
        out->to_road = p;
        out->code = pack_property(road, road->unique[0]);
        return out->code != NULL;
    }
    return false;
}

bool transfer_stretch(const PackModel *m, const PackCollection *c, TransferStretch *out)
{
    for (size_t i = 0; i < c->ndeclared; i++) {
        const PackProperty *p = c->property + i;
        const PackCollection *t =
            p->type == PACK_REF && !p->many && p->nref == 1 ? pack_collection(m, p->ref[0]) : NULL;
        char code[80];

        *out = (TransferStretch){ .by = p };
        if (!t || t == c || p->derive != PACK_TYPED || !is_stretch(m, t, out))
            continue;
        snprintf(code, sizeof code, "%.*s_%.*s", STRV(out->to_road->name), STRV(out->code->name));
        out->own_code = pack_property(c, str_of(code));
        out->own_from = stake_of(c, "from");
        out->own_to = stake_of(c, "to");
        return true;
    }
    *out = (TransferStretch){ .by = NULL };
    return false;
}
