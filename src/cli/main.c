/* src/cli/main.c - sangzi: one binary, a table of commands. */
#include "cli/cli.h"
#include "face/face.h"
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int cli_pack(const char *packs, int argc, char **argv);
int cli_cql2(int argc, char **argv, const CqlSchema *(*schema_of)(Str collection, Err *err));

static const CqlSchema *schema_of(Str collection, Err *err)
{
    static PackModel *model; /* lives as long as the one command that asks */
    char path[4200];
    const char *packs = cli_packs(NULL, path, sizeof path);
    const PackMessage *said;
    size_t nsaid;
    const PackCollection *c;
    Arena *a = arena_new(0);
    const bool good = model || (packs ? pack_load(packs, node_above(a), a, &model, &said, &nsaid, err)
                                      : FAIL(err, NODE_NO_PACKS, STR("."), "packs"));

    arena_free(a);
    return good && pack_need_collection(model, collection, &c, err) ? &c->schema : NULL;
}

static int run_cql2(int argc, char **argv)
{
    return cli_cql2(argc, argv, schema_of);
}

static int run_pack(int argc, char **argv)
{
    char path[4200];

    return cli_pack(cli_packs(NULL, path, sizeof path), argc - 1, argv + 1);
}

/* clang-format off */
static const struct Command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *zh, *en;
} command[] = {
    { "init",   cli_init,   "init DIR [--division CODE]", "建立一个空的县", "make an empty county" },
    { "demo",   cli_demo,   "demo DIR [--persons N] [--seed S] [--today DATE] [--live] [--serve [--port N]]", "生成演示县", "make the demo county" },
    { "serve",  cli_serve,  "serve DIR [--port N] [--ui DIR] [--dev] [--cors ORIGIN …]", "启动服务（只在本机）", "serve it (on this machine only)" },
    { "import", cli_import, "import DIR COLLECTION FILE… [--dry-run] [--key a,b] [--crs EPSG] [--encoding X] [--accept good-rows]", "导入表格或图层", "bring sheets and layers in" },
    { "export", cli_export, "export DIR COLLECTION FILE [--filter CQL2] | export DIR --snapshot FILE", "导出", "take a register out" },
    { "nation", cli_nation, "nation DIR FILE.csv", "载入全国区划（code,name,level,parent）", "load the division tree of the nation" },
    { "run",    cli_run,    "run DIR PROCESS [--input k=v …]", "运行一个处理过程", "run one process in the foreground" },
    { "verify", cli_verify, "verify DIR", "验证账本", "prove the chain and every record" },
    { "backup", cli_backup, "backup DIR FILE", "在线备份", "one consistent file, while serving" },
    { "restore", cli_restore, "restore FILE DIR", "从备份恢复", "from a backup" },
    { "pack",   run_pack,   "pack check|list|new …", "检查、列出、新建业务包", "check, list, make packs" },
    { "cql2",   run_cql2,   "cql2 [--to sql|json|text] [--check COLLECTION] | --count FILE.gpkg LAYER", "检查和转换 CQL2", "check and turn CQL2 expressions" },
};
/* clang-format on */

static const struct Command *command_of(const char *name)
{
    for (size_t i = 0; i < LEN(command); i++)
        if (!strcmp(command[i].name, name))
            return command + i;
    return NULL;
}

static int say_usage(const struct Command *c)
{
    fprintf(stderr, "%s sangzi %s\n", cli_english() ? "Usage:" : "用法：", c->usage);
    return 2;
}

static int help(FILE *to)
{
    fprintf(to, "sangzi %s - %s\n\n", SANGZI_VERSION,
        cli_english() ? "the digital village in one program" : "桑梓：一个程序里的数字乡村");
    for (size_t i = 0; i < LEN(command); i++)
        fprintf(
            to, "  sangzi %s\n      %s\n", command[i].usage, cli_english() ? command[i].en : command[i].zh);
    fprintf(to, "\n  --packs DIR  %s\n",
        cli_english() ? "packs to use (any command)" : "所用的业务包（任何命令）");
    return 0;
}

int main(int argc, char **argv)
{
    const struct Command *c;
    int status;

    signal(SIGPIPE, SIG_IGN);
    log_open(2, !isatty(2), LOG_INFO);
    cli_use_packs(cli_option(&argc, argv, "--packs"));
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("sangzi %s\n", SANGZI_VERSION);
        return 0;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
        return help(stdout);
    if (!strcmp(argv[1], "worker")) /* the child that reads files from outside; not for people */
        return cli_worker(argc - 1, argv + 1);
    c = command_of(argv[1]);
    if (!c) {
        fprintf(stderr, "sangzi: %s: %s\n", cli_english() ? "unknown command" : "未知命令 unknown command",
            argv[1]);
        return 2;
    }
    status = c->run(argc - 1, argv + 1);
    return status == CLI_WRONG_USAGE ? say_usage(c) : status;
}
