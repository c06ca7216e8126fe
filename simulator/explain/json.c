/* SPDX-License-Identifier: Apache-2.0 */
/* For programs: docs/JSON.md is the reference. */
#include "generated/version.h"

#include "mullion/text/json_write.h"
#include "simulator/explain/report.h"

#include <inttypes.h>
#include <string.h>

static void write_texts(mn_json_writer *json, const char *key, const char *const *items,
                        size_t count)
{
    mn_json_key(json, key);
    mn_json_begin_array(json);
    for (size_t i = 0; i < count; i++)
        mn_json_string(json, items[i]);
    mn_json_end_array(json);
}

static void write_pod(mn_json_writer *json, const mn_explained *e)
{
    mn_json_key(json, "pod");
    mn_json_begin_object(json);
    mn_json_member_string(json, "namespace", e->namespace_);
    mn_json_member_string(json, "name", e->name);
    mn_json_key(json, "workload");
    mn_json_begin_object(json);
    mn_json_member_string(json, "kind", e->kind);
    mn_json_member_string(json, "name", e->owner);
    mn_json_end_object(json);
    mn_json_member_string(json, "picked", e->picked);
    mn_json_member_string(json, "outcome", mn_fate_id(e->record->fate));
    if (e->record->node != NULL)
        mn_json_member_string(json, "nodeName", e->record->node);
    mn_json_member_string(json, "reason", e->record->reason);
    mn_json_member_string(json, "message", e->record->message);
    mn_json_end_object(json);
}

static void write_signals(mn_json_writer *json, const mn_explained *e)
{
    mn_json_key(json, "signals");
    mn_json_begin_array(json);
    for (size_t i = 0; i < e->signal_count; i++) {
        const mn_explained_signal *signal = &e->signals[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "signal", signal->id);
        mn_json_member_string(json, "os", mn_os_name(signal->os));
        mn_json_member_string(json, "strength", mn_strength_name(signal->strength));
        mn_json_member_string(json, "field", signal->field);
        mn_json_member_string(json, "text", signal->text);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_need(mn_json_writer *json, const mn_explained *e)
{
    mn_json_key(json, "needs");
    mn_json_begin_object(json);
    mn_json_member_string(json, "kind", mn_os_need_name(e->need_kind));
    mn_json_member_string(json, "os", mn_os_name(e->need.os));
    if (e->need.builds.bounded) {
        mn_json_key(json, "windowsBuilds");
        mn_json_begin_array(json);
        for (size_t i = 0; i < e->need.builds.count; i++) {
            g_autofree char *text = g_strdup_printf("10.0.%u", e->need.builds.builds[i]);
            mn_json_string(json, text);
        }
        mn_json_end_array(json);
    }
    mn_json_member_string(json, "strength", mn_strength_name(e->need.strength));
    mn_json_member_string(json, "why", e->need.why);
    mn_json_member_string(json, "overruled", e->conflict);
    write_signals(json, e);
    write_texts(json, "absent", e->absent, e->absent_count);
    write_texts(json, "nodeSelector", e->selects, e->selects_count);
    write_texts(json, "tolerates", e->tolerates, e->tolerates_count);
    mn_json_end_object(json);
}

static void write_scheduling(mn_json_writer *json, const mn_explained *e)
{
    mn_json_key(json, "scheduling");
    mn_json_begin_object(json);
    mn_json_member_bool(json, "decided", e->moment == MN_EXPLAINED_ATTEMPT);
    mn_json_member_string(json, "whyNot", e->why_anew);
    mn_json_member_string(json, "schedulerName", e->profile);
    mn_json_member_int(json, "timeMs", e->time_ms);
    mn_json_member_size(json, "attempts", e->attempts);
    mn_json_member_string(json, "event", e->event);
    mn_json_member_string(json, "eventMessage", e->event_text);
    if (e->chosen != NULL)
        mn_json_member_string(json, "nodeName", e->chosen);
    if (e->nominated != NULL)
        mn_json_member_string(json, "nominatedNodeName", e->nominated);
    mn_json_member_string(json, "preFilterPlugin", e->pre_filter_by);
    mn_json_member_string(json, "preFilterReason", e->pre_filter_reason);
    if (e->score_error != NULL)
        mn_json_member_string(json, "scoreError", e->score_error);
    mn_json_member_size(json, "feasibleNodes", e->feasible);
    mn_json_member_size(json, "feasibleNodesThatRunIt", e->good);
    mn_json_member_size(json, "tiedNodes", e->tied);
    mn_json_member_bool(json, "scored", e->scored);
    mn_json_member_size(json, "searchStopsAt", e->wanted);
    mn_json_member_size(json, "lookedAt", e->seen);
    mn_json_end_object(json);
}

static void write_failures(mn_json_writer *json, const mn_explained_node *node)
{
    mn_json_key(json, "objections");
    mn_json_begin_array(json);
    for (size_t i = 0; i < node->failure_count; i++) {
        const mn_explained_failure *failure = &node->failures[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "plugin", failure->plugin);
        mn_json_member_string(json, "code", mn_code_name(failure->code));
        mn_json_member_string(json, "reason", failure->reason);
        mn_json_member_bool(json, "reported", failure->reported);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_scores(mn_json_writer *json, const mn_explained *e, const mn_explained_node *node)
{
    mn_json_key(json, "scores");
    mn_json_begin_array(json);
    for (size_t i = 0; i < e->column_count; i++) {
        const mn_explained_column *column = &e->columns[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, column->is_extender ? "extender" : "plugin", column->name);
        mn_json_member_int(json, "weight", column->weight);
        mn_json_member_int(json, "raw", node->scores[i].raw);
        mn_json_member_int(json, "normalized", node->scores[i].normalized);
        mn_json_member_int(json, "weighted", node->scores[i].weighted);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
    mn_json_member_int(json, "total", node->total);
}

static void write_node(mn_json_writer *json, const mn_explained *e, const mn_explained_node *node)
{
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", node->name);
    mn_json_member_string(json, "platform", node->platform);
    mn_json_member_string(json, "verdict", mn_explained_verdict_id(node->verdict));
    mn_json_member_bool(json, "chosen", node->chosen);
    mn_json_member_bool(json, "tied", node->tied);
    mn_json_member_bool(json, "lookedAt", node->seen);
    if (node->code != MN_CODE_SUCCESS) {
        mn_json_member_string(json, "by", node->by);
        mn_json_member_string(json, "code", mn_code_name(node->code));
        mn_json_member_string(json, "reason", node->reason);
    }
    write_failures(json, node);
    if (e->scored && node->scores != NULL)
        write_scores(json, e, node);
    mn_json_member_string(json, "match", node->match);
    mn_json_key(json, "kubelet");
    mn_json_begin_object(json);
    mn_json_member_string(json, "outcome", mn_fate_id(node->then.fate));
    mn_json_member_string(json, "status", node->then.status);
    mn_json_member_string(json, "reason", node->then.reason);
    mn_json_member_string(json, "message", node->then.message);
    mn_json_end_object(json);
    mn_json_end_object(json);
}

static void write_nodes(mn_json_writer *json, const mn_explained *e, const char *only)
{
    mn_json_key(json, "nodes");
    mn_json_begin_array(json);
    for (size_t i = 0; i < e->node_count; i++) {
        if (only == NULL || strcmp(e->nodes[i].name, only) == 0)
            write_node(json, e, &e->nodes[i]);
    }
    mn_json_end_array(json);
}

static void write_fixes(mn_json_writer *json, const mn_explained *e)
{
    mn_json_key(json, "fixes");
    mn_json_begin_array(json);
    for (size_t i = 0; i < e->fix_count; i++) {
        const mn_explained_fix *fix = &e->fixes[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "what", fix->what);
        mn_json_member_string(json, "command", fix->command);
        mn_json_member_string(json, "effect", fix->effect);
        mn_json_member_string(json, "price", fix->price);
        mn_json_member_size(json, "feasibleNodes", fix->feasible);
        mn_json_member_size(json, "moreNodes", fix->more);
        mn_json_member_size(json, "losers", fix->losers);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

void mn_explained_json(const mn_explained *e, const char *node, GString *out)
{
    g_auto(mn_json_writer) json;
    char seed[MN_JSON_NUMBER_TEXT];
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "apiVersion", "mullion.dev/v1alpha1");
    mn_json_member_string(&json, "kind", "Explanation");
    mn_json_key(&json, "metadata");
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "name", e->scenario);
    mn_json_end_object(&json);
    mn_json_member_string(&json, "mullionVersion", MN_VERSION);
    mn_json_member_string(&json, "kubernetesVersion", e->kubernetes);
    mn_json_key(&json, "seed");
    g_snprintf(seed, sizeof seed, "%" PRIu64, e->seed);
    mn_json_raw(&json, mn_str_of(seed));
    if (e->strategy != NULL)
        mn_json_member_string(&json, "strategy", e->strategy);
    mn_json_member_string(&json, "extender", e->extender);
    write_pod(&json, e);
    if (e->moment != MN_EXPLAINED_NEVER) {
        write_need(&json, e);
        write_scheduling(&json, e);
        write_nodes(&json, e, node);
        write_fixes(&json, e);
        mn_json_member_size(&json, "fixesTried", e->tried);
    }
    mn_json_end_object(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}
