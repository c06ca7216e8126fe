/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster as the scheduler knows it: the owner of every node_info.
 *
 * Pods, nodes and the other objects are borrowed: they live at least as long as the
 * cache. The struct of a Pod alone, not what it points to, may be freed once it was removed or
 * replaced, unless it was the first of its class. One writer; a snapshot is valid until the
 * cache is changed next.
 *
 *     g_autoptr(mn_cache) cache = mn_cache_new();
 *     mn_cache_add_node(cache, node);
 *     mn_cache_add_pod(cache, bound_pod, bound_pod->spec.node_name);
 */
#ifndef MN_CACHE_H
#define MN_CACHE_H

#include "mullion/cluster/node_info.h"
#include "mullion/model/cluster_objects.h"
#include "mullion/model/workload.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mn_cache mn_cache;

mn_cache *mn_cache_new(void);
void mn_cache_free(mn_cache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_cache, mn_cache_free)

/* A node of that name is replaced (labels, taints, allocatable, images), its Pods
 * and its place stay. Pods that were added before their node now count. */
void mn_cache_add_node(mn_cache *cache, const mn_node *node);

/* False when there is no such node. Its Pods are kept, and count again when a node
 * of that name comes back. */
bool mn_cache_remove_node(mn_cache *cache, const char *name);

/* Puts the Pod on the node, bound or assumed: the scheduler does not tell them
 * apart. `pod` is the object from then on (with its status.startTime), whatever
 * its spec.nodeName says. A Pod with the same UID is replaced. */
void mn_cache_add_pod(mn_cache *cache, const mn_pod *pod, const char *node_name);

/* False when it is not there. */
bool mn_cache_remove_pod(mn_cache *cache, const mn_pod *pod);

/* The node that the Pod counts on, or NULL. */
const char *mn_cache_find_pod_node(const mn_cache *cache, const mn_pod *pod);

/* Pending Pods with status.nominatedNodeName: their place is kept for them.
 * Adding one again moves it; assuming or removing a Pod ends its nomination. */
void mn_cache_nominate(mn_cache *cache, const mn_pod *pod, const char *node_name);
void mn_cache_end_nomination(mn_cache *cache, const mn_pod *pod);

/* What plugins look up besides nodes and Pods. Objects of the same kind, namespace
 * and name replace one another; `remove` goes by these three. */
void mn_cache_add_namespace(mn_cache *cache, const mn_namespace *object);
void mn_cache_add_service(mn_cache *cache, const mn_service *object);
void mn_cache_add_workload(mn_cache *cache, const mn_workload *object);
void mn_cache_add_disruption_budget(mn_cache *cache, const mn_disruption_budget *object);
void mn_cache_remove_service(mn_cache *cache, const mn_service *object);
void mn_cache_remove_workload(mn_cache *cache, const mn_workload *object);
void mn_cache_remove_disruption_budget(mn_cache *cache, const mn_disruption_budget *object);

/* A node as its object alone tells it: no Pods, no images. It is none of the cache's, but
 * has the number of the node of that name (UINT32_MAX: there is none). Its amounts live in
 * the arena; free it with mn_node_info_free(). */
mn_node_info *mn_cache_bare_node(mn_cache *cache, mn_arena *arena, const mn_node *node);

/* The class of a Pod, made at first sight; lives as long as the cache. */
const mn_pod_class *mn_cache_class_of(mn_cache *cache, const mn_pod *pod);

/* A read-only view; pointers are valid until the cache changes. */
typedef struct mn_snapshot {
    const mn_cache *cache;
    const mn_node_info *const *nodes; /* in kube-scheduler's order: round robin over zones */
    size_t count;
    const mn_node_info *const *by_number; /* NULL where a number is free */
    size_t number_count;
    uint64_t node_version;   /* changes when nodes come, go or change; not with Pods */
    uint64_t version;        /* changes with anything */
    uint64_t object_version; /* changes with Services, controllers, namespaces, budgets */
    bool has_nominated;      /* some Pod is nominated to some node */
    int32_t lowest_priority; /* no Pod on any node has a lower one */
    size_t with_affinity;    /* nodes that hold a Pod with inter-Pod affinity of any kind */

    /* Numbers of nodes whose Pods or object changed, in order. The element at sequence
     * s is journal[s - journal_base]; who has read up to `journal_end` once and finds
     * journal_base beyond that starts over. */
    const uint32_t *journal;
    uint64_t journal_base, journal_end;
} mn_snapshot;

const mn_snapshot *mn_cache_snapshot(mn_cache *cache);

const mn_node_info *mn_snapshot_find(const mn_snapshot *snapshot, const char *node_name);

/* mn_pod_info of the Pods nominated to the node, or NULL. */
const GArray *mn_snapshot_nominated(const mn_snapshot *snapshot, const char *node_name);

const mn_namespace *mn_snapshot_find_namespace(const mn_snapshot *snapshot, const char *name);
const mn_workload *mn_snapshot_find_workload(const mn_snapshot *snapshot, mn_workload_kind kind,
                                             const char *namespace_, const char *name);

/* Sorted by namespace and name, so that no hash order reaches a decision. */
const GPtrArray *mn_snapshot_namespaces(const mn_snapshot *snapshot); /* mn_namespace */
const GPtrArray *mn_snapshot_services(const mn_snapshot *snapshot);   /* mn_service */
const GPtrArray *
mn_snapshot_disruption_budgets(const mn_snapshot *snapshot); /* mn_disruption_... */

#endif
