/* SPDX-License-Identifier: Apache-2.0 */
/* The default profile.
 *
 * One order serves every point: kube-scheduler's own defaults are one "multiPoint" list,
 * and at each point run those of it that have something to do there.
 */
#include "core/sched/profile.h"

#include "core/plugins/plugins.h"

#include <string.h>

const char *const mn_default_order[] = {
    "SchedulingGates",
    "PrioritySort",
    "NodeUnschedulable",
    "NodeName",
    "TaintToleration",
    "NodeAffinity",
    "NodePorts",
    "NodeResourcesFit",
    "VolumeRestrictions",
    "NodeVolumeLimits",
    "VolumeBinding",
    "VolumeZone",
    "PodTopologySpread",
    "InterPodAffinity",
    "DynamicResources",
    "DefaultPreemption",
    "NodeResourcesBalancedAllocation",
    "ImageLocality",
    "DefaultBinder",
    NULL,
};

const char *mn_point_name(mn_point point)
{
    switch (point) {
    case MN_POINT_PRE_ENQUEUE:
        return "preEnqueue";
    case MN_POINT_QUEUE_SORT:
        return "queueSort";
    case MN_POINT_PRE_FILTER:
        return "preFilter";
    case MN_POINT_FILTER:
        return "filter";
    case MN_POINT_POST_FILTER:
        return "postFilter";
    case MN_POINT_PRE_SCORE:
        return "preScore";
    case MN_POINT_SCORE:
        return "score";
    case MN_POINT_COUNT:
        break;
    }
    g_assert_not_reached();
}

bool mn_plugin_works_at(const mn_plugin *plugin, mn_point point)
{
    return (plugin->points & (1U << point)) != 0;
}

void mn_plugin_list_add(mn_plugin_list *list, const mn_plugin *plugin)
{
    g_assert(list->count < MN_PLUGINS_MAX);
    list->items[list->count++] = plugin;
}

bool mn_plugin_list_has(const mn_plugin_list *list, const mn_plugin *plugin)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == plugin)
            return true;
    }
    return false;
}

mn_profile *mn_profile_default(mn_arena *arena)
{
    mn_profile *profile = MN_ARENA_NEW(arena, mn_profile, 1);
    profile->scheduler_name = "default-scheduler";
    for (size_t i = 0; mn_default_order[i] != NULL; i++) {
        const mn_plugin *plugin = mn_plugin_find(mn_default_order[i]);
        g_assert(plugin != NULL);
        for (int point = 0; point < MN_POINT_COUNT; point++) {
            if (mn_plugin_works_at(plugin, (mn_point)point))
                mn_plugin_list_add(&profile->points[point], plugin);
        }
        profile->weights[plugin->index] = plugin->weight;
        if (plugin->configure != NULL)
            profile->args[plugin->index] = plugin->configure(arena, NULL, NULL);
    }
    return profile;
}

bool mn_profile_has(const mn_profile *profile, mn_point point, const char *plugin_name)
{
    const mn_plugin *plugin = mn_plugin_find(plugin_name);
    return plugin != NULL && mn_plugin_list_has(&profile->points[point], plugin);
}
