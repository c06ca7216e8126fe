/* SPDX-License-Identifier: Apache-2.0 */
/* The schedulers of a run: one for each profile of its KubeSchedulerConfiguration, or the
 * default one. They share cache and extenders; Pods choose by spec.schedulerName.
 */
#ifndef MN_SCHEDULERS_H
#define MN_SCHEDULERS_H

#include "mullion/sched/cycle.h"
#include "simulator/engine/os_extender.h"
#include "simulator/scenario/scenario.h"

typedef struct mn_schedulers mn_schedulers;

/* Scenario, cache and arena outlive the result. NULL with *error set: an extender's tlsConfig
 * that no client can be made of. */
mn_schedulers *mn_schedulers_new(mn_arena *arena, const mn_scenario *scenario,
                                 mn_extender_mode mode, mn_cache *cache,
                                 const mn_scheduler_options *options,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_schedulers_free(mn_schedulers *schedulers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_schedulers, mn_schedulers_free)

/* What orders the queue that they share. */
const mn_profile *mn_schedulers_first_profile(const mn_schedulers *schedulers);

/* NULL: nobody has the name that the Pod asks for. */
const mn_profile *mn_schedulers_profile(const mn_schedulers *schedulers, const mn_pod *pod);
mn_scheduler *mn_schedulers_find(const mn_schedulers *schedulers, const mn_pod *pod);

#endif
