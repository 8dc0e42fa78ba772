/* src/cli/run.c - sangzi run DIR PROCESS: one job in the foreground, with progress. */
#include "cli/cli.h"
#include "cli/server.h"
#include "process/process.h"
#include <stdio.h>
#include <unistd.h>

static void progress(void *ctx, int percent, Str message)
{
    (void)ctx;
    if (isatty(2))
        fprintf(stderr, "\r\033[K%3d %% %.*s", percent, STRV(message));
}

/* k=v: JSON where it reads as JSON, else a text. */
static bool add_input(json_t *inputs, const char *said, Err *err)
{
    Str key, value;
    json_t *v;
    char name[64];

    if (!str_cut(str_of(said), '=', &key, &value) || !key.len || key.len >= sizeof name)
        return FAIL(err, CLI_USAGE, str_of(said), "--input k=v");
    if (!json_read(value, &v, err))
        v = json_stringn(value.ptr, value.len);
    snprintf(name, sizeof name, "%.*s", STRV(key));
    return json_object_set_new(inputs, name, v) == 0 || FAIL(err, BASE_NO_MEMORY, key, "--input");
}

int cli_run(int argc, char **argv)
{
    AccessWho who = ACCESS_VISITOR;
    ProcessAsk ask = { .who = &who, .en = cli_english(), .progress = progress };
    json_t *inputs = json_object();
    Arena *a = arena_new(0);
    CliCounty c = { 0 };
    CliServer *there;
    Err err;
    Str out;
    bool good = true;

    who.account = STR("cli");
    for (const char *said; good && (said = cli_option(&argc, argv, "--input"));)
        good = add_input(inputs, said, &err);
    if (good && argc != 3) {
        json_decref(inputs);
        arena_free(a);
        return CLI_WRONG_USAGE;
    }
    if (good && cli_server_find(argv[1], &there)) {
        const int status = cli_server_run(there, argv[2], inputs);

        cli_server_close(there);
        json_decref(inputs);
        arena_free(a);
        return status;
    }
    good = good && cli_open(argv[1], LEDGER_WRITE, &c, &err) &&
           process_run(c.ledger, str_of(argv[2]), inputs, &ask, a, &out, &err);
    if (isatty(2))
        fputc('\n', stderr);
    if (good)
        printf("%.*s\n", STRV(out));
    cli_close(&c);
    json_decref(inputs);
    arena_free(a);
    return good ? 0 : cli_fail(&err);
}
