/* src/cli/server.h - the server of a county, reached by DIR/sangzi.sock: a command that finds one sends its work there.
 *
 *     if (cli_server_find(dir, &s)) { cli_server_send(s, "POST", "/processes/…", json, &answer) … cli_server_close(s); }
 *
 * It asks the public faces and nothing else. What the server refuses is said on stderr in its own words.
 */
#pragma once
#include "cli/cli.h"

extern const ErrKind CLI_SERVER_GONE, CLI_SERVER_SAID;
typedef struct CliServer CliServer;
bool cli_server_find(const char *dir, CliServer **out); /* false: none runs; the command works by itself */
void cli_server_close(CliServer *s);                    /* NULL is taken */
/* JSON or nothing out, JSON in (in `a`; NULL where the answer is none). CLI_SERVER_SAID: refused, and said. */
bool cli_server_ask(CliServer *s, const char *method, const char *path, const json_t *body, Arena *a,
    json_t **out, Err *err) MUST;
bool cli_server_send_file(
    CliServer *s, const char *path, const char *file, Arena *a, json_t **out, Err *err) MUST;
Str cli_server_escape(CliServer *s, Str text, Arena *a); /* percent-encoded, for a path or query */
/* The same commands, over there; the exit status. */
int cli_server_run(CliServer *s, const char *process, const json_t *inputs);
int cli_server_nation(CliServer *s, const char *file);
