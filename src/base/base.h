/* src/base/base.h - what every room leans on: memory, text, errors, numbers, time, identity, hashing,
 * JSON and YAML, log, threads. Knows nothing of villages.
 *
 * Memory   An Arena is the memory of one request, job or frame: taken piece by piece, returned at once.
 *          A Buf grows, owns its bytes and has a largest size from birth; everything else is borrowed.
 * Errors   What can fail returns bool, is MUST, writes *out only on success and sets *err (FAIL).
 * Text     Str is borrowed UTF-8 without a NUL; outside text is checked once, at the door (str_is_utf8).
 * Threads  An Arena, Buf or Map belongs to one thread; the log may be called from any.
 */
#pragma once
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* clang-format off */
#define MUST      __attribute__((warn_unused_result))
#define PRINTF(f) __attribute__((format(printf, f, f + 1)))
#define LEN(a)    (sizeof(a) / sizeof *(a))
/* --- text ------------------------------------------------------------------------------------------- */
typedef struct Str { const char *ptr; size_t len; } Str;        /* borrowed UTF-8, no NUL at its end */
typedef struct Bytes { const uint8_t *ptr; size_t len; } Bytes; /* borrowed, any content */
#define STR(lit) ((Str){ "" lit, sizeof(lit) - 1 })
#define STRV(s)  (int)(s).len, (s).ptr /* for "%.*s" */
static inline Bytes BYTES(Str s) { return (Bytes){ (const uint8_t *)s.ptr, s.len }; }
static inline Str TEXT(Bytes b) { return (Str){ (const char *)b.ptr, b.len }; }
static inline Str str_of(const char *c) { return (Str){ c ? c : "", c ? strlen(c) : 0 }; } /* NULL is empty */
bool str_eq(Str a, Str b);
bool str_eq_nocase(Str a, Str b); /* ASCII letters only */
int str_cmp(Str a, Str b);        /* by bytes, so by code point */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
Str str_sub(Str s, size_t at, size_t len);             /* cut to what is there */
Str str_trim(Str s);                                   /* ASCII blanks and U+3000 */
bool str_cut(Str s, char at, Str *before, Str *after); /* false, and before = s, where `at` is not found */
size_t str_find(Str s, Str what);                      /* SIZE_MAX: not there */
bool str_is_utf8(Str s);                               /* well formed, no surrogates, no NUL */
uint32_t str_next(Str *s);                             /* takes one code point off the front; 0 at the end */
bool str_to_i64(Str s, int64_t *out) MUST;             /* decimal, whole text */
bool str_to_size(Str s, int base, size_t *out) MUST;
bool str_to_f64(Str s, double *out) MUST; /* finite, "C" locale, whole text */
size_t str_distance(Str a, Str b);        /* edits between them, code points, at most 32 looked at */
/* --- memory ----------------------------------------------------------------------------------------- */
typedef struct Arena Arena;
Arena *arena_new(size_t limit);  /* bytes in all, 0: 1 GiB; aborts only if not even the head can be had */
Arena *arena_failing_at(long n); /* for tests: its n-th taking (from 0) gives NULL */
void arena_free(Arena *a);       /* runs what was deferred, last first; NULL is taken */
void arena_clear(Arena *a);      /* as new, the first block kept */
void *arena_take(Arena *a, size_t count, size_t size) MUST; /* zeroed, 16-aligned; NULL: limit reached, overflow */
bool arena_defer(Arena *a, void (*close)(void *), void *thing) MUST;
#define NEW(a, T)     ((T *)arena_take((a), 1, sizeof(T)))
#define NEWS(a, T, n) ((T *)arena_take((a), (n), sizeof(T)))
Str str_copy(Arena *a, Str s); /* also NUL-ended; {NULL,0} when memory is out */
char *str_c(Arena *a, Str s);  /* NUL-ended for a library's door; NULL when memory is out */
Str str_fmt(Arena *a, const char *fmt, ...) PRINTF(2);
void *mem_new(size_t count, size_t size) MUST; /* zeroed, outlives requests; NULL: none; freed by mem_free */
void *mem_grow(void *p, size_t count, size_t size) MUST; /* not zeroed; p stays valid on NULL */
void mem_free(void *p);

/* Bytes that grow; len <= cap <= max; once `bad` (max reached, no memory) it takes no more. */
typedef struct Buf { char *ptr; size_t len, cap, max; bool bad; } Buf;
void buf_init(Buf *b, size_t max);
void buf_clear(Buf *b); /* frees; may be initialised again */
void buf_add(Buf *b, const void *p, size_t n);
void buf_str(Buf *b, Str s);
void buf_c(Buf *b, char c);
void buf_fmt(Buf *b, const char *fmt, ...) PRINTF(2);
void buf_i64(Buf *b, int64_t v);
void buf_f64(Buf *b, double v);               /* shortest text that reads back to the same number */
void buf_fixed(Buf *b, double v, int digits); /* at most `digits` decimals (<= 9), trailing zeros dropped */
char *buf_room(Buf *b, size_t n);             /* n writable bytes at the end, NULL: bad; then buf_took */
void buf_took(Buf *b, size_t n);
static inline Str buf_text(const Buf *b) { return (Str){ b->ptr ? b->ptr : "", b->len }; }
/* --- errors ----------------------------------------------------------------------------------------- */
typedef struct ErrKind { /* one kind of failure; a room's kinds stand in its errors.c */
    const char *code;    /* "cql/no-property": stable for ever */
    int status;          /* HTTP */
    const char *zh, *en; /* one sentence; {0} is what, {1} what would have been right */
} ErrKind;
typedef struct Err {
    const ErrKind *kind;       /* compared by address; NULL: no error */
    char where[96];            /* in the input: "filter:17", "sheet 1 row 31 身份证号" */
    char what[160], hint[160]; /* {0}, {1} */
    const char *file;          /* in our code: for the log, never for the reader */
    int line;
} Err;
/* Always false:  return FAIL(err, CQL_NO_PROPERTY, name, "filter:%zu", at); */
#define FAIL(err, kind, what, ...) err_false(err_set((err), &(kind), __FILE__, __LINE__, (what), __VA_ARGS__))
static inline bool err_false(bool set) { return (void)set, false; } /* in sight of the compiler, which else fears for *out */
bool err_set(Err *err, const ErrKind *kind, const char *file, int line, Str what, const char *where, ...) PRINTF(6);
void err_hint(Err *err, const char *fmt, ...) PRINTF(2);
void err_say(const Err *err, bool en, Buf *out); /* the sentence, filled in */
extern const ErrKind BASE_NO_MEMORY, BASE_BAD_JSON, BASE_BAD_YAML, BASE_NO_FILE, BASE_IO, BASE_FULL;
/* --- binary input: a short read gives zeros and sticks, so read all fields and ask rd_ok once ---------- */
typedef struct Rd { const uint8_t *ptr, *end; bool bad; } Rd;
static inline Rd rd_of(Bytes b) { return (Rd){ b.ptr, b.ptr + b.len, false }; }
static inline bool rd_ok(const Rd *r) { return !r->bad; }
uint8_t rd_u8(Rd *r);
uint32_t rd_u32(Rd *r, bool little);
double rd_f64(Rd *r, bool little);
Bytes rd_take(Rd *r, size_t n);
/* --- time: int64_t microseconds since 1970 UTC; a date is a day number since 1970-01-01 ---------------- */
#define TIME_SECOND INT64_C(1000000)
#define TIME_DAY    (86400 * TIME_SECOND)
int64_t time_now(void);
int64_t time_mono(void);                          /* for measuring, never shown */
bool time_parse(Str s, int64_t *us) MUST;         /* RFC 3339; zone Z or +hh:mm; no zone: refused */
bool date_parse(Str s, int32_t *day) MUST;        /* YYYY-MM-DD, a real day */
void time_text(int64_t us, int digits, Buf *out); /* 2026-11-23T08:00:00.123Z; 0, 3 or 6 digits */
void date_text(int32_t day, Buf *out);
int32_t date_of(int y, int m, int d);
void date_split(int32_t day, int *y, int *m, int *d);
/* --- identity and hashing ---------------------------------------------------------------------------- */
enum { ULID_LEN = 26, SM3_LEN = 32, SHA256_LEN = 32 };
void random_bytes(void *p, size_t n);  /* cryptographic */
void ulid_new(char out[ULID_LEN + 1]); /* rises within a process */
void ulid_make(int64_t ms, const uint8_t rand[10], char out[ULID_LEN + 1]);
bool ulid_valid(Str s); /* 26 of Crockford's alphabet, upper case, first <= 7 */
int64_t ulid_ms(Str s);
void sm3(Bytes in, uint8_t out[SM3_LEN]); /* GB/T 32905-2016 */
void sha256(Bytes in, uint8_t out[SHA256_LEN]);
void hmac_sm3(Bytes key, Bytes in, uint8_t out[SM3_LEN]); /* RFC 2104 */
typedef struct Sm3 Sm3; /* in pieces */
Sm3 *sm3_new(void);     /* NULL: no memory */
void sm3_add(Sm3 *h, Bytes in);
void sm3_end(Sm3 *h, uint8_t out[SM3_LEN]); /* and ready for the next */
void sm3_free(Sm3 *h);
uint64_t hash64(Bytes in); /* quick, not for secrets */
void buf_hex(Buf *b, Bytes in);
void buf_base64url(Buf *b, Bytes in);
bool base64url_read(Str s, Arena *a, Bytes *out) MUST;
/* --- a small generator, the same on every machine: demo data and property tests ------------------------ */
typedef struct Rng { uint64_t s[4]; } Rng;
Rng rng_of(uint64_t seed, Str stream); /* independent streams by name */
uint64_t rng_u64(Rng *r);
double rng_unit(Rng *r);            /* [0, 1) */
size_t rng_below(Rng *r, size_t n); /* n > 0 */
double rng_normal(Rng *r, double mean, double sd);
/* --- map from text to pointer; keys are borrowed ------------------------------------------------------- */
typedef struct Map Map;
Map *map_new(Arena *a); /* lives in the arena; NULL: no memory */
bool map_put(Map *m, Str key, void *value) MUST;
void *map_get(const Map *m, Str key); /* NULL: none */
size_t map_len(const Map *m);
bool map_at(const Map *m, size_t i, Str *key, void **value); /* i-th slot; key.ptr NULL: empty; false: no more slots */
/* --- JSON: read by jansson, written by these as it comes ------------------------------------------------ */
bool json_read(Str text, json_t **out, Err *err) MUST; /* BASE_BAD_JSON with line:column; the caller json_decref's */
bool json_read_in(Str text, Arena *a, json_t **out, Err *err) MUST; /* the same, dropped with the arena */
Str json_str(const json_t *v);                                      /* text value or empty */
void buf_json_str(Buf *b, Str s);                                   /* "quoted and escaped" */
void buf_json(Buf *b, const json_t *v);                             /* canonical: sorted keys, compact, UTF-8 */
/* --- YAML: one document, its places kept ------------------------------------------------------------------ */
typedef enum YamlKind { YAML_TEXT, YAML_LIST, YAML_MAP } YamlKind;
typedef struct Yaml Yaml;
struct Yaml {
    YamlKind kind;
    bool quoted;        /* '…' or "…": a text even if it looks like a number */
    size_t line;        /* from 1 */
    Str key, text;      /* in a map; of a YAML_TEXT */
    Yaml *first, *next; /* children in order; siblings */
    size_t n;           /* children */
};
bool yaml_read(Str text, Str name, Arena *a, Yaml **out, Err *err) MUST; /* where = "name:line"; depth <= 32, no anchors */
const Yaml *yaml_get(const Yaml *map, const char *key); /* NULL: none (or map is NULL) */
Str yaml_text(const Yaml *map, const char *key);        /* of a text child, else empty */
/* --- files ---------------------------------------------------------------------------------------------------- */
bool file_read(const char *path, size_t max, Arena *a, Str *out, Err *err) MUST;
bool file_write(const char *path, Bytes b, int mode, Err *err) MUST; /* whole or not at all: temporary, sync, rename */
bool file_exists(const char *path);
bool dir_make(const char *path, int mode, Err *err) MUST;                         /* and its parents */
bool dir_list(const char *path, Arena *a, Str **names, size_t *n, Err *err) MUST; /* sorted; no dot files */
/* --- log: with the metrics the only mutable state of the whole program at file scope --------------------------------- */
typedef struct LogPair { const char *key; enum { LOG_TEXT, LOG_INT, LOG_NUM } kind; Str text; int64_t i; double n; } LogPair;
LogPair log_pair_c(const char *k, const char *v);
LogPair log_pair_s(const char *k, Str v);
LogPair log_pair_i(const char *k, int64_t v);
LogPair log_pair_f(const char *k, double v);
#define KV(k, v) _Generic((v), Str: log_pair_s, char *: log_pair_c, const char *: log_pair_c, double: log_pair_f, \
    float: log_pair_f, default: log_pair_i)((k), (v))
typedef enum LogLevel { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG } LogLevel;
void log_write(LogLevel level, const char *event, const LogPair *pair, size_t n);
void log_err(const char *event, const Err *err); /* what, where and our file:line */
void log_open(int fd, bool json, LogLevel least);
#define LOG_(level, event, ...)                                          \
    log_write(level, event, (const LogPair[]){ { 0 }, __VA_ARGS__ } + 1, \
        sizeof((const LogPair[]){ { 0 }, __VA_ARGS__ }) / sizeof(LogPair) - 1)
#define log_error(event, ...) LOG_(LOG_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...)  LOG_(LOG_WARN, event, __VA_ARGS__)
#define log_info(event, ...)  LOG_(LOG_INFO, event, __VA_ARGS__)
/* --- threads ------------------------------------------------------------------------------------------------------- */
typedef struct Pool Pool;
Pool *pool_new(size_t threads);                               /* NULL: none could be started */
bool pool_run(Pool *p, void (*work)(void *), void *arg) MUST; /* false: stopped or 10,000 waiting */
void pool_end(Pool *p), pool_free(Pool *p); /* end: finishes what waits, takes no more; free: NULL is taken */
/* For a child process that reads what came from outside: so many bytes of memory and seconds of CPU, and for ever no
 * growing file, no core, no network, no other program; it dies with its parent. */
void jail_enter(uint64_t memory, unsigned cpu_seconds);
/* clang-format on */
