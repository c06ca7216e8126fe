/* SPDX-License-Identifier: Apache-2.0 */
/* Pods meet the API server, the scheduler and a kubelet, one after the other.
 *
 * Order is total: by priority, then as the plan lists them. Pods that found no place are
 * tried again as long as that helps (an affinity to a Pod that came later, a preemption).
 * Pods that can never run keep what they requested, as they do in a cluster; those that
 * kubelet refuses give it back.
 */
#include "simulator/engine/engine.h"

#include "simulator/engine/admission.h"
#include "simulator/engine/kubelet.h"
#include "simulator/engine/run.h"
#include "simulator/engine/scheduling.h"

#include <stdlib.h>
#include <string.h>

bool mn_run_find_node(const mn_run *run, const char *name, size_t *index)
{
    gsize found = GPOINTER_TO_SIZE(g_hash_table_lookup(run->node_index, name));
    *index = found - 1;
    return found > 0;
}

static const mn_plan_pod *plan_pod(const mn_run *run, size_t i)
{
    return &g_array_index(run->plan->pods, mn_plan_pod, i);
}

/* ---- what is written down */

static void note_answer(mn_run *run, size_t i, const mn_kubelet_answer *answer)
{
    mn_record_pod *record = &run->records[i];
    record->fate = answer->fate;
    record->holds = answer->holds;
    record->status = answer->status;
    record->reason = answer->reason;
    record->message = answer->message;
    record->remark = answer->remark;
}

void mn_run_note_pending(mn_run *run, size_t i, const char *status, const char *reason,
                         const char *message)
{
    mn_record_pod *record = &run->records[i];
    record->fate = MN_FATE_PENDING;
    record->status = status;
    record->reason = reason;
    record->message = mn_arena_strdup(run->arena, message);
}

/* ---- creation */

static void reject(mn_run *run, size_t i, const char *rejection)
{
    const mn_plan_pod *planned = plan_pod(run, i);
    const mn_plan_workload *workload =
        &g_array_index(run->plan->workloads, mn_plan_workload, planned->workload);
    bool bare = strcmp(workload->kind, "Pod") == 0;
    mn_record_pod *record = &run->records[i];
    record->fate = MN_FATE_REJECTED;
    record->status = "-";
    record->reason = bare ? "Forbidden" : "FailedCreate";
    record->message =
        bare ? rejection : mn_arena_printf(run->arena, "Error creating: %s", rejection);
    record->sequence = run->sequence++;
}

/* Stored Pods have a UID; what the scenario did not give one gets its own. */
static const mn_pod *with_uid(mn_run *run, const mn_pod *pod, size_t i)
{
    if (pod->meta.uid != NULL)
        return pod;
    mn_pod *copy = MN_ARENA_NEW(run->arena, mn_pod, 1);
    *copy = *pod;
    copy->meta.uid = mn_arena_printf(run->arena, "pod-%zu", i);
    return copy;
}

static void create(mn_run *run, size_t i)
{
    const mn_plan_pod *planned = plan_pod(run, i);
    mn_slot *slot = &run->slots[i];
    const char *rejection = NULL;
    const mn_pod *pod = planned->exists ? planned->pod
                                        : mn_admit_under(run->arena,
                                                         run->scenario->objects,
                                                         run->scenario->strategy,
                                                         planned->pod,
                                                         &rejection);
    const mn_pod *known = pod == NULL ? planned->pod : pod;
    g_assert(known != NULL);
    mn_truth_need(&run->truth, &known->meta, &known->spec, run->scratch, &slot->need);
    mn_record_pod *record = &run->records[i];
    *record = (mn_record_pod){
        .namespace_ = mn_meta_namespace(&known->meta),
        .name = known->meta.name,
        .workload = planned->workload,
        .existed = planned->exists && mn_pod_is_assigned(known),
        .priority = known->spec.priority.value,
        .need = mn_truth_record(run->arena, &slot->need),
        .status = "",
        .reason = "",
        .message = "",
        .remark = "",
    };
    if (pod == NULL) {
        reject(run, i, rejection);
        return;
    }
    slot->pod = with_uid(run, pod, i);
    const mn_pod_class *pod_class = mn_cache_class_of(run->cache, slot->pod);
    record->requests = (mn_record_amount){.milli_cpu = pod_class->requested.milli_cpu,
                                          .memory_bytes = pod_class->requested.memory};
}

/* ---- on a node */

/* Observed is better than computed. */
static bool is_ready(const mn_pod *pod)
{
    for (size_t i = 0; i < pod->status.conditions.count; i++) {
        const mn_pod_condition *condition = &pod->status.conditions.items[i];
        if (g_strcmp0(condition->type, "Ready") == 0)
            return g_strcmp0(condition->status, "True") == 0;
    }
    return false;
}

static mn_kubelet kubelet_of(mn_run *run, size_t node)
{
    return (mn_kubelet){
        .arena = run->arena,
        .truth = &run->truth,
        .node = run->scenario->objects->nodes->pdata[node],
        .offer = run->offers[node],
    };
}

/* Binds the Pod and asks the kubelet there. */
bool mn_run_arrive(mn_run *run, size_t i, size_t node)
{
    mn_slot *slot = &run->slots[i];
    const mn_kubelet kubelet = kubelet_of(run, node);
    mn_pod *bound = MN_ARENA_NEW(run->arena, mn_pod, 1);
    *bound = *slot->pod;
    bound->spec.node_name = kubelet.node->meta.name;
    slot->bound = bound;
    mn_record_pod *record = &run->records[i];
    record->node = kubelet.node->meta.name;
    record->node_index = node;
    mn_kubelet_answer answer = mn_kubelet_run(&kubelet, bound, &slot->need);
    if (record->existed && is_ready(bound))
        answer = (mn_kubelet_answer){
            .fate = MN_FATE_RUNS, .status = "Running", .reason = "", .message = "", .remark = ""};
    note_answer(run, i, &answer);
    if (answer.fate != MN_FATE_RUNS && !answer.holds)
        return false;
    mn_cache_add_pod(run->cache, bound, bound->spec.node_name);
    g_hash_table_insert(run->bound, bound, GSIZE_TO_POINTER(i + 1));
    return true;
}

/* spec.nodeName: past the scheduler. */
static void arrive_by_name(mn_run *run, size_t i)
{
    mn_slot *slot = &run->slots[i];
    mn_record_pod *record = &run->records[i];
    size_t node;
    record->sequence = run->sequence++;
    slot->has_sequence = true;
    if (!mn_run_find_node(run, slot->pod->spec.node_name, &node)) {
        const mn_kubelet_answer gone = {
            .fate = MN_FATE_FAILED,
            .status = "Pending",
            .reason = "NodeNotFound",
            .message = mn_arena_printf(run->arena,
                                       "spec.nodeName is \"%s\", and there is no such node",
                                       slot->pod->spec.node_name),
            .remark = "bound to a node that is not there",
        };
        note_answer(run, i, &gone);
        return;
    }
    const mn_kubelet kubelet = kubelet_of(run, node);
    const mn_node_info *info =
        mn_snapshot_find(mn_cache_snapshot(run->cache), kubelet.node->meta.name);
    mn_kubelet_answer answer;
    if (record->existed ||
        mn_kubelet_admits(
            &kubelet, slot->pod, info, mn_cache_class_of(run->cache, slot->pod), &answer)) {
        mn_run_arrive(run, i, node);
        return;
    }
    record->node = kubelet.node->meta.name;
    record->node_index = node;
    note_answer(run, i, &answer);
}

/* ---- the whole */

static void fill_cache(mn_run *run)
{
    const mn_objects *objects = run->scenario->objects;
    for (guint i = 0; i < objects->nodes->len; i++) {
        const mn_node *node = objects->nodes->pdata[i];
        run->offers[i] = mn_os_offer_of(&run->truth.policy, node);
        g_hash_table_insert(
            run->node_index, (gpointer)(uintptr_t)node->meta.name, GSIZE_TO_POINTER((gsize)i + 1));
        mn_cache_add_node(run->cache, node);
    }
    for (guint i = 0; i < objects->namespaces->len; i++)
        mn_cache_add_namespace(run->cache, objects->namespaces->pdata[i]);
    for (guint i = 0; i < objects->services->len; i++)
        mn_cache_add_service(run->cache, objects->services->pdata[i]);
    for (guint i = 0; i < objects->workloads->len; i++)
        mn_cache_add_workload(run->cache, objects->workloads->pdata[i]);
    for (guint i = 0; i < run->plan->made->len; i++)
        mn_cache_add_workload(run->cache, run->plan->made->pdata[i]);
    for (guint i = 0; i < objects->disruption_budgets->len; i++)
        mn_cache_add_disruption_budget(run->cache, objects->disruption_budgets->pdata[i]);
}

static void play(mn_run *run)
{
    size_t count = run->plan->pods->len;
    for (size_t i = 0; i < count; i++)
        create(run, i);
    for (size_t i = 0; i < count; i++) {
        if (run->slots[i].pod != NULL && mn_pod_is_assigned(run->slots[i].pod))
            arrive_by_name(run, i);
    }
    mn_schedule(run);
}

static bool has_nodes(const mn_scenario *scenario, GError **error)
{
    if (scenario->objects->nodes->len > 0)
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "%s: no nodes: add \"nodePools\" to the spec of a Scenario, for instance "
                "[{name: linux, count: 3}, {name: win22, count: 2, os: windows, build: "
                "10.0.20348}], or give a file of Nodes (kubectl get nodes -o json)",
                scenario->name);
    return false;
}

/* The plan, the cache and the scheduler end with this call; the arena goes to the record. */
mn_record *mn_engine_run(const mn_scenario *scenario, const mn_run_options *options, GError **error)
{
    if (!has_nodes(scenario, error))
        return NULL;
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(mn_cache) cache = mn_cache_new();
    g_autoptr(GHashTable) node_index = g_hash_table_new(g_str_hash, g_str_equal);
    mn_run run = {
        .arena = arena,
        .scenario = scenario,
        .seed = options->has_seed ? options->seed : scenario->seed,
        .extender_mode =
            options->has_extender_mode ? options->extender_mode : scenario->extender_mode,
        .truth = mn_truth_new(arena, scenario),
        .cache = cache,
        .node_index = node_index,
        .watcher = options->watcher,
    };
    g_autoptr(mn_plan) plan = mn_plan_new(arena, scenario, run.seed, error);
    if (plan == NULL)
        return NULL;
    run.plan = plan;
    run.offers = MN_ARENA_NEW(arena, mn_os_offer, scenario->objects->nodes->len);
    run.slots = MN_ARENA_NEW(arena, mn_slot, plan->pods->len);
    run.records = MN_ARENA_NEW(arena, mn_record_pod, plan->pods->len);
    run.scratch = MN_ARENA_NEW(arena, mn_os_findings, 1);
    fill_cache(&run);
    const mn_scheduler_options how = {
        .seed = run.seed,
        .tie_break_first = scenario->tie_break_first,
        .engine = options->reference_engine ? MN_ENGINE_REFERENCE : MN_ENGINE_FAST,
    };
    g_autoptr(mn_schedulers) schedulers =
        mn_schedulers_new(arena, scenario, run.extender_mode, cache, &how, error);
    if (schedulers == NULL)
        return NULL;
    run.schedulers = schedulers;
    g_autoptr(GArray) preemptions = g_array_new(FALSE, FALSE, sizeof(mn_record_preemption));
    g_autoptr(GHashTable) bound = g_hash_table_new(g_direct_hash, g_direct_equal);
    run.preemptions = preemptions;
    run.bound = bound;
    play(&run);
    mn_record *record = mn_record_make(&run);
    record->arena = g_steal_pointer(&arena);
    return record;
}
