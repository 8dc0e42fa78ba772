/* tests/face/client.h - a county of two collections in a folder of its own, a real server on a free port, a client. */
#pragma once
#include "face/face.h"

typedef struct County {
    char dir[64];
    Arena *a;
    Node *node;
    const NodeCounty *held; /* the county as it was when it was opened; NULL: let go */
    const PackModel *model;
    Ledger *ledger;
    Face *face;
    int port;
} County;
typedef struct Reply {
    int status;
    Str head, body;
} Reply;
void county_open(County *c);
void county_close(County *c);
/* `head`: more header lines, each ended by \r\n; body NULL: none. The reply lives in the county's arena. */
Reply ask(County *c, const char *method, const char *path, const char *head, const char *body);
Reply get(County *c, const char *path);
bool has(Str text, const char *what);
Str header(const Reply *r, const char *name, Arena *a); /* "ETag: " and the like; empty: none */
int connect_to(int port);
