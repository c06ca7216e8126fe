/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler's part in a world: Pods are tried one after another as the queue hands them
 * out, between everything else that happens.
 */
#ifndef MN_SCHEDULING_H
#define MN_SCHEDULING_H

#include "simulator/engine/world.h"

enum {
    /* A Pod that made room so often and still has no place never gets one. */
    MN_EVICTIONS_MAX = 5,
};

/* Lets the Pod wait for its turn, if it is for this scheduler. */
void mn_scheduling_enter(mn_world *world, mn_world_pod *pod);

/* Tries the next Pod; false: nobody waits to be tried now. */
bool mn_scheduling_try_next(mn_world *world);

/* When there is somebody to be tried again; MN_NEVER. */
int64_t mn_scheduling_next_ms(const mn_world *world);

/* Shows every Pod to the watcher of the run, if it has one. */
void mn_scheduling_show_all(const mn_world *world);

/* Deletes the victims, nominates the Pod: preemption.c. False: it has done so too often. */
bool mn_preempt_for(mn_world *world, mn_world_pod *pod, const mn_outcome *outcome);

#endif
