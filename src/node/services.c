/* src/node/services.c - every service of a running county, in the order they start. A new one: its folder, and its row. */
#include "node/table.h"

#define SERVICES(X) \
    X(transfer)     \
    X(process)      \
    X(onemap)       \
    X(indicator)
#define DECLARE(room) extern const NodeService room##_service;
#define ROW(room)     &room##_service,
SERVICES(DECLARE)
const NodeService *const node_services[] = { SERVICES(ROW) NULL };
