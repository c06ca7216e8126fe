/* SPDX-License-Identifier: Apache-2.0 */
/* How kube-scheduler makes lists of plugins out of `enabled` and `disabled`.
 *
 *   multiPoint: the default list without what is disabled; a default plugin that is
 *               enabled again keeps its place (with the new weight), others follow.
 *   a point:    first what is enabled there and stands in multiPoint as well, then the
 *               rest of multiPoint that works at the point, then the rest of the point.
 *               `disabled: "*"` there: only what is enabled there.
 */
#include "core/sched/plugin_sets.h"

#include <inttypes.h>
#include <string.h>

/* Names of points in the file. Those that Mullion has nothing to run at are checked for
 * their plugins' names and otherwise passed over. */
static const struct place {
    const char *key;
    int point; /* mn_point, or -1 */
} places[] = {
    {"preEnqueue", MN_POINT_PRE_ENQUEUE},
    {"queueSort", MN_POINT_QUEUE_SORT},
    {"preFilter", MN_POINT_PRE_FILTER},
    {"filter", MN_POINT_FILTER},
    {"postFilter", MN_POINT_POST_FILTER},
    {"preScore", MN_POINT_PRE_SCORE},
    {"score", MN_POINT_SCORE},
    {"reserve", -1},
    {"permit", -1},
    {"preBind", -1},
    {"bind", -1},
    {"postBind", -1},
    {"multiPoint", -1},
    /* Of 1.36, for groups of Pods. */
    {"placementGenerate", -1},
    {"placementScore", -1},
};

/* Plugins of 1.35 and 1.36, which `kube-scheduler --write-config-to` writes and Mullion has nothing
 * to run for: Pods that ask for nothing of theirs are not touched by them. */
static const char *const passed_over[] = {
    "GangScheduling", "NodeDeclaredFeatures", "PodGroupPodsCount", "TopologyPlacementGenerator"};

/* One `enabled` and `disabled` pair. */
struct set {
    mn_plugin_list enabled;
    int32_t weights[MN_PLUGINS_MAX]; /* of the enabled ones, by place in the list; 0: none */
    bool disabled[MN_PLUGINS_MAX];   /* by plugin index */
    bool all_disabled;               /* "*" */
};

bool mn_plugin_read(const mn_at *at, const mn_plugin **out, GError **error)
{
    const char *name = NULL;
    if (!mn_read_string(at, &name, error))
        return false;
    if (name == NULL)
        return mn_at_error(at, MN_ERROR_SCHEMA, error, "expected the name of a plugin");
    *out = mn_plugin_find(name);
    bool known_by_name = *out != NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(passed_over); i++)
        known_by_name |= strcmp(name, passed_over[i]) == 0;
    if (known_by_name)
        return true;
    size_t count;
    const mn_plugin *const *known = mn_plugins(&count);
    const char *names[MN_PLUGINS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = known[i]->name;
    const char *nearest = mn_nearest(name, names, count);
    if (nearest != NULL)
        return mn_at_error(at,
                           MN_ERROR_UNKNOWN,
                           error,
                           "unknown plugin \"%s\", did you mean \"%s\"?",
                           name,
                           nearest);
    return mn_at_error(
        at, MN_ERROR_UNKNOWN, error, "unknown plugin \"%s\": Mullion knows the default ones", name);
}

static bool check_members(const mn_at *at, const char *const *known, size_t count, GError **error)
{
    mn_at member;
    if (!mn_at_is_there(at))
        return true;
    if (!mn_read_is_object(at, error))
        return false;
    mn_members members = mn_members_of(at);
    while (mn_members_next(&members, &member)) {
        bool found = false;
        for (size_t i = 0; i < count; i++)
            found |= strcmp(known[i], member.key) == 0;
        if (found)
            continue;
        const char *nearest = mn_nearest(member.key, known, count);
        return mn_at_error(&member,
                           MN_ERROR_SCHEMA,
                           error,
                           "unknown field%s%s%s",
                           nearest == NULL ? "" : ", did you mean \"",
                           nearest == NULL ? "" : nearest,
                           nearest == NULL ? "" : "\"?");
    }
    return true;
}

static bool read_disabled(const mn_at *at, struct set *set, GError **error)
{
    for (size_t i = 0; i < mn_at_count(at); i++) {
        const mn_at element = mn_at_element(at, i);
        const mn_at name_at = mn_at_member(&element, "name");
        const mn_plugin *plugin = NULL;
        const char *name = NULL;
        if (!mn_read_string(&name_at, &name, error))
            return false;
        if (g_strcmp0(name, "*") == 0) {
            set->all_disabled = true;
            continue;
        }
        if (!mn_plugin_read(&name_at, &plugin, error))
            return false;
        if (plugin != NULL)
            set->disabled[plugin->index] = true;
    }
    return true;
}

static bool read_enabled(const mn_at *at, struct set *set, GError **error)
{
    static const char *const known[] = {"name", "weight"};
    for (size_t i = 0; i < mn_at_count(at); i++) {
        const mn_at element = mn_at_element(at, i);
        const mn_at name_at = mn_at_member(&element, "name");
        const mn_at weight_at = mn_at_member(&element, "weight");
        const mn_plugin *plugin = NULL;
        int64_t weight = 0;
        if (!check_members(&element, known, G_N_ELEMENTS(known), error) ||
            !mn_plugin_read(&name_at, &plugin, error) ||
            !mn_read_int(&weight_at, 0, INT32_MAX, &weight, error))
            return false;
        if (plugin == NULL)
            continue;
        if (mn_plugin_list_has(&set->enabled, plugin))
            return mn_at_error(
                &name_at, MN_ERROR_SCHEMA, error, "plugin \"%s\" is enabled twice", plugin->name);
        set->weights[set->enabled.count] = (int32_t)weight;
        mn_plugin_list_add(&set->enabled, plugin);
    }
    return true;
}

static bool read_set(const mn_at *at, struct set *set, GError **error)
{
    static const char *const known[] = {"enabled", "disabled"};
    const mn_at enabled = mn_at_member(at, "enabled"), disabled = mn_at_member(at, "disabled");
    *set = (struct set){.all_disabled = false};
    return check_members(at, known, G_N_ELEMENTS(known), error) &&
           (!mn_at_is_there(&enabled) || mn_read_is_array(&enabled, error)) &&
           (!mn_at_is_there(&disabled) || mn_read_is_array(&disabled, error)) &&
           read_disabled(&disabled, set, error) && read_enabled(&enabled, set, error);
}

/* ------------------------------------------------------------------ merging */

static void add_weighted(struct set *set, const mn_plugin *plugin, int32_t weight)
{
    set->weights[set->enabled.count] = weight;
    mn_plugin_list_add(&set->enabled, plugin);
}

static int32_t weight_in(const struct set *set, const mn_plugin *plugin)
{
    for (size_t i = 0; i < set->enabled.count; i++) {
        if (set->enabled.items[i] == plugin)
            return MAX(set->weights[i], 1);
    }
    return 0;
}

static struct set merge_multi_point(const struct set *custom)
{
    struct set merged = {.all_disabled = false};
    bool placed[MN_PLUGINS_MAX] = {false};
    for (size_t i = 0; !custom->all_disabled && mn_default_order[i] != NULL; i++) {
        const mn_plugin *plugin = mn_plugin_find(mn_default_order[i]);
        const int32_t again = weight_in(custom, plugin);
        if (custom->disabled[plugin->index])
            continue;
        add_weighted(&merged, plugin, again > 0 ? again : plugin->weight);
        placed[plugin->index] = true;
    }
    for (size_t i = 0; i < custom->enabled.count; i++) {
        const mn_plugin *plugin = custom->enabled.items[i];
        if (!placed[plugin->index])
            add_weighted(&merged, plugin, custom->weights[i]);
    }
    return merged;
}

static void expand(const struct set *multi, const struct set *own, mn_point point,
                   mn_plugin_list *out)
{
    *out = (mn_plugin_list){.count = 0};
    if (own->all_disabled) {
        *out = own->enabled;
        return;
    }
    for (size_t i = 0; i < own->enabled.count; i++) {
        const mn_plugin *plugin = own->enabled.items[i];
        if (mn_plugin_list_has(&multi->enabled, plugin) && !own->disabled[plugin->index])
            mn_plugin_list_add(out, plugin);
    }
    for (size_t i = 0; i < multi->enabled.count; i++) {
        const mn_plugin *plugin = multi->enabled.items[i];
        if (mn_plugin_works_at(plugin, point) && !own->disabled[plugin->index] &&
            !mn_plugin_list_has(&own->enabled, plugin))
            mn_plugin_list_add(out, plugin);
    }
    for (size_t i = 0; i < own->enabled.count; i++) {
        if (!mn_plugin_list_has(out, own->enabled.items[i]))
            mn_plugin_list_add(out, own->enabled.items[i]);
    }
}

static bool check_works(const mn_at *at, const struct set *own, mn_point point, GError **error)
{
    for (size_t i = 0; i < own->enabled.count; i++) {
        if (!mn_plugin_works_at(own->enabled.items[i], point))
            return mn_at_error(at,
                               MN_ERROR_SCHEMA,
                               error,
                               "plugin \"%s\" does not extend %s",
                               own->enabled.items[i]->name,
                               mn_point_name(point));
    }
    return true;
}

/* A hook needs what an earlier hook of the same plugin leaves behind. */
static bool check_pair(const mn_at *at, const mn_profile *profile, mn_point earlier, mn_point later,
                       GError **error)
{
    for (size_t i = 0; i < profile->points[later].count; i++) {
        const mn_plugin *plugin = profile->points[later].items[i];
        const bool needs =
            later == MN_POINT_FILTER ? plugin->pre_filter != NULL : plugin->pre_score != NULL;
        if (needs && !mn_plugin_list_has(&profile->points[earlier], plugin))
            return mn_at_error(at,
                               MN_ERROR_SCHEMA,
                               error,
                               "plugin \"%s\" is enabled at %s but not at %s, which it needs",
                               plugin->name,
                               mn_point_name(later),
                               mn_point_name(earlier));
    }
    return true;
}

static void take_weights(const struct set *multi, const struct set *score, mn_profile *profile)
{
    for (size_t i = 0; i < multi->enabled.count; i++)
        profile->weights[multi->enabled.items[i]->index] = MAX(multi->weights[i], 1);
    for (size_t i = 0; i < score->enabled.count; i++)
        profile->weights[score->enabled.items[i]->index] = MAX(score->weights[i], 1);
}

bool mn_plugin_sets_read(const mn_at *at, mn_profile *profile, GError **error)
{
    const char *names[G_N_ELEMENTS(places)];
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        names[i] = places[i].key;
    if (!check_members(at, names, G_N_ELEMENTS(names), error))
        return false;
    const mn_at multi_at = mn_at_member(at, "multiPoint");
    struct set custom, own;
    if (!read_set(&multi_at, &custom, error))
        return false;
    const struct set multi = merge_multi_point(&custom);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        const mn_at place = mn_at_member(at, places[i].key);
        if (!read_set(&place, &own, error))
            return false;
        if (places[i].point < 0)
            continue;
        const mn_point point = (mn_point)places[i].point;
        if (!check_works(&place, &own, point, error))
            return false;
        expand(&multi, &own, point, &profile->points[point]);
        if (point == MN_POINT_SCORE)
            take_weights(&multi, &own, profile);
    }
    if (profile->points[MN_POINT_QUEUE_SORT].count != 1)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected one queueSort plugin, found %zu",
                           profile->points[MN_POINT_QUEUE_SORT].count);
    return check_pair(at, profile, MN_POINT_PRE_FILTER, MN_POINT_FILTER, error) &&
           check_pair(at, profile, MN_POINT_PRE_SCORE, MN_POINT_SCORE, error);
}
