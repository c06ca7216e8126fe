/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs: the whole record, field by field. docs/JSON.md is its
 * reference; a field keeps its name and meaning within an apiVersion. */
#include "generated/version.h"

#include "mullion/text/json_write.h"
#include "simulator/reports/reports.h"

#include <inttypes.h>

static void write_amount(mn_json_writer *json, const char *key, const mn_record_amount *amount)
{
    mn_json_key(json, key);
    mn_json_begin_object(json);
    mn_json_member_int(json, "milliCPU", amount->milli_cpu);
    mn_json_member_int(json, "memoryBytes", amount->memory_bytes);
    mn_json_end_object(json);
}

/* All of them, zeros too: a reader need not ask whether a key is there. */
static void write_counts(mn_json_writer *json, const size_t counts[MN_FATE_COUNT])
{
    static const char *const keys[MN_FATE_COUNT] = {
        [MN_FATE_RUNS] = "runs",
        [MN_FATE_WRONG_OS] = "wrongOS",
        [MN_FATE_WRONG_BUILD] = "wrongBuild",
        [MN_FATE_FAILED] = "failed",
        [MN_FATE_PENDING] = "pending",
        [MN_FATE_REJECTED] = "rejected",
        [MN_FATE_STARTING] = "starting",
        [MN_FATE_ABSENT] = "notMade",
    };
    mn_json_key(json, "counts");
    mn_json_begin_object(json);
    for (size_t i = 0; i < MN_FATE_COUNT; i++)
        mn_json_member_size(json, keys[i], counts[i]);
    mn_json_end_object(json);
}

static void write_build(mn_json_writer *json, uint16_t build)
{
    if (build == 0)
        return;
    g_autofree char *text = g_strdup_printf("10.0.%u", build);
    mn_json_member_string(json, "windowsBuild", text);
}

static void write_need(mn_json_writer *json, const mn_record_need *need)
{
    mn_json_key(json, "needs");
    mn_json_begin_object(json);
    mn_json_member_string(json, "os", mn_os_name(need->os));
    if (need->builds.bounded) {
        mn_json_key(json, "windowsBuilds");
        mn_json_begin_array(json);
        for (size_t i = 0; i < need->builds.count; i++) {
            g_autofree char *text = g_strdup_printf("10.0.%u", need->builds.builds[i]);
            mn_json_string(json, text);
        }
        mn_json_end_array(json);
    }
    mn_json_member_string(json, "strength", mn_strength_name(need->strength));
    mn_json_member_string(json, "why", need->why);
    mn_json_end_object(json);
}

static void write_summary(mn_json_writer *json, const mn_record_totals *totals)
{
    mn_json_key(json, "summary");
    mn_json_begin_object(json);
    mn_json_member_size(json, "workloads", totals->workloads);
    mn_json_member_size(json, "pods", totals->pods);
    write_counts(json, totals->counts);
    mn_json_key(json, "nodes");
    mn_json_begin_object(json);
    mn_json_member_size(json, "linux", totals->linux_nodes);
    mn_json_member_size(json, "windows", totals->windows_nodes);
    mn_json_member_size(json, "other", totals->other_nodes);
    mn_json_end_object(json);
    mn_json_member_size(json, "windowsBuilds", totals->windows_builds);
    write_amount(json, "allocatable", &totals->allocatable);
    write_amount(json, "requested", &totals->requested);
    write_amount(json, "heldByDeadPods", &totals->held);
    mn_json_member_size(json, "created", totals->created);
    mn_json_member_size(json, "deleted", totals->deleted);
    mn_json_member_size(json, "evictions", totals->evictions);
    mn_json_member_size(json, "preemptions", totals->preemptions);
    mn_json_member_size(json, "recreated", totals->recreations);
    mn_json_member_size(json, "failedLeft", totals->failed_left);
    mn_json_end_object(json);
}

static void write_pools(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "pools");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->pool_count; i++) {
        const mn_record_pool *pool = &record->pools[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "name", pool->name);
        mn_json_member_bool(json, "declared", pool->declared);
        mn_json_member_string(json, "os", mn_os_name(pool->os));
        write_build(json, pool->build);
        mn_json_member_string(json, "containerRuntime", pool->runtime);
        mn_json_member_string(json, "taints", pool->taints);
        mn_json_member_size(json, "nodes", pool->node_count);
        write_counts(json, pool->counts);
        write_amount(json, "allocatable", &pool->allocatable);
        write_amount(json, "requested", &pool->requested);
        write_amount(json, "heldByDeadPods", &pool->held);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_nodes(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "nodes");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->node_count; i++) {
        const mn_record_node *node = &record->nodes[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "name", node->name);
        mn_json_member_string(json, "pool", record->pools[node->pool].name);
        mn_json_member_string(json, "os", mn_os_name(node->os));
        write_build(json, node->build);
        mn_json_member_string(json, "containerRuntime", node->runtime);
        mn_json_member_string(json, "taints", node->taints);
        mn_json_member_bool(json, "unschedulable", node->unschedulable);
        write_counts(json, node->counts);
        mn_json_member_int(json, "allocatablePods", node->allocatable_pods);
        write_amount(json, "allocatable", &node->allocatable);
        write_amount(json, "requested", &node->requested);
        write_amount(json, "heldByDeadPods", &node->held);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_workloads(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "workloads");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->workload_count; i++) {
        const mn_record_workload *workload = &record->workloads[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "kind", workload->kind);
        mn_json_member_string(json, "namespace", workload->namespace_);
        mn_json_member_string(json, "name", workload->name);
        mn_json_member_string(json, "origin", workload->origin);
        write_need(json, &workload->need);
        mn_json_member_size(json, "pods", workload->pod_count);
        write_counts(json, workload->counts);
        write_amount(json, "heldByDeadPods", &workload->held);
        mn_json_member_size(json, "created", workload->created);
        mn_json_member_size(json, "deleted", workload->deleted);
        mn_json_member_size(json, "evicted", workload->evicted);
        mn_json_member_size(json, "recreated", workload->recreated);
        mn_json_member_size(json, "failedLeft", workload->failed_left);
        mn_json_member_string(json, "remark", workload->remark);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_owner(mn_json_writer *json, const mn_record *record, const mn_record_pod *pod)
{
    const mn_record_workload *workload = &record->workloads[pod->workload];
    mn_json_key(json, "workload");
    mn_json_begin_object(json);
    mn_json_member_string(json, "kind", workload->kind);
    mn_json_member_string(json, "name", workload->name);
    mn_json_end_object(json);
}

static void write_pods(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "pods");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "namespace", pod->namespace_);
        mn_json_member_string(json, "name", pod->name);
        write_owner(json, record, pod);
        mn_json_member_size(json, "sequence", pod->sequence);
        mn_json_member_bool(json, "existed", pod->existed);
        mn_json_member_int(json, "priority", pod->priority);
        write_need(json, &pod->need);
        write_amount(json, "requests", &pod->requests);
        if (pod->node != NULL)
            mn_json_member_string(json, "nodeName", pod->node);
        mn_json_member_int(json, "createdMs", pod->created_ms);
        if (pod->scheduled_ms >= 0)
            mn_json_member_int(json, "scheduledMs", pod->scheduled_ms);
        if (pod->ready_ms >= 0)
            mn_json_member_int(json, "readyMs", pod->ready_ms);
        mn_json_member_size(json, "recreations", pod->recreations);
        mn_json_member_size(json, "evictions", pod->evictions);
        mn_json_member_size(json, "feasibleNodes", pod->feasible);
        mn_json_member_size(json, "tiedNodes", pod->ties);
        mn_json_member_string(json, "outcome", mn_fate_id(pod->fate));
        mn_json_member_bool(json, "holdsRequests", pod->holds);
        mn_json_member_string(json, "status", pod->status);
        mn_json_member_string(json, "reason", pod->reason);
        mn_json_member_string(json, "message", pod->message);
        mn_json_member_string(json, "remark", pod->remark);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_pod_name(mn_json_writer *json, const char *key, const char *namespace_,
                           const char *name)
{
    mn_json_key(json, key);
    mn_json_begin_object(json);
    mn_json_member_string(json, "namespace", namespace_);
    mn_json_member_string(json, "name", name);
    mn_json_end_object(json);
}

static void write_preemptions(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "preemptions");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->preemption_count; i++) {
        const mn_record_preemption *one = &record->preemptions[i];
        mn_json_begin_object(json);
        mn_json_member_int(json, "timeMs", one->time_ms);
        mn_json_member_string(json, "nodeName", one->node);
        write_pod_name(json, "preemptor", one->preemptor_namespace, one->preemptor_name);
        write_pod_name(json, "victim", one->victim_namespace, one->victim_name);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_timeline(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "timeline");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->action_count; i++) {
        const mn_record_action *action = &record->actions[i];
        mn_json_begin_object(json);
        mn_json_member_int(json, "timeMs", action->time_ms);
        mn_json_member_string(json, "file", action->file);
        mn_json_member_size(json, "line", action->line);
        mn_json_member_string(json, "command", action->command);
        mn_json_member_string(json, "text", action->text);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_notes(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "notes");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->note_count; i++) {
        const mn_record_note *note = &record->notes[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "kind", mn_note_kind_id(note->kind));
        mn_json_member_bool(json, "warning", note->warning);
        mn_json_member_string(json, "subject", note->subject);
        mn_json_member_string(json, "text", note->text);
        mn_json_member_size(json, "count", note->count);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_live_extenders(mn_json_writer *json, const mn_record *record)
{
    mn_json_key(json, "liveExtenders");
    mn_json_begin_array(json);
    for (size_t i = 0; i < record->live_extender_count; i++)
        mn_json_string(json, record->live_extenders[i]);
    mn_json_end_array(json);
}

void mn_report_json(const mn_record *record, const mn_view *view, GString *out)
{
    (void)view;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "apiVersion", "mullion.dev/v1alpha1");
    mn_json_member_string(&json, "kind", "Run");
    mn_json_key(&json, "metadata");
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "name", record->scenario);
    mn_json_end_object(&json);
    mn_json_member_string(&json, "mullionVersion", MN_VERSION);
    mn_json_member_string(&json, "kubernetesVersion", record->kubernetes);
    mn_json_key(&json, "seed");
    char seed[MN_JSON_NUMBER_TEXT];
    g_snprintf(seed, sizeof seed, "%" PRIu64, record->seed);
    mn_json_raw(&json, mn_str_of(seed));
    if (record->strategy != NULL)
        mn_json_member_string(&json, "strategy", record->strategy);
    mn_json_member_string(&json, "extender", record->extender);
    if (record->live_extender_count > 0)
        write_live_extenders(&json, record);
    mn_json_member_int(&json, "timeMs", record->time_ms);
    mn_json_member_bool(&json, "atRest", record->at_rest);
    write_summary(&json, &record->totals);
    write_pools(&json, record);
    write_nodes(&json, record);
    write_workloads(&json, record);
    write_pods(&json, record);
    write_preemptions(&json, record);
    if (record->action_count > 0)
        write_timeline(&json, record);
    write_notes(&json, record);
    mn_json_end_object(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}
