/* SPDX-License-Identifier: Apache-2.0 */
/* Every plugin on every node, whatever the first failure; what is feasible and how it
 * scores, with the sample that the next cycle would take. Plain and slow on purpose. */
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

static void take_extender_scores(const mn_attempt *attempt, size_t index, mn_node_explanation *node)
{
    const mn_profile *profile = attempt->cycle.profile;
    mn_score *scores = MN_ARENA_NEW(attempt->cycle.arena, mn_score, profile->extender_count);
    for (size_t i = 0; i < profile->extender_count; i++) {
        if (attempt->trace->scores[i] == NULL)
            continue;
        const int64_t said = attempt->trace->scores[i][index];
        scores[i] = (mn_score){
            .raw = said,
            .normalized = said,
            .weighted = mn_extender_weighted(profile->extenders[i], said),
        };
    }
    node->extender_scores = scores;
}

/* Nodes by number; NULL where there is none. */
static mn_node_explanation **by_number(const mn_attempt *attempt, mn_explanation *explanation)
{
    mn_node_explanation **nodes = MN_ARENA_NEW(
        attempt->cycle.arena, mn_node_explanation *, attempt->cycle.snapshot->number_count);
    for (size_t i = 0; i < explanation->count; i++)
        nodes[explanation->nodes[i].node->number] = &explanation->nodes[i];
    return nodes;
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
    mn_node_explanation **nodes = by_number(attempt, explanation);
    attempt->totals = MN_ARENA_NEW(cycle->arena, int64_t, run.count);
    const bool scored = mn_run_scores(cycle, run, &scores, attempt->totals, &error);
    if (scored)
        mn_run_extender_scores(attempt);
    else
        explanation->score_error = mn_arena_strdup(cycle->arena, error);
    explanation->skip_score = cycle->skip_score;
    for (size_t i = 0; i < run.count; i++) {
        /* Some nodes only an extender knows. */
        const uint32_t number = run.nodes[i]->number;
        mn_node_explanation *node = number < cycle->snapshot->number_count ? nodes[number] : NULL;
        if (node == NULL)
            continue;
        node->feasible = true;
        node->total = attempt->totals[i];
        if (!scored)
            continue;
        take_scores(cycle, &scores, i, node);
        take_extender_scores(attempt, i, node);
    }
}

/* What extenders said of the nodes that they left out. */
static void explain_extenders(const mn_attempt *attempt, mn_explanation *explanation)
{
    mn_node_explanation **nodes = by_number(attempt, explanation);
    const mn_snapshot *snapshot = attempt->cycle.snapshot;
    for (size_t i = 0; i < explanation->count; i++) {
        mn_node_explanation *node = &explanation->nodes[i];
        node->seen = attempt->trace->seen[node->node->number];
        node->left_out_by = attempt->trace->left_out_by[node->node->number];
    }
    for (guint i = 0; i < attempt->rejections->len; i++) {
        const mn_rejection *rejection = &g_array_index(attempt->rejections, mn_rejection, i);
        if (rejection->node == NULL || rejection->node->number >= snapshot->number_count)
            continue;
        mn_node_explanation *node = nodes[rejection->node->number];
        if (node->left_out_by != NULL)
            node->extender_verdict = rejection->verdict;
    }
    const size_t extenders = attempt->cycle.profile->extender_count;
    bool *asked = MN_ARENA_NEW(attempt->cycle.arena, bool, extenders);
    for (size_t i = 0; i < extenders; i++)
        asked[i] = attempt->trace->scores[i] != NULL;
    explanation->extenders_asked = asked;
    explanation->wanted = attempt->trace->wanted;
}

static mn_trace *trace_new(const mn_attempt *attempt)
{
    mn_arena *arena = attempt->cycle.arena;
    const size_t numbers = attempt->cycle.snapshot->number_count;
    const size_t extenders = attempt->cycle.profile->extender_count;
    mn_trace *trace = MN_ARENA_NEW(arena, mn_trace, 1);
    trace->seen = MN_ARENA_NEW(arena, bool, numbers);
    trace->left_out_by = MN_ARENA_NEW(arena, const mn_extender *, numbers);
    trace->scores = MN_ARENA_NEW(arena, int64_t *, extenders);
    return trace;
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
    attempt->trace = trace_new(attempt);
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
    explain_extenders(attempt, explanation);
    explanation->error = attempt->error;
    explanation->rejectors = attempt->rejectors;
    return explanation;
}

mn_node_run mn_scheduler_find_all(mn_scheduler *scheduler, const mn_pod *pod)
{
    mn_attempt *attempt = &scheduler->attempt;
    mn_attempt_begin(attempt, scheduler, pod);
    attempt->all = true;
    mn_run_pre_filter(attempt);
    if (mn_verdict_fits(attempt->pre_filter) && attempt->cycle.snapshot->count > 0)
        find_feasible(attempt);
    return (mn_node_run){
        .nodes = (const mn_node_info *const *)attempt->feasible->pdata,
        .count = attempt->error == NULL ? attempt->feasible->len : 0,
    };
}
