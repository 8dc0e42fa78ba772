/* src/node/services.c - every service of a running county, in the order they start. A new one: its folder, and its row.
 *
 * Who listens stands before who works: they end in reverse, so that the last thing an import or a job wrote is still heard.
 */
#include "node/table.h"

#define SERVICES(X) \
    X(onemap)       \
    X(transfer)     \
    X(process)      \
    X(indicator)
#define DECLARE(room) extern const NodeService room##_service;
#define ROW(room)     &room##_service,
SERVICES(DECLARE)
const NodeService *const node_services[] = { SERVICES(ROW) NULL };
