/* SPDX-License-Identifier: Apache-2.0 */
/* A node and the sum of what sits on it.
 *
 * Surprises kept from kube-scheduler: used host ports are a set, so taking away one
 * of two Pods with the same port frees it; Pods stand in order of arrival, and the
 * last one moves into the place of one that leaves; sums wrap.
 */
#ifndef MN_NODE_INFO_H
#define MN_NODE_INFO_H

#include "mullion/cluster/pod_info.h"
#include "mullion/model/node.h"

#include <glib.h>
#include <stdint.h>

/* An image name known to the cluster. */
typedef struct mn_image_state {
    const char *name;
    int64_t size_bytes; /* as the first node that reported the name said */
    uint32_t nodes;     /* how many have it */
} mn_image_state;

typedef struct mn_node_info {
    const mn_node *node;
    uint32_t number;     /* place in the snapshot's arrays; stays while the node exists */
    uint64_t generation; /* changes whenever the node or its Pods change */

    mn_amounts allocatable;
    int64_t allowed_pods;
    mn_amounts requested; /* scalars: owned, grows */
    int64_t nonzero_milli_cpu, nonzero_memory;
    GArray *pods;           /* mn_pod_info, in order of arrival */
    GArray *ports;          /* mn_host_port, a set */
    GPtrArray *images;      /* mn_image_state *, sorted by name */
    uint32_t with_affinity; /* Pods having an affinity.pod(Anti)Affinity object */
    uint32_t with_required_anti_affinity;
} mn_node_info;

static inline const char *mn_node_info_name(const mn_node_info *info)
{
    return info->node->meta.name;
}

static inline const char *mn_node_info_label(const mn_node_info *info, const char *key)
{
    return mn_labels_find(&info->node->meta.labels, key);
}

static inline size_t mn_node_info_pod_count(const mn_node_info *info)
{
    return info->pods->len;
}

static inline const mn_pod_info *mn_node_info_pod(const mn_node_info *info, size_t index)
{
    return &g_array_index(info->pods, mn_pod_info, index);
}

/* A copy to try things on (preemption, nominated Pods); images are shared. */
mn_node_info *mn_node_info_dup(const mn_node_info *info);
void mn_node_info_free(mn_node_info *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_node_info, mn_node_info_free)

/* On such a copy only: nodes of the cache change through the cache. */
void mn_node_info_add_pod(mn_node_info *info, mn_pod_info pod);

/* False when no Pod with its UID (or namespace and name) is there. */
bool mn_node_info_remove_pod(mn_node_info *info, const mn_pod *pod);

/* Is one of the wanted ports taken? */
bool mn_node_info_ports_conflict(const mn_node_info *info, const mn_host_port *wanted,
                                 size_t count);

#endif
