/* src/base/hash.c - digests (OpenSSL), identifiers (ULID), texts of bytes, and the reproducible generator. */
#include "base/base.h"
#include <math.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *p, size_t n)
{
    for (uint8_t *at = p; n > 0;) {
        const ssize_t got = getrandom(at, n < 256 ? n : 256, 0);

        if (got < 0)
            abort(); /* without randomness no key and no salt is safe */
        at += got;
        n -= (size_t)got;
    }
}

struct Sm3 {
    EVP_MD_CTX *ctx;
};

static const EVP_MD *md_sm3(void)
{
    static EVP_MD *md; /* fetched once: EVP_sm3() looks it up each time */

    if (!__atomic_load_n(&md, __ATOMIC_ACQUIRE)) {
        EVP_MD *got = EVP_MD_fetch(NULL, "SM3", NULL), *none = NULL;

        if (!got)
            abort();
        if (!__atomic_compare_exchange_n(&md, &none, got, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            EVP_MD_free(got);
    }
    return md;
}

Sm3 *sm3_new(void)
{
    Sm3 *h = mem_new(1, sizeof *h);

    if (h && (!(h->ctx = EVP_MD_CTX_new()) || !EVP_DigestInit_ex2(h->ctx, md_sm3(), NULL))) {
        sm3_free(h);
        return NULL;
    }
    return h;
}

void sm3_add(Sm3 *h, Bytes in)
{
    if (in.len && !EVP_DigestUpdate(h->ctx, in.ptr, in.len))
        abort();
}

void sm3_end(Sm3 *h, uint8_t out[SM3_LEN])
{
    if (!EVP_DigestFinal_ex(h->ctx, out, NULL) || !EVP_DigestInit_ex2(h->ctx, NULL, NULL))
        abort();
}

void sm3_free(Sm3 *h)
{
    if (h)
        EVP_MD_CTX_free(h->ctx);
    mem_free(h);
}

void sm3(Bytes in, uint8_t out[SM3_LEN])
{
    if (!EVP_Digest(in.ptr, in.len, out, NULL, md_sm3(), NULL))
        abort();
}

void sha256(Bytes in, uint8_t out[SHA256_LEN])
{
    if (!EVP_Digest(in.ptr, in.len, out, NULL, EVP_sha256(), NULL))
        abort();
}

/* RFC 2104 by hand: OpenSSL's own looks its method up anew each time, which costs more than the digest. */
void hmac_sm3(Bytes key, Bytes in, uint8_t out[SM3_LEN])
{
    enum { BLOCK = 64 };
    static _Thread_local EVP_MD_CTX *ctx; /* one a thread, kept for good */
    uint8_t pad[BLOCK] = { 0 }, inner[SM3_LEN];

    if (!ctx && !(ctx = EVP_MD_CTX_new()))
        abort();
    if (key.len > BLOCK)
        sm3(key, pad);
    else if (key.len)
        memcpy(pad, key.ptr, key.len);
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36;
    if (!EVP_DigestInit_ex2(ctx, md_sm3(), NULL) || !EVP_DigestUpdate(ctx, pad, BLOCK) ||
        (in.len && !EVP_DigestUpdate(ctx, in.ptr, in.len)) || !EVP_DigestFinal_ex(ctx, inner, NULL))
        abort();
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5C;
    if (!EVP_DigestInit_ex2(ctx, md_sm3(), NULL) || !EVP_DigestUpdate(ctx, pad, BLOCK) ||
        !EVP_DigestUpdate(ctx, inner, SM3_LEN) || !EVP_DigestFinal_ex(ctx, out, NULL))
        abort();
}

uint64_t hash64(Bytes in) /* FNV-1a with a final mix */
{
    uint64_t h = 0xCBF29CE484222325;

    for (size_t i = 0; i < in.len; i++)
        h = (h ^ in.ptr[i]) * 0x100000001B3;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93;
    return h ^ h >> 32;
}

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void ulid_make(int64_t ms, const uint8_t rand[10], char out[ULID_LEN + 1])
{
    uint8_t b[16];
    unsigned bits = 0, nbits = 2; /* 26 × 5 = 130: two leading zero bits */
    size_t n = 0;

    for (int i = 0; i < 6; i++)
        b[i] = (uint8_t)((uint64_t)ms >> (40 - 8 * i));
    memcpy(b + 6, rand, 10);
    for (size_t i = 0; i < 16; i++) {
        bits = bits << 8 | b[i];
        for (nbits += 8; nbits >= 5; nbits -= 5)
            out[n++] = crockford[bits >> (nbits - 5) & 31];
        bits &= (1u << nbits) - 1;
    }
    out[n] = 0;
}

void ulid_new(char out[ULID_LEN + 1])
{
    static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER; /* guards last, rand */
    static int64_t last;
    static uint8_t rand[10];
    int64_t ms = time_now() / 1000;

    pthread_mutex_lock(&guard);
    if (ms > last) {
        last = ms;
        random_bytes(rand, sizeof rand);
        rand[0] &= 0x7F; /* room to rise */
    } else
        for (int i = 9; i >= 0 && ++rand[i] == 0; i--)
            ;
    ulid_make(last, rand, out);
    pthread_mutex_unlock(&guard);
}

bool ulid_valid(Str s)
{
    if (s.len != ULID_LEN || s.ptr[0] > '7')
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!s.ptr[i] || !strchr(crockford, s.ptr[i]))
            return false;
    return true;
}

int64_t ulid_ms(Str s)
{
    int64_t v = 0;

    for (size_t i = 0; i < 10 && i < s.len; i++)
        v = v << 5 | (int64_t)(strchr(crockford, s.ptr[i]) - crockford);
    return v;
}

void buf_hex(Buf *b, Bytes in)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < in.len; i++) {
        buf_c(b, hex[in.ptr[i] >> 4]);
        buf_c(b, hex[in.ptr[i] & 15]);
    }
}

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void buf_base64url(Buf *b, Bytes in)
{
    uint32_t bits = 0;
    unsigned n = 0;

    for (size_t i = 0; i < in.len; i++) {
        bits = bits << 8 | in.ptr[i];
        for (n += 8; n >= 6; n -= 6)
            buf_c(b, base64url[bits >> (n - 6) & 63]);
    }
    if (n)
        buf_c(b, base64url[bits << (6 - n) & 63]);
}

bool base64url_read(Str s, Arena *a, Bytes *out)
{
    uint8_t *p = arena_take(a, s.len * 3 / 4 + 1, 1);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned have = 0;

    if (!p)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const char *at = s.ptr[i] ? strchr(base64url, s.ptr[i]) : NULL;

        if (!at)
            return false;
        bits = bits << 6 | (uint32_t)(at - base64url);
        for (have += 6; have >= 8; have -= 8)
            p[n++] = (uint8_t)(bits >> (have - 8));
    }
    *out = (Bytes){ p, n };
    return true;
}

/* xoshiro256** 1.0 seeded by splitmix64 (Blackman & Vigna 2018): the sequence is part of the demo county. */
static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += 0x9E3779B97F4A7C15;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

Rng rng_of(uint64_t seed, Str stream)
{
    uint64_t x = seed * 0x9E3779B97F4A7C15 ^ hash64(BYTES(stream));
    Rng r;

    for (size_t i = 0; i < 4; i++)
        r.s[i] = splitmix(&x);
    return r;
}

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t rng_u64(Rng *r)
{
    const uint64_t result = rotate(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;

    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotate(r->s[3], 45);
    return result;
}

double rng_unit(Rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

size_t rng_below(Rng *r, size_t n)
{
    return (size_t)((__uint128_t)rng_u64(r) * n >> 64);
}

double rng_normal(Rng *r, double mean, double sd) /* Box & Muller 1958 */
{
    const double u = 1 - rng_unit(r), v = rng_unit(r);

    return mean + sd * sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}
