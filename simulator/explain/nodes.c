/* SPDX-License-Identifier: Apache-2.0 */
/* Node by node: what kube-scheduler's plugins said, and what kubelet would do then.
 *
 * Everything is copied, since what the cycle says is gone with its next question.
 */
#include "simulator/explain/ask.h"
#include "simulator/scenario/duration.h"

#include <stdlib.h>
#include <string.h>

const char *mn_explained_verdict_id(mn_explained_verdict verdict)
{
    static const char *const ids[] = {
        [MN_EXPLAINED_FEASIBLE] = "feasible",
        [MN_EXPLAINED_REJECTED] = "rejected",
        [MN_EXPLAINED_EXCLUDED] = "excluded",
        [MN_EXPLAINED_LEFT_OUT] = "rejected-by-extender",
        [MN_EXPLAINED_UNSEEN] = "not-looked-at",
        [MN_EXPLAINED_UNASKED] = "not-asked",
    };
    return ids[verdict];
}

/* ---------------------------------------------------------------- kubelet */

mn_candidate_pod *mn_candidate_pod_new(mn_ask *ask, const mn_pod *pod)
{
    mn_candidate_pod *candidate = g_new0(mn_candidate_pod, 1);
    candidate->arena = ask->arena;
    candidate->truth = &ask->truth;
    candidate->pod = pod;
    candidate->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mn_truth_need(&ask->truth, &pod->meta, &pod->spec, ask->findings, &candidate->need);
    return candidate;
}

void mn_candidate_pod_free(mn_candidate_pod *candidate)
{
    if (candidate == NULL)
        return;
    g_hash_table_unref(candidate->answers);
    g_free(candidate);
}

/* Everything that kubelet's answer depends on, of a node. */
static char *likeness(const mn_node *node, const mn_os_offer *offer)
{
    GString *key = g_string_new(NULL);
    const mn_win_version *v = &offer->version;
    g_string_printf(key,
                    "%d %u.%u.%u.%u %d",
                    (int)offer->os,
                    (unsigned)v->major,
                    (unsigned)v->minor,
                    (unsigned)v->build,
                    v->has_revision ? (unsigned)v->revision : 0,
                    (int)offer->rule);
    for (size_t i = 0; i < node->status.runtime_handlers.count; i++) {
        const char *name = node->status.runtime_handlers.items[i].name;
        g_string_append_printf(key, " %s", name == NULL ? "" : name);
    }
    return g_string_free(key, FALSE);
}

mn_kubelet_answer mn_candidate_pod_ask(mn_candidate_pod *candidate, const mn_node *node)
{
    const mn_kubelet kubelet = {
        .arena = candidate->arena,
        .truth = candidate->truth,
        .node = node,
        .offer = mn_os_offer_of(&candidate->truth->policy, node),
    };
    g_autofree char *key = likeness(node, &kubelet.offer);
    const mn_kubelet_answer *known = g_hash_table_lookup(candidate->answers, key);
    if (known != NULL)
        return *known;
    mn_pod bound = *candidate->pod;
    bound.spec.node_name = node->meta.name;
    mn_kubelet_answer *answer = MN_ARENA_NEW(candidate->arena, mn_kubelet_answer, 1);
    *answer = mn_kubelet_run(&kubelet, &bound, &candidate->need);
    g_hash_table_insert(candidate->answers, g_steal_pointer(&key), answer);
    return *answer;
}

/* What stands behind the last quoted name: the cause, without which image it was. */
static const char *cause_of(const mn_kubelet_answer *answer)
{
    static const char behind_image[] = "\": ";
    const char *cause = NULL;
    for (const char *p = strstr(answer->message, behind_image); p != NULL;
         p = strstr(p + 1, behind_image))
        cause = p + sizeof behind_image - 1;
    return cause == NULL ? answer->remark : cause;
}

static void explain_then(mn_arena *arena, mn_explained_node *node)
{
    const mn_kubelet_answer *answer = &node->then;
    node->then_brief = "runs";
    node->then_cause = "";
    if (mn_answer_is_good(answer))
        return;
    node->then_brief =
        mn_arena_printf(arena, "%s%s", answer->status, answer->holds ? " for ever" : "");
    node->then_cause = cause_of(answer);
}

/* ---------------------------------------------------------------- columns */

static bool scores_at_all(const mn_explanation *explanation, const mn_plugin *plugin)
{
    return plugin->score != NULL && (explanation->skip_score & (1U << plugin->index)) == 0;
}

/* Plugins in their order, then the extenders. `indexes` gets the plugins' indexes, and beyond
 * those the places of extenders. */
static void explain_columns(mn_ask *ask, const mn_explanation *explanation, size_t *indexes)
{
    const mn_plugin_list *plugins = &ask->profile->points[MN_POINT_SCORE];
    const size_t most = plugins->count + ask->profile->extender_count;
    mn_explained_column *columns = MN_ARENA_NEW(ask->arena, mn_explained_column, most);
    size_t count = 0;
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (!scores_at_all(explanation, plugin))
            continue;
        indexes[count] = plugin->index;
        columns[count++] = (mn_explained_column){.name = plugin->name,
                                                 .weight = ask->profile->weights[plugin->index]};
    }
    for (size_t i = 0; i < ask->profile->extender_count; i++) {
        const mn_extender *extender = ask->profile->extenders[i];
        if (!explanation->extenders_asked[i])
            continue;
        indexes[count] = i;
        columns[count++] = (mn_explained_column){
            .name = mn_arena_strdup(ask->arena, extender->name),
            .weight = extender->weight,
            .is_extender = true,
        };
    }
    ask->out->columns = columns;
    ask->out->column_count = count;
}

/* ---------------------------------------------------------------- one node */

static const char *reason_text(mn_arena *arena, mn_verdict verdict)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < verdict.count; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", verdict.reasons[i]);
    return mn_arena_strdup(arena, text->str);
}

static void explain_failures(const mn_ask *ask, const mn_node_explanation *from,
                             mn_explained_node *to)
{
    const mn_plugin_list *plugins = &ask->profile->points[MN_POINT_FILTER];
    mn_explained_failure *failures = MN_ARENA_NEW(ask->arena, mn_explained_failure, plugins->count);
    size_t count = 0;
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        const mn_verdict verdict = from->filters[plugin->index];
        if (mn_verdict_fits(verdict))
            continue;
        failures[count++] = (mn_explained_failure){
            .plugin = plugin->name,
            .code = verdict.code,
            .reason = reason_text(ask->arena, verdict),
            .reported = plugin == from->first_failure,
        };
    }
    to->failures = failures;
    to->failure_count = count;
}

static void refuse(mn_explained_node *node, mn_explained_verdict verdict, const char *by,
                   mn_code code, const char *reason)
{
    node->verdict = verdict;
    node->by = by;
    node->code = code;
    node->reason = reason;
}

static void explain_verdict(const mn_ask *ask, const mn_explanation *explanation,
                            const mn_node_explanation *from, mn_explained_node *to)
{
    mn_arena *arena = ask->arena;
    refuse(to, MN_EXPLAINED_FEASIBLE, "", MN_CODE_SUCCESS, "");
    if (from->feasible)
        return;
    if (!mn_verdict_fits(explanation->pre_filter))
        refuse(to,
               MN_EXPLAINED_UNASKED,
               explanation->pre_filter_plugin->name,
               explanation->pre_filter.code,
               reason_text(arena, explanation->pre_filter));
    else if (from->excluded)
        refuse(to, MN_EXPLAINED_EXCLUDED, "NodeAffinity", MN_CODE_UNRESOLVABLE, "it names others");
    else if (from->first_failure != NULL)
        refuse(to,
               MN_EXPLAINED_REJECTED,
               from->first_failure->name,
               from->verdict.code,
               reason_text(arena, from->verdict));
    else if (from->left_out_by != NULL)
        refuse(to,
               MN_EXPLAINED_LEFT_OUT,
               mn_arena_strdup(arena, from->left_out_by->name),
               mn_verdict_fits(from->extender_verdict) ? MN_CODE_UNSCHEDULABLE
                                                       : from->extender_verdict.code,
               mn_verdict_fits(from->extender_verdict)
                   ? "it left the node out without a word"
                   : reason_text(arena, from->extender_verdict));
    else
        refuse(to,
               MN_EXPLAINED_UNSEEN,
               "",
               MN_CODE_SUCCESS,
               explanation->error != NULL ? "the cycle had failed before"
                                          : "it had found enough before it came here");
}

static void explain_scores(const mn_ask *ask, const mn_node_explanation *from,
                           const size_t *indexes, mn_explained_node *to)
{
    const mn_explained *out = ask->out;
    mn_score *scores = MN_ARENA_NEW(ask->arena, mn_score, out->column_count);
    for (size_t i = 0; i < out->column_count; i++) {
        if (!out->columns[i].is_extender)
            scores[i] = from->scores[indexes[i]];
        else if (from->extender_scores != NULL)
            scores[i] = from->extender_scores[indexes[i]];
    }
    to->scores = scores;
    to->total = from->total;
}

static const char *platform_text(mn_arena *arena, const mn_os_offer *offer)
{
    if (offer->os == MN_OS_UNKNOWN)
        return "unknown OS";
    if (offer->os == MN_OS_LINUX)
        return "linux";
    if (offer->version.build == 0)
        return "windows, build unknown";
    return mn_arena_printf(arena, "windows 10.0.%u", (unsigned)offer->version.build);
}

static mn_explained_node explain_node(const mn_ask *ask, const mn_explanation *explanation,
                                      const mn_node_explanation *from, mn_candidate_pod *candidate)
{
    mn_arena *arena = ask->arena;
    const mn_node *node = from->node->node;
    const mn_os_offer offer = mn_os_offer_of(&ask->truth.policy, node);
    g_autoptr(GString) match = g_string_new(NULL);
    mn_os_match_why(&candidate->need, &offer, match);
    mn_explained_node to = {
        .name = mn_arena_strdup(arena, node->meta.name),
        .platform = platform_text(arena, &offer),
        .seen = from->seen,
        .then = mn_candidate_pod_ask(candidate, node),
        .match = mn_arena_strdup(arena, match->str),
    };
    explain_then(arena, &to);
    explain_verdict(ask, explanation, from, &to);
    explain_failures(ask, from, &to);
    return to;
}

/* ---------------------------------------------------------------- all of them */

typedef struct place {
    mn_explained_node node;
    const mn_node *object;
    size_t number;
} place;

static int verdict_order(mn_explained_verdict verdict)
{
    return verdict == MN_EXPLAINED_FEASIBLE ? 0 : verdict == MN_EXPLAINED_UNSEEN ? 1 : 2;
}

/* Feasible ones by their total; the others as kube-scheduler has them. */
static int by_rank(const void *a, const void *b)
{
    const place *one = a, *other = b;
    const int order = verdict_order(one->node.verdict) - verdict_order(other->node.verdict);
    if (order != 0)
        return order;
    if (one->node.total != other->node.total)
        return one->node.total > other->node.total ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

static void count_nodes(mn_explained *out, const mn_explanation *explanation)
{
    out->wanted = explanation->wanted;
    for (size_t i = 0; i < out->node_count; i++) {
        const mn_explained_node *node = &out->nodes[i];
        const bool feasible = node->verdict == MN_EXPLAINED_FEASIBLE;
        out->seen += node->seen;
        out->feasible += feasible;
        out->good += feasible && mn_answer_is_good(&node->then);
    }
    out->unseen = mn_verdict_fits(explanation->pre_filter) && explanation->candidates.names == NULL
                      ? out->node_count - out->seen
                      : 0;
    out->scored = out->feasible > 1 && explanation->score_error == NULL;
}

void mn_explain_nodes(mn_ask *ask, const mn_explanation *explanation, mn_candidate_pod *candidate)
{
    mn_explained *out = ask->out;
    const size_t count = explanation->count;
    size_t *indexes =
        MN_ARENA_NEW(ask->arena, size_t, MN_PLUGINS_MAX + ask->profile->extender_count);
    explain_columns(ask, explanation, indexes);
    g_autofree place *places = g_new0(place, count + 1);
    for (size_t i = 0; i < count; i++) {
        const mn_node_explanation *from = &explanation->nodes[i];
        places[i].node = explain_node(ask, explanation, from, candidate);
        places[i].object = from->node->node;
        places[i].number = i;
        if (from->feasible)
            explain_scores(ask, from, indexes, &places[i].node);
    }
    if (count > 1)
        qsort(places, count, sizeof *places, by_rank);
    mn_explained_node *nodes = MN_ARENA_NEW(ask->arena, mn_explained_node, count);
    ask->nodes = MN_ARENA_NEW(ask->arena, const mn_node *, count);
    for (size_t i = 0; i < count; i++) {
        nodes[i] = places[i].node;
        ask->nodes[i] = places[i].object;
    }
    out->nodes = nodes;
    out->node_count = count;
    count_nodes(out, explanation);
    out->pre_filter_by =
        explanation->pre_filter_plugin == NULL ? "" : explanation->pre_filter_plugin->name;
    out->pre_filter_reason = reason_text(ask->arena, explanation->pre_filter);
    out->score_error = explanation->score_error == NULL
                           ? NULL
                           : mn_arena_strdup(ask->arena, explanation->score_error);
}

/* ---------------------------------------------------------------- what was decided */

/* Of the node that it went to it is known how long that took. */
static void tell_start(mn_ask *ask, mn_explained_node *node)
{
    const mn_record_pod *pod = ask->out->record;
    if (pod->fate != MN_FATE_RUNS || g_strcmp0(pod->node, node->name) != 0 ||
        pod->scheduled_ms < 0 || pod->ready_ms < pod->scheduled_ms)
        return;
    const int64_t seconds = (pod->ready_ms - pod->scheduled_ms + 500) / 1000;
    g_autofree char *time = mn_duration_format(seconds * 1000);
    node->then_brief = mn_arena_printf(ask->arena, "runs after %s", time);
}

static void mark_nodes(mn_ask *ask, const mn_outcome *outcome)
{
    mn_explained *out = ask->out;
    mn_explained_node *nodes = (mn_explained_node *)(uintptr_t)out->nodes;
    for (size_t i = 0; i < out->node_count; i++) {
        mn_explained_node *node = &nodes[i];
        node->chosen = out->chosen != NULL && strcmp(node->name, out->chosen) == 0;
        node->tied = outcome->scored && node->verdict == MN_EXPLAINED_FEASIBLE &&
                     node->total == outcome->best;
        if (node->chosen && ask->out->moment == MN_EXPLAINED_ATTEMPT)
            tell_start(ask, node);
        if (!node->chosen || i == 0)
            continue;
        const mn_explained_node first = *node;
        const mn_node *object = ask->nodes[i];
        memmove(&nodes[1], &nodes[0], i * sizeof *nodes);
        memmove(&ask->nodes[1], &ask->nodes[0], i * sizeof *ask->nodes);
        nodes[0] = first;
        ask->nodes[0] = object;
    }
}

void mn_explain_outcome(mn_ask *ask, const mn_outcome *outcome)
{
    mn_explained *out = ask->out;
    mn_arena *arena = ask->arena;
    const bool placed = outcome->kind == MN_OUTCOME_PLACED;
    out->chosen = placed ? mn_arena_strdup(arena, outcome->node) : NULL;
    out->tied = outcome->scored ? outcome->tie_count : 0;
    out->nominated =
        outcome->nominated_node == NULL ? NULL : mn_arena_strdup(arena, outcome->nominated_node);
    out->event = placed ? "Scheduled" : "FailedScheduling";
    if (placed) {
        out->event_text = mn_arena_printf(
            arena, "Successfully assigned %s/%s to %s", out->namespace_, out->name, outcome->node);
    } else {
        g_autofree char *text = mn_message_event(outcome->message);
        out->event_text = mn_arena_strdup(arena, text);
    }
    mark_nodes(ask, outcome);
}
