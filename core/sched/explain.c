/* SPDX-License-Identifier: Apache-2.0 */
/* Every plugin on every node, whatever the first failure; what is feasible and how it
 * scores, with the sample that the next cycle would take. Plain and slow on purpose. */
#include "core/sched/cycle.h"

#include <string.h>

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

static mn_node_explanation *find_node(mn_explanation *explanation, const mn_node_info *node)
{
    for (size_t i = 0; i < explanation->count; i++) {
        if (strcmp(mn_node_info_name(explanation->nodes[i].node), mn_node_info_name(node)) == 0)
            return &explanation->nodes[i];
    }
    return NULL; /* only an extender knows it */
}

static void explain_scores(mn_attempt *attempt, mn_explanation *explanation)
{
    mn_cycle *cycle = &attempt->cycle;
    const mn_node_run run = {
        .nodes = (const mn_node_info *const *)attempt->feasible->pdata,
        .count = attempt->feasible->len,
    };
    mn_scores scores;
    g_autofree char *error = NULL;
    attempt->totals = MN_ARENA_NEW(cycle->arena, int64_t, run.count);
    const bool scored = mn_run_scores(cycle, run, &scores, attempt->totals, &error);
    if (scored)
        mn_run_extender_scores(attempt);
    else
        explanation->score_error = mn_arena_strdup(cycle->arena, error);
    explanation->skip_score = cycle->skip_score;
    for (size_t i = 0; i < run.count; i++) {
        mn_node_explanation *node = find_node(explanation, run.nodes[i]);
        if (node == NULL)
            continue;
        node->feasible = true;
        node->total = attempt->totals[i];
        if (scored)
            take_scores(cycle, &scores, i, node);
    }
}

/* The scan moves where the next one starts; asking must not. */
static void find_feasible(mn_attempt *attempt)
{
    const size_t start = attempt->scheduler->next_start;
    mn_find_feasible(attempt);
    attempt->scheduler->next_start = start;
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
    if (mn_verdict_fits(attempt->pre_filter) && snapshot->count > 0)
        find_feasible(attempt);
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
    if (attempt->feasible->len > 0)
        explain_scores(attempt, explanation);
    explanation->error = attempt->error;
    explanation->rejectors = attempt->rejectors;
    return explanation;
}
