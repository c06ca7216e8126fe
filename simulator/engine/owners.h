/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns what, among the objects of a scenario. */
#ifndef MN_OWNERS_H
#define MN_OWNERS_H

#include "simulator/engine/controllers.h"

/* Enters workloads and the Pods that came along, each under the workload that people know:
 * the Deployment rather than its ReplicaSet, the CronJob rather than its Job. False with
 * LIMIT. */
bool mn_owners_take(mn_plan *plan, const mn_objects *objects, GError **error);

/* The ReplicaSet that a Deployment has in use, or NULL. */
const mn_workload *mn_owners_replica_set_of(const mn_objects *objects,
                                            const mn_workload *deployment);

/* Names of the nodes that Pods of this workload are on or pinned to. */
GHashTable *mn_owners_nodes_of(const mn_plan *plan, size_t workload);

#endif
