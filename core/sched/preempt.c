/* SPDX-License-Identifier: Apache-2.0 */
/* PostFilter: DynamicResources has its say in the message, DefaultPreemption looks for
 * Pods of lower priority to evict.
 */
#include "core/sched/preempt.h"

#include "core/plugins/plugins.h"

#include <string.h>

/* ------------------------------------------------------------------ who may */

static const mn_rejection *rejection_of(const mn_attempt *attempt, const char *node_name)
{
    for (guint i = 0; i < attempt->rejections->len; i++) {
        const mn_rejection *rejection = &g_array_index(attempt->rejections, mn_rejection, i);
        if (strcmp(rejection->name, node_name) == 0)
            return rejection;
    }
    return NULL;
}

/* On its way out because of an earlier preemption. */
static bool is_leaving(const mn_pod_info *pod)
{
    if (!pod->pod->meta.deleted_ms.set)
        return false;
    for (size_t i = 0; i < pod->pod->status.conditions.count; i++) {
        const mn_pod_condition *condition = &pod->pod->status.conditions.items[i];
        if (g_strcmp0(condition->type, "DisruptionTarget") == 0)
            return g_strcmp0(condition->status, "True") == 0 &&
                   g_strcmp0(condition->reason, "PreemptionByScheduler") == 0;
    }
    return false;
}

/* Room was made on the nominated node, and not all victims are gone yet. */
static bool has_to_wait(const mn_attempt *attempt)
{
    const mn_cycle *cycle = &attempt->cycle;
    const char *name = cycle->pod->status.nominated_node_name;
    const mn_node_info *node = name == NULL ? NULL : mn_snapshot_find(cycle->snapshot, name);
    const mn_rejection *rejection = node == NULL ? NULL : rejection_of(attempt, name);
    if (rejection == NULL || rejection->verdict.code == MN_CODE_UNRESOLVABLE)
        return false;
    for (size_t i = 0; i < mn_node_info_pod_count(node); i++) {
        const mn_pod_info *pod = mn_node_info_pod(node, i);
        if (pod->class_->priority < cycle->class_->priority && is_leaving(pod))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ where */

static GPtrArray *potential_nodes(const mn_attempt *attempt)
{
    GPtrArray *nodes = g_ptr_array_new();
    for (guint i = 0; i < attempt->rejections->len; i++) {
        const mn_rejection *rejection = &g_array_index(attempt->rejections, mn_rejection, i);
        if (rejection->node != NULL && rejection->verdict.code == MN_CODE_UNSCHEDULABLE)
            g_ptr_array_add(nodes, (gpointer)(uintptr_t)rejection->node);
    }
    return nodes;
}

static size_t candidates_wanted(const mn_cycle *cycle, size_t nodes)
{
    const mn_preemption_args *args = mn_cycle_args(cycle, &mn_plugin_default_preemption);
    const size_t by_percentage = nodes * (size_t)args->min_percentage.value / 100;
    return MIN(nodes, MAX(by_percentage, (size_t)args->min_absolute.value));
}

static const char *no_victim_error(mn_arena *arena, const GPtrArray *nodes)
{
    g_autoptr(GString) text = g_string_new(nodes->len > 1 ? "[" : "");
    for (guint i = 0; i < nodes->len; i++)
        g_string_append_printf(text,
                               "%sexpected at least one victim pod on node \"%s\"",
                               i == 0 ? "" : ", ",
                               mn_node_info_name(g_ptr_array_index(nodes, i)));
    if (nodes->len > 1)
        g_string_append_c(text, ']');
    return nodes->len == 0 ? NULL : mn_arena_strdup(arena, text->str);
}

mn_preemption mn_find_candidates(mn_attempt *attempt)
{
    const mn_cycle *cycle = &attempt->cycle;
    g_autoptr(GPtrArray) nodes = potential_nodes(attempt);
    g_autoptr(GPtrArray) without_victims = g_ptr_array_new();
    const size_t wanted = candidates_wanted(cycle, nodes->len);
    const size_t offset = mn_rng_below(&attempt->scheduler->preemption, nodes->len);
    mn_preemption found = {
        .candidates = MN_ARENA_NEW(cycle->arena, mn_candidate, nodes->len),
        .rejected = MN_ARENA_NEW(cycle->arena, mn_rejection, nodes->len),
    };
    size_t clean = 0; /* candidates without violations */
    for (guint i = 0; i < nodes->len; i++) {
        const mn_node_info *node = g_ptr_array_index(nodes, (offset + i) % nodes->len);
        mn_candidate candidate;
        const mn_verdict verdict = mn_dry_run(cycle, node, &candidate);
        if (!mn_verdict_fits(verdict)) {
            found.rejected[found.rejected_count++] =
                (mn_rejection){.name = mn_node_info_name(node), .node = node, .verdict = verdict};
        } else if (candidate.victim_count == 0) {
            g_ptr_array_add(without_victims, (gpointer)(uintptr_t)node);
        } else {
            found.candidates[found.candidate_count++] = candidate;
            clean += candidate.violations == 0;
        }
        if (clean > 0 && found.candidate_count >= wanted)
            break;
    }
    found.error = no_victim_error(cycle->arena, without_victims);
    return found;
}

/* ------------------------------------------------------------------ which */

/* The latest start is best, so this is the time that decides last. */
static int64_t earliest_start(const mn_candidate *candidate)
{
    int64_t earliest = INT64_MAX;
    for (size_t i = 0; i < candidate->victim_count; i++) {
        const mn_pod_info *victim = &candidate->victims[i];
        const mn_opt_int start = victim->pod->status.start_time_ms;
        if (victim->class_->priority == candidate->victims[0].class_->priority && start.set)
            earliest = MIN(earliest, start.value);
    }
    return earliest;
}

static int64_t priority_sum(const mn_candidate *candidate)
{
    const int64_t above_zero = (int64_t)1 << 31;
    int64_t sum = 0;
    for (size_t i = 0; i < candidate->victim_count; i++)
        sum += candidate->victims[i].class_->priority + above_zero;
    return sum;
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Negative: a is the better one. */
static int compare(const mn_candidate *a, const mn_candidate *b)
{
    const int rules[] = {
        order_of((int64_t)a->violations, (int64_t)b->violations),
        order_of(a->victims[0].class_->priority, b->victims[0].class_->priority),
        order_of(priority_sum(a), priority_sum(b)),
        order_of((int64_t)a->victim_count, (int64_t)b->victim_count),
        order_of(earliest_start(b), earliest_start(a)),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (rules[i] != 0)
            return rules[i];
    }
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const mn_candidate *const *left = a, *const *right = b;
    return strcmp(mn_node_info_name((*left)->node), mn_node_info_name((*right)->node));
}

const mn_candidate **mn_best_candidates(mn_arena *arena, const mn_preemption *preemption,
                                        size_t *count)
{
    const mn_candidate **best =
        MN_ARENA_NEW(arena, const mn_candidate *, preemption->candidate_count);
    *count = 0;
    for (size_t i = 0; i < preemption->candidate_count; i++) {
        const mn_candidate *candidate = &preemption->candidates[i];
        const int order = *count == 0 ? 0 : compare(candidate, best[0]);
        if (order < 0)
            *count = 0;
        if (order <= 0)
            best[(*count)++] = candidate;
    }
    if (*count > 1)
        qsort(best, *count, sizeof *best, by_name);
    return best;
}

/* ------------------------------------------------------------------ PostFilter */

static void nominate(mn_attempt *attempt, mn_outcome *outcome)
{
    mn_arena *arena = attempt->cycle.arena;
    size_t count;
    const mn_candidate **best = mn_best_candidates(arena, &attempt->preemption, &count);
    const bool first = attempt->scheduler->options.tie_break_first;
    const mn_candidate *chosen =
        best[first ? 0 : mn_rng_below(&attempt->scheduler->preemption, count)];
    const char **ties = MN_ARENA_NEW(arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        ties[i] = mn_node_info_name(best[i]->node);
    const mn_pod **victims = MN_ARENA_NEW(arena, const mn_pod *, chosen->victim_count);
    for (size_t i = 0; i < chosen->victim_count; i++)
        victims[i] = chosen->victims[i].pod;
    outcome->nominated_node = mn_node_info_name(chosen->node);
    outcome->nominated_ties = ties;
    outcome->nominated_tie_count = count;
    outcome->victims = victims;
    outcome->victim_count = chosen->victim_count;
    outcome->disruption_violations = chosen->violations;
    outcome->candidates = attempt->preemption.candidates;
    outcome->candidate_count = attempt->preemption.candidate_count;
    outcome->refusals = attempt->preemption.rejected;
    outcome->refusal_count = attempt->preemption.rejected_count;
}

static const char *not_helpful(const mn_attempt *attempt)
{
    mn_arena *arena = attempt->cycle.arena;
    const size_t nodes = attempt->cycle.snapshot->count;
    const mn_fit_error fit = mn_fit_error_new(arena,
                                              attempt->preemption.rejected,
                                              attempt->preemption.rejected_count,
                                              nodes,
                                              "Preemption is not helpful for scheduling");
    return mn_fit_error_text(arena, &fit, nodes, NULL, NULL);
}

/* What DefaultPreemption says; NULL: it found victims. */
static const char *preempt(mn_attempt *attempt, mn_outcome *outcome)
{
    if (attempt->cycle.pod->spec.preemption_policy == MN_PREEMPT_NEVER)
        return "not eligible due to preemptionPolicy=Never.";
    if (has_to_wait(attempt))
        return "not eligible due to a terminating pod on the nominated node.";
    attempt->preemption = mn_find_candidates(attempt);
    if (attempt->preemption.candidate_count > 0) {
        attempt->preemption.error = NULL; /* other nodes' errors are forgotten */
        if (!mn_run_extender_preempt(attempt))
            return attempt->preemption.error;
        if (attempt->preemption.candidate_count == 0)
            return "no candidate node for preemption";
        nominate(attempt, outcome);
        return NULL;
    }
    if (attempt->preemption.error != NULL)
        return attempt->preemption.error;
    outcome->ends_nomination = true;
    return not_helpful(attempt);
}

const char *mn_run_post_filter(mn_attempt *attempt, mn_outcome *outcome)
{
    const mn_profile *profile = attempt->cycle.profile;
    const bool claims = mn_profile_has(profile, MN_POINT_POST_FILTER, "DynamicResources");
    const bool preempts = mn_profile_has(profile, MN_POINT_POST_FILTER, "DefaultPreemption");
    /* PreFilter stopped before DynamicResources had its turn: it finds no state of its
     * own, which is an error, and nobody else is asked. */
    if (claims && attempt->pre_filter.code == MN_CODE_UNRESOLVABLE)
        return "not found";
    const char *claims_text = claims ? "no new claims to deallocate" : "";
    if (!preempts)
        return claims_text;
    const char *text = preempt(attempt, outcome);
    if (text == NULL)
        return NULL;
    const bool with_claims = claims && attempt->preemption.error == NULL;
    return mn_arena_printf(attempt->cycle.arena,
                           "%s%spreemption: %s",
                           with_claims ? claims_text : "",
                           with_claims ? ", " : "",
                           text);
}
