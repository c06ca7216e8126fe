/* SPDX-License-Identifier: Apache-2.0 */
/* Livelocks: Pods that are made, placed, refused by kubelet and made again, for ever.
 *
 * After MN_LOOP_PROOF failures in a row while no node changed, a slot is taken to go on like
 * that: its Pods are not made any longer, but counted, so many in so much time. It is filled
 * again for real when a node or its workload changes, and now and then besides, since other
 * Pods may leave a better place free. So a week of a loop costs no more than an hour of it.
 */
#ifndef MN_LOOPS_H
#define MN_LOOPS_H

#include "simulator/engine/world.h"

enum { MN_LOOP_PROOF = 10 };

/* --terminated-pod-gc-threshold of kube-controller-manager: more Failed Pods do not stay. */
enum { MN_FAILED_PODS_MAX = 12500 };

/* The slot's Pod has Failed, and would be replaced at once. True: the slot goes round by
 * itself from now on. period_ms 0: as long as it took so far. */
bool mn_loop_note_failure(mn_world *world, mn_slot *slot, int64_t period_ms);

/* Counts what went round until now. */
void mn_loops_settle(mn_world *world);

/* It waits to be filled again; it does not go round any longer. */
void mn_loop_end(mn_world *world, mn_slot *slot);

/* All of them, or those of one workload. */
void mn_loops_end_all(mn_world *world);
void mn_loops_end_of(mn_world *world, mn_world_workload *workload);

/* The slot is about to be freed. */
void mn_loop_forget(mn_world *world, mn_slot *slot);

/* One more Failed Pod stays, unless there are too many. */
void mn_loops_leave_failed(mn_world *world, mn_world_workload *workload, size_t count);

#endif
