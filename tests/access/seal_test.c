/* tests/access/seal_test.c - what is sealed opens for its own record and key only, and for no other byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "access/access.h"

typedef struct Node {
    char dir[32];
    AccessKeys *keys;
    Arena *arena;
} Node;

static AccessKeys *keys_of(char *dir, uint8_t first)
{
    const uint8_t seed[32] = { first };
    AccessKeys *k = NULL;
    Err err = { 0 };

    assert_non_null(mkdtemp(dir));
    assert_true(access_keys_make(dir, seed, &err));
    assert_false(access_keys_make(dir, seed, &err)); /* a key is never written over */
    assert_true(access_keys_open(dir, &k, &err));
    return k;
}

static void drop_keys(const char *dir, AccessKeys *k)
{
    char path[64];

    access_keys_close(k);
    (void)snprintf(path, sizeof path, "%s/master", dir);
    (void)unlink(path);
    (void)rmdir(dir);
}

static int begin(void **state)
{
    static Node node;

    node = (Node){ .dir = "/tmp/sangzi-seal-XXXXXX", .arena = arena_new(0) };
    node.keys = keys_of(node.dir, 1);
    *state = &node;
    return 0;
}

static int end(void **state)
{
    Node *n = *state;

    drop_keys(n->dir, n->keys);
    arena_free(n->arena);
    return 0;
}

static void what_is_sealed_opens(void **state)
{
    const Node *n = *state;
    Bytes sealed, again, open;
    Err err = { 0 };

    for (size_t len = 0; len < 300; len += 37) {
        uint8_t text[300];

        random_bytes(text, sizeof text);
        assert_true(access_seal(n->keys, STR("person/1/3"), (Bytes){ text, len }, n->arena, &sealed, &err));
        assert_true(access_seal(n->keys, STR("person/1/3"), (Bytes){ text, len }, n->arena, &again, &err));
        assert_int_equal(sealed.len, len + 28); /* nonce and tag */
        assert_memory_equal(sealed.ptr, again.ptr, sealed.len);
        assert_true(
            access_unseal(n->keys, STR("person/1/3"), sealed, n->arena, &open, &err) && open.len == len);
        if (len)
            assert_memory_equal(open.ptr, text, len);
    }
}

static void nothing_else_opens_it(void **state)
{
    const Node *n = *state;
    char dir[] = "/tmp/sangzi-seal-XXXXXX";
    AccessKeys *other = keys_of(dir, 2);
    Bytes sealed, open;
    uint8_t *byte;
    Err err = { 0 };

    assert_true(access_seal(n->keys, STR("person/1/3"), BYTES(STR("13800138000")), n->arena, &sealed, &err));
    /* Another record. */
    assert_false(access_unseal(n->keys, STR("person/2/3"), sealed, n->arena, &open, &err));
    assert_ptr_equal(err.kind, &ACCESS_BAD_SEAL);
    assert_false(access_unseal(other, STR("person/1/3"), sealed, n->arena, &open, &err)); /* another key */
    byte = (uint8_t *)(uintptr_t)sealed.ptr;
    for (size_t i = 0; i < sealed.len; i++) { /* each byte: nonce, text, tag */
        byte[i] ^= 1;
        assert_false(access_unseal(n->keys, STR("person/1/3"), sealed, n->arena, &open, &err));
        byte[i] ^= 1;
    }
    for (size_t len = 0; len < sealed.len; len++) /* cut anywhere */
        assert_false(
            access_unseal(n->keys, STR("person/1/3"), (Bytes){ sealed.ptr, len }, n->arena, &open, &err));
    assert_true(access_unseal(n->keys, STR("person/1/3"), sealed, n->arena, &open, &err));
    drop_keys(dir, other);
}

static void a_blind_index_tells_equal_only(void **state)
{
    const Node *n = *state;
    uint8_t a[ACCESS_BLIND_LEN], b[ACCESS_BLIND_LEN];

    access_blind(n->keys, STR("phone"), STR("13800138000"), a);
    access_blind(n->keys, STR("phone"), STR("13800138000"), b);
    assert_memory_equal(a, b, sizeof a);
    access_blind(n->keys, STR("phone2"), STR("13800138000"), b); /* columns cannot be joined */
    assert_memory_not_equal(a, b, sizeof a);
    access_blind(n->keys, STR("phone"), STR("13800138001"), b);
    assert_memory_not_equal(a, b, sizeof a);
    access_blind(n->keys, STR("phon"), STR("e13800138000"), b); /* no sliding between the two */
    assert_memory_not_equal(a, b, sizeof a);
}

static void without_a_key_nothing_opens(void **state)
{
    AccessKeys *k = NULL;
    Err err = { 0 };

    (void)state;
    assert_false(access_keys_open("/tmp/sangzi-none", &k, &err));
    assert_ptr_equal(err.kind, &ACCESS_NO_KEY);
    assert_null(k);
}

int main(void)
{
    const struct CMUnitTest test[] = {
        cmocka_unit_test(what_is_sealed_opens),
        cmocka_unit_test(nothing_else_opens_it),
        cmocka_unit_test(a_blind_index_tells_equal_only),
        cmocka_unit_test(without_a_key_nothing_opens),
    };

    return cmocka_run_group_tests(test, begin, end);
}
