/* src/tile/crowd.c - see draw.h. */
#include "tile/draw.h"

/* Exponent and three bits of the mantissa, from 1 on: rises with the size. Smaller ones, and points, are of class 0. */
static uint32_t bucket_of(double size)
{
    const uint64_t one = 1023 * 8;
    uint64_t bits;

    memcpy(&bits, &size, sizeof bits);
    bits >>= 49;
    return size < 1 ? 0 : bits - one < CUT_BUCKETS - 1 ? (uint32_t)(bits - one) + 1 : CUT_BUCKETS - 1;
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

double tile_cut_least(Cut c)
{
    const uint64_t bits = (1023 * 8 + (uint64_t)c.bucket - 1) << 49;
    double size;

    memcpy(&size, &bits, sizeof size);
    return c.bucket ? size : 0;
}

bool tile_cut_keeps(Cut c, double size, int64_t fid)
{
    uint32_t b = bucket_of(size);

    if (b != c.bucket)
        return b > c.bucket;
    return ((uint64_t)fid * 0x9E3779B97F4A7C15 >> 48) < c.share;
}
