/* src/cli/admin.c - sangzi init, verify, backup, restore. */
#include "cli/cli.h"
#include "files/files.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int cli_init(int argc, char **argv)
{
    const char *division = cli_option(&argc, argv, "--division"), *store = cli_option(&argc, argv, "--store");
    Err err;
    CliCounty c;

    if (argc != 2)
        return CLI_WRONG_USAGE;
    if (store && strncmp(store, "file", 4)) {
        FAIL(&err, CLI_USAGE, str_of(store), "--store");
        return cli_fail(&err);
    }
    if (!division)
        division = "990121000000";
    if (strlen(division) != 12 || strspn(division, "0123456789") != 12) {
        FAIL(&err, CLI_USAGE, STR("区划代码应为 12 位数字 · a division code has 12 digits"), "--division");
        return cli_fail(&err);
    }
    if (!ledger_init(argv[1], str_of(division), 0, &err) || !cli_open(argv[1], LEDGER_WRITE, &c, &err))
        return cli_fail(&err);
    cli_close(&c);
    printf("%s: county.gpkg, keys/ (%s)\n", argv[1],
        cli_english() ? "keep a copy of the key elsewhere: without it sealed data is lost"
                      : "请把密钥另存一份：丢了密钥，密封数据就打不开");
    return 0;
}

static void say_fault(void *ctx, const LedgerFault *f)
{
    (void)ctx;
    printf("%.*s: %.*s\n", STRV(f->where), STRV(cli_english() ? f->what_en : f->what_zh));
}

static void say_progress(void *ctx, size_t done, size_t total)
{
    (void)ctx;
    if (isatty(2))
        fprintf(stderr, "\r%zu / %zu ", done, total);
}

int cli_verify(int argc, char **argv)
{
    CliCounty c;
    Err err;
    size_t faults = 0;
    bool good;

    if (argc != 2)
        return CLI_WRONG_USAGE;
    if (!cli_open(argv[1], LEDGER_READ, &c, &err))
        return cli_fail(&err);
    good = ledger_verify(c.ledger, say_fault, say_progress, NULL, &faults, &err);
    if (isatty(2))
        fputc('\n', stderr);
    if (good)
        printf(cli_english() ? "%lld transactions, %zu faults\n" : "%lld 笔变更，%zu 处不符\n",
            (long long)ledger_seq(c.ledger), faults);
    cli_close(&c);
    return !good ? cli_fail(&err) : faults ? 1 : 0;
}

int cli_backup(int argc, char **argv)
{
    char from[4200], to[4200];
    CliCounty c;
    Err err;
    size_t files = 0;
    bool good;

    if (argc != 3)
        return CLI_WRONG_USAGE;
    snprintf(from, sizeof from, "%s/files", argv[1]);
    snprintf(to, sizeof to, "%s.files", argv[2]);
    if (!cli_open(argv[1], LEDGER_READ, &c, &err))
        return cli_fail(&err);
    /* The records first: a file is kept before a record names it, so none of the backup's can be missing. */
    good = ledger_backup(c.ledger, argv[2], &err) && files_copy(from, to, &files, &err);
    cli_close(&c);
    if (!good)
        return cli_fail(&err);
    printf("%s（%s）\n", argv[2], cli_english() ? "keys are not in it" : "不含密钥");
    if (files)
        printf(cli_english() ? "%s: %zu files\n" : "%s：%zu 个附件\n", to, files);
    return 0;
}

static bool copy_file(const char *from, const char *to, Err *err)
{
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wbx") : NULL;
    char *buffer = mem_new(1 << 20, 1);
    size_t n;
    bool good = out && buffer;

    while (good && (n = fread(buffer, 1, 1 << 20, in)) > 0)
        good = fwrite(buffer, 1, n, out) == n;
    good = good && !ferror(in) && fflush(out) == 0 && fsync(fileno(out)) == 0;
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    mem_free(buffer);
    if (good)
        return true;
    return in ? FAIL(err, BASE_IO, str_of(to), "restore") : FAIL(err, BASE_NO_FILE, str_of(from), "restore");
}

int cli_restore(int argc, char **argv)
{
    char path[4200], files[4200];
    Err err;
    size_t copied;

    if (argc != 3)
        return CLI_WRONG_USAGE;
    snprintf(path, sizeof path, "%s/county.gpkg", argv[2]);
    if (!dir_make(argv[2], 0750, &err) || !copy_file(argv[1], path, &err))
        return cli_fail(&err);
    chmod(path, 0640);
    snprintf(files, sizeof files, "%s.files", argv[1]);
    snprintf(path, sizeof path, "%s/files", argv[2]);
    if (!files_copy(files, path, &copied, &err))
        return cli_fail(&err);
    snprintf(path, sizeof path, "%s/keys/master", argv[2]);
    if (!file_exists(path))
        fprintf(stderr, "%s\n",
            cli_english() ? "Now bring keys/master back: it is in no backup."
                          : "请把密钥放回 keys/master：备份里没有密钥。");
    return 0;
}
