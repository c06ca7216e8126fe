/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind world.h and the controllers share. Nobody else includes it. */
#ifndef MN_WORLD_PARTS_H
#define MN_WORLD_PARTS_H

#include "simulator/engine/world.h"

/* A template, as far as rollouts look at it: equal ones give the same pointer. */
const char *mn_template_fingerprint(mn_world *world, const mn_pod_template *template);

/* ---- world.c, intake.c */

/* Everything of the scenario. */
bool mn_world_take_in(mn_world *world, GError **error);

/* The same text, as long as the world lives; NULL stays NULL. For texts of which there are
 * few. */
const char *mn_world_text(mn_world *world, const char *text);

/* Frees the block between alarms: somebody up the stack may still look at it. */
void mn_world_bury(mn_world *world, void *block);

/* ---- stamps.c */

/* As mn_admit(), with the objects as they are now and the strategy of the run. */
const mn_pod *mn_world_admit(mn_world *world, mn_arena *arena, const mn_pod *pod,
                             const char **rejection);

/* ---- workloads.c */

mn_world_workload *mn_workload_enter(mn_world *world, const char *kind, const char *namespace_,
                                     const char *name);

/* Its controller looks at it before anybody is scheduled. */
void mn_workload_touch(mn_world *world, mn_world_workload *workload);

/* A ReplicaSet of a Deployment, a Job of a CronJob. */
mn_world_workload *mn_workload_adopt(mn_world *world, mn_world_workload *owner,
                                     const mn_workload *object);

/* Deletes it with children and Pods. */
void mn_workload_end(mn_world *world, mn_world_workload *workload);

/* Frees what it holds; it stands in the arena itself. */
void mn_workload_clear(mn_world_workload *workload);

/* Runs the controller of one workload. False: nothing is to be done. */
bool mn_workload_sync_next(mn_world *world);

/* The one that people know: the Deployment rather than its ReplicaSet. */
mn_world_workload *mn_workload_top(mn_world_workload *workload);

/* ---- budgets.c */

/* Statuses as the disruption controller keeps them; somebody is about to look. */
void mn_budgets_refresh(mn_world *world);

/* ---- slots.c */

/* The one that waits longest to be filled, or a new one. */
mn_slot *mn_slot_take(mn_world *world, mn_world_workload *workload);
mn_slot *mn_slot_new(mn_world *world, mn_world_workload *workload);

/* It waits no longer: somebody is about to fill it. */
void mn_slot_claim(mn_slot *slot);
void mn_slot_vacate(mn_slot *slot);
void mn_slot_free(mn_slot *slot);
void mn_slot_close(mn_world *world, mn_slot *slot);

/* Closes those that wait to be filled, newest first, until `keep` are left. */
void mn_slot_close_vacant(mn_world *world, mn_world_workload *workload, size_t keep);

/* Its Pod is another one, or `like` was refused. */
void mn_slot_fill(mn_world *world, mn_slot *slot, const mn_pod *sample, const char *name);
void mn_slot_set_state(mn_world *world, mn_slot *slot, const mn_pod_state *state);
void mn_slot_meet_scheduler(mn_world *world, mn_slot *slot);

/* ---- pods.c */

/* Stores a Pod that was admitted, and lets scheduler or kubelet have it. `like` lives as long
 * as the world, `name` is copied. */
mn_world_pod *mn_pod_store(mn_world *world, mn_slot *slot, const mn_pod *like, const char *name,
                           const char *key, bool existed);

/* The scheduler found a node. */
void mn_pod_bind(mn_world *world, mn_world_pod *pod, mn_world_node *node);

/* A version of a Pod that waits, with another nominated node. */
void mn_pod_renominate(mn_world *world, mn_world_pod *pod, const char *node_name);

/* Deletes it for one of higher priority; `message` lives as long as the world. */
void mn_pod_preempt(mn_world *world, mn_world_pod *pod, const char *message);

/* Its node is gone. */
void mn_pod_lose(mn_world *world, mn_world_pod *pod);

/* A Pod of its own, admitted or not. */
void mn_pod_enter_own(mn_world *world, const mn_pod *pod);

/* A Pod of its own, when nothing keeps it waiting; does nothing when it is there already. */
void mn_pod_create_own(mn_world *world, mn_world_workload *workload);

void mn_pod_free(mn_world_pod *pod);

#endif
