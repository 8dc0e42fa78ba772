/* src/cli/pack.c - sangzi pack check [DIR] | list [--distinct] | new NAME, for those who write packs.
 *
 * check    every finding as FILE:LINE: what is wrong and the fix, in Chinese and English; status 1 if there is an error
 * list     packs, what they hold; --distinct: each property that says it is not a concept it looks like, and why
 * new      a skeleton that passes the check
 */
#include <stdio.h>
#include "face/face.h"
#include "indicator/indicator.h"
#include "onemap/onemap.h"
#include "pack/pack.h"

int cli_pack(const char *packs, int argc, char **argv); /* argv: what follows "pack" */

static int usage(void)
{
    fputs("用法 usage: sangzi pack check [DIR] | list [--distinct] | new NAME   [--packs DIR]\n", stderr);
    return 2;
}

static int fail(const Err *err)
{
    Buf zh, en;

    buf_init(&zh, 4096);
    buf_init(&en, 4096);
    err_say(err, false, &zh);
    err_say(err, true, &en);
    fprintf(stderr, "%.*s\n%.*s\n", STRV(buf_text(&zh)), STRV(buf_text(&en)));
    buf_clear(&zh);
    buf_clear(&en);
    return 1;
}

static void print_said(FILE *to, const PackMessage *said, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(to, "%.*s:%zu: %s %s: %.*s\n    %.*s\n", STRV(said[i].file), said[i].line,
            said[i].warning ? "提醒 warning" : "错误 error", said[i].code, STRV(said[i].text.zh),
            STRV(said[i].text.en));
}

static size_t count_errors(const PackMessage *said, size_t n)
{
    size_t errors = 0;

    for (size_t i = 0; i < n; i++)
        errors += !said[i].warning;
    return errors;
}

static int check(const char *dir, Arena *a)
{
    PackModel *m = NULL;
    const PackMessage *said;
    size_t n;
    Err err = { 0 };
    size_t nlayer, nfigure;
    bool ok = pack_load(dir, node_above(a), a, &m, &said, &n, &err);

    print_said(ok ? stdout : stderr, said, n);
    if (!ok && !n)
        return fail(&err);
    if (!ok) {
        fprintf(stderr, "%zu 处错误，业务包不能使用\n%zu errors: the packs cannot be used\n",
            count_errors(said, n), count_errors(said, n));
        return 1;
    }
    (void)onemap_layers(m, &nlayer);
    (void)indicator_all(m, &nfigure);
    printf("%zu 个业务包、%zu 个集合、%zu 个概念、%zu 个图层、%zu 个指标：没有错误\n", m->npack,
        m->ncollection, m->nconcept, nlayer, nfigure);
    printf("%zu packs, %zu collections, %zu concepts, %zu layers, %zu indicators: no errors\n", m->npack,
        m->ncollection, m->nconcept, nlayer, nfigure);
    pack_free(m);
    return 0;
}

static void print_pack(const PackModel *m, const PackInfo *info)
{
    printf("%.*s %.*s  %.*s\n", STRV(info->name), STRV(info->version), STRV(info->title.zh));
    for (size_t i = 0; i < m->ncollection; i++) {
        const PackCollection *c = m->collection[i];

        if (str_eq(c->pack, info->name))
            printf("    %-18.*s %3zu  %.*s\n", STRV(c->name), c->ndeclared, STRV(c->title.zh));
    }
}

static int list(const char *dir, bool distinct, Arena *a)
{
    PackModel *m = NULL;
    const PackMessage *said;
    size_t n;
    Err err = { 0 };
    Buf b;

    if (!pack_load(dir, node_above(a), a, &m, &said, &n, &err))
        return fail(&err);
    buf_init(&b, 1 << 20);
    if (distinct)
        pack_distincts(m, &b);
    for (size_t i = 0; !distinct && i < m->npack; i++)
        print_pack(m, &m->pack[i]);
    fwrite(b.ptr ? b.ptr : "", 1, b.len, stdout);
    buf_clear(&b);
    pack_free(m);
    return 0;
}

static int make(const char *dir, const char *name, Arena *a)
{
    Err err = { 0 };

    if (!pack_new(dir, str_of(name), node_above(a), &err))
        return fail(&err);
    printf("%s/%s\n", dir, name);
    return 0;
}

int cli_pack(const char *packs, int argc, char **argv)
{
    Str verb = str_of(argc > 0 ? argv[0] : NULL);
    const char *word = NULL;
    bool distinct = false;
    Arena *a;
    int status = 2;

    for (int i = 1; i < argc; i++) {
        Str s = str_of(argv[i]);

        if (str_eq(s, STR("--distinct")))
            distinct = true;
        else if (str_eq(s, STR("--packs")) && i + 1 < argc)
            packs = argv[++i];
        else if (s.len && s.ptr[0] != '-' && !word)
            word = argv[i];
        else
            return usage();
    }
    if (!packs && !(word && str_eq(verb, STR("check")))) {
        fputs(
            "找不到业务包文件夹，请用 --packs DIR 指明\nno folder of packs found: say --packs DIR\n", stderr);
        return 1;
    }
    a = arena_new(0);
    if (str_eq(verb, STR("check")))
        status = check(word ? word : packs, a);
    else if (str_eq(verb, STR("list")) && !word)
        status = list(packs, distinct, a);
    else if (str_eq(verb, STR("new")) && word)
        status = make(packs, word, a);
    else
        status = usage();
    arena_free(a);
    return status;
}
