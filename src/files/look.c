/* src/files/look.c - what a file is, by its bytes: signature, and of pictures the size in points. All of it from outside. */
#include "files/inside.h"

/* --- a cursor over any bytes: what lies beyond reads as 0 ------------------------------------------------------------- */
static unsigned at8(Bytes b, size_t at)
{
    return at < b.len ? b.ptr[at] : 0;
}

static unsigned be16(Bytes b, size_t at)
{
    return at8(b, at) << 8 | at8(b, at + 1);
}

static uint32_t be32(Bytes b, size_t at)
{
    return (uint32_t)be16(b, at) << 16 | be16(b, at + 2);
}

static uint32_t le32(Bytes b, size_t at)
{
    return at8(b, at) | at8(b, at + 1) << 8 | at8(b, at + 2) << 16 | (uint32_t)at8(b, at + 3) << 24;
}

static bool says(Bytes b, size_t at, const char *what)
{
    const size_t n = strlen(what);

    return at <= b.len && b.len - at >= n && !memcmp(b.ptr + at, what, n);
}

/* --- pictures ------------------------------------------------------------------------------------------------------------ */
static void seen_as(FilesLook *l, uint32_t width, uint32_t height, int turn)
{
    l->turn = turn >= 1 && turn <= 8 ? turn : 1;
    l->width = l->turn >= 5 ? height : width;
    l->height = l->turn >= 5 ? width : height;
}

/* ITU-T T.81, annex B: segments up to the first scan; SOF0 to SOF15 but DHT, JPG, DAC hold the size. */
static void look_jpeg(Bytes b, FilesLook *l)
{
    size_t at = 2;
    int turn = 1;

    while (at + 4 <= b.len && b.ptr[at] == 0xFF) {
        const unsigned mark = b.ptr[at + 1], len = be16(b, at + 2);

        if (mark == 0xFF) { /* a fill byte */
            at++;
            continue;
        }
        if (mark == 0xDA || mark == 0xD9 || len < 2)
            return;
        if (mark == 0xE1 && says(b, at + 4, "Exif") && at + 10 <= b.len)
            turn = files_exif_turn((Bytes){ b.ptr + at + 10, b.len - at - 10 });
        if (mark >= 0xC0 && mark <= 0xCF && mark != 0xC4 && mark != 0xC8 && mark != 0xCC) {
            seen_as(l, be16(b, at + 7), be16(b, at + 5), turn);
            return;
        }
        at += 2 + len;
    }
}

/* RFC 9649: VP8 (RFC 6386, clause 9.1), VP8L, VP8X. */
static void look_webp(Bytes b, FilesLook *l)
{
    if (says(b, 12, "VP8X"))
        seen_as(l, 1 + (le32(b, 24) & 0xFFFFFF), 1 + (le32(b, 27) & 0xFFFFFF), 1);
    else if (says(b, 12, "VP8L"))
        seen_as(l, 1 + (le32(b, 21) & 0x3FFF), 1 + (le32(b, 21) >> 14 & 0x3FFF), 1);
    else if (says(b, 12, "VP8 "))
        seen_as(l, le32(b, 26) & 0x3FFF, le32(b, 28) & 0x3FFF, 1);
}

/* --- boxes, packages ---------------------------------------------------------------------------------------------------- */
/* ISO/IEC 14496-12: the first box says by its brand what the rest is. */
static const char *of_brand(Bytes b)
{
    static const char *const known[][2] = { { "M4A ", "audio/mp4" }, { "M4B ", "audio/mp4" },
        { "qt  ", "video/quicktime" }, { "3gp", "video/3gpp" }, { "isom", "video/mp4" },
        { "iso", "video/mp4" }, { "mp4", "video/mp4" }, { "avc1", "video/mp4" }, { "MSNV", "video/mp4" },
        { "dash", "video/mp4" }, { "M4V", "video/mp4" }, { "f4v", "video/mp4" } };

    for (size_t i = 0; says(b, 4, "ftyp") && i < LEN(known); i++)
        if (says(b, 8, known[i][0]))
            return known[i][1];
    return NULL; /* HEIC and AVIF too: few browsers show them */
}

/* PKWARE APPNOTE 4.3: the end of the central directory tells where the names are. */
static const char *of_package(Bytes b)
{
    static const char *const known[][2] = {
        { "xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
        { "word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
        { "ppt/presentation.xml",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
        { "OFD.xml", "application/ofd" }, /* GB/T 33190 */
    };
    enum { COMMENT_MAX = 65535, TAIL = 22, HEAD = 46, NAMES_MAX = 4096 };
    size_t end = b.len < TAIL ? 0 : b.len - TAIL, at;

    while (end && b.len - end < COMMENT_MAX + TAIL && !says(b, end, "PK\5\6"))
        end--;
    if (!says(b, end, "PK\5\6"))
        return NULL;
    at = le32(b, end + 16);
    for (size_t i = 0; i < NAMES_MAX && says(b, at, "PK\1\2"); i++) {
        const size_t name = at8(b, at + 28) | at8(b, at + 29) << 8;

        for (size_t k = 0; k < LEN(known); k++)
            if (name == strlen(known[k][0]) && says(b, at + HEAD, known[k][0]))
                return known[k][1];
        at +=
            HEAD + name + (at8(b, at + 30) | at8(b, at + 31) << 8) + (at8(b, at + 32) | at8(b, at + 33) << 8);
    }
    return "application/zip";
}

/* [MS-CFB] 2.2, 2.6: the first sectors of the directory name the streams, in UTF-16. */
static const char *of_compound(Bytes b)
{
    static const struct {
        const char *wide;
        size_t n;
        const char *mime;
    } known[] = {
        { "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t", 23, "application/msword" },
        { "W\0o\0r\0k\0b\0o\0o\0k", 15, "application/vnd.ms-excel" },
        { "B\0o\0o\0k", 7, "application/vnd.ms-excel" },
        { "P\0o\0w\0e\0r\0P\0o\0i\0n\0t", 19, "application/vnd.ms-powerpoint" },
    };
    enum { ENTRY = 128, ENTRIES = 32 };
    const unsigned shift = at8(b, 30);
    const size_t at = shift == 9 || shift == 12 ? ((size_t)le32(b, 48) + 1) << shift : b.len;

    for (size_t i = 0; i < ENTRIES && at + (i + 1) * ENTRY <= b.len; i++)
        for (size_t k = 0; k < LEN(known); k++)
            if (!memcmp(b.ptr + at + i * ENTRY, known[k].wide, known[k].n))
                return known[k].mime;
    return NULL;
}

static const char *of_ogg(Bytes b)
{
    return says(b, 28, "\x80theora")                            ? "video/ogg"
           : says(b, 28, "OpusHead") || says(b, 28, "\1vorbis") ? "audio/ogg"
                                                                : NULL;
}

static const char *of_ebml(Bytes b)
{
    for (size_t i = 4; i < 64; i++)
        if (says(b, i, "webm"))
            return "video/webm";
    return NULL;
}

/* --- all of them -------------------------------------------------------------------------------------------------------------- */
static void look_png(Bytes b, FilesLook *l)
{
    seen_as(l, be32(b, 16), be32(b, 20), 1);
}

static void look_gif(Bytes b, FilesLook *l)
{
    seen_as(l, le32(b, 6) & 0xFFFF, le32(b, 8) & 0xFFFF, 1);
}

static void look_tiff(Bytes b, FilesLook *l)
{
    uint32_t width, height;

    files_tiff_size(b, &width, &height);
    seen_as(l, width, height, files_exif_turn(b));
}

/* One row a signature; `say` where the mime needs a second look, `look` for the size of a picture. */
static const struct Kind {
    const char *sign;
    size_t n, at;
    const char *mime;
    const char *(*say)(Bytes b);
    void (*look)(Bytes b, FilesLook *l);
    bool picture, shown;
} kind[] = {
    /* clang-format off */
    { "\xFF\xD8\xFF",         3, 0, "image/jpeg",      NULL,        look_jpeg, true,  true },
    { "\x89PNG\r\n\x1A\n",    8, 0, "image/png",       NULL,        look_png,  true,  true },
    { "GIF87a",               6, 0, "image/gif",       NULL,        look_gif,  true,  true },
    { "GIF89a",               6, 0, "image/gif",       NULL,        look_gif,  true,  true },
    { "WEBP",                 4, 8, "image/webp",      NULL,        look_webp, true,  true },
    { "II*\0",                4, 0, "image/tiff",      NULL,        look_tiff, true,  false },
    { "MM\0*",                4, 0, "image/tiff",      NULL,        look_tiff, true,  false },
    { "%PDF-",                5, 0, "application/pdf", NULL,        NULL,      false, true },
    { "ftyp",                 4, 4, NULL,              of_brand,    NULL,      false, true },
    { "OggS",                 4, 0, NULL,              of_ogg,      NULL,      false, true },
    { "\x1A\x45\xDF\xA3",     4, 0, NULL,              of_ebml,     NULL,      false, true },
    { "WAVE",                 4, 8, "audio/wav",       NULL,        NULL,      false, true },
    { "ID3",                  3, 0, "audio/mpeg",      NULL,        NULL,      false, true },
    { "\xFF\xFB",             2, 0, "audio/mpeg",      NULL,        NULL,      false, true },
    { "\xFF\xF3",             2, 0, "audio/mpeg",      NULL,        NULL,      false, true },
    { "#!AMR",                5, 0, "audio/amr",       NULL,        NULL,      false, false },
    { "PK\3\4",               4, 0, NULL,              of_package,  NULL,      false, false },
    { "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, 0, NULL,  of_compound, NULL,      false, false },
    /* clang-format on */
};

bool files_look(Bytes b, FilesLook *out, Err *err)
{
    for (size_t i = 0; i < LEN(kind); i++) {
        const struct Kind *k = kind + i;
        const bool riff = k->at == 8; /* WEBP, WAVE: forms of RIFF */
        FilesLook l = { .mime = k->mime, .picture = k->picture, .shown = k->shown, .turn = 1 };

        if (b.len < k->at + k->n || memcmp(b.ptr + k->at, k->sign, k->n) || (riff && !says(b, 0, "RIFF")))
            continue;
        if (k->say && !(l.mime = k->say(b)))
            break;
        if (k->look)
            k->look(b, &l);
        *out = l;
        return true;
    }
    return b.len ? FAIL(err, FILES_UNKNOWN, STR("file"), "body")
                 : FAIL(err, FILES_EMPTY, STR("file"), "body");
}
