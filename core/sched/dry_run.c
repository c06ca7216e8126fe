/* SPDX-License-Identifier: Apache-2.0 */
/* One node of a preemption: everybody of lower priority leaves a copy of it, then as many
 * as possible come back, the most important first.
 *
 * Surprises kept from kube-scheduler: the copy's counts move one Pod at a time (see
 * PodTopologySpread), host ports are a set, and the victims are sorted a second time
 * only when some, but not all, of the Pods violate a disruption budget.
 */
#include "core/sched/preempt.h"
#include "core/sched/victim_sort.h"

#include <string.h>

/* The copy on which things are tried. */
struct trial {
    mn_cycle cycle;
    mn_node_info *node;
    GArray *victims; /* mn_pod_info */
    size_t violations;
};

static void leave(struct trial *trial, const mn_pod_info *pod)
{
    mn_node_info_remove_pod(trial->node, pod->pod);
    mn_cycle_update(&trial->cycle, pod, trial->node, -1);
}

static void come_back(struct trial *trial, const mn_pod_info *pod)
{
    mn_node_info_add_pod(trial->node, *pod);
    mn_cycle_update(&trial->cycle, pod, trial->node, 1);
}

static mn_verdict fits(const struct trial *trial)
{
    const mn_plugin *failed = NULL;
    return mn_run_filters_nominated(&trial->cycle, trial->node, &failed);
}

static GArray *lower_priority(const mn_cycle *cycle, const mn_node_info *node)
{
    GArray *pods = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
    for (size_t i = 0; i < mn_node_info_pod_count(node); i++) {
        const mn_pod_info *pod = mn_node_info_pod(node, i);
        if (pod->class_->priority < cycle->class_->priority)
            g_array_append_val(pods, *pod);
    }
    return pods;
}

/* ------------------------------------------------------------------ budgets */

static bool covers(const mn_disruption_budget *budget, const mn_pod *pod)
{
    const mn_label_selector *selector = budget->spec.selector;
    const bool empty = selector == NULL || (selector->match_labels.count == 0 &&
                                            selector->match_expressions.count == 0);
    return !empty && pod->meta.labels.count > 0 &&
           strcmp(mn_meta_namespace(&budget->meta), mn_meta_namespace(&pod->meta)) == 0 &&
           mn_label_selector_matches(selector, &pod->meta.labels) &&
           mn_labels_find(&budget->status.disrupted_pods, pod->meta.name) == NULL;
}

/* One bool a Pod. Every budget that covers a Pod is charged, in the order of the Pods. */
static bool *violating(const mn_cycle *cycle, const GArray *pods)
{
    const GPtrArray *budgets = mn_snapshot_disruption_budgets(cycle->snapshot);
    bool *violates = MN_ARENA_NEW(cycle->arena, bool, pods->len);
    int64_t *allowed = MN_ARENA_NEW(cycle->arena, int64_t, budgets->len);
    for (guint i = 0; i < budgets->len; i++) {
        const mn_disruption_budget *budget = g_ptr_array_index(budgets, i);
        allowed[i] =
            budget->status.disruptions_allowed.set ? budget->status.disruptions_allowed.value : 0;
    }
    for (guint p = 0; p < pods->len; p++) {
        const mn_pod *pod = g_array_index(pods, mn_pod_info, p).pod;
        for (guint i = 0; i < budgets->len; i++) {
            if (covers(g_ptr_array_index(budgets, i), pod))
                violates[p] |= --allowed[i] < 0;
        }
    }
    return violates;
}

/* ------------------------------------------------------------------ reprieve */

static void reprieve(struct trial *trial, const GArray *pods, const bool *violates, bool group)
{
    for (guint i = 0; i < pods->len; i++) {
        const mn_pod_info *pod = &g_array_index(pods, mn_pod_info, i);
        if (violates[i] != group)
            continue;
        come_back(trial, pod);
        if (mn_verdict_fits(fits(trial)))
            continue;
        leave(trial, pod);
        g_array_append_val(trial->victims, *pod);
        trial->violations += group;
    }
}

static void choose_victims(struct trial *trial, GArray *pods)
{
    mn_sort_victims(pods);
    const bool *violates = violating(&trial->cycle, pods);
    size_t count = 0;
    for (guint i = 0; i < pods->len; i++)
        count += violates[i];
    reprieve(trial, pods, violates, true);
    reprieve(trial, pods, violates, false);
    if (count > 0 && count < pods->len)
        mn_sort_victims(trial->victims);
}

static void take_candidate(const struct trial *trial, const mn_node_info *node,
                           mn_candidate *candidate)
{
    const size_t count = trial->victims->len;
    mn_pod_info *victims = MN_ARENA_NEW(trial->cycle.arena, mn_pod_info, count);
    for (size_t i = 0; i < count; i++)
        victims[i] = g_array_index(trial->victims, mn_pod_info, i);
    *candidate = (mn_candidate){
        .node = node,
        .victims = victims,
        .victim_count = count,
        .violations = trial->violations,
    };
}

mn_verdict mn_dry_run(const mn_cycle *cycle, const mn_node_info *node, mn_candidate *candidate)
{
    MN_VERDICT_CONST(nobody, MN_CODE_UNRESOLVABLE, "No preemption victims found for incoming pod");
    if (cycle->class_->priority <= cycle->snapshot->lowest_priority)
        return nobody;
    g_autoptr(GArray) pods = lower_priority(cycle, node);
    if (pods->len == 0)
        return nobody;
    g_autoptr(mn_node_info) copy = mn_node_info_dup(node);
    g_autoptr(GArray) victims = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
    struct trial trial = {.cycle = mn_cycle_clone(cycle), .node = copy, .victims = victims};
    for (guint i = 0; i < pods->len; i++)
        leave(&trial, &g_array_index(pods, mn_pod_info, i));
    const mn_verdict verdict = fits(&trial);
    if (!mn_verdict_fits(verdict))
        return verdict;
    choose_victims(&trial, pods);
    take_candidate(&trial, node, candidate);
    return mn_fits();
}
