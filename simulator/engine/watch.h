/* SPDX-License-Identifier: Apache-2.0 */
/* Who looks on while a run goes on, and asks questions of its own: `explain`.
 *
 * Asking must change nothing that the run depends on: mn_scheduler_explain() does not, nor does a
 * scheduler of one's own on the same cache, nor a change of the cache that is taken back.
 */
#ifndef MN_ENGINE_WATCH_H
#define MN_ENGINE_WATCH_H

#include "simulator/engine/schedulers.h"

/* A Pod, and the cluster at that moment. */
typedef struct mn_sight {
    mn_cache *cache;
    const mn_schedulers *schedulers;
    const mn_objects *objects; /* RuntimeClasses and the like, as they are now */
    const mn_pod *pod;         /* as stored, without a node */
    const mn_pod *bound;       /* the same on its node, as the cache has it; NULL: on none */
    int64_t time_ms;
} mn_sight;

typedef struct mn_watcher {
    void *data;
    /* kube-scheduler is about to try the Pod. */
    void (*before)(void *data, const mn_sight *sight);
    /* It has; what follows from it has not happened yet. */
    void (*after)(void *data, const mn_sight *sight, const mn_outcome *outcome);
    /* Every Pod that is stored when the run is over. */
    void (*at_end)(void *data, const mn_sight *sight);
} mn_watcher;

#endif
