/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that make profiles. */
#ifndef CORE_SCHED_PROFILE_H
#define CORE_SCHED_PROFILE_H

#include "mullion/sched/profile.h"

extern const char *const mn_default_order[]; /* NULL-terminated */

bool mn_plugin_works_at(const mn_plugin *plugin, mn_point point);

void mn_plugin_list_add(mn_plugin_list *list, const mn_plugin *plugin);
bool mn_plugin_list_has(const mn_plugin_list *list, const mn_plugin *plugin);

#endif
