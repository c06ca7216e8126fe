/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in a cluster that may make a rejected Pod fit, as data.
 *
 * Kinds are those that v1.34's plugins tell apart; a change of several things is several
 * events, one after another.
 */
#ifndef MN_EVENT_H
#define MN_EVENT_H

#include "mullion/cluster/pod_info.h"
#include "mullion/model/node.h"

#include <stdbool.h>
#include <stdint.h>

/* Pods of the first group are assigned: they have spec.nodeName. */
typedef enum mn_event_kind {
    MN_EVENT_POD_ADD,
    MN_EVENT_POD_DELETE,

    MN_EVENT_POD_LABELS,      /* of an assigned Pod, or of the waiting one itself */
    MN_EVENT_POD_SCALE_DOWN,  /* likewise: it requests less */
    MN_EVENT_POD_TOLERATIONS, /* likewise */
    MN_EVENT_POD_UNGATED,     /* the last of its scheduling gates went */

    MN_EVENT_NODE_ADD,
    MN_EVENT_NODE_DELETE,
    MN_EVENT_NODE_ALLOCATABLE,
    MN_EVENT_NODE_LABELS,
    MN_EVENT_NODE_TAINTS, /* or spec.unschedulable became false */

    MN_EVENT_OTHER, /* Services, namespaces, volumes, ...: only extenders may care */
    MN_EVENT_KIND_COUNT,
} mn_event_kind;

/* Added: old_* is NULL; deleted: the other is. Borrowed: they live as long as the cache. */
typedef struct mn_event {
    mn_event_kind kind;
    const mn_node *old_node, *node;
    mn_pod_info old_pod, pod; /* of Pods; classes may be NULL: the queue fills them in */
} mn_event;

static inline uint32_t mn_event_bit(mn_event_kind kind)
{
    return 1U << kind;
}

/* Bit per kind: what an update of a node changed; 0: nothing that scheduling looks at. */
uint32_t mn_node_changes(const mn_node *before, const mn_node *after);

/* The same for a Pod and its class. */
uint32_t mn_pod_changes(mn_pod_info before, mn_pod_info after);

/* Has it a node? */
bool mn_pod_is_assigned(const mn_pod *pod);

/* NULL where the node has no such label, or is NULL. */
const char *mn_node_label(const mn_node *node, const char *key);

#endif
