/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes are looked at, in which order, and when there are enough.
 *
 * The scan starts where the last one stopped and wraps round. It ends at the node that
 * would have been one feasible node too many; nodes that failed before it count as
 * looked at, and so move the next start.
 */
#include "core/sched/fast_cycle.h"

#include <string.h>

size_t mn_feasible_wanted(const mn_profile *profile, size_t n)
{
    enum { ALWAYS_ALL_BELOW = 100, LEAST_PERCENT = 5, MOST_PERCENT = 50, PER_PERCENT = 125 };
    if (n < ALWAYS_ALL_BELOW || profile->percentage_of_nodes_to_score >= 100)
        return n;
    int64_t percent = profile->percentage_of_nodes_to_score;
    if (percent == 0)
        percent = MAX(MOST_PERCENT - (int64_t)n / PER_PERCENT, LEAST_PERCENT);
    return (size_t)MAX((int64_t)n * percent / 100, ALWAYS_ALL_BELOW);
}

static bool scores_at_all(const mn_profile *profile)
{
    if (profile->points[MN_POINT_SCORE].count > 0)
        return true;
    for (size_t i = 0; i < profile->extender_count; i++) {
        if (profile->extenders[i]->filter != NULL || profile->extenders[i]->prioritize != NULL)
            return true;
    }
    return false;
}

static void reject(mn_attempt *attempt, const mn_node_info *node, mn_verdict verdict,
                   const mn_plugin *plugin)
{
    const mn_rejection rejection = {
        .name = mn_node_info_name(node),
        .node = node,
        .verdict = verdict,
    };
    g_array_append_val(attempt->rejections, rejection);
    attempt->rejectors |= 1U << plugin->index;
}

static void accept(mn_attempt *attempt, const mn_node_info *node)
{
    g_ptr_array_add(attempt->feasible, (gpointer)(uintptr_t)node);
}

/* False once there are enough. */
static bool look_at(mn_attempt *attempt, const mn_node_info *node, size_t wanted)
{
    const mn_plugin *failed = NULL;
    const mn_verdict verdict = mn_run_filters_nominated(&attempt->cycle, node, &failed);
    if (!mn_verdict_fits(verdict)) {
        reject(attempt, node, verdict, failed);
        return true;
    }
    if (attempt->feasible->len == wanted)
        return false;
    accept(attempt, node);
    return true;
}

/* In the order of the snapshot, or the named ones that exist. */
static mn_node_run candidates(const mn_attempt *attempt)
{
    const mn_snapshot *snapshot = attempt->cycle.snapshot;
    const mn_name_set *set = &attempt->candidates;
    if (set->names == NULL)
        return (mn_node_run){.nodes = snapshot->nodes, .count = snapshot->count};
    const mn_node_info **nodes =
        MN_ARENA_NEW(attempt->cycle.arena, const mn_node_info *, set->count);
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const mn_node_info *node = mn_snapshot_find(snapshot, set->names[i]);
        if (node != NULL)
            nodes[count++] = node;
    }
    return (mn_node_run){.nodes = nodes, .count = count};
}

static size_t wanted_of(const mn_attempt *attempt, size_t nodes)
{
    const mn_profile *profile = attempt->cycle.profile;
    if (attempt->all)
        return nodes;
    return scores_at_all(profile) ? mn_feasible_wanted(profile, nodes) : 1;
}

static void scan(mn_attempt *attempt)
{
    const mn_node_run run = candidates(attempt);
    const size_t wanted = wanted_of(attempt, run.count);
    if (attempt->trace != NULL)
        attempt->trace->wanted = wanted;
    const size_t start = attempt->scheduler->next_start;
    g_assert(attempt->cycle.snapshot->count > 0); /* without nodes a cycle ends before this */
    if (attempt->fast != NULL && attempt->candidates.names == NULL) {
        mn_fast_scan(attempt, attempt->fast, wanted);
    } else {
        mn_fast_plain_state(attempt);
        for (size_t i = 0; i < run.count; i++) {
            if (!look_at(attempt, run.nodes[(start + i) % run.count], wanted))
                break;
        }
        attempt->rejected = attempt->rejections->len;
    }
    attempt->seen = attempt->feasible->len + attempt->rejected;
    attempt->scheduler->next_start = (start + attempt->seen) % attempt->cycle.snapshot->count;
}

static void note_seen(mn_attempt *attempt)
{
    for (guint i = 0; i < attempt->rejections->len; i++)
        attempt->trace->seen[g_array_index(attempt->rejections, mn_rejection, i).node->number] =
            true;
    for (guint i = 0; i < attempt->feasible->len; i++) {
        const mn_node_info *node = g_ptr_array_index(attempt->feasible, i);
        attempt->trace->seen[node->number] = true;
    }
}

/* The node that preemption made room on is tried alone first. */
static bool nominated_node_fits(mn_attempt *attempt)
{
    const char *name = attempt->cycle.pod->status.nominated_node_name;
    const mn_node_info *node =
        name == NULL || attempt->all ? NULL : mn_snapshot_find(attempt->cycle.snapshot, name);
    const mn_plugin *failed = NULL;
    if (node != NULL)
        mn_fast_plain_state(attempt);
    if (node == NULL || !mn_verdict_fits(mn_run_filters_nominated(&attempt->cycle, node, &failed)))
        return false;
    accept(attempt, node);
    attempt->seen = 1;
    if (attempt->trace != NULL)
        note_seen(attempt);
    if (mn_run_extender_filters(attempt) && attempt->feasible->len > 0)
        return true;
    g_clear_pointer(&attempt->error, g_free);
    g_ptr_array_set_size(attempt->feasible, 0);
    g_array_set_size(attempt->rejections, 0);
    return false;
}

void mn_find_feasible(mn_attempt *attempt)
{
    if (nominated_node_fits(attempt))
        return;
    scan(attempt);
    if (attempt->trace != NULL)
        note_seen(attempt);
    if (attempt->feasible->len > 0)
        mn_run_extender_filters(attempt);
}
