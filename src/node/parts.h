/* src/node/parts.h - the inside of one NodeCounty: opened whole, put to rest, freed. */
#pragma once
#include "node/table.h"

typedef struct NodeModel { /* packs as they were read; shared by the counties that use them */
    PackModel *model;
    size_t uses; /* atomic */
} NodeModel;
struct NodeParts {
    NodeCounty county;
    NodeModel *model;
    const NodeService *service[NODE_SERVICES_MAX];
    void *state[NODE_SERVICES_MAX];
    LedgerHooked *hooked[NODE_SERVICES_MAX];
    size_t nservice; /* begun */
    const NodeLodger *lodger;
    void *lodging;
    bool resting;
    bool orphan;    /* another has its place */
    size_t holders; /* the node's guard guards it and orphan */
};

bool node_model_read(const NodeOptions *o, const char *dir, NodeModel **out, Err *err) MUST;
NodeModel *node_model_keep(NodeModel *m);
void node_model_drop(NodeModel *m); /* NULL is taken */
bool node_parts_open(Node *n, const char *dir, LedgerMode mode, NodeModel *m, NodeParts **out, Err *err) MUST;
bool node_parts_lodge(NodeParts *p, const NodeLodger *l, Err *err) MUST;
void node_parts_leave(NodeParts *p);
bool node_parts_start(NodeParts *p, const NodeService *const *service, Err *err) MUST;
/* Services end, what is written is written, the lock is given back: another may open the county. Reading goes on. */
void node_parts_rest(NodeParts *p);
void node_parts_free(NodeParts *p); /* NULL is taken */
