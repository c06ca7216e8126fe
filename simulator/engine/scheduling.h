/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler's part of a run, in virtual time. Between scheduling.c, which tries Pods as
 * the queue hands them out, and eviction.c, which makes room for them.
 *
 * A run ends at rest: nobody waits to be tried, nobody is leaving, and every Pod that found
 * no place was tried in the cluster as it is. That comes about, since each eviction takes a
 * Pod of higher priority, and each of those may evict only so often.
 */
#ifndef MN_SCHEDULING_H
#define MN_SCHEDULING_H

#include "mullion/base/heap.h"
#include "mullion/sched/queue.h"
#include "simulator/engine/run.h"

enum {
    /* From the deletion of a Pod to its end, as of containers that heed SIGTERM. */
    MN_TERMINATION_MS = 1000,
    /* A Pod that made room so often and still has no place never gets one. */
    MN_EVICTIONS_MAX = 10,
};

typedef struct mn_scheduling {
    mn_run *run;
    mn_queue *queue;
    mn_heap *departures; /* struct departure, in eviction.c */
    int64_t now_ms;
    uint64_t sequence;
} mn_scheduling;

/* Tries every Pod of the run that has no node. */
void mn_schedule(mn_run *run);

/* Lets the Pod wait for its turn, if it is for this scheduler. */
void mn_scheduling_enter(mn_scheduling *self, size_t i);

/* Another version of a Pod that waits or is in flight. */
void mn_scheduling_renominate(mn_scheduling *self, size_t i, const char *node_name);

/* Deletes the victims, nominates the Pod. False: it has done so too often already. */
bool mn_evict_for(mn_scheduling *self, size_t i, const mn_outcome *outcome);

/* When the next Pod is gone; MN_QUEUE_NEVER: nobody is leaving. */
int64_t mn_next_departure_ms(const mn_scheduling *self);

/* Those whose time has come are gone; their controllers replace them. */
void mn_depart(mn_scheduling *self);
void mn_departures_free(mn_heap *departures);
mn_heap *mn_departures_new(void);

#endif
