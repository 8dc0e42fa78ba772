/* src/face/coding.c - bodies on the line: compressed with zstd or gzip where the reader takes it and it pays. */
#include "face/exchange.h"
#include <zlib.h>
#include <zstd.h>

enum { PACK_LEAST = 1400 /* what one packet holds anyway */ };

static bool packable(Str type)
{
    return str_find(type, STR("json")) != SIZE_MAX || str_starts(type, STR("text/")) ||
           str_find(type, STR("vector-tile")) != SIZE_MAX || str_find(type, STR("javascript")) != SIZE_MAX ||
           str_find(type, STR("xml")) != SIZE_MAX || str_find(type, STR("yaml")) != SIZE_MAX;
}

static bool pack_zstd(Str in, Buf *out)
{
    const size_t room = ZSTD_compressBound(in.len);
    char *to = buf_room(out, room);
    size_t n;

    if (!to || ZSTD_isError(n = ZSTD_compress(to, room, in.ptr, in.len, 1)))
        return false;
    buf_took(out, n);
    return true;
}

static bool pack_gzip(Str in, Buf *out)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.ptr, .avail_in = (uInt)in.len };
    bool good;

    if (in.len > UINT32_MAX / 2 || deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    const size_t room = deflateBound(&z, (uLong)in.len);
    char *to = buf_room(out, room);

    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)room;
    good = to && deflate(&z, Z_FINISH) == Z_STREAM_END;
    if (good)
        buf_took(out, z.total_out);
    deflateEnd(&z);
    return good;
}

const char *face_coding_pack(Str accept, Str type, Buf *body)
{
    const Str in = buf_text(body);
    const bool zstd = accept.len && face_quality(accept, STR("zstd")) > 0,
               gzip = accept.len && face_quality(accept, STR("gzip")) > 0;
    Buf out;

    if (in.len < PACK_LEAST || !packable(type) || (!zstd && !gzip))
        return NULL;
    buf_init(&out, in.len + (in.len >> 2) + (1 << 16));
    if (zstd ? !pack_zstd(in, &out) : !pack_gzip(in, &out)) {
        buf_clear(&out);
        return NULL;
    }
    buf_clear(body);
    *body = out;
    return zstd ? "zstd" : "gzip";
}
