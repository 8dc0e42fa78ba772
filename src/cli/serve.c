/* src/cli/serve.c - sangzi serve DIR: the faces, until SIGINT or SIGTERM. */
#include "cli/cli.h"
#include "cli/serve.h"
#include "cli/stop.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *serve_ui(const char *said, char *out, size_t size)
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

void serve_say(const Face *f)
{
    printf("http://127.0.0.1:%d/app\n%s\n", face_port(f),
        cli_english() ? "On this machine only: there are no accounts yet." : "只在本机可访问：账号与权限随后续版本提供。");
    fflush(stdout);
}

bool serve_port(const char *text, int *port, Err *err)
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

int cli_serve(int argc, char **argv)
{
    const char *port = cli_option(&argc, argv, "--port"), *ui = cli_option(&argc, argv, "--ui");
    char path[4200];
    FaceOptions o = { 0 };
    CliCounty c;
    Face *face;
    Err err;

    if (argc != 2)
        return cli_usage("serve");
    stop_listen();
    if (!serve_port(port, &o.port, &err) || !cli_open(argv[1], LEDGER_WRITE, &c, &err))
        return cli_fail(&err);
    o.ledger = c.ledger;
    o.ui = serve_ui(ui, path, sizeof path);
    if (!face_start(&o, &face, &err)) {
        cli_close(&c);
        return cli_fail(&err);
    }
    serve_say(face);
    stop_wait(-1);
    face_stop(face);
    cli_close(&c);
    return 0;
}
