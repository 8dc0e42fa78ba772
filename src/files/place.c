/* src/files/place.c - makes blank what says where a picture or film was taken: same length, everything else as it was.
 *
 *   JPEG  any TIFF block after "Exif\0\0" (the second picture of a phone has its own), XMP segments
 *   TIFF  itself · PNG  chunks eXIf, iTXt, tEXt, zTXt · WebP  chunks EXIF, XMP · MP4, QuickTime  boxes ©xyz, loci, meta
 *
 * Every number here comes from outside: an offset is looked at only after it was found to lie inside its block.
 */
#include "files/inside.h"
#include <zlib.h>

enum {
    HEAD = 8,
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_TURN = 274,
    TAG_GPS = 0x8825,
    ENTRIES_MAX = 1024,
    BLOCK_MAX = 65536,
    BLOCKS_MAX = 16,
    DEPTH_MAX = 6
};

/* --- TIFF 6.0: II or MM, 42, offset of the first directory; a directory is a count and entries of 12 bytes ------------------- */
typedef struct Tiff {
    uint8_t *p; /* not written to where the block is only read */
    size_t n;
    bool little;
} Tiff;

static uint32_t number(const Tiff *t, size_t at, size_t bytes)
{
    uint32_t v = 0;

    if (at > t->n || t->n - at < bytes)
        return 0;
    for (size_t i = 0; i < bytes; i++)
        v |= (uint32_t)t->p[at + i] << 8 * (t->little ? i : bytes - 1 - i);
    return v;
}

static bool tiff_of(uint8_t *p, size_t n, Tiff *out)
{
    *out = (Tiff){ p, n, n > 1 && p[0] == 'I' };
    return n >= 8 && (!memcmp(p, "II", 2) || !memcmp(p, "MM", 2)) && number(out, 2, 2) == 42;
}

/* Where the entry of a tag of the first directory stands; 0: nowhere. */
static size_t entry(const Tiff *t, unsigned tag)
{
    const size_t dir = number(t, 4, 4), n = number(t, dir, 2);

    for (size_t i = 0; i < n && i < ENTRIES_MAX; i++)
        if (number(t, dir + 2 + i * 12, 2) == tag)
            return dir + 2 + i * 12;
    return 0;
}

static uint32_t short_or_long(const Tiff *t, unsigned tag)
{
    const size_t e = entry(t, tag);

    return e ? number(t, e + 8, number(t, e + 2, 2) == 3 ? 2 : 4) : 0;
}

int files_exif_turn(Bytes tiff)
{
    Tiff t;

    return tiff_of((uint8_t *)(uintptr_t)tiff.ptr, tiff.len, &t) ? (int)short_or_long(&t, TAG_TURN) : 1;
}

void files_tiff_size(Bytes tiff, uint32_t *width, uint32_t *height)
{
    Tiff t;
    const bool good = tiff_of((uint8_t *)(uintptr_t)tiff.ptr, tiff.len, &t);

    *width = good ? short_or_long(&t, TAG_WIDTH) : 0;
    *height = good ? short_or_long(&t, TAG_HEIGHT) : 0;
}

static void blank(const Tiff *t, size_t at, size_t n) /* never its head, whatever an offset says */
{
    if (at >= HEAD && at <= t->n && t->n - at >= n)
        memset(t->p + at, 0, n);
}

/* The directory of places stays, with its version alone: readers take an empty one for damage. */
static void hide_in_tiff(uint8_t *p, size_t n)
{
    static const uint8_t size_of[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 }; /* TIFF 6.0, page 15 */
    static const uint8_t version[2][12] = { { 0, 0, 0, 1, 0, 0, 0, 4, 2, 3, 0, 0 },
        { 0, 0, 1, 0, 4, 0, 0, 0, 2, 3, 0, 0 } };
    Tiff t;
    size_t e, dir, entries;

    if (!tiff_of(p, n, &t) || !(e = entry(&t, TAG_GPS)))
        return;
    dir = number(&t, e + 8, 4);
    entries = number(&t, dir, 2);
    for (size_t i = 0; i < entries && i < ENTRIES_MAX; i++) {
        const size_t one = dir + 2 + i * 12;
        const uint32_t type = number(&t, one + 2, 2), many = number(&t, one + 4, 4);
        const uint64_t bytes = type < LEN(size_of) ? (uint64_t)many * size_of[type] : 0;

        if (bytes > 4 && bytes <= BLOCK_MAX)
            blank(&t, number(&t, one + 8, 4), (size_t)bytes);
        blank(&t, one, 12);
    }
    if (entries && dir >= HEAD && dir <= t.n && t.n - dir >= 18) {
        memcpy(t.p + dir, t.little ? "\1\0" : "\0\1", 2);
        memcpy(t.p + dir + 2, version[t.little], 12);
        blank(&t, dir + 14, 4); /* no next directory */
    }
}

/* --- XMP: a packet of XML that names a place is made blanks whole ---------------------------------------------------------------- */
static bool holds(const uint8_t *p, size_t n, const char *what)
{
    return memmem(p, n, what, strlen(what)) != NULL;
}

static void hide_in_xmp(uint8_t *p, size_t n)
{
    if (holds(p, n, "GPS") || holds(p, n, "Location"))
        memset(p, ' ', n);
}

/* --- JPEG ----------------------------------------------------------------------------------------------------------------------- */
static void hide_in_segments(uint8_t *p, size_t n)
{
    static const char xap[] = "http://ns.adobe.com/xap/1.0/", more[] = "http://ns.adobe.com/xmp/extension/";
    size_t at = 2;

    while (at + 4 <= n && p[at] == 0xFF) {
        const size_t len = (size_t)p[at + 2] << 8 | p[at + 3];

        if (p[at + 1] == 0xFF) {
            at++;
            continue;
        }
        if (p[at + 1] == 0xDA || p[at + 1] == 0xD9 || len < 2 || len > n - at - 2)
            return;
        if (p[at + 1] == 0xE1 && len > 2 + sizeof xap && !memcmp(p + at + 4, xap, sizeof xap))
            hide_in_xmp(p + at + 4 + sizeof xap, len - 2 - sizeof xap);
        else if (p[at + 1] == 0xE1 && len > 2 + sizeof more && !memcmp(p + at + 4, more, sizeof more))
            memset(p + at + 4 + sizeof more, ' ', len - 2 - sizeof more); /* a part alone does not tell */
        at += 2 + len;
    }
}

static void hide_in_jpeg(uint8_t *p, size_t n)
{
    static const char sign[] = "Exif\0"; /* and its own NUL */
    uint8_t *at = p;

    hide_in_segments(p, n);
    for (int i = 0; i < BLOCKS_MAX && (at = memmem(at, n - (size_t)(at - p), sign, sizeof sign)); i++) {
        size_t rest;

        at += sizeof sign;
        rest = n - (size_t)(at - p);
        hide_in_tiff(at, rest < BLOCK_MAX ? rest : BLOCK_MAX);
    }
}

/* --- PNG (W3C, third edition): length, type, data, CRC of type and data -------------------------------------------------------------- */
static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void hide_text_chunk(uint8_t *type, size_t n)
{
    static const char note[] = "Comment"; /* with its NUL */
    uint8_t *data = type + 4;
    const bool raw = n > 16 && !memcmp(data, "Raw profile type", 16);

    if (!raw && !holds(data, n, "GPS") && !holds(data, n, "adobe.xmp"))
        return;
    memcpy(type, "tEXt", 4);
    memset(data, ' ', n);
    if (n >= sizeof note)
        memcpy(data, note, sizeof note);
}

static void sign_chunk(uint8_t *type, size_t n)
{
    const uint32_t crc = (uint32_t)crc32(0, type, (uInt)n + 4);

    for (size_t i = 0; i < 4; i++)
        type[4 + n + i] = (uint8_t)(crc >> (24 - 8 * i));
}

static void hide_in_png(uint8_t *p, size_t n)
{
    for (size_t at = 8; at + 12 <= n;) {
        const size_t len = be32(p + at);
        uint8_t *type = p + at + 4;

        if (len > n - at - 12)
            return;
        if (!memcmp(type, "eXIf", 4))
            hide_in_tiff(type + 4, len);
        else if (!memcmp(type, "iTXt", 4) || !memcmp(type, "tEXt", 4) || !memcmp(type, "zTXt", 4))
            hide_text_chunk(type, len);
        else {
            at += 12 + len;
            continue;
        }
        sign_chunk(type, len);
        at += 12 + len;
    }
}

/* --- WebP: RIFF chunks, little-endian, padded to even lengths --------------------------------------------------------------------------- */
static void hide_in_webp(uint8_t *p, size_t n)
{
    for (size_t at = 12; at + 8 <= n;) {
        const size_t len =
            p[at + 4] | (size_t)p[at + 5] << 8 | (size_t)p[at + 6] << 16 | (size_t)p[at + 7] << 24;
        uint8_t *data = p + at + 8;
        size_t head;

        if (len > n - at - 8)
            return;
        head = len >= 6 && !memcmp(data, "Exif\0", 6) ? 6 : 0;
        if (!memcmp(p + at, "EXIF", 4))
            hide_in_tiff(data + head, len - head);
        else if (!memcmp(p + at, "XMP ", 4))
            hide_in_xmp(data, len);
        at += 8 + len + (len & 1);
    }
}

/* --- MP4 and QuickTime: a box is its length, its type, and what is in it -------------------------------------------------------------------- */
static void hide_in_boxes(uint8_t *p, size_t n, int depth)
{
    static const char *const inner[] = { "moov", "udta", "trak" }, *const place[] = { "\xA9xyz", "loci" };

    for (size_t at = 0; at + 8 <= n;) {
        size_t head = 8, len = be32(p + at);
        uint8_t *type = p + at + 4;

        if (len == 1 && at + 16 <= n) {
            head = 16;
            len = be32(p + at + 8) ? SIZE_MAX : be32(p + at + 12);
        } else if (len == 0)
            len = n - at;
        if (len < head || len > n - at)
            return;
        for (size_t i = 0; i < LEN(inner) && depth < DEPTH_MAX; i++)
            if (!memcmp(type, inner[i], 4)) {
                hide_in_boxes(p + at + head, len - head, depth + 1);
                break;
            }
        if (!memcmp(type, place[0], 4) || !memcmp(type, place[1], 4) ||
            (!memcmp(type, "meta", 4) && holds(p + at + head, len - head, "ISO6709"))) {
            memcpy(type, "free", 4);
            memset(p + at + head, 0, len - head);
        }
        at += len;
    }
}

void files_hide_place(uint8_t *b, size_t n, const FilesLook *look)
{
    static const struct {
        const char *mime;
        void (*hide)(uint8_t *p, size_t n);
    } row[] = { { "image/jpeg", hide_in_jpeg }, { "image/tiff", hide_in_tiff }, { "image/png", hide_in_png },
        { "image/webp", hide_in_webp } };

    for (size_t i = 0; i < LEN(row); i++)
        if (!strcmp(look->mime, row[i].mime))
            row[i].hide(b, n);
    if (!strncmp(look->mime, "video/", 6) || !strcmp(look->mime, "audio/mp4"))
        hide_in_boxes(b, n, 0);
}
