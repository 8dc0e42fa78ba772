/* src/ledger/words.c - cutting texts for the word index: Han runs into overlapping pairs and single characters, the rest
 * into words; names also by pinyin ("shiqiaocun") and initials ("sqc").
 */
#include "ledger/row.h"
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

/* The common block: unassigned places of it count too. */
enum { HAN_FROM = 0x4E00, HAN_TO = 0xA000, SYLLABLE = 8 };

static bool is_han(uint32_t c)
{
    UErrorCode e = U_ZERO_ERROR;

    if (c >= HAN_FROM && c < HAN_TO)
        return true;
    return c >= 0x2E80 && uscript_getScript((UChar32)c, &e) == USCRIPT_HAN;
}

static bool is_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return u_isalnum((UChar32)c) && !is_han(c);
}

static void put(Buf *b, uint32_t c)
{
    char text[4];
    int32_t n = 0;

    U8_APPEND_UNSAFE(text, n, c);
    buf_add(b, text, (size_t)n);
}

typedef struct Token {
    Str text;
    bool han;
} Token;

/* The next run of Han characters or of word characters. */
static bool next_run(Str *s, Token *t)
{
    while (s->len) {
        Str rest = *s;
        const char *from = s->ptr;
        uint32_t c = str_next(&rest);
        const bool han = is_han(c);

        if (!han && !is_word(c)) {
            *s = rest;
            continue;
        }
        while (rest.len) {
            Str after = rest;

            c = str_next(&after);
            if (han ? !is_han(c) : !is_word(c))
                break;
            rest = after;
        }
        *t = (Token){ { from, (size_t)(rest.ptr - from) }, han };
        *s = rest;
        return true;
    }
    return false;
}

static void pairs(Str run, Buf *out, bool singles)
{
    uint32_t before = 0;

    for (Str rest = run; rest.len;) {
        const uint32_t c = str_next(&rest);

        if (before) {
            put(out, before);
            put(out, c);
            buf_c(out, ' ');
        }
        if (singles) {
            put(out, c);
            buf_c(out, ' ');
        }
        before = c;
    }
}

static void lower(Str word, Buf *out)
{
    for (Str rest = word; rest.len;)
        put(out, (uint32_t)u_tolower((UChar32)str_next(&rest)));
}

void ledger_cut(Str text, Buf *out)
{
    Token t;

    while (next_run(&text, &t)) {
        if (t.han)
            pairs(t.text, out, true);
        else {
            lower(t.text, out);
            buf_c(out, ' ');
        }
    }
}

static size_t points(Str s)
{
    size_t n = 0;

    for (; s.len; n++)
        str_next(&s);
    return n;
}

/* Words as the index is asked for them: a Han run of two and more by its pairs, others by prefix. */
static void cut_asked(const Token *t, Buf *cut)
{
    if (!t->han)
        lower(t->text, cut);
    else if (points(t->text) == 1)
        buf_str(cut, t->text);
    else
        pairs(t->text, cut, false);
}

static bool add_word(StoreWord **word, size_t *n, StoreWord one, Arena *a)
{
    if (*n % 16 == 0) { /* full: the next sixteen */
        StoreWord *more = NEWS(a, StoreWord, *n + 16);

        if (more && *n)
            memcpy(more, *word, *n * sizeof *more);
        if (!more)
            return false;
        *word = more;
    }
    one.text = str_copy(a, one.text);
    (*word)[*n] = one;
    return (*word)[(*n)++].text.ptr != NULL;
}

/* All of the words. Those of grade 2 are not looked at for whom they are masked. */
bool ledger_match(Str words, int grade, Arena *a, const StoreWord **out, size_t *n)
{
    StoreWord *word = NEWS(a, StoreWord, 1); /* not NULL even of no word: then nothing is found */
    bool good = word != NULL;
    Token t;

    *n = 0;
    while (good && next_run(&words, &t)) {
        Buf cut;
        Str rest, one;

        buf_init(&cut, 65536);
        cut_asked(&t, &cut);
        for (rest = str_trim(buf_text(&cut)); good && rest.len;) {
            str_cut(rest, ' ', &one, &rest);
            good = add_word(&word, n, (StoreWord){ one, !t.han, grade < 2 }, a);
        }
        buf_clear(&cut);
    }
    *out = word;
    return good;
}

static _Thread_local UTransliterator *to_latin; /* opened once a thread: opening costs milliseconds */

static UTransliterator *latin(void)
{
    static const UChar id[] = u"Han-Latin/Names; Latin-ASCII; Lower";
    UErrorCode e = U_ZERO_ERROR;

    if (!to_latin)
        to_latin = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
    return to_latin;
}

/* Of the common Han characters, as they were asked for; kept for good. */
static _Thread_local char (*syllable)[SYLLABLE];

/* One character's pinyin without its tone; "": none. */
static bool spell(uint32_t c, char out[SYLLABLE])
{
    UChar u[32];
    char text[64];
    int32_t n = 0, limit, len = 0;
    UErrorCode e = U_ZERO_ERROR;
    UBool bad = false;

    U16_APPEND(u, n, 32, (UChar32)c, bad);
    limit = n;
    if (bad || !latin())
        return false;
    utrans_transUChars(latin(), u, &n, 32, 0, &limit, &e);
    u_strToUTF8(text, sizeof text, &len, u, n, &e);
    if (U_FAILURE(e))
        return false;
    n = 0;
    for (int32_t i = 0; i < len && n < SYLLABLE - 1; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            out[n++] = text[i];
    out[n] = 0;
    return n > 0;
}

static const char *spelt(uint32_t c, char room[SYLLABLE])
{
    if (c < HAN_FROM || c >= HAN_TO)
        return spell(c, room) ? room : "";
    if (!syllable && !(syllable = mem_new(HAN_TO - HAN_FROM, SYLLABLE)))
        return "";
    if (!syllable[c - HAN_FROM][0] && !spell(c, syllable[c - HAN_FROM]))
        syllable[c - HAN_FROM][0] = '?';
    return syllable[c - HAN_FROM][0] == '?' ? "" : syllable[c - HAN_FROM];
}

void ledger_pinyin(Str text, Buf *full, Buf *initials)
{
    bool start = true;

    while (text.len) {
        const uint32_t c = str_next(&text);
        char room[SYLLABLE] = "";

        if (is_han(c)) {
            const char *s = spelt(c, room);

            buf_str(full, str_of(s));
            buf_str(initials, str_sub(str_of(s), 0, 1));
            start = true;
        } else if (is_word(c)) {
            put(full, (uint32_t)u_tolower((UChar32)c));
            if (start)
                put(initials, (uint32_t)u_tolower((UChar32)c));
            start = false;
        } else
            start = true;
    }
}

static void names(Str text, Buf *out)
{
    Buf full, initials;

    buf_init(&full, 4096);
    buf_init(&initials, 1024);
    ledger_pinyin(text, &full, &initials);
    if (full.len && full.len != text.len) {
        buf_str(out, buf_text(&full));
        buf_c(out, ' ');
        buf_str(out, buf_text(&initials));
        buf_c(out, ' ');
    }
    buf_clear(&full);
    buf_clear(&initials);
}

static void words_of(const PackCollection *c, const PackProperty *p, CqlValue v, Buf *out)
{
    if (v.kind == CQL_LIST) {
        for (size_t i = 0; i < v.list.n; i++)
            words_of(c, p, v.list.item[i], out);
        return;
    }
    if (v.kind != CQL_TEXT)
        return;
    ledger_cut(v.text, out);
    if (str_eq(p->name, c->label) || str_eq(p->name, STR("aliases")))
        names(v.text, out);
}

/* A village's full name says its name again, and every name says its characters twice: an index needs each word once. */
static void once_each(Buf *words)
{
    enum { SLOTS = 1024 };
    Str slot[SLOTS] = { { 0 } }, rest = buf_text(words), one;
    size_t len = 0, seen = 0, h;

    while (rest.len) { /* every word has its blank behind it */
        if (!str_cut(rest, ' ', &one, &rest))
            rest = (Str){ 0 };
        for (h = hash64(BYTES(one)) % SLOTS; slot[h].len && !str_eq(slot[h], one); h = (h + 1) % SLOTS)
            ;
        if (!one.len || slot[h].len)
            continue;
        memmove(words->ptr + len, one.ptr, one.len);
        if (2 * ++seen < SLOTS) /* a text so long may repeat itself */
            slot[h] = (Str){ words->ptr + len, one.len };
        words->ptr[len + one.len] = ' ';
        len += one.len + 1;
    }
    words->len = len;
}

void ledger_words(const Sheet *s, const LedgerRecord *r, Buf *g1, Buf *g2)
{
    const PackCollection *c = s->collection;

    for (size_t i = 0; i < c->ndeclared; i++)
        if (c->property[i].search && c->property[i].grade <= 2)
            words_of(c, c->property + i, r->value[i], c->property[i].grade == 1 ? g1 : g2);
    if (g1->len)
        once_each(g1);
    if (g2->len)
        once_each(g2);
}
