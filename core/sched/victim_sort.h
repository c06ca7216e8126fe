/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which Pods are spared from preemption. */
#ifndef CORE_SCHED_VICTIM_SORT_H
#define CORE_SCHED_VICTIM_SORT_H

#include "mullion/cluster/pod_info.h"

#include <glib.h>

/* Most important first, exactly as Go's sort.Slice leaves them under a comparison that
 * is no proper order (two Pods without a start time are each before the other). */
void mn_sort_victims(GArray *pods); /* mn_pod_info */

#endif
