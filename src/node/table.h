/* src/node/table.h - the services, NULL-ended. */
#pragma once
#include "node/node.h"

enum { NODE_SERVICES_MAX = 32 };
extern const NodeService *const node_services[];
