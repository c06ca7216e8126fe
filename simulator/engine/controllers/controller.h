/* SPDX-License-Identifier: Apache-2.0 */
/* Controllers: one table of functions a kind of workload.
 *
 * A controller is told of changes and then looks at its workload once, in the controllers'
 * phase of that time, however many changes there were. It makes and deletes Pods, and never
 * sleeps: what it waits for sets an alarm.
 */
#ifndef MN_CONTROLLER_H
#define MN_CONTROLLER_H

#include "simulator/engine/controllers/daemon_nodes.h"
#include "simulator/engine/world_parts.h"

struct mn_controller {
    /* The workload is new (before NULL) or another version of it was put in. */
    void (*changed)(mn_world *world, mn_world_workload *workload, const mn_workload *before);

    /* Something changed that may concern it. */
    void (*sync)(mn_world *world, mn_world_workload *workload);

    /* A Pod has Failed or Succeeded and is about to be freed. Its slot waits to be filled;
     * NULL: it had none. May be NULL. */
    void (*finished)(mn_world *world, mn_world_workload *workload, mn_world_pod *pod, mn_slot *slot,
                     bool succeeded);

    /* The Pod is about to be freed, however it went. May be NULL. */
    void (*gone)(mn_world *world, mn_world_workload *workload, mn_world_pod *pod);

    /* A node came (before NULL), went (after NULL) or changed. May be NULL. */
    void (*node_changed)(mn_world *world, mn_world_workload *workload, const mn_node *before,
                         const mn_node *after);

    /* How many Pods there are to be at once; NULL: nobody knows beforehand. */
    int64_t (*wanted)(const mn_world_workload *workload);

    /* Frees its state. May be NULL. */
    void (*forget)(mn_world_workload *workload);
};

extern const mn_controller mn_deployment_controller, mn_replica_set_controller,
    mn_stateful_set_controller, mn_daemon_set_controller, mn_job_controller, mn_cron_job_controller,
    mn_orphan_controller;

/* Of ReplicaSets, and of what is taken for one. */
void mn_replica_set_finished(mn_world *world, mn_world_workload *workload, mn_world_pod *pod,
                             mn_slot *slot, bool succeeded);

/* Failed Pods do not stay: StatefulSets and DaemonSets delete them. */
bool mn_controller_deletes_failed(const mn_world_workload *workload);

/* By mn_workload_kind. */
const mn_controller *mn_controller_of(mn_workload_kind kind);

/* Makes a Pod for the slot from a stamp (stamps.c); `name` NULL: one is generated. False: the
 * API server refuses it; the slot says so and waits to be filled. */
bool mn_controller_create(mn_world *world, mn_world_workload *workload, mn_slot *slot,
                          const char *key, const char *name);

/* So many slots to be filled, before any of them is: who is refused waits again. */
GPtrArray *mn_controller_take(mn_world *world, mn_world_workload *workload, size_t count);

/* False: the run would hold too many Pods, and ends. */
bool mn_controller_check(mn_world *world, const mn_world_workload *workload, int64_t more);

/* Looks at the workload again at that time. */
void mn_controller_wake(mn_world *world, mn_world_workload *workload, int64_t time_ms,
                        bool background);

/* After a refusal: 5 ms, 10 ms, ... 1000 s, as the controllers' work queues have it. */
void mn_controller_retry(mn_world *world, mn_world_workload *workload);

/* The Pod goes, and nobody is to take its place. */
void mn_controller_delete(mn_world *world, mn_world_pod *pod);

/* spec.replicas, or 1. */
int64_t mn_controller_replicas(const mn_workload *object);

/* How many Pods it is to have, whether or not they can be made yet. */
int64_t mn_controller_wanted(const mn_world_workload *workload);

int64_t mn_controller_by_replicas(const mn_world_workload *workload);

/* Pods that have been Ready for spec.minReadySeconds. What is yet to come sets an alarm. */
size_t mn_controller_available(mn_world *world, mn_world_workload *workload);

/* "25%" or "3" of total; absent: as `otherwise` says. */
int64_t mn_int_or_percent(const char *text, int64_t total, bool round_up, const char *otherwise);

/* A ReplicaSet of that name for the Deployment's template as it is, which wants no Pods yet. */
mn_world_workload *mn_deployment_make_set(mn_world *world, mn_world_workload *deployment,
                                          const char *name, const char *hash);

/* How many Pods the budget lets go just now: budgets.c. */
int64_t mn_budget_allowed(const mn_world *world, const mn_disruption_budget *budget);

/* Pieces of Pods. */
mn_labels mn_labels_with(mn_arena *arena, const mn_labels *labels, const mn_label *more,
                         size_t count);
mn_owner_references mn_owned_by(mn_arena *arena, const char *api_version, const char *kind,
                                const char *name);

/* The template as the controller's Pods have it: labels, owners, tolerations, pins. In the
 * arena, without a name. */
typedef mn_pod *(*mn_stamp_fn)(mn_arena *arena, const mn_world_workload *workload, const char *key);
mn_pod *mn_replica_set_pod(mn_arena *arena, const mn_world_workload *workload, const char *key);
mn_pod *mn_stateful_set_pod(mn_arena *arena, const mn_world_workload *set, const char *ordinal);
mn_pod *mn_daemon_set_pod(mn_arena *arena, const mn_world_workload *set, const char *node);
mn_pod *mn_job_pod(mn_arena *arena, const mn_world_workload *job, const char *index);

#endif
