/* SPDX-License-Identifier: Apache-2.0 */
/* The fast engine's steps of a cycle. Between the files of core/sched. */
#ifndef CORE_SCHED_FAST_CYCLE_H
#define CORE_SCHED_FAST_CYCLE_H

#include "core/sched/fast.h"

/* The plugin's PreFilter, by its index where it has one. */
mn_verdict mn_fast_pre_filter(mn_attempt *attempt, const mn_plugin *plugin, mn_name_set *set);

/* Makes what indexed plugins did not: their plain PreFilter state. */
void mn_fast_plain_state(mn_attempt *attempt);

/* All nodes in order from the next start until enough fit; fills feasible, rejected,
 * rejectors, and rejections where they will be read. */
void mn_fast_scan(mn_attempt *attempt, mn_fast_class *class_, size_t wanted);

/* Fills totals; false: something is out of the ordinary, nothing is done, and the plain
 * way will say what. */
bool mn_fast_scores(mn_attempt *attempt, mn_node_run feasible, int64_t *totals);

#endif
