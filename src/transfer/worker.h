/* src/transfer/worker.h - the readers of the child process. */
#pragma once
#include "transfer/tell.h"

/* Readers: each says its layers, then the rows of the one that is wanted. */
bool transfer_read_text(const TransferAsk *ask, TransferTell *t, Err *err) MUST;   /* csv, txt, tsv */
bool transfer_read_vector(const TransferAsk *ask, TransferTell *t, Err *err) MUST; /* whatever GDAL reads */
