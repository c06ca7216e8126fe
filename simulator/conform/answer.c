/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on one Pod, written as the recordings write it. */
#include "simulator/conform/answer.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void conform_texts(mn_json_writer *json, const char *const *texts, size_t count)
{
    mn_json_begin_array(json);
    for (size_t i = 0; i < count; i++)
        mn_json_string(json, texts[i]);
    mn_json_end_array(json);
}

/* Names of the plugins whose bits are set; the table is sorted by name. */
static void plugin_names(mn_json_writer *json, uint32_t bits)
{
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    mn_json_begin_array(json);
    for (size_t i = 0; i < count; i++) {
        if ((bits & (1U << i)) != 0)
            mn_json_string(json, plugins[i]->name);
    }
    mn_json_end_array(json);
}

static void code_and_reasons(mn_json_writer *json, mn_verdict verdict)
{
    mn_json_member_string(json, "code", mn_code_name(verdict.code));
    if (verdict.count == 0)
        return;
    mn_json_key(json, "reasons");
    conform_texts(json, verdict.reasons, verdict.count);
}

/* ------------------------------------------------------------------ PreFilter */

static void name_set(mn_json_writer *json, const mn_name_set *set)
{
    if (set->names == NULL)
        return;
    mn_json_key(json, "nodes");
    conform_texts(json, set->names, set->count);
}

static void single_pre_filters(mn_json_writer *json, const mn_explanation *explanation)
{
    size_t count;
    bool any = false;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (size_t i = 0; i < count; i++) {
        const mn_verdict verdict = explanation->pre_filters[i];
        const bool restricts = explanation->restricted_to[i].names != NULL;
        if (verdict.code == MN_CODE_SKIP || (mn_verdict_fits(verdict) && !restricts))
            continue;
        if (!any) {
            mn_json_key(json, "plugins");
            mn_json_begin_object(json);
            any = true;
        }
        mn_json_key(json, plugins[i]->name);
        mn_json_begin_object(json);
        code_and_reasons(json, verdict);
        name_set(json, &explanation->restricted_to[i]);
        mn_json_end_object(json);
    }
    if (any)
        mn_json_end_object(json);
}

static void restricted_by(mn_json_writer *json, const mn_explanation *explanation)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < MN_PLUGINS_MAX; i++)
        bits |= (uint32_t)(explanation->restricted_to[i].names != NULL) << i;
    if (explanation->candidates.names == NULL)
        return;
    name_set(json, &explanation->candidates);
    mn_json_key(json, "by");
    plugin_names(json, bits);
}

static void pre_filter(mn_json_writer *json, const mn_explanation *explanation)
{
    mn_json_key(json, "prefilter");
    mn_json_begin_object(json);
    code_and_reasons(json, explanation->pre_filter);
    if (explanation->pre_filter_plugin != NULL)
        mn_json_member_string(json, "plugin", explanation->pre_filter_plugin->name);
    if (explanation->count > 0) {
        restricted_by(json, explanation);
        if (explanation->skip_filter != 0) {
            mn_json_key(json, "skip");
            plugin_names(json, explanation->skip_filter);
        }
        single_pre_filters(json, explanation);
    }
    mn_json_end_object(json);
}

/* ------------------------------------------------------------------ nodes */

static void single_filters(mn_json_writer *json, const mn_profile *profile,
                           const mn_explanation *explanation, const mn_node_explanation *node)
{
    mn_json_key(json, "filter");
    mn_json_begin_object(json);
    for (size_t i = 0; i < profile->points[MN_POINT_FILTER].count; i++) {
        const mn_plugin *plugin = profile->points[MN_POINT_FILTER].items[i];
        const mn_verdict before = explanation->pre_filters[plugin->index];
        const bool failed_before = mn_verdict_rejects(before);
        const mn_verdict verdict = failed_before ? before : node->filters[plugin->index];
        if (mn_verdict_fits(verdict))
            continue;
        mn_json_key(json, plugin->name);
        mn_json_begin_object(json);
        code_and_reasons(json, verdict);
        if (failed_before)
            mn_json_member_bool(json, "prefilter", true);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

static void nodes(mn_json_writer *json, const mn_profile *profile,
                  const mn_explanation *explanation)
{
    mn_json_key(json, "nodes");
    mn_json_begin_object(json);
    for (size_t i = 0; i < explanation->count; i++) {
        const mn_node_explanation *node = &explanation->nodes[i];
        mn_json_key(json, mn_node_info_name(node->node));
        mn_json_begin_object(json);
        single_filters(json, profile, explanation, node);
        mn_json_member_string(
            json, "firstFailure", node->first_failure == NULL ? NULL : node->first_failure->name);
        if (node->first_failure != NULL)
            mn_json_member_string(json, "code", mn_code_name(node->verdict.code));
        if (node->excluded)
            mn_json_member_bool(json, "prefilterExcluded", true);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

/* ------------------------------------------------------------------ scores */

static void one_score(mn_json_writer *json, const mn_profile *profile,
                      const mn_explanation *explanation, const mn_node_explanation *node)
{
    mn_json_key(json, mn_node_info_name(node->node));
    mn_json_begin_object(json);
    for (size_t i = 0; i < profile->points[MN_POINT_SCORE].count; i++) {
        const mn_plugin *plugin = profile->points[MN_POINT_SCORE].items[i];
        const mn_score *score = &node->scores[plugin->index];
        if ((explanation->skip_score & (1U << plugin->index)) != 0)
            continue;
        mn_json_key(json, plugin->name);
        mn_json_begin_object(json);
        mn_json_member_int(json, "raw", score->raw);
        mn_json_member_int(json, "normalized", score->normalized);
        mn_json_member_int(json, "weighted", score->weighted);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

static void write_scores(mn_json_writer *json, const mn_profile *profile,
                         const mn_explanation *explanation, const char *const *best,
                         size_t best_count)
{
    uint32_t scoring = 0;
    for (size_t i = 0; i < profile->points[MN_POINT_SCORE].count; i++)
        scoring |= 1U << profile->points[MN_POINT_SCORE].items[i]->index;
    if ((explanation->skip_score & scoring) != 0) {
        mn_json_key(json, "skippedScorePlugins");
        plugin_names(json, explanation->skip_score & scoring);
    }
    mn_json_key(json, "scores");
    mn_json_begin_object(json);
    for (size_t i = 0; i < explanation->count; i++) {
        if (explanation->nodes[i].feasible)
            one_score(json, profile, explanation, &explanation->nodes[i]);
    }
    mn_json_end_object(json);
    mn_json_key(json, "total");
    mn_json_begin_object(json);
    for (size_t i = 0; i < explanation->count; i++) {
        const mn_node_explanation *node = &explanation->nodes[i];
        if (node->feasible)
            mn_json_member_int(json, mn_node_info_name(node->node), node->total);
    }
    mn_json_end_object(json);
    mn_json_key(json, "best");
    conform_texts(json, best, best_count);
}

static size_t feasible_names(const mn_explanation *explanation, const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i < explanation->count; i++) {
        if (explanation->nodes[i].feasible)
            names[count++] = mn_node_info_name(explanation->nodes[i].node);
    }
    if (count > 1)
        qsort(names, count, sizeof *names, by_text);
    return count;
}

static size_t best_names(const mn_explanation *explanation, const char **names)
{
    size_t count = 0;
    int64_t best = 0;
    for (size_t i = 0; i < explanation->count; i++) {
        const mn_node_explanation *node = &explanation->nodes[i];
        if (!node->feasible || (count > 0 && node->total < best))
            continue;
        if (count > 0 && node->total > best)
            count = 0;
        best = node->total;
        names[count++] = mn_node_info_name(node->node);
    }
    if (count > 1)
        qsort(names, count, sizeof *names, by_text);
    return count;
}

static void feasible_and_scores(mn_json_writer *json, const conform_case *c,
                                const mn_explanation *explanation)
{
    const char **names = MN_ARENA_NEW(c->arena, const char *, explanation->count);
    const size_t count = feasible_names(explanation, names);
    mn_json_key(json, "feasible");
    conform_texts(json, names, count);
    if (count == 1)
        mn_json_member_bool(json, "scoringSkipped", true);
    if (explanation->score_error != NULL) {
        mn_json_member_string(json, "scoreError", explanation->score_error);
    } else if (count > 0) {
        const size_t best = best_names(explanation, names);
        write_scores(json, c->profile, explanation, names, best);
    }
}

/* ------------------------------------------------------------------ the rest */

void conform_victims(mn_json_writer *json, const mn_pod_info *victims, size_t count)
{
    mn_json_begin_array(json);
    for (size_t i = 0; i < count; i++) {
        const mn_meta *meta = &victims[i].pod->meta;
        g_autofree char *name = g_strdup_printf("%s/%s", mn_meta_namespace(meta), meta->name);
        mn_json_string(json, name);
    }
    mn_json_end_array(json);
}

static void preemption(mn_json_writer *json, const mn_outcome *outcome)
{
    mn_json_key(json, "preemption");
    mn_json_begin_object(json);
    mn_json_member_string(json, "code", "Success");
    mn_json_key(json, "candidates");
    mn_json_begin_object(json);
    for (size_t i = 0; i < outcome->candidate_count; i++) {
        const mn_candidate *candidate = &outcome->candidates[i];
        mn_json_key(json, mn_node_info_name(candidate->node));
        mn_json_begin_object(json);
        mn_json_key(json, "victims");
        conform_victims(json, candidate->victims, candidate->victim_count);
        mn_json_member_int(json, "pdbViolations", (int64_t)candidate->violations);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
    if (outcome->refusal_count > 0) {
        mn_json_key(json, "rejected");
        mn_json_begin_object(json);
        for (size_t i = 0; i < outcome->refusal_count; i++) {
            mn_json_key(json, outcome->refusals[i].name);
            mn_json_begin_object(json);
            code_and_reasons(json, outcome->refusals[i].verdict);
            mn_json_end_object(json);
        }
        mn_json_end_object(json);
    }
    mn_json_key(json, "nominated");
    conform_texts(json, outcome->nominated_ties, outcome->nominated_tie_count);
    mn_json_end_object(json);
}

/* DynamicResources fails over the state it never had. */
static bool post_filter_failed(const conform_case *c, const mn_explanation *explanation)
{
    return explanation->pre_filter.code == MN_CODE_UNRESOLVABLE &&
           mn_profile_has(c->profile, MN_POINT_POST_FILTER, "DynamicResources");
}

static void message(mn_json_writer *json, const char *text)
{
    g_autofree char *event = mn_message_event(text);
    mn_json_member_string(json, "message", text);
    if (strcmp(event, text) != 0)
        mn_json_member_string(json, "eventMessage", event);
}

static void pre_enqueue(mn_json_writer *json, const mn_explanation *explanation)
{
    if (mn_verdict_fits(explanation->pre_enqueue))
        return;
    mn_json_key(json, "preEnqueue");
    mn_json_begin_object(json);
    code_and_reasons(json, explanation->pre_enqueue);
    mn_json_member_string(json, "plugin", explanation->pre_enqueue_plugin->name);
    mn_json_end_object(json);
}

/* Gates are told apart; everything else is asked as if there were none. */
static const mn_pod *without_gates(const conform_case *c)
{
    mn_pod *pod = MN_ARENA_NEW(c->arena, mn_pod, 1);
    *pod = *c->pod;
    pod->spec.scheduling_gates.count = 0;
    return pod;
}

void conform_verdict(conform_case *c, mn_scheduler *scheduler, mn_json_writer *json)
{
    const mn_explanation *explanation = mn_scheduler_explain(scheduler, c->pod);
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", c->name);
    mn_json_member_string(json, "group", c->group);
    pre_enqueue(json, explanation);
    pre_filter(json, explanation);
    nodes(json, c->profile, explanation);
    feasible_and_scores(json, c, explanation);
    if (explanation->rejectors != 0) {
        mn_json_key(json, "unschedulablePlugins");
        plugin_names(json, explanation->rejectors);
    }
    const bool failed = post_filter_failed(c, explanation);
    const mn_outcome *outcome = mn_scheduler_place(scheduler, without_gates(c));
    if (outcome->kind == MN_OUTCOME_UNSCHEDULABLE)
        message(json, outcome->message);
    if (outcome->candidate_count > 0)
        preemption(json, outcome);
    if (outcome->kind == MN_OUTCOME_UNSCHEDULABLE && failed) {
        mn_json_key(json, "preemption");
        mn_json_begin_object(json);
        mn_json_member_string(json, "code", "Error");
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}
