/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server does to a Pod that is created.
 *
 * Defaults, then the admission plugins that change what scheduling sees, then validation,
 * in the order of kube-apiserver v1.34. The Pod that comes in stays as it is.
 */
#ifndef MN_ADMISSION_H
#define MN_ADMISSION_H

#include "mullion/model/objects.h"

/* The Pod as it is stored, in the arena; it shares what did not change with `pod`.
 * NULL with *rejection set (in the arena) when the API server refuses it, in its words.
 * `objects` has the RuntimeClasses and PriorityClasses. */
const mn_pod *mn_admit(mn_arena *arena, const mn_objects *objects, const mn_pod *pod,
                       const char **rejection);

struct mn_strategy;

/* The same under a strategy, which may have default nodeSelectors and mutations; NULL: none. */
const mn_pod *mn_admit_under(mn_arena *arena, const mn_objects *objects,
                             const struct mn_strategy *strategy, const mn_pod *pod,
                             const char **rejection);

#endif
