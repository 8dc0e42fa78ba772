/* src/access/access.h - keys and sealing; who asks, and what of the county he may see. Accounts and rights do not exist yet.
 *
 * A node's key is 32 random bytes in keys/master (0600), never in a backup. From it come, by HMAC-SM3 with a label,
 * the key that seals (SM4-GCM, GB/T 32907-2016), the key of blind indexes and the key that signs page tokens.
 *
 * Stands on base, cql, pack.
 * Memory   an AccessKeys outlives requests (_open/_close); sealed bytes are in the arena handed in.
 * Threads  any; each call makes its own cipher handle or takes one of the thread's.
 * Errors   ACCESS_NO_KEY, ACCESS_BAD_SEAL (another key, another record, or a changed byte).
 */
#pragma once
#include "base/base.h"
#include "cql/cql.h"
#include "pack/pack.h"

extern const ErrKind ACCESS_NO_KEY, ACCESS_BAD_SEAL;
typedef struct AccessKeys AccessKeys;
enum { ACCESS_BLIND_LEN = 16 };
/* Seed NULL: random; refused if one is there. */
bool access_keys_make(const char *dir, const uint8_t seed[32], Err *err) MUST;
bool access_keys_open(const char *dir, AccessKeys **out, Err *err) MUST;
void access_keys_close(AccessKeys *k);
/* nonce(12) ‖ text ‖ tag(16); `about` (collection, id, version, grade) is bound to it but not in it. The nonce is made
 * from the key, `about` and the text, so that the same record seals to the same bytes (demo data, verification). */
bool access_seal(const AccessKeys *k, Str about, Bytes text, Arena *a, Bytes *out, Err *err) MUST;
bool access_unseal(const AccessKeys *k, Str about, Bytes sealed, Arena *a, Bytes *text, Err *err) MUST;
void access_blind(const AccessKeys *k, Str property, Str value, uint8_t out[ACCESS_BLIND_LEN]);
void access_sign(const AccessKeys *k, Str text, uint8_t out[ACCESS_BLIND_LEN]); /* page tokens */

/* --- who asks, and what of the county he may see ------------------------------------------------------------------ */
typedef struct AccessRows { /* of one collection only the records that meet it */
    const PackCollection *collection;
    const CqlExpr *filter; /* checked against collection->schema */
} AccessRows;
typedef struct AccessWho {
    Str account, post;
    Str division;           /* that division and all below; empty: everywhere */
    int grade;              /* the highest whose values he sees, 1..4; above it they are masked */
    const AccessRows *rows; /* collections not named: all of their records */
    size_t nrows;
} AccessWho;
/* Our own work, which must see all to be right: tests/arch lists the files that may ask for it. */
extern const AccessWho ACCESS_SYSTEM;
/* Whoever comes, as long as there are no accounts: the demo's one visitor may all. */
extern const AccessWho ACCESS_VISITOR;
const CqlExpr *access_rows(const AccessWho *w, const PackCollection *c); /* NULL: all */
bool access_sees(const AccessWho *w, const PackProperty *p);             /* its values */
bool access_may_all(const AccessWho *w);                                 /* nothing of the county is hidden */
bool access_sees_all(const AccessWho *w, const PackCollection *c); /* every record of it, and every value */
bool access_sees_everywhere(const AccessWho *w, const PackCollection *c); /* every record of it */
bool access_holds(const AccessWho *w, Str division);                      /* a record that lies there */
/* A copy in the arena; the filters of its rows stay borrowed. NULL: no memory. */
const AccessWho *access_copy(const AccessWho *w, Arena *a);
/* The narrower of his division and the one asked for (empty: all). False: they have nothing in common. */
bool access_narrow(const AccessWho *w, Str asked, Str *out) MUST;
Str access_subtree(Str division); /* what all codes below it begin with: 990121000000 → 990121 */
