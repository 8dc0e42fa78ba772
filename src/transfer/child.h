/* src/transfer/child.h - the parent's side: starts the worker, reads its frames, keeps its rows in a file. */
#pragma once
#include "transfer/frame.h"
#include "transfer/worker.h"

typedef struct TransferWarning {
    Str zh, en;
} TransferWarning;
typedef struct TransferRead { /* what was read of a file */
    TransferLayer *layer;
    size_t nlayer, chosen; /* chosen: whose rows stand in the file */
    TransferWarning *warning;
    size_t nwarning, nrow;
} TransferRead;
typedef struct TransferWatch { /* looked at now and then while it goes on */
    bool (*go_on)(void *ctx, size_t rows);
    void *ctx;
} TransferWatch;
/* The program that is run: argv[0] "sangzi", argv[1] "worker". */
bool transfer_read(const TransferAsk *ask, const char *rows, TransferWatch watch, Arena *a, TransferRead *out,
    Err *err) MUST;
