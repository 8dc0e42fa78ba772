/* src/access/seal.c - the node's key, what is derived from it, and sealing with SM4-GCM (libgcrypt). */
#include "access/access.h"
#include <fcntl.h>
#include <gcrypt.h>
#include <stdio.h>
#include <unistd.h>

const ErrKind ACCESS_NO_KEY = { "access/no-key", 500,
    "密钥文件“{0}”不存在或长度不对，敏感数据打不开；请从安全处取回密钥。",
    "The key file {0} is missing or has a wrong length; sealed data cannot be opened. Bring the key back." };
const ErrKind ACCESS_BAD_SEAL = { "access/bad-seal", 500,
    "“{0}”的密封数据打不开：密钥不对或字节被改动过，请运行 sangzi verify。",
    "The sealed part of {0} cannot be opened: another key, or a changed byte. Run sangzi verify." };

enum { KEY_LEN = 32, SM4_KEY = 16, NONCE = 12, TAG = 16 };
struct AccessKeys {
    uint8_t seal[SM4_KEY], nonce[KEY_LEN], blind[KEY_LEN], sign[KEY_LEN];
};

static void path_of(const char *dir, char *out, size_t size)
{
    snprintf(out, size, "%s/master", dir);
}

bool access_keys_make(const char *dir, const uint8_t seed[32], Err *err)
{
    char path[4096];
    uint8_t key[KEY_LEN];

    path_of(dir, path, sizeof path);
    if (file_exists(path)) {
        FAIL(err, BASE_IO, str_of(path), "keys");
        err_hint(err, "a key is there already");
        return false;
    }
    if (seed)
        memcpy(key, seed, sizeof key);
    else
        random_bytes(key, sizeof key);
    return dir_make(dir, 0700, err) && file_write(path, (Bytes){ key, sizeof key }, 0600, err);
}

static void derive(const uint8_t master[KEY_LEN], Str label, uint8_t *out, size_t n)
{
    uint8_t d[SM3_LEN];

    hmac_sm3((Bytes){ master, KEY_LEN }, BYTES(label), d);
    memcpy(out, d, n);
}

bool access_keys_open(const char *dir, AccessKeys **out, Err *err)
{
    char path[4096];
    Arena *a = arena_new(65536);
    Str key = { 0, 0 };
    AccessKeys *k;

    path_of(dir, path, sizeof path);
    if (!file_read(path, KEY_LEN, a, &key, err) || key.len != KEY_LEN) {
        arena_free(a);
        return FAIL(err, ACCESS_NO_KEY, str_of(path), "keys");
    }
    k = mem_new(1, sizeof *k);
    if (k) {
        const uint8_t *m = (const uint8_t *)key.ptr;

        derive(m, STR("seal"), k->seal, sizeof k->seal);
        derive(m, STR("nonce"), k->nonce, sizeof k->nonce);
        derive(m, STR("blind"), k->blind, sizeof k->blind);
        derive(m, STR("sign"), k->sign, sizeof k->sign);
        gcry_check_version(NULL);
    }
    arena_free(a);
    if (!k)
        return FAIL(err, BASE_NO_MEMORY, STR("keys"), "keys");
    *out = k;
    return true;
}

void access_keys_close(AccessKeys *k)
{
    if (k)
        memset(k, 0, sizeof *k);
    mem_free(k);
}

static bool cipher(const AccessKeys *k, const uint8_t nonce[NONCE], Str about, gcry_cipher_hd_t *out)
{
    gcry_cipher_hd_t h;

    if (gcry_cipher_open(&h, GCRY_CIPHER_SM4, GCRY_CIPHER_MODE_GCM, 0))
        return false;
    if (gcry_cipher_setkey(h, k->seal, SM4_KEY) || gcry_cipher_setiv(h, nonce, NONCE) ||
        gcry_cipher_authenticate(h, about.ptr, about.len)) {
        gcry_cipher_close(h);
        return false;
    }
    *out = h;
    return true;
}

/* Synthetic nonce: two texts under one nonce would break GCM, so the text itself is part of it. */
static bool make_nonce(const AccessKeys *k, Str about, Bytes text, Arena *a, uint8_t out[NONCE])
{
    const size_t n = about.len + 1 + text.len;
    uint8_t *all = arena_take(a, n, 1), d[SM3_LEN];

    if (!all)
        return false;
    memcpy(all, about.ptr, about.len);
    if (text.len)
        memcpy(all + about.len + 1, text.ptr, text.len);
    hmac_sm3((Bytes){ k->nonce, KEY_LEN }, (Bytes){ all, n }, d);
    memcpy(out, d, NONCE);
    return true;
}

bool access_seal(const AccessKeys *k, Str about, Bytes text, Arena *a, Bytes *out, Err *err)
{
    uint8_t *p = arena_take(a, NONCE + text.len + TAG, 1);
    gcry_cipher_hd_t h;
    bool good;

    if (!p || !make_nonce(k, about, text, a, p) || !cipher(k, p, about, &h))
        return FAIL(err, BASE_NO_MEMORY, STR("seal"), "seal");
    good = (!text.len || !gcry_cipher_encrypt(h, p + NONCE, text.len, text.ptr, text.len)) &&
           !gcry_cipher_gettag(h, p + NONCE + text.len, TAG);
    gcry_cipher_close(h);
    if (!good)
        return FAIL(err, ACCESS_BAD_SEAL, about, "seal");
    *out = (Bytes){ p, NONCE + text.len + TAG };
    return true;
}

bool access_unseal(const AccessKeys *k, Str about, Bytes sealed, Arena *a, Bytes *text, Err *err)
{
    gcry_cipher_hd_t h;
    uint8_t *p;
    size_t n;
    bool good;

    if (sealed.len < NONCE + TAG)
        return FAIL(err, ACCESS_BAD_SEAL, about, "seal");
    n = sealed.len - NONCE - TAG;
    p = arena_take(a, n + 1, 1);
    if (!p || !cipher(k, sealed.ptr, about, &h))
        return FAIL(err, BASE_NO_MEMORY, STR("seal"), "seal");
    good = (!n || !gcry_cipher_decrypt(h, p, n, sealed.ptr + NONCE, n)) &&
           !gcry_cipher_checktag(h, sealed.ptr + NONCE + n, TAG);
    gcry_cipher_close(h);
    if (!good)
        return FAIL(err, ACCESS_BAD_SEAL, about, "seal");
    *text = (Bytes){ p, n };
    return true;
}

static void keyed(const uint8_t key[KEY_LEN], Str a, Str b, uint8_t out[ACCESS_BLIND_LEN])
{
    char small[512];
    Buf buf;
    uint8_t d[SM3_LEN];

    if (a.len + b.len + 1 <= sizeof small) {
        if (a.len)
            memcpy(small, a.ptr, a.len);
        small[a.len] = 0;
        if (b.len)
            memcpy(small + a.len + 1, b.ptr, b.len);
        hmac_sm3((Bytes){ key, KEY_LEN }, (Bytes){ (uint8_t *)small, a.len + 1 + b.len }, d);
    } else {
        buf_init(&buf, SIZE_MAX);
        buf_str(&buf, a);
        buf_c(&buf, 0);
        buf_str(&buf, b);
        hmac_sm3((Bytes){ key, KEY_LEN }, BYTES(buf_text(&buf)), d);
        buf_clear(&buf);
    }
    memcpy(out, d, ACCESS_BLIND_LEN);
}

void access_blind(const AccessKeys *k, Str property, Str value, uint8_t out[ACCESS_BLIND_LEN])
{
    keyed(k->blind, property, value, out);
}

void access_sign(const AccessKeys *k, Str text, uint8_t out[ACCESS_BLIND_LEN])
{
    keyed(k->sign, STR("token"), text, out);
}
