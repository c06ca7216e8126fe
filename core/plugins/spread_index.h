/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_PLUGINS_SPREAD_INDEX_H
#define CORE_PLUGINS_SPREAD_INDEX_H

#include "mullion/sched/plugin.h"

/* PodTopologySpread's counts, kept per node and per value of each topology key. */
extern const mn_plugin_index mn_spread_index;

#endif
