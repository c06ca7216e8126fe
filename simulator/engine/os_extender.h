/* SPDX-License-Identifier: Apache-2.0 */
/* mullion-extender, in this process: the same policy and decisions behind the interface that
 * the scheduling cycle has for extenders. */
#ifndef MN_OS_EXTENDER_H
#define MN_OS_EXTENDER_H

#include "mullion/os/decide.h"
#include "mullion/sched/extender_call.h"
#include "simulator/scenario/scenario.h"

/* As docs/EXTENDER.md recommends: high enough for a wrong OS to lose against every plugin. */
enum { MN_OS_EXTENDER_WEIGHT = 13 };

/* NULL when the mode is off. Lives in the arena; the scenario outlives it. */
const mn_extender *mn_os_extender_new(mn_arena *arena, const mn_scenario *scenario,
                                      mn_extender_mode mode);

#endif
