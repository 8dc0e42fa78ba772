/* src/access/access.h - keys and sealing. Accounts, posts, permission and masking live here from the next issue on.
 *
 * A node's key is 32 random bytes in keys/master (0600), never in a backup. From it come, by HMAC-SM3 with a label,
 * the key that seals (SM4-GCM, GB/T 32907-2016), the key of blind indexes and the key that signs page tokens.
 *
 * Memory   an AccessKeys outlives requests (_open/_close); sealed bytes are in the arena handed in.
 * Threads  any; each call makes its own cipher handle or takes one of the thread's.
 * Errors   ACCESS_NO_KEY, ACCESS_BAD_SEAL (another key, another record, or a changed byte).
 */
#pragma once
#include "base/base.h"

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
