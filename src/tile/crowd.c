/* src/tile/crowd.c - see draw.h. */
#include "tile/draw.h"

/* Exponent and three bits of the mantissa: rises with the size, never negative. */
static uint32_t bucket_of(double size)
{
    uint64_t bits;

    memcpy(&bits, &size, sizeof bits);
    return size > 0 ? (uint32_t)(bits >> 49) & (CUT_BUCKETS - 1) : 0;
}

void tile_crowd_add(Crowd *c, double size, size_t bytes)
{
    c->bytes[bucket_of(size)] += bytes;
}

Cut tile_crowd_cut(const Crowd *c, double budget)
{
    for (uint32_t b = CUT_BUCKETS; b-- > 0;) {
        double bytes = (double)c->bytes[b];

        if (bytes > budget)
            return (Cut){ b, (uint32_t)(budget / bytes * CUT_ALL) };
        budget -= bytes;
    }
    return (Cut){ 0, CUT_ALL };
}

bool cut_keeps(Cut c, double size, int64_t fid)
{
    uint32_t b = bucket_of(size);

    if (b != c.bucket)
        return b > c.bucket;
    return ((uint64_t)fid * 0x9E3779B97F4A7C15 >> 48) < c.share;
}
