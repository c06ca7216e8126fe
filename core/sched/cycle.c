/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt to place one Pod.
 *
 *     PreEnqueue -> PreFilter -> Filter (sampled) -> extenders -+-> 0: PostFilter, message
 *                                                               +-> 1: taken, no scoring
 *                                                               +-> n: Score -> ties -> 1
 */
#include "core/sched/cycle.h"

#include "core/sched/fast_cycle.h"

#include <string.h>

enum { FAST_MAX_BYTES = 512 << 20 }; /* of class tables */

static void info_free(gpointer info)
{
    mn_node_info_free(info);
}

mn_scheduler *mn_scheduler_new(mn_cache *cache, const mn_profile *profile,
                               const mn_scheduler_options *options)
{
    mn_scheduler *scheduler = g_new0(mn_scheduler, 1);
    scheduler->cache = cache;
    scheduler->profile = profile;
    scheduler->options = *options;
    scheduler->arena = mn_arena_new();
    scheduler->ties = mn_rng_new(options->seed, "scheduler: ties");
    scheduler->preemption = mn_rng_new(options->seed, "scheduler: preemption");
    if (options->engine == MN_ENGINE_FAST)
        scheduler->fast = mn_fast_new(profile, FAST_MAX_BYTES);
    scheduler->attempt.rejections = g_array_new(FALSE, FALSE, sizeof(mn_rejection));
    scheduler->attempt.feasible = g_ptr_array_new();
    scheduler->attempt.bare = g_ptr_array_new_with_free_func(info_free);
    return scheduler;
}

void mn_scheduler_free(mn_scheduler *scheduler)
{
    if (scheduler == NULL)
        return;
    mn_fast_free(scheduler->fast);
    g_free(scheduler->attempt.error);
    g_array_unref(scheduler->attempt.rejections);
    g_ptr_array_unref(scheduler->attempt.feasible);
    g_ptr_array_unref(scheduler->attempt.bare);
    mn_arena_free(scheduler->arena);
    g_free(scheduler);
}

void mn_cycle_begin(mn_cycle *cycle, mn_scheduler *scheduler, const mn_pod *pod)
{
    mn_arena_reset(scheduler->arena);
    *cycle = (mn_cycle){
        .arena = scheduler->arena,
        .class_ = mn_cache_class_of(scheduler->cache, pod),
        .snapshot = mn_cache_snapshot(scheduler->cache),
        .profile = scheduler->profile,
        .pod = pod,
    };
}

mn_verdict mn_run_pre_enqueue(const mn_cycle *cycle, const mn_plugin **held_back_by)
{
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_PRE_ENQUEUE];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->pre_enqueue == NULL)
            continue;
        const mn_verdict verdict = plugin->pre_enqueue(cycle);
        if (!mn_verdict_fits(verdict)) {
            *held_back_by = plugin;
            return verdict;
        }
    }
    return mn_fits();
}

/* ------------------------------------------------------------------ PreFilter */

static void fail_pre_filter(mn_attempt *attempt, const mn_plugin *plugin, mn_verdict verdict)
{
    attempt->pre_filter = verdict;
    attempt->pre_filter_plugin = plugin;
    if (mn_verdict_rejects(verdict))
        attempt->rejectors |= 1U << plugin->index;
}

/* Unschedulable is remembered and the rest still runs, since preemption needs its state;
 * UnschedulableAndUnresolvable stops at once. Only NodeAffinity restricts nodes, so sets
 * of several plugins are not intersected. */
void mn_run_pre_filter(mn_attempt *attempt)
{
    mn_cycle *cycle = &attempt->cycle;
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_PRE_FILTER];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->pre_filter == NULL)
            continue;
        mn_name_set set = {0};
        const mn_verdict verdict = mn_fast_pre_filter(attempt, plugin, &set);
        if (verdict.code == MN_CODE_SKIP) {
            cycle->skip_filter |= 1U << plugin->index;
            continue;
        }
        if (!mn_verdict_fits(verdict)) {
            fail_pre_filter(attempt, plugin, verdict);
            if (verdict.code != MN_CODE_UNSCHEDULABLE)
                return;
        }
        if (set.names != NULL) {
            attempt->candidates = set;
            attempt->candidates_from = plugin;
            attempt->rejectors |= 1U << plugin->index;
        }
    }
}

/* ------------------------------------------------------------------ Filter */

mn_verdict mn_run_filters(const mn_cycle *cycle, const mn_node_info *node, const mn_plugin **failed)
{
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_FILTER];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->filter == NULL || mn_skips_filter(cycle, plugin))
            continue;
        const mn_verdict verdict = plugin->filter(cycle, node);
        if (!mn_verdict_fits(verdict)) {
            *failed = plugin;
            return verdict;
        }
    }
    return mn_fits();
}

/* Nominated Pods of at least this Pod's priority. */
static GArray *rivals(const mn_cycle *cycle, const mn_node_info *node)
{
    const GArray *nominated = mn_snapshot_nominated(cycle->snapshot, mn_node_info_name(node));
    GArray *found = NULL;
    for (guint i = 0; nominated != NULL && i < nominated->len; i++) {
        const mn_pod_info *rival = &g_array_index(nominated, mn_pod_info, i);
        if (rival->class_->priority < cycle->class_->priority ||
            mn_pod_is_same(rival->pod, cycle->pod))
            continue;
        if (found == NULL)
            found = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
        g_array_append_val(found, *rival);
    }
    return found;
}

static void clone_states(mn_cycle *copy)
{
    const mn_plugin_list *plugins = &copy->profile->points[MN_POINT_PRE_FILTER];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->clone != NULL && !mn_skips_filter(copy, plugin))
            copy->state[plugin->index] = plugin->clone(copy->arena, copy->state[plugin->index]);
    }
}

void mn_cycle_update(const mn_cycle *cycle, const mn_pod_info *pod, const mn_node_info *node,
                     int sign)
{
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_PRE_FILTER];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->update != NULL && !mn_skips_filter(cycle, plugin))
            plugin->update(cycle, cycle->state[plugin->index], pod, node, sign);
    }
}

mn_cycle mn_cycle_clone(const mn_cycle *cycle)
{
    mn_cycle copy = *cycle;
    clone_states(&copy);
    return copy;
}

mn_verdict mn_run_filters_nominated(const mn_cycle *cycle, const mn_node_info *node,
                                    const mn_plugin **failed)
{
    g_autoptr(GArray) pods = rivals(cycle, node);
    if (pods == NULL)
        return mn_run_filters(cycle, node, failed);
    g_autoptr(mn_node_info) crowded = mn_node_info_dup(node);
    const mn_cycle copy = mn_cycle_clone(cycle);
    for (guint i = 0; i < pods->len; i++) {
        const mn_pod_info *rival = &g_array_index(pods, mn_pod_info, i);
        mn_node_info_add_pod(crowded, *rival);
        mn_cycle_update(&copy, rival, crowded, 1);
    }
    const mn_verdict verdict = mn_run_filters(&copy, crowded, failed);
    return mn_verdict_fits(verdict) ? mn_run_filters(cycle, node, failed) : verdict;
}

/* ------------------------------------------------------------------ selecting */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *node_name(const mn_attempt *attempt, size_t index)
{
    return mn_node_info_name(g_ptr_array_index(attempt->feasible, index));
}

static const char *smallest_of(const mn_attempt *attempt, int64_t best)
{
    const char *smallest = NULL;
    for (guint i = 0; i < attempt->feasible->len; i++) {
        const char *name = node_name(attempt, i);
        if (attempt->totals[i] == best && (smallest == NULL || strcmp(name, smallest) < 0))
            smallest = name;
    }
    return smallest;
}

static const char *nth_of(const mn_attempt *attempt, int64_t best, uint64_t n)
{
    for (guint i = 0; i < attempt->feasible->len; i++) {
        if (attempt->totals[i] == best && n-- == 0)
            return node_name(attempt, i);
    }
    g_assert_not_reached();
}

static void list_ties(const mn_attempt *attempt, mn_outcome *outcome)
{
    const char **ties = MN_ARENA_NEW(attempt->cycle.arena, const char *, outcome->tie_count);
    size_t count = 0;
    for (guint i = 0; i < attempt->feasible->len; i++) {
        if (attempt->totals[i] == outcome->best)
            ties[count++] = node_name(attempt, i);
    }
    qsort(ties, count, sizeof *ties, by_text);
    outcome->ties = ties;
}

static int by_node(const void *a, const void *b)
{
    return strcmp(((const mn_total *)a)->node, ((const mn_total *)b)->node);
}

static void list_totals(const mn_attempt *attempt, mn_outcome *outcome)
{
    const size_t count = attempt->feasible->len;
    mn_total *totals = MN_ARENA_NEW(attempt->cycle.arena, mn_total, count);
    for (size_t i = 0; i < count; i++)
        totals[i] = (mn_total){.node = node_name(attempt, i), .total = attempt->totals[i]};
    qsort(totals, count, sizeof *totals, by_node);
    outcome->totals = totals;
}

static void select_host(mn_attempt *attempt, mn_outcome *outcome)
{
    const mn_scheduler_options *options = &attempt->scheduler->options;
    outcome->best = attempt->totals[0];
    for (guint i = 1; i < attempt->feasible->len; i++)
        outcome->best = MAX(outcome->best, attempt->totals[i]);
    for (guint i = 0; i < attempt->feasible->len; i++)
        outcome->tie_count += attempt->totals[i] == outcome->best;
    if (options->list_ties)
        list_ties(attempt, outcome);
    if (options->list_totals)
        list_totals(attempt, outcome);
    if (options->tie_break_first)
        outcome->node = smallest_of(attempt, outcome->best);
    else
        outcome->node = nth_of(
            attempt, outcome->best, mn_rng_below(&attempt->scheduler->ties, outcome->tie_count));
}

/* ------------------------------------------------------------------ outcomes */

static void end_with_error(mn_attempt *attempt, mn_outcome *outcome)
{
    outcome->kind = MN_OUTCOME_ERROR;
    outcome->ends_nomination = true;
    outcome->message = mn_arena_strdup(attempt->cycle.arena, attempt->error);
}

static void take_only(mn_attempt *attempt, mn_outcome *outcome)
{
    const char **ties = MN_ARENA_NEW(attempt->cycle.arena, const char *, 1);
    ties[0] = node_name(attempt, 0);
    outcome->kind = MN_OUTCOME_PLACED;
    outcome->node = ties[0];
    outcome->ties = ties;
    outcome->tie_count = 1;
}

static void take_best(mn_attempt *attempt, mn_outcome *outcome)
{
    mn_scores scores;
    const mn_node_run run = {
        .nodes = (const mn_node_info *const *)attempt->feasible->pdata,
        .count = attempt->feasible->len,
    };
    attempt->totals = MN_ARENA_NEW(attempt->cycle.arena, int64_t, run.count);
    if (!(attempt->fast != NULL && attempt->ghosts == 0 &&
          mn_fast_scores(attempt, run, attempt->totals)) &&
        !mn_run_scores(&attempt->cycle, run, &scores, attempt->totals, &attempt->error)) {
        end_with_error(attempt, outcome);
        return;
    }
    mn_run_extender_scores(attempt);
    outcome->kind = MN_OUTCOME_PLACED;
    outcome->scored = true;
    select_host(attempt, outcome);
}

/* Nodes outside the set that PreFilter named. */
static const char *absent_reason(const mn_attempt *attempt)
{
    if (attempt->candidates_from == NULL)
        return NULL;
    return mn_arena_printf(attempt->cycle.arena,
                           "node(s) didn't satisfy plugin(s) [%s]",
                           attempt->candidates_from->name);
}

static void explain_failure(mn_attempt *attempt, mn_outcome *outcome)
{
    mn_arena *arena = attempt->cycle.arena;
    const mn_verdict failed = attempt->pre_filter;
    const bool by_pre_filter = !mn_verdict_fits(failed);
    const size_t nodes = attempt->cycle.snapshot->count;
    const mn_rejection *rejections = (const mn_rejection *)(void *)attempt->rejections->data;
    const mn_fit_error fit = mn_fit_error_new(arena,
                                              rejections,
                                              attempt->rejections->len,
                                              nodes,
                                              by_pre_filter ? NULL : absent_reason(attempt));
    outcome->kind = MN_OUTCOME_UNSCHEDULABLE;
    mn_fast_plain_state(attempt);
    const char *post_filter = mn_run_post_filter(attempt, outcome);
    outcome->message = mn_fit_error_text(
        arena, &fit, nodes, by_pre_filter ? failed.reasons[0] : NULL, post_filter);
    outcome->reasons = fit.reasons;
    outcome->reason_count = fit.count;
    outcome->rejectors = attempt->rejectors;
}

static void decide(mn_attempt *attempt, mn_outcome *outcome)
{
    if (attempt->scheduler->fast != NULL && attempt->cycle.pod->spec.node_name == NULL)
        attempt->fast = mn_fast_open(attempt->scheduler->fast, &attempt->cycle);
    mn_run_pre_filter(attempt);
    if (attempt->pre_filter.code == MN_CODE_ERROR) {
        attempt->error = g_strdup_printf("running PreFilter plugin \"%s\": %s",
                                         attempt->pre_filter_plugin->name,
                                         attempt->pre_filter.reasons[0]);
        end_with_error(attempt, outcome);
        return;
    }
    if (mn_verdict_fits(attempt->pre_filter))
        mn_find_feasible(attempt);
    outcome->feasible = attempt->feasible->len;
    outcome->evaluated = attempt->seen;
    outcome->rejectors = attempt->rejectors;
    if (attempt->error != NULL)
        end_with_error(attempt, outcome);
    else if (outcome->feasible == 0)
        explain_failure(attempt, outcome);
    else if (outcome->feasible == 1)
        take_only(attempt, outcome);
    else
        take_best(attempt, outcome);
}

void mn_attempt_begin(mn_attempt *attempt, mn_scheduler *scheduler, const mn_pod *pod)
{
    g_free(attempt->error);
    *attempt = (mn_attempt){
        .scheduler = scheduler,
        .rejections = attempt->rejections,
        .feasible = attempt->feasible,
        .bare = attempt->bare,
    };
    g_ptr_array_set_size(attempt->bare, 0);
    g_array_set_size(attempt->rejections, 0);
    g_ptr_array_set_size(attempt->feasible, 0);
    mn_cycle_begin(&attempt->cycle, scheduler, pod);
}

const mn_outcome *mn_scheduler_place(mn_scheduler *scheduler, const mn_pod *pod)
{
    mn_attempt *attempt = &scheduler->attempt;
    mn_outcome *outcome = &scheduler->outcome;
    const mn_plugin *gate = NULL;
    mn_attempt_begin(attempt, scheduler, pod);
    *outcome = (mn_outcome){.nodes = attempt->cycle.snapshot->count};
    const mn_verdict gated = mn_run_pre_enqueue(&attempt->cycle, &gate);
    if (!mn_verdict_fits(gated)) {
        outcome->kind = MN_OUTCOME_GATED;
        outcome->message = gated.reasons[0];
        outcome->rejectors = 1U << gate->index;
        return outcome;
    }
    if (outcome->nodes == 0) {
        outcome->kind = MN_OUTCOME_UNSCHEDULABLE;
        outcome->message = "no nodes available to schedule pods";
        return outcome;
    }
    decide(attempt, outcome);
    return outcome;
}
