/* src/base/read.c - the cursor over binary input. */
#include "base/base.h"

Bytes rd_take(Rd *r, size_t n)
{
    const uint8_t *p = r->ptr;

    if (r->bad || n > (size_t)(r->end - r->ptr)) {
        r->bad = true;
        return (Bytes){ NULL, 0 };
    }
    r->ptr += n;
    return (Bytes){ p, n };
}

uint8_t rd_u8(Rd *r)
{
    const Bytes b = rd_take(r, 1);

    return b.ptr ? b.ptr[0] : 0;
}

uint32_t rd_u32(Rd *r, bool little)
{
    const Bytes b = rd_take(r, 4);
    uint32_t v = 0;

    if (b.ptr)
        memcpy(&v, b.ptr, 4);
    return little ? v : __builtin_bswap32(v);
}

double rd_f64(Rd *r, bool little)
{
    const Bytes b = rd_take(r, 8);
    uint64_t v = 0;
    double d;

    if (b.ptr)
        memcpy(&v, b.ptr, 8);
    if (!little)
        v = __builtin_bswap64(v);
    memcpy(&d, &v, 8);
    return d;
}
