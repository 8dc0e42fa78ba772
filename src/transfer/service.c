/* src/transfer/service.c - imports as a service of a running county. */
#include "transfer/transfer.h"

static bool start_imports(const NodeCounty *c, void **state, Err *err)
{
    TransferManager *m;

    if (!transfer_manager_open(c->ledger, &m, err))
        return false;
    *state = m;
    return true;
}

static void end_imports(void *m)
{
    transfer_manager_end(m);
}

static void stop_imports(void *m)
{
    transfer_manager_close(m);
}

const NodeService transfer_service = {
    .name = "imports", .start = start_imports, .ending = end_imports, .stop = stop_imports
};
