/* SPDX-License-Identifier: Apache-2.0 */
/* A profile: which plugins run at which point, in which order, with which weights and
 * arguments. kube-scheduler runs them in a different order at different points.
 * https://kubernetes.io/docs/reference/scheduling/config/
 */
#ifndef MN_PROFILE_H
#define MN_PROFILE_H

#include "mullion/sched/extender_call.h"
#include "mullion/sched/plugin.h"
#include "mullion/sched/quirks.h"
#include "mullion/text/decode.h"

/* "preFilter", as KubeSchedulerConfiguration spells it. */
const char *mn_point_name(mn_point point);

typedef struct mn_plugin_list {
    const mn_plugin *items[MN_PLUGINS_MAX];
    size_t count;
} mn_plugin_list;

/* Arguments of DefaultPreemption: among how many nodes victims are looked for. */
typedef struct mn_preemption_args {
    bool header; /* apiVersion or kind was there */
    mn_opt_int min_percentage, min_absolute;
} mn_preemption_args;

struct mn_profile {
    const char *scheduler_name;
    mn_plugin_list points[MN_POINT_COUNT];
    int32_t weights[MN_PLUGINS_MAX];      /* by plugin index */
    const void *args[MN_PLUGINS_MAX];     /* by plugin index */
    int32_t percentage_of_nodes_to_score; /* 0: adaptive; 100: all */
    bool percentage_is_set;               /* the profile or the file named one */
    const mn_extender *const *extenders;  /* kube-scheduler's order: ignorable ones last */
    size_t extender_count;
    mn_quirks quirks;
};

/* The default profile of v1.34. Lives as long as the arena. */
mn_profile *mn_profile_default(mn_arena *arena);

typedef struct mn_profiles {
    const mn_profile *items;
    size_t count;
} mn_profiles;

/* Does the plugin run at that point? */
bool mn_profile_has(const mn_profile *profile, mn_point point, const char *plugin_name);

#endif
