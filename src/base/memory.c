/* src/base/memory.c - arenas, buffers, and the only malloc of the program. */
#include "base/base.h"
#include <math.h>
#include <stdio.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

/* An arena is a list of blocks; each block doubles up to 1 MiB. What is deferred stands in the arena itself. */
typedef struct Block {
    struct Block *next;
    size_t used, size;
    _Alignas(16) char data[];
} Block;
typedef struct Defer {
    struct Defer *next;
    void (*close)(void *);
    void *thing;
} Defer;
struct Arena {
    Block *block;
    Defer *defer;
    size_t taken, limit;
    long fail_at; /* -1: never */
};
enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20, LARGE_PIECE = 256 << 10 };

/* What a great request took goes back to the system. The C library would raise its threshold with the first large piece that is
 * freed, take all later ones from its heaps, and keep these: a house of fifty threads then stays as large as its largest hour.
 * So the threshold is fixed (an arena's larger blocks and every large buffer are maps of their own), and the heaps are few. */
__attribute__((constructor)) static void keep_heaps_small(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    mallopt(M_MMAP_THRESHOLD, LARGE_PIECE);
    mallopt(M_TRIM_THRESHOLD, LARGE_PIECE);
    mallopt(M_ARENA_MAX, cores < 2 ? 4 : cores > 8 ? 16 : (int)cores * 2);
}

void *mem_new(size_t count, size_t size)
{
    return calloc(count ? count : 1, size);
}

void *mem_grow(void *p, size_t count, size_t size)
{
    return reallocarray(p, count ? count : 1, size);
}

void mem_free(void *p)
{
    free(p);
}

Arena *arena_new(size_t limit)
{
    Arena *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    a->limit = limit ? limit : (size_t)1 << 30;
    a->fail_at = -1;
    return a;
}

Arena *arena_failing_at(long n)
{
    Arena *a = arena_new(0);

    a->fail_at = n;
    return a;
}

static void run_deferred(Arena *a)
{
    while (a->defer) {
        Defer *d = a->defer;

        a->defer = d->next;
        d->close(d->thing);
    }
}

static void drop_blocks(Block *b)
{
    while (b) {
        Block *next = b->next;

        free(b);
        b = next;
    }
}

void arena_free(Arena *a)
{
    if (!a)
        return;
    run_deferred(a);
    drop_blocks(a->block);
    free(a);
}

void arena_clear(Arena *a)
{
    run_deferred(a);
    if (a->block) {
        drop_blocks(a->block->next);
        a->block->next = NULL;
        a->block->used = 0;
    }
    a->taken = 0;
}

static Block *new_block(Arena *a, size_t need)
{
    size_t size = a->block ? a->block->size * 2 : FIRST_BLOCK;
    Block *b;

    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < need)
        size = need;
    b = malloc(sizeof *b + size);
    if (!b)
        return NULL;
    b->used = 0;
    b->size = size;
    b->next = a->block;
    a->block = b;
    return b;
}

void *arena_take(Arena *a, size_t count, size_t size)
{
    size_t n;
    Block *b = a->block;
    void *p;

    if (a->fail_at >= 0 && a->fail_at-- == 0) {
        a->fail_at = 0; /* and every later one */
        return NULL;
    }
    if (__builtin_mul_overflow(count, size, &n) || n > a->limit - a->taken)
        return NULL;
    n = (n + 15) & ~(size_t)15;
    if (!b || b->size - b->used < n) {
        b = new_block(a, n);
        if (!b)
            return NULL;
    }
    p = b->data + b->used;
    b->used += n;
    a->taken += n;
    return memset(p, 0, n);
}

bool arena_defer(Arena *a, void (*close)(void *), void *thing)
{
    Defer *d = NEW(a, Defer);

    if (!d)
        return false;
    *d = (Defer){ a->defer, close, thing };
    a->defer = d;
    return true;
}

Str str_copy(Arena *a, Str s)
{
    char *p = str_c(a, s);

    return p ? (Str){ p, s.len } : (Str){ NULL, 0 };
}

char *str_c(Arena *a, Str s)
{
    char *p = arena_take(a, s.len + 1, 1);

    if (p && s.len)
        memcpy(p, s.ptr, s.len);
    return p;
}

Str str_fmt(Arena *a, const char *fmt, ...)
{
    va_list ap;
    char small[512], *p;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0 || !(p = arena_take(a, (size_t)n + 1, 1)))
        return (Str){ NULL, 0 };
    if ((size_t)n < sizeof small)
        return memcpy(p, small, (size_t)n), (Str){ p, (size_t)n };
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (Str){ p, (size_t)n };
}

void buf_init(Buf *b, size_t max)
{
    *b = (Buf){ .max = max };
}

void buf_clear(Buf *b)
{
    free(b->ptr);
    *b = (Buf){ .max = b->max };
}

char *buf_room(Buf *b, size_t n)
{
    size_t want, cap = b->cap ? b->cap : 256;
    char *p;

    if (b->bad)
        return NULL;
    if (__builtin_add_overflow(b->len, n, &want) || want > b->max) {
        b->bad = true;
        return NULL;
    }
    if (want <= b->cap)
        return b->ptr + b->len;
    while (cap < want)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;
    p = realloc(b->ptr, cap);
    if (!p) {
        b->bad = true;
        return NULL;
    }
    b->ptr = p;
    b->cap = cap;
    return p + b->len;
}

void buf_took(Buf *b, size_t n)
{
    b->len += n;
}

void buf_add(Buf *b, const void *p, size_t n)
{
    char *to = n ? buf_room(b, n) : NULL;

    if (to) {
        memcpy(to, p, n);
        b->len += n;
    }
}

void buf_str(Buf *b, Str s)
{
    buf_add(b, s.ptr, s.len);
}

void buf_c(Buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_fmt(Buf *b, const char *fmt, ...)
{
    va_list ap;
    char small[512], *to;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < (int)sizeof small) {
        buf_add(b, small, n < 0 ? 0 : (size_t)n);
        return;
    }
    to = buf_room(b, (size_t)n + 1);
    if (!to)
        return;
    va_start(ap, fmt);
    vsnprintf(to, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

void buf_i64(Buf *b, int64_t v)
{
    char text[24], *p = text + sizeof text;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(text + sizeof text - p));
}

/* Of a number with few decimals, the usual measure: with the fewest that read back, found without printing. n / 10^k is
 * correctly rounded, so that n with its point k places in is a text of v. false: it has more. */
static bool few_decimals(Buf *b, double v)
{
    static const double scale[] = { 1, 10, 100, 1000, 1e4, 1e5, 1e6 };
    const double size = fabs(v);

    if (!(size < 1e9))
        return false;
    for (int k = 0; k < (int)(sizeof scale / sizeof *scale); k++)
        if ((double)(int64_t)(size * scale[k] + 0.5) / scale[k] == size) {
            if (size > 0)
                buf_fixed(b, v, k);
            else
                buf_c(b, '0');
            return true;
        }
    return false;
}

void buf_f64(Buf *b, double v)
{
    char text[40];

    if (few_decimals(b, v))
        return;
    if (fabs(v) < 1e15 && v == (double)(int64_t)v) {
        buf_i64(b, (int64_t)v);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_str(b, str_of(text));
}

void buf_fixed(Buf *b, double v, int digits)
{
    static const double scale[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
    const double scaled = fabs(v) * scale[digits];
    char text[16];
    uint64_t whole, part;
    int n = digits;

    if (!(scaled < 9e18)) {
        buf_f64(b, v);
        return;
    }
    whole = (uint64_t)(scaled + 0.5);
    part = whole % (uint64_t)scale[digits];
    whole /= (uint64_t)scale[digits];
    if (v < 0 && (whole || part))
        buf_c(b, '-');
    buf_i64(b, (int64_t)whole);
    for (; n > 0 && part % 10 == 0; n--)
        part /= 10;
    if (!n)
        return;
    text[0] = '.';
    for (int i = n; i > 0; i--, part /= 10)
        text[i] = (char)('0' + part % 10);
    buf_add(b, text, (size_t)n + 1);
}
