/* SPDX-License-Identifier: Apache-2.0 */
/* Every plugin on every node, whatever the first failure. Plain and slow on purpose. */
#include "core/sched/cycle.h"

static void ask_pre_filters(mn_cycle *cycle, mn_explanation *explanation)
{
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (size_t i = 0; i < count; i++) {
        const mn_plugin *plugin = plugins[i];
        if (!mn_profile_has(cycle->profile, MN_POINT_PRE_FILTER, plugin->name))
            continue;
        if (plugin->unmodelled) {
            explanation->pre_filters[i] = mn_skips();
        } else if (plugin->pre_filter != NULL) {
            mn_name_set set = {0};
            explanation->pre_filters[i] = plugin->pre_filter(cycle, &set);
            explanation->restricted_to[i] = set;
        }
        if (explanation->pre_filters[i].code == MN_CODE_SKIP)
            explanation->skip_filter |= 1U << i;
    }
}

static void ask_filters(const mn_cycle *cycle, const mn_explanation *explanation,
                        mn_node_explanation *node)
{
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_FILTER];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        const mn_verdict before = explanation->pre_filters[plugin->index];
        if (plugin->filter == NULL || mn_skips_filter(cycle, plugin) || !mn_verdict_fits(before))
            continue;
        node->filters[plugin->index] = plugin->filter(cycle, node->node);
    }
}

static bool name_is_in(const mn_name_set *set, const char *name)
{
    const mn_strings names = {.items = set->names, .count = set->count};
    return mn_strings_contain(&names, name);
}

static void explain_node(const mn_attempt *attempt, const mn_explanation *explanation,
                         mn_node_explanation *node)
{
    const mn_cycle *cycle = &attempt->cycle;
    ask_filters(cycle, explanation, node);
    if (!mn_verdict_fits(attempt->pre_filter))
        return;
    if (attempt->candidates.names != NULL &&
        !name_is_in(&attempt->candidates, mn_node_info_name(node->node))) {
        node->excluded = true;
        return;
    }
    node->verdict = mn_run_filters_nominated(cycle, node->node, &node->first_failure);
    node->feasible = mn_verdict_fits(node->verdict);
}

static void take_scores(const mn_cycle *cycle, const mn_scores *scores, size_t index,
                        mn_node_explanation *node)
{
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_SCORE];
    for (size_t i = 0; i < plugins->count; i++) {
        const uint8_t plugin = plugins->items[i]->index;
        if (scores->raw[plugin] == NULL)
            continue;
        node->scores[plugin] = (mn_score){
            .raw = scores->raw[plugin][index],
            .normalized = scores->normalized[plugin][index],
            .weighted = scores->normalized[plugin][index] * cycle->profile->weights[plugin],
        };
    }
}

/* All feasible nodes are scored, sampled or not. */
static void explain_scores(mn_cycle *cycle, mn_explanation *explanation)
{
    const mn_node_info **feasible =
        MN_ARENA_NEW(cycle->arena, const mn_node_info *, explanation->count);
    size_t count = 0;
    for (size_t i = 0; i < explanation->count; i++) {
        if (explanation->nodes[i].feasible)
            feasible[count++] = explanation->nodes[i].node;
    }
    if (count == 0)
        return;
    mn_scores scores;
    g_autofree char *error = NULL;
    int64_t *totals = MN_ARENA_NEW(cycle->arena, int64_t, count);
    const mn_node_run run = {.nodes = feasible, .count = count};
    if (!mn_run_scores(cycle, run, &scores, totals, &error)) {
        explanation->score_error = mn_arena_strdup(cycle->arena, error);
        return;
    }
    explanation->skip_score = cycle->skip_score;
    size_t next = 0;
    for (size_t i = 0; i < explanation->count; i++) {
        mn_node_explanation *node = &explanation->nodes[i];
        if (!node->feasible)
            continue;
        node->total = totals[next];
        take_scores(cycle, &scores, next, node);
        next++;
    }
}

const mn_explanation *mn_scheduler_explain(mn_scheduler *scheduler, const mn_pod *pod)
{
    mn_attempt *attempt = &scheduler->attempt;
    mn_explanation *explanation = &scheduler->explanation;
    mn_attempt_begin(attempt, scheduler, pod);
    const mn_snapshot *snapshot = attempt->cycle.snapshot;
    *explanation = (mn_explanation){
        .nodes = MN_ARENA_NEW(attempt->cycle.arena, mn_node_explanation, snapshot->count),
        .count = snapshot->count,
    };
    explanation->pre_enqueue =
        mn_run_pre_enqueue(&attempt->cycle, &explanation->pre_enqueue_plugin);
    mn_cycle alone = attempt->cycle;
    ask_pre_filters(&alone, explanation);
    mn_run_pre_filter(attempt);
    explanation->pre_filter = attempt->pre_filter;
    explanation->pre_filter_plugin = attempt->pre_filter_plugin;
    explanation->candidates = attempt->candidates;
    /* Plugins that the chain did not reach still have an answer of their own. */
    for (size_t i = 0; i < MN_PLUGINS_MAX; i++) {
        if (attempt->cycle.state[i] == NULL)
            attempt->cycle.state[i] = alone.state[i];
    }
    attempt->cycle.skip_filter = explanation->skip_filter;
    for (size_t i = 0; i < snapshot->count; i++) {
        explanation->nodes[i].node = snapshot->nodes[i];
        explain_node(attempt, explanation, &explanation->nodes[i]);
    }
    explain_scores(&attempt->cycle, explanation);
    return explanation;
}
