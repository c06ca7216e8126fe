/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plugins/spread_constraint.h"

#include <string.h>

static const char *const no_label_reasons[] = {
    "node(s) didn't match pod topology spread constraints (missing required label)"};
static const char *const skewed_reasons[] = {
    "node(s) didn't match pod topology spread constraints"};
const mn_verdict mn_spread_no_label = {
    .code = MN_CODE_UNRESOLVABLE, .reasons = no_label_reasons, .count = 1};
const mn_verdict mn_spread_skewed = {
    .code = MN_CODE_UNSCHEDULABLE, .reasons = skewed_reasons, .count = 1};

/* ------------------------------------------------------------------ selectors */

/* matchLabelKeys: the Pod's own value of each key is demanded as well. */
static const mn_label_selector *with_label_keys(const mn_cycle *cycle,
                                                const mn_spread_constraint *constraint)
{
    const mn_label_selector *written = constraint->label_selector;
    const mn_strings *keys = &constraint->match_label_keys;
    if (written == NULL || keys->count == 0)
        return written;
    mn_arena *arena = cycle->arena;
    const mn_requirements *old = &written->match_expressions;
    mn_requirement *all = MN_ARENA_NEW(arena, mn_requirement, old->count + keys->count);
    size_t count = 0;
    for (size_t i = 0; i < old->count; i++)
        all[count++] = old->items[i];
    for (size_t i = 0; i < keys->count; i++) {
        const char *value = mn_labels_find(&cycle->pod->meta.labels, keys->items[i]);
        if (value == NULL)
            continue;
        const char **values = MN_ARENA_NEW(arena, const char *, 1);
        values[0] = value;
        all[count++] = (mn_requirement){
            .key = keys->items[i],
            .op = MN_OP_IN,
            .values = {.items = values, .count = 1},
        };
    }
    mn_label_selector *selector = MN_ARENA_NEW(arena, mn_label_selector, 1);
    selector->match_labels = written->match_labels;
    selector->match_expressions = (mn_requirements){.items = all, .count = count};
    return selector;
}

static bool is_empty(const mn_label_selector *selector)
{
    return selector != NULL && selector->match_labels.count == 0 &&
           selector->match_expressions.count == 0;
}

static mn_label *find_label(GArray *labels, const char *key)
{
    for (guint i = 0; i < labels->len; i++) {
        mn_label *label = &g_array_index(labels, mn_label, i);
        if (strcmp(label->key, key) == 0)
            return label;
    }
    return NULL;
}

/* What a Service or a ReplicationController contributes: a map, later ones winning. */
static void merge_map(GArray *merged, const mn_labels *map)
{
    for (size_t i = 0; i < map->count; i++) {
        mn_label *known = find_label(merged, map->items[i].key);
        if (known != NULL)
            known->value = map->items[i].value;
        else
            g_array_append_val(merged, map->items[i]);
    }
}

static void merge_services(const mn_cycle *cycle, GArray *merged)
{
    const GPtrArray *services = mn_snapshot_services(cycle->snapshot);
    for (guint i = 0; i < services->len; i++) {
        const mn_service *service = g_ptr_array_index(services, i);
        if (service->spec.selector.items != NULL &&
            strcmp(mn_meta_namespace(&service->meta), cycle->class_->namespace_) == 0 &&
            mn_labels_contain(&cycle->pod->meta.labels, &service->spec.selector))
            merge_map(merged, &service->spec.selector);
    }
}

static const mn_workload *owner(const mn_cycle *cycle)
{
    static const struct row {
        const char *api_version, *kind;
        mn_workload_kind workload;
    } rows[] = {
        {"v1", "ReplicationController", MN_WORKLOAD_REPLICATION_CONTROLLER},
        {"apps/v1", "ReplicaSet", MN_WORKLOAD_REPLICA_SET},
        {"apps/v1", "StatefulSet", MN_WORKLOAD_STATEFUL_SET},
    };
    const mn_owner_reference *reference = mn_meta_controller(&cycle->pod->meta);
    for (size_t i = 0; reference != NULL && i < G_N_ELEMENTS(rows); i++) {
        if (g_strcmp0(reference->api_version, rows[i].api_version) == 0 &&
            g_strcmp0(reference->kind, rows[i].kind) == 0)
            return mn_snapshot_find_workload(
                cycle->snapshot, rows[i].workload, cycle->class_->namespace_, reference->name);
    }
    return NULL;
}

/* matchLabels of a controller are requirements here: they do not override a Service's. */
static mn_requirements requirements_of(mn_arena *arena, const mn_label_selector *selector)
{
    const mn_labels *labels = &selector->match_labels;
    const mn_requirements *expressions = &selector->match_expressions;
    mn_requirement *all = MN_ARENA_NEW(arena, mn_requirement, labels->count + expressions->count);
    for (size_t i = 0; i < labels->count; i++)
        all[i] = (mn_requirement){
            .key = labels->items[i].key,
            .op = MN_OP_IN,
            .values = {.items = &labels->items[i].value, .count = 1},
        };
    for (size_t i = 0; i < expressions->count; i++)
        all[labels->count + i] = expressions->items[i];
    return (mn_requirements){.items = all, .count = labels->count + expressions->count};
}

static const mn_label_selector *default_selector(const mn_cycle *cycle)
{
    mn_arena *arena = cycle->arena;
    mn_label_selector *selector = MN_ARENA_NEW(arena, mn_label_selector, 1);
    g_autoptr(GArray) merged = g_array_new(FALSE, FALSE, sizeof(mn_label));
    merge_services(cycle, merged);
    const mn_workload *workload = owner(cycle);
    if (workload != NULL && workload->kind == MN_WORKLOAD_REPLICATION_CONTROLLER)
        merge_map(merged, &workload->spec.selector_map);
    else if (workload != NULL && workload->spec.selector != NULL)
        selector->match_expressions = requirements_of(arena, workload->spec.selector);
    mn_label *labels = MN_ARENA_NEW(arena, mn_label, merged->len);
    for (guint i = 0; i < merged->len; i++)
        labels[i] = g_array_index(merged, mn_label, i);
    selector->match_labels = (mn_labels){.items = labels, .count = merged->len};
    return selector;
}

/* ------------------------------------------------------------------ constraints */

static int action_of(const mn_spread_constraint *constraint)
{
    return constraint->when_unsatisfiable == MN_WHEN_UNSET ? MN_DO_NOT_SCHEDULE
                                                           : constraint->when_unsatisfiable;
}

static mn_spread ready(const mn_spread_constraint *constraint, const mn_label_selector *selector)
{
    return (mn_spread){
        .key = constraint->topology_key,
        .max_skew = constraint->max_skew.value,
        .min_domains = constraint->min_domains.set ? constraint->min_domains.value : 1,
        .selector = selector,
        .selects_all = is_empty(selector),
        .honor_affinity = constraint->node_affinity_policy != MN_POLICY_IGNORE,
        .honor_taints = constraint->node_taints_policy == MN_POLICY_HONOR,
        .is_hostname = strcmp(constraint->topology_key, MN_LABEL_HOSTNAME) == 0,
    };
}

static mn_spreads own_spreads(const mn_cycle *cycle, int action)
{
    const mn_spread_constraints *own = &cycle->pod->spec.topology_spread_constraints;
    mn_spread *items = MN_ARENA_NEW(cycle->arena, mn_spread, own->count);
    size_t count = 0;
    for (size_t i = 0; i < own->count; i++) {
        if (action_of(&own->items[i]) == action)
            items[count++] = ready(&own->items[i], with_label_keys(cycle, &own->items[i]));
    }
    return (mn_spreads){.items = items, .count = count, .strict = true};
}

static const mn_spread_constraint system_defaults[] = {
    {
        .max_skew = {.set = true, .value = 3},
        .topology_key = MN_LABEL_HOSTNAME,
        .when_unsatisfiable = MN_SCHEDULE_ANYWAY,
    },
    {
        .max_skew = {.set = true, .value = 5},
        .topology_key = MN_LABEL_ZONE,
        .when_unsatisfiable = MN_SCHEDULE_ANYWAY,
    },
};

mn_spreads mn_spreads_of(const mn_cycle *cycle, const mn_spread_args *args, int action)
{
    if (cycle->pod->spec.topology_spread_constraints.count > 0)
        return own_spreads(cycle, action);
    const bool list = args->defaulting_type == MN_SPREAD_LIST;
    const mn_spread_constraints defaults =
        list ? args->defaults
             : (mn_spread_constraints){.items = system_defaults,
                                       .count = G_N_ELEMENTS(system_defaults)};
    mn_spread *items = MN_ARENA_NEW(cycle->arena, mn_spread, defaults.count);
    mn_spreads spreads = {.items = items, .strict = list};
    const mn_label_selector *selector = NULL;
    for (size_t i = 0; i < defaults.count; i++) {
        if (action_of(&defaults.items[i]) != action)
            continue;
        if (selector == NULL)
            selector = default_selector(cycle);
        items[spreads.count++] = ready(&defaults.items[i], selector);
    }
    if (selector != NULL && is_empty(selector))
        spreads.count = 0;
    return spreads;
}

/* ------------------------------------------------------------------ counting */

int64_t mn_spread_count(const mn_cycle *cycle, const mn_spread *spread, const mn_node_info *node)
{
    int64_t count = 0;
    if (spread->selects_all)
        return 0;
    for (size_t i = 0; i < mn_node_info_pod_count(node); i++) {
        const mn_pod_info *pod = mn_node_info_pod(node, i);
        count += !pod->pod->meta.deleted_ms.set &&
                 strcmp(pod->class_->namespace_, cycle->class_->namespace_) == 0 &&
                 mn_label_selector_matches(spread->selector, &pod->pod->meta.labels);
    }
    return count;
}

static bool taints_are_tolerated(const mn_cycle *cycle, const mn_node *node)
{
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        const mn_taint *taint = &node->spec.taints.items[i];
        if (taint->effect != MN_EFFECT_PREFER_NO_SCHEDULE &&
            !mn_tolerations_tolerate(&cycle->pod->spec.tolerations, taint))
            return false;
    }
    return true;
}

bool mn_spread_includes(const mn_cycle *cycle, const mn_spread *spread,
                        const mn_required_nodes *required, const mn_node_info *node)
{
    return (!spread->honor_affinity || mn_required_nodes_match(required, node->node)) &&
           (!spread->honor_taints || taints_are_tolerated(cycle, node->node));
}

bool mn_spreads_have_keys(const mn_spreads *spreads, const mn_node_info *node)
{
    for (size_t i = 0; i < spreads->count; i++) {
        if (mn_node_info_label(node, spreads->items[i].key) == NULL)
            return false;
    }
    return true;
}
