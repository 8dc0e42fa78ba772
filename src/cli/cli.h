/* src/cli/cli.h - the commands. Each is one function: argv[0] is its name, the result the exit status (0 good, 1 an error
 * said on stderr, 2 wrong usage). Only main ends the process.
 */
#pragma once
#include "base/base.h"
#include "face/face.h"
#include "ledger/ledger.h"
#include "pack/pack.h"

extern const ErrKind CLI_USAGE;
typedef struct CliCounty { /* an opened county, held */
    Node *node;
    const NodeCounty *held;
    const PackModel *model;
    Ledger *ledger;
} CliCounty;
/* --packs, DIR/packs, ../share/sangzi/packs, ./packs; NULL: none. */
const char *cli_packs(const char *dir, char *out, size_t size);
void cli_use_packs(const char *packs); /* what --packs said */
/* With all services, or those of `only` (NULL-ended); idle: they wait for node_start. */
bool cli_node(
    const char *dir, LedgerMode mode, const NodeService *const *only, bool idle, Node **out, Err *err) MUST;
bool cli_hold(Node *n, CliCounty *out, Err *err) MUST;
bool cli_open(const char *dir, LedgerMode mode, CliCounty *out, Err *err) MUST; /* without services */
void cli_close(CliCounty *c);                                                   /* half-opened too */
int cli_fail(const Err *err);                                                   /* says it on stderr; 1 */
enum { CLI_WRONG_USAGE = -1 }; /* a command's status: main says how it is used, and ends with 2 */
/* Of those that serve. Folder of the built application; NULL: none. */
const char *cli_ui(const char *said, char *out, size_t size);
bool cli_port(const char *text, int *port, Err *err) MUST; /* 8080 where nothing is said */
void cli_say_door(const Face *f);                          /* where it can be seen */
bool cli_english(void);                                    /* by LC_ALL, LC_MESSAGES, LANG */
/* Options "--name value" or "--name" are taken out of argv; what stays is counted in *argc. */
const char *cli_option(int *argc, char **argv, const char *name); /* NULL: not there */
bool cli_flag(int *argc, char **argv, const char *name);

int cli_init(int argc, char **argv);
int cli_demo(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_worker(int argc, char **argv);
int cli_nation(int argc, char **argv);
