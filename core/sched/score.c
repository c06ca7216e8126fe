/* SPDX-License-Identifier: Apache-2.0 */
/* PreScore, Score, NormalizeScore and the weighted sum. */
#include "core/sched/cycle.h"

#include <inttypes.h>

static bool run_pre_scores(mn_cycle *cycle, mn_node_run feasible, char **error)
{
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_PRE_SCORE];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->unmodelled)
            cycle->skip_score |= 1U << plugin->index;
        if (plugin->pre_score == NULL)
            continue;
        const mn_verdict verdict = plugin->pre_score(cycle, feasible);
        if (verdict.code == MN_CODE_SKIP) {
            cycle->skip_score |= 1U << plugin->index;
        } else if (!mn_verdict_fits(verdict)) {
            *error = g_strdup_printf(
                "running PreScore plugin \"%s\": %s", plugin->name, verdict.reasons[0]);
            return false;
        }
    }
    return true;
}

static bool run_plugin(const mn_cycle *cycle, const mn_plugin *plugin, mn_node_run feasible,
                       int64_t *raw, char **error)
{
    for (size_t i = 0; i < feasible.count; i++) {
        const mn_verdict verdict = plugin->score(cycle, feasible.nodes[i], &raw[i]);
        if (!mn_verdict_fits(verdict)) {
            *error = g_strdup_printf(
                "running Score plugin \"%s\": %s", plugin->name, verdict.reasons[0]);
            return false;
        }
    }
    return true;
}

static bool in_range(const mn_plugin *plugin, const int64_t *scores, size_t count, char **error)
{
    for (size_t i = 0; i < count; i++) {
        if (scores[i] >= 0 && scores[i] <= MN_SCORE_MAX)
            continue;
        *error = g_strdup_printf("applying score defaultWeights on Score plugins: plugin \"%s\" "
                                 "returns an invalid score %" PRId64
                                 ", it should in the range of [0, %d] after normalizing",
                                 plugin->name,
                                 scores[i],
                                 MN_SCORE_MAX);
        return false;
    }
    return true;
}

bool mn_run_scores(mn_cycle *cycle, mn_node_run feasible, mn_scores *scores, int64_t *totals,
                   char **error)
{
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_SCORE];
    *scores = (mn_scores){0};
    if (!run_pre_scores(cycle, feasible, error))
        return false;
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->score == NULL || (cycle->skip_score & (1U << plugin->index)) != 0)
            continue;
        int64_t *raw = MN_ARENA_NEW(cycle->arena, int64_t, feasible.count);
        int64_t *normalized = MN_ARENA_NEW(cycle->arena, int64_t, feasible.count);
        if (!run_plugin(cycle, plugin, feasible, raw, error))
            return false;
        for (size_t j = 0; j < feasible.count; j++)
            normalized[j] = raw[j];
        if (plugin->normalize != NULL)
            plugin->normalize(cycle, feasible, normalized);
        if (!in_range(plugin, normalized, feasible.count, error))
            return false;
        for (size_t j = 0; j < feasible.count; j++)
            totals[j] += normalized[j] * cycle->profile->weights[plugin->index];
        scores->raw[plugin->index] = raw;
        scores->normalized[plugin->index] = normalized;
    }
    /* With nothing to score by, every node is worth 1. */
    for (size_t j = 0; plugins->count == 0 && j < feasible.count; j++)
        totals[j] = 1;
    return true;
}
