/* src/transfer/sniff.c - which writing are these bytes in? Files lie about it or say nothing, so the bytes are asked.
 *
 * UTF-8 is recognised by its form. Of what is left, GB 18030-2005 has a form too (second bytes 40-7E, 80-FE or four
 * bytes), and Chinese texts of offices lie nearly wholly in the rows of GB/T 2312-1980 (first byte A1-F7, second
 * A1-FE): 95 % of the double bytes there make it GB18030, of which GBK and GB2312 are parts.
 */
#include "transfer/text.h"
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <stdio.h>

enum { ENOUGH = 1 << 20 };
static const char *const utf8 = "UTF-8", *const gb = "GB18030";

static TransferGuess guess(const char *name, double sure, size_t bom)
{
    TransferGuess g = { .sure = sure, .bom = bom };

    snprintf(g.name, sizeof g.name, "%s", name);
    return g;
}

/* Length of a UTF-8 sequence at the start; 0: none; -1: cut off by the end. */
static int utf8_len(const uint8_t *p, size_t n)
{
    const int want = p[0] < 0x80                   ? 1
                     : p[0] >= 0xC2 && p[0] < 0xE0 ? 2
                     : (p[0] & 0xF0) == 0xE0       ? 3
                     : p[0] >= 0xF0 && p[0] < 0xF5 ? 4
                                                   : 0;

    for (int i = 1; i < want; i++) {
        if ((size_t)i >= n)
            return -1;
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    }
    if ((want == 3 && p[0] == 0xE0 && p[1] < 0xA0) || (want == 3 && p[0] == 0xED && p[1] > 0x9F) ||
        (want == 4 && p[0] == 0xF0 && p[1] < 0x90) || (want == 4 && p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return want;
}

/* The same for GB 18030. */
static int gb_len(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] == 0x80 || p[0] == 0xFF)
        return 0;
    if (n < 2)
        return -1;
    if (p[1] >= 0x40 && p[1] != 0x7F && p[1] != 0xFF)
        return 2;
    if (p[1] < 0x30 || p[1] > 0x39)
        return 0;
    if (n < 4)
        return -1;
    return p[2] >= 0x81 && p[2] != 0xFF && p[3] >= 0x30 && p[3] <= 0x39 ? 4 : 0;
}

typedef struct Tally {
    size_t more, common; /* characters of several bytes; of those, in the rows of GB/T 2312 */
    bool bad;
} Tally;

static Tally walk(Bytes b, bool cut, int (*len)(const uint8_t *, size_t))
{
    Tally t = { 0, 0, false };

    for (size_t i = 0; i < b.len;) {
        const int n = len(b.ptr + i, b.len - i);

        if (n <= 0) {
            t.bad = n == 0 || !cut;
            break;
        }
        t.more += n > 1;
        t.common += n == 2 && b.ptr[i] >= 0xA1 && b.ptr[i] <= 0xF7 && b.ptr[i + 1] >= 0xA1;
        i += (size_t)n;
    }
    return t;
}

/* UTF-16 without a mark: the digits, commas and line ends of a table have a zero byte beside them. */
static bool utf16_silent(Bytes b, TransferGuess *out)
{
    size_t zero[2] = { 0, 0 };

    for (size_t i = 0; i < b.len && i < 4096; i++)
        zero[i & 1] += b.ptr[i] == 0;
    if (zero[0] + zero[1] < 4 || (b.len & 1 && b.len < 4096))
        return false;
    if (zero[1] > 8 * zero[0])
        return *out = guess("UTF-16LE", 0.9, 0), true;
    if (zero[0] > 8 * zero[1])
        return *out = guess("UTF-16BE", 0.9, 0), true;
    return false;
}

static TransferGuess by_statistics(Bytes b)
{
    UErrorCode e = U_ZERO_ERROR;
    UCharsetDetector *d = ucsdet_open(&e);
    const UCharsetMatch *m;
    const char *name = NULL;
    TransferGuess g = guess("windows-1252", 0.1, 0);

    ucsdet_setText(d, (const char *)b.ptr, (int32_t)(b.len < 65536 ? b.len : 65536), &e);
    m = ucsdet_detect(d, &e);
    name = m ? ucsdet_getName(m, &e) : NULL;
    if (U_SUCCESS(e) && name && transfer_fits(b, name, true))
        g = guess(name, ucsdet_getConfidence(m, &e) / 200.0, 0);
    ucsdet_close(d);
    return g;
}

TransferGuess transfer_sniff(Bytes b, bool cut)
{
    TransferGuess g;
    Tally t;

    if (b.len > ENOUGH)
        b.len = ENOUGH, cut = true;
    if (b.len >= 3 && b.ptr[0] == 0xEF && b.ptr[1] == 0xBB && b.ptr[2] == 0xBF)
        return guess(utf8, 1, 3);
    if (b.len >= 2 && ((b.ptr[0] == 0xFF && b.ptr[1] == 0xFE) || (b.ptr[0] == 0xFE && b.ptr[1] == 0xFF)))
        return guess(b.ptr[0] == 0xFF ? "UTF-16LE" : "UTF-16BE", 1, 2);
    if (utf16_silent(b, &g))
        return g;
    t = walk(b, cut, utf8_len);
    if (!t.bad)
        return guess(utf8, t.more ? 1 : 0.5, 0);
    t = walk(b, cut, gb_len);
    if (!t.bad && (double)t.common >= 0.95 * (double)t.more)
        return guess(gb, 0.95, 0);
    if (!t.bad && (double)t.common >= 0.7 * (double)t.more)
        return guess(gb, 0.6, 0);
    return by_statistics(b);
}

/* --- names -------------------------------------------------------------------------------------------------------- */
bool transfer_encoding(Str said, char out[40])
{
    /* what .cpg files and people write, where ICU does not know it or means something narrower */
    static const struct {
        const char *said, *name;
    } known[] = { { "gbk", "GB18030" }, { "gb2312", "GB18030" }, { "936", "GB18030" }, { "cp936", "GB18030" },
        { "ansi 936", "GB18030" }, { "oem 936", "GB18030" }, { "gb18030", "GB18030" }, { "utf8", "UTF-8" },
        { "utf-8", "UTF-8" }, { "65001", "UTF-8" }, { "utf-16", "UTF-16" }, { "ansi 1251", "windows-1251" },
        { "ansi 1252", "windows-1252" }, { "system", "" } };
    char name[40];
    UErrorCode e = U_ZERO_ERROR;
    UConverter *c;

    said = str_trim(said);
    for (size_t i = 0; i < LEN(known); i++)
        if (str_eq_nocase(said, str_of(known[i].said)))
            return snprintf(out, 40, "%s", known[i].name) > 0;
    if (!said.len || said.len >= sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", STRV(said));
    c = ucnv_open(name, &e);
    if (U_FAILURE(e) || !c)
        return false;
    snprintf(out, 40, "%s", name);
    ucnv_close(c);
    return true;
}

/* --- turning them into UTF-8 ---------------------------------------------------------------------------------------- */
typedef struct Turning {
    UConverter *from, *to;
    UChar pivot[4096], *source, *target;
} Turning;

static bool turning_open(Turning *t, const char *encoding)
{
    UErrorCode e = U_ZERO_ERROR;

    t->from = ucnv_open(encoding, &e);
    t->to = U_SUCCESS(e) ? ucnv_open(utf8, &e) : NULL;
    t->source = t->target = t->pivot;
    return U_SUCCESS(e);
}

static void turning_close(Turning *t)
{
    ucnv_close(t->from);
    ucnv_close(t->to);
}

bool transfer_decode(Bytes in, const char *encoding, bool (*take)(void *ctx, Str piece), void *ctx, Err *err)
{
    Turning *t = mem_new(1, sizeof *t);
    const char *from = (const char *)in.ptr, *end = from + in.len;
    UErrorCode e = U_BUFFER_OVERFLOW_ERROR;
    bool good = true, first = true;
    char out[16384];

    if (!t || !turning_open(t, encoding)) {
        if (t)
            turning_close(t);
        mem_free(t);
        return FAIL(err, BASE_NO_MEMORY, str_of(encoding), "encoding");
    }
    while (good && e == U_BUFFER_OVERFLOW_ERROR) {
        char *to = out;

        e = U_ZERO_ERROR;
        ucnv_convertEx(t->to, t->from, &to, out + sizeof out, &from, end, t->pivot, &t->source, &t->target,
            t->pivot + LEN(t->pivot), first, true, &e);
        first = false;
        good = take(ctx, (Str){ out, (size_t)(to - out) });
    }
    turning_close(t);
    mem_free(t);
    return good || FAIL(err, BASE_NO_MEMORY, STR("text"), "decode");
}

static bool add(void *ctx, Str piece)
{
    buf_str(ctx, piece);
    return !((Buf *)ctx)->bad;
}

bool transfer_decode_all(Bytes in, const char *encoding, Arena *a, Str *out, Err *err)
{
    Buf b;
    Str all = { NULL, 0 };

    buf_init(&b, in.len * 4 + 64);
    if (transfer_decode(in, encoding, add, &b, err))
        all = str_copy(a, buf_text(&b));
    else if (err->kind != &BASE_NO_MEMORY)
        all.ptr = NULL;
    buf_clear(&b);
    if (!all.ptr)
        return FAIL(err, BASE_NO_MEMORY, STR("text"), "decode");
    *out = all;
    return true;
}

static bool no_mark(void *ctx, Str piece)
{
    bool *good = ctx;

    *good = *good && str_find(piece, STR("\xEF\xBF\xBD")) == SIZE_MAX;
    return true;
}

bool transfer_fits(Bytes b, const char *encoding, bool cut)
{
    bool good = true;
    Err err;

    if (b.len > ENOUGH)
        b.len = ENOUGH, cut = true;
    if (!strcmp(encoding, utf8))
        return !walk(b, cut, utf8_len).bad;
    if (!strcmp(encoding, gb))
        return !walk(b, cut, gb_len).bad;
    return transfer_decode(b, encoding, no_mark, &good, &err) && good;
}
