/* SPDX-License-Identifier: Apache-2.0 */
/* Extenders, as kube-scheduler treats their answers.
 *
 * filter: one after another over what the one before left. A node left out without a word counts in
 * no reason. An error fails the cycle unless the extender is ignorable. prioritize: an
 * error only means no scores.
 */
#include "core/sched/cycle.h"

#include <string.h>

static bool requests_any(const mn_extender *extender, const mn_containers *containers)
{
    for (size_t i = 0; i < containers->count; i++) {
        const mn_resource_requirements *resources = &containers->items[i].resources;
        for (size_t j = 0; j < extender->managed_count; j++) {
            const char *name = extender->managed_resources[j];
            if (mn_resources_find(&resources->requests, name) != NULL ||
                mn_resources_find(&resources->limits, name) != NULL)
                return true;
        }
    }
    return false;
}

static bool is_interested(const mn_extender *extender, const mn_pod *pod)
{
    return extender->managed_count == 0 || requests_any(extender, &pod->spec.containers) ||
           requests_any(extender, &pod->spec.init_containers);
}

/* ------------------------------------------------------------------ filter */

static mn_verdict failure_verdict(mn_arena *arena, const mn_extender_failure *failure)
{
    const char **reasons = MN_ARENA_NEW(arena, const char *, 1);
    reasons[0] = failure->reason;
    return (mn_verdict){
        .code = failure->unresolvable ? MN_CODE_UNRESOLVABLE : MN_CODE_UNSCHEDULABLE,
        .reasons = reasons,
        .count = 1,
    };
}

/* `places` has where a node stands among the rejections, from 1. */
static void take_failure(mn_attempt *attempt, const mn_extender_failure *failure,
                         GHashTable *places)
{
    const guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, failure->node));
    const mn_rejection rejection = {
        .name = failure->node,
        .node = mn_snapshot_find(attempt->cycle.snapshot, failure->node),
        .verdict = failure_verdict(attempt->cycle.arena, failure),
    };

    if (place > 0) {
        g_array_index(attempt->rejections, mn_rejection, place - 1) = rejection;
        return;
    }
    g_array_append_val(attempt->rejections, rejection);
    g_hash_table_insert(
        places, (gpointer)(uintptr_t)rejection.name, GUINT_TO_POINTER(attempt->rejections->len));
}

/* A node in both maps is unresolvable; a later word about a node replaces an earlier
 * one. */
static void take_failures(mn_attempt *attempt, const GArray *failures)
{
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; failures->len > 0 && i < attempt->rejections->len; i++) {
        const char *name = g_array_index(attempt->rejections, mn_rejection, i).name;
        g_hash_table_insert(places, (gpointer)(uintptr_t)name, GUINT_TO_POINTER(i + 1));
    }
    for (int unresolvable = 0; unresolvable < 2; unresolvable++) {
        for (guint i = 0; i < failures->len; i++) {
            const mn_extender_failure *failure = &g_array_index(failures, mn_extender_failure, i);
            if (failure->unresolvable == (unresolvable == 1))
                take_failure(attempt, failure, places);
        }
    }
}

/* The node as its object alone tells it. */
static const mn_node_info *bare_node(mn_attempt *attempt, const mn_node *node)
{
    mn_node_info *bare = mn_cache_bare_node(attempt->scheduler->cache, attempt->cycle.arena, node);
    g_ptr_array_add(attempt->bare, bare);
    attempt->ghosts++;
    return bare;
}

static void add_feasible(mn_attempt *attempt, const mn_node_info *node)
{
    g_ptr_array_add(attempt->feasible, (gpointer)(uintptr_t)node);
}

/* kubernetes/kubernetes#141781: whole nodes that come back from an extender are scored as
 * if nothing were on them, neither Pods nor images. */
static bool forgets_what_is_on(const mn_attempt *attempt)
{
    return !attempt->cycle.profile->quirks.fix_empty_node_infos;
}

static void keep_nodes(mn_attempt *attempt, const mn_extender *extender, const GPtrArray *kept)
{
    const bool bare = !extender->node_cache_capable && forgets_what_is_on(attempt);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < kept->len; i++) {
        const mn_node_info *node = g_ptr_array_index(kept, i);
        add_feasible(attempt, bare ? bare_node(attempt, node->node) : node);
        attempt->ghosts += (size_t)!g_hash_table_add(seen, g_ptr_array_index(kept, i));
    }
}

static void keep_objects(mn_attempt *attempt, const GPtrArray *objects)
{
    for (guint i = 0; i < objects->len; i++) {
        const mn_node *node = g_ptr_array_index(objects, i);
        const mn_node_info *known =
            forgets_what_is_on(attempt)
                ? NULL
                : mn_snapshot_find(attempt->cycle.snapshot, node->meta.name);
        add_feasible(attempt, known != NULL ? known : bare_node(attempt, node));
    }
    attempt->ghosts += objects->len; /* there may be two of a kind */
}

static bool filter_by(mn_attempt *attempt, const mn_extender *extender, GError **error)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    g_autoptr(GPtrArray) objects = g_ptr_array_new();
    g_autoptr(GArray) failures = g_array_new(FALSE, FALSE, sizeof(mn_extender_failure));
    mn_extender_answer answer = {
        .kept = kept,
        .objects = objects,
        .failures = failures,
        .arena = attempt->cycle.arena,
    };
    if (!extender->filter(extender,
                          attempt->cycle.pod,
                          (const mn_node_info *const *)attempt->feasible->pdata,
                          attempt->feasible->len,
                          &answer,
                          error))
        return false;
    g_ptr_array_set_size(attempt->feasible, 0);
    keep_nodes(attempt, extender, kept);
    keep_objects(attempt, objects);
    take_failures(attempt, failures);
    return true;
}

/* Who is no longer there fell to this extender. */
static void note_left_out(mn_attempt *attempt, const mn_extender *extender, const GPtrArray *before)
{
    g_autofree bool *kept = g_new0(bool, attempt->cycle.snapshot->number_count);
    for (guint i = 0; i < attempt->feasible->len; i++) {
        const mn_node_info *node = g_ptr_array_index(attempt->feasible, i);
        if (node->number < attempt->cycle.snapshot->number_count)
            kept[node->number] = true;
    }
    for (guint i = 0; i < before->len; i++) {
        const mn_node_info *node = g_ptr_array_index(before, i);
        if (node->number < attempt->cycle.snapshot->number_count && !kept[node->number])
            attempt->trace->left_out_by[node->number] = extender;
    }
}

static bool ask_filter(mn_attempt *attempt, const mn_extender *extender, GError **error)
{
    if (attempt->trace == NULL)
        return filter_by(attempt, extender, error);
    g_autoptr(GPtrArray) before = g_ptr_array_new();
    for (guint i = 0; i < attempt->feasible->len; i++)
        g_ptr_array_add(before, g_ptr_array_index(attempt->feasible, i));
    if (!filter_by(attempt, extender, error))
        return false;
    note_left_out(attempt, extender, before);
    return true;
}

bool mn_run_extender_filters(mn_attempt *attempt)
{
    const mn_profile *profile = attempt->cycle.profile;
    const guint before = attempt->feasible->len;
    for (size_t i = 0; i < profile->extender_count && attempt->feasible->len > 0; i++) {
        const mn_extender *extender = profile->extenders[i];
        g_autoptr(GError) error = NULL;
        if (extender->filter == NULL || !is_interested(extender, attempt->cycle.pod))
            continue;
        if (ask_filter(attempt, extender, &error) || extender->ignorable)
            continue;
        attempt->error = g_strdup(error->message);
        return false;
    }
    if (attempt->feasible->len != before)
        attempt->rejectors |= MN_REJECTED_BY_EXTENDER;
    return true;
}

/* ------------------------------------------------------------------ prioritize */

int64_t mn_extender_weighted(const mn_extender *extender, int64_t score)
{
    enum { TO_PLUGIN_SCALE = 10 }; /* an extender's 10 is a plugin's 100 */
    return mn_wrap_mul(mn_wrap_mul(score, extender->weight), TO_PLUGIN_SCALE);
}

void mn_run_extender_scores(mn_attempt *attempt)
{
    const mn_profile *profile = attempt->cycle.profile;
    const size_t count = attempt->feasible->len;
    for (size_t i = 0; i < profile->extender_count; i++) {
        const mn_extender *extender = profile->extenders[i];
        if (extender->prioritize == NULL || !is_interested(extender, attempt->cycle.pod))
            continue;
        int64_t *scores = MN_ARENA_NEW(attempt->cycle.arena, int64_t, count);
        if (!extender->prioritize(extender,
                                  attempt->cycle.pod,
                                  (const mn_node_info *const *)attempt->feasible->pdata,
                                  count,
                                  scores,
                                  NULL))
            continue;
        if (attempt->trace != NULL)
            attempt->trace->scores[i] = scores;
        for (size_t j = 0; j < count; j++)
            attempt->totals[j] =
                mn_wrap_add(attempt->totals[j], mn_extender_weighted(extender, scores[j]));
    }
}

/* ------------------------------------------------------------------ preempt */

static mn_extender_victims *ask_about(mn_arena *arena, const mn_preemption *preemption)
{
    mn_extender_victims *nodes =
        MN_ARENA_NEW(arena, mn_extender_victims, preemption->candidate_count);
    for (size_t i = 0; i < preemption->candidate_count; i++) {
        const mn_candidate *candidate = &preemption->candidates[i];
        const mn_pod **victims = MN_ARENA_NEW(arena, const mn_pod *, candidate->victim_count);
        for (size_t j = 0; j < candidate->victim_count; j++)
            victims[j] = candidate->victims[j].pod;
        nodes[i] = (mn_extender_victims){
            .node = candidate->node,
            .victims = victims,
            .victim_count = candidate->victim_count,
            .violations = candidate->violations,
        };
    }
    return nodes;
}

static mn_candidate answered(mn_attempt *attempt, const mn_extender_victims *node)
{
    mn_pod_info *victims = MN_ARENA_NEW(attempt->cycle.arena, mn_pod_info, node->victim_count);
    for (size_t i = 0; i < node->victim_count; i++)
        victims[i] = (mn_pod_info){
            .pod = node->victims[i],
            .class_ = mn_cache_class_of(attempt->scheduler->cache, node->victims[i]),
        };
    return (mn_candidate){
        .node = node->node,
        .victims = victims,
        .victim_count = node->victim_count,
        .violations = node->violations,
    };
}

/* A node without victims is an error, or is dropped where errors may be ignored. */
static bool take_answer(mn_attempt *attempt, const mn_extender *extender,
                        const mn_extender_victims *nodes)
{
    mn_preemption *preemption = &attempt->preemption;
    size_t count = 0;
    for (size_t i = 0; i < preemption->candidate_count; i++) {
        if (nodes[i].kept && nodes[i].victim_count == 0 && !extender->ignorable) {
            preemption->error = mn_arena_printf(attempt->cycle.arena,
                                                "expected at least one victim pod on node \"%s\"",
                                                mn_node_info_name(nodes[i].node));
            return false;
        }
        if (nodes[i].kept && nodes[i].victim_count > 0)
            preemption->candidates[count++] = answered(attempt, &nodes[i]);
    }
    preemption->candidate_count = count;
    return true;
}

bool mn_run_extender_preempt(mn_attempt *attempt)
{
    const mn_profile *profile = attempt->cycle.profile;
    mn_preemption *preemption = &attempt->preemption;
    for (size_t i = 0; i < profile->extender_count && preemption->candidate_count > 0; i++) {
        const mn_extender *extender = profile->extenders[i];
        g_autoptr(GError) error = NULL;
        if (extender->preempt == NULL || !is_interested(extender, attempt->cycle.pod))
            continue;
        mn_extender_victims *nodes = ask_about(attempt->cycle.arena, preemption);
        if (extender->preempt(extender,
                              attempt->cycle.pod,
                              nodes,
                              preemption->candidate_count,
                              attempt->cycle.arena,
                              &error)) {
            if (!take_answer(attempt, extender, nodes))
                return false;
        } else if (!extender->ignorable) {
            preemption->error = mn_arena_strdup(attempt->cycle.arena, error->message);
            return false;
        }
    }
    return true;
}
