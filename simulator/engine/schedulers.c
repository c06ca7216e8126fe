/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/schedulers.h"

#include "simulator/engine/http_extender.h"

#include <string.h>

struct mn_schedulers {
    mn_http_extenders *http;
    mn_profiles profiles;
    GPtrArray *items; /* mn_scheduler, by place of its profile */
};

static void scheduler_free(gpointer scheduler)
{
    mn_scheduler_free(scheduler);
}

/* The built-in policy is not ignorable, so it comes before those that are; that it comes
 * before all others is our choice. What the profile has already is kept, behind them. */
static void set_extenders(mn_arena *arena, const mn_extender *built_in,
                          const mn_http_extenders *http, mn_profile *profile)
{
    const mn_extender **list =
        MN_ARENA_NEW(arena, const mn_extender *, http->count + profile->extender_count + 1);
    size_t count = 0;
    if (built_in != NULL)
        list[count++] = built_in;
    for (size_t i = 0; i < http->count; i++)
        list[count++] = http->items[i];
    for (size_t i = 0; i < profile->extender_count; i++)
        list[count++] = profile->extenders[i];
    profile->extenders = list;
    profile->extender_count = count;
}

static mn_profiles profiles_of(mn_arena *arena, const mn_scenario *scenario)
{
    const mn_scheduler_config *config = scenario->scheduler;
    if (config != NULL)
        return config->profiles;
    return (mn_profiles){.items = mn_profile_default(arena), .count = 1};
}

mn_schedulers *mn_schedulers_new(mn_arena *arena, const mn_scenario *scenario,
                                 mn_extender_mode mode, mn_cache *cache,
                                 const mn_scheduler_options *options, GError **error)
{
    static const mn_extender_configs none = {.count = 0};
    const mn_scheduler_config *config = scenario->scheduler;
    g_autoptr(mn_schedulers) schedulers = g_new0(mn_schedulers, 1);
    schedulers->items = g_ptr_array_new_with_free_func(scheduler_free);
    schedulers->http =
        mn_http_extenders_new(arena, config == NULL ? &none : &config->extenders, error);
    if (schedulers->http == NULL)
        return NULL;
    const mn_extender *built_in = mn_os_extender_new(arena, scenario, mode);
    const mn_profiles from = profiles_of(arena, scenario);
    mn_profile *profiles = MN_ARENA_NEW(arena, mn_profile, from.count);
    for (size_t i = 0; i < from.count; i++) {
        profiles[i] = from.items[i];
        if (scenario->percentage_of_nodes_to_score > 0) {
            profiles[i].percentage_of_nodes_to_score = scenario->percentage_of_nodes_to_score;
            profiles[i].percentage_is_set = true;
        }
        profiles[i].quirks = scenario->quirks;
        set_extenders(arena, built_in, schedulers->http, &profiles[i]);
        g_ptr_array_add(schedulers->items, mn_scheduler_new(cache, &profiles[i], options));
    }
    schedulers->profiles = (mn_profiles){.items = profiles, .count = from.count};
    return g_steal_pointer(&schedulers);
}

void mn_schedulers_free(mn_schedulers *schedulers)
{
    if (schedulers == NULL)
        return;
    g_ptr_array_unref(schedulers->items);
    mn_http_extenders_free(schedulers->http);
    g_free(schedulers);
}

const mn_profile *mn_schedulers_first_profile(const mn_schedulers *schedulers)
{
    return &schedulers->profiles.items[0];
}

const mn_profile *mn_schedulers_profile(const mn_schedulers *schedulers, const mn_pod *pod)
{
    const char *name = pod->spec.scheduler_name;
    if (name == NULL || *name == '\0')
        name = "default-scheduler";
    for (size_t i = 0; i < schedulers->profiles.count; i++) {
        if (strcmp(schedulers->profiles.items[i].scheduler_name, name) == 0)
            return &schedulers->profiles.items[i];
    }
    return NULL;
}

mn_scheduler *mn_schedulers_find(const mn_schedulers *schedulers, const mn_pod *pod)
{
    const mn_profile *profile = mn_schedulers_profile(schedulers, pod);
    return profile == NULL ? NULL : schedulers->items->pdata[profile - schedulers->profiles.items];
}
