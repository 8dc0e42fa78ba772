/* src/cli/county.c - what all commands share: options, packs, opening a county, saying an error. */
#include "cli/cli.h"
#include "face/face.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const ErrKind CLI_USAGE = { "cli/usage", 400, "用法不对：{0}。", "Wrong usage: {0}." };
static const char *packs_option; /* set once by main before any command runs */

void cli_use_packs(const char *packs)
{
    packs_option = packs;
}

static bool is_dir(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *cli_packs(const char *dir, char *out, size_t size)
{
    char self[4096];
    ssize_t n;
    char *slash;

    if (packs_option)
        return packs_option;
    if (dir && (size_t)snprintf(out, size, "%s/packs", dir) < size && is_dir(out))
        return out;
    n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0) {
        self[n] = 0;
        slash = strrchr(self, '/');
        *slash = 0;
        if ((size_t)snprintf(out, size, "%s/../share/sangzi/packs", self) < size && is_dir(out))
            return out;
    }
    if (is_dir("packs"))
        return "packs";
    if (n > 0 && (size_t)snprintf(out, size, "%s/../packs", self) < size &&
        is_dir(out)) /* a build folder in the source */
        return out;
    return NULL;
}

bool cli_english(void)
{
    static const char *const name[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < LEN(name); i++) {
        const char *v = getenv(name[i]);

        if (v && *v)
            return strncmp(v, "zh", 2) != 0 && strncmp(v, "C", 1) != 0 && strncmp(v, "POSIX", 5) != 0;
    }
    return false;
}

int cli_fail(const Err *err)
{
    Buf b;

    buf_init(&b, 4096);
    err_say(err, cli_english(), &b);
    if (err->where[0])
        buf_fmt(&b, " [%s] (%s)", err->kind->code, err->where);
    else
        buf_fmt(&b, " [%s]", err->kind->code);
    fprintf(stderr, "sangzi: %.*s\n", (int)b.len, b.ptr);
    buf_clear(&b);
    return 1;
}

static void drop(int *argc, char **argv, int at, int n)
{
    for (int i = at; i + n <= *argc; i++)
        argv[i] = argv[i + n];
    *argc -= n;
}

const char *cli_option(int *argc, char **argv, const char *name)
{
    const size_t n = strlen(name);

    for (int i = 1; i < *argc; i++) {
        const char *value;

        if (!strncmp(argv[i], name, n) && argv[i][n] == '=') {
            value = argv[i] + n + 1;
            drop(argc, argv, i, 1);
            return value;
        }
        if (!strcmp(argv[i], name) && i + 1 < *argc) {
            value = argv[i + 1];
            drop(argc, argv, i, 2);
            return value;
        }
    }
    return NULL;
}

bool cli_flag(int *argc, char **argv, const char *name)
{
    for (int i = 1; i < *argc; i++)
        if (!strcmp(argv[i], name)) {
            drop(argc, argv, i, 1);
            return true;
        }
    return false;
}

static void say_findings(const PackMessage *said, size_t n)
{
    const bool en = cli_english();

    for (size_t i = 0; i < n && i < 20; i++)
        fprintf(stderr, "%.*s:%zu: %.*s\n", STRV(said[i].file), said[i].line,
            STRV(en && said[i].text.en.len ? said[i].text.en : said[i].text.zh));
}

bool cli_node(
    const char *dir, LedgerMode mode, const NodeService *const *only, bool idle, Node **out, Err *err)
{
    char packs[4200], path[4200];

    snprintf(path, sizeof path, "%s/county.gpkg", dir);
    if (!file_exists(path))
        return FAIL(err, LEDGER_NOT_A_COUNTY, str_of(dir), "county");
    return node_open(dir, mode,
        &(NodeOptions){
            .packs = cli_packs(dir, packs, sizeof packs), .only = only, .idle = idle, .say = say_findings },
        out, err);
}

bool cli_hold(Node *n, CliCounty *out, Err *err)
{
    if (!node_hold(n, &out->held, err))
        return false;
    out->node = n;
    out->model = out->held->model;
    out->ledger = out->held->ledger;
    return true;
}

bool cli_open(const char *dir, LedgerMode mode, CliCounty *out, Err *err)
{
    static const NodeService *const none[] = { NULL };

    *out = (CliCounty){ 0 };
    return cli_node(dir, mode, none, false, &out->node, err) && cli_hold(out->node, out, err);
}

void cli_close(CliCounty *c)
{
    if (c->held)
        node_release(c->held);
    node_close(c->node);
    *c = (CliCounty){ 0 };
}

/* --- serving it ------------------------------------------------------------------------------------------------------ */
const char *cli_ui(const char *said, char *out, size_t size)
{
    char self[4096];
    ssize_t n;

    if (said)
        return said;
    n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return NULL;
    self[n] = 0;
    *strrchr(self, '/') = 0;
    snprintf(out, size, "%s/../share/sangzi/ui", self);
    if (file_exists(out))
        return out;
    snprintf(out, size, "%s/../ui/dist", self);
    return file_exists(out) ? out : NULL;
}

void cli_say_door(const Face *f)
{
    printf("http://127.0.0.1:%d/app\n%s\n", face_port(f),
        cli_english() ? "On this machine only: there are no accounts yet."
                      : "只在本机可访问：账号与权限随后续版本提供。");
    fflush(stdout);
}

bool cli_port(const char *text, int *port, Err *err)
{
    size_t n;

    *port = 8080;
    if (!text)
        return true;
    if (!str_to_size(str_of(text), 10, &n) || n > 65535)
        return FAIL(err, CLI_USAGE, str_of(text), "--port");
    *port = (int)n;
    return true;
}
