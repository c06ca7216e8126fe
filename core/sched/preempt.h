/* SPDX-License-Identifier: Apache-2.0 */
/* Finding whom to evict. Between the files of core/sched. */
#ifndef CORE_SCHED_PREEMPT_H
#define CORE_SCHED_PREEMPT_H

#include "core/sched/cycle.h"

/* Is evicting everybody of lower priority, and taking back whom it can, enough? Fills
 * *candidate, or returns why not. */
mn_verdict mn_dry_run(const mn_cycle *cycle, const mn_node_info *node, mn_candidate *candidate);

/* Tries the nodes whose verdict says that it might help. */
mn_preemption mn_find_candidates(mn_attempt *attempt);

/* Those that kube-scheduler would pick from at random, sorted by name of node. */
const mn_candidate **mn_best_candidates(mn_arena *arena, const mn_preemption *preemption,
                                        size_t *count);

#endif
