/* SPDX-License-Identifier: Apache-2.0 */
/* What the controllers make of workloads: Pods with names, labels, owners.
 *
 * A plan lists them in the order in which they meet the API server, beside the Pods that
 * the scenario brought along. Names and hashes look as Kubernetes makes them and depend on
 * the seed and the workload alone, so that adding a workload renames nothing else.
 */
#ifndef MN_CONTROLLERS_H
#define MN_CONTROLLERS_H

#include "simulator/scenario/scenario.h"

/* A workload, or a Pod that belongs to none (kind "Pod"). */
typedef struct mn_plan_workload {
    const char *kind, *namespace_, *name;
    const char *origin;           /* the file, or "" */
    const char *remark;           /* why it makes no Pods: "suspended"; "" */
    const mn_workload *object;    /* NULL: a bare Pod, or an owner that was not given */
    const mn_pod_template *templ; /* of the object; NULL without one */
    size_t existing;              /* Pods that the scenario brought along */
} mn_plan_workload;

typedef struct mn_plan_pod {
    const mn_pod *pod; /* as its controller or user asks for it */
    size_t workload;   /* index in mn_plan.workloads */
    bool exists;       /* stored already: no admission */
} mn_plan_pod;

typedef struct mn_plan {
    mn_arena *arena;   /* not owned */
    GArray *workloads; /* mn_plan_workload */
    GArray *pods;      /* mn_plan_pod: existing ones first */
    GPtrArray *made;   /* mn_workload: ReplicaSets that Deployments make */
    GHashTable *names; /* "namespace/name" of every Pod */
    size_t finished;   /* Pods of the scenario that have ended, and are left out */
    uint64_t seed;
} mn_plan;

/* NULL with *error set (LIMIT) when there would be more than MN_RUN_MAX_PODS. What it makes
 * lives in the arena. */
mn_plan *mn_plan_new(mn_arena *arena, const mn_scenario *scenario, uint64_t seed,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_plan_free(mn_plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_plan, mn_plan_free)

/* Would the DaemonSet controller make a Pod of this template for the node? It looks at the
 * template's nodeName, nodeSelector, required affinity and tolerations; not at its
 * RuntimeClass, since that is merged in when the Pod is created. */
bool mn_daemon_runs_on(const mn_pod_spec *spec, const mn_node *node);

/* Do nodeSelector and required node affinity allow the node? */
bool mn_node_is_selected(const mn_pod_spec *spec, const mn_node *node);

#endif
