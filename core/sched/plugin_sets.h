/* SPDX-License-Identifier: Apache-2.0 */
/* `plugins:` of a profile, merged with the defaults. */
#ifndef CORE_SCHED_PLUGIN_SETS_H
#define CORE_SCHED_PLUGIN_SETS_H

#include "core/sched/profile.h"
#include "mullion/text/read.h"

/* Fills points and weights; `at` is absent where the file says nothing. */
bool mn_plugin_sets_read(const mn_at *at, mn_profile *profile, GError **error);

/* The plugin of that name, NULL for one of later versions that is passed over; an error names the
 * nearest known one. */
bool mn_plugin_read(const mn_at *at, const mn_plugin **out, GError **error);

#endif
