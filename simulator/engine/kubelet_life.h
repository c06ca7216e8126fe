/* SPDX-License-Identifier: Apache-2.0 */
/* What kubelets do with Pods, in virtual time: who is told of what by the world.
 *
 * They answer through the functions of world.h, at a time of their own: nothing here may
 * finish or remove a Pod before it returns.
 */
#ifndef MN_KUBELET_LIFE_H
#define MN_KUBELET_LIFE_H

#include "simulator/engine/world.h"

enum {
    /* From the binding to what kubelet says of it: one watch event and one status update. */
    MN_KUBELET_NOTICE_MS = 100,
    /* From the deletion of a Pod to its end, as of containers that heed SIGTERM. */
    MN_TERMINATION_MS = 1000,
    /* How long the Pods of Jobs run when annotation mullion.dev/run-duration does not say. */
    MN_RUN_DURATION_MS = 10000,
};

#define MN_RUN_DURATION_ANNOTATION "mullion.dev/run-duration"

/* The Pod has a node, and no scheduler put it there: does it count on that node? At once. */
bool mn_kubelet_life_admit(mn_world *world, mn_world_pod *pod);

/* The Pod has a node, and counts there if it was admitted. */
void mn_kubelet_life_begin(mn_world *world, mn_world_pod *pod);

/* It has to go, within that grace. Called again when the grace becomes shorter. */
void mn_kubelet_life_end(mn_world *world, mn_world_pod *pod, int64_t grace_s);

/* A node came (before NULL), changed, or is about to go (after NULL). */
void mn_kubelet_life_node(mn_world *world, mn_world_node *node, const mn_node *before,
                          const mn_node *after);

/* Frees what pod->kubelet and node->kubelet hold. */
void mn_kubelet_life_free(mn_world_pod *pod);
void mn_kubelet_life_free_node(mn_world_node *node);

#endif
